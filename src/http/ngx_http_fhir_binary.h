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
#include "fhb_error.h"
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

/* what functions return beside NGX_OK, NGX_AGAIN, NGX_DONE and NGX_ERROR;
 * NGX_DECLINED is what nginx takes it for: a phase goes on */
#define NGX_HTTP_FHIR_BINARY_META_TOLD   -100  /* a resource told its facts */
#define NGX_HTTP_FHIR_BINARY_GO_ON       -101  /* nothing is decided yet */
#define NGX_HTTP_FHIR_BINARY_NO_BUF      -102  /* no output buffer is free */
#define NGX_HTTP_FHIR_BINARY_NO_KEYS     -103  /* none, or no newer ones */
#define NGX_HTTP_FHIR_BINARY_NO_RELAY    -104  /* an error cannot pass */
#define NGX_HTTP_FHIR_BINARY_NO_OPTION   -105  /* an argument is another one */
#define NGX_HTTP_FHIR_BINARY_NOT_WAIVED  -106  /* nobody else has granted */
#define NGX_HTTP_FHIR_BINARY_REFUSED     -107  /* it stays refused */

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
} ngx_http_fhir_binary_single_flight_t;


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
    ngx_http_fhir_binary_single_flight_t  flight;
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
    ngx_uint_t                   algs;        /* FHB_JWA_* */
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
} ngx_http_fhir_binary_claim_path_t;


/* what a subrequest of our own sees of the client's request */

typedef enum {
    NGX_HTTP_FHIR_BINARY_SEES_ALL = 0,
    NGX_HTTP_FHIR_BINARY_SEES_NO_HOST,        /* all but the Host */
    NGX_HTTP_FHIR_BINARY_SEES_NOTHING         /* others use its answer */
} ngx_http_fhir_binary_sees_t;


/* how much of its answer there is */

typedef enum {
    NGX_HTTP_FHIR_BINARY_SUBREQUEST_PART = 0,
    NGX_HTTP_FHIR_BINARY_SUBREQUEST_WHOLE,    /* the last byte was seen */
    NGX_HTTP_FHIR_BINARY_SUBREQUEST_LARGE     /* the limit was passed */
} ngx_http_fhir_binary_subrequest_body_t;


/* a subrequest of our own, whose answer is kept and never sent */

typedef struct ngx_http_fhir_binary_subrequest_s
    ngx_http_fhir_binary_subrequest_t;

typedef void (*ngx_http_fhir_binary_subrequest_pt)(ngx_http_request_t *r,
    ngx_http_fhir_binary_subrequest_t *sub);

/* the next slice of an answer with status 200; FHB_OK: the next one, too */

typedef fhb_rc_t (*ngx_http_fhir_binary_subrequest_read_pt)(void *data,
    fhb_str_t slice);

struct ngx_http_fhir_binary_subrequest_s {
    ngx_uint_t                   status;      /* HTTP; 0: there was none */
    ngx_str_t                    body;
    size_t                       size;        /* allocated, bytes */
    size_t                       received;    /* of the body, bytes */
    size_t                       limit;       /* of them */
    ngx_http_fhir_binary_subrequest_pt  handler; /* r is the parent */
    ngx_http_fhir_binary_subrequest_read_pt  read; /* NULL: body gathers all */
    void                        *data;
    ngx_http_fhir_binary_sees_t  sees;
    ngx_http_fhir_binary_subrequest_body_t  body_is;
    unsigned                     token:1;     /* $fhir_binary_token is set */
    unsigned                     done:1;
};


typedef struct ngx_http_fhir_binary_asker_s  ngx_http_fhir_binary_asker_t;


typedef struct {
    ngx_queue_t                  queue;
    ngx_event_t                  event;
    ngx_http_request_t          *request;
    unsigned                     queued:1;
} ngx_http_fhir_binary_waiter_t;


/* what a request's token has come to */

typedef enum {
    NGX_HTTP_FHIR_BINARY_GRANT_NONE = 0,      /* it is nobody's */
    NGX_HTTP_FHIR_BINARY_GRANT_READ,          /* it was read, and what asks
                                               * about it has its URIs */
    NGX_HTTP_FHIR_BINARY_GRANT_SIGNED,        /* its own claims hold, and the
                                               * server is asked, too */
    NGX_HTTP_FHIR_BINARY_GRANT_VERIFIED,      /* the claims hold */
    NGX_HTTP_FHIR_BINARY_GRANT_GIVEN,         /* the document may leave */
    NGX_HTTP_FHIR_BINARY_GRANT_WAIVED         /* satisfy any: another module
                                               * has granted */
} ngx_http_fhir_binary_grant_state_t;


