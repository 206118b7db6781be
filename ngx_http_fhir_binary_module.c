/*
 * Copyright (C) 2026 The FHIR Binary gateway authors
 *
 * The front door: directives, configuration, and where the rooms of src/http
 * are hooked into nginx.
 */


#include "ngx_http_fhir_binary_conf.h"
#include "ngx_http_fhir_binary_response.h"


static ngx_int_t ngx_http_fhir_binary_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_fhir_binary_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_fhir_binary_hook(ngx_conf_t *cf,
    ngx_http_phases phase, ngx_http_handler_pt handler);
static void *ngx_http_fhir_binary_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_fhir_binary_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_fhir_binary_create_loc_conf(ngx_conf_t *cf);


#define NGX_HTTP_FHIR_BINARY_ANYWHERE                                        \
    (NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF)


static ngx_command_t  ngx_http_fhir_binary_commands[] = {

    { ngx_string("fhir_binary"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, version),
      ngx_http_fhir_binary_versions },

    { ngx_string("fhir_binary_backend"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, backend),
      ngx_http_fhir_binary_backends },

    { ngx_string("fhir_binary_accept"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, lenient),
      ngx_http_fhir_binary_accepts },

    { ngx_string("fhir_binary_default"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, fhir),
      ngx_http_fhir_binary_defaults },

    { ngx_string("fhir_binary_auth"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_flag,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, auth),
      NULL },

    { ngx_string("fhir_binary_realm"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_realm,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, realm),
      NULL },

    { ngx_string("fhir_binary_resource_metadata"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_realm,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, resource_metadata),
      NULL },

    { ngx_string("fhir_binary_key_file"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_key_file,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("fhir_binary_key_request"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_uri,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, key_request),
      NULL },

    { ngx_string("fhir_binary_introspect"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE12,
      ngx_http_fhir_binary_conf_uri,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, introspect),
      NULL },

    { ngx_string("fhir_binary_issuer"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_1MORE,
      ngx_http_fhir_binary_conf_names,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, issuers),
      NULL },

    { ngx_string("fhir_binary_audience"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_1MORE,
      ngx_http_fhir_binary_conf_names,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, audiences),
      NULL },

    { ngx_string("fhir_binary_algorithms"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_1MORE,
      ngx_http_fhir_binary_conf_algorithms,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("fhir_binary_token_profile"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, profile),
      ngx_http_fhir_binary_profiles },

    { ngx_string("fhir_binary_claim"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_2MORE,
      ngx_http_fhir_binary_conf_claim,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("fhir_binary_tenant"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_value,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, tenant),
      NULL },

    { ngx_string("fhir_binary_leeway"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_sec,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, leeway),
      NULL },

    { ngx_string("fhir_binary_token_cache"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE123,
      ngx_http_fhir_binary_conf_cache,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("fhir_binary_scope"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_2MORE,
      ngx_http_fhir_binary_conf_scope,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("fhir_binary_patient"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE12,
      ngx_http_fhir_binary_conf_patient,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("fhir_binary_base"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_value,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, base),
      NULL },

    { ngx_string("fhir_binary_ccd"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_flag,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, ccd),
      NULL },

    { ngx_string("fhir_binary_ccd_check"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_flag,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, ccd_check),
      NULL },

    { ngx_string("fhir_binary_lookahead"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE12,
      ngx_http_fhir_binary_conf_lookahead,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, lookahead),
      NULL },

    { ngx_string("fhir_binary_cors"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_1MORE,
      ngx_http_fhir_binary_conf_cors,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("fhir_binary_sandbox"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE1,
      ngx_http_fhir_binary_conf_flag,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, sandbox),
      NULL },

    { ngx_string("fhir_binary_buffers"),
      NGX_HTTP_FHIR_BINARY_ANYWHERE|NGX_CONF_TAKE2,
      ngx_http_fhir_binary_conf_bufs,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_fhir_binary_loc_conf_t, bufs),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_fhir_binary_module_ctx = {
    ngx_http_fhir_binary_preconfiguration, /* preconfiguration */
    ngx_http_fhir_binary_init,             /* postconfiguration */

    ngx_http_fhir_binary_create_main_conf, /* create main configuration */
    ngx_http_fhir_binary_init_main_conf,   /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_fhir_binary_create_loc_conf,  /* create location configuration */
    ngx_http_fhir_binary_conf_merge    /* merge location configuration */
};


ngx_module_t  ngx_http_fhir_binary_module = {
    NGX_MODULE_V1,
    &ngx_http_fhir_binary_module_ctx,      /* module context */
    ngx_http_fhir_binary_commands,         /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_fhir_binary_forward_init_module, /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_fhir_binary_bufpool_exit,       /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_fhir_binary_preconfiguration(ngx_conf_t *cf)
{
    return ngx_http_fhir_binary_variables_add(cf);
}


/*
 * Where no location is enabled, nothing is hooked in and nothing is paid.
 */

static ngx_int_t
ngx_http_fhir_binary_init(ngx_conf_t *cf)
{
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    fmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_fhir_binary_module);

    if (!fmcf->enabled) {
        return NGX_OK;
    }

    if (ngx_http_fhir_binary_token_init(cf, fmcf) != NGX_OK
        || ngx_http_fhir_binary_variables_index(cf, fmcf) != NGX_OK
        || ngx_http_fhir_binary_hook(cf, NGX_HTTP_REWRITE_PHASE,
                                     ngx_http_fhir_binary_rewrite_handler)
           != NGX_OK
        || ngx_http_fhir_binary_hook(cf, NGX_HTTP_PREACCESS_PHASE,
                                     ngx_http_fhir_binary_preaccess_handler)
           != NGX_OK
        || ngx_http_fhir_binary_hook(cf, NGX_HTTP_ACCESS_PHASE,
                                     ngx_http_fhir_binary_access_handler)
           != NGX_OK
        || ngx_http_fhir_binary_hook(cf, NGX_HTTP_PRECONTENT_PHASE,
                                     ngx_http_fhir_binary_precontent_handler)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_fhir_binary_filter_init();

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_hook(ngx_conf_t *cf, ngx_http_phases phase,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}


static void *
ngx_http_fhir_binary_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    fmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_fhir_binary_main_conf_t));
    if (fmcf == NULL) {
        return NULL;
    }

    fmcf->asking = ngx_palloc(cf->pool, sizeof(ngx_queue_t));
    fmcf->landings = ngx_pcalloc(cf->pool, sizeof(ngx_uint_t));
    fmcf->key_table = ngx_http_fhir_binary_key_table_create(cf);

    if (fmcf->asking == NULL
        || fmcf->landings == NULL
        || fmcf->key_table == NULL
        || ngx_array_init(&fmcf->keys, cf->pool, 4,
                          sizeof(ngx_http_fhir_binary_keys_t *))
           != NGX_OK)
    {
        return NULL;
    }

    ngx_queue_init(fmcf->asking);

    return fmcf;
}


static char *
ngx_http_fhir_binary_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_fhir_binary_main_conf_t  *fmcf = conf;

    fmcf->clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    return NGX_CONF_OK;
}


static void *
ngx_http_fhir_binary_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_fhir_binary_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_fhir_binary_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->realm = { 0, NULL };
     *     conf->bufs.num = 0;
     *     conf->lookahead_worker = 0;
     *     conf->error_pages = NULL;
     *     conf->own_error_pages = 0;
     */

    conf->version = NGX_CONF_UNSET_UINT;
    conf->backend = NGX_CONF_UNSET_UINT;
    conf->lenient = NGX_CONF_UNSET_UINT;
    conf->fhir = NGX_CONF_UNSET_UINT;
    conf->auth = NGX_CONF_UNSET;
    conf->ccd = NGX_CONF_UNSET;
    conf->ccd_check = NGX_CONF_UNSET;
    conf->lookahead = NGX_CONF_UNSET_SIZE;
    conf->sandbox = NGX_CONF_UNSET;
    conf->cors = NGX_CONF_UNSET_PTR;
    conf->issuers = NGX_CONF_UNSET_PTR;
    conf->audiences = NGX_CONF_UNSET_PTR;
    conf->algs = NGX_CONF_UNSET_UINT;
    conf->profile = NGX_CONF_UNSET_UINT;
    conf->claims = NGX_CONF_UNSET_PTR;
    conf->leeway = NGX_CONF_UNSET;
    conf->tenant = NGX_CONF_UNSET_PTR;
    conf->cache = NGX_CONF_UNSET_PTR;
    conf->scopes = NGX_CONF_UNSET_PTR;
    conf->patient = NGX_CONF_UNSET_UINT;
    conf->base = NGX_CONF_UNSET_PTR;

    return conf;
}
