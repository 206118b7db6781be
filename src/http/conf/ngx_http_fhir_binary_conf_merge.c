/*
 * Conf, merge: what the directives of a location and its parents come to, and
 * what must not be left unsaid.
 *
 * test     t/conf_token.t, t/conf_bad_values.t, t/token_server.t
 */

#include "ngx_http_fhir_binary_conf.h"
#include "ngx_http_fhir_binary_core.h"


static char *ngx_http_fhir_binary_conf_merge_policy(ngx_conf_t *cf,
    ngx_http_fhir_binary_loc_conf_t *conf);
static void ngx_http_fhir_binary_conf_merge_paths(
    ngx_http_fhir_binary_loc_conf_t *conf);
static char *ngx_http_fhir_binary_conf_merge_missing(ngx_conf_t *cf,
    const char *what);
static ngx_int_t ngx_http_fhir_binary_conf_merge_digest(ngx_conf_t *cf,
    ngx_http_fhir_binary_loc_conf_t *conf);
static fhb_str_t ngx_http_fhir_binary_conf_merge_uri(
    const ngx_http_complex_value_t *cv);


char *
ngx_http_fhir_binary_conf_merge(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_fhir_binary_loc_conf_t  *prev = parent;
    ngx_http_fhir_binary_loc_conf_t  *conf = child;

    ngx_http_fhir_binary_main_conf_t  *fmcf;

    ngx_conf_merge_uint_value(conf->version, prev->version, FHB_VERSION_OFF);
    ngx_conf_merge_uint_value(conf->backend, prev->backend,
                              NGX_HTTP_FHIR_BINARY_AUTO);
    ngx_conf_merge_uint_value(conf->lenient, prev->lenient, 0);
    ngx_conf_merge_uint_value(conf->fhir, prev->fhir, 0);
    ngx_conf_merge_value(conf->auth, prev->auth, 1);
    ngx_conf_merge_value(conf->sandbox, prev->sandbox, 1);
    ngx_conf_merge_value(conf->ccd, prev->ccd, 1);
    ngx_conf_merge_value(conf->ccd_check, prev->ccd_check, 0);

    if (conf->lookahead_worker == 0) {
        conf->lookahead_worker = prev->lookahead_worker
                                 ? prev->lookahead_worker
                                 : NGX_HTTP_FHIR_BINARY_WORKER_HELD;
    }

    ngx_conf_merge_size_value(conf->lookahead, prev->lookahead, 65536);
    ngx_conf_merge_ptr_value(conf->cors, prev->cors, NULL);
    ngx_conf_merge_str_value(conf->realm, prev->realm, "fhir");
    ngx_conf_merge_str_value(conf->resource_metadata, prev->resource_metadata,
                             "");
    ngx_conf_merge_bufs_value(conf->bufs, prev->bufs, 4, 32768);
    ngx_conf_merge_ptr_value(conf->issuers, prev->issuers, NULL);
    ngx_conf_merge_ptr_value(conf->audiences, prev->audiences, NULL);
    ngx_conf_merge_uint_value(conf->algs, prev->algs, FHB_JWA_DEFAULT);
    ngx_conf_merge_uint_value(conf->profile, prev->profile, FHB_CLAIMS_SMART);
    ngx_conf_merge_ptr_value(conf->claims, prev->claims, NULL);
    ngx_conf_merge_sec_value(conf->leeway, prev->leeway, 30);
    ngx_conf_merge_ptr_value(conf->tenant, prev->tenant, NULL);
    ngx_conf_merge_ptr_value(conf->scopes, prev->scopes, NULL);
    ngx_conf_merge_ptr_value(conf->base, prev->base, NULL);

    if (conf->patient == NGX_CONF_UNSET_UINT) {
        conf->patient_header = prev->patient_header;
        conf->patient_request = prev->patient_request;
    }

    ngx_conf_merge_uint_value(conf->patient, prev->patient,
                              NGX_HTTP_FHIR_BINARY_DENY);

    if (conf->cache == NGX_CONF_UNSET_PTR) {
        conf->cache_valid = prev->cache_valid;
        conf->cache_inactive = prev->cache_inactive;
    }

    ngx_conf_merge_ptr_value(conf->cache, prev->cache, NULL);

    if (conf->cache_inactive == 0) {
        conf->cache_inactive = 600;
    }

    /* where a location says anything of keys, it says all of it */

    if (conf->key_file.data == NULL && conf->key_request == NULL) {
        conf->key_file = prev->key_file;
        conf->key_set = prev->key_set;
        conf->key_request = prev->key_request;
    }

    if (conf->introspect == NULL) {
        conf->introspect = prev->introspect;
        conf->introspect_as = prev->introspect_as;
    }

    if (conf->version != FHB_VERSION_OFF) {
        fmcf = ngx_http_conf_get_module_main_conf(cf,
                                                  ngx_http_fhir_binary_module);
        fmcf->enabled = 1;
    }

    ngx_http_fhir_binary_conf_error_pages(cf, prev, conf);

    return ngx_http_fhir_binary_conf_merge_policy(cf, conf);
}


static void
ngx_http_fhir_binary_conf_merge_paths(ngx_http_fhir_binary_loc_conf_t *conf)
{
    ngx_uint_t                          i;
    fhb_claims_path_t                  *path;
    ngx_http_fhir_binary_claim_path_t  *claim;

    if (conf->claims == NULL) {
        return;
    }

    claim = conf->claims->elts;

    for (i = 0; i < conf->claims->nelts; i++) {
        path = (fhb_claims_path_t *) ((char *) &conf->policy + claim[i].name);
        *path = claim[i].path;
    }
}


