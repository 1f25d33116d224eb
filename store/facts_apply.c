/*
 * Folding an entry into a store, and what has to follow it in the ledger.
 */
#include "store/facts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "store/facts_gather.h"

/* ---- apply ---------------------------------------------------------------- */

/* The case that an entry is about, NULL when about none. */
static const uint8_t *
case_of(const struct entry *e)
{
	switch (e->kind) {
	case ENTRY_RECORD:
	case ENTRY_OPENED:
	case ENTRY_REFUSED:
		return e->b.has_case ? e->b.case_id : NULL;
	case ENTRY_FROZEN:
		return e->u.frozen.has_case ? e->u.frozen.case_id : NULL;
	case ENTRY_ENDED:
		return e->u.ended.case_id;
	default:
		return NULL;
	}
}

static enum error_code
view_grant(struct store *s, const struct entry *e, struct fold_view *v)
{
	enum error_code error;
	bool had = false;

	error = store_recipient_had(s, e->b.case_id, e->b.u.grant.recipient,
	    facts_pair_since(e->time), e->time, &had);
	v->new_pair = !had;
	return error;
}

static enum error_code
view_recall(struct store *s, const struct entry *e, struct fold_view *v)
{
	struct store_message m;
	enum error_code error;

	error = store_message_by_id(s, e->record.signer,
	    e->b.u.recall.message, &m);
	if (error == ERR_NONE && m.delivered_idx != 0)
		memcpy(v->recalled_to, m.recipient, sizeof v->recalled_to);
	return gather_absent_ok(error);
}

static enum error_code
view_of(struct store *s, const struct entry *e, const char *self,
    struct store_case *c, struct fold_view *v)
{
	const uint8_t *case_id = case_of(e);
	const struct store_member *m = NULL;
	enum error_code error = ERR_NOTFOUND;

	memset(v, 0, sizeof *v);
	v->slice = self != NULL;
	if (case_id != NULL)
		error = store_case(s, case_id, c);
	if (error == ERR_NONE) {
		v->custodian = c->custodian;
		v->slice_custodian = v->slice &&
		    gather_same_id(self, c->custodian);
	} else if (error != ERR_NOTFOUND)
		return error;
	if (e->kind == ENTRY_FROZEN && case_id != NULL)
		return store_stop_time(s, e->u.frozen.stop, &v->stop_at);
	if (e->kind != ENTRY_RECORD)
		return ERR_NONE;
	if (e->record.kind == KIND_GRANT)
		return view_grant(s, e, v);
	if (e->record.kind == KIND_RECALL)
		return view_recall(s, e, v);
	if (e->record.kind == KIND_MEMBER) {
		error = store_member(s, e->b.u.member.id, &m);
		v->member_replaces = error == ERR_NONE;
		return gather_absent_ok(error);
	}
	return ERR_NONE;
}

enum error_code
facts_apply(struct store *s, const struct entry *e, const char *self)
{
	struct effect *effect;
	struct fold_view v;
	struct store_case c;
	enum error_code error;
	unsigned i, n = 0;

	effect = malloc(FOLD_EFFECTS_MAX * sizeof *effect);
	if (effect == NULL)
		return ERR_NOMEM;
	error = view_of(s, e, self, &c, &v);
	if (error == ERR_NONE)
		error = fold(e, &v, effect, &n);
	for (i = 0; error == ERR_NONE && i < n; i++)
		error = store_apply(s, &effect[i]);
	free(effect);
	return error;
}

/* ---- consequences --------------------------------------------------------- */

/* A list of fixed-size items that grows. */
struct list {
	uint8_t *data;
	size_t n, cap, size;
};

static enum error_code
list_add(struct list *l, const void *item)
{
	size_t cap = l->cap != 0 ? 2 * l->cap : 16;
	uint8_t *data;

	if (l->n == l->cap) {
		data = realloc(l->data, cap * l->size);
		if (data == NULL)
			return ERR_NOMEM;
		l->data = data;
		l->cap = cap;
	}
	memcpy(l->data + l->n++ * l->size, item, l->size);
	return ERR_NONE;
}

static enum error_code
list_arrow(void *ctx, const struct store_arrow *a)
{
	return list_add(ctx, a);
}

static enum error_code
list_case(void *ctx, const uint8_t case_id[static WIRE_CASE])
{
	return list_add(ctx, case_id);
}

