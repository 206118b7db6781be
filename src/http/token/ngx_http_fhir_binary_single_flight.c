/*
 * Single flight: one request asks, and those that need the same answer wait
 * for it.
 *
 * A waiting request is parked in its access phase and run again from the
 * event loop.  Its place in the queue is given back when its pool goes, so
 * that a client may leave at any time.
 *
 * test     t/token_keys.t, t/token_introspect.t, t/token_reload.t
 */

#include "ngx_http_fhir_binary_token.h"


static ngx_http_fhir_binary_waiter_t *ngx_http_fhir_binary_single_flight_waiter(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static void ngx_http_fhir_binary_single_flight_leave(void *data);
static void ngx_http_fhir_binary_single_flight_resume(ngx_event_t *ev);


void
ngx_http_fhir_binary_single_flight_init(
    ngx_http_fhir_binary_single_flight_t *flight)
{
    ngx_queue_init(&flight->waiters);
    flight->owner = NULL;
}


/*
 * NGX_AGAIN: parked; the access handler runs again when the flight lands.
 */

ngx_int_t
ngx_http_fhir_binary_single_flight_wait(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_single_flight_t *flight)
{
    ngx_http_fhir_binary_waiter_t  *waiter;

    waiter = ngx_http_fhir_binary_single_flight_waiter(r, ctx);

    if (waiter == NULL) {
        return NGX_ERROR;
    }

    if (!waiter->queued && !waiter->event.posted) {
        ngx_queue_insert_tail(&flight->waiters, &waiter->queue);
        waiter->queued = 1;

        ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "fhir binary: waits for the answer to another request");
    }

    return NGX_AGAIN;
}


static ngx_http_fhir_binary_waiter_t *
ngx_http_fhir_binary_single_flight_waiter(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_pool_cleanup_t             *cln;
    ngx_http_fhir_binary_waiter_t  *waiter;

    if (ctx->grant.waiter) {
        return ctx->grant.waiter;
    }

    cln = ngx_pool_cleanup_add(r->pool,
                               sizeof(ngx_http_fhir_binary_waiter_t));
    if (cln == NULL) {
        return NULL;
    }

    waiter = cln->data;
    ngx_memzero(waiter, sizeof(ngx_http_fhir_binary_waiter_t));

    waiter->request = r;
    waiter->event.handler = ngx_http_fhir_binary_single_flight_resume;
    waiter->event.data = waiter;
    waiter->event.log = r->connection->log;

    cln->handler = ngx_http_fhir_binary_single_flight_leave;

    ctx->grant.waiter = waiter;

    return waiter;
}


static void
ngx_http_fhir_binary_single_flight_leave(void *data)
{
    ngx_http_fhir_binary_waiter_t  *waiter = data;

    if (waiter->queued) {
        ngx_queue_remove(&waiter->queue);
        waiter->queued = 0;
    }

    if (waiter->event.posted) {
        ngx_delete_posted_event(&waiter->event);
    }
}


void
ngx_http_fhir_binary_single_flight_wake(
    ngx_http_fhir_binary_single_flight_t *flight)
{
    ngx_queue_t                    *q;
    ngx_http_fhir_binary_waiter_t  *waiter;

    flight->owner = NULL;

    while (!ngx_queue_empty(&flight->waiters)) {

        q = ngx_queue_head(&flight->waiters);
        waiter = ngx_queue_data(q, ngx_http_fhir_binary_waiter_t, queue);

        ngx_queue_remove(q);
        waiter->queued = 0;

        ngx_post_event(&waiter->event, &ngx_posted_events);
    }
}


static void
ngx_http_fhir_binary_single_flight_resume(ngx_event_t *ev)
{
    ngx_connection_t               *c;
    ngx_http_request_t             *r;
    ngx_http_fhir_binary_waiter_t  *waiter;

    waiter = ev->data;
    r = waiter->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    r->write_event_handler(r);

    ngx_http_run_posted_requests(c);
}
