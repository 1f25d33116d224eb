/* Effects: the one way the folded state changes; here who is who, and news. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_impl.h"

/* ---- members ------------------------------------------------------------- */

struct epochs {
	struct sealing_row *row;
	size_t n, cap;
};

static enum error_code
take_unended(void *ctx, const struct cell *c, bool *stop)
{
	struct epochs *l = ctx;
	struct sealing_row *r;

	(void)stop;
	if (c[6].u != 0)
		return ERR_NONE;
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 16 : l->cap * 2;

		r = realloc(l->row, cap * sizeof *r);
		if (r == NULL)
			return ERR_NOMEM;
		l->row = r;
		l->cap = cap;
	}
	r = &l->row[l->n++];
	r->member = (uint32_t)c[0].u;
	r->k.epoch = c[1].u;
	r->k.until = c[3].u;
	r->announced = c[4].u;
	r->idx = c[5].u;
	r->ended = true;
	return cell_fixed(&c[2], r->k.key, WIRE_KEY);
}

static enum error_code
end_sealing_keys(struct store *s, struct member_slot *m)
{
	const struct cell bound = cell_u(m->no);
	struct epochs l = { 0 };
	enum error_code e = rows_scan(s, S_SEALING_OF, &bound, take_unended,
	    &l);

	for (size_t i = 0; i < l.n && e == ERR_NONE; i++)
		e = rows_sealing_put(s, &l.row[i]);
	free(l.row);
	m->sealing_read = false;
	return e;
}

static enum error_code
own_key(struct store *s, const struct member_slot *m, const uint8_t *key)
{
	const struct cell c[] = { cell_b(key, WIRE_KEY), cell_u(m->no) };

	return rows_put(s, T_KEY, c);
}

static enum error_code
member_put(struct store *s, const struct effect *e)
{
	const struct wire_member *w = &e->entry->b.u.member;
	struct member_slot *m;
	enum error_code error = roster_intern(s, w->id, &m);

	if (error == ERR_NONE && m->known)
		error = end_sealing_keys(s, m);
	if (error != ERR_NONE)
		return error;
	m->known = true;
	m->m.m = *w;
	m->m.idx = e->idx;
	m->m.suspended = false;
	error = own_key(s, m, w->sign_key);
	if (error == ERR_NONE)
		error = own_key(s, m, w->link_key);
	if (error == ERR_NONE && w->has_terms_key)
		error = own_key(s, m, w->terms_key);
	return error == ERR_NONE ? roster_write(s, m) : error;
}

static enum error_code
member_state(struct store *s, const struct effect *e)
{
	struct member_slot *m;
	enum error_code error = roster_intern(s, e->member, &m);

	if (error != ERR_NONE)
		return error;
	if (e->a == 2)
		m->m.revoked = true;
	else
		m->m.suspended = true;
	return roster_write(s, m);
}

static enum error_code
sealing_put(struct store *s, const struct effect *e)
{
	struct sealing_row r = {
		.k = e->entry->b.u.sealing_key,
		.announced = e->time,
		.idx = e->idx,
	};
	struct member_slot *m;
	enum error_code error = roster_intern(s, e->member, &m);

	if (error != ERR_NONE)
		return error;
	r.member = m->no;
	error = rows_sealing_put(s, &r);
	m->sealing_read = false;
	if (error != ERR_NONE || r.k.epoch <= m->m.epoch)
		return error;
	m->m.epoch = r.k.epoch;
	return roster_write(s, m);
}

static enum error_code
worker_put(struct store *s, const struct effect *e)
{
	const struct wire_worker *w = &e->entry->b.u.worker;
	struct member_slot *m;
	struct cell c[4];
	enum error_code error = roster_intern(s, e->member, &m);

	if (error != ERR_NONE)
		return error;
	c[0] = cell_u(m->no);
	c[1] = cell_b(w->pseudonym, WIRE_PSEUDONYM);
	c[2] = cell_u(w->ended);
	c[3] = cell_u(e->idx);
	return rows_put(s, T_WORKER, c);
}

/* ---- news ---------------------------------------------------------------- */

/* Whom one entry is told, each once. */
struct told {
	struct store *s;
	uint32_t *no;
	size_t n, cap;
};

