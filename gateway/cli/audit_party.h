/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_party.h - a conversation or customer that somebody names: where its gateway keeps what, and
 * the key of its pseudonyms.
 */
#ifndef SG_CLI_AUDIT_PARTY_H
#define SG_CLI_AUDIT_PARTY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/options.h"
#include "proxy/key_store.h"
#include "proxy/pseudonyms.h"

/* As the options name them; all-zero is none. "-" for a name: the first line of standard input, for
 * what stands in a command line is seen by all who list processes. */
struct sg_party_asked {
    const char *conversation, *customer, *brand;
    const char *config, *state, *audit;
};

#define SG_PARTY_OPTIONS(asked)                                                                      \
    {                                                                                                \
        "conversation",                                                                              \
        0,                                                                                           \
        SG_OPTION_TEXT,                                                                              \
        "NAME",                                                                                      \
        "as messages name it; -: from standard input",                                               \
        &(asked).conversation},                                                                      \
        {"customer",                                                                                 \
         0,                                                                                          \
         SG_OPTION_TEXT,                                                                             \
         "NAME",                                                                                     \
         "the same of messages that name a customer and no conversation",                            \
         &(asked).customer},                                                                         \
        {"brand", 0, SG_OPTION_TEXT, "NAME", "the brand they were said to, if any", &(asked).brand}, \
        {"config",       'c', SG_OPTION_TEXT, "FILE", "of the gateway; its defaults without",        \
         &(asked).config},                                                                           \
        {"state",       0, SG_OPTION_TEXT, "DIR", "its state folder, whatever the config says",      \
         &(asked).state},                                                                            \
    {                                                                                                \
        "audit", 0, SG_OPTION_TEXT, "DIR", "its audit.dir, the same", &(asked).audit                 \
    }

struct sg_party_found {
    enum sg_key_kind kind;
    uint64_t id;         /* of the key */
    struct sg_buf audit; /* audit.dir, NUL ended */
    struct sg_key_store *store;
    struct sg_pseudonyms *pseudonyms;
};

/* SG_EXIT_FINE, or an exit code, the trouble printed. */
int sg_party_open(const struct sg_command *command, const struct sg_party_asked *asked,
                  struct sg_party_found *found);
void sg_party_close(struct sg_party_found *found);
const char *sg_party_kind_word(const struct sg_party_found *found);
/* What records call it, and the fingerprint of its key; false: it has none. */
bool sg_party_pseudonym(const struct sg_party_found *found, uint64_t *pseudonym, uint64_t *key);

#endif
