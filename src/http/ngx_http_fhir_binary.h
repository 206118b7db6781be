/*
 * What the rooms of src/http share: the configuration, the context of one
 * request with a part for each room, and the rooms' entry points.
 */

#ifndef _NGX_HTTP_FHIR_BINARY_H_INCLUDED_
#define _NGX_HTTP_FHIR_BINARY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "fhb.h"
#include "fhb_accept.h"
#include "fhb_b64.h"
#include "fhb_bin.h"
#include "fhb_route.h"


#define NGX_HTTP_FHIR_BINARY_AUTO     0
#define NGX_HTTP_FHIR_BINARY_RAW      1
#define NGX_HTTP_FHIR_BINARY_FHIR     2

/* request headers that the backend does not see, or sees changed */
#define NGX_HTTP_FHIR_BINARY_DROPPED  8


/* exported to nginx: nothing else of this module is */

extern ngx_module_t  ngx_http_fhir_binary_module;


#pragma GCC visibility push(hidden)


typedef struct {
    ngx_flag_t                   enabled;     /* in some location */
    ngx_http_core_loc_conf_t    *clcf;        /* of the http level */
    ngx_int_t                    dropped[NGX_HTTP_FHIR_BINARY_DROPPED];
                                              /* indices of $http_NAME */
} ngx_http_fhir_binary_main_conf_t;


typedef struct {
    ngx_uint_t                   version;     /* fhb_version_t */
    ngx_uint_t                   backend;     /* NGX_HTTP_FHIR_BINARY_* */
    ngx_uint_t                   lenient;     /* fhir_binary_accept */
    ngx_uint_t                   fhir;        /* fhir_binary_default */

    ngx_flag_t                   auth;
    ngx_flag_t                   sandbox;

    ngx_array_t                 *cors;        /* of ngx_str_t, "*" alone for
                                               * any; NULL: off */
    ngx_str_t                    realm;

    ngx_bufs_t                   bufs;

    ngx_array_t                 *error_pages; /* as core merged them */
    unsigned                     own_error_pages:1;
} ngx_http_fhir_binary_loc_conf_t;


/* the response pump: base64 around a document, in bounded memory */

typedef struct {
    ngx_chain_t                 *in;
    ngx_chain_t                 *free;
    ngx_chain_t                 *busy;
    ngx_chain_t                 *out;
    ngx_chain_t                **last_out;
    ngx_buf_t                   *in_buf;
    ngx_buf_t                   *out_buf;

    fhb_b64_enc_t                enc;
    ngx_str_t                    head;        /* what is still to be sent */
    ngx_str_t                    tail;

    off_t                        left;        /* of the document, in bytes;
                                               * -1: not known */
    ngx_int_t                    bufs;        /* allocated so far */
    ngx_int_t                    bufs_max;

    unsigned                     armed:1;
    unsigned                     flush:1;
    unsigned                     nomem:1;
    unsigned                     whole:1;     /* all input was seen */
    unsigned                     done:1;      /* nothing more goes out */
} ngx_http_fhir_binary_pump_t;


/* one request; each part is written by the room named beside it */

typedef struct {
    ngx_http_request_t          *request;

    /* the location that claimed the request */
    const ngx_http_fhir_binary_loc_conf_t  *conf;

    /* claim */
    fhb_route_t                  route;
    fhb_rc_t                     route_rc;
    unsigned                     options:1;   /* answered with 204 */
    unsigned                     own:1;       /* a subrequest of ours */
    unsigned                     late:1;      /* claimed by the filter */

    /* access */
    unsigned                     granted:1;

    /* negotiate */
    fhb_accept_t                *accept;      /* NULL: no Accept */
    fhb_form_t                   format;
    fhb_rc_t                     format_rc;
    unsigned                     asked:1;     /* Accept and _format are read */
    unsigned                     prepared:1;  /* the request is ready for
                                               * the backend */
    unsigned                     ranged:1;    /* Range went to the backend */

    /* document */
    fhb_choice_t                 choice;
    fhb_bin_head_t               head;
    ngx_str_t                    type;        /* stored media type */
    off_t                        length;      /* of the document, or -1 */
    unsigned                     held:1;      /* the header waits for data */
    unsigned                     open:1;      /* HTTP/1.0, ends by close */
    ngx_msec_t                   heard;       /* when data came last */

    /* pump */
    ngx_http_fhir_binary_pump_t  pump;

    /* outcome */
    fhb_rc_t                     error;       /* FHB_OK: none */
    ngx_str_t                    parameter;
    ngx_str_t                    diagnostics;
    unsigned                     refused:1;   /* its OperationOutcome left */
} ngx_http_fhir_binary_ctx_t;


