/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drive.c - a simulated market's tickets as real requests through a gateway that runs.
 */
#include "proxy/drive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/diag.h"
#include "net/asker.h"
#include "proxy/drive_request.h"

enum { LINES = 4 /* where nobody is told apart by his address */ };
#define SECONDS UINT64_C(1000000000)

struct drive {
    const struct sg_sim *sim;
    const struct sg_drive_config *config;
    struct sg_drive_counts *counts;
    struct sg_asker *asker;
    struct sg_buf head, body;
    bool *caught; /* by ticket */
    uint64_t begun;
};

/* --- what became of a message --- */

static bool holds(struct sg_bytes text, const char *word)
{
    const size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.data + i, word, len) == 0)
            return true;
    return false;
}

/* Which upstream it was, `scrubgate echo --name` tells in a field of its answer: the gateway tells
 * no client. */
static bool was_diverted(const struct sg_asked *answer)
{
    const struct sg_header *by = sg_headers_find(&answer->head->headers, "Echo", NULL);
    return by != NULL && sg_bytes_equal(by->value, SG_BYTES("diverted"));
}

static void count(struct drive *drive, size_t ticket, const struct sg_asked *answer)
{
    struct sg_drive_counts *counts = drive->counts;
    const unsigned status = answer->head->status;
    counts->messages++;
    if (status >= 200 && status < 300) {
        const bool diverted = was_diverted(answer);
        counts->answered += !diverted;
        counts->diverted += diverted;
        drive->caught[ticket] = drive->caught[ticket] || diverted;
    } else if (status == 403 && holds(answer->body, "urn:scrubgate:problem:not-assigned")) {
        counts->denied++;
        drive->caught[ticket] = true;
    } else if (status == 422) {
        counts->blocked++;
    } else {
        counts->failure = counts->failed++ == 0 ? status : counts->failure;
    }
}

/* --- sending --- */

static void wait_for_turn(const struct drive *drive)
{
    if (drive->config->speed == 0)
        return;
    const uint64_t due = drive->begun + (uint64_t)((double)drive->counts->messages *
                                                   (double)SECONDS / (double)drive->config->speed);
    const uint64_t now = sg_clock_mono_ns();
    if (now >= due)
        return;
    struct timespec left = {.tv_sec = (time_t)((due - now) / SECONDS),
                            .tv_nsec = (long)((due - now) % SECONDS)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static enum scrubgate_status say(struct drive *drive, const struct sg_drive_message *message,
                                 struct scrubgate_fault *fault)
{
    const uint64_t network = sg_drive_network(message);
    struct sg_asked answer;
    enum scrubgate_status rc =
        sg_drive_request(message, sg_asker_path(drive->asker), sg_asker_authority(drive->asker),
                         &drive->head, &drive->body);
    if (rc < 0) {
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
        return rc;
    }
    wait_for_turn(drive);
    rc = sg_asker_ask(drive->asker, drive->config->told ? network : network % LINES,
                      sg_buf_bytes(&drive->head), sg_buf_bytes(&drive->body), &answer, fault);
    if (rc < 0)
        return rc;
    count(drive, message->ticket, &answer);
    if (drive->config->progress != NULL)
        drive->config->progress(drive->config->ctx, drive->counts->messages);
    return rc;
}

static enum scrubgate_status go_on(struct drive *drive, const struct sg_sim_moment *moment,
                                   struct scrubgate_fault *fault)
{
    struct sg_drive_message message = {.sim = drive->sim,
                                       .ticket = moment->ticket,
                                       .step = moment->step,
                                       .by_agent = moment->step != SG_SIM_OPEN};
    enum scrubgate_status rc = say(drive, &message, fault);
    message.by_agent = false;
    return rc >= 0 && moment->step == SG_SIM_ASSIGN ? say(drive, &message, fault) : rc;
}

/* --- all of it --- */

static void sum_up(struct drive *drive, size_t tickets)
{
    for (size_t i = 0; i < tickets; i++) {
        const bool ring = drive->sim->tickets[i].ring != SG_SIM_NONE;
        drive->counts->tickets[ring]++;
        drive->counts->caught[ring] += drive->caught[i];
    }
}

enum scrubgate_status sg_drive_run(const struct sg_sim *sim, const struct sg_drive_config *config,
                                   struct sg_drive_counts *counts, struct scrubgate_fault *fault)
{
    const struct sg_asker_config whom = {.url = config->url,
                                         .anywhere = config->anywhere,
                                         .told = config->told,
                                         .total_ns = 60 * SECONDS};
    struct drive drive = {
        .sim = sim, .config = config, .counts = counts, .begun = sg_clock_mono_ns()};
    const size_t tickets =
        config->most > 0 && config->most < sim->n_tickets ? (size_t)config->most : sim->n_tickets;
    size_t n = 0;
    *counts = (struct sg_drive_counts){.messages = 0};
    struct sg_sim_moment *moments = sg_sim_moments(sim, &n);
    drive.caught = calloc(tickets + 1, sizeof *drive.caught);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (moments == NULL || drive.caught == NULL)
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
    else
        rc = sg_asker_new(&drive.asker, &whom, fault);
    for (size_t i = 0; i < n && rc >= 0; i++)
        if (moments[i].ticket < tickets)
            rc = go_on(&drive, &moments[i], fault);
    if (drive.caught != NULL)
        sum_up(&drive, tickets);
    sg_asker_free(drive.asker);
    sg_buf_fini(&drive.head);
    sg_buf_fini(&drive.body);
    free(drive.caught);
    free(moments);
    return rc;
}
