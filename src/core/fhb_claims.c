/*
 * Tokens held against a policy: the ways in.
 */

#include <string.h>

#include "fhb_claims_rule.h"
#include "fhb_error.h"
#include "fhb_jws.h"


static fhb_rc_t fhb_claims_verify(fhb_claims_t *claims,
    const fhb_claims_check_t *check, fhb_jwk_set_t *set,
    const fhb_jws_t *jws);
static fhb_rc_t fhb_claims_finish(fhb_claims_t *claims,
    const fhb_claims_check_t *check, size_t start, fhb_rc_t rc);


fhb_rc_t
fhb_claims_token(fhb_claims_t *claims, const fhb_claims_check_t *check,
    fhb_jwk_set_t *set, fhb_str_t token)
{
    size_t      start;
    fhb_rc_t    rc;
    fhb_jws_t  *jws;

    start = check->text->len;
    memset(claims, 0, sizeof(fhb_claims_t));

    rc = fhb_jws_open(&jws, check->alloc, token);
    if (rc != FHB_OK) {
        return rc;
    }

    rc = fhb_claims_verify(claims, check, set, jws);

    fhb_jws_free(jws);

    return fhb_claims_finish(claims, check, start, rc);
}


/*
 * Junk dies before the signature is looked at.  That a token has expired is
 * a fact about a token of the server, so it is only told of those.
 */

static fhb_rc_t
fhb_claims_verify(fhb_claims_t *claims, const fhb_claims_check_t *check,
    fhb_jwk_set_t *set, const fhb_jws_t *jws)
{
    fhb_rc_t  rc, signature;

    if (!(jws->alg & check->policy->algs)) {
        return FHB_E_TOKEN_INVALID;
    }

    rc = fhb_claims_payload(claims, check, jws->typ, jws->payload);

    if (rc != FHB_OK && rc != FHB_E_TOKEN_EXPIRED) {
        return rc;
    }

    signature = fhb_jws_verify(jws, set, check->policy->algs);

    return (signature == FHB_OK) ? rc : signature;
}


fhb_rc_t
fhb_claims_payload(fhb_claims_t *claims, const fhb_claims_check_t *check,
    fhb_str_t typ, fhb_str_t payload)
{
    size_t       start;
    fhb_rc_t     rc;
    fhb_json_t  *json;

    start = check->text->len;
    memset(claims, 0, sizeof(fhb_claims_t));

    rc = fhb_json_parse(&json, check->alloc, payload);

    if (rc != FHB_OK) {
        return fhb_error_as(rc, FHB_E_TOKEN_INVALID);
    }

    rc = fhb_claims_judge_jwt(claims, check, typ, fhb_json_root(json));

    fhb_json_free(json);

    return fhb_claims_finish(claims, check, start, rc);
}


/*
 * Of a refused token nothing is kept.  Its sender learns that the token has
 * expired or is not valid, and no more; trouble of the server keeps its name.
 */

static fhb_rc_t
fhb_claims_finish(fhb_claims_t *claims, const fhb_claims_check_t *check,
    size_t start, fhb_rc_t rc)
{
    if (rc == FHB_OK) {
        return FHB_OK;
    }

    memset(claims, 0, sizeof(fhb_claims_t));
    check->text->len = start;
    check->text->full = 0;

    return (rc == FHB_NO_KEY) ? rc : fhb_error_as(rc, FHB_E_TOKEN_INVALID);
}


fhb_rc_t
fhb_claims_answer(fhb_claims_t *claims, const fhb_claims_check_t *check,
    fhb_str_t body)
{
    size_t       start;
    fhb_rc_t     rc;
    fhb_json_t  *json;

    start = check->text->len;
    memset(claims, 0, sizeof(fhb_claims_t));

    if (body.len > FHB_MAX_ANSWER) {
        return FHB_E_INTROSPECTION;
    }

    rc = fhb_json_parse(&json, check->alloc, body);

    if (rc != FHB_OK) {
        return fhb_error_as(rc, FHB_E_INTROSPECTION);
    }

    rc = fhb_claims_judge_answer(claims, check, fhb_json_root(json));

    fhb_json_free(json);

    return fhb_claims_finish(claims, check, start, rc);
}


void
fhb_claims_merge(fhb_claims_t *claims, const fhb_claims_t *local)
{
    unsigned      i;
    fhb_claims_t  jwt;

    jwt = *local;

    for (i = 0; i < FHB_CLAIMS_PARTS; i++) {
        if (!(claims->said & 1u << i)) {
            *fhb_claims_part(claims, i) = *fhb_claims_part(&jwt, i);
        }
    }

    claims->said |= jwt.said;

    if (jwt.exp < claims->exp) {
        claims->exp = jwt.exp;
    }

    if (jwt.nbf > claims->nbf) {
        claims->nbf = jwt.nbf;
    }
}


fhb_str_t *
fhb_claims_part(fhb_claims_t *claims, fhb_claims_part_t part)
{
    switch (part) {

    case FHB_CLAIMS_SCOPE:
        return &claims->scope;

    case FHB_CLAIMS_PATIENT:
        return &claims->patient;

    case FHB_CLAIMS_CLIENT_ID:
        return &claims->client_id;

    case FHB_CLAIMS_SUBJECT:
        return &claims->subject;

    case FHB_CLAIMS_JTI:
        return &claims->jti;

    case FHB_CLAIMS_TENANT:
    case FHB_CLAIMS_PARTS:
        break;
    }

    return &claims->tenant;
}
