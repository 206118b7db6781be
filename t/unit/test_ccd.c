/*
 * The parameters of $autogen-ccd-if: what is refused, and what the backend
 * gets of the rest.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_ccd.h"
#include "guard.h"


#define EVERY  0                        /* stands for all the versions */

#define ID64  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-."


/* out is the canonical query, or NULL and then fault the name at fault */

typedef struct {
    const char  *args;
    int          version;
    fhb_rc_t     rc;
    const char  *fault;
    const char  *out;
} ccd_row_t;


static void
check_result(const ccd_row_t *row, const fhb_ccd_t *ccd, fhb_rc_t rc,
    fhb_str_t fault)
{
    size_t         len;
    const char    *expected;
    fhb_out_t      out;
    unsigned char  buf[FHB_CCD_QUERY];

    expected = row->fault ? row->fault : "";

    if (rc != row->rc
        || fault.len != strlen(expected)
        || (fault.len && memcmp(fault.data, expected, fault.len) != 0))
    {
        fail_msg("\"%s\": rc %d, fault \"%.*s\"", row->args, rc,
                 (int) fault.len, (const char *) fault.data);
    }

    expected = row->out ? row->out : "";

    fhb_out_init(&out, NULL, 0);
    fhb_ccd_write_query(&out, ccd);
    len = out.len;

    fhb_out_init(&out, buf, sizeof(buf));
    fhb_ccd_write_query(&out, ccd);

    if (out.full || out.len != len || out.len != strlen(expected)
        || memcmp(buf, expected, out.len) != 0)
    {
        fail_msg("\"%s\": \"%.*s\"", row->args, (int) out.len, buf);
    }
}


static void
check_one(const ccd_row_t *row, fhb_version_t version)
{
    guard_t           g;
    fhb_rc_t          rc;
    fhb_str_t         args, fault;
    fhb_ccd_t         ccd;
    fhb_ccd_policy_t  policy = {
        version, fhb_string("https://fhir.example.org/r4/T1")
    };

    memset(&ccd, 0xa5, sizeof(ccd));
    memset(&fault, 0xa5, sizeof(fault));

    args.len = strlen(row->args);
    args.data = (unsigned char *) guard_before(&g, row->args, args.len);

    rc = fhb_ccd_parse(&ccd, &policy, args, &fault);

    guard_free(&g);                     /* the result must not point there */

    check_result(row, &ccd, rc, fault);
}


static void
check(const ccd_row_t *rows, size_t n)
{
    size_t  i;
    int     v;

    for (i = 0; i < n; i++) {
        for (v = FHB_DSTU2; v <= FHB_R5; v++) {
            if (rows[i].version == EVERY || rows[i].version == v) {
                check_one(&rows[i], v);
            }
        }
    }
}


#define CHECK(rows)  check(rows, sizeof(rows) / sizeof(rows[0]))

#define OK(args, out)        { args, EVERY, FHB_OK, NULL, out }
#define OK_IN(v, args, out)  { args, v, FHB_OK, NULL, out }
#define VALUE(args, fault)                                                   \
    { args, EVERY, FHB_E_PARAM_VALUE, fault, NULL }
#define VALUE_IN(v, args, fault)                                             \
    { args, v, FHB_E_PARAM_VALUE, fault, NULL }
#define REQUIRED(args)                                                       \
    { args, EVERY, FHB_E_PARAM_REQUIRED, "patient", NULL }
#define REPEATED(args, fault)                                                \
    { args, EVERY, FHB_E_PARAM_REPEATED, fault, NULL }
#define UNKNOWN(args, fault)                                                 \
    { args, EVERY, FHB_E_PARAM_UNKNOWN, fault, NULL }
#define UNKNOWN_IN(v, args, fault)                                           \
    { args, v, FHB_E_PARAM_UNKNOWN, fault, NULL }

#define START_OK(s, out)     OK("patient=1&start=" s, "patient=1&start=" out)
#define START_BAD(s)         VALUE("patient=1&start=" s, "start")


