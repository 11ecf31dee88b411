/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drive_request.c - one message of a simulated market as a channel would send it.
 */
#include "proxy/drive_request.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json_text.h"
#include "collusion/sim_text.h"
#include "http/head.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* --- devices --- */

/* Parts of a digest, the low bits first. */
static unsigned take(uint64_t *digest, unsigned below)
{
    const unsigned part = (unsigned)(*digest % below);
    *digest /= below;
    return part;
}

enum field { AGENT, ACCEPT, LANGUAGE, PLATFORM, TRACKING, FIELDS };

static enum scrubgate_status add_value(struct sg_buf *out, enum field field, uint64_t digest)
{
    static const char *const languages[] = {"en-US,en;q=0.9", "en-GB", "de-DE,de;q=0.8", "de-AT",
                                            "fr-FR,fr;q=0.9", "es-ES", "pt-BR,pt;q=0.9", "it-IT",
                                            "nl-NL,nl;q=0.7", "pl-PL"};
    static const char *const platforms[] = {"\"Windows\"", "\"macOS\"", "\"Linux\"", "\"Android\""};
    static const char *const browsers[][2] = {
        {"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/", ".0"},
        {"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/", ".0 Safari/537.36"},
        {"Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/", ".1 Safari/605.1.15"},
        {"ShopApp/", ".2 Widget/3"}};
    const unsigned language = take(&digest, COUNT(languages));
    const unsigned platform = take(&digest, COUNT(platforms));
    const unsigned browser = take(&digest, COUNT(browsers)), major = 60 + take(&digest, 80);
    switch (field) {
    case AGENT:
        return sg_buf_addf(out, "%s%u%s", browsers[browser][0], major, browsers[browser][1]);
    case LANGUAGE:
        return sg_buf_add_text(out, languages[language]);
    case PLATFORM:
        return sg_buf_add_text(out, platforms[platform]);
    case ACCEPT:
        return sg_buf_add_text(out, "application/json");
    case TRACKING:
    case FIELDS:
        break;
    }
    return sg_buf_add_text(out, "1");
}

/* Order, case and presence are of the device, too. */
static enum scrubgate_status add_device(struct sg_buf *out, uint64_t device)
{
    static const char *const names[2][FIELDS] = {
        {"User-Agent", "Accept", "Accept-Language", "Sec-CH-UA-Platform", "DNT"},
        {"user-agent", "accept", "accept-language", "sec-ch-ua-platform", "dnt"}};
    uint64_t digest =
        device * UINT64_C(0x9e3779b97f4a7c15); /* apart from what values are made of */
    unsigned order[FIELDS] = {AGENT, ACCEPT, LANGUAGE, PLATFORM, TRACKING};
    const unsigned small = take(&digest, 2), tracked = take(&digest, 2);
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (unsigned i = FIELDS - 1; i > 0; i--) { /* Fisher and Yates */
        const unsigned j = take(&digest, i + 1), moved = order[i];
        order[i] = order[j];
        order[j] = moved;
    }
    for (unsigned i = 0; i < FIELDS && rc >= 0; i++) {
        if (order[i] == TRACKING && tracked == 0)
            continue;
        rc = sg_buf_addf(out, "%s: ", names[small][order[i]]);
        if (rc >= 0)
            rc = add_value(out, (enum field)order[i], device);
        if (rc >= 0)
            rc = sg_buf_add_text(out, "\r\n");
    }
    return rc;
}

/* --- messages --- */

static const struct sg_sim_ticket *ticket_of(const struct sg_drive_message *message)
{
    return &message->sim->tickets[message->ticket];
}

static const struct sg_sim_agent *agent_of(const struct sg_drive_message *message)
{
    return &message->sim->agents[ticket_of(message)->agent];
}

uint64_t sg_drive_network(const struct sg_drive_message *message)
{
    return message->by_agent ? agent_of(message)->network : ticket_of(message)->network;
}

static enum scrubgate_status add_text(const struct sg_drive_message *message, struct sg_buf *text)
{
    if (message->by_agent)
        return sg_sim_text_answer(message->sim, message->ticket, text);
    if (message->step == SG_SIM_OPEN)
        return sg_sim_text_opening(message->sim, message->ticket, text);
    return sg_sim_text_nudge(message->sim, message->ticket, text);
}

static enum scrubgate_status write_body(const struct sg_drive_message *message, struct sg_buf *body)
{
    const struct sg_sim_customer *customer = &message->sim->customers[ticket_of(message)->customer];
    const bool follows = message->step == SG_SIM_ASSIGN && !message->by_agent;
    char brand[SG_SIM_LABEL], queue[SG_SIM_LABEL];
    struct sg_buf text = {0};
    sg_sim_labels(customer, brand, queue);
    enum scrubgate_status rc = add_text(message, &text);
    if (rc >= 0)
        rc = sg_buf_addf(body,
                         "{\"event\":\"%s\",\"conversation\":\"t-%016" PRIx64
                         "\",\"customer\":\"c-%016" PRIx64 "\",",
                         follows ? "message" : sg_sim_step_word(message->step),
                         ticket_of(message)->id, customer->id);
    if (rc >= 0 && message->step != SG_SIM_OPEN)
        rc = sg_buf_addf(body, "\"agent\":\"a-%016" PRIx64 "\",", agent_of(message)->id);
    if (rc >= 0)
        rc = sg_buf_addf(body, "\"brand\":\"%s\",\"queue\":\"%s\",\"text\":", brand, queue);
    if (rc >= 0)
        rc = sg_json_add_string(body, sg_buf_bytes(&text));
    sg_buf_fini(&text);
    return rc < 0 ? rc : sg_buf_add_byte(body, '}');
}

enum scrubgate_status sg_drive_request(const struct sg_drive_message *message, struct sg_bytes base,
                                       struct sg_bytes host, struct sg_buf *head,
                                       struct sg_buf *body)
{
    sg_buf_clear(head);
    sg_buf_clear(body);
    enum scrubgate_status rc = write_body(message, body);
    if (rc >= 0)
        rc = sg_buf_addf(head, "POST %.*s%s%s/ HTTP/1.1\r\nHost: %.*s\r\n", (int)base.len,
                         (const char *)base.data, base.data[base.len - 1] == '/' ? "" : "/",
                         message->by_agent ? "out" : "in", (int)host.len, (const char *)host.data);
    if (rc >= 0)
        rc = add_device(head,
                        message->by_agent ? agent_of(message)->device : ticket_of(message)->device);
    return rc < 0
               ? rc
               : sg_buf_addf(head, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                             body->len);
}
