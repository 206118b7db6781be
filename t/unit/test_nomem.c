/*
 * Want of memory, wherever it is felt: each allocation of openssl, of
 * libxml2, of yajl and of the core itself fails once, and then for good from
 * there on.  What is right is told as it is, or memory is said to lack; never
 * is a good token denied, or a good document called bad.
 *
 * The libraries take allocators only before their first use, and keep what
 * they looked up: each failure happens in a process of its own.
 */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <ctype.h>
#include <libxml/parser.h>
#include <libxml/xmlmemory.h>
#include <openssl/crypto.h>

#include "bundle.h"
#include "fhb_bin_read.h"
#include "fhb_cda.h"
#include "fhb_claims.h"
#include "fhb_jwk_key.h"
#include "fhb_outcome.h"


#define DATA      "t/data/jose/"
#define NOW       1700000000
#define ALL_ALGS  0x3ff

/* how a trial ended; CRASHED: within openssl itself */

#define RIGHT     0
#define LACKED    1
#define WRONG     2
#define CRASHED   3
#define ENOUGH    100                   /* no allocation was left to fail */


static unsigned   fail_at;              /* 0: never */
static unsigned   for_good;
static unsigned   calls;
static unsigned   failed;
static unsigned   bad;                  /* verdicts */
static long       live;

static char      *all_keys, *tokens;
static unsigned   nkeys;                /* usable ones in all_keys */


/* one memory for all, and one count */

static int
fails(void)
{
    calls++;

    if (fail_at == 0 || calls < fail_at || (calls > fail_at && !for_good)) {
        return 0;
    }

    failed = 1;

    return 1;
}


static void *
take(size_t size)
{
    void  *p;

    if (fails()) {
        return NULL;
    }

    p = malloc(size ? size : 1);
    live += (p != NULL);

    return p;
}


static void *
retake(void *p, size_t size)
{
    if (p == NULL) {
        return take(size);
    }

    return fails() ? NULL : realloc(p, size ? size : 1);
}


static void
give(void *p)
{
    live -= (p != NULL);
    free(p);
}


static char *
copy(const char *s)
{
    char  *p;

    p = take(strlen(s) + 1);

    return p ? strcpy(p, s) : NULL;
}


static void *
openssl_take(size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    return take(size);
}


static void *
openssl_retake(void *p, size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    return retake(p, size);
}


static void
openssl_give(void *p, const char *file, int line)
{
    (void) file;
    (void) line;

    give(p);
}


static void *
core_take(void *ctx, size_t size)
{
    (void) ctx;

    return take(size);
}


static void
core_give(void *ctx, void *p)
{
    (void) ctx;

    give(p);
}


static const fhb_alloc_t  heap = { core_take, core_give, NULL };


static char *
slurp(const char *path, size_t *len)
{
    FILE  *file;
    char  *text;

    text = malloc(1 << 20);
    file = fopen(path, "r");

    if (text == NULL || file == NULL) {
        perror(path);
        exit(1);
    }

    *len = fread(text, 1, (1 << 20) - 1, file);
    text[*len] = '\0';
    fclose(file);

    return text;
}


static fhb_str_t
str(const char *s)
{
    fhb_str_t  r;

    r.data = (const unsigned char *) s;
    r.len = strlen(s);

    return r;
}


/* RIGHT, LACKED or WRONG */

static int
verdict(fhb_rc_t rc, fhb_rc_t expected)
{
    return rc == expected ? RIGHT : rc == FHB_E_NOMEM ? LACKED : WRONG;
}


/* NULL: all keys; else the one for this algorithm, whose kid tells it */

static fhb_rc_t
keys(fhb_jwk_set_t **set, const char *alg)
{
    char             *p, *start;
    size_t            i;
    fhb_jwk_report_t  report;

    static char       kid[32], one[4096];

    if (alg == NULL) {
        return fhb_jwk_set_parse(set, &heap, str(all_keys), &report);
    }

    snprintf(kid, sizeof(kid), "\"%s\"", alg);

    for (i = 0; kid[i] != '\0'; i++) {
        kid[i] = (char) tolower((unsigned char) kid[i]);
    }

    p = strstr(all_keys, kid);

    for (start = p; *start != '{'; start--) { /* void */ }

    snprintf(one, sizeof(one), "{\"keys\":[%.*s]}",
             (int) (strchr(p, '}') + 1 - start), start);

    return fhb_jwk_set_parse(set, &heap, str(one), &report);
}


