/*
 * What a document needs: the rules of each version and of a location, and
 * the verdict on a scope string.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fhb_reference.h"
#include "fhb_scope.h"


#define URI        "http://smarthealthit.org/fhir/scopes/"
#define URI_UPPER  "http://smarthealthit.org/FHIR/scopes/"

#define DENY   FHB_SCOPE_DENIED
#define BOUND  FHB_SCOPE_BOUND
#define FREE   FHB_SCOPE_FREE

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))


typedef struct {
    const char         *scope;
    fhb_scope_grant_t   pdf;            /* DSTU2 */
    fhb_scope_grant_t   html;           /* DSTU2 */
    fhb_scope_grant_t   ccd;
    fhb_scope_grant_t   r4;
} need_row_t;


static fhb_str_t
str(const char *z)
{
    fhb_str_t  s;

    s.len = strlen(z);
    s.data = (const unsigned char *) z;

    return s;
}


/* type: such as "text/html;charset=UTF-8" */

static fhb_media_t
media(const char *type)
{
    size_t       n;
    fhb_media_t  m;

    memset(&m, 0, sizeof(m));

    n = strcspn(type, "/");
    m.type = str(type);
    m.type.len = n;

    m.subtype = str(type + n + 1);
    m.subtype.len = strcspn(type + n + 1, ";");
    m.params = str(type + n + 1 + m.subtype.len);

    return m;
}


static fhb_scope_verdict_t
decide_with(fhb_scope_query_t *query, const char *type, const char *scope)
{
    fhb_rc_t             rc;
    fhb_media_t          m;
    fhb_scope_verdict_t  v;

    memset(&v, 0xff, sizeof(v));

    if (type != NULL) {
        m = media(type);
        query->stored = &m;
    }

    rc = fhb_scope_decide(&v, query, str(scope));

    assert_int_equal(rc, v.grant == DENY ? FHB_E_SCOPE : FHB_OK);
    assert_int_equal(v.grant, v.least);
    assert_int_equal(v.context == 0, v.grant == DENY);
    assert_int_equal(v.context == FHB_SCOPE_PATIENT, v.grant == BOUND);

    query->stored = NULL;

    return v;
}


static fhb_scope_verdict_t
decide(fhb_version_t version, fhb_route_kind_t kind, const char *type,
    const char *scope)
{
    fhb_scope_query_t  query;

    memset(&query, 0, sizeof(query));

    query.version = version;
    query.kind = kind;

    return decide_with(&query, type, scope);
}


static fhb_scope_verdict_t
coarse(fhb_version_t version, fhb_route_kind_t kind, const char *scope)
{
    fhb_rc_t             rc;
    fhb_scope_query_t    query;
    fhb_scope_verdict_t  v;

    memset(&query, 0, sizeof(query));

    query.version = version;
    query.kind = kind;

    rc = fhb_scope_coarse(&v, &query, str(scope));

    assert_int_equal(rc, v.grant == DENY ? FHB_E_SCOPE : FHB_OK);
    assert_true(v.least <= v.grant);
    assert_int_equal(v.least == DENY, v.grant == DENY);

    return v;
}


#define CONSTRAINED                                                          \
    "user/Binary.rs user/DocumentReference.rs?category=http://x|clinical-note"


/*
 * What a string grants for a PDF and for HTML in DSTU2, for the CCD, and for
 * any document in R4: README, "Who may have a document".
 */

