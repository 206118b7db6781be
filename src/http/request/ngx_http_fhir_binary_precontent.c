/*
 * Precontent: the request is made ready for whoever has its document.
 *
 * test     t/table_satisfy.t, t/target_canonical.t, t/target_ccd.t,
 *          t/source_file.t, t/nginx_location.t
 */

#include "ngx_http_fhir_binary_request.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_text.h"


static ngx_int_t ngx_http_fhir_binary_precontent_moved(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_precontent_source(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_precontent_waive(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * PRECONTENT: also the second look at a route that access was skipped for.
 */

ngx_int_t
ngx_http_fhir_binary_precontent_handler(ngx_http_request_t *r)
{
    fhb_rc_t                     rc;
    ngx_int_t                    n;
    ngx_uint_t                   erred;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx == NULL || ctx->subrequest != NULL) {
        return NGX_DECLINED;
    }

    if (r->internal) {

        n = ngx_http_fhir_binary_precontent_moved(r, ctx);

        if (n != NGX_OK) {
            return n;
        }
    }

    erred = ngx_http_fhir_binary_ctx_erred(ctx);

    if (erred && ctx->asked.method == NGX_HTTP_FHIR_BINARY_METHOD_GET) {
        /* the header filter has set HEAD again for the first source */
        ngx_http_fhir_binary_forward_method(r, ctx);
    }

    if (erred && ngx_http_fhir_binary_precontent_source(r, ctx) != NGX_OK) {
        return fhb_error_row(ctx->refusal.rc)->status;
    }

    if (ctx->redirect.led == NGX_HTTP_FHIR_BINARY_LED_BY_REFUSAL
        || ctx->asked.prepared)
    {
        return NGX_DECLINED;
    }

    if (ctx->conf->auth
        && ctx->grant.state != NGX_HTTP_FHIR_BINARY_GRANT_GIVEN)
    {
        if (ngx_http_fhir_binary_precontent_waive(r, ctx) != NGX_OK) {
            return ngx_http_fhir_binary_reject(r, ctx, FHB_E_LOGIN);
        }
    }

    if (ctx->asked.route_rc != FHB_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, ctx->asked.route_rc);
    }

    n = ngx_http_fhir_binary_ccd_prepare(r, ctx);

    if (n != NGX_OK) {
        return n;
    }

    rc = ngx_http_fhir_binary_negotiate_read(r, ctx);

    if (rc != FHB_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    ngx_http_fhir_binary_forward_method(r, ctx);

    ctx->asked.ranged = ngx_http_fhir_binary_forward_ranged(r, ctx);

    if (ngx_http_fhir_binary_forward_headers(r, ctx) != NGX_OK
        || ngx_http_fhir_binary_forward_args(r) != NGX_OK
        || ngx_http_fhir_binary_forward_target(r) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_fhir_binary_conditional_take(r, ctx);

#if (NGX_HTTP_GZIP)
    /* no precompressed file: it could not be wrapped */
    ctx->asked.accept_encoding = r->headers_in.accept_encoding;
    r->headers_in.accept_encoding = NULL;
#endif

    ctx->asked.prepared = 1;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: the backend is asked %s, %s a range",
                   ctx->asked.method == NGX_HTTP_FHIR_BINARY_METHOD_GET
                   ? "with GET for HEAD" : "as the client asked",
                   ctx->asked.ranged ? "with" : "without");

    return ngx_http_fhir_binary_forward_body(r);
}


/*
 * An error may have led to the route of another document than the one that
 * was looked up for the patient: that one is looked up too.  X-Accel-Redirect
 * and try_files lead to where this very document is.
 */

static ngx_int_t
ngx_http_fhir_binary_precontent_moved(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_route_t   route;
    fhb_route_t  *whose;

    if (!ngx_http_fhir_binary_ctx_erred(ctx)) {
        return NGX_OK;
    }

    whose = &ctx->asked.whose;

    if (fhb_route_parse(&route, ngx_http_fhir_binary_to_core(r->uri))
        != FHB_OK)
    {
        /* nobody can say which document that is */

        *whose = route;
        ngx_http_fhir_binary_patient_forget(ctx);

        return NGX_OK;
    }

    if (route.kind != whose->kind
        || !fhb_text_eq(route.id, whose->id)
        || !fhb_text_eq(route.vid, whose->vid))
    {
        *whose = route;
        ngx_http_fhir_binary_patient_moved(ctx);
    }

    if (ctx->grant.state != NGX_HTTP_FHIR_BINARY_GRANT_GIVEN) {
        return NGX_OK;
    }

    return ngx_http_fhir_binary_patient_ask_again(r, ctx);
}


/*
 * An error_page that leads to a document, such as a second store, is guarded
 * as the first one was.  REFUSED: it was refused there.
 */

static ngx_int_t
ngx_http_fhir_binary_precontent_source(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_route_t  route;

    if (fhb_route_parse(&route, ngx_http_fhir_binary_to_core(r->uri))
        != FHB_OK)
    {
        return NGX_OK;
    }

    ngx_http_fhir_binary_ctx_elsewhere(ctx);

    if (ctx->refusal.rc == FHB_OK
        || !ctx->conf->auth || ngx_http_fhir_binary_granted(ctx))
    {
        return NGX_OK;
    }

    return NGX_HTTP_FHIR_BINARY_REFUSED;
}


/*
 * The access phase is behind us, and this module did not grant: with "satisfy
 * any" another one has.  Then the endpoint is open, and nothing of a token
 * that was half looked at remains.
 */

static ngx_int_t
ngx_http_fhir_binary_precontent_waive(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    /* where this module is off, it did not take part in the access phase */

    if (clcf->satisfy != NGX_HTTP_SATISFY_ANY
        || ngx_http_fhir_binary_loc_conf(r)->version == FHB_VERSION_OFF)
    {
        return NGX_HTTP_FHIR_BINARY_NOT_WAIVED;
    }

    ngx_http_fhir_binary_forgive(ctx);
    ngx_http_fhir_binary_grant_forget(ctx);
    ngx_http_fhir_binary_grant(ctx, NGX_HTTP_FHIR_BINARY_GRANT_WAIVED);

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: another module has granted access");

    return NGX_OK;
}
