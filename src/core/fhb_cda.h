/*
 * Whether what a backend sends as a Continuity of Care Document is one.
 */

#ifndef FHB_CDA_H
#define FHB_CDA_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


#define FHB_CDA_MAX_START  8192         /* bytes up to the root's tag */
#define FHB_CDA_BUFFER     4096         /* bytes gathered behind it */

typedef struct fhb_cda_s  fhb_cda_t;


/*
 * fhb_cda_create - start to look at a document.
 *
 * returns  FHB_OK and *cda | FHB_E_NOMEM
 * memory   FHB_CDA_BUFFER, and see fhb_xml_create(); free it with
 *          fhb_cda_free()
 * test     t/unit/test_cda.c, t/fuzz/fuzz_cda.c
 */

fhb_must_check fhb_rc_t fhb_cda_create(fhb_cda_t **cda,
    const fhb_alloc_t *alloc);


/*
 * fhb_cda_feed - look at the next piece; the caller keeps the bytes.
 *
 * shape    in: any length, may split anything
 * returns  FHB_AGAIN, hold it: the root is not known yet, which lasts for
 *          FHB_CDA_MAX_START bytes at most | FHB_OK, all so far is the start
 *          of a ClinicalDocument: let it go, feed what follows |
 *          FHB_E_BACKEND_CCD for anything else; after an FHB_OK: the document
 *          is not well-formed | FHB_E_NOMEM
 * source   CDA R2 (urn:hl7-org:v3); XML 1.0
 * test     t/unit/test_cda.c, t/fuzz/fuzz_cda.c
 *
 * A DTD of any kind is refused, and so is what goes past a limit of
 * fhb_xml.h.  What is wrong behind the root's tag is told FHB_CDA_BUFFER bytes
 * later, or by fhb_cda_end().  The result of one that failed stays.
 */

fhb_must_check fhb_rc_t fhb_cda_feed(fhb_cda_t *cda, fhb_str_t in);


/*
 * fhb_cda_end - say that there is no more.
 *
 * returns  FHB_OK for one whole ClinicalDocument | FHB_E_BACKEND_CCD, for an
 *          empty document too | FHB_E_NOMEM; the same when it is said again
 */

fhb_must_check fhb_rc_t fhb_cda_end(fhb_cda_t *cda);


/* cda may be NULL */

void fhb_cda_free(fhb_cda_t *cda);


#pragma GCC visibility pop

#endif /* FHB_CDA_H */
