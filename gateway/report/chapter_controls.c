/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapter_controls.c - which requirements of PCI DSS, GDPR and SOC 2 this log is evidence for, and
 * what it says.
 *
 * Evidence, not a judgement: whether a requirement is met is for an assessor to say. Numbers of
 * requirements that were not read in their source are marked as such.
 */
#include "report/chapters.h"

#include <inttypes.h>

enum { DAY_MS = 86400000 };

static const struct sg_column columns[] = {
    {"requirement", "Requirement", false, false, false},
    {"says", "What it is about", false, false, true},
    {"evidence", "Evidence in this log", false, false, true},
    {"count_again", "Count or prove it", false, false, true},
    {"number_checked", "Number", false, false, false},
};

static const char read_in_source[] = "read in the source";
static const char by_qsa[] = "to be confirmed by a QSA";
static const char by_counsel[] = "to be confirmed by counsel";
static const char by_auditor[] = "to be confirmed by the auditor";

struct control {
    const char *requirement, *says, *evidence, *command, *confirmed;
};

struct controls {
    struct sg_sheet *sheet;
    const struct sg_case *of;
    struct sg_table *table;
};

static void add(const struct controls *to, const struct control *control)
{
    const struct sg_cell cell[] = {sg_cell_word(control->requirement), sg_cell_word(control->says),
                                   sg_cell_word(control->evidence), sg_cell_code(control->command),
                                   sg_cell_word(control->confirmed)};
    sg_sheet_row(to->sheet, to->table, SG_TONE_NONE, cell);
}

static const char *prove(const struct controls *to, uint64_t seq)
{
    return sg_sheet_textf(to->sheet, "scrubgate audit prove %s %" PRIu64, to->of->dir, seq);
}

static const struct sg_word *find(const struct sg_words *words, const char *text)
{
    for (size_t i = 0; i < words->n; i++)
        if (sg_text_same(words->word[i]->text, text))
            return words->word[i];
    return NULL;
}

/* "41,037", for a sentence. */
static const char *n(const struct controls *to, uint64_t value)
{
    return sg_sheet_number(to->sheet, value);
}

static const char *effects_of(const struct controls *to, const char *entity, const char **command)
{
    const struct sg_word *word = find(&to->of->account->by[SG_BY_ENTITY], entity);
    *command =
        word == NULL
            ? sg_sheet_textf(to->sheet, "messages '.found[] | select(.entity == \"%s\")' | wc -l",
                             entity)
            : prove(to, word->last_seq);
    if (word == NULL)
        return sg_sheet_textf(to->sheet, "No finding of %s.", entity);
    return sg_sheet_textf(to->sheet,
                          "%s: masked %s, stopped with their message %s, only recorded %s (these "
                          "left as they were).",
                          entity, n(to, word->count[SG_EFFECT_MASKED]),
                          n(to, word->count[SG_EFFECT_STOPPED]),
                          n(to, word->count[SG_EFFECT_RECORDED]));
}

/* The latest of some, or how to look for one. */
static const char *prove_last(const struct controls *to, const struct sg_notables *notables,
                              const char *otherwise)
{
    const size_t kept = sg_notables_kept(notables);
    return kept == 0 ? otherwise : prove(to, sg_notables_get(notables, kept - 1)->seq);
}

/* --- PCI DSS --- */

static void add_pci_data(const struct controls *to)
{
    const char *command;
    const char *cards = effects_of(to, "CREDIT_CARD", &command);
    add(to, &(struct control){"PCI DSS 4.0.1 3.4.1",
                              "A displayed card number shows at most BIN and last four digits",
                              cards, command, read_in_source});
    const char *codes = effects_of(to, "CVV", &command);
    add(to,
        &(struct control){"PCI DSS 4.0.1 3.3.1", "No verification code is kept after authorisation",
                          codes, command, by_qsa});
    add(to,
        &(struct control){"PCI DSS 4.0.1 3.5.1.1",
                          "A hash of a card number is keyed, and of the whole number",
                          "A finding in the log is a rule, a type, an action and a count; there is "
                          "no member for a value. Parties are keyed digests (HMAC-SHA-256).",
                          "messages '.found[] | keys[]' | sort | uniq -c", read_in_source});
}

