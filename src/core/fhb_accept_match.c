/*
 * The names of the forms: how a media range or a value of _format means one,
 * and under which name it leaves.
 */

#include <string.h>

#include "fhb_accept.h"
#include "fhb_accept_match.h"
#include "fhb_text.h"


static int fhb_accept_match_has(const fhb_media_t *m,
    const fhb_media_param_t *p, int ci);
static int fhb_accept_match_version(fhb_str_t value, fhb_version_t version);


static const fhb_str_t  fhb_accept_charset = fhb_string("charset");
static const fhb_str_t  fhb_accept_json = fhb_string("application/json");
static const fhb_str_t  fhb_accept_turtle =
    fhb_string("application/fhir+turtle");
static const fhb_str_t  fhb_accept_utf8 = fhb_string("utf-8");
static const fhb_str_t  fhb_accept_version = fhb_string("fhirversion");
static const fhb_str_t  fhb_accept_weight = fhb_string("q");
static const fhb_str_t  fhb_accept_xml = fhb_string("application/xml");
static const fhb_str_t  fhb_accept_text_xml = fhb_string("text/xml");


/* fhirVersion, of fhb_version_t */

static const fhb_str_t  fhb_accept_versions[] = {
    fhb_null_string,
    fhb_string("1.0"),
    fhb_string("3.0"),
    fhb_string("4.0"),
    fhb_string("4.3"),
    fhb_string("5.0")
};

fhb_assert(accept_versions, fhb_nelts(fhb_accept_versions) == FHB_NVERSIONS);


int
fhb_accept_match_class(const fhb_media_t *range, const fhb_media_t *stored)
{
    if (range->type.data[0] == '*' && range->type.len == 1) {
        return FHB_ACCEPT_ANY;
    }

    if (range->subtype.data[0] == '*' && range->subtype.len == 1) {
        return fhb_text_eq_ci(range->type, stored->type) ? FHB_ACCEPT_TYPE
                                                         : 0;
    }

    /* these name a Binary, even where the document is of such a type */

    if (fhb_media_fhir(range) != FHB_FORM_NONE
        || fhb_media_is(range, fhb_accept_turtle))
    {
        return 0;
    }

    if (fhb_text_eq_ci(range->type, stored->type)
        && fhb_text_eq_ci(range->subtype, stored->subtype))
    {
        return FHB_ACCEPT_EXACT;
    }

    if (fhb_media_is(range, fhb_accept_json)) {
        return fhb_media_syntax(stored) == FHB_FORM_JSON ? FHB_ACCEPT_GENERIC
                                                         : 0;
    }

    if (fhb_media_is(range, fhb_accept_xml)
        || fhb_media_is(range, fhb_accept_text_xml))
    {
        return fhb_media_syntax(stored) == FHB_FORM_XML ? FHB_ACCEPT_GENERIC
                                                        : 0;
    }

    return 0;
}


int
fhb_accept_match_params(const fhb_media_t *range, const fhb_media_t *stored)
{
    int                n, charset, has;
    fhb_media_param_t  p;

    n = 0;
    p.rest = range->params;

    while (fhb_media_next(&p) == FHB_OK) {

        if (fhb_text_eq_ci(p.name, fhb_accept_weight)) {
            continue;
        }

        charset = fhb_text_eq_ci(p.name, fhb_accept_charset);
        has = fhb_accept_match_has(stored, &p, charset);

        if (has == 1) {
            n++;

        } else if (has == 0 || !charset) {
            return -1;
        }
    }

    return n;
}


/* returns 1, 0 for another value, or -1 when there is no such parameter */

static int
fhb_accept_match_has(const fhb_media_t *m, const fhb_media_param_t *p, int ci)
{
    fhb_media_param_t  own;

    own.rest = m->params;

    while (fhb_media_next(&own) == FHB_OK) {
        if (fhb_text_eq_ci(own.name, p->name)) {
            return fhb_text_value_eq(own.value, p->value, ci);
        }
    }

    return -1;
}


fhb_form_t
fhb_accept_match_fhir(const fhb_media_t *range, fhb_version_t version,
    int *legacy)
{
    int         newer;
    fhb_form_t  form;

    form = fhb_media_fhir(range);

    /* "fhir+json", not "json+fhir" */

    newer = fhb_text_lower(range->subtype.data[0]) == 'f';
    *legacy = (version == FHB_DSTU2) ? newer : !newer;

    return form;
}


