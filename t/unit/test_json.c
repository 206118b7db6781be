/*
 * Small JSON documents: what is read, what is refused, in any pieces.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_json_text.h"
#include "fhb_json_tree.h"
#include "fhb_out.h"
#include "guard.h"
#include "oom.h"


typedef struct {
    const char  *text;
    fhb_rc_t     rc;
} doc_row_t;

typedef struct {
    fhb_out_t    out;                   /* the events, written down */
    fhb_rc_t     stop;                  /* what to return at a "stop" */
    size_t       longest;               /* bytes of a string; 0: any */
    unsigned     events;
} log_t;


static fhb_str_t
str(const char *s)
{
    fhb_str_t  r;

    r.data = (const unsigned char *) s;
    r.len = strlen(s);

    return r;
}


static fhb_rc_t
write_event(void *data, const fhb_json_event_t *event)
{
    log_t  *log = data;

    static const char  letters[] = "?nftislao]}k";

    log->events++;

    fhb_out_byte(&log->out, (unsigned char) letters[event->type]);
    fhb_out_byte(&log->out, (unsigned char) ('0' + event->depth));
    fhb_out_str(&log->out, event->value);
    fhb_out_byte(&log->out, ' ');

    if (event->type == FHB_JSON_STRING && event->value.len == 4
        && memcmp(event->value.data, "stop", 4) == 0)
    {
        return log->stop;
    }

    return FHB_OK;
}


/* feed text in pieces of one size, each one before a forbidden page */

static fhb_rc_t
push(log_t *log, fhb_str_t text, size_t piece, unsigned char *buf)
{
    guard_t           g;
    oom_t             oom;
    size_t            i;
    fhb_rc_t          rc, again;
    fhb_str_t         in;
    fhb_alloc_t       alloc;
    fhb_json_push_t  *push;

    alloc = oom_init(&oom, 0);
    fhb_out_init(&log->out, buf, 65536);
    log->events = 0;

    assert_int_equal(fhb_json_push_create(&push, &alloc, 65536, write_event,
                                         log), FHB_OK);
    fhb_json_push_cut(push, log->longest);

    rc = FHB_OK;

    for (i = 0; i < text.len && rc == FHB_OK; i += in.len) {
        in.len = (text.len - i < piece) ? text.len - i : piece;
        in.data = (unsigned char *) guard_before(&g, text.data + i, in.len);

        rc = fhb_json_feed(push, in);

        guard_free(&g);
    }

    if (rc == FHB_OK) {
        rc = fhb_json_finish(push);
    }

    if (rc != FHB_OK) {
        again = fhb_json_feed(push, str("1"));
        assert_int_equal(again, rc);
        again = fhb_json_finish(push);
        assert_int_equal(again, rc);
    }

    fhb_json_push_free(push);
    assert_int_equal(oom.live, 0);

    return rc;
}


static fhb_rc_t
tree(fhb_str_t text)
{
    oom_t        oom;
    guard_t      g;
    fhb_rc_t     rc;
    fhb_json_t  *json;
    fhb_alloc_t  alloc;

    alloc = oom_init(&oom, 0);
    text.data = (unsigned char *) guard_before(&g, text.data, text.len);

    rc = fhb_json_parse(&json, &alloc, text);

    guard_free(&g);

    if (rc != FHB_OK) {
        assert_null(json);
        assert_int_equal(oom.live, 0);
        return rc;
    }

    assert_non_null(fhb_json_root(json));
    fhb_json_free(json);
    assert_int_equal(oom.live, 0);

    return rc;
}


static void
check_rows(const doc_row_t *row)
{
    log_t           log;
    size_t          piece;
    fhb_rc_t        rc;
    unsigned char  *buf;

    buf = malloc(65536);
    assert_non_null(buf);
    log.stop = FHB_OK;
    log.longest = 0;

    for ( ; row->text != NULL; row++) {
        rc = tree(str(row->text));

        if (rc != row->rc) {
            fail_msg("%s: %d", row->text, rc);
        }

        for (piece = 1; piece <= strlen(row->text); piece++) {
            rc = push(&log, str(row->text), piece, buf);

            if (rc != row->rc) {
                fail_msg("%s in pieces of %u: %d", row->text,
                         (unsigned) piece, rc);
            }
        }
    }

    free(buf);
}


