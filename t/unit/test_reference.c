/*
 * References to a resource of this server: the id that they name.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_reference.h"
#include "guard.h"


#define BASE  "https://fhir.example.org/r4/T1"
#define ID64  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-."


typedef struct {
    const char  *s;
    const char  *id;                    /* NULL: refused */
} reference_row_t;


static void
check(const reference_row_t *rows, size_t n, const char *base_url)
{
    size_t     i;
    guard_t    g, h;
    fhb_rc_t   rc;
    fhb_str_t  s, id, base;

    static const fhb_str_t  patient = fhb_string("Patient/");

    base.len = strlen(base_url);
    base.data = (unsigned char *) guard_before(&h, base_url, base.len);

    for (i = 0; i < n; i++) {
        s.len = strlen(rows[i].s);
        s.data = (unsigned char *) guard_before(&g, rows[i].s, s.len);

        rc = fhb_reference_id(&id, s, patient, base);

        if (rc != (rows[i].id ? FHB_OK : FHB_E_PARAM_VALUE)) {
            fail_msg("%s with the base \"%s\": %d", rows[i].s, base_url, rc);
        }

        if (rc == FHB_OK
            && (id.len != strlen(rows[i].id)
                || memcmp(id.data, rows[i].id, id.len) != 0))
        {
            fail_msg("%s: \"%.*s\"", rows[i].s, (int) id.len,
                     (const char *) id.data);
        }

        guard_free(&g);
    }

    guard_free(&h);
}


#define CHECK(rows, base)  check(rows, sizeof(rows) / sizeof(rows[0]), base)


static void
an_id_and_a_type_with_an_id_are_references(void **state)
{
    static const reference_row_t  rows[] = {
        { "12724066", "12724066" },
        { "Patient/12724066", "12724066" },
        { "-s", "-s" },
        { "Patient/-s", "-s" },
        { ID64, ID64 },
        { "Patient/" ID64, ID64 },
        { "Patient", "Patient" },
        { "...", "..." }
    };

    (void) state;

    CHECK(rows, "");
    CHECK(rows, BASE);
}


static void
anything_else_is_refused(void **state)
{
    static const reference_row_t  rows[] = {
        { "", NULL },
        { "Patient/", NULL },
        { "/12724066", NULL },
        { "/Patient/12724066", NULL },
        { "Patient/1/", NULL },
        { "Patient/1/_history/2", NULL },
        { "Patient/1#x", NULL },
        { "1#x", NULL },
        { "#p1", NULL },
        { "Patient/1?x", NULL },
        { "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", NULL },
        { "urn:oid:1.2.3", NULL },
        { "Practitioner/1", NULL },
        { "patient/1", NULL },
        { "PATIENT/1", NULL },
        { "Patient/Patient/1", NULL },
        { "1,2", NULL },
        { "Patient/1,Patient/2", NULL },
        { "1|2", NULL },
        { "$1", NULL },
        { "a_b", NULL },
        { "Patient/a_b", NULL },
        { ID64 "a", NULL },
        { "Patient/" ID64 "a", NULL },
        { ".", NULL },
        { "..", NULL },
        { "../1", NULL },
        { "Patient/..", NULL },
        { "Patient/../1", NULL },
        { " 1", NULL },
        { "1 ", NULL },
        { "1\n", NULL },
        { "\xc3\xa9", NULL },
        { "http://", NULL },
        { "https://", NULL },
        { "https:///Patient/1", NULL }
    };

    (void) state;

    CHECK(rows, "");
    CHECK(rows, BASE);
}


