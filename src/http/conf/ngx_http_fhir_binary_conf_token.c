/*
 * Conf, token: the directives about tokens, scopes and patients.
 *
 * test     t/directive_claim.t, t/conf_token.t, t/conf_keys.t
 */

#include "ngx_http_fhir_binary_conf.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_text.h"


static ngx_int_t ngx_http_fhir_binary_conf_strings(ngx_conf_t *cf,
    ngx_array_t **list, ngx_uint_t first);
static ngx_uint_t ngx_http_fhir_binary_conf_scoped(ngx_array_t *scopes);
static ngx_int_t ngx_http_fhir_binary_conf_complex(ngx_conf_t *cf,
    ngx_str_t *value, ngx_http_complex_value_t **cv);


ngx_conf_enum_t  ngx_http_fhir_binary_profiles[] = {
    { ngx_string("smart"), FHB_CLAIMS_SMART },
    { ngx_string("rfc9068"), FHB_CLAIMS_RFC9068 },
    { ngx_null_string, 0 }
};


static ngx_int_t
ngx_http_fhir_binary_conf_strings(ngx_conf_t *cf, ngx_array_t **list,
    ngx_uint_t first)
{
    fhb_str_t  *s;
    ngx_str_t  *value;
    ngx_uint_t  i;

    *list = ngx_array_create(cf->pool, cf->args->nelts, sizeof(fhb_str_t));
    if (*list == NULL) {
        return NGX_ERROR;
    }

    value = cf->args->elts;

    for (i = first; i < cf->args->nelts; i++) {

        if (value[i].len == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "empty value in \"%V\" directive", &value[0]);
            return NGX_ERROR;
        }

        s = ngx_array_push(*list);
        if (s == NULL) {
            return NGX_ERROR;
        }

        *s = ngx_http_fhir_binary_to_core(value[i]);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_conf_complex(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_complex_value_t **cv)
{
    ngx_http_compile_complex_value_t  ccv;

    *cv = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (*cv == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = value;
    ccv.complex_value = *cv;

    return ngx_http_compile_complex_value(&ccv);
}


char *
ngx_http_fhir_binary_conf_key_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_str_t                        *value;
    ngx_http_fhir_binary_loc_conf_t  *fbcf = conf;

    if (fbcf->key_file.data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    fbcf->key_file = value[1];

    if (ngx_conf_full_name(cf->cycle, &fbcf->key_file, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    fbcf->key_set = ngx_http_fhir_binary_key_file(cf, &fbcf->key_file);

    return (fbcf->key_set == NULL) ? NGX_CONF_ERROR : NGX_CONF_OK;
}


char *
ngx_http_fhir_binary_conf_uri(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                        *value;
    ngx_http_complex_value_t        **cv;
    ngx_http_fhir_binary_loc_conf_t  *fbcf = conf;

    cv = (ngx_http_complex_value_t **) ((char *) conf + cmd->offset);

    if (*cv != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0
        || (value[1].data[0] != '/' && value[1].data[0] != '$'))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, it must "
                           "be the URI of an internal location of this "
                           "server, such as \"/_auth\"", &value[1],
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_http_fhir_binary_conf_complex(cf, &value[1], cv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value[2].data, "all") == 0) {
        fbcf->introspect_as = NGX_HTTP_FHIR_BINARY_ALL;

    } else if (ngx_strcmp(value[2].data, "opaque") == 0) {
        fbcf->introspect_as = NGX_HTTP_FHIR_BINARY_OPAQUE;

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, it must "
                           "be \"all\" or \"opaque\"", &value[2], &cmd->name);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_fhir_binary_conf_names(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t     *value;
    ngx_array_t  **list;

    list = (ngx_array_t **) ((char *) conf + cmd->offset);

    if (*list != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_http_fhir_binary_conf_strings(cf, list, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2
        && cmd->offset == offsetof(ngx_http_fhir_binary_loc_conf_t, audiences)
        && ngx_strcmp(value[1].data, "off") == 0)
    {
        (*list)->nelts = 0;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_fhir_binary_conf_algorithms(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    unsigned                          algs;
    fhb_rc_t                          rc;
    ngx_str_t                        *value;
    ngx_uint_t                        i;
    ngx_http_fhir_binary_loc_conf_t  *fbcf = conf;

    if (fbcf->algs != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    algs = 0;
    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        rc = fhb_jwa_allow(&algs, ngx_http_fhir_binary_to_core(value[i]));

        if (rc < 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid value \"%V\" in \"%V\" directive, it "
                               "must be one of RS256, RS384, RS512, PS256, "
                               "PS384, PS512, ES256, ES384, ES512, EdDSA",
                               &value[i], &cmd->name);
            return NGX_CONF_ERROR;
        }
    }

    fbcf->algs = algs;

    return NGX_CONF_OK;
}


char *
ngx_http_fhir_binary_conf_claim(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                          *value;
    ngx_uint_t                          i, n;
    ngx_array_t                        *names;
    ngx_http_fhir_binary_claim_path_t  *claim;
    ngx_http_fhir_binary_loc_conf_t    *fbcf = conf;

    static const struct {
        ngx_str_t   name;
        ngx_uint_t  offset;
    } claims[] = {
        { ngx_string("scope"), offsetof(fhb_claims_policy_t, scope) },
        { ngx_string("patient"), offsetof(fhb_claims_policy_t, patient) },
        { ngx_string("client_id"), offsetof(fhb_claims_policy_t, client_id) },
        { ngx_string("tenant"), offsetof(fhb_claims_policy_t, tenant) }
    };

    value = cf->args->elts;

    for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {

        if (claims[i].name.len == value[1].len
            && ngx_strcmp(claims[i].name.data, value[1].data) == 0)
        {
            goto found;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\" directive, it must be "
                       "\"scope\", \"patient\", \"client_id\" or \"tenant\"",
                       &value[1], &cmd->name);

    return NGX_CONF_ERROR;

found:

    if (fbcf->claims == NGX_CONF_UNSET_PTR) {

        fbcf->claims = ngx_array_create(cf->pool, 4,
                                   sizeof(ngx_http_fhir_binary_claim_path_t));
        if (fbcf->claims == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_http_fhir_binary_conf_strings(cf, &names, 2) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    claim = fbcf->claims->elts;

    for (n = 0; n < fbcf->claims->nelts; n++) {

        if (claim[n].name == claims[i].offset) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate value \"%V\" in \"%V\" directive",
                               &value[1], &cmd->name);
            return NGX_CONF_ERROR;
        }
    }

    claim = ngx_array_push(fbcf->claims);
    if (claim == NULL) {
        return NGX_CONF_ERROR;
    }

    claim->name = claims[i].offset;
    claim->path.names = names->elts;
    claim->path.n = names->nelts;

    return NGX_CONF_OK;
}


char *
ngx_http_fhir_binary_conf_scope(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    fhb_str_t                        *resource;
    ngx_str_t                        *value;
    ngx_uint_t                        i;
    ngx_array_t                      *any;
    fhb_scope_rule_t                 *rule;
    ngx_http_fhir_binary_loc_conf_t  *fbcf = conf;

    value = cf->args->elts;

    if (fbcf->scopes == NGX_CONF_UNSET_PTR) {

        fbcf->scopes = ngx_array_create(cf->pool, 4, sizeof(fhb_scope_rule_t));
        if (fbcf->scopes == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    rule = ngx_array_push(fbcf->scopes);

    if (rule == NULL
        || ngx_http_fhir_binary_conf_strings(cf, &any, 2) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(rule, sizeof(fhb_scope_rule_t));

    rule->any = any->elts;
    rule->n = any->nelts;

    if (ngx_strcmp(value[1].data, "*") == 0) {
        rule->target = FHB_SCOPE_OTHER;

    } else if (ngx_strcmp(value[1].data, "ccd") == 0) {
        rule->target = FHB_SCOPE_CCD;

    } else if (fhb_media_parse(&rule->media,
                               ngx_http_fhir_binary_to_core(value[1]))
               == FHB_OK)
    {
        rule->target = FHB_SCOPE_TYPE;

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, it must "
                           "be a media type such as \"application/pdf\", "
                           "\"*\" or \"ccd\"", &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_http_fhir_binary_conf_scoped(fbcf->scopes)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate value \"%V\" in \"%V\" directive",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    resource = any->elts;

    for (i = 0; i < any->nelts; i++) {

        if (!fhb_scope_resource_valid(resource[i])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid value \"%V\" in \"%V\" directive, it "
                               "must be the name of a FHIR resource type, "
                               "such as \"DocumentReference\"",
                               &value[i + 2], &cmd->name);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/*
 * Whether the last rule is for what an earlier one is for already.
 */

static ngx_uint_t
ngx_http_fhir_binary_conf_scoped(ngx_array_t *scopes)
{
    ngx_uint_t         i;
    fhb_scope_rule_t  *rule, *last;

    rule = scopes->elts;
    last = &rule[scopes->nelts - 1];

    for (i = 0; i + 1 < scopes->nelts; i++) {

        if (rule[i].target != last->target) {
            continue;
        }

        if (last->target != FHB_SCOPE_TYPE
            || (fhb_text_eq_ci(rule[i].media.type, last->media.type)
                && fhb_text_eq_ci(rule[i].media.subtype,
                                  last->media.subtype)))
        {
            return 1;
        }
    }

    return 0;
}


char *
ngx_http_fhir_binary_conf_patient(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_str_t                        *value;
    ngx_http_fhir_binary_loc_conf_t  *fbcf = conf;

    if (fbcf->patient != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "deny") == 0) {
        fbcf->patient = NGX_HTTP_FHIR_BINARY_DENY;
        return NGX_CONF_OK;
    }

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "trust") == 0) {
        fbcf->patient = NGX_HTTP_FHIR_BINARY_TRUST;
        return NGX_CONF_OK;
    }

    if (cf->args->nelts == 3 && ngx_strcmp(value[1].data, "header") == 0
        && value[2].len)
    {
        fbcf->patient = NGX_HTTP_FHIR_BINARY_HEADER;
        fbcf->patient_header = value[2];
        return NGX_CONF_OK;
    }

    if (cf->args->nelts == 3 && ngx_strcmp(value[1].data, "request") == 0
        && value[2].len && value[2].data[0] == '/')
    {
        fbcf->patient = NGX_HTTP_FHIR_BINARY_REQUEST;

        return (ngx_http_fhir_binary_conf_complex(cf, &value[2],
                                                    &fbcf->patient_request)
                == NGX_OK) ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\" directive, it must be "
                       "\"deny\", \"trust\", \"header NAME\" or "
                       "\"request URI\"", &value[1], &cmd->name);

    return NGX_CONF_ERROR;
}


char *
ngx_http_fhir_binary_conf_value(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                  *value;
    ngx_http_complex_value_t  **cv;

    cv = (ngx_http_complex_value_t **) ((char *) conf + cmd->offset);

    if (*cv != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    return (ngx_http_fhir_binary_conf_complex(cf, &value[1], cv) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}