int
fhb_accept_match_fhir_params(const fhb_media_t *range, fhb_version_t version,
    int *echo)
{
    int                n;
    fhb_media_param_t  p;

    n = 0;
    *echo = 0;
    p.rest = range->params;

    while (fhb_media_next(&p) == FHB_OK) {

        if (fhb_text_eq_ci(p.name, fhb_accept_charset)) {

            if (!fhb_text_value_eq(p.value, fhb_accept_utf8, 1)) {
                return -1;
            }

            n++;

        } else if (fhb_text_eq_ci(p.name, fhb_accept_version)) {

            if (!fhb_accept_match_version(p.value, version)) {
                return -1;
            }

            /* the parameter came with R4 */

            *echo = version >= FHB_R4;
            n++;
        }
    }

    return n;
}


/* major "." minor, of this version; a patch level may follow */

static int
fhb_accept_match_version(fhb_str_t value, fhb_version_t version)
{
    size_t         i;
    fhb_str_t      own;
    unsigned char  c;

    own = fhb_accept_versions[version];

    for (i = 0; i < own.len; i++) {
        if (fhb_text_unquote(&value, &c) != FHB_OK || c != own.data[i]) {
            return 0;
        }
    }

    return fhb_text_unquote(&value, &c) == FHB_DONE || c == '.';
}


fhb_rc_t
fhb_accept_format(fhb_form_t *form, fhb_str_t value, fhb_version_t version)
{
    int            echo;
    size_t         i;
    fhb_str_t      json = fhb_string("json"), xml = fhb_string("xml");
    fhb_str_t      s;
    fhb_media_t    m;
    unsigned char  buf[FHB_MAX_MEDIA];

    *form = FHB_FORM_NONE;

    s = fhb_text_trim(value);

    if (s.len > sizeof(buf)) {
        return FHB_E_FORMAT;
    }

    if (fhb_text_eq_ci(s, json)) {
        *form = FHB_FORM_JSON;
        return FHB_OK;
    }

    if (fhb_text_eq_ci(s, xml)) {
        *form = FHB_FORM_XML;
        return FHB_OK;
    }

    /* a "+" that was not escaped may have become a space on its way */

    for (i = 0; i < s.len && s.data[i] != ';'; i++) {
        buf[i] = (s.data[i] == ' ') ? '+' : s.data[i];
    }

    if (i < s.len) {
        memcpy(buf + i, s.data + i, s.len - i);
    }

    s.data = buf;

    if (fhb_media_split(&m, s) != FHB_OK
        || fhb_accept_match_fhir_params(&m, version, &echo) == -1)
    {
        return FHB_E_FORMAT;
    }

    *form = fhb_media_fhir(&m);

    if (fhb_media_is(&m, fhb_accept_json)) {
        *form = FHB_FORM_JSON;

    } else if (fhb_media_is(&m, fhb_accept_xml)
               || fhb_media_is(&m, fhb_accept_text_xml))
    {
        *form = FHB_FORM_XML;
    }

    return *form != FHB_FORM_NONE ? FHB_OK : FHB_E_FORMAT;
}


void
fhb_accept_type(fhb_out_t *out, fhb_version_t version,
    const fhb_choice_t *choice)
{
    int        old;
    fhb_str_t  form = fhb_string("json");

    if (choice->form == FHB_FORM_XML) {
        form.data = (const unsigned char *) "xml";
        form.len = sizeof("xml") - 1;
    }

    old = (version == FHB_DSTU2) ? !choice->legacy : choice->legacy;

    fhb_out_lit(out, "application/");

    if (old) {
        fhb_out_str(out, form);
        fhb_out_lit(out, "+fhir");

    } else {
        fhb_out_lit(out, "fhir+");
        fhb_out_str(out, form);
    }

    /* mandatory up to STU3 */

    if (version < FHB_R4) {
        fhb_out_lit(out, ";charset=UTF-8");
    }

    if (choice->echo) {
        fhb_out_lit(out, ";fhirVersion=");
        fhb_out_str(out, fhb_accept_versions[version]);
    }
}
