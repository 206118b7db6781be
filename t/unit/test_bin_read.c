/* The reader of a Binary: what it tells, and what it refuses. */

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "fhb_bin_read.h"
#include "guard.h"
#include "oom.h"


#define RESOURCE  FHB_E_BACKEND_RESOURCE
#define BASE64    FHB_E_BACKEND_BASE64

#define INCOMPLETE  FHB_E_BACKEND_INCOMPLETE

#define JSON  FHB_FORM_JSON
#define XML   FHB_FORM_XML

#define JTYPE  "\"resourceType\":\"Binary\""
#define JCT    "\"contentType\":\"a/b\""
#define XROOT  "<Binary xmlns=\"http://hl7.org/fhir\">"
#define XCT    "<contentType value=\"a/b\"/>"
#define XEND   "</Binary>"


/*
 * The story of a resource: "[versionId|lastUpdated|contentType|security]"
 * for META, with "!" behind it when it is empty, and the DATA as it is.
 */

typedef struct {
    fhb_form_t   form;
    const char  *in;
    const char  *story;
} row_t;

typedef struct {
    fhb_form_t   form;
    const char  *in;
    fhb_rc_t     rc;
} refusal_t;

typedef struct {
    fhb_rc_t     rc;            /* of fhb_bin_read_end() */
    size_t       len;
    char         text[8192];
} story_t;


static int  story_takes;


static void
story_add(story_t *s, const void *p, size_t len)
{
    assert_in_range(len, 0, sizeof(s->text) - s->len);

    if (len) {
        memcpy(s->text + s->len, p, len);
        s->len += len;
    }
}


static void
story_meta(story_t *s, const fhb_bin_meta_t *meta)
{
    size_t            i;
    const fhb_str_t  *f[4];

    f[0] = &meta->version_id;
    f[1] = &meta->last_updated;
    f[2] = &meta->content_type;
    f[3] = &meta->security_context;

    for (i = 0; i < 4; i++) {
        story_add(s, i ? "|" : "[", 1);
        story_add(s, f[i]->data, f[i]->len);
    }

    story_add(s, meta->empty ? "]!" : "]", meta->empty ? 2 : 1);
}


/* a caller that takes characters by itself, where it may */

static void
story_take(story_t *s, const fhb_bin_read_t *r, const unsigned char **p,
    size_t *left)
{
    while (*left && fhb_bin_read_plain(r)
           && (isalnum(**p) || **p == '+' || **p == '/'))
    {
        story_add(s, *p, 1);
        (*p)++;
        (*left)--;
    }
}


static fhb_rc_t
story_feed(story_t *s, fhb_bin_read_t *r, const char *in, size_t len)
{
    size_t                left;
    guard_t               g;
    fhb_rc_t              rc;
    fhb_bin_event_t       event;
    const unsigned char  *p;

    p = (const unsigned char *) guard_before(&g, in, len);
    left = len;

    for ( ;; ) {

        if (story_takes) {
            story_take(s, r, &p, &left);
        }

        rc = fhb_bin_read_feed(r, &p, &left, &event);

        if (rc != FHB_OK) {
            break;
        }

        if (event.type == FHB_BIN_META) {
            story_meta(s, event.meta);

        } else {
            assert_int_equal(event.type, FHB_BIN_DATA);
            assert_int_not_equal(event.data.len, 0);
            story_add(s, event.data.data, event.data.len);
        }
    }

    assert_true(rc < 0 || left == 0);
    guard_free(&g);

    return rc;
}


static void
story(story_t *s, fhb_form_t form, const char *in, size_t first, size_t n)
{
    oom_t            oom;
    size_t           len, part;
    fhb_rc_t         rc;
    fhb_alloc_t      alloc;
    fhb_bin_read_t  *r;

    s->len = 0;
    len = strlen(in);
    part = first ? first : n;
    alloc = oom_init(&oom, 0);

    assert_int_equal(fhb_bin_read_create(&r, &alloc, form), FHB_OK);

    for (rc = FHB_AGAIN; len && rc >= 0; len -= part, in += part, part = n) {
        part = len < part ? len : part;
        rc = story_feed(s, r, in, part);
    }

    s->rc = fhb_bin_read_end(r);

    if (rc < 0) {
        assert_int_equal(s->rc, rc);
    }

    assert_int_equal(s->rc == FHB_OK, rc == FHB_DONE && s->rc == FHB_OK);

    fhb_bin_read_free(r);
    assert_int_equal(oom.live, 0);
}


/*
 * In one piece, at each split in two, in steps of 1, 2 and 7, by a caller that
 * takes what it may or by one that does not: one story.
 */

static void
check_rows(const row_t *row, size_t n)
{
    size_t   i, cut;
    story_t  s;

    for (/* void */; n; row++, n--) {
        for (i = 0; i <= 2 * strlen(row->in) + 1; i++) {
            cut = i / 2;
            story_takes = i % 2;
            story(&s, row->form, row->in, cut, cut ? strlen(row->in) : 1);

            if (s.rc != FHB_OK || s.len != strlen(row->story)
                || memcmp(s.text, row->story, s.len) != 0)
            {
                fail_msg("%s, cut at %zu: %d %.*s", row->in, cut, s.rc,
                         (int) s.len, s.text);
            }
        }

        for (i = 2; i < 8; i += 5) {
            story(&s, row->form, row->in, 0, i);
            assert_int_equal(s.rc, FHB_OK);
            assert_memory_equal(s.text, row->story, s.len);
        }
    }
}


