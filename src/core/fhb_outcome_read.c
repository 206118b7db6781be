/*
 * Somebody else's OperationOutcome.
 *
 *     JSON    { "resourceType": "OperationOutcome", "issue": [ {}, ... ] }
 *     XML     <OperationOutcome xmlns="http://hl7.org/fhir"> <issue/> ...
 */

#include <string.h>

#include "fhb_doc.h"
#include "fhb_outcome.h"
#include "fhb_text.h"
#include "fhb_xml.h"


/* the member of the root that is read */

typedef enum {
    FHB_OUTCOME_OTHER = 0,
    FHB_OUTCOME_TYPE,
    FHB_OUTCOME_ISSUE
} fhb_outcome_member_t;


typedef struct {
    fhb_outcome_member_t  member;
    unsigned              typed:1;      /* it says what it is */
    unsigned              issue:1;      /* and has an issue */
} fhb_outcome_seen_t;


static fhb_rc_t fhb_outcome_read_json(const fhb_alloc_t *alloc,
    fhb_outcome_seen_t *seen, fhb_str_t body);
static fhb_rc_t fhb_outcome_read_xml(const fhb_alloc_t *alloc,
    fhb_outcome_seen_t *seen, fhb_str_t body);
static fhb_rc_t fhb_outcome_event(void *data, const fhb_doc_event_t *event);
static fhb_rc_t fhb_outcome_value(fhb_outcome_seen_t *seen,
    const fhb_doc_event_t *event);
static fhb_rc_t fhb_outcome_open(void *data, const fhb_xml_tag_t *tag);


static const fhb_str_t  fhb_outcome_name = fhb_string("OperationOutcome");
static const fhb_str_t  fhb_outcome_issue = fhb_string("issue");

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

    return (rc == FHB_OK && seen.typed && seen.issue) ? FHB_OK : FHB_E_SYNTAX;
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


/* depth 0 is the root, 1 its members, 2 what is within these */

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

    if (event->depth > 2) {
        return FHB_OK;
    }

    if (event->depth == 1 && event->type == FHB_DOC_KEY) {

        seen->member = fhb_text_eq(event->value, type) ? FHB_OUTCOME_TYPE
                       : fhb_text_eq(event->value, fhb_outcome_issue)
                         ? FHB_OUTCOME_ISSUE : FHB_OUTCOME_OTHER;
        return FHB_OK;
    }

    return fhb_outcome_value(seen, event);
}


static fhb_rc_t
fhb_outcome_value(fhb_outcome_seen_t *seen, const fhb_doc_event_t *event)
{
    switch (seen->member) {

    case FHB_OUTCOME_TYPE:
        seen->typed = (event->depth == 1
                       && event->type == FHB_DOC_STRING
                       && fhb_text_eq(event->value, fhb_outcome_name));

        return seen->typed ? FHB_OK : FHB_E_SYNTAX;

    case FHB_OUTCOME_ISSUE:

        if (event->depth == 1) {
            return (event->type == FHB_DOC_ARRAY
                    || event->type == FHB_DOC_ARRAY_END) ? FHB_OK
                                                         : FHB_E_SYNTAX;
        }

        seen->issue = 1;

        return (event->type == FHB_DOC_OBJECT
                || event->type == FHB_DOC_OBJECT_END) ? FHB_OK : FHB_E_SYNTAX;

    default:
        return FHB_OK;
    }
}


static fhb_rc_t
fhb_outcome_open(void *data, const fhb_xml_tag_t *tag)
{
    fhb_outcome_seen_t      *seen = data;
    static const fhb_str_t   space = fhb_string("http://hl7.org/fhir");

    if (tag->depth == 0) {
        seen->typed = (fhb_text_eq(tag->name, fhb_outcome_name)
                       && fhb_text_eq(tag->space, space));

        return seen->typed ? FHB_OK : FHB_E_SYNTAX;
    }

    if (tag->depth == 1
        && fhb_text_eq(tag->name, fhb_outcome_issue)
        && fhb_text_eq(tag->space, space))
    {
        seen->issue = 1;
    }

    return FHB_OK;
}
