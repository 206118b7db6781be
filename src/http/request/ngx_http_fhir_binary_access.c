/*
 * Access: who may have the document.
 *
 * The order of the answers is fixed: the token, then the route, then the
 * scopes, then the patient.  Whoever may not ask learns nothing of what
 * there is.
 *
 * test     t/table_challenge.t, t/token_bypass.t, t/token_bearer.t,
 *          t/scope_challenge.t, t/token_state.t
 */

#include "ngx_http_fhir_binary_request.h"


static void ngx_http_fhir_binary_access_enter(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_access_tenant(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


ngx_int_t
ngx_http_fhir_binary_access_handler(ngx_http_request_t *r)
{
    fhb_rc_t                     rc;
    ngx_int_t                    n;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx == NULL
        || ctx->subrequest != NULL
        || ctx->redirect.led == NGX_HTTP_FHIR_BINARY_LED_BY_REFUSAL
        || ngx_http_fhir_binary_loc_conf(r)->version == FHB_VERSION_OFF)
    {
        /* what may leave here is for the filter to say */
        return NGX_DECLINED;
    }

    ngx_http_fhir_binary_access_enter(r, ctx);

    if (!ctx->conf->auth) {
        return NGX_DECLINED;
    }

    if (ctx->grant.state == NGX_HTTP_FHIR_BINARY_GRANT_GIVEN) {
        return NGX_OK;
    }

    if (ctx->grant.state == NGX_HTTP_FHIR_BINARY_GRANT_WAIVED) {

        if (ngx_http_fhir_binary_loc_conf(r) == ctx->conf) {

            /*
             * The same location once more, by a redirect inside nginx: who
             * has granted there is asked again, and the token is not.
             */

            return NGX_DECLINED;
        }

        ngx_http_fhir_binary_grant_forget(ctx);
    }

    n = ngx_http_fhir_binary_token(r, ctx);

    if (n != NGX_OK) {
        return n;
    }

    rc = ngx_http_fhir_binary_access_tenant(r, ctx);

    if (rc == FHB_OK) {
        rc = ctx->asked.route_rc;
    }

    if (rc == FHB_OK) {
        rc = ngx_http_fhir_binary_scope_coarse(r, ctx);
    }

    if (rc != FHB_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    n = ngx_http_fhir_binary_ccd_prepare(r, ctx);

    if (n != NGX_OK) {
        return n;
    }

    n = ngx_http_fhir_binary_patient_ask(r, ctx);

    if (n != NGX_OK) {
        return n;
    }

    ngx_http_fhir_binary_grant(ctx, NGX_HTTP_FHIR_BINARY_GRANT_GIVEN);

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: access is granted");

    return NGX_OK;
}


/*
 * A redirect inside nginx may lead into another guarded location: its guard
 * is asked too.
 */

static void
ngx_http_fhir_binary_access_enter(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    const ngx_http_fhir_binary_loc_conf_t  *fbcf;

    fbcf = ngx_http_fhir_binary_loc_conf(r);

    if (fbcf == ctx->conf
        || fbcf->version == FHB_VERSION_OFF
        || !fbcf->auth)
    {
        return;
    }

    ngx_http_fhir_binary_ctx_enter(ctx, fbcf);
    ngx_http_fhir_binary_grant_forget(ctx);
}


static fhb_rc_t
ngx_http_fhir_binary_access_tenant(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_str_t  claim;
    ngx_str_t  tenant;

    if (ctx->conf->tenant == NULL) {
        return FHB_OK;
    }

    if (ngx_http_complex_value(r, ctx->conf->tenant, &tenant) != NGX_OK) {
        return FHB_E_NOMEM;
    }

    claim = ctx->grant.claims.tenant;

    if (tenant.len == 0
        || tenant.len != claim.len
        || ngx_memcmp(tenant.data, claim.data, claim.len) != 0)
    {
        return FHB_E_TENANT;
    }

    return FHB_OK;
}
