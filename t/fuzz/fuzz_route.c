/*
 * Any path: what is found must obey the grammar of ids, and give the end of
 * the path back when it is put together again.
 */

#include <stdlib.h>
#include <string.h>

#include "fhb_out.h"
#include "fhb_route.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


#define CHECK(what)                                                          \
    do { if (!(what)) { abort(); } } while (0)


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fhb_rc_t        rc;
    fhb_str_t       path;
    fhb_out_t       out;
    fhb_route_t     route;
    unsigned char  *copy;

    path.data = data;
    path.len = size;

    memset(&route, 0xa5, sizeof(route));

    rc = fhb_route_parse(&route, path);

    if (rc != FHB_OK) {
        CHECK(rc == FHB_E_NOT_FOUND || rc == FHB_E_NOT_SUPPORTED);
        CHECK(route.kind == FHB_ROUTE_OTHER);
        CHECK(route.id.len == 0 && route.vid.len == 0);
        return 0;
    }

    copy = malloc(size);
    CHECK(copy != NULL);

    fhb_out_init(&out, copy, size);

    switch (route.kind) {

    case FHB_ROUTE_READ:
        CHECK(fhb_route_id_valid(route.id) && route.vid.len == 0);
        fhb_out_lit(&out, "/Binary/");
        fhb_out_str(&out, route.id);
        break;

    case FHB_ROUTE_VREAD:
        CHECK(fhb_route_id_valid(route.id) && fhb_route_id_valid(route.vid));
        fhb_out_lit(&out, "/Binary/");
        fhb_out_str(&out, route.id);
        fhb_out_lit(&out, "/_history/");
        fhb_out_str(&out, route.vid);
        break;

    case FHB_ROUTE_CCD:
        CHECK(route.id.len == 0 && route.vid.len == 0);
        fhb_out_lit(&out, "/Binary/$autogen-ccd-if");
        break;

    default:
        abort();
    }

    CHECK(!out.full
          && memcmp(copy, data + size - out.len, out.len) == 0);

    free(copy);

    return 0;
}
