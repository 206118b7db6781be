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
#include "fhb_bin_read.h"
#include "fhb_ccd.h"
#include "fhb_cda.h"
#include "fhb_claims.h"
#include "fhb_digest.h"
#include "fhb_jwk.h"
#include "fhb_route.h"
#include "fhb_scope.h"


#define NGX_HTTP_FHIR_BINARY_AUTO     0
#define NGX_HTTP_FHIR_BINARY_RAW      1
#define NGX_HTTP_FHIR_BINARY_FHIR     2

/* fhir_binary_lookahead: what all requests of a worker hold, in bytes */
#define NGX_HTTP_FHIR_BINARY_WORKER_HELD  (64 * 1024 * 1024)

/* bytes that a parser is given at once, so that no call takes long */
#define NGX_HTTP_FHIR_BINARY_FEED     65536

/* request headers that the backend does not see, or sees changed */
#define NGX_HTTP_FHIR_BINARY_DROPPED  8

/* fhir_binary_introspect: which tokens are asked about */
#define NGX_HTTP_FHIR_BINARY_OPAQUE   1
#define NGX_HTTP_FHIR_BINARY_ALL      2

/* fhir_binary_patient; the zero value denies */
#define NGX_HTTP_FHIR_BINARY_DENY     0
#define NGX_HTTP_FHIR_BINARY_TRUST    1
#define NGX_HTTP_FHIR_BINARY_HEADER   2
#define NGX_HTTP_FHIR_BINARY_REQUEST  3


/* exported to nginx: nothing else of this module is */

extern ngx_module_t  ngx_http_fhir_binary_module;


#pragma GCC visibility push(hidden)


/*
 * Requests that wait for the same answer.  One of them, the owner, asks; when
 * the answer is there, or the owner is gone, the others are run again.
 */

typedef struct {
    ngx_queue_t                  waiters;     /* of ..._waiter_t */
    void                        *owner;       /* NULL: nobody asks */
} ngx_http_fhir_binary_flight_t;


/* the key sets of URIs that depend on the request: each worker's */

typedef struct {
    ngx_queue_t                  keys;        /* of ..._keys_t that have a
                                               * set, the latest used first */
    ngx_queue_t                  empty;       /* of those without */
    ngx_uint_t                   nkeys;
    ngx_uint_t                   nempty;
} ngx_http_fhir_binary_key_table_t;


/*
 * The keys of one source: a worker's own, known by server and URI.  One of a
 * table may be gone after any wait; one of the configuration stays.
 */

typedef struct {
    ngx_str_t                    uri;         /* evaluated */
    void                        *server;
    ngx_http_fhir_binary_flight_t  flight;
    fhb_jwk_set_t               *set;         /* NULL: none yet */
    time_t                       fetched;     /* of the set */
    time_t                       tried;       /* the last attempt */
    time_t                       sought;      /* the last for an unknown kid */
    ngx_uint_t                   landed;      /* fmcf->landings, when the last
                                               * attempt ended */
    ngx_queue_t                  queue;       /* in a list of the table */
    ngx_http_fhir_binary_key_table_t  *table; /* NULL: of the configuration */
    unsigned                     failed:1;    /* the last attempt */
    unsigned                     kept:1;      /* in table->keys */
} ngx_http_fhir_binary_keys_t;


