/* Questions about cases, their grants, phrases and stops. */
#include <stdlib.h>
#include <string.h>

#include "store/store_impl.h"

static void
copy_id(char out[static WIRE_ID_MAX + 1], const char *id)
{
	memcpy(out, id, strlen(id) + 1); /* of the roster: it fits */
}

/* ---- the case ------------------------------------------------------------ */

static enum error_code
stop_get(struct store *s, uint64_t idx, uint64_t *at, uint64_t *notice,
    bool *found)
{
	const struct cell k = cell_u(idx);
	struct cell c[CELLS_MAX];
	enum error_code e = rows_get(s, T_STOP, &k, c, found);

	if (e == ERR_NONE && *found) {
		*at = c[0].u;
		*notice = c[1].u;
		rows_done(s);
	}
	return e;
}

enum error_code
store_case(struct store *s, const uint8_t id[static WIRE_CASE],
    struct store_case *out)
{
	struct case_row r;
	uint64_t at, notice = 0;
	bool found;
	enum error_code e = rows_case_get(s, id, &r, &found);

	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	memcpy(out->id, id, WIRE_CASE);
	copy_id(out->custodian, roster_id(s, r.custodian));
	out->state = r.state;
	memcpy(out->consent_key, r.consent_key, WIRE_KEY);
	out->idx = r.idx;
	out->narrowed_idx = r.narrowed;
	out->stop_idx = r.stop;
	out->stop_at = r.stop_at;
	out->phrases_in_force = (r.has & HAS_PHRASES) != 0;
	out->has_grant = (r.has & HAS_GRANT) != 0;
	out->resume_idx = r.resume;
	if (r.stop != 0)
		e = stop_get(s, r.stop, &at, &notice, &found);
	out->stop_day_idx = notice;
	return e;
}

enum error_code
store_stop_time(struct store *s, uint64_t stop_idx, uint64_t *time)
{
	uint64_t notice;
	bool found;
	enum error_code e = stop_get(s, stop_idx, time, &notice, &found);

	return e == ERR_NONE && !found ? ERR_NOTFOUND : e;
}

/* ---- grants -------------------------------------------------------------- */

struct leaves {
	struct grant *out;
	unsigned n;
};

static enum error_code
take_leave(void *ctx, const struct cell *c, bool *stop)
{
	struct leaves *l = ctx;
	struct leave_row r;
	enum error_code e = rows_leave_read(c, &r);

	(void)stop;
	if (l->n == RULES_GRANTS_MAX) {
		/* The oldest gives way: it ended long ago. */
		memmove(l->out, l->out + 1, (l->n - 1) * sizeof *l->out);
		l->n--;
	}
	l->out[l->n++] = r.g;
	return e;
}

enum error_code
query_leaves(struct store *s, const uint8_t *kase, uint32_t sender,
    uint32_t recipient, struct grant *out, unsigned *n)
{
	const struct cell bound[] = {
		cell_b(kase, WIRE_CASE), cell_u(sender), cell_u(recipient),
	};
	struct leaves l = { out, 0 };
	enum error_code e = s->failed;

	if (e != ERR_NONE ||
	    cache_arrow_get(s, kase, sender, recipient, out, n))
		return e;
	e = rows_scan(s, S_LEAVE_ARROW, bound, take_leave, &l);
	*n = l.n;
	if (e == ERR_NONE)
		cache_arrow_put(s, kase, sender, recipient, out, l.n);
	return e;
}

enum error_code
store_grants(struct store *s, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient, struct grant *out, unsigned *n)
{
	const struct member_slot *from = roster_find(s, sender);
	const struct member_slot *to = roster_find(s, recipient);

	*n = 0;
	if (from == NULL || to == NULL)
		return s->failed;
	return query_leaves(s, case_id, from->no, to->no, out, n);
}

