/*
 * Any scope string: what it grants must be what a list of all the scopes that
 * grant a read says, each verdict must lie between those of the coarse look,
 * and the scopes that a challenge names must be enough.
 *
 * The first byte chooses the version, the route and the stored type.
 */

#include <stdlib.h>
#include <string.h>

#include "fhb_scope.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned fuzz_token(const char *token, size_t len,
    const char *resource);
static int fuzz_is(const char *token, size_t len, const char *context,
    const char *type, const char *perm);
static unsigned fuzz_string(fhb_str_t scope, const char *resource);
static void fuzz_verdicts(fhb_scope_query_t *query, fhb_str_t scope);
static void fuzz_needed(const fhb_scope_query_t *query, fhb_str_t scope);


#define CHECK(what)                                                          \
    do { if (!(what)) { abort(); } } while (0)


static const fhb_media_t  fuzz_types[] = {
    { fhb_string("application"), fhb_string("pdf"), fhb_null_string },
    { fhb_string("TEXT"), fhb_string("Html"), fhb_string(";charset=UTF-8") },
    { fhb_string("image"), fhb_string("png"), fhb_null_string }
};

static const fhb_str_t  fuzz_any[] = {
    fhb_string("Observation"), fhb_string("Communication")
};

static const fhb_scope_rule_t  fuzz_rules[] = {
    { FHB_SCOPE_TYPE,
      { fhb_string("image"), fhb_string("PNG"), fhb_null_string },
      fuzz_any, 2 },
    { FHB_SCOPE_OTHER,
      { fhb_null_string, fhb_null_string, fhb_null_string },
      &fuzz_any[0], 1 }
};


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t             i;
    unsigned           contexts;
    fhb_str_t          scope, resource, rest;
    fhb_scope_t        s;
    fhb_scope_query_t  query;

    static const char *const  resources[] = {
        "Binary", "DocumentReference", "DiagnosticReport", "Communication",
        "Observation"
    };

    if (size == 0) {
        return 0;
    }

    scope.data = data + 1;
    scope.len = size - 1;

    for (i = 0; i < sizeof(resources) / sizeof(resources[0]); i++) {
        resource.data = (const unsigned char *) resources[i];
        resource.len = strlen(resources[i]);

        rest = scope;
        contexts = 0;

        while (fhb_scope_next(&rest, &s) == FHB_OK) {
            contexts |= fhb_scope_covers(&s, resource);
        }

        CHECK(contexts == fuzz_string(scope, resources[i]));
    }

    memset(&query, 0, sizeof(query));

    query.version = (fhb_version_t) (data[0] % 6);
    query.kind = (fhb_route_kind_t) (data[0] / 6 % 4);
    query.rules = fuzz_rules;
    query.n = data[0] / 24 % 3;

    fuzz_verdicts(&query, scope);

    return 0;
}


/* the contexts that a token grants, by comparing it with all that do */

static unsigned
fuzz_token(const char *token, size_t len, const char *resource)
{
    size_t  c, t, p, u, n;

    static const char *const  contexts[] = { "patient/", "user/", "system/" };
    static const char *const  uris[] = {
        "http://smarthealthit.org/fhir/scopes/",
        "http://smarthealthit.org/FHIR/scopes/"
    };
    static const char *const  perms[] = {
        ".read", ".*", ".r", ".cr", ".ru", ".rd", ".rs", ".cru", ".crd",
        ".crs", ".rud", ".rus", ".rds", ".crud", ".crus", ".crds", ".ruds",
        ".cruds"
    };

    for (u = 0; u < 2; u++) {
        n = strlen(uris[u]);

        if (len > n && memcmp(token, uris[u], n) == 0) {
            token += n;
            len -= n;
            break;
        }
    }

    for (c = 0; c < 3; c++) {
        for (t = 0; t < 2; t++) {
            for (p = 0; p < sizeof(perms) / sizeof(perms[0]); p++) {
                if (fuzz_is(token, len, contexts[c], t ? "*" : resource,
                            perms[p]))
                {
                    return 1u << c;
                }
            }
        }
    }

    return 0;
}


/* whether a token is these three strings in a row */

static int
fuzz_is(const char *token, size_t len, const char *context, const char *type,
    const char *perm)
{
    size_t  n, m, k;

    n = strlen(context);
    m = strlen(type);
    k = strlen(perm);

    return len == n + m + k
           && memcmp(token, context, n) == 0
           && memcmp(token + n, type, m) == 0
           && memcmp(token + n + m, perm, k) == 0;
}


static unsigned
fuzz_string(fhb_str_t scope, const char *resource)
{
    size_t       i, start;
    unsigned     contexts;
    const char  *s;

    s = (const char *) scope.data;
    start = 0;
    contexts = 0;

    for (i = 0; i <= scope.len; i++) {
        if (i == scope.len || s[i] == ' ') {
            contexts |= fuzz_token(s + start, i - start, resource);
            start = i + 1;
        }
    }

    return contexts;
}


static void
fuzz_verdicts(fhb_scope_query_t *query, fhb_str_t scope)
{
    size_t               i;
    fhb_rc_t             rc;
    fhb_scope_verdict_t  coarse, unknown, v;

    rc = fhb_scope_coarse(&coarse, query, scope);

    CHECK(rc == (coarse.grant == FHB_SCOPE_DENIED ? FHB_E_SCOPE : FHB_OK));
    CHECK(coarse.least <= coarse.grant);

    rc = fhb_scope_decide(&unknown, query, scope);

    CHECK(rc == (unknown.grant == FHB_SCOPE_DENIED ? FHB_E_SCOPE : FHB_OK));
    CHECK(unknown.grant <= coarse.grant);

    fuzz_needed(query, scope);

    for (i = 0; i < sizeof(fuzz_types) / sizeof(fuzz_types[0]); i++) {
        query->stored = &fuzz_types[i];

        rc = fhb_scope_decide(&v, query, scope);

        CHECK(rc == (v.grant == FHB_SCOPE_DENIED ? FHB_E_SCOPE : FHB_OK));
        CHECK((v.context == 0) == (v.grant == FHB_SCOPE_DENIED));
        CHECK((v.context == FHB_SCOPE_PATIENT) == (v.grant == FHB_SCOPE_BOUND));

        CHECK(v.grant <= coarse.grant);
        CHECK(v.grant == FHB_SCOPE_DENIED || v.grant >= coarse.least);
        CHECK(v.grant >= unknown.grant);

        if (query->kind == FHB_ROUTE_CCD) {
            CHECK(v.grant == coarse.grant && v.context == coarse.context);
        }

        if (query->kind == FHB_ROUTE_OTHER
            || query->version == FHB_VERSION_OFF)
        {
            CHECK(v.grant == FHB_SCOPE_DENIED);
        }

        fuzz_needed(query, scope);
    }
}


/* what a challenge names is safe to send and enough to get through */

static void
fuzz_needed(const fhb_scope_query_t *query, fhb_str_t scope)
{
    size_t               i;
    fhb_out_t            out;
    unsigned char        buf[512];
    fhb_scope_verdict_t  v;

    fhb_out_init(&out, buf, sizeof(buf));
    fhb_scope_write_needed(&out, query, scope);

    CHECK(!out.full && out.len != 0);

    for (i = 0; i < out.len; i++) {
        CHECK(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                     "/. ", buf[i]) != NULL && buf[i] != '\0');
    }

    if (query->kind != FHB_ROUTE_OTHER && query->version != FHB_VERSION_OFF) {
        CHECK(fhb_scope_decide(&v, query, fhb_out_result(&out)) == FHB_OK);
    }
}
