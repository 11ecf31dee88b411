/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry.c - one record's line as those who ask the log see it.
 *
 * Members come in about the order of the table below, so each is looked for from the last one on.
 */
#include "audit/entry.h"

#include <string.h>

#include "audit/line.h"
#include "base/utf8.h"

/* The objects and arrays whose inside is looked at. */
enum scope {
    IN_NOTHING, /* none of them */
    IN_RECORD,
    IN_METADATA,
    IN_PRODUCT,
    IN_RESPONSE,
    IN_FACETS,
    IN_IDENTITY,
    IN_ACTOR,
    IN_FOUND,
    IN_FINDING
};

struct member {
    const char *path;
    uint8_t len, key_at; /* of the path; where its last word begins */
    uint8_t scope;
    bool number;
};

#define WORD_OF(scope, before, key)                                                                \
    {                                                                                              \
        before key, sizeof(before key) - 1, sizeof(before) - 1, scope, false                       \
    }
#define NUMBER_OF(scope, before, key)                                                              \
    {                                                                                              \
        before key, sizeof(before key) - 1, sizeof(before) - 1, scope, true                        \
    }
#define WORD(key)   WORD_OF(IN_RECORD, "", key)
#define NUMBER(key) NUMBER_OF(IN_RECORD, "", key)

