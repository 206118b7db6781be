/*
 * A Bundle that tells whose a document is.
 */

#ifndef FHB_BUNDLE_H
#define FHB_BUNDLE_H

#include "fhb.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


/* zeroed it is refused */

typedef struct {
    fhb_str_t  id;                      /* of the Binary */
    fhb_str_t  patient;                 /* of the token, a reference */
    fhb_str_t  base;                    /* own service base URL, or empty */
    fhb_str_t  args;                    /* of the URL that was asked */
} fhb_bundle_query_t;


typedef struct fhb_bundle_s  fhb_bundle_t;


/*
 * fhb_bundle_create - start a Bundle that comes in pieces.
 *
 * returns  FHB_OK and *bundle | FHB_E_NOMEM
 * memory   from alloc, which must outlive it: some 650 KiB and the length of
 *          the Bundle at most (see fhb_json_tree.h); free it with
 *          fhb_bundle_free()
 * test     t/unit/test_bundle.c, t/fuzz/fuzz_bundle.c
 */

fhb_must_check fhb_rc_t fhb_bundle_create(fhb_bundle_t **bundle,
    const fhb_alloc_t *alloc);


/*
 * fhb_bundle_feed - read the next piece.
 *
 * shape    in: any length, may split anything
 * returns  FHB_OK | FHB_E_PATIENT_UNAVAILABLE for anything but JSON, above
 *          FHB_MAX_BUNDLE, FHB_MAX_JSON_VALUES or _DEPTH, and for a name or a
 *          number above FHB_MAX_BUNDLE_STRING; a longer string that is a value
 *          says nothing | FHB_E_NOMEM; the result of one that has failed stays
 *          the same
 * test     t/unit/test_bundle.c, t/fuzz/fuzz_bundle.c
 */

fhb_must_check fhb_rc_t fhb_bundle_feed(fhb_bundle_t *bundle, fhb_str_t in);


/* bundle may be NULL */

void fhb_bundle_free(fhb_bundle_t *bundle);


/*
 * fhb_bundle_owner - whether a Bundle shows that a document is the patient's.
 *
 * shape    bundle: all of it was fed, it is the body of an answer with status
 *          200; next: room for FHB_MAX_NEXT bytes, receives the query of the
 *          next page.  Once only
 * returns  FHB_OK | FHB_AGAIN when no entry shows it and next has the query of
 *          another page | FHB_E_PATIENT when no entry shows it and the search
 *          ends here: there is no next link, it has no query, or the query is
 *          args | FHB_E_PATIENT_MISSING when the token names no patient |
 *          FHB_E_PATIENT_UNAVAILABLE as fhb_bundle_feed(), for JSON that is no
 *          Bundle, for a next link above FHB_MAX_BUNDLE_STRING, and for its
 *          query that is longer than FHB_MAX_NEXT or has anything but visible
 *          ASCII | FHB_E_NOMEM
 * source   FHIR http.html, paging; documentreference.html and
 *          diagnosticreport.html, attachments; extensibility.html,
 *          modifierExtension
 * test     t/unit/test_bundle.c, t/fuzz/fuzz_bundle.c
 *
 * The query that the Bundle answers is not trusted: a server leaves out the
 * search parameters that it does not know, and then answers with what anyone
 * owns.  So an entry counts only if it is a DocumentReference or a
 * DiagnosticReport whose subject is the patient and one of whose attachments
 * has the document's URL: Binary/[id] alone, or below the base, see
 * fhb_reference_binary().  A status or docStatus of entered-in-error, or one
 * that cannot be read, takes a resource out of the evidence, and so does a
 * modifierExtension of any element from the Bundle down to the subject or to
 * the attachment.  A document is one patient's in all of its versions: a URL
 * of any version counts for each of them.  So whoever may write these
 * resources for a patient decides which documents the patient sees.
 *
 * Of a next link the query alone is taken, as whoever answers must not choose
 * whom is asked.  More than FHB_MAX_PAGES, or FHB_MAX_BUNDLE for all of them,
 * is for the caller to refuse.
 */

fhb_must_check fhb_rc_t fhb_bundle_owner(fhb_bundle_t *bundle,
    const fhb_bundle_query_t *query, fhb_out_t *next);


#pragma GCC visibility pop

#endif /* FHB_BUNDLE_H */
