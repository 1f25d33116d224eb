/*
 * The fold: one function for each kind of entry, one for each kind of record.
 */
#include "ledger/fold.h"

#include <sodium.h>
#include <string.h>

/* Where the effects of one entry gather. */
struct folding {
	const struct entry *e;
	const struct fold_view *v;
	struct effect *out;
	unsigned n;
	bool full;
	struct effect none;    /* what a slice does not do */
};

static void
copy_id(char out[static WIRE_ID_MAX + 1], const char *id)
{
	size_t n = strlen(id);

	if (n > WIRE_ID_MAX)
		n = WIRE_ID_MAX;
	memcpy(out, id, n);
	out[n] = '\0';
}

/* The next effect, with what every effect has; never NULL. */
static struct effect *
add(struct folding *f, enum effect_kind kind)
{
	struct effect *x;

	if (f->n == FOLD_EFFECTS_MAX) {
		f->full = true;
		f->n--;
	}
	x = &f->out[f->n++];
	memset(x, 0, sizeof *x);
	x->kind = kind;
	x->idx = f->e->index;
	x->time = f->e->time;
	x->entry = f->e;
	memcpy(x->case_id, f->e->b.case_id, WIRE_CASE);
	return x;
}

static struct effect *
add_arrow(struct folding *f, enum effect_kind kind, const char *sender,
    const char *recipient)
{
	struct effect *x = add(f, kind);

	copy_id(x->sender, sender);
	copy_id(x->recipient, recipient);
	return x;
}

/* Whom the record's author is: its signer, or who cosigned for a case. */
static const char *
author(const struct entry *e)
{
	return e->record.cosigner[0] != '\0' ? e->record.cosigner :
	    e->record.signer;
}

/* A slice keeps count of its own news and knows nobody else's. */
static struct effect *
add_news(struct folding *f, unsigned audience)
{
	struct effect *x;
	uint8_t commitment[HASH_BYTES];

	if (f->v->slice)
		return &f->none;
	x = add(f, EFFECT_NEWS);
	x->audience = audience;
	if (f->e->has_leaf) {
		x->leaf = f->e->leaf;
		return x;
	}
	if (f->e->commitment == NULL)
		entry_commitment(f->e->body, f->e->salt, commitment);
	entry_leaf(f->e->commitment != NULL ? f->e->commitment : commitment,
	    &x->leaf);
	return x;
}

static void
add_seen(struct folding *f, uint64_t outcome)
{
	if (!f->v->slice)
		add(f, EFFECT_SEEN_PUT)->a = outcome;
}

/* ---- records: who is who -------------------------------------------------- */

static void
fold_partnership(struct folding *f)
{
	add(f, EFFECT_PARTNERSHIP_PUT);
	add_news(f, TELL_ALL);
}

static void
fold_member(struct folding *f)
{
	copy_id(add(f, EFFECT_MEMBER_PUT)->member, f->e->b.u.member.id);
	if (f->v->member_replaces)
		add_news(f, TELL_ALL);
}

static void
fold_member_revoked(struct folding *f)
{
	const char *id = f->e->b.u.standing.id;
	struct effect *x = add(f, EFFECT_MEMBER_STATE);

	copy_id(x->member, id);
	x->a = 2;
	x = add(f, EFFECT_GRANTS_END_MEMBER);
	copy_id(x->member, id);
	x->ended_by = ENDED_REVOKED;
	add_news(f, TELL_ALL);
}

static void
fold_member_suspended(struct folding *f)
{
	struct effect *x = add(f, EFFECT_MEMBER_STATE);

	copy_id(x->member, f->e->b.u.standing.id);
	x->a = 1;
	add_news(f, TELL_ALL);
}

static void
fold_sealing_key(struct folding *f)
{
	copy_id(add(f, EFFECT_SEALING_PUT)->member, author(f->e));
	add_news(f, TELL_SIGNER);
}

static void
fold_worker(struct folding *f)
{
	copy_id(add(f, EFFECT_WORKER_PUT)->member, author(f->e));
	add_news(f, TELL_SIGNER);
}

/* ---- records: cases ---------------------------------------------------------- */

static void
fold_case_opened(struct folding *f)
{
	copy_id(add(f, EFFECT_CASE_PUT)->member, author(f->e));
	add_news(f, TELL_CUSTODIAN);
}

static void
fold_phrases(struct folding *f)
{
	add(f, EFFECT_PHRASES_PUT);
	add_news(f, TELL_CUSTODIAN);
}

static void
fold_resume(struct folding *f)
{
	add(f, EFFECT_CASE_STATE)->case_state = CASE_OPEN;
	add(f, EFFECT_PHRASES_TAKE)->hash = f->e->b.u.resume.phrases;
	if (f->v->slice && !f->v->slice_custodian)
		add(f, EFFECT_GRANTS_RESUME)->a = f->e->b.u.resume.stop;
	add_news(f, TELL_CUSTODIAN | TELL_CASE_ENDS);
}