/* all keys of the set, or none of them */

static int
try_jwks(const char *arg)
{
    unsigned         n;
    fhb_rc_t         rc;
    fhb_jwk_set_t   *set;

    (void) arg;

    rc = keys(&set, NULL);
    n = set ? set->n : 0;

    fhb_jwk_set_free(set);

    if (nkeys == 0) {
        nkeys = n;
    }

    return (rc == FHB_OK && n != nkeys) ? WRONG : verdict(rc, FHB_OK);
}


/* arg: "+" or "-", for a good signature or a bad one, and an algorithm */

static int
try_token(const char *arg)
{
    char                  id[64], *p;
    fhb_rc_t              rc;
    fhb_str_t             token;
    fhb_out_t             text;
    fhb_claims_t          claims;
    fhb_jwk_set_t        *set;
    fhb_claims_check_t    check;
    fhb_claims_policy_t   policy;

    static unsigned char  buf[FHB_CLAIMS_TEXT], copied[FHB_MAX_TOKEN];
    static const fhb_str_t  issuer = fhb_string("https://ehr.example.org/auth");
    static const fhb_str_t  audience
                                = fhb_string("https://fhir.example.org/r4");

    snprintf(id, sizeof(id), "{\"id\":\"%s_is_accepted\"", arg + 1);
    p = strstr(strstr(tokens, id), "\"token\":\"") + 9;
    token.len = (size_t) (strchr(p, '"') - p);
    memcpy(copied, p, token.len);
    token.data = copied;

    if (arg[0] == '-') {
        p = (char *) copied + token.len - 20;
        *p = (*p == 'A') ? 'B' : 'A';
    }

    memset(&policy, 0, sizeof(policy));
    policy.issuers = &issuer;
    policy.nissuers = 1;
    policy.audiences = &audience;
    policy.naudiences = 1;
    policy.algs = ALL_ALGS;

    fhb_out_init(&text, buf, sizeof(buf));

    check.policy = &policy;
    check.alloc = &heap;
    check.text = &text;
    check.now = NOW;

    rc = keys(&set, arg + 1);

    if (rc == FHB_OK) {
        rc = fhb_claims_token(&claims, &check, set, token);
    }

    fhb_jwk_set_free(set);

    return verdict(rc, arg[0] == '+' ? FHB_OK : FHB_E_TOKEN_INVALID);
}


static int
try_answer(const char *arg)
{
    fhb_out_t             text;
    fhb_claims_t          claims;
    fhb_claims_check_t    check;
    fhb_claims_policy_t   policy;

    static unsigned char  buf[FHB_CLAIMS_TEXT];

    memset(&policy, 0, sizeof(policy));
    fhb_out_init(&text, buf, sizeof(buf));

    check.policy = &policy;
    check.alloc = &heap;
    check.text = &text;
    check.now = NOW;

    return verdict(fhb_claims_answer(&claims, &check, str(arg)), FHB_OK);
}


static int
try_bundle(const char *arg)
{
    fhb_out_t           next;
    unsigned char       args[FHB_MAX_NEXT];
    fhb_bundle_query_t  query;

    memset(&query, 0, sizeof(query));
    query.id = str("D1");
    query.patient = str("12");

    fhb_out_init(&next, args, sizeof(args));

    return verdict(bundle_owner(&query, &heap, str(arg), 16, &next), FHB_OK);
}


/* piece by piece, so that the parsers keep what is split */

static int
try_resource(const char *arg)
{
    size_t                 left;
    fhb_rc_t               rc;
    fhb_bin_read_t        *r;
    fhb_bin_event_t        event;
    const unsigned char   *p;

    rc = fhb_bin_read_create(&r, &heap, arg[0] == '<' ? FHB_FORM_XML
                                                      : FHB_FORM_JSON);

    for (p = (const unsigned char *) arg; rc >= 0 && *p != '\0'; /* void */) {
        left = strlen((const char *) p) < 7 ? strlen((const char *) p) : 7;
        rc = fhb_bin_read_feed(r, &p, &left, &event);
    }

    while (rc == FHB_OK) {
        left = 0;
        rc = fhb_bin_read_feed(r, &p, &left, &event);
    }

    if (rc >= 0) {
        rc = fhb_bin_read_end(r);
    }

    fhb_bin_read_free(r);

    return verdict(rc, FHB_OK);
}


