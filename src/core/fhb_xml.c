/*
 * XML in pieces: libxml2, held to limits.
 */

#include <string.h>
#include <libxml/parser.h>
#include <libxml/uri.h>

#include "fhb_xml.h"


/*
 * Bytes that libxml2 gets at a time.  All the names and attributes in so many
 * are not yet too many, so it is enough to look at the limits in between.
 */

#define FHB_XML_PART  4096


struct fhb_xml_s {
    fhb_alloc_t               alloc;
    xmlParserCtxtPtr          ctxt;
    const fhb_xml_handler_t  *handler;
    void                     *data;
    unsigned                  depth;    /* open elements */
    unsigned                  nspaces;  /* that these declare */
    unsigned short            spaces[FHB_XML_MAX_DEPTH];
                                        /* each of them */
    unsigned                  errors:1; /* libxml2 told of one */
    unsigned                  loose:1;  /* of one that strict is for */
    unsigned                  ended:1;  /* libxml2 was told */
    unsigned                  nomem:1;  /* of one that is about memory */
    unsigned                  started:1;
                                        /* the declaration was judged */
    fhb_rc_t                  rc;       /* FHB_OK while it goes on */
    size_t                    at;       /* offset of what is pending */
    size_t                    counted;  /* bytes of that */
    size_t                    signs;    /* "=" in these */
    size_t                    len;      /* bytes in start */
    unsigned char             start[FHB_XML_MAX_DECL];
                                        /* what is held back until then */
};


static fhb_rc_t fhb_xml_start(fhb_xml_t *xml);
static size_t fhb_xml_begin(fhb_xml_t *xml, fhb_str_t in);
static void fhb_xml_run(fhb_xml_t *xml, const unsigned char *p, size_t len,
    int last);
static int fhb_xml_bad(const fhb_xml_t *xml, int rc);
static int fhb_xml_unreadable(const fhb_xml_t *xml);
static int fhb_xml_fits(fhb_xml_t *xml);
static int fhb_xml_lacks_memory(const fhb_xml_t *xml, int rc);
static void fhb_xml_stop(fhb_xml_t *xml, fhb_rc_t rc);
static fhb_str_t fhb_xml_str(const xmlChar *s);
static void fhb_xml_on_open(void *data, const xmlChar *name,
    const xmlChar *prefix, const xmlChar *uri, int nspaces,
    const xmlChar **spaces, int nattrs, int ndefault, const xmlChar **attrs);
static void fhb_xml_on_close(void *data, const xmlChar *name,
    const xmlChar *prefix, const xmlChar *uri);
static void fhb_xml_on_text(void *data, const xmlChar *text, int len);
static void fhb_xml_on_dtd(void *data, const xmlChar *name,
    const xmlChar *public_id, const xmlChar *system_id);
static void fhb_xml_on_error(void *data, const char *format, ...);
static int fhb_xml_is_uri(const char *s);
static void fhb_xml_on_warning(void *data, const char *format, ...);


fhb_rc_t
fhb_xml_create(fhb_xml_t **out, const fhb_alloc_t *alloc,
    const fhb_xml_handler_t *handler, void *data)
{
    fhb_rc_t    rc;
    fhb_xml_t  *xml;

    *out = NULL;

    xml = alloc->alloc(alloc->ctx, sizeof(fhb_xml_t));
    if (xml == NULL) {
        return FHB_E_NOMEM;
    }

    memset(xml, 0, offsetof(fhb_xml_t, start));

    xml->alloc = *alloc;
    xml->handler = handler;
    xml->data = data;

    rc = fhb_xml_start(xml);

    if (rc != FHB_OK) {
        fhb_xml_free(xml);
        return rc;
    }

    *out = xml;

    return FHB_OK;
}


/*
 * No callback of a tree is set, so none is built.  None of an entity either:
 * the five of XML need none, and others come from a DTD, which ends it all.
 * XML_PARSE_HUGE is not set, so the limits of libxml2 are in force.  Without
 * XML_PARSE_NOENT an attribute's "&amp;" would come as "&#38;"; there is no
 * other entity that it could put in.
 */

