/*
 * Response: is what came a whole document, or the part that was asked for,
 * and does it stand in a FHIR resource?
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"

#if (nginx_version >= 1029004)
#include <ngx_http_proxy_module.h>
#endif


static fhb_form_t ngx_http_fhir_binary_response_resource(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_response_framed(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


fhb_rc_t
ngx_http_fhir_binary_response_source(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_form_t   form;
    fhb_media_t  media;

    ctx->type = r->headers_out.content_type;
    ctx->length = r->headers_out.content_length_n;
    ctx->source.left = ctx->length;

    form = ngx_http_fhir_binary_response_resource(r, ctx);

    if (form != FHB_FORM_NONE) {

        if (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT) {
            return FHB_E_BACKEND_RANGE;
        }

        if (ngx_http_fhir_binary_response_coded(r)) {
            return FHB_E_BACKEND_ENCODING;
        }

        ctx->length = -1;

        if (r->method == NGX_HTTP_HEAD && !ctx->asked_get) {
            /* a CCD, which is not made for this; its type is known */
            ngx_str_set(&ctx->type, "application/xml");
            ngx_http_clear_content_length(r);
            r->headers_out.content_type = ctx->type;
            r->headers_out.content_type_len = ctx->type.len;
            return FHB_OK;
        }

        ctx->fhir = 1;

        return (ngx_http_fhir_binary_source_read(r, ctx, form) == NGX_OK)
               ? FHB_OK : FHB_E_INTERNAL;
    }

    if (ctx->conf->backend == NGX_HTTP_FHIR_BINARY_FHIR) {
        return FHB_E_BACKEND_RESOURCE;
    }

    if (!ngx_http_fhir_binary_response_framed(r, ctx)) {

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: the backend marks the end of the document "
                      "only by closing the connection; "
                      "use \"proxy_http_version 1.1\"");

        return FHB_E_BACKEND_FRAMING;
    }

    if (r->subrequest_ranges) {

        /* the next slices would be subrequests, which have no verdict */

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: a document cannot be fetched in slices; "
                      "use \"slice 0\"");

        return FHB_E_BACKEND_RANGE;
    }

    ngx_http_fhir_binary_ccd_type(ctx);

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
 * The form of the resource that the response is; none: it is the document.
 * A server that is known to be a FHIR server may say plain JSON or XML.
 */

static fhb_form_t
ngx_http_fhir_binary_response_resource(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_form_t   form;
    fhb_media_t  media;

    static const fhb_str_t  json = fhb_string("application/json");
    static const fhb_str_t  xml = fhb_string("application/xml");
    static const fhb_str_t  text = fhb_string("text/xml");

    (void) r;

    if (ctx->conf->backend == NGX_HTTP_FHIR_BINARY_RAW
        || fhb_media_parse(&media, ngx_http_fhir_binary_to_core(ctx->type))
           != FHB_OK)
    {
        return FHB_FORM_NONE;
    }

    form = fhb_media_fhir(&media);

    if (form != FHB_FORM_NONE
        || ctx->conf->backend == NGX_HTTP_FHIR_BINARY_AUTO)
    {
        return form;
    }

    if (fhb_media_is(&media, json)) {
        return FHB_FORM_JSON;
    }

    if (fhb_media_is(&media, xml) || fhb_media_is(&media, text)) {
        return FHB_FORM_XML;
    }

    return FHB_FORM_NONE;
}


/*
 * Whether the end of a response can be told from a lost connection.
 */

static ngx_uint_t
ngx_http_fhir_binary_response_framed(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
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
        ctx->records = 1;
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


/*
 * A content coding that was not asked for: base64 would hold its bytes.
 */

ngx_uint_t
ngx_http_fhir_binary_response_coded(ngx_http_request_t *r)
{
    ngx_str_t  *coding;

    if (r->headers_out.content_encoding == NULL
        || r->headers_out.content_encoding->hash == 0)
    {
        return 0;
    }

    coding = &r->headers_out.content_encoding->value;

    return !(coding->len == 0
             || (coding->len == sizeof("identity") - 1
                 && ngx_strncasecmp(coding->data, (u_char *) "identity",
                                    coding->len)
                    == 0));
}