static void
the_documented_examples_are_accepted(void **state)
{
    static const ccd_row_t  rows[] = {
        OK("patient=12345", "patient=12345"),
        OK("patient=12724066", "patient=12724066"),
        OK("patient=Patient/12724066&start=2014-09-24T12:00:00.000Z",
           "patient=12724066&start=2014-09-24T12:00:00.000Z"),
        OK("patient=1&start=eq2014-09-24T12%3A00%3A00%2B02%3A00"
           "&end=2016-09-24T12:00:00Z",
           "patient=1&start=2014-09-24T12:00:00%2B02:00"
           "&end=2016-09-24T12:00:00Z"),
        OK_IN(FHB_R4, "patient=12458002&encounter=97697440",
              "patient=12458002&encounter=97697440"),
    };

    (void) state;

    CHECK(rows);
}


static void
the_documented_mistakes_are_refused(void **state)
{
    static const ccd_row_t  rows[] = {
        REQUIRED("start=2014-09-24T12:00:00Z"),
        REPEATED("patient=1&patient=1", "patient"),
        VALUE("patient=1&start=2014-09-24", "start"),
        VALUE("patient=1&start=ge2014-09-24T12:00:00Z", "start"),
        VALUE("patient=1&start=2016-01-01T00:00:00Z"
              "&end=2015-01-01T00:00:00Z", "start"),
        UNKNOWN_IN(FHB_DSTU2, "patient=1&encounter=2", "encounter"),
    };

    (void) state;

    CHECK(rows);
}


static void
a_missing_or_empty_patient_is_required(void **state)
{
    static const ccd_row_t  rows[] = {
        REQUIRED(""),
        REQUIRED("&&"),
        REQUIRED("patient"),
        REQUIRED("patient="),
        REQUIRED("&patient=&"),
        REQUIRED("_format=json"),
        REQUIRED("_format=json&_pretty=true&access_token=x"),
        REQUIRED("patient=&patient=1"),
    };

    (void) state;

    CHECK(rows);
}


static void
patient_is_an_id_or_a_reference_to_a_patient(void **state)
{
    static const ccd_row_t  rows[] = {
        OK("patient=Patient/12724066", "patient=12724066"),
        OK("patient=Patient%2F12724066", "patient=12724066"),
        OK("patient=https://fhir.example.org/r4/T1/Patient/1", "patient=1"),
        OK("patient=https%3A%2F%2FFHIR.example.org%2Fr4%2FT1%2FPatient%2F1",
           "patient=1"),
        OK("patient=http://fhir.example.org/r4/T1/Patient/1", "patient=1"),
        OK("patient=-s", "patient=-s"),
        OK("patient=" ID64, "patient=" ID64),
        OK("patient=%31", "patient=1"),

        VALUE("patient=https://other.example.org/r4/T1/Patient/1", "patient"),
        VALUE("patient=https://fhir.example.org/r4/T2/Patient/1", "patient"),
        VALUE("patient=Patient/1/_history/2", "patient"),
        VALUE("patient=Patient/1%23x", "patient"),
        VALUE("patient=urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
              "patient"),
        VALUE("patient=%23p1", "patient"),
        VALUE("patient=Practitioner/1", "patient"),
        VALUE("patient=Encounter/1", "patient"),
        VALUE("patient=patient/1", "patient"),
        VALUE("patient=1,2", "patient"),
        VALUE("patient=1%2C2", "patient"),
        VALUE("patient=a_b", "patient"),
        VALUE("patient=" ID64 "a", "patient"),
        VALUE("patient=../1", "patient"),
        VALUE("patient=.", "patient"),
        VALUE("patient=1%00", "patient"),
        VALUE("patient=%", "patient"),
        VALUE("patient=%G1", "patient"),
        VALUE("patient=1%26start=2", "patient"),
        VALUE("patient=%2531", "patient"),
        VALUE("patient=1+", "patient"),
        VALUE("patient=%201", "patient"),
    };

    (void) state;

    CHECK(rows);
}