static void
an_absolute_reference_needs_the_own_base(void **state)
{
    static const reference_row_t  rows[] = {
        { BASE "/Patient/12724066", "12724066" },
        { "http://fhir.example.org/r4/T1/Patient/1", "1" },
        { "HTTPS://FHIR.Example.ORG/r4/T1/Patient/1", "1" },
        { "Http://fhir.example.org/r4/T1/Patient/1", "1" },
        { BASE "/Patient/-s", "-s" },
        { "https://fhir.example.org:443/r4/T1/Patient/1", "1" },
        { "http://fhir.example.org:80/r4/T1/Patient/1", "1" },
        { "https://fhir.example.org:/r4/T1/Patient/1", "1" },

        { BASE, NULL },
        { BASE "/", NULL },
        { BASE "/1", NULL },
        { BASE "/Patient", NULL },
        { BASE "/Patient/", NULL },
        { BASE "//Patient/1", NULL },
        { BASE "Patient/1", NULL },
        { BASE "/patient/1", NULL },
        { BASE "/Practitioner/1", NULL },
        { BASE "/Patient/1/_history/2", NULL },
        { BASE "/Patient/1#x", NULL },
        { BASE "/Patient/1?x=1", NULL },
        { BASE "/../T2/Patient/1", NULL },
        { BASE "/https://fhir.example.org/r4/T1/Patient/1", NULL },
        { "https://fhir.example.org/r4/T2/Patient/1", NULL },
        { "https://fhir.example.org/r4/t1/Patient/1", NULL },
        { "https://fhir.example.org/R4/T1/Patient/1", NULL },
        { "https://fhir.example.org/r4/T12/Patient/1", NULL },
        { "https://fhir.example.org/r4/Patient/1", NULL },
        { "https://fhir.example.org/Patient/1", NULL },
        { "https://fhir.example.org:80/r4/T1/Patient/1", NULL },
        { "http://fhir.example.org:443/r4/T1/Patient/1", NULL },
        { "https://fhir.example.org:0443/r4/T1/Patient/1", NULL },
        { "https://fhir.example.org:443:443/r4/T1/Patient/1", NULL },
        { "https://fhir.example.org:8443/r4/T1/Patient/1", NULL },
        { "https://fhir.example.org%2Fr4/T1/Patient/1", NULL },
        { "https://fhir.example.org/r4/T%31/Patient/1", NULL },
        { "https://fhir.example.org/r4/T1/%50atient/1", NULL },
        { "https://fhir.example.org?/r4/T1/Patient/1", NULL },
        { "https://evil.org?https://fhir.example.org/r4/T1/Patient/1", NULL },
        { "https://evil.org#/r4/T1/Patient/1", NULL },
        { "https://fhir.example.org.evil.org/r4/T1/Patient/1", NULL },
        { "https://evil.org/r4/T1/Patient/1", NULL },
        { "https://x@fhir.example.org/r4/T1/Patient/1", NULL },
        { "ftp://fhir.example.org/r4/T1/Patient/1", NULL },
        { "//fhir.example.org/r4/T1/Patient/1", NULL },
        { " " BASE "/Patient/1", NULL }
    };

    (void) state;

    CHECK(rows, BASE);
    CHECK(rows, BASE "/");
    CHECK(rows, BASE "//");
    CHECK(rows, "HTTP://Fhir.Example.Org/r4/T1");
    CHECK(rows, "http://fhir.example.org:80/r4/T1");
    CHECK(rows, "https://fhir.example.org:443/r4/T1");
}


static void
a_base_may_be_a_host_alone(void **state)
{
    static const reference_row_t  rows[] = {
        { "https://h:8080/Patient/1", "1" },
        { "https://h/Patient/1", NULL },
        { "https://h:8080", NULL },
        { "https://h:8080Patient/1", NULL },
        { "https://h:8080/r4/Patient/1", NULL }
    };

    (void) state;

    CHECK(rows, "https://h:8080");
    CHECK(rows, "https://h:8080/");
}


static void
an_address_of_ipv6_is_a_host(void **state)
{
    static const reference_row_t  rows[] = {
        { "https://[2001:db8::80]/r4/Patient/1", "1" },
        { "http://[2001:DB8::80]:80/r4/Patient/1", "1" },
        { "https://[2001:db8::80]:443/r4/Patient/1", "1" },
        { "https://[2001:db8::80]:8443/r4/Patient/1", NULL },
        { "https://[2001:db8::81]/r4/Patient/1", NULL },
        { "https://[2001:db8:/r4/Patient/1", NULL },
        { "https://2001:db8::80/r4/Patient/1", NULL }
    };

    (void) state;

    CHECK(rows, "https://[2001:db8::80]/r4");
}


