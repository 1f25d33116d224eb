#include "base/lane.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct slot {
	struct lane_job *job;
	bool done;
};

/* Positions count since creation; the slots are used round and round. */
struct ring {
	struct slot *slot;
	uint64_t head, next, tail;
};

enum { FIRST, REST, RINGS };

struct lane {
	pthread_mutex_t lock;
	pthread_cond_t work;  /* something waits for a worker, or closed */
	pthread_cond_t ready; /* a head is done, or closed */
	struct ring ring[RINGS];
	bool firsts_taken;    /* by the last take, and nothing else */
	size_t slots, reserved_slots;
	size_t bytes, reserved_bytes, weight;
	bool closed;
};

static struct slot *
slot_of(const struct lane *lane, const struct ring *r, uint64_t position)
{
	return &r->slot[position % lane->slots];
}

static size_t
jobs_in(const struct lane *lane)
{
	size_t n = 0;

	for (unsigned i = 0; i < RINGS; i++)
		n += (size_t)(lane->ring[i].tail - lane->ring[i].head);
	return n;
}

struct lane *
lane_create(size_t slots, size_t reserved_slots, size_t bytes,
    size_t reserved_bytes)
{
	pthread_condattr_t attr;
	struct lane *lane;

	if (slots == 0 || reserved_slots >= slots || reserved_bytes >= bytes)
		return NULL;
	lane = calloc(1, sizeof *lane);
	if (lane == NULL)
		return NULL;
	for (unsigned i = 0; i < RINGS; i++) {
		lane->ring[i].slot = calloc(slots, sizeof(struct slot));
		if (lane->ring[i].slot == NULL) {
			free(lane->ring[0].slot);
			free(lane);
			return NULL;
		}
	}
	lane->slots = slots;
	lane->reserved_slots = reserved_slots;
	lane->bytes = bytes;
	lane->reserved_bytes = reserved_bytes;
	/* None of these can fail on Linux with these arguments. */
	pthread_mutex_init(&lane->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&lane->work, &attr);
	pthread_cond_init(&lane->ready, &attr);
	pthread_condattr_destroy(&attr);
	return lane;
}

static bool
has_room(const struct lane *lane, size_t weight, unsigned flags)
{
	size_t slots = lane->slots, bytes = lane->bytes;

	if ((flags & LANE_NARROWING) == 0) {
		slots -= lane->reserved_slots;
		bytes -= lane->reserved_bytes;
	}
	return jobs_in(lane) < slots && weight <= bytes &&
	    lane->weight <= bytes - weight;
}

/* Moves `next` over jobs that need no worker. */
static void
skip_ready(struct lane *lane, struct ring *r)
{
	while (r->next < r->tail && slot_of(lane, r, r->next)->done)
		r->next++;
}

static struct ring *
ring_of(struct lane *lane, const struct lane_job *job)
{
	return &lane->ring[job->first ? FIRST : REST];
}

bool
lane_put(struct lane *lane, struct lane_job *job, size_t weight,
    unsigned flags)
{
	struct ring *r;
	bool fits;

	pthread_mutex_lock(&lane->lock);
	fits = !lane->closed && has_room(lane, weight, flags);
	if (fits) {
		job->first = (flags & LANE_FIRST) != 0;
		r = ring_of(lane, job);
		job->position = r->tail++;
		job->weight = weight;
		*slot_of(lane, r, job->position) = (struct slot){ job,
			(flags & LANE_READY) != 0 };
		lane->weight += weight;
		skip_ready(lane, r);
		if ((flags & LANE_READY) == 0)
			pthread_cond_signal(&lane->work);
		else if (job->position == r->head)
			pthread_cond_signal(&lane->ready);
	}
	pthread_mutex_unlock(&lane->lock);
	return fits;
}

static struct ring *
ring_with_work(struct lane *lane)
{
	for (unsigned i = 0; i < RINGS; i++) {
		if (lane->ring[i].next < lane->ring[i].tail)
			return &lane->ring[i];
	}
	return NULL;
}

struct lane_job *
lane_work(struct lane *lane)
{
	struct lane_job *job = NULL;
	struct ring *r;

	pthread_mutex_lock(&lane->lock);
	while ((r = ring_with_work(lane)) == NULL && !lane->closed)
		pthread_cond_wait(&lane->work, &lane->lock);
	if (r != NULL) {
		job = slot_of(lane, r, r->next)->job;
		r->next++;
		skip_ready(lane, r);
	}
	pthread_mutex_unlock(&lane->lock);
	return job;
}

