/*
 * Urgent copies of ours that nobody has opened at the other agency (USERS
 * M9): after [mail] urgent_unopened_minutes we are told whom to call, whether
 * it was delivered or never got that far.  What became of a copy is known
 * already (outgoing.h, compose.h); kept is only which ones were urgent.
 */
#ifndef WAYLEAVE_AGENT_UNOPENED_H
#define WAYLEAVE_AGENT_UNOPENED_H

#include "agent/agent.h"
#include "agent/practice/content.h"

/* This copy is urgent; in the caller's transaction, once or again. */
MUST_USE enum error_code unopened_sent(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], const struct record_id *id,
    const char *member);

struct unopened {
	struct record_id id;
	uint8_t case_id[WIRE_CASE];
	char member[WIRE_ID_MAX + 1];
	uint64_t at;                /* when it was written, ms */
};

/*
 * Those overdue at the moment, written after `since` (ms), oldest first, 200
 * at most; without those that somebody here has looked after.
 */
typedef enum error_code unopened_visit(void *ctx, const struct unopened *u);
MUST_USE enum error_code unopened_list(struct agent *a, uint64_t since,
    unopened_visit *visit, void *ctx);
/* Those of one record, also the looked after. */
MUST_USE enum error_code unopened_of(struct agent *a,
    const struct record_id *id, unopened_visit *visit, void *ctx);

/* Written before this they are overdue, ms. */
uint64_t unopened_before(const struct agent *a);

/* Somebody has called; ERR_NOTFOUND: none of this record is overdue. */
MUST_USE enum error_code unopened_acknowledge(struct agent *a,
    const struct record_id *id, const char *account);

/* "Call the agency NUMBER": what the sender reads; returns out. */
char *unopened_words(struct agent *a, const char *member, char *out,
    size_t n);

#endif
