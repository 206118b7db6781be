/*
 * Any Bundle: the pieces it comes in, and blanks around it, must not change
 * the verdict, a failing allocator must never grant, nothing may leak.  A
 * Bundle that grants must not do so from inside of another one, nor with a
 * modifierExtension, nor for a patient or a document that it does not name.
 * One that leads to another page does so with a query that it spells out, that
 * fits into a request line, and that leads nowhere once it was asked.
 *
 * The first byte chooses the allocation that fails, 0 is none, and the pieces.
 */

#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "fhb_out.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    unsigned  calls;
    unsigned  fail_at;
    unsigned  failed;
    unsigned  live;
} fuzz_heap_t;

static unsigned char  fuzz_query[FHB_MAX_NEXT];
static fhb_str_t      fuzz_next;        /* the query of the next page */
static size_t         fuzz_piece;       /* bytes of a feed */

static void *fuzz_alloc(void *ctx, size_t size);
static void fuzz_free(void *ctx, void *p);
static fhb_rc_t fuzz_owner(fuzz_heap_t *heap, const fhb_bundle_query_t *query,
    fhb_str_t json);
static void fuzz_blanks(const fhb_bundle_query_t *query, fhb_str_t json,
    fhb_rc_t rc);
static void fuzz_nested(const fhb_bundle_query_t *query, fhb_str_t json);
static void fuzz_modified(const fhb_bundle_query_t *query, fhb_str_t json);
static void fuzz_others(const fhb_bundle_query_t *query, fhb_str_t json);
static void fuzz_page(const fhb_bundle_query_t *query, fhb_str_t json);
static int fuzz_refused(fhb_rc_t rc);
static int fuzz_holds(fhb_str_t json, const char *word);


#define CHECK(what)                                                          \
    do { if (!(what)) { abort(); } } while (0)


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fhb_rc_t            rc, again;
    fhb_str_t           json;
    fuzz_heap_t         heap;
    fhb_bundle_query_t  query, other;

    static const fhb_bundle_query_t  mine = {
        fhb_string("b1"), fhb_string("Patient/p1"), fhb_string("https://h/f"),
        fhb_string("a=b")
    };
    static const fhb_str_t  none = fhb_null_string;

    if (size == 0 || size > 65536) {
        return 0;
    }

    json.data = data + 1;
    json.len = size - 1;

    query = mine;

    fuzz_piece = json.len;
    memset(&heap, 0, sizeof(heap));
    rc = fuzz_owner(&heap, &query, json);

    fuzz_piece = 1 + data[0] % 32;
    memset(&heap, 0, sizeof(heap));
    CHECK(fuzz_owner(&heap, &query, json) == rc);

    CHECK(rc == FHB_OK || rc == FHB_E_PATIENT || rc == FHB_AGAIN
          || rc == FHB_E_PATIENT_UNAVAILABLE);

    if (rc == FHB_AGAIN) {
        fuzz_page(&query, json);
    }

    memset(&heap, 0, sizeof(heap));
    heap.fail_at = data[0];

    again = fuzz_owner(&heap, &query, json);
    CHECK(again == (heap.failed ? FHB_E_NOMEM : rc));

    other = mine;
    other.patient = none;

    memset(&heap, 0, sizeof(heap));
    CHECK(fuzz_owner(&heap, &other, json) == FHB_E_PATIENT_MISSING);

    fuzz_blanks(&query, json, rc);

    if (rc == FHB_OK) {
        fuzz_nested(&query, json);
        fuzz_modified(&query, json);
        fuzz_others(&query, json);
    }

    return 0;
}


static void *
fuzz_alloc(void *ctx, size_t size)
{
    fuzz_heap_t *heap = ctx;

    if (++heap->calls == heap->fail_at) {
        heap->failed = 1;
        return NULL;
    }

    heap->live++;

    return malloc(size ? size : 1);
}


static void
fuzz_free(void *ctx, void *p)
{
    fuzz_heap_t *heap = ctx;

    if (p != NULL) {
        heap->live--;
        free(p);
    }
}


static fhb_rc_t
fuzz_owner(fuzz_heap_t *heap, const fhb_bundle_query_t *query, fhb_str_t json)
{
    fhb_rc_t     rc;
    fhb_out_t    next;
    fhb_alloc_t  alloc;

    fhb_out_init(&next, fuzz_query, sizeof(fuzz_query));

    alloc.alloc = fuzz_alloc;
    alloc.free = fuzz_free;
    alloc.ctx = heap;

    rc = bundle_owner(query, &alloc, json, fuzz_piece, &next);

    CHECK(heap->live == 0);

    fuzz_next = fhb_out_result(&next);
    CHECK((rc == FHB_AGAIN) == (fuzz_next.len != 0));

    return rc;
}


