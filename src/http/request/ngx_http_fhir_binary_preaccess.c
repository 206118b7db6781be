/*
 * Preaccess: which requests are the module's, and what they may ask with.
 *
 * test     t/table_routes.t, t/route_grammar.t, t/route_methods.t,
 *          t/target_canonical.t, t/error_page_inherited.t
 */

#include "ngx_http_fhir_binary_request.h"
#include "ngx_http_fhir_binary_core.h"


static ngx_int_t ngx_http_fhir_binary_preaccess_method(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * REWRITE: a request of ours has come into a location where the module is
 * off, by X-Accel-Redirect or a redirect inside nginx.  An error_page that
 * this location merely inherits does not act there either.
 */

ngx_int_t
ngx_http_fhir_binary_rewrite_handler(ngx_http_request_t *r)
{
    fhb_route_t                             route;
    ngx_http_core_loc_conf_t               *clcf;
    ngx_http_fhir_binary_ctx_t             *ctx;
    const ngx_http_fhir_binary_loc_conf_t  *fbcf;

    fbcf = ngx_http_fhir_binary_loc_conf(r);

    if (!r->internal) {

        /* "set" and "if" of the location see the target that will be asked */

        if (fbcf->version != FHB_VERSION_OFF
            && r == r->main
            && fhb_route_parse(&route, ngx_http_fhir_binary_to_core(r->uri))
               == FHB_OK
            && ngx_strlchr(r->unparsed_uri.data,
                           r->unparsed_uri.data + r->unparsed_uri.len, '#')
               == NULL
            && ngx_http_fhir_binary_forward_target(r) != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return NGX_DECLINED;
    }

    if (fbcf->version != FHB_VERSION_OFF || fbcf->own_error_pages) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx == NULL) {
        return NGX_DECLINED;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->error_pages != NULL) {
        ngx_http_fhir_binary_ctx_quiet(r, ctx);
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_http_fhir_binary_preaccess_handler(ngx_http_request_t *r)
{
    ngx_http_fhir_binary_ctx_t             *ctx;
    const ngx_http_fhir_binary_loc_conf_t  *fbcf;

    fbcf = ngx_http_fhir_binary_loc_conf(r);

    if (fbcf->version == FHB_VERSION_OFF) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx != NULL) {
        /* ours already: a redirect inside nginx, or our own subrequest */
        return NGX_DECLINED;
    }

    ctx = ngx_http_fhir_binary_ctx_create(r, NGX_HTTP_FHIR_BINARY_BY_PHASE);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_fhir_binary_route(r, ctx);

    if (r != r->main) {
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_SUBREQUEST);
    }

    if (ngx_strlchr(r->unparsed_uri.data,
                    r->unparsed_uri.data + r->unparsed_uri.len, '#')
        != NULL)
    {
        /* RFC 9112, section 3.2: a fragment is no part of a target */
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_REQUEST);
    }

    if (ctx->asked.route_rc == FHB_OK
        && ngx_http_fhir_binary_forward_target(r) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_fhir_binary_preaccess_method(r, ctx);
}


static ngx_int_t
ngx_http_fhir_binary_preaccess_method(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    switch (r->method) {

    case NGX_HTTP_GET:
    case NGX_HTTP_HEAD:
        return NGX_DECLINED;

    case NGX_HTTP_OPTIONS:
        ctx->asked.method = NGX_HTTP_FHIR_BINARY_METHOD_NONE;
        return NGX_HTTP_NO_CONTENT;

    case NGX_HTTP_UNKNOWN:
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_METHOD_UNKNOWN);

    default:
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_METHOD);
    }
}


/*
 * What the path says of the document, and of the one that a token's patient
 * must own.
 */

void
ngx_http_fhir_binary_route(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ctx->asked.route_rc = fhb_route_parse(&ctx->asked.route,
                                          ngx_http_fhir_binary_to_core(r->uri));
    ctx->asked.whose = ctx->asked.route;

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: route %s, id of %uz, version of %uz bytes",
                   ngx_http_fhir_binary_rc_name(ctx->asked.route_rc),
                   ctx->asked.route.id.len, ctx->asked.route.vid.len);
}
