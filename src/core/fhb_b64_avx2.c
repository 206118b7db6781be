/*
 * Base64 with AVX2: tables of 16 bytes, one for each half of a register.
 */

#include "fhb_b64_kernel.h"

#if (FHB_B64_X86)

#include <string.h>
#include <immintrin.h>


#define FHB_B64_AVX2  __attribute__((target("avx2,bmi2,popcnt")))

#define FHB_B64_TWICE(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)        \
    _mm256_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p,         \
                     a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)


FHB_B64_AVX2 static inline __m256i fhb_b64_avx2_values(
    const unsigned char *in);
FHB_B64_AVX2 static inline __m256i fhb_b64_avx2_text(__m256i v);
FHB_B64_AVX2 static void fhb_b64_avx2_encode(unsigned char *out,
    const unsigned char *in, size_t len);
FHB_B64_AVX2 static inline __m256i fhb_b64_avx2_bad(__m256i c, __m256i high);
FHB_B64_AVX2 static inline __m256i fhb_b64_avx2_high(__m256i c);
FHB_B64_AVX2 static inline __m256i fhb_b64_avx2_bytes(__m256i c, __m256i high);
FHB_B64_AVX2 static size_t fhb_b64_avx2_decode(unsigned char *out,
    const unsigned char *in, size_t len);
FHB_B64_AVX2 static inline uint32_t fhb_b64_avx2_space(__m256i c);
FHB_B64_AVX2 static inline unsigned char *fhb_b64_avx2_eight(
    unsigned char *out, uint64_t part, uint64_t drop);
FHB_B64_AVX2 static inline unsigned char *fhb_b64_avx2_squeeze(
    unsigned char *out, __m256i c, __m256i drop);
FHB_B64_AVX2 static size_t fhb_b64_avx2_copy(unsigned char *out,
    size_t *written, const unsigned char *in, size_t len);


const fhb_b64_kernel_t  fhb_b64_avx2 = {
    fhb_string("avx2"),
    fhb_b64_avx2_encode,
    fhb_b64_avx2_decode,
    fhb_b64_avx2_copy
};


/*
 * 24 bytes become 32 values of six bits: the halves hold bytes 0 .. 11 and
 * 12 .. 23, loaded so that nothing outside of the 24 is read.
 *
 *     dword     bbbbcccc aaaaaabb CCdddddd bbbbcccc    (bytes 1 0 2 1)
 *     ac        the words times 2^6 and 2^10, high half: a and c in place
 *     bd        the words times 2^4 and 2^8, low half: b and d in place
 */

FHB_B64_AVX2 static inline __m256i
fhb_b64_avx2_values(const unsigned char *in)
{
    __m256i        v, ac, bd;
    const __m256i  spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4,
                                             7, 6, 8, 7, 10, 9, 11, 10,
                                             5, 4, 6, 5, 8, 7, 9, 8,
                                             11, 10, 12, 11, 14, 13, 15, 14);

    v = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *) in));
    v = _mm256_inserti128_si256(v,
                           _mm_loadu_si128((const __m128i *) (in + 8)), 1);
    v = _mm256_shuffle_epi8(v, spread);

    ac = _mm256_and_si256(v, _mm256_set1_epi32(0x0fc0fc00));
    ac = _mm256_mulhi_epu16(ac, _mm256_set1_epi32(0x04000040));
    bd = _mm256_and_si256(v, _mm256_set1_epi32(0x003f03f0));
    bd = _mm256_mullo_epi16(bd, _mm256_set1_epi32(0x01000010));

    return _mm256_or_si256(ac, bd);
}


/*
 * A character is its value plus what its range adds.
 *
 *     value     0 .. 25   26 .. 51   52 .. 61   62         63
 *     row       0         1          2 .. 11    12         13
 *     add       'A'       'a' - 26   '0' - 52   '+' - 62   '/' - 63
 */

