/*
 * A Bundle that is fed in pieces of one size.
 */

#ifndef FHB_TEST_BUNDLE_H
#define FHB_TEST_BUNDLE_H

#include "fhb_bundle.h"


static inline fhb_rc_t
bundle_owner(const fhb_bundle_query_t *query, const fhb_alloc_t *alloc,
    fhb_str_t json, size_t piece, fhb_out_t *next)
{
    fhb_rc_t       rc;
    fhb_str_t      in;
    fhb_bundle_t  *bundle;

    rc = fhb_bundle_create(&bundle, alloc);

    if (rc != FHB_OK) {
        return rc;
    }

    for (in = json; json.len != 0 && rc == FHB_OK; json.len -= in.len) {
        in.len = json.len < piece ? json.len : piece;

        rc = fhb_bundle_feed(bundle, in);

        in.data += in.len;
    }

    /* one that has failed says so at its end, too */

    rc = fhb_bundle_owner(bundle, query, next);

    fhb_bundle_free(bundle);

    return rc;
}


#endif /* FHB_TEST_BUNDLE_H */
