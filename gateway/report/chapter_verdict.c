/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapter_verdict.c - whether the log is what was written: the check, as it ran while the records
 * of this report were counted.
 */
#include "report/chapters.h"

#include <inttypes.h>

#include "base/base64.h"
#include "base/buf.h"

static const struct sg_column columns[] = {
    {"check", "What was checked", false, false, false},
    {"result", "Result", false, false, false},
    {"detail", "", false, false, true},
};

struct finding {
    const char *check;
    uint64_t troubles; /* bits of enum sg_verify_what that belong here */
    bool done;         /* it was checked at all */
    const char *good;  /* what it means that nothing is wrong */
    const char *undone;
};

#define BIT(what) (UINT64_C(1) << SG_VERIFY_##what)

/* The first trouble that is one of these. */
static const struct sg_verify_trouble *find_trouble(const struct sg_verify_result *result,
                                                    uint64_t troubles)
{
    for (size_t i = 0; i < result->n_troubles; i++)
        if ((troubles >> result->trouble[i].what & 1) != 0)
            return &result->trouble[i];
    return NULL;
}

static const char *detail_of(struct sg_sheet *sheet, const struct sg_case *of,
                             const struct sg_verify_trouble *trouble)
{
    const char *sentence = sg_verify_sentence(trouble->what);
    if (!sg_verify_has_place(trouble->what))
        return sentence;
    if (of->report->place.line > 0)
        return sg_sheet_textf(sheet, "Record %" PRIu64 ": %s (%s:%u: %s)", trouble->seq, sentence,
                              of->report->place.file, of->report->place.line,
                              of->report->place.what);
    return sg_sheet_textf(sheet, "Record %" PRIu64 ": %s", trouble->seq, sentence);
}

static void add_finding(struct sg_sheet *sheet, struct sg_table *table, const struct sg_case *of,
                        const struct finding *finding)
{
    const struct sg_verify_trouble *trouble = find_trouble(&of->report->result, finding->troubles);
    struct sg_cell cell[] = {sg_cell_word(finding->check), sg_cell_word("holds"),
                             sg_cell_word(finding->good)};
    enum sg_tone tone = SG_TONE_GOOD;
    if (trouble != NULL) {
        tone = SG_TONE_BAD;
        cell[1] = sg_cell_word("WRONG");
        cell[2] = sg_cell_word(detail_of(sheet, of, trouble));
    } else if (!finding->done) {
        tone = SG_TONE_WARN;
        cell[1] = sg_cell_word("not checked");
        cell[2] = sg_cell_word(finding->undone);
    }
    sg_sheet_row(sheet, table, tone, cell);
}

