/*
 * CORS: which origins may read a response, and the answer to OPTIONS.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"


#define NGX_HTTP_FHIR_BINARY_EXPOSE                                          \
    "ETag, Content-Location, Location, X-Request-Id, X-Correlation-Id, "     \
    "WWW-Authenticate, Date, Last-Modified, Content-Disposition, "           \
    "Content-Range, Accept-Ranges, Retry-After"


/* bytes of Access-Control-Request-Headers that are echoed */
#define NGX_HTTP_FHIR_BINARY_ECHO  1024


static ngx_table_elt_t *ngx_http_fhir_binary_cors_field(
    ngx_http_request_t *r, const char *name, size_t len);


static ngx_table_elt_t *
ngx_http_fhir_binary_cors_field(ngx_http_request_t *r, const char *name,
    size_t len)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].key.len == len
                && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
            {
                return &h[i];
            }
        }
    }

    return NULL;
}


ngx_int_t
ngx_http_fhir_binary_cors(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t        *origins;
    ngx_uint_t        i;
    ngx_table_elt_t  *origin;

    if (ctx->conf->cors == NULL) {
        return NGX_OK;
    }

    origins = ctx->conf->cors->elts;

    if (origins[0].len == 1 && origins[0].data[0] == '*') {

        if (ngx_http_fhir_binary_header_set_lit(r,
                "Access-Control-Allow-Origin", "*")
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_http_fhir_binary_header_set_lit(r,
                   "Access-Control-Expose-Headers",
                   NGX_HTTP_FHIR_BINARY_EXPOSE);
    }

    if (ngx_http_fhir_binary_header_set_lit(r, "Vary", "Origin") != NGX_OK) {
        return NGX_ERROR;
    }

    origin = ngx_http_fhir_binary_cors_field(r, "origin",
                                            sizeof("origin") - 1);

    if (origin == NULL) {
        return NGX_OK;
    }

    for (i = 0; i < ctx->conf->cors->nelts; i++) {

        if (origins[i].len != origin->value.len
            || ngx_strncmp(origins[i].data, origin->value.data,
                           origins[i].len)
               != 0)
        {
            continue;
        }

        if (ngx_http_fhir_binary_header_add(r, "Access-Control-Allow-Origin",
                                            &origins[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_http_fhir_binary_header_set_lit(r,
                   "Access-Control-Expose-Headers",
                   NGX_HTTP_FHIR_BINARY_EXPOSE);
    }

    return NGX_OK;
}


/*
 * OPTIONS: a preflight where CORS is on, else only what is allowed.
 */

ngx_int_t
ngx_http_fhir_binary_cors_options(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_table_elt_t  *method, *headers;

    if (ngx_http_fhir_binary_header_set_lit(r, "Allow", "GET, HEAD, OPTIONS")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    method = ngx_http_fhir_binary_cors_field(r, "access-control-request-method",
                                   sizeof("access-control-request-method") - 1);

    if (ctx->conf->cors == NULL || method == NULL) {
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_cors(r, ctx) != NGX_OK
        || ngx_http_fhir_binary_header_set_lit(r,
               "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
           != NGX_OK
        || ngx_http_fhir_binary_header_set_lit(r, "Access-Control-Max-Age",
                                               "0")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    headers = ngx_http_fhir_binary_cors_field(r,
                                  "access-control-request-headers",
                                  sizeof("access-control-request-headers") - 1);

    if (headers == NULL
        || headers->value.len > NGX_HTTP_FHIR_BINARY_ECHO)
    {
        return ngx_http_fhir_binary_header_set_lit(r,
                   "Access-Control-Allow-Headers", "authorization");
    }

    return ngx_http_fhir_binary_header_add(r, "Access-Control-Allow-Headers",
                                           &headers->value);
}
