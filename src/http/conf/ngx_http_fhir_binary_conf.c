/*
 * Conf: directive values, checked so that a wrong one names itself and what
 * is allowed.
 *
 * test     t/directive_fhir_binary.t, t/conf_bad_values.t, t/conf_examples.t,
 *          t/readme.t
 */

#include "ngx_http_fhir_binary_conf.h"


/* fewer or smaller buffers could not hold what one step makes */
#define NGX_HTTP_FHIR_BINARY_MIN_BUFS  2
#define NGX_HTTP_FHIR_BINARY_MIN_BUF   2048

/* what one request may keep while its header waits, in bytes */
#define NGX_HTTP_FHIR_BINARY_MAX_HELD  (16 * 1024 * 1024)


static char *ngx_http_fhir_binary_conf_invalid(ngx_conf_t *cf,
    ngx_command_t *cmd, ngx_str_t *value, const char *allowed);
static ngx_uint_t ngx_http_fhir_binary_conf_origin(ngx_str_t *origin);


ngx_conf_enum_t  ngx_http_fhir_binary_versions[] = {
    { ngx_string("dstu2"), FHB_DSTU2 },
    { ngx_string("stu3"), FHB_STU3 },
    { ngx_string("r4"), FHB_R4 },
    { ngx_string("r4b"), FHB_R4B },
    { ngx_string("r5"), FHB_R5 },
    { ngx_string("off"), FHB_VERSION_OFF },
    { ngx_null_string, 0 }
};


ngx_conf_enum_t  ngx_http_fhir_binary_backends[] = {
    { ngx_string("auto"), NGX_HTTP_FHIR_BINARY_AUTO },
    { ngx_string("raw"), NGX_HTTP_FHIR_BINARY_RAW },
    { ngx_string("fhir"), NGX_HTTP_FHIR_BINARY_FHIR },
    { ngx_null_string, 0 }
};


ngx_conf_enum_t  ngx_http_fhir_binary_accepts[] = {
    { ngx_string("strict"), 0 },
    { ngx_string("lenient"), 1 },
    { ngx_null_string, 0 }
};


ngx_conf_enum_t  ngx_http_fhir_binary_defaults[] = {
    { ngx_string("native"), 0 },
    { ngx_string("fhir"), 1 },
    { ngx_null_string, 0 }
};


static char *
ngx_http_fhir_binary_conf_invalid(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t *value, const char *allowed)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\" directive, "
                       "it must be %s", value, &cmd->name, allowed);

    return NGX_CONF_ERROR;
}


