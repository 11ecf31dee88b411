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

void sg_sieve_hits(const struct sg_kernel *kernel, const struct sg_sieve *sieve,
                   const uint64_t *wanted, const uint8_t *text, size_t n, uint64_t *hits)
{
    bool by_triples = sieve->triples != NULL, by_buckets = true;
    if (by_triples && wanted != NULL) {
        uint64_t triples = 0, buckets = 0;
        for (size_t word = 0; word < sieve->words; word++) {
            triples |= wanted[word] & sieve->by_triples[word];
            buckets |= wanted[word] & ~sieve->by_triples[word];
        }
        by_triples = triples != 0;
        by_buckets = buckets != 0;
    }
    if (by_buckets)
        kernel->sieve(sieve, text, n, hits);
    else
        memset(hits, 0, (n + 63) / 64 * sizeof *hits);
    if (by_triples)
        sg_triples_mark(sieve->triples, wanted, text, n, hits);
}
