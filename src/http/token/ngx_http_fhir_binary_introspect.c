/*
 * Introspect: RFC 7662 through an internal location, one question for each
 * token at a time.
 *
 * test     t/directive_introspect.t, t/token_introspect.t,
 *          t/token_introspect_all.t, t/token_uris.t, t/token_oidc_provider.t
 */

#include "ngx_http_fhir_binary_token.h"
#include "ngx_http_fhir_binary_core.h"


/*
 * A question under way.  It outlives the request that asks: in the process's
 * memory, until the last who waits has taken the verdict.
 */

typedef struct {
    ngx_queue_t                    queue;     /* of fmcf->asking */
    ngx_http_fhir_binary_single_flight_t  flight;
    u_char                         key[FHB_DIGEST_LEN];
    ngx_uint_t                     users;
    fhb_rc_t                       rc;
    fhb_claims_t                   claims;
    unsigned                       landed:1;
    u_char                         text[FHB_CLAIMS_TEXT];
} ngx_http_fhir_binary_question_t;


struct ngx_http_fhir_binary_asker_s {
    ngx_http_fhir_binary_question_t  *question;
    ngx_http_request_t               *request;
};


static ngx_http_fhir_binary_question_t *ngx_http_fhir_binary_introspect_find(
    ngx_http_request_t *r, ngx_http_fhir_binary_ctx_t *ctx);
static ngx_int_t ngx_http_fhir_binary_introspect_ask(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_question_t *question);
static void ngx_http_fhir_binary_introspect_done(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub);
static fhb_rc_t ngx_http_fhir_binary_introspect_judge(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_subrequest_t *sub,
    ngx_http_fhir_binary_question_t *question);
static ngx_int_t ngx_http_fhir_binary_introspect_take(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_question_t *question);
static void ngx_http_fhir_binary_introspect_gone(void *data);


/*
 * NGX_OK: ctx->grant.answer tells; NGX_AGAIN: wait.
 */

ngx_int_t
ngx_http_fhir_binary_introspect(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_http_fhir_binary_asker_t     *asker;
    ngx_http_fhir_binary_question_t  *question;

    asker = ctx->grant.question;

    if (asker == NULL) {

        question = ngx_http_fhir_binary_introspect_find(r, ctx);
        if (question == NULL) {
            return NGX_ERROR;
        }

    } else {
        question = asker->question;
    }

    if (question->landed) {
        return ngx_http_fhir_binary_introspect_take(r, ctx, question);
    }

    if (question->flight.owner == NULL
        && ngx_http_fhir_binary_introspect_ask(r, ctx, question) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_fhir_binary_single_flight_wait(r, ctx, &question->flight);
}


/*
 * The question for this token, a new one where there is none.
 */

static ngx_http_fhir_binary_question_t *
ngx_http_fhir_binary_introspect_find(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx)
{
    ngx_queue_t                       *q;
    ngx_pool_cleanup_t                *cln;
    ngx_http_fhir_binary_asker_t      *asker;
    ngx_http_fhir_binary_question_t   *question;
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    fmcf = ngx_http_get_module_main_conf(r, ngx_http_fhir_binary_module);

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_fhir_binary_asker_t));
    if (cln == NULL) {
        return NULL;
    }

    for (q = ngx_queue_head(fmcf->asking);
         q != ngx_queue_sentinel(fmcf->asking);
         q = ngx_queue_next(q))
    {
        question = ngx_queue_data(q, ngx_http_fhir_binary_question_t, queue);

        if (ngx_memcmp(question->key, ctx->grant.key, FHB_DIGEST_LEN) == 0) {
            goto found;
        }
    }

    question = ngx_calloc(sizeof(ngx_http_fhir_binary_question_t),
                          r->connection->log);
    if (question == NULL) {
        return NULL;
    }

    ngx_memcpy(question->key, ctx->grant.key, FHB_DIGEST_LEN);
    ngx_http_fhir_binary_single_flight_init(&question->flight);
    ngx_queue_insert_tail(fmcf->asking, &question->queue);

found:

    question->users++;

    asker = cln->data;
    asker->question = question;
    asker->request = r;

    cln->handler = ngx_http_fhir_binary_introspect_gone;

    ctx->grant.question = asker;

    return question;
}