static void
check_refusals(const refusal_t *row, size_t n)
{
    size_t   i, cut;
    story_t  s;

    for (/* void */; n; row++, n--) {
        for (i = 0; i <= 2 * strlen(row->in) + 1; i++) {
            cut = i / 2;
            story_takes = i % 2;
            story(&s, row->form, row->in, cut, cut ? strlen(row->in) : 1);

            if (s.rc != row->rc) {
                fail_msg("%s, cut at %zu: %d %.*s", row->in, cut, s.rc,
                         (int) s.len, s.text);
            }
        }
    }
}


#define count(a)  (sizeof(a) / sizeof(a[0]))


static void
a_binary_of_any_version_is_read(void **state)
{
    static const row_t  rows[] = {
        { JSON, "{\"resourceType\":\"Binary\",\"id\":\"TR-197198634\","
          "\"meta\":{\"versionId\":\"197198633\",\"lastUpdated\":"
          "\"2019-12-26T21:36:00.000Z\"},\"contentType\":\"text/html\","
          "\"content\":\"PCFE\"}",
          "[197198633|2019-12-26T21:36:00.000Z|text/html|]PCFE"
        },
        { JSON, "{\n  \"resourceType\" : \"Binary\",\n  \"id\" : \"x\",\n"
          "  \"contentType\" : \"application\\/pdf\",\n"
          "  \"securityContext\" : {\n    \"reference\" : \"Patient\\/9\"\n"
          "  },\n  \"data\" : \"JVBE\\/i0\\r\\nAA==\"\n}\n",
          "[||application/pdf|Patient/9]JVBE/i0AA==" },
        { XML, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" XROOT
          "<id value=\"TR-197198634\"/><meta><versionId value=\"197198633\"/>"
          "<lastUpdated value=\"2019-12-26T21:36:00.000Z\"/></meta>"
          "<contentType value=\"text/html\"/><content value=\"PCFE\"/>" XEND,
          "[197198633|2019-12-26T21:36:00.000Z|text/html|]PCFE"
        },
        { XML, "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n"
          "<?xml-stylesheet type='text/xsl' href='x'?><!-- <data/> -->\n"
          "<f:Binary xmlns:f='http://hl7.org/fhir'>\n <f:id value='x'/>\n"
          " <f:contentType "
          "value='text/x; a=&quot;&#x41;&lt;&amp;&#38;&quot;'/>\n"
          " <f:securityContext><f:reference value='Patient/9'/>"
          "</f:securityContext>\n"
          " <f:data value='JVBE&#x2B;i0\nAA=='/>\n</f:Binary>\n<!-- -->\n",
          "[||text/x; a=\"A<&&\"|Patient/9]JVBE+i0\nAA==" },
        { XML, "<?xml version='1.0'?>" XROOT XCT "<data value='A'/>" XEND,
          "[||a/b|]A" },
        { XML, "\xef\xbb\xbf<?xml version='1.0' encoding = 'Utf-8' ?>" XROOT
          XCT "<data value='A'/>" XEND, "[||a/b|]A" },
        { XML, "<b:Binary xmlns='http://hl7.org/fhir' "
          "xmlns:b='http://hl7.org/fhir'>" XCT "<data value='A'/>"
          "</b:Binary>", "[||a/b|]A" },
        { JSON, "\xef\xbb\xbf{" JTYPE "," JCT ",\"data\":\"A\"}",
          "[||a/b|]A" }
    };

    (void) state;

    check_rows(rows, count(rows));
}


static void
members_come_in_any_order(void **state)
{
    static const row_t  rows[] = {
        /* held: META comes last, and knows all */
        { JSON, "{\"data\":\"AAAA\"," JTYPE ",\"id\":\"x\"," JCT
          ",\"securityContext\":{\"reference\":\"P/1\"}}",
          "AAAA[||a/b|P/1]" },
        { JSON, "{" JTYPE ",\"content\":\"AAAA\"," JCT "}",
          "AAAA[||a/b|]" },
        { JSON, "{" JCT ",\"content\":\"AAAA\"," JTYPE "}",
          "AAAA[||a/b|]" },
        { XML, XROOT "<data value='AAAA'/>" XCT "<securityContext>"
          "<reference value='P/1'/></securityContext>" XEND,
          "AAAA[||a/b|P/1]" },
        /* not held: what does not decide is not used */
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\",\"id\":\"x\","
          "\"meta\":{\"versionId\":\"1\"}}", "[||a/b|]AAAA" },
        { XML, XROOT XCT "<data value='AAAA'/><id value='x'/>" XEND,
          "[||a/b|]AAAA" },
        /* none at all: the caller's affair */
        { JSON, "{" JTYPE ",\"data\":\"AAAA\"}", "AAAA[|||]" },
        { XML, XROOT "<contentType/><data value='AAAA'/>" XEND,
          "AAAA[|||]" }
    };

    (void) state;

    check_rows(rows, count(rows));
}


static void
an_absent_document_is_told_as_empty(void **state)
{
    static const row_t  rows[] = {
        { JSON, "{" JTYPE "," JCT "}", "[||a/b|]!" },
        { JSON, "{" JTYPE "," JCT ",\"id\":\"x\",\"securityContext\":"
          "{\"reference\":\"P/1\"},\"meta\":{\"tag\":[]}}",
          "[||a/b|P/1]!" },
        { XML, XROOT XCT XEND, "[||a/b|]!" },
        { XML, XROOT "<meta><tag/></meta>" XCT XEND, "[||a/b|]!" }
    };

    (void) state;

    check_rows(rows, count(rows));
}


