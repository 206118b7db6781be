/*
 * Accept and _format: a table of decisions, row by row, and the grammar.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "fhb_accept.h"
#include "guard.h"


#define S(s)  str(s, sizeof(s) - 1)

/*
 * A row: the Accept lines, divided by "\n", NULL for none; _format, NULL for
 * none; what leaves for each stored type of the table, in its order, when
 * the location is strict, when it is "default fhir", when it is lenient.
 * N is native, J and X are FHIR JSON and XML, "-" is 406.
 */

typedef struct {
    const char  *accept;
    const char  *format;
    const char  *strict;
    const char  *fhir;
    const char  *lenient;
} row_t;


#define TYPES  5

#define N5  "NNNNN"
#define J5  "JJJJJ"
#define X5  "XXXXX"
#define NONE5  "-----"


/* the names: j and x are the version's own, oj and ox are the other ones */

#define TABLE(j, x, oj, ox, same, patch, wrong)                              \
    { NULL, NULL, N5, J5, N5 },                                              \
    { "", NULL, N5, J5, N5 },                                                \
    { " \t", NULL, N5, J5, N5 },                                             \
    { "\n", NULL, N5, J5, N5 },                                              \
    { ", ,,", NULL, N5, J5, N5 },                                            \
    { "*/*", NULL, N5, J5, N5 },                                             \
    { j, NULL, J5, J5, J5 },                                                 \
    { x, NULL, X5, X5, X5 },                                                 \
    { oj, NULL, J5, J5, J5 },                                                \
    { ox, NULL, X5, X5, X5 },                                                \
    { "application/json", NULL, "---NN", "---NN", N5 },                      \
    { "application/xml", NULL, "--N--", "--N--", N5 },                       \
    { "text/xml", NULL, "--N--", "--N--", N5 },                              \
    { "application/pdf", NULL, "N----", "N----", N5 },                       \
    { "text/html", NULL, "-N---", "-N---", N5 },                             \
    { "text/*", NULL, "-N---", "-N---", N5 },                                \
    { "application/*", NULL, "N-NNN", "N-NNN", N5 },                         \
    { "image/png", NULL, NONE5, NONE5, N5 },                                 \
    { "text/turtle", NULL, NONE5, NONE5, N5 },                               \
    { "application/fhir+turtle", NULL, NONE5, NONE5, N5 },                   \
    { "text/turtle, application/fhir+turtle", NULL, NONE5, NONE5, N5 },      \
    { j ", */*", NULL, J5, J5, J5 },                                         \
    { j ";q=0.5, */*", NULL, N5, N5, N5 },                                   \
    { j ";q=0.9, */*;q=0.1", NULL, J5, J5, J5 },                             \
    { "application/pdf, " j, NULL, "NJJJJ", "NJJJJ", "NJJJJ" },              \
    { "application/pdf;q=0.8, " j ";q=0.9", NULL, J5, J5, J5 },              \
    { "*/*, application/pdf;q=0", NULL, "-NNNN", J5, "-NNNN" },              \
    { j ";q=0, */*", NULL, N5, N5, N5 },                                     \
    { j ";q=0", NULL, NONE5, NONE5, N5 },                                    \
    { "*/*;q=0", NULL, NONE5, NONE5, NONE5 },                                \
    { "application/json, text/plain, */*", NULL, N5, "JJJNN", N5 },          \
    { "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",     \
      NULL, N5, "JNNJJ", N5 },                                               \
    { j ";fhirVersion=" same, NULL, J5, J5, J5 },                            \
    { j ";fhirVersion=" patch, NULL, J5, J5, J5 },                           \
    { j ";fhirVersion=" wrong, NULL, NONE5, NONE5, NONE5 },                  \
    { j "; charset=utf-8", NULL, J5, J5, J5 },                               \
    { j "; charset=iso-8859-1", NULL, NONE5, NONE5, NONE5 },                 \
    { "text/html; charset=\"utf-8\"", NULL, "-N---", "-N---", N5 },          \
    { "text/html; charset=iso-8859-1", NULL, NONE5, NONE5, N5 },             \
    { "application/pdf\n" j ";q=0.1", NULL, "NJJJJ", "NJJJJ", "NJJJJ" },     \
    { "garbage", NULL, NONE5, NONE5, N5 },                                   \
    { "application/", NULL, NONE5, NONE5, N5 },                              \
    { ";q=1", NULL, NONE5, NONE5, N5 },                                      \
    { j ";q=1.5", NULL, NONE5, NONE5, N5 },                                  \
    { "application/pdf", "json", J5, J5, J5 },                               \
    { NULL, "json", J5, J5, J5 },                                            \
    { "*/*;q=0", "json", J5, J5, J5 },                                       \
    { "garbage", "JSON", J5, J5, J5 },                                       \
    { "application/json", "application/json", J5, J5, J5 },                  \
    { "application/pdf", "xml", X5, X5, X5 },                                \
    { j, "text/xml", X5, X5, X5 },                                           \
    { j, "application/xml", X5, X5, X5 },                                    \
    { "application/pdf", "application/fhir+json", J5, J5, J5 },              \
    { "application/pdf", "application/fhir json", J5, J5, J5 },              \
    { "application/pdf", "application/json+fhir", J5, J5, J5 },              \
    { "application/pdf", "application/json fhir", J5, J5, J5 },              \
    { j, "application/fhir+xml", X5, X5, X5 },                               \
    { j, "application/xml fhir", X5, X5, X5 },                               \
    { j, "ttl", NONE5, NONE5, NONE5 },                                       \
    { j, "text/turtle", NONE5, NONE5, NONE5 },                               \
    { j, "application/fhir+turtle", NONE5, NONE5, NONE5 },                   \
    { j, "html", NONE5, NONE5, NONE5 },                                      \
    { j, "text/html", NONE5, NONE5, NONE5 },                                 \
    { "*/*", "application/pdf", NONE5, NONE5, NONE5 },                       \
    { "*/*", "foo", NONE5, NONE5, NONE5 },                                   \
    { "*/*", "*/*", NONE5, NONE5, NONE5 },                                   \
                                                                             \
    /* a document's own type beside a form that is wanted less */            \
                                                                             \
    { "application/pdf, " j ";q=0.1", NULL, "NJJJJ", "NJJJJ", "NJJJJ" },     \
    { "application/pdf, */*;q=0.1", NULL, N5, "NJJJJ", N5 },                 \
                                                                             \
    /* ties, and ranges that overlap */                                      \
                                                                             \
    { j ", application/pdf", NULL, "NJJJJ", "NJJJJ", "NJJJJ" },              \
    { j ", " x, NULL, J5, J5, J5 },                                          \
    { x ", " j, NULL, X5, X5, X5 },                                          \
    { x ", " j ", */*", NULL, X5, X5, X5 },                                  \
    { x ";q=0.8, " j ";q=0.9", NULL, J5, J5, J5 },                           \
    { x ", */*", NULL, X5, X5, X5 },                                         \
    { x ";q=0.5, */*;q=0.8", NULL, N5, J5, N5 },                             \
    { oj ", " x ", " j, NULL, J5, J5, J5 },                                  \
    { j ";q=0.2, " j ";q=0.8, application/pdf;q=0.5", NULL,                  \
      J5, J5, J5 },                                                          \
    { j ";q=0.2, " j ";charset=utf-8;q=0.9, */*;q=0.5", NULL, J5, J5, J5 },  \
    { j ";q=0.9, " j ";charset=utf-8;q=0.2, */*;q=0.5", NULL, N5, N5, N5 },  \
    { j ", application/json", NULL, "JJJNN", "JJJNN", "JJJNN" },             \
    { "application/json;q=0.4, application/*;q=0.6", NULL,                   \
      "N-NNN", "N-NNN", N5 },                                                \
    { "application/json;q=0, application/*", NULL, "N-N--", "N-N--",         \
      "NNN--" },                                                             \
    { "application/json;q=0", NULL, NONE5, NONE5, "NNN--" },                 \
    { "text/html, application/*;q=0", NULL, "-N---", "-N---", "-N---" },     \
    { "image/png, */*;q=0", NULL, NONE5, NONE5, NONE5 },                     \
    { "image/png, " j ";fhirVersion=" wrong, NULL, NONE5, NONE5, NONE5 },    \
    { "image/png, " j ";fhirVersion=" wrong ";q=0", NULL, NONE5, NONE5,      \
      N5 },                                                                  \
    { j ";fhirVersion=" wrong ", " j ";fhirVersion=" same, NULL,             \
      J5, J5, J5 },                                                          \
                                                                             \
    /* default fhir: a wildcard of application holds the weight down */      \
                                                                             \
    { "application/*;q=0, */*", NULL, "-N---", "-N---", "-N---" },           \
    { "application/*, */*", NULL, N5, "NJNNN", N5 },                         \
    { "application/*;q=0.5, */*", NULL, N5, N5, N5 },                        \
    { "text/*, */*", NULL, N5, "JNJJJ", N5 },                                \
    { "*/*;charset=utf-8", NULL, N5, J5, N5 },                               \
    { "*/*;charset=latin1", NULL, "N-NNN", "N-NNN", N5 },                    \
    { "*/*;fhirVersion=" wrong, NULL, NONE5, NONE5, N5 },                    \
    { "*", NULL, N5, J5, N5 }


