/*
 * Base64 streams: RFC 4648, sections 3.5, 4, 5 and 10.  The kernels are held
 * to the scalar one in test_b64_kernel.c; FHB_B64=name makes the streams here
 * use that kernel.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/evp.h>

#include "fhb_b64_kernel.h"
#include "guard.h"


#define MAX  1024                       /* bytes of a document */
#define OK   UINT64_MAX                 /* no offset: the stream is good */
#define END  (UINT64_MAX - 1)           /* good so far, but too short */


typedef struct {
    const char  *in;
    const char  *out;                   /* what stands before the error */
    uint64_t     off;                   /* of the error, or OK, or END */
} b64_case_t;


static const fhb_b64_kernel_t  *b64_kernel;


static fhb_str_t
b64_str(const char *s)
{
    fhb_str_t  str;

    str.len = strlen(s);
    str.data = (const unsigned char *) s;

    return str;
}


static size_t
b64_encode(unsigned char *out, const unsigned char *in, size_t len,
    size_t piece)
{
    size_t         i, n, w;
    fhb_b64_enc_t  st;

    memset(&st, 0, sizeof(st));
    st.kernel = b64_kernel;
    w = 0;

    for (i = 0; i < len; i += n) {
        n = len - i < piece ? len - i : piece;
        w += fhb_b64_encode(&st, out + w, in + i, n);
        assert_int_equal(w % 4, 0);
    }

    return w + fhb_b64_encode_end(&st, out + w);
}


/*
 * What the plain functions take: never white space, padding or worse, and all
 * that comes before it, unless a check met white space behind it.
 */

static size_t
b64_take(int check, fhb_b64_dec_t *st, unsigned char *out, size_t *written,
    const unsigned char *in, size_t len)
{
    size_t  n, run, w;

    for (run = 0; run < len; run++) {
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789+/", in[run])
            == NULL || in[run] == 0)
        {
            break;
        }
    }

    if (st->pad) {
        run = 0;
    }

    n = check ? fhb_b64_check_plain(st, out + *written, &w, in, len)
              : fhb_b64_decode_plain(st, out + *written, &w, in, len);
    *written += w;

    if (check) {
        assert_int_equal(w, n);
    }

    if (!check || n) {
        assert_int_equal(n, run);

    } else if (run) {
        assert_true(run < len && strchr(" \t\r\n", in[run]) != NULL);
    }

    return n;
}


/* Decodes or checks in pieces; gives the offset of a bad one, OK or END. */

static uint64_t
b64_read(int check, int plain, unsigned char *out, size_t *written,
    const void *data, size_t len, size_t piece)
{
    size_t                i, n, w;
    fhb_rc_t              rc;
    fhb_b64_dec_t         st;
    const unsigned char  *in;

    memset(&st, 0, sizeof(st));
    st.kernel = b64_kernel;
    *written = 0;
    in = data;

    for (i = 0; i < len; i += n) {
        n = len - i < piece ? len - i : piece;

        if (plain) {
            i += b64_take(check, &st, out, written, in + i, n);
            n = len - i < n ? len - i : n;
        }

        rc = check ? fhb_b64_check(&st, out + *written, &w, in + i, n)
                   : fhb_b64_decode(&st, out + *written, &w, in + i, n);
        *written += w;

        if (rc != FHB_OK) {
            assert_int_equal(rc, FHB_E_BACKEND_BASE64);
            assert_int_equal(fhb_b64_decode_end(&st), FHB_E_BACKEND_BASE64);
            return i;
        }
    }

    rc = fhb_b64_decode_end(&st);

    if (rc == FHB_OK) {
        return OK;
    }

    assert_int_equal(rc, FHB_E_BACKEND_BASE64);
    return END;
}


static const b64_case_t  b64_vectors[] = {
    { "", "", OK },
    { "Zg==", "f", OK },
    { "Zm8=", "fo", OK },
    { "Zm9v", "foo", OK },
    { "Zm9vYg==", "foob", OK },
    { "Zm9vYmE=", "fooba", OK },
    { "Zm9vYmFy", "foobar", OK }
};


