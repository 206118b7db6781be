/*
 * A Bundle that tells whose a document is.
 *
 *     Bundle.link[]
 *         .relation = "next"
 *         .url = *any "?" query [ "#" *any ]
 *
 *     Bundle.entry[].resource
 *         DocumentReference
 *             .subject.reference
 *             .content[].attachment.url
 *         DiagnosticReport
 *             .subject.reference
 *             .presentedForm[].url
 */

#include "fhb_bundle.h"
#include "fhb_error.h"
#include "fhb_json_tree.h"
#include "fhb_reference.h"
#include "fhb_route.h"
#include "fhb_text.h"


struct fhb_bundle_s {
    fhb_alloc_t  alloc;
    fhb_json_t  *json;
};


static fhb_rc_t fhb_bundle_search(const fhb_bundle_query_t *query,
    const fhb_json_node_t *bundle);
static fhb_rc_t fhb_bundle_next(const fhb_bundle_query_t *query,
    const fhb_json_node_t *bundle, fhb_out_t *next);
static fhb_str_t fhb_bundle_args(fhb_str_t url);
static int fhb_bundle_visible(fhb_str_t s);
static int fhb_bundle_entry(const fhb_bundle_query_t *query,
    const fhb_json_node_t *resource);
static int fhb_bundle_withdrawn(const fhb_json_node_t *resource);
static int fhb_bundle_mistaken(const fhb_json_node_t *code);
static int fhb_bundle_subject(const fhb_bundle_query_t *query,
    const fhb_json_node_t *resource);
static int fhb_bundle_attachments(const fhb_bundle_query_t *query,
    const fhb_json_node_t *list, fhb_str_t name);
static int fhb_bundle_url(const fhb_bundle_query_t *query,
    const fhb_json_node_t *node);
static const fhb_json_node_t *fhb_bundle_plain(const fhb_json_node_t *node);
static const fhb_json_node_t *fhb_bundle_items(const fhb_json_node_t *array);


static const fhb_str_t  fhb_bundle_type = fhb_string("resourceType");


fhb_rc_t
fhb_bundle_create(fhb_bundle_t **out, const fhb_alloc_t *alloc)
{
    fhb_rc_t       rc;
    fhb_bundle_t  *bundle;

    *out = NULL;

    bundle = alloc->alloc(alloc->ctx, sizeof(fhb_bundle_t));
    if (bundle == NULL) {
        return FHB_E_NOMEM;
    }

    bundle->alloc = *alloc;

    rc = fhb_json_create(&bundle->json, alloc, FHB_MAX_BUNDLE,
                        FHB_MAX_BUNDLE_STRING);

    if (rc != FHB_OK) {
        fhb_bundle_free(bundle);
        return rc;
    }

    *out = bundle;

    return FHB_OK;
}


fhb_rc_t
fhb_bundle_feed(fhb_bundle_t *bundle, fhb_str_t in)
{
    return fhb_error_as(fhb_json_add(bundle->json, in),
                        FHB_E_PATIENT_UNAVAILABLE);
}


void
fhb_bundle_free(fhb_bundle_t *bundle)
{
    fhb_alloc_t  alloc;

    if (bundle == NULL) {
        return;
    }

    alloc = bundle->alloc;

    fhb_json_free(bundle->json);
    alloc.free(alloc.ctx, bundle);
}


fhb_rc_t
fhb_bundle_owner(fhb_bundle_t *bundle, const fhb_bundle_query_t *query,
    fhb_out_t *next)
{
    fhb_rc_t                rc;
    fhb_str_t               patient;
    const fhb_json_node_t  *root;

    static const fhb_str_t  type = fhb_string("Bundle");

    if (fhb_reference_patient(query->patient, query->base, &patient)
        != FHB_OK)
    {
        return FHB_E_PATIENT_MISSING;
    }

    if (!fhb_route_id_valid(query->id)) {
        return FHB_E_PATIENT;
    }

    rc = fhb_error_as(fhb_json_end(bundle->json), FHB_E_PATIENT_UNAVAILABLE);

    if (rc != FHB_OK) {
        return rc;
    }

    root = fhb_json_root(bundle->json);

    if (!fhb_json_is(fhb_json_member(root, fhb_bundle_type), type)) {
        return FHB_E_PATIENT_UNAVAILABLE;
    }

    rc = fhb_bundle_search(query, root);

    return rc == FHB_E_PATIENT ? fhb_bundle_next(query, root, next) : rc;
}


