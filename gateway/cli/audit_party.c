/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_party.c - a conversation or customer that somebody names.
 */
#include "cli/audit_party.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
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
    enum scrubgate_status rc = sg_facets_of_agents(&facets, keys->agent);
    if (rc >= 0)
        rc = sg_facets_set_own(facets, NULL, keys->customer, keys->conversation);
    if (rc >= 0)
        rc = found->kind == SG_KEY_CONVERSATION
                 ? sg_facet_conversation(facets, brand, name, &found->id)
                 : sg_facet_customer(facets, brand, name, &found->id);
    sg_facets_free(facets);
    return rc;
}

/* A key's name, its gateway's config, and how often it was found under another brand. */
struct search {
    const struct sg_party_asked *asked;
    struct sg_config *config;
    struct sg_keys keys;
    struct sg_bytes name;
    uint64_t found_id;
    unsigned found;
};

static enum scrubgate_status load_config(struct search *search, struct scrubgate_fault *fault)
{
    struct sg_override overrides[SG_CONFIG_VARIABLES];
    const size_t n = sg_config_environment(overrides);
    return sg_config_load(&search->config, search->asked->config, overrides, n, fault);
}

static enum scrubgate_status folder_of(const struct search *search, const char *name,
                                       struct sg_buf *path)
{
    const char *state = search->asked->state != NULL ? search->asked->state : search->config->state;
    enum scrubgate_status rc = sg_buf_addf(path, "%s/%s", state, name);
    return rc < 0 ? rc : sg_buf_add_byte(path, '\0');
}

static enum scrubgate_status open_keys(struct search *search, struct sg_party_found *found,
                                       struct scrubgate_fault *fault)
{
    struct sg_buf keys = {0}, store = {0};
    enum scrubgate_status rc = folder_of(search, "keys", &keys);
    if (rc >= 0)
        rc = folder_of(search, SG_KEY_STORE_FOLDER, &store);
    if (rc >= 0)
        rc = sg_keys_load(&search->keys, (const char *)keys.data, fault);
    if (rc >= 0)
        rc = sg_key_store_open(&found->store, (const char *)store.data, fault);
    if (rc >= 0)
        rc = sg_pseudonyms_new(&found->pseudonyms, found->store);
    sg_buf_fini(&keys);
    sg_buf_fini(&store);
    return rc;
}

static enum scrubgate_status try_brand(struct search *search, struct sg_bytes brand,
                                       struct sg_party_found *found)
{
    uint64_t pseudonym, key;
    enum scrubgate_status rc = find_id(&search->keys, brand, search->name, found);
    if (rc < 0 || !sg_party_pseudonym(found, &pseudonym, &key))
        return rc;
    /* Two routes of one brand are no second one. */
    search->found += search->found == 0 || found->id != search->found_id;
    search->found_id = found->id;
    return rc;
}

/* Names are told apart by brand. Who does not say which one means one of the config's. */
static enum scrubgate_status find_party(struct search *search, struct sg_party_found *found,
                                        struct scrubgate_fault *fault)
{
    const struct sg_bytes none = {NULL, 0};
    if (search->asked->brand != NULL)
        return find_id(&search->keys, sg_bytes_of(search->asked->brand), search->name, found);
    enum scrubgate_status rc = try_brand(search, none, found);
    for (size_t i = 0; rc >= 0 && i < search->config->n_routes; i++) {
        const struct sg_source *brand = &search->config->routes[i].party[SG_PARTY_BRAND];
        if (brand->kind == SG_SOURCE_CONST)
            rc = try_brand(search, brand->text, found);
    }
    if (rc >= 0 && search->found > 1) {
        sg_fault_set(fault, NULL, 0, 0, "more than one brand has it: say which, --brand NAME");
        return SCRUBGATE_EINVAL;
    }
    if (search->found > 0)
        found->id = search->found_id;
    return rc;
}

static int open_party(struct search *search, struct sg_party_found *found)
{
    struct scrubgate_fault fault = {.what = "out of memory"};
    enum scrubgate_status rc = load_config(search, &fault);
    if (rc >= 0)
        rc = sg_buf_addf(&found->audit, "%s",
                         search->asked->audit != NULL ? search->asked->audit
                                                      : search->config->audit_dir);
    if (rc >= 0)
        rc = sg_buf_add(&found->audit, "", 1);
    if (rc >= 0)
        rc = open_keys(search, found, &fault);
    if (rc >= 0)
        rc = find_party(search, found, &fault);
    sg_keys_wipe(&search->keys);
    sg_config_free(search->config);
    if (rc >= 0)
        return SG_EXIT_FINE;
    sg_party_close(found);
    return trouble(&fault);
}

int sg_party_open(const struct sg_command *command, const struct sg_party_asked *asked,
                  struct sg_party_found *found)
{
    const char *said = asked->conversation != NULL ? asked->conversation : asked->customer;
    struct search search = {.asked = asked};
    struct sg_buf line = {0};
    *found = (struct sg_party_found){.kind = asked->conversation != NULL ? SG_KEY_CONVERSATION
                                                                         : SG_KEY_CUSTOMER};
    if (said == NULL || (asked->conversation != NULL && asked->customer != NULL))
        return sg_say_usage(command, "wants one of --conversation and --customer");
    if (strcmp(said, "-") == 0 && !read_name(&line)) {
        sg_buf_fini(&line);
        return sg_say_usage(command, "wants a name on standard input");
    }
    search.name = line.len > 0 ? sg_buf_bytes(&line) : sg_bytes_of(said);
    if (search.name.len == 0)
        return sg_say_usage(command, "wants a name that is not empty");
    int code = open_party(&search, found);
    sg_buf_fini(&line);
    return code;
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
