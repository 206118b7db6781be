/*
 * The vocabulary that every room of src/core shares: byte strings, result
 * codes, the allocator and the limits.  Nothing here allocates or does I/O.
 */

#ifndef FHB_H
#define FHB_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

#define fhb_must_check  __attribute__((warn_unused_result))

/*
 * Does not compile unless expr, a constant, is true.  Each table that an enum
 * indexes has one: a value without a row would be read past the table's end.
 */

#define fhb_assert(name, expr)                                               \
    typedef char  fhb_assert_##name[(expr) ? 1 : -1]                         \
        __attribute__((unused))

#define fhb_nelts(table)  (sizeof(table) / sizeof((table)[0]))

/* limits, each with its unit */

#define FHB_MAX_ID            64        /* bytes of a FHIR id */
#define FHB_MAX_ACCEPT        4096      /* bytes of all Accept lines, joined */
#define FHB_MAX_RANGES        32        /* members of all Accept lines */
#define FHB_MAX_MEDIA         256       /* bytes of a stored media type */
#define FHB_MAX_PARAMS        16        /* media or query parameters */
#define FHB_MAX_QUERY         4096      /* bytes of an operation's query */
#define FHB_MAX_ETAG          128       /* bytes of a backend's entity-tag */
#define FHB_MAX_TOKEN         8192      /* bytes of a bearer token */
#define FHB_MAX_SCOPE         4096      /* bytes of a scope string */
#define FHB_MAX_OUTCOME       262144    /* bytes of an outcome that passes */
#define FHB_MAX_BUNDLE        1048576   /* bytes of a search about a patient */
#define FHB_MAX_BUNDLE_STRING 16384     /* bytes of a string of it that says
                                         * anything */
#define FHB_MAX_PAGES         16        /* Bundles of such a search */
#define FHB_MAX_NEXT          4096      /* bytes of the query of one of them */
#define FHB_MAX_CLAIM         256       /* bytes of a claim that is kept */
#define FHB_MAX_KEYS          64        /* keys in a JWKS */
#define FHB_MAX_JWKS          262144    /* bytes of a JWKS document */
#define FHB_MAX_ANSWER        65536     /* bytes of an introspection answer */
#define FHB_MAX_JSON_DEPTH    16        /* nesting of a small JSON document */
#define FHB_MAX_JSON_VALUES   8192      /* values in a small JSON document */
#define FHB_MAX_JSON_NAMES    512       /* names in all its open objects */


typedef struct {
    size_t                len;          /* bytes */
    const unsigned char  *data;         /* not NUL-terminated */
} fhb_str_t;

#define fhb_string(s)     { sizeof(s) - 1, (const unsigned char *) s }
#define fhb_null_string   { 0, NULL }


/*
 * Result codes.  What is not negative tells what to do next, each code one
 * thing; a negative value is the number of a row in fhb_error.def.
 */

typedef int fhb_rc_t;

enum {
    FHB_OK = 0,
    FHB_AGAIN,                          /* give me more */
    FHB_DONE,                           /* nothing more to come */
    FHB_ABSENT,                         /* there is no such member */
    FHB_TWICE,                          /* it was given before */
    FHB_NOT_JWT,                        /* an opaque token */
    FHB_NO_KEY,                         /* of this kid or algorithm */
    FHB_MISS                            /* not in the cache */
};

enum {
    FHB_E_FIRST_ = -1000,
#define FHB_ERROR(name, reason, status, severity, code, bearer, fault,       \
                  stands, then, text)                                        \
    FHB_E_##name,
#include "fhb_error.def"
#undef FHB_ERROR
    FHB_E_LAST_
};


/* FHIR versions; 0 is "off", so that a zeroed configuration denies */

typedef enum {
    FHB_VERSION_OFF = 0,
    FHB_DSTU2,
    FHB_STU3,
    FHB_R4,
    FHB_R4B,
    FHB_R5,
    FHB_NVERSIONS
} fhb_version_t;


/* the forms that a document can leave in; 0 is none */

typedef enum {
    FHB_FORM_NONE = 0,
    FHB_FORM_NATIVE,
    FHB_FORM_JSON,
    FHB_FORM_XML
} fhb_form_t;


/* memory for the rooms that must allocate (json, jwk, jws, bin) */

typedef struct {
    void  *(*alloc)(void *ctx, size_t size);      /* NULL when there is none */
    void   (*free)(void *ctx, void *p);
    void    *ctx;
} fhb_alloc_t;


#pragma GCC visibility pop

#endif /* FHB_H */
