/*
 * The reader of a Binary: a scanner takes the value, a parser has the rest.
 */

#include <string.h>

#include "fhb_bin_skeleton.h"
#include "fhb_error.h"


struct fhb_bin_read_s {
    fhb_alloc_t              alloc;
    const fhb_bin_format_t  *format;
    void                    *parser;
    fhb_splice_scan_t        scan;
    fhb_rc_t                 rc;        /* FHB_OK while it goes on */
    size_t                   skeleton;  /* bytes so far */
    size_t                   held;      /* bytes in buf */
    unsigned                 value:1;   /* the scanner is within the value */
    unsigned                 begun:1;   /* the value has a character */
    unsigned                 tell:1;    /* META is due */
    unsigned                 closed:1;
    fhb_bin_facts_t          facts;
    unsigned char            buf[FHB_BIN_BUFFER];
                                        /* of the skeleton, or of DATA */
};


static fhb_rc_t fhb_bin_read_step(fhb_bin_read_t *r,
    const unsigned char **in, size_t *left, fhb_bin_event_t *event);
static size_t fhb_bin_read_limit(const fhb_bin_read_t *r, size_t left);
static fhb_rc_t fhb_bin_read_piece(fhb_bin_read_t *r,
    const fhb_splice_t *piece, fhb_bin_event_t *event);
static fhb_rc_t fhb_bin_read_data(fhb_bin_read_t *r, fhb_str_t slice,
    fhb_bin_event_t *event);
static fhb_rc_t fhb_bin_read_skeleton(fhb_bin_read_t *r, fhb_str_t slice);
static fhb_rc_t fhb_bin_read_flush(fhb_bin_read_t *r);
static fhb_rc_t fhb_bin_read_other(fhb_bin_read_t *r);
static fhb_rc_t fhb_bin_read_close(fhb_bin_read_t *r);
static void fhb_bin_read_tell_meta(fhb_bin_read_t *r,
    fhb_bin_event_t *event);
static void fhb_bin_read_tell_held(fhb_bin_read_t *r,
    fhb_bin_event_t *event);
static fhb_rc_t fhb_bin_read_verdict(fhb_rc_t rc);


fhb_rc_t
fhb_bin_read_create(fhb_bin_read_t **out, const fhb_alloc_t *alloc,
    fhb_form_t form)
{
    fhb_rc_t         rc;
    fhb_bin_read_t  *r;

    *out = NULL;

    r = alloc->alloc(alloc->ctx, sizeof(fhb_bin_read_t));
    if (r == NULL) {
        return FHB_E_NOMEM;
    }

    memset(r, 0, offsetof(fhb_bin_read_t, buf));

    r->alloc = *alloc;
    r->format = (form == FHB_FORM_XML) ? &fhb_bin_xml : &fhb_bin_json;

    rc = r->format->create(&r->parser, alloc, &r->facts);

    if (rc != FHB_OK) {
        fhb_bin_read_free(r);
        return rc;
    }

    *out = r;

    return FHB_OK;
}


void
fhb_bin_read_free(fhb_bin_read_t *r)
{
    fhb_alloc_t  alloc;

    if (r == NULL) {
        return;
    }

    if (r->parser != NULL) {
        r->format->free(r->parser);
    }

    alloc = r->alloc;
    alloc.free(alloc.ctx, r);
}


fhb_rc_t
fhb_bin_read_feed(fhb_bin_read_t *r, const unsigned char **in, size_t *left,
    fhb_bin_event_t *event)
{
    fhb_rc_t  rc;

    memset(event, 0, sizeof(fhb_bin_event_t));

    if (r->rc != FHB_OK) {
        return r->rc;
    }

    rc = fhb_bin_read_verdict(fhb_bin_read_step(r, in, left, event));

    if (rc < 0) {
        r->rc = rc;
    }

    return rc;
}


