/*
 * Token: from the Authorization field to claims that hold.
 *
 * The steps are entered anew whenever an answer is waited for; what was
 * found before is kept in ctx->grant.
 *
 * test     t/table_jwt.t, t/token_bearer.t, t/token_claims.t,
 *          t/token_reject.t, t/token_query.t
 */

#include "ngx_http_fhir_binary_token.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_bearer.h"
#include "fhb_jws.h"
#include "fhb_query.h"


static void ngx_http_fhir_binary_token_cleanup(void *data);
static fhb_rc_t ngx_http_fhir_binary_token_take(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_token_uris(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_token_uri(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, const char *directive, ngx_str_t *uri);
static ngx_int_t ngx_http_fhir_binary_token_key(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_jwk_set_t *set);
static ngx_int_t ngx_http_fhir_binary_token_verify(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_jwk_set_t *set);
static ngx_uint_t ngx_http_fhir_binary_token_opaque(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_token_introspect(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_token_accept(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t asked);
static ngx_int_t ngx_http_fhir_binary_token_deny(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc, ngx_uint_t asked);


/*
 * What names a verdict is hashed for every request: openssl's part of it is
 * made once, and each worker has its own after the fork.
 */

ngx_int_t
ngx_http_fhir_binary_token_init(ngx_conf_t *cf,
    ngx_http_fhir_binary_main_conf_t *fmcf)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    fmcf->digest = fhb_digest_new();
    if (fmcf->digest == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_fhir_binary_token_cleanup;
    cln->data = fmcf->digest;

    return NGX_OK;
}


static void
ngx_http_fhir_binary_token_cleanup(void *data)
{
    fhb_digest_free(data);
}


/*
 * NGX_OK: ctx->grant.claims hold; NGX_AGAIN: wait; else a refusal's status.
 */

ngx_int_t
ngx_http_fhir_binary_token(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t        rc;
    ngx_int_t       n;
    fhb_jwk_set_t  *set;

    if (ctx->grant.state == NGX_HTTP_FHIR_BINARY_GRANT_VERIFIED) {
        return NGX_OK;
    }

    if (ctx->grant.question) {
        return ngx_http_fhir_binary_token_introspect(r, ctx);
    }

    rc = ngx_http_fhir_binary_token_take(r, ctx);

    if (rc != FHB_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    if (ngx_http_fhir_binary_token_uris(r, ctx) != NGX_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_NOMEM);
    }

    set = NULL;

    if (ctx->conf->key_set || ctx->conf->key_request) {

        n = ngx_http_fhir_binary_keys_get(r, ctx, &set);

        if (n == NGX_AGAIN) {
            return NGX_AGAIN;
        }

        if (n == NGX_ERROR) {
            return ngx_http_fhir_binary_reject(r, ctx, FHB_E_NOMEM);
        }

        if (n == NGX_HTTP_FHIR_BINARY_NO_KEYS
            && !ngx_http_fhir_binary_token_opaque(r, ctx))
        {
            return ngx_http_fhir_binary_reject(r, ctx, FHB_E_KEYS);
        }

    } else if (ctx->conf->introspect == NULL) {

        /* a server whose locations say for themselves, but this is none */

        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_KEYS);
    }

    if (ngx_http_fhir_binary_token_key(r, ctx, set) != NGX_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_NOMEM);
    }

    rc = ngx_http_fhir_binary_cache_find(r, ctx);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: token cache: %V, %s",
                   &ctx->grant.cached, ngx_http_fhir_binary_rc_name(rc));

    if (rc == FHB_OK) {
        ctx->grant.state = NGX_HTTP_FHIR_BINARY_GRANT_VERIFIED;
        return NGX_OK;
    }

    if (rc != FHB_MISS) {
        return ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    if (set == NULL) {
        return ngx_http_fhir_binary_token_introspect(r, ctx);
    }

    return ngx_http_fhir_binary_token_verify(r, ctx, set);
}


static fhb_rc_t
ngx_http_fhir_binary_token_take(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_str_t  field;

    field.len = 0;
    field.data = NULL;

    if (r->headers_in.authorization) {
        field = ngx_http_fhir_binary_to_core(
                                          r->headers_in.authorization->value);
    }

    return fhb_bearer_parse(field,
               fhb_query_has_token(ngx_http_fhir_binary_to_core(r->args)),
               &ctx->grant.token);
}


/*
 * The key of a verdict: the token, and all that it is verified against.
 */

static ngx_int_t
ngx_http_fhir_binary_token_key(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_jwk_set_t *set)
{
    ngx_uint_t                         n;
    fhb_str_t                          parts[5];
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    fmcf = ngx_http_get_module_main_conf(r, ngx_http_fhir_binary_module);

    if (ctx->conf->cache == NULL && set != NULL
        && ctx->conf->introspected == 0)
    {
        /* nobody would look it up */
        return NGX_OK;
    }

    parts[0].data = ctx->conf->digest;
    parts[0].len = FHB_DIGEST_LEN;

    parts[1].data = NULL;
    parts[1].len = 0;

    if (set != NULL) {
        parts[1] = fhb_jwk_set_digest(set);
    }

    parts[2] = ctx->grant.token;
    n = 3;

    /* a URI without variables is in conf->digest */

    if (ctx->conf->key_request && ctx->conf->key_request->lengths) {
        parts[n++] = ngx_http_fhir_binary_to_core(ctx->grant.key_uri);
    }

    if (ctx->conf->introspect && ctx->conf->introspect->lengths) {
        parts[n++] = ngx_http_fhir_binary_to_core(ctx->grant.introspect_uri);
    }

    return (fhb_digest_run(fmcf->digest, ctx->grant.key, parts, n) == FHB_OK)
           ? NGX_OK : NGX_ERROR;
}


/*
 * Once for each request: what is asked, what a verdict is known by, and whom
 * it is waited for with must be the same strings.
 */

static ngx_int_t
ngx_http_fhir_binary_token_uris(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->grant.state != NGX_HTTP_FHIR_BINARY_GRANT_NONE) {
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_token_uri(r, ctx->conf->key_request,
                                       "fhir_binary_key_request",
                                       &ctx->grant.key_uri)
           != NGX_OK
        || ngx_http_fhir_binary_token_uri(r, ctx->conf->introspect,
                                          "fhir_binary_introspect",
                                          &ctx->grant.introspect_uri)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->grant.state = NGX_HTTP_FHIR_BINARY_GRANT_READ;

    return NGX_OK;
}


/*
 * A URI that cannot be asked is left empty: there are no keys then, or there
 * is no answer.  It may hold what a client wrote: its bytes are not logged,
 * and without control characters it may be, later.
 */

static ngx_int_t
ngx_http_fhir_binary_token_uri(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, const char *directive, ngx_str_t *uri)
{
    size_t      i;
    ngx_str_t   path, args;
    ngx_uint_t  flags;

    if (cv == NULL) {
        return NGX_OK;
    }

    if (cv->lengths == NULL) {
        *uri = cv->value;
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, cv, uri) != NGX_OK) {
        return NGX_ERROR;
    }

    path = *uri;
    flags = 0;
    ngx_str_null(&args);

    for (i = 0; i < uri->len && uri->data[i] > 0x1f; i++) { /* void */ }

    if (i < uri->len || uri->len == 0 || uri->data[0] != '/'
        || ngx_http_parse_unsafe_uri(r, &path, &args, &flags) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: what \"%s\" comes to is no URI of an "
                      "internal location (%uz bytes)", directive, uri->len);
        ngx_str_null(uri);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_token_verify(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_jwk_set_t *set)
{
    u_char              buf[FHB_CLAIMS_TEXT];
    fhb_rc_t            rc;
    ngx_int_t           n;
    fhb_out_t           text;
    fhb_alloc_t         heap;
    fhb_claims_t        claims;
    fhb_claims_check_t  check;

    heap = ngx_http_fhir_binary_heap(r->connection->log);

    fhb_out_init(&text, buf, sizeof(buf));

    check.policy = &ctx->conf->policy;
    check.alloc = &heap;
    check.text = &text;
    check.now = ngx_time();

    rc = fhb_claims_token(&claims, &check, set, ctx->grant.token);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: a token of %uz bytes is verified: %s",
                   ctx->grant.token.len,
                   ngx_http_fhir_binary_rc_name(rc));

    if (rc == FHB_NOT_JWT && ctx->conf->introspected) {
        return ngx_http_fhir_binary_token_introspect(r, ctx);
    }

    if (rc == FHB_NO_KEY) {

        n = ngx_http_fhir_binary_keys_seek(r, ctx);

        if (n == NGX_AGAIN) {
            return NGX_AGAIN;
        }

        rc = (n == NGX_ERROR) ? FHB_E_NOMEM : FHB_E_TOKEN_INVALID;
    }

    if (rc != FHB_OK) {

        /* what is no refusal yet becomes one here */

        return ngx_http_fhir_binary_token_deny(r, ctx,
                                       rc < 0 ? rc : FHB_E_TOKEN_INVALID, 0);
    }

    if (ngx_http_fhir_binary_grant_keep(r, ctx, &claims) != NGX_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_NOMEM);
    }

    if (ctx->conf->introspected == NGX_HTTP_FHIR_BINARY_ALL) {
        ctx->grant.state = NGX_HTTP_FHIR_BINARY_GRANT_SIGNED;
        return ngx_http_fhir_binary_token_introspect(r, ctx);
    }

    return ngx_http_fhir_binary_token_accept(r, ctx, 0);
}


