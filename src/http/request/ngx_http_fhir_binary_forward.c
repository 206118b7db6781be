/*
 * Forward: what the backend sees of the client's request.
 *
 * Conditionals, Accept-Encoding and most ranges stay with the gateway, since
 * the answer is chosen and cut here.  proxy_pass copies every element of the
 * header list, so the list is built anew; $http_NAME keeps the client's value
 * because it is looked up before.
 *
 * test     t/table_backend_request.t, t/request_backend.t, t/request_body.t,
 *          t/request_subset.t, t/target_canonical.t
 */

#include "ngx_http_fhir_binary_request.h"
#include "ngx_http_fhir_binary_core.h"
#include "fhb_query.h"


static ngx_uint_t ngx_http_fhir_binary_forward_is_target(ngx_http_request_t *r,
    size_t len);
static ngx_str_t ngx_http_fhir_binary_forward_upstream(
    const ngx_http_fhir_binary_ctx_t *ctx);
static ngx_uint_t ngx_http_fhir_binary_forward_drops(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_table_elt_t *h);
static ngx_int_t ngx_http_fhir_binary_forward_index(
    ngx_http_core_main_conf_t *cmcf, const ngx_str_t *name);
static void ngx_http_fhir_binary_forward_body_done(ngx_http_request_t *r);


/*
 * Request headers that the backend does not see, or sees changed, and the
 * variables that keep the client's value of them.
 */

static const struct {
    ngx_str_t  header;
    ngx_str_t  variable;
} ngx_http_fhir_binary_forward_dropped[NGX_HTTP_FHIR_BINARY_DROPPED] = {
    { ngx_string("accept"), ngx_string("http_accept") },
    { ngx_string("accept-encoding"), ngx_string("http_accept_encoding") },
    { ngx_string("if-match"), ngx_string("http_if_match") },
    { ngx_string("if-modified-since"), ngx_string("http_if_modified_since") },
    { ngx_string("if-none-match"), ngx_string("http_if_none_match") },
    { ngx_string("if-range"), ngx_string("http_if_range") },
    { ngx_string("if-unmodified-since"),
      ngx_string("http_if_unmodified_since") },
    { ngx_string("range"), ngx_string("http_range") }
};


/*
 * The whole configuration is read: which of the variables does it use?  The
 * others need no looking up for each request.
 */

ngx_int_t
ngx_http_fhir_binary_forward_init_module(ngx_cycle_t *cycle)
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
        fmcf->dropped[i] = ngx_http_fhir_binary_forward_index(cmcf,
                            &ngx_http_fhir_binary_forward_dropped[i].variable);
    }

    fmcf->request_uri = ngx_http_fhir_binary_forward_index(cmcf, &request_uri);
    fmcf->host = ngx_http_fhir_binary_forward_index(cmcf, &host);
    fmcf->http_host = ngx_http_fhir_binary_forward_index(cmcf, &http_host);

    return NGX_OK;
}


/* NGX_ERROR: nobody uses it */

static ngx_int_t
ngx_http_fhir_binary_forward_index(ngx_http_core_main_conf_t *cmcf,
    const ngx_str_t *name)
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
 * The body of a GET means nothing, and a backend that does not read it would
 * take it for the next request on a connection that is kept alive: it is read
 * here and dropped.  The phase comes again when it is.
 */

ngx_int_t
ngx_http_fhir_binary_forward_body(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (r->headers_in.content_length_n <= 0 && !r->headers_in.chunked) {
        return NGX_DECLINED;
    }

    rc = ngx_http_read_client_request_body(r,
                                    ngx_http_fhir_binary_forward_body_done);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    ngx_http_finalize_request(r, NGX_DONE);

    return NGX_DONE;
}


static void
ngx_http_fhir_binary_forward_body_done(ngx_http_request_t *r)
{
    r->request_body->bufs = NULL;

    r->headers_in.content_length_n = -1;
    r->headers_in.content_length = NULL;
    r->headers_in.chunked = 0;

    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}


