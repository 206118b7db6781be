/*
 * Convert: what one slice of a document becomes in the output buffer.
 *
 * The pump has made sure of NGX_HTTP_FHIR_BINARY_ROOM free bytes; a step takes
 * as much of the slice as surely fits.
 *
 * test     t/table_forms.t, t/fhir_conversions.t, t/wrap_splits.t,
 *          t/wrap_sizes.t, t/fhir_splits.t
 */

#include "ngx_http_fhir_binary_stream.h"


/* characters of base64 that one step decodes to look at them */
#define NGX_HTTP_FHIR_BINARY_RECODED  4096


static fhb_rc_t ngx_http_fhir_binary_convert_encode(
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_convert_bytes(
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_convert_decode(
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_convert_check(
    ngx_http_fhir_binary_ctx_t *ctx);
static void ngx_http_fhir_binary_convert_used(ngx_http_fhir_binary_ctx_t *ctx,
    size_t taken, size_t n);
static fhb_rc_t ngx_http_fhir_binary_convert_recode(
    ngx_http_fhir_binary_ctx_t *ctx);
static size_t ngx_http_fhir_binary_convert_most(
    ngx_http_fhir_binary_ctx_t *ctx);


fhb_rc_t
ngx_http_fhir_binary_convert(ngx_http_fhir_binary_ctx_t *ctx)
{
    switch (ctx->pump.convert) {

    case NGX_HTTP_FHIR_BINARY_ENCODE:
        return ngx_http_fhir_binary_convert_encode(ctx);

    case NGX_HTTP_FHIR_BINARY_DECODE:
        return ngx_http_fhir_binary_convert_decode(ctx);

    case NGX_HTTP_FHIR_BINARY_CHECK:
        return ngx_http_fhir_binary_convert_check(ctx);

    case NGX_HTTP_FHIR_BINARY_RECODE:
        return ngx_http_fhir_binary_convert_recode(ctx);

    case NGX_HTTP_FHIR_BINARY_COPY:
        return ngx_http_fhir_binary_convert_bytes(ctx);
    }

    return FHB_E_INTERNAL;
}


static fhb_rc_t
ngx_http_fhir_binary_convert_encode(ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t      n;
    fhb_rc_t    rc;
    ngx_buf_t  *out;
    fhb_str_t  *slice;

    out = ctx->pump.out_buf;
    slice = &ctx->source.slice;

    n = fhb_b64_encode_fit(&ctx->pump.enc, out->end - out->last);
    n = ngx_min(n, ngx_http_fhir_binary_convert_most(ctx));

    rc = ngx_http_fhir_binary_check_bytes(ctx, slice->data, n);

    out->last += fhb_b64_encode(&ctx->pump.enc, out->last, slice->data, n);
    ngx_http_fhir_binary_source_use(ctx, n);

    return rc;
}


static fhb_rc_t
ngx_http_fhir_binary_convert_bytes(ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t      n;
    fhb_rc_t    rc;
    ngx_buf_t  *out;
    fhb_str_t  *slice;

    out = ctx->pump.out_buf;
    slice = &ctx->source.slice;

    n = ngx_min((size_t) (out->end - out->last),
                ngx_http_fhir_binary_convert_most(ctx));

    rc = ngx_http_fhir_binary_check_bytes(ctx, slice->data, n);

    out->last = ngx_cpymem(out->last, slice->data, n);
    ngx_http_fhir_binary_source_use(ctx, n);

    return rc;
}


static fhb_rc_t
ngx_http_fhir_binary_convert_decode(ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t      n, taken, written;
    u_char     *start;
    fhb_rc_t    rc;
    ngx_buf_t  *out;
    fhb_str_t  *slice;

    out = ctx->pump.out_buf;
    slice = &ctx->source.slice;
    start = out->last;

    n = (out->end - out->last - 6) / 3 * 4;
    n = ngx_min(n, ngx_http_fhir_binary_convert_most(ctx));

    if (ctx->source.kind == NGX_HTTP_FHIR_BINARY_SLICE_BARE) {
        taken = fhb_b64_decode_plain(&ctx->pump.dec, out->last, &written,
                                     slice->data, n);

    } else {
        rc = fhb_b64_decode(&ctx->pump.dec, out->last, &written, slice->data,
                            n);
        if (rc != FHB_OK) {
            return rc;
        }

        taken = n;
    }

    out->last += written;

    rc = ngx_http_fhir_binary_check_bytes(ctx, start, written);

    ngx_http_fhir_binary_convert_used(ctx, taken, n);

    return rc;
}


static fhb_rc_t
ngx_http_fhir_binary_convert_check(ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t      n, taken, written;
    fhb_rc_t    rc;
    ngx_buf_t  *out;
    fhb_str_t  *slice;

    out = ctx->pump.out_buf;
    slice = &ctx->source.slice;

    n = ngx_min((size_t) (out->end - out->last), slice->len);

    if (ctx->source.kind == NGX_HTTP_FHIR_BINARY_SLICE_BARE) {
        taken = fhb_b64_check_plain(&ctx->pump.dec, out->last, &written,
                                    slice->data, n);

        if (taken == 0) {
            ngx_http_fhir_binary_source_no_bare(&ctx->source);
        }

    } else {
        rc = fhb_b64_check(&ctx->pump.dec, out->last, &written, slice->data,
                           n);
        if (rc != FHB_OK) {
            return rc;
        }

        taken = n;
    }

    out->last += written;
    ngx_http_fhir_binary_convert_used(ctx, taken, n);

    return FHB_OK;
}


/*
 * n bytes were offered, and the conversion took some.  It takes fewer of a bare
 * slice only: the next character ends the base64, or is an escape or white
 * space, which the reader of the resource must see.
 */

static void
ngx_http_fhir_binary_convert_used(ngx_http_fhir_binary_ctx_t *ctx,
    size_t taken, size_t n)
{
    ngx_http_fhir_binary_source_use(ctx, taken);

    if (taken < n) {
        ngx_http_fhir_binary_source_stop(ctx);
    }
}


static fhb_rc_t
ngx_http_fhir_binary_convert_recode(ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t      n, written;
    u_char      buf[FHB_B64_DECODE_MAX(NGX_HTTP_FHIR_BINARY_RECODED)];
    fhb_rc_t    rc;
    ngx_buf_t  *out;
    fhb_str_t  *slice;

    out = ctx->pump.out_buf;
    slice = &ctx->source.slice;

    /* as many characters leave as come, and those of one carry */

    n = ngx_min((size_t) (out->end - out->last - 16), slice->len);
    n = ngx_min(n, NGX_HTTP_FHIR_BINARY_RECODED);

    rc = fhb_b64_decode(&ctx->pump.dec, buf, &written, slice->data, n);

    if (rc != FHB_OK) {
        return rc;
    }

    rc = ngx_http_fhir_binary_check_bytes(ctx, buf, written);

    out->last += fhb_b64_encode(&ctx->pump.enc, out->last, buf, written);
    ngx_http_fhir_binary_source_use(ctx, n);

    return rc;
}


/*
 * How much of the slice one step may take: a parser looks at all of it.
 */

static size_t
ngx_http_fhir_binary_convert_most(ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t  n;

    n = ctx->source.slice.len;

    return ctx->check.cda ? ngx_min(n, NGX_HTTP_FHIR_BINARY_FEED) : n;
}


/*
 * Is the end of the input the end of a whole document?
 */

fhb_rc_t
ngx_http_fhir_binary_convert_end(ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    if (ctx->source.reader) {

        rc = fhb_b64_decode_end(&ctx->pump.dec);

        if (rc != FHB_OK) {
            return rc;
        }
    }

    return ngx_http_fhir_binary_check_end(ctx);
}
