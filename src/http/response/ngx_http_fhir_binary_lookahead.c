/*
 * Lookahead: a header that waits for what only the body tells.
 *
 * Three things can be unknown: whether a document of unknown length has a
 * byte at all, what a FHIR backend's resource says of its document, and
 * whether a document is a Continuity of Care Document.  Where these are known
 * and the end is in hand, it is looked at first, too: what is wrong there is
 * a refusal still.  nginx believes that the header has left, so a refusal is
 * sent from here.
 *
 * test     t/directive_lookahead.t, t/hold_order.t, t/first_byte.t,
 *          t/fhir_end.t, t/fhir_truncated.t
 */

#include "ngx_http_fhir_binary_response.h"
#include "ngx_http_fhir_binary_core.h"


static ngx_int_t ngx_http_fhir_binary_lookahead_step(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t *rc);
static fhb_rc_t ngx_http_fhir_binary_lookahead_on_meta(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_lookahead_on_data(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready);
static fhb_rc_t ngx_http_fhir_binary_lookahead_on_decided(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready);
static fhb_rc_t ngx_http_fhir_binary_lookahead_on_end(
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready);
static ngx_uint_t ngx_http_fhir_binary_lookahead_decided(
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_lookahead_end_in_hand(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_lookahead_release(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_lookahead_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);


ngx_int_t
ngx_http_fhir_binary_lookahead_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_phase_t phase)
{
    r->filter_need_in_memory = 1;
    r->allow_ranges = 0;

    ngx_http_fhir_binary_source_start(&ctx->source);
    ngx_http_fhir_binary_phase(ctx, phase);

    return NGX_OK;
}


ngx_int_t
ngx_http_fhir_binary_lookahead(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    fhb_rc_t   rc;
    ngx_int_t  n;

    if (ngx_http_fhir_binary_source_add(r, ctx, in) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_fhir_binary_upstream_broken(ctx)) {
        return ngx_http_fhir_binary_lookahead_refuse(r, ctx, FHB_E_BACKEND);
    }

    do {
        rc = FHB_OK;
        n = ngx_http_fhir_binary_lookahead_step(r, ctx, &rc);

        if (rc != FHB_OK) {
            return ngx_http_fhir_binary_lookahead_refuse(r, ctx, rc);
        }

    } while (n == NGX_HTTP_FHIR_BINARY_GO_ON);

    if (n != NGX_OK) {
        /* NGX_AGAIN is for output that waits: here is none */
        return (n == NGX_AGAIN) ? NGX_OK : n;
    }

    return ngx_http_fhir_binary_lookahead_release(r, ctx);
}


/*
 * NGX_OK: the header can leave; NGX_AGAIN: not yet; GO_ON: it is not known.
 */

static ngx_int_t
ngx_http_fhir_binary_lookahead_step(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t *rc)
{
    ngx_int_t   n;
    ngx_uint_t  ready;

    ready = 0;

    n = ngx_http_fhir_binary_source_next(r, ctx);

    switch (n) {

    case NGX_HTTP_FHIR_BINARY_META_TOLD:
        *rc = ngx_http_fhir_binary_lookahead_on_meta(r, ctx);
        ready = ngx_http_fhir_binary_lookahead_decided(ctx)
                && !ngx_http_fhir_binary_lookahead_end_in_hand(r, ctx);
        break;

    case NGX_OK:
        *rc = ngx_http_fhir_binary_lookahead_on_data(r, ctx, &ready);
        break;

    case NGX_DONE:
        *rc = ngx_http_fhir_binary_lookahead_on_end(ctx, &ready);
        break;

    case NGX_AGAIN:
        ready = ngx_http_fhir_binary_lookahead_decided(ctx)
                && !ngx_http_fhir_binary_lookahead_end_in_hand(r, ctx);

        return ready ? NGX_OK : NGX_AGAIN;

    default:
        *rc = ctx->source.rc ? ctx->source.rc : FHB_E_INTERNAL;
        break;
    }

    return ready ? NGX_OK : NGX_HTTP_FHIR_BINARY_GO_ON;
}


/*
 * The resource told its facts: scope, patient and form are decided on them,
 * before any byte of the document leaves.
 */

static fhb_rc_t
ngx_http_fhir_binary_lookahead_on_meta(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t               rc;
    fhb_str_t              kept;
    const fhb_bin_meta_t  *meta;

    meta = ctx->source.meta;

    ngx_http_fhir_binary_ctx_type(ctx,
                         ngx_http_fhir_binary_from_core(meta->content_type));
    ngx_http_fhir_binary_ccd_type(ctx);

    ctx->document.length = meta->empty ? 0 : -1;

    if (meta->empty && ctx->check.cda == NULL && ctx->conf->version < FHB_R4) {
        /* before R4 a Binary has its data, or is none */
        return FHB_E_BACKEND_INCOMPLETE;
    }

    rc = ngx_http_fhir_binary_document_choose(r, ctx);

    if (rc != FHB_OK) {
        return rc;
    }

    if (ctx->source.kept.len == 0) {
        return FHB_OK;
    }

    /* what came before its facts is all of it, and the resource is closed */

    kept.data = ctx->source.kept.data;
    kept.len = ctx->source.kept.len;

    rc = ctx->check.cda ? ngx_http_fhir_binary_check_kept(ctx)
                        : ngx_http_fhir_binary_check_base64(ctx, kept);

    return (rc == FHB_OK) ? ngx_http_fhir_binary_check_base64_end(ctx) : rc;
}


static fhb_rc_t
ngx_http_fhir_binary_lookahead_on_data(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready)
{
    size_t    limit;
    fhb_rc_t  rc;

    if (ctx->source.reader && ctx->source.meta == NULL) {
        return ngx_http_fhir_binary_source_keep(r, ctx, ctx->conf->lookahead);
    }

    if (ctx->check.cda == NULL || ctx->check.begun) {
        return ngx_http_fhir_binary_lookahead_on_decided(r, ctx, ready);
    }

    /* the start of a CCD is a few KiB, base64 a third more */

    limit = ctx->conf->lookahead
            + 2 * FHB_CDA_MAX_START + ctx->source.slice.len;

    rc = ngx_http_fhir_binary_source_keep(r, ctx, limit);

    if (rc == FHB_E_BACKEND_HELD) {
        /* white space without end, where a document should begin */
        return FHB_E_BACKEND_CCD;
    }

    if (rc == FHB_OK) {
        rc = ngx_http_fhir_binary_check_kept(ctx);
    }

    *ready = ctx->check.begun
             && !ngx_http_fhir_binary_lookahead_end_in_hand(r, ctx);

    return rc;
}


/*
 * A slice when all is decided: the header leaves, unless the rest is in hand.
 */

static fhb_rc_t
ngx_http_fhir_binary_lookahead_on_decided(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready)
{
    fhb_rc_t  rc;

    if (ctx->source.reader && ctx->check.cda == NULL) {

        rc = ngx_http_fhir_binary_check_base64(ctx, ctx->source.slice);

        if (rc != FHB_OK) {
            return rc;
        }
    }

    if ((!ctx->source.reader && ctx->check.cda == NULL)
        || !ngx_http_fhir_binary_lookahead_end_in_hand(r, ctx))
    {
        *ready = 1;
        return FHB_OK;
    }

    rc = ngx_http_fhir_binary_source_keep(r, ctx, ctx->conf->lookahead);

    if (rc == FHB_OK && ctx->check.cda) {
        rc = ngx_http_fhir_binary_check_kept(ctx);
    }

    return rc;
}


/*
 * The source has ended, and all of the document is kept.
 */

static fhb_rc_t
ngx_http_fhir_binary_lookahead_on_end(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_uint_t *ready)
{
    fhb_rc_t  rc;

    if (ctx->check.cda && !ctx->check.begun) {
        return FHB_E_BACKEND_CCD;
    }

    *ready = 1;

    if (ctx->source.kept.len) {

        rc = ctx->source.reader ? ngx_http_fhir_binary_check_base64_end(ctx)
                                : FHB_OK;

        return (rc == FHB_OK) ? ngx_http_fhir_binary_check_end(ctx) : rc;
    }

    ctx->document.length = 0;
    ctx->document.head.empty = 1;

    if (ctx->document.choice.form != FHB_FORM_NATIVE
        && ctx->conf->version < FHB_R4)
    {
        return FHB_E_REQUIRED;
    }

    return FHB_OK;
}


/*
 * Bytes of the document are kept, and the header knows all that it must say.
 */

static ngx_uint_t
ngx_http_fhir_binary_lookahead_decided(ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->source.kept.len != 0
           && (ctx->check.cda ? ctx->check.begun : ctx->source.meta != NULL);
}


/*
 * The end of the document is in hand, and all up to it may be kept.  To look
 * at it costs no time: where nginx has read the backend's response to its end,
 * the rest is given to the filters in this turn.
 */

static ngx_uint_t
ngx_http_fhir_binary_lookahead_end_in_hand(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    off_t   rest;
    size_t  limit;

    limit = ctx->conf->lookahead;

    if (ctx->source.kept.len > limit) {
        return 0;
    }

    limit -= ctx->source.kept.len;
    rest = ngx_http_fhir_binary_source_in_hand(r, ctx);

    return rest != -1
           && rest <= (off_t) limit
           && ctx->source.slice.len <= limit;
}


static ngx_int_t
ngx_http_fhir_binary_lookahead_release(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t  rc;

    ngx_http_fhir_binary_source_release(&ctx->source);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: the header leaves, %uz bytes are kept, "
                   "%uz live",
                   ctx->source.kept.len, ctx->source.live.len);

    rc = ngx_http_fhir_binary_document_send(r, ctx);

    if (ctx->refusal.rc != FHB_OK) {
        return ngx_http_fhir_binary_lookahead_refuse(r, ctx, ctx->refusal.rc);
    }

    if (rc == NGX_ERROR || rc > NGX_OK) {
        return NGX_ERROR;
    }

    if (ctx->phase == NGX_HTTP_FHIR_BINARY_PHASE_PUMP) {
        return ngx_http_fhir_binary_pump(r, ctx, NULL);
    }

    ngx_http_fhir_binary_source_drop(r, ctx);
    ngx_http_fhir_binary_upstream_drop(r, ctx);

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_lookahead_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc)
{
    if (ctx->refusal.rc == FHB_OK) {
        (void) ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    ngx_http_fhir_binary_source_drop(r, ctx);

    return ngx_http_fhir_binary_outcome_send(r, ctx);
}
