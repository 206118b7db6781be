/*
 * The query of a request: parameters found by name, whatever their encoding.
 */

#ifndef FHB_QUERY_H
#define FHB_QUERY_H

#include "fhb.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


/* a cursor over the parameters of a raw query; zero bytes are an empty one */

typedef struct {
    fhb_str_t  rest;
    fhb_str_t  name;                    /* raw */
    fhb_str_t  value;                   /* raw; data is NULL without a "=" */
} fhb_query_t;


void fhb_query_init(fhb_query_t *q, fhb_str_t args);


/*
 * fhb_query_next - step to the next parameter; empty ones are passed over.
 *
 * returns  FHB_OK, name and value point into the query | FHB_DONE
 */

fhb_must_check fhb_rc_t fhb_query_next(fhb_query_t *q);


/*
 * fhb_query_decode - percent-decode a raw name or value, once.
 *
 * shape    out: receives the bytes; "+" stays "+"
 * returns  FHB_OK | FHB_E_REQUEST for a bad escape or a NUL |
 *          FHB_E_QUERY_TOO_LONG when out is full, and no escape is bad
 */

fhb_must_check fhb_rc_t fhb_query_decode(fhb_str_t raw, fhb_out_t *out);


/*
 * fhb_query_name_is - whether a raw name is this one, however encoded.
 */

int fhb_query_name_is(fhb_str_t raw, fhb_str_t name);


/*
 * fhb_query_name_is_general - whether a raw name is one that never goes to
 * the backend: _format, _pretty or access_token.
 */

int fhb_query_name_is_general(fhb_str_t raw);


/*
 * fhb_query_format - the value of _format.
 *
 * shape    args: raw; out: receives the decoded value, nothing when the
 *          parameter is absent or empty
 * returns  FHB_OK | FHB_E_FORMAT_REPEATED (with different values) |
 *          FHB_E_FORMAT (a bad escape, or longer than out)
 * source   FHIR http.html, _format; binary.html, rest
 * test     t/unit/test_query.c, t/fuzz/fuzz_query.c
 */

fhb_must_check fhb_rc_t fhb_query_format(fhb_str_t args, fhb_out_t *out);


/*
 * fhb_query_has_token - whether the query carries an access_token.
 */

int fhb_query_has_token(fhb_str_t args);


/*
 * fhb_query_strip - copy a query without what is not for the backend:
 * _format, _pretty and access_token; and, where fhir is not 0, _summary and
 * _elements, which make a FHIR server leave the data out.
 *
 * shape    args: raw; out: receives the other parameters, byte for byte and
 *          in their order, joined by "&"; never longer than args
 * returns  not 0 when something was left out
 * source   README, "What a backend must do"
 * test     t/unit/test_query.c, t/fuzz/fuzz_query.c
 *
 * _summary and _elements are left out in every spelling that some server takes
 * for them: in any case, with blanks around, with a modifier, as an array,
 * behind a ";".  So is a name that cannot be decoded.
 */

int fhb_query_strip(fhb_str_t args, int fhir, fhb_out_t *out);


#pragma GCC visibility pop

#endif /* FHB_QUERY_H */
