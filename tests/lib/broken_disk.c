/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broken_disk.c - has a gateway run on a disk that fails when the test says so.
 */
#include "broken_disk.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

/* Beside the test's folder. Without it nothing would fail, and nothing be proven. */
static void find_preload(char *variable, size_t cap)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(len > 0);
    self[len] = '\0';
    for (int up = 0; up < 2; up++)
        *strrchr(self, '/') = '\0';
    assert_true(snprintf(variable, cap, "LD_PRELOAD=%s/preload/faults.so", self) < (int)cap);
    if (access(strchr(variable, '=') + 1, R_OK) != 0)
        fail_msg("there is no %s: make tests", variable);
}

struct sg_faults *sg_broken_disk_new(struct sg_gateway *gateway)
{
    static char preload[PATH_MAX + 64], named[PATH_MAX + 64];
    static const char *variables[] = {preload, named, "ASAN_OPTIONS=verify_asan_link_order=0",
                                      NULL};
    const struct sg_faults none = {.call = {{.times = 0}}};
    char path[512];
    find_preload(preload, sizeof preload);
    sg_tempdir_write(&gateway->dir, "faults", &none, sizeof none);
    sg_tempdir_path(&gateway->dir, "faults", path);
    (void)snprintf(named, sizeof named, SG_FAULTS_VARIABLE "=%s", path);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    struct sg_faults *faults =
        mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(faults != MAP_FAILED);
    (void)close(fd);
    gateway->variables = variables;
    return faults;
}

void sg_broken_disk_free(struct sg_faults *faults)
{
    assert_int_equal(munmap(faults, sizeof *faults), 0);
}

void sg_broken_disk_set(struct sg_faults *faults, enum sg_fault_call call, long after, long times,
                        int error)
{
    struct sg_fault *fault = &faults->call[call];
    atomic_store(&fault->times, 0);
    atomic_store(&fault->error, error);
    atomic_store(&fault->after, after);
    atomic_store(&fault->times, times);
}
