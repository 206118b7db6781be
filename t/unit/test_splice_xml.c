/* The scanner of FHIR XML: what it cuts out, what it refuses. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "splice_story.h"


#define OPEN   "\1"
#define CLOSE  "\2"
#define DONE   "\3"

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
        splice_story(&s, fhb_splice_xml, in, len, i, i ? len : 1);
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
        splice_story(&s, fhb_splice_xml, in, len, i, i ? len : 1);
        assert_int_equal(s.rc, rc);
        assert_null(memchr(s.text, '\3', s.len));
    }
}


static void
the_value_is_cut_out_however_it_is_written(void **state)
{
    size_t              i;
    static const row_t  rows[] = {
        { "<Binary><data value=\"QUJD\"/></Binary>",
          "<Binary><data value=\"" OPEN "QUJD" CLOSE "\"/></Binary>" DONE },
        { "<Binary><content value='QUJD'/></Binary>",
          "<Binary><content value='" OPEN "QUJD" CLOSE "'/></Binary>" DONE },
        { "<f:Binary><f:data value=\"QUJD\"></f:data></f:Binary>",
          "<f:Binary><f:data value=\"" OPEN "QUJD" CLOSE
          "\"></f:data></f:Binary>" DONE },
        { "<Binary><data value=\"\"/></Binary>",
          "<Binary><data value=\"" OPEN CLOSE "\"/></Binary>" DONE },
        { "<Binary><data/></Binary>", "<Binary><data/></Binary>" DONE },
        { "<Binary/>", "<Binary/>" DONE },
        /* white space is free, and so are other attributes */
        { "\n<Binary a = 'x>/' >\n <data\n id='v\"'\tvalue\n=\r\n'QQ==' />"
          "\n</Binary >\n",
          "\n<Binary a = 'x>/' >\n <data\n id='v\"'\tvalue\n=\r\n'" OPEN
          "QQ==" CLOSE "' />\n</Binary >" DONE "\n" },
        /* references and line breaks */
        { "<B><data value=\"A&#x2B;&#43;&#x2f;&#47;&#x003D;&#0000061;\"/></B>",
          "<B><data value=\"" OPEN "A++//==" CLOSE "\"/></B>" DONE },
        { "<B><data value=\"QUJD\r\nREVG\tQ Q&#10;&#xD;&#9;&#x20;\"/></B>",
          "<B><data value=\"" OPEN "QUJD\r\nREVG\tQ Q" CLOSE "\"/></B>"
          DONE },
        { "<B><data value='A\"B'/></B>",
          "<B><data value='" OPEN "A\"B" CLOSE "'/></B>" DONE },
        { "<B><data value=\"A'>B\"/></B>",
          "<B><data value=\"" OPEN "A'>B" CLOSE "\"/></B>" DONE },
        /* beside the value, all that looks like it */
        { "<?xml version='1.0'?><?x <data value='A'/> ? ?" "?><!--<data "
          "value='A'/>--><B><!---x-->" "<!-- - --></B><!----><?y?>",
          "<?xml version='1.0'?><?x <data value='A'/> ? ?" "?><!--<data "
          "value='A'/>--><B><!---x-->" "<!-- - --></B>" DONE "<!----><?y?>" },
        { "<data value='A'><x><data value='A'/></x><datax value='B'/>"
          "<x:y value='C'/></data>",
          "<data value='A'><x><data value='A'/></x><datax value='B'/>"
          "<x:y value='C'/></data>" DONE },
        { "<B><data valu='A' values='B' Value='C' x:value='D'/></B>",
          "<B><data valu='A' values='B' Value='C' x:value='D'/></B>" DONE },
        { "<B><id value='data'/><x a='&lt;data value=&quot;A&quot;'/></B>",
          "<B><id value='data'/><x a='&lt;data value=&quot;A&quot;'/></B>"
          DONE },
        { "<B><id/><x><y></y></x><data value='A'><e url='x'/></data></B>",
          "<B><id/><x><y></y></x><data value='" OPEN "A" CLOSE
          "'><e url='x'/></data></B>" DONE },
        /* twice in one tag: the parser's affair */
        { "<B><data value='A' value='B'/></B>",
          "<B><data value='" OPEN "A" CLOSE "' value='B'/></B>" DONE },
        { "\xef\xbb\xbf<B/>", "\xef\xbb\xbf<B/>" DONE }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_row(rows[i].in, strlen(rows[i].in), rows[i].story);
    }
}


