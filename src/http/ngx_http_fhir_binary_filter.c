/*
 * Filter: what becomes of a response.
 *
 * The header filter decides: a refusal becomes an OperationOutcome, a
 * document gets its form.  The body filter then passes the document on
 * untouched, pumps it through base64, or swallows what follows a refusal.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"
#include "fhb_etag.h"
#include "fhb_time.h"

#if (nginx_version >= 1029004)
#include <ngx_http_proxy_module.h>
#endif


static ngx_int_t ngx_http_fhir_binary_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_fhir_binary_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_filter_ctx(
    ngx_http_request_t *r, ngx_int_t *rc);
static ngx_int_t ngx_http_fhir_binary_filter_status(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_filter_error(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_filter_verdict(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_filter_source(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_filter_framed(ngx_http_request_t *r);
static fhb_rc_t ngx_http_fhir_binary_filter_choose(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_filter_encoding(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_available(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_document(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_native(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_wrapped(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_meta(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_length(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_type(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_not_modified(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_release(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);
static ngx_int_t ngx_http_fhir_binary_filter_watch(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);
static ngx_uint_t ngx_http_fhir_binary_filter_failed(ngx_http_request_t *r);
static void ngx_http_fhir_binary_filter_swallow(ngx_chain_t *in);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


ngx_int_t
ngx_http_fhir_binary_filter_init(ngx_conf_t *cf)
{
    (void) cf;

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_fhir_binary_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_fhir_binary_body_filter;

    return NGX_OK;
}


ngx_int_t
ngx_http_fhir_binary_next_header(ngx_http_request_t *r)
{
    return ngx_http_next_header_filter(r);
}


ngx_int_t
ngx_http_fhir_binary_next_body(ngx_http_request_t *r, ngx_chain_t *in)
{
    return ngx_http_next_body_filter(r, in);
}


static ngx_int_t
ngx_http_fhir_binary_header_filter(ngx_http_request_t *r)
{
    fhb_rc_t                     rc;
    ngx_int_t                    status;
    ngx_http_fhir_binary_ctx_t  *ctx;

    status = NGX_OK;
    ctx = ngx_http_fhir_binary_filter_ctx(r, &status);

    if (ctx == NULL) {
        return (status == NGX_OK) ? ngx_http_next_header_filter(r) : status;
    }

    if (ctx->error != FHB_OK) {
        return ngx_http_fhir_binary_outcome_send(r, ctx);
    }

    if (r->headers_out.status != NGX_HTTP_OK
        && r->headers_out.status != NGX_HTTP_PARTIAL_CONTENT)
    {
        return ngx_http_fhir_binary_filter_status(r, ctx);
    }

    rc = ngx_http_fhir_binary_filter_verdict(r, ctx);

    if (rc == FHB_OK) {
        rc = ngx_http_fhir_binary_filter_source(r, ctx);
    }

    if (rc == FHB_OK) {
        rc = ngx_http_fhir_binary_filter_choose(r, ctx);
    }

    if (rc == FHB_OK) {
        rc = ngx_http_fhir_binary_filter_encoding(r, ctx);
    }

    if (rc != FHB_OK) {
        /* a status makes nginx stop the upstream, which may be large */
        ngx_http_clean_header(r);
        return ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    return ngx_http_fhir_binary_filter_document(r, ctx);
}


/*
 * The context of a request that concerns us.  NULL and NGX_OK: it does not.
 */

static ngx_http_fhir_binary_ctx_t *
ngx_http_fhir_binary_filter_ctx(ngx_http_request_t *r, ngx_int_t *rc)
{
    ngx_http_fhir_binary_ctx_t             *ctx;
    const ngx_http_fhir_binary_loc_conf_t  *fbcf;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx != NULL) {
        return ctx->own ? NULL : ctx;
    }

    fbcf = ngx_http_fhir_binary_conf(r);

    if (fbcf->version == FHB_VERSION_OFF || r->background) {
        return NULL;
    }

    /*
     * Not seen in any phase: an error before a location was chosen or its
     * phases ran, the rewrite module's "return", or a cloned subrequest.
     */

    ctx = ngx_http_fhir_binary_claim(r);

    if (ctx == NULL) {
        *rc = NGX_ERROR;
        return NULL;
    }

    ctx->late = 1;

    if (r != r->main) {
        ctx->error = FHB_E_SUBREQUEST;
    }

    return ctx;
}


