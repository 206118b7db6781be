/*
 * Any query: its parameters lie in it and in order, stripping is idempotent
 * and leaves nothing behind, and what the CCD accepts of it is written in a
 * form that is accepted again and written the same.
 *
 *     input = version base-or-not query
 */

#include <stdlib.h>
#include <string.h>

#include "fhb_ccd.h"
#include "fhb_query.h"
#include "fhb_route.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_walk(fhb_str_t args);
static int check_names(fhb_str_t args);
static void check_strip(fhb_str_t args, int fhir);
static void check_format(fhb_str_t args);
static void check_ccd(fhb_str_t args, const fhb_ccd_policy_t *policy);


#define CHECK(what)                                                          \
    do { if (!(what)) { abort(); } } while (0)


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fhb_str_t         args;
    fhb_ccd_policy_t  policy;

    static const fhb_str_t  base = fhb_string("https://h/r4");

    if (size < 2) {
        return 0;
    }

    memset(&policy, 0, sizeof(policy));

    policy.version = (fhb_version_t) (data[0] % 6);

    if (data[1] & 1) {
        policy.base = base;
    }

    args.data = data + 2;
    args.len = size - 2;

    check_walk(args);
    check_strip(args, 0);
    check_strip(args, 1);
    check_format(args);
    check_ccd(args, &policy);

    return 0;
}


static void
check_walk(fhb_str_t args)
{
    size_t                decoded;
    fhb_rc_t              rc;
    fhb_out_t             out;
    fhb_query_t           q;
    const unsigned char  *end;

    end = args.data;

    fhb_query_init(&q, args);

    while (fhb_query_next(&q) == FHB_OK) {
        CHECK(q.name.data >= end);
        CHECK(q.name.len + (q.value.data != NULL) > 0);

        end = q.name.data + q.name.len;

        CHECK(memchr(q.name.data, '=', q.name.len) == NULL);

        if (q.value.data != NULL) {
            CHECK(q.value.data == end + 1 && end[0] == '=');
            end = q.value.data + q.value.len;
        }

        CHECK(end <= args.data + args.len);
        CHECK(end == args.data + args.len || *end == '&');

        fhb_out_init(&out, NULL, 0);
        rc = fhb_query_decode(q.name, &out);
        decoded = out.len;

        CHECK(rc == FHB_OK || rc == FHB_E_REQUEST);
        CHECK(decoded <= q.name.len);

        if (rc != FHB_OK) {
            CHECK(!fhb_query_name_is_general(q.name));
        }
    }

    CHECK(fhb_query_next(&q) == FHB_DONE);
}


/* a parameter that leaves the data out, as the standard spells it */

static int
check_names(fhb_str_t args)
{
    fhb_query_t  q;

    static const fhb_str_t  summary = fhb_string("_summary");
    static const fhb_str_t  elements = fhb_string("_elements");

    fhb_query_init(&q, args);

    while (fhb_query_next(&q) == FHB_OK) {
        if (fhb_query_name_is(q.name, summary)
            || fhb_query_name_is(q.name, elements))
        {
            return 1;
        }
    }

    return 0;
}


static void
check_strip(fhb_str_t args, int fhir)
{
    int             stripped;
    fhb_out_t       out, again;
    unsigned char  *first, *second;

    first = malloc(args.len + 1);
    second = malloc(args.len + 1);

    CHECK(first != NULL && second != NULL);

    fhb_out_init(&out, first, args.len);
    stripped = fhb_query_strip(args, fhir, &out);

    CHECK(!out.full);
    CHECK(!fhb_query_has_token(fhb_out_result(&out)));
    CHECK(stripped || !fhb_query_has_token(args));
    CHECK(!fhir || !check_names(fhb_out_result(&out)));

    fhb_out_init(&again, second, out.len);

    CHECK(!fhb_query_strip(fhb_out_result(&out), fhir, &again));
    CHECK(again.len == out.len && memcmp(first, second, out.len) == 0);

    free(first);
    free(second);
}


static void
check_format(fhb_str_t args)
{
    fhb_rc_t       rc;
    fhb_out_t      out;
    unsigned char  buf[64];

    fhb_out_init(&out, buf, sizeof(buf));
    rc = fhb_query_format(args, &out);

    CHECK(rc == FHB_OK || rc == FHB_E_FORMAT || rc == FHB_E_FORMAT_REPEATED);
    CHECK(rc != FHB_OK || (!out.full && memchr(buf, 0, out.len) == NULL));
}


static void
check_ccd(fhb_str_t args, const fhb_ccd_policy_t *policy)
{
    fhb_rc_t       rc;
    fhb_ccd_t      ccd, again;
    fhb_str_t      fault, canonical;
    fhb_out_t      out, second;
    unsigned char  buf[FHB_CCD_QUERY], copy[FHB_CCD_QUERY];

    rc = fhb_ccd_parse(&ccd, policy, args, &fault);

    if (rc != FHB_OK) {
        CHECK(rc < 0);
        CHECK(fault.len <= FHB_CCD_FAULT);
        CHECK(ccd.patient.len == 0 && ccd.start.len == 0 && ccd.end.len == 0
              && ccd.encounter.len == 0);
        return;
    }

    CHECK(policy->version != FHB_VERSION_OFF);
    CHECK(fault.len == 0);
    CHECK(fhb_route_id_valid(fhb_ccd_value(&ccd.patient)));
    CHECK(ccd.encounter.len == 0
          || fhb_route_id_valid(fhb_ccd_value(&ccd.encounter)));
    CHECK(ccd.start.len == 0 || ccd.end.len == 0
          || fhb_time_cmp(&ccd.start_time, &ccd.end_time) <= 0);

    fhb_out_init(&out, buf, sizeof(buf));
    fhb_ccd_write_query(&out, &ccd);
    CHECK(!out.full);

    canonical = fhb_out_result(&out);

    CHECK(fhb_ccd_parse(&again, policy, canonical, &fault) == FHB_OK);

    fhb_out_init(&second, copy, sizeof(copy));
    fhb_ccd_write_query(&second, &again);

    CHECK(second.len == out.len && memcmp(buf, copy, out.len) == 0);
    CHECK(fhb_time_cmp(&ccd.start_time, &again.start_time) == 0);
    CHECK(fhb_time_cmp(&ccd.end_time, &again.end_time) == 0);
}