static void
without_a_base_an_absolute_patient_is_refused(void **state)
{
    fhb_str_t         fault;
    fhb_ccd_t         ccd;
    fhb_ccd_policy_t  policy = { FHB_R4, fhb_null_string };

    static const fhb_str_t  own =
        fhb_string("patient=https://fhir.example.org/r4/T1/Patient/1");
    static const fhb_str_t  relative = fhb_string("patient=Patient/1");

    (void) state;

    assert_int_equal(fhb_ccd_parse(&ccd, &policy, own, &fault),
                     FHB_E_PARAM_VALUE);
    assert_int_equal(fhb_ccd_parse(&ccd, &policy, relative, &fault), FHB_OK);
}


static void
modifiers_and_chains_are_not_supported(void **state)
{
    static const ccd_row_t  rows[] = {
        UNKNOWN("patient:Patient=1", "patient:Patient"),
        UNKNOWN("patient%3APatient=1", "patient:Patient"),
        UNKNOWN("patient:identifier=a%7C1", "patient:identifier"),
        UNKNOWN("patient.identifier=a%7C1", "patient.identifier"),
        UNKNOWN("patient=1&start:missing=true", "start:missing"),
        UNKNOWN("patient=1&end:exact=2016-09-24T12:00:00Z", "end:exact"),
        UNKNOWN("patient=1&patient:Patient=1", "patient:Patient"),
    };

    (void) state;

    CHECK(rows);
}


static void
a_start_with_time_and_zone_is_accepted(void **state)
{
    static const ccd_row_t  rows[] = {
        START_OK("2014-09-24T12:00:00.000Z", "2014-09-24T12:00:00.000Z"),
        START_OK("eq2014-09-24T12:00:00Z", "2014-09-24T12:00:00Z"),
        START_OK("2014-09-24T12:00:00+14:00", "2014-09-24T12:00:00%2B14:00"),
        START_OK("2014-09-24T12:00:00%2B14:00",
                 "2014-09-24T12:00:00%2B14:00"),
        START_OK("2014-09-24T12:00:00-00:00", "2014-09-24T12:00:00-00:00"),
        START_OK("2014-09-24T12:00:00%2D05:00", "2014-09-24T12:00:00-05:00"),
        START_OK("2014-09-24T12:00:00%2005:00",
                 "2014-09-24T12:00:00%2B05:00"),
        START_OK("%65q2014-09-24T12:00:00Z", "2014-09-24T12:00:00Z"),
        START_OK("2014%2D09%2D24T12%3A00%3a00Z", "2014-09-24T12:00:00Z"),
        START_OK("2999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"),
        OK_IN(FHB_R4, "patient=1&start=2016-12-31T23:59:60Z",
              "patient=1&start=2016-12-31T23:59:60Z"),
        OK_IN(FHB_R4B, "patient=1&start=2016-12-31T23:59:60Z",
              "patient=1&start=2016-12-31T23:59:60Z"),
        OK_IN(FHB_R5, "patient=1&start=2016-12-31T23:59:60Z",
              "patient=1&start=2016-12-31T23:59:60Z"),
        OK_IN(FHB_DSTU2, "patient=1&start=2014-09-24T12:00:00.1234567890Z",
              "patient=1&start=2014-09-24T12:00:00.1234567890Z"),
        OK_IN(FHB_R4, "patient=1&start=2014-09-24T12:00:00.1234567890Z",
              "patient=1&start=2014-09-24T12:00:00.1234567890Z"),
        OK_IN(FHB_R4, "patient=1&start=2014-09-24T12:00:00.00000000000000000"
              "00000000000000000000000000Z",
              "patient=1&start=2014-09-24T12:00:00.00000000000000000"
              "00000000000000000000000000Z"),
    };

    (void) state;

    CHECK(rows);
}


