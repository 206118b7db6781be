/*
 * The grammar of SMART scopes: what one scope of a string grants.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fhb_scope.h"
#include "guard.h"


#define P  FHB_SCOPE_PATIENT
#define U  FHB_SCOPE_USER
#define S  FHB_SCOPE_SYSTEM

#define URI        "http://smarthealthit.org/fhir/scopes/"
#define URI_UPPER  "http://smarthealthit.org/FHIR/scopes/"
#define NAME63     "Abcdefghijklmnopqrstuvwxyzabcdefghijklm"                \
                   "nopqrstuvwxyzabcdefghijk"


/* in which contexts a string lets a type be read */

static unsigned
grants(const char *scope, size_t len, const char *resource)
{
    guard_t      g, h;
    unsigned     set;
    fhb_str_t    s, r;
    fhb_scope_t  one;

    s.len = len;
    s.data = (unsigned char *) guard_before(&g, scope, len);

    r.len = strlen(resource);
    r.data = (unsigned char *) guard_before(&h, resource, r.len);

    set = 0;

    while (fhb_scope_next(&s, &one) == FHB_OK) {
        set |= fhb_scope_covers(&one, r);
    }

    guard_free(&g);
    guard_free(&h);

    return set;
}


static void
check(const char *scope, const char *resource, unsigned expected)
{
    unsigned  set;

    set = grants(scope, strlen(scope), resource);

    if (set != expected) {
        fail_msg("\"%s\" grants %u of %s", scope, set, resource);
    }
}


static void
words_of_version_1_grant_as_they_say(void **state)
{
    (void) state;

    check("user/Binary.read", "Binary", U);
    check("patient/Binary.read", "Binary", P);
    check("system/Binary.read", "Binary", S);
    check("user/Binary.*", "Binary", U);
    check("user/Binary.write", "Binary", 0);
    check("user/Observation.read", "Observation", U);
    check("user/Observation.read", "Binary", 0);
}


/* all 3905 words of up to five of the letters, and what each of them is */

static void
letters_of_version_2_count_only_in_their_order(void **state)
{
    char         word[8], scope[32];
    size_t       len, i;
    unsigned     n, v, total, valid, last, letter, order, read;
    fhb_str_t    rest;
    fhb_scope_t  s;

    (void) state;

    valid = 0;
    total = 1;

    for (len = 1; len <= 5; len++) {
        total *= 5;

        for (n = 0; n < total; n++) {
            v = n;
            last = 0;
            order = 1;
            read = 0;

            for (i = 0; i < len; i++) {
                letter = v % 5 + 1;
                v /= 5;

                word[i] = "cruds"[letter - 1];
                order = order && letter > last;
                read = read || letter == 2;
                last = letter;
            }

            word[len] = '\0';
            valid += order;

            (void) snprintf(scope, sizeof(scope), "user/Binary.%s", word);

            rest.data = (unsigned char *) scope;
            rest.len = strlen(scope);

            assert_int_equal(fhb_scope_next(&rest, &s), FHB_OK);
            assert_int_equal(s.context, order ? U : 0);
            assert_int_equal(s.v2, order);
            assert_int_equal(s.read, order && read);

            check(scope, "Binary", order && read ? U : 0);
        }
    }

    assert_int_equal(valid, 31);
}


static void
any_other_permission_grants_nothing(void **state)
{
    size_t  i;

    static const char *const  scopes[] = {
        "user/Binary.", "user/Binary", "user/Binary.R", "user/Binary.Read",
        "user/Binary.READ", "user/Binary.reads", "user/Binary.rea",
        "user/Binary.read-only", "user/Binary.read.read", "user/Binary.readr",
        "user/Binary.rread", "user/Binary.**", "user/Binary.*read",
        "user/Binary.r*", "user/Binary.rx", "user/Binary.xr",
        "user/Binary.rs,", "user/Binary.read/", "user/Binary..read",
        "user/Binary.read,user/DocumentReference.read", "user/Binary.read;",
        "user/Binary.read\t", "user/Binary.\tread", "user/Binary.read\n",
        "user/Binary.read\"", "\"user/Binary.read\"", "user/Binary.read\\",
        "user/Binary.read\x7f", "user/Binary.read\xc3\xa9",
        "user/Binary.rs?", "user/Binary.rs?_id=1", "user/Binary.r?x",
        "user/Binary.read?_id=1", "user/Binary.*?_id=1", "user/Binary.?_id=1",
        "user/Binary.rs%3F_id=1", "user/Binary.rs#x"
    };

    (void) state;

    for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
        check(scopes[i], "Binary", 0);
    }
}