static void
documents_of_RFC_8259_are_read(void **state)
{
    static const doc_row_t  rows[] = {
        { "{}", FHB_OK },
        { "[]", FHB_OK },
        { " \t\r\n{ \"a\" : [ 1 , 2 ] } \n", FHB_OK },
        { "null", FHB_OK },
        { "true", FHB_OK },
        { "false", FHB_OK },
        { "\"\"", FHB_OK },
        { "0", FHB_OK },
        { "-0", FHB_OK },
        { "-0.5e-3", FHB_OK },
        { "1E+400", FHB_OK },
        { "123456789012345678901234567890", FHB_OK },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", FHB_OK },
        { "\"\\u0000\"", FHB_OK },
        { "\"\\uD83D\\uDE00\"", FHB_OK },
        { "\"\xf0\x9f\x98\x80 \xe2\x82\xac \xc2\xa2\"", FHB_OK },
        { "\"\xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf\"", FHB_OK },
        { "\"\x7f\"", FHB_OK },
        { "{\"\":1}", FHB_OK },
        { NULL, 0 }
    };

    (void) state;
    check_rows(rows);
}


static void
what_is_not_json_is_refused(void **state)
{
    static const doc_row_t  rows[] = {
        { "", FHB_E_SYNTAX },
        { " ", FHB_E_SYNTAX },
        { "{", FHB_E_SYNTAX },
        { "[1", FHB_E_SYNTAX },
        { "{\"a\"", FHB_E_SYNTAX },
        { "{\"a\":", FHB_E_SYNTAX },
        { "{\"a\":1,}", FHB_E_SYNTAX },
        { "[1,]", FHB_E_SYNTAX },
        { "[,1]", FHB_E_SYNTAX },
        { "[1 2]", FHB_E_SYNTAX },
        { "{a:1}", FHB_E_SYNTAX },
        { "{1:1}", FHB_E_SYNTAX },
        { "{'a':1}", FHB_E_SYNTAX },
        { "{\"a\" 1}", FHB_E_SYNTAX },
        { "[}", FHB_E_SYNTAX },
        { "nul", FHB_E_SYNTAX },
        { "True", FHB_E_SYNTAX },
        { "NaN", FHB_E_SYNTAX },
        { "Infinity", FHB_E_SYNTAX },
        { "-", FHB_E_SYNTAX },
        { "+1", FHB_E_SYNTAX },
        { "01", FHB_E_SYNTAX },
        { ".5", FHB_E_SYNTAX },
        { "1.", FHB_E_SYNTAX },
        { "1e", FHB_E_SYNTAX },
        { "0x10", FHB_E_SYNTAX },
        { "\"", FHB_E_SYNTAX },
        { "\"\\\"", FHB_E_SYNTAX },
        { "\"\\x41\"", FHB_E_SYNTAX },
        { "\"\\u12\"", FHB_E_SYNTAX },
        { "\"\\u12g4\"", FHB_E_SYNTAX },
        { "\"a\nb\"", FHB_E_SYNTAX },
        { "\"a\tb\"", FHB_E_SYNTAX },
        { "\"\x1f\"", FHB_E_SYNTAX },
        { "/*x*/ 1", FHB_E_SYNTAX },
        { "// x\n1", FHB_E_SYNTAX },
        { "{} {}", FHB_E_SYNTAX },
        { "{}x", FHB_E_SYNTAX },
        { "[1]]", FHB_E_SYNTAX },
        { "1 2", FHB_E_SYNTAX },
        { "\xef\xbb\xbf{}", FHB_E_SYNTAX },
        { "\xa0{}", FHB_E_SYNTAX },
        { NULL, 0 }
    };

    (void) state;
    check_rows(rows);
}