typedef struct {
    ngx_flag_t                   enabled;     /* in some location */
    ngx_http_core_loc_conf_t    *clcf;        /* of the http level */
    ngx_array_t                  keys;        /* of ..._keys_t *; what they
                                               * point to is each worker's */
    ngx_http_fhir_binary_key_table_t  *key_table;
    ngx_uint_t                  *landings;    /* fetches of keys that ended,
                                               * each worker's */
    ngx_queue_t                 *asking;      /* of introspections under way,
                                               * each worker's */
    fhb_digest_t                *digest;      /* each worker's */
    ngx_int_t                    token;       /* index of the variable */
    ngx_int_t                    request_uri; /* likewise, or NGX_ERROR */
    ngx_int_t                    host;
    ngx_int_t                    http_host;
    ngx_int_t                    dropped[NGX_HTTP_FHIR_BINARY_DROPPED];
                                              /* indices of $http_NAME,
                                               * or NGX_ERROR */
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
    ngx_str_t                    resource_metadata;

    /* the token */
    ngx_str_t                    key_file;
    fhb_jwk_set_t               *key_set;     /* of the file */
    ngx_http_complex_value_t    *key_request; /* NULL: off */
    ngx_http_fhir_binary_keys_t *keys;        /* of a URI without variables */
    ngx_http_complex_value_t    *introspect;  /* NULL: off */
    ngx_uint_t                   introspect_as; /* as written; 0: not said */
    ngx_uint_t                   introspected; /* OPAQUE or ALL */
    ngx_array_t                 *issuers;     /* of fhb_str_t */
    ngx_array_t                 *audiences;   /* of fhb_str_t; empty: off */
    ngx_uint_t                   algs;        /* FHB_JWK_* */
    ngx_uint_t                   profile;     /* fhb_claims_profile_t */
    ngx_array_t                 *claims;      /* of ..._claim_t */
    time_t                       leeway;
    ngx_http_complex_value_t    *tenant;
    fhb_claims_policy_t          policy;      /* of the members above */
    u_char                       digest[FHB_DIGEST_LEN];
                                              /* of all that is verified
                                               * against, but for the keys */

    ngx_shm_zone_t              *cache;       /* NULL: off */
    time_t                       cache_valid;
    time_t                       cache_inactive;

    /* scopes and patients */
    ngx_array_t                 *scopes;      /* of fhb_scope_rule_t */
    ngx_uint_t                   patient;     /* NGX_HTTP_FHIR_BINARY_* */
    ngx_str_t                    patient_header;
    ngx_http_complex_value_t    *patient_request;
    ngx_http_complex_value_t    *base;

    ngx_flag_t                   ccd;
    ngx_flag_t                   ccd_check;

    ngx_bufs_t                   bufs;
    size_t                       lookahead;   /* bytes of a request */
    size_t                       lookahead_worker; /* of all of a worker's */

    ngx_array_t                 *error_pages; /* as core merged them */
    unsigned                     own_error_pages:1;
} ngx_http_fhir_binary_loc_conf_t;


/* the path of one claim: fhir_binary_claim */

typedef struct {
    ngx_uint_t                   name;        /* offset of its path within
                                               * fhb_claims_policy_t */
    fhb_claims_path_t            path;
} ngx_http_fhir_binary_claim_t;


/* a subrequest of our own, whose answer is kept and never sent */

typedef struct ngx_http_fhir_binary_fetch_s  ngx_http_fhir_binary_fetch_t;

typedef void (*ngx_http_fhir_binary_fetch_pt)(ngx_http_request_t *r,
    ngx_http_fhir_binary_fetch_t *fetch);

/* the next slice of an answer with status 200; FHB_OK: the next one, too */

typedef fhb_rc_t (*ngx_http_fhir_binary_fetch_read_pt)(void *data,
    fhb_str_t slice);

struct ngx_http_fhir_binary_fetch_s {
    ngx_uint_t                   status;      /* HTTP; 0: there was none */
    ngx_str_t                    body;
    size_t                       size;        /* allocated, bytes */
    size_t                       received;    /* of the body, bytes */
    size_t                       limit;       /* of them */
    ngx_http_fhir_binary_fetch_pt  handler;   /* r is the parent */
    ngx_http_fhir_binary_fetch_read_pt  read; /* NULL: body gathers all */
    void                        *data;
    unsigned                     token:1;     /* $fhir_binary_token is set */
    unsigned                     hostless:1;  /* it does not see the Host */
    unsigned                     apart:1;     /* it sees nothing of the
                                               * client's request: its answer
                                               * is for others, too */
    unsigned                     large:1;     /* the limit was passed */
    unsigned                     whole:1;     /* the last byte was seen */
    unsigned                     done:1;
};


typedef struct ngx_http_fhir_binary_asker_s  ngx_http_fhir_binary_asker_t;


typedef struct {
    ngx_queue_t                  queue;
    ngx_event_t                  event;
    ngx_http_request_t          *request;
    unsigned                     queued:1;
} ngx_http_fhir_binary_waiter_t;


/* what is known of a request's token; zeroed it is nobody's */

typedef struct {
    fhb_str_t                    token;
    fhb_claims_t                 claims;
    fhb_scope_verdict_t          verdict;
    u_char                       key[FHB_DIGEST_LEN];
    ngx_str_t                    cached;      /* HIT, MISS or BYPASS */
    ngx_str_t                    needed;      /* scopes, for a challenge */
    ngx_http_fhir_binary_waiter_t *waiter;
    ngx_http_fhir_binary_asker_t *asker;      /* of an introspection */
    ngx_http_fhir_binary_fetch_t *fetch;      /* of the patient's documents */
    ngx_pool_cleanup_t          *bundle;      /* frees a page of them */
    ngx_str_t                    page;        /* its URI */
    ngx_uint_t                   pages;       /* asked for so far */
    size_t                       read;        /* bytes of those before */
    fhb_rc_t                     answer;      /* of an introspection */
    ngx_uint_t                   sought;      /* for an unknown kid: what
                                               * keys->landed will reach; 0:
                                               * not */
    ngx_str_t                    key_uri;     /* evaluated, once; empty: it */
    ngx_str_t                    introspect_uri;
                                              /* is none, or cannot be used */

    unsigned                     evaluated:1; /* they are */
    unsigned                     local:1;     /* the signature is good */
    unsigned                     verified:1;  /* claims hold */
    unsigned                     answered:1;  /* answer is set */
    unsigned                     owns:1;      /* the patient does */
} ngx_http_fhir_binary_auth_t;


