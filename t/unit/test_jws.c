/*
 * Compact JWS: taken apart strictly, verified with signatures that openssl
 * makes here.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "fhb_jws.h"
#include "guard.h"
#include "oom.h"


#define ALL_ALGS  0x3ff


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


/* base64url by openssl, not by us; out has room */

static size_t
url(char *out, const void *data, size_t len)
{
    char  *p;

    EVP_EncodeBlock((unsigned char *) out, data, (int) len);

    for (p = out; *p != '\0' && *p != '='; p++) {
        *p = (*p == '+') ? '-' : (*p == '/') ? '_' : *p;
    }

    *p = '\0';

    return (size_t) (p - out);
}


static fhb_rc_t
open_token(fhb_jws_t **jws, guard_t *g, const char *token, size_t len)
{
    fhb_str_t  in;

    in.data = (unsigned char *) guard_before(g, token, len);
    in.len = len;

    return fhb_jws_open(jws, &alloc, in);
}


/* header "." "e30" "." "AAAA", or the token itself when header is NULL */

static void
check_open(const char *header, const char *token, fhb_rc_t expected)
{
    char        text[4096];
    guard_t     g;
    fhb_rc_t    rc;
    fhb_jws_t  *jws;

    alloc = oom_init(&oom, 0);

    if (header != NULL) {
        strcpy(text + url(text, header, strlen(header)), ".e30.AAAA");
        token = text;
    }

    rc = open_token(&jws, &g, token, strlen(token));

    if (rc != expected) {
        fail_msg("%s: %d", header ? header : token, rc);
    }

    assert_int_equal(jws != NULL, rc == FHB_OK);
    fhb_jws_free(jws);
    guard_free(&g);
    assert_int_equal(oom.live, 0);
}


static void
the_parts_are_strict(void **state)
{
    size_t  i;

    /* {"alg":"ES256"} */

    #define H  "eyJhbGciOiJFUzI1NiJ9"

    static const struct {
        const char  *token;
        fhb_rc_t     rc;
    } rows[] = {
        { H ".e30.AAAA", FHB_OK },
        { H "..AAAA", FHB_OK },
        { H ".e30.AA", FHB_OK },
        { "", FHB_NOT_JWT },
        { ".", FHB_NOT_JWT },
        { "..", FHB_NOT_JWT },
        { "...", FHB_NOT_JWT },
        { ".e30.AAAA", FHB_NOT_JWT },
        { H, FHB_NOT_JWT },
        { H "=.e30.AAAA", FHB_NOT_JWT },
        { H " .e30.AAAA", FHB_NOT_JWT },
        { " " H ".e30.AAAA", FHB_NOT_JWT },
        { "eyJhbGciOiJFUzI1NiJ+.e30.AAAA", FHB_NOT_JWT },
        { "e30.e30.AAAA", FHB_NOT_JWT },
        { "AAAA.e30.AAAA", FHB_NOT_JWT },
        { H ".", FHB_E_TOKEN_INVALID },
        { H ".e30", FHB_E_TOKEN_INVALID },
        { H ".e30.", FHB_E_TOKEN_INVALID },
        { H "..", FHB_E_TOKEN_INVALID },
        { H ".e30.AAAA.", FHB_E_TOKEN_INVALID },
        { H ".e30.AAAA.AAAA", FHB_E_TOKEN_INVALID },
        { H ".e30..AAAA", FHB_E_TOKEN_INVALID },
        { H ".AAAA.AAAA.AAAA.AAAA", FHB_E_TOKEN_INVALID },
        { H ".e30=.AAAA", FHB_E_TOKEN_INVALID },
        { H ".e3.AAAA", FHB_E_TOKEN_INVALID },
        { H ".e.AAAA", FHB_E_TOKEN_INVALID },
        { H ".e31.AAAA", FHB_E_TOKEN_INVALID },
        { H ".e30 .AAAA", FHB_E_TOKEN_INVALID },
        { H ".e30\n.AAAA", FHB_E_TOKEN_INVALID },
        { H ".e30.AAAA=", FHB_E_TOKEN_INVALID },
        { H ".e30.AAA", FHB_OK },
        { H ".e30.AAB", FHB_E_TOKEN_INVALID },
        { H ".e30.A", FHB_E_TOKEN_INVALID },
        { H ".e30.AA+A", FHB_E_TOKEN_INVALID },
        { H ".e30.AA/A", FHB_E_TOKEN_INVALID },
        { H ".e30.AA-_", FHB_OK },
        { H ".e30.AAAA ", FHB_E_TOKEN_INVALID },
        { H ".e30.AAAA\r\n", FHB_E_TOKEN_INVALID }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_open(NULL, rows[i].token, rows[i].rc);
    }
}


