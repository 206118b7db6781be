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
fhb_query_strip(fhb_str_t args, fhb_out_t *out)
{
    int          stripped;
    size_t       kept;
    fhb_query_t  q;

    stripped = 0;
    kept = 0;

    fhb_query_init(&q, args);

    while (fhb_query_next(&q) == FHB_OK) {
        if (fhb_query_name_is_general(q.name)) {
            stripped = 1;
            continue;
        }

        if (kept++ != 0) {
            fhb_out_byte(out, '&');
        }

        fhb_out_str(out, q.name);

        if (q.value.data != NULL) {
            fhb_out_byte(out, '=');
            fhb_out_str(out, q.value);
        }
    }

    return stripped;
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
