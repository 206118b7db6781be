/*
 * stream/: a document through a few buffers.
 */

#ifndef _NGX_HTTP_FHIR_BINARY_STREAM_H_INCLUDED_
#define _NGX_HTTP_FHIR_BINARY_STREAM_H_INCLUDED_


#include "ngx_http_fhir_binary.h"


#pragma GCC visibility push(hidden)

/* source */

ngx_int_t ngx_http_fhir_binary_source_read(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_form_t form);
ngx_int_t ngx_http_fhir_binary_source_add(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);
void ngx_http_fhir_binary_source_expect(ngx_http_fhir_binary_source_t *source,
    off_t length);
void ngx_http_fhir_binary_source_start(ngx_http_fhir_binary_source_t *source);
void ngx_http_fhir_binary_source_release(
    ngx_http_fhir_binary_source_t *source);
void ngx_http_fhir_binary_source_give_bare(
    ngx_http_fhir_binary_source_t *source);
void ngx_http_fhir_binary_source_fail(ngx_http_fhir_binary_source_t *source,
    fhb_rc_t rc);
ngx_int_t ngx_http_fhir_binary_source_next(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_source_use(ngx_http_fhir_binary_ctx_t *ctx,
    size_t n);
void ngx_http_fhir_binary_source_stop(ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_source_no_bare(
    ngx_http_fhir_binary_source_t *source);
void ngx_http_fhir_binary_source_drop(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_source_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, size_t limit);
void ngx_http_fhir_binary_source_free_kept(
    ngx_http_fhir_binary_source_t *source);
off_t ngx_http_fhir_binary_source_in_hand(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* convert */

fhb_rc_t ngx_http_fhir_binary_convert(ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_convert_end(ngx_http_fhir_binary_ctx_t *ctx);

/* check */

ngx_int_t ngx_http_fhir_binary_check_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_check_kept(ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_check_base64(ngx_http_fhir_binary_ctx_t *ctx,
    fhb_str_t data);
fhb_rc_t ngx_http_fhir_binary_check_base64_end(
    ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_check_bytes(ngx_http_fhir_binary_ctx_t *ctx,
    const u_char *p, size_t n);
fhb_rc_t ngx_http_fhir_binary_check_end(ngx_http_fhir_binary_ctx_t *ctx);

/* pump */

void ngx_http_fhir_binary_pump_arm(ngx_http_fhir_binary_ctx_t *ctx,
    const ngx_str_t *head, const ngx_str_t *tail);
ngx_int_t ngx_http_fhir_binary_pump(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_FHIR_BINARY_STREAM_H_INCLUDED_ */
