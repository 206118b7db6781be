/*
 * FHIR's dateTime read and its instant written.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "fhb_time.h"
#include "guard.h"


#define EVERY  FHB_NVERSIONS            /* stands for all the versions */


typedef struct {
    const char     *s;
    fhb_version_t   version;
    int64_t         seconds;
    uint32_t        nanoseconds;
} time_row_t;


static fhb_rc_t
parse(fhb_time_t *t, const char *s, size_t len, fhb_version_t version)
{
    guard_t    g;
    fhb_rc_t   rc;
    fhb_str_t  str;

    str.data = (unsigned char *) guard_before(&g, s, len);
    str.len = len;

    rc = fhb_time_parse(t, str, version);

    guard_free(&g);

    return rc;
}


static void
accept_one(const time_row_t *row, fhb_version_t version)
{
    fhb_rc_t    rc;
    fhb_time_t  t;

    rc = parse(&t, row->s, strlen(row->s), version);

    if (rc != FHB_OK) {
        fail_msg("%s is refused in version %d", row->s, version);
    }

    if (t.seconds != row->seconds || t.nanoseconds != row->nanoseconds) {
        fail_msg("%s is read as %lld.%09u", row->s, (long long) t.seconds,
                 t.nanoseconds);
    }
}


static void
accept(const time_row_t *rows, size_t n)
{
    size_t         i;
    fhb_version_t  v;

    for (i = 0; i < n; i++) {
        if (rows[i].version != (fhb_version_t) EVERY) {
            accept_one(&rows[i], rows[i].version);
            continue;
        }

        for (v = FHB_DSTU2; v <= FHB_R5; v++) {
            accept_one(&rows[i], v);
        }
    }
}


static void
refuse(const char *const *rows, size_t n)
{
    size_t         i;
    fhb_time_t     t;
    fhb_version_t  v;

    for (i = 0; i < n; i++) {
        for (v = FHB_DSTU2; v <= FHB_R5; v++) {
            if (parse(&t, rows[i], strlen(rows[i]), v) != FHB_E_PARAM_VALUE) {
                fail_msg("%s is accepted in version %d", rows[i], v);
            }
        }
    }
}


#define ACCEPT(rows)  accept(rows, sizeof(rows) / sizeof(rows[0]))
#define REFUSE(rows)  refuse(rows, sizeof(rows) / sizeof(rows[0]))


static void
a_date_with_time_and_zone_is_read(void **state)
{
    static const time_row_t  rows[] = {
        { "2014-09-24T12:00:00.000Z", EVERY, 1411560000, 0 },
        { "2014-09-24T12:00:00Z", EVERY, 1411560000, 0 },
        { "2014-09-24T12:00:00+14:00", EVERY, 1411509600, 0 },
        { "2014-09-24T12:00:00-14:00", EVERY, 1411610400, 0 },
        { "2014-09-24T12:00:00-00:00", EVERY, 1411560000, 0 },
        { "2014-09-24T12:00:00+00:00", EVERY, 1411560000, 0 },
        { "2014-09-24T12:00:00+13:59", EVERY, 1411509660, 0 },
        { "2014-09-24T12:00:00+05:30", EVERY, 1411540200, 0 },
        { "1970-01-01T00:00:00Z", EVERY, 0, 0 },
        { "1969-12-31T23:59:59Z", EVERY, -1, 0 },
        { "0001-01-01T00:00:00Z", EVERY, -62135596800LL, 0 },
        { "0001-01-01T00:00:00+14:00", EVERY, -62135647200LL, 0 },
        { "9999-12-31T23:59:59Z", EVERY, 253402300799LL, 0 },
        { "2000-02-29T00:00:00Z", EVERY, 951782400, 0 },
        { "2012-02-29T00:00:00Z", EVERY, 1330473600, 0 },
    };

    (void) state;

    ACCEPT(rows);
}


static void
a_space_in_the_place_of_the_sign_is_a_plus(void **state)
{
    static const time_row_t  rows[] = {
        { "2014-09-24T12:00:00 05:00", EVERY, 1411542000, 0 },
        { "2014-09-24T12:00:00.5 05:00", EVERY, 1411542000, 500000000 },
    };

    (void) state;

    ACCEPT(rows);
}


