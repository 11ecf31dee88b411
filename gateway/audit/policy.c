/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.c - which logs are believed, and whose cosignatures are enough (C2SP tlog-policy).
 */
#include "audit/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"

/* One line, taken word by word. */
struct line {
    const char *file;
    unsigned number;
    struct sg_bytes all, rest;
    unsigned column; /* of the word that was taken last, or of the line's end */
    struct scrubgate_fault *fault;
};

static enum scrubgate_status fail(const struct line *line, enum scrubgate_status rc,
                                  const char *what)
{
    sg_fault_set(line->fault, line->file, line->number, line->column, "%s", what);
    return rc;
}

static enum scrubgate_status malformed(const struct line *line, const char *what)
{
    return fail(line, SCRUBGATE_EMALFORMED, what);
}

/* False: the line ends. */
static bool take_word(struct line *line, struct sg_bytes *word)
{
    while (line->rest.len > 0 && sg_is_blank(line->rest.data[0]))
        line->rest = (struct sg_bytes){line->rest.data + 1, line->rest.len - 1};
    line->column = (unsigned)(line->rest.data - line->all.data) + 1;
    *word = (struct sg_bytes){line->rest.data, 0};
    while (word->len < line->rest.len && !sg_is_blank(line->rest.data[word->len]))
        word->len++;
    line->rest = (struct sg_bytes){line->rest.data + word->len, line->rest.len - word->len};
    return word->len > 0;
}

/* --- names --- */

/* n_names: it is not there. */
static size_t find_name(const struct sg_policy *policy, struct sg_bytes name)
{
    size_t i = 0;
    while (i < policy->n_names && !sg_bytes_equal(policy->name[i].name, name))
        i++;
    return i;
}

static bool is_none(struct sg_bytes name)
{
    return sg_bytes_equal(name, SG_BYTES("none"));
}

/* The next word as a new name, which counts once the caller counts it. */
static enum scrubgate_status take_new_name(struct sg_policy *policy, struct line *line,
                                           struct sg_policy_name **made)
{
    struct sg_bytes name;
    if (!take_word(line, &name))
        return malformed(line, "a name is missing here");
    if (is_none(name))
        return malformed(line, "none has a meaning of its own: give it another name");
    if (find_name(policy, name) < policy->n_names)
        return malformed(line, "this name was given before");
    if (policy->n_names == SG_POLICY_NAMES)
        return fail(line, SCRUBGATE_ELIMIT, "more names than this program has room for");
    *made = &policy->name[policy->n_names];
    **made = (struct sg_policy_name){.name = name};
    return SCRUBGATE_OK;
}

static enum scrubgate_status take_old_name(const struct sg_policy *policy, const struct line *line,
                                           struct sg_bytes word, size_t *at)
{
    *at = find_name(policy, word);
    return *at < policy->n_names
               ? SCRUBGATE_OK
               : malformed(line, "no line before this one defines a witness or group of that name");
}

/* --- lines --- */

static enum scrubgate_status take_key(struct line *line, enum sg_note_kind kind,
                                      struct sg_note_key *key)
{
    struct sg_bytes word;
    if (!take_word(line, &word))
        return malformed(line, "a public key (name+id+base64) is missing here");
    enum scrubgate_status rc = sg_note_key_read(key, word);
    if (rc == SCRUBGATE_EMALFORMED)
        return malformed(line, "this is no public key (name+id+base64) of a kind that is known");
    if (rc < 0)
        return fail(line, rc, "this key could not be read");
    if (key->kind != kind)
        return malformed(line, kind == SG_NOTE_COSIGNATURE
                                   ? "this key is of a log: a witness cosigns with one of kind 4"
                                   : "this key is of a witness: a log signs with one of kind 1");
    return SCRUBGATE_OK;
}

/* The words that may end a line, and nothing behind them. */
static enum scrubgate_status take_end(struct line *line, struct sg_bytes *url)
{
    struct sg_bytes word;
    if (url != NULL)
        (void)take_word(line, url);
    if (take_word(line, &word))
        return malformed(line, "nothing more belongs on this line");
    return SCRUBGATE_OK;
}

static bool same_key(const struct sg_note_key *a, const struct sg_note_key *b)
{
    return memcmp(a->public_key, b->public_key, sizeof a->public_key) == 0;
}

static enum scrubgate_status read_log(struct sg_policy *policy, struct line *line)
{
    if (policy->n_logs == SG_POLICY_LOGS)
        return fail(line, SCRUBGATE_ELIMIT, "more logs than this program has room for");
    struct sg_policy_log *log = &policy->log[policy->n_logs];
    enum scrubgate_status rc = take_key(line, SG_NOTE_ED25519, &log->key);
    for (size_t i = 0; i < policy->n_logs && rc >= 0; i++) {
        if (same_key(&policy->log[i].key, &log->key))
            rc = malformed(line, "this log's key stands here twice");
    }
    if (rc >= 0)
        rc = take_end(line, &log->url);
    policy->n_logs += rc >= 0;
    return rc;
}