static void
names_that_repeat_are_refused(void **state)
{
    static const doc_row_t  rows[] = {
        { "{\"a\":1,\"a\":1}", FHB_E_SYNTAX },
        { "{\"a\":1,\"b\":2,\"a\":3}", FHB_E_SYNTAX },
        { "{\"a\":1,\"\\u0061\":2}", FHB_E_SYNTAX },
        { "{\"\":1,\"\":2}", FHB_E_SYNTAX },
        { "{\"b\":{\"a\":1,\"a\":2}}", FHB_E_SYNTAX },
        { "{\"a\":{\"x\":1},\"a\":2}", FHB_E_SYNTAX },
        { "{\"a\":[{\"b\":1}],\"a\":2}", FHB_E_SYNTAX },
        { "[{\"a\":1,\"a\":2}]", FHB_E_SYNTAX },
        { "{\"a\":{\"a\":{\"a\":1}}}", FHB_OK },
        { "[{\"a\":1},{\"a\":2}]", FHB_OK },
        { "{\"b\":{\"a\":1},\"c\":{\"a\":1},\"a\":1}", FHB_OK },
        { "{\"a\":1,\"A\":1,\"a \":1,\"a\\u0000\":1}", FHB_OK },
        { NULL, 0 }
    };

    (void) state;
    check_rows(rows);
}


static void
text_that_is_no_unicode_is_refused(void **state)
{
    static const doc_row_t  rows[] = {
        { "\"\x80\"", FHB_E_SYNTAX },
        { "\"\xc0\x80\"", FHB_E_SYNTAX },
        { "\"\xc1\xbf\"", FHB_E_SYNTAX },
        { "\"\xc2\"", FHB_E_SYNTAX },
        { "\"\xc2\xc2\xa2\"", FHB_E_SYNTAX },
        { "\"\xe0\x80\x80\"", FHB_E_SYNTAX },
        { "\"\xe0\x9f\xbf\"", FHB_E_SYNTAX },
        { "\"\xe2\x82\"", FHB_E_SYNTAX },
        { "\"\xed\xa0\x80\"", FHB_E_SYNTAX },
        { "\"\xed\xbf\xbf\"", FHB_E_SYNTAX },
        { "\"\xf0\x80\x80\x80\"", FHB_E_SYNTAX },
        { "\"\xf0\x8f\xbf\xbf\"", FHB_E_SYNTAX },
        { "\"\xf4\x90\x80\x80\"", FHB_E_SYNTAX },
        { "\"\xf5\x80\x80\x80\"", FHB_E_SYNTAX },
        { "\"\xff\"", FHB_E_SYNTAX },
        { "{\"\xc0\xaf\":1}", FHB_E_SYNTAX },
        { "\"\\ud800\"", FHB_E_SYNTAX },
        { "\"\\udbff x\"", FHB_E_SYNTAX },
        { "\"\\udc00\"", FHB_E_SYNTAX },
        { "\"\\ud800\\ud800\"", FHB_E_SYNTAX },
        { "\"\\ud800\\u0041\"", FHB_E_SYNTAX },
        { "\"\\ud800\\n\"", FHB_E_SYNTAX },
        { "\"\\ud800\\n\\udc00\"", FHB_E_SYNTAX },
        { "\"\\ud800x\\udc00\"", FHB_E_SYNTAX },
        { "\"\\ud800\xc2\xa2\\udc00\"", FHB_E_SYNTAX },
        { "\"\\ud800\xc2\xa2\"", FHB_E_SYNTAX },
        { "\"\\ude00\\ud83d\"", FHB_E_SYNTAX },
        { NULL, 0 }
    };

    (void) state;
    check_rows(rows);
}


static void
events_tell_types_depths_and_values(void **state)
{
    log_t           log;
    size_t          piece;
    unsigned char  *buf;

    static const char  text[] =
        "{\"a\":[1.50,\"x\\ty\\u00e9\",null],\"b\":{\"c\":true},"
        "\"d\":false,\"e\":[],\"f\":{},\"g\":\"\"}";
    static const char  events[] =
        "o0 k1a a1 i21.50 s2x\ty\xc3\xa9 n2 ]1 k1b o1 k2c t2 }1 "
        "k1d f1 k1e a1 ]1 k1f o1 }1 k1g s1 }0 ";

    (void) state;

    buf = malloc(65536);
    assert_non_null(buf);
    log.stop = FHB_OK;
    log.longest = 0;

    for (piece = 1; piece < sizeof(text); piece++) {
        assert_int_equal(push(&log, str(text), piece, buf), FHB_OK);
        assert_int_equal(log.out.len, sizeof(events) - 1);
        assert_memory_equal(buf, events, sizeof(events) - 1);
    }

    free(buf);
}


