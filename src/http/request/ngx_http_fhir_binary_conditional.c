/*
 * Conditional: If-* of a request against the form that was chosen.
 *
 * nginx's not_modified filter runs before the type of a document is known and
 * before its scope is checked, so it sees no conditions and this comes after.
 * (r->disable_not_modified is not ours to set: upstream resets it for what a
 * cache may keep.)
 *
 * test     t/table_validators.t, t/conditional.t, t/conditional_order.t,
 *          t/refusal_held.t
 */

#include "ngx_http_fhir_binary_request.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_etag.h"


static ngx_int_t ngx_http_fhir_binary_conditional_lists(ngx_table_elt_t *h,
    ngx_str_t *etag, int strong);
static ngx_int_t ngx_http_fhir_binary_conditional_since(ngx_http_request_t *r,
    ngx_table_elt_t *h, ngx_int_t unknown);


void
ngx_http_fhir_binary_conditional_take(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ctx->asked.if_match = r->headers_in.if_match;
    ctx->asked.if_none_match = r->headers_in.if_none_match;
    ctx->asked.if_modified_since = r->headers_in.if_modified_since;
    ctx->asked.if_unmodified_since = r->headers_in.if_unmodified_since;

    r->headers_in.if_match = NULL;
    r->headers_in.if_none_match = NULL;
    r->headers_in.if_modified_since = NULL;
    r->headers_in.if_unmodified_since = NULL;
}


/*
 * NGX_OK: send it; 304 or 412: send that instead.
 */

ngx_int_t
ngx_http_fhir_binary_conditional(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t                            etag;
    ngx_uint_t                           dated;
    const ngx_http_fhir_binary_asked_t  *asked;

    asked = &ctx->asked;
    dated = (r->headers_out.last_modified_time != -1);

    ngx_str_null(&etag);

    if (r->headers_out.etag && r->headers_out.etag->hash) {
        etag = r->headers_out.etag->value;
    }

    if (asked->if_match) {
        if (!ngx_http_fhir_binary_conditional_lists(asked->if_match, &etag,
                                                    1))
        {
            return NGX_HTTP_PRECONDITION_FAILED;
        }

    } else if (asked->if_unmodified_since
               && dated
               && !ngx_http_fhir_binary_conditional_since(r,
                                              asked->if_unmodified_since, 1))
    {
        return NGX_HTTP_PRECONDITION_FAILED;
    }

    if (asked->if_none_match) {
        if (ngx_http_fhir_binary_conditional_lists(asked->if_none_match,
                                                   &etag, 0))
        {
            return NGX_HTTP_NOT_MODIFIED;
        }

    } else if (asked->if_modified_since
               && dated
               && ngx_http_fhir_binary_conditional_since(r,
                                                asked->if_modified_since, 0))
    {
        return NGX_HTTP_NOT_MODIFIED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_conditional_lists(ngx_table_elt_t *h, ngx_str_t *etag,
    int strong)
{
#if (nginx_version >= 1023000)

    for ( /* void */ ; h; h = h->next) {
        if (fhb_etag_match(ngx_http_fhir_binary_to_core(h->value),
                           ngx_http_fhir_binary_to_core(*etag), strong))
        {
            return 1;
        }
    }

    return 0;

#else

    return fhb_etag_match(ngx_http_fhir_binary_to_core(h->value),
                          ngx_http_fhir_binary_to_core(*etag), strong);

#endif
}


/* not changed since; unknown: the answer for a date that cannot be read */

static ngx_int_t
ngx_http_fhir_binary_conditional_since(ngx_http_request_t *r,
    ngx_table_elt_t *h, ngx_int_t unknown)
{
    time_t  since;

    since = ngx_parse_http_time(h->value.data, h->value.len);

    if (since == NGX_ERROR) {
        return unknown;
    }

    return r->headers_out.last_modified_time <= since;
}
