/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_kernel.c - each kernel that works here says what its tables say, misses no place where a
 * signature holds, and touches no byte but those it may.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rule/sieve.h"
#include "scan/kernel.h"
#include "../lib/suite.h"
#include "../lib/toy_sieve.h"

enum { ROOM = 4 * SG_KERNEL_BLOCK, WORDS = SG_KERNEL_BLOCK / 64 };

static uint8_t *room; /* ROOM bytes between pages that nobody may touch */

static int make_room(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t len = (ROOM + page - 1) / page * page;
    const int zero = open("/dev/zero", O_RDWR);
    uint8_t *map = mmap(NULL, len + 2 * page, PROT_NONE, MAP_PRIVATE, zero, 0);
    if (zero < 0 || map == MAP_FAILED || mprotect(map + page, len, PROT_READ | PROT_WRITE) != 0)
        return -1;
    (void)close(zero);
    /* At the end of the pages: what lies before matters less, and has a test of its own. */
    room = map + page + len - ROOM;
    return 0;
}

static bool halves_let(const struct sg_sieve *sieve, const uint8_t *place)
{
    bool lets = false;
    for (unsigned group = 0; group < sieve->nibble_groups; group++) {
        const struct sg_sieve_looks *looks = &sieve->looks[group];
        uint8_t held = 0xFF;
        for (size_t i = 0; i < looks->n; i++) {
            const size_t at = looks->list[i].at, apart = SG_SIEVE_APART;
            const uint8_t byte = *(place - 1 + at % apart);
            held &= looks->list[i].table[at < apart ? byte & 15 : sg_sieve_kind(byte)];
        }
        lets = lets || held != 0;
    }
    return lets;
}

/* What a kernel's own form of the tables holds of a byte. */
static uint64_t look(const struct sg_kernel *kernel, const struct sg_sieve *sieve, size_t step,
                     uint8_t byte)
{
    uint64_t held = 0;
    if (strcmp(kernel->name, "scalar") == 0)
        return sieve->plain[step][byte];
    const uint8_t symbol = byte < 0x80 ? sieve->fold[byte] : sieve->high;
    for (unsigned group = 0; group < sieve->fold_groups; group++)
        held |= (uint64_t)sieve->symbols[group][step][symbol] << group * 8;
    return held;
}

static uint64_t buckets_at(const struct sg_kernel *kernel, const struct sg_sieve *sieve,
                           const uint8_t *place)
{
    uint64_t held = UINT64_MAX;
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++)
        held &= look(kernel, sieve, step, *(place - 1 + step));
    return held;
}

/* Whether the tables let the place through; any_tail: whatever is SG_SIEVE_STEPS places on. */
static bool lets(const struct sg_kernel *kernel, const struct sg_sieve *sieve, const uint8_t *place,
                 bool any_tail)
{
    if (strcmp(kernel->name, "avx2") == 0 || strcmp(kernel->name, "neon") == 0)
        return halves_let(sieve, place);
    const uint64_t head = UINT64_C(1) << SG_SIEVE_HEAD, tail = UINT64_C(1) << SG_SIEVE_TAIL;
    const uint64_t here = buckets_at(kernel, sieve, place);
    if (!sieve->paired || (here & ~(head | tail)) != 0)
        return here != 0;
    return (here & head) != 0 &&
           (any_tail || (buckets_at(kernel, sieve, place + SG_SIEVE_STEPS) & tail) != 0);
}

/* Runs the kernel and compares all it says with the tables. */
static void check_run(const struct sg_kernel *kernel, const struct sg_sieve *sieve,
                      const uint8_t *text, size_t n, uint64_t hits[WORDS])
{
    const size_t words = (n + 63) / 64;
    memset(hits, 0xA5, WORDS * sizeof *hits);
    sg_sieve_hits(kernel, sieve, NULL, text, n, hits);
    for (size_t i = 0; i < words * 64; i++) {
        /* The last places' tails may be taken for granted. */
        const bool hit = (hits[i / 64] >> i % 64 & 1) != 0;
        const bool open = i + SG_SIEVE_STEPS >= words * 64;
        assert_true(!hit || (i < n && lets(kernel, sieve, text + i, open)));
        assert_true(hit || i >= n || !lets(kernel, sieve, text + i, false));
    }
    for (size_t word = words; word < WORDS; word++)
        assert_int_equal(hits[word], UINT64_C(0xA5A5A5A5A5A5A5A5));
}