static void
a_handler_can_end_the_parsing(void **state)
{
    log_t           log;
    size_t          piece;
    unsigned char  *buf;

    static const char  text[] = "[1,\"stop\",2]";

    (void) state;

    buf = malloc(65536);
    assert_non_null(buf);

    for (piece = 1; piece < sizeof(text); piece++) {
        log.longest = 0;
        log.stop = FHB_E_SCOPE;
        assert_int_equal(push(&log, str(text), piece, buf), FHB_E_SCOPE);
        assert_int_equal(log.events, 3);

        log.stop = FHB_DONE;
        assert_int_equal(push(&log, str(text), piece, buf), FHB_DONE);
        assert_int_equal(log.events, 3);
    }

    free(buf);
}


/* n times a, then n times b */

static fhb_str_t
nested(char *buf, unsigned n, const char *a, const char *middle,
    const char *b)
{
    unsigned   i;
    fhb_out_t  out;

    fhb_out_init(&out, (unsigned char *) buf, 1 << 20);

    for (i = 0; i < n; i++) {
        fhb_out_z(&out, a);
    }

    fhb_out_z(&out, middle);

    for (i = 0; i < n; i++) {
        fhb_out_z(&out, b);
    }

    return fhb_out_result(&out);
}


static void
depth_is_bounded(void **state)
{
    char  *buf;

    (void) state;

    buf = malloc(1 << 20);
    assert_non_null(buf);

    assert_int_equal(tree(nested(buf, FHB_MAX_JSON_DEPTH, "[", "", "]")),
                     FHB_OK);
    assert_int_equal(tree(nested(buf, FHB_MAX_JSON_DEPTH + 1, "[", "", "]")),
                     FHB_E_TOO_LARGE);
    assert_int_equal(tree(nested(buf, FHB_MAX_JSON_DEPTH, "{\"a\":", "1",
                                 "}")), FHB_OK);
    assert_int_equal(tree(nested(buf, FHB_MAX_JSON_DEPTH + 1, "{\"a\":", "1",
                                 "}")), FHB_E_TOO_LARGE);
    assert_int_equal(tree(nested(buf, 100000, "[", "", "")),
                     FHB_E_TOO_LARGE);

    free(buf);
}


static void
values_are_bounded(void **state)
{
    char  *buf;

    (void) state;

    buf = malloc(1 << 20);
    assert_non_null(buf);

    /* the array is a value, too */

    buf[0] = '[';
    nested(buf + 1, FHB_MAX_JSON_VALUES - 2, "1,", "1]", "");
    assert_int_equal(tree((fhb_str_t) { 2 * FHB_MAX_JSON_VALUES - 1,
                                        (unsigned char *) buf }), FHB_OK);

    nested(buf + 1, FHB_MAX_JSON_VALUES - 1, "1,", "1]", "");
    assert_int_equal(tree((fhb_str_t) { 2 * FHB_MAX_JSON_VALUES + 1,
                                        (unsigned char *) buf }),
                     FHB_E_TOO_LARGE);

    free(buf);
}


static fhb_str_t
members(char *buf, unsigned n)
{
    int        len;
    unsigned   i;
    fhb_out_t  out;
    char       name[32];

    fhb_out_init(&out, (unsigned char *) buf, 1 << 20);
    fhb_out_byte(&out, '{');

    for (i = 0; i < n; i++) {
        len = snprintf(name, sizeof(name), "%s\"n%u\":0", i ? "," : "", i);
        fhb_out_bytes(&out, name, (size_t) len);
    }

    fhb_out_byte(&out, '}');

    return fhb_out_result(&out);
}


static void
open_names_are_bounded_and_closed_ones_are_forgotten(void **state)
{
    char       *buf;
    unsigned    i;
    fhb_out_t   out;
    fhb_str_t   object;

    (void) state;

    buf = malloc(2 << 20);
    assert_non_null(buf);

    assert_int_equal(tree(members(buf, FHB_MAX_JSON_NAMES)), FHB_OK);
    assert_int_equal(tree(members(buf, FHB_MAX_JSON_NAMES + 1)),
                     FHB_E_TOO_LARGE);

    object = members(buf, 100);
    fhb_out_init(&out, (unsigned char *) buf + (1 << 20), 1 << 20);
    fhb_out_byte(&out, '[');

    for (i = 0; i < 80; i++) {
        if (i) {
            fhb_out_byte(&out, ',');
        }

        fhb_out_str(&out, object);
    }

    fhb_out_byte(&out, ']');
    assert_int_equal(tree(fhb_out_result(&out)), FHB_OK);

    free(buf);
}


