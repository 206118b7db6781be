/*
 * What a token says, held against a policy: the claims of a JWT, or the
 * answer of an introspection endpoint.
 *
 * Whoever sends tokens can tell apart: accepted; expired, if the signature
 * is good and all else is in order; and everything else (one code).
 */

#ifndef FHB_CLAIMS_H
#define FHB_CLAIMS_H

#include "fhb.h"
#include "fhb_digest.h"
#include "fhb_jwk.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


#define FHB_CLAIMS_TEXT   (FHB_MAX_SCOPE + 5 * FHB_MAX_CLAIM)     /* bytes */

#define FHB_CLAIMS_NEVER  INT64_MAX     /* exp of an answer without one */


typedef enum {
    FHB_CLAIMS_SMART = 0,               /* typ JWT, at+jwt or none */
    FHB_CLAIMS_RFC9068                  /* typ at+jwt, all of its claims */
} fhb_claims_profile_t;


/* the names of members, from the outermost object inwards */

typedef struct {
    const fhb_str_t       *names;
    size_t                 n;           /* 0: the default */
} fhb_claims_path_t;


/*
 * What a token is held against.  This list makes the struct and its digest.
 * A member that the digest left out would let a verdict that is cached in one
 * location open another.
 *
 *     LIST(name)          strings, n of them in nNAME
 *     NUMBER(type, name)
 *     PATH(name)          where a claim is found
 */

#define FHB_CLAIMS_POLICY(LIST, NUMBER, PATH)                                \
    LIST(issuers)                       /* none: no JWT is accepted */       \
    LIST(audiences)                     /* none: no JWT either, unless */    \
    NUMBER(unsigned, audience_off)      /* aud is not asked for */           \
    NUMBER(unsigned, algs)              /* FHB_JWA_*; 0: no JWT */           \
    NUMBER(fhb_claims_profile_t, profile)                                    \
    NUMBER(int64_t, leeway)             /* seconds, not negative */          \
    PATH(scope)                         /* by default "scope" */             \
    PATH(patient)                       /* by default "patient" */           \
    PATH(client_id)                     /* by default "client_id" */         \
    PATH(tenant)                        /* by default none */

#define FHB_CLAIMS_LIST(name)          const fhb_str_t *name; size_t n##name;
#define FHB_CLAIMS_NUMBER(type, name)  type name;
#define FHB_CLAIMS_PATH(name)          fhb_claims_path_t name;

typedef struct {
    FHB_CLAIMS_POLICY(FHB_CLAIMS_LIST, FHB_CLAIMS_NUMBER, FHB_CLAIMS_PATH)
} fhb_claims_policy_t;


/*
 * What else of a location decides about a token: where the keys and answers
 * come from.  URIs are as written, with the names of their variables; what
 * these come to, and the keys themselves, are a matter of each request.
 */

#define FHB_CLAIMS_PLACE(STRING, NUMBER)                                     \
    STRING(file)                        /* of the server's block */          \
    NUMBER(line)                        /* of the server's block */          \
    STRING(server)                      /* its first name */                 \
    STRING(key_uri)                     /* of the keys; empty: a file */     \
    STRING(introspect_uri)                                                   \
    NUMBER(introspected)                /* which tokens; 0: none */

#define FHB_CLAIMS_PLACE_STRING(name)  fhb_str_t name;
#define FHB_CLAIMS_PLACE_NUMBER(name)  int64_t name;

typedef struct {
    FHB_CLAIMS_PLACE(FHB_CLAIMS_PLACE_STRING, FHB_CLAIMS_PLACE_NUMBER)
} fhb_claims_place_t;


/* one check of one token */

typedef struct {
    const fhb_claims_policy_t  *policy;
    const fhb_alloc_t          *alloc;
    fhb_out_t                  *text;   /* receives what is kept; room for
                                         * FHB_CLAIMS_TEXT bytes */
    int64_t                     now;    /* seconds since 1970 */
} fhb_claims_check_t;


/* the claims that are kept as strings; fhb_claims_part() gives each */

typedef enum {
    FHB_CLAIMS_SCOPE = 0,
    FHB_CLAIMS_PATIENT,
    FHB_CLAIMS_CLIENT_ID,
    FHB_CLAIMS_SUBJECT,
    FHB_CLAIMS_JTI,
    FHB_CLAIMS_TENANT,
    FHB_CLAIMS_PARTS
} fhb_claims_part_t;


/*
 * What is kept of a token.  The strings lie in the check's text and are
 * empty where there is no such claim; none holds a control character.
 * Zero bytes are a token that expired in 1970.
 */

typedef struct {
    unsigned               said;        /* 1 << FHB_CLAIMS_*: the member is
                                         * there, be its value empty */
    fhb_str_t              scope;       /* up to FHB_MAX_SCOPE bytes */
    fhb_str_t              patient;     /* up to FHB_MAX_CLAIM, as all below */
    fhb_str_t              client_id;
    fhb_str_t              subject;
    fhb_str_t              jti;
    fhb_str_t              tenant;
    int64_t                exp;         /* seconds; the token is dead then */
    int64_t                nbf;         /* seconds; 0 when there is none */
} fhb_claims_t;