/* Arrows of a case, gathered to be put in order of their ends' names. */
struct arrows {
	struct store *s;
	struct store_arrow *a;
	size_t n, cap;
};

static enum error_code
take_arrow(void *ctx, const struct cell *c, bool *stop)
{
	struct arrows *l = ctx;
	struct store_arrow x;

	(void)stop;
	copy_id(x.sender, roster_id(l->s, c[1].u));
	copy_id(x.recipient, roster_id(l->s, c[2].u));
	/* Grants of one arrow lie together. */
	if (l->n > 0 && strcmp(l->a[l->n - 1].sender, x.sender) == 0 &&
	    strcmp(l->a[l->n - 1].recipient, x.recipient) == 0)
		return ERR_NONE;
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 32 : l->cap * 2;
		struct store_arrow *a = realloc(l->a, cap * sizeof *a);

		if (a == NULL)
			return ERR_NOMEM;
		l->a = a;
		l->cap = cap;
	}
	l->a[l->n++] = x;
	return ERR_NONE;
}

static int
by_names(const void *a, const void *b)
{
	const struct store_arrow *x = a, *y = b;
	int c = strcmp(x->sender, y->sender);

	return c != 0 ? c : strcmp(x->recipient, y->recipient);
}

enum error_code
store_arrows(struct store *s, const uint8_t case_id[static WIRE_CASE],
    store_visit_arrow *visit, void *ctx)
{
	const struct cell bound = cell_b(case_id, WIRE_CASE);
	struct arrows l = { .s = s };
	enum error_code e = rows_scan(s, S_LEAVE_CASE, &bound, take_arrow, &l);

	if (e == ERR_NONE && l.n > 0)
		qsort(l.a, l.n, sizeof *l.a, by_names);
	for (size_t i = 0; i < l.n && e == ERR_NONE; i++)
		e = visit(ctx, &l.a[i]);
	free(l.a);
	return e;
}

enum error_code
store_grant_named(struct store *s, const uint8_t id[static WIRE_HASH],
    struct grant *out, struct store_arrow *arrow,
    uint8_t case_id[static WIRE_CASE], bool *withdrawn)
{
	struct named_row n;
	struct leave_row r;
	bool found;
	enum error_code e = rows_named_get(s, id, &n, &found);

	*withdrawn = e == ERR_NONE && found && n.withdrawn;
	if (e != ERR_NONE || !found || n.idx == 0)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	memcpy(r.kase, n.kase, WIRE_CASE);
	r.sender = n.sender;
	r.recipient = n.recipient;
	r.g.idx = n.idx;
	e = rows_leave_get(s, &r, &found);
	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	*out = r.g;
	copy_id(arrow->sender, roster_id(s, n.sender));
	copy_id(arrow->recipient, roster_id(s, n.recipient));
	memcpy(case_id, n.kase, WIRE_CASE);
	return ERR_NONE;
}

struct had {
	uint32_t recipient;
	uint64_t since, now;
	bool *out;
};

static enum error_code
look_had(void *ctx, const struct cell *c, bool *stop)
{
	const struct had *h = ctx;
	struct leave_row r;
	uint64_t end;
	enum error_code e = rows_leave_read(c, &r);

	if (e != ERR_NONE || r.recipient != h->recipient || r.g.introduction)
		return e;
	end = r.g.until;
	if (r.g.ended_by != ENDED_NOT && r.g.ended_at < end)
		end = r.g.ended_at;
	/* [effective, end) meets [since, now]; an empty time meets nothing */
	if (r.g.effective < end && r.g.effective <= h->now && end > h->since) {
		*h->out = true;
		*stop = true;
	}
	return ERR_NONE;
}

enum error_code
store_recipient_had(struct store *s, const uint8_t case_id[static WIRE_CASE],
    const char *recipient, uint64_t since, uint64_t now, bool *out)
{
	const struct cell bound = cell_b(case_id, WIRE_CASE);
	const struct member_slot *m = roster_find(s, recipient);
	struct had h = { m != NULL ? m->no : 0, since, now, out };

	*out = false;
	return m == NULL ? s->failed :
	    rows_scan(s, S_LEAVE_CASE, &bound, look_had, &h);
}

