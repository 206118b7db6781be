/*
 * Access: who may have the document.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"


ngx_int_t
ngx_http_fhir_binary_access_handler(ngx_http_request_t *r)
{
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx == NULL || ctx->own || !ctx->conf->auth) {
        return NGX_DECLINED;
    }

    /* no way to check a token is configured: deny */

    return ngx_http_fhir_binary_reject(r, ctx, FHB_E_KEYS);
}
