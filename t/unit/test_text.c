/*
 * The atoms of byte-string grammars, and the two escapes that rest on them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fhb_out.h"
#include "fhb_text.h"
#include "guard.h"


#define S(s)  str(s, sizeof(s) - 1)


static fhb_str_t
str(const char *data, size_t len)
{
    fhb_str_t  s;

    s.len = len;
    s.data = (const unsigned char *) data;

    return s;
}


/* what a scanner gives for text that ends at a forbidden page */

static size_t
scan(size_t (*f)(fhb_str_t s), fhb_str_t text)
{
    char     *p;
    size_t    n;
    guard_t   g;

    p = guard_before(&g, text.data, text.len);
    n = f(str(p, text.len));
    guard_free(&g);

    return n;
}


static void
a_token_char_is_one_of_RFC_9110(void **state)
{
    int                c;
    char               s[1];
    static const char  chars[] =
        "!#$%&'*+-.^_`|~0123456789"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    (void) state;

    for (c = 0; c < 256; c++) {
        s[0] = (char) c;

        assert_int_equal(scan(fhb_text_token, str(s, 1)),
                         c != 0 && strchr(chars, c) != NULL);
    }
}


static void
a_token_ends_where_its_chars_end(void **state)
{
    (void) state;

    assert_int_equal(scan(fhb_text_token, S("")), 0);
    assert_int_equal(scan(fhb_text_token, S("abc")), 3);
    assert_int_equal(scan(fhb_text_token, S("a/b")), 1);
    assert_int_equal(scan(fhb_text_token, S("/b")), 0);
    assert_int_equal(scan(fhb_text_token, S("a\0b")), 1);
    assert_int_equal(scan(fhb_text_token, S("a\xc3\xa4")), 1);
}


static void
optional_white_space_is_space_and_tab(void **state)
{
    fhb_str_t  s;

    (void) state;

    assert_int_equal(scan(fhb_text_ows, S("")), 0);
    assert_int_equal(scan(fhb_text_ows, S(" \t ")), 3);
    assert_int_equal(scan(fhb_text_ows, S(" \n")), 1);
    assert_int_equal(scan(fhb_text_ows, S("\r")), 0);

    s = fhb_text_trim(S(" \t a b\t "));
    assert_int_equal(s.len, 3);
    assert_memory_equal(s.data, "a b", 3);

    s = fhb_text_trim(S(" \t"));
    assert_int_equal(s.len, 0);

    s = fhb_text_trim(str(NULL, 0));
    assert_int_equal(s.len, 0);
}


static void
a_quoted_string_is_whole_or_nothing(void **state)
{
    (void) state;

    assert_int_equal(scan(fhb_text_quoted, S("")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("a\"b\"")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("\"\"")), 2);
    assert_int_equal(scan(fhb_text_quoted, S("\"a b\tc\";d")), 7);
    assert_int_equal(scan(fhb_text_quoted, S("\"a\\\"b\"")), 6);
    assert_int_equal(scan(fhb_text_quoted, S("\"a\\\\\"b\"")), 5);
    assert_int_equal(scan(fhb_text_quoted, S("\"\xff\"")), 3);

    assert_int_equal(scan(fhb_text_quoted, S("\"")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("\"a")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("\"a\\")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("\"a\\\"")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("\"a\0\"")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("\"a\\\0\"")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("\"a\n\"")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("\"a\\\r\"")), 0);
    assert_int_equal(scan(fhb_text_quoted, S("\"a\x7f\"")), 0);
}


static void
quotes_make_no_difference_to_a_value(void **state)
{
    (void) state;

    assert_true(fhb_text_value_eq(S("utf-8"), S("utf-8"), 0));
    assert_true(fhb_text_value_eq(S("\"utf-8\""), S("utf-8"), 0));
    assert_true(fhb_text_value_eq(S("utf-8"), S("\"u\\tf-8\""), 0));
    assert_true(fhb_text_value_eq(S("\"a\\\"\""), S("\"\\a\\\"\""), 0));
    assert_true(fhb_text_value_eq(S("\"\""), S(""), 0));
    assert_true(fhb_text_value_eq(S("UTF-8"), S("\"utf-8\""), 1));

    assert_false(fhb_text_value_eq(S("UTF-8"), S("utf-8"), 0));
    assert_false(fhb_text_value_eq(S("utf-8"), S("utf-80"), 1));
    assert_false(fhb_text_value_eq(S("utf-80"), S("\"utf-8\""), 1));
    assert_false(fhb_text_value_eq(S("\"a\\\"\""), S("a"), 1));
}


