/*
 * Claim: the request becomes one of ours, and stays so.
 *
 * nginx wipes the modules' contexts on an internal redirect; a cleanup of
 * the request's pool keeps ours, so that what was decided for a request holds
 * wherever its content finally comes from.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"


static void ngx_http_fhir_binary_claim_moved(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static void ngx_http_fhir_binary_claim_cleanup(void *data);
static ngx_int_t ngx_http_fhir_binary_claim_method(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


const ngx_http_fhir_binary_loc_conf_t *
ngx_http_fhir_binary_conf(ngx_http_request_t *r)
{
    return ngx_http_get_module_loc_conf(r, ngx_http_fhir_binary_module);
}


ngx_http_fhir_binary_ctx_t *
ngx_http_fhir_binary_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t          *cln;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_fhir_binary_module);

    if (ctx != NULL || !(r->internal || r->filter_finalize)) {
        return ctx;
    }

    for (cln = r->pool->cleanup; cln; cln = cln->next) {

        if (cln->handler != ngx_http_fhir_binary_claim_cleanup) {
            continue;
        }

        ctx = cln->data;

        /* the pool is shared with subrequests */

        if (ctx->request == r) {
            ngx_http_set_ctx(r, ctx, ngx_http_fhir_binary_module);

            ngx_http_fhir_binary_claim_moved(r, ctx);

            return ctx;
        }
    }

    return NULL;
}


/*
 * nginx has redirected; after a refusal, to an error_page.  Under
 * recursive_error_pages nginx does not say that an error led here: where a
 * backend was asked and did not say where to go, one did.
 */

static void
ngx_http_fhir_binary_claim_moved(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_uint_t  page;

    page = r->error_page && !ctx->quiet;

    ctx->paged = (ctx->error != FHB_OK);
    ctx->page_status = (ctx->paged || page) ? r->err_status : 0;

    ctx->erred = ctx->paged || page || r->err_status
                 || (ngx_http_fhir_binary_upstream_asked(r)
                     && !ngx_http_fhir_binary_upstream_pointed(r));

    /* what comes now is of another source */

    r->cached = 0;
}


ngx_http_fhir_binary_ctx_t *
ngx_http_fhir_binary_claim(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t          *cln;
    ngx_http_fhir_binary_ctx_t  *ctx;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_fhir_binary_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_http_fhir_binary_ctx_t));

    ctx->request = r;
    ctx->conf = ngx_http_fhir_binary_conf(r);
    ctx->length = -1;
    ctx->promised = -1;
    ctx->keepalive = r->keepalive;
    ctx->http_version = r->http_version;
    ctx->route_rc = fhb_route_parse(&ctx->route,
                                    ngx_http_fhir_binary_to_core(r->uri));

    ctx->whose = ctx->route;

    cln->handler = ngx_http_fhir_binary_claim_cleanup;

    ngx_http_set_ctx(r, ctx, ngx_http_fhir_binary_module);

    return ctx;
}


/* only a marker: the memory is the pool's */

static void
ngx_http_fhir_binary_claim_cleanup(void *data)
{
    (void) data;
}


/*
 * REWRITE: a request of ours has come into a location where the module is
 * off, by X-Accel-Redirect or a redirect inside nginx.  An error_page that
 * this location merely inherits does not act there either.
 */

ngx_int_t
ngx_http_fhir_binary_claim_enter(ngx_http_request_t *r)
{
    fhb_route_t                             route;
    ngx_http_core_loc_conf_t               *clcf;
    ngx_http_fhir_binary_ctx_t             *ctx;
    const ngx_http_fhir_binary_loc_conf_t  *fbcf;

    fbcf = ngx_http_fhir_binary_conf(r);

    if (!r->internal) {

        /* "set" and "if" of the location see the target that will be asked */

        if (fbcf->version != FHB_VERSION_OFF
            && r == r->main
            && fhb_route_parse(&route, ngx_http_fhir_binary_to_core(r->uri))
               == FHB_OK
            && ngx_strlchr(r->unparsed_uri.data,
                           r->unparsed_uri.data + r->unparsed_uri.len, '#')
               == NULL
            && ngx_http_fhir_binary_request_target(r) != NGX_OK)
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

    if (clcf->error_pages != NULL && !r->error_page) {
        /* nginx takes the first error_page for the last one */
        r->error_page = 1;
        ctx->quiet = 1;
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_http_fhir_binary_claim_handler(ngx_http_request_t *r)
{
    ngx_http_fhir_binary_ctx_t             *ctx;
    const ngx_http_fhir_binary_loc_conf_t  *fbcf;

    fbcf = ngx_http_fhir_binary_conf(r);

    if (fbcf->version == FHB_VERSION_OFF) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx != NULL) {
        /* ours already: a redirect inside nginx, or our own subrequest */
        return NGX_DECLINED;
    }

    ctx = ngx_http_fhir_binary_claim(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

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

    if (ctx->route_rc == FHB_OK
        && ngx_http_fhir_binary_request_target(r) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_fhir_binary_claim_method(r, ctx);
}


static ngx_int_t
ngx_http_fhir_binary_claim_method(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    switch (r->method) {

    case NGX_HTTP_GET:
    case NGX_HTTP_HEAD:
        return NGX_DECLINED;

    case NGX_HTTP_OPTIONS:
        ctx->options = 1;
        return NGX_HTTP_NO_CONTENT;

    case NGX_HTTP_UNKNOWN:
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_METHOD_UNKNOWN);

    default:
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_METHOD);
    }
}
