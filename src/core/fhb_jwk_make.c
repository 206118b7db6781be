/*
 * Public keys of openssl from the numbers of a JWK.
 */

#include <string.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "fhb_b64.h"
#include "fhb_jwk_key.h"


#define FHB_JWK_RSA_MIN  2048           /* bits */
#define FHB_JWK_RSA_MAX  8192           /* bits; each one costs time */
#define FHB_JWK_E_MAX    64             /* bits */

#define FHB_JWK_BUF      1040           /* bytes: RSA_MAX and leading zeros */


typedef struct {
    size_t               len;
    unsigned char        data[FHB_JWK_BUF];
} fhb_jwk_bytes_t;


static fhb_rc_t fhb_jwk_make_rsa(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_jwk_values_t *values);
static fhb_rc_t fhb_jwk_make_rsa_bn(fhb_jwk_t *key, fhb_jwk_status_t *status,
    BIGNUM *n, BIGNUM *e);
static fhb_rc_t fhb_jwk_make_ec(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_jwk_values_t *values, const fhb_jwa_t *row);
static fhb_rc_t fhb_jwk_make_ed(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_jwk_values_t *values, const fhb_jwa_t *row);
static fhb_rc_t fhb_jwk_made(const fhb_jwk_t *key, fhb_jwk_status_t *status);
static EVP_PKEY *fhb_jwk_import(const char *type, OSSL_PARAM *params);
static int fhb_jwk_decode(fhb_jwk_bytes_t *bytes, fhb_str_t text);
static int fhb_jwk_roca(const BIGNUM *n);


/* of the fingerprint: 65537 generates few of the remainders of these */

static const unsigned char  fhb_jwk_roca_primes[] = {
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71,
    73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149,
    151, 157, 163, 167
};


fhb_rc_t
fhb_jwk_make(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_jwk_values_t *values)
{
    fhb_rc_t          rc;
    const fhb_jwa_t  *row;

    rc = FHB_OK;
    row = fhb_jwa_row(key->algs);
    *status = FHB_JWK_KTY;

    ERR_clear_error();

    switch (row->family) {

    case FHB_JWA_PKCS1:
    case FHB_JWA_PSS:
        rc = fhb_jwk_make_rsa(key, status, values);
        break;

    case FHB_JWA_ECDSA:
        rc = fhb_jwk_make_ec(key, status, values, row);
        break;

    case FHB_JWA_ED25519:
        rc = fhb_jwk_make_ed(key, status, values, row);
        break;

    case FHB_JWA_NO_FAMILY:
        break;
    }

    ERR_clear_error();

    return rc;
}


/* openssl has taken the values, or it has not */

static fhb_rc_t
fhb_jwk_made(const fhb_jwk_t *key, fhb_jwk_status_t *status)
{
    *status = FHB_JWK_USABLE;

    if (key->pkey != NULL) {
        return FHB_OK;
    }

    *status = FHB_JWK_VALUE;

    return (fhb_jwk_told() == FHB_JWK_TOLD_FAULT) ? FHB_OK : FHB_E_NOMEM;
}


static fhb_rc_t
fhb_jwk_make_rsa(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_jwk_values_t *values)
{
    BIGNUM           *n, *e;
    fhb_rc_t          rc;
    fhb_jwk_bytes_t   nb, eb;

    *status = FHB_JWK_WEAK;

    if (FHB_B64_DECODE_MAX(values->n.len) > FHB_JWK_BUF) {
        return FHB_OK;
    }

    *status = FHB_JWK_VALUE;

    if (!fhb_jwk_decode(&nb, values->n) || !fhb_jwk_decode(&eb, values->e)) {
        return FHB_OK;
    }

    n = BN_bin2bn(nb.data, (int) nb.len, NULL);
    e = BN_bin2bn(eb.data, (int) eb.len, NULL);

    rc = (n != NULL && e != NULL) ? fhb_jwk_make_rsa_bn(key, status, n, e)
                                  : FHB_E_NOMEM;

    BN_free(n);
    BN_free(e);

    return rc;
}


/* leading zero bytes are let pass, against RFC 7518 s.2: java writes them */

static fhb_rc_t
fhb_jwk_make_rsa_bn(fhb_jwk_t *key, fhb_jwk_status_t *status, BIGNUM *n,
    BIGNUM *e)
{
    OSSL_PARAM      *params;
    OSSL_PARAM_BLD  *bld;

    *status = FHB_JWK_WEAK;

    if (BN_num_bits(n) < FHB_JWK_RSA_MIN || BN_num_bits(n) > FHB_JWK_RSA_MAX
        || BN_num_bits(e) < 2 || BN_num_bits(e) > FHB_JWK_E_MAX
        || !BN_is_odd(e) || fhb_jwk_roca(n))
    {
        return FHB_OK;
    }

    *status = FHB_JWK_VALUE;

    if (!BN_is_odd(n)) {
        return FHB_OK;
    }

    params = NULL;
    bld = OSSL_PARAM_BLD_new();

    if (bld != NULL
        && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1
        && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) == 1)
    {
        params = OSSL_PARAM_BLD_to_param(bld);
    }

    if (params != NULL) {
        key->pkey = fhb_jwk_import("RSA", params);
        key->size = (size_t) BN_num_bytes(n);
    }

    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(bld);

    return fhb_jwk_made(key, status);
}


