/*
 * SHA-256 over several values, for the keys of caches.  An openssl door.
 */

#ifndef FHB_DIGEST_H
#define FHB_DIGEST_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


#define FHB_DIGEST_LEN  32              /* bytes */


/*
 * fhb_digest_sha256 - hash a list of values.
 *
 * shape    out: FHB_DIGEST_LEN bytes; parts: n values, each of which goes in
 *          behind its length, so that ("ab", "c") and ("a", "bc") differ
 * returns  FHB_OK | FHB_E_NOMEM when openssl fails; out is zeroed then
 * memory   a context of openssl, freed again
 * source   FIPS 180-4
 * test     t/unit/test_digest.c
 */

fhb_must_check fhb_rc_t fhb_digest_sha256(unsigned char *out,
    const fhb_str_t *parts, size_t n);


/* openssl's EVP_MD_CTX, by its tag */

typedef struct evp_md_ctx_st  fhb_digest_t;


/*
 * fhb_digest_new - what fhb_digest_run() hashes with, made once.
 *
 * returns  NULL when there is no memory
 * memory   of openssl; fhb_digest_free() gives it back, and takes NULL too
 * test     t/unit/test_digest.c
 */

fhb_must_check fhb_digest_t *fhb_digest_new(void);

void fhb_digest_free(fhb_digest_t *digest);


/*
 * fhb_digest_run - fhb_digest_sha256() with what was prepared before.
 *
 * shape    as there; one thread at a time has digest
 * returns  FHB_OK | FHB_E_NOMEM when openssl fails; out is zeroed then
 * memory   none
 * test     t/unit/test_digest.c
 */

fhb_must_check fhb_rc_t fhb_digest_run(fhb_digest_t *digest,
    unsigned char *out, const fhb_str_t *parts, size_t n);


#pragma GCC visibility pop

#endif /* FHB_DIGEST_H */
