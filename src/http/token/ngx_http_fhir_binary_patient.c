/*
 * Patient: whose the document is, and whether the token is his or hers.
 *
 * test     t/table_patients.t, t/patient_modes.t, t/patient_request.t,
 *          t/patient_pages.t, t/patient_url.t
 */

#include "ngx_http_fhir_binary_token.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_bundle.h"
#include "fhb_reference.h"


static fhb_rc_t ngx_http_fhir_binary_patient_search(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_patient_page(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t *uri);
static fhb_rc_t ngx_http_fhir_binary_patient_next(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_str_t query);
static fhb_bundle_t *ngx_http_fhir_binary_patient_bundle(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static void ngx_http_fhir_binary_patient_free(void *data);
static fhb_rc_t ngx_http_fhir_binary_patient_read(void *data, fhb_str_t slice);
static void ngx_http_fhir_binary_patient_done(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub);
static fhb_rc_t ngx_http_fhir_binary_patient_answer(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static void ngx_http_fhir_binary_patient_failed(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_patient_field(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * fhir_binary_patient request: is the document among those of the token's
 * patient?  NGX_OK: see ctx->grant.owner; NGX_AGAIN: wait; else a refusal.
 */

ngx_int_t
ngx_http_fhir_binary_patient_ask(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    if (ctx->conf->patient != NGX_HTTP_FHIR_BINARY_REQUEST
        || ctx->grant.verdict.least != FHB_SCOPE_BOUND
        || ctx->asked.route.kind == FHB_ROUTE_CCD)
    {
        return NGX_OK;
    }

    if (ctx->grant.search == NULL) {
        rc = ngx_http_fhir_binary_patient_search(r, ctx);

    } else if (!ctx->grant.search->done) {
        return NGX_AGAIN;

    } else {
        rc = ngx_http_fhir_binary_patient_answer(r, ctx);
        if (rc != FHB_AGAIN) {
            ctx->grant.owner = (rc == FHB_OK)
                               ? NGX_HTTP_FHIR_BINARY_OWNER_PATIENT
                               : NGX_HTTP_FHIR_BINARY_OWNER_UNKNOWN;
        }
    }

    if (rc == FHB_AGAIN) {
        return NGX_AGAIN;
    }

    if (rc == FHB_OK) {
        return NGX_OK;
    }

    if ((rc == FHB_E_PATIENT || rc == FHB_E_PATIENT_MISSING)
        && ctx->grant.verdict.grant != FHB_SCOPE_BOUND)
    {
        /* the document's type may free it of its patient */
        return NGX_OK;
    }

    return ngx_http_fhir_binary_reject(r, ctx, rc);
}


/*
 * What was found is not of the document that comes now; of that one nothing is
 * known, or it is asked about, too.
 */

void
ngx_http_fhir_binary_patient_forget(ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->grant.owner == NGX_HTTP_FHIR_BINARY_OWNER_PATIENT) {
        ctx->grant.owner = NGX_HTTP_FHIR_BINARY_OWNER_UNKNOWN;
    }
}


void
ngx_http_fhir_binary_patient_moved(ngx_http_fhir_binary_ctx_t *ctx)
{
    ctx->grant.owner = NGX_HTTP_FHIR_BINARY_OWNER_STALE;
    ctx->grant.search = NULL;
    ctx->grant.pages = 0;
    ctx->grant.read = 0;
}


ngx_int_t
ngx_http_fhir_binary_patient_ask_again(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t  rc;

    if (ctx->grant.owner != NGX_HTTP_FHIR_BINARY_OWNER_STALE) {
        return NGX_OK;
    }

    rc = ngx_http_fhir_binary_patient_ask(r, ctx);

    if (rc != NGX_AGAIN
        && ctx->grant.owner == NGX_HTTP_FHIR_BINARY_OWNER_STALE)
    {
        ctx->grant.owner = NGX_HTTP_FHIR_BINARY_OWNER_UNKNOWN;
    }

    return rc;
}


/* FHB_AGAIN: it is asked; else a refusal */

static fhb_rc_t
ngx_http_fhir_binary_patient_search(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_str_t  base, id;
    ngx_str_t  uri;

    /* the claim goes into a query: nothing but a reference to a patient */

    if (ngx_http_fhir_binary_patient_base(r, ctx, &base) != NGX_OK) {
        return FHB_E_NOMEM;
    }

    if (fhb_reference_patient(ctx->grant.claims.patient, base, &id) != FHB_OK)
    {
        return FHB_E_PATIENT_MISSING;
    }

    if (ngx_http_complex_value(r, ctx->conf->patient_request, &uri)
        != NGX_OK)
    {
        return FHB_E_NOMEM;
    }

    return ngx_http_fhir_binary_patient_page(r, ctx, &uri);
}


static fhb_rc_t
ngx_http_fhir_binary_patient_page(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t *uri)
{
    ngx_http_fhir_binary_subrequest_t  sub;

    ngx_memzero(&sub, sizeof(ngx_http_fhir_binary_subrequest_t));

    sub.limit = FHB_MAX_BUNDLE - ctx->grant.read;
    sub.handler = ngx_http_fhir_binary_patient_done;
    sub.read = ngx_http_fhir_binary_patient_read;
    sub.data = ngx_http_fhir_binary_patient_bundle(r, ctx);

    if (sub.data == NULL) {
        return FHB_E_NOMEM;
    }

    ctx->grant.page = *uri;
    ctx->grant.pages++;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: the patient's documents are asked for, "
                   "page %ui",
                   ctx->grant.pages);

    ctx->grant.search = ngx_http_fhir_binary_subrequest(r, uri,
                                         NGX_HTTP_SUBREQUEST_WAITED, &sub);

    return ctx->grant.search ? FHB_AGAIN : FHB_E_NOMEM;
}


/* the Bundle that a page is; it is freed with the request at the latest */

static fhb_bundle_t *
ngx_http_fhir_binary_patient_bundle(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_alloc_t          heap;
    fhb_bundle_t        *bundle;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    heap = ngx_http_fhir_binary_heap(r->connection->log);

    if (fhb_bundle_create(&bundle, &heap) != FHB_OK) {
        return NULL;
    }

    cln->handler = ngx_http_fhir_binary_patient_free;
    cln->data = bundle;

    ctx->grant.bundle = cln;

    return bundle;
}


static void
ngx_http_fhir_binary_patient_free(void *data)
{
    fhb_bundle_free(data);
}


/* a Bundle that has failed says so at its end */

static fhb_rc_t
ngx_http_fhir_binary_patient_read(void *data, fhb_str_t slice)
{
    return fhb_bundle_feed(data, slice);
}


/*
 * The next page of the search: of its link the query alone is believed, and
 * it is asked at the location that was configured.
 */

static fhb_rc_t
ngx_http_fhir_binary_patient_next(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_str_t query)
{
    u_char    *p;
    ngx_str_t  path, uri;

    if (ctx->grant.pages == FHB_MAX_PAGES) {

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: the request of \"fhir_binary_patient\" "
                      "is answered with more than %d pages", FHB_MAX_PAGES);

        return FHB_E_PATIENT_UNAVAILABLE;
    }

    path = ctx->grant.page;
    p = ngx_strlchr(path.data, path.data + path.len, '?');

    if (p != NULL) {
        path.len = p - path.data;
    }

    uri.len = path.len + 1 + query.len;
    uri.data = ngx_pnalloc(r->pool, uri.len);

    if (uri.data == NULL) {
        return FHB_E_NOMEM;
    }

    p = ngx_cpymem(uri.data, path.data, path.len);
    *p++ = '?';
    ngx_memcpy(p, query.data, query.len);

    ctx->grant.read += ctx->grant.search->received;

    return ngx_http_fhir_binary_patient_page(r, ctx, &uri);
}


/* the parent is run again by nginx, and finds fetch->done */

static void
ngx_http_fhir_binary_patient_done(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub)
{
}


static fhb_rc_t
ngx_http_fhir_binary_patient_answer(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    u_char             *q, query[FHB_MAX_NEXT];
    fhb_rc_t            rc;
    fhb_out_t           next;
    ngx_str_t           page;
    fhb_bundle_query_t  ask;

    if (ctx->grant.search->status != NGX_HTTP_OK) {
        ngx_http_fhir_binary_patient_failed(r, ctx);
        return FHB_E_PATIENT_UNAVAILABLE;
    }

    ngx_memzero(&ask, sizeof(fhb_bundle_query_t));

    ask.id = ctx->asked.whose.id;
    ask.patient = ctx->grant.claims.patient;

    if (ngx_http_fhir_binary_patient_base(r, ctx, &ask.base) != NGX_OK) {
        return FHB_E_NOMEM;
    }

    page = ctx->grant.page;
    q = ngx_strlchr(page.data, page.data + page.len, '?');

    if (q != NULL) {
        ask.args.data = q + 1;
        ask.args.len = page.data + page.len - ask.args.data;
    }

    fhb_out_init(&next, query, sizeof(query));

    rc = fhb_bundle_owner(ctx->grant.search->data, &ask, &next);

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: page %ui of %uz bytes: %s",
                   ctx->grant.pages,
                   ctx->grant.search->received,
                   ngx_http_fhir_binary_rc_name(rc));

    /* a document may take long to send */

    ctx->grant.bundle->handler(ctx->grant.bundle->data);
    ctx->grant.bundle->handler = NULL;

    if (rc == FHB_AGAIN) {
        return ngx_http_fhir_binary_patient_next(r, ctx,
                                                 fhb_out_result(&next));
    }

    if (rc == FHB_E_PATIENT_UNAVAILABLE) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: page %ui of the answer to "
                      "\"fhir_binary_patient\" is no Bundle in JSON of %d "
                      "values at most, or the query of its next link is none "
                      "of %d bytes at most", ctx->grant.pages,
                      FHB_MAX_JSON_VALUES, FHB_MAX_NEXT);
    }

    return rc;
}


