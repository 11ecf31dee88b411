/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapter_people.c - who changed rules and config, who did something to the gateway or its log, who
 * read it; and what was kept, held, erased and removed.
 */
#include "report/chapters.h"

#include <string.h>

static const struct sg_column columns[] = {
    {"time", "When", false, false, false},     {"seq", "Record", false, false, false},
    {"what", "What", false, false, false},     {"actor", "Who", false, false, false},
    {"result", "Result", false, false, false}, {"detail", "", false, false, true},
};

static const struct sg_column change_columns[] = {
    {"time", "When", false, false, false},
    {"seq", "Record", false, false, false},
    {"what", "What", false, false, false},
    {"actor", "Who", false, false, false},
    {"result", "Result", false, false, false},
    {"rules", "Rules, before and after", false, false, true},
    {"config", "Config, before and after", false, false, true},
};

/* The value behind "name " in "name value, name value"; empty: it is not there. */
static struct sg_bytes part_of(const char *text, const char *name)
{
    const size_t len = strlen(name);
    for (const char *at = text; at != NULL; at = strstr(at, ", ")) {
        at += at[0] == ',' ? 2 : 0;
        if (strncmp(at, name, len) == 0 && at[len] == ' ') {
            const char *end = strchr(at + len + 1, ',');
            const size_t n = end == NULL ? strlen(at + len + 1) : (size_t)(end - at) - len - 1;
            return (struct sg_bytes){(const uint8_t *)at + len + 1, n};
        }
    }
    return (struct sg_bytes){NULL, 0};
}

/* Digests are shown in short where they are read, and whole where they are new. */
static const char *change_of(struct sg_sheet *sheet, const char *text, const char *old_name,
                             const char *new_name)
{
    struct sg_bytes before = part_of(text, old_name), after = part_of(text, new_name);
    if (after.len == 0 && before.len == 0)
        return "–";
    if (sg_bytes_equal(before, after))
        return sg_sheet_textf(sheet, "unchanged: %.12s", sg_sheet_decode(sheet, after));
    return sg_sheet_textf(sheet, "%.12s → %s",
                          before.len == 0 ? "none" : sg_sheet_decode(sheet, before),
                          after.len == 0 ? "none" : sg_sheet_decode(sheet, after));
}

static bool is_changed(const char *text, const char *old_name, const char *new_name)
{
    return !sg_bytes_equal(part_of(text, old_name), part_of(text, new_name));
}

static void add_changes(struct sg_sheet *sheet, struct sg_section *section,
                        const struct sg_notables *notables)
{
    const size_t kept = sg_notables_kept(notables);
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){.id = "changes",
                           .title = "Rules and config: starts, stops, reloads",
                           .note = "Digests are SHA-256, the first twelve digits of the old one. "
                                   "scrubgate audit rules DIGEST DIR shows the packs.",
                           .check = "records 'select(.class_uid == 5019 or (.what | IN(\"start\", "
                                    "\"takeover\", \"stop\", \"resume\")))'",
                           .empty = "the gateway neither started nor stopped, and nothing changed",
                           .column = change_columns,
                           .n_columns = sizeof change_columns / sizeof change_columns[0],
                           .left_out = notables->n - kept,
                           .stacked = true});
    for (size_t i = 0; i < kept; i++) {
        const struct sg_notable *notable = sg_notables_get(notables, i);
        const bool changed = is_changed(notable->text, "old_rules", "new_rules") ||
                             is_changed(notable->text, "old_config", "new_config");
        const struct sg_cell cell[] = {
            sg_cell_of(SG_CELL_TIME, notable->time),
            sg_cell_of(SG_CELL_SEQ, notable->seq),
            sg_cell_word(sg_sheet_decode(sheet, sg_bytes_of(notable->what))),
            sg_cell_word(sg_sheet_decode(sheet, sg_bytes_of(notable->actor))),
            sg_cell_word(notable->failed ? "failed" : "done"),
            sg_cell_code(change_of(sheet, notable->text, "old_rules", "new_rules")),
            sg_cell_code(change_of(sheet, notable->text, "old_config", "new_config"))};
        sg_sheet_row(sheet, table,
                     notable->failed ? SG_TONE_BAD
                     : changed       ? SG_TONE_1
                                     : SG_TONE_NONE,
                     cell);
    }
}

