#include "audit/verify.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/replay.h"

enum {
	THREADS_MAX = 64,
	JOBS_EACH = 3,              /* bundles on their way, for each thread */
	JOBS_MAX = THREADS_MAX * JOBS_EACH + 4,
	PROGRESS_ENTRIES = 65536,
};

/*
 * The bundles of a mirror in order, checked ahead.  Of the jobs, some are
 * free, some in the lane, and those from `first` on are with the replay:
 * taken up to `at` in the last of them, kept until release.
 */
struct stream {
	struct mirror *mirror;
	struct lane *lane;
	pthread_t thread[THREADS_MAX];
	struct checker *checker[THREADS_MAX];
	unsigned threads;
	uint64_t put, size;         /* entries put into the lane; in all */
	unsigned in_lane;
	struct check_job *free, *first, *last;
	unsigned at;                /* in `last` */
	enum error_code err;
	struct why *why;
};

struct worker { struct lane *lane; struct checker *checker; };

static void *
work(void *arg)
{
	struct worker w = *(struct worker *)arg;
	struct lane_job *j;

	free(arg);
	while ((j = lane_work(w.lane)) != NULL) {
		check_bundle(w.checker, (struct check_job *)(void *)j);
		lane_done(w.lane, j);
	}
	return NULL;
}

/* ---- feeding ------------------------------------------------------------- */

static struct check_job *
free_job(struct stream *s)
{
	struct check_job *j = s->free;

	if (j != NULL) {
		s->free = j->next;
		return j;
	}
	/* the replay holds on to all of them */
	if (s->in_lane == 0 && check_job_create(&j) != ERR_NONE)
		s->err = ERR_NOMEM;
	return j;
}

static bool
feed_one(struct stream *s)
{
	struct check_job *j = free_job(s);

	if (j == NULL)
		return false;
	j->next = NULL;
	j->err = ERR_NONE;
	j->first = s->put;
	s->err = mirror_bundle(s->mirror, s->put, &j->entries, &j->bodies,
	    &j->n, s->why);
	if (s->err != ERR_NONE || !lane_put(s->lane, &j->lane, 1, 0)) {
		j->next = s->free;
		s->free = j;
		return false;
	}
	s->in_lane++;
	s->put += j->n;
	return true;
}

/* The next bundle, checked; NULL at the end or after an error. */
static struct check_job *
next_job(struct stream *s)
{
	struct lane_job *taken;
	struct check_job *j;

	while (s->err == ERR_NONE && s->put < s->size && feed_one(s))
		;
	if (s->err != ERR_NONE || s->in_lane == 0)
		return NULL;
	if (lane_take(s->lane, &taken, 1, 1, -1) == 0)
		return NULL;
	s->in_lane--;
	j = (struct check_job *)(void *)taken;
	if (j->err == ERR_NONE)
		return j;
	s->err = j->err;
	why_set(s->why, "the bundle of entry %llu is cut short or too long",
	    (unsigned long long)j->first);
	j->next = s->free;
	s->free = j;
	return NULL;
}

static struct checked *
stream_peek(void *ctx)
{
	struct stream *s = ctx;
	struct check_job *j;

	if (s->last == NULL || s->at == s->last->n) {
		j = next_job(s);
		if (j == NULL)
			return NULL;
		j->next = NULL;
		if (s->last != NULL)
			s->last->next = j;
		else
			s->first = j;
		s->last = j;
		s->at = 0;
	}
	return &s->last->item[s->at];
}

static void
stream_take(void *ctx)
{
	struct stream *s = ctx;

	s->at++;
}

static void
stream_release(void *ctx)
{
	struct stream *s = ctx;
	struct check_job *j;

	while (s->first != NULL && (s->first != s->last ||
	    s->at == s->last->n)) {
		j = s->first;
		s->first = j->next;
		if (s->first == NULL)
			s->last = NULL;
		j->next = s->free;
		s->free = j;
	}
}

/* ---- life ---------------------------------------------------------------- */

static enum error_code
start_thread(struct stream *s, const struct check_shared *shared)
{
	struct worker *w = malloc(sizeof *w);
	enum error_code err = w != NULL ? checker_create(shared,
	    &s->checker[s->threads]) : ERR_NOMEM;

	if (err == ERR_NONE) {
		w->lane = s->lane;
		w->checker = s->checker[s->threads];
		if (pthread_create(&s->thread[s->threads], NULL, work, w) != 0)
			err = ERR_NOMEM;
	}
	if (err == ERR_NONE) {
		s->threads++;
		return ERR_NONE;
	}
	checker_destroy(&s->checker[s->threads]);
	free(w);
	return err;
}

