/*
 * The path of a request: which interaction with which document it means.
 *
 *     path   = base "/Binary" tail
 *     base   = *( "/" plain )            ; none of them is "Binary"
 *     plain  = *( any byte but CTL "#" "%" "/" ";" "?" "\" )
 *     tail   = ""                        ; search: not supported
 *            / "/" id                    ; read
 *            / "/" id "/_history/" vid   ; vread
 *            / "/$autogen-ccd-if"        ; the CCD
 *            / "/$" name                 ; other operations: not supported
 *            / "/_search" / "/_history"  ; not supported
 *            / "/" id "/_history"        ; not supported
 *            / "/" id "/$" name          ; not supported
 *
 * The first segment "Binary" decides.  A path with two of them could mean one
 * document to the gateway and another one to what stands behind it, so it
 * must be a read of the id "Binary" or it is refused.  Servers read "..;" and
 * "..\" as "..", and decode what was encoded twice: a base has none of that.
 */

#include <string.h>

#include "fhb_route.h"


static const fhb_str_t  fhb_route_binary = fhb_string("Binary");
static const fhb_str_t  fhb_route_ccd = fhb_string("$autogen-ccd-if");
static const fhb_str_t  fhb_route_history = fhb_string("_history");
static const fhb_str_t  fhb_route_search = fhb_string("_search");


static int fhb_route_is(fhb_str_t s, fhb_str_t name);
static int fhb_route_segment(fhb_str_t *rest, fhb_str_t *segment);
static int fhb_route_plain(fhb_str_t s);
static int fhb_route_operation(fhb_str_t s);
static fhb_rc_t fhb_route_type(fhb_route_t *route, fhb_str_t s);
static fhb_rc_t fhb_route_instance(fhb_route_t *route, fhb_str_t rest);


fhb_rc_t
fhb_route_parse(fhb_route_t *route, fhb_str_t path)
{
    fhb_rc_t     rc;
    fhb_str_t    rest, segment;
    fhb_route_t  found;

    memset(route, 0, sizeof(fhb_route_t));
    memset(&found, 0, sizeof(fhb_route_t));

    rest = path;

    do {
        if (!fhb_route_segment(&rest, &segment)
            || !fhb_route_plain(segment))
        {
            return FHB_E_NOT_FOUND;
        }

    } while (!fhb_route_is(segment, fhb_route_binary));

    if (!fhb_route_segment(&rest, &segment)) {
        return FHB_E_NOT_SUPPORTED;
    }

    if (rest.len == 0) {
        rc = fhb_route_type(&found, segment);

    } else if (fhb_route_id_valid(segment)) {
        found.id = segment;
        rc = fhb_route_instance(&found, rest);

    } else {
        rc = FHB_E_NOT_FOUND;
    }

    if (rc == FHB_OK) {
        *route = found;
    }

    return rc;
}


int
fhb_route_id_valid(fhb_str_t s)
{
    size_t         i;
    unsigned char  c, lower;

    if (s.len == 0 || s.len > FHB_MAX_ID) {
        return 0;
    }

    for (i = 0; i < s.len; i++) {
        c = s.data[i];
        lower = (unsigned char) (c | 0x20);

        if ((lower < 'a' || lower > 'z') && (c < '0' || c > '9')
            && c != '-' && c != '.')
        {
            return 0;
        }
    }

    /* these two satisfy the grammar, yet in a path they are no names */

    if (s.data[0] == '.' && (s.len == 1 || (s.len == 2 && s.data[1] == '.'))) {
        return 0;
    }

    return 1;
}


static int
fhb_route_is(fhb_str_t s, fhb_str_t name)
{
    return s.len == name.len && memcmp(s.data, name.data, name.len) == 0;
}


/* takes "/" *( any byte but "/" ) from the front; 0 when there is none */

static int
fhb_route_segment(fhb_str_t *rest, fhb_str_t *segment)
{
    const unsigned char  *slash;

    if (rest->len == 0 || rest->data[0] != '/') {
        return 0;
    }

    segment->data = rest->data + 1;
    segment->len = rest->len - 1;

    if (segment->len != 0) {
        slash = memchr(segment->data, '/', segment->len);

        if (slash != NULL) {
            segment->len = (size_t) (slash - segment->data);
        }
    }

    rest->data += segment->len + 1;
    rest->len -= segment->len + 1;

    return 1;
}


/* a segment that every server reads as it stands */

static int
fhb_route_plain(fhb_str_t s)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; i < s.len; i++) {
        c = s.data[i];

        if (c < 0x20 || c == 0x7f || memchr("#%;?\\", c, 5) != NULL) {
            return 0;
        }
    }

    return 1;
}


static int
fhb_route_operation(fhb_str_t s)
{
    return s.len > 1 && s.data[0] == '$';
}


/* what follows "/Binary/" when it is one segment */

static fhb_rc_t
fhb_route_type(fhb_route_t *route, fhb_str_t s)
{
    if (fhb_route_id_valid(s)) {
        route->kind = FHB_ROUTE_READ;
        route->id = s;
        return FHB_OK;
    }

    if (fhb_route_is(s, fhb_route_ccd)) {
        route->kind = FHB_ROUTE_CCD;
        return FHB_OK;
    }

    if (fhb_route_operation(s)
        || fhb_route_is(s, fhb_route_search)
        || fhb_route_is(s, fhb_route_history))
    {
        return FHB_E_NOT_SUPPORTED;
    }

    return FHB_E_NOT_FOUND;
}


/* what follows "/Binary/[id]" when it is not empty */

static fhb_rc_t
fhb_route_instance(fhb_route_t *route, fhb_str_t rest)
{
    fhb_str_t  segment;

    if (!fhb_route_segment(&rest, &segment)) {
        return FHB_E_NOT_FOUND;
    }

    if (rest.len == 0) {
        return fhb_route_operation(segment)
               || fhb_route_is(segment, fhb_route_history)
                   ? FHB_E_NOT_SUPPORTED : FHB_E_NOT_FOUND;
    }

    if (!fhb_route_is(segment, fhb_route_history)
        || !fhb_route_segment(&rest, &segment)
        || rest.len != 0
        || !fhb_route_id_valid(segment))
    {
        return FHB_E_NOT_FOUND;
    }

    route->kind = FHB_ROUTE_VREAD;
    route->vid = segment;

    return FHB_OK;
}
