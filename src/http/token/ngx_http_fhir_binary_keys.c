/*
 * Keys: the JWKS that tokens are verified with, of a file or of an internal
 * location.
 *
 * A location's keys belong to each worker, in an object that the
 * configuration only points to.  A set that cannot be read never takes the
 * place of one that could.
 *
 * test     t/directive_key_request.t, t/token_keys.t, t/token_key_sets.t,
 *          t/token_nomem.t, t/token_oidc_provider.t
 */

#include "ngx_http_fhir_binary_token.h"
#include "ngx_http_fhir_binary_core.h"


/* seconds after which a set is fetched again, beside the requests */
#define NGX_HTTP_FHIR_BINARY_KEYS_AGE    600

/* seconds between two fetches: of an old set; for an unknown kid; without
 * any set */
#define NGX_HTTP_FHIR_BINARY_KEYS_PAUSE  30
#define NGX_HTTP_FHIR_BINARY_KEYS_SEEK   30
#define NGX_HTTP_FHIR_BINARY_KEYS_RETRY  2


/* the request that fetches; keys is NULL as soon as it has ended */

typedef struct {
    ngx_http_fhir_binary_keys_t  *keys;
} ngx_http_fhir_binary_keys_owner_t;


static ngx_http_fhir_binary_keys_t *ngx_http_fhir_binary_keys_of(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_keys_fetch(ngx_http_request_t *r,
    ngx_http_fhir_binary_keys_t *keys);
static void ngx_http_fhir_binary_keys_done(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub);
static void ngx_http_fhir_binary_keys_land(ngx_http_request_t *r,
    ngx_http_fhir_binary_keys_t *keys);
static void ngx_http_fhir_binary_keys_gone(void *data);
static void ngx_http_fhir_binary_keys_exit(void *data);


/*
 * One object for each server and URI, whatever location names it.
 */

ngx_http_fhir_binary_keys_t *
ngx_http_fhir_binary_keys_add(ngx_conf_t *cf, ngx_str_t *uri)
{
    void                              *server;
    ngx_uint_t                         i;
    ngx_pool_cleanup_t                *cln;
    ngx_http_fhir_binary_keys_t      **list, *keys;
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    fmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_fhir_binary_module);
    server = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    list = fmcf->keys.elts;

    for (i = 0; i < fmcf->keys.nelts; i++) {

        if (list[i]->server == server
            && list[i]->uri.len == uri->len
            && ngx_strncmp(list[i]->uri.data, uri->data, uri->len) == 0)
        {
            return list[i];
        }
    }

    keys = ngx_pcalloc(cf->pool, sizeof(ngx_http_fhir_binary_keys_t));
    list = ngx_array_push(&fmcf->keys);
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (keys == NULL || list == NULL || cln == NULL) {
        return NULL;
    }

    keys->uri = *uri;
    keys->server = server;
    ngx_http_fhir_binary_single_flight_init(&keys->flight);

    cln->handler = ngx_http_fhir_binary_keys_exit;
    cln->data = keys;

    *list = keys;

    return keys;
}


static void
ngx_http_fhir_binary_keys_exit(void *data)
{
    ngx_http_fhir_binary_keys_t  *keys = data;

    fhb_jwk_set_free(keys->set);
    keys->set = NULL;
}


/*
 * Looked up anew each time: what a table has may go while a request waits.
 */

static ngx_http_fhir_binary_keys_t *
ngx_http_fhir_binary_keys_of(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    if (ctx->conf->keys != NULL || ctx->grant.key_uri.len == 0) {
        return ctx->conf->keys;
    }

    fmcf = ngx_http_get_module_main_conf(r, ngx_http_fhir_binary_module);

    return ngx_http_fhir_binary_key_table_get(r, fmcf->key_table,
                                              &ctx->grant.key_uri);
}


/*
 * NGX_OK: *set can be used now; NGX_AGAIN: wait; NO_KEYS: there is none.
 */

