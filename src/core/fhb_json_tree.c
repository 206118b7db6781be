/*
 * JSON as a tree: nodes and strings in chunks that are freed together.
 */

#include <string.h>

#include "fhb_json_tree.h"
#include "fhb_text.h"


#define FHB_JSON_CHUNK  4000            /* bytes of a chunk, at least */


typedef struct fhb_json_chunk_s  fhb_json_chunk_t;

struct fhb_json_chunk_s {
    fhb_json_chunk_t  *next;
    size_t             size;            /* bytes that follow */
    size_t             used;
};


struct fhb_json_s {
    fhb_alloc_t        alloc;
    fhb_json_push_t   *push;            /* NULL: all of it was read */
    fhb_json_chunk_t  *chunks;          /* the newest first */
    fhb_json_node_t   *root;
    fhb_str_t          name;            /* of the member to come */
    fhb_json_node_t   *open[FHB_MAX_JSON_DEPTH];
    fhb_json_node_t   *last[FHB_MAX_JSON_DEPTH];
                                        /* child of each open container */
};


static fhb_rc_t fhb_json_on_event(void *data, const fhb_json_event_t *event);
static void fhb_json_link(fhb_json_t *json, fhb_json_node_t *node,
    unsigned depth);
static void *fhb_json_take(fhb_json_t *json, size_t size);
static fhb_rc_t fhb_json_copy(fhb_json_t *json, fhb_str_t *copy, fhb_str_t s);


fhb_rc_t
fhb_json_parse(fhb_json_t **json, const fhb_alloc_t *alloc, fhb_str_t in)
{
    fhb_rc_t  rc;

    rc = fhb_json_create(json, alloc, in.len, 0);

    if (rc != FHB_OK) {
        return rc;
    }

    rc = fhb_json_add(*json, in);

    if (rc == FHB_OK) {
        rc = fhb_json_end(*json);
    }

    if (rc != FHB_OK) {
        fhb_json_free(*json);
        *json = NULL;
    }

    return rc;
}


fhb_rc_t
fhb_json_create(fhb_json_t **out, const fhb_alloc_t *alloc, size_t max,
    size_t longest)
{
    fhb_rc_t     rc;
    fhb_json_t  *json;

    *out = NULL;

    json = alloc->alloc(alloc->ctx, sizeof(fhb_json_t));
    if (json == NULL) {
        return FHB_E_NOMEM;
    }

    memset(json, 0, sizeof(fhb_json_t));
    json->alloc = *alloc;

    rc = fhb_json_push_create(&json->push, &json->alloc, max, fhb_json_on_event,
                             json);
    if (rc != FHB_OK) {
        fhb_json_free(json);
        return rc;
    }

    fhb_json_push_cut(json->push, longest);

    *out = json;

    return FHB_OK;
}


fhb_rc_t
fhb_json_add(fhb_json_t *json, fhb_str_t in)
{
    return fhb_json_feed(json->push, in);
}


/* a tree that is used has no need of the parser's memory */

fhb_rc_t
fhb_json_end(fhb_json_t *json)
{
    fhb_rc_t  rc;

    rc = fhb_json_finish(json->push);

    if (rc == FHB_OK) {
        fhb_json_push_free(json->push);
        json->push = NULL;
    }

    return rc;
}


void
fhb_json_free(fhb_json_t *json)
{
    fhb_alloc_t        alloc;
    fhb_json_chunk_t  *chunk, *next;

    if (json == NULL) {
        return;
    }

    alloc = json->alloc;

    fhb_json_push_free(json->push);

    for (chunk = json->chunks; chunk != NULL; chunk = next) {
        next = chunk->next;
        alloc.free(alloc.ctx, chunk);
    }

    alloc.free(alloc.ctx, json);
}