static void
any_other_start_is_refused(void **state)
{
    static const ccd_row_t  rows[] = {
        START_BAD("2014-09-24T12:00:00+14:30"),
        START_BAD("2014-09-24T12:00:00+0500"),
        START_BAD("2014-09-24T12:00:00+5:00"),
        START_BAD("2014-09-24"),
        START_BAD("2014"),
        START_BAD("2014-09"),
        START_BAD("2014-09-24T12:00Z"),
        START_BAD("2014-09-24T12:00:00"),
        START_BAD("2014-09-24Z"),
        START_BAD("2014-09-24T12:00:00+"),
        START_BAD("2014-09-24T24:00:00Z"),
        VALUE_IN(FHB_DSTU2, "patient=1&start=2016-12-31T23:59:60Z", "start"),
        VALUE_IN(FHB_STU3, "patient=1&start=2016-12-31T23:59:60Z", "start"),
        START_BAD("2016-12-31T23:59:60%2B01:00"),
        START_BAD("2014-02-30T12:00:00Z"),
        START_BAD("2013-02-29T12:00:00Z"),
        START_BAD("2014-09-00T12:00:00Z"),
        START_BAD("0000-01-01T12:00:00Z"),
        START_BAD("-2014-01-01T12:00:00Z"),
        START_BAD("2014-09-24t12:00:00z"),
        VALUE_IN(FHB_R5, "patient=1&start=2014-09-24T12:00:00.1234567890Z",
                 "start"),
        START_BAD("2014-09-24T12:00:00.Z"),
        START_BAD("2014-09-24T12:00:00,5Z"),
        START_BAD("ge2014-09-24T12:00:00Z"),
        START_BAD("le2014-09-24T12:00:00Z"),
        START_BAD("gt2014-09-24T12:00:00Z"),
        START_BAD("lt2014-09-24T12:00:00Z"),
        START_BAD("ne2014-09-24T12:00:00Z"),
        START_BAD("sa2014-09-24T12:00:00Z"),
        START_BAD("eb2014-09-24T12:00:00Z"),
        START_BAD("ap2014-09-24T12:00:00Z"),
        START_BAD("EQ2014-09-24T12:00:00Z"),
        START_BAD("=2014-09-24T12:00:00Z"),
        START_BAD("eqeq2014-09-24T12:00:00Z"),
        START_BAD("eq"),
        START_BAD("e"),
        START_BAD(""),
        VALUE("patient=1&start", "start"),
        START_BAD("2014-09-24T12:00:00Z,2015-09-24T12:00:00Z"),
        START_BAD("2014-09-24T12:00:00Z$2015-09-24T12:00:00Z"),
        START_BAD("2014-09-24T12:00:00Z%7C"),
        START_BAD("2014-09-24T12:00:00Z|"),
        START_BAD("%202014-09-24T12:00:00Z"),
        START_BAD("2014-09-24T12:00:00Z%20"),
        START_BAD("+2014-09-24T12:00:00Z"),
        START_BAD("eq%202014-09-24T12:00:00Z"),
        START_BAD("2014-09-24T12:00:00Z%00"),
        START_BAD("2014-09-24T12%G100:00Z"),
        START_BAD("2014-09-24T12%253A00:00Z"),
        START_BAD("2014-09-24T12:00:00.00000000000000000000000000000000"
                  "000000000000000000Z"),
    };

    (void) state;

    CHECK(rows);
}


static void
end_has_the_rules_of_start(void **state)
{
    static const ccd_row_t  rows[] = {
        OK("patient=1&end=eq2014-09-24T12:00:00+05:00",
           "patient=1&end=2014-09-24T12:00:00%2B05:00"),
        VALUE("patient=1&end=2014-09-24", "end"),
        VALUE("patient=1&end=", "end"),
        VALUE("patient=1&end", "end"),
        VALUE("patient=1&end=le2014-09-24T12:00:00Z", "end"),
    };

    (void) state;

    CHECK(rows);
}