static int
try_cda(const char *arg)
{
    size_t      left, n;
    fhb_rc_t    rc;
    fhb_str_t   in;
    fhb_cda_t  *cda;

    rc = fhb_cda_create(&cda, &heap);

    for (left = strlen(arg); rc >= 0 && left; left -= n, arg += n) {
        n = left < 50 ? left : 50;
        in.data = (const unsigned char *) arg;
        in.len = n;
        rc = fhb_cda_feed(cda, in);
    }

    if (rc >= 0) {
        rc = fhb_cda_end(cda);
    }

    fhb_cda_free(cda);

    return verdict(rc, FHB_OK);
}


static int
try_outcome(const char *arg)
{
    fhb_outcome_issue_t  issue;

    return verdict(fhb_outcome_read(&heap, arg[0] == '<' ? FHB_FORM_XML
                                                         : FHB_FORM_JSON,
                                    str(arg), &issue), FHB_OK);
}


typedef struct {
    const char  *name;
    int        (*try)(const char *arg);
    const char  *arg;
    int          first;                 /* also at openssl's first use */
} trial_t;


static char  ccd[20000];


/* the n-th fails; its verdict, and whether there were that many */

static int
trial(const trial_t *trial, unsigned n, unsigned keep, int *found)
{
    int  rc;

    calls = 0;
    failed = 0;
    for_good = keep;
    fail_at = n;

    rc = trial->try(trial->arg);

    fail_at = 0;
    *found = failed;

    return rc;
}


/* the same in a process that uses openssl for the first time */

static int
trial_apart(const trial_t *t, unsigned n, int *found)
{
    int    rc, status;
    pid_t  pid;

    pid = fork();

    if (pid == 0) {

        /* not cmocka's, whose handlers go back into the parent's tests */

        signal(SIGSEGV, SIG_DFL);
        signal(SIGABRT, SIG_DFL);

        rc = trial(t, n, 0, found);
        _exit(*found ? rc : rc + ENOUGH);
    }

    if (pid == -1 || waitpid(pid, &status, 0) != pid) {
        fail();
    }

    rc = WIFEXITED(status) ? WEXITSTATUS(status) : CRASHED;
    *found = rc < ENOUGH;

    return rc % ENOUGH;
}


static void
assert_no_denial(const char *name, unsigned n, const char *how, int rc,
    int found)
{
    if (rc == WRONG || (!found && rc != RIGHT)) {
        print_message("# %s: allocation %u%s: %d\n", name, n, how, rc);
        bad++;
    }
}


static void
the_first_use_lacks_memory(void **state)
{
    int             rc, found;
    unsigned        n;
    const trial_t  *t = *state;

    bad = 0;

    for (n = 1, found = 1; found; n++) {
        rc = trial_apart(t, n, &found);
        assert_no_denial(t->name, n, " of the first use", rc, found);
    }

    assert_int_equal(bad, 0);
}


static void
memory_lacks(void **state)
{
    int             rc, found;
    long            before;
    unsigned        n, pass;
    const trial_t  *t = *state;

    if (t->try(t->arg) != RIGHT) {
        fail_msg("%s: it fails with all the memory there is", t->name);
    }

    bad = 0;
    before = 0;

    /* what openssl keeps for good, it has after each of the two passes */

    for (pass = 0; pass < 4; pass++) {
        for (n = 1, found = 1; found; n++) {
            rc = trial(t, n, pass & 1, &found);
            assert_no_denial(t->name, n,
                             (pass & 1) ? " and all that follow" : "", rc,
                             found);
        }

        if (pass == 1) {
            before = live;
        }
    }

    assert_int_equal(bad, 0);
    assert_int_equal(t->try(t->arg), RIGHT);
    assert_true(live <= before);
}