/*
 * There are no keys at the moment: that stops JWTs, not opaque tokens.
 */

static ngx_uint_t
ngx_http_fhir_binary_token_opaque(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t     rc;
    fhb_jws_t   *jws;
    fhb_alloc_t  heap;

    if (ctx->conf->introspected == 0) {
        return 0;
    }

    heap = ngx_http_fhir_binary_heap(r->connection->log);

    rc = fhb_jws_open(&jws, &heap, ctx->grant.token);
    fhb_jws_free(jws);

    return (rc == FHB_NOT_JWT);
}


static ngx_int_t
ngx_http_fhir_binary_token_introspect(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t     n;
    fhb_claims_t  local;

    if (ctx->grant.introspect_uri.len == 0) {
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_INTROSPECTION);
    }

    local = ctx->grant.claims;

    n = ngx_http_fhir_binary_introspect(r, ctx);

    if (n == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    if (n != NGX_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, FHB_E_NOMEM);
    }

    if (ctx->grant.answer != FHB_OK) {
        return ngx_http_fhir_binary_token_deny(r, ctx, ctx->grant.answer, 1);
    }

    if (ctx->grant.state == NGX_HTTP_FHIR_BINARY_GRANT_SIGNED) {

        /* the answer has the last word; what it does not say the JWT does */

        fhb_claims_merge(&ctx->grant.claims, &local);
    }

    return ngx_http_fhir_binary_token_accept(r, ctx, 1);
}


static ngx_int_t
ngx_http_fhir_binary_token_accept(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_uint_t asked)
{
    ctx->grant.state = NGX_HTTP_FHIR_BINARY_GRANT_VERIFIED;

    ngx_http_fhir_binary_cache_store(r, ctx, FHB_OK, asked);

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_token_deny(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc, ngx_uint_t asked)
{
    if (fhb_error_cacheable(rc)) {
        ngx_http_fhir_binary_cache_store(r, ctx, rc, asked);
    }

    return ngx_http_fhir_binary_reject(r, ctx, rc);
}
