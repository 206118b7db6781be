/*
 * SMART scopes, versions 1 and 2.
 *
 *     scope    = token *( 1*SP token )
 *     token    = 1*( any byte but SP )
 *     resource = [ prefix ] context "/" type "." perm
 *     prefix   = "http://smarthealthit.org/" ( "fhir" / "FHIR" ) "/scopes/"
 *     context  = "patient" / "user" / "system"
 *     type     = "*" / UPPER *ALPHA
 *     perm     = "read" / "write" / "*"             ; version 1
 *              / cruds [ "?" *any ]                 ; version 2
 *     cruds    = 1*( of "c" "r" "u" "d" "s", in this order )
 *
 * All of it is case-sensitive.  Any other token is of another kind (openid,
 * launch/patient, ...) or malformed and grants nothing here.  ".write" and
 * "s" alone grant no read: searching is not reading by id.
 */

#include "fhb_scope.h"
#include "fhb_text.h"


#define FHB_SCOPE_CONSTRAINT  '?'


static void fhb_scope_resource(fhb_scope_t *s, fhb_str_t token);
static unsigned fhb_scope_context(fhb_str_t *token);
static int fhb_scope_permission(fhb_scope_t *s, fhb_str_t perm);
static int fhb_scope_cruds(fhb_str_t perm, size_t *len, unsigned *read);
static int fhb_scope_prefix(fhb_str_t *s, fhb_str_t prefix);


static const fhb_str_t  fhb_scope_all = fhb_string("*");

static const fhb_str_t  fhb_scope_uris[] = {
    fhb_string("http://smarthealthit.org/fhir/scopes/"),
    fhb_string("http://smarthealthit.org/FHIR/scopes/")
};

/* in the order of their bits */

static const fhb_str_t  fhb_scope_contexts[] = {
    fhb_string("patient/"),
    fhb_string("user/"),
    fhb_string("system/")
};

fhb_assert(scope_contexts,
           FHB_SCOPE_SYSTEM == 1u << (fhb_nelts(fhb_scope_contexts) - 1));


fhb_rc_t
fhb_scope_next(fhb_str_t *rest, fhb_scope_t *s)
{
    size_t                n;
    fhb_str_t             token;
    const unsigned char  *space;

    memset(s, 0, sizeof(fhb_scope_t));

    for (n = 0; n < rest->len && rest->data[n] == ' '; n++) { /* void */ }

    *rest = fhb_text_skip(*rest, n);

    if (rest->len == 0) {
        return FHB_DONE;
    }

    token = *rest;
    space = memchr(token.data, ' ', token.len);

    if (space != NULL) {
        token.len = (size_t) (space - token.data);
    }

    *rest = fhb_text_skip(*rest, token.len);

    fhb_scope_resource(s, token);

    return FHB_OK;
}


unsigned
fhb_scope_covers(const fhb_scope_t *s, fhb_str_t resource)
{
    if (s->read
        && (fhb_text_eq(s->resource, resource)
            || fhb_text_eq(s->resource, fhb_scope_all)))
    {
        return s->context;
    }

    return 0;
}


fhb_str_t
fhb_scope_context_name(unsigned context)
{
    size_t     i;
    fhb_str_t  name;

    for (i = 0; i < fhb_nelts(fhb_scope_contexts); i++) {
        if (context == 1u << i) {
            name = fhb_scope_contexts[i];
            name.len--;                 /* the slash */

            return name;
        }
    }

    name.len = 0;
    name.data = NULL;

    return name;
}


int
fhb_scope_resource_valid(fhb_str_t s)
{
    size_t         i;
    unsigned char  c;

    if (s.len == 0 || s.len > FHB_SCOPE_RESOURCE
        || s.data[0] < 'A' || s.data[0] > 'Z')
    {
        return 0;
    }

    for (i = 1; i < s.len; i++) {
        c = fhb_text_lower(s.data[i]);

        if (c < 'a' || c > 'z') {
            return 0;
        }
    }

    return 1;
}


/* leaves s as it is unless the whole token is well-formed */

static void
fhb_scope_resource(fhb_scope_t *s, fhb_str_t token)
{
    fhb_scope_t           found;
    const unsigned char  *dot;

    memset(&found, 0, sizeof(fhb_scope_t));

    if (!fhb_scope_prefix(&token, fhb_scope_uris[0])) {
        (void) fhb_scope_prefix(&token, fhb_scope_uris[1]);
    }

    found.context = fhb_scope_context(&token);

    dot = memchr(token.data, '.', token.len);

    if (found.context == 0 || dot == NULL) {
        return;
    }

    found.resource.data = token.data;
    found.resource.len = (size_t) (dot - token.data);

    token = fhb_text_skip(token, found.resource.len + 1);

    if ((fhb_text_eq(found.resource, fhb_scope_all)
         || fhb_scope_resource_valid(found.resource))
        && fhb_scope_permission(&found, token))
    {
        *s = found;
    }
}


static unsigned
fhb_scope_context(fhb_str_t *token)
{
    size_t  i;

    for (i = 0; i < fhb_nelts(fhb_scope_contexts); i++) {
        if (fhb_scope_prefix(token, fhb_scope_contexts[i])) {
            return 1u << i;
        }
    }

    return 0;
}


/* words first: letter by letter, "read" would be "r" and "d" */

static int
fhb_scope_permission(fhb_scope_t *s, fhb_str_t perm)
{
    size_t    n;
    unsigned  read;

    static const fhb_str_t  word_read = fhb_string("read");
    static const fhb_str_t  word_write = fhb_string("write");

    if (fhb_text_eq(perm, word_write)) {
        return 1;
    }

    if (fhb_text_eq(perm, word_read) || fhb_text_eq(perm, fhb_scope_all)) {
        s->read = 1;
        return 1;
    }

    if (!fhb_scope_cruds(perm, &n, &read)) {
        return 0;
    }

    s->v2 = 1;

    if (n == perm.len) {
        s->read = read != 0;
        return 1;
    }

    return perm.data[n] == FHB_SCOPE_CONSTRAINT;
}


static int
fhb_scope_cruds(fhb_str_t perm, size_t *len, unsigned *read)
{
    size_t  i, n;

    static const unsigned char  cruds[] = { 'c', 'r', 'u', 'd', 's' };

    n = 0;
    *read = 0;

    for (i = 0; i < sizeof(cruds); i++) {
        if (n < perm.len && perm.data[n] == cruds[i]) {
            *read |= cruds[i] == 'r';
            n++;
        }
    }

    *len = n;

    return n != 0;
}


static int
fhb_scope_prefix(fhb_str_t *s, fhb_str_t prefix)
{
    if (s->len < prefix.len
        || memcmp(s->data, prefix.data, prefix.len) != 0)
    {
        return 0;
    }

    *s = fhb_text_skip(*s, prefix.len);

    return 1;
}
