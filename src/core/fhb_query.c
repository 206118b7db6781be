/*
 * The query of a request: parameters found by name, whatever their encoding.
 *
 *     query     = [ parameter ] *( "&" [ parameter ] )
 *     parameter = raw [ "=" raw ]
 *     raw       = *( "%" HEXDIG HEXDIG / any byte but "%", "&" and NUL )
 *
 * Names are compared after decoding, so that %5fformat is _format; a name
 * with a bad escape is no name that is known here.
 */

#include <string.h>

#include "fhb_query.h"


#define FHB_QUERY_END  -1               /* no byte is left */
#define FHB_QUERY_BAD  -2               /* a bad escape, or NUL */


static const fhb_str_t  fhb_query_key_format = fhb_string("_format");
static const fhb_str_t  fhb_query_key_pretty = fhb_string("_pretty");
static const fhb_str_t  fhb_query_key_token = fhb_string("access_token");

/* what makes a FHIR server leave out a part of a resource */

static const fhb_str_t  fhb_query_subset[] = {
    fhb_string("_summary"),
    fhb_string("_elements")
};


static int fhb_query_copy(const fhb_query_t *q, int fhir, fhb_out_t *out);
static fhb_str_t fhb_query_piece(fhb_str_t *rest);
static fhb_str_t fhb_query_name(fhb_str_t piece);
static int fhb_query_strips(fhb_str_t piece, int fhir);
static int fhb_query_unclear(fhb_str_t piece, int fhir);
static int fhb_query_means(fhb_str_t raw, fhb_str_t name);
static int fhb_query_blank(int c);
static int fhb_query_hex(unsigned char c);
static int fhb_query_byte(fhb_str_t *raw);
static int fhb_query_same(fhb_str_t a, fhb_str_t b);


void
fhb_query_init(fhb_query_t *q, fhb_str_t args)
{
    memset(q, 0, sizeof(fhb_query_t));

    q->rest = args;
}


fhb_rc_t
fhb_query_next(fhb_query_t *q)
{
    size_t                len;
    const unsigned char  *p, *amp, *equals;

    while (q->rest.len != 0) {
        p = q->rest.data;
        amp = memchr(p, '&', q->rest.len);

        if (amp != NULL) {
            len = (size_t) (amp - p);
            q->rest.data = amp + 1;
            q->rest.len -= len + 1;

        } else {
            len = q->rest.len;
            q->rest.data = p + len;
            q->rest.len = 0;
        }

        if (len == 0) {
            continue;
        }

        equals = memchr(p, '=', len);

        q->name.data = p;
        q->name.len = equals ? (size_t) (equals - p) : len;
        q->value.data = equals ? equals + 1 : NULL;
        q->value.len = equals ? len - q->name.len - 1 : 0;

        return FHB_OK;
    }

    return FHB_DONE;
}


fhb_rc_t
fhb_query_decode(fhb_str_t raw, fhb_out_t *out)
{
    int  c;

    for ( ;; ) {
        c = fhb_query_byte(&raw);

        if (c == FHB_QUERY_END) {
            return out->full ? FHB_E_QUERY_TOO_LONG : FHB_OK;
        }

        if (c == FHB_QUERY_BAD) {
            return FHB_E_REQUEST;
        }

        fhb_out_byte(out, (unsigned char) c);
    }
}


int
fhb_query_name_is(fhb_str_t raw, fhb_str_t name)
{
    size_t  i;

    for (i = 0; i < name.len; i++) {
        if (fhb_query_byte(&raw) != name.data[i]) {
            return 0;
        }
    }

    return raw.len == 0;
}


int
fhb_query_name_is_general(fhb_str_t raw)
{
    return fhb_query_name_is(raw, fhb_query_key_format)
           || fhb_query_name_is(raw, fhb_query_key_pretty)
           || fhb_query_name_is(raw, fhb_query_key_token);
}


fhb_rc_t
fhb_query_format(fhb_str_t args, fhb_out_t *out)
{
    int          same;
    fhb_str_t    value;
    fhb_query_t  q;

    value.len = 0;
    value.data = NULL;

    fhb_query_init(&q, args);

    while (fhb_query_next(&q) == FHB_OK) {
        if (q.value.len == 0
            || !fhb_query_name_is(q.name, fhb_query_key_format))
        {
            continue;
        }

        if (value.len == 0) {
            value = q.value;
            continue;
        }

        same = fhb_query_same(value, q.value);

        if (same != 1) {
            return same == FHB_QUERY_BAD ? FHB_E_FORMAT : FHB_E_FORMAT_REPEATED;
        }
    }

    return fhb_query_decode(value, out) == FHB_OK ? FHB_OK : FHB_E_FORMAT;
}


int
fhb_query_has_token(fhb_str_t args)
{
    fhb_query_t  q;

    fhb_query_init(&q, args);

    while (fhb_query_next(&q) == FHB_OK) {
        if (fhb_query_name_is(q.name, fhb_query_key_token)) {
            return 1;
        }
    }

    return 0;
}


int
fhb_query_strip(fhb_str_t args, int fhir, fhb_out_t *out)
{
    int          stripped;
    fhb_query_t  q;

    stripped = 0;

    fhb_query_init(&q, args);

    while (fhb_query_next(&q) == FHB_OK) {
        stripped |= fhb_query_copy(&q, fhir, out);
    }

    return stripped;
}


