/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cli.c - every command of the real binary, as typed: what it prints, and how it ends.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/json.h"

#include "../lib/program.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"
#include "../lib/wire.h"

#define RULE "  - {id: toy, title: Toy, entity: TOY, level: 1, "

#define TOYS "toy001 toy002 toy003 toy004 toy005 toy006 toy007 toy008 "

enum { ARGS = 10, FINE = 0, WRONG = 1, USAGE = 2 };

static struct sg_tempdir dir;

/* --- files that the rows name --- */

static const struct {
    const char *name, *text;
} files[] = {
    {"toy.yaml", "pack: toy\nversion: 1\nowner: t@example.org\nrules:\n" RULE
                 "match: 'toy\\d{3}', with: '[TOY]', tests: ['«toy123»', not: 'toy12']}\n"},
    {"stop.yaml", "pack: stop\nversion: 1\nowner: t@example.org\nrules:\n" RULE
                  "match: 'stopword', action: block, tests: ['«stopword»']}\n"},
    {"failing.yaml", "pack: toy\nversion: 1\nowner: t@example.org\nrules:\n" RULE
                     "match: 'toy\\d{3}', tests: ['«toy123»', not: 'toy123']}\n"},
    {"missing.yaml", "pack: toy\nversion: 1\nowner: t@example.org\nrules:\n" RULE
                     "match: 'toy\\d{3}', tests: ['«toy123»', todo: '«toyabc»']}\n"},
    {"unknown.yaml", "pack: toy\nversion: 1\nowner: t@example.org\nrules:\n" RULE
                     "match: 'toy', levle: 2, tests: ['«toy»']}\n"},
    {"broken.yaml", "pack: toy\nversion: 1\nowner: t@example.org\nrules:\n" RULE
                    "match: 'toy(a', tests: ['«toy»']}\n"},
    {"excluding.yaml", "pack: toy\nversion: 1\nowner: t@example.org\nrules:\n" RULE
                       "match: 'toy\\d{3}', with: '[TOY]', tests: ['«toy123»', not: 'toy12']}\n"
                       "exclude:\n"
                       "  - {id: used, rule: toy.toy, path: $.id, because: b, owner: o, expires: "
                       "9999-12-31}\n"
                       "  - {id: idle, rule: toy.toy, path: $.b, because: b, owner: o, expires: "
                       "9999-12-31}\n"},
    {"same.yaml",
     "pack: same\nversion: 1\nowner: t@example.org\nrules:\n"
     "  - {id: digits, fold: digits, match: '(?<=pay )[0-9O]{4}', tests: ['pay «411O»']}\n"},
    {"text", "my toy123\n"},
    {"corpus", "{\"id\":1,\"lang\":\"en\",\"text\":\"\u00E9 toy123\",\"spans\":[[2,8,\"TOY\"]]}\n"
               "{\"id\":\"b\",\"text\":\"toy999\",\"spans\":[]}\n"
               "{\"id\":3,\"messages\":[\"toy1\",\"a toy777\"],\"spans\":[[0,0,4,\"TOY\"],[1,2,8,"
               "\"TOY\"]]}\n"},
    {"bodies", "{\"id\":1,\"format\":\"json\",\"text\":\"{\\\"id\\\":\\\"toy123\\\"}\","
               "\"spans\":[]}\n"
               "{\"id\":2,\"format\":\"form\",\"text\":\"a=toy123\",\"spans\":[[2,8,\"TOY\"]]}\n"},
    {"wrong", "{\"id\":1,\"text\":\"" TOYS TOYS TOYS "\",\"spans\":[[0,6,\"TOY\"]]}\n"},
    {"split", "{\"id\":1,\"messages\":[\"my card is 4111 1111\",\"1111 1111\"],"
              "\"spans\":[[0,11,20,\"CREDIT_CARD\"],[1,0,9,\"CREDIT_CARD\"]]}\n"},
    {"unlabelled", "{\"id\":1,\"text\":\"toy123\"}\n"},
    {"mislabelled", "{\"id\":1,\"text\":\"toy123\",\"spans\":[[3,3,\"TOY\"]]}\n"},
};