static const row_t  r4_table[] = {
    TABLE("application/fhir+json", "application/fhir+xml",
          "application/json+fhir", "application/xml+fhir",
          "4.0", "4.0.1", "3.0"),
    { "Application/FHIR+JSON;Q=1.000", NULL, J5, J5, J5 }
};


static const row_t  dstu2_table[] = {
    TABLE("application/json+fhir", "application/xml+fhir",
          "application/fhir+json", "application/fhir+xml",
          "1.0", "1.0.2", "4.0"),
    { "Application/JSON+FHIR;Q=1.000", NULL, J5, J5, J5 }
};


static const row_t  stu3_table[] = {
    TABLE("application/fhir+json", "application/fhir+xml",
          "application/json+fhir", "application/xml+fhir",
          "3.0", "3.0.2", "4.0")
};


static const row_t  r5_table[] = {
    TABLE("application/fhir+json", "application/fhir+xml",
          "application/json+fhir", "application/xml+fhir",
          "5.0", "5.0.0", "4.3")
};


static fhb_str_t
str(const char *data, size_t len)
{
    fhb_str_t  s;

    s.len = len;
    s.data = (const unsigned char *) data;

    return s;
}


/* each line of text is a line of Accept */

static fhb_rc_t
parse(fhb_accept_t *a, const char *text)
{
    size_t      n;
    fhb_str_t   lines[FHB_MAX_RANGES];
    const char  *p;

    for (n = 0; n < FHB_MAX_RANGES; n++) {

        p = strchr(text, '\n');

        if (p == NULL) {
            lines[n] = str(text, strlen(text));
            n++;
            break;
        }

        lines[n] = str(text, p - text);
        text = p + 1;
    }

    memset(a, 0x5a, sizeof(fhb_accept_t));

    return fhb_accept_parse(a, lines, n);
}


static fhb_media_t
media(const char *s)
{
    fhb_media_t  m;

    assert_int_equal(fhb_media_parse(&m, str(s, strlen(s))), FHB_OK);

    return m;
}


static char
letter(fhb_rc_t rc, const fhb_choice_t *choice)
{
    if (rc != FHB_OK) {
        assert_int_equal(rc, FHB_E_NOT_ACCEPTABLE);
        assert_int_equal(choice->form, FHB_FORM_NONE);
        return '-';
    }

    switch (choice->form) {

    case FHB_FORM_NATIVE:
        assert_int_equal(choice->legacy, 0);
        assert_int_equal(choice->echo, 0);
        return 'N';

    case FHB_FORM_JSON:
        return 'J';

    case FHB_FORM_XML:
        return 'X';

    default:
        return '?';
    }
}


/* the five choices of a row, as letters */

static void
choose(const row_t *row, const char *const *types, fhb_preference_t *pref,
    char *got)
{
    size_t        i;
    fhb_rc_t      rc;
    fhb_media_t   stored;
    fhb_choice_t  choice;
    fhb_accept_t  accept;

    pref->accept = NULL;
    pref->format = FHB_FORM_NONE;

    if (row->accept != NULL) {
        assert_int_equal(parse(&accept, row->accept), FHB_OK);
        pref->accept = &accept;
    }

    if (row->format != NULL
        && fhb_accept_format(&pref->format,
                             str(row->format, strlen(row->format)),
                             pref->version)
           != FHB_OK)
    {
        memset(got, '-', TYPES);
        got[TYPES] = '\0';
        return;
    }

    for (i = 0; i < TYPES; i++) {

        stored = media(types[i]);
        memset(&choice, 0x5a, sizeof(choice));

        rc = fhb_accept_choose(&choice, pref, &stored);
        got[i] = letter(rc, &choice);

        if (got[i] == 'J' || got[i] == 'X') {
            assert_true(fhb_accept_may_fhir(pref));
        }
    }

    got[TYPES] = '\0';
}