static const struct member members[SG_ENTRY_MEMBERS] = {
    [SG_ENTRY_SEQ] = NUMBER("seq"),
    [SG_ENTRY_TIME] = NUMBER("time"),
    [SG_ENTRY_MONO_NS] = NUMBER("mono_ns"),
    [SG_ENTRY_BOOT] = WORD("boot"),
    [SG_ENTRY_CLASS_UID] = NUMBER("class_uid"),
    [SG_ENTRY_TYPE_UID] = NUMBER("type_uid"),
    [SG_ENTRY_SEVERITY_ID] = NUMBER("severity_id"),
    [SG_ENTRY_VERSION] = WORD_OF(IN_METADATA, "metadata.", "version"),
    [SG_ENTRY_PRODUCT_NAME] = WORD_OF(IN_PRODUCT, "metadata.product.", "name"),
    [SG_ENTRY_PRODUCT_VERSION] = WORD_OF(IN_PRODUCT, "metadata.product.", "version"),
    [SG_ENTRY_INSTANCE] = WORD("instance"),
    [SG_ENTRY_TRACE_ID] = WORD("trace_id"),
    [SG_ENTRY_ID] = WORD("id"),
    [SG_ENTRY_STATUS_ID] = NUMBER("status_id"),
    [SG_ENTRY_DETECTION_SYSTEM_ID] = NUMBER("detection_system_id"),
    [SG_ENTRY_ACTION_ID] = NUMBER("action_id"),
    [SG_ENTRY_VERDICT] = WORD("verdict"),
    [SG_ENTRY_PART] = WORD("part"),
    [SG_ENTRY_ROUTE] = WORD("route"),
    [SG_ENTRY_STATUS] = NUMBER_OF(IN_RESPONSE, "http_response.", "code"),
    [SG_ENTRY_DIRECTION] = WORD("direction"),
    [SG_ENTRY_MODE] = WORD("mode"),
    [SG_ENTRY_LEVEL] = NUMBER("level"),
    [SG_ENTRY_RULES] = WORD("rules"),
    [SG_ENTRY_FORMAT] = WORD("format"),
    [SG_ENTRY_REASON] = WORD("reason"),
    [SG_ENTRY_LATENCY_NS] = NUMBER("latency_ns"),
    [SG_ENTRY_COUNT] = NUMBER("count"),
    [SG_ENTRY_REFUSED_NETWORK] = WORD("network"),
    [SG_ENTRY_BRAND] = WORD("brand"),
    [SG_ENTRY_CHANNEL] = WORD("channel"),
    [SG_ENTRY_QUEUE] = WORD("queue"),
    [SG_ENTRY_EVENT] = WORD("event"),
    [SG_ENTRY_BYTES_IN] = NUMBER("bytes_in"),
    [SG_ENTRY_BYTES_OUT] = NUMBER("bytes_out"),
    [SG_ENTRY_VALUES] = NUMBER("values"),
    [SG_ENTRY_EDITS] = NUMBER("edits"),
    [SG_ENTRY_CUSTOMER] = WORD_OF(IN_FACETS, "facets.", "customer"),
    [SG_ENTRY_AGENT] = WORD_OF(IN_FACETS, "facets.", "agent"),
    [SG_ENTRY_CONVERSATION] = WORD_OF(IN_FACETS, "facets.", "conversation"),
    [SG_ENTRY_NETWORK] = WORD_OF(IN_FACETS, "facets.", "network"),
    [SG_ENTRY_TLS] = WORD_OF(IN_FACETS, "facets.", "tls"),
    [SG_ENTRY_DEVICE] = WORD_OF(IN_FACETS, "facets.", "device"),
    [SG_ENTRY_CONTENT] = WORD_OF(IN_FACETS, "facets.", "content"),
    [SG_ENTRY_WHAT] = WORD("what"),
    [SG_ENTRY_OBJECT] = WORD("object"),
    [SG_ENTRY_ACTOR_APP] = WORD_OF(IN_ACTOR, "actor.", "app"),
    [SG_ENTRY_ACTOR_UID] = NUMBER_OF(IN_ACTOR, "actor.", "uid"),
    [SG_ENTRY_ACTOR_PEER] = WORD_OF(IN_ACTOR, "actor.", "peer"),
    [SG_ENTRY_OLD_RULES] = WORD("old_rules"),
    [SG_ENTRY_NEW_RULES] = WORD("new_rules"),
    [SG_ENTRY_OLD_CONFIG] = WORD("old_config"),
    [SG_ENTRY_NEW_CONFIG] = WORD("new_config"),
    [SG_ENTRY_EPOCH] = NUMBER("epoch"),
    [SG_ENTRY_FIRST] = NUMBER("first"),
    [SG_ENTRY_LAST] = NUMBER("last"),
    [SG_ENTRY_SIZE] = NUMBER("size"),
    [SG_ENTRY_ROOT] = WORD("root"),
    [SG_ENTRY_MAC] = WORD("mac"),
    [SG_ENTRY_COMMAND] = WORD("command"),
    [SG_ENTRY_FROM_MS] = NUMBER("from_ms"),
    [SG_ENTRY_TO_MS] = NUMBER("to_ms"),
    [SG_ENTRY_REFUSED_MESSAGES] = NUMBER("refused"),
    [SG_ENTRY_FILE] = WORD("file"),
    [SG_ENTRY_BYTES] = NUMBER("bytes"),
    [SG_ENTRY_SHA256] = WORD("sha256"),
    [SG_ENTRY_STATE] = WORD("state"),
    [SG_ENTRY_FREE_BYTES] = NUMBER("free_bytes"),
    [SG_ENTRY_TOTAL_BYTES] = NUMBER("total_bytes"),
    [SG_ENTRY_HOLD] = WORD("hold"),
    [SG_ENTRY_KIND] = WORD("kind"),
    [SG_ENTRY_PSEUDONYM] = WORD("pseudonym"),
    [SG_ENTRY_KEY] = WORD("key"),
    [SG_ENTRY_REQUESTER] = WORD("requester"),
    [SG_ENTRY_BASIS] = WORD("basis"),
    [SG_ENTRY_OLD_KEY] = WORD("old_key"),
    [SG_ENTRY_NEW_KEY] = WORD("new_key"),
    [SG_ENTRY_KEPT] = NUMBER("kept"),
    [SG_ENTRY_DROPPED] = NUMBER("dropped"),
    [SG_ENTRY_ACT] = WORD("act"),
    [SG_ENTRY_WHY] = WORD("why"),
    [SG_ENTRY_ORDER] = NUMBER("order"),
    [SG_ENTRY_CLEARANCE] = WORD("clearance"),
    [SG_ENTRY_EXPIRES_MS] = NUMBER("expires_ms"),
    [SG_ENTRY_BY] = WORD("by"),
};