static const need_row_t  need_rows[] = {
    { "user/Binary.read user/DocumentReference.read",
      FREE, DENY, FREE, FREE },
    { "user/Binary.read user/DiagnosticReport.read",
      DENY, FREE, DENY, FREE },
    { "user/Binary.read user/Communication.read",
      DENY, DENY, DENY, FREE },
    { "user/Binary.read user/DocumentReference.read "
      "user/DiagnosticReport.read",
      FREE, FREE, FREE, FREE },
    { "patient/Binary.read patient/DocumentReference.read",
      BOUND, DENY, BOUND, BOUND },
    { "patient/Binary.read user/DocumentReference.read",
      BOUND, DENY, BOUND, BOUND },
    { "user/Binary.read patient/DocumentReference.read",
      BOUND, DENY, BOUND, BOUND },
    { "system/Binary.read system/DocumentReference.read",
      FREE, DENY, FREE, FREE },
    { "user/Binary.read", DENY, DENY, DENY, DENY },
    { "user/DocumentReference.read", DENY, DENY, DENY, DENY },
    { "user/Binary.rs user/DocumentReference.rs",
      FREE, DENY, FREE, FREE },
    { "user/Binary.r user/DocumentReference.r", FREE, DENY, FREE, FREE },
    { "user/Binary.s user/DocumentReference.rs", DENY, DENY, DENY, DENY },
    { "user/Binary.r user/DocumentReference.s", DENY, DENY, DENY, DENY },
    { "user/Binary.cruds user/DocumentReference.cruds",
      FREE, DENY, FREE, FREE },
    { "user/Binary.write user/DocumentReference.write",
      DENY, DENY, DENY, DENY },
    { "user/Binary.cud user/DocumentReference.cud", DENY, DENY, DENY, DENY },
    { "user/Binary.* user/DocumentReference.*", FREE, DENY, FREE, FREE },
    { "user/*.read", FREE, FREE, FREE, FREE },
    { "patient/*.rs", BOUND, BOUND, BOUND, BOUND },
    { "system/*.*", FREE, FREE, FREE, FREE },
    { "user/*.s", DENY, DENY, DENY, DENY },
    { "user/*.r", FREE, FREE, FREE, FREE },
    { "user/Binary.sr user/DocumentReference.rs", DENY, DENY, DENY, DENY },
    { "user/Binary.Read user/documentreference.read",
      DENY, DENY, DENY, DENY },
    { "User/Binary.read User/DocumentReference.read",
      DENY, DENY, DENY, DENY },
    { "Binary.read DocumentReference.read", DENY, DENY, DENY, DENY },
    { "launch/patient openid fhirUser patient/Patient.read",
      DENY, DENY, DENY, DENY },
    { "user/Binary.read,user/DocumentReference.read",
      DENY, DENY, DENY, DENY },
    { CONSTRAINED, DENY, DENY, DENY, DENY },
    { CONSTRAINED " user/DocumentReference.r", FREE, DENY, FREE, FREE },
    { "user/Binary.rs?_id=1 user/DocumentReference.rs",
      DENY, DENY, DENY, DENY },
    { URI "user/Binary.read " URI_UPPER "user/DocumentReference.read",
      FREE, DENY, FREE, FREE },
    { "user/Binary.read?x=y user/DocumentReference.read",
      DENY, DENY, DENY, DENY },
    { "user/BinaryX.read user/DocumentReference.read",
      DENY, DENY, DENY, DENY },
    { "", DENY, DENY, DENY, DENY },
    { "patient/Binary.r user/*.rs", FREE, FREE, FREE, FREE },
    { "patient/Binary.read patient/DocumentReference.read "
      "system/Observation.read",
      BOUND, DENY, BOUND, BOUND }
};


static void
each_row_of_the_table_in_each_column(void **state)
{
    size_t             i;
    fhb_scope_grant_t  pdf, html, ccd, ccd4, r4;

    (void) state;

    for (i = 0; i < COUNT(need_rows); i++) {
        pdf = decide(FHB_DSTU2, FHB_ROUTE_READ, "application/pdf",
                     need_rows[i].scope).grant;
        html = decide(FHB_DSTU2, FHB_ROUTE_READ, "text/html",
                      need_rows[i].scope).grant;
        ccd = decide(FHB_DSTU2, FHB_ROUTE_CCD, "application/xml",
                     need_rows[i].scope).grant;
        ccd4 = decide(FHB_R4, FHB_ROUTE_CCD, "application/xml",
                      need_rows[i].scope).grant;
        r4 = decide(FHB_R4, FHB_ROUTE_READ, "application/pdf",
                    need_rows[i].scope).grant;

        if (pdf != need_rows[i].pdf || html != need_rows[i].html
            || ccd != need_rows[i].ccd || ccd4 != need_rows[i].ccd
            || r4 != need_rows[i].r4)
        {
            fail_msg("\"%s\": %d %d %d %d %d", need_rows[i].scope, pdf, html,
                     ccd, ccd4, r4);
        }
    }
}


