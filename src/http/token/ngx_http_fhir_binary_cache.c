/*
 * Cache: verdicts on tokens, in memory that all workers share.
 *
 * A node holds what is needed to decide again, never a token: its name is a
 * digest of the token and of all that it was verified against.  Dates and
 * scopes are checked again on every hit by those who use it.
 *
 * test     t/table_cache.t, t/token_cache.t, t/token_cache_valid.t,
 *          t/token_uris.t, t/token_state.t
 */

#include "ngx_http_fhir_binary_token.h"


/* the room that refusals may take of a zone */
#define NGX_HTTP_FHIR_BINARY_CACHE_REFUSAL  4096    /* bytes for each */

/* seconds that the verdict of an introspection is good for, by default */
#define NGX_HTTP_FHIR_BINARY_CACHE_ASKED    60

/* seconds that a refusal is kept, at most */
#define NGX_HTTP_FHIR_BINARY_CACHE_DENIED   10


typedef struct {
    ngx_rbtree_node_t    node;                /* key: the digest's start */
    ngx_queue_t          queue;
    u_char               digest[FHB_DIGEST_LEN];
    fhb_rc_t             rc;
    time_t               made;                /* seconds */
    time_t               until;               /* seconds; then it is void */
    time_t               used;                /* seconds */
    int64_t              exp;
    int64_t              nbf;
    ngx_uint_t           asked;               /* it rests on an answer of an
                                               * introspection endpoint */
    uint16_t             len[FHB_CLAIMS_PARTS];
    u_char               text[1];             /* the parts, one by one */
} ngx_http_fhir_binary_cache_node_t;


typedef struct {
    ngx_rbtree_t         rbtree;
    ngx_rbtree_node_t    sentinel;
    ngx_queue_t          accepted;            /* the latest used first */
    ngx_queue_t          refused;
    ngx_uint_t           refusals;
} ngx_http_fhir_binary_cache_shctx_t;


typedef struct {
    ngx_http_fhir_binary_cache_shctx_t  *sh;
    ngx_slab_pool_t                     *shpool;
    ngx_uint_t                           max_refusals;
} ngx_http_fhir_binary_cache_ctx_t;


static ngx_int_t ngx_http_fhir_binary_cache_init(ngx_shm_zone_t *zone,
    void *data);
static void ngx_http_fhir_binary_cache_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);
static ngx_http_fhir_binary_cache_node_t *ngx_http_fhir_binary_cache_lookup(
    ngx_http_fhir_binary_cache_ctx_t *cache, u_char *digest);
static void ngx_http_fhir_binary_cache_remove(
    ngx_http_fhir_binary_cache_ctx_t *cache,
    ngx_http_fhir_binary_cache_node_t *node);
static void ngx_http_fhir_binary_cache_expire(
    ngx_http_fhir_binary_cache_ctx_t *cache, ngx_queue_t *list, time_t now,
    time_t inactive, ngx_uint_t force);
static time_t ngx_http_fhir_binary_cache_valid(
    const ngx_http_fhir_binary_loc_conf_t *conf, fhb_rc_t rc,
    ngx_uint_t asked);
static ngx_uint_t ngx_http_fhir_binary_cache_fresh(
    const ngx_http_fhir_binary_loc_conf_t *conf,
    ngx_http_fhir_binary_cache_node_t *node, time_t now);
static fhb_rc_t ngx_http_fhir_binary_cache_read(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_cache_node_t *node);
static void ngx_http_fhir_binary_cache_write(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_cache_node_t *node);