/*
 * What merged directives say, in the core's words; and what must not be left
 * unsaid.
 */

static char *
ngx_http_fhir_binary_conf_merge_policy(ngx_conf_t *cf,
    ngx_http_fhir_binary_loc_conf_t *conf)
{
    ngx_uint_t                 keys;
    fhb_claims_policy_t       *policy;
    ngx_http_core_loc_conf_t  *clcf;

    keys = (conf->key_set != NULL || conf->key_request != NULL);
    policy = &conf->policy;

    if (conf->issuers) {
        policy->issuers = conf->issuers->elts;
        policy->nissuers = conf->issuers->nelts;
    }

    if (conf->audiences) {
        policy->audiences = conf->audiences->elts;
        policy->naudiences = conf->audiences->nelts;
        policy->audience_off = (conf->audiences->nelts == 0);
    }

    policy->algs = conf->algs;
    policy->profile = conf->profile;
    policy->leeway = conf->leeway;

    ngx_http_fhir_binary_conf_merge_paths(conf);

    conf->introspected = conf->introspect_as;

    if (conf->introspect == NULL) {
        conf->introspected = 0;

    } else if (conf->introspected == 0) {
        /* the keys may be those of this location alone: not inherited */
        conf->introspected = keys ? NGX_HTTP_FHIR_BINARY_OPAQUE
                                  : NGX_HTTP_FHIR_BINARY_ALL;
    }

    if (conf->version == FHB_VERSION_OFF || !conf->auth) {
        return NGX_CONF_OK;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (!keys && conf->introspect == NULL) {

        if (clcf->name.len == 0 && clcf->locations != NULL) {
            /* its locations say for themselves; here it denies at run time */
            return NGX_CONF_OK;
        }

        return ngx_http_fhir_binary_conf_merge_missing(cf,
                   "nothing there can check a token: write "
                   "\"fhir_binary_key_file\", \"fhir_binary_key_request\" or "
                   "\"fhir_binary_introspect\", or \"fhir_binary_auth off\" "
                   "for an open endpoint");
    }

    if (keys && policy->nissuers == 0) {
        return ngx_http_fhir_binary_conf_merge_missing(cf,
                   "keys are trusted for no issuer: write "
                   "\"fhir_binary_issuer\" with the iss of the tokens");
    }

    if (keys && policy->naudiences == 0 && !policy->audience_off) {
        return ngx_http_fhir_binary_conf_merge_missing(cf,
                   "it is not said for whom tokens must be meant: write "
                   "\"fhir_binary_audience\" with the aud of the tokens, or "
                   "\"fhir_binary_audience off\" for a server that sends none");
    }

    if (conf->tenant != NULL && policy->tenant.n == 0) {
        return ngx_http_fhir_binary_conf_merge_missing(cf,
                   "\"fhir_binary_tenant\" needs to know the claim: write "
                   "\"fhir_binary_claim tenant MEMBER\"");
    }

    if (!keys && conf->introspected == NGX_HTTP_FHIR_BINARY_OPAQUE) {
        return ngx_http_fhir_binary_conf_merge_missing(cf,
                   "\"fhir_binary_introspect\" with \"opaque\" leaves JWTs "
                   "unchecked: write \"all\", or add \"fhir_binary_key_file\" "
                   "or \"fhir_binary_key_request\"");
    }

    if (conf->key_set != NULL && conf->key_request != NULL) {
        return ngx_http_fhir_binary_conf_merge_missing(cf,
                   "keys come from one source: write either "
                   "\"fhir_binary_key_file\" or \"fhir_binary_key_request\"");
    }

    if (conf->key_request != NULL && conf->key_request->lengths == NULL) {

        conf->keys = ngx_http_fhir_binary_keys_add(cf,
                                                   &conf->key_request->value);
        if (conf->keys == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return (ngx_http_fhir_binary_conf_merge_digest(cf, conf) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_http_fhir_binary_conf_merge_missing(ngx_conf_t *cf, const char *what)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"fhir_binary_auth\" is on in location \"%V\", but %s",
                       &clcf->name, what);

    return NGX_CONF_ERROR;
}


/*
 * The name of all that a verdict rests on, but for token and keys, and for
 * what URIs with variables come to: here they go in as written.  A server is
 * named by where its block stands, the same in all workers and after a
 * reload; the internal locations that are asked belong to it.
 */

static ngx_int_t
ngx_http_fhir_binary_conf_merge_digest(ngx_conf_t *cf,
    ngx_http_fhir_binary_loc_conf_t *conf)
{
    fhb_claims_place_t         place;
    ngx_http_core_srv_conf_t  *cscf;

    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    place.file.data = cscf->file_name;
    place.file.len = cscf->file_name ? ngx_strlen(cscf->file_name) : 0;
    place.line = cscf->line;
    place.server = ngx_http_fhir_binary_to_core(cscf->server_name);
    place.key_uri = ngx_http_fhir_binary_conf_merge_uri(conf->key_request);
    place.introspect_uri =
                        ngx_http_fhir_binary_conf_merge_uri(conf->introspect);
    place.introspected = conf->introspected;

    return (fhb_claims_digest(conf->digest, &conf->policy, &place) == FHB_OK)
           ? NGX_OK : NGX_ERROR;
}


static fhb_str_t
ngx_http_fhir_binary_conf_merge_uri(const ngx_http_complex_value_t *cv)
{
    ngx_str_t  uri;

    ngx_str_null(&uri);

    if (cv != NULL) {
        uri = cv->value;
    }

    return ngx_http_fhir_binary_to_core(uri);
}