/* fhir_binary_patient request: the document and the token's patient */

typedef enum {
    NGX_HTTP_FHIR_BINARY_OWNER_UNKNOWN = 0,
    NGX_HTTP_FHIR_BINARY_OWNER_STALE,         /* of another document */
    NGX_HTTP_FHIR_BINARY_OWNER_PATIENT        /* it is the patient's */
} ngx_http_fhir_binary_owner_t;


/* token/: what is known of a request's token */

typedef struct {
    ngx_http_fhir_binary_grant_state_t  state;

    fhb_str_t                    token;
    fhb_claims_t                 claims;
    fhb_scope_verdict_t          verdict;
    u_char                       key[FHB_DIGEST_LEN];
    ngx_str_t                    cached;      /* HIT, MISS or BYPASS */
    ngx_str_t                    needed;      /* scopes, for a challenge */
    ngx_http_fhir_binary_waiter_t *waiter;
    ngx_http_fhir_binary_asker_t *question;   /* its place among those who
                                               * wait for an introspection */
    fhb_rc_t                     answer;      /* of an introspection */
    ngx_uint_t                   keys_generation; /* keys->landed of the set
                                               * that an unknown kid waits for;
                                               * 0: it waits for none */
    ngx_str_t                    key_uri;     /* evaluated, once; empty: it */
    ngx_str_t                    introspect_uri;
                                              /* is none, or cannot be used */

    ngx_http_fhir_binary_owner_t  owner;
    ngx_http_fhir_binary_subrequest_t *search; /* of the patient's documents */
    ngx_pool_cleanup_t          *bundle;      /* frees a page of them */
    ngx_str_t                    page;        /* its URI */
    ngx_uint_t                   pages;       /* asked for so far */
    size_t                       read;        /* bytes of those before */
} ngx_http_fhir_binary_grant_t;


/* how a request became one of the module's */

typedef enum {
    NGX_HTTP_FHIR_BINARY_BY_PHASE = 0,        /* in a phase of its location */
    NGX_HTTP_FHIR_BINARY_BY_FILTER,           /* no phase has seen it */
    NGX_HTTP_FHIR_BINARY_BY_CACHE,            /* an update in the background:
                                               * what is stored is all that
                                               * concerns us */
    NGX_HTTP_FHIR_BINARY_BY_US                /* a subrequest of our own */
} ngx_http_fhir_binary_origin_t;


/* where nginx has redirected a request to, inside, since it is ours */

typedef enum {
    NGX_HTTP_FHIR_BINARY_LED_NOWHERE = 0,
    NGX_HTTP_FHIR_BINARY_LED_ON,              /* to where the document is */
    NGX_HTTP_FHIR_BINARY_LED_BY_ERROR,        /* to an error_page */
    NGX_HTTP_FHIR_BINARY_LED_BY_REFUSAL       /* to one for our refusal */
} ngx_http_fhir_binary_led_t;

typedef struct {
    ngx_http_fhir_binary_led_t   led;
    ngx_uint_t                   status;      /* that an error_page keeps or
                                               * sets; 0: there is none */
    unsigned                     elsewhere:1; /* an error_page led to another
                                               * document */
    unsigned                     quiet:1;     /* r->error_page was set by us,
                                               * not by nginx */
} ngx_http_fhir_binary_redirect_t;


/* what the client is told in the place of a document */

typedef struct {
    fhb_rc_t                     rc;          /* FHB_OK: it is not refused */
    ngx_uint_t                   status;      /* 0: of the error's row */
    ngx_str_t                    code;        /* of the issue; empty: of the
                                               * error's row */
    ngx_str_t                    parameter;   /* that is at fault */
    ngx_str_t                    diagnostics;
} ngx_http_fhir_binary_refusal_t;


/* how the backend is asked for what the client has asked for */

typedef enum {
    NGX_HTTP_FHIR_BINARY_METHOD_SAME = 0,
    NGX_HTTP_FHIR_BINARY_METHOD_GET,          /* with GET, for a HEAD */
    NGX_HTTP_FHIR_BINARY_METHOD_NONE          /* not at all: OPTIONS */
} ngx_http_fhir_binary_method_t;


/* request/: what is asked for */

