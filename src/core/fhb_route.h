/*
 * The path of a request: which interaction with which document it means.
 */

#ifndef FHB_ROUTE_H
#define FHB_ROUTE_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


typedef enum {
    FHB_ROUTE_OTHER = 0,                /* refused */
    FHB_ROUTE_READ,                     /* [base]/Binary/[id] */
    FHB_ROUTE_VREAD,                    /* [base]/Binary/[id]/_history/[vid] */
    FHB_ROUTE_CCD                       /* [base]/Binary/$autogen-ccd-if */
} fhb_route_kind_t;


typedef struct {
    fhb_route_kind_t  kind;
    fhb_str_t         id;               /* read, vread */
    fhb_str_t         vid;              /* vread */
} fhb_route_t;


/*
 * fhb_route_parse - find the interaction in a path.
 *
 * shape    path: percent-decoded once and normalised, as nginx's r->uri is;
 *          the route points into it
 * returns  FHB_OK | FHB_E_NOT_FOUND | FHB_E_NOT_SUPPORTED; after an error
 *          the kind is FHB_ROUTE_OTHER
 * memory   none
 * source   FHIR http.html, read and vread; datatypes.html, id; Cerner
 *          Millennium, $autogen-ccd-if
 * test     t/unit/test_route.c, t/fuzz/fuzz_route.c
 */

fhb_must_check fhb_rc_t fhb_route_parse(fhb_route_t *route, fhb_str_t path);


/*
 * fhb_route_id_valid - whether the bytes are a FHIR id.
 *
 * returns  not 0 when they are; "." and ".." are not
 * source   FHIR datatypes, id: [A-Za-z0-9\-\.]{1,64}
 * test     t/unit/test_route.c
 */

int fhb_route_id_valid(fhb_str_t s);


#pragma GCC visibility pop

#endif /* FHB_ROUTE_H */
