/*
 * A JWKS: which of its keys are usable, and which one a token means.
 */

#include <string.h>

#include "fhb_jwk_key.h"
#include "fhb_text.h"


static fhb_rc_t fhb_jwk_set_read(fhb_jwk_set_t **set,
    const fhb_alloc_t *alloc, const fhb_json_node_t *keys,
    fhb_jwk_report_t *report);
static fhb_rc_t fhb_jwk_set_create(fhb_jwk_set_t **set,
    const fhb_alloc_t *alloc, const fhb_json_node_t *keys);
static fhb_rc_t fhb_jwk_set_add(fhb_jwk_set_t *set,
    const fhb_json_node_t *node, fhb_jwk_report_t *report);
static fhb_rc_t fhb_jwk_set_refuse(fhb_jwk_report_t *report,
    fhb_jwk_refusal_t refusal);
static fhb_jwk_t *fhb_jwk_set_named(fhb_jwk_set_t *set, fhb_str_t kid);


static const fhb_str_t  fhb_jwk_refusals[] = {
    fhb_string("fine"),
    fhb_string("no JSON object with an array \"keys\""),
    fhb_string("too large, too deep or too many keys"),
    fhb_string("holds a private or a symmetric key"),
    fhb_string("two keys have the same kid"),
    fhb_string("no usable key")
};

fhb_assert(jwk_refusals, fhb_nelts(fhb_jwk_refusals) == FHB_JWK_SET_NREFUSALS);


static const fhb_str_t  fhb_jwk_statuses[] = {
    fhb_string("usable"),
    fhb_string("malformed"),
    fhb_string("kty or crv not supported"),
    fhb_string("not for verification"),
    fhb_string("alg unknown or unfit"),
    fhb_string("weak"),
    fhb_string("no valid public key")
};

fhb_assert(jwk_statuses, fhb_nelts(fhb_jwk_statuses) == FHB_JWK_NSTATUSES);


static const fhb_str_t  fhb_jwk_set_keys = fhb_string("keys");
static const fhb_str_t  fhb_jwk_set_kid = fhb_string("kid");


fhb_rc_t
fhb_jwk_set_parse(fhb_jwk_set_t **set, const fhb_alloc_t *alloc,
    fhb_str_t in, fhb_jwk_report_t *report)
{
    fhb_rc_t                rc;
    fhb_json_t             *json;
    const fhb_json_node_t  *keys;

    *set = NULL;
    memset(report, 0, sizeof(fhb_jwk_report_t));

    if (in.len > FHB_MAX_JWKS) {
        return fhb_jwk_set_refuse(report, FHB_JWK_SET_LARGE);
    }

    rc = fhb_json_parse(&json, alloc, in);

    if (rc != FHB_OK) {
        if (rc == FHB_E_NOMEM) {
            return rc;
        }

        return fhb_jwk_set_refuse(report, (rc == FHB_E_TOO_LARGE)
                                          ? FHB_JWK_SET_LARGE
                                          : FHB_JWK_SET_SYNTAX);
    }

    keys = fhb_json_member(fhb_json_root(json), fhb_jwk_set_keys);

    if (keys == NULL || keys->type != FHB_JSON_ARRAY) {
        rc = fhb_jwk_set_refuse(report, FHB_JWK_SET_SYNTAX);

    } else if (keys->count > FHB_MAX_KEYS) {
        rc = fhb_jwk_set_refuse(report, FHB_JWK_SET_LARGE);

    } else {
        rc = fhb_jwk_set_read(set, alloc, keys, report);
    }

    fhb_json_free(json);

    if (rc == FHB_OK) {
        rc = fhb_digest_sha256((*set)->digest, &in, 1);
    }

    if (rc != FHB_OK) {
        fhb_jwk_set_free(*set);
        *set = NULL;
    }

    return rc;
}


static fhb_rc_t
fhb_jwk_set_read(fhb_jwk_set_t **set, const fhb_alloc_t *alloc,
    const fhb_json_node_t *keys, fhb_jwk_report_t *report)
{
    fhb_rc_t                rc;
    const fhb_json_node_t  *node;

    for (node = keys->first; node != NULL; node = node->next) {
        if (fhb_jwk_secret(node)) {
            return fhb_jwk_set_refuse(report, FHB_JWK_SET_SECRET);
        }
    }

    rc = fhb_jwk_set_create(set, alloc, keys);

    for (node = keys->first; rc == FHB_OK && node != NULL; node = node->next)
    {
        rc = fhb_jwk_set_add(*set, node, report);
    }

    if (rc == FHB_OK && (*set)->n == 0) {
        rc = fhb_jwk_set_refuse(report, FHB_JWK_SET_EMPTY);
    }

    return rc;
}


