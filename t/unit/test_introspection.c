/*
 * The answers of introspection endpoints: RFC 7662 s.2.2 and s.2.3.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_claims.h"
#include "guard.h"
#include "oom.h"


#define NOW   1700000000
#define BAD   FHB_E_TOKEN_INVALID
#define FAIL  FHB_E_INTROSPECTION


typedef struct {
    const char  *body;
    fhb_rc_t     rc;
} answer_row_t;


static const fhb_str_t  issuers[] = { fhb_string("https://as/") };
static const fhb_str_t  audiences[] = { fhb_string("https://rs") };

static fhb_claims_policy_t  policy;
static fhb_claims_t         claims;
static fhb_out_t            text;
static oom_t                oom;
static unsigned char        buf[FHB_CLAIMS_TEXT];


static int
reset(void **state)
{
    (void) state;

    memset(&policy, 0, sizeof(policy));

    return 0;
}


static fhb_rc_t
check_at(const char *body, size_t len, unsigned fail_at)
{
    guard_t             g;
    fhb_rc_t            rc;
    fhb_str_t           in;
    fhb_alloc_t         alloc;
    fhb_claims_t        zero;
    fhb_claims_check_t  check;

    alloc = oom_init(&oom, fail_at);
    fhb_out_init(&text, buf, sizeof(buf));
    memset(&claims, 0xa5, sizeof(claims));
    memset(&zero, 0, sizeof(zero));

    check.policy = &policy;
    check.alloc = &alloc;
    check.text = &text;
    check.now = NOW;

    in.data = (unsigned char *) guard_before(&g, body, len);
    in.len = len;

    rc = fhb_claims_answer(&claims, &check, in);

    guard_free(&g);
    assert_int_equal(oom.live, 0);

    if (rc != FHB_OK) {
        assert_memory_equal(&claims, &zero, sizeof(zero));
        assert_int_equal(text.len, 0);
    }

    return rc;
}


static fhb_rc_t
check(const char *body)
{
    return check_at(body, strlen(body), 0);
}


static void
check_rows(const answer_row_t *row)
{
    fhb_rc_t  rc;

    for ( ; row->body != NULL; row++) {
        rc = check(row->body);

        if (rc != row->rc) {
            fail_msg("%s: %d", row->body, rc);
        }
    }
}


static void
assert_str(fhb_str_t s, const char *expected)
{
    assert_int_equal(s.len, strlen(expected));

    if (s.len) {
        assert_memory_equal(s.data, expected, s.len);
    }
}


static void
what_is_no_answer_says_nothing_about_the_token(void **state)
{
    static const answer_row_t  rows[] = {
        { "", FAIL },
        { "<html></html>", FAIL },
        { "{", FAIL },
        { "[]", FAIL },
        { "true", FAIL },
        { "null", FAIL },
        { "{}", FAIL },
        { "{\"error\":\"invalid_client\"}", FAIL },
        { "{\"active\":\"true\"}", FAIL },
        { "{\"active\":1}", FAIL },
        { "{\"active\":null}", FAIL },
        { "{\"active\":[true]}", FAIL },
        { "{\"Active\":true}", FAIL },
        { "{\"x\":{\"active\":true}}", FAIL },
        { "[{\"active\":true}]", FAIL },
        { "{\"active\":true}x", FAIL },
        { "{\"active\":true,\"active\":true}", FAIL },
        { "{\"active\":false,\"active\":true}", FAIL },
        { "{\"active\":true,\"scope\":\"a\",\"scope\":\"b\"}", FAIL },
        { "{\"active\":false,\"x\":\"\xff\"}", FAIL },
        { "eyJhbGciOiJSUzI1NiJ9.e30.AAAA", FAIL },
        { NULL, 0 }
    };

    (void) state;
    check_rows(rows);
}


static void
a_token_that_is_not_active_is_refused_whatever_else_is_said(void **state)
{
    static const answer_row_t  rows[] = {
        { "{\"active\":false}", BAD },
        { "{\"active\":false,\"exp\":0}", BAD },
        { "{\"active\":false,\"exp\":1800000000,\"scope\":\"system/*.*\"}",
          BAD },
        { NULL, 0 }
    };

    (void) state;
    check_rows(rows);
}


static void
an_active_token_is_checked_all_the_same(void **state)
{
    static const answer_row_t  rows[] = {
        { "{\"active\":true}", FHB_OK },
        { "{\"active\":true,\"exp\":1700000001}", FHB_OK },
        { "{\"active\":true,\"exp\":1700000000}", FHB_E_TOKEN_EXPIRED },
        { "{\"active\":true,\"exp\":1}", FHB_E_TOKEN_EXPIRED },
        { "{\"active\":true,\"exp\":\"1800000000\"}", BAD },
        { "{\"active\":true,\"exp\":1e400}", BAD },
        { "{\"active\":true,\"exp\":-1}", BAD },
        { "{\"active\":true,\"exp\":null}", BAD },
        { "{\"active\":true,\"nbf\":1700000000}", FHB_OK },
        { "{\"active\":true,\"nbf\":1700000001}", BAD },
        { "{\"active\":true,\"nbf\":\"0\"}", BAD },
        { "{\"active\":true,\"token_type\":\"Bearer\"}", FHB_OK },
        { "{\"active\":true,\"token_type\":\"bearer\"}", FHB_OK },
        { "{\"active\":true,\"token_type\":\"DPoP\"}", BAD },
        { "{\"active\":true,\"token_type\":\"N_A\"}", BAD },
        { "{\"active\":true,\"token_type\":\"\"}", BAD },
        { "{\"active\":true,\"token_type\":7}", BAD },
        { "{\"active\":true,\"cnf\":{\"jkt\":\"x\"}}", BAD },
        { "{\"active\":true,\"cnf\":null}", BAD },
        { "{\"active\":true,\"scope\":{}}", BAD },
        { "{\"active\":true,\"scope\":null}", BAD },
        { "{\"active\":true,\"patient\":7}", BAD },
        { "{\"active\":true,\"sub\":\"a\\nb\"}", BAD },
        { "{\"active\":true,\"aud\":7}", BAD },
        { "{\"active\":true,\"nonce\":\"n\",\"iat\":1800000000}", FHB_OK },
        { NULL, 0 }
    };

    (void) state;
    check_rows(rows);
}


static void
issuer_and_audience_are_asked_for_when_they_are_set(void **state)
{
    static const answer_row_t  none[] = {
        { "{\"active\":true,\"iss\":\"x\",\"aud\":[\"y\"]}", FHB_OK },
        { NULL, 0 }
    };

    static const answer_row_t  both[] = {
        { "{\"active\":true,\"iss\":\"https://as/\",\"aud\":\"https://rs\"}",
          FHB_OK },
        { "{\"active\":true,\"iss\":\"https://as/\","
          "\"aud\":[\"x\",\"https://rs\"]}", FHB_OK },
        { "{\"active\":true,\"iss\":\"https://as/\"}", BAD },
        { "{\"active\":true,\"aud\":\"https://rs\"}", BAD },
        { "{\"active\":true,\"iss\":\"https://as\",\"aud\":\"https://rs\"}",
          BAD },
        { "{\"active\":true,\"iss\":\"https://as/\",\"aud\":\"https://r\"}",
          BAD },
        { "{\"active\":true,\"iss\":\"https://as/\",\"aud\":[]}", BAD },
        { NULL, 0 }
    };

    static const answer_row_t  off[] = {
        { "{\"active\":true,\"iss\":\"https://as/\"}", FHB_OK },
        { "{\"active\":true,\"iss\":\"https://as/\",\"aud\":\"x\"}", FHB_OK },
        { "{\"active\":true,\"aud\":\"https://rs\"}", BAD },
        { NULL, 0 }
    };

    (void) state;

    check_rows(none);

    policy.issuers = issuers;
    policy.nissuers = 1;
    policy.audiences = audiences;
    policy.naudiences = 1;
    check_rows(both);

    policy.audience_off = 1;
    check_rows(off);
}


static void
what_smart_asks_for_is_kept(void **state)
{
    (void) state;

    assert_int_equal(check("{\"active\":true,\"scope\":\"patient/Binary.rs "
        "launch/patient\",\"client_id\":\"app\",\"exp\":1700000300,"
        "\"nbf\":1699999000,\"patient\":\"12724066\",\"sub\":\"user\","
        "\"jti\":\"id\",\"iss\":\"https://as/\",\"token_type\":\"Bearer\","
        "\"fhirUser\":\"Practitioner/1\",\"intent\":null}"), FHB_OK);

    assert_str(claims.scope, "patient/Binary.rs launch/patient");
    assert_str(claims.client_id, "app");
    assert_str(claims.patient, "12724066");
    assert_str(claims.subject, "user");
    assert_str(claims.jti, "id");
    assert_str(claims.tenant, "");
    assert_true(claims.exp == 1700000300);
    assert_true(claims.nbf == 1699999000);

    assert_int_equal(check("{\"active\":true}"), FHB_OK);
    assert_str(claims.scope, "");
    assert_true(claims.exp == FHB_CLAIMS_NEVER);
}


/*
 * The six claims, each in a JWT that says "jwt", times what an answer says of
 * it.  NULL: the answer is refused, so nobody is let in.
 */