/* what a bound verdict means for the CCD's patient */

static fhb_rc_t
ccd(const char *scope, const char *token_patient, const char *patient)
{
    fhb_scope_verdict_t  v;

    v = decide(FHB_R4, FHB_ROUTE_CCD, NULL, scope);

    switch (v.grant) {

    case FHB_SCOPE_FREE:
        return FHB_OK;

    case FHB_SCOPE_BOUND:
        return fhb_reference_owner(str(patient), str(token_patient), str(""));

    default:
        return FHB_E_SCOPE;
    }
}


static void
a_bound_token_is_held_to_its_patient(void **state)
{
    static const char  patient[] =
        "patient/Binary.read patient/DocumentReference.read";
    static const char  both[] =
        "patient/Binary.read patient/DocumentReference.read "
        "user/Binary.read user/DocumentReference.read";

    (void) state;

    assert_int_equal(ccd(patient, "", "123"), FHB_E_PATIENT_MISSING);
    assert_int_equal(ccd(patient, "123", "456"), FHB_E_PATIENT);
    assert_int_equal(ccd(patient, "123", "Patient/123"), FHB_OK);
    assert_int_equal(ccd(patient, "123", "12"), FHB_E_PATIENT);
    assert_int_equal(ccd(patient, "12", "123"), FHB_E_PATIENT);
    assert_int_equal(ccd(both, "123", "456"), FHB_OK);
}


static void
each_version_has_its_rules(void **state)
{
    size_t  i;

    static const char  doc[] = "user/Binary.read user/DocumentReference.read";
    static const char  report[] =
        "user/Binary.read user/DiagnosticReport.read";
    static const char  message[] = "user/Binary.read user/Communication.read";

    static const fhb_version_t  early[] = { FHB_DSTU2, FHB_STU3 };
    static const fhb_version_t  late[] = { FHB_R4, FHB_R4B, FHB_R5 };

    (void) state;

    for (i = 0; i < COUNT(early); i++) {
        assert_int_equal(decide(early[i], FHB_ROUTE_READ, "image/png",
                                doc).grant, FREE);
        assert_int_equal(decide(early[i], FHB_ROUTE_READ, "image/png",
                                report).grant, FREE);
        assert_int_equal(decide(early[i], FHB_ROUTE_READ, "image/png",
                                message).grant, DENY);
        assert_int_equal(decide(early[i], FHB_ROUTE_VREAD, "text/html",
                                doc).grant, DENY);
        assert_int_equal(decide(early[i], FHB_ROUTE_VREAD, "application/pdf",
                                doc).grant, FREE);
    }

    for (i = 0; i < COUNT(late); i++) {
        assert_int_equal(decide(late[i], FHB_ROUTE_READ, "text/html",
                                doc).grant, FREE);
        assert_int_equal(decide(late[i], FHB_ROUTE_VREAD, "text/html",
                                report).grant, FREE);
        assert_int_equal(decide(late[i], FHB_ROUTE_READ, "application/pdf",
                                message).grant, FREE);
        assert_int_equal(decide(late[i], FHB_ROUTE_CCD, NULL,
                                message).grant, DENY);
    }
}


static void
a_type_counts_without_its_parameters_and_case(void **state)
{
    size_t  i;

    static const char  doc[] = "user/Binary.read user/DocumentReference.read";
    static const char *const  html[] = {
        "text/html; charset=UTF-8", "Text/HTML", "TEXT/html;x=y"
    };
    static const char *const  other[] = {
        "text/html2", "text/htm", "xtext/html", "html/text",
        "application/pdf+xml", "application/xhtml+xml"
    };

    (void) state;

    for (i = 0; i < COUNT(html); i++) {
        assert_int_equal(decide(FHB_DSTU2, FHB_ROUTE_READ, html[i],
                                doc).grant, DENY);
    }

    for (i = 0; i < COUNT(other); i++) {
        assert_int_equal(decide(FHB_DSTU2, FHB_ROUTE_READ, other[i],
                                doc).grant, FREE);
    }

    assert_int_equal(decide(FHB_DSTU2, FHB_ROUTE_READ, "APPLICATION/Pdf;v=1",
                            "user/Binary.read user/DiagnosticReport.read")
                         .grant,
                     DENY);
}


