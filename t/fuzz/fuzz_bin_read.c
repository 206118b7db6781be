/*
 * The reader of a Binary: one story however the bytes are cut; and what it
 * takes for whole, a tree of the document says too, member by member.  XML
 * is what begins with "<".
 */

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>

#include "fhb_bin_read.h"
#include "fhb_json_tree.h"


typedef struct {
    fhb_rc_t         rc;
    unsigned         told;
    size_t           before;            /* bytes of DATA before META */
    size_t           n;
    char            *data;
    fhb_bin_read_t  *reader;
    fhb_bin_meta_t   meta;
} story_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(int ok)
{
    if (!ok) {
        abort();
    }
}


static void *
plain_alloc(void *ctx, size_t size)
{
    (void) ctx;

    return malloc(size ? size : 1);
}


static void
plain_free(void *ctx, void *p)
{
    (void) ctx;

    free(p);
}


static const fhb_alloc_t  plain = { plain_alloc, plain_free, NULL };


/* a caller may take characters of the value by itself, where it is told so */

static void
take(story_t *s, const unsigned char **p, size_t *left)
{
    while (*left && fhb_bin_read_plain(s->reader)
           && (isalnum(**p) || **p == '+' || **p == '/'))
    {
        s->data[s->n++] = (char) **p;
        (*p)++;
        (*left)--;
    }
}


/* seed: 0 for one piece, 1 for single bytes, else pieces of 1 to 16 bytes */

static void
tell(story_t *s, fhb_form_t form, const uint8_t *data, size_t size,
    uint32_t seed)
{
    int                   takes;
    size_t                n, left;
    uint8_t              *copy;
    fhb_bin_event_t       event;
    const unsigned char  *p;

    memset(s, 0, sizeof(story_t));
    takes = seed & 1;

    s->data = malloc(size + 1);
    s->rc = FHB_AGAIN;
    check(fhb_bin_read_create(&s->reader, &plain, form) == FHB_OK);

    while (size && s->rc >= 0) {
        n = size;

        if (seed) {
            n = 1;

            if (seed > 1) {
                seed = seed * 1664525 + 1013904223;
                n = 1 + (seed >> 28);
                n = n < size ? n : size;
            }
        }

        copy = malloc(n);
        memcpy(copy, data, n);

        p = copy;
        left = n;

        for ( ;; ) {

            if (takes) {
                take(s, &p, &left);
            }

            s->rc = fhb_bin_read_feed(s->reader, &p, &left, &event);

            if (s->rc != FHB_OK) {
                break;
            }

            if (event.type == FHB_BIN_META) {
                check(!s->told);
                s->told = 1;
                s->before = s->n;
                s->meta = *event.meta;

            } else {
                check(event.type == FHB_BIN_DATA && event.data.len);
                memcpy(s->data + s->n, event.data.data, event.data.len);
                s->n += event.data.len;
            }
        }

        check(s->rc < 0 || left == 0);

        free(copy);
        data += n;
        size -= n;
    }

    s->rc = fhb_bin_read_end(s->reader);

    if (s->rc == FHB_OK) {
        check(s->told && s->meta.empty == (s->n == 0));
    }
}


static void
forget(story_t *s)
{
    free(s->data);
    fhb_bin_read_free(s->reader);
}


static int
same(fhb_str_t a, fhb_str_t b)
{
    return a.len == b.len && (a.len == 0
                              || memcmp(a.data, b.data, a.len) == 0);
}


static size_t
squeeze(char *to, const void *from, size_t len)
{
    size_t       i, n;
    const char  *p = from;

    for (i = 0, n = 0; i < len; i++) {
        if (p[i] != ' ' && p[i] != '\t' && p[i] != '\n' && p[i] != '\r') {
            to[n++] = p[i];
        }
    }

    return n;
}


static void
compare_values(const story_t *s, fhb_str_t value)
{
    char    *a, *b;
    size_t   na, nb;

    a = malloc(s->n + 1);
    b = malloc(value.len + 1);
    na = squeeze(a, s->data, s->n);
    nb = squeeze(b, value.data, value.len);

    check(na == nb && memcmp(a, b, na) == 0);

    free(a);
    free(b);
}


/* Nothing says that the data is not here, or not all of it. */

static void
check_whole(const fhb_json_node_t *root, size_t n)
{
    size_t                  i;
    fhb_str_t               value;
    const fhb_json_node_t  *node;
    static const fhb_str_t  siblings[] = {
        fhb_string("_data"), fhb_string("_content")
    };
    static const fhb_str_t   path[] = {
        fhb_string("meta"), fhb_string("tag"), fhb_string("extension"),
        fhb_string("code"), fhb_string("system"), fhb_string("SUBSETTED")
    };

    for (i = 0; i < 2; i++) {
        node = fhb_json_member(root, siblings[i]);

        check(node == NULL || n);
        check(fhb_json_member(node, path[2]) == NULL);
    }

    node = fhb_json_member(fhb_json_member(root, path[0]), path[1]);

    if (node == NULL || node->type != FHB_JSON_ARRAY) {
        return;
    }

    for (node = node->first; node != NULL; node = node->next) {
        check(!fhb_json_is(fhb_json_member(node, path[3]), path[5])
              || fhb_json_string(fhb_json_member(node, path[4]), &value)
                 == FHB_OK);
    }
}