static void
what_can_be_no_binary_is_refused(void **state)
{
    size_t                  i;
    static const refusal_t  rows[] = {
        { "{\"data\":\"A\"}", RESOURCE },
        { "x<B/>", RESOURCE },
        { "<B>x", RESOURCE },
        { "\xef\xbb<", RESOURCE },
        { "\xff\xfe<", RESOURCE },
        { "\xfe\xff<", RESOURCE },
        { "\xef\xbb\xbf\xef\xbb\xbf<", RESOURCE },
        /* what a Binary has no use for */
        { "<!DOCTYPE B><B/>", RESOURCE },
        { "<!DOCTYPE B [<!ENTITY x 'y'>]>", RESOURCE },
        { "<!ENTITY", RESOURCE },
        { "<B><![CDATA[x]]>", RESOURCE },
        { "<!-x", RESOURCE },
        { "<!-- a -- b -->", RESOURCE },
        { "</B>", RESOURCE },
        /* a second value */
        { "<B><data value='A'/><data", FHB_AGAIN },
        { "<B><data value='A'/><data ", RESOURCE },
        { "<B><data value='A'/><content/>", RESOURCE },
        { "<B><data/><x:data value='A'", RESOURCE },
        /* its characters */
        { "<B><data value='A<", RESOURCE },
        { "<B><data value='A\x01", RESOURCE },
        { "<B><data value='A\xc3\xa9", BASE64 },
        { "<B><data value='A&amp;'", RESOURCE },
        { "<B><data value='A&x;'", RESOURCE },
        { "<B><data value='A&;'", RESOURCE },
        { "<B><data value='A&#;'", RESOURCE },
        { "<B><data value='A&#x;'", RESOURCE },
        { "<B><data value='A&#X2B;'", RESOURCE },
        { "<B><data value='A&#4x;'", RESOURCE },
        { "<B><data value='A&#x2G;'", RESOURCE },
        { "<B><data value='A&# 43;'", RESOURCE },
        { "<B><data value='A&#0;'", RESOURCE },
        { "<B><data value='A&#x1F;'", RESOURCE },
        { "<B><data value='A&#233;'", BASE64 },
        { "<B><data value='A&#x10FFFF;'", BASE64 },
        { "<B><data value='A&#x10000002B;'", RESOURCE },
        { "<B><data value='A&#000000043;'", RESOURCE },
        /* tags */
        { "<B><<", RESOURCE },
        { "<B><data<", RESOURCE },
        { "<B><data value=A", RESOURCE },
        { "<B><data value 'A'", RESOURCE },
        { "<B><data value>", RESOURCE },
        { "<B><data / >", RESOURCE },
        { "<B a='<'", RESOURCE },
        { "<B></B<", RESOURCE },
        { "<B='x'", RESOURCE }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_refusal(rows[i].in, strlen(rows[i].in), rows[i].rc);
    }
}


static void
depth_is_bounded(void **state)
{
    size_t          len;
    unsigned        i, depth;
    splice_story_t  s;
    char            in[512];

    (void) state;

    for (depth = 1; depth < 40; depth++) {
        len = 0;

        for (i = 0; i < depth; i++) {
            memcpy(in + len, "<x>", 3);
            len += 3;
        }

        for (i = 0; i < depth; i++) {
            memcpy(in + len, "</x>", 4);
            len += 4;
        }

        splice_story(&s, fhb_splice_xml, in, len, 0, 1);
        assert_int_equal(s.rc, depth <= FHB_MAX_JSON_DEPTH ? FHB_AGAIN
                                                          : RESOURCE);
    }
}


int
main(void)
{
    static const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_value_is_cut_out_however_it_is_written),
        cmocka_unit_test(what_can_be_no_binary_is_refused),
        cmocka_unit_test(depth_is_bounded)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
