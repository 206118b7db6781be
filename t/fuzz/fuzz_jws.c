/*
 * Compact JWS: what is opened is exactly what was sent, and nothing that a
 * fuzzer writes verifies.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fhb_jws.h"
#include "oom.h"


#define ALL_ALGS  0x3ff


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* new keys; their private halves were not kept */

static const char  keys[] =
    "{\"keys\":["
    "{\"kty\":\"RSA\",\"kid\":\"rsa\",\"e\":\"AQAB\",\"n\":\""
    "vR5-IuyLXbZGrvcm8b5rdQIA_pbSrE5VZGBT4s_Np1uNoWSmAlOwpOpugdlp"
    "voX9wt_6zGGWqJxq1Zmm31JjTWMkXagzoBe5l1z9l8bRFSMOB-_jg2PqGQKD"
    "t5XqnSxZJlrwJJXW4w3XY_0i62OiUnsmXFb5XB9dvJFw1bOMsIgS0AGw7h9W"
    "nWXjl31l8VYEvw4xXNRMGKjRT5Sxrc5gLnxnMO0mYWsKpbZMUAFs_bAgXEmi"
    "60k8mdzmQ1TiFoW0URcfFpzNSNXI1d1RaEOSz4lfMsa2iJnfmPhvjEYv9E1P"
    "OcJdQp_MyFjhFdV1oeGLpJwQ5ym-P8d5OLa7TRG1cQ"
    "\"},"
    "{\"kty\":\"EC\",\"kid\":\"ec\",\"crv\":\"P-256\","
    "\"x\":\"JsqvuR4wJdzYfTqCTr65DPifi9Wx0srXRkCe67cbhOw\","
    "\"y\":\"cdJj3WZ3O1iBwfZvpPQ85xA_5cgF4ofcAmcQnT2mqtU\"},"
    "{\"kty\":\"OKP\",\"kid\":\"ed\",\"crv\":\"Ed25519\","
    "\"x\":\"A-Uy-PyT-I29-O08nDf49uxA9r-khhXJETolTTGOexA\"}]}";

static fhb_jwk_set_t  *set;
static fhb_alloc_t     set_alloc;
static oom_t           set_oom;


/* base64url again: a strict decoder has one input for each output */

static const uint8_t *
check_part(const uint8_t *p, fhb_str_t bytes)
{
    size_t    i;
    uint32_t  bits;
    unsigned  n;

    static const char  letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    bits = 0;
    n = 0;

    for (i = 0; i < bytes.len; i++) {
        bits = bits << 8 | bytes.data[i];

        for (n += 8; n >= 6; n -= 6) {
            if (*p++ != (uint8_t) letters[bits >> (n - 6) & 63]) {
                abort();
            }
        }
    }

    if (n && *p++ != (uint8_t) letters[bits << (6 - n) & 63]) {
        abort();
    }

    return p;
}


static void
setup(void)
{
    fhb_str_t         in;
    fhb_jwk_report_t  report;

    in.data = (const unsigned char *) keys;
    in.len = sizeof(keys) - 1;
    set_alloc = oom_init(&set_oom, 0);

    if (fhb_jwk_set_parse(&set, &set_alloc, in, &report) != FHB_OK
        || report.keys[FHB_JWK_USABLE] != 3)
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oom_t           oom;
    uint8_t        *copy;
    fhb_rc_t        rc;
    fhb_str_t       token;
    fhb_jws_t      *jws;
    fhb_alloc_t     alloc;
    const uint8_t  *p;

    if (set == NULL) {
        setup();
    }

    if (size == 0) {
        return 0;
    }

    copy = malloc(size);
    memcpy(copy, data, size);
    token.data = copy;
    token.len = size;

    alloc = oom_init(&oom, 0);
    rc = fhb_jws_open(&jws, &alloc, token);

    if (rc != FHB_OK && rc != FHB_NOT_JWT && rc != FHB_E_TOKEN_INVALID) {
        abort();
    }

    if ((rc == FHB_OK) != (jws != NULL)) {
        abort();
    }

    if (rc == FHB_OK) {
        p = memchr(copy, '.', size);
        p = check_part(p + 1, jws->payload);

        if (*p != '.' || p != copy + jws->input.len) {
            abort();
        }

        p = check_part(p + 1, jws->signature);

        if (p != copy + size || jws->alg == 0
            || fhb_jws_verify(jws, set, ALL_ALGS) == FHB_OK
            || fhb_jws_verify(jws, set, 0) != FHB_E_TOKEN_INVALID)
        {
            abort();
        }
    }

    fhb_jws_free(jws);

    if (oom.live != 0) {
        abort();
    }

    free(copy);

    return 0;
}