/*
 * In the background: it goes on for all who wait when this client leaves.
 */

static ngx_int_t
ngx_http_fhir_binary_introspect_ask(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_question_t *question)
{
    ngx_http_fhir_binary_subrequest_t  sub;

    ngx_memzero(&sub, sizeof(ngx_http_fhir_binary_subrequest_t));

    sub.limit = FHB_MAX_ANSWER;
    sub.handler = ngx_http_fhir_binary_introspect_done;
    sub.data = question;
    sub.token = 1;
    sub.sees = ngx_http_fhir_binary_subrequest_sees(ctx->conf->introspect);

    if (ngx_http_fhir_binary_subrequest(r, &ctx->grant.introspect_uri,
                                   NGX_HTTP_SUBREQUEST_BACKGROUND, &sub)
        == NULL)
    {
        return NGX_ERROR;
    }

    question->flight.owner = r;

    return NGX_OK;
}


static void
ngx_http_fhir_binary_introspect_done(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub)
{
    ngx_http_fhir_binary_ctx_t       *ctx;
    ngx_http_fhir_binary_question_t  *question;

    question = sub->data;
    ctx = ngx_http_fhir_binary_ctx(r);

    question->rc = ctx ? ngx_http_fhir_binary_introspect_judge(r, ctx, sub,
                                                               question)
                       : FHB_E_INTROSPECTION;
    question->landed = 1;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "fhir binary: introspection answered with status %ui: %s",
                   sub->status,
                   ngx_http_fhir_binary_rc_name(question->rc));

    /* whoever comes from now on asks anew, or finds it in the cache */

    ngx_queue_remove(&question->queue);
    ngx_queue_init(&question->queue);

    ngx_http_fhir_binary_single_flight_wake(&question->flight);
}


static fhb_rc_t
ngx_http_fhir_binary_introspect_judge(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_subrequest_t *sub,
    ngx_http_fhir_binary_question_t *question)
{
    fhb_rc_t            rc;
    fhb_out_t           text;
    fhb_alloc_t         heap;
    fhb_claims_check_t  check;

    if (sub->status != NGX_HTTP_OK) {

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: introspection through \"%V\" failed "
                      "with status %ui%s", &ctx->grant.introspect_uri,
                      sub->status,
                      sub->status == NGX_HTTP_BAD_REQUEST
                      ? "; a server that does not introspect JWTs needs "
                        "\"fhir_binary_key_file\" or "
                        "\"fhir_binary_key_request\" beside it"
                      : sub->status == NGX_HTTP_UNAUTHORIZED
                      ? "; it refuses the gateway's own credentials" : "");

        return FHB_E_INTROSPECTION;
    }

    heap = ngx_http_fhir_binary_heap(r->connection->log);

    fhb_out_init(&text, question->text, sizeof(question->text));

    check.policy = &ctx->conf->policy;
    check.alloc = &heap;
    check.text = &text;
    check.now = ngx_time();

    rc = fhb_claims_answer(&question->claims, &check,
                           ngx_http_fhir_binary_to_core(sub->body));

    if (rc == FHB_E_INTROSPECTION) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "fhir binary: \"%V\" gave no introspection response",
                      &ctx->grant.introspect_uri);
    }

    return rc;
}


/*
 * Copy the verdict: the question may go before the request does.
 */

static ngx_int_t
ngx_http_fhir_binary_introspect_take(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_question_t *question)
{
    ctx->grant.answer = question->rc;

    if (question->rc != FHB_OK) {
        return NGX_OK;
    }

    return ngx_http_fhir_binary_grant_keep(r, ctx, &question->claims);
}


static void
ngx_http_fhir_binary_introspect_gone(void *data)
{
    ngx_http_fhir_binary_asker_t     *asker = data;
    ngx_http_fhir_binary_question_t  *question;

    question = asker->question;

    if (!question->landed && question->flight.owner == asker->request) {
        /* one of those who wait asks in its place */
        ngx_http_fhir_binary_single_flight_wake(&question->flight);
    }

    if (--question->users == 0) {
        ngx_queue_remove(&question->queue);
        ngx_free(question);
    }
}