static void
the_header_is_strict(void **state)
{
    size_t  i;

    static const struct {
        const char  *header;
        fhb_rc_t     rc;
    } rows[] = {
        { "{\"alg\":\"ES256\"}", FHB_OK },
        { " { \"alg\" : \"ES256\" } ", FHB_OK },
        { "{\"alg\":\"ES256\",\"kid\":\"\",\"typ\":\"\"}", FHB_OK },
        { "{\"alg\":\"ES256\",\"jwk\":{},\"jku\":\"x\",\"x5u\":\"x\","
          "\"x5c\":[],\"x5t\":7,\"x5t#S256\":null}", FHB_OK },
        { "{\"alg\":\"ES256\",\"cty\":\"json\"}", FHB_OK },
        { "{\"alg\":\"ES256\",\"Crit\":[]}", FHB_OK },
        { "{\"alg\":\"none\"}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"HS256\"}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"\"}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":null}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":[\"ES256\"]}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\\u0000\"}", FHB_E_TOKEN_INVALID },
        { "{\"\\u0061lg\":\"ES256\"}", FHB_OK },
        { "{\"Alg\":\"ES256\"}", FHB_NOT_JWT },
        { "{\"kid\":\"x\"}", FHB_NOT_JWT },
        { "[{\"alg\":\"ES256\"}]", FHB_NOT_JWT },
        { "\"alg\"", FHB_NOT_JWT },
        { "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", FHB_NOT_JWT },
        { "{\"alg\":\"ES256\"}{}", FHB_NOT_JWT },
        { "{\"alg\":\"ES256\",\"crit\":[]}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"crit\":null}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"b64\":true}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"zip\":\"DEF\"}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"enc\":\"A128GCM\"}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"cty\":\"JWT\"}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"cty\":\"application/jwt\"}",
          FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"cty\":7}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"kid\":7}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"kid\":null}", FHB_E_TOKEN_INVALID },
        { "{\"alg\":\"ES256\",\"typ\":[\"JWT\"]}", FHB_E_TOKEN_INVALID }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_open(rows[i].header, NULL, rows[i].rc);
    }
}


static void
the_fields_are_those_of_the_token(void **state)
{
    guard_t     g;
    fhb_jws_t  *jws;

    /* {"alg":"RS256","kid":"k1","typ":"JWT"} . {"a":1} . 00 01 02 */

    static const char  token[] =
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.eyJhIjoxfQ.AAEC";

    (void) state;

    alloc = oom_init(&oom, 0);
    assert_int_equal(open_token(&jws, &g, token, sizeof(token) - 1), FHB_OK);

    assert_int_equal(jws->alg, FHB_JWA_RS256);
    assert_int_equal(jws->kid.len, 2);
    assert_memory_equal(jws->kid.data, "k1", 2);
    assert_int_equal(jws->typ.len, 3);
    assert_memory_equal(jws->typ.data, "JWT", 3);
    assert_int_equal(jws->payload.len, 7);
    assert_memory_equal(jws->payload.data, "{\"a\":1}", 7);
    assert_int_equal(jws->signature.len, 3);
    assert_memory_equal(jws->signature.data, "\0\1\2", 3);
    assert_int_equal(jws->input.len, sizeof(token) - 1 - 5);
    assert_memory_equal(jws->input.data, token, jws->input.len);

    fhb_jws_free(jws);
    fhb_jws_free(NULL);
    guard_free(&g);
    assert_int_equal(oom.live, 0);
}


static void
the_length_is_bounded(void **state)
{
    char       *token;
    size_t      len;
    guard_t     g;
    fhb_jws_t  *jws;

    (void) state;

    token = malloc(FHB_MAX_TOKEN + 8);
    assert_non_null(token);
    alloc = oom_init(&oom, 0);

    for (len = FHB_MAX_TOKEN - 4; len <= FHB_MAX_TOKEN + 4; len += 4) {
        memset(token, 'A', len);
        memcpy(token, H ".", sizeof(H));
        memcpy(token + len - 5, ".AAAA", 5);

        /* the payload is whole: len - 20 - 1 - 5 must not be 4n + 1 */

        assert_int_not_equal((len - 26) % 4, 1);
        assert_int_equal(open_token(&jws, &g, token, len),
                         len <= FHB_MAX_TOKEN ? FHB_OK
                                              : FHB_E_TOKEN_INVALID);
        fhb_jws_free(jws);
        guard_free(&g);
    }

    free(token);
    assert_int_equal(oom.live, 0);
}