static const struct {
    const char *key;
    enum scope in, is;
} scopes[] = {
    {"metadata", IN_RECORD, IN_METADATA},
    {"product", IN_METADATA, IN_PRODUCT},
    {"http_response", IN_RECORD, IN_RESPONSE},
    {"found", IN_RECORD, IN_FOUND},
    {"facets", IN_RECORD, IN_FACETS},
    {"identity", IN_FACETS, IN_IDENTITY},
    {"actor", IN_RECORD, IN_ACTOR},
};

static const char *const kind_words[SG_KINDS] = {
    [SG_KIND_OTHER] = "other",     [SG_KIND_DECISION] = "decision", [SG_KIND_OUTCOME] = "outcome",
    [SG_KIND_REFUSED] = "refused", [SG_KIND_CHANGE] = "change",     [SG_KIND_LIFE] = "life",
    [SG_KIND_READ] = "read",
};

static const char *const verdict_words[SG_ENTRY_VERDICTS] = {
    [SG_ENTRY_NO_VERDICT] = "",       [SG_ENTRY_CLEAN] = "clean",
    [SG_ENTRY_MASKED] = "masked",     [SG_ENTRY_BLOCKED] = "blocked",
    [SG_ENTRY_DIVERTED] = "diverted", [SG_ENTRY_REFUSED] = "refused",
};

static const char *const what_words[SG_WHATS] = {
    [SG_WHAT_OTHER] = "",
    [SG_WHAT_START] = "start",
    [SG_WHAT_TAKEOVER] = "takeover",
    [SG_WHAT_STOP] = "stop",
    [SG_WHAT_RESUME] = "resume",
    [SG_WHAT_RELOAD] = "reload",
    [SG_WHAT_RELOAD_FAILED] = "reload-failed",
    [SG_WHAT_ENGINE_DISTRUSTED] = "engine-distrusted",
    [SG_WHAT_SEAL] = "seal",
    [SG_WHAT_GAP] = "gap",
    [SG_WHAT_RECOVERY] = "recovery",
    [SG_WHAT_SPACE] = "space",
    [SG_WHAT_PRUNE] = "prune",
    [SG_WHAT_HOLD] = "hold",
    [SG_WHAT_ERASURE] = "erasure",
    [SG_WHAT_GUARD] = "guard",
    [SG_WHAT_MASTER] = "master",
    [SG_WHAT_EPOCH] = "epoch",
    [SG_WHAT_EXPIRY] = "expiry",
    [SG_WHAT_SKETCHES_RESTORED] = "sketches-restored",
    [SG_WHAT_SKETCHES_SAVED] = "sketches-saved",
    [SG_WHAT_GUARD_ANEW] = "guard-anew",
    [SG_WHAT_GUARD_PRUNED] = "guard-pruned",
    [SG_WHAT_ACT] = "act",
    [SG_WHAT_AUDIT_READ] = "audit-read",
};

/* --- a pass --- */

enum { DEEPEST = 16 };

struct pass {
    struct sg_entry *entry;
    uint64_t said[sizeof((struct sg_entry *)NULL)->has / sizeof(uint64_t)];
    size_t last;                /* the member after the one that was found last */
    uint8_t scope[DEEPEST + 2]; /* of each level */
    struct sg_bytes key;        /* of the record's member that was opened last */
    bool unknown;               /* and it is not looked at */
    bool found, twice;
};

static bool is_key(const struct member *member, struct sg_bytes key)
{
    const char *name = member->path + member->key_at;
    return (size_t)(member->len - member->key_at) == key.len && key.data[0] == (uint8_t)name[0] &&
           memcmp(name, key.data, key.len) == 0;
}

