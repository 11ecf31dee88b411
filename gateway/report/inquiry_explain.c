/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry_explain.c - what could explain a ring honestly, what the events show of that, and what to
 * check: for each ring, before anybody is asked anything.
 */
#include "report/inquiry.h"

#include <inttypes.h>

#include "report/markup.h"

static const struct sg_column columns[] = {
    {"reason", "An honest reason could be", false, false, true},
    {"shown", "What the events show of it", false, false, true},
    {"check", "What to check", false, false, true},
};

struct telling {
    struct sg_sheet *sheet;
    struct sg_table *table;
    const struct sg_inquiry *of;
    const struct sg_meetings *met;
};

static void add(const struct telling *to, const char *reason, const char *shown, const char *check)
{
    const struct sg_cell cell[] = {sg_cell_word(reason), sg_cell_word(shown), sg_cell_word(check)};
    sg_sheet_row(to->sheet, to->table, SG_TONE_NONE, cell);
}

static const char *part_of(struct sg_sheet *sheet, uint64_t some, uint64_t all)
{
    return sg_sheet_textf(sheet, "%s of %s", sg_sheet_number(sheet, some),
                          sg_sheet_number(sheet, all));
}

static void add_team(const struct telling *to)
{
    struct sg_sheet *sheet = to->sheet;
    const struct sg_meetings *met = to->met;
    const struct sg_queue_names *queues = &to->of->deals->queues;
    const char *queue =
        met->in_stratum > 0 && met->stratum < queues->n && queues->list[met->stratum][0] != '\0'
            ? sg_sheet_textf(sheet, " Most came in at %s: %s.",
                             sg_sheet_shown(sheet, sg_bytes_of(queues->list[met->stratum])),
                             part_of(sheet, met->in_stratum, met->tickets))
            : "";
    add(to, "A small team, or a skill that few have: whoever writes meets the same ones",
        sg_sheet_textf(sheet,
                       "When these tickets came, %.1f agents were on duty on the average, %.1f of "
                       "them of this ring.%s",
                       met->on_duty, met->members, queue),
        "Is there a pool, a language or a product that these agents serve alone, and the events "
        "do not name as a queue?");
}

static void add_habit(const struct telling *to)
{
    struct sg_sheet *sheet = to->sheet;
    const uint64_t fresh = to->met->tickets - to->met->again;
    add(to, "Customers who come back to the agent they know, by choice or by sticky routing",
        sg_sheet_textf(sheet,
                       "%s went to an agent of the ring whom the customer had met before; %s were "
                       "the first with that agent. Coming back is allowed for, as far as it is "
                       "usual in the queue.",
                       part_of(sheet, to->met->again, to->met->tickets),
                       sg_sheet_number(sheet, fresh)),
        "Does the platform send these customers back on purpose, such as for an open case?");
}

static void add_household(const struct telling *to)
{
    struct sg_sheet *sheet = to->sheet;
    const struct sg_sharing *sharing = to->met->sharing;
    add(to, "One household, office or company behind several accounts",
        sg_sheet_textf(
            sheet,
            "Of the %s, so many share with another of them what at most twenty customers show: %u "
            "a network, %u a device, %u an identity (telephone, address, card, account). At most "
            "%u share the same network, %u the same identity.",
            sg_inquiry_count(sheet, to->met->ring->n_customers, "customer"),
            (unsigned)sharing[SG_TRACE_NETWORK].customers,
            (unsigned)sharing[SG_TRACE_DEVICE].customers,
            (unsigned)sharing[SG_TRACE_IDENTITY].customers,
            (unsigned)sharing[SG_TRACE_NETWORK].most, (unsigned)sharing[SG_TRACE_IDENTITY].most),
        "Are these accounts known as one customer of the brand? That explains why they look alike, "
        "not why they meet these agents.");
}

static void add_office(const struct telling *to)
{
    struct sg_sheet *sheet = to->sheet;
    add(to, "Agent and customer behind one network: a large carrier, or a shared office",
        sg_sheet_textf(sheet, "In %s tickets both wrote from one network.",
                       part_of(sheet, to->met->one_place, to->met->tickets)),
        to->met->one_place > 0
            ? "Whose network is it? A carrier's holds thousands; a home or an office holds few."
            : "Nothing: there is no sign of it.");
}

static void add_rush(const struct telling *to)
{
    struct sg_sheet *sheet = to->sheet;
    char name[SG_BIN_LABEL];
    sg_bins_name(&to->of->meetings->bins, to->met->busiest_bin, name);
    add(to, "A campaign or a failure that made all of them write at once",
        sg_sheet_textf(sheet, "The busiest time is %s with %s tickets.", name,
                       part_of(sheet, to->met->busiest, to->met->tickets)),
        to->met->busiest * 4 > to->met->tickets
            ? "What happened then, and did other customers write as much?"
            : "Nothing: they are spread over time.");
}

static const char *time_text(uint64_t ns, char room[SG_MARKUP_VALUE])
{
    const struct sg_cell cell = sg_cell_of(SG_CELL_NS, ns);
    return sg_cell_text(&cell, room);
}

static void add_handling(const struct telling *to)
{
    char these[SG_MARKUP_VALUE], others[SG_MARKUP_VALUE];
    const uint64_t half = sg_latency_quantile(to->met->handle, 5000);
    const uint64_t usual = sg_latency_quantile(to->met->others, 5000);
    if (half == 0 || usual == 0)
        return;
    add(to, "Simple questions, which anybody answers fast",
        sg_sheet_textf(to->sheet,
                       "Half of these tickets were done in %s; half of the same agents' other "
                       "tickets in %s.",
                       time_text(half, these), time_text(usual, others)),
        half * 2 < usual ? "What was asked and answered: is there work in these tickets?"
                         : "Read some of them: is there a question and an answer?");
}

void sg_inquiry_explain(struct sg_sheet *sheet, struct sg_section *section,
                        const struct sg_inquiry *of, size_t number)
{
    const struct telling to = {
        .sheet = sheet,
        .of = of,
        .met = &of->meetings->list[number],
        .table = sg_sheet_table(
            sheet, section,
            &(struct sg_table){.id = sg_sheet_textf(sheet, "ring-%zu-reasons", number),
                               .title = "What could explain it, and what to check next",
                               .column = columns,
                               .n_columns = sizeof columns / sizeof columns[0],
                               .stacked = true})};
    if (to.met->tickets > 0) {
        add_team(&to);
        add_habit(&to);
        add_household(&to);
        add_office(&to);
        add_rush(&to);
        add_handling(&to);
    }
    add(&to, "Tests, training, or customers who were given to these agents",
        "Nothing: events do not tell.",
        "Ask who plans the work of these agents. Then hear the agents: each of them can have what "
        "is told here reviewed, and an order about them appealed.");
}