/* the ways of a resource to say that its data is somewhere else */

static void
data_that_is_withheld_is_refused(void **state)
{
    static const refusal_t  rows[] = {
        /* named, and nothing in it */
        { JSON, "{" JTYPE "," JCT ",\"data\":\"\"}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":null}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\": null }", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"content\":null}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\" \\n \\u0020\"}",
          INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"\",\"id\":\"x\","
          "\"securityContext\":{\"reference\":\"P/1\"}}", INCOMPLETE },
        { JSON, "{\"data\":null," JTYPE "," JCT "}", INCOMPLETE },
        { JSON, "{\"data\":\"\"," JTYPE "}", INCOMPLETE },
        { XML, XROOT XCT "<data/>" XEND, INCOMPLETE },
        { XML, XROOT XCT "<content id='x'/>" XEND, INCOMPLETE },
        { XML, XROOT XCT "<data value=''/>" XEND, INCOMPLETE },
        { XML, XROOT XCT "<data value=' \n&#10;'/>" XEND, INCOMPLETE },
        { XML, XROOT XCT "<data> </data>" XEND, INCOMPLETE },
        /* of another type */
        { JSON, "{" JTYPE "," JCT ",\"data\":[\"AAAA\"]}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":[]}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":{\"value\":\"A\"}}",
          INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":{}}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":7}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":-7.5e1}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":false}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"content\":true}", INCOMPLETE },
        { JSON, "{\"data\":[1,2]," JTYPE "," JCT "}", INCOMPLETE },
        { JSON, "{\"data\":{\"a\":{}}," JTYPE "," JCT "}", INCOMPLETE },
        /* no more of it is waited for */
        { JSON, "{" JTYPE ",\"data\":[1,2", INCOMPLETE },
        /* an extension on it */
        { JSON, "{" JTYPE "," JCT ",\"_data\":{\"extension\":[{\"url\":"
          "\"u\",\"valueString\":\"v\"}]}}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"_content\":{\"extension\":[]}}",
          INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"\\u005fdata\":{\"\\u0065xtension\":"
          "[]}}", INCOMPLETE },
        { JSON, "{\"_data\":{\"id\":\"a\",\"extension\":null}," JTYPE ","
          JCT "}", INCOMPLETE },
        { XML, XROOT XCT "<data><extension url='u'><valueString value='v'/>"
          "</extension></data>" XEND, INCOMPLETE },
        { XML, XROOT XCT "<f:content xmlns:f='http://hl7.org/fhir' id='x'>"
          "<f:extension url='u'/></f:content>" XEND, INCOMPLETE },
        { XML, XROOT XCT "<data value='AAAA'><x/></data>" XEND, INCOMPLETE },
        /* beside a value, before it and behind */
        { JSON, "{" JTYPE "," JCT ",\"_data\":{\"extension\":[]},\"data\":"
          "\"AAAA\"}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\",\"_data\":"
          "{\"extension\":[]}}", INCOMPLETE },
        { JSON, "{" JTYPE ",\"data\":\"AAAA\",\"_data\":{\"extension\":"
          "[]}," JCT "}", INCOMPLETE },
        { XML, XROOT XCT "<data value='AAAA'><extension url='u'/></data>"
          XEND, INCOMPLETE },
        { XML, XROOT "<data value='AAAA'><extension url='u'/></data>" XCT
          XEND, INCOMPLETE },
        /* whatever else is said of it */
        { JSON, "{" JTYPE "," JCT ",\"_data\":{\"id\":\"x\"}}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"_data\":{}}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"_data\":null}", INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"_data\":\"x\",\"data\":\"AAAA\"}",
          INCOMPLETE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\",\"_data\":[null]}",
          INCOMPLETE },
    };

    (void) state;

    check_refusals(rows, count(rows));
}


/* meta.tag: %s is the tag; before the data and behind it, with and without */

static void
check_tag(fhb_form_t form, const char *tag, int subsetted)
{
    size_t                     i;
    story_t                    s;
    char                       in[1024];
    static const char * const  json[] = {
        "{" JTYPE "," JCT ",\"meta\":{\"tag\":%s},\"data\":\"AAAA\"}",
        "{\"meta\":{\"tag\":%s,\"id\":\"m\"}," JTYPE "," JCT "}",
        "{" JTYPE "," JCT ",\"data\":\"AAAA\",\"meta\":{\"tag\":%s}}",
        "{" JTYPE ",\"data\":\"AAAA\",\"meta\":{\"tag\":%s}," JCT "}"
    };
    static const char * const  xml[] = {
        XROOT "<meta>%s</meta>" XCT "<data value='AAAA'/>" XEND,
        XROOT "<meta><tag><code value='x'/></tag>%s<tag/></meta>" XCT XEND,
        XROOT XCT "<data value='AAAA'/><meta>%s</meta>" XEND,
        XROOT "<data value='AAAA'/><meta>%s</meta>" XCT XEND
    };

    for (i = 0; i < 4; i++) {
        snprintf(in, sizeof(in), form == JSON ? json[i] : xml[i], tag);
        story(&s, form, in, 0, i + 1);

        if (s.rc != (subsetted ? INCOMPLETE : FHB_OK)) {
            fail_msg("%s: %d", in, s.rc);
        }
    }
}


