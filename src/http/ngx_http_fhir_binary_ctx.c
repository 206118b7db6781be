/*
 * Ctx: what is known of a request, for as long as the request lives.
 *
 * What was decided for a request holds wherever its content finally comes
 * from: nginx may have redirected, inside, since then.
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

    ctx = ngx_http_fhir_binary_kept(r);

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
ngx_http_fhir_binary_ctx_create(ngx_http_request_t *r)
{
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_kept_add(r);
    if (ctx == NULL) {
        return NULL;
    }

    ctx->conf = ngx_http_fhir_binary_loc_conf(r);
    ctx->length = -1;
    ctx->promised = -1;
    ctx->keepalive = r->keepalive;
    ctx->http_version = r->http_version;
    ctx->route_rc = fhb_route_parse(&ctx->route,
                                    ngx_http_fhir_binary_to_core(r->uri));

    ctx->whose = ctx->route;

    ngx_http_set_ctx(r, ctx, ngx_http_fhir_binary_module);

    return ctx;
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

    ctx->error = rc;
    ctx->status = 0;
    ngx_str_null(&ctx->code);

    ngx_log_error(level, r->connection->log, 0,
                  "fhir binary: refused with %d (%s)", row->status,
                  row->reason);

    return row->status;
}
