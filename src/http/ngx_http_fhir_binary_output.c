/*
 * Output: what leaves, and how a response ends that is not whole.
 *
 * test     t/cut_body.t, t/cut_http2.t, t/cut_reason.t, t/end_length.t,
 *          t/trailers.t
 */

#include "ngx_http_fhir_binary.h"


static void ngx_http_fhir_binary_output_reset_on_close(ngx_http_request_t *r,
    ngx_uint_t on);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
#if (nginx_version >= 1029000)
static ngx_http_output_header_filter_pt  ngx_http_next_early_hints_filter;
#endif
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


/*
 * Called once, before the module's own filters are put on top.
 */

void
ngx_http_fhir_binary_output_init(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
#if (nginx_version >= 1029000)
    ngx_http_next_early_hints_filter = ngx_http_top_early_hints_filter;
#endif
    ngx_http_next_body_filter = ngx_http_top_body_filter;
}


void
ngx_http_fhir_binary_output_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ctx->output.http_version = r->http_version;
    ctx->output.promised = -1;
    ctx->output.keepalive = r->keepalive;
}


/*
 * The header of a request that is none of ours.
 */

ngx_int_t
ngx_http_fhir_binary_next_header(ngx_http_request_t *r)
{
    return ngx_http_next_header_filter(r);
}


/*
 * The header leaves, and the body will be dealt with as phase says, if there
 * is to be one.
 */

ngx_int_t
ngx_http_fhir_binary_output_header(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_phase_t phase)
{
    ngx_int_t  rc;

    ngx_http_fhir_binary_phase(ctx, phase);

    rc = ngx_http_next_header_filter(r);

    ctx->output.keepalive = r->keepalive;

    if (ctx->phase != phase) {
        /* another filter has refused, and its header has come here meanwhile */
        return rc;
    }

    if (rc > NGX_OK) {

        /* the status of another filter's refusal, which comes here again */

        ngx_http_fhir_binary_phase(ctx, NGX_HTTP_FHIR_BINARY_PHASE_HEADER);

    } else if (r->header_only
               && phase != NGX_HTTP_FHIR_BINARY_PHASE_REFUSED)
    {
        ngx_http_fhir_binary_phase(ctx, NGX_HTTP_FHIR_BINARY_PHASE_DISCARD);
    }

    return rc;
}


/*
 * The header of a document has left.  What marks the end of the body is known
 * only now: other filters take a length away, and chunks can be switched off.
 */

void
ngx_http_fhir_binary_output_promise(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ctx->output.promised = r->headers_out.content_length_n;

    ctx->output.close_delimited = (r->headers_out.content_length_n == -1
                                   && !r->chunked
                                   && !r->header_only
                                   && r->http_version < NGX_HTTP_VERSION_20);

    if (ctx->output.close_delimited) {
        ngx_http_fhir_binary_output_reset_on_close(r, 1);
    }
}


/*
 * All of a body has left that ends with the connection: its end may be seen.
 */

void
ngx_http_fhir_binary_output_finish(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->output.close_delimited) {
        ctx->output.close_delimited = 0;
        ngx_http_fhir_binary_output_reset_on_close(r, 0);
    }
}


#if (nginx_version >= 1029000)

ngx_int_t
ngx_http_fhir_binary_next_early_hints(ngx_http_request_t *r)
{
    return ngx_http_next_early_hints_filter(r);
}

#endif


ngx_int_t
ngx_http_fhir_binary_next_body(ngx_http_request_t *r, ngx_chain_t *in)
{
    return ngx_http_next_body_filter(r, in);
}


/*
 * A buffer neither goes beyond the length that the header named nor ends the
 * body before it.  Where no length was named and the connection's end is the
 * body's, the end of a source that failed must be a reset.
 */

ngx_uint_t
ngx_http_fhir_binary_output_honest(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_buf_t *b)
{
    off_t  size;

    size = ngx_buf_size(b);

    if (ctx->output.promised != -1) {

        if (size > ctx->output.promised) {
            return 0;
        }

        ctx->output.promised -= size;
    }

    if (b->last_buf) {
        return ctx->output.promised <= 0;
    }

    return !(ctx->output.close_delimited && b->flush && size == 0
             && ngx_http_fhir_binary_upstream_failed(r));
}


/*
 * End a response so that it cannot be taken for a whole one.
 */

ngx_int_t
ngx_http_fhir_binary_output_cut(ngx_http_request_t *r, fhb_rc_t rc)
{
    r->keepalive = 0;

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "fhir binary: the document ended early, "
                  "the connection is cut (%s)",
                  fhb_error_row(rc)->reason);

    return NGX_ERROR;
}


/*
 * A body without length or chunks ends with the connection.  From its first
 * byte to its last that end is a reset, whoever closes for whatever reason.
 */

static void
ngx_http_fhir_binary_output_reset_on_close(ngx_http_request_t *r,
    ngx_uint_t on)
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
