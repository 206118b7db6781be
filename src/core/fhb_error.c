/*
 * The rows of fhb_error.def, and which of them stands for a status that
 * nginx or the backend gave.
 */

#include "fhb.h"


typedef struct {
    int       status;
    fhb_rc_t  own;                      /* nginx gave it */
    fhb_rc_t  backend;                  /* the backend gave it */
} fhb_error_status_t;


static const fhb_error_row_t  fhb_error_rows[] = {
#define FHB_ERROR(name, reason, status, severity, code, bearer, text)        \
    { reason, status, severity, code, bearer, text },
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

static const fhb_error_status_t  fhb_error_statuses[] = {
    { 400, FHB_E_REQUEST, FHB_E_REFUSED },
    { 401, FHB_E_LOGIN, FHB_E_LOGIN },
    { 403, FHB_E_FORBIDDEN, FHB_E_FORBIDDEN },
    { 404, FHB_E_NOT_FOUND, FHB_E_NOT_FOUND },
    { 405, FHB_E_METHOD, FHB_E_BACKEND_ERROR },
    { 406, FHB_E_NOT_ACCEPTABLE, FHB_E_BACKEND_ERROR },
    { 407, FHB_E_REFUSED, FHB_E_BACKEND_LOGIN },
    { 408, FHB_E_REQUEST_TIMEOUT, FHB_E_BACKEND_ERROR },
    { 409, FHB_E_CONFLICT, FHB_E_CONFLICT },
    { 410, FHB_E_GONE, FHB_E_GONE },
    { 411, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 412, FHB_E_PRECONDITION, FHB_E_BACKEND_ERROR },
    { 413, FHB_E_BODY_TOO_LARGE, FHB_E_BACKEND_ERROR },
    { 414, FHB_E_URI_TOO_LONG, FHB_E_REFUSED },
    { 415, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 416, FHB_E_RANGE, FHB_E_RANGE },
    { 417, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 421, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 426, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 428, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 429, FHB_E_THROTTLED, FHB_E_THROTTLED },
    { 431, FHB_E_REFUSED, FHB_E_BACKEND_ERROR },
    { 500, FHB_E_INTERNAL, FHB_E_BACKEND_ERROR },
    { 501, FHB_E_METHOD_UNKNOWN, FHB_E_BACKEND_ERROR },
    { 502, FHB_E_BACKEND, FHB_E_BACKEND },
    { 503, FHB_E_UNAVAILABLE, FHB_E_UNAVAILABLE },
    { 504, FHB_E_TIMEOUT, FHB_E_TIMEOUT },
    { 505, FHB_E_REQUEST, FHB_E_BACKEND_ERROR }
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
    size_t                     i;
    const fhb_error_status_t  *row;

    for (i = 0; i < fhb_nelts(fhb_error_statuses); i++) {
        row = &fhb_error_statuses[i];

        if (row->status == status) {
            return backend ? row->backend : row->own;
        }
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
