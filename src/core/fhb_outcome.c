/*
 * The OperationOutcome that explains a refusal.
 *
 *     issue: severity  code  details.text  [ diagnostics ]  [ expression ]
 *
 * The strings of an error row need no escaping in either form.
 *
 * DSTU2 has no expression.  Its location is an XPath, which a parameter or a
 * header field has none of, so it is left out there.
 */

#include "fhb_error.h"
#include "fhb_outcome.h"


static void fhb_outcome_write_json(fhb_out_t *out,
    const fhb_outcome_t *outcome);
static void fhb_outcome_write_xml(fhb_out_t *out,
    const fhb_outcome_t *outcome);
static void fhb_outcome_write_expression(fhb_out_t *out,
    const fhb_outcome_t *outcome);
static void fhb_outcome_write_escaped(fhb_out_t *out, fhb_form_t form,
    fhb_str_t s);
static void fhb_outcome_write_code(fhb_out_t *out,
    const fhb_outcome_t *outcome);
static int fhb_outcome_has_expression(const fhb_outcome_t *outcome);
static int fhb_outcome_name_is_plain(fhb_str_t name);


void
fhb_outcome_write(fhb_out_t *out, const fhb_outcome_t *outcome)
{
    if (outcome->form == FHB_FORM_XML) {
        fhb_outcome_write_xml(out, outcome);

    } else {
        fhb_outcome_write_json(out, outcome);
    }
}


static void
fhb_outcome_write_json(fhb_out_t *out, const fhb_outcome_t *outcome)
{
    const fhb_error_row_t  *row;

    row = fhb_error_row(outcome->rc);

    fhb_out_lit(out, "{\"resourceType\":\"OperationOutcome\","
                     "\"issue\":[{\"severity\":\"");
    fhb_out_z(out, row->severity);
    fhb_out_lit(out, "\",\"code\":\"");
    fhb_outcome_write_code(out, outcome);
    fhb_out_lit(out, "\",\"details\":{\"text\":\"");
    fhb_out_z(out, row->text);
    fhb_out_lit(out, "\"}");

    if (outcome->diagnostics.len != 0) {
        fhb_out_lit(out, ",\"diagnostics\":\"");
        fhb_out_json(out, outcome->diagnostics);
        fhb_out_byte(out, '"');
    }

    if (fhb_outcome_has_expression(outcome)) {
        fhb_out_lit(out, ",\"expression\":[\"");
        fhb_outcome_write_expression(out, outcome);
        fhb_out_lit(out, "\"]");
    }

    fhb_out_lit(out, "}]}");
}


static void
fhb_outcome_write_xml(fhb_out_t *out, const fhb_outcome_t *outcome)
{
    const fhb_error_row_t  *row;

    row = fhb_error_row(outcome->rc);

    fhb_out_lit(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                     "<OperationOutcome xmlns=\"http://hl7.org/fhir\">"
                     "<issue><severity value=\"");
    fhb_out_z(out, row->severity);
    fhb_out_lit(out, "\"/><code value=\"");
    fhb_outcome_write_code(out, outcome);
    fhb_out_lit(out, "\"/><details><text value=\"");
    fhb_out_z(out, row->text);
    fhb_out_lit(out, "\"/></details>");

    if (outcome->diagnostics.len != 0) {
        fhb_out_lit(out, "<diagnostics value=\"");
        fhb_out_xml(out, outcome->diagnostics);
        fhb_out_lit(out, "\"/>");
    }

    if (fhb_outcome_has_expression(outcome)) {
        fhb_out_lit(out, "<expression value=\"");
        fhb_outcome_write_expression(out, outcome);
        fhb_out_lit(out, "\"/>");
    }

    fhb_out_lit(out, "</issue></OperationOutcome>");
}


/* http.NAME, or http."NAME" with \ before each " and \ of the name */

static void
fhb_outcome_write_expression(fhb_out_t *out, const fhb_outcome_t *outcome)
{
    size_t         i;
    fhb_str_t      part;
    unsigned char  c;

    static const fhb_str_t  quote = fhb_string("\"");
    static const fhb_str_t  backslash = fhb_string("\\");

    fhb_out_lit(out, "http.");

    if (fhb_outcome_name_is_plain(outcome->parameter)) {
        fhb_out_str(out, outcome->parameter);
        return;
    }

    fhb_outcome_write_escaped(out, outcome->form, quote);

    part.data = outcome->parameter.data;
    part.len = 0;

    for (i = 0; i < outcome->parameter.len; i++) {
        c = outcome->parameter.data[i];

        if (c == '"' || c == '\\') {
            fhb_outcome_write_escaped(out, outcome->form, part);
            fhb_outcome_write_escaped(out, outcome->form, backslash);

            part.data += part.len;
            part.len = 0;
        }

        part.len++;
    }

    fhb_outcome_write_escaped(out, outcome->form, part);
    fhb_outcome_write_escaped(out, outcome->form, quote);
}


static void
fhb_outcome_write_escaped(fhb_out_t *out, fhb_form_t form, fhb_str_t s)
{
    if (form == FHB_FORM_XML) {
        fhb_out_xml(out, s);

    } else {
        fhb_out_json(out, s);
    }
}


/* the code "deleted" came with R4 */

static void
fhb_outcome_write_code(fhb_out_t *out, const fhb_outcome_t *outcome)
{
    if (outcome->code.len) {
        fhb_out_str(out, outcome->code);

    } else if (outcome->rc == FHB_E_GONE && outcome->version < FHB_R4) {
        fhb_out_lit(out, "not-found");

    } else {
        fhb_out_z(out, fhb_error_row(outcome->rc)->code);
    }
}


static int
fhb_outcome_has_expression(const fhb_outcome_t *outcome)
{
    return outcome->parameter.len != 0 && outcome->version >= FHB_STU3;
}


/* ( ALPHA / "_" ) *( ALPHA / DIGIT / "_" ), an identifier of FHIRPath */

static int
fhb_outcome_name_is_plain(fhb_str_t name)
{
    size_t         i;
    unsigned char  c, lower;

    for (i = 0; i < name.len; i++) {
        c = name.data[i];
        lower = (unsigned char) (c | 0x20);

        if ((lower < 'a' || lower > 'z') && c != '_'
            && (i == 0 || c < '0' || c > '9'))
        {
            return 0;
        }
    }

    return 1;
}
