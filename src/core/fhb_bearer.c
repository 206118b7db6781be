/*
 * Bearer tokens in HTTP.
 *
 *     credentials = "Bearer" 1*SP b64token      ; the scheme in any case
 *     b64token    = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" )
 *                   *"="
 *     challenge   = "Bearer" 1*SP param *( ", " param )
 *     param       = name "=" quoted-string
 */

#include <string.h>

#include "fhb_bearer.h"
#include "fhb_error.h"
#include "fhb_text.h"


#define FHB_BEARER_RUN  32              /* bytes looked at together */


static int fhb_bearer_is_unreserved(unsigned char c);
static int fhb_bearer_is_b64token(unsigned char c);
static int fhb_bearer_runs(const unsigned char *p, size_t n);
static size_t fhb_bearer_b64token(fhb_str_t s);
static int fhb_bearer_is_scope(fhb_str_t s);
static void fhb_bearer_write_quoted(fhb_out_t *out, fhb_str_t s);


static const fhb_str_t  fhb_bearer_scheme = fhb_string("Bearer");


fhb_rc_t
fhb_bearer_parse(fhb_str_t field, int query_token, fhb_str_t *token)
{
    size_t     n;
    fhb_str_t  scheme, rest;

    token->len = 0;
    token->data = NULL;

    scheme.data = field.data;
    scheme.len = fhb_text_token(field);

    if (!fhb_text_eq_ci(scheme, fhb_bearer_scheme)) {
        return FHB_E_LOGIN;
    }

    rest = fhb_text_skip(field, scheme.len);

    for (n = 0; n < rest.len && rest.data[n] == ' '; n++) { /* void */ }

    rest = fhb_text_skip(rest, n);

    if (n == 0 || rest.len == 0 || rest.len > FHB_MAX_TOKEN
        || fhb_bearer_b64token(rest) != rest.len)
    {
        return FHB_E_BEARER_MALFORMED;
    }

    if (query_token) {
        return FHB_E_BEARER_TWICE;
    }

    *token = rest;

    return FHB_OK;
}


void
fhb_bearer_write_challenge(fhb_out_t *out, const fhb_bearer_challenge_t *c)
{
    const fhb_error_row_t  *row;

    row = fhb_error_row(c->rc);

    if (row->status != 401 && row->bearer[0] == '\0') {
        return;
    }

    /* the scheme must not stand alone, so an empty realm is said too */

    fhb_out_lit(out, "Bearer realm=");
    fhb_bearer_write_quoted(out, c->realm);

    if (row->bearer[0] != '\0') {
        fhb_out_lit(out, ", error=\"");
        fhb_out_z(out, row->bearer);
        fhb_out_lit(out, "\", error_description=\"");
        fhb_out_z(out, row->text);
        fhb_out_byte(out, '"');
    }

    /* the only error of RFC 6750 with a 403 is insufficient_scope */

    if (row->status == 403 && fhb_bearer_is_scope(c->scope)) {
        fhb_out_lit(out, ", scope=");
        fhb_bearer_write_quoted(out, c->scope);
    }

    if (c->resource_metadata.len != 0) {
        fhb_out_lit(out, ", resource_metadata=");
        fhb_bearer_write_quoted(out, c->resource_metadata);
    }
}


void
fhb_bearer_write_form(fhb_out_t *out, fhb_str_t token)
{
    size_t         i;
    unsigned char  c, escape[3];

    static const unsigned char  hex[] = "0123456789ABCDEF";

    for (i = 0; i < token.len; i++) {
        c = token.data[i];

        if (fhb_bearer_is_unreserved(c)) {
            fhb_out_byte(out, c);
            continue;
        }

        escape[0] = '%';
        escape[1] = hex[c >> 4];
        escape[2] = hex[c & 15];

        fhb_out_bytes(out, escape, 3);
    }
}


static int
fhb_bearer_is_unreserved(unsigned char c)
{
    unsigned char  lower;

    lower = (unsigned char) (c | 0x20);

    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')
           || c == '-' || c == '.' || c == '_' || c == '~';
}


static int
fhb_bearer_is_b64token(unsigned char c)
{
    return fhb_bearer_is_unreserved(c) || c == '+' || c == '/';
}


/*
 * Are all bytes of whole runs of a b64token?  Without a branch, and with a
 * length that the compiler knows, a run becomes a few vector instructions.
 * "+" to "9" are one range with "," in it, which is none.
 */

static int
fhb_bearer_runs(const unsigned char *p, size_t n)
{
    size_t         i;
    unsigned char  c, good, any, bad[FHB_BEARER_RUN];

    memset(bad, 0, sizeof(bad));

    for (/* void */; n; n -= FHB_BEARER_RUN, p += FHB_BEARER_RUN) {

        for (i = 0; i < FHB_BEARER_RUN; i++) {
            c = p[i];

            good = (unsigned char) ((c | 0x20) - 'a') < 26;
            good |= (unsigned char) (c - '+') < '9' + 1 - '+';
            good &= c != ',';
            good |= c == '_';
            good |= c == '~';

            bad[i] |= !good;
        }
    }

    any = 0;

    for (i = 0; i < FHB_BEARER_RUN; i++) {
        any |= bad[i];
    }

    return !any;
}


/* how many bytes at the start of s are a b64token, its padding among them */

static size_t
fhb_bearer_b64token(fhb_str_t s)
{
    size_t  n, len;

    for (len = s.len; len && s.data[len - 1] == '='; len--) { /* void */ }

    n = len - len % FHB_BEARER_RUN;

    if (!fhb_bearer_runs(s.data, n)) {
        n = 0;
    }

    while (n < len && fhb_bearer_is_b64token(s.data[n])) {
        n++;
    }

    return (n && n == len) ? s.len : n;
}


/* 1*( SP / %x21 / %x23-5B / %x5D-7E ) */

static int
fhb_bearer_is_scope(fhb_str_t s)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        if (s.data[i] < 0x20 || s.data[i] > 0x7e
            || s.data[i] == '"' || s.data[i] == '\\')
        {
            return 0;
        }
    }

    return s.len != 0;
}


static void
fhb_bearer_write_quoted(fhb_out_t *out, fhb_str_t s)
{
    size_t         i;
    unsigned char  c;

    fhb_out_byte(out, '"');

    for (i = 0; i < s.len; i++) {
        c = s.data[i];

        if (c < 0x20 || c == 0x7f) {
            c = '?';
        }

        if (c == '"' || c == '\\') {
            fhb_out_byte(out, '\\');
        }

        fhb_out_byte(out, c);
    }

    fhb_out_byte(out, '"');
}
