/*
 * Base64 streams: carry, padding and errors around a kernel (fhb_b64_kernel.h)
 * that does the bulk.
 *
 *     stream    =  *quantum [ last ]      ; white space anywhere between
 *     quantum   =  4( ALPHA / DIGIT / "+" / "/" )
 *     last      =  2char "=="             ; the 4 spare bits are zero
 *               /  3char "="              ; the 2 spare bits are zero
 */

#include <string.h>

#include "fhb_b64_kernel.h"


/* white space goes through a buffer of so many characters */

#define FHB_B64_STRIP  1024

/* below this the detour costs more than it saves */

#define FHB_B64_STRIP_MIN  32


static void fhb_b64_decode_run(fhb_b64_dec_t *st, unsigned char **out,
    const unsigned char **in, const unsigned char *last);
static void fhb_b64_decode_strip(fhb_b64_dec_t *st, unsigned char **out,
    const unsigned char **in, const unsigned char *last);
static inline void fhb_b64_decode_char(fhb_b64_dec_t *st, unsigned char **out,
    unsigned char v);
static void fhb_b64_check_run(fhb_b64_dec_t *st, unsigned char **out,
    const unsigned char **in, const unsigned char *last);
static void fhb_b64_check_seen(fhb_b64_dec_t *st, const unsigned char *p,
    size_t n);
static fhb_rc_t fhb_b64_pad(fhb_b64_dec_t *st);


fhb_rc_t
fhb_b64_encoded_len(uint64_t n, uint64_t *len)
{
    if (n > UINT64_MAX / 4 * 3) {
        return FHB_E_TOO_LARGE;
    }

    *len = (n / 3 + (n % 3 != 0)) * 4;

    return FHB_OK;
}


size_t
fhb_b64_encode(fhb_b64_enc_t *st, unsigned char *out, const unsigned char *in,
    size_t len)
{
    size_t          bulk;
    unsigned char  *start, quantum[3];

    if (len == 0) {
        return 0;
    }

    st->kernel = fhb_b64_best(st->kernel);
    start = out;

    if (st->n) {
        quantum[0] = st->carry[0];
        quantum[1] = st->carry[1];

        while (st->n < 3) {
            if (len == 0) {
                memcpy(st->carry, quantum, 2);
                return 0;
            }

            quantum[st->n++] = *in++;
            len--;
        }

        fhb_b64_scalar_encode(out, quantum, 3);
        out += 4;
    }

    bulk = len - len % 3;

    st->kernel->encode(out, in, bulk);
    out += bulk / 3 * 4;

    st->n = (unsigned char) (len - bulk);

    if (st->n) {
        st->carry[0] = in[bulk];
        st->carry[1] = in[len - 1];
    }

    return (size_t) (out - start);
}


size_t
fhb_b64_encode_fit(const fhb_b64_enc_t *st, size_t room)
{
    return room < 4 ? 0 : room / 4 * 3 - st->n;
}


size_t
fhb_b64_encode_end(fhb_b64_enc_t *st, unsigned char *out)
{
    unsigned char  n, quantum[3];

    n = st->n;

    if (n == 0) {
        return 0;
    }

    quantum[0] = st->carry[0];
    quantum[1] = n == 2 ? st->carry[1] : 0;
    quantum[2] = 0;

    fhb_b64_scalar_encode(out, quantum, 3);

    out[3] = '=';

    if (n == 1) {
        out[2] = '=';
    }

    st->n = 0;

    return 4;
}


/*
 * The two readers share their shape: a run of the alphabet goes through the
 * kernel, then the byte that ended it is looked at alone.
 */

fhb_rc_t
fhb_b64_decode(fhb_b64_dec_t *st, unsigned char *out, size_t *written,
    const unsigned char *in, size_t len)
{
    fhb_rc_t              rc;
    unsigned char         v, *start;
    const unsigned char  *last;

    st->kernel = fhb_b64_best(st->kernel);
    rc = st->bad ? FHB_E_BACKEND_BASE64 : FHB_OK;
    start = out;
    last = len ? in + len : in;

    while (in != last && rc == FHB_OK) {

        if (st->pad == 0) {
            fhb_b64_decode_run(st, &out, &in, last);
        }

        if (in == last) {
            break;
        }

        v = fhb_b64_value[*in];

        if (v == FHB_B64_SPACE) {
            if (st->pad || last - in < FHB_B64_STRIP_MIN) {
                in++;

            } else {
                fhb_b64_decode_strip(st, &out, &in, last);
            }

        } else if (v == FHB_B64_PAD && fhb_b64_pad(st) == FHB_OK) {
            in++;

        } else {
            st->bad = 1;
            rc = FHB_E_BACKEND_BASE64;
        }
    }

    *written = (size_t) (out - start);

    return rc;
}


/* Decodes characters of the alphabet up to the first byte that is none. */

