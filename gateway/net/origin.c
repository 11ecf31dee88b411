/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin.c - read the URL of an upstream, find its addresses at load, and take new ones.
 *
 *     http://host[:port][/base/]    https://…    unix:/socket[:/base/]
 *
 * Strict, because what a lenient reader makes of a URL is where the messages go: no user, query or
 * fragment, no percent-encoded host, no short or octal IPv4. A fault never quotes the URL, which
 * may hold a password: only the host, when it is a proper one.
 */
#include "net/origin.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/diag.h"

enum { HOST_MOST = 253, LABEL_MOST = 63, PATH_MOST = 2048 };

/* The parts of a URL, borrowed from it. */
struct url {
    bool tls, local; /* local: unix */
    struct sg_bytes host;
    bool bracketed; /* host was in [] */
    unsigned port;
    struct sg_bytes path;   /* may be empty */
    struct sg_bytes socket; /* of unix */
};

static enum scrubgate_status refuse(struct scrubgate_fault *fault, const char *why)
{
    sg_fault_set(fault, NULL, 0, 0,
                 "upstream URL: %s; write http://host:port/, https://host/ or unix:/path", why);
    return SCRUBGATE_EINVAL;
}

static struct sg_bytes from(struct sg_bytes text, size_t at)
{
    struct sg_bytes rest = {text.data + at, text.len - at};
    return rest;
}

static struct sg_bytes until(struct sg_bytes text, size_t end)
{
    struct sg_bytes part = {text.data, end};
    return part;
}

/* --- the parts --- */

static bool is_path_char(int c)
{
    return sg_is_alnum(c) || (c != 0 && strchr("/-._~!$&'()*+,;=:@%", c) != NULL);
}

static enum scrubgate_status check_path(struct sg_bytes path, struct scrubgate_fault *fault)
{
    if (path.len > PATH_MOST)
        return refuse(fault, "the path is over 2048 bytes");
    for (size_t i = 0; i < path.len; i++) {
        if (path.data[i] == '?' || path.data[i] == '#')
            return refuse(fault, "a query or fragment cannot be given");
        if (!is_path_char(path.data[i]))
            return refuse(fault, "the path has a byte that must be percent-encoded");
        if (path.data[i] == '%' && (i + 2 >= path.len || sg_hex_value(path.data[i + 1]) < 0 ||
                                    sg_hex_value(path.data[i + 2]) < 0))
            return refuse(fault, "% in the path must be followed by two hex digits");
    }
    return SCRUBGATE_OK;
}

/* Resolvers take 127.1 and 0x7f000001 for addresses: what ends in a number is one, or is wrong. */
static bool ends_in_number(struct sg_bytes host)
{
    size_t at = host.len;
    while (at > 0 && host.data[at - 1] != '.')
        at--;
    struct sg_bytes label = from(host, at);
    bool hex = label.len > 1 && label.data[0] == '0' && sg_to_lower(label.data[1]) == 'x';
    for (size_t i = hex ? 2 : 0; i < label.len; i++) {
        if (!sg_is_digit(label.data[i]) && !(hex && sg_hex_value(label.data[i]) >= 0))
            return false;
    }
    return true;
}

/* The grammar of RFC 1123, and the underscore that container names have. */
static bool is_host_name(struct sg_bytes host)
{
    size_t label = 0; /* bytes of the current one */
    if (host.len == 0 || host.len > HOST_MOST || ends_in_number(host))
        return false;
    for (size_t i = 0; i < host.len; i++) {
        int c = host.data[i];
        if (c == '.') {
            if (label == 0 || host.data[i - 1] == '-')
                return false;
            label = 0;
            continue;
        }
        if (!sg_is_alnum(c) && c != '_' && (c != '-' || label == 0))
            return false;
        if (++label > LABEL_MOST)
            return false;
    }
    return label > 0 && host.data[host.len - 1] != '-';
}

static bool is_numeric(struct sg_bytes host, bool bracketed)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t address[sizeof(struct in6_addr)];
    if (host.len == 0 || host.len >= sizeof text)
        return false;
    memcpy(text, host.data, host.len);
    text[host.len] = '\0';
    return inet_pton(bracketed ? AF_INET6 : AF_INET, text, address) == 1;
}

