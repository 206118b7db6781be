/* The scanner of FHIR JSON: what it cuts out, what it refuses. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "splice_story.h"


#define OPEN   "\1"
#define CLOSE  "\2"
#define DONE   "\3"
#define OTHER  "\4"

#define RESOURCE  FHB_E_BACKEND_RESOURCE
#define BASE64    FHB_E_BACKEND_BASE64


typedef struct {
    const char  *in;
    const char  *story;
} row_t;

typedef struct {
    const char  *in;
    fhb_rc_t     rc;
} refusal_t;


/* all in one piece, all splits in two, byte by byte: one story */

static void
check_row(const char *in, size_t len, const char *story)
{
    size_t          i;
    splice_story_t  s;

    for (i = 0; i <= len; i++) {
        splice_story(&s, fhb_splice_json, in, len, i, i ? len : 1);
        assert_int_equal(s.rc, FHB_AGAIN);
        assert_int_equal(s.len, strlen(story));
        assert_memory_equal(s.text, story, s.len);
    }
}


static void
check_refusal(const char *in, size_t len, fhb_rc_t rc)
{
    size_t          i;
    splice_story_t  s;

    for (i = 0; i <= len; i++) {
        splice_story(&s, fhb_splice_json, in, len, i, i ? len : 1);
        assert_int_equal(s.rc, rc);
        assert_null(memchr(s.text, '\3', s.len));
    }
}


static void
the_value_is_cut_out_however_it_is_written(void **state)
{
    size_t              i;
    static const row_t  rows[] = {
        { "{\"data\":\"QUJD\"}",
          "{\"data\":\"" OPEN "QUJD" CLOSE "\"}" DONE },
        { "{\"content\":\"QUJD\"}",
          "{\"content\":\"" OPEN "QUJD" CLOSE "\"}" DONE },
        { " {\n \"id\" : 1 , \"data\" : \"QU/+\" , \"x\" : [ 1 ] }\r\n\t ",
          " {\n \"id\" : 1 , \"data\" : \"" OPEN "QU/+" CLOSE
          "\" , \"x\" : [ 1 ] }" DONE "\r\n\t " },
        { "{\"data\":\"\"}",
          "{\"data\":\"" OPEN CLOSE "\"}" DONE },
        { "{}", "{}" DONE },
        /* no string */
        { "{\"data\":null}", "{\"data\":n" OTHER "ull}" DONE },
        { "{\"content\":7}", "{\"content\":7" OTHER "}" DONE },
        { "{\"data\": -1.5e2,\"a\":1}",
          "{\"data\": -" OTHER "1.5e2,\"a\":1}" DONE },
        { "{\"data\":[\"A\",{\"data\":1}],\"a\":1}",
          "{\"data\":[" OTHER "\"A\",{\"data\":1}],\"a\":1}" DONE },
        { "{\"data\":{}}", "{\"data\":{" OTHER "}}" DONE },
        { "{\"a\":false,\"data\":true}",
          "{\"a\":false,\"data\":t" OTHER "rue}" DONE },
        /* escapes, as PHP, .NET and others write them */
        { "{\"data\":\"A\\/B\\u002B\\u002b\\u002F\\u003d\\u0041\"}",
          "{\"data\":\"" OPEN "A/B++/=A" CLOSE "\"}" DONE },
        { "{\"data\":\"QUJD\\r\\nREVG\\t\\n\\u000a\\u0020\"}",
          "{\"data\":\"" OPEN "QUJDREVG" CLOSE "\"}" DONE },
        { "{\"data\":\"QU JD!\"}",
          "{\"data\":\"" OPEN "QU JD!" CLOSE "\"}" DONE },
        /* the name, escaped */
        { "{\"d\\u0061ta\":\"QQ==\"}",
          "{\"d\\u0061ta\":\"" OPEN "QQ==" CLOSE "\"}" DONE },
        { "{\"\\u0063\\u006F\\u006e\\u0074ent\":\"QQ==\"}",
          "{\"\\u0063\\u006F\\u006e\\u0074ent\":\"" OPEN "QQ==" CLOSE
          "\"}" DONE },
        /* no such name */
        { "{\"dat\":\"A\",\"dataa\":\"B\",\"contents\":\"C\",\"Data\":\"D\"}",
          "{\"dat\":\"A\",\"dataa\":\"B\",\"contents\":\"C\",\"Data\":\"D\"}"
          DONE },
        { "{\"d\\u0161ta\":\"A\",\"\\tata\":\"B\",\"_data\":{\"x\":\"C\"}}",
          "{\"d\\u0161ta\":\"A\",\"\\tata\":\"B\",\"_data\":{\"x\":\"C\"}}"
          DONE },
        { "{\"a\":\"data\",\"b\":\"\\\"data\\\":\\\"A\",\"c\":\"\\\\\"}",
          "{\"a\":\"data\",\"b\":\"\\\"data\\\":\\\"A\",\"c\":\"\\\\\"}"
          DONE },
        /* deeper: the parser's affair */
        { "{\"x\":{\"data\":\"A\",\"y\":[{\"data\":\"]}\"}]}}",
          "{\"x\":{\"data\":\"A\",\"y\":[{\"data\":\"]}\"}]}}" DONE },
        { "{\"x\":[\"}\\\"\",\"{\"],\"data\":\"A\"}",
          "{\"x\":[\"}\\\"\",\"{\"],\"data\":\"" OPEN "A" CLOSE "\"}" DONE },
        { "\xef\xbb\xbf{\"data\":\"A\"}",
          "{\"data\":\"" OPEN "A" CLOSE "\"}" DONE }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_row(rows[i].in, strlen(rows[i].in), rows[i].story);
    }
}