static void add_people(struct sg_sheet *sheet, struct sg_section *section,
                       const struct sg_notables *notables, const struct sg_table *how)
{
    const size_t kept = sg_notables_kept(notables);
    struct sg_table *table = sg_sheet_table(sheet, section, how);
    if (table != NULL)
        table->left_out = notables->n - kept;
    for (size_t i = 0; i < kept; i++) {
        const struct sg_notable *notable = sg_notables_get(notables, i);
        const struct sg_cell cell[] = {
            sg_cell_of(SG_CELL_TIME, notable->time),
            sg_cell_of(SG_CELL_SEQ, notable->seq),
            sg_cell_word(sg_sheet_decode(sheet, sg_bytes_of(notable->what))),
            sg_cell_word(sg_sheet_decode(sheet, sg_bytes_of(notable->actor))),
            sg_cell_word(notable->failed ? "failed" : "done"),
            sg_cell_word(sg_chapter_details(sheet, notable->text))};
        sg_sheet_row(sheet, table, notable->failed ? SG_TONE_BAD : SG_TONE_NONE, cell);
    }
}

static void count(struct sg_sheet *sheet, struct sg_section *section,
                  const struct sg_account *account, enum sg_entry_what what, const char *id,
                  const char *title)
{
    (void)sg_chapter_count(sheet, section, id, title, account->what[what],
                           sg_sheet_textf(sheet, "records 'select(.what == \"%s\") | .seq' | wc -l",
                                          sg_entry_what_word(what)));
}

void sg_chapter_people(struct sg_sheet *sheet, const struct sg_case *of)
{
    const struct sg_account *account = of->account;
    struct sg_section *section = sg_sheet_section(
        sheet, "people", "Who changed, read and removed what",
        "A user is one of the host, by its number; an admin is who asked the admin API, by a keyed "
        "digest of the address; all else the gateway did by itself. Text that people wrote is "
        "shown when it is a label or a ticket's number, else it stays in the record.");
    count(sheet, section, account, SG_WHAT_RELOAD, "reloads", "Reloads of rules and config");
    count(sheet, section, account, SG_WHAT_RELOAD_FAILED, "reloads_failed",
          "Reloads that failed (nothing changed)");
    count(sheet, section, account, SG_WHAT_ACT, "acts", "Acts of administrators");
    count(sheet, section, account, SG_WHAT_GUARD, "guard",
          "Orders about agents given, lifted, objected to, forgotten");
    count(sheet, section, account, SG_WHAT_AUDIT_READ, "reads", "Reads of the log");
    count(sheet, section, account, SG_WHAT_ERASURE, "erasures",
          "Pseudonym keys destroyed on request");
    count(sheet, section, account, SG_WHAT_MASTER, "masters", "Master key of pseudonyms rolled");
    count(sheet, section, account, SG_WHAT_PRUNE, "prunes", "Removals of old records");
    (void)sg_chapter_count(sheet, section, "pruned", "Records removed by them", account->pruned,
                           "records 'select(.what == \"prune\") | .last - .first + 1' | sum");
    (void)sg_sheet_fact(sheet, section,
                        &(struct sg_fact){.id = "oldest",
                                          .title = "Oldest record that is there",
                                          .value = sg_cell_of(SG_CELL_TIME, account->oldest),
                                          .check = "all .time | sed -n 1p"});
    (void)sg_sheet_fact(
        sheet, section,
        &(struct sg_fact){
            .id = "hold",
            .title = "Legal hold, as last recorded",
            .value = sg_cell_word(account->hold[0] == '\0' ? "not in this range" : account->hold),
            .check = "records 'select(.what == \"hold\") | .hold' | "
                     "tail -1"});
    add_changes(sheet, section, &account->changes);
    add_people(sheet, section, &account->acts,
               &(struct sg_table){.id = "acts",
                                  .title = "Acts, orders about agents, holds, erasures, removals",
                                  .check = "records 'select(.what | IN(\"act\", \"guard\", "
                                           "\"hold\", \"erasure\", \"master\", \"prune\"))'",
                                  .empty = "none",
                                  .column = columns,
                                  .n_columns = sizeof columns / sizeof columns[0],
                                  .stacked = true});
    add_people(sheet, section, &account->reads,
               &(struct sg_table){.id = "reads",
                                  .title = "Reads of the log",
                                  .note =
                                      "By the commands of scrubgate audit. Who copies the files "
                                      "is for the operating system to record.",
                                  .check = "records 'select(.what == \"audit-read\")'",
                                  .empty = "nobody read it by those commands",
                                  .column = columns,
                                  .n_columns = sizeof columns / sizeof columns[0],
                                  .stacked = true});
}
