/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_witness.c - scrubgate audit witness DIR: have witnesses cosign the log's checkpoint.
 *
 *     checkpoint -> witness, witness, witness -> checkpoint.witnessed
 *
 * The file is replaced only by one that is enough: that has a cosignature of each witness named, or
 * of a policy's quorum. Until then the one before stays.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "audit/witnessed.h"
#include "base/clock.h"
#include "base/diag.h"
#include "cli/audit_keys.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "proxy/witness_ask.h"

enum { URL_MOST = 1024, TIME_SIZE = 25, TIMEOUT_S = 15, TIMEOUT_MOST_S = 3600 };

/* One witness, and what came of asking it. */
struct asked {
    struct sg_note_key key;
    char url[URL_MOST];
    bool given;                   /* it has cosigned: */
    uint64_t old;                 /* the size that it had */
    uint64_t time;                /* when */
    struct scrubgate_fault fault; /* else why not */
};

struct job {
    const char *dir, *ca;
    uint64_t total_ns;
    const struct sg_note_key *key;  /* of the log */
    const struct sg_policy *policy; /* NULL: all of them are wanted */
    struct asked *asked;
    size_t n;
    struct sg_note *note; /* room for the note that is read */
    struct sg_buf checkpoint, before, made;
    struct sg_checkpoint now;
    struct sg_bytes text;
};

/* --- what there is --- */

static bool complain(const char *where, const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", where, what);
    return false;
}

static bool read_checkpoint(struct job *job, struct sg_reader *reader)
{
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_reader_checkpoint(reader, &job->checkpoint, &fault);
    if (rc < 0) {
        (void)sg_say_fault(&fault);
        return false;
    }
    if (rc == SCRUBGATE_DONE)
        return complain(job->dir, "there is no checkpoint here yet to be cosigned");
    rc = sg_checkpoint_open(&job->now, job->note, sg_buf_bytes(&job->checkpoint), job->key);
    if (rc < 0)
        return complain(job->dir, "its checkpoint is not signed by that key");
    job->text = job->note->text;
    return true;
}

/* What was cosigned before tells what each witness has: a hint, which it corrects. */
static bool read_before(struct job *job)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_checkpoint before;
    enum scrubgate_status rc = sg_witnessed_read(job->dir, &job->before, &fault);
    if (rc < 0) {
        (void)sg_say_fault(&fault);
        return false;
    }
    if (rc == SCRUBGATE_DONE)
        return true;
    if (sg_checkpoint_open(&before, job->note, sg_buf_bytes(&job->before), job->key) < 0)
        return complain(job->dir, SG_WITNESSED_NAME " is not of this log: move it away");
    if (before.size > job->now.size)
        return complain(job->dir, "the log was cut back: " SG_WITNESSED_NAME " has more records "
                                  "than its checkpoint; see scrubgate audit verify");
    for (size_t i = 0; i < job->n; i++) {
        if (sg_note_verify(job->note, &job->asked[i].key, NULL) >= 0)
            job->asked[i].old = before.size;
    }
    return true;
}

/* --- asking --- */

/* Whether what was given is what the policy asks for. */
static bool is_enough(struct job *job, bool all)
{
    struct sg_policy_verdict verdict;
    if (job->policy == NULL)
        return all;
    if (sg_note_read(job->note, sg_buf_bytes(&job->made)) < 0)
        return false;
    sg_policy_judge(job->policy, job->note, &verdict);
    return verdict.reached && verdict.bad == NULL;
}

static bool ask_all(struct job *job, struct sg_reader *reader)
{
    const struct sg_witness_log log = {reader, &job->now, job->text,
                                       sg_buf_bytes(&job->checkpoint)};
    bool all = true;
    if (sg_buf_add_bytes(&job->made, sg_buf_bytes(&job->checkpoint)) < 0)
        return complain(job->dir, "out of memory");
    for (size_t i = 0; i < job->n; i++) {
        struct asked *asked = &job->asked[i];
        const struct sg_witness_peer witness = {&asked->key, asked->url, job->ca, job->total_ns};
        asked->given = sg_witness_ask(&witness, &log, &asked->old, &job->made, &asked->time,
                                      &asked->fault) >= 0;
        all = all && asked->given;
    }
    return is_enough(job, all);
}