static void
a_port_is_equal_to_itself_only(void **state)
{
    static const reference_row_t  rows[] = {
        { "https://h:8443/Patient/1", "1" },
        { "http://h:8443/Patient/1", "1" },
        { "https://h:843/Patient/1", NULL },
        { "https://h:84430/Patient/1", NULL },
        { "https://h:443/Patient/1", NULL },
        { "https://h/Patient/1", NULL }
    };

    (void) state;

    CHECK(rows, "https://h:8443");
}


static void
without_a_base_no_absolute_reference_is_accepted(void **state)
{
    size_t  i;

    static const char *const      bases[] = {
        "", "/", "fhir.example.org", "https://", "https:///", "/r4/T1"
    };
    static const reference_row_t  rows[] = {
        { BASE "/Patient/1", NULL },
        { "https://fhir.example.org/Patient/1", NULL },
        { "https:///Patient/1", NULL },
        { "/Patient/1", NULL },
        { "/r4/T1/Patient/1", NULL },
        { "Patient/1", "1" }
    };

    (void) state;

    for (i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        CHECK(rows, bases[i]);
    }
}


static void
a_name_before_the_host_is_refused(void **state)
{
    static const reference_row_t  rows[] = {
        { "https://x@h/r4/Patient/1", NULL },
        { "https://x:y@h/r4/Patient/1", NULL },
        { "https://@h/r4/Patient/1", NULL },
        { "https://h@evil.org/r4/Patient/1", NULL },
        { "https://h:443@evil.org/r4/Patient/1", NULL },
        { "https://h:x@h/r4/Patient/1", NULL },
        { "Patient/1", "1" }
    };

    (void) state;

    CHECK(rows, "https://h/r4");
    CHECK(rows, "https://x@h/r4");
    CHECK(rows, "https://x:y@h/r4");
    CHECK(rows, "https://@h/r4");
    CHECK(rows, "https://h:443@evil.org/r4");
}


/* the same URLs with each base of a list that ends with NULL */

static void
check_binary(const reference_row_t *rows, size_t n, const char *const *bases)
{
    size_t     i;
    guard_t    g, h;
    fhb_rc_t   rc;
    fhb_str_t  url, id, base;

    for ( /* void */ ; *bases != NULL; bases++) {
        base.len = strlen(*bases);
        base.data = (unsigned char *) guard_before(&h, *bases, base.len);

        for (i = 0; i < n; i++) {
            url.len = strlen(rows[i].s);
            url.data = (unsigned char *) guard_before(&g, rows[i].s, url.len);

            rc = fhb_reference_binary(&id, url, base);

            if (rc != (rows[i].id ? FHB_OK : FHB_E_PARAM_VALUE)
                || (rc == FHB_OK
                    && (id.len != strlen(rows[i].id)
                        || memcmp(id.data, rows[i].id, id.len) != 0)))
            {
                fail_msg("%s with the base \"%s\": %d", rows[i].s, *bases,
                         rc);
            }

            guard_free(&g);
        }

        guard_free(&h);
    }
}


#define CHECK_BINARY(rows, ...)                                              \
    check_binary(rows, sizeof(rows) / sizeof(rows[0]),                       \
                 (const char *const[]) { __VA_ARGS__, NULL })


