/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry_hands.c - accounts that are likely one hand's, and agents whose own things show up at
 * customers of others.
 */
#include "report/inquiry.h"

#include <math.h>
#include <stdio.h>

enum { GROUPS_SHOWN = 40, SWAPS_SHOWN = 40, DIGESTS_MOST = 12 };

/* "aa5095916bd7124c 4df5a75ce93b113f and 5 more". */
static const char *list_customers(struct sg_sheet *sheet, const struct sg_inquiry *of,
                                  const uint32_t *customers, size_t n)
{
    char text[DIGESTS_MOST * 17 + 40];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && i < DIGESTS_MOST; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.16s", i == 0 ? "" : " ",
                                sg_inquiry_id(sheet, &of->deals->customers, customers[i]));
    if (n > DIGESTS_MOST)
        (void)snprintf(text + len, sizeof text - len, " and %zu more", n - DIGESTS_MOST);
    return sg_sheet_textf(sheet, "%s", text);
}

static const char *kind_word(enum sg_trace_kind kind)
{
    return kind == SG_TRACE_TLS ? "TLS print" : sg_trace_word(kind);
}

/* --- one hand --- */

static const struct sg_column identity_columns[] = {
    {"accounts", "Accounts", false, false, false},
    {"share", "They share", false, false, true},
    {"agent", "Agent they meet", false, false, false},
    {"ring", "Of", false, false, false},
    {"met", "Tickets to that agent", false, false, false},
    {"expected", "By routing alone", false, false, false},
    {"q", "False among all as odd", false, false, false},
    {"customers", "Which accounts", false, false, true},
};

/* "2 identities, 1 network". */
static const char *shared_of(struct sg_sheet *sheet, const struct sg_identity_ring *ring)
{
    static const char *const many[SG_TRACE_KINDS] = {"networks", "TLS prints", "devices",
                                                     "identities"};
    size_t n[SG_TRACE_KINDS] = {0}, len = 0;
    char text[128] = "";
    for (size_t i = 0; i < ring->n_links; i++)
        n[ring->links[i].kind]++;
    for (int kind = SG_TRACE_KINDS; kind-- > 0;)
        if (n[kind] > 0)
            len += (size_t)snprintf(
                text + len, sizeof text - len, "%s%zu %s", len == 0 ? "" : ", ", n[kind],
                n[kind] == 1 ? kind_word((enum sg_trace_kind)kind) : many[kind]);
    return sg_sheet_textf(sheet, "%s", text);
}

static void add_group(struct sg_sheet *sheet, struct sg_table *table, const struct sg_inquiry *of,
                      const struct sg_identity_ring *ring)
{
    const struct sg_identity_reach *reach = ring->n_reached > 0 ? &ring->reached[0] : NULL;
    const struct sg_cell none = {.text = ""};
    const struct sg_cell cell[] = {
        sg_cell_number(ring->n_customers),
        sg_cell_word(shared_of(sheet, ring)),
        reach == NULL ? none : sg_cell_code(sg_inquiry_id(sheet, &of->deals->agents, reach->agent)),
        reach == NULL ? none : sg_cell_word(sg_inquiry_ring_of(sheet, of, reach->agent)),
        reach == NULL ? none
                      : sg_cell_figure(sg_sheet_textf(sheet, "%u of %u", (unsigned)reach->tickets,
                                                      (unsigned)ring->tickets)),
        reach == NULL ? none : sg_cell_figure(sg_inquiry_amount(sheet, reach->expected)),
        sg_cell_figure(sg_inquiry_share(sheet, ring->q)),
        sg_cell_code(list_customers(sheet, of, ring->customers, ring->n_customers))};
    sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
}

void sg_inquiry_identities(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    const struct sg_identity_rings *rings = &of->analysis->identities;
    struct sg_section *section = sg_sheet_section(
        sheet, "identities", "Accounts that share what few show",
        "Accounts are linked by an identity that both gave (a telephone number, an address, a "
        "card), "
        "or by two rare things that both showed. By itself that is no more than a household. Named "
        "here are those whose tickets reach one agent more often than routing explains.");
    (void)sg_sheet_fact(sheet, section,
                        &(struct sg_fact){.id = "groups",
                                          .title = "Groups of accounts that share something",
                                          .note = "Most of them families and offices.",
                                          .value = sg_cell_number(rings->groups)});
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){.id = "identity-rings",
                           .title = "Groups that meet an agent as routing does not explain",
                           .empty = "what accounts share has nothing to do with whom they meet",
                           .column = identity_columns,
                           .n_columns = sizeof identity_columns / sizeof identity_columns[0],
                           .left_out = rings->n > GROUPS_SHOWN ? rings->n - GROUPS_SHOWN : 0,
                           .rest =
                               sg_sheet_textf(sheet, "The %d oddest of %zu; all are in the JSON.",
                                              GROUPS_SHOWN, rings->n),
                           .stacked = true});
    for (size_t i = 0; i < rings->n && i < GROUPS_SHOWN; i++)
        add_group(sheet, table, of, &rings->list[i]);
}

