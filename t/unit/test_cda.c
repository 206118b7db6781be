/* The check of a Continuity of Care Document. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "fhb_cda.h"
#include "guard.h"
#include "oom.h"


#define CCD  FHB_E_BACKEND_CCD

#define START  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                \
    "<?xml-stylesheet type=\"text/xsl\" href=\"CDA.xsl\"?>\n"                \
    "<!-- a comment -->\n"
#define ROOT   "<ClinicalDocument xmlns=\"urn:hl7-org:v3\""                  \
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
#define BODY   "<typeId root=\"2.16\"/><title>T &amp; &#x41;\xc3\xa9</title>"\
    "<text><![CDATA[<x>]]></text><v xsi:type=\"ST\">A</v>"


typedef struct {
    fhb_rc_t   rc;              /* of the last feed */
    fhb_rc_t   end;
    size_t     left;            /* bytes fed when it first said FHB_OK */
} verdict_t;


static verdict_t
check(const char *in, size_t len, size_t first, size_t n)
{
    oom_t         oom;
    size_t        part, fed;
    guard_t       g;
    fhb_str_t     s;
    verdict_t     v;
    fhb_cda_t    *cda;
    fhb_alloc_t   alloc;

    alloc = oom_init(&oom, 0);
    assert_int_equal(fhb_cda_create(&cda, &alloc), FHB_OK);

    v.rc = FHB_AGAIN;
    v.left = 0;
    part = first ? first : n;

    for (fed = 0; fed < len && v.rc >= 0; fed += part, part = n) {
        part = len - fed < part ? len - fed : part;

        s.data = (unsigned char *) guard_before(&g, in + fed, part);
        s.len = part;

        v.rc = fhb_cda_feed(cda, s);

        if (v.rc == FHB_OK && v.left == 0) {
            v.left = fed + part;
        }

        guard_free(&g);
    }

    v.end = fhb_cda_end(cda);
    assert_int_equal(fhb_cda_end(cda), v.end);

    fhb_cda_free(cda);
    assert_int_equal(oom.live, 0);

    return v;
}


static void
a_clinical_document_passes_however_it_is_cut(void **state)
{
    size_t                     i, j, len;
    verdict_t                  v;
    static const char * const  in[] = {
        START ROOT BODY "</ClinicalDocument>\n",
        ROOT "</ClinicalDocument>",
        "\xef\xbb\xbf" ROOT BODY "</ClinicalDocument><!-- end -->",
        "<ClinicalDocument xmlns='urn:hl7-org:v3'/>",
        "\n <cda:ClinicalDocument xmlns:cda='urn:hl7-org:v3'>"
            "<cda:id/></cda:ClinicalDocument>",
        "<?xml version='1.0' encoding='ISO-8859-1'?>" ROOT
            "<t>\xe9</t></ClinicalDocument>",
        /* real ones forget declarations: it is still well-formed */
        ROOT "<sdtc:x sdtc:y='z'/></ClinicalDocument>",
        ROOT "<x xmlns:y='no uri'/></ClinicalDocument>",
        ROOT "<x xmlns:y='relative'/></ClinicalDocument>"
    };

    (void) state;

    for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
        len = strlen(in[i]);

        for (j = 0; j <= len; j++) {
            v = check(in[i], len, j, j ? len : 1);
            assert_int_equal(v.rc, FHB_OK);
            assert_int_equal(v.end, FHB_OK);
        }
    }
}


static void
the_root_is_enough_to_let_it_go(void **state)
{
    verdict_t          v;
    static const char  in[] = START ROOT BODY "</ClinicalDocument>";

    (void) state;

    v = check(in, sizeof(in) - 1, 0, 1);

    assert_int_equal(v.end, FHB_OK);
    assert_in_range(v.left, sizeof(START ROOT) - 1, sizeof(START ROOT) + 3);
}