static void
compare_with_json(const story_t *s, const uint8_t *data, size_t size)
{
    fhb_str_t               in, value;
    fhb_json_t             *json;
    const fhb_json_node_t  *root, *node;
    static const fhb_str_t  none = fhb_null_string;
    static const fhb_str_t  names[] = {
        fhb_string("data"), fhb_string("content"), fhb_string("contentType"),
        fhb_string("resourceType"), fhb_string("Binary")
    };

    in.data = data;
    in.len = size;

    if (size > 2 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        in.data += 3;
        in.len -= 3;
    }

    check(fhb_json_parse(&json, &plain, in) == FHB_OK);

    root = fhb_json_root(json);

    check(fhb_json_is(fhb_json_member(root, names[3]), names[4]));

    value = none;

    if (fhb_json_string(fhb_json_member(root, names[2]), &value) != FHB_OK) {
        value = none;
    }

    check(same(s->meta.content_type, value));

    node = fhb_json_member(root, names[0]);

    if (node == NULL) {
        node = fhb_json_member(root, names[1]);
    }

    if (node == NULL) {
        check(s->n == 0);

    } else {
        check(node->type == FHB_JSON_STRING && s->n);
        compare_values(s, node->value);
    }

    check_whole(root, s->n);

    fhb_json_free(json);
}


static void
compare_with_xml(const story_t *s, const uint8_t *data, size_t size)
{
    xmlChar    *attr;
    xmlDocPtr   doc;
    fhb_str_t   value;
    xmlNodePtr  root, node;
    unsigned    values;

    doc = xmlReadMemory((const char *) data, (int) size, "x", NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR
                        | XML_PARSE_NOWARNING | XML_PARSE_HUGE);
    check(doc != NULL && doc->intSubset == NULL);

    root = xmlDocGetRootElement(doc);

    check(xmlStrEqual(root->name, (const xmlChar *) "Binary"));
    check(xmlStrEqual(root->ns->href,
                      (const xmlChar *) "http://hl7.org/fhir"));
    values = 0;

    for (node = root->children; node != NULL; node = node->next) {

        if (node->type != XML_ELEMENT_NODE) {
            continue;
        }

        attr = xmlGetNoNsProp(node, (const xmlChar *) "value");
        value.data = attr;
        value.len = attr ? (size_t) xmlStrlen(attr) : 0;

        if (xmlStrEqual(node->name, (const xmlChar *) "contentType")) {
            check(same(s->meta.content_type, value));
        }

        if (xmlStrEqual(node->name, (const xmlChar *) "data")
            || xmlStrEqual(node->name, (const xmlChar *) "content"))
        {
            check(s->n && xmlFirstElementChild(node) == NULL);
            compare_values(s, value);
            values++;
        }

        xmlFree(attr);
    }

    check(values == 1 || (values == 0 && s->n == 0));

    xmlFreeDoc(doc);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t      i;
    story_t     whole, other;
    uint32_t    seed;
    fhb_form_t  form;

    i = (size > 2 && memcmp(data, "\xef\xbb\xbf", 3) == 0) ? 3 : 0;

    while (i < size && (data[i] == ' ' || data[i] == '\n')) {
        i++;
    }

    form = (i < size && data[i] == '<') ? FHB_FORM_XML : FHB_FORM_JSON;

    tell(&whole, form, data, size, 0);

    for (seed = 1; seed < 4; seed++) {
        tell(&other, form, data, size, seed);

        check(other.rc == whole.rc);

        if (whole.rc == FHB_OK) {
            check(other.before == whole.before || whole.before == whole.n);
            check(other.n == whole.n);
            check(memcmp(other.data, whole.data, whole.n) == 0);
            check(same(other.meta.version_id, whole.meta.version_id));
            check(same(other.meta.last_updated, whole.meta.last_updated));
            check(same(other.meta.content_type, whole.meta.content_type));
            check(same(other.meta.security_context,
                       whole.meta.security_context));
            check(other.meta.empty == whole.meta.empty);
        }

        forget(&other);
    }

    if (whole.rc == FHB_OK) {
        if (form == FHB_FORM_XML) {
            compare_with_xml(&whole, data, size);

        } else {
            compare_with_json(&whole, data, size);
        }
    }

    forget(&whole);

    return 0;
}
