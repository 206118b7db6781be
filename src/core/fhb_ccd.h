/*
 * The parameters of $autogen-ccd-if: checked, and written anew for the
 * backend.  Nothing that the client wrote reaches the backend as it came.
 */

#ifndef FHB_CCD_H
#define FHB_CCD_H

#include "fhb.h"
#include "fhb_out.h"
#include "fhb_time.h"

#pragma GCC visibility push(hidden)


#define FHB_CCD_VALUE  64               /* bytes of an id or of a dateTime */
#define FHB_CCD_FAULT  64               /* bytes of a name that is at fault */
#define FHB_CCD_QUERY  1024             /* more than a canonical query has */


typedef struct {
    fhb_version_t  version;
    fhb_str_t      base;                /* own service base URL; empty: no
                                         * absolute reference is accepted */
} fhb_ccd_policy_t;


/* holds its bytes itself, so it may be copied; zeroed it holds no parameter */

typedef struct {
    size_t         len;                 /* 0: the parameter is absent */
    unsigned char  data[FHB_CCD_VALUE];
} fhb_ccd_value_t;


typedef struct {
    fhb_ccd_value_t  patient;           /* the id alone; never empty when OK */
    fhb_ccd_value_t  start;             /* a dateTime without a prefix */
    fhb_ccd_value_t  end;
    fhb_ccd_value_t  encounter;         /* the id alone; from R4 on */
    fhb_time_t       start_time;        /* only when start is present */
    fhb_time_t       end_time;
    unsigned char    fault[FHB_CCD_FAULT];
} fhb_ccd_t;


/*
 * fhb_ccd_parse - check the parameters of the operation.
 *
 * shape    args: raw; fault: receives the name of the parameter at fault,
 *          decoded and cut to FHB_CCD_FAULT bytes, or an empty string; it is
 *          static or points into ccd
 * returns  FHB_OK | FHB_E_PARAM_REQUIRED, _VALUE, _REPEATED, _UNKNOWN |
 *          FHB_E_QUERY_TOO_LONG | FHB_E_REQUEST for a name that cannot be
 *          decoded; after an error ccd holds no parameter
 * memory   none
 * source   Cerner Millennium, $autogen-ccd-if; FHIR search.html; README,
 *          "What it does to a request"
 * test     t/unit/test_ccd.c, t/fuzz/fuzz_query.c
 *
 * _format and _pretty are for the gateway and access_token for nobody: they
 * are passed over here, and their rules live elsewhere.
 */

fhb_must_check fhb_rc_t fhb_ccd_parse(fhb_ccd_t *ccd,
    const fhb_ccd_policy_t *policy, fhb_str_t args, fhb_str_t *fault);


/*
 * fhb_ccd_write_query - write the query for the backend.
 *
 * shape    the order is patient, start, end, encounter; absent ones are left
 *          out; never longer than FHB_CCD_QUERY
 * memory   none; call with a counting writer for the length
 * test     t/unit/test_ccd.c
 */

void fhb_ccd_write_query(fhb_out_t *out, const fhb_ccd_t *ccd);


/*
 * fhb_ccd_value - the bytes of a parameter; they live in the value.
 */

static inline fhb_str_t
fhb_ccd_value(const fhb_ccd_value_t *value)
{
    fhb_str_t  s;

    s.len = value->len;
    s.data = value->data;

    return s;
}


#pragma GCC visibility pop

#endif /* FHB_CCD_H */
