/*
 * The OperationOutcome that explains a refusal, byte for byte.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_error.h"
#include "fhb_outcome.h"
#include "guard.h"


#define XML_HEAD  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"               \
                  "<OperationOutcome xmlns=\"http://hl7.org/fhir\"><issue>"
#define XML_TAIL  "</issue></OperationOutcome>"

#define JSON_HEAD  "{\"resourceType\":\"OperationOutcome\",\"issue\":[{"
#define JSON_TAIL  "}]}"

#define JSON_REQUIRED                                                        \
    JSON_HEAD "\"severity\":\"error\",\"code\":\"required\","                \
    "\"details\":{\"text\":\"A required parameter is missing or empty\"}"

#define XML_REQUIRED                                                         \
    XML_HEAD "<severity value=\"error\"/><code value=\"required\"/>"         \
    "<details><text value=\"A required parameter is missing or empty\"/>"    \
    "</details>"


static fhb_str_t
string(const char *s)
{
    fhb_str_t  str;

    str.data = (const unsigned char *) s;
    str.len = strlen(s);

    return str;
}


static fhb_outcome_t
outcome_of(fhb_rc_t rc, fhb_version_t version, fhb_form_t form)
{
    fhb_outcome_t  outcome;

    memset(&outcome, 0, sizeof(outcome));

    outcome.rc = rc;
    outcome.version = version;
    outcome.form = form;

    return outcome;
}


/* counts first, and then writes into exactly so many bytes */

static fhb_out_t
write_outcome(guard_t *g, const fhb_outcome_t *outcome)
{
    size_t     len;
    fhb_out_t  out;

    fhb_out_init(&out, NULL, 0);
    fhb_outcome_write(&out, outcome);
    len = out.len;

    fhb_out_init(&out, (unsigned char *) guard_before(g, NULL, len), len);
    fhb_outcome_write(&out, outcome);

    assert_false(out.full);
    assert_int_equal(out.len, len);

    return out;
}


static void
assert_outcome(const fhb_outcome_t *outcome, const char *expected)
{
    guard_t    g;
    fhb_out_t  out;

    out = write_outcome(&g, outcome);

    if (out.len != strlen(expected)
        || memcmp(out.start, expected, out.len) != 0)
    {
        fail_msg("%.*s", (int) out.len, (const char *) out.start);
    }

    guard_free(&g);
}


static void
the_expression_came_with_stu3(void **state)
{
    fhb_version_t  v;
    fhb_outcome_t  outcome;

    (void) state;

    for (v = FHB_DSTU2; v <= FHB_R5; v++) {
        outcome = outcome_of(FHB_E_PARAM_REQUIRED, v, FHB_FORM_JSON);
        outcome.parameter = string("patient");

        assert_outcome(&outcome, v == FHB_DSTU2
            ? JSON_REQUIRED JSON_TAIL
            : JSON_REQUIRED ",\"expression\":[\"http.patient\"]" JSON_TAIL);

        outcome.form = FHB_FORM_XML;

        assert_outcome(&outcome, v == FHB_DSTU2
            ? XML_REQUIRED XML_TAIL
            : XML_REQUIRED "<expression value=\"http.patient\"/>" XML_TAIL);
    }
}


static void
without_a_parameter_there_is_no_expression(void **state)
{
    fhb_outcome_t  outcome;

    (void) state;

    outcome = outcome_of(FHB_E_PARAM_REQUIRED, FHB_R4, FHB_FORM_JSON);
    assert_outcome(&outcome, JSON_REQUIRED JSON_TAIL);

    outcome.form = FHB_FORM_XML;
    assert_outcome(&outcome, XML_REQUIRED XML_TAIL);
}


static void
diagnostics_stand_before_the_expression(void **state)
{
    fhb_outcome_t  outcome;

    (void) state;

    outcome = outcome_of(FHB_E_PARAM_REQUIRED, FHB_R4, FHB_FORM_JSON);
    outcome.parameter = string("patient");
    outcome.diagnostics = string("say \"<&>\"\\");

    assert_outcome(&outcome, JSON_REQUIRED
                   ",\"diagnostics\":\"say \\\"<&>\\\"\\\\\""
                   ",\"expression\":[\"http.patient\"]" JSON_TAIL);

    outcome.form = FHB_FORM_XML;

    assert_outcome(&outcome, XML_REQUIRED
                   "<diagnostics value=\"say &quot;&lt;&amp;&gt;&quot;\\\"/>"
                   "<expression value=\"http.patient\"/>" XML_TAIL);
}


