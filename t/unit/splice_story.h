/*
 * What a scanner tells of an input, joined, so that runs over the same bytes
 * in other pieces can be compared: skeleton as it is, the value between
 * U+0001 and U+0002, U+0003 where the root is closed, U+0004 where a value is
 * no string.  Each piece lies against a page that must not be read.
 */

#ifndef FHB_TEST_SPLICE_STORY_H
#define FHB_TEST_SPLICE_STORY_H

#include <string.h>

#include "fhb_splice.h"
#include "guard.h"


typedef fhb_rc_t (*splice_pt)(fhb_splice_scan_t *st,
    const unsigned char **in, size_t *left, fhb_splice_t *out);

typedef struct {
    fhb_splice_scan_t  scan;
    fhb_rc_t           rc;
    size_t             len;
    char               text[8192];
} splice_story_t;


static inline void
splice_story_add(splice_story_t *s, const void *p, size_t len)
{
    if (len > sizeof(s->text) - s->len) {
        abort();
    }

    memcpy(s->text + s->len, p, len);
    s->len += len;
}


static inline void
splice_story_feed(splice_story_t *s, splice_pt splice, const void *in,
    size_t len)
{
    size_t                left;
    guard_t               g;
    fhb_splice_t          out;
    const unsigned char  *p;

    if (s->rc < 0) {
        return;
    }

    p = (const unsigned char *) guard_before(&g, in, len);
    left = len;

    while ((s->rc = splice(&s->scan, &p, &left, &out)) == FHB_OK) {

        switch (out.type) {

        case FHB_SPLICE_OPEN:
            splice_story_add(s, "\1", 1);
            break;

        case FHB_SPLICE_CLOSE:
            splice_story_add(s, "\2", 1);
            break;

        case FHB_SPLICE_DONE:
            splice_story_add(s, "\3", 1);
            break;

        case FHB_SPLICE_OTHER:
            splice_story_add(s, "\4", 1);
            break;

        default:
            splice_story_add(s, out.slice.data, out.slice.len);
            break;
        }
    }

    if (s->rc == FHB_AGAIN && left != 0) {
        abort();
    }

    guard_free(&g);
}


/* in pieces of n bytes; the first one has another length when it is not 0 */

static inline void
splice_story(splice_story_t *s, splice_pt splice, const char *in, size_t len,
    size_t first, size_t n)
{
    size_t  part;

    memset(s, 0, offsetof(splice_story_t, text));

    part = first ? first : n;

    while (len) {
        part = len < part ? len : part;
        splice_story_feed(s, splice, in, part);
        in += part;
        len -= part;
        part = n;
    }
}


#endif /* FHB_TEST_SPLICE_STORY_H */
