/*
 * What a document that means harm costs the readers of XML and JSON: time of
 * the longest single feed, time of a MiB, and memory, each in a process of
 * its own.  An input is a head, a unit that repeats (a "#" in it counts), and
 * no end; it is fed until it is refused or until 8 MiB are through.
 *
 *     bench_feed [piece [text]]        bytes of a feed, 16384; of the inputs
 *                                      those with the text in their names
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#include "fhb_bin_read.h"
#include "fhb_bundle.h"
#include "fhb_cda.h"
#include "fhb_json.h"
#include "fhb_error.h"
#include "fhb_jwk.h"
#include "fhb_outcome.h"


#define BENCH_INPUT  (8 * 1048576)      /* bytes */

#define CDA  "<ClinicalDocument xmlns='urn:hl7-org:v3'>"
#define XML  "<Binary xmlns='http://hl7.org/fhir'><contentType value='a/b'/>"
#define JSON "{\"resourceType\":\"Binary\",\"contentType\":\"a/b\","
#define OO   "<OperationOutcome xmlns='http://hl7.org/fhir'>"


typedef struct {
    const char  *reader;
    const char  *what;
    const char  *head;
    const char  *unit;
    size_t       every;                 /* not 0: bytes until "tail" */
    const char  *tail;
} bench_row_t;

typedef struct {
    const bench_row_t  *row;
    size_t              piece;
    double              worst;          /* ns, of a feed */
    double              all;
    size_t              fed;            /* bytes */
    fhb_rc_t            rc;
} bench_run_t;


