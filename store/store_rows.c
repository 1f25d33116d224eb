/* Rows of the store's tables, as structs. */
#include <string.h>

#include "store/store_impl.h"

enum error_code
cell_fixed(const struct cell *c, void *out, size_t n)
{
	if (c->b.n != n)
		return ERR_FORMAT;
	if (n > 0)
		memcpy(out, c->b.data, n);
	return ERR_NONE;
}

enum error_code
rows_put(struct store *s, enum table t, const struct cell *c)
{
	return s->failed != ERR_NONE ? s->failed : s->driver->put(s->d, t, c);
}

enum error_code
rows_get(struct store *s, enum table t, const struct cell *key,
    struct cell *value, bool *found)
{
	*found = false;
	return s->failed != ERR_NONE ? s->failed :
	    s->driver->get(s->d, t, key, value, found);
}

void
rows_done(struct store *s)
{
	s->driver->done(s->d);
}

enum error_code
rows_del(struct store *s, enum table t, const struct cell *key)
{
	return s->failed != ERR_NONE ? s->failed : s->driver->del(s->d, t, key);
}

enum error_code
rows_scan(struct store *s, enum scan sc, const struct cell *bound,
    driver_visit *visit, void *ctx)
{
	return s->failed != ERR_NONE ? s->failed :
	    s->driver->scan(s->d, sc, bound, visit, ctx);
}

/* ---- kase ---------------------------------------------------------------- */

enum error_code
rows_case_get(struct store *s, const uint8_t *id, struct case_row *out,
    bool *found)
{
	struct cell k = cell_b(id, WIRE_CASE), c[CELLS_MAX];
	enum error_code e;

	*found = s->failed == ERR_NONE && cache_case_get(s, id, out);
	if (*found)
		return ERR_NONE;
	e = rows_get(s, T_KASE, &k, c, found);
	if (e != ERR_NONE || !*found)
		return e;
	memcpy(out->id, id, WIRE_CASE);
	out->custodian = (uint32_t)c[0].u;
	out->state = (enum case_state)c[1].u;
	e = cell_fixed(&c[2], out->consent_key, WIRE_KEY);
	out->idx = c[3].u;
	out->narrowed = c[4].u;
	out->stop = c[5].u;
	out->stop_at = c[6].u;
	out->resume = c[7].u;
	out->has = c[8].u;
	rows_done(s);
	if (e == ERR_NONE)
		cache_case_put(s, out);
	return e;
}

enum error_code
rows_case_put(struct store *s, const struct case_row *r)
{
	const struct cell c[] = {
		cell_b(r->id, WIRE_CASE), cell_u(r->custodian),
		cell_u((uint64_t)r->state), cell_b(r->consent_key, WIRE_KEY),
		cell_u(r->idx), cell_u(r->narrowed), cell_u(r->stop),
		cell_u(r->stop_at), cell_u(r->resume), cell_u(r->has),
	};

	cache_case_put(s, r);
	return rows_put(s, T_KASE, c);
}

/* ---- leave --------------------------------------------------------------- */

/* What follows the key. */
static enum error_code
leave_value(const struct cell *c, struct grant *g)
{
	enum error_code e = cell_fixed(&c[0], g->id, WIRE_HASH);

	g->entered = c[1].u;
	g->from = c[2].u;
	g->effective = c[3].u;
	g->until = c[4].u;
	g->keep_read_days = (uint32_t)c[5].u;
	g->introduction = c[6].u != 0;
	g->ended_by = (enum ended_by)c[7].u;
	g->ended_idx = c[8].u;
	g->ended_at = c[9].u;
	g->locked_idx = c[10].u;
	g->locked_at = c[11].u;
	g->told_idx = c[12].u;
	g->told_before = c[13].u;
	if (e == ERR_NONE)
		e = cell_fixed(&c[14], g->label, sizeof g->label);
	return e;
}

enum error_code
rows_leave_read(const struct cell *c, struct leave_row *out)
{
	enum error_code e = cell_fixed(&c[0], out->kase, WIRE_CASE);

	out->sender = (uint32_t)c[1].u;
	out->recipient = (uint32_t)c[2].u;
	out->g.idx = c[3].u;
	return e != ERR_NONE ? e : leave_value(c + 4, &out->g);
}

/* Key columns in, the rest out. */
enum error_code
rows_leave_get(struct store *s, struct leave_row *r, bool *found)
{
	const struct cell k[] = {
		cell_b(r->kase, WIRE_CASE), cell_u(r->sender),
		cell_u(r->recipient), cell_u(r->g.idx),
	};
	struct cell c[CELLS_MAX];
	enum error_code e = rows_get(s, T_LEAVE, k, c, found);

	if (e != ERR_NONE || !*found)
		return e;
	e = leave_value(c, &r->g);
	rows_done(s);
	return e;
}