static enum scrubgate_status read_witness(struct sg_policy *policy, struct line *line)
{
    if (policy->n_witnesses == SG_POLICY_WITNESSES)
        return fail(line, SCRUBGATE_ELIMIT, "more witnesses than this program has room for");
    struct sg_policy_witness *witness = &policy->witness[policy->n_witnesses];
    struct sg_policy_name *name = NULL;
    enum scrubgate_status rc = take_new_name(policy, line, &name);
    if (rc >= 0)
        rc = take_key(line, SG_NOTE_COSIGNATURE, &witness->key);
    for (size_t i = 0; i < policy->n_witnesses && rc >= 0; i++) {
        if (same_key(&policy->witness[i].key, &witness->key))
            rc = malformed(line, "this witness's key stands here twice: it would count twice");
    }
    if (rc >= 0)
        rc = take_end(line, &witness->url);
    if (rc < 0)
        return rc;
    witness->name = name->name;
    name->witness = policy->n_witnesses++;
    policy->n_names++;
    return rc;
}

/* A name is a member once in the whole file, so that no witness counts in two ways. */
static enum scrubgate_status take_members(struct sg_policy *policy, struct line *line,
                                          struct sg_policy_name *group, size_t *n)
{
    struct sg_bytes word;
    for (*n = 0; take_word(line, &word); (*n)++) {
        size_t at = 0;
        enum scrubgate_status rc = take_old_name(policy, line, word, &at);
        if (rc < 0)
            return rc;
        if (policy->name[at].member_of_one)
            return malformed(line, "this name is a member before: it would count twice");
        policy->name[at].member_of_one = true;
        group->member[at / 64] |= UINT64_C(1) << at % 64;
    }
    return *n > 0 ? SCRUBGATE_OK : malformed(line, "a group needs a member");
}

static enum scrubgate_status read_group(struct sg_policy *policy, struct line *line)
{
    struct sg_policy_name *group = NULL;
    struct sg_bytes word;
    uint64_t enough = 0;
    size_t n = 0;
    enum scrubgate_status rc = take_new_name(policy, line, &group);
    if (rc < 0)
        return rc;
    group->group = true;
    const bool there = take_word(line, &word);
    const unsigned column = line->column;
    const bool all = sg_bytes_equal(word, SG_BYTES("all"));
    if (sg_bytes_equal(word, SG_BYTES("any")))
        enough = 1;
    else if (!there || (!all && !sg_bytes_to_u64(word, &enough)))
        return malformed(line, "how many members are enough is said by all, any or a number");
    rc = take_members(policy, line, group, &n);
    if (rc < 0)
        return rc;
    if (all)
        enough = n;
    if (enough < 1 || enough > n) {
        line->column = column;
        return malformed(line, "a number from 1 to that of the members is wanted here");
    }
    group->enough = (size_t)enough;
    policy->n_names++;
    return rc;
}

static enum scrubgate_status read_quorum(struct sg_policy *policy, struct line *line, bool *said)
{
    struct sg_bytes word;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (*said)
        return malformed(line, "the quorum was said before");
    *said = true;
    if (!take_word(line, &word))
        return malformed(line, "the quorum is the name of a witness or group, or none");
    policy->none = is_none(word);
    if (!policy->none)
        rc = take_old_name(policy, line, word, &policy->quorum);
    return rc < 0 ? rc : take_end(line, NULL);
}

static enum scrubgate_status read_line(struct sg_policy *policy, struct line *line, bool *said)
{
    struct sg_bytes word;
    for (size_t i = 0; i < line->all.len; i++) {
        const uint8_t c = line->all.data[i];
        line->column = (unsigned)i + 1;
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return malformed(line, "a control character has no place here");
    }
    if (!take_word(line, &word) || word.data[0] == '#')
        return SCRUBGATE_OK;
    if (sg_bytes_equal(word, SG_BYTES("log")))
        return read_log(policy, line);
    if (sg_bytes_equal(word, SG_BYTES("witness")))
        return read_witness(policy, line);
    if (sg_bytes_equal(word, SG_BYTES("group")))
        return read_group(policy, line);
    if (sg_bytes_equal(word, SG_BYTES("quorum")))
        return read_quorum(policy, line, said);
    return malformed(line, "a line begins with log, witness, group or quorum");
}

/* --- files --- */

