/*
 * Media types, Accept and _format: which form a document leaves in.
 */

#ifndef FHB_MEDIA_H
#define FHB_MEDIA_H

#include "fhb.h"
#include "fhb_out.h"

#pragma GCC visibility push(hidden)


/* a parsed media type or media range; the strings point into the source */

typedef struct {
    fhb_str_t   type;
    fhb_str_t   subtype;
    fhb_str_t   params;                 /* raw, from the first ";" on */
} fhb_media_t;


/* one member of Accept */

typedef struct {
    fhb_media_t  range;                 /* params without the weight */
    int          q;                     /* 0 .. 1000 */
} fhb_range_t;


typedef struct {
    size_t       n;                     /* members of ranges */
    int          present;               /* not 0: some line had content */
    fhb_range_t  ranges[FHB_MAX_RANGES];
} fhb_accept_t;


/* what a request asks for, and how its location answers */

typedef struct {
    fhb_version_t        version;
    const fhb_accept_t  *accept;        /* NULL: no Accept */
    fhb_form_t           format;        /* of _format; FHB_FORM_NONE: none */
    unsigned             lenient:1;     /* fhir_binary_accept */
    unsigned             fhir:1;        /* fhir_binary_default */
} fhb_wish_t;


typedef struct {
    fhb_form_t  form;
    unsigned    legacy:1;               /* answer with the legacy FHIR name
                                         * (on DSTU2: with the newer one) */
    unsigned    echo:1;                 /* answer with fhirVersion */
} fhb_choice_t;


/* how careful a browser must be with a native document, spec-facts j */

typedef enum {
    FHB_MEDIA_ACTIVE = 0,               /* can script, or is not known */
    FHB_MEDIA_HTML,                     /* active, and shown as a page */
    FHB_MEDIA_PASSIVE
} fhb_media_risk_t;


/*
 * fhb_media_parse - split a media type such as a stored contentType.
 *
 * shape    s: as received; leading and trailing blanks are passed over
 * returns  FHB_OK | FHB_E_BACKEND_TYPE for anything that is no type/subtype
 *          *(;name=value), is longer than FHB_MAX_MEDIA or holds controls
 * memory   none
 * source   RFC 9110 s.8.3.1, spec-facts b (stored contentType hygiene)
 * test     t/unit/test_media.c, t/fuzz/fuzz_media.c
 */

fhb_must_check fhb_rc_t fhb_media_parse(fhb_media_t *m, fhb_str_t s);


/*
 * fhb_media_param - the value of a parameter, quotes and escapes undone.
 *
 * shape    name: lower case; out: receives the value
 * returns  FHB_OK | FHB_DONE when there is none
 */

fhb_must_check fhb_rc_t fhb_media_param(const fhb_media_t *m, fhb_str_t name,
    fhb_out_t *out);


/*
 * fhb_media_fhir - which FHIR form a type names, under any of its names.
 *
 * returns  FHB_FORM_JSON | FHB_FORM_XML | FHB_FORM_NONE
 */

fhb_form_t fhb_media_fhir(const fhb_media_t *m);


/*
 * fhb_media_is - whether a type is this type/subtype, parameters aside.
 *
 * shape    name: such as "application/pdf", lower case
 */

int fhb_media_is(const fhb_media_t *m, fhb_str_t name);


fhb_media_risk_t fhb_media_risk(const fhb_media_t *m);


/*
 * fhb_media_extension - a file name's extension for a type, without the dot.
 *
 * returns  such as "pdf"; "bin" for a type that is not known
 */

fhb_str_t fhb_media_extension(const fhb_media_t *m);


/*
 * fhb_accept_parse - read all Accept lines of a request.
 *
 * shape    lines: n values in the order of the header
 * returns  FHB_OK, invalid members are left out | FHB_E_ACCEPT_TOO_LONG past
 *          FHB_MAX_ACCEPT bytes or FHB_MAX_RANGES members
 * memory   none; the ranges point into the lines
 * source   RFC 9110 s.12.5.1, spec-facts b.3
 * test     t/unit/test_accept.c, t/fuzz/fuzz_accept.c
 */

fhb_must_check fhb_rc_t fhb_accept_parse(fhb_accept_t *a,
    const fhb_str_t *lines, size_t n);


/*
 * fhb_accept_format - what a value of _format names.
 *
 * shape    value: percent-decoded, not empty; "+" and " " are equal
 * returns  FHB_OK and *form | FHB_E_FORMAT
 * source   spec-facts b.1, b.4
 * test     t/unit/test_accept.c
 */

fhb_must_check fhb_rc_t fhb_accept_format(fhb_form_t *form, fhb_str_t value,
    fhb_version_t version);


/*
 * fhb_accept_choose - choose the form for a stored type.
 *
 * shape    stored: NULL when its type cannot be parsed: then the document is
 *          application/octet-stream
 * returns  FHB_OK and *choice | FHB_E_NOT_ACCEPTABLE
 * memory   none
 * source   spec-facts b.2 to b.5, design 2.5 (lenient, default)
 * test     t/unit/test_accept.c, t/negotiation_*.t
 */

fhb_must_check fhb_rc_t fhb_accept_choose(fhb_choice_t *choice,
    const fhb_wish_t *wish, const fhb_media_t *stored);


/*
 * fhb_accept_may_fhir - whether some stored type could leave in a FHIR form.
 *
 * returns  0 only when every choice is native or a refusal
 */

int fhb_accept_may_fhir(const fhb_wish_t *wish);


/*
 * fhb_accept_error_form - the form of an OperationOutcome for this client.
 *
 * returns  FHB_FORM_JSON or FHB_FORM_XML
 * source   spec-facts b.5 (errors)
 */

fhb_form_t fhb_accept_error_form(const fhb_wish_t *wish);


/*
 * fhb_accept_type - write the Content-Type of a FHIR form.
 *
 * shape    choice: its form is JSON or XML
 * source   spec-facts b.1 (response Content-Type)
 */

void fhb_accept_type(fhb_out_t *out, fhb_version_t version,
    const fhb_choice_t *choice);


#pragma GCC visibility pop

#endif /* FHB_MEDIA_H */
