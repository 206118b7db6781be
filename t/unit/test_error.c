/*
 * The rows of fhb_error.def, and the row for a status from elsewhere.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <string.h>
#include <cmocka.h>

#include "fhb_error.h"


typedef struct {
    int       status;
    fhb_rc_t  own;
    fhb_rc_t  backend;
} row_t;


static const row_t  rows[] = {
    { 300, FHB_E_BACKEND_REDIRECT, FHB_E_BACKEND_REDIRECT },
    { 301, FHB_E_BACKEND_REDIRECT, FHB_E_BACKEND_REDIRECT },
    { 308, FHB_E_BACKEND_REDIRECT, FHB_E_BACKEND_REDIRECT },
    { 400, FHB_E_REQUEST, FHB_E_REFUSED },
    { 401, FHB_E_LOGIN, FHB_E_LOGIN },
    { 402, FHB_E_REFUSED, FHB_E_REFUSED },
    { 403, FHB_E_FORBIDDEN, FHB_E_FORBIDDEN },
    { 404, FHB_E_NOT_FOUND, FHB_E_NOT_FOUND },
    { 405, FHB_E_METHOD, FHB_E_BACKEND_ERROR },
    { 406, FHB_E_NOT_ACCEPTABLE, FHB_E_BACKEND_ERROR },
    { 407, FHB_E_REFUSED, FHB_E_BACKEND_LOGIN },
    { 408, FHB_E_REQUEST_TIMEOUT, FHB_E_BACKEND_ERROR },
    { 409, FHB_E_CONFLICT, FHB_E_CONFLICT },
    { 410, FHB_E_GONE, FHB_E_GONE },
    { 411, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 412, FHB_E_PRECONDITION, FHB_E_BACKEND_ERROR },
    { 413, FHB_E_BODY_TOO_LARGE, FHB_E_BACKEND_ERROR },
    { 414, FHB_E_URI_TOO_LONG, FHB_E_REFUSED },
    { 415, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 416, FHB_E_RANGE, FHB_E_RANGE },
    { 417, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 418, FHB_E_REFUSED, FHB_E_REFUSED },
    { 421, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 422, FHB_E_REFUSED, FHB_E_REFUSED },
    { 426, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 428, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 429, FHB_E_THROTTLED, FHB_E_THROTTLED },
    { 431, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 451, FHB_E_REFUSED, FHB_E_REFUSED },
    { 499, FHB_E_REFUSED, FHB_E_REFUSED },
    { 500, FHB_E_INTERNAL, FHB_E_BACKEND_ERROR },
    { 501, FHB_E_METHOD_UNKNOWN, FHB_E_BACKEND_ERROR },
    { 502, FHB_E_BACKEND, FHB_E_BACKEND },
    { 503, FHB_E_UNAVAILABLE, FHB_E_UNAVAILABLE },
    { 504, FHB_E_TIMEOUT, FHB_E_TIMEOUT },
    { 505, FHB_E_REQUEST, FHB_E_BACKEND_ERROR },
    { 507, FHB_E_INTERNAL, FHB_E_BACKEND_ERROR },
    { 599, FHB_E_INTERNAL, FHB_E_BACKEND_ERROR },
    { 600, FHB_E_INTERNAL, FHB_E_BACKEND },
    { 299, FHB_E_INTERNAL, FHB_E_BACKEND },
    { 200, FHB_E_INTERNAL, FHB_E_BACKEND },
    { 100, FHB_E_INTERNAL, FHB_E_BACKEND },
    { 0, FHB_E_INTERNAL, FHB_E_BACKEND },
    { -404, FHB_E_INTERNAL, FHB_E_BACKEND },
    { INT_MIN, FHB_E_INTERNAL, FHB_E_BACKEND },
    { INT_MAX, FHB_E_INTERNAL, FHB_E_BACKEND }
};


static void
a_status_has_its_row(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {

        if (fhb_error_for_status(rows[i].status, 0) != rows[i].own
            || fhb_error_for_status(rows[i].status, 1) != rows[i].backend)
        {
            fail_msg("status %d", rows[i].status);
        }
    }
}


static void
every_status_has_some_row(void **state)
{
    int       status, backend;
    fhb_rc_t  rc;

    (void) state;

    for (status = -10; status < 1100; status++) {
        for (backend = 0; backend < 2; backend++) {

            rc = fhb_error_for_status(status, backend);

            assert_true(rc > FHB_E_FIRST_ && rc < FHB_E_LAST_);
            assert_true(fhb_error_row(rc)->status >= 400);
        }
    }
}


/*
 * Whatever nginx says itself must not change its class on the way; only its
 * 505 is about the request, and said as such.
 */

