/*
 * Conditional: If-* of a request against the form that was chosen.
 *
 * nginx's not_modified filter runs before the type of a document is known and
 * before its scope is checked, so it is switched off and this comes after.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"
#include "fhb_etag.h"


static ngx_int_t ngx_http_fhir_binary_conditional_lists(ngx_table_elt_t *h,
    ngx_str_t *etag, int strong);
static ngx_int_t ngx_http_fhir_binary_conditional_since(ngx_http_request_t *r,
    ngx_table_elt_t *h);


/*
 * NGX_OK: send it; 304 or 412: send that instead.
 */

ngx_int_t
ngx_http_fhir_binary_conditional(ngx_http_request_t *r)
{
    ngx_str_t            etag;
    ngx_http_headers_in_t  *in;

    in = &r->headers_in;

    ngx_str_null(&etag);

    if (r->headers_out.etag && r->headers_out.etag->hash) {
        etag = r->headers_out.etag->value;
    }

    if (in->if_match) {
        if (!ngx_http_fhir_binary_conditional_lists(in->if_match, &etag, 1)) {
            return NGX_HTTP_PRECONDITION_FAILED;
        }

    } else if (in->if_unmodified_since
               && r->headers_out.last_modified_time != -1
               && !ngx_http_fhir_binary_conditional_since(r,
                                                     in->if_unmodified_since))
    {
        return NGX_HTTP_PRECONDITION_FAILED;
    }

    if (in->if_none_match) {
        if (ngx_http_fhir_binary_conditional_lists(in->if_none_match, &etag,
                                                   0))
        {
            return NGX_HTTP_NOT_MODIFIED;
        }

    } else if (in->if_modified_since
               && r->headers_out.last_modified_time != -1
               && ngx_http_fhir_binary_conditional_since(r,
                                                       in->if_modified_since))
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


/* not changed since; a date that cannot be read leaves the condition out */

static ngx_int_t
ngx_http_fhir_binary_conditional_since(ngx_http_request_t *r,
    ngx_table_elt_t *h)
{
    time_t  since;

    since = ngx_parse_http_time(h->value.data, h->value.len);

    if (since == NGX_ERROR) {
        return h == r->headers_in.if_unmodified_since;
    }

    return r->headers_out.last_modified_time <= since;
}
