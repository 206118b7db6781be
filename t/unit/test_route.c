/*
 * The path of a request: which interaction with which document it means.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_route.h"
#include "guard.h"


#define ID64  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-."


typedef struct {
    const char        *path;
    fhb_rc_t           rc;
    fhb_route_kind_t   kind;
    const char        *id;
    const char        *vid;
} route_row_t;


static void
assert_str(fhb_str_t s, const char *expected, const char *path)
{
    if (s.len != strlen(expected)
        || (s.len != 0 && memcmp(s.data, expected, s.len) != 0))
    {
        fail_msg("%s: \"%.*s\" is not \"%s\"", path, (int) s.len,
                 (const char *) s.data, expected);
    }
}


static void
check_len(const route_row_t *row, size_t len)
{
    guard_t      g;
    fhb_rc_t     rc;
    fhb_str_t    path;
    fhb_route_t  route;

    memset(&route, 0xa5, sizeof(route));

    path.data = (unsigned char *) guard_before(&g, row->path, len);
    path.len = len;

    rc = fhb_route_parse(&route, path);

    if (rc != row->rc || route.kind != row->kind) {
        fail_msg("%s: rc %d, kind %d", row->path, rc, route.kind);
    }

    assert_str(route.id, row->id ? row->id : "", row->path);
    assert_str(route.vid, row->vid ? row->vid : "", row->path);

    guard_free(&g);
}


static void
check(const route_row_t *rows, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        check_len(&rows[i], strlen(rows[i].path));
    }
}


#define CHECK(rows)  check(rows, sizeof(rows) / sizeof(rows[0]))

#define READ(path, id)                                                       \
    { path, FHB_OK, FHB_ROUTE_READ, id, NULL }
#define NOT_FOUND(path)                                                      \
    { path, FHB_E_NOT_FOUND, FHB_ROUTE_OTHER, NULL, NULL }
#define NOT_SUPPORTED(path)                                                  \
    { path, FHB_E_NOT_SUPPORTED, FHB_ROUTE_OTHER, NULL, NULL }


static void
an_id_of_the_grammar_is_a_read(void **state)
{
    static const route_row_t  rows[] = {
        READ("/Binary/TR-197198634", "TR-197198634"),
        READ("/Binary/XR-197198634", "XR-197198634"),
        READ("/Binary/TR-21961261", "TR-21961261"),
        READ("/Binary/489580643.0.-4.prsnl", "489580643.0.-4.prsnl"),
        READ("/Binary/5BDAC5A796D242FAA4FC038CCD357065.DM"
             ".YNIULMDWZQI6XAIPABIFNDRONA",
             "5BDAC5A796D242FAA4FC038CCD357065.DM.YNIULMDWZQI6XAIPABIFNDRONA"),
        READ("/Binary/" ID64, ID64),
        READ("/Binary/a", "a"),
        READ("/Binary/-", "-"),
        READ("/Binary/-s", "-s"),
        READ("/Binary/...", "..."),
        READ("/Binary/..a", "..a"),
        READ("/Binary/a..", "a.."),
        READ("/Binary/Binary", "Binary"),
        READ("/Binary/0", "0"),
    };

    (void) state;

    CHECK(rows);
}


static void
a_base_that_servers_read_in_several_ways_is_refused(void **state)
{
    static const route_row_t  rows[] = {
        NOT_FOUND("/fhir/..;/other/Binary/1"),
        NOT_FOUND("/fhir/..;x=y/Binary/1"),
        NOT_FOUND("/fhir;jsessionid=1/Binary/1"),
        NOT_FOUND("/fhir/..\\other/Binary/1"),
        NOT_FOUND("/fhir/%2e%2e/other/Binary/1"),
        NOT_FOUND("/fhir/%2F/Binary/1"),
        NOT_FOUND("/fhir?/Binary/1"),
        NOT_FOUND("/fhir#/Binary/1"),
        NOT_FOUND("/fh\nir/Binary/1"),
        NOT_FOUND("/fh\x7fir/Binary/1"),
    };

    (void) state;

    CHECK(rows);
}


static void
any_base_may_stand_before_binary(void **state)
{
    static const route_row_t  rows[] = {
        READ("/fhir/Binary/1", "1"),
        READ("/r4/ec2458f2-1e24-41c8-b71b-0e701af7583d/Binary/XR-1", "XR-1"),
        READ("//Binary/1", "1"),
        READ("/binary/Binary/1", "1"),
        READ("/Binaries/Binary/1", "1"),
        READ("/xBinary/Binary/1", "1"),
        READ("/a b/\xc3\xa9/Binary/1", "1"),
        { "/fhir/Binary/1/_history/2", FHB_OK, FHB_ROUTE_VREAD, "1",
          "2" },
        { "/fhir/Binary/$autogen-ccd-if", FHB_OK, FHB_ROUTE_CCD, NULL,
          NULL },
    };

    (void) state;

    CHECK(rows);
}


static void
what_is_no_id_is_not_found(void **state)
{
    static const route_row_t  rows[] = {
        NOT_FOUND("/Binary/" ID64 "a"),
        NOT_FOUND("/Binary/."),
        NOT_FOUND("/Binary/.."),
        NOT_FOUND("/Binary/a_b"),
        NOT_FOUND("/Binary/a b"),
        NOT_FOUND("/Binary/a/b"),
        NOT_FOUND("/Binary/a;b"),
        NOT_FOUND("/Binary/a%2Fb"),
        NOT_FOUND("/Binary/a?b"),
        NOT_FOUND("/Binary/a\tb"),
        NOT_FOUND("/Binary/a\nb"),
        NOT_FOUND("/Binary/\xc3\xa9"),
        NOT_FOUND("/Binary/a\x80"),
        NOT_FOUND("/Binary/[a]"),
        NOT_FOUND("/Binary/a@b"),
        NOT_FOUND("/Binary/a:b"),
        NOT_FOUND("/Binary/_"),
        NOT_FOUND("/Binary/_x"),
        NOT_FOUND("/Binary/$"),
    };

    (void) state;

    CHECK(rows);
}


static void
a_nul_in_the_path_is_not_found(void **state)
{
    static const route_row_t  id = NOT_FOUND("/Binary/a\0b");
    static const route_row_t  end = NOT_FOUND("/Binary/a\0");

    (void) state;

    check_len(&id, sizeof("/Binary/a\0b") - 1);
    check_len(&end, sizeof("/Binary/a\0") - 1);
}


static void
a_slash_too_many_or_a_segment_too_many_is_not_found(void **state)
{
    static const route_row_t  rows[] = {
        NOT_FOUND("/Binary/"),
        NOT_FOUND("/Binary//"),
        NOT_FOUND("/Binary//123"),
        NOT_FOUND("/Binary/123/"),
        NOT_FOUND("/Binary/123//"),
        NOT_FOUND("/Binary/123/4"),
        NOT_FOUND("/Binary/123/_history/"),
        NOT_FOUND("/Binary/123/_history/1/"),
        NOT_FOUND("/Binary/123/_history/1/2"),
        NOT_FOUND("/Binary/123/_history/1/_history/2"),
        NOT_FOUND("/Binary/123/$validate/"),
        NOT_FOUND("/Binary/123/$validate/1"),
        NOT_FOUND("/Binary/$autogen-ccd-if/"),
        NOT_FOUND("/Binary/$autogen-ccd-if/1"),
        NOT_FOUND("/Binary/$other/1"),
        NOT_FOUND("/Binary/_search/"),
        NOT_FOUND("/Binary/_history/1"),
        NOT_FOUND("/Binary/a_b/_history/1"),
        NOT_FOUND("/Binary/a_b/$validate"),
    };

    (void) state;

    CHECK(rows);
}


static void
another_resource_is_not_found(void **state)
{
    static const route_row_t  rows[] = {
        NOT_FOUND(""),
        NOT_FOUND("/"),
        NOT_FOUND("Binary/1"),
        NOT_FOUND("/metadata"),
        NOT_FOUND("/Patient/1"),
        NOT_FOUND("/binary/1"),
        NOT_FOUND("/BINARY/1"),
        NOT_FOUND("/Binaryx/1"),
        NOT_FOUND("/xBinary/1"),
        NOT_FOUND("/Binar"),
        NOT_FOUND("/Patient/1/DocumentReference"),
    };

    (void) state;

    CHECK(rows);
}


static void
two_segments_binary_are_one_too_many(void **state)
{
    static const route_row_t  rows[] = {
        NOT_FOUND("/Binary/Binary/1"),
        NOT_FOUND("/Binary/1/Binary/2"),
        NOT_FOUND("/fhir/Binary/1/_history/2/Binary/3"),
        NOT_FOUND("/Binary/1/_history/2/Binary/$autogen-ccd-if"),
    };

    (void) state;

    CHECK(rows);
}


static void
a_version_of_a_document_is_a_vread(void **state)
{
    static const route_row_t  rows[] = {
        { "/Binary/123/_history/1", FHB_OK, FHB_ROUTE_VREAD, "123", "1" },
        { "/Binary/a.b/_history/" ID64, FHB_OK, FHB_ROUTE_VREAD, "a.b",
          ID64 },
        NOT_FOUND("/Binary/123/_history/" ID64 "a"),
        NOT_FOUND("/Binary/123/_history/a_b"),
        NOT_FOUND("/Binary/123/_history/."),
        NOT_FOUND("/Binary/123/_history/.."),
        NOT_FOUND("/Binary/123/_History/1"),
        NOT_FOUND("/Binary/123/history/1"),
    };

    (void) state;

    CHECK(rows);
}


static void
the_operation_is_the_ccd(void **state)
{
    static const route_row_t  rows[] = {
        { "/Binary/$autogen-ccd-if", FHB_OK, FHB_ROUTE_CCD, NULL, NULL },
        NOT_SUPPORTED("/Binary/$AUTOGEN-CCD-IF"),
        NOT_SUPPORTED("/Binary/$autogen-ccd-i"),
        NOT_SUPPORTED("/Binary/$autogen-ccd-iff"),
    };

    (void) state;

    CHECK(rows);
}


static void
other_interactions_are_not_supported(void **state)
{
    static const route_row_t  rows[] = {
        NOT_SUPPORTED("/Binary"),
        NOT_SUPPORTED("/fhir/Binary"),
        NOT_SUPPORTED("/Binary/_search"),
        NOT_SUPPORTED("/Binary/_history"),
        NOT_SUPPORTED("/Binary/$other"),
        NOT_SUPPORTED("/Binary/$validate"),
        NOT_SUPPORTED("/Binary/123/_history"),
        NOT_SUPPORTED("/Binary/123/$validate"),
        NOT_SUPPORTED("/Binary/123/$autogen-ccd-if"),
    };

    (void) state;

    CHECK(rows);
}


static void
a_zeroed_route_means_refusal(void **state)
{
    fhb_route_t  route;

    (void) state;

    memset(&route, 0, sizeof(route));
    assert_int_equal(route.kind, FHB_ROUTE_OTHER);
}


static void
the_id_alphabet_has_64_characters(void **state)
{
    int            c, n;
    guard_t        g;
    fhb_str_t      s;
    unsigned char  *p;

    (void) state;

    p = (unsigned char *) guard_before(&g, "ab", 2);
    s.data = p;
    s.len = 2;

    for (c = 0, n = 0; c < 256; c++) {
        p[1] = (unsigned char) c;
        n += fhb_route_id_valid(s) != 0;
    }

    assert_int_equal(n, 64);

    s.len = 0;
    assert_false(fhb_route_id_valid(s));

    guard_free(&g);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_id_of_the_grammar_is_a_read),
        cmocka_unit_test(any_base_may_stand_before_binary),
        cmocka_unit_test(a_base_that_servers_read_in_several_ways_is_refused),
        cmocka_unit_test(what_is_no_id_is_not_found),
        cmocka_unit_test(a_nul_in_the_path_is_not_found),
        cmocka_unit_test(a_slash_too_many_or_a_segment_too_many_is_not_found),
        cmocka_unit_test(another_resource_is_not_found),
        cmocka_unit_test(two_segments_binary_are_one_too_many),
        cmocka_unit_test(a_version_of_a_document_is_a_vread),
        cmocka_unit_test(the_operation_is_the_ccd),
        cmocka_unit_test(other_interactions_are_not_supported),
        cmocka_unit_test(a_zeroed_route_means_refusal),
        cmocka_unit_test(the_id_alphabet_has_64_characters),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
