/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_chat.c - generated support chat.
 *
 * A message is sentences from a list until it has the length drawn for it (mean about 212 bytes).
 * A third of them hold numbers that are nobody's: orders, prices, dates, sizes. One message of
 * twenty ends with a value of a person, from ranges set aside for examples.
 */
#include "scan_chat.h"

#include <stdio.h>
#include <string.h>

enum { SPREAD = 185, PERSONAL_ONE_IN = 20, CURLY_PERCENT = 70, FOLDED_PERCENT = 8, LINE = 512 };

/* {o}rder {p}rice {d}ate {t}ime {n}umber under 100 {i}tem {N}ame {k}: parcel {z}ip {m}odel {l}ink
 */
static const char *const sentences[] = {
    "Hi, I'm {N} and I have a question about my order {o}.",
    "The parcel {k} was supposed to arrive on {d} but it isn't here yet.",
    "I paid ${p} for the {i} and it doesn't work.",
    "Could you please check what happened?",
    "It says \"delivered\" since {t}, but nobody rang.",
    "We're sorry to hear that, {N}, let me look into it.",
    "I can see {n} items in your order {o}, shipped on {d}.",
    "The refund of ${p} will be on your account within {n} working days.",
    "Thanks, that's great!",
    "No, I haven't received anything so far.",
    "Is there a discount if I take {n} of them?",
    "The {i}, model {m}, costs ${p} at the moment.",
    "My tracking code is {k}.",
    "Please have a look at {l} for the manual.",
    "You can return it until {d}, the label is in the box.",
    "I've tried that {n} times already and it's still the same.",
    "The app shows error {n} when I open it at {t}.",
    "What's the size of the {i}? I need {n} x {n} cm.",
    "ok",
    "Let me transfer you to a colleague, this takes about {n} minutes.",
    "Anything else I can do for you today?",
    "The invoice of {d} is wrong, it should be ${p} instead of ${p}.",
    "We close at {t} on Saturdays and open at {t} on Mondays.",
    "Your ticket is #{o}, we'll come back to you before {d}.",
    "I moved, so the old address in {z} isn't right any more.",
    "The second {i} has a scratch on the left side, about {n} mm long.",
    "Can I change the delivery to {d} between {t} and {t}?",
    "Version {v} of the firmware fixes that, see {l}.",
    "Great service, {n}/10 would buy again.",
    "Do you ship to {z}?",
    "I don't understand why it's so complicated to get an answer.",
    "She told me on {d} that it would take {n}-{n} days, that's over now.",
    "Kind regards, {N}",
    "Have you tried turning it off and on again?",
    "We've sent you {n} vouchers worth ${p} each.",
    "Serial {m}-{o}, bought on {d}.",
    "Yes, that's the one I mean, the other one was fine.",
    "I wrote to you last week already, but I never got a reply.",
    "Let me see what we can do about that.",
    "My neighbour took it in, so please don't send another one.",
    "It stopped working right after the last update.",
    "Would you like a replacement or your money back?",
    "A replacement, please, if it doesn't take too long.",
    "The colour isn't what I saw in the shop, it's much darker.",
    "Could you tell me your name, please? It's {N}.",
    "I've just sent you a message with all the details.",
    "That's strange, on my side everything looks fine.",
    "Can you send me a picture of the damage?",
    "Sure, one moment, I have to look for the box first.",
    "Is it possible to pay when it arrives?",
    "I'd rather pick it up at the store, is that possible?",
    "Sorry for the trouble, and thank you for your patience.",
    "Perfect, I'll wait for the confirmation then.",
    "The password reset doesn't work, the mail never comes.",
    "Please check your spam folder as well.",
    "Nothing there either, I looked twice!",
    "I'm on the train right now, can we continue this evening?",
    "Of course, just write to us again whenever it suits you.",
    "Does the warranty cover this or do I have to pay for the repair?",
    "It's covered, as long as you still have the receipt.",
    "How do I connect it to the network at home?",
    "Hold the button on the back until the light turns blue.",
    "Great, it works now. You've been very helpful!",
    "I want to cancel my subscription, please.",
    "May I ask why you'd like to leave us?",
    "It's simply too expensive for what I use it for."};

