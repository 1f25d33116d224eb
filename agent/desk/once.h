/*
 * Numbers of forms that were handed in already: the last ONCE_KEPT of them,
 * as hashes.  A form that was overtaken by so many others is taken again.
 */
#ifndef WAYLEAVE_AGENT_DESK_ONCE_H
#define WAYLEAVE_AGENT_DESK_ONCE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { ONCE_KEPT = 4096, ONCE_HASH = 16 };

struct once {
	pthread_mutex_t lock;
	uint8_t seen[ONCE_KEPT][ONCE_HASH];
	unsigned next;
};

/* True the first time for this number of this cookie. */
bool once_take(struct once *o, const char *cookie, const char *number);

#endif
