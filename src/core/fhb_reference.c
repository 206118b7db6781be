/*
 * References to a resource of this server.
 *
 *     reference(T) = id / T "/" id / base "/" T "/" id
 *     base         = ( "http" / "https" ) "://" host [ ":" port ] path
 *
 *     binary       = [ ( base / path ) "/" ] "Binary/" id
 *                    [ "/_history/" id ] [ "?" *any ] [ "#" *any ]
 *
 * The base, and its path, are those of the service itself.  http and https
 * are equal, each with its own default port; the host is compared without
 * case, the path byte by byte: an id means nothing outside of its base.
 */

#include "fhb_reference.h"
#include "fhb_route.h"
#include "fhb_text.h"


typedef struct {
    fhb_str_t  host;
    fhb_str_t  port;                    /* empty: the scheme's own */
    fhb_str_t  path;                    /* empty, or from the first "/" on */
} fhb_reference_url_t;


static int fhb_reference_relative(fhb_str_t *s, fhb_str_t base);
static int fhb_reference_path(fhb_str_t *s, fhb_str_t base);
static int fhb_reference_base(fhb_reference_url_t *url, fhb_str_t base);
static int fhb_reference_url(fhb_reference_url_t *url, fhb_str_t s);
static void fhb_reference_authority(fhb_reference_url_t *url, fhb_str_t s,
    fhb_str_t port);
static int fhb_reference_prefix(fhb_str_t *s, fhb_str_t prefix);
static int fhb_reference_prefix_ci(fhb_str_t *s, fhb_str_t prefix);


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


fhb_rc_t
fhb_reference_patient(fhb_str_t s, fhb_str_t base, fhb_str_t *id)
{
    static const fhb_str_t  type = fhb_string("Patient/");

    return fhb_reference_id(id, s, type, base);
}


fhb_rc_t
fhb_reference_binary(fhb_str_t *id, fhb_str_t url, fhb_str_t base)
{
    size_t     n;
    fhb_str_t  s, version;

    static const fhb_str_t  type = fhb_string("Binary/");
    static const fhb_str_t  history = fhb_string("/_history/");

    for (n = 0; n < url.len; n++) {
        if (url.data[n] == '?' || url.data[n] == '#') {
            break;
        }
    }

    s = url;
    s.len = n;

    if (!fhb_reference_relative(&s, base)) {
        (void) fhb_reference_path(&s, base);
    }

    if (!fhb_reference_prefix(&s, type)) {
        return FHB_E_PARAM_VALUE;
    }

    for (n = 0; n < s.len && s.data[n] != '/'; n++) { /* void */ }

    version = fhb_text_skip(s, n);
    s.len = n;

    if (!fhb_route_id_valid(s)
        || (version.len != 0
            && (!fhb_reference_prefix(&version, history)
                || !fhb_route_id_valid(version))))
    {
        return FHB_E_PARAM_VALUE;
    }

    *id = s;

    return FHB_OK;
}


int
fhb_reference_same(fhb_str_t a, fhb_str_t b)
{
    return a.len != 0 && fhb_text_eq(a, b);
}


fhb_rc_t
fhb_reference_owner(fhb_str_t owner, fhb_str_t patient, fhb_str_t base)
{
    fhb_str_t  own, other;

    if (fhb_reference_patient(patient, base, &own) != FHB_OK) {
        return FHB_E_PATIENT_MISSING;
    }

    if (fhb_reference_patient(owner, base, &other) != FHB_OK
        || !fhb_reference_same(own, other))
    {
        return FHB_E_PATIENT;
    }

    return FHB_OK;
}


/* takes the own base and its "/" from the front; 0 when it is not there */

static int
fhb_reference_relative(fhb_str_t *s, fhb_str_t base)
{
    fhb_reference_url_t  own, url;

    static const fhb_str_t  slash = fhb_string("/");

    if (!fhb_reference_base(&own, base)
        || !fhb_reference_url(&url, *s)
        || !fhb_text_eq_ci(own.host, url.host)
        || !fhb_text_eq(own.port, url.port)
        || !fhb_reference_prefix(&url.path, own.path)
        || !fhb_reference_prefix(&url.path, slash))
    {
        return 0;
    }

    *s = url.path;

    return 1;
}


/* the same for the path of the own base; "//" begins the name of a host */

static int
fhb_reference_path(fhb_str_t *s, fhb_str_t base)
{
    fhb_str_t            path;
    fhb_reference_url_t  own;

    static const fhb_str_t  slash = fhb_string("/");
    static const fhb_str_t  host = fhb_string("//");

    path = *s;

    if (!fhb_reference_base(&own, base)
        || fhb_reference_prefix(&path, host)
        || !fhb_reference_prefix(&path, own.path)
        || !fhb_reference_prefix(&path, slash))
    {
        return 0;
    }

    *s = path;

    return 1;
}


static int
fhb_reference_base(fhb_reference_url_t *url, fhb_str_t base)
{
    while (base.len != 0 && base.data[base.len - 1] == '/') {
        base.len--;
    }

    return fhb_reference_url(url, base);
}


static int
fhb_reference_url(fhb_reference_url_t *url, fhb_str_t s)
{
    size_t     n;
    fhb_str_t  authority, port;

    static const fhb_str_t  http = fhb_string("http://");
    static const fhb_str_t  https = fhb_string("https://");
    static const fhb_str_t  http_port = fhb_string("80");
    static const fhb_str_t  https_port = fhb_string("443");

    if (fhb_reference_prefix_ci(&s, http)) {
        port = http_port;

    } else if (fhb_reference_prefix_ci(&s, https)) {
        port = https_port;

    } else {
        return 0;
    }

    for (n = 0; n < s.len && s.data[n] != '/'; n++) {

        if (s.data[n] == '@') {
            /* userinfo: made to look like another host */
            return 0;
        }
    }

    authority.data = s.data;
    authority.len = n;

    url->path = fhb_text_skip(s, n);

    fhb_reference_authority(url, authority, port);

    return url->host.len != 0;
}


/* the last colon divides, unless it is one of an IPv6 address in brackets */

static void
fhb_reference_authority(fhb_reference_url_t *url, fhb_str_t s, fhb_str_t port)
{
    size_t  n;

    for (n = s.len; n != 0; n--) {

        if (s.data[n - 1] == ']') {
            n = 0;
            break;
        }

        if (s.data[n - 1] == ':') {
            break;
        }
    }

    url->host = s;
    url->port.len = 0;
    url->port.data = NULL;

    if (n == 0) {
        return;
    }

    url->host.len = n - 1;
    url->port = fhb_text_skip(s, n);

    if (fhb_text_eq(url->port, port)) {
        url->port.len = 0;
    }
}


static int
fhb_reference_prefix(fhb_str_t *s, fhb_str_t prefix)
{
    fhb_str_t  head;

    head = *s;
    head.len = prefix.len;

    if (s->len < prefix.len || !fhb_text_eq(head, prefix)) {
        return 0;
    }

    *s = fhb_text_skip(*s, prefix.len);

    return 1;
}


static int
fhb_reference_prefix_ci(fhb_str_t *s, fhb_str_t prefix)
{
    fhb_str_t  head;

    head = *s;
    head.len = prefix.len;

    if (s->len < prefix.len || !fhb_text_eq_ci(head, prefix)) {
        return 0;
    }

    *s = fhb_text_skip(*s, prefix.len);

    return 1;
}
