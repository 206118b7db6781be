/*
 * The choice among the forms of a document.
 *
 * Each form gets the weight of the most specific range that names it, and the
 * heaviest form leaves.  Precedence, as in RFC 9110 s.12.5.1:
 *
 *     the type itself, a generic name of its syntax, the wildcard of its
 *     type, the full wildcard; and more parameters before fewer
 *
 * The native form is never named by a FHIR type, and a FHIR form never by
 * anything else, so that a wildcard does not wrap a document;
 * "fhir_binary_default fhir" lifts that for the full wildcard alone.
 *
 * The two names of a FHIR form are weighed apart: a client can refuse one.
 */

#include <string.h>

#include "fhb_accept.h"
#include "fhb_accept_match.h"


/* the range that decides on a form */

typedef struct {
    int       q;                        /* 0: the form cannot leave */
    int       rank;                     /* 0: no range names the form */
    size_t    pos;                      /* of the range */
    unsigned  legacy:1;
    unsigned  echo:1;
} fhb_accept_best_t;


static int fhb_accept_weigh(fhb_accept_best_t *best,
    const fhb_accept_t *accept, size_t pos, int rank);
static void fhb_accept_native(fhb_accept_best_t *best,
    const fhb_accept_t *accept, const fhb_media_t *stored);
static void fhb_accept_fhir(fhb_accept_best_t *best,
    const fhb_preference_t *pref, fhb_form_t form);
static int fhb_accept_beats(const fhb_accept_best_t *a,
    const fhb_accept_best_t *b);
static void fhb_accept_default(fhb_accept_best_t *best,
    const fhb_preference_t *pref);
static fhb_rc_t fhb_accept_nothing(fhb_choice_t *choice,
    const fhb_preference_t *pref, const fhb_accept_best_t *native);
static int fhb_accept_form_q(const fhb_accept_t *accept, fhb_form_t form);


fhb_rc_t
fhb_accept_choose(fhb_choice_t *choice, const fhb_preference_t *pref,
    const fhb_media_t *stored)
{
    fhb_form_t          form;
    fhb_accept_best_t   native, json, xml, *fhir;

    memset(choice, 0, sizeof(fhb_choice_t));

    if (pref->version == FHB_VERSION_OFF) {
        return FHB_E_NOT_ACCEPTABLE;
    }

    if (pref->format != FHB_FORM_NONE) {
        choice->form = pref->format;
        return FHB_OK;
    }

    if (pref->accept == NULL || !pref->accept->present) {
        choice->form = pref->fhir ? FHB_FORM_JSON : FHB_FORM_NATIVE;
        return FHB_OK;
    }

    fhb_accept_native(&native, pref->accept, stored);
    fhb_accept_fhir(&json, pref, FHB_FORM_JSON);
    fhb_accept_fhir(&xml, pref, FHB_FORM_XML);

    form = FHB_FORM_JSON;
    fhir = &json;

    if (fhb_accept_beats(&xml, &json)) {
        form = FHB_FORM_XML;
        fhir = &xml;
    }

    if (native.q == 0 && fhir->q == 0) {
        return fhb_accept_nothing(choice, pref, &native);
    }

    /*
     * native or FHIR: by weight, then the document where it is named itself,
     * then whichever is named more closely
     */

    if (native.q > fhir->q
        || (native.q == fhir->q
            && (native.rank >= FHB_ACCEPT_GENERIC
                || FHB_ACCEPT_CLASS(native.rank)
                   > FHB_ACCEPT_CLASS(fhir->rank))))
    {
        choice->form = FHB_FORM_NATIVE;
        return FHB_OK;
    }

    choice->form = form;
    choice->legacy = fhir->legacy;
    choice->echo = fhir->echo;

    return FHB_OK;
}


/*
 * Lenient: the stored bytes, unless they were refused with a weight of 0, or
 * a FHIR form was asked for that cannot be given (another fhirVersion or
 * charset): its reader could only misread a document.
 */

static fhb_rc_t
fhb_accept_nothing(fhb_choice_t *choice, const fhb_preference_t *pref,
    const fhb_accept_best_t *native)
{
    if (!pref->lenient
        || native->rank != 0
        || fhb_accept_form_q(pref->accept, FHB_FORM_JSON) != 0
        || fhb_accept_form_q(pref->accept, FHB_FORM_XML) != 0)
    {
        return FHB_E_NOT_ACCEPTABLE;
    }

    choice->form = FHB_FORM_NATIVE;

    return FHB_OK;
}


int
fhb_accept_may_fhir(const fhb_preference_t *pref)
{
    fhb_accept_best_t  json, xml;

    if (pref->version == FHB_VERSION_OFF) {
        return 0;
    }

    if (pref->format != FHB_FORM_NONE) {
        return 1;
    }

    if (pref->accept == NULL || !pref->accept->present) {
        return pref->fhir;
    }

    fhb_accept_fhir(&json, pref, FHB_FORM_JSON);
    fhb_accept_fhir(&xml, pref, FHB_FORM_XML);

    return json.q != 0 || xml.q != 0;
}


