/*
 * The JWS and JWK vectors of project Wycheproof, as one JSON document a
 * line.  They are not part of this repository: FHIR_BINARY_VECTORS names the
 * file, which make looks for in data/ of a directory beside this one.  Without
 * it there is nothing to test.
 *
 * The vectors know HMAC, which no allow-list here can name, so a plain count
 * would mix a rule with errors.  Each vector is judged twice:
 *
 *   refused or accepted by fhb_jws_open and fhb_jws_verify; whatever is HS*
 *   must be refused;
 *
 *   for HS* alone, whether what the split gives (input, signature) stands
 *   up to an HMAC that is computed here: that is what counts in the second
 *   total.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fhb_b64.h"
#include "fhb_json_tree.h"
#include "fhb_jwk.h"
#include "fhb_jws.h"
#include "guard.h"
#include "oom.h"


#define ALL_ALGS  (FHB_JWA_DEFAULT|FHB_JWA_RS512|FHB_JWA_PS512               \
                   |FHB_JWA_ES512|FHB_JWA_EDDSA)


typedef struct {
    const char  *id;
    const char  *why;
} deviation_t;


/* where the file and we differ, and why: each one by its name */

static const deviation_t  deviations[] = {
    { "json_web_signature_test:346", "the JWK says PS256, the header PS384" },
    { "json_web_signature_test:347", "the JWK says ES521: no such alg" },
    { "json_web_signature_test:350", "the JWK says PS256, the header PS384" },
    { "json_web_signature_test:351", "the JWK says ES521: no such alg" },
    { "json_web_signature_test:367", "the same bytes as 357, padding lost" },
    { "json_web_signature_test:370", "the same bytes as 357, padding lost" },
    { "json_web_signature_test:372", "\"valid\" with a \"?\" in base64url" },
    { "json_web_signature_test:373", "\"valid\" with a \"?\" in base64url" },
    { NULL, NULL }
};


/* valid by the file, refused by us: HS* is never verified */

static const char  *hmac_valid[] = {
    "json_web_signature_test:1", "json_web_signature_test:348",
    "json_web_signature_test:352", "json_web_signature_test:357",
    "json_web_signature_test:358", "json_web_signature_test:359",
    "json_web_signature_test:372", "json_web_signature_test:373",
    "json_web_signature_test:376", "json_web_signature_test:377",
    "json_web_key_test:2", "json_web_key_test:13", "json_web_key_test:14",
    "json_web_key_test:15", NULL
};


typedef struct {
    unsigned   signatures;
    unsigned   signatures_agree;        /* with HMAC computed here */
    unsigned   signatures_plain;        /* as the module would answer */
    unsigned   keys;
    unsigned   keys_plain;
    unsigned   asymmetric_keys;
    unsigned   asymmetric_keys_agree;
} score_t;


static oom_t        oom;
static fhb_alloc_t  alloc;


static fhb_str_t
str(const char *s)
{
    fhb_str_t  r;

    r.data = (const unsigned char *) s;
    r.len = strlen(s);

    return r;
}


static const fhb_json_node_t *
member(const fhb_json_node_t *node, const char *name)
{
    return fhb_json_member(node, str(name));
}


static const deviation_t *
deviation_of(fhb_str_t id)
{
    const deviation_t  *d;

    for (d = deviations; d->id != NULL; d++) {
        if (id.len == strlen(d->id) && memcmp(id.data, d->id, id.len) == 0) {
            return d;
        }
    }

    return NULL;
}


static int
is_deviation(fhb_str_t id)
{
    return deviation_of(id) != NULL;
}


static int
is_hmac_valid(fhb_str_t id)
{
    const char  **p;

    for (p = hmac_valid; *p != NULL; p++) {
        if (id.len == strlen(*p) && memcmp(id.data, *p, id.len) == 0) {
            return 1;
        }
    }

    return 0;
}


/* the text of "jwk":{...} or "jwks":{...} in a line, found by its braces */

