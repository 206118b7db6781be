/*
 * Accept and _format: which form a document leaves in.
 */

#ifndef FHB_ACCEPT_H
#define FHB_ACCEPT_H

#include "fhb_media.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


/* one member of Accept */

typedef struct {
    fhb_media_t  range;                 /* its params still hold the weight,
                                         * which may stand anywhere */
    int          q;                     /* 0 .. 1000 */
} fhb_range_t;


typedef struct {
    size_t       n;                     /* members of ranges, all valid */
    int          present;               /* not 0: some line had a member, be
                                         * it valid or not */
    fhb_range_t  ranges[FHB_MAX_RANGES];
} fhb_accept_t;


/* what a request asks for, and how its location answers */

typedef struct {
    fhb_version_t        version;
    const fhb_accept_t  *accept;        /* NULL: no Accept */
    fhb_form_t           format;        /* of _format; FHB_FORM_NONE: none */
    unsigned             lenient:1;     /* fhir_binary_accept */
    unsigned             fhir:1;        /* fhir_binary_default */
} fhb_preference_t;


typedef struct {
    fhb_form_t  form;
    unsigned    legacy:1;               /* answer with the legacy FHIR name
                                         * (on DSTU2: with the newer one) */
    unsigned    echo:1;                 /* answer with fhirVersion */
} fhb_choice_t;


/*
 * fhb_accept_parse - read all Accept lines of a request.
 *
 * shape    lines: n values in the order of the header
 * returns  FHB_OK, invalid members are left out | FHB_E_ACCEPT_TOO_LONG past
 *          FHB_MAX_ACCEPT bytes (with ", " between lines), FHB_MAX_RANGES
 *          members, valid or not, or as many lines; *a then takes nothing
 * memory   none; the ranges point into the lines
 * source   RFC 9110 s.12.5.1
 * test     t/unit/test_accept.c, t/fuzz/fuzz_accept.c
 */

fhb_must_check fhb_rc_t fhb_accept_parse(fhb_accept_t *a,
    const fhb_str_t *lines, size_t n);


/*
 * fhb_accept_format - what a value of _format names.
 *
 * shape    value: percent-decoded, not empty; "+" and " " are equal; a media
 *          type may have the parameters that Accept may have
 * returns  FHB_OK and *form | FHB_E_FORMAT
 * source   FHIR http.html, _format and mime-type; binary.html, rest
 * test     t/unit/test_accept.c
 */

fhb_must_check fhb_rc_t fhb_accept_format(fhb_form_t *form, fhb_str_t value,
    fhb_version_t version);


/*
 * fhb_accept_choose - choose the form for a stored type.
 *
 * shape    stored: NULL when its type cannot be parsed: then the document is
 *          application/octet-stream
 * returns  FHB_OK and *choice | FHB_E_NOT_ACCEPTABLE; *choice is then empty
 * memory   none
 * source   FHIR binary.html, rest; RFC 9110 s.12.4, s.12.5.1; README, "The
 *          form"
 * test     t/unit/test_accept.c, t/fuzz/fuzz_accept.c
 */

fhb_must_check fhb_rc_t fhb_accept_choose(fhb_choice_t *choice,
    const fhb_preference_t *pref, const fhb_media_t *stored);


/*
 * fhb_accept_may_fhir - whether some stored type could leave in a FHIR form.
 *
 * returns  0 only when every choice is native or a refusal
 * test     t/unit/test_accept.c
 */

int fhb_accept_may_fhir(const fhb_preference_t *pref);


/*
 * fhb_accept_error_form - the form of an OperationOutcome for this client.
 *
 * returns  FHB_FORM_JSON or FHB_FORM_XML; the parameters of a range do not
 *          count, whoever asks for another fhirVersion can read this one
 * source   RFC 9110 s.12.1
 * test     t/unit/test_accept.c
 */

fhb_form_t fhb_accept_error_form(const fhb_preference_t *pref);


/*
 * fhb_accept_type - write the Content-Type of a FHIR form.
 *
 * shape    choice: its form is JSON or XML
 * source   FHIR http.html, mime-type and version-parameter
 * test     t/unit/test_accept.c
 */

void fhb_accept_type(fhb_out_t *out, fhb_version_t version,
    const fhb_choice_t *choice);


#pragma GCC visibility pop

#endif /* FHB_ACCEPT_H */
