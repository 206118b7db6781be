/*
 * One JWK: what it is for and with which algorithms.
 */

#include <string.h>

#include "fhb_jwk_key.h"
#include "fhb_text.h"


static fhb_jwk_status_t fhb_jwk_algs(unsigned *algs,
    const fhb_json_node_t *node);
static fhb_jwk_status_t fhb_jwk_purpose(const fhb_json_node_t *node);
static fhb_rc_t fhb_jwk_build(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_json_node_t *node);
static int fhb_jwk_value(fhb_str_t *value, const fhb_json_node_t *node,
    fhb_str_t name);


/* members of private and of shared keys: RFC 7518 s.6, RFC 8037 s.2 */

static const fhb_str_t  fhb_jwk_secrets[] = {
    fhb_string("d"), fhb_string("p"), fhb_string("q"), fhb_string("dp"),
    fhb_string("dq"), fhb_string("qi"), fhb_string("oth"), fhb_string("k"),
    fhb_string("priv")
};


static const fhb_str_t  fhb_jwk_name_kty = fhb_string("kty");
static const fhb_str_t  fhb_jwk_name_crv = fhb_string("crv");
static const fhb_str_t  fhb_jwk_name_alg = fhb_string("alg");
static const fhb_str_t  fhb_jwk_name_use = fhb_string("use");
static const fhb_str_t  fhb_jwk_name_ops = fhb_string("key_ops");
static const fhb_str_t  fhb_jwk_name_kid = fhb_string("kid");
static const fhb_str_t  fhb_jwk_name_n = fhb_string("n");
static const fhb_str_t  fhb_jwk_name_e = fhb_string("e");
static const fhb_str_t  fhb_jwk_name_x = fhb_string("x");
static const fhb_str_t  fhb_jwk_name_y = fhb_string("y");
static const fhb_str_t  fhb_jwk_oct = fhb_string("oct");
static const fhb_str_t  fhb_jwk_sig = fhb_string("sig");
static const fhb_str_t  fhb_jwk_verify = fhb_string("verify");


int
fhb_jwk_secret(const fhb_json_node_t *node)
{
    size_t  i;

    for (i = 0; i < fhb_nelts(fhb_jwk_secrets); i++) {
        if (fhb_json_member(node, fhb_jwk_secrets[i]) != NULL) {
            return 1;
        }
    }

    return fhb_json_is(fhb_json_member(node, fhb_jwk_name_kty), fhb_jwk_oct);
}


fhb_rc_t
fhb_jwk_read(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_json_node_t *node)
{
    fhb_rc_t  rc;

    *status = FHB_JWK_SHAPE;

    if (node->type != FHB_JSON_OBJECT) {
        return FHB_OK;
    }

    rc = fhb_json_string(fhb_json_member(node, fhb_jwk_name_kid), &key->kid);

    if (rc == FHB_OK && key->kid.len == 0) {
        key->kid.data = (const unsigned char *) "";
    }

    if (rc != FHB_OK && rc != FHB_ABSENT) {
        return FHB_OK;
    }

    *status = fhb_jwk_algs(&key->algs, node);

    if (*status == FHB_JWK_USABLE) {
        *status = fhb_jwk_purpose(node);
    }

    return (*status == FHB_JWK_USABLE) ? fhb_jwk_build(key, status, node)
                                     : FHB_OK;
}


/*
 * A key may verify with the algorithms of its type and curve, and with one
 * only if it names that one: a key has one purpose (RFC 8725 s.3.1).
 */

static fhb_jwk_status_t
fhb_jwk_algs(unsigned *algs, const fhb_json_node_t *node)
{
    unsigned          i;
    fhb_rc_t          rc;
    fhb_str_t         name, kty, crv;
    const fhb_jwa_t  *row;

    crv.len = 0;
    crv.data = NULL;

    if (fhb_json_string(fhb_json_member(node, fhb_jwk_name_kty), &kty)
        != FHB_OK)
    {
        return FHB_JWK_SHAPE;
    }

    rc = fhb_json_string(fhb_json_member(node, fhb_jwk_name_crv), &crv);

    if (rc != FHB_OK && rc != FHB_ABSENT) {
        return FHB_JWK_SHAPE;
    }

    for (i = 0; i < FHB_JWA_NALGS; i++) {
        row = fhb_jwa_row(1u << i);

        if (fhb_text_eq(row->kty, kty)
            && (row->crv.len == 0 || fhb_text_eq(row->crv, crv)))
        {
            *algs |= 1u << i;
        }
    }

    if (*algs == 0) {
        return FHB_JWK_KTY;
    }

    rc = fhb_json_string(fhb_json_member(node, fhb_jwk_name_alg), &name);

    if (rc == FHB_ABSENT) {
        return FHB_JWK_USABLE;
    }

    if (rc == FHB_OK) {
        *algs &= fhb_jwa_bit(name);
    }

    return (rc == FHB_OK && *algs) ? FHB_JWK_USABLE : FHB_JWK_ALG;
}


static fhb_jwk_status_t
fhb_jwk_purpose(const fhb_json_node_t *node)
{
    const fhb_json_node_t  *use, *ops, *op;

    use = fhb_json_member(node, fhb_jwk_name_use);

    if (use != NULL && !fhb_json_is(use, fhb_jwk_sig)) {
        return FHB_JWK_PURPOSE;
    }

    ops = fhb_json_member(node, fhb_jwk_name_ops);

    if (ops == NULL) {
        return FHB_JWK_USABLE;
    }

    if (ops->type == FHB_JSON_ARRAY) {
        for (op = ops->first; op != NULL; op = op->next) {
            if (fhb_json_is(op, fhb_jwk_verify)) {
                return FHB_JWK_USABLE;
            }
        }
    }

    return FHB_JWK_PURPOSE;
}


static fhb_rc_t
fhb_jwk_build(fhb_jwk_t *key, fhb_jwk_status_t *status,
    const fhb_json_node_t *node)
{
    fhb_jwk_values_t  values;

    memset(&values, 0, sizeof(fhb_jwk_values_t));

    if (!fhb_jwk_value(&values.n, node, fhb_jwk_name_n)
        || !fhb_jwk_value(&values.e, node, fhb_jwk_name_e)
        || !fhb_jwk_value(&values.x, node, fhb_jwk_name_x)
        || !fhb_jwk_value(&values.y, node, fhb_jwk_name_y))
    {
        *status = FHB_JWK_SHAPE;
        return FHB_OK;
    }

    return fhb_jwk_make(key, status, &values);
}


static int
fhb_jwk_value(fhb_str_t *value, const fhb_json_node_t *node, fhb_str_t name)
{
    fhb_rc_t  rc;

    rc = fhb_json_string(fhb_json_member(node, name), value);

    return rc == FHB_OK || rc == FHB_ABSENT;
}
