/*
 * The inside of a set of keys, for the room itself and for fhb_jws, which
 * verifies.  Types of openssl appear by their tags only.
 */

#ifndef FHB_JWK_KEY_H
#define FHB_JWK_KEY_H

#include "fhb_json_tree.h"
#include "fhb_jwk.h"

#pragma GCC visibility push(hidden)


typedef struct fhb_jwk_s  fhb_jwk_t;

struct fhb_jwk_s {
    fhb_str_t                 kid;      /* data is NULL when it has none */
    unsigned                  algs;     /* that it may verify */
    size_t                    size;     /* bytes of an RSA modulus */
    struct evp_pkey_st       *pkey;
    struct evp_pkey_ctx_st   *ctx[FHB_JWA_NALGS];
                                        /* made at the first use */
};


struct fhb_jwk_set_s {
    fhb_alloc_t               alloc;
    unsigned char             digest[FHB_DIGEST_LEN];
    struct evp_md_st         *md[3];    /* SHA-256, SHA-384, SHA-512 */
    struct evp_md_ctx_st     *mdctx;
    unsigned char            *kids;     /* where the next one goes */
    unsigned                  n;
    fhb_jwk_t                 keys[];
};


/* base64url, as they stand in the JWK; empty when it has none */

typedef struct {
    fhb_str_t                 n;
    fhb_str_t                 e;
    fhb_str_t                 x;
    fhb_str_t                 y;
} fhb_jwk_values_t;


/*
 * fhb_jwk_find - choose the one key that a token means.
 *
 * shape    kid: its data is NULL when the token names no key; alg: one bit
 * returns  FHB_OK and *key | FHB_NO_KEY when no key has this kid, or, without
 *          one, none has this algorithm: a newer set may have it |
 *          FHB_E_TOKEN_INVALID when the key is not for this algorithm, or
 *          when a token without kid could mean several
 * source   RFC 7515 s.4.1.4; RFC 7517 s.4; RFC 8725 s.3.1
 * test     t/unit/test_jwk.c
 */

fhb_must_check fhb_rc_t fhb_jwk_find(fhb_jwk_t **key, fhb_jwk_set_t *set,
    fhb_str_t kid, unsigned alg);


/*
 * fhb_jwk_read - make a key of a JWK.
 *
 * shape    key: zeroed; its kid points into the document
 * returns  FHB_OK and *status: FHB_JWK_USABLE, or why it is not | FHB_E_NOMEM,
 *          which says nothing about the key
 */

fhb_must_check fhb_rc_t fhb_jwk_read(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_json_node_t *node);


/* not 0 when a JWK holds a private key, or one that is shared */

int fhb_jwk_secret(const fhb_json_node_t *node);


/* the part that openssl does: a public key, and what a set has besides */

fhb_must_check fhb_rc_t fhb_jwk_make(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_jwk_values_t *values);
fhb_must_check fhb_rc_t fhb_jwk_set_open(fhb_jwk_set_t *set);
void fhb_jwk_set_close(fhb_jwk_set_t *set);


typedef enum {
    FHB_JWK_TOLD_NOTHING = 0,           /* but that it failed */
    FHB_JWK_TOLD_MEMORY,                /* it could not do its work */
    FHB_JWK_TOLD_FAULT                  /* of the key, or of the signature */
} fhb_jwk_told_t;


/*
 * fhb_jwk_told - why did openssl fail?
 *
 * shape    openssl's queue of errors was empty before the call that failed
 * returns  what the queue says, which is empty again
 * test     t/unit/test_nomem.c
 */

fhb_jwk_told_t fhb_jwk_told(void);


#pragma GCC visibility pop

#endif /* FHB_JWK_KEY_H */
