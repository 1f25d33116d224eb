/*
 * What goes from the sequencer to the link, first in first out: that order is
 * what makes an acknowledged withdrawal never be overtaken by a delivery
 * decided before it (INTERNALS 1).  One putter, one taker.
 */
#ifndef WAYLEAVE_BROKER_OUTQ_H
#define WAYLEAVE_BROKER_OUTQ_H

#include "base/bytes.h"
#include "proto/wire.h"

struct out_item {
	struct out_item *next;
	char member[WIRE_ID_MAX + 1];
	uint64_t session;          /* 0: to the operator's client `local` */
	int local;
	enum error_code worst;     /* of the operator's records */
	struct buf frame;
};

struct outq;

/* At most `bytes` wait in it; ERR_IO without an eventfd. */
MUST_USE enum error_code outq_create(size_t bytes, struct outq **out);
void outq_destroy(struct outq **q);

/*
 * Takes the frame's memory.  Waits while the queue is full; after
 * outq_close(), or without memory, the frame is dropped: then the session's
 * next hello repairs it.
 */
void outq_put(struct outq *q, const char *member, uint64_t session,
    struct buf *frame);
void outq_put_local(struct outq *q, int local, enum error_code worst,
    struct bytes text);

/* Readable when something waits. */
int outq_fd(const struct outq *q);
/* All that waits, oldest first; the caller frees each with outq_free(). */
struct out_item *outq_take(struct outq *q);
void outq_free(struct out_item **item);

/* Nobody takes any more: nobody waits. */
void outq_close(struct outq *q);

#endif
