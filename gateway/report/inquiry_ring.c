/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry_ring.c - the rings: all of them in a table, and a card for each of the densest, with who
 * met whom and when, and tickets as evidence.
 */
#include "report/inquiry.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/plot_days.h"
#include "report/plot_pairs.h"

enum {
    AGENTS_SHOWN = 40,
    CUSTOMERS_SHOWN = SG_PAIRS_BELOW,
    COPIED = 400, /* digests of customers */
    STRIPS = 12,
    TICKETS_SHOWN = 20,
    BY_WHOM = 6 /* named of those whom a customer met */
};

/* A ring being told. */
struct card {
    struct sg_sheet *sheet;
    const struct sg_inquiry *of;
    const struct sg_analysis_ring *ring;
    const struct sg_meetings *met;
    size_t number;
    struct sg_section *section;
};

static const char *id_of(const struct card *card, const char *what)
{
    return sg_sheet_textf(card->sheet, "ring-%zu-%s", card->number, what);
}

static const char *agent_short(const struct card *card, size_t place)
{
    return sg_inquiry_short(card->sheet, &card->of->deals->agents, card->ring->agents[place]);
}

static const struct sg_meeting *pair_of(const struct card *card, size_t customer, size_t agent)
{
    return &card->met->pair[customer * card->ring->n_agents + agent];
}

static uint32_t met_by(const struct card *card, size_t customer)
{
    uint32_t sum = 0;
    for (size_t a = 0; a < card->ring->n_agents; a++)
        sum += pair_of(card, customer, a)->tickets;
    return sum;
}

/* "307cbc4c 5, 7d95ec61 2": the first ones, in the order of the list. */
static const char *by_whom(const struct card *card, const uint32_t *tickets, size_t step)
{
    char text[BY_WHOM * 24 + 32];
    size_t len = 0, named = 0, more = 0;
    text[0] = '\0';
    for (size_t a = 0; a < card->ring->n_agents; a++) {
        const uint32_t n = tickets[a * step];
        if (n == 0)
            continue;
        if (named++ == BY_WHOM) {
            named--;
            more++;
            continue;
        }
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.8s ×%u", len == 0 ? "" : ", ",
                                agent_short(card, a), (unsigned)n);
    }
    if (more > 0)
        (void)snprintf(text + len, sizeof text - len, ", %zu more", more);
    return sg_sheet_textf(card->sheet, "%s", text);
}

/* --- who met whom --- */

/* Where the agents stand whom a customer met: drawn in this order, fewer lines cross. */
struct standing {
    size_t customer;
    double middle;
};