static const char *const sentences_ru[] = {
    "Здравствуйте, меня зовут {R}, у меня вопрос по заказу {o}.",
    "Посылка {k} должна была прийти {d}, но её до сих пор нет.",
    "Я заплатила {p} рублей за {I}, и он не работает.",
    "Подскажите, пожалуйста, что случилось?",
    "В приложении написано «доставлено» с {t}, но никто не звонил в дверь.",
    "Очень жаль это слышать, сейчас всё проверю.",
    "В вашем заказе {o} вижу {n} товаров, отправлены {d}.",
    "Деньги, {p} рублей, вернутся на карту в течение {n} рабочих дней.",
    "Спасибо большое, отлично!",
    "Нет, я пока ничего не получал.",
    "Будет ли скидка, если взять сразу {n} штук?",
    "Инструкция лежит у нас на сайте в разделе помощи.",
    "Вернуть товар можно до {d}, наклейка в коробке.",
    "Я пробовал уже {n} раз, всё то же самое.",
    "Соединяю вас с коллегой, это займёт около {n} минут.",
    "Чем ещё могу вам помочь сегодня?",
    "В субботу мы закрываемся в {t}, в понедельник открываемся в {t}.",
    "С уважением, {R}"};

static const char *const names[] = {"Alex", "Maria", "Sam", "Priya", "Jonas", "Chloe",
                                    "Omar", "Lena",  "Tom", "Ines",  "Yuki",  "Noah"};
static const char *const names_ru[] = {"Анна", "Олег", "Мария", "Пётр", "Ирина", "Денис"};
static const char *const items[] = {"kettle",    "headset",    "blue jacket",    "router",
                                    "desk lamp", "phone case", "coffee grinder", "backpack",
                                    "charger",   "tent"};
static const char *const items_ru[] = {"чайник", "рюкзак", "наушники", "роутер", "фонарь"};

/* {e}-mail name, {c}ard, {x}: 4 digits from 0100 to 0199, set aside for stories. */
static const char *const personal[] = {"You can mail me at {e}@example.com. ",
                                       "My e-mail is {e}.{e}@mail.example.org, thanks. ",
                                       "Please call 408-555-{x} after six. ",
                                       "My number is +1 (212) 555-{x}. ",
                                       "Ring me on +44 20 7946 {x}, please. ",
                                       "The card is {c}. ",
                                       "It's the card {c}, exp 11/29. ",
                                       "IBAN DE89 3704 0044 0532 0130 00 if you need it. ",
                                       "My ssn is 536-90-4399. ",
                                       "I logged in from 192.0.2.{n} yesterday. ",
                                       "You find me under {e}+shop@example.net or 020 7946 {x}. "};
static const char *const mailboxes[] = {"jo.doe", "maria77",  "sam_smith",
                                        "info",   "t.miller", "lena-w"};
static const char *const cards[] = {"4111 1111 1111 1111", "5555555555554444", "378282246310005",
                                    "6011-1111-1111-1117"};

#define PICK(list, seed) (list)[random_below(seed, sizeof(list) / sizeof *(list))]

static unsigned below(uint64_t *seed, unsigned n)
{
    return (unsigned)random_below(seed, n);
}

/* The years, too: dates in three ways of writing them. */
static void write_date(char *room, size_t cap, uint64_t *seed)
{
    unsigned day = 1 + below(seed, 28), month = 1 + below(seed, 12), year = 2023 + below(seed, 4);
    unsigned way = below(seed, 3);
    if (way == 0)
        (void)snprintf(room, cap, "%04u-%02u-%02u", year, month, day);
    else if (way == 1)
        (void)snprintf(room, cap, "%02u/%02u/%04u", month, day, year);
    else
        (void)snprintf(room, cap, "%u.%u.%04u", day, month, year);
}

/* What stands for {slot}. */
static void fill(char slot, char *room, size_t cap, uint64_t *seed)
{
    const char *text = NULL;
    switch (slot) {
    case 'o':
        (void)snprintf(room, cap, "%u", 10000000 + below(seed, 90000000));
        break;
    case 'p':
        (void)snprintf(room, cap, "%u.%02u", 1 + below(seed, 900), below(seed, 100));
        break;
    case 'd':
        write_date(room, cap, seed);
        break;
    case 't':
        (void)snprintf(room, cap, "%u:%02u", below(seed, 24), below(seed, 60));
        break;
    case 'n':
        (void)snprintf(room, cap, "%u", 1 + below(seed, 99));
        break;
    case 'k':
        (void)snprintf(room, cap, "1Z%03uAA%08u", below(seed, 1000), below(seed, 100000000));
        break;
    case 'z':
        (void)snprintf(room, cap, "%05u", below(seed, 100000));
        break;
    case 'm':
        (void)snprintf(room, cap, "%c%c-%u", 'A' + (int)below(seed, 26), 'A' + (int)below(seed, 26),
                       100 + below(seed, 9900));
        break;
    case 'v':
        (void)snprintf(room, cap, "%u.%u.%u", below(seed, 10), below(seed, 30), below(seed, 400));
        break;
    case 'l':
        (void)snprintf(room, cap, "https://help.example.com/a/%u?ref=chat", below(seed, 1000000));
        break;
    case 'x':
        (void)snprintf(room, cap, "01%02u", below(seed, 100));
        break;
    case 'N':
        text = PICK(names, seed);
        break;
    case 'R':
        text = PICK(names_ru, seed);
        break;
    case 'i':
        text = PICK(items, seed);
        break;
    case 'I':
        text = PICK(items_ru, seed);
        break;
    case 'e':
        text = PICK(mailboxes, seed);
        break;
    default:
        text = PICK(cards, seed);
        break;
    }
    if (text != NULL)
        (void)snprintf(room, cap, "%s", text);
}