static void
a_date_without_time_is_refused(void **state)
{
    static const char *const  rows[] = {
        "2014-09-24", "2014", "2014-09", "2014-09-24T", "2014-09-24T12",
        "2014-09-24T12Z"
    };

    (void) state;

    REFUSE(rows);
}


static void
a_time_without_seconds_or_zone_is_refused(void **state)
{
    static const char *const  rows[] = {
        "2014-09-24T12:00Z", "2014-09-24T12:00", "2014-09-24T12:00:00",
        "2014-09-24T12:00:00.5", "2014-09-24Z", "2014-09-24T12:00:00+",
        "2014-09-24T12:00:00-", "2014-09-24T12:00:00 ",
        "2014-09-24T12:00:00+05", "2014-09-24T12:00:00+05:",
        "2014-09-24T12:00:00+05:0"
    };

    (void) state;

    REFUSE(rows);
}


static void
an_offset_has_two_pairs_of_digits_up_to_14_hours(void **state)
{
    static const char *const  rows[] = {
        "2014-09-24T12:00:00+14:30", "2014-09-24T12:00:00+0500",
        "2014-09-24T12:00:00+5:00", "2014-09-24T12:00:00+14:01",
        "2014-09-24T12:00:00-14:01", "2014-09-24T12:00:00+15:00",
        "2014-09-24T12:00:00+13:60", "2014-09-24T12:00:00+99:99",
        "2014-09-24T12:00:00+05:00Z", "2014-09-24T12:00:00Z+05:00",
        "2014-09-24T12:00:00++05:00", "2014-09-24T12:00:00  05:00",
        "2014-09-24T12:00:00\xe2\x88\x92" "05:00"
    };

    (void) state;

    REFUSE(rows);
}


static void
the_date_must_be_one_of_the_calendar(void **state)
{
    static const char *const  rows[] = {
        "2014-02-30T12:00:00Z", "2013-02-29T12:00:00Z",
        "1900-02-29T12:00:00Z", "2100-02-29T12:00:00Z",
        "2014-09-00T12:00:00Z", "2014-09-31T12:00:00Z",
        "2014-04-31T12:00:00Z", "2014-06-31T12:00:00Z",
        "2014-11-31T12:00:00Z", "2014-01-32T12:00:00Z",
        "2014-00-01T12:00:00Z", "2014-13-01T12:00:00Z",
        "0000-01-01T12:00:00Z", "-2014-01-01T12:00:00Z",
        "12014-01-01T12:00:00Z", "+2014-01-01T12:00:00Z"
    };

    (void) state;

    REFUSE(rows);
}


static void
the_time_must_be_one_of_the_day(void **state)
{
    static const char *const  rows[] = {
        "2014-09-24T24:00:00Z", "2014-09-24T25:00:00Z",
        "2014-09-24T12:60:00Z", "2014-09-24T12:00:61Z",
        "2014-09-24T12:00:99Z"
    };

    (void) state;

    REFUSE(rows);
}


static void
case_blanks_and_separators_are_exact(void **state)
{
    static const char *const  rows[] = {
        "", "2014-09-24t12:00:00z", "2014-09-24T12:00:00z",
        "2014-09-24t12:00:00Z", "2014-09-24 12:00:00Z",
        " 2014-09-24T12:00:00Z", "2014-09-24T12:00:00Z ",
        "2014/09/24T12:00:00Z", "20140924T120000Z", "2014-9-24T12:00:00Z",
        "2014-09-24T1:00:00Z", "2014-09-24T12:00:00ZZ",
        "2014-09-24T12:00:00Z,2014-09-24T12:00:00Z", "2014-09-24T12.00.00Z",
        "\xd9\xa2\xd9\xa0\xd9\xa1\xd9\xa4-09-24T12:00:00Z"
    };

    (void) state;

    REFUSE(rows);
}


static void
a_nul_is_no_end(void **state)
{
    fhb_time_t         t;
    static const char  s[] = "2014-09-24T12:00:00Z";

    (void) state;

    assert_int_equal(parse(&t, s, sizeof(s), FHB_R4), FHB_E_PARAM_VALUE);
}