static void
check(const row_t *rows, size_t n, const char *fhir, fhb_version_t version)
{
    char              got[TYPES + 1];
    size_t            i, mode;
    fhb_preference_t  pref;
    const char       *want;
    const char       *types[TYPES] = {
        "application/pdf", "text/html; charset=UTF-8", "application/xml",
        "application/json", fhir
    };

    for (i = 0; i < n; i++) {
        for (mode = 0; mode < 3; mode++) {

            memset(&pref, 0, sizeof(pref));
            pref.version = version;
            pref.fhir = (mode == 1);
            pref.lenient = (mode == 2);

            want = (mode == 0) ? rows[i].strict
                   : (mode == 1) ? rows[i].fhir : rows[i].lenient;

            choose(&rows[i], types, &pref, got);

            if (strcmp(got, want) != 0) {
                fail_msg("mode %zu, version %d, Accept \"%s\", _format "
                         "\"%s\": %s, not %s", mode, version,
                         rows[i].accept ? rows[i].accept : "(none)",
                         rows[i].format ? rows[i].format : "(none)",
                         got, want);
            }
        }
    }
}


static void
the_table_holds_for_R4(void **state)
{
    (void) state;

    check(r4_table, sizeof(r4_table) / sizeof(row_t),
          "application/fhir+json", FHB_R4);
}


static void
the_table_holds_for_DSTU2(void **state)
{
    (void) state;

    check(dstu2_table, sizeof(dstu2_table) / sizeof(row_t),
          "application/json+fhir", FHB_DSTU2);
}


static void
the_table_holds_for_STU3_and_R5(void **state)
{
    (void) state;

    check(stu3_table, sizeof(stu3_table) / sizeof(row_t),
          "application/fhir+json", FHB_STU3);

    check(r5_table, sizeof(r5_table) / sizeof(row_t),
          "application/fhir+json", FHB_R5);
}


/* one choice: its letter, and the Content-Type when it is a FHIR form */

static void
expect(fhb_version_t version, const char *accept, const char *type,
    const char *want)
{
    fhb_rc_t          rc;
    fhb_out_t         out;
    fhb_preference_t  pref;
    fhb_media_t       stored;
    fhb_accept_t      a;
    fhb_choice_t      choice;
    unsigned char     buf[128];

    memset(&pref, 0, sizeof(pref));
    pref.version = version;
    pref.accept = &a;

    assert_int_equal(parse(&a, accept), FHB_OK);

    if (type != NULL) {
        stored = media(type);
    }

    rc = fhb_accept_choose(&choice, &pref, type ? &stored : NULL);

    fhb_out_init(&out, buf, sizeof(buf) - 1);

    if (rc != FHB_OK || choice.form == FHB_FORM_NATIVE) {
        fhb_out_byte(&out, (unsigned char) letter(rc, &choice));

    } else {
        fhb_accept_type(&out, version, &choice);
    }

    buf[out.len] = '\0';

    if (strcmp((char *) buf, want) != 0) {
        fail_msg("Accept \"%s\" for \"%s\": %s, not %s", accept,
                 type ? type : "(none)", buf, want);
    }
}


static void
the_answer_bears_the_name_that_was_asked_for(void **state)
{
    (void) state;

#define PDF  "application/pdf"

    expect(FHB_R4, "application/fhir+json", PDF, "application/fhir+json");
    expect(FHB_R4, "application/json+fhir", PDF, "application/json+fhir");
    expect(FHB_R4, "application/fhir+xml", PDF, "application/fhir+xml");
    expect(FHB_R4, "application/xml+fhir", PDF, "application/xml+fhir");
    expect(FHB_R4B, "application/fhir+json", PDF, "application/fhir+json");
    expect(FHB_R5, "application/fhir+xml", PDF, "application/fhir+xml");

    expect(FHB_DSTU2, "application/json+fhir", PDF,
           "application/json+fhir;charset=UTF-8");
    expect(FHB_DSTU2, "application/fhir+json", PDF,
           "application/fhir+json;charset=UTF-8");
    expect(FHB_DSTU2, "application/xml+fhir", PDF,
           "application/xml+fhir;charset=UTF-8");
    expect(FHB_STU3, "application/fhir+json", PDF,
           "application/fhir+json;charset=UTF-8");
    expect(FHB_STU3, "application/xml+fhir", PDF,
           "application/xml+fhir;charset=UTF-8");

    /* both names: the heavier one, then the earlier one */

    expect(FHB_R4, "application/fhir+json;q=0.5, application/json+fhir", PDF,
           "application/json+fhir");
    expect(FHB_R4, "application/json+fhir;q=0.9, application/fhir+json", PDF,
           "application/fhir+json");
    expect(FHB_R4, "application/json+fhir, application/fhir+json", PDF,
           "application/json+fhir");
    expect(FHB_R4, "application/fhir+json, application/json+fhir", PDF,
           "application/fhir+json");

    /* one name refused does not refuse the other */

    expect(FHB_R4, "application/fhir+json;q=0, application/json+fhir", PDF,
           "application/json+fhir");
    expect(FHB_R4, "application/json+fhir;q=0, application/fhir+json;q=0.1",
           PDF, "application/fhir+json");

    /* HAPI's client */

    expect(FHB_R4, "application/fhir+xml;q=1.0, application/fhir+json;q=1.0, "
           "application/xml+fhir;q=0.9, application/json+fhir;q=0.9", PDF,
           "application/fhir+xml");
}


