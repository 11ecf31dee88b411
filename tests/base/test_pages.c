/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pages.c - memory that dumps leave out, and registers that hold nothing of a message.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/pages.h"
#include "base/registers.h"

#include "../lib/suite.h"

enum { SIZE = 3 * 65536, LARGE = 512 * 1024 };

/* Whether the mapping of an address has the flag, as the kernel tells it. */
static bool has_flag(const void *address, const char *flag)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[4096];
    bool inside = false, found = false;
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        uint64_t start, end;
        char mode[5];
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &start, &end, mode) == 3)
            inside = (uintptr_t)address >= start && (uintptr_t)address < end;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, flag) != NULL;
    }
    (void)fclose(maps);
    return found;
}

static void test_zeroed(void **state)
{
    (void)state;
    uint8_t *pages = sg_pages_new(SIZE);
    assert_non_null(pages);
    for (size_t i = 0; i < SIZE; i++)
        assert_int_equal(pages[i], 0);
    memset(pages, 'x', SIZE);
    sg_pages_free(pages, SIZE, SIZE);
    sg_pages_free(NULL, SIZE, SIZE);
#ifndef SG_NO_SANDBOX /* sanitizers stop at what malloc cannot give */
    assert_null(sg_pages_new(SIZE_MAX / 2));
#endif
}

static void test_left_out(void **state)
{
    (void)state;
#ifdef SG_NO_SANDBOX
    skip();
#endif
    uint8_t *pages = sg_pages_new(SIZE);
    struct sg_buf small = {0}, large = {0};
    assert_true(has_flag(pages, " dd"));
    assert_true(has_flag(pages, " wf"));
    assert_true(sg_buf_reserve(&small, 1000) >= 0);
    assert_true(sg_buf_reserve(&large, LARGE) >= 0);
    assert_true(has_flag(large.data, " dd"));
    assert_false(has_flag(small.data, " dd"));
    sg_buf_fini(&small);
    sg_buf_fini(&large);
    sg_pages_free(pages, SIZE, 0);
}

static void test_child(void **state)
{
    (void)state;
#ifdef SG_NO_SANDBOX
    skip();
#endif
    uint8_t *pages = sg_pages_new(SIZE);
    int status;
    memset(pages, 'x', SIZE);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(pages[0] == 0 && pages[SIZE - 1] == 0 ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(pages[0], 'x');
    sg_pages_free(pages, SIZE, SIZE);
}

static void test_grows(void **state)
{
    (void)state;
    struct sg_buf buf = {0}, other = {0};
    for (size_t i = 0; i < LARGE; i++)
        assert_true(sg_buf_add_byte(&buf, (uint8_t)(i % 251)) >= 0);
    for (size_t i = 0; i < LARGE; i++)
        assert_int_equal(buf.data[i], i % 251);
    sg_buf_move(&other, &buf);
    assert_int_equal(other.len, LARGE);
    sg_buf_fini(&buf);
    sg_buf_fini(&other);
    sg_buf_fini(&other);
}

/* Puts a value where copies leave what they carried, and asks what is there after. */
static void test_registers(void **state)
{
    (void)state;
#if defined(__x86_64__)
    uint64_t left = UINT64_C(0x7365637265747321);
    __asm__ volatile("movq %0, %%xmm0\n\tmovq %0, %%xmm15\n\t" ::"r"(left) : "xmm0", "xmm15");
    sg_registers_wipe();
    __asm__ volatile("movq %%xmm0, %0" : "=r"(left));
    assert_int_equal(left, 0);
    __asm__ volatile("movq %%xmm15, %0" : "=r"(left));
    assert_int_equal(left, 0);
    if (!__builtin_cpu_supports("avx512f"))
        return;
    left = UINT64_C(0x7365637265747321);
    __asm__ volatile("vpbroadcastq %0, %%zmm31" ::"r"(left));
    sg_registers_wipe();
    __asm__ volatile("vmovdqa64 %%zmm31, %%zmm0\n\tmovq %%xmm0, %0" : "=r"(left)::"xmm0");
    assert_int_equal(left, 0);
#else
    sg_registers_wipe();
#endif
}

int main(void)
{
    sg_suite_add("pages are zeroed, and too many are refused", test_zeroed, NULL);
    sg_suite_add("dumps leave pages out, and large bufs, which are made of them", test_left_out,
                 NULL);
    sg_suite_add("a child finds pages empty", test_child, NULL);
    sg_suite_add("a buf that turns from small to large keeps its bytes", test_grows, NULL);
    sg_suite_add("registers hold nothing afterwards", test_registers, NULL);
    return sg_suite_run("pages");
}
