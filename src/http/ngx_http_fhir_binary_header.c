/*
 * Header: the fields that a response carries, and those that it does not.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"
#include "fhb_etag.h"


#define NGX_HTTP_FHIR_BINARY_CSP_ACTIVE                                      \
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "\
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

#define NGX_HTTP_FHIR_BINARY_CSP_PASSIVE                                     \
    "default-src 'none'; frame-ancestors 'none'"


static ngx_uint_t ngx_http_fhir_binary_header_listed(ngx_str_t *name,
    const ngx_str_t *names);
static void ngx_http_fhir_binary_header_relay(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_header_etag(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_header_native(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_header_disposition(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx,
    const fhb_media_t *media);


/* of a document's source, these pass; nginx keeps Content-Type, its length,
 * Date and Last-Modified apart */

static const ngx_str_t  ngx_http_fhir_binary_header_allowed[] = {
    ngx_string("content-language"),
    ngx_string("content-encoding"),
    ngx_string("content-range"),
    ngx_string("content-length"),
    ngx_string("content-type"),
    ngx_string("etag"),
    ngx_string("last-modified"),
    ngx_string("retry-after"),
    ngx_string("www-authenticate"),
    ngx_string("x-request-id"),
    ngx_string("x-correlation-id"),
    ngx_null_string
};


/* these would be false, or double, after the gateway has had its hand in it */

static const ngx_str_t  ngx_http_fhir_binary_header_falsified[] = {
    ngx_string("content-md5"),
    ngx_string("digest"),
    ngx_string("content-digest"),
    ngx_string("repr-digest"),
    ngx_string("accept-ranges"),
    ngx_string("content-range"),
    ngx_string("content-disposition"),
    ngx_string("content-encoding"),
    ngx_null_string
};


/* what the module itself answers with, whatever a backend says */

static const ngx_str_t  ngx_http_fhir_binary_header_owned[] = {
    ngx_string("vary"),
    ngx_string("access-control-allow-origin"),
    ngx_string("access-control-allow-methods"),
    ngx_string("access-control-allow-headers"),
    ngx_string("access-control-allow-credentials"),
    ngx_string("access-control-expose-headers"),
    ngx_string("access-control-max-age"),
    ngx_null_string
};


ngx_int_t
ngx_http_fhir_binary_header_add(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return NGX_OK;
}


ngx_int_t
ngx_http_fhir_binary_header_set_lit(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_str_t  s;

    s.data = (u_char *) value;
    s.len = ngx_strlen(value);

    return ngx_http_fhir_binary_header_add(r, name, &s);
}


/*
 * What every response of the endpoint carries, a refusal or a document.
 */

ngx_int_t
ngx_http_fhir_binary_header_common(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ngx_http_fhir_binary_header_set_lit(r, "Vary", "Accept") != NGX_OK
        || ngx_http_fhir_binary_cors(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!ctx->conf->sandbox) {
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_header_set_lit(r, "X-Content-Type-Options",
                                            "nosniff")
        != NGX_OK
        || ngx_http_fhir_binary_header_set_lit(r, "Referrer-Policy",
                                               "no-referrer")
           != NGX_OK
        || ngx_http_fhir_binary_header_set_lit(r, "X-Frame-Options", "DENY")
           != NGX_OK
        || ngx_http_fhir_binary_header_set_lit(r,
               "Cross-Origin-Resource-Policy",
               ctx->conf->cors ? "cross-origin" : "same-origin")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->choice.form != FHB_FORM_NATIVE) {
        return ngx_http_fhir_binary_header_set_lit(r,
                   "Content-Security-Policy",
                   NGX_HTTP_FHIR_BINARY_CSP_PASSIVE);
    }

    return NGX_OK;
}


/*
 * The fields of a document in the form that ctx->choice names.
 */

