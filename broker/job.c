#include "broker/job.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct job_pool {
	pthread_mutex_t lock;
	struct job *free;
	unsigned n;
};

struct job_pool *
job_pool_create(void)
{
	struct job_pool *p = calloc(1, sizeof *p);

	if (p != NULL)
		pthread_mutex_init(&p->lock, NULL);
	return p;
}

static void
job_free(struct job *j)
{
	arena_destroy(&j->arena);
	free(j);
}

void
job_pool_destroy(struct job_pool **p)
{
	struct job *j;

	if (*p == NULL)
		return;
	while ((j = (*p)->free) != NULL) {
		(*p)->free = j->next;
		job_free(j);
	}
	pthread_mutex_destroy(&(*p)->lock);
	free(*p);
	*p = NULL;
}

static struct job *
pool_take(struct job_pool *p)
{
	struct job *j;

	pthread_mutex_lock(&p->lock);
	j = p->free;
	if (j != NULL) {
		p->free = j->next;
		p->n--;
	}
	pthread_mutex_unlock(&p->lock);
	return j;
}

struct job *
job_create(struct job_pool *p, enum job_kind kind, const char *member,
    uint64_t session, struct bytes frame)
{
	struct job *j = pool_take(p);
	struct arena *arena;
	uint8_t *copy = NULL;

	if (j == NULL) {
		j = calloc(1, sizeof *j);
		if (j == NULL)
			return NULL;
		j->arena = arena_create(JOB_ARENA);
	}
	arena = j->arena;
	memset(j, 0, sizeof *j);
	j->arena = arena;
	if (arena != NULL)
		copy = arena_dup(arena, frame.data, frame.n);
	if (copy == NULL && (arena == NULL || frame.n > 0)) {
		job_free(j);
		return NULL;
	}
	j->kind = kind;
	j->session = session;
	j->frame = bytes_of(copy, frame.n);
	(void)strncpy(j->member, member, WIRE_ID_MAX);
	return j;
}

void
job_answered(struct job *job)
{
	if (job->ticket != NULL)
		atomic_fetch_sub(job->ticket, 1);
	job->ticket = NULL;
}

void
job_destroy(struct job_pool *p, struct job **job)
{
	struct job *j = *job;

	if (j == NULL)
		return;
	*job = NULL;
	job_answered(j);
	arena_reset(j->arena);
	pthread_mutex_lock(&p->lock);
	if (p->n < JOB_POOL) {
		j->next = p->free;
		p->free = j;
		p->n++;
		j = NULL;
	}
	pthread_mutex_unlock(&p->lock);
	if (j != NULL)
		job_free(j);
}
