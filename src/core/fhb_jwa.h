/*
 * The algorithms of signatures that a token may have: JSON Web Algorithms.
 */

#ifndef FHB_JWA_H
#define FHB_JWA_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


/* of RFC 7518 and RFC 8037; "none" and HS* are not among them */

#define FHB_JWA_RS256    0x001u
#define FHB_JWA_RS384    0x002u
#define FHB_JWA_RS512    0x004u
#define FHB_JWA_PS256    0x008u
#define FHB_JWA_PS384    0x010u
#define FHB_JWA_PS512    0x020u
#define FHB_JWA_ES256    0x040u
#define FHB_JWA_ES384    0x080u
#define FHB_JWA_ES512    0x100u
#define FHB_JWA_EDDSA    0x200u

#define FHB_JWA_DEFAULT  (FHB_JWA_RS256|FHB_JWA_RS384|FHB_JWA_PS256          \
                          |FHB_JWA_PS384|FHB_JWA_ES256|FHB_JWA_ES384)

#define FHB_JWA_NALGS    10             /* bits, from the lowest on */


typedef enum {
    FHB_JWA_NO_FAMILY = 0,
    FHB_JWA_PKCS1,                      /* RS* */
    FHB_JWA_PSS,                        /* PS* */
    FHB_JWA_ECDSA,                      /* ES* */
    FHB_JWA_ED25519                     /* EdDSA */
} fhb_jwa_family_t;


typedef struct {
    fhb_str_t         name;
    fhb_jwa_family_t  family;
    unsigned          hash;             /* of fhb_jwk_set_t.md */
    unsigned          digest;           /* bytes of the hash */
    unsigned          size;             /* bytes of a coordinate, not RSA */
    fhb_str_t         kty;
    fhb_str_t         crv;              /* empty: RSA */
} fhb_jwa_t;


/*
 * fhb_jwa_bit - the algorithm of a name, case-sensitive.
 *
 * returns  its bit | 0 for any other name, so for "none" and HS256
 * test     t/unit/test_jwk.c
 */

unsigned fhb_jwa_bit(fhb_str_t name);


/* the row of the lowest algorithm in a set of bits that is not empty */

const fhb_jwa_t *fhb_jwa_row(unsigned algs);


/* its index, from 0 on: the number of its bit */

unsigned fhb_jwa_index(unsigned alg);


/*
 * fhb_jwa_allow - add a name to an allow-list.
 *
 * shape    algs: bits, FHB_JWA_*; start with 0
 * returns  FHB_OK | FHB_TWICE when it is there already | FHB_E_SYNTAX for a
 *          name that cannot be allowed, so for "none" and HS256
 * test     t/unit/test_jws.c
 */

fhb_must_check fhb_rc_t fhb_jwa_allow(unsigned *algs, fhb_str_t name);


#pragma GCC visibility pop

#endif /* FHB_JWA_H */