static fhb_rc_t
fhb_bundle_search(const fhb_bundle_query_t *query,
    const fhb_json_node_t *bundle)
{
    const fhb_json_node_t  *entry, *resource;

    static const fhb_str_t  name_entry = fhb_string("entry");
    static const fhb_str_t  name_resource = fhb_string("resource");

    bundle = fhb_bundle_plain(bundle);
    entry = fhb_bundle_items(fhb_json_member(bundle, name_entry));

    for ( /* void */ ; entry != NULL; entry = entry->next) {
        resource = fhb_json_member(fhb_bundle_plain(entry), name_resource);

        if (fhb_bundle_entry(query, fhb_bundle_plain(resource))) {
            return FHB_OK;
        }
    }

    return FHB_E_PATIENT;
}


static fhb_rc_t
fhb_bundle_next(const fhb_bundle_query_t *query, const fhb_json_node_t *bundle,
    fhb_out_t *next)
{
    fhb_str_t               url, args;
    const fhb_json_node_t  *link, *node;

    static const fhb_str_t  name_link = fhb_string("link");
    static const fhb_str_t  name_relation = fhb_string("relation");
    static const fhb_str_t  name_url = fhb_string("url");
    static const fhb_str_t  relation = fhb_string("next");

    link = fhb_bundle_items(fhb_json_member(bundle, name_link));

    while (link != NULL
           && !fhb_json_is(fhb_json_member(link, name_relation), relation))
    {
        link = link->next;
    }

    node = fhb_json_member(link, name_url);

    if (node != NULL && node->type == FHB_JSON_LONG) {
        return FHB_E_PATIENT_UNAVAILABLE;
    }

    if (fhb_json_string(node, &url) != FHB_OK) {
        return FHB_E_PATIENT;
    }

    args = fhb_bundle_args(url);

    if (args.len == 0 || fhb_text_eq(args, query->args)) {
        return FHB_E_PATIENT;
    }

    if (args.len > FHB_MAX_NEXT || !fhb_bundle_visible(args)) {
        return FHB_E_PATIENT_UNAVAILABLE;
    }

    fhb_out_str(next, args);

    return next->full ? FHB_E_PATIENT_UNAVAILABLE : FHB_AGAIN;
}


static fhb_str_t
fhb_bundle_args(fhb_str_t url)
{
    size_t  n;

    for (n = 0; n < url.len && url.data[n] != '#'; n++) { /* void */ }

    url.len = n;

    for (n = 0; n < url.len && url.data[n] != '?'; n++) { /* void */ }

    return fhb_text_skip(url, n < url.len ? n + 1 : n);
}


/* what may stand in a request line: no space, no control, ASCII alone */

static int
fhb_bundle_visible(fhb_str_t s)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        if (s.data[i] <= 0x20 || s.data[i] >= 0x7f) {
            return 0;
        }
    }

    return 1;
}


static int
fhb_bundle_entry(const fhb_bundle_query_t *query,
    const fhb_json_node_t *resource)
{
    const fhb_json_node_t  *type, *list;

    static const fhb_str_t  document = fhb_string("DocumentReference");
    static const fhb_str_t  report = fhb_string("DiagnosticReport");
    static const fhb_str_t  content = fhb_string("content");
    static const fhb_str_t  attachment = fhb_string("attachment");
    static const fhb_str_t  form = fhb_string("presentedForm");
    static const fhb_str_t  itself = fhb_null_string;

    if (fhb_bundle_withdrawn(resource)
        || !fhb_bundle_subject(query, resource))
    {
        return 0;
    }

    type = fhb_json_member(resource, fhb_bundle_type);

    if (fhb_json_is(type, document)) {
        list = fhb_json_member(resource, content);
        return fhb_bundle_attachments(query, list, attachment);
    }

    if (fhb_json_is(type, report)) {
        list = fhb_json_member(resource, form);
        return fhb_bundle_attachments(query, list, itself);
    }

    return 0;
}