#define CODE   "\"code\":\"SUBSETTED\""
#define R4     "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
#define STU3   "http://hl7.org/fhir/v3/ObservationValue"
#define XCODE  "<code value='SUBSETTED'/>"


static void
a_resource_that_is_tagged_as_a_part_is_refused(void **state)
{
    size_t                    i;
    static const refusal_t  rows[] = {
        { JSON, "[{" CODE "}]", 1 },
        { JSON, "[{\"system\":\"" R4 "\"," CODE "}]", 1 },
        { JSON, "[{" CODE ",\"system\":\"" STU3 "\"}]", 1 },
        { JSON, "[{\"system\":\"x\",\"code\":\"y\"},{" CODE "}]", 1 },
        { JSON, "[{" CODE "},{\"system\":\"x\"}]", 1 },
        { JSON, "[{" CODE ",\"system\":null}]", 1 },
        { JSON, "[{\"display\":\"d\",\"extension\":[{\"url\":\"u\"}],"
          CODE "}]", 1 },
        { JSON, "[{\"c\\u006fde\":\"SUBSE\\u0054TED\"}]", 1 },
        { JSON, "{" CODE "}", 1 },
        { XML, "<tag>" XCODE "</tag>", 1 },
        { XML, "<tag><system value='" R4 "'/>" XCODE "</tag>", 1 },
        { XML, "<tag>" XCODE "<system value='" STU3 "'/></tag>", 1 },
        { XML, "<tag><system value='x'/><code value='y'/></tag><tag>" XCODE
          "<display value='d'/></tag>", 1 },
        { XML, "<tag>" XCODE "</tag><tag><system value='x'/></tag>", 1 },
        /* others */
        { JSON, "[]", 0 },
        { JSON, "[{\"system\":\"urn:x\"," CODE "}]", 0 },
        { JSON, "[{" CODE ",\"system\":\"urn:x\"}]", 0 },
        { JSON, "[{\"code\":\"subsetted\"},{\"display\":\"SUBSETTED\"}]",
          0 },
        { JSON, "[{\"code\":\"x\",\"system\":\"" R4 "\"}]", 0 },
        { JSON, "[{\"extension\":[{\"valueCoding\":{" CODE "}}]}]", 0 },
        { JSON, "[],\"security\":[{" CODE "}]", 0 },
        { JSON, "null", 0 },
        { JSON, "[\"SUBSETTED\"]", 0 },
        { XML, "<tag><system value='urn:x'/>" XCODE "</tag>", 0 },
        { XML, "<tag><code value='subsetted'/><display value='SUBSETTED'/>"
          "</tag>", 0 },
        { XML, "<tag><extension><valueCoding>" XCODE "</valueCoding>"
          "</extension></tag><security>" XCODE "</security>", 0 }
    };

    (void) state;

    for (i = 0; i < count(rows); i++) {
        check_tag(rows[i].form, rows[i].in, rows[i].rc);
    }
}


static void
what_is_not_looked_for_is_passed_over(void **state)
{
    static const row_t  rows[] = {
        { JSON, "{" JTYPE ",\"language\":\"en\",\"x\":[1,-2.5e3,true,null,"
          "{\"id\":\"n\",\"contentType\":\"c/d\",\"y\":[[]]}],\"_id\":"
          "{\"extension\":[{\"url\":\"u\",\"valueString\":\"v\"}]},"
          "\"meta\":{\"id\":\"m\",\"profile\":[\"versionId\"],\"tag\":"
          "[{\"versionId\":\"t\",\"reference\":\"r\"}]},"
          "\"securityContext\":{\"display\":\"d\",\"identifier\":"
          "{\"reference\":\"r\"}}," JCT ",\"_data\":{\"id\":\"q\"},"
          "\"data\":\"AAAA\",\"_contentType\":{\"id\":\"z\"}}",
          "[||a/b|]AAAA" },
        { XML, XROOT "<implicitRules value='x'/><meta id='m'><profile "
          "value='versionId'/><tag><versionId value='t'/></tag></meta>"
          "<language value='en'/>"
          "<contentType id='c' value='a/b'><extension url='u'>"
          "<valueString value='v'/></extension></contentType>"
          "<securityContext><identifier><reference value='r'/></identifier>"
          "</securityContext><data id='d' value='AAAA'/>"
          "<resourceType value='x'/>" XEND,
          "[||a/b|]AAAA" }
    };

    (void) state;

    check_rows(rows, count(rows));
}


static void
a_name_may_be_written_with_escapes(void **state)
{
    static const row_t  rows[] = {
        { JSON, "{\"resource\\u0054ype\":\"\\u0042inary\","
          "\"content\\u0054ype\":\"a\\/b\",\"d\\u0061ta\":\"AAAA\"}",
          "[||a/b|]AAAA" }
    };

    (void) state;

    check_rows(rows, count(rows));
}