FHB_B64_AVX2 static inline __m256i
fhb_b64_avx2_text(__m256i v)
{
    __m256i        row;
    const __m256i  add = FHB_B64_TWICE('A', 'a' - 26,
                                       '0' - 52, '0' - 52, '0' - 52,
                                       '0' - 52, '0' - 52, '0' - 52,
                                       '0' - 52, '0' - 52, '0' - 52,
                                       '0' - 52, '+' - 62, '/' - 63, 0, 0);

    row = _mm256_subs_epu8(v, _mm256_set1_epi8(51));
    row = _mm256_sub_epi8(row, _mm256_cmpgt_epi8(v, _mm256_set1_epi8(25)));

    return _mm256_add_epi8(v, _mm256_shuffle_epi8(add, row));
}


FHB_B64_AVX2 static void
fhb_b64_avx2_encode(unsigned char *out, const unsigned char *in, size_t len)
{
    __m256i               v;
    const unsigned char  *last;

    if (len < 24) {
        fhb_b64_scalar_encode(out, in, len);
        return;
    }

    for (last = in + (len - 24); in < last; in += 24, out += 32) {
        v = fhb_b64_avx2_text(fhb_b64_avx2_values(in));
        _mm256_storeu_si256((__m256i *) out, v);
    }

    /* the last 24 bytes may have been done in part: do them again */

    out -= (in - last) / 3 * 4;
    v = fhb_b64_avx2_text(fhb_b64_avx2_values(last));
    _mm256_storeu_si256((__m256i *) out, v);
}


/*
 * For each low nibble the high nibbles that make it a character of the
 * alphabet: a bit for each of 2 .. 7.  A byte of 0x80 or more finds 0.
 *
 *     nibble    0    357         "0Pp"
 *               1-9  34567       "1AQaq" .. "9IYiy"
 *               A     4567       "JZjz"
 *               B    2 4 6       "+Kk"
 *               C-E    4 6       "Ll" .. "Nn"
 *               F    2 4 6       "/Oo"
 */

FHB_B64_AVX2 static inline __m256i
fhb_b64_avx2_bad(__m256i c, __m256i high)
{
    __m256i        have, want;
    const __m256i  low_table = FHB_B64_TWICE((char) 0xa8,
                        (char) 0xf8, (char) 0xf8, (char) 0xf8,
                        (char) 0xf8, (char) 0xf8, (char) 0xf8,
                        (char) 0xf8, (char) 0xf8, (char) 0xf8,
                        (char) 0xf0, 0x54, 0x50, 0x50, 0x50, 0x54);
    const __m256i  high_table = FHB_B64_TWICE(0, 0, 0x04, 0x08,
                        0x10, 0x20, 0x40, (char) 0x80,
                        0, 0, 0, 0, 0, 0, 0, 0);

    have = _mm256_shuffle_epi8(low_table, c);
    want = _mm256_shuffle_epi8(high_table, high);

    return _mm256_cmpeq_epi8(_mm256_and_si256(have, want),
                             _mm256_setzero_si256());
}


FHB_B64_AVX2 static inline __m256i
fhb_b64_avx2_high(__m256i c)
{
    return _mm256_and_si256(_mm256_srli_epi16(c, 4), _mm256_set1_epi8(0x0f));
}


/*
 * 32 characters become 24 bytes, in the low end of the register.  What has to
 * be added hangs on the high nibble alone, but for "/", which takes the row 1
 * that no character uses.
 */

