/*
 * The table of algorithms, and the names that look one up.
 */

#include "fhb_jwa.h"
#include "fhb_text.h"


/* in the order of the bits */

static const fhb_jwa_t  fhb_jwa_table[] = {
    { fhb_string("RS256"), FHB_JWA_PKCS1, 0, 32, 0,
      fhb_string("RSA"), fhb_null_string },
    { fhb_string("RS384"), FHB_JWA_PKCS1, 1, 48, 0,
      fhb_string("RSA"), fhb_null_string },
    { fhb_string("RS512"), FHB_JWA_PKCS1, 2, 64, 0,
      fhb_string("RSA"), fhb_null_string },
    { fhb_string("PS256"), FHB_JWA_PSS, 0, 32, 0,
      fhb_string("RSA"), fhb_null_string },
    { fhb_string("PS384"), FHB_JWA_PSS, 1, 48, 0,
      fhb_string("RSA"), fhb_null_string },
    { fhb_string("PS512"), FHB_JWA_PSS, 2, 64, 0,
      fhb_string("RSA"), fhb_null_string },
    { fhb_string("ES256"), FHB_JWA_ECDSA, 0, 32, 32,
      fhb_string("EC"), fhb_string("P-256") },
    { fhb_string("ES384"), FHB_JWA_ECDSA, 1, 48, 48,
      fhb_string("EC"), fhb_string("P-384") },
    { fhb_string("ES512"), FHB_JWA_ECDSA, 2, 64, 66,
      fhb_string("EC"), fhb_string("P-521") },
    { fhb_string("EdDSA"), FHB_JWA_ED25519, 0, 0, 32,
      fhb_string("OKP"), fhb_string("Ed25519") }
};

fhb_assert(jwa_table, fhb_nelts(fhb_jwa_table) == FHB_JWA_NALGS);
fhb_assert(jwa_bits, FHB_JWA_EDDSA == 1u << (FHB_JWA_NALGS - 1));


unsigned
fhb_jwa_bit(fhb_str_t name)
{
    unsigned  i;

    for (i = 0; i < FHB_JWA_NALGS; i++) {
        if (fhb_text_eq(fhb_jwa_table[i].name, name)) {
            return 1u << i;
        }
    }

    return 0;
}


const fhb_jwa_t *
fhb_jwa_row(unsigned algs)
{
    unsigned  i;

    for (i = 0; i < FHB_JWA_NALGS - 1; i++) {
        if (algs & 1u << i) {
            break;
        }
    }

    return &fhb_jwa_table[i];
}


unsigned
fhb_jwa_index(unsigned alg)
{
    return (unsigned) (fhb_jwa_row(alg) - fhb_jwa_table);
}


fhb_rc_t
fhb_jwa_allow(unsigned *algs, fhb_str_t name)
{
    unsigned  alg;

    alg = fhb_jwa_bit(name);

    if (alg == 0) {
        return FHB_E_SYNTAX;
    }

    if (*algs & alg) {
        return FHB_TWICE;
    }

    *algs |= alg;

    return FHB_OK;
}