typedef struct {
    fhb_route_t                  route;
    fhb_rc_t                     route_rc;
    fhb_route_t                  whose;       /* the document that is looked up
                                               * for the patient */
    ngx_http_fhir_binary_method_t  method;

    fhb_accept_t                *accept;      /* NULL: no Accept */
    fhb_form_t                   format;
    fhb_rc_t                     format_rc;
    fhb_ccd_t                   *ccd;         /* NULL: another interaction */

    /* of the request's header, not seen by nginx's own filters and modules */
    ngx_table_elt_t             *accept_encoding;
    ngx_table_elt_t             *if_match;
    ngx_table_elt_t             *if_none_match;
    ngx_table_elt_t             *if_modified_since;
    ngx_table_elt_t             *if_unmodified_since;

    unsigned                     read:1;      /* Accept and _format were */
    unsigned                     prepared:1;  /* the request is ready for
                                               * the backend */
    unsigned                     ranged:1;    /* Range went to the backend */
} ngx_http_fhir_binary_asked_t;


/* how far a source has been read */

typedef enum {
    NGX_HTTP_FHIR_BINARY_SOURCE_OPEN = 0,
    NGX_HTTP_FHIR_BINARY_SOURCE_LAST,         /* its last buffer was seen */
    NGX_HTTP_FHIR_BINARY_SOURCE_WHOLE,        /* all of it was given */
    NGX_HTTP_FHIR_BINARY_SOURCE_GONE          /* nginx has given up on it */
} ngx_http_fhir_binary_source_state_t;


/* where a slice is, and what may stand in it */

typedef enum {
    NGX_HTTP_FHIR_BINARY_SLICE_LIVE = 0,      /* of the document, in a buffer */
    NGX_HTTP_FHIR_BINARY_SLICE_BARE,          /* the same, but the document may
                                               * end within it */
    NGX_HTTP_FHIR_BINARY_SLICE_KEPT           /* of the document, kept before */
} ngx_http_fhir_binary_slice_t;


/* whether bare slices are given */

typedef enum {
    NGX_HTTP_FHIR_BINARY_BARE_NEVER = 0,
    NGX_HTTP_FHIR_BINARY_BARE_GIVEN,
    NGX_HTTP_FHIR_BINARY_BARE_PAUSED          /* not the next one: it is for
                                               * the reader */
} ngx_http_fhir_binary_bare_t;


/* what is kept of a document before the header leaves */

typedef enum {
    NGX_HTTP_FHIR_BINARY_KEPT_NONE = 0,
    NGX_HTTP_FHIR_BINARY_KEPT_GROWS,
    NGX_HTTP_FHIR_BINARY_KEPT_GIVEN           /* it comes before what is live */
} ngx_http_fhir_binary_kept_state_t;

typedef struct {
    ngx_http_fhir_binary_kept_state_t  state;
    u_char                      *data;
    size_t                       len;
    size_t                       pos;         /* up to here it was given */
    size_t                       size;        /* allocated, bytes */
} ngx_http_fhir_binary_kept_t;


/* stream/: the document as it comes: its bytes, or base64 out of a resource */

typedef struct {
    ngx_http_fhir_binary_source_state_t  state;

    ngx_chain_t                 *in;
    ngx_buf_t                   *buf;
    u_char                      *next;        /* of buf, when live is used */

    fhb_str_t                    live;        /* comes behind what is kept */
    fhb_str_t                    slice;       /* what is to be used next */
    ngx_http_fhir_binary_slice_t  kind;       /* of slice */
    ngx_http_fhir_binary_bare_t  bare;

    fhb_bin_read_t              *reader;      /* NULL: no resource of FHIR */
    const fhb_bin_meta_t        *meta;        /* NULL: not told yet */

    ngx_http_fhir_binary_kept_t  kept;

    off_t                        left;        /* of the body, in bytes;
                                               * -1: not known */
    ngx_msec_t                   heard;       /* when data came last */
    fhb_rc_t                     rc;          /* why it failed */

    unsigned                     flush:1;
    unsigned                     recycled:1;
} ngx_http_fhir_binary_source_t;


/* stream/: fhir_binary_ccd_check, and base64 that is looked at ahead */

typedef struct {
    fhb_cda_t                   *cda;         /* NULL: nothing to check */
    fhb_b64_dec_t                base64;      /* of what is kept */
    size_t                       pos;         /* of what is kept: seen */
    unsigned                     begun:1;     /* the start is that of a CCD */
} ngx_http_fhir_binary_check_t;


/* what the pump makes of a slice */

