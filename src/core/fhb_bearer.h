/*
 * The Authorization field of a request, and the challenge of an answer.
 */

#ifndef FHB_BEARER_H
#define FHB_BEARER_H

#include "fhb.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


/* what the challenge says; the strings may be empty, rc decides the rest */

typedef struct {
    fhb_rc_t   rc;                      /* a FHB_E_* */
    fhb_str_t  realm;
    fhb_str_t  scope;                   /* of fhb_scope_write_needed() */
    fhb_str_t  resource_metadata;       /* URL */
} fhb_bearer_challenge_t;


/*
 * fhb_bearer_parse - take the token out of an Authorization field.
 *
 * shape    field: its value, without blanks around it; data is NULL when the
 *          request has none; query_token: not 0 when the query carries an
 *          access_token; token: points into the field, empty after an error
 * returns  FHB_OK | FHB_E_LOGIN for no field or another scheme, whatever the
 *          query has | FHB_E_BEARER_MALFORMED for what is no b64token or is
 *          longer than FHB_MAX_TOKEN | FHB_E_BEARER_TWICE
 * memory   none
 * source   RFC 6750 s.2, s.2.1, s.3.1; RFC 9110 s.11.4; README, "For authors
 *          of apps"
 * test     t/unit/test_bearer.c, t/fuzz/fuzz_bearer.c
 *
 * The field alone counts: a token in a query ends in logs and histories, so
 * one that comes there is as good as none.  Nothing of the answer depends on
 * the bytes of a token.
 */

fhb_must_check fhb_rc_t fhb_bearer_parse(fhb_str_t field, int query_token,
    fhb_str_t *token);


/*
 * fhb_bearer_write_challenge - write the value of WWW-Authenticate.
 *
 * shape    out: receives nothing when the refusal takes no challenge, that is
 *          when its row is neither a 401 nor an error of RFC 6750; then the
 *          answer goes without the field
 * memory   none; call with a counting writer for the length
 * source   RFC 6750 s.3, s.3.1; RFC 9068 s.4; RFC 9110 s.5.6.4; RFC 9728
 *          s.5.1
 * test     t/unit/test_bearer.c
 *
 * scope is said of insufficient_scope alone, and is left out when it holds a
 * byte that RFC 6750 bars.  A control in realm or resource_metadata leaves
 * as "?".  Nothing of the request is ever part of the value.
 */

void fhb_bearer_write_challenge(fhb_out_t *out,
    const fhb_bearer_challenge_t *c);


/*
 * fhb_bearer_write_form - percent-encode a token for a form's body.
 *
 * shape    out: at most 3 bytes for each of the token
 * source   RFC 7662 s.2.1, RFC 3986 s.2.3
 * test     t/unit/test_bearer.c
 */

void fhb_bearer_write_form(fhb_out_t *out, fhb_str_t token);


#pragma GCC visibility pop

#endif /* FHB_BEARER_H */