/* The chains let through what the plain tables do, and more. */
static void any_plain(struct sg_sieve *sieve, struct sg_toy_random *random)
{
    memset(sieve->chain, 0, sizeof sieve->chain);
    for (size_t step = 0; step < SG_SIEVE_STEPS; step++) {
        for (size_t byte = 0; byte < 256; byte++) {
            uint64_t held = sg_toy_random(random) | sg_toy_random(random);
            held &= UINT64_MAX >> (64 - 8 * sieve->chains);
            sieve->plain[step][byte] = held;
            held |= sg_toy_random(random) & sg_toy_random(random) & sg_toy_random(random);
            for (unsigned i = 0; i < sieve->chains; i++)
                sieve->chain[byte][i] |= (~held >> i * 8 & 0xFF) << step * 8;
        }
    }
}

/* Fewer looks in each group than in the one before, of halves at positions that are made up. */
static void any_looks(struct sg_sieve *sieve, struct sg_toy_random *random)
{
    for (unsigned group = 0; group < sieve->nibble_groups; group++) {
        struct sg_sieve_looks *looks = &sieve->looks[group];
        looks->n = group == 0 ? SG_SIEVE_LOOKS : 8 + sg_toy_below(random, 8);
        for (size_t i = 0; i < looks->n; i++) {
            struct sg_sieve_look *own = &looks->list[i];
            own->at = (uint16_t)sg_toy_below(random, SG_SIGNATURE_BYTES);
            own->at = (uint16_t)(own->at + sg_toy_below(random, 2) * SG_SIEVE_APART);
            for (size_t k = 0; k < 16; k++) {
                own->table[k] = (uint8_t)(sg_toy_random(random) | sg_toy_random(random));
                own->table[k] |= (uint8_t)sg_toy_random(random);
                own->table[16 + k] = own->table[k];
            }
        }
    }
}

/* Tables that no signatures make: bits are set so often that a wrong step or group shows, and hits
 * are neither rare nor common. */
static void any_tables(struct sg_sieve *sieve, struct sg_toy_random *random, unsigned groups,
                       bool paired)
{
    uint8_t *symbols = sieve->symbols[0][0];
    sieve->nibble_groups = groups;
    sieve->fold_groups = groups;
    sieve->chains = groups;
    sieve->paired = paired;
    for (size_t i = 0; i < sizeof sieve->symbols; i++)
        symbols[i] = (uint8_t)(sg_toy_random(random) | sg_toy_random(random));
    any_looks(sieve, random);
    any_plain(sieve, random);
    for (size_t byte = 0; byte < 128; byte++)
        sieve->fold[byte] = (uint8_t)sg_toy_below(random, 64);
    sieve->high = (uint8_t)sg_toy_below(random, 64);
}

static void any_text(struct sg_toy_random *random, uint8_t *text, size_t len, bool ascii)
{
    for (size_t i = 0; i < len; i++)
        text[i] = (uint8_t)sg_toy_below(random, ascii ? 0x80 : 0x100);
}

static const size_t lengths[] = {0,   1,   2,   7,   8,    31,   32,   33,   62,   63,   64,  65,
                                 127, 128, 129, 190, 4033, 4063, 4064, 4065, 4094, 4095, 4096};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

static void test_tables(void **state)
{
    const struct sg_kernel *kernel = *state;
    static struct sg_sieve sieve;
    static uint64_t hits[WORDS];
    struct sg_toy_random random = {1};
    for (unsigned i = 0; i < 6; i++) {
        any_tables(&sieve, &random, 1U << i / 2, i % 2 != 0);
        for (size_t n = 0; n <= 300 + LENGTHS; n++) {
            size_t len = n <= 300 ? n : lengths[n - 301];
            uint8_t *text = room + ROOM - SG_KERNEL_SLACK - len;
            any_text(&random, text - 1, len + 1 + SG_KERNEL_SLACK, n % 2 == 0);
            check_run(kernel, &sieve, text, len, hits);
        }
    }
}

/* The page before the room's first byte may not be touched either. */
static void test_first_page(void **state)
{
    const struct sg_kernel *kernel = *state;
    static struct sg_sieve sieve;
    static uint64_t hits[WORDS];
    struct sg_toy_random random = {2};
    any_tables(&sieve, &random, 4, true);
    for (size_t i = 0; i < LENGTHS; i++) {
        uint8_t *text = room + 1;
        any_text(&random, text - 1, lengths[i] + 1 + SG_KERNEL_SLACK, false);
        check_run(kernel, &sieve, text, lengths[i], hits);
    }
}

