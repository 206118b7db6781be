/*
 * Input beside a page that must not be touched: reading one byte past its
 * end (or before its start) is a crash in every build, not only under ASan.
 *
 *     guard_t   g;
 *     char     *p = guard_before(&g, "abc", 3);     p[3] faults
 *     ...
 *     guard_free(&g);
 *
 * The copy is writable, so it serves as an output buffer just as well.
 */

#ifndef FHB_TEST_GUARD_H
#define FHB_TEST_GUARD_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>


typedef struct {
    char    *base;
    size_t   size;
} guard_t;


/* Maps whole pages for len bytes with a forbidden page on both sides. */

static inline char *
guard_map(guard_t *g, size_t len, size_t *room)
{
    size_t  page;

    page = (size_t) sysconf(_SC_PAGESIZE);

    *room = (len + page - 1) / page * page;

    if (*room == 0) {
        *room = page;
    }

    g->size = *room + 2 * page;
    g->base = mmap(NULL, g->size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (g->base == MAP_FAILED
        || mprotect(g->base, page, PROT_NONE) != 0
        || mprotect(g->base + page + *room, page, PROT_NONE) != 0)
    {
        perror("guard page");
        abort();
    }

    return g->base + page;
}


/* A copy of data whose last byte is followed by the forbidden page. */

static inline char *
guard_before(guard_t *g, const void *data, size_t len)
{
    char    *p;
    size_t   room;

    p = guard_map(g, len, &room) + room - len;

    if (len != 0 && data != NULL) {
        memcpy(p, data, len);
    }

    return p;
}


/* A copy of data whose first byte follows the forbidden page. */

static inline char *
guard_after(guard_t *g, const void *data, size_t len)
{
    char    *p;
    size_t   room;

    p = guard_map(g, len, &room);

    if (len != 0 && data != NULL) {
        memcpy(p, data, len);
    }

    return p;
}


static inline void
guard_free(guard_t *g)
{
    if (g->base != NULL) {
        munmap(g->base, g->size);
        g->base = NULL;
    }
}


#endif /* FHB_TEST_GUARD_H */
