/*
 * The price of a token: what openssl takes to verify the signature of a hash
 * with a context made once, what fhb_jws_verify() takes, and what a whole
 * check takes, from the token to its claims.  The rounds go over all of them
 * in turn, so that what disturbs the machine disturbs all alike; the median
 * counts.
 *
 *     bench_jws [rounds]
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <openssl/evp.h>

#include "fhb_claims.h"
#include "fhb_json_tree.h"
#include "fhb_jwk_key.h"
#include "fhb_jws.h"


#define BENCH_DATA    "t/data/jose/"
#define BENCH_NOW     1700000000
#define BENCH_ROUNDS  15
#define BENCH_MAX     101
#define BENCH_NS      20e6              /* of one measurement, about */


typedef struct {
    const char   *alg;
    fhb_str_t     token;
    fhb_jws_t    *jws;
    fhb_jwk_t    *key;
    EVP_PKEY_CTX *ctx;                  /* openssl's own, made by fhb_jws */
    size_t        len;                  /* of the hash */
    unsigned char hash[64];
    unsigned char sig[1024];            /* as openssl wants it */
    size_t        siglen;
} bench_t;

typedef void (*bench_run_pt)(bench_t *b);


static fhb_claims_policy_t  bench_policy;
static fhb_jwk_set_t       *bench_set;
static fhb_alloc_t          bench_alloc;


static void *
bench_malloc(void *ctx, size_t size)
{
    (void) ctx;

    return malloc(size);
}


static void
bench_free(void *ctx, void *p)
{
    (void) ctx;

    free(p);
}


static void
bench_fail(const char *what)
{
    fprintf(stderr, "bench_jws: %s\n", what);
    exit(1);
}


static double
bench_now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


static fhb_str_t
bench_read(const char *path)
{
    FILE       *file;
    char       *text;
    fhb_str_t   s;

    text = malloc(1 << 20);
    file = fopen(path, "r");

    if (text == NULL || file == NULL) {
        bench_fail(path);
    }

    s.len = fread(text, 1, 1 << 20, file);
    s.data = (unsigned char *) text;
    fclose(file);

    return s;
}


/* the token in the line whose id is ALG_is_accepted */

static void
bench_find(bench_t *b, fhb_str_t lines)
{
    char         id[64], *p, *end;
    const char  *mark = "\"token\":\"";

    snprintf(id, sizeof(id), "{\"id\":\"%s_is_accepted\"", b->alg);

    p = strstr((const char *) lines.data, id);
    p = p ? strstr(p, mark) : NULL;
    end = p ? strchr(p + strlen(mark), '"') : NULL;

    if (end == NULL) {
        bench_fail(id);
    }

    b->token.data = (unsigned char *) p + strlen(mark);
    b->token.len = (size_t) (end - p) - strlen(mark);
}


static size_t
bench_integer(unsigned char *der, const unsigned char *p, size_t len)
{
    while (len > 1 && *p == 0) {
        p++;
        len--;
    }

    der[0] = 2;
    der[1] = (unsigned char) (len + (*p >> 7));
    der[2] = 0;
    memcpy(der + 2 + (*p >> 7), p, len);

    return 2u + der[1];
}


static void
bench_open(bench_t *b)
{
    size_t            n;
    unsigned          i, len;
    const fhb_jwa_t  *row;

    if (fhb_jws_open(&b->jws, &bench_alloc, b->token) != FHB_OK
        || fhb_jws_verify(b->jws, bench_set, b->jws->alg) != FHB_OK
        || fhb_jwk_find(&b->key, bench_set, b->jws->kid, b->jws->alg)
           != FHB_OK)
    {
        bench_fail(b->alg);
    }

    i = fhb_jwa_index(b->jws->alg);
    row = fhb_jwa_row(b->jws->alg);
    b->ctx = b->key->ctx[i];

    b->siglen = b->jws->signature.len;
    memcpy(b->sig, b->jws->signature.data, b->siglen);

    if (row->family == FHB_JWA_ED25519) {
        return;
    }

    if (row->family == FHB_JWA_ECDSA) {
        n = bench_integer(b->sig + 3, b->jws->signature.data, row->size);
        n += bench_integer(b->sig + 3 + n,
                           b->jws->signature.data + row->size, row->size);

        b->sig[0] = 0x30;
        b->sig[1] = 0x81;
        b->sig[2] = (unsigned char) n;
        b->siglen = n + 3;

        if (n < 128) {
            memmove(b->sig + 1, b->sig + 2, n + 1);
            b->siglen--;
        }
    }

    if (EVP_Digest(b->jws->input.data, b->jws->input.len, b->hash, &len,
                   bench_set->md[row->hash], NULL) != 1)
    {
        bench_fail("digest");
    }

    b->len = len;
}


static void
bench_raw(bench_t *b)
{
    EVP_MD_CTX  *ctx;

    if (b->ctx == NULL) {
        ctx = EVP_MD_CTX_new();

        if (EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, b->key->pkey) != 1
            || EVP_DigestVerify(ctx, b->sig, b->siglen, b->jws->input.data,
                                b->jws->input.len) != 1)
        {
            bench_fail("raw");
        }

        EVP_MD_CTX_free(ctx);
        return;
    }

    if (EVP_PKEY_verify(b->ctx, b->sig, b->siglen, b->hash, b->len) != 1) {
        bench_fail("raw");
    }
}