/*
 * fhb_claims_token - verify a JWT: header, claims, signature.
 *
 * shape    set: the keys; what is cheap is checked before the signature, but
 *          only a token with a good signature is ever accepted or called
 *          expired
 * returns  FHB_OK and *claims | FHB_NO_KEY when the set has no key that could
 *          be meant, as fhb_jws_verify() | FHB_NOT_JWT as fhb_jws_open(),
 *          so never for a JWT that lacks a claim | FHB_E_TOKEN_INVALID |
 *          FHB_E_TOKEN_EXPIRED | FHB_E_NOMEM; *claims is zeroed unless
 *          FHB_OK
 * memory   from alloc, all of it freed again
 * source   RFC 7519 s.7.2; RFC 8725 s.3; RFC 9068 s.4; README, "Security"
 * test     t/unit/test_claims.c, t/unit/test_jose.c
 */

fhb_must_check fhb_rc_t fhb_claims_token(fhb_claims_t *claims,
    const fhb_claims_check_t *check, fhb_jwk_set_t *set, fhb_str_t token);


/*
 * fhb_claims_payload - check the claims of a JWT, not its signature.
 *
 * shape    typ: of the header, data is NULL when it has none
 * returns  as fhb_claims_token(), but neither FHB_NO_KEY nor FHB_NOT_JWT
 * source   RFC 7519 s.4, s.4.1; RFC 8725 s.3.8, s.3.11; RFC 9068 s.2.2,
 *          s.4; README, "Security".  A date written with an exponent is
 *          refused, so is one of more than 15 digits
 * test     t/unit/test_claims.c, t/fuzz/fuzz_claims.c
 */

fhb_must_check fhb_rc_t fhb_claims_payload(fhb_claims_t *claims,
    const fhb_claims_check_t *check, fhb_str_t typ, fhb_str_t payload);


/*
 * fhb_claims_answer - read the answer of an introspection endpoint.
 *
 * shape    body: of a response with status 200
 * returns  FHB_OK and *claims | FHB_E_INTROSPECTION when it is no such
 *          answer, which says nothing about the token |
 *          FHB_E_TOKEN_INVALID when it is not active, or active and breaks
 *          a rule | FHB_E_TOKEN_EXPIRED | FHB_E_NOMEM; *claims is zeroed
 *          unless FHB_OK
 * memory   from alloc, all of it freed again
 * source   RFC 7662 s.2.2, s.2.3; README, "Security".  exp may be
 *          missing (RFC 7662 has it optional): exp is FHB_CLAIMS_NEVER then
 *          and only a cache's own limit holds
 * test     t/unit/test_introspection.c, t/fuzz/fuzz_claims.c
 */

fhb_must_check fhb_rc_t fhb_claims_answer(fhb_claims_t *claims,
    const fhb_claims_check_t *check, fhb_str_t body);


/*
 * fhb_claims_merge - hold a JWT to what an introspection says of it.
 *
 * shape    claims: of fhb_claims_answer(); local: of fhb_claims_token(), of
 *          the same token; its strings must outlive claims
 * returns  nothing; each claim is the answer's if the answer names it, be
 *          its value empty, else the JWT's; of the dates the narrower one
 *          holds
 * source   RFC 7662 s.2.2
 * test     t/unit/test_introspection.c, t/token_introspect_all.t
 */

void fhb_claims_merge(fhb_claims_t *claims, const fhb_claims_t *local);


/* one string of claims; whoever copies or keeps them goes through these */

fhb_str_t *fhb_claims_part(fhb_claims_t *claims, fhb_claims_part_t part);


/*
 * fhb_claims_timely - check the dates again, as on a hit of a cache.
 *
 * returns  FHB_OK | FHB_E_TOKEN_EXPIRED from exp + leeway on |
 *          FHB_E_TOKEN_INVALID before nbf - leeway
 * source   RFC 7519 s.4.1.4, s.4.1.5
 * test     t/unit/test_claims.c
 */

fhb_must_check fhb_rc_t fhb_claims_timely(const fhb_claims_t *claims,
    int64_t now, int64_t leeway);


/*
 * fhb_claims_digest - one name for all that a verdict on a token rests on,
 * but for the token and the keys.
 *
 * shape    out: FHB_DIGEST_LEN bytes; the same for the same values, in every
 *          process of this machine
 * returns  FHB_OK | FHB_E_NOMEM when openssl fails; out is zeroed then
 * memory   a context of openssl, freed again
 * test     t/unit/test_claims_digest.c
 */

fhb_must_check fhb_rc_t fhb_claims_digest(unsigned char *out,
    const fhb_claims_policy_t *policy, const fhb_claims_place_t *place);


#pragma GCC visibility pop

#endif /* FHB_CLAIMS_H */
