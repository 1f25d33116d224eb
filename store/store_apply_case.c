/* Effects on cases, phrases and stops. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_impl.h"

/* ---- cases --------------------------------------------------------------- */

static enum error_code
case_put(struct store *s, const struct effect *e)
{
	struct case_row r = { .state = CASE_OPEN, .idx = e->idx };
	struct member_slot *m;
	enum error_code error = roster_intern(s, e->member, &m);

	if (error != ERR_NONE)
		return error;
	memcpy(r.id, e->case_id, WIRE_CASE);
	memcpy(r.consent_key, e->entry->b.u.case_opened.consent_key, WIRE_KEY);
	r.custodian = m->no;
	return rows_case_put(s, &r);
}

static enum error_code
case_state(struct store *s, const struct effect *e, struct case_row *r)
{
	enum error_code error;

	if (r->state == CASE_CLOSED)
		return ERR_NONE;
	r->state = e->case_state;
	if (e->case_state == CASE_OPEN) {
		r->resume = e->idx;
	} else if (e->case_state == CASE_FROZEN && e->a >= r->stop) {
		r->stop = e->a;
		r->stop_at = e->b;
	}
	error = rows_case_put(s, r);
	if (error == ERR_NONE)
		error = grants_note_owed(s, r);
	if (error == ERR_NONE && e->case_state != CASE_OPEN)
		error = grants_sweep(s, r->id, r->idx);
	return error;
}

/* ---- phrases and stops --------------------------------------------------- */

static enum error_code
phrases_put(struct store *s, const struct effect *e, struct case_row *r)
{
	const struct wire_phrases *w = &e->entry->b.u.phrases;
	const struct cell row[] = {
		cell_b(e->case_id, WIRE_CASE), cell_u(e->idx),
		cell_b(e->entry->record_id, WIRE_HASH),
		cell_u(PHRASES_PENDING), cell_b(w->hash, sizeof w->hash),
	};
	enum error_code error = rows_put(s, T_PHRASES, row);

	for (size_t i = 0; i < 2 && error == ERR_NONE; i++) {
		const struct cell c[] = {
			cell_b(w->hash[i], WIRE_HASH),
			cell_b(e->case_id, WIRE_CASE), cell_u(e->idx),
		};

		error = rows_put(s, T_PHRASE, c);
	}
	r->has |= HAS_PHRASES;
	return error == ERR_NONE ? rows_case_put(s, r) : error;
}

struct phrases_row {
	uint64_t idx, state;
	uint8_t record[WIRE_HASH], hashes[2 * WIRE_HASH];
};
struct phrases_list {
	struct phrases_row *row;
	size_t n, cap;
};

static enum error_code
take_phrases(void *ctx, const struct cell *c, bool *stop)
{
	struct phrases_list *l = ctx;
	struct phrases_row *r;
	enum error_code e;

	(void)stop;
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 4 : l->cap * 2;

		r = realloc(l->row, cap * sizeof *r);
		if (r == NULL)
			return ERR_NOMEM;
		l->row = r;
		l->cap = cap;
	}
	r = &l->row[l->n++];
	r->idx = c[1].u;
	r->state = c[3].u;
	e = cell_fixed(&c[2], r->record, WIRE_HASH);
	return e == ERR_NONE ?
	    cell_fixed(&c[4], r->hashes, sizeof r->hashes) : e;
}

static enum error_code
phrases_become(struct store *s, const uint8_t *kase,
    const struct phrases_row *r, uint64_t state)
{
	const struct cell c[] = {
		cell_b(kase, WIRE_CASE), cell_u(r->idx),
		cell_b(r->record, WIRE_HASH), cell_u(state),
		cell_b(r->hashes, sizeof r->hashes),
	};

	return r->state == state ? ERR_NONE : rows_put(s, T_PHRASES, c);
}

