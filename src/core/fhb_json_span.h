/*
 * The spans of a JSON document that a parser is to see: all of it, without
 * what stands behind the first bytes of a long string.
 *
 * yajl reads a token from its start whenever another piece of it comes, and
 * undoes the escapes of a string in one call: a string of a MiB costs 40 ms in
 * pieces of 64 KiB.
 */

#ifndef FHB_JSON_SPAN_H
#define FHB_JSON_SPAN_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


typedef enum {
    FHB_JSON_SPAN_OUTSIDE = 0,          /* of strings */
    FHB_JSON_SPAN_INSIDE,
    FHB_JSON_SPAN_ESCAPE,               /* behind a "\" */
    FHB_JSON_SPAN_HEX                   /* in the digits of a "\u" */
} fhb_json_span_state_t;


/* zeroed but for longest it is at the start of a text */

typedef struct {
    size_t                 longest;     /* bytes, between the quotes */
    size_t                 len;         /* of the string or number, so far */
    fhb_json_span_state_t  state;
    unsigned char          digits;      /* of a "\u", seen */
    unsigned char          skips;       /* the rest of the string is left
                                         * out */
    unsigned char          cut;         /* the span is the end of a string
                                         * of which some was left out */
} fhb_json_span_t;


/*
 * fhb_json_span_next - find the next span.
 *
 * shape    in: any length, may split anything, has passed
 *          fhb_json_text_feed(); behind the function it is what comes behind
 *          the span.  A string is cut between two characters, a pair of
 *          surrogates may be cut in two
 * returns  FHB_OK and *span, into in, of 0 bytes or more | FHB_DONE when in is
 *          used up | FHB_E_SYNTAX for a control character or an escape that
 *          JSON has not, in what is left out | FHB_E_TOO_LARGE for a number,
 *          or what stands in the place of one, above longest
 * memory   none
 * source   RFC 8259 s.7
 * test     t/unit/test_json.c, t/fuzz/fuzz_json.c
 */

fhb_must_check fhb_rc_t fhb_json_span_next(fhb_json_span_t *s, fhb_str_t *in,
    fhb_str_t *span);


#pragma GCC visibility pop

#endif /* FHB_JSON_SPAN_H */
