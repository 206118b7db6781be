/*
 * Base64 with AVX-512 VBMI and VBMI2 (Ice Lake, Zen 4 and later): a table of
 * 64 bytes is one register, and masks make a tail of any length.
 */

#include "fhb_b64_kernel.h"

#if (FHB_B64_X86)

#include <immintrin.h>


#define FHB_B64_AVX512                                                       \
    __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,popcnt")))


static inline __mmask64 fhb_b64_avx512_first(size_t n);
FHB_B64_AVX512 static inline __m512i fhb_b64_avx512_text(__m512i v,
    __m512i spread, __m512i alphabet);
FHB_B64_AVX512 static void fhb_b64_avx512_encode(unsigned char *out,
    const unsigned char *in, size_t len);
FHB_B64_AVX512 static inline __m512i fhb_b64_avx512_bytes(__m512i v,
    __m512i gather);
FHB_B64_AVX512 static inline __mmask64 fhb_b64_avx512_four(unsigned char *out,
    const unsigned char *in, __m512i low, __m512i high, __m512i gather);
FHB_B64_AVX512 static size_t fhb_b64_avx512_decode(unsigned char *out,
    const unsigned char *in, size_t len);
FHB_B64_AVX512 static size_t fhb_b64_avx512_copy(unsigned char *out,
    size_t *written, const unsigned char *in, size_t len);


const fhb_b64_kernel_t  fhb_b64_avx512 = {
    fhb_string("avx512"),
    fhb_b64_avx512_encode,
    fhb_b64_avx512_decode,
    fhb_b64_avx512_copy
};


/* for each triple b0 b1 b2 the bytes b1 b0 b2 b1 */

#define FHB_B64_SPREAD_(i)  (i) + 1, (i), (i) + 2, (i) + 1
#define FHB_B64_SPREAD4_(i)                                                  \
    FHB_B64_SPREAD_(i), FHB_B64_SPREAD_((i) + 3),                            \
    FHB_B64_SPREAD_((i) + 6), FHB_B64_SPREAD_((i) + 9)

static const unsigned char  fhb_b64_avx512_spread[64] = {
    FHB_B64_SPREAD4_(0), FHB_B64_SPREAD4_(12),
    FHB_B64_SPREAD4_(24), FHB_B64_SPREAD4_(36)
};


/* from each dword, whose value is 24 bits, its bytes 2 1 0 */

#define FHB_B64_GATHER_(i)  (i) + 2, (i) + 1, (i)
#define FHB_B64_GATHER4_(i)                                                  \
    FHB_B64_GATHER_(i), FHB_B64_GATHER_((i) + 4),                            \
    FHB_B64_GATHER_((i) + 8), FHB_B64_GATHER_((i) + 12)

static const unsigned char  fhb_b64_avx512_gather[64] = {
    FHB_B64_GATHER4_(0), FHB_B64_GATHER4_(16),
    FHB_B64_GATHER4_(32), FHB_B64_GATHER4_(48)
};


/* the first n bytes, n <= 64 */

static inline __mmask64
fhb_b64_avx512_first(size_t n)
{
    return n ? ~(__mmask64) 0 >> (64 - n) : 0;
}


/*
 *     dword     b1       b0       b2       b1        (from bit 0)
 *     shifts    10, 4, 22, 16: each byte then has six bits of use, and two
 *               that the look-up does not see
 */

FHB_B64_AVX512 static inline __m512i
fhb_b64_avx512_text(__m512i v, __m512i spread, __m512i alphabet)
{
    const __m512i  shifts = _mm512_set1_epi64(0x3036242a1016040aLL);

    v = _mm512_permutexvar_epi8(spread, v);
    v = _mm512_multishift_epi64_epi8(shifts, v);

    return _mm512_permutexvar_epi8(v, alphabet);
}


FHB_B64_AVX512 static void
fhb_b64_avx512_encode(unsigned char *out, const unsigned char *in, size_t len)
{
    size_t   n;
    __m512i  v, spread, alphabet;

    spread = _mm512_loadu_si512(fhb_b64_avx512_spread);
    alphabet = _mm512_loadu_si512(fhb_b64_alphabet);

    /* a store across two cache lines costs twice: align the stores */

    n = (0 - (uintptr_t) out) & 63;

    if (n % 4 == 0 && n / 4 * 3 <= len) {
        v = _mm512_maskz_loadu_epi8(fhb_b64_avx512_first(n / 4 * 3), in);
        v = fhb_b64_avx512_text(v, spread, alphabet);
        _mm512_mask_storeu_epi8(out, fhb_b64_avx512_first(n), v);

        in += n / 4 * 3;
        out += n;
        len -= n / 4 * 3;
    }

    /* the load of 64 bytes, of which 48 are used, must not go beyond */

    while (len >= 64) {
        v = _mm512_loadu_si512(in);
        v = fhb_b64_avx512_text(v, spread, alphabet);
        _mm512_storeu_si512(out, v);
        in += 48;
        out += 64;
        len -= 48;
    }

    while (len) {
        n = len < 48 ? len : 48;

        v = _mm512_maskz_loadu_epi8(fhb_b64_avx512_first(n), in);
        v = fhb_b64_avx512_text(v, spread, alphabet);
        _mm512_mask_storeu_epi8(out, fhb_b64_avx512_first(n / 3 * 4), v);

        in += n;
        out += n / 3 * 4;
        len -= n;
    }
}


/* Four values of six bits become one of 24. */

