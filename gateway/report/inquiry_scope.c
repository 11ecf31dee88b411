/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry_scope.c - what was looked at and how; who is behind a digest; what cannot be seen.
 */
#include "report/inquiry.h"

#include "base/clock.h"

static struct sg_fact *say(struct sg_sheet *sheet, struct sg_section *section, const char *id,
                           const char *title, const char *note, struct sg_cell value, bool key)
{
    return sg_sheet_fact(
        sheet, section,
        &(struct sg_fact){.id = id, .title = title, .note = note, .value = value, .key = key});
}

static const char *const how[] = {
    "The platform decides who gets a ticket. Who was on duty in a queue in each half hour, and how "
    "much each of them takes in an hour, is learnt from the events: that is what is meant by "
    "“routing alone”.",
    "An agent's score says how much more often than by routing the same customers landed on the "
    "same few agents. Customers who merely come back to the agent they know are allowed for, as "
    "far as all customers of the queue do.",
    "Then every ticket was handed out anew by routing alone, many times, and everybody was scored "
    "again. That is what is meant by “by chance alone”: no formula has to be believed. The "
    "threshold lies where so few of these honest scores are above it as the false-alarm rate says.",
    ("A ring is a group of agents who share customers with each other more than the densest group "
     "that chance made in nineteen of twenty rounds, with one flagged agent at least among them."),
    "A number cannot tell why. A person looks, hears whom it concerns, and decides."};

void sg_inquiry_scope(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    const struct sg_analysis *analysis = of->analysis;
    const struct sg_inquiry_sums sums = sg_inquiry_sum(of);
    const double agent_months = analysis->months * (double)(analysis->n_agents - sums.thin);
    struct sg_section *section = sg_sheet_section(
        sheet, "scope", "What was looked at, and how",
        "Every ticket of the window that has a customer and an agent. All names are digests; "
        "nothing of what was written is here.");
    if (section != NULL) {
        section->point = how;
        section->n_points = sizeof how / sizeof how[0];
    }
    (void)say(sheet, section, "tickets", "Tickets", "", sg_cell_number(analysis->tickets), true);
    (void)say(sheet, section, "agents", "Agents", "", sg_cell_number(analysis->n_agents), true);
    (void)say(sheet, section, "customers", "Customers", "",
              sg_cell_number(analysis->tickets == 0 ? 0 : of->deals->customers.n), true);
    struct sg_fact *rings =
        say(sheet, section, "rings", "Rings", "", sg_cell_number(analysis->n_rings), true);
    struct sg_fact *flagged =
        say(sheet, section, "flagged", "Agents flagged", "", sg_cell_number(sums.flagged), true);
    if (rings != NULL && analysis->n_rings > 0)
        rings->tone = SG_TONE_WARN;
    if (flagged != NULL && sums.flagged > 0)
        flagged->tone = SG_TONE_WARN;
    (void)say(sheet, section, "by_chance", "Flags expected by chance alone", "",
              sg_cell_figure(sg_inquiry_amount(sheet, sums.by_chance)), true);
    (void)say(sheet, section, "rate", "False-alarm rate that was asked for",
              "So often may an honest agent be flagged in a month.",
              sg_cell_figure(sg_sheet_textf(
                  sheet, "1 in %s", sg_inquiry_amount(sheet, 1 / analysis->config.false_alarms))),
              false);
    (void)say(sheet, section, "agent_months", "Agent-months",
              sg_sheet_textf(sheet,
                             "Agents of whom something can be said, times months of 30 days. At "
                             "that rate: %s flags if all are honest.",
                             sg_inquiry_amount(sheet, sums.by_chance)),
              sg_cell_figure(sg_inquiry_amount(sheet, agent_months)), false);
    (void)say(sheet, section, "queues", "Queues", "",
              sg_cell_number(analysis->tickets == 0 ? 0 : of->deals->strata.n), false);
    (void)say(sheet, section, "thin", "Agents about whom nothing can be said",
              "Fewer than three are on duty beside them.", sg_cell_number(sums.thin), false);
    (void)say(sheet, section, "lone", "Tickets without a customer or without an agent",
              "Not counted: nobody met anybody.", sg_cell_number(of->deals->lone), false);
    (void)say(sheet, section, "strays", "Tickets whose clock was off",
              "Not counted: they lie far from all others.", sg_cell_number(of->deals->strays),
              false);
    (void)say(
        sheet, section, "spread", "Spread of the scores, as chance's are 1",
        "Real queues are odder than chance in ways no model has. Scores that are spread wider "
        "are narrowed before they are compared.",
        sg_cell_figure(sg_sheet_textf(sheet, "%.2f", analysis->inflation)), false);
    (void)say(sheet, section, "rounds", "Rounds in which all tickets were handed out anew", "",
              sg_cell_number(analysis->config.rounds), false);
}

