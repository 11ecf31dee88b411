/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_simulate.c - scrubgate collusion simulate: events of a market that never was, and
 * the truth about who cheated in it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/file.h"
#include "base/folder.h"
#include "cli/cmd_collusion.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "collusion/sim.h"
#include "proxy/drive.h"

enum { PARAMS_MOST = 1024 * 1024, FOLDER_MODE = 0755, PATH_ROOM = 4096 };

struct wishes {
    const char *level, *seed, *days, *params, *out, *through;
    unsigned most, speed;
    bool told, anywhere, quiet;
};

/* --- what is asked for --- */

/* SG_EXIT_FINE, or what was said. */
static int read_params(const struct sg_command *command, const struct wishes *wishes,
                       struct sg_sim_params *params)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf text = {0};
    const char *level = wishes->level;
    if (level[0] != 'L' || level[1] < '0' || level[1] >= '0' + SG_SIM_LEVELS || level[2] != '\0')
        return sg_say_usage(command, "--level is one of L0, L1, L2, L3, L4");
    sg_sim_params_init(params, (unsigned)(level[1] - '0'));
    sg_buf_init(&text, PARAMS_MOST);
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (wishes->params != NULL) {
        rc = sg_file_read(wishes->params, &text, &fault);
        if (rc >= 0)
            rc = sg_sim_params_read(params, wishes->params, sg_buf_bytes(&text), &fault);
    }
    if (rc >= 0 && wishes->days != NULL) { /* as the file would say it: judged the same way */
        char line[64];
        (void)snprintf(line, sizeof line, "days: %.40s\n", wishes->days);
        rc = sg_sim_params_read(params, "--days", sg_bytes_of(line), &fault);
    }
    sg_buf_fini(&text);
    return rc < 0 ? sg_say_fault(&fault) : SG_EXIT_FINE;
}

/* --- what is written --- */

static enum scrubgate_status put(void *ctx, const struct sg_buf *text)
{
    return fwrite(text->data, 1, text->len, ctx) == text->len ? SCRUBGATE_OK : SCRUBGATE_EIO;
}

typedef enum scrubgate_status print_fn(const struct sg_sim *sim, sg_sim_sink *sink, void *ctx);

static enum scrubgate_status write_file(const struct sg_sim *sim, const char *folder,
                                        const char *name, print_fn *print,
                                        struct scrubgate_fault *fault)
{
    char path[PATH_ROOM];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) {
        sg_fault_set(fault, folder, 0, 0, "the folder's name is too long");
        return SCRUBGATE_EINVAL;
    }
    FILE *file = fopen(path, "w");
    enum scrubgate_status rc = file == NULL ? SCRUBGATE_EIO : print(sim, put, file);
    if (file != NULL && fclose(file) != 0 && rc >= 0)
        rc = SCRUBGATE_EIO;
    if (rc == SCRUBGATE_EIO)
        sg_fault_set(fault, path, 0, 0, "cannot write this file: %s", strerror(errno));
    else if (rc < 0)
        sg_fault_set(fault, path, 0, 0, "out of memory");
    return rc;
}

static enum scrubgate_status write_market(const struct sg_sim *sim, const char *out,
                                          struct scrubgate_fault *fault)
{
    const struct sg_sim_params *params = &sim->params;
    enum scrubgate_status rc = sg_folder_make(out, FOLDER_MODE, fault);
    if (rc >= 0)
        rc = write_file(sim, out, "events.ndjson", sg_sim_events, fault);
    if (rc >= 0)
        rc = write_file(sim, out, "truth.ndjson", sg_sim_truth, fault);
    if (rc >= 0)
        (void)printf("%zu tickets of %zu customers by %zu agents, %u ring%s, in %s\n",
                     sim->n_tickets, sim->n_customers, sim->n_agents, (unsigned)params->rings,
                     params->rings == 1 ? "" : "s", out);
    return rc;
}

/* --- what is sent --- */

static void show(void *ctx, uint64_t messages)
{
    sg_progress_show(ctx, messages);
}

static void tell(const struct sg_drive_counts *counts)
{
    (void)printf("%" PRIu64 " messages: %" PRIu64 " answered, %" PRIu64 " diverted, %" PRIu64
                 " denied, %" PRIu64 " blocked, %" PRIu64 " failed\n",
                 counts->messages, counts->answered, counts->diverted, counts->denied,
                 counts->blocked, counts->failed);
    (void)printf("%" PRIu64 " tickets of rings, of which %" PRIu64 " diverted or denied; %" PRIu64
                 " honest ones, of which %" PRIu64 "\n",
                 counts->tickets[1], counts->caught[1], counts->tickets[0], counts->caught[0]);
    if (counts->failed > 0)
        (void)printf("the first that failed was answered with %u\n", counts->failure);
}

