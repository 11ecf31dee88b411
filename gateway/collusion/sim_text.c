/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_text.c - what the people of a simulated market say.
 *
 * A SimHash of word triples: two texts that share all but a part d of them differ in a share
 * acos(1 - d) / pi of the bits (Charikar 2002), and a changed word changes three triples. So a bit
 * that differs in b of 64 stands for (1 - cos(pi b / 64)) / 3 of the words.
 */
#include "collusion/sim_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collusion/sim_parts.h"

enum { SLOTS = 7, PHRASES = 12, TEXT_STREAM = 2000 };

/* A template is one phrase of each row. */
static const char *const phrases[SLOTS][PHRASES] = {
    {"hello and thank you for reading this so quickly today",
     "good morning to whoever takes care of messages at this hour",
     "hi it is me again with a question about something I bought",
     "to the support team my order has become a small adventure",
     "greetings from a customer who usually never complains about anything",
     "good evening I could not find an answer on the help pages",
     "dear colleagues of the service desk I hope you can assist",
     "hey there sorry to bother you in the middle of a busy week",
     "I have been waiting on the phone and now try it in writing",
     "first of all let me say that your shop was recommended to me",
     "just a short note because the chat window closed on me twice",
     "after a long weekend of trying on my own I give up"},
    {"the coffee machine with the red lid arrived on a wet Tuesday",
     "our cabin for the northern cruise shows a wrong departure port",
     "the monthly plan that we moved from another phone company",
     "a pair of hiking boots in green leather and size forty two",
     "the gift voucher that my sister ordered for our parents",
     "my seat upgrade on the evening ferry between both islands",
     "the router with two antennas that came in a plain carton",
     "a refund for the concert which was moved to another spring",
     "the second parcel of three with curtains and one long rail",
     "an invoice that lists a dinner nobody of our group ever had",
     "the tablet that you repaired for me at the end of last winter",
     "the yearly insurance for luggage that I added by mistake"},
    {"does not turn on any more although the cable is firmly inside",
     "was charged twice while the confirmation only lists one amount",
     "carries a name that is close to mine but clearly not the same",
     "makes a grinding noise as soon as more than one person uses it",
     "was promised for Friday and still stands in some distant depot",
     "cannot be opened from abroad since the last change of your pages",
     "has lost half of its settings after a night with heavy storms",
     "shows an empty page where the timetable used to be before",
     "came with the wrong colour and without the little bag of screws",
     "drops the connection each evening when everybody comes home",
     "keeps asking for a code that never reaches my old telephone",
     "is listed as cancelled even though nobody here cancelled a thing"},
    {"I have restarted everything and read the booklet from end to end",
     "my neighbour who knows such devices had a look and shook his head",
     "the first advice I got was to wait which I did for nine days",
     "pictures of the label and of the damage are ready if you want them",
     "I tried another browser another computer and finally the library",
     "the assistant on your site sent me in circles between two pages",
     "a colleague of yours called back once but the line was very poor",
     "the branch in town told me that only the central office can help",
     "I even packed it up again and brought it to the collection point",
     "there is a note in my account that I do not understand at all",
     "resetting the password worked and then the same trouble came back",
     "the partner company says that you must release it from your side"},
    {"please send a replacement to the address where the last one went",
     "could you return the difference to the account it was taken from",
     "I would like to keep the booking but with the correct dates on it",
     "what I need is a person who can change this without another form",
     "kindly tell me which papers are missing so that I can upload them",
     "if that is possible then move the whole thing to early next month",
     "a technician may come on any morning except Wednesday and Sunday",
     "a written confirmation would help because my bank is asking for it",
     "simply close the contract and let me know what is left to be paid",
     "it would be enough to unlock the page for one single afternoon",
     "then I would rather have a voucher than wait for a new delivery",
     "let us agree on a date and I will stay at home the entire day"},
    {"we leave the country quite soon and after that nobody is at home",
     "my mother depends on it and asks me about it every single day",
     "otherwise I have to order elsewhere which I would honestly regret",
     "there is no hurry although a sign of life would be appreciated",
     "the deadline that was mentioned ends in less than two full weeks",
     "in your last message there was a link that leads to an old notice",
     "as a member of many years I had expected a little more attention",
     "the same happened to a friend and there it took only one morning",
     "I will be at a construction site and can only read in the breaks",
     "by the way the music in your waiting line has become much nicer",
     "all of this is described in the review that I have not sent yet",
     "it may well be my own fault but then please tell me where it was"},
    {"many thanks in advance and have a calm day behind your screens",
     "with kind regards from the coast where it is raining once more",
     "looking forward to your reply and to an end of this little story",
     "thanks for your patience with somebody who types with one finger",
     "best wishes also to the colleague who was so friendly last time",
     "that is all from me and I hope that it is short enough to read",
     "yours sincerely and still in good spirits despite all of that",
     "cheers and please excuse the mistakes since this is a small screen",
     "I appreciate your help and will gladly answer further questions",
     "until then I keep the parcel closed as your letter has advised",
     "so much for now because the battery is almost as tired as I am",
     "thank you for looking into this and for not sending a survey"}};