/*
 *    +----------------+---------------------+------------------------+
 *    | fhb_jwk_set_t  |  fhb_jwk_t * count  |  the kids, end to end  |
 *    +----------------+---------------------+------------------------+
 */

static fhb_rc_t
fhb_jwk_set_create(fhb_jwk_set_t **out, const fhb_alloc_t *alloc,
    const fhb_json_node_t *keys)
{
    size_t                  size, head;
    fhb_str_t               kid;
    fhb_jwk_set_t          *set;
    const fhb_json_node_t  *node;

    head = sizeof(fhb_jwk_set_t) + keys->count * sizeof(fhb_jwk_t);
    size = head;

    for (node = keys->first; node != NULL; node = node->next) {
        if (fhb_json_string(fhb_json_member(node, fhb_jwk_set_kid), &kid)
            == FHB_OK)
        {
            size += kid.len;
        }
    }

    set = alloc->alloc(alloc->ctx, size);
    if (set == NULL) {
        return FHB_E_NOMEM;
    }

    memset(set, 0, head);
    set->alloc = *alloc;
    set->kids = (unsigned char *) set + head;
    *out = set;

    return fhb_jwk_set_open(set);
}


/*
 * Keys without a kid are no duplicates of each other: a token without a kid
 * has to fit one of them by its algorithm alone.  A key that was left out is
 * no duplicate either.
 */

static fhb_rc_t
fhb_jwk_set_add(fhb_jwk_set_t *set, const fhb_json_node_t *node,
    fhb_jwk_report_t *report)
{
    fhb_rc_t          rc;
    fhb_jwk_t         key;
    fhb_jwk_status_t  status;

    memset(&key, 0, sizeof(fhb_jwk_t));

    rc = fhb_jwk_read(&key, &status, node);

    if (rc != FHB_OK) {
        /* a set without this key would deny its tokens */
        return rc;
    }

    report->keys[status]++;

    if (status != FHB_JWK_USABLE) {
        return FHB_OK;
    }

    set->keys[set->n++] = key;

    if (key.kid.data == NULL) {
        return FHB_OK;
    }

    if (fhb_jwk_set_named(set, key.kid) != &set->keys[set->n - 1]) {
        return fhb_jwk_set_refuse(report, FHB_JWK_SET_DUPLICATE_KID);
    }

    if (key.kid.len) {
        memcpy(set->kids, key.kid.data, key.kid.len);
    }

    set->keys[set->n - 1].kid.data = set->kids;
    set->kids += key.kid.len;

    return FHB_OK;
}


static fhb_rc_t
fhb_jwk_set_refuse(fhb_jwk_report_t *report, fhb_jwk_refusal_t refusal)
{
    report->refusal = refusal;

    return FHB_E_KEYS;
}


void
fhb_jwk_set_free(fhb_jwk_set_t *set)
{
    fhb_alloc_t  alloc;

    if (set == NULL) {
        return;
    }

    alloc = set->alloc;

    fhb_jwk_set_close(set);
    alloc.free(alloc.ctx, set);
}


fhb_str_t
fhb_jwk_set_digest(const fhb_jwk_set_t *set)
{
    fhb_str_t  digest;

    digest.len = FHB_DIGEST_LEN;
    digest.data = set->digest;

    return digest;
}


fhb_str_t
fhb_jwk_refusal_text(fhb_jwk_refusal_t refusal)
{
    return fhb_jwk_refusals[refusal];
}


fhb_str_t
fhb_jwk_status_text(fhb_jwk_status_t status)
{
    return fhb_jwk_statuses[status];
}


fhb_rc_t
fhb_jwk_find(fhb_jwk_t **out, fhb_jwk_set_t *set, fhb_str_t kid,
    unsigned alg)
{
    unsigned    i;
    fhb_jwk_t  *key;

    *out = NULL;

    if (kid.data != NULL) {
        key = fhb_jwk_set_named(set, kid);

        if (key == NULL) {
            return FHB_NO_KEY;
        }

        if (!(key->algs & alg)) {
            return FHB_E_TOKEN_INVALID;
        }

        *out = key;
        return FHB_OK;
    }

    key = NULL;

    for (i = 0; i < set->n; i++) {
        if (!(set->keys[i].algs & alg)) {
            continue;
        }

        if (key != NULL) {
            return FHB_E_TOKEN_INVALID;
        }

        key = &set->keys[i];
    }

    *out = key;

    return (key != NULL) ? FHB_OK : FHB_NO_KEY;
}


static fhb_jwk_t *
fhb_jwk_set_named(fhb_jwk_set_t *set, fhb_str_t kid)
{
    unsigned    i;
    fhb_jwk_t  *key;

    for (i = 0; i < set->n; i++) {
        key = &set->keys[i];

        if (key->kid.data != NULL && fhb_text_eq(key->kid, kid)) {
            return key;
        }
    }

    return NULL;
}
