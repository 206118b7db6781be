/*
 * Each base64 kernel against the scalar one.  Without cmocka, so that it can
 * be linked statically for another architecture and run under qemu-user:
 *
 *     aarch64-linux-gnu-gcc -static -std=gnu99 -O2 -Isrc/core -It/unit
 *         t/unit/test_b64_kernel.c src/core/fhb_b64*.c -o t && qemu-aarch64 t
 *
 * FHB_B64=name tests that kernel alone.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fhb_b64_kernel.h"
#include "guard.h"


#define LEN   1024                      /* the longest input, bytes */
#define TEXT  (LEN / 3 * 4 + 8)         /* its base64 */
#define EDGE  320                       /* beside guard pages: 0 .. EDGE */
#define LONG  600                       /* each bad byte at each position */


/* what one call, or a series of them, gave */

typedef struct {
    fhb_rc_t       rc;
    fhb_b64_dec_t  st;
    size_t         n;
    unsigned char  out[2 * TEXT];
} result_t;

typedef fhb_rc_t (*reader_t)(fhb_b64_dec_t *st, unsigned char *out,
    size_t *written, const unsigned char *in, size_t len);


static const fhb_b64_kernel_t  *kernel;
static unsigned char            raw[LEN + 64];
static unsigned char            text[TEXT + 64];
static int                      failed;
static unsigned                 number;
static uint32_t                 seed = 1;

static const reader_t           readers[] = { fhb_b64_decode, fhb_b64_check };
static const char *const        reader_names[] = { "decode", "check" };


static uint32_t
next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;

    return seed;
}


static void
fail(const char *fmt, ...)
{
    va_list  ap;

    if (failed++ < 10) {
        va_start(ap, fmt);
        printf("# ");
        vprintf(fmt, ap);
        printf("\n");
        va_end(ap);
    }
}


static void
ok(const char *title)
{
    const fhb_str_t  name = kernel->name;

    printf("%sok %u - %.*s: %s\n", failed ? "not " : "", ++number,
           (int) name.len, (const char *) name.data, title);
    fflush(stdout);
}


/* Reads in as two slices. */

static void
run(result_t *r, const fhb_b64_kernel_t *k, reader_t reader,
    const unsigned char *in, size_t len, size_t split)
{
    size_t  n;

    memset(&r->st, 0, sizeof(r->st));
    r->st.kernel = k;

    r->rc = reader(&r->st, r->out, &r->n, in, split);

    if (r->rc == FHB_OK) {
        r->rc = reader(&r->st, r->out + r->n, &n, in + split, len - split);
        r->n += n;
    }
}


static int
same(const result_t *a, const result_t *b)
{
    return a->rc == b->rc && a->n == b->n
           && a->st.n == b->st.n && a->st.pad == b->st.pad
           && a->st.bits == b->st.bits && a->st.bad == b->st.bad
           && memcmp(a->out, b->out, a->n) == 0;
}


static void
encodes_every_length_at_every_alignment(void)
{
    size_t                len, a, b, n;
    unsigned char        *in, *out;
    static unsigned char  want[TEXT], from[LEN + 128], to[TEXT + 256];

    for (len = 0; len <= LEN; len += 3) {
        n = len / 3 * 4;
        fhb_b64_scalar_encode(want, raw, len);

        for (a = 0; a < 64; a++) {
            b = (a * 37 + len) & 63;
            in = from + a;
            out = to + 64 + b;

            memcpy(in, raw, len);
            memset(to, 0xa5, sizeof(to));
            kernel->encode(out, in, len);

            if (memcmp(out, want, n) != 0) {
                fail("length %zu, input at %zu, output at %zu", len, a, b);
            }

            if (out[-1] != 0xa5 || out[n] != 0xa5 || out[n + 63] != 0xa5) {
                fail("length %zu, output at %zu: outside", len, b);
            }
        }
    }
}


static void
decodes_every_length_at_every_alignment(void)
{
    size_t                len, a, b, n, w;
    unsigned char        *in, *out;
    static unsigned char  from[TEXT + 128], to[TEXT + 256];

    for (len = 0; len <= TEXT - 8; len += 4) {
        for (a = 0; a < 64; a++) {
            b = (a * 37 + len) & 63;
            in = from + a;
            out = to + 64 + b;

            memcpy(in, text, len);
            memset(to, 0xa5, sizeof(to));
            n = kernel->decode(out, in, len);

            if (n != len || memcmp(out, raw, len / 4 * 3) != 0) {
                fail("decode: length %zu, input at %zu", len, a);
            }

            if (out[-1] != 0xa5 || out[len / 4 * 3] != 0xa5) {
                fail("decode: length %zu, output at %zu: outside", len, b);
            }

            memset(to, 0xa5, sizeof(to));
            n = kernel->copy(out, &w, in, len);

            if (n != len || w != len || memcmp(out, text, len) != 0) {
                fail("copy: length %zu, input at %zu", len, a);
            }

            if (out[-1] != 0xa5 || out[len] != 0xa5) {
                fail("copy: length %zu, output at %zu: outside", len, b);
            }
        }
    }
}


