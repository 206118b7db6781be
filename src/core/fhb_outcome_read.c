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

#include "fhb_json.h"
#include "fhb_outcome.h"
#include "fhb_text.h"
#include "fhb_xml.h"


typedef enum {
    FHB_OUTCOME_OTHER = 0,
    FHB_OUTCOME_TYPE,                   /* resourceType */
    FHB_OUTCOME_ISSUE,
    FHB_OUTCOME_CODE                    /* of an issue */
} fhb_outcome_member_t;


typedef struct {
    fhb_outcome_member_t  outer;        /* the member at depth 1 */
    fhb_outcome_member_t  inner;        /* the member of an issue */
    unsigned              issues;       /* so far */
    unsigned              typed;        /* it says what it is */
    fhb_outcome_issue_t  *issue;
} fhb_outcome_seen_t;


static fhb_rc_t fhb_outcome_read_json(const fhb_alloc_t *alloc,
    fhb_outcome_seen_t *seen, fhb_str_t body);
static fhb_rc_t fhb_outcome_read_xml(const fhb_alloc_t *alloc,
    fhb_outcome_seen_t *seen, fhb_str_t body);
static fhb_rc_t fhb_outcome_event(void *data, const fhb_json_event_t *event);
static fhb_rc_t fhb_outcome_open(void *data, const fhb_xml_tag_t *tag);
static fhb_outcome_member_t fhb_outcome_member(fhb_str_t name);
static void fhb_outcome_keep(fhb_outcome_seen_t *seen, fhb_str_t code);


static const fhb_str_t  fhb_outcome_name = fhb_string("OperationOutcome");

static const fhb_xml_handler_t  fhb_outcome_handler = {
    fhb_outcome_open,
    NULL,
    NULL,
    1                                   /* it leaves as UTF-8 */
};


fhb_rc_t
fhb_outcome_read(const fhb_alloc_t *alloc, fhb_form_t form, fhb_str_t body,
    fhb_outcome_issue_t *issue)
{
    fhb_rc_t            rc;
    fhb_outcome_seen_t  seen;

    if (body.len > FHB_MAX_OUTCOME) {
        return FHB_E_SYNTAX;
    }

    memset(&seen, 0, sizeof(seen));
    memset(issue, 0, sizeof(fhb_outcome_issue_t));

    seen.issue = issue;

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
    fhb_rc_t          rc;
    fhb_json_push_t  *push;

    rc = fhb_json_push_create(&push, alloc, body.len, fhb_outcome_event, seen);

    if (rc != FHB_OK) {
        return rc;
    }

    rc = fhb_json_feed(push, body);

    if (rc == FHB_OK) {
        rc = fhb_json_finish(push);
    }

    fhb_json_push_free(push);

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


/*
 * depth 0 is the root, 1 its members, 2 the elements of a member that is an
 * array, 3 the members of these
 */

static fhb_rc_t
fhb_outcome_event(void *data, const fhb_json_event_t *event)
{
    fhb_outcome_seen_t  *seen = data;

    switch (event->depth) {

    case 0:
        return (event->type == FHB_JSON_OBJECT
                || event->type == FHB_JSON_OBJECT_END) ? FHB_OK
                                                      : FHB_E_SYNTAX;

    case 1:
        if (event->type == FHB_JSON_KEY) {
            seen->outer = fhb_outcome_member(event->value);
            return FHB_OK;
        }

        if (seen->outer != FHB_OUTCOME_TYPE) {
            return FHB_OK;
        }

        seen->typed = (event->type == FHB_JSON_STRING
                       && fhb_text_eq(event->value, fhb_outcome_name));

        return seen->typed ? FHB_OK : FHB_E_SYNTAX;

    case 2:
        if (event->type == FHB_JSON_OBJECT && seen->outer == FHB_OUTCOME_ISSUE)
        {
            seen->issues++;
        }

        return FHB_OK;

    case 3:
        if (event->type == FHB_JSON_KEY) {
            seen->inner = fhb_outcome_member(event->value);

        } else if (event->type == FHB_JSON_STRING
                   && seen->inner == FHB_OUTCOME_CODE)
        {
            fhb_outcome_keep(seen, event->value);
        }

        return FHB_OK;

    default:
        return FHB_OK;
    }
}


/* depth 0 is the root, 1 an issue, 2 its parts */

static fhb_rc_t
fhb_outcome_open(void *data, const fhb_xml_tag_t *tag)
{
    fhb_str_t                value;
    fhb_outcome_seen_t      *seen = data;
    static const fhb_str_t   space = fhb_string("http://hl7.org/fhir");
    static const fhb_str_t   name = fhb_string("value");

    switch (tag->depth) {

    case 0:
        seen->typed = (fhb_text_eq(tag->name, fhb_outcome_name)
                       && fhb_text_eq(tag->space, space));

        return seen->typed ? FHB_OK : FHB_E_SYNTAX;

    case 1:
        seen->outer = fhb_outcome_member(tag->name);

        if (seen->outer == FHB_OUTCOME_ISSUE) {
            seen->issues++;
        }

        return FHB_OK;

    case 2:
        if (fhb_outcome_member(tag->name) == FHB_OUTCOME_CODE
            && fhb_xml_attr(tag, name, &value) == FHB_OK)
        {
            fhb_outcome_keep(seen, value);
        }

        return FHB_OK;

    default:
        return FHB_OK;
    }
}


static fhb_outcome_member_t
fhb_outcome_member(fhb_str_t name)
{
    static const fhb_str_t  type = fhb_string("resourceType");
    static const fhb_str_t  issue = fhb_string("issue");
    static const fhb_str_t  code = fhb_string("code");

    return fhb_text_eq(name, type) ? FHB_OUTCOME_TYPE
           : fhb_text_eq(name, issue) ? FHB_OUTCOME_ISSUE
           : fhb_text_eq(name, code) ? FHB_OUTCOME_CODE
           : FHB_OUTCOME_OTHER;
}


/* the codes of FHIR are lower-case letters and hyphens */

static void
fhb_outcome_keep(fhb_outcome_seen_t *seen, fhb_str_t code)
{
    size_t         i;
    unsigned char  c;

    if (seen->outer != FHB_OUTCOME_ISSUE || seen->issues != 1
        || code.len == 0 || code.len > FHB_OUTCOME_MAX_CODE)
    {
        return;
    }

    for (i = 0; i < code.len; i++) {
        c = code.data[i];

        if ((c < 'a' || c > 'z') && c != '-') {
            return;
        }
    }

    memcpy(seen->issue->code, code.data, code.len);
    seen->issue->len = code.len;
}
