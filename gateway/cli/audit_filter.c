/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_filter.c - which records are asked for: the options for it, and whether a record fits.
 */
#include "cli/audit_filter.h"

#include <stdio.h>
#include <string.h>

#include "cli/moment.h"

/* Where a list's values are looked for. */
enum place {
    MEMBER,
    PSEUDONYM,
    IN_NETWORK,
    IN_IDENTITY,
    IN_RULE,
    IN_ENTITY,
    IN_ACTION,
    IN_CLASS,
    IN_VERDICT,
    IN_ACTOR
};

static const struct list {
    const char *name, *argument, *text;
    enum place place;
    enum sg_entry_member member;
} lists[SG_FILTER_LISTS] = {
    {"conversation", "PSEUDONYM", "of this conversation: 16 hex digits", PSEUDONYM,
     SG_ENTRY_CONVERSATION},
    {"customer", "PSEUDONYM", "of this customer", PSEUDONYM, SG_ENTRY_CUSTOMER},
    {"agent", "PSEUDONYM", "of this agent", PSEUDONYM, SG_ENTRY_AGENT},
    {"network", "PSEUDONYM", "from this network, also what was turned away", IN_NETWORK,
     SG_ENTRY_NETWORK},
    {"device", "PSEUDONYM", "from this device", PSEUDONYM, SG_ENTRY_DEVICE},
    {"tls", "PSEUDONYM", "from this TLS library", PSEUDONYM, SG_ENTRY_TLS},
    {"content", "PSEUDONYM", "with this content", PSEUDONYM, SG_ENTRY_CONTENT},
    {"identity", "PSEUDONYM", "in which this identity was found", IN_IDENTITY, SG_ENTRY_MEMBERS},
    {"rule", "RULE", "in which this rule found something; payment.* for a pack", IN_RULE,
     SG_ENTRY_MEMBERS},
    {"entity", "NAME", "in which such an entity was found, as EMAIL_ADDRESS", IN_ENTITY,
     SG_ENTRY_MEMBERS},
    {"action", "WORD", "in which that was done to what was found: mask, token, block, divert, tag",
     IN_ACTION, SG_ENTRY_MEMBERS},
    {"verdict", "WORD", "clean, masked, blocked, diverted, refused", IN_VERDICT, SG_ENTRY_VERDICT},
    {"class", "WORD", "decision, outcome, refused, change, life, read, other, or a number",
     IN_CLASS, SG_ENTRY_CLASS_UID},
    {"what", "WORD", "of a change, the log and its people: reload, gap, prune, act, …", MEMBER,
     SG_ENTRY_WHAT},
    {"route", "NAME", "of this route", MEMBER, SG_ENTRY_ROUTE},
    {"direction", "WORD", "to-agent, to-customer", MEMBER, SG_ENTRY_DIRECTION},
    {"brand", "NAME", "of this brand", MEMBER, SG_ENTRY_BRAND},
    {"channel", "NAME", "of this channel", MEMBER, SG_ENTRY_CHANNEL},
    {"reason", "WORD", "with this reason", MEMBER, SG_ENTRY_REASON},
    {"status", "CODE", "with this HTTP status; 5* for all of them", MEMBER, SG_ENTRY_STATUS},
    {"rules", "DIGEST", "decided by these rules; a beginning with * is enough", MEMBER,
     SG_ENTRY_RULES},
    {"id", "ID", "of this exchange", MEMBER, SG_ENTRY_ID},
    {"trace", "ID", "of this trace", MEMBER, SG_ENTRY_TRACE_ID},
    {"actor", "WHO", "caused by this user id or peer", IN_ACTOR, SG_ENTRY_MEMBERS},
};

enum { LIST_RULE = 8, LIST_ENTITY = 9, LIST_ACTION = 10 };

size_t sg_audit_filter_options(struct sg_audit_filter *filter, struct sg_option *options, size_t n)
{
    options[n++] = (struct sg_option){
        "since",       's', SG_OPTION_TEXT, "TIME", "made then or later: " SG_MOMENT_FORMS,
        &filter->since};
    options[n++] = (struct sg_option){"until",
                                      'u',
                                      SG_OPTION_TEXT,
                                      "TIME",
                                      "made before the end of that: a date has its day",
                                      &filter->until};
    options[n++] = (struct sg_option){
        "seq", 0, SG_OPTION_TEXT, "A-B", "records A to B; A, A- and -B too", &filter->seq};
    for (size_t i = 0; i < SG_FILTER_LISTS; i++)
        options[n++] = (struct sg_option){
            lists[i].name, 0, SG_OPTION_LIST, lists[i].argument, lists[i].text, &filter->typed[i]};
    return n;
}

