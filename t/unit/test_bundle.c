/*
 * Bundles that tell whose a document is.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "bundle.h"
#include "guard.h"
#include "oom.h"


#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))

#define ID       "XR-197198634"
#define PATIENT  "12724066"
#define BASE     "https://fhir.example.org/r4/T1"

#define BUNDLE(entries)                                                      \
    "{\"resourceType\":\"Bundle\",\"type\":\"searchset\","                   \
    "\"entry\":[" entries "]}"

#define ENTRY(resource)                                                      \
    "{\"fullUrl\":\"" BASE "/X/1\",\"resource\":" resource                   \
    ",\"search\":{\"mode\":\"match\"}}"

#define DOCUMENT(subject, url)                                               \
    "{\"resourceType\":\"DocumentReference\",\"id\":\"1\","                  \
    "\"status\":\"current\",\"subject\":{\"reference\":\"" subject "\"},"    \
    "\"content\":[{\"attachment\":{\"contentType\":\"application/pdf\","     \
    "\"url\":\"" url "\"}}]}"

#define REPORT(subject, url)                                                 \
    "{\"resourceType\":\"DiagnosticReport\",\"id\":\"2\","                   \
    "\"status\":\"final\",\"subject\":{\"reference\":\"" subject "\"},"      \
    "\"presentedForm\":[{\"contentType\":\"text/html\","                     \
    "\"url\":\"" url "\"}]}"

/* the same with one more member, of the resource, its item, its attachment */

#define MORE(resource, item, attachment)                                     \
    "{\"resourceType\":\"DocumentReference\"," resource "\"subject\":{"      \
    "\"reference\":\"" MINE "\"},\"content\":[{" item "\"attachment\":{"     \
    attachment "\"url\":\"" URL "\"}}]}"

#define MORE_REPORT(resource, attachment)                                    \
    "{\"resourceType\":\"DiagnosticReport\"," resource "\"subject\":{"       \
    "\"reference\":\"" MINE "\"},\"presentedForm\":[{" attachment            \
    "\"url\":\"" URL "\"}]}"

#define MODIFIED                                                             \
    "\"modifierExtension\":[{\"url\":\"https://h/x\",\"valueBoolean\":true}],"

#define PAGE(links, entries)                                                 \
    "{\"resourceType\":\"Bundle\",\"link\":[" links "],\"entry\":[" entries "]}"

#define LINK(relation, url)                                                  \
    "{\"relation\":\"" relation "\",\"url\":\"" url "\"}"

#define NEXT(url)                                                            \
    PAGE(LINK("self", BASE "/X?a=b") "," LINK("next", url),                  \
         ENTRY(DOCUMENT(MINE, "Binary/1")))

#define ASKED  "patient=" PATIENT "&_count=2"

#define MINE  "Patient/" PATIENT
#define URL   BASE "/Binary/" ID


/* the query of the next page, when there is one */

static char       next_query[FHB_MAX_NEXT + 1];
static char       next_again[FHB_MAX_NEXT + 1];
static fhb_str_t  next_page;


static fhb_rc_t
owner_of(const char *id, const char *patient, const char *json, size_t len)
{
    oom_t               oom;
    size_t              i;
    guard_t             g;
    fhb_rc_t            rc;
    fhb_str_t           body;
    fhb_out_t           next, again;
    fhb_alloc_t         alloc;
    fhb_bundle_query_t  query;

    static const size_t     pieces[] = { 1, 7, 4096 };
    static const fhb_str_t  base = fhb_string(BASE);
    static const fhb_str_t  args = fhb_string(ASKED);

    query.id.len = strlen(id);
    query.id.data = (const unsigned char *) id;
    query.patient.len = strlen(patient);
    query.patient.data = (const unsigned char *) patient;
    query.base = base;
    query.args = args;

    body.len = len;
    body.data = (unsigned char *) guard_before(&g, json, len);

    alloc = oom_init(&oom, 0);
    fhb_out_init(&next, (unsigned char *) next_query, sizeof(next_query));

    rc = bundle_owner(&query, &alloc, body, body.len, &next);

    next_page = fhb_out_result(&next);
    assert_int_equal(next_page.len != 0, rc == FHB_AGAIN);

    for (i = 0; i < COUNT(pieces); i++) {
        fhb_out_init(&again, (unsigned char *) next_again, sizeof(next_again));

        assert_int_equal(bundle_owner(&query, &alloc, body, pieces[i], &again),
                         rc);
        assert_int_equal(fhb_out_result(&again).len, next_page.len);
        assert_memory_equal(next_again, next_query, next_page.len);
    }

    assert_int_equal(oom.live, 0);

    guard_free(&g);

    return rc;
}