/* conf */

extern ngx_conf_enum_t  ngx_http_fhir_binary_versions[];
extern ngx_conf_enum_t  ngx_http_fhir_binary_backends[];
extern ngx_conf_enum_t  ngx_http_fhir_binary_accepts[];
extern ngx_conf_enum_t  ngx_http_fhir_binary_defaults[];

char *ngx_http_fhir_binary_conf_enum(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_flag(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_bufs(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_realm(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_fhir_binary_conf_cors(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
void ngx_http_fhir_binary_conf_error_pages(ngx_conf_t *cf,
    const ngx_http_fhir_binary_loc_conf_t *prev,
    ngx_http_fhir_binary_loc_conf_t *conf);
char *ngx_http_fhir_binary_conf_check(ngx_conf_t *cf,
    const ngx_http_fhir_binary_loc_conf_t *conf);

/* claim */

const ngx_http_fhir_binary_loc_conf_t *ngx_http_fhir_binary_conf(
    ngx_http_request_t *r);
ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_ctx(ngx_http_request_t *r);
ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_claim(ngx_http_request_t *r);
ngx_int_t ngx_http_fhir_binary_claim_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_fhir_binary_claim_options(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* access */

ngx_int_t ngx_http_fhir_binary_access_handler(ngx_http_request_t *r);

/* negotiate */

ngx_int_t ngx_http_fhir_binary_negotiate_handler(ngx_http_request_t *r);
fhb_rc_t ngx_http_fhir_binary_negotiate_ask(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_negotiate_wish(
    const ngx_http_fhir_binary_ctx_t *ctx, fhb_wish_t *wish);
ngx_int_t ngx_http_fhir_binary_negotiate_init(ngx_conf_t *cf,
    ngx_http_fhir_binary_main_conf_t *fmcf);

/* header: the fields of a response */

ngx_int_t ngx_http_fhir_binary_header_add(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);
ngx_int_t ngx_http_fhir_binary_header_set_lit(ngx_http_request_t *r,
    const char *name, const char *value);
ngx_int_t ngx_http_fhir_binary_header_common(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_header_document(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* cors */

ngx_int_t ngx_http_fhir_binary_cors(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_cors_options(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* conditional */

ngx_int_t ngx_http_fhir_binary_conditional(ngx_http_request_t *r);

/* document */

fhb_rc_t ngx_http_fhir_binary_document_source(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_document_choose(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
fhb_rc_t ngx_http_fhir_binary_document_encoding(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_document_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* frame */

ngx_int_t ngx_http_fhir_binary_frame_meta(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_frame_type(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_frame_length(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_frame_write(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* filter */

ngx_int_t ngx_http_fhir_binary_filter_init(ngx_conf_t *cf);
ngx_int_t ngx_http_fhir_binary_next_header(ngx_http_request_t *r);
ngx_int_t ngx_http_fhir_binary_next_body(ngx_http_request_t *r,
    ngx_chain_t *in);

ngx_int_t ngx_http_fhir_binary_filter_cut(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* pump */

void ngx_http_fhir_binary_pump_arm(ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_pump(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_chain_t *in);

/* outcome */

ngx_int_t ngx_http_fhir_binary_reject(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);
ngx_int_t ngx_http_fhir_binary_outcome_send(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_outcome_passes(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);

/* variables */

ngx_int_t ngx_http_fhir_binary_variables_add(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_FHIR_BINARY_H_INCLUDED_ */
