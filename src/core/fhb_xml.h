/*
 * XML that comes in pieces, as events: no tree, no DTD, no entity but the
 * five of XML itself, no network, no message to anyone.
 *
 * libxml2 is known to fhb_xml.c only.
 */

#ifndef FHB_XML_H
#define FHB_XML_H

#include "fhb.h"

#pragma GCC visibility push(hidden)


#define FHB_XML_MAX_PENDING  262144     /* bytes that a tag or comment spans */
#define FHB_XML_MAX_DEPTH    200        /* open elements */
#define FHB_XML_MAX_ATTRS    128        /* attributes of an element, and the
                                         * namespaces that it declares */
#define FHB_XML_MAX_SPACES   64         /* declared in open elements */
#define FHB_XML_MAX_NAMES    65536      /* bytes of all names, each once, as
                                         * libxml2 counts them: in blocks of
                                         * 1, 4, 16 ... thousand */
#define FHB_XML_MAX_DECL     512        /* bytes of the declaration */


/* a start tag; the strings are gone when the handler returns */

typedef struct {
    fhb_str_t             space;        /* the namespace; empty: none */
    fhb_str_t             name;         /* local */
    unsigned              depth;        /* open elements around it */
    int                   nattrs;
    const unsigned char **attrs;        /* of the door, for fhb_xml_attr() */
} fhb_xml_tag_t;


/*
 * Anything but FHB_OK ends the parsing and is what feed or finish returns.
 * text may come in pieces; text, like close, may be NULL.
 */

typedef struct {
    fhb_rc_t  (*open)(void *data, const fhb_xml_tag_t *tag);
    fhb_rc_t  (*close)(void *data, unsigned depth);
    fhb_rc_t  (*text)(void *data, fhb_str_t text);
    int         strict;                 /* not 0: UTF-8 and nothing else;
                                         * a prefix that is not declared is
                                         * an error, and so is a namespace
                                         * that is no URI */
} fhb_xml_handler_t;

typedef struct fhb_xml_s  fhb_xml_t;


/*
 * fhb_xml_create - start a document that comes in pieces.
 *
 * shape    handler: static
 * returns  FHB_OK and *xml | FHB_E_NOMEM
 * memory   about 1 KiB from alloc, which must outlive the parser; libxml2
 *          has its own allocator and takes about 12 KiB, and for what it
 *          holds back of the input and for names not more than 1 MiB; free
 *          it with fhb_xml_free()
 * test     t/unit/test_xml.c
 */

fhb_must_check fhb_rc_t fhb_xml_create(fhb_xml_t **xml,
    const fhb_alloc_t *alloc, const fhb_xml_handler_t *handler, void *data);


/*
 * fhb_xml_feed - parse the next piece.
 *
 * shape    in: any length, may split anything
 * returns  FHB_OK, the piece is consumed | FHB_E_SYNTAX, for any DTD too,
 *          and for an encoding but UTF-8, UTF-16, ISO 8859, windows-125x |
 *          FHB_E_TOO_LARGE past a limit above | FHB_E_NOMEM | what the
 *          handler returned; the result of a parser that has failed stays
 * source   XML 1.0, Namespaces in XML 1.0
 * test     t/unit/test_xml.c, t/unit/test_nomem.c, t/fuzz/fuzz_cda.c
 *
 * A caller gathers what comes in short pieces: libxml2 may look at all of a
 * tag, a comment or the like again for each of them.
 */

fhb_must_check fhb_rc_t fhb_xml_feed(fhb_xml_t *xml, fhb_str_t in);


/*
 * fhb_xml_finish - say that there is no more.
 *
 * returns  FHB_OK when it was one whole document | as fhb_xml_feed(); the
 *          same when it is said again
 */

fhb_must_check fhb_rc_t fhb_xml_finish(fhb_xml_t *xml);


/* xml may be NULL */

void fhb_xml_free(fhb_xml_t *xml);


/*
 * fhb_xml_attr - find an attribute that is in no namespace.
 *
 * shape    name: a literal's bytes
 * returns  FHB_OK and *value, references undone | FHB_ABSENT without one
 */

fhb_must_check fhb_rc_t fhb_xml_attr(const fhb_xml_tag_t *tag,
    fhb_str_t name, fhb_str_t *value);


/*
 * fhb_xml_decl - the room's own: judge the encoding that a document declares.
 *
 * shape    start: all of its bytes so far, FHB_XML_MAX_DECL at most
 * returns  FHB_OK | FHB_AGAIN, more bytes must come | FHB_E_SYNTAX
 * test     t/unit/test_xml.c
 */

fhb_must_check fhb_rc_t fhb_xml_decl(fhb_str_t start, int strict);


#pragma GCC visibility pop

#endif /* FHB_XML_H */