static void
a_relative_url_leads_to_a_document_of_this_server(void **state)
{
    static const reference_row_t  rows[] = {
        { "Binary/D1", "D1" },
        { "Binary/" ID64, ID64 },
        { "Binary/...", "..." },
        { "Binary/Binary", "Binary" },

        /* a version, a query and a fragment */

        { "Binary/D1/_history/3", "D1" },
        { "Binary/D1/_history/" ID64, "D1" },
        { "Binary/D1?x=y", "D1" },
        { "Binary/D1?", "D1" },
        { "Binary/D1#page=2", "D1" },
        { "Binary/D1/_history/3?x=/#y?z", "D1" },
        { "Binary/D1?a=Binary/2#Binary/3", "D1" },

        /* no document, or no id */

        { "", NULL },
        { "D1", NULL },
        { "Binary", NULL },
        { "Binary/", NULL },
        { "Binary/?x", NULL },
        { "Binary//D1", NULL },
        { "Binary/D1/", NULL },
        { "Binary/D1/D2", NULL },
        { "Binary/D1/$meta", NULL },
        { "Binary/" ID64 "a", NULL },
        { "Binary/a_b", NULL },
        { "Binary/D1 ", NULL },
        { "Binary/D1\n", NULL },
        { " Binary/D1", NULL },
        { "Binary/D1;x", NULL },
        { "binary/D1", NULL },
        { "Media/D1", NULL },
        { "XBinary/D1", NULL },
        { "?Binary/D1", NULL },
        { "#Binary/D1", NULL },
        { "?x=/Binary/D1", NULL },
        { "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", NULL },
        { "Binary:Binary/D1", NULL },

        /* no version */

        { "Binary/D1/_history", NULL },
        { "Binary/D1/_history/", NULL },
        { "Binary/D1/_history/3/", NULL },
        { "Binary/D1/_history/3/4", NULL },
        { "Binary/D1/_history/a_b", NULL },
        { "Binary/D1/_history/..", NULL },
        { "Binary/D1/_History/3", NULL },
        { "Binary/D1//_history/3", NULL },
        { "Binary/_history/3", NULL },

        /* what only becomes one when it is resolved or decoded */

        { "./Binary/D1", NULL },
        { "../Binary/D1", NULL },
        { "x/../Binary/D1", NULL },
        { "Binary/./D1", NULL },
        { "Binary/../Binary/D1", NULL },
        { "Binary/.", NULL },
        { "Binary/..", NULL },
        { "Binary%2FD1", NULL },
        { "%42inary/D1", NULL },
        { "Binary/%44%31", NULL },
        { "Binary\\D1", NULL },
        { "x/Binary/D1", NULL },
        { "r4/Binary/D1", NULL }
    };

    (void) state;

    CHECK_BINARY(rows, "", "/r4", "none", BASE, "https://h", "http://h:80/r4");
}


static void
an_absolute_url_leads_there_below_the_own_base(void **state)
{
    static const reference_row_t  rows[] = {
        { "https://ehr.example/r4/Binary/D1", "D1" },
        { "HTTPS://EHR.example/r4/Binary/D1/_history/3?x#y", "D1" },
        { "https://ehr.example:443/r4/Binary/D1", "D1" },
        { "http://ehr.example:80/r4/Binary/D1", "D1" },
        { "/r4/Binary/D1", "D1" },
        { "/r4/Binary/D1/_history/3#x", "D1" },

        /* another server */

        { "https://other.example/fhir/Binary/D1", NULL },
        { "https://other.example/r4/Binary/D1", NULL },
        { "https://ehr.example.evil/r4/Binary/D1", NULL },
        { "https://xehr.example/r4/Binary/D1", NULL },
        { "https://ehr.example:8443/r4/Binary/D1", NULL },
        { "https://ehr.example:80/r4/Binary/D1", NULL },
        { "https://ehr.example@evil.org/r4/Binary/D1", NULL },
        { "https://x@ehr.example/r4/Binary/D1", NULL },
        { "https://evil.org/https://ehr.example/r4/Binary/D1", NULL },
        { "https://evil.org\\@ehr.example/r4/Binary/D1", NULL },
        { "https://ehr.example\\r4/Binary/D1", NULL },
        { "https://ehr.example./r4/Binary/D1", NULL },
        { "https:/ehr.example/r4/Binary/D1", NULL },
        { "https:///r4/Binary/D1", NULL },
        { "ftp://ehr.example/r4/Binary/D1", NULL },
        { "javascript:/r4/Binary/D1", NULL },

        /* another base */

        { "https://ehr.example/Binary/D1", NULL },
        { "https://ehr.example/r4X/Binary/D1", NULL },
        { "https://ehr.example/r/Binary/D1", NULL },
        { "https://ehr.example/R4/Binary/D1", NULL },
        { "https://ehr.example/r4/T1/Binary/D1", NULL },
        { "https://ehr.example/T1/r4/Binary/D1", NULL },
        { "https://ehr.example/r4//Binary/D1", NULL },
        { "https://ehr.example//r4/Binary/D1", NULL },
        { "https://ehr.example/r4Binary/D1", NULL },
        { "https://ehr.example/r4/./Binary/D1", NULL },
        { "https://ehr.example/x/../r4/Binary/D1", NULL },
        { "https://ehr.example/r4/../dstu2/Binary/D1", NULL },
        { "https://ehr.example/%724/Binary/D1", NULL },
        { "https://ehr.example/?/r4/Binary/D1", NULL },
        { "https://ehr.example/r4", NULL },
        { "https://ehr.example/r4/", NULL },
        { "https://ehr.example/r4/D1", NULL },
        { "/dstu2/Binary/D1", NULL },
        { "/Binary/D1", NULL },
        { "/r4X/Binary/D1", NULL },
        { "/r4//Binary/D1", NULL },
        { "/r4/../dstu2/Binary/D1", NULL },
        { "/./r4/Binary/D1", NULL },
        { "/r4", NULL },

        /* without a scheme */

        { "//ehr.example/r4/Binary/D1", NULL },
        { "//other.example/r4/Binary/D1", NULL },
        { "//r4/Binary/D1", NULL },
        { "///r4/Binary/D1", NULL },
        { "ehr.example/r4/Binary/D1", NULL },
        { "\\\\other.example/r4/Binary/D1", NULL }
    };

    (void) state;

    CHECK_BINARY(rows, "https://ehr.example/r4", "https://ehr.example/r4/",
                 "https://ehr.example/r4//", "HTTP://EHR.example:80/r4",
                 "https://Ehr.Example:443/r4");
}


