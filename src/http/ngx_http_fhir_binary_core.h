/*
 * Between the storeys: nginx strings and the core's, pools as allocators,
 * and writers that count first and then fill exactly what they counted.
 */

#ifndef _NGX_HTTP_FHIR_BINARY_CORE_H_INCLUDED_
#define _NGX_HTTP_FHIR_BINARY_CORE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "fhb.h"
#include "fhb_error.h"
#include "fhb_out.h"


static ngx_inline fhb_str_t
ngx_http_fhir_binary_to_core(ngx_str_t s)
{
    fhb_str_t  out;

    out.len = s.len;
    out.data = s.data;

    return out;
}


/* the core never writes through its strings, and neither may the taker */

static ngx_inline ngx_str_t
ngx_http_fhir_binary_from_core(fhb_str_t s)
{
    ngx_str_t  out;

    out.len = s.len;
    out.data = (u_char *) s.data;

    return out;
}


/* for debug lines: a refusal by the name of its row */

static ngx_inline const char *
ngx_http_fhir_binary_rc_name(fhb_rc_t rc)
{
    if (rc < 0) {
        return fhb_error_row(rc)->reason;
    }

    return (rc == FHB_OK) ? "ok" : "open";
}


/*
 * Make room for what a counting writer has counted; the writer then runs
 * again over the same input.
 */

static ngx_inline ngx_int_t
ngx_http_fhir_binary_out_alloc(ngx_pool_t *pool, fhb_out_t *out)
{
    u_char  *p;
    size_t   len;

    len = out->len;

    if (out->full) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(pool, len ? len : 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    fhb_out_init(out, p, len);

    return NGX_OK;
}


/*
 * The process's own memory for the core, where it frees what it takes: the
 * trees of JSON documents, key sets that live longer than a request.
 */

static ngx_inline void *
ngx_http_fhir_binary_heap_alloc(void *ctx, size_t size)
{
    return ngx_alloc(size, ctx);
}


static ngx_inline void
ngx_http_fhir_binary_heap_free(void *ctx, void *p)
{
    ngx_free(p);
}


static ngx_inline fhb_alloc_t
ngx_http_fhir_binary_heap(ngx_log_t *log)
{
    fhb_alloc_t  heap;

    heap.alloc = ngx_http_fhir_binary_heap_alloc;
    heap.free = ngx_http_fhir_binary_heap_free;
    heap.ctx = log;

    return heap;
}


#endif /* _NGX_HTTP_FHIR_BINARY_CORE_H_INCLUDED_ */
