/*
 * Text from outside, written into JSON strings and XML attribute values.
 *
 * Characters that need nothing are collected and written as one piece; each
 * other one is written on its own.
 */

#include "fhb_out.h"
#include "fhb_text.h"


#define FHB_OUT_REPLACEMENT  "\xef\xbf\xbd"     /* U+FFFD */


static void fhb_out_json_char(fhb_out_t *out, unsigned char c);
static void fhb_out_xml_char(fhb_out_t *out, unsigned char c);


void
fhb_out_json(fhb_out_t *out, fhb_str_t s)
{
    size_t     n;
    uint32_t   cp;
    fhb_str_t  piece;

    piece = s;
    piece.len = 0;

    while (s.len) {

        if (s.data[0] >= 0x20 && s.data[0] < 0x7f
            && s.data[0] != '"' && s.data[0] != '\\')
        {
            piece.len++;
            s = fhb_text_skip(s, 1);
            continue;
        }

        n = fhb_text_utf8(s, &cp);

        if (n && cp >= 0x20 && cp != '"' && cp != '\\') {
            piece.len += n;
            s = fhb_text_skip(s, n);
            continue;
        }

        fhb_out_str(out, piece);

        if (n) {
            fhb_out_json_char(out, s.data[0]);

        } else {
            fhb_out_lit(out, FHB_OUT_REPLACEMENT);
        }

        s = fhb_text_skip(s, 1);

        piece.data = s.data;
        piece.len = 0;
    }

    fhb_out_str(out, piece);
}


static void
fhb_out_json_char(fhb_out_t *out, unsigned char c)
{
    static const char  hex[] = "0123456789abcdef";

    switch (c) {

    case '"':
        fhb_out_lit(out, "\\\"");
        return;

    case '\\':
        fhb_out_lit(out, "\\\\");
        return;

    case '\t':
        fhb_out_lit(out, "\\t");
        return;

    case '\n':
        fhb_out_lit(out, "\\n");
        return;

    case '\r':
        fhb_out_lit(out, "\\r");
        return;

    default:
        fhb_out_lit(out, "\\u00");
        fhb_out_byte(out, (unsigned char) hex[c >> 4]);
        fhb_out_byte(out, (unsigned char) hex[c & 15]);
    }
}


void
fhb_out_xml(fhb_out_t *out, fhb_str_t s)
{
    size_t     n;
    uint32_t   cp;
    fhb_str_t  piece;

    piece = s;
    piece.len = 0;

    while (s.len) {

        n = fhb_text_utf8(s, &cp);

        if (n && cp >= 0x20 && cp != '"' && cp != '&' && cp != '<'
            && cp != '>' && cp != 0xfffe && cp != 0xffff)
        {
            piece.len += n;
            s = fhb_text_skip(s, n);
            continue;
        }

        fhb_out_str(out, piece);

        if (n == 1) {
            fhb_out_xml_char(out, s.data[0]);

        } else {
            fhb_out_lit(out, FHB_OUT_REPLACEMENT);
        }

        s = fhb_text_skip(s, n ? n : 1);

        piece.data = s.data;
        piece.len = 0;
    }

    fhb_out_str(out, piece);
}


/* a literal TAB, CR or LF would be read back as a space */

static void
fhb_out_xml_char(fhb_out_t *out, unsigned char c)
{
    switch (c) {

    case '"':
        fhb_out_lit(out, "&quot;");
        return;

    case '&':
        fhb_out_lit(out, "&amp;");
        return;

    case '<':
        fhb_out_lit(out, "&lt;");
        return;

    case '>':
        fhb_out_lit(out, "&gt;");
        return;

    case '\t':
        fhb_out_lit(out, "&#x9;");
        return;

    case '\n':
        fhb_out_lit(out, "&#xA;");
        return;

    case '\r':
        fhb_out_lit(out, "&#xD;");
        return;

    default:
        fhb_out_lit(out, FHB_OUT_REPLACEMENT);
    }
}