static void
what_an_answer_says_is_empty_is_empty(void **state)
{
    size_t         i, k, n;
    fhb_rc_t       rc;
    fhb_str_t     *s;
    fhb_claims_t   jwt;
    char           body[256];

    static const fhb_str_t  out[] = { fhb_string("o"), fhb_string("in") };
    static const fhb_str_t  word = fhb_string("jwt");

    static const struct {
        const char  *outer;             /* for the path o, in */
        const char  *value;             /* or NULL: absent */
        const char  *merged;            /* scope's */
        const char  *other;             /* of the other five */
    } says[] = {
        { NULL, NULL, "jwt", "jwt" },
        { "{}", NULL, "jwt", "jwt" },
        { NULL, "\"\"", "", "" },
        { NULL, "[]", "", NULL },
        { NULL, "null", NULL, NULL },
        { NULL, "7", NULL, NULL },
        { NULL, "{}", NULL, NULL },
        { NULL, "\"new\"", "new", "new" },
        { "null", NULL, "", "" },
        { "\"\"", NULL, "", "" },
        { "[]", NULL, "", "" },
        { "[{\"in\":\"new\"}]", NULL, "", "" },
        { "{\"in\":\"\"}", NULL, "", "" },
        { "{\"in\":null}", NULL, NULL, NULL },
        { "{\"in\":\"new\"}", NULL, "new", "new" }
    };

    static const char  *const names[FHB_CLAIMS_PARTS] = {
        "scope", "patient", "client_id", "sub", "jti", "tnt"
    };

    static const fhb_str_t  tnt = fhb_string("tnt");

    fhb_claims_path_t  *const paths[FHB_CLAIMS_PARTS] = {
        &policy.scope, &policy.patient, &policy.client_id, NULL, NULL,
        &policy.tenant
    };

    const char  *expected;

    (void) state;

    for (i = 0; i < FHB_CLAIMS_PARTS; i++) {
        for (k = 0; k < sizeof(says) / sizeof(says[0]); k++) {

            if (says[k].outer != NULL && paths[i] == NULL) {
                continue;
            }

            memset(&policy, 0, sizeof(policy));
            policy.tenant.names = &tnt;
            policy.tenant.n = 1;

            if (says[k].outer != NULL) {
                paths[i]->names = out;
                paths[i]->n = 2;
                snprintf(body, sizeof(body), "{\"active\":true,\"o\":%s}",
                         says[k].outer);

            } else if (says[k].value != NULL) {
                snprintf(body, sizeof(body), "{\"active\":true,\"%s\":%s}",
                         names[i], says[k].value);

            } else {
                snprintf(body, sizeof(body), "{\"active\":true}");
            }

            rc = check(body);
            expected = (i == FHB_CLAIMS_SCOPE) ? says[k].merged
                                               : says[k].other;

            if ((rc == FHB_OK) != (expected != NULL)
                || (rc != FHB_OK && rc != BAD))
            {
                fail_msg("%s, %s: %d", names[i], body, rc);
            }

            if (rc != FHB_OK) {
                continue;
            }

            memset(&jwt, 0, sizeof(jwt));
            jwt.exp = NOW + 10;

            for (n = 0; n < FHB_CLAIMS_PARTS; n++) {
                *fhb_claims_part(&jwt, n) = word;
            }

            fhb_claims_merge(&claims, &jwt);

            for (n = 0; n < FHB_CLAIMS_PARTS; n++) {
                s = fhb_claims_part(&claims, n);
                assert_str(*s, n == i ? expected : "jwt");
            }
        }
    }
}


