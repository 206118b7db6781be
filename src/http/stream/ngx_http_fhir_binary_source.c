/*
 * Source: the document as it comes from wherever nginx took it.
 *
 * It is given slice by slice: the bytes of a raw document, or the base64 that
 * a reader takes out of a FHIR resource.  A buffer is marked as read only
 * when its slice was used, for its owner then fills it anew.
 *
 * While the header waits, slices are kept: a copy of them goes into memory of
 * the source's own, and after source_release() it is given before what is live.
 *
 * A bare slice spares the reader a look at each character of base64: it is the
 * rest of a buffer, in which the value may end.  Where a conversion that checks
 * each character itself stops within it, source_stop() gives what follows to
 * the reader, and the next slice is not bare.  White space in a value ends it
 * for that document: a bare slice would be a few characters long.
 *
 * test     t/fhir_splits.t, t/fhir_slow.t, t/source_file.t, t/fhir_base64.t,
 *          t/fhir_withheld.t
 */

#include "ngx_http_fhir_binary_stream.h"
#include "ngx_http_fhir_binary_core.h"


static ngx_int_t ngx_http_fhir_binary_source_live(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_source_buf(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_source_feed(
    ngx_http_fhir_binary_ctx_t *ctx);
static void ngx_http_fhir_binary_source_at(
    ngx_http_fhir_binary_source_t *source, u_char *pos);
static ngx_int_t ngx_http_fhir_binary_source_end(
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_source_failed(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static void ngx_http_fhir_binary_source_free(void *data);
static ngx_uint_t ngx_http_fhir_binary_source_fits(
    ngx_http_fhir_binary_ctx_t *ctx, size_t size);
static fhb_rc_t ngx_http_fhir_binary_source_room(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, size_t size);
static void ngx_http_fhir_binary_source_gone(void *data);


/* bytes that the requests of this worker keep together */

static size_t  ngx_http_fhir_binary_source_worker;


/*
 * The document stands in a resource of this form.
 */

ngx_int_t
ngx_http_fhir_binary_source_read(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_form_t form)
{
    fhb_alloc_t         *heap;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    heap = ngx_palloc(r->pool, sizeof(fhb_alloc_t));

    if (cln == NULL || heap == NULL) {
        return NGX_ERROR;
    }

    *heap = ngx_http_fhir_binary_heap(r->connection->log);

    if (fhb_bin_read_create(&ctx->source.reader, heap, form) != FHB_OK) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_fhir_binary_source_free;
    cln->data = ctx->source.reader;

    return NGX_OK;
}


static void
ngx_http_fhir_binary_source_free(void *data)
{
    fhb_bin_read_free(data);
}


ngx_int_t
ngx_http_fhir_binary_source_add(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_chain_t  *cl;

    if (in == NULL) {
        return NGX_OK;
    }

    for (cl = in; cl; cl = cl->next) {
        if (ngx_buf_size(cl->buf)) {
            ctx->source.heard = ngx_current_msec;
        }
    }

    return ngx_chain_add_copy(r->pool, &ctx->source.in, in);
}


/*
 * The body is to have this many bytes; -1: any number.
 */

void
ngx_http_fhir_binary_source_expect(ngx_http_fhir_binary_source_t *source,
    off_t length)
{
    source->left = length;
}


/*
 * It is listened to from now on, though no header has left.
 */

void
ngx_http_fhir_binary_source_start(ngx_http_fhir_binary_source_t *source)
{
    source->heard = ngx_current_msec;
}


/*
 * What was kept is given from now on, before what is live.
 */

void
ngx_http_fhir_binary_source_release(ngx_http_fhir_binary_source_t *source)
{
    if (source->kept.state == NGX_HTTP_FHIR_BINARY_KEPT_GROWS) {
        source->kept.state = NGX_HTTP_FHIR_BINARY_KEPT_GIVEN;
    }

    source->slice.len = 0;
}


/*
 * A conversion looks at each character itself, and finds the end of the value.
 */

void
ngx_http_fhir_binary_source_give_bare(ngx_http_fhir_binary_source_t *source)
{
    source->bare = NGX_HTTP_FHIR_BINARY_BARE_GIVEN;
}


void
ngx_http_fhir_binary_source_fail(ngx_http_fhir_binary_source_t *source,
    fhb_rc_t rc)
{
    source->rc = rc;
}


/*
 * NGX_OK: ctx->source.slice has bytes; NGX_AGAIN: not now; NGX_DONE: there
 * are no more; META_TOLD: see source->meta; NGX_ERROR: see source->rc.
 */

ngx_int_t
ngx_http_fhir_binary_source_next(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t                       rc;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    if (source->slice.len) {
        return NGX_OK;
    }

    if (source->kept.state == NGX_HTTP_FHIR_BINARY_KEPT_GIVEN
        && source->kept.pos < source->kept.len)
    {
        source->slice.data = source->kept.data + source->kept.pos;
        source->slice.len = source->kept.len - source->kept.pos;
        source->kind = NGX_HTTP_FHIR_BINARY_SLICE_KEPT;
        return NGX_OK;
    }

    if (source->live.len == 0) {

        rc = ngx_http_fhir_binary_source_live(r, ctx);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    source->slice = source->live;

    return NGX_OK;
}


/*
 * The same, for source->live alone.
 */

static ngx_int_t
ngx_http_fhir_binary_source_live(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t                       rc;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    if (source->rc != FHB_OK) {
        return NGX_ERROR;
    }

    for ( ;; ) {

        if (source->buf && source->buf->pos < source->buf->last) {

            source->kind = NGX_HTTP_FHIR_BINARY_SLICE_LIVE;

            if (source->reader) {

                rc = ngx_http_fhir_binary_source_feed(ctx);

                if (rc != NGX_AGAIN) {
                    return rc;
                }

                continue;
            }

            source->live.data = source->buf->pos;
            source->live.len = source->buf->last - source->buf->pos;
            source->next = source->buf->last;
            return NGX_OK;
        }

        source->buf = NULL;

        if (source->state != NGX_HTTP_FHIR_BINARY_SOURCE_OPEN) {
            return ngx_http_fhir_binary_source_end(ctx);
        }

        rc = ngx_http_fhir_binary_source_buf(r, ctx);

        if (rc != NGX_OK) {
            return rc;
        }
    }
}


/*
 * Take the next buffer.  The last byte of a known length ends the document,
 * so that its tail can leave with it.
 */

static ngx_int_t
ngx_http_fhir_binary_source_buf(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    off_t                           n;
    ngx_buf_t                      *b;
    ngx_chain_t                    *cl;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    for ( ;; ) {

        cl = source->in;

        if (cl == NULL) {
            return NGX_AGAIN;
        }

        b = cl->buf;
        source->in = cl->next;
        ngx_free_chain(r->pool, cl);

        n = ngx_buf_in_memory(b) ? b->last - b->pos : 0;

        source->recycled |= b->recycled;

        if (b->flush) {
            source->flush = 1;

            if (n == 0
                && ngx_http_fhir_binary_source_failed(r, ctx) == NGX_ERROR)
            {
                return NGX_ERROR;
            }
        }

        if (source->left != -1) {

            if (n > source->left || (b->last_buf && n != source->left)) {
                source->rc = FHB_E_BACKEND;
                return NGX_ERROR;
            }

            source->left -= n;
        }

        if (b->last_buf || (source->left == 0 && n)) {
            source->state = NGX_HTTP_FHIR_BINARY_SOURCE_LAST;
        }

        if (n || source->state == NGX_HTTP_FHIR_BINARY_SOURCE_LAST) {

            ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                           "fhir binary: source: %O bytes, %O to come%s",
                           n, source->left,
                           source->state == NGX_HTTP_FHIR_BINARY_SOURCE_LAST
                           ? ", the last" : "");

            source->buf = n ? b : NULL;
            return NGX_OK;
        }
    }
}


/*
 * Upstream is finalized, and not because its response is complete: it sends a
 * flush without data, as it believes that the header has left.
 */

static ngx_int_t
ngx_http_fhir_binary_source_failed(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (!ngx_http_fhir_binary_upstream_failed(r)) {
        return NGX_OK;
    }

    ctx->source.rc = ngx_http_fhir_binary_upstream_reason(r, ctx->source.heard);
    ctx->source.state = NGX_HTTP_FHIR_BINARY_SOURCE_GONE;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: source: gone (%s)",
                   ngx_http_fhir_binary_rc_name(ctx->source.rc));

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_fhir_binary_source_feed(ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t                          left;
    fhb_rc_t                        rc;
    fhb_bin_event_t                 event;
    const unsigned char            *p;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    p = source->buf->pos;
    left = source->buf->last - source->buf->pos;

    if (source->bare == NGX_HTTP_FHIR_BINARY_BARE_GIVEN
        && fhb_bin_read_plain(source->reader))
    {
        source->live.data = p;
        source->live.len = left;
        source->next = source->buf->last;
        source->kind = NGX_HTTP_FHIR_BINARY_SLICE_BARE;
        return NGX_OK;
    }

    if (source->bare == NGX_HTTP_FHIR_BINARY_BARE_PAUSED) {
        source->bare = NGX_HTTP_FHIR_BINARY_BARE_GIVEN;
    }

    left = ngx_min(left, NGX_HTTP_FHIR_BINARY_FEED);

    rc = fhb_bin_read_feed(source->reader, &p, &left, &event);

    if (rc < 0) {
        source->rc = rc;
        return NGX_ERROR;
    }

    if (rc != FHB_OK) {
        ngx_http_fhir_binary_source_at(source, (u_char *) p);
        return NGX_AGAIN;
    }

    if (event.type == FHB_BIN_DATA) {
        source->live = event.data;
        source->next = (u_char *) p;
        return NGX_OK;
    }

    ngx_http_fhir_binary_source_at(source, (u_char *) p);

    if (event.type == FHB_BIN_META) {
        source->meta = event.meta;

        ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                       "fhir binary: the resource told a media type of %uz "
                       "bytes, %s",
                       event.meta->content_type.len,
                       event.meta->empty ? "and is empty" : "and has data");

        return NGX_HTTP_FHIR_BINARY_META_TOLD;
    }

    return NGX_AGAIN;
}


static ngx_int_t
ngx_http_fhir_binary_source_end(ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t                        rc;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    if (source->state == NGX_HTTP_FHIR_BINARY_SOURCE_WHOLE) {
        return NGX_DONE;
    }

    if (source->reader) {

        rc = fhb_bin_read_end(source->reader);

        if (rc == FHB_OK && source->meta == NULL) {
            rc = FHB_E_BACKEND_RESOURCE;
        }

        if (rc != FHB_OK) {
            source->rc = rc;
            return NGX_ERROR;
        }
    }

    source->state = NGX_HTTP_FHIR_BINARY_SOURCE_WHOLE;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "fhir binary: source: whole");

    return NGX_DONE;
}


/*
 * n bytes of the slice were used.
 */

void
ngx_http_fhir_binary_source_use(ngx_http_fhir_binary_ctx_t *ctx, size_t n)
{
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    source->slice.data += n;
    source->slice.len -= n;

    if (source->kind == NGX_HTTP_FHIR_BINARY_SLICE_KEPT) {

        source->kept.pos += n;

        if (source->kept.pos == source->kept.len) {
            ngx_http_fhir_binary_source_free_kept(source);
            source->kind = NGX_HTTP_FHIR_BINARY_SLICE_LIVE;
        }

        return;
    }

    source->live = source->slice;

    if (source->live.len == 0 && source->buf) {
        ngx_http_fhir_binary_source_at(source, source->next);
        source->kind = NGX_HTTP_FHIR_BINARY_SLICE_LIVE;
    }
}


/*
 * All before pos was used.  A buffer that has no more is forgotten at once: it
 * belongs to its owner again, who may fill it before we are called next.
 */

static void
ngx_http_fhir_binary_source_at(ngx_http_fhir_binary_source_t *source,
    u_char *pos)
{
    source->buf->pos = pos;

    if (pos == source->buf->last) {
        source->buf = NULL;
    }
}


/*
 * What comes next in a bare slice is not for the conversion.
 */

void
ngx_http_fhir_binary_source_stop(ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    if (source->buf != NULL) {
        ngx_http_fhir_binary_source_at(source,
                                       (u_char *) source->slice.data);
    }

    source->slice.len = 0;
    source->live.len = 0;
    source->kind = NGX_HTTP_FHIR_BINARY_SLICE_LIVE;

    if (source->bare == NGX_HTTP_FHIR_BINARY_BARE_GIVEN) {
        source->bare = NGX_HTTP_FHIR_BINARY_BARE_PAUSED;
    }
}


/*
 * The value has white space: what is given bare would stop at each of it.
 */

void
ngx_http_fhir_binary_source_no_bare(ngx_http_fhir_binary_source_t *source)
{
    source->bare = NGX_HTTP_FHIR_BINARY_BARE_NEVER;
}


/*
 * Nothing more is wanted of it.
 */

void
ngx_http_fhir_binary_source_drop(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    ctx->source.slice.len = 0;
    ctx->source.live.len = 0;
    ctx->source.kept.pos = ctx->source.kept.len;
    ngx_http_fhir_binary_source_free_kept(&ctx->source);

    if (ctx->source.buf) {
        ctx->source.buf->pos = ctx->source.buf->last;
        ctx->source.buf = NULL;
    }

    while (ctx->source.in) {

        cl = ctx->source.in;
        b = cl->buf;

        b->pos = b->last;
        b->file_pos = b->file_last;

        ctx->source.in = cl->next;
        ngx_free_chain(r->pool, cl);
    }
}


/*
 * Keep the slice until the header has left; limit: bytes in all.
 */

fhb_rc_t
ngx_http_fhir_binary_source_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, size_t limit)
{
    off_t                           rest;
    size_t                          n, size;
    fhb_rc_t                        rc;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;
    n = source->slice.len;

    if (source->kept.len > limit || n > limit - source->kept.len) {
        return FHB_E_BACKEND_HELD;
    }

    if (source->kept.len + n > source->kept.size) {

        /* nothing to spare where no more will come */

        rest = ngx_http_fhir_binary_source_in_hand(r, ctx);
        rest = (rest == -1) ? 4096 : ngx_min(rest, (off_t) limit);

        size = ngx_max(source->kept.size * 2, source->kept.len + (size_t) rest);
        size = ngx_max(size, source->kept.len + n);
        size = ngx_min(size, limit);

        if (!ngx_http_fhir_binary_source_fits(ctx, size)) {
            size = source->kept.len + n;
        }

        rc = ngx_http_fhir_binary_source_room(r, ctx, size);

        if (rc != FHB_OK) {
            return rc;
        }
    }

    ngx_memcpy(source->kept.data + source->kept.len, source->slice.data, n);
    source->kept.len += n;
    source->kept.state = NGX_HTTP_FHIR_BINARY_KEPT_GROWS;

    ngx_http_fhir_binary_source_use(ctx, n);

    return FHB_OK;
}


/* while one is copied, it alone is there twice */

static ngx_uint_t
ngx_http_fhir_binary_source_fits(ngx_http_fhir_binary_ctx_t *ctx, size_t size)
{
    size_t  others;

    others = ngx_http_fhir_binary_source_worker - ctx->source.kept.size;

    return others <= ctx->conf->lookahead_worker
           && size <= ctx->conf->lookahead_worker - others;
}


/*
 * The memory for what is kept is not the pool's: it goes back as soon as its
 * bytes have been used, and all of a worker's is bounded.
 */

static fhb_rc_t
ngx_http_fhir_binary_source_room(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, size_t size)
{
    u_char                         *p;
    ngx_pool_cleanup_t             *cln;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    if (!ngx_http_fhir_binary_source_fits(ctx, size)) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: the requests of this worker hold %uz "
                      "bytes, and \"worker=\" of \"fhir_binary_lookahead\" "
                      "is %uz", ngx_http_fhir_binary_source_worker,
                      ctx->conf->lookahead_worker);

        return FHB_E_LOOKAHEAD_FULL;
    }

    if (source->kept.data == NULL) {

        cln = ngx_pool_cleanup_add(r->pool, 0);
        if (cln == NULL) {
            return FHB_E_NOMEM;
        }

        cln->handler = ngx_http_fhir_binary_source_gone;
        cln->data = source;
    }

    p = ngx_alloc(size, r->connection->log);
    if (p == NULL) {
        return FHB_E_NOMEM;
    }

    if (source->kept.len) {
        ngx_memcpy(p, source->kept.data, source->kept.len);
    }

    ngx_http_fhir_binary_source_free_kept(source);

    source->kept.data = p;
    source->kept.size = size;
    ngx_http_fhir_binary_source_worker += size;

    return FHB_OK;
}