static void
bench_verify(bench_t *b)
{
    if (fhb_jws_verify(b->jws, bench_set, b->jws->alg) != FHB_OK) {
        bench_fail("verify");
    }
}


static void
bench_token(bench_t *b)
{
    fhb_out_t           text;
    fhb_claims_t        claims;
    unsigned char       buf[FHB_CLAIMS_TEXT];
    fhb_claims_check_t  check;

    fhb_out_init(&text, buf, sizeof(buf));

    check.policy = &bench_policy;
    check.alloc = &bench_alloc;
    check.text = &text;
    check.now = BENCH_NOW;

    if (fhb_claims_token(&claims, &check, bench_set, b->token) != FHB_OK) {
        bench_fail("token");
    }
}


/* what a token costs whose signature is not looked at, or was before */

static void
bench_parse(bench_t *b)
{
    fhb_out_t           text;
    fhb_jws_t          *jws;
    fhb_claims_t        claims;
    unsigned char       buf[FHB_CLAIMS_TEXT];
    fhb_claims_check_t  check;

    fhb_out_init(&text, buf, sizeof(buf));

    check.policy = &bench_policy;
    check.alloc = &bench_alloc;
    check.text = &text;
    check.now = BENCH_NOW;

    if (fhb_jws_open(&jws, &bench_alloc, b->token) != FHB_OK
        || fhb_claims_payload(&claims, &check, jws->typ, jws->payload)
           != FHB_OK)
    {
        bench_fail("parse");
    }

    fhb_jws_free(jws);
}


static void
bench_digest(bench_t *b)
{
    unsigned char  hash[FHB_DIGEST_LEN];

    if (fhb_digest_sha256(hash, &b->token, 1) != FHB_OK) {
        bench_fail("digest");
    }
}


static int
bench_compare(const void *a, const void *b)
{
    double  x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}


static double
bench_once(bench_t *b, bench_run_pt run, double *cost)
{
    long    i, n;
    double  start;

    n = (*cost > 0) ? (long) (BENCH_NS / *cost) + 1 : 20;
    start = bench_now();

    for (i = 0; i < n; i++) {
        run(b);
    }

    *cost = (bench_now() - start) / (double) n;

    return *cost / 1000;
}


int
main(int argc, char **argv)
{
    int               r, rounds;
    size_t            i, k;
    fhb_str_t         lines;
    fhb_jwk_report_t  report;

    static bench_t  rows[] = {
        { .alg = "RS256" }, { .alg = "RS384" }, { .alg = "PS256" },
        { .alg = "ES256" }, { .alg = "ES384" }, { .alg = "EdDSA" }
    };

    static const bench_run_pt  runs[] = {
        bench_raw, bench_verify, bench_token, bench_parse, bench_digest
    };

    static const fhb_str_t  issuer[] = {
        fhb_string("https://ehr.example.org/auth")
    };
    static const fhb_str_t  audience[] = {
        fhb_string("https://fhir.example.org/r4")
    };

    #define NROWS  (sizeof(rows) / sizeof(rows[0]))
    #define NRUNS  (sizeof(runs) / sizeof(runs[0]))

    static double  us[NROWS][NRUNS][BENCH_MAX], cost[NROWS][NRUNS];

    rounds = (argc > 1) ? atoi(argv[1]) : BENCH_ROUNDS;
    rounds = (rounds < 1 || rounds > BENCH_MAX) ? BENCH_ROUNDS : rounds;

    bench_alloc.alloc = bench_malloc;
    bench_alloc.free = bench_free;

    bench_policy.issuers = issuer;
    bench_policy.nissuers = 1;
    bench_policy.audiences = audience;
    bench_policy.naudiences = 1;
    bench_policy.algs = 0x3ff;

    if (fhb_jwk_set_parse(&bench_set, &bench_alloc,
                          bench_read(BENCH_DATA "main.jwks.json"), &report)
        != FHB_OK)
    {
        bench_fail("keys");
    }

    lines = bench_read(BENCH_DATA "tokens.jsonl");

    for (i = 0; i < NROWS; i++) {
        bench_find(&rows[i], lines);
        bench_open(&rows[i]);
    }

    for (r = 0; r < rounds; r++) {
        for (i = 0; i < NROWS; i++) {
            for (k = 0; k < NRUNS; k++) {
                us[i][k][r] = bench_once(&rows[i], runs[k], &cost[i][k]);
            }
        }
    }

    printf("us a token, median of %d rounds\n"
           "%-8s %7s %12s %12s %12s %12s %12s\n", rounds, "alg", "bytes",
           "openssl", "jws_verify", "token", "all but sig", "sha256");

    for (i = 0; i < NROWS; i++) {
        printf("%-8s %7u", rows[i].alg, (unsigned) rows[i].token.len);

        for (k = 0; k < NRUNS; k++) {
            qsort(us[i][k], (size_t) rounds, sizeof(double), bench_compare);
            printf(" %12.2f", us[i][k][rounds / 2]);
        }

        printf("\n");
        fhb_jws_free(rows[i].jws);
    }

    fhb_jwk_set_free(bench_set);

    return 0;
}
