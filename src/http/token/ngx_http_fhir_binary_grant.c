/*
 * Grant: what is known of a request's token.
 *
 * test     t/token_state.t, t/token_variables.t, t/token_cache.t
 */

#include "ngx_http_fhir_binary_token.h"


/*
 * Copy claims into the request's pool.
 */

ngx_int_t
ngx_http_fhir_binary_grant_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, const fhb_claims_t *claims)
{
    u_char        *p;
    fhb_str_t     *s;
    ngx_uint_t     i;
    fhb_claims_t  *kept;

    kept = &ctx->grant.claims;
    *kept = *claims;

    for (i = 0; i < FHB_CLAIMS_PARTS; i++) {

        s = fhb_claims_part(kept, i);

        if (s->len == 0) {
            continue;
        }

        p = ngx_pnalloc(r->pool, s->len);
        if (p == NULL) {
            ngx_memzero(kept, sizeof(fhb_claims_t));
            return NGX_ERROR;
        }

        ngx_memcpy(p, s->data, s->len);
        s->data = p;
    }

    return NGX_OK;
}


void
ngx_http_fhir_binary_grant(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_grant_state_t state)
{
    ctx->grant.state = state;
}


/*
 * The document may be asked for, and may leave.
 */

ngx_uint_t
ngx_http_fhir_binary_granted(const ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->grant.state == NGX_HTTP_FHIR_BINARY_GRANT_GIVEN
           || ctx->grant.state == NGX_HTTP_FHIR_BINARY_GRANT_WAIVED;
}


/*
 * Nothing of a token counts any more.
 */

void
ngx_http_fhir_binary_grant_forget(ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_memzero(&ctx->grant, sizeof(ngx_http_fhir_binary_grant_t));
}
