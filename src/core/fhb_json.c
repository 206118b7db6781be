/*
 * JSON in pieces: yajl, held to limits.
 */

#include <string.h>
#include <yajl/yajl_parse.h>

#include "fhb_json.h"
#include "fhb_json_heap.h"
#include "fhb_json_span.h"
#include "fhb_json_text.h"


struct fhb_json_push_s {
    fhb_json_heap_t      heap;          /* yajl's */
    yajl_handle          yajl;
    yajl_alloc_funcs     funcs;
    fhb_json_text_t      text;
    fhb_json_span_t      span;          /* longest of 0: nothing is cut */
    fhb_json_handler_pt  handler;
    void                *data;
    size_t               left;          /* bytes that may still come */
    unsigned             values;        /* seen */
    unsigned             depth;         /* open containers */
    unsigned             nnames;        /* of all open objects */
    unsigned             base[FHB_MAX_JSON_DEPTH + 1];
                                        /* first name of each container */
    uint64_t             names[FHB_MAX_JSON_NAMES];
                                        /* hashes */
    fhb_rc_t             rc;            /* FHB_OK while it goes on */
};


static fhb_rc_t fhb_json_spans(fhb_json_push_t *push, fhb_str_t in);
static fhb_rc_t fhb_json_run(fhb_json_push_t *push, const fhb_str_t *in);
static fhb_rc_t fhb_json_start(fhb_json_push_t *push);
static int fhb_json_emit(fhb_json_push_t *push, fhb_json_type_t type,
    const void *data, size_t len);
static int fhb_json_value(fhb_json_push_t *push, fhb_json_type_t type,
    const void *data, size_t len);
static int fhb_json_open(fhb_json_push_t *push, fhb_json_type_t type);
static int fhb_json_close(fhb_json_push_t *push, fhb_json_type_t type);
static int fhb_json_on_null(void *ctx);
static int fhb_json_on_boolean(void *ctx, int value);
static int fhb_json_on_number(void *ctx, const char *data, size_t len);
static int fhb_json_on_string(void *ctx, const unsigned char *data,
    size_t len);
static int fhb_json_on_key(void *ctx, const unsigned char *data, size_t len);
static int fhb_json_on_start_map(void *ctx);
static int fhb_json_on_end_map(void *ctx);
static int fhb_json_on_start_array(void *ctx);
static int fhb_json_on_end_array(void *ctx);


static const yajl_callbacks  fhb_json_callbacks = {
    fhb_json_on_null,
    fhb_json_on_boolean,
    NULL,
    NULL,
    fhb_json_on_number,
    fhb_json_on_string,
    fhb_json_on_start_map,
    fhb_json_on_key,
    fhb_json_on_end_map,
    fhb_json_on_start_array,
    fhb_json_on_end_array
};


fhb_rc_t
fhb_json_push_create(fhb_json_push_t **out, const fhb_alloc_t *alloc,
    size_t max, fhb_json_handler_pt handler, void *data)
{
    fhb_rc_t          rc;
    fhb_json_push_t  *push;

    *out = NULL;

    push = alloc->alloc(alloc->ctx, sizeof(fhb_json_push_t));
    if (push == NULL) {
        return FHB_E_NOMEM;
    }

    memset(push, 0, offsetof(fhb_json_push_t, names));

    push->heap.alloc = *alloc;
    push->left = max;
    push->handler = handler;
    push->data = data;
    push->rc = FHB_OK;

    rc = fhb_json_start(push);

    if (rc != FHB_OK) {
        fhb_json_push_free(push);
        return rc;
    }

    *out = push;

    return FHB_OK;
}


/* after a jump out of yajl the parser is dead, and only freed */

static fhb_rc_t
fhb_json_start(fhb_json_push_t *push)
{
    push->funcs.malloc = fhb_json_heap_alloc;
    push->funcs.realloc = fhb_json_heap_realloc;
    push->funcs.free = fhb_json_heap_free;
    push->funcs.ctx = &push->heap;

    if (setjmp(push->heap.nomem) != 0) {
        return FHB_E_NOMEM;
    }

    push->yajl = yajl_alloc(&fhb_json_callbacks, &push->funcs, push);

    return (push->yajl != NULL) ? FHB_OK : FHB_E_NOMEM;
}


void
fhb_json_push_cut(fhb_json_push_t *push, size_t longest)
{
    push->span.longest = longest;
}


fhb_rc_t
fhb_json_feed(fhb_json_push_t *push, fhb_str_t in)
{
    if (push->rc != FHB_OK || in.len == 0) {
        return push->rc;
    }

    if (in.len > push->left) {
        push->rc = FHB_E_TOO_LARGE;
        return push->rc;
    }

    push->left -= in.len;
    push->rc = fhb_json_text_feed(&push->text, in);

    if (push->rc == FHB_OK) {
        push->rc = push->span.longest ? fhb_json_spans(push, in)
                                      : fhb_json_run(push, &in);
    }

    return push->rc;
}


static fhb_rc_t
fhb_json_spans(fhb_json_push_t *push, fhb_str_t in)
{
    fhb_rc_t   rc;
    fhb_str_t  span;

    do {
        rc = fhb_json_span_next(&push->span, &in, &span);

        if (rc == FHB_OK && span.len != 0) {
            rc = fhb_json_run(push, &span);
        }

    } while (rc == FHB_OK);

    return rc == FHB_DONE ? FHB_OK : rc;
}


