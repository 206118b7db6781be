/*
 * Small JSON documents, bounded: a JOSE header, a set of claims, a JWKS, an
 * introspection answer, a FHIR resource whose data was cut out before.
 *
 * The bytes come in any pieces, a handler is called for each event; or, in
 * fhb_doc_tree.h, the whole document is kept as nodes.  Refused is what
 * parsers are known to disagree on: member names that repeat within an
 * object, invalid UTF-8, half of a surrogate pair, bytes behind the document.
 *
 * yajl is known to fhb_doc.c only.
 */

#ifndef FHB_DOC_H
#define FHB_DOC_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


typedef enum {
    FHB_DOC_NONE = 0,
    FHB_DOC_NULL,
    FHB_DOC_FALSE,
    FHB_DOC_TRUE,
    FHB_DOC_NUMBER,
    FHB_DOC_STRING,
    FHB_DOC_LONG,                       /* a string, see fhb_doc_push_cut() */
    FHB_DOC_ARRAY,
    FHB_DOC_OBJECT,
    FHB_DOC_ARRAY_END,                  /* events only, from here on */
    FHB_DOC_OBJECT_END,
    FHB_DOC_KEY
} fhb_doc_type_t;


typedef struct {
    fhb_doc_type_t  type;
    unsigned        depth;              /* open containers around it; a key
                                         * and its value: the same number */
    fhb_str_t       value;              /* KEY, STRING: escapes undone;
                                         * NUMBER: as written; else empty */
} fhb_doc_event_t;


/*
 * The handler of events.  The event's bytes are gone when it returns.
 * Anything but FHB_OK ends the parsing and is what feed or finish returns.
 */

typedef fhb_rc_t (*fhb_doc_handler_pt)(void *data,
    const fhb_doc_event_t *event);

typedef struct fhb_doc_push_s  fhb_doc_push_t;


/*
 * fhb_doc_push_create - start a document that comes in pieces.
 *
 * shape    max: bytes that the document may have
 * returns  FHB_OK and *push | FHB_E_NOMEM
 * memory   about 5 KiB, and no more than 4 * max for yajl, which gathers a
 *          string that is split or has escapes; all of it from alloc, which
 *          must outlive the parser; free it with fhb_doc_push_free()
 * test     t/unit/test_doc.c, t/fuzz/fuzz_doc.c
 */

fhb_must_check fhb_rc_t fhb_doc_push_create(fhb_doc_push_t **push,
    const fhb_alloc_t *alloc, size_t max, fhb_doc_handler_pt handler,
    void *data);


/*
 * fhb_doc_push_cut - bound the work and the memory for one string.
 *
 * shape    before the first feed; longest: bytes of a string between its
 *          quotes, as written.  One with a character that starts beyond them
 *          is a FHB_DOC_LONG without a value; such a name, and a number of
 *          more bytes, are FHB_E_TOO_LARGE.  0: nothing is cut
 * memory   with it yajl gathers no more than 4 * longest
 * test     t/unit/test_doc.c, t/fuzz/fuzz_doc.c
 */

void fhb_doc_push_cut(fhb_doc_push_t *push, size_t longest);


/*
 * fhb_doc_feed - parse the next piece.
 *
 * shape    in: any length, may split anything
 * returns  FHB_OK, the piece is consumed | FHB_E_SYNTAX | FHB_E_TOO_LARGE
 *          past max bytes, FHB_MAX_DOC_DEPTH, FHB_MAX_DOC_VALUES or
 *          FHB_MAX_DOC_NAMES | FHB_E_NOMEM | what the handler returned; the
 *          result of a parser that has failed stays the same
 * source   RFC 8259, s.4 (unique names), s.8.1 (UTF-8)
 * test     t/unit/test_doc.c, t/fuzz/fuzz_doc.c
 */

fhb_must_check fhb_rc_t fhb_doc_feed(fhb_doc_push_t *push, fhb_str_t in);


/*
 * fhb_doc_finish - say that there is no more.
 *
 * returns  FHB_OK when it was one whole document | as fhb_doc_feed()
 */

fhb_must_check fhb_rc_t fhb_doc_finish(fhb_doc_push_t *push);


/* push may be NULL */

void fhb_doc_push_free(fhb_doc_push_t *push);


#pragma GCC visibility pop

#endif /* FHB_DOC_H */
