/*
 * SHA-256 over several values.
 */

#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "fhb_digest.h"


/* short values are gathered here: each one apart costs a call of openssl */
#define FHB_DIGEST_GATHER  256          /* bytes */

#define FHB_DIGEST_HEAD    8            /* bytes of a length */


static int fhb_digest_parts(fhb_digest_t *digest, const fhb_str_t *parts,
    size_t n);
static void fhb_digest_length(unsigned char *head, size_t len);


fhb_digest_t *
fhb_digest_new(void)
{
    fhb_digest_t  *digest;

    digest = EVP_MD_CTX_new();

    if (digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
    {
        EVP_MD_CTX_free(digest);
        ERR_clear_error();
        digest = NULL;
    }

    return digest;
}


void
fhb_digest_free(fhb_digest_t *digest)
{
    EVP_MD_CTX_free(digest);
}


fhb_rc_t
fhb_digest_run(fhb_digest_t *digest, unsigned char *out,
    const fhb_str_t *parts, size_t n)
{
    /* no type: that of before, which need not be looked up again */

    if (EVP_DigestInit_ex(digest, NULL, NULL) == 1
        && fhb_digest_parts(digest, parts, n)
        && EVP_DigestFinal_ex(digest, out, NULL) == 1)
    {
        return FHB_OK;
    }

    memset(out, 0, FHB_DIGEST_LEN);
    ERR_clear_error();

    return FHB_E_NOMEM;
}


fhb_rc_t
fhb_digest_sha256(unsigned char *out, const fhb_str_t *parts, size_t n)
{
    fhb_rc_t       rc;
    fhb_digest_t  *digest;

    digest = fhb_digest_new();

    if (digest == NULL) {
        memset(out, 0, FHB_DIGEST_LEN);
        return FHB_E_NOMEM;
    }

    rc = fhb_digest_run(digest, out, parts, n);

    fhb_digest_free(digest);

    return rc;
}


static int
fhb_digest_parts(fhb_digest_t *digest, const fhb_str_t *parts, size_t n)
{
    size_t         i, used;
    unsigned char  gather[FHB_DIGEST_GATHER];

    used = 0;

    for (i = 0; i < n; i++) {

        if (used > sizeof(gather) - FHB_DIGEST_HEAD) {
            if (EVP_DigestUpdate(digest, gather, used) != 1) {
                return 0;
            }

            used = 0;
        }

        fhb_digest_length(gather + used, parts[i].len);
        used += FHB_DIGEST_HEAD;

        if (parts[i].len == 0) {
            continue;
        }

        if (parts[i].len <= sizeof(gather) - used) {
            memcpy(gather + used, parts[i].data, parts[i].len);
            used += parts[i].len;
            continue;
        }

        if (EVP_DigestUpdate(digest, gather, used) != 1
            || EVP_DigestUpdate(digest, parts[i].data, parts[i].len) != 1)
        {
            return 0;
        }

        used = 0;
    }

    return used == 0 || EVP_DigestUpdate(digest, gather, used) == 1;
}


static void
fhb_digest_length(unsigned char *head, size_t len)
{
    size_t    i;
    uint64_t  n;

    n = len;

    for (i = FHB_DIGEST_HEAD; i > 0; i--) {
        head[i - 1] = (unsigned char) n;
        n >>= 8;
    }
}