static void
escapes_of_other_ascii_leave_as_bytes_that_no_decoder_takes(void **state)
{
    splice_story_t     s;
    static const char  in[] = "{\"data\":\"\\u0000\\u007f\"}";

    (void) state;

    splice_story(&s, fhb_splice_json, in, sizeof(in) - 1, 0, 1);

    assert_int_equal(s.rc, FHB_AGAIN);
    assert_int_equal(s.len, 9 + 1 + 2 + 1 + 2 + 1);
    assert_memory_equal(s.text + 10, "\0\177", 2);
}


static void
what_can_be_no_binary_is_refused(void **state)
{
    size_t                  i;
    static const refusal_t  rows[] = {
        { "<html>", RESOURCE },
        { "[{\"data\":\"A\"}]", RESOURCE },
        { "\"data\"", RESOURCE },
        { "null", RESOURCE },
        { "\xef\xbb{}", RESOURCE },
        { "\xef\xbb\xbf\xef\xbb\xbf{}", RESOURCE },
        { "\xff\xfe{", RESOURCE },
        /* a second value, under any name */
        { "{\"data\":\"A\",\"data\":\"B\"", RESOURCE },
        { "{\"data\":\"A\",\"content\":\"B\"", RESOURCE },
        { "{\"data\":\"A\",\"d\\u0061ta\":\"B\"", RESOURCE },
        { "{\"data\":null,\"content\":\"B\"", RESOURCE },
        { "{\"data\":\"\",\"data\":null", RESOURCE },
        /* no string */
        { "{\"data\":}", RESOURCE },
        { "{\"data\":,\"a\":1", RESOURCE },
        { "{\"data\":A", RESOURCE },
        { "{\"data\":+1", RESOURCE },
        { "{\"data\":]", RESOURCE },
        { "{\"data\":1,\"content\":\"B\"", RESOURCE },
        { "{\"data\":[],\"data\":[]", RESOURCE },
        /* its characters */
        { "{\"data\":\"A\nB", RESOURCE },
        { "{\"data\":\"A\tB", RESOURCE },
        { "{\"data\":\"A\x01", RESOURCE },
        { "{\"data\":\"A\\xB", RESOURCE },
        { "{\"data\":\"A\\u12", FHB_AGAIN },
        { "{\"data\":\"A\\u12G", RESOURCE },
        { "{\"data\":\"A\\U0041", RESOURCE },
        { "{\"data\":\"A\xc3\xa9", BASE64 },
        { "{\"data\":\"A\\u00e9", BASE64 },
        { "{\"data\":\"A\\ud83d\\ude00", BASE64 },
        { "{\"data\":\"A\\\"", BASE64 },
        { "{\"data\":\"A\\\\", BASE64 },
        { "{\"data\":\"A\\b", BASE64 },
        { "{\"data\":\"A\\f", BASE64 },
        /* between the members */
        { "{\"data\":\"A\"\"x\"", RESOURCE },
        { "{\"data\":\"A\"x", RESOURCE },
        { "{\"data\" \"A\"", RESOURCE },
        { "{\"data\"::\"A\"", RESOURCE },
        { "{,", RESOURCE },
        { "{\"a\":1,}", RESOURCE },
        { "{\"a\":1 2", RESOURCE },
        { "{\"a\":tr\"", RESOURCE },
        { "{\"a\":/", RESOURCE },
        { "{a", RESOURCE },
        { "{'data'", RESOURCE },
        { "{]", RESOURCE },
        { "/**/{", RESOURCE },
        { "{\"a\":1]", RESOURCE },
        { "{\v", RESOURCE },
        { "{\"a\":[\f", RESOURCE },
        { "{\"a\":{\"b\":\v", RESOURCE },
        { "{\"a\xc0:\":1,\"\\u00g0", RESOURCE }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_refusal(rows[i].in, strlen(rows[i].in), rows[i].rc);
    }
}


