/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_erase.c - scrubgate audit erase --conversation NAME: from now on the log names nobody
 * in it.
 *
 * What is destroyed is the key of its pseudonyms; no record changes, so all proofs stay. That it
 * was done is recorded, and where it could not be nothing is destroyed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/audit_act.h"
#include "cli/audit_party.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"

/* The note that it was done, but for its name: made before, for there is no way back, and a disk
 * that fills meanwhile must not keep it from the log. */
static bool prepare(struct sg_acts_half *half, const char *dir, const struct sg_act_note *note)
{
    struct scrubgate_fault fault = {.what = ""};
    if (sg_acts_prepare(half, dir, note, &fault) >= 0)
        return true;
    (void)fprintf(stderr,
                  "%s: this could not be recorded (%s), so nothing was erased: is it the folder of "
                  "the log?\n",
                  dir, fault.what);
    return false;
}

static bool leave(const struct sg_acts_half *half, const char *dir)
{
    struct scrubgate_fault fault = {.what = ""};
    if (sg_acts_leave_half(half, &fault) >= 0)
        return true;
    (void)fprintf(stderr, "%s: this is not recorded in the log: %s\n", dir, fault.what);
    return false;
}

static void print(const struct sg_erasure *erasure, bool json)
{
    if (json)
        (void)printf("{\"kind\":\"%s\",\"pseudonym\":\"%016" PRIx64 "\",\"key\":\"%016" PRIx64
                     "\",\"erased\":%s}\n",
                     erasure->kind, erasure->pseudonym, erasure->key,
                     erasure->done ? "true" : "false");
    else if (erasure->done)
        (void)printf("erased the key %016" PRIx64 " of %s %016" PRIx64
                     ": it names nobody any more\n",
                     erasure->key, erasure->kind, erasure->pseudonym);
    else
        (void)fputs("there is no such key: no message named it, its key was erased before, or it "
                    "is over retention\n",
                    stderr);
}

static int erase(const struct sg_party_found *found, struct sg_erasure *erasure, bool json)
{
    struct sg_act_note note = {.kind = SG_ACT_ERASURE};
    struct sg_acts_half half;
    struct scrubgate_fault fault = {.what = ""};
    const char *audit = (const char *)found->audit.data;
    bool told = false;
    erasure->kind = sg_party_kind_word(found);
    if (!sg_party_pseudonym(found, &erasure->pseudonym, &erasure->key))
        erasure->pseudonym = erasure->key = 0;
    note.of.erasure = *erasure;
    note.of.erasure.done = true;
    if (!prepare(&half, audit, &note))
        return SG_EXIT_WRONG;
    /* Tried in any case: what a crash left half erased opens as nothing, and is still there. */
    enum scrubgate_status rc = sg_key_store_erase(found->store, found->kind, found->id, &fault);
    if (rc < 0)
        (void)sg_say_fault(&fault);
    erasure->done = rc == SCRUBGATE_OK;
    if (erasure->done) {
        told = leave(&half, audit);
    } else {
        sg_acts_drop(&half);
        note.of.erasure.done = false;
        told = sg_leave_act(audit, &note);
    }
    print(erasure, json);
    return told && erasure->done ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct sg_party_asked asked = {0};
    struct sg_party_found found;
    struct sg_erasure erasure = {0};
    const char *requester = NULL, *basis = NULL;
    bool json = false;
    const struct sg_option options[] = {
        SG_PARTY_OPTIONS(asked),
        {"requester", 0, SG_OPTION_TEXT, "TEXT",
         "who asked; kept in the log: a ticket's number, not a name", &requester},
        {"basis", 0, SG_OPTION_TEXT, "TEXT", "on what legal basis, such as 'GDPR 17(1)(b)'",
         &basis},
        {"json", 0, SG_OPTION_FLAG, NULL, "say what was done as JSON", &json},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc != rest)
        return sg_say_usage(command, "takes options only");
    if (requester == NULL || requester[0] == '\0' || basis == NULL || basis[0] == '\0')
        return sg_say_usage(command, "wants --requester and --basis: both stay in the log");
    erasure.requester = sg_bytes_of(requester);
    erasure.basis = sg_bytes_of(basis);
    int code = sg_party_open(command, &asked, &found);
    if (code != SG_EXIT_FINE)
        return code;
    code = erase(&found, &erasure, json);
    sg_party_close(&found);
    return sg_flush_output() ? code : SG_EXIT_WRONG;
}

const struct sg_command sg_cmd_audit_erase = {
    .name = "audit erase",
    .summary = "destroy the key of a conversation's pseudonyms",
    .usage = "--conversation NAME | --customer NAME --requester TEXT --basis TEXT [-c FILE]",
    .examples = "  scrubgate audit erase -c gateway.yaml --conversation - --requester ticket-9 "
                "--basis 'GDPR 17(1)(b)' <name\n"
                "  scrubgate audit erase --customer c-17 --brand acme --requester ticket-9 --basis "
                "CCPA\n",
    .run = run,
};