/* SG_ENTRY_MEMBERS: none of ours. */
static size_t find_member(struct pass *pass, enum scope scope, struct sg_bytes key)
{
    size_t at = pass->last;
    if (scope == IN_NOTHING || key.len == 0)
        return SG_ENTRY_MEMBERS;
    for (size_t i = 0; i < SG_ENTRY_MEMBERS; i++, at++) {
        if (at == SG_ENTRY_MEMBERS)
            at = 0;
        if (members[at].scope == scope && is_key(&members[at], key)) {
            pass->last = at + 1 == SG_ENTRY_MEMBERS ? 0 : at + 1;
            return at;
        }
    }
    return SG_ENTRY_MEMBERS;
}

static void keep_other(struct pass *pass, struct sg_bytes in, struct sg_bytes key,
                       struct sg_bytes value)
{
    struct sg_entry *entry = pass->entry;
    if (entry->n_others == SG_ENTRY_OTHERS_MOST) {
        entry->cut = true;
        return;
    }
    entry->other[entry->n_others++] = (struct sg_entry_other){in, key, value};
}

/* With its quotes. */
static struct sg_bytes as_json(const struct sg_line_item *item)
{
    if (item->event == SG_LINE_STRING)
        return (struct sg_bytes){item->text.data - 1, item->text.len + 2};
    return item->text;
}

/* Of a member that may be said once. */
static bool say(struct pass *pass, size_t member)
{
    uint64_t bit = UINT64_C(1) << member % 64;
    if ((pass->said[member / 64] & bit) != 0)
        pass->twice = true;
    pass->said[member / 64] |= bit;
    return !pass->twice;
}

static void take_member(struct pass *pass, enum scope scope, const struct sg_line_item *item)
{
    struct sg_entry *entry = pass->entry;
    size_t member = find_member(pass, scope, item->key);
    bool known = member < SG_ENTRY_MEMBERS && say(pass, member);
    if (known && members[member].number)
        known =
            item->event == SG_LINE_NUMBER && sg_bytes_to_u64(item->text, &entry->number[member]);
    else if (known)
        known = item->event == SG_LINE_STRING;
    if (known) {
        entry->text[member] = item->text;
        entry->has[member / 64] |= UINT64_C(1) << member % 64;
    } else if (scope != IN_NOTHING) {
        keep_other(pass, item->depth > 1 ? pass->key : (struct sg_bytes){NULL, 0}, item->key,
                   as_json(item));
    }
}

static void take_finding(struct sg_entry_found *found, const struct sg_line_item *item)
{
    bool string = item->event == SG_LINE_STRING;
    if (string && sg_bytes_equal(item->key, SG_BYTES("rule")))
        found->rule = item->text;
    else if (string && sg_bytes_equal(item->key, SG_BYTES("entity")))
        found->entity = item->text;
    else if (string && sg_bytes_equal(item->key, SG_BYTES("action")))
        found->action = item->text;
    else if (!string && sg_bytes_equal(item->key, SG_BYTES("count")) &&
             !sg_bytes_to_u64(item->text, &found->count))
        found->count = 0;
}

static void take_identity(struct sg_entry *entry, const struct sg_line_item *item)
{
    if (item->event != SG_LINE_STRING)
        return;
    if (entry->n_identities == SG_ENTRY_IDENTITIES_MOST)
        entry->cut = true;
    else
        entry->identity[entry->n_identities++] = item->text;
}

static enum scope scope_of(enum scope in, const struct sg_line_item *item)
{
    bool array = item->event == SG_LINE_ARRAY;
    if (in == IN_FOUND)
        return array ? IN_NOTHING : IN_FINDING;
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if (scopes[i].in == in && sg_bytes_equal(item->key, sg_bytes_of(scopes[i].key)))
            return array == (scopes[i].is == IN_FOUND || scopes[i].is == IN_IDENTITY) ? scopes[i].is
                                                                                      : IN_NOTHING;
    }
    return IN_NOTHING;
}

