/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registers.c - what a thread's vector registers still hold when it goes to sleep.
 */
#include "base/registers.h"

#if defined(__x86_64__)

#define ZERO_SSE(n) "pxor %%xmm" #n ", %%xmm" #n "\n\t"
#define ZERO_512(n) "vpxord %%zmm" #n ", %%zmm" #n ", %%zmm" #n "\n\t"
#define LOW_HALF                                                                                   \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",       \
        "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

void sg_registers_wipe(void)
{
    if (__builtin_cpu_supports("avx"))
        __asm__ volatile("vzeroall" ::: LOW_HALF); /* at full width, whatever that is */
    else
        __asm__ volatile(ZERO_SSE(0) ZERO_SSE(1) ZERO_SSE(2) ZERO_SSE(3) ZERO_SSE(4) ZERO_SSE(5)
                             ZERO_SSE(6) ZERO_SSE(7) ZERO_SSE(8) ZERO_SSE(9) ZERO_SSE(10)
                                 ZERO_SSE(11) ZERO_SSE(12) ZERO_SSE(13) ZERO_SSE(14) ZERO_SSE(15)::
                                     : LOW_HALF);
    /* The other half exists with AVX-512 only; code compiled for less never keeps anything there.
     */
    if (__builtin_cpu_supports("avx512f"))
        __asm__ volatile(ZERO_512(16) ZERO_512(17) ZERO_512(18) ZERO_512(19) ZERO_512(20)
                             ZERO_512(21) ZERO_512(22) ZERO_512(23) ZERO_512(24) ZERO_512(25)
                                 ZERO_512(26) ZERO_512(27) ZERO_512(28) ZERO_512(29) ZERO_512(30)
                                     ZERO_512(31)::
                                         : "memory");
}

#elif defined(__aarch64__)

#define ZERO(n) "movi v" #n ".2d, #0\n\t"

/* Not 8 to 15, of which the lower halves are the callers'. */
void sg_registers_wipe(void)
{
    __asm__ volatile(ZERO(0) ZERO(1) ZERO(2) ZERO(3) ZERO(4) ZERO(5) ZERO(6) ZERO(7) ZERO(16)
                         ZERO(17) ZERO(18) ZERO(19) ZERO(20) ZERO(21) ZERO(22) ZERO(23) ZERO(24)
                             ZERO(25) ZERO(26) ZERO(27) ZERO(28) ZERO(29) ZERO(30) ZERO(31)::
                                 : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17",
                                   "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26",
                                   "v27", "v28", "v29", "v30", "v31");
}

#else

void sg_registers_wipe(void)
{
}

#endif
