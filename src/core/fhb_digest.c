/*
 * SHA-256 over several values.
 */

#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "fhb_digest.h"


static int fhb_digest_part(EVP_MD_CTX *ctx, fhb_str_t part);


fhb_rc_t
fhb_digest_sha256(unsigned char *out, const fhb_str_t *parts, size_t n)
{
    int          ok;
    size_t       i;
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();

    ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

    for (i = 0; ok && i < n; i++) {
        ok = fhb_digest_part(ctx, parts[i]);
    }

    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;

    EVP_MD_CTX_free(ctx);

    if (ok) {
        return FHB_OK;
    }

    memset(out, 0, FHB_DIGEST_LEN);
    ERR_clear_error();

    return FHB_E_NOMEM;
}


static int
fhb_digest_part(EVP_MD_CTX *ctx, fhb_str_t part)
{
    size_t         i;
    uint64_t       len;
    unsigned char  head[8];

    len = part.len;

    for (i = sizeof(head); i > 0; i--) {
        head[i - 1] = (unsigned char) len;
        len >>= 8;
    }

    return EVP_DigestUpdate(ctx, head, sizeof(head)) == 1
           && (part.len == 0
               || EVP_DigestUpdate(ctx, part.data, part.len) == 1);
}
