/*
 * The check of a Continuity of Care Document: its root, and that all of it
 * is well-formed.
 */

#include <string.h>

#include "fhb_cda.h"
#include "fhb_error.h"
#include "fhb_text.h"
#include "fhb_xml.h"


struct fhb_cda_s {
    fhb_alloc_t   alloc;
    fhb_xml_t    *xml;
    size_t        len;                  /* bytes while the root is not known,
                                         * later those in buf */
    unsigned      root:1;               /* the root is a ClinicalDocument */
    unsigned char buf[FHB_CDA_BUFFER];  /* gathered: see fhb_xml_feed() */
};


static fhb_rc_t fhb_cda_gather(fhb_cda_t *cda, fhb_str_t in);
static fhb_rc_t fhb_cda_open(void *data, const fhb_xml_tag_t *tag);


static const fhb_xml_handler_t  fhb_cda_handler = {
    fhb_cda_open,
    NULL,
    NULL,
    0                                   /* real ones forget a declaration */
};


fhb_rc_t
fhb_cda_create(fhb_cda_t **out, const fhb_alloc_t *alloc)
{
    fhb_rc_t    rc;
    fhb_cda_t  *cda;

    *out = NULL;

    cda = alloc->alloc(alloc->ctx, sizeof(fhb_cda_t));
    if (cda == NULL) {
        return FHB_E_NOMEM;
    }

    memset(cda, 0, offsetof(fhb_cda_t, buf));
    cda->alloc = *alloc;

    rc = fhb_xml_create(&cda->xml, alloc, &fhb_cda_handler, cda);

    if (rc != FHB_OK) {
        fhb_cda_free(cda);
        return rc;
    }

    *out = cda;

    return FHB_OK;
}


void
fhb_cda_free(fhb_cda_t *cda)
{
    fhb_alloc_t  alloc;

    if (cda == NULL) {
        return;
    }

    fhb_xml_free(cda->xml);

    alloc = cda->alloc;
    alloc.free(alloc.ctx, cda);
}


fhb_rc_t
fhb_cda_feed(fhb_cda_t *cda, fhb_str_t in)
{
    size_t     room;
    fhb_rc_t   rc;
    fhb_str_t  start;

    if (!cda->root) {

        /* the bound is in bytes of the document, however it is cut */

        room = FHB_CDA_MAX_START - cda->len;

        start = in;
        start.len = in.len < room ? in.len : room;
        cda->len += start.len;

        rc = fhb_xml_feed(cda->xml, start);

        if (rc != FHB_OK) {
            return fhb_error_as(rc, FHB_E_BACKEND_CCD);
        }

        if (!cda->root) {
            return cda->len < FHB_CDA_MAX_START ? FHB_AGAIN
                                                : FHB_E_BACKEND_CCD;
        }

        in.data += start.len;
        in.len -= start.len;
        cda->len = 0;
    }

    return fhb_error_as(fhb_cda_gather(cda, in), FHB_E_BACKEND_CCD);
}


static fhb_rc_t
fhb_cda_gather(fhb_cda_t *cda, fhb_str_t in)
{
    size_t     n;
    fhb_rc_t   rc;
    fhb_str_t  part;

    part.data = cda->buf;
    part.len = 0;

    /* a parser that failed before fails again, without any input */

    rc = fhb_xml_feed(cda->xml, part);

    for (/* void */; in.len && rc == FHB_OK; in.data += n, in.len -= n) {

        if (cda->len == 0 && in.len >= sizeof(cda->buf)) {
            n = in.len;
            rc = fhb_xml_feed(cda->xml, in);
            continue;
        }

        n = sizeof(cda->buf) - cda->len;
        n = in.len < n ? in.len : n;

        memcpy(cda->buf + cda->len, in.data, n);
        cda->len += n;

        if (cda->len == sizeof(cda->buf)) {
            part.len = cda->len;
            cda->len = 0;

            rc = fhb_xml_feed(cda->xml, part);
        }
    }

    return rc;
}


fhb_rc_t
fhb_cda_end(fhb_cda_t *cda)
{
    fhb_rc_t   rc;
    fhb_str_t  part;

    part.data = cda->buf;
    part.len = cda->root ? cda->len : 0;
    cda->len -= part.len;

    rc = fhb_xml_feed(cda->xml, part);

    if (rc == FHB_OK) {
        rc = fhb_xml_finish(cda->xml);
    }

    if (rc == FHB_OK && !cda->root) {
        return FHB_E_BACKEND_CCD;
    }

    return fhb_error_as(rc, FHB_E_BACKEND_CCD);
}


static fhb_rc_t
fhb_cda_open(void *data, const fhb_xml_tag_t *tag)
{
    fhb_cda_t               *cda = data;
    static const fhb_str_t   name = fhb_string("ClinicalDocument");
    static const fhb_str_t   space = fhb_string("urn:hl7-org:v3");

    if (tag->depth) {
        return FHB_OK;
    }

    if (!fhb_text_eq(tag->name, name) || !fhb_text_eq(tag->space, space)) {
        return FHB_E_BACKEND_CCD;
    }

    cda->root = 1;

    return FHB_OK;
}
