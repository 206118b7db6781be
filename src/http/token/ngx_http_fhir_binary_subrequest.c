/*
 * Subrequest: one of our own to an internal location.
 *
 * Its answer is gathered or read here up to a limit, never sent to the client:
 * nginx's in-memory subrequests hold a page or two, a JWKS is larger.
 *
 * test     t/token_keys.t, t/patient_bundle.t, t/token_introspect.t,
 *          t/token_reload.t
 */

#include "ngx_http_fhir_binary_token.h"


static ngx_int_t ngx_http_fhir_binary_subrequest_done(ngx_http_request_t *r,
    void *data, ngx_int_t rc);
static ngx_int_t ngx_http_fhir_binary_subrequest_hide_token(
    ngx_http_request_t *r);
static void ngx_http_fhir_binary_subrequest_forget_token(void *data);
static ngx_int_t ngx_http_fhir_binary_subrequest_apart(ngx_http_request_t *sr,
    ngx_str_t *uri);
static ngx_int_t ngx_http_fhir_binary_subrequest_hostless(
    ngx_http_request_t *sr);
static ngx_uint_t ngx_http_fhir_binary_subrequest_by_host(
    ngx_http_complex_value_t *cv);
static ngx_int_t ngx_http_fhir_binary_subrequest_headers(
    ngx_http_request_t *sr, ngx_http_request_t *r,
    ngx_http_fhir_binary_sees_t sees);
static ngx_int_t ngx_http_fhir_binary_subrequest_add(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub, ngx_buf_t *b);
static void ngx_http_fhir_binary_subrequest_read(
    ngx_http_fhir_binary_subrequest_t *sub, fhb_str_t in);
static ngx_int_t ngx_http_fhir_binary_subrequest_gather(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub, fhb_str_t in);


/*
 * shape: uri may have a query; *template tells limit, handler, read, data and
 * token.  In the background, the answer comes whether the client stays or
 * leaves, and the parent is not run again for it.
 */

ngx_http_fhir_binary_subrequest_t *
ngx_http_fhir_binary_subrequest(ngx_http_request_t *r, ngx_str_t *uri,
    ngx_uint_t flags, ngx_http_fhir_binary_subrequest_t *template)
{
    u_char                             *q;
    ngx_str_t                           path, args;
    ngx_http_request_t                 *sr;
    ngx_http_fhir_binary_ctx_t         *ctx;
    ngx_http_post_subrequest_t         *ps;
    ngx_http_fhir_binary_subrequest_t  *sub;

    sub = ngx_palloc(r->pool, sizeof(ngx_http_fhir_binary_subrequest_t));
    ps = ngx_palloc(r->pool, sizeof(ngx_http_post_subrequest_t));

    if (sub == NULL || ps == NULL) {
        return NULL;
    }

    if (template->token
        && ngx_http_fhir_binary_subrequest_hide_token(r) != NGX_OK)
    {
        return NULL;
    }

    *sub = *template;

    path = *uri;
    ngx_str_null(&args);

    q = ngx_strlchr(path.data, path.data + path.len, '?');

    if (q != NULL) {
        args.data = q + 1;
        args.len = path.data + path.len - args.data;
        path.len = q - path.data;
    }

    ps->handler = ngx_http_fhir_binary_subrequest_done;
    ps->data = sub;

    if (ngx_http_subrequest(r, &path, &args, &sr, ps, flags) != NGX_OK) {
        return NULL;
    }

    /* posted, not run yet: the context makes it one of our own */

    ctx = ngx_http_fhir_binary_ctx_create(sr, NGX_HTTP_FHIR_BINARY_BY_US);

    if (ctx != NULL) {
        ctx->subrequest = sub;
        ngx_http_fhir_binary_phase(ctx, NGX_HTTP_FHIR_BINARY_PHASE_COLLECT);
    }

    if (ctx == NULL
        || ngx_http_fhir_binary_subrequest_headers(sr, r, sub->sees) != NGX_OK
        || (sub->sees == NGX_HTTP_FHIR_BINARY_SEES_NOTHING
            && ngx_http_fhir_binary_subrequest_apart(sr, uri) != NGX_OK)
        || (sub->sees == NGX_HTTP_FHIR_BINARY_SEES_NO_HOST
            && ngx_http_fhir_binary_subrequest_hostless(sr) != NGX_OK))
    {
        /* it is posted, and ends without being heard */
        sub->done = 1;
        return NULL;
    }

    return sub;
}


/*
 * An answer that others use, too, must not depend on who asked.  Where the
 * URI names nothing of the request, its location sees nothing of it: the Host
 * is the client's choice, a capture of the path as well, so $host is the
 * server's own name, $request_uri the subrequest's, and no variable has a
 * value yet.  What is to make a difference is written into the URI, by which
 * the answer is known then.
 */

