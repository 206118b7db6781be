/*
 * The speed of the base64 kernels beside memcpy() of the same input.  Rounds
 * are interleaved: each one measures everything once, so that what disturbs
 * the machine disturbs all alike; of the rounds the median counts.
 *
 *     bench_b64 [rounds]
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fhb_b64.h"


#define BENCH_ROUNDS  21
#define BENCH_MAX     1048576           /* bytes of input, the largest size */
#define BENCH_WORK    (4 * 1048576)     /* bytes of input in one measurement */
#define BENCH_ROWS    64
#define BENCH_LINE    76                /* characters of a line when wrapped */


typedef struct bench_row_s  bench_row_t;

struct bench_row_s {
    const char              *name;
    const fhb_b64_kernel_t  *kernel;
    size_t                 (*run)(const bench_row_t *row);
    const unsigned char     *in;
    size_t                   len;       /* bytes of input */
    size_t                   piece;     /* bytes of a slice */
    size_t                   base;      /* the row to compare with */
    double                  *gbs;       /* of each round */
};


static bench_row_t     bench_rows[BENCH_ROWS];
static size_t          bench_n;
static int             bench_rounds = BENCH_ROUNDS;
static unsigned char  *bench_raw, *bench_text, *bench_lines, *bench_out;


static double
bench_now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


static size_t
bench_memcpy(const bench_row_t *row)
{
    memcpy(bench_out, row->in, row->len);
    __asm__ volatile ("" : : "r" (bench_out) : "memory");

    return row->len;
}


static size_t
bench_encode(const bench_row_t *row)
{
    size_t         i, n, w;
    fhb_b64_enc_t  st;

    memset(&st, 0, sizeof(st));
    st.kernel = row->kernel;
    w = 0;

    for (i = 0; i < row->len; i += n) {
        n = row->len - i < row->piece ? row->len - i : row->piece;
        w += fhb_b64_encode(&st, bench_out + w, row->in + i, n);
    }

    return w + fhb_b64_encode_end(&st, bench_out + w);
}


static size_t
bench_decode(const bench_row_t *row)
{
    size_t         i, n, w, written;
    fhb_b64_dec_t  st;

    memset(&st, 0, sizeof(st));
    st.kernel = row->kernel;
    w = 0;

    for (i = 0; i < row->len; i += n) {
        n = row->len - i < row->piece ? row->len - i : row->piece;

        if (fhb_b64_decode(&st, bench_out + w, &written, row->in + i, n)
            != FHB_OK)
        {
            abort();
        }

        w += written;
    }

    return w;
}


static size_t
bench_check(const bench_row_t *row)
{
    size_t         i, n, w, written;
    fhb_b64_dec_t  st;

    memset(&st, 0, sizeof(st));
    st.kernel = row->kernel;
    w = 0;

    for (i = 0; i < row->len; i += n) {
        n = row->len - i < row->piece ? row->len - i : row->piece;

        if (fhb_b64_check(&st, bench_out + w, &written, row->in + i, n)
            != FHB_OK)
        {
            abort();
        }

        w += written;
    }

    return w;
}


static void
bench_measure(bench_row_t *row, int round)
{
    int     i, loops;
    double  start;
    size_t  sum;

    loops = (int) (BENCH_WORK / row->len) + 1;
    sum = row->run(row);
    start = bench_now();

    for (i = 0; i < loops; i++) {
        sum += row->run(row);
    }

    row->gbs[round] = (double) row->len * loops / (bench_now() - start);

    if (sum == 0) {
        abort();
    }
}


static int
bench_cmp(const void *a, const void *b)
{
    double  x, y;

    x = *(const double *) a;
    y = *(const double *) b;

    return (x > y) - (x < y);
}


/* The values of the rounds in order; the caller takes what it wants. */

static double *
bench_sort(double *v)
{
    static double  sorted[1024];

    memcpy(sorted, v, (size_t) bench_rounds * sizeof(double));
    qsort(sorted, (size_t) bench_rounds, sizeof(double), bench_cmp);

    return sorted;
}


