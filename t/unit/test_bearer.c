/*
 * The Authorization field, the challenge and the form of a token.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_bearer.h"
#include "fhb_error.h"
#include "fhb_text.h"
#include "guard.h"


#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))

#define DESCRIBED(row, error)                                                \
    "Bearer realm=\"fhir\", error=\"" error "\", error_description=\"" row "\""


typedef struct {
    const char  *field;                 /* NULL: absent */
    fhb_rc_t     rc;
    const char  *token;
} bearer_row_t;


static fhb_str_t
str(const char *z)
{
    fhb_str_t  s;

    s.len = strlen(z);
    s.data = (const unsigned char *) z;

    return s;
}


static void
check(const bearer_row_t *row, int query_token)
{
    guard_t    g;
    fhb_rc_t   rc;
    fhb_str_t  field = fhb_null_string, token;

    g.base = NULL;

    if (row->field != NULL) {
        field.len = strlen(row->field);
        field.data = (unsigned char *) guard_before(&g, row->field,
                                                    field.len);
    }

    rc = fhb_bearer_parse(field, query_token, &token);

    if (rc != row->rc) {
        fail_msg("\"%s\": %d", row->field ? row->field : "(absent)", rc);
    }

    if (rc == FHB_OK) {
        assert_int_equal(token.len, strlen(row->token));
        assert_memory_equal(token.data, row->token, token.len);

    } else {
        assert_int_equal(token.len, 0);
        assert_null(token.data);
    }

    guard_free(&g);
}


static void
a_token_is_taken_from_the_field(void **state)
{
    size_t  i;

    static const bearer_row_t  rows[] = {
        { "Bearer abc", FHB_OK, "abc" },
        { "bearer abc", FHB_OK, "abc" },
        { "BEARER abc", FHB_OK, "abc" },
        { "bEaReR abc", FHB_OK, "abc" },
        { "Bearer   abc", FHB_OK, "abc" },
        { "Bearer a", FHB_OK, "a" },
        { "Bearer abc=", FHB_OK, "abc=" },
        { "Bearer abc====", FHB_OK, "abc====" },
        { "Bearer AZaz09-._~+/", FHB_OK, "AZaz09-._~+/" },
        { "Bearer Bearer", FHB_OK, "Bearer" },
        { "Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln", FHB_OK,
          "eyJhbGciOiJFUzI1NiJ9.e30.c2ln" }
    };

    (void) state;

    for (i = 0; i < COUNT(rows); i++) {
        check(&rows[i], 0);
    }
}


static void
without_bearer_credentials_a_login_is_asked_for(void **state)
{
    size_t  i;

    static const bearer_row_t  rows[] = {
        { NULL, FHB_E_LOGIN, NULL },
        { "", FHB_E_LOGIN, NULL },
        { "Basic dXNlcjpwYXNz", FHB_E_LOGIN, NULL },
        { "Basic Bearer", FHB_E_LOGIN, NULL },
        { "DPoP abc", FHB_E_LOGIN, NULL },
        { "BearerX abc", FHB_E_LOGIN, NULL },
        { "Bear abc", FHB_E_LOGIN, NULL },
        { "Beare", FHB_E_LOGIN, NULL },
        { "Bearerabc", FHB_E_LOGIN, NULL },
        { "Bearer-Token abc", FHB_E_LOGIN, NULL },
        { "abc", FHB_E_LOGIN, NULL },
        { " Bearer abc", FHB_E_LOGIN, NULL },
        { "\"Bearer\" abc", FHB_E_LOGIN, NULL },
        { "B\xe9" "arer abc", FHB_E_LOGIN, NULL }
    };

    (void) state;

    for (i = 0; i < COUNT(rows); i++) {
        check(&rows[i], 0);

        /* a token in the query is as good as none */

        check(&rows[i], 1);
    }
}


static void
what_is_no_b64token_is_malformed(void **state)
{
    size_t  i;

    static const bearer_row_t  rows[] = {
        { "Bearer", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer ", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer    ", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer\tabc", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer \tabc", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer\xa0" "abc", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer:abc", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer=abc", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer,abc", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer abc ", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer abc def", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer abc, Bearer def", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer abc,", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer =", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer =abc", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer ab=c", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer abc=.", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer \"abc\"", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer <abc>", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer {token}", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer a%20c", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer a:c", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer a\nc", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer a\x01" "c", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer a\x7f" "c", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer \xc3\xa9", FHB_E_BEARER_MALFORMED, NULL },
        { "Bearer token=\"abc\"", FHB_E_BEARER_MALFORMED, NULL }
    };

    (void) state;

    for (i = 0; i < COUNT(rows); i++) {
        check(&rows[i], 0);
        check(&rows[i], 1);
    }
}


/* against a table that is written by hand */

