/*
 * The inside of fhb_claims: rules, and single values.
 */

#ifndef FHB_CLAIMS_RULE_H
#define FHB_CLAIMS_RULE_H

#include "fhb_claims.h"
#include "fhb_json_tree.h"

#pragma GCC visibility push(hidden)


/* root: the document's top value */

fhb_must_check fhb_rc_t fhb_claims_judge_jwt(fhb_claims_t *claims,
    const fhb_claims_check_t *check, fhb_str_t typ,
    const fhb_json_node_t *root);
fhb_must_check fhb_rc_t fhb_claims_judge_answer(fhb_claims_t *claims,
    const fhb_claims_check_t *check, const fhb_json_node_t *root);


/* single values; node may be NULL */

/* FHB_OK | FHB_ABSENT for NULL | FHB_E_SYNTAX; a fraction is rounded up */

fhb_must_check fhb_rc_t fhb_claims_date(int64_t *seconds,
    const fhb_json_node_t *node);

/* copy a string; FHB_OK, s is empty for NULL | FHB_E_SYNTAX */

fhb_must_check fhb_rc_t fhb_claims_copy(fhb_str_t *s, fhb_out_t *text,
    const fhb_json_node_t *node);

/* copy a string of tokens, or join an array of them */

fhb_must_check fhb_rc_t fhb_claims_scope(fhb_str_t *s, fhb_out_t *text,
    const fhb_json_node_t *node);

/* whether an audience, a string or an array of strings, has one of n values */

fhb_must_check fhb_rc_t fhb_claims_audience(
    const fhb_json_node_t *node, const fhb_str_t *values, size_t n);


#pragma GCC visibility pop

#endif /* FHB_CLAIMS_RULE_H */
