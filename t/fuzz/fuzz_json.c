/*
 * Small JSON documents: the same events and the same verdict however the
 * bytes are cut, and the tree agrees.  Where long strings are left out, nothing
 * is accepted that is refused whole.  The first byte chooses the cuts.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fhb_json_tree.h"
#include "fhb_out.h"
#include "oom.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static fhb_rc_t
write_event(void *data, const fhb_json_event_t *event)
{
    fhb_out_t  *out = data;

    if (event->depth > FHB_MAX_JSON_DEPTH || event->type == FHB_JSON_NONE) {
        abort();
    }

    fhb_out_byte(out, (unsigned char) event->type);
    fhb_out_byte(out, (unsigned char) event->depth);
    fhb_out_bytes(out, &event->value.len, sizeof(event->value.len));
    fhb_out_str(out, event->value);

    return FHB_OK;
}


static fhb_rc_t
push(fhb_out_t *out, fhb_str_t text, uint32_t seed, int whole, size_t longest)
{
    oom_t             oom;
    size_t            i;
    uint8_t          *piece;
    fhb_rc_t          rc;
    fhb_str_t         in;
    fhb_alloc_t       alloc;
    fhb_json_push_t  *push;

    alloc = oom_init(&oom, 0);
    rc = fhb_json_push_create(&push, &alloc, text.len, write_event, out);

    if (rc == FHB_OK) {
        fhb_json_push_cut(push, longest);
    }

    for (i = 0; i < text.len && rc == FHB_OK; i += in.len) {
        seed = seed * 1103515245 + 12345;
        in.len = whole ? text.len : 1 + (seed >> 16) % 7;

        if (in.len > text.len - i) {
            in.len = text.len - i;
        }

        /* a copy of its own, so that ASan sees the end of each piece */

        piece = malloc(in.len);
        memcpy(piece, text.data + i, in.len);
        in.data = piece;

        rc = fhb_json_feed(push, in);
        free(piece);
    }

    if (rc == FHB_OK) {
        rc = fhb_json_finish(push);
    }

    fhb_json_push_free(push);

    if (oom.live != 0 || oom.largest > 4 * text.len + 8192) {
        abort();
    }

    return rc;
}


/* the verdict on the whole and on pieces, which must be one */

static fhb_rc_t
same(fhb_out_t *a, fhb_out_t *b, fhb_str_t text, uint32_t seed, size_t longest)
{
    fhb_rc_t  whole, pieces;

    fhb_out_init(a, a->start, 65536);
    fhb_out_init(b, b->start, 65536);

    whole = push(a, text, 0, 1, longest);
    pieces = push(b, text, seed, 0, longest);

    if ((whole == FHB_OK) != (pieces == FHB_OK)) {
        abort();
    }

    if (whole == FHB_OK
        && (a->full || a->len != b->len
            || memcmp(a->start, b->start, a->len) != 0))
    {
        abort();
    }

    return whole;
}


static void
walk(const fhb_json_node_t *node, unsigned depth)
{
    unsigned                n;
    const fhb_json_node_t  *child;

    if (depth > FHB_MAX_JSON_DEPTH) {
        abort();
    }

    for (n = 0, child = node->first; child != NULL; child = child->next) {
        n++;

        if (node->type == FHB_JSON_OBJECT
            && fhb_json_member(node, child->name) != child)
        {
            abort();
        }

        walk(child, depth + 1);
    }

    if (n != node->count) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oom_t        oom;
    fhb_rc_t     whole, tree;
    fhb_json_t  *json;
    fhb_out_t    a, b;
    fhb_str_t    text;
    fhb_alloc_t  alloc;

    if (size < 1 || size > 4096) {
        return 0;
    }

    text.data = data + 1;
    text.len = size - 1;

    fhb_out_init(&a, malloc(65536), 65536);
    fhb_out_init(&b, malloc(65536), 65536);

    if (same(&a, &b, text, data[0], 1 + data[0] % 16) == FHB_OK
        && push(&a, text, 0, 1, 0) != FHB_OK)
    {
        abort();
    }

    whole = same(&a, &b, text, data[0], 0);

    alloc = oom_init(&oom, (data[0] < 16) ? data[0] : 0);
    tree = fhb_json_parse(&json, &alloc, text);

    if (oom.failed ? tree != FHB_E_NOMEM
                   : (whole == FHB_OK) != (tree == FHB_OK))
    {
        abort();
    }

    if (tree == FHB_OK) {
        walk(fhb_json_root(json), 0);
    }

    fhb_json_free(json);

    if (oom.live != 0) {
        abort();
    }

    free(a.start);
    free(b.start);

    return 0;
}
