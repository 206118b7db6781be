/*
 * Instants: FHIR's instant and dateTime, and seconds since 1970 (UTC).
 */

#ifndef FHB_TIME_H
#define FHB_TIME_H

#include "fhb.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


typedef struct {
    int64_t   seconds;                  /* since 1970-01-01T00:00:00Z */
    uint32_t  nanoseconds;              /* 0 .. 999999999 */
} fhb_time_t;


/*
 * fhb_time_write - write an instant as YYYY-MM-DDThh:mm:ssZ.
 *
 * shape    seconds: of the years 0001 to 9999
 * returns  FHB_OK | FHB_E_SYNTAX outside of them, nothing is written
 * source   FHIR datatypes, instant
 * test     t/unit/test_time.c
 */

fhb_must_check fhb_rc_t fhb_time_write(fhb_out_t *out, int64_t seconds);


/*
 * fhb_time_parse - read a dateTime that has a time part and a zone.
 *
 * shape    s: YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm|-hh:mm), of a real
 *          calendar; a space at the sign of the offset counts as "+"
 *          version: a leap second is allowed from R4 on, and only at
 *          23:59:60 UTC; more than 9 digits of fraction up to R4B
 * returns  FHB_OK and *t | FHB_E_PARAM_VALUE
 * memory   none
 * source   FHIR datatypes.html, dateTime; README, "What it does to a request"
 * test     t/unit/test_time.c, t/fuzz/fuzz_time.c
 */

fhb_must_check fhb_rc_t fhb_time_parse(fhb_time_t *t, fhb_str_t s,
    fhb_version_t version);


/*
 * fhb_time_cmp - order two instants: negative, 0 or positive.
 */

int fhb_time_cmp(const fhb_time_t *a, const fhb_time_t *b);


#pragma GCC visibility pop

#endif /* FHB_TIME_H */
