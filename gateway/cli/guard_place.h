/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_place.h - the guard of a gateway, for the commands on it: its file, who asks, and the note
 * that the log gets of what was done.
 *
 * The file is shared with a gateway that runs, which looks for news several times a second; without
 * one it is there for the next. What is done is told in the log: where it could not be told it is
 * not done.
 */
#ifndef SG_CLI_GUARD_PLACE_H
#define SG_CLI_GUARD_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/acts.h"
#include "base/buf.h"
#include "cli/options.h"
#include "collusion/facet.h"
#include "collusion/guard.h"
#include "proxy/config.h"

/* As the options say it; all-zero is nothing said. */
struct sg_guard_asked {
    const char *config, *state;
};

#define SG_GUARD_OPTIONS(asked)                                                                    \
    {"config",       'c', SG_OPTION_TEXT, "FILE", "of the gateway; its defaults without",          \
     &(asked).config},                                                                             \
    {                                                                                              \
        "state", 0, SG_OPTION_TEXT, "DIR", "its state folder; without -c, with audit/ in it",      \
            &(asked).state                                                                         \
    }

struct sg_guard_place {
    struct sg_config *config;
    struct sg_collusion_guard *guard;
    struct sg_facets *facets;
    struct sg_buf audit; /* audit.dir, NUL ended */
    uint64_t now_ms;
};

/* SG_EXIT_FINE, or an exit code, the trouble printed. */
int sg_guard_place_open(const struct sg_guard_asked *asked, struct sg_guard_place *place);
void sg_guard_place_close(struct sg_guard_place *place);

/* What was typed, or for "-" the next line of standard input: what stands in a command line is seen
 * by all who list processes. False: there is no such line, or no memory. */
bool sg_guard_take_words(const char *said, struct sg_buf *words);
/* Whom a command is about: SG_EXIT_FINE, or an exit code, the trouble printed. */
int sg_guard_take_agent(const struct sg_command *command, const struct sg_guard_place *place,
                        const char *said, uint64_t *agent);
/* Who runs the command, for --actor: borrowed, "" when the system does not know. */
const char *sg_guard_runner(void);

/*
 * Before something is done: proves that the log can be told of it. After it: tells, with what is
 * known then. Both are false with the trouble printed.
 */
bool sg_guard_prepare(const struct sg_guard_place *place, const struct sg_guard_act *act,
                      struct sg_acts_half *half);
bool sg_guard_tell(const struct sg_guard_place *place, const struct sg_guard_act *act,
                   const struct sg_acts_half *half);

#endif
