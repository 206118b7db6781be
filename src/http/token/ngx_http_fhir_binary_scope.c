/*
 * Scope: what the token's scopes allow.
 *
 * test     t/table_companions.t, t/scope_table.t, t/scope_challenge.t,
 *          t/fhir_scope.t
 */

#include "ngx_http_fhir_binary_token.h"
#include "ngx_http_fhir_binary_core.h"


static void ngx_http_fhir_binary_scope_question(
    const ngx_http_fhir_binary_ctx_t *ctx, fhb_scope_query_t *ask);
static ngx_int_t ngx_http_fhir_binary_scope_needed(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, const fhb_scope_query_t *ask);


static void
ngx_http_fhir_binary_scope_question(const ngx_http_fhir_binary_ctx_t *ctx,
    fhb_scope_query_t *ask)
{
    ngx_memzero(ask, sizeof(fhb_scope_query_t));

    ask->version = ctx->conf->version;
    ask->kind = ctx->asked.route.kind;

    if (ctx->conf->scopes) {
        ask->rules = ctx->conf->scopes->elts;
        ask->n = ctx->conf->scopes->nelts;
    }
}


/*
 * Before the backend is asked: is there any document that this token could
 * read here?
 */

fhb_rc_t
ngx_http_fhir_binary_scope_coarse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_scope_query_t  ask;

    ngx_http_fhir_binary_scope_question(ctx, &ask);

    if (fhb_scope_coarse(&ctx->grant.verdict, &ask, ctx->grant.claims.scope)
        != FHB_OK)
    {
        return (ngx_http_fhir_binary_scope_needed(r, ctx, &ask) == NGX_OK)
               ? FHB_E_SCOPE : FHB_E_NOMEM;
    }

    if (ctx->grant.verdict.grant != FHB_SCOPE_BOUND) {
        return FHB_OK;
    }

    /* bound to its patient, whatever the document is */

    if (ctx->grant.claims.patient.len == 0) {
        return FHB_E_PATIENT_MISSING;
    }

    if (ctx->conf->patient == NGX_HTTP_FHIR_BINARY_DENY
        && ctx->asked.route.kind != FHB_ROUTE_CCD)
    {
        return FHB_E_PATIENT;
    }

    return FHB_OK;
}


/*
 * Against the document's real type, before any byte of it leaves.
 */

fhb_rc_t
ngx_http_fhir_binary_scope_fine(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_media_t        media;
    fhb_scope_query_t  ask;

    ngx_http_fhir_binary_scope_question(ctx, &ask);

    if (fhb_media_parse(&media, ngx_http_fhir_binary_to_core(ctx->type))
        == FHB_OK)
    {
        ask.stored = &media;
    }

    if (fhb_scope_decide(&ctx->grant.verdict, &ask, ctx->grant.claims.scope)
        != FHB_OK)
    {
        return (ngx_http_fhir_binary_scope_needed(r, ctx, &ask) == NGX_OK)
               ? FHB_E_SCOPE : FHB_E_NOMEM;
    }

    switch (ctx->grant.verdict.grant) {

    case FHB_SCOPE_FREE:
        return FHB_OK;

    case FHB_SCOPE_BOUND:
        return ngx_http_fhir_binary_patient_check(r, ctx);

    case FHB_SCOPE_DENIED:
        break;
    }

    return FHB_E_SCOPE;
}


static ngx_int_t
ngx_http_fhir_binary_scope_needed(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, const fhb_scope_query_t *ask)
{
    fhb_out_t  out;

    fhb_out_init(&out, NULL, 0);
    fhb_scope_write_needed(&out, ask, ctx->grant.claims.scope);

    if (ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK) {
        return NGX_ERROR;
    }

    fhb_scope_write_needed(&out, ask, ctx->grant.claims.scope);
    ctx->grant.needed = ngx_http_fhir_binary_from_core(fhb_out_result(&out));

    return NGX_OK;
}
