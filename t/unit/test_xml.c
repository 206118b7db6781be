/* The door of libxml2: events, limits, and the encodings it lets through. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "fhb_xml.h"
#include "guard.h"
#include "oom.h"


/* "<name|space|a>" for a tag, a being its attribute a; ">" for its end */

typedef struct {
    size_t    len;
    char      text[4096];
    fhb_rc_t  refuse;           /* what the next event returns */
} story_t;


static void
story_add(story_t *s, const void *p, size_t len)
{
    assert_in_range(len, 0, sizeof(s->text) - s->len);

    if (len) {
        memcpy(s->text + s->len, p, len);
        s->len += len;
    }
}


static fhb_rc_t
story_open(void *data, const fhb_xml_tag_t *tag)
{
    fhb_rc_t                rc;
    story_t                *s = data;
    fhb_str_t               value;
    static const fhb_str_t  a = fhb_string("a");

    story_add(s, "<", 1);
    story_add(s, tag->name.data, tag->name.len);
    story_add(s, "|", 1);
    story_add(s, tag->space.data, tag->space.len);
    story_add(s, "|", 1);

    rc = fhb_xml_attr(tag, a, &value);
    assert_true(rc == FHB_OK || (rc == FHB_ABSENT && value.len == 0));

    story_add(s, value.data, value.len);
    story_add(s, ">", 1);

    return s->refuse;
}


static fhb_rc_t
story_close(void *data, unsigned depth)
{
    char      c;
    story_t  *s = data;

    c = (char) ('0' + depth);
    story_add(s, &c, 1);
    story_add(s, "\n", 1);

    return FHB_OK;
}


static fhb_rc_t
story_text(void *data, fhb_str_t text)
{
    story_add(data, text.data, text.len);

    return FHB_OK;
}


static const fhb_xml_handler_t  loose = {
    story_open, story_close, story_text, 0
};

static const fhb_xml_handler_t  strict = {
    story_open, story_close, story_text, 1
};


static fhb_rc_t
tell(story_t *s, const fhb_xml_handler_t *handler, const char *in,
    size_t len, size_t n)
{
    oom_t         oom;
    size_t        part;
    guard_t       g;
    fhb_rc_t      rc;
    fhb_str_t     piece;
    fhb_xml_t    *xml;
    fhb_alloc_t   alloc;

    s->len = 0;
    alloc = oom_init(&oom, 0);
    assert_int_equal(fhb_xml_create(&xml, &alloc, handler, s), FHB_OK);

    for (rc = FHB_OK; len && rc == FHB_OK; len -= part, in += part) {
        part = len < n ? len : n;
        piece.data = (unsigned char *) guard_before(&g, in, part);
        piece.len = part;
        rc = fhb_xml_feed(xml, piece);
        guard_free(&g);
    }

    part = s->len;

    if (rc != FHB_OK) {
        assert_int_equal(fhb_xml_finish(xml), rc);
        assert_int_equal(s->len, part);
    }

    rc = fhb_xml_finish(xml);
    assert_int_equal(fhb_xml_finish(xml), rc);

    fhb_xml_free(xml);
    assert_int_equal(oom.live, 0);

    return rc;
}


static void
events_are_the_same_however_the_bytes_are_cut(void **state)
{
    size_t             n;
    story_t            s;
    static const char  in[] =
        "<?xml version='1.0'?><!-- c --><r a='1&amp;&#50;'>t<x:e xmlns:x='u' "
        "x:a='no' b='2'/><![CDATA[<]]>&lt;<f xmlns='v'><g/></f></r>\n";
    static const char  story[] =
        "<r||1&2>t<e|u|>1\n<<<f|v|><g|v|>2\n1\n0\n";

    (void) state;

    memset(&s, 0, sizeof(s));

    for (n = 1; n < sizeof(in); n++) {
        assert_int_equal(tell(&s, &strict, in, sizeof(in) - 1, n), FHB_OK);
        assert_int_equal(s.len, sizeof(story) - 1);
        assert_memory_equal(s.text, story, s.len);
    }
}