static char *
slice(const char *line, const char *name, size_t *len)
{
    char        *copy;
    int          depth, quoted;
    const char  *p, *start;

    p = strstr(line, name);
    if (p == NULL) {
        return NULL;
    }

    start = p + strlen(name);

    for (p = start, depth = 0, quoted = 0; *p != '\0'; p++) {
        if (*p == '"') {
            quoted = !quoted;
        }

        depth += !quoted && *p == '{';
        depth -= !quoted && *p == '}';

        if (depth == 0) {
            p++;
            break;
        }
    }

    *len = (size_t) (p - start);
    copy = malloc(*len + 16);
    assert_non_null(copy);
    memcpy(copy, start, *len);

    return copy;
}


/* the module's own verdict: 1 accepted */

static int
verdict(const char *jwks, size_t len, fhb_str_t token)
{
    guard_t            g, gt;
    fhb_rc_t           rc;
    fhb_str_t          in;
    fhb_jws_t         *jws;
    fhb_jwk_set_t     *set;
    fhb_jwk_report_t   report;

    in.data = (unsigned char *) guard_before(&g, jwks, len);
    in.len = len;

    rc = fhb_jwk_set_parse(&set, &alloc, in, &report);
    guard_free(&g);

    if (rc != FHB_OK) {
        assert_int_equal(rc, FHB_E_KEYS);
        assert_int_not_equal(report.refusal, FHB_JWK_SET_FINE);
        assert_null(set);
        return 0;
    }

    token.data = (unsigned char *) guard_before(&gt, token.data, token.len);

    rc = fhb_jws_open(&jws, &alloc, token);

    if (rc == FHB_OK) {
        rc = fhb_jws_verify(jws, set, ALL_ALGS);
        fhb_jws_free(jws);
    }

    guard_free(&gt);
    fhb_jwk_set_free(set);

    return rc == FHB_OK;
}


/*
 * What the split gives of an HS256 token: the same rules with another
 * primitive.  The header's alg stops fhb_jws_open, so it is replaced by one
 * that does not, "HS256" by "RS256", in a copy; the HMAC is over the
 * original.
 */

static int
hmac_verdict(const fhb_json_node_t *jwk, fhb_str_t token)
{
    size_t          head, klen;
    int             ok;
    char           *p, *copy;
    unsigned        mlen;
    fhb_str_t       in, k;
    fhb_jws_t      *jws;
    unsigned char   json[512], mac[64], key[64];

    in.data = token.data;
    p = token.len ? memchr(token.data, '.', token.len) : NULL;

    if (p == NULL || (size_t) (p - (char *) token.data) > 400) {
        return 0;
    }

    in.len = (size_t) (p - (char *) token.data);

    if (fhb_b64_url_decode(json, &head, in) != FHB_OK) {
        return 0;
    }

    for (p = (char *) json; p + 5 <= (char *) json + head; p++) {
        if (memcmp(p, "HS256", 5) == 0) {
            break;
        }
    }

    if (p + 5 > (char *) json + head
        || fhb_json_string(member(jwk, "k"), &k) != FHB_OK
        || fhb_b64_url_decode(key, &klen, k) != FHB_OK)
    {
        return 0;
    }

    *p = 'R';
    copy = malloc(token.len + 1024);
    assert_non_null(copy);

    EVP_EncodeBlock((unsigned char *) copy, json, (int) head);

    for (p = copy; *p != '\0'; p++) {
        *p = (*p == '+') ? '-' : (*p == '/') ? '_' : *p;
        if (*p == '=') {
            break;
        }
    }

    head = (size_t) (p - copy);
    memcpy(p, token.data + in.len, token.len - in.len);

    k.data = (unsigned char *) copy;
    k.len = head + token.len - in.len;

    ok = 0;

    if (fhb_jws_open(&jws, &alloc, k) == FHB_OK) {
        HMAC(EVP_sha256(), key, (int) klen, token.data,
             in.len + jws->input.len - head, mac, &mlen);

        ok = jws->signature.len == mlen
             && memcmp(jws->signature.data, mac, mlen) == 0;

        fhb_jws_free(jws);
    }

    free(copy);

    return ok;
}


