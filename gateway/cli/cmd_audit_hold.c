/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_hold.c - scrubgate audit hold on|off --why TEXT [DIR]: nothing is removed from a log.
 *
 * The hold is a file in the log's folder, and counts from that moment on; the record that tells of
 * it is written by who writes the log (audit/acts.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/pruned.h"
#include "base/buf.h"
#include "cli/audit_act.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/options.h"

enum { FILE_MODE = 0640 };
static const char default_dir[] = "var/audit";

static bool put_on(int folder, const char *why)
{
    int fd = openat(folder, SG_HOLD_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                    FILE_MODE);
    if (fd < 0)
        return false;
    const size_t len = strlen(why);
    /* That it is there is what counts; what it says is for people. */
    (void)!write(fd, why, len);
    (void)!write(fd, "\n", 1);
    const bool ok = fsync(fd) == 0;
    return close(fd) == 0 && ok && fsync(folder) == 0;
}

static bool take_off(int folder)
{
    return unlinkat(folder, SG_HOLD_NAME, 0) == 0 && fsync(folder) == 0;
}

static bool is_log(int folder)
{
    return faccessat(folder, "log", F_OK, 0) == 0;
}

static int hold(const char *dir, bool on, const char *why)
{
    const struct sg_act_note note = {.kind = SG_ACT_HOLD,
                                     .of.hold = {.on = on, .why = sg_bytes_of(why)}};
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int exit_code = SG_EXIT_WRONG;
    if (folder < 0 || !is_log(folder)) {
        (void)fprintf(stderr, "%s: this is no folder of an audit log\n", dir);
    } else if (!on && !sg_pruned_is_held(folder)) {
        (void)fprintf(stderr, "%s: there is no hold\n", dir);
    } else if (!(on ? put_on(folder, why) : take_off(folder))) {
        (void)fprintf(stderr, "%s/%s: %s\n", dir, SG_HOLD_NAME, strerror(errno));
    } else {
        (void)printf("%s: %s\n", dir,
                     on ? "held: nothing is removed from now on"
                        : "no hold: what is older than audit.retention may be removed");
        exit_code = sg_leave_act(dir, &note) ? SG_EXIT_FINE : SG_EXIT_WRONG;
    }
    if (folder >= 0)
        (void)close(folder);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *why = NULL;
    const struct sg_option options[] = {
        {"why", 0, SG_OPTION_TEXT, "TEXT", "a ticket or case, which the log keeps for good", &why},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    const char *word = argc - rest >= 1 ? argv[rest] : "";
    const bool on = strcmp(word, "on") == 0;
    if (argc - rest > 2 || (!on && strcmp(word, "off") != 0))
        return sg_say_usage(command, "wants on or off, and the folder of an audit log (var/audit)");
    if (why == NULL || why[0] == '\0')
        return sg_say_usage(command, "wants --why: a ticket or a case");
    return hold(argc - rest == 2 ? argv[rest + 1] : default_dir, on, why);
}

const struct sg_command sg_cmd_audit_hold = {
    .name = "audit hold",
    .summary = "keep all records, however old",
    .usage = "on|off --why TEXT [DIR]",
    .examples = "  scrubgate audit hold on --why 'case 2026-17'\n"
                "  scrubgate audit hold off --why 'case 2026-17 is closed' var/audit\n",
    .run = run,
};
