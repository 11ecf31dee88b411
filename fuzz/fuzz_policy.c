/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_policy.c - any bytes as a policy file.
 *
 * What is refused names a line and column that are there. What is taken has groups that can be
 * reached and never hold themselves, counts no name twice, reads back the same when it is written
 * anew, and is reached without a cosignature only if it asks for none.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool is_member(const struct sg_policy_name *group, size_t at)
{
    return (group->member[at / 64] >> at % 64 & 1) != 0;
}

static void check_names(const struct sg_policy *policy)
{
    size_t member_of[SG_POLICY_NAMES] = {0};
    must(policy->n_names <= SG_POLICY_NAMES && (policy->none || policy->quorum < policy->n_names));
    for (size_t i = 0; i < policy->n_names; i++) {
        const struct sg_policy_name *name = &policy->name[i];
        size_t members = 0;
        must(name->name.len > 0 && (name->group || name->witness < policy->n_witnesses));
        for (size_t k = 0; k < i; k++)
            must(!sg_bytes_equal(policy->name[k].name, name->name));
        for (size_t k = 0; k < SG_POLICY_NAMES && name->group; k++) {
            if (!is_member(name, k))
                continue;
            must(k < i && ++member_of[k] == 1);
            members++;
        }
        must(!name->group || (name->enough > 0 && name->enough <= members));
    }
}

static void add_group(struct sg_buf *out, const struct sg_policy *policy, size_t at)
{
    const struct sg_policy_name *group = &policy->name[at];
    must(sg_buf_addf(out, "group %.*s %zu", (int)group->name.len, (const char *)group->name.data,
                     group->enough) >= 0);
    for (size_t i = 0; i < at; i++) {
        if (is_member(group, i))
            must(sg_buf_addf(out, " %.*s", (int)policy->name[i].name.len,
                             (const char *)policy->name[i].name.data) >= 0);
    }
    must(sg_buf_add_byte(out, '\n') >= 0);
}

static void add_line(struct sg_buf *out, struct sg_bytes name, const struct sg_note_key *key,
                     struct sg_bytes url)
{
    must(sg_buf_add_text(out, key->kind == SG_NOTE_ED25519 ? "log " : "witness ") >= 0);
    must(sg_buf_add_bytes(out, name) >= 0 && sg_buf_add_byte(out, ' ') >= 0);
    must(sg_note_key_add(out, key) >= 0 && sg_buf_add_byte(out, ' ') >= 0);
    must(sg_buf_add_bytes(out, url) >= 0 && sg_buf_add_byte(out, '\n') >= 0);
}

static void add_policy(struct sg_buf *out, const struct sg_policy *policy)
{
    for (size_t i = 0; i < policy->n_logs; i++)
        add_line(out, SG_BYTES(""), &policy->log[i].key, policy->log[i].url);
    for (size_t i = 0; i < policy->n_names; i++) {
        const struct sg_policy_name *name = &policy->name[i];
        const struct sg_policy_witness *witness = &policy->witness[name->witness];
        if (name->group)
            add_group(out, policy, i);
        else
            add_line(out, name->name, &witness->key, witness->url);
    }
    const struct sg_bytes quorum =
        policy->none ? SG_BYTES("none") : policy->name[policy->quorum].name;
    must(sg_buf_addf(out, "quorum %.*s\n", (int)quorum.len, (const char *)quorum.data) >= 0);
}

static void check_written(const struct sg_policy *policy)
{
    struct sg_buf text = {0};
    struct sg_policy *again = NULL;
    add_policy(&text, policy);
    enum scrubgate_status rc = sg_policy_read(&again, sg_buf_bytes(&text), "again", NULL);
    /* A key's written form is its shortest, a group's word for all is short: then it may be longer.
     */
    must(rc >= 0 || (rc == SCRUBGATE_ELIMIT && text.len > SG_POLICY_LONGEST));
    if (rc >= 0) {
        must(again->n_logs == policy->n_logs && again->n_names == policy->n_names &&
             again->none == policy->none && again->quorum == policy->quorum);
        for (size_t i = 0; i < policy->n_names; i++)
            must(again->name[i].enough == policy->name[i].enough &&
                 memcmp(again->name[i].member, policy->name[i].member,
                        sizeof again->name[i].member) == 0);
        for (size_t i = 0; i < policy->n_witnesses; i++)
            must(memcmp(&again->witness[i].key, &policy->witness[i].key,
                        sizeof again->witness[i].key) == 0);
    }
    sg_policy_free(again);
    sg_buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sg_note nobody = {.n = 0};
    struct scrubgate_fault fault = {.what = ""};
    struct sg_policy *policy = NULL;
    struct sg_policy_verdict verdict;
    enum scrubgate_status rc =
        sg_policy_read(&policy, (struct sg_bytes){data, size}, "policy", &fault);
    must((rc < 0) == (policy == NULL) && (rc < 0) == (fault.what[0] != '\0'));
    if (rc < 0) {
        must(rc == SCRUBGATE_ELIMIT || (fault.line > 0 && fault.column > 0));
        must(fault.line <= size + 1 && fault.column <= size + 1);
        return 0;
    }
    check_names(policy);
    check_written(policy);
    sg_policy_judge(policy, &nobody, &verdict);
    must(verdict.reached == policy->none && verdict.cosigned == 0);
    sg_policy_free(policy);
    return 0;
}