static void
check(const char *const *rows, size_t n, fhb_rc_t expected)
{
    size_t    i;
    fhb_rc_t  rc;

    for (i = 0; i < n; i++) {
        rc = owner_of(ID, PATIENT, rows[i], strlen(rows[i]));

        if (rc != expected) {
            fail_msg("%d: %s", rc, rows[i]);
        }
    }
}


static void
an_entry_of_the_patient_with_the_document_is_enough(void **state)
{
    static const char *const  rows[] = {
        BUNDLE(ENTRY(DOCUMENT(MINE, URL))),
        BUNDLE(ENTRY(REPORT(MINE, URL))),
        BUNDLE(ENTRY(DOCUMENT(PATIENT, URL))),
        BUNDLE(ENTRY(DOCUMENT(BASE "/" MINE, URL))),
        BUNDLE(ENTRY(DOCUMENT("http://FHIR.example.org:80/r4/T1/" MINE,
                              URL))),
        BUNDLE(ENTRY(DOCUMENT("Patient\\/" PATIENT, URL))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "https:\\/\\/fhir.example.org\\/r4\\/T1"
                                    "\\/Binary\\/" ID))),
        BUNDLE(ENTRY(DOCUMENT("P\\u0061tient/" PATIENT, URL))),

        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "/r4/T1/Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "HTTPS://FHIR.example.org:443/r4/T1/"
                                    "Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/" ID "?x=y"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, URL "?a=Binary/2#Binary/3"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, URL "#page=2"))),

        /* a version is the document, whichever is asked for */

        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/" ID "/_history/1"))),
        BUNDLE(ENTRY(REPORT(MINE, URL "/_history/a.b-c#x"))),

        BUNDLE(ENTRY(DOCUMENT("Patient/1", URL)) ","
               ENTRY(REPORT(MINE, URL))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/1")) ","
               ENTRY("{\"resourceType\":\"OperationOutcome\"}") ","
               "{},[],null,1," ENTRY(DOCUMENT(MINE, URL))),

        BUNDLE(ENTRY("{\"content\":[{},{\"attachment\":{}},"
                     "{\"attachment\":{\"url\":\"Binary/1\"}},"
                     "{\"attachment\":{\"url\":\"Binary/" ID "\"}}],"
                     "\"subject\":{\"reference\":\"" MINE "\"},"
                     "\"resourceType\":\"DocumentReference\"}")),

        "\n{ \"entry\" : [ " ENTRY(DOCUMENT(MINE, URL))
            " ] , \"resourceType\" : \"Bundle\" }\n"
    };

    (void) state;

    check(rows, COUNT(rows), FHB_OK);
}


static void
what_the_query_should_have_kept_out_does_not_count(void **state)
{
    static const char *const  rows[] = {

        /* nothing at all */

        "{\"resourceType\":\"Bundle\"}",
        "{\"resourceType\":\"Bundle\",\"total\":1}",
        BUNDLE(""),
        "{\"resourceType\":\"Bundle\",\"entry\":{}}",
        "{\"resourceType\":\"Bundle\",\"entry\":null}",
        "{\"resourceType\":\"Bundle\",\"entry\":"
            ENTRY(DOCUMENT(MINE, URL)) "}",

        /* another patient */

        BUNDLE(ENTRY(DOCUMENT("Patient/1272406", URL))),
        BUNDLE(ENTRY(DOCUMENT("Patient/127240666", URL))),
        BUNDLE(ENTRY(DOCUMENT("Patient/" PATIENT "/_history/1", URL))),
        BUNDLE(ENTRY(DOCUMENT("Practitioner/" PATIENT, URL))),
        BUNDLE(ENTRY(DOCUMENT("Group/" PATIENT, URL))),
        BUNDLE(ENTRY(DOCUMENT("patient/" PATIENT, URL))),
        BUNDLE(ENTRY(DOCUMENT("https://evil.org/" MINE, URL))),
        BUNDLE(ENTRY(DOCUMENT("#" PATIENT, URL))),
        BUNDLE(ENTRY(DOCUMENT("", URL))),

        /* another document */

        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/XR-19719863"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/" ID "4"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/X" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/xr-197198634"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "XBinary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Media/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary//" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/" ID "/"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/1/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/" ID "/_history"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/" ID "/_history/1/2"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/1/_history/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary%2F" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/XR%2D197198634"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/1?x=/Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/1#/Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "?Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/"))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/" ID " "))),
        BUNDLE(ENTRY(DOCUMENT(MINE, ""))),

        /* a document of another server, or of another base */

        BUNDLE(ENTRY(DOCUMENT(MINE, "https://other.example/fhir/Binary/"
                                    ID))),
        BUNDLE(ENTRY(REPORT(MINE, "https://other.example/r4/T1/Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "http://inside:8080/fhir/Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, BASE "X/Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "https://fhir.example.org.evil.org/r4/T1/"
                                    "Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "https://x@fhir.example.org/r4/T1/Binary/"
                                    ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "//fhir.example.org/r4/T1/Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "/dstu2/Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "/Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "./Binary/" ID))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "T1/Binary/" ID))),

        /* the patient in one entry and the document in another one */

        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/1")) ","
               ENTRY(DOCUMENT("Patient/1", URL))),
        BUNDLE(ENTRY(DOCUMENT(MINE, "Binary/1")) ","
               ENTRY(REPORT("Patient/1", URL)))
    };

    (void) state;

    check(rows, COUNT(rows), FHB_E_PATIENT);
}


