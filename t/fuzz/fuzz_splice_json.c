/*
 * The scanner of FHIR JSON: it tells one story however the bytes are cut,
 * and where the tree of the document has a value, it finds the same one.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fhb_json_tree.h"
#include "fhb_splice.h"


typedef struct {
    fhb_rc_t  rc;
    size_t    nskeleton;
    size_t    nvalue;
    unsigned  opened;
    unsigned  done;
    unsigned  other;                    /* the value is no string */
    char     *skeleton;
    char     *value;
} story_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(int ok)
{
    if (!ok) {
        abort();
    }
}


static void *
tree_alloc(void *ctx, size_t size)
{
    (void) ctx;

    return malloc(size ? size : 1);
}


static void
tree_free(void *ctx, void *p)
{
    (void) ctx;

    free(p);
}


/* seed: 0 for one piece, 1 for single bytes, else pieces of 1 to 16 bytes */

static void
tell(story_t *s, const uint8_t *data, size_t size, uint32_t seed)
{
    size_t                n, left;
    uint8_t              *copy;
    fhb_splice_t          out;
    fhb_splice_scan_t     scan;
    const unsigned char  *p;

    memset(s, 0, sizeof(story_t));
    memset(&scan, 0, sizeof(scan));

    s->skeleton = malloc(size + 1);
    s->value = malloc(size + 1);
    s->rc = FHB_AGAIN;

    while (size && s->rc >= 0) {
        n = size;

        if (seed) {
            n = 1;

            if (seed > 1) {
                seed = seed * 1664525 + 1013904223;
                n = 1 + (seed >> 28);
                n = n < size ? n : size;
            }
        }

        copy = malloc(n);
        memcpy(copy, data, n);

        p = copy;
        left = n;

        while ((s->rc = fhb_splice_json(&scan, &p, &left, &out)) == FHB_OK) {

            switch (out.type) {

            case FHB_SPLICE_SKELETON:
                memcpy(s->skeleton + s->nskeleton, out.slice.data,
                       out.slice.len);
                s->nskeleton += out.slice.len;
                break;

            case FHB_SPLICE_DATA:
                check(s->opened == 1);
                memcpy(s->value + s->nvalue, out.slice.data, out.slice.len);
                s->nvalue += out.slice.len;
                break;

            case FHB_SPLICE_OPEN:
                check(s->opened == 0);
                s->opened = 1;
                break;

            case FHB_SPLICE_CLOSE:
                check(s->opened == 1);
                s->opened = 2;
                break;

            case FHB_SPLICE_OTHER:
                check(!s->other && !s->opened);
                s->other = 1;
                break;

            default:
                check(out.type == FHB_SPLICE_DONE && !s->done);
                s->done = 1;
                break;
            }
        }

        check(s->rc < 0 || left == 0);

        free(copy);
        data += n;
        size -= n;
    }
}


static void
forget(story_t *s)
{
    free(s->skeleton);
    free(s->value);
}


static int
blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}


static size_t
squeeze(char *to, const void *from, size_t len)
{
    size_t       i, n;
    const char  *p = from;

    for (i = 0, n = 0; i < len; i++) {
        if (!blank((unsigned char) p[i])) {
            to[n++] = p[i];
        }
    }

    return n;
}


/* Escapes of these are refused: no base64 holds them. */

static int
plain(fhb_str_t s)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        if (!blank(s.data[i])
            && (s.data[i] < 0x20 || s.data[i] > 0x7e || s.data[i] == '"'
                || s.data[i] == '\\'))
        {
            return 0;
        }
    }

    return 1;
}


/* whether the bytes end within a string */

static int
cut_off(const uint8_t *data, size_t size)
{
    int     quoted;
    size_t  i;

    for (i = 0, quoted = 0; i < size; i++) {
        if (data[i] == '"') {
            quoted = !quoted;

        } else if (data[i] == '\\' && quoted) {
            i++;
        }
    }

    return quoted;
}


static void
compare_with_tree(const story_t *s, const uint8_t *data, size_t size)
{
    char                   *a, *b;
    size_t                  na, nb;
    fhb_str_t               in;
    fhb_json_t             *json;
    fhb_alloc_t             alloc = { tree_alloc, tree_free, NULL };
    const fhb_json_node_t  *root, *value, *other;
    static const fhb_str_t  names[] = {
        fhb_string("data"), fhb_string("content")
    };

    in.data = data;
    in.len = size;

    /* yajl takes them for white space, and a string cut off for nothing */

    if (memchr(data, '\v', size) || memchr(data, '\f', size)
        || cut_off(data, size))
    {
        return;
    }

    if (fhb_json_parse(&json, &alloc, in) != FHB_OK) {
        return;
    }

    root = fhb_json_root(json);

    if (root->type != FHB_JSON_OBJECT) {
        check(s->rc < 0);
        fhb_json_free(json);
        return;
    }

    value = fhb_json_member(root, names[0]);
    other = fhb_json_member(root, names[1]);

    if (value == NULL) {
        value = other;
        other = NULL;
    }

    if (other != NULL) {
        check(s->rc == FHB_E_BACKEND_RESOURCE);

    } else if (value == NULL || value->type != FHB_JSON_STRING) {
        check(s->rc == FHB_AGAIN && s->done && !s->opened);
        check(s->nskeleton == size);
        check(s->other == (value != NULL));

    } else if (plain(value->value)) {
        check(s->rc == FHB_AGAIN && s->done && s->opened == 2);

        a = malloc(size + 1);
        b = malloc(size + 1);
        na = squeeze(a, s->value, s->nvalue);
        nb = squeeze(b, value->value.data, value->value.len);

        check(na == nb && memcmp(a, b, na) == 0);

        free(a);
        free(b);
    }

    fhb_json_free(json);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    story_t   whole, other;
    uint32_t  seed;

    tell(&whole, data, size, 0);

    for (seed = 1; seed < 4; seed++) {
        tell(&other, data, size, seed);

        check(other.rc == whole.rc);

        if (whole.rc >= 0) {
            check(other.opened == whole.opened);
            check(other.done == whole.done);
            check(other.other == whole.other);
            check(other.nvalue == whole.nvalue);
            check(memcmp(other.value, whole.value, whole.nvalue) == 0);
            check(other.nskeleton == whole.nskeleton);
            check(memcmp(other.skeleton, whole.skeleton, whole.nskeleton)
                  == 0);
        }

        forget(&other);
    }

    compare_with_tree(&whole, data, size);
    forget(&whole);

    return 0;
}