static int by_middle(const void *a, const void *b)
{
    const struct standing *x = a, *y = b;
    if (x->middle != y->middle)
        return x->middle < y->middle ? -1 : 1;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

static struct standing *stand(const struct card *card, size_t above, size_t below)
{
    struct standing *order = sg_sheet_room(card->sheet, below + 1, sizeof *order);
    for (size_t c = 0; order != NULL && c < below; c++) {
        double sum = 0, tickets = 0;
        for (size_t a = 0; a < above; a++) {
            tickets += pair_of(card, c, a)->tickets;
            sum += (double)a * pair_of(card, c, a)->tickets;
        }
        order[c] = (struct standing){c, tickets > 0 ? sum / tickets : (double)above};
    }
    if (order != NULL)
        qsort(order, below, sizeof *order, by_middle);
    return order;
}

static const struct sg_plot *draw_pairs(const struct card *card)
{
    struct sg_sheet *sheet = card->sheet;
    const size_t n_agents = card->ring->n_agents, n_customers = card->ring->n_customers;
    const size_t above = n_agents < SG_PAIRS_ABOVE ? n_agents : SG_PAIRS_ABOVE;
    const size_t below = n_customers < SG_PAIRS_BELOW ? n_customers : SG_PAIRS_BELOW;
    struct sg_plot *plot = sg_sheet_room(sheet, 1, sizeof *plot);
    struct sg_plot_pairs *pairs = sg_sheet_room(sheet, 1, sizeof *pairs);
    struct sg_pairs_end *ends = sg_sheet_room(sheet, above + below, sizeof *ends);
    struct sg_pairs_line *lines = sg_sheet_room(sheet, above * below + 1, sizeof *lines);
    const struct standing *order = stand(card, above, below);
    if (plot == NULL || pairs == NULL || ends == NULL || lines == NULL || order == NULL)
        return NULL;
    *pairs = (struct sg_plot_pairs){.above = ends,
                                    .below = ends + above,
                                    .n_above = above,
                                    .n_below = below,
                                    .rest_above = n_agents - above,
                                    .rest_below = n_customers - below,
                                    .line = lines};
    for (size_t a = 0; a < above; a++)
        ends[a].name = agent_short(card, a);
    for (size_t i = 0; i < below; i++) {
        const size_t c = order[i].customer;
        ends[above + i].name =
            sg_inquiry_short(sheet, &card->of->deals->customers, card->ring->customers[c]);
        ends[above + i].meetings = met_by(card, c);
        for (size_t a = 0; a < above; a++) {
            const struct sg_meeting *pair = pair_of(card, c, a);
            if (pair->tickets > 0)
                lines[pairs->n_lines++] =
                    (struct sg_pairs_line){(uint32_t)a, (uint32_t)i, pair->tickets, pair->expected};
        }
    }
    *plot = (struct sg_plot){
        .kind = SG_PLOT_PAIRS,
        .title = sg_sheet_textf(sheet, "Who met whom in ring %zu", card->number),
        .text = "Agents above, customers below. A line joins those who met; the wider it is, the "
                "more of their tickets routing does not explain. The table has the numbers.",
        .pairs = pairs};
    return plot;
}

static const struct sg_column customer_columns[] = {
    {"customer", "Customer", false, false, false},
    {"opened", "Tickets", false, false, false},
    {"met", "To these agents", false, false, false},
    {"expected", "By routing alone", false, false, false},
    {"likely", "Likely one of the ring", false, false, false},
    {"by", "Served by", false, false, true},
};

/* The digests of both sides as a command: whole, for copying. */
static const char *copy_of(const struct card *card)
{
    const struct sg_analysis_ring *ring = card->ring;
    const size_t customers = ring->n_customers < COPIED ? ring->n_customers : COPIED;
    struct sg_buf text = {0};
    enum scrubgate_status rc = sg_buf_add_text(&text, "between '");
    for (size_t i = 0; rc >= 0 && i < ring->n_agents; i++)
        rc = sg_buf_addf(&text, "%s%s", i == 0 ? "" : " ",
                         sg_inquiry_id(card->sheet, &card->of->deals->agents, ring->agents[i]));
    if (rc >= 0)
        rc = sg_buf_add_text(&text, "' '");
    for (size_t i = 0; rc >= 0 && i < customers; i++)
        rc = sg_buf_addf(
            &text, "%s%s", i == 0 ? "" : " ",
            sg_inquiry_id(card->sheet, &card->of->deals->customers, ring->customers[i]));
    if (rc >= 0)
        rc = sg_buf_add_text(&text, "'");
    char *copy = rc < 0 ? NULL : sg_arena_copy(&card->sheet->arena, sg_buf_bytes(&text));
    if (copy == NULL)
        card->sheet->rc = SCRUBGATE_ENOMEM;
    sg_buf_fini(&text);
    return copy;
}

static void add_customer(const struct card *card, struct sg_table *table, size_t c)
{
    struct sg_sheet *sheet = card->sheet;
    const size_t n = card->ring->n_agents;
    uint32_t *tickets = sg_sheet_room(sheet, n, sizeof *tickets);
    double expected = 0;
    if (tickets == NULL)
        return;
    for (size_t a = 0; a < n; a++) {
        tickets[a] = pair_of(card, c, a)->tickets;
        expected += pair_of(card, c, a)->expected;
    }
    const struct sg_cell cell[] = {
        sg_cell_code(sg_inquiry_id(sheet, &card->of->deals->customers, card->ring->customers[c])),
        sg_cell_number(card->met->opened[c]),
        sg_cell_number(met_by(card, c)),
        sg_cell_figure(sg_inquiry_amount(sheet, expected)),
        sg_cell_figure(sg_inquiry_share(sheet, card->ring->likely[c])),
        sg_cell_word(by_whom(card, tickets, 1))};
    sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
}

static void add_pairs(const struct card *card)
{
    struct sg_sheet *sheet = card->sheet;
    const size_t n = card->ring->n_customers;
    const bool some = n > 0;
    struct sg_table *table = sg_sheet_table(
        sheet, card->section,
        &(struct sg_table){
            .id = id_of(card, "pairs"),
            .title = "Who met whom",
            .note = some ? "Digests are cut to eight digits here; the table has them whole." : NULL,
            .empty = "no single customer stands out; the agents share customers as a group",
            .column = customer_columns,
            .n_columns = sizeof customer_columns / sizeof customer_columns[0],
            .left_out = n > CUSTOMERS_SHOWN ? n - CUSTOMERS_SHOWN : 0,
            .rest = sg_sheet_textf(
                sheet,
                "The %d likeliest of %s customers are drawn and listed; all are in the JSON.",
                CUSTOMERS_SHOWN, sg_sheet_number(sheet, n)),
            .folded = some ? "The same as a table, with whole digests" : NULL,
            .stacked = true,
            .plot = some ? draw_pairs(card) : NULL});
    for (size_t c = 0; c < n && c < CUSTOMERS_SHOWN; c++)
        add_customer(card, table, c);
}

/* --- when --- */

static const struct sg_plot *draw_days(const struct card *card)
{
    struct sg_sheet *sheet = card->sheet;
    const struct sg_bins *bins = &card->of->meetings->bins;
    const size_t n = card->ring->n_agents, strips = n < STRIPS ? n : STRIPS;
    struct sg_plot *plot = sg_sheet_room(sheet, 1, sizeof *plot);
    struct sg_plot_days *days = sg_sheet_room(sheet, 1, sizeof *days);
    const char **name = sg_sheet_room(sheet, strips, sizeof *name);
    if (plot == NULL || days == NULL || name == NULL)
        return NULL;
    for (size_t a = 0; a < strips; a++)
        name[a] = agent_short(card, a);
    *days = (struct sg_plot_days){.bins = bins,
                                  .seen = card->met->seen,
                                  .expected = card->met->expected,
                                  .name = name,
                                  .strip = card->met->strip,
                                  .n_strips = strips,
                                  .rest = n - strips};
    *plot = (struct sg_plot){
        .kind = SG_PLOT_DAYS,
        .title = sg_sheet_textf(sheet, "Tickets of ring %zu over time", card->number),
        .text =
            sg_sheet_textf(sheet,
                           "Bars: tickets of these customers to these agents, in parts of %s "
                           "(UTC). A line over them: what routing alone would have sent. Below, "
                           "a strip for each agent, the darker the more.",
                           bins->width),
        .unit = "tickets",
        .days = days};
    return plot;
}

static const struct sg_column day_columns[] = {
    {"from", "From (UTC)", false, false, false},
    {"tickets", "Tickets", true, false, false},
    {"expected", "By routing alone", false, false, false},
    {"by", "Served by", false, false, true},
};

static void add_days(const struct card *card)
{
    struct sg_sheet *sheet = card->sheet;
    const struct sg_bins *bins = &card->of->meetings->bins;
    if (card->met->tickets == 0)
        return;
    struct sg_table *table = sg_sheet_table(
        sheet, card->section,
        &(struct sg_table){
            .id = id_of(card, "days"),
            .title = "When",
            .note = sg_sheet_textf(sheet,
                                   "Tickets of these customers to these agents, in parts of %s, "
                                   "over the whole window.",
                                   bins->width),
            .column = day_columns,
            .n_columns = sizeof day_columns / sizeof day_columns[0],
            .folded = "The same as a table, without the parts that have none",
            .stacked = true,
            .plot = draw_days(card)});
    for (size_t i = 0; i < bins->n; i++) {
        char name[SG_BIN_LABEL];
        if (card->met->seen[i] == 0)
            continue;
        sg_bins_name(bins, i, name);
        const struct sg_cell cell[] = {
            sg_cell_word(sg_sheet_textf(sheet, "%s", name)), sg_cell_number(card->met->seen[i]),
            sg_cell_figure(sg_inquiry_amount(sheet, card->met->expected[i])),
            sg_cell_word(by_whom(card, card->met->strip + i, bins->n))};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    }
}

/* --- the agents --- */

static const struct sg_column agent_columns[] = {
    {"agent", "Agent", false, false, false},
    {"score", "Score", false, false, false},
    {"q", "False among all as odd", false, false, false},
    {"tickets", "Tickets in all", false, false, false},
    {"met", "Of these customers", true, true, false},
    {"expected", "By routing alone", false, false, false},
};

static const struct sg_analysis_agent *find_agent(const struct card *card, uint32_t agent)
{
    const struct sg_analysis *analysis = card->of->analysis;
    for (size_t i = 0; i < analysis->n_agents; i++)
        if (analysis->agents[i].agent == agent)
            return &analysis->agents[i];
    return NULL;
}

static void add_agents(const struct card *card)
{
    struct sg_sheet *sheet = card->sheet;
    const size_t n = card->ring->n_agents;
    struct sg_table *table = sg_sheet_table(
        sheet, card->section,
        &(struct sg_table){.id = id_of(card, "agents"),
                           .title = "The agents",
                           .column = agent_columns,
                           .n_columns = sizeof agent_columns / sizeof agent_columns[0],
                           .left_out = n > AGENTS_SHOWN ? n - AGENTS_SHOWN : 0,
                           .rest = sg_sheet_textf(sheet,
                                                  "The %d strongest of %s; all are in the "
                                                  "JSON.",
                                                  AGENTS_SHOWN, sg_sheet_number(sheet, n)),
                           .stacked = true});
    for (size_t a = 0; a < n && a < AGENTS_SHOWN; a++) {
        const struct sg_analysis_agent *agent = find_agent(card, card->ring->agents[a]);
        uint64_t met = 0;
        double expected = 0;
        for (size_t c = 0; c < card->ring->n_customers; c++) {
            met += pair_of(card, c, a)->tickets;
            expected += pair_of(card, c, a)->expected;
        }
        if (agent == NULL)
            continue;
        const struct sg_cell cell[] = {
            sg_cell_code(sg_inquiry_id(sheet, &card->of->deals->agents, agent->agent)),
            sg_cell_figure(sg_inquiry_amount(sheet, agent->score)),
            sg_cell_figure(sg_inquiry_share(sheet, agent->q)),
            sg_cell_number(agent->tickets),
            sg_cell_number(met),
            sg_cell_figure(sg_inquiry_amount(sheet, expected))};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    }
}

/* --- evidence --- */

static const struct sg_column ticket_columns[] = {
    {"time", "Assigned (UTC)", false, false, false},
    {"ticket", "Ticket", false, false, false},
    {"customer", "Customer", false, false, false},
    {"agent", "Agent", false, false, false},
    {"likely", "To this ring by routing", false, false, false},
};

static void add_tickets(const struct card *card)
{
    struct sg_sheet *sheet = card->sheet;
    const struct sg_analysis_ring *ring = card->ring;
    const size_t shown = ring->n_tickets < TICKETS_SHOWN ? ring->n_tickets : TICKETS_SHOWN;
    const uint64_t rest = card->met->tickets > shown ? card->met->tickets - shown : 0;
    if (card->met->tickets == 0)
        return;
    struct sg_table *table = sg_sheet_table(
        sheet, card->section,
        &(struct sg_table){
            .id = id_of(card, "tickets"),
            .title = "Tickets as evidence",
            .note = "Of the likeliest customers, the earliest first. The last column is how likely "
                    "routing alone was to hand that ticket to anybody of this ring.",
            .column = ticket_columns,
            .n_columns = sizeof ticket_columns / sizeof ticket_columns[0],
            .empty = "none is listed",
            .left_out = rest,
            .rest = sg_sheet_textf(sheet, "%s more; the command lists all %s.",
                                   sg_sheet_number(sheet, rest),
                                   sg_sheet_number(sheet, card->met->tickets)),
            .copy = copy_of(card),
            .copy_title = sg_sheet_textf(
                sheet, "All digests, whole, in the command that lists all %s tickets",
                sg_sheet_number(sheet, card->met->tickets)),
            .stacked = true});
    for (size_t i = 0; i < shown; i++) {
        const struct sg_analysis_ticket *ticket = &ring->tickets[i];
        const struct sg_cell cell[] = {
            sg_cell_of(SG_CELL_TIME, ticket->time_ms),
            sg_cell_code(sg_sheet_textf(sheet, "%016llx", (unsigned long long)ticket->ticket)),
            sg_cell_code(sg_inquiry_id(sheet, &card->of->deals->customers, ticket->customer)),
            sg_cell_code(sg_inquiry_id(sheet, &card->of->deals->agents, ticket->agent)),
            sg_cell_figure(sg_inquiry_share(sheet, ticket->probability))};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    }
}

/* --- the card --- */

static void say(const struct card *card, const char *id, const char *title, struct sg_cell value,
                bool key)
{
    (void)sg_sheet_fact(card->sheet, card->section,
                        &(struct sg_fact){.id = id, .title = title, .value = value, .key = key});
}

static void add_facts(const struct card *card)
{
    struct sg_sheet *sheet = card->sheet;
    const struct sg_analysis_ring *ring = card->ring;
    const double times = ring->expected > 0 ? ring->observed / ring->expected : INFINITY;
    const uint64_t days = (ring->last_ms - ring->first_ms) / 86400000 + 1;
    say(card, "agents", ring->n_agents == 1 ? "Agent" : "Agents", sg_cell_number(ring->n_agents),
        true);
    say(card, "customers", ring->n_customers == 1 ? "Customer" : "Customers",
        sg_cell_number(ring->n_customers), true);
    say(card, "tickets", "Tickets to each other",
        sg_cell_figure(sg_inquiry_whole(sheet, ring->observed)), true);
    say(card, "expected", "By routing alone",
        sg_cell_figure(sg_inquiry_amount(sheet, ring->expected)), true);
    say(card, "times", "Times as many",
        sg_cell_figure(isfinite(times) ? sg_inquiry_amount(sheet, times) : "–"), true);
    say(card, "days", "Days, first to last", sg_cell_number(ring->observed > 0 ? days : 0), true);
}

static const char *sentence_of(const struct card *card)
{
    struct sg_sheet *sheet = card->sheet;
    const struct sg_analysis_ring *ring = card->ring;
    const char *these = ring->n_agents == 1
                            ? "This agent"
                            : sg_sheet_textf(sheet, "These %zu agents", ring->n_agents);
    const char *density = sg_sheet_textf(
        sheet,
        "Its density, what is shared beyond routing for each of its agents, is %.1f; the densest "
        "group that chance made had at most %.1f in nineteen of twenty rounds.",
        ring->density, ring->threshold);
    if (ring->n_customers == 0)
        return sg_sheet_textf(sheet,
                              "%s share%s customers more often than routing explains, but no "
                              "single customer stands out. %s",
                              these, ring->n_agents == 1 ? "s" : "", density);
    return sg_sheet_textf(
        sheet, "%s served %s of the %s tickets of %s. Routing alone would have sent %s %s. %s",
        these, sg_sheet_number(sheet, card->met->tickets),
        sg_sheet_number(sheet, card->met->all_tickets),
        ring->n_customers == 1 ? "this customer"
                               : sg_sheet_textf(sheet, "these %zu customers", ring->n_customers),
        ring->n_agents == 1 ? "this agent" : "them", sg_inquiry_amount(sheet, ring->expected),
        density);
}

void sg_inquiry_ring(struct sg_sheet *sheet, const struct sg_inquiry *of, size_t number)
{
    struct card card = {.sheet = sheet,
                        .of = of,
                        .ring = &of->analysis->rings[number],
                        .met = &of->meetings->list[number],
                        .number = number};
    card.section = sg_sheet_section(sheet, sg_sheet_textf(sheet, "ring-%zu", number),
                                    sg_sheet_textf(sheet, "Ring %zu", number), sentence_of(&card));
    if (card.section == NULL)
        return;
    card.section->part = true;
    add_facts(&card);
    add_pairs(&card);
    add_days(&card);
    add_agents(&card);
    sg_inquiry_explain(sheet, card.section, of, number);
    add_tickets(&card);
}

/* --- all of them --- */

static const struct sg_column ring_columns[] = {
    {"ring", "Ring", false, false, false},
    {"agents", "Agents", true, false, false},
    {"customers", "Customers", true, false, false},
    {"tickets", "Tickets to each other", true, true, false},
    {"expected", "By routing alone", false, false, false},
    {"first", "First (UTC)", false, false, false},
    {"last", "Last (UTC)", false, false, false},
};

void sg_inquiry_rings(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    const struct sg_analysis *analysis = of->analysis;
    struct sg_section *section = sg_sheet_section(
        sheet, "rings", "Rings",
        "Groups of agents who share customers with each other as routing does not explain, the "
        "densest first. Numbers begin at 0, as in the JSON. A ring is a reason to look: read what "
        "could explain it before anything else.");
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){
            .id = "ring-list",
            .title = "All rings",
            .empty = "no group of agents shares more customers than chance gives",
            .column = ring_columns,
            .n_columns = sizeof ring_columns / sizeof ring_columns[0],
            .left_out = analysis->n_rings - of->meetings->n,
            .rest = sg_sheet_textf(sheet,
                                   "The %zu densest have a card of their own below; what there is "
                                   "of the others is in the JSON.",
                                   of->meetings->n),
            .stacked = true});
    for (size_t i = 0; i < analysis->n_rings; i++) {
        const struct sg_analysis_ring *ring = &analysis->rings[i];
        const bool some = ring->observed > 0;
        const struct sg_cell cell[] = {
            sg_cell_word(sg_sheet_textf(sheet, "Ring %zu", i)),
            sg_cell_number(ring->n_agents),
            sg_cell_number(ring->n_customers),
            sg_cell_number((uint64_t)llround(ring->observed)),
            sg_cell_figure(sg_inquiry_amount(sheet, ring->expected)),
            some ? sg_cell_of(SG_CELL_TIME, ring->first_ms) : (struct sg_cell){.text = ""},
            some ? sg_cell_of(SG_CELL_TIME, ring->last_ms) : (struct sg_cell){.text = ""}};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    }
    for (size_t i = 0; i < of->meetings->n; i++)
        sg_inquiry_ring(sheet, of, i);
}
