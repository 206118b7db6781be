#include "fhb_etag.h"
#include "fhb_route.h"


typedef struct {
    fhb_str_t  opaque;                  /* between the quotes */
    unsigned   weak:1;
} fhb_etag_t;


static fhb_rc_t fhb_etag_parse(fhb_etag_t *etag, fhb_str_t s);
static size_t fhb_etag_scan(fhb_etag_t *etag, fhb_str_t s);
static int fhb_etag_equal(const fhb_etag_t *a, const fhb_etag_t *b,
    int strong);
static void fhb_etag_write(fhb_out_t *out, int weak, fhb_str_t opaque,
    const char *suffix);


/*
 * entity-tag = [ "W/" ] DQUOTE *( %x21 / %x23-7E / obs-text ) DQUOTE
 *
 * Gives the length of the tag at the start of s, 0 when there is none.
 */

static size_t
fhb_etag_scan(fhb_etag_t *etag, fhb_str_t s)
{
    size_t  i, start;

    i = 0;
    etag->weak = 0;

    if (s.len > 2 && s.data[0] == 'W' && s.data[1] == '/') {
        etag->weak = 1;
        i = 2;
    }

    if (i == s.len || s.data[i] != '"') {
        return 0;
    }

    start = ++i;

    while (i < s.len && s.data[i] != '"') {
        if (s.data[i] < 0x21 || s.data[i] == 0x7f) {
            return 0;
        }

        i++;
    }

    if (i == s.len) {
        return 0;
    }

    etag->opaque.data = s.data + start;
    etag->opaque.len = i - start;

    return i + 1;
}


/* the whole of s is one entity-tag */

static fhb_rc_t
fhb_etag_parse(fhb_etag_t *etag, fhb_str_t s)
{
    if (s.len == 0 || s.len > FHB_MAX_ETAG
        || fhb_etag_scan(etag, s) != s.len)
    {
        return FHB_E_SYNTAX;
    }

    return FHB_OK;
}


fhb_str_t
fhb_etag_version(fhb_str_t s)
{
    fhb_str_t   none = fhb_null_string;
    fhb_etag_t  etag;

    if (fhb_etag_parse(&etag, s) != FHB_OK
        || !etag.weak
        || !fhb_route_id_valid(etag.opaque))
    {
        return none;
    }

    return etag.opaque;
}


void
fhb_etag_derive(fhb_out_t *out, fhb_form_t form, fhb_str_t backend,
    fhb_str_t version)
{
    int         known;
    fhb_str_t   id;
    fhb_etag_t  etag;

    known = (fhb_etag_parse(&etag, backend) == FHB_OK);
    id = version.len ? version : fhb_etag_version(backend);

    if (id.len == 0 && !known) {
        return;
    }

    switch (form) {

    case FHB_FORM_JSON:
        fhb_etag_write(out, 1, id.len ? id : etag.opaque,
                       id.len ? "" : "~json");
        return;

    case FHB_FORM_XML:
        fhb_etag_write(out, 1, id.len ? id : etag.opaque, "~xml");
        return;

    case FHB_FORM_NONE:
    case FHB_FORM_NATIVE:
        break;
    }

    if (id.len) {
        /* a weak tag of a store does not promise the same bytes */
        fhb_etag_write(out, version.len == 0, id, "~raw");
        return;
    }

    fhb_etag_write(out, etag.weak, etag.opaque, "");
}


static void
fhb_etag_write(fhb_out_t *out, int weak, fhb_str_t opaque, const char *suffix)
{
    if (weak) {
        fhb_out_lit(out, "W/");
    }

    fhb_out_byte(out, '"');
    fhb_out_str(out, opaque);
    fhb_out_z(out, suffix);
    fhb_out_byte(out, '"');
}


static int
fhb_etag_equal(const fhb_etag_t *a, const fhb_etag_t *b, int strong)
{
    if (strong && (a->weak || b->weak)) {
        return 0;
    }

    return a->opaque.len == b->opaque.len
           && memcmp(a->opaque.data, b->opaque.data, a->opaque.len) == 0;
}


/* list = "*" / *( OWS "," ) entity-tag *( OWS "," [ OWS entity-tag ] ) */

int
fhb_etag_match(fhb_str_t list, fhb_str_t tag, int strong)
{
    size_t      n;
    fhb_etag_t  own, etag;

    if (list.len == 1 && list.data[0] == '*') {
        return 1;
    }

    if (fhb_etag_parse(&own, tag) != FHB_OK) {
        return 0;
    }

    while (list.len) {

        if (list.data[0] == ' ' || list.data[0] == '\t'
            || list.data[0] == ',')
        {
            list.data++;
            list.len--;
            continue;
        }

        n = fhb_etag_scan(&etag, list);

        if (n == 0) {
            return 0;
        }

        if (fhb_etag_equal(&own, &etag, strong)) {
            return 1;
        }

        list.data += n;
        list.len -= n;
    }

    return 0;
}
