/*
 * The atoms of byte-string grammars: what HTTP fields, media types, scopes
 * and tokens are scanned with.  Nothing here allocates or copies.
 */

#ifndef FHB_TEXT_H
#define FHB_TEXT_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


/*
 * fhb_text_skip - what is left of a string behind its first n bytes.
 *
 * shape    n: not above s.len
 */

static inline fhb_str_t
fhb_text_skip(fhb_str_t s, size_t n)
{
    if (n) {
        s.data += n;
        s.len -= n;
    }

    return s;
}


/*
 * fhb_text_lower - a byte, with A to Z in lower case; any other as it is.
 */

static inline unsigned char
fhb_text_lower(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') ? (unsigned char) (c | 0x20) : c;
}


/*
 * fhb_text_token, fhb_text_ows, fhb_text_quoted - how many bytes at the start
 * of s are a token, are optional white space, or are a whole quoted-string
 * with its quotes.
 *
 * returns  0 when there is none; also for a quoted-string that does not end
 *          or holds a control other than TAB
 * source   RFC 9110 s.5.6.2 to s.5.6.4
 * test     t/unit/test_text.c
 */

size_t fhb_text_token(fhb_str_t s);
size_t fhb_text_ows(fhb_str_t s);
size_t fhb_text_quoted(fhb_str_t s);


/*
 * fhb_text_trim - s without optional white space at either end.
 */

fhb_str_t fhb_text_trim(fhb_str_t s);


/*
 * fhb_text_unquote - step through a token or a valid quoted-string, with the
 * quotes and escapes undone.
 *
 * shape    rest: what is left; begins as the whole, quotes included
 * returns  FHB_OK and *c | FHB_DONE
 */

fhb_must_check fhb_rc_t fhb_text_unquote(fhb_str_t *rest, unsigned char *c);


/*
 * fhb_text_value_eq - whether two parameter values are equal, each a token or
 * a valid quoted-string; quotes make no difference.
 *
 * shape    ci: not 0 to take A to Z as a to z
 */

int fhb_text_value_eq(fhb_str_t a, fhb_str_t b, int ci);


/*
 * fhb_text_eq, fhb_text_eq_ci - whether two strings are equal; the second one
 * takes A to Z as a to z.
 */

int fhb_text_eq(fhb_str_t a, fhb_str_t b);
int fhb_text_eq_ci(fhb_str_t a, fhb_str_t b);


/*
 * fhb_text_utf8 - decode the character at the start of s.
 *
 * returns  its length, 1 to 4, and *cp | 0 for an empty s and for a byte that
 *          begins no character: stray, cut off, overlong, a surrogate or
 *          above U+10FFFF
 * source   RFC 3629 s.4
 * test     t/unit/test_text.c
 */

size_t fhb_text_utf8(fhb_str_t s, uint32_t *cp);


#pragma GCC visibility pop

#endif /* FHB_TEXT_H */
