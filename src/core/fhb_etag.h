/*
 * Entity-tags: one for each form of a document, and the lists of conditional
 * requests.
 */

#ifndef FHB_ETAG_H
#define FHB_ETAG_H

#include "fhb.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


/*
 * fhb_etag_version - the versionId that a backend's entity-tag carries.
 *
 * shape    s: the value of ETag
 * returns  the id in a weak tag W/"id" | an empty string
 * source   FHIR binary.html, meta.versionId; README, "What it does to a
 *          request"
 * test     t/unit/test_etag.c
 */

fhb_str_t fhb_etag_version(fhb_str_t s);


/*
 * fhb_etag_derive - write the entity-tag of one form of a document.
 *
 * shape    backend: the ETag of the backend, or empty
 *          version: a versionId of a FHIR backend's meta, or empty; it goes
 *          before the backend's tag, and its native form is a strong tag,
 *          since the bytes of a version never change
 * returns  nothing; nothing is written when there is no valid tag
 * source   RFC 9110 s.8.8.1, s.8.8.3.3; README, "What it does to a request"
 * test     t/unit/test_etag.c
 */

void fhb_etag_derive(fhb_out_t *out, fhb_form_t form, fhb_str_t backend,
    fhb_str_t version);


/*
 * fhb_etag_match - whether an If-Match or If-None-Match list names a tag.
 *
 * shape    list: the value of the header; tag: the ETag of the response, or
 *          empty; strong: compare strongly, as If-Match does
 * returns  not 0 when it does; "*" names whatever there is; a list that is
 *          not well formed names nothing from the fault on
 * source   RFC 9110 s.13.1.1, s.13.1.2, s.8.8.3.2
 * test     t/unit/test_etag.c
 */

int fhb_etag_match(fhb_str_t list, fhb_str_t tag, int strong);


#pragma GCC visibility pop

#endif /* FHB_ETAG_H */
