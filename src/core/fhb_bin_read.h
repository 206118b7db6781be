/*
 * A Binary resource of a backend, read as a stream: what the gateway must
 * know of it to decide, and its base64, in memory that does not grow.
 */

#ifndef FHB_BIN_READ_H
#define FHB_BIN_READ_H

#include "fhb.h"
#include "fhb_splice.h"

#pragma GCC visibility push(hidden)


#define FHB_BIN_MAX_SKELETON   65536    /* bytes of a resource less its value */
#define FHB_BIN_MAX_INSTANT    64       /* bytes of meta.lastUpdated */
#define FHB_BIN_MAX_REFERENCE  1024     /* bytes of a reference */
#define FHB_BIN_BUFFER         4096     /* bytes gathered before they go on */
#define FHB_BIN_SLICE          256      /* bytes that are worth no copy */


/* what a resource says of itself; an empty string: nothing, or too late */

typedef struct {
    fhb_str_t       version_id;
    fhb_str_t       last_updated;
    fhb_str_t       content_type;
    fhb_str_t       security_context;   /* the reference */
    unsigned        empty:1;            /* the document has no byte */
} fhb_bin_meta_t;


typedef enum {
    FHB_BIN_NONE = 0,
    FHB_BIN_META,                       /* meta: once, all that decides */
    FHB_BIN_DATA                        /* data: base64, escapes undone */
} fhb_bin_event_type_t;


typedef struct {
    fhb_bin_event_type_t   type;
    fhb_str_t              data;        /* in the input or in the reader:
                                         * valid until the next call */
    const fhb_bin_meta_t  *meta;        /* as long as the reader lives */
} fhb_bin_event_t;


typedef struct fhb_bin_read_s  fhb_bin_read_t;


/*
 * fhb_bin_read_create - start to read a resource.
 *
 * shape    form: FHB_FORM_JSON or FHB_FORM_XML
 * returns  FHB_OK and *r | FHB_E_NOMEM
 * memory   about 20 KiB from alloc, which must outlive the reader; yajl's
 *          too, while libxml2 has its own allocator; free it with
 *          fhb_bin_read_free()
 * test     t/unit/test_bin_read.c, t/fuzz/fuzz_bin_read.c
 */

fhb_must_check fhb_rc_t fhb_bin_read_create(fhb_bin_read_t **r,
    const fhb_alloc_t *alloc, fhb_form_t form);


/*
 * fhb_bin_read_feed - read on to the next event.
 *
 * shape    *in, *left: advanced past what was used; cut anywhere
 * returns  FHB_OK and *event, call again | FHB_AGAIN, all is used and more
 *          must come | FHB_DONE, all is used and the resource is closed:
 *          only white space (in XML comments too) may still come |
 *          FHB_E_BACKEND_RESOURCE for what is no well-formed Binary |
 *          FHB_E_BACKEND_BASE64 for what no base64 holds |
 *          FHB_E_BACKEND_INCOMPLETE for data that is withheld | FHB_E_NOMEM
 * memory   none of its own; see fhb_bin_read_create()
 * source   FHIR binary.html, json.html, xml.html; README, "What a backend
 *          must do"
 * test     t/unit/test_bin_read.c, t/fuzz/fuzz_bin_read.c
 *
 * META comes before DATA when resourceType and contentType stand before the
 * value.  Otherwise it comes when the resource is closed, and the caller
 * must hold the DATA until then, up to its own limit.  Once META was told, a
 * securityContext that follows is an error.  An empty contentType in META
 * says that there is none in the whole resource.
 *
 * META.empty says that there is no DATA: then the member was missing, and
 * nothing said why.  Data is withheld where its member is null, empty, blank
 * or no string, where an extension stands on it, beside a value too, and
 * where a tag says SUBSETTED.  Some of that may follow the DATA: whoever let
 * it go by then must not let it look complete.
 *
 * Strings in META hold no control characters; that they are a media type, an
 * id or an instant is not checked.  DATA is not checked to be base64, and may
 * hold white space.
 *
 * A result that is negative stays; nothing that came before is good then.
 */

fhb_must_check fhb_rc_t fhb_bin_read_feed(fhb_bin_read_t *r,
    const unsigned char **in, size_t *left, fhb_bin_event_t *event);


/*
 * fhb_bin_read_plain - whether the input goes on within the value.
 *
 * returns  not 0: the next byte is of the value, stands for itself, and the
 *          reader keeps none that came before it.  A caller may then take
 *          characters of base64's alphabet from the input by itself; whatever
 *          else comes is for fhb_bin_read_feed()
 * test     t/unit/test_bin_read.c
 */

int fhb_bin_read_plain(const fhb_bin_read_t *r);


/*
 * fhb_bin_read_end - say that there is no more.
 *
 * returns  FHB_OK when it was one whole resource and all its events were
 *          told | as fhb_bin_read_feed(), FHB_E_BACKEND_RESOURCE for one that
 *          is cut off
 */

fhb_must_check fhb_rc_t fhb_bin_read_end(fhb_bin_read_t *r);


/* r may be NULL */

void fhb_bin_read_free(fhb_bin_read_t *r);


#pragma GCC visibility pop

#endif /* FHB_BIN_READ_H */
