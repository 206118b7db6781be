/*
 * Claims and answers: what is accepted is in time, bounded and clean, and a
 * failed allocation never turns a refusal into an acceptance.  The first
 * byte chooses the policy, the second one the allocation that fails.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fhb_claims.h"
#include "oom.h"


#define NOW  1700000000


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const fhb_str_t  issuers[] = { fhb_string("https://as/") };
static const fhb_str_t  audiences[] = { fhb_string("https://rs") };
static const fhb_str_t  path[] = { fhb_string("a"), fhb_string("b") };

static const fhb_str_t  types[] = {
    fhb_null_string, fhb_string("JWT"), fhb_string("at+jwt"),
    fhb_string("application/at+jwt")
};


static void
check_string(const fhb_out_t *text, fhb_str_t s, size_t max)
{
    size_t  i;

    if (s.len == 0) {
        return;
    }

    if (s.len > max || s.data < text->start
        || s.data + s.len > text->start + text->len)
    {
        abort();
    }

    for (i = 0; i < s.len; i++) {
        if (s.data[i] < 0x20 || s.data[i] == 0x7f) {
            abort();
        }
    }
}


/* what an answer names, and nothing else, is its own after a merge */

static void
check_merge(fhb_claims_t *claims)
{
    unsigned       i;
    fhb_str_t      s;
    fhb_claims_t   jwt, merged;

    static const fhb_str_t  word = fhb_string("jwt");

    memset(&jwt, 0, sizeof(jwt));

    for (i = 0; i < FHB_CLAIMS_PARTS; i++) {
        *fhb_claims_part(&jwt, i) = word;
    }

    merged = *claims;
    fhb_claims_merge(&merged, &jwt);

    for (i = 0; i < FHB_CLAIMS_PARTS; i++) {
        s = *fhb_claims_part((claims->said & 1u << i) ? claims : &jwt, i);

        if (fhb_claims_part(&merged, i)->data != s.data
            || fhb_claims_part(&merged, i)->len != s.len
            || (fhb_claims_part(claims, i)->len && !(claims->said & 1u << i)))
        {
            abort();
        }
    }
}


static fhb_rc_t
run(const fhb_claims_policy_t *policy, fhb_str_t in, int typ,
    unsigned fail_at, int *failed)
{
    oom_t               oom;
    fhb_rc_t            rc;
    fhb_out_t           text;
    fhb_alloc_t         alloc;
    fhb_claims_t        claims, zero;
    fhb_claims_check_t  check;

    static unsigned char  buf[FHB_CLAIMS_TEXT];

    alloc = oom_init(&oom, fail_at);
    fhb_out_init(&text, buf, sizeof(buf));
    memset(&zero, 0, sizeof(zero));

    check.policy = policy;
    check.alloc = &alloc;
    check.text = &text;
    check.now = NOW;

    rc = (typ < 4) ? fhb_claims_payload(&claims, &check, types[typ], in)
                   : fhb_claims_answer(&claims, &check, in);

    *failed = oom.failed != 0;

    if (oom.live != 0) {
        abort();
    }

    if (rc != FHB_OK) {
        if (memcmp(&claims, &zero, sizeof(zero)) != 0 || text.len != 0) {
            abort();
        }

        return rc;
    }

    if (NOW - policy->leeway >= claims.exp
        || claims.nbf > NOW + policy->leeway
        || (typ < 4 && claims.exp == FHB_CLAIMS_NEVER)
        || fhb_claims_timely(&claims, NOW, policy->leeway) != FHB_OK)
    {
        abort();
    }

    check_string(&text, claims.scope, FHB_MAX_SCOPE);
    check_string(&text, claims.patient, FHB_MAX_CLAIM);
    check_string(&text, claims.client_id, FHB_MAX_CLAIM);
    check_string(&text, claims.subject, FHB_MAX_CLAIM);
    check_string(&text, claims.jti, FHB_MAX_CLAIM);
    check_string(&text, claims.tenant, FHB_MAX_CLAIM);

    check_merge(&claims);

    return rc;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int                  typ, failed;
    uint8_t             *copy;
    fhb_rc_t             rc, again;
    fhb_str_t            in;
    fhb_claims_policy_t  policy;

    if (size < 3) {
        return 0;
    }

    memset(&policy, 0, sizeof(policy));
    policy.issuers = issuers;
    policy.nissuers = 1;
    policy.audiences = audiences;
    policy.naudiences = 1;
    policy.audience_off = data[0] & 1;
    policy.profile = (data[0] & 2) ? FHB_CLAIMS_RFC9068 : FHB_CLAIMS_SMART;
    policy.leeway = (data[0] & 4) ? 30 : 0;

    if (data[0] & 8) {
        policy.scope.names = path;
        policy.scope.n = 2;
        policy.tenant.names = path;
        policy.tenant.n = 1;
    }

    typ = (data[0] >> 4) % 5;

    copy = malloc(size - 2);
    memcpy(copy, data + 2, size - 2);
    in.data = copy;
    in.len = size - 2;

    rc = run(&policy, in, typ, 0, &failed);
    again = run(&policy, in, typ, data[1], &failed);

    if (failed ? again == FHB_OK : again != rc) {
        abort();
    }

    free(copy);

    return 0;
}
