/*
 * The scanner of FHIR XML: it tells one story however the bytes are cut.
 * What it finds is compared with a tree by fuzz_bin_read.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fhb_splice.h"


typedef struct {
    fhb_rc_t  rc;
    size_t    nskeleton;
    size_t    nvalue;
    unsigned  opened;
    unsigned  done;
    char     *skeleton;
    char     *value;
} story_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(int ok)
{
    if (!ok) {
        abort();
    }
}


/* seed: 0 for one piece, 1 for single bytes, else pieces of 1 to 16 bytes */

static void
tell(story_t *s, const uint8_t *data, size_t size, uint32_t seed)
{
    size_t                n, left;
    uint8_t              *copy;
    fhb_splice_t          out;
    fhb_splice_scan_t     scan;
    const unsigned char  *p;

    memset(s, 0, sizeof(story_t));
    memset(&scan, 0, sizeof(scan));

    s->skeleton = malloc(size + 1);
    s->value = malloc(size + 1);
    s->rc = FHB_AGAIN;

    while (size && s->rc >= 0) {
        n = size;

        if (seed) {
            n = 1;

            if (seed > 1) {
                seed = seed * 1664525 + 1013904223;
                n = 1 + (seed >> 28);
                n = n < size ? n : size;
            }
        }

        copy = malloc(n);
        memcpy(copy, data, n);

        p = copy;
        left = n;

        while ((s->rc = fhb_splice_xml(&scan, &p, &left, &out)) == FHB_OK) {

            switch (out.type) {

            case FHB_SPLICE_SKELETON:
                memcpy(s->skeleton + s->nskeleton, out.slice.data,
                       out.slice.len);
                s->nskeleton += out.slice.len;
                break;

            case FHB_SPLICE_DATA:
                check(s->opened == 1);
                memcpy(s->value + s->nvalue, out.slice.data, out.slice.len);
                s->nvalue += out.slice.len;
                break;

            case FHB_SPLICE_OPEN:
                check(s->opened == 0);
                s->opened = 1;
                break;

            case FHB_SPLICE_CLOSE:
                check(s->opened == 1);
                s->opened = 2;
                break;

            default:
                check(out.type == FHB_SPLICE_DONE);
                s->done = 1;
                break;
            }
        }

        check(s->rc < 0 || left == 0);

        free(copy);
        data += n;
        size -= n;
    }
}


static void
forget(story_t *s)
{
    free(s->skeleton);
    free(s->value);
}


/* The value is the rest of the skeleton's attribute, so nothing is lost. */

static void
compare_lengths(const story_t *s, size_t size)
{
    if (s->rc >= 0) {
        check(s->nskeleton + s->nvalue <= size);
        check(s->opened || s->nskeleton == size);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    story_t   whole, other;
    uint32_t  seed;

    tell(&whole, data, size, 0);

    for (seed = 1; seed < 4; seed++) {
        tell(&other, data, size, seed);

        check(other.rc == whole.rc);

        if (whole.rc >= 0) {
            check(other.opened == whole.opened);
            check(other.done == whole.done);
            check(other.nvalue == whole.nvalue);
            check(memcmp(other.value, whole.value, whole.nvalue) == 0);
            check(other.nskeleton == whole.nskeleton);
            check(memcmp(other.skeleton, whole.skeleton, whole.nskeleton)
                  == 0);
        }

        forget(&other);
    }

    compare_lengths(&whole, size);
    forget(&whole);

    return 0;
}
