/*
 * Sets of keys: which are usable, which cost the whole set, which is meant.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_jwk_key.h"
#include "guard.h"
#include "oom.h"


/* real public keys; those of RFC 7515 A.2, A.3 and of RFC 8037 A.2 */

#define NHEAD                                                                \
           "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx"      \
           "HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs"      \
           "D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSH"      \
           "SXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV"      \
           "MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8"      \
           "NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp"
#define N  NHEAD "oQ"
#define X  "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define Y  "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define E  "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

/* a modulus with the fingerprint of CVE-2017-15361, made for this */

#define ROCA  "gBjxNV9VcgMwGFDFo4_VR5I6c2mU47-RGmHb4i5EFYuul7qU0O2oL49tBV"    \
              "hO-Ko4kidmWB4nocCKamPsJO3mpGtMskJKI9WWIhe-rdvElsuOgZc-C-zX"    \
              "sDiY0ZD569rMDLHinGWM2hSV5gr1k70Ezw_WMPHynQ2plT9I8aCfdrWhcL"    \
              "M4OSYwWfKMEF0fsXwjkMGSz9OslK8PId22bK1KJo0Rbs4XOPfZPZwXJBHi"    \
              "C49rDVSbbwNnWhYAo1oJmVDYNvZ1zIHnTvXo4l2UDtkEdZUxmF1dncn4GB"    \
              "joEYkvkCvSPwgkEQ32WPnBOzU9Cel8jVQK1VGaqxAxpOiO-caBNQ"

#define RSA      "\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":\"AQAB\""
#define EC       "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X               \
                 "\",\"y\":\"" Y "\""
#define ED       "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" E "\""

#define SET(s)   "{\"keys\":[" s "]}"
#define GOOD     "{" EC ",\"kid\":\"good\"}"


typedef struct {
    const char       *key;
    fhb_jwk_status_t  status;
} fate_row_t;

typedef struct {
    const char         *text;
    fhb_jwk_refusal_t   refusal;
} set_row_t;


static oom_t             oom;
static fhb_alloc_t       alloc;
static fhb_jwk_report_t  report;


static fhb_str_t
str(const char *s)
{
    fhb_str_t  r;

    r.data = (const unsigned char *) s;
    r.len = strlen(s);

    return r;
}


static fhb_jwk_set_t *
parse_len(const char *text, size_t len, fhb_rc_t expected)
{
    guard_t         g;
    fhb_rc_t        rc;
    fhb_str_t       in;
    fhb_jwk_set_t  *set;

    alloc = oom_init(&oom, 0);
    memset(&report, 0xa5, sizeof(report));

    in.data = (unsigned char *) guard_before(&g, text, len);
    in.len = len;

    rc = fhb_jwk_set_parse(&set, &alloc, in, &report);

    guard_free(&g);

    if (rc != expected) {
        fail_msg("%.300s: %d, refusal %d", text, rc, report.refusal);
    }

    assert_int_equal(set != NULL, rc == FHB_OK);

    return set;
}


static fhb_jwk_set_t *
parse(const char *text, fhb_rc_t expected)
{
    return parse_len(text, strlen(text), expected);
}


static void
done(fhb_jwk_set_t *set)
{
    fhb_jwk_set_free(set);
    assert_int_equal(oom.live, 0);
}


/* each key beside a good one, which is usable all the same */

