/*
 * Any reference and any base, a line each: an id that is found must lie at
 * the end of its reference and stay the same when the reference is written
 * in each other way; and who owns what must not depend on who is asked.
 *
 * The same line as the URL of a document: what has an id is relative, or
 * begins as the base or its path does, and never names a host without a
 * scheme.
 */

#include <stdlib.h>
#include <string.h>

#include "fhb_out.h"
#include "fhb_reference.h"
#include "fhb_route.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static fhb_str_t fuzz_line(const uint8_t **data, size_t *size);
static void fuzz_forms(fhb_str_t s, fhb_str_t base, fhb_str_t id);
static void fuzz_owner(fhb_str_t a, fhb_str_t b, fhb_str_t base);
static void fuzz_binary(fhb_str_t url, fhb_str_t base);
static int fuzz_begins(fhb_str_t s, const char *word);


#define CHECK(what)                                                          \
    do { if (!(what)) { abort(); } } while (0)


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fhb_rc_t   rc;
    fhb_str_t  s, base, other, id, bare;

    static const fhb_str_t  none = fhb_null_string;

    if (size > 4096) {
        return 0;
    }

    s = fuzz_line(&data, &size);
    base = fuzz_line(&data, &size);
    other = fuzz_line(&data, &size);

    rc = fhb_reference_patient(s, base, &id);

    CHECK(rc == FHB_OK || rc == FHB_E_PARAM_VALUE);

    if (rc == FHB_OK) {
        CHECK(fhb_route_id_valid(id));
        CHECK(id.data + id.len == s.data + s.len && id.len <= s.len);
        CHECK(id.len == s.len || id.data[-1] == '/');

        fuzz_forms(s, base, id);

    } else {

        /* a base accepts more references, it never bars one */

        CHECK(fhb_reference_patient(s, none, &bare) == FHB_E_PARAM_VALUE);
    }

    fuzz_owner(s, other, base);
    fuzz_binary(s, base);

    return 0;
}


static fhb_str_t
fuzz_line(const uint8_t **data, size_t *size)
{
    size_t     n;
    fhb_str_t  s;

    for (n = 0; n < *size && (*data)[n] != '\n'; n++) { /* void */ }

    s.data = *data;
    s.len = n;

    if (n < *size) {
        n++;
    }

    *data += n;
    *size -= n;

    return s;
}


static void
fuzz_forms(fhb_str_t s, fhb_str_t base, fhb_str_t id)
{
    fhb_out_t       out;
    fhb_str_t       again;
    unsigned char  *buf;

    buf = malloc(s.len + base.len + 16);
    CHECK(buf != NULL);

    CHECK(fhb_reference_patient(id, base, &again) == FHB_OK);
    CHECK(fhb_reference_same(again, id));

    fhb_out_init(&out, buf, s.len + base.len + 16);
    fhb_out_lit(&out, "Patient/");
    fhb_out_str(&out, id);

    CHECK(fhb_reference_patient(fhb_out_result(&out), base, &again)
          == FHB_OK);
    CHECK(fhb_reference_same(again, id));

    /* an absolute one is accepted, so its own base must be; and nothing may
     * follow an id */

    fhb_out_init(&out, buf, s.len + base.len + 16);
    fhb_out_str(&out, s);
    fhb_out_lit(&out, "/");

    CHECK(fhb_reference_patient(fhb_out_result(&out), base, &again)
          == FHB_E_PARAM_VALUE);

    if (base.len != 0 && id.len + 8 < s.len) {
        fhb_out_init(&out, buf, s.len + base.len + 16);
        fhb_out_str(&out, base);
        fhb_out_lit(&out, "/Patient/");
        fhb_out_str(&out, id);

        CHECK(base.data[base.len - 1] == '/'
              || fhb_reference_patient(fhb_out_result(&out), base, &again)
                 == FHB_OK);
    }

    free(buf);
}


static void
fuzz_owner(fhb_str_t a, fhb_str_t b, fhb_str_t base)
{
    fhb_rc_t   rc, back;
    fhb_str_t  x, y;

    rc = fhb_reference_owner(a, b, base);
    back = fhb_reference_owner(b, a, base);

    CHECK((rc == FHB_OK) == (back == FHB_OK));

    if (rc == FHB_OK) {
        CHECK(fhb_reference_patient(a, base, &x) == FHB_OK);
        CHECK(fhb_reference_patient(b, base, &y) == FHB_OK);
        CHECK(x.len == y.len && memcmp(x.data, y.data, x.len) == 0);

    } else {
        CHECK(rc == FHB_E_PATIENT || rc == FHB_E_PATIENT_MISSING);
        CHECK((rc == FHB_E_PATIENT_MISSING)
              == (fhb_reference_patient(b, base, &x) != FHB_OK));
    }
}


static void
fuzz_binary(fhb_str_t url, fhb_str_t base)
{
    fhb_rc_t              rc;
    fhb_str_t             id, bare;
    const unsigned char  *end;

    static const fhb_str_t  none = fhb_null_string;

    rc = fhb_reference_binary(&id, url, base);

    CHECK(rc == FHB_OK || rc == FHB_E_PARAM_VALUE);

    if (rc != FHB_OK) {
        CHECK(fhb_reference_binary(&bare, url, none) == FHB_E_PARAM_VALUE);
        return;
    }

    end = id.data + id.len;

    CHECK(fhb_route_id_valid(id));
    CHECK(id.data >= url.data + 7 && end <= url.data + url.len);
    CHECK(memcmp(id.data - 7, "Binary/", 7) == 0);
    CHECK(end == url.data + url.len
          || *end == '/' || *end == '?' || *end == '#');

    if (fhb_reference_binary(&bare, url, none) == FHB_OK) {
        CHECK(fuzz_begins(url, "Binary/"));
        CHECK(fhb_reference_same(id, bare));
        return;
    }

    CHECK(fuzz_begins(base, "http"));
    CHECK(fuzz_begins(url, "/") || fuzz_begins(url, "http"));
    CHECK(!fuzz_begins(url, "//"));
    CHECK(memchr(url.data, '@', (size_t) (id.data - url.data)) == NULL
          || memchr(base.data, '@', base.len) != NULL);
}


static int
fuzz_begins(fhb_str_t s, const char *word)
{
    size_t  i;

    for (i = 0; word[i] != '\0'; i++) {
        if (i == s.len || (s.data[i] | 0x20) != (word[i] | 0x20)) {
            return 0;
        }
    }

    return 1;
}
