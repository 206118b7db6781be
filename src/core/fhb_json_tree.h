/*
 * A small JSON document as a tree.  A value that is not there is NULL, and
 * NULL may be given to all of these functions.
 */

#ifndef FHB_JSON_TREE_H
#define FHB_JSON_TREE_H

#include "fhb_json.h"

#pragma GCC visibility push(hidden)


/* a value in a tree; zero bytes are no value */

typedef struct fhb_json_node_s  fhb_json_node_t;

struct fhb_json_node_s {
    fhb_json_type_t         type;       /* up to FHB_JSON_OBJECT */
    unsigned                count;      /* of children */
    fhb_str_t               name;       /* of a member of an object */
    fhb_str_t               value;      /* as in an event */
    const fhb_json_node_t  *first;      /* child, in the order of the text */
    const fhb_json_node_t  *next;       /* sibling */
};

typedef struct fhb_json_s  fhb_json_t;


/*
 * fhb_json_parse - read one whole document.
 *
 * shape    in: not needed any more when the function returns
 * returns  FHB_OK and *json | as fhb_json_feed(); *json is NULL after an error
 * memory   from alloc, which must outlive the tree: the bytes of the
 *          strings and 64 bytes a value, so 512 KiB of nodes at most
 * source   RFC 8259
 * test     t/unit/test_json.c, t/fuzz/fuzz_json.c
 */

fhb_must_check fhb_rc_t fhb_json_parse(fhb_json_t **json,
    const fhb_alloc_t *alloc, fhb_str_t in);


/*
 * fhb_json_create, fhb_json_add, fhb_json_end - the same in pieces.
 *
 * shape    max, longest: see fhb_json_push_create(), fhb_json_push_cut(); 0:
 *          nothing is cut; in: as fhb_json_feed()
 * returns  create: FHB_OK and *json | FHB_E_NOMEM; add and end: as
 *          fhb_json_feed() and fhb_json_finish()
 * memory   as fhb_json_parse(); the nodes are there after an end with FHB_OK
 * test     t/unit/test_bundle.c
 */

fhb_must_check fhb_rc_t fhb_json_create(fhb_json_t **json,
    const fhb_alloc_t *alloc, size_t max, size_t longest);
fhb_must_check fhb_rc_t fhb_json_add(fhb_json_t *json, fhb_str_t in);
fhb_must_check fhb_rc_t fhb_json_end(fhb_json_t *json);


/* json may be NULL */

void fhb_json_free(fhb_json_t *json);


/* the top value; it lives as long as the tree */

const fhb_json_node_t *fhb_json_root(const fhb_json_t *json);


/*
 * fhb_json_member - find a member of an object by its name.
 *
 * shape    node: may be NULL or no object
 * returns  the value | NULL when there is none
 * test     t/unit/test_json.c
 */

const fhb_json_node_t *fhb_json_member(const fhb_json_node_t *node,
    fhb_str_t name);


/*
 * fhb_json_string, fhb_json_number - the bytes of a string, or those of a
 * number as it was written.
 *
 * shape    node: may be NULL
 * returns  FHB_OK and *s | FHB_ABSENT for NULL | FHB_E_SYNTAX for another
 *          type
 * memory   *s points into the tree
 * test     t/unit/test_json.c
 */

fhb_must_check fhb_rc_t fhb_json_string(const fhb_json_node_t *node,
    fhb_str_t *s);
fhb_must_check fhb_rc_t fhb_json_number(const fhb_json_node_t *node,
    fhb_str_t *s);


/*
 * fhb_json_bool - a boolean.
 *
 * returns  FHB_OK and *value of 0 or 1 | as fhb_json_string()
 */

fhb_must_check fhb_rc_t fhb_json_bool(const fhb_json_node_t *node, int *value);


/*
 * fhb_json_is - whether a value is this string.
 *
 * shape    node: may be NULL
 * returns  not 0 when it is
 */

int fhb_json_is(const fhb_json_node_t *node, fhb_str_t s);


#pragma GCC visibility pop

#endif /* FHB_JSON_TREE_H */
