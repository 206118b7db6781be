/*
 * The text of a JSON document: yajl lets overlong forms, surrogates in UTF-8
 * and unpaired \u surrogates through and shows them as something else.
 */

#include "fhb_json_text.h"


static fhb_rc_t fhb_json_text_lead(fhb_json_text_t *t, unsigned char c);
static fhb_rc_t fhb_json_text_unit(fhb_json_text_t *t, unsigned char c);
static fhb_rc_t fhb_json_text_ascii(fhb_json_text_t *t, unsigned char c);


fhb_rc_t
fhb_json_text_feed(fhb_json_text_t *t, fhb_str_t in)
{
    size_t         i;
    fhb_rc_t       rc;
    unsigned char  c;

    for (i = 0; i < in.len; i++) {
        c = in.data[i];

        if (t->need) {
            if (c < t->low || c > t->high) {
                return FHB_E_SYNTAX;
            }

            t->need--;
            t->low = 0x80;
            t->high = 0xbf;
            continue;
        }

        if (c < 0x80 && c != '\\' && !t->escape && !t->paired) {
            t->quoted ^= (c == '"');
            continue;
        }

        rc = (c < 0x80) ? fhb_json_text_ascii(t, c) : fhb_json_text_lead(t, c);

        if (rc != FHB_OK) {
            return rc;
        }
    }

    return FHB_OK;
}


/*
 * UTF8-2 = C2..DF tail          UTF8-3 = E0 A0..BF tail | E1..EC 2tail
 * UTF8-4 = F0 90..BF 2tail             | ED 80..9F tail | EE..EF 2tail
 *        | F1..F3 3tail
 *        | F4 80..8F 2tail      tail   = 80..BF             (RFC 3629 s.4)
 */

static fhb_rc_t
fhb_json_text_lead(fhb_json_text_t *t, unsigned char c)
{
    if (t->paired || t->escape || c < 0xc2 || c > 0xf4) {
        return FHB_E_SYNTAX;
    }

    t->low = 0x80;
    t->high = 0xbf;

    if (c < 0xe0) {
        t->need = 1;

    } else if (c < 0xf0) {
        t->need = 2;

        if (c == 0xe0) {
            t->low = 0xa0;

        } else if (c == 0xed) {
            t->high = 0x9f;
        }

    } else {
        t->need = 3;

        if (c == 0xf0) {
            t->low = 0x90;

        } else if (c == 0xf4) {
            t->high = 0x8f;
        }
    }

    return FHB_OK;
}


/*
 * string = DQUOTE *(char | "\" letter | unit | high low) DQUOTE
 * high   = "\u" D800..DBFF
 * low    = "\u" DC00..DFFF          only ever behind a high
 * unit   = "\u" any other four hex digits
 *
 * Which letters and characters may stand there is left to yajl.
 */

static fhb_rc_t
fhb_json_text_ascii(fhb_json_text_t *t, unsigned char c)
{
    if (t->escape > 1) {
        return fhb_json_text_unit(t, c);
    }

    if (t->escape == 1) {
        if (c == 'u') {
            t->escape = 2;
            t->unit = 0;
            return FHB_OK;
        }

        t->escape = 0;
        return t->paired ? FHB_E_SYNTAX : FHB_OK;
    }

    if (t->quoted && c == '\\') {
        t->escape = 1;
        return FHB_OK;
    }

    if (c == '"') {
        t->quoted = !t->quoted;
    }

    return t->paired ? FHB_E_SYNTAX : FHB_OK;
}


static fhb_rc_t
fhb_json_text_unit(fhb_json_text_t *t, unsigned char c)
{
    unsigned  digit, low;

    if (c >= '0' && c <= '9') {
        digit = c - '0';

    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
        digit = (c | 0x20) - 'a' + 10;

    } else {
        return FHB_E_SYNTAX;
    }

    t->unit = (uint16_t) (t->unit << 4 | digit);

    if (++t->escape < 6) {
        return FHB_OK;
    }

    t->escape = 0;
    low = (t->unit & 0xfc00) == 0xdc00;

    if (low != t->paired) {
        return FHB_E_SYNTAX;
    }

    t->paired = (t->unit & 0xfc00) == 0xd800;

    return FHB_OK;
}
