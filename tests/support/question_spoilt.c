/*
 * What makes each rule fail, and it alone.
 */
#include "tests/support/question.h"

#include <string.h>

static void
no_partnership(struct question *w)
{
	w->f.policy = NULL;
	/* A first partnership record is the one that may come without. */
}
static void
wrong_signer(struct question *w)
{
	strcpy(w->record.signer, "root");
}
static void
not_member(struct question *w)
{
	w->f.signer.known = false;
}
static void
revoked(struct question *w)
{
	w->f.signer.revoked = true;
}
static void
not_standing(struct question *w)
{
	w->f.signer.standing = false;
}
static void
stale_key(struct question *w)
{
	w->f.key_current = false;
}
static void
no_role(struct question *w)
{
	w->f.signer.roles = ROLE_AUDITOR | ROLE_TERMS | ROLE_WITNESS;
}
static void
stamp_used(struct question *w)
{
	w->f.seen_other = true;
}
static void
too_old(struct question *w)
{
	uint64_t age = DAYS(7);

	if (w->f.ask == ASK_GRANT)
		age = DAYS(1);
	if (w->f.ask == ASK_OPENING)
		age = 5 * 60 * 1000;
	question_stamp(w, NOW - age - 1);
}
static void
future(struct question *w)
{
	question_stamp(w, NOW + 5 * 60 * 1000 + 1);
}
static void
citation(struct question *w)
{
	w->f.cite_ok = false;
}
static void
serial(struct question *w)
{
	w->f.serial = w->body.kind == KIND_MEMBER ?
	    w->body.u.member.serial : w->body.u.partnership.serial;
}
static void
roots(struct question *w)
{
	w->f.roots_changed = true;
}
static void
key_taken(struct question *w)
{
	w->f.key_conflict = true;
}
static void
member_gone(struct question *w)
{
	w->f.about.revoked = true;
}
static void
no_such_member(struct question *w)
{
	w->f.about.known = false;
}
static void
epoch_order(struct question *w)
{
	w->f.newest_epoch = 4;
}
static void
case_exists(struct question *w)
{
	w->f.kase.known = true;
}
static void
case_id(struct question *w)
{
	w->f.kase.id_matches = false;
}
static void
may_not_open(struct question *w)
{
	w->f.signer.may_open_cases = false;
}
static void
no_case(struct question *w)
{
	w->f.kase.known = false;
}
static void
case_key(struct question *w)
{
	w->f.kase.key_matches = false;
	w->f.self_signed = false;
}
static void
not_custodian(struct question *w)
{
	w->f.kase.custodian_signs = false;
}
static void
not_yours(struct question *w)
{
	w->f.kase.signer_party = w->f.kase.custodian_signs = false;
	w->f.self_signed = true;
}
static void
wrong_case(struct question *w)
{
	w->f.message.same_case = false;
	w->f.named.known = w->f.ask == ASK_WITHDRAW;
}
static void
closed(struct question *w)
{
	w->f.kase.state = CASE_CLOSED;
}
static void
frozen(struct question *w)
{
	w->f.kase.state = CASE_FROZEN;
}
static void
custodian_gone(struct question *w)
{
	w->f.kase.custodian_standing = false;
}
static void
phrases_unwanted(struct question *w)
{
	w->f.kase.has_grant = true;
}
static void
not_frozen(struct question *w)
{
	w->f.kase.state = CASE_OPEN;
}
static void
other_stop(struct question *w)
{
	w->f.kase.stop_idx = 91;
}
static void
too_soon(struct question *w)
{
	w->f.kase.stop_at = NOW - DAYS(1) + 1;
	w->f.cite_time = NOW + 1;
}
static void
cites_early(struct question *w)
{
	w->f.cite_time = NOW - 1;
}
static void
phrases_spent(struct question *w)
{
	w->f.kase.phrases_fresh = false;
}
static void
no_phrases(struct question *w)
{
	w->f.kase.phrases = false;
}
static void
self(struct question *w)
{
	strcpy(w->body.u.grant.recipient, w->body.u.grant.sender);
}
static void
end_unknown(struct question *w)
{
	w->f.recipient.roles = ROLE_AUDITOR;
}
static void
end_away(struct question *w)
{
	w->f.sender.standing = false;
}
static void
window(struct question *w)
{
	w->body.u.grant.from = w->body.u.grant.until;
}
static void
too_long(struct question *w)
{
	w->body.u.grant.until = NOW + DAYS(90) + 1;
}
static void
keep_read(struct question *w)
{
	w->policy.keep_read_days = w->body.u.grant.keep_read_days - 1;
}
static void
worker(struct question *w)
{
	w->f.worker_known = false;
}
static void
waiver(struct question *w)
{
	w->f.waiver_known = false;
}
static void
cites_too_little(struct question *w)
{
	w->f.kase.narrowed_idx = w->body.cite.size;
}
static void
named_withdrawn(struct question *w)
{
	w->f.named_withdrawn = true;
}
static void
arrow_full(struct question *w)
{
	w->f.n_grant = RULES_GRANTS_MAX;
}
static void
not_end(struct question *w)
{
	strcpy(w->body.u.arrow_key.to, "somebody");
}
static void
no_arrow(struct question *w)
{
	w->f.n_grant = 0;
}
static void
not_auditor(struct question *w)
{
	w->f.about.roles = ROLE_AUDITOR;
}
static void
suite(struct question *w)
{
	w->body.u.submission.suite = WIRE_SUITE + 1;
}
static void
no_epoch(struct question *w)
{
	w->f.epoch.known = false;
}
static void
epoch_over(struct question *w)
{
	w->f.epoch.announced = NOW - DAYS(7) - 1;
	w->f.epoch.until = NOW + DAYS(7) - 1;
}
static void
message_over(struct question *w)
{
	w->f.message.expires = w->f.expires = NOW;
}
static void
expires_late(struct question *w)
{
	w->f.expires = w->f.epoch.until + 1;
}
static void
recalled_id(struct question *w)
{
	w->f.recalled = true;
}
static void
no_message(struct question *w)
{
	w->f.message.known = false;
}
static void
not_recipient(struct question *w)
{
	w->f.message.to_signer = false;
}
static void
not_delivered(struct question *w)
{
	w->f.message.state = MESSAGE_QUEUED;
}
static void
gone(struct question *w)
{
	w->f.message.state = MESSAGE_DROPPED;
}
static void
recalled(struct question *w)
{
	w->f.message.state = MESSAGE_RECALLED;
}
static void
not_opened(struct question *w)
{
	w->f.message.opened = false;
}
static void
not_introduction(struct question *w)
{
	w->f.message.introduction = false;
}
static void
not_checked(struct question *w)
{
	w->f.conflict_checked = false;
}
static void
over(struct question *w)
{
	w->f.message.closes_at = NOW;
}
static void
no_grant(struct question *w)
{
	w->f.n_grant = 0;
}
static void
labels(struct question *w)
{
	memset(w->need[1], 10, WIRE_LABEL);
}
static void
withdrawn(struct question *w)
{
	w->grant[0].ended_by = ENDED_BY_END;
}
static void
not_yet(struct question *w)
{
	w->grant[0].from = NOW + 1;
}
static void
cooling(struct question *w)
{
	w->grant[0].effective = NOW + 1;
}
static void
expired(struct question *w)
{
	w->grant[0].until = NOW;
	w->f.expires = NOW + 1;
	w->grant[0].keep_read_days = 0;
}
static void
outlives(struct question *w)
{
	w->f.expires = w->grant[0].until = NOW + DAYS(2);
	w->f.expires++;
}

