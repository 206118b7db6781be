/*
 * An fhb_alloc_t that counts, and fails the n-th call.  The way to show that
 * every allocation failure is handled and nothing leaks:
 *
 *     oom_t        oom;
 *     fhb_alloc_t  alloc;
 *     unsigned     n;
 *
 *     for (n = 1; ; n++) {
 *         alloc = oom_init(&oom, n);
 *         rc = ... &alloc ...;
 *         assert_int_equal(oom.live, 0);
 *
 *         if (!oom.failed) {
 *             break;                       n calls are all it makes
 *         }
 *
 *         assert_int_equal(rc, FHB_E_...);
 *     }
 */

#ifndef FHB_TEST_OOM_H
#define FHB_TEST_OOM_H

#include <stdlib.h>

#include "fhb.h"


typedef struct {
    unsigned   fail_at;         /* 1 is the first call; 0: never */
    unsigned   calls;           /* calls of alloc so far */
    unsigned   failed;          /* calls that were made to fail */
    size_t     live;            /* allocations not freed yet */
    size_t     bytes;           /* sum of all sizes given out */
    size_t     largest;         /* largest size asked for, given or not */
} oom_t;


static inline void *
oom_alloc(void *ctx, size_t size)
{
    void   *p;
    oom_t  *oom = ctx;

    oom->calls++;

    if (size > oom->largest) {
        oom->largest = size;
    }

    if (oom->calls == oom->fail_at) {
        oom->failed++;
        return NULL;
    }

    p = malloc(size ? size : 1);

    if (p == NULL) {
        abort();
    }

    oom->live++;
    oom->bytes += size;

    return p;
}


static inline void
oom_free(void *ctx, void *p)
{
    oom_t  *oom = ctx;

    if (p != NULL) {
        oom->live--;
    }

    free(p);
}


static inline fhb_alloc_t
oom_init(oom_t *oom, unsigned fail_at)
{
    fhb_alloc_t  alloc;

    *oom = (oom_t) { .fail_at = fail_at };

    alloc.alloc = oom_alloc;
    alloc.free = oom_free;
    alloc.ctx = oom;

    return alloc;
}


#endif /* FHB_TEST_OOM_H */
