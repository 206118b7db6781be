/*
 * The OperationOutcome that explains a refusal: ours, and whether somebody
 * else's is one.
 */

#ifndef FHB_OUTCOME_H
#define FHB_OUTCOME_H

#include "fhb.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


typedef struct {
    fhb_rc_t       rc;                  /* a FHB_E_* */
    fhb_version_t  version;
    fhb_form_t     form;                /* JSON or XML */
    fhb_str_t      parameter;           /* the name that is at fault, such as
                                         * patient or Accept; may be empty */
    fhb_str_t      diagnostics;         /* may be empty */
    fhb_str_t      code;                /* of the issue; empty: the row's */
} fhb_outcome_t;


#define FHB_OUTCOME_MAX_CODE  32        /* bytes; the longest of FHIR has 17 */

/* the first issue of somebody else's */

typedef struct {
    size_t         len;                 /* 0: it has no code, or none that is
                                         * of FHIR's grammar */
    unsigned char  code[FHB_OUTCOME_MAX_CODE];
} fhb_outcome_issue_t;


/*
 * fhb_outcome_write - write an OperationOutcome with one issue.
 *
 * shape    parameter and diagnostics are raw, they are escaped here; the
 *          parameter leaves as the expression http.NAME, quoted when it is
 *          no plain name, and not at all in DSTU2; without a version it
 *          is written as in DSTU2, without a FHIR form as JSON
 * memory   none; call with a counting writer for the length
 * source   FHIR operationoutcome.html; README, "Errors"
 * test     t/unit/test_outcome.c
 */

void fhb_outcome_write(fhb_out_t *out, const fhb_outcome_t *outcome);


/*
 * fhb_outcome_read - whether bytes are one whole OperationOutcome.
 *
 * shape    form: JSON or XML; body: all of it
 * returns  FHB_OK and *issue for a resource of that type, whatever it holds |
 *          FHB_E_SYNTAX for anything else, and past FHB_MAX_OUTCOME and the
 *          limits of fhb_json.h and fhb_xml.h | FHB_E_NOMEM
 * memory   as fhb_json_push_create() or fhb_xml_create(), freed before the
 *          function returns
 * source   FHIR, OperationOutcome
 * test     t/unit/test_outcome_read.c, t/fuzz/fuzz_outcome_read.c
 */

fhb_must_check fhb_rc_t fhb_outcome_read(const fhb_alloc_t *alloc,
    fhb_form_t form, fhb_str_t body, fhb_outcome_issue_t *issue);


#pragma GCC visibility pop

#endif /* FHB_OUTCOME_H */
