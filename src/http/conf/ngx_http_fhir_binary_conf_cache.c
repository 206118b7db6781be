/*
 * Conf, cache: the directive fhir_binary_token_cache.
 *
 * test     t/directive_token_cache.t, t/conf_token.t, t/token_cache.t,
 *          t/token_cache_valid.t
 */

#include "ngx_http_fhir_binary_conf.h"


/* the smallest zone */
#define NGX_HTTP_FHIR_BINARY_CACHE_MIN  (8 * ngx_pagesize)


static ngx_int_t ngx_http_fhir_binary_conf_cache_option(ngx_conf_t *cf,
    ngx_str_t *value, const char *name, time_t *time);


char *
ngx_http_fhir_binary_conf_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    u_char                           *p;
    ssize_t                           size;
    ngx_str_t                        *value, name, s;
    ngx_uint_t                        i;
    ngx_http_fhir_binary_loc_conf_t  *fbcf = conf;

    if (fbcf->cache != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        fbcf->cache = NULL;
        return NGX_CONF_OK;
    }

    size = 0;
    ngx_str_null(&name);

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "zone=", 5) == 0) {

            name.data = value[i].data + 5;
            p = (u_char *) ngx_strchr(name.data, ':');

            if (p == NULL) {
                goto wrong;
            }

            name.len = p - name.data;
            s.data = p + 1;
            s.len = value[i].data + value[i].len - s.data;
            size = ngx_parse_size(&s);

            if (name.len == 0
                || size < (ssize_t) NGX_HTTP_FHIR_BINARY_CACHE_MIN)
            {
                goto wrong;
            }

            continue;
        }

        if (ngx_http_fhir_binary_conf_cache_option(cf, &value[i], "valid=",
                                                   &fbcf->cache_valid)
            == NGX_OK
            || ngx_http_fhir_binary_conf_cache_option(cf, &value[i],
                                                      "inactive=",
                                                      &fbcf->cache_inactive)
               == NGX_OK)
        {
            continue;
        }

        goto wrong;
    }

    if (name.len == 0) {
        i = 1;
        goto wrong;
    }

    fbcf->cache = ngx_shared_memory_add(cf, &name, size,
                                        &ngx_http_fhir_binary_module);
    if (fbcf->cache == NULL) {
        return NGX_CONF_ERROR;
    }

    if (fbcf->cache->data == NULL
        && ngx_http_fhir_binary_cache_create(cf, fbcf->cache, size) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;

wrong:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\" directive, it must be "
                       "\"off\" or \"zone=NAME:SIZE [valid=TIME] "
                       "[inactive=TIME]\" with a size of %uzk or more",
                       &value[i], &cmd->name,
                       (size_t) NGX_HTTP_FHIR_BINARY_CACHE_MIN / 1024);

    return NGX_CONF_ERROR;
}


static ngx_int_t
ngx_http_fhir_binary_conf_cache_option(ngx_conf_t *cf, ngx_str_t *value,
    const char *name, time_t *time)
{
    size_t     len;
    ngx_str_t  s;

    len = ngx_strlen(name);

    if (ngx_strncmp(value->data, name, len) != 0) {
        return NGX_HTTP_FHIR_BINARY_NO_OPTION;
    }

    s.data = value->data + len;
    s.len = value->len - len;

    *time = ngx_parse_time(&s, 1);

    return (*time == (time_t) NGX_ERROR || *time <= 0) ? NGX_ERROR : NGX_OK;
}
