/*
 * The query of a request: parameters found by name, whatever their encoding.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_query.h"
#include "guard.h"


typedef struct {
    const char  *args;
    fhb_rc_t     rc;
    int          stripped;
    const char  *out;
} query_row_t;


static fhb_str_t
guarded(guard_t *g, const char *s)
{
    fhb_str_t  str;

    str.len = strlen(s);
    str.data = (unsigned char *) guard_before(g, s, str.len);

    return str;
}


static void
assert_out(const fhb_out_t *out, const char *expected, const char *args)
{
    if (out->full || out->len != strlen(expected)
        || (out->len != 0
            && memcmp(out->start, expected, out->len) != 0))
    {
        fail_msg("\"%s\": \"%.*s\" is not \"%s\"", args, (int) out->len,
                 (char *) out->start, expected);
    }
}


static void
an_empty_query_has_no_parameter(void **state)
{
    size_t       i;
    guard_t      g;
    fhb_query_t  q;

    static const char *const  rows[] = { "", "&", "&&&" };

    (void) state;

    memset(&q, 0, sizeof(q));
    assert_int_equal(fhb_query_next(&q), FHB_DONE);

    for (i = 0; i < 3; i++) {
        fhb_query_init(&q, guarded(&g, rows[i]));

        assert_int_equal(fhb_query_next(&q), FHB_DONE);
        assert_int_equal(fhb_query_next(&q), FHB_DONE);

        guard_free(&g);
    }
}


static void
parameters_come_in_their_order_and_raw(void **state)
{
    size_t       i;
    guard_t      g;
    fhb_query_t  q;

    static const struct {
        const char  *name;
        const char  *value;
    } rows[] = {
        { "a", "1" }, { "b", "" }, { "c", NULL }, { "", "x" }, { "%61", "%G" },
        { "d", "=e=" }, { "", "" }, { "f;g", "h?i/j" }
    };

    (void) state;

    fhb_query_init(&q, guarded(&g, "&a=1&b=&&c&=x&%61=%G&d==e=&=&f;g=h?i/j&"));

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(fhb_query_next(&q), FHB_OK);

        assert_int_equal(q.name.len, strlen(rows[i].name));
        assert_memory_equal(q.name.data, rows[i].name, q.name.len);

        if (rows[i].value == NULL) {
            assert_null(q.value.data);
            assert_int_equal(q.value.len, 0);
            continue;
        }

        assert_non_null(q.value.data);
        assert_int_equal(q.value.len, strlen(rows[i].value));
        assert_memory_equal(q.value.data, rows[i].value, q.value.len);
    }

    assert_int_equal(fhb_query_next(&q), FHB_DONE);

    guard_free(&g);
}


static void
a_value_is_decoded_once(void **state)
{
    size_t         i;
    guard_t        g;
    fhb_out_t      out;
    unsigned char  buf[64];

    static const query_row_t  rows[] = {
        { "", FHB_OK, 0, "" },
        { "abc", FHB_OK, 0, "abc" },
        { "%41%6a%6A", FHB_OK, 0, "Ajj" },
        { "a%2525", FHB_OK, 0, "a%25" },
        { "1+2%2B3%20", FHB_OK, 0, "1+2+3 " },
        { "%C3%A9%ff%01", FHB_OK, 0, "\xc3\xa9\xff\x01" },
        { "%26%3D", FHB_OK, 0, "&=" },
        { "%G1", FHB_E_REQUEST, 0, NULL },
        { "%1G", FHB_E_REQUEST, 0, NULL },
        { "%", FHB_E_REQUEST, 0, NULL },
        { "%1", FHB_E_REQUEST, 0, NULL },
        { "a%", FHB_E_REQUEST, 0, NULL },
        { "%%41", FHB_E_REQUEST, 0, NULL },
        { "% 1", FHB_E_REQUEST, 0, NULL },
        { "%+1", FHB_E_REQUEST, 0, NULL },
        { "%u0041", FHB_E_REQUEST, 0, NULL },
        { "%\x10" "1", FHB_E_REQUEST, 0, NULL },
        { "1%00", FHB_E_REQUEST, 0, NULL },
        { "%00", FHB_E_REQUEST, 0, NULL },
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fhb_out_init(&out, buf, sizeof(buf));

        assert_int_equal(fhb_query_decode(guarded(&g, rows[i].args), &out),
                         rows[i].rc);

        if (rows[i].rc == FHB_OK) {
            assert_out(&out, rows[i].out, rows[i].args);
        }

        guard_free(&g);
    }
}


static void
a_raw_nul_is_refused(void **state)
{
    guard_t    g;
    fhb_out_t  out;
    fhb_str_t  raw;

    (void) state;

    raw.len = 3;
    raw.data = (unsigned char *) guard_before(&g, "a\0b", 3);

    fhb_out_init(&out, NULL, 0);
    assert_int_equal(fhb_query_decode(raw, &out), FHB_E_REQUEST);

    guard_free(&g);
}


static void
a_value_that_does_not_fit_is_too_long(void **state)
{
    guard_t    g, to;
    fhb_out_t  out;

    (void) state;

    fhb_out_init(&out, (unsigned char *) guard_before(&to, NULL, 3), 3);
    assert_int_equal(fhb_query_decode(guarded(&g, "a%62c"), &out), FHB_OK);
    guard_free(&g);

    fhb_out_init(&out, out.start, 3);
    assert_int_equal(fhb_query_decode(guarded(&g, "abc%64"), &out),
                     FHB_E_QUERY_TOO_LONG);
    guard_free(&g);

    /* a bad escape is one, even past the end of the buffer */

    fhb_out_init(&out, out.start, 3);
    assert_int_equal(fhb_query_decode(guarded(&g, "abcd%6"), &out),
                     FHB_E_REQUEST);
    guard_free(&g);
    guard_free(&to);
}