static void
a_base_without_a_path_is_a_base(void **state)
{
    static const reference_row_t  rows[] = {
        { "Binary/D1", "D1" },
        { "/Binary/D1", "D1" },
        { "https://h/Binary/D1", "D1" },
        { "//Binary/D1", NULL },
        { "//h/Binary/D1", NULL },
        { "//other/Binary/D1", NULL },
        { "/r4/Binary/D1", NULL },
        { "https://h//Binary/D1", NULL },
        { "https://hBinary/D1", NULL },
        { "https://h/r4/Binary/D1", NULL }
    };
    static const reference_row_t  odd[] = {
        { "https://h//other/Binary/D1", "D1" },
        { "//other/Binary/D1", NULL }
    };

    (void) state;

    CHECK_BINARY(rows, "https://h", "https://h/", "http://H:80//");
    CHECK_BINARY(odd, "https://h//other");
}


static void
without_a_base_only_a_relative_url_leads_there(void **state)
{
    static const reference_row_t  rows[] = {
        { "Binary/D1", "D1" },
        { "/Binary/D1", NULL },
        { "/r4/Binary/D1", NULL },
        { "//h/Binary/D1", NULL },
        { "https://h/Binary/D1", NULL },
        { "https://h/r4/Binary/D1", NULL },
        { "http://inside:8080/fhir/Binary/D1", NULL }
    };

    (void) state;

    CHECK_BINARY(rows, "", "/", "/r4", "h", "h/r4", "https://", "https:///",
                 "//h/r4", "ftp://h/r4", "https://x@h/r4", "https://@h");
}


static fhb_rc_t
owner(const char *owner, const char *patient, const char *base_url)
{
    guard_t    g, h;
    fhb_rc_t   rc;
    fhb_str_t  s, p, base;

    s.len = strlen(owner);
    s.data = (unsigned char *) guard_before(&g, owner, s.len);

    p.len = strlen(patient);
    p.data = (unsigned char *) guard_before(&h, patient, p.len);

    base.len = strlen(base_url);
    base.data = (const unsigned char *) base_url;

    rc = fhb_reference_owner(s, p, base);

    guard_free(&g);
    guard_free(&h);

    return rc;
}