static void
start_and_end_are_compared_as_instants(void **state)
{
    static const ccd_row_t  rows[] = {
        OK("patient=1&start=2014-09-24T12:00:00Z&end=2014-09-24T12:00:00Z",
           "patient=1&start=2014-09-24T12:00:00Z&end=2014-09-24T12:00:00Z"),
        OK("patient=1&start=2014-09-24T12:00:00Z"
           "&end=2014-09-24T07:00:00-05:00",
           "patient=1&start=2014-09-24T12:00:00Z"
           "&end=2014-09-24T07:00:00-05:00"),
        OK("patient=1&start=2014-09-24T23:00:00-05:00"
           "&end=2014-09-24T23:30:00-05:00",
           "patient=1&start=2014-09-24T23:00:00-05:00"
           "&end=2014-09-24T23:30:00-05:00"),
        OK("patient=1&start=2014-09-25T01:00:00%2B02:00"
           "&end=2014-09-24T23:30:00Z",
           "patient=1&start=2014-09-25T01:00:00%2B02:00"
           "&end=2014-09-24T23:30:00Z"),
        VALUE("patient=1&start=2014-09-24T12:00:00Z"
              "&end=2014-09-24T12:00:00%2B05:00", "start"),
        VALUE("patient=1&end=2014-09-24T12:00:00Z"
              "&start=2014-09-24T12:00:00.000000001Z", "start"),
        VALUE("patient=1&start=2014-09-24T12:00:01Z"
              "&end=2014-09-24T12:00:00.999Z", "start"),
        OK("patient=1&start=2999-01-01T00:00:00Z&end=3000-01-01T00:00:00Z",
           "patient=1&start=2999-01-01T00:00:00Z&end=3000-01-01T00:00:00Z"),
        OK_IN(FHB_R4, "patient=1&start=2016-12-31T23:59:60Z"
              "&end=2017-01-01T00:00:00Z",
              "patient=1&start=2016-12-31T23:59:60Z"
              "&end=2017-01-01T00:00:00Z"),
    };

    (void) state;

    CHECK(rows);
}


static void
a_parameter_twice_is_refused_however_written(void **state)
{
    static const ccd_row_t  rows[] = {
        REPEATED("patient=1&patient=2", "patient"),
        REPEATED("patient=1&%70atient=1", "patient"),
        REPEATED("%70atient=1&patient=1", "patient"),
        REPEATED("patient=1&patient=", "patient"),
        REPEATED("patient=1&patient", "patient"),
        REPEATED("patient=1&start=2014-09-24T12:00:00Z"
                 "&start=2014-09-24T12:00:00Z", "start"),
        REPEATED("end=2014-09-24T12:00:00Z&patient=1&%65nd=x", "end"),
        { "patient=1&encounter=2&encounter=2", FHB_R4, FHB_E_PARAM_REPEATED,
          "encounter", NULL },
    };

    (void) state;

    CHECK(rows);
}


static void
an_unknown_parameter_is_not_supported(void **state)
{
    static const ccd_row_t  rows[] = {
        UNKNOWN("patient=1&foo=1", "foo"),
        UNKNOWN("foo=1&patient=1", "foo"),
        UNKNOWN("patient=1&_since=2014", "_since"),
        UNKNOWN("patient=1&_summary=true", "_summary"),
        UNKNOWN("Patient=1", "Patient"),
        UNKNOWN("patient=1&Start=2014-09-24T12:00:00Z", "Start"),
        UNKNOWN("patient=1&_Format=json", "_Format"),
        UNKNOWN("patient=1&foo", "foo"),
        UNKNOWN("patient=1&=2", ""),
        UNKNOWN("patient=1&=", ""),
        UNKNOWN("patient=1&%22%C3%A9=2", "\"\xc3\xa9"),
        UNKNOWN("patient=1&patient+=2", "patient+"),
    };

    (void) state;

    CHECK(rows);
}