static void
each_byte_is_of_a_b64token_or_not(void **state)
{
    size_t         at;
    unsigned       c;
    fhb_rc_t       rc;
    fhb_str_t      field, token;

    /* long enough that some of it is looked at in one go */

    unsigned char  buf[] = "Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";

    static const char  good[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        "-._~+/";

    (void) state;

    field.data = buf;
    field.len = sizeof(buf) - 1;

    for (at = 8; at < field.len - 1; at++) {
        for (c = 0; c < 256; c++) {
            buf[at] = (unsigned char) c;

            rc = fhb_bearer_parse(field, 0, &token);

            assert_int_equal(rc, c != 0 && strchr(good, (int) c) != NULL
                                     ? FHB_OK : FHB_E_BEARER_MALFORMED);
        }

        buf[at] = 'a';
    }
}


static void
a_token_in_two_places_is_refused(void **state)
{
    static const bearer_row_t  row = {
        "Bearer abc", FHB_E_BEARER_TWICE, NULL
    };

    (void) state;

    check(&row, 1);
}


static void
a_token_has_a_longest_length(void **state)
{
    fhb_str_t      field, token;
    unsigned char  buf[sizeof("Bearer ") - 1 + FHB_MAX_TOKEN + 1];

    (void) state;

    memset(buf, 'a', sizeof(buf));
    memcpy(buf, "Bearer ", 7);

    field.data = buf;
    field.len = sizeof(buf) - 1;

    assert_int_equal(fhb_bearer_parse(field, 0, &token), FHB_OK);
    assert_int_equal(token.len, FHB_MAX_TOKEN);

    field.len++;

    assert_int_equal(fhb_bearer_parse(field, 0, &token),
                     FHB_E_BEARER_MALFORMED);
}


static void
challenge(const fhb_bearer_challenge_t *c, const char *expected)
{
    guard_t    g;
    fhb_out_t  out;
    size_t     len;

    fhb_out_init(&out, NULL, 0);
    fhb_bearer_write_challenge(&out, c);
    len = out.len;

    assert_int_equal(len, strlen(expected));

    if (len == 0) {
        return;
    }

    fhb_out_init(&out, (unsigned char *) guard_before(&g, NULL, len), len);
    fhb_bearer_write_challenge(&out, c);

    assert_int_equal(out.full, 0);
    assert_int_equal(out.len, len);
    assert_memory_equal(out.start, expected, len);

    guard_free(&g);
}


static void
challenge_for(fhb_rc_t rc, const char *scope, const char *metadata,
    const char *expected)
{
    fhb_bearer_challenge_t  c;

    memset(&c, 0, sizeof(c));

    c.rc = rc;
    c.realm = str("fhir");
    c.scope = str(scope);
    c.resource_metadata = str(metadata);

    challenge(&c, expected);
}


/* RFC 6750 s.3.1; README, "Errors" */

static void
each_refusal_has_its_challenge(void **state)
{
    static const char  metadata[] =
        "https://h/.well-known/oauth-protected-resource/r4";
    static const char  needed[] =
        "user/Binary.read user/DocumentReference.read";

    (void) state;

    challenge_for(FHB_E_LOGIN, "", "", "Bearer realm=\"fhir\"");
    challenge_for(FHB_E_LOGIN, needed, metadata,
                  "Bearer realm=\"fhir\", resource_metadata="
                  "\"https://h/.well-known/oauth-protected-resource/r4\"");

    challenge_for(FHB_E_BEARER_MALFORMED, "", "",
                  DESCRIBED("The Authorization header is malformed",
                            "invalid_request"));
    challenge_for(FHB_E_BEARER_TWICE, "", "",
                  DESCRIBED("The access token was sent in more than one way",
                            "invalid_request"));
    challenge_for(FHB_E_TOKEN_INVALID, needed, "",
                  DESCRIBED("The access token is not valid",
                            "invalid_token"));
    challenge_for(FHB_E_TOKEN_EXPIRED, "", "",
                  DESCRIBED("The access token expired", "invalid_token"));
    challenge_for(FHB_E_SCOPE, needed, metadata,
                  DESCRIBED("The access token does not grant the scopes "
                            "that this document needs", "insufficient_scope")
                  ", scope=\"user/Binary.read user/DocumentReference.read\""
                  ", resource_metadata="
                  "\"https://h/.well-known/oauth-protected-resource/r4\"");
    challenge_for(FHB_E_SCOPE, "", "",
                  DESCRIBED("The access token does not grant the scopes "
                            "that this document needs",
                            "insufficient_scope"));
    challenge_for(FHB_E_PATIENT_MISSING, "", "",
                  DESCRIBED("The access token is bound to a patient but "
                            "names none", "insufficient_scope"));

    challenge_for(FHB_E_PATIENT, needed, metadata, "");
    challenge_for(FHB_E_TENANT, needed, metadata, "");
    challenge_for(FHB_E_KEYS, needed, metadata, "");
    challenge_for(FHB_E_INTROSPECTION, needed, metadata, "");
    challenge_for(FHB_E_NOT_FOUND, needed, metadata, "");
    challenge_for(FHB_E_REQUEST, needed, metadata, "");
    challenge_for(FHB_E_BACKEND_LOGIN, needed, metadata, "");
    challenge_for(FHB_OK, needed, metadata, "");
}


static void
a_realm_cannot_leave_its_quotes(void **state)
{
    fhb_bearer_challenge_t  c;

    (void) state;

    memset(&c, 0, sizeof(c));
    c.rc = FHB_E_LOGIN;

    challenge(&c, "Bearer realm=\"\"");

    c.realm = str("a \"b\" \\c");
    challenge(&c, "Bearer realm=\"a \\\"b\\\" \\\\c\"");

    c.realm = str("x\r\nSet-Cookie: a=b\t\x7f");
    challenge(&c, "Bearer realm=\"x??Set-Cookie: a=b??\"");

    c.realm = str("Krank\xc3\xa4user");
    challenge(&c, "Bearer realm=\"Krank\xc3\xa4user\"");

    c.realm = str("fhir");
    c.resource_metadata = str("https://h/\"\r\n");
    challenge(&c, "Bearer realm=\"fhir\", "
                  "resource_metadata=\"https://h/\\\"??\"");
}


static void
a_scope_that_rfc_6750_bars_is_left_out(void **state)
{
    size_t  i;

    static const char *const  bad[] = {
        "a\"b", "a\\b", "a\tb", "a\r\nb", "a\x7f", "\xc3\xa9"
    };

    (void) state;

    for (i = 0; i < COUNT(bad); i++) {
        challenge_for(FHB_E_SCOPE, bad[i], "",
                      DESCRIBED("The access token does not grant the scopes "
                                "that this document needs",
                                "insufficient_scope"));
    }

    challenge_for(FHB_E_SCOPE, "!#$[]~ ~", "",
                  DESCRIBED("The access token does not grant the scopes "
                            "that this document needs", "insufficient_scope")
                  ", scope=\"!#$[]~ ~\"");
}


/* RFC 6750, section 3: the bytes that error and its description may have */

static void
each_row_may_stand_in_a_challenge(void **state)
{
    size_t                  i;
    fhb_rc_t                rc;
    const char             *s;
    const fhb_error_row_t  *row;

    static const char *const  known[] = {
        "", "invalid_request", "invalid_token", "insufficient_scope"
    };

    (void) state;

    for (rc = FHB_E_FIRST_ + 1; rc < FHB_E_LAST_; rc++) {
        row = fhb_error_row(rc);

        for (s = row->text; *s != '\0'; s++) {
            assert_true(*s >= 0x20 && *s <= 0x7e && *s != '"' && *s != '\\');
        }

        for (i = 0; i < COUNT(known); i++) {
            if (strcmp(row->bearer, known[i]) == 0) {
                break;
            }
        }

        assert_true(i < COUNT(known));

        if (row->status == 403 && row->bearer[0] != '\0') {
            assert_string_equal(row->bearer, "insufficient_scope");
        }
    }
}


static void
a_form_escapes_all_but_the_unreserved_bytes(void **state)
{
    guard_t        g;
    unsigned       c;
    fhb_out_t      out;
    unsigned char  byte;

    static const char  unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        "-._~";

    char       expected[4];
    fhb_str_t  s;

    (void) state;

    s.data = &byte;
    s.len = 1;

    for (c = 0; c < 256; c++) {
        byte = (unsigned char) c;

        if (c != 0 && strchr(unreserved, (int) c) != NULL) {
            (void) snprintf(expected, sizeof(expected), "%c", (int) c);

        } else {
            (void) snprintf(expected, sizeof(expected), "%%%02X", c);
        }

        fhb_out_init(&out, (unsigned char *) guard_before(&g, NULL, 3), 3);
        fhb_bearer_write_form(&out, s);

        assert_int_equal(out.full, 0);
        assert_int_equal(out.len, strlen(expected));
        assert_memory_equal(out.start, expected, out.len);

        guard_free(&g);
    }

    s = str("a+/b==.~_-");

    fhb_out_init(&out, NULL, 0);
    fhb_bearer_write_form(&out, s);
    assert_int_equal(out.len, strlen("a%2B%2Fb%3D%3D.~_-"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_token_is_taken_from_the_field),
        cmocka_unit_test(without_bearer_credentials_a_login_is_asked_for),
        cmocka_unit_test(what_is_no_b64token_is_malformed),
        cmocka_unit_test(each_byte_is_of_a_b64token_or_not),
        cmocka_unit_test(a_token_in_two_places_is_refused),
        cmocka_unit_test(a_token_has_a_longest_length),
        cmocka_unit_test(each_refusal_has_its_challenge),
        cmocka_unit_test(a_realm_cannot_leave_its_quotes),
        cmocka_unit_test(a_scope_that_rfc_6750_bars_is_left_out),
        cmocka_unit_test(each_row_may_stand_in_a_challenge),
        cmocka_unit_test(a_form_escapes_all_but_the_unreserved_bytes),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
