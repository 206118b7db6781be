/*
 * The digest of what a token is verified against: each member counts.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fhb_claims.h"


#define MAX  64                         /* digests that are held apart */


typedef struct {
    unsigned char  digests[MAX][FHB_DIGEST_LEN];
    size_t         n;
} seen_t;


static const fhb_str_t  words[] = {
    fhb_string("a"), fhb_string("b"), fhb_string("ab"), fhb_string("")
};


/* all members alike, so that only the place of one tells it from another */

static void
fill(fhb_claims_policy_t *policy, fhb_claims_place_t *place)
{
    memset(policy, 0, sizeof(fhb_claims_policy_t));
    memset(place, 0, sizeof(fhb_claims_place_t));

#define LIST(name)          policy->name = words; policy->n##name = 1;
#define NUMBER(type, name)  policy->name = (type) 0;
#define PATH(name)          policy->name.names = words; policy->name.n = 1;
    FHB_CLAIMS_POLICY(LIST, NUMBER, PATH)
#undef LIST
#undef NUMBER
#undef PATH

#define STRING(name)  place->name = words[0];
#define NUMBER(name)  place->name = 0;
    FHB_CLAIMS_PLACE(STRING, NUMBER)
#undef STRING
#undef NUMBER
}


static void
is_new(seen_t *seen, const fhb_claims_policy_t *policy,
    const fhb_claims_place_t *place, const char *what)
{
    size_t          i;
    unsigned char  *digest;

    assert_true(seen->n < MAX);

    digest = seen->digests[seen->n];

    assert_int_equal(fhb_claims_digest(digest, policy, place), FHB_OK);

    for (i = 0; i < seen->n; i++) {
        if (memcmp(digest, seen->digests[i], FHB_DIGEST_LEN) == 0) {
            fail_msg("%s: the digest of row %u", what, (unsigned) i);
        }
    }

    seen->n++;
}


static void
each_member_that_changes_changes_the_digest(void **state)
{
    seen_t               seen;
    fhb_claims_place_t   place;
    fhb_claims_policy_t  policy;

    (void) state;

    seen.n = 0;

    fill(&policy, &place);
    is_new(&seen, &policy, &place, "all as it was");

#define CHANGE(what, set)                                                    \
    fill(&policy, &place);                                                   \
    set;                                                                     \
    is_new(&seen, &policy, &place, what);

#define LIST(name)                                                           \
    CHANGE(#name ": another", policy.name = &words[1])                       \
    CHANGE(#name ": none", policy.n##name = 0)                               \
    CHANGE(#name ": one more", policy.n##name = 2)
#define NUMBER(type, name)                                                   \
    CHANGE(#name ": another", policy.name = (type) 1)
#define PATH(name)                                                           \
    CHANGE(#name ": another", policy.name.names = &words[1])                 \
    CHANGE(#name ": none", policy.name.n = 0)                                \
    CHANGE(#name ": one more", policy.name.n = 2)
    FHB_CLAIMS_POLICY(LIST, NUMBER, PATH)
#undef LIST
#undef NUMBER
#undef PATH

#define STRING(name)                                                         \
    CHANGE(#name ": another", place.name = words[1])                         \
    CHANGE(#name ": empty", place.name = words[3])
#define NUMBER(name)                                                         \
    CHANGE(#name ": another", place.name = 1)
    FHB_CLAIMS_PLACE(STRING, NUMBER)
#undef STRING
#undef NUMBER

    assert_true(seen.n > 30);
}


static void
the_bounds_of_strings_count(void **state)
{
    seen_t               seen;
    fhb_claims_place_t   place;
    fhb_claims_policy_t  policy;

    static const fhb_str_t  split[] = { fhb_string("a"), fhb_string("b") };
    static const fhb_str_t  joined[] = { fhb_string("ab") };
    static const fhb_str_t  padded[] = { fhb_string("ab"), fhb_string("") };

    (void) state;

    seen.n = 0;
    fill(&policy, &place);

    policy.issuers = split;
    policy.nissuers = 2;
    is_new(&seen, &policy, &place, "a, b");

    policy.issuers = joined;
    policy.nissuers = 1;
    is_new(&seen, &policy, &place, "ab");

    policy.issuers = padded;
    policy.nissuers = 2;
    is_new(&seen, &policy, &place, "ab and nothing");
}


static void
the_same_values_have_the_same_digest(void **state)
{
    fhb_claims_place_t   place, other;
    fhb_claims_policy_t  policy, copy;
    unsigned char        a[FHB_DIGEST_LEN], b[FHB_DIGEST_LEN];

    static const fhb_str_t  same[] = { fhb_string("a") };

    (void) state;

    memset(&copy, 0xa5, sizeof(copy));
    memset(&other, 0xa5, sizeof(other));

    fill(&policy, &place);
    fill(&copy, &other);

    copy.issuers = same;
    copy.scope.names = same;
    other.file = same[0];

    assert_int_equal(fhb_claims_digest(a, &policy, &place), FHB_OK);
    assert_int_equal(fhb_claims_digest(b, &copy, &other), FHB_OK);
    assert_memory_equal(a, b, FHB_DIGEST_LEN);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_member_that_changes_changes_the_digest),
        cmocka_unit_test(the_bounds_of_strings_count),
        cmocka_unit_test(the_same_values_have_the_same_digest)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
