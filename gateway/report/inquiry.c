/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry.c - the whole of a report on collusion: its first page, with the answer, the chapters in
 * their order, how to count again.
 */
#include "report/inquiry.h"

#include <inttypes.h>
#include <math.h>

#include "base/clock.h"

enum { RINGS_FIRST = 8 /* named on the first page */ };

/* --- words --- */

const char *sg_inquiry_count(struct sg_sheet *sheet, uint64_t n, const char *noun)
{
    return sg_sheet_textf(sheet, "%s %s%s", sg_sheet_number(sheet, n), noun, n == 1 ? "" : "s");
}

const char *sg_inquiry_amount(struct sg_sheet *sheet, double value)
{
    if (!isfinite(value))
        return "–";
    if (fabs(value) < 100)
        return sg_sheet_textf(sheet, "%.1f", value);
    return value < 0 ? sg_sheet_textf(sheet, "%.0f", value)
                     : sg_sheet_number(sheet, (uint64_t)llround(fmin(value, 1e15)));
}

const char *sg_inquiry_whole(struct sg_sheet *sheet, double value)
{
    return sg_sheet_number(sheet, (uint64_t)llround(fmin(fmax(value, 0), 1e15)));
}

const char *sg_inquiry_share(struct sg_sheet *sheet, double value)
{
    const double percent = value * 100;
    if (percent >= 99 && percent < 100)
        return "over 99 %";
    if (percent < 0.001)
        return percent > 0 ? "under 0.001 %" : "0 %";
    return sg_sheet_textf(sheet,
                          percent < 0.1  ? "%.3f %%"
                          : percent < 10 ? "%.1f %%"
                                         : "%.0f %%",
                          percent);
}

const char *sg_inquiry_ring_of(struct sg_sheet *sheet, const struct sg_inquiry *of, uint32_t agent)
{
    const struct sg_analysis *analysis = of->analysis;
    for (size_t i = 0; i < analysis->n_agents; i++)
        if (analysis->agents[i].agent == agent && analysis->agents[i].ring != SG_ANALYSIS_NONE)
            return sg_sheet_textf(sheet, "Ring %u", (unsigned)analysis->agents[i].ring);
    return "none";
}

const char *sg_inquiry_id(struct sg_sheet *sheet, const struct sg_numbering *of, uint32_t number)
{
    return sg_sheet_textf(sheet, "%016" PRIx64, of->ids[number]);
}

const char *sg_inquiry_short(struct sg_sheet *sheet, const struct sg_numbering *of, uint32_t number)
{
    return sg_sheet_textf(sheet, "%08" PRIx64, of->ids[number] >> 32);
}

struct sg_inquiry_sums sg_inquiry_sum(const struct sg_inquiry *of)
{
    const struct sg_analysis *analysis = of->analysis;
    struct sg_inquiry_sums sums = {.flagged = 0};
    for (size_t i = 0; i < analysis->n_agents; i++) {
        const struct sg_analysis_agent *agent = &analysis->agents[i];
        sums.flagged += agent->flagged;
        sums.thin += agent->thin;
        sums.alone += agent->flagged && agent->ring == SG_ANALYSIS_NONE;
    }
    for (size_t i = 0; i < analysis->n_rings; i++) {
        sums.in_rings += analysis->rings[i].n_agents;
        sums.customers += analysis->rings[i].n_customers;
        sums.seen += analysis->rings[i].observed;
        sums.expected += analysis->rings[i].expected;
    }
    sums.by_chance =
        analysis->config.false_alarms * analysis->months * (double)(analysis->n_agents - sums.thin);
    return sums;
}

/* --- the first page --- */

static const char *flags_of(struct sg_sheet *sheet, const struct sg_inquiry_sums *sums)
{
    if (sums->flagged == 0)
        return "No agent is flagged.";
    return sg_sheet_textf(sheet,
                          "%s %s flagged alone; if all are honest, chance is expected to flag "
                          "about %s.",
                          sg_inquiry_count(sheet, sums->flagged, "agent"),
                          sums->flagged == 1 ? "is" : "are",
                          sg_inquiry_amount(sheet, sums->by_chance));
}

/* Of a group, or of nobody: what there is, and what of it chance gives. */
static void answer(struct sg_sheet *sheet, const struct sg_inquiry *of,
                   const struct sg_inquiry_sums *sums)
{
    const struct sg_analysis *analysis = of->analysis;
    sheet->tone = analysis->n_rings > 0 ? SG_TONE_WARN : SG_TONE_GOOD;
    if (analysis->tickets == 0 || sums->thin == analysis->n_agents) {
        sheet->tone = SG_TONE_OTHERS;
        sheet->verdict = "No evidence";
        sheet->headline = analysis->tickets == 0
                              ? "There is no ticket with a customer and an agent in these events. "
                                "So nothing can be said of anybody."
                              : "Fewer than three agents are on duty in each queue. Whoever writes "
                                "then must meet them, so nothing can be said of anybody.";
    } else if (analysis->n_rings > 0) {
        sheet->verdict = sg_inquiry_count(sheet, analysis->n_rings, "ring");
        sheet->headline = sg_sheet_textf(
            sheet,
            "%s and %s meet as routing does not explain: %s tickets, where routing alone would "
            "have sent %s. That is a reason to look at them, not a proof of anything: what honest "
            "reasons there could be stands beside each.",
            sg_inquiry_count(sheet, sums->in_rings, "agent"),
            sg_inquiry_count(sheet, sums->customers, "customer"),
            sg_inquiry_whole(sheet, sums->seen), sg_inquiry_amount(sheet, sums->expected));
    } else if (sums->flagged > 0 || analysis->identities.n > 0 || analysis->swaps.n > 0) {
        sheet->tone = SG_TONE_WARN;
        sheet->verdict = "No ring";
        sheet->headline = sg_sheet_textf(
            sheet, "No group of agents stands out. %s%s", flags_of(sheet, sums),
            analysis->identities.n + analysis->swaps.n > 0
                ? " Some accounts that belong together meet an agent as routing does not explain."
                : "");
    } else {
        sheet->verdict = "Nothing";
        sheet->headline =
            "Nothing that routing does not explain: no agent is flagged, and no group "
            "of agents stands out. What this report cannot see is said at its end.";
    }
}