static const b64_case_t  b64_cases[] = {

    /* white space anywhere */
    { " \t\r\n", "", OK },
    { " Zm9v\r\nYmFy\r\n", "foobar", OK },
    { "Z m\t9\rv\nYg = = ", "foob", OK },
    { "Zm8=\r\n", "fo", OK },
    { "Zm8=                                            ", "fo", OK },
    { "Z                                            m8=", "fo", OK },

    /* not of the alphabet */
    { "Zm9v-m9v", "foo", 4 },
    { "Zm9v_m9v", "foo", 4 },
    { "Zm9\vZm9v", "fo", 3 },
    { "Zm9\fZm9v", "fo", 3 },
    { "Zm9vZ\"m9v", "foo", 5 },
    { "Zm9\\/m9v", "fo", 3 },
    { "Zm9\x7f", "fo", 3 },
    { "Zm9\x80", "fo", 3 },
    { "Zm9\x89Zm9v", "fo", 3 },
    { "Zm9\xa0Zm9v", "fo", 3 },
    { "Zm9\xc1", "fo", 3 },
    { "Zm9\xff", "fo", 3 },
    { "@", "", 0 },
    { "[", "", 0 },
    { "`", "", 0 },
    { "{", "", 0 },
    { "*", "", 0 },
    { ":", "", 0 },

    /* padding too early, too much, or not at the end */
    { "=", "", 0 },
    { "====", "", 0 },
    { "Z===", "", 1 },
    { "Zm9v=", "foo", 4 },
    { "Zm9v====", "foo", 4 },
    { "Zm8==", "fo", 4 },
    { "Zg===", "f", 4 },
    { "Zg==Zg==", "f", 4 },
    { "Zg==  Z", "f", 6 },
    { "Zg=g", "f", 3 },
    { "Zg= g", "f", 4 },
    { "Zm8=Zm9v", "fo", 4 },
    { "Zm8=\n\nZm9v", "fo", 6 },
    { "Zm8=\v", "fo", 4 },

    /* spare bits: those of the last character that no byte takes */
    { "Zh==", "f", 2 },
    { "Zv==", "f", 2 },
    { "Z/==", "g", 2 },
    { "Zm9=", "fo", 3 },
    { "Zm+=", "fo", 3 },
    { "Zm8 \n =", "fo", OK },
    { "Zh \n ==", "f", 5 },

    /* the end of the stream inside of a quantum */
    { "Z", "", END },
    { "Zg", "f", END },
    { "Zg=", "f", END },
    { "Zm8", "fo", END },
    { "Zm9vZ", "foo", END },
    { "Zm9vZg", "foof", END },
    { "Zg= ", "f", END }
};


static void
b64_one_case(const b64_case_t *t, int check, int plain)
{
    size_t         len, piece, i, n, want;
    uint64_t       off;
    unsigned char  out[256], text[256];

    len = strlen(t->in);
    want = 0;

    for (i = 0; i < len && i < t->off; i++) {
        if (strchr(" \t\r\n", t->in[i]) == NULL) {
            text[want++] = (unsigned char) t->in[i];
        }
    }

    for (piece = 1; piece <= len + 1; piece++) {
        off = b64_read(check, plain, out, &n, t->in, len, piece);

        if (t->off >= END ? off != t->off
                          : off > t->off || t->off - off >= piece)
        {
            fail_msg("\"%s\" in pieces of %zu: %lld, not %lld", t->in, piece,
                     (long long) off, (long long) t->off);
        }

        if (check) {
            assert_int_equal(n, want);
            assert_memory_equal(out, text, n);

        } else {
            assert_int_equal(n, strlen(t->out));
            assert_memory_equal(out, t->out, n);
        }
    }
}


static void
encodes_and_decodes_the_vectors_of_rfc_4648(void **state)
{
    size_t             i, len;
    unsigned char      out[16];
    const b64_case_t  *t;

    (void) state;

    for (i = 0; i < sizeof(b64_vectors) / sizeof(b64_vectors[0]); i++) {
        t = &b64_vectors[i];
        len = strlen(t->out);

        assert_int_equal(b64_encode(out, (const unsigned char *) t->out, len,
                                    16),
                         strlen(t->in));
        assert_memory_equal(out, t->in, strlen(t->in));

        b64_one_case(t, 0, 0);
        b64_one_case(t, 1, 0);
    }
}


static void
decode_is_strict_in_pieces_of_every_size(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(b64_cases) / sizeof(b64_cases[0]); i++) {
        b64_one_case(&b64_cases[i], 0, 0);
        b64_one_case(&b64_cases[i], 0, 1);
    }
}


static void
check_is_as_strict_and_keeps_the_characters(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(b64_cases) / sizeof(b64_cases[0]); i++) {
        b64_one_case(&b64_cases[i], 1, 0);
        b64_one_case(&b64_cases[i], 1, 1);
    }
}