static void
an_own_status_keeps_its_class(void **state)
{
    int  status;

    (void) state;

    for (status = 400; status < 600; status++) {

        if (status == 505) {
            continue;
        }

        assert_int_equal(fhb_error_row(fhb_error_for_status(status, 0))->status
                         / 100, status / 100);
    }
}


static void
a_code_finds_its_own_row(void **state)
{
    (void) state;

#define FHB_ERROR(name, why, code_, sev, issue, oauth, whose, from, next,    \
                  say)                                                       \
    assert_string_equal(fhb_error_row(FHB_E_##name)->reason, why);           \
    assert_int_equal(fhb_error_row(FHB_E_##name)->status, code_);            \
    assert_string_equal(fhb_error_row(FHB_E_##name)->severity, sev);         \
    assert_string_equal(fhb_error_row(FHB_E_##name)->code, issue);           \
    assert_string_equal(fhb_error_row(FHB_E_##name)->bearer, oauth);         \
    assert_int_equal(fhb_error_row(FHB_E_##name)->fault, FHB_FAULT_##whose); \
    assert_int_equal(fhb_error_row(FHB_E_##name)->stands,                    \
                     FHB_STANDS_##from);                                     \
    assert_int_equal(fhb_error_row(FHB_E_##name)->then, FHB_THEN_##next);    \
    assert_string_equal(fhb_error_row(FHB_E_##name)->text, say);
#include "fhb_error.def"
#undef FHB_ERROR
}


static void
what_is_no_code_is_an_internal_error(void **state)
{
    size_t                  i;
    const fhb_error_row_t  *internal;
    static const fhb_rc_t   bad[] = {
        FHB_OK, FHB_AGAIN, FHB_DONE, FHB_E_FIRST_, FHB_E_LAST_, -1, 1000,
        FHB_E_FIRST_ - 1, FHB_E_LAST_ + 1, INT_MIN, INT_MAX
    };

    (void) state;

    internal = fhb_error_row(FHB_E_INTERNAL);

    assert_int_equal(internal->status, 500);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_ptr_equal(fhb_error_row(bad[i]), internal);
    }
}


/* the texts go unescaped into JSON, XML and WWW-Authenticate */

static void
a_text_needs_no_escaping(void **state)
{
    fhb_rc_t                rc;
    const char             *p;
    const fhb_error_row_t  *row;

    (void) state;

    for (rc = FHB_E_FIRST_ + 1; rc < FHB_E_LAST_; rc++) {

        row = fhb_error_row(rc);

        assert_true(row->status >= 400 && row->status < 600);
        assert_true(row->text[0] != '\0');
        assert_true(strcmp(row->severity, "error") == 0
                    || strcmp(row->severity, "fatal") == 0);

        for (p = row->text; *p != '\0'; p++) {
            assert_true(*p >= 0x20 && *p < 0x7f);
            assert_null(strchr("\"\\<>&", *p));
        }

        for (p = row->reason; *p != '\0'; p++) {
            assert_non_null(strchr("abcdefghijklmnopqrstuvwxyz0123456789_",
                                   *p));
        }
    }
}


static void
a_reason_stands_for_one_row(void **state)
{
    fhb_rc_t  a, b;

    (void) state;

    for (a = FHB_E_FIRST_ + 1; a < FHB_E_LAST_; a++) {
        for (b = a + 1; b < FHB_E_LAST_; b++) {
            assert_string_not_equal(fhb_error_row(a)->reason,
                                    fhb_error_row(b)->reason);
        }
    }
}


static void
a_status_stands_for_one_row(void **state)
{
    fhb_rc_t  a, b;

    (void) state;

    for (a = FHB_E_FIRST_ + 1; a < FHB_E_LAST_; a++) {
        for (b = a + 1; b < FHB_E_LAST_; b++) {
            if (fhb_error_row(a)->stands != FHB_STANDS_ALONE
                && fhb_error_row(b)->stands != FHB_STANDS_ALONE)
            {
                assert_int_not_equal(fhb_error_row(a)->status,
                                     fhb_error_row(b)->status);
            }
        }
    }
}


/* who is to blame is not changed on the way out, and want is not hidden */

static void
an_error_is_told_as_another_of_the_same_party(void **state)
{
    size_t  i;

    static const struct {
        fhb_rc_t  rc, as, told;
    } rows[] = {
        { FHB_OK, FHB_E_TOKEN_INVALID, FHB_OK },
        { FHB_E_SYNTAX, FHB_E_TOKEN_INVALID, FHB_E_TOKEN_INVALID },
        { FHB_E_TOO_LARGE, FHB_E_TOKEN_INVALID, FHB_E_TOKEN_INVALID },
        { FHB_E_TOKEN_EXPIRED, FHB_E_TOKEN_INVALID, FHB_E_TOKEN_EXPIRED },
        { FHB_E_INTROSPECTION, FHB_E_TOKEN_INVALID, FHB_E_INTROSPECTION },
        { FHB_E_NOMEM, FHB_E_TOKEN_INVALID, FHB_E_NOMEM },
        { FHB_E_SYNTAX, FHB_E_INTROSPECTION, FHB_E_INTROSPECTION },
        { FHB_E_NOMEM, FHB_E_INTROSPECTION, FHB_E_NOMEM },
        { FHB_E_SYNTAX, FHB_E_BACKEND_RESOURCE, FHB_E_BACKEND_RESOURCE },
        { FHB_E_BACKEND_BASE64, FHB_E_BACKEND_RESOURCE,
          FHB_E_BACKEND_BASE64 },
        { FHB_E_BACKEND_INCOMPLETE, FHB_E_BACKEND_RESOURCE,
          FHB_E_BACKEND_INCOMPLETE },
        { FHB_E_NOMEM, FHB_E_BACKEND_CCD, FHB_E_NOMEM },
        { FHB_E_TOO_LARGE, FHB_E_BACKEND_CCD, FHB_E_BACKEND_CCD },
        { FHB_E_SYNTAX, FHB_E_PATIENT_UNAVAILABLE,
          FHB_E_PATIENT_UNAVAILABLE },
        { FHB_AGAIN, FHB_E_TOKEN_INVALID, FHB_E_TOKEN_INVALID },
        { FHB_DONE, FHB_E_TOKEN_INVALID, FHB_E_TOKEN_INVALID },
        { FHB_E_FIRST_, FHB_E_TOKEN_INVALID, FHB_E_TOKEN_INVALID },
        { FHB_E_LAST_, FHB_E_TOKEN_INVALID, FHB_E_TOKEN_INVALID },
        { INT_MIN, FHB_E_TOKEN_INVALID, FHB_E_TOKEN_INVALID }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (fhb_error_as(rows[i].rc, rows[i].as) != rows[i].told) {
            fail_msg("row %u", (unsigned) i);
        }
    }
}


static void
trouble_may_be_tried_again_and_a_verdict_kept(void **state)
{
    fhb_rc_t  rc;

    (void) state;

    for (rc = FHB_E_FIRST_ - 1; rc <= FHB_MISS; rc++) {

        assert_int_equal(fhb_error_retry(rc),
                         rc == FHB_E_KEYS || rc == FHB_E_INTROSPECTION
                         || rc == FHB_E_PATIENT_UNAVAILABLE
                         || rc == FHB_E_LOOKAHEAD_FULL || rc == FHB_E_NOMEM);

        assert_int_equal(fhb_error_cacheable(rc),
                         rc == FHB_E_TOKEN_INVALID
                         || rc == FHB_E_TOKEN_EXPIRED);

        if (fhb_error_retry(rc)) {
            assert_int_equal(fhb_error_row(rc)->status, 503);
        }

        if (fhb_error_cacheable(rc)) {
            assert_int_equal(fhb_error_row(rc)->fault, FHB_FAULT_TOKEN);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_status_has_its_row),
        cmocka_unit_test(every_status_has_some_row),
        cmocka_unit_test(an_own_status_keeps_its_class),
        cmocka_unit_test(a_code_finds_its_own_row),
        cmocka_unit_test(what_is_no_code_is_an_internal_error),
        cmocka_unit_test(a_text_needs_no_escaping),
        cmocka_unit_test(a_reason_stands_for_one_row),
        cmocka_unit_test(a_status_stands_for_one_row),
        cmocka_unit_test(an_error_is_told_as_another_of_the_same_party),
        cmocka_unit_test(trouble_may_be_tried_again_and_a_verdict_kept)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
