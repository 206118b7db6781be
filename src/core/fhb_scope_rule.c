/*
 * Which rules a document must meet.
 *
 *     rules  = those of the location, then those of the version, less each
 *              one whose target was named before
 *     rule   = the one of the stored media type, else that of "*"
 *
 * Media types are compared without their parameters and without case.
 */

#include "fhb_scope.h"
#include "fhb_text.h"


typedef struct {
    const fhb_scope_rule_t  *rules;
    size_t                   n;
} fhb_scope_rule_table_t;


static const fhb_scope_rule_table_t *fhb_scope_rule_table(
    fhb_version_t version);
static const fhb_scope_rule_t *fhb_scope_rule_at(const fhb_scope_query_t *query,
    size_t i);
static int fhb_scope_rule_same(const fhb_scope_rule_t *a,
    const fhb_scope_rule_t *b);
static int fhb_scope_rule_knows(const fhb_scope_query_t *query);
static int fhb_scope_rule_media(const fhb_media_t *a, const fhb_media_t *b);


/* a challenge asks for the first one of a rule */

static const fhb_str_t  fhb_scope_rule_companions[] = {
    fhb_string("DocumentReference"),
    fhb_string("DiagnosticReport"),
    fhb_string("Communication")
};

#define fhb_scope_rule_pdf                                                   \
    { fhb_string("application"), fhb_string("pdf"), fhb_null_string }
#define fhb_scope_rule_html                                                  \
    { fhb_string("text"), fhb_string("html"), fhb_null_string }
#define fhb_scope_rule_any                                                   \
    { fhb_null_string, fhb_null_string, fhb_null_string }

/* DSTU2 names two types only; the rest is held to either of their rules */

static const fhb_scope_rule_t  fhb_scope_rule_dstu2[] = {
    { FHB_SCOPE_TYPE, fhb_scope_rule_pdf, &fhb_scope_rule_companions[0], 1 },
    { FHB_SCOPE_TYPE, fhb_scope_rule_html, &fhb_scope_rule_companions[1], 1 },
    { FHB_SCOPE_OTHER, fhb_scope_rule_any, fhb_scope_rule_companions, 2 },
    { FHB_SCOPE_CCD, fhb_scope_rule_any, &fhb_scope_rule_companions[0], 1 }
};

static const fhb_scope_rule_t  fhb_scope_rule_r4[] = {
    { FHB_SCOPE_OTHER, fhb_scope_rule_any, fhb_scope_rule_companions, 3 },
    { FHB_SCOPE_CCD, fhb_scope_rule_any, &fhb_scope_rule_companions[0], 1 }
};

#define fhb_scope_rule_rows(rows)  { rows, fhb_nelts(rows) }

static const fhb_scope_rule_table_t  fhb_scope_rule_early =
    fhb_scope_rule_rows(fhb_scope_rule_dstu2);
static const fhb_scope_rule_table_t  fhb_scope_rule_late =
    fhb_scope_rule_rows(fhb_scope_rule_r4);


const fhb_scope_rule_t *
fhb_scope_rule_next(const fhb_scope_query_t *query, size_t *i)
{
    int                      ccd;
    size_t                   j;
    const fhb_scope_rule_t  *rule;

    if (query->kind == FHB_ROUTE_OTHER) {
        return NULL;
    }

    while ((rule = fhb_scope_rule_at(query, *i)) != NULL) {

        for (j = 0; j < *i; j++) {
            if (fhb_scope_rule_same(fhb_scope_rule_at(query, j), rule)) {
                break;
            }
        }

        ccd = rule->target == FHB_SCOPE_CCD;

        if (j == (*i)++
            && rule->target != FHB_SCOPE_NOTHING
            && ccd == (query->kind == FHB_ROUTE_CCD))
        {
            return rule;
        }
    }

    return NULL;
}


const fhb_scope_rule_t *
fhb_scope_rule_match(const fhb_scope_query_t *query, size_t *i)
{
    int                      named;
    size_t                   j;
    const fhb_scope_rule_t  *rule;

    if (query->kind == FHB_ROUTE_CCD || !fhb_scope_rule_knows(query)) {
        return fhb_scope_rule_next(query, i);
    }

    named = 0;
    j = 0;

    while ((rule = fhb_scope_rule_next(query, &j)) != NULL) {
        if (rule->target == FHB_SCOPE_TYPE
            && fhb_scope_rule_media(&rule->media, query->stored))
        {
            named = 1;
        }
    }

    while ((rule = fhb_scope_rule_next(query, i)) != NULL) {
        if (rule->target == FHB_SCOPE_TYPE
                ? fhb_scope_rule_media(&rule->media, query->stored) : !named)
        {
            return rule;
        }
    }

    return NULL;
}


static const fhb_scope_rule_table_t *
fhb_scope_rule_table(fhb_version_t version)
{
    switch (version) {

    case FHB_DSTU2:
    case FHB_STU3:
        return &fhb_scope_rule_early;

    case FHB_R4:
    case FHB_R4B:
    case FHB_R5:
        return &fhb_scope_rule_late;

    case FHB_VERSION_OFF:
    case FHB_NVERSIONS:
        break;
    }

    return NULL;
}


/* the lines of the location, then those of the version; NULL past the end */

static const fhb_scope_rule_t *
fhb_scope_rule_at(const fhb_scope_query_t *query, size_t i)
{
    const fhb_scope_rule_table_t  *table;

    table = fhb_scope_rule_table(query->version);

    if (table == NULL) {
        return NULL;
    }

    if (i < query->n) {
        return &query->rules[i];
    }

    i -= query->n;

    return i < table->n ? &table->rules[i] : NULL;
}


static int
fhb_scope_rule_same(const fhb_scope_rule_t *a, const fhb_scope_rule_t *b)
{
    return a->target == b->target
           && (a->target != FHB_SCOPE_TYPE
               || fhb_scope_rule_media(&a->media, &b->media));
}


static int
fhb_scope_rule_knows(const fhb_scope_query_t *query)
{
    return query->stored != NULL && query->stored->type.len != 0;
}


static int
fhb_scope_rule_media(const fhb_media_t *a, const fhb_media_t *b)
{
    return fhb_text_eq_ci(a->type, b->type)
           && fhb_text_eq_ci(a->subtype, b->subtype);
}
