#include "agent/desk/http_slow.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"

enum { LOOK_MS = 250 };

struct http_slow_one {
	struct http_slow_one *next, *before;
	uint64_t since;                 /* boot ms; 0: not measured */
	int fd;
};

struct http_slow {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t over;
	struct http_slow_one *first;
	unsigned ms;
	bool ending;
};

/* ---- the thread ---------------------------------------------------------- */

/* Locked.  A socket is shut down, never closed: it is not ours. */
static void
end_slow(struct http_slow *s)
{
	const uint64_t now = clock_boot_ms();

	for (struct http_slow_one *o = s->first; o != NULL; o = o->next) {
		if (o->since == 0 || now - o->since < s->ms)
			continue;
		(void)shutdown(o->fd, SHUT_RDWR);
		o->since = 0;
	}
}

static void *
watch(void *arg)
{
	struct http_slow *s = arg;
	struct timespec at;

	pthread_mutex_lock(&s->lock);
	while (!s->ending) {
		end_slow(s);
		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_nsec += LOOK_MS * 1000000L;
		at.tv_sec += at.tv_nsec / 1000000000L;
		at.tv_nsec %= 1000000000L;
		(void)pthread_cond_timedwait(&s->over, &s->lock, &at);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

enum error_code
http_slow_start(unsigned ms, struct http_slow **out)
{
	struct http_slow *s = calloc(1, sizeof *s);
	pthread_condattr_t attr;

	*out = NULL;
	if (s == NULL)
		return ERR_NOMEM;
	s->ms = ms;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->over, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&s->thread, NULL, watch, s) != 0) {
		pthread_cond_destroy(&s->over);
		pthread_mutex_destroy(&s->lock);
		free(s);
		return ERR_INTERNAL;
	}
	*out = s;
	return ERR_NONE;
}

void
http_slow_stop(struct http_slow **slow)
{
	struct http_slow *s = *slow;

	if (s == NULL)
		return;
	*slow = NULL;
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_signal(&s->over);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	pthread_cond_destroy(&s->over);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* ---- connections --------------------------------------------------------- */

struct http_slow_one *
http_slow_came(struct http_slow *s, int fd)
{
	struct http_slow_one *o = calloc(1, sizeof *o);

	if (o == NULL) {
		(void)shutdown(fd, SHUT_RDWR);
		return NULL;
	}
	o->fd = fd;
	o->since = clock_boot_ms();
	pthread_mutex_lock(&s->lock);
	o->next = s->first;
	if (o->next != NULL)
		o->next->before = o;
	s->first = o;
	pthread_mutex_unlock(&s->lock);
	return o;
}

static void
measure(struct http_slow *s, struct http_slow_one *one, uint64_t since)
{
	if (one == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	one->since = since;
	pthread_mutex_unlock(&s->lock);
}

void
http_slow_heard(struct http_slow *s, struct http_slow_one *one)
{
	measure(s, one, 0);
}

void
http_slow_next(struct http_slow *s, struct http_slow_one *one)
{
	measure(s, one, clock_boot_ms());
}

void
http_slow_gone(struct http_slow *s, struct http_slow_one *one)
{
	if (one == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	if (one->before != NULL)
		one->before->next = one->next;
	else
		s->first = one->next;
	if (one->next != NULL)
		one->next->before = one->before;
	pthread_mutex_unlock(&s->lock);
	free(one);
}
