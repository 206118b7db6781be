/*
 * Sets of keys: whatever is accepted is usable, and all is accounted for.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fhb_jwk_key.h"
#include "oom.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_key(fhb_jwk_set_t *set, fhb_jwk_t *key)
{
    fhb_rc_t    rc;
    unsigned    alg;
    fhb_jwk_t  *found;

    if (key->algs == 0 || key->algs >> FHB_JWA_NALGS || key->pkey == NULL) {
        abort();
    }

    for (alg = 1; alg >> FHB_JWA_NALGS == 0; alg <<= 1) {
        rc = fhb_jwk_find(&found, set, key->kid, alg);

        if (key->kid.data == NULL) {
            if (rc == FHB_OK && !(found->algs & alg)) {
                abort();
            }

        } else if ((rc == FHB_OK) != ((key->algs & alg) != 0)
                   || found != (rc == FHB_OK ? key : NULL))
        {
            abort();
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oom_t              oom;
    uint8_t           *copy;
    fhb_rc_t           rc;
    unsigned           i, n;
    fhb_str_t          in;
    fhb_alloc_t        alloc;
    fhb_jwk_set_t     *set;
    fhb_jwk_report_t   report;

    if (size == 0) {
        return 0;
    }

    copy = malloc(size);
    memcpy(copy, data, size);
    in.data = copy;
    in.len = size;

    alloc = oom_init(&oom, 0);
    rc = fhb_jwk_set_parse(&set, &alloc, in, &report);

    memset(copy, 0xa5, size);
    free(copy);

    for (i = 0, n = 0; i < FHB_JWK_NSTATUSES; i++) {
        n += report.keys[i];
    }

    if (n > FHB_MAX_KEYS || (rc == FHB_OK) != (set != NULL)) {
        abort();
    }

    if (rc == FHB_OK) {
        if (report.refusal != FHB_JWK_SET_FINE
            || set->n == 0
            || set->n != report.keys[FHB_JWK_USABLE])
        {
            abort();
        }

        for (i = 0; i < set->n; i++) {
            check_key(set, &set->keys[i]);
        }

    } else if (rc != FHB_E_KEYS || report.refusal == FHB_JWK_SET_FINE) {
        abort();
    }

    fhb_jwk_set_free(set);

    if (oom.live != 0) {
        abort();
    }

    return 0;
}
