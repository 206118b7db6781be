/*
 * Entity-tags: which one each form has, and what a list of them names.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fhb_etag.h"


typedef struct {
    const char  *backend;
    const char  *version;
    const char  *native;
    const char  *json;
    const char  *xml;
} etag_row_t;


/* RFC 9110 s.8.8; README, "What it does to a request" */

static const etag_row_t  etag_rows[] = {

    /* a strong tag passes unchanged, and never over wrapped bytes */
    { "\"abc\"", "", "\"abc\"", "W/\"abc~json\"", "W/\"abc~xml\"" },
    { "\"5\"", "", "\"5\"", "W/\"5~json\"", "W/\"5~xml\"" },
    { "\"\"", "", "\"\"", "W/\"~json\"", "W/\"~xml\"" },

    /* a weak tag with an id is a versionId */
    { "W/\"5\"", "", "W/\"5~raw\"", "W/\"5\"", "W/\"5~xml\"" },
    { "W/\"a.b-C\"", "", "W/\"a.b-C~raw\"", "W/\"a.b-C\"", "W/\"a.b-C~xml\"" },

    /* one with anything else is not */
    { "W/\"a_b\"", "", "W/\"a_b\"", "W/\"a_b~json\"", "W/\"a_b~xml\"" },

    /* meta.versionId goes first, and its bytes never change */
    { "", "7", "\"7~raw\"", "W/\"7\"", "W/\"7~xml\"" },
    { "\"abc\"", "7", "\"7~raw\"", "W/\"7\"", "W/\"7~xml\"" },
    { "W/\"5\"", "7", "\"7~raw\"", "W/\"7\"", "W/\"7~xml\"" },

    /* no tag, or none that is one */
    { "", "", "", "", "" },
    { "abc", "", "", "", "" },
    { "\"abc", "", "", "", "" },
    { "\"a\" \"b\"", "", "", "", "" },
    { "\"a b\"", "", "", "", "" },
    { "w/\"5\"", "", "", "", "" },
    { "W/", "", "", "", "" }
};


static fhb_str_t
str(const char *s)
{
    fhb_str_t  out;

    out.len = strlen(s);
    out.data = (const unsigned char *) s;

    return out;
}


static void
derives(const etag_row_t *row, fhb_form_t form, const char *expected)
{
    fhb_out_t      out;
    unsigned char  buf[2 * FHB_MAX_ETAG];

    fhb_out_init(&out, buf, sizeof(buf));
    fhb_etag_derive(&out, form, str(row->backend), str(row->version));

    assert_false(out.full);
    assert_int_equal(out.len, strlen(expected));
    assert_memory_equal(buf, expected, out.len);
}


static void
each_form_has_a_tag_of_its_own(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(etag_rows) / sizeof(etag_rows[0]); i++) {
        derives(&etag_rows[i], FHB_FORM_NATIVE, etag_rows[i].native);
        derives(&etag_rows[i], FHB_FORM_JSON, etag_rows[i].json);
        derives(&etag_rows[i], FHB_FORM_XML, etag_rows[i].xml);
    }
}


static void
a_tag_that_is_too_long_is_none(void **state)
{
    char        s[FHB_MAX_ETAG + 2];
    etag_row_t  row;

    (void) state;

    memset(&row, 0, sizeof(row));
    row.backend = s;
    row.version = "";

    memset(s, 'a', sizeof(s));
    s[0] = '"';
    s[FHB_MAX_ETAG - 1] = '"';
    s[FHB_MAX_ETAG] = '\0';

    derives(&row, FHB_FORM_NATIVE, s);

    s[FHB_MAX_ETAG - 1] = 'a';
    s[FHB_MAX_ETAG] = '"';
    s[FHB_MAX_ETAG + 1] = '\0';

    derives(&row, FHB_FORM_NATIVE, "");
}


typedef struct {
    const char  *list;
    const char  *tag;
    int          weak;
    int          strong;
} match_row_t;


static const match_row_t  match_rows[] = {
    { "*", "\"a\"", 1, 1 },
    { "*", "", 1, 1 },
    { "\"a\"", "\"a\"", 1, 1 },
    { "W/\"a\"", "\"a\"", 1, 0 },
    { "\"a\"", "W/\"a\"", 1, 0 },
    { "W/\"a\"", "W/\"a\"", 1, 0 },
    { "\"b\"", "\"a\"", 0, 0 },
    { "\"A\"", "\"a\"", 0, 0 },
    { "\"b\", \"a\"", "\"a\"", 1, 1 },
    { "\"b\",\"a\"", "\"a\"", 1, 1 },
    { " , ,\t\"a\" ,", "\"a\"", 1, 1 },
    { "\"a,b\"", "\"a,b\"", 1, 1 },
    { "\"a\"", "", 0, 0 },
    { "", "\"a\"", 0, 0 },
    { "a", "\"a\"", 0, 0 },
    { "junk, \"a\"", "\"a\"", 0, 0 },
    { "\"b\", junk, \"a\"", "\"a\"", 0, 0 },
    { "\"a", "\"a\"", 0, 0 },
    { "*, \"b\"", "\"a\"", 0, 0 },
    { "\"5~xml\"", "W/\"5\"", 0, 0 }
};


static void
a_list_names_a_tag_weakly_or_strongly(void **state)
{
    size_t     i;
    fhb_str_t  list;

    (void) state;

    for (i = 0; i < sizeof(match_rows) / sizeof(match_rows[0]); i++) {

        list = str(match_rows[i].list);

        assert_int_equal(fhb_etag_match(list, str(match_rows[i].tag), 0) != 0,
                         match_rows[i].weak);
        assert_int_equal(fhb_etag_match(list, str(match_rows[i].tag), 1) != 0,
                         match_rows[i].strong);
    }
}


static void
only_a_weak_id_is_a_version(void **state)
{
    (void) state;

    assert_int_equal(fhb_etag_version(str("W/\"5\"")).len, 1);
    assert_int_equal(fhb_etag_version(str("\"5\"")).len, 0);
    assert_int_equal(fhb_etag_version(str("W/\"a_b\"")).len, 0);
    assert_int_equal(fhb_etag_version(str("W/\"\"")).len, 0);
    assert_int_equal(fhb_etag_version(str("")).len, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_form_has_a_tag_of_its_own),
        cmocka_unit_test(a_tag_that_is_too_long_is_none),
        cmocka_unit_test(a_list_names_a_tag_weakly_or_strongly),
        cmocka_unit_test(only_a_weak_id_is_a_version)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