static void
a_stream_with_an_error_stays_refused(void **state)
{
    int            check;
    size_t         n;
    fhb_rc_t       rc;
    unsigned char  out[16];
    fhb_b64_dec_t  st;

    static const unsigned char  bad[] = "Zm9v!", good[] = "Zm9v";

    (void) state;

    for (check = 0; check < 2; check++) {
        memset(&st, 0, sizeof(st));

        rc = check ? fhb_b64_check(&st, out, &n, bad, 5)
                   : fhb_b64_decode(&st, out, &n, bad, 5);
        assert_int_equal(rc, FHB_E_BACKEND_BASE64);

        rc = check ? fhb_b64_check(&st, out, &n, good, 4)
                   : fhb_b64_decode(&st, out, &n, good, 4);
        assert_int_equal(rc, FHB_E_BACKEND_BASE64);
        assert_int_equal(n, 0);
        assert_int_equal(fhb_b64_decode_end(&st), FHB_E_BACKEND_BASE64);
    }
}


/* The independent truth; every split of the document and of its base64. */

static void
agrees_with_openssl_at_every_length_and_split(void **state)
{
    size_t         i, len, n, w, split;
    guard_t        g;
    unsigned char  raw[MAX], want[2 * MAX], out[2 * MAX], *in;

    (void) state;

    for (i = 0; i < MAX; i++) {
        raw[i] = (unsigned char) (i * 167 + (i >> 3) * 59 + (i >> 8));
    }

    for (len = 0; len <= MAX; len++) {
        n = (size_t) EVP_EncodeBlock(want, raw, (int) len);
        in = (unsigned char *) guard_before(&g, raw, len);

        w = b64_encode(out, in, len, len ? len : 1);
        assert_int_equal(w, n);
        assert_memory_equal(out, want, n);
        guard_free(&g);

        in = (unsigned char *) guard_before(&g, want, n);

        for (split = 1; split <= n + 1; split += 1 + split / 16) {
            assert_true(b64_read(0, split & 1, out, &w, in, n, split) == OK);
            assert_int_equal(w, len);
            assert_memory_equal(out, raw, len);

            assert_true(b64_read(1, split & 1, out, &w, in, n, split) == OK);
            assert_int_equal(w, n);
            assert_memory_equal(out, want, n);

            w = b64_encode(out, raw, len, split);
            assert_int_equal(w, n);
            assert_memory_equal(out, want, n);
        }

        guard_free(&g);
    }
}


static void
encode_fit_fills_the_room_and_leaves_no_carry(void **state)
{
    size_t         n, w, room, carry;
    guard_t        g;
    unsigned char  raw[MAX], out[4], *p;
    fhb_b64_enc_t  st;

    (void) state;

    memset(raw, 'x', sizeof(raw));

    for (carry = 0; carry < 3; carry++) {
        for (room = 0; room < MAX; room++) {
            memset(&st, 0, sizeof(st));
            st.kernel = b64_kernel;
            assert_int_equal(fhb_b64_encode(&st, out, raw, carry), 0);

            n = fhb_b64_encode_fit(&st, room);

            if (room < 4) {
                assert_int_equal(n, 0);
                continue;
            }

            p = (unsigned char *) guard_before(&g, NULL, room / 4 * 4);
            w = fhb_b64_encode(&st, p, raw, n);
            assert_int_equal(w, room / 4 * 4);
            assert_int_equal(st.n, 0);
            guard_free(&g);
        }
    }
}


static void
the_encoded_length_is_exact_or_refused(void **state)
{
    uint64_t  n, len;

    (void) state;

    for (n = 0; n < 300; n++) {
        assert_int_equal(fhb_b64_encoded_len(n, &len), FHB_OK);
        assert_int_equal(len, (n + 2) / 3 * 4);
    }

    n = UINT64_MAX / 4 * 3;
    assert_int_equal(fhb_b64_encoded_len(n, &len), FHB_OK);
    assert_true(len == UINT64_MAX / 4 * 4);
    assert_int_equal(fhb_b64_encoded_len(n + 1, &len), FHB_E_TOO_LARGE);
    assert_int_equal(fhb_b64_encoded_len(UINT64_MAX, &len), FHB_E_TOO_LARGE);
}


static void
a_state_can_be_copied_and_an_ended_one_used_again(void **state)
{
    size_t         n;
    unsigned char  out[16];
    fhb_b64_enc_t  a, b;

    (void) state;

    memset(&a, 0, sizeof(a));
    a.kernel = b64_kernel;

    n = fhb_b64_encode(&a, out, (const unsigned char *) "foob", 4);
    b = a;

    n += fhb_b64_encode_end(&a, out + n);
    assert_int_equal(n, 8);
    assert_memory_equal(out, "Zm9vYg==", 8);

    n = fhb_b64_encode(&b, out, (const unsigned char *) "ar", 2);
    assert_int_equal(n, 4);
    assert_memory_equal(out, "YmFy", 4);
    assert_int_equal(fhb_b64_encode_end(&b, out), 0);

    n = fhb_b64_encode(&a, out, (const unsigned char *) "foo", 3);
    assert_int_equal(n, 4);
    assert_memory_equal(out, "Zm9v", 4);
}