static void
the_verdict_of_a_handler_ends_it(void **state)
{
    size_t             n;
    story_t            s;
    static const char  in[] = "<r><e/><e/></r>";

    (void) state;

    memset(&s, 0, sizeof(s));
    s.refuse = FHB_E_BACKEND_CCD;

    for (n = 1; n < sizeof(in); n++) {
        assert_int_equal(tell(&s, &loose, in, sizeof(in) - 1, n),
                         FHB_E_BACKEND_CCD);
        assert_int_equal(s.len, sizeof("<r||>") - 1);
    }
}


static void
a_prefix_must_be_declared_for_the_strict(void **state)
{
    size_t                     i;
    story_t                    s;
    static const char * const  in[] = {
        "<x:r/>", "<r x:a=''/>", "<r xmlns:x='no uri'/>"
    };

    (void) state;

    memset(&s, 0, sizeof(s));

    for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
        assert_int_equal(tell(&s, &loose, in[i], strlen(in[i]), 1), FHB_OK);
        assert_int_equal(tell(&s, &strict, in[i], strlen(in[i]), 1),
                         FHB_E_SYNTAX);
        assert_int_equal(tell(&s, &strict, in[i], strlen(in[i]), 99),
                         FHB_E_SYNTAX);
    }
}


static void
encodings_with_a_state_are_refused(void **state)
{
    size_t         i, n;
    story_t        s;
    static const struct {
        const char  *in;
        fhb_rc_t     loose;
        fhb_rc_t     strict;
    } rows[] = {
        { "<r/>", FHB_OK, FHB_OK },
        { "\xef\xbb\xbf<r/>", FHB_OK, FHB_OK },
        { " <r/>", FHB_OK, FHB_OK },
        { "<?xml-stylesheet encoding='UTF-7'?><r/>", FHB_OK, FHB_OK },
        { "<?xml version='1.0'?><r/>", FHB_OK, FHB_OK },
        { "<?xml version=\"1.0\" encoding=\"utf-8\"?><r/>", FHB_OK, FHB_OK },
        { "<?xml\tversion='1.0'\n encoding = 'UTF-8' standalone='yes' ?><r/>",
          FHB_OK, FHB_OK },
        { "<?xml version='1.0' encoding='ISO-8859-1'?><r>\xe9</r>",
          FHB_OK, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='iso-8859-15'?><r>\xa4</r>",
          FHB_OK, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='Windows-1252'?><r>\x80</r>",
          FHB_OK, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='US-ASCII'?><r/>",
          FHB_OK, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='UTF-7'?><r/>",
          FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='ISO-2022-JP'?><r/>",
          FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='Shift_JIS'?><r/>",
          FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='HTML'?><r/>",
          FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='UTF-8x'?><r/>",
          FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding=''?><r/>",
          FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding?><r/>",
          FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='UTF-8?><r/>",
          FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='EBCDIC'?><r/>",
          FHB_E_SYNTAX, FHB_E_SYNTAX },
        /* EBCDIC */
        { "\x4c\x6f\xa7\x94", FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "+ADw-r/+AD4-", FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "\xef\xbb", FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "\xef", FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "\xef\xbb\xbf", FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xm", FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "<?xml version='1.0'", FHB_E_SYNTAX, FHB_E_SYNTAX },
        { "", FHB_E_SYNTAX, FHB_E_SYNTAX }
    };

    (void) state;

    memset(&s, 0, sizeof(s));

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (n = 1; n < 50; n += 1 + n / 4) {
            assert_int_equal(tell(&s, &loose, rows[i].in,
                                  strlen(rows[i].in), n), rows[i].loose);
            assert_int_equal(tell(&s, &strict, rows[i].in,
                                  strlen(rows[i].in), n), rows[i].strict);
        }
    }
}


