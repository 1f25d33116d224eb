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

struct lane {
	pthread_mutex_t lock;
	pthread_cond_t work;  /* something waits for a worker, or closed */
	pthread_cond_t ready; /* the head is done, or closed */
	struct slot *slot;
	uint64_t head, next, tail; /* positions since creation */
	size_t slots, reserved_slots;
	size_t bytes, reserved_bytes, weight;
	bool closed;
};

static struct slot *
slot_of(struct lane *lane, uint64_t position)
{
	return &lane->slot[position % lane->slots];
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
	lane->slot = calloc(slots, sizeof *lane->slot);
	if (lane->slot == NULL) {
		free(lane);
		return NULL;
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
	return lane->tail - lane->head < slots && weight <= bytes &&
	    lane->weight <= bytes - weight;
}

/* Moves `next` over jobs that need no worker. */
static void
skip_ready(struct lane *lane)
{
	while (lane->next < lane->tail && slot_of(lane, lane->next)->done)
		lane->next++;
}

bool
lane_put(struct lane *lane, struct lane_job *job, size_t weight,
    unsigned flags)
{
	bool fits;

	pthread_mutex_lock(&lane->lock);
	fits = !lane->closed && has_room(lane, weight, flags);
	if (fits) {
		job->position = lane->tail++;
		job->weight = weight;
		*slot_of(lane, job->position) = (struct slot){ job,
			(flags & LANE_READY) != 0 };
		lane->weight += weight;
		skip_ready(lane);
		if ((flags & LANE_READY) == 0)
			pthread_cond_signal(&lane->work);
		else if (job->position == lane->head)
			pthread_cond_signal(&lane->ready);
	}
	pthread_mutex_unlock(&lane->lock);
	return fits;
}

struct lane_job *
lane_work(struct lane *lane)
{
	struct lane_job *job = NULL;

	pthread_mutex_lock(&lane->lock);
	while (lane->next == lane->tail && !lane->closed)
		pthread_cond_wait(&lane->work, &lane->lock);
	if (lane->next < lane->tail) {
		job = slot_of(lane, lane->next)->job;
		lane->next++;
		skip_ready(lane);
	}
	pthread_mutex_unlock(&lane->lock);
	return job;
}

void
lane_done(struct lane *lane, struct lane_job *job)
{
	struct slot *slot;

	pthread_mutex_lock(&lane->lock);
	assert(job->position >= lane->head && job->position < lane->next);
	slot = slot_of(lane, job->position);
	assert(slot->job == job && !slot->done);
	slot->done = true;
	if (job->position == lane->head)
		pthread_cond_signal(&lane->ready);
	pthread_mutex_unlock(&lane->lock);
}

static bool
head_done(struct lane *lane)
{
	return lane->head < lane->tail && slot_of(lane, lane->head)->done;
}

/* Until the head is done, or time is over, or closed and empty. */
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
	while (!head_done(lane) && e != ETIMEDOUT &&
	    !(lane->closed && lane->head == lane->tail)) {
		if (idle_ms < 0)
			e = pthread_cond_wait(&lane->ready, &lane->lock);
		else
			e = pthread_cond_timedwait(&lane->ready, &lane->lock,
			    &until);
	}
}

size_t
lane_take(struct lane *lane, struct lane_job *job[], size_t max,
    size_t bytes, int idle_ms)
{
	size_t n = 0, weight = 0;

	pthread_mutex_lock(&lane->lock);
	wait_head(lane, idle_ms);
	while (n < max && head_done(lane)) {
		struct lane_job *first = slot_of(lane, lane->head)->job;

		if (n > 0 && (weight > bytes ||
		    first->weight > bytes - weight))
			break;
		weight += first->weight;
		lane->weight -= first->weight;
		*slot_of(lane, lane->head) = (struct slot){ NULL, false };
		lane->head++;
		job[n++] = first;
	}
	assert(lane->head <= lane->next && lane->next <= lane->tail);
	pthread_mutex_unlock(&lane->lock);
	return n;
}

size_t
lane_room(struct lane *lane)
{
	size_t used, open;

	pthread_mutex_lock(&lane->lock);
	used = (size_t)(lane->tail - lane->head);
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
	over = lane->closed && lane->head == lane->tail;
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
	assert(l->head == l->tail);
	pthread_cond_destroy(&l->ready);
	pthread_cond_destroy(&l->work);
	pthread_mutex_destroy(&l->lock);
	free(l->slot);
	free(l);
	*lane = NULL;
}