static void
what_is_no_binary_in_json_is_refused(void **state)
{
    static const refusal_t  rows[] = {
        { JSON, "", RESOURCE },
        { JSON, " ", RESOURCE },
        { JSON, "<html></html>", RESOURCE },
        { JSON, "{}", RESOURCE },
        { JSON, "{" JCT ",\"data\":\"AAAA\"}", RESOURCE },
        { JSON, "{\"resourceType\":\"OperationOutcome\"}", RESOURCE },
        { JSON, "{\"resourceType\":\"Bundle\",\"entry\":[]}", RESOURCE },
        { JSON, "{\"resourceType\":\"binary\"," JCT "}", RESOURCE },
        { JSON, "{\"resourceType\":\"Binary \"," JCT "}", RESOURCE },
        { JSON, "{\"resourceType\":null," JCT "}", RESOURCE },
        { JSON, "{\"resourceType\":[\"Binary\"]," JCT "}", RESOURCE },
        /* twice */
        { JSON, "{" JTYPE "," JTYPE "," JCT "}", RESOURCE },
        { JSON, "{" JTYPE "," JCT "," JCT ",\"data\":\"A\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"A\"," JCT "}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"content\\u0054ype\":\"c/d\"}",
          RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"A\",\"d\\u0061ta\":\"B\"}",
          RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"A\",\"content\":\"B\"}",
          RESOURCE },
        { JSON, "{\"data\":null,\"content\":\"B\"," JTYPE "," JCT "}",
          RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"id\":\"x\",\"id\":\"x\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":1,\"x\":2}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"meta\":{\"versionId\":\"1\","
          "\"versionId\":\"2\"}}", RESOURCE },
        /* in the wrong place */
        { JSON, "{" JTYPE "," JCT ",\"meta\":{\"data\":\"AAAA\"}}",
          RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":[{\"content\":\"AAAA\"}]}",
          RESOURCE },
        { JSON, "[{" JTYPE "," JCT ",\"data\":\"AAAA\"}]", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":,\"x\":1}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":AAAA}", RESOURCE },
        { JSON, "{\"data\":nullx," JTYPE "," JCT "}", RESOURCE },
        { JSON, "{\"data\":[1,2]," JCT "}", RESOURCE },
        { JSON, "{\"resourceType\":\"DocumentReference\",\"content\":"
          "[{\"attachment\":{}}]}", RESOURCE },
        /* too late to matter, so too late */
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\","
          "\"securityContext\":{\"reference\":\"P/1\"}}", RESOURCE },
        /* of a wrong type */
        { JSON, "{" JTYPE ",\"contentType\":null}", RESOURCE },
        { JSON, "{" JTYPE ",\"contentType\":\"\"}", RESOURCE },
        { JSON, "{" JTYPE ",\"contentType\":[\"a/b\"]}", RESOURCE },
        { JSON, "{" JTYPE ",\"contentType\":\"a\\nb\"}", RESOURCE },
        { JSON, "{" JTYPE ",\"contentType\":\"a\\u007fb\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"id\":1}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"meta\":\"x\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"meta\":[]}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"meta\":{\"versionId\":1}}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"securityContext\":\"P/1\"}",
          RESOURCE },
        /* cut off, or followed by something */
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\"", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\\", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\\u00", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\"}x", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\"}}", RESOURCE },
        { JSON, "{" JTYPE "," JCT "}{" JTYPE "," JCT "}", RESOURCE },
        /* not JSON */
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AAAA\",}", RESOURCE },
        { JSON, "{" JTYPE "," JCT " \"data\":\"AAAA\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",'data':\"AAAA\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":01}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":True}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":[1,]}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":[1}}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":\"\t\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":\"\\x\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":\"\xff\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"x\":\"\\ud800\"}", RESOURCE },
        { JSON, "{" JTYPE "," JCT "/**/}", RESOURCE },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"AA\nAA\"}", RESOURCE },
        /* not base64, that much is clear already */
        { JSON, "{" JTYPE "," JCT ",\"data\":\"A\xc3\xa9\"}", BASE64 },
        { JSON, "{" JTYPE "," JCT ",\"data\":\"A\\u00e9\"}", BASE64 }
    };

    (void) state;

    check_refusals(rows, count(rows));
}