static void add_checks(struct sg_sheet *sheet, struct sg_section *section, const struct sg_case *of)
{
    const struct sg_verify_result *result = &of->report->result;
    const bool keys = of->config->first_key != NULL;
    /* A check that stopped at a trouble has not come to what stands behind it. */
    const bool whole = result->n_troubles == 0;
    const struct finding findings[] = {
        {"Every line is a record, and has its number", BIT(NO_RECORD), true,
         sg_sheet_textf(sheet, "%s records, numbered without a gap",
                        sg_sheet_number(sheet, result->records - result->start)),
         ""},
        {"The log's key signed this tree", BIT(NO_CHECKPOINT) | BIT(SIGNATURE) | BIT(ROOT),
         result->signed_root,
         sg_sheet_textf(sheet, "the checkpoint of %s records, by key %08x",
                        sg_sheet_number(sheet, result->signed_size), (unsigned)of->key->id),
         "the check ended before the size that was signed"},
        {"That key is the log's own", 0, !of->key_beside, "it was given (--vkey)",
         "it was taken from beside the log (--vkey): who replaces the log can replace it too"},
        {"Seals follow each other, and fit the records",
         BIT(SEAL_FORM) | BIT(SEAL_MISSING) | BIT(SEAL_TWICE) | BIT(SEAL_ROOT) | BIT(TIME),
         result->seals > 0,
         sg_sheet_textf(sheet, "%s seals, one for each epoch in order",
                        sg_sheet_number(sheet, result->seals)),
         "no seal was read"},
        {"Each seal was made with the key of its time", BIT(SEAL_KEY) | BIT(SEAL_STATE),
         keys && result->seals > 0,
         "they follow from the first key, which the gateway does not have any more",
         "the first key was not given (--key): whoever has today's keys could have made them anew"},
        {"Nothing is missing at the beginning", BIT(REMOVED) | BIT(EARLY), whole,
         result->start == 0
             ? "the first record is there"
             : sg_sheet_textf(sheet,
                              "those before record %" PRIu64 " were removed; a record says so",
                              result->start),
         "the check ended before"},
        {"Nothing is missing or added at the end",
         BIT(SHORT) | BIT(UNSIGNED) | BIT(UNSEALED) | BIT(SILENT), whole,
         "the last record is signed and sealed, or the log is being written",
         "the check ended before"},
        {"Checkpoints kept elsewhere are in it",
         BIT(KNOWN) | BIT(KEPT_GONE) | BIT(ROLLED_BACK) | BIT(FORKED),
         of->config->n_known > 0 && whole, sg_sheet_textf(sheet, "%zu of them", result->known),
         "none was given (--kept): a log that was forked or rolled back as a whole is not seen"},
        {"Witnesses have cosigned it", BIT(WITNESSES) | BIT(WITNESS_OLD) | BIT(WITNESSED),
         of->config->policy != NULL && result->has_witnessed,
         sg_sheet_textf(sheet, "%zu of them, %s records", result->witnesses,
                        sg_sheet_number(sheet, result->witnessed)),
         "no policy was given (--witness-policy)"},
    };
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){.id = "verification",
                           .title = "What was checked",
                           .column = columns,
                           .n_columns = sizeof columns / sizeof columns[0],
                           .stacked = true,
                           .check = sg_sheet_textf(sheet,
                                                   "scrubgate audit verify --vkey log.vkey "
                                                   "--key first.key %s",
                                                   of->dir)});
    uint64_t told = 0;
    for (size_t i = 0; i < sizeof findings / sizeof findings[0]; i++) {
        add_finding(sheet, table, of, &findings[i]);
        told |= findings[i].troubles;
    }
    /* A trouble that nobody here knows is one all the same. */
    for (size_t i = 0; i < result->n_troubles; i++) {
        const struct finding other = {sg_verify_word(result->trouble[i].what),
                                      UINT64_C(1) << result->trouble[i].what, true, "", ""};
        if ((told & other.troubles) == 0)
            add_finding(sheet, table, of, &other);
    }
}

static const char *root_text(struct sg_sheet *sheet, const struct sg_hash *root)
{
    struct sg_buf text = {0};
    const char *copy = NULL;
    if (sg_base64_add(&text, (struct sg_bytes){root->bytes, SG_SHA256_SIZE}) >= 0)
        copy = sg_arena_copy(&sheet->arena, sg_buf_bytes(&text));
    sg_buf_fini(&text);
    if (copy == NULL)
        sheet->rc = SCRUBGATE_ENOMEM;
    return copy == NULL ? "" : copy;
}

static void say(struct sg_sheet *sheet, struct sg_section *section, const char *id,
                const char *title, struct sg_cell value, const char *check)
{
    (void)sg_sheet_fact(
        sheet, section,
        &(struct sg_fact){.id = id, .title = title, .value = value, .check = check});
}

void sg_chapter_verdict(struct sg_sheet *sheet, const struct sg_case *of)
{
    const struct sg_verify_result *result = &of->report->result;
    const struct sg_cell none = {SG_CELL_NONE, 0, ""};
    struct sg_section *section = sg_sheet_section(
        sheet, "verdict", "Can this log be believed?",
        "Checked over the whole log, from its first record on, in the same pass in which the "
        "records of this report were counted. Whoever does not trust this page runs the command "
        "with own copies of the public key and of the first key of the seals.");
    if (section != NULL)
        section->tables_first = true;
    add_checks(sheet, section, of);
    say(sheet, section, "origin", "Log", sg_cell_code(of->key->name), "");
    say(sheet, section, "key", "Public key",
        sg_cell_code(sg_sheet_textf(sheet, "%08x", (unsigned)of->key->id)), "");
    say(sheet, section, "size", "Records signed",
        result->has_signed ? sg_cell_number(result->signed_size) : none, "sed -n 2p checkpoint");
    say(sheet, section, "root", "Root of their tree",
        result->has_signed ? sg_cell_code(root_text(sheet, &of->report->root)) : none,
        "sed -n 3p checkpoint");
    say(sheet, section, "proven", "Records proven", sg_cell_number(result->proven), "");
    say(sheet, section, "proven_time", "Proven up to",
        result->proven_time > 0 ? sg_cell_of(SG_CELL_TIME, result->proven_time) : none, "");
    say(sheet, section, "seals", "Seals in order", sg_cell_number(result->seals), "");
    say(sheet, section, "clock_steps", "Steps of the wall clock between seals",
        sg_cell_number(result->steps), "");
}