static void
fhirVersion_is_echoed_when_it_decided(void **state)
{
    (void) state;

    expect(FHB_R4, "application/fhir+json;fhirVersion=4.0", PDF,
           "application/fhir+json;fhirVersion=4.0");
    expect(FHB_R4, "application/fhir+json; FHIRVERSION=\"4.0.1\"", PDF,
           "application/fhir+json;fhirVersion=4.0");
    expect(FHB_R4B, "application/fhir+xml;fhirVersion=4.3", PDF,
           "application/fhir+xml;fhirVersion=4.3");
    expect(FHB_R5, "application/json+fhir;fhirVersion=5.0", PDF,
           "application/json+fhir;fhirVersion=5.0");
    expect(FHB_R4, "application/fhir+json, "
           "application/fhir+json;fhirVersion=4.0", PDF,
           "application/fhir+json;fhirVersion=4.0");
    expect(FHB_R4, "application/fhir+json;charset=utf-8", PDF,
           "application/fhir+json");

    /* a version that is not this one names nothing */

    expect(FHB_R4, "application/fhir+json;fhirVersion=3.0, "
           "application/fhir+json;fhirVersion=4.0;q=0.1", PDF,
           "application/fhir+json;fhirVersion=4.0");
    expect(FHB_R4, "application/fhir+json;fhirVersion=5.0, "
           "application/fhir+json;q=0.1", PDF, "application/fhir+json");

    /* it came with R4 */

    expect(FHB_DSTU2, "application/json+fhir;fhirVersion=1.0", PDF,
           "application/json+fhir;charset=UTF-8");
    expect(FHB_STU3, "application/fhir+json;fhirVersion=3.0", PDF,
           "application/fhir+json;charset=UTF-8");
}


static void
fhirVersion_is_compared_by_major_and_minor(void **state)
{
    size_t              i;
    char                accept[80];
    static const char  *wrong[] = {
        "4", "4.", "4.1", "4.00", "04.0", "4.01", "14.0", "4.0x", "4.0-b",
        "3.0", "R4", "\"\"", "4.3", "\"4.0", "\"4.0 \""
    };

    (void) state;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(accept, sizeof(accept),
                 "application/fhir+json;fhirVersion=%s", wrong[i]);
        expect(FHB_R4, accept, PDF, "-");
    }

    /* two in one range: each must hold */

    expect(FHB_R4, "application/fhir+json;fhirVersion=4.0;fhirVersion=3.0",
           PDF, "-");
}


static void
default_fhir_answers_with_the_versions_own_name(void **state)
{
    size_t              i;
    fhb_out_t           out;
    fhb_preference_t    pref;
    fhb_accept_t        a;
    fhb_choice_t        choice;
    unsigned char       buf[64];
    static const char  *accepts[] = {
        "*/*", "", "*/*, application/json+fhir;q=0",
        "application/json+fhir;q=0.2, */*"
    };

    (void) state;

    memset(&pref, 0, sizeof(pref));
    pref.version = FHB_R4;
    pref.accept = &a;
    pref.fhir = 1;

    for (i = 0; i < sizeof(accepts) / sizeof(accepts[0]); i++) {

        assert_int_equal(parse(&a, accepts[i]), FHB_OK);
        assert_int_equal(fhb_accept_choose(&choice, &pref, NULL), FHB_OK);

        fhb_out_init(&out, buf, sizeof(buf));
        fhb_accept_type(&out, FHB_R4, &choice);

        assert_int_equal(out.len, sizeof("application/fhir+json") - 1);
        assert_memory_equal(buf, "application/fhir+json", out.len);
    }

    /* named and wildcard weigh the same: the named one */

    assert_int_equal(parse(&a, "*/*, application/json+fhir"), FHB_OK);
    assert_int_equal(fhb_accept_choose(&choice, &pref, NULL), FHB_OK);
    assert_int_equal(choice.legacy, 1);
}


static void
a_generic_name_takes_a_suffix(void **state)
{
    (void) state;

    expect(FHB_R4, "application/json", "application/vnd.xacml+json", "N");
    expect(FHB_R4, "application/json", "text/json", "N");
    expect(FHB_R4, "application/json", "application/fhir+json", "N");
    expect(FHB_DSTU2, "application/json", "application/json+fhir", "N");
    expect(FHB_R4, "application/xml", "application/hl7-v3+xml", "N");
    expect(FHB_R4, "text/xml", "application/hl7-v3+xml", "N");
    expect(FHB_R4, "text/xml", "application/fhir+xml", "N");
    expect(FHB_R4, "application/xml", "text/xml", "N");
    expect(FHB_R4, "application/xml", "image/svg+xml", "N");
    expect(FHB_DSTU2, "application/xml", "application/xml+fhir", "N");

    expect(FHB_R4, "application/json", "application/hl7-v3+xml", "-");
    expect(FHB_R4, "application/xml", "application/vnd.xacml+json", "-");
    expect(FHB_R4, "application/xml", "aapplication/xml", "-");
    expect(FHB_R4, "application/xml", "application/xml-dtd", "-");
    expect(FHB_R4, "application/xml", "application/+xml", "-");

    /* the other way round it is another type */

    expect(FHB_R4, "application/hl7-v3+xml", "application/xml", "-");
    expect(FHB_R4, "text/json", "application/json", "-");

    /* it stands between the exact name and the wildcard */

    expect(FHB_R4, "application/xml;q=0.2, application/hl7-v3+xml;q=0, */*",
           "application/hl7-v3+xml", "-");
    expect(FHB_R4, "application/xml;q=0, application/*",
           "application/hl7-v3+xml", "-");
    expect(FHB_R4, "application/xml, application/fhir+json",
           "application/hl7-v3+xml", "N");
    expect(FHB_R4, "application/*, application/fhir+json",
           "application/hl7-v3+xml", "application/fhir+json");
}


static void
a_FHIR_name_never_takes_the_stored_bytes(void **state)
{
    (void) state;

    expect(FHB_R4, "application/fhir+json", "application/fhir+json",
           "application/fhir+json");
    expect(FHB_R4, "application/fhir+json;q=0, */*", "application/fhir+json",
           "N");
    expect(FHB_R4, "application/fhir+xml;fhirVersion=3.0",
           "application/fhir+xml;fhirVersion=3.0", "-");
    expect(FHB_R4, "application/fhir+turtle", "application/fhir+turtle",
           "-");

    /* names that FHIR only borrowed */

    expect(FHB_R4, "text/turtle", "text/turtle", "N");
    expect(FHB_R4, "application/fhir+ndjson", "application/fhir+ndjson",
           "N");
}


