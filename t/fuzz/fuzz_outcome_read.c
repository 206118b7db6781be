/*
 * Any OperationOutcome: what passes is whole, so that it does not without its
 * last byte, nor with another one behind it; and never as the other form.
 *
 * The first byte chooses the form.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fhb_outcome.h"


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
verdict(fhb_form_t form, const uint8_t *data, size_t size, const char *end)
{
    size_t       n;
    uint8_t     *copy;
    fhb_rc_t     rc;
    fhb_str_t    s;
    fhb_alloc_t  alloc = { plain_alloc, plain_free, NULL };

    fhb_outcome_issue_t  issue;

    n = strlen(end);
    copy = malloc(size + n ? size + n : 1);

    if (size) {
        memcpy(copy, data, size);
    }

    memcpy(copy + size, end, n);

    s.data = copy;
    s.len = size + n;

    rc = fhb_outcome_read(&alloc, form, s, &issue);
    free(copy);

    check(issue.len <= FHB_OUTCOME_MAX_CODE);

    check(rc == FHB_OK || rc == FHB_E_SYNTAX);

    return rc;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fhb_form_t  form, other;

    if (size == 0 || size > 65536) {
        return 0;
    }

    form = (data[0] & 1) ? FHB_FORM_XML : FHB_FORM_JSON;
    other = (data[0] & 1) ? FHB_FORM_JSON : FHB_FORM_XML;

    data++;
    size--;

    if (verdict(form, data, size, "") != FHB_OK) {
        return 0;
    }

    check(verdict(form, data, size, " \n") == FHB_OK);
    check(verdict(form, data, size, "x") != FHB_OK);
    check(verdict(other, data, size, "") != FHB_OK);

    while (size && strchr(" \t\r\n", data[size - 1])) {
        size--;
    }

    check(verdict(form, data, size - 1, "") != FHB_OK);

    return 0;
}