static void
what_is_no_binary_in_xml_is_refused(void **state)
{
    static const refusal_t  rows[] = {
        { XML, "", RESOURCE },
        { XML, "{" JTYPE "}", RESOURCE },
        { XML, "<html><body/></html>", RESOURCE },
        { XML, "<Binary>" XCT "<data value='AAAA'/>" XEND, RESOURCE },
        { XML, "<Binary xmlns='http://hl7.org/fhir/'>" XCT XEND, RESOURCE },
        { XML, "<f:Binary xmlns:f='urn:x'></f:Binary>", RESOURCE },
        { XML, "<f:Binary></f:Binary>", RESOURCE },
        { XML, "<binary xmlns='http://hl7.org/fhir'>" XCT "</binary>",
          RESOURCE },
        { XML, "<OperationOutcome xmlns='http://hl7.org/fhir'/>", RESOURCE },
        { XML, "<Patient xmlns='http://hl7.org/fhir'>" XCT
          "<data value='AAAA'/></Patient>", RESOURCE },
        { XML, "<Bundle xmlns='http://hl7.org/fhir'><entry><resource>"
          XROOT XCT XEND "</resource></entry></Bundle>", RESOURCE },
        /* DTDs, entities, CDATA */
        { XML, "<!DOCTYPE Binary>" XROOT XCT XEND, RESOURCE },
        { XML, "<!DOCTYPE B [<!ENTITY e 'QUJD'>]>" XROOT XCT
          "<data value='&e;'/>" XEND, RESOURCE },
        { XML, XROOT XCT "<data value='&e;'/>" XEND, RESOURCE },
        { XML, XROOT XCT "&amp;" XEND, RESOURCE },
        { XML, XROOT XCT "<![CDATA[ ]]>" XEND, RESOURCE },
        { XML, XROOT XCT "<x>&#65;</x>" XEND, RESOURCE },
        /* other encodings */
        { XML, "<?xml version='1.0' encoding='ISO-8859-1'?>" XROOT XCT XEND,
          RESOURCE },
        { XML, "<?xml version='1.0' encoding='UTF-16'?>" XROOT XCT XEND,
          RESOURCE },
        { XML, "<?xml version='1.0' encoding='US-ASCII'?>" XROOT XCT XEND,
          RESOURCE },
        { XML, "<?xml version='1.0' encoding=''?>" XROOT XCT XEND,
          RESOURCE },
        { XML, "<?xml version='1.0' encoding='UTF-80'?>" XROOT XCT XEND,
          RESOURCE },
        { XML, XROOT "<id value='\xe9'/>" XCT XEND, RESOURCE },
        /* twice */
        { XML, XROOT XCT XCT XEND, RESOURCE },
        { XML, XROOT XCT "<data value='A'/><data value='B'/>" XEND,
          RESOURCE },
        { XML, XROOT XCT "<data value='A'/><content value='B'/>" XEND,
          RESOURCE },
        { XML, XROOT XCT "<data/><content value='B'/>" XEND, RESOURCE },
        { XML, XROOT XCT "<data value='A' value='B'/>" XEND, RESOURCE },
        { XML, XROOT XCT "<data value='' value=''/>" XEND, RESOURCE },
        { XML, XROOT "<contentType value='a/b' value='c/d'/>" XEND,
          RESOURCE },
        { XML, XROOT "<meta/><meta/>" XCT XEND, RESOURCE },
        /* in the wrong place, or in another namespace */
        { XML, XROOT XCT "<meta><data value='AAAA'/></meta>" XEND,
          RESOURCE },
        { XML, XROOT XCT "<x><y><content value='AAAA'/></y></x>" XEND,
          RESOURCE },
        { XML, XROOT XCT "<data xmlns='urn:x' value='AAAA'/>" XEND,
          RESOURCE },
        { XML, XROOT XCT "<x:data xmlns:x='urn:x' value='AAAA'/>" XEND,
          RESOURCE },
        { XML, XROOT XCT "<x:data value='AAAA'/>" XEND, RESOURCE },
        { XML, XROOT XCT "<data x:value='AAAA'/>" XEND, RESOURCE },
        { XML, XROOT "<x:contentType xmlns:x='urn:x' value='a/b'/>" XEND,
          RESOURCE },
        { XML, XROOT XCT "<data>AAAA</data>" XEND, RESOURCE },
        { XML, XROOT XCT "AAAA" XEND, RESOURCE },
        /* too late */
        { XML, XROOT XCT "<data value='AAAA'/><securityContext/>" XEND,
          RESOURCE },
        { XML, XROOT "<contentType value=''/>" XEND, RESOURCE },
        { XML, XROOT "<contentType value='a&#10;b'/>" XEND, RESOURCE },
        /* cut off, malformed or followed by something */
        { XML, XROOT XCT "<data value='AAAA", RESOURCE },
        { XML, XROOT XCT "<data value='AAAA'/>", RESOURCE },
        { XML, XROOT XCT "<data value='AAAA'/></Binary", RESOURCE },
        { XML, XROOT XCT "<data value='AAAA'/></binary>", RESOURCE },
        { XML, XROOT XCT "<data value='AAAA'></Binary>", RESOURCE },
        { XML, XROOT XCT "<data value=AAAA/>" XEND, RESOURCE },
        { XML, XROOT XCT "<data value='A<A'/>" XEND, RESOURCE },
        { XML, XROOT XCT "<data value='A'id='x'/>" XEND, RESOURCE },
        { XML, XROOT XCT "<1/>" XEND, RESOURCE },
        { XML, XROOT XCT XEND "<x/>", RESOURCE },
        { XML, XROOT XCT XEND XROOT XEND, RESOURCE },
        { XML, XROOT XCT XEND "x", RESOURCE },
        { XML, XROOT XCT "<!-- -- -->" XEND, RESOURCE },
        { XML, XROOT XCT "<?xml version='1.0'?>" XEND, RESOURCE },
        { XML, " <?xml version='1.0'?>" XROOT XCT XEND, RESOURCE },
        /* not base64 */
        { XML, XROOT XCT "<data value='A\xc3\xa9'/>" XEND, BASE64 },
        { XML, XROOT XCT "<data value='A&#233;'/>" XEND, BASE64 }
    };

    (void) state;

    check_refusals(rows, count(rows));
}


static void
bytes_of_zero_are_refused(void **state)
{
    size_t                i, left;
    oom_t                 oom;
    fhb_rc_t              rc;
    fhb_alloc_t           alloc;
    fhb_bin_read_t       *r;
    fhb_bin_event_t       event;
    const unsigned char  *p;
    static const char     utf16[] = "<\0B\0i\0n\0a\0r\0y\0/\0>\0";
    static const char     value[] = XROOT XCT "<data value='A\0A'/>" XEND;
    static const char     text[] = XROOT XCT "\0" XEND;
    static const struct {
        const char  *in;
        size_t       len;
    } rows[] = {
        { utf16, sizeof(utf16) - 1 },
        { value, sizeof(value) - 1 },
        { text, sizeof(text) - 1 }
    };

    (void) state;

    for (i = 0; i < count(rows); i++) {
        alloc = oom_init(&oom, 0);
        assert_int_equal(fhb_bin_read_create(&r, &alloc, XML), FHB_OK);

        p = (const unsigned char *) rows[i].in;
        left = rows[i].len;

        do {
            rc = fhb_bin_read_feed(r, &p, &left, &event);
        } while (rc == FHB_OK);

        assert_int_equal(rc, RESOURCE);
        assert_int_equal(fhb_bin_read_end(r), RESOURCE);

        fhb_bin_read_free(r);
    }
}