static fhb_rc_t
fhb_jwk_make_ec(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_jwk_values_t *values, const fhb_jwa_t *row)
{
    char              group[8];
    OSSL_PARAM        params[3];
    EVP_PKEY_CTX     *ctx;
    unsigned char     point[1 + 2 * 66];
    fhb_jwk_bytes_t   x, y;

    *status = FHB_JWK_VALUE;

    if (!fhb_jwk_decode(&x, values->x) || x.len != row->size
        || !fhb_jwk_decode(&y, values->y) || y.len != row->size)
    {
        return FHB_OK;
    }

    memset(group, 0, sizeof(group));
    memcpy(group, row->crv.data, row->crv.len);

    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(point + 1, x.data, x.len);
    memcpy(point + 1 + x.len, y.data, y.len);

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 group, 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  point, 1 + x.len + y.len);
    params[2] = OSSL_PARAM_construct_end();

    key->pkey = fhb_jwk_import("EC", params);

    if (key->pkey != NULL) {
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);

        if (ctx == NULL || EVP_PKEY_public_check(ctx) != 1) {
            EVP_PKEY_free(key->pkey);
            key->pkey = NULL;
        }

        EVP_PKEY_CTX_free(ctx);
    }

    return fhb_jwk_made(key, status);
}


static fhb_rc_t
fhb_jwk_make_ed(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_jwk_values_t *values, const fhb_jwa_t *row)
{
    fhb_jwk_bytes_t  x;

    *status = FHB_JWK_VALUE;

    if (!fhb_jwk_decode(&x, values->x) || x.len != row->size) {
        return FHB_OK;
    }

    key->pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.data,
                                            x.len);

    return fhb_jwk_made(key, status);
}


static EVP_PKEY *
fhb_jwk_import(const char *type, OSSL_PARAM *params)
{
    EVP_PKEY      *pkey;
    EVP_PKEY_CTX  *ctx;

    pkey = NULL;
    ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

    if (ctx == NULL
        || EVP_PKEY_fromdata_init(ctx) != 1
        || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
    {
        pkey = NULL;
    }

    EVP_PKEY_CTX_free(ctx);

    return pkey;
}


static int
fhb_jwk_decode(fhb_jwk_bytes_t *bytes, fhb_str_t text)
{
    if (text.len == 0 || FHB_B64_DECODE_MAX(text.len) > FHB_JWK_BUF) {
        return 0;
    }

    return fhb_b64_url_decode(bytes->data, &bytes->len, text) == FHB_OK;
}


/*
 * CVE-2017-15361: the primes of a weak generator, and thus the modulus, are
 * powers of 65537 modulo many small primes.  Of other keys one in some 2^27
 * is, too.
 */

static int
fhb_jwk_roca(const BIGNUM *n)
{
    size_t         i;
    BN_ULONG       left;
    unsigned long  p, power;

    for (i = 0; i < sizeof(fhb_jwk_roca_primes); i++) {
        p = fhb_jwk_roca_primes[i];
        left = BN_mod_word(n, p);
        power = 1;

        while (power != left) {
            power = power * 65537 % p;

            if (power == 1) {
                return 0;
            }
        }
    }

    return 1;
}


fhb_rc_t
fhb_jwk_set_open(fhb_jwk_set_t *set)
{
    set->md[0] = EVP_MD_fetch(NULL, "SHA256", NULL);
    set->md[1] = EVP_MD_fetch(NULL, "SHA384", NULL);
    set->md[2] = EVP_MD_fetch(NULL, "SHA512", NULL);
    set->mdctx = EVP_MD_CTX_new();

    if (set->md[0] == NULL || set->md[1] == NULL || set->md[2] == NULL
        || set->mdctx == NULL)
    {
        ERR_clear_error();
        return FHB_E_NOMEM;
    }

    return FHB_OK;
}


void
fhb_jwk_set_close(fhb_jwk_set_t *set)
{
    unsigned    i, k;
    fhb_jwk_t  *key;

    for (i = 0; i < set->n; i++) {
        key = &set->keys[i];

        for (k = 0; k < FHB_JWA_NALGS; k++) {
            EVP_PKEY_CTX_free(key->ctx[k]);
        }

        EVP_PKEY_free(key->pkey);
    }

    for (i = 0; i < 3; i++) {
        EVP_MD_free(set->md[i]);
    }

    EVP_MD_CTX_free(set->mdctx);
}


/*
 * What is wrong with the numbers only the library says that looked at them,
 * in a reason of its own.  A common reason (ERR_R_EC_LIB ...) says which
 * library failed, and EVP that anything did.
 */

fhb_jwk_told_t
fhb_jwk_told(void)
{
    int             reason;
    unsigned long   error;
    fhb_jwk_told_t  told;

    told = FHB_JWK_TOLD_NOTHING;

    while ((error = ERR_get_error()) != 0) {
        reason = ERR_GET_REASON(error);

        if (reason == ERR_R_MALLOC_FAILURE) {
            ERR_clear_error();
            return FHB_JWK_TOLD_MEMORY;
        }

        switch (ERR_GET_LIB(error)) {

        case ERR_LIB_EVP:
            break;

        case ERR_LIB_RSA:
        case ERR_LIB_EC:
        case ERR_LIB_PROV:
            if (!(reason & ERR_RFLAG_COMMON)) {
                told = FHB_JWK_TOLD_FAULT;
                break;
            }

            /* fall through */

        default:
            if (told == FHB_JWK_TOLD_NOTHING) {
                told = FHB_JWK_TOLD_MEMORY;
            }
        }
    }

    return told;
}
