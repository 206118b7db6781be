/*
 * Sandbox: a document is not to be trusted, and neither is what a browser
 * would do with it.
 *
 * test     t/directive_sandbox.t, t/sandbox_headers.t, t/sandbox_sources.t,
 *          t/sandbox_off.t, t/browser.t
 */

#include "ngx_http_fhir_binary_response.h"
#include "ngx_http_fhir_binary_core.h"


#define NGX_HTTP_FHIR_BINARY_CSP_ACTIVE                                      \
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "\
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

#define NGX_HTTP_FHIR_BINARY_CSP_PASSIVE                                     \
    "default-src 'none'; frame-ancestors 'none'"


static ngx_int_t ngx_http_fhir_binary_sandbox_disposition(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx,
    const fhb_media_t *media);


/*
 * What every response carries, and the policy of one that is no document.
 */

ngx_int_t
ngx_http_fhir_binary_sandbox(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (!ctx->conf->sandbox) {
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_field_set_lit(r, "X-Content-Type-Options",
                                            "nosniff")
        != NGX_OK
        || ngx_http_fhir_binary_field_set_lit(r, "Referrer-Policy",
                                               "no-referrer")
           != NGX_OK
        || ngx_http_fhir_binary_field_set_lit(r, "X-Frame-Options", "DENY")
           != NGX_OK
        || ngx_http_fhir_binary_field_set_lit(r,
               "Cross-Origin-Resource-Policy",
               ctx->conf->cors ? "cross-origin" : "same-origin")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->document.choice.form == FHB_FORM_NATIVE) {
        return NGX_OK;
    }

    /* XML may name a stylesheet, whosever it is */

    return ngx_http_fhir_binary_field_set_lit(r, "Content-Security-Policy",
               ctx->document.choice.form == FHB_FORM_JSON
               ? NGX_HTTP_FHIR_BINARY_CSP_PASSIVE
               : NGX_HTTP_FHIR_BINARY_CSP_ACTIVE);
}


/*
 * The policy of a document: what can run script is shut in a sandbox
 * and offered as a file.
 */

ngx_int_t
ngx_http_fhir_binary_sandbox_native(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_media_t       media;
    fhb_media_risk_t  risk;

    if (!ctx->conf->sandbox) {
        return NGX_OK;
    }

    risk = FHB_MEDIA_ACTIVE;

    if (fhb_media_parse(&media, ngx_http_fhir_binary_to_core(ctx->type))
        == FHB_OK)
    {
        risk = fhb_media_risk(&media);

    } else {
        ngx_memzero(&media, sizeof(fhb_media_t));
    }

    if (ngx_http_fhir_binary_field_set_lit(r, "Content-Security-Policy",
            risk == FHB_MEDIA_PASSIVE ? NGX_HTTP_FHIR_BINARY_CSP_PASSIVE
                                      : NGX_HTTP_FHIR_BINARY_CSP_ACTIVE)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (risk == FHB_MEDIA_HTML
        && (ngx_http_fhir_binary_field_set_lit(r,
                "Cross-Origin-Opener-Policy", "same-origin")
            != NGX_OK
            || ngx_http_fhir_binary_field_set_lit(r, "Permissions-Policy",
                   "camera=(), microphone=(), geolocation=()")
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (risk == FHB_MEDIA_PASSIVE) {
        return NGX_OK;
    }

    return ngx_http_fhir_binary_sandbox_disposition(r, ctx, &media);
}


static ngx_int_t
ngx_http_fhir_binary_sandbox_disposition(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, const fhb_media_t *media)
{
    u_char    *p;
    fhb_str_t  ext, id;
    ngx_str_t  value;

    id = ctx->asked.route.id;
    ext = fhb_media_extension(media);

    if (id.len == 0) {
        return ngx_http_fhir_binary_field_set_lit(r, "Content-Disposition",
                                                   "attachment");
    }

    value.len = sizeof("attachment; filename=\".\"") - 1 + id.len + ext.len;
    value.data = ngx_pnalloc(r->pool, value.len);

    if (value.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(value.data, "attachment; filename=\"",
                   sizeof("attachment; filename=\"") - 1);
    p = ngx_cpymem(p, id.data, id.len);
    *p++ = '.';
    p = ngx_cpymem(p, ext.data, ext.len);
    *p = '"';

    return ngx_http_fhir_binary_field_add(r, "Content-Disposition", &value);
}


/*
 * "expires" of a server is not for documents.  ngx_http_headers_filter would
 * add a second Cache-Control and an Expires; an element with hash 0 absorbs
 * what it writes, since such a field does not leave.
 */

ngx_int_t
ngx_http_fhir_binary_sandbox_no_store(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    r->headers_out.expires = h;

#if (nginx_version >= 1023000)

    r->headers_out.cache_control = h;

#else
    {
    ngx_table_elt_t  **ph;

    if (ngx_array_init(&r->headers_out.cache_control, r->pool, 1,
                       sizeof(ngx_table_elt_t *))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ph = ngx_array_push(&r->headers_out.cache_control);
    if (ph == NULL) {
        return NGX_ERROR;
    }

    *ph = h;
    }
#endif

    return ngx_http_fhir_binary_field_set_lit(r, "Cache-Control", "no-store");
}
