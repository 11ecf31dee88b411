/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_packet.c - messages with descriptors between two processes: whole or not at all, and no
 * descriptor leaks.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/packet.h"

#include "../lib/suite.h"

static struct sg_packet packet;

static void open_pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
}

static void close_pair(const int ends[2])
{
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* The lowest free number: the same before and after means that none has leaked. */
static int next_free(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    (void)close(fd);
    return fd;
}

static void test_text_and_descriptors(void **state)
{
    (void)state;
    int ends[2], before;
    struct stat sent, come;
    open_pair(ends);
    const int fds[] = {open("/dev/null", O_RDONLY), open("/dev/zero", O_RDONLY)};
    assert_int_equal(sg_packet_send(ends[0], SG_BYTES("two of them"), fds, 2), SCRUBGATE_OK);
    assert_int_equal(sg_packet_send(ends[0], SG_BYTES("none"), NULL, 0), SCRUBGATE_OK);
    before = next_free();
    assert_int_equal(sg_packet_receive(ends[1], &packet), SCRUBGATE_OK);
    assert_string_equal(packet.text, "two of them");
    assert_int_equal(packet.n_fds, 2);
    int taken = sg_packet_take(&packet, 1);
    assert_int_equal(fstat(fds[1], &sent), 0);
    assert_int_equal(fstat(taken, &come), 0);
    assert_int_equal(sent.st_rdev, come.st_rdev);
    assert_int_equal(fcntl(taken, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(sg_packet_take(&packet, 1), -1);
    assert_int_equal(sg_packet_take(&packet, 2), -1);
    (void)close(taken);
    sg_packet_close(&packet);
    assert_int_equal(next_free(), before);
    /* Two sends are two packets. */
    assert_int_equal(sg_packet_receive(ends[1], &packet), SCRUBGATE_OK);
    assert_string_equal(packet.text, "none");
    assert_int_equal(packet.n_fds, 0);
    (void)close(fds[0]);
    (void)close(fds[1]);
    close_pair(ends);
}

static void test_the_most(void **state)
{
    (void)state;
    int ends[2], fds[SG_PACKET_FDS];
    open_pair(ends);
    char *text = malloc(SG_PACKET_MOST);
    assert_non_null(text);
    memset(text, 'x', SG_PACKET_MOST);
    for (size_t i = 0; i < SG_PACKET_FDS; i++)
        fds[i] = ends[0];
    int before = next_free();
    assert_int_equal(sg_packet_send(ends[0],
                                    (struct sg_bytes){(const uint8_t *)text, SG_PACKET_MOST}, fds,
                                    SG_PACKET_FDS),
                     SCRUBGATE_OK);
    assert_int_equal(sg_packet_receive(ends[1], &packet), SCRUBGATE_OK);
    assert_int_equal(packet.len, SG_PACKET_MOST);
    assert_int_equal(packet.n_fds, SG_PACKET_FDS);
    sg_packet_close(&packet);
    assert_int_equal(next_free(), before);
    free(text);
    close_pair(ends);
}

/* From somebody who does not keep to it. */
static void test_too_much(void **state)
{
    (void)state;
    int ends[2];
    static char text[SG_PACKET_MOST + 1];
    open_pair(ends);
    assert_int_equal(send(ends[0], text, sizeof text, 0), sizeof text);
    assert_int_equal(sg_packet_receive(ends[1], &packet), SCRUBGATE_EIO);
    close_pair(ends);
}

static void test_nothing(void **state)
{
    (void)state;
    int ends[2];
    open_pair(ends);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(sg_packet_receive(ends[1], &packet), SCRUBGATE_FULL);
    assert_int_equal(sg_packet_send(ends[0], SG_BYTES("last"), NULL, 0), SCRUBGATE_OK);
    (void)close(ends[0]);
    assert_int_equal(sg_packet_receive(ends[1], &packet), SCRUBGATE_OK);
    assert_int_equal(sg_packet_receive(ends[1], &packet), SCRUBGATE_DONE);
    /* Nobody is there, and no signal either. */
    assert_int_equal(sg_packet_send(ends[1], SG_BYTES("x"), NULL, 0), SCRUBGATE_EIO);
    (void)close(ends[1]);
}

static void test_trust(void **state)
{
    (void)state;
    int ends[2];
    open_pair(ends);
    assert_true(sg_packet_trusts(ends[0]));
    close_pair(ends);
    assert_false(sg_packet_trusts(-1));
}

int main(void)
{
    sg_suite_add("text and descriptors come as they were sent", test_text_and_descriptors, NULL);
    sg_suite_add("the most that fits comes whole", test_the_most, NULL);
    sg_suite_add("more than fits is an error", test_too_much, NULL);
    sg_suite_add("nothing yet, and nothing any more", test_nothing, NULL);
    sg_suite_add("this user is trusted, nobody at all is not", test_trust, NULL);
    return sg_suite_run("net: packet");
}
