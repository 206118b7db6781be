/*
 * Tokens of an independent maker, npm's jose (t/data/make_tokens.mjs): each
 * algorithm, each profile, and what must be refused (RFC 8725).  Every
 * line of t/data/jose/tokens.jsonl is one test, named by its id.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_claims.h"
#include "fhb_json_tree.h"
#include "fhb_jws.h"
#include "guard.h"
#include "oom.h"


#define DATA      "t/data/jose/"
#define NOW       1700000000
#define MAX_ROWS  400
#define ALL_ALGS  0x3ff


typedef struct {
    fhb_json_t             *json;
    const fhb_json_node_t  *root;
    char                    name[200];
} row_t;


static row_t                rows[MAX_ROWS];
static struct CMUnitTest    tests[MAX_ROWS + 8];
static oom_t                docs;
static fhb_alloc_t          doc_alloc;
static unsigned             nrows;

static const fhb_str_t  issuers[] = {
    fhb_string("https://other.example.org/"),
    fhb_string("https://ehr.example.org/auth")
};

static const fhb_str_t  audiences[] = {
    fhb_string("https://fhir.example.org/r4"),
    fhb_string("https://fhir.example.org/r4/")
};

static const fhb_str_t  cerner_scope[] = {
    fhb_string("urn:com:cerner:authorization:claims"), fhb_string("azs")
};

static const fhb_str_t  cerner_tenant[] = {
    fhb_string("urn:com:cerner:authorization:claims"), fhb_string("tnt")
};

static const fhb_str_t  cerner_client[] = { fhb_string("azp") };


static fhb_str_t
str(const char *s)
{
    fhb_str_t  r;

    r.data = (const unsigned char *) s;
    r.len = strlen(s);

    return r;
}


static const fhb_json_node_t *
member(const row_t *row, const char *name)
{
    return fhb_json_member(row->root, str(name));
}


static void
assert_str(const row_t *row, const char *what, fhb_str_t s,
    const char *standard)
{
    fhb_str_t  expected;

    expected = str(standard);

    if (fhb_json_string(member(row, what), &expected) < 0) {
        fail();
    }

    if (s.len != expected.len
        || (s.len && memcmp(s.data, expected.data, s.len) != 0))
    {
        fail_msg("%s is \"%.*s\"", what, (int) s.len,
                 (const char *) s.data);
    }
}


static char *
slurp(const char *path, size_t *len)
{
    FILE  *file;
    char  *text;

    text = malloc(1 << 20);
    file = fopen(path, "r");

    if (text == NULL || file == NULL) {
        perror(path);
        exit(1);
    }

    *len = fread(text, 1, 1 << 20, file);
    fclose(file);

    return text;
}


static fhb_jwk_set_t *
keys_of(const char *path, const fhb_alloc_t *alloc, fhb_rc_t *rc)
{
    size_t             len;
    char              *text;
    guard_t            g;
    fhb_str_t          in;
    fhb_jwk_set_t     *set;
    fhb_jwk_report_t   report;

    text = slurp(path, &len);
    in.data = (unsigned char *) guard_before(&g, text, len);
    in.len = len;

    *rc = fhb_jwk_set_parse(&set, alloc, in, &report);

    guard_free(&g);
    free(text);

    return set;
}


static void
policy_of(fhb_claims_policy_t *policy, const row_t *row, fhb_str_t *one)
{
    fhb_str_t               number;
    const fhb_json_node_t  *node;

    memset(policy, 0, sizeof(fhb_claims_policy_t));

    policy->issuers = issuers;
    policy->nissuers = 2;
    policy->audiences = audiences;
    policy->naudiences = 2;
    policy->algs = ALL_ALGS;

    node = member(row, "audience");

    if (fhb_json_is(node, str("off"))) {
        policy->audience_off = 1;
        policy->naudiences = 0;

    } else if (node != NULL) {
        *one = node->first->value;
        policy->audiences = one;
        policy->naudiences = 1;
    }

    node = member(row, "algs");

    if (fhb_json_is(node, str("default"))) {
        policy->algs = FHB_JWA_DEFAULT;

    } else if (node != NULL) {
        policy->algs = 0;
        assert_int_equal(fhb_jwa_allow(&policy->algs,
                                           node->first->value), FHB_OK);
    }

    if (fhb_json_is(member(row, "profile"), str("rfc9068"))) {
        policy->profile = FHB_CLAIMS_RFC9068;
    }

    if (fhb_json_number(member(row, "leeway"), &number) == FHB_OK) {
        policy->leeway = strtol((const char *) number.data, NULL, 10);
    }

    if (member(row, "paths") != NULL) {
        policy->scope.names = cerner_scope;
        policy->scope.n = 2;
        policy->tenant.names = cerner_tenant;
        policy->tenant.n = 2;
        policy->client_id.names = cerner_client;
        policy->client_id.n = 1;
    }
}


static fhb_rc_t
rc_of(const row_t *row)
{
    size_t  i;

    static const struct {
        const char  *name;
        fhb_rc_t     rc;
    } verdicts[] = {
        { "ok", FHB_OK },
        { "again", FHB_NO_KEY },
        { "opaque", FHB_NOT_JWT },
        { "invalid", FHB_E_TOKEN_INVALID },
        { "expired", FHB_E_TOKEN_EXPIRED }
    };

    for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        if (fhb_json_is(member(row, "verdict"), str(verdicts[i].name))) {
            return verdicts[i].rc;
        }
    }

    fail_msg("no such verdict");
    return FHB_E_INTERNAL;
}


static fhb_rc_t
check_token(fhb_claims_t *claims, const row_t *row, fhb_jwk_set_t *set,
    const fhb_alloc_t *alloc, fhb_out_t *text)
{
    guard_t              g;
    fhb_rc_t             rc;
    fhb_str_t            token, one;
    fhb_claims_check_t   check;
    fhb_claims_policy_t  policy;

    policy_of(&policy, row, &one);

    check.policy = &policy;
    check.alloc = alloc;
    check.text = text;
    check.now = NOW;

    assert_int_equal(fhb_json_string(member(row, "token"), &token), FHB_OK);
    token.data = (unsigned char *) guard_before(&g, token.data, token.len);

    memset(claims, 0xa5, sizeof(fhb_claims_t));

    rc = fhb_claims_token(claims, &check, set, token);

    guard_free(&g);

    return rc;
}


/* twice, so that a context that is kept from the first time is used again */