static void
nothing_may_be_nowhere(void **state)
{
    size_t         n;
    unsigned char  out[4];
    fhb_b64_enc_t  enc;
    fhb_b64_dec_t  dec;

    (void) state;

    memset(&enc, 0, sizeof(enc));
    memset(&dec, 0, sizeof(dec));

    assert_int_equal(fhb_b64_encode(&enc, NULL, NULL, 0), 0);
    assert_int_equal(fhb_b64_encode_end(&enc, NULL), 0);
    assert_int_equal(fhb_b64_decode(&dec, out, &n, NULL, 0), FHB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(fhb_b64_check(&dec, out, &n, NULL, 0), FHB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(fhb_b64_decode_end(&dec), FHB_OK);
}


static void
base64url_is_strict(void **state)
{
    size_t         i, n;
    fhb_str_t      in;
    unsigned char  out[64];

    static const char *const  good[][2] = {
        { "", "" }, { "Zg", "f" }, { "Zm8", "fo" }, { "Zm9v", "foo" },
        { "Zm9vYg", "foob" }, { "-_-_", "\xfb\xff\xbf" },
        { "_w", "\xff" }, { "Zm9vYmFyZm9vYmFy", "foobarfoobar" }
    };

    static const char *const  bad[] = {
        "Zg==", "Zm8=", "=", "Z", "Zm9vZ", "Zh", "Zm9", "+/+/", "Zm9v+/",
        " Zg", "Zg ", "Zm9v\n", "Zm\t8", "Zm9v\x80", "Zm9v\xff", "Zm.v",
        "Zm9v\"", "Zm,v"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(fhb_b64_url_decode(out, &n, b64_str(good[i][0])),
                         FHB_OK);
        assert_int_equal(n, strlen(good[i][1]));
        assert_memory_equal(out, good[i][1], n);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (fhb_b64_url_decode(out, &n, b64_str(bad[i])) != FHB_E_SYNTAX) {
            fail_msg("\"%s\" was taken", bad[i]);
        }
    }

    in.data = (const unsigned char *) "Zm9\0";
    in.len = 4;
    assert_int_equal(fhb_b64_url_decode(out, &n, in), FHB_E_SYNTAX);
}


static void
a_kernel_is_chosen_by_name_or_is_the_best(void **state)
{
    size_t                   i;
    fhb_str_t                s;
    const fhb_b64_kernel_t  *k;

    static const char *const  names[] = { "avx512", "avx2", "neon", "scalar" };
    static const char *const  none[] = { "sse2", "avx", "avx5", "avx5122",
                                         "SCALAR", " " };

    (void) state;

    k = fhb_b64_kernel(b64_str(""));
    assert_non_null(k);

    for (i = 0; fhb_b64_kernel(b64_str(names[i])) == NULL; i++) { /* void */ }

    assert_ptr_equal(k, fhb_b64_kernel(b64_str(names[i])));

    s = k->name;
    assert_int_equal(s.len, strlen(names[i]));
    assert_memory_equal(s.data, names[i], s.len);

    assert_non_null(fhb_b64_kernel(b64_str("scalar")));

    for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_null(fhb_b64_kernel(b64_str(none[i])));
    }
}


int
main(void)
{
    const char  *name;

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(encodes_and_decodes_the_vectors_of_rfc_4648),
        cmocka_unit_test(decode_is_strict_in_pieces_of_every_size),
        cmocka_unit_test(check_is_as_strict_and_keeps_the_characters),
        cmocka_unit_test(a_stream_with_an_error_stays_refused),
        cmocka_unit_test(agrees_with_openssl_at_every_length_and_split),
        cmocka_unit_test(encode_fit_fills_the_room_and_leaves_no_carry),
        cmocka_unit_test(the_encoded_length_is_exact_or_refused),
        cmocka_unit_test(a_state_can_be_copied_and_an_ended_one_used_again),
        cmocka_unit_test(nothing_may_be_nowhere),
        cmocka_unit_test(base64url_is_strict),
        cmocka_unit_test(a_kernel_is_chosen_by_name_or_is_the_best)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    name = getenv("FHB_B64");

    if (name && *name) {
        b64_kernel = fhb_b64_kernel(b64_str(name));

        if (b64_kernel == NULL) {
            printf("1..0 # SKIP no %s on this CPU or in this build\n", name);
            return 0;
        }
    }

    return cmocka_run_group_tests(tests, NULL, NULL);
}
