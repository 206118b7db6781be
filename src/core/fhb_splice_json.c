/*
 * What is told apart, the rest is the parser's affair:
 *
 *     document  = [ BOM ] ws "{" [ member *( "," member ) ] "}" ws
 *     member    = ws string ws ":" ws value ws
 *     value     = string / scalar / nested
 *     scalar    = 1*( ALPHA / DIGIT / "+" / "-" / "." )
 *     nested    = ( "{" / "[" ) *( string / nested / any ) ( "}" / "]" )
 *     string    = DQUOTE *( char / "\" any ) DQUOTE
 *
 * The value is the string of the member content or data at depth 1, the name
 * compared with its escapes undone.  RFC 8259 lets a reader pass over a BOM:
 * some .NET servers write one.
 */

#include <string.h>

#include "fhb_splice.h"


typedef enum {
    FHB_SPLICE_JSON_START = 0,
    FHB_SPLICE_JSON_BOM,
    FHB_SPLICE_JSON_ROOT,
    FHB_SPLICE_JSON_FIRST,              /* after "{" */
    FHB_SPLICE_JSON_NEXT,               /* after "," */
    FHB_SPLICE_JSON_KEY,
    FHB_SPLICE_JSON_KEY_ESC,
    FHB_SPLICE_JSON_KEY_HEX,
    FHB_SPLICE_JSON_COLON,
    FHB_SPLICE_JSON_VALUE,
    FHB_SPLICE_JSON_SCALAR,
    FHB_SPLICE_JSON_STRING,             /* at any depth, no key of depth 1 */
    FHB_SPLICE_JSON_STRING_ESC,
    FHB_SPLICE_JSON_NESTED,
    FHB_SPLICE_JSON_AFTER,
    FHB_SPLICE_JSON_OPEN,
    FHB_SPLICE_JSON_DATA,
    FHB_SPLICE_JSON_DATA_ESC,
    FHB_SPLICE_JSON_DATA_HEX,
    FHB_SPLICE_JSON_DONE,
    FHB_SPLICE_JSON_TRAILER
} fhb_splice_json_state_t;


static fhb_rc_t fhb_splice_json_bom(fhb_splice_scan_t *st,
    const unsigned char **in, size_t *left);
static fhb_rc_t fhb_splice_json_skeleton(fhb_splice_scan_t *st,
    const unsigned char *p, size_t len, size_t *used);
static fhb_rc_t fhb_splice_json_member(fhb_splice_scan_t *st,
    unsigned char c);
static fhb_rc_t fhb_splice_json_key(fhb_splice_scan_t *st, unsigned char c);
static void fhb_splice_json_key_add(fhb_splice_scan_t *st, unsigned char c);
static fhb_rc_t fhb_splice_json_value(fhb_splice_scan_t *st,
    unsigned char c);
static fhb_rc_t fhb_splice_json_inner(fhb_splice_scan_t *st,
    unsigned char c);
static fhb_rc_t fhb_splice_json_after(fhb_splice_scan_t *st,
    unsigned char c);
static fhb_rc_t fhb_splice_json_escape(fhb_splice_scan_t *st,
    unsigned char c);


static const fhb_splice_syntax_t  fhb_splice_json_syntax = {
    FHB_SPLICE_JSON_DATA,
    FHB_SPLICE_JSON_STRING,
    '\\',
    '"' + 1,
    '\\',
    0,
    fhb_splice_json_escape
};