static void
a_token_gets_its_verdict(void **state)
{
    const row_t *row = *state;

    int             i;
    oom_t           oom;
    fhb_rc_t        rc;
    fhb_out_t       text;
    fhb_alloc_t     alloc;
    fhb_claims_t    claims, zero;
    fhb_jwk_set_t  *set;
    unsigned char   buf[FHB_CLAIMS_TEXT];

    alloc = oom_init(&oom, 0);
    memset(&zero, 0, sizeof(fhb_claims_t));

    set = keys_of(fhb_json_is(member(row, "set"), str("alone"))
                  ? DATA "alone.jwks.json" : DATA "main.jwks.json",
                  &alloc, &rc);
    assert_int_equal(rc, FHB_OK);

    for (i = 0; i < 2; i++) {
        fhb_out_init(&text, buf, sizeof(buf));

        rc = check_token(&claims, row, set, &alloc, &text);
        assert_int_equal(rc, rc_of(row));

        if (rc != FHB_OK) {
            assert_memory_equal(&claims, &zero, sizeof(fhb_claims_t));
            assert_int_equal(text.len, 0);
            continue;
        }

        assert_str(row, "scope", claims.scope,
                   "patient/Binary.read launch/patient");
        assert_str(row, "patient", claims.patient, "12724066");
        assert_str(row, "client_id", claims.client_id, "app-1");
        assert_str(row, "subject", claims.subject, "user-1");
        assert_str(row, "jti", claims.jti, "jti-1");
        assert_str(row, "tenant", claims.tenant, "");
        assert_in_range(claims.exp, NOW - 1, NOW + 3601);
    }

    fhb_jwk_set_free(set);
    assert_int_equal(oom.live, 0);
}


static const row_t *
row_named(const char *name)
{
    unsigned  i;

    for (i = 0; i < nrows; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }

    fail_msg("no row %s", name);
    return NULL;
}


static void
an_allocation_that_fails_is_told_and_nothing_leaks(void **state)
{
    oom_t           oom, keys;
    fhb_rc_t        rc;
    unsigned        n;
    fhb_out_t       text;
    fhb_alloc_t     alloc, key_alloc;
    fhb_claims_t    claims;
    const row_t    *row;
    fhb_jwk_set_t  *set;
    unsigned char   buf[FHB_CLAIMS_TEXT];

    (void) state;

    row = row_named("RS256_is_accepted");
    key_alloc = oom_init(&keys, 0);
    set = keys_of(DATA "main.jwks.json", &key_alloc, &rc);
    assert_int_equal(rc, FHB_OK);

    for (n = 1; ; n++) {
        alloc = oom_init(&oom, n);
        fhb_out_init(&text, buf, sizeof(buf));

        rc = check_token(&claims, row, set, &alloc, &text);
        assert_int_equal(oom.live, 0);

        if (!oom.failed) {
            break;
        }

        assert_int_equal(rc, FHB_E_NOMEM);
        assert_int_equal(text.len, 0);
        assert_int_equal(claims.exp, 0);
    }

    assert_int_equal(rc, FHB_OK);
    assert_true(n > 5);

    fhb_jwk_set_free(set);
    assert_int_equal(keys.live, 0);
}


