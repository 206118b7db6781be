/*
 * The speed of reading a Binary, beside memcpy() of the same pieces: the
 * scanner and its parser alone, and with the base64 decoded.  A piece lies
 * in the cache, as one that was just received does.  Rounds are interleaved;
 * of the rounds the median counts.  The last lines show that time is linear
 * and memory constant.
 *
 *     bench_splice [rounds]
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "fhb_b64.h"
#include "fhb_bin_read.h"


#define BENCH_ROUNDS  11
#define BENCH_TOTAL   100000000         /* characters of the value */
#define BENCH_PIECE   65536


typedef struct {
    const char  *name;
    fhb_form_t   form;                  /* FHB_FORM_NONE: memcpy */
    const char  *fill;                  /* what the value repeats */
    int          decode;
} bench_row_t;


static unsigned char  bench_piece[BENCH_PIECE];
static unsigned char  bench_out[BENCH_PIECE + 64];

static const bench_row_t  bench_rows[] = {
    { "memcpy", FHB_FORM_NONE, "ABCD", 0 },
    { "json, read", FHB_FORM_JSON, "ABCD", 0 },
    { "json, read and decode", FHB_FORM_JSON, "ABCD", 1 },
    { "json, every / escaped", FHB_FORM_JSON,
      "ABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABC\\/", 1 },
    { "json, lines of 76", FHB_FORM_JSON,
      "ABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCD"
      "ABCD\\r\\n", 1 },
    { "json, all escaped", FHB_FORM_JSON, "\\u002B", 1 },
    { "xml, read", FHB_FORM_XML, "ABCD", 0 },
    { "xml, read and decode", FHB_FORM_XML, "ABCD", 1 },
    { "xml, lines of 76", FHB_FORM_XML,
      "ABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCDABCD"
      "ABCD\n", 1 },
    { "xml, all escaped", FHB_FORM_XML, "&#x2B;", 1 }
};

#define BENCH_N  (sizeof(bench_rows) / sizeof(bench_rows[0]))


static double
bench_now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}


static void *
bench_alloc(void *ctx, size_t size)
{
    (void) ctx;

    return malloc(size);
}


static void
bench_free(void *ctx, void *p)
{
    (void) ctx;

    free(p);
}


/* the gateway's way: what is plain base64 goes to the decoder at once */

static size_t
bench_take(const fhb_bin_read_t *r, fhb_b64_dec_t *st,
    const unsigned char **p, size_t *len)
{
    size_t  n, written;

    if (!fhb_bin_read_plain(r)) {
        return 0;
    }

    n = fhb_b64_decode_plain(st, bench_out, &written, *p, *len);

    *p += n;
    *len -= n;

    return n;
}


static size_t
bench_feed(fhb_bin_read_t *r, fhb_b64_dec_t *st, const void *in, size_t len)
{
    size_t                sum, written;
    fhb_rc_t              rc;
    fhb_bin_event_t       event;
    const unsigned char  *p;

    p = in;
    sum = 0;

    for ( ;; ) {

        if (st != NULL) {
            sum += bench_take(r, st, &p, &len);
        }

        rc = fhb_bin_read_feed(r, &p, &len, &event);

        if (rc != FHB_OK) {
            break;
        }

        sum += event.data.len;

        if (st != NULL && event.type == FHB_BIN_DATA
            && fhb_b64_decode(st, bench_out, &written, event.data.data,
                              event.data.len) != FHB_OK)
        {
            abort();
        }
    }

    if (rc < 0) {
        abort();
    }

    return sum;
}


