/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_rules.c - the rulesets that bench_scan measures with: 10, 40 and 200 rules.
 *
 * The 40 stand frozen beside this file, so that a figure of last year and one of today are of the
 * same work whatever the packs built in have grown to. The ten are cut out of them.
 */
#define _GNU_SOURCE /* memmem, mkdtemp */
#include "scan_rules.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

enum { PACK_MOST = 1024 * 1024 };

static const char folder_40[] = "tests/bench/rules40";
static const char *const packs_40[] = {"contact", "identity", "network", "payment", "secret"};

const char *const rules_names[RULES_SETS] = {"10", "40", "200"};

/* One of each kind: free text around an @, digits in groups, check digits, prefixes, a long class.
 */
static const char *const ten[] = {
    "email", "phone-international", "phone-nanp", "us-ssn", "ipv4", "mac", "card", "iban",
    "jwt",   "github-token"};

static struct scrubgate_ruleset *load(const char *const *paths, size_t n)
{
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (scrubgate_ruleset_load(&set, paths, n, &fault) < 0) {
        (void)fprintf(stderr, "%s:%u:%u: %s\n", fault.file, fault.line, fault.column, fault.what);
        exit(2);
    }
    return set;
}

/* Where `what` starts in text at or after from; text.len when it does not. */
static size_t find(struct sg_bytes text, size_t from, const char *what)
{
    const uint8_t *at = memmem(text.data + from, text.len - from, what, strlen(what));
    return at == NULL ? text.len : (size_t)(at - text.data);
}

static bool is_of_ten(struct sg_bytes rule)
{
    for (size_t i = 0; i < sizeof ten / sizeof *ten; i++) {
        size_t len = strlen(ten[i]);
        if (rule.len > len && memcmp(rule.data, ten[i], len) == 0 && rule.data[len] == '\n')
            return true;
    }
    return false;
}

/* The pack's head and those of its rules that are among the ten; false when none is. */
static bool write_some(FILE *file, struct sg_bytes pack)
{
    static const char id[] = "\n  - id: ";
    bool any = false;
    size_t at = find(pack, 0, id);
    (void)fwrite(pack.data, 1, at, file);
    while (at < pack.len) {
        size_t next = find(pack, at + 1, id);
        struct sg_bytes rule = {pack.data + at + strlen(id), next - at - strlen(id)};
        if (is_of_ten(rule)) {
            (void)fwrite(pack.data + at, 1, next - at, file);
            any = true;
        }
        at = next;
    }
    (void)fputc('\n', file);
    return any;
}

/* The rules of the ten in one pack of the 40, as a file at path; none when the pack has none. */
static void cut(const char *pack, const char *path)
{
    struct sg_buf text = {.ceiling = PACK_MOST};
    struct scrubgate_fault fault = {.what = ""};
    char from[96];
    (void)snprintf(from, sizeof from, "%s/%s.yaml", folder_40, pack);
    FILE *file = fopen(path, "w");
    if (sg_file_read(from, &text, &fault) < 0 || file == NULL ||
        (!write_some(file, sg_buf_bytes(&text)) && unlink(path) != 0)) {
        perror(from);
        exit(2);
    }
    (void)fclose(file);
    sg_buf_fini(&text);
}

static struct scrubgate_ruleset *load_ten(void)
{
    char folder[] = "/tmp/scrubgate-bench-XXXXXX", path[64];
    struct scrubgate_ruleset *set = NULL;
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        exit(2);
    }
    for (size_t i = 0; i < sizeof packs_40 / sizeof *packs_40; i++) {
        (void)snprintf(path, sizeof path, "%s/%s.yaml", folder, packs_40[i]);
        cut(packs_40[i], path);
    }
    set = load((const char *const[]){folder}, 1);
    for (size_t i = 0; i < sizeof packs_40 / sizeof *packs_40; i++) {
        (void)snprintf(path, sizeof path, "%s/%s.yaml", folder, packs_40[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    return set;
}

struct scrubgate_ruleset *rules_load(enum rules which)
{
    static const char *const all[] = {folder_40, "tests/bench/rules200"};
    if (which == RULES_10)
        return load_ten();
    return load(all, which == RULES_40 ? 1 : 2);
}

struct scrubgate_ruleset *rules_load_builtin(void)
{
    return load(NULL, 0);
}

struct scrubgate_ruleset *rules_load_path(const char *path)
{
    return load(&path, 1);
}