static void
bytes_are_bounded(void **state)
{
    log_t             log;
    oom_t             oom;
    fhb_alloc_t       alloc;
    unsigned char     buf[64];
    fhb_json_push_t  *push;

    (void) state;

    alloc = oom_init(&oom, 0);
    fhb_out_init(&log.out, buf, sizeof(buf));

    assert_int_equal(fhb_json_push_create(&push, &alloc, 4, write_event,
                                         &log), FHB_OK);
    assert_int_equal(fhb_json_feed(push, str("[1]")), FHB_OK);
    assert_int_equal(fhb_json_feed(push, str("")), FHB_OK);
    assert_int_equal(fhb_json_feed(push, str(" ")), FHB_OK);
    assert_int_equal(fhb_json_feed(push, str(" ")), FHB_E_TOO_LARGE);
    assert_int_equal(fhb_json_finish(push), FHB_E_TOO_LARGE);

    fhb_json_push_free(push);
    assert_int_equal(oom.live, 0);
}


/*
 * longest is 8: a string is whole when its last character starts within them.
 * The events are the same for every size of the pieces.
 */

static void
a_string_that_is_too_long_is_told_without_its_value(void **state)
{
    log_t          log;
    size_t         i, piece;
    fhb_rc_t       rc;
    fhb_str_t      text, events;
    unsigned char  buf[65536];

    static const struct {
        const char  *text;
        const char  *events;            /* or NULL: an error */
        fhb_rc_t     rc;
    } rows[] = {
        { "[\"12345678\"]", "a0 s112345678 ]0 ", FHB_OK },
        { "[\"123456789\"]", "a0 l1 ]0 ", FHB_OK },
        { "\"123456789\"", "l0 ", FHB_OK },
        { "[\"123456789\",\"b\"]", "a0 l1 s1b ]0 ", FHB_OK },
        { "[\"123456789\",\"123456789\",\"12345678\"]",
          "a0 l1 l1 s112345678 ]0 ", FHB_OK },
        { "{\"a\":\"123456789012345678901234567890\",\"b\":1}",
          "o0 k1a l1 k1b i11 }0 ", FHB_OK },
        { "[\"1234567\\n\"]", "a0 s11234567\n ]0 ", FHB_OK },
        { "[\"12345678\\n\"]", "a0 l1 ]0 ", FHB_OK },
        { "[\"123456\\n\"]", "a0 s1123456\n ]0 ", FHB_OK },
        { "[\"1234567\\\\\"]", "a0 s11234567\\ ]0 ", FHB_OK },
        { "[\"12345678\\\"9\"]", "a0 l1 ]0 ", FHB_OK },
        { "[\"12345678\\\\\"]", "a0 l1 ]0 ", FHB_OK },
        { "[\"\\u0041\\u0042\"]", "a0 s1AB ]0 ", FHB_OK },
        { "[\"\\u0041\\u0042C\"]", "a0 l1 ]0 ", FHB_OK },
        { "[\"\\ud83d\\ude00\"]", "a0 s1\360\237\230\200 ]0 ", FHB_OK },
        { "[\"123\\ud83d\\ude00\",0]", "a0 l1 i10 ]0 ", FHB_OK },
        { "[\"1234567\303\251\"]", "a0 s11234567\303\251 ]0 ", FHB_OK },
        { "[\"1234567\303\2519\"]", "a0 l1 ]0 ", FHB_OK },
        { "[\"12345678\360\237\230\200\"]", "a0 l1 ]0 ", FHB_OK },
        { "[\"12345678[{]},:9\"]", "a0 l1 ]0 ", FHB_OK },
        { "[12345678]", "a0 i112345678 ]0 ", FHB_OK },
        { "[false,true,null]", "a0 f1 t1 n1 ]0 ", FHB_OK },
        { "{\"12345678\":1}", "o0 k112345678 i11 }0 ", FHB_OK },
        { "{\"123456789\":1}", NULL, FHB_E_TOO_LARGE },
        { "{\"a\":1,\"12345678\\n\":1}", NULL, FHB_E_TOO_LARGE },
        { "[123456789]", NULL, FHB_E_TOO_LARGE },
        { "[\"123456789", NULL, FHB_E_SYNTAX },
        { "[\"123456789\"", NULL, FHB_E_SYNTAX },
        { "[\"123456789\\\"", NULL, FHB_E_SYNTAX },
        { "[\"123456789\\q\"]", NULL, FHB_E_SYNTAX },
        { "[\"123456789\\u12\"]", NULL, FHB_E_SYNTAX },
        { "[\"123456789\\ud83d\"]", NULL, FHB_E_SYNTAX },
        { "[\"123456789\n\"]", NULL, FHB_E_SYNTAX },
        { "[\"123456789\037\"]", NULL, FHB_E_SYNTAX },
        { "[\"123456789\377\"]", NULL, FHB_E_SYNTAX },
        { "[\"123456789\"\"b\"]", NULL, FHB_E_SYNTAX },
        { "[\"123456789\"] x", NULL, FHB_E_SYNTAX },
        { "[1] \"123456789", NULL, FHB_E_SYNTAX },
        { "1 \"123456789\"", NULL, FHB_E_SYNTAX }
    };

    (void) state;

    memset(&log, 0, sizeof(log));
    log.longest = 8;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        text = str(rows[i].text);

        for (piece = 1; piece <= text.len; piece++) {
            rc = push(&log, text, piece, buf);

            if (rc != rows[i].rc) {
                fail_msg("%d in pieces of %d: %s", rc, (int) piece,
                         rows[i].text);
            }

            if (rc == FHB_OK) {
                events = fhb_out_result(&log.out);

                buf[events.len] = '\0';
                assert_string_equal(buf, rows[i].events);
            }
        }
    }
}


