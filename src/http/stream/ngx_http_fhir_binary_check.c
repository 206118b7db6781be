/*
 * Check: a document is looked at on its way, by fhir_binary_ccd_check, and its
 * base64 while the header has not left yet.
 *
 * test     t/ccd_check.t, t/ccd_end.t, t/ccd_memory.t, t/fhir_base64.t,
 *          t/directive_ccd_check.t
 */

#include "ngx_http_fhir_binary_stream.h"
#include "ngx_http_fhir_binary_core.h"


static void ngx_http_fhir_binary_check_free(void *data);


/*
 * The document is to be a Continuity of Care Document.
 */

ngx_int_t
ngx_http_fhir_binary_check_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_alloc_t         *heap;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    heap = ngx_palloc(r->pool, sizeof(fhb_alloc_t));

    if (cln == NULL || heap == NULL) {
        return NGX_ERROR;
    }

    *heap = ngx_http_fhir_binary_heap(r->connection->log);

    if (fhb_cda_create(&ctx->check.cda, heap) != FHB_OK) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_fhir_binary_check_free;
    cln->data = ctx->check.cda;

    return NGX_OK;
}


static void
ngx_http_fhir_binary_check_free(void *data)
{
    fhb_cda_free(data);
}


/*
 * Look at what is kept, from where the last look ended.  The pump looks at
 * the same bytes no second time.
 */

fhb_rc_t
ngx_http_fhir_binary_check_kept(ngx_http_fhir_binary_ctx_t *ctx)
{
    u_char                         *p, *last, buf[1024 + 16];
    size_t                          n, written;
    fhb_rc_t                        rc;
    fhb_str_t                       bytes;
    ngx_http_fhir_binary_check_t   *check;
    ngx_http_fhir_binary_source_t  *source;

    check = &ctx->check;
    source = &ctx->source;

    p = source->kept.data + check->pos;
    last = source->kept.data + source->kept.len;

    while (p < last) {

        n = ngx_min((size_t) (last - p), 1024);

        bytes.data = p;
        bytes.len = n;

        if (ctx->source.reader) {

            rc = fhb_b64_decode(&check->base64, buf, &written, p, n);

            if (rc != FHB_OK) {
                return rc;
            }

            bytes.data = buf;
            bytes.len = written;
        }

        p += n;
        check->pos += n;

        rc = fhb_cda_feed(check->cda, bytes);

        if (rc == FHB_OK) {
            check->begun = 1;

            ngx_log_debug0(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                           "fhir binary: the start is that of a CCD");

        } else if (rc != FHB_AGAIN) {
            return rc;
        }
    }

    return FHB_OK;
}


/*
 * What is at hand before the header leaves must be base64: later it can only
 * be cut.
 */

fhb_rc_t
ngx_http_fhir_binary_check_base64(ngx_http_fhir_binary_ctx_t *ctx,
    fhb_str_t data)
{
    u_char    buf[1024];
    size_t    n, written;
    fhb_rc_t  rc;

    while (data.len) {

        n = ngx_min(data.len, sizeof(buf));

        rc = fhb_b64_check(&ctx->check.base64, buf, &written, data.data, n);

        if (rc != FHB_OK) {
            return rc;
        }

        data.data += n;
        data.len -= n;
    }

    return FHB_OK;
}


/*
 * Whether the base64 that was looked at ends as base64 does.
 */

fhb_rc_t
ngx_http_fhir_binary_check_base64_end(ngx_http_fhir_binary_ctx_t *ctx)
{
    return fhb_b64_decode_end(&ctx->check.base64);
}


/*
 * Bytes of the document on their way to the client.  One that turns out to be
 * no Continuity of Care Document is cut; what was kept has been looked at.
 */

fhb_rc_t
ngx_http_fhir_binary_check_bytes(ngx_http_fhir_binary_ctx_t *ctx,
    const u_char *p, size_t n)
{
    fhb_rc_t   rc;
    fhb_str_t  bytes;

    if (ctx->check.cda == NULL
        || ctx->source.kind == NGX_HTTP_FHIR_BINARY_SLICE_KEPT)
    {
        return FHB_OK;
    }

    bytes.data = p;
    bytes.len = n;

    rc = fhb_cda_feed(ctx->check.cda, bytes);

    return (rc == FHB_AGAIN) ? FHB_E_BACKEND_CCD : rc;
}


/*
 * The document ends here.
 */

fhb_rc_t
ngx_http_fhir_binary_check_end(ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->check.cda ? fhb_cda_end(ctx->check.cda) : FHB_OK;
}