static void
only_the_two_types_and_their_own_elements_count(void **state)
{
    static const char *const  rows[] = {
        BUNDLE(DOCUMENT(MINE, URL)),
        BUNDLE("{\"resource\":[" DOCUMENT(MINE, URL) "]}"),
        BUNDLE(ENTRY(BUNDLE(ENTRY(DOCUMENT(MINE, URL))))),
        BUNDLE(ENTRY("{\"resourceType\":\"Media\",\"subject\":{"
                     "\"reference\":\"" MINE "\"},\"content\":[{"
                     "\"attachment\":{\"url\":\"" URL "\"}}]}")),
        BUNDLE(ENTRY("{\"subject\":{\"reference\":\"" MINE "\"},"
                     "\"content\":[{\"attachment\":{\"url\":\"" URL
                     "\"}}]}")),
        BUNDLE(ENTRY("{\"resourceType\":\"documentreference\",\"subject\":{"
                     "\"reference\":\"" MINE "\"},\"content\":[{"
                     "\"attachment\":{\"url\":\"" URL "\"}}]}")),

        /* each type with the element of the other one */

        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":{"
                     "\"reference\":\"" MINE "\"},\"presentedForm\":[{"
                     "\"url\":\"" URL "\"}]}")),
        BUNDLE(ENTRY("{\"resourceType\":\"DiagnosticReport\",\"subject\":{"
                     "\"reference\":\"" MINE "\"},\"content\":[{"
                     "\"attachment\":{\"url\":\"" URL "\"}}]}")),

        /* elements that are not what they should be */

        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":"
                     "\"" MINE "\",\"content\":[{\"attachment\":{\"url\":\""
                     URL "\"}}]}")),
        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":[{"
                     "\"reference\":\"" MINE "\"}],\"content\":[{"
                     "\"attachment\":{\"url\":\"" URL "\"}}]}")),
        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":{"
                     "\"reference\":" PATIENT "},\"content\":[{"
                     "\"attachment\":{\"url\":\"" URL "\"}}]}")),
        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":{"
                     "\"reference\":\"" MINE "\"},\"content\":{"
                     "\"attachment\":{\"url\":\"" URL "\"}}}")),
        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":{"
                     "\"reference\":\"" MINE "\"},\"content\":[{"
                     "\"url\":\"" URL "\"}]}")),
        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":{"
                     "\"reference\":\"" MINE "\"},\"content\":[{"
                     "\"attachment\":{\"url\":[\"" URL "\"]}}]}")),

        /* the subject elsewhere */

        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"author\":[{"
                     "\"reference\":\"" MINE "\"}],\"content\":[{"
                     "\"attachment\":{\"url\":\"" URL "\"}}]}")),
        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":{"
                     "\"identifier\":{\"value\":\"" PATIENT "\"},"
                     "\"display\":\"" MINE "\"},\"content\":[{"
                     "\"attachment\":{\"url\":\"" URL "\"}}]}")),
        BUNDLE(ENTRY("{\"resourceType\":\"List\",\"contained\":["
                     DOCUMENT(MINE, URL) "]}"))
    };

    (void) state;

    check(rows, COUNT(rows), FHB_E_PATIENT);
}