/*
 * No document: an error of nginx, of the backend or of the operator's making.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_status(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->options && r->headers_out.status == NGX_HTTP_NO_CONTENT) {

        if (ngx_http_fhir_binary_header_options(r, ctx) != NGX_OK) {
            return NGX_ERROR;
        }

        return ngx_http_next_header_filter(r);
    }

    if (r->headers_out.status >= NGX_HTTP_SPECIAL_RESPONSE
        && (r->error_page || (ctx->late && !ctx->prepared
                              && r->headers_out.status
                                 < NGX_HTTP_BAD_REQUEST)))
    {
        /* an error_page or a return in this very location */
        return ngx_http_next_header_filter(r);
    }

    if (ngx_http_fhir_binary_outcome_passes(r, ctx)) {

        ctx->choice.form = FHB_FORM_JSON;

        if (ngx_http_fhir_binary_header_document(r, ctx) != NGX_OK) {
            return NGX_ERROR;
        }

        return ngx_http_next_header_filter(r);
    }

    ctx->error = ngx_http_fhir_binary_filter_error(r, ctx);

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "fhir binary: status %ui is answered with %d (%s)",
                  r->headers_out.status, fhb_error_row(ctx->error)->status,
                  fhb_error_row(ctx->error)->reason);

    return ngx_http_fhir_binary_outcome_send(r, ctx);
}


static fhb_rc_t
ngx_http_fhir_binary_filter_error(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_uint_t  status, backend;

    status = r->headers_out.status;

    /* r->err_status: nginx makes this response itself */

    backend = (r->upstream != NULL
               && r->err_status == 0
               && r->upstream->headers_in.status_n == status);

    if (!backend && r->err_status == 0 && status < NGX_HTTP_BAD_REQUEST) {
        /* the redirect of a directory, an empty 2xx */
        return FHB_E_NOT_FOUND;
    }

    if (backend && status == NGX_HTTP_UNAUTHORIZED && ctx->conf->auth) {
        return FHB_E_BACKEND_LOGIN;
    }

    return fhb_error_for_status(status, backend);
}


/*
 * May the document leave at all?  Whatever nobody allowed is refused.
 */

static fhb_rc_t
ngx_http_fhir_binary_filter_verdict(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->conf->auth && !ctx->granted) {
        return FHB_E_LOGIN;
    }

    if (ctx->route_rc != FHB_OK) {
        return ctx->route_rc;
    }

    return ngx_http_fhir_binary_negotiate_ask(r, ctx);
}


/*
 * Is the response a whole document, or the part of it that was asked for?
 */

static fhb_rc_t
ngx_http_fhir_binary_filter_source(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_media_t  media;

    ctx->type = r->headers_out.content_type;
    ctx->length = r->headers_out.content_length_n;

    if (!ngx_http_fhir_binary_filter_framed(r)) {

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: the backend marks the end of the document "
                      "only by closing the connection; "
                      "use \"proxy_http_version 1.1\"");

        return FHB_E_BACKEND_FRAMING;
    }

    if (r->headers_out.status != NGX_HTTP_PARTIAL_CONTENT) {
        return FHB_OK;
    }

    if (!ctx->ranged
        || (fhb_media_parse(&media, ngx_http_fhir_binary_to_core(ctx->type))
            == FHB_OK
            && media.type.len == sizeof("multipart") - 1
            && ngx_strncasecmp((u_char *) media.type.data,
                               (u_char *) "multipart", media.type.len)
               == 0))
    {
        return FHB_E_BACKEND_RANGE;
    }

    return FHB_OK;
}


/*
 * Whether the end of a response can be told from a lost connection.
 */

