/*
 * Upstream: how the end of a backend's body is told, and what nginx does with
 * a body that nobody reads.
 *
 * This room alone changes how nginx reads from a backend, and looks inside the
 * pipe.  What stands here was read in nginx 1.22.1, 1.26.3, 1.28.3 and in
 * proxy_v2 of 1.29:
 *
 * - ngx_http_upstream_send_response() calls u->input_filter_init between the
 *   response header and the first read.  A length that is set there is seen
 *   by every read; one that is set between two reads makes the pipe hand out
 *   a partial buffer that it then forgets.
 * - A length of -1 is "the connection's end is the body's end", for what
 *   nginx sends, caches and stores.  Any other length makes a lost connection
 *   an error.
 * - pipe->upstream_done, or u->length 0 without buffering, ends the reading;
 *   the request is then finalized as a whole one.
 * - ngx_event_pipe_write_to_downstream() calls the output filters for what is
 *   new only.  A buffer that a thread reads from a file waits, when it is
 *   read, for the backend to send more.
 *
 * test     t/table_backend_framing.t, t/end_protocol.t, t/end_fastcgi.t,
 *          t/end_grpc.t, t/refusal_leaves.t
 */

#include "ngx_http_fhir_binary.h"

#if (nginx_version >= 1029004)
#include <ngx_http_proxy_module.h>
#endif


