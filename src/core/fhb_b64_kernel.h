/*
 * What a kernel of base64 does; for fhb_b64*.c alone.
 *
 * A kernel knows whole quanta of the alphabet: no carry, no padding, no error
 * codes.  All kernels give equal results; the scalar one is the reference.
 * None reads outside of in[0 .. len), whatever the alignment.
 */

#ifndef FHB_B64_KERNEL_H
#define FHB_B64_KERNEL_H

#include "fhb_b64.h"

#pragma GCC visibility push(hidden)


#if defined(__x86_64__) && defined(__GNUC__)
#define FHB_B64_X86   1
#else
#define FHB_B64_X86   0
#endif

#if defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)
#define FHB_B64_NEON  1
#else
#define FHB_B64_NEON  0
#endif


struct fhb_b64_kernel_s {

    fhb_str_t   name;

    /*
     * len is a multiple of 3; writes len / 3 * 4 bytes and no byte more;
     * out and in lie apart.
     */

    void      (*encode)(unsigned char *out, const unsigned char *in,
                  size_t len);

    /*
     * len is a multiple of 4; returns how many characters it took: whole
     * quanta, up to the first that holds a character which is not of the
     * alphabet.  Gives 3 bytes for 4 characters; may leave anything in the
     * rest of out[0 .. len / 4 * 3).  out may be in, or before it.
     */

    size_t    (*decode)(unsigned char *out, const unsigned char *in,
                  size_t len);

    /*
     * Copies characters of the alphabet and skips white space, up to the
     * first byte that is neither; returns how many bytes it took.  May leave
     * anything in the rest of out[0 .. len).  out may be in, or before it.
     */

    size_t    (*copy)(unsigned char *out, size_t *written,
                  const unsigned char *in, size_t len);
};


/* of a stream: what it has, or else the best one */

static inline const fhb_b64_kernel_t *
fhb_b64_best(const fhb_b64_kernel_t *kernel)
{
    fhb_str_t  any = fhb_null_string;

    return kernel ? kernel : fhb_b64_kernel(any);
}


/* what fhb_b64_value[] says of a byte that is not worth 0 .. 63 */

#define FHB_B64_BAD    0x80
#define FHB_B64_SPACE  0x81
#define FHB_B64_PAD    0x82

extern const unsigned char  fhb_b64_value[256];
extern const unsigned char  fhb_b64_alphabet[64];

extern const fhb_b64_kernel_t  fhb_b64_scalar;

/* of the scalar kernel; the others leave their remainders to it */

void fhb_b64_scalar_encode(unsigned char *out, const unsigned char *in,
    size_t len);
size_t fhb_b64_scalar_decode(unsigned char *out, const unsigned char *in,
    size_t len);
size_t fhb_b64_scalar_copy(unsigned char *out, size_t *written,
    const unsigned char *in, size_t len);

#if (FHB_B64_X86)
extern const fhb_b64_kernel_t  fhb_b64_avx2;
extern const fhb_b64_kernel_t  fhb_b64_avx512;
#endif

#if (FHB_B64_NEON)
extern const fhb_b64_kernel_t  fhb_b64_neon;
#endif


#pragma GCC visibility pop

#endif /* FHB_B64_KERNEL_H */