static void
strings_compare_by_length_and_bytes(void **state)
{
    (void) state;

    assert_true(fhb_text_eq(S(""), str(NULL, 0)));
    assert_true(fhb_text_eq(S("a\0b"), S("a\0b")));
    assert_false(fhb_text_eq(S("a\0b"), S("a\0c")));
    assert_false(fhb_text_eq(S("a"), S("ab")));
    assert_false(fhb_text_eq(S("a"), S("A")));

    assert_true(fhb_text_eq_ci(S("aZ@["), S("Az@[")));
    assert_false(fhb_text_eq_ci(S("@"), S("`")));
    assert_false(fhb_text_eq_ci(S("["), S("{")));
    assert_false(fhb_text_eq_ci(S("\xc4"), S("\xe4")));
    assert_false(fhb_text_eq_ci(S("a"), S("aa")));
}


static size_t
encode(unsigned char *p, uint32_t cp)
{
    if (cp < 0x80) {
        p[0] = (unsigned char) cp;
        return 1;
    }

    if (cp < 0x800) {
        p[0] = (unsigned char) (0xc0 | cp >> 6);
        p[1] = (unsigned char) (0x80 | (cp & 0x3f));
        return 2;
    }

    if (cp < 0x10000) {
        p[0] = (unsigned char) (0xe0 | cp >> 12);
        p[1] = (unsigned char) (0x80 | (cp >> 6 & 0x3f));
        p[2] = (unsigned char) (0x80 | (cp & 0x3f));
        return 3;
    }

    p[0] = (unsigned char) (0xf0 | cp >> 18);
    p[1] = (unsigned char) (0x80 | (cp >> 12 & 0x3f));
    p[2] = (unsigned char) (0x80 | (cp >> 6 & 0x3f));
    p[3] = (unsigned char) (0x80 | (cp & 0x3f));
    return 4;
}


static void
every_character_is_decoded_and_no_surrogate(void **state)
{
    size_t         n, cut;
    uint32_t       cp, got;
    unsigned char  buf[4];

    (void) state;

    for (cp = 0; cp < 0x110400; cp++) {

        n = encode(buf, cp);

        if ((cp >= 0xd800 && cp <= 0xdfff) || cp > 0x10ffff) {
            assert_int_equal(fhb_text_utf8(str((char *) buf, n), &got), 0);
            continue;
        }

        if (fhb_text_utf8(str((char *) buf, n), &got) != n || got != cp) {
            fail_msg("U+%X", cp);
        }

        for (cut = 0; cut < n; cut++) {
            if (fhb_text_utf8(str((char *) buf, cut), &got) != 0) {
                fail_msg("U+%X cut after %zu", cp, cut);
            }
        }
    }
}


static void
a_byte_that_begins_no_character_is_told(void **state)
{
    size_t              i;
    uint32_t            cp;
    static const char  *bad[] = {
        "\x80zzz", "\xbfzzz", "\xc0\x80zz", "\xc1\xbfzz", "\xc2zzz",
        "\xe0\x80\x80z", "\xe0\x9f\xbfz", "\xed\xa0\x80z", "\xed\xbf\xbfz",
        "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xf8\x88\x80\x80", "\xffzzz", "\xe2\x82zz",
        "\xf0\x9f\x98z", "\xc3\xc3zz"
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(fhb_text_utf8(str(bad[i], 4), &cp), 0);
    }
}


/* both passes of a writer: the length first, then the bytes */

