/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_memory.c - what a long body costs in memory: nothing that grows with its length.
 *
 * usage: bench_memory SCRUBGATE [MIB]
 *
 * One text body of MIB (1024 without) goes through a scrubbing route to an origin that reads it
 * all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "load.h"
#include "origin.h"
#include "peers.h"
#include "program.h"

static const char prose[] = "the box was blue and it came on a monday with 12 other things in it. ";

/* One body of that length; false when it is not answered with 200. */
static bool post(const struct peer *peer, const char *block, size_t block_len, uint64_t bytes)
{
    const struct ask ask = {"POST", "/in", "text/plain", {block, block_len, bytes}, {NULL, 0, 0}};
    const struct load_pace once = {.seconds = 3600, .requests = 1};
    struct load *load = load_open(peer->port, 1, &ask);
    if (load == NULL)
        return false;
    struct load_result result = load_run(load, &once);
    load_close(load);
    return load_fine(&result);
}

int main(int argc, char **argv)
{
    static char block[(sizeof prose - 1) * 1000];
    static const struct origin_service services[] = {
        {"/in", ORIGIN_ANSWERS, {NULL, 0, 0}, NULL, {"", 1, 0}}};
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s SCRUBGATE [MIB]\n", argv[0]);
        return 2;
    }
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = prose[i % (sizeof prose - 1)];
    uint64_t mib = argc > 2 ? strtoul(argv[2], NULL, 10) : 1024;
    struct place place;
    struct peer peer = {
        .name = "scrubgate", .kind = PEER_GATEWAY, .program = argv[1], .handling = "scrub"};
    if (!place_init(&place, 0))
        return 2;
    struct origin *origin = origin_start(&place.origin, services, 1, 1);
    program_pin(1);
    bool fine = peer_start(&peer, &place) &&
                post(&peer, block, sizeof block, UINT64_C(1) << 20); /* allocated once: there now */
    uint64_t before = program_rss(peer.pid), cpu = program_cpu_ns(peer.pid);
    fine = fine && post(&peer, block, sizeof block, mib << 20);
    uint64_t after = program_rss(peer.pid);
    double seconds = (double)(program_cpu_ns(peer.pid) - cpu) / 1e9;
    peer_stop(&peer);
    origin_stop(origin);
    place_fini(&place);
    if (fine)
        (void)printf("text body of %llu MiB through the default packs: RSS %.2f MiB before, %.2f "
                     "MiB after: %+.2f MiB; %.1f MB/s of CPU time\n",
                     (unsigned long long)mib, (double)before / 1048576, (double)after / 1048576,
                     ((double)after - (double)before) / 1048576,
                     (double)(mib << 20) / 1e6 / seconds);
    return fine ? 0 : 1;
}