static void
streams_encode_alike_at_every_split(void)
{
    size_t                len, split, n, w;
    fhb_b64_enc_t         st;
    static unsigned char  want[TEXT], out[TEXT];

    for (len = 0; len <= LEN; len++) {
        memset(&st, 0, sizeof(st));
        st.kernel = &fhb_b64_scalar;
        n = fhb_b64_encode(&st, want, raw, len);
        n += fhb_b64_encode_end(&st, want + n);

        for (split = 0; split <= len; split++) {
            memset(&st, 0, sizeof(st));
            st.kernel = kernel;
            w = fhb_b64_encode(&st, out, raw, split);
            w += fhb_b64_encode(&st, out + w, raw + split, len - split);
            w += fhb_b64_encode_end(&st, out + w);

            if (w != n || memcmp(out, want, n) != 0) {
                fail("length %zu, split at %zu", len, split);
            }
        }
    }
}


static void
streams_read_alike_at_every_split(void)
{
    size_t           len, split, r;
    static result_t  want, got;

    for (r = 0; r < 2; r++) {
        for (len = 0; len <= LEN; len++) {
            run(&want, &fhb_b64_scalar, readers[r], text, len, 0);

            if (want.rc != FHB_OK) {
                fail("%s: length %zu: refused", reader_names[r], len);
            }

            for (split = 0; split <= len; split++) {
                run(&got, kernel, readers[r], text, len, split);

                if (!same(&want, &got)) {
                    fail("%s: length %zu, split at %zu", reader_names[r], len,
                         split);
                }
            }
        }
    }
}


/* Both levels: what the kernel alone says, and what the stream makes of it. */

static void
compare_bad(const unsigned char *in, size_t len, size_t pos)
{
    size_t                r, a, b, v, w;
    static result_t       want, got;
    static unsigned char  x[TEXT], y[TEXT];

    a = fhb_b64_scalar_decode(x, in, len & ~(size_t) 3);
    b = kernel->decode(y, in, len & ~(size_t) 3);

    if (a != b || memcmp(x, y, a / 4 * 3) != 0) {
        fail("kernel decode: length %zu, %02x at %zu: %zu, not %zu", len,
             in[pos], pos, b, a);
    }

    a = fhb_b64_scalar_copy(x, &v, in, len);
    b = kernel->copy(y, &w, in, len);

    if (a != b || v != w || memcmp(x, y, w) != 0) {
        fail("kernel copy: length %zu, %02x at %zu: %zu, not %zu", len,
             in[pos], pos, b, a);
    }

    for (r = 0; r < 2; r++) {
        run(&want, &fhb_b64_scalar, readers[r], in, len, 0);
        run(&got, kernel, readers[r], in, len, pos * 7 % (len + 1));

        if (!same(&want, &got)) {
            fail("%s: length %zu, %02x at %zu", reader_names[r], len, in[pos],
                 pos);
        }
    }
}


static void
every_bad_byte_at_every_position_is_seen_alike(void)
{
    int                   c;
    size_t                len, pos;
    static unsigned char  in[LONG];

    for (len = 1; len <= LONG; len += len < 72 ? 1 : len < 280 ? 104 : 320) {
        memcpy(in, text, len);

        for (pos = 0; pos < len; pos++) {
            for (c = 0; c < 256; c++) {
                if (fhb_b64_value[c] & FHB_B64_BAD) {
                    in[pos] = (unsigned char) c;
                    compare_bad(in, len, pos);
                }
            }

            in[pos] = text[pos];
        }
    }
}


static size_t
random_text(unsigned char *in, size_t max)
{
    size_t    i, len, n;
    uint32_t  line, one_of, bad;

    len = next_random() % (max + 1);
    line = 1 + next_random() % 100;
    one_of = next_random() % 4 ? 0 : 2 + next_random() % 200;
    bad = next_random() % 3 ? 0 : 1 + next_random() % 3000;
    n = 0;

    for (i = 0; i < len; i++) {
        if (bad && next_random() % bad == 0) {
            in[i] = (unsigned char) next_random();

        } else if (one_of && next_random() % one_of == 0) {
            in[i] = (unsigned char) " \t\r\n"[next_random() % 4];

        } else if (line < 80 && ++n % line == 0) {
            in[i] = '\n';

        } else {
            in[i] = fhb_b64_alphabet[next_random() % 64];
        }
    }

    for (i = len; i > 0 && len - i < next_random() % 4; i--) {
        in[i - 1] = '=';
    }

    return len;
}


static void
random_text_with_white_space_is_read_alike(void)
{
    int                   round;
    size_t                r, len;
    static result_t       want, got;
    static unsigned char  in[2 * TEXT];

    for (round = 0; round < 20000; round++) {
        len = random_text(in, round % 2 ? 200 : 2 * TEXT);

        for (r = 0; r < 2; r++) {
            run(&want, &fhb_b64_scalar, readers[r], in, len, 0);
            run(&got, kernel, readers[r], in, len, next_random() % (len + 1));

            if (!same(&want, &got)) {
                fail("%s: round %d", reader_names[r], round);
            }
        }
    }
}


/* The output may be the input, or begin before it. */