void (*const mutation[RULE_END])(struct question *) = {
	[RULE_NO_PARTNERSHIP] = no_partnership,
	[RULE_WRONG_SIGNER] = wrong_signer, [RULE_NOT_MEMBER] = not_member,
	[RULE_REVOKED] = revoked, [RULE_NOT_STANDING] = not_standing,
	[RULE_STALE_KEY] = stale_key, [RULE_NO_ROLE] = no_role,
	[RULE_STAMP_USED] = stamp_used, [RULE_TOO_OLD] = too_old,
	[RULE_FUTURE] = future, [RULE_CITATION] = citation,
	[RULE_SERIAL] = serial, [RULE_ROOTS] = roots,
	[RULE_KEY_TAKEN] = key_taken, [RULE_MEMBER_GONE] = member_gone,
	[RULE_NO_SUCH_MEMBER] = no_such_member,
	[RULE_EPOCH_ORDER] = epoch_order, [RULE_CASE_EXISTS] = case_exists,
	[RULE_CASE_ID] = case_id, [RULE_MAY_NOT_OPEN] = may_not_open,
	[RULE_NO_CASE] = no_case, [RULE_CASE_KEY] = case_key,
	[RULE_NOT_CUSTODIAN] = not_custodian, [RULE_NOT_YOURS] = not_yours,
	[RULE_WRONG_CASE] = wrong_case, [RULE_CLOSED] = closed,
	[RULE_FROZEN] = frozen, [RULE_CUSTODIAN_GONE] = custodian_gone,
	[RULE_PHRASES_UNWANTED] = phrases_unwanted,
	[RULE_NOT_FROZEN] = not_frozen, [RULE_OTHER_STOP] = other_stop,
	[RULE_TOO_SOON] = too_soon, [RULE_CITES_EARLY] = cites_early,
	[RULE_PHRASES_SPENT] = phrases_spent, [RULE_NO_PHRASES] = no_phrases,
	[RULE_SELF] = self, [RULE_END_UNKNOWN] = end_unknown,
	[RULE_END_AWAY] = end_away, [RULE_HELD] = end_away,
	[RULE_WINDOW] = window,
	[RULE_TOO_LONG] = too_long, [RULE_KEEP_READ] = keep_read,
	[RULE_WORKER] = worker, [RULE_WAIVER] = waiver,
	[RULE_CITES_TOO_LITTLE] = cites_too_little,
	[RULE_NAMED_WITHDRAWN] = named_withdrawn,
	[RULE_ARROW_FULL] = arrow_full, [RULE_NOT_END] = not_end,
	[RULE_NO_ARROW] = no_arrow, [RULE_NOT_AUDITOR] = not_auditor,
	[RULE_SUITE] = suite, [RULE_NO_EPOCH] = no_epoch,
	[RULE_EPOCH_OVER] = epoch_over, [RULE_MESSAGE_OVER] = message_over,
	[RULE_EXPIRES_LATE] = expires_late,
	[RULE_RECALLED_ID] = recalled_id, [RULE_NO_MESSAGE] = no_message,
	[RULE_NOT_RECIPIENT] = not_recipient,
	[RULE_NOT_DELIVERED] = not_delivered, [RULE_GONE] = gone,
	[RULE_RECALLED] = recalled, [RULE_NOT_OPENED] = not_opened,
	[RULE_NOT_INTRODUCTION] = not_introduction,
	[RULE_NOT_CHECKED] = not_checked, [RULE_OVER] = over,
	[RULE_NO_GRANT] = no_grant, [RULE_LABELS] = labels,
	[RULE_WITHDRAWN] = withdrawn, [RULE_NOT_YET] = not_yet,
	[RULE_COOLING] = cooling, [RULE_EXPIRED] = expired,
	[RULE_OUTLIVES] = outlives,
};
