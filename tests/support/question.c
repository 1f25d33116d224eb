#include "tests/support/question.h"

#include <string.h>

#include "tests/support/test.h"

const struct baseline baseline[BASELINES] = {
	{ "partnership", ASK_ROOT, KIND_PARTNERSHIP },
	{ "member", ASK_ROOT, KIND_MEMBER },
	{ "member-revoked", ASK_ROOT, KIND_MEMBER_REVOKED },
	{ "member-suspended", ASK_ROOT, KIND_MEMBER_SUSPENDED },
	{ "sealing-key", ASK_ANNOUNCE, KIND_SEALING_KEY },
	{ "worker", ASK_ANNOUNCE, KIND_WORKER },
	{ "case-opened", ASK_CASE_OPENED, KIND_CASE_OPENED },
	{ "phrases", ASK_PHRASES, KIND_PHRASES },
	{ "resume", ASK_RESUME, KIND_RESUME },
	{ "grant", ASK_GRANT, KIND_GRANT },
	{ "arrow-key", ASK_KEYS, KIND_ARROW_KEY },
	{ "audit-share", ASK_KEYS, KIND_AUDIT_SHARE },
	{ "withdrawal", ASK_WITHDRAW, KIND_WITHDRAWAL },
	{ "case-closed", ASK_CLOSE, KIND_CASE_CLOSED },
	{ "stop", ASK_STOP, KIND_STOP },
	{ "submission", ASK_SUBMIT, KIND_SUBMISSION },
	{ "recall", ASK_RECALL, KIND_RECALL },
	{ "receipt", ASK_RECEIPT, KIND_RECEIPT },
	{ "opening", ASK_OPENING, KIND_OPENING },
	{ "open", ASK_OPEN, KIND_OPENING },
	{ "reopen", ASK_REOPEN, KIND_OPENING },
	{ "conflict-checked", ASK_CHECKED, KIND_CONFLICT_CHECKED },
	{ "mandated", ASK_NOTE, KIND_MANDATED },
	{ "export", ASK_NOTE, KIND_EXPORT },
	{ "deliver", ASK_DELIVER, KIND_NONE },
	{ "send", ASK_SEND, KIND_NONE },
};
void
question_stamp(struct question *w, uint64_t ms)
{
	static const uint8_t zero[10];

	stamp_make(ms, zero, w->body.stamp);
}

static void
make_parties(struct facts *f)
{
	const struct party agency = { .known = true, .standing = true,
	    .roles = ROLE_AGENCY, .agency = 6, .may_open_cases = true };

	f->signer = f->sender = f->recipient = f->about = agency;
	f->about.roles |= ROLE_TERMS;
	f->key_current = f->cite_ok = true;
	f->worker_known = f->waiver_known = f->conflict_checked = true;
}

static void
make_case(struct facts *f, enum ask ask)
{
	f->kase.known = ask != ASK_CASE_OPENED;
	f->kase.state = CASE_OPEN;
	strcpy(f->kase.custodian, "refuge");
	f->kase.custodian_standing = f->kase.custodian_signs = true;
	f->kase.key_matches = f->kase.id_matches = true;
	f->kase.phrases = f->kase.phrases_fresh = true;
	f->kase.signer_party = true;
	if (ask == ASK_RESUME) {
		f->kase.state = CASE_FROZEN;
		f->kase.stop_idx = 90;
		f->kase.stop_at = NOW - DAYS(1);
		f->kase.narrowed_idx = 90;
	}
	f->cite_time = NOW;
}

void
question_grant(struct grant *g, uint64_t idx)
{
	uint8_t (*label)[WIRE_LABEL] = g->label;
	unsigned i;

	memset(g, 0, sizeof *g);
	g->idx = idx;
	g->entered = NOW - DAYS(41);
	g->from = g->effective = NOW - DAYS(40);
	g->until = NOW + DAYS(8);
	g->keep_read_days = 10;
	for (i = 0; i < WIRE_GRANT_LABELS; i++)
		memset(label[i], (int)(2 * i + 1), WIRE_LABEL);
}

static void
make_message(struct facts *f, enum ask ask)
{
	f->message.known = f->message.same_case = f->message.to_signer = true;
	f->message.state = MESSAGE_STORED;
	f->message.idx = 17;
	f->message.expires = f->expires = NOW + DAYS(3);
	f->message.introduction = ask == ASK_CHECKED;
	f->message.opened = true;
	f->message.closes_at = NOW + 1;
	if (ask == ASK_DELIVER)
		f->message.state = MESSAGE_QUEUED;
	f->epoch.known = true;
	f->epoch.announced = NOW - DAYS(7);
	f->epoch.until = NOW + DAYS(7);
	f->newest_epoch = 3;
}

void
question_make(struct question *w, const struct baseline *b, struct arena *a)
{
	struct facts *f = &w->f;
	struct sample_keys keys;

	sample_keys(&keys);
	memset(w, 0, sizeof *w);
	f->ask = b->ask;
	f->now = NOW;
	w->policy.keep_read_days = 30;
	f->policy = &w->policy;
	make_parties(f);
	make_case(f, b->ask);
	question_grant(&w->grant[0], 5);
	f->grant = w->grant;
	f->n_grant = 1;
	make_message(f, b->ask);
	memset(w->need[0], 3, WIRE_LABEL);
	memset(w->need[1], 9, WIRE_LABEL);
	f->need = (const uint8_t (*)[WIRE_LABEL])w->need;
	f->n_need = 2;
	if (b->kind == KIND_NONE)
		return;
	sample_record(&keys, b->kind, a, &w->record, &w->body);
	f->record = &w->record;
	f->body = &w->body;
	f->narrowing = wire_kind_narrowing(b->kind);
	f->self_signed = record_signer_form(w->record.signer) == SIGNER_MEMBER;
	f->root_signed = record_signer_form(w->record.signer) == SIGNER_ROOT;
	question_stamp(w, NOW);
	if (b->kind == KIND_GRANT)
		w->body.u.grant.until = NOW + DAYS(60);
	if (b->kind == KIND_SEALING_KEY)
		w->body.u.sealing_key.epoch = 4;
}

void
question_named(struct question *w, const char *name, struct arena *a)
{
	unsigned b;

	for (b = 0; b < BASELINES; b++)
		if (strcmp(baseline[b].name, name) == 0) {
			question_make(w, &baseline[b], a);
			return;
		}
	ck_abort_msg("no baseline %s", name);
}