static void
utf16_is_for_the_loose(void **state)
{
    int             big, bom;
    size_t          i, k, len, n;
    story_t         s;
    char            wide[512];
    static const struct {
        const char  *in;
        fhb_rc_t     rc;
    } rows[] = {
        { "<r a='1'/>", FHB_OK },
        { "<?xml version='1.0' encoding='UTF-16'?><r a='1'/>", FHB_OK },
        { "<?xml version='1.0' encoding='UTF-8'?><r a='1'/>", FHB_E_SYNTAX },
        { "<?xml version='1.0' encoding='UTF-7'?><r a='1'/>", FHB_E_SYNTAX }
    };

    (void) state;

    memset(&s, 0, sizeof(s));

    for (k = 0; k < 4 * sizeof(rows) / sizeof(rows[0]); k++) {
        big = k & 1;
        bom = k & 2;
        len = 0;

        if (bom) {
            wide[len++] = big ? '\xfe' : '\xff';
            wide[len++] = big ? '\xff' : '\xfe';

        } else if (k / 4 == 0) {
            continue;               /* no way to know it */
        }

        for (i = 0; rows[k / 4].in[i]; i++) {
            wide[len++] = big ? '\0' : rows[k / 4].in[i];
            wide[len++] = big ? rows[k / 4].in[i] : '\0';
        }

        for (n = 1; n < 150; n += 1 + n / 2) {
            assert_int_equal(tell(&s, &loose, wide, len, n),
                             rows[k / 4].rc);
            assert_int_equal(tell(&s, &strict, wide, len, n), FHB_E_SYNTAX);
        }
    }

    assert_int_equal(tell(&s, &loose, "\0\0\0<\0\0\0r", 8, 1), FHB_E_SYNTAX);
    assert_int_equal(tell(&s, &loose, "<\0\0\0r\0\0\0", 8, 1), FHB_E_SYNTAX);
}


static void
a_byte_that_its_encoding_has_not_is_refused(void **state)
{
    size_t   i, k, n, len;
    story_t  s;
    char     in[200];

    static const struct {
        const char  *head;
        const char  *bad;
        size_t       len;
    } rows[] = {
        { "<?xml version='1.0' encoding='windows-1252'?><r>", "\x81", 1 },
        { "<?xml version='1.0' encoding='windows-1252'?><r>", "\x80\0", 2 },
        { "<?xml version='1.0' encoding='windows-1253'?><r>", "\xd2", 1 },
        { "<?xml version='1.0' encoding='ISO-8859-3'?><r>", "\xa5", 1 },
        { "<?xml version='1.0' encoding='US-ASCII'?><r>", "\xe9", 1 },
        { "<?xml version='1.0'?><r x:y='z' xmlns:a='b'>", "\xe9", 1 },
        { "<?xml version='1.0' encoding='windows-1252'?><r x:y='z'>",
          "\x81", 1 },
        { "<?xml version='1.0' encoding='windows-1252'?><r xmlns:a='b'>",
          "\x81", 1 }
    };

    (void) state;

    memset(&s, 0, sizeof(s));

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (k = 0; k < 2; k++) {

            /* what follows would close it, or be no XML at all */

            len = strlen(rows[i].head);
            memcpy(in, rows[i].head, len);
            memcpy(in + len, rows[i].bad, rows[i].len);
            len += rows[i].len;
            strcpy(in + len, k ? "<<< & </r>" : "x</r>");
            len += strlen(in + len);

            for (n = 1; n < 200; n += 1 + n / 3) {
                if (tell(&s, &loose, in, len, n) != FHB_E_SYNTAX) {
                    fail_msg("%s, in pieces of %zu", in, n);
                }
            }
        }
    }
}