/*
 * The answer to a HEAD has no body, and a resource's body alone tells the
 * type of its document: ask with GET, and keep what comes.  The CCD is not
 * made for a HEAD.
 */

void
ngx_http_fhir_binary_forward_method(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    if (r->method != NGX_HTTP_HEAD
        || ctx->asked.route.kind == FHB_ROUTE_CCD
        || ctx->conf->backend == NGX_HTTP_FHIR_BINARY_RAW)
    {
        return;
    }

    r->method = NGX_HTTP_GET;
    ngx_str_set(&r->method_name, "GET");

    ctx->asked.method = NGX_HTTP_FHIR_BINARY_METHOD_GET;
}


/*
 * A range may go to the backend only where the answer cannot be a FHIR form,
 * and only one: the parts of several would hide the document's type.
 */

ngx_uint_t
ngx_http_fhir_binary_forward_ranged(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t        *range;
    fhb_preference_t  preference;

    if (r->headers_in.range == NULL
        || r->headers_in.if_range != NULL
        || r->method != NGX_HTTP_GET
        || ctx->asked.method == NGX_HTTP_FHIR_BINARY_METHOD_GET
        || ctx->asked.route.kind == FHB_ROUTE_CCD
        || ctx->asked.format_rc != FHB_OK
        || ctx->conf->backend == NGX_HTTP_FHIR_BINARY_FHIR)
    {
        return 0;
    }

    range = &r->headers_in.range->value;

    if (ngx_strlchr(range->data, range->data + range->len, ',') != NULL) {
        return 0;
    }

    ngx_http_fhir_binary_negotiate_preference(ctx, &preference);

    return !fhb_accept_may_fhir(&preference);
}


