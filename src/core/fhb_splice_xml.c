/*
 * What is told apart, the rest is the parser's affair:
 *
 *     document  = [ BOM ] *( text / markup )
 *     markup    = comment / pi / start / end
 *     comment   = "<!--" any "-->"
 *     pi        = "<?" any "?>"
 *     start     = "<" name *( S attribute ) [ S ] [ "/" ] ">"
 *     attribute = name [ S ] "=" [ S ] quote any quote
 *     end       = "</" any ">"
 *
 * Any other "<!", thus DTDs and CDATA, is refused: a Binary has no use for
 * them.  The value is the attribute value of the element content or data
 * that is a child of the root; the parser checks its namespace.
 */

#include <string.h>

#include "fhb_splice.h"


typedef enum {
    FHB_SPLICE_XML_START = 0,
    FHB_SPLICE_XML_BOM,
    FHB_SPLICE_XML_TEXT,
    FHB_SPLICE_XML_LT,                  /* after "<" */
    FHB_SPLICE_XML_BANG,                /* after "<!" */
    FHB_SPLICE_XML_DASH,                /* after "<!-" */
    FHB_SPLICE_XML_COMMENT,
    FHB_SPLICE_XML_COMMENT_DASH,
    FHB_SPLICE_XML_COMMENT_END,         /* after "--" */
    FHB_SPLICE_XML_PI,
    FHB_SPLICE_XML_PI_END,              /* after "?" */
    FHB_SPLICE_XML_END_TAG,
    FHB_SPLICE_XML_NAME,
    FHB_SPLICE_XML_TAG,                 /* between attributes */
    FHB_SPLICE_XML_SLASH,               /* after the "/" of an empty one */
    FHB_SPLICE_XML_ATTR,
    FHB_SPLICE_XML_EQUALS,
    FHB_SPLICE_XML_QUOTE,
    FHB_SPLICE_XML_ATTR_VALUE,
    FHB_SPLICE_XML_OPEN,
    FHB_SPLICE_XML_DATA,
    FHB_SPLICE_XML_REF,                 /* after "&" */
    FHB_SPLICE_XML_REF_NUMBER,          /* after "&#" */
    FHB_SPLICE_XML_REF_DECIMAL,
    FHB_SPLICE_XML_REF_HEX,
    FHB_SPLICE_XML_DONE
} fhb_splice_xml_state_t;


#define FHB_SPLICE_XML_DIGITS  8        /* of a character reference */


static fhb_rc_t fhb_splice_xml_skeleton(fhb_splice_scan_t *st,
    const unsigned char *p, size_t len, size_t *used);
static fhb_rc_t fhb_splice_xml_text(fhb_splice_scan_t *st, unsigned char c);
static fhb_rc_t fhb_splice_xml_start(fhb_splice_scan_t *st, unsigned char c);
static fhb_rc_t fhb_splice_xml_aside(fhb_splice_scan_t *st, unsigned char c);
static fhb_rc_t fhb_splice_xml_tag(fhb_splice_scan_t *st, unsigned char c);
static fhb_rc_t fhb_splice_xml_name(fhb_splice_scan_t *st, unsigned char c);
static fhb_rc_t fhb_splice_xml_attr(fhb_splice_scan_t *st, unsigned char c);
static fhb_rc_t fhb_splice_xml_quote(fhb_splice_scan_t *st, unsigned char c);
static void fhb_splice_xml_pop(fhb_splice_scan_t *st);
static fhb_rc_t fhb_splice_xml_escape(fhb_splice_scan_t *st,
    unsigned char c);
static fhb_rc_t fhb_splice_xml_decimal(fhb_splice_scan_t *st,
    unsigned char c);


static const fhb_splice_syntax_t  fhb_splice_xml_syntax = {
    FHB_SPLICE_XML_DATA,
    FHB_SPLICE_XML_ATTR_VALUE,
    '&',
    '\'' + 1,
    '<',
    1,
    fhb_splice_xml_escape
};


