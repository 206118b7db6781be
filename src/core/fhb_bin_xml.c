/*
 * The skeleton of a FHIR XML Binary.  FHIR fixes the order of elements; as
 * in JSON any order is taken, only not one that comes too late.
 */

#include <string.h>

#include "fhb_bin_skeleton.h"
#include "fhb_text.h"
#include "fhb_xml.h"


typedef struct {
    fhb_alloc_t        alloc;
    fhb_xml_t         *xml;
    fhb_bin_facts_t   *facts;
    fhb_bin_field_t    path[4];         /* at depth 0 to 3 */
    unsigned           depth;           /* open elements */
    unsigned           closed:1;        /* the resource is */
} fhb_bin_xml_t;


static fhb_rc_t fhb_bin_xml_create(void **parser, const fhb_alloc_t *alloc,
    fhb_bin_facts_t *facts);
static fhb_rc_t fhb_bin_xml_feed(void *parser, fhb_str_t in);
static fhb_rc_t fhb_bin_xml_finish(void *parser);
static int fhb_bin_xml_at_value(const void *parser);
static int fhb_bin_xml_at_end(const void *parser);
static void fhb_bin_xml_free(void *parser);
static fhb_rc_t fhb_bin_xml_open(void *data, const fhb_xml_tag_t *tag);
static fhb_rc_t fhb_bin_xml_root(fhb_bin_xml_t *p, const fhb_xml_tag_t *tag);
static fhb_rc_t fhb_bin_xml_close(void *data, unsigned depth);
static fhb_rc_t fhb_bin_xml_text(void *data, fhb_str_t text);


static const fhb_xml_handler_t  fhb_bin_xml_handler = {
    fhb_bin_xml_open,
    fhb_bin_xml_close,
    fhb_bin_xml_text,
    1                                   /* the scanner reads bytes: it sees
                                         * the same only in UTF-8 */
};


const fhb_bin_format_t  fhb_bin_xml = {
    fhb_bin_xml_create,
    fhb_bin_xml_feed,
    fhb_bin_xml_finish,
    fhb_bin_xml_at_value,
    fhb_bin_xml_at_end,
    fhb_bin_xml_free,
    fhb_splice_xml,
    fhb_splice_xml_plain
};


static fhb_rc_t
fhb_bin_xml_create(void **parser, const fhb_alloc_t *alloc,
    fhb_bin_facts_t *facts)
{
    fhb_rc_t        rc;
    fhb_bin_xml_t  *p;

    *parser = NULL;

    p = alloc->alloc(alloc->ctx, sizeof(fhb_bin_xml_t));
    if (p == NULL) {
        return FHB_E_NOMEM;
    }

    memset(p, 0, sizeof(fhb_bin_xml_t));
    p->alloc = *alloc;
    p->facts = facts;

    rc = fhb_xml_create(&p->xml, alloc, &fhb_bin_xml_handler, p);

    if (rc != FHB_OK) {
        fhb_bin_xml_free(p);
        return rc;
    }

    *parser = p;

    return FHB_OK;
}


static fhb_rc_t
fhb_bin_xml_feed(void *parser, fhb_str_t in)
{
    fhb_bin_xml_t  *p = parser;

    return fhb_xml_feed(p->xml, in);
}


static fhb_rc_t
fhb_bin_xml_finish(void *parser)
{
    fhb_bin_xml_t  *p = parser;

    return fhb_xml_finish(p->xml);
}


static int
fhb_bin_xml_at_value(const void *parser)
{
    const fhb_bin_xml_t  *p = parser;

    return p->depth == 1;
}


static int
fhb_bin_xml_at_end(const void *parser)
{
    const fhb_bin_xml_t  *p = parser;

    return p->closed;
}


static void
fhb_bin_xml_free(void *parser)
{
    fhb_alloc_t     alloc;
    fhb_bin_xml_t  *p = parser;

    fhb_xml_free(p->xml);

    alloc = p->alloc;
    alloc.free(alloc.ctx, p);
}


static fhb_rc_t
fhb_bin_xml_open(void *data, const fhb_xml_tag_t *tag)
{
    fhb_rc_t                rc;
    fhb_str_t               value;
    fhb_bin_xml_t          *p = data;
    fhb_bin_field_t         field, parent;
    static const fhb_str_t  attr = fhb_string("value");
    static const fhb_str_t  space = fhb_string("http://hl7.org/fhir");
    static const unsigned   max = fhb_nelts(p->path);

    p->depth = tag->depth + 1;

    if (p->depth > FHB_MAX_JSON_DEPTH
        || !fhb_text_eq(tag->space, space))
    {
        return FHB_E_BACKEND_RESOURCE;
    }

    if (tag->depth == 0) {
        return fhb_bin_xml_root(p, tag);
    }

    parent = (tag->depth < max) ? p->path[tag->depth - 1]
                                : FHB_BIN_FIELD_NONE;

    rc = fhb_bin_field(&field, parent, tag->name);

    if (parent == FHB_BIN_FIELD_VALUE) {
        field = FHB_BIN_FIELD_EXTENSION;        /* what else could it be */
    }

    if (rc == FHB_OK) {
        rc = fhb_bin_open(p->facts, field);
    }

    if (rc != FHB_OK) {
        return rc;
    }

    if (tag->depth < max) {
        p->path[tag->depth] = field;
    }

    if (field == FHB_BIN_FIELD_TAG) {
        fhb_bin_tag(p->facts, 0);
    }

    if (fhb_xml_attr(tag, attr, &value) != FHB_OK) {
        return FHB_OK;
    }

    if (field == FHB_BIN_FIELD_VALUE) {

        /* the scanner left nothing of it but its quotes */

        return value.len ? FHB_E_BACKEND_RESOURCE : FHB_OK;
    }

    return fhb_bin_set(p->facts, field, value);
}


static fhb_rc_t
fhb_bin_xml_root(fhb_bin_xml_t *p, const fhb_xml_tag_t *tag)
{
    p->path[0] = FHB_BIN_FIELD_ROOT;

    return fhb_bin_set(p->facts, FHB_BIN_FIELD_TYPE, tag->name);
}


static fhb_rc_t
fhb_bin_xml_close(void *data, unsigned depth)
{
    fhb_bin_xml_t  *p = data;

    p->depth = depth;
    p->closed = (depth == 0);

    if (depth == 2 && p->path[2] == FHB_BIN_FIELD_TAG) {
        fhb_bin_tag(p->facts, 1);
    }

    return FHB_OK;
}


/* No element of a Binary has text. */

static fhb_rc_t
fhb_bin_xml_text(void *data, fhb_str_t text)
{
    size_t  i;

    (void) data;

    for (i = 0; i < text.len; i++) {
        if (!fhb_splice_blank(text.data[i])) {
            return FHB_E_BACKEND_RESOURCE;
        }
    }

    return FHB_OK;
}