int
fhb_bin_read_plain(const fhb_bin_read_t *r)
{
    return r->rc == FHB_OK && r->value && r->begun && !r->tell
           && r->held == 0 && r->format->plain(&r->scan);
}


fhb_rc_t
fhb_bin_read_end(fhb_bin_read_t *r)
{
    if (r->rc == FHB_OK && (!r->closed || r->tell)) {
        r->rc = FHB_E_BACKEND_RESOURCE;
    }

    if (r->rc == FHB_OK) {
        r->rc = fhb_bin_read_verdict(fhb_bin_read_flush(r));
    }

    if (r->rc == FHB_OK) {
        r->rc = fhb_bin_read_verdict(r->format->finish(r->parser));
    }

    return r->rc;
}


/*
 * Each turn: tell what is due, let the scanner see no more than there is
 * room for, take what it found.  While buf holds DATA, every byte of input
 * has room in it; so a slice is never half taken.
 */

static fhb_rc_t
fhb_bin_read_step(fhb_bin_read_t *r, const unsigned char **in, size_t *left,
    fhb_bin_event_t *event)
{
    size_t        n, part;
    fhb_rc_t      rc;
    fhb_splice_t  piece;

    for ( ;; ) {

        if (r->tell) {
            fhb_bin_read_tell_meta(r, event);
            return FHB_OK;
        }

        if (r->value && r->held == sizeof(r->buf)) {
            fhb_bin_read_tell_held(r, event);
            return FHB_OK;
        }

        n = fhb_bin_read_limit(r, *left);
        part = n;

        rc = r->format->splice(&r->scan, in, &part, &piece);

        *left -= n - part;

        if (rc < 0) {
            return rc;
        }

        if (rc == FHB_OK) {
            rc = fhb_bin_read_piece(r, &piece, event);

            if (rc < 0 || event->type != FHB_BIN_NONE) {
                return rc;
            }

            continue;
        }

        if (*left) {
            continue;
        }

        if (r->value && r->held) {
            fhb_bin_read_tell_held(r, event);
            return FHB_OK;
        }

        return r->closed ? FHB_DONE : FHB_AGAIN;
    }
}


static size_t
fhb_bin_read_limit(const fhb_bin_read_t *r, size_t left)
{
    size_t  max;

    if (!r->value) {
        return left;
    }

    /* META goes before the first character, which buf keeps meanwhile */

    if (!r->begun) {
        max = 1;

    } else if (r->held) {
        max = sizeof(r->buf) - r->held;

    } else {
        return left;
    }

    return left < max ? left : max;
}


static fhb_rc_t
fhb_bin_read_piece(fhb_bin_read_t *r, const fhb_splice_t *piece,
    fhb_bin_event_t *event)
{
    fhb_rc_t  rc;

    switch (piece->type) {

    case FHB_SPLICE_SKELETON:
        return fhb_bin_read_skeleton(r, piece->slice);

    case FHB_SPLICE_OPEN:
        rc = fhb_bin_read_flush(r);

        if (rc == FHB_OK && !r->format->at_value(r->parser)) {
            rc = FHB_E_BACKEND_RESOURCE;
        }

        r->value = 1;
        return rc;

    case FHB_SPLICE_DATA:
        return fhb_bin_read_data(r, piece->slice, event);

    case FHB_SPLICE_CLOSE:
        r->value = 0;

        if (r->held) {
            fhb_bin_read_tell_held(r, event);
        }

        return FHB_OK;

    case FHB_SPLICE_OTHER:
        return fhb_bin_read_other(r);

    case FHB_SPLICE_DONE:
        return fhb_bin_read_close(r);

    case FHB_SPLICE_NONE:
        break;
    }

    return FHB_E_INTERNAL;
}