static void
an_allow_list_is_made_of_names(void **state)
{
    unsigned  algs;

    (void) state;

    algs = 0;

    assert_int_equal(fhb_jwa_allow(&algs, str("ES256")), FHB_OK);
    assert_int_equal(fhb_jwa_allow(&algs, str("EdDSA")), FHB_OK);
    assert_int_equal(fhb_jwa_allow(&algs, str("ES256")), FHB_TWICE);
    assert_int_equal(fhb_jwa_allow(&algs, str("none")), FHB_E_SYNTAX);
    assert_int_equal(fhb_jwa_allow(&algs, str("HS256")), FHB_E_SYNTAX);
    assert_int_equal(fhb_jwa_allow(&algs, str("")), FHB_E_SYNTAX);
    assert_int_equal(algs, FHB_JWA_ES256 | FHB_JWA_EDDSA);
}


/* keys and signatures by openssl */

typedef struct {
    const char     *alg;
    const char     *md;
    const char     *group;              /* NULL: RSA */
    size_t          size;               /* of a coordinate */
    int             pss;
    EVP_PKEY       *pkey;
    fhb_jwk_set_t  *set;
} signer_t;


static void
put_bn(char *out, EVP_PKEY *pkey, const char *name, size_t size)
{
    BIGNUM         *bn;
    unsigned char   raw[1024];

    bn = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(pkey, name, &bn), 1);

    if (size == 0) {
        size = (size_t) BN_num_bytes(bn);
    }

    assert_int_equal(BN_bn2binpad(bn, raw, (int) size), (int) size);
    url(out, raw, size);
    BN_free(bn);
}


static void
signer_init(signer_t *s)
{
    char              a[2048], b[256], text[4096];
    const char       *crv;
    fhb_str_t         in;
    fhb_jwk_report_t  report;

    if (s->group == NULL) {
        s->pkey = EVP_RSA_gen(2048);
        put_bn(a, s->pkey, OSSL_PKEY_PARAM_RSA_N, 0);
        put_bn(b, s->pkey, OSSL_PKEY_PARAM_RSA_E, 0);

        snprintf(text, sizeof(text), "{\"keys\":[{\"kty\":\"RSA\",\"n\":"
                 "\"%s\",\"e\":\"%s\",\"kid\":\"k\"}]}", a, b);

    } else {
        s->pkey = EVP_EC_gen(s->group);
        put_bn(a, s->pkey, OSSL_PKEY_PARAM_EC_PUB_X, s->size);
        put_bn(b, s->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, s->size);
        crv = s->group;

        snprintf(text, sizeof(text), "{\"keys\":[{\"kty\":\"EC\",\"crv\":"
                 "\"%s\",\"x\":\"%s\",\"y\":\"%s\",\"kid\":\"k\"}]}",
                 crv, a, b);
    }

    in = str(text);
    assert_int_equal(fhb_jwk_set_parse(&s->set, &alloc, in, &report), FHB_OK);
}


static void
signer_free(signer_t *s)
{
    EVP_PKEY_free(s->pkey);
    fhb_jwk_set_free(s->set);
}


/* a token over a payload with a number in it; returns its length */

static size_t
signer_token(signer_t *s, char *token, unsigned number)
{
    char                  text[256];
    size_t                len, siglen;
    EVP_MD_CTX           *ctx;
    ECDSA_SIG            *ec;
    EVP_PKEY_CTX         *pctx;
    unsigned char         sig[512], raw[132];
    const unsigned char  *p;

    snprintf(text, sizeof(text), "{\"alg\":\"%s\",\"kid\":\"k\"}", s->alg);
    len = url(token, text, strlen(text));
    token[len++] = '.';
    snprintf(text, sizeof(text), "{\"n\":%u}", number);
    len += url(token + len, text, strlen(text));

    ctx = EVP_MD_CTX_new();
    siglen = sizeof(sig);

    assert_int_equal(EVP_DigestSignInit_ex(ctx, &pctx, s->md, NULL, NULL,
                                           s->pkey, NULL), 1);

    if (s->pss) {
        EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST);
    }

    assert_int_equal(EVP_DigestSign(ctx, sig, &siglen,
                                    (unsigned char *) token, len), 1);
    EVP_MD_CTX_free(ctx);

    token[len++] = '.';

    if (s->group == NULL) {
        return len + url(token + len, sig, siglen);
    }

    p = sig;
    ec = d2i_ECDSA_SIG(NULL, &p, (long) siglen);
    BN_bn2binpad(ECDSA_SIG_get0_r(ec), raw, (int) s->size);
    BN_bn2binpad(ECDSA_SIG_get0_s(ec), raw + s->size, (int) s->size);
    ECDSA_SIG_free(ec);

    return len + url(token + len, raw, 2 * s->size);
}