static double
bench_read(const bench_row_t *row, size_t n, size_t count)
{
    size_t            i, sum;
    double            start;
    fhb_alloc_t       alloc = { bench_alloc, bench_free, NULL };
    fhb_b64_dec_t     st;
    fhb_bin_read_t   *r;
    const char       *head, *tail;

    head = "{\"resourceType\":\"Binary\",\"contentType\":\"a/b\",\"data\":\"";
    tail = "\"}";

    if (row->form == FHB_FORM_XML) {
        head = "<Binary xmlns=\"http://hl7.org/fhir\">"
               "<contentType value=\"a/b\"/><data value=\"";
        tail = "\"/></Binary>";
    }

    memset(&st, 0, sizeof(st));
    start = bench_now();

    if (fhb_bin_read_create(&r, &alloc, row->form) != FHB_OK) {
        abort();
    }

    sum = bench_feed(r, NULL, head, strlen(head));

    for (i = 0; i < count; i++) {
        sum += bench_feed(r, row->decode ? &st : NULL, bench_piece, n);
    }

    sum += bench_feed(r, NULL, tail, strlen(tail));

    if (fhb_bin_read_end(r) != FHB_OK || sum == 0) {
        abort();
    }

    fhb_bin_read_free(r);

    return bench_now() - start;
}


/* total characters in pieces of n bytes; GB/s */

static double
bench_run(const bench_row_t *row, size_t n, size_t total)
{
    size_t  i, fill, count;
    double  start, took;

    fill = strlen(row->fill);
    count = total / n;

    /* a piece holds whole fills, so that any number of them is a value */

    n -= n % fill;

    for (i = 0; i < n; i++) {
        bench_piece[i] = (unsigned char) row->fill[i % fill];
    }

    if (row->form != FHB_FORM_NONE) {
        took = bench_read(row, n, count);

    } else {
        start = bench_now();

        for (i = 0; i < count; i++) {
            memcpy(bench_out, bench_piece, n);
            __asm__ volatile ("" : : "r" (bench_out) : "memory");
        }

        took = bench_now() - start;
    }

    return (double) n * (double) count / took / 1e9;
}


static int
bench_cmp(const void *a, const void *b)
{
    double  x, y;

    x = *(const double *) a;
    y = *(const double *) b;

    return (x > y) - (x < y);
}


static double
bench_median(double *v, int n)
{
    qsort(v, (size_t) n, sizeof(double), bench_cmp);

    return v[n / 2];
}


static void
bench_table(size_t piece, int rounds)
{
    int            k;
    size_t         i;
    static double  speed[BENCH_N][101], ratio[BENCH_N][101];

    for (k = 0; k < rounds; k++) {
        for (i = 0; i < BENCH_N; i++) {
            speed[i][k] = bench_run(&bench_rows[i], piece, BENCH_TOTAL);
            ratio[i][k] = speed[i][k] / speed[0][k];
        }
    }

    for (i = 0; i < BENCH_N; i++) {
        printf("%-24s %6zu  %8.2f  %.3f\n", bench_rows[i].name, piece,
               bench_median(speed[i], rounds),
               bench_median(ratio[i], rounds));
    }
}


int
main(int argc, char **argv)
{
    int            rounds;
    size_t         i;
    double         small, large;
    struct rusage  before, after;

    static const size_t  pieces[] = { 65536, 4096 };

    rounds = (argc > 1) ? atoi(argv[1]) : BENCH_ROUNDS;

    if (rounds < 1 || rounds > 101) {
        return 2;
    }

    printf("%-24s %6s  %8s  / memcpy\n", "what", "piece", "GB/s");

    for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        bench_table(pieces[i], rounds);
    }

    for (i = 1; i < BENCH_N; i += 5) {
        getrusage(RUSAGE_SELF, &before);

        small = BENCH_TOTAL / 10 / bench_run(&bench_rows[i], 4096,
                                             BENCH_TOTAL / 10);
        large = BENCH_TOTAL / bench_run(&bench_rows[i], 4096, BENCH_TOTAL);

        getrusage(RUSAGE_SELF, &after);

        printf("%-24s time of 100 MB / 10 MB %.1f, growth %ld kB\n",
               bench_rows[i].name, large / small,
               after.ru_maxrss - before.ru_maxrss);
    }

    return 0;
}
