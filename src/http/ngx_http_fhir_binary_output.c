/*
 * Output: what leaves, and how a response ends that is not whole.
 */

#include "ngx_http_fhir_binary.h"


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


ngx_int_t
ngx_http_fhir_binary_next_header(ngx_http_request_t *r)
{
    return ngx_http_next_header_filter(r);
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
 * End a response so that it cannot be taken for a whole one.
 */

ngx_int_t
ngx_http_fhir_binary_output_cut(ngx_http_request_t *r,
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
ngx_http_fhir_binary_output_reset_on_close(ngx_http_request_t *r, ngx_uint_t on)
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