static fhb_rc_t
verify(signer_t *s, const char *token, size_t len, unsigned algs)
{
    guard_t     g;
    fhb_rc_t    rc;
    fhb_jws_t  *jws;

    rc = open_token(&jws, &g, token, len);

    if (rc == FHB_OK) {
        rc = fhb_jws_verify(jws, s->set, algs);
        fhb_jws_free(jws);
    }

    guard_free(&g);

    return rc;
}


static signer_t  signers[] = {
    { "RS256", "SHA256", NULL, 0, 0, NULL, NULL },
    { "RS384", "SHA384", NULL, 0, 0, NULL, NULL },
    { "RS512", "SHA512", NULL, 0, 0, NULL, NULL },
    { "PS256", "SHA256", NULL, 0, 1, NULL, NULL },
    { "PS384", "SHA384", NULL, 0, 1, NULL, NULL },
    { "PS512", "SHA512", NULL, 0, 1, NULL, NULL },
    { "ES256", "SHA256", "P-256", 32, 0, NULL, NULL },
    { "ES384", "SHA384", "P-384", 48, 0, NULL, NULL },
    { "ES512", "SHA512", "P-521", 66, 0, NULL, NULL }
};

#define NSIGNERS  (sizeof(signers) / sizeof(signers[0]))


/* many of each: some r and s begin with zero bits or bytes */

static void
signatures_of_openssl_verify_and_only_where_allowed(void **state)
{
    char       token[2048];
    size_t     i, len;
    unsigned   n, bit, rounds;
    signer_t  *s, rsa, ec;

    (void) state;

    alloc = oom_init(&oom, 0);

    /* strangers, with the same kid */

    rsa = signers[0];
    signer_init(&rsa);
    ec = signers[6];
    signer_init(&ec);

    for (i = 0; i < NSIGNERS; i++) {
        s = &signers[i];
        signer_init(s);
        bit = fhb_jwa_bit(str(s->alg));
        rounds = (s->size == 32) ? 600 : (s->size != 0) ? 60 : 5;

        for (n = 0; n < rounds; n++) {
            len = signer_token(s, token, n);

            assert_int_equal(verify(s, token, len, bit), FHB_OK);
        }

        assert_int_equal(verify(s, token, len, ALL_ALGS), FHB_OK);
        assert_int_equal(verify(s, token, len, ALL_ALGS & ~bit),
                         FHB_E_TOKEN_INVALID);
        assert_int_equal(verify(s, token, len, 0), FHB_E_TOKEN_INVALID);

        assert_int_equal(verify(&rsa, token, len, ALL_ALGS),
                         FHB_E_TOKEN_INVALID);
        assert_int_equal(verify(&ec, token, len, ALL_ALGS),
                         FHB_E_TOKEN_INVALID);

        signer_free(s);
    }

    signer_free(&rsa);
    signer_free(&ec);
    assert_int_equal(oom.live, 0);
}


static void
no_token_with_a_changed_character_verifies(void **state)
{
    char       token[2048], c;
    size_t     i, k, len;
    fhb_rc_t   rc;
    signer_t  *s;

    static const size_t  which[] = { 0, 3, 6 };
    static const char    letters[] = "AQgw_-.";

    (void) state;

    alloc = oom_init(&oom, 0);

    for (i = 0; i < 3; i++) {
        s = &signers[which[i]];
        signer_init(s);
        len = signer_token(s, token, 7);
        assert_int_equal(verify(s, token, len, ALL_ALGS), FHB_OK);

        for (k = 0; k < len; k++) {
            c = token[k];
            token[k] = letters[k % 7];

            rc = verify(s, token, len, ALL_ALGS);

            if ((rc == FHB_OK) != (token[k] == c)) {
                fail_msg("%s, character %u", s->alg, (unsigned) k);
            }

            token[k] = c;
            assert_int_not_equal(verify(s, token, k, ALL_ALGS), FHB_OK);
        }

        signer_free(s);
    }

    assert_int_equal(oom.live, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_parts_are_strict),
        cmocka_unit_test(the_header_is_strict),
        cmocka_unit_test(the_fields_are_those_of_the_token),
        cmocka_unit_test(the_length_is_bounded),
        cmocka_unit_test(an_allow_list_is_made_of_names),
        cmocka_unit_test(signatures_of_openssl_verify_and_only_where_allowed),
        cmocka_unit_test(no_token_with_a_changed_character_verifies)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