static fhb_rc_t
fhb_xml_start(fhb_xml_t *xml)
{
    xmlSAXHandler  sax;

    memset(&sax, 0, sizeof(sax));

    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = fhb_xml_on_open;
    sax.endElementNs = fhb_xml_on_close;
    sax.characters = fhb_xml_on_text;
    sax.cdataBlock = fhb_xml_on_text;
    sax.internalSubset = fhb_xml_on_dtd;
    sax.warning = fhb_xml_on_warning;
    sax.error = fhb_xml_on_error;
    sax.fatalError = fhb_xml_on_error;

    xml->ctxt = xmlCreatePushParserCtxt(&sax, xml, NULL, 0, NULL);
    if (xml->ctxt == NULL) {
        return FHB_E_NOMEM;
    }

    (void) xmlCtxtUseOptions(xml->ctxt, XML_PARSE_NONET | XML_PARSE_NOENT);

    return FHB_OK;
}


void
fhb_xml_free(fhb_xml_t *xml)
{
    fhb_alloc_t  alloc;

    if (xml == NULL) {
        return;
    }

    if (xml->ctxt != NULL) {
        if (xml->ctxt->myDoc != NULL) {
            xmlFreeDoc(xml->ctxt->myDoc);
            xml->ctxt->myDoc = NULL;
        }

        xmlFreeParserCtxt(xml->ctxt);

        /* what it found wrong is kept for the thread, and may quote it */

        xmlResetLastError();
    }

    alloc = xml->alloc;
    alloc.free(alloc.ctx, xml);
}


fhb_rc_t
fhb_xml_feed(fhb_xml_t *xml, fhb_str_t in)
{
    size_t  n;

    if (!xml->started && in.len && xml->rc == FHB_OK) {
        n = fhb_xml_begin(xml, in);
        in.data += n;
        in.len -= n;
    }

    while (in.len && xml->rc == FHB_OK) {
        n = in.len < FHB_XML_PART ? in.len : FHB_XML_PART;

        fhb_xml_run(xml, in.data, n, 0);

        in.data += n;
        in.len -= n;
    }

    return xml->rc;
}


/*
 * Gathers the declaration, byte by byte, and returns how many it took: the
 * one libxml2 obeys must be the one that was judged.
 */

static size_t
fhb_xml_begin(fhb_xml_t *xml, fhb_str_t in)
{
    size_t     n;
    fhb_rc_t   rc;
    fhb_str_t  s;

    s.data = xml->start;

    for (n = 0; n < in.len; /* void */) {
        xml->start[xml->len++] = in.data[n++];
        s.len = xml->len;

        rc = fhb_xml_decl(s, xml->handler->strict);

        if (rc == FHB_AGAIN) {
            continue;
        }

        xml->started = 1;

        if (rc != FHB_OK) {
            fhb_xml_stop(xml, rc);

        } else {
            fhb_xml_run(xml, xml->start, xml->len, 0);
        }

        break;
    }

    return n;
}


fhb_rc_t
fhb_xml_finish(fhb_xml_t *xml)
{
    if (xml->rc == FHB_OK && !xml->started) {
        fhb_xml_run(xml, xml->start, xml->len, 0);
    }

    if (xml->rc == FHB_OK && !xml->ended) {
        xml->ended = 1;
        fhb_xml_run(xml, NULL, 0, 1);
    }

    return xml->rc;
}


static void
fhb_xml_run(fhb_xml_t *xml, const unsigned char *p, size_t len, int last)
{
    int                  rc;
    void                *context;
    xmlGenericErrorFunc  generic;

    /* what a converter of bytes meets is told to the process, not to sax */

    generic = xmlGenericError;
    context = xmlGenericErrorContext;

    xmlSetGenericErrorFunc(NULL, fhb_xml_on_warning);

    xmlResetLastError();

    rc = xmlParseChunk(xml->ctxt, (const char *) p, (int) len, last);

    xmlSetGenericErrorFunc(context, generic);

    if (xml->rc != FHB_OK) {
        return;                         /* a handler's verdict comes first */
    }

    if (rc == XML_ERR_NO_MEMORY || fhb_xml_lacks_memory(xml, rc)) {
        fhb_xml_stop(xml, FHB_E_NOMEM);
        return;
    }

    if (fhb_xml_bad(xml, rc)) {
        fhb_xml_stop(xml, FHB_E_SYNTAX);
        return;
    }

    if (!fhb_xml_fits(xml)) {
        fhb_xml_stop(xml, FHB_E_TOO_LARGE);
    }
}


