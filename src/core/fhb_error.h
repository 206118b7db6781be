/*
 * What is known of each refusal: the columns of fhb_error.def.  Whoever must
 * tell one kind of refusal from another asks for a column, and lists no names.
 */

#ifndef FHB_ERROR_H
#define FHB_ERROR_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


typedef enum {
    FHB_FAULT_NOBODY = 0,               /* the caller knows whose */
    FHB_FAULT_CLIENT,
    FHB_FAULT_TOKEN,
    FHB_FAULT_BACKEND,
    FHB_FAULT_SERVER                    /* the gateway, or what it asks about
                                         * tokens */
} fhb_error_fault_t;


/* from whom a row's status, when it comes from elsewhere, means the row */

typedef enum {
    FHB_STANDS_ALONE = 0,               /* the gateway alone says it */
    FHB_STANDS_NGINX,
    FHB_STANDS_EITHER                   /* nginx or the backend */
} fhb_error_stands_t;


typedef enum {
    FHB_THEN_END = 0,
    FHB_THEN_RETRY,                     /* the client may, a little later */
    FHB_THEN_KEEP                       /* a cache of verdicts may */
} fhb_error_then_t;


/* one row; all strings are static */

typedef struct {
    const char          *reason;        /* $fhir_binary_reason */
    int                  status;        /* HTTP status */
    const char          *severity;      /* OperationOutcome.issue.severity */
    const char          *code;          /* OperationOutcome.issue.code */
    const char          *bearer;        /* RFC 6750 error, or "" */
    fhb_error_fault_t    fault;
    fhb_error_stands_t   stands;
    fhb_error_then_t     then;
    const char          *text;          /* safe for the client */
} fhb_error_row_t;


/*
 * fhb_error_row - what is known of a negative result code.
 *
 * shape    rc: any value
 * returns  the row; for a value that is no row, the row of FHB_E_INTERNAL
 * memory   none, the row is static
 * test     t/unit/test_error.c
 */

const fhb_error_row_t *fhb_error_row(fhb_rc_t rc);


/*
 * fhb_error_for_status - the row for a refusal that came from elsewhere.
 *
 * shape    status: an HTTP status of 300 or more; backend: not 0 when the
 *          backend gave it, 0 when nginx did
 * returns  a FHB_E_* code, never FHB_OK; the client's status is the row's
 * source   RFC 9110 s.15
 * test     t/unit/test_error.c
 */

fhb_rc_t fhb_error_for_status(int status, int backend);


/*
 * fhb_error_as - tell an error from deeper inside as an error of this room.
 *
 * shape    rc: any value; as: FHB_E_*
 * returns  FHB_OK for FHB_OK; rc where the rows of rc and as name the same
 *          fault, or where rc is the server's fault; else as, so also where rc
 *          is no row
 * test     t/unit/test_error.c
 */

fhb_must_check fhb_rc_t fhb_error_as(fhb_rc_t rc, fhb_rc_t as);


/* not 0 when the client is told Retry-After */

int fhb_error_retry(fhb_rc_t rc);


/* not 0 for a verdict on a token, which a cache may keep */

int fhb_error_cacheable(fhb_rc_t rc);


#pragma GCC visibility pop

#endif /* FHB_ERROR_H */
