/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_watch.c - stay with a log while it is written, and say what is wrong as soon as it is.
 */
#include "cli/audit_watch.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "audit/verify_follow.h"
#include "base/clock.h"
#include "cli/console.h"
#include "cli/options.h"
#include "cli/progress.h"

enum { TIME_SIZE = 25, LOOK_NS = 500000000 };

static const uint64_t second_ns = 1000000000;

struct watch {
    const struct sg_audit_answer *answer;
    const struct sg_watch_want *want;
    struct sg_progress progress; /* of the first look, which reads all that is there */
    sigset_t before;             /* what was let through */
    uint64_t shown;              /* records proven by the last line */
    uint64_t shown_ns;           /* 0: none yet */
    bool terminal, asked;        /* asked: to end */
};

static volatile sig_atomic_t was_asked;

static void on_signal(int number)
{
    (void)number;
    was_asked = 1;
}

/* They come while we wait, and nowhere else. */
static bool hold_signals(struct watch *watch)
{
    struct sigaction action;
    sigset_t ours;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    (void)sigemptyset(&action.sa_mask);
    (void)sigemptyset(&ours);
    (void)sigaddset(&ours, SIGINT);
    (void)sigaddset(&ours, SIGTERM);
    was_asked = 0;
    return sigprocmask(SIG_BLOCK, &ours, &watch->before) == 0 &&
           sigaction(SIGINT, &action, NULL) == 0 && sigaction(SIGTERM, &action, NULL) == 0;
}

/* Lets through what waits, for so long. */
static void wait_for(struct watch *watch, long ns)
{
    const struct timespec time = {.tv_nsec = ns};
    (void)pselect(0, NULL, NULL, NULL, &time, &watch->before);
    watch->asked |= was_asked != 0;
}

static void show_progress(void *ctx, uint64_t done, uint64_t total)
{
    struct watch *watch = ctx;
    watch->progress.total = total;
    if (watch->shown_ns == 0)
        sg_progress_show(&watch->progress, done);
    wait_for(watch, 0);
}

/* Reading what is there may take minutes: nobody shall have to wait for its end. */
static enum scrubgate_status take_record(void *ctx, uint64_t seq, struct sg_bytes record)
{
    (void)seq;
    (void)record;
    return ((struct watch *)ctx)->asked ? SCRUBGATE_EINVAL : SCRUBGATE_OK;
}

static void print_line(const struct watch *watch)
{
    const struct sg_audit_answer *answer = watch->answer;
    const struct sg_verify_result *result = &answer->report->result;
    char now[TIME_SIZE], proven[TIME_SIZE], a[SG_PROGRESS_NUMBER], b[SG_PROGRESS_NUMBER];
    sg_clock_format(sg_clock_wall_ms(), now);
    sg_clock_format(result->proven_time, proven);
    if (result->proven <= result->start)
        (void)printf("%s %s: no record is signed yet", now, answer->dir);
    else
        (void)printf("%s %s: PROVEN records %s to %s, up to %s", now, answer->dir,
                     sg_progress_number(result->start, a),
                     sg_progress_number(result->proven - 1, b),
                     result->proven_time > 0 ? proven : "a time that is not known");
    if (result->has_witnessed)
        (void)printf("; witnessed %s", sg_progress_number(result->witnessed, a));
}

static bool show(struct watch *watch, uint64_t now_ns)
{
    const uint64_t proven = watch->answer->report->result.proven;
    const bool due = watch->shown_ns == 0 ||
                     (watch->want->interval == 0
                          ? proven != watch->shown
                          : now_ns - watch->shown_ns >= watch->want->interval * second_ns);
    if (!due && !watch->terminal)
        return true;
    sg_progress_end(&watch->progress);
    if (watch->want->json) {
        sg_audit_answer_print_json(watch->answer, "proven");
    } else {
        (void)fputs(watch->terminal ? "\r" : "", stdout);
        print_line(watch);
        (void)fputs(watch->terminal ? "\033[K" : "\n", stdout);
    }
    watch->shown = proven;
    watch->shown_ns = now_ns;
    return sg_flush_output();
}

static void show_end(const struct watch *watch, bool trouble)
{
    if (watch->terminal)
        (void)fputs("\n", stdout);
    if (watch->want->json)
        sg_audit_answer_print_json(watch->answer, trouble ? "trouble" : "end");
    else
        sg_audit_answer_print(watch->answer);
}

static int look_on(struct watch *watch, struct sg_follow *follow)
{
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool heard = true, looked = false;
    while (heard && !watch->asked) {
        const uint64_t now_ns = sg_clock_mono_ns();
        rc = sg_follow_look(follow, now_ns, &fault);
        if (rc != SCRUBGATE_OK)
            break;
        looked = true;
        heard = show(watch, now_ns);
        wait_for(watch, LOOK_NS);
    }
    sg_progress_end(&watch->progress);
    if (rc < 0 && !watch->asked) {
        if (watch->terminal)
            (void)fputs("\n", stdout);
        (void)sg_say_fault(&fault);
        (void)fprintf(stderr, "scrubgate audit verify: the log could not be read: NOT PROVEN\n");
        return SG_EXIT_WRONG;
    }
    if (rc == SCRUBGATE_DONE || looked)
        show_end(watch, rc == SCRUBGATE_DONE);
    else
        (void)fprintf(stderr, "scrubgate audit verify: ended before all was read: NOT PROVEN\n");
    return sg_flush_output() && rc == SCRUBGATE_OK ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

int sg_audit_watch(const struct sg_audit_answer *answer, const struct sg_verify_since *since,
                   const struct sg_watch_want *want, struct sg_verify_report *report)
{
    struct watch watch = {
        .answer = answer, .want = want, .terminal = !want->json && isatty(STDOUT_FILENO) == 1};
    const struct sg_verify_watch told = {show_progress, &watch, take_record, &watch};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_follow *follow = NULL;
    int exit_code = SG_EXIT_WRONG;
    sg_progress_start(&watch.progress, "verify", "records", 0, false);
    if (hold_signals(&watch) &&
        sg_follow_open(&follow, answer->dir, answer->config, since, &told, report, &fault) >= 0)
        exit_code = look_on(&watch, follow);
    else
        (void)sg_say_fault(&fault);
    sg_follow_close(follow);
    return exit_code;
}