static enum scrubgate_status read_port(struct url *url, struct sg_bytes text,
                                       struct scrubgate_fault *fault)
{
    uint64_t port;
    if (text.len > 5 || !sg_bytes_to_u64(text, &port) || port == 0 || port > 65535)
        return refuse(fault, "the port is no number from 1 to 65535");
    url->port = (unsigned)port;
    return SCRUBGATE_OK;
}

/* host, host:port, [address], [address]:port. */
static enum scrubgate_status read_authority(struct url *url, struct sg_bytes text,
                                            struct scrubgate_fault *fault)
{
    if (sg_bytes_find(text, '@') < text.len)
        return refuse(fault, "a user or password cannot be given");
    if (text.len > 0 && text.data[0] == '[') {
        size_t end = sg_bytes_find(text, ']');
        if (end == text.len)
            return refuse(fault, "the address in brackets has no end");
        url->bracketed = true;
        url->host = from(until(text, end), 1);
        text = from(text, end + 1);
    } else {
        size_t end = sg_bytes_find(text, ':');
        url->host = until(text, end);
        text = from(text, end);
    }
    if (!is_numeric(url->host, url->bracketed) && (url->bracketed || !is_host_name(url->host)))
        return refuse(fault, "the host is neither a name nor an address");
    if (text.len == 0)
        return SCRUBGATE_OK;
    if (text.data[0] != ':')
        return refuse(fault, "only a port may follow the host");
    return read_port(url, from(text, 1), fault);
}

static enum scrubgate_status read_local(struct url *url, struct sg_bytes text,
                                        struct scrubgate_fault *fault)
{
    struct sockaddr_un address;
    size_t colon = sg_bytes_find(text, ':');
    url->local = true;
    url->socket = until(text, colon);
    url->host = SG_BYTES("localhost");
    if (url->socket.len == 0 || url->socket.data[0] != '/')
        return refuse(fault, "the socket's path must begin with /");
    if (url->socket.len >= sizeof address.sun_path)
        return refuse(fault, "the socket's path is too long for the system");
    if (colon == text.len)
        return SCRUBGATE_OK;
    url->path = from(text, colon + 1);
    if (url->path.len == 0 || url->path.data[0] != '/')
        return refuse(fault, "what follows the socket must begin with /");
    return check_path(url->path, fault);
}

static enum scrubgate_status read_url(struct url *url, struct sg_bytes text,
                                      struct scrubgate_fault *fault)
{
    *url = (struct url){.port = 80};
    if (sg_bytes_start_with(text, SG_BYTES("unix:")))
        return read_local(url, from(text, 5), fault);
    if (sg_bytes_start_with(text, SG_BYTES("https://"))) {
        url->tls = true;
        url->port = 443;
        text = from(text, 8);
    } else if (sg_bytes_start_with(text, SG_BYTES("http://"))) {
        text = from(text, 7);
    } else {
        return refuse(fault, "it does not begin with http://, https:// or unix:");
    }
    size_t end = 0;
    while (end < text.len && strchr("/?#", text.data[end]) == NULL)
        end++;
    enum scrubgate_status rc = read_authority(url, until(text, end), fault);
    if (rc < 0)
        return rc;
    url->path = from(text, end);
    return check_path(url->path, fault);
}

/* --- addresses --- */

/* FNV-1a: what it is taken of comes from the config or a resolver that is trusted. */
static uint64_t hash_of(const uint8_t *data, size_t len)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ data[i]) * 1099511628211u;
    return hash;
}

uint64_t sg_address_mark(const struct sg_address *address)
{
    uint64_t mark = hash_of((const uint8_t *)&address->storage, address->len);
    return mark != 0 ? mark : 1;
}