static void
a_fraction_is_read_to_the_nanosecond(void **state)
{
    static const time_row_t  rows[] = {
        { "2014-09-24T12:00:00.1Z", EVERY, 1411560000, 100000000 },
        { "2014-09-24T12:00:00.123Z", EVERY, 1411560000, 123000000 },
        { "2014-09-24T12:00:00.000000001Z", EVERY, 1411560000, 1 },
        { "2014-09-24T12:00:00.999999999Z", EVERY, 1411560000, 999999999 },
        { "2014-09-24T12:00:00.0+00:00", EVERY, 1411560000, 0 },
    };
    static const char *const  bad[] = {
        "2014-09-24T12:00:00.Z", "2014-09-24T12:00:00,5Z",
        "2014-09-24T12:00:00.+05:00", "2014-09-24T12:00:00.5.5Z",
        "2014-09-24T12:00:00.-5Z"
    };

    (void) state;

    ACCEPT(rows);
    REFUSE(bad);
}


static void
ten_digits_of_fraction_are_refused_from_r5_on(void **state)
{
    fhb_time_t  t;

    static const time_row_t  rows[] = {
        { "2014-09-24T12:00:00.1234567890Z", FHB_DSTU2, 1411560000,
          123456789 },
        { "2014-09-24T12:00:00.1234567890Z", FHB_STU3, 1411560000,
          123456789 },
        { "2014-09-24T12:00:00.1234567899Z", FHB_R4, 1411560000, 123456789 },
        { "2014-09-24T12:00:00.1234567890Z", FHB_R4B, 1411560000,
          123456789 },
    };

    (void) state;

    ACCEPT(rows);

    assert_int_equal(parse(&t, rows[0].s, strlen(rows[0].s), FHB_R5),
                     FHB_E_PARAM_VALUE);
}


static void
a_date_of_more_than_64_bytes_is_refused(void **state)
{
    char        s[66];
    size_t      n;
    fhb_time_t  t;

    (void) state;

    for (n = 64; n <= 65; n++) {
        memset(s, '0', sizeof(s));
        memcpy(s, "2014-09-24T12:00:00.", 20);
        s[n - 1] = 'Z';

        assert_int_equal(parse(&t, s, n, FHB_R4),
                         n == 64 ? FHB_OK : FHB_E_PARAM_VALUE);
    }
}


static void
a_leap_second_is_read_from_r4_on_at_midnight_of_utc(void **state)
{
    size_t         i;
    fhb_time_t     t;
    fhb_version_t  v;

    static const time_row_t  rows[] = {
        { "2016-12-31T23:59:60Z", EVERY, 1483228800, 0 },
        { "2016-12-31T23:59:60.5Z", EVERY, 1483228800, 500000000 },
        { "2017-01-01T00:59:60+01:00", EVERY, 1483228800, 0 },
        { "2016-12-31T18:59:60-05:00", EVERY, 1483228800, 0 },
        { "1969-12-31T23:59:60Z", EVERY, 0, 0 },
    };
    static const char *const  bad[] = {
        "2016-12-31T23:59:60+01:00", "2016-12-31T12:00:60Z",
        "2016-12-31T00:00:60Z", "2016-12-31T23:58:60Z"
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (v = FHB_R4; v <= FHB_R5; v++) {
            accept_one(&rows[i], v);
        }

        for (v = FHB_DSTU2; v <= FHB_STU3; v++) {
            assert_int_equal(parse(&t, rows[i].s, strlen(rows[i].s), v),
                             FHB_E_PARAM_VALUE);
        }
    }

    REFUSE(bad);
}


static void
instants_are_ordered_by_second_and_nanosecond(void **state)
{
    size_t  i, k;

    static const fhb_time_t  t[] = {
        { INT64_MIN, 0 }, { -1, 999999999 }, { 0, 0 }, { 0, 1 }, { 1, 0 },
        { INT64_MAX, 999999999 }
    };

    (void) state;

    for (i = 0; i < 6; i++) {
        for (k = 0; k < 6; k++) {
            assert_int_equal(fhb_time_cmp(&t[i], &t[k]),
                             i < k ? -1 : i > k);
        }
    }
}