static enum error_code
list_unspent(void *ctx, const uint8_t case_id[static WIRE_CASE], bool spent)
{
	return spent ? ERR_NONE : list_add(ctx, case_id);
}

static int
compare_case(const void *a, const void *b)
{
	return memcmp(a, b, WIRE_CASE);
}

/* Which grants of an arrow an `ended` entry is to list. */
struct ending {
	struct store *s;
	facts_write *write;
	void *ctx;
	bool (*lists)(const struct grant *g, uint64_t at);
	uint64_t at;
	const char *end;              /* only arrows with this end, or NULL */
};

static bool
ended_by_entry(const struct grant *g, uint64_t at)
{
	return g->ended_by != ENDED_NOT && g->locked_idx == at;
}

static enum error_code
write_ended(const struct ending *x, const uint8_t case_id[static WIRE_CASE],
    const struct store_arrow *a)
{
	struct grant grant[RULES_GRANTS_MAX];
	uint64_t idx[RULES_GRANTS_MAX];
	struct wire_ended ended = { .grant = idx };
	enum error_code e;
	struct buf out;
	unsigned i, n = 0;

	e = store_grants(x->s, case_id, a->sender, a->recipient, grant, &n);
	if (e != ERR_NONE)
		return e;
	for (i = 0; i < n; i++)
		if (x->lists(&grant[i], x->at))
			idx[ended.n++] = grant[i].idx;
	if (ended.n == 0)
		return ERR_NONE;
	memcpy(ended.case_id, case_id, WIRE_CASE);
	memcpy(ended.sender, a->sender, sizeof ended.sender);
	memcpy(ended.recipient, a->recipient, sizeof ended.recipient);
	buf_init(&out, ENTRY_BODY_MAX);
	e = wire_ended_encode(&ended, &out);
	if (e == ERR_NONE)
		e = x->write(x->ctx, ENTRY_ENDED, buf_view(&out));
	buf_free(&out);
	return e;
}

/* One `ended` for each arrow concerned, in byte order. */
static enum error_code
write_ended_case(const struct ending *x, const uint8_t case_id[static WIRE_CASE])
{
	struct list arrows = { .size = sizeof(struct store_arrow) };
	struct store_arrow a;
	enum error_code e;
	size_t i;

	e = store_arrows(x->s, case_id, list_arrow, &arrows);
	for (i = 0; e == ERR_NONE && i < arrows.n; i++) {
		memcpy(&a, arrows.data + i * arrows.size, sizeof a);
		if (x->end == NULL || gather_same_id(x->end, a.sender) ||
		    gather_same_id(x->end, a.recipient))
			e = write_ended(x, case_id, &a);
	}
	free(arrows.data);
	return e;
}

static enum error_code
after_revoked(const struct ending *x, const char *member)
{
	struct list cases = { .size = WIRE_CASE };
	struct ending one = *x;
	enum error_code e;
	size_t i;

	one.end = member;
	e = store_cases_of(x->s, member, list_case, &cases);
	if (e == ERR_NONE && cases.n > 1)
		qsort(cases.data, cases.n, cases.size, compare_case);
	for (i = 0; e == ERR_NONE && i < cases.n; i++)
		e = write_ended_case(&one, cases.data + i * cases.size);
	free(cases.data);
	return e;
}

static enum error_code
after_withdrawal(const struct ending *x, const struct entry *e)
{
	const struct wire_withdrawal *w = &e->b.u.withdrawal;
	uint8_t case_id[WIRE_CASE];
	struct store_arrow arrow;
	enum error_code error;
	struct grant g;
	bool withdrawn;

	if (w->all)
		return write_ended_case(x, e->b.case_id);
	error = store_grant_named(x->s, w->grant, &g, &arrow, case_id,
	    &withdrawn);
	if (error != ERR_NONE)
		return gather_absent_ok(error);
	return write_ended(x, case_id, &arrow);
}

static enum error_code
write_frozen(const struct ending *x, const uint8_t *case_id, uint64_t stop)
{
	struct wire_frozen z = { .has_case = case_id != NULL, .stop = stop };
	enum error_code e;
	struct buf out;

	if (case_id != NULL)
		memcpy(z.case_id, case_id, WIRE_CASE);
	buf_init(&out, ENTRY_BODY_MAX);
	e = wire_frozen_encode(&z, &out);
	if (e == ERR_NONE)
		e = x->write(x->ctx, ENTRY_FROZEN, buf_view(&out));
	buf_free(&out);
	return e;
}

