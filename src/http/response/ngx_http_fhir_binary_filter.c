/*
 * Filter: what becomes of a response.
 *
 * The header filter decides: a refusal becomes an OperationOutcome, a
 * document gets its form.  The body filter then passes the document on
 * untouched, pumps it through base64, or drops what follows the answer; and
 * what breaks off never ends like a whole one.
 *
 * test     t/table_outcome.t, t/cut_body.t, t/error_nginx.t,
 *          t/refusal_keepalive.t, t/form_shapes.t
 */

#include "ngx_http_fhir_binary_response.h"


typedef ngx_int_t (*ngx_http_fhir_binary_body_pt)(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);


static ngx_int_t ngx_http_fhir_binary_header_filter(ngx_http_request_t *r);
#if (nginx_version >= 1029000)
static ngx_int_t ngx_http_fhir_binary_early_hints_filter(
    ngx_http_request_t *r);
#endif
static ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_filter_ctx(
    ngx_http_request_t *r, ngx_int_t *rc);
static ngx_int_t ngx_http_fhir_binary_filter_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);
static ngx_uint_t ngx_http_fhir_binary_filter_page(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_foreign(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_status(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_filter_error(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_filter_waits(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_filter_verdict(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_int_t ngx_http_fhir_binary_filter_run(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in,
    ngx_http_fhir_binary_body_pt handler);
static ngx_int_t ngx_http_fhir_binary_filter_pass(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);
static void ngx_http_fhir_binary_filter_ended(
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_filter_discard(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);


/*
 * Filters are run from the one that was put on top last.
 */

void
ngx_http_fhir_binary_filter_init(void)
{
    ngx_http_fhir_binary_output_init();

    ngx_http_top_header_filter = ngx_http_fhir_binary_header_filter;

#if (nginx_version >= 1029000)
    ngx_http_top_early_hints_filter = ngx_http_fhir_binary_early_hints_filter;
#endif

    ngx_http_top_body_filter = ngx_http_fhir_binary_body_filter;
}


#if (nginx_version >= 1029000)

/*
 * A 103 of the backend comes before anybody has judged what follows it.
 */

static ngx_int_t
ngx_http_fhir_binary_early_hints_filter(ngx_http_request_t *r)
{
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx != NULL
        && (ctx->subrequest != NULL
            || (ctx->conf->sandbox && !ngx_http_fhir_binary_header_hints(r))))
    {
        return NGX_OK;
    }

    return ngx_http_fhir_binary_next_early_hints(r);
}

#endif


static ngx_int_t
ngx_http_fhir_binary_header_filter(ngx_http_request_t *r)
{
    fhb_rc_t                     rc;
    ngx_int_t                    status;
    ngx_http_fhir_binary_ctx_t  *ctx;

    status = NGX_OK;
    ctx = ngx_http_fhir_binary_filter_ctx(r, &status);

    if (ctx == NULL) {
        return (status == NGX_OK) ? ngx_http_fhir_binary_next_header(r)
                                  : status;
    }

    if (ctx->subrequest != NULL) {
        return ngx_http_fhir_binary_subrequest_header(r, ctx);
    }

    rc = ngx_http_fhir_binary_upstream_watch(r, ctx);

    if (ctx->origin == NGX_HTTP_FHIR_BINARY_BY_CACHE) {
        return ngx_http_fhir_binary_next_header(r);
    }

    if (r->filter_finalize) {
        /* another filter has refused, maybe in the middle of the body */
        ngx_http_fhir_binary_phase(ctx, NGX_HTTP_FHIR_BINARY_PHASE_HEADER);
    }

    if (ctx->asked.method == NGX_HTTP_FHIR_BINARY_METHOD_GET) {
        /* the backend was asked with GET for a HEAD of the client */
        r->method = NGX_HTTP_HEAD;
        ngx_str_set(&r->method_name, "HEAD");
    }

    /*
     * A backend without a status line: nginx takes the request for one of
     * HTTP/0.9, and would send no header.
     */

    r->http_version = ctx->output.http_version;

    if (ngx_http_fhir_binary_filter_page(r, ctx)) {
        return ngx_http_fhir_binary_filter_foreign(r, ctx);
    }

    if (ctx->redirect.led == NGX_HTTP_FHIR_BINARY_LED_BY_REFUSAL
        && fhb_error_row(ctx->refusal.rc)->status >= 500
        && r->headers_out.status < NGX_HTTP_SPECIAL_RESPONSE)
    {
        /* another source of the document */
        ngx_http_fhir_binary_forgive(ctx);
    }

    if (ctx->refusal.rc != FHB_OK) {
        return ngx_http_fhir_binary_outcome_send(r, ctx);
    }

    if (rc != FHB_OK) {
        return ngx_http_fhir_binary_filter_refuse(r, ctx, rc);
    }

    if (r->headers_out.status != NGX_HTTP_OK
        && r->headers_out.status != NGX_HTTP_PARTIAL_CONTENT)
    {
        return ngx_http_fhir_binary_filter_status(r, ctx);
    }

    rc = ngx_http_fhir_binary_filter_verdict(r, ctx);

    if (rc == FHB_OK) {
        rc = ngx_http_fhir_binary_classify(r, ctx);
    }

    if (rc == FHB_OK && ctx->source.reader == NULL) {
        rc = ngx_http_fhir_binary_document_choose(r, ctx);
    }

    if (rc == FHB_OK
        && ngx_http_fhir_binary_ccd_checked(r, ctx)
        && ngx_http_fhir_binary_check_start(r, ctx) != NGX_OK)
    {
        rc = FHB_E_NOMEM;
    }

    if (rc != FHB_OK) {
        return ngx_http_fhir_binary_filter_refuse(r, ctx, rc);
    }

    if (ngx_http_fhir_binary_filter_waits(r, ctx)) {
        return ngx_http_fhir_binary_lookahead_start(r, ctx,
                                      NGX_HTTP_FHIR_BINARY_PHASE_LOOKAHEAD);
    }

    return ngx_http_fhir_binary_document_send(r, ctx);
}


/*
 * Does only the body tell what the header must say?
 */

static ngx_uint_t
ngx_http_fhir_binary_filter_waits(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->source.reader || ctx->check.cda) {
        return 1;
    }

    /* an empty document has another head, or none */

    return ctx->document.length == -1
           && ctx->document.choice.form != FHB_FORM_NATIVE
           && r->method != NGX_HTTP_HEAD;
}


/*
 * The context of a request that concerns us.  NULL and NGX_OK: it does not.
 */

static ngx_http_fhir_binary_ctx_t *
ngx_http_fhir_binary_filter_ctx(ngx_http_request_t *r, ngx_int_t *rc)
{
    ngx_http_fhir_binary_ctx_t             *ctx;
    const ngx_http_fhir_binary_loc_conf_t  *fbcf;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx != NULL) {
        return ctx;
    }

    fbcf = ngx_http_fhir_binary_loc_conf(r);

    if (fbcf->version == FHB_VERSION_OFF) {
        return NULL;
    }

    /*
     * Not seen in any phase: an error before a location was chosen or its
     * phases ran, the rewrite module's "return", or a cloned subrequest.
     */

    ctx = ngx_http_fhir_binary_ctx_create(r,
                            r->background ? NGX_HTTP_FHIR_BINARY_BY_CACHE
                                          : NGX_HTTP_FHIR_BINARY_BY_FILTER);

    if (ctx == NULL) {
        *rc = NGX_ERROR;
        return NULL;
    }

    ngx_http_fhir_binary_route(r, ctx);

    if (r->background) {
        ngx_http_fhir_binary_phase(ctx, NGX_HTTP_FHIR_BINARY_PHASE_STORE);
    }

    if (r != r->main) {
        ngx_http_fhir_binary_refusal(ctx, FHB_E_SUBREQUEST, 0);
    }

    return ctx;
}


/*
 * A status makes nginx stop the upstream.  nginx would keep a 502 or a 504 in
 * its cache, for others too, who may want the document in another form.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc)
{
    ngx_http_fhir_binary_upstream_forget(r);
    ngx_http_clean_header(r);

    return ngx_http_fhir_binary_reject(r, ctx, rc);
}


/*
 * The page of an error_page in this very location, or its redirect to another
 * place.  "error_page ... = URI" names another source instead: what comes
 * from there is judged like any response.  So is what a backend gives in the
 * place of a page, and what has the URI of a document: with an error's status
 * neither leaves.
 */

static ngx_uint_t
ngx_http_fhir_binary_filter_page(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (r->err_status < NGX_HTTP_SPECIAL_RESPONSE
        || ctx->redirect.elsewhere
        || ngx_http_fhir_binary_upstream_gave(r))
    {
        return 0;
    }

    if (r->err_status == ctx->redirect.status) {
        return 1;
    }

    return r->error_page && !r->internal
           && r->err_status < NGX_HTTP_BAD_REQUEST;
}


/*
 * What is the operator's own leaves as it is.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_foreign(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ngx_http_fhir_binary_header_page(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_output_header(r, ctx,
                                          NGX_HTTP_FHIR_BINARY_PHASE_PASS);
}


/*
 * No document: an error of nginx, of the backend or of the operator's making.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_status(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t   error;
    ngx_int_t  rc;

    if (ctx->asked.method == NGX_HTTP_FHIR_BINARY_METHOD_NONE
        && r->headers_out.status == NGX_HTTP_NO_CONTENT)
    {
        if (ngx_http_fhir_binary_cors_options(r, ctx) != NGX_OK) {
            return NGX_ERROR;
        }

        return ngx_http_fhir_binary_output_header(r, ctx,
                                          NGX_HTTP_FHIR_BINARY_PHASE_PASS);
    }

    if (r->headers_out.status >= NGX_HTTP_SPECIAL_RESPONSE
        && r->headers_out.status < NGX_HTTP_BAD_REQUEST
        && ctx->origin == NGX_HTTP_FHIR_BINARY_BY_FILTER
        && !ctx->asked.prepared)
    {
        /* a return in this very location */
        return ngx_http_fhir_binary_filter_foreign(r, ctx);
    }

    error = ngx_http_fhir_binary_filter_error(r, ctx);

    rc = ngx_http_fhir_binary_relay_start(r, ctx, error);

    return (rc == NGX_HTTP_FHIR_BINARY_NO_RELAY)
           ? ngx_http_fhir_binary_outcome_replace(r, ctx, error) : rc;
}


static fhb_rc_t
ngx_http_fhir_binary_filter_error(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_uint_t  status, backend;

    status = r->headers_out.status;
    backend = ngx_http_fhir_binary_upstream_said(r, status);

    if (!backend && status < NGX_HTTP_BAD_REQUEST) {
        /* the redirect of a directory, an empty 2xx */
        return FHB_E_NOT_FOUND;
    }

    if (backend && status == NGX_HTTP_UNAUTHORIZED && ctx->conf->auth) {
        return FHB_E_BACKEND_LOGIN;
    }

    if (backend
        && status == NGX_HTTP_RANGE_NOT_SATISFIABLE
        && !ctx->asked.ranged)
    {
        return FHB_E_BACKEND_RANGE;
    }

    return fhb_error_for_status(status, backend);
}


/*
 * May the document leave at all?  Whatever nobody allowed is refused.
 */

static fhb_rc_t
ngx_http_fhir_binary_filter_verdict(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->asked.route_rc != FHB_OK) {
        return ctx->asked.route_rc;
    }

    if (ctx->conf->auth && !ngx_http_fhir_binary_granted(ctx)) {
        return FHB_E_LOGIN;
    }

    if (ctx->asked.route.kind == FHB_ROUTE_CCD && ctx->asked.ccd == NULL) {
        /* its parameters were not looked at: not claimed in a phase */
        return FHB_E_NOT_SUPPORTED;
    }

    return ngx_http_fhir_binary_negotiate_read(r, ctx);
}


static ngx_int_t
ngx_http_fhir_binary_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx == NULL) {
        return ngx_http_fhir_binary_next_body(r, in);
    }

    switch (ctx->phase) {

    case NGX_HTTP_FHIR_BINARY_PHASE_HEADER:
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "fhir binary: a body without a header");
        return NGX_ERROR;

    case NGX_HTTP_FHIR_BINARY_PHASE_PASS:
        return ngx_http_fhir_binary_filter_run(r, ctx, in,
                                        ngx_http_fhir_binary_filter_pass);

    case NGX_HTTP_FHIR_BINARY_PHASE_LOOKAHEAD:
        return ngx_http_fhir_binary_filter_run(r, ctx, in,
                                               ngx_http_fhir_binary_lookahead);

    case NGX_HTTP_FHIR_BINARY_PHASE_RELAY:
        return ngx_http_fhir_binary_filter_run(r, ctx, in,
                                               ngx_http_fhir_binary_relay);

    case NGX_HTTP_FHIR_BINARY_PHASE_PUMP:
        return ngx_http_fhir_binary_filter_run(r, ctx, in,
                                               ngx_http_fhir_binary_pump);

    case NGX_HTTP_FHIR_BINARY_PHASE_REFUSED:
    case NGX_HTTP_FHIR_BINARY_PHASE_DISCARD:
    case NGX_HTTP_FHIR_BINARY_PHASE_COMPLETE:
        return ngx_http_fhir_binary_filter_run(r, ctx, in,
                                        ngx_http_fhir_binary_filter_discard);

    case NGX_HTTP_FHIR_BINARY_PHASE_COLLECT:
        return ngx_http_fhir_binary_subrequest_body(r, ctx, in);

    case NGX_HTTP_FHIR_BINARY_PHASE_STORE:
        return ngx_http_fhir_binary_next_body(r, in);

    case NGX_HTTP_FHIR_BINARY_PHASES:
        break;
    }

    return NGX_ERROR;
}


