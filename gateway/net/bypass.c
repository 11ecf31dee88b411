/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bypass.c - a client's socket seen past libmicrohttpd: answer at once, cut, ask the kernel.
 */
#include "net/bypass.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/digest.h"
#include "http/head.h"

enum { SWALLOW_PIECE = 4096, SWALLOW_MOST = 64 * 1024 };

bool sg_bypass_passes(const struct sg_header *field)
{
    static const char *const framing[] = {"Content-Length", "Transfer-Encoding", "Connection",
                                          "Keep-Alive",     "Trailer",           "Upgrade"};
    for (size_t i = 0; i < sizeof framing / sizeof framing[0]; i++) {
        if (sg_bytes_equal_nocase(field->name, sg_bytes_of(framing[i])))
            return false;
    }
    return true;
}

enum scrubgate_status sg_bypass_print(struct sg_buf *out, unsigned status,
                                      const struct sg_header *fields, size_t n,
                                      struct sg_bytes body, bool head)
{
    enum scrubgate_status rc = sg_head_add_status_line(out, status);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        if (sg_bypass_passes(&fields[i]))
            rc = sg_head_add_field(out, fields[i].name, fields[i].value);
    }
    if (rc >= 0)
        rc = sg_buf_addf(out, "Connection: close\r\nContent-Length: %zu\r\n\r\n", body.len);
    if (rc >= 0 && !head)
        rc = sg_buf_add_bytes(out, body);
    return rc;
}

enum scrubgate_status sg_bypass_print_problem(struct sg_buf *out, const struct sg_refusal *why,
                                              bool head)
{
    static const struct sg_header fields[] = {
        {{(const uint8_t *)"Content-Type", 12}, {(const uint8_t *)"application/problem+json", 24}},
        {{(const uint8_t *)"Retry-After", 11}, {(const uint8_t *)"1", 1}},
    };
    struct sg_buf body = {.data = NULL};
    enum scrubgate_status rc =
        sg_buf_addf(&body,
                    "{\"type\":\"urn:scrubgate:problem:%s\",\"title\":\"%s\",\"status\":%u,"
                    "\"detail\":\"%s\"}\n",
                    why->word, sg_status_phrase(why->status), why->status, why->detail);
    if (rc >= 0)
        rc = sg_bypass_print(out, why->status, fields, why->status == 503 ? 2 : 1,
                             sg_buf_bytes(&body), head);
    sg_buf_fini(&body);
    return rc;
}

bool sg_bypass_answer(int fd, struct sg_bytes answer)
{
    ssize_t n = send(fd, answer.data, answer.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0 && (size_t)n == answer.len) {
        (void)shutdown(fd, SHUT_WR);
        return true;
    }
    sg_bypass_cut(fd);
    return false;
}

void sg_bypass_swallow(int fd)
{
    uint8_t piece[SWALLOW_PIECE];
    for (size_t most = SWALLOW_MOST / SWALLOW_PIECE; most > 0; most--) {
        ssize_t n = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
        if (n <= 0)
            break;
        sg_wipe(piece, (size_t)n);
    }
}

void sg_bypass_cut(int fd)
{
    (void)shutdown(fd, SHUT_RDWR);
}

void sg_bypass_reset(int fd)
{
    /* Linux: connecting to nowhere resets a connection at once and leaves the descriptor open. */
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (connect(fd, &nowhere, sizeof nowhere) != 0)
        sg_bypass_cut(fd);
}

/* False for a socket that is not TCP's, and on kernels that do not tell as much. */
static bool ask(int fd, struct tcp_info *info)
{
    *info = (struct tcp_info){.tcpi_state = 0};
    socklen_t len = sizeof *info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len) == 0 &&
           len >= offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(uint64_t);
}

bool sg_bypass_ended(int fd)
{
    uint8_t next;
    return recv(fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

uint64_t sg_bypass_received(int fd)
{
    struct tcp_info info;
    return ask(fd, &info) ? info.tcpi_bytes_received : 0;
}

struct sg_progress sg_bypass_progress(int fd)
{
    struct tcp_info info;
    struct sg_progress progress = {0, 0};
    if (ioctl(fd, SIOCOUTQ, &progress.waiting) != 0)
        progress.waiting = 0;
    if (ask(fd, &info))
        progress.acked = info.tcpi_bytes_acked;
    return progress;
}