static void
a_type_that_is_not_known_must_meet_each_rule(void **state)
{
    fhb_media_t          empty;
    fhb_scope_query_t    query;
    fhb_scope_verdict_t  v;

    static const char  doc[] = "user/Binary.read user/DocumentReference.read";
    static const char  all[] =
        "user/Binary.read user/DocumentReference.read "
        "user/DiagnosticReport.read";
    static const char  mixed[] =
        "user/Binary.read user/DocumentReference.read "
        "patient/DiagnosticReport.read";

    (void) state;

    assert_int_equal(decide(FHB_DSTU2, FHB_ROUTE_READ, NULL, doc).grant,
                     DENY);
    assert_int_equal(decide(FHB_DSTU2, FHB_ROUTE_READ, NULL, all).grant,
                     FREE);
    assert_int_equal(decide(FHB_DSTU2, FHB_ROUTE_READ, NULL, mixed).grant,
                     BOUND);
    assert_int_equal(decide(FHB_R4, FHB_ROUTE_READ, NULL, doc).grant, FREE);

    memset(&empty, 0, sizeof(empty));
    memset(&query, 0, sizeof(query));

    query.version = FHB_DSTU2;
    query.kind = FHB_ROUTE_READ;
    query.stored = &empty;

    assert_int_equal(fhb_scope_decide(&v, &query, str(doc)), FHB_E_SCOPE);
}


static void
the_context_is_the_narrowest_of_the_widest(void **state)
{
    size_t  i;

    static const struct {
        const char  *scope;
        unsigned     context;
    } rows[] = {
        { "user/*.read", FHB_SCOPE_USER },
        { "system/*.read", FHB_SCOPE_SYSTEM },
        { "patient/*.read", FHB_SCOPE_PATIENT },
        { "patient/*.read user/*.read", FHB_SCOPE_USER },
        { "patient/*.read user/*.read system/*.read", FHB_SCOPE_SYSTEM },
        { "user/Binary.read system/DocumentReference.read", FHB_SCOPE_USER },
        { "system/Binary.read user/DocumentReference.read", FHB_SCOPE_USER },
        { "system/Binary.read patient/DocumentReference.read",
          FHB_SCOPE_PATIENT },
        { "system/Binary.read patient/DocumentReference.read "
          "user/Communication.read", FHB_SCOPE_USER },
        { "system/Binary.read", 0 }
    };

    (void) state;

    for (i = 0; i < COUNT(rows); i++) {
        assert_int_equal(decide(FHB_R4, FHB_ROUTE_READ, "application/pdf",
                                rows[i].scope).context,
                         rows[i].context);
    }
}


static void
the_coarse_look_refuses_only_what_is_hopeless(void **state)
{
    size_t  i;

    static const struct {
        const char         *scope;
        fhb_scope_grant_t   early, early_least;         /* DSTU2 */
        fhb_scope_grant_t   late, late_least;           /* R4 */
        fhb_scope_grant_t   ccd;
    } rows[] = {
        { "user/Binary.read user/DocumentReference.read",
          FREE, FREE, FREE, FREE, FREE },
        { "user/Binary.read user/DiagnosticReport.read",
          FREE, FREE, FREE, FREE, DENY },
        { "user/Binary.read user/Communication.read",
          DENY, DENY, FREE, FREE, DENY },
        { "user/Binary.read", DENY, DENY, DENY, DENY, DENY },
        { "user/DocumentReference.read", DENY, DENY, DENY, DENY, DENY },
        { "user/Binary.s user/*.s", DENY, DENY, DENY, DENY, DENY },
        { "", DENY, DENY, DENY, DENY, DENY },
        { "patient/Binary.read user/*.write patient/*.r",
          BOUND, BOUND, BOUND, BOUND, BOUND },
        { "user/Binary.read user/DocumentReference.read "
          "patient/DiagnosticReport.read",
          FREE, BOUND, FREE, FREE, FREE },
        { "user/Binary.read patient/DocumentReference.read "
          "user/DiagnosticReport.read",
          FREE, BOUND, FREE, FREE, BOUND }
    };

    fhb_scope_verdict_t  early, late, operation;

    (void) state;

    for (i = 0; i < COUNT(rows); i++) {
        early = coarse(FHB_DSTU2, FHB_ROUTE_READ, rows[i].scope);
        late = coarse(FHB_R4, FHB_ROUTE_READ, rows[i].scope);
        operation = coarse(FHB_R4, FHB_ROUTE_CCD, rows[i].scope);

        assert_int_equal(early.grant, rows[i].early);
        assert_int_equal(early.least, rows[i].early_least);
        assert_int_equal(late.grant, rows[i].late);
        assert_int_equal(late.least, rows[i].late_least);
        assert_int_equal(operation.grant, rows[i].ccd);
        assert_int_equal(operation.least, rows[i].ccd);
    }
}


