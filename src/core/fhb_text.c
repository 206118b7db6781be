/*
 * The atoms of byte-string grammars.
 *
 *     token         = 1*tchar
 *     OWS           = *( SP / HTAB )
 *     quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE
 *     qdtext        = HTAB / SP / %x21 / %x23-5B / %x5D-7E / %x80-FF
 *     quoted-pair   = "\" ( HTAB / SP / %x21-7E / %x80-FF )
 */

#include <string.h>

#include "fhb_text.h"


static int fhb_text_is_printable(unsigned char c);


/* what is not said is 0 */

static const unsigned char  fhb_text_tchar[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0,   /* ! # $ % & ' * + - . */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,   /* 0-9 */
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,   /* A-O */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1,   /* P-Z ^ _ */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,   /* ` a-o */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0    /* p-z | ~ */
};


static int
fhb_text_is_printable(unsigned char c)
{
    return (c >= 0x20 && c != 0x7f) || c == '\t';
}


size_t
fhb_text_token(fhb_str_t s)
{
    size_t  n;

    n = 0;

    while (n < s.len && fhb_text_tchar[s.data[n]]) {
        n++;
    }

    return n;
}


size_t
fhb_text_ows(fhb_str_t s)
{
    size_t  n;

    n = 0;

    while (n < s.len && (s.data[n] == ' ' || s.data[n] == '\t')) {
        n++;
    }

    return n;
}


size_t
fhb_text_quoted(fhb_str_t s)
{
    size_t  n;

    if (s.len == 0 || s.data[0] != '"') {
        return 0;
    }

    for (n = 1; n < s.len; n++) {

        if (s.data[n] == '"') {
            return n + 1;
        }

        if (s.data[n] == '\\') {
            n++;

            if (n == s.len) {
                break;
            }
        }

        if (!fhb_text_is_printable(s.data[n])) {
            break;
        }
    }

    return 0;
}


fhb_str_t
fhb_text_trim(fhb_str_t s)
{
    s = fhb_text_skip(s, fhb_text_ows(s));

    while (s.len
           && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
    {
        s.len--;
    }

    return s;
}


fhb_rc_t
fhb_text_unquote(fhb_str_t *rest, unsigned char *c)
{
    while (rest->len && rest->data[0] == '"') {
        *rest = fhb_text_skip(*rest, 1);
    }

    if (rest->len == 0) {
        return FHB_DONE;
    }

    if (rest->data[0] == '\\' && rest->len > 1) {
        *rest = fhb_text_skip(*rest, 1);
    }

    *c = rest->data[0];
    *rest = fhb_text_skip(*rest, 1);

    return FHB_OK;
}


int
fhb_text_value_eq(fhb_str_t a, fhb_str_t b, int ci)
{
    fhb_rc_t       rc;
    unsigned char  x, y;

    for ( ;; ) {

        rc = fhb_text_unquote(&a, &x);

        if (rc != fhb_text_unquote(&b, &y)) {
            return 0;
        }

        if (rc != FHB_OK) {
            return 1;
        }

        if (x != y && !(ci && fhb_text_lower(x) == fhb_text_lower(y))) {
            return 0;
        }
    }
}


int
fhb_text_eq(fhb_str_t a, fhb_str_t b)
{
    return a.len == b.len
           && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


int
fhb_text_eq_ci(fhb_str_t a, fhb_str_t b)
{
    size_t  i;

    if (a.len != b.len) {
        return 0;
    }

    for (i = 0; i < a.len; i++) {
        if (a.data[i] != b.data[i]
            && fhb_text_lower(a.data[i]) != fhb_text_lower(b.data[i]))
        {
            return 0;
        }
    }

    return 1;
}


/*
 *     %x00-7F
 *     %xC2-DF tail                     ; C0, C1 would be overlong
 *     %xE0-EF 2tail                    ; from U+0800, less U+D800 to U+DFFF
 *     %xF0-F4 3tail                    ; U+10000 to U+10FFFF
 *     tail = %x80-BF
 */

size_t
fhb_text_utf8(fhb_str_t s, uint32_t *cp)
{
    size_t         n, i;
    uint32_t       u, least;
    unsigned char  c;

    if (s.len == 0) {
        return 0;
    }

    c = s.data[0];

    if (c < 0x80) {
        *cp = c;
        return 1;
    }

    if (c < 0xe0) {
        n = 2;
        u = c & 0x1f;
        least = 0x80;

    } else if (c < 0xf0) {
        n = 3;
        u = c & 0x0f;
        least = 0x800;

    } else {
        n = 4;
        u = c & 0x07;
        least = 0x10000;
    }

    if (c < 0xc2 || c > 0xf4 || n > s.len) {
        return 0;
    }

    for (i = 1; i < n; i++) {

        if ((s.data[i] & 0xc0) != 0x80) {
            return 0;
        }

        u = u << 6 | (s.data[i] & 0x3f);
    }

    if (u < least || u > 0x10ffff || (u >= 0xd800 && u <= 0xdfff)) {
        return 0;
    }

    *cp = u;

    return n;
}