static fhb_rc_t
fhb_json_on_event(void *data, const fhb_json_event_t *event)
{
    fhb_json_t  *json = data;

    fhb_rc_t          rc;
    fhb_json_node_t  *node;

    if (event->type == FHB_JSON_KEY) {
        return fhb_json_copy(json, &json->name, event->value);
    }

    if (event->type >= FHB_JSON_ARRAY_END) {
        return FHB_OK;
    }

    node = fhb_json_take(json, sizeof(fhb_json_node_t));
    if (node == NULL) {
        return FHB_E_NOMEM;
    }

    memset(node, 0, sizeof(fhb_json_node_t));
    node->type = event->type;

    rc = fhb_json_copy(json, &node->value, event->value);
    if (rc != FHB_OK) {
        return rc;
    }

    fhb_json_link(json, node, event->depth);

    return FHB_OK;
}


static void
fhb_json_link(fhb_json_t *json, fhb_json_node_t *node, unsigned depth)
{
    fhb_json_node_t  *parent;

    if (depth == 0) {
        json->root = node;

    } else {
        parent = json->open[depth - 1];

        if (parent->type == FHB_JSON_OBJECT) {
            node->name = json->name;
        }

        if (parent->count++ == 0) {
            parent->first = node;

        } else {
            json->last[depth - 1]->next = node;
        }

        json->last[depth - 1] = node;
    }

    if (node->type == FHB_JSON_ARRAY || node->type == FHB_JSON_OBJECT) {
        json->open[depth] = node;
    }
}


static void *
fhb_json_take(fhb_json_t *json, size_t size)
{
    size_t             room;
    unsigned char     *p;
    fhb_json_chunk_t  *chunk;

    if (size > SIZE_MAX / 2) {
        return NULL;
    }

    size = (size + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
    chunk = json->chunks;

    if (chunk == NULL || size > chunk->size - chunk->used) {
        room = (size > FHB_JSON_CHUNK) ? size : FHB_JSON_CHUNK;

        chunk = json->alloc.alloc(json->alloc.ctx,
                                 sizeof(fhb_json_chunk_t) + room);
        if (chunk == NULL) {
            return NULL;
        }

        chunk->next = json->chunks;
        chunk->size = room;
        chunk->used = 0;
        json->chunks = chunk;
    }

    p = (unsigned char *) (chunk + 1) + chunk->used;
    chunk->used += size;

    return p;
}


static fhb_rc_t
fhb_json_copy(fhb_json_t *json, fhb_str_t *copy, fhb_str_t s)
{
    unsigned char  *p;

    copy->len = 0;
    copy->data = NULL;

    if (s.len == 0) {
        return FHB_OK;
    }

    p = fhb_json_take(json, s.len);
    if (p == NULL) {
        return FHB_E_NOMEM;
    }

    memcpy(p, s.data, s.len);
    copy->len = s.len;
    copy->data = p;

    return FHB_OK;
}


const fhb_json_node_t *
fhb_json_root(const fhb_json_t *json)
{
    return json->root;
}


const fhb_json_node_t *
fhb_json_member(const fhb_json_node_t *node, fhb_str_t name)
{
    const fhb_json_node_t  *child;

    if (node == NULL || node->type != FHB_JSON_OBJECT) {
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
fhb_json_string(const fhb_json_node_t *node, fhb_str_t *s)
{
    if (node == NULL) {
        return FHB_ABSENT;
    }

    if (node->type != FHB_JSON_STRING) {
        return FHB_E_SYNTAX;
    }

    *s = node->value;

    return FHB_OK;
}


fhb_rc_t
fhb_json_number(const fhb_json_node_t *node, fhb_str_t *s)
{
    if (node == NULL) {
        return FHB_ABSENT;
    }

    if (node->type != FHB_JSON_NUMBER) {
        return FHB_E_SYNTAX;
    }

    *s = node->value;

    return FHB_OK;
}


fhb_rc_t
fhb_json_bool(const fhb_json_node_t *node, int *value)
{
    if (node == NULL) {
        return FHB_ABSENT;
    }

    if (node->type != FHB_JSON_TRUE && node->type != FHB_JSON_FALSE) {
        return FHB_E_SYNTAX;
    }

    *value = (node->type == FHB_JSON_TRUE);

    return FHB_OK;
}


int
fhb_json_is(const fhb_json_node_t *node, fhb_str_t s)
{
    return node != NULL && node->type == FHB_JSON_STRING
           && fhb_text_eq(node->value, s);
}
