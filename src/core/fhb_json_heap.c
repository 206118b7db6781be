/*
 * Memory for a library that does not check it.
 */

#include <string.h>

#include "fhb_json_heap.h"


/* the bytes follow; a multiple of 16, which keeps them aligned */

struct fhb_json_block_s {
    fhb_json_block_t  *prev;
    fhb_json_block_t  *next;
    size_t             size;            /* bytes that follow */
    size_t             pad;
};


void *
fhb_json_heap_alloc(void *ctx, size_t size)
{
    fhb_json_heap_t  *heap = ctx;

    fhb_json_block_t  *block;

    block = NULL;

    if (size <= SIZE_MAX - sizeof(fhb_json_block_t)) {
        block = heap->alloc.alloc(heap->alloc.ctx,
                                  sizeof(fhb_json_block_t) + size);
    }

    if (block == NULL) {
        longjmp(heap->nomem, 1);
    }

    block->prev = NULL;
    block->next = heap->blocks;
    block->size = size;

    if (heap->blocks != NULL) {
        heap->blocks->prev = block;
    }

    heap->blocks = block;

    return block + 1;
}


void *
fhb_json_heap_realloc(void *ctx, void *p, size_t size)
{
    void    *n;
    size_t   old;

    old = (p != NULL) ? ((fhb_json_block_t *) p - 1)->size : 0;

    if (p != NULL && size <= old) {
        return p;
    }

    n = fhb_json_heap_alloc(ctx, size);

    if (old) {
        memcpy(n, p, old);
    }

    fhb_json_heap_free(ctx, p);

    return n;
}


void
fhb_json_heap_free(void *ctx, void *p)
{
    fhb_json_heap_t  *heap = ctx;

    fhb_json_block_t  *block;

    if (p == NULL) {
        return;
    }

    block = (fhb_json_block_t *) p - 1;

    if (block->prev != NULL) {
        block->prev->next = block->next;

    } else {
        heap->blocks = block->next;
    }

    if (block->next != NULL) {
        block->next->prev = block->prev;
    }

    heap->alloc.free(heap->alloc.ctx, block);
}


void
fhb_json_heap_clear(fhb_json_heap_t *heap)
{
    fhb_json_block_t  *block, *next;

    for (block = heap->blocks; block != NULL; block = next) {
        next = block->next;
        heap->alloc.free(heap->alloc.ctx, block);
    }

    heap->blocks = NULL;
}
