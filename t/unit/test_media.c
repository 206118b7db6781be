/*
 * Media types: what parses, what they name, how a browser takes them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fhb_media.h"
#include "fhb_text.h"
#include "guard.h"


#define S(s)  str(s, sizeof(s) - 1)


typedef struct {
    const char        *type;
    const char        *extension;
    fhb_media_risk_t   risk;
} known_t;


static guard_t  guard;


static fhb_str_t
str(const char *data, size_t len)
{
    fhb_str_t  s;

    s.len = len;
    s.data = (const unsigned char *) data;

    return s;
}


/* parse beside a forbidden page; the type lives until the next call */

static fhb_rc_t
parse(fhb_media_t *m, fhb_str_t s)
{
    guard_free(&guard);

    return fhb_media_parse(m, str(guard_before(&guard, s.data, s.len),
                                  s.len));
}


static fhb_media_t
media(const char *s)
{
    fhb_media_t  m;

    assert_int_equal(parse(&m, str(s, strlen(s))), FHB_OK);

    return m;
}


static void
bad(fhb_str_t s)
{
    fhb_media_t  m;

    memset(&m, 0xff, sizeof(m));

    if (parse(&m, s) != FHB_E_BACKEND_TYPE) {
        fail_msg("\"%.*s\" was taken", (int) s.len, (char *) s.data);
    }

    assert_int_equal(m.type.len, 0);
    assert_int_equal(m.subtype.len, 0);
    assert_int_equal(m.params.len, 0);
}


static void
is(fhb_str_t got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.data, want, got.len);
}


/* the first parameter of this name, unquoted; want is NULL: there is none */

static void
param(const char *type, fhb_str_t name, const char *want)
{
    size_t             n;
    fhb_str_t          value;
    fhb_media_t        m;
    unsigned char      buf[64];
    fhb_media_param_t  p;

    m = media(type);
    p.rest = m.params;

    while (fhb_media_next(&p) == FHB_OK) {

        if (!fhb_text_eq_ci(p.name, name)) {
            continue;
        }

        for (n = 0; fhb_text_unquote(&p.value, &buf[n]) == FHB_OK; n++) {
            assert_true(n < sizeof(buf) - 1);
        }

        value.data = buf;
        value.len = n;

        assert_non_null(want);
        is(value, want);
        return;
    }

    assert_null(want);
}


static void
a_type_is_split(void **state)
{
    fhb_media_t  m;

    (void) state;

    m = media("application/pdf");
    is(m.type, "application");
    is(m.subtype, "pdf");
    is(m.params, "");

    m = media(" \tText/HTML ; charset=UTF-8\t ");
    is(m.type, "Text");
    is(m.subtype, "HTML");
    is(m.params, "; charset=UTF-8");

    m = media("a/b;x=\"; y=1\";z=2");
    is(m.params, ";x=\"; y=1\";z=2");

    /* a typo is a type like any other */

    m = media("aapplication/xml");
    is(m.type, "aapplication");
}


static void
an_empty_parameter_is_passed_over(void **state)
{
    (void) state;

    param("a/b;", S("x"), NULL);
    param("a/b; ;;x=1;", S("x"), "1");
    param("a/b ; ; ", S("x"), NULL);
}


static void
what_is_no_media_type_is_refused(void **state)
{
    (void) state;

    bad(str(NULL, 0));
    bad(S(""));
    bad(S(" \t "));
    bad(S("pdf"));
    bad(S("application/"));
    bad(S("/pdf"));
    bad(S("/"));
    bad(S("application /pdf"));
    bad(S("application/ pdf"));
    bad(S("application/pdf/a"));
    bad(S("application/pdf charset=utf-8"));
    bad(S("application/pdf, text/html"));
    bad(S("application/p\xc3\xa4" "f"));
    bad(S("a/b;x"));
    bad(S("a/b;x="));
    bad(S("a/b;=1"));
    bad(S("a/b;x =1"));
    bad(S("a/b;x= 1"));
    bad(S("a/b;x=1 y=2"));
    bad(S("a/b;x=\"1"));
    bad(S("a/b;x=\"1\"2"));
    bad(S("a/b;x=1\"2\""));
    bad(S("a/b;x='1 2'"));
}


static void
a_range_is_no_type_of_a_document(void **state)
{
    (void) state;

    bad(S("*/*"));
    bad(S("text/*"));
    bad(S("*/html"));
    bad(S("*"));
}


static void
a_control_is_refused_wherever_it_stands(void **state)
{
    int    c;
    char   text[] = "text/html;x=\"_\"", name[] = "text/h_ml";
    char   end[] = "text/html_";

    (void) state;

    for (c = 0; c < 256; c++) {

        if (c >= 0x20 && c != 0x7f) {
            continue;
        }

        name[6] = (char) c;
        bad(str(name, sizeof(name) - 1));

        if (c == '\t') {
            continue;
        }

        text[13] = (char) c;
        bad(str(text, sizeof(text) - 1));

        end[9] = (char) c;
        bad(str(end, sizeof(end) - 1));
    }

    bad(S("text/html\r\nSet-Cookie: a=b"));
}