static void add_finding(struct sg_sheet *sheet, const char *text)
{
    if (sheet->finding != NULL)
        sheet->finding[sheet->n_findings++] = text;
}

static void add_first(struct sg_sheet *sheet, const struct sg_inquiry *of,
                      const struct sg_inquiry_sums *sums)
{
    const struct sg_analysis *analysis = of->analysis;
    sheet->finding = sg_sheet_room(sheet, RINGS_FIRST + 4, sizeof(char *));
    for (size_t i = 0; i < analysis->n_rings && i < RINGS_FIRST; i++) {
        const struct sg_analysis_ring *ring = &analysis->rings[i];
        add_finding(sheet, sg_sheet_textf(sheet, "Ring %zu: %s, %s; %s tickets, by routing %s", i,
                                          sg_inquiry_count(sheet, ring->n_agents, "agent"),
                                          sg_inquiry_count(sheet, ring->n_customers, "customer"),
                                          sg_inquiry_whole(sheet, ring->observed),
                                          sg_inquiry_amount(sheet, ring->expected)));
    }
    if (analysis->n_rings > RINGS_FIRST)
        add_finding(sheet, sg_sheet_textf(
                               sheet, "%s more",
                               sg_inquiry_count(sheet, analysis->n_rings - RINGS_FIRST, "ring")));
    if (sums->alone > 0)
        add_finding(sheet,
                    sg_sheet_textf(sheet, "%s flagged and in no ring; chance alone: about %s",
                                   sg_inquiry_count(sheet, sums->alone, "agent"),
                                   sg_inquiry_amount(sheet, sums->by_chance)));
    if (analysis->identities.n > 0)
        add_finding(sheet,
                    sg_sheet_textf(sheet, "%s of accounts that share what few show",
                                   sg_inquiry_count(sheet, analysis->identities.n, "group")));
    if (analysis->swaps.n > 0)
        add_finding(sheet, sg_sheet_textf(sheet, "%s: an agent's own things at customers",
                                          sg_inquiry_count(sheet, analysis->swaps.n, "time")));
}

/* Shell functions that every command of the report is made of. A ticket counts by its first event
 * that names both, as it does here. */
static const char *helpers_of(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    char from[25];
    sg_clock_format(of->analysis->begin_ms, from);
    return sg_sheet_textf(
        sheet,
        "# wants jq\n"
        "EVENTS=events.ndjson      # or all of a folder: EVENTS='var/events/*.ndjson'\n"
        "tickets() { jq -r 'select(.ticket and .customer and .agent) | [(.t / 1000 | todate), "
        ".ticket, .customer, .agent] | @tsv' $EVENTS |\n"
        "    sort | awk '!seen[$2]++ && $1 >= \"%.19sZ\"'; }\n"
        "between() { tickets | awk -v a=\"$1\" -v c=\"$2\" 'index(a, $4) && index(c, $3)'; }\n"
        "of() { tickets | awk -v id=\"$1\" '$3 == id || $4 == id'; }\n",
        from);
}

static void add_head(struct sg_sheet *sheet, const struct sg_inquiry *of,
                     const struct sg_inquiry_sums *sums)
{
    const struct sg_analysis *analysis = of->analysis;
    char from[25], to[25];
    sg_clock_format(analysis->begin_ms, from);
    sg_clock_format(analysis->end_ms, to);
    sheet->kind = "Collusion report";
    sheet->origin = "Who meets whom more often than routing explains";
    sheet->alone = true;
    sheet->look = "What to look at first";
    sheet->nothing = "Nothing. What this report cannot see is said at its end.";
    sheet->again = "What is counted here can be counted again from the lines of the events. The "
                   "commands beside the tables are made of these few functions; nothing of ours is "
                   "needed. How scores are made is in docs/COLLUSION.md, and as SQL beside it.";
    sheet->helpers = helpers_of(sheet, of);
    sheet->range = analysis->tickets == 0 ? "no tickets"
                                          : sg_sheet_textf(sheet, "%.10s %.5s to %.10s %.5s UTC",
                                                           from, from + 11, to, to + 11);
    answer(sheet, of, sums);
    add_first(sheet, of, sums);
}

void sg_inquiry_write(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    const struct sg_inquiry_sums sums = sg_inquiry_sum(of);
    add_head(sheet, of, &sums);
    sg_inquiry_scope(sheet, of);
    sg_inquiry_rings(sheet, of);
    sg_inquiry_agents(sheet, of);
    sg_inquiry_identities(sheet, of);
    sg_inquiry_swaps(sheet, of);
    sg_inquiry_thin(sheet, of);
    sg_inquiry_persons(sheet);
    sg_inquiry_limits(sheet, of);
}
