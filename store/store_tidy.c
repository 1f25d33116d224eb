/*
 * What has had its time, and what is owed.
 *
 * Three walks, each a few rows at a time, remembered in memory or in `todo`:
 * the sweep of a case whose sharing was narrowed (its queued messages and its
 * shares), the walk over all waiting mail (expired?), and the walk over all
 * shares (closed?  stored 14 days ago?).
 */
#include <string.h>

#include "store/store_impl.h"

enum {
	STALE_MAX = 256,             /* candidates of one call */
	SWEEP_ROWS = 4096,           /* rows looked at, per call */
	WALK_ROWS = 512,
};
#define MAIL_PASS_MS 1000u           /* at most this often from the start */
#define SHARE_PASS_MS ((uint64_t)HOUR_MS)

/* ---- stale --------------------------------------------------------------- */

/* Entries found by a walk: what is written is written after it. */
struct found {
	struct store *s;
	uint64_t now, next;          /* where to go on */
	unsigned looked, most;       /* rows */
	const uint8_t *kase;         /* of the sweep */
	struct message_row hit[STALE_MAX];
	unsigned n, max;
	bool end;                    /* came to the end */
};

static bool
is_closed(struct store *s, const struct message_row *m, uint64_t now,
    enum error_code *e)
{
	struct grant g[RULES_GRANTS_MAX];
	unsigned n;

	*e = query_leaves(s, m->kase, m->sender, m->recipient, g, &n);
	return *e == ERR_NONE && rules_message_closes(g, n, m->label,
	    m->n_label, m->idx) <= now;
}

static enum error_code
sweep_row(void *ctx, const struct cell *c, bool *stop)
{
	struct found *f = ctx;
	struct message_row *m = &f->hit[f->n];

	if (f->looked++ == f->most || f->n == f->max) {
		*stop = true;
		f->end = false;
		return ERR_NONE;
	}
	f->next = c[0].u + 1;
	if (c[1].b.n != WIRE_CASE)
		return ERR_FORMAT;
	if (memcmp(c[1].b.data, f->kase, WIRE_CASE) != 0 ||
	    c[8].u >= MESSAGE_DROPPED)
		return ERR_NONE;
	f->n++;
	return rows_message_read(c, m);
}

/* One slice of the oldest sweep.  *did: there was one. */
static enum error_code
sweep_slice(struct store *s, struct found *f, bool *did)
{
	uint8_t kase[16];
	struct cell bound;
	uint64_t from;
	enum error_code e = rows_todo_first(s, TODO_SWEEP, kase, &from, did);

	if (e != ERR_NONE || !*did)
		return e;
	bound = cell_u(from);
	f->kase = kase;
	f->next = from;
	f->end = true;
	e = cache_message_flush(s);
	if (e == ERR_NONE)
		e = rows_scan(s, S_MESSAGE_FROM, &bound, sweep_row, f);
	if (e != ERR_NONE)
		return e;
	return f->end ? rows_todo_del(s, TODO_SWEEP, bytes_of(kase, 16)) :
	    rows_todo_put(s, TODO_SWEEP, bytes_of(kase, 16), f->next);
}

/* Could this waiting message never be delivered?  The rules decide. */
static bool
suspect(const struct store *s, const struct message_row *m, uint64_t now)
{
	const struct member_slot *from = roster_at(s, m->sender);
	const struct member_slot *to = roster_at(s, m->recipient);

	return m->expires <= now || from == NULL || to == NULL ||
	    from->m.revoked || to->m.revoked || to->m.idx > m->idx;
}

static enum error_code
mail_row(void *ctx, const struct cell *c, bool *stop)
{
	struct found *f = ctx;
	struct message_row *m = &f->hit[f->n];
	bool found;
	enum error_code e;

	if (f->looked++ == f->most || f->n == f->max) {
		*stop = true;
		f->end = false;
		return ERR_NONE;
	}
	f->next = c[1].u + 1;
	if (c[2].u != FEED_MAIL)
		return ERR_NONE;
	e = cache_message_get(f->s, c[1].u, m, &found);
	if (e == ERR_NONE && found && m->state == MESSAGE_QUEUED &&
	    suspect(f->s, m, f->now))
		f->n++;
	return e;
}

/* Feeds one after the other, from where the last call stopped. */
static enum error_code
mail_slice(struct store *s, struct found *f)
{
	enum error_code e = ERR_NONE;

	if (!s->mail_walk) {
		if (f->now < s->mail_pass + MAIL_PASS_MS &&
		    f->now >= s->mail_pass)
			return ERR_NONE;
		s->mail_walk = true;
		s->mail_pass = f->now;
		s->mail_member = 1;
		s->mail_after = 0;
	}
	while (e == ERR_NONE && s->mail_member <= s->roster.n) {
		const struct cell bound[] = {
			cell_u(s->mail_member), cell_u(s->mail_after),
		};

		f->end = true;
		f->next = s->mail_after;
		e = rows_scan(s, S_FEED_OF, bound, mail_row, f);
		if (!f->end) {
			s->mail_after = f->next;
			return e;
		}
		s->mail_member++;
		s->mail_after = 0;
	}
	s->mail_walk = false;
	return e;
}

enum error_code
store_stale(struct store *s, uint64_t now, unsigned max,
    store_visit_index *visit, void *ctx)
{
	struct found f = {
		.s = s, .now = now, .most = SWEEP_ROWS,
		.max = max < STALE_MAX ? max : STALE_MAX,
	};
	bool swept = false;
	enum error_code e;

	if (f.max == 0)
		return s->failed;
	e = sweep_slice(s, &f, &swept);
	f.most = f.looked + WALK_ROWS;
	if (e == ERR_NONE && !swept)
		e = mail_slice(s, &f);
	for (unsigned i = 0; i < f.n && e == ERR_NONE; i++) {
		if (f.hit[i].state == MESSAGE_QUEUED)
			e = visit(ctx, f.hit[i].idx);
		else if (is_closed(s, &f.hit[i], now, &e) && e == ERR_NONE)
			e = tidy_drop(s, &f.hit[i], true);
	}
	return e;
}

