/*
 * The room's own: what the parsers of a skeleton, fhb_bin_json.c and
 * fhb_bin_xml.c, tell the reader, fhb_bin_read.c.
 */

#ifndef FHB_BIN_SKELETON_H
#define FHB_BIN_SKELETON_H

#include "fhb_bin_read.h"

#pragma GCC visibility push(hidden)


typedef enum {
    FHB_BIN_FIELD_NONE = 0,             /* some other member */
    FHB_BIN_FIELD_ROOT,
    FHB_BIN_FIELD_TYPE,                 /* resourceType, the root's name */
    FHB_BIN_FIELD_ID,
    FHB_BIN_FIELD_META,
    FHB_BIN_FIELD_VERSION_ID,
    FHB_BIN_FIELD_LAST_UPDATED,
    FHB_BIN_FIELD_CONTENT_TYPE,
    FHB_BIN_FIELD_SECURITY,
    FHB_BIN_FIELD_REFERENCE,
    FHB_BIN_FIELD_TAG,                  /* each of meta.tag */
    FHB_BIN_FIELD_SYSTEM,               /* of a tag */
    FHB_BIN_FIELD_CODE,
    FHB_BIN_FIELD_VALUE,
    FHB_BIN_FIELD_SIBLING,              /* JSON: what is said of the value */
    FHB_BIN_FIELD_EXTENSION             /* of the value */
} fhb_bin_field_t;

fhb_assert(bin_seen, FHB_BIN_FIELD_EXTENSION < 32);


typedef struct {
    fhb_bin_meta_t  meta;
    uint32_t        seen;               /* fields, as bits */
    unsigned        binary:1;           /* it says that it is a Binary */
    unsigned        decided:1;          /* META was told */
    unsigned        withheld:1;         /* it says that data is missing */
    unsigned        subsetted:1;        /* the tag that is open: so does its
                                         * code */
    unsigned        foreign:1;          /* but it is another system's */
    unsigned char   version_id[FHB_MAX_ID];
    unsigned char   last_updated[FHB_BIN_MAX_INSTANT];
    unsigned char   content_type[FHB_MAX_MEDIA];
    unsigned char   security_context[FHB_BIN_MAX_REFERENCE];
} fhb_bin_facts_t;


/*
 * A parser's verdicts are FHB_OK or negative.  at_value and at_end say
 * whether the parser, too, sees itself where the scanner found the value, or
 * the end of the resource: two that disagree must not be trusted.
 */

typedef struct {
    fhb_rc_t  (*create)(void **parser, const fhb_alloc_t *alloc,
                        fhb_bin_facts_t *facts);
    fhb_rc_t  (*feed)(void *parser, fhb_str_t in);
    fhb_rc_t  (*finish)(void *parser);
    int       (*at_value)(const void *parser);
    int       (*at_end)(const void *parser);
    void      (*free)(void *parser);
    fhb_rc_t  (*splice)(fhb_splice_scan_t *st, const unsigned char **in,
                        size_t *left, fhb_splice_t *out);
    int       (*plain)(const fhb_splice_scan_t *st);
} fhb_bin_format_t;

extern const fhb_bin_format_t  fhb_bin_json;
extern const fhb_bin_format_t  fhb_bin_xml;


/*
 * fhb_bin_field - what a name means within a field.
 *
 * returns  FHB_OK and *field | FHB_E_BACKEND_RESOURCE for the name of the
 *          value in any place but its own
 */

fhb_must_check fhb_rc_t fhb_bin_field(fhb_bin_field_t *field,
    fhb_bin_field_t parent, fhb_str_t name);


/*
 * fhb_bin_open - note that a field begins.
 *
 * returns  FHB_OK | FHB_E_BACKEND_RESOURCE for one that was there before, or
 *          that comes too late
 */

fhb_must_check fhb_rc_t fhb_bin_open(fhb_bin_facts_t *facts,
    fhb_bin_field_t field);


/*
 * fhb_bin_tag - note that a meta.tag begins, or that it ended.
 */

void fhb_bin_tag(fhb_bin_facts_t *facts, int end);


/*
 * fhb_bin_set - note what a field says.
 *
 * returns  FHB_OK | FHB_E_BACKEND_RESOURCE for a string that is empty, too
 *          long or has control characters, and for another resource type
 */

fhb_must_check fhb_rc_t fhb_bin_set(fhb_bin_facts_t *facts,
    fhb_bin_field_t field, fhb_str_t value);


#pragma GCC visibility pop

#endif /* FHB_BIN_SKELETON_H */