static void
encounter_came_with_r4(void **state)
{
    static const ccd_row_t  rows[] = {
        UNKNOWN_IN(FHB_DSTU2, "patient=1&encounter=2", "encounter"),
        UNKNOWN_IN(FHB_STU3, "patient=1&encounter=2", "encounter"),
        OK_IN(FHB_R4, "encounter=Encounter/2&patient=1",
              "patient=1&encounter=2"),
        OK_IN(FHB_R4B, "patient=1&encounter=2", "patient=1&encounter=2"),
        OK_IN(FHB_R5, "patient=1&encounter="
              "https://fhir.example.org/r4/T1/Encounter/2",
              "patient=1&encounter=2"),
        VALUE_IN(FHB_R4, "patient=1&encounter=Patient/2", "encounter"),
        VALUE_IN(FHB_R4, "patient=1&encounter=", "encounter"),
        VALUE_IN(FHB_R4, "patient=1&encounter", "encounter"),
        VALUE_IN(FHB_R4, "patient=1&encounter=2,3", "encounter"),
        VALUE_IN(FHB_R4, "patient=1&encounter="
                 "https://other.example.org/Encounter/2", "encounter"),
        UNKNOWN_IN(FHB_R4, "patient=1&encounter:Encounter=2",
                   "encounter:Encounter"),
        { "encounter=2", FHB_R4, FHB_E_PARAM_REQUIRED, "patient", NULL },
    };

    (void) state;

    CHECK(rows);
}


static void
the_general_parameters_are_allowed_and_not_forwarded(void **state)
{
    static const ccd_row_t  rows[] = {
        OK("_format=json&patient=1&_pretty=true", "patient=1"),
        OK("patient=1&_format=application/fhir+json", "patient=1"),
        OK("patient=1&%5fformat=xml&_format=xml", "patient=1"),
        OK("patient=1&access_token=secret", "patient=1"),
        OK("patient=1&%61ccess_token=secret", "patient=1"),
        OK("patient=1&_pretty", "patient=1"),
    };

    (void) state;

    CHECK(rows);
}


static void
the_order_is_canonical(void **state)
{
    static const ccd_row_t  rows[] = {
        OK("end=2016-09-24T12:00:00Z&&start=2014-09-24T12:00:00Z&patient=1&",
           "patient=1&start=2014-09-24T12:00:00Z&end=2016-09-24T12:00:00Z"),
        OK_IN(FHB_R4, "encounter=4&end=2016-09-24T12:00:00Z"
              "&start=2014-09-24T12:00:00Z&patient=1",
              "patient=1&start=2014-09-24T12:00:00Z"
              "&end=2016-09-24T12:00:00Z&encounter=4"),
    };

    (void) state;

    CHECK(rows);
}


static void
a_name_that_cannot_be_decoded_is_a_bad_request(void **state)
{
    static const ccd_row_t  rows[] = {
        { "patient=1&%G1=1", EVERY, FHB_E_REQUEST, NULL, NULL },
        { "patient=1&foo%", EVERY, FHB_E_REQUEST, NULL, NULL },
        { "patient%00=1", EVERY, FHB_E_REQUEST, NULL, NULL },
        { "x" ID64 "%=1", EVERY, FHB_E_REQUEST, NULL, NULL },
    };

    (void) state;

    CHECK(rows);
}