/* SG_EXIT_FINE: all that was sent was answered, or stopped as the rules of the gateway want it. */
static int drive(const struct sg_sim *sim, const struct wishes *wishes,
                 struct scrubgate_fault *fault)
{
    struct sg_progress progress;
    struct sg_drive_counts counts;
    const struct sg_drive_config config = {.url = wishes->through,
                                           .anywhere = wishes->anywhere,
                                           .told = wishes->told,
                                           .most = wishes->most,
                                           .speed = wishes->speed,
                                           .progress = show,
                                           .ctx = &progress};
    sg_progress_start(&progress, "drive", "messages", 0, wishes->quiet);
    enum scrubgate_status rc = sg_drive_run(sim, &config, &counts, fault);
    sg_progress_end(&progress);
    if (rc == SCRUBGATE_EINVAL)
        return sg_say_fault(fault);
    tell(&counts);
    if (rc < 0)
        (void)sg_say_fault(fault);
    return rc < 0 || counts.failed > 0 ? SG_EXIT_WRONG : SG_EXIT_FINE;
}

static int simulate(const struct sg_sim_params *params, uint64_t seed, const struct wishes *wishes)
{
    struct scrubgate_fault fault = {.what = ""};
    int exit_code = SG_EXIT_FINE;
    struct sg_sim *sim;
    enum scrubgate_status rc = sg_sim_new(&sim, params, seed);
    if (rc < 0)
        sg_fault_set(&fault, NULL, 0, 0, "there is not enough memory for so many tickets");
    if (rc >= 0 && wishes->out != NULL)
        rc = write_market(sim, wishes->out, &fault);
    if (rc < 0) {
        (void)sg_say_fault(&fault);
        exit_code = SG_EXIT_WRONG;
    } else if (wishes->through != NULL) {
        exit_code = drive(sim, wishes, &fault);
    }
    sg_sim_free(sim);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct wishes wishes = {.level = "L2", .seed = "1"};
    const struct sg_option options[] = {
        {"level", 'l', SG_OPTION_TEXT, "L0…L4", "how well the rings hide; L2 when not given",
         &wishes.level},
        {"seed", 's', SG_OPTION_TEXT, "N", "another number, another market; 1 when not given",
         &wishes.seed},
        {"days", 'd', SG_OPTION_TEXT, "N", "how long; 90 when not given", &wishes.days},
        {"params", 'p', SG_OPTION_TEXT, "FILE", "YAML: what is other than in the level's world",
         &wishes.params},
        {"out", 'o', SG_OPTION_TEXT, "FOLDER", "for events.ndjson and truth.ndjson", &wishes.out},
        {"through", 't', SG_OPTION_TEXT, "URL", "send it all as messages through a gateway",
         &wishes.through},
        {"most", 'm', SG_OPTION_NUMBER, "N", "so many tickets, the first ones", &wishes.most},
        {"speed", 'r', SG_OPTION_NUMBER, "N", "so many messages a second at most", &wishes.speed},
        {"proxy", 'P', SG_OPTION_FLAG, NULL, "tell each sender's address by a PROXY header",
         &wishes.told},
        {"anywhere", 0, SG_OPTION_FLAG, NULL, "through a gateway on another machine, too",
         &wishes.anywhere},
        {"quiet", 'q', SG_OPTION_FLAG, NULL, "do not show how far it is", &wishes.quiet}};
    struct sg_sim_params params;
    uint64_t seed;
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (rest != argc)
        return sg_say_usage(command, "wants no operands");
    if (wishes.out == NULL && wishes.through == NULL)
        return sg_say_usage(command, "wants --out FOLDER, or --through URL, or both");
    if (!sg_bytes_to_u64(sg_bytes_of(wishes.seed), &seed))
        return sg_say_usage(command, "--seed is a number from 0 to 18446744073709551615");
    int exit_code = read_params(command, &wishes, &params);
    if (exit_code != SG_EXIT_FINE)
        return exit_code;
    return simulate(&params, seed, &wishes);
}

const struct sg_command sg_cmd_collusion_simulate = {
    .name = "collusion simulate",
    .summary = "events of a market that never was, and who cheated in it",
    .usage = "--level L0…L4 --seed N --out FOLDER|--through URL",
    .examples = "  scrubgate collusion simulate --level L2 --seed 101 --out market\n"
                "  scrubgate collusion simulate --level L4 --days 30 --params ours.yaml --out m\n"
                "  scrubgate collusion simulate --level L0 --most 500 --through "
                "http://127.0.0.1:8080/\n",
    .run = run,
};