static void
a_parameter_must_be_had(void **state)
{
    (void) state;

    expect(FHB_R4, "text/html;level=1", "text/html", "-");
    expect(FHB_R4, "text/html;level=1", "text/html;level=1", "N");
    expect(FHB_R4, "text/html;level=1", "text/html;level=2", "-");
    expect(FHB_R4, "text/html;level=1", "text/html;LEVEL=\"1\"", "N");
    expect(FHB_R4, "text/html;level=a", "text/html;level=A", "-");
    expect(FHB_R4, "text/html", "text/html;level=1", "N");
    expect(FHB_R4, "text/html;fhirVersion=4.0", "text/html", "-");
    expect(FHB_R4, "text/html;a=1;b=2", "text/html;b=2;a=1", "N");
    expect(FHB_R4, "text/html;a=1;b=2", "text/html;b=2", "-");
    expect(FHB_R4, "text/*;level=1", "text/html", "-");
    expect(FHB_R4, "*/*;level=1", "text/html;level=1", "N");

    /* a charset asks nothing of a type without one */

    expect(FHB_R4, "text/html;charset=latin1", "text/html", "N");
    expect(FHB_R4, "text/html;charset=\"UTF-8\"", "text/html;charset=utf-8",
           "N");
    expect(FHB_R4, "text/html;charset=latin1", "text/html;charset=utf-8",
           "-");

    /* the weight is no parameter, wherever it stands */

    expect(FHB_R4, "text/html;q=0.5;level=1", "text/html;level=1", "N");
    expect(FHB_R4, "text/html;q=0;level=1, */*", "text/html;level=1", "-");

    /* more parameters are closer */

    expect(FHB_R4, "text/html, text/html;a=1;q=0", "text/html;a=1;b=2", "-");
    expect(FHB_R4, "text/html;a=1;q=0, text/html;a=1;b=2",
           "text/html;a=1;b=2", "N");
    expect(FHB_R4, "text/html;a=1;q=0, text/html;a=1;b=2",
           "text/html;a=1", "-");
    expect(FHB_R4, "text/*;a=1;q=0, text/html", "text/html;a=1", "N");
}


static void
a_type_that_cannot_be_parsed_is_octets(void **state)
{
    (void) state;

    expect(FHB_R4, "*/*", NULL, "N");
    expect(FHB_R4, "application/octet-stream", NULL, "N");
    expect(FHB_R4, "application/*", NULL, "N");
    expect(FHB_R4, "application/pdf", NULL, "-");
    expect(FHB_R4, "text/*", NULL, "-");
    expect(FHB_R4, "application/fhir+json", NULL, "application/fhir+json");
}


/*
 * Where the npm package negotiator 1.1.0 answers otherwise.  On 40000 random
 * headers without ties, charsets, generic names and invalid weights it and
 * fhb_accept_choose() agree on each one, offered the stored type and those
 * FHIR types that the header names.
 */

static void
what_another_negotiator_decides_otherwise(void **state)
{
    (void) state;

    /* a tie of two named types: there the earlier one, here the document */

    expect(FHB_R4, "application/fhir+json, application/pdf", PDF, "N");
    expect(FHB_R4, "application/fhir+xml;q=1, TEXT/HTML", "text/html", "N");

    /* an invalid weight: there 1, what it begins with, or NaN for all */

    expect(FHB_R4, "*/*;q=", "text/html", "-");
    expect(FHB_R4, "*/*;q=1.5", "text/html", "-");
    expect(FHB_R4, "*/*;q=0.12345", "text/html", "-");
    expect(FHB_R4, "*/*, */*;q=abc", "image/png", "N");

    /* a charset of a type that has none: there a mismatch */

    expect(FHB_R4, "text/html;charset=utf-8", "text/html", "N");
    expect(FHB_R4, "text/html;charset=latin1;q=1", "text/html;level=1", "N");

    /* a generic name takes its suffixes: FHIR alone says so */

    expect(FHB_R4, "application/xml", "application/hl7-v3+xml", "N");
}


/* the weight of a lone member, -1 when it is dropped */

static int
weight(const char *member)
{
    size_t        len;
    guard_t       g;
    fhb_str_t     line;
    fhb_accept_t  a;

    len = strlen(member);
    line = str(guard_before(&g, member, len), len);

    assert_int_equal(fhb_accept_parse(&a, &line, 1), FHB_OK);
    assert_int_equal(a.present, 1);
    guard_free(&g);

    return a.n == 1 ? a.ranges[0].q : -1;
}


static void
a_weight_is_read_in_thousandths(void **state)
{
    (void) state;

    assert_int_equal(weight("a/b"), 1000);
    assert_int_equal(weight("a/b;q=1"), 1000);
    assert_int_equal(weight("a/b;q=1."), 1000);
    assert_int_equal(weight("a/b;Q=1.000"), 1000);
    assert_int_equal(weight("a/b ; q=0.5"), 500);
    assert_int_equal(weight("a/b;q=0.05"), 50);
    assert_int_equal(weight("a/b;q=0.001"), 1);
    assert_int_equal(weight("a/b;q=0.999"), 999);
    assert_int_equal(weight("a/b;q=0"), 0);
    assert_int_equal(weight("a/b;q=0."), 0);
    assert_int_equal(weight("a/b;q=0.000"), 0);
    assert_int_equal(weight("a/b;q=0.3;x=y"), 300);
    assert_int_equal(weight("a/b;x=y;q=0.3"), 300);
    assert_int_equal(weight("a/b;x=\"q=0\""), 1000);

    /* as Java's URLConnection has it */

    assert_int_equal(weight("a/b; q=.2"), 200);
    assert_int_equal(weight("*; q=.2"), 200);
    assert_int_equal(weight("*;q=0"), 0);
    assert_int_equal(weight("* "), 1000);
}


static void
an_invalid_weight_drops_its_member(void **state)
{
    size_t              i;
    static const char  *bad[] = {
        "q=", "q", "q=1.1", "q=1.001", "q=-1", "q=+1", "q=0.1234",
        "q=1.0000", "q=abc", "q=\"0.5\"", "q=2", "q=00", "q=01", "q=0.5.",
        "q=0.a", "q=.", "q=..", "q=.1234", "q=1e0", "q =1",
        "q= 1", "q=0x1", "q=0.5;q=0.5", "q=1;q=0"
    };
    char                member[40];

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {

        snprintf(member, sizeof(member), "a/b;%s", bad[i]);

        if (weight(member) != -1) {
            fail_msg("%s was taken", member);
        }
    }
}


