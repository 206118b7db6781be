/*
 * Any dateTime: what is accepted in one version must mean the same in the
 * others that accept it, and must come back from what is written of it.  The
 * first eight bytes are written as an instant, too.
 */

#include <stdlib.h>
#include <string.h>

#include "fhb_time.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_write(int64_t seconds);


#define CHECK(what)                                                          \
    do { if (!(what)) { abort(); } } while (0)


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t        seconds;
    fhb_rc_t       rc;
    fhb_str_t      s;
    fhb_time_t     t, first;
    fhb_version_t  v;

    s.data = data;
    s.len = size;

    /* R4 is the most lenient of the versions */

    for (v = FHB_DSTU2; v <= FHB_R5; v++) {
        rc = fhb_time_parse(&t, s, v);

        if (rc != FHB_OK) {
            CHECK(rc == FHB_E_PARAM_VALUE);
            continue;
        }

        CHECK(size >= 20 && size <= 64);
        CHECK(t.nanoseconds <= 999999999);
        CHECK(fhb_time_parse(&first, s, FHB_R4) == FHB_OK);
        CHECK(fhb_time_cmp(&t, &first) == 0);

        check_write(t.seconds);
    }

    if (size >= sizeof(seconds)) {
        memcpy(&seconds, data, sizeof(seconds));

        check_write(seconds);
        check_write(seconds % 300000000000);
    }

    return 0;
}


static void
check_write(int64_t seconds)
{
    fhb_out_t      out;
    fhb_time_t     t;
    unsigned char  buf[20];

    fhb_out_init(&out, buf, sizeof(buf));

    if (fhb_time_write(&out, seconds) != FHB_OK) {
        CHECK(out.len == 0);
        CHECK(seconds < -62135596800 || seconds > 253402300799);
        return;
    }

    CHECK(out.len == 20 && !out.full);
    CHECK(fhb_time_parse(&t, fhb_out_result(&out), FHB_DSTU2) == FHB_OK);
    CHECK(t.seconds == seconds && t.nanoseconds == 0);
}