static const bench_row_t  bench_rows[] = {
    { "cda", "elements", CDA, "<a>x</a>", 0, NULL },
    { "cda", "names of elements", CDA, "<e#/>", 0, NULL },
    { "cda", "long names of elements",
      CDA,
      "<eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
      "eeeeeee#/>", 0, NULL },
    { "cda", "names of attributes", CDA, "<e a#='1'/>", 0, NULL },
    { "cda", "attributes of one element", CDA "<e", " a#='1'", 0, NULL },
    { "cda", "attributes of the root",
      "<ClinicalDocument xmlns='urn:hl7-org:v3'",
      " a#='1'", 0, NULL },
    { "cda", "namespaces of one element", CDA "<e", " xmlns:a#='u'", 0, NULL },
    { "cda", "namespaces", CDA, "<e xmlns:a='u#'/>", 0, NULL },
    { "cda", "prefixes", CDA, "<a#:e xmlns:a#='u'/>", 0, NULL },
    { "cda", "8k of attributes each", CDA "<e", " a#='1'", 8000, "/>" },
    { "cda", "100k of attributes each", CDA "<e", " a#='1'", 100000, "/>" },
    { "cda", "250k of attributes each", CDA "<e", " a#='1'", 250000, "/>" },
    { "cda", "250k of namespaces each",
      CDA "<e",
      " xmlns:a#='u'",
      250000,
      "/>" },
    { "cda", "8k of namespaces, open", CDA "<e", " xmlns:a#='u'", 8000, ">" },
    { "cda", "128 attributes each", CDA "<e", " a#='1'", 850, "/>" },
    { "cda", "long attributes each",
      CDA "<e",
      " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa='1'",
      4,
      "/>" },
    { "cda", "250k of values each", CDA "<e a='", "x", 250000, "'/><e a='" },
    { "cda", "250k of one comment each", CDA "<!--", "x", 250000, "--><!--" },
    { "cda", "250k of blanks in a tag", CDA "<e", " ", 250000, "/><e" },
    { "cda", "values of attributes", CDA, "<e a='#'/>", 0, NULL },
    { "cda", "text in short pieces", CDA, "#<a/>", 0, NULL },
    { "cda", "one text", CDA, "x", 0, NULL },
    { "cda", "one text of blanks", CDA, " ", 0, NULL },
    { "cda", "one text of lines", CDA, "\r\n", 0, NULL },
    { "cda", "one text of references", CDA, "&#65;", 0, NULL },
    { "cda", "one text of ampersands", CDA, "&amp;", 0, NULL },
    { "cda", "one text of ]", CDA, "]", 0, NULL },
    { "cda", "one value", CDA "<e a='", "x", 0, NULL },
    { "cda", "one value of references", CDA "<e a='", "&#65;", 0, NULL },
    { "cda", "one value of >", CDA "<e a='", ">", 0, NULL },
    { "cda", "one value of lines", CDA "<e a='", "\n", 0, NULL },
    { "cda", "one name", CDA "<", "x", 0, NULL },
    { "cda", "one name of an attribute", CDA "<e ", "x", 0, NULL },
    { "cda", "one tag of blanks", CDA "<e", " ", 0, NULL },
    { "cda", "one end tag", CDA "<e></e", " ", 0, NULL },
    { "cda", "one comment", CDA "<!--", "x", 0, NULL },
    { "cda", "one comment of dashes", CDA "<!--", "x-", 0, NULL },
    { "cda", "comments", CDA, "<!--#-->", 0, NULL },
    { "cda", "one CDATA", CDA "<![CDATA[", "x", 0, NULL },
    { "cda", "one CDATA of ]", CDA "<![CDATA[", "]", 0, NULL },
    { "cda", "CDATAs", CDA, "<![CDATA[#]]>", 0, NULL },
    { "cda", "one PI", CDA "<?p ", "x", 0, NULL },
    { "cda", "one PI of ?", CDA "<?p ", "?", 0, NULL },
    { "cda", "names of PIs", CDA, "<?p# x?>", 0, NULL },
    { "cda", "depth", CDA, "<a>", 0, NULL },
    { "cda", "blanks behind", CDA "</ClinicalDocument>", " ", 0, NULL },
    { "cda", "PIs behind", CDA "</ClinicalDocument>", "<?a#?>", 0, NULL },
    { "cda", "a DTD",
      "<!DOCTYPE ClinicalDocument [",
      "<!ELEMENT a# ANY>", 0, NULL },
    { "cda", "a start", "<!--", "x", 0, NULL },
    { "bin_xml", "names of elements", XML, "<e#/>", 0, NULL },
    { "bin_xml", "attributes of one element", XML "<e", " a#='1'", 0, NULL },
    { "bin_xml", "one value", XML "<e a='", "x", 0, NULL },
    { "bin_xml", "one comment", XML "<!--", "x", 0, NULL },
    { "bin_xml", "one comment of dashes", XML "<!--", "x-", 0, NULL },
    { "bin_xml", "one PI", XML "<?p ", "?", 0, NULL },
    { "bin_xml", "blanks", XML, " ", 0, NULL },
    { "bin_xml", "data", XML "<data value='", "AAAA", 0, NULL },
    { "bin_xml", "data of references", XML "<data value='", "&#65;", 0, NULL },
    { "bin_xml", "data of blanks", XML "<data value='", "\n", 0, NULL },
    { "bin_json", "names", JSON, "\"a#\":1,", 0, NULL },
    { "bin_json", "one string", JSON "\"a\":\"", "x", 0, NULL },
    { "bin_json", "one string of escapes",
      JSON "\"a\":\"",
      "\\u0041", 0, NULL },
    { "bin_json", "one name", JSON "\"", "x", 0, NULL },
    { "bin_json", "one number", JSON "\"a\":", "1", 0, NULL },
    { "bin_json", "numbers", JSON "\"a\":[", "1,", 0, NULL },
    { "bin_json", "blanks", JSON, " ", 0, NULL },
    { "bin_json", "depth", JSON "\"a\":", "[", 0, NULL },
    { "bin_json", "data", JSON "\"data\":\"", "AAAA", 0, NULL },
    { "bin_json", "data of escapes", JSON "\"data\":\"", "\\u0041", 0, NULL },
    { "bin_json", "data of blanks", JSON "\"data\":\"", " ", 0, NULL },
    { "outcome_xml", "names of elements", OO, "<e#/>", 0, NULL },
    { "outcome_xml", "attributes of one element",
      OO "<e",
      " a#='1'", 0, NULL },
    { "outcome_xml", "one text", OO, "x", 0, NULL },
    { "outcome_xml", "one value", OO "<e a='", "x", 0, NULL },
    { "outcome_xml", "one comment", OO "<!--", "x", 0, NULL },
    { "outcome_json", "one string",
      "{\"resourceType\":\"OperationOutcome\",\"a\":\"",
      "x", 0, NULL },
    { "outcome_json", "one string of escapes",
      "{\"resourceType\":\"OperationOutcome\",\"a\":\"",
      "\\n", 0, NULL },
    { "outcome_json", "names",
      "{\"resourceType\":\"OperationOutcome\"",
      ",\"a#\":1", 0, NULL },
    { "outcome_json", "numbers", "{\"a\":[1", ",1", 0, NULL },
    { "bundle", "one string",
      "{\"resourceType\":\"Bundle\",\"a\":\"",
      "x", 0, NULL },
    { "bundle", "one string of escapes",
      "{\"resourceType\":\"Bundle\",\"a\":\"",
      "\\u0041", 0, NULL },
    { "bundle", "one string of lines",
      "{\"resourceType\":\"Bundle\",\"a\":\"",
      "\\n", 0, NULL },
    { "bundle", "one number", "{\"a\":", "1", 0, NULL },
    { "bundle", "one name", "{\"", "x", 0, NULL },
    { "bundle", "strings, just whole",
      "{\"resourceType\":\"Bundle\",\"a\":[\"",
      "\\n", 16382, "\",\"" },
    { "bundle", "long strings",
      "{\"resourceType\":\"Bundle\",\"a\":[1",
      ",\"\\u0041xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      "xxxxxxxxxxxxxxxx\"", 0, NULL },
    { "bundle", "names",
      "{\"resourceType\":\"Bundle\"",
      ",\"a#\":1", 0, NULL },
    { "bundle", "numbers",
      "{\"resourceType\":\"Bundle\",\"a\":[1",
      ",1", 0, NULL },
    { "jwks", "keys of nothing", "{\"keys\":[{}", ",{}", 0, NULL },
    { "jwks", "keys",
      "{\"keys\":[{}",
      ",{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"#\",\"x\":\"f83"
      "OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m"
      "36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}", 0, NULL },
    { "jwks", "one string", "{\"a\":\"", "x", 0, NULL }
};


