/*
 * The skeleton of a FHIR JSON Binary.
 */

#include <string.h>

#include "fhb_bin_skeleton.h"
#include "fhb_json.h"
#include "fhb_text.h"


typedef struct {
    fhb_alloc_t       alloc;
    fhb_json_push_t  *push;
    fhb_bin_facts_t  *facts;
    fhb_bin_field_t   path[5];          /* at depth 1 to 4 */
    unsigned          depth;            /* of the last name */
    unsigned          named:1;          /* its value is to come */
    unsigned          closed:1;         /* the resource is */
} fhb_bin_json_t;


static fhb_rc_t fhb_bin_json_create(void **parser, const fhb_alloc_t *alloc,
    fhb_bin_facts_t *facts);
static fhb_rc_t fhb_bin_json_feed(void *parser, fhb_str_t in);
static fhb_rc_t fhb_bin_json_finish(void *parser);
static int fhb_bin_json_at_value(const void *parser);
static int fhb_bin_json_at_end(const void *parser);
static void fhb_bin_json_free(void *parser);
static fhb_rc_t fhb_bin_json_event(void *data, const fhb_json_event_t *event);
static int fhb_bin_json_tagged(const fhb_bin_json_t *p, unsigned depth);
static fhb_rc_t fhb_bin_json_key(fhb_bin_json_t *p, unsigned depth,
    fhb_str_t name);
static fhb_rc_t fhb_bin_json_value(fhb_bin_json_t *p,
    const fhb_json_event_t *event);


const fhb_bin_format_t  fhb_bin_json = {
    fhb_bin_json_create,
    fhb_bin_json_feed,
    fhb_bin_json_finish,
    fhb_bin_json_at_value,
    fhb_bin_json_at_end,
    fhb_bin_json_free,
    fhb_splice_json,
    fhb_splice_json_plain
};


static fhb_rc_t
fhb_bin_json_create(void **parser, const fhb_alloc_t *alloc,
    fhb_bin_facts_t *facts)
{
    fhb_rc_t         rc;
    fhb_bin_json_t  *p;

    *parser = NULL;

    p = alloc->alloc(alloc->ctx, sizeof(fhb_bin_json_t));
    if (p == NULL) {
        return FHB_E_NOMEM;
    }

    memset(p, 0, sizeof(fhb_bin_json_t));
    p->alloc = *alloc;
    p->facts = facts;

    rc = fhb_json_push_create(&p->push, alloc, FHB_BIN_MAX_SKELETON,
                             fhb_bin_json_event, p);
    if (rc != FHB_OK) {
        fhb_bin_json_free(p);
        return rc;
    }

    *parser = p;

    return FHB_OK;
}


static fhb_rc_t
fhb_bin_json_feed(void *parser, fhb_str_t in)
{
    fhb_bin_json_t  *p = parser;

    return fhb_json_feed(p->push, in);
}


static fhb_rc_t
fhb_bin_json_finish(void *parser)
{
    fhb_bin_json_t  *p = parser;

    return fhb_json_finish(p->push);
}


static int
fhb_bin_json_at_value(const void *parser)
{
    const fhb_bin_json_t  *p = parser;

    return p->named && p->depth == 1 && p->path[1] == FHB_BIN_FIELD_VALUE;
}


static int
fhb_bin_json_at_end(const void *parser)
{
    const fhb_bin_json_t  *p = parser;

    return p->closed;
}


static void
fhb_bin_json_free(void *parser)
{
    fhb_alloc_t      alloc;
    fhb_bin_json_t  *p = parser;

    fhb_json_push_free(p->push);

    alloc = p->alloc;
    alloc.free(alloc.ctx, p);
}


