/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel.h - the two loops that look at every byte, in the forms that processors know.
 *
 * All forms of `suspect` give the same answer. Forms of `sieve` may differ in which places they
 * let through in vain, never in missing one.
 */
#ifndef SG_SCAN_KERNEL_H
#define SG_SCAN_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "rule/sieve.h"

enum {
    SG_KERNEL_BLOCK = 4096, /* most places in one call */
    SG_KERNEL_SLACK = 128   /* bytes that may be read beyond the places */
};

struct sg_kernel {
    const char *name;    /* "scalar", "avx2", "avx512vbmi", "neon" */
    bool (*works)(void); /* on this machine */
    /*
     * The coarse stage of the sieve. Bit i of hits[i / 64] is set when a bucket holds at place
     * text + i, for 0 <= i < n <= SG_KERNEL_BLOCK; the last word's other bits are zero. Reads
     * text[-1] to text[n + SG_KERNEL_SLACK - 1], where zero stands for outside: so a place is for
     * it once all SG_SIGNATURE_BYTES positions have come or are known to be outside.
     */
    void (*sieve)(const struct sg_sieve *sieve, const uint8_t *text, size_t n, uint64_t *hits);
    /*
     * The offset of the first code point, from `from` on, that the folded view may change, alone
     * or with its neighbours (scan/fold.h); len when there is none. Reads text[0 … len) only.
     */
    size_t (*suspect)(const uint8_t *text, size_t from, size_t len);
};

/* The coarse stage with what is found by three bytes in a row, as kernel->sieve: at least the
 * places where one of the wanted signatures holds. wanted NULL: all. */
void sg_sieve_hits(const struct sg_kernel *kernel, const struct sg_sieve *sieve,
                   const uint64_t *wanted, const uint8_t *text, size_t n, uint64_t *hits);

/* Those of processors are there only in builds for them. */
extern const struct sg_kernel sg_kernel_scalar, sg_kernel_avx2, sg_kernel_avx512, sg_kernel_neon;

/* All there are in this build, the plainest first; ends with NULL. Some may not work here. */
extern const struct sg_kernel *const sg_kernels[];

/* The fastest that works here, or the one named. EINVAL with the names there are when it is not
 * one of them or does not work here. name may be NULL. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_kernel_choose(const char *name,
                                                          const struct sg_kernel **kernel,
                                                          struct scrubgate_fault *fault);

#endif
