/*
 * The grammar of Accept.
 *
 *     Accept = [ member ] *( "," [ member ] )
 *     member = OWS range parameters OWS
 *     range  = "*" "/" "*" / type "/" "*" / type "/" subtype / "*"
 *     weight = ( "0" [ "." *3DIGIT ] ) / ( "1" [ "." *3"0" ] )
 *              / "." 1*3DIGIT
 *
 * A comma inside of a quoted-string divides nothing.  A quote that does not
 * end takes the rest of its line with it.  The weight is the parameter "q",
 * wherever it stands.
 *
 * We read "*" alone, and a weight that begins with its point, though RFC 9110
 * knows neither: Java's URLConnection sends "*; q=.2".  Anything else that is
 * not valid drops its member, so that a typo never widens what is accepted.
 */

#include <string.h>

#include "fhb_accept.h"
#include "fhb_text.h"


static fhb_rc_t fhb_accept_parse_line(fhb_accept_t *a, fhb_str_t line,
    size_t *members);
static size_t fhb_accept_parse_cut(fhb_str_t s);
static fhb_rc_t fhb_accept_parse_member(fhb_range_t *range, fhb_str_t s);
static fhb_rc_t fhb_accept_parse_weight(fhb_range_t *range);
static int fhb_accept_parse_q(fhb_str_t s);


fhb_rc_t
fhb_accept_parse(fhb_accept_t *a, const fhb_str_t *lines, size_t n)
{
    size_t  i, room, members;

    a->n = 0;
    a->present = 0;

    if (n > FHB_MAX_RANGES) {
        goto too_long;
    }

    room = FHB_MAX_ACCEPT;
    members = 0;

    for (i = 0; i < n; i++) {

        if (i) {
            if (room < sizeof(", ") - 1) {
                goto too_long;
            }

            room -= sizeof(", ") - 1;
        }

        if (lines[i].len > room) {
            goto too_long;
        }

        room -= lines[i].len;

        if (fhb_accept_parse_line(a, lines[i], &members) != FHB_OK) {
            goto too_long;
        }
    }

    a->present = members != 0;

    return FHB_OK;

too_long:

    /* a header that asks, and for nothing that there is */

    a->n = 0;
    a->present = 1;

    return FHB_E_ACCEPT_TOO_LONG;
}


static fhb_rc_t
fhb_accept_parse_line(fhb_accept_t *a, fhb_str_t line, size_t *members)
{
    size_t     n;
    fhb_str_t  member;

    while (line.len) {

        n = fhb_accept_parse_cut(line);

        member = line;
        member.len = n;
        member = fhb_text_trim(member);

        /* n is the comma's place, or the end of the line */

        line = fhb_text_skip(line, n < line.len ? n + 1 : n);

        if (member.len == 0) {
            continue;
        }

        if (*members == FHB_MAX_RANGES) {
            return FHB_E_ACCEPT_TOO_LONG;
        }

        (*members)++;

        if (fhb_accept_parse_member(&a->ranges[a->n], member) == FHB_OK) {
            a->n++;
        }
    }

    return FHB_OK;
}


static size_t
fhb_accept_parse_cut(fhb_str_t s)
{
    int     quoted;
    size_t  n;

    quoted = 0;

    for (n = 0; n < s.len; n++) {

        switch (s.data[n]) {

        case '"':
            quoted = !quoted;
            break;

        case '\\':
            if (quoted && n + 1 < s.len) {
                n++;
            }

            break;

        case ',':
            if (!quoted) {
                return n;
            }

            break;

        default:
            break;
        }
    }

    return n;
}


static fhb_rc_t
fhb_accept_parse_member(fhb_range_t *range, fhb_str_t s)
{
    fhb_str_t     any = fhb_string("*");
    fhb_media_t  *m;

    m = &range->range;

    if (s.data[0] == '*' && fhb_text_token(s) == 1
        && (s.len == 1 || s.data[1] != '/'))
    {
        m->type = s;
        m->type.len = 1;
        m->subtype = m->type;
        m->params = fhb_text_skip(s, 1);

        return fhb_accept_parse_weight(range);
    }

    if (fhb_media_split(m, s) != FHB_OK) {
        return FHB_E_SYNTAX;
    }

    if (fhb_text_eq(m->type, any) && !fhb_text_eq(m->subtype, any)) {
        return FHB_E_SYNTAX;
    }

    return fhb_accept_parse_weight(range);
}


static fhb_rc_t
fhb_accept_parse_weight(fhb_range_t *range)
{
    int                q;
    fhb_rc_t           rc;
    fhb_str_t          name = fhb_string("q");
    fhb_media_param_t  p;

    range->q = 1000;

    q = -1;
    p.rest = range->range.params;

    for ( ;; ) {

        rc = fhb_media_next(&p);

        if (rc != FHB_OK) {
            return rc == FHB_DONE ? FHB_OK : rc;
        }

        if (!fhb_text_eq_ci(p.name, name)) {
            continue;
        }

        /* two weights: which one is meant cannot be known */

        if (q != -1) {
            return FHB_E_SYNTAX;
        }

        q = fhb_accept_parse_q(p.value);

        if (q == -1) {
            return FHB_E_SYNTAX;
        }

        range->q = q;
    }
}


/* returns 0 .. 1000, or -1 */

static int
fhb_accept_parse_q(fhb_str_t s)
{
    int     q, unit;
    size_t  i;

    q = 0;
    i = 0;

    if (s.len && (s.data[0] == '0' || s.data[0] == '1')) {
        q = (s.data[0] - '0') * 1000;
        i = 1;

    } else if (s.len < 2) {
        return -1;
    }

    if (i == s.len) {
        return q;
    }

    if (s.data[i] != '.' || s.len - i - 1 > 3) {
        return -1;
    }

    unit = 100;

    for (i++; i < s.len; i++) {

        if (s.data[i] < '0' || s.data[i] > '9') {
            return -1;
        }

        q += (s.data[i] - '0') * unit;
        unit /= 10;
    }

    return q <= 1000 ? q : -1;
}