/* A resource around len bytes of one kind, fed in pieces of n. */

static fhb_rc_t
stream(fhb_form_t form, const char *head, const char *fill, size_t len,
    const char *tail, size_t n)
{
    oom_t                 oom;
    size_t                i, left, total, part, fill_len;
    fhb_rc_t              rc;
    fhb_alloc_t           alloc;
    fhb_bin_read_t       *r;
    fhb_bin_event_t       event;
    const unsigned char  *p;
    static char           piece[65536];

    fill_len = strlen(fill);

    for (i = 0; i < sizeof(piece); i++) {
        piece[i] = fill[i % fill_len];
    }

    alloc = oom_init(&oom, 0);
    assert_int_equal(fhb_bin_read_create(&r, &alloc, form), FHB_OK);

    total = 0;
    rc = FHB_AGAIN;

    for (i = 0; i < 2 + len / n && rc >= 0; i++) {

        if (i == 0) {
            p = (const unsigned char *) head;
            left = strlen(head);

        } else if (i == 1 + len / n) {
            p = (const unsigned char *) tail;
            left = strlen(tail);

        } else {
            p = (const unsigned char *) piece;
            left = n;
        }

        part = left;

        while ((rc = fhb_bin_read_feed(r, &p, &left, &event)) == FHB_OK) {
            total += event.data.len;
            assert_true(event.data.len <= part
                        || event.data.len <= FHB_BIN_BUFFER);
        }
    }

    if (rc >= 0) {
        rc = fhb_bin_read_end(r);
    }

    /* the reader and yajl; what libxml2 takes is not seen here */

    assert_in_range(oom.bytes, 1, 200000);

    if (rc == FHB_OK) {
        assert_int_not_equal(total, 0);
    }

    fhb_bin_read_free(r);
    assert_int_equal(oom.live, 0);

    return rc;
}


static void
memory_does_not_grow_with_the_value(void **state)
{
    size_t                     i;
    static const size_t        n[] = { 4096, 65536, 1000 };
    static const char * const  json[] = {
        "ABCD", "\\/", "\\u002B", "AB\\r\\n"
    };
    static const char * const  xml[] = { "ABCD", "&#x2B;", "ABC\n" };

    (void) state;

    /* whole escapes only: a piece holds a whole number of fills */

    for (i = 0; i < count(json); i++) {
        assert_int_equal(stream(JSON, "{" JTYPE "," JCT ",\"data\":\"",
                                json[i], 12000000, "\"}", 6000 * (i + 1)),
                         FHB_OK);
    }

    for (i = 0; i < count(xml); i++) {
        assert_int_equal(stream(XML, XROOT XCT "<data value='", xml[i],
                                12000000, "'/>" XEND, 6000 * (i + 1)),
                         FHB_OK);
    }

    for (i = 0; i < count(n); i++) {
        assert_int_equal(stream(JSON, "{\"data\":\"", "ABCD", 8000000,
                                "\"," JTYPE "," JCT "}", n[i]), FHB_OK);
    }
}


static void
a_skeleton_is_bounded(void **state)
{
    (void) state;

    assert_int_equal(stream(JSON, "{" JTYPE "," JCT ",\"data\":\"A\"", " ",
                            60000, "}", 1000), FHB_OK);
    assert_int_equal(stream(JSON, "{" JTYPE "," JCT ",\"data\":\"A\"", " ",
                            66000, "}", 1000), RESOURCE);
    assert_int_equal(stream(JSON, "{" JTYPE "," JCT ",\"data\":\"A\"}", " ",
                            66000, "\n", 1000), RESOURCE);
    assert_int_equal(stream(JSON, "{" JTYPE "," JCT ",\"x\":\"", "x",
                            100000, "\"}", 10000), RESOURCE);
    assert_int_equal(stream(JSON, "{" JTYPE "," JCT ",\"data\":\"A\",\"x\":\"",
                            "x", 60000, "\"}", 20000), FHB_OK);
    assert_int_equal(stream(JSON, "{" JTYPE "," JCT ",\"x\":[", "[",
                            60000, "]}", 6000), RESOURCE);
    assert_int_equal(stream(XML, XROOT XCT "<data value='A'/>", "\n", 60000,
                            XEND, 1000), FHB_OK);
    assert_int_equal(stream(XML, XROOT XCT "<data value='A'/>", "\n", 66000,
                            XEND, 1000), RESOURCE);
    assert_int_equal(stream(XML, XROOT XCT, "<a>", 60000, XEND, 6000),
                     RESOURCE);
    assert_int_equal(stream(XML, XROOT XCT "<data value='A'/><!--", "x",
                            60000, "-->" XEND, 20000), FHB_OK);
}