bool sg_origin_leads(const struct sg_origin *origin, uint64_t mark)
{
    /* Half of an old list and half of a new one may be seen: each is a place it led to just now. */
    for (size_t i = 0; i < SG_ADDRESSES_MOST; i++) {
        uint64_t one = atomic_load_explicit(&origin->mark[i], memory_order_relaxed);
        if (one == mark)
            return true;
        if (one == 0)
            break;
    }
    return false;
}

struct sg_places *sg_origin_places(const struct sg_origin *origin)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)&origin->lock; /* looking changes nothing of it */
    (void)pthread_mutex_lock(lock);
    struct sg_places *places = origin->places;
    (void)atomic_fetch_add_explicit(&places->holders, 1, memory_order_relaxed);
    (void)pthread_mutex_unlock(lock);
    return places;
}

void sg_places_drop(struct sg_places *places)
{
    if (places != NULL && atomic_fetch_sub_explicit(&places->holders, 1, memory_order_acq_rel) == 1)
        free(places);
}

static bool among(const struct sg_address *address, const struct sg_addresses *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (sg_address_mark(address) == sg_address_mark(&list->item[i]))
            return true;
    return false;
}

/* Name servers turn their lists around from one answer to the next. */
static bool same_places(const struct sg_addresses *a, const struct sg_addresses *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (!among(&a->item[i], b))
            return false;
    for (size_t i = 0; i < b->n; i++)
        if (!among(&b->item[i], a))
            return false;
    return true;
}

enum scrubgate_status sg_origin_move(struct sg_origin *origin, const struct sg_addresses *to)
{
    assert(to->n > 0 && to->n <= SG_ADDRESSES_MOST);
    /* Without the lock: only one thread moves it. */
    if (origin->places != NULL && same_places(&origin->places->to, to))
        return SCRUBGATE_OK;
    struct sg_places *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    atomic_init(&made->holders, 1);
    made->to = *to;
    (void)pthread_mutex_lock(&origin->lock);
    struct sg_places *before = origin->places;
    origin->places = made;
    for (size_t i = 0; i < SG_ADDRESSES_MOST; i++)
        atomic_store_explicit(&origin->mark[i], i < to->n ? sg_address_mark(&to->item[i]) : 0,
                              memory_order_relaxed);
    (void)pthread_mutex_unlock(&origin->lock);
    sg_places_drop(before);
    return SCRUBGATE_OK;
}

static enum scrubgate_status find_local(struct sg_origin *origin, struct sg_bytes path)
{
    struct sg_addresses to = {.n = 1};
    struct sockaddr_un *un = (struct sockaddr_un *)&to.item[0].storage;
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path.data, path.len);
    to.item[0].len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.len + 1);
    return sg_origin_move(origin, &to);
}

static enum scrubgate_status find_host(struct sg_origin *origin, struct scrubgate_fault *fault)
{
    struct sg_addresses to;
    const char *why = "";
    enum scrubgate_status rc = sg_lookup(NULL, origin->host, origin->port, &to, &why);
    if (rc == SCRUBGATE_EIO)
        sg_fault_set(fault, NULL, 0, 0,
                     "cannot resolve upstream host %s (%s); correct the name or the resolver",
                     origin->host, why);
    return rc < 0 ? rc : sg_origin_move(origin, &to);
}

/* --- texts --- */

static char *copy(struct sg_bytes text, bool lower)
{
    char *made = malloc(text.len + 1);
    if (made == NULL)
        return NULL;
    for (size_t i = 0; i < text.len; i++)
        made[i] = (char)(lower ? sg_to_lower(text.data[i]) : text.data[i]);
    made[text.len] = '\0';
    return made;
}

