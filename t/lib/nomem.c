/*
 * Memory that a test takes away: preloaded into nginx.  FHIR_BINARY_NOMEM
 * names a file of one byte; while it is not 0, what openssl and libxml2 ask
 * for is not there.  nginx itself has all it wants.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>


void *__libc_malloc(size_t size);
void *__libc_realloc(void *p, size_t size);
void *malloc(size_t size);
void *realloc(void *p, size_t size);


static void nomem_init(void) __attribute__((constructor));
static int nomem_for(void *caller);


static const volatile char  *nomem_flag;


static void
nomem_init(void)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv("FHIR_BINARY_NOMEM");
    fd = open(name != NULL ? name : "", O_RDONLY);

    if (fd == -1) {
        abort();
    }

    p = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);

    if (p == MAP_FAILED) {
        abort();
    }

    nomem_flag = p;
}


static int
nomem_for(void *caller)
{
    Dl_info  info;

    return nomem_flag != NULL && *nomem_flag
           && dladdr(caller, &info) != 0 && info.dli_fname != NULL
           && (strstr(info.dli_fname, "libcrypto") != NULL
               || strstr(info.dli_fname, "libxml2") != NULL);
}


void *
malloc(size_t size)
{
    return nomem_for(__builtin_return_address(0)) ? NULL
                                                  : __libc_malloc(size);
}


void *
realloc(void *p, size_t size)
{
    return nomem_for(__builtin_return_address(0)) ? NULL
                                                  : __libc_realloc(p, size);
}
