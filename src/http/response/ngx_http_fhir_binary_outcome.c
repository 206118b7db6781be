/*
 * Outcome: a refusal leaves as an OperationOutcome.
 *
 * A phase handler returns what ngx_http_fhir_binary_reject() gives; nginx
 * then makes an error response, and the header filter finds ctx->refusal.rc
 * and sends the OperationOutcome instead.  The same happens to errors of nginx
 * itself and of the backend.
 *
 * test     t/table_outcome.t, t/error_table.t, t/error_nginx.t,
 *          t/error_page.t, t/error_page_inherited.t
 */

#include "ngx_http_fhir_binary_response.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_bearer.h"
#include "fhb_outcome.h"


/* seconds after which those who decide on tokens may be back */
#define NGX_HTTP_FHIR_BINARY_RETRY  "5"


/* headers of an error that must survive ngx_http_clean_header() */

typedef struct {
    ngx_str_t  retry_after;
    ngx_str_t  content_range;
    ngx_str_t  www_authenticate;        /* of auth_basic or auth_request */
} ngx_http_fhir_binary_outcome_kept_t;


static ngx_uint_t ngx_http_fhir_binary_outcome_status(
    const ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_outcome_body(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t *body);
static ngx_int_t ngx_http_fhir_binary_outcome_headers(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_outcome_kept_t *kept);
static void ngx_http_fhir_binary_outcome_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_outcome_kept_t *kept);
static ngx_int_t ngx_http_fhir_binary_outcome_challenge(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_form_t ngx_http_fhir_binary_outcome_form(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * Send the OperationOutcome for rc in the place of an error of nginx or of
 * the backend.
 */

ngx_int_t
ngx_http_fhir_binary_outcome_replace(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc)
{
    /* a 4xx without a row of its own is passed on */

    ngx_http_fhir_binary_refusal(ctx, rc,
                   rc == FHB_E_REFUSED ? r->headers_out.status
                                       : ctx->refusal.status);

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "fhir binary: status %ui is answered with %ui (%s)",
                  r->headers_out.status,
                  ngx_http_fhir_binary_outcome_status(ctx),
                  fhb_error_row(rc)->reason);

    return ngx_http_fhir_binary_outcome_send(r, ctx);
}


static ngx_uint_t
ngx_http_fhir_binary_outcome_status(const ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->refusal.status ? ctx->refusal.status
                       : (ngx_uint_t) fhb_error_row(ctx->refusal.rc)->status;
}


/*
 * Send the OperationOutcome for ctx->refusal.rc now, header and body; whatever
 * follows from nginx or from the backend is swallowed by the body filter.
 */

ngx_int_t
ngx_http_fhir_binary_outcome_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t                            body;
    ngx_http_fhir_binary_outcome_kept_t  kept;

    if (ngx_http_fhir_binary_outcome_body(r, ctx, &body) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_fhir_binary_outcome_keep(r, &kept);
    ngx_http_clean_header(r);

    r->headers_out.status = ngx_http_fhir_binary_outcome_status(ctx);
    r->allow_ranges = 0;

    if (ngx_http_fhir_binary_outcome_headers(r, ctx, &kept) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_outcome_write(r, ctx, &body);
}


/*
 * Header and body leave, and nothing of the source does behind them.
 */

ngx_int_t
ngx_http_fhir_binary_outcome_write(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t *body)
{
    ngx_buf_t   *b;
    ngx_int_t    rc;
    ngx_chain_t  out;

    r->headers_out.content_length_n = body->len;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: an OperationOutcome leaves, status %ui, "
                   "%uz bytes",
                   r->headers_out.status, body->len);

    ngx_http_fhir_binary_upstream_spare(r, ctx);

    rc = ngx_http_fhir_binary_output_header(r, ctx,
                                         NGX_HTTP_FHIR_BINARY_PHASE_REFUSED);

    if (rc == NGX_ERROR || rc > NGX_OK) {
        return rc;
    }

    if (r->header_only) {
        ngx_http_fhir_binary_upstream_drop(r, ctx);
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = 1;
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    rc = ngx_http_fhir_binary_next_body(r, &out);

    ngx_http_fhir_binary_upstream_drop(r, ctx);

    return (rc == NGX_ERROR) ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_outcome_body(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t *body)
{
    fhb_out_t      out;
    fhb_outcome_t  outcome;

    outcome.rc = ctx->refusal.rc;
    outcome.version = ctx->conf->version;
    outcome.form = ngx_http_fhir_binary_outcome_form(r, ctx);
    outcome.parameter = ngx_http_fhir_binary_to_core(ctx->refusal.parameter);
    outcome.diagnostics =
                   ngx_http_fhir_binary_to_core(ctx->refusal.diagnostics);
    outcome.code = ngx_http_fhir_binary_to_core(ctx->refusal.code);

    ctx->document.choice.form = outcome.form;
    ctx->document.choice.echo = 0;
    ctx->document.choice.legacy = 0;

    fhb_out_init(&out, NULL, 0);
    fhb_outcome_write(&out, &outcome);

    if (ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK) {
        return NGX_ERROR;
    }

    fhb_outcome_write(&out, &outcome);
    *body = ngx_http_fhir_binary_from_core(fhb_out_result(&out));

    return NGX_OK;
}


static fhb_form_t
ngx_http_fhir_binary_outcome_form(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t         parameter;
    fhb_preference_t  preference;

    /*
     * A fault in Accept or _format itself leaves them at their defaults; it
     * is not what this refusal is about.
     */

    parameter = ctx->refusal.parameter;

    (void) ngx_http_fhir_binary_negotiate_read(r, ctx);

    ngx_http_fhir_binary_refusal_parameter(ctx, parameter);

    ngx_http_fhir_binary_negotiate_preference(ctx, &preference);

    return fhb_accept_error_form(&preference);
}


static void
ngx_http_fhir_binary_outcome_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_outcome_kept_t *kept)
{
    ngx_table_elt_t               *h;
    ngx_http_fhir_binary_fields_t  fields;

    static const ngx_str_t  retry_after = ngx_string("Retry-After");

    ngx_memzero(kept, sizeof(ngx_http_fhir_binary_outcome_kept_t));

    if (r->headers_out.content_range && r->headers_out.content_range->hash) {
        kept->content_range = r->headers_out.content_range->value;
    }

    if (r->headers_out.www_authenticate
        && r->headers_out.www_authenticate->hash)
    {
        kept->www_authenticate = r->headers_out.www_authenticate->value;
    }

    fields = ngx_http_fhir_binary_fields(&r->headers_out.headers);

    while ((h = ngx_http_fhir_binary_field_find(&fields, &retry_after))
           != NULL)
    {
        if (h->hash != 0) {
            kept->retry_after = h->value;
        }
    }
}


static ngx_int_t
ngx_http_fhir_binary_outcome_headers(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_outcome_kept_t *kept)
{
    int        status;
    fhb_out_t  out;

    status = r->headers_out.status;

    fhb_out_init(&out, NULL, 0);
    fhb_accept_type(&out, ctx->conf->version, &ctx->document.choice);

    if (ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK) {
        return NGX_ERROR;
    }

    fhb_accept_type(&out, ctx->conf->version, &ctx->document.choice);

    r->headers_out.content_type =
                          ngx_http_fhir_binary_from_core(fhb_out_result(&out));
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    if (status == NGX_HTTP_UNAUTHORIZED
        && kept->www_authenticate.len
        && ngx_http_fhir_binary_field_add(r, "WWW-Authenticate",
                                           &kept->www_authenticate)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* where another module asks for credentials, bearer tokens may be none */

    if ((ctx->conf->auth || kept->www_authenticate.len == 0)
        && ngx_http_fhir_binary_outcome_challenge(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if ((status == NGX_HTTP_NOT_ALLOWED
         && ngx_http_fhir_binary_field_set_lit(r, "Allow",
                                                "GET, HEAD, OPTIONS")
            != NGX_OK)
        || ngx_http_fhir_binary_header_common(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (kept->retry_after.len == 0 && fhb_error_retry(ctx->refusal.rc)) {
        ngx_str_set(&kept->retry_after, NGX_HTTP_FHIR_BINARY_RETRY);
    }

    if ((status == NGX_HTTP_TOO_MANY_REQUESTS
         || status == NGX_HTTP_SERVICE_UNAVAILABLE)
        && kept->retry_after.len
        && ngx_http_fhir_binary_field_add(r, "Retry-After",
                                           &kept->retry_after)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (status == NGX_HTTP_RANGE_NOT_SATISFIABLE
        && kept->content_range.len
        && ngx_http_fhir_binary_field_add(r, "Content-Range",
                                           &kept->content_range)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_field_set_lit(r, "Cache-Control", "no-store");
}


static ngx_int_t
ngx_http_fhir_binary_outcome_challenge(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_out_t               out;
    ngx_str_t               value;
    fhb_bearer_challenge_t  challenge;

    challenge.rc = ctx->refusal.rc;
    challenge.realm = ngx_http_fhir_binary_to_core(ctx->conf->realm);
    challenge.scope = ngx_http_fhir_binary_to_core(ctx->grant.needed);
    challenge.resource_metadata =
                  ngx_http_fhir_binary_to_core(ctx->conf->resource_metadata);

    fhb_out_init(&out, NULL, 0);
    fhb_bearer_write_challenge(&out, &challenge);

    if (out.len == 0) {
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK) {
        return NGX_ERROR;
    }

    fhb_bearer_write_challenge(&out, &challenge);
    value = ngx_http_fhir_binary_from_core(fhb_out_result(&out));

    return ngx_http_fhir_binary_field_add(r, "WWW-Authenticate", &value);
}