static ngx_int_t
ngx_http_fhir_binary_subrequest_apart(ngx_http_request_t *sr, ngx_str_t *uri)
{
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(sr, ngx_http_core_module);

    sr->variables = ngx_pcalloc(sr->pool, cmcf->variables.nelts
                                          * sizeof(ngx_http_variable_value_t));
    if (sr->variables == NULL) {
        return NGX_ERROR;
    }

    sr->unparsed_uri = *uri;
    sr->request_body = NULL;
    ngx_str_null(&sr->headers_in.server);

    return NGX_OK;
}


/*
 * Where the URI has variables but the Host is none of them, the location sees
 * all but the Host: whose keys are fetched is not a client's choice.
 */

static ngx_int_t
ngx_http_fhir_binary_subrequest_hostless(ngx_http_request_t *sr)
{
    size_t                             size;
    ngx_int_t                          index[2];
    ngx_uint_t                         i;
    ngx_http_core_main_conf_t         *cmcf;
    ngx_http_variable_value_t         *variables;
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    cmcf = ngx_http_get_module_main_conf(sr, ngx_http_core_module);
    fmcf = ngx_http_get_module_main_conf(sr, ngx_http_fhir_binary_module);

    size = cmcf->variables.nelts * sizeof(ngx_http_variable_value_t);

    variables = ngx_palloc(sr->pool, size);
    if (variables == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(variables, sr->variables, size);

    index[0] = fmcf->host;
    index[1] = fmcf->http_host;

    for (i = 0; i < 2; i++) {
        if (index[i] != NGX_ERROR) {
            variables[index[i]].valid = 0;
            variables[index[i]].not_found = 0;
        }
    }

    sr->variables = variables;
    ngx_str_null(&sr->headers_in.server);

    return NGX_OK;
}


/*
 * What the location of this URI sees of the request.
 */

ngx_http_fhir_binary_sees_t
ngx_http_fhir_binary_subrequest_sees(ngx_http_complex_value_t *cv)
{
    if (cv->lengths == NULL) {
        return NGX_HTTP_FHIR_BINARY_SEES_NOTHING;
    }

    return ngx_http_fhir_binary_subrequest_by_host(cv)
           ? NGX_HTTP_FHIR_BINARY_SEES_ALL
           : NGX_HTTP_FHIR_BINARY_SEES_NO_HOST;
}


/*
 * Whether the operator has written the Host into a URI.
 */

static ngx_uint_t
ngx_http_fhir_binary_subrequest_by_host(ngx_http_complex_value_t *cv)
{
    u_char     *p, *last;
    ngx_uint_t  i;

    static const ngx_str_t  names[] = {
        ngx_string("$host"), ngx_string("${host"),
        ngx_string("$http_host"), ngx_string("${http_host")
    };

    last = cv->value.data + cv->value.len;

    for (p = cv->value.data; p < last; p++) {

        for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

            if ((size_t) (last - p) >= names[i].len
                && ngx_strncmp(p, names[i].data, names[i].len) == 0)
            {
                return 1;
            }
        }
    }

    return 0;
}


/*
 * The client's Range, conditionals, cookies and token are not for whoever
 * answers here.
 */

