/* What both scanners share. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fhb_splice.h"
#include "guard.h"


static size_t
span_by_definition(const unsigned char *p, size_t len, int low, int stop)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (p[i] < low || p[i] > 127 || p[i] == stop) {
            break;
        }
    }

    return i;
}


static void
a_span_ends_at_each_byte_that_it_should(void **state)
{
    int             c;
    size_t          len, at;
    guard_t         g;
    unsigned char  *p;

    (void) state;

    for (len = 0; len < 300; len++) {
        p = (unsigned char *) guard_before(&g, NULL, len);
        memset(p, 'A', len);

        assert_int_equal(fhb_splice_span(p, len, 0x23, '\\'), len);

        for (at = 0; at < len; at += 1 + len / 40) {
            for (c = 0; c < 256; c += 1 + (at & 7)) {
                p[at] = (unsigned char) c;

                assert_int_equal(fhb_splice_span(p, len, 0x23, '\\'),
                                 span_by_definition(p, len, 0x23, '\\'));
                assert_int_equal(fhb_splice_span(p, len, 0x28, '<'),
                                 span_by_definition(p, len, 0x28, '<'));
            }

            p[at] = 'A';
        }

        guard_free(&g);
    }
}


static void
a_span_ends_at_the_first_of_several(void **state)
{
    size_t         i;
    uint32_t       seed;
    unsigned char  p[513];

    (void) state;

    seed = 1;

    for (i = 0; i < 20000; i++) {
        memset(p, 'z', sizeof(p));

        seed = seed * 1664525 + 1013904223;
        p[(seed >> 8) % sizeof(p)] = (unsigned char) (seed >> 20);
        seed = seed * 1664525 + 1013904223;
        p[(seed >> 8) % sizeof(p)] = (unsigned char) (seed >> 20);

        assert_int_equal(fhb_splice_span(p, sizeof(p), 0x23, '\\'),
                         span_by_definition(p, sizeof(p), 0x23, '\\'));
    }
}


static void
two_names_are_those_of_the_value(void **state)
{
    (void) state;

    assert_true(fhb_splice_value((const unsigned char *) "data", 4));
    assert_true(fhb_splice_value((const unsigned char *) "content", 7));
    assert_false(fhb_splice_value((const unsigned char *) "", 0));
    assert_false(fhb_splice_value((const unsigned char *) "dat", 3));
    assert_false(fhb_splice_value((const unsigned char *) "Data", 4));
    assert_false(fhb_splice_value((const unsigned char *) "contenT", 7));
    assert_false(fhb_splice_value((const unsigned char *) "contents", 8));
}


int
main(void)
{
    static const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_span_ends_at_each_byte_that_it_should),
        cmocka_unit_test(a_span_ends_at_the_first_of_several),
        cmocka_unit_test(two_names_are_those_of_the_value)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