static void
ngx_http_fhir_binary_patient_failed(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->grant.search->body_is == NGX_HTTP_FHIR_BINARY_SUBREQUEST_LARGE) {

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: the request of \"fhir_binary_patient\" "
                      "is answered with more than %d bytes, in %ui pages",
                      FHB_MAX_BUNDLE, ctx->grant.pages);
        return;
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "fhir binary: the request of \"fhir_binary_patient\" "
                  "failed with status %ui on page %ui",
                  ctx->grant.search->status, ctx->grant.pages);
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
    if (ctx->grant.claims.patient.len == 0) {
        return FHB_E_PATIENT_MISSING;
    }

    if (ctx->asked.route.kind == FHB_ROUTE_CCD) {
        /* its patient parameter was compared before the backend was asked */
        return (ctx->asked.whose.kind == FHB_ROUTE_CCD) ? FHB_OK
                                                        : FHB_E_PATIENT;
    }

    switch (ctx->conf->patient) {

    case NGX_HTTP_FHIR_BINARY_TRUST:
        return FHB_OK;

    case NGX_HTTP_FHIR_BINARY_HEADER:
        return ngx_http_fhir_binary_patient_field(r, ctx);

    case NGX_HTTP_FHIR_BINARY_REQUEST:
        return ctx->grant.owner == NGX_HTTP_FHIR_BINARY_OWNER_PATIENT
               ? FHB_OK : FHB_E_PATIENT;

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
    fhb_str_t         base;
    ngx_table_elt_t  *owner;

    owner = ngx_http_fhir_binary_upstream_field(r,
                                                &ctx->conf->patient_header);

    if (owner == NULL
        || ngx_http_fhir_binary_patient_base(r, ctx, &base) != NGX_OK)
    {
        return FHB_E_PATIENT;
    }

    return fhb_reference_owner(ngx_http_fhir_binary_to_core(owner->value),
                               ctx->grant.claims.patient, base);
}
