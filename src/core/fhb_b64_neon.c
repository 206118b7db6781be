/*
 * Base64 with NEON (AArch64): tables of 64 bytes in four registers, loads and
 * stores that take every third or fourth byte.
 */

#include "fhb_b64_kernel.h"

#if (FHB_B64_NEON)

#include <arm_neon.h>


static void fhb_b64_neon_encode(unsigned char *out, const unsigned char *in,
    size_t len);
static inline uint8x16x4_t fhb_b64_neon_table(const unsigned char *p);
static inline void fhb_b64_neon_block(unsigned char *out,
    const unsigned char *in, uint8x16x4_t alphabet);
static size_t fhb_b64_neon_decode(unsigned char *out, const unsigned char *in,
    size_t len);
static size_t fhb_b64_neon_copy(unsigned char *out, size_t *written,
    const unsigned char *in, size_t len);
static inline uint8x16_t fhb_b64_neon_value(uint8x16_t c, uint8x16x4_t low,
    uint8x16x4_t high);


const fhb_b64_kernel_t  fhb_b64_neon = {
    fhb_string("neon"),
    fhb_b64_neon_encode,
    fhb_b64_neon_decode,
    fhb_b64_neon_copy
};


/* gcc before 10 has no vld1q_u8_x4() */

static inline uint8x16x4_t
fhb_b64_neon_table(const unsigned char *p)
{
    uint8x16x4_t  t;

    t.val[0] = vld1q_u8(p);
    t.val[1] = vld1q_u8(p + 16);
    t.val[2] = vld1q_u8(p + 32);
    t.val[3] = vld1q_u8(p + 48);

    return t;
}


static void
fhb_b64_neon_encode(unsigned char *out, const unsigned char *in, size_t len)
{
    uint8x16x4_t          alphabet;
    const unsigned char  *last;

    if (len < 48) {
        fhb_b64_scalar_encode(out, in, len);
        return;
    }

    alphabet = fhb_b64_neon_table(fhb_b64_alphabet);

    for (last = in + (len - 48); in < last; in += 48, out += 64) {
        fhb_b64_neon_block(out, in, alphabet);
    }

    /* the last 48 bytes may have been done in part: do them again */

    fhb_b64_neon_block(out - (in - last) / 3 * 4, last, alphabet);
}


static inline void
fhb_b64_neon_block(unsigned char *out, const unsigned char *in,
    uint8x16x4_t alphabet)
{
    uint8x16x3_t      b;
    uint8x16x4_t      v;
    const uint8x16_t  six = vdupq_n_u8(0x3f);

    b = vld3q_u8(in);

    v.val[0] = vshrq_n_u8(b.val[0], 2);
    v.val[1] = vandq_u8(vsliq_n_u8(vshrq_n_u8(b.val[1], 4), b.val[0], 4), six);
    v.val[2] = vandq_u8(vsliq_n_u8(vshrq_n_u8(b.val[2], 6), b.val[1], 2), six);
    v.val[3] = vandq_u8(b.val[2], six);

    v.val[0] = vqtbl4q_u8(alphabet, v.val[0]);
    v.val[1] = vqtbl4q_u8(alphabet, v.val[1]);
    v.val[2] = vqtbl4q_u8(alphabet, v.val[2]);
    v.val[3] = vqtbl4q_u8(alphabet, v.val[3]);

    vst4q_u8(out, v);
}


/* 0 .. 63, or 0x80 and more; a look-up beyond its table gives 0. */

static inline uint8x16_t
fhb_b64_neon_value(uint8x16_t c, uint8x16x4_t low, uint8x16x4_t high)
{
    uint8x16_t  v, w;

    v = vqtbl4q_u8(low, c);
    w = vqtbl4q_u8(high, veorq_u8(c, vdupq_n_u8(0x40)));

    return vorrq_u8(vorrq_u8(v, w), vandq_u8(c, vdupq_n_u8(0x80)));
}


static size_t
fhb_b64_neon_decode(unsigned char *out, const unsigned char *in, size_t len)
{
    size_t        i;
    uint8x16_t    bad;
    uint8x16x3_t  b;
    uint8x16x4_t  v, low, high;

    low = fhb_b64_neon_table(fhb_b64_value);
    high = fhb_b64_neon_table(fhb_b64_value + 64);

    for (i = 0; len - i >= 64; i += 64, out += 48) {
        v = vld4q_u8(in + i);

        v.val[0] = fhb_b64_neon_value(v.val[0], low, high);
        v.val[1] = fhb_b64_neon_value(v.val[1], low, high);
        v.val[2] = fhb_b64_neon_value(v.val[2], low, high);
        v.val[3] = fhb_b64_neon_value(v.val[3], low, high);

        bad = vorrq_u8(vorrq_u8(v.val[0], v.val[1]),
                       vorrq_u8(v.val[2], v.val[3]));

        if (vmaxvq_u8(bad) >= FHB_B64_BAD) {
            break;
        }

        b.val[0] = vsliq_n_u8(vshrq_n_u8(v.val[1], 4), v.val[0], 2);
        b.val[1] = vsliq_n_u8(vshrq_n_u8(v.val[2], 2), v.val[1], 4);
        b.val[2] = vsliq_n_u8(v.val[3], v.val[2], 6);

        vst3q_u8(out, b);
    }

    return i + fhb_b64_scalar_decode(out, in + i, len - i);
}


static size_t
fhb_b64_neon_copy(unsigned char *out, size_t *written,
    const unsigned char *in, size_t len)
{
    size_t          i, n, took;
    uint8x16_t      c;
    uint8x16x4_t    low, high;
    unsigned char  *start;

    low = fhb_b64_neon_table(fhb_b64_value);
    high = fhb_b64_neon_table(fhb_b64_value + 64);
    start = out;
    i = 0;

    do {
        took = len - i < 16 ? len - i : 16;

        if (took == 16) {
            c = vld1q_u8(in + i);

            if (vmaxvq_u8(fhb_b64_neon_value(c, low, high)) < FHB_B64_BAD) {
                vst1q_u8(out, c);
                out += 16;
                i += 16;
                continue;
            }
        }

        /* once only: the bytes may have been written over then */

        took = fhb_b64_scalar_copy(out, &n, in + i, took);
        out += n;
        i += took;

    } while (took == 16);

    *written = (size_t) (out - start);

    return i;
}

#endif
