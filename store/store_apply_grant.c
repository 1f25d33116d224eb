/* Effects on grants. */
#include <stdlib.h>
#include <string.h>

#include "store/store_impl.h"

/* Its messages will be looked at again, from the first that can be its. */
enum error_code
grants_sweep(struct store *s, const uint8_t *kase, uint64_t from)
{
	return rows_todo_put(s, TODO_SWEEP, bytes_of(kase, WIRE_CASE), from);
}

/* ---- those of a case, gathered because they are written ------------------ */

struct leave_list {
	struct leave_row *row;
	size_t n, cap;
};

static enum error_code
take_row(void *ctx, const struct cell *c, bool *stop)
{
	struct leave_list *l = ctx;

	(void)stop;
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 16 : l->cap * 2;
		struct leave_row *r = realloc(l->row, cap * sizeof *r);

		if (r == NULL)
			return ERR_NOMEM;
		l->row = r;
		l->cap = cap;
	}
	return rows_leave_read(c, &l->row[l->n++]);
}

static enum error_code
grants_of(struct store *s, const uint8_t *kase, struct leave_list *l)
{
	const struct cell bound = cell_b(kase, WIRE_CASE);

	return rows_scan(s, S_LEAVE_CASE, &bound, take_row, l);
}

/* Has a batch after the case's stop still to tell of some grant? */
static enum error_code
ended_owed(struct store *s, const struct case_row *r, bool *owed)
{
	struct leave_list l = { 0 };
	enum error_code e = grants_of(s, r->id, &l);

	*owed = false;
	for (size_t i = 0; i < l.n && e == ERR_NONE; i++)
		if (rules_ended_owed(&l.row[i].g, r->stop))
			*owed = true;
	free(l.row);
	return e;
}

enum error_code
grants_note_owed(struct store *s, const struct case_row *r)
{
	const struct bytes key = bytes_of(r->id, WIRE_CASE);
	bool owed = false;
	enum error_code e = ERR_NONE;

	if (r->state == CASE_FROZEN)
		e = ended_owed(s, r, &owed);
	if (e != ERR_NONE)
		return e;
	return owed ? rows_todo_put(s, TODO_ENDED, key, r->stop) :
	    rows_todo_del(s, TODO_ENDED, key);
}

/* ---- one by one ---------------------------------------------------------- */

/* The most final end stands; the first one locked.  True when it changed. */
static bool
end_grant(struct grant *g, enum ended_by by, uint64_t idx, uint64_t time)
{
	if (by <= g->ended_by)
		return false;
	if (g->ended_by == ENDED_NOT) {
		g->locked_idx = idx;
		g->locked_at = time;
	}
	g->ended_by = by;
	g->ended_idx = idx;
	g->ended_at = time;
	return true;
}

static enum error_code
party_put(struct store *s, const struct effect *e, uint32_t no)
{
	const struct cell c[] = {
		cell_u(no), cell_b(e->case_id, WIRE_CASE), cell_u(e->idx),
	};

	return rows_put(s, T_PARTY, c);
}

static enum error_code
grant_named(struct store *s, const struct leave_row *r)
{
	struct named_row n;
	bool found;
	enum error_code e = rows_named_get(s, r->g.id, &n, &found);

	if (e != ERR_NONE)
		return e;
	n.withdrawn = found && n.withdrawn;
	memcpy(n.id, r->g.id, WIRE_HASH);
	memcpy(n.kase, r->kase, WIRE_CASE);
	n.sender = r->sender;
	n.recipient = r->recipient;
	n.idx = r->g.idx;
	return rows_named_put(s, &n);
}

static enum error_code
grant_put(struct store *s, const struct effect *e)
{
	const struct wire_grant *w = &e->entry->b.u.grant;
	struct leave_row r = {
		.g = {
			.idx = e->idx, .from = w->from, .effective = e->a,
			.until = w->until, .entered = e->time,
			.keep_read_days = w->keep_read_days,
			.introduction = w->introduction,
		},
	};
	struct member_slot *from, *to = NULL;
	struct case_row k;
	bool found;
	enum error_code error = roster_intern(s, e->sender, &from);

	if (error == ERR_NONE)
		error = roster_intern(s, e->recipient, &to);
	if (error != ERR_NONE)
		return error;
	memcpy(r.kase, e->case_id, WIRE_CASE);
	memcpy(r.g.label, w->label, sizeof r.g.label);
	memcpy(r.g.id, e->entry->record_id, WIRE_HASH);
	r.sender = from->no;
	r.recipient = to->no;
	error = rows_leave_put(s, &r);
	if (error == ERR_NONE)
		error = grant_named(s, &r);
	if (error == ERR_NONE)
		error = party_put(s, e, from->no);
	if (error == ERR_NONE)
		error = party_put(s, e, to->no);
	if (error == ERR_NONE)
		error = rows_case_get(s, e->case_id, &k, &found);
	if (error != ERR_NONE || !found || (k.has & HAS_GRANT) != 0)
		return error;
	k.has |= HAS_GRANT;
	return rows_case_put(s, &k);
}

static enum error_code
sweep_case(struct store *s, const uint8_t *kase)
{
	struct case_row r;
	bool found;
	enum error_code e = rows_case_get(s, kase, &r, &found);

	return e != ERR_NONE || !found ? e : grants_sweep(s, kase, r.idx);
}

