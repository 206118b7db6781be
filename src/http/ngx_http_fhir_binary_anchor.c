/*
 * Anchor: the context of a request outlives what nginx does with the request.
 *
 * nginx wipes the modules' contexts on an internal redirect.  A cleanup of
 * the request's pool, which is found by its handler, keeps this module's.
 *
 * test     t/token_bypass.t, t/error_page_document.t, t/source_second.t,
 *          t/nginx_subrequest.t
 */

#include "ngx_http_fhir_binary.h"


static void ngx_http_fhir_binary_anchor_mark(void *data);


/*
 * Memory for the context of r, zeroed; NULL: there is none.
 */

ngx_http_fhir_binary_ctx_t *
ngx_http_fhir_binary_anchor_add(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t          *cln;
    ngx_http_fhir_binary_ctx_t  *ctx;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_fhir_binary_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_http_fhir_binary_ctx_t));

    ctx->request = r;
    cln->handler = ngx_http_fhir_binary_anchor_mark;

    return ctx;
}


/* only a marker: the memory is the pool's */

static void
ngx_http_fhir_binary_anchor_mark(void *data)
{
}


/*
 * The context of r, whether nginx knows it at the moment or not.
 */

ngx_http_fhir_binary_ctx_t *
ngx_http_fhir_binary_anchor_find(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t          *cln;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_fhir_binary_module);

    if (ctx != NULL || !(r->internal || r->filter_finalize)) {
        return ctx;
    }

    for (cln = r->pool->cleanup; cln; cln = cln->next) {

        if (cln->handler != ngx_http_fhir_binary_anchor_mark) {
            continue;
        }

        ctx = cln->data;

        /* the pool is shared with subrequests */

        if (ctx->request == r) {
            return ctx;
        }
    }

    return NULL;
}
