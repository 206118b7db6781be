/*
 * The choice of a kernel, and the scalar one that the others are held to.
 */

#include <string.h>

#include "fhb_b64_kernel.h"


static inline int fhb_b64_kernel_is(fhb_str_t name,
    const fhb_b64_kernel_t *kernel);


const unsigned char  fhb_b64_alphabet[64] = {
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M',
    'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
    'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/'
};


#define X_  FHB_B64_BAD
#define S_  FHB_B64_SPACE
#define P_  FHB_B64_PAD

const unsigned char  fhb_b64_value[256] = {
    X_, X_, X_, X_, X_, X_, X_, X_, X_, S_, S_, X_, X_, S_, X_, X_,
    X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_,
    S_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, 62, X_, X_, X_, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X_, X_, X_, P_, X_, X_,
    X_,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X_, X_, X_, X_, X_,
    X_, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X_, X_, X_, X_, X_,
    X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_,
    X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_,
    X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_,
    X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_,
    X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_,
    X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_,
    X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_,
    X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_, X_
};

#undef X_
#undef S_
#undef P_


const fhb_b64_kernel_t  fhb_b64_scalar = {
    fhb_string("scalar"),
    fhb_b64_scalar_encode,
    fhb_b64_scalar_decode,
    fhb_b64_scalar_copy
};


/*
 * __builtin_cpu_supports() reads what libgcc found out when it was loaded,
 * including whether the system saves the wide registers: a few loads, so the
 * answer is not kept anywhere.
 */

const fhb_b64_kernel_t *
fhb_b64_kernel(fhb_str_t name)
{
#if (FHB_B64_X86)

    if (fhb_b64_kernel_is(name, &fhb_b64_avx512)
        && __builtin_cpu_supports("avx512f")
        && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vbmi")
        && __builtin_cpu_supports("avx512vbmi2"))
    {
        return &fhb_b64_avx512;
    }

    if (fhb_b64_kernel_is(name, &fhb_b64_avx2)
        && __builtin_cpu_supports("avx2")
        && __builtin_cpu_supports("bmi2"))
    {
        return &fhb_b64_avx2;
    }

#endif

#if (FHB_B64_NEON)

    if (fhb_b64_kernel_is(name, &fhb_b64_neon)) {
        return &fhb_b64_neon;
    }

#endif

    if (fhb_b64_kernel_is(name, &fhb_b64_scalar)) {
        return &fhb_b64_scalar;
    }

    return NULL;
}


static inline int
fhb_b64_kernel_is(fhb_str_t name, const fhb_b64_kernel_t *kernel)
{
    return name.len == 0
           || (name.len == kernel->name.len
               && memcmp(name.data, kernel->name.data, name.len) == 0);
}


/*
 *     in     aaaaaaaa bbbbbbbb cccccccc
 *     out    aaaaaa aabbbb bbbbcc cccccc
 */

void
fhb_b64_scalar_encode(unsigned char *out, const unsigned char *in, size_t len)
{
    uint32_t              v;
    const unsigned char  *last;

    for (last = in + len; in != last; in += 3, out += 4) {
        v = (uint32_t) in[0] << 16 | (uint32_t) in[1] << 8 | in[2];

        out[0] = fhb_b64_alphabet[v >> 18];
        out[1] = fhb_b64_alphabet[v >> 12 & 0x3f];
        out[2] = fhb_b64_alphabet[v >> 6 & 0x3f];
        out[3] = fhb_b64_alphabet[v & 0x3f];
    }
}


size_t
fhb_b64_scalar_decode(unsigned char *out, const unsigned char *in, size_t len)
{
    size_t    i;
    uint32_t  a, b, c, d;

    for (i = 0; i < len; i += 4, out += 3) {
        a = fhb_b64_value[in[i]];
        b = fhb_b64_value[in[i + 1]];
        c = fhb_b64_value[in[i + 2]];
        d = fhb_b64_value[in[i + 3]];

        if ((a | b | c | d) & FHB_B64_BAD) {
            break;
        }

        out[0] = (unsigned char) (a << 2 | b >> 4);
        out[1] = (unsigned char) (b << 4 | c >> 2);
        out[2] = (unsigned char) (c << 6 | d);
    }

    return i;
}


size_t
fhb_b64_scalar_copy(unsigned char *out, size_t *written,
    const unsigned char *in, size_t len)
{
    size_t         i, n;
    unsigned char  v;

    n = 0;

    for (i = 0; i < len; i++) {
        v = fhb_b64_value[in[i]];

        if (v < FHB_B64_BAD) {
            out[n++] = in[i];

        } else if (v != FHB_B64_SPACE) {
            break;
        }
    }

    *written = n;

    return i;
}
