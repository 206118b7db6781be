/*
 * JSON as a tree: nodes and strings in chunks that are freed together.
 */

#include <string.h>

#include "fhb_doc_tree.h"
#include "fhb_text.h"


#define FHB_DOC_CHUNK  4000             /* bytes of a chunk, at least */


typedef struct fhb_doc_chunk_s  fhb_doc_chunk_t;

struct fhb_doc_chunk_s {
    fhb_doc_chunk_t     *next;
    size_t               size;          /* bytes that follow */
    size_t               used;
};


struct fhb_doc_s {
    fhb_alloc_t          alloc;
    fhb_doc_push_t      *push;          /* NULL: all of it was read */
    fhb_doc_chunk_t     *chunks;        /* the newest first */
    fhb_doc_node_t      *root;
    fhb_str_t            name;          /* of the member to come */
    fhb_doc_node_t      *open[FHB_MAX_DOC_DEPTH];
    fhb_doc_node_t      *last[FHB_MAX_DOC_DEPTH];
                                        /* child of each open container */
};


static fhb_rc_t fhb_doc_on_event(void *data, const fhb_doc_event_t *event);
static void fhb_doc_link(fhb_doc_t *doc, fhb_doc_node_t *node,
    unsigned depth);
static void *fhb_doc_take(fhb_doc_t *doc, size_t size);
static fhb_rc_t fhb_doc_copy(fhb_doc_t *doc, fhb_str_t *copy, fhb_str_t s);


fhb_rc_t
fhb_doc_parse(fhb_doc_t **doc, const fhb_alloc_t *alloc, fhb_str_t in)
{
    fhb_rc_t  rc;

    rc = fhb_doc_create(doc, alloc, in.len, 0);

    if (rc != FHB_OK) {
        return rc;
    }

    rc = fhb_doc_add(*doc, in);

    if (rc == FHB_OK) {
        rc = fhb_doc_end(*doc);
    }

    if (rc != FHB_OK) {
        fhb_doc_free(*doc);
        *doc = NULL;
    }

    return rc;
}


fhb_rc_t
fhb_doc_create(fhb_doc_t **out, const fhb_alloc_t *alloc, size_t max,
    size_t longest)
{
    fhb_rc_t    rc;
    fhb_doc_t  *doc;

    *out = NULL;

    doc = alloc->alloc(alloc->ctx, sizeof(fhb_doc_t));
    if (doc == NULL) {
        return FHB_E_NOMEM;
    }

    memset(doc, 0, sizeof(fhb_doc_t));
    doc->alloc = *alloc;

    rc = fhb_doc_push_create(&doc->push, &doc->alloc, max, fhb_doc_on_event,
                             doc);
    if (rc != FHB_OK) {
        fhb_doc_free(doc);
        return rc;
    }

    fhb_doc_push_cut(doc->push, longest);

    *out = doc;

    return FHB_OK;
}


fhb_rc_t
fhb_doc_add(fhb_doc_t *doc, fhb_str_t in)
{
    return fhb_doc_feed(doc->push, in);
}


/* a tree that is used has no need of the parser's memory */

fhb_rc_t
fhb_doc_end(fhb_doc_t *doc)
{
    fhb_rc_t  rc;

    rc = fhb_doc_finish(doc->push);

    if (rc == FHB_OK) {
        fhb_doc_push_free(doc->push);
        doc->push = NULL;
    }

    return rc;
}


void
fhb_doc_free(fhb_doc_t *doc)
{
    fhb_alloc_t       alloc;
    fhb_doc_chunk_t  *chunk, *next;

    if (doc == NULL) {
        return;
    }

    alloc = doc->alloc;

    fhb_doc_push_free(doc->push);

    for (chunk = doc->chunks; chunk != NULL; chunk = next) {
        next = chunk->next;
        alloc.free(alloc.ctx, chunk);
    }

    alloc.free(alloc.ctx, doc);
}


static fhb_rc_t
fhb_doc_on_event(void *data, const fhb_doc_event_t *event)
{
    fhb_doc_t *doc = data;

    fhb_rc_t         rc;
    fhb_doc_node_t  *node;

    if (event->type == FHB_DOC_KEY) {
        return fhb_doc_copy(doc, &doc->name, event->value);
    }

    if (event->type >= FHB_DOC_ARRAY_END) {
        return FHB_OK;
    }

    node = fhb_doc_take(doc, sizeof(fhb_doc_node_t));
    if (node == NULL) {
        return FHB_E_NOMEM;
    }

    memset(node, 0, sizeof(fhb_doc_node_t));
    node->type = event->type;

    rc = fhb_doc_copy(doc, &node->value, event->value);
    if (rc != FHB_OK) {
        return rc;
    }

    fhb_doc_link(doc, node, event->depth);

    return FHB_OK;
}