static void
bench_print(const bench_row_t *row)
{
    int           i;
    double       *s, med, low, high, ratio[1024];
    const double *base;

    base = bench_rows[row->base].gbs;

    for (i = 0; i < bench_rounds; i++) {
        ratio[i] = row->gbs[i] / base[i];
    }

    s = bench_sort(row->gbs);
    low = s[bench_rounds / 10];
    med = s[bench_rounds / 2];
    high = s[bench_rounds - 1 - bench_rounds / 10];
    s = bench_sort(ratio);

    printf("%-7s %-16s %8zu %8zu  %7.2f  (%6.2f - %6.2f)  %.3f\n",
           row->kernel ? (const char *) fhb_b64_kernel_name(row->kernel).data
                       : "-",
           row->name, row->len, row->piece, med, low, high,
           s[bench_rounds / 2]);
}


static size_t
bench_add(const char *name, const fhb_b64_kernel_t *kernel,
    size_t (*run)(const bench_row_t *row), const unsigned char *in, size_t len)
{
    bench_row_t  *row;

    if (bench_n == BENCH_ROWS) {
        abort();
    }

    row = &bench_rows[bench_n];
    row->name = name;
    row->kernel = kernel;
    row->run = run;
    row->in = in;
    row->len = len;
    row->piece = len;
    row->base = bench_n;
    row->gbs = calloc((size_t) bench_rounds, sizeof(double));

    return bench_n++;
}


static void
bench_size(size_t len)
{
    size_t                   i, copy, line, pieces;
    fhb_str_t                name;
    const fhb_b64_kernel_t  *k;
    static const char *const names[] = { "avx512", "avx2", "neon", "scalar" };

    line = len / (BENCH_LINE + 2) * (BENCH_LINE + 2);
    copy = bench_add("memcpy", NULL, bench_memcpy, bench_raw, len);

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        name.data = (const unsigned char *) names[i];
        name.len = strlen(names[i]);
        k = fhb_b64_kernel(name);

        if (k == NULL) {
            continue;
        }

        bench_add("encode", k, bench_encode, bench_raw, len);
        bench_add("decode", k, bench_decode, bench_text, len);
        bench_add("check", k, bench_check, bench_text, len);
        bench_add("decode, wrapped", k, bench_decode, bench_lines, line);
        bench_add("check, wrapped", k, bench_check, bench_lines, line);

        if (len > 4096) {
            pieces = bench_add("encode, pieces", k, bench_encode, bench_raw,
                               len);
            bench_rows[pieces].piece = 4096;
            pieces = bench_add("decode, pieces", k, bench_decode, bench_text,
                               len);
            bench_rows[pieces].piece = 4096;
        }
    }

    for (i = copy; i < bench_n; i++) {
        bench_rows[i].base = copy;
    }
}


static unsigned char *
bench_alloc(size_t len)
{
    void  *p;

    if (posix_memalign(&p, 4096, len) != 0) {
        abort();
    }

    memset(p, 0, len);

    return p;
}


static void
bench_fill(void)
{
    size_t         i, n;
    fhb_b64_enc_t  st;

    bench_raw = bench_alloc(BENCH_MAX);
    bench_text = bench_alloc(2 * BENCH_MAX);
    bench_lines = bench_alloc(2 * BENCH_MAX);
    bench_out = bench_alloc(2 * BENCH_MAX);

    srand(1);

    for (i = 0; i < BENCH_MAX; i++) {
        bench_raw[i] = (unsigned char) (rand() >> 7);
    }

    memset(&st, 0, sizeof(st));
    fhb_b64_encode(&st, bench_text, bench_raw, BENCH_MAX);

    for (i = 0, n = 0; n < BENCH_MAX; i += BENCH_LINE) {
        memcpy(bench_lines + n, bench_text + i, BENCH_LINE);
        n += BENCH_LINE;
        bench_lines[n++] = '\r';
        bench_lines[n++] = '\n';
    }
}


int
main(int argc, char **argv)
{
    int     round;
    size_t  i, k;

    static const size_t  sizes[] = { 4096, 65536, 1048576 };

    if (argc > 1) {
        bench_rounds = atoi(argv[1]);

        if (bench_rounds < 1 || bench_rounds > 1024) {
            return 2;
        }
    }

    bench_fill();

    printf("%-7s %-16s %8s %8s  %7s  (10 %%  -  90 %%)    / memcpy\n",
           "kernel", "what", "input", "piece", "GB/s");

    for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        bench_n = 0;
        bench_size(sizes[k]);

        for (round = 0; round < bench_rounds; round++) {
            for (i = 0; i < bench_n; i++) {
                bench_measure(&bench_rows[i], round);
            }
        }

        for (i = 0; i < bench_n; i++) {
            bench_print(&bench_rows[i]);
            free(bench_rows[i].gbs);
        }

    }

    return 0;
}
