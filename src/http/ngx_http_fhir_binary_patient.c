/*
 * Patient: whose the document is, and a token that is held to it.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"
#include "fhb_bundle.h"
#include "fhb_reference.h"


static void ngx_http_fhir_binary_patient_done(ngx_http_request_t *r,
    ngx_http_fhir_binary_fetch_t *fetch);
static fhb_rc_t ngx_http_fhir_binary_patient_answer(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_patient_field(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * fhir_binary_patient request: is the document among those of the token's
 * patient?  NGX_OK: see ctx->auth.owns; NGX_AGAIN: wait; else a refusal.
 */

ngx_int_t
ngx_http_fhir_binary_patient_ask(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t                      rc;
    fhb_str_t                     base, id;
    ngx_str_t                     uri;
    ngx_http_fhir_binary_fetch_t  fetch;

    if (ctx->conf->patient != NGX_HTTP_FHIR_BINARY_REQUEST
        || ctx->auth.verdict.least != FHB_SCOPE_BOUND
        || ctx->route.kind == FHB_ROUTE_CCD)
    {
        return NGX_OK;
    }

    if (ctx->auth.fetch != NULL) {

        if (!ctx->auth.fetch->done) {
            return NGX_AGAIN;
        }

        rc = ngx_http_fhir_binary_patient_answer(r, ctx);

        if (rc == FHB_OK) {
            ctx->auth.owns = 1;
            return NGX_OK;
        }

        if (rc == FHB_E_PATIENT
            && ctx->auth.verdict.grant != FHB_SCOPE_BOUND)
        {
            /* the document's type may free it of its patient */
            return NGX_OK;
        }

        return ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    /* the claim goes into a query: nothing but a reference to a patient */

    if (ngx_http_fhir_binary_patient_base(r, ctx, &base) != NGX_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_INTERNAL);
    }

    if (fhb_reference_patient(ctx->auth.claims.patient, base, &id) != FHB_OK)
    {
        return (ctx->auth.verdict.grant == FHB_SCOPE_BOUND)
               ? ngx_http_fhir_binary_reject(r, ctx, FHB_E_PATIENT_MISSING)
               : NGX_OK;
    }

    if (ngx_http_complex_value(r, ctx->conf->patient_request, &uri)
        != NGX_OK)
    {
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_INTERNAL);
    }

    ngx_memzero(&fetch, sizeof(ngx_http_fhir_binary_fetch_t));

    fetch.limit = FHB_MAX_BUNDLE;
    fetch.handler = ngx_http_fhir_binary_patient_done;

    ctx->auth.fetch = ngx_http_fhir_binary_fetch(r, &uri,
                                         NGX_HTTP_SUBREQUEST_WAITED, &fetch);

    if (ctx->auth.fetch == NULL) {
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_INTERNAL);
    }

    return NGX_AGAIN;
}


/* the parent is run again by nginx, and finds fetch->done */

static void
ngx_http_fhir_binary_patient_done(ngx_http_request_t *r,
    ngx_http_fhir_binary_fetch_t *fetch)
{
    (void) r;
    (void) fetch;
}


static fhb_rc_t
ngx_http_fhir_binary_patient_answer(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t          rc;
    fhb_alloc_t       heap;
    fhb_bundle_ask_t  ask;

    if (ctx->auth.fetch->status != NGX_HTTP_OK) {

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: the request of \"fhir_binary_patient\" "
                      "failed with status %ui%s", ctx->auth.fetch->status,
                      ctx->auth.fetch->large ? ", its answer is too large"
                                             : "");

        return FHB_E_PATIENT_UNAVAILABLE;
    }

    ngx_memzero(&ask, sizeof(fhb_bundle_ask_t));

    ask.id = ctx->route.id;
    ask.patient = ctx->auth.claims.patient;

    if (ngx_http_fhir_binary_patient_base(r, ctx, &ask.base) != NGX_OK) {
        return FHB_E_INTERNAL;
    }

    heap = ngx_http_fhir_binary_heap(r->connection->log);

    rc = fhb_bundle_owner(&ask, &heap,
                   ngx_http_fhir_binary_to_core(ctx->auth.fetch->body));

    return (rc == FHB_E_NOMEM) ? FHB_E_INTERNAL : rc;
}


ngx_int_t
ngx_http_fhir_binary_patient_base(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_str_t *base)
{
    ngx_str_t  value;

    base->len = 0;
    base->data = NULL;

    if (ctx->conf->base == NULL) {
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, ctx->conf->base, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    *base = ngx_http_fhir_binary_to_core(value);

    return NGX_OK;
}


/*
 * A grant that is bound to its patient, and the document is there.
 */

fhb_rc_t
ngx_http_fhir_binary_patient_check(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->auth.claims.patient.len == 0) {
        return FHB_E_PATIENT_MISSING;
    }

    if (ctx->route.kind == FHB_ROUTE_CCD) {
        /* its patient parameter was compared before the backend was asked */
        return FHB_OK;
    }

    switch (ctx->conf->patient) {

    case NGX_HTTP_FHIR_BINARY_TRUST:
        return FHB_OK;

    case NGX_HTTP_FHIR_BINARY_HEADER:
        return ngx_http_fhir_binary_patient_field(r, ctx);

    case NGX_HTTP_FHIR_BINARY_REQUEST:
        return ctx->auth.owns ? FHB_OK : FHB_E_PATIENT;

    default:
        return FHB_E_PATIENT;
    }
}


/*
 * fhir_binary_patient header: one field of the backend, and only one, names
 * the owner.
 */

static fhb_rc_t
ngx_http_fhir_binary_patient_field(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_str_t               base;
    ngx_str_t              *name, *owner;
    ngx_uint_t              i;
    ngx_list_part_t        *part;
    ngx_table_elt_t        *h;

    if (r->upstream == NULL
        || ngx_http_fhir_binary_patient_base(r, ctx, &base) != NGX_OK)
    {
        return FHB_E_PATIENT;
    }

    name = (ngx_str_t *) &ctx->conf->patient_header;
    owner = NULL;

    for (part = &r->upstream->headers_in.headers.part;
         part;
         part = part->next)
    {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].key.len != name->len
                || ngx_strncasecmp(h[i].key.data, name->data, name->len) != 0)
            {
                continue;
            }

            if (owner != NULL) {
                return FHB_E_PATIENT;
            }

            owner = &h[i].value;
        }
    }

    if (owner == NULL) {
        return FHB_E_PATIENT;
    }

    return fhb_reference_owner(ngx_http_fhir_binary_to_core(*owner),
                               ctx->auth.claims.patient, base);
}
