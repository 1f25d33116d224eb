/*
 * What happened, for an agency's own systems: kinds and numbers, never
 * content (docs/INTEGRATION.md).  Most rows are written by triggers of the
 * store in the transaction of their cause (books_schema.c); here is what no
 * row tells: what an opened message turned out to be, how the agent is, and
 * days that come.
 */
#ifndef WAYLEAVE_AGENT_NOTICES_EVENTS_H
#define WAYLEAVE_AGENT_NOTICES_EVENTS_H

#include "agent/intake/mailbox.h"
#include "agent/practice/content.h"

/* X(id, number, name): the triggers have these numbers. */
#define EVENT_KINDS(X)                                                    \
	X(EVENT_COPY_QUEUED, 1, "copy.queued")                            \
	X(EVENT_COPY_REFUSED, 2, "copy.refused")                          \
	X(EVENT_COPY_DELIVERED, 3, "copy.delivered")                      \
	X(EVENT_COPY_OPENED, 4, "copy.opened")                            \
	X(EVENT_COPY_DROPPED, 5, "copy.dropped")                          \
	X(EVENT_ITEM_WAITING, 6, "item.waiting")                          \
	X(EVENT_ITEM_UNAVAILABLE, 7, "item.unavailable")                  \
	X(EVENT_ITEM_RECALLED, 8, "item.recalled")                        \
	X(EVENT_PERMISSION_CHANGED, 9, "permission.changed")              \
	X(EVENT_COPY_EXPIRED, 10, "copy.expired")                         \
	X(EVENT_QUESTION_WAITING, 11, "question.waiting")                 \
	X(EVENT_ITEM_CORRECTED, 12, "item.corrected")                     \
	X(EVENT_TASK_ASSIGNED, 13, "task.assigned")                       \
	X(EVENT_TASK_DUE, 14, "task.due")                                 \
	X(EVENT_PERMISSION_ENDING, 15, "permission.ending")               \
	X(EVENT_AGENT_OFFLINE, 16, "agent.offline")                       \
	X(EVENT_AGENT_ONLINE, 17, "agent.online")                         \
	X(EVENT_AGENT_LOCKED, 18, "agent.locked")

enum event_kind {
	EVENT_NONE,
#define X(id, number, name) id = number,
	EVENT_KINDS(X)
#undef X
};

/* "copy.queued"..; "unknown" for another number. */
const char *event_name(int64_t kind);

enum {
	EVENT_OFFLINE_MS = 30 * 1000,  /* shorter gaps are not told */
	EVENT_ENDING_DAYS = 14         /* and once more a day before */
};

/* Writes one about a case (NULL: none), in the transaction that is open or
 * one of its own. */
MUST_USE enum error_code event_put(struct agent *a, enum event_kind kind,
    const uint8_t *case_id);
/* A message was opened and read: told once is what was not known before. */
void event_opened(struct agent *a, const struct mail *m,
    const struct content *c);
/* Once a turn, also while locked: how the agent is, and what falls due. */
void events_turn(struct agent *a);

/* ---- days.c ---- */
/* What falls due or ends soon, for each day that has begun since the last
 * call, once: whole hours apart. */
void event_days_turn(struct agent *a);

#endif
