/*
 * CORS: which origins may read a response, and the answer to OPTIONS.
 *
 * test     t/directive_cors.t, t/cors_preflight.t, t/cors_response.t,
 *          t/browser.t
 */

#include "ngx_http_fhir_binary_response.h"


#define NGX_HTTP_FHIR_BINARY_EXPOSE                                          \
    "ETag, Content-Location, Location, X-Request-Id, X-Correlation-Id, "     \
    "WWW-Authenticate, Date, Last-Modified, Content-Disposition, "           \
    "Content-Range, Accept-Ranges, Retry-After"


/*
 * A list and no echo of what was asked for: a page of any origin could send
 * what a backend trusts, X-Remote-User for one, from a browser inside.  An
 * add_header of the operator adds to it, since browsers join the lines.
 */

#define NGX_HTTP_FHIR_BINARY_ALLOW                                           \
    "Authorization, Accept, Accept-Language, Cache-Control, Content-Type, "  \
    "If-Match, If-Modified-Since, If-None-Match, If-Range, "                 \
    "If-Unmodified-Since, Pragma, Prefer, Range, Traceparent, Tracestate, "  \
    "X-Correlation-Id, X-Request-Id, X-Requested-With"


/* seconds: one document read in many ranges asks once */
#define NGX_HTTP_FHIR_BINARY_MAX_AGE  "600"


static ngx_table_elt_t *ngx_http_fhir_binary_cors_field(ngx_http_request_t *r,
    const ngx_str_t *name);
static ngx_str_t ngx_http_fhir_binary_cors_origin(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


static ngx_table_elt_t *
ngx_http_fhir_binary_cors_field(ngx_http_request_t *r, const ngx_str_t *name)
{
    ngx_http_fhir_binary_fields_t  fields;

    fields = ngx_http_fhir_binary_fields(&r->headers_in.headers);

    return ngx_http_fhir_binary_field_find(&fields, name);
}


/*
 * The origin that may read the response; empty: none may.
 */

static ngx_str_t
ngx_http_fhir_binary_cors_origin(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t        *origins, none = ngx_null_string;
    ngx_uint_t        i;
    ngx_table_elt_t  *origin;

    static const ngx_str_t  name = ngx_string("Origin");

    origins = ctx->conf->cors->elts;

    if (!ngx_http_fhir_binary_cors_listed(ctx->conf)) {
        return origins[0];
    }

    origin = ngx_http_fhir_binary_cors_field(r, &name);

    for (i = 0; origin != NULL && i < ctx->conf->cors->nelts; i++) {

        if (origins[i].len == origin->value.len
            && ngx_strncmp(origins[i].data, origin->value.data,
                           origins[i].len)
               == 0)
        {
            return origins[i];
        }
    }

    return none;
}


/* whether what a response says depends on who asks */

ngx_uint_t
ngx_http_fhir_binary_cors_listed(const ngx_http_fhir_binary_loc_conf_t *fbcf)
{
    ngx_str_t  *origins;

    if (fbcf->cors == NULL) {
        return 0;
    }

    origins = fbcf->cors->elts;

    return origins[0].data[0] != '*';
}


ngx_int_t
ngx_http_fhir_binary_cors(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t  origin;

    if (ctx->conf->cors == NULL) {
        return NGX_OK;
    }

    origin = ngx_http_fhir_binary_cors_origin(r, ctx);

    if (origin.len == 0) {
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_field_add(r, "Access-Control-Allow-Origin",
                                        &origin)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_field_set_lit(r,
               "Access-Control-Expose-Headers", NGX_HTTP_FHIR_BINARY_EXPOSE);
}


/*
 * OPTIONS: a preflight where CORS is on, else only what is allowed.
 */

ngx_int_t
ngx_http_fhir_binary_cors_options(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t         origin;
    ngx_table_elt_t  *method;

    static const ngx_str_t  name =
                                 ngx_string("Access-Control-Request-Method");

    if (ngx_http_fhir_binary_field_set_lit(r, "Allow", "GET, HEAD, OPTIONS")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->conf->cors == NULL) {
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_cors_listed(ctx->conf)
        && ngx_http_fhir_binary_field_set_lit(r, "Vary", "Origin") != NGX_OK)
    {
        return NGX_ERROR;
    }

    origin = ngx_http_fhir_binary_cors_origin(r, ctx);

    if (origin.len == 0) {
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_field_add(r, "Access-Control-Allow-Origin",
                                        &origin)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    method = ngx_http_fhir_binary_cors_field(r, &name);

    if (method == NULL) {
        return ngx_http_fhir_binary_field_set_lit(r,
                   "Access-Control-Expose-Headers",
                   NGX_HTTP_FHIR_BINARY_EXPOSE);
    }

    if (ngx_http_fhir_binary_field_set_lit(r,
            "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        != NGX_OK
        || ngx_http_fhir_binary_field_set_lit(r,
               "Access-Control-Allow-Headers", NGX_HTTP_FHIR_BINARY_ALLOW)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_field_set_lit(r, "Access-Control-Max-Age",
                                               NGX_HTTP_FHIR_BINARY_MAX_AGE);
}
