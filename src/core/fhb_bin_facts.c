/*
 * The facts of a Binary, the same in both formats.
 */

#include <string.h>

#include "fhb_bin_skeleton.h"
#include "fhb_text.h"


typedef struct {
    fhb_bin_field_t  parent;
    fhb_bin_field_t  field;
    fhb_str_t        name;
} fhb_bin_name_t;


static const fhb_bin_name_t  fhb_bin_names[] = {

    { FHB_BIN_FIELD_ROOT, FHB_BIN_FIELD_ID, fhb_string("id") },
    { FHB_BIN_FIELD_ROOT, FHB_BIN_FIELD_META, fhb_string("meta") },
    { FHB_BIN_FIELD_ROOT, FHB_BIN_FIELD_CONTENT_TYPE,
      fhb_string("contentType") },
    { FHB_BIN_FIELD_ROOT, FHB_BIN_FIELD_SECURITY,
      fhb_string("securityContext") },
    { FHB_BIN_FIELD_META, FHB_BIN_FIELD_VERSION_ID,
      fhb_string("versionId") },
    { FHB_BIN_FIELD_META, FHB_BIN_FIELD_LAST_UPDATED,
      fhb_string("lastUpdated") },
    { FHB_BIN_FIELD_META, FHB_BIN_FIELD_TAG, fhb_string("tag") },
    { FHB_BIN_FIELD_TAG, FHB_BIN_FIELD_SYSTEM, fhb_string("system") },
    { FHB_BIN_FIELD_TAG, FHB_BIN_FIELD_CODE, fhb_string("code") },
    { FHB_BIN_FIELD_ROOT, FHB_BIN_FIELD_SIBLING, fhb_string("_data") },
    { FHB_BIN_FIELD_ROOT, FHB_BIN_FIELD_SIBLING, fhb_string("_content") },
    { FHB_BIN_FIELD_SIBLING, FHB_BIN_FIELD_EXTENSION,
      fhb_string("extension") },
    { FHB_BIN_FIELD_SECURITY, FHB_BIN_FIELD_REFERENCE,
      fhb_string("reference") }
};


static void fhb_bin_tag_set(fhb_bin_facts_t *facts, fhb_bin_field_t field,
    fhb_str_t value);
static int fhb_bin_printable(fhb_str_t value);


fhb_rc_t
fhb_bin_field(fhb_bin_field_t *field, fhb_bin_field_t parent, fhb_str_t name)
{
    size_t                 i;
    const fhb_bin_name_t  *n;

    *field = FHB_BIN_FIELD_NONE;

    if (fhb_splice_value(name.data, name.len)) {

        /* one in another place could be taken for a document without any */

        if (parent != FHB_BIN_FIELD_ROOT) {
            return FHB_E_BACKEND_RESOURCE;
        }

        *field = FHB_BIN_FIELD_VALUE;
        return FHB_OK;
    }

    for (i = 0; i < fhb_nelts(fhb_bin_names); i++) {
        n = &fhb_bin_names[i];

        if (n->parent == parent && fhb_text_eq(n->name, name)) {
            *field = n->field;
            break;
        }
    }

    return FHB_OK;
}


fhb_rc_t
fhb_bin_open(fhb_bin_facts_t *facts, fhb_bin_field_t field)
{
    unsigned  bit;

    switch (field) {

    case FHB_BIN_FIELD_EXTENSION:
        facts->withheld = 1;
        return FHB_OK;

    case FHB_BIN_FIELD_NONE:
    case FHB_BIN_FIELD_TAG:
    case FHB_BIN_FIELD_SYSTEM:
    case FHB_BIN_FIELD_CODE:
        return FHB_OK;

    case FHB_BIN_FIELD_ROOT:
    case FHB_BIN_FIELD_TYPE:
    case FHB_BIN_FIELD_ID:
    case FHB_BIN_FIELD_META:
    case FHB_BIN_FIELD_VERSION_ID:
    case FHB_BIN_FIELD_LAST_UPDATED:
    case FHB_BIN_FIELD_CONTENT_TYPE:
    case FHB_BIN_FIELD_SECURITY:
    case FHB_BIN_FIELD_REFERENCE:
    case FHB_BIN_FIELD_VALUE:
    case FHB_BIN_FIELD_SIBLING:
        break;
    }

    bit = 1u << field;

    if (facts->seen & bit) {
        return FHB_E_BACKEND_RESOURCE;
    }

    facts->seen |= bit;

    /* the caller has decided without the securityContext */

    if (field == FHB_BIN_FIELD_SECURITY && facts->decided) {
        return FHB_E_BACKEND_RESOURCE;
    }

    return FHB_OK;
}