fhb_rc_t
fhb_splice_json(fhb_splice_scan_t *st, const unsigned char **in, size_t *left,
    fhb_splice_t *out)
{
    size_t    used;
    fhb_rc_t  rc;

    if (st->state <= FHB_SPLICE_JSON_BOM) {
        rc = fhb_splice_json_bom(st, in, left);
        if (rc != FHB_OK) {
            return rc;
        }
    }

    out->slice.data = *in;
    out->slice.len = 0;

    if (st->other) {
        st->other = 0;
        out->type = FHB_SPLICE_OTHER;
        return FHB_OK;
    }

    switch (st->state) {

    case FHB_SPLICE_JSON_OPEN:
        st->state = FHB_SPLICE_JSON_DATA;
        out->type = FHB_SPLICE_OPEN;
        return FHB_OK;

    case FHB_SPLICE_JSON_DONE:
        st->state = FHB_SPLICE_JSON_TRAILER;
        out->type = FHB_SPLICE_DONE;
        return FHB_OK;

    case FHB_SPLICE_JSON_DATA:
    case FHB_SPLICE_JSON_DATA_ESC:
    case FHB_SPLICE_JSON_DATA_HEX:
        return fhb_splice_data(st, &fhb_splice_json_syntax, in, left, out);

    default:
        break;
    }

    if (*left == 0) {
        return FHB_AGAIN;
    }

    rc = fhb_splice_json_skeleton(st, *in, *left, &used);
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
fhb_splice_json_plain(const fhb_splice_scan_t *st)
{
    return st->state == FHB_SPLICE_JSON_DATA;
}


static fhb_rc_t
fhb_splice_json_bom(fhb_splice_scan_t *st, const unsigned char **in,
    size_t *left)
{
    static const unsigned char  bom[] = { 0xef, 0xbb, 0xbf };

    while (*left) {

        if (st->state == FHB_SPLICE_JSON_START && **in != bom[0]) {
            st->state = FHB_SPLICE_JSON_ROOT;
            return FHB_OK;
        }

        if (**in != bom[st->digits]) {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->state = FHB_SPLICE_JSON_BOM;
        st->digits++;
        (*in)++;
        (*left)--;

        if (st->digits == sizeof(bom)) {
            st->state = FHB_SPLICE_JSON_ROOT;
            return FHB_OK;
        }
    }

    return FHB_AGAIN;
}


/*
 * Stops after the quote that opens the value, after the first character of a
 * value that is no string, and after the last "}".
 */

static fhb_rc_t
fhb_splice_json_skeleton(fhb_splice_scan_t *st, const unsigned char *p,
    size_t len, size_t *used)
{
    size_t    i;
    fhb_rc_t  rc;

    for (i = 0; i < len; i++) {

        switch (st->state) {

        case FHB_SPLICE_JSON_KEY:
        case FHB_SPLICE_JSON_KEY_ESC:
        case FHB_SPLICE_JSON_KEY_HEX:
            rc = fhb_splice_json_key(st, p[i]);
            break;

        case FHB_SPLICE_JSON_STRING:
        case FHB_SPLICE_JSON_STRING_ESC:
        case FHB_SPLICE_JSON_NESTED:
            rc = fhb_splice_json_inner(st, p[i]);
            break;

        case FHB_SPLICE_JSON_SCALAR:
        case FHB_SPLICE_JSON_AFTER:
            rc = fhb_splice_json_after(st, p[i]);
            break;

        default:
            rc = fhb_splice_json_member(st, p[i]);
            break;
        }

        if (rc != FHB_OK) {
            return rc;
        }

        if (st->state == FHB_SPLICE_JSON_OPEN
            || st->state == FHB_SPLICE_JSON_DONE
            || st->other)
        {
            i++;
            break;
        }
    }

    *used = i;

    return FHB_OK;
}


/* The places between the tokens of depth 1. */

static fhb_rc_t
fhb_splice_json_member(fhb_splice_scan_t *st, unsigned char c)
{
    if (fhb_splice_blank(c)) {
        return FHB_OK;
    }

    switch (st->state) {

    case FHB_SPLICE_JSON_ROOT:
        if (c != '{') {
            break;
        }

        st->depth = 1;
        st->state = FHB_SPLICE_JSON_FIRST;
        return FHB_OK;

    case FHB_SPLICE_JSON_FIRST:
        if (c == '}') {
            st->depth = 0;
            st->state = FHB_SPLICE_JSON_DONE;
            return FHB_OK;
        }

        /* fall through */

    case FHB_SPLICE_JSON_NEXT:
        if (c != '"') {
            break;
        }

        st->key_len = 0;
        st->state = FHB_SPLICE_JSON_KEY;
        return FHB_OK;

    case FHB_SPLICE_JSON_COLON:
        if (c != ':') {
            break;
        }

        st->state = FHB_SPLICE_JSON_VALUE;
        return FHB_OK;

    case FHB_SPLICE_JSON_VALUE:
        return fhb_splice_json_value(st, c);

    default:                            /* FHB_SPLICE_JSON_TRAILER */
        break;
    }

    return FHB_E_BACKEND_RESOURCE;
}


static fhb_rc_t
fhb_splice_json_key(fhb_splice_scan_t *st, unsigned char c)
{
    fhb_rc_t  rc;

    if (st->state == FHB_SPLICE_JSON_KEY) {

        if (c == '"') {
            st->state = FHB_SPLICE_JSON_COLON;

        } else if (c == '\\') {
            st->state = FHB_SPLICE_JSON_KEY_ESC;

        } else {
            fhb_splice_json_key_add(st, c);
        }

        return FHB_OK;
    }

    if (st->state == FHB_SPLICE_JSON_KEY_ESC) {

        if (c == 'u') {
            st->state = FHB_SPLICE_JSON_KEY_HEX;
            st->digits = 4;
            st->code = 0;
            return FHB_OK;
        }

        /* no name that is looked for holds what these stand for */

        fhb_splice_json_key_add(st, 0);
        st->state = FHB_SPLICE_JSON_KEY;
        return FHB_OK;
    }

    rc = fhb_splice_hex(st, c);

    if (rc == FHB_OK && st->digits == 0) {
        fhb_splice_json_key_add(st, (unsigned char) (st->code < 0x80
                                                     ? st->code : 0));
        st->state = FHB_SPLICE_JSON_KEY;
    }

    return rc;
}


static void
fhb_splice_json_key_add(fhb_splice_scan_t *st, unsigned char c)
{
    if (st->key_len < sizeof(st->key)) {
        st->key[st->key_len] = c;
        st->key_len++;
    }
}


/* The first character of a value of depth 1. */

static fhb_rc_t
fhb_splice_json_value(fhb_splice_scan_t *st, unsigned char c)
{
    int  value;

    static const char  first[] = { '"', '{', '[', '-', 'f', 'n', 't',
                                   '0', '1', '2', '3', '4', '5', '6', '7',
                                   '8', '9' };

    value = fhb_splice_value(st->key, st->key_len);

    if (value) {

        if (st->seen || memchr(first, c, sizeof(first)) == NULL) {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->seen = 1;
        st->other = (c != '"');
    }

    if (c == '"') {
        st->quote = c;
        st->state = value ? FHB_SPLICE_JSON_OPEN : FHB_SPLICE_JSON_STRING;
        return FHB_OK;
    }

    if (c == '{' || c == '[') {
        st->depth++;
        st->state = FHB_SPLICE_JSON_NESTED;
        return FHB_OK;
    }

    st->state = FHB_SPLICE_JSON_SCALAR;

    return fhb_splice_json_after(st, c);
}


static fhb_rc_t
fhb_splice_json_inner(fhb_splice_scan_t *st, unsigned char c)
{
    switch (st->state) {

    case FHB_SPLICE_JSON_STRING_ESC:
        st->state = FHB_SPLICE_JSON_STRING;
        return FHB_OK;

    case FHB_SPLICE_JSON_STRING:
        if (c == '\\') {
            st->state = FHB_SPLICE_JSON_STRING_ESC;

        } else if (c == '"') {
            st->state = st->depth > 1 ? FHB_SPLICE_JSON_NESTED
                                      : FHB_SPLICE_JSON_AFTER;
        }

        return FHB_OK;

    default:
        break;
    }

    if (c == '"') {
        st->state = FHB_SPLICE_JSON_STRING;

    } else if (c == '{' || c == '[') {

        if (st->depth == FHB_MAX_JSON_DEPTH) {
            return FHB_E_BACKEND_RESOURCE;
        }

        st->depth++;

    } else if (c == '}' || c == ']') {
        st->depth--;

        if (st->depth == 1) {
            st->state = FHB_SPLICE_JSON_AFTER;
        }

    } else if (c < 0x20 && !fhb_splice_blank(c)) {

        /* yajl takes VT and FF for white space */

        return FHB_E_BACKEND_RESOURCE;
    }

    return FHB_OK;
}


/* What comes after a value of depth 1, or continues a scalar. */

static fhb_rc_t
fhb_splice_json_after(fhb_splice_scan_t *st, unsigned char c)
{
    unsigned char  lower;

    if (fhb_splice_blank(c)) {
        st->state = FHB_SPLICE_JSON_AFTER;
        return FHB_OK;
    }

    if (c == ',') {
        st->state = FHB_SPLICE_JSON_NEXT;
        return FHB_OK;
    }

    if (c == '}') {
        st->depth = 0;
        st->state = FHB_SPLICE_JSON_DONE;
        return FHB_OK;
    }

    lower = (unsigned char) (c | 0x20);

    if (st->state == FHB_SPLICE_JSON_SCALAR
        && ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')
            || c == '+' || c == '-' || c == '.'))
    {
        return FHB_OK;
    }

    return FHB_E_BACKEND_RESOURCE;
}


static fhb_rc_t
fhb_splice_json_escape(fhb_splice_scan_t *st, unsigned char c)
{
    fhb_rc_t  rc;

    if (st->state == FHB_SPLICE_JSON_DATA) {
        st->state = FHB_SPLICE_JSON_DATA_ESC;
        return FHB_OK;
    }

    if (st->state == FHB_SPLICE_JSON_DATA_ESC) {
        st->state = FHB_SPLICE_JSON_DATA;

        switch (c) {

        case 'u':
            st->state = FHB_SPLICE_JSON_DATA_HEX;
            st->digits = 4;
            st->code = 0;
            return FHB_OK;

        case 'n':
        case 'r':
        case 't':
            return FHB_OK;

        case '/':
            st->byte = c;
            return FHB_DONE;

        case '"':
        case '\\':
        case 'b':
        case 'f':
            return FHB_E_BACKEND_BASE64;

        default:
            return FHB_E_BACKEND_RESOURCE;
        }
    }

    rc = fhb_splice_hex(st, c);

    if (rc != FHB_OK || st->digits) {
        return rc;
    }

    st->state = FHB_SPLICE_JSON_DATA;

    if (st->code > 0x7f) {
        return FHB_E_BACKEND_BASE64;
    }

    st->byte = (unsigned char) st->code;

    return fhb_splice_blank(st->byte) ? FHB_OK : FHB_DONE;
}