static ngx_uint_t
ngx_http_fhir_binary_filter_framed(ngx_http_request_t *r)
{
    ngx_str_t            *module;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (u == NULL
        || r->cached
        || r->method == NGX_HTTP_HEAD
        || r->headers_out.content_length_n != -1
        || u->headers_in.chunked
        || u->conf == NULL)
    {
        return 1;
    }

    module = &u->conf->module;

    if (module->len == sizeof("fastcgi") - 1
        && ngx_strncmp(module->data, "fastcgi", module->len) == 0)
    {
        return 1;
    }

    if (module->len == sizeof("grpc") - 1
        && ngx_strncmp(module->data, "grpc", module->len) == 0)
    {
        return 1;
    }

#if (nginx_version >= 1029004)

    if (module->len == sizeof("proxy") - 1
        && ngx_strncmp(module->data, "proxy", module->len) == 0)
    {
        ngx_http_proxy_loc_conf_t  *plcf;

        plcf = ngx_http_get_module_loc_conf(r, ngx_http_proxy_module);

        return plcf->http_version == NGX_HTTP_VERSION_20;
    }

#endif

    return 0;
}


static fhb_rc_t
ngx_http_fhir_binary_filter_choose(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t      rc;
    fhb_wish_t    wish;
    fhb_media_t   media, *stored;

    ngx_http_fhir_binary_negotiate_wish(ctx, &wish);

    stored = &media;

    if (fhb_media_parse(&media, ngx_http_fhir_binary_to_core(ctx->type))
        != FHB_OK)
    {
        stored = NULL;
    }

    if (ctx->format_rc != FHB_OK) {
        rc = ctx->format_rc;
        ngx_str_set(&ctx->parameter, "_format");

    } else {
        rc = fhb_accept_choose(&ctx->choice, &wish, stored);

        if (rc != FHB_OK) {
            ngx_str_set(&ctx->parameter, "Accept");
        }
    }

    if (rc != FHB_OK) {
        return (ngx_http_fhir_binary_filter_available(r, ctx) == NGX_OK)
               ? rc : FHB_E_INTERNAL;
    }

    if (ctx->choice.form == FHB_FORM_NATIVE) {
        return FHB_OK;
    }

    if (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT) {
        return FHB_E_BACKEND_RANGE;
    }

    if (stored == NULL) {
        return ctx->type.len ? FHB_E_BACKEND_TYPE : FHB_E_REQUIRED;
    }

    if (ctx->length == 0 && ctx->conf->version < FHB_R4) {
        return FHB_E_REQUIRED;
    }

    return FHB_OK;
}


static fhb_rc_t
ngx_http_fhir_binary_filter_encoding(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t  *coding;

    if (r->headers_out.content_encoding == NULL
        || r->headers_out.content_encoding->hash == 0)
    {
        return FHB_OK;
    }

    coding = &r->headers_out.content_encoding->value;

    if (ctx->choice.form == FHB_FORM_NATIVE
        || coding->len == 0
        || (coding->len == sizeof("identity") - 1
            && ngx_strncasecmp(coding->data, (u_char *) "identity",
                               coding->len)
               == 0))
    {
        return FHB_OK;
    }

    return FHB_E_BACKEND_ENCODING;
}


/*
 * RFC 9110, section 15.5.7: a 406 lists what can be had.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_available(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    u_char       *p;
    size_t        len;
    ngx_uint_t    i;
    fhb_out_t     out;
    ngx_str_t     types[2], stored;
    fhb_choice_t  choice;

    stored = ctx->type;

    if (stored.len == 0 || stored.len > FHB_MAX_MEDIA) {
        ngx_str_set(&stored, "application/octet-stream");
    }

    len = sizeof("Available: , , ") + stored.len;

    for (i = 0; i < 2; i++) {

        choice.form = i ? FHB_FORM_XML : FHB_FORM_JSON;
        choice.legacy = 0;
        choice.echo = 0;

        fhb_out_init(&out, NULL, 0);
        fhb_accept_type(&out, ctx->conf->version, &choice);

        if (ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK) {
            return NGX_ERROR;
        }

        fhb_accept_type(&out, ctx->conf->version, &choice);
        types[i] = ngx_http_fhir_binary_from_core(fhb_out_result(&out));
        len += types[i].len;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ctx->diagnostics.data = p;
    ctx->diagnostics.len = ngx_snprintf(p, len, "Available: %V, %V, %V",
                                        &stored, &types[0], &types[1])
                           - p;

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_filter_document(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t  rc;

#if (NGX_HTTP_GZIP)
    /* what the client takes was hidden from nginx's static modules */
    r->gzip_tested = 0;
