/*
 * Memory for a library that does not check it.
 *
 * yajl does not look at what its allocator returns, so an allocation that
 * fails must not return at all: it jumps back to where yajl was entered.
 * Every block is on a list, thus nothing is lost.
 */

#ifndef FHB_JSON_HEAP_H
#define FHB_JSON_HEAP_H

#include <setjmp.h>

#include "fhb.h"

#pragma GCC visibility push(hidden)


typedef struct fhb_json_block_s  fhb_json_block_t;

typedef struct {
    fhb_alloc_t        alloc;
    fhb_json_block_t  *blocks;
    jmp_buf            nomem;           /* set before each call of yajl */
} fhb_json_heap_t;


/* ctx: a fhb_json_heap_t; alloc and realloc never return NULL */

void *fhb_json_heap_alloc(void *ctx, size_t size);
void *fhb_json_heap_realloc(void *ctx, void *p, size_t size);
void fhb_json_heap_free(void *ctx, void *p);

void fhb_json_heap_clear(fhb_json_heap_t *heap);


#pragma GCC visibility pop

#endif /* FHB_JSON_HEAP_H */