static fhb_rc_t
fhb_bin_json_event(void *data, const fhb_json_event_t *event)
{
    fhb_bin_json_t  *p = data;

    switch (event->type) {

    case FHB_JSON_KEY:
        return fhb_bin_json_key(p, event->depth, event->value);

    case FHB_JSON_OBJECT_END:
        p->closed = (event->depth == 0);

        if (fhb_bin_json_tagged(p, event->depth)) {
            fhb_bin_tag(p->facts, 1);
        }

        return FHB_OK;

    case FHB_JSON_ARRAY_END:
        return FHB_OK;

    case FHB_JSON_OBJECT:
        if (fhb_bin_json_tagged(p, event->depth)) {
            fhb_bin_tag(p->facts, 0);
        }

        break;

    case FHB_JSON_NONE:
    case FHB_JSON_NULL:
    case FHB_JSON_FALSE:
    case FHB_JSON_TRUE:
    case FHB_JSON_NUMBER:
    case FHB_JSON_STRING:
    case FHB_JSON_LONG:
    case FHB_JSON_ARRAY:
        break;
    }

    if (!p->named) {
        return FHB_OK;                  /* the root, or within an array */
    }

    p->named = 0;

    return fhb_bin_json_value(p, event);
}


/*
 * Within meta.tag: an array of objects, or, as some write it, one object.
 * depth: of an object.
 */

static int
fhb_bin_json_tagged(const fhb_bin_json_t *p, unsigned depth)
{
    return (depth == 2 || depth == 3)
           && p->path[1] == FHB_BIN_FIELD_META
           && p->path[2] == FHB_BIN_FIELD_TAG;
}


static fhb_rc_t
fhb_bin_json_key(fhb_bin_json_t *p, unsigned depth, fhb_str_t name)
{
    fhb_rc_t                rc;
    fhb_bin_field_t         field, parent;
    static const fhb_str_t  type = fhb_string("resourceType");

    parent = FHB_BIN_FIELD_NONE;

    if (depth == 1) {
        parent = FHB_BIN_FIELD_ROOT;

    } else if (depth == 2) {
        parent = p->path[1];

    } else if (fhb_bin_json_tagged(p, depth - 1)) {
        parent = FHB_BIN_FIELD_TAG;
    }

    rc = fhb_bin_field(&field, parent, name);

    if (depth == 1 && fhb_text_eq(name, type)) {
        field = FHB_BIN_FIELD_TYPE;
    }

    if (rc == FHB_OK) {
        rc = fhb_bin_open(p->facts, field);
    }

    if (depth < fhb_nelts(p->path)) {
        p->path[depth] = field;
    }

    p->depth = depth;
    p->named = 1;

    return rc;
}


static fhb_rc_t
fhb_bin_json_value(fhb_bin_json_t *p, const fhb_json_event_t *event)
{
    fhb_bin_field_t  field;

    if (p->depth >= fhb_nelts(p->path)) {
        return FHB_OK;
    }

    field = p->path[p->depth];

    switch (field) {

    case FHB_BIN_FIELD_NONE:
    case FHB_BIN_FIELD_TAG:
    case FHB_BIN_FIELD_EXTENSION:
        return FHB_OK;

    case FHB_BIN_FIELD_SYSTEM:
    case FHB_BIN_FIELD_CODE:
        return event->type == FHB_JSON_STRING
               ? fhb_bin_set(p->facts, field, event->value) : FHB_OK;

    case FHB_BIN_FIELD_SIBLING:

        /* whatever it says, it is more than an id */

        if (event->type != FHB_JSON_OBJECT && event->type != FHB_JSON_NULL) {
            p->facts->withheld = 1;
        }

        return FHB_OK;

    case FHB_BIN_FIELD_META:
    case FHB_BIN_FIELD_SECURITY:
        return event->type == FHB_JSON_OBJECT ? FHB_OK
                                             : FHB_E_BACKEND_RESOURCE;

    case FHB_BIN_FIELD_VALUE:

        /* the scanner left nothing of a string but its quotes */

        return event->value.len && event->type == FHB_JSON_STRING
               ? FHB_E_BACKEND_RESOURCE : FHB_OK;

    case FHB_BIN_FIELD_ROOT:
    case FHB_BIN_FIELD_TYPE:
    case FHB_BIN_FIELD_ID:
    case FHB_BIN_FIELD_VERSION_ID:
    case FHB_BIN_FIELD_LAST_UPDATED:
    case FHB_BIN_FIELD_CONTENT_TYPE:
    case FHB_BIN_FIELD_REFERENCE:
        break;
    }

    if (event->type != FHB_JSON_STRING) {
        return FHB_E_BACKEND_RESOURCE;
    }

    return fhb_bin_set(p->facts, field, event->value);
}
