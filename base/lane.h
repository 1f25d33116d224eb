/*
 * The lane: jobs leave in the order they came, whichever worker finished
 * first (INTERNALS 1).  One putter, any number of workers, one taker; all
 * calls are thread-safe.
 *
 *     put ──▶ [waiting] ──work──▶ [working] ──done──▶ [done] ──take──▶
 *
 * Order matters because a grant and a message under it may come one after
 * the other, and the message must be judged after the grant.  What is put
 * with LANE_FIRST overtakes everything else, in an order of its own.
 *
 * Invariants, under the lane's one mutex, for each of the two orders:
 *   head <= next <= tail, counted since creation and never wrapping;
 *   jobs in [head, next) are working or done, in [next, tail) waiting or
 *   put ready; lane_take hands out only a run of done jobs that begins at
 *   head; and for both together: jobs <= slots, weight <= bytes.
 *
 * A job belongs to the lane from put to take, to a worker between work and
 * done; then to the taker.  The lane never frees one.
 */
#ifndef WAYLEAVE_BASE_LANE_H
#define WAYLEAVE_BASE_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The head of every job: struct job { struct lane_job lane; ... }. */
struct lane_job {
	uint64_t position; /* the lane's */
	size_t weight;     /* the lane's: bytes it was put with */
	bool first;        /* the lane's: put with LANE_FIRST */
};

enum lane_flag {
	LANE_NARROWING = 1, /* may use the reserved slots and bytes */
	LANE_READY = 2,     /* needs no worker: is done as it is put */
	LANE_FIRST = 4      /* overtakes what was put without this */
};

struct lane;

/*
 * A lane of `slots` jobs and `bytes` in all, of which the last
 * `reserved_slots` and `reserved_bytes` are for LANE_NARROWING alone.  NULL
 * if there is no memory or the reserve is not smaller than the whole.
 */
struct lane *lane_create(size_t slots, size_t reserved_slots, size_t bytes,
    size_t reserved_bytes);

/* False: full or closed; the job stays the caller's. */
bool lane_put(struct lane *lane, struct lane_job *job, size_t weight,
    unsigned flags);

/* Waits for a job to work on; NULL: closed, and nothing more to do. */
struct lane_job *lane_work(struct lane *lane);
/* The worker is finished with `job`. */
void lane_done(struct lane *lane, struct lane_job *job);

/*
 * Waits up to idle_ms (-1: for ever) until the job at a head is done, then
 * takes it and every done job behind it, up to `max` jobs and `bytes` of
 * weight (the first always fits).  Jobs put with LANE_FIRST come alone; two
 * such takes running there are only while nothing else is done.  0: idle time is over, or the lane is
 * closed and empty.  Weight is given back at once: the taker's own memory is
 * bounded by `bytes`.
 */
size_t lane_take(struct lane *lane, struct lane_job *job[], size_t max,
    size_t bytes, int idle_ms);

/* Free slots for jobs without LANE_NARROWING; for the credit told to peers. */
size_t lane_room(struct lane *lane);

/* Nothing more goes in; what is in is worked on and can be taken. */
void lane_close(struct lane *lane);
/* True once closed and empty. */
bool lane_finished(struct lane *lane);

/* Only when no thread uses it any more and it is empty; accepts NULL. */
void lane_destroy(struct lane **lane);

#endif