static void
length_and_parameters_are_bounded(void **state)
{
    size_t       i, n;
    char         text[FHB_MAX_MEDIA + 8], many[8 * FHB_MAX_PARAMS];
    fhb_media_t  m;

    (void) state;

    memset(text, 'a', sizeof(text));
    text[1] = '/';

    assert_int_equal(parse(&m, str(text, FHB_MAX_MEDIA)), FHB_OK);
    bad(str(text, FHB_MAX_MEDIA + 1));

    /* blanks around it do not count */

    text[FHB_MAX_MEDIA] = ' ';
    assert_int_equal(parse(&m, str(text, FHB_MAX_MEDIA + 1)), FHB_OK);

    memcpy(many, "a/b", 3);
    n = 3;

    for (i = 0; i < FHB_MAX_PARAMS; i++) {
        memcpy(many + n, ";x=1", 4);
        n += 4;
    }

    assert_int_equal(parse(&m, str(many, n)), FHB_OK);

    memcpy(many + n, ";x=1", 4);
    bad(str(many, n + 4));
}


static void
every_cut_of_a_type_is_safe(void **state)
{
    size_t             i;
    fhb_media_t        m;
    static const char  text[] =
        "text/html; charset=\"u\\tf-8\"; x=y;; z=\"\\\"\"";

    (void) state;

    for (i = 0; i < sizeof(text); i++) {

        if (parse(&m, str(text, i)) == FHB_OK) {
            (void) fhb_media_risk(&m);
            (void) fhb_media_extension(&m);
        }
    }
}


static void
a_parameter_is_found_and_unquoted(void **state)
{
    (void) state;

    param("text/html", S("charset"), NULL);
    param("text/html;charset=UTF-8", S("charset"), "UTF-8");
    param("text/html; CharSet=\"UTF-8\"", S("charset"), "UTF-8");
    param("text/html; a=b ; charset=\"\\u\\\"\\\\x\"", S("charset"),
          "u\"\\x");
    param("text/html; charset=\"\"", S("charset"), "");
    param("text/html; charsets=1", S("charset"), NULL);
    param("text/html; a=\";charset=x\"", S("charset"), NULL);

    /* the first one counts, as in browsers */

    param("text/html; charset=a; charset=b", S("charset"), "a");
}


static void
a_FHIR_type_has_two_names_for_each_form(void **state)
{
    size_t              i;
    fhb_media_t         m;
    static const char  *json[] = {
        "application/fhir+json", "application/json+fhir",
        "Application/FHIR+JSON; charset=utf-8"
    };
    static const char  *xml[] = {
        "application/fhir+xml", "application/xml+fhir",
        "APPLICATION/XML+FHIR;fhirVersion=1.0"
    };
    static const char  *none[] = {
        "application/json", "application/xml", "text/fhir+json",
        "application/fhir+jsonx", "application/fhir+ndjson",
        "application/fhir", "application/fhir+turtle", "x/application"
    };

    (void) state;

    for (i = 0; i < sizeof(json) / sizeof(json[0]); i++) {
        m = media(json[i]);
        assert_int_equal(fhb_media_fhir(&m), FHB_FORM_JSON);
        assert_int_equal(fhb_media_syntax(&m), FHB_FORM_JSON);
    }

    for (i = 0; i < sizeof(xml) / sizeof(xml[0]); i++) {
        m = media(xml[i]);
        assert_int_equal(fhb_media_fhir(&m), FHB_FORM_XML);
        assert_int_equal(fhb_media_syntax(&m), FHB_FORM_XML);
    }

    for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        m = media(none[i]);
        assert_int_equal(fhb_media_fhir(&m), FHB_FORM_NONE);
    }
}


static void
a_suffix_tells_the_syntax(void **state)
{
    fhb_media_t  m;

    (void) state;

    m = media("application/vnd.xacml+json");
    assert_int_equal(fhb_media_syntax(&m), FHB_FORM_JSON);

    m = media("text/JSON");
    assert_int_equal(fhb_media_syntax(&m), FHB_FORM_JSON);

    m = media("application/hl7-v3+XML");
    assert_int_equal(fhb_media_syntax(&m), FHB_FORM_XML);

    m = media("image/svg+xml");
    assert_int_equal(fhb_media_syntax(&m), FHB_FORM_XML);

    m = media("application/+xml");
    assert_int_equal(fhb_media_syntax(&m), FHB_FORM_NONE);

    m = media("application/jsonx");
    assert_int_equal(fhb_media_syntax(&m), FHB_FORM_NONE);

    m = media("application/x+json+gzip");
    assert_int_equal(fhb_media_syntax(&m), FHB_FORM_NONE);

    m = media("application/xml-dtd");
    assert_int_equal(fhb_media_syntax(&m), FHB_FORM_NONE);
}