static void
what_was_entered_in_error_does_not_count(void **state)
{
    static const char *const  rows[] = {
        BUNDLE(ENTRY(MORE("\"status\":\"entered-in-error\",", "", ""))),
        BUNDLE(ENTRY(MORE_REPORT("\"status\":\"entered-in-error\",", ""))),
        BUNDLE(ENTRY(MORE("\"docStatus\":\"entered-in-error\",", "", ""))),
        BUNDLE(ENTRY(MORE("\"status\":\"current\","
                          "\"docStatus\":\"entered-in-error\",", "", ""))),
        BUNDLE(ENTRY(MORE("\"status\":\"entered-in-error\","
                          "\"docStatus\":\"final\",", "", ""))),
        BUNDLE(ENTRY(MORE("\"status\":\"entered\\u002din-error\",", "", ""))),

        /* the concept of DSTU2 */

        BUNDLE(ENTRY(MORE("\"docStatus\":{\"coding\":[{\"code\":"
                          "\"entered-in-error\"}]},", "", ""))),
        BUNDLE(ENTRY(MORE("\"docStatus\":{\"coding\":[{\"code\":\"final\"},"
                          "{\"system\":\"http://hl7.org/fhir/composition-"
                          "status\",\"code\":\"entered-in-error\"}]},", "",
                          ""))),

        /* a status that cannot be read */

        BUNDLE(ENTRY(MORE("\"status\":[\"entered-in-error\"],", "", ""))),
        BUNDLE(ENTRY(MORE("\"status\":null,", "", ""))),
        BUNDLE(ENTRY(MORE("\"status\":1,", "", ""))),
        BUNDLE(ENTRY(MORE("\"docStatus\":[\"entered-in-error\"],", "", ""))),
        BUNDLE(ENTRY(MORE("\"docStatus\":true,", "", "")))
    };
    static const char *const  fine[] = {
        BUNDLE(ENTRY(MORE("", "", ""))),
        BUNDLE(ENTRY(MORE_REPORT("", ""))),
        BUNDLE(ENTRY(MORE("\"status\":\"superseded\","
                          "\"docStatus\":\"preliminary\",", "", ""))),
        BUNDLE(ENTRY(MORE("\"docStatus\":{\"coding\":[{\"code\":\"final\"},"
                          "{}]},", "", ""))),
        BUNDLE(ENTRY(MORE("\"docStatus\":{\"text\":\"final\"},", "", ""))),
        BUNDLE(ENTRY(MORE("\"description\":\"entered-in-error\",", "", ""))),
        BUNDLE(ENTRY(MORE("\"status\":\"entered-in-error\",", "", "")) ","
               ENTRY(MORE_REPORT("", "")))
    };

    (void) state;

    check(rows, COUNT(rows), FHB_E_PATIENT);
    check(fine, COUNT(fine), FHB_OK);
}


static void
what_an_extension_may_have_changed_does_not_count(void **state)
{
    static const char *const  rows[] = {
        BUNDLE(ENTRY(MORE(MODIFIED, "", ""))),
        BUNDLE(ENTRY(MORE("", MODIFIED, ""))),
        BUNDLE(ENTRY(MORE("", "", MODIFIED))),
        BUNDLE(ENTRY(MORE_REPORT(MODIFIED, ""))),
        BUNDLE(ENTRY(MORE_REPORT("", MODIFIED))),
        BUNDLE("{" MODIFIED "\"resource\":" MORE("", "", "") "}"),
        "{" MODIFIED "\"resourceType\":\"Bundle\",\"entry\":["
            ENTRY(MORE("", "", "")) "]}",
        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":{"
                     MODIFIED "\"reference\":\"" MINE "\"},\"content\":[{"
                     "\"attachment\":{\"url\":\"" URL "\"}}]}")),

        /* of whatever shape */

        BUNDLE(ENTRY(MORE("\"modifierExtension\":[],", "", ""))),
        BUNDLE(ENTRY(MORE("\"modifierExtension\":null,", "", ""))),
        BUNDLE(ENTRY(MORE("", "\"modifierExtension\":{},", ""))),
        BUNDLE(ENTRY(MORE("", "", "\"modifierExtension\":false,")))
    };
    static const char *const  fine[] = {
        BUNDLE(ENTRY(MORE("\"extension\":[{\"url\":\"https://h/x\"}],", "",
                          ""))),

        /* on another element of the same resource, or another entry */

        BUNDLE(ENTRY(MORE("\"context\":{" MODIFIED "\"id\":\"1\"},", "", ""))),
        BUNDLE(ENTRY(MORE("\"contained\":[{" MODIFIED "\"id\":\"1\"}],", "",
                          ""))),
        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":{"
                     "\"reference\":\"" MINE "\"},\"content\":[{" MODIFIED
                     "\"attachment\":{\"url\":\"" URL "\"}},{"
                     "\"attachment\":{\"url\":\"" URL "\"}}]}")),
        BUNDLE(ENTRY(MORE(MODIFIED, "", "")) "," ENTRY(MORE("", "", "")))
    };

    (void) state;

    check(rows, COUNT(rows), FHB_E_PATIENT);
    check(fine, COUNT(fine), FHB_OK);
}


