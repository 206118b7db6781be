/*
 * Runs a fuzz target over files, without libFuzzer: each argument is a file
 * or a directory of files; without arguments it is the directory CORPUS.
 * Reports in TAP, one test a file.  A bad input ends the program by way of
 * the sanitizers, and the missing plan makes that a failure.
 */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifndef CORPUS
#define CORPUS  "t/fuzz/corpus"
#endif


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay_path(const char *path);
static void replay_dir(const char *path);
static void replay_file(const char *path);

static unsigned  replay_count;


int
main(int argc, char **argv)
{
    int  i;

    setvbuf(stdout, NULL, _IOLBF, 0);

    if (argc < 2) {
        replay_path(CORPUS);
    }

    for (i = 1; i < argc; i++) {
        replay_path(argv[i]);
    }

    if (replay_count == 0) {
        printf("1..0 # SKIP no corpus in %s\n", CORPUS);
        return 0;
    }

    printf("1..%u\n", replay_count);
    return 0;
}


static void
replay_path(const char *path)
{
    struct stat  st;

    if (stat(path, &st) != 0) {
        return;
    }

    if (S_ISDIR(st.st_mode)) {
        replay_dir(path);
        return;
    }

    replay_file(path);
}


static void
replay_dir(const char *path)
{
    int              i, n;
    char             name[4096];
    struct dirent  **list;

    n = scandir(path, &list, NULL, alphasort);

    for (i = 0; i < n; i++) {
        if (list[i]->d_name[0] != '.') {
            snprintf(name, sizeof(name), "%s/%s", path, list[i]->d_name);
            replay_path(name);
        }

        free(list[i]);
    }

    if (n >= 0) {
        free(list);
    }
}


/*
 * The copy ends where its allocation ends, so that one byte too far is
 * caught; it starts one byte in, since an allocation of none has a byte.
 */

static void
replay_file(const char *path)
{
    FILE     *f;
    long      size;
    uint8_t  *data;

    f = fopen(path, "rb");

    if (f == NULL
        || fseek(f, 0, SEEK_END) != 0
        || (size = ftell(f)) < 0
        || fseek(f, 0, SEEK_SET) != 0
        || (data = malloc((size_t) size + 1)) == NULL
        || fread(data + 1, 1, (size_t) size, f) != (size_t) size)
    {
        printf("Bail out! cannot read %s\n", path);
        exit(1);
    }

    fclose(f);

    printf("# %s, %ld bytes\n", path, size);

    (void) LLVMFuzzerTestOneInput(data + 1, (size_t) size);

    free(data);

    printf("ok %u - %s\n", ++replay_count, path);
}
