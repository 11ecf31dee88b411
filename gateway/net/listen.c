/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen.c - read and print addresses, open listening sockets.
 */
#define _DEFAULT_SOURCE /* SO_REUSEPORT */
#include "net/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/diag.h"

enum { BACKLOG = 4096, ADDRESS_TEXT = 128 };

static const char how_to_write[] =
    "write 127.0.0.1:8080, [::1]:8080 or unix:/path (host names are not looked up)";

/* --- addresses --- */

static enum scrubgate_status parse_unix(struct sg_address *address, const char *path,
                                        struct scrubgate_fault *fault)
{
    struct sockaddr_un *to = (struct sockaddr_un *)&address->storage;
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof to->sun_path) {
        sg_fault_set(fault, NULL, 0, 0, "a unix socket's path has 1 to %zu bytes; shorten it",
                     sizeof to->sun_path - 1);
        return SCRUBGATE_EINVAL;
    }
    to->sun_family = AF_UNIX;
    memcpy(to->sun_path, path, len + 1);
    address->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
    return SCRUBGATE_OK;
}

static bool parse_host(struct sg_address *address, struct sg_bytes host, bool six, in_port_t port)
{
    char text[INET6_ADDRSTRLEN];
    if (host.len >= sizeof text)
        return false;
    memcpy(text, host.data, host.len);
    text[host.len] = '\0';
    if (six) {
        struct sockaddr_in6 *to = (struct sockaddr_in6 *)&address->storage;
        to->sin6_family = AF_INET6;
        to->sin6_port = port;
        address->len = sizeof *to;
        return inet_pton(AF_INET6, text, &to->sin6_addr) == 1;
    }
    struct sockaddr_in *to = (struct sockaddr_in *)&address->storage;
    to->sin_family = AF_INET;
    to->sin_port = port;
    address->len = sizeof *to;
    return inet_pton(AF_INET, text, &to->sin_addr) == 1;
}

enum scrubgate_status sg_address_parse(struct sg_address *address, const char *text,
                                       struct scrubgate_fault *fault)
{
    *address = (struct sg_address){.len = 0};
    struct sg_bytes all = sg_bytes_of(text), prefix = SG_BYTES("unix:");
    if (sg_bytes_start_with(all, prefix))
        return parse_unix(address, text + prefix.len, fault);

    bool six = all.len > 0 && all.data[0] == '[';
    size_t close = six ? sg_bytes_find(all, ']') : 0;
    struct sg_bytes rest = {all.data + close, all.len - close};
    size_t colon = close + sg_bytes_find(rest, ':');
    uint64_t port = 0;
    if (colon >= all.len || (six && colon != close + 1))
        goto bad;
    struct sg_bytes digits = {all.data + colon + 1, all.len - colon - 1};
    if (!sg_bytes_to_u64(digits, &port) || port > UINT16_MAX)
        goto bad;
    struct sg_bytes host = {all.data, colon};
    if (six)
        host = (struct sg_bytes){all.data + 1, close - 1};
    if (!parse_host(address, host, six, htons((uint16_t)port)))
        goto bad;
    return SCRUBGATE_OK;
bad:
    *address = (struct sg_address){.len = 0};
    sg_fault_set(fault, NULL, 0, 0, "no address: \"%.80s\"; %s", text, how_to_write);
    return SCRUBGATE_EINVAL;
}

void sg_address_print(const struct sg_address *address, char *text, size_t cap)
{
    char host[INET6_ADDRSTRLEN] = "?";
    const struct sockaddr *any = (const struct sockaddr *)&address->storage;
    if (any->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)any;
        (void)inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
        (void)snprintf(text, cap, "%s:%u", host, (unsigned)ntohs(in->sin_port));
    } else if (any->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)any;
        (void)inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host);
        (void)snprintf(text, cap, "[%s]:%u", host, (unsigned)ntohs(in->sin6_port));
    } else if (any->sa_family == AF_UNIX && address->len > offsetof(struct sockaddr_un, sun_path)) {
        const struct sockaddr_un *un = (const struct sockaddr_un *)any;
        (void)snprintf(text, cap, "unix:%.*s", (int)sizeof un->sun_path, un->sun_path);
    } else {
        (void)snprintf(text, cap, "unix:");
    }
}

