/*
 * response/: what leaves.
 */

#ifndef _NGX_HTTP_FHIR_BINARY_RESPONSE_H_INCLUDED_
#define _NGX_HTTP_FHIR_BINARY_RESPONSE_H_INCLUDED_


#include "ngx_http_fhir_binary_request.h"
#include "ngx_http_fhir_binary_stream.h"


#pragma GCC visibility push(hidden)

/* filter */

void ngx_http_fhir_binary_filter_init(void);

/* classify */

fhb_rc_t ngx_http_fhir_binary_classify(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_classify_coded(ngx_http_request_t *r);

/* document */

fhb_rc_t ngx_http_fhir_binary_document_choose(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_document_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* envelope */

ngx_int_t ngx_http_fhir_binary_envelope_meta(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_envelope_type(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_envelope_write(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t *head, ngx_str_t *tail);

/* header */

ngx_int_t ngx_http_fhir_binary_header_common(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_header_document(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_header_outcome(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_header_page(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_header_trailers(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_header_hints(ngx_http_request_t *r);

/* sandbox */

ngx_int_t ngx_http_fhir_binary_sandbox(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_sandbox_native(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_sandbox_no_store(ngx_http_request_t *r);

/* cors */

ngx_uint_t ngx_http_fhir_binary_cors_listed(
    const ngx_http_fhir_binary_loc_conf_t *fbcf);
ngx_int_t ngx_http_fhir_binary_cors(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_cors_options(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* lookahead */

ngx_int_t ngx_http_fhir_binary_lookahead_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_phase_t phase);
ngx_int_t ngx_http_fhir_binary_lookahead(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);

/* outcome */

ngx_int_t ngx_http_fhir_binary_outcome_replace(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);
ngx_int_t ngx_http_fhir_binary_outcome_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_outcome_write(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t *body);

/* relay */

ngx_int_t ngx_http_fhir_binary_relay_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);
ngx_int_t ngx_http_fhir_binary_relay(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_FHIR_BINARY_RESPONSE_H_INCLUDED_ */