/*
 * A byte that its encoding does not have stops libxml2, which then takes all
 * that follows for nothing, and the document for well-formed: only the result
 * says so.
 */

static int
fhb_xml_bad(const fhb_xml_t *xml, int rc)
{
    if (!xml->ctxt->wellFormed || xml->errors || fhb_xml_unreadable(xml)) {
        return 1;
    }

    if (xml->loose && !xml->handler->strict) {
        return rc != XML_ERR_OK && rc != XML_NS_ERR_UNDEFINED_NAMESPACE
               && rc != XML_WAR_NS_URI;
    }

    return rc != XML_ERR_OK || xml->loose;
}


/* a converter has met such a byte, which it may tell its buffer alone */

static int
fhb_xml_unreadable(const fhb_xml_t *xml)
{
    const xmlError           *error;
    const xmlParserInputPtr   input = xml->ctxt->input;

    error = xmlGetLastError();

    if (error != NULL && (error->code == XML_IO_ENCODER
                          || error->code == XML_I18N_CONV_FAILED))
    {
        return 1;
    }

    return input != NULL && input->buf != NULL
           && input->buf->error == XML_IO_ENCODER;
}


/*
 * libxml2 keeps each name of a document once, and compares each attribute of
 * an element with all the others.  It reads a start tag when all of it is
 * there: "=" tells before how many attributes it may have.  Values may hold
 * that, too, so that it may stand there more often.
 */

static int
fhb_xml_fits(fhb_xml_t *xml)
{
    size_t             at, pending;
    const xmlChar     *p;
    xmlParserInputPtr  input;

    if (xmlDictGetUsage(xml->ctxt->dict) > FHB_XML_MAX_NAMES) {
        return 0;
    }

    input = xml->ctxt->input;
    pending = (input != NULL) ? (size_t) (input->end - input->cur) : 0;

    if (pending <= FHB_XML_PART) {
        return 1;
    }

    if (pending > FHB_XML_MAX_PENDING) {
        return 0;
    }

    p = input->cur;

    if (p[0] != '<' || p[1] == '!' || p[1] == '?') {
        return 1;
    }

    at = (size_t) input->consumed + (size_t) (p - input->base);

    if (at != xml->at || pending < xml->counted) {
        xml->at = at;
        xml->counted = 0;
        xml->signs = 0;
    }

    for (p += xml->counted; p < input->end; p++) {
        xml->signs += (*p == '=');
    }

    xml->counted = pending;

    return xml->signs <= 4 * FHB_XML_MAX_ATTRS;
}


/*
 * The buffers and dictionaries of libxml2 know no parser: what they lack is
 * told to the thread, and the parser goes on to call the document bad, or
 * ends in silence with a document that it has found no fault with, as it also
 * does for a byte that its encoding does not have.
 */

static int
fhb_xml_lacks_memory(const fhb_xml_t *xml, int rc)
{
    const xmlError  *error;

    error = xmlGetLastError();

    return xml->nomem
           || (error != NULL && error->code == XML_ERR_NO_MEMORY)
           || (xml->ctxt->wellFormed && xml->ctxt->disableSAX
               && rc != XML_ERR_INVALID_ENCODING
               && !fhb_xml_unreadable(xml));
}


static void
fhb_xml_stop(fhb_xml_t *xml, fhb_rc_t rc)
{
    if (xml->rc == FHB_OK) {
        xml->rc = rc;
        xmlStopParser(xml->ctxt);
    }
}


/* localname, prefix, namespace, first byte, end: libxml2's five for each */

fhb_rc_t
fhb_xml_attr(const fhb_xml_tag_t *tag, fhb_str_t name, fhb_str_t *value)
{
    int                   i;
    fhb_str_t             s;
    const unsigned char **a;

    for (i = 0; i < tag->nattrs; i++) {
        a = tag->attrs + 5 * i;
        s = fhb_xml_str(a[0]);

        if (a[1] == NULL && s.len == name.len
            && memcmp(s.data, name.data, s.len) == 0)
        {
            value->data = a[3];
            value->len = (size_t) (a[4] - a[3]);
            return FHB_OK;
        }
    }

    value->data = NULL;
    value->len = 0;

    return FHB_ABSENT;
}