static void
a_long_or_unprintable_name_is_bounded(void **state)
{
    static const ccd_row_t  rows[] = {
        UNKNOWN("x" ID64 "=1",
                "x0123456789abcdefghijklmnopqrstuvwxyz"
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ-"),
        UNKNOWN("a%0Ab=1", ""),
        UNKNOWN("a%7F=1", ""),
        UNKNOWN("a%1Fb=1", ""),
        UNKNOWN("a%20b=1", "a b"),
    };

    (void) state;

    CHECK(rows);
}


static void
sixteen_parameters_and_4096_bytes_are_the_bound(void **state)
{
    char              args[FHB_MAX_QUERY + 2];
    fhb_str_t         s, fault;
    fhb_ccd_t         ccd;
    fhb_ccd_policy_t  policy = { FHB_R4, fhb_null_string };

    static const ccd_row_t  rows[] = {
        OK("_pretty&_pretty&_pretty&_pretty&_pretty&_pretty&_pretty&_pretty"
           "&_pretty&_pretty&_pretty&_pretty&_pretty&_pretty&_pretty"
           "&patient=1", "patient=1"),
        { "_pretty&_pretty&_pretty&_pretty&_pretty&_pretty&_pretty&_pretty"
          "&_pretty&_pretty&_pretty&_pretty&_pretty&_pretty&_pretty&_pretty"
          "&patient=1", EVERY, FHB_E_QUERY_TOO_LONG, NULL, NULL },
    };

    (void) state;

    CHECK(rows);

    memset(args, 'x', sizeof(args));
    memcpy(args, "patient=1&_format=", 18);

    s.data = (unsigned char *) args;
    s.len = FHB_MAX_QUERY;
    assert_int_equal(fhb_ccd_parse(&ccd, &policy, s, &fault), FHB_OK);

    s.len = FHB_MAX_QUERY + 1;
    assert_int_equal(fhb_ccd_parse(&ccd, &policy, s, &fault),
                     FHB_E_QUERY_TOO_LONG);
    assert_int_equal(ccd.patient.len, 0);
}


static void
without_a_version_nothing_is_accepted(void **state)
{
    fhb_str_t         fault;
    fhb_ccd_t         ccd;
    fhb_ccd_policy_t  policy = { FHB_VERSION_OFF, fhb_null_string };

    static const fhb_str_t  args = fhb_string("patient=1");

    (void) state;

    assert_int_equal(fhb_ccd_parse(&ccd, &policy, args, &fault),
                     FHB_E_INTERNAL);
    assert_int_equal(ccd.patient.len, 0);
}


static void
the_values_are_there_for_whoever_compares(void **state)
{
    fhb_str_t         fault, s;
    fhb_ccd_t         ccd, copy;
    fhb_ccd_policy_t  policy = { FHB_R4, fhb_null_string };

    static const fhb_str_t  args =
        fhb_string("patient=Patient/12&start=eq1970-01-01T00:00:01%2B00:00"
                   "&end=1970-01-01T00:00:02.5Z");

    (void) state;

    assert_int_equal(fhb_ccd_parse(&ccd, &policy, args, &fault), FHB_OK);

    copy = ccd;
    memset(&ccd, 0xa5, sizeof(ccd));

    s = fhb_ccd_value(&copy.patient);
    assert_int_equal(s.len, 2);
    assert_memory_equal(s.data, "12", 2);

    s = fhb_ccd_value(&copy.start);
    assert_int_equal(s.len, 25);
    assert_memory_equal(s.data, "1970-01-01T00:00:01+00:00", 25);

    assert_int_equal(fhb_ccd_value(&copy.encounter).len, 0);

    assert_true(copy.start_time.seconds == 1
                && copy.end_time.seconds == 2
                && copy.end_time.nanoseconds == 500000000);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_documented_examples_are_accepted),
        cmocka_unit_test(the_documented_mistakes_are_refused),
        cmocka_unit_test(a_missing_or_empty_patient_is_required),
        cmocka_unit_test(patient_is_an_id_or_a_reference_to_a_patient),
        cmocka_unit_test(without_a_base_an_absolute_patient_is_refused),
        cmocka_unit_test(modifiers_and_chains_are_not_supported),
        cmocka_unit_test(a_start_with_time_and_zone_is_accepted),
        cmocka_unit_test(any_other_start_is_refused),
        cmocka_unit_test(end_has_the_rules_of_start),
        cmocka_unit_test(start_and_end_are_compared_as_instants),
        cmocka_unit_test(a_parameter_twice_is_refused_however_written),
        cmocka_unit_test(an_unknown_parameter_is_not_supported),
        cmocka_unit_test(encounter_came_with_r4),
        cmocka_unit_test(the_general_parameters_are_allowed_and_not_forwarded),
        cmocka_unit_test(the_order_is_canonical),
        cmocka_unit_test(a_name_that_cannot_be_decoded_is_a_bad_request),
        cmocka_unit_test(a_long_or_unprintable_name_is_bounded),
        cmocka_unit_test(sixteen_parameters_and_4096_bytes_are_the_bound),
        cmocka_unit_test(without_a_version_nothing_is_accepted),
        cmocka_unit_test(the_values_are_there_for_whoever_compares),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
