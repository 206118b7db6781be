/*
 * A compact JWS, taken apart.
 *
 *    jws    = header "." payload "." signature
 *    header, signature = 1*b64url          ; no padding, no spare bits
 *    payload           = *b64url           ; RFC 7515 s.3.1 and s.2
 */

#include <string.h>

#include "fhb_b64.h"
#include "fhb_json_tree.h"
#include "fhb_jws.h"
#include "fhb_text.h"


static fhb_rc_t fhb_jws_read(fhb_jws_t *jws, fhb_str_t token);
static fhb_rc_t fhb_jws_sniff(fhb_jws_t *jws, unsigned char *buf,
    fhb_str_t token, size_t dot);
static fhb_rc_t fhb_jws_split(fhb_jws_t *jws, unsigned char *buf,
    fhb_str_t token, size_t dot);
static fhb_rc_t fhb_jws_header(fhb_jws_t *jws);
static int fhb_jws_forbidden(const fhb_json_node_t *header);
static fhb_rc_t fhb_jws_nested(const fhb_json_node_t *header);
static fhb_rc_t fhb_jws_optional(fhb_str_t *s, const fhb_json_node_t *node);
static size_t fhb_jws_dot(fhb_str_t s, size_t from);


static const fhb_str_t  fhb_jws_alg = fhb_string("alg");
static const fhb_str_t  fhb_jws_kid = fhb_string("kid");
static const fhb_str_t  fhb_jws_typ = fhb_string("typ");
static const fhb_str_t  fhb_jws_cty = fhb_string("cty");
static const fhb_str_t  fhb_jws_jwt = fhb_string("jwt");
static const fhb_str_t  fhb_jws_media = fhb_string("application/jwt");


/*
 * What would change the meaning of the rest: no extension is understood
 * (crit), no payload outside of base64 (b64), no compression (zip), no
 * encryption (enc).
 */

static const fhb_str_t  fhb_jws_refused[] = {
    fhb_string("crit"), fhb_string("b64"), fhb_string("zip"),
    fhb_string("enc")
};


fhb_rc_t
fhb_jws_open(fhb_jws_t **out, const fhb_alloc_t *alloc, fhb_str_t token)
{
    fhb_rc_t    rc;
    fhb_jws_t  *jws;

    *out = NULL;

    if (token.len > FHB_MAX_TOKEN) {
        return FHB_E_TOKEN_INVALID;
    }

    jws = alloc->alloc(alloc->ctx, sizeof(fhb_jws_t)
                                   + 2 * FHB_B64_DECODE_MAX(token.len));
    if (jws == NULL) {
        return FHB_E_NOMEM;
    }

    memset(jws, 0, sizeof(fhb_jws_t));
    jws->alloc = *alloc;

    rc = fhb_jws_read(jws, token);

    if (rc != FHB_OK) {
        fhb_jws_free(jws);
        return rc;
    }

    *out = jws;

    return FHB_OK;
}


void
fhb_jws_free(fhb_jws_t *jws)
{
    fhb_alloc_t  alloc;

    if (jws == NULL) {
        return;
    }

    alloc = jws->alloc;

    fhb_json_free(jws->header);
    alloc.free(alloc.ctx, jws);
}


static fhb_rc_t
fhb_jws_read(fhb_jws_t *jws, fhb_str_t token)
{
    size_t          dot;
    fhb_rc_t        rc;
    unsigned char  *buf;

    buf = (unsigned char *) (jws + 1);
    dot = fhb_jws_dot(token, 0);

    if (dot == token.len) {
        return FHB_NOT_JWT;
    }

    rc = fhb_jws_sniff(jws, buf, token, dot);

    if (rc == FHB_OK) {
        rc = fhb_jws_split(jws, buf, token, dot);
    }

    if (rc == FHB_OK) {
        rc = fhb_jws_header(jws);
    }

    return rc;
}