static void
anything_but_a_bundle_is_no_answer(void **state)
{
    static const char *const  rows[] = {
        "",
        " ",
        "{}",
        "[]",
        "null",
        "\"Bundle\"",
        "<Bundle xmlns=\"http://hl7.org/fhir\"/>",
        "<html></html>",
        "{\"resourceType\":\"bundle\"}",
        "{\"resourceType\":[\"Bundle\"]}",
        "{\"resourceType\":\"OperationOutcome\"}",
        "{\"resourceType\":\"OperationOutcome\",\"entry\":["
            ENTRY(DOCUMENT(MINE, URL)) "]}",
        DOCUMENT(MINE, URL),
        "[" BUNDLE(ENTRY(DOCUMENT(MINE, URL))) "]",
        BUNDLE(ENTRY(DOCUMENT(MINE, URL))) "x",
        BUNDLE(ENTRY(DOCUMENT(MINE, URL))) "{}",
        BUNDLE(ENTRY(DOCUMENT(MINE, URL))) "\"",
        BUNDLE(ENTRY(DOCUMENT(MINE, URL))) "\"x",
        BUNDLE(ENTRY(DOCUMENT(MINE, URL))) " \"x\\",
        BUNDLE(ENTRY(DOCUMENT(MINE, URL))) "\xc3",
        BUNDLE(ENTRY(DOCUMENT(MINE, URL)) ","),
        "{\"resourceType\":\"Bundle\",\"resourceType\":\"Bundle\",\"entry\":["
            ENTRY(DOCUMENT(MINE, URL)) "]}",
        BUNDLE(ENTRY("{\"resourceType\":\"DocumentReference\",\"subject\":{"
                     "\"reference\":\"Patient/1\",\"reference\":\"" MINE
                     "\"},\"content\":[{\"attachment\":{\"url\":\"" URL
                     "\"}}]}"))
    };

    (void) state;

    check(rows, COUNT(rows), FHB_E_PATIENT_UNAVAILABLE);
}


static void
a_bundle_that_is_cut_is_no_answer(void **state)
{
    size_t  n;

    static const char  json[] = BUNDLE(ENTRY(DOCUMENT(MINE, URL)));

    (void) state;

    for (n = 0; n < sizeof(json) - 1; n++) {
        assert_int_equal(owner_of(ID, PATIENT, json, n),
                         FHB_E_PATIENT_UNAVAILABLE);
    }

    assert_int_equal(owner_of(ID, PATIENT, json, n), FHB_OK);
}


static void
a_token_that_names_no_patient_owns_nothing(void **state)
{
    size_t              i;
    oom_t               oom;
    fhb_out_t           next;
    fhb_alloc_t         alloc;
    fhb_bundle_query_t  query;

    static const char       json[] = BUNDLE(ENTRY(DOCUMENT("", "")));
    static const fhb_str_t  body = fhb_string(
                                BUNDLE(ENTRY(DOCUMENT("Patient/", URL))));
    static const char *const  patients[] = {
        "", "Patient/", "Practitioner/1", "a_b", "Patient/1,Patient/2", "#"
    };

    (void) state;

    for (i = 0; i < COUNT(patients); i++) {
        assert_int_equal(owner_of(ID, patients[i], json, sizeof(json) - 1),
                         FHB_E_PATIENT_MISSING);
    }

    memset(&query, 0, sizeof(query));
    alloc = oom_init(&oom, 0);
    fhb_out_init(&next, NULL, 0);

    assert_int_equal(bundle_owner(&query, &alloc, body, body.len, &next),
                     FHB_E_PATIENT_MISSING);
}


static void
an_id_that_is_none_is_in_no_bundle(void **state)
{
    size_t  i;

    static const char *const  ids[] = { "", ".", "..", "a_b", "a/Binary/b" };

    static const char  json[] = BUNDLE(
        ENTRY(DOCUMENT(MINE, "Binary/")) ","
        ENTRY(DOCUMENT(MINE, "Binary/.")) ","
        ENTRY(DOCUMENT(MINE, "Binary/..")) ","
        ENTRY(DOCUMENT(MINE, "Binary/a_b")) ","
        ENTRY(DOCUMENT(MINE, "Binary/a/Binary/b")));

    (void) state;

    for (i = 0; i < COUNT(ids); i++) {
        assert_int_equal(owner_of(ids[i], PATIENT, json, sizeof(json) - 1),
                         FHB_E_PATIENT);
    }
}


static void
a_patient_may_be_any_reference(void **state)
{
    static const char  json[] = BUNDLE(ENTRY(DOCUMENT(MINE, URL)));

    (void) state;

    assert_int_equal(owner_of(ID, MINE, json, sizeof(json) - 1), FHB_OK);
    assert_int_equal(owner_of(ID, BASE "/" MINE, json, sizeof(json) - 1),
                     FHB_OK);
}


/* pads a Bundle that is good with blanks */

