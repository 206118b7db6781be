/*
 * Tokens held against a policy: the rules.
 */

#include "fhb_claims_rule.h"
#include "fhb_text.h"


typedef enum {
    FHB_CLAIMS_TYP_REFUSED = 0,
    FHB_CLAIMS_TYP_ACCESS,              /* at+jwt */
    FHB_CLAIMS_TYP_JWT                  /* JWT, or none */
} fhb_claims_typ_t;


static fhb_rc_t fhb_claims_read(fhb_claims_t *claims,
    const fhb_claims_check_t *check, const fhb_json_node_t *root,
    int required);
static fhb_rc_t fhb_claims_origin(const fhb_claims_policy_t *policy,
    const fhb_json_node_t *root, int required);
static fhb_rc_t fhb_claims_keep(fhb_claims_t *claims,
    const fhb_claims_check_t *check, const fhb_json_node_t *root);
static const fhb_json_node_t *fhb_claims_at(const fhb_json_node_t *root,
    const fhb_claims_path_t *path, const fhb_str_t *name, int *said);
static int fhb_claims_complete(const fhb_claims_t *claims,
    const fhb_json_node_t *root);
static int fhb_claims_is_identity(const fhb_claims_policy_t *policy,
    const fhb_json_node_t *root);
static fhb_claims_typ_t fhb_claims_typ(const fhb_claims_policy_t *policy,
    fhb_str_t typ);


static const fhb_str_t  fhb_claims_iss = fhb_string("iss");
static const fhb_str_t  fhb_claims_aud = fhb_string("aud");
static const fhb_str_t  fhb_claims_exp = fhb_string("exp");
static const fhb_str_t  fhb_claims_nbf = fhb_string("nbf");
static const fhb_str_t  fhb_claims_iat = fhb_string("iat");
static const fhb_str_t  fhb_claims_sub = fhb_string("sub");
static const fhb_str_t  fhb_claims_jti = fhb_string("jti");
static const fhb_str_t  fhb_claims_cnf = fhb_string("cnf");
static const fhb_str_t  fhb_claims_azp = fhb_string("azp");
static const fhb_str_t  fhb_claims_nonce = fhb_string("nonce");
static const fhb_str_t  fhb_claims_at_hash = fhb_string("at_hash");
static const fhb_str_t  fhb_claims_c_hash = fhb_string("c_hash");
static const fhb_str_t  fhb_claims_name_scope = fhb_string("scope");
static const fhb_str_t  fhb_claims_name_patient = fhb_string("patient");
static const fhb_str_t  fhb_claims_name_client = fhb_string("client_id");
static const fhb_str_t  fhb_claims_name_active = fhb_string("active");
static const fhb_str_t  fhb_claims_name_type = fhb_string("token_type");
static const fhb_str_t  fhb_claims_bearer = fhb_string("bearer");
static const fhb_str_t  fhb_claims_jwt = fhb_string("jwt");
static const fhb_str_t  fhb_claims_at_jwt = fhb_string("at+jwt");
static const fhb_str_t  fhb_claims_media = fhb_string("application/at+jwt");


fhb_rc_t
fhb_claims_judge_jwt(fhb_claims_t *claims, const fhb_claims_check_t *check,
    fhb_str_t typ, const fhb_json_node_t *root)
{
    int64_t                     iat;
    fhb_rc_t                    rc;
    fhb_claims_typ_t            kind;
    const fhb_claims_policy_t  *policy;

    policy = check->policy;
    kind = fhb_claims_typ(policy, typ);

    if (kind == FHB_CLAIMS_TYP_REFUSED || root->type != FHB_JSON_OBJECT) {
        return FHB_E_TOKEN_INVALID;
    }

    rc = fhb_claims_read(claims, check, root, 1);
    if (rc != FHB_OK) {
        return rc;
    }

    if (claims->exp == FHB_CLAIMS_NEVER
        || (kind != FHB_CLAIMS_TYP_ACCESS
            && fhb_claims_is_identity(policy, root))
        || (policy->profile != FHB_CLAIMS_SMART
            && !fhb_claims_complete(claims, root)))
    {
        return FHB_E_TOKEN_INVALID;
    }

    rc = fhb_claims_date(&iat, fhb_json_member(root, fhb_claims_iat));

    if (rc != FHB_ABSENT
        && (rc != FHB_OK || iat - policy->leeway > check->now))
    {
        return FHB_E_TOKEN_INVALID;
    }

    return fhb_claims_timely(claims, check->now, policy->leeway);
}


