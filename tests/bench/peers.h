/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers.h - the proxies that stand side by side: configured from peers/, started, stopped.
 *
 * One core each, all threads and children of it. What is configured can be read in peers/; @WORDS@
 * in it are ports and folders. Programs run from the folder that holds tests/.
 */
#ifndef SG_BENCH_PEERS_H
#define SG_BENCH_PEERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum peer_kind { PEER_NGINX, PEER_NGINX_LUA, PEER_HAPROXY, PEER_GATEWAY };

struct peer {
    const char *name;
    enum peer_kind kind;
    const char *program;  /* of a gateway */
    const char *handling; /* pass or scrub, both ways */
    const char *rules;    /* NULL: those built in */
    pid_t pid;            /* 0: does not run */
    uint16_t port;
    uint16_t long_port; /* where long bodies are best taken */
};

/* A folder of their own on a disk, and who is behind them. */
struct place {
    char dir[200];
    uint16_t origin;
    int cpu;
};

/* Makes the folder below TMPDIR, /var/tmp without: an audit log in memory would be durable for
 * nothing. */
bool place_init(struct place *place, int cpu);
/* Removes the folder. */
void place_fini(struct place *place);

/* NULL, or the Debian package that is missing. */
const char *peer_lacks(enum peer_kind kind);
/* Each start with new files; false when it does not listen within a minute. */
bool peer_start(struct peer *peer, const struct place *place);
void peer_stop(struct peer *peer);

#endif
