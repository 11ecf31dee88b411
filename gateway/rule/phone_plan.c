/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phone_plan.c - the table of national numbering plans, by calling code, and how it is asked.
 */
#include "rule/phone_plan.h"

#include <string.h>

const struct sg_phone_plan sg_phone_plans[] = {
    {"US", 1, 10, 10, false, "2-9",
     "[2-9][02-9]x [2-9]xx xxxx|[2-9]1[02-9] [2-9]xx xxxx|[2-9][02-9]x [2-9]xxxxxx|[2-9]1[02-9] "
     "[2-9]xxxxxx|1 [2-9]xx [2-9]xx xxxx"},
    {"EG", 20, 8, 10, true, "1-9", NULL},
    {"SS", 211, 9, 9, true, "19", NULL},
    {"MA", 212, 9, 9, true, "5-9", NULL},
    {"DZ", 213, 8, 9, true, "1-9", NULL},
    {"TN", 216, 8, 8, false, "1-9", NULL},
    {"LY", 218, 8, 9, true, "1-9", NULL},
    {"GM", 220, 7, 7, false, "1-9", NULL},
    {"SN", 221, 9, 9, false, "2-9", "7x xxx xx xx|33 xxx xx xx"},
    {"MR", 222, 8, 8, false, "1-9", NULL},
    {"ML", 223, 8, 8, false, "1-9", NULL},
    {"GN", 224, 8, 9, false, "1-9", NULL},
    {"CI", 225, 8, 10, false, "0-9", "0[1-9] xx xx xx xx|2x xx x xxxxx"},
    {"BF", 226, 8, 8, false, "1-9", NULL},
    {"NE", 227, 8, 8, false, "1-9", NULL},
    {"TG", 228, 8, 8, false, "1-9", NULL},
    {"BJ", 229, 8, 10, false, "0-9", NULL},
    {"MU", 230, 7, 8, false, "1-9", NULL},
    {"LR", 231, 7, 9, true, "1-9", NULL},
    {"SL", 232, 8, 8, true, "1-9", NULL},
    {"GH", 233, 8, 9, true, "1-9", NULL},
    {"NG", 234, 7, 10, true, "1-9", NULL},
    {"TD", 235, 8, 8, false, "1-9", NULL},
    {"CF", 236, 8, 8, false, "1-9", NULL},
    {"CM", 237, 8, 9, false, "1-9", "[26] xx xx xx xx|6xx xx xx xx"},
    {"CV", 238, 7, 7, false, "1-9", NULL},
    {"ST", 239, 7, 7, false, "1-9", NULL},
    {"GQ", 240, 9, 9, false, "1-9", NULL},
    {"GA", 241, 7, 8, false, "0-9", NULL},
    {"CG", 242, 9, 9, false, "0-9", NULL},
    {"CD", 243, 7, 9, true, "1-9", NULL},
    {"AO", 244, 9, 9, false, "1-9", "9xx xxx xxx"},
    {"GW", 245, 7, 9, false, "1-9", NULL},
    {"IO", 246, 7, 7, false, "1-9", NULL},
    {"AC", 247, 4, 6, false, "1-9", NULL},
    {"SC", 248, 7, 7, false, "1-9", NULL},
    {"SD", 249, 9, 9, true, "1-9", NULL},
    {"RW", 250, 8, 9, true, "0-9", NULL},
    {"ET", 251, 9, 9, true, "1-9", NULL},
    {"SO", 252, 6, 9, true, "1-9", NULL},
    {"DJ", 253, 8, 8, false, "1-9", NULL},
    {"KE", 254, 7, 10, true, "1-9", NULL},
    {"TZ", 255, 9, 9, true, "1-9", NULL},
    {"UG", 256, 9, 9, true, "1-9", NULL},
    {"BI", 257, 8, 8, false, "1-9", NULL},
    {"MZ", 258, 8, 9, false, "1-9", NULL},
    {"ZM", 260, 9, 9, true, "1-9", NULL},
    {"MG", 261, 9, 9, true, "1-9", NULL},
    {"RE", 262, 9, 9, true, "1-9", NULL},
    {"ZW", 263, 5, 10, true, "1-9", NULL},
    {"NA", 264, 8, 9, true, "1-9", NULL},
    {"MW", 265, 7, 9, true, "1-9", NULL},
    {"LS", 266, 8, 8, false, "1-9", NULL},
    {"BW", 267, 7, 8, false, "1-9", NULL},
    {"SZ", 268, 8, 8, false, "0-9", NULL},
    {"KM", 269, 7, 7, false, "1-9", NULL},
    {"ZA", 27, 9, 10, true, "1-9", NULL},
    {"SH", 290, 4, 5, false, "1-9", NULL},
    {"ER", 291, 7, 7, true, "1-9", NULL},
    {"AW", 297, 7, 7, false, "1-9", NULL},
    {"FO", 298, 6, 6, false, "1-9", NULL},
    {"GL", 299, 6, 6, false, "1-9", NULL},
    {"GR", 30, 10, 10, false, "1-9", "2xx xxx xxxx|69x xxx xxxx|2xxx xxxxxx|2x xxxx xxxx"},
    {"NL", 31, 9, 11, true, "1-9", NULL},
    {"BE", 32, 8, 9, true, "1-9", NULL},
    {"FR", 33, 9, 9, true, "1-9", NULL},
    {"ES", 34, 9, 9, false, "5-9", "[6-9]xx xx xx xx|[6-9]xx xxx xxx|[89]x xxx xx xx"},
    {"GI", 350, 8, 8, false, "1-9", NULL},
    {"PT", 351, 9, 9, false, "1-9", "[29]xx xxx xxx|2x xxx xxxx|9x xxx xxxx|[78]0x xxx xxx"},
    {"LU", 352, 4, 11, false, "1-9", "6x1 xxx xxx"},
    {"IE", 353, 7, 10, true, "1-9", NULL},
    {"IS", 354, 7, 9, false, "1-9", NULL},
    {"AL", 355, 6, 9, true, "1-9", NULL},
    {"MT", 356, 8, 8, false, "1-9", NULL},
    {"CY", 357, 8, 8, false, "1-9", NULL},
    {"FI", 358, 5, 12, true, "1-9", NULL},
    {"BG", 359, 6, 9, true, "1-9", NULL},
    {"HU", 36, 8, 9, false, "1-9", "06 1 xxx xxxx|06 xx xxx xxx|06 xx xxx xxxx|06 xx xx xxx xx"},
    {"LT", 370, 8, 8, false, "1-9", "8 6xx xxxxx|8 xxx xxxxx|8 xx xxxxxx|8 6xx xx xxx"},
    {"LV", 371, 8, 8, false, "1-9", NULL},
    {"EE", 372, 7, 10, false, "1-9", NULL},
    {"MD", 373, 8, 8, true, "1-9", NULL},
    {"AM", 374, 8, 8, true, "1-9", NULL},
    {"BY", 375, 9, 10, false, "1-9",
     "8 0xx xxx xx xx|8 0xxx xx xx xx|8 0xxxx xx xxx|8 0xxxx x xx xx"},
    {"AD", 376, 6, 9, false, "1-9", NULL},
    {"MC", 377, 8, 9, true, "1-9", NULL},
    {"SM", 378, 6, 10, false, "0-9", NULL},
    {"UA", 380, 9, 9, true, "1-9", NULL},
    {"RS", 381, 7, 10, true, "1-9", NULL},
    {"ME", 382, 8, 9, true, "1-9", NULL},
    {"XK", 383, 8, 9, true, "1-9", NULL},
    {"HR", 385, 7, 9, true, "1-9", NULL},
    {"SI", 386, 5, 8, true, "1-9", NULL},
    {"BA", 387, 8, 9, true, "1-9", NULL},
    {"MK", 389, 8, 8, true, "1-9", NULL},
    {"IT", 39, 6, 11, false, "0-9",
     "0[1-9] xxxx xxxx|0[1-9] xxxxxxxx|0[1-9] xxxxxxx|0[1-9] xxx xxxx|0[1-9] xx xx xx xx|0[1-9]x "
     "xxx xxxx|0[1-9]x xxxxxxx|0[1-9]x xxxxxx|0[1-9]x xxx xxx|0[1-9]xx xxx xxx|0[1-9]xx xxxxxx|3xx "
     "xxx xxxx|3xx xxxxxxx|3xx xx xx xxx|3xx xxx xx xx|800 xxx xxx"},
    {"RO", 40, 9, 9, true, "1-9", NULL},
    {"CH", 41, 9, 9, true, "1-9", NULL},
    {"CZ", 420, 9, 9, false, "1-9", "[2-79]xx xxx xxx|800 xxx xxx"},
    {"SK", 421, 9, 9, true, "1-9", NULL},
    {"LI", 423, 7, 9, true, "1-9", NULL},
    {"AT", 43, 5, 13, true, "1-9", NULL},
    {"GB", 44, 7, 10, true, "1-9", NULL},
    {"DK", 45, 8, 8, false, "1-9", NULL},
    {"SE", 46, 6, 10, true, "1-9", NULL},
    {"NO", 47, 5, 8, false, "1-9", "[49]xx xx xxx"},
    {"PL", 48, 9, 9, false, "1-9", "xx xxx xx xx|[4-8]xx xxx xxx"},
    {"DE", 49, 6, 13, true, "1-9", NULL},
    {"FK", 500, 5, 5, false, "1-9", NULL},
    {"BZ", 501, 7, 7, false, "0-9", NULL},
    {"GT", 502, 8, 8, false, "1-9", NULL},
    {"SV", 503, 7, 8, false, "1-9", NULL},
    {"HN", 504, 8, 8, false, "1-9", NULL},
    {"NI", 505, 8, 8, false, "1-9", NULL},
    {"CR", 506, 8, 8, false, "1-9", NULL},
    {"PA", 507, 7, 8, false, "1-9", NULL},
    {"PM", 508, 6, 9, true, "1-9", NULL},
    {"HT", 509, 8, 8, false, "1-9", NULL},
    {"PE", 51, 8, 9, true, "1-9", "9xx xxx xxx"},
    {"MX", 52, 10, 11, false, "1-9", "[2-9]xx xxx xxxx|[2-9]x xxxx xxxx|[2-9]xx xxx xx xx"},
    {"CU", 53, 6, 10, true, "1-9", NULL},
    {"AR", 54, 10, 11, true, "1-9",
     "[1-3]x xxxx xxxx|9 [1-3]x xxxx xxxx|[1-3]x 15 xxxx xxxx|[23]xx 15 xxx xxxx|[23]xxx 15 xx "
     "xxxx|[23]xxx xx xxxx"},
    {"BR", 55, 8, 11, true, "1-9",
     "[1-9]x 9xxxx xxxx|[1-9]x 9xxxxxxxx|[1-9]x [2-7]xxx xxxx|[1-9]x 9 xxxx xxxx"},
    {"CL", 56, 8, 11, false, "1-9",
     "9 xxxx xxxx|2 2xxx xxxx|2 3xxx xxxx|[3-7]x 2 xxx xxx|[3-7]x 2xx xxxx|9 xxx xx xxx"},
    {"CO", 57, 8, 11, false, "1-9", "3xx xxx xxxx|3xx xxxxxxx|60x xxx xxxx|60x xxxxxxx"},
    {"VE", 58, 10, 10, true, "1-9", NULL},
    {"GP", 590, 9, 9, true, "1-9", NULL},
    {"BO", 591, 8, 9, true, "1-9", NULL},
    {"GY", 592, 7, 7, false, "1-9", NULL},
    {"EC", 593, 8, 9, true, "1-9", NULL},
    {"GF", 594, 9, 9, true, "1-9", NULL},
    {"PY", 595, 7, 9, true, "1-9", NULL},
    {"MQ", 596, 9, 9, true, "1-9", NULL},
    {"SR", 597, 6, 7, false, "1-9", NULL},
    {"UY", 598, 7, 8, true, "1-9", NULL},
    {"CW", 599, 7, 8, false, "1-9", NULL},
    {"MY", 60, 8, 10, true, "1-9", NULL},
    {"AU", 61, 6, 10, true, "1-9", "1[38]00 xxx xxx|180 xxxx"},
    {"ID", 62, 8, 12, true, "1-9", NULL},
    {"PH", 63, 8, 10, true, "1-9", NULL},
    {"NZ", 64, 7, 10, true, "1-9", NULL},
    {"SG", 65, 8, 8, false, "1-9", "1800 xxx xxxx"},
    {"TH", 66, 8, 10, true, "1-9", NULL},
    {"TL", 670, 7, 8, false, "1-9", NULL},
    {"NF", 672, 5, 6, false, "1-9", NULL},
    {"BN", 673, 7, 7, false, "1-9", NULL},
    {"NR", 674, 7, 7, false, "1-9", NULL},
    {"PG", 675, 7, 8, false, "1-9", NULL},
    {"TO", 676, 5, 7, false, "0-9", NULL},
    {"SB", 677, 5, 7, false, "1-9", NULL},
    {"VU", 678, 5, 7, false, "1-9", NULL},
    {"FJ", 679, 7, 7, false, "0-9", NULL},
    {"PW", 680, 7, 7, false, "1-9", NULL},
    {"WF", 681, 6, 9, false, "1-9", NULL},
    {"CK", 682, 5, 5, false, "1-9", NULL},
    {"NU", 683, 4, 7, false, "1-9", NULL},
    {"WS", 685, 5, 10, false, "1-9", NULL},
    {"KI", 686, 5, 8, false, "1-9", NULL},
    {"NC", 687, 6, 6, false, "1-9", NULL},
    {"TV", 688, 5, 7, false, "1-9", NULL},
    {"PF", 689, 6, 9, false, "1-9", NULL},
    {"TK", 690, 4, 7, false, "1-9", NULL},
    {"FM", 691, 7, 7, false, "1-9", NULL},
    {"MH", 692, 7, 7, false, "1-9", NULL},
    {"RU", 7, 10, 10, false, "1-9",
     "8 [3-9]xx xxx xx xx|8 [3-9]xx xxx xxxx|8 [3-9]xxx xx xx xx|8 [3-9]xxxx x xx xx|[3-9]xx xxx "
     "xx xx"},
    {"", 800, 8, 8, false, "0-9", NULL},
    {"", 808, 8, 8, false, "0-9", NULL},
    {"JP", 81, 9, 10, true, "1-9", NULL},
    {"KR", 82, 8, 11, true, "1-9", NULL},
    {"VN", 84, 7, 10, true, "1-9", NULL},
    {"KP", 850, 8, 10, true, "1-9", NULL},
    {"HK", 852, 8, 8, false, "1-9", NULL},
    {"MO", 853, 8, 8, false, "0-9", NULL},
    {"KH", 855, 8, 10, true, "1-9", NULL},
    {"LA", 856, 8, 10, true, "1-9", NULL},
    {"CN", 86, 9, 11, true, "1-9", "1[3-9]x xxxx xxxx|400 xxx xxxx|[48]00 xxxx xxx"},
    {"", 870, 9, 9, false, "1-9", NULL},
    {"", 878, 12, 12, false, "1-9", NULL},
    {"BD", 880, 6, 10, true, "1-9", NULL},
    {"", 881, 9, 10, false, "0-9", NULL},
    {"", 882, 7, 12, false, "0-9", NULL},
    {"", 883, 9, 12, false, "0-9", NULL},
    {"TW", 886, 7, 11, true, "1-9", NULL},
    {"", 888, 11, 11, false, "0-9", NULL},
    {"TR", 90, 7, 10, true, "1-9", "5xx xxx xx xx|[2-4]xx xxx xx xx|5xx xxx xxxx"},
    {"IN", 91, 10, 11, true, "1-9",
     "[6-9]xxxx xxxxx|[6-9]xxx xxx xxx|[6-9]xxx xx xxxx|1800 xxx xxxx"},
    {"PK", 92, 8, 10, true, "1-9", "3xx xxx xxxx|3xx xxxxxxx"},
    {"AF", 93, 9, 9, true, "1-9", NULL},
    {"LK", 94, 9, 9, true, "1-9", NULL},
    {"MM", 95, 6, 10, true, "1-9", NULL},
    {"MV", 960, 7, 10, false, "1-9", NULL},
    {"LB", 961, 7, 8, true, "1-9", NULL},
    {"JO", 962, 8, 9, true, "1-9", NULL},
    {"SY", 963, 8, 9, true, "1-9", NULL},
    {"IQ", 964, 8, 10, true, "1-9", NULL},
    {"KW", 965, 7, 8, false, "1-9", NULL},
    {"SA", 966, 8, 10, true, "1-9", NULL},
    {"YE", 967, 7, 9, true, "1-9", NULL},
    {"OM", 968, 7, 9, false, "1-9", NULL},
    {"PS", 970, 8, 10, true, "1-9", NULL},
    {"AE", 971, 8, 9, true, "1-9", NULL},
    {"IL", 972, 8, 10, true, "1-9", NULL},
    {"BH", 973, 8, 8, false, "1-9", NULL},
    {"QA", 974, 7, 8, false, "1-9", NULL},
    {"BT", 975, 7, 8, false, "1-9", NULL},
    {"MN", 976, 8, 10, true, "1-9", NULL},
    {"NP", 977, 8, 10, true, "1-9", "9[78]x xxxxxxx"},
    {"", 979, 9, 9, false, "1-9", NULL},
    {"IR", 98, 6, 10, true, "1-9", NULL},
    {"TJ", 992, 9, 9, false, "0-9", NULL},
    {"TM", 993, 8, 8, false, "1-9", NULL},
    {"AZ", 994, 9, 9, true, "1-9", NULL},
    {"GE", 995, 9, 9, true, "1-9", "5xx xx xx xx|5xx xxx xxx"},
    {"KG", 996, 9, 10, true, "1-9", NULL},
    {"UZ", 998, 9, 9, false, "1-9", "[3-9]x xxx xx xx"},
};
const size_t sg_phone_plan_count = sizeof sg_phone_plans / sizeof *sg_phone_plans;

