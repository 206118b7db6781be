/*
 * References to a resource of this server: the id that they name.
 */

#ifndef FHB_REFERENCE_H
#define FHB_REFERENCE_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


/*
 * fhb_reference_id - the id in a reference to a resource of one type.
 *
 * shape    s: decoded; type: with its slash, such as "Patient/"; base: the
 *          own service base URL, with or without slashes at its end; when it
 *          is empty, no http URL or has userinfo, no absolute reference is
 *          accepted
 * returns  FHB_OK and *id, which points into s | FHB_E_PARAM_VALUE for
 *          another type or base, userinfo, a version, a fragment, an URN or
 *          no FHIR id
 * memory   none
 * source   FHIR search.html, reference; RFC 3986 s.6.2
 * test     t/unit/test_reference.c, t/fuzz/fuzz_reference.c
 */

fhb_must_check fhb_rc_t fhb_reference_id(fhb_str_t *id, fhb_str_t s,
    fhb_str_t type, fhb_str_t base);


/*
 * fhb_reference_patient - the same for a reference to a patient.
 */

fhb_must_check fhb_rc_t fhb_reference_patient(fhb_str_t s, fhb_str_t base,
    fhb_str_t *id);


/*
 * fhb_reference_binary - the id of the document of this server that a URL
 * leads to.
 *
 * shape    url: decoded; base: as above, its path may stand alone in url
 * returns  FHB_OK and *id, which points into url; a version of it, a query
 *          and a fragment are passed over | FHB_E_PARAM_VALUE for whatever is
 *          not plainly a document of this server: another server or base, a
 *          URL without a scheme, a dot segment, an escape
 * memory   none
 * source   FHIR Attachment.url; RFC 3986 s.4.2, s.6.2
 * test     t/unit/test_reference.c, t/fuzz/fuzz_reference.c
 *
 * Nothing is resolved or decoded before it is compared: what two parsers may
 * read in two ways leads nowhere.
 */

fhb_must_check fhb_rc_t fhb_reference_binary(fhb_str_t *id, fhb_str_t url,
    fhb_str_t base);


/*
 * fhb_reference_same - whether two parsed ids are one.
 *
 * returns  not 0 when they are equal, case included; an empty id is equal
 *          to nothing
 */

int fhb_reference_same(fhb_str_t a, fhb_str_t b);


/*
 * fhb_reference_owner - whether a token that is bound to its patient may see
 * what belongs to owner.
 *
 * shape    patient: the patient of the token; owner: a parameter, a header or
 *          a member of a resource; each one a reference
 * returns  FHB_OK | FHB_E_PATIENT_MISSING when the token names no patient,
 *          or names it in no way that is known | FHB_E_PATIENT for any other
 *          owner, or for one that cannot be read
 * source   SMART App Launch 2.2, launch context; README, "Who may have a
 *          document"
 * test     t/unit/test_reference.c
 */

fhb_must_check fhb_rc_t fhb_reference_owner(fhb_str_t owner,
    fhb_str_t patient, fhb_str_t base);


#pragma GCC visibility pop

#endif /* FHB_REFERENCE_H */