static fhb_rc_t
fhb_jws_sniff(fhb_jws_t *jws, unsigned char *buf, fhb_str_t token,
    size_t dot)
{
    size_t     len;
    fhb_rc_t   rc;
    fhb_str_t  part;

    part.data = token.data;
    part.len = dot;

    if (fhb_b64_url_decode(buf, &len, part) != FHB_OK) {
        return FHB_NOT_JWT;
    }

    part.data = buf;
    part.len = len;

    rc = fhb_json_parse(&jws->header, &jws->alloc, part);

    if (rc != FHB_OK) {
        return (rc == FHB_E_NOMEM) ? rc : FHB_NOT_JWT;
    }

    if (fhb_json_member(fhb_json_root(jws->header), fhb_jws_alg) == NULL) {
        return FHB_NOT_JWT;
    }

    return FHB_OK;
}


static fhb_rc_t
fhb_jws_split(fhb_jws_t *jws, unsigned char *buf, fhb_str_t token,
    size_t dot)
{
    size_t     second;
    fhb_str_t  part;

    second = fhb_jws_dot(token, dot + 1);

    if (second == token.len || second + 1 == token.len
        || fhb_jws_dot(token, second + 1) != token.len)
    {
        return FHB_E_TOKEN_INVALID;
    }

    jws->input.data = token.data;
    jws->input.len = second;

    part.data = token.data + dot + 1;
    part.len = second - dot - 1;

    if (fhb_b64_url_decode(buf, &jws->payload.len, part) != FHB_OK) {
        return FHB_E_TOKEN_INVALID;
    }

    jws->payload.data = buf;
    buf += FHB_B64_DECODE_MAX(part.len);

    part.data = token.data + second + 1;
    part.len = token.len - second - 1;

    if (fhb_b64_url_decode(buf, &jws->signature.len, part) != FHB_OK) {
        return FHB_E_TOKEN_INVALID;
    }

    jws->signature.data = buf;

    return FHB_OK;
}


static fhb_rc_t
fhb_jws_header(fhb_jws_t *jws)
{
    fhb_str_t               alg;
    const fhb_json_node_t  *header;

    header = fhb_json_root(jws->header);

    if (fhb_json_string(fhb_json_member(header, fhb_jws_alg), &alg) != FHB_OK) {
        return FHB_E_TOKEN_INVALID;
    }

    jws->alg = fhb_jwa_bit(alg);

    if (jws->alg == 0
        || fhb_jws_forbidden(header)
        || fhb_jws_nested(header) != FHB_OK
        || fhb_jws_optional(&jws->kid, fhb_json_member(header, fhb_jws_kid))
           != FHB_OK
        || fhb_jws_optional(&jws->typ, fhb_json_member(header, fhb_jws_typ))
           != FHB_OK)
    {
        return FHB_E_TOKEN_INVALID;
    }

    return FHB_OK;
}


static int
fhb_jws_forbidden(const fhb_json_node_t *header)
{
    size_t  i;

    for (i = 0; i < fhb_nelts(fhb_jws_refused); i++) {
        if (fhb_json_member(header, fhb_jws_refused[i]) != NULL) {
            return 1;
        }
    }

    return 0;
}


/* a token within the token (RFC 7519 s.5.2) is not unpacked */

static fhb_rc_t
fhb_jws_nested(const fhb_json_node_t *header)
{
    fhb_rc_t   rc;
    fhb_str_t  cty;

    rc = fhb_json_string(fhb_json_member(header, fhb_jws_cty), &cty);

    if (rc == FHB_ABSENT) {
        return FHB_OK;
    }

    if (rc != FHB_OK
        || fhb_text_eq_ci(cty, fhb_jws_jwt)
        || fhb_text_eq_ci(cty, fhb_jws_media))
    {
        return FHB_E_TOKEN_INVALID;
    }

    return FHB_OK;
}


static fhb_rc_t
fhb_jws_optional(fhb_str_t *s, const fhb_json_node_t *node)
{
    fhb_rc_t  rc;

    rc = fhb_json_string(node, s);

    if (rc == FHB_ABSENT) {
        return FHB_OK;
    }

    if (rc == FHB_OK && s->len == 0) {
        s->data = (const unsigned char *) "";
    }

    return rc;
}


/* the offset of the next ".", or the length when there is none */

static size_t
fhb_jws_dot(fhb_str_t s, size_t from)
{
    const unsigned char  *p;

    if (from >= s.len) {
        return s.len;
    }

    p = memchr(s.data + from, '.', s.len - from);

    return (p != NULL) ? (size_t) (p - s.data) : s.len;
}