static void
anything_else_is_refused(void **state)
{
    size_t                     i, j, len;
    verdict_t                  v;
    static const char * const  in[] = {
        "",
        " \n",
        "\xef\xbb\xbf",
        "<html><body>Your session has expired</body></html>",
        "<!DOCTYPE html>\n<html></html>",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0//EN\" "
            "\"http://127.0.0.1/x.dtd\"><html/>",
        "Service unavailable",
        "{\"resourceType\":\"Bundle\"}",
        "%PDF-1.4",
        /* the right name in the wrong place */
        "<ClinicalDocument/>",
        "<ClinicalDocument xmlns=\"urn:hl7-org:v2\"/>",
        "<ClinicalDocument xmlns=\"urn:hl7-org:v3 \"/>",
        "<x:ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>",
        "<clinicalDocument xmlns=\"urn:hl7-org:v3\"/>",
        "<x><ClinicalDocument xmlns=\"urn:hl7-org:v3\"/></x>",
        "<Bundle xmlns=\"http://hl7.org/fhir\"/>",
        "<!--<ClinicalDocument xmlns='urn:hl7-org:v3'/>-->",
        /* DTDs and entities */
        "<!DOCTYPE ClinicalDocument>" ROOT "</ClinicalDocument>",
        "<!DOCTYPE ClinicalDocument SYSTEM 'file:///etc/passwd'>" ROOT
            "</ClinicalDocument>",
        "<!DOCTYPE C [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>"
            "<!ENTITY c '&b;&b;&b;&b;'>]>" ROOT "&c;</ClinicalDocument>",
        "<!DOCTYPE C [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" ROOT
            "&x;</ClinicalDocument>",
        /* cut off, or malformed later */
        ROOT,
        ROOT BODY,
        ROOT BODY "</ClinicalDocument",
        ROOT "<a></ClinicalDocument>",
        ROOT "&x;</ClinicalDocument>",
        ROOT "&nbsp;</ClinicalDocument>",
        ROOT "\xe9</ClinicalDocument>",
        ROOT "\x01</ClinicalDocument>",
        ROOT "<a b=1/></ClinicalDocument>",
        ROOT "<a b='1' b='2'/></ClinicalDocument>",
        ROOT "<a xmlns='urn:a' xmlns='urn:b'/></ClinicalDocument>",
        ROOT "<a xmlns='urn:a' "
            "xmlns='http://www.w3.org/2000/xmlns/'/></ClinicalDocument>",
        ROOT "<a xmlns:b=''/></ClinicalDocument>",
        ROOT "</ClinicalDocument><x/>",
        ROOT "</ClinicalDocument>x",
        ROOT "<![CDATA[</ClinicalDocument>"
    };

    (void) state;

    for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
        len = strlen(in[i]);

        for (j = 0; j <= len; j++) {
            v = check(in[i], len, j, j ? len : 1);
            assert_int_equal(v.end, CCD);
        }
    }
}


static void
a_wrong_document_is_never_let_go(void **state)
{
    size_t                     i, j, len;
    verdict_t                  v;
    static const char * const  in[] = {
        "<html><body>Your session has expired</body></html>",
        "<!DOCTYPE html>" ROOT "</ClinicalDocument>",
        "<x><ClinicalDocument xmlns=\"urn:hl7-org:v3\"/></x>"
    };

    (void) state;

    for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
        len = strlen(in[i]);

        for (j = 0; j <= len; j++) {
            v = check(in[i], len, j, j ? len : 1);
            assert_int_equal(v.rc, CCD);
            assert_int_equal(v.left, 0);
        }
    }
}


static void
a_start_without_a_root_ends_at_the_bound(void **state)
{
    size_t         i;
    char           in[FHB_CDA_MAX_START + 256];
    verdict_t      v;
    static char    root[] = ROOT "</ClinicalDocument>";

    (void) state;

    /* the root's tag ends with the last byte that may be held */

    for (i = 0; i < 2; i++) {
        memset(in, ' ', sizeof(in));
        memcpy(in + FHB_CDA_MAX_START + i - (sizeof(ROOT) - 1), root,
               sizeof(root) - 1);

        v = check(in, FHB_CDA_MAX_START + i + 19, 0, 1);
        assert_int_equal(v.end, i ? CCD : FHB_OK);

        v = check(in, FHB_CDA_MAX_START + i + 19, 0, sizeof(in));
        assert_int_equal(v.rc, i ? CCD : FHB_OK);
    }

    memset(in, ' ', sizeof(in));
    memcpy(in, "<!--", 4);

    v = check(in, sizeof(in), 0, 1000);
    assert_int_equal(v.rc, CCD);

    memset(in, 'x', sizeof(in));
    memcpy(in, "<!DOCTYPE x '", 13);

    v = check(in, sizeof(in), 0, 1000);
    assert_int_equal(v.rc, CCD);
}


