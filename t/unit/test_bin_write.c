/*
 * The frame of a Binary, byte for byte.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_bin.h"
#include "guard.h"


#define XML  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"                    \
             "<Binary xmlns=\"http://hl7.org/fhir\">"


static fhb_str_t
string(const char *s)
{
    fhb_str_t  str;

    str.data = (const unsigned char *) s;
    str.len = strlen(s);

    return str;
}


static fhb_bin_head_t
head_of(fhb_version_t version, fhb_form_t form)
{
    fhb_bin_head_t  head;

    memset(&head, 0, sizeof(head));

    head.version = version;
    head.form = form;
    head.id = string("x");
    head.content_type = string("application/pdf");

    return head;
}


/* counts first, and then writes into exactly so many bytes */

static void
assert_binary(const fhb_bin_head_t *head, const char *first, const char *last)
{
    size_t     len;
    guard_t    g;
    fhb_out_t  out;

    fhb_out_init(&out, NULL, 0);
    assert_int_equal(fhb_bin_write_head(&out, head), FHB_OK);
    len = out.len;

    if (len != strlen(first)) {
        fail_msg("%zu bytes for %s", len, first);
    }

    fhb_bin_write_tail(&out, head);
    assert_int_equal(out.len, len + strlen(last));

    fhb_out_init(&out, (unsigned char *) guard_before(&g, NULL, out.len),
                 out.len);

    assert_int_equal(fhb_bin_write_head(&out, head), FHB_OK);
    fhb_bin_write_tail(&out, head);

    assert_false(out.full);

    if (memcmp(out.start, first, len) != 0
        || memcmp(out.start + len, last, strlen(last)) != 0)
    {
        fail_msg("%.*s", (int) out.len, (const char *) out.start);
    }

    guard_free(&g);
}


static void
json_of_dstu2_and_stu3_holds_content(void **state)
{
    fhb_version_t   v;
    fhb_bin_head_t  head;

    (void) state;

    for (v = FHB_DSTU2; v <= FHB_STU3; v++) {
        head = head_of(v, FHB_FORM_JSON);

        head.id = string("TR-197198634");
        head.version_id = string("197198633");
        head.last_updated = string("2019-12-26T21:36:00.000Z");
        head.content_type = string("text/html");

        assert_binary(&head,
            "{\"resourceType\":\"Binary\",\"id\":\"TR-197198634\","
            "\"meta\":{\"versionId\":\"197198633\","
            "\"lastUpdated\":\"2019-12-26T21:36:00.000Z\"},"
            "\"contentType\":\"text/html\",\"content\":\"", "\"}");
    }
}


static void
json_of_r4_and_later_holds_data(void **state)
{
    fhb_version_t   v;
    fhb_bin_head_t  head;

    (void) state;

    for (v = FHB_R4; v <= FHB_R5; v++) {
        head = head_of(v, FHB_FORM_JSON);

        head.id = string("XR-197198634");
        head.last_updated = string("2020-07-07T15:26:17.671+00:00");

        assert_binary(&head,
            "{\"resourceType\":\"Binary\",\"id\":\"XR-197198634\","
            "\"meta\":{\"lastUpdated\":\"2020-07-07T15:26:17.671+00:00\"},"
            "\"contentType\":\"application/pdf\",\"data\":\"", "\"}");
    }
}


static void
xml_of_dstu2_and_stu3_holds_content(void **state)
{
    fhb_version_t   v;
    fhb_bin_head_t  head;

    (void) state;

    for (v = FHB_DSTU2; v <= FHB_STU3; v++) {
        head = head_of(v, FHB_FORM_XML);

        head.id = string("TR-197198634");
        head.version_id = string("197198633");
        head.last_updated = string("2019-12-26T21:36:00.000Z");
        head.content_type = string("text/html");

        assert_binary(&head,
            XML "<id value=\"TR-197198634\"/>"
            "<meta><versionId value=\"197198633\"/>"
            "<lastUpdated value=\"2019-12-26T21:36:00.000Z\"/></meta>"
            "<contentType value=\"text/html\"/><content value=\"",
            "\"/></Binary>");
    }
}


