/*
 * Negotiate: what the client asks for, and the request that the backend sees.
 *
 * Conditionals, Accept-Encoding and most ranges stay here, since the answer
 * is chosen and cut by the gateway.  proxy_pass copies every element of the
 * header list, so the list is built anew; $http_NAME keeps the client's value
 * because it is looked up before.
 */

#include "ngx_http_fhir_binary.h"
#include "ngx_http_fhir_binary_glue.h"
#include "fhb_query.h"
#include "fhb_text.h"


/* lines of Accept that are looked at; fhb_accept_parse() refuses far fewer */
#define NGX_HTTP_FHIR_BINARY_LINES  (FHB_MAX_RANGES + 1)

/* bytes of a decoded _format; the longest known value has 21 */
#define NGX_HTTP_FHIR_BINARY_FORMAT  128


static ngx_int_t ngx_http_fhir_binary_negotiate_index(
    ngx_http_core_main_conf_t *cmcf, ngx_str_t *name);
static ngx_int_t ngx_http_fhir_binary_negotiate_moved(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_negotiate_source(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_negotiate_waive(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_negotiate_lines(ngx_http_request_t *r,
    fhb_str_t *lines);
static fhb_rc_t ngx_http_fhir_binary_negotiate_accept(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
static fhb_rc_t ngx_http_fhir_binary_negotiate_format(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


static ngx_str_t  ngx_http_fhir_binary_negotiate_variables[] = {
    ngx_string("http_accept"),
    ngx_string("http_accept_encoding"),
    ngx_string("http_if_match"),
    ngx_string("http_if_modified_since"),
    ngx_string("http_if_none_match"),
    ngx_string("http_if_range"),
    ngx_string("http_if_unmodified_since"),
    ngx_string("http_range")
};


ngx_int_t
ngx_http_fhir_binary_negotiate_init(ngx_conf_t *cf,
    ngx_http_fhir_binary_main_conf_t *fmcf)
{
    ngx_str_t  token = ngx_string("fhir_binary_token");

    fmcf->token = ngx_http_get_variable_index(cf, &token);

    return (fmcf->token == NGX_ERROR) ? NGX_ERROR : NGX_OK;
}


/*
 * The whole configuration is read: which of the variables does it use?  The
 * others need no looking up for each request.
 */

ngx_int_t
ngx_http_fhir_binary_negotiate_module(ngx_cycle_t *cycle)
{
    ngx_str_t                          request_uri, host, http_host;
    ngx_uint_t                         i;
    ngx_http_core_main_conf_t         *cmcf;
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    ngx_str_set(&request_uri, "request_uri");
    ngx_str_set(&host, "host");
    ngx_str_set(&http_host, "http_host");

    fmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_fhir_binary_module);
    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);

    if (fmcf == NULL || cmcf == NULL) {
        return NGX_OK;
    }

    for (i = 0; i < NGX_HTTP_FHIR_BINARY_DROPPED; i++) {
        fmcf->dropped[i] = ngx_http_fhir_binary_negotiate_index(cmcf,
                                  &ngx_http_fhir_binary_negotiate_variables[i]);
    }

    fmcf->request_uri = ngx_http_fhir_binary_negotiate_index(cmcf,
                                                             &request_uri);
    fmcf->host = ngx_http_fhir_binary_negotiate_index(cmcf, &host);
    fmcf->http_host = ngx_http_fhir_binary_negotiate_index(cmcf, &http_host);

    return NGX_OK;
}


/* NGX_ERROR: nobody uses it */

static ngx_int_t
ngx_http_fhir_binary_negotiate_index(ngx_http_core_main_conf_t *cmcf,
    ngx_str_t *name)
{
    ngx_uint_t            i;
    ngx_http_variable_t  *v;

    v = cmcf->variables.elts;

    for (i = 0; i < cmcf->variables.nelts; i++) {

        if (v[i].name.len == name->len
            && ngx_strncmp(v[i].name.data, name->data, name->len) == 0)
        {
            return i;
        }
    }

    return NGX_ERROR;
}


/*
 * PRECONTENT: also the second look at a route that access was skipped for.
 */

ngx_int_t
ngx_http_fhir_binary_negotiate_handler(ngx_http_request_t *r)
{
    fhb_rc_t                     rc;
    ngx_int_t                    n;
    ngx_http_fhir_binary_ctx_t  *ctx;

    ctx = ngx_http_fhir_binary_ctx(r);

    if (ctx == NULL || ctx->own) {
        return NGX_DECLINED;
    }

    if (r->internal) {

        n = ngx_http_fhir_binary_negotiate_moved(r, ctx);

        if (n != NGX_OK) {
            return n;
        }
    }

    if (ctx->erred && ctx->asked_get) {
        /* the header filter has set HEAD again for the first source */
        ngx_http_fhir_binary_request_method(r, ctx);
    }

    if (ctx->erred && ngx_http_fhir_binary_negotiate_source(r, ctx) != NGX_OK)
    {
        return fhb_error_row(ctx->error)->status;
    }

    if (ctx->paged || ctx->prepared) {
        return NGX_DECLINED;
    }

    if (ctx->conf->auth && !ctx->granted) {

        if (ngx_http_fhir_binary_negotiate_waive(r, ctx) != NGX_OK) {
            return ngx_http_fhir_binary_reject(r, ctx, FHB_E_LOGIN);
        }
    }

    if (ctx->route_rc != FHB_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, ctx->route_rc);
    }

    n = ngx_http_fhir_binary_ccd_prepare(r, ctx);

    if (n != NGX_OK) {
        return n;
    }

    rc = ngx_http_fhir_binary_negotiate_ask(r, ctx);

    if (rc != FHB_OK) {
        return ngx_http_fhir_binary_reject(r, ctx, rc);
    }

    ngx_http_fhir_binary_request_method(r, ctx);

    ctx->ranged = ngx_http_fhir_binary_request_ranged(r, ctx);

    if (ngx_http_fhir_binary_request_headers(r, ctx) != NGX_OK
        || ngx_http_fhir_binary_request_args(r) != NGX_OK
        || ngx_http_fhir_binary_request_target(r) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_fhir_binary_conditional_take(r, ctx);

#if (NGX_HTTP_GZIP)
    /* no precompressed file: it could not be wrapped */
    ctx->accept_encoding = r->headers_in.accept_encoding;
    r->headers_in.accept_encoding = NULL;
#endif

    ctx->prepared = 1;

    return ngx_http_fhir_binary_request_body(r);
}


/*
 * An error may have led to the route of another document than the one that
 * was looked up for the patient: that one is looked up too.  X-Accel-Redirect
 * and try_files lead to where this very document is.
 */

static ngx_int_t
ngx_http_fhir_binary_negotiate_moved(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_int_t    rc;
    fhb_route_t  route;

    if (!ctx->erred) {
        return NGX_OK;
    }

    if (fhb_route_parse(&route, ngx_http_fhir_binary_to_core(r->uri))
        != FHB_OK)
    {
        /* nobody can say which document that is */

        ctx->whose = route;
        ctx->auth.owns = 0;

        return NGX_OK;
    }

    if (route.kind != ctx->whose.kind
        || !fhb_text_eq(route.id, ctx->whose.id)
        || !fhb_text_eq(route.vid, ctx->whose.vid))
    {
        ctx->whose = route;
        ctx->moved = 1;

        ctx->auth.fetch = NULL;
        ctx->auth.pages = 0;
        ctx->auth.read = 0;
        ctx->auth.owns = 0;
    }

    if (!ctx->moved || !ctx->granted) {
        return NGX_OK;
    }

    rc = ngx_http_fhir_binary_patient_ask(r, ctx);

    ctx->moved = (rc == NGX_AGAIN);

    return rc;
}


/*
 * An error_page that leads to a document, such as a second store, is guarded
 * as the first one was.  NGX_DECLINED: it was refused there.
 */

static ngx_int_t
ngx_http_fhir_binary_negotiate_source(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_route_t  route;

    if (fhb_route_parse(&route, ngx_http_fhir_binary_to_core(r->uri))
        != FHB_OK)
    {
        return NGX_OK;
    }

    ctx->elsewhere = 1;

    if (ctx->error == FHB_OK
        || !ctx->conf->auth || ctx->granted || ctx->waived)
    {
        return NGX_OK;
    }

    return NGX_DECLINED;
}


/*
 * The access phase is behind us, and this module did not grant: with "satisfy
 * any" another one has.  Then the endpoint is open, and nothing of a token
 * that was half looked at remains.
 */

static ngx_int_t
ngx_http_fhir_binary_negotiate_waive(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    /* where this module is off, it did not take part in the access phase */

    if (clcf->satisfy != NGX_HTTP_SATISFY_ANY
        || ngx_http_fhir_binary_conf(r)->version == FHB_VERSION_OFF)
    {
        return NGX_DECLINED;
    }

    ctx->waived = 1;
    ctx->error = FHB_OK;
    ngx_memzero(&ctx->auth, sizeof(ngx_http_fhir_binary_auth_t));

    return NGX_OK;
}


/*
 * Read Accept and _format once; an error is one of the request as a whole.
 */

fhb_rc_t
ngx_http_fhir_binary_negotiate_ask(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    fhb_rc_t  rc;

    if (ctx->asked) {
        return FHB_OK;
    }

    ctx->asked = 1;

    rc = ngx_http_fhir_binary_negotiate_format(r, ctx);

    if (rc != FHB_OK) {
        return rc;
    }

    return ngx_http_fhir_binary_negotiate_accept(r, ctx);
}


void
ngx_http_fhir_binary_negotiate_wish(const ngx_http_fhir_binary_ctx_t *ctx,
    fhb_wish_t *wish)
{
    ngx_memzero(wish, sizeof(fhb_wish_t));

    wish->version = ctx->conf->version;
    wish->accept = ctx->accept;
    wish->format = ctx->format;
    wish->lenient = ctx->conf->lenient;
    wish->fhir = ctx->conf->fhir;
}


static fhb_rc_t
ngx_http_fhir_binary_negotiate_accept(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    size_t         len;
    fhb_rc_t       rc;
    ngx_int_t      n;
    fhb_str_t      lines[NGX_HTTP_FHIR_BINARY_LINES];
    fhb_accept_t   accept;

    n = ngx_http_fhir_binary_negotiate_lines(r, lines);

    if (n == 0) {
        return FHB_OK;
    }

    rc = fhb_accept_parse(&accept, lines, n);

    if (rc != FHB_OK) {
        ngx_str_set(&ctx->parameter, "Accept");
        return rc;
    }

    /* a few ranges of the many there could be */

    len = offsetof(fhb_accept_t, ranges) + accept.n * sizeof(fhb_range_t);

    ctx->accept = ngx_palloc(r->pool, len);
    if (ctx->accept == NULL) {
        return FHB_E_NOMEM;
    }

    ngx_memcpy(ctx->accept, &accept, len);

    return FHB_OK;
}


/*
 * The lines come from the header list: nginx before 1.23 keeps repeated ones
 * nowhere else.
 */

static ngx_int_t
ngx_http_fhir_binary_negotiate_lines(ngx_http_request_t *r, fhb_str_t *lines)
{
    ngx_int_t                       n;
    ngx_table_elt_t                *h;
    ngx_http_fhir_binary_fields_t   fields;

    static const ngx_str_t  accept = ngx_string("Accept");

    fields = ngx_http_fhir_binary_fields(&r->headers_in.headers);

    for (n = 0; n < NGX_HTTP_FHIR_BINARY_LINES; n++) {

        h = ngx_http_fhir_binary_field_find(&fields, &accept);

        if (h == NULL) {
            break;
        }

        lines[n] = ngx_http_fhir_binary_to_core(h->value);
    }

    return n;
}


static fhb_rc_t
ngx_http_fhir_binary_negotiate_format(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    u_char     buf[NGX_HTTP_FHIR_BINARY_FORMAT];
    fhb_rc_t   rc;
    fhb_out_t  out;

    if (r->args.len == 0) {
        return FHB_OK;
    }

    fhb_out_init(&out, buf, sizeof(buf));

    rc = fhb_query_format(ngx_http_fhir_binary_to_core(r->args), &out);

    if (rc == FHB_OK && out.len) {
        rc = fhb_accept_format(&ctx->format, fhb_out_result(&out),
                               ctx->conf->version);
    }

    if (rc == FHB_OK) {
        return FHB_OK;
    }

    if (rc == FHB_E_FORMAT) {
        /* 406 has its place after the document was found */
        ctx->format_rc = rc;
        return FHB_OK;
    }

    ngx_str_set(&ctx->parameter, "_format");

    return rc;
}