/* what the header says of the memory for a string that comes in pieces */

static void
memory_is_bounded_by_the_bytes(void **state)
{
    log_t             log;
    oom_t             oom;
    unsigned          i;
    fhb_alloc_t       alloc;
    unsigned char    *buf;
    fhb_json_push_t  *push;

    (void) state;

    alloc = oom_init(&oom, 0);
    buf = malloc(1 << 17);
    assert_non_null(buf);
    fhb_out_init(&log.out, buf, 1 << 17);

    assert_int_equal(fhb_json_push_create(&push, &alloc, 65536, write_event,
                                         &log), FHB_OK);
    assert_int_equal(fhb_json_feed(push, str("\"\\n")), FHB_OK);

    for (i = 0; i < 65000; i++) {
        assert_int_equal(fhb_json_feed(push, str("x")), FHB_OK);
    }

    assert_int_equal(fhb_json_feed(push, str("\"")), FHB_OK);
    assert_int_equal(fhb_json_finish(push), FHB_OK);
    assert_int_equal(log.out.len, 65004);
    assert_true(oom.largest <= 2 * 65536 + 64);

    fhb_json_push_free(push);
    assert_int_equal(oom.live, 0);
    free(buf);
}


static void
a_tree_is_found_by_names(void **state)
{
    int                     value;
    oom_t                   oom;
    fhb_json_t             *json;
    fhb_str_t               s;
    fhb_alloc_t             alloc;
    const fhb_json_node_t  *root, *node;

    (void) state;

    alloc = oom_init(&oom, 0);

    assert_int_equal(fhb_json_parse(&json, &alloc, str(
        "{\"a\":{\"b\":{\"c\":\"deep\"}},\"n\":1.5,\"t\":true,\"f\":false,"
        "\"l\":[1,\"two\",null],\"\":\"empty\",\"e\":\"\"}")), FHB_OK);

    root = fhb_json_root(json);
    assert_int_equal(root->type, FHB_JSON_OBJECT);
    assert_int_equal(root->count, 7);

    node = fhb_json_member(root, str("a"));
    node = fhb_json_member(node, str("b"));
    assert_int_equal(node->type, FHB_JSON_OBJECT);
    node = fhb_json_member(node, str("c"));
    assert_true(fhb_json_is(node, str("deep")));
    assert_false(fhb_json_is(node, str("dee")));

    node = fhb_json_member(root, str("n"));
    assert_null(fhb_json_member(node, str("b")));
    assert_null(fhb_json_member(root, str("x")));
    assert_null(fhb_json_member(NULL, str("x")));

    node = fhb_json_member(root, str("n"));
    assert_int_equal(fhb_json_number(node, &s), FHB_OK);
    assert_int_equal(s.len, 3);
    assert_memory_equal(s.data, "1.5", 3);
    assert_int_equal(fhb_json_string(node, &s), FHB_E_SYNTAX);
    assert_int_equal(fhb_json_string(NULL, &s), FHB_ABSENT);
    assert_int_equal(fhb_json_number(NULL, &s), FHB_ABSENT);
    assert_int_equal(fhb_json_bool(NULL, &value), FHB_ABSENT);
    assert_int_equal(fhb_json_bool(node, &value), FHB_E_SYNTAX);
    assert_false(fhb_json_is(node, str("1.5")));
    assert_false(fhb_json_is(NULL, str("")));

    assert_int_equal(fhb_json_bool(fhb_json_member(root, str("t")), &value),
                     FHB_OK);
    assert_int_equal(value, 1);
    assert_int_equal(fhb_json_bool(fhb_json_member(root, str("f")), &value),
                     FHB_OK);
    assert_int_equal(value, 0);

    node = fhb_json_member(root, str("l"));
    assert_int_equal(node->count, 3);
    assert_null(fhb_json_member(node, str("")));
    node = node->first;
    assert_int_equal(node->type, FHB_JSON_NUMBER);
    assert_true(fhb_json_is(node->next, str("two")));
    assert_int_equal(node->next->next->type, FHB_JSON_NULL);
    assert_null(node->next->next->next);

    assert_true(fhb_json_is(fhb_json_member(root, str("")), str("empty")));
    assert_true(fhb_json_is(fhb_json_member(root, str("e")), str("")));

    fhb_json_free(json);
    fhb_json_free(NULL);
    fhb_json_push_free(NULL);
    assert_int_equal(oom.live, 0);
}