fhb_rc_t
fhb_splice_xml(fhb_splice_scan_t *st, const unsigned char **in, size_t *left,
    fhb_splice_t *out)
{
    size_t    used;
    fhb_rc_t  rc;

    out->slice.data = *in;
    out->slice.len = 0;

    switch (st->state) {

    case FHB_SPLICE_XML_OPEN:
        st->state = FHB_SPLICE_XML_DATA;
        out->type = FHB_SPLICE_OPEN;
        return FHB_OK;

    case FHB_SPLICE_XML_DONE:
        st->state = FHB_SPLICE_XML_TEXT;
        out->type = FHB_SPLICE_DONE;
        return FHB_OK;

    case FHB_SPLICE_XML_DATA:
    case FHB_SPLICE_XML_REF:
    case FHB_SPLICE_XML_REF_NUMBER:
    case FHB_SPLICE_XML_REF_DECIMAL:
    case FHB_SPLICE_XML_REF_HEX:
        return fhb_splice_data(st, &fhb_splice_xml_syntax, in, left, out);

    default:
        break;
    }

    if (*left == 0) {
        return FHB_AGAIN;
    }

    rc = fhb_splice_xml_skeleton(st, *in, *left, &used);
    if (rc != FHB_OK) {
        return rc;
    }

    out->type = FHB_SPLICE_SKELETON;
    out->slice.len = used;
    *in += used;
    *left -= used;

    return FHB_OK;
}


int
fhb_splice_xml_plain(const fhb_splice_scan_t *st)
{
    return st->state == FHB_SPLICE_XML_DATA;
}


/* Stops after the quote that opens the value, and where the root is closed. */

static fhb_rc_t
fhb_splice_xml_skeleton(fhb_splice_scan_t *st, const unsigned char *p,
    size_t len, size_t *used)
{
    size_t    i;
    fhb_rc_t  rc;

    for (i = 0; i < len; i++) {

        if (st->state <= FHB_SPLICE_XML_TEXT) {
            rc = fhb_splice_xml_text(st, p[i]);

        } else if (st->state <= FHB_SPLICE_XML_DASH) {
            rc = fhb_splice_xml_start(st, p[i]);

        } else if (st->state <= FHB_SPLICE_XML_END_TAG) {
            rc = fhb_splice_xml_aside(st, p[i]);

        } else if (st->state <= FHB_SPLICE_XML_SLASH) {
            rc = fhb_splice_xml_tag(st, p[i]);

        } else {
            rc = fhb_splice_xml_attr(st, p[i]);
        }

        if (rc != FHB_OK) {
            return rc;
        }

        if (st->state == FHB_SPLICE_XML_OPEN
            || st->state == FHB_SPLICE_XML_DONE)
        {
            i++;
            break;
        }
    }

    *used = i;

    return FHB_OK;
}


/* Text, and the bytes of a BOM before any. */

