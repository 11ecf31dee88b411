/* SPDX-License-Identifier: Apache-2.0 */
/*
 * philox.c - random numbers that depend on nothing but a seed and a place: Philox4x32-10.
 */
#include "collusion/philox.h"

#include <assert.h>
#include <math.h>

enum { ROUNDS = 10 };

void sg_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
    uint32_t k0 = key[0], k1 = key[1];
    for (int i = 0; i < ROUNDS; i++) {
        const uint64_t a = (uint64_t)0xd2511f53U * c[0], b = (uint64_t)0xcd9e8d57U * c[2];
        const uint32_t next[4] = {(uint32_t)(b >> 32) ^ c[1] ^ k0, (uint32_t)b,
                                  (uint32_t)(a >> 32) ^ c[3] ^ k1, (uint32_t)a};
        for (int j = 0; j < 4; j++)
            c[j] = next[j];
        k0 += 0x9e3779b9U;
        k1 += 0xbb67ae85U;
    }
    for (int j = 0; j < 4; j++)
        out[j] = c[j];
}

void sg_philox_init(struct sg_philox *random, uint64_t seed, uint32_t stream, uint64_t item)
{
    *random = (struct sg_philox){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
                                 .counter = {0, stream, (uint32_t)item, (uint32_t)(item >> 32)}};
}

uint32_t sg_philox_u32(struct sg_philox *random)
{
    if (random->left == 0) {
        sg_philox_block(random->counter, random->key, random->drawn);
        random->counter[0]++;
        random->left = 4;
    }
    return random->drawn[--random->left];
}

uint64_t sg_philox_u64(struct sg_philox *random)
{
    const uint64_t high = sg_philox_u32(random);
    return high << 32 | sg_philox_u32(random);
}

uint32_t sg_philox_below(struct sg_philox *random, uint32_t n)
{
    assert(n > 0);
    const uint32_t uneven = (UINT32_MAX - n + 1) % n;
    uint64_t product;
    do {
        product = (uint64_t)sg_philox_u32(random) * n;
    } while ((uint32_t)product < uneven);
    return (uint32_t)(product >> 32);
}

double sg_philox_unit(struct sg_philox *random)
{
    return ((double)(sg_philox_u64(random) >> 12) + 0.5) * 0x1p-52;
}

bool sg_philox_chance(struct sg_philox *random, double p)
{
    return sg_philox_unit(random) < p;
}

/* Box and Muller; the second of the pair is not kept: there is no state but the counter. */
double sg_philox_normal(struct sg_philox *random)
{
    const double radius = sqrt(-2 * log(sg_philox_unit(random)));
    return radius * cos(6.283185307179586 * sg_philox_unit(random));
}

double sg_philox_exponential(struct sg_philox *random, double mean)
{
    return -mean * log(sg_philox_unit(random));
}

/* Knuth's products, in steps whose exponential does not vanish. */
uint32_t sg_philox_poisson(struct sg_philox *random, double mean)
{
    const double step = 30;
    uint32_t n = 0;
    for (; mean > 0; mean -= step) {
        const double floor = exp(-(mean < step ? mean : step));
        for (double product = sg_philox_unit(random); product > floor;
             product *= sg_philox_unit(random))
            n++;
    }
    return n;
}

size_t sg_philox_pick(struct sg_philox *random, const double *sums, size_t n)
{
    assert(n > 0 && sums[n - 1] > 0);
    const double part = sg_philox_unit(random) * sums[n - 1];
    size_t low = 0, high = n - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sums[middle] > part)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
