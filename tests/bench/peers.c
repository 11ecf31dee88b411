/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers.c - the proxies that stand side by side: configured from peers/, started, stopped.
 */
#define _GNU_SOURCE /* nftw */
#include "peers.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"

static const char nginx[] = "/usr/sbin/nginx", haproxy[] = "/usr/sbin/haproxy";
static const char lua_module[] = "/usr/lib/nginx/modules/ngx_http_lua_module.so";

/* --- the place --- */

bool place_init(struct place *place, int cpu)
{
    const char *tmp = getenv("TMPDIR");
    place->cpu = cpu;
    int len = snprintf(place->dir, sizeof place->dir, "%s/scrubgate-bench-XXXXXX",
                       tmp == NULL ? "/var/tmp" : tmp);
    if (len < 0 || (size_t)len >= sizeof place->dir || mkdtemp(place->dir) == NULL) {
        perror(place->dir);
        return false;
    }
    return true;
}

static int unlink_it(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

void place_fini(struct place *place)
{
    (void)nftw(place->dir, unlink_it, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- configuration --- */

/* What a word between @ signs stands for. */
struct word {
    const char *name;
    char value[256];
};

static void number(struct word *word, const char *name, unsigned value)
{
    word->name = name;
    (void)snprintf(word->value, sizeof word->value, "%u", value);
}

static void words(struct word *word, const char *name, const char *value)
{
    word->name = name;
    (void)snprintf(word->value, sizeof word->value, "%s", value);
}

static const char *value_of(const struct word *list, const char *name, size_t len)
{
    for (; list->name != NULL; list++) {
        if (strlen(list->name) == len && memcmp(list->name, name, len) == 0)
            return list->value;
    }
    return NULL;
}

static bool fill_in(const char *from, const char *to, const struct word *list)
{
    char line[512];
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    bool fine = in != NULL && out != NULL;
    while (fine && fgets(line, sizeof line, in) != NULL) {
        char *rest = line, *at = NULL, *end = NULL;
        while ((at = strchr(rest, '@')) != NULL && (end = strchr(at + 1, '@')) != NULL) {
            const char *value = value_of(list, at + 1, (size_t)(end - at - 1));
            (void)fprintf(out, "%.*s%s", (int)(at - rest), rest, value == NULL ? "" : value);
            fine &= value != NULL;
            rest = end + 1;
        }
        fine &= fputs(rest, out) >= 0;
    }
    if (!fine)
        perror(from);
    if (in != NULL)
        (void)fclose(in);
    return (out == NULL || fclose(out) == 0) && fine;
}

/* --- programs --- */

const char *peer_lacks(enum peer_kind kind)
{
    if (kind == PEER_HAPROXY && access(haproxy, X_OK) != 0)
        return "haproxy";
    if ((kind == PEER_NGINX || kind == PEER_NGINX_LUA) && access(nginx, X_OK) != 0)
        return "nginx-light";
    if (kind == PEER_NGINX_LUA && access(lua_module, R_OK) != 0)
        return "libnginx-mod-http-lua";
    return NULL;
}

static pid_t start_gateway(const struct peer *peer, const struct place *place, const char *conf)
{
    char state[300], audit[300], rules[300];
    (void)snprintf(state, sizeof state, "state=%s/%u", place->dir, peer->port);
    (void)snprintf(audit, sizeof audit, "audit.dir=%s/%u/audit", place->dir, peer->port);
    (void)snprintf(rules, sizeof rules, "rules=%s", peer->rules == NULL ? "" : peer->rules);
    const char *argv[] = {peer->program, "serve", "-c",
                          conf,          "-s",    state,
                          "-s",          audit,   peer->rules == NULL ? NULL : "-s",
                          rules,         NULL};
    return program_start((char *const *)(size_t)argv, place->cpu);
}

static pid_t start(const struct peer *peer, const struct place *place, const char *conf)
{
    if (peer->kind == PEER_GATEWAY)
        return start_gateway(peer, place, conf);
    const char *as_haproxy[] = {haproxy, "-db", "-f", conf, NULL};
    const char *as_nginx[] = {nginx, "-p", place->dir, "-c", conf, NULL};
    const char **argv = peer->kind == PEER_HAPROXY ? as_haproxy : as_nginx;
    return program_start((char *const *)(size_t)argv, place->cpu);
}

bool peer_start(struct peer *peer, const struct place *place)
{
    static const char *const files[] = {
        [PEER_NGINX] = "tests/bench/peers/nginx.conf",
        [PEER_NGINX_LUA] = "tests/bench/peers/nginx-lua.conf",
        [PEER_HAPROXY] = "tests/bench/peers/haproxy.cfg",
        [PEER_GATEWAY] = "tests/bench/peers/gateway.yaml",
    };
    char here[200] = "", conf[300];
    struct word list[8] = {{NULL, ""}};
    (void)!getcwd(here, sizeof here);
    peer->port = peer->long_port = program_port();
    if (peer->kind == PEER_NGINX)
        peer->long_port = program_port();
    number(&list[0], "PORT", peer->port);
    number(&list[1], "LONG", peer->long_port);
    number(&list[2], "ADMIN", program_port());
    number(&list[3], "ORIGIN", place->origin);
    words(&list[4], "DIR", place->dir);
    words(&list[5], "HERE", here);
    words(&list[6], "HANDLING", peer->handling == NULL ? "" : peer->handling);
    (void)snprintf(conf, sizeof conf, "%s/%u.conf", place->dir, peer->port);
    if (!fill_in(files[peer->kind], conf, list))
        return false;
    peer->pid = start(peer, place, conf);
    bool up = program_listens(peer->pid, peer->port);
    if (!up)
        (void)fprintf(stderr, "%s does not listen\n", peer->name);
    return up;
}

void peer_stop(struct peer *peer)
{
    program_stop(peer->pid);
    peer->pid = 0;
}
