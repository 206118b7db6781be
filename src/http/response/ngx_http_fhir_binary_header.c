/*
 * Header: the fields that a response carries, and those that it does not.
 *
 * test     t/table_vary.t, t/sandbox_headers.t, t/fhir_headers.t,
 *          t/sandbox_off.t, t/trailers.t
 */

#include "ngx_http_fhir_binary_response.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_etag.h"
#include "fhb_text.h"


static ngx_int_t ngx_http_fhir_binary_header_vary(ngx_http_request_t *r,
    ngx_uint_t accept, ngx_uint_t origin);
static ngx_uint_t ngx_http_fhir_binary_header_varies(ngx_http_request_t *r,
    fhb_str_t name);
static ngx_uint_t ngx_http_fhir_binary_header_rewritten(
    const ngx_http_fhir_binary_ctx_t *ctx);
static void ngx_http_fhir_binary_header_strip(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_header_repeated(ngx_http_request_t *r,
    ngx_table_elt_t *h);
static ngx_int_t ngx_http_fhir_binary_header_etag(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/* of a document's source, these pass; nginx keeps Content-Type and its length
 * apart, and Date only where the operator has it passed */

static const ngx_str_t  ngx_http_fhir_binary_header_allowed[] = {
    ngx_string("content-language"),
    ngx_string("content-encoding"),
    ngx_string("content-range"),
    ngx_string("content-length"),
    ngx_string("content-type"),
    ngx_string("date"),
    ngx_string("etag"),
    ngx_string("last-modified"),
    ngx_string("retry-after"),
    ngx_string("www-authenticate"),
    ngx_string("x-request-id"),
    ngx_string("x-correlation-id"),
    ngx_null_string
};


/* fields that describe the bytes which the source sent, not those that leave,
 * and those that the module writes itself */

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


/* where the module answers to browsers, a backend does not */

static const ngx_str_t  ngx_http_fhir_binary_header_cors[] = {
    ngx_string("access-control-allow-origin"),
    ngx_string("access-control-allow-methods"),
    ngx_string("access-control-allow-headers"),
    ngx_string("access-control-allow-credentials"),
    ngx_string("access-control-expose-headers"),
    ngx_string("access-control-max-age"),
    ngx_null_string
};


/* fields with which a cache would keep an error */

static const ngx_str_t  ngx_http_fhir_binary_header_cacheable[] = {
    ngx_string("cache-control"),
    ngx_string("expires"),
    ngx_string("etag"),
    ngx_string("last-modified"),
    ngx_string("accept-ranges"),
    ngx_null_string
};


/*
 * What every response of the endpoint carries, a refusal or a document.
 */

ngx_int_t
ngx_http_fhir_binary_header_common(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ngx_http_fhir_binary_header_vary(r, 1,
            ngx_http_fhir_binary_cors_listed(ctx->conf))
        != NGX_OK
        || ngx_http_fhir_binary_cors(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_sandbox(r, ctx);
}


/*
 * Vary, for what no line of it names yet.
 */

static ngx_int_t
ngx_http_fhir_binary_header_vary(ngx_http_request_t *r, ngx_uint_t accept,
    ngx_uint_t origin)
{
    static const fhb_str_t  by_accept = fhb_string("Accept");
    static const fhb_str_t  by_origin = fhb_string("Origin");

    accept = accept && !ngx_http_fhir_binary_header_varies(r, by_accept);
    origin = origin && !ngx_http_fhir_binary_header_varies(r, by_origin);

    if (!accept && !origin) {
        return NGX_OK;
    }

    return ngx_http_fhir_binary_field_set_lit(r, "Vary",
                                               !origin ? "Accept"
                                               : !accept ? "Origin"
                                               : "Accept, Origin");
}


static ngx_uint_t
ngx_http_fhir_binary_header_varies(ngx_http_request_t *r, fhb_str_t name)
{
    size_t                         n;
    fhb_str_t                      list, item;
    ngx_table_elt_t               *h;
    ngx_http_fhir_binary_fields_t  fields;

    static const ngx_str_t  vary = ngx_string("Vary");

    fields = ngx_http_fhir_binary_fields(&r->headers_out.headers);

    while ((h = ngx_http_fhir_binary_field_find(&fields, &vary)) != NULL) {

        if (h->hash == 0) {
            continue;
        }

        list = ngx_http_fhir_binary_to_core(h->value);

        while (list.len) {

            n = fhb_text_token(list);

            item = list;
            item.len = n;

            if (fhb_text_eq_ci(item, name)) {
                return 1;
            }

            list = fhb_text_skip(list, n ? n : 1);
        }
    }

    return 0;
}


/*
 * The fields of a document in the form that ctx->document.choice names.
 */

ngx_int_t
ngx_http_fhir_binary_header_document(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_fhir_binary_header_strip(r, ctx);

    if (ngx_http_fhir_binary_header_etag(r, ctx) != NGX_OK
        || ngx_http_fhir_binary_header_common(r, ctx) != NGX_OK
        || (ctx->conf->sandbox
            && ngx_http_fhir_binary_sandbox_no_store(r) != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (ctx->document.choice.form == FHB_FORM_NATIVE) {
        return ngx_http_fhir_binary_sandbox_native(r, ctx);
    }

    /* not r->headers_out.accept_ranges: its absence is nginx's "may add" */

    return ngx_http_fhir_binary_field_set_lit(r, "Accept-Ranges", "none");
}


/*
 * The fields of a backend's own OperationOutcome, in the form that
 * ctx->document.choice names.
 */

ngx_int_t
ngx_http_fhir_binary_header_outcome(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_fhir_binary_header_strip(r, ctx);
    ngx_http_fhir_binary_field_drop(r, ngx_http_fhir_binary_header_cacheable);

    r->headers_out.etag = NULL;

    if (ngx_http_fhir_binary_header_common(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_sandbox_no_store(r);
}


/*
 * A page of the operator's: its status is for an app to read, too.
 */

ngx_int_t
ngx_http_fhir_binary_header_page(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->conf->cors == NULL) {
        return NGX_OK;
    }

    ngx_http_fhir_binary_field_drop(r, ngx_http_fhir_binary_header_cors);

    if (ngx_http_fhir_binary_header_vary(r, 0,
            ngx_http_fhir_binary_cors_listed(ctx->conf))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_cors(r, ctx);
}


/*
 * The bytes that leave are not those that the source sent.
 */

static ngx_uint_t
ngx_http_fhir_binary_header_rewritten(const ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->document.choice.form != FHB_FORM_NATIVE
           || ctx->source.reader != NULL;
}


static void
ngx_http_fhir_binary_header_strip(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_uint_t                     drop, asked;
    ngx_table_elt_t               *h;
    ngx_http_fhir_binary_fields_t  fields;

    asked = ngx_http_fhir_binary_upstream_asked(r);
    fields = ngx_http_fhir_binary_fields(&r->headers_out.headers);

    while ((h = ngx_http_fhir_binary_field_next(&fields)) != NULL) {

        drop = ctx->conf->sandbox
               && asked
               && !ngx_http_fhir_binary_field_listed(h,
                                        ngx_http_fhir_binary_header_allowed);

        drop |= asked && ngx_http_fhir_binary_header_repeated(r, h);

        if (ngx_http_fhir_binary_header_rewritten(ctx)) {
            drop |= ngx_http_fhir_binary_field_listed(h,
                                      ngx_http_fhir_binary_header_falsified);
        }

        if (drop) {
            h->hash = 0;
        }
    }

    if (ctx->conf->sandbox) {
        r->headers_out.server = NULL;
        r->headers_out.location = NULL;
        r->headers_out.refresh = NULL;
    }

    if (ctx->conf->cors != NULL) {
        ngx_http_fhir_binary_field_drop(r, ngx_http_fhir_binary_header_cors);
    }

    if (ngx_http_fhir_binary_header_rewritten(ctx)) {
        r->headers_out.accept_ranges = NULL;
        r->headers_out.content_range = NULL;
        r->headers_out.content_encoding = NULL;
    }
}


/*
 * Trailers of a backend, which ngx_http_upstream_process_trailers() has just
 * copied, may say what its header may say, and no more.
 */

void
ngx_http_fhir_binary_header_trailers(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_table_elt_t               *h;
    ngx_http_fhir_binary_fields_t  fields;

    fields = ngx_http_fhir_binary_fields(&r->headers_out.trailers);

    while ((h = ngx_http_fhir_binary_field_next(&fields)) != NULL) {

        if ((ctx->conf->sandbox
             && !ngx_http_fhir_binary_field_listed(h,
                                        ngx_http_fhir_binary_header_allowed))
            || (ngx_http_fhir_binary_header_rewritten(ctx)
                && ngx_http_fhir_binary_field_listed(h,
                                     ngx_http_fhir_binary_header_falsified)))
        {
            h->hash = 0;
        }
    }
}


/*
 * Early hints of a backend: 0 where none may pass.
 */

ngx_uint_t
ngx_http_fhir_binary_header_hints(ngx_http_request_t *r)
{
    ngx_uint_t                     left;
    ngx_table_elt_t               *h;
    ngx_http_fhir_binary_fields_t  fields;

    left = 0;
    fields = ngx_http_fhir_binary_fields(&r->headers_out.headers);

    while ((h = ngx_http_fhir_binary_field_next(&fields)) != NULL) {

        if (!ngx_http_fhir_binary_field_listed(h,
                                        ngx_http_fhir_binary_header_allowed))
        {
            h->hash = 0;
        }

        left += (h->hash != 0);
    }

    return left;
}


/*
 * Of a backend's fields nginx before 1.23 keeps all lines of what there can
 * be one of, and points at the last.
 */

static ngx_uint_t
ngx_http_fhir_binary_header_repeated(ngx_http_request_t *r, ngx_table_elt_t *h)
{
    static const ngx_str_t  etag[] = { ngx_string("etag"), ngx_null_string };
    static const ngx_str_t  last_modified[] = {
        ngx_string("last-modified"), ngx_null_string
    };

    return (h != r->headers_out.etag
            && ngx_http_fhir_binary_field_listed(h, etag))
           || (h != r->headers_out.last_modified
               && ngx_http_fhir_binary_field_listed(h, last_modified));
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

    if (ctx->asked.route.kind == FHB_ROUTE_CCD) {
        /* made anew each time: no tag and no date of it can be compared */
        ngx_http_clear_last_modified(r);
        return NGX_OK;
    }

    if (ctx->source.meta) {
        version = ctx->document.head.version_id;
    }

    fhb_out_init(&out, NULL, 0);
    fhb_etag_derive(&out, ctx->document.choice.form, backend, version);

    if (out.len == 0) {
        return NGX_OK;
    }

    h = ngx_list_push(&r->headers_out.headers);

    if (h == NULL
        || ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK)
    {
        return NGX_ERROR;
    }

    fhb_etag_derive(&out, ctx->document.choice.form, backend, version);

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    ngx_str_set(&h->key, "ETag");
    h->value = ngx_http_fhir_binary_from_core(fhb_out_result(&out));

    r->headers_out.etag = h;

    return NGX_OK;
}