#endif

    ctx->heard = ngx_current_msec;

    if (ctx->choice.form != FHB_FORM_NATIVE
        && ngx_http_fhir_binary_filter_meta(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_fhir_binary_header_document(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_http_fhir_binary_conditional(r);

    if (rc == NGX_HTTP_NOT_MODIFIED) {
        return ngx_http_fhir_binary_filter_not_modified(r, ctx);
    }

    if (rc != NGX_OK) {
        ngx_http_clean_header(r);
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_PRECONDITION);
    }

    if (ctx->choice.form == FHB_FORM_NATIVE) {
        return ngx_http_fhir_binary_filter_native(r, ctx);
    }

    return ngx_http_fhir_binary_filter_wrapped(r, ctx);
}


static ngx_int_t
ngx_http_fhir_binary_filter_not_modified(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    (void) ctx;

    r->headers_out.status = NGX_HTTP_NOT_MODIFIED;
    r->headers_out.status_line.len = 0;
    r->headers_out.content_type.len = 0;
    r->allow_ranges = 0;

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);

    if (r->headers_out.content_encoding) {
        r->headers_out.content_encoding->hash = 0;
        r->headers_out.content_encoding = NULL;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_fhir_binary_filter_native(ngx_http_request_t *r,
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
    }

    if (r->headers_out.status == NGX_HTTP_OK && ctx->length != -1) {

        r->allow_ranges = 1;

        if (r->upstream && !r->cached) {
            /* several parts can be cut only from a body that is at hand */
            r->single_range = 1;
        }
    }

    ctx->open = (ctx->length == -1
                 && (r->http_version < NGX_HTTP_VERSION_11));

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_fhir_binary_filter_wrapped(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    r->allow_ranges = 0;

    if (ngx_http_fhir_binary_filter_type(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    if (r->method == NGX_HTTP_HEAD) {

        if (ngx_http_fhir_binary_filter_length(r, ctx) != NGX_OK) {
            return NGX_ERROR;
        }

        return ngx_http_next_header_filter(r);
    }

    r->filter_need_in_memory = 1;

    if (ctx->length == -1) {
        /* an empty document has another head, or none */
        ngx_http_clear_content_length(r);
        ctx->held = 1;
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_pump_arm(r, ctx) != NGX_OK
        || ngx_http_fhir_binary_filter_length(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


/*
 * What stands around the data, taken before the header fields are changed.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_meta(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    u_char           *p;
    fhb_out_t         out;
    fhb_bin_head_t   *head;

    head = &ctx->head;

    head->version = ctx->conf->version;
    head->form = ctx->choice.form;
    head->id = ctx->route.id;
    head->content_type = ngx_http_fhir_binary_to_core(ctx->type);
    head->empty = (ctx->length == 0);

    if (r->headers_out.etag && r->headers_out.etag->hash) {
        head->version_id = fhb_etag_version(
               ngx_http_fhir_binary_to_core(r->headers_out.etag->value));
    }

    if (r->headers_out.last_modified_time == -1) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, sizeof("0000-00-00T00:00:00Z"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    fhb_out_init(&out, p, sizeof("0000-00-00T00:00:00Z"));

    if (fhb_time_write(&out, r->headers_out.last_modified_time) == FHB_OK) {
        head->last_updated = fhb_out_result(&out);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_filter_type(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_out_t  out;

    fhb_out_init(&out, NULL, 0);
    fhb_accept_type(&out, ctx->conf->version, &ctx->choice);

    if (ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK) {
        return NGX_ERROR;
    }

    fhb_accept_type(&out, ctx->conf->version, &ctx->choice);

    r->headers_out.content_type =
                          ngx_http_fhir_binary_from_core(fhb_out_result(&out));
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.charset.len = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_filter_length(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    uint64_t   len;
    fhb_out_t  out;

    if (ctx->length == -1) {
        ngx_http_clear_content_length(r);
        return NGX_OK;
    }

    fhb_out_init(&out, NULL, 0);

    if (fhb_b64_encoded_len(ctx->length, &len) != FHB_OK
        || fhb_bin_write_head(&out, &ctx->head) != FHB_OK)
    {
        return NGX_ERROR;
    }

    fhb_bin_write_tail(&out, &ctx->head);

    if (len > (uint64_t) NGX_MAX_OFF_T_VALUE - out.len) {
        return NGX_ERROR;
    }

    ngx_http_clear_content_length(r);
    r->headers_out.content_length_n = (off_t) (len + out.len);

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx == NULL || ctx->own || r->header_only) {
        return ngx_http_next_body_filter(r, in);
    }

    if (ctx->refused) {
        ngx_http_fhir_binary_filter_swallow(in);
        return in ? NGX_OK : ngx_http_next_body_filter(r, NULL);
    }

    if (ctx->held) {
        return ngx_http_fhir_binary_filter_release(r, ctx, in);
    }

    if (ctx->pump.armed) {
        return ngx_http_fhir_binary_pump(r, ctx, in);
    }

    if (ctx->open) {
        return ngx_http_fhir_binary_filter_watch(r, ctx, in);
    }

    return ngx_http_next_body_filter(r, in);
}


/*
 * The header waits until a byte of the document, or its end, is seen.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_release(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_int_t     rc;
    ngx_uint_t    data, last, flush;
    ngx_chain_t  *cl;

    data = 0;
    last = 0;
    flush = 0;

    for (cl = in; cl; cl = cl->next) {
        data |= (ngx_buf_size(cl->buf) != 0);
        last |= cl->buf->last_buf;
        flush |= cl->buf->flush;
    }

    if (!data && !last) {

        if (!flush || !ngx_http_fhir_binary_filter_failed(r)) {
            return NGX_OK;
        }

        /* upstream believes that the header has left, and gives up */

        ctx->error = (r->upstream->conf
                      && ngx_current_msec - ctx->heard
                         >= r->upstream->conf->read_timeout)
                     ? FHB_E_TIMEOUT : FHB_E_BACKEND;

        ngx_http_fhir_binary_filter_swallow(in);
        return ngx_http_fhir_binary_outcome_send(r, ctx);
    }

    if (!data) {
        ctx->length = 0;
        ctx->head.empty = 1;

        if (ctx->conf->version < FHB_R4) {
            ctx->error = FHB_E_REQUIRED;
            ngx_http_fhir_binary_filter_swallow(in);
            return ngx_http_fhir_binary_outcome_send(r, ctx);
        }
    }

    ctx->held = 0;
    ctx->open = (ctx->length == -1
                 && r->http_version < NGX_HTTP_VERSION_11);

    if (ngx_http_fhir_binary_pump_arm(r, ctx) != NGX_OK
        || ngx_http_fhir_binary_filter_length(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_http_next_header_filter(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return (rc > NGX_OK) ? NGX_ERROR : rc;
    }

    return ngx_http_fhir_binary_pump(r, ctx, in);
}


/*
 * HTTP/1.0 knows no other end than that of the connection: where the source
 * failed, it must be a reset.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_watch(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_chain_t  *cl;

    for (cl = in; cl; cl = cl->next) {

        if (cl->buf->last_buf) {
            ctx->open = 0;
            break;
        }

        if (cl->buf->flush && ngx_buf_size(cl->buf) == 0
            && ngx_http_fhir_binary_filter_failed(r))
        {
            return ngx_http_fhir_binary_filter_cut(r, ctx);
        }
    }

    return ngx_http_next_body_filter(r, in);
}


/*
 * End a response so that it cannot be taken for a whole one.
 */

ngx_int_t
ngx_http_fhir_binary_filter_cut(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    struct linger  linger;

    ctx->pump.done = 1;
    r->keepalive = 0;

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "fhir binary: the document ended early, "
                  "the connection is cut");

    if (ctx->open) {

        linger.l_onoff = 1;
        linger.l_linger = 0;

        if (setsockopt(r->connection->fd, SOL_SOCKET, SO_LINGER,
                       (const void *) &linger, sizeof(struct linger))
            == -1)
        {
            ngx_log_error(NGX_LOG_ALERT, r->connection->log, ngx_socket_errno,
                          "setsockopt(SO_LINGER) failed");
        }
    }

    return NGX_ERROR;
}


/* upstream is being finalized, and not because its response is complete */

static ngx_uint_t
ngx_http_fhir_binary_filter_failed(ngx_http_request_t *r)
{
    return r->upstream != NULL && r->upstream->cleanup == NULL;
}


static void
ngx_http_fhir_binary_filter_swallow(ngx_chain_t *in)
{
    ngx_buf_t  *b;

    for ( /* void */ ; in; in = in->next) {
        b = in->buf;
        b->pos = b->last;
        b->file_pos = b->file_last;
    }
}
