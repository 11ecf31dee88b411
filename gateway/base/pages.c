/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages.c - memory for message bytes in bulk: whole pages that core dumps leave out.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MADV_… */
#include "base/pages.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/digest.h"

#ifdef SG_NO_SANDBOX /* an instrumented build looks for writes behind the end: as malloc gives it  \
                      */

void *sg_pages_new(size_t len)
{
    return calloc(1, len);
}

void sg_pages_free(void *pages, size_t len, size_t used)
{
    (void)len;
    if (pages != NULL)
        sg_wipe(pages, used);
    free(pages);
}

#else

void *sg_pages_new(size_t len)
{
    void *pages = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
    /* Where a kernel has not one of them, the process's own measures remain. */
    (void)madvise(pages, len, MADV_DONTDUMP);
    (void)madvise(pages, len, MADV_WIPEONFORK);
    return pages;
}

void sg_pages_free(void *pages, size_t len, size_t used)
{
    if (pages == NULL)
        return;
    sg_wipe(pages, used);
    (void)munmap(pages, len);
}

#endif
