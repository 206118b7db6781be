/*
 * The claims of a JWT against a policy; signatures are not looked at here.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_claims_rule.h"
#include "guard.h"
#include "oom.h"


#define NOW   1700000000
#define BASE  "\"iss\":\"https://as/\",\"aud\":\"https://rs\""
#define EXP   ",\"exp\":1700000100"
#define FULL  BASE EXP ",\"sub\":\"s\",\"client_id\":\"c\",\"jti\":\"j\","   \
              "\"iat\":1699999999"


typedef struct {
    const char  *members;
    fhb_rc_t     rc;
} claims_row_t;


static const fhb_str_t  issuers[] = { fhb_string("https://as/") };

static const fhb_str_t  audiences[] = {
    fhb_string("https://rs"), fhb_string("https://rs/")
};

static fhb_claims_policy_t  policy;
static fhb_claims_t         claims;
static fhb_out_t            text;
static oom_t                oom;
static unsigned char        buf[FHB_CLAIMS_TEXT];
static const char          *typ;


static fhb_str_t
str(const char *s)
{
    fhb_str_t  r;

    r.data = (const unsigned char *) s;
    r.len = s ? strlen(s) : 0;

    return r;
}


static int
reset(void **state)
{
    (void) state;

    memset(&policy, 0, sizeof(policy));
    policy.issuers = issuers;
    policy.nissuers = 1;
    policy.audiences = audiences;
    policy.naudiences = 2;
    typ = "at+jwt";

    return 0;
}


static fhb_rc_t
check(const char *payload)
{
    size_t              len;
    guard_t             g;
    fhb_rc_t            rc;
    fhb_str_t           in;
    fhb_alloc_t         alloc;
    fhb_claims_t        zero;
    fhb_claims_check_t  chk;

    alloc = oom_init(&oom, 0);
    fhb_out_init(&text, buf, sizeof(buf));
    memset(&claims, 0xa5, sizeof(claims));
    memset(&zero, 0, sizeof(zero));

    chk.policy = &policy;
    chk.alloc = &alloc;
    chk.text = &text;
    chk.now = NOW;

    len = strlen(payload);
    in.data = (unsigned char *) guard_before(&g, payload, len);
    in.len = len;

    rc = fhb_claims_payload(&claims, &chk, str(typ), in);

    guard_free(&g);
    assert_int_equal(oom.live, 0);

    if (rc != FHB_OK) {
        assert_memory_equal(&claims, &zero, sizeof(zero));
        assert_int_equal(text.len, 0);
    }

    return rc;
}


static fhb_rc_t
check_members(const char *members)
{
    char  payload[16384 + 4];

    snprintf(payload, sizeof(payload), "{%s}", members);

    return check(payload);
}


static void
check_rows(const claims_row_t *row)
{
    fhb_rc_t  rc;

    for ( ; row->members != NULL; row++) {
        rc = check_members(row->members);

        if (rc != row->rc) {
            fail_msg("%s: %d", row->members, rc);
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


#define BAD  FHB_E_TOKEN_INVALID


static void
the_issuer_is_exact(void **state)
{
    static const claims_row_t  rows[] = {
        { "\"aud\":\"https://rs\"" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":\"https://rs\"" EXP, FHB_OK },
        { "\"iss\":\"https://as\",\"aud\":\"https://rs\"" EXP, BAD },
        { "\"iss\":\"https://as//\",\"aud\":\"https://rs\"" EXP, BAD },
        { "\"iss\":\"HTTPS://as/\",\"aud\":\"https://rs\"" EXP, BAD },
        { "\"iss\":\"https:\\/\\/as/\",\"aud\":\"https://rs\"" EXP, FHB_OK },
        { "\"iss\":\"\",\"aud\":\"https://rs\"" EXP, BAD },
        { "\"iss\":null,\"aud\":\"https://rs\"" EXP, BAD },
        { "\"iss\":[\"https://as/\"],\"aud\":\"https://rs\"" EXP, BAD },
        { NULL, 0 }
    };

    (void) state;

    check_rows(rows);

    policy.nissuers = 0;
    assert_int_equal(check_members(BASE EXP), BAD);
    assert_int_equal(check_members("\"aud\":\"https://rs\"" EXP), BAD);
}


static void
the_audience_is_one_of_ours(void **state)
{
    static const claims_row_t  rows[] = {
        { "\"iss\":\"https://as/\"" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":\"https://rs/\"" EXP, FHB_OK },
        { "\"iss\":\"https://as/\",\"aud\":\"https://rs/x\"" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":[]" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":[\"x\",\"https://rs\"]" EXP,
          FHB_OK },
        { "\"iss\":\"https://as/\",\"aud\":[\"https://rs\",7]" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":[\"https://rs\",null]" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":[[\"https://rs\"]]" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":{\"https://rs\":1}" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":7" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":null" EXP, BAD },
        { NULL, 0 }
    };

    static const claims_row_t  off[] = {
        { "\"iss\":\"https://as/\"" EXP, FHB_OK },
        { "\"iss\":\"https://as/\",\"aud\":\"any\"" EXP, FHB_OK },
        { "\"iss\":\"https://as/\",\"aud\":[]" EXP, FHB_OK },
        { "\"iss\":\"https://as/\",\"aud\":7" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":{}" EXP, BAD },
        { NULL, 0 }
    };

    (void) state;

    check_rows(rows);

    policy.naudiences = 0;
    assert_int_equal(check_members(BASE EXP), BAD);
    assert_int_equal(check_members("\"iss\":\"https://as/\"" EXP), BAD);

    policy.audience_off = 1;
    check_rows(off);
}


/*
 * The rules themselves, before fhb_claims_finish() looks at their verdict:
 * whatever a JWT lacks, it stays a JWT.
 */

