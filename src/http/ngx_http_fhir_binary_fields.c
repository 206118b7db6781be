/*
 * Fields: a walk through the header fields of a request or a response.
 *
 *     fields = ngx_http_fhir_binary_fields(&r->headers_out.headers);
 *
 *     while ((h = ngx_http_fhir_binary_field_next(&fields)) != NULL) {
 *
 * test     t/fhir_headers.t, t/request_hostile.t, t/trailers.t,
 *          t/sandbox_headers.t
 */

#include "ngx_http_fhir_binary.h"


ngx_http_fhir_binary_fields_t
ngx_http_fhir_binary_fields(const ngx_list_t *list)
{
    ngx_http_fhir_binary_fields_t  fields;

    fields.part = &list->part;
    fields.i = 0;

    return fields;
}


/*
 * The next field, whether it is to leave (hash is not 0) or not; NULL: there
 * is none.
 */

ngx_table_elt_t *
ngx_http_fhir_binary_field_next(ngx_http_fhir_binary_fields_t *fields)
{
    while (fields->part != NULL) {

        if (fields->i < fields->part->nelts) {
            return (ngx_table_elt_t *) fields->part->elts + fields->i++;
        }

        fields->part = fields->part->next;
        fields->i = 0;
    }

    return NULL;
}


/*
 * The next field with this name, in whatever case it is written.
 */

ngx_table_elt_t *
ngx_http_fhir_binary_field_find(ngx_http_fhir_binary_fields_t *fields,
    const ngx_str_t *name)
{
    ngx_table_elt_t  *h;

    while ((h = ngx_http_fhir_binary_field_next(fields)) != NULL) {

        if (h->key.len == name->len
            && ngx_strncasecmp(h->key.data, name->data, name->len) == 0)
        {
            return h;
        }
    }

    return NULL;
}


/*
 * names: in lower case, an empty one is the end.
 */

ngx_uint_t
ngx_http_fhir_binary_field_listed(const ngx_table_elt_t *h,
    const ngx_str_t *names)
{
    for ( /* void */ ; names->len; names++) {

        if (h->key.len == names->len
            && (h->key.data[0] | 0x20) == names->data[0]
            && ngx_strncasecmp(h->key.data, names->data, names->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/*
 * Fields of the response that have one of these names do not leave.
 */

void
ngx_http_fhir_binary_field_drop(ngx_http_request_t *r, const ngx_str_t *names)
{
    ngx_table_elt_t               *h;
    ngx_http_fhir_binary_fields_t  fields;

    fields = ngx_http_fhir_binary_fields(&r->headers_out.headers);

    while ((h = ngx_http_fhir_binary_field_next(&fields)) != NULL) {

        if (ngx_http_fhir_binary_field_listed(h, names)) {
            h->hash = 0;
        }
    }
}


ngx_int_t
ngx_http_fhir_binary_field_push(ngx_http_request_t *r, const char *name,
    size_t len, ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = len;
    h->value = *value;

    return NGX_OK;
}