/* Steps into an object or array, if we look into it. */
static bool take_open(struct pass *pass, enum scope in, const struct sg_line_item *item)
{
    struct sg_entry *entry = pass->entry;
    enum scope is = scope_of(in, item);
    pass->scope[item->depth + 1] = (uint8_t)is;
    if (item->depth == 1) {
        pass->key = item->key;
        pass->unknown = is == IN_NOTHING;
        size_t member = pass->unknown ? find_member(pass, IN_RECORD, item->key) : SG_ENTRY_MEMBERS;
        if (member < SG_ENTRY_MEMBERS)
            (void)say(pass, member);
    }
    if (is == IN_FOUND) {
        pass->twice = pass->twice || pass->found;
        pass->found = true;
    } else if (is == IN_FINDING && entry->n_found < SG_ENTRY_FOUND_MOST) {
        memset(&entry->found[entry->n_found++], 0, sizeof entry->found[0]);
    } else if (is == IN_FINDING) {
        entry->cut = true;
        pass->scope[item->depth + 1] = IN_NOTHING;
        return false;
    }
    return is != IN_NOTHING;
}

static void take_end(struct pass *pass, const struct sg_line_item *item)
{
    if (item->depth > 1 || !pass->unknown)
        return;
    if (sg_bytes_equal(pass->key, SG_BYTES("spans")) && item->text.data[0] == '[')
        pass->entry->spans = item->text;
    else
        keep_other(pass, (struct sg_bytes){NULL, 0}, pass->key, item->text);
}

static bool take(void *ctx, const struct sg_line_item *item)
{
    struct pass *pass = ctx;
    enum scope scope = (enum scope)pass->scope[item->depth];
    switch (item->event) {
    case SG_LINE_OBJECT:
    case SG_LINE_ARRAY:
        return take_open(pass, scope, item);
    case SG_LINE_END:
        take_end(pass, item);
        return true;
    default:
        break;
    }
    if (scope == IN_FINDING)
        take_finding(&pass->entry->found[pass->entry->n_found - 1], item);
    else if (scope == IN_IDENTITY)
        take_identity(pass->entry, item);
    else if (scope != IN_FOUND)
        take_member(pass, scope, item);
    return true;
}

/* --- words --- */

static enum sg_entry_kind kind_of(const struct sg_entry *entry)
{
    switch (sg_entry_number(entry, SG_ENTRY_CLASS_UID)) {
    case SG_CLASS_DECISION:
        return SG_KIND_DECISION;
    case SG_CLASS_OUTCOME:
        return SG_KIND_OUTCOME;
    case SG_CLASS_REFUSED:
        return SG_KIND_REFUSED;
    case SG_CLASS_CHANGE:
        return SG_KIND_CHANGE;
    case SG_CLASS_LIFE:
        return SG_KIND_LIFE;
    case SG_CLASS_READ:
        return SG_KIND_READ;
    default:
        return SG_KIND_OTHER;
    }
}

/* 0: none of them. Word 0 stands for that. */
static size_t word_of(struct sg_bytes text, const char *const *words, size_t n)
{
    for (size_t i = 1; i < n && text.len > 0; i++) {
        if (text.data[0] == (uint8_t)words[i][0] && sg_bytes_equal(text, sg_bytes_of(words[i])))
            return i;
    }
    return 0;
}

enum scrubgate_status sg_entry_read(struct sg_entry *entry, struct sg_bytes line)
{
    struct pass pass = {.entry = entry, .scope = {[1] = IN_RECORD}};
    entry->line = line;
    memset(entry->has, 0, sizeof entry->has);
    entry->n_identities = entry->n_found = entry->n_others = 0;
    entry->spans = (struct sg_bytes){NULL, 0};
    entry->cut = false;
    entry->kind = SG_KIND_OTHER;
    entry->verdict = SG_ENTRY_NO_VERDICT;
    entry->what = SG_WHAT_OTHER;
    enum scrubgate_status rc = sg_line_read_each(line, take, &pass);
    if (rc >= 0 && pass.twice)
        rc = SCRUBGATE_EMALFORMED;
    if (rc < 0)
        return rc;
    entry->kind = kind_of(entry);
    entry->verdict = (enum sg_entry_verdict)word_of(sg_entry_text(entry, SG_ENTRY_VERDICT),
                                                    verdict_words, SG_ENTRY_VERDICTS);
    entry->what =
        (enum sg_entry_what)word_of(sg_entry_text(entry, SG_ENTRY_WHAT), what_words, SG_WHATS);
    return rc;
}