/*
 * The body of a response to the client, and what follows when all of it has
 * gone to the next filter.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_run(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in,
    ngx_http_fhir_binary_body_pt handler)
{
    ngx_int_t     rc;
    ngx_uint_t    complete;
    ngx_chain_t  *cl;

    complete = (ctx->phase == NGX_HTTP_FHIR_BINARY_PHASE_COMPLETE);

    ngx_http_fhir_binary_upstream_begun(ctx);

    for (cl = in; cl; cl = cl->next) {
        if (cl->buf->last_buf) {
            ngx_http_fhir_binary_header_trailers(r, ctx);
        }
    }

    rc = handler(r, ctx, in);

    if (rc == NGX_ERROR
        || ctx->phase != NGX_HTTP_FHIR_BINARY_PHASE_COMPLETE)
    {
        return rc;
    }

    if (!complete) {

        if (ngx_http_fhir_binary_upstream_failed(r)) {
            /* what a thread has read from a file may come after that */
            r->keepalive = ctx->output.keepalive;
        }

        ngx_http_fhir_binary_upstream_drop(r, ctx);
    }

    if (rc == NGX_OK && !r->connection->buffered) {
        ngx_http_fhir_binary_output_finish(r, ctx);
    }

    return rc;
}


/*
 * A document is passed on as it comes, as long as it keeps to what its header
 * said.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_pass(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_uint_t    ended;
    ngx_chain_t  *cl, last;

    ended = 0;

    for (cl = in; cl; cl = cl->next) {

        if (!ngx_http_fhir_binary_output_honest(r, ctx, cl->buf)) {
            ngx_http_fhir_binary_source_fail(&ctx->source, FHB_E_BACKEND);
            return ngx_http_fhir_binary_output_cut(r, FHB_E_BACKEND);
        }

        ended |= cl->buf->last_buf;
    }

    rc = ngx_http_fhir_binary_next_body(r, in);

    if (rc == NGX_ERROR) {
        return rc;
    }

    if (ended) {

        /*
         * Not before: ngx_http_addition_filter takes the last buffer away, and
         * sends one of its own through all filters in the middle of that call.
         */

        ngx_http_fhir_binary_filter_ended(ctx);
        return rc;
    }

    if (in == NULL || ctx->output.promised != 0) {
        return rc;
    }

    if (ngx_http_fhir_binary_upstream_live(r)
        ? ngx_http_fhir_binary_upstream_whole(r)
        : !ngx_http_fhir_binary_upstream_failed(r))
    {
        return rc;
    }

    /*
     * A part that nginx has cut out, or all of a length behind which the
     * protocol has more to say: what follows is for nobody.  A thread may have
     * read the last of it from a file when the backend had failed already.
     */

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->last_buf = 1;

    last.buf = b;
    last.next = NULL;

    rc = ngx_http_fhir_binary_next_body(r, &last);

    if (rc != NGX_ERROR) {
        ngx_http_fhir_binary_filter_ended(ctx);
    }

    return rc;
}


/*
 * The last buffer of a document has gone to the next filter.
 */

static void
ngx_http_fhir_binary_filter_ended(ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->phase == NGX_HTTP_FHIR_BINARY_PHASE_PASS) {
        ngx_http_fhir_binary_phase(ctx, NGX_HTTP_FHIR_BINARY_PHASE_COMPLETE);
    }
}


/*
 * The client has its answer; what the source still gives is not for it.
 */

static ngx_int_t
ngx_http_fhir_binary_filter_discard(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    for (cl = in; cl; cl = cl->next) {

        b = cl->buf;

        if (b->flush && ngx_http_fhir_binary_upstream_failed(r)) {
            /* nginx has given up on the backend, not on the client */
            r->keepalive = ctx->output.keepalive;
        }

        b->pos = b->last;
        b->file_pos = b->file_last;
    }

    rc = NGX_OK;

    if (in == NULL || r->connection->buffered) {
        /* nobody else pushes out what is left of the answer */
        rc = ngx_http_fhir_binary_next_body(r, NULL);
    }

    ngx_http_fhir_binary_upstream_drop(r, ctx);

    return rc;
}