const struct sg_phone_plan *sg_phone_plan_find(struct sg_bytes region)
{
    for (size_t i = 0; i < sg_phone_plan_count; i++) {
        if (region.len == 2 && memcmp(region.data, sg_phone_plans[i].region, 2) == 0)
            return &sg_phone_plans[i];
    }
    return NULL;
}

/* How many of the digits from `from` on are the calling code; 0: they are not. */
static size_t code_digits(const struct sg_phone_digits *number, size_t from, unsigned code)
{
    size_t width = code >= 100 ? 3 : code >= 10 ? 2 : 1;
    if (from + width > number->len)
        return 0;
    unsigned have = 0;
    for (size_t i = 0; i < width; i++)
        have = have * 10 + number->digit[from + i];
    return have == code ? width : 0;
}

const struct sg_phone_plan *sg_phone_plan_dialled(const struct sg_phone_digits *number, size_t from,
                                                  const struct sg_phone_plan *after, size_t *digits)
{
    size_t i = after == NULL ? 0 : (size_t)(after - sg_phone_plans) + 1;
    for (; i < sg_phone_plan_count; i++) {
        *digits = code_digits(number, from, sg_phone_plans[i].code);
        if (*digits > 0)
            return &sg_phone_plans[i];
    }
    return NULL;
}