static void
nothing_but_blanks_may_follow(void **state)
{
    size_t                     i;
    splice_story_t             s;
    static const char * const  in[] = {
        "{\"data\":\"A\"}x", "{}{}", "{},", "{} \xa0", "{}\"\"", "{}}"
    };

    (void) state;

    for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
        splice_story(&s, fhb_splice_json, in[i], strlen(in[i]), 0, 1);
        assert_int_equal(s.rc, RESOURCE);
    }
}


static void
depth_is_bounded(void **state)
{
    size_t          len;
    unsigned        depth;
    splice_story_t  s;
    char            in[256];

    (void) state;

    for (depth = 1; depth < 40; depth++) {
        len = 0;
        memcpy(in, "{\"a\":", 5);
        len += 5;

        memset(in + len, '[', depth);
        len += depth;
        memset(in + len, ']', depth);
        len += depth;
        in[len++] = '}';

        splice_story(&s, fhb_splice_json, in, len, 0, 1);
        assert_int_equal(s.rc,
                         depth + 1 <= FHB_MAX_JSON_DEPTH ? FHB_AGAIN
                                                        : RESOURCE);
    }
}


static void
a_document_without_end_asks_for_more(void **state)
{
    size_t             i;
    splice_story_t     s;
    static const char  in[] = "{\"id\":\"\\u0041\",\"data\":\"QU\\u002fD\"}";

    (void) state;

    for (i = 0; i < sizeof(in) - 1; i++) {
        splice_story(&s, fhb_splice_json, in, i, 0, 3);
        assert_true(s.rc == FHB_AGAIN || (i == 0 && s.rc == FHB_OK));
        assert_null(memchr(s.text, '\3', s.len));
    }
}


int
main(void)
{
    static const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_value_is_cut_out_however_it_is_written),
        cmocka_unit_test(
            escapes_of_other_ascii_leave_as_bytes_that_no_decoder_takes),
        cmocka_unit_test(what_can_be_no_binary_is_refused),
        cmocka_unit_test(nothing_but_blanks_may_follow),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(a_document_without_end_asks_for_more)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
