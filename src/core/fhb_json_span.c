/*
 * The spans of a JSON document that a parser is to see.
 */

#include "fhb_json_span.h"
#include "fhb_text.h"


static fhb_rc_t fhb_json_span_skip(fhb_json_span_t *s, fhb_str_t *in,
    fhb_str_t *span);
static int fhb_json_span_ends(const fhb_json_span_t *s, unsigned char c);
static fhb_rc_t fhb_json_span_step(fhb_json_span_t *s, unsigned char c);
static fhb_rc_t fhb_json_span_outside(fhb_json_span_t *s, unsigned char c);
static fhb_rc_t fhb_json_span_inside(fhb_json_span_t *s, unsigned char c);
static fhb_rc_t fhb_json_span_escape(fhb_json_span_t *s, unsigned char c);


fhb_rc_t
fhb_json_span_next(fhb_json_span_t *s, fhb_str_t *in, fhb_str_t *span)
{
    size_t    i;
    fhb_rc_t  rc;

    if (in->len == 0) {
        return FHB_DONE;
    }

    s->cut = 0;

    if (s->skips) {
        return fhb_json_span_skip(s, in, span);
    }

    for (i = 0; i < in->len; i++) {

        if (fhb_json_span_ends(s, in->data[i])) {
            s->skips = 1;
            break;
        }

        rc = fhb_json_span_step(s, in->data[i]);

        if (rc != FHB_OK) {
            return rc;
        }
    }

    span->data = in->data;
    span->len = i;

    *in = fhb_text_skip(*in, i);

    return FHB_OK;
}


/*
 * To the end of a string that was cut: its quote is a span of its own.
 */

static fhb_rc_t
fhb_json_span_skip(fhb_json_span_t *s, fhb_str_t *in, fhb_str_t *span)
{
    size_t    i;
    fhb_rc_t  rc;

    for (i = 0; i < in->len && s->state != FHB_JSON_SPAN_OUTSIDE; i++) {

        rc = fhb_json_span_step(s, in->data[i]);

        if (rc != FHB_OK) {
            return rc;
        }
    }

    span->data = in->data + i;
    span->len = 0;

    if (s->state == FHB_JSON_SPAN_OUTSIDE) {
        span->data--;
        span->len = 1;
        s->skips = 0;
        s->cut = 1;
    }

    *in = fhb_text_skip(*in, i);

    return FHB_OK;
}


/* whether the string ends here for the parser: in front of a character */

static int
fhb_json_span_ends(const fhb_json_span_t *s, unsigned char c)
{
    return s->len >= s->longest && s->state == FHB_JSON_SPAN_INSIDE
           && c != '"' && (c & 0xc0) != 0x80;
}


static fhb_rc_t
fhb_json_span_step(fhb_json_span_t *s, unsigned char c)
{
    switch (s->state) {

    case FHB_JSON_SPAN_OUTSIDE:
        return fhb_json_span_outside(s, c);

    case FHB_JSON_SPAN_INSIDE:
        return fhb_json_span_inside(s, c);

    case FHB_JSON_SPAN_ESCAPE:
        return fhb_json_span_escape(s, c);

    case FHB_JSON_SPAN_HEX:
        s->len++;

        if (++s->digits == 4) {
            s->state = FHB_JSON_SPAN_INSIDE;
        }

        return FHB_OK;
    }

    return FHB_E_SYNTAX;
}


/* a number, true, false, null, or what is there for one of them */

static fhb_rc_t
fhb_json_span_outside(fhb_json_span_t *s, unsigned char c)
{
    switch (c) {

    case '"':
        s->state = FHB_JSON_SPAN_INSIDE;
        s->len = 0;
        return FHB_OK;

    case '{': case '}': case '[': case ']': case ',': case ':':
    case ' ': case '\t': case '\r': case '\n':
        s->len = 0;
        return FHB_OK;

    default:
        return s->len++ < s->longest ? FHB_OK : FHB_E_TOO_LARGE;
    }
}


static fhb_rc_t
fhb_json_span_inside(fhb_json_span_t *s, unsigned char c)
{
    s->len++;

    if (c == '"') {
        s->state = FHB_JSON_SPAN_OUTSIDE;
        s->len = 0;

    } else if (c == '\\') {
        s->state = FHB_JSON_SPAN_ESCAPE;

    } else if (c < 0x20) {
        return FHB_E_SYNTAX;
    }

    return FHB_OK;
}


static fhb_rc_t
fhb_json_span_escape(fhb_json_span_t *s, unsigned char c)
{
    s->len++;

    switch (c) {

    case 'u':
        s->state = FHB_JSON_SPAN_HEX;
        s->digits = 0;
        return FHB_OK;

    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r':
    case 't':
        s->state = FHB_JSON_SPAN_INSIDE;
        return FHB_OK;

    default:
        return FHB_E_SYNTAX;
    }
}