static enum scrubgate_status read_lines(struct sg_policy *policy, struct sg_bytes text,
                                        struct line *line)
{
    bool said = false;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (line->number = 1; rc >= 0 && sg_bytes_take_line(&text, &line->all); line->number++) {
        line->rest = line->all;
        rc = read_line(policy, line, &said);
    }
    if (rc < 0)
        return rc;
    line->column = 1;
    if (text.len > 0) /* what was cut off might have said more */
        return malformed(line, "this last line has no end");
    return said ? rc : malformed(line, "the quorum is missing");
}

enum scrubgate_status sg_policy_read(struct sg_policy **policy, struct sg_bytes text,
                                     const char *file, struct scrubgate_fault *fault)
{
    struct line line = {.file = file, .fault = fault};
    struct sg_policy *made = NULL;
    enum scrubgate_status rc = SCRUBGATE_ELIMIT;
    *policy = NULL;
    if (text.len > SG_POLICY_LONGEST) {
        (void)fail(&line, rc, "this file is too long for a policy");
        goto out;
    }
    rc = SCRUBGATE_ENOMEM;
    made = calloc(1, sizeof *made);
    if (made != NULL)
        made->text = malloc(text.len + 1);
    if (made == NULL || made->text == NULL) {
        (void)fail(&line, rc, "out of memory");
        goto out;
    }
    if (text.len > 0)
        memcpy(made->text, text.data, text.len);
    rc = read_lines(made, (struct sg_bytes){(const uint8_t *)made->text, text.len}, &line);
    if (rc < 0)
        goto out;
    *policy = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_policy_free(made);
    return rc;
}

void sg_policy_free(struct sg_policy *policy)
{
    if (policy == NULL)
        return;
    free(policy->text);
    free(policy);
}

/* --- judging --- */

bool sg_policy_has_log(const struct sg_policy *policy, const struct sg_note_key *key)
{
    bool has = policy->n_logs == 0;
    for (size_t i = 0; i < policy->n_logs; i++)
        has |= policy->log[i].key.id == key->id && same_key(&policy->log[i].key, key);
    return has;
}

enum scrubgate_status sg_policy_open(const struct sg_policy *policy, struct sg_bytes bytes,
                                     struct sg_checkpoint *checkpoint, struct sg_note *note,
                                     const struct sg_note_key **key)
{
    enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
    for (size_t i = 0; i < policy->n_logs && rc == SCRUBGATE_EMALFORMED; i++) {
        *key = &policy->log[i].key;
        rc = sg_checkpoint_open(checkpoint, note, bytes, *key);
    }
    return rc;
}

static bool is_signed_by(const struct sg_note *note, const struct sg_note_key *key)
{
    bool found = false;
    for (size_t i = 0; i < note->n; i++)
        found |= note->signature[i].id == key->id &&
                 sg_bytes_equal(note->signature[i].name, sg_bytes_of(key->name));
    return found;
}

/* The latest time since which so many members of a group have witnessed; 0: there is none. */
static uint64_t time_of_group(const struct sg_policy_name *group,
                              const uint64_t time[SG_POLICY_NAMES])
{
    uint64_t later[SG_POLICY_NAMES];
    size_t n = 0;
    for (size_t i = 0; i < SG_POLICY_NAMES; i++) {
        size_t at = n;
        if ((group->member[i / 64] >> i % 64 & 1) == 0)
            continue;
        for (n++; at > 0 && later[at - 1] < time[i]; at--)
            later[at] = later[at - 1];
        later[at] = time[i];
    }
    return later[group->enough - 1];
}

void sg_policy_judge(const struct sg_policy *policy, const struct sg_note *note,
                     struct sg_policy_verdict *verdict)
{
    uint64_t time[SG_POLICY_NAMES] = {0};
    *verdict = (struct sg_policy_verdict){.reached = false};
    for (size_t i = 0; i < policy->n_witnesses; i++) {
        const struct sg_policy_witness *witness = &policy->witness[i];
        if (!is_signed_by(note, &witness->key))
            continue;
        /* One that says no time is as good as none: nobody could tell how old it is. */
        if (sg_note_verify(note, &witness->key, &verdict->time_of[i]) < 0)
            verdict->bad = witness;
        else
            verdict->cosigned += verdict->time_of[i] > 0;
    }
    for (size_t i = 0; i < policy->n_names; i++) {
        const struct sg_policy_name *name = &policy->name[i];
        time[i] = name->group ? time_of_group(name, time) : verdict->time_of[name->witness];
    }
    verdict->time = policy->none ? 0 : time[policy->quorum];
    verdict->reached = verdict->bad == NULL && (policy->none || verdict->time > 0);
}
