/*
 * Any Authorization field: the token must be what a look from the end of the
 * field says.  Any realm, scope and URL: the challenge must be a list of
 * parameters with nothing that leaves its quotes.  Any token: its form must
 * decode to itself.
 *
 * The first byte chooses the refusal, the rest is all of the strings.
 */

#include <stdlib.h>
#include <string.h>

#include "fhb_bearer.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_parse(fhb_str_t field);
static int fuzz_is_field(fhb_str_t field, size_t *start);
static void fuzz_challenge(fhb_rc_t rc, fhb_str_t s);
static void fuzz_form(fhb_str_t s);


#define CHECK(what)                                                          \
    do { if (!(what)) { abort(); } } while (0)


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fhb_str_t  s;

    if (size == 0) {
        return 0;
    }

    s.data = data + 1;
    s.len = size - 1;

    fuzz_parse(s);
    fuzz_form(s);
    fuzz_challenge(FHB_E_FIRST_ + 1 + data[0] % 64, s);

    return 0;
}


static void
fuzz_parse(fhb_str_t field)
{
    int        good;
    size_t     start;
    fhb_rc_t   rc, twice;
    fhb_str_t  token, second;

    good = fuzz_is_field(field, &start);

    rc = fhb_bearer_parse(field, 0, &token);
    twice = fhb_bearer_parse(field, 1, &second);

    CHECK(second.len == 0);

    if (rc == FHB_OK) {
        CHECK(good);
        CHECK(token.len != 0 && token.len <= FHB_MAX_TOKEN);
        CHECK(token.data == field.data + start);
        CHECK(token.len == field.len - start);
        CHECK(twice == FHB_E_BEARER_TWICE);
        return;
    }

    CHECK(!good);
    CHECK(rc == FHB_E_LOGIN || rc == FHB_E_BEARER_MALFORMED);
    CHECK(token.len == 0);
    CHECK(twice == rc);
}


/* reads from the end: padding, token, blanks, and then exactly the scheme */

static int
fuzz_is_field(fhb_str_t field, size_t *start)
{
    size_t  i, n, j;

    static const char  lower[] = "bearer";
    static const char  upper[] = "BEARER";
    static const char  token[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        "-._~+/";

    i = field.len;

    while (i != 0 && field.data[i - 1] == '=') {
        i--;
    }

    n = i;

    while (i != 0 && field.data[i - 1] != '\0'
           && strchr(token, field.data[i - 1]) != NULL)
    {
        i--;
    }

    *start = i;

    if (i == n || field.len - i > FHB_MAX_TOKEN) {
        return 0;
    }

    n = i;

    while (i != 0 && field.data[i - 1] == ' ') {
        i--;
    }

    if (i == n || i != 6) {
        return 0;
    }

    for (j = 0; j < 6; j++) {
        if (field.data[j] != lower[j] && field.data[j] != upper[j]) {
            return 0;
        }
    }

    return 1;
}


static void
fuzz_challenge(fhb_rc_t rc, fhb_str_t s)
{
    size_t                  i;
    unsigned                quoted, params;
    fhb_out_t               out, count;
    unsigned char          *buf;
    fhb_bearer_challenge_t  c;

    c.rc = rc;
    c.realm = s;
    c.scope = s;
    c.resource_metadata = s;

    fhb_out_init(&count, NULL, 0);
    fhb_bearer_write_challenge(&count, &c);

    buf = malloc(count.len ? count.len : 1);
    CHECK(buf != NULL);

    fhb_out_init(&out, buf, count.len);
    fhb_bearer_write_challenge(&out, &c);

    CHECK(!out.full && out.len == count.len);

    quoted = 0;
    params = 0;

    for (i = 0; i < out.len; i++) {
        CHECK(buf[i] >= 0x20 && buf[i] != 0x7f);

        if (quoted && buf[i] == '\\') {
            i++;
            CHECK(i < out.len);

        } else if (buf[i] == '"') {
            params += quoted;
            quoted = !quoted;

            /* outside of its quotes a value is followed by the next one */

            CHECK(quoted || i + 1 == out.len || buf[i + 1] == ',');
        }
    }

    CHECK(!quoted && params <= 5);
    CHECK(out.len == 0 || memcmp(buf, "Bearer realm=\"", 14) == 0);

    free(buf);
}


static void
fuzz_form(fhb_str_t s)
{
    size_t          i, n;
    unsigned        high, low;
    fhb_out_t       out;
    unsigned char  *buf;

    static const char  hex[] = "0123456789ABCDEF";

    buf = malloc(3 * s.len + 1);
    CHECK(buf != NULL);

    fhb_out_init(&out, buf, 3 * s.len + 1);
    fhb_bearer_write_form(&out, s);

    CHECK(!out.full && out.len <= 3 * s.len);

    n = 0;

    for (i = 0; i < out.len; i++) {
        CHECK(n < s.len);

        if (buf[i] != '%') {
            CHECK(buf[i] == s.data[n++]);
            CHECK(buf[i] > 0x20 && buf[i] < 0x7f);
            CHECK(strchr("&=+#;?\"'<>/\\", buf[i]) == NULL);
            continue;
        }

        CHECK(i + 2 < out.len);

        high = (unsigned) (strchr(hex, buf[i + 1]) - hex);
        low = (unsigned) (strchr(hex, buf[i + 2]) - hex);
        i += 2;

        CHECK(high < 16 && low < 16 && s.data[n++] == (high << 4 | low));
    }

    CHECK(n == s.len);

    free(buf);
}
