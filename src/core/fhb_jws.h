/*
 * Signed tokens: a compact JWS, taken apart and verified.
 *
 * Whoever sends tokens can tell apart: signature fine, and everything else
 * (one code).  Keys that a token carries or points at (jwk, jku, x5c, x5u)
 * are never looked at.
 */

#ifndef FHB_JWS_H
#define FHB_JWS_H

#include "fhb.h"
#include "fhb_jwk.h"

#pragma GCC visibility push(hidden)


struct fhb_json_s;

typedef struct {
    fhb_str_t           input;          /* what is signed; in the token */
    fhb_str_t           payload;        /* decoded, not verified yet */
    fhb_str_t           signature;      /* decoded */
    fhb_str_t           kid;            /* data is NULL when it has none */
    fhb_str_t           typ;            /* data is NULL when it has none */
    unsigned            alg;            /* one bit, FHB_JWA_* */
    fhb_alloc_t         alloc;
    struct fhb_json_s  *header;
} fhb_jws_t;


/*
 * fhb_jws_open - take a token apart and read its header.
 *
 * shape    token: must outlive the jws
 * returns  FHB_OK and *jws, nothing of it verified | FHB_NOT_JWT when the token
 *          is no JWT at all, so may be opaque: its part before the first "."
 *          is no JSON object with an alg, or there is no "." |
 *          FHB_E_TOKEN_INVALID for a JWT that breaks a rule, such as an
 *          algorithm that is none of FHB_JWA_*, or any crit, b64 or zip |
 *          FHB_E_NOMEM; *jws is NULL unless FHB_OK
 * memory   from alloc: at most FHB_MAX_TOKEN bytes and the header as a tree
 * source   RFC 7515 s.2, s.3.1, s.4, s.4.1.11, s.5.2; RFC 4648 s.3.5; RFC
 *          7797; RFC 8725 s.3.1, s.3.10; RFC 9068 s.4
 * test     t/unit/test_jws.c, t/unit/test_vectors.c, t/fuzz/fuzz_jws.c
 */

fhb_must_check fhb_rc_t fhb_jws_open(fhb_jws_t **jws,
    const fhb_alloc_t *alloc, fhb_str_t token);


/* jws may be NULL */

void fhb_jws_free(fhb_jws_t *jws);


/*
 * fhb_jws_verify - check the signature with the one key that fits.
 *
 * shape    algs: the allow-list; set: its keys are trusted, all of them
 * returns  FHB_OK | FHB_NO_KEY when the set has no key that could be meant:
 *          fetch a newer one if it is time, else treat the token as
 *          invalid | FHB_E_TOKEN_INVALID | FHB_E_NOMEM
 * memory   the contexts of openssl, kept with the key: one thread per set
 * source   RFC 7515 s.5.2; RFC 7517 s.4; RFC 7518 s.3; RFC 8037 s.3.1; RFC
 *          8725 s.3.1
 * test     t/unit/test_jws.c, t/unit/test_vectors.c,
 *          t/unit/test_nomem.c
 */

fhb_must_check fhb_rc_t fhb_jws_verify(const fhb_jws_t *jws,
    fhb_jwk_set_t *set, unsigned algs);


#pragma GCC visibility pop

#endif /* FHB_JWS_H */