fhb_form_t
fhb_accept_error_form(const fhb_preference_t *pref)
{
    if (pref->format != FHB_FORM_NONE) {
        return pref->format == FHB_FORM_XML ? FHB_FORM_XML : FHB_FORM_JSON;
    }

    if (pref->accept != NULL
        && fhb_accept_form_q(pref->accept, FHB_FORM_XML)
           > fhb_accept_form_q(pref->accept, FHB_FORM_JSON))
    {
        return FHB_FORM_XML;
    }

    return FHB_FORM_JSON;
}


/* the highest weight that a form is named with, parameters aside */

static int
fhb_accept_form_q(const fhb_accept_t *accept, fhb_form_t form)
{
    int     q;
    size_t  i;

    q = 0;

    for (i = 0; i < accept->n; i++) {
        if (accept->ranges[i].q > q
            && fhb_media_fhir(&accept->ranges[i].range) == form)
        {
            q = accept->ranges[i].q;
        }
    }

    return q;
}


/*
 * Let one more range decide on a form if it is closer; of the same range
 * twice the higher weight counts.
 */

static int
fhb_accept_weigh(fhb_accept_best_t *best, const fhb_accept_t *accept,
    size_t pos, int rank)
{
    int  q;

    q = accept->ranges[pos].q;

    if (rank < best->rank || (rank == best->rank && q <= best->q)) {
        return 0;
    }

    best->q = q;
    best->rank = rank;
    best->pos = pos;

    return 1;
}


static void
fhb_accept_native(fhb_accept_best_t *best, const fhb_accept_t *accept,
    const fhb_media_t *stored)
{
    int                 class, params;
    size_t              i;
    const fhb_media_t  *range;
    const fhb_media_t   unknown = {
        fhb_string("application"), fhb_string("octet-stream"), fhb_null_string
    };

    memset(best, 0, sizeof(fhb_accept_best_t));

    if (stored == NULL) {
        stored = &unknown;
    }

    for (i = 0; i < accept->n; i++) {

        range = &accept->ranges[i].range;

        class = fhb_accept_match_class(range, stored);

        if (class == 0) {
            continue;
        }

        params = fhb_accept_match_params(range, stored);

        if (params != -1) {
            (void) fhb_accept_weigh(best, accept, i, class + params);
        }
    }
}


static void
fhb_accept_fhir(fhb_accept_best_t *best, const fhb_preference_t *pref,
    fhb_form_t form)
{
    int                 legacy, echo, params;
    size_t              i;
    fhb_accept_best_t   names[2];
    const fhb_media_t  *range;

    memset(names, 0, sizeof(names));

    for (i = 0; i < pref->accept->n; i++) {

        range = &pref->accept->ranges[i].range;

        if (fhb_accept_match_fhir(range, pref->version, &legacy) != form) {
            continue;
        }

        params = fhb_accept_match_fhir_params(range, pref->version, &echo);

        if (params != -1
            && fhb_accept_weigh(&names[legacy], pref->accept, i,
                                FHB_ACCEPT_EXACT + params))
        {
            names[legacy].legacy = legacy;
            names[legacy].echo = echo;
        }
    }

    if (form == FHB_FORM_JSON && pref->fhir && names[0].rank == 0) {
        fhb_accept_default(&names[0], pref);
    }

    *best = fhb_accept_beats(&names[1], &names[0]) ? names[1] : names[0];
}


/* two FHIR forms: by weight, then the named one, then the earlier one */

static int
fhb_accept_beats(const fhb_accept_best_t *a, const fhb_accept_best_t *b)
{
    if (a->q != b->q) {
        return a->q > b->q;
    }

    if (FHB_ACCEPT_CLASS(a->rank) != FHB_ACCEPT_CLASS(b->rank)) {
        return a->rank > b->rank;
    }

    return a->pos < b->pos;
}


/*
 * "fhir_binary_default fhir": the full wildcard reaches FHIR JSON.  A wildcard
 * of application never does, but it can hold the weight down.
 */

static void
fhb_accept_default(fhb_accept_best_t *best, const fhb_preference_t *pref)
{
    int                 class, params, echo;
    size_t              i;
    fhb_accept_best_t   held;
    const fhb_media_t  *range;
    const fhb_media_t   json = {
        fhb_string("application"), fhb_string("fhir+json"), fhb_null_string
    };

    memset(&held, 0, sizeof(fhb_accept_best_t));

    for (i = 0; i < pref->accept->n; i++) {

        range = &pref->accept->ranges[i].range;

        class = fhb_accept_match_class(range, &json);
        params = fhb_accept_match_fhir_params(range, pref->version, &echo);

        if (params == -1) {
            continue;
        }

        if (class == FHB_ACCEPT_TYPE) {
            (void) fhb_accept_weigh(&held, pref->accept, i, class + params);
        }

        if (class == FHB_ACCEPT_ANY
            && fhb_accept_weigh(best, pref->accept, i, class + params))
        {
            best->echo = echo;
        }
    }

    if (held.rank != 0 && held.q < best->q) {
        best->q = held.q;
    }
}
