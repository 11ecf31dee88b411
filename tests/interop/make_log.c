/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_log.c - an audit log made under load by a running gateway, for others to verify.
 *
 *     load -> scrubgate serve -> origin         DIR/made/audit: the log
 *                                               DIR/kept/<size>: its checkpoints meanwhile
 *
 * usage: make_log SCRUBGATE DIR RECORDS SECONDS
 *
 * What a gateway has not made after SECONDS is added by concurrent producers straight through the
 * log's writer (tests/bench/log_load.h), and so said.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/checkpoint.h"
#include "base/file.h"

#include "../bench/load.h"
#include "../bench/log_load.h"
#include "../bench/origin.h"
#include "../bench/peers.h"

enum { CONNECTIONS = 64, PRODUCERS = 4, IN_FLIGHT = 64 };

static const char message[] =
    "{\"from\":\"c-1029\",\"conversation\":\"v-7731\",\"text\":\"You can write to "
    "jo.doe@example.com, the card was 4111 1111 1111 1111.\"}";
static const char answer[] = "{\"status\":\"queued\",\"text\":\"Thank you for your message.\"}";

/* --- checkpoints that are kept while the log grows --- */

struct keeper {
    const char *audit, *dir;
    atomic_bool over;
    atomic_uint_fast64_t size;
    unsigned kept;
    pthread_t thread;
};

static void keep_checkpoint(struct keeper *keeper)
{
    struct sg_buf text = {0};
    struct sg_checkpoint checkpoint;
    char path[400];
    struct sg_note *note = malloc(sizeof *note);
    (void)snprintf(path, sizeof path, "%s/checkpoint", keeper->audit);
    if (note != NULL && sg_file_read(path, &text, NULL) >= 0 &&
        sg_note_read(note, sg_buf_bytes(&text)) >= 0 &&
        sg_checkpoint_read(&checkpoint, note->text) >= 0 &&
        checkpoint.size != atomic_load(&keeper->size)) {
        (void)snprintf(path, sizeof path, "%s/kept/%llu", keeper->dir,
                       (unsigned long long)checkpoint.size);
        FILE *file = fopen(path, "wb");
        if (file != NULL && fwrite(text.data, 1, text.len, file) == text.len)
            keeper->kept++;
        if (file != NULL)
            (void)fclose(file);
        atomic_store(&keeper->size, checkpoint.size);
    }
    sg_buf_fini(&text);
    free(note);
}

static void *keep(void *ctx)
{
    struct keeper *keeper = ctx;
    while (!atomic_load(&keeper->over)) {
        keep_checkpoint(keeper);
        (void)nanosleep(&(struct timespec){0, 300000000}, NULL);
    }
    keep_checkpoint(keeper);
    return NULL;
}

/* --- the gateway, under load --- */

static bool press(const struct peer *peer, struct keeper *keeper, uint64_t records, double seconds)
{
    const struct ask ask = {"POST", "/eight", "application/json", text_of(message),
                            text_of(answer)};
    const struct load_pace pace = {.seconds = 0.5};
    struct load *load = load_open(peer->port, CONNECTIONS, &ask);
    time_t start = time(NULL);
    bool good = load != NULL;
    uint64_t answered = 0, shed = 0;
    while (good && atomic_load(&keeper->size) < records && difftime(time(NULL), start) < seconds) {
        struct load_result result = load_run(load, &pace);
        good = result.wrong == 0 && result.lost == 0;
        answered += result.answered;
        shed += result.shed;
    }
    (void)printf("make_log: %llu messages through the gateway in %.0f s, %llu turned away\n",
                 (unsigned long long)answered, difftime(time(NULL), start),
                 (unsigned long long)shed);
    if (!good)
        (void)fprintf(stderr, "make_log: the gateway did not answer as it should\n");
    if (load != NULL)
        load_close(load);
    return good;
}

static bool make_by_gateway(const char *program, const char *dir, uint64_t records, double seconds,
                            uint64_t *made_records)
{
    const struct origin_service services[] = {
        {"/eight", ORIGIN_ANSWERS, {NULL, 0, 0}, NULL, text_of(answer)}};
    struct place place = {.cpu = -1};
    struct peer peer = {.name = "scrubgate",
                        .kind = PEER_GATEWAY,
                        .program = program,
                        .handling = "scrub",
                        .rules = "tests/bench/rules8"};
    struct keeper keeper = {.dir = dir};
    char state[300], audit[320], made[300];
    (void)snprintf(place.dir, sizeof place.dir, "%s", dir);
    struct origin *origin = origin_start(&place.origin, services, 1, -1);
    if (origin == NULL || !peer_start(&peer, &place))
        return false;
    (void)snprintf(state, sizeof state, "%s/%u", dir, peer.port);
    (void)snprintf(audit, sizeof audit, "%s/audit", state);
    (void)snprintf(made, sizeof made, "%s/made", dir);
    keeper.audit = audit;
    bool good =
        symlink(state, made) == 0 && pthread_create(&keeper.thread, NULL, keep, &keeper) == 0;
    if (good) {
        good = press(&peer, &keeper, records, seconds);
        peer_stop(&peer);
        atomic_store(&keeper.over, true);
        (void)pthread_join(keeper.thread, NULL);
        *made_records = atomic_load(&keeper.size);
        (void)printf("make_log: %llu records by the gateway, %u checkpoints kept\n",
                     (unsigned long long)*made_records, keeper.kept);
    }
    peer_stop(&peer);
    origin_stop(origin);
    return good;
}

/* The rest of them, by producers of our own. */
static bool add_rest(const char *dir, uint64_t records)
{
    char audit[320], keys[320];
    double seconds = 0;
    const struct log_load_setup setup = {.dir = audit,
                                         .keys = keys,
                                         .origin = "localhost/scrubgate/1",
                                         .producers = PRODUCERS,
                                         .in_flight = IN_FLIGHT};
    (void)snprintf(audit, sizeof audit, "%s/made/audit", dir);
    (void)snprintf(keys, sizeof keys, "%s/made/keys", dir);
    bool good = log_load_fill(&setup, records, &seconds);
    (void)printf("make_log: the rest by %u producers with %u records in flight each, in %.0f s\n",
                 PRODUCERS, IN_FLIGHT, seconds);
    return good;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fprintf(stderr, "usage: make_log SCRUBGATE DIR RECORDS SECONDS\n");
        return 2;
    }
    uint64_t records = strtoull(argv[3], NULL, 10);
    uint64_t made = 0;
    bool good = make_by_gateway(argv[1], argv[2], records, strtod(argv[4], NULL), &made);
    if (good && made < records)
        good = add_rest(argv[2], records);
    return good ? 0 : 1;
}
