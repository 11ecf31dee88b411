/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers.c - how many connections each address has, so that none takes them all.
 */
#include "net/peers.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/siphash.h"

enum { BUCKETS = 1024, KEY_MOST = 8 };

struct peer {
    struct peer *next;
    size_t count, len;
    uint8_t key[KEY_MOST];
};

struct sg_peers {
    size_t most;
    uint8_t secret[SG_SIPHASH_KEY]; /* nobody can choose addresses that share a bucket */
    struct peer *bucket[BUCKETS];
};

enum scrubgate_status sg_peers_new(struct sg_peers **peers, size_t most)
{
    *peers = NULL;
    struct sg_peers *made = calloc(1, sizeof *made);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = sg_random(made->secret, sizeof made->secret);
    if (rc < 0) {
        free(made);
        return rc;
    }
    made->most = most;
    *peers = made;
    return SCRUBGATE_OK;
}

void sg_peers_free(struct sg_peers *peers)
{
    if (peers == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (peers->bucket[i] != NULL) {
            struct peer *peer = peers->bucket[i];
            peers->bucket[i] = peer->next;
            free(peer);
        }
    }
    free(peers);
}

/* What an address counts as: a mapped IPv4 one as that, any other IPv6 one as its network. */
static struct sg_bytes key_of(struct sg_bytes address)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (address.len < 16)
        return address;
    if (memcmp(address.data, mapped, sizeof mapped) == 0)
        return (struct sg_bytes){address.data + sizeof mapped, 4};
    return (struct sg_bytes){address.data, KEY_MOST};
}

/* The link to a key's peer, or to where it would stand. */
static struct peer **find(struct sg_peers *peers, struct sg_bytes key)
{
    struct sg_siphash hash;
    uint64_t digest[2];
    sg_siphash_begin(&hash, peers->secret);
    sg_siphash_add(&hash, key);
    sg_siphash_done(&hash, digest);
    struct peer **link = &peers->bucket[digest[0] % BUCKETS];
    while (*link != NULL && !sg_bytes_equal((struct sg_bytes){(*link)->key, (*link)->len}, key))
        link = &(*link)->next;
    return link;
}

bool sg_peers_add(struct sg_peers *peers, struct sg_bytes address)
{
    struct sg_bytes key = key_of(address);
    assert(key.len > 0 && key.len <= KEY_MOST);
    struct peer **link = find(peers, key);
    if (*link == NULL) {
        struct peer *peer = calloc(1, sizeof *peer);
        if (peer == NULL)
            return false;
        memcpy(peer->key, key.data, key.len);
        peer->len = key.len;
        *link = peer;
    }
    if ((*link)->count >= peers->most)
        return false; /* it has some, so it stays */
    (*link)->count++;
    return true;
}

void sg_peers_drop(struct sg_peers *peers, struct sg_bytes address)
{
    struct peer **link = find(peers, key_of(address));
    struct peer *peer = *link;
    assert(peer != NULL && peer->count > 0);
    if (--peer->count > 0)
        return;
    *link = peer->next;
    free(peer);
}
