/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_pseudonym.c - scrubgate audit pseudonym --conversation NAME: what the log calls it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/audit_act.h"
#include "cli/audit_party.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"

static int print(const struct sg_party_found *found, bool json)
{
    uint64_t pseudonym, key;
    if (!sg_party_pseudonym(found, &pseudonym, &key)) {
        (void)fputs("there is no such key: no message named it, its key was erased, or it is over "
                    "retention\n",
                    stderr);
        return SG_EXIT_WRONG;
    }
    if (json)
        (void)printf("{\"kind\":\"%s\",\"pseudonym\":\"%016" PRIx64 "\",\"key\":\"%016" PRIx64
                     "\"}\n",
                     sg_party_kind_word(found), pseudonym, key);
    else
        (void)printf("%016" PRIx64 "\n", pseudonym);
    return SG_EXIT_FINE;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct sg_party_asked asked = {0};
    struct sg_party_found found;
    struct sg_audit_read read = SG_READ_ALL("pseudonym");
    const char *why = NULL;
    bool json = false;
    const struct sg_option options[] = {
        SG_PARTY_OPTIONS(asked),
        {"why", 0, SG_OPTION_TEXT, "TEXT", "kept in the log: a ticket's number, not a name", &why},
        {"json", 0, SG_OPTION_FLAG, NULL, "with its key's fingerprint, as JSON", &json},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc != rest)
        return sg_say_usage(command, "takes options only");
    int code = sg_party_open(command, &asked, &found);
    if (code != SG_EXIT_FINE)
        return code;
    read.object = "keys";
    read.why = sg_bytes_of(why);
    sg_leave_read((const char *)found.audit.data, &read);
    code = print(&found, json);
    sg_party_close(&found);
    return sg_flush_output() ? code : SG_EXIT_WRONG;
}

const struct sg_command sg_cmd_audit_pseudonym = {
    .name = "audit pseudonym",
    .summary = "what the log calls a conversation",
    .usage = "--conversation NAME | --customer NAME [--brand NAME] [-c FILE]",
    .examples = "  scrubgate audit pseudonym -c gateway.yaml --conversation - --why ticket-9\n"
                "  scrubgate audit pseudonym --state /var/lib/scrubgate --audit "
                "/var/log/scrubgate --customer c-17\n",
    .run = run,
};