static void
a_bundle_has_a_longest_length(void **state)
{
    char  *json;

    static const char  good[] = BUNDLE(ENTRY(DOCUMENT(MINE, URL)));

    (void) state;

    json = malloc(FHB_MAX_BUNDLE + 1);
    assert_non_null(json);

    memset(json, ' ', FHB_MAX_BUNDLE + 1);
    memcpy(json, good, sizeof(good) - 1);

    assert_int_equal(owner_of(ID, PATIENT, json, FHB_MAX_BUNDLE), FHB_OK);
    assert_int_equal(owner_of(ID, PATIENT, json, FHB_MAX_BUNDLE + 1),
                     FHB_E_PATIENT_UNAVAILABLE);

    free(json);
}


/* a Bundle with a string of n times c in the place of the "#" */

static fhb_rc_t
with_string(const char *json, char c, size_t n)
{
    char      *buf, *p;
    size_t     head;
    fhb_rc_t   rc;

    head = (size_t) (strchr(json, '#') - json);
    buf = malloc(strlen(json) + n);
    assert_non_null(buf);

    memcpy(buf, json, head);
    memset(buf + head, c, n);
    p = buf + head + n;
    strcpy(p, json + head + 1);

    rc = owner_of(ID, PATIENT, buf, strlen(buf));

    free(buf);

    return rc;
}


static void
a_string_beyond_its_bound_says_nothing(void **state)
{
    size_t  i;

    static const struct {
        const char  *json;
        fhb_rc_t     shorter;           /* FHB_MAX_BUNDLE_STRING of them */
        fhb_rc_t     longer;            /* and one more */
    } rows[] = {
        { BUNDLE(ENTRY(MORE("", "", "\"data\":\"#\","))), FHB_OK, FHB_OK },
        { BUNDLE(ENTRY(MORE("\"status\":\"#\",", "", ""))), FHB_OK,
          FHB_E_PATIENT },
        { BUNDLE(ENTRY(MORE("\"#\":1,", "", ""))), FHB_OK,
          FHB_E_PATIENT_UNAVAILABLE },
        { BUNDLE(ENTRY(MORE("\"x\":1#,", "", ""))), FHB_OK,
          FHB_E_PATIENT_UNAVAILABLE },
        { BUNDLE(ENTRY(DOCUMENT("x#", URL))), FHB_E_PATIENT, FHB_E_PATIENT },
        { BUNDLE(ENTRY(DOCUMENT(MINE, "x#"))), FHB_E_PATIENT, FHB_E_PATIENT },
        { NEXT("#?page=2"), FHB_AGAIN, FHB_E_PATIENT_UNAVAILABLE },
        { NEXT("?page=#"), FHB_E_PATIENT_UNAVAILABLE,
          FHB_E_PATIENT_UNAVAILABLE }
    };

    (void) state;

    for (i = 0; i < COUNT(rows); i++) {
        assert_int_equal(with_string(rows[i].json, '1',
                                     FHB_MAX_BUNDLE_STRING - 8),
                         rows[i].shorter);
        assert_int_equal(with_string(rows[i].json, '1',
                                     FHB_MAX_BUNDLE_STRING + 1),
                         rows[i].longer);
        assert_int_equal(with_string(rows[i].json, '1',
                                     40 * FHB_MAX_BUNDLE_STRING),
                         rows[i].longer);
    }
}


static void
a_page_of_a_hundred_entries_is_read(void **state)
{
    size_t  i, len;
    char   *json;

    static const char  head[] = "{\"resourceType\":\"Bundle\",\"entry\":[";
    static const char  other[] = ENTRY(DOCUMENT("Patient/1", "Binary/1")) ",";
    static const char  mine[] = ENTRY(DOCUMENT(MINE, URL)) "]}";

    (void) state;

    json = malloc(100 * sizeof(other));
    assert_non_null(json);

    len = sizeof(head) - 1;
    memcpy(json, head, len);

    for (i = 0; i < 99; i++) {
        memcpy(json + len, other, sizeof(other) - 1);
        len += sizeof(other) - 1;
    }

    memcpy(json + len, mine, sizeof(mine) - 1);
    len += sizeof(mine) - 1;

    assert_int_equal(owner_of(ID, PATIENT, json, len), FHB_OK);

    free(json);
}