static void
of_the_dates_the_narrower_one_holds(void **state)
{
    fhb_claims_t  jwt;

    (void) state;

    memset(&jwt, 0, sizeof(jwt));
    jwt.exp = NOW + 10;
    jwt.nbf = NOW - 20;

    assert_int_equal(check("{\"active\":true}"), FHB_OK);
    fhb_claims_merge(&claims, &jwt);
    assert_true(claims.exp == NOW + 10 && claims.nbf == NOW - 20);

    assert_int_equal(check("{\"active\":true,\"exp\":1700000005,"
                           "\"nbf\":1699999990}"), FHB_OK);
    fhb_claims_merge(&claims, &jwt);
    assert_true(claims.exp == NOW + 5 && claims.nbf == NOW - 10);

    assert_int_equal(check("{\"active\":true,\"exp\":1700000015,"
                           "\"nbf\":1699999970}"), FHB_OK);
    fhb_claims_merge(&claims, &jwt);
    assert_true(claims.exp == NOW + 10 && claims.nbf == NOW - 20);
}


static void
the_leeway_holds(void **state)
{
    (void) state;

    policy.leeway = 30;

    assert_int_equal(check("{\"active\":true,\"exp\":1699999971}"), FHB_OK);
    assert_int_equal(check("{\"active\":true,\"exp\":1699999970}"),
                     FHB_E_TOKEN_EXPIRED);
    assert_int_equal(check("{\"active\":true,\"nbf\":1700000030}"), FHB_OK);
    assert_int_equal(check("{\"active\":true,\"nbf\":1700000031}"), BAD);
}


