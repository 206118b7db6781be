/*
 * SMART scopes: what a token must grant for a document, and what it grants.
 *
 * A scope string is kept as it came and scanned anew for each question, token
 * by token: a location may name any resource type, so there is no fixed set
 * that could hold the answers, and the scan of a usual string takes about a
 * microsecond.
 */

#ifndef FHB_SCOPE_H
#define FHB_SCOPE_H

#include "fhb.h"
#include "fhb_media.h"
#include "fhb_out.h"
#include "fhb_route.h"

#pragma GCC visibility push(hidden)


#define FHB_SCOPE_RESOURCE  64          /* bytes of a resource type's name */


/* the contexts of a scope; as bits they make a set, 0 is the empty one */

#define FHB_SCOPE_PATIENT  0x1u
#define FHB_SCOPE_USER     0x2u
#define FHB_SCOPE_SYSTEM   0x4u


/* which documents a rule is for */

typedef enum {
    FHB_SCOPE_NOTHING = 0,
    FHB_SCOPE_TYPE,                     /* those of one media type */
    FHB_SCOPE_OTHER,                    /* "*": those no rule names */
    FHB_SCOPE_CCD                       /* "ccd" */
} fhb_scope_target_t;


/*
 * A line of fhir_binary_scope.  It replaces the version's own rule for the
 * same target and media type, and leaves the version's other rules alone: in
 * DSTU2 a line for "*" does not change what text/html needs.
 */

typedef struct {
    fhb_scope_target_t  target;
    fhb_media_t         media;          /* FHB_SCOPE_TYPE; params are passed
                                         * over */
    const fhb_str_t    *any;            /* resources: one must be granted
                                         * beside Binary */
    size_t              n;              /* of any; 0: the rule denies */
} fhb_scope_rule_t;


/* zeroed it denies */

typedef struct {
    fhb_version_t            version;
    fhb_route_kind_t         kind;
    const fhb_scope_rule_t  *rules;     /* of the location */
    size_t                   n;
    const fhb_media_t       *stored;    /* NULL: cannot be parsed */
} fhb_scope_query_t;


typedef enum {
    FHB_SCOPE_DENIED = 0,
    FHB_SCOPE_BOUND,                    /* to the patient of the token */
    FHB_SCOPE_FREE
} fhb_scope_grant_t;


/*
 * grant and least differ before the document's type is known: grant is what
 * the most lenient rule would give, least what the strictest of those rules
 * that do not deny would.  So a grant of BOUND will be bound whatever comes,
 * and a least of BOUND may be.
 */

typedef struct {
    fhb_scope_grant_t  grant;
    fhb_scope_grant_t  least;
    unsigned           context;         /* one of FHB_SCOPE_*: the narrowest
                                         * that the grant rests on; 0: denied */
} fhb_scope_verdict_t;


/* one scope of a string; zero bytes grant nothing */

typedef struct {
    unsigned   context;                 /* 0: not a resource scope, or one
                                         * that is not well-formed */
    fhb_str_t  resource;                /* points into the string; "*": all */
    unsigned   read:1;                  /* lets one read by id */
    unsigned   v2:1;                    /* is spelled as in SMART 2 */
} fhb_scope_t;


/*
 * fhb_scope_next - take the next scope from the front of a string.
 *
 * returns  FHB_OK and *s | FHB_DONE
 * source   RFC 6749 s.3.3; SMART App Launch 2.2, scopes
 * test     t/unit/test_scope.c, t/fuzz/fuzz_scope.c
 */

fhb_must_check fhb_rc_t fhb_scope_next(fhb_str_t *rest, fhb_scope_t *s);


/*
 * fhb_scope_covers - in which context a scope lets a type be read.
 *
 * shape    resource: a valid name of a type, such as "Binary"
 * returns  one of FHB_SCOPE_PATIENT, _USER, _SYSTEM | 0
 * source   SMART App Launch 2.2, scopes
 * test     t/unit/test_scope.c, t/fuzz/fuzz_scope.c
 *
 * A scope with a constraint ("?...") grants nothing: the constraint is about
 * instances that the gateway does not see.
 */

unsigned fhb_scope_covers(const fhb_scope_t *s, fhb_str_t resource);


/*
 * fhb_scope_context_name - "patient", "user", "system" or, for anything but
 * one context, an empty string.
 */

fhb_str_t fhb_scope_context_name(unsigned context);


/*
 * fhb_scope_coarse - what is certain before the document's type is known.
 *
 * shape    query: stored is not looked at
 * returns  FHB_OK when some rule could grant | FHB_E_SCOPE when none can;
 *          then *verdict denies
 * source   README, "Who may have a document"
 * test     t/unit/test_scope_need.c
 *
 * For the CCD the type is known, so this is the last word.
 */

fhb_must_check fhb_rc_t fhb_scope_coarse(fhb_scope_verdict_t *verdict,
    const fhb_scope_query_t *query, fhb_str_t scope);


/*
 * fhb_scope_decide - whether a scope string is enough for a document.
 *
 * returns  FHB_OK, grant is BOUND or FREE | FHB_E_SCOPE, *verdict denies
 * memory   none
 * source   Cerner Millennium, Binary, authorization types; README, "Who may
 *          have a document"
 * test     t/unit/test_scope_need.c
 *
 * Each needed type counts in the widest context that grants it; one that is
 * granted by patient/ only binds the whole.  A stored type that cannot be
 * parsed is not guessed at: each rule must be met.
 */

fhb_must_check fhb_rc_t fhb_scope_decide(fhb_scope_verdict_t *verdict,
    const fhb_scope_query_t *query, fhb_str_t scope);


/*
 * fhb_scope_write_needed - write scopes that would be enough, for a
 * challenge.
 *
 * shape    query: with a stored type of NULL, enough for each rule; scope: as
 *          granted, may be empty
 * source   RFC 6750 s.3, s.3.1
 * test     t/unit/test_scope_need.c
 *
 * Binary comes first, then the first resource of each rule.  The context is
 * the widest one that the token has for any resource, else user; the
 * spelling is ".rs" when all that the token has is spelled so (SMART 2),
 * else ".read".  Nothing of the token's own bytes is written.
 */

void fhb_scope_write_needed(fhb_out_t *out, const fhb_scope_query_t *query,
    fhb_str_t scope);


/*
 * fhb_scope_rule_next - step through the rules that are in force for a route.
 *
 * shape    i: 0 at first; is moved behind the rule
 * returns  the rule, of the location or static | NULL when there is no more
 * test     t/unit/test_scope_need.c
 */

const fhb_scope_rule_t *fhb_scope_rule_next(const fhb_scope_query_t *query,
    size_t *i);


/*
 * fhb_scope_rule_match - the same for the rules that the document must meet:
 * one when its type is known, else each.
 */

const fhb_scope_rule_t *fhb_scope_rule_match(const fhb_scope_query_t *query,
    size_t *i);


/*
 * fhb_scope_resource_valid - whether a directive may name this resource.
 *
 * returns  not 0 for a capital letter and letters, up to FHB_SCOPE_RESOURCE
 */

int fhb_scope_resource_valid(fhb_str_t s);


#pragma GCC visibility pop

#endif /* FHB_SCOPE_H */