fhb_rc_t
fhb_claims_judge_answer(fhb_claims_t *claims,
    const fhb_claims_check_t *check, const fhb_json_node_t *root)
{
    int                         active;
    fhb_rc_t                    rc;
    fhb_str_t                   type;
    const fhb_claims_policy_t  *policy;

    policy = check->policy;

    if (fhb_json_bool(fhb_json_member(root, fhb_claims_name_active), &active)
        != FHB_OK)
    {
        return FHB_E_INTROSPECTION;
    }

    if (!active) {
        return FHB_E_TOKEN_INVALID;
    }

    rc = fhb_json_string(fhb_json_member(root, fhb_claims_name_type), &type);

    if (rc != FHB_ABSENT
        && (rc != FHB_OK || !fhb_text_eq_ci(type, fhb_claims_bearer)))
    {
        return FHB_E_TOKEN_INVALID;
    }

    rc = fhb_claims_read(claims, check, root, 0);
    if (rc != FHB_OK) {
        return rc;
    }

    return fhb_claims_timely(claims, check->now, policy->leeway);
}


/* what holds for both; a token that is bound to a key is no bearer token */

static fhb_rc_t
fhb_claims_read(fhb_claims_t *claims, const fhb_claims_check_t *check,
    const fhb_json_node_t *root, int required)
{
    fhb_rc_t  rc;

    if (fhb_json_member(root, fhb_claims_cnf) != NULL) {
        return FHB_E_TOKEN_INVALID;
    }

    rc = fhb_claims_origin(check->policy, root, required);
    if (rc != FHB_OK) {
        return rc;
    }

    claims->exp = FHB_CLAIMS_NEVER;

    rc = fhb_claims_date(&claims->exp, fhb_json_member(root, fhb_claims_exp));
    if (rc < 0) {
        return rc;
    }

    rc = fhb_claims_date(&claims->nbf, fhb_json_member(root, fhb_claims_nbf));
    if (rc < 0) {
        return rc;
    }

    return fhb_claims_keep(claims, check, root);
}


/*
 * Who made the token, and for whom.  A JWT must say both; an answer comes
 * from the server itself, so there a policy that names none asks for none.
 */

static fhb_rc_t
fhb_claims_origin(const fhb_claims_policy_t *policy,
    const fhb_json_node_t *root, int required)
{
    size_t                  i;
    fhb_rc_t                rc;
    const fhb_json_node_t  *iss;

    iss = fhb_json_member(root, fhb_claims_iss);

    for (i = 0; i < policy->nissuers; i++) {
        if (fhb_json_is(iss, policy->issuers[i])) {
            break;
        }
    }

    if (i == policy->nissuers && (required || policy->nissuers)) {
        return FHB_E_TOKEN_INVALID;
    }

    rc = fhb_claims_audience(fhb_json_member(root, fhb_claims_aud),
                             policy->audiences, policy->naudiences);

    if (rc == FHB_E_SYNTAX) {
        return rc;
    }

    if (policy->audience_off || (!required && policy->naudiences == 0)) {
        return FHB_OK;
    }

    return (rc == FHB_OK) ? FHB_OK : FHB_E_TOKEN_INVALID;
}


/*
 * A member that is there but of no use has been said: its claim is empty, or
 * the token is refused, and no other source is asked for it.
 */