static void
fhb_b64_decode_run(fhb_b64_dec_t *st, unsigned char **out,
    const unsigned char **in, const unsigned char *last)
{
    size_t                n;
    const unsigned char  *p;

    p = *in;

    while (p != last) {

        if (st->n == 0) {
            n = st->kernel->decode(*out, p, (size_t) (last - p) & ~(size_t) 3);
            *out += n / 4 * 3;
            p += n;
        }

        /* what is less than a quantum, before or behind the bulk */

        do {
            if (p == last || fhb_b64_value[*p] & FHB_B64_BAD) {
                *in = p;
                return;
            }

            fhb_b64_decode_char(st, out, fhb_b64_value[*p++]);

        } while (st->n);
    }

    *in = p;
}


/*
 * Wrapped base64 has a line break for each 60 to 76 characters: take them out
 * of some lines at once, so that the kernel sees long runs again.  What is in
 * the buffer has been read, thus out may be written over it.
 */

static void
fhb_b64_decode_strip(fhb_b64_dec_t *st, unsigned char **out,
    const unsigned char **in, const unsigned char *last)
{
    size_t                n;
    const unsigned char  *p;
    unsigned char         line[FHB_B64_STRIP];

    n = (size_t) (last - *in);

    if (n > sizeof(line)) {
        n = sizeof(line);
    }

    *in += st->kernel->copy(line, &n, *in, n);

    p = line;
    fhb_b64_decode_run(st, out, &p, line + n);
}


static inline void
fhb_b64_decode_char(fhb_b64_dec_t *st, unsigned char **out, unsigned char v)
{
    switch (st->n) {

    case 0:
        st->bits = v;
        st->n = 1;
        return;

    case 1:
        *(*out)++ = (unsigned char) (st->bits << 2 | v >> 4);
        st->bits = v & 0x0f;
        st->n = 2;
        return;

    case 2:
        *(*out)++ = (unsigned char) (st->bits << 4 | v >> 2);
        st->bits = v & 0x03;
        st->n = 3;
        return;

    default:
        *(*out)++ = (unsigned char) (st->bits << 6 | v);
        st->bits = 0;
        st->n = 0;
    }
}


/* A "=" counts as a character of its quantum. */

static fhb_rc_t
fhb_b64_pad(fhb_b64_dec_t *st)
{
    if (st->n < 2 || st->bits != 0) {
        return FHB_E_BACKEND_BASE64;
    }

    st->pad++;
    st->n = (st->n + 1) & 3;

    return FHB_OK;
}


fhb_rc_t
fhb_b64_check(fhb_b64_dec_t *st, unsigned char *out, size_t *written,
    const unsigned char *in, size_t len)
{
    fhb_rc_t              rc;
    unsigned char         v, *start;
    const unsigned char  *last;

    st->kernel = fhb_b64_best(st->kernel);
    rc = st->bad ? FHB_E_BACKEND_BASE64 : FHB_OK;
    start = out;
    last = len ? in + len : in;

    while (in != last && rc == FHB_OK) {

        if (st->pad == 0) {
            fhb_b64_check_run(st, &out, &in, last);
        }

        if (in == last) {
            break;
        }

        v = fhb_b64_value[*in];

        if (v == FHB_B64_SPACE) {
            in++;

        } else if (v == FHB_B64_PAD && fhb_b64_pad(st) == FHB_OK) {
            *out++ = *in++;

        } else {
            st->bad = 1;
            rc = FHB_E_BACKEND_BASE64;
        }
    }

    *written = (size_t) (out - start);

    return rc;
}


static void
fhb_b64_check_run(fhb_b64_dec_t *st, unsigned char **out,
    const unsigned char **in, const unsigned char *last)
{
    size_t  n;

    *in += st->kernel->copy(*out, &n, *in, (size_t) (last - *in));

    fhb_b64_check_seen(st, *out, n);
    *out += n;
}


/* Of the bits only those that padding would declare spare are of interest. */

static void
fhb_b64_check_seen(fhb_b64_dec_t *st, const unsigned char *p, size_t n)
{
    static const unsigned char  spare[4] = { 0x00, 0x3f, 0x0f, 0x03 };

    if (n) {
        st->n = (unsigned char) ((st->n + n) & 3);
        st->bits = fhb_b64_value[p[n - 1]] & spare[st->n];
    }
}


size_t
fhb_b64_decode_plain(fhb_b64_dec_t *st, unsigned char *out, size_t *written,
    const unsigned char *in, size_t len)
{
    unsigned char        *start;
    const unsigned char  *p;

    *written = 0;

    if (st->bad || st->pad || len == 0) {
        return 0;
    }

    st->kernel = fhb_b64_best(st->kernel);
    start = out;
    p = in;

    fhb_b64_decode_run(st, &out, &p, in + len);

    *written = (size_t) (out - start);

    return (size_t) (p - in);
}


size_t
fhb_b64_check_plain(fhb_b64_dec_t *st, unsigned char *out, size_t *written,
    const unsigned char *in, size_t len)
{
    size_t  n;

    *written = 0;

    if (st->bad || st->pad || len == 0) {
        return 0;
    }

    st->kernel = fhb_b64_best(st->kernel);

    if (st->kernel->copy(out, &n, in, len) != n) {
        return 0;
    }

    fhb_b64_check_seen(st, out, n);

    *written = n;

    return n;
}


fhb_rc_t
fhb_b64_decode_end(const fhb_b64_dec_t *st)
{
    return st->bad || st->n ? FHB_E_BACKEND_BASE64 : FHB_OK;
}
