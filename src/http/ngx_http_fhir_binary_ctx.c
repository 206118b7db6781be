/*
 * Ctx: what is known of a request, for as long as the request lives.
 *
 * What was decided for a request holds wherever its content finally comes
 * from: nginx may have redirected, inside, since then.
 *
 * test     t/client_reuse.t, t/token_state.t, t/error_page_document.t,
 *          t/source_second.t
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_core.h"


static void ngx_http_fhir_binary_ctx_moved(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


const ngx_http_fhir_binary_loc_conf_t *
ngx_http_fhir_binary_loc_conf(ngx_http_request_t *r)
{
    return ngx_http_get_module_loc_conf(r, ngx_http_fhir_binary_module);
}


/*
 * The context of a request that is ours; NULL: it is not.
 */

ngx_http_fhir_binary_ctx_t *
ngx_http_fhir_binary_ctx(ngx_http_request_t *r)
{
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_anchor_find(r);

    if (ctx != NULL
        && ngx_http_get_module_ctx(r, ngx_http_fhir_binary_module) == NULL)
    {
        ngx_http_set_ctx(r, ctx, ngx_http_fhir_binary_module);

        ngx_http_fhir_binary_ctx_moved(r, ctx);
    }

    return ctx;
}


/*
 * nginx has redirected; after a refusal, to an error_page.  Under
 * recursive_error_pages nginx does not say that an error led here: where a
 * backend was asked and did not say where to go, one did.
 */

static void
ngx_http_fhir_binary_ctx_moved(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_uint_t                        page;
    ngx_http_fhir_binary_redirect_t  *redirect;

    redirect = &ctx->redirect;
    page = r->error_page && !redirect->quiet;

    if (ctx->refusal.rc != FHB_OK) {
        redirect->led = NGX_HTTP_FHIR_BINARY_LED_BY_REFUSAL;

    } else if (page
               || r->err_status
               || (ngx_http_fhir_binary_upstream_asked(r)
                   && !ngx_http_fhir_binary_upstream_pointed(r)))
    {
        redirect->led = NGX_HTTP_FHIR_BINARY_LED_BY_ERROR;

    } else {
        redirect->led = NGX_HTTP_FHIR_BINARY_LED_ON;
    }

    redirect->status =
           (page || redirect->led == NGX_HTTP_FHIR_BINARY_LED_BY_REFUSAL)
           ? r->err_status : 0;

    /* what comes now is of another source */

    r->cached = 0;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: redirected inside %s, status %ui",
                   redirect->led == NGX_HTTP_FHIR_BINARY_LED_ON
                   ? "to the document"
                   : redirect->led == NGX_HTTP_FHIR_BINARY_LED_BY_ERROR
                   ? "by an error" : "by our refusal",
                   redirect->status);
}


/*
 * An error has led the request to where it is now.
 */

ngx_uint_t
ngx_http_fhir_binary_ctx_erred(const ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->redirect.led == NGX_HTTP_FHIR_BINARY_LED_BY_ERROR
           || ctx->redirect.led == NGX_HTTP_FHIR_BINARY_LED_BY_REFUSAL;
}


/*
 * An error_page that a location merely inherits does not act there: nginx
 * takes the first error_page for the last one, where r->error_page is set.
 */

void
ngx_http_fhir_binary_ctx_quiet(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (!r->error_page) {
        r->error_page = 1;
        ctx->redirect.quiet = 1;
    }
}


/*
 * The error_page that led here leads to a document.
 */

void
ngx_http_fhir_binary_ctx_elsewhere(ngx_http_fhir_binary_ctx_t *ctx)
{
    ctx->redirect.elsewhere = 1;
}


ngx_http_fhir_binary_ctx_t *
ngx_http_fhir_binary_ctx_create(ngx_http_request_t *r,
    ngx_http_fhir_binary_origin_t origin)
{
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_anchor_add(r);
    if (ctx == NULL) {
        return NULL;
    }

    ctx->conf = ngx_http_fhir_binary_loc_conf(r);
    ctx->origin = origin;

    ngx_http_fhir_binary_output_start(r, ctx);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: a request is ours, found by %s",
                   origin == NGX_HTTP_FHIR_BINARY_BY_PHASE ? "a phase"
                   : origin == NGX_HTTP_FHIR_BINARY_BY_FILTER ? "the filter"
                   : origin == NGX_HTTP_FHIR_BINARY_BY_CACHE ? "a cache"
                   : "ourselves");

    ngx_http_set_ctx(r, ctx, ngx_http_fhir_binary_module);

    return ctx;
}


/*
 * The request has come into another guarded location.
 */

void
ngx_http_fhir_binary_ctx_enter(ngx_http_fhir_binary_ctx_t *ctx,
    const ngx_http_fhir_binary_loc_conf_t *fbcf)
{
    ctx->conf = fbcf;
}


void
ngx_http_fhir_binary_ctx_type(ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t type)
{
    ctx->type = type;
}


/*
 * A refusal: the status that a phase handler returns for it, and that the
 * header filter answers with an OperationOutcome.
 */

ngx_int_t
ngx_http_fhir_binary_reject(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc)
{
    ngx_uint_t              level;
    const fhb_error_row_t  *row;

    row = fhb_error_row(rc);
    level = (row->status >= 500) ? NGX_LOG_ERR : NGX_LOG_INFO;

    ngx_http_fhir_binary_refusal(ctx, rc, 0);
    ngx_str_null(&ctx->refusal.code);

    ngx_log_error(level, r->connection->log, 0,
                  "fhir binary: refused with %d (%s)", row->status,
                  row->reason);

    return row->status;
}


/*
 * rc is what the client is told; status: 0, that of its row.
 */

void
ngx_http_fhir_binary_refusal(ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc,
    ngx_uint_t status)
{
    ctx->refusal.rc = rc;
    ctx->refusal.status = status;
}


/*
 * Another module has granted, or another source has the document.
 */

void
ngx_http_fhir_binary_forgive(ngx_http_fhir_binary_ctx_t *ctx)
{
    ctx->refusal.rc = FHB_OK;
}


/*
 * The parameter that is at fault, what helps the client, and the code of a
 * backend's own issue: bytes that live as long as the request.
 */

void
ngx_http_fhir_binary_refusal_parameter(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_str_t name)
{
    ctx->refusal.parameter = name;
}


void
ngx_http_fhir_binary_refusal_diagnostics(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_str_t text)
{
    ctx->refusal.diagnostics = text;
}


void
ngx_http_fhir_binary_refusal_code(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_str_t code)
{
    ctx->refusal.code = code;
}