static enum error_code
tell(struct told *t, uint64_t no)
{
	const struct member_slot *m = roster_at(t->s, no);

	/* The broker hears nothing of itself, who was revoked nothing more. */
	if (m == NULL || m->m.revoked || (m->m.m.roles & ROLE_BROKER) != 0)
		return ERR_NONE;
	for (size_t i = 0; i < t->n; i++)
		if (t->no[i] == no)
			return ERR_NONE;
	if (t->n == t->cap) {
		size_t cap = t->cap == 0 ? 16 : t->cap * 2;
		uint32_t *p = realloc(t->no, cap * sizeof *p);

		if (p == NULL)
			return ERR_NOMEM;
		t->no = p;
		t->cap = cap;
	}
	t->no[t->n++] = (uint32_t)no;
	return ERR_NONE;
}

static enum error_code
tell_name(struct told *t, const char *id)
{
	const struct member_slot *m = roster_find(t->s, id);

	return m == NULL ? ERR_NONE : tell(t, m->no);
}

static enum error_code
tell_ends(void *ctx, const struct cell *c, bool *stop)
{
	enum error_code e = tell(ctx, c[1].u);

	(void)stop;
	return e == ERR_NONE ? tell(ctx, c[2].u) : e;
}

static enum error_code
tell_custodian(struct told *t, const uint8_t *kase)
{
	struct case_row r;
	bool found;
	enum error_code e = rows_case_get(t->s, kase, &r, &found);

	return e != ERR_NONE || !found ? e : tell(t, r.custodian);
}

static enum error_code
tell_lister(void *ctx, const struct cell *c, bool *stop)
{
	(void)stop;
	return c[1].b.n == WIRE_CASE ? tell_custodian(ctx, c[1].b.data) :
	    ERR_FORMAT;
}

/* The custodians of all cases that ever listed the hash of this token. */
static enum error_code
tell_phrase(struct told *t, const struct entry *entry)
{
	uint8_t hash[WIRE_HASH];
	struct cell bound;

	(void)crypto_hash_sha256(hash, entry->b.u.stop.token, WIRE_HASH);
	bound = cell_b(hash, sizeof hash);
	return rows_scan(t->s, S_PHRASE_BY, &bound, tell_lister, t);
}

static const struct record *
record_in(const struct entry *e)
{
	return e->kind == ENTRY_RECORD || e->kind == ENTRY_OPENED ?
	    &e->record : NULL;
}

static enum error_code
tell_signer(struct told *t, const struct record *r)
{
	if (r == NULL)
		return ERR_NONE;
	return tell_name(t, strncmp(r->signer, "case:", 5) == 0 ? r->cosigner :
	    r->signer);
}

static enum error_code
audience(struct told *t, const struct effect *e)
{
	const struct cell kase = cell_b(e->case_id, WIRE_CASE);
	enum error_code error = ERR_NONE;

	if ((e->audience & TELL_ALL) != 0)
		for (size_t i = 0; i < t->s->roster.n && error == ERR_NONE; i++)
			if (t->s->roster.slot[i]->known)
				error = tell(t, i + 1);
	if (error == ERR_NONE && (e->audience & TELL_SIGNER) != 0)
		error = tell_signer(t, record_in(e->entry));
	if (error == ERR_NONE && (e->audience & TELL_CUSTODIAN) != 0)
		error = tell_custodian(t, e->case_id);
	if (error == ERR_NONE && (e->audience & TELL_ENDS) != 0) {
		error = tell_name(t, e->sender);
		if (error == ERR_NONE)
			error = tell_name(t, e->recipient);
	}
	if (error == ERR_NONE && (e->audience & TELL_CASE_ENDS) != 0)
		error = rows_scan(t->s, S_LEAVE_CASE, &kase, tell_ends, t);
	if (error == ERR_NONE && (e->audience & TELL_MEMBER) != 0)
		error = tell_name(t, e->member);
	if (error == ERR_NONE && (e->audience & TELL_PHRASE) != 0)
		error = tell_phrase(t, e->entry);
	return error;
}

static enum error_code
feed_put(struct store *s, uint32_t no, uint64_t idx, uint64_t seq,
    uint64_t item)
{
	const struct cell c[] = {
		cell_u(no), cell_u(idx), cell_u(seq), cell_u(item),
	};

	return rows_put(s, T_FEED, c);
}

/* One more item in a member's stream. */
static enum error_code
count_news(struct store *s, struct member_slot *m, const struct hash *leaf,
    uint64_t position)
{
	m->m.news++;
	fold_news_hash(m->m.news_hash, leaf);
	return s->on_news != NULL ?
	    s->on_news(s->on_news_ctx, &m->m, position) : ERR_NONE;
}

void
store_on_news(struct store *s, store_news_fn *fn, void *ctx)
{
	s->on_news = fn;
	s->on_news_ctx = ctx;
}