static void
a_declaration_is_bounded(void **state)
{
    size_t   i, n;
    story_t  s;
    char     in[1024];

    (void) state;

    memset(&s, 0, sizeof(s));

    for (i = 0; i < 2; i++) {
        memset(in, ' ', sizeof(in));
        memcpy(in, "<?xml version='1.0'", 19);
        memcpy(in + FHB_XML_MAX_DECL - 2 + i, "?><r/>", 6);

        for (n = 1; n < 1024; n *= 3) {
            assert_int_equal(tell(&s, &strict, in, FHB_XML_MAX_DECL + 4 + i,
                                  n), i ? FHB_E_SYNTAX : FHB_OK);
        }
    }
}


static fhb_rc_t
quiet_open(void *data, const fhb_xml_tag_t *tag)
{
    (void) data;
    (void) tag;

    return FHB_OK;
}


/* head, unit so many times (a "#" in it counts), tail; in pieces of n bytes */

static fhb_rc_t
repeat(const char *head, const char *unit, unsigned times, const char *tail,
    size_t n)
{
    oom_t                           oom;
    size_t                          len, fed;
    unsigned                        i;
    fhb_rc_t                        rc;
    fhb_str_t                       piece;
    fhb_xml_t                      *xml;
    const char                     *p;
    fhb_alloc_t                     alloc;
    static unsigned char            in[2000000];
    static const fhb_xml_handler_t  quiet = { quiet_open, NULL, NULL, 0 };

    len = (size_t) sprintf((char *) in, "%s", head);

    for (i = 0; i < times; i++) {
        for (p = unit; *p; p++) {
            if (*p == '#') {
                len += (size_t) sprintf((char *) in + len, "%x", i);

            } else {
                in[len++] = (unsigned char) *p;
            }
        }

        assert_in_range(len, 0, sizeof(in) - 1000);
    }

    len += (size_t) sprintf((char *) in + len, "%s", tail);

    alloc = oom_init(&oom, 0);
    assert_int_equal(fhb_xml_create(&xml, &alloc, &quiet, NULL), FHB_OK);

    for (rc = FHB_OK, fed = 0; fed < len && rc == FHB_OK; fed += piece.len) {
        piece.data = in + fed;
        piece.len = len - fed < n ? len - fed : n;
        rc = fhb_xml_feed(xml, piece);
    }

    if (rc == FHB_OK && *tail) {
        rc = fhb_xml_finish(xml);
    }

    assert_in_range(oom.bytes, 1, 4096);

    fhb_xml_free(xml);

    return rc;
}