static fhb_str_t
fhb_xml_str(const xmlChar *s)
{
    fhb_str_t  str;

    str.data = s;
    str.len = (s != NULL) ? (size_t) xmlStrlen(s) : 0;

    return str;
}


static void
fhb_xml_on_open(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nspaces, const xmlChar **spaces, int nattrs,
    int ndefault, const xmlChar **attrs)
{
    fhb_rc_t        rc;
    fhb_xml_t      *xml = data;
    fhb_xml_tag_t   tag;

    (void) prefix;
    (void) spaces;
    (void) ndefault;

    if (xml->rc != FHB_OK) {
        return;
    }

    if (xml->depth == FHB_XML_MAX_DEPTH
        || nattrs + nspaces > FHB_XML_MAX_ATTRS
        || xml->nspaces + nspaces > FHB_XML_MAX_SPACES)
    {
        fhb_xml_stop(xml, FHB_E_TOO_LARGE);
        return;
    }

    tag.space = fhb_xml_str(uri);
    tag.name = fhb_xml_str(name);
    tag.depth = xml->depth;
    tag.nattrs = nattrs;
    tag.attrs = attrs;

    xml->nspaces += nspaces;
    xml->spaces[xml->depth] = (unsigned short) nspaces;
    xml->depth++;

    rc = xml->handler->open(xml->data, &tag);

    if (rc != FHB_OK) {
        fhb_xml_stop(xml, rc);
    }
}


static void
fhb_xml_on_close(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
    fhb_rc_t    rc;
    fhb_xml_t  *xml = data;

    (void) name;
    (void) prefix;
    (void) uri;

    if (xml->rc != FHB_OK || xml->depth == 0) {
        return;
    }

    xml->depth--;
    xml->nspaces -= xml->spaces[xml->depth];

    if (xml->handler->close != NULL) {
        rc = xml->handler->close(xml->data, xml->depth);

        if (rc != FHB_OK) {
            fhb_xml_stop(xml, rc);
        }
    }
}


static void
fhb_xml_on_text(void *data, const xmlChar *text, int len)
{
    fhb_rc_t    rc;
    fhb_str_t   s;
    fhb_xml_t  *xml = data;

    if (xml->rc != FHB_OK || xml->handler->text == NULL || len <= 0) {
        return;
    }

    s.data = text;
    s.len = (size_t) len;

    rc = xml->handler->text(xml->data, s);

    if (rc != FHB_OK) {
        fhb_xml_stop(xml, rc);
    }
}


static void
fhb_xml_on_dtd(void *data, const xmlChar *name, const xmlChar *public_id,
    const xmlChar *system_id)
{
    fhb_xml_t  *xml = data;

    (void) name;
    (void) public_id;
    (void) system_id;

    fhb_xml_stop(xml, FHB_E_SYNTAX);
}


static void
fhb_xml_on_error(void *data, const char *format, ...)
{
    fhb_xml_t       *xml = data;
    const xmlError  *error;

    (void) format;

    error = xmlCtxtGetLastError(xml->ctxt);

    if (error != NULL && error->code == XML_ERR_NO_MEMORY) {
        xml->nomem = 1;
    }

    /* str1 is the prefix, where there is one */

    if (error != NULL && error->code == XML_WAR_NS_URI && xml->handler->strict
        && fhb_xml_is_uri(error->str2 ? error->str2 : error->str1))
    {
        xml->nomem = 1;
    }

    if (error != NULL
        && (error->code == XML_NS_ERR_UNDEFINED_NAMESPACE
            || error->code == XML_WAR_NS_URI))
    {
        xml->loose = 1;
        return;
    }

    xml->errors = 1;
}


/* a namespace is called no URI, too, where memory lacks to look at it */

static int
fhb_xml_is_uri(const char *s)
{
    xmlURIPtr        uri;
    const xmlError  *error;

    if (s == NULL) {
        return 1;
    }

    xmlResetLastError();

    uri = xmlParseURI(s);
    error = xmlGetLastError();

    if (uri != NULL) {
        xmlFreeURI(uri);
        return 1;
    }

    return error != NULL && error->code == XML_ERR_NO_MEMORY;
}


/* without one, libxml2 writes to stderr */

static void
fhb_xml_on_warning(void *data, const char *format, ...)
{
    (void) data;
    (void) format;
}
