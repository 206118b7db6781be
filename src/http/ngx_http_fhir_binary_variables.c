/*
 * Variables: what a log or another directive may know of a request.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"


typedef fhb_str_t (*ngx_http_fhir_binary_variable_pt)(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);


typedef struct {
    ngx_str_t                         name;
    ngx_http_fhir_binary_variable_pt  get;
} ngx_http_fhir_binary_variable_t;


static ngx_int_t ngx_http_fhir_binary_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static fhb_str_t ngx_http_fhir_binary_variable_z(const char *s);
static fhb_str_t ngx_http_fhir_binary_interaction_variable(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_id_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_type_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_form_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_outcome_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_reason_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


static const ngx_http_fhir_binary_variable_t
    ngx_http_fhir_binary_variables[] =
{
    { ngx_string("fhir_binary_interaction"),
      ngx_http_fhir_binary_interaction_variable },

    { ngx_string("fhir_binary_id"),
      ngx_http_fhir_binary_id_variable },

    { ngx_string("fhir_binary_document_type"),
      ngx_http_fhir_binary_type_variable },

    { ngx_string("fhir_binary_representation"),
      ngx_http_fhir_binary_form_variable },

    { ngx_string("fhir_binary_outcome"),
      ngx_http_fhir_binary_outcome_variable },

    { ngx_string("fhir_binary_reason"),
      ngx_http_fhir_binary_reason_variable },

    { ngx_null_string, NULL }
};


ngx_int_t
ngx_http_fhir_binary_variables_add(ngx_conf_t *cf)
{
    ngx_str_t                               name;
    ngx_http_variable_t                    *var;
    const ngx_http_fhir_binary_variable_t  *v;

    for (v = ngx_http_fhir_binary_variables; v->name.len; v++) {

        name = v->name;

        var = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = ngx_http_fhir_binary_variable;
        var->data = (uintptr_t) v;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    fhb_str_t                               s;
    ngx_http_fhir_binary_ctx_t             *ctx;
    const ngx_http_fhir_binary_variable_t  *variable;

    variable = (const ngx_http_fhir_binary_variable_t *) data;

    ctx = ngx_http_fhir_binary_ctx(r->main);

    if (ctx == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    s = variable->get(r, ctx);

    if (s.len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = (u_char *) s.data;
    v->len = s.len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static fhb_str_t
ngx_http_fhir_binary_variable_z(const char *s)
{
    fhb_str_t  str;

    str.data = (const unsigned char *) s;
    str.len = ngx_strlen(s);

    return str;
}


static fhb_str_t
ngx_http_fhir_binary_interaction_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    (void) r;

    switch (ctx->route.kind) {

    case FHB_ROUTE_READ:
        return ngx_http_fhir_binary_variable_z("read");

    case FHB_ROUTE_VREAD:
        return ngx_http_fhir_binary_variable_z("vread");

    case FHB_ROUTE_CCD:
        return ngx_http_fhir_binary_variable_z("autogen-ccd-if");

    default:
        return ngx_http_fhir_binary_variable_z("other");
    }
}


static fhb_str_t
ngx_http_fhir_binary_id_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    (void) r;

    return ctx->route.id;
}


static fhb_str_t
ngx_http_fhir_binary_type_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    (void) r;

    return ngx_http_fhir_binary_to_core(ctx->type);
}


static fhb_str_t
ngx_http_fhir_binary_form_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    (void) r;

    if (ctx->error != FHB_OK) {
        return ngx_http_fhir_binary_variable_z("");
    }

    switch (ctx->choice.form) {

    case FHB_FORM_NATIVE:
        return ngx_http_fhir_binary_variable_z("native");

    case FHB_FORM_JSON:
        return ngx_http_fhir_binary_variable_z("json");

    case FHB_FORM_XML:
        return ngx_http_fhir_binary_variable_z("xml");

    default:
        return ngx_http_fhir_binary_variable_z("");
    }
}


static fhb_str_t
ngx_http_fhir_binary_outcome_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    (void) r;

    if (ctx->error == FHB_OK) {
        return ngx_http_fhir_binary_variable_z("");
    }

    return ngx_http_fhir_binary_variable_z(fhb_error_row(ctx->error)->code);
}


static fhb_str_t
ngx_http_fhir_binary_reason_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    (void) r;

    if (ctx->error == FHB_OK) {
        return ngx_http_fhir_binary_variable_z("");
    }

    return ngx_http_fhir_binary_variable_z(fhb_error_row(ctx->error)->reason);
}
