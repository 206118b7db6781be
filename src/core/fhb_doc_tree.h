/*
 * A small JSON document as a tree.  A value that is not there is NULL, and
 * NULL may be given to all of these functions.
 */

#ifndef FHB_DOC_TREE_H
#define FHB_DOC_TREE_H

#include "fhb_doc.h"

#pragma GCC visibility push(hidden)


/* a value in a tree; zero bytes are no value */

typedef struct fhb_doc_node_s  fhb_doc_node_t;

struct fhb_doc_node_s {
    fhb_doc_type_t         type;        /* up to FHB_DOC_OBJECT */
    unsigned               count;       /* of children */
    fhb_str_t              name;        /* of a member of an object */
    fhb_str_t              value;       /* as in an event */
    const fhb_doc_node_t  *first;       /* child, in the document's order */
    const fhb_doc_node_t  *next;        /* sibling */
};

typedef struct fhb_doc_s  fhb_doc_t;


/*
 * fhb_doc_parse - read one whole document.
 *
 * shape    in: not needed any more when the function returns
 * returns  FHB_OK and *doc | as fhb_doc_feed(); *doc is NULL after an error
 * memory   from alloc, which must outlive the document: the bytes of the
 *          strings and 64 bytes a value, so 512 KiB of nodes at most
 * source   RFC 8259
 * test     t/unit/test_doc.c, t/fuzz/fuzz_doc.c
 */

fhb_must_check fhb_rc_t fhb_doc_parse(fhb_doc_t **doc,
    const fhb_alloc_t *alloc, fhb_str_t in);


/*
 * fhb_doc_create, fhb_doc_add, fhb_doc_end - the same in pieces.
 *
 * shape    max, longest: see fhb_doc_push_create() and fhb_doc_push_cut(); 0:
 *          nothing is cut; in: as fhb_doc_feed()
 * returns  create: FHB_OK and *doc | FHB_E_NOMEM; add and end: as
 *          fhb_doc_feed() and fhb_doc_finish()
 * memory   as fhb_doc_parse(); the nodes are there after an end with FHB_OK
 * test     t/unit/test_bundle.c
 */

fhb_must_check fhb_rc_t fhb_doc_create(fhb_doc_t **doc,
    const fhb_alloc_t *alloc, size_t max, size_t longest);
fhb_must_check fhb_rc_t fhb_doc_add(fhb_doc_t *doc, fhb_str_t in);
fhb_must_check fhb_rc_t fhb_doc_end(fhb_doc_t *doc);


/* doc may be NULL */

void fhb_doc_free(fhb_doc_t *doc);


/* the top value; it lives as long as the document */

const fhb_doc_node_t *fhb_doc_root(const fhb_doc_t *doc);


/*
 * fhb_doc_member - find a member of an object by its name.
 *
 * shape    node: may be NULL or no object
 * returns  the value | NULL when there is none
 * test     t/unit/test_doc.c
 */

const fhb_doc_node_t *fhb_doc_member(const fhb_doc_node_t *node,
    fhb_str_t name);


/*
 * fhb_doc_string, fhb_doc_number - the bytes of a string, or those of a
 * number as it was written.
 *
 * shape    node: may be NULL
 * returns  FHB_OK and *s | FHB_ABSENT for NULL | FHB_E_SYNTAX for another
 *          type
 * memory   *s points into the document
 * test     t/unit/test_doc.c
 */

fhb_must_check fhb_rc_t fhb_doc_string(const fhb_doc_node_t *node,
    fhb_str_t *s);
fhb_must_check fhb_rc_t fhb_doc_number(const fhb_doc_node_t *node,
    fhb_str_t *s);


/*
 * fhb_doc_bool - a boolean.
 *
 * returns  FHB_OK and *value of 0 or 1 | as fhb_doc_string()
 */

fhb_must_check fhb_rc_t fhb_doc_bool(const fhb_doc_node_t *node, int *value);


/*
 * fhb_doc_is - whether a value is this string.
 *
 * shape    node: may be NULL
 * returns  not 0 when it is
 */

int fhb_doc_is(const fhb_doc_node_t *node, fhb_str_t s);


#pragma GCC visibility pop

#endif /* FHB_DOC_TREE_H */