/* it counts for the context and the spelling of a challenge alone */

static void
a_scope_without_read_is_a_scope(void **state)
{
    size_t       i;
    fhb_str_t    rest;
    fhb_scope_t  s;

    static const struct {
        const char  *scope;
        unsigned     context, v2;
    } rows[] = {
        { "user/Binary.write", U, 0 },
        { "patient/Binary.cud", P, 1 },
        { "system/Binary.s", S, 1 },
        { "user/Binary.rs?_id=1", U, 1 },
        { "user/Binary.writer", 0, 0 },
        { "user/Binary.x", 0, 0 },
        { "user/Binary.", 0, 0 },
        { "user/Binary.rsx", 0, 0 },
        { "user/Binary.read?_id=1", 0, 0 },
        { "launch/patient", 0, 0 },
        { "user", 0, 0 },
        { "user/", 0, 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rest.data = (const unsigned char *) rows[i].scope;
        rest.len = strlen(rows[i].scope);

        assert_int_equal(fhb_scope_next(&rest, &s), FHB_OK);
        assert_int_equal(s.context, rows[i].context);
        assert_int_equal(s.v2, rows[i].v2);
        assert_int_equal(s.read, 0);
        assert_int_equal(fhb_scope_next(&rest, &s), FHB_DONE);
    }
}


static void
any_other_context_or_type_grants_nothing(void **state)
{
    size_t  i;

    static const char *const  scopes[] = {
        "", " ", "Binary.read", "/Binary.read", "User/Binary.read",
        "USER/Binary.read", "users/Binary.read", "use/Binary.read",
        "user/user/Binary.read", "user//Binary.read", "user Binary.read",
        "user/ Binary.read", "user/Binary .read", "xuser/Binary.read",
        "launch/Binary.read", "practitioner/Binary.read", "user/",
        "user/.read", "user/binary.read", "user/BINARY.read",
        "user/BinaryX.read", "user/XBinary.read", "user/Binar.read",
        "user/Binary/1.read", "user/**.read", "user/*Binary.read",
        "user/Binary*.read", "user/.*", "user/*", "user/*.", "*/*.read",
        "*/Binary.read", "user.Binary/read", "openid", "fhirUser", "launch",
        "launch/patient", "offline_access", "__x", "https://a/b.read",
        "/" URI "user/Binary.read",
        "https://smarthealthit.org/fhir/scopes/user/Binary.read",
        "http://smarthealthit.org/Fhir/scopes/user/Binary.read",
        "http://smarthealthit.org/fhir/user/Binary.read",
        "HTTP://smarthealthit.org/fhir/scopes/user/Binary.read",
        URI URI "user/Binary.read", URI URI_UPPER "user/Binary.read", URI
    };

    (void) state;

    for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
        check(scopes[i], "Binary", 0);
    }
}


static void
the_uri_form_is_equal_to_the_plain_one(void **state)
{
    (void) state;

    check(URI "user/Binary.read", "Binary", U);
    check(URI_UPPER "user/Binary.read", "Binary", U);
    check(URI "patient/*.rs " URI_UPPER "system/Binary.r", "Binary", P | S);
    check(URI "user/Binary.read?x=y", "Binary", 0);
}


static void
a_wildcard_is_every_type(void **state)
{
    (void) state;

    check("user/*.read", "Binary", U);
    check("user/*.read", "DocumentReference", U);
    check("user/*.*", "Observation", U);
    check("system/*.cruds", "FutureType", S);
    check("user/*.s", "Binary", 0);
    check("user/*.write", "Binary", 0);
}