static void
a_bad_key_is_left_out_and_counted(void **state)
{
    char               text[8192];
    const fate_row_t  *row;

    static const fate_row_t  rows[] = {
        { "{" RSA "}", FHB_JWK_USABLE },
        { "{" EC "}", FHB_JWK_USABLE },
        { "{" ED "}", FHB_JWK_USABLE },
        { "{" RSA ",\"use\":\"sig\",\"key_ops\":[\"sign\",\"verify\"],"
          "\"alg\":\"PS512\",\"x5c\":[\"\"],\"x\":\"-\"}", FHB_JWK_USABLE },
        { "{" ED ",\"alg\":\"EdDSA\"}", FHB_JWK_USABLE },
        { "{" EC ",\"alg\":\"ES256\"}", FHB_JWK_USABLE },

        { "7", FHB_JWK_SHAPE },
        { "null", FHB_JWK_SHAPE },
        { "[]", FHB_JWK_SHAPE },
        { "{}", FHB_JWK_SHAPE },
        { "{" EC ",\"kid\":7}", FHB_JWK_SHAPE },
        { "{" EC ",\"kid\":null}", FHB_JWK_SHAPE },
        { "{\"kty\":7}", FHB_JWK_SHAPE },
        { "{\"kty\":\"EC\",\"crv\":256}", FHB_JWK_SHAPE },
        { "{\"kty\":\"RSA\",\"n\":7,\"e\":\"AQAB\"}", FHB_JWK_SHAPE },
        { "{\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":65537}", FHB_JWK_SHAPE },

        { "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AAAA\"}",
          FHB_JWK_KTY },
        { "{\"kty\":\"rsa\",\"n\":\"" N "\",\"e\":\"AQAB\"}", FHB_JWK_KTY },
        { "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" X "\",\"y\":\"" Y
          "\"}", FHB_JWK_KTY },
        { "{\"kty\":\"EC\",\"x\":\"" X "\",\"y\":\"" Y "\"}", FHB_JWK_KTY },
        { "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" E "\"}",
          FHB_JWK_KTY },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" E "\"}",
          FHB_JWK_KTY },
        { "{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"" E "\"}",
          FHB_JWK_KTY },

        { "{" RSA ",\"use\":\"enc\"}", FHB_JWK_PURPOSE },
        { "{" RSA ",\"use\":\"SIG\"}", FHB_JWK_PURPOSE },
        { "{" RSA ",\"use\":[\"sig\"]}", FHB_JWK_PURPOSE },
        { "{" RSA ",\"key_ops\":[\"encrypt\"]}", FHB_JWK_PURPOSE },
        { "{" RSA ",\"key_ops\":[\"sign\"]}", FHB_JWK_PURPOSE },
        { "{" RSA ",\"key_ops\":[]}", FHB_JWK_PURPOSE },
        { "{" RSA ",\"key_ops\":\"verify\"}", FHB_JWK_PURPOSE },
        { "{" RSA ",\"use\":\"enc\",\"key_ops\":[\"verify\"]}",
          FHB_JWK_PURPOSE },

        { "{" RSA ",\"alg\":\"ES256\"}", FHB_JWK_ALG },
        { "{" RSA ",\"alg\":\"RSA-OAEP\"}", FHB_JWK_ALG },
        { "{" RSA ",\"alg\":\"HS256\"}", FHB_JWK_ALG },
        { "{" RSA ",\"alg\":\"none\"}", FHB_JWK_ALG },
        { "{" RSA ",\"alg\":\"\"}", FHB_JWK_ALG },
        { "{" RSA ",\"alg\":7}", FHB_JWK_ALG },
        { "{" EC ",\"alg\":\"ES384\"}", FHB_JWK_ALG },
        { "{" EC ",\"alg\":\"EdDSA\"}", FHB_JWK_ALG },

        { "{\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":\"AQ\"}", FHB_JWK_WEAK },
        { "{\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":\"AA\"}", FHB_JWK_WEAK },
        { "{\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":\"Ag\"}", FHB_JWK_WEAK },
        { "{\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":\"AQAA\"}", FHB_JWK_WEAK },
        { "{\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":\"AQAAAAAAAAAB\"}",
          FHB_JWK_WEAK },
        { "{\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":\"Aw\"}", FHB_JWK_USABLE },
        { "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", FHB_JWK_WEAK },
        { "{\"kty\":\"RSA\",\"n\":\"" ROCA "\",\"e\":\"AQAB\"}",
          FHB_JWK_WEAK },

        { "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"RSA\",\"e\":\"AQAB\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"RSA\",\"n\":\"" N "\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"RSA\",\"n\":\"" NHEAD "oA\",\"e\":\"AQAB\"}",
          FHB_JWK_VALUE },
        { "{\"kty\":\"RSA\",\"n\":\"" N "=\",\"e\":\"AQAB\"}",
          FHB_JWK_VALUE },
        { "{\"kty\":\"RSA\",\"n\":\"" N "\",\"e\":\"AQ==\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\"}",
          FHB_JWK_VALUE },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" Y "\",\"y\":\"" X
          "\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X "\",\"y\":\"" Y
          "\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA" X "\",\"y\":\"" Y
          "\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"AAAA" Y
          "\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" N "\",\"y\":\"" Y
          "\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"" Y
          "\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAA"
          "AAAAAAAAAAAAAAAAAAAA\",\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          "AAAAAAAAAA\"}", FHB_JWK_VALUE },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
          FHB_JWK_VALUE },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", FHB_JWK_VALUE },
        { NULL, 0 }
    };

    (void) state;

    for (row = rows; row->key != NULL; row++) {
        snprintf(text, sizeof(text), SET("%s," GOOD), row->key);

        done(parse(text, FHB_OK));

        if (report.keys[row->status] != 1u + (row->status == FHB_JWK_USABLE)) {
            fail_msg("%s is not %d", row->key, row->status);
        }

        assert_int_equal(report.refusal, FHB_JWK_SET_FINE);
        assert_true(fhb_jwk_status_text(row->status).len > 0);
    }
}