static void
a_jwt_that_lacks_a_claim_is_not_taken_for_none(void **state)
{
    size_t              i;
    fhb_rc_t            rc;
    fhb_json_t         *json;
    fhb_alloc_t         alloc;
    fhb_claims_check_t  chk;

    static const char  *payloads[] = {
        "{\"iss\":\"https://as/\"" EXP "}",
        "{\"iss\":\"https://as/\"}",
        "{\"aud\":\"https://rs\"" EXP "}",
        "{\"iss\":\"https://as/\",\"aud\":[]" EXP "}",
        "{" BASE "}",
        "{}",
        "[]",
        "null"
    };

    (void) state;

    alloc = oom_init(&oom, 0);

    chk.policy = &policy;
    chk.alloc = &alloc;
    chk.text = &text;
    chk.now = NOW;

    for (i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {

        fhb_out_init(&text, buf, sizeof(buf));
        memset(&claims, 0, sizeof(claims));

        assert_int_equal(fhb_json_parse(&json, &alloc, str(payloads[i])),
                         FHB_OK);

        rc = fhb_claims_judge_jwt(&claims, &chk, str(typ),
                                  fhb_json_root(json));
        fhb_json_free(json);

        if (rc != BAD) {
            fail_msg("%s: %d", payloads[i], rc);
        }

        assert_int_not_equal(check(payloads[i]), FHB_NOT_JWT);
    }

    assert_int_not_equal(FHB_ABSENT, FHB_NOT_JWT);
    assert_int_not_equal(FHB_ABSENT, FHB_MISS);
    assert_int_not_equal(FHB_NOT_JWT, FHB_MISS);
    assert_int_equal(oom.live, 0);
}


static void
dates_are_read_by_hand(void **state)
{
    char    members[256];
    size_t  i;

    static const struct {
        const char  *exp;
        fhb_rc_t     rc;
        int64_t      seconds;
    } rows[] = {
        { "1700000001", FHB_OK, 1700000001 },
        { "1700000000", FHB_E_TOKEN_EXPIRED, 0 },
        { "1700000000.0", FHB_E_TOKEN_EXPIRED, 0 },
        { "1700000000.5", FHB_OK, 1700000001 },
        { "1700000000.000000000000000000000000001", FHB_OK, 1700000001 },
        { "1699999999.9", FHB_E_TOKEN_EXPIRED, 0 },
        { "0", FHB_E_TOKEN_EXPIRED, 0 },
        { "0.0", FHB_E_TOKEN_EXPIRED, 0 },
        { "999999999999999", FHB_OK, 999999999999999 },
        { "999999999999999.9", FHB_OK, 1000000000000000 },
        { "1000000000000000", BAD, 0 },
        { "9223372036854775807", BAD, 0 },
        { "9223372036854775808", BAD, 0 },
        { "18446744073709551616", BAD, 0 },
        { "18446744075409551617", BAD, 0 },
        { "1.7000001e9", BAD, 0 },
        { "17000001e2", BAD, 0 },
        { "1e400", BAD, 0 },
        { "1E5", BAD, 0 },
        { "1.5e10", BAD, 0 },
        { "-1", BAD, 0 },
        { "-0", BAD, 0 },
        { "-1700000001", BAD, 0 },
        { "\"1700000001\"", BAD, 0 },
        { "true", BAD, 0 },
        { "null", BAD, 0 },
        { "[1700000001]", BAD, 0 },
        { "{}", BAD, 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(members, sizeof(members), BASE ",\"exp\":%s", rows[i].exp);

        if (check_members(members) != rows[i].rc) {
            fail_msg("exp %s", rows[i].exp);
        }

        if (rows[i].rc == FHB_OK) {
            assert_true(claims.exp == rows[i].seconds);
            assert_true(claims.nbf == 0);
        }
    }

    assert_int_equal(check_members(BASE), BAD);
}


static void
the_leeway_counts_on_both_sides(void **state)
{
    size_t  i;

    static const struct {
        int64_t      leeway;
        const char  *members;
        fhb_rc_t     rc;
    } rows[] = {
        { 0, BASE ",\"exp\":1700000001", FHB_OK },
        { 0, BASE ",\"exp\":1700000000", FHB_E_TOKEN_EXPIRED },
        { 30, BASE ",\"exp\":1699999971", FHB_OK },
        { 30, BASE ",\"exp\":1699999970", FHB_E_TOKEN_EXPIRED },
        { 0, BASE EXP ",\"nbf\":1700000000", FHB_OK },
        { 0, BASE EXP ",\"nbf\":1700000000.1", BAD },
        { 0, BASE EXP ",\"nbf\":1700000001", BAD },
        { 30, BASE EXP ",\"nbf\":1700000030", FHB_OK },
        { 30, BASE EXP ",\"nbf\":1700000031", BAD },
        { 0, BASE EXP ",\"nbf\":\"0\"", BAD },
        { 0, BASE EXP ",\"nbf\":null", BAD },
        { 0, BASE EXP ",\"nbf\":-1", BAD },
        { 0, BASE EXP ",\"iat\":1700000000", FHB_OK },
        { 0, BASE EXP ",\"iat\":1700000001", BAD },
        { 30, BASE EXP ",\"iat\":1700000030", FHB_OK },
        { 30, BASE EXP ",\"iat\":1700000031", BAD },
        { 0, BASE EXP ",\"iat\":\"0\"", BAD },
        { 0, BASE EXP ",\"iat\":0", FHB_OK },
        { 0, BASE ",\"exp\":1600000000,\"nbf\":1800000000", BAD },
        { 0, BASE ",\"exp\":1600000000,\"iat\":1800000000", BAD }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        policy.leeway = rows[i].leeway;

        if (check_members(rows[i].members) != rows[i].rc) {
            fail_msg("%s with %d", rows[i].members, (int) rows[i].leeway);
        }
    }
}


static void
a_hit_of_a_cache_is_checked_again(void **state)
{
    fhb_claims_t  c;

    (void) state;

    memset(&c, 0, sizeof(c));
    assert_int_equal(fhb_claims_timely(&c, 1, 0), FHB_E_TOKEN_EXPIRED);
    assert_int_equal(fhb_claims_timely(&c, 0, 0), FHB_E_TOKEN_EXPIRED);

    c.exp = 100;
    c.nbf = 50;
    assert_int_equal(fhb_claims_timely(&c, 49, 0), FHB_E_TOKEN_INVALID);
    assert_int_equal(fhb_claims_timely(&c, 50, 0), FHB_OK);
    assert_int_equal(fhb_claims_timely(&c, 99, 0), FHB_OK);
    assert_int_equal(fhb_claims_timely(&c, 100, 0), FHB_E_TOKEN_EXPIRED);
    assert_int_equal(fhb_claims_timely(&c, 40, 10), FHB_OK);
    assert_int_equal(fhb_claims_timely(&c, 39, 10), FHB_E_TOKEN_INVALID);
    assert_int_equal(fhb_claims_timely(&c, 109, 10), FHB_OK);
    assert_int_equal(fhb_claims_timely(&c, 110, 10), FHB_E_TOKEN_EXPIRED);

    c.exp = FHB_CLAIMS_NEVER;
    assert_int_equal(fhb_claims_timely(&c, INT64_MAX / 2, 30), FHB_OK);
}


static void
typ_is_what_the_profile_says(void **state)
{
    size_t  i;

    static const struct {
        const char  *typ;
        fhb_rc_t     smart;
        fhb_rc_t     rfc9068;
    } rows[] = {
        { "at+jwt", FHB_OK, FHB_OK },
        { "AT+JWT", FHB_OK, FHB_OK },
        { "application/at+jwt", FHB_OK, FHB_OK },
        { "Application/At+Jwt", FHB_OK, FHB_OK },
        { "JWT", FHB_OK, BAD },
        { "jwt", FHB_OK, BAD },
        { NULL, FHB_OK, BAD },
        { "", BAD, BAD },
        { "at+jwt ", BAD, BAD },
        { "at", BAD, BAD },
        { "application/jwt", BAD, BAD },
        { "dpop+jwt", BAD, BAD },
        { "logout+jwt", BAD, BAD },
        { "id+jwt", BAD, BAD }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        typ = rows[i].typ;

        policy.profile = FHB_CLAIMS_SMART;
        assert_int_equal(check_members(FULL), rows[i].smart);

        policy.profile = FHB_CLAIMS_RFC9068;
        assert_int_equal(check_members(FULL), rows[i].rfc9068);
    }
}


static void
rfc9068_wants_all_its_claims(void **state)
{
    static const claims_row_t  rows[] = {
        { FULL, FHB_OK },
        { BASE EXP ",\"client_id\":\"c\",\"jti\":\"j\",\"iat\":1", BAD },
        { BASE EXP ",\"sub\":\"s\",\"jti\":\"j\",\"iat\":1", BAD },
        { BASE EXP ",\"sub\":\"s\",\"client_id\":\"c\",\"iat\":1", BAD },
        { BASE EXP ",\"sub\":\"s\",\"client_id\":\"c\",\"jti\":\"j\"", BAD },
        { BASE EXP ",\"sub\":\"\",\"client_id\":\"c\",\"jti\":\"j\","
          "\"iat\":1", BAD },
        { BASE ",\"sub\":\"s\",\"client_id\":\"c\",\"jti\":\"j\","
          "\"iat\":1", BAD },
        { "\"iss\":\"https://as/\"" EXP ",\"sub\":\"s\",\"client_id\":\"c\","
          "\"jti\":\"j\",\"iat\":1", BAD },
        { FULL ",\"nonce\":\"n\"", FHB_OK },
        { NULL, 0 }
    };

    (void) state;

    policy.profile = FHB_CLAIMS_RFC9068;
    check_rows(rows);

    policy.audience_off = 1;
    check_rows(rows);
}


static void
an_id_token_is_no_access_token(void **state)
{
    static const claims_row_t  rows[] = {
        { BASE EXP, FHB_OK },
        { BASE EXP ",\"nonce\":\"n\"", BAD },
        { BASE EXP ",\"nonce\":null", BAD },
        { BASE EXP ",\"at_hash\":\"n\"", BAD },
        { BASE EXP ",\"c_hash\":\"n\"", BAD },
        { BASE EXP ",\"client_id\":\"https://rs\"", BAD },
        { BASE EXP ",\"azp\":\"https://rs\"", BAD },
        { BASE EXP ",\"azp\":\"app\"", FHB_OK },
        { "\"iss\":\"https://as/\",\"aud\":[\"https://rs\"],"
          "\"azp\":\"https://rs\"" EXP, BAD },
        { "\"iss\":\"https://as/\",\"aud\":[\"https://rs\",\"app\"],"
          "\"azp\":\"app\"" EXP, FHB_OK },
        { "\"iss\":\"https://as/\",\"aud\":[\"https://rs\",\"app\"],"
          "\"azp\":\"https://rs\"" EXP, FHB_OK },
        { NULL, 0 }
    };

    (void) state;

    typ = "JWT";
    check_rows(rows);

    typ = NULL;
    check_rows(rows);

    typ = "at+jwt";
    assert_int_equal(check_members(BASE EXP ",\"nonce\":\"n\""), FHB_OK);
}


static void
a_token_that_is_bound_to_a_key_is_refused(void **state)
{
    static const claims_row_t  rows[] = {
        { BASE EXP ",\"cnf\":{\"jkt\":\"x\"}", BAD },
        { BASE EXP ",\"cnf\":{\"x5t#S256\":\"x\"}", BAD },
        { BASE EXP ",\"cnf\":{}", BAD },
        { BASE EXP ",\"cnf\":null", BAD },
        { BASE EXP ",\"cnf\":\"\"", BAD },
        { BASE EXP ",\"x\":{\"cnf\":{}}", FHB_OK },
        { NULL, 0 }
    };

    (void) state;
    check_rows(rows);
}


static void
a_payload_that_is_no_object_is_refused(void **state)
{
    size_t  i;

    static const char  *payloads[] = {
        "", "x", "[]", "7", "null", "\"{}\"", "{" FULL "}x", "{" FULL,
        "[{" FULL "}]", "{" FULL ",\"exp\":1}", "{" FULL ",\"sub\":\"s\"}",
        "{" FULL ",\"x\":\"\xff\"}", "{" FULL ",\"x\":\"\\udc00\"}",
        "{" FULL ",\"x\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}"
    };

    (void) state;

    for (i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
        assert_int_equal(check(payloads[i]), BAD);
    }

    assert_int_equal(check("{" FULL "}"), FHB_OK);
}


static void
scopes_are_a_string_or_a_list_of_tokens(void **state)
{
    char    members[8192];
    size_t  i;

    static const struct {
        const char  *scope;
        const char  *kept;              /* NULL: refused */
    } rows[] = {
        { "\"\"", "" },
        { "\"patient/Binary.read user/*.*\"",
          "patient/Binary.read user/*.*" },
        { "\" a  b \"", " a  b " },
        { "[]", "" },
        { "[\"a\"]", "a" },
        { "[\"a\",\"b\",\"c\"]", "a b c" },
        { "[\"a b\"]", NULL },
        { "[\"a\",\" b\"]", NULL },
        { "[\"a\",\"\"]", NULL },
        { "[\"\"]", NULL },
        { "[\"a\",7]", NULL },
        { "[\"a\",[\"b\"]]", NULL },
        { "[null]", NULL },
        { "{}", NULL },
        { "{\"0\":\"a\"}", NULL },
        { "7", NULL },
        { "null", NULL },
        { "true", NULL },
        { "\"a\\nb\"", NULL },
        { "\"a\\tb\"", NULL },
        { "\"a\\u0000b\"", NULL },
        { "\"a\\u007fb\"", NULL },
        { "[\"a\\u001fb\"]", NULL },
        { "\"\\u00e9\"", "\xc3\xa9" }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(members, sizeof(members), BASE EXP ",\"scope\":%s",
                 rows[i].scope);

        if (check_members(members) != (rows[i].kept ? FHB_OK : BAD)) {
            fail_msg("scope %s", rows[i].scope);
        }

        if (rows[i].kept != NULL) {
            assert_str(claims.scope, rows[i].kept);
        }
    }

    assert_int_equal(check_members(BASE EXP), FHB_OK);
    assert_str(claims.scope, "");
}


static void
what_is_kept_is_bounded(void **state)
{
    char    members[16384], value[FHB_MAX_SCOPE + 2];
    size_t  i;

    static const struct {
        const char  *format;
        size_t       max;
    } rows[] = {
        { BASE EXP ",\"scope\":\"%.*s\"", FHB_MAX_SCOPE },
        { BASE EXP ",\"scope\":[\"%.*s\"]", FHB_MAX_SCOPE },
        { BASE EXP ",\"scope\":[\"a\",\"%.*s\"]", FHB_MAX_SCOPE - 2 },
        { BASE EXP ",\"patient\":\"%.*s\"", FHB_MAX_CLAIM },
        { BASE EXP ",\"client_id\":\"%.*s\"", FHB_MAX_CLAIM },
        { BASE EXP ",\"sub\":\"%.*s\"", FHB_MAX_CLAIM },
        { BASE EXP ",\"jti\":\"%.*s\"", FHB_MAX_CLAIM }
    };

    (void) state;

    memset(value, 'x', sizeof(value));

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(members, sizeof(members), rows[i].format,
                 (int) rows[i].max, value);
        assert_int_equal(check_members(members), FHB_OK);

        snprintf(members, sizeof(members), rows[i].format,
                 (int) rows[i].max + 1, value);
        assert_int_equal(check_members(members), BAD);
    }

    /* all of them at their largest fit into FHB_CLAIMS_TEXT */

    policy.tenant.names = (fhb_str_t[]) { fhb_string("tenant") };
    policy.tenant.n = 1;

    snprintf(members, sizeof(members), BASE EXP ",\"scope\":\"%.*s\","
             "\"patient\":\"%.*s\",\"client_id\":\"%.*s\",\"sub\":\"%.*s\","
             "\"jti\":\"%.*s\",\"tenant\":\"%.*s\"", FHB_MAX_SCOPE, value,
             FHB_MAX_CLAIM, value, FHB_MAX_CLAIM, value, FHB_MAX_CLAIM,
             value, FHB_MAX_CLAIM, value, FHB_MAX_CLAIM, value);
    assert_int_equal(check_members(members), FHB_OK);
    assert_int_equal(text.len, FHB_CLAIMS_TEXT);
    assert_int_equal(claims.tenant.len, FHB_MAX_CLAIM);
}


static void
strings_are_strings_without_controls(void **state)
{
    char    members[1024];
    size_t  i, k;

    static const char  *names[] = { "patient", "client_id", "sub", "jti" };

    static const struct {
        const char  *value;
        const char  *kept;
    } rows[] = {
        { "\"x\"", "x" },
        { "\"\"", "" },
        { "\"a b\\u00e9\"", "a b\xc3\xa9" },
        { "7", NULL },
        { "null", NULL },
        { "true", NULL },
        { "[\"x\"]", NULL },
        { "{}", NULL },
        { "\"a\\r\\nb\"", NULL },
        { "\"\\u0000\"", NULL },
        { "\"\\u001b[0m\"", NULL },
        { "\"\\u007f\"", NULL }
    };

    (void) state;

    for (i = 0; i < 4; i++) {
        for (k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
            snprintf(members, sizeof(members), BASE EXP ",\"%s\":%s",
                     names[i], rows[k].value);

            if (check_members(members) != (rows[k].kept ? FHB_OK : BAD)) {
                fail_msg("%s %s", names[i], rows[k].value);
            }

            if (rows[k].kept != NULL) {
                assert_str(i == 0 ? claims.patient
                           : i == 1 ? claims.client_id
                           : i == 2 ? claims.subject : claims.jti,
                           rows[k].kept);
            }
        }
    }
}


static void
claims_are_found_at_their_paths(void **state)
{
    static const fhb_str_t  scope[] = {
        fhb_string("urn:com:cerner:authorization:claims"), fhb_string("azs")
    };
    static const fhb_str_t  tenant[] = {
        fhb_string("urn:com:cerner:authorization:claims"), fhb_string("tnt")
    };
    static const fhb_str_t  patient[] = {
        fhb_string("a"), fhb_string("b"), fhb_string("c")
    };
    static const fhb_str_t  client[] = { fhb_string("azp") };

    (void) state;

    policy.scope.names = scope;
    policy.scope.n = 2;
    policy.tenant.names = tenant;
    policy.tenant.n = 2;
    policy.patient.names = patient;
    policy.patient.n = 3;
    policy.client_id.names = client;
    policy.client_id.n = 1;

    assert_int_equal(check_members(BASE EXP ",\"azp\":\"app\","
        "\"urn:com:cerner:authorization:claims\":{\"tnt\":\"t1\","
        "\"azs\":\"user/Binary.read\"},\"a\":{\"b\":{\"c\":\"12\"}}"),
        FHB_OK);

    assert_str(claims.scope, "user/Binary.read");
    assert_str(claims.tenant, "t1");
    assert_str(claims.patient, "12");
    assert_str(claims.client_id, "app");

    /* the defaults are not looked at then, and a path may end early */

    assert_int_equal(check_members(BASE EXP ",\"scope\":\"system/*.*\","
        "\"patient\":\"13\",\"client_id\":\"x\",\"tenant\":\"y\","
        "\"a\":{\"b\":\"12\"}"), FHB_OK);

    assert_str(claims.scope, "");
    assert_str(claims.tenant, "");
    assert_str(claims.patient, "");
    assert_str(claims.client_id, "");

    assert_int_equal(check_members(BASE EXP ","
        "\"urn:com:cerner:authorization:claims\":{\"tnt\":7}"), BAD);
}


int
main(void)
{
    #define T(f)  cmocka_unit_test_setup(f, reset)

    const struct CMUnitTest  tests[] = {
        T(the_issuer_is_exact),
        T(the_audience_is_one_of_ours),
        T(a_jwt_that_lacks_a_claim_is_not_taken_for_none),
        T(dates_are_read_by_hand),
        T(the_leeway_counts_on_both_sides),
        T(a_hit_of_a_cache_is_checked_again),
        T(typ_is_what_the_profile_says),
        T(rfc9068_wants_all_its_claims),
        T(an_id_token_is_no_access_token),
        T(a_token_that_is_bound_to_a_key_is_refused),
        T(a_payload_that_is_no_object_is_refused),
        T(scopes_are_a_string_or_a_list_of_tokens),
        T(what_is_kept_is_bounded),
        T(strings_are_strings_without_controls),
        T(claims_are_found_at_their_paths)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
