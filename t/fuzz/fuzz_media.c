/*
 * A media type from outside: whatever parses is made of tokens, says the same
 * when it is written and parsed again, and escapes into clean text.
 */

#include <stdlib.h>

#include "fhb_media.h"
#include "fhb_out.h"
#include "fhb_text.h"


#define check(e)  do { if (!(e)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_escape(void (*f)(fhb_out_t *out, fhb_str_t s), fhb_str_t in,
    fhb_str_t not)
{
    size_t          i, n, len;
    uint32_t        cp;
    fhb_str_t       s;
    fhb_out_t       out;
    unsigned char  *buf;

    fhb_out_init(&out, NULL, 0);
    f(&out, in);
    len = out.len;

    buf = malloc(len + 1);
    check(buf != NULL);

    fhb_out_init(&out, buf, len + 1);
    f(&out, in);
    check(out.len == len && !out.full);

    for (s = fhb_out_result(&out); s.len; s = fhb_text_skip(s, n)) {

        n = fhb_text_utf8(s, &cp);
        check(n != 0 && cp >= 0x20);

        for (i = 0; i < not.len; i++) {
            check(cp != not.data[i]);
        }
    }

    free(buf);
}


/* parameters apart by one space, their values as received */

static void
write_type(fhb_out_t *out, const fhb_media_t *m)
{
    fhb_media_param_t  p;

    fhb_out_str(out, m->type);
    fhb_out_byte(out, '/');
    fhb_out_str(out, m->subtype);

    p.rest = m->params;

    while (fhb_media_next(&p) == FHB_OK) {
        fhb_out_lit(out, "; ");
        fhb_out_str(out, p.name);
        fhb_out_byte(out, '=');
        fhb_out_str(out, p.value);
    }
}


static void
check_again(const fhb_media_t *m)
{
    fhb_out_t          out, again;
    fhb_media_t        copy;
    fhb_media_param_t  p, q;
    unsigned char      buf[4 * FHB_MAX_MEDIA], twice[4 * FHB_MAX_MEDIA];

    fhb_out_init(&out, buf, sizeof(buf));
    write_type(&out, m);
    check(!out.full);

    check(fhb_media_split(&copy, fhb_out_result(&out)) == FHB_OK);
    check(fhb_text_eq(copy.type, m->type));
    check(fhb_text_eq(copy.subtype, m->subtype));

    p.rest = m->params;
    q.rest = copy.params;

    while (fhb_media_next(&p) == FHB_OK) {
        check(fhb_media_next(&q) == FHB_OK);
        check(fhb_text_eq(p.name, q.name));
        check(fhb_text_eq(p.value, q.value));
        check(fhb_text_value_eq(p.value, q.value, 0));
    }

    check(fhb_media_next(&q) == FHB_DONE);

    fhb_out_init(&again, twice, sizeof(twice));
    write_type(&again, &copy);
    check(fhb_text_eq(fhb_out_result(&out), fhb_out_result(&again)));
}


static void
check_names(const fhb_media_t *m, fhb_str_t in)
{
    size_t         i, n;
    fhb_str_t      ext;
    fhb_media_t    other;
    unsigned char  flipped[FHB_MAX_MEDIA];

    ext = fhb_media_extension(m);
    check(ext.len >= 2 && ext.len <= 5);

    if (fhb_media_fhir(m) != FHB_FORM_NONE) {
        check(fhb_media_syntax(m) == fhb_media_fhir(m));
    }

    if (fhb_media_syntax(m) == FHB_FORM_XML) {
        check(fhb_media_risk(m) != FHB_MEDIA_PASSIVE);
    }

    /* names have no case */

    in = fhb_text_trim(in);
    n = (size_t) (m->subtype.data + m->subtype.len - in.data);

    for (i = 0; i < n; i++) {
        flipped[i] = fhb_text_lower(in.data[i]);

        if (flipped[i] >= 'a' && flipped[i] <= 'z') {
            flipped[i] ^= 0x20;
        }
    }

    in.data = flipped;
    in.len = n;

    check(fhb_media_parse(&other, in) == FHB_OK);
    check(fhb_media_risk(&other) == fhb_media_risk(m));
    check(fhb_media_fhir(&other) == fhb_media_fhir(m));
    check(fhb_media_syntax(&other) == fhb_media_syntax(m));
    check(fhb_text_eq(fhb_media_extension(&other), ext));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t       i;
    fhb_str_t    in, json = fhb_string("\""), xml = fhb_string("<>\"");
    fhb_media_t  m;

    in.data = data;
    in.len = size;

    check_escape(fhb_out_json, in, fhb_text_skip(json, 1));
    check_escape(fhb_out_xml, in, xml);

    if (fhb_media_parse(&m, in) != FHB_OK) {
        check(m.type.len == 0 && m.subtype.len == 0 && m.params.len == 0);
        return 0;
    }

    check(m.type.len != 0 && fhb_text_token(m.type) == m.type.len);
    check(m.subtype.len != 0 && fhb_text_token(m.subtype) == m.subtype.len);

    for (i = 0; i < m.params.len; i++) {
        check(m.params.data[i] == '\t'
              || (m.params.data[i] >= 0x20 && m.params.data[i] != 0x7f));
    }

    check_names(&m, in);
    check_again(&m);

    return 0;
}
