/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc_fail.c - allocation functions of our own, in front of the C library's or a sanitizer's.
 *
 * Defined in the program, they are found before any library's. A sanitizer's malloc must still do
 * the work where there is one, or its free would meet memory it has never seen.
 */
#include "alloc_fail.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *data, size_t size);
void *__interceptor_malloc(size_t size) __attribute__((weak));
void *__interceptor_calloc(size_t n, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *data, size_t size) __attribute__((weak));

/* They run before a sanitizer is ready. */
#define PLAIN __attribute__((no_sanitize("address", "undefined", "thread")))

static _Thread_local bool armed, refused;
static _Thread_local size_t left;

PLAIN static bool refuses(void)
{
    if (!armed || left-- > 0)
        return false;
    armed = false;
    refused = true;
    errno = ENOMEM;
    return true;
}

PLAIN void *malloc(size_t size)
{
    if (refuses())
        return NULL;
    return __interceptor_malloc != NULL ? __interceptor_malloc(size) : __libc_malloc(size);
}

PLAIN void *calloc(size_t n, size_t size)
{
    if (refuses())
        return NULL;
    return __interceptor_calloc != NULL ? __interceptor_calloc(n, size) : __libc_calloc(n, size);
}

PLAIN void *realloc(void *data, size_t size)
{
    if (refuses())
        return NULL;
    return __interceptor_realloc != NULL ? __interceptor_realloc(data, size)
                                         : __libc_realloc(data, size);
}

void sg_alloc_fail_start(size_t n)
{
    left = n;
    refused = false;
    armed = true;
}

bool sg_alloc_fail_stop(void)
{
    armed = false;
    return refused;
}

size_t sg_alloc_fail_each(enum scrubgate_status (*run)(void *ctx), void *ctx)
{
    for (size_t n = 0;; n++) {
        sg_alloc_fail_start(n);
        enum scrubgate_status rc = run(ctx);
        if (!sg_alloc_fail_stop()) {
            assert_true(rc >= 0);
            return n;
        }
        assert_int_equal(rc, SCRUBGATE_ENOMEM);
    }
}