ngx_int_t
ngx_http_fhir_binary_cache_create(ngx_conf_t *cf, ngx_shm_zone_t *zone,
    size_t size)
{
    ngx_http_fhir_binary_cache_ctx_t  *cache;

    cache = ngx_pcalloc(cf->pool, sizeof(ngx_http_fhir_binary_cache_ctx_t));
    if (cache == NULL) {
        return NGX_ERROR;
    }

    cache->max_refusals = size / NGX_HTTP_FHIR_BINARY_CACHE_REFUSAL;

    zone->init = ngx_http_fhir_binary_cache_init;
    zone->data = cache;

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_cache_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_http_fhir_binary_cache_ctx_t    *octx = data;

    ngx_http_fhir_binary_cache_ctx_t    *cache;
    ngx_http_fhir_binary_cache_shctx_t  *sh;

    cache = zone->data;

    if (octx) {
        /* a reload: what was verified stays so, its name tells by what */
        cache->sh = octx->sh;
        cache->shpool = octx->shpool;
        return NGX_OK;
    }

    cache->shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        cache->sh = cache->shpool->data;
        return NGX_OK;
    }

    sh = ngx_slab_calloc(cache->shpool,
                         sizeof(ngx_http_fhir_binary_cache_shctx_t));
    if (sh == NULL) {
        return NGX_ERROR;
    }

    cache->sh = sh;
    cache->shpool->data = sh;

    ngx_rbtree_init(&sh->rbtree, &sh->sentinel,
                    ngx_http_fhir_binary_cache_insert);
    ngx_queue_init(&sh->accepted);
    ngx_queue_init(&sh->refused);

    /* a full zone is no fault: the oldest verdicts make room */

    cache->shpool->log_nomem = 0;

    return NGX_OK;
}


