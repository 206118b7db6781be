/*
 * The signature of a JWS, by openssl.
 */

#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "fhb_jwk_key.h"
#include "fhb_jws.h"


#define FHB_JWS_DER_MAX  (3 + 2 * (3 + 66))   /* bytes of an ECDSA-Sig-Value */


static fhb_rc_t fhb_jws_check(const fhb_jws_t *jws, fhb_jwk_set_t *set,
    fhb_jwk_t *key);
static fhb_rc_t fhb_jws_check_hash(fhb_jwk_set_t *set, fhb_jwk_t *key,
    const fhb_jws_t *jws, fhb_str_t sig);
static fhb_rc_t fhb_jws_check_ed(fhb_jwk_t *key, const fhb_jws_t *jws);
static fhb_rc_t fhb_jws_check_ed_once(fhb_jwk_t *key, const fhb_jws_t *jws);
static EVP_PKEY_CTX *fhb_jws_context(fhb_jwk_set_t *set, fhb_jwk_t *key,
    unsigned alg);
static int fhb_jws_prepare(EVP_PKEY_CTX *ctx, const fhb_jwa_t *row,
    const EVP_MD *md);
static size_t fhb_jws_der(unsigned char *der, fhb_str_t raw);
static size_t fhb_jws_der_integer(unsigned char *der,
    const unsigned char *p, size_t len);


fhb_rc_t
fhb_jws_verify(const fhb_jws_t *jws, fhb_jwk_set_t *set, unsigned algs)
{
    fhb_rc_t    rc;
    fhb_jwk_t  *key;

    if (!(jws->alg & algs)) {
        return FHB_E_TOKEN_INVALID;
    }

    rc = fhb_jwk_find(&key, set, jws->kid, jws->alg);
    if (rc != FHB_OK) {
        return rc;
    }

    ERR_clear_error();

    rc = fhb_jws_check(jws, set, key);

    ERR_clear_error();

    return rc;
}


static fhb_rc_t
fhb_jws_check(const fhb_jws_t *jws, fhb_jwk_set_t *set, fhb_jwk_t *key)
{
    fhb_str_t         sig;
    unsigned char     der[FHB_JWS_DER_MAX];
    const fhb_jwa_t  *row;

    sig = jws->signature;
    row = fhb_jwa_row(jws->alg);

    switch (row->family) {

    case FHB_JWA_PKCS1:
    case FHB_JWA_PSS:
        if (sig.len != key->size) {
            return FHB_E_TOKEN_INVALID;
        }

        return fhb_jws_check_hash(set, key, jws, sig);

    case FHB_JWA_ECDSA:
        if (sig.len != 2 * (size_t) row->size) {
            return FHB_E_TOKEN_INVALID;
        }

        sig.len = fhb_jws_der(der, sig);
        sig.data = der;

        return fhb_jws_check_hash(set, key, jws, sig);

    case FHB_JWA_ED25519:
        if (sig.len != 2 * (size_t) row->size) {
            return FHB_E_TOKEN_INVALID;
        }

        return fhb_jws_check_ed(key, jws);

    case FHB_JWA_NO_FAMILY:
        break;
    }

    return FHB_E_TOKEN_INVALID;
}


static fhb_rc_t
fhb_jws_check_hash(fhb_jwk_set_t *set, fhb_jwk_t *key, const fhb_jws_t *jws,
    fhb_str_t sig)
{
    int               n;
    EVP_PKEY_CTX     *ctx;
    unsigned char     hash[EVP_MAX_MD_SIZE];
    fhb_jwk_told_t    told;
    const fhb_jwa_t  *row;

    row = fhb_jwa_row(jws->alg);
    ctx = fhb_jws_context(set, key, jws->alg);

    if (ctx == NULL
        || EVP_DigestInit_ex(set->mdctx, set->md[row->hash], NULL) != 1
        || EVP_DigestUpdate(set->mdctx, jws->input.data, jws->input.len) != 1
        || EVP_DigestFinal_ex(set->mdctx, hash, NULL) != 1)
    {
        return FHB_E_NOMEM;
    }

    n = EVP_PKEY_verify(ctx, sig.data, sig.len, hash, row->digest);

    if (n == 1) {
        return FHB_OK;
    }

    told = fhb_jwk_told();

    /* of an ECDSA signature that does not match nothing is told */

    if (told == FHB_JWK_TOLD_FAULT
        || (told == FHB_JWK_TOLD_NOTHING && n == 0
            && row->family == FHB_JWA_ECDSA))
    {
        return FHB_E_TOKEN_INVALID;
    }

    return FHB_E_NOMEM;
}