static void
a_name_is_compared_decoded_exactly_and_whole(void **state)
{
    size_t   i;
    guard_t  g;

    static const fhb_str_t  patient = fhb_string("patient");

    static const struct {
        const char  *raw;
        int          same;
    } rows[] = {
        { "patient", 1 }, { "%70atient", 1 }, { "patien%74", 1 },
        { "%70%61%74%69%65%6e%74", 1 }, { "%70%61%74%69%65%6E%74", 1 },
        { "Patient", 0 }, { "%50atient", 0 }, { "patien", 0 },
        { "patients", 0 }, { "patient%73", 0 }, { "patient%", 0 },
        { "patient%00", 0 }, { "%2570atient", 0 }, { "patient ", 0 },
        { "patient+", 0 }, { "patient:Patient", 0 }, { "patient.id", 0 },
        { "patient[]", 0 }, { "", 0 }, { "%7", 0 }, { "%zzatient", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (fhb_query_name_is(guarded(&g, rows[i].raw), patient)
            != rows[i].same)
        {
            fail_msg("%s", rows[i].raw);
        }

        guard_free(&g);
    }
}


static void
the_general_parameters_are_three(void **state)
{
    size_t   i;
    guard_t  g;

    static const struct {
        const char  *raw;
        int          general;
    } rows[] = {
        { "_format", 1 }, { "_pretty", 1 }, { "access_token", 1 },
        { "%5fformat", 1 }, { "%5Fpretty", 1 }, { "%61ccess_token", 1 },
        { "_summary", 0 }, { "_elements", 0 }, { "format", 0 },
        { "_Format", 0 }, { "", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(
            fhb_query_name_is_general(guarded(&g, rows[i].raw)),
            rows[i].general);

        guard_free(&g);
    }
}


static void
format_is_found_and_decoded(void **state)
{
    size_t         i;
    guard_t        g;
    fhb_out_t      out;
    unsigned char  buf[32];

    static const query_row_t  rows[] = {
        { "", FHB_OK, 0, "" },
        { "a=1", FHB_OK, 0, "" },
        { "_format", FHB_OK, 0, "" },
        { "_format=", FHB_OK, 0, "" },
        { "_format=&_format=", FHB_OK, 0, "" },
        { "_format=json", FHB_OK, 0, "json" },
        { "a=1&_format=xml&b", FHB_OK, 0, "xml" },
        { "%5fformat=%6ason", FHB_OK, 0, "json" },
        { "_format=application/fhir+json", FHB_OK, 0,
          "application/fhir+json" },
        { "_format=application/fhir%2Bjson", FHB_OK, 0,
          "application/fhir+json" },
        { "_format=application%2ffhir%20json", FHB_OK, 0,
          "application/fhir json" },
        { "_format=&_format=json", FHB_OK, 0, "json" },
        { "_format=json&_format", FHB_OK, 0, "json" },
        { "_format=json&_format=json", FHB_OK, 0, "json" },
        { "_format=json&_format=%6ason&_format=jso%6e", FHB_OK, 0, "json" },
        { "_format=json&_format=xml", FHB_E_FORMAT_REPEATED, 0, NULL },
        { "_format=json&a=1&%5Fformat=xml", FHB_E_FORMAT_REPEATED, 0, NULL },
        { "_format=json&_format=json2", FHB_E_FORMAT_REPEATED, 0, NULL },
        { "_format=json2&_format=json", FHB_E_FORMAT_REPEATED, 0, NULL },
        { "_format=json&_format=json&_format=xml", FHB_E_FORMAT_REPEATED, 0,
          NULL },
        { "_format=%G1", FHB_E_FORMAT, 0, NULL },
        { "_format=json%", FHB_E_FORMAT, 0, NULL },
        { "_format=json%00", FHB_E_FORMAT, 0, NULL },
        { "_format=json&_format=%", FHB_E_FORMAT, 0, NULL },
        { "_format=j&_format=json%", FHB_E_FORMAT, 0, NULL },
        { "_format=123456789012345678901234567890123", FHB_E_FORMAT, 0,
          NULL },
        { "_Format=json", FHB_OK, 0, "" },
        { "format=json", FHB_OK, 0, "" },
        { "_format:x=json", FHB_OK, 0, "" },
        { "a=_format=json", FHB_OK, 0, "" },
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fhb_out_init(&out, buf, sizeof(buf));

        if (fhb_query_format(guarded(&g, rows[i].args), &out) != rows[i].rc) {
            fail_msg("%s", rows[i].args);
        }

        if (rows[i].rc == FHB_OK) {
            assert_out(&out, rows[i].out, rows[i].args);
        }

        guard_free(&g);
    }
}


static void
a_token_in_the_query_is_seen_however_written(void **state)
{
    size_t   i;
    guard_t  g;

    static const struct {
        const char  *args;
        int          has;
    } rows[] = {
        { "access_token=x", 1 }, { "access_token=", 1 }, { "access_token", 1 },
        { "a=1&access_token=x", 1 }, { "%61ccess_token=x", 1 },
        { "access%5Ftoken=%", 1 }, { "&&access_token", 1 },
        { "", 0 }, { "Access_Token=x", 0 }, { "a=access_token", 0 },
        { "access_token2=x", 0 }, { "x=1&=access_token=1", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (fhb_query_has_token(guarded(&g, rows[i].args)) != rows[i].has) {
            fail_msg("%s", rows[i].args);
        }

        guard_free(&g);
    }
}


static void
check_strip(const query_row_t *row, size_t n, int fhir)
{
    int        stripped;
    guard_t    g, to;
    fhb_str_t  args;
    fhb_out_t  out;

    for ( /* void */ ; n; row++, n--) {
        args = guarded(&g, row->args);

        fhb_out_init(&out, (unsigned char *) guard_before(&to, NULL, args.len),
                     args.len);

        stripped = fhb_query_strip(args, fhir, &out);

        if ((stripped != 0) != row->stripped) {
            fail_msg("\"%s\": %d", row->args, stripped);
        }

        assert_out(&out, row->out, row->args);

        guard_free(&g);
        guard_free(&to);
    }
}


static void
what_is_for_the_gateway_is_stripped_and_the_rest_kept(void **state)
{
    static const query_row_t  rows[] = {
        { "", 0, 0, "" },
        { "a=1&b=2", 0, 0, "a=1&b=2" },
        { "a=%41+%zz&b&c=", 0, 0, "a=%41+%zz&b&c=" },
        { "_format=json", 0, 1, "" },
        { "_pretty=true", 0, 1, "" },
        { "access_token=x", 0, 1, "" },
        { "_format", 0, 1, "" },
        { "a=1&_format=json&b=2", 0, 1, "a=1&b=2" },
        { "_format=json&a=1", 0, 1, "a=1" },
        { "a=1&_format=json", 0, 1, "a=1" },
        { "%5fformat=json&%61ccess_token=x&_prett%79&a=1", 0, 1, "a=1" },
        { "_format=json&a==&=&b=_format", 0, 1, "a==&=&b=_format" },
        { "_format=a/b;c=d&a=1;b", 0, 1, "a=1;b" },
        { "_FORMAT=1&_formats=2&_format.x", 0, 0,
          "_FORMAT=1&_formats=2&_format.x" },
        { "_format:x=1&access_token%3a=2&_pretty[]=3&a", 0, 0,
          "_format:x=1&access_token%3a=2&_pretty[]=3&a" },
        { "_summary=true&_elements=id", 0, 0, "_summary=true&_elements=id" },
        { "a=1;_summary=true&%zz=1", 0, 0, "a=1;_summary=true&%zz=1" },
    };

    (void) state;

    check_strip(rows, sizeof(rows) / sizeof(rows[0]), 0);
}


static void
a_fhir_server_is_not_asked_for_less_than_the_whole(void **state)
{
    static const query_row_t  rows[] = {
        { "", 0, 0, "" },
        { "a=1&b=2", 0, 0, "a=1&b=2" },
        { "_summary=true", 0, 1, "" },
        { "_elements=id", 0, 1, "" },
        { "_summary", 0, 1, "" },
        { "_summary=", 0, 1, "" },
        { "_elements&a", 0, 1, "a" },
        { "_format=json&_summary=data", 0, 1, "" },
        /* encoded */
        { "%5Fsummary=1&_%73ummary=1&%5f%73%75%6d%6d%61%72%79=1", 0, 1, "" },
        { "_element%73=id&%5felements=id", 0, 1, "" },
        /* decoded twice by nobody */
        { "%255Fsummary=1", 0, 0, "%255Fsummary=1" },
        /* repeated */
        { "_summary=1&a&_summary=0&_elements=x&_elements=y", 0, 1, "a" },
        /* in another case */
        { "_Summary=1&_SUMMARY=1&_eLements=id&%5fSUMMARY", 0, 1, "" },
        /* with a modifier, or a list */
        { "_summary:x=1&_elements:exact=id&_summary%3Ax&_summary%3a", 0, 1,
          "" },
        { "_elements:=id&_elements[]=id&_elements%5B0%5D=id", 0, 1, "" },
        /* blanks */
        { "+_summary=1&%20_summary&_summary%20=1&_summary+=1", 0, 1, "" },
        { "%09_elements%0d%0a=id&++_elements++:x", 0, 1, "" },
        /* what ends a name for some */
        { "_summary%00=1&_summary%00x&_summary%zz&_summary%", 0, 1, "" },
        { "%u005fsummary=1&a%=1&%00&b", 0, 1, "b" },
        /* another separator */
        { "a=1;_summary=true", 0, 1, "a=1" },
        { "a=1;_summary=true;b=2&c", 0, 1, "a=1;b=2&c" },
        { ";_summary&x", 0, 1, "x" },
        { "x&;_elements;", 0, 1, "x" },
        { "x&;;&y;z", 0, 0, "x&;;&y;z" },
        { "_summary=1;a=1&b", 0, 1, "b" },
        { "a%3B_summary=true&b=%26_summary=true", 0, 0,
          "a%3B_summary=true&b=%26_summary=true" },
        /* others */
        { "_summary2=1&_summar=1&x_summary&summary=1&_summary.x", 0, 0,
          "_summary2=1&_summar=1&x_summary&summary=1&_summary.x" },
        { "_element=1&__elements&elements&a=_elements&=_summary", 0, 0,
          "_element=1&__elements&elements&a=_elements&=_summary" },
        { "_sum mary=1&_summ%00ary=1", 0, 1, "_sum mary=1" },
        { "a=%zz&b=%", 0, 0, "a=%zz&b=%" },
    };

    (void) state;

    check_strip(rows, sizeof(rows) / sizeof(rows[0]), 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_empty_query_has_no_parameter),
        cmocka_unit_test(parameters_come_in_their_order_and_raw),
        cmocka_unit_test(a_value_is_decoded_once),
        cmocka_unit_test(a_raw_nul_is_refused),
        cmocka_unit_test(a_value_that_does_not_fit_is_too_long),
        cmocka_unit_test(a_name_is_compared_decoded_exactly_and_whole),
        cmocka_unit_test(the_general_parameters_are_three),
        cmocka_unit_test(format_is_found_and_decoded),
        cmocka_unit_test(a_token_in_the_query_is_seen_however_written),
        cmocka_unit_test(what_is_for_the_gateway_is_stripped_and_the_rest_kept),
        cmocka_unit_test(a_fhir_server_is_not_asked_for_less_than_the_whole),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
