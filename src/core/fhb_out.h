/*
 * A bounded writer over the caller's buffer.  With a NULL buffer it only
 * counts, so that a length and the bytes come from the same function.
 */

#ifndef FHB_OUT_H
#define FHB_OUT_H

#include <string.h>

#include "fhb.h"

#pragma GCC visibility push(hidden)


typedef struct {
    unsigned char  *start;              /* NULL: count only */
    size_t          cap;                /* bytes; ignored when counting */
    size_t          len;                /* bytes written or counted */
    int             full;               /* not 0: something did not fit */
} fhb_out_t;


static inline void
fhb_out_init(fhb_out_t *out, unsigned char *start, size_t cap)
{
    out->start = start;
    out->cap = start ? cap : 0;
    out->len = 0;
    out->full = 0;
}


static inline void
fhb_out_bytes(fhb_out_t *out, const void *data, size_t len)
{
    if (out->full) {
        return;
    }

    if (out->start != NULL) {
        if (len > out->cap - out->len) {
            out->full = 1;
            return;
        }

        if (len) {
            memcpy(out->start + out->len, data, len);
        }

    } else if (len > SIZE_MAX - out->len) {
        out->full = 1;
        return;
    }

    out->len += len;
}


static inline void
fhb_out_str(fhb_out_t *out, fhb_str_t s)
{
    fhb_out_bytes(out, s.data, s.len);
}


static inline void
fhb_out_byte(fhb_out_t *out, unsigned char c)
{
    fhb_out_bytes(out, &c, 1);
}


/* s is a string literal */

#define fhb_out_lit(out, s)  fhb_out_bytes(out, s, sizeof(s) - 1)


/*
 * fhb_out_z - write a static NUL-terminated string (a row of a table).
 */

static inline void
fhb_out_z(fhb_out_t *out, const char *s)
{
    while (*s != '\0') {
        fhb_out_byte(out, (unsigned char) *s++);
    }
}


static inline fhb_str_t
fhb_out_result(const fhb_out_t *out)
{
    fhb_str_t  s;

    s.len = out->len;
    s.data = out->start;

    return s;
}


/*
 * fhb_out_json, fhb_out_xml - write the inside of a JSON string or of an XML
 * attribute value, escaped.
 *
 * shape    s: bytes from outside; no need to be valid UTF-8
 * returns  nothing; each byte that is not UTF-8 and, in XML, each character
 *          that XML 1.0 cannot hold leaves as U+FFFD
 * memory   none
 * source   RFC 8259 s.7; XML 1.0 s.2.2 and s.3.3.3
 * test     t/unit/test_text.c
 */

void fhb_out_json(fhb_out_t *out, fhb_str_t s);
void fhb_out_xml(fhb_out_t *out, fhb_str_t s);


#pragma GCC visibility pop

#endif /* FHB_OUT_H */
