/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel.c - the kernels of this build, and which of them to use.
 */
#include "scan/kernel.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"

const struct sg_kernel *const sg_kernels[] = {
    &sg_kernel_scalar,
#if defined(__x86_64__)
    &sg_kernel_avx2,
    &sg_kernel_avx512,
#elif defined(__aarch64__)
    &sg_kernel_neon,
#endif
    NULL,
};

/* The names of those that work here, as a list for people. */
static void list(char *text, size_t cap)
{
    text[0] = '\0';
    for (size_t i = 0, len = 0; sg_kernels[i] != NULL && len < cap; i++) {
        if (sg_kernels[i]->works())
            len += (size_t)snprintf(text + len, cap - len, "%s%s", len == 0 ? "" : ", ",
                                    sg_kernels[i]->name);
    }
}

enum scrubgate_status sg_kernel_choose(const char *name, const struct sg_kernel **kernel,
                                       struct scrubgate_fault *fault)
{
    char names[128];
    const struct sg_kernel *best = NULL;
    for (size_t i = 0; sg_kernels[i] != NULL; i++) {
        if (sg_kernels[i]->works() && (name == NULL || strcmp(name, sg_kernels[i]->name) == 0))
            best = sg_kernels[i];
    }
    if (best == NULL) {
        list(names, sizeof names);
        sg_fault_set(fault, NULL, 0, 0,
                     "no scan kernel of that name works on this machine; use one of: %s", names);
        return SCRUBGATE_EINVAL;
    }
    *kernel = best;
    return SCRUBGATE_OK;
}