#define BINARY  "\"resourceType\":\"Binary\",\"id\":\"a\\u0062\",\"meta\":{"  \
                "\"versionId\":\"1\",\"lastUpdated\":\"2020-01-01T00:00:00Z"  \
                "\"},\"contentType\":\"text/pl\\u0061in\",\"data\":\"QUJD\""

#define BUNDLE  "{\"resourceType\":\"Bundle\",\"type\":\"searchset\","       \
                "\"entry\":[{\"resource\":{\"resourceType\":"                \
                "\"DocumentReference\",\"subject\":{\"reference\":"          \
                "\"Patient/12\"},\"content\":[{\"attachment\":{\"url\":"      \
                "\"Binary/D1\"}}]}}]}"

#define SPACE   "xmlns=\"http://hl7.org/fhir\""


static const trial_t  trials[] = {
    { "jwks", try_jwks, NULL, 0 },
    { "RS256", try_token, "+RS256", 1 },
    { "PS256", try_token, "+PS256", 0 },
    { "ES256", try_token, "+ES256", 1 },
    { "ES384", try_token, "+ES384", 0 },
    { "ES512", try_token, "+ES512", 0 },
    { "EdDSA", try_token, "+EdDSA", 1 },
    { "bad RS256", try_token, "-RS256", 0 },
    { "bad PS256", try_token, "-PS256", 0 },
    { "bad ES256", try_token, "-ES256", 0 },
    { "bad EdDSA", try_token, "-EdDSA", 0 },
    { "answer", try_answer, "{\"active\":true,\"scope\":\"\\u0061\"}", 0 },
    { "bundle", try_bundle, BUNDLE, 0 },
    { "resource in JSON", try_resource, "{" BINARY "}", 0 },
    { "resource in XML", try_resource,
      "<?xml version='1.0'?><Binary " SPACE "><id value=\"a\"/><meta>"
      "<versionId value='&#x31;'/></meta><contentType value=\"text/plain\"/>"
      "<data value=\"QUJD\"/></Binary>", 0 },
    { "CCD", try_cda, ccd, 0 },
    { "outcome in JSON", try_outcome,
      "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"a\":\"\\n\"}]}",
      0 },
    { "outcome in XML", try_outcome,
      "<OperationOutcome " SPACE "><issue><code value=\"a&lt;b\"/></issue>"
      "</OperationOutcome>", 0 }
};


#define NTRIALS  (sizeof(trials) / sizeof(trials[0]))


int
main(void)
{
    int                rc;
    size_t             i, n, len;
    fhb_digest_t      *digest;

    static struct CMUnitTest  tests[2 * NTRIALS];

    if (CRYPTO_set_mem_functions(openssl_take, openssl_retake, openssl_give)
        != 1
        || xmlMemSetup(give, take, retake, copy) != 0)
    {
        return 1;
    }

    all_keys = slurp(DATA "main.jwks.json", &len);
    tokens = slurp(DATA "tokens.jsonl", &len);

    strcpy(ccd, "<ClinicalDocument xmlns='urn:hl7-org:v3'><!-- c -->");

    for (i = 0; i < 40; i++) {
        len = strlen(ccd);
        snprintf(ccd + len, sizeof(ccd) - len,
                 "<e%zu a='%zu&amp;' xmlns:x%zu='urn:x'><x%zu:y/>&lt;t</e%zu>",
                 i, i, i, i, i);
    }

    strcat(ccd, "</ClinicalDocument>");

    digest = fhb_digest_new();
    xmlInitParser();

    n = 0;

    for (i = 0; i < NTRIALS; i++) {
        if (trials[i].first) {
            tests[n++] = (struct CMUnitTest) {
                .name = trials[i].name,
                .test_func = the_first_use_lacks_memory,
                .initial_state = (void *) &trials[i]
            };
        }
    }

    for (i = 0; i < NTRIALS; i++) {
        tests[n++] = (struct CMUnitTest) {
            .name = trials[i].name, .test_func = memory_lacks,
            .initial_state = (void *) &trials[i]
        };
    }

    cmocka_set_message_output(CM_OUTPUT_TAP);

    rc = _cmocka_run_group_tests("nomem", tests, n, NULL, NULL);

    fhb_digest_free(digest);

    return rc;
}
