/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.c - the corpus through the real program, and what of it stays readable.
 *
 * The corpus is told twice: into a file for the program, and again beside the answers, so that no
 * label is read back from text.
 */
#include "judge.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the code points of one message begin in a sample's text, and which of them are covered. */
struct points {
    size_t n;
    size_t at[LINE_MOST + 1];
    bool covered[LINE_MOST];
};

struct find {
    size_t message, start, end;
};

enum { FINDS_MOST = 512 };

struct answer {
    bool refused;
    size_t n;
    struct find finds[FINDS_MOST];
};

/* --- what is told by a code point
 * ------------------------------------------------------------------ */

static unsigned long rune_at(const char *text, size_t len)
{
    const unsigned char *c = (const unsigned char *)text;
    unsigned long rune = len == 1 ? c[0] : c[0] & (0xFFU >> (len + 1));
    for (size_t i = 1; i < len; i++)
        rune = rune << 6 | (c[i] & 0x3F);
    return rune;
}

/* Letters and digits of any kind; marks, separators and what nobody sees tell nothing. */
static bool tells(unsigned long rune)
{
    static const unsigned long quiet[][2] = {
        {0x80, 0xB1},     {0xB4, 0xB8},       {0xBA, 0xBF},       {0x300, 0x36F},
        {0x483, 0x489},   {0x61C, 0x61C},     {0x115F, 0x1160},   {0x1680, 0x1680},
        {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF},
        {0x2000, 0x206F}, {0x20D0, 0x20FF},   {0x2200, 0x22FF},   {0x3000, 0x3003},
        {0x30FB, 0x30FC}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},
        {0xFE50, 0xFE6B}, {0xFEFF, 0xFEFF},   {0xFF01, 0xFF0F},   {0xFF1A, 0xFF20},
        {0xFF61, 0xFF65}, {0x1D165, 0x1D182}, {0x1F300, 0x1FAFF}, {0xE0000, 0xE0FFF}};
    if (rune < 0x80)
        return isalnum((int)rune) != 0;
    for (size_t i = 0; i < COUNT(quiet); i++)
        if (rune >= quiet[i][0] && rune <= quiet[i][1])
            return false;
    return true;
}

static void find_points(const struct sample *sample, size_t message, struct points *points)
{
    points->n = 0;
    for (size_t i = sample->from[message]; i < sample->from[message + 1]; i++)
        if (((unsigned char)sample->text[i] & 0xC0) != 0x80) {
            points->covered[points->n] = false;
            points->at[points->n++] = i;
        }
    points->at[points->n] = sample->from[message + 1];
}

/* How many telling code points of a value are covered, and how many are not. */
static void weigh(const struct sample *sample, const struct sample_value *value,
                  const struct answer *answer, size_t *hidden, size_t *left)
{
    static struct points points;
    find_points(sample, value->message, &points);
    for (size_t i = 0; i < answer->n; i++)
        for (size_t k = answer->finds[i].start;
             answer->finds[i].message == value->message && k < answer->finds[i].end && k < points.n;
             k++)
            points.covered[k] = true;
    for (size_t k = value->start; k < value->end; k++) {
        size_t at = points.at[k];
        if (tells(rune_at(sample->text + at, points.at[k + 1] - at)))
            *(points.covered[k] ? hidden : left) += 1;
    }
}

/* --- judging -------------------------------------------------------------------------------------
 */

static bool touches(const struct sample *sample, const struct find *find)
{
    for (size_t i = 0; i < sample->n_values; i++) {
        const struct sample_value *value = &sample->values[i];
        if (value->message == find->message && value->start < find->end && find->start < value->end)
            return true;
    }
    return false;
}

static bool is_bad(const struct sample *sample, const struct answer *answer)
{
    size_t hidden = 0, left = 0;
    if (strcmp(sample->group, "benign") == 0)
        return answer->n > 0 || answer->refused;
    for (size_t i = 0; i < sample->n_values; i++)
        weigh(sample, &sample->values[i], answer, &hidden, &left);
    if (strcmp(sample->group, "split") == 0)
        return hidden < 4 || hidden * 5 < (hidden + left) * 2;
    return left > 0 || (sample->n_values > 0 && answer->refused);
}

static struct judge_row *row_of(struct judge *judge, const struct sample *sample)
{
    for (size_t i = judge->n_rows; i > 0; i--) {
        struct judge_row *row = &judge->rows[i - 1];
        if (strcmp(row->group, sample->group) == 0 && strcmp(row->kind, sample->kind) == 0)
            return row;
    }
    if (judge->n_rows == JUDGE_ROWS) {
        (void)fprintf(stderr, "over %d kinds of samples\n", JUDGE_ROWS);
        exit(2);
    }
    judge->rows[judge->n_rows] = (struct judge_row){.group = sample->group, .kind = sample->kind};
    return &judge->rows[judge->n_rows++];
}