/* whatever is decided for a type was foreseen by the coarse look */

static void
the_coarse_look_bounds_each_decision(void **state)
{
    size_t               i, j, k;
    fhb_scope_verdict_t  v, c;

    static const fhb_version_t  versions[] = { FHB_DSTU2, FHB_R4 };
    static const char *const    types[] = {
        "application/pdf", "text/html", "image/png"
    };

    (void) state;

    for (i = 0; i < COUNT(need_rows); i++) {
        for (j = 0; j < COUNT(versions); j++) {
            c = coarse(versions[j], FHB_ROUTE_READ, need_rows[i].scope);

            for (k = 0; k < COUNT(types); k++) {
                v = decide(versions[j], FHB_ROUTE_READ, types[k],
                           need_rows[i].scope);

                assert_true(v.grant <= c.grant);
                assert_true(v.grant == DENY || v.grant >= c.least);
            }
        }
    }
}


static void
zero_bytes_deny(void **state)
{
    fhb_scope_query_t    query;
    fhb_scope_verdict_t  v;

    static const fhb_str_t  all = fhb_string("system/*.*");

    (void) state;

    memset(&query, 0, sizeof(query));

    assert_int_equal(fhb_scope_coarse(&v, &query, all), FHB_E_SCOPE);
    assert_int_equal(fhb_scope_decide(&v, &query, all), FHB_E_SCOPE);

    query.version = FHB_R4;

    assert_int_equal(fhb_scope_coarse(&v, &query, all), FHB_E_SCOPE);
    assert_int_equal(fhb_scope_decide(&v, &query, all), FHB_E_SCOPE);

    query.version = FHB_VERSION_OFF;
    query.kind = FHB_ROUTE_READ;

    assert_int_equal(fhb_scope_coarse(&v, &query, all), FHB_E_SCOPE);
    assert_int_equal(fhb_scope_decide(&v, &query, all), FHB_E_SCOPE);
    assert_int_equal(v.grant, DENY);
    assert_int_equal(v.least, DENY);
    assert_int_equal(v.context, 0);
}


static void
a_string_above_the_limit_denies(void **state)
{
    char                 scope[FHB_MAX_SCOPE + 1];
    fhb_str_t            string;
    fhb_scope_query_t    query;
    fhb_scope_verdict_t  v;

    static const char  head[] = "user/*.read";

    (void) state;

    memset(scope, ' ', sizeof(scope));
    memcpy(scope, head, sizeof(head) - 1);

    memset(&query, 0, sizeof(query));

    query.version = FHB_R4;
    query.kind = FHB_ROUTE_READ;

    string.data = (unsigned char *) scope;
    string.len = FHB_MAX_SCOPE;

    assert_int_equal(fhb_scope_coarse(&v, &query, string), FHB_OK);
    assert_int_equal(fhb_scope_decide(&v, &query, string), FHB_OK);

    string.len++;

    assert_int_equal(fhb_scope_coarse(&v, &query, string), FHB_E_SCOPE);
    assert_int_equal(fhb_scope_decide(&v, &query, string), FHB_E_SCOPE);
}


static const fhb_str_t  observation[] = { fhb_string("Observation") };
static const fhb_str_t  consent[] = {
    fhb_string("Consent"), fhb_string("Media")
};
static const fhb_str_t  binary[] = { fhb_string("Binary") };


/* the lines of one location */