/* Reads one place of a layout, or a piece of a lead: "7", "x", "5-9" or, in brackets, "[5-79]".
 * Moves *at behind it and returns the digits that may stand there, a bit each. */
static unsigned read_place(const char **at)
{
    enum { ANY = 0x3FF };
    const char *p = *at;
    unsigned set = 0;
    if (*p == 'x') {
        *at = p + 1;
        return ANY;
    }
    bool list = *p == '[';
    p += list ? 1 : 0;
    do {
        unsigned low = (unsigned)(*p - '0'), high = low;
        if (p[1] == '-') {
            high = (unsigned)(p[2] - '0');
            p += 2;
        }
        for (unsigned digit = low; digit <= high; digit++)
            set |= 1u << digit;
        p++;
    } while (list && *p != ']');
    *at = list ? p + 1 : p;
    return set;
}

bool sg_phone_plan_takes(const struct sg_phone_plan *plan, const struct sg_phone_digits *number,
                         size_t from, size_t to)
{
    if (to < from || to - from < plan->least || to - from > plan->most)
        return false;
    unsigned set = 0;
    for (const char *lead = plan->lead; *lead != '\0';)
        set |= read_place(&lead);
    return (set >> number->digit[from] & 1u) != 0;
}

/* One layout, up to its '|' or end. */
static bool fits(const char *layout, const struct sg_phone_digits *number, size_t groups)
{
    size_t at = 0, group = 1, end = number->group[groups];
    while (*layout != '\0' && *layout != '|') {
        if (*layout == ' ') {
            if (group == groups || number->group[group] != at)
                return false;
            group++;
            layout++;
            continue;
        }
        if (at == end || (read_place(&layout) >> number->digit[at] & 1u) == 0)
            return false;
        at++;
    }
    return at == end && group == groups;
}

bool sg_phone_plan_fits(const struct sg_phone_plan *plan, const struct sg_phone_digits *number,
                        size_t groups)
{
    for (const char *layout = plan->layouts; layout != NULL; layout = strchr(layout, '|')) {
        layout += *layout == '|' ? 1 : 0;
        if (fits(layout, number, groups))
            return true;
    }
    return false;
}
