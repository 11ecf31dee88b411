/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.c - the public calls over the journal: what a stranger appends is judged first.
 */
#include <scrubgate/audit.h>

#include <stdlib.h>

#include "audit/journal.h"
#include "audit/record.h"
#include "base/json.h"

enum { DEEPEST = 15 };

struct scrubgate_audit {
    struct sg_journal *journal;
};

enum scrubgate_status scrubgate_audit_open(struct scrubgate_audit **audit, const char *dir,
                                           struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct scrubgate_audit *made = calloc(1, sizeof *made);
    *audit = NULL;
    if (made == NULL)
        goto out;
    rc = sg_journal_open(&made->journal, dir, fault);
    if (rc < 0)
        goto out;
    *audit = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    free(made);
    return rc;
}

static enum scrubgate_status judge(struct sg_bytes text)
{
    struct sg_json *json = NULL;
    /* An LF between two members is good JSON, but would make two lines of one record. */
    if (text.len < 2 || text.data[0] != '{' || text.data[text.len - 1] != '}' ||
        sg_bytes_find(text, '\n') < text.len)
        return SCRUBGATE_EINVAL;
    if (text.len > SG_RECORD_LONGEST)
        return SCRUBGATE_ELIMIT;
    enum scrubgate_status rc = sg_json_parse(&json, text, DEEPEST, NULL);
    if (rc >= 0) {
        const struct sg_json_node *root = sg_json_root(json);
        if (root->kind != SG_JSON_OBJECT || root->count == 0 || sg_json_get(root, "seq") != NULL)
            rc = SCRUBGATE_EINVAL;
    }
    sg_json_free(json);
    return rc == SCRUBGATE_EMALFORMED ? SCRUBGATE_EINVAL : rc;
}

enum scrubgate_status scrubgate_audit_append(struct scrubgate_audit *audit, const char *json,
                                             size_t len, uint64_t *seq)
{
    struct sg_bytes text = {(const uint8_t *)json, len};
    enum scrubgate_status rc = judge(text);
    if (rc < 0)
        return rc;
    /* Without its brace, and white space behind that: a record's line goes on with its key. */
    size_t brace = sg_bytes_find(text, '"');
    text.data += brace;
    text.len -= brace;
    return sg_journal_append(audit->journal, text, seq);
}

enum scrubgate_status scrubgate_audit_commit(struct scrubgate_audit *audit,
                                             struct scrubgate_fault *fault)
{
    return sg_journal_commit(audit->journal, fault);
}

void scrubgate_audit_close(struct scrubgate_audit **audit)
{
    if (*audit == NULL)
        return;
    sg_journal_close((*audit)->journal);
    free(*audit);
    *audit = NULL;
}