/* ---- owed ---------------------------------------------------------------- */

enum error_code
store_owed_ended(struct store *s, uint8_t case_id[static WIRE_CASE],
    bool *found)
{
	uint64_t stop;

	return rows_todo_first(s, TODO_ENDED, case_id, &stop, found);
}

enum error_code
store_owed_notice(struct store *s, uint64_t now, uint64_t *stop_idx,
    bool *found)
{
	uint8_t key[16];
	uint64_t at;
	enum error_code e = rows_todo_first(s, TODO_NOTICE, key, &at, found);

	*stop_idx = e == ERR_NONE && *found ? get_be64(key) : 0;
	if (e == ERR_NONE && *found && (now < at || now - at < DAY_MS))
		*found = false;
	return e;
}

/* ---- tidy ---------------------------------------------------------------- */

struct old_seen {
	struct store *s;
	struct seen_row row[64];
	unsigned n, looked, max;
	uint64_t before;
	uint8_t at[WIRE_STAMP];
};

static enum error_code
take_old(void *ctx, const struct cell *c, bool *stop)
{
	struct old_seen *o = ctx;
	struct seen_row *r = &o->row[o->n];
	enum error_code e;

	if (o->n == 64 || o->looked == o->max) {
		*stop = true;
		return ERR_NONE;
	}
	e = rows_seen_read(c, r);
	if (e != ERR_NONE)
		return e;
	if (wire_stamp_ms(r->stamp) >= o->before) {
		*stop = true;
		return ERR_NONE;
	}
	o->looked++;
	memcpy(o->at, r->stamp, WIRE_STAMP);
	if (!r->kept)
		o->n++;
	return ERR_NONE;
}

/* Stamps older than 8 days, from where the last call stopped. */
static enum error_code
tidy_seen(struct store *s, unsigned max)
{
	const struct cell bound = cell_b(s->seen_from, WIRE_STAMP);
	struct old_seen o = { .s = s, .max = max };
	enum error_code e;

	if (s->head.time < SEEN_DAYS * DAY_MS)
		return ERR_NONE;
	o.before = s->head.time - SEEN_DAYS * DAY_MS;
	memcpy(o.at, s->seen_from, WIRE_STAMP);
	e = rows_scan(s, S_SEEN_FROM, &bound, take_old, &o);
	for (unsigned i = 0; i < o.n && e == ERR_NONE; i++) {
		const struct cell k[] = {
			cell_b(o.row[i].stamp, WIRE_STAMP),
			cell_b(o.row[i].signer, o.row[i].n_signer),
		};

		e = rows_del(s, T_SEEN, k);
	}
	cache_seen_forget(s);
	if (e == ERR_NONE)
		memcpy(s->seen_from, o.at, WIRE_STAMP);
	return e;
}

struct shares {
	uint64_t idx[64];
	unsigned n, max;
	bool end;
};

static enum error_code
take_share(void *ctx, const struct cell *c, bool *stop)
{
	struct shares *l = ctx;

	if (l->n == l->max) {
		*stop = true;
		l->end = false;
		return ERR_NONE;
	}
	l->idx[l->n++] = c[0].u;
	return ERR_NONE;
}

static enum error_code
tidy_message(struct store *s, uint64_t idx, uint64_t now)
{
	const struct cell k = cell_u(idx);
	struct message_row m = { .idx = idx };
	bool found, closed;
	enum error_code e = cache_message_get(s, idx, &m, &found);

	if (e != ERR_NONE)
		return e;
	if (!found || m.state >= MESSAGE_DROPPED)
		return tidy_drop(s, &m, found);
	/* What waits is dropped by an entry of its own. */
	if (m.state == MESSAGE_QUEUED)
		return ERR_NONE;
	closed = is_closed(s, &m, now, &e);
	if (e != ERR_NONE)
		return e;
	if (closed)
		return tidy_drop(s, &m, true);
	if (m.stored_at != 0 && now >= m.stored_at + PAYLOAD_DAYS * DAY_MS)
		return rows_del(s, T_PAYLOAD, &k);
	return ERR_NONE;
}

/* All shares, one slice a call; a new round at most once an hour. */
static enum error_code
tidy_shares(struct store *s, uint64_t now, unsigned max)
{
	struct shares l = { .max = max < 64 ? max : 64, .end = true };
	struct cell bound;
	enum error_code e;

	if (!s->share_walk) {
		if (now < s->share_pass + SHARE_PASS_MS && now >= s->share_pass)
			return ERR_NONE;
		s->share_walk = true;
		s->share_pass = now;
		s->share_from = 0;
	}
	bound = cell_u(s->share_from);
	e = rows_scan(s, S_SHARE_FROM, &bound, take_share, &l);
	for (unsigned i = 0; i < l.n && e == ERR_NONE; i++)
		e = tidy_message(s, l.idx[i], now);
	if (e != ERR_NONE)
		return e;
	if (l.end)
		s->share_walk = false;
	else
		s->share_from = l.idx[l.n - 1] + 1;
	return ERR_NONE;
}

enum error_code
store_tidy(struct store *s, uint64_t now, unsigned max)
{
	enum error_code e;

	if (max == 0)
		return s->failed;
	e = tidy_seen(s, max);
	return e == ERR_NONE ? tidy_shares(s, now, max) : e;
}