static void
fold_grant(struct folding *f)
{
	const struct wire_grant *g = &f->e->b.u.grant;
	struct effect *x;

	x = add_arrow(f, EFFECT_GRANT_PUT, g->sender, g->recipient);
	x->hash = f->e->record_id;
	x->a = rules_effective(g, f->e->time, f->v->new_pair);
	add(f, EFFECT_PHRASES_TAKE);
	x = add_news(f, TELL_CUSTODIAN | TELL_ENDS);
	copy_id(x->sender, g->sender);
	copy_id(x->recipient, g->recipient);
}

static void
fold_arrow_key(struct folding *f)
{
	copy_id(add_news(f, TELL_CUSTODIAN | TELL_MEMBER)->member,
	    f->e->b.u.arrow_key.to);
}

static void
fold_custodians_own(struct folding *f)
{
	add_news(f, TELL_CUSTODIAN);
}

/* By one of the grant's ends it locks; by her or the custodian it is final. */
static enum ended_by
withdrawn_by(const struct folding *f)
{
	const char *signer = f->e->record.signer;

	if (strncmp(signer, "case:", 5) == 0)
		return ENDED_BY_HER;
	return f->v->custodian != NULL && strcmp(signer, f->v->custodian) == 0 ?
	    ENDED_BY_HER : ENDED_BY_END;
}

static void
fold_withdrawal(struct folding *f)
{
	const struct wire_withdrawal *w = &f->e->b.u.withdrawal;
	struct effect *x;

	if (w->all) {
		add(f, EFFECT_GRANTS_END_CASE)->ended_by = ENDED_BY_HER;
		add(f, EFFECT_CASE_NARROWED)->a = f->e->index;
	} else {
		add(f, EFFECT_GRANT_NAMED)->hash = w->grant;
		x = add(f, EFFECT_GRANT_END);
		x->hash = w->grant;
		x->ended_by = withdrawn_by(f);
	}
	add_news(f, TELL_CUSTODIAN | TELL_SIGNER);
}

static void
fold_case_closed(struct folding *f)
{
	add(f, EFFECT_CASE_STATE)->case_state = CASE_CLOSED;
	add(f, EFFECT_GRANTS_END_CASE)->ended_by = ENDED_CLOSED;
	add_news(f, TELL_CUSTODIAN | TELL_CASE_ENDS);
}

static void
fold_stop(struct folding *f)
{
	add(f, EFFECT_TOKEN_PUT);
	add_news(f, TELL_SIGNER | TELL_PHRASE);
}

/* ---- records: messages ------------------------------------------------------- */

static void
fold_submission(struct folding *f)
{
	add_arrow(f, EFFECT_MESSAGE_PUT, author(f->e),
	    f->e->b.u.submission.recipient);
	add_news(f, TELL_SIGNER);
}

static void
fold_recall(struct folding *f)
{
	bool told = f->v->recalled_to[0] != '\0';
	struct effect *x;

	copy_id(add(f, EFFECT_RECALL_PUT)->member, author(f->e));
	x = add_arrow(f, EFFECT_MESSAGE_STATE, author(f->e), "");
	x->message_state = MESSAGE_RECALLED;
	x = add_news(f, TELL_SIGNER | (told ? TELL_MEMBER : 0u));
	copy_id(x->member, f->v->recalled_to);
}

static void
message_becomes(struct folding *f, uint64_t message, enum message_state state,
    uint64_t grant)
{
	struct effect *x = add(f, EFFECT_MESSAGE_STATE);

	x->a = message;
	x->b = grant;
	x->message_state = state;
}

static void
fold_receipt(struct folding *f)
{
	const struct wire_receipt *r = &f->e->b.u.receipt;
	unsigned i;

	for (i = 0; i < r->n; i++)
		message_becomes(f, r->line[i].message,
		    r->line[i].outcome == 0 ? MESSAGE_STORED :
		    MESSAGE_REJECTED, 0);
	add_news(f, TELL_SIGNER);
}

static void
fold_conflict_checked(struct folding *f)
{
	struct effect *x = add(f, EFFECT_CHECKED_PUT);

	copy_id(x->member, author(f->e));
	x->a = f->e->b.u.conflict_checked.introduction;
	add_news(f, TELL_SIGNER);
}

static void
fold_noted(struct folding *f)
{
	add_news(f, TELL_SIGNER);
}