static ngx_http_fhir_binary_end_t ngx_http_fhir_binary_upstream_end(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_upstream_is(ngx_http_upstream_t *u,
    const char *name, size_t len);
static ngx_uint_t ngx_http_fhir_binary_upstream_http2(ngx_http_request_t *r);
static ngx_uint_t ngx_http_fhir_binary_upstream_head(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_upstream_contradicts(
    ngx_http_upstream_t *u);
static ngx_uint_t ngx_http_fhir_binary_upstream_preread(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_upstream_init(void *data);
static void ngx_http_fhir_binary_upstream_begin(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_upstream_pipe(ngx_event_pipe_t *p,
    ngx_buf_t *buf);
static ngx_int_t ngx_http_fhir_binary_upstream_filter(void *data,
    ssize_t bytes);
static void ngx_http_fhir_binary_upstream_break(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_upstream_mends(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_upstream_waits(
    const ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_upstream_ignore(void *data,
    ssize_t bytes);
static ngx_int_t ngx_http_fhir_binary_upstream_follow(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static void ngx_http_fhir_binary_upstream_unfollow(void *data);
static void ngx_http_fhir_binary_upstream_followed(ngx_event_t *ev);
static void ngx_http_fhir_binary_upstream_writer(ngx_http_request_t *r);
static ngx_uint_t ngx_http_fhir_binary_upstream_stores(ngx_http_request_t *r);
static void ngx_http_fhir_binary_upstream_stop(ngx_http_request_t *r);


/*
 * The request whose input_filter_init is called next.  What nginx passes to
 * it is the protocol's own context, which need not lead to the request; but
 * between the header filters and that call no other response begins.
 */

static ngx_http_request_t  *ngx_http_fhir_binary_upstream_next;


static const char *const  ngx_http_fhir_binary_upstream_ends[] = {
    "nothing", "its source", "a length", "chunks", "records", "frames",
    "the method"
};

typedef char  ngx_http_fhir_binary_upstream_ends_are_all_there
    [sizeof(ngx_http_fhir_binary_upstream_ends)
     / sizeof(ngx_http_fhir_binary_upstream_ends[0])
     == NGX_HTTP_FHIR_BINARY_ENDS_OF_BODIES ? 1 : -1];


/*
 * A response begins.  How its end is told is settled here, once, for whoever
 * reads, stores or drops the body.  What cannot be told is not stored.
 *
 * returns  FHB_OK, see ctx->upstream.end | FHB_E_BACKEND, lengths contradict
 *          each other, or it is no response at all
 */

fhb_rc_t
ngx_http_fhir_binary_upstream_watch(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_upstream_t  *u;

    ctx->upstream.end = NGX_HTTP_FHIR_BINARY_END_GIVEN;

    if (!ngx_http_fhir_binary_upstream_live(r)) {
        return FHB_OK;
    }

    u = r->upstream;

    /* behind a 101 nginx would copy both ways, past every filter */

    u->upgrade = 0;

    ctx->upstream.end = ngx_http_fhir_binary_upstream_end(r, ctx);
    ctx->upstream.body = ngx_http_fhir_binary_upstream_preread(r, ctx)
                         ? NGX_HTTP_FHIR_BINARY_BODY_PREREAD
                         : NGX_HTTP_FHIR_BINARY_BODY_AHEAD;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: the end of the body is told by %s%s",
                   ngx_http_fhir_binary_upstream_ends[ctx->upstream.end],
                   ctx->upstream.body == NGX_HTTP_FHIR_BINARY_BODY_PREREAD
                   ? ", and it is here" : "");

    if (u->input_filter_init != ngx_http_fhir_binary_upstream_init) {
        ctx->upstream.input_filter_init = u->input_filter_init;
        u->input_filter_init = ngx_http_fhir_binary_upstream_init;
    }

    ngx_http_fhir_binary_upstream_next = r;

    if (u->headers_in.status_n == NGX_HTTP_SWITCHING_PROTOCOLS) {
        ngx_http_fhir_binary_upstream_forget(r);
        return FHB_E_BACKEND;
    }

    if (ngx_http_fhir_binary_upstream_contradicts(u)) {

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: the backend sent more than one "
                      "Content-Length, and they differ");

        ngx_http_fhir_binary_upstream_forget(r);

        return FHB_E_BACKEND;
    }

    if (ctx->upstream.end == NGX_HTTP_FHIR_BINARY_END_UNTOLD
        || ctx->upstream.end == NGX_HTTP_FHIR_BINARY_END_HEAD)
    {
        if (ngx_http_fhir_binary_upstream_stores(r)) {
            ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                          "fhir binary: a response is not stored, since %s",
                          ctx->upstream.end == NGX_HTTP_FHIR_BINARY_END_HEAD
                          ? "the backend was asked with HEAD"
                          : "only the end of the connection tells its end");
        }

        ngx_http_fhir_binary_upstream_forget(r);
    }

    return FHB_OK;
}


/*
 * A connection to a backend is being read from.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_live(ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u;

    u = r->upstream;

    return u != NULL && u->cleanup != NULL && u->conf != NULL && !r->cached;
}


static ngx_http_fhir_binary_end_t
ngx_http_fhir_binary_upstream_end(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (ngx_http_fhir_binary_upstream_head(r, ctx)) {
        return NGX_HTTP_FHIR_BINARY_END_HEAD;
    }

    if (ngx_http_fhir_binary_upstream_is(u, "fastcgi", sizeof("fastcgi") - 1))
    {
        return NGX_HTTP_FHIR_BINARY_END_RECORDS;
    }

    if (ngx_http_fhir_binary_upstream_http2(r)) {
        return NGX_HTTP_FHIR_BINARY_END_FRAMES;
    }

    /* nginx reads this field of every protocol, and chunks of this one alone */

    if (u->headers_in.chunked
        && ngx_http_fhir_binary_upstream_is(u, "proxy", sizeof("proxy") - 1))
    {
        return NGX_HTTP_FHIR_BINARY_END_CHUNKS;
    }

    if (u->headers_in.content_length_n != -1
        || u->headers_in.status_n == NGX_HTTP_NO_CONTENT
        || u->headers_in.status_n == NGX_HTTP_NOT_MODIFIED)
    {
        return NGX_HTTP_FHIR_BINARY_END_LENGTH;
    }

    return NGX_HTTP_FHIR_BINARY_END_UNTOLD;
}


static ngx_uint_t
ngx_http_fhir_binary_upstream_is(ngx_http_upstream_t *u, const char *name,
    size_t len)
{
    return u->conf->module.len == len
           && ngx_strncmp(u->conf->module.data, name, len) == 0;
}


static ngx_uint_t
ngx_http_fhir_binary_upstream_http2(ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (ngx_http_fhir_binary_upstream_is(u, "grpc", sizeof("grpc") - 1)) {
        return 1;
    }

#if (nginx_version >= 1029004)

    if (ngx_http_fhir_binary_upstream_is(u, "proxy", sizeof("proxy") - 1)) {
        ngx_http_proxy_loc_conf_t  *plcf;

        plcf = ngx_http_get_module_loc_conf(r, ngx_http_proxy_module);

        return plcf->http_version == NGX_HTTP_VERSION_20;
    }

#endif

    return 0;
}


/*
 * The backend was asked with HEAD: what it sends says nothing of a body.  For
 * its cache proxy asks with GET, and says so in u->method.  In a background
 * update $request_method, which the other protocols send, is the client's.
 */

static ngx_uint_t
ngx_http_fhir_binary_upstream_head(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t            *name;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (r != r->main
        && !ngx_http_fhir_binary_upstream_is(u, "proxy", sizeof("proxy") - 1))
    {
        name = &r->main->method_name;

        return name->len == sizeof("HEAD") - 1
               && ngx_strncmp(name->data, "HEAD", sizeof("HEAD") - 1) == 0;
    }

    return r->method == NGX_HTTP_HEAD
           && ctx->asked.method != NGX_HTTP_FHIR_BINARY_METHOD_GET
           && u->method.len == 0;
}


/*
 * nginx before 1.23 takes the last of several Content-Length lines.
 */

static ngx_uint_t
ngx_http_fhir_binary_upstream_contradicts(ngx_http_upstream_t *u)
{
    ngx_table_elt_t               *first, *h;
    ngx_http_fhir_binary_fields_t  fields;

    static const ngx_str_t  name = ngx_string("Content-Length");

    fields = ngx_http_fhir_binary_fields(&u->headers_in.headers);
    first = ngx_http_fhir_binary_field_find(&fields, &name);

    if (first == NULL) {
        return 0;
    }

    while ((h = ngx_http_fhir_binary_field_find(&fields, &name)) != NULL) {

        if (h->value.len != first->value.len
            || ngx_strncmp(h->value.data, first->value.data, h->value.len)
               != 0)
        {
            return 1;
        }
    }

    return 0;
}


/*
 * The whole body came with the header.
 */

static ngx_uint_t
ngx_http_fhir_binary_upstream_preread(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t                n;
    ngx_http_upstream_t  *u;

    u = r->upstream;
    n = u->buffer.last - u->buffer.pos;

    switch (ctx->upstream.end) {

    case NGX_HTTP_FHIR_BINARY_END_LENGTH:
        return u->headers_in.content_length_n <= (off_t) n;

    case NGX_HTTP_FHIR_BINARY_END_HEAD:
        return 1;

    case NGX_HTTP_FHIR_BINARY_END_UNTOLD:
    case NGX_HTTP_FHIR_BINARY_END_GIVEN:
    case NGX_HTTP_FHIR_BINARY_END_CHUNKS:
    case NGX_HTTP_FHIR_BINARY_END_RECORDS:
    case NGX_HTTP_FHIR_BINARY_END_FRAMES:
    case NGX_HTTP_FHIR_BINARY_ENDS_OF_BODIES:
        break;
    }

    return 0;
}


/*
 * nginx calls this before the first byte of the body is read.
 */

static ngx_int_t
ngx_http_fhir_binary_upstream_init(void *data)
{
    ngx_int_t                    rc;
    ngx_uint_t                   head;
    ngx_http_request_t          *r;
    ngx_http_fhir_binary_ctx_t  *ctx;

    r = ngx_http_fhir_binary_upstream_next;
    ngx_http_fhir_binary_upstream_next = NULL;

    ctx = r ? ngx_http_fhir_binary_anchor_find(r) : NULL;

    if (ctx == NULL
        || (data != r->upstream->input_filter_ctx
            && (r->upstream->pipe == NULL
                || data != r->upstream->pipe->input_ctx)))
    {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "fhir binary: a response without its request");
        return NGX_ERROR;
    }

    if (ngx_http_fhir_binary_upstream_waits(ctx)
        && ngx_http_fhir_binary_upstream_follow(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->upstream.input_filter_init == NULL) {
        ngx_http_fhir_binary_upstream_begin(r, ctx);
        return NGX_OK;
    }

    /* all protocols but proxy take a HEAD of the client for the backend's */

    head = (r->method == NGX_HTTP_HEAD
            && ctx->asked.method == NGX_HTTP_FHIR_BINARY_METHOD_GET);

    if (head) {
        r->method = NGX_HTTP_GET;
    }

    rc = ctx->upstream.input_filter_init(data);

    if (head) {
        r->method = NGX_HTTP_HEAD;
    }

    if (rc != NGX_OK) {

        if (!ngx_http_fhir_binary_upstream_mends(r, ctx)) {
            return rc;
        }

        ngx_http_fhir_binary_upstream_break(r, ctx);
    }

    ngx_http_fhir_binary_upstream_begin(r, ctx);

    return NGX_OK;
}


static void
ngx_http_fhir_binary_upstream_begin(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    off_t                *length;
    ngx_uint_t            preread;
    ngx_http_upstream_t  *u;

    u = r->upstream;
    length = u->buffering ? &u->pipe->length : &u->length;

    /*
     * nginx takes a lost connection for the end of a FastCGI body.  As in
     * ngx_http_proxy_chunked_filter(), a length of 1 is "at least one more".
     */

    if (ctx->upstream.end == NGX_HTTP_FHIR_BINARY_END_RECORDS
        && *length == -1)
    {
        *length = 1;
    }

    preread = (ctx->upstream.body == NGX_HTTP_FHIR_BINARY_BODY_PREREAD);

    ngx_http_fhir_binary_upstream_begun(ctx);

    /* proxy has chosen its filter of chunks just now */

    if (u->buffering) {
        ctx->upstream.pipe_filter = u->pipe->input_filter;
        u->pipe->input_filter = ngx_http_fhir_binary_upstream_pipe;

    } else {
        ctx->upstream.input_filter = u->input_filter;
        ctx->upstream.input_filter_ctx = u->input_filter_ctx;
        u->input_filter = ngx_http_fhir_binary_upstream_filter;
        u->input_filter_ctx = r;
    }

    if (ctx->phase != NGX_HTTP_FHIR_BINARY_PHASE_REFUSED || preread) {
        return;
    }

    /* the client has its answer already */

    if (ngx_http_fhir_binary_upstream_stores(r) && !r->connection->buffered) {
        return;
    }

    ngx_http_fhir_binary_upstream_stop(r);

    u->input_filter = ngx_http_fhir_binary_upstream_ignore;
}


/*
 * What breaks a protocol's rules ends the reading like a lost connection.  For
 * an error here nginx would drop the client without a word, whose header may
 * be held, or whose answer may be complete.
 */

static ngx_int_t
ngx_http_fhir_binary_upstream_pipe(ngx_event_pipe_t *p, ngx_buf_t *buf)
{
    ngx_buf_t                   *b;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_anchor_find(p->output_ctx);

    if (ctx->upstream.body == NGX_HTTP_FHIR_BINARY_BODY_BROKEN) {
        return NGX_OK;
    }

    if (ctx->upstream.pipe_filter(p, buf) != NGX_ERROR) {
        return NGX_OK;
    }

    if (!ngx_http_fhir_binary_upstream_mends(p->output_ctx, ctx)) {
        return NGX_ERROR;
    }

    ngx_http_fhir_binary_upstream_break(p->output_ctx, ctx);

    /* the filter has not closed the list of what it took from this buffer */

    if (buf->shadow != NULL) {

        for (b = buf->shadow; !b->last_shadow; b = b->shadow) {

            if (b->shadow == NULL) {
                b->shadow = buf;
                b->last_shadow = 1;
                break;
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_upstream_filter(void *data, ssize_t bytes)
{
    ngx_http_request_t  *r = data;

    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_anchor_find(r);

    if (ctx->upstream.body == NGX_HTTP_FHIR_BINARY_BODY_BROKEN) {
        return NGX_OK;
    }

    if (ctx->upstream.input_filter(ctx->upstream.input_filter_ctx, bytes)
        != NGX_ERROR)
    {
        return NGX_OK;
    }

    if (!ngx_http_fhir_binary_upstream_mends(r, ctx)) {
        return NGX_ERROR;
    }

    ngx_http_fhir_binary_upstream_break(r, ctx);

    return NGX_OK;
}


static void
ngx_http_fhir_binary_upstream_break(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_event_pipe_t     *p;
    ngx_http_upstream_t  *u;

    ctx->upstream.body = NGX_HTTP_FHIR_BINARY_BODY_BROKEN;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: the body breaks the rules of its protocol");

    u = r->upstream;

    if (!u->buffering) {
        u->error = 1;
        u->length = 1;
        return;
    }

    p = u->pipe;

    p->upstream_error = 1;
    p->upstream_eof = 0;
    p->upstream_done = 0;
    p->length = 1;
}


/*
 * The client can still be told, or has been.  A document in the middle is cut.
 */

static ngx_uint_t
ngx_http_fhir_binary_upstream_mends(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ngx_http_fhir_binary_upstream_waits(ctx)
           || ngx_http_fhir_binary_answered(ctx);
}


/*
 * The header waits for the body.
 */

static ngx_uint_t
ngx_http_fhir_binary_upstream_waits(const ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->phase == NGX_HTTP_FHIR_BINARY_PHASE_LOOKAHEAD
           || ctx->phase == NGX_HTTP_FHIR_BINARY_PHASE_RELAY;
}


/*
 * Bytes of the body have come, from wherever nginx has it.
 */

void
ngx_http_fhir_binary_upstream_begun(ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->upstream.body != NGX_HTTP_FHIR_BINARY_BODY_BROKEN) {
        ctx->upstream.body = NGX_HTTP_FHIR_BINARY_BODY_BEGUN;
    }
}


/*
 * The body has broken the rules of its protocol.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_broken(const ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->upstream.body == NGX_HTTP_FHIR_BINARY_BODY_BROKEN;
}


static ngx_int_t
ngx_http_fhir_binary_upstream_ignore(void *data, ssize_t bytes)
{
    return NGX_OK;
}


/*
 * The header waits, and what decides about it may be read from a file by a
 * thread.  nginx sets the request's write handler right after the call that
 * we are in; the next turn puts ours before it.
 */

static ngx_int_t
ngx_http_fhir_binary_upstream_follow(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_event_t               *ev;
    ngx_pool_cleanup_t        *cln;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->aio == NGX_HTTP_AIO_OFF || !r->upstream->buffering) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_event_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    ev = cln->data;
    ngx_memzero(ev, sizeof(ngx_event_t));

    ev->handler = ngx_http_fhir_binary_upstream_followed;
    ev->data = ctx;
    ev->log = r->connection->log;

    cln->handler = ngx_http_fhir_binary_upstream_unfollow;

    ngx_post_event(ev, &ngx_posted_events);

    return NGX_OK;
}


static void
ngx_http_fhir_binary_upstream_unfollow(void *data)
{
    ngx_event_t  *ev = data;

    if (ev->posted) {
        ngx_delete_posted_event(ev);
    }
}


static void
ngx_http_fhir_binary_upstream_followed(ngx_event_t *ev)
{
    ngx_connection_t            *c;
    ngx_http_request_t          *r;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ev->data;
    r = ctx->request;

    if (ngx_http_fhir_binary_upstream_live(r)
        && r->write_event_handler != ngx_http_fhir_binary_upstream_writer)
    {
        ctx->upstream.write_event_handler = r->write_event_handler;
        r->write_event_handler = ngx_http_fhir_binary_upstream_writer;

        if (!r->aio && (r->buffered & NGX_HTTP_COPY_BUFFERED)) {

            /* the thread is done already */

            c = r->connection;

            ngx_http_set_log_request(c->log, r);
            ngx_http_fhir_binary_upstream_writer(r);
            ngx_http_run_posted_requests(c);
        }
    }
}


static void
ngx_http_fhir_binary_upstream_writer(ngx_http_request_t *r)
{
    ngx_event_pipe_t            *p;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_anchor_find(r);
    p = r->upstream->pipe;

    /*
     * While a thread writes the file, nobody may read from it; and behind a
     * client that left, nginx has given away the buffers that still wait.
     */

    if (ngx_http_fhir_binary_upstream_live(r)
        && !r->aio
        && !p->downstream_error
        && p->writing == NULL
        && (r->buffered & NGX_HTTP_COPY_BUFFERED)
        && !r->connection->write->delayed
        && !r->connection->write->timedout)
    {
        if (ngx_http_output_filter(r, NULL) == NGX_ERROR) {
            p->downstream_error = 1;
        }

        p->aio = r->aio;
    }

    ctx->upstream.write_event_handler(r);
}


/*
 * What comes is not kept in a cache or a store.
 */

void
ngx_http_fhir_binary_upstream_forget(ngx_http_request_t *r)
{
    if (ngx_http_fhir_binary_upstream_live(r)) {
        r->upstream->cacheable = 0;
        r->upstream->store = 0;
    }
}


/*
 * Whether nginx will keep what comes.
 */

static ngx_uint_t
ngx_http_fhir_binary_upstream_stores(ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (!u->buffering) {
        return 0;
    }

#if (NGX_HTTP_CACHE)

    if (u->cacheable && r->cache) {
        return r->cache->valid_sec
               || ngx_http_file_cache_valid(u->conf->cache_valid,
                                            u->headers_in.status_n);
    }

#endif

    return u->store && u->headers_in.status_n == NGX_HTTP_OK;
}


/*
 * The answer of the client is about to leave, and it is not what comes from
 * the backend.  Where nginx goes on reading, to store what it reads, the
 * client's next request would wait for that: the connection closes instead,
 * and the header says so.
 */

void
ngx_http_fhir_binary_upstream_spare(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ngx_http_fhir_binary_upstream_live(r)
        && ngx_http_fhir_binary_upstream_stores(r)
        && !ngx_http_fhir_binary_upstream_read_out(r, ctx))
    {
        r->keepalive = 0;
    }
}


/*
 * Nobody reads what the backend still sends.  As with a response that has no
 * body, its connection is closed; that of the client can be kept, also where
 * the backend has just failed.
 */

void
ngx_http_fhir_binary_upstream_drop(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->upstream.body < NGX_HTTP_FHIR_BINARY_BODY_BEGUN
        || !ngx_http_fhir_binary_upstream_live(r)
        || ngx_http_fhir_binary_upstream_whole(r)
        || (ngx_http_fhir_binary_upstream_stores(r)
            && !ngx_http_fhir_binary_upstream_read_out(r, ctx)
            && !r->connection->buffered))
    {
        return;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: the rest of the response is not read");

    ngx_http_fhir_binary_upstream_stop(r);
}


static void
ngx_http_fhir_binary_upstream_stop(ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u;

    u = r->upstream;
    u->keepalive = 0;

    if (!u->buffering) {
        u->length = 0;
        return;
    }

    u->pipe->upstream_done = 1;
    u->cacheable = 0;

    /* u->store stays, since it removes the file; none has this length */

    u->headers_in.content_length_n = -2;
}


/*
 * nginx has given up on the backend, and not because its response is complete.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_failed(ngx_http_request_t *r)
{
    return r->upstream != NULL && r->upstream->cleanup == NULL;
}


/*
 * Why it has given up; heard: when the backend sent something last.  The timer
 * may have started a lazy delay before that.
 */

fhb_rc_t
ngx_http_fhir_binary_upstream_reason(ngx_http_request_t *r, ngx_msec_t heard)
{
    ngx_msec_t            limit;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (u == NULL || u->conf == NULL) {
        return FHB_E_BACKEND;
    }

    limit = u->conf->read_timeout;
    limit -= ngx_min(limit / 2, NGX_TIMER_LAZY_DELAY);

    return (ngx_current_msec - heard >= limit) ? FHB_E_TIMEOUT
                                               : FHB_E_BACKEND;
}


/*
 * The backend has nothing more to send: what there is comes in this turn.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_read_out(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_event_pipe_t     *p;
    ngx_http_upstream_t  *u;

    if (!ngx_http_fhir_binary_upstream_live(r)) {
        return 0;
    }

    u = r->upstream;

    if (ctx->upstream.body < NGX_HTTP_FHIR_BINARY_BODY_BEGUN) {
        return ctx->upstream.body == NGX_HTTP_FHIR_BINARY_BODY_PREREAD;
    }

    if (!u->buffering) {
        return u->length == 0;
    }

    p = u->pipe;

    return p->upstream_done || p->upstream_eof || p->upstream_error;
}


/*
 * All of the body was read, and its end was told.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_whole(ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u;

    u = r->upstream;

    return u->buffering ? u->pipe->upstream_done : (u->length == 0);
}


/*
 * The pipe hands out its buffers in portions of proxy_busy_buffers_size, and
 * another portion follows in this turn.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_has_more(ngx_http_request_t *r)
{
    ngx_event_pipe_t     *p;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (u == NULL || u->cleanup == NULL || !u->buffering) {
        return 0;
    }

    p = u->pipe;

    if (p == NULL || p->upstream_eof || p->upstream_error || p->upstream_done) {
        return 0;
    }

    return p->out != NULL
           || (p->in != NULL && !p->cacheable && p->writing == NULL);
}


/*
 * The body is a backend's, be it fresh or out of a cache, and no error.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_gave(ngx_http_request_t *r)
{
    ngx_http_upstream_t  *u;

    u = r->upstream;

    return u != NULL
           && (u->cleanup != NULL || r->cached)
           && u->headers_in.status_n >= NGX_HTTP_OK
           && u->headers_in.status_n < NGX_HTTP_SPECIAL_RESPONSE;
}


/*
 * A backend was asked, be it for this response or for one before it.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_asked(ngx_http_request_t *r)
{
    return r->upstream != NULL;
}


/*
 * The one field of the backend's response that has this name; NULL: there is
 * none, or more than one.
 */

ngx_table_elt_t *
ngx_http_fhir_binary_upstream_field(ngx_http_request_t *r,
    const ngx_str_t *name)
{
    ngx_table_elt_t               *h;
    ngx_http_fhir_binary_fields_t  fields;

    if (r->upstream == NULL) {
        return NULL;
    }

    fields = ngx_http_fhir_binary_fields(&r->upstream->headers_in.headers);
    h = ngx_http_fhir_binary_field_find(&fields, name);

    if (h == NULL || ngx_http_fhir_binary_field_find(&fields, name) != NULL) {
        return NULL;
    }

    return h;
}


/*
 * A pipe fills its buffers and then waits for a client; where the body is for
 * no client, it is read without one.
 */

void
ngx_http_fhir_binary_upstream_unbuffer(ngx_http_request_t *r)
{
    if (r->upstream && !r->upstream->cacheable && !r->upstream->store) {
        r->upstream->buffering = 0;
    }
}


/*
 * The backend said where the document is: X-Accel-Redirect.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_pointed(ngx_http_request_t *r)
{
    return r->upstream != NULL
           && r->upstream->headers_in.x_accel_redirect != NULL;
}


/*
 * The status is the backend's own word, not an error that nginx made.
 */

ngx_uint_t
ngx_http_fhir_binary_upstream_said(ngx_http_request_t *r, ngx_uint_t status)
{
    return r->upstream != NULL
           && r->err_status == 0
           && r->upstream->headers_in.status_n == status;
}