/*
 * One `frozen` for each case whose phrase it was, in byte order: but for a
 * phrase that two cases drew alike, exactly one; naming no case when none.
 */
static enum error_code
after_stop(const struct ending *x, const struct entry *e)
{
	struct list cases = { .size = WIRE_CASE };
	uint8_t hash[WIRE_HASH];
	struct store_case c;
	const uint8_t *id, *last = NULL;
	enum error_code error;
	size_t i, met = 0;

	crypto_hash_sha256(hash, e->b.u.stop.token, WIRE_HASH);
	error = store_phrase(x->s, hash, list_unspent, &cases);
	if (error == ERR_NONE && cases.n > 1)
		qsort(cases.data, cases.n, cases.size, compare_case);
	for (i = 0; error == ERR_NONE && i < cases.n; i++) {
		id = cases.data + i * cases.size;
		if (last != NULL && memcmp(last, id, WIRE_CASE) == 0)
			continue;
		last = id;
		error = store_case(x->s, id, &c);
		if (error == ERR_NONE && c.state != CASE_CLOSED) {
			error = write_frozen(x, id, e->index);
			met++;
		}
	}
	if (error == ERR_NONE && met == 0)
		error = write_frozen(x, NULL, e->index);
	sodium_memzero(hash, sizeof hash);
	free(cases.data);
	return error;
}

/* A phrase said before its record came still stops. */
static enum error_code
after_phrases(const struct ending *x, const struct entry *e)
{
	uint64_t stop, newest = 0;
	enum error_code error;
	bool said = false;
	unsigned i;

	for (i = 0; i < 2; i++) {
		error = store_token(x->s, e->b.u.phrases.hash[i], &stop);
		if (error == ERR_NOTFOUND)
			continue;
		if (error != ERR_NONE)
			return error;
		said = true;
		if (stop > newest)
			newest = stop;
	}
	return said ? write_frozen(x, e->b.case_id, newest) : ERR_NONE;
}

static enum error_code
after_recall(const struct ending *x, const struct entry *e)
{
	struct wire_dropped d = { .why = DROP_RECALLED };
	struct store_message m;
	enum error_code error;
	struct buf out;

	error = store_message_by_id(x->s, e->record.signer,
	    e->b.u.recall.message, &m);
	if (error != ERR_NONE || m.delivered_idx != 0)
		return gather_absent_ok(error);
	d.message = m.idx;
	buf_init(&out, ENTRY_BODY_MAX);
	error = wire_dropped_encode(&d, &out);
	if (error == ERR_NONE)
		error = x->write(x->ctx, ENTRY_DROPPED, buf_view(&out));
	buf_free(&out);
	return error;
}

enum error_code
facts_consequences(struct store *s, const struct entry *e, facts_write *write,
    void *ctx)
{
	const struct ending x = { .s = s, .write = write, .ctx = ctx,
	    .lists = ended_by_entry, .at = e->index };

	if (e->kind != ENTRY_RECORD)
		return ERR_NONE;
	switch (e->record.kind) {
	case KIND_STOP:
		return after_stop(&x, e);
	case KIND_PHRASES:
		return after_phrases(&x, e);
	case KIND_WITHDRAWAL:
		return after_withdrawal(&x, e);
	case KIND_CASE_CLOSED:
		return write_ended_case(&x, e->b.case_id);
	case KIND_MEMBER_REVOKED:
		return after_revoked(&x, e->b.u.standing.id);
	case KIND_RECALL:
		return after_recall(&x, e);
	default:
		return ERR_NONE;
	}
}

enum error_code
facts_owed_ended(struct store *s, const uint8_t case_id[static WIRE_CASE],
    facts_write *write, void *ctx)
{
	struct ending x = { .s = s, .write = write, .ctx = ctx,
	    .lists = rules_ended_owed };
	struct store_case c;
	enum error_code e = store_case(s, case_id, &c);

	if (e != ERR_NONE || c.state != CASE_FROZEN)
		return gather_absent_ok(e);
	x.at = c.stop_idx;
	return write_ended_case(&x, case_id);
}
