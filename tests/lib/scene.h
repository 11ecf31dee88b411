/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene.h - the stage of the wire tests: the real gateway with an origin behind it.
 *
 *     test's client (wire.h) -> gateway.h -> recorder.h
 */
#ifndef SG_TESTS_SCENE_H
#define SG_TESTS_SCENE_H

#include "gateway.h"
#include "recorder.h"
#include "wire.h"

struct sg_scene {
    const char *listen; /* set before open, see gateway.h */
    struct sg_gateway gateway;
    struct sg_recorder origin;
    char audit_log[512];
};

/* Starts both. pack, unless NULL, becomes toy.yaml beside gateway.yaml. config is what follows the
 * ports in gateway.yaml; each @ in it is the origin's port, each ! a port that refuses connections.
 */
void sg_scene_open(struct sg_scene *scene, const char *pack, const char *config);
/* Writes gateway.yaml anew, for a reload. */
void sg_scene_config(struct sg_scene *scene, const char *config);
void sg_scene_close(struct sg_scene *scene);

/* What the origin has heard until now is looked at; then sg_scene_heard_nothing says that nothing
 * came since: it sends a request without a body to target and waits until the origin has heard
 * that, and only that. */
size_t sg_scene_mark(struct sg_scene *scene);
void sg_scene_heard_nothing(struct sg_scene *scene, size_t mark, const char *target);

/* Takes the next request that the origin heard, which must be whole, and drops it. */
void sg_scene_skip(struct sg_scene *scene);

/* Last of a suite: nothing the origin heard and nothing the gateway keeps holds any of the texts
 * (ended by NULL), nothing is left that nobody looked at, and the gateway ends well. */
void sg_scene_ends_quietly(struct sg_scene *scene, const char *const texts[]);

#endif
