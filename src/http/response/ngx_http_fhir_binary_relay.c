/*
 * Relay: an error of the backend that is an OperationOutcome of its own.
 *
 * A media type is no proof: servers send their pages, and what stands before
 * them sends its own, under any name.  So the body is read before a byte of
 * it leaves, as much as fhir_binary_lookahead allows; what is no
 * OperationOutcome, or not whole, is answered like an error without a body.
 *
 * What the client accepts changes the form of the answer and nothing else.
 * An OperationOutcome in the other form is answered with our own text, the
 * same status and the backend's issue code.  The text of a server error never
 * passes: it speaks of the server's inside.
 *
 * test     t/table_outcome_passes.t, t/error_own.t, t/error_backend.t,
 *          t/error_status.t, t/error_login.t
 */

#include "ngx_http_fhir_binary_response.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_outcome.h"


static fhb_form_t ngx_http_fhir_binary_relay_form(ngx_http_request_t *r,
    fhb_rc_t rc);
static ngx_uint_t ngx_http_fhir_binary_relay_passes(
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_relay_end(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_relay_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_relay_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * NGX_HTTP_FHIR_BINARY_NO_RELAY: it cannot pass, and rc is to be sent instead.
 */

ngx_int_t
ngx_http_fhir_binary_relay_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc)
{
    fhb_form_t  form;

    form = ngx_http_fhir_binary_relay_form(r, rc);

    if (form == FHB_FORM_NONE
        || ngx_http_fhir_binary_negotiate_read(r, ctx) != FHB_OK
        || r->headers_out.content_length_n > (off_t) ctx->conf->lookahead)
    {
        return NGX_HTTP_FHIR_BINARY_NO_RELAY;
    }

    ctx->document.choice.form = form;

    if (r->method == NGX_HTTP_HEAD
        && ctx->asked.method != NGX_HTTP_FHIR_BINARY_METHOD_GET)
    {

        /* there is nothing to read, and nothing that could leave */

        if (!ngx_http_fhir_binary_relay_passes(ctx)) {
            return NGX_HTTP_FHIR_BINARY_NO_RELAY;
        }

        return (ngx_http_fhir_binary_header_outcome(r, ctx) == NGX_OK)
               ? ngx_http_fhir_binary_output_header(r, ctx,
                                          NGX_HTTP_FHIR_BINARY_PHASE_PASS)
               : NGX_ERROR;
    }

    ctx->document.relay = rc;

    ngx_http_fhir_binary_source_expect(&ctx->source,
                                       r->headers_out.content_length_n);

    return ngx_http_fhir_binary_lookahead_start(r, ctx,
                                          NGX_HTTP_FHIR_BINARY_PHASE_RELAY);
}


/*
 * The form of an error response that may be what it says: a FHIR format, and
 * not compressed.  Its status must be the one that the client gets: the others
 * blame the gateway, and a client would mend what is not at fault.
 */

static fhb_form_t
ngx_http_fhir_binary_relay_form(ngx_http_request_t *r, fhb_rc_t rc)
{
    ngx_uint_t   status;
    fhb_media_t  media;

    status = r->headers_out.status;

    if (!ngx_http_fhir_binary_upstream_said(r, status)
        || status < NGX_HTTP_BAD_REQUEST
        || status >= NGX_HTTP_INTERNAL_SERVER_ERROR
        || (rc != FHB_E_REFUSED
            && status != (ngx_uint_t) fhb_error_row(rc)->status)
        || ngx_http_fhir_binary_classify_coded(r)
        || fhb_media_parse(&media,
               ngx_http_fhir_binary_to_core(r->headers_out.content_type))
           != FHB_OK)
    {
        return FHB_FORM_NONE;
    }

    return fhb_media_fhir(&media);
}


/* the form is the one that the client reads */

static ngx_uint_t
ngx_http_fhir_binary_relay_passes(ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_preference_t  preference;

    ngx_http_fhir_binary_negotiate_preference(ctx, &preference);

    return fhb_accept_error_form(&preference) == ctx->document.choice.form;
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

            if (ngx_http_fhir_binary_source_keep(r, ctx, ctx->conf->lookahead)
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
    fhb_rc_t             rc;
    fhb_str_t            body;
    ngx_str_t            code;
    fhb_alloc_t          heap;
    fhb_outcome_issue_t  issue;

    heap = ngx_http_fhir_binary_heap(r->connection->log);

    body.data = ctx->source.kept.data;
    body.len = ctx->source.kept.len;

    rc = FHB_E_SYNTAX;

    if (body.len) {
        rc = fhb_outcome_read(&heap, ctx->document.choice.form, body, &issue);
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: an error of %uz bytes, an OperationOutcome: "
                   "%s",
                   body.len, ngx_http_fhir_binary_rc_name(rc));

    if (rc != FHB_OK) {

        if (rc == FHB_E_NOMEM) {
            ctx->document.relay = rc;
        }

        return ngx_http_fhir_binary_relay_refuse(r, ctx);
    }

    if (issue.len) {

        code.data = ngx_pnalloc(r->pool, issue.len);
        if (code.data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(code.data, issue.code, issue.len);
        code.len = issue.len;

        ngx_http_fhir_binary_refusal_code(ctx, code);
    }

    return ngx_http_fhir_binary_relay_passes(ctx)
           ? ngx_http_fhir_binary_relay_send(r, ctx)
           : ngx_http_fhir_binary_relay_refuse(r, ctx);
}


static ngx_int_t
ngx_http_fhir_binary_relay_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t  body;

    ngx_http_clear_content_length(r);

    if (ngx_http_fhir_binary_header_outcome(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    body.data = ctx->source.kept.data;
    body.len = ctx->source.kept.len;

    return ngx_http_fhir_binary_outcome_write(r, ctx, &body);
}


static ngx_int_t
ngx_http_fhir_binary_relay_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    rc = ctx->document.relay;

    ngx_http_fhir_binary_source_drop(r, ctx);

    return ngx_http_fhir_binary_outcome_replace(r, ctx, rc);
}
