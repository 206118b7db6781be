/*
 * Media types: what they name, their parameters, and how a browser takes
 * them.
 */

#ifndef FHB_MEDIA_H
#define FHB_MEDIA_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


/* a parsed media type or media range; the strings point into the source */

typedef struct {
    fhb_str_t   type;
    fhb_str_t   subtype;
    fhb_str_t   params;                 /* raw, from the first ";" on */
} fhb_media_t;


/* one parameter, and the cursor that steps to it */

typedef struct {
    fhb_str_t   rest;                   /* begins as params */
    fhb_str_t   name;
    fhb_str_t   value;                  /* raw: a token or a quoted-string */
} fhb_media_param_t;


/* how careful a browser must be with a native document */

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
 *          *(;name=value), is a range, is longer than FHB_MAX_MEDIA, has more
 *          than FHB_MAX_PARAMS parameters or holds controls; *m is then empty
 * memory   none
 * source   RFC 9110 s.8.3.1; FHIR binary.html, contentType
 * test     t/unit/test_media.c, t/fuzz/fuzz_media.c
 */

fhb_must_check fhb_rc_t fhb_media_parse(fhb_media_t *m, fhb_str_t s);


/*
 * fhb_media_split - the same by grammar alone: no limits, and "*" is a name
 * like any other; for a member of Accept and the like.
 *
 * returns  FHB_OK | FHB_E_SYNTAX, *m is then empty
 */

fhb_must_check fhb_rc_t fhb_media_split(fhb_media_t *m, fhb_str_t s);


/*
 * fhb_media_next - step to the next parameter.
 *
 * shape    p: its rest is set to params, which are empty or *(OWS ";" ...)
 * returns  FHB_OK | FHB_DONE | FHB_E_SYNTAX, which the params of a parsed
 *          type do not give
 */

fhb_must_check fhb_rc_t fhb_media_next(fhb_media_param_t *p);


/*
 * fhb_media_fhir - which FHIR form a type names, under any of its names.
 *
 * returns  FHB_FORM_JSON | FHB_FORM_XML | FHB_FORM_NONE
 * source   FHIR http.html, mime-type
 */

fhb_form_t fhb_media_fhir(const fhb_media_t *m);


/*
 * fhb_media_syntax - which generic format the bytes of a type are in.
 *
 * returns  FHB_FORM_JSON for application/json, text/json and a suffix +json,
 *          FHB_FORM_XML likewise, else FHB_FORM_NONE; the FHIR names of
 *          DSTU2 count as well
 * source   FHIR binary.html, rest; RFC 6839
 */

fhb_form_t fhb_media_syntax(const fhb_media_t *m);


/*
 * fhb_media_is - whether a type is this type/subtype, parameters aside.
 *
 * shape    name: such as "application/pdf"
 */

int fhb_media_is(const fhb_media_t *m, fhb_str_t name);


/*
 * fhb_media_risk - how a browser must be held with a document of this type.
 *
 * returns  FHB_MEDIA_ACTIVE for anything that is not known to be harmless
 * source   FHIR binary.html, security; README, "Security"
 */

fhb_media_risk_t fhb_media_risk(const fhb_media_t *m);


/*
 * fhb_media_extension - a file name's extension for a type, without the dot.
 *
 * returns  such as "pdf"; "bin" for a type that is not known
 */

fhb_str_t fhb_media_extension(const fhb_media_t *m);


#pragma GCC visibility pop

#endif /* FHB_MEDIA_H */