/*
 * What was kept is not needed any more.
 */

void
ngx_http_fhir_binary_source_free_kept(ngx_http_fhir_binary_source_t *source)
{
    if (source->kept.size == 0) {
        return;
    }

    ngx_free(source->kept.data);

    ngx_http_fhir_binary_source_worker -= source->kept.size;
    source->kept.size = 0;
}


static void
ngx_http_fhir_binary_source_gone(void *data)
{
    ngx_http_fhir_binary_source_free_kept(data);
}


/*
 * How many bytes are in hand, slice included, when the end is, too; otherwise
 * -1: more may come later.  What upstream has read and not given yet is not
 * counted.
 */

off_t
ngx_http_fhir_binary_source_in_hand(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    off_t                           n;
    ngx_uint_t                      last;
    ngx_chain_t                    *cl;
    ngx_http_fhir_binary_source_t  *source;

    source = &ctx->source;

    n = 0;
    last = (source->state != NGX_HTTP_FHIR_BINARY_SOURCE_OPEN);

    for (cl = source->in; cl; cl = cl->next) {

        if (ngx_buf_in_memory(cl->buf)) {
            n += cl->buf->last - cl->buf->pos;
        }

        last |= cl->buf->last_buf;
    }

    last |= (source->left != -1 && n >= source->left);

    if (!last && !ngx_http_fhir_binary_upstream_read_out(r, ctx)) {
        return -1;
    }

    return n + (source->buf ? source->buf->last - source->buf->pos : 0);
}
