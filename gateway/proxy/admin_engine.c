/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin_engine.c - scans what the admin port is asked, on a thread of its own.
 */
#include "proxy/admin_engine.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/diag.h"
#include "proxy/sandbox.h"

struct list {
    struct sg_admin_job *first, **end;
};

struct sg_admin_engine {
    pthread_t thread;
    struct sg_loop *loop;
    struct scrubgate_scratch *scratch; /* the thread's */
    struct sg_wake finished;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct list waiting, ready; /* under the lock */
    size_t n_waiting;
    bool stopping;
};

static void list_init(struct list *list)
{
    list->first = NULL;
    list->end = &list->first;
}

static void list_add(struct list *list, struct sg_admin_job *job)
{
    job->next = NULL;
    *list->end = job;
    list->end = &job->next;
}

static struct sg_admin_job *list_take(struct list *list)
{
    struct sg_admin_job *job = list->first;
    if (job == NULL)
        return NULL;
    list->first = job->next;
    if (list->first == NULL)
        list->end = &list->first;
    return job;
}

/* --- the thread --- */

/* NULL: stop. */
static struct sg_admin_job *next_job(struct sg_admin_engine *engine)
{
    struct sg_admin_job *job = NULL;
    (void)pthread_mutex_lock(&engine->lock);
    while (engine->waiting.first == NULL && !engine->stopping)
        (void)pthread_cond_wait(&engine->work, &engine->lock);
    if (!engine->stopping)
        job = list_take(&engine->waiting);
    engine->n_waiting -= job != NULL;
    (void)pthread_mutex_unlock(&engine->lock);
    return job;
}

static void *run(void *ctx)
{
    struct sg_admin_engine *engine = ctx;
    struct sg_admin_job *job;
    /* It reads bodies, as workers do. Unconfined it reads none, and says so. */
    const enum scrubgate_status confined = sg_sandbox_enter(SG_SANDBOX_WORKER);
    while ((job = next_job(engine)) != NULL) {
        job->request.scratch = engine->scratch;
        job->status = confined;
        if (confined >= 0)
            job->status = sg_engine_answer(&job->request, &job->answer, &job->fault);
        else
            sg_fault_set(&job->fault, NULL, 0, 0, "the engine's thread cannot be confined");
        (void)pthread_mutex_lock(&engine->lock);
        list_add(&engine->ready, job);
        (void)pthread_mutex_unlock(&engine->lock);
        sg_wake_ring(&engine->finished);
    }
    return NULL;
}

/* --- on the loop's --- */

static void finish(struct sg_admin_job *job)
{
    sg_generation_drop(job->generation);
    job->generation = NULL;
    job->done(job); /* may free it */
}

static void finish_ready(struct sg_admin_engine *engine)
{
    struct list list;
    struct sg_admin_job *job;
    list_init(&list);
    (void)pthread_mutex_lock(&engine->lock);
    while ((job = list_take(&engine->ready)) != NULL)
        list_add(&list, job);
    (void)pthread_mutex_unlock(&engine->lock);
    while ((job = list_take(&list)) != NULL)
        finish(job);
}

static void woken(struct sg_wake *wake)
{
    finish_ready((struct sg_admin_engine *)(void *)((char *)wake -
                                                    offsetof(struct sg_admin_engine, finished)));
}

static void free_engine(struct sg_admin_engine *engine)
{
    sg_wake_fini(engine->loop, &engine->finished);
    (void)pthread_mutex_destroy(&engine->lock);
    (void)pthread_cond_destroy(&engine->work);
    scrubgate_scratch_free(engine->scratch);
    free(engine);
}

enum scrubgate_status sg_admin_engine_start(struct sg_admin_engine **engine, struct sg_loop *loop)
{
    struct sg_admin_engine *made = calloc(1, sizeof *made);
    *engine = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->loop = loop;
    list_init(&made->waiting);
    list_init(&made->ready);
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_cond_init(&made->work, NULL);
    enum scrubgate_status rc = scrubgate_scratch_new(&made->scratch);
    if (rc >= 0)
        rc = sg_wake_init(loop, &made->finished, woken);
    if (rc >= 0 && pthread_create(&made->thread, NULL, run, made) != 0)
        rc = SCRUBGATE_EIO;
    if (rc < 0)
        free_engine(made);
    else
        *engine = made;
    return rc;
}

bool sg_admin_engine_submit(struct sg_admin_engine *engine, struct sg_admin_job *job)
{
    (void)pthread_mutex_lock(&engine->lock);
    bool room = engine->n_waiting < SG_ADMIN_JOBS;
    if (room) {
        (void)sg_generation_hold(job->generation);
        list_add(&engine->waiting, job);
        engine->n_waiting++;
    }
    (void)pthread_mutex_unlock(&engine->lock);
    if (room)
        (void)pthread_cond_signal(&engine->work);
    return room;
}

void sg_admin_engine_stop(struct sg_admin_engine *engine)
{
    struct sg_admin_job *job;
    if (engine == NULL)
        return;
    (void)pthread_mutex_lock(&engine->lock);
    engine->stopping = true;
    (void)pthread_mutex_unlock(&engine->lock);
    (void)pthread_cond_signal(&engine->work);
    (void)pthread_join(engine->thread, NULL);
    finish_ready(engine);
    while ((job = list_take(&engine->waiting)) != NULL) {
        job->status = SCRUBGATE_EIO;
        finish(job);
    }
    free_engine(engine);
}