static void *
bench_alloc(void *ctx, size_t size)
{
    (void) ctx;

    return malloc(size ? size : 1);
}


static void
bench_free(void *ctx, void *p)
{
    (void) ctx;

    free(p);
}


static const fhb_alloc_t  bench_heap = { bench_alloc, bench_free, NULL };


static double
bench_now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


/* KiB, the most that the process ever had */

static long
bench_peak(void)
{
    long   kib;
    char   line[128];
    FILE  *f;

    kib = 0;
    f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof(line), f)) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kib = atol(line + 6);
        }
    }

    if (f) {
        fclose(f);
    }

    return kib;
}


static size_t
bench_input(const bench_row_t *row, unsigned char *buf, size_t size)
{
    size_t       len, n, last;
    unsigned     count;
    const char  *p;

    count = 0;
    last = 0;
    len = strlen(row->head);
    memcpy(buf, row->head, len);

    while (len + 512 < size) {

        if (row->every && len - last > row->every) {
            n = strlen(row->tail);
            memcpy(buf + len, row->tail, n);
            len += n;
            last = len;
            count = row->every < 2000 ? 0 : count;

            if (strchr(row->unit, '=') != NULL) {
                memcpy(buf + len, "<e", 2);
                len += 2;
            }
        }

        for (p = row->unit; *p; p++) {
            if (*p != '#') {
                buf[len++] = (unsigned char) *p;
                continue;
            }

            n = (size_t) snprintf((char *) buf + len, 32, "%x", count++);
            len += n;
        }
    }

    return len;
}


static fhb_rc_t
bench_step(const char *reader, void *state, fhb_str_t in)
{
    fhb_rc_t              rc;
    fhb_bin_event_t       event;
    const unsigned char  *p;

    if (strcmp(reader, "cda") == 0) {
        rc = fhb_cda_feed(state, in);
        return rc < 0 ? rc : FHB_OK;
    }

    if (strcmp(reader, "bundle") == 0) {
        return fhb_bundle_feed(state, in);
    }

    p = in.data;

    while ((rc = fhb_bin_read_feed(state, &p, &in.len, &event)) == FHB_OK) {
        /* void */
    }

    return rc < 0 ? rc : FHB_OK;
}


