/*
 * The rows of fhb_error.def, and which of them stands for a status that
 * nginx or the backend gave.
 */

#include "fhb_error.h"


static const fhb_error_row_t  fhb_error_rows[] = {
#define FHB_ERROR(name, reason, status, severity, code, bearer, fault,       \
                  stands, then, text)                                        \
    { reason, status, severity, code, bearer, FHB_FAULT_##fault,             \
      FHB_STANDS_##stands, FHB_THEN_##then, text },
#include "fhb_error.def"
#undef FHB_ERROR
};

fhb_assert(error_rows,
           fhb_nelts(fhb_error_rows) == FHB_E_LAST_ - FHB_E_FIRST_ - 1);


/*
 * The backend is asked with GET and an Accept that takes anything, without a
 * body, a precondition or proxy credentials: a refusal that blames one of
 * these is the backend's fault and not the client's.
 */

static const int  fhb_error_unasked[] = {
    405, 406, 408, 411, 412, 413, 415, 417, 421, 426, 428, 431
};


const fhb_error_row_t *
fhb_error_row(fhb_rc_t rc)
{
    if (rc <= FHB_E_FIRST_ || rc >= FHB_E_LAST_) {
        rc = FHB_E_INTERNAL;
    }

    return &fhb_error_rows[rc - FHB_E_FIRST_ - 1];
}


fhb_rc_t
fhb_error_for_status(int status, int backend)
{
    size_t                  i;
    const fhb_error_row_t  *row;

    for (i = 0; i < fhb_nelts(fhb_error_rows); i++) {
        row = &fhb_error_rows[i];

        if (row->status == status
            && (row->stands == FHB_STANDS_EITHER
                || (row->stands == FHB_STANDS_NGINX && !backend)))
        {
            return FHB_E_FIRST_ + 1 + (fhb_rc_t) i;
        }
    }

    for (i = 0; i < fhb_nelts(fhb_error_unasked); i++) {
        if (backend && status == fhb_error_unasked[i]) {
            return FHB_E_BACKEND_ERROR;
        }
    }

    if (status == 407 && backend) {
        return FHB_E_BACKEND_LOGIN;
    }

    if (status == 505 && !backend) {    /* the request's version of HTTP */
        return FHB_E_REQUEST;
    }

    switch (status / 100) {

    case 3:
        return FHB_E_BACKEND_REDIRECT;

    case 4:
        return FHB_E_REFUSED;

    case 5:
        return backend ? FHB_E_BACKEND_ERROR : FHB_E_INTERNAL;

    default:
        return backend ? FHB_E_BACKEND : FHB_E_INTERNAL;
    }
}


fhb_rc_t
fhb_error_as(fhb_rc_t rc, fhb_rc_t as)
{
    fhb_error_fault_t  fault;

    if (rc == FHB_OK) {
        return FHB_OK;
    }

    if (rc <= FHB_E_FIRST_ || rc >= FHB_E_LAST_) {
        return as;
    }

    fault = fhb_error_row(rc)->fault;

    return (fault == FHB_FAULT_SERVER || fault == fhb_error_row(as)->fault)
           ? rc : as;
}


int
fhb_error_retry(fhb_rc_t rc)
{
    return fhb_error_row(rc)->then == FHB_THEN_RETRY;
}


int
fhb_error_cacheable(fhb_rc_t rc)
{
    return fhb_error_row(rc)->then == FHB_THEN_KEEP;
}
