/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overheard.c - what is written to standard error between two calls.
 */
#include "overheard.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

static int kept, pipe_ends[2];

void sg_overheard_begin(void)
{
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK), 0);
    kept = dup(STDERR_FILENO);
    assert_true(kept >= 0);
    assert_true(dup2(pipe_ends[1], STDERR_FILENO) >= 0);
}

size_t sg_overheard_end(char *text, size_t cap)
{
    ssize_t got = read(pipe_ends[0], text, cap - 1);
    size_t len = got < 0 ? 0 : (size_t)got;
    text[len] = '\0';
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
    return len;
}
