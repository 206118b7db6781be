/*
 * Base64 as a stream: any piece size, a carry of less than a quantum.
 *
 * A stream keeps the kernel that does its bulk work.  A zeroed state takes
 * the best one of this CPU at its first slice; whoever wants another one (the
 * tests, the benchmark) puts it there before.
 */

#ifndef FHB_B64_H
#define FHB_B64_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


/* bytes that len more bytes of input can give, at most */

#define FHB_B64_ENCODE_MAX(len)  (((len) + 2) / 3 * 4 + 4)
#define FHB_B64_DECODE_MAX(len)  (((len) + 3) / 4 * 3 + 3)


typedef struct fhb_b64_kernel_s  fhb_b64_kernel_t;


typedef struct {
    const fhb_b64_kernel_t  *kernel;    /* NULL: not chosen yet */
    unsigned char            carry[2];
    unsigned char            n;         /* bytes in carry: 0, 1 or 2 */
} fhb_b64_enc_t;                        /* zeroed is a new stream */


/*
 * Bytes leave as soon as their eight bits are there, so that the output never
 * overtakes the input (it may be written over it), and what is kept is:
 *
 *     characters of the quantum    n = 0   1   2   3
 *     bits not written yet             0   6   4   2
 */

typedef struct {
    const fhb_b64_kernel_t  *kernel;    /* NULL: not chosen yet */
    unsigned char            bits;      /* not written yet */
    unsigned char            n;         /* of this quantum: 0 .. 3 */
    unsigned char            pad;       /* "=" seen: 0, 1 or 2 */
    unsigned char            bad;       /* not 0: the stream had an error */
} fhb_b64_dec_t;                        /* zeroed is a new stream */


/*
 * fhb_b64_kernel - choose what does the bulk work.
 *
 * shape    name: "scalar", "avx2", "avx512" or "neon"; empty for the best one
 *          of this CPU
 * returns  a static object, or NULL when the name is unknown or the CPU or
 *          the build cannot do it; never NULL for an empty name
 * test     t/unit/test_b64.c
 */

const fhb_b64_kernel_t *fhb_b64_kernel(fhb_str_t name);


/*
 * fhb_b64_encoded_len - the length of the base64 of n bytes.
 *
 * returns  FHB_OK and *len | FHB_E_TOO_LARGE on overflow
 * test     t/unit/test_b64.c
 */

fhb_must_check fhb_rc_t fhb_b64_encoded_len(uint64_t n, uint64_t *len);


/*
 * fhb_b64_encode - encode one slice of a stream.
 *
 * shape    out: FHB_B64_ENCODE_MAX(len) bytes, or less by what
 *          fhb_b64_encode_fit() says: only what is returned is written;
 *          apart from in
 * returns  bytes written, a multiple of 4
 * memory   none; st may be copied
 * source   RFC 4648 s.4
 * test     t/unit/test_b64.c
 */

size_t fhb_b64_encode(fhb_b64_enc_t *st, unsigned char *out,
    const unsigned char *in, size_t len);


/*
 * fhb_b64_encode_fit - how many bytes of input fit into room bytes of output.
 *
 * returns  the largest length that fits and leaves nothing in the carry; 0
 *          when room is below 4
 * test     t/unit/test_b64.c
 */

size_t fhb_b64_encode_fit(const fhb_b64_enc_t *st, size_t room);


/*
 * fhb_b64_encode_end - write what is left in the carry, padded.
 *
 * shape    out: at least 4 bytes
 * returns  bytes written: 0 or 4; st is a new stream again
 * test     t/unit/test_b64.c
 */

size_t fhb_b64_encode_end(fhb_b64_enc_t *st, unsigned char *out);


/*
 * fhb_b64_decode - decode one slice of a stream, strictly.
 *
 * shape    out: at least FHB_B64_DECODE_MAX(len) bytes, all of which may be
 *          written to; may be in itself
 * returns  FHB_OK | FHB_E_BACKEND_BASE64 for a character that is neither of
 *          the alphabet nor white space (space, TAB, CR, LF), for anything
 *          but white space after the padding, and for spare bits that are
 *          not zero; then for every later slice too.  *written is set in
 *          both cases: what stood before the error counts
 * memory   none; st may be copied
 * source   RFC 4648 s.4, s.3.5; FHIR base64Binary
 * test     t/unit/test_b64.c, t/fuzz/fuzz_b64.c
 */

fhb_must_check fhb_rc_t fhb_b64_decode(fhb_b64_dec_t *st, unsigned char *out,
    size_t *written, const unsigned char *in, size_t len);


/*
 * fhb_b64_check - copy one slice of a stream as it is, less its white space.
 *
 * For a payload that is base64 on both sides.  The state and the errors are
 * those of fhb_b64_decode(), and the stream ends with fhb_b64_decode_end().
 *
 * shape    out: at least len bytes, all of which may be written to; may be in
 *          itself
 * returns  as fhb_b64_decode(); *written counts characters, "=" included
 * memory   none; st may be copied
 * source   RFC 4648 s.4, s.3.5; FHIR base64Binary
 * test     t/unit/test_b64.c, t/fuzz/fuzz_b64.c
 */

fhb_must_check fhb_rc_t fhb_b64_check(fhb_b64_dec_t *st, unsigned char *out,
    size_t *written, const unsigned char *in, size_t len);


/*
 * fhb_b64_decode_plain, fhb_b64_check_plain - take what needs no judgement.
 *
 * For input whose end is not known yet: a quote, say, ends it.  They do what
 * fhb_b64_decode() and fhb_b64_check() do with a slice that is all alphabet.
 *
 * shape    as there
 * returns  how many bytes were taken: decode stops at the first that is not
 *          of the alphabet; check does so too, and takes none at all where it
 *          met white space.  Behind padding or an error both take none
 * test     t/unit/test_b64.c
 */

size_t fhb_b64_decode_plain(fhb_b64_dec_t *st, unsigned char *out,
    size_t *written, const unsigned char *in, size_t len);
size_t fhb_b64_check_plain(fhb_b64_dec_t *st, unsigned char *out,
    size_t *written, const unsigned char *in, size_t len);


/*
 * fhb_b64_decode_end - check that a stream ended with a whole quantum.
 *
 * returns  FHB_OK | FHB_E_BACKEND_BASE64; of an empty stream FHB_OK
 * test     t/unit/test_b64.c
 */

fhb_must_check fhb_rc_t fhb_b64_decode_end(const fhb_b64_dec_t *st);


/*
 * fhb_b64_url_decode - decode a whole base64url value without padding.
 *
 * shape    out: at least FHB_B64_DECODE_MAX(in.len) bytes
 * returns  FHB_OK and *written | FHB_E_SYNTAX for padding, white space, a
 *          stray character, a length of 4n + 1 or spare bits that are not 0
 * source   RFC 7515 s.2, RFC 4648 s.5 and s.3.5
 * test     t/unit/test_b64.c
 */

fhb_must_check fhb_rc_t fhb_b64_url_decode(unsigned char *out,
    size_t *written, fhb_str_t in);


#pragma GCC visibility pop

#endif /* FHB_B64_H */