static void
an_allocation_that_fails_costs_no_key_set(void **state)
{
    oom_t           oom;
    fhb_rc_t        rc;
    unsigned        n;
    fhb_alloc_t     alloc;
    fhb_jwk_set_t  *set;

    (void) state;

    for (n = 1; ; n++) {
        alloc = oom_init(&oom, n);
        set = keys_of(DATA "main.jwks.json", &alloc, &rc);

        if (!oom.failed) {
            break;
        }

        assert_int_equal(rc, FHB_E_NOMEM);
        assert_null(set);
        assert_int_equal(oom.live, 0);
    }

    assert_int_equal(rc, FHB_OK);
    fhb_jwk_set_free(set);
    assert_int_equal(oom.live, 0);
}


/* the bypass that peer modules had: a verdict that outlives its token */

static void
good_and_bad_tokens_in_turn_keep_their_verdicts(void **state)
{
    int             i;
    oom_t           oom;
    fhb_rc_t        rc;
    unsigned        k;
    fhb_out_t       text;
    fhb_alloc_t     alloc;
    fhb_claims_t    claims;
    fhb_jwk_set_t  *set;
    unsigned char   buf[FHB_CLAIMS_TEXT];

    static const char  *names[] = {
        "RS256_is_accepted", "alg_none_without_signature_is_refused",
        "PS256_is_accepted", "a_PKCS1_signature_called_PS256_is_refused",
        "ES256_is_accepted", "an_ES256_signature_of_zeros_is_refused",
        "EdDSA_is_accepted",
        "the_last_bit_flipped_in_the_signature_of_EdDSA_is_refused",
        "now_is_exp_is_expired", "a_key_without_alg_verifies_PS384",
        "a_key_without_alg_verifies_RS256", "an_opaque_token_is_no_jwt"
    };

    (void) state;

    alloc = oom_init(&oom, 0);
    set = keys_of(DATA "main.jwks.json", &alloc, &rc);
    assert_int_equal(rc, FHB_OK);

    for (i = 0; i < 200; i++) {
        k = (unsigned) (i * 7 + i / 12) % (sizeof(names) / sizeof(names[0]));
        fhb_out_init(&text, buf, sizeof(buf));

        rc = check_token(&claims, row_named(names[k]), set, &alloc, &text);
        assert_int_equal(rc, rc_of(row_named(names[k])));
    }

    fhb_jwk_set_free(set);
    assert_int_equal(oom.live, 0);
}


static void
read_rows(void)
{
    char      *text, *line, *end;
    size_t     len;
    row_t     *row;
    fhb_str_t  in, id;

    text = slurp(DATA "tokens.jsonl", &len);
    doc_alloc = oom_init(&docs, 0);

    for (line = text; line < text + len; line = end + 1) {
        end = memchr(line, '\n', (size_t) (text + len - line));
        in.data = (unsigned char *) line;
        in.len = (size_t) (end - line);
        row = &rows[nrows];

        if (nrows == MAX_ROWS
            || fhb_json_parse(&row->json, &doc_alloc, in) != FHB_OK)
        {
            fprintf(stderr, "row %u\n", nrows);
            exit(1);
        }

        row->root = fhb_json_root(row->json);

        if (fhb_json_string(member(row, "id"), &id) == FHB_OK) {
            memcpy(row->name, id.data, id.len);
        }

        tests[nrows].name = row->name;
        tests[nrows].test_func = a_token_gets_its_verdict;
        tests[nrows].initial_state = row;
        nrows++;
    }

    free(text);
}


int
main(void)
{
    int       rc;
    unsigned  i;

    const struct CMUnitTest  more[] = {
        cmocka_unit_test(an_allocation_that_fails_is_told_and_nothing_leaks),
        cmocka_unit_test(an_allocation_that_fails_costs_no_key_set),
        cmocka_unit_test(good_and_bad_tokens_in_turn_keep_their_verdicts)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    read_rows();
    memcpy(&tests[nrows], more, sizeof(more));

    rc = _cmocka_run_group_tests("jose", tests,
                                 nrows + sizeof(more) / sizeof(more[0]),
                                 NULL, NULL);

    for (i = 0; i < nrows; i++) {
        fhb_json_free(rows[i].json);
    }

    return rc;
}
