/*
 * Envelope: what stands around the base64 of a document in its FHIR form.
 *
 * test     t/table_meta.t, t/form_shapes.t, t/wrap_sizes.t, t/fhir_headers.t
 */

#include "ngx_http_fhir_binary_response.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_etag.h"
#include "fhb_time.h"


/* bytes; an id has 64 and a reference seldom more than 200 */
#define NGX_HTTP_FHIR_BINARY_ENVELOPE  640


static void ngx_http_fhir_binary_envelope_date(ngx_http_request_t *r);
static ngx_int_t ngx_http_fhir_binary_envelope_instant(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, time_t seconds);
static void ngx_http_fhir_binary_envelope_resource(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_envelope_text(ngx_http_request_t *r,
    const fhb_bin_head_t *head, ngx_uint_t tail, ngx_str_t *text);
static fhb_rc_t ngx_http_fhir_binary_envelope_part(fhb_out_t *out,
    const fhb_bin_head_t *head, ngx_uint_t tail);


/*
 * What stands around the data, taken before the header fields are changed.
 */

ngx_int_t
ngx_http_fhir_binary_envelope_meta(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_bin_head_t  *head;

    head = &ctx->document.head;

    head->version = ctx->conf->version;
    head->form = ctx->document.choice.form;
    head->id = ctx->asked.route.id;
    head->content_type = ngx_http_fhir_binary_to_core(ctx->type);
    head->empty = (ctx->document.length == 0);

    if (ctx->asked.route.kind == FHB_ROUTE_CCD) {

        if (ngx_http_fhir_binary_ccd_identify(r, &head->id) != NGX_OK) {
            return NGX_ERROR;
        }

        return ngx_http_fhir_binary_envelope_instant(r, ctx, ngx_time());
    }

    ngx_http_fhir_binary_envelope_date(r);

    if (ctx->source.meta) {
        ngx_http_fhir_binary_envelope_resource(r, ctx);
    }

    if (head->version_id.len == 0
        && r->headers_out.etag && r->headers_out.etag->hash)
    {
        head->version_id = fhb_etag_version(
               ngx_http_fhir_binary_to_core(r->headers_out.etag->value));
    }

    if (head->last_updated.len || r->headers_out.last_modified_time == -1) {
        return NGX_OK;
    }

    return ngx_http_fhir_binary_envelope_instant(r, ctx,
                                          r->headers_out.last_modified_time);
}


/*
 * FHIR servers write an instant where HTTP has a date of its own: it becomes
 * one, and what is no date at all stays here.
 */

static void
ngx_http_fhir_binary_envelope_date(ngx_http_request_t *r)
{
    fhb_time_t        t;
    ngx_table_elt_t  *h;

    h = r->headers_out.last_modified;

    if (h == NULL || r->headers_out.last_modified_time != -1) {
        return;
    }

    if (fhb_time_parse(&t, ngx_http_fhir_binary_to_core(h->value), FHB_R4)
        == FHB_OK
        && t.seconds >= 0)
    {
        r->headers_out.last_modified_time = (time_t) t.seconds;
    }

    h->hash = 0;
    r->headers_out.last_modified = NULL;
}


/*
 * The facts of a backend's resource; its date may stand in no header.
 */

static void
ngx_http_fhir_binary_envelope_resource(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_time_t             updated;
    fhb_bin_head_t        *head;
    const fhb_bin_meta_t  *meta;

    head = &ctx->document.head;
    meta = ctx->source.meta;

    if (fhb_route_id_valid(meta->version_id)) {
        head->version_id = meta->version_id;
    }

    head->security_context = meta->security_context;

    if (fhb_time_parse(&updated, meta->last_updated, FHB_R4) != FHB_OK
        || updated.seconds < 0)
    {
        return;
    }

    head->last_updated = meta->last_updated;

    if (r->headers_out.last_modified_time == -1) {
        r->headers_out.last_modified_time = (time_t) updated.seconds;
    }
}


static ngx_int_t
ngx_http_fhir_binary_envelope_instant(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, time_t seconds)
{
    u_char    *p;
    fhb_out_t  out;

    p = ngx_pnalloc(r->pool, sizeof("0000-00-00T00:00:00Z"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    fhb_out_init(&out, p, sizeof("0000-00-00T00:00:00Z"));

    if (fhb_time_write(&out, seconds) == FHB_OK) {
        ctx->document.head.last_updated = fhb_out_result(&out);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_fhir_binary_envelope_type(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_out_t  out;

    fhb_out_init(&out, NULL, 0);
    fhb_accept_type(&out, ctx->conf->version, &ctx->document.choice);

    if (ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK) {
        return NGX_ERROR;
    }

    fhb_accept_type(&out, ctx->conf->version, &ctx->document.choice);

    r->headers_out.content_type =
                          ngx_http_fhir_binary_from_core(fhb_out_result(&out));
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.charset.len = 0;

    return NGX_OK;
}


/*
 * What stands before and behind the data, and how long the body is with it.
 */

ngx_int_t
ngx_http_fhir_binary_envelope_write(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t *head, ngx_str_t *tail)
{
    size_t    frame;
    uint64_t  len;

    if (ngx_http_fhir_binary_envelope_text(r, &ctx->document.head, 0, head)
        != NGX_OK
        || ngx_http_fhir_binary_envelope_text(r, &ctx->document.head, 1, tail)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_clear_content_length(r);

    if (ctx->document.length == -1) {
        return NGX_OK;
    }

    frame = head->len + tail->len;

    if (fhb_b64_encoded_len(ctx->document.length, &len) != FHB_OK
        || len > (uint64_t) NGX_MAX_OFF_T_VALUE - frame)
    {
        return NGX_ERROR;
    }

    r->headers_out.content_length_n = (off_t) (len + frame);

    return NGX_OK;
}


/*
 * Nearly every frame fits into the local buffer and is written once.
 */

static ngx_int_t
ngx_http_fhir_binary_envelope_text(ngx_http_request_t *r,
    const fhb_bin_head_t *head, ngx_uint_t tail, ngx_str_t *text)
{
    u_char     buf[NGX_HTTP_FHIR_BINARY_ENVELOPE], *p;
    fhb_out_t  out;

    fhb_out_init(&out, buf, sizeof(buf));

    if (ngx_http_fhir_binary_envelope_part(&out, head, tail) != FHB_OK) {
        return NGX_ERROR;
    }

    if (!out.full) {

        p = ngx_pnalloc(r->pool, out.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(p, buf, out.len);

        text->data = p;
        text->len = out.len;

        return NGX_OK;
    }

    fhb_out_init(&out, NULL, 0);

    if (ngx_http_fhir_binary_envelope_part(&out, head, tail) != FHB_OK
        || ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK
        || ngx_http_fhir_binary_envelope_part(&out, head, tail) != FHB_OK)
    {
        return NGX_ERROR;
    }

    *text = ngx_http_fhir_binary_from_core(fhb_out_result(&out));

    return NGX_OK;
}


static fhb_rc_t
ngx_http_fhir_binary_envelope_part(fhb_out_t *out, const fhb_bin_head_t *head,
    ngx_uint_t tail)
{
    if (!tail) {
        return fhb_bin_write_head(out, head);
    }

    fhb_bin_write_tail(out, head);

    return FHB_OK;
}