const char *sg_entry_path(enum sg_entry_member member)
{
    return members[member].path;
}

bool sg_entry_is_number(enum sg_entry_member member)
{
    return members[member].number;
}

enum sg_entry_member sg_entry_member_of(struct sg_bytes path)
{
    size_t i = 0;
    while (i < SG_ENTRY_MEMBERS && !sg_bytes_equal(path, sg_bytes_of(members[i].path)))
        i++;
    return (enum sg_entry_member)i;
}

const char *sg_entry_kind_word(enum sg_entry_kind kind)
{
    return kind_words[kind];
}

const char *sg_entry_verdict_word(enum sg_entry_verdict verdict)
{
    return verdict_words[verdict];
}

const char *sg_entry_what_word(enum sg_entry_what what)
{
    return what_words[what];
}

/* --- strings --- */

/* Four hex digits, which the line's reader has seen. */
static uint32_t unit_at(const uint8_t *at)
{
    uint32_t unit = 0;
    for (unsigned i = 0; i < 4; i++)
        unit = unit << 4 | ((uint32_t)sg_hex_value(at[i]) & 0xF);
    return unit;
}

/* Behind a backslash: the code point, and how many bytes it took. */
static uint32_t unescape(struct sg_bytes rest, size_t *len)
{
    static const char names[] = "bfnrt", says[] = "\b\f\n\r\t";
    const char *name = memchr(names, rest.data[0], sizeof names - 1);
    *len = 1;
    if (name != NULL)
        return (uint32_t)says[name - names];
    if (rest.data[0] != 'u' || rest.len < 5)
        return rest.data[0];
    uint32_t unit = unit_at(rest.data + 1);
    *len = 5;
    if (unit < 0xD800 || unit > 0xDFFF)
        return unit;
    if (unit < 0xDC00 && rest.len >= 11 && rest.data[5] == '\\' && rest.data[6] == 'u') {
        uint32_t low = unit_at(rest.data + 7);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *len = 11;
            return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return 0xFFFD;
}

enum scrubgate_status sg_entry_decode(struct sg_buf *out, struct sg_bytes string)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (string.len > 0 && rc >= 0) {
        uint8_t utf8[4];
        size_t plain = sg_bytes_find(string, '\\'), len = 0;
        rc = sg_buf_add(out, string.data, plain);
        string.data += plain;
        string.len -= plain;
        if (rc < 0 || string.len < 2)
            break;
        string.data++;
        string.len--;
        uint32_t code = unescape(string, &len);
        rc = sg_buf_add(out, utf8, sg_utf8_encode(code, utf8));
        string.data += len;
        string.len -= len;
    }
    return rc;
}

bool sg_entry_says(struct sg_bytes string, struct sg_bytes text)
{
    if (sg_bytes_find(string, '\\') == string.len)
        return sg_bytes_equal(string, text);
    while (string.len > 0) {
        uint8_t utf8[4];
        size_t len = 1, n = 1;
        utf8[0] = string.data[0];
        if (string.data[0] == '\\' && string.len > 1) {
            n = sg_utf8_encode(unescape((struct sg_bytes){string.data + 1, string.len - 1}, &len),
                               utf8);
            len++;
        }
        if (text.len < n || memcmp(text.data, utf8, n) != 0)
            return false;
        string = (struct sg_bytes){string.data + len, string.len - len};
        text = (struct sg_bytes){text.data + n, text.len - n};
    }
    return text.len == 0;
}