static void
the_size_is_bounded(void **state)
{
    char  *body;

    (void) state;

    body = malloc(FHB_MAX_ANSWER + 1);
    assert_non_null(body);
    memset(body, ' ', FHB_MAX_ANSWER + 1);
    memcpy(body, "{\"active\":true}", 15);

    assert_int_equal(check_at(body, FHB_MAX_ANSWER, 0), FHB_OK);
    assert_int_equal(check_at(body, FHB_MAX_ANSWER + 1, 0), FAIL);

    free(body);
}


static void
an_allocation_that_fails_is_told_and_nothing_leaks(void **state)
{
    fhb_rc_t  rc;
    unsigned  n;

    static const char  body[] =
        "{\"active\":true,\"scope\":\"a\\u00e9\",\"exp\":1700000300}";

    (void) state;

    for (n = 1; ; n++) {
        rc = check_at(body, sizeof(body) - 1, n);

        if (!oom.failed) {
            break;
        }

        assert_int_equal(rc, FHB_E_NOMEM);
    }

    assert_int_equal(rc, FHB_OK);
    assert_true(n > 5);
}


int
main(void)
{
    #define T(f)  cmocka_unit_test_setup(f, reset)

    const struct CMUnitTest  tests[] = {
        T(what_is_no_answer_says_nothing_about_the_token),
        T(a_token_that_is_not_active_is_refused_whatever_else_is_said),
        T(an_active_token_is_checked_all_the_same),
        T(issuer_and_audience_are_asked_for_when_they_are_set),
        T(what_smart_asks_for_is_kept),
        T(what_an_answer_says_is_empty_is_empty),
        T(of_the_dates_the_narrower_one_holds),
        T(the_leeway_holds),
        T(the_size_is_bounded),
        T(an_allocation_that_fails_is_told_and_nothing_leaks)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