/* --- who is behind a digest --- */

static const char *const persons[] = {
    "Agents, customers and tickets stand here as digests: keyed hashes of the platform's own ids. "
    "Nobody can turn one back, and without the key nobody can make one. They are still data about "
    "people: treat this page like that.",
    "From a digest to an agent: whoever has the gateway's keys asks for each agent who could be "
    "it, by the platform's id: scrubgate collusion guard eligible ID --brand NAME. The first word "
    "of the answer is that agent's digest. A list of ids is a loop over it.",
    "From a ticket to the agent: the times here are those at which the platform assigned it. Who "
    "got a ticket at each of these seconds is in the platform's own history; a few tickets are "
    "enough to be sure, and to find the customer, too.",
    "What is ordered about an agent needs no name: scrubgate collusion guard takes digest: and the "
    "16 digits. Every order wants a reason, which the agent is to be told, ends by itself, and can "
    "be appealed.",
    ("Customers' digests have a key for each brand, which is replaced from time to time: the same "
     "person has another digest at another brand.")};

void sg_inquiry_persons(struct sg_sheet *sheet)
{
    struct sg_section *section =
        sg_sheet_section(sheet, "persons", "Who is behind a digest",
                         "A click on a digest selects the whole of it, for copying.");
    if (section == NULL)
        return;
    section->point = persons;
    section->n_points = sizeof persons / sizeof persons[0];
}

/* --- what cannot be seen --- */

void sg_inquiry_limits(struct sg_sheet *sheet, const struct sg_inquiry *of)
{
    enum { POINTS = 7 };
    struct sg_section *section = sg_sheet_section(
        sheet, "limits", "What this cannot see",
        "That somebody is not named here means that this report has nothing against them, and no "
        "more.");
    const char **point = sg_sheet_room(sheet, POINTS, sizeof *point);
    if (section == NULL || point == NULL)
        return;
    point[0] =
        "Rings that hide in the crowd: many accounts that write as rarely and as variedly as "
        "anybody, to many agents, from clean devices. Below some size they cannot be told "
        "from honest traffic without accusing honest agents too. What helps there is to "
        "hand some tickets to another agent at random, and pay that does not grow with the "
        "number of tickets alone.";
    point[1] = sg_sheet_textf(
        sheet,
        "Customers with one ticket: they meet one agent only. What customers with more than %u say "
        "is counted with doubt, for their tickets add up what is wrong with the estimate of "
        "routing, too.",
        (unsigned)of->analysis->config.tickets_most);
    point[2] = "Agents who have next to nobody beside them. They are listed above.";
    point[3] = "Rules of the platform's routing that the events do not name: a pool for one "
               "language or one product looks like a group whose members share customers. Name "
               "queues in the gateway's config, and it is accounted for.";
    point[4] = "What was agreed and done elsewhere: on other platforms, by telephone, in money.";
    point[5] = "What was said. Only digests of texts are in the events; a ring that words each "
               "ticket anew leaves nothing to compare.";
    point[6] = "Why. Friends, families and colleagues meet each other for reasons of their own.";
    section->point = point;
    section->n_points = POINTS;
}