static void
a_set_that_is_none_is_refused(void **state)
{
    const set_row_t  *row;

    static const set_row_t  rows[] = {
        { "", FHB_JWK_SET_SYNTAX },
        { "x", FHB_JWK_SET_SYNTAX },
        { "[]", FHB_JWK_SET_SYNTAX },
        { "{}", FHB_JWK_SET_SYNTAX },
        { "{\"keys\":{}}", FHB_JWK_SET_SYNTAX },
        { "{\"keys\":\"" X "\"}", FHB_JWK_SET_SYNTAX },
        { GOOD, FHB_JWK_SET_SYNTAX },
        { SET(GOOD) "x", FHB_JWK_SET_SYNTAX },
        { "{\"keys\":[" GOOD "],\"keys\":[" GOOD "]}", FHB_JWK_SET_SYNTAX },
        { "<html></html>", FHB_JWK_SET_SYNTAX },
        { SET(""), FHB_JWK_SET_EMPTY },
        { SET("{" EC ",\"use\":\"enc\"}"), FHB_JWK_SET_EMPTY },
        { SET("7,null"), FHB_JWK_SET_EMPTY },

        { SET(GOOD ",{\"kty\":\"oct\",\"k\":\"AAAA\"}"),
          FHB_JWK_SET_SECRET },
        { SET(GOOD ",{\"kty\":\"oct\"}"), FHB_JWK_SET_SECRET },
        { SET(GOOD ",{" EC ",\"d\":\"AAAA\"}"), FHB_JWK_SET_SECRET },
        { SET(GOOD ",{" RSA ",\"p\":\"AAAA\"}"), FHB_JWK_SET_SECRET },
        { SET(GOOD ",{" RSA ",\"q\":\"AAAA\"}"), FHB_JWK_SET_SECRET },
        { SET(GOOD ",{" RSA ",\"dp\":\"AAAA\"}"), FHB_JWK_SET_SECRET },
        { SET(GOOD ",{" RSA ",\"dq\":\"AAAA\"}"), FHB_JWK_SET_SECRET },
        { SET(GOOD ",{" RSA ",\"qi\":\"AAAA\"}"), FHB_JWK_SET_SECRET },
        { SET(GOOD ",{" RSA ",\"oth\":[]}"), FHB_JWK_SET_SECRET },
        { SET(GOOD ",{" RSA ",\"k\":\"AAAA\"}"), FHB_JWK_SET_SECRET },
        { SET(GOOD ",{\"kty\":\"AKP\",\"priv\":\"A\"}"), FHB_JWK_SET_SECRET },
        { SET("{" ED ",\"use\":\"enc\",\"d\":null}"), FHB_JWK_SET_SECRET },

        { SET(GOOD "," GOOD), FHB_JWK_SET_DUPLICATE_KID },
        { SET(GOOD ",{" RSA ",\"kid\":\"good\"}"), FHB_JWK_SET_DUPLICATE_KID },
        { SET(GOOD ",{" RSA ",\"kid\":\"a\"},{" ED ",\"kid\":\"\\u0061\"}"),
          FHB_JWK_SET_DUPLICATE_KID },
        { SET("{" EC ",\"kid\":\"\"},{" RSA ",\"kid\":\"\"}"),
          FHB_JWK_SET_DUPLICATE_KID },
        { NULL, 0 }
    };

    (void) state;

    for (row = rows; row->text != NULL; row++) {
        done(parse(row->text, FHB_E_KEYS));

        if (report.refusal != row->refusal) {
            fail_msg("%s: refusal %d", row->text, report.refusal);
        }

        assert_true(fhb_jwk_refusal_text(report.refusal).len > 0);
    }
}


static void
a_key_that_is_left_out_is_no_duplicate(void **state)
{
    fhb_jwk_t      *key;
    fhb_jwk_set_t  *set;

    (void) state;

    set = parse(SET("{" RSA ",\"use\":\"enc\",\"kid\":\"good\"}," GOOD),
                FHB_OK);

    assert_int_equal(set->n, 1);
    assert_int_equal(fhb_jwk_find(&key, set, str("good"), FHB_JWA_ES256),
                     FHB_OK);

    done(set);
}