static void
fuzz_blanks(const fhb_bundle_query_t *query, fhb_str_t json, fhb_rc_t rc)
{
    fhb_out_t       out;
    fuzz_heap_t     heap;
    unsigned char  *buf;

    buf = malloc(json.len + 3);
    CHECK(buf != NULL);

    fhb_out_init(&out, buf, json.len + 3);
    fhb_out_lit(&out, " \n");
    fhb_out_str(&out, json);
    fhb_out_lit(&out, "\t");

    memset(&heap, 0, sizeof(heap));
    CHECK(fuzz_owner(&heap, query, fhb_out_result(&out)) == rc);

    free(buf);
}


static void
fuzz_nested(const fhb_bundle_query_t *query, fhb_str_t json)
{
    fhb_out_t       out;
    fuzz_heap_t     heap;
    unsigned char  *buf;

    buf = malloc(json.len + 64);
    CHECK(buf != NULL);

    fhb_out_init(&out, buf, json.len + 64);
    fhb_out_lit(&out, "{\"resourceType\":\"Bundle\",\"entry\":["
                      "{\"resource\":");
    fhb_out_str(&out, json);
    fhb_out_lit(&out, "}]}");

    CHECK(!out.full);

    memset(&heap, 0, sizeof(heap));
    CHECK(fuzz_owner(&heap, query, fhb_out_result(&out)) != FHB_OK);

    free(buf);
}


static void
fuzz_modified(const fhb_bundle_query_t *query, fhb_str_t json)
{
    size_t          n;
    fhb_out_t       out;
    fuzz_heap_t     heap;
    unsigned char  *buf;

    for (n = 0; n < json.len && json.data[n] != '{'; n++) { /* void */ }

    CHECK(n != json.len);

    buf = malloc(json.len + 32);
    CHECK(buf != NULL);

    fhb_out_init(&out, buf, json.len + 32);
    fhb_out_lit(&out, "{\"modifierExtension\":[],");
    fhb_out_bytes(&out, json.data + n + 1, json.len - n - 1);

    CHECK(!out.full);

    memset(&heap, 0, sizeof(heap));
    CHECK(fuzz_owner(&heap, query, fhb_out_result(&out)) != FHB_OK);

    free(buf);
}


/* without escapes, what a Bundle does not spell out it does not name */

static void
fuzz_others(const fhb_bundle_query_t *query, fhb_str_t json)
{
    fuzz_heap_t         heap;
    fhb_bundle_query_t  other;

    static const fhb_str_t  patient = fhb_string("p2");
    static const fhb_str_t  id = fhb_string("b2");

    if (fuzz_holds(json, "\\")) {
        return;
    }

    CHECK(fuzz_holds(json, "p1") && fuzz_holds(json, "Binary/b1"));

    if (!fuzz_holds(json, "p2")) {
        other = *query;
        other.patient = patient;

        memset(&heap, 0, sizeof(heap));
        CHECK(fuzz_refused(fuzz_owner(&heap, &other, json)));
    }

    if (!fuzz_holds(json, "b2")) {
        other = *query;
        other.id = id;

        memset(&heap, 0, sizeof(heap));
        CHECK(fuzz_refused(fuzz_owner(&heap, &other, json)));
    }
}


/* nothing shows it, on this page at least */

static int
fuzz_refused(fhb_rc_t rc)
{
    return rc == FHB_E_PATIENT || rc == FHB_AGAIN
           || rc == FHB_E_PATIENT_UNAVAILABLE;
}


static void
fuzz_page(const fhb_bundle_query_t *query, fhb_str_t json)
{
    size_t              i;
    fuzz_heap_t         heap;
    fhb_bundle_query_t  other;
    unsigned char      *args;

    for (i = 0; i < fuzz_next.len; i++) {
        CHECK(fuzz_next.data[i] > 0x20 && fuzz_next.data[i] < 0x7f);
        CHECK(fuzz_next.data[i] != '#');
    }

    CHECK(fuzz_holds(json, "\\")
          || memmem(json.data, json.len, fuzz_next.data, fuzz_next.len)
             != NULL);

    args = malloc(fuzz_next.len);
    CHECK(args != NULL);
    memcpy(args, fuzz_next.data, fuzz_next.len);

    other = *query;
    other.args.data = args;
    other.args.len = fuzz_next.len;

    memset(&heap, 0, sizeof(heap));
    CHECK(fuzz_owner(&heap, &other, json) == FHB_E_PATIENT);

    free(args);
}


static int
fuzz_holds(fhb_str_t json, const char *word)
{
    return memmem(json.data, json.len, word, strlen(word)) != NULL;
}