/* --- what was typed --- */

static bool complain(const struct sg_command *command, const char *name, const char *value,
                     const char *what)
{
    (void)fprintf(stderr, "scrubgate %s: --%s %s: %s; see scrubgate %s --help\n", command->name,
                  name, value, what, command->name);
    return false;
}

static bool read_time(const struct sg_command *command, const char *name, const char *text,
                      uint64_t now_ms, uint64_t *ms)
{
    if (text == NULL || sg_moment_read(text, now_ms, name[0] == 'u', ms))
        return true;
    return complain(command, name, text, "this is no time: give it as " SG_MOMENT_FORMS);
}

static bool read_seq(struct sg_audit_filter *filter, const struct sg_command *command)
{
    struct sg_bytes text = sg_bytes_of(filter->seq);
    size_t dash = sg_bytes_find(text, '-');
    struct sg_bytes a = {text.data, dash}, b = a;
    if (filter->seq == NULL)
        return true;
    if (dash < text.len)
        b = (struct sg_bytes){text.data + dash + 1, text.len - dash - 1};
    bool good = (a.len == 0 || sg_bytes_to_u64(a, &filter->first)) &&
                (b.len == 0 || sg_bytes_to_u64(b, &filter->last)) && a.len + b.len > 0 &&
                filter->first <= filter->last;
    return good || complain(command, "seq", filter->seq, "wants a record's number, or two as A-B");
}

static bool is_pseudonym(struct sg_bytes text)
{
    bool hex = text.len == 16;
    for (size_t i = 0; i < text.len; i++)
        hex =
            hex && sg_hex_value(text.data[i]) >= 0 && !(text.data[i] >= 'A' && text.data[i] <= 'F');
    return hex;
}

/* What is wrong with a value, or NULL. */
static const char *judge(const struct list *list, const struct sg_filter_wanted *wanted)
{
    uint64_t number;
    bool found = false;
    switch (list->place) {
    case PSEUDONYM:
    case IN_NETWORK:
    case IN_IDENTITY:
        return wanted->begins || is_pseudonym(wanted->text)
                   ? NULL
                   : "wants a pseudonym as records have it, 16 hex digits in small letters";
    case IN_CLASS:
        for (int i = 0; i < SG_KINDS; i++)
            found = found || sg_bytes_equal(wanted->text,
                                            sg_bytes_of(sg_entry_kind_word((enum sg_entry_kind)i)));
        return found || sg_bytes_to_u64(wanted->text, &number) ? NULL : "there is no such class";
    case IN_VERDICT:
        for (int i = 1; i < SG_ENTRY_VERDICTS; i++)
            found = found ||
                    sg_bytes_equal(wanted->text,
                                   sg_bytes_of(sg_entry_verdict_word((enum sg_entry_verdict)i)));
        return found || wanted->begins ? NULL : "there is no such verdict";
    default:
        return wanted->text.len > 0 || wanted->begins ? NULL : "wants a value";
    }
}

/* A list's values: given again, or with commas between. */
static bool read_list(struct sg_audit_filter *filter, const struct sg_command *command, size_t at,
                      size_t *n)
{
    for (size_t i = 0; i < filter->typed[at].n; i++) {
        const char *typed = filter->typed[at].item[i];
        struct sg_bytes rest = sg_bytes_of(typed);
        for (bool more = true; more;) {
            struct sg_filter_wanted *wanted = &filter->wanted[*n];
            size_t len = sg_bytes_find(rest, ',');
            if (*n == SG_FILTER_WANTED)
                return complain(command, lists[at].name, typed, "too many values in all");
            *wanted = (struct sg_filter_wanted){{rest.data, len}, false};
            if (len > 0 && rest.data[len - 1] == '*')
                *wanted = (struct sg_filter_wanted){{rest.data, len - 1}, true};
            const char *why = judge(&lists[at], wanted);
            if (why != NULL)
                return complain(command, lists[at].name, typed, why);
            ++*n;
            more = len < rest.len;
            rest.data += len + (more ? 1 : 0);
            rest.len -= len + (more ? 1 : 0);
        }
    }
    filter->end[at] = *n;
    return true;
}

