/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_place.c - the guard of a gateway, for the commands on it.
 */
#include "cli/guard_place.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/folder.h"
#include "cli/console.h"
#include "proxy/agent_name.h"
#include "proxy/keys.h"

enum { FOLDER_MODE = 0700, AUDIT_MODE = 0750, LINE_MOST = 4096 };

/* --- opening ---------------------------------------------------------------------------------- */

static enum scrubgate_status add_path(struct sg_buf *path, const char *folder, const char *name)
{
    enum scrubgate_status rc = sg_buf_addf(path, "%s%s", folder, name);
    return rc < 0 ? rc : sg_buf_add_byte(path, '\0');
}

/* Keys first: a folder that has none is no gateway's, and must not get a guard that nobody asks. */
static enum scrubgate_status open_facets(struct sg_guard_place *place, const char *state,
                                         struct scrubgate_fault *fault)
{
    struct sg_buf path = {0};
    struct sg_keys keys = {0};
    enum scrubgate_status rc = add_path(&path, state, "/keys");
    if (rc >= 0)
        rc = sg_keys_load(&keys, (const char *)path.data, fault);
    if (rc >= 0)
        rc = sg_facets_of_agents(&place->facets, keys.agent);
    sg_keys_wipe(&keys);
    sg_buf_fini(&path);
    return rc;
}

static enum scrubgate_status open_guard(struct sg_guard_place *place, const char *state,
                                        struct scrubgate_fault *fault)
{
    struct sg_buf folder = {0}, path = {0};
    enum scrubgate_status rc = add_path(&folder, state, "/" SG_GUARD_FOLDER);
    if (rc >= 0)
        rc = sg_folder_make((const char *)folder.data, FOLDER_MODE, fault);
    if (rc >= 0)
        rc = add_path(&path, state, "/" SG_GUARD_FILE);
    if (rc >= 0)
        rc = sg_collusion_guard_open(&place->guard, (const char *)path.data, place->config->policy,
                                     fault);
    sg_buf_fini(&folder);
    sg_buf_fini(&path);
    return rc;
}

/* Where a config says it, the log's folder for notes is made as the gateway would at its first
 * start. A folder that is only guessed is not: a note there might never be read. */
static enum scrubgate_status make_acts(const char *dir, struct scrubgate_fault *fault)
{
    static const struct sg_record_source nobody = {"", ""};
    struct sg_acts *acts = NULL;
    enum scrubgate_status rc = sg_folder_make(dir, AUDIT_MODE, fault);
    if (rc < 0)
        return rc;
    const int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        sg_fault_set(fault, dir, 0, 0, "cannot open this folder");
        return SCRUBGATE_EIO;
    }
    rc = sg_acts_open(&acts, folder, dir, &nobody, fault);
    sg_acts_close(acts);
    (void)close(folder);
    return rc;
}

static enum scrubgate_status find_audit(struct sg_guard_place *place,
                                        const struct sg_guard_asked *asked,
                                        struct scrubgate_fault *fault)
{
    if (asked->config == NULL && asked->state != NULL)
        return add_path(&place->audit, asked->state, "/audit");
    enum scrubgate_status rc = add_path(&place->audit, place->config->audit_dir, "");
    return rc < 0 ? rc : make_acts((const char *)place->audit.data, fault);
}

int sg_guard_place_open(const struct sg_guard_asked *asked, struct sg_guard_place *place)
{
    struct scrubgate_fault fault = {.what = "out of memory"};
    struct sg_override overrides[SG_CONFIG_VARIABLES];
    *place = (struct sg_guard_place){.now_ms = sg_clock_wall_ms()};
    enum scrubgate_status rc = sg_config_load(&place->config, asked->config, overrides,
                                              sg_config_environment(overrides), &fault);
    if (rc < 0) {
        (void)sg_say_fault(&fault);
        return SG_EXIT_USAGE;
    }
    const char *state = asked->state != NULL ? asked->state : place->config->state;
    rc = open_facets(place, state, &fault);
    const bool is_ours = rc >= 0;
    if (rc >= 0)
        rc = find_audit(place, asked, &fault);
    if (rc >= 0)
        rc = open_guard(place, state, &fault);
    if (rc >= 0)
        return SG_EXIT_FINE;
    (void)sg_say_fault(&fault);
    if (!is_ours)
        (void)fprintf(stderr,
                      "%s: to be the state folder of a gateway it wants its keys, of the user who "
                      "runs this: start the gateway once, or scrubgate keygen %s/keys\n",
                      state, state);
    sg_guard_place_close(place);
    return SG_EXIT_WRONG;
}

void sg_guard_place_close(struct sg_guard_place *place)
{
    sg_collusion_guard_close(place->guard);
    sg_facets_free(place->facets);
    sg_config_free(place->config);
    sg_buf_fini(&place->audit);
    *place = (struct sg_guard_place){0};
}

/* --- what people type ------------------------------------------------------------------------- */

static bool read_line(struct sg_buf *line)
{
    int c;
    line->ceiling = LINE_MOST;
    while ((c = getchar()) != EOF && c != '\n')
        if (sg_buf_add_byte(line, (uint8_t)c) < 0)
            return false;
    return line->len > 0;
}

bool sg_guard_take_words(const char *said, struct sg_buf *words)
{
    return strcmp(said, "-") == 0 ? read_line(words) : sg_buf_add_text(words, said) >= 0;
}

int sg_guard_take_agent(const struct sg_command *command, const struct sg_guard_place *place,
                        const char *said, uint64_t *agent)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf name = {0};
    int exit_code = SG_EXIT_FINE;
    if (!sg_guard_take_words(said, &name))
        exit_code = sg_say_usage(command, "wants an agent's name on standard input");
    else if (sg_agent_name_digest(place->facets, sg_buf_bytes(&name), agent, &fault) < 0)
        exit_code = sg_say_usage(command, fault.what);
    sg_buf_fini(&name);
    return exit_code;
}

const char *sg_guard_runner(void)
{
    /* Who became the gateway's user by sudo is asked for, not the gateway. */
    const char *before = getenv("SUDO_USER");
    if (before != NULL && before[0] != '\0')
        return before;
    const struct passwd *user = getpwuid(getuid());
    return user == NULL || user->pw_name == NULL ? "" : user->pw_name;
}

/* --- the log ---------------------------------------------------------------------------------- */

bool sg_guard_prepare(const struct sg_guard_place *place, const struct sg_guard_act *act,
                      struct sg_acts_half *half)
{
    const struct sg_act_note note = {.kind = SG_ACT_GUARD, .of.guard = *act};
    const char *dir = (const char *)place->audit.data;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_acts_prepare(half, dir, &note, &fault) >= 0)
        return true;
    (void)fprintf(stderr,
                  "%s: this could not be recorded (%s), so nothing was done: say with -c FILE "
                  "where the log is, or start the gateway once\n",
                  dir, fault.what);
    return false;
}

bool sg_guard_tell(const struct sg_guard_place *place, const struct sg_guard_act *act,
                   const struct sg_acts_half *half)
{
    const struct sg_act_note note = {.kind = SG_ACT_GUARD, .of.guard = *act};
    const char *dir = (const char *)place->audit.data;
    struct scrubgate_fault fault = {.what = ""};
    const bool told = sg_acts_leave(dir, &note, &fault) >= 0;
    /* What was prepared needs no room any more. It says less, and that something was done. */
    if (told || !act->done)
        sg_acts_drop(half);
    if (told || (act->done && sg_acts_leave_half(half, &fault) >= 0))
        return true;
    (void)fprintf(stderr, "%s: this is not recorded in the log: %s\n", dir, fault.what);
    return false;
}
