/*
 * Phase: what becomes of a response's body, one thing at a time.
 *
 *     HEADER ----> PASS ------------------> DISCARD | COMPLETE
 *        |-------> LOOKAHEAD ---> PUMP ---> DISCARD | COMPLETE
 *        |             |--------> REFUSED | DISCARD
 *        |-------> RELAY -------> REFUSED | DISCARD
 *        |-------> PUMP | REFUSED | DISCARD | COLLECT | STORE
 *
 * Where another filter refuses what was to leave, by a status or by
 * ngx_http_filter_finalize_request(), it is HEADER again.
 *
 * test     t/debug_lines.t, t/refusal_held.t, t/refusal_keepalive.t,
 *          t/range.t
 */

#include "ngx_http_fhir_binary.h"


#define NGX_HTTP_FHIR_BINARY_BIT(phase)                                      \
    ((ngx_uint_t) 1 << (NGX_HTTP_FHIR_BINARY_PHASE_##phase))

/* while the header has not left, all is open */

#define NGX_HTTP_FHIR_BINARY_OPEN                                            \
    (NGX_HTTP_FHIR_BINARY_BIT(HEADER)                                        \
     | NGX_HTTP_FHIR_BINARY_BIT(PASS)                                        \
     | NGX_HTTP_FHIR_BINARY_BIT(LOOKAHEAD)                                   \
     | NGX_HTTP_FHIR_BINARY_BIT(RELAY)                                       \
     | NGX_HTTP_FHIR_BINARY_BIT(PUMP)                                        \
     | NGX_HTTP_FHIR_BINARY_BIT(REFUSED)                                     \
     | NGX_HTTP_FHIR_BINARY_BIT(DISCARD))

/* behind it: the end, or nothing where another filter refused the header */

#define NGX_HTTP_FHIR_BINARY_ENDS                                            \
    (NGX_HTTP_FHIR_BINARY_BIT(DISCARD)                                       \
     | NGX_HTTP_FHIR_BINARY_BIT(COMPLETE)                                    \
     | NGX_HTTP_FHIR_BINARY_BIT(HEADER))


/* the phases of a response, and those that may follow each */

static const struct {
    const char  *name;
    ngx_uint_t   next;
} ngx_http_fhir_binary_phases[] = {
    { "header", NGX_HTTP_FHIR_BINARY_OPEN
                | NGX_HTTP_FHIR_BINARY_BIT(COLLECT)
                | NGX_HTTP_FHIR_BINARY_BIT(STORE) },
    { "pass", NGX_HTTP_FHIR_BINARY_ENDS },
    { "lookahead", NGX_HTTP_FHIR_BINARY_OPEN },
    { "relay", NGX_HTTP_FHIR_BINARY_OPEN },
    { "pump", NGX_HTTP_FHIR_BINARY_ENDS },
    { "refused", NGX_HTTP_FHIR_BINARY_BIT(HEADER) },
    { "discard", NGX_HTTP_FHIR_BINARY_BIT(HEADER) },
    { "complete", NGX_HTTP_FHIR_BINARY_BIT(HEADER) },
    { "collect", 0 },
    { "store", 0 }
};

typedef char  ngx_http_fhir_binary_phases_are_all_there
    [sizeof(ngx_http_fhir_binary_phases)
     / sizeof(ngx_http_fhir_binary_phases[0])
     == NGX_HTTP_FHIR_BINARY_PHASES ? 1 : -1];


/*
 * The next phase of the response.  What cannot follow what is now is a fault
 * of the module's, and is told to the operator.
 */

void
ngx_http_fhir_binary_phase(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_phase_t to)
{
    ngx_log_t  *log;

    log = ctx->request->connection->log;

    if (!(ngx_http_fhir_binary_phases[ctx->phase].next
          & ((ngx_uint_t) 1 << to)))
    {
        ngx_log_error(NGX_LOG_ALERT, log, 0,
                      "fhir binary: phase \"%s\" cannot follow \"%s\"",
                      ngx_http_fhir_binary_phases[to].name,
                      ngx_http_fhir_binary_phases[ctx->phase].name);
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, log, 0, "fhir binary: phase %s -> %s",
                   ngx_http_fhir_binary_phases[ctx->phase].name,
                   ngx_http_fhir_binary_phases[to].name);

    ctx->phase = to;
}


/*
 * The client has its answer: what still comes is dropped.
 */

ngx_uint_t
ngx_http_fhir_binary_answered(const ngx_http_fhir_binary_ctx_t *ctx)
{
    return ctx->phase == NGX_HTTP_FHIR_BINARY_PHASE_REFUSED
           || ctx->phase == NGX_HTTP_FHIR_BINARY_PHASE_DISCARD
           || ctx->phase == NGX_HTTP_FHIR_BINARY_PHASE_COMPLETE;
}
