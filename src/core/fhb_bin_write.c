/*
 * The Binary resource around its data, in JSON and in XML.
 *
 *     id  [ meta ]  contentType  [ securityContext ]  [ data ]
 *
 * The order is mandatory in XML and kept in JSON.  The head ends inside of
 * the data's quotes and the tail begins there; a document without a byte has
 * no quotes, because FHIR knows no empty string.
 */

#include "fhb_bin.h"
#include "fhb_route.h"


static fhb_str_t fhb_bin_trim(fhb_str_t s);
static void fhb_bin_write_json(fhb_out_t *out, const fhb_bin_head_t *head);
static void fhb_bin_write_xml(fhb_out_t *out, const fhb_bin_head_t *head);
static void fhb_bin_write_json_meta(fhb_out_t *out,
    const fhb_bin_head_t *head);
static void fhb_bin_write_xml_meta(fhb_out_t *out, const fhb_bin_head_t *head);
static void fhb_bin_write_code(fhb_out_t *out, const fhb_bin_head_t *head);
static int fhb_bin_has_version(const fhb_bin_head_t *head);
static int fhb_bin_has_context(const fhb_bin_head_t *head);


fhb_rc_t
fhb_bin_write_head(fhb_out_t *out, const fhb_bin_head_t *head)
{
    if (head->version == FHB_VERSION_OFF
        || (head->form != FHB_FORM_JSON && head->form != FHB_FORM_XML))
    {
        return FHB_E_INTERNAL;
    }

    if (head->id.len == 0 || fhb_bin_trim(head->content_type).len == 0) {
        return FHB_E_REQUIRED;
    }

    if (head->empty && head->version < FHB_R4) {
        return FHB_E_REQUIRED;
    }

    if (head->form == FHB_FORM_JSON) {
        fhb_bin_write_json(out, head);

    } else {
        fhb_bin_write_xml(out, head);
    }

    return FHB_OK;
}


void
fhb_bin_write_tail(fhb_out_t *out, const fhb_bin_head_t *head)
{
    if (head->form == FHB_FORM_JSON) {
        if (!head->empty) {
            fhb_out_byte(out, '"');
        }

        fhb_out_byte(out, '}');
        return;
    }

    if (!head->empty) {
        fhb_out_lit(out, "\"/>");
    }

    fhb_out_lit(out, "</Binary>");
}


static void
fhb_bin_write_json(fhb_out_t *out, const fhb_bin_head_t *head)
{
    fhb_out_lit(out, "{\"resourceType\":\"Binary\",\"id\":\"");
    fhb_out_json(out, head->id);
    fhb_out_byte(out, '"');

    fhb_bin_write_json_meta(out, head);

    fhb_out_lit(out, ",\"contentType\":\"");
    fhb_bin_write_code(out, head);
    fhb_out_byte(out, '"');

    if (fhb_bin_has_context(head)) {
        fhb_out_lit(out, ",\"securityContext\":{\"reference\":\"");
        fhb_out_json(out, head->security_context);
        fhb_out_lit(out, "\"}");
    }

    if (head->empty) {
        return;
    }

    if (head->version < FHB_R4) {
        fhb_out_lit(out, ",\"content\":\"");

    } else {
        fhb_out_lit(out, ",\"data\":\"");
    }
}


static void
fhb_bin_write_json_meta(fhb_out_t *out, const fhb_bin_head_t *head)
{
    if (fhb_bin_has_version(head)) {
        fhb_out_lit(out, ",\"meta\":{\"versionId\":\"");
        fhb_out_json(out, head->version_id);

        if (head->last_updated.len == 0) {
            fhb_out_lit(out, "\"}");
            return;
        }

        fhb_out_lit(out, "\",\"lastUpdated\":\"");

    } else {
        if (head->last_updated.len == 0) {
            return;
        }

        fhb_out_lit(out, ",\"meta\":{\"lastUpdated\":\"");
    }

    fhb_out_json(out, head->last_updated);
    fhb_out_lit(out, "\"}");
}


static void
fhb_bin_write_xml(fhb_out_t *out, const fhb_bin_head_t *head)
{
    fhb_out_lit(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                     "<Binary xmlns=\"http://hl7.org/fhir\"><id value=\"");
    fhb_out_xml(out, head->id);
    fhb_out_lit(out, "\"/>");

    fhb_bin_write_xml_meta(out, head);

    fhb_out_lit(out, "<contentType value=\"");
    fhb_bin_write_code(out, head);
    fhb_out_lit(out, "\"/>");

    if (fhb_bin_has_context(head)) {
        fhb_out_lit(out, "<securityContext><reference value=\"");
        fhb_out_xml(out, head->security_context);
        fhb_out_lit(out, "\"/></securityContext>");
    }

    if (head->empty) {
        return;
    }

    if (head->version < FHB_R4) {
        fhb_out_lit(out, "<content value=\"");

    } else {
        fhb_out_lit(out, "<data value=\"");
    }
}


static void
fhb_bin_write_xml_meta(fhb_out_t *out, const fhb_bin_head_t *head)
{
    if (!fhb_bin_has_version(head) && head->last_updated.len == 0) {
        return;
    }

    fhb_out_lit(out, "<meta>");

    if (fhb_bin_has_version(head)) {
        fhb_out_lit(out, "<versionId value=\"");
        fhb_out_xml(out, head->version_id);
        fhb_out_lit(out, "\"/>");
    }

    if (head->last_updated.len != 0) {
        fhb_out_lit(out, "<lastUpdated value=\"");
        fhb_out_xml(out, head->last_updated);
        fhb_out_lit(out, "\"/>");
    }

    fhb_out_lit(out, "</meta>");
}


/* a FHIR code knows blanks only inside, and only one at a time */

static void
fhb_bin_write_code(fhb_out_t *out, const fhb_bin_head_t *head)
{
    size_t     n;
    fhb_str_t  rest, word;

    rest = fhb_bin_trim(head->content_type);

    for ( ;; ) {
        for (n = 0; n < rest.len; n++) {
            if (rest.data[n] == ' ' || rest.data[n] == '\t') {
                break;
            }
        }

        word.data = rest.data;
        word.len = n;

        if (head->form == FHB_FORM_JSON) {
            fhb_out_json(out, word);

        } else {
            fhb_out_xml(out, word);
        }

        if (n == rest.len) {
            return;
        }

        fhb_out_byte(out, ' ');

        rest.data += n;
        rest.len -= n;
        rest = fhb_bin_trim(rest);
    }
}


static fhb_str_t
fhb_bin_trim(fhb_str_t s)
{
    while (s.len != 0 && (s.data[0] == ' ' || s.data[0] == '\t')) {
        s.data++;
        s.len--;
    }

    while (s.len != 0
           && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
    {
        s.len--;
    }

    return s;
}


/* a backend's entity-tag can be anything, versionId is an id */

static int
fhb_bin_has_version(const fhb_bin_head_t *head)
{
    return fhb_route_id_valid(head->version_id);
}


static int
fhb_bin_has_context(const fhb_bin_head_t *head)
{
    return head->security_context.len != 0 && head->version >= FHB_STU3;
}
