/*
 * Variables: what a log or another directive may know of a request.
 *
 * test     t/table_variables_token.t, t/token_variables.t,
 *          t/examples_audit.t, t/cut_reason.t, t/token_claims.t
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_bearer.h"


typedef fhb_str_t (*ngx_http_fhir_binary_variable_pt)(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);


typedef struct {
    ngx_str_t                         name;
    ngx_http_fhir_binary_variable_pt  get;    /* NULL: a claim */
    size_t                            claim;  /* its place in fhb_claims_t */
} ngx_http_fhir_binary_variable_t;


static ngx_int_t ngx_http_fhir_binary_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static fhb_str_t ngx_http_fhir_binary_variable_z(const char *s);
static fhb_rc_t ngx_http_fhir_binary_variable_rc(
    const ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_variable_claim(
    const ngx_http_fhir_binary_ctx_t *ctx, size_t offset);
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
static fhb_str_t ngx_http_fhir_binary_ccd_patient_variable(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_ccd_start_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_ccd_end_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_ccd_encounter_variable(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_context_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_bound_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_cache_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_str_t ngx_http_fhir_binary_token_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


static const ngx_http_fhir_binary_variable_t
    ngx_http_fhir_binary_variables[] =
{
    { ngx_string("fhir_binary_interaction"),
      ngx_http_fhir_binary_interaction_variable, 0 },

    { ngx_string("fhir_binary_id"),
      ngx_http_fhir_binary_id_variable, 0 },

    { ngx_string("fhir_binary_document_type"),
      ngx_http_fhir_binary_type_variable, 0 },

    { ngx_string("fhir_binary_representation"),
      ngx_http_fhir_binary_form_variable, 0 },

    { ngx_string("fhir_binary_outcome"),
      ngx_http_fhir_binary_outcome_variable, 0 },

    { ngx_string("fhir_binary_reason"),
      ngx_http_fhir_binary_reason_variable, 0 },

    { ngx_string("fhir_binary_context"),
      ngx_http_fhir_binary_context_variable, 0 },

    { ngx_string("fhir_binary_token_scope"),
      NULL, offsetof(fhb_claims_t, scope) },

    { ngx_string("fhir_binary_client_id"),
      NULL, offsetof(fhb_claims_t, client_id) },

    { ngx_string("fhir_binary_subject"),
      NULL, offsetof(fhb_claims_t, subject) },

    { ngx_string("fhir_binary_patient"),
      NULL, offsetof(fhb_claims_t, patient) },

    { ngx_string("fhir_binary_patient_bound"),
      ngx_http_fhir_binary_bound_variable, 0 },

    { ngx_string("fhir_binary_jti"),
      NULL, offsetof(fhb_claims_t, jti) },

    { ngx_string("fhir_binary_token_cache"),
      ngx_http_fhir_binary_cache_variable, 0 },

    { ngx_string("fhir_binary_token"),
      ngx_http_fhir_binary_token_variable, 0 },

    { ngx_string("fhir_binary_ccd_patient"),
      ngx_http_fhir_binary_ccd_patient_variable, 0 },

    { ngx_string("fhir_binary_ccd_start"),
      ngx_http_fhir_binary_ccd_start_variable, 0 },

    { ngx_string("fhir_binary_ccd_end"),
      ngx_http_fhir_binary_ccd_end_variable, 0 },

    { ngx_string("fhir_binary_ccd_encounter"),
      ngx_http_fhir_binary_ccd_encounter_variable, 0 },

    { ngx_null_string, NULL, 0 }
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


ngx_int_t
ngx_http_fhir_binary_variables_index(ngx_conf_t *cf,
    ngx_http_fhir_binary_main_conf_t *fmcf)
{
    ngx_str_t  token = ngx_string("fhir_binary_token");

    fmcf->token = ngx_http_get_variable_index(cf, &token);

    return (fmcf->token == NGX_ERROR) ? NGX_ERROR : NGX_OK;
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

    s = variable->get ? variable->get(r, ctx)
                      : ngx_http_fhir_binary_variable_claim(ctx,
                                                            variable->claim);

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


/* what a token says counts once it has been verified */

static fhb_str_t
ngx_http_fhir_binary_variable_claim(const ngx_http_fhir_binary_ctx_t *ctx,
    size_t offset)
{
    if (ctx->grant.state != NGX_HTTP_FHIR_BINARY_GRANT_VERIFIED
        && ctx->grant.state != NGX_HTTP_FHIR_BINARY_GRANT_GIVEN)
    {
        return ngx_http_fhir_binary_variable_z("");
    }

    return *(const fhb_str_t *) ((const char *) &ctx->grant.claims + offset);
}


static fhb_str_t
ngx_http_fhir_binary_interaction_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    switch (ctx->asked.route.kind) {

    case FHB_ROUTE_READ:
        return ngx_http_fhir_binary_variable_z("read");

    case FHB_ROUTE_VREAD:
        return ngx_http_fhir_binary_variable_z("vread");

    case FHB_ROUTE_CCD:
        return ngx_http_fhir_binary_variable_z("autogen-ccd-if");

    case FHB_ROUTE_OTHER:
        break;
    }

    return ngx_http_fhir_binary_variable_z("other");
}


static fhb_str_t
ngx_http_fhir_binary_id_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->asked.route.id;
}


static fhb_str_t
ngx_http_fhir_binary_type_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ngx_http_fhir_binary_to_core(ctx->type);
}


static fhb_str_t
ngx_http_fhir_binary_form_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (ctx->refusal.rc != FHB_OK) {
        return ngx_http_fhir_binary_variable_z("");
    }

    switch (ctx->document.choice.form) {

    case FHB_FORM_NATIVE:
        return ngx_http_fhir_binary_variable_z("native");

    case FHB_FORM_JSON:
        return ngx_http_fhir_binary_variable_z("json");

    case FHB_FORM_XML:
        return ngx_http_fhir_binary_variable_z("xml");

    case FHB_FORM_NONE:
        break;
    }

    return ngx_http_fhir_binary_variable_z("");
}


/* a refusal, or what cut a document whose header had left */

static fhb_rc_t
ngx_http_fhir_binary_variable_rc(const ngx_http_fhir_binary_ctx_t *ctx)
{
    return (ctx->refusal.rc != FHB_OK) ? ctx->refusal.rc : ctx->source.rc;
}


static fhb_str_t
ngx_http_fhir_binary_outcome_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    rc = ngx_http_fhir_binary_variable_rc(ctx);

    if (rc == FHB_OK) {
        return ngx_http_fhir_binary_variable_z("");
    }

    if (ctx->refusal.code.len) {
        return ngx_http_fhir_binary_to_core(ctx->refusal.code);
    }

    return ngx_http_fhir_binary_variable_z(fhb_error_row(rc)->code);
}


