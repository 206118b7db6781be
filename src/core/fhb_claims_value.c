/*
 * Single values of a token: dates, strings, scopes, audiences.
 */

#include <string.h>

#include "fhb_claims_rule.h"


#define FHB_CLAIMS_DIGITS  15           /* of a date, before the point */


static fhb_rc_t fhb_claims_append(fhb_out_t *text, fhb_str_t s, size_t max,
    unsigned char least);
static fhb_rc_t fhb_claims_join(fhb_out_t *text, const fhb_json_node_t *node);


/*
 * date     = int [ "." 1*DIGIT ]           ; of JSON's number = [ "-" ] int
 * int      = "0" | %x31-39 0*14DIGIT       ;   [ frac ] [ exp ]
 *
 * JSON was checked before, so only "-", "e" and the length are left to
 * refuse.  1000.5 is rounded up: at 1000 it is neither reached nor past.
 */

fhb_rc_t
fhb_claims_date(int64_t *seconds, const fhb_json_node_t *node)
{
    size_t     i;
    int64_t    value;
    fhb_rc_t   rc;
    fhb_str_t  s;

    rc = fhb_json_number(node, &s);
    if (rc != FHB_OK) {
        return rc;
    }

    value = 0;

    for (i = 0; i < s.len && s.data[i] != '.'; i++) {
        if (s.data[i] < '0' || s.data[i] > '9' || i == FHB_CLAIMS_DIGITS) {
            return FHB_E_SYNTAX;
        }

        value = value * 10 + (s.data[i] - '0');
    }

    *seconds = value;

    for (i++; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') {
            return FHB_E_SYNTAX;
        }

        if (s.data[i] != '0') {
            *seconds = value + 1;
        }
    }

    return FHB_OK;
}


fhb_rc_t
fhb_claims_timely(const fhb_claims_t *claims, int64_t now, int64_t leeway)
{
    if (claims->nbf - leeway > now) {
        return FHB_E_TOKEN_INVALID;
    }

    if (now - leeway >= claims->exp) {
        return FHB_E_TOKEN_EXPIRED;
    }

    return FHB_OK;
}


fhb_rc_t
fhb_claims_copy(fhb_str_t *s, fhb_out_t *text, const fhb_json_node_t *node)
{
    size_t     start;
    fhb_rc_t   rc;
    fhb_str_t  value;

    s->len = 0;
    s->data = NULL;

    rc = fhb_json_string(node, &value);

    if (rc != FHB_OK) {
        return (rc == FHB_ABSENT) ? FHB_OK : rc;
    }

    start = text->len;

    rc = fhb_claims_append(text, value, FHB_MAX_CLAIM, 0x20);
    if (rc != FHB_OK) {
        return rc;
    }

    s->data = text->start + start;
    s->len = text->len - start;

    return FHB_OK;
}


fhb_rc_t
fhb_claims_scope(fhb_str_t *s, fhb_out_t *text, const fhb_json_node_t *node)
{
    size_t    start;
    fhb_rc_t  rc;

    s->len = 0;
    s->data = NULL;

    if (node == NULL) {
        return FHB_OK;
    }

    start = text->len;

    if (node->type == FHB_JSON_STRING) {
        rc = fhb_claims_append(text, node->value, FHB_MAX_SCOPE, 0x20);

    } else {
        rc = fhb_claims_join(text, node);
    }

    if (rc != FHB_OK || text->len - start > FHB_MAX_SCOPE) {
        return FHB_E_SYNTAX;
    }

    s->data = text->start + start;
    s->len = text->len - start;

    return FHB_OK;
}


/* a token with a space in it would be two tokens when joined */

static fhb_rc_t
fhb_claims_join(fhb_out_t *text, const fhb_json_node_t *node)
{
    fhb_rc_t                rc;
    const fhb_json_node_t  *item;

    if (node->type != FHB_JSON_ARRAY) {
        return FHB_E_SYNTAX;
    }

    for (item = node->first; item != NULL; item = item->next) {
        if (item->type != FHB_JSON_STRING || item->value.len == 0) {
            return FHB_E_SYNTAX;
        }

        if (item != node->first) {
            fhb_out_byte(text, ' ');
        }

        rc = fhb_claims_append(text, item->value, FHB_MAX_SCOPE, 0x21);
        if (rc != FHB_OK) {
            return rc;
        }
    }

    return FHB_OK;
}


/* control characters would reach logs, variables and header lines */

static fhb_rc_t
fhb_claims_append(fhb_out_t *text, fhb_str_t s, size_t max,
    unsigned char least)
{
    size_t  i;

    if (s.len > max) {
        return FHB_E_SYNTAX;
    }

    for (i = 0; i < s.len; i++) {
        if (s.data[i] < least || s.data[i] == 0x7f) {
            return FHB_E_SYNTAX;
        }
    }

    fhb_out_str(text, s);

    return text->full ? FHB_E_SYNTAX : FHB_OK;
}


fhb_rc_t
fhb_claims_audience(const fhb_json_node_t *node, const fhb_str_t *values,
    size_t n)
{
    size_t                  i;
    unsigned                found;
    const fhb_json_node_t  *item;

    if (node == NULL) {
        return FHB_ABSENT;
    }

    found = 0;
    item = (node->type == FHB_JSON_ARRAY) ? node->first : node;

    while (item != NULL) {
        if (item->type != FHB_JSON_STRING) {
            return FHB_E_SYNTAX;
        }

        for (i = 0; i < n; i++) {
            found |= fhb_json_is(item, values[i]) ? 1 : 0;
        }

        item = (item == node) ? NULL : item->next;
    }

    return found ? FHB_OK : FHB_E_TOKEN_INVALID;
}