static void
lines(fhb_scope_rule_t *rules)
{
    memset(rules, 0, 4 * sizeof(fhb_scope_rule_t));

    rules[0].target = FHB_SCOPE_TYPE;
    rules[0].media = media("Application/PDF");
    rules[0].any = observation;
    rules[0].n = 1;

    rules[1].target = FHB_SCOPE_TYPE;
    rules[1].media = media("image/png");
    rules[1].any = consent;
    rules[1].n = 2;

    rules[2].target = FHB_SCOPE_CCD;
    rules[2].any = binary;
    rules[2].n = 1;

    rules[3].target = FHB_SCOPE_OTHER;
    rules[3].any = consent;
    rules[3].n = 1;
}


static void
a_line_replaces_the_rule_for_its_target_only(void **state)
{
    size_t             i;
    fhb_scope_query_t  query;
    fhb_scope_rule_t   rules[4];

    static const struct {
        const char         *type;
        const char         *companion;
        size_t              n;          /* lines */
        fhb_scope_grant_t   early;
        fhb_scope_grant_t   late;
    } rows[] = {
        { "application/pdf", "Observation", 1, FREE, FREE },
        { "application/pdf;x=y", "Observation", 1, FREE, FREE },
        { "application/pdf", "DocumentReference", 1, DENY, DENY },
        { "text/html", "Observation", 1, DENY, DENY },
        { "text/html", "DiagnosticReport", 1, FREE, FREE },
        { "image/png", "DocumentReference", 1, FREE, FREE },
        { "image/png", "DocumentReference", 2, DENY, DENY },
        { "image/png", "Consent", 2, FREE, FREE },
        { "image/png", "Media", 2, FREE, FREE },
        { "image/gif", "DocumentReference", 3, FREE, FREE },
        { "image/gif", "DocumentReference", 4, DENY, DENY },
        { "image/gif", "Consent", 4, FREE, FREE },

        /* "*" is for what no rule names, and DSTU2 names text/html */

        { "text/html", "DiagnosticReport", 4, FREE, DENY },
        { "text/html", "Consent", 4, DENY, FREE }
    };

    char  scope[128];

    (void) state;

    lines(rules);

    for (i = 0; i < COUNT(rows); i++) {
        memset(&query, 0, sizeof(query));

        query.kind = FHB_ROUTE_READ;
        query.rules = rules;
        query.n = rows[i].n;

        (void) snprintf(scope, sizeof(scope), "user/Binary.rs user/%s.rs",
                        rows[i].companion);

        query.version = FHB_DSTU2;

        if (decide_with(&query, rows[i].type, scope).grant != rows[i].early) {
            fail_msg("row %u, DSTU2", (unsigned) i);
        }

        query.version = FHB_R4;

        if (decide_with(&query, rows[i].type, scope).grant != rows[i].late) {
            fail_msg("row %u, R4", (unsigned) i);
        }
    }
}


static void
a_line_may_ask_for_binary_alone(void **state)
{
    fhb_scope_query_t  query;
    fhb_scope_rule_t   rules[4];

    (void) state;

    lines(rules);
    memset(&query, 0, sizeof(query));

    query.version = FHB_R4;
    query.kind = FHB_ROUTE_CCD;
    query.rules = rules;
    query.n = 3;

    assert_int_equal(decide_with(&query, NULL, "user/Binary.r").grant, FREE);
    assert_int_equal(decide_with(&query, NULL, "patient/Binary.r").grant,
                     BOUND);
    assert_int_equal(decide_with(&query, NULL, "user/Consent.r").grant, DENY);
}


static void
a_line_without_resources_denies(void **state)
{
    fhb_scope_query_t  query;
    fhb_scope_rule_t   rules[4];

    (void) state;

    lines(rules);
    rules[0].n = 0;

    memset(&query, 0, sizeof(query));

    query.version = FHB_R4;
    query.kind = FHB_ROUTE_READ;
    query.rules = rules;
    query.n = 1;

    assert_int_equal(decide_with(&query, "application/pdf", "system/*.*").grant,
                     DENY);
    assert_int_equal(decide_with(&query, "text/html", "system/*.*").grant,
                     FREE);
}