static void
reads_over_its_own_input(void)
{
    int                   round;
    size_t                r, len, gap, n;
    fhb_rc_t              rc;
    fhb_b64_dec_t         st;
    static result_t       want;
    static unsigned char  in[2 * TEXT], buf[2 * TEXT + 64];

    for (round = 0; round < 20000; round++) {
        len = random_text(in, round % 2 ? 200 : 2 * TEXT);
        gap = round % 3 ? next_random() % 40 : 0;

        for (r = 0; r < 2; r++) {
            run(&want, &fhb_b64_scalar, readers[r], in, len, 0);

            memset(&st, 0, sizeof(st));
            st.kernel = kernel;
            memcpy(buf + gap, in, len);
            rc = readers[r](&st, buf, &n, buf + gap, len);

            if (rc != want.rc || n != want.n
                || memcmp(buf, want.out, n) != 0)
            {
                fail("%s: round %d, gap %zu", reader_names[r], round, gap);
            }
        }
    }
}


typedef char *(*guarded_t)(guard_t *g, const void *data, size_t len);


static void
stays_inside(guarded_t from, guarded_t to, size_t len)
{
    size_t          i, n, w, part;
    guard_t         g, h;
    unsigned char  *in, *out;

    n = len - len % 3;
    in = (unsigned char *) from(&g, raw, n);
    out = (unsigned char *) to(&h, NULL, n / 3 * 4);
    kernel->encode(out, in, n);

    if (memcmp(out, text, n / 3 * 4) != 0) {
        fail("encode: length %zu", n);
    }

    guard_free(&g);
    guard_free(&h);

    n = len & ~(size_t) 3;
    in = (unsigned char *) from(&g, text, n);
    out = (unsigned char *) to(&h, NULL, n / 4 * 3);

    if (kernel->decode(out, in, n) != n || memcmp(out, raw, n / 4 * 3) != 0) {
        fail("decode: length %zu", n);
    }

    guard_free(&g);
    guard_free(&h);

    /* with nothing, white space, and an error in it */

    for (i = 0; i < 3; i++) {
        in = (unsigned char *) from(&g, text, len);
        out = (unsigned char *) to(&h, NULL, len);
        part = len;

        if (i && len) {
            part = len * 2 / 3;
            in[part] = i == 1 ? '\n' : '-';
            part = i == 1 ? len : part;
        }

        if (kernel->copy(out, &w, in, len) != part
            || w != part - (i == 1 && len))
        {
            fail("copy: length %zu", len);
        }

        guard_free(&g);
        guard_free(&h);
    }
}


static void
stays_between_guard_pages(void)
{
    size_t  len;

    for (len = 0; len <= EDGE; len++) {
        stays_inside(guard_before, guard_before, len);
        stays_inside(guard_before, guard_after, len);
        stays_inside(guard_after, guard_before, len);
    }
}


static const struct {
    void       (*run)(void);
    const char  *title;
} tests[] = {
    { encodes_every_length_at_every_alignment,
      "encodes every length at every alignment" },
    { decodes_every_length_at_every_alignment,
      "decodes and copies every length at every alignment" },
    { streams_encode_alike_at_every_split,
      "streams encode alike at every split of every length" },
    { streams_read_alike_at_every_split,
      "streams read alike at every split of every length" },
    { every_bad_byte_at_every_position_is_seen_alike,
      "every bad byte at every position is seen alike" },
    { random_text_with_white_space_is_read_alike,
      "random text with white space is read alike" },
    { reads_over_its_own_input,
      "reads over its own input" },
    { stays_between_guard_pages,
      "stays between guard pages" }
};

#define TESTS  (sizeof(tests) / sizeof(tests[0]))


static int
test_kernel(const char *name)
{
    int        bad;
    size_t     i;
    fhb_str_t  s;

    s.data = (const unsigned char *) name;
    s.len = strlen(name);
    kernel = fhb_b64_kernel(s);

    if (kernel == NULL) {
        for (i = 0; i < TESTS; i++) {
            printf("ok %u - %s: %s # SKIP not of this CPU or build\n",
                   ++number, name, tests[i].title);
        }

        return 0;
    }

    bad = 0;

    for (i = 0; i < TESTS; i++) {
        failed = 0;
        tests[i].run();
        ok(tests[i].title);
        bad |= failed;
    }

    return bad;
}


int
main(void)
{
    int                       bad;
    size_t                    i, n;
    const char               *name;
    static const char *const  names[] = { "scalar", "avx2", "avx512", "neon" };

    for (i = 0; i < LEN; i++) {
        raw[i] = (unsigned char) (next_random() >> 11);
    }

    n = LEN / 3 * 3;
    fhb_b64_scalar_encode(text, raw, n);

    for (i = n / 3 * 4; i < TEXT; i++) {
        text[i] = fhb_b64_alphabet[next_random() & 63];
    }

    name = getenv("FHB_B64");
    n = name && *name ? 1 : sizeof(names) / sizeof(names[0]);
    printf("1..%zu\n", n * TESTS);

    for (bad = 0, i = 0; i < n; i++) {
        bad |= test_kernel(n == 1 ? name : names[i]);
    }

    return bad != 0;
}