static enum error_code
grant_end(struct store *s, const struct effect *e)
{
	struct named_row n;
	struct leave_row r;
	bool found;
	enum error_code error = rows_named_get(s, e->hash, &n, &found);

	if (error != ERR_NONE || !found || n.idx == 0)
		return error;
	memcpy(r.kase, n.kase, WIRE_CASE);
	r.sender = n.sender;
	r.recipient = n.recipient;
	r.g.idx = n.idx;
	error = rows_leave_get(s, &r, &found);
	if (error != ERR_NONE || !found ||
	    !end_grant(&r.g, e->ended_by, e->idx, e->time))
		return error;
	error = rows_leave_put(s, &r);
	return error == ERR_NONE ? sweep_case(s, r.kase) : error;
}

/* All grants of a case, or with `only` those of which it is an end. */
static enum error_code
end_in_case(struct store *s, const struct effect *e, const uint8_t *kase,
    uint32_t only)
{
	struct leave_list l = { 0 };
	bool changed = false;
	enum error_code error = grants_of(s, kase, &l);

	for (size_t i = 0; i < l.n && error == ERR_NONE; i++) {
		struct leave_row *r = &l.row[i];

		if ((only != 0 && r->sender != only && r->recipient != only) ||
		    !end_grant(&r->g, e->ended_by, e->idx, e->time))
			continue;
		error = rows_leave_put(s, r);
		changed = true;
	}
	free(l.row);
	return error == ERR_NONE && changed ? sweep_case(s, kase) : error;
}

struct case_list {
	uint8_t (*id)[WIRE_CASE];
	size_t n, cap;
};

static enum error_code
take_case(void *ctx, const uint8_t id[static WIRE_CASE])
{
	struct case_list *l = ctx;

	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : l->cap * 2;
		void *p = realloc(l->id, cap * sizeof *l->id);

		if (p == NULL)
			return ERR_NOMEM;
		l->id = p;
		l->cap = cap;
	}
	memcpy(l->id[l->n++], id, WIRE_CASE);
	return ERR_NONE;
}

static enum error_code
end_of_member(struct store *s, const struct effect *e)
{
	const struct member_slot *m = roster_find(s, e->member);
	struct case_list l = { 0 };
	enum error_code error;

	if (m == NULL)
		return ERR_NONE;
	error = store_cases_of(s, e->member, take_case, &l);
	for (size_t i = 0; i < l.n && error == ERR_NONE; i++)
		error = end_in_case(s, e, l.id[i], m->no);
	free(l.id);
	return error;
}

static enum error_code
ended_told(struct store *s, const struct effect *e)
{
	const struct wire_ended *w = &e->entry->u.ended;
	const struct member_slot *from = roster_find(s, e->sender);
	const struct member_slot *to = roster_find(s, e->recipient);
	struct leave_row r;
	struct case_row k;
	bool found;
	enum error_code error = ERR_NONE;

	if (from == NULL || to == NULL)
		return ERR_NONE;
	memcpy(r.kase, e->case_id, WIRE_CASE);
	r.sender = from->no;
	r.recipient = to->no;
	for (unsigned i = 0; i < w->n && error == ERR_NONE; i++) {
		r.g.idx = w->grant[i];
		error = rows_leave_get(s, &r, &found);
		if (error != ERR_NONE || !found)
			continue;
		r.g.told_before = r.g.told_idx;
		r.g.told_idx = e->idx;
		if (r.g.ended_by == ENDED_NOT)
			(void)end_grant(&r.g, e->ended_by, e->idx, e->time);
		error = rows_leave_put(s, &r);
	}
	if (error == ERR_NONE)
		error = rows_case_get(s, e->case_id, &k, &found);
	return error != ERR_NONE || !found ? error : grants_note_owed(s, &k);
}

/* An agent is told `ended` and not why: what the stop ended comes back. */
static enum error_code
grants_resume(struct store *s, const struct effect *e)
{
	struct leave_list l = { 0 };
	enum error_code error = grants_of(s, e->case_id, &l);

	for (size_t i = 0; i < l.n && error == ERR_NONE; i++) {
		struct grant *g = &l.row[i].g;

		if (g->ended_by != ENDED_UNKNOWN || g->told_idx <= e->a ||
		    g->told_before > e->a)
			continue;
		g->ended_by = ENDED_NOT;
		g->ended_idx = g->ended_at = 0;
		g->locked_idx = g->locked_at = 0;
		g->told_idx = g->told_before = 0;
		error = rows_leave_put(s, &l.row[i]);
	}
	free(l.row);
	return error;
}

static enum error_code
name_withdrawn(struct store *s, const struct effect *e)
{
	struct named_row n = { 0 };
	bool found;
	enum error_code error = rows_named_get(s, e->hash, &n, &found);

	if (error != ERR_NONE)
		return error;
	memcpy(n.id, e->hash, WIRE_HASH);
	n.withdrawn = true;
	return rows_named_put(s, &n);
}

enum error_code
grants_apply(struct store *s, const struct effect *e)
{
	switch (e->kind) {
	case EFFECT_GRANT_PUT:
		return grant_put(s, e);
	case EFFECT_GRANT_END:
		return grant_end(s, e);
	case EFFECT_GRANTS_END_CASE:
		return end_in_case(s, e, e->case_id, 0);
	case EFFECT_GRANTS_END_MEMBER:
		return end_of_member(s, e);
	case EFFECT_GRANTS_ENDED_TOLD:
		return ended_told(s, e);
	case EFFECT_GRANTS_RESUME:
		return grants_resume(s, e);
	default:
		return name_withdrawn(s, e);
	}
}
