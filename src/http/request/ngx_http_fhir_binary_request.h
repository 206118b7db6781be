/*
 * request/: what is asked for, and what the backend sees of it.
 */

#ifndef _NGX_HTTP_FHIR_BINARY_REQUEST_H_INCLUDED_
#define _NGX_HTTP_FHIR_BINARY_REQUEST_H_INCLUDED_


#include "ngx_http_fhir_binary_token.h"


#pragma GCC visibility push(hidden)

/* preaccess */

ngx_int_t ngx_http_fhir_binary_rewrite_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_fhir_binary_preaccess_handler(ngx_http_request_t *r);
void ngx_http_fhir_binary_route(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* access */

ngx_int_t ngx_http_fhir_binary_access_handler(ngx_http_request_t *r);

/* precontent */

ngx_int_t ngx_http_fhir_binary_precontent_handler(ngx_http_request_t *r);

/* negotiate */

fhb_rc_t ngx_http_fhir_binary_negotiate_read(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_negotiate_preference(
    const ngx_http_fhir_binary_ctx_t *ctx, fhb_preference_t *preference);
ngx_int_t ngx_http_fhir_binary_negotiate_available(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* forward */

ngx_int_t ngx_http_fhir_binary_forward_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_http_fhir_binary_forward_body(ngx_http_request_t *r);
void ngx_http_fhir_binary_forward_method(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_forward_ranged(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_forward_headers(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_forward_target(ngx_http_request_t *r);
ngx_int_t ngx_http_fhir_binary_forward_args(ngx_http_request_t *r);

/* conditional */

void ngx_http_fhir_binary_conditional_take(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_conditional(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* ccd */

ngx_int_t ngx_http_fhir_binary_ccd_prepare(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_ccd_type(ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_ccd_identify(ngx_http_request_t *r,
    fhb_str_t *id);
ngx_uint_t ngx_http_fhir_binary_ccd_checked(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_FHIR_BINARY_REQUEST_H_INCLUDED_ */