/*
 * SUBSETTED is a code of HL7's ObservationValue, whose name changed with R4.
 * One without a system is taken at its word: the tag means that the resource
 * is not whole.
 */

void
fhb_bin_tag(fhb_bin_facts_t *facts, int end)
{
    if (end && facts->subsetted && !facts->foreign) {
        facts->withheld = 1;
    }

    facts->subsetted = 0;
    facts->foreign = 0;
}


static void
fhb_bin_tag_set(fhb_bin_facts_t *facts, fhb_bin_field_t field,
    fhb_str_t value)
{
    static const fhb_str_t  code = fhb_string("SUBSETTED");
    static const fhb_str_t  stu3 =
        fhb_string("http://hl7.org/fhir/v3/ObservationValue");
    static const fhb_str_t  r4 = fhb_string(
        "http://terminology.hl7.org/CodeSystem/v3-ObservationValue");

    if (field == FHB_BIN_FIELD_CODE) {
        facts->subsetted |= fhb_text_eq(value, code) ? 1 : 0;
        return;
    }

    facts->foreign = !fhb_text_eq(value, stu3) && !fhb_text_eq(value, r4);
}


static int
fhb_bin_printable(fhb_str_t value)
{
    size_t  i;

    for (i = 0; i < value.len; i++) {
        if (value.data[i] < 0x20 || value.data[i] == 0x7f) {
            return 0;
        }
    }

    return 1;
}


fhb_rc_t
fhb_bin_set(fhb_bin_facts_t *facts, fhb_bin_field_t field, fhb_str_t value)
{
    size_t                   max;
    fhb_str_t               *s;
    unsigned char           *room;
    static const fhb_str_t   binary = fhb_string("Binary");

    s = NULL;
    room = NULL;
    max = 0;

    switch (field) {

    case FHB_BIN_FIELD_TYPE:
        facts->binary = fhb_text_eq(value, binary) ? 1 : 0;
        return facts->binary ? FHB_OK : FHB_E_BACKEND_RESOURCE;

    case FHB_BIN_FIELD_ID:              /* the path's is the one that counts */
        max = FHB_MAX_ID;
        break;

    case FHB_BIN_FIELD_VERSION_ID:
        s = &facts->meta.version_id;
        room = facts->version_id;
        max = sizeof(facts->version_id);
        break;

    case FHB_BIN_FIELD_LAST_UPDATED:
        s = &facts->meta.last_updated;
        room = facts->last_updated;
        max = sizeof(facts->last_updated);
        break;

    case FHB_BIN_FIELD_CONTENT_TYPE:
        s = &facts->meta.content_type;
        room = facts->content_type;
        max = sizeof(facts->content_type);
        break;

    case FHB_BIN_FIELD_REFERENCE:
        s = &facts->meta.security_context;
        room = facts->security_context;
        max = sizeof(facts->security_context);
        break;

    case FHB_BIN_FIELD_SYSTEM:
    case FHB_BIN_FIELD_CODE:
        fhb_bin_tag_set(facts, field, value);
        return FHB_OK;

    case FHB_BIN_FIELD_NONE:
    case FHB_BIN_FIELD_TAG:
    case FHB_BIN_FIELD_SIBLING:
    case FHB_BIN_FIELD_EXTENSION:
        return FHB_OK;

    case FHB_BIN_FIELD_ROOT:
    case FHB_BIN_FIELD_META:
    case FHB_BIN_FIELD_SECURITY:
    case FHB_BIN_FIELD_VALUE:
        break;
    }

    if (value.len == 0 || value.len > max || !fhb_bin_printable(value)) {
        return FHB_E_BACKEND_RESOURCE;
    }

    /* what META told stays as it was told */

    if (s == NULL || facts->decided) {
        return FHB_OK;
    }

    memcpy(room, value.data, value.len);

    s->data = room;
    s->len = value.len;

    return FHB_OK;
}