static void
what_one_tag_may_span_is_bounded(void **state)
{
    oom_t         oom;
    size_t        n;
    fhb_rc_t      rc;
    fhb_str_t     s;
    fhb_cda_t    *cda;
    fhb_alloc_t   alloc;
    static char   piece[4096];

    (void) state;

    alloc = oom_init(&oom, 0);
    assert_int_equal(fhb_cda_create(&cda, &alloc), FHB_OK);

    s.data = (const unsigned char *) ROOT "<a b='";
    s.len = sizeof(ROOT "<a b='") - 1;
    assert_int_equal(fhb_cda_feed(cda, s), FHB_OK);

    memset(piece, 'x', sizeof(piece));
    s.data = (unsigned char *) piece;
    s.len = sizeof(piece);

    rc = FHB_OK;

    for (n = 0; n < 1048576 && rc == FHB_OK; n += s.len) {
        rc = fhb_cda_feed(cda, s);
    }

    assert_int_equal(rc, CCD);
    assert_in_range(n, 200000, 300000);
    assert_int_equal(fhb_cda_feed(cda, s), CCD);
    assert_int_equal(fhb_cda_end(cda), CCD);

    fhb_cda_free(cda);
}


static void
depth_is_bounded(void **state)
{
    size_t      i, len;
    verdict_t   v;
    static char in[4096];

    (void) state;

    len = sizeof(ROOT) - 1;
    memcpy(in, ROOT, len);

    for (i = 0; i < 300; i++) {
        memcpy(in + len, "<a>", 3);
        len += 3;
    }

    v = check(in, len, 0, len);
    assert_int_equal(v.rc, CCD);
}


static void
long_text_streams(void **state)
{
    oom_t         oom;
    size_t        n;
    fhb_str_t     s;
    fhb_cda_t    *cda;
    fhb_alloc_t   alloc;
    static char   piece[16384];

    (void) state;

    alloc = oom_init(&oom, 0);
    assert_int_equal(fhb_cda_create(&cda, &alloc), FHB_OK);

    s.data = (const unsigned char *) ROOT "<text>";
    s.len = sizeof(ROOT "<text>") - 1;
    assert_int_equal(fhb_cda_feed(cda, s), FHB_OK);

    memset(piece, 'x', sizeof(piece));
    s.data = (unsigned char *) piece;
    s.len = sizeof(piece);

    for (n = 0; n < 32 * 1048576; n += s.len) {
        assert_int_equal(fhb_cda_feed(cda, s), FHB_OK);
    }

    s.data = (const unsigned char *) "</text></ClinicalDocument>";
    s.len = sizeof("</text></ClinicalDocument>") - 1;
    assert_int_equal(fhb_cda_feed(cda, s), FHB_OK);
    assert_int_equal(fhb_cda_end(cda), FHB_OK);

    fhb_cda_free(cda);
}


static void
want_of_memory_is_told(void **state)
{
    oom_t         oom;
    unsigned      n;
    fhb_rc_t      rc;
    fhb_cda_t    *cda;
    fhb_alloc_t   alloc;

    (void) state;

    for (n = 1; /* void */; n++) {
        alloc = oom_init(&oom, n);

        rc = fhb_cda_create(&cda, &alloc);

        fhb_cda_free(cda);
        assert_int_equal(oom.live, 0);

        if (!oom.failed) {
            assert_int_equal(rc, FHB_OK);
            break;
        }

        assert_int_equal(rc, FHB_E_NOMEM);
        assert_null(cda);
    }

    assert_int_equal(n, 3);
}


int
main(void)
{
    static const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_clinical_document_passes_however_it_is_cut),
        cmocka_unit_test(the_root_is_enough_to_let_it_go),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(a_wrong_document_is_never_let_go),
        cmocka_unit_test(a_start_without_a_root_ends_at_the_bound),
        cmocka_unit_test(what_one_tag_may_span_is_bounded),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(long_text_streams),
        cmocka_unit_test(want_of_memory_is_told)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