/* --- one run --- */

struct run_row {
    const char *name;
    const char *args[ARGS];
    const char *in;
    int code;
    const char *out;   /* exactly; NULL: not looked at */
    const char *holds; /* standard output holds it */
    const char *err;   /* standard error holds it; NULL: it is empty */
};

static const struct run_row runs[] = {
    /* scrub */
    {.name = "scrub masks a text from standard input",
     .args = {"scrub"},
     .in = "mail jo@example.com or pay 4111 1111 1111 1111\n",
     .out = "mail [EMAIL] or pay [CARD ••1111]\n"},
    {.name = "scrub masks a file",
     .args = {"scrub", "-r", "toy.yaml", "text"},
     .in = "",
     .out = "my [TOY]\n"},
    {.name = "scrub takes several packs, and a dash for standard input",
     .args = {"scrub", "--rules=toy.yaml", "-r", "stop.yaml", "-"},
     .in = "toy123",
     .out = "[TOY]"},
    {.name = "scrub of nothing is nothing", .args = {"scrub"}, .in = "", .out = ""},
    {.name = "scrub masks JSON",
     .args = {"scrub", "-f", "json"},
     .in = "{ \"a\":4111111111111111,\"a\":\"jo\\u0040example.com\" }",
     .out = "{ \"a\":\"[CARD ••1111]\",\"a\":\"[EMAIL]\" }"},
    {.name = "scrub masks NDJSON",
     .args = {"scrub", "--format=ndjson", "-r", "toy.yaml"},
     .in = "{\"a\":\"toy123\"}\n\n[\"toy456\"]\n",
     .out = "{\"a\":\"[TOY]\"}\n\n[\"[TOY]\"]\n"},
    {.name = "scrub masks a form",
     .args = {"scrub", "-f", "form", "-r", "toy.yaml"},
     .in = "a=%7e&t=my+toy123",
     .out = "a=%7e&t=my+%5BTOY%5D"},
    {.name = "scrub masks a form in parts, whose boundary is on its first line",
     .args = {"scrub", "-f", "multipart", "-r", "toy.yaml"},
     .in = "--a b\r\nContent-Disposition: form-data; name=t\r\n\r\nmy toy123\r\n--a b--\r\n",
     .out = "--a b\r\nContent-Disposition: form-data; name=t\r\n\r\nmy [TOY]\r\n--a b--\r\n"},
    {.name = "scrub masks events",
     .args = {"scrub", "-f", "sse", "-r", "toy.yaml"},
     .in = "id: toy123\ndata: {\"t\":\"toy\\u003123\"}\n\n",
     .out = "id: [TOY]\ndata: {\"t\":\"[TOY]\"}\n\n"},
    {.name = "scrub masks HTML",
     .args = {"scrub", "-f", "html", "-r", "toy.yaml"},
     .in = "<b>toy123</b>",
     .out = "<b>[TOY]</b>"},
    {.name = "scrub refuses parts without a boundary on the first line",
     .args = {"scrub", "-f", "multipart"},
     .in = "jo@example.com",
     .code = WRONG,
     .out = "",
     .err = "refused (malformed): multipart: no boundary in it"},
    {.name = "the plain engine gives the same",
     .args = {"scrub", "--engine=reference"},
     .in = "mail jo@example.com or pay 4111 1111 1111 1111",
     .out = "mail [EMAIL] or pay [CARD ••1111]"},
    {.name = "scrub refuses JSON that is cut, and lets nothing of it out",
     .args = {"scrub", "-f", "json"},
     .in = "{\"a\":\"jo@example.com",
     .code = WRONG,
     .out = "",
     .err = "refused (malformed): json: "},
    {.name = "scrub refuses text that is no UTF-8",
     .args = {"scrub"},
     .in = "4111111111111111 \xff",
     .code = WRONG,
     .out = "",
     .err = "refused (malformed): text: invalid UTF-8"},
    {.name = "scrub refuses a form that is broken",
     .args = {"scrub", "-f", "form"},
     .in = "a=4111111111111111%4",
     .code = WRONG,
     .out = "",
     .err = "refused (malformed): form: "},
    {.name = "scrub refuses NDJSON with a bad line, and lets no raw byte out",
     .args = {"scrub", "-f", "ndjson"},
     .in = "{\"a\":\"jo@example.com\"",
     .code = WRONG,
     .err = "refused (malformed): "},
    {.name = "scrub refuses what a rule blocks",
     .args = {"scrub", "-r", "stop.yaml"},
     .in = "a stopword",
     .code = WRONG,
     .err = "refused (blocked): "},
    {.name = "scrub without its file",
     .args = {"scrub", "nowhere"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "nowhere: cannot be read"},
    {.name = "scrub without its rules",
     .args = {"scrub", "-r", "nowhere"},
     .in = "x",
     .code = USAGE,
     .out = "",
     .err = "nowhere: cannot open it"},
    {.name = "scrub with a pack that fails its tests",
     .args = {"scrub", "-r", "failing.yaml"},
     .in = "x",
     .code = USAGE,
     .out = "",
     .err = "failing.yaml:5:"},
    {.name = "scrub with a format that is none",
     .args = {"scrub", "-f", "pdf"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "--format"},
    {.name = "scrub with a level that is none",
     .args = {"scrub", "--level", "5"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "--level is 1, 2, 3 or 4"},
    {.name = "scrub with two files",
     .args = {"scrub", "text", "text"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "one file"},
    /* scrub --spans */
    {.name = "spans count code points of a text",
     .args = {"scrub", "--spans"},
     .in = "{\"id\":1,\"text\":\"\\u00e9 jo@example.com 4111 1111 1111 1111\"}\n",
     .out = "{\"id\":1,\"spans\":[[2,16,\"EMAIL_ADDRESS\",\"contact.email\"],"
            "[17,36,\"CREDIT_CARD\",\"payment.card\"]]}\n"},
    {.name = "spans of several messages name the message",
     .args = {"scrub", "--spans", "-r", "toy.yaml"},
     .in = "{\"id\":\"b\",\"messages\":[\"hi\",\"my toy123\",\"\",\"toy456\"]}\n",
     .out = "{\"id\":\"b\",\"spans\":[[1,3,9,\"TOY\",\"toy.toy\"],[3,0,6,\"TOY\",\"toy.toy\"]]}\n"},
    {.name = "spans of a raw body count in that body",
     .args = {"scrub", "--spans", "-r", "toy.yaml"},
     .in = "{\"id\":1,\"format\":\"json\",\"text\":\"{\\\"a\\\":\\\"toy123\\\"}\"}\n"
           "{\"id\":2,\"format\":\"form\",\"text\":\"a=b&t=toy123\"}\n"
           "{\"id\":3,\"format\":\"html\",\"text\":\"<b>toy123\"}\n"
           "{\"id\":4,\"format\":\"multipart\",\"text\":\"--x\\r\\n\\r\\n\u00e9 "
           "toy123\\r\\n--x--\"}\n"
           "{\"id\":5,\"format\":\"sse\",\"text\":\"data: [\\\"toy123\\\"]\\n\\n\"}\n",
     .out = "{\"id\":1,\"spans\":[[6,12,\"TOY\",\"toy.toy\"]]}\n"
            "{\"id\":2,\"spans\":[[6,12,\"TOY\",\"toy.toy\"]]}\n"
            "{\"id\":3,\"spans\":[[3,9,\"TOY\",\"toy.toy\"]]}\n"
            "{\"id\":4,\"spans\":[[9,15,\"TOY\",\"toy.toy\"]]}\n"
            "{\"id\":5,\"spans\":[[8,14,\"TOY\",\"toy.toy\"]]}\n"},
    {.name = "a line with nothing in it has no spans",
     .args = {"scrub", "--spans", "-r", "toy.yaml"},
     .in = "{\"text\":\"hi\"}\n\n",
     .out = "{\"id\":null,\"spans\":[]}\n"},
    {.name = "a body that is refused says so on its line, and the rest goes on",
     .args = {"scrub", "--spans", "-r", "toy.yaml"},
     .in = "{\"id\":1,\"format\":\"json\",\"text\":\"{\\\"a\\\":\\\"toy1\"}\n"
           "{\"id\":2,\"text\":\"toy123\"}\n",
     .code = WRONG,
     .out = "{\"id\":1,\"spans\":[],\"error\":\"malformed\"}\n"
            "{\"id\":2,\"spans\":[[0,6,\"TOY\",\"toy.toy\"]]}\n"},
    {.name = "a line that is no JSON is told with its number",
     .args = {"scrub", "--spans", "-r", "toy.yaml"},
     .in = "{\"id\":1,\"text\":\"hi\"}\nmy toy123\n",
     .code = USAGE,
     .out = "{\"id\":1,\"spans\":[]}\n",
     .err = "standard input:2: "},
    {.name = "a line without a text is told with its number",
     .args = {"scrub", "--spans", "-r", "toy.yaml"},
     .in = "{\"id\":1}\n",
     .code = USAGE,
     .err = "standard input:1: wants an object with \"text\" or \"messages\""},
    /* explain */
    {.name = "explain says why a span is masked",
     .args = {"explain", "mail jo@example.com"},
     .in = "",
     .holds = "contact.email "},
    {.name = "explain says why a span is not masked",
     .args = {"explain", "order 4111111111111112"},
     .in = "",
     .holds = "dropped: check card does not hold"},
    {.name = "explain as JSON",
     .args = {"explain", "--json", "-r", "toy.yaml", "my toy123"},
     .in = "",
     .out = "{\"matches\":[{\"start\":3,\"end\":9,\"rule\":\"toy.toy\",\"entity\":\"TOY\","
            "\"accepted\":true,\"why\":\"accepted\"}],\"result\":\"my [TOY]\"}\n"},
    {.name = "explain says what a reader sees",
     .args = {"explain", "-r", "toy.yaml",
              "my toy\xEF\xBC\x91"
              "23"},
     .in = "",
     .out = "A reader sees:\nmy toy123\n\n"
            "   3-11   toy.toy                    TOY              «toy\xEF\xBC\x91"
            "23»\n"
            "          read as «toy123»\n"
            "          accepted\n\n"
            "Union of what is accepted, named by the best-ranked:\nmy [TOY]\n"},
    {.name = "explain does not show what reads as it stands",
     .args = {"explain", "-r", "same.yaml", "pay 4111"},
     .in = "",
     .out = "   4-8    same.digits                fold             «4111»\n"
            "          digits reads it as «4111»\n"
            "          accepted\n\n"
            "Union of what is accepted, named by the best-ranked:\npay 4111\n"},
    {.name = "explain says what a reader sees, as JSON",
     .args = {"explain", "--json", "-r", "toy.yaml",
              "toy\xE2\x80\x8B"
              "777"},
     .in = "",
     .out = "{\"views\":[\"toy777\"],\"matches\":[{\"start\":0,\"end\":9,\"rule\":\"toy.toy\","
            "\"entity\":\"TOY\",\"accepted\":true,\"why\":\"accepted\",\"view\":1}],"
            "\"result\":\"[TOY]\"}\n"},
    {.name = "explain says that a text would be refused",
     .args = {"explain", "-r", "stop.yaml", "a stopword"},
     .in = "",
     .holds = "would be refused: blocked"},
    {.name = "explain without a text",
     .args = {"explain"},
     .in = "",
     .code = USAGE,
     .err = "wants one text"},
    /* rules */
    {.name = "rules check of a good pack",
     .args = {"rules", "check", "toy.yaml"},
     .in = "",
     .holds = "1 rules in 1 packs compile"},
    {.name = "rules check as JSON",
     .args = {"rules", "check", "--json", "toy.yaml", "stop.yaml"},
     .in = "",
     .holds = "{\"packs\":2,\"rules\":2,\"warnings\":0,"},
    {.name = "rules check of the packs that are built in",
     .args = {"rules", "check"},
     .in = "",
     .holds = "packs compile"},
    {.name = "rules check of an unknown key",
     .args = {"rules", "check", "unknown.yaml"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "unknown.yaml:5:64: unknown key 'levle': did you mean 'level'?"},
    {.name = "rules check of a broken pattern",
     .args = {"rules", "check", "broken.yaml"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "broken.yaml:5:61: the group is not closed"},
    {.name = "rules check of what is not there",
     .args = {"rules", "check", "nowhere"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "nowhere: cannot open it"},
    {.name = "rules test of a good pack",
     .args = {"rules", "test", "toy.yaml"},
     .in = "",
     .out = "1 rules: 2 tests passed, 0 failed, 0 known misses\n"},
    {.name = "rules test of the packs that are built in",
     .args = {"rules", "test"},
     .in = "",
     .holds = " 0 failed"},
    {.name = "rules test of a pack that fails says which test",
     .args = {"rules", "test", "failing.yaml"},
     .in = "",
     .code = WRONG,
     .holds = "toy.toy: FAILED: "},
    {.name = "rules test as JSON keeps to one object",
     .args = {"rules", "test", "--json", "failing.yaml"},
     .in = "",
     .code = WRONG,
     .out = "{\"rules\":1,\"passed\":1,\"failed\":1,\"known_misses\":0}\n",
     .err = "failing.yaml:5:"},
    {.name = "rules test does not fail for a known miss",
     .args = {"rules", "test", "missing.yaml"},
     .in = "",
     .holds = "known miss"},
    {.name = "rules test of a pack that does not compile",
     .args = {"rules", "test", "broken.yaml"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "broken.yaml:5:61:"},
    {.name = "rules score counts labels and findings, in code points",
     .args = {"rules", "score", "--json", "corpus", "toy.yaml"},
     .in = "",
     .holds = "\"all\":[{\"name\":\"all\",\"found\":3,\"right\":2,"},
    {.name = "rules score lists what was missed",
     .args = {"rules", "score", "corpus", "toy.yaml"},
     .in = "",
     .holds = "misses (1):\n  3[0]:0-4 TOY\n"},
    {.name = "rules score lists what was found in vain",
     .args = {"rules", "score", "corpus", "toy.yaml"},
     .in = "",
     .holds = "false finds (1):\n  b:0-6 toy.toy\n"},
    {.name = "rules score warns of a level that is claimed and not earned",
     .args = {"rules", "score", "wrong", "toy.yaml"},
     .in = "",
     .holds = " 24    4.17 ",
     .err = "toy.yaml:5: warning: toy.toy claims level 1 here, but only 1 of its 24 findings were "
            "right: level 4 is what they earn"},
    {.name = "rules score warns of an exclusion that matched nothing",
     .args = {"rules", "score", "bodies", "excluding.yaml"},
     .in = "",
     .holds = "bodies: 2 messages",
     .err = "excluding.yaml:8:5: warning: exclusion toy.idle of rule toy.toy matched no value of "
            "the corpus"},
    {.name = "rules score as JSON names such exclusions, and none that matched",
     .args = {"rules", "score", "--json", "bodies", "excluding.yaml"},
     .in = "",
     .holds = "\"false_finds\":[],\"unused_exclusions\":[\"toy.idle\"]}",
     .err = "exclusion toy.idle"},
    {.name = "rules score of texts without places says nothing of exclusions",
     .args = {"rules", "score", "--json", "corpus", "excluding.yaml"},
     .in = "",
     .holds = "\"unused_exclusions\":[]"},
    {.name = "rules score reads a talk as one sender's messages",
     .args = {"rules", "score", "--json", "split"},
     .in = "",
     .holds = "\"hit\":2,"},
    {.name = "rules score of a line without labels",
     .args = {"rules", "score", "unlabelled", "toy.yaml"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "unlabelled:1: a line of a corpus needs \"spans\"; no values: []"},
    {.name = "rules score of a label that is empty",
     .args = {"rules", "score", "mislabelled", "toy.yaml"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "mislabelled:1: \"spans\" wants [start, end, \"ENTITY\"]"},
    {.name = "rules score without a corpus",
     .args = {"rules", "score"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "score wants a corpus"},
    {.name = "rules list names the rules",
     .args = {"rules", "list", "toy.yaml"},
     .in = "",
     .holds = "toy.toy "},
    {.name = "rules list as JSON, one object a line",
     .args = {"rules", "list", "--json", "toy.yaml"},
     .in = "",
     .holds = "{\"rule\":\"toy.toy\",\"entity\":\"TOY\",\"level\":1,\"action\":\"mask\","},
    {.name = "rules list of a pack that does not compile",
     .args = {"rules", "list", "broken.yaml"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "broken.yaml:5:61:"},
    {.name = "rules without a word",
     .args = {"rules"},
     .in = "",
     .code = USAGE,
     .err = "wants check, test, list or score"},
    {.name = "rules with a word that is none",
     .args = {"rules", "paint", "toy.yaml"},
     .in = "",
     .code = USAGE,
     .err = "wants check, test, list or score"},
    /* the rest */
    {.name = "version names itself and its libraries",
     .args = {"version"},
     .in = "",
     .holds = "PCRE2 JIT: "},
    {.name = "version says how it scans here",
     .args = {"version"},
     .in = "",
     .holds = "scan kernels: scalar"},
    {.name = "--version is version", .args = {"--version"}, .in = "", .holds = "PCRE2 JIT: "},
    {.name = "echo at an address that is none",
     .args = {"echo", "-l", "127.0.0.1:99999"},
     .in = "",
     .code = USAGE,
     .err = "no address"},
    {.name = "keygen without a folder",
     .args = {"keygen"},
     .in = "",
     .code = USAGE,
     .err = "wants one folder"},
    {.name = "no command",
     .args = {NULL},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "usage: scrubgate COMMAND"},
    {.name = "a command that is none",
     .args = {"paint"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "there is no command paint"},
    {.name = "an option that is none",
     .args = {"scrub", "--colour"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "unknown option --colour"},
    {.name = "an option without its argument",
     .args = {"scrub", "-r"},
     .in = "",
     .code = USAGE,
     .out = "",
     .err = "an argument is missing after -r"},
};

static void test_run(void **state)
{
    const struct run_row *row = *state;
    struct sg_program_run said;
    sg_program_run(&said, dir.path, row->args, sg_bytes_of(row->in));
    const char *out = (const char *)said.out.data, *err = (const char *)said.err.data;
    bool right = said.code == row->code && (row->out == NULL || strcmp(out, row->out) == 0) &&
                 (row->holds == NULL || strstr(out, row->holds) != NULL) &&
                 (row->err == NULL ? err[0] == '\0' : strstr(err, row->err) != NULL);
    if (!right)
        fail_msg("exit %d\n--- output\n%s\n--- errors\n%s", said.code, out, err);
    /* Errors never quote what was to be scrubbed. */
    static const char *const secrets[] = {"jo@example.com", "4111111111111111", "toy123"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        if (strcmp(row->args[0] != NULL ? row->args[0] : "", "scrub") == 0)
            assert_null(strstr(err, secrets[i]));
    sg_program_run_fini(&said);
}

/* --- every command has its help --- */

static void test_help(void **state)
{
    (void)state;
    static const char *const commands[] = {"serve", "scrub",  "explain", "rules",
                                           "echo",  "keygen", "version"};
    struct sg_program_run all;
    sg_program_run(&all, NULL, (const char *[]){"--help", NULL}, SG_BYTES(""));
    assert_int_equal(all.code, FINE);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct sg_program_run said, same;
        char usage[64];
        assert_non_null(strstr((const char *)all.out.data, commands[i]));
        sg_program_run(&said, NULL, (const char *[]){commands[i], "--help", NULL}, SG_BYTES(""));
        sg_program_run(&same, NULL, (const char *[]){commands[i], "-h", NULL}, SG_BYTES(""));
        assert_int_equal(said.code, FINE);
        assert_string_equal((const char *)said.err.data, "");
        assert_string_equal((const char *)said.out.data, (const char *)same.out.data);
        (void)snprintf(usage, sizeof usage, "usage: scrubgate %s ", commands[i]);
        assert_memory_equal(said.out.data, usage, strlen(usage));
        const char *examples = strstr((const char *)said.out.data, "\nExamples:\n");
        assert_non_null(examples);
        const char *first = strstr(examples, commands[i]);
        assert_non_null(first);
        assert_non_null(strchr(strchr(first, '\n') + 1, '\n')); /* two of them */
        sg_program_run_fini(&said);
        sg_program_run_fini(&same);
    }
    sg_program_run_fini(&all);
}

static void test_version_json(void **state)
{
    (void)state;
    struct sg_program_run said;
    struct sg_json *json = NULL;
    struct scrubgate_fault fault;
    sg_program_run(&said, NULL, (const char *[]){"version", "--json", NULL}, SG_BYTES(""));
    assert_int_equal(said.code, FINE);
    assert_true(sg_json_parse(&json, sg_buf_bytes(&said.out), 8, &fault) >= 0);
    const struct sg_json_node *libraries = sg_json_get(sg_json_root(json), "libraries");
    assert_non_null(libraries);
    assert_true(libraries->count >= 5);
    assert_int_equal(sg_json_get(sg_json_root(json), "jit")->kind, SG_JSON_BOOL);
    assert_true(sg_json_get(sg_json_root(json), "version")->text.len > 0);
    const struct sg_json_node *kernels = sg_json_get(sg_json_root(json), "kernels");
    const struct sg_json_node *kernel = sg_json_get(sg_json_root(json), "kernel");
    assert_true(kernels != NULL && kernel != NULL);
    const struct sg_json_node *plain = sg_json_get(kernels, "scalar");
    assert_true(plain != NULL && plain->kind == SG_JSON_BOOL && plain->truth);
    const struct sg_json_node *used = sg_json_get(kernels, (const char *)kernel->text.data);
    assert_true(used != NULL && used->truth); /* what is in use works here */
    sg_json_free(json);
    sg_program_run_fini(&said);
}

/* --- the kernel that is asked for --- */

static const struct kernel_row {
    const char *name, *kernel;
    const char *args[ARGS];
    int code;
    const char *holds; /* in what it prints; for a fault: on standard error */
} kernel_rows[] = {
    {.name = "version uses the kernel that is asked for",
     .kernel = "scalar",
     .args = {"version"},
     .holds = "; in use: scalar\n"},
    {.name = "scrub uses the kernel that is asked for",
     .kernel = "scalar",
     .args = {"scrub", "-r", "toy.yaml", "text"},
     .holds = "my [TOY]"},
    {.name = "version refuses a kernel that is none",
     .kernel = "abacus",
     .args = {"version"},
     .code = USAGE,
     .holds = "SCRUBGATE_KERNEL: no scan kernel of that name"},
    {.name = "scrub refuses a kernel that is none",
     .kernel = "abacus",
     .args = {"scrub", "-r", "toy.yaml", "text"},
     .code = USAGE,
     .holds = "SCRUBGATE_KERNEL: no scan kernel of that name"},
    {.name = "explain refuses a kernel that is none",
     .kernel = "abacus",
     .args = {"explain", "-r", "toy.yaml", "x"},
     .code = USAGE,
     .holds = "SCRUBGATE_KERNEL: no scan kernel of that name"},
    {.name = "rules check refuses a kernel that is none",
     .kernel = "abacus",
     .args = {"rules", "check", "toy.yaml"},
     .code = USAGE,
     .holds = "SCRUBGATE_KERNEL: no scan kernel of that name"},
    {.name = "serve refuses a kernel that is none",
     .kernel = "abacus",
     .args = {"serve", "-t"},
     .code = USAGE,
     .holds = "SCRUBGATE_KERNEL: no scan kernel of that name"},
};

static void test_kernel_row(void **state)
{
    const struct kernel_row *row = *state;
    struct sg_program_run said;
    assert_int_equal(setenv("SCRUBGATE_KERNEL", row->kernel, 1), 0);
    sg_program_run(&said, dir.path, row->args, SG_BYTES(""));
    assert_int_equal(unsetenv("SCRUBGATE_KERNEL"), 0);
    const char *out = (const char *)said.out.data, *err = (const char *)said.err.data;
    assert_int_equal(said.code, row->code);
    assert_string_equal(row->code == FINE ? err : out, "");
    if (strstr(row->code == FINE ? out : err, row->holds) == NULL)
        fail_msg("it said:\n%s%s", out, err);
    sg_program_run_fini(&said);
}

static void test_keygen(void **state)
{
    (void)state;
    struct sg_program_run said;
    struct stat info;
    char path[512];
    const char *const args[] = {"keygen", "made/keys", NULL};
    mode_t before = umask(0);
    sg_program_run(&said, dir.path, args, SG_BYTES(""));
    (void)umask(before);
    assert_int_equal(said.code, FINE);
    assert_string_equal((const char *)said.out.data, "5 key files made in made/keys\n");
    sg_program_run_fini(&said);
    sg_tempdir_path(&dir, "made/keys/fingerprint.key", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    char *key = sg_tempdir_read(&dir, "made/keys/fingerprint.key", NULL);
    sg_program_run(&said, dir.path, args, SG_BYTES(""));
    assert_int_equal(said.code, FINE);
    assert_non_null(strstr((const char *)said.out.data, "none was changed"));
    char *again = sg_tempdir_read(&dir, "made/keys/fingerprint.key", NULL);
    assert_string_equal(key, again);
    free(key);
    free(again);
    sg_program_run_fini(&said);
}

/* A large text goes through in pieces, and a reader that stops is no crash. */
static void test_large(void **state)
{
    (void)state;
    struct sg_program_run said;
    struct sg_buf in = {0}, want = {0};
    while (in.len < 1024 * 1024) {
        assert_true(sg_buf_add_text(&in, "a long line with toy123 in it and more of it\n") >= 0);
        assert_true(sg_buf_add_text(&want, "a long line with [TOY] in it and more of it\n") >= 0);
    }
    sg_program_run(&said, dir.path, (const char *[]){"scrub", "-r", "toy.yaml", NULL},
                   sg_buf_bytes(&in));
    assert_int_equal(said.code, FINE);
    sg_assert_same(sg_buf_bytes(&said.out), sg_buf_bytes(&want));
    sg_program_run_fini(&said);
    sg_buf_fini(&in);
    sg_buf_fini(&want);
}

static void test_echo(void **state)
{
    (void)state;
    static const char *const args[] = {"echo", "-l", "127.0.0.1:0", NULL};
    char line[128] = "";
    unsigned port = 0;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = sg_program_start(&(struct sg_program_start){.args = args, .out = ends[1]});
    (void)close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    assert_non_null(out);
    assert_non_null(fgets(line, sizeof line, out));
    assert_int_equal(sscanf(line, "echo listens on http://127.0.0.1:%u/", &port), 1);
    struct sg_answer answer = {.cut = false};
    sg_wire_ask(port, "POST", "/any", "Content-Type: text/x-own\r\n", SG_BYTES("hello"), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_assert_text(sg_answer_field(&answer, "Content-Type"), "text/x-own");
    sg_assert_text(sg_buf_bytes(&answer.body), "hello");
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(sg_program_wait(pid), FINE);
    sg_answer_fini(&answer);
    (void)fclose(out);
}

int main(void)
{
    sg_tempdir_make(&dir);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        sg_tempdir_write(&dir, files[i].name, files[i].text, strlen(files[i].text));
    SG_SUITE_ROWS(test_run, runs);
    sg_suite_add("every command tells of itself, with two examples", test_help, NULL);
    sg_suite_add("version as JSON", test_version_json, NULL);
    sg_suite_add("keygen makes what is missing, closed to others", test_keygen, NULL);
    sg_suite_add("scrub streams a large text", test_large, NULL);
    sg_suite_add("echo answers with what it received", test_echo, NULL);
    SG_SUITE_ROWS(test_kernel_row, kernel_rows);
    int rc = sg_suite_run("cli");
    sg_tempdir_remove(&dir);
    return rc;
}