static void test_sieve_of_rules(const struct sg_kernel *kernel, size_t n_rules)
{
    static struct sg_toy_sieve toy;
    static uint64_t hits[WORDS];
    struct sg_toy_random random = {n_rules};
    struct sg_sample *sample = NULL;
    struct sg_sieve *sieve = NULL;
    sg_toy_sieve_init(&toy, &random, n_rules);
    assert_int_equal(sg_sample_new(&sample), SCRUBGATE_OK);
    assert_int_equal(sg_sieve_new(&sieve, toy.parts, toy.n, sample), SCRUBGATE_OK);
    for (size_t len = 0; len < 2 * SG_KERNEL_BLOCK; len += 1 + len / 2) {
        memset(room, 0, ROOM);
        uint8_t *text = room + 1 + len % 64;
        sg_toy_sieve_text(&toy, &random, text, len);
        for (size_t start = 0; start < len; start += SG_KERNEL_BLOCK) {
            size_t n = len - start < SG_KERNEL_BLOCK ? len - start : SG_KERNEL_BLOCK;
            check_run(kernel, sieve, text + start, n, hits);
            for (size_t i = 0; i < n; i++) {
                bool any = false;
                for (size_t s = 0; s < sieve->n && !any; s++)
                    any = sg_toy_sieve_holds(sg_toy_sieve_of(&toy, sieve, s), SG_SIGNATURE_BYTES,
                                             text, len, start + i);
                assert_true(!any || (hits[i / 64] >> i % 64 & 1) != 0);
            }
        }
    }
    sg_sieve_free(sieve);
    sg_sample_free(sample);
    sg_toy_sieve_fini(&toy);
}

static void test_rules(void **state)
{
    static const size_t counts[] = {0, 1, 4, 12, 40, 150};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        test_sieve_of_rules(*state, counts[i]);
}

static void test_suspect(void **state)
{
    const struct sg_kernel *kernel = *state;
    assert_non_null(kernel->suspect);
}

static void test_choose_best(void **state)
{
    (void)state;
    const struct sg_kernel *chosen = NULL, *last = NULL;
    for (size_t i = 0; sg_kernels[i] != NULL; i++)
        last = sg_kernels[i]->works() ? sg_kernels[i] : last;
    assert_int_equal(sg_kernel_choose(NULL, &chosen, NULL), SCRUBGATE_OK);
    assert_ptr_equal(chosen, last);
}

static void test_choose_named(void **state)
{
    (void)state;
    for (size_t i = 0; sg_kernels[i] != NULL; i++) {
        const struct sg_kernel *chosen = NULL;
        enum scrubgate_status rc = sg_kernel_choose(sg_kernels[i]->name, &chosen, NULL);
        assert_int_equal(rc, sg_kernels[i]->works() ? SCRUBGATE_OK : SCRUBGATE_EINVAL);
        assert_ptr_equal(chosen, sg_kernels[i]->works() ? sg_kernels[i] : NULL);
    }
}

static void test_choose_unknown(void **state)
{
    (void)state;
    static const char *const names[] = {"", "Scalar", "avx", "scalar,avx2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct sg_kernel *chosen = NULL;
        struct scrubgate_fault fault = {.what = ""};
        assert_int_equal(sg_kernel_choose(names[i], &chosen, &fault), SCRUBGATE_EINVAL);
        assert_null(chosen);
        assert_non_null(strstr(fault.what, "scalar"));
    }
}

static const struct {
    const char *sentence;
    void (*run)(void **state);
} each[] = {
    {"says what its tables say", test_tables},
    {"reads nothing before the byte before the text", test_first_page},
    {"misses no place where a signature holds", test_rules},
    {"has its form of suspect", test_suspect},
};

enum { EACH = sizeof each / sizeof *each, KERNELS = 8 };

int main(void)
{
    static char names[KERNELS][EACH][96];
    if (make_room() < 0)
        return 1;
    for (size_t k = 0; sg_kernels[k] != NULL; k++) {
        for (size_t i = 0; sg_kernels[k]->works() && i < EACH; i++) {
            (void)snprintf(names[k][i], sizeof names[k][i], "%s %s", sg_kernels[k]->name,
                           each[i].sentence);
            sg_suite_add(names[k][i], each[i].run, sg_kernels[k]);
        }
    }
    sg_suite_add("without a name the fastest that works here is chosen", test_choose_best, NULL);
    sg_suite_add("one that works here is chosen by its name", test_choose_named, NULL);
    sg_suite_add("a name that is none of theirs is refused with theirs", test_choose_unknown, NULL);
    return sg_suite_run("kernel");
}