static void add_sentence(struct corpus *corpus, const char *sentence, uint64_t *seed)
{
    char room[64];
    for (const char *at = sentence; *at != '\0'; at++) {
        if (*at != '{') {
            corpus_add(corpus, at, 1);
            continue;
        }
        fill(at[1], room, sizeof room, seed);
        corpus_say(corpus, room);
        at += 2;
    }
}

void chat_add_personal(struct corpus *corpus, uint64_t *seed)
{
    add_sentence(corpus, PICK(personal, seed), seed);
}

static void add_message(struct corpus *corpus, bool russian, uint64_t *seed)
{
    /* The sum of three draws: most messages near the mean, some short, some long. */
    size_t length = random_below(seed, SPREAD) + random_below(seed, SPREAD / 2) +
                    random_below(seed, SPREAD / 2);
    corpus_begin(corpus);
    do {
        const char *sentence = russian ? PICK(sentences_ru, seed) : PICK(sentences, seed);
        add_sentence(corpus, sentence, seed);
        corpus_say(corpus, " ");
    } while (corpus_so_far(corpus) < length);
    if (random_below(seed, PERSONAL_ONE_IN) == 0)
        chat_add_personal(corpus, seed);
}

/* One character of ASCII as another that the view makes plain again; its length, 0: none. */
static size_t disguise(uint8_t c, char out[4])
{
    if (c == ' ')
        return (size_t)snprintf(out, 4, "\xC2\xA0");
    if (c == '-')
        return (size_t)snprintf(out, 4, "\xE2\x80\x93");
    if (sg_is_digit(c))
        return (size_t)snprintf(out, 4, "\xEF\xBC%c", 0x90 + (c - '0'));
    if (c == 'a')
        return (size_t)snprintf(out, 4, "\xD0\xB0");
    return 0;
}

/* A copy of an ASCII message with quotes bent, and with some characters disguised. */
static void add_bent(struct corpus *to, struct sg_bytes text, bool curly, bool folded,
                     uint64_t *seed)
{
    bool open = true;
    size_t left = folded ? 2 + random_below(seed, 6) : 0;
    size_t from = folded ? random_below(seed, text.len) : 0;
    char other[4];
    corpus_begin(to);
    if (curly)
        corpus_say(to, "\xE2\x80\x9C");
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        size_t len = left > 0 && i >= from ? disguise(c, other) : 0;
        if (len > 0) {
            corpus_add(to, other, len);
            left--;
        } else if (curly && c == '\'') {
            corpus_say(to, "\xE2\x80\x99");
        } else if (curly && c == '"') {
            corpus_say(to, open ? "\xE2\x80\x9C" : "\xE2\x80\x9D");
            open = !open;
        } else {
            corpus_add(to, &c, 1);
        }
    }
    /* None of them stood behind `from`: a zero-width space always finds a place. */
    if (folded && left > 0)
        corpus_say(to, "\xE2\x80\x8B");
    if (curly)
        corpus_say(to, "\xE2\x80\x9D");
}

static struct corpus *make_mixed(size_t bytes)
{
    struct corpus *plain = chat_make("chat", bytes);
    struct corpus *mixed = corpus_new("mixed", "chat with typographic quotes in 70 % of the "
                                               "messages, folded characters in 8 %");
    uint64_t seed = 2;
    for (size_t i = 0; i < plain->n; i++) {
        bool curly = random_below(&seed, 100) < CURLY_PERCENT;
        bool folded = random_below(&seed, 100) < FOLDED_PERCENT;
        add_bent(mixed, corpus_text(plain, i), curly, folded, &seed);
    }
    corpus_free(plain);
    return mixed;
}

struct corpus *chat_make(const char *name, size_t bytes)
{
    bool russian = strcmp(name, "cyrillic") == 0;
    uint64_t seed = 1;
    if (strcmp(name, "mixed") == 0)
        return make_mixed(bytes);
    if (!russian && strcmp(name, "chat") != 0)
        return NULL;
    struct corpus *corpus =
        russian ? corpus_new("cyrillic", "Russian chat") : corpus_new("chat", "generated chat");
    while (corpus->len < bytes)
        add_message(corpus, russian, &seed);
    return corpus;
}