static void
a_string_grants_the_union_of_its_scopes(void **state)
{
    (void) state;

    check("patient/Binary.read user/Binary.rs system/Binary.*", "Binary",
          P | U | S);
    check("user/Binary.cud patient/Binary.r", "Binary", P);
    check("openid fhirUser user/Binary.read launch/patient", "Binary", U);
    check("user/Binary.sr user/Binary.read", "Binary", U);
    check("user/Binary.rs?_id=1 user/Binary.r", "Binary", U);
    check("  user/Binary.read   patient/*.r  ", "Binary", U | P);
    check("x\"y user/Binary.read", "Binary", U);
}


static int
valid(const char *name)
{
    fhb_str_t  s;

    s.data = (const unsigned char *) name;
    s.len = strlen(name);

    return fhb_scope_resource_valid(s);
}


static void
a_resource_must_be_the_name_of_a_type(void **state)
{
    (void) state;

    assert_false(valid(""));
    assert_false(valid("*"));
    assert_false(valid("binary"));
    assert_false(valid("Bin-ary"));
    assert_false(valid("@Binary"));
    assert_false(valid("[Binary"));
    assert_true(valid("Account"));
    assert_true(valid("Zz"));
    assert_true(valid(NAME63 "l"));
    assert_false(valid(NAME63 "lm"));

    check("user/Account.read", "Account", U);
    check("user/Zz.read", "Zz", U);
    check("user/" NAME63 "l.read", NAME63 "l", U);
    check("user/" NAME63 "lm.read", NAME63 "lm", 0);
}


static void
bytes_of_nul_end_nothing(void **state)
{
    static const char  inside[] = "user/Binary.read\0";
    static const char  before[] = "x\0 user/Binary.read";

    (void) state;

    assert_int_equal(grants(inside, sizeof(inside) - 1, "Binary"), 0);
    assert_int_equal(grants(before, sizeof(before) - 1, "Binary"), U);
}


static void
a_string_that_is_cut_grants_what_is_whole(void **state)
{
    size_t    n;
    unsigned  expected;

    static const char  scope[] = URI "user/Binary.read patient/Binary.rs";
    const size_t       first = sizeof(URI "user/Binary.read") - 1;

    (void) state;

    for (n = 0; n < sizeof(scope); n++) {

        /* cut behind its first letter, "read" is the "r" of version 2 */

        expected = n >= first || n == first - 3 ? U : 0;

        if (n >= sizeof(scope) - 2) {
            expected |= P;
        }

        assert_int_equal(grants(scope, n, "Binary"), expected);
    }
}


static void
no_string_at_all_grants_nothing(void **state)
{
    fhb_scope_t  s;
    fhb_str_t    none = fhb_null_string;

    (void) state;

    assert_int_equal(fhb_scope_next(&none, &s), FHB_DONE);
    assert_int_equal(s.context, 0);
}


static void
each_context_has_its_name(void **state)
{
    fhb_str_t  s;

    (void) state;

    s = fhb_scope_context_name(P);
    assert_int_equal(s.len, 7);
    assert_memory_equal(s.data, "patient", 7);

    s = fhb_scope_context_name(U);
    assert_int_equal(s.len, 4);
    assert_memory_equal(s.data, "user", 4);

    s = fhb_scope_context_name(S);
    assert_int_equal(s.len, 6);
    assert_memory_equal(s.data, "system", 6);

    assert_int_equal(fhb_scope_context_name(0).len, 0);
    assert_int_equal(fhb_scope_context_name(P | U).len, 0);
    assert_int_equal(fhb_scope_context_name(8).len, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(words_of_version_1_grant_as_they_say),
        cmocka_unit_test(letters_of_version_2_count_only_in_their_order),
        cmocka_unit_test(any_other_permission_grants_nothing),
        cmocka_unit_test(a_scope_without_read_is_a_scope),
        cmocka_unit_test(any_other_context_or_type_grants_nothing),
        cmocka_unit_test(the_uri_form_is_equal_to_the_plain_one),
        cmocka_unit_test(a_wildcard_is_every_type),
        cmocka_unit_test(a_string_grants_the_union_of_its_scopes),
        cmocka_unit_test(a_resource_must_be_the_name_of_a_type),
        cmocka_unit_test(bytes_of_nul_end_nothing),
        cmocka_unit_test(a_string_that_is_cut_grants_what_is_whole),
        cmocka_unit_test(no_string_at_all_grants_nothing),
        cmocka_unit_test(each_context_has_its_name),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
