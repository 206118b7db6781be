/*
 * Base64 as a stream: any piece size, a carry of at most three bytes.
 */

#ifndef FHB_B64_H
#define FHB_B64_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


/* bytes that len more bytes of input can give, at most */

#define FHB_B64_ENCODE_MAX(len)  (((len) + 2) / 3 * 4 + 4)
#define FHB_B64_DECODE_MAX(len)  (((len) + 3) / 4 * 3 + 3)


typedef struct {
    unsigned char  carry[2];
    unsigned char  n;                   /* bytes in carry: 0, 1 or 2 */
} fhb_b64_enc_t;                        /* zeroed is a new stream */


typedef struct {
    uint64_t       off;                 /* of the next byte of input; after
                                         * an error: of the bad one */
    uint32_t       bits;
    unsigned char  n;                   /* characters in bits: 0 .. 3 */
    unsigned char  pad;                 /* "=" seen: 0, 1 or 2 */
} fhb_b64_dec_t;                        /* zeroed is a new stream */


/*
 * fhb_b64_encoded_len - the length of the base64 of n bytes.
 *
 * returns  FHB_OK | FHB_E_TOO_LARGE on overflow
 */

fhb_must_check fhb_rc_t fhb_b64_encoded_len(uint64_t n, uint64_t *len);


/*
 * fhb_b64_encode - encode one slice of a stream.
 *
 * shape    out: at least FHB_B64_ENCODE_MAX(len) bytes, apart from in
 * returns  bytes written, a multiple of 4
 * memory   none; st may be copied
 * source   RFC 4648 s.4
 * test     t/unit/test_b64.c
 */

size_t fhb_b64_encode(fhb_b64_enc_t *st, unsigned char *out,
    const unsigned char *in, size_t len);


/*
 * fhb_b64_encode_fit - how many bytes of input surely fit into room bytes of
 * output, whatever the carry; 0 when room is below 4.
 */

size_t fhb_b64_encode_fit(const fhb_b64_enc_t *st, size_t room);


/*
 * fhb_b64_encode_end - write what is left in the carry, padded.
 *
 * shape    out: at least 4 bytes
 * returns  bytes written: 0 or 4; st is a new stream again
 */

size_t fhb_b64_encode_end(fhb_b64_enc_t *st, unsigned char *out);


/*
 * fhb_b64_decode - decode one slice of a stream, strictly.
 *
 * shape    out: at least FHB_B64_DECODE_MAX(len) bytes; may be in itself
 * returns  FHB_OK and *written | FHB_E_BACKEND_BASE64 for a character that is
 *          neither of the alphabet nor white space (space, TAB, CR, LF), for
 *          anything but white space after the padding, and for spare bits
 *          that are not zero
 * units    st->off is the offset of the first bad byte, from stream start
 * memory   none; st may be copied
 * source   RFC 4648 s.4, s.3.5; FHIR base64Binary
 * test     t/unit/test_b64.c, t/fuzz/fuzz_b64.c
 */

fhb_must_check fhb_rc_t fhb_b64_decode(fhb_b64_dec_t *st, unsigned char *out,
    size_t *written, const unsigned char *in, size_t len);


/*
 * fhb_b64_decode_end - check that a stream ended with a whole quantum.
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
