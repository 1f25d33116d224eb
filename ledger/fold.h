/*
 * The fold: what an entry changes.  Pure: an entry and what the store knows
 * of its surroundings in, effects out.  Broker, auditor's replay, rebuild and
 * the agent's slice all go decide -> append or compare -> fold -> apply.
 */
#ifndef WAYLEAVE_LEDGER_FOLD_H
#define WAYLEAVE_LEDGER_FOLD_H

#include "ledger/entry.h"
#include "ledger/rules.h"

enum effect_kind {
	EFFECT_PARTNERSHIP_PUT = 1, EFFECT_MEMBER_PUT, EFFECT_MEMBER_STATE,
	EFFECT_SEALING_PUT, EFFECT_WORKER_PUT, EFFECT_CASE_PUT,
	EFFECT_CASE_STATE, EFFECT_PHRASES_PUT, EFFECT_PHRASES_TAKE,
	EFFECT_TOKEN_PUT, EFFECT_CASE_NARROWED, EFFECT_STOP_DAY,
	EFFECT_GRANT_PUT, EFFECT_GRANT_END, EFFECT_GRANTS_END_CASE,
	EFFECT_GRANTS_END_MEMBER, EFFECT_GRANTS_ENDED_TOLD, EFFECT_GRANTS_RESUME,
	EFFECT_GRANT_NAMED, EFFECT_MESSAGE_PUT, EFFECT_MESSAGE_STATE,
	EFFECT_CHECKED_PUT, EFFECT_SEEN_PUT, EFFECT_NEWS,
};

/* Who is told of an entry (PROTOCOL "News"); a set. */
enum audience {
	TELL_ALL = 1, TELL_SIGNER = 2, TELL_CUSTODIAN = 4, TELL_ENDS = 8,
	TELL_CASE_ENDS = 16, TELL_MEMBER = 32 /* effect.member */,
};

struct effect {
	enum effect_kind kind;
	uint64_t idx, time;
	const struct entry *entry;          /* where the content is */
	uint8_t case_id[WIRE_CASE];
	char member[WIRE_ID_MAX + 1], sender[WIRE_ID_MAX + 1],
	    recipient[WIRE_ID_MAX + 1];
	unsigned audience;
	uint64_t a, b;                      /* kind-specific numbers */
	enum ended_by ended_by;
	enum case_state case_state;
	enum message_state message_state;
	const uint8_t *hash;                /* 32 bytes, in the entry */
	struct hash leaf;                   /* EFFECT_NEWS: the entry's leaf */
};

enum { FOLD_EFFECTS_MAX = 300 };

/*
 * What the fold has to be told about the surroundings, gathered by
 * store/facts.c.  The rules author may extend this.
 */
struct fold_view {
	bool new_pair;                      /* grant: the 24 h delay applies */
	bool slice;                         /* an agent's slice, not the whole */
	const char *custodian;              /* of the entry's case, or NULL */
};

MUST_USE enum error_code fold(const struct entry *e, const struct fold_view *v,
    struct effect out[static FOLD_EFFECTS_MAX], unsigned *n);

#endif
