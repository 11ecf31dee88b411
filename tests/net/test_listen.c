/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_listen.c - addresses read and printed; listening sockets and what they say when they fail.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/listen.h"

struct row {
    const char *name, *text;
    const char *want; /* as printed; NULL: refused */
};

static const struct row rows[] = {
    {"an IPv4 address and a port", "127.0.0.1:8080", "127.0.0.1:8080"},
    {"any address", "0.0.0.0:1", "0.0.0.0:1"},
    {"port 0 lets the system choose", "127.0.0.1:0", "127.0.0.1:0"},
    {"the highest port", "127.0.0.1:65535", "127.0.0.1:65535"},
    {"an IPv6 address in brackets", "[::1]:80", "[::1]:80"},
    {"an IPv6 address is printed in its short form", "[0:0:0:0:0:0:0:1]:80", "[::1]:80"},
    {"a unix socket", "unix:/run/scrubgate.sock", "unix:/run/scrubgate.sock"},
    {"a unix socket with a colon in its path", "unix:/run/a:1", "unix:/run/a:1"},
    {"nothing is refused", "", NULL},
    {"a port alone is refused", "8080", NULL},
    {"a colon and a port are refused", ":8080", NULL},
    {"an address without port is refused", "127.0.0.1", NULL},
    {"an empty port is refused", "127.0.0.1:", NULL},
    {"a port over 65535 is refused", "127.0.0.1:65536", NULL},
    {"a port with a sign is refused", "127.0.0.1:+80", NULL},
    {"a port with a space is refused", "127.0.0.1: 80", NULL},
    {"a host name is refused", "localhost:8080", NULL},
    {"an octet over 255 is refused", "127.0.0.256:80", NULL},
    {"three octets are refused", "127.0.1:80", NULL},
    {"IPv6 without brackets is refused", "::1:80", NULL},
    {"an open bracket is refused", "[::1:80", NULL},
    {"text between bracket and colon is refused", "[::1]x:80", NULL},
    {"IPv4 in brackets is refused", "[127.0.0.1]:80", NULL},
    {"an endless host is refused",
     "1111111111111111111111111111111111111111111111111111111111111111111:1", NULL},
    {"a unix socket without path is refused", "unix:", NULL},
    {"a unix path that does not fit is refused",
     "unix:/0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789",
     NULL},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_address address;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_address_parse(&address, row->text, &fault);
    if (row->want == NULL) {
        assert_int_equal(rc, SCRUBGATE_EINVAL);
        assert_true(strlen(fault.what) > 10);
        assert_int_equal(address.len, 0);
        return;
    }
    char text[128];
    assert_int_equal(rc, SCRUBGATE_OK);
    sg_address_print(&address, text, sizeof text);
    assert_string_equal(text, row->want);
    char small[5];
    sg_address_print(&address, small, sizeof small);
    assert_int_equal(strlen(small), sizeof small - 1);
}

/* --- listening --- */

static struct sg_address address_of(int fd)
{
    struct sg_address address = {.len = sizeof address.storage};
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address.storage, &address.len), 0);
    return address;
}

static int open_any(const char *text)
{
    struct sg_address address;
    struct scrubgate_fault fault;
    int fd = -1;
    assert_int_equal(sg_address_parse(&address, text, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_listen_open(&address, false, &fd, &fault), SCRUBGATE_OK);
    return fd;
}

static void test_a_listening_socket_is_nonblocking_and_not_inherited(void **state)
{
    (void)state;
    int fd = open_any("127.0.0.1:0");
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    int listens = 0;
    socklen_t len = sizeof listens;
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len), 0);
    assert_int_equal(listens, 1);
    (void)close(fd);
}

static void test_an_address_in_use_is_refused_by_name(void **state)
{
    (void)state;
    int fd = open_any("127.0.0.1:0"), other = -1;
    struct sg_address address = address_of(fd);
    struct scrubgate_fault fault = {.what = ""};
    char where[64];
    sg_address_print(&address, where, sizeof where);
    assert_int_equal(sg_listen_open(&address, false, &other, &fault), SCRUBGATE_EIO);
    assert_int_equal(other, -1);
    assert_non_null(strstr(fault.what, where));
    assert_non_null(strstr(fault.what, "already in use"));
    (void)close(fd);
}

static void test_workers_share_an_address_that_stays_closed_to_others(void **state)
{
    (void)state;
    int first = open_any("127.0.0.1:0"), second = -1, third = -1;
    struct sg_address address = address_of(first);
    struct scrubgate_fault fault;
    assert_int_equal(sg_listen_open(&address, true, &second, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_listen_open(&address, false, &third, &fault), SCRUBGATE_EIO);
    (void)close(first);
    assert_int_equal(sg_listen_open(&address, false, &third, &fault), SCRUBGATE_EIO);
    (void)close(second);
}

static void test_an_address_of_another_host_is_refused(void **state)
{
    (void)state;
    struct sg_address address;
    struct scrubgate_fault fault = {.what = ""};
    int fd = -1;
    assert_int_equal(sg_address_parse(&address, "192.0.2.1:0", &fault), SCRUBGATE_OK);
    assert_int_equal(sg_listen_open(&address, false, &fd, &fault), SCRUBGATE_EIO);
    assert_non_null(strstr(fault.what, "no such address"));
}

static void test_a_unix_socket_left_by_a_crash_is_replaced_but_a_living_one_is_not(void **state)
{
    (void)state;
    char folder[] = "/tmp/scrubgate-test-XXXXXX", text[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(text, sizeof text, "unix:%s/socket", folder);
    struct sg_address address;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_address_parse(&address, text, &fault), SCRUBGATE_OK);
    int fd = -1, other = -1;
    assert_int_equal(sg_listen_open(&address, false, &fd, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_listen_open(&address, false, &other, &fault), SCRUBGATE_EIO);
    (void)close(fd);
    assert_int_equal(sg_listen_open(&address, false, &fd, &fault), SCRUBGATE_OK);
    (void)close(fd);
    (void)unlink(text + 5);

    /* A file that is no socket is somebody's: it stays. */
    int file = open(text + 5, O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0);
    (void)close(file);
    assert_int_equal(sg_listen_open(&address, false, &fd, &fault), SCRUBGATE_EIO);
    struct stat st;
    assert_int_equal(stat(text + 5, &st), 0);
    (void)unlink(text + 5);
    (void)rmdir(folder);
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] =
            (struct CMUnitTest){rows[i].name, test_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
    const struct CMUnitTest sockets[] = {
        cmocka_unit_test(test_a_listening_socket_is_nonblocking_and_not_inherited),
        cmocka_unit_test(test_an_address_in_use_is_refused_by_name),
        cmocka_unit_test(test_workers_share_an_address_that_stays_closed_to_others),
        cmocka_unit_test(test_an_address_of_another_host_is_refused),
        cmocka_unit_test(test_a_unix_socket_left_by_a_crash_is_replaced_but_a_living_one_is_not),
    };
    int failed = _cmocka_run_group_tests("addresses", tests, ROWS, NULL, NULL);
    return failed + cmocka_run_group_tests(sockets, NULL, NULL);
}
