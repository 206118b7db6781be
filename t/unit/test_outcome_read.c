/*
 * Somebody else's OperationOutcome: what is one, and what is none.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fhb_outcome.h"
#include "guard.h"
#include "oom.h"


#define OO    "\"resourceType\":\"OperationOutcome\""
#define NS    "<OperationOutcome xmlns=\"http://hl7.org/fhir\">"
#define END   "</OperationOutcome>"
#define GOOD  "{" OO ",\"issue\":[{\"severity\":\"error\","                  \
              "\"code\":\"processing\",\"details\":{\"text\":\"no\"}}]}"
#define GOOD_XML  NS "<issue><severity value=\"error\"/>"                    \
                  "<code value=\"processing\"/></issue>" END


static fhb_outcome_issue_t  issue;      /* of what was read last */


static fhb_rc_t
read_bytes(fhb_form_t form, const char *bytes, size_t len)
{
    oom_t        oom;
    guard_t      g;
    fhb_rc_t     rc;
    fhb_str_t    body;
    fhb_alloc_t  alloc;

    alloc = oom_init(&oom, 0);

    body.data = (const unsigned char *) guard_before(&g, bytes, len);
    body.len = len;

    rc = fhb_outcome_read(&alloc, form, body, &issue);

    guard_free(&g);
    assert_int_equal(oom.live, 0);

    return rc;
}


static fhb_rc_t
read_string(const char *s)
{
    return read_bytes(strchr(s, '<') ? FHB_FORM_XML : FHB_FORM_JSON, s,
                      strlen(s));
}


static void
an_outcome_has_its_type(void **state)
{
    size_t                     i;
    static const char * const  in[] = {
        GOOD,
        " \r\n" GOOD "\n",
        "{" OO "}",
        "{" OO ",\"issue\":[]}",
        "{\"issue\":[{}]," OO "}",
        "{\"id\":\"1\"," OO ",\"text\":{\"issue\":1,\"div\":\"x\"},"
            "\"issue\":[{\"issue\":[]},{}],\"extension\":[[1],null]}",
        "{\"contained\":[{\"resourceType\":\"Patient\"}]," OO
            ",\"issue\":[{}]}",
        "{\"\\u0069ssue\":[{}]," OO "}",

        GOOD_XML,
        NS END,
        "<?xml version='1.0' encoding='UTF-8'?>\n" GOOD_XML "\n<!-- x -->",
        NS "<text><div xmlns='http://www.w3.org/1999/xhtml'>x</div></text>"
            "<issue/><issue/>" END,
        "<f:OperationOutcome xmlns:f='http://hl7.org/fhir'><f:issue/>"
            "</f:OperationOutcome>"
    };

    (void) state;

    for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
        assert_int_equal(read_string(in[i]), FHB_OK);
    }
}


static void
the_first_issue_has_a_code(void **state)
{
    size_t  i;

    static const struct {
        const char  *in;
        const char  *code;
    } rows[] = {
        { GOOD, "processing" },
        { GOOD_XML, "processing" },
        { "{" OO "}", "" },
        { "{" OO ",\"issue\":[{\"code\":\"business-rule\"},"
          "{\"code\":\"value\"}]}", "business-rule" },
        { "{" OO ",\"issue\":[{},{\"code\":\"value\"}]}", "" },
        { "{" OO ",\"code\":\"value\",\"issue\":[{}]}", "" },
        { "{" OO ",\"x\":[{\"code\":\"value\"}]}", "" },
        { "{" OO ",\"issue\":[{\"details\":{\"code\":\"value\"}}]}", "" },
        { "{" OO ",\"issue\":[{\"code\":[\"value\"]}]}", "" },
        { "{" OO ",\"issue\":[{\"code\":null}]}", "" },
        { "{" OO ",\"issue\":[{\"code\":\"\"}]}", "" },
        { "{" OO ",\"issue\":[{\"code\":\"Value\"}]}", "" },
        { "{" OO ",\"issue\":[{\"code\":\"a\\\"b\"}]}", "" },
        { "{" OO ",\"issue\":[{\"code\":"
          "\"abcdefghijklmnopqrstuvwxyzabcdef\"}]}",
          "abcdefghijklmnopqrstuvwxyzabcdef" },
        { "{" OO ",\"issue\":[{\"code\":"
          "\"abcdefghijklmnopqrstuvwxyzabcdefg\"}]}", "" },
        { NS END, "" },
        { NS "<issue/><issue><code value='value'/></issue>" END, "" },
        { NS "<issue><code value='not-found'/><code value='x'/></issue>" END,
          "x" },
        { NS "<text><code value='value'/></text>" END, "" },
        { NS "<issue><details><code value='value'/></details></issue>" END,
          "" },
        { NS "<issue><code value='&lt;'/></issue>" END, "" },
        { NS "<issue><code/></issue>" END, "" },
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(read_string(rows[i].in), FHB_OK);

        if (issue.len != strlen(rows[i].code)
            || memcmp(issue.code, rows[i].code, issue.len) != 0)
        {
            fail_msg("%s: \"%.*s\"", rows[i].in, (int) issue.len,
                     issue.code);
        }
    }
}