static void
an_invalid_member_is_dropped(void **state)
{
    size_t              i;
    static const char  *bad[] = {
        "garbage", "application/", "/json", ";q=1", "*/json", "*a/*b c",
        "a/b c", "a /b", "a/b;x", "a/b;x=", "a/b;x=\"y", "a/b;x=y z",
        "a/b/c", "a/b;x=\"\x01\"", "**", "*;x", "*a", "\"a/b\"", "a/b;=1",
        "a/b;x=\"1\"2"
    };
    char                line[80];
    fhb_accept_t        a;

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {

        if (weight(bad[i]) != -1) {
            fail_msg("%s was taken", bad[i]);
        }

        /* what stands before it is kept */

        snprintf(line, sizeof(line), "x/y,%s", bad[i]);
        assert_int_equal(parse(&a, line), FHB_OK);
        assert_int_equal(a.n, 1);
    }

    /* "*" is a char of a token, and a lone one of them no wildcard */

    assert_int_equal(weight("a/*b"), 1000);
    expect(FHB_R4, "text/ht*", "text/html", "-");
    expect(FHB_R4, "t*/html", "text/html", "-");
}


static void
a_NUL_is_an_invalid_byte(void **state)
{
    size_t        i;
    fhb_str_t     line;
    fhb_accept_t  a;
    fhb_str_t     lines[] = {
        S("\0"), S("a/b\0"), S("a\0/b"), S("a/b;x=\"\0\""), S("a/b;q=1\0"),
        S("*\0"), S("*/*\0")
    };

    (void) state;

    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_int_equal(fhb_accept_parse(&a, &lines[i], 1), FHB_OK);
        assert_int_equal(a.present, 1);
        assert_int_equal(a.n, 0);
    }

    line = S("\0, a/b, c\0/d");
    assert_int_equal(fhb_accept_parse(&a, &line, 1), FHB_OK);
    assert_int_equal(a.n, 1);
}


static void
a_comma_inside_of_quotes_divides_nothing(void **state)
{
    fhb_accept_t  a;

    (void) state;

    assert_int_equal(parse(&a, "application/fhir+json;profile=\"a,b;c\","
                           "text/html;x=\"\\\",\";q=0.5 , a/b"), FHB_OK);
    assert_int_equal(a.n, 3);
    assert_int_equal(a.ranges[0].q, 1000);
    assert_int_equal(a.ranges[1].q, 500);

    expect(FHB_R4, "application/fhir+json;profile=\"a,b;c\"", PDF,
           "application/fhir+json");

    /* a quote that does not end hides the rest of its line alone */

    assert_int_equal(parse(&a, "a/b;x=\"y, c/d\ne/f"), FHB_OK);
    assert_int_equal(a.n, 1);
    assert_int_equal(a.ranges[0].range.type.data[0], 'e');
}


static void
lines_are_one_list(void **state)
{
    fhb_accept_t  a;

    (void) state;

    assert_int_equal(parse(&a, "a/b;q=0.1, c/d\n\n , e/f;q=0.5"), FHB_OK);
    assert_int_equal(a.n, 3);
    assert_int_equal(a.present, 1);
    assert_int_equal(a.ranges[0].q, 100);
    assert_int_equal(a.ranges[1].q, 1000);
    assert_int_equal(a.ranges[2].q, 500);

    assert_int_equal(fhb_accept_parse(&a, NULL, 0), FHB_OK);
    assert_int_equal(a.n, 0);
    assert_int_equal(a.present, 0);
}


/* a header that is too long asks for nothing that there is */

static void
refused(fhb_accept_t *a)
{
    fhb_preference_t  pref;
    fhb_choice_t      choice;

    assert_int_equal(a->n, 0);
    assert_int_equal(a->present, 1);

    memset(&pref, 0, sizeof(pref));
    pref.version = FHB_R4;
    pref.accept = a;
    pref.fhir = 1;

    assert_int_equal(fhb_accept_choose(&choice, &pref, NULL),
                     FHB_E_NOT_ACCEPTABLE);
    assert_int_equal(fhb_accept_may_fhir(&pref), 0);
    assert_int_equal(fhb_accept_error_form(&pref), FHB_FORM_JSON);
}


static void
bytes_members_and_lines_are_bounded(void **state)
{
    char          *big;
    size_t         i;
    fhb_str_t      lines[FHB_MAX_RANGES + 1];
    fhb_accept_t   a;

    (void) state;

    big = malloc(100000);
    assert_non_null(big);

    /* bytes, of one line and of two with ", " between them */

    memset(big, ' ', 100000);
    lines[0] = str(big, FHB_MAX_ACCEPT);
    assert_int_equal(fhb_accept_parse(&a, lines, 1), FHB_OK);
    assert_int_equal(a.present, 0);

    lines[0].len++;
    assert_int_equal(fhb_accept_parse(&a, lines, 1), FHB_E_ACCEPT_TOO_LONG);
    refused(&a);

    lines[0].len = 100000;
    assert_int_equal(fhb_accept_parse(&a, lines, 1), FHB_E_ACCEPT_TOO_LONG);
    refused(&a);

    lines[0].len = FHB_MAX_ACCEPT / 2;
    lines[1] = str(big, FHB_MAX_ACCEPT / 2 - 2);
    assert_int_equal(fhb_accept_parse(&a, lines, 2), FHB_OK);

    lines[1].len++;
    assert_int_equal(fhb_accept_parse(&a, lines, 2), FHB_E_ACCEPT_TOO_LONG);
    refused(&a);

    lines[0].len = FHB_MAX_ACCEPT;
    lines[1].len = 0;
    assert_int_equal(fhb_accept_parse(&a, lines, 2), FHB_E_ACCEPT_TOO_LONG);
    refused(&a);

    /* members, be they valid or not */

    for (i = 0; i < 10000; i++) {
        memcpy(big + 4 * i, "a/b,", 4);
    }

    lines[0] = str(big, 4 * FHB_MAX_RANGES);
    assert_int_equal(fhb_accept_parse(&a, lines, 1), FHB_OK);
    assert_int_equal(a.n, FHB_MAX_RANGES);

    lines[0].len += 3;
    assert_int_equal(fhb_accept_parse(&a, lines, 1), FHB_E_ACCEPT_TOO_LONG);
    refused(&a);

    lines[0].len = 4 * 10000;
    assert_int_equal(fhb_accept_parse(&a, lines, 1), FHB_E_ACCEPT_TOO_LONG);
    refused(&a);

    for (i = 0; i < 2 * FHB_MAX_RANGES; i++) {
        big[i] = i % 2 ? ',' : '?';
    }

    lines[0].len = 2 * FHB_MAX_RANGES;
    assert_int_equal(fhb_accept_parse(&a, lines, 1), FHB_OK);
    assert_int_equal(a.n, 0);

    big[2 * FHB_MAX_RANGES] = '?';
    lines[0].len++;
    assert_int_equal(fhb_accept_parse(&a, lines, 1), FHB_E_ACCEPT_TOO_LONG);
    refused(&a);

    /* empty members are free */

    memset(big, ',', FHB_MAX_ACCEPT);
    memcpy(big + FHB_MAX_ACCEPT - 3, "a/b", 3);
    lines[0] = str(big, FHB_MAX_ACCEPT);
    assert_int_equal(fhb_accept_parse(&a, lines, 1), FHB_OK);
    assert_int_equal(a.n, 1);

    /* lines */

    for (i = 0; i <= FHB_MAX_RANGES; i++) {
        lines[i] = S("");
    }

    assert_int_equal(fhb_accept_parse(&a, lines, FHB_MAX_RANGES), FHB_OK);
    assert_int_equal(fhb_accept_parse(&a, lines, FHB_MAX_RANGES + 1),
                     FHB_E_ACCEPT_TOO_LONG);
    refused(&a);

    free(big);
}