enum error_code
rows_leave_put(struct store *s, const struct leave_row *r)
{
	const struct grant *g = &r->g;
	const struct cell c[] = {
		cell_b(r->kase, WIRE_CASE), cell_u(r->sender),
		cell_u(r->recipient), cell_u(g->idx),
		cell_b(g->id, WIRE_HASH), cell_u(g->entered), cell_u(g->from),
		cell_u(g->effective), cell_u(g->until),
		cell_u(g->keep_read_days), cell_u(g->introduction),
		cell_u((uint64_t)g->ended_by), cell_u(g->ended_idx),
		cell_u(g->ended_at), cell_u(g->locked_idx),
		cell_u(g->locked_at), cell_u(g->told_idx),
		cell_u(g->told_before), cell_b(g->label, sizeof g->label),
	};

	cache_arrow_forget(s, r->kase, r->sender, r->recipient);
	return rows_put(s, T_LEAVE, c);
}

/* ---- message ------------------------------------------------------------- */

static enum error_code
message_value(const struct cell *c, struct message_row *out)
{
	enum error_code e = cell_fixed(&c[0], out->kase, WIRE_CASE);

	out->sender = (uint32_t)c[1].u;
	out->recipient = (uint32_t)c[2].u;
	if (e == ERR_NONE)
		e = cell_fixed(&c[3], out->id, WIRE_STAMP);
	out->created = c[4].u;
	out->expires = c[5].u;
	if (c[6].b.n > sizeof out->label || c[6].b.n % WIRE_LABEL != 0)
		return ERR_FORMAT;
	out->n_label = (unsigned)(c[6].b.n / WIRE_LABEL);
	if (c[6].b.n > 0)
		memcpy(out->label, c[6].b.data, c[6].b.n);
	out->state = (enum message_state)c[7].u;
	out->delivered = c[8].u;
	out->leave = c[9].u;
	out->opened = c[10].u;
	out->stored_at = c[11].u;
	return e;
}

enum error_code
rows_message_read(const struct cell *c, struct message_row *out)
{
	out->idx = c[0].u;
	return message_value(c + 1, out);
}

enum error_code
rows_message_select(struct store *s, uint64_t idx, struct message_row *out,
    bool *found)
{
	const struct cell k = cell_u(idx);
	struct cell c[CELLS_MAX];
	enum error_code e = rows_get(s, T_MESSAGE, &k, c, found);

	if (e != ERR_NONE || !*found)
		return e;
	out->idx = idx;
	e = message_value(c, out);
	rows_done(s);
	return e;
}

static void
message_cells(const struct message_row *r, struct cell c[static 13])
{
	c[0] = cell_u(r->idx);
	c[1] = cell_b(r->kase, WIRE_CASE);
	c[2] = cell_u(r->sender);
	c[3] = cell_u(r->recipient);
	c[4] = cell_b(r->id, WIRE_STAMP);
	c[5] = cell_u(r->created);
	c[6] = cell_u(r->expires);
	c[7] = cell_b(r->label, r->n_label * (size_t)WIRE_LABEL);
	c[8] = cell_u((uint64_t)r->state);
	c[9] = cell_u(r->delivered);
	c[10] = cell_u(r->leave);
	c[11] = cell_u(r->opened);
	c[12] = cell_u(r->stored_at);
}

enum error_code
rows_message_insert(struct store *s, const struct message_row *r)
{
	struct cell c[13];

	message_cells(r, c);
	return rows_put(s, T_MESSAGE, c);
}

enum error_code
rows_message_update(struct store *s, const struct message_row *r)
{
	struct cell c[13];

	if (s->failed != ERR_NONE)
		return s->failed;
	message_cells(r, c);
	return s->driver->set(s->d, T_MESSAGE, c);
}

/* ---- seen ---------------------------------------------------------------- */

static enum error_code
seen_value(const struct cell *c, struct seen_row *out)
{
	out->outcome = c[1].u;
	out->idx = c[2].u;
	out->kept = c[3].u != 0;
	return cell_fixed(&c[0], out->record, WIRE_HASH);
}

enum error_code
rows_seen_read(const struct cell *c, struct seen_row *out)
{
	enum error_code e = cell_fixed(&c[0], out->stamp, WIRE_STAMP);

	if (e != ERR_NONE || c[1].b.n > SEEN_SIGNER_MAX)
		return ERR_FORMAT;
	out->n_signer = c[1].b.n;
	memcpy(out->signer, c[1].b.data, c[1].b.n);
	return seen_value(c + 2, out);
}

