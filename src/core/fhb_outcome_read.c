/*
 * Somebody else's OperationOutcome.
 *
 *     JSON    { "resourceType": "OperationOutcome", ... }
 *     XML     <OperationOutcome xmlns="http://hl7.org/fhir"> ...
 *
 * FHIR asks for an issue in each.  A server that leaves it out has said no
 * less than we could in its place.
 */

#include <string.h>

#include "fhb_doc.h"
#include "fhb_outcome.h"
#include "fhb_text.h"
#include "fhb_xml.h"


typedef struct {
    unsigned  type:1;                   /* the member that names the type */
    unsigned  typed:1;                  /* it says what it is */
} fhb_outcome_seen_t;


static fhb_rc_t fhb_outcome_read_json(const fhb_alloc_t *alloc,
    fhb_outcome_seen_t *seen, fhb_str_t body);
static fhb_rc_t fhb_outcome_read_xml(const fhb_alloc_t *alloc,
    fhb_outcome_seen_t *seen, fhb_str_t body);
static fhb_rc_t fhb_outcome_event(void *data, const fhb_doc_event_t *event);
static fhb_rc_t fhb_outcome_open(void *data, const fhb_xml_tag_t *tag);


static const fhb_str_t  fhb_outcome_name = fhb_string("OperationOutcome");

static const fhb_xml_handler_t  fhb_outcome_handler = {
    fhb_outcome_open,
    NULL,
    NULL,
    1                                   /* it leaves as UTF-8 */
};


fhb_rc_t
fhb_outcome_read(const fhb_alloc_t *alloc, fhb_form_t form, fhb_str_t body)
{
    fhb_rc_t            rc;
    fhb_outcome_seen_t  seen;

    memset(&seen, 0, sizeof(seen));

    rc = (form == FHB_FORM_XML) ? fhb_outcome_read_xml(alloc, &seen, body)
                                : fhb_outcome_read_json(alloc, &seen, body);

    if (rc == FHB_E_NOMEM) {
        return rc;
    }

    return (rc == FHB_OK && seen.typed) ? FHB_OK : FHB_E_SYNTAX;
}


static fhb_rc_t
fhb_outcome_read_json(const fhb_alloc_t *alloc, fhb_outcome_seen_t *seen,
    fhb_str_t body)
{
    fhb_rc_t         rc;
    fhb_doc_push_t  *push;

    rc = fhb_doc_push_create(&push, alloc, body.len, fhb_outcome_event, seen);

    if (rc != FHB_OK) {
        return rc;
    }

    rc = fhb_doc_feed(push, body);

    if (rc == FHB_OK) {
        rc = fhb_doc_finish(push);
    }

    fhb_doc_push_free(push);

    return rc;
}


static fhb_rc_t
fhb_outcome_read_xml(const fhb_alloc_t *alloc, fhb_outcome_seen_t *seen,
    fhb_str_t body)
{
    fhb_rc_t    rc;
    fhb_xml_t  *xml;

    rc = fhb_xml_create(&xml, alloc, &fhb_outcome_handler, seen);

    if (rc != FHB_OK) {
        return rc;
    }

    rc = fhb_xml_feed(xml, body);

    if (rc == FHB_OK) {
        rc = fhb_xml_finish(xml);
    }

    fhb_xml_free(xml);

    return rc;
}


/* depth 0 is the root, 1 its members */

static fhb_rc_t
fhb_outcome_event(void *data, const fhb_doc_event_t *event)
{
    fhb_outcome_seen_t      *seen = data;
    static const fhb_str_t   type = fhb_string("resourceType");

    if (event->depth == 0) {
        return (event->type == FHB_DOC_OBJECT
                || event->type == FHB_DOC_OBJECT_END) ? FHB_OK
                                                      : FHB_E_SYNTAX;
    }

    if (event->depth > 1) {
        return FHB_OK;
    }

    if (event->type == FHB_DOC_KEY) {
        seen->type = fhb_text_eq(event->value, type);
        return FHB_OK;
    }

    if (seen->type) {
        seen->typed = (event->type == FHB_DOC_STRING
                       && fhb_text_eq(event->value, fhb_outcome_name));

        return seen->typed ? FHB_OK : FHB_E_SYNTAX;
    }

    return FHB_OK;
}


static fhb_rc_t
fhb_outcome_open(void *data, const fhb_xml_tag_t *tag)
{
    fhb_outcome_seen_t      *seen = data;
    static const fhb_str_t   space = fhb_string("http://hl7.org/fhir");

    if (tag->depth != 0) {
        return FHB_OK;
    }

    seen->typed = (fhb_text_eq(tag->name, fhb_outcome_name)
                   && fhb_text_eq(tag->space, space));

    return seen->typed ? FHB_OK : FHB_E_SYNTAX;
}
