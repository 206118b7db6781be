/*
 * The one loop that sees each byte of a value: two comparisons, signed, so
 * that one of them finds quotes, control characters and all that is not
 * ASCII.
 */

#include "fhb_splice.h"

#if (defined __x86_64__ && defined __GNUC__)
#include <immintrin.h>
#define FHB_SPLICE_X86  1
#endif


static size_t fhb_splice_span_plain(const unsigned char *p, size_t len,
    signed char low, signed char stop);
#if (FHB_SPLICE_X86)
static size_t fhb_splice_span_sse2(const unsigned char *p, size_t len,
    signed char low, signed char stop);
static size_t fhb_splice_span_avx2(const unsigned char *p, size_t len,
    signed char low, signed char stop) __attribute__((target("avx2")));
#endif


size_t
fhb_splice_span(const unsigned char *p, size_t len, signed char low,
    signed char stop)
{
#if (FHB_SPLICE_X86)
    size_t  n;

    n = 0;

    if (len >= 128 && __builtin_cpu_supports("avx2")) {
        n = fhb_splice_span_avx2(p, len, low, stop);
    }

    return n + fhb_splice_span_sse2(p + n, len - n, low, stop);
#else
    return fhb_splice_span_plain(p, len, low, stop);
#endif
}


static size_t
fhb_splice_span_plain(const unsigned char *p, size_t len, signed char low,
    signed char stop)
{
    int          hit;
    size_t       i, n;
    signed char  c;

    n = 0;

    /* blocks of a fixed size, so that a compiler can use what it has */

    while (len - n >= 32) {
        hit = 0;

        for (i = 0; i < 32; i++) {
            c = (signed char) p[n + i];
            hit |= (c < low) | (c == stop);
        }

        if (hit) {
            break;
        }

        n += 32;
    }

    while (n < len) {
        c = (signed char) p[n];

        if (c < low || c == stop) {
            break;
        }

        n++;
    }

    return n;
}


#if (FHB_SPLICE_X86)

static size_t
fhb_splice_span_sse2(const unsigned char *p, size_t len, signed char low,
    signed char stop)
{
    size_t    n;
    __m128i   l, s, v, m;
    unsigned  hit;

    l = _mm_set1_epi8(low);
    s = _mm_set1_epi8(stop);

    for (n = 0; len - n >= 16; n += 16) {
        v = _mm_loadu_si128((const __m128i *) (const void *) (p + n));
        m = _mm_or_si128(_mm_cmplt_epi8(v, l), _mm_cmpeq_epi8(v, s));
        hit = (unsigned) _mm_movemask_epi8(m);

        if (hit) {
            return n + (size_t) __builtin_ctz(hit);
        }
    }

    return n + fhb_splice_span_plain(p + n, len - n, low, stop);
}


#define fhb_splice_load(p)                                                   \
    _mm256_loadu_si256((const __m256i *) (const void *) (p))


/* Whole blocks only: the rest of the span begins in the one it stops at. */

static size_t
fhb_splice_span_avx2(const unsigned char *p, size_t len, signed char low,
    signed char stop)
{
    size_t   n;
    __m256i  l, s, z, a, b, c, d, x, y;

    l = _mm256_set1_epi8(low);
    s = _mm256_set1_epi8(stop);
    z = _mm256_setzero_si256();

    for (n = 0; len - n >= 128; n += 128) {
        a = fhb_splice_load(p + n);
        b = fhb_splice_load(p + n + 32);
        c = fhb_splice_load(p + n + 64);
        d = fhb_splice_load(p + n + 96);

        x = _mm256_min_epi8(_mm256_min_epi8(a, b), _mm256_min_epi8(c, d));

        a = _mm256_xor_si256(a, s);
        b = _mm256_xor_si256(b, s);
        c = _mm256_xor_si256(c, s);
        d = _mm256_xor_si256(d, s);

        y = _mm256_min_epu8(_mm256_min_epu8(a, b), _mm256_min_epu8(c, d));

        x = _mm256_or_si256(_mm256_cmpgt_epi8(l, x),
                            _mm256_cmpeq_epi8(y, z));

        if (!_mm256_testz_si256(x, x)) {
            break;
        }
    }

    return n;
}

#endif
