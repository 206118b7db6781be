/*
 * Key file: a JWKS that is read with the configuration.
 *
 * test     t/directive_key_file.t, t/conf_keys.t, t/token_jose.t
 */

#include "ngx_http_fhir_binary_token.h"
#include "ngx_http_fhir_binary_core.h"


static void ngx_http_fhir_binary_key_file_free(void *data);
static ngx_int_t ngx_http_fhir_binary_key_file_read(ngx_conf_t *cf,
    ngx_str_t *path, ngx_str_t *text);


/*
 * Read fhir_binary_key_file; NULL after a message.
 */

fhb_jwk_set_t *
ngx_http_fhir_binary_key_file(ngx_conf_t *cf, ngx_str_t *path)
{
    fhb_rc_t             rc;
    ngx_str_t            text, fates;
    fhb_str_t            why;
    fhb_alloc_t          heap;
    fhb_jwk_set_t       *set;
    fhb_jwk_report_t     report;
    ngx_pool_cleanup_t  *cln;

    if (ngx_http_fhir_binary_key_file_read(cf, path, &text) != NGX_OK) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    /* the log of this cycle, for the set lives as long */

    heap = ngx_http_fhir_binary_heap(&cf->cycle->new_log);

    rc = fhb_jwk_set_parse(&set, &heap, ngx_http_fhir_binary_to_core(text),
                           &report);

    fates = ngx_http_fhir_binary_keys_skipped(cf->pool, &report);

    if (rc != FHB_OK) {
        why = ngx_http_fhir_binary_keys_why(rc, &report);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"fhir_binary_key_file\" \"%V\" holds no usable "
                           "JWKS: %*s%V", path, why.len, why.data, &fates);
        return NULL;
    }

    if (fates.len) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"fhir_binary_key_file\" \"%V\": some keys are "
                           "left out%V", path, &fates);
    }

    cln->handler = ngx_http_fhir_binary_key_file_free;
    cln->data = set;

    return set;
}


static void
ngx_http_fhir_binary_key_file_free(void *data)
{
    fhb_jwk_set_free(data);
}


static ngx_int_t
ngx_http_fhir_binary_key_file_read(ngx_conf_t *cf, ngx_str_t *path,
    ngx_str_t *text)
{
    off_t       size;
    ssize_t     n;
    ngx_file_t  file;

    ngx_memzero(&file, sizeof(ngx_file_t));

    file.name = *path;
    file.log = cf->log;

    file.fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (file.fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "\"fhir_binary_key_file\": " ngx_open_file_n
                           " \"%V\" failed", path);
        return NGX_ERROR;
    }

    n = NGX_ERROR;
    size = -1;

    if (ngx_fd_info(file.fd, &file.info) != NGX_FILE_ERROR) {
        size = ngx_file_size(&file.info);
    }

    if (size < 0 || size > FHB_MAX_JWKS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"fhir_binary_key_file\" \"%V\" is no file of "
                           "at most %d bytes", path, FHB_MAX_JWKS);
        goto done;
    }

    text->len = size;
    text->data = ngx_pnalloc(cf->pool, size ? size : 1);

    if (text->data == NULL) {
        goto done;
    }

    n = ngx_read_file(&file, text->data, text->len, 0);

    if (n != (ssize_t) text->len) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"fhir_binary_key_file\": cannot read \"%V\"",
                           path);
        n = NGX_ERROR;
    }

done:

    if (ngx_close_file(file.fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%V\" failed", path);
    }

    return (n == NGX_ERROR) ? NGX_ERROR : NGX_OK;
}


fhb_str_t
ngx_http_fhir_binary_keys_why(fhb_rc_t rc, const fhb_jwk_report_t *report)
{
    static const fhb_str_t  nomem = fhb_string("there is no memory for it");

    return (rc == FHB_E_NOMEM) ? nomem
                               : fhb_jwk_refusal_text(report->refusal);
}


/*
 * Why keys were left out, as " (2: unknown type, 1: too weak)".
 */

ngx_str_t
ngx_http_fhir_binary_keys_skipped(ngx_pool_t *pool, fhb_jwk_report_t *report)
{
    u_char     *p, *last;
    fhb_str_t   text;
    ngx_str_t   fates;
    ngx_uint_t  i;

    ngx_str_null(&fates);

    p = NULL;
    last = NULL;

    for (i = FHB_JWK_USABLE + 1; i < FHB_JWK_NSTATUSES; i++) {

        if (report->keys[i] == 0) {
            continue;
        }

        if (p == NULL) {
            p = ngx_pnalloc(pool, 512);
            if (p == NULL) {
                return fates;
            }

            fates.data = p;
            last = p + 512;
        }

        text = fhb_jwk_status_text(i);

        p = ngx_slprintf(p, last, "%s%ud: %*s", p == fates.data ? " (" : ", ",
                         report->keys[i], text.len, text.data);
    }

    if (p != NULL) {
        p = ngx_slprintf(p, last, ")");
        fates.len = p - fates.data;
    }

    return fates;
}
