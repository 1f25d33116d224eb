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
	EFFECT_CHECKED_PUT, EFFECT_SEEN_PUT, EFFECT_NEWS, EFFECT_RECALL_PUT,
};

/* Who is told of an entry (PROTOCOL "News"); a set. */
enum audience {
	TELL_ALL = 1, TELL_SIGNER = 2, TELL_CUSTODIAN = 4, TELL_ENDS = 8,
	TELL_CASE_ENDS = 16, TELL_MEMBER = 32 /* effect.member */,
	TELL_PHRASE = 64, /* stop: custodians of all cases, also closed ones,
	                   * that ever listed this token's hash, spent or not */
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
	const uint8_t *hash;                /* 32 bytes, in the entry or view */
	struct hash leaf;                   /* EFFECT_NEWS: the entry's leaf */
};

/*
 * What store_apply() does with each, and what it reads besides idx and time
 * ("body": entry->b.u of that name):
 *
 * PARTNERSHIP_PUT   body: replaces the partnership
 * MEMBER_PUT        body: replaces the member, ends a suspension and, if it
 *                   had a record before, its sealing keys
 * MEMBER_STATE      member; a: 1 suspended, 2 revoked
 * SEALING_PUT       member; body; announced at `time`
 * WORKER_PUT        member; body
 * CASE_PUT          case_id, member = custodian; body: open, no phrases
 * CASE_STATE        case_id, case_state; FROZEN: a = entry of the stop;
 *                   b = that stop's time: the newest stop stands.
 *                   OPEN: a resume, resume_idx = idx.  Closed stays closed
 * PHRASES_PUT       case_id; body, entry->record_id: known, not yet taken
 * PHRASES_TAKE      case_id; hash = record id of a `phrases` record, NULL
 *                   (with every grant) the newest of the case that is
 *                   pending, neither in force nor spent: it is in force, all
 *                   others of the case are spent.  None such: nothing
 * TOKEN_PUT         body: SHA-256(token) was presented by the stop idx; a
 *                   `notice` is owed 24 h later
 * CASE_NARROWED     case_id: narrowed_idx = the greater of it and a
 * STOP_DAY          a = entry of the stop whose 24 h notice idx is
 * GRANT_PUT         case_id, sender, recipient; body, entry->record_id; a =
 *                   effective; sets has_grant
 * GRANT_END         hash = record id, ended_by; nothing if not admitted
 * GRANTS_END_CASE   case_id, ended_by: all grants of the case
 * GRANTS_END_MEMBER member, ended_by: all that name it as an end
 * GRANTS_ENDED_TOLD case_id, sender, recipient; entry->u.ended: for each of
 *                   its grants told_before = told_idx, told_idx = idx; with
 *                   ended_by UNKNOWN (a slice) one that had not ended is
 *                   UNKNOWN, ended and locked by this entry
 * GRANTS_RESUME     case_id, a = entry of the stop (a slice): grants UNKNOWN
 *                   with told_idx > a and told_before <= a have not ended:
 *                   ended_*, locked_*, told_* are 0 again
 * GRANT_NAMED       hash = record id a withdrawal names
 * MESSAGE_PUT       case_id, sender, recipient; body, stamp; queued, and in
 *                   the recipient's feed
 * MESSAGE_STATE     a = its submission entry (0: the one of `sender` that
 *                   body.recall names), message_state, b = grant index;
 *                   states only grow; from STORED on out of the feed
 * RECALL_PUT        member, body.recall.message: store_recalled() from now on
 * CHECKED_PUT       member, case_id
 * SEEN_PUT          entry's record, stamp and record id; a = outcome (rule)
 * NEWS              audience, case_id, sender, recipient, member; leaf.
 *                   After all other effects of its entry.  A grant that
 *                   makes a member an end of its case counts and feeds that
 *                   case's case-opened and newest resume before it.
 *                   TELL_SIGNER: the signer, or the cosigner of a `case:`
 *
 * Of several ways a grant ended the most final stands (highest ended_by)
 * with its ended_idx and ended_at; locked_* are those of the first.  What is
 * as final as before changes nothing.
 */
enum { FOLD_EFFECTS_MAX = 300 };

/*
 * What the fold has to be told about the surroundings as they were before
 * the entry, gathered by store/facts.c.
 */
struct fold_view {
	bool new_pair;                      /* grant: the 24 h delay applies */
	bool slice;                         /* an agent's slice, not the whole */
	bool slice_custodian;               /* whose own case this is */
	const char *custodian;              /* of the entry's case, or NULL */
	bool member_replaces;               /* member: had a record before */
	uint64_t stop_at;                   /* frozen: time of the stop named */
	/* recall: recipient of the message if it was delivered, else "" */
	char recalled_to[WIRE_ID_MAX + 1];
};

MUST_USE enum error_code fold(const struct entry *e, const struct fold_view *v,
    struct effect out[static FOLD_EFFECTS_MAX], unsigned *n);

/* One step of a news stream's running hash: SHA-256(hash || leaf). */
void fold_news_hash(uint8_t hash[static HASH_BYTES], const struct hash *leaf);

#endif
