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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_hash_is_that_of_the_values_behind_their_lengths),
        cmocka_unit_test(values_do_not_run_together)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
