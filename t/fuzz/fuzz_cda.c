/*
 * The check of a Continuity of Care Document: one verdict however the bytes
 * are cut; and what passes is a document with that root and without a DTD to
 * a parser that has the whole of it.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>

#include "fhb_cda.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(int ok)
{
    if (!ok) {
        abort();
    }
}


static void *
plain_alloc(void *ctx, size_t size)
{
    (void) ctx;

    return malloc(size ? size : 1);
}


static void
plain_free(void *ctx, void *p)
{
    (void) ctx;

    free(p);
}


static fhb_rc_t
verdict(const uint8_t *data, size_t size, size_t n)
{
    int           passed;
    size_t        fed;
    fhb_rc_t      rc;
    uint8_t      *copy;
    fhb_str_t     s;
    fhb_cda_t    *cda;
    fhb_alloc_t   alloc = { plain_alloc, plain_free, NULL };

    check(fhb_cda_create(&cda, &alloc) == FHB_OK);

    passed = 0;

    for (fed = 0; fed < size; fed += s.len) {
        s.len = size - fed < n ? size - fed : n;

        copy = malloc(s.len);
        memcpy(copy, data + fed, s.len);
        s.data = copy;

        rc = fhb_cda_feed(cda, s);
        free(copy);

        check(rc == FHB_OK || rc == FHB_AGAIN || rc == FHB_E_BACKEND_CCD);

        /* never back to holding, never past the bound */

        check(rc != FHB_AGAIN
              || (!passed && fed + s.len < FHB_CDA_MAX_START));
        passed |= (rc == FHB_OK);

        if (rc < 0) {
            check(fhb_cda_end(cda) == rc);
            fhb_cda_free(cda);
            return rc;
        }
    }

    rc = fhb_cda_end(cda);
    check(rc != FHB_OK || passed);

    fhb_cda_free(cda);

    return rc;
}


static void
compare_with_tree(const uint8_t *data, size_t size)
{
    xmlDocPtr   doc;
    xmlNodePtr  root;

    doc = xmlReadMemory((const char *) data, (int) size, "x", NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR
                        | XML_PARSE_NOWARNING);
    check(doc != NULL && doc->intSubset == NULL);

    root = xmlDocGetRootElement(doc);

    check(xmlStrEqual(root->name, (const xmlChar *) "ClinicalDocument"));
    check(xmlStrEqual(root->ns->href, (const xmlChar *) "urn:hl7-org:v3"));

    xmlFreeDoc(doc);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fhb_rc_t  rc;

    rc = verdict(data, size, size);

    check(verdict(data, size, 1) == rc);
    check(verdict(data, size, 7) == rc);

    if (rc == FHB_OK) {
        compare_with_tree(data, size);
    }

    return 0;
}