FHB_B64_AVX2 static inline __m256i
fhb_b64_avx2_bytes(__m256i c, __m256i high)
{
    __m256i        row, v;
    const __m256i  add = FHB_B64_TWICE(0, 63 - '/', 62 - '+', 52 - '0',
                                       -'A', -'A', 26 - 'a', 26 - 'a',
                                       0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i  gather = FHB_B64_TWICE(2, 1, 0, 6, 5, 4, 10, 9, 8,
                                          14, 13, 12, -1, -1, -1, -1);

    row = _mm256_add_epi8(high, _mm256_cmpeq_epi8(c, _mm256_set1_epi8('/')));
    v = _mm256_add_epi8(c, _mm256_shuffle_epi8(add, row));

    v = _mm256_maddubs_epi16(v, _mm256_set1_epi32(0x01400140));
    v = _mm256_madd_epi16(v, _mm256_set1_epi32(0x00011000));
    v = _mm256_shuffle_epi8(v, gather);

    return _mm256_permutevar8x32_epi32(v,
                                _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}


FHB_B64_AVX2 static size_t
fhb_b64_avx2_decode(unsigned char *out, const unsigned char *in, size_t len)
{
    size_t   i;
    __m256i  c, v, high;

    for (i = 0; len - i >= 32; i += 32) {
        c = _mm256_loadu_si256((const __m256i *) (in + i));
        high = fhb_b64_avx2_high(c);

        if (_mm256_movemask_epi8(fhb_b64_avx2_bad(c, high))) {
            break;
        }

        v = fhb_b64_avx2_bytes(c, high);

        /* of the 32 bytes 24 count; at the end no more may be stored */

        if (len - i >= 44) {
            _mm256_storeu_si256((__m256i *) out, v);

        } else {
            _mm_storeu_si128((__m128i *) out, _mm256_castsi256_si128(v));
            _mm_storel_epi64((__m128i *) (out + 16),
                             _mm256_extracti128_si256(v, 1));
        }

        out += 24;
    }

    return i + fhb_b64_scalar_decode(out, in + i, len - i);
}


/* white space: the low nibbles 0, 9, A and D, each with its byte */

FHB_B64_AVX2 static inline uint32_t
fhb_b64_avx2_space(__m256i c)
{
    __m256i        v;
    const __m256i  table = FHB_B64_TWICE(' ', 0, 0, 0, 0, 0, 0, 0,
                                         0, '\t', '\n', 0, 0, '\r', 0, 0);

    v = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, c), c);

    return (uint32_t) _mm256_movemask_epi8(v);
}


/* Stores those of eight bytes that are 0 in drop; returns where they end. */

FHB_B64_AVX2 static inline unsigned char *
fhb_b64_avx2_eight(unsigned char *out, uint64_t part, uint64_t drop)
{
    part = _pext_u64(part, ~drop);
    memcpy(out, &part, 8);

    return out + 8 - __builtin_popcountll(drop) / 8;
}


/*
 * The same for 32 bytes.  Nothing is written behind the place where c came
 * from, so that out may be there.
 */

FHB_B64_AVX2 static inline unsigned char *
fhb_b64_avx2_squeeze(unsigned char *out, __m256i c, __m256i drop)
{
    uint64_t  part[4], mask[4];

    _mm256_storeu_si256((__m256i *) part, c);
    _mm256_storeu_si256((__m256i *) mask, drop);

    out = fhb_b64_avx2_eight(out, part[0], mask[0]);
    out = fhb_b64_avx2_eight(out, part[1], mask[1]);
    out = fhb_b64_avx2_eight(out, part[2], mask[2]);

    return fhb_b64_avx2_eight(out, part[3], mask[3]);
}


FHB_B64_AVX2 static size_t
fhb_b64_avx2_copy(unsigned char *out, size_t *written,
    const unsigned char *in, size_t len)
{
    size_t          i, n;
    __m256i         c, bad;
    uint32_t        mask;
    unsigned char  *start;

    start = out;

    for (i = 0; len - i >= 32; i += 32) {
        c = _mm256_loadu_si256((const __m256i *) (in + i));
        bad = fhb_b64_avx2_bad(c, fhb_b64_avx2_high(c));
        mask = (uint32_t) _mm256_movemask_epi8(bad);

        if (mask == 0) {
            _mm256_storeu_si256((__m256i *) out, c);
            out += 32;

        } else if (mask == fhb_b64_avx2_space(c)) {
            out = fhb_b64_avx2_squeeze(out, c, bad);

        } else {
            break;
        }
    }

    i += fhb_b64_scalar_copy(out, &n, in + i, len - i);
    *written = (size_t) (out - start) + n;

    return i;
}

#endif