void
lane_done(struct lane *lane, struct lane_job *job)
{
	struct ring *r;
	struct slot *slot;

	pthread_mutex_lock(&lane->lock);
	r = ring_of(lane, job);
	assert(job->position >= r->head && job->position < r->next);
	slot = slot_of(lane, r, job->position);
	assert(slot->job == job && !slot->done);
	slot->done = true;
	if (job->position == r->head)
		pthread_cond_signal(&lane->ready);
	pthread_mutex_unlock(&lane->lock);
}

static bool
head_done(const struct lane *lane, const struct ring *r)
{
	return r->head < r->tail && slot_of(lane, r, r->head)->done;
}

static bool
any_done(const struct lane *lane)
{
	return head_done(lane, &lane->ring[FIRST]) ||
	    head_done(lane, &lane->ring[REST]);
}

/* Until a head is done, or time is over, or closed and empty. */
static void
wait_head(struct lane *lane, int idle_ms)
{
	struct timespec until;
	int e = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	if (idle_ms > 0) {
		until.tv_sec += idle_ms / 1000;
		until.tv_nsec += (long)(idle_ms % 1000) * 1000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
	}
	while (!any_done(lane) && e != ETIMEDOUT &&
	    !(lane->closed && jobs_in(lane) == 0)) {
		if (idle_ms < 0)
			e = pthread_cond_wait(&lane->ready, &lane->lock);
		else
			e = pthread_cond_timedwait(&lane->ready, &lane->lock,
			    &until);
	}
}

/* A run of done jobs from the head of one ring. */
static size_t
take_run(struct lane *lane, struct ring *r, struct lane_job *job[],
    size_t max, size_t bytes)
{
	size_t n = 0, weight = 0;

	while (n < max && head_done(lane, r)) {
		struct lane_job *first = slot_of(lane, r, r->head)->job;

		if (n > 0 && (weight > bytes ||
		    first->weight > bytes - weight))
			break;
		weight += first->weight;
		lane->weight -= first->weight;
		*slot_of(lane, r, r->head) = (struct slot){ NULL, false };
		r->head++;
		job[n++] = first;
	}
	assert(r->head <= r->next && r->next <= r->tail);
	return n;
}

size_t
lane_take(struct lane *lane, struct lane_job *job[], size_t max,
    size_t bytes, int idle_ms)
{
	size_t n = 0;

	pthread_mutex_lock(&lane->lock);
	wait_head(lane, idle_ms);
	/* what goes first goes alone, so that it is soon answered; not twice
	 * running, so that it never stops everybody else */
	if (!lane->firsts_taken || !head_done(lane, &lane->ring[REST]))
		n = take_run(lane, &lane->ring[FIRST], job, max, bytes);
	lane->firsts_taken = n > 0;
	if (n == 0)
		n = take_run(lane, &lane->ring[REST], job, max, bytes);
	pthread_mutex_unlock(&lane->lock);
	return n;
}

size_t
lane_room(struct lane *lane)
{
	size_t used, open;

	pthread_mutex_lock(&lane->lock);
	used = jobs_in(lane);
	open = lane->slots - lane->reserved_slots;
	pthread_mutex_unlock(&lane->lock);
	return used < open ? open - used : 0;
}

void
lane_close(struct lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	lane->closed = true;
	pthread_cond_broadcast(&lane->work);
	pthread_cond_broadcast(&lane->ready);
	pthread_mutex_unlock(&lane->lock);
}

bool
lane_finished(struct lane *lane)
{
	bool over;

	pthread_mutex_lock(&lane->lock);
	over = lane->closed && jobs_in(lane) == 0;
	pthread_mutex_unlock(&lane->lock);
	return over;
}

void
lane_destroy(struct lane **lane)
{
	struct lane *l;

	if (lane == NULL || *lane == NULL)
		return;
	l = *lane;
	assert(jobs_in(l) == 0);
	pthread_cond_destroy(&l->ready);
	pthread_cond_destroy(&l->work);
	pthread_mutex_destroy(&l->lock);
	for (unsigned i = 0; i < RINGS; i++)
		free(l->ring[i].slot);
	free(l);
	*lane = NULL;
}
