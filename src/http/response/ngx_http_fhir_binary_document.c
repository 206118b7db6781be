/*
 * Document: what the source sent, the form that it leaves in, and the header
 * of that form.
 *
 * test     t/table_forms.t, t/accept_oracle.t, t/form_shapes.t,
 *          t/form_empty.t, t/fhir_type.t
 */

#include "ngx_http_fhir_binary_response.h"
#include "ngx_http_fhir_binary_core.h"


static fhb_rc_t ngx_http_fhir_binary_document_form(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_document_not_modified(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_document_bodiless(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_phase_t phase);
static ngx_int_t ngx_http_fhir_binary_document_native(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_document_weak_range(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_fhir_binary_document_wrapped(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_document_header(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_phase_t phase);


/*
 * The type is known: may the document leave, and in which form?
 */

fhb_rc_t
ngx_http_fhir_binary_document_choose(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    if (ctx->conf->auth
        && ctx->grant.state != NGX_HTTP_FHIR_BINARY_GRANT_WAIVED)
    {

        rc = ngx_http_fhir_binary_scope_fine(r, ctx);

        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "fhir binary: scope and patient of the document: %s",
                       ngx_http_fhir_binary_rc_name(rc));

        if (rc != FHB_OK) {
            return rc;
        }
    }

    rc = ngx_http_fhir_binary_document_form(r, ctx);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: the form is %s: %s",
                   ctx->document.choice.form == FHB_FORM_NATIVE ? "native"
                   : ctx->document.choice.form == FHB_FORM_JSON ? "JSON"
                   : ctx->document.choice.form == FHB_FORM_XML ? "XML" : "none",
                   ngx_http_fhir_binary_rc_name(rc));

    if (rc == FHB_OK
        && ctx->document.choice.form != FHB_FORM_NATIVE
        && ngx_http_fhir_binary_classify_coded(r))
    {
        return FHB_E_BACKEND_ENCODING;
    }

    return rc;
}


static fhb_rc_t
ngx_http_fhir_binary_document_form(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t          rc;
    fhb_preference_t  preference;
    fhb_media_t       media, *stored;

    static const ngx_str_t  accept = ngx_string("Accept");
    static const ngx_str_t  format = ngx_string("_format");

    if (ctx->document.length == 0
        && ctx->asked.route.kind == FHB_ROUTE_CCD && ctx->conf->ccd_check)
    {
        return FHB_E_BACKEND_CCD;
    }

    ngx_http_fhir_binary_negotiate_preference(ctx, &preference);

    stored = &media;

    if (fhb_media_parse(&media, ngx_http_fhir_binary_to_core(ctx->type))
        != FHB_OK)
    {
        stored = NULL;
    }

    if (ctx->asked.format_rc != FHB_OK) {
        rc = ctx->asked.format_rc;
        ngx_http_fhir_binary_refusal_parameter(ctx, format);

    } else {
        rc = fhb_accept_choose(&ctx->document.choice, &preference, stored);

        if (rc != FHB_OK) {
            ngx_http_fhir_binary_refusal_parameter(ctx, accept);
        }
    }

    if (rc != FHB_OK) {
        return (ngx_http_fhir_binary_negotiate_available(r, ctx) == NGX_OK)
               ? rc : FHB_E_NOMEM;
    }

    if (ctx->document.choice.form == FHB_FORM_NATIVE) {
        return FHB_OK;
    }

    if (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT) {
        return FHB_E_BACKEND_RANGE;
    }

    if (stored == NULL && ctx->type.len) {

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: the backend's %s is not a media type "
                      "(%uz bytes)",
                      ctx->source.reader ? "contentType" : "Content-Type",
                      ctx->type.len);

        return FHB_E_BACKEND_TYPE;
    }

    if (stored == NULL) {
        return FHB_E_REQUIRED;
    }

    if (ctx->document.length == 0 && ctx->conf->version < FHB_R4) {
        return FHB_E_REQUIRED;
    }

    if (ctx->document.length > NGX_MAX_OFF_T_VALUE / 2) {
        /* no document, and no length that its base64 could have */
        return FHB_E_BACKEND;
    }

    return FHB_OK;
}


/*
 * All is decided: the header leaves, and the pump is made ready.
 */

ngx_int_t
ngx_http_fhir_binary_document_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t  rc;

#if (NGX_HTTP_GZIP)
    if (ctx->asked.prepared) {
        /* what the client takes was hidden from nginx's static modules */
        r->headers_in.accept_encoding = ctx->asked.accept_encoding;
        r->gzip_tested = 0;
    }
#endif

    if (ngx_http_fhir_binary_envelope_meta(r, ctx) != NGX_OK
        || ngx_http_fhir_binary_header_document(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = (ctx->asked.route.kind == FHB_ROUTE_CCD)
         ? NGX_OK : ngx_http_fhir_binary_conditional(r, ctx);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: conditions: %i",
                   rc);

    if (rc == NGX_HTTP_NOT_MODIFIED) {
        return ngx_http_fhir_binary_document_not_modified(r, ctx);
    }

    if (rc != NGX_OK) {
        ngx_http_clean_header(r);
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_PRECONDITION);
    }

    if (ctx->document.choice.form == FHB_FORM_NATIVE) {
        return ngx_http_fhir_binary_document_native(r, ctx);
    }

    return ngx_http_fhir_binary_document_wrapped(r, ctx);
}


static ngx_int_t
ngx_http_fhir_binary_document_not_modified(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    r->headers_out.status = NGX_HTTP_NOT_MODIFIED;
    r->headers_out.status_line.len = 0;
    r->headers_out.content_type.len = 0;
    r->allow_ranges = 0;

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);

    if (r->headers_out.content_range) {
        r->headers_out.content_range->hash = 0;
        r->headers_out.content_range = NULL;
    }

    if (r->headers_out.content_encoding) {
        r->headers_out.content_encoding->hash = 0;
        r->headers_out.content_encoding = NULL;
    }

    return ngx_http_fhir_binary_document_bodiless(r, ctx,
                                          NGX_HTTP_FHIR_BINARY_PHASE_PASS);
}