static ngx_int_t
ngx_http_fhir_binary_subrequest_headers(ngx_http_request_t *sr,
    ngx_http_request_t *r, ngx_http_fhir_binary_sees_t sees)
{
    ngx_table_elt_t  *h;

    ngx_memzero(&sr->headers_in, sizeof(ngx_http_headers_in_t));

    sr->headers_in.content_length_n = -1;
    sr->headers_in.keep_alive_n = -1;
    sr->headers_in.server = r->headers_in.server;

    if (ngx_list_init(&sr->headers_in.headers, r->pool, 4,
                      sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (r->headers_in.host && sees == NGX_HTTP_FHIR_BINARY_SEES_ALL) {

        h = ngx_list_push(&sr->headers_in.headers);
        if (h == NULL) {
            return NGX_ERROR;
        }

        *h = *r->headers_in.host;
        sr->headers_in.host = h;
    }

    h = ngx_list_push(&sr->headers_in.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    ngx_str_set(&h->key, "Accept");
    ngx_str_set(&h->value, "application/json");
    h->lowcase_key = (u_char *) "accept";
    h->hash = ngx_hash_key(h->lowcase_key, h->key.len);

    return NGX_OK;
}


ngx_int_t
ngx_http_fhir_binary_subrequest_header(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ctx->subrequest->status = r->headers_out.status;

    r->filter_need_in_memory = 1;

    ngx_http_fhir_binary_upstream_unbuffer(r);

    return NGX_OK;
}


ngx_int_t
ngx_http_fhir_binary_subrequest_body(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_buf_t                          *b;
    ngx_http_fhir_binary_subrequest_t  *sub;

    sub = ctx->subrequest;

    for ( /* void */ ; in; in = in->next) {

        b = in->buf;

        if (ngx_http_fhir_binary_subrequest_add(r, sub, b) != NGX_OK) {
            return NGX_ERROR;
        }

        b->pos = b->last;

        if ((b->last_buf || b->last_in_chain)
            && sub->body_is == NGX_HTTP_FHIR_BINARY_SUBREQUEST_PART)
        {
            sub->body_is = NGX_HTTP_FHIR_BINARY_SUBREQUEST_WHOLE;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_fhir_binary_subrequest_add(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub, ngx_buf_t *b)
{
    fhb_str_t  in;

    if (!ngx_buf_in_memory(b)) {
        return NGX_OK;
    }

    in.data = b->pos;
    in.len = b->last - b->pos;

    if (sub->body_is == NGX_HTTP_FHIR_BINARY_SUBREQUEST_LARGE
        || in.len > sub->limit - sub->received)
    {
        sub->body_is = NGX_HTTP_FHIR_BINARY_SUBREQUEST_LARGE;
        return NGX_OK;
    }

    if (sub->read == NULL) {
        return ngx_http_fhir_binary_subrequest_gather(r, sub, in);
    }

    sub->received += in.len;

    if (sub->status == NGX_HTTP_OK) {
        ngx_http_fhir_binary_subrequest_read(sub, in);
    }

    return NGX_OK;
}


static void
ngx_http_fhir_binary_subrequest_read(ngx_http_fhir_binary_subrequest_t *sub,
    fhb_str_t in)
{
    fhb_str_t  slice;

    while (in.len) {
        slice.data = in.data;
        slice.len = ngx_min(in.len, NGX_HTTP_FHIR_BINARY_FEED);

        if (sub->read(sub->data, slice) != FHB_OK) {
            return;
        }

        in.data += slice.len;
        in.len -= slice.len;
    }
}


static ngx_int_t
ngx_http_fhir_binary_subrequest_gather(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub, fhb_str_t in)
{
    u_char  *p;
    size_t   size;

    if (in.len > sub->size - sub->body.len) {

        size = sub->size ? sub->size : 4096;

        while (size < sub->body.len + in.len) {
            size *= 2;
        }

        p = ngx_pnalloc(r->pool, size);
        if (p == NULL) {
            return NGX_ERROR;
        }

        if (sub->body.len) {
            ngx_memcpy(p, sub->body.data, sub->body.len);
        }

        sub->body.data = p;
        sub->size = size;
    }

    ngx_memcpy(sub->body.data + sub->body.len, in.data, in.len);
    sub->body.len += in.len;
    sub->received = sub->body.len;

    return NGX_OK;
}


/*
 * An error is told to the handler, and no page is made for it.
 */

static ngx_int_t
ngx_http_fhir_binary_subrequest_done(ngx_http_request_t *r, void *data,
    ngx_int_t rc)
{
    ngx_http_fhir_binary_subrequest_t  *sub = data;

    if (sub->done) {
        return rc;
    }

    sub->done = 1;

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        sub->status = rc;
        rc = NGX_OK;

    } else if (rc == NGX_ERROR
               || sub->body_is != NGX_HTTP_FHIR_BINARY_SUBREQUEST_WHOLE)
    {
        sub->status = 0;
    }

    if (sub->token) {
        ngx_http_fhir_binary_subrequest_forget_token(r->main);
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: a subrequest ended, status %ui, %uz bytes",
                   sub->status, sub->received);

    sub->handler(r->parent, sub);

    return rc;
}


/*
 * The variables of a subrequest are the client request's too, and its log's.
 * A request that is cut off while its token is asked about is logged as well,
 * but its cleanups come first.
 */

static ngx_int_t
ngx_http_fhir_binary_subrequest_hide_token(ngx_http_request_t *r)
{
    ngx_http_cleanup_t  *cln;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_fhir_binary_subrequest_forget_token;
    cln->data = r;

    return NGX_OK;
}


static void
ngx_http_fhir_binary_subrequest_forget_token(void *data)
{
    ngx_http_request_t  *r = data;

    ngx_http_fhir_binary_main_conf_t  *fmcf;

    fmcf = ngx_http_get_module_main_conf(r, ngx_http_fhir_binary_module);

    r->variables[fmcf->token].valid = 0;
    r->variables[fmcf->token].not_found = 0;
}
