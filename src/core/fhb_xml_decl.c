/*
 * The XML declaration, looked at before libxml2 acts on it:
 *
 *     start    = [ BOM ] ( decl / "<" / S )
 *     decl     = "<?xml" S any [ "encoding" *( S / "=" ) quoted ] any "?>"
 *
 * iconv knows hundreds of encodings, some with a state in which "<" is no
 * "<".  Those that are let through have none; the rest of the declaration is
 * libxml2's affair.
 */

#include <string.h>

#include "fhb_text.h"
#include "fhb_xml.h"


static fhb_rc_t fhb_xml_decl_narrow(fhb_str_t start, unsigned char *room,
    fhb_str_t *text, int *wide);
static fhb_rc_t fhb_xml_decl_encoding(fhb_str_t text, int wide, int strict);
static fhb_rc_t fhb_xml_decl_name(fhb_str_t name, int wide, int strict);
static int fhb_xml_decl_starts(fhb_str_t text, fhb_str_t with);
static size_t fhb_xml_decl_find(fhb_str_t text, fhb_str_t what);
static int fhb_xml_decl_blank(unsigned char c);


fhb_rc_t
fhb_xml_decl(fhb_str_t start, int strict)
{
    int                     wide;
    size_t                  n;
    fhb_rc_t                rc;
    fhb_str_t               text;
    unsigned char           room[FHB_XML_MAX_DECL];
    static const fhb_str_t  begin = fhb_string("<?xml");
    static const fhb_str_t  end = fhb_string("?>");

    rc = fhb_xml_decl_narrow(start, room, &text, &wide);
    if (rc != FHB_OK) {
        return rc;
    }

    if (wide && strict) {
        return FHB_E_SYNTAX;
    }

    n = text.len < begin.len ? text.len : begin.len;

    if (memcmp(text.data, begin.data, n) != 0) {
        return (text.data[0] == '<' || fhb_xml_decl_blank(text.data[0]))
               ? FHB_OK : FHB_E_SYNTAX;
    }

    if (text.len <= begin.len) {
        return FHB_AGAIN;
    }

    if (!fhb_xml_decl_blank(text.data[begin.len])) {
        return FHB_OK;                  /* such as <?xml-stylesheet */
    }

    n = fhb_xml_decl_find(text, end);

    if (n == text.len) {
        return start.len < FHB_XML_MAX_DECL ? FHB_AGAIN : FHB_E_SYNTAX;
    }

    text.len = n;

    return fhb_xml_decl_encoding(text, wide, strict);
}


/* The bytes without a BOM and, of UTF-16, without the zeros. */

static fhb_rc_t
fhb_xml_decl_narrow(fhb_str_t start, unsigned char *room, fhb_str_t *text,
    int *wide)
{
    size_t                  i, n;
    static const fhb_str_t  utf8 = fhb_string("\xef\xbb\xbf");
    static const fhb_str_t  little = fhb_string("\xff\xfe");
    static const fhb_str_t  big = fhb_string("\xfe\xff");

    *wide = 0;
    i = 0;

    if (fhb_xml_decl_starts(start, utf8)) {
        i = utf8.len;

    } else if (fhb_xml_decl_starts(start, little)
               || fhb_xml_decl_starts(start, big))
    {
        i = little.len;
        *wide = 1;
    }

    for (n = 0; i < start.len; i++) {

        if (start.data[i]) {
            room[n++] = start.data[i];
            continue;
        }

        *wide = 1;

        /* wider than UTF-16 */

        if (i && start.data[i - 1] == 0) {
            return FHB_E_SYNTAX;
        }
    }

    text->data = room;
    text->len = n;

    /* of a BOM that is cut there is nothing to judge yet */

    if (n == 0 || (start.len < utf8.len && start.data[0] > 0x7f)) {
        return start.len < utf8.len + 2 ? FHB_AGAIN : FHB_E_SYNTAX;
    }

    return FHB_OK;
}


static fhb_rc_t
fhb_xml_decl_encoding(fhb_str_t text, int wide, int strict)
{
    size_t                  i, n;
    fhb_str_t               name;
    static const fhb_str_t  what = fhb_string("encoding");

    n = fhb_xml_decl_find(text, what);

    if (n == text.len) {
        return FHB_OK;
    }

    n += what.len;

    while (n < text.len
           && (fhb_xml_decl_blank(text.data[n]) || text.data[n] == '='))
    {
        n++;
    }

    if (n == text.len || (text.data[n] != '"' && text.data[n] != '\'')) {
        return FHB_E_SYNTAX;
    }

    for (i = n + 1; i < text.len && text.data[i] != text.data[n]; i++) {
        /* void */
    }

    if (i == text.len) {
        return FHB_E_SYNTAX;
    }

    name.data = text.data + n + 1;
    name.len = i - n - 1;

    return fhb_xml_decl_name(name, wide, strict);
}


static fhb_rc_t
fhb_xml_decl_name(fhb_str_t name, int wide, int strict)
{
    size_t                  i;
    fhb_str_t               start;
    static const fhb_str_t  utf8 = fhb_string("utf-8");
    static const fhb_str_t  starts[] = {
        fhb_string("utf-16"),
        fhb_string("us-ascii"),
        fhb_string("iso-8859-"),
        fhb_string("windows-125")
    };

    if (!wide && fhb_text_eq_ci(name, utf8)) {
        return FHB_OK;
    }

    if (strict) {
        return FHB_E_SYNTAX;
    }

    for (i = 0; i < (wide ? 1 : fhb_nelts(starts)); i++) {
        start = name;

        if (start.len >= starts[i].len) {
            start.len = starts[i].len;

            if (fhb_text_eq_ci(start, starts[i])) {
                return FHB_OK;
            }
        }
    }

    return FHB_E_SYNTAX;
}


static int
fhb_xml_decl_starts(fhb_str_t text, fhb_str_t with)
{
    return text.len >= with.len
           && memcmp(text.data, with.data, with.len) == 0;
}


/* The offset of what, text.len without any. */

static size_t
fhb_xml_decl_find(fhb_str_t text, fhb_str_t what)
{
    size_t  i;

    for (i = 0; i + what.len <= text.len; i++) {
        if (memcmp(text.data + i, what.data, what.len) == 0) {
            return i;
        }
    }

    return text.len;
}


static int
fhb_xml_decl_blank(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