/* ---- phrases ------------------------------------------------------------- */

struct phrasing {
	struct store *s;
	store_visit_phrase *visit;
	void *ctx;
};

static enum error_code
visit_phrase(void *ctx, const struct cell *c, bool *stop)
{
	const struct phrasing *p = ctx;
	const struct cell k[] = { c[1], c[2] };
	struct cell v[CELLS_MAX];
	uint8_t kase[WIRE_CASE];
	bool found, spent;
	enum error_code e = cell_fixed(&c[1], kase, WIRE_CASE);

	(void)stop;
	if (e == ERR_NONE)
		e = rows_get(p->s, T_PHRASES, k, v, &found);
	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_FORMAT;
	spent = v[1].u == PHRASES_SPENT;
	rows_done(p->s);
	return p->visit(p->ctx, kase, spent);
}

enum error_code
store_phrase(struct store *s, const uint8_t hash[static WIRE_HASH],
    store_visit_phrase *visit, void *ctx)
{
	const struct cell bound = cell_b(hash, WIRE_HASH);
	struct phrasing p = { s, visit, ctx };

	return rows_scan(s, S_PHRASE_BY, &bound, visit_phrase, &p);
}

static enum error_code
newest_token(void *ctx, const struct cell *c, bool *stop)
{
	uint64_t *newest = ctx;

	(void)stop;
	*newest = c[1].u + 1;
	return ERR_NONE;
}

enum error_code
store_token(struct store *s, const uint8_t hash[static WIRE_HASH],
    uint64_t *stop_idx)
{
	const struct cell bound = cell_b(hash, WIRE_HASH);
	uint64_t newest = 0;
	enum error_code e = rows_scan(s, S_TOKEN_BY, &bound, newest_token,
	    &newest);

	if (e != ERR_NONE || newest == 0)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	*stop_idx = newest - 1;
	return ERR_NONE;
}

/* A case's `phrases` record, found by its record id. */
struct record_wanted {
	const uint8_t *record;
	bool found, spent;
	uint8_t (*hash)[WIRE_HASH];
};

static enum error_code
look_record(void *ctx, const struct cell *c, bool *stop)
{
	struct record_wanted *w = ctx;

	if (c[2].b.n != WIRE_HASH || c[4].b.n != 2 * WIRE_HASH)
		return ERR_FORMAT;
	if (memcmp(c[2].b.data, w->record, WIRE_HASH) != 0)
		return ERR_NONE;
	w->found = *stop = true;
	w->spent = c[3].u == PHRASES_SPENT;
	if (w->hash != NULL)
		memcpy(w->hash, c[4].b.data, 2 * WIRE_HASH);
	return ERR_NONE;
}

enum error_code
store_phrases_named(struct store *s, const uint8_t case_id[static WIRE_CASE],
    const uint8_t record_id[static WIRE_HASH], bool *found)
{
	const struct cell bound = cell_b(case_id, WIRE_CASE);
	struct record_wanted w = { .record = record_id };
	enum error_code e = rows_scan(s, S_PHRASES_OF, &bound, look_record, &w);

	*found = w.found && !w.spent;
	return e;
}

enum error_code
store_phrases_hashes(struct store *s, const uint8_t case_id[static WIRE_CASE],
    const uint8_t record_id[static WIRE_HASH], uint8_t out[2][WIRE_HASH])
{
	const struct cell bound = cell_b(case_id, WIRE_CASE);
	struct record_wanted w = { .record = record_id, .hash = out };
	enum error_code e = rows_scan(s, S_PHRASES_OF, &bound, look_record, &w);

	return e == ERR_NONE && !w.found ? ERR_NOTFOUND : e;
}
