/*
 * The text of a JSON document: what yajl does not check of it.
 */

#ifndef FHB_JSON_TEXT_H
#define FHB_JSON_TEXT_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


typedef struct {
    unsigned char  need;                /* continuation bytes to come */
    unsigned char  low;                 /* bounds of the next one */
    unsigned char  high;
    unsigned char  escape;              /* 0, 1 after "\", 2..5 hex digits */
    unsigned char  quoted;              /* within a string */
    unsigned char  paired;              /* a high surrogate waits */
    uint16_t       unit;                /* of UTF-16, so far */
} fhb_json_text_t;                       /* zeroed is a new document */


/*
 * fhb_json_text_feed - check the UTF-8 and the \u escapes of a piece.
 *
 * shape    in: any length, may split anything
 * returns  FHB_OK | FHB_E_SYNTAX
 * source   RFC 3629 s.4; RFC 8259 s.7, s.8.2
 * test     t/unit/test_json.c
 */

fhb_must_check fhb_rc_t fhb_json_text_feed(fhb_json_text_t *t, fhb_str_t in);


#pragma GCC visibility pop

#endif /* FHB_JSON_TEXT_H */