/*
 * The worst that fits: a choice among ranges that are all parameters, for a
 * type with as many as it may have.  Bounded work: 4096 bytes at most meet
 * 16 parameters.  The bound on time is loose, for slow machines under ASan.
 */

static void
the_worst_header_is_cheap(void **state)
{
    int               i, round;
    char              accept[FHB_MAX_ACCEPT + 1], type[FHB_MAX_MEDIA + 1];
    size_t            n;
    clock_t           start;
    fhb_preference_t  pref;
    fhb_media_t       stored;
    fhb_accept_t      a;
    fhb_choice_t      choice;

    (void) state;

    n = (size_t) snprintf(type, sizeof(type), "text/html");

    for (i = 0; i < FHB_MAX_PARAMS - 1; i++) {
        n += (size_t) snprintf(type + n, sizeof(type) - n, ";y=2");
    }

    snprintf(type + n, sizeof(type) - n, ";x=1");
    stored = media(type);

    n = (size_t) snprintf(accept, sizeof(accept), "text/html");

    while (n + 4 <= FHB_MAX_ACCEPT) {
        n += (size_t) snprintf(accept + n, sizeof(accept) - n, ";x=1");
    }

    memset(&pref, 0, sizeof(pref));
    pref.version = FHB_R4;
    pref.accept = &a;
    pref.fhir = 1;

    start = clock();

    for (round = 0; round < 100; round++) {
        assert_int_equal(parse(&a, accept), FHB_OK);
        assert_int_equal(fhb_accept_choose(&choice, &pref, &stored), FHB_OK);
        assert_int_equal(choice.form, FHB_FORM_NATIVE);
    }

    assert_true((clock() - start) / CLOCKS_PER_SEC < 5);
}


static void
format(const char *value, fhb_version_t version, fhb_form_t want)
{
    size_t      len;
    guard_t     g;
    fhb_rc_t    rc;
    fhb_form_t  form;

    len = strlen(value);

    rc = fhb_accept_format(&form, str(guard_before(&g, value, len), len),
                           version);
    guard_free(&g);

    if (form != want
        || rc != (want == FHB_FORM_NONE ? FHB_E_FORMAT : FHB_OK))
    {
        fail_msg("_format \"%s\": %d, form %d", value, rc, form);
    }
}


static void
format_takes_the_values_of_the_specification(void **state)
{
    size_t              i;
    fhb_version_t       v;
    static const char  *json[] = {
        "json", "JSON", " json ", "application/json", "application/fhir+json",
        "application/fhir json", "application/json+fhir",
        "application/json fhir", "Application/FHIR+JSON",
        "application/fhir+json;charset=utf-8",
        "application/fhir+json; charset=\"UTF-8\"", "application/json;x=y"
    };
    static const char  *xml[] = {
        "xml", "Xml", "text/xml", "application/xml", "application/fhir+xml",
        "application/fhir xml", "application/xml+fhir",
        "application/xml fhir"
    };
    static const char  *none[] = {
        "ttl", "html", "text/html", "text/turtle", "application/fhir+turtle",
        "application/pdf", "foo", "js", "jsonx", "json;charset=utf-8",
        "application/", "*/*", "application/*", " ", "+", "/", ";",
        "application/fhir  json", "application/fhir+json;charset=latin1",
        "application/fhir+json;fhirVersion=9.9", "application/fhir+json;x",
        "application/fhir+json,application/fhir+xml",
        "application/hl7-v3+xml", "application/vnd.x+json", "json\n"
    };

    (void) state;

    for (v = FHB_DSTU2; v <= FHB_R5; v++) {

        for (i = 0; i < sizeof(json) / sizeof(json[0]); i++) {
            format(json[i], v, FHB_FORM_JSON);
        }

        for (i = 0; i < sizeof(xml) / sizeof(xml[0]); i++) {
            format(xml[i], v, FHB_FORM_XML);
        }

        for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
            format(none[i], v, FHB_FORM_NONE);
        }
    }

    format("application/fhir+json; fhirVersion=4.0", FHB_R4, FHB_FORM_JSON);
    format("application/fhir+json; fhirVersion=4.0", FHB_R5, FHB_FORM_NONE);
}


static void
a_long_format_names_nothing(void **state)
{
    char  text[FHB_MAX_MEDIA + 2];

    (void) state;

    memset(text, 'a', sizeof(text));
    memcpy(text, "application/json;x=", 19);

    text[FHB_MAX_MEDIA] = '\0';
    format(text, FHB_R4, FHB_FORM_JSON);

    text[FHB_MAX_MEDIA] = 'a';
    text[FHB_MAX_MEDIA + 1] = '\0';
    format(text, FHB_R4, FHB_FORM_NONE);
}