static void
anything_else_is_none(void **state)
{
    size_t                     i;
    static const char * const  in[] = {
        "", " ", "null", "1", "\"OperationOutcome\"", "{}", "[]",
        "{" OO ",\"issue\":[{}],\"issue\":[{}]}",
        "{" OO "," OO ",\"issue\":[{}]}",
        "{\"issue\":[{}]}",
        "{\"resourceType\":\"Patient\",\"issue\":[{}]}",
        "{\"resourceType\":\"operationoutcome\",\"issue\":[{}]}",
        "{\"resourceType\":[\"OperationOutcome\"],\"issue\":[{}]}",
        "{\"resourceType\":null,\"issue\":[{}]}",
        "[" GOOD "]",
        "{\"resource\":" GOOD "}",
        GOOD GOOD, GOOD ",", GOOD "x",
        "{" OO ",\"issue\":[{\"x\":\"\xff\"}]}",

        "<OperationOutcome><issue/></OperationOutcome>",
        "<OperationOutcome xmlns='http://hl7.org/FHIR'><issue/>" END,
        "<Patient xmlns='http://hl7.org/fhir'><issue/></Patient>",
        "<x>" GOOD_XML "</x>",
        "<!DOCTYPE OperationOutcome>" GOOD_XML,
        NS "<issue/>&nbsp;" END,
        NS "<issue>" END,
        NS "<issue/>\xff" END,
        GOOD_XML "<x/>", GOOD_XML "x", GOOD_XML GOOD_XML,
        "<html/>"
    };

    (void) state;

    for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
        assert_int_equal(read_string(in[i]), FHB_E_SYNTAX);
    }

    assert_int_equal(read_bytes(FHB_FORM_XML, GOOD, sizeof(GOOD) - 1),
                     FHB_E_SYNTAX);
    assert_int_equal(read_bytes(FHB_FORM_JSON, GOOD_XML,
                                sizeof(GOOD_XML) - 1),
                     FHB_E_SYNTAX);
    assert_int_equal(read_bytes(FHB_FORM_JSON, GOOD "\0", sizeof(GOOD)),
                     FHB_E_SYNTAX);
}


static void
one_that_is_cut_is_none(void **state)
{
    size_t  n;

    (void) state;

    for (n = 0; n < sizeof(GOOD) - 1; n++) {
        assert_int_equal(read_bytes(FHB_FORM_JSON, GOOD, n), FHB_E_SYNTAX);
    }

    for (n = 0; n < sizeof(GOOD_XML) - 1; n++) {
        assert_int_equal(read_bytes(FHB_FORM_XML, GOOD_XML, n),
                         FHB_E_SYNTAX);
    }
}


static void
one_that_is_large_is_none(void **state)
{
    size_t       i;
    static char  in[2][FHB_MAX_OUTCOME + 1];

    (void) state;

    for (i = 0; i < 2; i++) {
        memset(in[i], ' ', sizeof(in[i]));
        memcpy(in[i], i ? GOOD_XML : GOOD,
               i ? sizeof(GOOD_XML) - 1 : sizeof(GOOD) - 1);

        assert_int_equal(read_bytes(i ? FHB_FORM_XML : FHB_FORM_JSON, in[i],
                                    FHB_MAX_OUTCOME), FHB_OK);
        assert_int_equal(read_bytes(i ? FHB_FORM_XML : FHB_FORM_JSON, in[i],
                                    FHB_MAX_OUTCOME + 1), FHB_E_SYNTAX);
    }
}


static void
without_memory_there_is_no_verdict(void **state)
{
    oom_t        oom;
    unsigned     n, form;
    fhb_rc_t     rc;
    fhb_str_t    body;
    fhb_alloc_t  alloc;

    (void) state;

    for (form = 0; form < 2; form++) {

        body.data = (const unsigned char *) (form ? GOOD_XML : GOOD);
        body.len = strlen((const char *) body.data);

        for (n = 1; ; n++) {
            alloc = oom_init(&oom, n);
            rc = fhb_outcome_read(&alloc,
                                  form ? FHB_FORM_XML : FHB_FORM_JSON, body,
                                  &issue);
            assert_int_equal(oom.live, 0);

            if (!oom.failed) {
                break;
            }

            assert_int_equal(rc, FHB_E_NOMEM);
        }

        assert_int_equal(rc, FHB_OK);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_outcome_has_its_type),
        cmocka_unit_test(the_first_issue_has_a_code),
        cmocka_unit_test(anything_else_is_none),
        cmocka_unit_test(one_that_is_cut_is_none),
        cmocka_unit_test(one_that_is_large_is_none),
        cmocka_unit_test(without_memory_there_is_no_verdict),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
