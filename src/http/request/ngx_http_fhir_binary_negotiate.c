/*
 * Negotiate: the forms that the client asks for, in Accept and _format.
 *
 * test     t/directive_accept.t, t/accept_oracle.t, t/accept_policies.t,
 *          t/accept_names.t
 */

#include "ngx_http_fhir_binary_request.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_query.h"


/* lines of Accept that are looked at; fhb_accept_parse() refuses far fewer */
#define NGX_HTTP_FHIR_BINARY_LINES  (FHB_MAX_RANGES + 1)

/* bytes of a decoded _format; the longest known value has 21 */
#define NGX_HTTP_FHIR_BINARY_FORMAT  128


static ngx_int_t ngx_http_fhir_binary_negotiate_lines(ngx_http_request_t *r,
    fhb_str_t *lines);
static fhb_rc_t ngx_http_fhir_binary_negotiate_accept(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_negotiate_format(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * Read Accept and _format once; an error is one of the request as a whole.
 */

fhb_rc_t
ngx_http_fhir_binary_negotiate_read(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    if (ctx->asked.read) {
        return FHB_OK;
    }

    ctx->asked.read = 1;

    rc = ngx_http_fhir_binary_negotiate_format(r, ctx);

    if (rc != FHB_OK) {
        return rc;
    }

    return ngx_http_fhir_binary_negotiate_accept(r, ctx);
}


void
ngx_http_fhir_binary_negotiate_preference(
    const ngx_http_fhir_binary_ctx_t *ctx, fhb_preference_t *preference)
{
    ngx_memzero(preference, sizeof(fhb_preference_t));

    preference->version = ctx->conf->version;
    preference->accept = ctx->asked.accept;
    preference->format = ctx->asked.format;
    preference->lenient = ctx->conf->lenient;
    preference->fhir = ctx->conf->fhir;
}


static fhb_rc_t
ngx_http_fhir_binary_negotiate_accept(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t        len;
    fhb_rc_t      rc;
    ngx_int_t     n;
    fhb_str_t     lines[NGX_HTTP_FHIR_BINARY_LINES];
    fhb_accept_t  accept;

    static const ngx_str_t  name = ngx_string("Accept");

    n = ngx_http_fhir_binary_negotiate_lines(r, lines);

    if (n == 0) {
        return FHB_OK;
    }

    rc = fhb_accept_parse(&accept, lines, n);

    if (rc != FHB_OK) {
        ngx_http_fhir_binary_refusal_parameter(ctx, name);
        return rc;
    }

    /* a few ranges of the many there could be */

    len = offsetof(fhb_accept_t, ranges) + accept.n * sizeof(fhb_range_t);

    ctx->asked.accept = ngx_palloc(r->pool, len);
    if (ctx->asked.accept == NULL) {
        return FHB_E_NOMEM;
    }

    ngx_memcpy(ctx->asked.accept, &accept, len);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: Accept has %i lines, %ui ranges",
                   n, (ngx_uint_t) accept.n);

    return FHB_OK;
}


/*
 * The lines come from the header list: nginx before 1.23 keeps repeated ones
 * nowhere else.
 */

static ngx_int_t
ngx_http_fhir_binary_negotiate_lines(ngx_http_request_t *r, fhb_str_t *lines)
{
    ngx_int_t                      n;
    ngx_table_elt_t               *h;
    ngx_http_fhir_binary_fields_t  fields;

    static const ngx_str_t  accept = ngx_string("Accept");

    fields = ngx_http_fhir_binary_fields(&r->headers_in.headers);

    for (n = 0; n < NGX_HTTP_FHIR_BINARY_LINES; n++) {

        h = ngx_http_fhir_binary_field_find(&fields, &accept);

        if (h == NULL) {
            break;
        }

        lines[n] = ngx_http_fhir_binary_to_core(h->value);
    }

    return n;
}


static fhb_rc_t
ngx_http_fhir_binary_negotiate_format(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    u_char     buf[NGX_HTTP_FHIR_BINARY_FORMAT];
    fhb_rc_t   rc;
    fhb_out_t  out;

    static const ngx_str_t  name = ngx_string("_format");

    if (r->args.len == 0) {
        return FHB_OK;
    }

    fhb_out_init(&out, buf, sizeof(buf));

    rc = fhb_query_format(ngx_http_fhir_binary_to_core(r->args), &out);

    if (rc == FHB_OK && out.len) {
        rc = fhb_accept_format(&ctx->asked.format, fhb_out_result(&out),
                               ctx->conf->version);
    }

    if (rc == FHB_OK) {
        return FHB_OK;
    }

    if (rc == FHB_E_FORMAT) {
        /* 406 has its place after the document was found */
        ctx->asked.format_rc = rc;
        return FHB_OK;
    }

    ngx_http_fhir_binary_refusal_parameter(ctx, name);

    return rc;
}


/*
 * RFC 9110, section 15.5.7: a 406 lists what can be had.
 */

ngx_int_t
ngx_http_fhir_binary_negotiate_available(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    u_char       *p;
    size_t        len;
    ngx_uint_t    i;
    fhb_out_t     out;
    ngx_str_t     types[2], stored, text;
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

    text.data = p;
    text.len = ngx_snprintf(p, len, "Available: %V, %V, %V", &stored,
                            &types[0], &types[1])
               - p;

    ngx_http_fhir_binary_refusal_diagnostics(ctx, text);

    return NGX_OK;
}