FHB_B64_AVX512 static inline __m512i
fhb_b64_avx512_bytes(__m512i v, __m512i gather)
{
    v = _mm512_maddubs_epi16(v, _mm512_set1_epi32(0x01400140));
    v = _mm512_madd_epi16(v, _mm512_set1_epi32(0x00011000));

    return _mm512_permutexvar_epi8(gather, v);
}


FHB_B64_AVX512 static inline __mmask64
fhb_b64_avx512_four(unsigned char *out, const unsigned char *in, __m512i low,
    __m512i high, __m512i gather)
{
    __m512i    c0, c1, c2, c3, v0, v1, v2, v3, all;
    __mmask64  bad;

    c0 = _mm512_loadu_si512(in);
    c1 = _mm512_loadu_si512(in + 64);
    c2 = _mm512_loadu_si512(in + 128);
    c3 = _mm512_loadu_si512(in + 192);

    v0 = _mm512_permutex2var_epi8(low, c0, high);
    v1 = _mm512_permutex2var_epi8(low, c1, high);
    v2 = _mm512_permutex2var_epi8(low, c2, high);
    v3 = _mm512_permutex2var_epi8(low, c3, high);

    all = _mm512_ternarylogic_epi32(c0, c1, c2, 0xfe);
    all = _mm512_ternarylogic_epi32(all, c3, v0, 0xfe);
    all = _mm512_ternarylogic_epi32(all, v1, v2, 0xfe);
    bad = _mm512_movepi8_mask(_mm512_or_si512(all, v3));

    if (bad == 0) {
        _mm512_storeu_si512(out, fhb_b64_avx512_bytes(v0, gather));
        _mm512_storeu_si512(out + 48, fhb_b64_avx512_bytes(v1, gather));
        _mm512_storeu_si512(out + 96, fhb_b64_avx512_bytes(v2, gather));
        _mm512_storeu_si512(out + 144, fhb_b64_avx512_bytes(v3, gather));
    }

    return bad;
}


FHB_B64_AVX512 static size_t
fhb_b64_avx512_decode(unsigned char *out, const unsigned char *in, size_t len)
{
    size_t     i, n;
    __m512i    c, v, low, high, gather;
    __mmask64  all, bad;

    low = _mm512_loadu_si512(fhb_b64_value);
    high = _mm512_loadu_si512(fhb_b64_value + 64);
    gather = _mm512_loadu_si512(fhb_b64_avx512_gather);

    /*
     * Four blocks at once, for one look at what is bad in them.  Of a store
     * of 64 bytes 48 count; the last one must not go beyond.
     */

    for (i = 0; len - i >= 280; i += 256) {
        bad = fhb_b64_avx512_four(out, in + i, low, high, gather);

        if (bad) {
            break;
        }

        out += 192;
    }

    while (i < len) {
        n = len - i < 64 ? len - i : 64;
        all = fhb_b64_avx512_first(n);

        c = _mm512_maskz_loadu_epi8(all, in + i);
        v = _mm512_permutex2var_epi8(low, c, high);
        bad = _mm512_movepi8_mask(_mm512_or_si512(v, c)) & all;

        if (bad) {
            n = (size_t) __builtin_ctzll(bad) & ~(size_t) 3;
        }

        _mm512_mask_storeu_epi8(out, fhb_b64_avx512_first(n / 4 * 3),
                                fhb_b64_avx512_bytes(v, gather));
        out += n / 4 * 3;
        i += n;

        if (bad) {
            break;
        }
    }

    return i;
}


FHB_B64_AVX512 static size_t
fhb_b64_avx512_copy(unsigned char *out, size_t *written,
    const unsigned char *in, size_t len)
{
    size_t          i, n;
    __m512i         c, v, low, high;
    __mmask64       all, bad, stop;
    unsigned char  *start;
    const __m512i   space = _mm512_set1_epi8((char) FHB_B64_SPACE);

    low = _mm512_loadu_si512(fhb_b64_value);
    high = _mm512_loadu_si512(fhb_b64_value + 64);
    start = out;

    /*
     * A whole register is stored, though less of it may count: of in only
     * what has been read is written over.
     */

    for (i = 0; len - i >= 64; i += 64) {
        c = _mm512_loadu_si512(in + i);
        v = _mm512_permutex2var_epi8(low, c, high);
        bad = _mm512_movepi8_mask(_mm512_or_si512(v, c));

        if (bad) {
            stop = (bad ^ _mm512_cmpeq_epi8_mask(v, space))
                   | _mm512_movepi8_mask(c);

            if (stop) {
                break;
            }

            c = _mm512_maskz_compress_epi8(~bad, c);
        }

        _mm512_storeu_si512(out, c);
        out += 64 - __builtin_popcountll(bad);
    }

    while (i < len) {
        n = len - i < 64 ? len - i : 64;
        all = fhb_b64_avx512_first(n);

        c = _mm512_maskz_loadu_epi8(all, in + i);
        v = _mm512_permutex2var_epi8(low, c, high);
        bad = _mm512_movepi8_mask(_mm512_or_si512(v, c)) & all;
        stop = ((bad ^ _mm512_cmpeq_epi8_mask(v, space))
                | _mm512_movepi8_mask(c))
               & all;

        if (stop) {
            n = (size_t) __builtin_ctzll(stop);
            all = fhb_b64_avx512_first(n);
        }

        c = _mm512_maskz_compress_epi8(all & ~bad, c);
        n = (size_t) __builtin_popcountll(all & ~bad);
        _mm512_mask_storeu_epi8(out, fhb_b64_avx512_first(n), c);

        out += n;
        i += (size_t) __builtin_popcountll(all);

        if (stop) {
            break;
        }
    }

    *written = (size_t) (out - start);

    return i;
}

#endif
