/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_arena.c - memory that is freed all at once.
 */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"

static void gives_zeroed_aligned_places_that_do_not_overlap(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 16, 17, 900, 200, 5000, 70000, 1, 100000, 3};
    enum { N = sizeof sizes / sizeof sizes[0] };
    struct sg_arena arena = {0};
    uint8_t *place[N];
    for (size_t i = 0; i < N; i++) {
        place[i] = sg_arena_alloc(&arena, sizes[i]);
        assert_non_null(place[i]);
        assert_int_equal((uintptr_t)place[i] % alignof(max_align_t), 0);
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(place[i][at], 0);
        if (sizes[i] > 0)
            memset(place[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(place[i][at], i + 1);
    }
    sg_arena_fini(&arena);
    assert_null(arena.first);
}

static void copies_with_a_nul_behind(void **state)
{
    (void)state;
    struct sg_arena arena = {0};
    assert_memory_equal(sg_arena_copy(&arena, (struct sg_bytes){(const uint8_t *)"a\0b", 3}),
                        "a\0b\0", 4);
    assert_string_equal(sg_arena_copy(&arena, (struct sg_bytes){NULL, 0}), "");
    sg_arena_fini(&arena);
}

static void is_usable_again_after_fini(void **state)
{
    (void)state;
    struct sg_arena arena = {0};
    sg_arena_fini(&arena);
    assert_string_equal(sg_arena_copy(&arena, SG_BYTES("one")), "one");
    sg_arena_fini(&arena);
    assert_string_equal(sg_arena_copy(&arena, SG_BYTES("two")), "two");
    sg_arena_fini(&arena);
}

static void answers_null_when_memory_runs_out(void **state)
{
    (void)state;
    struct sg_arena arena = {0};
    char *kept = sg_arena_copy(&arena, SG_BYTES("kept"));
    sg_alloc_fail_start(0);
    void *none = sg_arena_alloc(&arena, 100000);
    assert_true(sg_alloc_fail_stop());
    assert_null(none);
    assert_null(sg_arena_alloc(&arena, SIZE_MAX));
    assert_null(sg_arena_alloc(&arena, SIZE_MAX - 8));
    assert_string_equal(kept, "kept");
    assert_non_null(sg_arena_alloc(&arena, 100000));
    sg_arena_fini(&arena);
}

int main(void)
{
    sg_suite_add("gives zeroed, aligned places that do not overlap",
                 gives_zeroed_aligned_places_that_do_not_overlap, NULL);
    sg_suite_add("copies with a NUL behind", copies_with_a_nul_behind, NULL);
    sg_suite_add("is usable again after fini", is_usable_again_after_fini, NULL);
    sg_suite_add("answers NULL when memory runs out", answers_null_when_memory_runs_out, NULL);
    return sg_suite_run("arena");
}
