/*
 * Ahead: what is in hand of a document while its header waits.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"


static ngx_uint_t ngx_http_fhir_binary_ahead_fits(
    ngx_http_fhir_binary_ctx_t *ctx, size_t size);
static fhb_rc_t ngx_http_fhir_binary_ahead_room(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, size_t size);
static void ngx_http_fhir_binary_ahead_gone(void *data);


/* bytes that the requests of this worker hold together */

static size_t  ngx_http_fhir_binary_ahead_worker;


/*
 * Keep the slice until the header has left; limit: bytes in all.
 */

fhb_rc_t
ngx_http_fhir_binary_ahead_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, size_t limit)
{
    off_t                           rest;
    size_t                          n, size;
    fhb_rc_t                        rc;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;
    n = source->slice.len;

    if (source->held_len > limit || n > limit - source->held_len) {
        return FHB_E_BACKEND_HELD;
    }

    if (source->held_len + n > source->held_size) {

        /* nothing to spare where no more will come */

        rest = ngx_http_fhir_binary_ahead_rest(r, ctx);
        rest = (rest == -1) ? 4096 : ngx_min(rest, (off_t) limit);

        size = ngx_max(source->held_size * 2, source->held_len + (size_t) rest);
        size = ngx_max(size, source->held_len + n);
        size = ngx_min(size, limit);

        if (!ngx_http_fhir_binary_ahead_fits(ctx, size)) {
            size = source->held_len + n;
        }

        rc = ngx_http_fhir_binary_ahead_room(r, ctx, size);

        if (rc != FHB_OK) {
            return rc;
        }
    }

    ngx_memcpy(source->held + source->held_len, source->slice.data, n);
    source->held_len += n;

    ngx_http_fhir_binary_source_use(ctx, n);

    return FHB_OK;
}


/* while one is copied, it alone is there twice */

static ngx_uint_t
ngx_http_fhir_binary_ahead_fits(ngx_http_fhir_binary_ctx_t *ctx, size_t size)
{
    size_t  others;

    others = ngx_http_fhir_binary_ahead_worker - ctx->source.held_size;

    return others <= ctx->conf->lookahead_worker
           && size <= ctx->conf->lookahead_worker - others;
}


/*
 * The memory for what is held is not the pool's: it goes back as soon as its
 * bytes have been used, and all of a worker's is bounded.
 */

static fhb_rc_t
ngx_http_fhir_binary_ahead_room(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, size_t size)
{
    u_char                         *p;
    ngx_pool_cleanup_t             *cln;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    if (!ngx_http_fhir_binary_ahead_fits(ctx, size)) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: the requests of this worker hold %uz "
                      "bytes, and \"worker=\" of \"fhir_binary_lookahead\" "
                      "is %uz", ngx_http_fhir_binary_ahead_worker,
                      ctx->conf->lookahead_worker);

        return FHB_E_LOOKAHEAD_FULL;
    }

    if (source->held == NULL) {

        cln = ngx_pool_cleanup_add(r->pool, 0);
        if (cln == NULL) {
            return FHB_E_NOMEM;
        }

        cln->handler = ngx_http_fhir_binary_ahead_gone;
        cln->data = source;
    }

    p = ngx_alloc(size, r->connection->log);
    if (p == NULL) {
        return FHB_E_NOMEM;
    }

    if (source->held_len) {
        ngx_memcpy(p, source->held, source->held_len);
    }

    ngx_http_fhir_binary_ahead_drop(source);

    source->held = p;
    source->held_size = size;
    ngx_http_fhir_binary_ahead_worker += size;

    return FHB_OK;
}


/*
 * What was held is not needed any more.
 */

void
ngx_http_fhir_binary_ahead_drop(ngx_http_fhir_binary_source_t *source)
{
    if (source->held_size == 0) {
        return;
    }

    ngx_free(source->held);

    ngx_http_fhir_binary_ahead_worker -= source->held_size;
    source->held_size = 0;
}


static void
ngx_http_fhir_binary_ahead_gone(void *data)
{
    ngx_http_fhir_binary_ahead_drop(data);
}


/*
 * How many bytes are in hand, slice included, when the end is, too; otherwise
 * -1: more may come later.  What upstream has read and not given yet is not
 * counted.
 */

off_t
ngx_http_fhir_binary_ahead_rest(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    off_t                           n;
    ngx_uint_t                      last;
    ngx_chain_t                    *cl;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    n = 0;
    last = source->last;

    for (cl = source->in; cl; cl = cl->next) {

        if (ngx_buf_in_memory(cl->buf)) {
            n += cl->buf->last - cl->buf->pos;
        }

        last |= cl->buf->last_buf;
    }

    last |= (source->left != -1 && n >= source->left);

    if (!last && !ngx_http_fhir_binary_upstream_read_out(r, ctx)) {
        return -1;
    }

    return n + (source->buf ? source->buf->last - source->buf->pos : 0);
}
