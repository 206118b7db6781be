/*
 * Body: a document is passed on untouched, held, or pumped; what follows a
 * refusal is swallowed; and what breaks off never ends like a whole one.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"


/* bytes that are read of what nobody gets, so that connections can be kept */
#define NGX_HTTP_FHIR_BINARY_REST  1048576


static ngx_int_t ngx_http_fhir_binary_body_records(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_int_t ngx_http_fhir_binary_body_watch(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);
static ngx_uint_t ngx_http_fhir_binary_body_failed(ngx_http_request_t *r);
static ngx_int_t ngx_http_fhir_binary_body_rest(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);
static void ngx_http_fhir_binary_body_swallow(ngx_chain_t *in);


ngx_int_t
ngx_http_fhir_binary_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_int_t                    rc;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx == NULL) {
        return ngx_http_fhir_binary_next_body(r, in);
    }

    if (ctx->own) {
        return ngx_http_fhir_binary_fetch_body(r, ctx, in);
    }

    if (ctx->refused || r->header_only) {
        return ngx_http_fhir_binary_body_rest(r, ctx, in);
    }

    if (ctx->records
        && ngx_http_fhir_binary_body_records(r, in) != NGX_OK)
    {
        if (!ctx->held) {
            ctx->source.rc = FHB_E_BACKEND;
            return ngx_http_fhir_binary_body_cut(r, ctx);
        }

        ctx->error = FHB_E_BACKEND;
        ngx_http_fhir_binary_source_drop(r, ctx);
        ngx_http_fhir_binary_body_swallow(in);
        return ngx_http_fhir_binary_outcome_send(r, ctx);
    }

    if (ctx->relay != FHB_OK) {
        rc = ngx_http_fhir_binary_relay(r, ctx, in);

    } else if (ctx->held) {
        rc = ngx_http_fhir_binary_hold(r, ctx, in);

    } else if (ctx->pump.armed) {
        rc = ngx_http_fhir_binary_pump(r, ctx, in);

    } else if (ctx->open) {
        rc = ngx_http_fhir_binary_body_watch(r, ctx, in);

    } else {
        return ngx_http_fhir_binary_next_body(r, in);
    }

    if (ctx->open && ctx->ended && rc == NGX_OK && !r->connection->buffered) {
        ctx->open = 0;
        ngx_http_fhir_binary_body_linger(r, 0);
    }

    return rc;
}


/*
 * FastCGI says where a body ends, but nginx takes a lost connection for that
 * end too, and caches what came.  As with chunks, a length of 1 tells it that
 * there is more to come; where it has not been asked yet, it is NGX_DECLINED.
 */

static ngx_int_t
ngx_http_fhir_binary_body_records(ngx_http_request_t *r, ngx_chain_t *in)
{
    off_t                *length;
    ngx_http_upstream_t  *u;

    u = r->upstream;
    length = u->buffering ? &u->pipe->length : &u->length;

    if (*length != -1 || (u->buffering && u->pipe->upstream_done)) {
        return NGX_OK;
    }

    if (u->cleanup != NULL) {
        *length = 1;
        return NGX_OK;
    }

    for ( /* void */ ; in; in = in->next) {

        if (in->buf->last_buf) {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


/*
 * A body without length or chunks ends with the connection: where the source
 * failed, that end must be a reset.
 */

static ngx_int_t
ngx_http_fhir_binary_body_watch(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_chain_t  *cl;

    for (cl = in; cl; cl = cl->next) {

        if (cl->buf->last_buf) {
            ctx->ended = 1;
            break;
        }

        if (cl->buf->flush && ngx_buf_size(cl->buf) == 0
            && ngx_http_fhir_binary_body_failed(r))
        {
            return ngx_http_fhir_binary_body_cut(r, ctx);
        }
    }

    return ngx_http_fhir_binary_next_body(r, in);
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


/* upstream is being finalized, and not because its response is complete */

static ngx_uint_t
ngx_http_fhir_binary_body_failed(ngx_http_request_t *r)
{
    return r->upstream != NULL && r->upstream->cleanup == NULL;
}


/*
 * The client has its answer; what upstream still sends is not for it.  Where
 * that does not end, both connections do.
 */

static ngx_int_t
ngx_http_fhir_binary_body_rest(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_chain_t  *cl;

    if (in == NULL) {
        return ngx_http_fhir_binary_next_body(r, NULL);
    }

    for (cl = in; cl; cl = cl->next) {
        ctx->rest += ngx_buf_size(cl->buf);
    }

    ngx_http_fhir_binary_body_swallow(in);

    if (ctx->rest <= NGX_HTTP_FHIR_BINARY_REST
        || r->upstream == NULL
        || r->upstream->cleanup == NULL
        || r->connection->buffered)
    {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "fhir binary: the rest of the response is not read");

    return NGX_ERROR;
}


static void
ngx_http_fhir_binary_body_swallow(ngx_chain_t *in)
{
    ngx_buf_t  *b;

    for ( /* void */ ; in; in = in->next) {
        b = in->buf;
        b->pos = b->last;
        b->file_pos = b->file_last;
    }
}