static void
what_a_document_makes_libxml2_keep_is_bounded(void **state)
{
    size_t    i, n;
    fhb_rc_t  rc;

    static const struct {
        const char  *head;
        const char  *unit;
        unsigned     times;
        const char  *tail;
        fhb_rc_t     rc;
    } rows[] = {
        /* attributes of an element */
        { "<r", " a#=''", 128, "/>", FHB_OK },
        { "<r", " a#=''", 129, "/>", FHB_E_TOO_LARGE },
        { "<r xmlns:x='u'", " a#=''", 128, "/>", FHB_E_TOO_LARGE },
        { "<r", " a#=''", 2000, "/>", FHB_E_TOO_LARGE },
        { "<r", " a#=''", 30000, "/>", FHB_E_TOO_LARGE },
        { "<r", " a#=''", 30000, "", FHB_E_TOO_LARGE },
        { "<r><e", " a#=''", 30000, "", FHB_E_TOO_LARGE },
        { "<r><e\n", "\ta#\n=\n'>'", 20000, "", FHB_E_TOO_LARGE },
        { "<r><e", " a#=\"'\"", 20000, "", FHB_E_TOO_LARGE },
        { "<r>", "<e a='' b=''/>", 50000, "</r>", FHB_OK },
        /* not more of them than it says */
        { "<r><e a='", "=", 512, "'/></r>", FHB_OK },
        { "<r><e a='", "x", 200000, "='/></r>", FHB_OK },
        { "<r><!--", "a='' ", 30000, "--></r>", FHB_OK },
        { "<r><?p ", "a='' ", 30000, "?></r>", FHB_OK },
        { "<r>", "a='' ", 100000, "</r>", FHB_OK },
        /* namespaces */
        { "<r", " xmlns:a#='u'", 64, "/>", FHB_OK },
        { "<r", " xmlns:a#='u'", 65, "/>", FHB_E_TOO_LARGE },
        { "<r><e", " xmlns:a#='u'", 20000, "", FHB_E_TOO_LARGE },
        { "<r>", "<e xmlns:a#='u'>", 64, "", FHB_OK },
        { "<r>", "<e xmlns:a#='u'>", 65, "", FHB_E_TOO_LARGE },
        { "<r>", "<e xmlns:a='u' xmlns:b='v'><e xmlns='w'/></e>", 20000,
          "</r>", FHB_OK },
        /* names, wherever they stand */
        { "<r>", "<e#/>", 2000, "</r>", FHB_OK },
        { "<r>", "<e#/>", 100000, "", FHB_E_TOO_LARGE },
        { "<r>", "<e a#=''/>", 50000, "", FHB_E_TOO_LARGE },
        { "<r>", "<e x:a#=''/>", 50000, "", FHB_E_TOO_LARGE },
        { "<r>", "<a#:e/>", 50000, "", FHB_E_TOO_LARGE },
        { "<r>", "<e xmlns='u#'/>", 50000, "", FHB_E_TOO_LARGE },
        { "<r>", "<?p#?>", 50000, "", FHB_E_TOO_LARGE },
        { "<r/>", "<?p#?>", 50000, "", FHB_E_TOO_LARGE },
        { "", "<?p#?>", 50000, "", FHB_E_TOO_LARGE },
        { "<r>", "<e a='#'>#</e><!--#-->", 50000, "</r>", FHB_OK },
        /* what is not complete */
        { "<r><!--", "x", 250000, "--></r>", FHB_OK },
        { "<r><!--", "x", 270000, "", FHB_E_TOO_LARGE },
        { "<r><e a='", "x", 270000, "", FHB_E_TOO_LARGE },
        { "<r><", "x", 270000, "", FHB_E_TOO_LARGE },
        { "<r><e ", "x", 270000, "", FHB_E_TOO_LARGE },
        { "<r><e", " ", 270000, "", FHB_E_TOO_LARGE },
        { "<r><?p ", "x", 270000, "", FHB_E_TOO_LARGE }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (n = 500; n < 10000000; n *= 13) {
            rc = repeat(rows[i].head, rows[i].unit, rows[i].times,
                        rows[i].tail, n);

            if (rc != rows[i].rc) {
                fail_msg("%s%s... in pieces of %zu: %d", rows[i].head,
                         rows[i].unit, n, rc);
            }
        }
    }
}


static void
want_of_memory_is_told(void **state)
{
    oom_t         oom;
    story_t       s;
    fhb_xml_t    *xml;
    fhb_alloc_t   alloc;

    (void) state;

    alloc = oom_init(&oom, 1);
    assert_int_equal(fhb_xml_create(&xml, &alloc, &loose, &s), FHB_E_NOMEM);
    assert_null(xml);
    fhb_xml_free(NULL);
}


int
main(void)
{
    static const struct CMUnitTest  tests[] = {
        cmocka_unit_test(events_are_the_same_however_the_bytes_are_cut),
        cmocka_unit_test(the_verdict_of_a_handler_ends_it),
        cmocka_unit_test(a_prefix_must_be_declared_for_the_strict),
        cmocka_unit_test(encodings_with_a_state_are_refused),
        cmocka_unit_test(utf16_is_for_the_loose),
        cmocka_unit_test(a_byte_that_its_encoding_has_not_is_refused),
        cmocka_unit_test(a_declaration_is_bounded),
        cmocka_unit_test(what_a_document_makes_libxml2_keep_is_bounded),
        cmocka_unit_test(want_of_memory_is_told)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