/* the document as it comes: its bytes, or base64 out of a resource */

typedef struct {
    ngx_chain_t                 *in;
    ngx_buf_t                   *buf;
    u_char                      *next;        /* of buf, when slice is used */
    fhb_str_t                    slice;       /* what is to be used next */

    fhb_bin_read_t              *reader;      /* of a FHIR backend */
    const fhb_bin_meta_t        *meta;        /* NULL: not told yet */

    u_char                      *held;        /* bytes before the header */
    size_t                       held_len;
    size_t                       held_pos;
    size_t                       held_size;

    off_t                        left;        /* of the body, in bytes;
                                               * -1: not known */
    fhb_rc_t                     rc;          /* why it failed */

    unsigned                     flush:1;
    unsigned                     recycled:1;
    unsigned                     old:1;       /* slice is of what was held */
    unsigned                     bare:1;      /* slice is input, and may go on
                                               * behind the value */
    unsigned                     stopped:1;   /* a bare slice was, at what is
                                               * for the reader */
    unsigned                     spaced:1;    /* the value has white space, so
                                               * bare slices are in vain */
    unsigned                     gone:1;      /* upstream gave up */
    unsigned                     last:1;      /* the last buffer was seen */
    unsigned                     whole:1;     /* and all of it was given */
} ngx_http_fhir_binary_source_t;


/* what the pump makes of a slice */

typedef enum {
    NGX_HTTP_FHIR_BINARY_COPY = 0,            /* bytes, as they are */
    NGX_HTTP_FHIR_BINARY_ENCODE,              /* bytes to base64 */
    NGX_HTTP_FHIR_BINARY_DECODE,              /* base64 to bytes */
    NGX_HTTP_FHIR_BINARY_CHECK,               /* base64, checked and copied */
    NGX_HTTP_FHIR_BINARY_RECODE               /* base64 to bytes, looked at,
                                               * to base64 */
} ngx_http_fhir_binary_convert_t;


/* the response pump: a document through a few output buffers */

typedef struct {
    ngx_chain_t                 *free;
    ngx_chain_t                 *busy;
    ngx_chain_t                 *out;
    ngx_chain_t                **last_out;
    ngx_buf_t                   *out_buf;

    ngx_http_fhir_binary_convert_t  convert;
    fhb_b64_enc_t                enc;
    fhb_b64_dec_t                dec;
    ngx_str_t                    head;        /* what is still to be sent */
    ngx_str_t                    tail;

    ngx_int_t                    bufs;        /* allocated so far */
    ngx_int_t                    bufs_max;
    size_t                       portion;     /* bytes in out */

    unsigned                     armed:1;
    unsigned                     unflushed:1; /* something left since the
                                               * last flush */
    unsigned                     nomem:1;
    unsigned                     ended:1;     /* the stream's end is checked */
    unsigned                     done:1;      /* nothing more goes out */
} ngx_http_fhir_binary_pump_t;


/* a walk through header fields */

typedef struct {
    const ngx_list_part_t       *part;
    ngx_uint_t                   i;
} ngx_http_fhir_binary_fields_t;


/* how the end of a body is told apart from a lost connection */

typedef enum {
    NGX_HTTP_FHIR_BINARY_END_UNTOLD = 0,      /* it is not */
    NGX_HTTP_FHIR_BINARY_END_GIVEN,           /* a file, the cache */
    NGX_HTTP_FHIR_BINARY_END_LENGTH,
    NGX_HTTP_FHIR_BINARY_END_CHUNKS,
    NGX_HTTP_FHIR_BINARY_END_RECORDS,         /* of FastCGI */
    NGX_HTTP_FHIR_BINARY_END_FRAMES,          /* of HTTP/2 */
    NGX_HTTP_FHIR_BINARY_END_HEAD             /* there is none: the backend
                                               * was asked with HEAD */
} ngx_http_fhir_binary_end_t;


/* one request; each part is written by the room named beside it */