static void
of_two_lines_for_one_target_the_first_counts(void **state)
{
    fhb_scope_query_t  query;
    fhb_scope_rule_t   rules[4];

    (void) state;

    lines(rules);
    rules[1].media = media("application/pdf");

    memset(&query, 0, sizeof(query));

    query.version = FHB_R4;
    query.kind = FHB_ROUTE_READ;
    query.rules = rules;
    query.n = 2;

    assert_int_equal(decide_with(&query, "application/pdf",
                                 "user/Binary.r user/Consent.r").grant,
                     DENY);
    assert_int_equal(decide_with(&query, "application/pdf",
                                 "user/Binary.r user/Observation.r").grant,
                     FREE);
}


static void
needed(fhb_scope_query_t *query, const char *type, const char *scope,
    const char *expected)
{
    fhb_out_t            out;
    fhb_media_t          m;
    fhb_scope_verdict_t  v;
    unsigned char        buf[512];

    if (type != NULL) {
        m = media(type);
        query->stored = &m;
    }

    fhb_out_init(&out, buf, sizeof(buf) - 1);
    fhb_scope_write_needed(&out, query, str(scope));
    assert_int_equal(out.full, 0);

    buf[out.len] = '\0';
    assert_string_equal((char *) buf, expected);

    /* who asks for what the challenge names gets through */

    assert_int_equal(fhb_scope_decide(&v, query, fhb_out_result(&out)), FHB_OK);

    query->stored = NULL;
}


static void
a_challenge_names_scopes_that_are_enough(void **state)
{
    fhb_scope_query_t  query;
    fhb_scope_rule_t   rules[4];

    (void) state;

    memset(&query, 0, sizeof(query));

    query.version = FHB_DSTU2;
    query.kind = FHB_ROUTE_READ;

    needed(&query, "application/pdf", "",
           "user/Binary.read user/DocumentReference.read");
    needed(&query, "text/html", "openid user/Binary.read",
           "user/Binary.read user/DiagnosticReport.read");
    needed(&query, "image/png", "patient/Observation.read",
           "patient/Binary.read patient/DocumentReference.read");
    needed(&query, NULL, "system/Observation.rs patient/Binary.r",
           "system/Binary.rs system/DocumentReference.rs "
           "system/DiagnosticReport.rs");

    query.kind = FHB_ROUTE_CCD;

    needed(&query, NULL, "user/Binary.rs?_id=1",
           "user/Binary.rs user/DocumentReference.rs");

    query.version = FHB_R4;
    query.kind = FHB_ROUTE_READ;

    needed(&query, "text/html", "user/Binary.rs patient/Binary.read",
           "user/Binary.read user/DocumentReference.read");
    needed(&query, NULL, "user/x.read bad\"scope",
           "user/Binary.read user/DocumentReference.read");

    lines(rules);
    query.rules = rules;
    query.n = 4;

    needed(&query, NULL, "user/Binary.read",
           "user/Binary.read user/Observation.read user/Consent.read");
    needed(&query, "image/png", "user/Binary.read",
           "user/Binary.read user/Consent.read");

    query.kind = FHB_ROUTE_CCD;

    needed(&query, NULL, "user/Consent.read", "user/Binary.read");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_row_of_the_table_in_each_column),
        cmocka_unit_test(a_bound_token_is_held_to_its_patient),
        cmocka_unit_test(each_version_has_its_rules),
        cmocka_unit_test(a_type_counts_without_its_parameters_and_case),
        cmocka_unit_test(a_type_that_is_not_known_must_meet_each_rule),
        cmocka_unit_test(the_context_is_the_narrowest_of_the_widest),
        cmocka_unit_test(the_coarse_look_refuses_only_what_is_hopeless),
        cmocka_unit_test(the_coarse_look_bounds_each_decision),
        cmocka_unit_test(zero_bytes_deny),
        cmocka_unit_test(a_string_above_the_limit_denies),
        cmocka_unit_test(a_line_replaces_the_rule_for_its_target_only),
        cmocka_unit_test(a_line_may_ask_for_binary_alone),
        cmocka_unit_test(a_line_without_resources_denies),
        cmocka_unit_test(of_two_lines_for_one_target_the_first_counts),
        cmocka_unit_test(a_challenge_names_scopes_that_are_enough),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