fhb_rc_t
fhb_json_finish(fhb_json_push_t *push)
{
    if (push->rc == FHB_OK) {
        push->rc = fhb_json_run(push, NULL);
    }

    /* yajl passes over a string that begins behind the text and never ends */

    if (push->rc == FHB_OK && push->text.quoted) {
        push->rc = FHB_E_SYNTAX;
    }

    return push->rc;
}


static fhb_rc_t
fhb_json_run(fhb_json_push_t *push, const fhb_str_t *in)
{
    yajl_status  status;

    if (setjmp(push->heap.nomem) != 0) {
        return FHB_E_NOMEM;
    }

    status = (in != NULL) ? yajl_parse(push->yajl, in->data, in->len)
                          : yajl_complete_parse(push->yajl);

    if (push->rc != FHB_OK) {
        return push->rc;
    }

    return (status == yajl_status_ok) ? FHB_OK : FHB_E_SYNTAX;
}


void
fhb_json_push_free(fhb_json_push_t *push)
{
    fhb_alloc_t  alloc;

    if (push == NULL) {
        return;
    }

    alloc = push->heap.alloc;

    fhb_json_heap_clear(&push->heap);
    alloc.free(alloc.ctx, push);
}


/* the callbacks return 0 to stop yajl; push->rc tells why */

static int
fhb_json_emit(fhb_json_push_t *push, fhb_json_type_t type, const void *data,
    size_t len)
{
    fhb_json_event_t  event;

    event.type = type;
    event.depth = push->depth;
    event.value.data = data;
    event.value.len = len;

    push->rc = push->handler(push->data, &event);

    return push->rc == FHB_OK;
}


static int
fhb_json_value(fhb_json_push_t *push, fhb_json_type_t type, const void *data,
    size_t len)
{
    if (push->values == FHB_MAX_JSON_VALUES) {
        push->rc = FHB_E_TOO_LARGE;
        return 0;
    }

    push->values++;

    return fhb_json_emit(push, type, data, len);
}


static int
fhb_json_open(fhb_json_push_t *push, fhb_json_type_t type)
{
    if (push->depth == FHB_MAX_JSON_DEPTH) {
        push->rc = FHB_E_TOO_LARGE;
        return 0;
    }

    if (!fhb_json_value(push, type, NULL, 0)) {
        return 0;
    }

    push->base[++push->depth] = push->nnames;

    return 1;
}


static int
fhb_json_close(fhb_json_push_t *push, fhb_json_type_t type)
{
    push->nnames = push->base[push->depth--];

    return fhb_json_emit(push, type, NULL, 0);
}


/*
 * Equal names have equal hashes.  Two different names with one 64-bit hash
 * (FNV-1a) count as a repetition: whoever makes such a pair is refused.
 */

static int
fhb_json_on_key(void *ctx, const unsigned char *data, size_t len)
{
    fhb_json_push_t  *push = ctx;

    size_t    i;
    uint64_t  hash;

    if (push->span.cut) {
        push->rc = FHB_E_TOO_LARGE;
        return 0;
    }

    hash = 14695981039346656037u;

    for (i = 0; i < len; i++) {
        hash = (hash ^ data[i]) * 1099511628211u;
    }

    for (i = push->base[push->depth]; i < push->nnames; i++) {
        if (push->names[i] == hash) {
            push->rc = FHB_E_SYNTAX;
            return 0;
        }
    }

    if (push->nnames == FHB_MAX_JSON_NAMES) {
        push->rc = FHB_E_TOO_LARGE;
        return 0;
    }

    push->names[push->nnames++] = hash;

    return fhb_json_emit(push, FHB_JSON_KEY, data, len);
}


static int
fhb_json_on_null(void *ctx)
{
    return fhb_json_value(ctx, FHB_JSON_NULL, NULL, 0);
}


static int
fhb_json_on_boolean(void *ctx, int value)
{
    return fhb_json_value(ctx, value ? FHB_JSON_TRUE : FHB_JSON_FALSE, NULL, 0);
}


static int
fhb_json_on_number(void *ctx, const char *data, size_t len)
{
    return fhb_json_value(ctx, FHB_JSON_NUMBER, data, len);
}


static int
fhb_json_on_string(void *ctx, const unsigned char *data, size_t len)
{
    fhb_json_push_t  *push = ctx;

    return push->span.cut ? fhb_json_value(push, FHB_JSON_LONG, NULL, 0)
                          : fhb_json_value(push, FHB_JSON_STRING, data, len);
}


static int
fhb_json_on_start_map(void *ctx)
{
    return fhb_json_open(ctx, FHB_JSON_OBJECT);
}


static int
fhb_json_on_end_map(void *ctx)
{
    return fhb_json_close(ctx, FHB_JSON_OBJECT_END);
}


static int
fhb_json_on_start_array(void *ctx)
{
    return fhb_json_open(ctx, FHB_JSON_ARRAY);
}


static int
fhb_json_on_end_array(void *ctx)
{
    return fhb_json_close(ctx, FHB_JSON_ARRAY_END);
}