static fhb_str_t
ngx_http_fhir_binary_reason_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    rc = ngx_http_fhir_binary_variable_rc(ctx);

    if (rc == FHB_OK) {
        return ngx_http_fhir_binary_variable_z("");
    }

    return ngx_http_fhir_binary_variable_z(fhb_error_row(rc)->reason);
}


static fhb_str_t
ngx_http_fhir_binary_context_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return fhb_scope_context_name(ctx->grant.verdict.context);
}


static fhb_str_t
ngx_http_fhir_binary_bound_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ngx_http_fhir_binary_variable_z(
               ctx->grant.verdict.least == FHB_SCOPE_BOUND ? "1" : "");
}


static fhb_str_t
ngx_http_fhir_binary_cache_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ngx_http_fhir_binary_to_core(ctx->grant.cached);
}


/*
 * The token is for the introspection request and for nobody else.
 */

static fhb_str_t
ngx_http_fhir_binary_token_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_out_t                    out;
    fhb_str_t                    none;
    ngx_http_fhir_binary_ctx_t  *own;

    none.len = 0;
    none.data = NULL;

    own = ngx_http_fhir_binary_ctx(r);

    if (own == NULL || own->subrequest == NULL || !own->subrequest->token
        || own->subrequest->done)
    {
        return none;
    }

    fhb_out_init(&out, NULL, 0);
    fhb_bearer_write_form(&out, ctx->grant.token);

    if (ngx_http_fhir_binary_out_alloc(r->pool, &out) != NGX_OK) {
        return none;
    }

    fhb_bearer_write_form(&out, ctx->grant.token);

    return fhb_out_result(&out);
}


static fhb_str_t
ngx_http_fhir_binary_ccd_patient_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->asked.ccd ? fhb_ccd_value(&ctx->asked.ccd->patient)
                    : ngx_http_fhir_binary_variable_z("");
}


static fhb_str_t
ngx_http_fhir_binary_ccd_start_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->asked.ccd ? fhb_ccd_value(&ctx->asked.ccd->start)
                    : ngx_http_fhir_binary_variable_z("");
}


static fhb_str_t
ngx_http_fhir_binary_ccd_end_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->asked.ccd ? fhb_ccd_value(&ctx->asked.ccd->end)
                    : ngx_http_fhir_binary_variable_z("");
}


static fhb_str_t
ngx_http_fhir_binary_ccd_encounter_variable(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->asked.ccd ? fhb_ccd_value(&ctx->asked.ccd->encounter)
                    : ngx_http_fhir_binary_variable_z("");
}
