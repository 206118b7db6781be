/*
 * The Binary resource, written around base64 that is streamed elsewhere.
 */

#ifndef FHB_BIN_H
#define FHB_BIN_H

#include "fhb.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


/* what stands around the data; an empty string leaves its element out */

typedef struct {
    fhb_version_t  version;
    fhb_form_t     form;                /* JSON or XML */
    fhb_str_t      id;
    fhb_str_t      version_id;
    fhb_str_t      last_updated;        /* an instant */
    fhb_str_t      content_type;
    fhb_str_t      security_context;    /* a reference; STU3 on */
    unsigned       empty:1;             /* the document has no byte */
} fhb_bin_head_t;


/*
 * fhb_bin_write_head - write a Binary up to the first character of its data.
 *
 * shape    head: its strings are raw, they are escaped here; blanks of the
 *          contentType are reduced to what a FHIR code may hold; a
 *          version_id that is no FHIR id is left out
 * returns  FHB_OK | FHB_E_REQUIRED without id or contentType, and for an
 *          empty document up to STU3 | FHB_E_INTERNAL without a version or a
 *          FHIR form; after an error nothing is written
 * memory   none; call with a counting writer for the length
 * source   FHIR binary.html, json.html, xml.html; datatypes.html, code,
 *          base64Binary and instant
 * test     t/unit/test_bin_write.c
 */

fhb_must_check fhb_rc_t fhb_bin_write_head(fhb_out_t *out,
    const fhb_bin_head_t *head);


/*
 * fhb_bin_write_tail - write what follows the last character of the data.
 */

void fhb_bin_write_tail(fhb_out_t *out, const fhb_bin_head_t *head);


#pragma GCC visibility pop

#endif /* FHB_BIN_H */