ngx_int_t
ngx_http_fhir_binary_forward_headers(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_list_t                         headers;
    ngx_uint_t                         i, n;
    ngx_table_elt_t                   *h, *kept;
    ngx_http_fhir_binary_fields_t      fields;
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    fmcf = ngx_http_get_module_main_conf(r, ngx_http_fhir_binary_module);

    for (i = 0; i < NGX_HTTP_FHIR_BINARY_DROPPED; i++) {
        if (fmcf->dropped[i] != NGX_ERROR) {
            (void) ngx_http_get_indexed_variable(r, fmcf->dropped[i]);
        }
    }

    n = 1;
    fields = ngx_http_fhir_binary_fields(&r->headers_in.headers);

    while (ngx_http_fhir_binary_field_next(&fields) != NULL) {
        n++;
    }

    if (ngx_list_init(&headers, r->pool, n, sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    fields = ngx_http_fhir_binary_fields(&r->headers_in.headers);

    while ((h = ngx_http_fhir_binary_field_next(&fields)) != NULL) {

        if (ngx_http_fhir_binary_forward_drops(r, ctx, h)) {
            continue;
        }

        kept = ngx_list_push(&headers);
        if (kept == NULL) {
            return NGX_ERROR;
        }

        *kept = *h;
    }

    kept = ngx_list_push(&headers);
    if (kept == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(kept, sizeof(ngx_table_elt_t));

    ngx_str_set(&kept->key, "Accept");
    kept->value = ngx_http_fhir_binary_forward_upstream(ctx);
    kept->lowcase_key = (u_char *) "accept";
    kept->hash = ngx_hash_key(kept->lowcase_key, kept->key.len);

    r->headers_in.headers = headers;

    /* ngx_list_init() points into the local one */

    if (headers.last == &headers.part) {
        r->headers_in.headers.last = &r->headers_in.headers.part;
    }

    return NGX_OK;
}


/*
 * A FHIR server is asked for JSON, which every one of them speaks.
 */

static ngx_str_t
ngx_http_fhir_binary_forward_upstream(const ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_str_t  any = ngx_string("*/*");
    ngx_str_t  dstu2 = ngx_string("application/json+fhir");
    ngx_str_t  json = ngx_string("application/fhir+json");

    if (ctx->conf->backend != NGX_HTTP_FHIR_BINARY_FHIR) {
        return any;
    }

    return (ctx->conf->version == FHB_DSTU2) ? dstu2 : json;
}


static ngx_uint_t
ngx_http_fhir_binary_forward_drops(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_table_elt_t *h)
{
    ngx_uint_t        i;
    const ngx_str_t  *name;

    for (i = 0; i < NGX_HTTP_FHIR_BINARY_DROPPED; i++) {

        name = &ngx_http_fhir_binary_forward_dropped[i].header;

        if (h->key.len != name->len
            || ngx_strncasecmp(h->key.data, name->data, name->len) != 0)
        {
            continue;
        }

        return !(ctx->asked.ranged && h == r->headers_in.range);
    }

    return 0;
}


/*
 * One request has one spelling.  What was parsed, authorized and will be
 * logged and cached is written anew in the place of the client's target:
 * "proxy_pass http://backend;" sends r->unparsed_uri, and $request_uri is it.
 */

ngx_int_t
ngx_http_fhir_binary_forward_target(ngx_http_request_t *r)
{
    u_char                            *p, *start;
    size_t                             len;
    ngx_http_variable_value_t         *v;
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    len = r->uri.len
          + 2 * ngx_escape_uri(NULL, r->uri.data, r->uri.len, NGX_ESCAPE_URI);

    if (r->args.len) {
        len += 1 + r->args.len;
    }

    if (r->valid_unparsed_uri
        && ngx_http_fhir_binary_forward_is_target(r, len))
    {
        return NGX_OK;
    }

    start = ngx_pnalloc(r->pool, len);
    if (start == NULL) {
        return NGX_ERROR;
    }

    p = (u_char *) ngx_escape_uri(start, r->uri.data, r->uri.len,
                                  NGX_ESCAPE_URI);

    if (r->args.len) {
        *p++ = '?';
        ngx_memcpy(p, r->args.data, r->args.len);
    }

    r->unparsed_uri.data = start;
    r->unparsed_uri.len = len;
    r->valid_unparsed_uri = 1;

    /* $request_uri may have been looked up already */

    fmcf = ngx_http_get_module_main_conf(r, ngx_http_fhir_binary_module);

    if (fmcf->request_uri != NGX_ERROR) {
        v = &r->variables[fmcf->request_uri];
        v->valid = 0;
        v->not_found = 0;
    }

    return NGX_OK;
}


/*
 * The client has written it so: nothing to escape, and the same bytes.
 */

static ngx_uint_t
ngx_http_fhir_binary_forward_is_target(ngx_http_request_t *r, size_t len)
{
    u_char  *p;

    p = r->unparsed_uri.data;

    if (len != r->unparsed_uri.len
        || len != r->uri.len + (r->args.len ? 1 + r->args.len : 0)
        || ngx_memcmp(p, r->uri.data, r->uri.len) != 0)
    {
        return 0;
    }

    p += r->uri.len;

    return r->args.len == 0
           || (p[0] == '?'
               && ngx_memcmp(p + 1, r->args.data, r->args.len) == 0);
}


/*
 * What is said to the gateway stays with it; a query without such parameters
 * reaches the backend byte for byte, as the client wrote it.
 */

ngx_int_t
ngx_http_fhir_binary_forward_args(ngx_http_request_t *r)
{
    int                                     fhir;
    u_char                                 *p;
    fhb_out_t                               out;
    const ngx_http_fhir_binary_loc_conf_t  *fbcf;

    if (r->args.len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, r->args.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    fhb_out_init(&out, p, r->args.len);

    fbcf = ngx_http_fhir_binary_loc_conf(r);
    fhir = (fbcf->backend != NGX_HTTP_FHIR_BINARY_RAW);

    if (!fhb_query_strip(ngx_http_fhir_binary_to_core(r->args), fhir, &out)) {
        return NGX_OK;
    }

    r->args = ngx_http_fhir_binary_from_core(fhb_out_result(&out));

    return NGX_OK;
}