static void
a_name_that_is_not_plain_is_quoted(void **state)
{
    size_t         i;
    char           expected[1024];
    fhb_outcome_t  outcome;

    static const struct {
        const char  *name;
        const char  *json;
        const char  *xml;
    } rows[] = {
        { "Authorization", "Authorization", "Authorization" },
        { "_format", "_format", "_format" },
        { "aZ0_9z", "aZ0_9z", "aZ0_9z" },
        { "patient:Patient", "\\\"patient:Patient\\\"",
          "&quot;patient:Patient&quot;" },
        { "name:exact", "\\\"name:exact\\\"", "&quot;name:exact&quot;" },
        { "patient.identifier", "\\\"patient.identifier\\\"",
          "&quot;patient.identifier&quot;" },
        { "If-None-Match", "\\\"If-None-Match\\\"",
          "&quot;If-None-Match&quot;" },
        { "1a", "\\\"1a\\\"", "&quot;1a&quot;" },
        { "<a&b>", "\\\"<a&b>\\\"", "&quot;&lt;a&amp;b&gt;&quot;" },
        { "\"", "\\\"\\\\\\\"\\\"", "&quot;\\&quot;&quot;" },
        { "a\"b\\", "\\\"a\\\\\\\"b\\\\\\\\\\\"",
          "&quot;a\\&quot;b\\\\&quot;" },
        { "\xc3\xa9", "\\\"\xc3\xa9\\\"", "&quot;\xc3\xa9&quot;" }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        outcome = outcome_of(FHB_E_PARAM_REQUIRED, FHB_R4, FHB_FORM_JSON);
        outcome.parameter = string(rows[i].name);

        snprintf(expected, sizeof(expected),
                 JSON_REQUIRED ",\"expression\":[\"http.%s\"]" JSON_TAIL,
                 rows[i].json);
        assert_outcome(&outcome, expected);

        outcome.form = FHB_FORM_XML;

        snprintf(expected, sizeof(expected),
                 XML_REQUIRED "<expression value=\"http.%s\"/>" XML_TAIL,
                 rows[i].xml);
        assert_outcome(&outcome, expected);
    }
}


static void
the_code_deleted_came_with_r4(void **state)
{
    fhb_version_t  v;
    fhb_outcome_t  outcome;

    (void) state;

    for (v = FHB_DSTU2; v <= FHB_R5; v++) {
        outcome = outcome_of(FHB_E_GONE, v, FHB_FORM_JSON);

        assert_outcome(&outcome, v < FHB_R4
            ? JSON_HEAD "\"severity\":\"error\",\"code\":\"not-found\","
              "\"details\":{\"text\":\"The document was deleted\"}" JSON_TAIL
            : JSON_HEAD "\"severity\":\"error\",\"code\":\"deleted\","
              "\"details\":{\"text\":\"The document was deleted\"}"
              JSON_TAIL);
    }
}


static void
a_code_that_is_no_row_is_an_internal_error(void **state)
{
    fhb_outcome_t  outcome;

    (void) state;

    outcome = outcome_of(FHB_OK, FHB_R4, FHB_FORM_JSON);

    assert_outcome(&outcome, JSON_HEAD "\"severity\":\"fatal\","
                   "\"code\":\"exception\",\"details\":{\"text\":"
                   "\"The gateway failed to process the request\"}"
                   JSON_TAIL);
}


static void
without_a_version_or_a_form_it_is_the_json_of_dstu2(void **state)
{
    fhb_outcome_t  outcome;

    (void) state;

    outcome = outcome_of(FHB_E_PARAM_REQUIRED, FHB_VERSION_OFF,
                         FHB_FORM_NONE);
    outcome.parameter = string("patient");
    assert_outcome(&outcome, JSON_REQUIRED JSON_TAIL);

    outcome.form = FHB_FORM_NATIVE;
    assert_outcome(&outcome, JSON_REQUIRED JSON_TAIL);
}


/* so that the writer may copy them as they are */

static void
the_strings_of_every_row_need_no_escaping(void **state)
{
    int                     rc, n;
    size_t                  i, k;
    const char             *s[3];
    const fhb_error_row_t  *row;

    (void) state;

    n = 0;

    for (rc = FHB_E_FIRST_ + 1; rc < FHB_E_LAST_; rc++, n++) {
        row = fhb_error_row(rc);

        s[0] = row->severity;
        s[1] = row->code;
        s[2] = row->text;

        for (i = 0; i < 3; i++) {
            assert_true(strlen(s[i]) > 0);

            for (k = 0; s[i][k] != '\0'; k++) {
                if (s[i][k] < 0x20 || s[i][k] > 0x7e
                    || strchr("\"\\<>&", s[i][k]) != NULL)
                {
                    fail_msg("%s: %s", row->reason, s[i]);
                }
            }
        }
    }

    assert_true(n > 40);
}


static void
a_buffer_that_is_too_small_is_not_overrun(void **state)
{
    size_t         cap;
    guard_t        g;
    fhb_out_t      out;
    fhb_outcome_t  outcome;

    (void) state;

    outcome = outcome_of(FHB_E_PARAM_UNKNOWN, FHB_R4, FHB_FORM_XML);
    outcome.parameter = string("a\"b:c");
    outcome.diagnostics = string("<&>");

    fhb_out_init(&out, NULL, 0);
    fhb_outcome_write(&out, &outcome);

    for (cap = out.len - 1; cap > 0; cap -= cap > 5 ? 5 : cap) {
        fhb_out_init(&out, (unsigned char *) guard_before(&g, NULL, cap), cap);
        fhb_outcome_write(&out, &outcome);

        assert_true(out.full && out.len <= cap);

        guard_free(&g);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_expression_came_with_stu3),
        cmocka_unit_test(without_a_parameter_there_is_no_expression),
        cmocka_unit_test(diagnostics_stand_before_the_expression),
        cmocka_unit_test(a_name_that_is_not_plain_is_quoted),
        cmocka_unit_test(the_code_deleted_came_with_r4),
        cmocka_unit_test(a_code_that_is_no_row_is_an_internal_error),
        cmocka_unit_test(without_a_version_or_a_form_it_is_the_json_of_dstu2),
        cmocka_unit_test(the_strings_of_every_row_need_no_escaping),
        cmocka_unit_test(a_buffer_that_is_too_small_is_not_overrun),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
