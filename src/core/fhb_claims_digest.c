/*
 * The name of all that a verdict on a token rests on.
 *
 *     digest  = SHA-256( member * N )          ; in the order of the lists
 *     member  = SHA-256( string * n )          ; LIST, PATH
 *             / 8 bytes                        ; NUMBER
 *             / string                         ; STRING
 *
 * fhb_digest_sha256() writes a length in front of each part.
 */

#include <string.h>

#include "fhb_claims.h"


#define FHB_CLAIMS_COUNT_TWO(type, name)  + 1
#define FHB_CLAIMS_COUNT(name)            + 1

enum {
    FHB_CLAIMS_MEMBERS = 0
        FHB_CLAIMS_POLICY(FHB_CLAIMS_COUNT, FHB_CLAIMS_COUNT_TWO,
                          FHB_CLAIMS_COUNT)
        FHB_CLAIMS_PLACE(FHB_CLAIMS_COUNT, FHB_CLAIMS_COUNT)
};


/* no member of a struct is outside of its list */

typedef struct {
    FHB_CLAIMS_POLICY(FHB_CLAIMS_LIST, FHB_CLAIMS_NUMBER, FHB_CLAIMS_PATH)
} fhb_claims_policy_listed_t;

typedef struct {
    FHB_CLAIMS_PLACE(FHB_CLAIMS_PLACE_STRING, FHB_CLAIMS_PLACE_NUMBER)
} fhb_claims_place_listed_t;

fhb_assert(claims_policy,
           sizeof(fhb_claims_policy_t) == sizeof(fhb_claims_policy_listed_t));
fhb_assert(claims_place,
           sizeof(fhb_claims_place_t) == sizeof(fhb_claims_place_listed_t));


typedef struct {
    fhb_str_t      parts[FHB_CLAIMS_MEMBERS];
    unsigned char  room[FHB_CLAIMS_MEMBERS][FHB_DIGEST_LEN];
    size_t         n;
    fhb_rc_t       rc;
} fhb_claims_sum_t;


static void fhb_claims_sum_list(fhb_claims_sum_t *sum,
    const fhb_str_t *values, size_t n);
static void fhb_claims_sum_number(fhb_claims_sum_t *sum, int64_t number);
static void fhb_claims_sum_string(fhb_claims_sum_t *sum, fhb_str_t s);


fhb_rc_t
fhb_claims_digest(unsigned char *out, const fhb_claims_policy_t *policy,
    const fhb_claims_place_t *place)
{
    fhb_claims_sum_t  sum;

    sum.n = 0;
    sum.rc = FHB_OK;

#define LIST(name)                                                           \
    fhb_claims_sum_list(&sum, policy->name, policy->n##name);
#define NUMBER(type, name)                                                   \
    fhb_claims_sum_number(&sum, (int64_t) policy->name);
#define PATH(name)                                                           \
    fhb_claims_sum_list(&sum, policy->name.names, policy->name.n);

    FHB_CLAIMS_POLICY(LIST, NUMBER, PATH)

#undef LIST
#undef NUMBER
#undef PATH

#define STRING(name)  fhb_claims_sum_string(&sum, place->name);
#define NUMBER(name)  fhb_claims_sum_number(&sum, place->name);

    FHB_CLAIMS_PLACE(STRING, NUMBER)

#undef STRING
#undef NUMBER

    if (sum.rc != FHB_OK) {
        memset(out, 0, FHB_DIGEST_LEN);
        return sum.rc;
    }

    return fhb_digest_sha256(out, sum.parts, sum.n);
}


static void
fhb_claims_sum_list(fhb_claims_sum_t *sum, const fhb_str_t *values, size_t n)
{
    fhb_rc_t   rc;
    fhb_str_t  s;

    rc = fhb_digest_sha256(sum->room[sum->n], values, n);

    if (rc != FHB_OK) {
        sum->rc = rc;
    }

    s.data = sum->room[sum->n];
    s.len = FHB_DIGEST_LEN;

    fhb_claims_sum_string(sum, s);
}


static void
fhb_claims_sum_number(fhb_claims_sum_t *sum, int64_t number)
{
    fhb_str_t  s;

    memcpy(sum->room[sum->n], &number, sizeof(number));

    s.data = sum->room[sum->n];
    s.len = sizeof(number);

    fhb_claims_sum_string(sum, s);
}


static void
fhb_claims_sum_string(fhb_claims_sum_t *sum, fhb_str_t s)
{
    sum->parts[sum->n] = s;
    sum->n++;
}