ngx_int_t
ngx_http_fhir_binary_keys_get(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_jwk_set_t **set)
{
    time_t                        now;
    ngx_http_fhir_binary_keys_t  *keys;

    if (ctx->conf->key_set) {
        *set = ctx->conf->key_set;
        return NGX_OK;
    }

    keys = ngx_http_fhir_binary_keys_of(r, ctx);
    now = ngx_time();

    if (keys == NULL) {
        return NGX_HTTP_FHIR_BINARY_NO_KEYS;
    }

    if (keys->set) {

        *set = keys->set;

        if (keys->flight.owner == NULL
            && now - keys->fetched >= NGX_HTTP_FHIR_BINARY_KEYS_AGE
            && now - keys->tried >= NGX_HTTP_FHIR_BINARY_KEYS_PAUSE)
        {
            /*
             * The old set answers meanwhile.  This client's next request
             * would wait until the fetch is over: it takes a new connection.
             */

            if (ngx_http_fhir_binary_keys_fetch(r, keys) == NGX_OK) {
                r->keepalive = 0;
            }
        }

        return NGX_OK;
    }

    if (keys->flight.owner == NULL) {

        if (keys->failed && now - keys->tried < NGX_HTTP_FHIR_BINARY_KEYS_RETRY)
        {
            return NGX_HTTP_FHIR_BINARY_NO_KEYS;
        }

        if (ngx_http_fhir_binary_keys_fetch(r, keys) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_http_fhir_binary_single_flight_wait(r, ctx, &keys->flight);
}


/*
 * A token names a key that is not in the set: once for each token, and not
 * more often than the pause, a newer set is asked for.
 */

ngx_int_t
ngx_http_fhir_binary_keys_seek(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    time_t                             now;
    ngx_http_fhir_binary_keys_t       *keys;
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    fmcf = ngx_http_get_module_main_conf(r, ngx_http_fhir_binary_module);

    keys = ngx_http_fhir_binary_keys_of(r, ctx);
    now = ngx_time();

    if (keys == NULL) {
        return NGX_HTTP_FHIR_BINARY_NO_KEYS;
    }

    if (ctx->grant.keys_generation) {

        if (keys->landed >= ctx->grant.keys_generation) {
            return NGX_HTTP_FHIR_BINARY_NO_KEYS;
        }

        /* not yet, or the one that asked was cut off */

    } else {

        if (keys->flight.owner == NULL
            && keys->sought
            && now - keys->sought < NGX_HTTP_FHIR_BINARY_KEYS_SEEK)
        {
            return NGX_HTTP_FHIR_BINARY_NO_KEYS;
        }

        ctx->grant.keys_generation = *fmcf->landings + 1;
        keys->sought = now;
    }

    if (keys->flight.owner == NULL
        && ngx_http_fhir_binary_keys_fetch(r, keys) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_single_flight_wait(r, ctx, &keys->flight);
}


/*
 * In the background: it goes on for all who wait when this client leaves.
 */

static ngx_int_t
ngx_http_fhir_binary_keys_fetch(ngx_http_request_t *r,
    ngx_http_fhir_binary_keys_t *keys)
{
    ngx_pool_cleanup_t                 *cln;
    ngx_http_fhir_binary_subrequest_t   sub;
    ngx_http_fhir_binary_ctx_t         *ctx;
    ngx_http_fhir_binary_keys_owner_t  *owner;

    ctx = ngx_http_fhir_binary_ctx(r);

    cln = ngx_pool_cleanup_add(r->pool,
                               sizeof(ngx_http_fhir_binary_keys_owner_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    owner = cln->data;
    owner->keys = NULL;

    cln->handler = ngx_http_fhir_binary_keys_gone;

    ngx_memzero(&sub, sizeof(ngx_http_fhir_binary_subrequest_t));

    sub.limit = FHB_MAX_JWKS;
    sub.handler = ngx_http_fhir_binary_keys_done;
    sub.data = keys;
    sub.sees = ngx_http_fhir_binary_subrequest_sees(ctx->conf->key_request);

    keys->tried = ngx_time();

    if (ngx_http_fhir_binary_subrequest(r, &keys->uri,
                                   NGX_HTTP_SUBREQUEST_BACKGROUND, &sub)
        == NULL)
    {
        return NGX_ERROR;
    }

    owner->keys = keys;
    keys->flight.owner = owner;

    return NGX_OK;
}


static void
ngx_http_fhir_binary_keys_done(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub)
{
    fhb_rc_t                      rc;
    fhb_str_t                     why;
    ngx_str_t                     fates;
    fhb_alloc_t                   heap;
    fhb_jwk_set_t                *set;
    fhb_jwk_report_t              report;
    ngx_http_fhir_binary_keys_t  *keys;

    keys = sub->data;
    keys->failed = 1;

    if (sub->status != NGX_HTTP_OK) {

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: no JWKS from \"%V\": %s (status %ui)",
                      &keys->uri,
                      sub->body_is == NGX_HTTP_FHIR_BINARY_SUBREQUEST_LARGE
                      ? "it is too large" : "the request failed",
                      sub->status);
        goto done;
    }

    heap = ngx_http_fhir_binary_heap(ngx_cycle->log);

    rc = fhb_jwk_set_parse(&set, &heap,
                           ngx_http_fhir_binary_to_core(sub->body), &report);

    fates = ngx_http_fhir_binary_keys_skipped(r->pool, &report);

    if (rc != FHB_OK) {

        why = ngx_http_fhir_binary_keys_why(rc, &report);

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: no usable JWKS from \"%V\": %*s%V",
                      &keys->uri, why.len, why.data, &fates);
        goto done;
    }

    if (fates.len) {
        ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                      "fhir binary: JWKS from \"%V\": some keys are left "
                      "out%V", &keys->uri, &fates);
    }

    fhb_jwk_set_free(keys->set);

    keys->set = set;
    keys->fetched = ngx_time();
    keys->failed = 0;

    ngx_http_fhir_binary_key_table_keep(keys);

done:

    ngx_http_fhir_binary_keys_land(r, keys);
}


static void
ngx_http_fhir_binary_keys_land(ngx_http_request_t *r,
    ngx_http_fhir_binary_keys_t *keys)
{
    ngx_http_fhir_binary_main_conf_t   *fmcf;
    ngx_http_fhir_binary_keys_owner_t  *owner;

    fmcf = ngx_http_get_module_main_conf(r, ngx_http_fhir_binary_module);
    keys->landed = ++*fmcf->landings;

    owner = keys->flight.owner;

    if (owner != NULL) {
        owner->keys = NULL;
    }

    ngx_http_fhir_binary_single_flight_wake(&keys->flight);
}


/*
 * The asking request went away before it was answered: the next one asks.
 */

static void
ngx_http_fhir_binary_keys_gone(void *data)
{
    ngx_http_fhir_binary_keys_owner_t  *owner = data;

    if (owner->keys != NULL) {
        ngx_http_fhir_binary_single_flight_wake(&owner->keys->flight);
    }
}