/* One comes into force, all others of the case are spent. */
static enum error_code
phrases_take(struct store *s, const struct effect *e)
{
	const struct cell bound = cell_b(e->case_id, WIRE_CASE);
	struct phrases_list l = { 0 };
	size_t taken;
	enum error_code error = rows_scan(s, S_PHRASES_OF, &bound,
	    take_phrases, &l);

	/* The one named, or the newest that is pending. */
	for (taken = l.n; taken > 0; taken--)
		if (e->hash != NULL ? memcmp(l.row[taken - 1].record, e->hash,
		    WIRE_HASH) == 0 : l.row[taken - 1].state == PHRASES_PENDING)
			break;
	/* One that is not there takes nothing. */
	for (size_t i = 1; i <= l.n && taken > 0 && error == ERR_NONE; i++)
		error = phrases_become(s, e->case_id, &l.row[i - 1],
		    i == taken ? PHRASES_IN_FORCE : PHRASES_SPENT);
	free(l.row);
	return error;
}

static enum error_code
token_put(struct store *s, const struct effect *e)
{
	uint8_t hash[WIRE_HASH], key[8];
	struct cell c[3];
	enum error_code error;

	(void)crypto_hash_sha256(hash, e->entry->b.u.stop.token, WIRE_HASH);
	c[0] = cell_b(hash, sizeof hash);
	c[1] = cell_u(e->idx);
	error = rows_put(s, T_TOKEN, c);
	if (error != ERR_NONE)
		return error;
	c[0] = cell_u(e->idx);
	c[1] = cell_u(e->time);
	c[2] = cell_u(0);
	error = rows_put(s, T_STOP, c);
	put_be64(key, e->idx);
	return error != ERR_NONE ? error :
	    rows_todo_put(s, TODO_NOTICE, bytes_of(key, 8), e->time);
}

/* The first notice of a stop counts. */
static enum error_code
stop_day(struct store *s, const struct effect *e)
{
	const struct cell k = cell_u(e->a);
	struct cell c[CELLS_MAX], row[3];
	uint8_t key[8];
	bool found;
	enum error_code error = rows_get(s, T_STOP, &k, c, &found);

	if (error != ERR_NONE || !found)
		return error;
	row[0] = k;
	row[1] = c[0];
	row[2] = cell_u(c[1].u != 0 ? c[1].u : e->idx);
	rows_done(s);
	error = rows_put(s, T_STOP, row);
	put_be64(key, e->a);
	return error != ERR_NONE ? error :
	    rows_todo_del(s, TODO_NOTICE, bytes_of(key, 8));
}

static enum error_code
checked_put(struct store *s, const struct effect *e)
{
	struct member_slot *m;
	struct cell c[2];
	enum error_code error = roster_intern(s, e->member, &m);

	if (error != ERR_NONE)
		return error;
	c[0] = cell_u(m->no);
	c[1] = cell_b(e->case_id, WIRE_CASE);
	return rows_put(s, T_CHECKED, c);
}

enum error_code
cases_apply(struct store *s, const struct effect *e)
{
	struct case_row r;
	bool found;
	enum error_code error;

	switch (e->kind) {
	case EFFECT_CASE_PUT:
		return case_put(s, e);
	case EFFECT_PHRASES_TAKE:
		return phrases_take(s, e);
	case EFFECT_TOKEN_PUT:
		return token_put(s, e);
	case EFFECT_STOP_DAY:
		return stop_day(s, e);
	case EFFECT_CHECKED_PUT:
		return checked_put(s, e);
	default:
		break;
	}
	error = rows_case_get(s, e->case_id, &r, &found);
	if (error != ERR_NONE || !found)
		return error;
	if (e->kind == EFFECT_CASE_STATE)
		return case_state(s, e, &r);
	if (e->kind == EFFECT_PHRASES_PUT)
		return phrases_put(s, e, &r);
	if (e->a <= r.narrowed)
		return ERR_NONE;
	r.narrowed = e->a; /* EFFECT_CASE_NARROWED */
	return rows_case_put(s, &r);
}
