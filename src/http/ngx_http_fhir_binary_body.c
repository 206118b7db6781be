/*
 * Body: a document is passed on untouched, held, or pumped; what follows the
 * client's answer is dropped; and what breaks off never ends like a whole one.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"


static ngx_int_t ngx_http_fhir_binary_body_pass(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);
static ngx_uint_t ngx_http_fhir_binary_body_honest(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_buf_t *b);
static ngx_int_t ngx_http_fhir_binary_body_discard(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);


ngx_int_t
ngx_http_fhir_binary_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_int_t                    rc;
    ngx_chain_t                 *cl;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx == NULL || ctx->background) {
        return ngx_http_fhir_binary_next_body(r, in);
    }

    if (ctx->own) {
        return ngx_http_fhir_binary_fetch_body(r, ctx, in);
    }

    ctx->begun = 1;

    for (cl = in; cl; cl = cl->next) {
        if (cl->buf->last_buf) {
            ngx_http_fhir_binary_header_trailers(r, ctx);
        }
    }

    if (ctx->refused || ctx->complete || r->header_only) {
        rc = ngx_http_fhir_binary_body_discard(r, ctx, in);

    } else if (ctx->relay != FHB_OK) {
        rc = ngx_http_fhir_binary_relay(r, ctx, in);

    } else if (ctx->held) {
        rc = ngx_http_fhir_binary_hold(r, ctx, in);

    } else if (ctx->pump.armed) {
        rc = ngx_http_fhir_binary_pump(r, ctx, in);

    } else {
        rc = ngx_http_fhir_binary_body_pass(r, ctx, in);
    }

    if (rc != NGX_ERROR && ctx->ended && !ctx->complete) {
        ctx->complete = 1;

        if (ngx_http_fhir_binary_upstream_failed(r)) {
            /* what a thread has read from a file may come after that */
            r->keepalive = ctx->keepalive;
        }

        ngx_http_fhir_binary_upstream_drop(r, ctx);
    }

    if (ctx->open && ctx->ended && rc == NGX_OK && !r->connection->buffered) {
        ctx->open = 0;
        ngx_http_fhir_binary_body_linger(r, 0);
    }

    return rc;
}


/*
 * A document is passed on untouched, and held to what its header said.
 */

static ngx_int_t
ngx_http_fhir_binary_body_pass(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t  *cl, last;

    for (cl = in; cl; cl = cl->next) {

        if (!ngx_http_fhir_binary_body_honest(r, ctx, cl->buf)) {
            ctx->source.rc = FHB_E_BACKEND;
            return ngx_http_fhir_binary_body_cut(r, ctx);
        }
    }

    rc = ngx_http_fhir_binary_next_body(r, in);

    if (rc == NGX_ERROR || in == NULL || ctx->ended || ctx->promised != 0) {
        return rc;
    }

    if (ngx_http_fhir_binary_upstream_live(r)
        ? ngx_http_fhir_binary_upstream_whole(r)
        : !ngx_http_fhir_binary_upstream_failed(r))
    {
        return rc;
    }

    /*
     * A part that nginx has cut out, or all of a length behind which the
     * protocol has more to say: what follows is for nobody.  A thread may have
     * read the last of it from a file when the backend had failed already.
     */

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->last_buf = 1;

    last.buf = b;
    last.next = NULL;

    ctx->ended = 1;

    return ngx_http_fhir_binary_next_body(r, &last);
}


/*
 * A buffer neither goes beyond the length that the header named nor ends the
 * body before it.  Where no length was named and the connection's end is the
 * body's, the end of a source that failed must be a reset.
 */

static ngx_uint_t
ngx_http_fhir_binary_body_honest(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_buf_t *b)
{
    off_t  size;

    size = ngx_buf_size(b);

    if (ctx->promised != -1) {

        if (size > ctx->promised) {
            return 0;
        }

        ctx->promised -= size;
    }

    if (b->last_buf) {
        ctx->ended = 1;
        return ctx->promised <= 0;
    }

    return !(ctx->open && b->flush && size == 0
             && ngx_http_fhir_binary_upstream_failed(r));
}


/*
 * End a response so that it cannot be taken for a whole one.
 */

ngx_int_t
ngx_http_fhir_binary_body_cut(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ctx->pump.done = 1;
    r->keepalive = 0;

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "fhir binary: the document ended early, "
                  "the connection is cut (%s)",
                  fhb_error_row(ctx->source.rc)->reason);

    return NGX_ERROR;
}


/*
 * A body without length or chunks ends with the connection.  From its first
 * byte to its last that end is a reset, whoever closes for whatever reason.
 */

void
ngx_http_fhir_binary_body_linger(ngx_http_request_t *r, ngx_uint_t on)
{
    struct linger  linger;

    linger.l_onoff = on;
    linger.l_linger = 0;

    if (setsockopt(r->connection->fd, SOL_SOCKET, SO_LINGER,
                   (const void *) &linger, sizeof(struct linger))
        == -1)
    {
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, ngx_socket_errno,
                      "setsockopt(SO_LINGER) failed");
    }
}


/*
 * The client has its answer; what the source still gives is not for it.
 */

static ngx_int_t
ngx_http_fhir_binary_body_discard(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    for (cl = in; cl; cl = cl->next) {

        b = cl->buf;

        if (b->flush && ngx_http_fhir_binary_upstream_failed(r)) {
            /* nginx has given up on the backend, not on the client */
            r->keepalive = ctx->keepalive;
        }

        b->pos = b->last;
        b->file_pos = b->file_last;
    }

    rc = NGX_OK;

    if (in == NULL || r->connection->buffered) {
        /* nobody else pushes out what is left of the answer */
        rc = ngx_http_fhir_binary_next_body(r, NULL);
    }

    ngx_http_fhir_binary_upstream_drop(r, ctx);

    return rc;
}