/*
 * Entered in error: what the resource says of the patient is taken back.  In
 * DSTU2 docStatus is a CodeableConcept.
 */

static int
fhb_bundle_withdrawn(const fhb_json_node_t *resource)
{
    const fhb_json_node_t  *node;

    static const fhb_str_t  status = fhb_string("status");
    static const fhb_str_t  doc_status = fhb_string("docStatus");
    static const fhb_str_t  coding = fhb_string("coding");
    static const fhb_str_t  code = fhb_string("code");

    if (fhb_bundle_mistaken(fhb_json_member(resource, status))) {
        return 1;
    }

    node = fhb_json_member(resource, doc_status);

    if (node == NULL || node->type != FHB_JSON_OBJECT) {
        return fhb_bundle_mistaken(node);
    }

    node = fhb_bundle_items(fhb_json_member(node, coding));

    for ( /* void */ ; node != NULL; node = node->next) {
        if (fhb_bundle_mistaken(fhb_json_member(node, code))) {
            return 1;
        }
    }

    return 0;
}


/* what is there and is no string could say anything */

static int
fhb_bundle_mistaken(const fhb_json_node_t *code)
{
    static const fhb_str_t  mistake = fhb_string("entered-in-error");

    return code != NULL
           && (code->type != FHB_JSON_STRING || fhb_json_is(code, mistake));
}


static int
fhb_bundle_subject(const fhb_bundle_query_t *query,
    const fhb_json_node_t *resource)
{
    fhb_str_t               s;
    const fhb_json_node_t  *node;

    static const fhb_str_t  subject = fhb_string("subject");
    static const fhb_str_t  reference = fhb_string("reference");

    node = fhb_bundle_plain(fhb_json_member(resource, subject));
    node = fhb_json_member(node, reference);

    return fhb_json_string(node, &s) == FHB_OK
           && fhb_reference_owner(s, query->patient, query->base) == FHB_OK;
}


/* name: of the member that is the attachment; empty: the item itself */

static int
fhb_bundle_attachments(const fhb_bundle_query_t *query,
    const fhb_json_node_t *list, fhb_str_t name)
{
    const fhb_json_node_t  *item, *node;

    static const fhb_str_t  url = fhb_string("url");

    for (item = fhb_bundle_items(list); item != NULL; item = item->next) {
        node = fhb_bundle_plain(item);

        if (name.len != 0) {
            node = fhb_bundle_plain(fhb_json_member(node, name));
        }

        if (fhb_bundle_url(query, fhb_json_member(node, url))) {
            return 1;
        }
    }

    return 0;
}


static int
fhb_bundle_url(const fhb_bundle_query_t *query, const fhb_json_node_t *node)
{
    fhb_str_t  s, id;

    return fhb_json_string(node, &s) == FHB_OK
           && fhb_reference_binary(&id, s, query->base) == FHB_OK
           && fhb_reference_same(id, query->id);
}


/*
 * An element that has a modifierExtension means what only those know who know
 * the extension.  None is known here, so the element is as good as not there.
 */

static const fhb_json_node_t *
fhb_bundle_plain(const fhb_json_node_t *node)
{
    static const fhb_str_t  modifier = fhb_string("modifierExtension");

    return fhb_json_member(node, modifier) == NULL ? node : NULL;
}


static const fhb_json_node_t *
fhb_bundle_items(const fhb_json_node_t *array)
{
    return array != NULL && array->type == FHB_JSON_ARRAY ? array->first : NULL;
}