static void
check(void (*f)(fhb_out_t *out, fhb_str_t s), fhb_str_t in, fhb_str_t want)
{
    char       *p, *to;
    guard_t     g, h;
    fhb_out_t   out;

    p = guard_before(&g, in.data, in.len);
    to = guard_before(&h, NULL, want.len);

    fhb_out_init(&out, NULL, 0);
    f(&out, str(p, in.len));
    assert_int_equal(out.len, want.len);

    fhb_out_init(&out, (unsigned char *) to, want.len);
    f(&out, str(p, in.len));
    assert_int_equal(out.len, want.len);
    assert_int_equal(out.full, 0);
    assert_memory_equal(to, want.data, want.len);

    if (want.len) {
        fhb_out_init(&out, (unsigned char *) to, want.len - 1);
        f(&out, str(p, in.len));
        assert_int_equal(out.full, 1);
    }

    guard_free(&g);
    guard_free(&h);
}


static void
a_JSON_string_is_escaped(void **state)
{
    (void) state;

    check(fhb_out_json, S(""), S(""));
    check(fhb_out_json, S("plain/text"), S("plain/text"));
    check(fhb_out_json, S("text/html; charset=\"utf-8\""),
          S("text/html; charset=\\\"utf-8\\\""));
    check(fhb_out_json, S("\\"), S("\\\\"));
    check(fhb_out_json, S("a\0b"), S("a\\u0000b"));
    check(fhb_out_json, S("\x01\x08\t\n\x0b\x0c\r\x1f \x7f"),
          S("\\u0001\\u0008\\t\\n\\u000b\\u000c\\r\\u001f \x7f"));
    check(fhb_out_json, S("<&>'"), S("<&>'"));
    check(fhb_out_json, S("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
          S("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
    check(fhb_out_json, S("\xef\xbf\xbe"), S("\xef\xbf\xbe"));
}


static void
an_XML_attribute_is_escaped(void **state)
{
    (void) state;

    check(fhb_out_xml, S(""), S(""));
    check(fhb_out_xml, S("plain/text\\"), S("plain/text\\"));
    check(fhb_out_xml, S("<a b=\"c\">&'"),
          S("&lt;a b=&quot;c&quot;&gt;&amp;'"));
    check(fhb_out_xml, S("\t\n\r"), S("&#x9;&#xA;&#xD;"));
    check(fhb_out_xml, S("a\0b"), S("a\xef\xbf\xbd" "b"));
    check(fhb_out_xml, S("\x01\x1f\x7f"),
          S("\xef\xbf\xbd\xef\xbf\xbd\x7f"));
    check(fhb_out_xml, S("\xef\xbf\xbe|\xef\xbf\xbf|\xef\xbf\xbd"),
          S("\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd"));
    check(fhb_out_xml, S("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
          S("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
}


static void
each_bad_byte_leaves_as_one_replacement(void **state)
{
    size_t               i;
    void               (*f[])(fhb_out_t *out, fhb_str_t s) = {
        fhb_out_json, fhb_out_xml
    };

    (void) state;

    for (i = 0; i < 2; i++) {
        check(f[i], S("\xff"), S("\xef\xbf\xbd"));
        check(f[i], S("a\x80z"), S("a\xef\xbf\xbdz"));
        check(f[i], S("\xe2\x82"), S("\xef\xbf\xbd\xef\xbf\xbd"));
        check(f[i], S("\xe2\x82z"), S("\xef\xbf\xbd\xef\xbf\xbdz"));
        check(f[i], S("\xc0\xaf"), S("\xef\xbf\xbd\xef\xbf\xbd"));
        check(f[i], S("\xed\xa0\x80"),
              S("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
        check(f[i], S("\xe2\xc3\xa4"), S("\xef\xbf\xbd\xc3\xa4"));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_token_char_is_one_of_RFC_9110),
        cmocka_unit_test(a_token_ends_where_its_chars_end),
        cmocka_unit_test(optional_white_space_is_space_and_tab),
        cmocka_unit_test(a_quoted_string_is_whole_or_nothing),
        cmocka_unit_test(quotes_make_no_difference_to_a_value),
        cmocka_unit_test(strings_compare_by_length_and_bytes),
        cmocka_unit_test(every_character_is_decoded_and_no_surrogate),
        cmocka_unit_test(a_byte_that_begins_no_character_is_told),
        cmocka_unit_test(a_JSON_string_is_escaped),
        cmocka_unit_test(an_XML_attribute_is_escaped),
        cmocka_unit_test(each_bad_byte_leaves_as_one_replacement)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