static void
xml_of_r4_and_later_holds_data(void **state)
{
    fhb_version_t   v;
    fhb_bin_head_t  head;

    (void) state;

    for (v = FHB_R4; v <= FHB_R5; v++) {
        head = head_of(v, FHB_FORM_XML);

        head.security_context = string("DocumentReference/9");

        assert_binary(&head,
            XML "<id value=\"x\"/><contentType value=\"application/pdf\"/>"
            "<securityContext><reference value=\"DocumentReference/9\"/>"
            "</securityContext><data value=\"", "\"/></Binary>");
    }
}


static void
meta_is_left_out_when_it_would_be_empty(void **state)
{
    fhb_bin_head_t  head;

    (void) state;

    head = head_of(FHB_R4, FHB_FORM_JSON);
    assert_binary(&head, "{\"resourceType\":\"Binary\",\"id\":\"x\","
                  "\"contentType\":\"application/pdf\",\"data\":\"", "\"}");

    head.version_id = string("5");
    assert_binary(&head, "{\"resourceType\":\"Binary\",\"id\":\"x\","
                  "\"meta\":{\"versionId\":\"5\"},"
                  "\"contentType\":\"application/pdf\",\"data\":\"", "\"}");

    head.form = FHB_FORM_XML;
    assert_binary(&head, XML "<id value=\"x\"/>"
                  "<meta><versionId value=\"5\"/></meta>"
                  "<contentType value=\"application/pdf\"/><data value=\"",
                  "\"/></Binary>");

    head.version_id.len = 0;
    assert_binary(&head, XML "<id value=\"x\"/>"
                  "<contentType value=\"application/pdf\"/><data value=\"",
                  "\"/></Binary>");

    head.last_updated = string("2019-12-26T21:36:00Z");
    assert_binary(&head, XML "<id value=\"x\"/>"
                  "<meta><lastUpdated value=\"2019-12-26T21:36:00Z\"/></meta>"
                  "<contentType value=\"application/pdf\"/><data value=\"",
                  "\"/></Binary>");
}


static void
a_version_id_that_is_no_id_is_left_out(void **state)
{
    size_t          i;
    fhb_bin_head_t  head;

    static const char *const  rows[] = {
        "a_b", "a b", "\"", "..", "\xc3\xa9",
        "0123456789012345678901234567890123456789012345678901234567890123x"
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        head = head_of(FHB_R4, FHB_FORM_JSON);
        head.version_id = string(rows[i]);

        assert_binary(&head, "{\"resourceType\":\"Binary\",\"id\":\"x\","
                      "\"contentType\":\"application/pdf\",\"data\":\"",
                      "\"}");
    }
}


static void
the_security_context_came_with_stu3(void **state)
{
    fhb_bin_head_t  head;

    (void) state;

    head = head_of(FHB_DSTU2, FHB_FORM_JSON);
    head.security_context = string("Patient/1");

    assert_binary(&head, "{\"resourceType\":\"Binary\",\"id\":\"x\","
                  "\"contentType\":\"application/pdf\",\"content\":\"",
                  "\"}");

    head.version = FHB_STU3;
    assert_binary(&head, "{\"resourceType\":\"Binary\",\"id\":\"x\","
                  "\"contentType\":\"application/pdf\","
                  "\"securityContext\":{\"reference\":\"Patient/1\"},"
                  "\"content\":\"", "\"}");

    head.form = FHB_FORM_XML;
    head.version = FHB_DSTU2;
    assert_binary(&head, XML "<id value=\"x\"/>"
                  "<contentType value=\"application/pdf\"/><content value=\"",
                  "\"/></Binary>");
}


static void
what_stands_around_the_data_is_escaped(void **state)
{
    fhb_bin_head_t  head;

    (void) state;

    head = head_of(FHB_R4, FHB_FORM_JSON);
    head.content_type = string("text/html; charset=\"utf-8\"");
    head.security_context = string("a\\<&>\x01");

    assert_binary(&head, "{\"resourceType\":\"Binary\",\"id\":\"x\","
                  "\"contentType\":\"text/html; charset=\\\"utf-8\\\"\","
                  "\"securityContext\":{\"reference\":\"a\\\\<&>\\u0001\"},"
                  "\"data\":\"", "\"}");

    head.form = FHB_FORM_XML;
    head.security_context = string("a\\<&>");

    assert_binary(&head, XML "<id value=\"x\"/>"
                  "<contentType value=\"text/html; "
                  "charset=&quot;utf-8&quot;\"/>"
                  "<securityContext><reference value=\"a\\&lt;&amp;&gt;\"/>"
                  "</securityContext><data value=\"", "\"/></Binary>");
}


