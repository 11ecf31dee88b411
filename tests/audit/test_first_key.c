/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_first_key.c - K(0) is read back as it was shown, and a slip of the pen is told from another
 * key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit/first_key.h"

#include "../lib/suite.h"

static uint8_t key[SG_KEY_SIZE];

struct row {
    const char *name, *text;
    enum scrubgate_status rc;
};

static const struct row rows[] = {
    {"as it was shown", "AAEC AwQF BgcI CQoL DA0O DxAR EhMU FRYX GBka Gxwd Hh8= e255",
     SCRUBGATE_OK},
    {"without its spaces", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=e255", SCRUBGATE_OK},
    {"over lines and with tabs",
     "AAEC AwQF BgcI CQoL\nDA0O\tDxAR EhMU FRYX\r\nGBka Gxwd Hh8= e255\n", SCRUBGATE_OK},
    {"without the check, as base64 has it",
     "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", SCRUBGATE_OK},
    {"a letter wrong", "AAEC AwQF BgcI CQoL DA0O DxAR EhMU FRYX GBka GxwD Hh8= e255",
     SCRUBGATE_EINVAL},
    {"two groups swapped", "AwQF AAEC BgcI CQoL DA0O DxAR EhMU FRYX GBka Gxwd Hh8= e255",
     SCRUBGATE_EINVAL},
    {"the check wrong", "AAEC AwQF BgcI CQoL DA0O DxAR EhMU FRYX GBka Gxwd Hh8= e250",
     SCRUBGATE_EINVAL},
    {"a group missing", "AAEC AwQF BgcI CQoL DA0O DxAR EhMU FRYX GBka Hh8= e255",
     SCRUBGATE_EMALFORMED},
    {"a part of the check missing", "AAEC AwQF BgcI CQoL DA0O DxAR EhMU FRYX GBka Gxwd Hh8= e25",
     SCRUBGATE_EMALFORMED},
    {"a letter that is none", "AAEC AwQF BgcI CQoL DA0O DxAR EhMU FRYX GBka Gx,d Hh8= e255",
     SCRUBGATE_EMALFORMED},
    {"more than a key", "AAEC AwQF BgcI CQoL DA0O DxAR EhMU FRYX GBka Gxwd Hh8= e255 0",
     SCRUBGATE_EMALFORMED},
    {"nothing", "", SCRUBGATE_EMALFORMED},
    {"white space", " \n", SCRUBGATE_EMALFORMED},
};

static void test_row(void **state)
{
    static const uint8_t none[SG_KEY_SIZE];
    const struct row *row = *state;
    uint8_t read[SG_KEY_SIZE];
    memset(read, 7, sizeof read);
    assert_int_equal(sg_first_key_read(sg_bytes_of(row->text), read), row->rc);
    assert_memory_equal(read, row->rc < 0 ? none : key, sizeof read);
}

static void test_it_is_shown(void **state)
{
    char text[SG_FIRST_KEY_TEXT];
    (void)state;
    assert_int_equal(sg_first_key_print(key, text), SCRUBGATE_OK);
    assert_string_equal(text, rows[0].text);
}

int main(void)
{
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    sg_suite_add("it is shown in groups, with its check", test_it_is_shown, NULL);
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("audit/test_first_key");
}