static void
fhb_doc_link(fhb_doc_t *doc, fhb_doc_node_t *node, unsigned depth)
{
    fhb_doc_node_t  *parent;

    if (depth == 0) {
        doc->root = node;

    } else {
        parent = doc->open[depth - 1];

        if (parent->type == FHB_DOC_OBJECT) {
            node->name = doc->name;
        }

        if (parent->count++ == 0) {
            parent->first = node;

        } else {
            doc->last[depth - 1]->next = node;
        }

        doc->last[depth - 1] = node;
    }

    if (node->type == FHB_DOC_ARRAY || node->type == FHB_DOC_OBJECT) {
        doc->open[depth] = node;
    }
}


static void *
fhb_doc_take(fhb_doc_t *doc, size_t size)
{
    size_t            room;
    unsigned char    *p;
    fhb_doc_chunk_t  *chunk;

    if (size > SIZE_MAX / 2) {
        return NULL;
    }

    size = (size + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
    chunk = doc->chunks;

    if (chunk == NULL || size > chunk->size - chunk->used) {
        room = (size > FHB_DOC_CHUNK) ? size : FHB_DOC_CHUNK;

        chunk = doc->alloc.alloc(doc->alloc.ctx,
                                 sizeof(fhb_doc_chunk_t) + room);
        if (chunk == NULL) {
            return NULL;
        }

        chunk->next = doc->chunks;
        chunk->size = room;
        chunk->used = 0;
        doc->chunks = chunk;
    }

    p = (unsigned char *) (chunk + 1) + chunk->used;
    chunk->used += size;

    return p;
}


static fhb_rc_t
fhb_doc_copy(fhb_doc_t *doc, fhb_str_t *copy, fhb_str_t s)
{
    unsigned char  *p;

    copy->len = 0;
    copy->data = NULL;

    if (s.len == 0) {
        return FHB_OK;
    }

    p = fhb_doc_take(doc, s.len);
    if (p == NULL) {
        return FHB_E_NOMEM;
    }

    memcpy(p, s.data, s.len);
    copy->len = s.len;
    copy->data = p;

    return FHB_OK;
}


const fhb_doc_node_t *
fhb_doc_root(const fhb_doc_t *doc)
{
    return doc->root;
}


const fhb_doc_node_t *
fhb_doc_member(const fhb_doc_node_t *node, fhb_str_t name)
{
    const fhb_doc_node_t  *child;

    if (node == NULL || node->type != FHB_DOC_OBJECT) {
        return NULL;
    }

    for (child = node->first; child != NULL; child = child->next) {
        if (fhb_text_eq(child->name, name)) {
            return child;
        }
    }

    return NULL;
}


fhb_rc_t
fhb_doc_string(const fhb_doc_node_t *node, fhb_str_t *s)
{
    if (node == NULL) {
        return FHB_ABSENT;
    }

    if (node->type != FHB_DOC_STRING) {
        return FHB_E_SYNTAX;
    }

    *s = node->value;

    return FHB_OK;
}


fhb_rc_t
fhb_doc_number(const fhb_doc_node_t *node, fhb_str_t *s)
{
    if (node == NULL) {
        return FHB_ABSENT;
    }

    if (node->type != FHB_DOC_NUMBER) {
        return FHB_E_SYNTAX;
    }

    *s = node->value;

    return FHB_OK;
}


fhb_rc_t
fhb_doc_bool(const fhb_doc_node_t *node, int *value)
{
    if (node == NULL) {
        return FHB_ABSENT;
    }

    if (node->type != FHB_DOC_TRUE && node->type != FHB_DOC_FALSE) {
        return FHB_E_SYNTAX;
    }

    *value = (node->type == FHB_DOC_TRUE);

    return FHB_OK;
}


int
fhb_doc_is(const fhb_doc_node_t *node, fhb_str_t s)
{
    return node != NULL && node->type == FHB_DOC_STRING
           && fhb_text_eq(node->value, s);
}
