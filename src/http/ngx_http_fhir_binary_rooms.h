/*
 * The entry points of the rooms of src/http, room by room; what is not here
 * is the room's own.
 */

#ifndef _NGX_HTTP_FHIR_BINARY_ROOMS_H_INCLUDED_
#define _NGX_HTTP_FHIR_BINARY_ROOMS_H_INCLUDED_


#include "ngx_http_fhir_binary.h"

#pragma GCC visibility push(hidden)


/* conf */

extern ngx_conf_enum_t  ngx_http_fhir_binary_versions[];
extern ngx_conf_enum_t  ngx_http_fhir_binary_backends[];
extern ngx_conf_enum_t  ngx_http_fhir_binary_accepts[];
extern ngx_conf_enum_t  ngx_http_fhir_binary_defaults[];

char *ngx_http_fhir_binary_conf_enum(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_flag(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_sec(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_bufs(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_lookahead(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_realm(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_cors(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
void ngx_http_fhir_binary_conf_error_pages(ngx_conf_t *cf,
    const ngx_http_fhir_binary_loc_conf_t *prev,
    ngx_http_fhir_binary_loc_conf_t *conf);

/* policy */

extern ngx_conf_enum_t  ngx_http_fhir_binary_profiles[];

char *ngx_http_fhir_binary_policy_key_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_policy_uri(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_policy_names(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_policy_algorithms(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_fhir_binary_policy_claim(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_policy_scope(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_policy_patient(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_policy_value(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* merge */

char *ngx_http_fhir_binary_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);

/* kept */

ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_kept_add(
    ngx_http_request_t *r);
ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_kept(ngx_http_request_t *r);

/* ctx */

const ngx_http_fhir_binary_loc_conf_t *ngx_http_fhir_binary_loc_conf(
    ngx_http_request_t *r);
ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_ctx(ngx_http_request_t *r);
ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_ctx_create(
    ngx_http_request_t *r);
ngx_int_t ngx_http_fhir_binary_reject(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);

/* preaccess */

ngx_int_t ngx_http_fhir_binary_rewrite_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_fhir_binary_preaccess_handler(ngx_http_request_t *r);

/* access */

ngx_int_t ngx_http_fhir_binary_access_handler(ngx_http_request_t *r);

/* token */

ngx_int_t ngx_http_fhir_binary_token_init(ngx_conf_t *cf,
    ngx_http_fhir_binary_main_conf_t *fmcf);
ngx_int_t ngx_http_fhir_binary_token(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* grant */

ngx_int_t ngx_http_fhir_binary_grant_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, const fhb_claims_t *claims);

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
ngx_str_t ngx_http_fhir_binary_keys_fates(ngx_pool_t *pool,
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

/* zone */

char *ngx_http_fhir_binary_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* cache */

ngx_int_t ngx_http_fhir_binary_cache_create(ngx_conf_t *cf,
    ngx_shm_zone_t *zone, size_t size);
fhb_rc_t ngx_http_fhir_binary_cache_find(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_cache_store(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc, ngx_uint_t asked);

/* scope */

fhb_rc_t ngx_http_fhir_binary_scope_coarse(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_scope_fine(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* patient */

ngx_int_t ngx_http_fhir_binary_patient_ask(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_patient_base(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_str_t *base);
fhb_rc_t ngx_http_fhir_binary_patient_check(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* fetch */

ngx_http_fhir_binary_fetch_t *ngx_http_fhir_binary_fetch(ngx_http_request_t *r,
    ngx_str_t *uri, ngx_uint_t flags, ngx_http_fhir_binary_fetch_t *template);
ngx_uint_t ngx_http_fhir_binary_fetch_by_host(ngx_http_complex_value_t *cv);
ngx_int_t ngx_http_fhir_binary_fetch_header(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_fetch_body(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);

/* flight */

void ngx_http_fhir_binary_flight_init(ngx_http_fhir_binary_flight_t *flight);
ngx_int_t ngx_http_fhir_binary_flight_wait(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_flight_t *flight);
void ngx_http_fhir_binary_flight_land(ngx_http_fhir_binary_flight_t *flight);

/* precontent */

ngx_int_t ngx_http_fhir_binary_precontent_handler(ngx_http_request_t *r);

/* negotiate */

fhb_rc_t ngx_http_fhir_binary_negotiate_ask(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_negotiate_wish(const ngx_http_fhir_binary_ctx_t *ctx,
    fhb_wish_t *wish);
ngx_int_t ngx_http_fhir_binary_negotiate_available(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* request */

ngx_int_t ngx_http_fhir_binary_request_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_http_fhir_binary_request_body(ngx_http_request_t *r);
void ngx_http_fhir_binary_request_method(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_request_ranged(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_request_headers(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_request_target(ngx_http_request_t *r);
ngx_int_t ngx_http_fhir_binary_request_args(ngx_http_request_t *r);

/* fields */

ngx_http_fhir_binary_fields_t ngx_http_fhir_binary_fields(
    const ngx_list_t *list);
ngx_table_elt_t *ngx_http_fhir_binary_field_next(
    ngx_http_fhir_binary_fields_t *fields);
ngx_table_elt_t *ngx_http_fhir_binary_field_find(
    ngx_http_fhir_binary_fields_t *fields, const ngx_str_t *name);
ngx_uint_t ngx_http_fhir_binary_field_listed(const ngx_table_elt_t *h,
    const ngx_str_t *names);
void ngx_http_fhir_binary_field_drop(ngx_http_request_t *r,
    const ngx_str_t *names);
ngx_int_t ngx_http_fhir_binary_field_push(ngx_http_request_t *r,
    const char *name, size_t len, ngx_str_t *value);

/* header */

ngx_int_t ngx_http_fhir_binary_header_common(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_header_document(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_header_passed(ngx_http_request_t *r,
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

/* conditional */

void ngx_http_fhir_binary_conditional_take(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_conditional(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* response */

fhb_rc_t ngx_http_fhir_binary_response_source(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_response_coded(ngx_http_request_t *r);

/* upstream */

fhb_rc_t ngx_http_fhir_binary_upstream_watch(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_upstream_live(ngx_http_request_t *r);
void ngx_http_fhir_binary_upstream_forget(ngx_http_request_t *r);
void ngx_http_fhir_binary_upstream_spare(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_upstream_drop(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_upstream_failed(ngx_http_request_t *r);
fhb_rc_t ngx_http_fhir_binary_upstream_reason(ngx_http_request_t *r,
    ngx_msec_t heard);
ngx_uint_t ngx_http_fhir_binary_upstream_read_out(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_upstream_whole(ngx_http_request_t *r);
ngx_uint_t ngx_http_fhir_binary_upstream_has_more(ngx_http_request_t *r);
ngx_uint_t ngx_http_fhir_binary_upstream_gave(ngx_http_request_t *r);
ngx_uint_t ngx_http_fhir_binary_upstream_asked(ngx_http_request_t *r);
ngx_table_elt_t *ngx_http_fhir_binary_upstream_field(ngx_http_request_t *r,
    const ngx_str_t *name);
void ngx_http_fhir_binary_upstream_unbuffer(ngx_http_request_t *r);
ngx_uint_t ngx_http_fhir_binary_upstream_pointed(ngx_http_request_t *r);
ngx_uint_t ngx_http_fhir_binary_upstream_said(ngx_http_request_t *r,
    ngx_uint_t status);

/* document */

fhb_rc_t ngx_http_fhir_binary_document_choose(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_document_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* hold */

ngx_int_t ngx_http_fhir_binary_hold_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_hold(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);

/* source */

ngx_int_t ngx_http_fhir_binary_source_read(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_form_t form);
ngx_int_t ngx_http_fhir_binary_source_add(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);
ngx_int_t ngx_http_fhir_binary_source_next(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_source_use(ngx_http_fhir_binary_ctx_t *ctx,
    size_t n);
void ngx_http_fhir_binary_source_stop(ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_source_drop(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_source_keep(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, size_t limit);
void ngx_http_fhir_binary_source_free_kept(
    ngx_http_fhir_binary_source_t *source);
off_t ngx_http_fhir_binary_source_in_hand(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* ccd */

ngx_int_t ngx_http_fhir_binary_ccd_prepare(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_ccd_type(ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_ccd_look(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_ccd_identify(ngx_http_request_t *r,
    fhb_str_t *id);

/* frame */

ngx_int_t ngx_http_fhir_binary_frame_meta(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_frame_type(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_frame_write(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* filter */

void ngx_http_fhir_binary_filter_init(void);

/* output */

void ngx_http_fhir_binary_output_init(void);
ngx_int_t ngx_http_fhir_binary_next_header(ngx_http_request_t *r);
#if (nginx_version >= 1029000)
ngx_int_t ngx_http_fhir_binary_next_early_hints(ngx_http_request_t *r);
#endif
ngx_int_t ngx_http_fhir_binary_next_body(ngx_http_request_t *r,
    ngx_chain_t *in);
ngx_int_t ngx_http_fhir_binary_output_cut(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_output_reset_on_close(ngx_http_request_t *r,
    ngx_uint_t on);

/* block */

u_char *ngx_http_fhir_binary_block_take(ngx_http_request_t *r, size_t size);
void ngx_http_fhir_binary_block_exit(ngx_cycle_t *cycle);

/* pump */

void ngx_http_fhir_binary_pump_arm(ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_pump(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);

/* convert */

fhb_rc_t ngx_http_fhir_binary_convert(ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_convert_end(ngx_http_fhir_binary_ctx_t *ctx);

/* outcome */

ngx_int_t ngx_http_fhir_binary_outcome_instead(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);
ngx_int_t ngx_http_fhir_binary_outcome_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_outcome_leave(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_str_t *body);

/* relay */

ngx_int_t ngx_http_fhir_binary_relay_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);
ngx_int_t ngx_http_fhir_binary_relay(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);

/* variables */

ngx_int_t ngx_http_fhir_binary_variables_add(ngx_conf_t *cf);
ngx_int_t ngx_http_fhir_binary_variables_index(ngx_conf_t *cf,
    ngx_http_fhir_binary_main_conf_t *fmcf);


#pragma GCC visibility pop


/* inline: the compiler knows how long a literal is */

static ngx_inline ngx_int_t
ngx_http_fhir_binary_field_add(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    return ngx_http_fhir_binary_field_push(r, name, ngx_strlen(name), value);
}


static ngx_inline ngx_int_t
ngx_http_fhir_binary_field_set_lit(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_str_t  s = { ngx_strlen(value), (u_char *) value };

    return ngx_http_fhir_binary_field_add(r, name, &s);
}


#endif /* _NGX_HTTP_FHIR_BINARY_ROOMS_H_INCLUDED_ */