static const char *const fillers[] = {"really", "just",     "actually", "again",    "perhaps",
                                      "now",    "somehow",  "maybe",    "honestly", "well",
                                      "still",  "probably", "also",     "simply",   "anyway"};

static const char *const nudges[] = {"any news on this?",   "hello, is somebody there?",
                                     "thanks, I will wait", "is there anything you need?",
                                     "sorry to ask again",  "that did not help"};

static const char *const answers[] = {
    "Thank you for your message. I am looking into this right now and come back to you today.",
    "I am sorry about the trouble. I have started a new delivery and you will hear from them.",
    "This is now corrected on our side. Please open the page once more and tell me what you see.",
    "I understand. The amount goes back to where it came from within five working days.",
    "I have asked the colleagues of the warehouse and will write as soon as they have answered.",
    "Your booking is as you wanted it. The confirmation is on its way to your account."};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* --- which template --- */

struct template
{
    enum sg_sim_kind kind;
    uint64_t n;
    unsigned apart; /* bits of the ticket's content from it */
};

static void try(const struct sg_sim *sim, uint64_t content, enum sg_sim_kind kind, uint64_t n,
                struct template *best)
{
    uint64_t differ = content ^ sg_sim_name(sim, kind, n);
    unsigned apart = 0;
    for (; differ != 0; differ &= differ - 1)
        apart++;
    if (apart < best->apart)
        *best = (struct template){kind, n, apart};
}

/* Bits were flipped at random, most of them not: the nearest is nearly always where it is from. */
static struct template template_of(const struct sg_sim *sim, size_t ticket)
{
    const struct sg_sim_ticket *its = &sim->tickets[ticket];
    const struct sg_sim_params *params = &sim->params;
    const uint32_t brand = sim->customers[its->customer].brand;
    struct template best = {.apart = 65};
    for (uint32_t i = 0; i < params->intents; i++)
        try(sim, its->content, SG_SIM_KIND_INTENT, (uint64_t)brand * params->intents + i, &best);
    try(sim, its->content, SG_SIM_KIND_FORM, brand, &best);
    if (its->ring != SG_SIM_NONE)
        try(sim, its->content, SG_SIM_KIND_RING_TEXT, its->ring, &best);
    return best;
}

/* --- its words, changed here and there --- */

struct speech {
    struct sg_buf *out;
    size_t start;
    struct sg_philox random;
    double change; /* how often a word is */
};

static enum scrubgate_status add_word(struct speech *speech, const char *word, size_t len)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (speech->out->len > speech->start)
        rc = sg_buf_add_byte(speech->out, ' ');
    return rc < 0 ? rc : sg_buf_add(speech->out, word, len);
}

/* A word more, another one, or two letters the wrong way round. */
static enum scrubgate_status add_changed(struct speech *speech, const char *word, size_t len)
{
    const char *filler = fillers[sg_philox_below(&speech->random, COUNT(fillers))];
    const uint32_t how = sg_philox_below(&speech->random, 3);
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (how < 2)
        rc = add_word(speech, filler, strlen(filler));
    if (rc < 0 || how == 1)
        return rc;
    rc = add_word(speech, word, len);
    if (rc >= 0 && how == 2 && len > 3) {
        uint8_t *at = speech->out->data + speech->out->len - len + 1;
        const uint8_t first = at[0];
        at[0] = at[1];
        at[1] = first;
    }
    return rc;
}