ngx_int_t
ngx_http_fhir_binary_header_document(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_fhir_binary_header_relay(r, ctx);

    if (ngx_http_fhir_binary_header_etag(r, ctx) != NGX_OK
        || ngx_http_fhir_binary_header_common(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->conf->sandbox
        && ngx_http_fhir_binary_header_set_lit(r, "Cache-Control", "no-store")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->choice.form == FHB_FORM_NATIVE) {
        return ngx_http_fhir_binary_header_native(r, ctx);
    }

    /* not r->headers_out.accept_ranges: its absence is nginx's "may add" */

    return ngx_http_fhir_binary_header_set_lit(r, "Accept-Ranges", "none");
}


static void
ngx_http_fhir_binary_header_relay(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_uint_t        i, drop;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_out.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            drop = ctx->conf->sandbox
                   && r->upstream != NULL
                   && !ngx_http_fhir_binary_header_listed(&h[i].key,
                                        ngx_http_fhir_binary_header_allowed);

            drop |= ngx_http_fhir_binary_header_listed(&h[i].key,
                                          ngx_http_fhir_binary_header_owned);

            if (ctx->choice.form != FHB_FORM_NATIVE || ctx->fhir) {
                drop |= ngx_http_fhir_binary_header_listed(&h[i].key,
                                      ngx_http_fhir_binary_header_falsified);
            }

            if (drop) {
                h[i].hash = 0;
            }
        }
    }

    if (ctx->conf->sandbox) {
        r->headers_out.server = NULL;
        r->headers_out.location = NULL;
        r->headers_out.refresh = NULL;
        r->headers_out.expires = NULL;
    }

    if (ctx->choice.form != FHB_FORM_NATIVE || ctx->fhir) {
        r->headers_out.accept_ranges = NULL;
        r->headers_out.content_range = NULL;
        r->headers_out.content_encoding = NULL;
    }
}


static ngx_uint_t
ngx_http_fhir_binary_header_listed(ngx_str_t *name, const ngx_str_t *names)
{
    for ( /* void */ ; names->len; names++) {

        if (name->len == names->len
            && ngx_strncasecmp(name->data, names->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_fhir_binary_header_etag(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_str_t         backend, version;
    fhb_out_t         out;
    ngx_table_elt_t  *h;

    h = r->headers_out.etag;

    backend.len = 0;
    backend.data = NULL;
    version = backend;

    if (h && h->hash) {
        backend = ngx_http_fhir_binary_to_core(h->value);
        h->hash = 0;
    }

    r->headers_out.etag = NULL;

    if (ctx->route.kind == FHB_ROUTE_CCD) {
        /* made anew each time: no tag and no date of it can be compared */
        ngx_http_clear_last_modified(r);
        return NGX_OK;
    }

    if (ctx->source.meta) {
        version = ctx->head.version_id;
    }

    fhb_out_init(&out, NULL, 0);
    fhb_etag_derive(&out, ctx->choice.form, backend, version);

    if (out.len == 0) {
        return NGX_OK;
    }

    h = ngx_list_push(&r->headers_out.headers);

    if (h == NULL
        || ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK)
    {
        return NGX_ERROR;
    }

    fhb_etag_derive(&out, ctx->choice.form, backend, version);

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    ngx_str_set(&h->key, "ETag");
    h->value = ngx_http_fhir_binary_from_core(fhb_out_result(&out));

    r->headers_out.etag = h;

    return NGX_OK;
}


/*
 * A document is not to be trusted: what can run script is shut in a sandbox
 * and offered as a file.
 */

static ngx_int_t
ngx_http_fhir_binary_header_native(ngx_http_request_t *r,
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

    if (ngx_http_fhir_binary_header_set_lit(r, "Content-Security-Policy",
            risk == FHB_MEDIA_PASSIVE ? NGX_HTTP_FHIR_BINARY_CSP_PASSIVE
                                      : NGX_HTTP_FHIR_BINARY_CSP_ACTIVE)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (risk == FHB_MEDIA_HTML
        && (ngx_http_fhir_binary_header_set_lit(r,
                "Cross-Origin-Opener-Policy", "same-origin")
            != NGX_OK
            || ngx_http_fhir_binary_header_set_lit(r, "Permissions-Policy",
                   "camera=(), microphone=(), geolocation=()")
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (risk == FHB_MEDIA_PASSIVE) {
        return NGX_OK;
    }

    return ngx_http_fhir_binary_header_disposition(r, ctx, &media);
}


static ngx_int_t
ngx_http_fhir_binary_header_disposition(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, const fhb_media_t *media)
{
    u_char     *p;
    fhb_str_t   ext, id;
    ngx_str_t   value;

    id = ctx->route.id;
    ext = fhb_media_extension(media);

    if (id.len == 0) {
        return ngx_http_fhir_binary_header_set_lit(r, "Content-Disposition",
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

    return ngx_http_fhir_binary_header_add(r, "Content-Disposition", &value);
}
