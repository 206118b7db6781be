/*
 * Bufpool: the memory of output buffers, reused by the requests of a worker.
 *
 * malloc() gives memory of this size back to the kernel and takes it anew
 * for each request, or does not, as the heap happens to lie: a response of
 * 100 kB then costs up to three times as much.  A block goes back when the
 * request's pool is destroyed, so it lives as long as memory of that pool.
 *
 * test     t/wrap_buffers.t, t/client_memory.t, t/client_reuse.t
 */

#include "ngx_http_fhir_binary.h"


/* bytes that a worker keeps for requests to come */
#define NGX_HTTP_FHIR_BINARY_BUFPOOL  (2 * 1024 * 1024)

/* bytes before a block's own; its data starts on a line of the cache */
#define NGX_HTTP_FHIR_BINARY_LINE    64


typedef struct ngx_http_fhir_binary_bufpool_block_s
    ngx_http_fhir_binary_bufpool_block_t;

struct ngx_http_fhir_binary_bufpool_block_s {
    ngx_http_fhir_binary_bufpool_block_t  *next;
    size_t                         size;      /* of its data, bytes */
};


static void ngx_http_fhir_binary_bufpool_give(void *data);


/* each process's own, the latest used first */

static ngx_http_fhir_binary_bufpool_block_t  *ngx_http_fhir_binary_bufpool_kept;
static size_t                         ngx_http_fhir_binary_bufpool_bytes;


u_char *
ngx_http_fhir_binary_bufpool_take(ngx_http_request_t *r, size_t size)
{
    ngx_pool_cleanup_t                    *cln;
    ngx_http_fhir_binary_bufpool_block_t  *block, **p;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    for (p = &ngx_http_fhir_binary_bufpool_kept; *p; p = &(*p)->next) {
        if ((*p)->size == size) {
            break;
        }
    }

    block = *p;

    if (block) {
        *p = block->next;
        ngx_http_fhir_binary_bufpool_bytes -= size;

    } else {
        block = ngx_memalign(NGX_HTTP_FHIR_BINARY_LINE,
                             NGX_HTTP_FHIR_BINARY_LINE + size,
                             r->connection->log);
        if (block == NULL) {
            return NULL;
        }

        block->size = size;
    }

    cln->handler = ngx_http_fhir_binary_bufpool_give;
    cln->data = block;

    return (u_char *) block + NGX_HTTP_FHIR_BINARY_LINE;
}


static void
ngx_http_fhir_binary_bufpool_give(void *data)
{
    ngx_http_fhir_binary_bufpool_block_t  *block = data;

    if (block->size > NGX_HTTP_FHIR_BINARY_BUFPOOL
                      - ngx_http_fhir_binary_bufpool_bytes)
    {
        ngx_free(block);
        return;
    }

    block->next = ngx_http_fhir_binary_bufpool_kept;
    ngx_http_fhir_binary_bufpool_kept = block;
    ngx_http_fhir_binary_bufpool_bytes += block->size;
}


/*
 * The process ends: what it kept goes with it.
 */

void
ngx_http_fhir_binary_bufpool_exit(ngx_cycle_t *cycle)
{
    ngx_http_fhir_binary_bufpool_block_t  *block;

    while (ngx_http_fhir_binary_bufpool_kept) {
        block = ngx_http_fhir_binary_bufpool_kept;
        ngx_http_fhir_binary_bufpool_kept = block->next;
        ngx_free(block);
    }

    ngx_http_fhir_binary_bufpool_bytes = 0;
}
