/*
 * The public keys of an authorization server: a JWKS, made ready to verify.
 *
 * One bad key does not cost the good ones: it is left out and counted.  A
 * set that nobody should have published is refused as a whole: one with
 * private or symmetric keys, or with two keys of one name.
 */

#ifndef FHB_JWK_H
#define FHB_JWK_H

#include "fhb.h"
#include "fhb_digest.h"
#include "fhb_jwa.h"

#pragma GCC visibility push(hidden)


/* what became of the keys of a set: for one line of a log */

typedef enum {
    FHB_JWK_USABLE = 0,
    FHB_JWK_SHAPE,                      /* no object, or a member's type */
    FHB_JWK_KTY,                        /* kty or crv is not supported */
    FHB_JWK_PURPOSE,                    /* use or key_ops: not to verify */
    FHB_JWK_ALG,                        /* alg unknown or unfit for the key */
    FHB_JWK_WEAK,                       /* RSA size or exponent, ROCA */
    FHB_JWK_VALUE,                      /* the numbers are no public key */
    FHB_JWK_NSTATUSES
} fhb_jwk_status_t;


typedef enum {
    FHB_JWK_SET_FINE = 0,
    FHB_JWK_SET_SYNTAX,                 /* no JSON object with keys: [...] */
    FHB_JWK_SET_LARGE,                  /* FHB_MAX_JWKS, FHB_MAX_KEYS ... */
    FHB_JWK_SET_SECRET,                 /* holds a private or shared key */
    FHB_JWK_SET_DUPLICATE_KID,          /* two usable keys with one kid */
    FHB_JWK_SET_EMPTY,                  /* no usable key */
    FHB_JWK_SET_NREFUSALS
} fhb_jwk_refusal_t;


typedef struct {
    fhb_jwk_refusal_t  refusal;         /* of the set */
    unsigned           keys[FHB_JWK_NSTATUSES];
                                        /* how many, by status */
} fhb_jwk_report_t;


typedef struct fhb_jwk_set_s  fhb_jwk_set_t;


/*
 * fhb_jwk_set_parse - read a JWKS.
 *
 * shape    in: the document, not needed afterwards; report: filled in
 * returns  FHB_OK and *set, with one usable key at least | FHB_E_KEYS, the
 *          report tells why | FHB_E_NOMEM; *set is NULL after an error
 * memory   the set from alloc, which must outlive it; the keys from openssl;
 *          free it with fhb_jwk_set_free()
 * source   RFC 7517 s.4, s.5; RFC 7518 s.3.3, s.6; RFC 8037 s.2
 * test     t/unit/test_jwk.c, t/unit/test_vectors.c, t/fuzz/fuzz_jwk.c,
 *          t/unit/test_nomem.c
 */

fhb_must_check fhb_rc_t fhb_jwk_set_parse(fhb_jwk_set_t **set,
    const fhb_alloc_t *alloc, fhb_str_t in, fhb_jwk_report_t *report);


/* set may be NULL */

void fhb_jwk_set_free(fhb_jwk_set_t *set);


/*
 * fhb_jwk_set_digest - SHA-256 of the document that the set came from.
 *
 * returns  FHB_DIGEST_LEN bytes that live as long as the set
 */

fhb_str_t fhb_jwk_set_digest(const fhb_jwk_set_t *set);


/*
 * fhb_jwk_refusal_text, fhb_jwk_status_text - a few words for a log.
 *
 * returns  a static string; no part of a key
 */

fhb_str_t fhb_jwk_refusal_text(fhb_jwk_refusal_t refusal);
fhb_str_t fhb_jwk_status_text(fhb_jwk_status_t status);


#pragma GCC visibility pop

#endif /* FHB_JWK_H */
