/*
 * Pump: a document streams through base64 into a few output buffers.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"


/* bytes that must be free in an output buffer for a step to do anything */
#define NGX_HTTP_FHIR_BINARY_QUANTUM  4


static ngx_int_t ngx_http_fhir_binary_pump_add_data(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_pump_get_buf(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_pump_step(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_pump_encode(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_pump_finish(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_pump_copy(ngx_str_t *s, ngx_buf_t *b);
static ngx_int_t ngx_http_fhir_binary_pump_emit(ngx_http_request_t *r,
    ngx_http_fhir_binary_pump_t *pump);
static ngx_int_t ngx_http_fhir_binary_pump_push(ngx_http_request_t *r,
    ngx_http_fhir_binary_pump_t *pump);


void
ngx_http_fhir_binary_pump_arm(ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    pump->last_out = &pump->out;
    pump->left = ctx->length;
    pump->bufs_max = ctx->conf->bufs.num;
    pump->armed = 1;
}


/*
 * The loop's rules:
 *
 * - input is taken while there is room for its base64, and its buffers are
 *   marked as read, so that upstream reuses them;
 * - what was made leaves at the end of each call, not only when a buffer is
 *   full: a client holds what the backend has sent so far;
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

    if (in && ngx_chain_add_copy(r->pool, &pump->in, in) != NGX_OK) {
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

        for ( ;; ) {

            rc = ngx_http_fhir_binary_pump_add_data(r, ctx);

            if (rc == NGX_DECLINED) {
                break;
            }

            if (rc == NGX_ERROR) {
                goto failed;
            }

            rc = ngx_http_fhir_binary_pump_get_buf(r, ctx);

            if (rc == NGX_DECLINED) {
                break;
            }

            if (rc == NGX_ERROR) {
                goto failed;
            }

            rc = ngx_http_fhir_binary_pump_step(r, ctx);

            if (rc == NGX_ERROR) {
                goto failed;
            }

            /* NGX_OK: a buffer is full, or all is done; NGX_AGAIN: go on */
        }

        if (ngx_http_fhir_binary_pump_push(r, pump) != NGX_OK) {
            goto failed;
        }

        if (pump->out == NULL && !flush) {
            return pump->busy ? NGX_AGAIN : NGX_OK;
        }

        rc = ngx_http_fhir_binary_next_body(r, pump->out);

        if (rc == NGX_ERROR) {
            goto failed;
        }

        ngx_chain_update_chains(r->pool, &pump->free, &pump->busy, &pump->out,
                        (ngx_buf_tag_t) &ngx_http_fhir_binary_module);
        pump->last_out = &pump->out;

        flush = 0;

        if (!pump->nomem || pump->free == NULL) {
            return rc;
        }

        pump->nomem = 0;
    }

failed:

    pump->done = 1;

    return NGX_ERROR;
}


/*
 * NGX_OK: there is something to do; NGX_DECLINED: not now; NGX_ERROR: the
 * document is not what it was said to be.
 */

static ngx_int_t
ngx_http_fhir_binary_pump_add_data(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_buf_t                    *b;
    ngx_chain_t                  *cl;
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    if (pump->in_buf && pump->in_buf->pos < pump->in_buf->last) {
        return NGX_OK;
    }

    if (pump->whole && !pump->done) {
        return NGX_OK;
    }

    while (pump->in) {

        cl = pump->in;
        b = cl->buf;
        pump->in = cl->next;
        ngx_free_chain(r->pool, cl);

        if (b->flush) {
            pump->flush = 1;

            if (ngx_buf_size(b) == 0 && ctx->open && !pump->done
                && r->upstream && r->upstream->cleanup == NULL)
            {
                return ngx_http_fhir_binary_filter_cut(r, ctx);
            }
        }

        if (pump->done) {
            b->pos = b->last;
            continue;
        }

        pump->in_buf = b;

        if (b->last_buf) {

            if (pump->left != -1 && pump->left != b->last - b->pos) {
                return ngx_http_fhir_binary_filter_cut(r, ctx);
            }

            pump->whole = 1;
            return NGX_OK;
        }

        if (b->pos < b->last) {

            if (pump->left != -1) {

                if (b->last - b->pos > pump->left) {
                    return ngx_http_fhir_binary_filter_cut(r, ctx);
                }

                pump->left -= b->last - b->pos;
                pump->whole = (pump->left == 0);
            }

            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_fhir_binary_pump_get_buf(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_chain_t                  *cl;
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    if (pump->out_buf) {
        return NGX_OK;
    }

    if (pump->free) {
        cl = pump->free;
        pump->out_buf = cl->buf;
        pump->free = cl->next;

        ngx_free_chain(r->pool, cl);

        pump->out_buf->flush = 0;

    } else if (pump->bufs < pump->bufs_max) {

        pump->out_buf = ngx_create_temp_buf(r->pool, ctx->conf->bufs.size);
        if (pump->out_buf == NULL) {
            return NGX_ERROR;
        }

        pump->out_buf->tag = (ngx_buf_tag_t) &ngx_http_fhir_binary_module;
        pump->bufs++;

    } else {
        pump->nomem = 1;
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_pump_step(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t                     rc;
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    if (pump->head.len
        && ngx_http_fhir_binary_pump_copy(&pump->head, pump->out_buf))
    {
        return ngx_http_fhir_binary_pump_emit(r, pump);
    }

    rc = ngx_http_fhir_binary_pump_encode(r, ctx);

    if (rc != NGX_AGAIN) {
        return rc;
    }

    if (pump->whole) {
        return ngx_http_fhir_binary_pump_finish(r, ctx);
    }

    return NGX_AGAIN;
}


/*
 * NGX_AGAIN: the input buffer is read; NGX_OK: the output buffer is full.
 */

static ngx_int_t
ngx_http_fhir_binary_pump_encode(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t                        n, room;
    ngx_buf_t                    *in, *out;
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;

    in = pump->in_buf;
    out = pump->out_buf;

    if (in == NULL || in->pos == in->last) {
        return NGX_AGAIN;
    }

    room = out->end - out->last;
    n = fhb_b64_encode_fit(&pump->enc, room);

    if (n > (size_t) (in->last - in->pos)) {
        n = in->last - in->pos;
    }

    if (n) {
        out->last += fhb_b64_encode(&pump->enc, out->last, in->pos, n);
        in->pos += n;
    }

    if (in->pos < in->last) {
        return ngx_http_fhir_binary_pump_emit(r, pump);
    }

    /* its owner may fill it again, and then it comes with the next chain */

    pump->in_buf = NULL;

    return NGX_AGAIN;
}


static ngx_int_t
ngx_http_fhir_binary_pump_finish(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_buf_t                    *out;
    ngx_http_fhir_binary_pump_t  *pump;

    pump = &ctx->pump;
    out = pump->out_buf;

    if (out->end - out->last < NGX_HTTP_FHIR_BINARY_QUANTUM) {
        return ngx_http_fhir_binary_pump_emit(r, pump);
    }

    out->last += fhb_b64_encode_end(&pump->enc, out->last);

    if (ngx_http_fhir_binary_pump_copy(&pump->tail, out)) {
        return ngx_http_fhir_binary_pump_emit(r, pump);
    }

    out->last_buf = 1;
    pump->done = 1;

    return ngx_http_fhir_binary_pump_emit(r, pump);
}


/*
 * Copy what fits; not 0 when some of it is left.
 */

static ngx_uint_t
ngx_http_fhir_binary_pump_copy(ngx_str_t *s, ngx_buf_t *b)
{
    size_t  n;

    n = ngx_min(s->len, (size_t) (b->end - b->last));

    b->last = ngx_cpymem(b->last, s->data, n);

    s->data += n;
    s->len -= n;

    return s->len != 0;
}


static ngx_int_t
ngx_http_fhir_binary_pump_emit(ngx_http_request_t *r,
    ngx_http_fhir_binary_pump_t *pump)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    b = pump->out_buf;

    if (b->pos == b->last && !b->last_buf) {
        return NGX_OK;
    }

    cl = ngx_alloc_chain_link(r->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    /* without a free buffer nothing would push the last bytes out */

    b->flush = pump->flush
               || (pump->free == NULL && pump->bufs == pump->bufs_max);
    pump->flush = 0;

    cl->buf = b;
    cl->next = NULL;
    *pump->last_out = cl;
    pump->last_out = &cl->next;

    pump->out_buf = NULL;

    return NGX_OK;
}


/*
 * The end of a call: what was made leaves, and so does a flush without data.
 */

static ngx_int_t
ngx_http_fhir_binary_pump_push(ngx_http_request_t *r,
    ngx_http_fhir_binary_pump_t *pump)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (pump->out_buf
        && ngx_http_fhir_binary_pump_emit(r, pump) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!pump->flush || pump->out || pump->done) {
        return NGX_OK;
    }

    pump->flush = 0;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    cl = ngx_alloc_chain_link(r->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    b->flush = 1;
    b->tag = (ngx_buf_tag_t) &ngx_http_fhir_binary_pump;

    cl->buf = b;
    cl->next = NULL;
    *pump->last_out = cl;
    pump->last_out = &cl->next;

    return NGX_OK;
}
