/*
 * Pump: a document streams through a conversion into a few output buffers.
 *
 * test     t/directive_buffers.t, t/wrap_buffers.t, t/first_byte.t,
 *          t/client_slow.t, t/client_memory.t
 */

#include "ngx_http_fhir_binary_stream.h"


/* bytes that must be free in an output buffer for a step to do anything */
#define NGX_HTTP_FHIR_BINARY_ROOM  64

/*
 * Bytes of a send.  The kernel makes segments of 64 kB less some header, or of
 * as many frames as fit into that: 128 kB would be two of them and a tiny
 * third one, which costs as much.  With more the client would wait longer for
 * the first bytes, and idle while they are made.
 */
#define NGX_HTTP_FHIR_BINARY_PORTION  (2 * 60 * 1024)

static ngx_int_t ngx_http_fhir_binary_pump_fill(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_pump_get_buf(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_pump_step(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_int_t more);
static ngx_int_t ngx_http_fhir_binary_pump_cut(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);
static ngx_int_t ngx_http_fhir_binary_pump_finish(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_pump_copy(ngx_str_t *s, ngx_buf_t *b);
static ngx_int_t ngx_http_fhir_binary_pump_emit(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_pump_special(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t last);
static ngx_int_t ngx_http_fhir_binary_pump_push(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_pump_more(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * head, tail: what stands around the document in a FHIR form, or NULL for its
 * native form.
 */

void
ngx_http_fhir_binary_pump_arm(ngx_http_fhir_binary_ctx_t *ctx,
    const ngx_str_t *head, const ngx_str_t *tail)
{
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    pump->last_out = &pump->out;
    pump->bufs_max = ctx->conf->bufs.num;
    pump->unflushed = 1;

    if (head == NULL) {
        pump->convert = ctx->source.reader ? NGX_HTTP_FHIR_BINARY_DECODE
                                           : NGX_HTTP_FHIR_BINARY_COPY;

    } else {
        pump->head = *head;
        pump->tail = *tail;

        pump->convert = !ctx->source.reader ? NGX_HTTP_FHIR_BINARY_ENCODE
                        : ctx->check.cda ? NGX_HTTP_FHIR_BINARY_RECODE
                        : NGX_HTTP_FHIR_BINARY_CHECK;
    }

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "fhir binary: pump: %s, %uz bytes before the document, "
                   "%uz behind",
                   pump->convert == NGX_HTTP_FHIR_BINARY_COPY ? "copies"
                   : pump->convert == NGX_HTTP_FHIR_BINARY_ENCODE ? "encodes"
                   : pump->convert == NGX_HTTP_FHIR_BINARY_DECODE ? "decodes"
                   : pump->convert == NGX_HTTP_FHIR_BINARY_CHECK ? "checks"
                   : "decodes and encodes",
                   pump->head.len, pump->tail.len);

    if (pump->convert == NGX_HTTP_FHIR_BINARY_DECODE
        || pump->convert == NGX_HTTP_FHIR_BINARY_CHECK)
    {
        ngx_http_fhir_binary_source_give_bare(&ctx->source);
    }
}


/*
 * The loop's rules:
 *
 * - input is taken while there is room for what it gives, and its buffers are
 *   marked as read, so that upstream reuses them;
 * - what was made leaves at the end of each call, not only when a buffer is
 *   full: a client holds what the backend has sent so far.  Where upstream has
 *   the next buffers in hand already, the call is not the end of that;
 * - where no buffer is free, the loop stops until the client has read;
 * - the tail leaves when every byte of a known length was seen, together with
 *   the last of them, or at the end of the input, and in no other case.
 */

ngx_int_t
ngx_http_fhir_binary_pump(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_int_t                     rc;
    ngx_uint_t                    flush;
    ngx_chain_t                  *cl;
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    if (ngx_http_fhir_binary_source_add(r, ctx, in) != NGX_OK) {
        goto failed;
    }

    if (pump->nomem) {

        if (ngx_http_fhir_binary_next_body(r, NULL) == NGX_ERROR) {
            goto failed;
        }

        cl = NULL;

        ngx_chain_update_chains(r->pool, &pump->free, &pump->busy, &cl,
                        (ngx_buf_tag_t) &ngx_http_fhir_binary_module);
        pump->nomem = 0;
        flush = 0;

    } else {
        flush = (pump->busy || in == NULL) ? 1 : 0;
    }

    for ( ;; ) {

        if (ngx_http_fhir_binary_pump_fill(r, ctx) != NGX_OK) {
            goto failed;
        }

        if (!flush && ngx_http_fhir_binary_pump_more(r, ctx)) {
            return NGX_OK;
        }

        if (ngx_http_fhir_binary_pump_push(r, ctx) != NGX_OK) {
            goto failed;
        }

        if (pump->out == NULL && !flush) {
            return pump->busy ? NGX_AGAIN : NGX_OK;
        }

        rc = ngx_http_fhir_binary_next_body(r, pump->out);

        if (rc == NGX_ERROR) {
            goto failed;
        }

        ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "fhir binary: pump: %uz bytes left, rc %i",
                       pump->portion, rc);

        ngx_chain_update_chains(r->pool, &pump->free, &pump->busy, &pump->out,
                        (ngx_buf_tag_t) &ngx_http_fhir_binary_module);
        pump->last_out = &pump->out;
        pump->portion = 0;

        flush = 0;

        if (!pump->nomem || pump->free == NULL) {
            return rc;
        }

        pump->nomem = 0;
    }

failed:

    pump->state = NGX_HTTP_FHIR_BINARY_PUMP_DONE;
    ngx_http_fhir_binary_source_drop(r, ctx);

    return NGX_ERROR;
}


/*
 * Turn input into output until either has run out.
 */

static ngx_int_t
ngx_http_fhir_binary_pump_fill(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t  more, rc;

    for ( ;; ) {

        if (ctx->pump.state == NGX_HTTP_FHIR_BINARY_PUMP_DONE) {
            ngx_http_fhir_binary_source_drop(r, ctx);
            return NGX_OK;
        }

        more = ngx_http_fhir_binary_source_next(r, ctx);

        if (more == NGX_AGAIN) {
            return NGX_OK;
        }

        if (more == NGX_ERROR
            && ctx->source.state == NGX_HTTP_FHIR_BINARY_SOURCE_GONE
            && !ctx->output.close_delimited)
        {
            /* nginx closes, and what the client has is seen to be short */

            ctx->pump.state = NGX_HTTP_FHIR_BINARY_PUMP_DONE;
            ctx->source.flush = 1;
            continue;
        }

        if (more == NGX_ERROR) {
            return ngx_http_fhir_binary_output_cut(r, ctx->source.rc);
        }

        rc = ngx_http_fhir_binary_pump_get_buf(r, ctx);

        if (rc != NGX_OK) {
            return (rc == NGX_HTTP_FHIR_BINARY_NO_BUF) ? NGX_OK : NGX_ERROR;
        }

        if (ngx_http_fhir_binary_pump_step(r, ctx, more) != NGX_OK) {
            return NGX_ERROR;
        }
    }
}


static ngx_int_t
ngx_http_fhir_binary_pump_get_buf(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t                        left;
    ngx_buf_t                    *b;
    ngx_chain_t                  *cl;
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    if (pump->out_buf) {
        return NGX_OK;
    }

    left = NGX_HTTP_FHIR_BINARY_PORTION - pump->portion;

    if (left < 2 * NGX_HTTP_FHIR_BINARY_ROOM) {
        pump->nomem = 1;
        return NGX_HTTP_FHIR_BINARY_NO_BUF;
    }

    if (pump->free) {
        cl = pump->free;
        pump->out_buf = cl->buf;
        pump->free = cl->next;

        ngx_free_chain(r->pool, cl);

        pump->out_buf->flush = 0;

    } else if (pump->bufs < pump->bufs_max) {

        b = ngx_calloc_buf(r->pool);
        if (b == NULL) {
            return NGX_ERROR;
        }

        b->start = ngx_http_fhir_binary_bufpool_take(r, ctx->conf->bufs.size);
        if (b->start == NULL) {
            return NGX_ERROR;
        }

        b->pos = b->start;
        b->last = b->start;
        b->temporary = 1;
        b->tag = (ngx_buf_tag_t) &ngx_http_fhir_binary_module;

        pump->out_buf = b;
        pump->bufs++;

    } else {
        pump->nomem = 1;
        return NGX_HTTP_FHIR_BINARY_NO_BUF;
    }

    b = pump->out_buf;
    b->end = b->start + ngx_min(ctx->conf->bufs.size, left);

    return NGX_OK;
}


/*
 * more: NGX_OK, there is a slice; NGX_DONE, there is none any more
 */

static ngx_int_t
ngx_http_fhir_binary_pump_step(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_int_t more)
{
    fhb_rc_t                      rc;
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    if (more == NGX_DONE && pump->state == NGX_HTTP_FHIR_BINARY_PUMP_RUNS) {


        /* before the last bytes leave: they may be all that a length told */

        rc = ngx_http_fhir_binary_convert_end(ctx);

        if (rc != FHB_OK) {
            return ngx_http_fhir_binary_pump_cut(r, ctx, rc);
        }

        pump->state = NGX_HTTP_FHIR_BINARY_PUMP_ENDS;
    }

    if (pump->head.len
        && ngx_http_fhir_binary_pump_copy(&pump->head, pump->out_buf))
    {
        return ngx_http_fhir_binary_pump_emit(r, ctx);
    }

    if (pump->out_buf->end - pump->out_buf->last < NGX_HTTP_FHIR_BINARY_ROOM) {
        return ngx_http_fhir_binary_pump_emit(r, ctx);
    }

    if (more == NGX_DONE) {
        return ngx_http_fhir_binary_pump_finish(r, ctx);
    }

    if (more != NGX_OK) {
        return NGX_OK;
    }

    rc = ngx_http_fhir_binary_convert(ctx);

    return (rc == FHB_OK) ? NGX_OK
                          : ngx_http_fhir_binary_pump_cut(r, ctx, rc);
}


/*
 * The document is not what it seemed to be when its header left.
 */

static ngx_int_t
ngx_http_fhir_binary_pump_cut(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc)
{
    ngx_http_fhir_binary_source_fail(&ctx->source, rc);

    return ngx_http_fhir_binary_output_cut(r, rc);
}


static ngx_int_t
ngx_http_fhir_binary_pump_finish(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_buf_t                    *out;
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;
    out = pump->out_buf;

    /* when this was done before, there is nothing left to write */

    out->last += fhb_b64_encode_end(&pump->enc, out->last);

    if (ngx_http_fhir_binary_pump_copy(&pump->tail, out)) {
        return ngx_http_fhir_binary_pump_emit(r, ctx);
    }

    pump->state = NGX_HTTP_FHIR_BINARY_PUMP_DONE;
    ngx_http_fhir_binary_phase(ctx, NGX_HTTP_FHIR_BINARY_PHASE_COMPLETE);

    if (out->pos == out->last) {
        return ngx_http_fhir_binary_pump_special(r, ctx, 1);
    }

    out->last_buf = 1;

    return ngx_http_fhir_binary_pump_emit(r, ctx);
}


/*
 * Copy what fits; not 0 when some of it is left.
 */

static ngx_uint_t
ngx_http_fhir_binary_pump_copy(ngx_str_t *s, ngx_buf_t *b)
{
    size_t  n;

    n = ngx_min(s->len, (size_t) (b->end - b->last));

    if (n) {
        b->last = ngx_cpymem(b->last, s->data, n);
        s->data += n;
        s->len -= n;
    }

    return s->len != 0;
}


static ngx_int_t
ngx_http_fhir_binary_pump_emit(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_buf_t                      *b;
    ngx_chain_t                    *cl;
    ngx_http_fhir_binary_pump_t    *pump;
    ngx_http_fhir_binary_source_t  *source;

    pump = &ctx->pump;
    source = &ctx->source;
    b = pump->out_buf;

    if (b->pos == b->last) {
        return NGX_OK;
    }

    cl = ngx_alloc_chain_link(r->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    pump->portion += b->last - b->pos;

    /*
     * Without a free buffer, or at the end of a portion, nothing else would
     * push the last bytes out where postpone_output is large.
     */

    b->flush = source->flush
               || (pump->free == NULL && pump->bufs == pump->bufs_max)
               || NGX_HTTP_FHIR_BINARY_PORTION - pump->portion
                  < 2 * NGX_HTTP_FHIR_BINARY_ROOM;
    pump->unflushed = !b->flush;

    /* ngx_http_write_filter does not wait for more behind such a buffer */

    b->recycled = source->recycled;

    if (source->slice.len == 0
        && (source->buf == NULL || source->buf->pos == source->buf->last))
    {
        source->flush = 0;
        source->recycled = 0;
    }

    cl->buf = b;
    cl->next = NULL;
    *pump->last_out = cl;
    pump->last_out = &cl->next;

    pump->out_buf = NULL;

    return NGX_OK;
}


/*
 * A flush, or the end, that has no data with it.
 */

static ngx_int_t
ngx_http_fhir_binary_pump_special(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t last)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    b = ngx_calloc_buf(r->pool);
    cl = ngx_alloc_chain_link(r->pool);

    if (b == NULL || cl == NULL) {
        return NGX_ERROR;
    }

    b->flush = !last;
    b->last_buf = last;

    cl->buf = b;
    cl->next = NULL;
    *ctx->pump.last_out = cl;
    ctx->pump.last_out = &cl->next;

    return NGX_OK;
}


/*
 * The end of a call: what was made leaves, and so does a flush without data.
 */

static ngx_int_t
ngx_http_fhir_binary_pump_push(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    if (pump->out_buf
        && ngx_http_fhir_binary_pump_emit(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!ctx->source.flush || pump->out
        || (pump->state == NGX_HTTP_FHIR_BINARY_PUMP_DONE
            && ctx->source.state != NGX_HTTP_FHIR_BINARY_SOURCE_GONE))
    {
        return NGX_OK;
    }

    ctx->source.flush = 0;

    if (!pump->unflushed) {
        /* a byte or two that make no quantum yet */
        return NGX_OK;
    }

    pump->unflushed = 0;

    return ngx_http_fhir_binary_pump_special(r, ctx, 0);
}


/*
 * Upstream passes its buffers on in portions of proxy_busy_buffers_size: what
 * is made of one and fills not all of ours goes with what is made of the next,
 * not in a send of its own.
 */

static ngx_uint_t
ngx_http_fhir_binary_pump_more(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return !ctx->source.flush
           && !ctx->pump.nomem
           && ctx->pump.state != NGX_HTTP_FHIR_BINARY_PUMP_DONE
           && ngx_http_fhir_binary_upstream_has_more(r);
}
