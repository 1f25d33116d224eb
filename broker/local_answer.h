/*
 * What the operator is told about the records he brought: one line each,
 * gathered while the batch runs and handed over when it is durable.
 */
#ifndef WAYLEAVE_BROKER_LOCAL_ANSWER_H
#define WAYLEAVE_BROKER_LOCAL_ANSWER_H

#include "base/bytes.h"
#include "ledger/rules.h"
#include "proto/wire.h"

struct sequencer;

struct local_answer {
	struct local_answer *next;
	int local;                   /* the link's number of who waits */
	unsigned n;                  /* records so far */
	enum error_code worst;
	struct buf text;
};

/* On the batch's list; freed by local_answers_end.  NULL: no memory. */
struct local_answer *local_answer_create(struct sequencer *q, int local);
void local_answer_add(struct local_answer *l, enum wire_status status,
    enum rule rule, uint64_t index, const char *why);
void local_answer_fault(struct local_answer *l, const char *why);
/* Sends (or, when the batch came to nothing, forgets) and frees all. */
void local_answers_end(struct sequencer *q, bool send);

#endif