static fhb_rc_t
fhb_bin_read_data(fhb_bin_read_t *r, fhb_str_t slice, fhb_bin_event_t *event)
{
    unsigned char  c;

    if (!r->begun) {
        c = slice.data[0];

        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            return FHB_OK;
        }

        r->begun = 1;

        if (r->facts.binary && r->facts.withheld) {
            return FHB_E_BACKEND_INCOMPLETE;
        }

        if (r->facts.binary && r->facts.meta.content_type.len) {
            r->tell = 1;
        }

    } else if (r->held == 0 && slice.len >= FHB_BIN_SLICE) {
        event->type = FHB_BIN_DATA;
        event->data = slice;
        return FHB_OK;
    }

    memcpy(r->buf + r->held, slice.data, slice.len);
    r->held += slice.len;

    return FHB_OK;
}


static fhb_rc_t
fhb_bin_read_skeleton(fhb_bin_read_t *r, fhb_str_t slice)
{
    fhb_rc_t  rc;

    if (slice.len > FHB_BIN_MAX_SKELETON - r->skeleton) {
        return FHB_E_BACKEND_RESOURCE;
    }

    r->skeleton += slice.len;

    /* the parsers look again at a token that is cut: few pieces, not many */

    if (slice.len > sizeof(r->buf) - r->held) {

        rc = fhb_bin_read_flush(r);
        if (rc != FHB_OK) {
            return rc;
        }

        if (slice.len > sizeof(r->buf)) {
            return r->format->feed(r->parser, slice);
        }
    }

    memcpy(r->buf + r->held, slice.data, slice.len);
    r->held += slice.len;

    return FHB_OK;
}


static fhb_rc_t
fhb_bin_read_flush(fhb_bin_read_t *r)
{
    fhb_str_t  s;

    s.data = r->buf;
    s.len = r->held;
    r->held = 0;

    return s.len ? r->format->feed(r->parser, s) : FHB_OK;
}


/*
 * The value is no string.  Where this is a Binary already, no more of it is
 * waited for: it may be an array of a million numbers.
 */

static fhb_rc_t
fhb_bin_read_other(fhb_bin_read_t *r)
{
    fhb_rc_t  rc;

    rc = fhb_bin_read_flush(r);

    if (rc == FHB_OK && r->facts.binary) {
        return FHB_E_BACKEND_INCOMPLETE;
    }

    return rc;
}


static fhb_rc_t
fhb_bin_read_close(fhb_bin_read_t *r)
{
    fhb_rc_t               rc;
    static const unsigned  named = 1u << FHB_BIN_FIELD_VALUE
                                   | 1u << FHB_BIN_FIELD_SIBLING;

    rc = fhb_bin_read_flush(r);
    if (rc != FHB_OK) {
        return rc;
    }

    /* the scanner and the parser must have seen the same resource */

    if (!r->facts.binary
        || !r->format->at_end(r->parser)
        || !r->scan.seen != !(r->facts.seen & 1u << FHB_BIN_FIELD_VALUE))
    {
        return FHB_E_BACKEND_RESOURCE;
    }

    /* named and nothing in it: that is not the absence of a document */

    if (r->facts.withheld || (!r->begun && (r->facts.seen & named))) {
        return FHB_E_BACKEND_INCOMPLETE;
    }

    r->closed = 1;
    r->tell = !r->facts.decided;

    return FHB_OK;
}


static void
fhb_bin_read_tell_meta(fhb_bin_read_t *r, fhb_bin_event_t *event)
{
    r->tell = 0;
    r->facts.decided = 1;
    r->facts.meta.empty = !r->begun;

    event->type = FHB_BIN_META;
    event->meta = &r->facts.meta;
}


static void
fhb_bin_read_tell_held(fhb_bin_read_t *r, fhb_bin_event_t *event)
{
    event->type = FHB_BIN_DATA;
    event->data.data = r->buf;
    event->data.len = r->held;

    r->held = 0;
}


/* What a parser calls bad syntax, or too large, can be no Binary. */

static fhb_rc_t
fhb_bin_read_verdict(fhb_rc_t rc)
{
    return (rc >= 0) ? rc : fhb_error_as(rc, FHB_E_BACKEND_RESOURCE);
}
