/*
 * Who signed, the record as such, and the state of its case.
 */
#include "ledger/rules_check.h"

#include "ledger/record.h"

enum {
	AGE_RECORD_MS = 7 * DAY_MS,
	AGE_GRANT_MS = DAY_MS,
	AGE_OPENING_MS = 5 * 60 * 1000,
	FUTURE_MS = 5 * 60 * 1000,
};

/* ---- who ------------------------------------------------------------------ */

bool
rules_check_has_partnership(const struct facts *f)
{
	return f->policy != NULL || rules_kind_is(f, KIND_PARTNERSHIP);
}

bool
rules_check_signers_fit(const struct facts *f)
{
	return f->record != NULL && f->body != NULL &&
	    record_signers_ok(f->record, f->body, NULL) == ERR_NONE;
}

bool
rules_check_signer_known(const struct facts *f)
{
	return f->root_signed || f->signer.known;
}

bool
rules_check_signer_not_revoked(const struct facts *f)
{
	return f->root_signed || !f->signer.revoked;
}

bool
rules_check_signer_standing(const struct facts *f)
{
	return f->signer.standing;
}

bool
rules_check_key_current(const struct facts *f)
{
	return f->key_current;
}

bool
rules_check_signer_is_agency(const struct facts *f)
{
	return (f->signer.roles & ROLE_AGENCY) != 0;
}

/* ---- record --------------------------------------------------------------- */

bool
rules_check_stamp_unused(const struct facts *f)
{
	return !f->seen_other;
}

bool
rules_check_not_too_old(const struct facts *f)
{
	uint64_t limit = AGE_RECORD_MS;

	if (f->ask == ASK_GRANT)
		limit = AGE_GRANT_MS;
	else if (f->ask == ASK_OPENING)
		limit = AGE_OPENING_MS;
	return f->now <= rules_later(wire_stamp_ms(f->body->stamp), limit);
}

bool
rules_check_not_future(const struct facts *f)
{
	return wire_stamp_ms(f->body->stamp) <= rules_later(f->now, FUTURE_MS);
}

bool
rules_check_citation_holds(const struct facts *f)
{
	return f->cite_ok;
}

bool
rules_check_serial_grows(const struct facts *f)
{
	if (rules_kind_is(f, KIND_PARTNERSHIP))
		return f->body->u.partnership.serial > f->serial;
	if (rules_kind_is(f, KIND_MEMBER))
		return f->body->u.member.serial > f->serial;
	return true;
}

bool
rules_check_roots_kept(const struct facts *f)
{
	return !f->roots_changed;
}

bool
rules_check_keys_free(const struct facts *f)
{
	return !f->key_conflict;
}

bool
rules_check_subject_not_revoked(const struct facts *f)
{
	return !rules_kind_is(f, KIND_MEMBER) || !f->about.revoked;
}

bool
rules_check_subject_known(const struct facts *f)
{
	if (!rules_kind_is(f, KIND_MEMBER_REVOKED) &&
	    !rules_kind_is(f, KIND_MEMBER_SUSPENDED))
		return true;
	return f->about.known;
}

bool
rules_check_epoch_grows(const struct facts *f)
{
	return !rules_kind_is(f, KIND_SEALING_KEY) ||
	    f->body->u.sealing_key.epoch > f->newest_epoch;
}

/* ---- case ----------------------------------------------------------------- */

bool
rules_check_case_new(const struct facts *f)
{
	return !f->kase.known;
}

bool
rules_check_case_id_follows(const struct facts *f)
{
	return f->kase.id_matches;
}

bool
rules_check_may_open(const struct facts *f)
{
	return f->signer.may_open_cases;
}

bool
rules_check_case_known(const struct facts *f)
{
	return f->kase.known;
}

bool
rules_check_case_key_matches(const struct facts *f)
{
	return f->self_signed || f->kase.key_matches;
}

bool
rules_check_by_custodian(const struct facts *f)
{
	if (f->root_signed)
		return !f->kase.custodian_standing;
	return f->kase.custodian_signs;
}

bool
rules_check_may_touch(const struct facts *f)
{
	if (rules_kind_is(f, KIND_MANDATED))
		return f->kase.signer_party;
	if (!rules_kind_is(f, KIND_WITHDRAWAL) || !f->self_signed ||
	    f->kase.custodian_signs)
		return true;
	return !f->body->u.withdrawal.all && f->named.known &&
	    f->named.same_case && f->named.signer_is_end;
}

bool
rules_check_same_case(const struct facts *f)
{
	if (f->named.known && !f->named.same_case)
		return false;
	return !f->message.known || f->message.same_case;
}

bool
rules_check_case_not_closed(const struct facts *f)
{
	return rules_kind_is(f, KIND_AUDIT_SHARE) || f->kase.state != CASE_CLOSED;
}

bool
rules_check_case_not_frozen(const struct facts *f)
{
	return f->kase.state != CASE_FROZEN;
}

bool
rules_check_custodian_standing(const struct facts *f)
{
	return f->kase.custodian_standing;
}

bool
rules_check_phrases_wanted(const struct facts *f)
{
	return !f->kase.has_grant || f->kase.state == CASE_FROZEN;
}

bool
rules_check_case_frozen(const struct facts *f)
{
	return f->kase.state != CASE_OPEN;
}

bool
rules_check_newest_stop(const struct facts *f)
{
	return f->body->u.resume.stop == f->kase.stop_idx;
}

bool
rules_check_day_passed(const struct facts *f)
{
	return f->now >= rules_later(f->kase.stop_at, DAY_MS);
}

bool
rules_check_day_cited(const struct facts *f)
{
	return f->cite_time >= rules_later(f->kase.stop_at, DAY_MS);
}

bool
rules_check_phrases_fresh(const struct facts *f)
{
	return f->kase.phrases_fresh;
}