/*
 * A parameter whose own name is left out goes whole: the ";" in a value of
 * _format is no separator.  From another one go the pieces that a FHIR server
 * which splits at ";", too, would take for one of the names.
 */

static int
fhb_query_copy(const fhb_query_t *q, int fhir, fhb_out_t *out)
{
    int        strips;
    fhb_str_t  raw, rest, piece;
    unsigned   kept;

    raw.data = q->name.data;
    raw.len = q->name.len + (q->value.data ? 1 + q->value.len : 0);

    rest = raw;
    piece = fhb_query_piece(&rest);

    if (fhb_query_strips(piece, fhir) || fhb_query_unclear(piece, fhir)) {
        return 1;
    }

    for (strips = 0; fhir && rest.len && !strips; /* void */) {
        strips = fhb_query_strips(fhb_query_piece(&rest), fhir);
    }

    if (!strips) {
        if (out->len) {
            fhb_out_byte(out, '&');
        }

        fhb_out_str(out, raw);
        return 0;
    }

    for (rest = raw, kept = 0; rest.len; /* void */) {
        piece = fhb_query_piece(&rest);

        if (piece.len == 0 || fhb_query_strips(piece, fhir)
            || fhb_query_unclear(piece, fhir))
        {
            continue;
        }

        if (out->len) {
            fhb_out_byte(out, kept ? ';' : '&');
        }

        fhb_out_str(out, piece);
        kept++;
    }

    return 1;
}


/* takes what comes before the next ";" from the front, and that one too */

static fhb_str_t
fhb_query_piece(fhb_str_t *rest)
{
    fhb_str_t             piece;
    const unsigned char  *p;

    piece = *rest;
    p = rest->len ? memchr(rest->data, ';', rest->len) : NULL;

    if (p == NULL) {
        rest->len = 0;
        return piece;
    }

    piece.len = (size_t) (p - piece.data);
    rest->data = p + 1;
    rest->len -= piece.len + 1;

    return piece;
}


static fhb_str_t
fhb_query_name(fhb_str_t piece)
{
    const unsigned char  *equals;

    equals = piece.len ? memchr(piece.data, '=', piece.len) : NULL;

    if (equals != NULL) {
        piece.len = (size_t) (equals - piece.data);
    }

    return piece;
}


static int
fhb_query_strips(fhb_str_t piece, int fhir)
{
    size_t  i, n;

    piece = fhb_query_name(piece);

    if (fhb_query_name_is_general(piece)) {
        return 1;
    }

    n = fhir ? fhb_nelts(fhb_query_subset) : 0;

    for (i = 0; i < n; i++) {
        if (fhb_query_means(piece, fhb_query_subset[i])) {
            return 1;
        }
    }

    return 0;
}


/* a FHIR server might read a name that cannot be decoded as any other */

static int
fhb_query_unclear(fhb_str_t piece, int fhir)
{
    int  c;

    piece = fhb_query_name(piece);

    do {
        c = fhb_query_byte(&piece);
    } while (c >= 0);

    return fhir && c == FHB_QUERY_BAD;
}


/*
 *     spelling = *blank name *blank [ ( ":" / "[" / NUL / bad escape ) *any ]
 *
 * "name:modifier" is FHIR's, "name[]" what some frameworks take for a list;
 * others end a name at a NUL.
 */

static int
fhb_query_means(fhb_str_t raw, fhb_str_t name)
{
    int     c;
    size_t  i;

    do {
        c = fhb_query_byte(&raw);
    } while (fhb_query_blank(c));

    for (i = 0; i < name.len; i++) {
        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;
        }

        if (c != name.data[i]) {
            return 0;
        }

        c = fhb_query_byte(&raw);
    }

    while (fhb_query_blank(c)) {
        c = fhb_query_byte(&raw);
    }

    return c < 0 || c == ':' || c == '[';
}


/* a "+" is one, to most servers */

static int
fhb_query_blank(int c)
{
    return c == ' ' || c == '+' || (c >= '\t' && c <= '\r');
}


static int
fhb_query_hex(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c = (unsigned char) (c | 0x20);

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    return -1;
}


/* takes one decoded byte from the front, or says why it cannot */

static int
fhb_query_byte(fhb_str_t *raw)
{
    int     c, high, low;
    size_t  n;

    if (raw->len == 0) {
        return FHB_QUERY_END;
    }

    c = raw->data[0];
    n = 1;

    if (c == '%') {
        if (raw->len < 3) {
            return FHB_QUERY_BAD;
        }

        high = fhb_query_hex(raw->data[1]);
        low = fhb_query_hex(raw->data[2]);

        if (high < 0 || low < 0) {
            return FHB_QUERY_BAD;
        }

        c = high * 16 + low;
        n = 3;
    }

    if (c == 0) {
        return FHB_QUERY_BAD;
    }

    raw->data += n;
    raw->len -= n;

    return c;
}


/* 1 for equal, 0 for different, FHB_QUERY_BAD when one cannot be decoded */

static int
fhb_query_same(fhb_str_t a, fhb_str_t b)
{
    int  ca, cb, same;

    same = 1;

    do {
        ca = fhb_query_byte(&a);
        cb = fhb_query_byte(&b);

        if (ca == FHB_QUERY_BAD || cb == FHB_QUERY_BAD) {
            return FHB_QUERY_BAD;
        }

        if (ca != cb) {
            same = 0;
        }

    } while (ca != FHB_QUERY_END || cb != FHB_QUERY_END);

    return same;
}