static void
bench_stream(bench_run_t *run, const unsigned char *buf, size_t len)
{
    void        *state;
    double       t;
    fhb_str_t    in;
    const char  *reader = run->row->reader;

    if (strcmp(reader, "cda") == 0) {
        run->rc = fhb_cda_create((fhb_cda_t **) &state, &bench_heap);

    } else if (strcmp(reader, "bundle") == 0) {
        run->rc = fhb_bundle_create((fhb_bundle_t **) &state, &bench_heap);
        len = len < FHB_MAX_BUNDLE ? len : FHB_MAX_BUNDLE;

    } else {
        run->rc = fhb_bin_read_create((fhb_bin_read_t **) &state, &bench_heap,
                                      strcmp(reader, "bin_xml") == 0
                                      ? FHB_FORM_XML : FHB_FORM_JSON);
    }

    while (run->rc == FHB_OK && run->fed < len) {
        in.data = buf + run->fed;
        in.len = len - run->fed;
        in.len = in.len < run->piece ? in.len : run->piece;

        t = bench_now();
        run->rc = bench_step(reader, state, in);
        t = bench_now() - t;

        run->all += t;
        run->worst = t > run->worst ? t : run->worst;
        run->fed += in.len;
    }
}


/* those that have the whole of it in one call */

static void
bench_whole(bench_run_t *run, const unsigned char *buf, size_t len)
{
    double                t;
    fhb_str_t             in;
    fhb_jwk_set_t        *jwks;
    fhb_jwk_report_t      report;
    fhb_outcome_issue_t   issue;
    const char           *reader = run->row->reader;

    in.data = buf;
    in.len = len;

    t = bench_now();

    if (strcmp(reader, "jwks") == 0) {
        in.len = len < FHB_MAX_JWKS ? len : FHB_MAX_JWKS;
        run->rc = fhb_jwk_set_parse(&jwks, &bench_heap, in, &report);

    } else {
        in.len = len < FHB_MAX_OUTCOME ? len : FHB_MAX_OUTCOME;
        run->rc = fhb_outcome_read(&bench_heap,
                                   strcmp(reader, "outcome_xml") == 0
                                   ? FHB_FORM_XML : FHB_FORM_JSON, in,
                                   &issue);
    }

    run->worst = run->all = bench_now() - t;
    run->fed = in.len;
}


static void
bench_run(const bench_row_t *row, size_t piece)
{
    long            peak;
    size_t          len;
    bench_run_t     run;
    unsigned char  *buf;

    memset(&run, 0, sizeof(run));

    run.row = row;
    run.piece = piece;

    buf = malloc(BENCH_INPUT);
    len = bench_input(row, buf, BENCH_INPUT);
    peak = bench_peak();

    if (strncmp(row->reader, "bin_", 4) == 0
        || strcmp(row->reader, "cda") == 0
        || strcmp(row->reader, "bundle") == 0)
    {
        bench_stream(&run, buf, len);

    } else {
        bench_whole(&run, buf, len);
    }

    printf("%-12s %-26s %8zu %8.2f %8.2f %8ld  %s\n", row->reader, row->what,
           run.fed / 1024, run.worst / 1e6,
           run.all / 1e6 / ((double) run.fed / 1048576), bench_peak() - peak,
           run.rc < 0 ? fhb_error_row(run.rc)->reason : "ok");
}


int
main(int argc, char **argv)
{
    pid_t   pid;
    size_t  i, piece;

    piece = argc > 1 ? (size_t) atol(argv[1]) : 16384;

    printf("feeds of %zu bytes\n%-12s %-26s %8s %8s %8s %8s  %s\n", piece,
           "reader", "input", "KiB", "ms/feed", "ms/MiB", "+KiB", "result");
    fflush(stdout);

    for (i = 0; i < sizeof(bench_rows) / sizeof(bench_rows[0]); i++) {
        if (argc > 2 && strstr(bench_rows[i].reader, argv[2]) == NULL
            && strstr(bench_rows[i].what, argv[2]) == NULL)
        {
            continue;
        }

        pid = fork();

        if (pid == 0) {
            bench_run(&bench_rows[i], piece);
            fflush(stdout);
            _exit(0);
        }

        waitpid(pid, NULL, 0);
    }

    return 0;
}