/* Counts and feeds entry `item` just before e's own. */
static enum error_code
news_before(struct store *s, struct member_slot *m, const struct effect *e,
    uint64_t seq, uint64_t item)
{
	uint8_t commitment[HASH_BYTES];
	struct hash leaf;
	enum error_code error = store_commitments(s, item, 1, commitment);

	if (error != ERR_NONE)
		return error;
	entry_leaf(commitment, &leaf);
	error = count_news(s, m, &leaf, e->idx);
	return error != ERR_NONE ? error :
	    feed_put(s, m->no, e->idx, seq, item);
}

/* A grant that makes a member an end of its case brings the case along. */
static enum error_code
news_of_case(struct store *s, struct member_slot *m, const struct effect *e)
{
	const struct cell k[] = {
		cell_u(m->no), cell_b(e->case_id, WIRE_CASE),
	};
	struct cell c[CELLS_MAX];
	struct case_row r;
	uint64_t since = 0;
	bool found;
	enum error_code error = rows_get(s, T_PARTY, k, c, &found);

	if (error != ERR_NONE || !found)
		return error;
	since = c[0].u;
	rows_done(s);
	if (since != e->idx)
		return ERR_NONE;
	error = rows_case_get(s, e->case_id, &r, &found);
	if (error != ERR_NONE || !found || r.custodian == m->no)
		return error;
	error = news_before(s, m, e, FEED_CASE, r.idx);
	if (error == ERR_NONE && r.resume != 0)
		error = news_before(s, m, e, FEED_RESUME, r.resume);
	return error;
}

static enum error_code
news_for(struct store *s, struct member_slot *m, const struct effect *e)
{
	const struct record *r = record_in(e->entry);
	const bool own = r != NULL && (strcmp(r->signer, m->m.id) == 0 ||
	    strcmp(r->cosigner, m->m.id) == 0);
	enum error_code error = roster_touch(s, m);

	if (error == ERR_NONE && r != NULL && r->kind == KIND_GRANT)
		error = news_of_case(s, m, e);
	if (error == ERR_NONE)
		error = count_news(s, m, &e->leaf, e->idx);
	if (error != ERR_NONE)
		return error;
	if (!own)
		return feed_put(s, m->no, e->idx, FEED_NEWS, e->idx);
	m->m.last_own = e->idx;
	return ERR_NONE;
}

static enum error_code
news_put(struct store *s, const struct effect *e)
{
	struct told t = { .s = s };
	enum error_code error = audience(&t, e);

	for (size_t i = 0; i < t.n && error == ERR_NONE; i++)
		error = news_for(s, roster_at(s, t.no[i]), e);
	free(t.no);
	return error;
}

/* ---- all of them --------------------------------------------------------- */

static enum error_code
partnership_put(struct store *s, const struct effect *e)
{
	return roster_partnership(s, e->idx, &e->entry->b.u.partnership);
}

enum error_code
store_apply(struct store *s, const struct effect *e)
{
	if (s->failed != ERR_NONE)
		return s->failed;
	if (!s->open)
		return ERR_INTERNAL;
	switch (e->kind) {
	case EFFECT_PARTNERSHIP_PUT:
		return partnership_put(s, e);
	case EFFECT_MEMBER_PUT:
		return member_put(s, e);
	case EFFECT_MEMBER_STATE:
		return member_state(s, e);
	case EFFECT_SEALING_PUT:
		return sealing_put(s, e);
	case EFFECT_WORKER_PUT:
		return worker_put(s, e);
	case EFFECT_NEWS:
		return news_put(s, e);
	case EFFECT_CASE_PUT:
	case EFFECT_CASE_STATE:
	case EFFECT_CASE_NARROWED:
	case EFFECT_PHRASES_PUT:
	case EFFECT_PHRASES_TAKE:
	case EFFECT_TOKEN_PUT:
	case EFFECT_STOP_DAY:
	case EFFECT_CHECKED_PUT:
		return cases_apply(s, e);
	case EFFECT_GRANT_PUT:
	case EFFECT_GRANT_END:
	case EFFECT_GRANTS_END_CASE:
	case EFFECT_GRANTS_END_MEMBER:
	case EFFECT_GRANTS_ENDED_TOLD:
	case EFFECT_GRANTS_RESUME:
	case EFFECT_GRANT_NAMED:
		return grants_apply(s, e);
	case EFFECT_MESSAGE_PUT:
	case EFFECT_MESSAGE_STATE:
	case EFFECT_RECALL_PUT:
	case EFFECT_SEEN_PUT:
		return messages_apply(s, e);
	}
	return ERR_INTERNAL;
}