static enum scrubgate_status set_texts(struct sg_origin *origin, const struct url *url)
{
    unsigned usual = url->tls ? 443 : 80;
    char port[8] = "";
    char authority[HOST_MOST + sizeof port + 3];
    if (url->port != usual)
        (void)snprintf(port, sizeof port, ":%u", url->port);
    origin->secure = url->tls;
    origin->local = url->local;
    origin->port = url->port;
    origin->fixed = origin->numeric = !url->local && is_numeric(url->host, url->bracketed);
    origin->host = copy(url->host, true);
    origin->name = copy(url->host, true);
    origin->path = copy(url->path.len > 0 ? url->path : SG_BYTES("/"), false);
    if (origin->host == NULL || origin->name == NULL || origin->path == NULL)
        return SCRUBGATE_ENOMEM;
    (void)snprintf(authority, sizeof authority, url->bracketed ? "[%s]%s" : "%s%s", origin->host,
                   port);
    origin->authority = copy(sg_bytes_of(authority), false);
    return origin->authority == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* Takes the text for its key; name is part of it, as two may be expected at one place. */
static enum scrubgate_status set_key(struct sg_origin *origin, struct sg_bytes socket)
{
    struct sg_buf text = {0};
    enum scrubgate_status rc = sg_buf_addf(
        &text, "%s://%s as %s", origin->secure ? "https" : "http", origin->authority, origin->name);
    if (rc >= 0 && origin->local) {
        rc = sg_buf_add_text(&text, " unix:");
        if (rc >= 0)
            rc = sg_buf_add_bytes(&text, socket);
    }
    char *key = rc < 0 ? NULL : copy(sg_buf_bytes(&text), false);
    sg_buf_fini(&text);
    if (key == NULL)
        return SCRUBGATE_ENOMEM;
    free(origin->key);
    origin->key = key;
    origin->hash = hash_of((const uint8_t *)key, strlen(key));
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_origin_trust(struct sg_origin *origin, struct sg_tls *tls,
                                      const char *name)
{
    assert(!origin->local);
    char *changed = copy(sg_bytes_of(name != NULL ? name : origin->host), true);
    if (changed == NULL)
        return SCRUBGATE_ENOMEM;
    free(origin->name);
    origin->name = changed;
    origin->numeric = is_numeric(sg_bytes_of(changed), strchr(changed, ':') != NULL);
    sg_tls_free(origin->tls);
    origin->tls = sg_tls_hold(tls);
    return set_key(origin, (struct sg_bytes){NULL, 0});
}

enum scrubgate_status sg_origin_new(struct sg_origin **origin, const char *url,
                                    struct scrubgate_fault *fault)
{
    struct sg_origin *made = NULL;
    struct url parts;
    *origin = NULL;
    enum scrubgate_status rc = read_url(&parts, sg_bytes_of(url), fault);
    if (rc < 0)
        goto out;
    rc = SCRUBGATE_ENOMEM;
    made = calloc(1, sizeof *made);
    if (made == NULL)
        goto out;
    atomic_init(&made->holders, 1);
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        made = NULL;
        goto out;
    }
    rc = set_texts(made, &parts);
    if (rc >= 0)
        rc = parts.local ? find_local(made, parts.socket) : find_host(made, fault);
    if (rc >= 0)
        rc = set_key(made, parts.socket);
    if (rc < 0)
        goto out;
    *origin = made;
    made = NULL; /* the caller's now */
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
    sg_origin_free(made);
    return rc;
}

struct sg_origin *sg_origin_hold(struct sg_origin *origin)
{
    (void)atomic_fetch_add_explicit(&origin->holders, 1, memory_order_relaxed);
    return origin;
}

bool sg_origin_sole(const struct sg_origin *origin)
{
    return atomic_load_explicit(&origin->holders, memory_order_acquire) == 1;
}

void sg_origin_free(struct sg_origin *origin)
{
    if (origin == NULL || atomic_fetch_sub_explicit(&origin->holders, 1, memory_order_acq_rel) != 1)
        return;
    sg_tls_free(origin->tls);
    sg_places_drop(origin->places);
    (void)pthread_mutex_destroy(&origin->lock);
    free(origin->host);
    free(origin->name);
    free(origin->authority);
    free(origin->path);
    free(origin->key);
    free(origin);
}

bool sg_origin_secure(const struct sg_origin *origin)
{
    return origin->secure;
}

struct sg_bytes sg_origin_path(const struct sg_origin *origin)
{
    return sg_bytes_of(origin->path);
}

struct sg_bytes sg_origin_authority(const struct sg_origin *origin)
{
    return sg_bytes_of(origin->authority);
}