static void
an_instant_is_written_in_20_bytes(void **state)
{
    size_t     i;
    guard_t    g;
    fhb_out_t  out;

    static const struct {
        int64_t      seconds;
        const char  *s;
    } rows[] = {
        { 1577396160, "2019-12-26T21:36:00Z" },
        { 0, "1970-01-01T00:00:00Z" },
        { -1, "1969-12-31T23:59:59Z" },
        { 951782400, "2000-02-29T00:00:00Z" },
        { 951868800, "2000-03-01T00:00:00Z" },
        { -2203891201LL, "1900-02-28T23:59:59Z" },
        { -2203891200LL, "1900-03-01T00:00:00Z" },
        { 978307199, "2000-12-31T23:59:59Z" },
        { 978307200, "2001-01-01T00:00:00Z" },
        { 1356998399, "2012-12-31T23:59:59Z" },
        { -62135596800LL, "0001-01-01T00:00:00Z" },
        { 253402300799LL, "9999-12-31T23:59:59Z" }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fhb_out_init(&out, (unsigned char *) guard_before(&g, NULL, 20), 20);

        assert_int_equal(fhb_time_write(&out, rows[i].seconds), FHB_OK);
        assert_int_equal(out.len, 20);
        assert_false(out.full);
        assert_memory_equal(out.start, rows[i].s, 20);

        guard_free(&g);
    }
}


static void
an_instant_of_no_year_that_fhir_knows_is_not_written(void **state)
{
    size_t     i;
    fhb_out_t  out;

    static const int64_t  rows[] = {
        -62135596801LL, 253402300800LL, INT64_MIN, INT64_MAX
    };

    (void) state;

    for (i = 0; i < 4; i++) {
        fhb_out_init(&out, NULL, 0);

        assert_int_equal(fhb_time_write(&out, rows[i]), FHB_E_SYNTAX);
        assert_int_equal(out.len, 0);
    }
}


/* gmtime_r() is the independent truth: a day of each month of each year */

static void
writing_agrees_with_the_c_library_and_reading_reverses_it(void **state)
{
    char           expected[128];
    time_t         clock;
    int64_t        s;
    struct tm      tm;
    fhb_out_t      out;
    fhb_str_t      str;
    fhb_time_t     t;
    unsigned char  buf[20];

    (void) state;

    for (s = -62135596800LL; s <= 253402300799LL; s += 1299709) {
        clock = s;

        assert_non_null(gmtime_r(&clock, &tm));
        snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02dZ",
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                 tm.tm_min, tm.tm_sec);

        fhb_out_init(&out, buf, sizeof(buf));

        assert_int_equal(fhb_time_write(&out, s), FHB_OK);
        assert_memory_equal(buf, expected, 20);

        str = fhb_out_result(&out);

        assert_int_equal(fhb_time_parse(&t, str, FHB_DSTU2), FHB_OK);
        assert_true(t.seconds == s && t.nanoseconds == 0);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_date_with_time_and_zone_is_read),
        cmocka_unit_test(a_space_in_the_place_of_the_sign_is_a_plus),
        cmocka_unit_test(a_date_without_time_is_refused),
        cmocka_unit_test(a_time_without_seconds_or_zone_is_refused),
        cmocka_unit_test(an_offset_has_two_pairs_of_digits_up_to_14_hours),
        cmocka_unit_test(the_date_must_be_one_of_the_calendar),
        cmocka_unit_test(the_time_must_be_one_of_the_day),
        cmocka_unit_test(case_blanks_and_separators_are_exact),
        cmocka_unit_test(a_nul_is_no_end),
        cmocka_unit_test(a_fraction_is_read_to_the_nanosecond),
        cmocka_unit_test(ten_digits_of_fraction_are_refused_from_r5_on),
        cmocka_unit_test(a_date_of_more_than_64_bytes_is_refused),
        cmocka_unit_test(a_leap_second_is_read_from_r4_on_at_midnight_of_utc),
        cmocka_unit_test(instants_are_ordered_by_second_and_nanosecond),
        cmocka_unit_test(an_instant_is_written_in_20_bytes),
        cmocka_unit_test(an_instant_of_no_year_that_fhir_knows_is_not_written),
        cmocka_unit_test(
            writing_agrees_with_the_c_library_and_reading_reverses_it),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
