/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_rules.c - scrubgate audit rules DIGEST [DIR]: the packs that were in force.
 *
 * They are shown only when they have the digest that the log's records name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/provenance.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "cli/audit_act.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"

enum { FOLDER_MODE = 0755, FILE_MODE = 0644, NUMBER = 4 /* "NNN-" */ };

static const char default_dir[] = "var/audit";

static bool print_list(const struct sg_provenance *rules, bool json)
{
    for (size_t i = 0; i < rules->n; i++) {
        const struct sg_provenance_pack *pack = &rules->packs[i];
        uint8_t digest[SG_SHA256_SIZE];
        char hex[2 * SG_SHA256_SIZE + 1];
        if (sg_sha256(sg_buf_bytes(&pack->text), digest) < 0)
            return false;
        sg_hex((struct sg_bytes){digest, sizeof digest}, hex);
        if (json) {
            (void)fputs("{\"file\":", stdout);
            sg_print_json(pack->name);
            (void)printf(",\"bytes\":%zu,\"sha256\":\"%s\"}\n", pack->text.len, hex);
        } else {
            (void)printf("%s  %7zu  %s\n", hex, pack->text.len, pack->name);
        }
    }
    return true;
}

/* By its file's name, or by that of the pack alone. */
static bool print_pack(const struct sg_provenance *rules, const char *name)
{
    for (size_t i = 0; i < rules->n; i++) {
        const struct sg_provenance_pack *pack = &rules->packs[i];
        const size_t len = strlen(name);
        if (strcmp(pack->name, name) == 0 || (strncmp(pack->name + NUMBER, name, len) == 0 &&
                                              strcmp(pack->name + NUMBER + len, ".yaml") == 0))
            return fwrite(pack->text.data, 1, pack->text.len, stdout) == pack->text.len;
    }
    (void)fprintf(stderr, "%s: there is no such pack among these rules\n", name);
    return false;
}

static bool write_out(const struct sg_provenance *rules, const char *path)
{
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_folder_make(path, FOLDER_MODE, &fault);
    if (rc < 0) {
        (void)sg_say_fault(&fault);
        return false;
    }
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = folder >= 0;
    for (size_t i = 0; ok && i < rules->n; i++)
        ok = sg_file_replace_at(folder, rules->packs[i].name, sg_buf_bytes(&rules->packs[i].text),
                                FILE_MODE) >= 0;
    if (!ok)
        (void)fprintf(stderr, "%s: cannot be written: %s\n", path, strerror(errno));
    if (folder >= 0)
        (void)close(folder);
    return ok;
}

static int show(const char *dir, const char *digest, const char *pack, const char *out, bool json)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_provenance rules;
    struct sg_audit_read asked = SG_READ_ALL("rules");
    asked.object = "rules";
    enum scrubgate_status rc = sg_provenance_load(&rules, dir, digest, &fault);
    if (rc < 0) {
        (void)sg_say_fault(&fault);
        return rc == SCRUBGATE_EINVAL ? SG_EXIT_USAGE : SG_EXIT_WRONG;
    }
    sg_leave_read(dir, &asked);
    bool ok = out == NULL || write_out(&rules, out);
    if (ok)
        ok = pack != NULL ? print_pack(&rules, pack) : print_list(&rules, json);
    sg_provenance_free(&rules);
    return sg_flush_output() && ok ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *pack = NULL, *out = NULL;
    bool json = false;
    const struct sg_option options[] = {
        {"pack", 0, SG_OPTION_TEXT, "NAME", "print this pack's text", &pack},
        {"out", 'o', SG_OPTION_TEXT, "FOLDER", "write the packs there", &out},
        {"json", 0, SG_OPTION_FLAG, NULL, "list as JSON, one pack a line", &json},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest < 1 || argc - rest > 2)
        return sg_say_usage(command, "wants a digest, as decisions have it in \"rules\", and the "
                                     "folder of an audit log (var/audit)");
    return show(argc - rest == 2 ? argv[rest + 1] : default_dir, argv[rest], pack, out, json);
}

const struct sg_command sg_cmd_audit_rules = {
    .name = "audit rules",
    .summary = "show the rule packs behind a digest",
    .usage = "[--pack NAME] [-o FOLDER] [--json] DIGEST [DIR]",
    .examples =
        "  scrubgate audit rules \"$(jq -r '.rules // empty' var/audit/log/*.ndjson | tail -1)\"\n"
        "  scrubgate audit rules --pack contact DIGEST var/audit\n"
        "  scrubgate audit rules -o then DIGEST && scrubgate explain --rules then\n",
    .run = run,
};