static void
a_page_without_evidence_leads_to_the_next_one(void **state)
{
    size_t  i;

    static const struct {
        const char  *json;
        const char  *query;
    } rows[] = {
        { NEXT(BASE "/DocumentReference?patient=" PATIENT "&page=2"),
          "patient=" PATIENT "&page=2" },
        { NEXT(BASE "?_getpages=f0-12&_getpagesoffset=20&_count=20"),
          "_getpages=f0-12&_getpagesoffset=20&_count=20" },
        { NEXT("?page=2"), "page=2" },
        { NEXT("DocumentReference?page=2"), "page=2" },
        { NEXT("https://other.example/x?page=2"), "page=2" },
        { NEXT("//other.example/x?page=2"), "page=2" },
        { NEXT("x?page=2#page=3?page=4"), "page=2" },
        { NEXT("x?page=2?page=3"), "page=2?page=3" },
        { NEXT("x?page\\u003d2"), "page=2" },
        { NEXT("x?ct=W3siG9r%3D%0A/:@|,;!$'()*~[]{}^`\\\\\\\"<>&%"),
          "ct=W3siG9r%3D%0A/:@|,;!$'()*~[]{}^`\\\"<>&%" },
        { NEXT("x?" ASKED "&"), ASKED "&" },

        /* wherever the link is, whatever stands beside it */

        { PAGE(LINK("next", "x?p=1") "," LINK("next", "x?p=2"), ""), "p=1" },
        { PAGE("{},[],null,1," LINK("first", "x?p=1") ","
               LINK("next", "x?p=2"), ""), "p=2" },
        { "{\"entry\":[],\"link\":[" LINK("next", "x?p=2") "],"
          "\"resourceType\":\"Bundle\"}", "p=2" },
        { "{\"link\":[" LINK("next", "x?p=2") "],"
          "\"resourceType\":\"Bundle\"}", "p=2" },
        { PAGE(LINK("next", "x?p=2"), ENTRY(DOCUMENT("Patient/1", URL))),
          "p=2" },
        { PAGE(LINK("next", "x?p=2"),
               ENTRY(MORE("\"docStatus\":\"entered-in-error\",", "", ""))),
          "p=2" }
    };

    (void) state;

    for (i = 0; i < COUNT(rows); i++) {
        assert_int_equal(owner_of(ID, PATIENT, rows[i].json,
                                  strlen(rows[i].json)), FHB_AGAIN);
        assert_int_equal(next_page.len, strlen(rows[i].query));
        assert_memory_equal(next_page.data, rows[i].query, next_page.len);
    }
}


static void
evidence_ends_the_search(void **state)
{
    static const char *const  rows[] = {
        PAGE(LINK("next", "x?p=2"), ENTRY(DOCUMENT(MINE, URL))),
        PAGE(LINK("next", "x"), ENTRY(REPORT(MINE, URL))),
        PAGE(LINK("next", "x?\\n"), ENTRY(REPORT(MINE, URL)))
    };

    (void) state;

    check(rows, COUNT(rows), FHB_OK);
}


static void
a_page_that_leads_nowhere_ends_the_search(void **state)
{
    static const char *const  rows[] = {
        PAGE("", ""),
        PAGE(LINK("self", "x?p=2"), ""),
        PAGE(LINK("previous", "x?p=2") "," LINK("last", "x?p=2"), ""),
        PAGE(LINK("Next", "x?p=2"), ""),
        PAGE("{\"url\":\"x?p=2\"}", ""),
        PAGE("{\"relation\":[\"next\"],\"url\":\"x?p=2\"}", ""),
        "{\"resourceType\":\"Bundle\",\"link\":" LINK("next", "x?p=2") "}",
        BUNDLE("{\"link\":[" LINK("next", "x?p=2") "]}"),
        BUNDLE(ENTRY(PAGE(LINK("next", "x?p=2"), ""))),

        /* no query */

        NEXT(""),
        NEXT("?"),
        NEXT(BASE "/DocumentReference/page/2"),
        NEXT(BASE "/DocumentReference?"),
        NEXT(BASE "/DocumentReference#?page=2"),
        NEXT(BASE "/DocumentReference?#page=2"),
        PAGE("{\"relation\":\"next\"}", ""),
        PAGE("{\"relation\":\"next\",\"url\":[\"x?p=2\"]}", ""),
        PAGE("{\"relation\":\"next\",\"url\":null}", ""),

        /* what was asked just now */

        NEXT("x?" ASKED),
        NEXT(BASE "/DocumentReference?" ASKED "#x")
    };

    (void) state;

    check(rows, COUNT(rows), FHB_E_PATIENT);
}


static void
a_page_that_cannot_be_asked_for_is_no_answer(void **state)
{
    static const char *const  rows[] = {
        NEXT("x?page=2\\r\\nX: y"),
        NEXT("x?page=2 HTTP/1.1"),
        NEXT("x? "),
        NEXT("x?page=2\\n"),
        NEXT("x?page=2\\t"),
        NEXT("x?\\u0000"),
        NEXT("x?page=2\\u0000"),
        NEXT("x?page=2\\u001f"),
        NEXT("x?page=2\\u007f"),
        NEXT("x?page=2\\u0080"),
        NEXT("x?name=\xc3\xa9"),
        NEXT("x?name=\\ud83d\\ude00")
    };

    (void) state;

    check(rows, COUNT(rows), FHB_E_PATIENT_UNAVAILABLE);
}