static void tell(const struct judge *judge, const struct sample *sample, bool bad, size_t id)
{
    if (judge->tell == NULL || (judge->about != NULL && strcmp(judge->about, sample->group) != 0 &&
                                strcmp(judge->about, sample->kind) != 0))
        return;
    (void)fprintf(judge->tell, "%s\n  ", bad ? "readable or wrongly masked:" : "masked besides:");
    sample_print(sample, id, judge->tell);
    (void)fprintf(judge->tell, "  %s", judge->line);
}

static void judge_sample(struct judge *judge, const struct sample *sample,
                         const struct answer *answer, size_t id)
{
    struct judge_row *row = row_of(judge, sample);
    bool bad = is_bad(sample, answer);
    size_t others = 0;
    for (size_t i = 0; i < answer->n; i++)
        others += !touches(sample, &answer->finds[i]);
    row->samples++;
    row->valued += sample->n_values > 0;
    row->bad += bad;
    row->others += others;
    if (bad || others > 0)
        tell(judge, sample, bad, id);
}

/* --- answers
 * --------------------------------------------------------------------------------------- */

/* {"id":3,"spans":[[…],…]}: numbers up to the entity's name; of the last two the second is the end.
 */
static bool read_answer(const char *line, size_t id, struct answer *answer)
{
    char head[48];
    int n = snprintf(head, sizeof head, "{\"id\":%zu,\"spans\":[", id);
    if (strncmp(line, head, (size_t)n) != 0)
        return false;
    answer->n = 0;
    answer->refused = strstr(line, "\"error\"") != NULL;
    for (line += n; *line == '['; line += *line == ',') {
        size_t numbers[3] = {0, 0, 0}, count = 0;
        char *next = NULL;
        for (line++; isdigit((unsigned char)*line) && count < 3; line = next + 1)
            numbers[count++] = strtoul(line, &next, 10);
        if (count < 2 || answer->n == FINDS_MOST)
            return false;
        answer->finds[answer->n++] = count == 2 ? (struct find){0, numbers[0], numbers[1]}
                                                : (struct find){numbers[0], numbers[1], numbers[2]};
        line = strchr(line, ']');
        if (line == NULL)
            return false;
        line++;
    }
    return true;
}

static void hear_question(void *ctx, const struct sample *sample)
{
    struct judge *judge = ctx;
    sample_print(sample, judge->next++, judge->answers);
}

static void hear_again(void *ctx, const struct sample *sample)
{
    static struct answer answer;
    struct judge *judge = ctx;
    size_t id = judge->next++;
    if (judge->answers == NULL)
        return;
    if (getline(&judge->line, &judge->line_cap, judge->answers) <= 0 ||
        !read_answer(judge->line, id, &answer)) {
        (void)fprintf(stderr, "sample %zu has no answer\n", id);
        judge->answers = NULL;
        return;
    }
    judge_sample(judge, sample, &answer, id);
}

int judge_run(struct judge *judge, const char *program, uint64_t seed,
              const struct corpus_size *size)
{
    char path[] = "/tmp/scrubgate-corpus-XXXXXX", command[1024];
    int rc = -1, fd = mkstemp(path);
    FILE *pipe = NULL;
    if (fd < 0 || (judge->answers = fdopen(fd, "w")) == NULL) {
        perror(path);
        return -1;
    }
    judge->next = 0;
    corpus_tell(seed, size, &(struct audience){hear_question, judge});
    if (fclose(judge->answers) != 0)
        goto out;
    (void)snprintf(command, sizeof command, "'%s' scrub --spans '%s'", program, path);
    judge->answers = pipe = popen(command, "r");
    judge->next = 0;
    if (pipe == NULL)
        goto out;
    corpus_tell(seed, size, &(struct audience){hear_again, judge});
    rc = judge->answers == NULL ? -1 : 0;
out:
    if (pipe != NULL)
        (void)pclose(pipe); /* one when a text was refused: the rows tell */
    judge->answers = NULL;
    (void)unlink(path);
    return rc;
}

void judge_fini(struct judge *judge)
{
    free(judge->line);
    judge->line = NULL;
}

/* --- rows
 * ----------------------------------------------------------------------------------------- */

struct judge_row judge_sum(const struct judge *judge, const char *group)
{
    struct judge_row sum = {.group = group, .kind = "all"};
    for (size_t i = 0; i < judge->n_rows; i++) {
        const struct judge_row *row = &judge->rows[i];
        if (strcmp(row->group, group) != 0)
            continue;
        sum.samples += row->samples;
        sum.bad += row->bad;
        sum.valued += row->valued;
        sum.others += row->others;
    }
    return sum;
}

double judge_percent(const struct judge_row *row)
{
    size_t of = strcmp(row->group, "benign") == 0 ? row->samples : row->valued;
    return of == 0 ? 100 : 100 - 100 * (double)row->bad / (double)of;
}

const struct judge_row *judge_worst(const struct judge *judge, const char *group)
{
    const struct judge_row *worst = NULL;
    for (size_t i = 0; i < judge->n_rows; i++)
        if (strcmp(judge->rows[i].group, group) == 0 &&
            (worst == NULL || judge_percent(&judge->rows[i]) < judge_percent(worst)))
            worst = &judge->rows[i];
    return worst;
}
