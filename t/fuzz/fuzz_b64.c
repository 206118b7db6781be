/*
 * The first byte is the size of the pieces, the rest is read as base64, as
 * base64url, and as a document.  What must hold:
 *
 *   - each kernel, in pieces or not, says what the scalar one says of the
 *     whole: result, offset, state, bytes; over its own input too;
 *   - good base64 has one form only: what fhb_b64_check() leaves of it is what
 *     encoding its bytes gives;
 *   - a document survives encoding and decoding.
 */

#include <stdlib.h>
#include <string.h>

#include "fhb_b64.h"


#define FUZZ_MAX  8192


typedef struct {
    fhb_rc_t       rc;
    fhb_b64_dec_t  st;
    size_t         n;
    unsigned char  out[2 * FUZZ_MAX + 16];
} fuzz_result_t;


static void
fuzz_assert(int truth)
{
    if (!truth) {
        abort();
    }
}


static const fhb_b64_kernel_t *
fuzz_kernel(const char *name)
{
    fhb_str_t  s;

    s.data = (const unsigned char *) name;
    s.len = strlen(name);

    return fhb_b64_kernel(s);
}


/* what needs no judgement goes by itself */

static size_t
fuzz_take(fuzz_result_t *r, int check, const unsigned char *in, size_t len)
{
    size_t  n, w;

    n = check ? fhb_b64_check_plain(&r->st, r->out + r->n, &w, in, len)
              : fhb_b64_decode_plain(&r->st, r->out + r->n, &w, in, len);

    fuzz_assert(n <= len && w <= n && (!check || w == n));
    r->n += w;

    return n;
}


static void
fuzz_read(fuzz_result_t *r, const fhb_b64_kernel_t *k, int check,
    const unsigned char *in, size_t len, size_t piece)
{
    size_t         i, n, w;
    unsigned char  slice[FUZZ_MAX];

    memset(&r->st, 0, sizeof(r->st));
    r->st.kernel = k;
    r->rc = FHB_OK;
    r->n = 0;

    for (i = 0; i < len && r->rc == FHB_OK; i += n) {
        n = len - i < piece ? len - i : piece;
        memcpy(slice, in + i, n);

        if (piece & 1) {
            w = fuzz_take(r, check, slice, n);
            i += w;
            n -= w;
            memmove(slice, slice + w, n);
        }

        r->rc = check ? fhb_b64_check(&r->st, slice, &w, slice, n)
                      : fhb_b64_decode(&r->st, slice, &w, slice, n);

        fuzz_assert(w <= n);
        memcpy(r->out + r->n, slice, w);
        r->n += w;
    }
}


static size_t
fuzz_encode(unsigned char *out, const fhb_b64_kernel_t *k,
    const unsigned char *in, size_t len, size_t piece)
{
    size_t         i, n, w;
    fhb_b64_enc_t  st;

    memset(&st, 0, sizeof(st));
    st.kernel = k;

    for (i = 0, w = 0; i < len; i += n) {
        n = len - i < piece ? len - i : piece;
        w += fhb_b64_encode(&st, out + w, in + i, n);
    }

    return w + fhb_b64_encode_end(&st, out + w);
}


static void
fuzz_same(const fuzz_result_t *a, const fuzz_result_t *b)
{
    fuzz_assert(a->rc == b->rc && a->n == b->n
                && a->st.n == b->st.n && a->st.pad == b->st.pad
                && a->st.bits == b->st.bits && a->st.bad == b->st.bad
                && memcmp(a->out, b->out, a->n) == 0);
}


static void
fuzz_url(const unsigned char *in, size_t len)
{
    size_t                i, n, w;
    fhb_str_t             s;
    static unsigned char  out[FUZZ_MAX + 16], text[2 * FUZZ_MAX + 16];

    s.data = in;
    s.len = len;

    if (fhb_b64_url_decode(out, &n, s) != FHB_OK) {
        return;
    }

    w = fuzz_encode(text, NULL, out, n, FUZZ_MAX);
    fuzz_assert(w >= len && w - len < 3);

    for (i = 0; i < len; i++) {
        fuzz_assert(in[i] == (text[i] == '+' ? '-'
                              : text[i] == '/' ? '_' : text[i]));
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                   i, len, n, w, piece;
    const fhb_b64_kernel_t  *k, *scalar;
    static fuzz_result_t     decode, check, got;
    static unsigned char     want[2 * FUZZ_MAX], text[2 * FUZZ_MAX];
    static const char *const names[] = { "scalar", "avx2", "avx512", "neon" };

    if (size < 1 || size > FUZZ_MAX) {
        return 0;
    }

    piece = (size_t) data[0] + 1;
    len = size - 1;
    data++;
    scalar = fuzz_kernel("scalar");

    fuzz_read(&decode, scalar, 0, data, len, FUZZ_MAX);
    fuzz_read(&check, scalar, 1, data, len, FUZZ_MAX);
    n = fuzz_encode(want, scalar, data, len, FUZZ_MAX);

    fuzz_assert(decode.rc == check.rc);

    if (fhb_b64_decode_end(&decode.st) == FHB_OK) {
        w = fuzz_encode(text, scalar, decode.out, decode.n, FUZZ_MAX);
        fuzz_assert(w == check.n && memcmp(text, check.out, w) == 0);
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        k = fuzz_kernel(names[i]);

        if (k == NULL) {
            continue;
        }

        fuzz_read(&got, k, 0, data, len, piece);
        fuzz_same(&got, &decode);
        fuzz_read(&got, k, 0, data, len, FUZZ_MAX);
        fuzz_same(&got, &decode);
        fuzz_read(&got, k, 1, data, len, piece);
        fuzz_same(&got, &check);
        fuzz_read(&got, k, 1, data, len, FUZZ_MAX);
        fuzz_same(&got, &check);

        w = fuzz_encode(text, k, data, len, piece);
        fuzz_assert(w == n && memcmp(text, want, n) == 0);

        if (n <= FUZZ_MAX) {
            fuzz_read(&got, k, 0, want, n, FUZZ_MAX);
            fuzz_assert(got.rc == FHB_OK && got.n == len
                        && memcmp(got.out, data, len) == 0);
        }
    }

    fuzz_url(data, len);

    return 0;
}
