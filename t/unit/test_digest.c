/*
 * SHA-256 over several values.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_digest.h"
#include "guard.h"


/*
 * From python3: hashlib.sha256(b"".join(struct.pack(">Q", len(p)) + p
 * for p in parts)).hexdigest()
 */

static void
the_hash_is_that_of_the_values_behind_their_lengths(void **state)
{
    guard_t         g;
    char           *out;
    size_t          i, k;
    char            hex[65];

    static const char  digits[] = "0123456789abcdef";

    static const fhb_str_t  parts[] = {
        fhb_string("token"), fhb_null_string,
        fhb_string("https://ehr.example.org/auth")
    };

    static const struct {
        size_t       n;
        const char  *hex;
    } rows[] = {
        { 0, "e3b0c44298fc1c149afbf4c8996fb924"
          "27ae41e4649b934ca495991b7852b855" },
        { 1, "632b0a06a6fc53b9b8dd5002d106b0bc"
          "fd3ff252a6ebaf7fc0db24ed2472ad10" },
        { 2, "b1c6104a1d2de76bf1c36a0769eea2b9"
          "af80de438cd99b076c73b036a41fa7b3" },
        { 3, "4e82c892366c86c6e33a1ef125d60b97"
          "61bcc827c4997ead802e886f7ac15bf9" }
    };

    (void) state;

    for (k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
        out = guard_before(&g, NULL, FHB_DIGEST_LEN);

        assert_int_equal(fhb_digest_sha256((unsigned char *) out, parts,
                                           rows[k].n), FHB_OK);

        for (i = 0; i < FHB_DIGEST_LEN; i++) {
            hex[2 * i] = digits[(unsigned char) out[i] >> 4];
            hex[2 * i + 1] = digits[out[i] & 15];
        }

        hex[64] = '\0';
        assert_string_equal(hex, rows[k].hex);
        guard_free(&g);
    }
}


static void
values_do_not_run_together(void **state)
{
    size_t         i, k;
    unsigned char  hash[5][FHB_DIGEST_LEN];

    static const fhb_str_t  lists[5][3] = {
        { fhb_string("ab"), fhb_string("c"), fhb_null_string },
        { fhb_string("a"), fhb_string("bc"), fhb_null_string },
        { fhb_string("abc"), fhb_null_string, fhb_null_string },
        { fhb_null_string, fhb_string("abc"), fhb_null_string },
        { fhb_string("c"), fhb_string("ab"), fhb_null_string }
    };

    (void) state;

    for (i = 0; i < 5; i++) {
        assert_int_equal(fhb_digest_sha256(hash[i], lists[i], 3), FHB_OK);

        for (k = 0; k < i; k++) {
            assert_memory_not_equal(hash[i], hash[k], FHB_DIGEST_LEN);
        }
    }
}


/* lengths about the room that short values are gathered in */

static void
what_was_prepared_gives_the_same_hash_again(void **state)
{
    size_t         a, b;
    fhb_str_t      parts[3];
    fhb_digest_t  *digest;
    unsigned char  text[600], one[FHB_DIGEST_LEN], two[FHB_DIGEST_LEN];

    (void) state;

    for (a = 0; a < sizeof(text); a++) {
        text[a] = (unsigned char) (a * 7);
    }

    digest = fhb_digest_new();
    assert_non_null(digest);

    for (a = 0; a < 300; a++) {
        for (b = 0; b < 300; b += 37) {
            parts[0].data = text;
            parts[0].len = a;
            parts[1].data = text + a;
            parts[1].len = b;
            parts[2] = parts[0];

            assert_int_equal(fhb_digest_run(digest, one, parts, 3), FHB_OK);
            assert_int_equal(fhb_digest_sha256(two, parts, 3), FHB_OK);
            assert_memory_equal(one, two, FHB_DIGEST_LEN);
        }
    }

    fhb_digest_free(digest);
    fhb_digest_free(NULL);
}


/*
 * python3: hashlib.sha256(b"".join(struct.pack(">Q", n) + b"x" * n
 * for n in (n0, n1, n2))).hexdigest()[:16]
 */

static void
long_values_are_hashed_as_short_ones_are(void **state)
{
    size_t         i, k;
    fhb_str_t      parts[3];
    unsigned char  text[1000], hash[FHB_DIGEST_LEN];

    static const struct {
        size_t         len[3];
        unsigned char  start[8];
    } rows[] = {
        { { 32, 32, 800 },
          { 0xe7, 0x4e, 0x7f, 0x7e, 0xd1, 0x14, 0xcb, 0x9a } },
        { { 32, 0, 168 },
          { 0xbc, 0xeb, 0x11, 0xb0, 0x22, 0xd8, 0x91, 0x1d } },
        { { 32, 32, 169 },
          { 0x31, 0x6c, 0x58, 0x8c, 0x18, 0xd6, 0x90, 0x95 } },
        { { 248, 0, 1 },
          { 0xe1, 0xd1, 0xdd, 0x25, 0xa8, 0x4c, 0x08, 0x85 } },
        { { 249, 240, 0 },
          { 0x2a, 0x0f, 0x67, 0xf3, 0xb4, 0x26, 0xd0, 0x0a } },
        { { 1000, 1000, 1000 },
          { 0x64, 0x54, 0x92, 0xce, 0xa5, 0x22, 0x73, 0x01 } }
    };

    (void) state;

    for (i = 0; i < sizeof(text); i++) {
        text[i] = 'x';
    }

    for (k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
        for (i = 0; i < 3; i++) {
            parts[i].data = text;
            parts[i].len = rows[k].len[i];
        }

        assert_int_equal(fhb_digest_sha256(hash, parts, 3), FHB_OK);
        assert_memory_equal(hash, rows[k].start, 8);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_hash_is_that_of_the_values_behind_their_lengths),
        cmocka_unit_test(values_do_not_run_together),
        cmocka_unit_test(what_was_prepared_gives_the_same_hash_again),
        cmocka_unit_test(long_values_are_hashed_as_short_ones_are)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
