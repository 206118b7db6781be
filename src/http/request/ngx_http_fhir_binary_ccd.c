/*
 * CCD: the operation $autogen-ccd-if, a document that is made on request.
 *
 * The backend is asked with validated values only, in one order; what it
 * makes is new each time and is looked at before it leaves.
 *
 * test     t/directive_ccd.t, t/ccd_parameters.t, t/ccd_check.t,
 *          t/ccd_access.t, t/target_ccd.t
 */

#include "ngx_http_fhir_binary_request.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_reference.h"


#define NGX_HTTP_FHIR_BINARY_UUID  36         /* characters */


static fhb_rc_t ngx_http_fhir_binary_ccd_parse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_ccd_patient(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_ccd_acceptable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


/*
 * NGX_OK: the request may go on; else a refusal's status.
 */

ngx_int_t
ngx_http_fhir_binary_ccd_prepare(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    if (ctx->asked.route.kind != FHB_ROUTE_CCD) {
        return NGX_OK;
    }

    rc = FHB_OK;

    if (ctx->asked.ccd == NULL) {
        rc = ngx_http_fhir_binary_ccd_parse(r, ctx);
    }

    /* each guard on the way compares the patient with its own token's */

    if (rc == FHB_OK) {
        rc = ngx_http_fhir_binary_ccd_patient(r, ctx);
    }

    if (rc == FHB_OK) {
        rc = ngx_http_fhir_binary_ccd_acceptable(r, ctx);
    }

    if (rc != FHB_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    return NGX_OK;
}


static fhb_rc_t
ngx_http_fhir_binary_ccd_parse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    u_char           *p;
    fhb_rc_t          rc;
    fhb_out_t         out;
    fhb_str_t         fault;
    fhb_ccd_t        *ccd;
    fhb_ccd_policy_t  policy;

    if (!ctx->conf->ccd) {
        return FHB_E_NOT_SUPPORTED;
    }

    ccd = ngx_pcalloc(r->pool, sizeof(fhb_ccd_t));
    p = ngx_pnalloc(r->pool, FHB_CCD_QUERY);

    if (ccd == NULL || p == NULL) {
        return FHB_E_NOMEM;
    }

    policy.version = ctx->conf->version;

    if (ngx_http_fhir_binary_patient_base(r, ctx, &policy.base) != NGX_OK) {
        return FHB_E_NOMEM;
    }

    rc = fhb_ccd_parse(ccd, &policy, ngx_http_fhir_binary_to_core(r->args),
                       &fault);

    if (rc != FHB_OK) {
        ngx_http_fhir_binary_refusal_parameter(ctx,
                                        ngx_http_fhir_binary_from_core(fault));
        return rc;
    }

    /* _format is read from the client's own query, which ends here */

    rc = ngx_http_fhir_binary_negotiate_read(r, ctx);

    if (rc != FHB_OK) {
        return rc;
    }

    fhb_out_init(&out, p, FHB_CCD_QUERY);
    fhb_ccd_write_query(&out, ccd);

    if (out.full) {
        return FHB_E_INTERNAL;
    }

    r->args = ngx_http_fhir_binary_from_core(fhb_out_result(&out));

    ctx->asked.ccd = ccd;

    return FHB_OK;
}


/*
 * A token that is bound to its patient gets no other patient's document,
 * whatever fhir_binary_patient says of documents that lie ready.
 */

static fhb_rc_t
ngx_http_fhir_binary_ccd_patient(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_str_t  base;

    if (!ctx->conf->auth
        || ctx->grant.state == NGX_HTTP_FHIR_BINARY_GRANT_WAIVED
        || ctx->grant.verdict.grant == FHB_SCOPE_FREE)
    {
        return FHB_OK;
    }

    if (ngx_http_fhir_binary_patient_base(r, ctx, &base) != NGX_OK) {
        return FHB_E_NOMEM;
    }

    return fhb_reference_owner(fhb_ccd_value(&ctx->asked.ccd->patient),
                               ctx->grant.claims.patient, base);
}


/*
 * The type is known: what cannot be sent is not made.
 */

static fhb_rc_t
ngx_http_fhir_binary_ccd_acceptable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t          rc;
    fhb_preference_t  preference;
    fhb_media_t       media;
    fhb_choice_t      choice;

    static const fhb_str_t  type = fhb_string("application/xml");
    static const ngx_str_t  accept = ngx_string("Accept");
    static const ngx_str_t  format = ngx_string("_format");

    ngx_http_fhir_binary_ctx_type(ctx, ngx_http_fhir_binary_from_core(type));

    if (ctx->asked.format_rc != FHB_OK) {
        rc = ctx->asked.format_rc;
        ngx_http_fhir_binary_refusal_parameter(ctx, format);

    } else {
        ngx_http_fhir_binary_negotiate_preference(ctx, &preference);

        rc = fhb_media_parse(&media, type);

        if (rc == FHB_OK) {
            rc = fhb_accept_choose(&choice, &preference, &media);
        }

        if (rc != FHB_OK) {
            ngx_http_fhir_binary_refusal_parameter(ctx, accept);
        }
    }

    if (rc != FHB_OK
        && ngx_http_fhir_binary_negotiate_available(r, ctx) != NGX_OK)
    {
        return FHB_E_NOMEM;
    }

    return rc;
}


/*
 * A document that the check lets pass is XML, whatever the backend calls it.
 */

void
ngx_http_fhir_binary_ccd_type(ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_media_t  media;

    static const ngx_str_t  xml = ngx_string("application/xml");

    if (ctx->asked.route.kind != FHB_ROUTE_CCD || !ctx->conf->ccd_check) {
        return;
    }

    if (fhb_media_parse(&media, ngx_http_fhir_binary_to_core(ctx->type))
        != FHB_OK
        || fhb_media_syntax(&media) != FHB_FORM_XML)
    {
        ngx_http_fhir_binary_ctx_type(ctx, xml);
    }
}


/*
 * An id for a document that was made just now: RFC 9562, version 4.
 */

ngx_int_t
ngx_http_fhir_binary_ccd_identify(ngx_http_request_t *r, fhb_str_t *id)
{
    u_char     *p, *q, bytes[16];
    uint32_t    word;
    ngx_uint_t  i;

    p = ngx_pnalloc(r->pool, NGX_HTTP_FHIR_BINARY_UUID);
    if (p == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < sizeof(bytes); i += sizeof(uint32_t)) {
        word = ((uint32_t) ngx_random() << 16) ^ (uint32_t) ngx_random();
        ngx_memcpy(bytes + i, &word, sizeof(uint32_t));
    }

    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;

    q = ngx_hex_dump(p, bytes, 4);
    *q++ = '-';
    q = ngx_hex_dump(q, bytes + 4, 2);
    *q++ = '-';
    q = ngx_hex_dump(q, bytes + 6, 2);
    *q++ = '-';
    q = ngx_hex_dump(q, bytes + 8, 2);
    *q++ = '-';
    (void) ngx_hex_dump(q, bytes + 10, 6);

    id->data = p;
    id->len = NGX_HTTP_FHIR_BINARY_UUID;

    return NGX_OK;
}


/*
 * fhir_binary_ccd_check: the document that comes is looked at.
 */

ngx_uint_t
ngx_http_fhir_binary_ccd_checked(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->asked.route.kind == FHB_ROUTE_CCD
           && ctx->conf->ccd_check
           && (r->method != NGX_HTTP_HEAD
               || ctx->asked.method == NGX_HTTP_FHIR_BINARY_METHOD_GET);
}