static void
an_allocation_that_fails_is_told_and_nothing_leaks(void **state)
{
    oom_t        oom;
    char        *text;
    fhb_rc_t     rc;
    unsigned     n;
    fhb_json_t  *json;
    fhb_str_t    in;
    fhb_alloc_t  alloc;

    static const char  tail[] = "[[[[[[1.5,\"\\u00e9\"]]]]]]]";

    (void) state;

    /* long enough for yajl's buffers and for our chunks to grow */

    text = malloc(1 << 20);
    assert_non_null(text);
    memcpy(text, "[\"\\n", 4);
    in = nested(text + 4, 9000, "x", "\\t\",", "");
    memcpy(text + 4 + in.len, tail, sizeof(tail) - 1);
    in.data = (unsigned char *) text;
    in.len += 4 + sizeof(tail) - 1;

    for (n = 1; ; n++) {
        alloc = oom_init(&oom, n);

        rc = fhb_json_parse(&json, &alloc, in);

        if (!oom.failed) {
            break;
        }

        assert_int_equal(rc, FHB_E_NOMEM);
        assert_null(json);
        assert_int_equal(oom.live, 0);
    }

    assert_int_equal(rc, FHB_OK);
    assert_true(n > 8);
    fhb_json_free(json);
    assert_int_equal(oom.live, 0);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(documents_of_RFC_8259_are_read),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(names_that_repeat_are_refused),
        cmocka_unit_test(text_that_is_no_unicode_is_refused),
        cmocka_unit_test(events_tell_types_depths_and_values),
        cmocka_unit_test(a_handler_can_end_the_parsing),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(values_are_bounded),
        cmocka_unit_test(open_names_are_bounded_and_closed_ones_are_forgotten),
        cmocka_unit_test(bytes_are_bounded),
        cmocka_unit_test(a_string_that_is_too_long_is_told_without_its_value),
        cmocka_unit_test(memory_is_bounded_by_the_bytes),
        cmocka_unit_test(a_tree_is_found_by_names),
        cmocka_unit_test(an_allocation_that_fails_is_told_and_nothing_leaks)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
