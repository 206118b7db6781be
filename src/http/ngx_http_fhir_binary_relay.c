/*
 * Relay: an error of the backend that is an OperationOutcome of its own.
 *
 * A media type is no proof: servers send their pages, and what stands before
 * them sends its own, under any name.  So it is read before a byte of it
 * leaves, as much as fhir_binary_lookahead allows; what is none, or not
 * whole, is answered like an error without it.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"
#include "fhb_outcome.h"


static fhb_form_t ngx_http_fhir_binary_relay_form(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_relay_end(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_relay_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_relay_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * NGX_DECLINED: it cannot pass, and rc is to be sent instead.
 */

ngx_int_t
ngx_http_fhir_binary_relay_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc)
{
    fhb_form_t  form;

    form = ngx_http_fhir_binary_relay_form(r, ctx);

    if (form == FHB_FORM_NONE
        || r->headers_out.content_length_n > (off_t) ctx->conf->lookahead)
    {
        return NGX_DECLINED;
    }

    ctx->choice.form = form;

    if (r->method == NGX_HTTP_HEAD && !ctx->asked_get) {

        /* there is nothing to read, and nothing that could leave */

        return (ngx_http_fhir_binary_header_passed(r, ctx) == NGX_OK)
               ? ngx_http_fhir_binary_next_header(r) : NGX_ERROR;
    }

    ctx->relay = rc;
    ctx->source.left = r->headers_out.content_length_n;

    return ngx_http_fhir_binary_hold_start(r, ctx);
}


/*
 * The form of an error response that may pass if it is what it says: it is in
 * a FHIR format, not compressed, and not in the one that the client did not
 * ask for.  A 407, and a 401 after our own verdict, blame the gateway: a client
 * would look for other credentials.
 */

static fhb_form_t
ngx_http_fhir_binary_relay_form(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_form_t   form;
    fhb_wish_t   wish;
    fhb_media_t  media;

    if (r->upstream == NULL
        || r->headers_out.status < NGX_HTTP_BAD_REQUEST
        || r->headers_out.status == 407
        || (r->headers_out.status == NGX_HTTP_UNAUTHORIZED
            && ctx->conf->auth)
        || (r->headers_out.content_encoding
            && r->headers_out.content_encoding->hash)
        || fhb_media_parse(&media,
               ngx_http_fhir_binary_to_core(r->headers_out.content_type))
           != FHB_OK)
    {
        return FHB_FORM_NONE;
    }

    form = fhb_media_fhir(&media);

    if (form == FHB_FORM_NONE
        || ngx_http_fhir_binary_negotiate_ask(r, ctx) != FHB_OK)
    {
        return FHB_FORM_NONE;
    }

    ngx_http_fhir_binary_negotiate_wish(ctx, &wish);

    return (fhb_accept_error_form(&wish) == form) ? form : FHB_FORM_NONE;
}


ngx_int_t
ngx_http_fhir_binary_relay(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    if (ngx_http_fhir_binary_source_add(r, ctx, in) != NGX_OK) {
        return NGX_ERROR;
    }

    for ( ;; ) {

        switch (ngx_http_fhir_binary_source_next(r, ctx)) {

        case NGX_OK:

            if (ngx_http_fhir_binary_ahead_keep(r, ctx, ctx->conf->lookahead)
                != FHB_OK)
            {
                return ngx_http_fhir_binary_relay_refuse(r, ctx);
            }

            break;

        case NGX_AGAIN:
            return NGX_OK;

        case NGX_DONE:
            return ngx_http_fhir_binary_relay_end(r, ctx);

        default:
            return ngx_http_fhir_binary_relay_refuse(r, ctx);
        }
    }
}


static ngx_int_t
ngx_http_fhir_binary_relay_end(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_str_t    body;
    fhb_alloc_t  heap;

    heap = ngx_http_fhir_binary_heap(r->connection->log);

    body.data = ctx->source.held;
    body.len = ctx->source.held_len;

    if (body.len == 0
        || fhb_outcome_read(&heap, ctx->choice.form, body) != FHB_OK)
    {
        return ngx_http_fhir_binary_relay_refuse(r, ctx);
    }

    return ngx_http_fhir_binary_relay_send(r, ctx);
}


static ngx_int_t
ngx_http_fhir_binary_relay_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t  body;

    ngx_http_clear_content_length(r);

    if (ngx_http_fhir_binary_header_passed(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx->relay = FHB_OK;

    body.data = ctx->source.held;
    body.len = ctx->source.held_len;

    return ngx_http_fhir_binary_outcome_leave(r, ctx, &body);
}


static ngx_int_t
ngx_http_fhir_binary_relay_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    rc = ctx->relay;
    ctx->relay = FHB_OK;

    ngx_http_fhir_binary_source_drop(r, ctx);

    return ngx_http_fhir_binary_outcome_instead(r, ctx, rc);
}
