/*
 * Key table: the key sets of URIs with variables, each worker's own.
 *
 * What a URI comes to may be a client's choice, so two lists bound the table:
 * whoever invents URIs pushes out others that have no keys, and only a source
 * that gives keys gets a place among those that have.
 *
 * test     t/token_key_sets.t, t/token_uris.t
 */

#include "ngx_http_fhir_binary_token.h"


/* key sets of a worker: with keys, and without any yet */
#define NGX_HTTP_FHIR_BINARY_KEY_TABLE_KEYS   64
#define NGX_HTTP_FHIR_BINARY_KEY_TABLE_EMPTY  64


static ngx_http_fhir_binary_keys_t *ngx_http_fhir_binary_key_table_find(
    ngx_queue_t *list, void *server, ngx_str_t *uri);
static ngx_uint_t ngx_http_fhir_binary_key_table_spare(ngx_queue_t *list);
static void ngx_http_fhir_binary_key_table_free(
    ngx_http_fhir_binary_keys_t *keys);
static void ngx_http_fhir_binary_key_table_exit(void *data);


ngx_http_fhir_binary_key_table_t *
ngx_http_fhir_binary_key_table_create(ngx_conf_t *cf)
{
    ngx_pool_cleanup_t                *cln;
    ngx_http_fhir_binary_key_table_t  *table;

    table = ngx_pcalloc(cf->pool, sizeof(ngx_http_fhir_binary_key_table_t));
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (table == NULL || cln == NULL) {
        return NULL;
    }

    ngx_queue_init(&table->keys);
    ngx_queue_init(&table->empty);

    cln->handler = ngx_http_fhir_binary_key_table_exit;
    cln->data = table;

    return table;
}


static void
ngx_http_fhir_binary_key_table_exit(void *data)
{
    ngx_http_fhir_binary_key_table_t  *table = data;

    while (!ngx_queue_empty(&table->keys)) {
        ngx_http_fhir_binary_key_table_free(
                  ngx_queue_data(ngx_queue_head(&table->keys),
                                 ngx_http_fhir_binary_keys_t, queue));
    }

    while (!ngx_queue_empty(&table->empty)) {
        ngx_http_fhir_binary_key_table_free(
                  ngx_queue_data(ngx_queue_head(&table->empty),
                                 ngx_http_fhir_binary_keys_t, queue));
    }
}


/*
 * The keys of a server and a URI, new where there are none; NULL: there is no
 * place for them.
 */

ngx_http_fhir_binary_keys_t *
ngx_http_fhir_binary_key_table_get(ngx_http_request_t *r,
    ngx_http_fhir_binary_key_table_t *table, ngx_str_t *uri)
{
    void                         *server;
    ngx_http_fhir_binary_keys_t  *keys;

    server = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    keys = ngx_http_fhir_binary_key_table_find(&table->keys, server, uri);

    if (keys == NULL) {
        keys = ngx_http_fhir_binary_key_table_find(&table->empty, server, uri);
    }

    if (keys != NULL) {
        return keys;
    }

    if (table->nempty == NGX_HTTP_FHIR_BINARY_KEY_TABLE_EMPTY) {

        if (!ngx_http_fhir_binary_key_table_spare(&table->empty)) {

            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "fhir binary: keys are fetched from %d URIs at "
                          "once, \"%V\" has to wait",
                          NGX_HTTP_FHIR_BINARY_KEY_TABLE_EMPTY, uri);
            return NULL;
        }

        table->nempty--;
    }

    keys = ngx_calloc(sizeof(ngx_http_fhir_binary_keys_t) + uri->len,
                      r->connection->log);
    if (keys == NULL) {
        return NULL;
    }

    keys->uri.data = (u_char *) (keys + 1);
    keys->uri.len = uri->len;
    ngx_memcpy(keys->uri.data, uri->data, uri->len);

    keys->server = server;
    keys->table = table;
    ngx_http_fhir_binary_single_flight_init(&keys->flight);

    ngx_queue_insert_head(&table->empty, &keys->queue);
    table->nempty++;

    return keys;
}


/* the latest used first, so that the busy ones are found at once */

static ngx_http_fhir_binary_keys_t *
ngx_http_fhir_binary_key_table_find(ngx_queue_t *list, void *server,
    ngx_str_t *uri)
{
    ngx_queue_t                  *q;
    ngx_http_fhir_binary_keys_t  *keys;

    for (q = ngx_queue_head(list);
         q != ngx_queue_sentinel(list);
         q = ngx_queue_next(q))
    {
        keys = ngx_queue_data(q, ngx_http_fhir_binary_keys_t, queue);

        if (keys->server == server
            && keys->uri.len == uri->len
            && ngx_memcmp(keys->uri.data, uri->data, uri->len) == 0)
        {
            ngx_queue_remove(q);
            ngx_queue_insert_head(list, q);
            return keys;
        }
    }

    return NULL;
}


/*
 * Its first set has come: the keys get a place among those that have one,
 * and stay where they are when all of those are busy.
 */

void
ngx_http_fhir_binary_key_table_keep(ngx_http_fhir_binary_keys_t *keys)
{
    ngx_http_fhir_binary_key_table_t  *table;

    table = keys->table;

    if (table == NULL || keys->kept) {
        return;
    }

    if (table->nkeys == NGX_HTTP_FHIR_BINARY_KEY_TABLE_KEYS) {

        if (!ngx_http_fhir_binary_key_table_spare(&table->keys)) {
            return;
        }

        table->nkeys--;
    }

    ngx_queue_remove(&keys->queue);
    table->nempty--;

    ngx_queue_insert_head(&table->keys, &keys->queue);
    table->nkeys++;

    keys->kept = 1;
}


/*
 * Let go of what was used longest ago and nobody fetches or waits for; 0
 * where there is no such.
 */

static ngx_uint_t
ngx_http_fhir_binary_key_table_spare(ngx_queue_t *list)
{
    ngx_queue_t                  *q;
    ngx_http_fhir_binary_keys_t  *keys;

    for (q = ngx_queue_last(list);
         q != ngx_queue_sentinel(list);
         q = ngx_queue_prev(q))
    {
        keys = ngx_queue_data(q, ngx_http_fhir_binary_keys_t, queue);

        if (keys->flight.owner == NULL
            && ngx_queue_empty(&keys->flight.waiters))
        {
            ngx_http_fhir_binary_key_table_free(keys);
            return 1;
        }
    }

    return 0;
}


static void
ngx_http_fhir_binary_key_table_free(ngx_http_fhir_binary_keys_t *keys)
{
    ngx_queue_remove(&keys->queue);
    fhb_jwk_set_free(keys->set);
    ngx_free(keys);
}