static void
owners_are_compared_by_their_ids_in_whole(void **state)
{
    (void) state;

    assert_int_equal(owner("123", "123", ""), FHB_OK);
    assert_int_equal(owner("Patient/123", "123", ""), FHB_OK);
    assert_int_equal(owner("123", "Patient/123", ""), FHB_OK);
    assert_int_equal(owner(BASE "/Patient/123", "123", BASE), FHB_OK);
    assert_int_equal(owner("Patient/123", BASE "/Patient/123", BASE), FHB_OK);

    assert_int_equal(owner("12", "123", ""), FHB_E_PATIENT);
    assert_int_equal(owner("123", "12", ""), FHB_E_PATIENT);
    assert_int_equal(owner("Patient/1234", "123", ""), FHB_E_PATIENT);
    assert_int_equal(owner("Patient/123", "0123", ""), FHB_E_PATIENT);
    assert_int_equal(owner("Patient/abc", "ABC", ""), FHB_E_PATIENT);
    assert_int_equal(owner("Practitioner/123", "123", ""), FHB_E_PATIENT);
    assert_int_equal(owner("Patient/123/_history/1", "123", ""),
                     FHB_E_PATIENT);
    assert_int_equal(owner("", "123", ""), FHB_E_PATIENT);
    assert_int_equal(owner("Patient/", "123", ""), FHB_E_PATIENT);
    assert_int_equal(owner("https://evil.org/Patient/123", "123", BASE),
                     FHB_E_PATIENT);
    assert_int_equal(owner(BASE "/Patient/123", "123", ""), FHB_E_PATIENT);
}


static void
a_token_without_a_patient_owns_nothing(void **state)
{
    fhb_str_t  none = fhb_null_string;

    (void) state;

    assert_int_equal(owner("123", "", ""), FHB_E_PATIENT_MISSING);
    assert_int_equal(owner("", "", ""), FHB_E_PATIENT_MISSING);
    assert_int_equal(owner("Patient/", "Patient/", ""),
                     FHB_E_PATIENT_MISSING);
    assert_int_equal(owner("a_b", "a_b", ""), FHB_E_PATIENT_MISSING);
    assert_int_equal(owner("123", "Practitioner/123", ""),
                     FHB_E_PATIENT_MISSING);
    assert_int_equal(fhb_reference_owner(none, none, none),
                     FHB_E_PATIENT_MISSING);
}


static void
an_empty_id_is_the_same_as_nothing(void **state)
{
    fhb_str_t  none = fhb_null_string;
    fhb_str_t  a = fhb_string("a");
    fhb_str_t  b = fhb_string("b");

    (void) state;

    assert_int_equal(fhb_reference_same(none, none), 0);
    assert_int_equal(fhb_reference_same(a, none), 0);
    assert_int_equal(fhb_reference_same(none, a), 0);
    assert_int_equal(fhb_reference_same(a, b), 0);
    assert_int_not_equal(fhb_reference_same(a, a), 0);
}


static void
another_type_may_be_asked_for(void **state)
{
    fhb_str_t  id;
    fhb_str_t  none = fhb_null_string;

    static const fhb_str_t  encounter = fhb_string("Encounter/");
    static const fhb_str_t  good = fhb_string("Encounter/97697440");
    static const fhb_str_t  bad = fhb_string("Patient/97697440");

    (void) state;

    assert_int_equal(fhb_reference_id(&id, good, encounter, none), FHB_OK);
    assert_int_equal(id.len, 8);
    assert_int_equal(fhb_reference_id(&id, bad, encounter, none),
                     FHB_E_PARAM_VALUE);
    assert_int_equal(fhb_reference_patient(bad, none, &id), FHB_OK);
    assert_int_equal(fhb_reference_patient(good, none, &id),
                     FHB_E_PARAM_VALUE);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_id_and_a_type_with_an_id_are_references),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(an_absolute_reference_needs_the_own_base),
        cmocka_unit_test(a_base_may_be_a_host_alone),
        cmocka_unit_test(an_address_of_ipv6_is_a_host),
        cmocka_unit_test(a_port_is_equal_to_itself_only),
        cmocka_unit_test(without_a_base_no_absolute_reference_is_accepted),
        cmocka_unit_test(a_name_before_the_host_is_refused),
        cmocka_unit_test(a_relative_url_leads_to_a_document_of_this_server),
        cmocka_unit_test(an_absolute_url_leads_there_below_the_own_base),
        cmocka_unit_test(a_base_without_a_path_is_a_base),
        cmocka_unit_test(without_a_base_only_a_relative_url_leads_there),
        cmocka_unit_test(owners_are_compared_by_their_ids_in_whole),
        cmocka_unit_test(a_token_without_a_patient_owns_nothing),
        cmocka_unit_test(an_empty_id_is_the_same_as_nothing),
        cmocka_unit_test(another_type_may_be_asked_for),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