static unsigned
threads_of(const struct verify_options *o)
{
	long n = o->threads > 0 ? (long)o->threads :
	    sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (unsigned)n;
}

static enum error_code
stream_start(struct stream *s, const struct check_shared *shared,
    unsigned threads)
{
	struct check_job *j;
	enum error_code err = ERR_NONE;

	s->lane = lane_create(JOBS_MAX, 0, JOBS_MAX, 0);
	if (s->lane == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; err == ERR_NONE &&
	    i < threads * JOBS_EACH + 2; i++) {
		err = check_job_create(&j);
		if (err != ERR_NONE)
			break;
		j->next = s->free;
		s->free = j;
	}
	for (unsigned i = 0; err == ERR_NONE && i < threads; i++)
		err = start_thread(s, shared);
	return err;
}

static void
destroy_jobs(struct check_job *j)
{
	struct check_job *next;

	for (; j != NULL; j = next) {
		next = j->next;
		check_job_destroy(&j);
	}
}

static void
stream_end(struct stream *s)
{
	struct lane_job *taken;
	struct check_job *j;

	if (s->lane != NULL)
		lane_close(s->lane);
	while (s->in_lane > 0 && lane_take(s->lane, &taken, 1, 1, -1) == 1) {
		s->in_lane--;
		j = (struct check_job *)(void *)taken;
		check_job_destroy(&j);
	}
	for (unsigned i = 0; i < s->threads; i++) {
		(void)pthread_join(s->thread[i], NULL);
		checker_destroy(&s->checker[i]);
	}
	lane_destroy(&s->lane);
	destroy_jobs(s->free);
	destroy_jobs(s->first);
}

/* ---- the run ------------------------------------------------------------- */

/* The keys that are pinned, before any record announces one. */
static enum error_code
pin(struct directory *d, const struct partnership *p)
{
	enum error_code err = directory_add(d, "root:", p->root[0]);

	if (err == ERR_NONE)
		err = directory_add(d, "root:", p->root[1]);
	return err;
}

static enum error_code
replay_all(struct replay *r, struct stream *s,
    const struct verify_options *o)
{
	uint64_t told = 0;
	enum error_code err;

	while ((err = replay_next(r)) == ERR_NONE) {
		if (o->progress == NULL ||
		    replay_at(r) - told < PROGRESS_ENTRIES)
			continue;
		told = replay_at(r);
		o->progress(o->ctx, told, s->size);
	}
	if (err != ERR_NOTFOUND)
		return err;
	return s->err;
}

static void
differs(void *ctx, uint64_t entry, const char *path)
{
	findings_add(ctx, entry, "%s is missing or not what the entries make",
	    path);
}

enum error_code
verify_run(struct mirror *m, const struct partnership *p,
    const struct verify_options *options, struct findings *findings,
    struct why *why)
{
	struct stream s = { .mirror = m, .size = mirror_size(m), .why = why };
	struct check_shared shared = {
		.partnership = p->id, .origin = p->now.origin,
		.log_key = p->now.log_key,
		.signatures = options->signatures,
	};
	struct replay_config config = {
		.partnership = p->id, .pinned = &p->now,
		.signatures = options->signatures,
		.source = { &s, stream_peek, stream_take, stream_release },
	};
	struct replay *r = NULL;
	enum error_code err;

	findings_init(findings);
	err = directory_create(&shared.directory);
	if (err == ERR_NONE)
		err = pin(shared.directory, p);
	if (err == ERR_NONE)
		err = stream_start(&s, &shared, threads_of(options));
	if (err == ERR_NONE)
		err = checker_create(&shared, &config.checker);
	if (err == ERR_NONE)
		err = replay_create(&config, findings, &r);
	if (err == ERR_NONE)
		err = replay_all(r, &s, options);
	if (err == ERR_NONE)
		err = replay_end(r, mirror_head(m));
	if (err == ERR_NONE)
		err = mirror_tiles_check(m, replay_tiles(r), differs,
		    findings);
	stream_end(&s);
	replay_destroy(&r);
	checker_destroy(&config.checker);
	directory_destroy(&shared.directory);
	return err;
}