static void
judge(const char *line, score_t *score)
{
    int                     valid, plain, hmac, counted;
    char                   *text, *set;
    size_t                  len;
    fhb_json_t             *json;
    fhb_str_t               id, token;
    const fhb_json_node_t  *root, *jwk, *keys;

    assert_int_equal(fhb_json_parse(&json, &alloc, str(line)), FHB_OK);
    root = fhb_json_root(json);

    assert_int_equal(fhb_json_string(member(root, "id"), &id), FHB_OK);
    assert_int_equal(fhb_json_string(member(root, "jws"), &token), FHB_OK);

    valid = fhb_json_is(member(root, "result"), str("valid"));
    jwk = member(root, "jwk");

    if (jwk != NULL) {
        text = slice(line, "\"jwk\": ", &len);
        set = malloc(len + 16);
        assert_non_null(set);
        memcpy(set, "{\"keys\":[", 9);
        memcpy(set + 9, text, len);
        memcpy(set + 9 + len, "]}", 2);
        len += 11;
        free(text);

    } else {
        set = slice(line, "\"jwks\": ", &len);
        keys = member(member(root, "jwks"), "keys");
        jwk = keys->first;
    }

    plain = verdict(set, len, token);
    free(set);

    hmac = fhb_json_is(member(jwk, "kty"), str("oct"));

    if (hmac) {
        assert_false(plain);
        assert_int_equal(valid, is_hmac_valid(id));
    }

    if (member(root, "jwk") != NULL) {
        counted = hmac ? hmac_verdict(jwk, token) : plain;

        score->signatures++;
        score->signatures_plain += plain == valid;
        score->signatures_agree += counted == valid;

        if (is_deviation(id)) {
            print_message("# deviates: %.*s: %s\n", (int) id.len, id.data,
                          deviation_of(id)->why);
        }

        if ((counted == valid) == is_deviation(id)) {
            fail_msg("%.*s: %s, expected %s%s", (int) id.len, id.data,
                     counted ? "accepted" : "refused",
                     valid ? "valid" : "invalid",
                     is_deviation(id) ? " and listed as a deviation" : "");
        }

    } else {
        score->keys++;
        score->keys_plain += plain == valid;

        if (!hmac) {
            score->asymmetric_keys++;
            score->asymmetric_keys_agree += plain == valid;
        }

        if (plain != valid && !is_hmac_valid(id)) {
            fail_msg("%.*s: %s, expected %s", (int) id.len, id.data,
                     plain ? "accepted" : "refused",
                     valid ? "valid" : "invalid");
        }

        if (is_hmac_valid(id)) {
            print_message("# deviates: %.*s: a set of shared keys\n",
                          (int) id.len, id.data);
        }
    }

    fhb_json_free(json);
}


static void
every_vector_gives_the_expected_verdict(void **state)
{
    FILE     *file;
    char     *line;
    size_t    room;
    score_t   score;

    (void) state;

    file = fopen(getenv("FHIR_BINARY_VECTORS"), "r");
    assert_non_null(file);

    alloc = oom_init(&oom, 0);
    memset(&score, 0, sizeof(score_t));
    line = NULL;
    room = 0;

    while (getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        judge(line, &score);
    }

    free(line);
    fclose(file);

    print_message("# signatures: %u of %u, HS* by an HMAC in this test\n",
                  score.signatures_agree, score.signatures);
    print_message("# signatures: %u of %u with HS* refused, as it is\n",
                  score.signatures_plain, score.signatures);
    print_message("# keys: %u of %u with HS* refused, as it is; %u of the "
                  "%u sets of public keys\n",
                  score.keys_plain, score.keys,
                  score.asymmetric_keys_agree, score.asymmetric_keys);

    assert_int_equal(score.signatures, 401);
    assert_int_equal(score.signatures_agree, 393);
    assert_int_equal(score.signatures_plain, 387);
    assert_int_equal(score.keys, 26);
    assert_int_equal(score.keys_plain, 22);
    assert_int_equal(score.asymmetric_keys_agree, score.asymmetric_keys);
    assert_int_equal(oom.live, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_vector_gives_the_expected_verdict)
    };

    const char  *path;

    path = getenv("FHIR_BINARY_VECTORS");

    if (path == NULL || access(path, R_OK) != 0) {
        printf("1..0 # SKIP no jws_vectors.jsonl: the Wycheproof vectors are "
               "NOT tested\n");
        return 0;
    }

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