/* --- what came of it --- */

static void print_text(const struct job *job, bool enough)
{
    char time[TIME_SIZE], number[SG_PROGRESS_NUMBER];
    (void)printf("%s: %s\n", job->dir, enough ? "WITNESSED" : "NOT WITNESSED");
    (void)printf("  checkpoint   %s records of %s\n", sg_progress_number(job->now.size, number),
                 job->key->name);
    for (size_t i = 0; i < job->n; i++) {
        const struct asked *asked = &job->asked[i];
        char why[sizeof(struct scrubgate_fault)];
        sg_fault_print(&asked->fault, why, sizeof why);
        sg_clock_format(asked->time * 1000, time);
        if (asked->given)
            (void)printf("  cosigned     %s, %s; it had seen %s records before\n", asked->key.name,
                         time, sg_progress_number(asked->old, number));
        else
            (void)printf("  missing      %s: %s\n", asked->key.name, why);
    }
    if (!enough)
        (void)printf("  kept         " SG_WITNESSED_NAME " is as it was\n");
}

static void print_json(const struct job *job, bool enough)
{
    (void)printf("{\"witnessed\":%s,\"origin\":", enough ? "true" : "false");
    sg_print_json(job->key->name);
    (void)printf(",\"size\":%" PRIu64 ",\"witnesses\":[", job->now.size);
    for (size_t i = 0; i < job->n; i++) {
        const struct asked *asked = &job->asked[i];
        (void)printf("%s{\"name\":", i == 0 ? "" : ",");
        sg_print_json(asked->key.name);
        (void)printf(",\"cosigned\":%s", asked->given ? "true" : "false");
        if (asked->given) {
            (void)printf(",\"time\":%" PRIu64 ",\"had\":%" PRIu64 "}", asked->time, asked->old);
            continue;
        }
        (void)printf(",\"why\":");
        sg_print_json(asked->fault.what);
        (void)printf("}");
    }
    (void)printf("]}\n");
}

static int witness(struct job *job, bool json)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_witnessed *witnessed = NULL;
    struct sg_reader *reader = NULL;
    int exit_code = SG_EXIT_WRONG;
    job->note = malloc(sizeof *job->note);
    if (job->note == NULL) {
        (void)complain(job->dir, "out of memory");
        goto out;
    }
    if (sg_witnessed_open(&witnessed, job->dir, &fault) < 0 ||
        sg_reader_open(&reader, job->dir, &fault) < 0) {
        (void)sg_say_fault(&fault);
        goto out;
    }
    if (!read_checkpoint(job, reader) || !read_before(job))
        goto out;
    bool enough = ask_all(job, reader);
    if (enough && sg_witnessed_write(witnessed, sg_buf_bytes(&job->made), &fault) < 0) {
        (void)sg_say_fault(&fault);
        goto out;
    }
    if (json)
        print_json(job, enough);
    else
        print_text(job, enough);
    exit_code = enough ? SG_EXIT_FINE : SG_EXIT_WRONG;
out:
    sg_reader_close(reader);
    sg_witnessed_close(witnessed);
    sg_buf_fini(&job->checkpoint);
    sg_buf_fini(&job->before);
    sg_buf_fini(&job->made);
    free(job->note);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

/* --- the command --- */

static bool set_url(struct asked *asked, struct sg_bytes url)
{
    return sg_bytes_to_text(url, asked->url, sizeof asked->url) ||
           complain(asked->key.name, "its URL is too long");
}

static bool read_witnesses(struct job *job, const struct sg_texts *vkeys,
                           const struct sg_texts *urls)
{
    for (size_t i = 0; i < vkeys->n; i++) {
        struct asked *asked = &job->asked[job->n++];
        if (sg_note_key_read(&asked->key, sg_bytes_of(vkeys->item[i])) < 0 ||
            asked->key.kind != SG_NOTE_COSIGNATURE)
            return complain(vkeys->item[i],
                            "this is no public key of a witness (name+id+base64, of kind 0x04)");
        for (size_t k = 0; k < i; k++) {
            if (memcmp(job->asked[k].key.public_key, asked->key.public_key,
                       sizeof asked->key.public_key) == 0)
                return complain(vkeys->item[i], "this witness is named twice");
        }
        if (!set_url(asked, sg_bytes_of(urls->item[i])))
            return false;
    }
    return true;
}

