/*
 * Grants and keys as they are admitted, messages, and whether a grant gives
 * leave.
 */
#include "ledger/rules_check.h"

#include <string.h>

enum { EPOCH_MS = 7 * DAY_MS };
#define GRANT_MS (90 * (uint64_t)DAY_MS)

/* ---- grant and keys --------------------------------------------------------- */

bool
rules_check_phrases_exist(const struct facts *f)
{
	return f->kase.phrases;
}

bool
rules_check_two_ends(const struct facts *f)
{
	const struct wire_grant *g = &f->body->u.grant;

	return strcmp(g->sender, g->recipient) != 0;
}

bool
rules_check_ends_known(const struct facts *f)
{
	return f->sender.known && f->recipient.known &&
	    (f->sender.roles & ROLE_AGENCY) != 0 &&
	    (f->recipient.roles & ROLE_AGENCY) != 0;
}

bool
rules_check_ends_standing(const struct facts *f)
{
	return f->sender.standing && f->recipient.standing;
}

/* Who was revoked never comes back, and took all its grants along: then the
 * message does not wait, but has no leave. */
bool
rules_check_ends_not_away(const struct facts *f)
{
	return (f->sender.standing || f->sender.revoked) &&
	    (f->recipient.standing || f->recipient.revoked);
}

bool
rules_check_window_open(const struct facts *f)
{
	const struct wire_grant *g = &f->body->u.grant;

	return g->from < g->until && g->until > f->now;
}

bool
rules_check_window_short(const struct facts *f)
{
	return f->body->u.grant.until <=
	    rules_later(wire_stamp_ms(f->body->stamp), GRANT_MS);
}

bool
rules_check_keep_read_allowed(const struct facts *f)
{
	return f->policy == NULL ||
	    f->body->u.grant.keep_read_days <= f->policy->keep_read_days;
}

bool
rules_check_worker_known(const struct facts *f)
{
	return rules_kind_is(f, KIND_MANDATED) || f->worker_known;
}

bool
rules_check_waiver_holds(const struct facts *f)
{
	return !f->body->u.grant.has_waiver || f->waiver_known;
}

bool
rules_check_cites_narrowing(const struct facts *f)
{
	return f->kase.narrowed_idx == 0 ||
	    f->body->cite.size > f->kase.narrowed_idx;
}

bool
rules_check_not_withdrawn_before(const struct facts *f)
{
	return !f->named_withdrawn;
}

bool
rules_check_arrow_has_room(const struct facts *f)
{
	return f->n_grant < RULES_GRANTS_MAX;
}

bool
rules_check_key_to_an_end(const struct facts *f)
{
	const struct wire_arrow_key *k = &f->body->u.arrow_key;

	return !rules_kind_is(f, KIND_ARROW_KEY) ||
	    strcmp(k->to, k->sender) == 0 || strcmp(k->to, k->recipient) == 0;
}

bool
rules_check_arrow_granted(const struct facts *f)
{
	return !rules_kind_is(f, KIND_ARROW_KEY) || f->n_grant > 0;
}

bool
rules_check_to_an_auditor(const struct facts *f)
{
	return !rules_kind_is(f, KIND_AUDIT_SHARE) ||
	    (f->about.standing && (f->about.roles & ROLE_TERMS) != 0);
}

/* ---- message ---------------------------------------------------------------- */

bool
rules_check_suite_known(const struct facts *f)
{
	return f->body->u.submission.suite == WIRE_SUITE;
}

bool
rules_check_epoch_known(const struct facts *f)
{
	return rules_kind_is(f, KIND_AUDIT_SHARE) || f->epoch.known;
}

/* A longer life, announced for an absence, is used longer by as much. */
bool
rules_check_epoch_young(const struct facts *f)
{
	return f->now <= rules_later(f->epoch.announced, EPOCH_MS) ||
	    rules_later(f->now, EPOCH_MS) <= f->epoch.until;
}

bool
rules_check_life_left(const struct facts *f)
{
	uint64_t expires = f->ask == ASK_DELIVER ? f->message.expires :
	    f->expires;

	if (f->ask == ASK_SEND && expires == 0)
		return true;            /* not chosen yet */
	return f->now < expires;
}

bool
rules_check_life_within_epoch(const struct facts *f)
{
	return f->expires <= f->epoch.until;
}

bool
rules_check_id_not_recalled(const struct facts *f)
{
	return !f->recalled;
}

/* mandated and withdrawals name no message. */
static bool
names_message(const struct facts *f)
{
	return !rules_kind_is(f, KIND_MANDATED);
}

bool
rules_check_message_known(const struct facts *f)
{
	return !names_message(f) || f->message.known;
}

bool
rules_check_message_to_signer(const struct facts *f)
{
	return !names_message(f) || f->message.to_signer;
}

bool
rules_check_message_delivered(const struct facts *f)
{
	return !names_message(f) || f->message.state != MESSAGE_QUEUED;
}

bool
rules_check_message_not_gone(const struct facts *f)
{
	return f->message.state != MESSAGE_DROPPED &&
	    f->message.state != MESSAGE_REJECTED;
}

bool
rules_check_message_not_recalled(const struct facts *f)
{
	return f->message.state != MESSAGE_RECALLED;
}

bool
rules_check_message_opened(const struct facts *f)
{
	return !names_message(f) || f->message.opened;
}

bool
rules_check_message_introduces(const struct facts *f)
{
	return f->message.introduction;
}

bool
rules_check_checked_first(const struct facts *f)
{
	return f->conflict_checked || f->message.introduction;
}

bool
rules_check_message_not_over(const struct facts *f)
{
	return f->message.closes_at == 0 || f->now < f->message.closes_at;
}

/* ---- leave ------------------------------------------------------------------ */

bool
rules_check_any_grant(const struct facts *f)
{
	return f->n_grant > 0;
}

bool
rules_check_leave_labels(const struct facts *f, const struct grant *g)
{
	return rules_labels_cover(g->label, WIRE_GRANT_LABELS, f->need,
	    f->n_need);
}

bool
rules_check_leave_not_ended(const struct facts *f, const struct grant *g)
{
	(void)f;
	return g->ended_by == ENDED_NOT;
}

bool
rules_check_leave_begun(const struct facts *f, const struct grant *g)
{
	return f->now >= g->from;
}

bool
rules_check_leave_in_effect(const struct facts *f, const struct grant *g)
{
	return f->now >= g->effective;
}

bool
rules_check_leave_not_expired(const struct facts *f, const struct grant *g)
{
	return f->now < g->until;
}

bool
rules_check_leave_lasts(const struct facts *f, const struct grant *g)
{
	return f->expires <= g->until;
}