static void
blanks_of_a_content_type_are_those_of_a_code(void **state)
{
    size_t          i;
    fhb_bin_head_t  head;

    static const char *const  rows[] = {
        "text/html; charset=utf-8", " text/html; charset=utf-8",
        "text/html; charset=utf-8 \t", "text/html; \t charset=utf-8",
        "text/html;\tcharset=utf-8"
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        head = head_of(FHB_R4, FHB_FORM_JSON);
        head.content_type = string(rows[i]);

        assert_binary(&head, "{\"resourceType\":\"Binary\",\"id\":\"x\","
                      "\"contentType\":\"text/html; charset=utf-8\","
                      "\"data\":\"", "\"}");
    }
}


static void
an_empty_document_has_no_data_from_r4_on(void **state)
{
    fhb_version_t   v;
    fhb_bin_head_t  head;

    (void) state;

    for (v = FHB_R4; v <= FHB_R5; v++) {
        head = head_of(v, FHB_FORM_JSON);
        head.empty = 1;

        assert_binary(&head, "{\"resourceType\":\"Binary\",\"id\":\"x\","
                      "\"contentType\":\"application/pdf\"", "}");

        head.form = FHB_FORM_XML;

        assert_binary(&head, XML "<id value=\"x\"/>"
                      "<contentType value=\"application/pdf\"/>",
                      "</Binary>");
    }
}


static void
assert_refused(const fhb_bin_head_t *head, fhb_rc_t rc)
{
    fhb_out_t  out;

    fhb_out_init(&out, NULL, 0);

    assert_int_equal(fhb_bin_write_head(&out, head), rc);
    assert_int_equal(out.len, 0);
}


static void
an_empty_document_cannot_be_told_before_r4(void **state)
{
    fhb_version_t   v;
    fhb_bin_head_t  head;

    (void) state;

    for (v = FHB_DSTU2; v <= FHB_STU3; v++) {
        head = head_of(v, FHB_FORM_JSON);
        head.empty = 1;
        assert_refused(&head, FHB_E_REQUIRED);

        head.form = FHB_FORM_XML;
        assert_refused(&head, FHB_E_REQUIRED);
    }
}


static void
id_and_content_type_are_required(void **state)
{
    fhb_bin_head_t  head;

    (void) state;

    head = head_of(FHB_R4, FHB_FORM_JSON);
    head.id.len = 0;
    assert_refused(&head, FHB_E_REQUIRED);

    head = head_of(FHB_R4, FHB_FORM_XML);
    head.content_type.len = 0;
    assert_refused(&head, FHB_E_REQUIRED);

    head.content_type = string(" \t ");
    assert_refused(&head, FHB_E_REQUIRED);
}


static void
without_a_version_or_a_form_nothing_is_written(void **state)
{
    fhb_bin_head_t  head;

    (void) state;

    head = head_of(FHB_VERSION_OFF, FHB_FORM_JSON);
    assert_refused(&head, FHB_E_INTERNAL);

    head = head_of(FHB_R4, FHB_FORM_NONE);
    assert_refused(&head, FHB_E_INTERNAL);

    head = head_of(FHB_R4, FHB_FORM_NATIVE);
    assert_refused(&head, FHB_E_INTERNAL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(json_of_dstu2_and_stu3_holds_content),
        cmocka_unit_test(json_of_r4_and_later_holds_data),
        cmocka_unit_test(xml_of_dstu2_and_stu3_holds_content),
        cmocka_unit_test(xml_of_r4_and_later_holds_data),
        cmocka_unit_test(meta_is_left_out_when_it_would_be_empty),
        cmocka_unit_test(a_version_id_that_is_no_id_is_left_out),
        cmocka_unit_test(the_security_context_came_with_stu3),
        cmocka_unit_test(what_stands_around_the_data_is_escaped),
        cmocka_unit_test(blanks_of_a_content_type_are_those_of_a_code),
        cmocka_unit_test(an_empty_document_has_no_data_from_r4_on),
        cmocka_unit_test(an_empty_document_cannot_be_told_before_r4),
        cmocka_unit_test(id_and_content_type_are_required),
        cmocka_unit_test(without_a_version_or_a_form_nothing_is_written),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