enum error_code
rows_seen_get(struct store *s, const uint8_t *stamp, const uint8_t *signer,
    size_t n_signer, struct seen_row *out, bool *found)
{
	const struct cell k[] = {
		cell_b(stamp, WIRE_STAMP), cell_b(signer, n_signer),
	};
	struct cell c[CELLS_MAX];
	enum error_code e = s->failed;

	*found = false;
	if (e != ERR_NONE ||
	    cache_seen_get(s, stamp, signer, n_signer, out, found))
		return e;
	e = rows_get(s, T_SEEN, k, c, found);
	if (e != ERR_NONE)
		return e;
	memset(out, 0, sizeof *out);
	memcpy(out->stamp, stamp, WIRE_STAMP);
	memcpy(out->signer, signer, n_signer);
	out->n_signer = n_signer;
	if (*found)
		e = seen_value(c, out);
	rows_done(s);
	if (e == ERR_NONE)
		cache_seen_put(s, out, *found);
	return e;
}

enum error_code
rows_seen_put(struct store *s, const struct seen_row *r)
{
	const struct cell c[] = {
		cell_b(r->stamp, WIRE_STAMP), cell_b(r->signer, r->n_signer),
		cell_b(r->record, WIRE_HASH), cell_u(r->outcome),
		cell_u(r->idx), cell_u(r->kept),
	};

	cache_seen_forget(s);
	return rows_put(s, T_SEEN, c);
}

/* ---- sealing ------------------------------------------------------------- */

enum error_code
rows_sealing_get(struct store *s, uint32_t member, uint64_t epoch,
    struct sealing_row *out, bool *found)
{
	const struct cell k[] = { cell_u(member), cell_u(epoch) };
	struct cell c[CELLS_MAX];
	enum error_code e = rows_get(s, T_SEALING, k, c, found);

	if (e != ERR_NONE || !*found)
		return e;
	out->member = member;
	out->k.epoch = epoch;
	e = cell_fixed(&c[0], out->k.key, WIRE_KEY);
	out->k.until = c[1].u;
	out->announced = c[2].u;
	out->idx = c[3].u;
	out->ended = c[4].u != 0;
	rows_done(s);
	return e;
}

enum error_code
rows_sealing_put(struct store *s, const struct sealing_row *r)
{
	const struct cell c[] = {
		cell_u(r->member), cell_u(r->k.epoch),
		cell_b(r->k.key, WIRE_KEY), cell_u(r->k.until),
		cell_u(r->announced), cell_u(r->idx), cell_u(r->ended),
	};

	return rows_put(s, T_SEALING, c);
}

/* ---- named --------------------------------------------------------------- */

enum error_code
rows_named_get(struct store *s, const uint8_t *id, struct named_row *out,
    bool *found)
{
	const struct cell k = cell_b(id, WIRE_HASH);
	struct cell c[CELLS_MAX];
	enum error_code e = rows_get(s, T_NAMED, &k, c, found);

	if (e != ERR_NONE || !*found)
		return e;
	memcpy(out->id, id, WIRE_HASH);
	e = cell_fixed(&c[0], out->kase, WIRE_CASE);
	out->sender = (uint32_t)c[1].u;
	out->recipient = (uint32_t)c[2].u;
	out->idx = c[3].u;
	out->withdrawn = c[4].u != 0;
	rows_done(s);
	return e;
}

enum error_code
rows_named_put(struct store *s, const struct named_row *r)
{
	const struct cell c[] = {
		cell_b(r->id, WIRE_HASH), cell_b(r->kase, WIRE_CASE),
		cell_u(r->sender), cell_u(r->recipient), cell_u(r->idx),
		cell_u(r->withdrawn),
	};

	return rows_put(s, T_NAMED, c);
}

/* ---- todo ---------------------------------------------------------------- */

enum error_code
rows_todo_put(struct store *s, uint64_t kind, struct bytes key, uint64_t pos)
{
	const struct cell c[] = {
		cell_u(kind), cell_b(key.data, key.n), cell_u(pos),
	};

	return rows_put(s, T_TODO, c);
}

enum error_code
rows_todo_del(struct store *s, uint64_t kind, struct bytes key)
{
	const struct cell c[] = { cell_u(kind), cell_b(key.data, key.n) };

	return rows_del(s, T_TODO, c);
}

struct first {
	uint8_t *key;
	uint64_t *pos;
	bool *found;
};

static enum error_code
take_first(void *ctx, const struct cell *c, bool *stop)
{
	const struct first *f = ctx;

	*stop = true;
	*f->found = true;
	*f->pos = c[2].u;
	memset(f->key, 0, 16);
	if (c[1].b.n > 16)
		return ERR_FORMAT;
	memcpy(f->key, c[1].b.data, c[1].b.n);
	return ERR_NONE;
}

enum error_code
rows_todo_first(struct store *s, uint64_t kind, uint8_t key[static 16],
    uint64_t *pos, bool *found)
{
	const struct cell bound[] = { cell_u(kind), cell_b("", 0) };
	struct first f = { key, pos, found };

	*found = false;
	return rows_scan(s, S_TODO_OF, bound, take_first, &f);
}
