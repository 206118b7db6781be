/*
 * What both scanners share: the names of the value, and its characters.
 */

#include <string.h>

#include "fhb_splice.h"


static fhb_rc_t fhb_splice_plain(const fhb_splice_scan_t *st,
    const fhb_splice_syntax_t *syntax, fhb_str_t in, size_t *n);


int
fhb_splice_value(const unsigned char *name, size_t len)
{
    return (len == 4 && memcmp(name, "data", 4) == 0)
           || (len == 7 && memcmp(name, "content", 7) == 0);
}


fhb_rc_t
fhb_splice_data(fhb_splice_scan_t *st, const fhb_splice_syntax_t *syntax,
    const unsigned char **in, size_t *left, fhb_splice_t *out)
{
    size_t     n;
    fhb_rc_t   rc;
    fhb_str_t  s;

    while (*left) {

        if (st->state == syntax->data) {

            s.data = *in;
            s.len = *left;

            rc = fhb_splice_plain(st, syntax, s, &n);
            if (rc != FHB_OK) {
                return rc;
            }

            if (n) {
                out->type = FHB_SPLICE_DATA;
                out->slice.data = *in;
                out->slice.len = n;
                *in += n;
                *left -= n;
                return FHB_OK;
            }

            if (**in == st->quote) {
                st->state = syntax->close;
                out->type = FHB_SPLICE_CLOSE;
                return FHB_OK;
            }
        }

        rc = syntax->escape(st, **in);

        if (rc < 0) {
            return rc;
        }

        (*in)++;
        (*left)--;

        if (rc == FHB_DONE) {
            out->type = FHB_SPLICE_DATA;
            out->slice.data = &st->byte;
            out->slice.len = 1;
            return FHB_OK;
        }
    }

    return FHB_AGAIN;
}


/* *n is what comes before the quote, an escape or the end of the input. */

static fhb_rc_t
fhb_splice_plain(const fhb_splice_scan_t *st,
    const fhb_splice_syntax_t *syntax, fhb_str_t in, size_t *n)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; /* void */; i++) {
        i += fhb_splice_span(in.data + i, in.len - i, syntax->low,
                             syntax->stop);

        if (i == in.len) {
            break;
        }

        c = in.data[i];

        if (c == st->quote || c == syntax->lead) {
            break;
        }

        if (c > 0x7f) {
            return FHB_E_BACKEND_BASE64;
        }

        if (c == (unsigned char) syntax->stop
            || (c < 0x20 && !(syntax->lines && fhb_splice_blank(c))))
        {
            return FHB_E_BACKEND_RESOURCE;
        }
    }

    *n = i;

    return FHB_OK;
}


fhb_rc_t
fhb_splice_hex(fhb_splice_scan_t *st, unsigned char c)
{
    unsigned char  lower;

    lower = (unsigned char) (c | 0x20);

    if (c >= '0' && c <= '9') {
        c = (unsigned char) (c - '0');

    } else if (lower >= 'a' && lower <= 'f') {
        c = (unsigned char) (lower - 'a' + 10);

    } else {
        return FHB_E_BACKEND_RESOURCE;
    }

    st->code = st->code << 4 | c;
    st->digits--;

    return FHB_OK;
}


int
fhb_splice_blank(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