/*
 * A header without a body: where it has left, r->header_only says so.  A filter
 * below that keeps it back until it has seen the body is given that.  Where the
 * body is being read already, nobody wants the rest of it.
 */

static ngx_int_t
ngx_http_fhir_binary_document_bodiless(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_phase_t phase)
{
    ngx_http_fhir_binary_upstream_spare(r, ctx);

    return ngx_http_fhir_binary_output_header(r, ctx, phase);
}


static ngx_int_t
ngx_http_fhir_binary_document_native(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_media_t  media;

    if (fhb_media_parse(&media, ngx_http_fhir_binary_to_core(ctx->type))
        != FHB_OK)
    {
        ngx_str_set(&r->headers_out.content_type, "application/octet-stream");
        r->headers_out.content_type_len = r->headers_out.content_type.len;
        r->headers_out.content_type_lowcase = NULL;
        r->headers_out.charset.len = 0;

    } else if (ctx->source.reader || ctx->asked.ccd) {
        r->headers_out.content_type = ctx->type;
        r->headers_out.content_type_len = ctx->type.len;
        r->headers_out.content_type_lowcase = NULL;
        r->headers_out.charset.len = 0;
    }

    if (ctx->source.reader || ctx->check.cda) {

        ngx_http_clear_accept_ranges(r);
        ngx_http_clear_content_length(r);
        r->headers_out.content_length_n = ctx->document.length;

        ngx_http_fhir_binary_pump_arm(ctx, NULL, NULL);

        return ngx_http_fhir_binary_document_header(r, ctx,
                                          NGX_HTTP_FHIR_BINARY_PHASE_PUMP);
    }

    if (ctx->asked.ccd) {
        /* the next one differs: parts of two would make none */
        ngx_http_clear_accept_ranges(r);
        r->allow_ranges = 0;

    } else if (r->headers_out.status == NGX_HTTP_OK
               && ctx->document.length != -1)
    {
        /* nginx cuts, and says so; the backend's own word would be double */

        ngx_http_clear_accept_ranges(r);
        r->allow_ranges = !ngx_http_fhir_binary_document_weak_range(r);

        if (ngx_http_fhir_binary_upstream_asked(r) && !r->cached) {
            /* several parts can be cut only from a body that is at hand */
            r->single_range = 1;
        }
    }

    return ngx_http_fhir_binary_document_header(r, ctx,
                                          NGX_HTTP_FHIR_BINARY_PHASE_PASS);
}


/* nginx compares tags byte by byte; a weak one never allows a part */

static ngx_uint_t
ngx_http_fhir_binary_document_weak_range(ngx_http_request_t *r)
{
    ngx_str_t  *value;

    if (r->headers_in.if_range == NULL) {
        return 0;
    }

    value = &r->headers_in.if_range->value;

    return value->len > 2 && value->data[0] == 'W' && value->data[1] == '/';
}


static ngx_int_t
ngx_http_fhir_binary_document_wrapped(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t  head, tail;

    r->allow_ranges = 0;

    if (ngx_http_fhir_binary_envelope_type(r, ctx) != NGX_OK
        || ngx_http_fhir_binary_envelope_write(r, ctx, &head, &tail) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (r->method == NGX_HTTP_HEAD) {
        return ngx_http_fhir_binary_document_header(r, ctx,
                                          NGX_HTTP_FHIR_BINARY_PHASE_PASS);
    }

    r->filter_need_in_memory = 1;
    ngx_http_fhir_binary_pump_arm(ctx, &head, &tail);

    return ngx_http_fhir_binary_document_header(r, ctx,
                                          NGX_HTTP_FHIR_BINARY_PHASE_PUMP);
}


static ngx_int_t
ngx_http_fhir_binary_document_header(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_phase_t phase)
{
    ngx_int_t  rc;

    if (r->method == NGX_HTTP_HEAD) {
        return ngx_http_fhir_binary_document_bodiless(r, ctx, phase);
    }

    rc = ngx_http_fhir_binary_output_header(r, ctx, phase);

    if (rc <= NGX_OK) {
        ngx_http_fhir_binary_output_promise(r, ctx);
    }

    return rc;
}