typedef enum {
    NGX_HTTP_FHIR_BINARY_COPY = 0,            /* bytes, as they are */
    NGX_HTTP_FHIR_BINARY_ENCODE,              /* bytes to base64 */
    NGX_HTTP_FHIR_BINARY_DECODE,              /* base64 to bytes */
    NGX_HTTP_FHIR_BINARY_CHECK,               /* base64, checked and copied */
    NGX_HTTP_FHIR_BINARY_RECODE               /* base64 to bytes, looked at,
                                               * to base64 */
} ngx_http_fhir_binary_convert_t;


/* how far the pump is */

typedef enum {
    NGX_HTTP_FHIR_BINARY_PUMP_RUNS = 0,
    NGX_HTTP_FHIR_BINARY_PUMP_ENDS,           /* the end of the input is that
                                               * of a whole document */
    NGX_HTTP_FHIR_BINARY_PUMP_DONE            /* nothing more goes out */
} ngx_http_fhir_binary_pump_state_t;


/* stream/: a document through a few output buffers */

typedef struct {
    ngx_http_fhir_binary_pump_state_t  state;

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

    unsigned                     unflushed:1; /* something left since the
                                               * last flush */
    unsigned                     nomem:1;     /* no output buffer is free */
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
    NGX_HTTP_FHIR_BINARY_END_HEAD,            /* there is none: the backend
                                               * was asked with HEAD */
    NGX_HTTP_FHIR_BINARY_ENDS_OF_BODIES
} ngx_http_fhir_binary_end_t;


/* how far a backend's body is */

typedef enum {
    NGX_HTTP_FHIR_BINARY_BODY_AHEAD = 0,      /* nothing of it was read */
    NGX_HTTP_FHIR_BINARY_BODY_PREREAD,        /* all came with the header */
    NGX_HTTP_FHIR_BINARY_BODY_BEGUN,          /* it is being read */
    NGX_HTTP_FHIR_BINARY_BODY_BROKEN          /* it breaks its protocol */
} ngx_http_fhir_binary_body_t;


/* upstream: how a backend's body is read, and what of nginx is wrapped */

typedef struct {
    ngx_http_fhir_binary_end_t   end;
    ngx_http_fhir_binary_body_t  body;
    ngx_int_t                  (*input_filter_init)(void *data);
    ngx_int_t                  (*input_filter)(void *data, ssize_t bytes);
    void                        *input_filter_ctx;
    ngx_event_pipe_input_filter_pt  pipe_filter;
    void                       (*write_event_handler)(ngx_http_request_t *r);
} ngx_http_fhir_binary_upstream_t;


/* output: what the client was told of its connection and of the body */

typedef struct {
    ngx_uint_t                   http_version; /* the client's */
    off_t                        promised;    /* bytes still to come by the
                                               * header's word; -1: any */
    unsigned                     keepalive:1; /* as the header said */
    unsigned                     close_delimited:1; /* the connection's end is
                                               * the body's */
} ngx_http_fhir_binary_output_t;


/* response/: the document, and the form that it leaves in */

typedef struct {
    fhb_choice_t                 choice;
    fhb_bin_head_t               head;
    off_t                        length;      /* or -1 */
    fhb_rc_t                     relay;       /* what is answered where a
                                               * backend's error does not
                                               * pass */
} ngx_http_fhir_binary_document_t;


/* what becomes of a response's body */

typedef enum {
    NGX_HTTP_FHIR_BINARY_PHASE_HEADER = 0,    /* the header is not decided */
    NGX_HTTP_FHIR_BINARY_PHASE_PASS,          /* it leaves as it comes */
    NGX_HTTP_FHIR_BINARY_PHASE_LOOKAHEAD,     /* the header waits for it */
    NGX_HTTP_FHIR_BINARY_PHASE_RELAY,         /* an error's, read ahead */
    NGX_HTTP_FHIR_BINARY_PHASE_PUMP,          /* it is converted */
    NGX_HTTP_FHIR_BINARY_PHASE_REFUSED,       /* an answer of our own has left,
                                               * what comes is dropped */
    NGX_HTTP_FHIR_BINARY_PHASE_DISCARD,       /* a header without a body has */
    NGX_HTTP_FHIR_BINARY_PHASE_COMPLETE,      /* all of the body has */
    NGX_HTTP_FHIR_BINARY_PHASE_COLLECT,       /* it is for ourselves */
    NGX_HTTP_FHIR_BINARY_PHASE_STORE,         /* it is for nginx's cache */
    NGX_HTTP_FHIR_BINARY_PHASES
} ngx_http_fhir_binary_phase_t;


/*
 * One request.  Each part is written by the folder named beside it, or by the
 * room where it is the ground's; t/check/owner.sh holds to that.
 */