static void
sizes_are_bounded(void **state)
{
    char      *text;
    size_t     len;
    unsigned   i;

    (void) state;

    text = malloc(FHB_MAX_JWKS + 2);
    assert_non_null(text);

    for (i = FHB_MAX_KEYS; i <= FHB_MAX_KEYS + 1; i++) {
        unsigned  k;

        len = (size_t) sprintf(text, "{\"keys\":[");

        for (k = 0; k < i; k++) {
            len += (size_t) sprintf(text + len, "%s{" ED ",\"kid\":\"%u\"}",
                                    k ? "," : "", k);
        }

        sprintf(text + len, "]}");

        if (i == FHB_MAX_KEYS) {
            done(parse(text, FHB_OK));
            assert_int_equal(report.keys[FHB_JWK_USABLE], FHB_MAX_KEYS);

        } else {
            done(parse(text, FHB_E_KEYS));
            assert_int_equal(report.refusal, FHB_JWK_SET_LARGE);
        }
    }

    memset(text, ' ', FHB_MAX_JWKS + 1);
    memcpy(text, SET(GOOD), sizeof(SET(GOOD)) - 1);

    done(parse_len(text, FHB_MAX_JWKS, FHB_OK));
    done(parse_len(text, FHB_MAX_JWKS + 1, FHB_E_KEYS));
    assert_int_equal(report.refusal, FHB_JWK_SET_LARGE);

    done(parse("{\"keys\":[],\"x\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}",
               FHB_E_KEYS));
    assert_int_equal(report.refusal, FHB_JWK_SET_LARGE);

    free(text);
}


/* n of all ones, so neither prime nor a product we know: only sizes matter */

static void
RSA_sizes_are_bounded(void **state)
{
    char    text[4096], n[2000];
    size_t  bits, chars;

    static const struct {
        size_t           bytes;
        const char      *zeros;
        fhb_jwk_status_t   status;
    } rows[] = {
        { 128, "", FHB_JWK_WEAK },
        { 255, "", FHB_JWK_WEAK },
        { 255, "AAAA", FHB_JWK_WEAK },
        { 256, "", FHB_JWK_USABLE },
        { 256, "AAAA", FHB_JWK_USABLE },
        { 1024, "", FHB_JWK_USABLE },
        { 1024, "AAAA", FHB_JWK_USABLE },
        { 1025, "", FHB_JWK_WEAK },
        { 1200, "", FHB_JWK_WEAK }
    };

    (void) state;

    for (bits = 0; bits < sizeof(rows) / sizeof(rows[0]); bits++) {
        chars = rows[bits].bytes / 3 * 4;
        memset(n, '_', sizeof(n));

        if (rows[bits].bytes % 3 == 1) {
            n[chars + 1] = 'w';
            chars += 2;

        } else if (rows[bits].bytes % 3 == 2) {
            n[chars + 2] = '8';
            chars += 3;
        }

        n[chars] = '\0';

        snprintf(text, sizeof(text), SET(GOOD ",{\"kty\":\"RSA\","
                 "\"n\":\"%s%s\",\"e\":\"AQAB\"}"), rows[bits].zeros, n);

        done(parse(text, FHB_OK));

        if (report.keys[rows[bits].status]
            != 1u + (rows[bits].status == FHB_JWK_USABLE))
        {
            fail_msg("%u bytes: %u usable, %u weak, %u no value",
                     (unsigned) rows[bits].bytes,
                     report.keys[FHB_JWK_USABLE], report.keys[FHB_JWK_WEAK],
                     report.keys[FHB_JWK_VALUE]);
        }
    }
}


