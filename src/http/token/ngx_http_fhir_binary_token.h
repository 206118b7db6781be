/*
 * token/: who asks, and what the token grants.
 */

#ifndef _NGX_HTTP_FHIR_BINARY_TOKEN_H_INCLUDED_
#define _NGX_HTTP_FHIR_BINARY_TOKEN_H_INCLUDED_


#include "ngx_http_fhir_binary.h"


#pragma GCC visibility push(hidden)

/* token */

ngx_int_t ngx_http_fhir_binary_token_init(ngx_conf_t *cf,
    ngx_http_fhir_binary_main_conf_t *fmcf);
ngx_int_t ngx_http_fhir_binary_token(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* grant */

ngx_int_t ngx_http_fhir_binary_grant_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, const fhb_claims_t *claims);
void ngx_http_fhir_binary_grant(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_grant_state_t state);
ngx_uint_t ngx_http_fhir_binary_granted(const ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_grant_forget(ngx_http_fhir_binary_ctx_t *ctx);

/* keys */

ngx_http_fhir_binary_keys_t *ngx_http_fhir_binary_keys_add(ngx_conf_t *cf,
    ngx_str_t *uri);
ngx_int_t ngx_http_fhir_binary_keys_get(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_jwk_set_t **set);
ngx_int_t ngx_http_fhir_binary_keys_seek(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* key file */

fhb_jwk_set_t *ngx_http_fhir_binary_key_file(ngx_conf_t *cf, ngx_str_t *path);
fhb_str_t ngx_http_fhir_binary_keys_why(fhb_rc_t rc,
    const fhb_jwk_report_t *report);
ngx_str_t ngx_http_fhir_binary_keys_skipped(ngx_pool_t *pool,
    fhb_jwk_report_t *report);

/* key table */

ngx_http_fhir_binary_key_table_t *ngx_http_fhir_binary_key_table_create(
    ngx_conf_t *cf);
ngx_http_fhir_binary_keys_t *ngx_http_fhir_binary_key_table_get(
    ngx_http_request_t *r, ngx_http_fhir_binary_key_table_t *table,
    ngx_str_t *uri);
void ngx_http_fhir_binary_key_table_keep(ngx_http_fhir_binary_keys_t *keys);

/* introspect */

ngx_int_t ngx_http_fhir_binary_introspect(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* cache */

ngx_int_t ngx_http_fhir_binary_cache_create(ngx_conf_t *cf,
    ngx_shm_zone_t *zone, size_t size);
fhb_rc_t ngx_http_fhir_binary_cache_find(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_cache_store(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc, ngx_uint_t asked);

/* subrequest */

ngx_http_fhir_binary_subrequest_t *ngx_http_fhir_binary_subrequest(
    ngx_http_request_t *r, ngx_str_t *uri, ngx_uint_t flags,
    ngx_http_fhir_binary_subrequest_t *template);
ngx_http_fhir_binary_sees_t ngx_http_fhir_binary_subrequest_sees(
    ngx_http_complex_value_t *cv);
ngx_int_t ngx_http_fhir_binary_subrequest_header(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_subrequest_body(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);

/* single flight */

void ngx_http_fhir_binary_single_flight_init(
    ngx_http_fhir_binary_single_flight_t *flight);
ngx_int_t ngx_http_fhir_binary_single_flight_wait(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_single_flight_t *flight);
void ngx_http_fhir_binary_single_flight_wake(
    ngx_http_fhir_binary_single_flight_t *flight);

/* scope */

fhb_rc_t ngx_http_fhir_binary_scope_coarse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_scope_fine(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* patient */

ngx_int_t ngx_http_fhir_binary_patient_ask(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_patient_forget(ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_patient_moved(ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_patient_ask_again(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_patient_base(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_str_t *base);
fhb_rc_t ngx_http_fhir_binary_patient_check(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_FHIR_BINARY_TOKEN_H_INCLUDED_ */