static void
an_error_takes_the_form_that_its_client_reads(void **state)
{
    size_t              i;
    fhb_preference_t    pref;
    fhb_accept_t        a;
    static const char  *json[] = {
        "", "*/*", "application/pdf", "application/fhir+json",
        "application/fhir+json, application/fhir+xml",
        "application/fhir+xml, application/fhir+json",
        "application/fhir+xml;q=0.5, application/fhir+json;q=0.6",
        "application/fhir+xml;q=0", "application/xml", "text/xml", "garbage",
        "application/xml+fhir;q=0.9, application/json+fhir"
    };
    static const char   *xml[] = {
        "application/fhir+xml", "application/xml+fhir",
        "application/fhir+xml, */*", "application/fhir+xml;q=0.001",
        "application/fhir+xml;q=0.6, application/fhir+json;q=0.5",
        "application/fhir+xml;fhirVersion=3.0",
        "application/fhir+json;q=0, application/fhir+xml;q=0.1"
    };

    (void) state;

    memset(&pref, 0, sizeof(pref));
    pref.version = FHB_R4;

    assert_int_equal(fhb_accept_error_form(&pref), FHB_FORM_JSON);

    pref.accept = &a;

    for (i = 0; i < sizeof(json) / sizeof(json[0]); i++) {
        assert_int_equal(parse(&a, json[i]), FHB_OK);
        assert_int_equal(fhb_accept_error_form(&pref), FHB_FORM_JSON);
    }

    for (i = 0; i < sizeof(xml) / sizeof(xml[0]); i++) {
        assert_int_equal(parse(&a, xml[i]), FHB_OK);
        assert_int_equal(fhb_accept_error_form(&pref), FHB_FORM_XML);
    }

    /* _format overrides Accept here too */

    pref.format = FHB_FORM_JSON;
    assert_int_equal(fhb_accept_error_form(&pref), FHB_FORM_JSON);

    pref.format = FHB_FORM_XML;
    assert_int_equal(parse(&a, "application/fhir+json"), FHB_OK);
    assert_int_equal(fhb_accept_error_form(&pref), FHB_FORM_XML);
}


static void
a_range_may_pass_where_no_FHIR_form_can_leave(void **state)
{
    size_t              i;
    fhb_preference_t    pref;
    fhb_accept_t        a;
    static const char  *native[] = {
        "", "*/*", "application/pdf", "application/*", "text/html, */*;q=0.1",
        "application/fhir+json;q=0", "application/fhir+json;fhirVersion=1.0",
        "application/json", "garbage"
    };
    static const char  *fhir[] = {
        "application/fhir+json", "*/*, application/xml+fhir;q=0.001",
        "application/pdf, application/fhir+json;q=0.1"
    };

    (void) state;

    memset(&pref, 0, sizeof(pref));
    pref.version = FHB_R4;

    assert_int_equal(fhb_accept_may_fhir(&pref), 0);

    pref.accept = &a;

    for (i = 0; i < sizeof(native) / sizeof(native[0]); i++) {
        assert_int_equal(parse(&a, native[i]), FHB_OK);
        assert_int_equal(fhb_accept_may_fhir(&pref), 0);
    }

    for (i = 0; i < sizeof(fhir) / sizeof(fhir[0]); i++) {
        assert_int_equal(parse(&a, fhir[i]), FHB_OK);
        assert_int_equal(fhb_accept_may_fhir(&pref), 1);
    }

    pref.fhir = 1;

    assert_int_equal(parse(&a, "*/*"), FHB_OK);
    assert_int_equal(fhb_accept_may_fhir(&pref), 1);

    assert_int_equal(parse(&a, "application/*"), FHB_OK);
    assert_int_equal(fhb_accept_may_fhir(&pref), 0);

    pref.accept = NULL;
    assert_int_equal(fhb_accept_may_fhir(&pref), 1);

    pref.fhir = 0;
    pref.format = FHB_FORM_XML;
    assert_int_equal(fhb_accept_may_fhir(&pref), 1);
}


static void
a_zeroed_preference_is_refused(void **state)
{
    fhb_preference_t  pref;
    fhb_choice_t      choice;

    (void) state;

    memset(&pref, 0, sizeof(pref));

    assert_int_equal(fhb_accept_choose(&choice, &pref, NULL),
                     FHB_E_NOT_ACCEPTABLE);
    assert_int_equal(choice.form, FHB_FORM_NONE);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_table_holds_for_R4),
        cmocka_unit_test(the_table_holds_for_DSTU2),
        cmocka_unit_test(the_table_holds_for_STU3_and_R5),
        cmocka_unit_test(the_answer_bears_the_name_that_was_asked_for),
        cmocka_unit_test(fhirVersion_is_echoed_when_it_decided),
        cmocka_unit_test(fhirVersion_is_compared_by_major_and_minor),
        cmocka_unit_test(default_fhir_answers_with_the_versions_own_name),
        cmocka_unit_test(a_generic_name_takes_a_suffix),
        cmocka_unit_test(a_FHIR_name_never_takes_the_stored_bytes),
        cmocka_unit_test(a_parameter_must_be_had),
        cmocka_unit_test(a_type_that_cannot_be_parsed_is_octets),
        cmocka_unit_test(what_another_negotiator_decides_otherwise),
        cmocka_unit_test(a_weight_is_read_in_thousandths),
        cmocka_unit_test(an_invalid_weight_drops_its_member),
        cmocka_unit_test(an_invalid_member_is_dropped),
        cmocka_unit_test(a_NUL_is_an_invalid_byte),
        cmocka_unit_test(a_comma_inside_of_quotes_divides_nothing),
        cmocka_unit_test(lines_are_one_list),
        cmocka_unit_test(bytes_members_and_lines_are_bounded),
        cmocka_unit_test(the_worst_header_is_cheap),
        cmocka_unit_test(format_takes_the_values_of_the_specification),
        cmocka_unit_test(a_long_format_names_nothing),
        cmocka_unit_test(an_error_takes_the_form_that_its_client_reads),
        cmocka_unit_test(a_range_may_pass_where_no_FHIR_form_can_leave),
        cmocka_unit_test(a_zeroed_preference_is_refused)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
