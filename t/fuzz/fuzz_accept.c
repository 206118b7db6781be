/*
 * Accept and _format: the first byte sets the location and the stored type,
 * the rest is the header, a line to each "\n", or the value of _format.
 */

#include <stdlib.h>

#include "fhb_accept.h"
#include "fhb_text.h"


#define check(e)  do { if (!(e)) { abort(); } } while (0)

#define LINES  (FHB_MAX_RANGES + 2)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const fhb_str_t  stored_types[] = {
    fhb_string("application/pdf"),
    fhb_string("text/html; charset=UTF-8"),
    fhb_string("application/xml"),
    fhb_string("application/json"),
    fhb_string("application/fhir+json"),
    fhb_string("application/json+fhir"),
    fhb_string("application/hl7-v3+xml;level=1"),
    fhb_string("text/html;a=1;b=\"2,3\"")
};


static size_t
split(fhb_str_t *lines, fhb_str_t in)
{
    size_t  i, n;

    n = 0;

    for (i = 0; n < LINES; n++) {

        for (i = 0; i < in.len && in.data[i] != '\n'; i++) { /* void */ }

        lines[n].data = in.data;
        lines[n].len = i;

        if (i == in.len) {
            return n + 1;
        }

        in = fhb_text_skip(in, i + 1);
    }

    return n;
}


static int
same(const fhb_choice_t *a, const fhb_choice_t *b)
{
    return a->form == b->form && a->legacy == b->legacy && a->echo == b->echo;
}


static int
contains_fhir(fhb_str_t s)
{
    size_t     i;
    fhb_str_t  word = fhb_string("fhir"), at;

    for (i = 0; i + word.len <= s.len; i++) {

        at.data = s.data + i;
        at.len = word.len;

        if (fhb_text_eq_ci(at, word)) {
            return 1;
        }
    }

    return 0;
}


/* a header with something joined to it must choose the same */

static void
check_joined(const fhb_preference_t *pref, const fhb_media_t *stored,
    fhb_str_t *lines, size_t n, fhb_str_t more)
{
    size_t            i;
    fhb_rc_t          rc;
    fhb_out_t         out;
    fhb_str_t         line;
    fhb_preference_t  other;
    fhb_accept_t      a;
    fhb_choice_t      x, y;
    unsigned char     buf[3 * FHB_MAX_ACCEPT];

    fhb_out_init(&out, buf, sizeof(buf));

    for (i = 0; i < n; i++) {

        if (i) {
            fhb_out_lit(&out, ", ");
        }

        fhb_out_str(&out, lines[i]);
    }

    if (more.len) {
        fhb_out_lit(&out, " , ");
        fhb_out_str(&out, more);
    }

    check(!out.full);
    line = fhb_out_result(&out);

    rc = fhb_accept_parse(&a, &line, 1);

    if (rc != FHB_OK) {
        check(more.len != 0);
        return;
    }

    other = *pref;
    other.accept = &a;

    rc = fhb_accept_choose(&x, pref, stored);
    check(fhb_accept_choose(&y, &other, stored) == rc);
    check(same(&x, &y));
    check(fhb_accept_error_form(pref) == fhb_accept_error_form(&other));
}


static void
check_preference(const fhb_preference_t *pref, const fhb_media_t *stored,
    fhb_str_t in)
{
    fhb_rc_t          rc, mild;
    fhb_out_t         out;
    fhb_preference_t  other;
    fhb_media_t       m;
    fhb_choice_t      x, y;
    unsigned char     buf[128];

    rc = fhb_accept_choose(&x, pref, stored);

    check(rc == FHB_OK || rc == FHB_E_NOT_ACCEPTABLE);
    check((rc == FHB_OK) == (x.form != FHB_FORM_NONE));

    if (x.form == FHB_FORM_JSON || x.form == FHB_FORM_XML) {

        check(fhb_accept_may_fhir(pref));
        check(pref->fhir || contains_fhir(in));

        /* what leaves is of the form that was chosen */

        fhb_out_init(&out, buf, sizeof(buf));
        fhb_accept_type(&out, pref->version, &x);
        check(!out.full);
        check(fhb_media_parse(&m, fhb_out_result(&out)) == FHB_OK);
        check(fhb_media_fhir(&m) == x.form);

    } else {
        check(!x.legacy && !x.echo);
    }

    /* lenient only ever turns 406 into the stored bytes */

    other = *pref;
    other.lenient = 1;

    mild = fhb_accept_choose(&y, &other, stored);

    if (rc == FHB_OK) {
        check(mild == FHB_OK && same(&x, &y));

    } else {
        check(mild == rc || y.form == FHB_FORM_NATIVE);
    }

    /* default fhir adds FHIR JSON and takes nothing else away */

    other = *pref;
    other.fhir = 1;

    mild = fhb_accept_choose(&y, &other, stored);

    if (mild != FHB_OK || y.form != FHB_FORM_JSON) {
        check(mild == rc && same(&x, &y));
    }
}


static void
check_format(fhb_str_t in, fhb_version_t version)
{
    fhb_form_t  form;

    if (fhb_accept_format(&form, in, version) == FHB_OK) {
        check(form == FHB_FORM_JSON || form == FHB_FORM_XML);

    } else {
        check(form == FHB_FORM_NONE);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t            i, n, quotes;
    fhb_str_t         in, lines[LINES], none = fhb_null_string;
    fhb_str_t         bad = fhb_string("garbage;q=1");
    fhb_preference_t  pref = { 0 };
    fhb_media_t       stored;
    fhb_accept_t      a;

    if (size == 0) {
        return 0;
    }

    in.data = data + 1;
    in.len = size - 1;

    pref.version = FHB_DSTU2 + (data[0] & 7) % 5;
    pref.lenient = data[0] >> 3 & 1;
    pref.fhir = data[0] >> 4 & 1;
    pref.accept = &a;

    check(fhb_media_parse(&stored, stored_types[data[0] >> 5]) == FHB_OK);

    check_format(in, pref.version);

    n = split(lines, in);

    if (fhb_accept_parse(&a, lines, n) != FHB_OK) {

        check(a.n == 0 && a.present);
        check(n > FHB_MAX_RANGES || in.len > FHB_MAX_RANGES);
        check_preference(&pref, &stored, in);
        return 0;
    }

    check(a.n <= FHB_MAX_RANGES && (a.n == 0 || a.present));

    for (i = 0; i < a.n; i++) {
        check(a.ranges[i].q >= 0 && a.ranges[i].q <= 1000);
        check(a.ranges[i].range.type.len && a.ranges[i].range.subtype.len);
    }

    check_preference(&pref, &stored, in);

    quotes = 0;

    for (i = 0; i < in.len; i++) {
        quotes += (in.data[i] == '"');
    }

    if (quotes == 0) {

        check_joined(&pref, &stored, lines, n, none);

        if (a.present) {
            check_joined(&pref, &stored, lines, n, bad);
        }

        if (n == 1) {
            check_joined(&pref, &stored, lines, n, lines[0]);
        }
    }

    return 0;
}