typedef struct {
    ngx_http_request_t          *request;

    /* the location that claimed the request */
    const ngx_http_fhir_binary_loc_conf_t  *conf;

    /* claim */
    fhb_route_t                  route;
    fhb_rc_t                     route_rc;
    fhb_route_t                  whose;       /* the document that is looked up
                                               * for the patient */
    ngx_uint_t                   http_version; /* the client's */
    unsigned                     options:1;   /* answered with 204 */
    unsigned                     own:1;       /* a subrequest of ours */
    unsigned                     late:1;      /* claimed by the filter */
    unsigned                     background:1; /* an update of a cache: only
                                               * what is stored concerns us */
    unsigned                     paged:1;     /* an error_page took over */
    unsigned                     elsewhere:1; /* and it leads to a document */
    unsigned                     moved:1;     /* whose is being looked up */
    unsigned                     quiet:1;     /* r->error_page is our word, not
                                               * nginx's */
    unsigned                     erred:1;     /* an error led here; without
                                               * r->error_page, too, which is
                                               * not set when error pages are
                                               * recursive */
    ngx_uint_t                   page_status; /* that it keeps or sets */

    /* access */
    ngx_http_fhir_binary_auth_t  auth;
    unsigned                     granted:1;
    unsigned                     waived:1;    /* satisfy any: by another */

    /* fetch */
    ngx_http_fhir_binary_fetch_t *fetched;    /* own: where it goes */

    /* negotiate */
    fhb_accept_t                *accept;      /* NULL: no Accept */
    fhb_form_t                   format;
    fhb_rc_t                     format_rc;
    unsigned                     asked:1;     /* Accept and _format are read */
    unsigned                     prepared:1;  /* the request is ready for
                                               * the backend */
    unsigned                     ranged:1;    /* Range went to the backend */
    ngx_table_elt_t             *accept_encoding;

    /* conditional: what nginx's own filter does not see */
    ngx_table_elt_t             *if_match;
    ngx_table_elt_t             *if_none_match;
    ngx_table_elt_t             *if_modified_since;
    ngx_table_elt_t             *if_unmodified_since;

    /* document */
    fhb_choice_t                 choice;
    fhb_bin_head_t               head;
    ngx_str_t                    type;        /* stored media type */
    off_t                        length;      /* of the document, or -1 */
    fhb_cda_t                   *cda;         /* NULL: nothing to check */
    fhb_b64_dec_t                looking;     /* at what is held for it */
    size_t                       seen;        /* bytes of it */
    unsigned                     fhir:1;      /* the source is a resource */
    unsigned                     held:1;      /* the header waits for data */
    unsigned                     looked:1;    /* the start is that of a CCD */
    unsigned                     asked_get:1; /* for a HEAD of the client */
    unsigned                     open:1;      /* the body ends by close */
    unsigned                     ended:1;     /* and its end was seen */
    ngx_msec_t                   heard;       /* when data came last */

    /* ccd */
    fhb_ccd_t                   *ccd;         /* NULL: another interaction */

    /* upstream */
    ngx_http_fhir_binary_end_t   end;
    ngx_int_t                  (*input_filter_init)(void *data);
    ngx_int_t                  (*input_filter)(void *data, ssize_t bytes);
    void                        *input_filter_ctx;
    ngx_event_pipe_input_filter_pt  pipe_filter;
                                              /* nginx's own, all of them */
    void                       (*write_event_handler)(ngx_http_request_t *r);
                                              /* nginx's own */
    unsigned                     preread:1;   /* the whole body came with the
                                               * header */
    unsigned                     begun:1;     /* the body is being read */
    unsigned                     broken:1;    /* it breaks its protocol */

    /* body */
    off_t                        promised;    /* bytes that the header named,
                                               * or -1 */
    unsigned                     keepalive:1; /* as the header said */
    unsigned                     complete:1;  /* the client has all of it */

    /* source */
    ngx_http_fhir_binary_source_t  source;

    /* pump */
    ngx_http_fhir_binary_pump_t  pump;

    /* relay */
    fhb_rc_t                     relay;       /* the error in the place of
                                               * what it reads; FHB_OK: it
                                               * reads nothing */

    /* outcome */
    fhb_rc_t                     error;       /* FHB_OK: none */
    ngx_uint_t                   status;      /* 0: of the error's row */
    ngx_str_t                    code;        /* of the issue; empty: of the
                                               * error's row */
    ngx_str_t                    parameter;
    ngx_str_t                    diagnostics;
    unsigned                     refused:1;   /* its OperationOutcome left */
} ngx_http_fhir_binary_ctx_t;


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


#endif /* _NGX_HTTP_FHIR_BINARY_H_INCLUDED_ */
