/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_party.c - a conversation or customer that somebody names.
 */
#include "cli/audit_party.h"

#include <stdio.h>
#include <string.h>

#include "cli/console.h"
#include "collusion/facet.h"
#include "proxy/config.h"
#include "proxy/keys.h"

enum { NAME_MOST = 64 * 1024 };

static int trouble(const struct scrubgate_fault *fault)
{
    (void)sg_say_fault(fault);
    return SG_EXIT_WRONG;
}

/* The first line of standard input, without its LF. */
static bool read_name(struct sg_buf *name)
{
    int c;
    name->ceiling = NAME_MOST;
    while ((c = getchar()) != EOF && c != '\n')
        if (sg_buf_add_byte(name, (uint8_t)c) < 0)
            return false;
    return name->len > 0;
}

static enum scrubgate_status find_id(const struct sg_keys *keys, struct sg_bytes brand,
                                     struct sg_bytes name, struct sg_party_found *found)
{
    struct sg_facets *facets;
    enum scrubgate_status rc = sg_facets_new(&facets, keys->fingerprint);
    if (rc >= 0)
        rc = found->kind == SG_KEY_CONVERSATION
                 ? sg_facet_conversation(facets, brand, name, &found->id)
                 : sg_facet_customer(facets, brand, name, &found->id);
    sg_facets_free(facets);
    return rc;
}

/* Where the gateway keeps its keys and its log. */
static enum scrubgate_status find_folders(const struct sg_party_asked *asked, struct sg_buf *keys,
                                          struct sg_buf *audit, struct scrubgate_fault *fault)
{
    struct sg_override overrides[SG_CONFIG_VARIABLES];
    struct sg_config *config;
    const size_t n = sg_config_environment(overrides);
    enum scrubgate_status rc = sg_config_load(&config, asked->config, overrides, n, fault);
    if (rc < 0)
        return rc;
    rc = sg_buf_addf(keys, "%s/keys", asked->state != NULL ? asked->state : config->state);
    if (rc >= 0)
        rc = sg_buf_addf(audit, "%s", asked->audit != NULL ? asked->audit : config->audit_dir);
    if (rc >= 0)
        rc = sg_buf_add_byte(audit, '\0');
    sg_config_free(config);
    return rc;
}

/* The folder of keys, and the store of pseudonyms in it. */
static enum scrubgate_status open_keys(struct sg_buf *dir, struct sg_bytes brand,
                                       struct sg_bytes name, struct sg_party_found *found,
                                       struct scrubgate_fault *fault)
{
    struct sg_keys keys;
    enum scrubgate_status rc = sg_buf_add(dir, "", 1);
    if (rc >= 0)
        rc = sg_keys_load(&keys, (const char *)dir->data, fault);
    if (rc < 0)
        return rc;
    rc = find_id(&keys, brand, name, found);
    sg_keys_wipe(&keys);
    dir->len--;
    if (rc >= 0)
        rc = sg_buf_add(dir, "/" SG_KEY_STORE_FOLDER, sizeof "/" SG_KEY_STORE_FOLDER);
    if (rc >= 0)
        rc = sg_key_store_open(&found->store, (const char *)dir->data, fault);
    if (rc >= 0)
        rc = sg_pseudonyms_new(&found->pseudonyms, found->store);
    return rc;
}

int sg_party_open(const struct sg_command *command, const struct sg_party_asked *asked,
                  struct sg_party_found *found)
{
    const char *said = asked->conversation != NULL ? asked->conversation : asked->customer;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf keys = {0}, line = {0};
    *found = (struct sg_party_found){.kind = asked->conversation != NULL ? SG_KEY_CONVERSATION
                                                                         : SG_KEY_CUSTOMER};
    if (said == NULL || (asked->conversation != NULL && asked->customer != NULL))
        return sg_say_usage(command, "wants one of --conversation and --customer");
    if (strcmp(said, "-") == 0 && !read_name(&line)) {
        sg_buf_fini(&line);
        return sg_say_usage(command, "wants a name on standard input");
    }
    const struct sg_bytes name = line.len > 0 ? sg_buf_bytes(&line) : sg_bytes_of(said);
    if (name.len == 0)
        return sg_say_usage(command, "wants a name that is not empty");
    enum scrubgate_status rc = find_folders(asked, &keys, &found->audit, &fault);
    if (rc >= 0)
        rc = open_keys(&keys, sg_bytes_of(asked->brand), name, found, &fault);
    sg_buf_fini(&keys);
    sg_buf_fini(&line);
    if (rc >= 0)
        return SG_EXIT_FINE;
    sg_party_close(found);
    return trouble(&fault);
}

void sg_party_close(struct sg_party_found *found)
{
    sg_pseudonyms_free(found->pseudonyms);
    sg_key_store_close(found->store);
    sg_buf_fini(&found->audit);
    *found = (struct sg_party_found){0};
}

const char *sg_party_kind_word(const struct sg_party_found *found)
{
    return found->kind == SG_KEY_CONVERSATION ? "conversation" : "customer";
}

bool sg_party_pseudonym(const struct sg_party_found *found, uint64_t *pseudonym, uint64_t *key)
{
    struct sg_record_facets facets = {0};
    bool talks = found->kind == SG_KEY_CONVERSATION;
    *(talks ? &facets.conversation : &facets.customer) = found->id;
    bool has = sg_pseudonyms_ask(found->pseudonyms, &facets, key) == SCRUBGATE_OK;
    *pseudonym = talks ? facets.conversation : facets.customer;
    return has;
}
