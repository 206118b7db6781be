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
 *          own service base URL, with or without a slash at its end; when it
 *          is empty no absolute reference is accepted
 * returns  FHB_OK and *id, which points into s | FHB_E_PARAM_VALUE for
 *          another type or base, a version, a fragment, an URN or no FHIR id
 * memory   none
 * source   spec-facts d.3; FHIR search, reference; trap 13: what is to be
 *          compared are these ids, in whole
 * test     t/unit/test_reference.c, t/fuzz/fuzz_query.c
 */

fhb_must_check fhb_rc_t fhb_reference_id(fhb_str_t *id, fhb_str_t s,
    fhb_str_t type, fhb_str_t base);


#pragma GCC visibility pop

#endif /* FHB_REFERENCE_H */