static void add_pci_events(const struct controls *to)
{
    const struct sg_account *account = to->of->account;
    add(to, &(struct control){
                "PCI DSS 4.0.1 10.2.1.1 – .7",
                "Access to card data, acts of administrators, access to the log, failed access, "
                "credentials, start and stop of logging, system objects",
                sg_sheet_textf(
                    to->sheet,
                    "Records of decisions: %s; acts: %s; reads of the log: %s; requests "
                    "turned away: %s; rolls of the master key: %s; starts and stops: %s; "
                    "removals and erasures: %s.",
                    n(to, account->kind[SG_KIND_DECISION]), n(to, account->what[SG_WHAT_ACT]),
                    n(to, account->what[SG_WHAT_AUDIT_READ]), n(to, account->turned_away),
                    n(to, account->what[SG_WHAT_MASTER]),
                    n(to, account->what[SG_WHAT_START] + account->what[SG_WHAT_TAKEOVER] +
                              account->what[SG_WHAT_STOP] + account->what[SG_WHAT_RESUME]),
                    n(to, account->what[SG_WHAT_PRUNE] + account->what[SG_WHAT_ERASURE])),
                "records '[\"\\(.class_uid) \\(.what // .verdict // \"\")\", 1] | @tsv' | table",
                read_in_source});
    add(to, &(struct control){
                "PCI DSS 4.0.1 10.2.2",
                "Each event says who, what kind, when, how it ended, where from, on what",
                sg_sheet_textf(to->sheet,
                               "Records that lack time, boot, instance, class or type: %s of %s.",
                               n(to, account->lacking), n(to, account->records)),
                "records 'select((has(\"time\") and has(\"boot\") and has(\"instance\") and "
                "has(\"class_uid\") and has(\"type_uid\")) | not)' | wc -l",
                by_qsa});
}

static void add_pci_log(const struct controls *to)
{
    const struct sg_account *account = to->of->account;
    const struct sg_verify_result *result = &to->of->report->result;
    struct sg_sheet *sheet = to->sheet;
    const uint64_t days = (account->last_time - account->first_time) / DAY_MS;
    add(to, &(struct control){
                "PCI DSS 4.0.1 10.3.1 – 10.3.4",
                "The log is protected from being read and changed, and changes are found",
                sg_sheet_textf(sheet,
                               "%s. Records signed: %s; seals in order: %s. Who may read the "
                               "files is for the operating system to show.",
                               result->n_troubles == 0 ? "PROVEN" : "NOT PROVEN",
                               n(to, result->signed_size), n(to, result->seals)),
                sg_sheet_textf(sheet, "scrubgate audit verify --vkey log.vkey --key first.key %s",
                               to->of->dir),
                by_qsa});
    add(to, &(struct control){
                "PCI DSS 4.0.1 10.4.1, 10.4.1.1", "The log is reviewed each day, by a program",
                sg_sheet_textf(sheet,
                               "This report; as a daily job it exits with 1 when "
                               "somebody must look. Reads of the log that are "
                               "recorded: %s.",
                               n(to, account->what[SG_WHAT_AUDIT_READ])),
                sg_sheet_textf(sheet, "scrubgate audit report --review --since 1d %s", to->of->dir),
                by_qsa});
    add(to, &(struct control){
                "PCI DSS 4.0.1 10.5.1", "Twelve months are kept, the last three at hand",
                sg_sheet_textf(sheet,
                               "Days that the records of this report span: %s; records removed "
                               "under retention: %s.",
                               n(to, days), n(to, account->pruned)),
                "all .time | sed -n '1p;$p' | awk '{ print $1 / 1000 }' | jq todate", by_qsa});
    add(to, &(struct control){
                "PCI DSS 4.0.1 10.6", "Clocks are kept right",
                sg_sheet_textf(sheet, "Steps of the wall clock against the monotonic one: %s.",
                               n(to, result->steps)),
                sg_sheet_textf(sheet, "scrubgate audit verify --json %s | jq .clock_steps",
                               to->of->dir),
                by_qsa});
    add(to,
        &(struct control){
            "PCI DSS 4.0.1 10.7.1 – 10.7.3", "A failure of logging is found, told, and recorded",
            sg_sheet_textf(sheet,
                           "Gaps: %s; in them messages refused: %s, outcomes lost: %s. "
                           "Recoveries: %s.",
                           n(to, account->what[SG_WHAT_GAP]), n(to, account->gap_refused),
                           n(to, account->gap_dropped), n(to, account->what[SG_WHAT_RECOVERY])),
            prove_last(to, &account->troubles,
                       "records 'select(.what | IN(\"gap\", \"recovery\", \"space\"))'"),
            by_qsa});
}

/* --- GDPR --- */