static void
a_kid_means_one_key_and_its_algorithms(void **state)
{
    size_t          i;
    fhb_rc_t        rc;
    fhb_str_t       kid;
    fhb_jwk_t      *key;
    fhb_jwk_set_t  *set;

    static const struct {
        const char  *kid;
        unsigned     alg;
        fhb_rc_t     rc;
    } rows[] = {
        { "rsa", FHB_JWA_RS256, FHB_OK },
        { "rsa", FHB_JWA_RS512, FHB_OK },
        { "rsa", FHB_JWA_PS384, FHB_OK },
        { "rsa", FHB_JWA_ES256, FHB_E_TOKEN_INVALID },
        { "rsa", FHB_JWA_EDDSA, FHB_E_TOKEN_INVALID },
        { "pinned", FHB_JWA_PS256, FHB_OK },
        { "pinned", FHB_JWA_RS256, FHB_E_TOKEN_INVALID },
        { "pinned", FHB_JWA_PS384, FHB_E_TOKEN_INVALID },
        { "ec", FHB_JWA_ES256, FHB_OK },
        { "ec", FHB_JWA_ES384, FHB_E_TOKEN_INVALID },
        { "ed", FHB_JWA_EDDSA, FHB_OK },
        { "", FHB_JWA_EDDSA, FHB_NO_KEY },
        { "e", FHB_JWA_ES256, FHB_NO_KEY },
        { "ecx", FHB_JWA_ES256, FHB_NO_KEY },
        { "EC", FHB_JWA_ES256, FHB_NO_KEY },
        { "ec ", FHB_JWA_ES256, FHB_NO_KEY },
        { "enc", FHB_JWA_RS256, FHB_NO_KEY },
        { NULL, FHB_JWA_ES256, FHB_OK },
        { NULL, FHB_JWA_RS256, FHB_OK },
        { NULL, FHB_JWA_PS256, FHB_E_TOKEN_INVALID },
        { NULL, FHB_JWA_EDDSA, FHB_E_TOKEN_INVALID },
        { NULL, FHB_JWA_ES384, FHB_NO_KEY }
    };

    (void) state;

    set = parse(SET("{" RSA ",\"kid\":\"rsa\"},"
                    "{" RSA ",\"kid\":\"pinned\",\"alg\":\"PS256\"},"
                    "{" EC ",\"kid\":\"ec\"},"
                    "{" ED ",\"kid\":\"ed\"},"
                    "{" ED "},"
                    "{" RSA ",\"kid\":\"enc\",\"use\":\"enc\"}"), FHB_OK);

    assert_int_equal(set->n, 5);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        kid.data = NULL;
        kid.len = 0;

        if (rows[i].kid != NULL) {
            kid = str(rows[i].kid);
        }

        rc = fhb_jwk_find(&key, set, kid, rows[i].alg);

        if (rc != rows[i].rc || (key != NULL) != (rc == FHB_OK)) {
            fail_msg("%s with %x: %d", rows[i].kid ? rows[i].kid : "none",
                     rows[i].alg, rc);
        }
    }

    done(set);
}


static void
the_digest_is_that_of_the_document(void **state)
{
    fhb_str_t       in, got;
    fhb_jwk_set_t  *set;
    unsigned char   hash[FHB_DIGEST_LEN];

    (void) state;

    set = parse(SET(GOOD), FHB_OK);
    got = fhb_jwk_set_digest(set);

    in = str(SET(GOOD));
    assert_int_equal(fhb_digest_sha256(hash, &in, 1), FHB_OK);
    assert_int_equal(got.len, FHB_DIGEST_LEN);
    assert_memory_equal(got.data, hash, FHB_DIGEST_LEN);

    done(set);

    set = parse(SET(GOOD) " ", FHB_OK);
    assert_memory_not_equal(fhb_jwk_set_digest(set).data, hash,
                            FHB_DIGEST_LEN);
    done(set);
}


static void
only_asymmetric_algorithms_have_names(void **state)
{
    size_t    i;
    unsigned  alg, all;

    static const char  *names[] = {
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
        "ES384", "ES512", "EdDSA"
    };
    static const char  *others[] = {
        "", "none", "None", "NONE", "HS256", "HS384", "HS512", "rs256",
        "RS256 ", "RS", "RS2567", "ES256K", "eddsa", "Ed25519", "RSA-OAEP",
        "dir", "A256KW"
    };

    (void) state;

    all = 0;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        alg = fhb_jwa_bit(str(names[i]));
        assert_int_equal(alg, 1u << i);
        assert_memory_equal(fhb_jwa_row(alg)->name.data, names[i], 5);
        all |= alg;
    }

    assert_int_equal(all, (1u << FHB_JWA_NALGS) - 1);

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(fhb_jwa_bit(str(others[i])), 0);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_bad_key_is_left_out_and_counted),
        cmocka_unit_test(a_set_that_is_none_is_refused),
        cmocka_unit_test(a_key_that_is_left_out_is_no_duplicate),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(RSA_sizes_are_bounded),
        cmocka_unit_test(a_kid_means_one_key_and_its_algorithms),
        cmocka_unit_test(the_digest_is_that_of_the_document),
        cmocka_unit_test(only_asymmetric_algorithms_have_names)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
