#include "broker/outq.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct outq {
	pthread_mutex_t lock;
	pthread_cond_t room;
	struct out_item *first, **last;
	size_t bytes, max;
	bool closed;
	int fd;
};

enum error_code
outq_create(size_t bytes, struct outq **out)
{
	struct outq *q = calloc(1, sizeof *q);

	*out = NULL;
	if (q == NULL)
		return ERR_NOMEM;
	q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (q->fd == -1) {
		free(q);
		return ERR_IO;
	}
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->room, NULL);
	q->last = &q->first;
	q->max = bytes;
	*out = q;
	return ERR_NONE;
}

void
outq_destroy(struct outq **q)
{
	struct out_item *i, *next;

	if (*q == NULL)
		return;
	for (i = (*q)->first; i != NULL; i = next) {
		next = i->next;
		outq_free(&i);
	}
	(void)close((*q)->fd);
	pthread_cond_destroy(&(*q)->room);
	pthread_mutex_destroy(&(*q)->lock);
	free(*q);
	*q = NULL;
}

static void
put(struct outq *q, struct out_item *i)
{
	uint64_t one = 1;
	bool first;

	pthread_mutex_lock(&q->lock);
	while (q->bytes > q->max && !q->closed)
		pthread_cond_wait(&q->room, &q->lock);
	if (q->closed) {
		pthread_mutex_unlock(&q->lock);
		outq_free(&i);
		return;
	}
	first = q->first == NULL;
	*q->last = i;
	q->last = &i->next;
	q->bytes += i->frame.n;
	pthread_mutex_unlock(&q->lock);
	/* one wake-up for a whole batch of frames */
	if (first && write(q->fd, &one, sizeof one) == -1)
		return;
}

void
outq_put(struct outq *q, const char *member, uint64_t session,
    struct buf *frame)
{
	struct out_item *i = calloc(1, sizeof *i);

	if (i == NULL) {
		buf_free(frame);
		return;
	}
	(void)strncpy(i->member, member, WIRE_ID_MAX);
	i->session = session;
	i->frame = *frame;
	buf_init(frame, frame->max); /* transferred */
	put(q, i);
}

void
outq_put_local(struct outq *q, int local, enum error_code worst,
    struct bytes text)
{
	struct out_item *i = calloc(1, sizeof *i);

	if (i == NULL)
		return;
	i->local = local;
	i->worst = worst;
	buf_init(&i->frame, text.n + 1);
	buf_put(&i->frame, text.data, text.n);
	put(q, i);
}

int
outq_fd(const struct outq *q)
{
	return q->fd;
}

struct out_item *
outq_take(struct outq *q)
{
	struct out_item *all;
	uint64_t n;

	pthread_mutex_lock(&q->lock);
	if (read(q->fd, &n, sizeof n) == -1)
		n = 0;
	all = q->first;
	q->first = NULL;
	q->last = &q->first;
	q->bytes = 0;
	pthread_cond_broadcast(&q->room);
	pthread_mutex_unlock(&q->lock);
	return all;
}

void
outq_free(struct out_item **item)
{
	if (*item == NULL)
		return;
	buf_free(&(*item)->frame);
	free(*item);
	*item = NULL;
}

void
outq_close(struct outq *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->room);
	pthread_mutex_unlock(&q->lock);
}
