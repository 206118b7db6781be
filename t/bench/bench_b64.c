/*
 * The speed of the base64 kernels beside memcpy() of the same input, and in
 * pieces beside one call.  Rounds are interleaved: each one measures
 * everything once, so that what disturbs the machine disturbs all alike.  A
 * ratio is taken within a round; the medians of the rounds count, and the
 * spread is that from the tenth to the ninetieth percentile.
 *
 *     bench_b64 [rounds]
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fhb_b64_kernel.h"


#define BENCH_ROUNDS      21
#define BENCH_ROUNDS_MAX  1000
#define BENCH_MAX         1048576       /* bytes of input, the largest size */
#define BENCH_WORK        (4 * 1048576) /* bytes of input in one measurement */
#define BENCH_ROWS        64
#define BENCH_LINE        76            /* characters of a line when wrapped */
#define BENCH_PIECE       4096          /* bytes of a slice */


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


static void bench_pieces(size_t whole, size_t copy);

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


static void
bench_spread(double *v, double spread[3])
{
    size_t  n;

    n = (size_t) bench_rounds;
    qsort(v, n, sizeof(double), bench_cmp);

    spread[0] = v[n / 10];
    spread[1] = v[n / 2];
    spread[2] = v[n - 1 - n / 10];
}


static void
bench_print(const bench_row_t *row)
{
    int                 i;
    double              gbs[BENCH_ROUNDS_MAX], ratio[BENCH_ROUNDS_MAX];
    double              g[3], r[3];
    const char         *name;
    const bench_row_t  *base;

    base = &bench_rows[row->base];
    name = "-";

    for (i = 0; i < bench_rounds; i++) {
        gbs[i] = row->gbs[i];
        ratio[i] = row->gbs[i] / base->gbs[i];
    }

    if (row->kernel) {
        name = (const char *) row->kernel->name.data;
    }

    bench_spread(gbs, g);
    bench_spread(ratio, r);

    printf("%-7s %-15s %8zu  %6.2f (%6.2f - %6.2f)  "
           "%.3f (%.3f - %.3f) of %s\n",
           name, row->name, row->len, g[1], g[0], g[2], r[1], r[0], r[2],
           base->name);
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

    if (row->gbs == NULL) {
        abort();
    }

    return bench_n++;
}


static void
bench_size(size_t len)
{
    size_t                   i, copy, line;
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

        bench_pieces(bench_add("encode", k, bench_encode, bench_raw, len),
                     copy);
        bench_pieces(bench_add("decode", k, bench_decode, bench_text, len),
                     copy);
        bench_pieces(bench_add("check", k, bench_check, bench_text, len),
                     copy);

        bench_rows[bench_add("decode, wrapped", k, bench_decode, bench_lines,
                             line)].base = copy;
        bench_rows[bench_add("check, wrapped", k, bench_check, bench_lines,
                             line)].base = copy;
    }
}


/* The same in pieces, compared with the whole. */

static void
bench_pieces(size_t whole, size_t copy)
{
    size_t  row;

    bench_rows[whole].base = copy;

    if (bench_rows[whole].len > BENCH_PIECE) {
        row = bench_add("  in 4 KB", bench_rows[whole].kernel,
                        bench_rows[whole].run, bench_rows[whole].in,
                        bench_rows[whole].len);
        bench_rows[row].piece = BENCH_PIECE;
        bench_rows[row].base = whole;
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

        if (bench_rounds < 1 || bench_rounds > BENCH_ROUNDS_MAX) {
            return 2;
        }
    }

    bench_fill();

    printf("%-7s %-15s %8s  %6s  %-16s  ratio\n",
           "kernel", "what", "input", "GB/s", "spread");

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
        }

        for (i = 0; i < bench_n; i++) {
            free(bench_rows[i].gbs);
        }

    }

    return 0;
}
