/*
 * Media types.
 *
 *     media-type = type "/" subtype parameters
 *     parameters = *( OWS ";" OWS [ name "=" value ] )
 *     type, subtype, name = token
 *     value      = token / quoted-string
 *
 * There is no white space around "/" and "=".  An empty parameter is allowed
 * by RFC 9110 and passed over.
 */

#include <string.h>

#include "fhb_media.h"
#include "fhb_text.h"


typedef struct {
    fhb_str_t         name;
    fhb_str_t         extension;
    fhb_media_risk_t  risk;
} fhb_media_known_t;


static int fhb_media_has_suffix(const fhb_media_t *m, fhb_str_t suffix);
static const fhb_media_known_t *fhb_media_find(const fhb_media_t *m);


/*
 * The types that clinical documents come in.  A type is PASSIVE only when no
 * browser runs anything of it; what is not listed is ACTIVE, except images.
 */

#define FHB_MEDIA_ROW(name, extension, risk)                                 \
    { fhb_string(name), fhb_string(extension), FHB_MEDIA_##risk }

static const fhb_media_known_t  fhb_media_known[] = {
    FHB_MEDIA_ROW("application/pdf", "pdf", PASSIVE),
    FHB_MEDIA_ROW("text/html", "html", HTML),
    FHB_MEDIA_ROW("application/xhtml+xml", "xhtml", HTML),
    FHB_MEDIA_ROW("application/xml", "xml", ACTIVE),
    FHB_MEDIA_ROW("text/xml", "xml", ACTIVE),
    FHB_MEDIA_ROW("text/plain", "txt", PASSIVE),
    FHB_MEDIA_ROW("application/json", "json", PASSIVE),
    FHB_MEDIA_ROW("text/json", "json", PASSIVE),
    FHB_MEDIA_ROW("application/json+fhir", "json", PASSIVE),
    FHB_MEDIA_ROW("application/xml+fhir", "xml", ACTIVE),
    FHB_MEDIA_ROW("image/bmp", "bmp", PASSIVE),
    FHB_MEDIA_ROW("image/gif", "gif", PASSIVE),
    FHB_MEDIA_ROW("image/heic", "heic", PASSIVE),
    FHB_MEDIA_ROW("image/jp2", "jp2", PASSIVE),
    FHB_MEDIA_ROW("image/jpeg", "jpg", PASSIVE),
    FHB_MEDIA_ROW("image/png", "png", PASSIVE),
    FHB_MEDIA_ROW("image/svg+xml", "svg", ACTIVE),
    FHB_MEDIA_ROW("image/tiff", "tif", PASSIVE),
    FHB_MEDIA_ROW("image/webp", "webp", PASSIVE),
    FHB_MEDIA_ROW("audio/mpeg", "mp3", ACTIVE),
    FHB_MEDIA_ROW("audio/wav", "wav", ACTIVE),
    FHB_MEDIA_ROW("video/mp4", "mp4", ACTIVE),
    FHB_MEDIA_ROW("application/dicom", "dcm", ACTIVE),
    FHB_MEDIA_ROW("application/rtf", "rtf", ACTIVE),
    FHB_MEDIA_ROW("text/rtf", "rtf", ACTIVE),
    FHB_MEDIA_ROW("text/csv", "csv", ACTIVE),
    FHB_MEDIA_ROW("application/zip", "zip", ACTIVE),
    FHB_MEDIA_ROW("application/msword", "doc", ACTIVE),
    FHB_MEDIA_ROW("application/vnd.openxmlformats-officedocument"
                  ".wordprocessingml.document", "docx", ACTIVE),
    FHB_MEDIA_ROW("application/vnd.ms-excel", "xls", ACTIVE),
    FHB_MEDIA_ROW("application/vnd.openxmlformats-officedocument"
                  ".spreadsheetml.sheet", "xlsx", ACTIVE)
};


static const fhb_media_known_t  fhb_media_json =
    FHB_MEDIA_ROW("*/*+json", "json", PASSIVE);

static const fhb_media_known_t  fhb_media_xml =
    FHB_MEDIA_ROW("*/*+xml", "xml", ACTIVE);

static const fhb_media_known_t  fhb_media_image =
    FHB_MEDIA_ROW("image/*", "bin", PASSIVE);

static const fhb_media_known_t  fhb_media_unknown =
    FHB_MEDIA_ROW("*/*", "bin", ACTIVE);


fhb_rc_t
fhb_media_parse(fhb_media_t *m, fhb_str_t s)
{
    size_t             n;
    fhb_str_t          any = fhb_string("*");
    fhb_media_t        whole;
    fhb_media_param_t  p;

    memset(m, 0, sizeof(fhb_media_t));

    s = fhb_text_trim(s);

    if (s.len > FHB_MAX_MEDIA
        || fhb_media_split(&whole, s) != FHB_OK
        || fhb_text_eq(whole.type, any)
        || fhb_text_eq(whole.subtype, any))
    {
        return FHB_E_BACKEND_TYPE;
    }

    n = 0;
    p.rest = whole.params;

    while (fhb_media_next(&p) == FHB_OK) {
        n++;
    }

    if (n > FHB_MAX_PARAMS) {
        return FHB_E_BACKEND_TYPE;
    }

    *m = whole;

    return FHB_OK;
}


fhb_rc_t
fhb_media_split(fhb_media_t *m, fhb_str_t s)
{
    size_t             n;
    fhb_rc_t           rc;
    fhb_str_t          type, subtype;
    fhb_media_param_t  p;

    memset(m, 0, sizeof(fhb_media_t));

    s = fhb_text_trim(s);

    n = fhb_text_token(s);

    type = s;
    type.len = n;

    if (n == 0 || n == s.len || s.data[n] != '/') {
        return FHB_E_SYNTAX;
    }

    s = fhb_text_skip(s, n + 1);
    n = fhb_text_token(s);

    subtype = s;
    subtype.len = n;

    if (n == 0) {
        return FHB_E_SYNTAX;
    }

    s = fhb_text_skip(s, n);
    s = fhb_text_skip(s, fhb_text_ows(s));

    p.rest = s;

    do {
        rc = fhb_media_next(&p);
    } while (rc == FHB_OK);

    if (rc != FHB_DONE) {
        return rc;
    }

    m->type = type;
    m->subtype = subtype;
    m->params = s;

    return FHB_OK;
}


fhb_rc_t
fhb_media_next(fhb_media_param_t *p)
{
    size_t     n;
    fhb_str_t  s;

    s = fhb_text_skip(p->rest, fhb_text_ows(p->rest));

    do {
        if (s.len == 0) {
            return FHB_DONE;
        }

        if (s.data[0] != ';') {
            return FHB_E_SYNTAX;
        }

        s = fhb_text_skip(s, 1);
        s = fhb_text_skip(s, fhb_text_ows(s));

    } while (s.len == 0 || s.data[0] == ';');

    n = fhb_text_token(s);

    p->name = s;
    p->name.len = n;

    if (n == 0 || n == s.len || s.data[n] != '=') {
        return FHB_E_SYNTAX;
    }

    s = fhb_text_skip(s, n + 1);

    n = fhb_text_token(s);

    if (n == 0) {
        n = fhb_text_quoted(s);
    }

    if (n == 0) {
        return FHB_E_SYNTAX;
    }

    p->value = s;
    p->value.len = n;
    p->rest = fhb_text_skip(s, n);

    return FHB_OK;
}


fhb_form_t
fhb_media_fhir(const fhb_media_t *m)
{
    static const fhb_str_t  json = fhb_string("application/fhir+json");
    static const fhb_str_t  xml = fhb_string("application/fhir+xml");
    static const fhb_str_t  old_json = fhb_string("application/json+fhir");
    static const fhb_str_t  old_xml = fhb_string("application/xml+fhir");

    if (fhb_media_is(m, json) || fhb_media_is(m, old_json)) {
        return FHB_FORM_JSON;
    }

    if (fhb_media_is(m, xml) || fhb_media_is(m, old_xml)) {
        return FHB_FORM_XML;
    }

    return FHB_FORM_NONE;
}


fhb_form_t
fhb_media_syntax(const fhb_media_t *m)
{
    static const fhb_str_t  json = fhb_string("application/json");
    static const fhb_str_t  xml = fhb_string("application/xml");
    static const fhb_str_t  text_json = fhb_string("text/json");
    static const fhb_str_t  text_xml = fhb_string("text/xml");
    static const fhb_str_t  json_suffix = fhb_string("+json");
    static const fhb_str_t  xml_suffix = fhb_string("+xml");

    if (fhb_media_is(m, json) || fhb_media_is(m, text_json)
        || fhb_media_has_suffix(m, json_suffix))
    {
        return FHB_FORM_JSON;
    }

    if (fhb_media_is(m, xml) || fhb_media_is(m, text_xml)
        || fhb_media_has_suffix(m, xml_suffix))
    {
        return FHB_FORM_XML;
    }

    return fhb_media_fhir(m);
}


int
fhb_media_is(const fhb_media_t *m, fhb_str_t name)
{
    fhb_str_t  type, subtype;

    if (m->type.len == 0
        || name.len != m->type.len + 1 + m->subtype.len
        || name.data[m->type.len] != '/')
    {
        return 0;
    }

    type = name;
    type.len = m->type.len;

    subtype = fhb_text_skip(name, m->type.len + 1);

    /* the subtypes differ sooner */

    return fhb_text_eq_ci(m->subtype, subtype)
           && fhb_text_eq_ci(m->type, type);
}


/* a suffix alone, as in "application/+json", names no format */

static int
fhb_media_has_suffix(const fhb_media_t *m, fhb_str_t suffix)
{
    fhb_str_t  end;

    if (m->subtype.len <= suffix.len) {
        return 0;
    }

    end = fhb_text_skip(m->subtype, m->subtype.len - suffix.len);

    return fhb_text_eq_ci(end, suffix);
}


static const fhb_media_known_t *
fhb_media_find(const fhb_media_t *m)
{
    size_t      i;
    fhb_str_t   image = fhb_string("image");

    for (i = 0; i < fhb_nelts(fhb_media_known); i++) {
        if (fhb_media_is(m, fhb_media_known[i].name)) {
            return &fhb_media_known[i];
        }
    }

    switch (fhb_media_syntax(m)) {

    case FHB_FORM_JSON:
        return &fhb_media_json;

    case FHB_FORM_XML:
        return &fhb_media_xml;

    case FHB_FORM_NONE:
    case FHB_FORM_NATIVE:
        break;
    }

    return fhb_text_eq_ci(m->type, image) ? &fhb_media_image
                                          : &fhb_media_unknown;
}


fhb_media_risk_t
fhb_media_risk(const fhb_media_t *m)
{
    return fhb_media_find(m)->risk;
}


fhb_str_t
fhb_media_extension(const fhb_media_t *m)
{
    return fhb_media_find(m)->extension;
}