static void
fields_are_bounded(void **state)
{
    size_t                     i, j, len;
    story_t                    s;
    char                       in[4096];
    static const struct {
        const char  *before;
        size_t       max;
        const char  *after;
    } rows[] = {
        { "{" JTYPE "," JCT ",\"id\":\"", FHB_MAX_ID, "\"}" },
        { "{" JTYPE ",\"contentType\":\"", FHB_MAX_MEDIA, "\"}" },
        { "{" JTYPE "," JCT ",\"meta\":{\"versionId\":\"", FHB_MAX_ID,
          "\"}}" },
        { "{" JTYPE "," JCT ",\"meta\":{\"lastUpdated\":\"",
          FHB_BIN_MAX_INSTANT, "\"}}" },
        { "{" JTYPE "," JCT ",\"securityContext\":{\"reference\":\"",
          FHB_BIN_MAX_REFERENCE, "\"}}" }
    };

    (void) state;

    for (i = 0; i < count(rows); i++) {
        for (j = 0; j < 2; j++) {
            len = strlen(rows[i].before);
            memcpy(in, rows[i].before, len);
            memset(in + len, 'x', rows[i].max + j);
            len += rows[i].max + j;
            strcpy(in + len, rows[i].after);

            story(&s, JSON, in, 0, 100);
            assert_int_equal(s.rc, j ? RESOURCE : FHB_OK);
        }
    }
}


static void
a_large_piece_is_not_copied(void **state)
{
    int                   direct;
    oom_t                 oom;
    size_t                left, len;
    fhb_alloc_t           alloc;
    fhb_bin_read_t       *r;
    fhb_bin_event_t       event;
    const unsigned char  *p;
    static char           in[65536];

    (void) state;

    alloc = oom_init(&oom, 0);
    assert_int_equal(fhb_bin_read_create(&r, &alloc, JSON), FHB_OK);

    len = strlen("{" JTYPE "," JCT ",\"data\":\"");
    memset(in, 'A', sizeof(in));
    memcpy(in, "{" JTYPE "," JCT ",\"data\":\"", len);

    p = (const unsigned char *) in;
    left = sizeof(in);
    direct = 0;

    while (fhb_bin_read_feed(r, &p, &left, &event) == FHB_OK) {
        if ((const char *) event.data.data >= in
            && (const char *) event.data.data < in + sizeof(in))
        {
            direct++;
            assert_in_range(event.data.len, sizeof(in) - 5000, sizeof(in));
        }
    }

    assert_int_equal(direct, 1);

    fhb_bin_read_free(r);
}


static void
want_of_memory_is_told(void **state)
{
    oom_t                 oom;
    size_t                left;
    unsigned              n, form;
    fhb_rc_t              rc;
    fhb_alloc_t           alloc;
    fhb_bin_read_t       *r;
    fhb_bin_event_t       event;
    const unsigned char  *p;
    static const char     json[] =
        "{\"x\":\"\\u0041\\n\"," JTYPE "," JCT ",\"data\":\"AAAA\"}";
    static const char     xml[] = XROOT XCT "<data value='AAAA'/>" XEND;

    (void) state;

    for (form = 0; form < 2; form++) {

        for (n = 1; /* void */; n++) {
            alloc = oom_init(&oom, n);
            rc = fhb_bin_read_create(&r, &alloc, form ? XML : JSON);

            if (rc == FHB_OK) {
                p = (const unsigned char *) (form ? xml : json);
                left = form ? sizeof(xml) - 1 : sizeof(json) - 1;

                do {
                    rc = fhb_bin_read_feed(r, &p, &left, &event);
                } while (rc == FHB_OK);

                rc = fhb_bin_read_end(r);
            }

            fhb_bin_read_free(r);
            assert_int_equal(oom.live, 0);

            if (!oom.failed) {
                assert_int_equal(rc, FHB_OK);
                break;
            }

            assert_int_equal(rc, FHB_E_NOMEM);
        }

        assert_true(n > 2);
    }
}


static void
an_error_stays(void **state)
{
    oom_t                 oom;
    size_t                left;
    fhb_alloc_t           alloc;
    fhb_bin_read_t       *r;
    fhb_bin_event_t       event;
    const unsigned char  *p;

    (void) state;

    alloc = oom_init(&oom, 0);
    assert_int_equal(fhb_bin_read_create(&r, &alloc, JSON), FHB_OK);

    p = (const unsigned char *) "x";
    left = 1;
    assert_int_equal(fhb_bin_read_feed(r, &p, &left, &event), RESOURCE);

    p = (const unsigned char *) "{" JTYPE "," JCT "}";
    left = sizeof("{" JTYPE "," JCT "}") - 1;
    assert_int_equal(fhb_bin_read_feed(r, &p, &left, &event), RESOURCE);
    assert_int_equal(event.type, FHB_BIN_NONE);
    assert_int_equal(fhb_bin_read_end(r), RESOURCE);

    fhb_bin_read_free(r);
    fhb_bin_read_free(NULL);
}


int
main(void)
{
    static const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_binary_of_any_version_is_read),
        cmocka_unit_test(members_come_in_any_order),
        cmocka_unit_test(an_absent_document_is_told_as_empty),
        cmocka_unit_test(data_that_is_withheld_is_refused),
        cmocka_unit_test(a_resource_that_is_tagged_as_a_part_is_refused),
        cmocka_unit_test(what_is_not_looked_for_is_passed_over),
        cmocka_unit_test(a_name_may_be_written_with_escapes),
        cmocka_unit_test(what_is_no_binary_in_json_is_refused),
        cmocka_unit_test(what_is_no_binary_in_xml_is_refused),
        cmocka_unit_test(bytes_of_zero_are_refused),
        cmocka_unit_test(memory_does_not_grow_with_the_value),
        cmocka_unit_test(a_skeleton_is_bounded),
        cmocka_unit_test(fields_are_bounded),
        cmocka_unit_test(a_large_piece_is_not_copied),
        cmocka_unit_test(want_of_memory_is_told),
        cmocka_unit_test(an_error_stays)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