/* --- listening --- */

static bool set_option(int fd, int level, int name)
{
    const int on = 1;
    return setsockopt(fd, level, name, &on, sizeof on) == 0;
}

/*
 * The first socket of an address is bound without SO_REUSEPORT, or a second gateway would silently
 * take a share of the first one's connections; it gets the option afterwards, so that its siblings
 * can join.
 */
static bool bind_tcp(int fd, const struct sg_address *address, bool share)
{
    const struct sockaddr *to = (const struct sockaddr *)&address->storage;
    return set_option(fd, SOL_SOCKET, SO_REUSEADDR) &&
           (to->sa_family != AF_INET6 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY)) &&
           (!share || set_option(fd, SOL_SOCKET, SO_REUSEPORT)) &&
           bind(fd, to, address->len) == 0 && set_option(fd, SOL_SOCKET, SO_REUSEPORT) &&
           set_option(fd, IPPROTO_TCP, TCP_NODELAY); /* accepted sockets inherit it */
}

/* Whether the path is a socket that nobody listens on: what a crash leaves behind. */
static bool is_stale(const struct sg_address *address)
{
    const struct sockaddr_un *to = (const struct sockaddr_un *)&address->storage;
    struct stat st;
    if (lstat(to->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    bool refused =
        connect(fd, (const struct sockaddr *)to, address->len) != 0 && errno == ECONNREFUSED;
    (void)close(fd);
    return refused;
}

static bool bind_unix(int fd, const struct sg_address *address)
{
    const struct sockaddr_un *to = (const struct sockaddr_un *)&address->storage;
    if (bind(fd, (const struct sockaddr *)to, address->len) == 0)
        return true;
    if (errno != EADDRINUSE)
        return false;
    if (is_stale(address))
        return unlink(to->sun_path) == 0 &&
               bind(fd, (const struct sockaddr *)to, address->len) == 0;
    errno = EADDRINUSE;
    return false;
}

static void explain(const struct sg_address *address, int error, struct scrubgate_fault *fault)
{
    char where[ADDRESS_TEXT], why[128] = "";
    sg_address_print(address, where, sizeof where);
    switch (error) {
    case EADDRINUSE:
        sg_fault_set(fault, NULL, 0, 0,
                     "address already in use: %s, stop the other program or choose another address",
                     where);
        break;
    case EACCES:
    case EPERM:
        sg_fault_set(fault, NULL, 0, 0,
                     "not allowed to listen on %s: choose a port above 1023 or a folder that can "
                     "be written, or grant CAP_NET_BIND_SERVICE",
                     where);
        break;
    case EADDRNOTAVAIL:
        sg_fault_set(fault, NULL, 0, 0, "no such address on this host: %s", where);
        break;
    default:
        (void)strerror_r(error, why, sizeof why);
        sg_fault_set(fault, NULL, 0, 0, "cannot listen on %s: %s", where, why);
    }
}

enum scrubgate_status sg_listen_open(const struct sg_address *address, bool share, int *fd,
                                     struct scrubgate_fault *fault)
{
    int family = address->storage.ss_family;
    int made = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0)
        goto failed;
    if (!(family == AF_UNIX ? bind_unix(made, address) : bind_tcp(made, address, share)) ||
        listen(made, BACKLOG) != 0)
        goto failed;
    *fd = made;
    return SCRUBGATE_OK;
failed:
    explain(address, errno, fault);
    if (made >= 0)
        (void)close(made);
    return SCRUBGATE_EIO;
}
