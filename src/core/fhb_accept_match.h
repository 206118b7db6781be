/*
 * How a media range names a form; only for fhb_accept.c and
 * fhb_accept_match.c.
 */

#ifndef FHB_ACCEPT_MATCH_H
#define FHB_ACCEPT_MATCH_H

#include "fhb_accept.h"

#pragma GCC visibility push(hidden)


/* how closely, in ascending order; the count of matched parameters is added */

#define FHB_ACCEPT_ANY      0x10000
#define FHB_ACCEPT_TYPE     0x20000
#define FHB_ACCEPT_GENERIC  0x30000
#define FHB_ACCEPT_EXACT    0x40000

#define FHB_ACCEPT_CLASS(rank)  ((rank) & 0xf0000)


/*
 * fhb_accept_match_class - how a range names the native form of a stored
 * type, parameters aside.
 *
 * returns  one of the above, or 0 for not at all
 * source   FHIR binary.html, rest; RFC 9110 s.12.5.1
 * test     t/unit/test_accept.c
 */

int fhb_accept_match_class(const fhb_media_t *range,
    const fhb_media_t *stored);


/*
 * fhb_accept_match_params - how many parameters of the range the stored type
 * has.
 *
 * returns  -1 when it lacks one of them, or has it with another value; a
 *          charset asks nothing of a type that has none
 * source   RFC 9110 s.8.3.1, s.12.5.1
 * test     t/unit/test_accept.c
 */

int fhb_accept_match_params(const fhb_media_t *range,
    const fhb_media_t *stored);


/*
 * fhb_accept_match_fhir - which FHIR form a range names, parameters aside.
 *
 * returns  as fhb_media_fhir(); *legacy is as in fhb_choice_t
 */

fhb_form_t fhb_accept_match_fhir(const fhb_media_t *range,
    fhb_version_t version, int *legacy);


/*
 * fhb_accept_match_fhir_params - how many parameters of the range mean
 * something to FHIR.
 *
 * returns  -1 when one asks for another charset or version; *echo is as in
 *          fhb_choice_t
 * source   FHIR http.html, version-parameter; RFC 9110 s.12.5.1
 * test     t/unit/test_accept.c
 */

int fhb_accept_match_fhir_params(const fhb_media_t *range,
    fhb_version_t version, int *echo);


#pragma GCC visibility pop

#endif /* FHB_ACCEPT_MATCH_H */
