/*
 * conf/: the values of directives.
 */

#ifndef _NGX_HTTP_FHIR_BINARY_CONF_H_INCLUDED_
#define _NGX_HTTP_FHIR_BINARY_CONF_H_INCLUDED_


#include "ngx_http_fhir_binary_token.h"


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

/* conf token */

extern ngx_conf_enum_t  ngx_http_fhir_binary_profiles[];

char *ngx_http_fhir_binary_conf_key_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_uri(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_names(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_algorithms(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_claim(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_scope(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_patient(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_value(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* conf merge */

char *ngx_http_fhir_binary_conf_merge(ngx_conf_t *cf, void *parent,
    void *child);

/* conf cache */

char *ngx_http_fhir_binary_conf_cache(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_FHIR_BINARY_CONF_H_INCLUDED_ */