char *
ngx_http_fhir_binary_conf_enum(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    u_char           *p, *last, text[NGX_MAX_ERROR_STR / 8];
    ngx_str_t        *value;
    ngx_uint_t       *np;
    ngx_conf_enum_t  *e;

    np = (ngx_uint_t *) ((char *) conf + cmd->offset);

    if (*np != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (e = cmd->post; e->name.len; e++) {

        if (e->name.len == value[1].len
            && ngx_strcmp(e->name.data, value[1].data) == 0)
        {
            *np = e->value;
            return NGX_CONF_OK;
        }
    }

    p = text;
    last = text + sizeof(text) - 1;

    for (e = cmd->post; e->name.len; e++) {
        p = ngx_slprintf(p, last, "%s\"%V\"",
                         e == (ngx_conf_enum_t *) cmd->post ? ""
                         : (e + 1)->name.len ? ", " : " or ", &e->name);
    }

    *p = '\0';

    return ngx_http_fhir_binary_conf_invalid(cf, cmd, &value[1], (char *) text);
}


char *
ngx_http_fhir_binary_conf_flag(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t   *value;
    ngx_flag_t  *fp;

    fp = (ngx_flag_t *) ((char *) conf + cmd->offset);

    if (*fp != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 2 && ngx_strcmp(value[1].data, "on") == 0) {
        *fp = 1;
        return NGX_CONF_OK;
    }

    if (value[1].len == 3 && ngx_strcmp(value[1].data, "off") == 0) {
        *fp = 0;
        return NGX_CONF_OK;
    }

    return ngx_http_fhir_binary_conf_invalid(cf, cmd, &value[1],
                                           "\"on\" or \"off\"");
}


char *
ngx_http_fhir_binary_conf_sec(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    time_t     *sec;
    ngx_str_t  *value;

    sec = (time_t *) ((char *) conf + cmd->offset);

    if (*sec != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    *sec = ngx_parse_time(&value[1], 1);

    if (*sec == (time_t) NGX_ERROR) {
        return ngx_http_fhir_binary_conf_invalid(cf, cmd, &value[1],
                                               "a time such as \"30s\"");
    }

    return NGX_CONF_OK;
}


char *
ngx_http_fhir_binary_conf_bufs(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t   *value;
    ngx_bufs_t  *bufs;

    bufs = (ngx_bufs_t *) ((char *) conf + cmd->offset);

    if (bufs->num) {
        return "is duplicate";
    }

    value = cf->args->elts;

    bufs->num = ngx_atoi(value[1].data, value[1].len);

    if (bufs->num == NGX_ERROR || bufs->num < NGX_HTTP_FHIR_BINARY_MIN_BUFS) {
        return ngx_http_fhir_binary_conf_invalid(cf, cmd, &value[1],
                                               "a number of 2 or more");
    }

    bufs->size = ngx_parse_size(&value[2]);

    if (bufs->size == (size_t) NGX_ERROR
        || bufs->size < NGX_HTTP_FHIR_BINARY_MIN_BUF)
    {
        return ngx_http_fhir_binary_conf_invalid(cf, cmd, &value[2],
                                               "a size of 2k or more");
    }

    return NGX_CONF_OK;
}


char *
ngx_http_fhir_binary_conf_lookahead(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_fhir_binary_loc_conf_t  *fbcf = conf;

    size_t     worker;
    ngx_str_t  *value, s;

    if (fbcf->lookahead != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    value = cf->args->elts;
    fbcf->lookahead = ngx_parse_size(&value[1]);

    if (fbcf->lookahead == (size_t) NGX_ERROR
        || fbcf->lookahead < NGX_HTTP_FHIR_BINARY_MIN_BUF
        || fbcf->lookahead > NGX_HTTP_FHIR_BINARY_MAX_HELD)
    {
        return ngx_http_fhir_binary_conf_invalid(cf, cmd, &value[1],
                                               "a size of 2k to 16m");
    }

    fbcf->lookahead_worker = NGX_HTTP_FHIR_BINARY_WORKER_HELD;

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    worker = (size_t) NGX_ERROR;

    if (ngx_strncmp(value[2].data, "worker=", sizeof("worker=") - 1) == 0) {
        s.data = value[2].data + sizeof("worker=") - 1;
        s.len = value[2].len - (sizeof("worker=") - 1);
        worker = ngx_parse_size(&s);
    }

    if (worker == (size_t) NGX_ERROR || worker < fbcf->lookahead) {
        return ngx_http_fhir_binary_conf_invalid(cf, cmd, &value[2],
                   "\"worker=SIZE\", with no less than the size before it");
    }

    fbcf->lookahead_worker = worker;

    return NGX_CONF_OK;
}


/* a quoted-string of WWW-Authenticate: what would need an escape is refused */

char *
ngx_http_fhir_binary_conf_realm(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    size_t      i;
    ngx_str_t  *value, *realm;

    realm = (ngx_str_t *) ((char *) conf + cmd->offset);

    if (realm->data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {

        if (value[1].data[i] < 0x20 || value[1].data[i] > 0x7e
            || value[1].data[i] == '"' || value[1].data[i] == '\\')
        {
            return ngx_http_fhir_binary_conf_invalid(cf, cmd, &value[1],
                       "printable ASCII without quotes and backslashes");
        }
    }

    *realm = value[1];

    return NGX_CONF_OK;
}


/* scheme "://" host [ ":" port ], as a browser writes it: in lower case */

static ngx_uint_t
ngx_http_fhir_binary_conf_origin(ngx_str_t *origin)
{
    u_char  *p, *last, *host;

    host = (u_char *) ngx_strstr(origin->data, "://");

    if (host == NULL || host == origin->data) {
        return 0;
    }

    last = origin->data + origin->len;

    for (p = origin->data; p < last; p++) {

        if (p == host) {
            p += sizeof("://") - 2;
            continue;
        }

        if ((*p < 'a' || *p > 'z') && (*p < '0' || *p > '9')
            && *p != '-' && *p != '.'
            && (p < host ? *p != '+'
                         : *p != ':' && *p != '_' && *p != '[' && *p != ']'))
        {
            return 0;
        }
    }

    return host + sizeof("://") - 1 < last;
}


char *
ngx_http_fhir_binary_conf_cors(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                        *value, *origin;
    ngx_uint_t                        i;
    ngx_http_fhir_binary_loc_conf_t  *fbcf = conf;

    if (fbcf->cors != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        fbcf->cors = NULL;
        return NGX_CONF_OK;
    }

    fbcf->cors = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                  sizeof(ngx_str_t));
    if (fbcf->cors == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (!(cf->args->nelts == 2 && ngx_strcmp(value[i].data, "*") == 0)
            && !ngx_http_fhir_binary_conf_origin(&value[i]))
        {
            return ngx_http_fhir_binary_conf_invalid(cf, cmd, &value[i],
                       "\"off\", \"*\" alone, or origins such as "
                       "\"https://app.example.org\" (in lower case, no path, "
                       "no slash)");
        }

        origin = ngx_array_push(fbcf->cors);
        if (origin == NULL) {
            return NGX_CONF_ERROR;
        }

        *origin = value[i];
    }

    return NGX_CONF_OK;
}


/*
 * An inherited error_page would put HTML in the place of OperationOutcomes;
 * one that stands in the location itself is the operator's wish.  Core has
 * merged before us: the same array as the parent's is an inherited one.
 */

void
ngx_http_fhir_binary_conf_error_pages(ngx_conf_t *cf,
    const ngx_http_fhir_binary_loc_conf_t *prev,
    ngx_http_fhir_binary_loc_conf_t *conf)
{
    ngx_array_t                       *inherited;
    ngx_http_core_loc_conf_t          *clcf;
    ngx_http_fhir_binary_main_conf_t  *fmcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    fmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_fhir_binary_module);

    conf->error_pages = clcf->error_pages;

    if (clcf->name.len == 0) {
        /* a server: what its error_page says is for other locations */

        if (conf->version != FHB_VERSION_OFF) {
            clcf->error_pages = NULL;
        }

        return;
    }

    inherited = prev->error_pages;

    if (inherited == NULL) {
        inherited = fmcf->clcf->error_pages;
    }

    conf->own_error_pages = (conf->error_pages != inherited)
                            || prev->own_error_pages;

    if (conf->version != FHB_VERSION_OFF && !conf->own_error_pages) {
        clcf->error_pages = NULL;
    }
}