static void
ngx_http_fhir_binary_cache_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel)
{
    ngx_rbtree_node_t                 **p;
    ngx_http_fhir_binary_cache_node_t  *a, *b;

    for ( ;; ) {

        if (node->key != temp->key) {
            p = (node->key < temp->key) ? &temp->left : &temp->right;

        } else {
            a = (ngx_http_fhir_binary_cache_node_t *) node;
            b = (ngx_http_fhir_binary_cache_node_t *) temp;

            p = (ngx_memcmp(a->digest, b->digest, FHB_DIGEST_LEN) < 0)
                ? &temp->left : &temp->right;
        }

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
}


/* the caller holds the zone's mutex, here and below */

static ngx_http_fhir_binary_cache_node_t *
ngx_http_fhir_binary_cache_lookup(ngx_http_fhir_binary_cache_ctx_t *cache,
    u_char *digest)
{
    ngx_int_t                           rc;
    ngx_rbtree_key_t                    key;
    ngx_rbtree_node_t                  *node, *sentinel;
    ngx_http_fhir_binary_cache_node_t  *found;

    ngx_memcpy(&key, digest, sizeof(ngx_rbtree_key_t));

    node = cache->sh->rbtree.root;
    sentinel = cache->sh->rbtree.sentinel;

    while (node != sentinel) {

        if (key != node->key) {
            node = (key < node->key) ? node->left : node->right;
            continue;
        }

        found = (ngx_http_fhir_binary_cache_node_t *) node;
        rc = ngx_memcmp(digest, found->digest, FHB_DIGEST_LEN);

        if (rc == 0) {
            return found;
        }

        node = (rc < 0) ? node->left : node->right;
    }

    return NULL;
}


static void
ngx_http_fhir_binary_cache_remove(ngx_http_fhir_binary_cache_ctx_t *cache,
    ngx_http_fhir_binary_cache_node_t *node)
{
    if (node->rc != FHB_OK) {
        cache->sh->refusals--;
    }

    ngx_queue_remove(&node->queue);
    ngx_rbtree_delete(&cache->sh->rbtree, &node->node);
    ngx_slab_free_locked(cache->shpool, node);
}


/*
 * Take up to two void nodes from a list's end, and one by force.
 */

static void
ngx_http_fhir_binary_cache_expire(ngx_http_fhir_binary_cache_ctx_t *cache,
    ngx_queue_t *list, time_t now, time_t inactive, ngx_uint_t force)
{
    ngx_uint_t                          n;
    ngx_queue_t                        *q;
    ngx_http_fhir_binary_cache_node_t  *node;

    for (n = 0; n < 2 && !ngx_queue_empty(list); n++) {

        q = ngx_queue_last(list);
        node = ngx_queue_data(q, ngx_http_fhir_binary_cache_node_t, queue);

        if (!force && now < node->until && now - node->used < inactive) {
            return;
        }

        force = 0;
        ngx_http_fhir_binary_cache_remove(cache, node);
    }
}


/*
 * How old a verdict may get in a location: seconds, 0 for as old as its token.
 */

static time_t
ngx_http_fhir_binary_cache_valid(const ngx_http_fhir_binary_loc_conf_t *conf,
    fhb_rc_t rc, ngx_uint_t asked)
{
    time_t  valid;

    valid = conf->cache_valid;

    if (rc != FHB_OK) {
        return valid ? ngx_min(valid, NGX_HTTP_FHIR_BINARY_CACHE_DENIED)
                     : NGX_HTTP_FHIR_BINARY_CACHE_DENIED;
    }

    if (valid == 0 && asked) {
        return NGX_HTTP_FHIR_BINARY_CACHE_ASKED;
    }

    return valid;
}


/*
 * Locations share a zone, and each may allow another age: a verdict is good
 * as long as both allow it, the one that stored it and the one that reads.
 */

static ngx_uint_t
ngx_http_fhir_binary_cache_fresh(const ngx_http_fhir_binary_loc_conf_t *conf,
    ngx_http_fhir_binary_cache_node_t *node, time_t now)
{
    time_t  valid;

    valid = ngx_http_fhir_binary_cache_valid(conf, node->rc, node->asked);

    return valid == 0 || now - node->made < valid;
}


/*
 * FHB_OK: the claims are the cached ones and hold now; FHB_MISS: not cached;
 * else the cached refusal.
 */

fhb_rc_t
ngx_http_fhir_binary_cache_find(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    time_t                              now;
    fhb_rc_t                            rc;
    ngx_http_fhir_binary_cache_ctx_t   *cache;
    ngx_http_fhir_binary_cache_node_t  *node;

    if (ctx->conf->cache == NULL) {
        ngx_str_set(&ctx->grant.cached, "BYPASS");
        return FHB_MISS;
    }

    cache = ctx->conf->cache->data;
    now = ngx_time();
    rc = FHB_MISS;

    ngx_shmtx_lock(&cache->shpool->mutex);

    node = ngx_http_fhir_binary_cache_lookup(cache, ctx->grant.key);

    if (node != NULL) {

        if (now >= node->until) {
            ngx_http_fhir_binary_cache_remove(cache, node);

        } else if (ngx_http_fhir_binary_cache_fresh(ctx->conf, node, now)) {
            rc = ngx_http_fhir_binary_cache_read(r, ctx, node);

            node->used = now;

            ngx_queue_remove(&node->queue);
            ngx_queue_insert_head(node->rc == FHB_OK ? &cache->sh->accepted
                                                     : &cache->sh->refused,
                                  &node->queue);
        }
    }

    ngx_shmtx_unlock(&cache->shpool->mutex);

    if (rc == FHB_OK) {
        rc = fhb_claims_timely(&ctx->grant.claims, now, ctx->conf->leeway);
    }

    if (rc == FHB_MISS) {
        ngx_str_set(&ctx->grant.cached, "MISS");

    } else {
        ngx_str_set(&ctx->grant.cached, "HIT");
    }

    return rc;
}


static fhb_rc_t
ngx_http_fhir_binary_cache_read(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_cache_node_t *node)
{
    u_char     *p;
    size_t      len;
    fhb_str_t  *s;
    ngx_uint_t  i;

    if (node->rc != FHB_OK) {
        return node->rc;
    }

    len = 0;

    for (i = 0; i < FHB_CLAIMS_PARTS; i++) {
        len += node->len[i];
    }

    p = ngx_pnalloc(r->pool, len ? len : 1);
    if (p == NULL) {
        return FHB_E_NOMEM;
    }

    ngx_memcpy(p, node->text, len);

    for (i = 0; i < FHB_CLAIMS_PARTS; i++) {
        s = fhb_claims_part(&ctx->grant.claims, i);
        s->data = p;
        s->len = node->len[i];
        p += node->len[i];
    }

    ctx->grant.claims.exp = node->exp;
    ctx->grant.claims.nbf = node->nbf;

    return FHB_OK;
}


/*
 * Keep a verdict; asked: it rests on an answer of an introspection endpoint.
 * A verdict that does not fit is not kept.
 */

void
ngx_http_fhir_binary_cache_store(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc, ngx_uint_t asked)
{
    size_t                              size;
    time_t                              now, valid, inactive;
    ngx_uint_t                          i;
    ngx_queue_t                        *list;
    ngx_http_fhir_binary_cache_ctx_t   *cache;
    ngx_http_fhir_binary_cache_node_t  *node;

    if (ctx->conf->cache == NULL) {
        return;
    }

    cache = ctx->conf->cache->data;
    now = ngx_time();
    inactive = ctx->conf->cache_inactive;
    valid = ngx_http_fhir_binary_cache_valid(ctx->conf, rc, asked);

    size = offsetof(ngx_http_fhir_binary_cache_node_t, text);

    if (rc == FHB_OK) {

        for (i = 0; i < FHB_CLAIMS_PARTS; i++) {
            size += fhb_claims_part(&ctx->grant.claims, i)->len;
        }

        if (valid == 0 || valid > ctx->grant.claims.exp - now) {
            valid = ctx->grant.claims.exp - now;
        }

        if (valid <= 0) {
            return;
        }
    }

    ngx_shmtx_lock(&cache->shpool->mutex);

    list = (rc == FHB_OK) ? &cache->sh->accepted : &cache->sh->refused;

    ngx_http_fhir_binary_cache_expire(cache, list, now, inactive,
              rc != FHB_OK && cache->sh->refusals >= cache->max_refusals);

    node = ngx_http_fhir_binary_cache_lookup(cache, ctx->grant.key);

    if (node != NULL) {
        ngx_http_fhir_binary_cache_remove(cache, node);
    }

    node = ngx_slab_alloc_locked(cache->shpool, size);

    if (node == NULL) {
        ngx_http_fhir_binary_cache_expire(cache, &cache->sh->refused, now,
                                          inactive, 1);
        ngx_http_fhir_binary_cache_expire(cache, &cache->sh->accepted, now,
                                          inactive, 1);

        node = ngx_slab_alloc_locked(cache->shpool, size);
    }

    if (node == NULL) {
        goto done;
    }

    ngx_memzero(node, offsetof(ngx_http_fhir_binary_cache_node_t, text));

    ngx_memcpy(node->digest, ctx->grant.key, FHB_DIGEST_LEN);
    ngx_memcpy(&node->node.key, ctx->grant.key, sizeof(ngx_rbtree_key_t));

    node->rc = rc;
    node->asked = asked;
    node->made = now;
    node->used = now;
    node->until = now + valid;

    if (rc == FHB_OK) {
        ngx_http_fhir_binary_cache_write(ctx, node);

    } else {
        cache->sh->refusals++;
    }

    ngx_rbtree_insert(&cache->sh->rbtree, &node->node);
    ngx_queue_insert_head(list, &node->queue);

done:

    ngx_shmtx_unlock(&cache->shpool->mutex);
}


static void
ngx_http_fhir_binary_cache_write(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_cache_node_t *node)
{
    u_char     *p;
    fhb_str_t  *s;
    ngx_uint_t  i;

    node->exp = ctx->grant.claims.exp;
    node->nbf = ctx->grant.claims.nbf;
    p = node->text;

    for (i = 0; i < FHB_CLAIMS_PARTS; i++) {
        s = fhb_claims_part(&ctx->grant.claims, i);
        node->len[i] = (uint16_t) s->len;

        if (s->len) {
            p = ngx_cpymem(p, s->data, s->len);
        }
    }
}
