/*
 * Classify: is what came a whole document, or the part that was asked for,
 * and does it stand in a FHIR resource?
 *
 * test     t/directive_backend.t, t/source_length.t, t/range_backend.t,
 *          t/framing_bad_backend.t, t/end_length.t
 */

#include "ngx_http_fhir_binary_response.h"
#include "ngx_http_fhir_binary_core.h"


static fhb_form_t ngx_http_fhir_binary_classify_resource(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


fhb_rc_t
ngx_http_fhir_binary_classify(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_form_t   form;
    fhb_media_t  media;

    static const ngx_str_t  xml = ngx_string("application/xml");

    ngx_http_fhir_binary_ctx_type(ctx, r->headers_out.content_type);
    ngx_http_fhir_binary_source_expect(&ctx->source,
                                       r->headers_out.content_length_n);

    ctx->document.length = r->headers_out.content_length_n;

    form = ngx_http_fhir_binary_classify_resource(r, ctx);

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: %s of %O bytes, media type of %uz",
                   form == FHB_FORM_NONE ? "a document"
                   : form == FHB_FORM_JSON ? "a resource in JSON"
                   : "a resource in XML",
                   ctx->document.length, ctx->type.len);

    if (form != FHB_FORM_NONE) {

        if (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT) {
            return FHB_E_BACKEND_RANGE;
        }

        if (ngx_http_fhir_binary_classify_coded(r)) {
            return FHB_E_BACKEND_ENCODING;
        }

        ctx->document.length = -1;

        if (r->method == NGX_HTTP_HEAD
            && ctx->asked.method != NGX_HTTP_FHIR_BINARY_METHOD_GET)
        {
            /* a CCD, which is not made for this; its type is known */
            ngx_http_fhir_binary_ctx_type(ctx, xml);
            ngx_http_clear_content_length(r);
            r->headers_out.content_type = ctx->type;
            r->headers_out.content_type_len = ctx->type.len;
            return FHB_OK;
        }

        return (ngx_http_fhir_binary_source_read(r, ctx, form) == NGX_OK)
               ? FHB_OK : FHB_E_NOMEM;
    }

    if (ctx->conf->backend == NGX_HTTP_FHIR_BINARY_FHIR) {
        return FHB_E_BACKEND_RESOURCE;
    }

    if (ctx->upstream.end == NGX_HTTP_FHIR_BINARY_END_UNTOLD) {

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

    if (!ctx->asked.ranged
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
ngx_http_fhir_binary_classify_resource(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_form_t   form;
    fhb_media_t  media;

    static const fhb_str_t  json = fhb_string("application/json");
    static const fhb_str_t  xml = fhb_string("application/xml");
    static const fhb_str_t  text = fhb_string("text/xml");

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
 * A content coding that was not asked for: base64 would hold its bytes.
 */

ngx_uint_t
ngx_http_fhir_binary_classify_coded(ngx_http_request_t *r)
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