static fhb_rc_t
fhb_splice_xml_text(fhb_splice_scan_t *st, unsigned char c)
{
    static const unsigned char  bom[] = { 0xef, 0xbb, 0xbf };

    if (st->state == FHB_SPLICE_XML_START && c != bom[0]) {
        st->state = FHB_SPLICE_XML_TEXT;
    }

    if (st->state != FHB_SPLICE_XML_TEXT) {

        if (c != bom[st->digits]) {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->digits++;
        st->state = (st->digits < sizeof(bom)) ? FHB_SPLICE_XML_BOM
                                               : FHB_SPLICE_XML_TEXT;
        return FHB_OK;
    }

    if (c == '<') {
        st->state = FHB_SPLICE_XML_LT;
        return FHB_OK;
    }

    return fhb_splice_blank(c) ? FHB_OK : FHB_E_BACKEND_RESOURCE;
}


static fhb_rc_t
fhb_splice_xml_start(fhb_splice_scan_t *st, unsigned char c)
{
    if (st->state == FHB_SPLICE_XML_BANG || st->state == FHB_SPLICE_XML_DASH) {

        if (c != '-') {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->state++;
        return FHB_OK;
    }

    switch (c) {

    case '!':
        st->state = FHB_SPLICE_XML_BANG;
        return FHB_OK;

    case '?':
        st->state = FHB_SPLICE_XML_PI;
        return FHB_OK;

    case '/':
        if (st->depth == 0) {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->state = FHB_SPLICE_XML_END_TAG;
        return FHB_OK;

    default:
        st->key_len = 0;
        st->state = FHB_SPLICE_XML_NAME;
        return fhb_splice_xml_name(st, c);
    }
}


/* Comments, processing instructions and end tags: each to its end. */

static fhb_rc_t
fhb_splice_xml_aside(fhb_splice_scan_t *st, unsigned char c)
{
    switch (st->state) {

    case FHB_SPLICE_XML_COMMENT:
        if (c == '-') {
            st->state = FHB_SPLICE_XML_COMMENT_DASH;
        }

        return FHB_OK;

    case FHB_SPLICE_XML_COMMENT_DASH:
        st->state = (c == '-') ? FHB_SPLICE_XML_COMMENT_END
                               : FHB_SPLICE_XML_COMMENT;
        return FHB_OK;

    case FHB_SPLICE_XML_COMMENT_END:
        if (c != '>') {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->state = FHB_SPLICE_XML_TEXT;
        return FHB_OK;

    case FHB_SPLICE_XML_PI:
        if (c == '?') {
            st->state = FHB_SPLICE_XML_PI_END;
        }

        return FHB_OK;

    case FHB_SPLICE_XML_PI_END:
        if (c == '>') {
            st->state = FHB_SPLICE_XML_TEXT;

        } else if (c != '?') {
            st->state = FHB_SPLICE_XML_PI;
        }

        return FHB_OK;

    default:                            /* FHB_SPLICE_XML_END_TAG */
        if (c == '<') {
            return FHB_E_BACKEND_RESOURCE;
        }

        if (c == '>') {
            fhb_splice_xml_pop(st);
        }

        return FHB_OK;
    }
}


static fhb_rc_t
fhb_splice_xml_tag(fhb_splice_scan_t *st, unsigned char c)
{
    if (st->state == FHB_SPLICE_XML_NAME
        && !fhb_splice_blank(c) && c != '/' && c != '>')
    {
        return fhb_splice_xml_name(st, c);
    }

    if (st->state == FHB_SPLICE_XML_SLASH) {

        if (c != '>') {
            return FHB_E_BACKEND_RESOURCE;
        }

        fhb_splice_xml_pop(st);
        return FHB_OK;
    }

    if (st->state == FHB_SPLICE_XML_NAME) {
        st->value = (st->depth == 1
                     && fhb_splice_value(st->key, st->key_len));

        if (st->value && st->seen) {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->seen |= st->value;
        st->state = FHB_SPLICE_XML_TAG;

        if (st->depth == FHB_MAX_JSON_DEPTH) {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->depth++;
    }

    if (c == '>') {
        st->state = FHB_SPLICE_XML_TEXT;

    } else if (c == '/') {
        st->state = FHB_SPLICE_XML_SLASH;

    } else if (!fhb_splice_blank(c)) {
        st->attr_len = 0;
        st->state = FHB_SPLICE_XML_ATTR;
        return fhb_splice_xml_attr(st, c);
    }

    return FHB_OK;
}


/* The local part of an element's name. */

static fhb_rc_t
fhb_splice_xml_name(fhb_splice_scan_t *st, unsigned char c)
{
    if (c == ':') {
        st->key_len = 0;
        return FHB_OK;
    }

    if (c == '<' || c == '=' || c == '&' || c == '"' || c == '\'' || c < 0x20)
    {
        return FHB_E_BACKEND_RESOURCE;
    }

    if (st->key_len < sizeof(st->key)) {
        st->key[st->key_len] = c;
        st->key_len++;
    }

    return FHB_OK;
}


static fhb_rc_t
fhb_splice_xml_attr(fhb_splice_scan_t *st, unsigned char c)
{
    switch (st->state) {

    case FHB_SPLICE_XML_ATTR:
        if (fhb_splice_blank(c)) {
            st->state = FHB_SPLICE_XML_EQUALS;
            return FHB_OK;
        }

        if (c == '<' || c == '>' || c == '/' || c == '"' || c == '\'') {
            return FHB_E_BACKEND_RESOURCE;
        }

        if (c != '=') {

            if (st->attr_len < sizeof(st->attr)) {
                st->attr[st->attr_len] = c;
                st->attr_len++;
            }

            return FHB_OK;
        }

        /* fall through */

    case FHB_SPLICE_XML_EQUALS:
        if (c == '=') {
            st->state = FHB_SPLICE_XML_QUOTE;
            return FHB_OK;
        }

        return fhb_splice_blank(c) ? FHB_OK : FHB_E_BACKEND_RESOURCE;

    case FHB_SPLICE_XML_QUOTE:
        return fhb_splice_blank(c) ? FHB_OK : fhb_splice_xml_quote(st, c);

    default:                            /* FHB_SPLICE_XML_ATTR_VALUE */
        if (c == '<') {
            return FHB_E_BACKEND_RESOURCE;
        }

        if (c == st->quote) {
            st->state = FHB_SPLICE_XML_TAG;
        }

        return FHB_OK;
    }
}


static fhb_rc_t
fhb_splice_xml_quote(fhb_splice_scan_t *st, unsigned char c)
{
    static const unsigned char  value[] = { 'v', 'a', 'l', 'u', 'e' };

    if (c != '"' && c != '\'') {
        return FHB_E_BACKEND_RESOURCE;
    }

    st->quote = c;
    st->state = FHB_SPLICE_XML_ATTR_VALUE;

    if (st->value && st->attr_len == sizeof(value)
        && memcmp(st->attr, value, sizeof(value)) == 0)
    {
        st->value = 0;
        st->state = FHB_SPLICE_XML_OPEN;
    }

    return FHB_OK;
}


static void
fhb_splice_xml_pop(fhb_splice_scan_t *st)
{
    st->depth--;
    st->state = st->depth ? FHB_SPLICE_XML_TEXT : FHB_SPLICE_XML_DONE;
}


/*
 *     reference = "&#" 1*DIGIT ";" / "&#x" 1*HEXDIG ";"
 *
 * Those by name stand for what no base64 holds.
 */

static fhb_rc_t
fhb_splice_xml_escape(fhb_splice_scan_t *st, unsigned char c)
{
    switch (st->state) {

    case FHB_SPLICE_XML_DATA:
        st->state = FHB_SPLICE_XML_REF;
        return FHB_OK;

    case FHB_SPLICE_XML_REF:
        if (c != '#') {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->state = FHB_SPLICE_XML_REF_NUMBER;
        return FHB_OK;

    case FHB_SPLICE_XML_REF_NUMBER:
        st->code = 0;
        st->digits = FHB_SPLICE_XML_DIGITS;

        if (c == 'x') {
            st->state = FHB_SPLICE_XML_REF_HEX;
            return FHB_OK;
        }

        st->state = FHB_SPLICE_XML_REF_DECIMAL;
        break;

    default:
        break;
    }

    if (c != ';') {

        if (st->digits == 0) {
            return FHB_E_BACKEND_RESOURCE;
        }

        if (st->state == FHB_SPLICE_XML_REF_HEX) {
            return fhb_splice_hex(st, c);
        }

        return fhb_splice_xml_decimal(st, c);
    }

    st->state = FHB_SPLICE_XML_DATA;

    if (st->digits == FHB_SPLICE_XML_DIGITS) {
        return FHB_E_BACKEND_RESOURCE;
    }

    if (st->code > 0x7f) {
        return FHB_E_BACKEND_BASE64;
    }

    st->byte = (unsigned char) st->code;

    if (fhb_splice_blank(st->byte)) {
        return FHB_OK;
    }

    return st->byte < 0x20 ? FHB_E_BACKEND_RESOURCE : FHB_DONE;
}


static fhb_rc_t
fhb_splice_xml_decimal(fhb_splice_scan_t *st, unsigned char c)
{
    if (c < '0' || c > '9') {
        return FHB_E_BACKEND_RESOURCE;
    }

    st->code = st->code * 10 + (uint32_t) (c - '0');
    st->digits--;

    return FHB_OK;
}
