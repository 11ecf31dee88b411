/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene.c - the stage of the wire tests: the real gateway with an origin behind it.
 */
#include "scene.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

enum { CONFIG_MOST = 8192 };

/* Bound and not listening, for as long as the test lives. */
static unsigned refusing_port(void)
{
    static struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    if (address.sin_port != 0)
        return ntohs(address.sin_port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.sin_port);
}

void sg_scene_config(struct sg_scene *scene, const char *config)
{
    char text[CONFIG_MOST];
    size_t len = 0;
    for (; *config != '\0'; config++) {
        assert_true(len + 8 < sizeof text);
        if (*config == '@' || *config == '!')
            len += (size_t)snprintf(text + len, 8, "%u",
                                    *config == '@' ? scene->origin.port : refusing_port());
        else
            text[len++] = *config;
    }
    text[len] = '\0';
    sg_gateway_config(&scene->gateway, "%s", text);
}

void sg_scene_open(struct sg_scene *scene, const char *pack, const char *config)
{
    sg_gateway_init(&scene->gateway);
    scene->gateway.listen = scene->listen;
    sg_tempdir_path(&scene->gateway.dir, "var/audit/log/000000.ndjson", scene->audit_log);
    scene->origin.audit_log = scene->audit_log;
    sg_recorder_start(&scene->origin);
    sg_scene_config(scene, config);
    if (pack != NULL)
        sg_tempdir_write(&scene->gateway.dir, "toy.yaml", pack, strlen(pack));
    sg_gateway_start(&scene->gateway);
}

void sg_scene_close(struct sg_scene *scene)
{
    sg_gateway_fini(&scene->gateway);
    sg_recorder_stop(&scene->origin);
}

size_t sg_scene_mark(struct sg_scene *scene)
{
    sg_recorder_forget(&scene->origin);
    return sg_recorder_bytes(&scene->origin);
}

void sg_scene_heard_nothing(struct sg_scene *scene, size_t mark, const char *target)
{
    struct sg_answer answer = {.cut = false};
    struct sg_heard heard;
    sg_wire_ask(scene->gateway.port, "GET", target, "X-Only: this\r\n", SG_BYTES(""), &answer);
    assert_int_equal(answer.head.status, 200);
    sg_recorder_take(&scene->origin, &heard);
    sg_assert_text(sg_heard_field(&heard, "X-Only"), "this");
    assert_int_equal(sg_recorder_bytes(&scene->origin) - mark, heard.text.len);
    sg_heard_fini(&heard);
    sg_answer_fini(&answer);
}

void sg_scene_skip(struct sg_scene *scene)
{
    struct sg_heard heard;
    sg_recorder_take(&scene->origin, &heard);
    bool whole = heard.whole;
    sg_heard_fini(&heard);
    assert_true(whole);
}

void sg_scene_ends_quietly(struct sg_scene *scene, const char *const texts[])
{
    for (size_t i = 0; texts[i] != NULL; i++)
        if (sg_recorder_holds(&scene->origin, texts[i]))
            fail_msg("the origin heard %s", texts[i]);
    assert_int_equal(sg_recorder_waiting(&scene->origin), 0);
    sg_gateway_keeps_quiet(&scene->gateway, texts);
    sg_gateway_stop(&scene->gateway);
    sg_gateway_keeps_quiet(&scene->gateway, texts); /* what was written at the end */
}
