/*
 * Whether a scope string has what a document needs.
 *
 *     need = Binary AND ( resource OR resource ... )
 *
 * The contexts are ordered: patient < user < system.  A needed type counts in
 * the widest context that grants it, the need in the narrowest of its types.
 */

#include "fhb_scope.h"
#include "fhb_text.h"


static unsigned fhb_scope_widest(unsigned contexts);
static unsigned fhb_scope_weigh(const fhb_scope_rule_t *rule,
    fhb_str_t scope);
static void fhb_scope_set(fhb_scope_verdict_t *verdict, unsigned best,
    unsigned worst);
static fhb_scope_grant_t fhb_scope_grant(unsigned context);
static unsigned fhb_scope_survey(fhb_str_t scope, int *v2);
static int fhb_scope_said(const fhb_scope_query_t *query, size_t end,
    fhb_str_t resource);


static const fhb_str_t  fhb_scope_binary = fhb_string("Binary");


fhb_rc_t
fhb_scope_coarse(fhb_scope_verdict_t *verdict, const fhb_scope_query_t *query,
    fhb_str_t scope)
{
    size_t                   i;
    unsigned                 best, worst, context;
    const fhb_scope_rule_t  *rule;

    best = 0;
    worst = 0;
    i = 0;

    while ((rule = fhb_scope_rule_next(query, &i)) != NULL) {
        context = fhb_scope_weigh(rule, scope);

        if (context == 0) {
            continue;
        }

        if (context > best) {
            best = context;
        }

        if (worst == 0 || context < worst) {
            worst = context;
        }
    }

    fhb_scope_set(verdict, best, worst);

    return best != 0 ? FHB_OK : FHB_E_SCOPE;
}


fhb_rc_t
fhb_scope_decide(fhb_scope_verdict_t *verdict, const fhb_scope_query_t *query,
    fhb_str_t scope)
{
    size_t                   i;
    unsigned                 least, context;
    const fhb_scope_rule_t  *rule;

    least = 0;
    i = 0;

    while ((rule = fhb_scope_rule_match(query, &i)) != NULL) {
        context = fhb_scope_weigh(rule, scope);

        if (context == 0) {
            least = 0;
            break;
        }

        if (least == 0 || context < least) {
            least = context;
        }
    }

    fhb_scope_set(verdict, least, least);

    return least != 0 ? FHB_OK : FHB_E_SCOPE;
}


void
fhb_scope_write_needed(fhb_out_t *out, const fhb_scope_query_t *query,
    fhb_str_t scope)
{
    int                      v2;
    size_t                   i, end;
    fhb_str_t                context;
    const fhb_scope_rule_t  *rule;

    context = fhb_scope_context_name(fhb_scope_survey(scope, &v2));

    fhb_out_str(out, context);
    fhb_out_lit(out, "/Binary");
    fhb_out_z(out, v2 ? ".rs" : ".read");

    i = 0;

    for ( ;; ) {
        end = i;
        rule = fhb_scope_rule_match(query, &i);

        if (rule == NULL) {
            break;
        }

        if (rule->n == 0 || fhb_scope_said(query, end, rule->any[0])) {
            continue;
        }

        fhb_out_byte(out, ' ');
        fhb_out_str(out, context);
        fhb_out_byte(out, '/');
        fhb_out_str(out, rule->any[0]);
        fhb_out_z(out, v2 ? ".rs" : ".read");
    }
}


static unsigned
fhb_scope_widest(unsigned contexts)
{
    if (contexts & FHB_SCOPE_SYSTEM) {
        return FHB_SCOPE_SYSTEM;
    }

    if (contexts & FHB_SCOPE_USER) {
        return FHB_SCOPE_USER;
    }

    return contexts & FHB_SCOPE_PATIENT;
}


/* the context that a rule is met in; 0 when it is not met; in one scan */

static unsigned
fhb_scope_weigh(const fhb_scope_rule_t *rule, fhb_str_t scope)
{
    size_t       i;
    unsigned     binary, companion;
    fhb_scope_t  s;

    binary = 0;
    companion = 0;

    if (scope.len > FHB_MAX_SCOPE) {
        return 0;
    }

    while (fhb_scope_next(&scope, &s) == FHB_OK) {

        binary |= fhb_scope_covers(&s, fhb_scope_binary);

        for (i = 0; i < rule->n; i++) {
            companion |= fhb_scope_covers(&s, rule->any[i]);
        }
    }

    binary = fhb_scope_widest(binary);
    companion = fhb_scope_widest(companion);

    return binary < companion ? binary : companion;
}


static void
fhb_scope_set(fhb_scope_verdict_t *verdict, unsigned best, unsigned worst)
{
    verdict->grant = fhb_scope_grant(best);
    verdict->least = fhb_scope_grant(worst);
    verdict->context = best;
}


static fhb_scope_grant_t
fhb_scope_grant(unsigned context)
{
    switch (context) {

    case FHB_SCOPE_USER:
    case FHB_SCOPE_SYSTEM:
        return FHB_SCOPE_FREE;

    case FHB_SCOPE_PATIENT:
        return FHB_SCOPE_BOUND;

    default:
        return FHB_SCOPE_DENIED;
    }
}


/* the widest context that a token has for anything, and how it spells */

static unsigned
fhb_scope_survey(fhb_str_t scope, int *v2)
{
    unsigned     contexts, v1;
    fhb_scope_t  s;

    contexts = 0;
    v1 = 0;
    *v2 = 0;

    while (fhb_scope_next(&scope, &s) == FHB_OK) {

        if (s.context == 0) {
            continue;
        }

        contexts |= s.context;

        if (s.v2) {
            *v2 = 1;

        } else {
            v1 = 1;
        }
    }

    if (v1) {
        *v2 = 0;
    }

    return contexts ? fhb_scope_widest(contexts) : FHB_SCOPE_USER;
}


/* whether the rules before end, or Binary itself, have named a resource */

static int
fhb_scope_said(const fhb_scope_query_t *query, size_t end, fhb_str_t resource)
{
    size_t                   i;
    const fhb_scope_rule_t  *rule;

    if (fhb_text_eq(resource, fhb_scope_binary)) {
        return 1;
    }

    i = 0;

    while (i < end && (rule = fhb_scope_rule_match(query, &i)) != NULL) {
        if (rule->n != 0 && fhb_text_eq(rule->any[0], resource)) {
            return 1;
        }
    }

    return 0;
}
