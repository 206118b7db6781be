/*
 * Hold: a header that waits for what only the body tells.
 *
 * Three things can be unknown: whether a document of unknown length has a
 * byte at all, what a FHIR backend's resource says of its document, and
 * whether a document is a Continuity of Care Document.  Where these are known
 * and the end is in hand, it is looked at first, too: what is wrong there is
 * a refusal still.  nginx believes that the header has left, so a refusal is
 * sent from here.
 */

#include "ngx_http_fhir_binary_response.h"
#include "ngx_http_fhir_binary_core.h"


static ngx_int_t ngx_http_fhir_binary_hold_step(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t *rc);
static fhb_rc_t ngx_http_fhir_binary_hold_told(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_hold_slice(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready);
static fhb_rc_t ngx_http_fhir_binary_hold_rest(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready);
static fhb_rc_t ngx_http_fhir_binary_hold_done(
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready);
static ngx_uint_t ngx_http_fhir_binary_hold_decided(
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_hold_ends(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_hold_look(
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_hold_check(
    ngx_http_fhir_binary_ctx_t *ctx, fhb_str_t data);
static ngx_int_t ngx_http_fhir_binary_hold_release(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_hold_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);


ngx_int_t
ngx_http_fhir_binary_hold_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    r->filter_need_in_memory = 1;
    r->allow_ranges = 0;

    ctx->held = 1;
    ctx->heard = ngx_current_msec;

    return NGX_OK;
}


ngx_int_t
ngx_http_fhir_binary_hold(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    fhb_rc_t   rc;
    ngx_int_t  n;

    if (ngx_http_fhir_binary_source_add(r, ctx, in) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ctx->broken) {
        return ngx_http_fhir_binary_hold_refuse(r, ctx, FHB_E_BACKEND);
    }

    do {
        rc = FHB_OK;
        n = ngx_http_fhir_binary_hold_step(r, ctx, &rc);

        if (rc != FHB_OK) {
            return ngx_http_fhir_binary_hold_refuse(r, ctx, rc);
        }

    } while (n == NGX_DECLINED);

    if (n != NGX_OK) {
        /* NGX_AGAIN is for output that waits: here is none */
        return (n == NGX_AGAIN) ? NGX_OK : n;
    }

    return ngx_http_fhir_binary_hold_release(r, ctx);
}


/*
 * NGX_OK: the header can leave; NGX_AGAIN: not yet; NGX_DECLINED: go on.
 */

static ngx_int_t
ngx_http_fhir_binary_hold_step(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t *rc)
{
    ngx_int_t   n;
    ngx_uint_t  ready;

    ready = 0;

    n = ngx_http_fhir_binary_source_next(r, ctx);

    switch (n) {

    case NGX_DECLINED:
        *rc = ngx_http_fhir_binary_hold_told(r, ctx);
        ready = ngx_http_fhir_binary_hold_decided(ctx)
                && !ngx_http_fhir_binary_hold_ends(r, ctx);
        break;

    case NGX_OK:
        *rc = ngx_http_fhir_binary_hold_slice(r, ctx, &ready);
        break;

    case NGX_DONE:
        *rc = ngx_http_fhir_binary_hold_done(ctx, &ready);
        break;

    case NGX_AGAIN:
        return ngx_http_fhir_binary_hold_decided(ctx)
               && !ngx_http_fhir_binary_hold_ends(r, ctx) ? NGX_OK : NGX_AGAIN;

    default:
        *rc = ctx->source.rc ? ctx->source.rc : FHB_E_INTERNAL;
        break;
    }

    return ready ? NGX_OK : NGX_DECLINED;
}


/*
 * The resource told its facts: scope, patient and form are decided on them,
 * before any byte of the document leaves.
 */

static fhb_rc_t
ngx_http_fhir_binary_hold_told(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t               rc;
    fhb_str_t              held;
    const fhb_bin_meta_t  *meta;

    meta = ctx->source.meta;

    ctx->type = ngx_http_fhir_binary_from_core(meta->content_type);
    ngx_http_fhir_binary_ccd_type(ctx);

    ctx->length = meta->empty ? 0 : -1;

    if (meta->empty && ctx->cda == NULL && ctx->conf->version < FHB_R4) {
        /* before R4 a Binary has its data, or is none */
        return FHB_E_BACKEND_INCOMPLETE;
    }

    rc = ngx_http_fhir_binary_document_choose(r, ctx);

    if (rc != FHB_OK) {
        return rc;
    }

    if (ctx->source.held_len == 0) {
        return FHB_OK;
    }

    /* what came before its facts is all of it, and the resource is closed */

    held.data = ctx->source.held;
    held.len = ctx->source.held_len;

    rc = ctx->cda ? ngx_http_fhir_binary_hold_look(ctx)
                  : ngx_http_fhir_binary_hold_check(ctx, held);

    return (rc == FHB_OK) ? fhb_b64_decode_end(&ctx->looking) : rc;
}


static fhb_rc_t
ngx_http_fhir_binary_hold_slice(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready)
{
    size_t     limit;
    fhb_rc_t   rc;

    if (ctx->fhir && ctx->source.meta == NULL) {
        return ngx_http_fhir_binary_source_keep(r, ctx, ctx->conf->lookahead);
    }

    if (ctx->cda == NULL || ctx->looked) {
        return ngx_http_fhir_binary_hold_rest(r, ctx, ready);
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
        rc = ngx_http_fhir_binary_hold_look(ctx);
    }

    *ready = ctx->looked && !ngx_http_fhir_binary_hold_ends(r, ctx);

    return rc;
}


/*
 * A slice when all is decided: the header leaves, unless the rest is in hand.
 */

static fhb_rc_t
ngx_http_fhir_binary_hold_rest(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t *ready)
{
    size_t    limit;
    fhb_rc_t  rc;

    rc = FHB_OK;

    if (ctx->fhir && ctx->cda == NULL) {
        rc = ngx_http_fhir_binary_hold_check(ctx, ctx->source.slice);
    }

    if (rc != FHB_OK) {
        return rc;
    }

    limit = ctx->conf->lookahead;

    if ((!ctx->fhir && ctx->cda == NULL)
        || !ngx_http_fhir_binary_hold_ends(r, ctx))
    {
        *ready = 1;

        if (ctx->source.held_len == 0) {
            return FHB_OK;
        }

        /* behind what is held already, not before it */

        limit = ctx->source.held_len + ctx->source.slice.len;
    }

    rc = ngx_http_fhir_binary_source_keep(r, ctx, limit);

    if (rc == FHB_OK && ctx->cda) {
        rc = ngx_http_fhir_binary_hold_look(ctx);
    }

    return rc;
}


/*
 * The whole document was seen, and all of it is held.
 */

static fhb_rc_t
ngx_http_fhir_binary_hold_done(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_uint_t *ready)
{
    fhb_rc_t  rc;

    if (ctx->cda && !ctx->looked) {
        return FHB_E_BACKEND_CCD;
    }

    *ready = 1;

    if (ctx->source.held_len) {

        rc = ctx->fhir ? fhb_b64_decode_end(&ctx->looking) : FHB_OK;

        return (rc == FHB_OK && ctx->cda) ? fhb_cda_end(ctx->cda) : rc;
    }

    ctx->length = 0;
    ctx->head.empty = 1;

    if (ctx->choice.form != FHB_FORM_NATIVE && ctx->conf->version < FHB_R4) {
        return FHB_E_REQUIRED;
    }

    return FHB_OK;
}


/*
 * Something is held, and nothing that the header must say is unknown.
 */

static ngx_uint_t
ngx_http_fhir_binary_hold_decided(ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->source.held_len != 0
           && (ctx->cda ? ctx->looked : ctx->source.meta != NULL);
}


/*
 * The end is in hand, and not too far from what is held already.  Nobody
 * waits for it: what upstream has read to its end comes now.
 */

static ngx_uint_t
ngx_http_fhir_binary_hold_ends(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    off_t   rest;
    size_t  limit;

    limit = ctx->conf->lookahead;

    if (ctx->source.held_len > limit) {
        return 0;
    }

    limit -= ctx->source.held_len;
    rest = ngx_http_fhir_binary_source_in_hand(r, ctx);

    return rest != -1
           && rest <= (off_t) limit
           && ctx->source.slice.len <= limit;
}


/*
 * Look at what is held, from where the last look ended.  The pump looks at
 * the same bytes no second time.
 */

static fhb_rc_t
ngx_http_fhir_binary_hold_look(ngx_http_fhir_binary_ctx_t *ctx)
{
    u_char                         *p, *last, buf[1024 + 16];
    size_t                          n, written;
    fhb_rc_t                        rc;
    fhb_str_t                       bytes;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    p = source->held + ctx->seen;
    last = source->held + source->held_len;

    while (p < last) {

        n = ngx_min((size_t) (last - p), 1024);

        bytes.data = p;
        bytes.len = n;

        if (ctx->fhir) {

            rc = fhb_b64_decode(&ctx->looking, buf, &written, p, n);

            if (rc != FHB_OK) {
                return rc;
            }

            bytes.data = buf;
            bytes.len = written;
        }

        p += n;
        ctx->seen += n;

        rc = fhb_cda_feed(ctx->cda, bytes);

        if (rc == FHB_OK) {
            ctx->looked = 1;

        } else if (rc != FHB_AGAIN) {
            return rc;
        }
    }

    return FHB_OK;
}


/*
 * What is at hand before the header leaves must be base64: later it can only
 * be cut.
 */

static fhb_rc_t
ngx_http_fhir_binary_hold_check(ngx_http_fhir_binary_ctx_t *ctx,
    fhb_str_t data)
{
    u_char    buf[1024];
    size_t    n, written;
    fhb_rc_t  rc;

    while (data.len) {

        n = ngx_min(data.len, sizeof(buf));

        rc = fhb_b64_check(&ctx->looking, buf, &written, data.data, n);

        if (rc != FHB_OK) {
            return rc;
        }

        data.data += n;
        data.len -= n;
    }

    return FHB_OK;
}


static ngx_int_t
ngx_http_fhir_binary_hold_release(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t  rc;

    ctx->held = 0;

    rc = ngx_http_fhir_binary_document_send(r, ctx);

    if (ctx->error != FHB_OK) {
        return ngx_http_fhir_binary_hold_refuse(r, ctx, ctx->error);
    }

    if (rc == NGX_ERROR || rc > NGX_OK) {
        return NGX_ERROR;
    }

    if (r->header_only) {
        ngx_http_fhir_binary_source_drop(r, ctx);
        ngx_http_fhir_binary_upstream_drop(r, ctx);
        ctx->pump.done = 1;
        return NGX_OK;
    }

    return ngx_http_fhir_binary_pump(r, ctx, NULL);
}


static ngx_int_t
ngx_http_fhir_binary_hold_refuse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc)
{
    if (ctx->error == FHB_OK) {
        (void) ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    ngx_http_fhir_binary_source_drop(r, ctx);

    return ngx_http_fhir_binary_outcome_send(r, ctx);
}