/* Those of a policy that can be asked. */
static bool read_policy(struct job *job, const char *path, const struct sg_policy *policy)
{
    if (!sg_policy_has_log(policy, job->key))
        return complain(path, "this policy does not believe this log's key");
    for (size_t i = 0; i < policy->n_witnesses; i++) {
        if (policy->witness[i].url.len == 0)
            continue;
        struct asked *asked = &job->asked[job->n++];
        asked->key = policy->witness[i].key;
        if (!set_url(asked, policy->witness[i].url))
            return false;
    }
    job->policy = policy;
    return job->n > 0 || complain(path, "this policy has no witness with a URL to ask at");
}

/* What is wrong with the command line; NULL: nothing. */
static const char *judge_usage(size_t operands, const struct sg_texts *vkeys,
                               const struct sg_texts *urls, const char *policy, unsigned timeout)
{
    if (operands != 1)
        return "wants one folder of an audit log, such as var/audit";
    if (policy != NULL && vkeys->n + urls->n > 0)
        return "takes witnesses from --policy or from --witness, not from both";
    if (policy == NULL && (vkeys->n == 0 || vkeys->n != urls->n))
        return "wants witnesses, each with --witness KEY and --url URL, or a --policy FILE";
    if (timeout == 0 || timeout > TIMEOUT_MOST_S)
        return "--timeout wants 1 to 3600 seconds";
    return NULL;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *vkey = NULL, *ca = NULL, *path = NULL;
    struct sg_texts vkeys = {.n = 0}, urls = {.n = 0};
    unsigned timeout = TIMEOUT_S;
    bool json = false;
    const struct sg_option options[] = {
        {"witness", 'w', SG_OPTION_LIST, "KEY", "a witness's public key: name+id+base64", &vkeys},
        {"url", 'u', SG_OPTION_LIST, "URL", "where it is asked; one for each witness, in order",
         &urls},
        {"policy", 0, SG_OPTION_TEXT, "FILE", "witnesses, where to ask, and how many are enough",
         &path},
        {"vkey", 'p', SG_OPTION_TEXT, "FILE", "the log's public key (DIR/../keys/log.vkey)", &vkey},
        {"ca", 0, SG_OPTION_TEXT, "FILE", "trusted certificates (the system's), PEM", &ca},
        {"timeout", 0, SG_OPTION_NUMBER, "SECONDS", "for one request (15)", &timeout},
        {"json", 0, SG_OPTION_FLAG, NULL, "as JSON", &json},
    };
    struct sg_note_key key;
    struct sg_policy *policy = NULL;
    int rest = 0, exit_code = SG_EXIT_USAGE;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    const char *wrong = judge_usage((size_t)(argc - rest), &vkeys, &urls, path, timeout);
    if (wrong != NULL)
        return sg_say_usage(command, wrong);
    struct job job = {.dir = argv[rest],
                      .ca = ca,
                      .total_ns = (uint64_t)timeout * 1000000000,
                      .key = &key,
                      .asked = calloc(SG_TEXTS_MOST, sizeof *job.asked)};
    if (job.asked == NULL)
        return SG_EXIT_WRONG;
    if (sg_load_vkey_of(vkey, argv[rest], &key) &&
        (path == NULL ? read_witnesses(&job, &vkeys, &urls)
                      : sg_load_policy(path, &policy) && read_policy(&job, path, policy)))
        exit_code = witness(&job, json);
    sg_policy_free(policy);
    free(job.asked);
    return exit_code;
}

const struct sg_command sg_cmd_audit_witness = {
    .name = "audit witness",
    .summary = "have witnesses cosign the log's checkpoint (C2SP tlog-witness)",
    .usage = "-w KEY -u URL [-w KEY -u URL]… | --policy FILE [-p VKEY] [--ca FILE] [--json] DIR",
    .examples = "  scrubgate audit witness --policy witnesses.policy var/audit\n"
                "  scrubgate audit witness -w \"$(cat w1.vkey)\" -u https://witness.example/ "
                "var/audit\n",
    .run = run,
};