/*
 * openssl says no without an error: for a signature that does not match, but
 * also where it has no memory for the hash.  A no counts when it is said
 * twice, which costs those who send bad signatures the time of one more.
 */

static fhb_rc_t
fhb_jws_check_ed(fhb_jwk_t *key, const fhb_jws_t *jws)
{
    fhb_rc_t  rc;

    rc = fhb_jws_check_ed_once(key, jws);

    if (rc == FHB_E_TOKEN_INVALID) {
        rc = fhb_jws_check_ed_once(key, jws);
    }

    return rc;
}


static fhb_rc_t
fhb_jws_check_ed_once(fhb_jwk_t *key, const fhb_jws_t *jws)
{
    int          n;
    fhb_rc_t     rc;
    EVP_MD_CTX  *ctx;

    rc = FHB_E_NOMEM;
    ctx = EVP_MD_CTX_new();

    if (ctx != NULL
        && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1)
    {
        n = EVP_DigestVerify(ctx, jws->signature.data, jws->signature.len,
                             jws->input.data, jws->input.len);

        if (n == 1) {
            rc = FHB_OK;

        } else if (fhb_jwk_told() != FHB_JWK_TOLD_MEMORY) {
            rc = FHB_E_TOKEN_INVALID;
        }
    }

    EVP_MD_CTX_free(ctx);

    return rc;
}


/* a context that was made once saves 2 to 3 us of each verification */

static EVP_PKEY_CTX *
fhb_jws_context(fhb_jwk_set_t *set, fhb_jwk_t *key, unsigned alg)
{
    unsigned          i;
    EVP_PKEY_CTX     *ctx;
    const fhb_jwa_t  *row;

    i = fhb_jwa_index(alg);

    if (key->ctx[i] != NULL) {
        return key->ctx[i];
    }

    row = fhb_jwa_row(alg);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);

    if (ctx == NULL || !fhb_jws_prepare(ctx, row, set->md[row->hash])) {
        EVP_PKEY_CTX_free(ctx);
        return NULL;
    }

    key->ctx[i] = ctx;

    return ctx;
}


static int
fhb_jws_prepare(EVP_PKEY_CTX *ctx, const fhb_jwa_t *row,
    const EVP_MD *md)
{
    if (EVP_PKEY_verify_init(ctx) != 1) {
        return 0;
    }

    if (row->family == FHB_JWA_PKCS1
        && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
    {
        return 0;
    }

    if (row->family == FHB_JWA_PSS
        && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1)
    {
        return 0;
    }

    if (EVP_PKEY_CTX_set_signature_md(ctx, md) != 1) {
        return 0;
    }

    return row->family != FHB_JWA_PSS
           || (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1
               && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx,
                                                   RSA_PSS_SALTLEN_DIGEST)
                  == 1);
}


/*
 * r || s, of equal length, becomes
 *
 *    30 len  02 len [00] r  02 len [00] s
 *
 * with len as 81 nn from 128 on, no leading zero bytes in r and s, and 00
 * where the first bit would make them negative.
 */

static size_t
fhb_jws_der(unsigned char *der, fhb_str_t raw)
{
    size_t         len, half, head;
    unsigned char  body[2 * (3 + 66)];

    half = raw.len / 2;

    len = fhb_jws_der_integer(body, raw.data, half);
    len += fhb_jws_der_integer(body + len, raw.data + half, half);

    head = 0;
    der[head++] = 0x30;

    if (len > 127) {
        der[head++] = 0x81;
    }

    der[head++] = (unsigned char) len;
    memcpy(der + head, body, len);

    return head + len;
}


static size_t
fhb_jws_der_integer(unsigned char *der, const unsigned char *p, size_t len)
{
    size_t  pad;

    while (len > 1 && *p == 0) {
        p++;
        len--;
    }

    pad = *p >> 7;

    der[0] = 0x02;
    der[1] = (unsigned char) (len + pad);
    der[2] = 0;
    memcpy(der + 2 + pad, p, len);

    return 2 + pad + len;
}
