/*
 * Ahead: what is in hand of a document while its header waits.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"


/*
 * Keep the slice until the header has left; limit: bytes in all.
 */

fhb_rc_t
ngx_http_fhir_binary_ahead_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, size_t limit)
{
    off_t                           rest;
    u_char                         *p;
    size_t                          n, size;
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

        p = ngx_palloc(r->pool, size);
        if (p == NULL) {
            return FHB_E_INTERNAL;
        }

        if (source->held) {
            ngx_memcpy(p, source->held, source->held_len);
            ngx_pfree(r->pool, source->held);
        }

        source->held = p;
        source->held_size = size;
    }

    ngx_memcpy(source->held + source->held_len, source->slice.data, n);
    source->held_len += n;

    ngx_http_fhir_binary_source_use(ctx, n);

    return FHB_OK;
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