static void
the_query_of_a_page_has_a_longest_length(void **state)
{
    size_t  n;
    char   *json, *p;

    static const char  head[] = "{\"resourceType\":\"Bundle\",\"link\":["
                                "{\"relation\":\"next\",\"url\":\"x?";
    static const char  tail[] = "\"}]}";

    (void) state;

    json = malloc(sizeof(head) + FHB_MAX_NEXT + sizeof(tail));
    assert_non_null(json);

    for (n = FHB_MAX_NEXT; n <= FHB_MAX_NEXT + 1; n++) {
        p = json;
        memcpy(p, head, sizeof(head) - 1);
        p += sizeof(head) - 1;
        memset(p, 'a', n);
        p += n;
        memcpy(p, tail, sizeof(tail) - 1);
        p += sizeof(tail) - 1;

        assert_int_equal(owner_of(ID, PATIENT, json, (size_t) (p - json)),
                         n > FHB_MAX_NEXT ? FHB_E_PATIENT_UNAVAILABLE
                                          : FHB_AGAIN);
    }

    free(json);
}


/* fails each allocation in turn, with room for the next query or with none */

static void
check_memory(fhb_str_t body, fhb_rc_t expected, size_t room)
{
    oom_t               oom;
    unsigned            n;
    fhb_rc_t            rc;
    fhb_out_t           next;
    fhb_alloc_t         alloc;
    fhb_bundle_query_t  query;

    static const fhb_str_t  id = fhb_string(ID);
    static const fhb_str_t  patient = fhb_string(PATIENT);
    static const fhb_str_t  base = fhb_string(BASE);

    memset(&query, 0, sizeof(query));
    query.id = id;
    query.patient = patient;
    query.base = base;

    for (n = 1; /* void */ ; n++) {
        alloc = oom_init(&oom, n);
        fhb_out_init(&next, (unsigned char *) next_query, room);

        rc = bundle_owner(&query, &alloc, body, 16, &next);

        assert_int_equal(oom.live, 0);

        if (!oom.failed) {
            break;
        }

        assert_int_equal(rc, FHB_E_NOMEM);
        assert_int_equal(fhb_out_result(&next).len, 0);
    }

    assert_true(n > 1);
    assert_int_equal(rc, expected);
}


static void
without_memory_nothing_is_granted(void **state)
{
    static const fhb_str_t  mine = fhb_string(
                                    BUNDLE(ENTRY(DOCUMENT(MINE, URL))));
    static const fhb_str_t  page = fhb_string(NEXT("x?page=2"));

    (void) state;

    check_memory(mine, FHB_OK, sizeof(next_query));
    check_memory(mine, FHB_OK, 0);
    check_memory(page, FHB_AGAIN, sizeof(next_query));
    check_memory(page, FHB_AGAIN, 6);
    check_memory(page, FHB_E_PATIENT_UNAVAILABLE, 5);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_entry_of_the_patient_with_the_document_is_enough),
        cmocka_unit_test(what_the_query_should_have_kept_out_does_not_count),
        cmocka_unit_test(only_the_two_types_and_their_own_elements_count),
        cmocka_unit_test(what_was_entered_in_error_does_not_count),
        cmocka_unit_test(what_an_extension_may_have_changed_does_not_count),
        cmocka_unit_test(anything_but_a_bundle_is_no_answer),
        cmocka_unit_test(a_bundle_that_is_cut_is_no_answer),
        cmocka_unit_test(a_token_that_names_no_patient_owns_nothing),
        cmocka_unit_test(an_id_that_is_none_is_in_no_bundle),
        cmocka_unit_test(a_patient_may_be_any_reference),
        cmocka_unit_test(a_bundle_has_a_longest_length),
        cmocka_unit_test(a_string_beyond_its_bound_says_nothing),
        cmocka_unit_test(a_page_of_a_hundred_entries_is_read),
        cmocka_unit_test(a_page_without_evidence_leads_to_the_next_one),
        cmocka_unit_test(evidence_ends_the_search),
        cmocka_unit_test(a_page_that_leads_nowhere_ends_the_search),
        cmocka_unit_test(a_page_that_cannot_be_asked_for_is_no_answer),
        cmocka_unit_test(the_query_of_a_page_has_a_longest_length),
        cmocka_unit_test(without_memory_nothing_is_granted),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