/* --- swapped roles --- */

static const struct sg_column swap_columns[] = {
    {"agent", "Whose things", false, false, false},
    {"other", "Show up at customers of", false, false, false},
    {"how", "How", false, false, true},
    {"rare", "As rare as one in", false, false, false},
    {"tickets", "Tickets", false, false, false},
    {"expected", "By routing alone", false, false, false},
    {"customers", "Which accounts", false, false, true},
};

static const char *swap_kinds(struct sg_sheet *sheet, uint32_t kinds)
{
    char text[96] = "";
    size_t len = 0;
    for (unsigned kind = 0; kind < SG_TRACE_KINDS; kind++)
        if ((kinds >> kind & 1) != 0)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len == 0 ? "" : ", ",
                                    kind_word((enum sg_trace_kind)kind));
    return sg_sheet_textf(sheet, "%s", text);
}

/* How rare, roughly: what is known of it has no more digits. */
static const char *rarity_of(struct sg_sheet *sheet, double bits)
{
    const double value = exp2(fmin(bits, 50)), power = pow(10, fmax(floor(log10(value)) - 1, 0));
    return sg_inquiry_whole(sheet, round(value / power) * power);
}

static const char *swap_how(struct sg_sheet *sheet, const struct sg_inquiry *of,
                            const struct sg_role_swap *swap)
{
    const char *kinds = swap_kinds(sheet, swap->kinds);
    switch (swap->circle) {
    case 1:
        return sg_sheet_textf(sheet, "the same agent served them: %s", kinds);
    case 2:
        return sg_sheet_textf(sheet, "%s; and the other's come back the same way", kinds);
    case 3:
        return sg_sheet_textf(sheet, "%s; around a circle, by %s", kinds,
                              swap->third == SG_DEAL_NONE
                                  ? "a third"
                                  : sg_inquiry_id(sheet, &of->deals->agents, swap->third));
    default:
        return sg_sheet_textf(sheet, "%s; one way", kinds);
    }
}

void sg_inquiry_swaps(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    const struct sg_role_swaps *swaps = &of->analysis->swaps;
    struct sg_section *section = sg_sheet_section(
        sheet, "swaps", "Agents who show up as customers",
        "An agent's own network, device or identity was shown by customers whom the same agent "
        "served, or another who is flagged or in a ring. An honest agent may well be somebody's "
        "customer; whoever serves "
        "that is then picked by routing. Named here is what goes beyond that.");
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){.id = "role-swaps",
                           .title = "Whose things show up where",
                           .empty = "no agent's own things show up at customers of such an agent",
                           .column = swap_columns,
                           .n_columns = sizeof swap_columns / sizeof swap_columns[0],
                           .left_out = swaps->n > SWAPS_SHOWN ? swaps->n - SWAPS_SHOWN : 0,
                           .rest = sg_sheet_textf(sheet,
                                                  "The %d strongest of %zu; all are in the "
                                                  "JSON.",
                                                  SWAPS_SHOWN, swaps->n),
                           .stacked = true});
    for (size_t i = 0; i < swaps->n && i < SWAPS_SHOWN; i++) {
        const struct sg_role_swap *swap = &swaps->list[i];
        const struct sg_cell cell[] = {
            sg_cell_code(sg_inquiry_id(sheet, &of->deals->agents, swap->agent)),
            sg_cell_code(sg_inquiry_id(sheet, &of->deals->agents, swap->other)),
            sg_cell_word(swap_how(sheet, of, swap)),
            sg_cell_figure(rarity_of(sheet, swap->bits)),
            sg_cell_number(swap->tickets),
            sg_cell_figure(sg_inquiry_amount(sheet, swap->expected)),
            sg_cell_code(list_customers(sheet, of, swap->customers, swap->n_customers))};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    }
}
