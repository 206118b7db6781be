/*
 * Resumable scanners that cut the base64 value out of a FHIR Binary and leave
 * the rest, the skeleton, with an empty value in its place.  A parser must
 * check the skeleton: a scanner knows only as much of its grammar as it needs
 * to find the value.  They hold no byte of the document and never allocate.
 */

#ifndef FHB_SPLICE_H
#define FHB_SPLICE_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


typedef enum {
    FHB_SPLICE_NONE = 0,
    FHB_SPLICE_SKELETON,                /* slice: bytes for the parser */
    FHB_SPLICE_OPEN,                    /* the value begins */
    FHB_SPLICE_DATA,                    /* slice: characters of the value */
    FHB_SPLICE_CLOSE,                   /* the value ended */
    FHB_SPLICE_OTHER,                   /* JSON: it is no string */
    FHB_SPLICE_DONE                     /* the root element was closed */
} fhb_splice_type_t;


typedef struct {
    fhb_splice_type_t  type;
    fhb_str_t          slice;           /* in the input, or in the scanner */
} fhb_splice_t;


typedef struct {
    unsigned char      state;
    unsigned char      depth;
    unsigned char      digits;          /* of an escape, still to come */
    unsigned char      quote;           /* XML: the one that is open */
    unsigned char      byte;            /* what an escape stood for */
    unsigned char      key_len;         /* past the room: no name we know */
    unsigned char      key[8];          /* JSON: the member's name; XML: the
                                         * element's, without its prefix */
    unsigned char      attr_len;
    unsigned char      attr[8];         /* XML: the attribute's name */
    unsigned           seen:1;          /* the value was named, once */
    unsigned           value:1;         /* XML: by the tag that is open */
    unsigned           other:1;         /* JSON: it is no string, to tell */
    uint32_t           code;            /* of an escape */
} fhb_splice_scan_t;                    /* zeroed is a new document */


/*
 * fhb_splice_json, fhb_splice_xml - scan on to the next thing to report.
 *
 * shape    *in, *left: advanced past what was used; cut anywhere
 * returns  FHB_OK and *out | FHB_AGAIN, all input is used |
 *          FHB_E_BACKEND_RESOURCE for what can be no Binary |
 *          FHB_E_BACKEND_BASE64 for a character that no base64 holds
 * memory   none; a slice of DATA is valid until the next call
 * source   RFC 8259; XML 1.0; FHIR json.html, xml.html
 * test     t/unit/test_splice_json.c, t/unit/test_splice_xml.c,
 *          t/fuzz/fuzz_splice_json.c, t/fuzz/fuzz_splice_xml.c
 *
 * Characters of DATA have their escapes undone; white space may be among
 * them, or may be gone.  The quotes of the value are part of the skeleton.
 * A second value is refused; so are, in XML, DTDs, CDATA and entities.
 * Where the value is no string but null, a number or the like, OTHER comes
 * behind its first character, and all of it is skeleton.
 */

fhb_must_check fhb_rc_t fhb_splice_json(fhb_splice_scan_t *st,
    const unsigned char **in, size_t *left, fhb_splice_t *out);
fhb_must_check fhb_rc_t fhb_splice_xml(fhb_splice_scan_t *st,
    const unsigned char **in, size_t *left, fhb_splice_t *out);


/*
 * fhb_splice_json_plain, fhb_splice_xml_plain - where the scanner stands.
 *
 * returns  not 0 within the value and in no escape: characters of base64's
 *          alphabet that come next may be taken without it
 * test     t/unit/test_splice_json.c, t/unit/test_splice_xml.c
 */

int fhb_splice_json_plain(const fhb_splice_scan_t *st);
int fhb_splice_xml_plain(const fhb_splice_scan_t *st);


/*
 * fhb_splice_value - whether a name is one of the value's: content or data.
 */

int fhb_splice_value(const unsigned char *name, size_t len);


/*
 * fhb_splice_span - the length of the plain start of p.
 *
 * shape    low: 1 .. 127; stop: any
 * returns  how many bytes come before the first that is below low, is above
 *          127, or is stop
 * test     t/unit/test_splice.c
 */

size_t fhb_splice_span(const unsigned char *p, size_t len, signed char low,
    signed char stop);


/* the room's own: how a value is written, and the loop over it */

typedef struct {
    unsigned char      data;            /* state: within the value */
    unsigned char      close;           /* state: at its closing quote */
    unsigned char      lead;            /* of an escape */
    signed char        low;             /* span's: above both quotes, lead */
    signed char        stop;            /* span's: lead, or never allowed */
    unsigned char      lines;           /* not 0: may hold line breaks */

    /*
     * One character of an escape, its lead first.  FHB_OK: go on, white
     * space stands for nothing | FHB_DONE: it stands for st->byte | negative
     */
    fhb_rc_t         (*escape)(fhb_splice_scan_t *st, unsigned char c);
} fhb_splice_syntax_t;

fhb_must_check fhb_rc_t fhb_splice_data(fhb_splice_scan_t *st,
    const fhb_splice_syntax_t *syntax, const unsigned char **in,
    size_t *left, fhb_splice_t *out);
fhb_must_check fhb_rc_t fhb_splice_hex(fhb_splice_scan_t *st,
    unsigned char c);
int fhb_splice_blank(unsigned char c);


#pragma GCC visibility pop

#endif /* FHB_SPLICE_H */