static void
a_type_is_compared_without_case_and_parameters(void **state)
{
    fhb_media_t  m;

    (void) state;

    m = media("Application/PDF; version=1.7");

    assert_true(fhb_media_is(&m, S("application/pdf")));
    assert_false(fhb_media_is(&m, S("application/pdfa")));
    assert_false(fhb_media_is(&m, S("application/pd")));
    assert_false(fhb_media_is(&m, S("applicatio/npdf")));
    assert_false(fhb_media_is(&m, S("application")));
    assert_false(fhb_media_is(&m, S("")));

    memset(&m, 0, sizeof(m));

    assert_false(fhb_media_is(&m, S("")));
    assert_false(fhb_media_is(&m, S("/")));
}


static void
a_risk_and_an_extension_belong_to_a_type(void **state)
{
    size_t                i;
    fhb_str_t             ext;
    fhb_media_t           m;
    static const known_t  known[] = {
        { "application/pdf", "pdf", FHB_MEDIA_PASSIVE },
        { "Application/PDF; x=y", "pdf", FHB_MEDIA_PASSIVE },
        { "text/html; charset=UTF-8", "html", FHB_MEDIA_HTML },
        { "application/xhtml+xml", "xhtml", FHB_MEDIA_HTML },
        { "application/xml", "xml", FHB_MEDIA_ACTIVE },
        { "text/xml", "xml", FHB_MEDIA_ACTIVE },
        { "application/hl7-v3+xml", "xml", FHB_MEDIA_ACTIVE },
        { "application/fhir+xml", "xml", FHB_MEDIA_ACTIVE },
        { "application/xml+fhir", "xml", FHB_MEDIA_ACTIVE },
        { "image/svg+xml", "svg", FHB_MEDIA_ACTIVE },
        { "image/any+xml", "xml", FHB_MEDIA_ACTIVE },
        { "application/fhir+json", "json", FHB_MEDIA_PASSIVE },
        { "application/json+fhir", "json", FHB_MEDIA_PASSIVE },
        { "application/json", "json", FHB_MEDIA_PASSIVE },
        { "application/vnd.xacml+json", "json", FHB_MEDIA_PASSIVE },
        { "text/plain", "txt", FHB_MEDIA_PASSIVE },
        { "image/png", "png", FHB_MEDIA_PASSIVE },
        { "image/jpeg", "jpg", FHB_MEDIA_PASSIVE },
        { "image/tiff", "tif", FHB_MEDIA_PASSIVE },
        { "image/x-unknown", "bin", FHB_MEDIA_PASSIVE },
        { "application/rtf", "rtf", FHB_MEDIA_ACTIVE },
        { "application/dicom", "dcm", FHB_MEDIA_ACTIVE },
        { "application/msword", "doc", FHB_MEDIA_ACTIVE },
        { "application/octet-stream", "bin", FHB_MEDIA_ACTIVE },
        { "aapplication/pdf", "bin", FHB_MEDIA_ACTIVE },
        { "text/javascript", "bin", FHB_MEDIA_ACTIVE },
        { "multipart/related", "bin", FHB_MEDIA_ACTIVE },
        { "x/y", "bin", FHB_MEDIA_ACTIVE }
    };

    (void) state;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {

        m = media(known[i].type);
        ext = fhb_media_extension(&m);

        if (fhb_media_risk(&m) != known[i].risk
            || ext.len != strlen(known[i].extension)
            || memcmp(ext.data, known[i].extension, ext.len) != 0)
        {
            fail_msg("%s: risk %d, extension %.*s", known[i].type,
                     fhb_media_risk(&m), (int) ext.len, (char *) ext.data);
        }
    }
}


static void
a_zeroed_type_is_active(void **state)
{
    fhb_media_t  m;

    (void) state;

    memset(&m, 0, sizeof(m));

    assert_int_equal(fhb_media_risk(&m), FHB_MEDIA_ACTIVE);
    assert_int_equal(fhb_media_fhir(&m), FHB_FORM_NONE);
    is(fhb_media_extension(&m), "bin");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_type_is_split),
        cmocka_unit_test(an_empty_parameter_is_passed_over),
        cmocka_unit_test(what_is_no_media_type_is_refused),
        cmocka_unit_test(a_range_is_no_type_of_a_document),
        cmocka_unit_test(a_control_is_refused_wherever_it_stands),
        cmocka_unit_test(length_and_parameters_are_bounded),
        cmocka_unit_test(every_cut_of_a_type_is_safe),
        cmocka_unit_test(a_parameter_is_found_and_unquoted),
        cmocka_unit_test(a_FHIR_type_has_two_names_for_each_form),
        cmocka_unit_test(a_suffix_tells_the_syntax),
        cmocka_unit_test(a_type_is_compared_without_case_and_parameters),
        cmocka_unit_test(a_risk_and_an_extension_belong_to_a_type),
        cmocka_unit_test(a_zeroed_type_is_active)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
