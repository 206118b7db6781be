/*
 * Small JSON documents, bounded: a JOSE header, a set of claims, a JWKS, an
 * introspection answer, a FHIR resource whose data was cut out before.
 *
 * The bytes come in any pieces, a handler is called for each event; or, in
 * fhb_json_tree.h, the whole document is kept as nodes.  Refused is what
 * parsers are known to disagree on: member names that repeat within an
 * object, invalid UTF-8, half of a surrogate pair, bytes behind the text.
 *
 * yajl is known to fhb_json.c only.
 */

#ifndef FHB_JSON_H
#define FHB_JSON_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


typedef enum {
    FHB_JSON_NONE = 0,
    FHB_JSON_NULL,
    FHB_JSON_FALSE,
    FHB_JSON_TRUE,
    FHB_JSON_NUMBER,
    FHB_JSON_STRING,
    FHB_JSON_LONG,                      /* a string, see fhb_json_push_cut() */
    FHB_JSON_ARRAY,
    FHB_JSON_OBJECT,
    FHB_JSON_ARRAY_END,                 /* events only, from here on */
    FHB_JSON_OBJECT_END,
    FHB_JSON_KEY
} fhb_json_type_t;


typedef struct {
    fhb_json_type_t  type;
    unsigned         depth;             /* open containers around it; a key
                                         * and its value: the same number */
    fhb_str_t        value;             /* KEY, STRING: escapes undone;
                                         * NUMBER: as written; else empty */
} fhb_json_event_t;


/*
 * The handler of events.  The event's bytes are gone when it returns.
 * Anything but FHB_OK ends the parsing and is what feed or finish returns.
 */

typedef fhb_rc_t (*fhb_json_handler_pt)(void *data,
    const fhb_json_event_t *event);

typedef struct fhb_json_push_s  fhb_json_push_t;


/*
 * fhb_json_push_create - start a text that comes in pieces.
 *
 * shape    max: bytes that the text may have
 * returns  FHB_OK and *push | FHB_E_NOMEM
 * memory   about 5 KiB, and no more than 4 * max for yajl, which gathers a
 *          string that is split or has escapes; all of it from alloc, which
 *          must outlive the parser; free it with fhb_json_push_free()
 * test     t/unit/test_json.c, t/fuzz/fuzz_json.c
 */

fhb_must_check fhb_rc_t fhb_json_push_create(fhb_json_push_t **push,
    const fhb_alloc_t *alloc, size_t max, fhb_json_handler_pt handler,
    void *data);


/*
 * fhb_json_push_cut - bound the work and the memory for one string.
 *
 * shape    before the first feed; longest: bytes of a string between its
 *          quotes, as written.  One with a character that starts beyond them
 *          is a FHB_JSON_LONG without a value; such a name, and a number of
 *          more bytes, are FHB_E_TOO_LARGE.  0: nothing is cut
 * memory   with it yajl gathers no more than 4 * longest
 * test     t/unit/test_json.c, t/fuzz/fuzz_json.c
 */

void fhb_json_push_cut(fhb_json_push_t *push, size_t longest);


/*
 * fhb_json_feed - parse the next piece.
 *
 * shape    in: any length, may split anything
 * returns  FHB_OK, the piece is consumed | FHB_E_SYNTAX | FHB_E_TOO_LARGE
 *          past max bytes, FHB_MAX_JSON_DEPTH, FHB_MAX_JSON_VALUES or
 *          FHB_MAX_JSON_NAMES | FHB_E_NOMEM | what the handler returned; the
 *          result of a parser that has failed stays the same
 * source   RFC 8259, s.4 (unique names), s.8.1 (UTF-8)
 * test     t/unit/test_json.c, t/fuzz/fuzz_json.c
 */

fhb_must_check fhb_rc_t fhb_json_feed(fhb_json_push_t *push, fhb_str_t in);


/*
 * fhb_json_finish - say that there is no more.
 *
 * returns  FHB_OK when it was one whole document | as fhb_json_feed()
 */

fhb_must_check fhb_rc_t fhb_json_finish(fhb_json_push_t *push);


/* push may be NULL */

void fhb_json_push_free(fhb_json_push_t *push);


#pragma GCC visibility pop

#endif /* FHB_JSON_H */
