/*
 * References to a resource of this server.
 *
 *     reference(T) = id / T "/" id / base "/" T "/" id
 *     base         = the own service base URL; http and https are equal, the
 *                    host is compared without case, the path exactly
 */

#include <string.h>

#include "fhb_reference.h"
#include "fhb_route.h"


typedef struct {
    fhb_str_t  host;                    /* and port */
    fhb_str_t  path;                    /* empty, or from the first "/" on */
} fhb_reference_url_t;


static int fhb_reference_relative(fhb_str_t *s, fhb_str_t base);
static int fhb_reference_url(fhb_reference_url_t *url, fhb_str_t s);
static int fhb_reference_prefix(fhb_str_t *s, fhb_str_t prefix);
static int fhb_reference_same_nocase(fhb_str_t a, fhb_str_t b);
static unsigned char fhb_reference_lower(unsigned char c);


fhb_rc_t
fhb_reference_id(fhb_str_t *id, fhb_str_t s, fhb_str_t type, fhb_str_t base)
{
    int  absolute, typed;

    absolute = fhb_reference_relative(&s, base);
    typed = fhb_reference_prefix(&s, type);

    if ((absolute && !typed) || !fhb_route_id_valid(s)) {
        return FHB_E_PARAM_VALUE;
    }

    *id = s;

    return FHB_OK;
}


/* takes the own base and its "/" from the front; 0 when it is not there */

static int
fhb_reference_relative(fhb_str_t *s, fhb_str_t base)
{
    fhb_reference_url_t  own, url;

    static const fhb_str_t  slash = fhb_string("/");

    while (base.len != 0 && base.data[base.len - 1] == '/') {
        base.len--;
    }

    if (!fhb_reference_url(&own, base)
        || !fhb_reference_url(&url, *s)
        || !fhb_reference_same_nocase(own.host, url.host)
        || !fhb_reference_prefix(&url.path, own.path)
        || !fhb_reference_prefix(&url.path, slash))
    {
        return 0;
    }

    *s = url.path;

    return 1;
}


static int
fhb_reference_url(fhb_reference_url_t *url, fhb_str_t s)
{
    size_t     n;
    fhb_str_t  scheme;

    static const fhb_str_t  http = fhb_string("http://");
    static const fhb_str_t  https = fhb_string("https://");

    scheme.data = s.data;
    scheme.len = http.len;

    if (s.len < http.len || !fhb_reference_same_nocase(scheme, http)) {
        scheme.len = https.len;

        if (s.len < https.len || !fhb_reference_same_nocase(scheme, https)) {
            return 0;
        }
    }

    s.data += scheme.len;
    s.len -= scheme.len;

    for (n = 0; n < s.len && s.data[n] != '/'; n++) { /* void */ }

    url->host.data = s.data;
    url->host.len = n;
    url->path.data = s.data + n;
    url->path.len = s.len - n;

    return n != 0;
}


static int
fhb_reference_prefix(fhb_str_t *s, fhb_str_t prefix)
{
    if (s->len < prefix.len
        || (prefix.len && memcmp(s->data, prefix.data, prefix.len) != 0))
    {
        return 0;
    }

    s->data += prefix.len;
    s->len -= prefix.len;

    return 1;
}


static int
fhb_reference_same_nocase(fhb_str_t a, fhb_str_t b)
{
    size_t  i;

    if (a.len != b.len) {
        return 0;
    }

    for (i = 0; i < a.len; i++) {
        if (fhb_reference_lower(a.data[i]) != fhb_reference_lower(b.data[i])) {
            return 0;
        }
    }

    return 1;
}


static unsigned char
fhb_reference_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char) (c | 0x20) : c;
}