bool sg_audit_filter_read(struct sg_audit_filter *filter, const struct sg_command *command,
                          uint64_t now_ms)
{
    size_t n = 0;
    filter->to_ms = filter->last = UINT64_MAX;
    if (!read_time(command, "since", filter->since, now_ms, &filter->from_ms) ||
        !read_time(command, "until", filter->until, now_ms, &filter->to_ms) ||
        !read_seq(filter, command))
        return false;
    if (filter->from_ms >= filter->to_ms)
        return complain(command, "until", filter->until, "that is before --since");
    for (size_t i = 0; i < SG_FILTER_LISTS; i++) {
        if (!read_list(filter, command, i, &n))
            return false;
    }
    return true;
}

/* --- whether it fits --- */

/* Words of ours have no escapes; of others the beginning of what they say counts. */
static bool begins(struct sg_bytes string, struct sg_bytes with)
{
    struct sg_buf text = {0};
    if (sg_bytes_find(string, '\\') == string.len)
        return sg_bytes_start_with(string, with);
    /* Without memory it is shown rather than hidden. */
    bool is = sg_entry_decode(&text, string) < 0 || sg_bytes_start_with(sg_buf_bytes(&text), with);
    sg_buf_fini(&text);
    return is;
}

static bool one_of(const struct sg_audit_filter *filter, size_t at, struct sg_bytes string)
{
    size_t start = at == 0 ? 0 : filter->end[at - 1];
    for (size_t i = start; i < filter->end[at]; i++) {
        const struct sg_filter_wanted *wanted = &filter->wanted[i];
        if (wanted->begins ? begins(string, wanted->text) : sg_entry_says(string, wanted->text))
            return true;
    }
    return false;
}

static bool is_asked(const struct sg_audit_filter *filter, size_t at)
{
    return filter->end[at] > (at == 0 ? 0 : filter->end[at - 1]);
}

static bool member_fits(const struct sg_audit_filter *filter, size_t at,
                        const struct sg_entry *entry, enum sg_entry_member member)
{
    return sg_entry_has(entry, member) && one_of(filter, at, entry->text[member]);
}

static bool list_fits(const struct sg_audit_filter *filter, size_t at, const struct sg_entry *entry)
{
    bool fits = false;
    switch (lists[at].place) {
    case MEMBER:
    case PSEUDONYM:
    case IN_VERDICT:
        return member_fits(filter, at, entry, lists[at].member);
    case IN_NETWORK:
        return member_fits(filter, at, entry, SG_ENTRY_NETWORK) ||
               member_fits(filter, at, entry, SG_ENTRY_REFUSED_NETWORK);
    case IN_ACTOR:
        return member_fits(filter, at, entry, SG_ENTRY_ACTOR_UID) ||
               member_fits(filter, at, entry, SG_ENTRY_ACTOR_PEER) ||
               member_fits(filter, at, entry, SG_ENTRY_ACTOR_APP);
    case IN_CLASS:
        return one_of(filter, at, sg_bytes_of(sg_entry_kind_word(entry->kind))) ||
               member_fits(filter, at, entry, SG_ENTRY_CLASS_UID);
    case IN_IDENTITY:
        for (size_t i = 0; i < entry->n_identities; i++)
            fits = fits || one_of(filter, at, entry->identity[i]);
        return fits || entry->cut;
    default:
        return true; /* findings are looked at together */
    }
}

/* One finding must fit all that is asked of findings. */
static bool findings_fit(const struct sg_audit_filter *filter, const struct sg_entry *entry)
{
    bool rule = is_asked(filter, LIST_RULE), entity = is_asked(filter, LIST_ENTITY),
         action = is_asked(filter, LIST_ACTION);
    if ((!rule && !entity && !action) || entry->cut)
        return true;
    for (size_t i = 0; i < entry->n_found; i++) {
        const struct sg_entry_found *found = &entry->found[i];
        if ((!rule || one_of(filter, LIST_RULE, found->rule)) &&
            (!entity || one_of(filter, LIST_ENTITY, found->entity)) &&
            (!action || one_of(filter, LIST_ACTION, found->action)))
            return true;
    }
    return false;
}

bool sg_audit_filter_fits(const struct sg_audit_filter *filter, const struct sg_entry *entry)
{
    uint64_t time = sg_entry_number(entry, SG_ENTRY_TIME);
    if (sg_entry_has(entry, SG_ENTRY_TIME) && (time < filter->from_ms || time >= filter->to_ms))
        return false;
    for (size_t i = 0; i < SG_FILTER_LISTS; i++) {
        if (is_asked(filter, i) && !list_fits(filter, i, entry))
            return false;
    }
    return findings_fit(filter, entry);
}