static fhb_rc_t
fhb_claims_keep(fhb_claims_t *claims, const fhb_claims_check_t *check,
    const fhb_json_node_t *root)
{
    int                     said;
    unsigned                i;
    fhb_rc_t                rc;
    fhb_str_t              *s;
    const fhb_json_node_t  *node;

    static const fhb_claims_path_t  none = { NULL, 0 };

    const struct {
        const fhb_claims_path_t  *path;
        const fhb_str_t          *name;
    } parts[] = {
        [FHB_CLAIMS_SCOPE] = { &check->policy->scope,
                               &fhb_claims_name_scope },
        [FHB_CLAIMS_PATIENT] = { &check->policy->patient,
                                 &fhb_claims_name_patient },
        [FHB_CLAIMS_CLIENT_ID] = { &check->policy->client_id,
                                   &fhb_claims_name_client },
        [FHB_CLAIMS_SUBJECT] = { &none, &fhb_claims_sub },
        [FHB_CLAIMS_JTI] = { &none, &fhb_claims_jti },
        [FHB_CLAIMS_TENANT] = { &check->policy->tenant, NULL }
    };

    fhb_assert(claims_parts, fhb_nelts(parts) == FHB_CLAIMS_PARTS);

    for (i = 0; i < FHB_CLAIMS_PARTS; i++) {
        s = fhb_claims_part(claims, i);
        node = fhb_claims_at(root, parts[i].path, parts[i].name, &said);

        rc = (i == FHB_CLAIMS_SCOPE)
             ? fhb_claims_scope(s, check->text, node)
             : fhb_claims_copy(s, check->text, node);

        if (rc != FHB_OK) {
            return FHB_E_TOKEN_INVALID;
        }

        claims->said |= (unsigned) said << i;
    }

    return FHB_OK;
}


/* RFC 9068 s.2.2; iss and exp are checked for every profile */

static int
fhb_claims_complete(const fhb_claims_t *claims, const fhb_json_node_t *root)
{
    return claims->subject.len != 0
           && claims->client_id.len != 0
           && claims->jti.len != 0
           && fhb_json_member(root, fhb_claims_aud) != NULL
           && fhb_json_member(root, fhb_claims_iat) != NULL;
}


/* an ID token: it is made for the client and tells who the user is */

static int
fhb_claims_is_identity(const fhb_claims_policy_t *policy,
    const fhb_json_node_t *root)
{
    int                     said;
    fhb_str_t               value;
    const fhb_json_node_t  *aud, *client;

    if (fhb_json_member(root, fhb_claims_nonce) != NULL
        || fhb_json_member(root, fhb_claims_at_hash) != NULL
        || fhb_json_member(root, fhb_claims_c_hash) != NULL)
    {
        return 1;
    }

    aud = fhb_json_member(root, fhb_claims_aud);

    if (aud != NULL && aud->type == FHB_JSON_ARRAY && aud->count == 1) {
        aud = aud->first;
    }

    if (fhb_json_string(aud, &value) != FHB_OK) {
        return 0;
    }

    client = fhb_claims_at(root, &policy->client_id, &fhb_claims_name_client,
                           &said);

    return fhb_json_is(client, value)
           || fhb_json_is(fhb_json_member(root, fhb_claims_azp), value);
}


/* RFC 7515 s.4.1.9: "application/" may be left out, case does not matter */

static fhb_claims_typ_t
fhb_claims_typ(const fhb_claims_policy_t *policy, fhb_str_t typ)
{
    if (typ.data != NULL
        && (fhb_text_eq_ci(typ, fhb_claims_at_jwt)
            || fhb_text_eq_ci(typ, fhb_claims_media)))
    {
        return FHB_CLAIMS_TYP_ACCESS;
    }

    if (policy->profile == FHB_CLAIMS_SMART
        && (typ.data == NULL || fhb_text_eq_ci(typ, fhb_claims_jwt)))
    {
        return FHB_CLAIMS_TYP_JWT;
    }

    return FHB_CLAIMS_TYP_REFUSED;
}


/*
 * The value of a claim, found by its path in the policy or by its default
 * name.  NULL and *said is 0: there is no such claim.  NULL and *said is 1:
 * something on the path is there, but is no object.
 */

static const fhb_json_node_t *
fhb_claims_at(const fhb_json_node_t *root, const fhb_claims_path_t *path,
    const fhb_str_t *name, int *said)
{
    size_t                  i, n;
    const fhb_str_t        *names;
    const fhb_json_node_t  *node;

    names = path->n ? path->names : name;
    n = path->n ? path->n : (name != NULL);
    node = n ? root : NULL;

    for (i = 0; i < n && node != NULL; i++) {

        if (node->type != FHB_JSON_OBJECT) {
            *said = 1;
            return NULL;
        }

        node = fhb_json_member(node, names[i]);
    }

    *said = (node != NULL);

    return node;
}