typedef struct {
    ngx_http_request_t          *request;

    /* ctx */
    const ngx_http_fhir_binary_loc_conf_t  *conf; /* of the location that the
                                               * request became ours in, or
                                               * of a guarded one it came to */
    ngx_http_fhir_binary_origin_t  origin;
    ngx_http_fhir_binary_phase_t  phase;
    ngx_http_fhir_binary_redirect_t  redirect;
    ngx_http_fhir_binary_refusal_t  refusal;
    ngx_str_t                    type;        /* stored media type, as far as
                                               * it is known */

    ngx_http_fhir_binary_upstream_t  upstream; /* upstream */
    ngx_http_fhir_binary_output_t  output;    /* output */

    ngx_http_fhir_binary_grant_t  grant;      /* token/ */
    ngx_http_fhir_binary_subrequest_t *subrequest; /* token/, NULL: none */
    ngx_http_fhir_binary_asked_t  asked;      /* request/ */
    ngx_http_fhir_binary_source_t  source;    /* stream/ */
    ngx_http_fhir_binary_check_t  check;      /* stream/ */
    ngx_http_fhir_binary_pump_t  pump;        /* stream/ */
    ngx_http_fhir_binary_document_t  document; /* response/ */
} ngx_http_fhir_binary_ctx_t;


/* anchor */

ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_anchor_add(
    ngx_http_request_t *r);
ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_anchor_find(
    ngx_http_request_t *r);

/* phase */

void ngx_http_fhir_binary_phase(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_http_fhir_binary_phase_t to);
ngx_uint_t ngx_http_fhir_binary_answered(
    const ngx_http_fhir_binary_ctx_t *ctx);

/* upstream */

fhb_rc_t ngx_http_fhir_binary_upstream_watch(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_upstream_live(ngx_http_request_t *r);
void ngx_http_fhir_binary_upstream_begun(ngx_http_fhir_binary_ctx_t *ctx);
ngx_uint_t ngx_http_fhir_binary_upstream_broken(
    const ngx_http_fhir_binary_ctx_t *ctx);
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
void ngx_http_fhir_binary_output_start(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
ngx_int_t ngx_http_fhir_binary_next_header(ngx_http_request_t *r);
ngx_int_t ngx_http_fhir_binary_output_header(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_http_fhir_binary_phase_t phase);
void ngx_http_fhir_binary_output_promise(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_output_finish(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
#if (nginx_version >= 1029000)
ngx_int_t ngx_http_fhir_binary_next_early_hints(ngx_http_request_t *r);
#endif
ngx_int_t ngx_http_fhir_binary_next_body(ngx_http_request_t *r,
    ngx_chain_t *in);
ngx_uint_t ngx_http_fhir_binary_output_honest(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, ngx_buf_t *b);
ngx_int_t ngx_http_fhir_binary_output_cut(ngx_http_request_t *r, fhb_rc_t rc);

/* ctx */

const ngx_http_fhir_binary_loc_conf_t *ngx_http_fhir_binary_loc_conf(
    ngx_http_request_t *r);
ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_ctx(ngx_http_request_t *r);
ngx_uint_t ngx_http_fhir_binary_ctx_erred(
    const ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_ctx_quiet(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_ctx_elsewhere(ngx_http_fhir_binary_ctx_t *ctx);
ngx_http_fhir_binary_ctx_t *ngx_http_fhir_binary_ctx_create(
    ngx_http_request_t *r, ngx_http_fhir_binary_origin_t origin);
void ngx_http_fhir_binary_ctx_enter(ngx_http_fhir_binary_ctx_t *ctx,
    const ngx_http_fhir_binary_loc_conf_t *fbcf);
void ngx_http_fhir_binary_ctx_type(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_str_t type);
ngx_int_t ngx_http_fhir_binary_reject(ngx_http_request_t *r,
    ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc);
void ngx_http_fhir_binary_refusal(ngx_http_fhir_binary_ctx_t *ctx, fhb_rc_t rc,
    ngx_uint_t status);
void ngx_http_fhir_binary_forgive(ngx_http_fhir_binary_ctx_t *ctx);
void ngx_http_fhir_binary_refusal_parameter(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_str_t name);
void ngx_http_fhir_binary_refusal_diagnostics(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_str_t text);
void ngx_http_fhir_binary_refusal_code(ngx_http_fhir_binary_ctx_t *ctx,
    ngx_str_t code);

/* bufpool */

u_char *ngx_http_fhir_binary_bufpool_take(ngx_http_request_t *r, size_t size);
void ngx_http_fhir_binary_bufpool_exit(ngx_cycle_t *cycle);

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