static void (*const by_kind[KIND_END])(struct folding *) = {
	[KIND_PARTNERSHIP] = fold_partnership,
	[KIND_MEMBER] = fold_member,
	[KIND_MEMBER_REVOKED] = fold_member_revoked,
	[KIND_MEMBER_SUSPENDED] = fold_member_suspended,
	[KIND_SEALING_KEY] = fold_sealing_key,
	[KIND_WORKER] = fold_worker,
	[KIND_CASE_OPENED] = fold_case_opened,
	[KIND_PHRASES] = fold_phrases,
	[KIND_RESUME] = fold_resume,
	[KIND_GRANT] = fold_grant,
	[KIND_ARROW_KEY] = fold_arrow_key,
	[KIND_AUDIT_SHARE] = fold_custodians_own,
	[KIND_WITHDRAWAL] = fold_withdrawal,
	[KIND_CASE_CLOSED] = fold_case_closed,
	[KIND_STOP] = fold_stop,
	[KIND_SUBMISSION] = fold_submission,
	[KIND_RECALL] = fold_recall,
	[KIND_RECEIPT] = fold_receipt,
	[KIND_CONFLICT_CHECKED] = fold_conflict_checked,
	[KIND_MANDATED] = fold_noted,
	[KIND_EXPORT] = fold_noted,
};

/* ---- the broker's own entries -------------------------------------------------- */

static void
fold_opened(struct folding *f)
{
	const struct wire_opened *o = &f->e->u.opened;
	unsigned i;

	add_seen(f, RULE_ADMIT);
	for (i = 0; i < o->n; i++)
		if (o->line[i].rule == RULE_ADMIT)
			message_becomes(f, f->e->b.u.opening.message[i],
			    MESSAGE_OPENED, o->line[i].grant);
	add_news(f, TELL_SIGNER);
}

static void
fold_frozen(struct folding *f)
{
	const struct wire_frozen *z = &f->e->u.frozen;
	struct effect *x;

	if (!z->has_case)
		return;
	x = add(f, EFFECT_CASE_STATE);
	memcpy(x->case_id, z->case_id, WIRE_CASE);
	x->case_state = CASE_FROZEN;
	x->a = z->stop;
	x->b = f->v->stop_at;
	x = add(f, EFFECT_CASE_NARROWED);
	memcpy(x->case_id, z->case_id, WIRE_CASE);
	x->a = z->stop;
	memcpy(add_news(f, TELL_CUSTODIAN)->case_id, z->case_id, WIRE_CASE);
}

static void
fold_ended(struct folding *f)
{
	const struct wire_ended *d = &f->e->u.ended;
	struct effect *x;

	x = add_arrow(f, EFFECT_GRANTS_ENDED_TOLD, d->sender, d->recipient);
	memcpy(x->case_id, d->case_id, WIRE_CASE);
	if (f->v->slice && !f->v->slice_custodian)
		x->ended_by = ENDED_UNKNOWN;
	x = add_news(f, TELL_CUSTODIAN | TELL_ENDS);
	memcpy(x->case_id, d->case_id, WIRE_CASE);
	copy_id(x->sender, d->sender);
	copy_id(x->recipient, d->recipient);
}

static void
fold_notice(struct folding *f)
{
	if (f->e->u.notice.code == NOTICE_STOP_DAY)
		add(f, EFFECT_STOP_DAY)->a = f->e->u.notice.about;
}

static enum error_code
fold_record(struct folding *f)
{
	const enum wire_kind k = f->e->record.kind;

	if (k <= KIND_NONE || k >= KIND_END || by_kind[k] == NULL)
		return ERR_FORMAT;
	add_seen(f, RULE_ADMIT);
	by_kind[k](f);
	return ERR_NONE;
}

enum error_code
fold(const struct entry *e, const struct fold_view *v,
    struct effect out[static FOLD_EFFECTS_MAX], unsigned *n)
{
	struct folding f = { .e = e, .v = v, .out = out };
	enum error_code error = ERR_NONE;

	switch (e->kind) {
	case ENTRY_RECORD:
		error = fold_record(&f);
		break;
	case ENTRY_DELIVERED:
		message_becomes(&f, e->u.delivered.message,
		    MESSAGE_DELIVERED, e->u.delivered.grant);
		break;
	case ENTRY_OPENED:
		fold_opened(&f);
		break;
	case ENTRY_FROZEN:
		fold_frozen(&f);
		break;
	case ENTRY_ENDED:
		fold_ended(&f);
		break;
	case ENTRY_REFUSED:
		/* One message of an opening: the opening was admitted. */
		if (e->u.refused.message == 0)
			add_seen(&f, e->u.refused.rule);
		break;
	case ENTRY_DROPPED:
		message_becomes(&f, e->u.dropped.message, MESSAGE_DROPPED, 0);
		break;
	case ENTRY_NOTICE:
		fold_notice(&f);
		break;
	default:
		error = ERR_FORMAT;
	}
	*n = f.n;
	return f.full ? ERR_INTERNAL : error;
}

void
fold_news_hash(uint8_t hash[static HASH_BYTES], const struct hash *leaf)
{
	crypto_hash_sha256_state h;

	crypto_hash_sha256_init(&h);
	crypto_hash_sha256_update(&h, hash, HASH_BYTES);
	crypto_hash_sha256_update(&h, leaf->b, HASH_BYTES);
	crypto_hash_sha256_final(&h, hash);
}