static void add_gdpr(const struct controls *to)
{
    const struct sg_account *account = to->of->account;
    struct sg_sheet *sheet = to->sheet;
    add(to, &(struct control){
                "GDPR Art. 5(1)(c), 25", "Minimise; protect by design and by default",
                sg_sheet_textf(sheet,
                               "Findings: %s in %s messages; masked %s, stopped %s, only "
                               "recorded %s. Messages only watched (shadow): %s.",
                               n(to, account->n_findings), n(to, account->messages),
                               n(to, account->effect[SG_EFFECT_MASKED]),
                               n(to, account->effect[SG_EFFECT_STOPPED]),
                               n(to, account->effect[SG_EFFECT_RECORDED]), n(to, account->shadow)),
                "messages '.found[].count' | sum", by_counsel});
    add(to, &(struct control){
                "GDPR Art. 5(1)(f), 32", "Integrity, confidentiality, security of processing",
                sg_sheet_textf(sheet,
                               "Messages that failed closed: %s; unreadable ones passed by a "
                               "named exception: %s.",
                               n(to, account->failed_closed), n(to, account->excepted)),
                "messages 'select(.verdict == \"refused\") | [.mode, .action_id]' | sort | uniq -c",
                by_counsel});
    add(to, &(struct control){
                "GDPR Art. 5(2)", "Accountability: to be able to show it",
                sg_sheet_textf(sheet,
                               "Each decision names the rules that made it: %s decisions, %zu "
                               "versions of the rules. The log is %s.",
                               n(to, account->kind[SG_KIND_DECISION]), account->by[SG_BY_RULESET].n,
                               to->of->report->result.n_troubles == 0 ? "PROVEN" : "NOT PROVEN"),
                prove_last(to, &account->changes, "messages '[.rules, 1] | @tsv' | table"),
                by_counsel});
    add(to, &(struct control){"GDPR Art. 17", "Erasure",
                              sg_sheet_textf(sheet,
                                             "Keys of pseudonyms destroyed on request: %s. The "
                                             "log's proofs stay valid.",
                                             n(to, account->what[SG_WHAT_ERASURE])),
                              "records 'select(.what == \"erasure\")'", by_counsel});
    add(to, &(struct control){
                "GDPR Art. 33", "What a breach concerned, within 72 hours",
                sg_sheet_textf(sheet,
                               "Findings that left as they were: %s. Which, when, and on which "
                               "route the records say.",
                               n(to, account->effect[SG_EFFECT_RECORDED])),
                "messages 'select(.action_id == 1 and .found != []) | {seq, time, route, found}'",
                by_counsel});
}

/* --- SOC 2 --- */

static void add_soc2(const struct controls *to)
{
    const struct sg_account *account = to->of->account;
    struct sg_sheet *sheet = to->sheet;
    add(to,
        &(struct control){
            "SOC 2 CC7.2", "Anomalies are watched for",
            sg_sheet_textf(sheet, "Requests turned away: %s; messages blocked: %s; refused: %s.",
                           n(to, account->turned_away), n(to, account->verdict[SG_ENTRY_BLOCKED]),
                           n(to, account->verdict[SG_ENTRY_REFUSED])),
            "messages '[.verdict, 1] | @tsv' | table", by_auditor});
    add(to,
        &(struct control){
            "SOC 2 CC8.1", "Changes are authorised and recorded",
            sg_sheet_textf(sheet,
                           "Reloads: %s; that failed: %s. Each with who asked for it, old and "
                           "new digest.",
                           n(to, account->what[SG_WHAT_RELOAD]),
                           n(to, account->what[SG_WHAT_RELOAD_FAILED])),
            prove_last(to, &account->changes, "records 'select(.class_uid == 5019)'"), by_auditor});
    add(to, &(struct control){"SOC 2 CC6.1", "Access is restricted",
                              sg_sheet_textf(sheet,
                                             "Acts of administrators: %s; reads of the log: %s. "
                                             "Each with who.",
                                             n(to, account->what[SG_WHAT_ACT]),
                                             n(to, account->what[SG_WHAT_AUDIT_READ])),
                              prove_last(to, &account->acts, "records 'select(.what == \"act\")'"),
                              by_auditor});
    add(to, &(struct control){
                "SOC 2 C1.1, C1.2", "Confidential data is protected, and disposed of",
                sg_sheet_textf(sheet,
                               "Findings masked: %s; records removed under retention: %s; keys "
                               "destroyed: %s.",
                               n(to, account->effect[SG_EFFECT_MASKED]), n(to, account->pruned),
                               n(to, account->what[SG_WHAT_ERASURE] + account->dropped_keys)),
                "records 'select(.what | IN(\"prune\", \"erasure\", \"master\"))'", by_auditor});
}

void sg_chapter_controls(struct sg_sheet *sheet, const struct sg_case *of)
{
    struct sg_section *section = sg_sheet_section(
        sheet, "controls", "What this is evidence for",
        "Requirements, and what this log says about each. It is evidence, not a judgement: whether "
        "a requirement is met is for an assessor to say. The last column says whether the number "
        "of the requirement was read in its source; others may be another one in your edition.");
    const struct controls to = {
        sheet, of,
        sg_sheet_table(sheet, section,
                       &(struct sg_table){.id = "controls",
                                          .title = "PCI DSS 4.0.1, GDPR, SOC 2",
                                          .column = columns,
                                          .n_columns = sizeof columns / sizeof columns[0],
                                          .stacked = true})};
    add_pci_data(&to);
    add_pci_events(&to);
    add_pci_log(&to);
    add_gdpr(&to);
    add_soc2(&to);
}