static enum scrubgate_status add_phrase(struct speech *speech, const char *phrase)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (*phrase != '\0' && rc >= 0) {
        const size_t len = strcspn(phrase, " ");
        rc = sg_philox_chance(&speech->random, speech->change) ? add_changed(speech, phrase, len)
                                                               : add_word(speech, phrase, len);
        phrase += len;
        phrase += *phrase == ' ';
    }
    return rc < 0 ? rc : sg_buf_add_byte(speech->out, '.');
}

/* --- identities --- */

static enum scrubgate_status add_email(uint64_t identity, struct sg_buf *out)
{
    static const char *const first[] = {"ada", "ben",  "cleo", "dario", "edda", "finn",
                                        "gus", "hana", "ines", "jonas", "kira", "lars"};
    static const char *const last[] = {"ashdown", "birch",  "calloway", "dunmore",
                                       "ellery",  "fenn",   "garrow",   "hollis",
                                       "ingram",  "jessop", "kestrel",  "lowell"};
    static const char *const domains[] = {"example.com", "example.org", "example.net"};
    char text[96];
    (void)snprintf(text, sizeof text, "%s.%s%" PRIu64 "@%s", first[identity % COUNT(first)],
                   last[identity / 16 % COUNT(last)], identity / 4096 % 100000,
                   domains[identity >> 60 & 1]);
    return sg_buf_add_text(out, text);
}

enum scrubgate_status sg_sim_text_identity(uint64_t identity, struct sg_buf *out)
{
    /* Published by payment providers for trials. */
    static const char *const cards[] = {"4111 1111 1111 1111", "5555 5555 5555 4444",
                                        "4012 8888 8888 1881", "5105 1051 0510 5100",
                                        "4242 4242 4242 4242", "3782 822463 10005"};
    static const unsigned areas[] = {201, 202, 212, 213, 303, 305, 312, 404, 415, 503,
                                     512, 602, 617, 702, 713, 718, 803, 805, 907, 919};
    const uint64_t sort = identity >> 32 & 31;
    char text[32];
    if (sort == 0)
        return sg_buf_add_text(out, cards[identity % COUNT(cards)]);
    if (sort > 4)
        return add_email(identity, out);
    (void)snprintf(text, sizeof text, "+1 %u 555 01%02u", areas[identity % COUNT(areas)],
                   (unsigned)(identity >> 16) % 100);
    return sg_buf_add_text(out, text);
}

static enum scrubgate_status add_identity(uint64_t identity, struct sg_buf *out)
{
    enum scrubgate_status rc = sg_buf_add_text(out, " You can reach me or find it by ");
    if (rc >= 0)
        rc = sg_sim_text_identity(identity, out);
    return rc < 0 ? rc : sg_buf_add_text(out, " if need be.");
}

/* --- texts --- */

enum scrubgate_status sg_sim_text_opening(const struct sg_sim *sim, size_t ticket,
                                          struct sg_buf *out)
{
    const struct template template = template_of(sim, ticket);
    struct speech speech = {.out = out,
                            .start = out->len,
                            .change = (1 - cos(3.14159265358979 * template.apart / 64.0)) / 3};
    struct sg_philox of_template;
    enum scrubgate_status rc = SCRUBGATE_OK;
    sg_philox_init(&of_template, sim->seed, TEXT_STREAM + 1 + (uint32_t) template.kind, template.n);
    sg_philox_init(&speech.random, sim->seed, TEXT_STREAM, ticket);
    for (unsigned slot = 0; slot < SLOTS && rc >= 0; slot++)
        rc = add_phrase(&speech, phrases[slot][sg_philox_below(&of_template, PHRASES)]);
    if (rc >= 0 && sim->tickets[ticket].identity != 0)
        rc = add_identity(sim->tickets[ticket].identity, out);
    return rc;
}

enum scrubgate_status sg_sim_text_nudge(const struct sg_sim *sim, size_t ticket, struct sg_buf *out)
{
    return sg_buf_add_text(out, nudges[sim->tickets[ticket].id % COUNT(nudges)]);
}

enum scrubgate_status sg_sim_text_answer(const struct sg_sim *sim, size_t ticket,
                                         struct sg_buf *out)
{
    return sg_buf_add_text(out, answers[sim->tickets[ticket].id / 64 % COUNT(answers)]);
}
