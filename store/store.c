/* The store's life, its transactions, and the log. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "store/memory.h"
#include "store/sqlite.h"
#include "store/store_impl.h"

/* ---- life ---------------------------------------------------------------- */

/* What lies in memory, as the tables have it. */
static enum error_code
load(struct store *s)
{
	const struct cell one = cell_u(1);
	struct cell c[CELLS_MAX];
	bool found;
	enum error_code e = rows_get(s, T_HEAD, &one, c, &found);

	cache_clear(s);
	s->head = (struct store_head){ 0, 0 };
	if (e == ERR_NONE && found) {
		s->head = (struct store_head){ c[0].u, c[1].u };
		rows_done(s);
	}
	s->head_moved = false;
	s->seen_entry = 0;
	memset(s->seen_from, 0, sizeof s->seen_from);
	s->share_walk = s->mail_walk = false;
	s->share_pass = s->mail_pass = 0;
	if (e == ERR_NONE)
		e = roster_load(s);
	return e;
}

static enum error_code
create(const struct store_driver *driver, void *d, struct store **out)
{
	struct store *s = calloc(1, sizeof *s);
	enum error_code e;

	if (s == NULL) {
		driver->close(d);
		return ERR_NOMEM;
	}
	s->cache = malloc(sizeof *s->cache);
	if (s->cache == NULL) {
		free(s);
		driver->close(d);
		return ERR_NOMEM;
	}
	s->driver = driver;
	s->d = d;
	buf_init(&s->packed, 0);
	e = load(s);
	if (e != ERR_NONE)
		store_close(&s);
	*out = s;
	return e;
}

enum error_code
store_open_sqlite(struct db *db, struct store **out, struct why *why)
{
	const struct store_driver *driver = NULL;
	void *d = NULL;
	enum error_code e = sqlite_open(db, &driver, &d, why);

	*out = NULL;
	if (e != ERR_NONE)
		return e;
	e = create(driver, d, out);
	if (e == ERR_FORMAT)
		why_set(why, "the store's tables hold what it never wrote");
	return e;
}

enum error_code
store_open_memory(struct store **out)
{
	const struct store_driver *driver = NULL;
	void *d = NULL;
	enum error_code e = memory_open(&driver, &d);

	*out = NULL;
	return e == ERR_NONE ? create(driver, d, out) : e;
}

void
store_close(struct store **s)
{
	if (*s == NULL)
		return;
	store_abandon(*s);
	roster_free(*s);
	free((*s)->touched);
	free((*s)->cache);
	buf_free(&(*s)->packed);
	(*s)->driver->close((*s)->d);
	free(*s);
	*s = NULL;
}

/* ---- transactions -------------------------------------------------------- */

enum error_code
store_begin(struct store *s)
{
	enum error_code e;

	if (s->failed != ERR_NONE)
		return s->failed;
	if (s->open)
		return ERR_BUSY;
	e = s->driver->begin(s->d);
	s->open = e == ERR_NONE;
	return e;
}

void
store_abandon(struct store *s)
{
	enum error_code e;

	if (!s->open)
		return;
	s->open = false;
	s->driver->abandon(s->d);
	if (s->failed != ERR_NONE)
		return;
	e = load(s);
	if (e != ERR_NONE)
		s->failed = e;
}

enum error_code
store_commit(struct store *s)
{
	const struct cell head[] = {
		cell_u(1), cell_u(s->head.size), cell_u(s->head.time),
	};
	enum error_code e = ERR_NONE;

	if (s->failed != ERR_NONE)
		return s->failed;
	if (!s->open)
		return ERR_INTERNAL;
	e = roster_flush(s);
	if (e == ERR_NONE)
		e = cache_message_flush(s);
	if (e == ERR_NONE && s->head_moved)
		e = rows_put(s, T_HEAD, head);
	if (e == ERR_NONE)
		e = s->driver->commit(s->d);
	if (e == ERR_NONE) {
		s->open = false;
		s->head_moved = false;
		return ERR_NONE;
	}
	/* No room or no memory: nothing happened.  All else is the end. */
	if (e != ERR_FULL && e != ERR_NOMEM)
		s->failed = e;
	store_abandon(s);
	return e;
}

/* ---- the log ------------------------------------------------------------- */

enum error_code
store_head(struct store *s, struct store_head *out)
{
	*out = s->head;
	return s->failed;
}

enum error_code
store_append(struct store *s, uint64_t time,
    const uint8_t commitment[static HASH_BYTES],
    const uint8_t salt[static ENTRY_SALT], struct bytes body)
{
	const struct cell entry[] = {
		cell_u(s->head.size), cell_b(commitment, HASH_BYTES),
	};
	const struct cell row[] = {
		cell_u(s->head.size), cell_b(salt, ENTRY_SALT),
		cell_b(body.data, body.n),
	};
	enum error_code e;

	if (!s->open || time < s->head.time)
		return s->failed != ERR_NONE ? s->failed : ERR_INTERNAL;
	if (body.n > ENTRY_BODY_MAX)
		return ERR_SIZE;
	e = rows_put(s, T_ENTRY, entry);
	if (e == ERR_NONE && body.n > 0)
		e = rows_put(s, T_BODY, row);
	if (e != ERR_NONE)
		return e;
	s->head.size++;
	s->head.time = time;
	s->head_moved = true;
	return ERR_NONE;
}

struct gathering {
	uint8_t *out;
	uint64_t next, end;
};

static enum error_code
gather(void *ctx, const struct cell *c, bool *stop)
{
	struct gathering *g = ctx;
	enum error_code e;

	if (c[0].u != g->next)
		return ERR_FORMAT;
	e = cell_fixed(&c[1], g->out, HASH_BYTES);
	g->out += HASH_BYTES;
	*stop = ++g->next == g->end;
	return e;
}

enum error_code
store_commitments(struct store *s, uint64_t from, unsigned n, uint8_t *out)
{
	const struct cell bound = cell_u(from);
	struct gathering g = { out, from, from + n };
	enum error_code e;

	if (from > s->head.size || n > s->head.size - from)
		return s->failed != ERR_NONE ? s->failed : ERR_NOTFOUND;
	if (n == 0)
		return ERR_NONE;
	e = rows_scan(s, S_ENTRIES, &bound, gather, &g);
	return e == ERR_NONE && g.next != g.end ? ERR_FORMAT : e;
}

/* A slice of entries: their commitments, then their bodies as they come. */
struct reading {
	uint8_t commitment[64][HASH_BYTES];
	uint64_t from, next, end;
	store_visit_entry *visit;
	void *ctx;
};

/* Those before `idx` have no body any more. */
static enum error_code
erased_before(struct reading *r, uint64_t idx)
{
	enum error_code e = ERR_NONE;

	for (; r->next < idx && e == ERR_NONE; r->next++)
		e = r->visit(r->ctx, r->next, r->commitment[r->next - r->from],
		    NULL, bytes_of(NULL, 0));
	return e;
}

static enum error_code
read_body(void *ctx, const struct cell *c, bool *stop)
{
	struct reading *r = ctx;
	enum error_code e;

	if (c[0].u >= r->end) {
		*stop = true;
		return ERR_NONE;
	}
	e = erased_before(r, c[0].u);
	if (e != ERR_NONE)
		return e;
	if (c[1].b.n != ENTRY_SALT)
		return ERR_FORMAT;
	e = r->visit(r->ctx, r->next, r->commitment[r->next - r->from],
	    c[1].b.data, c[2].b);
	*stop = ++r->next == r->end;
	return e;
}

enum error_code
store_entries(struct store *s, uint64_t from, uint64_t n,
    store_visit_entry *visit, void *ctx)
{
	struct reading r = { .visit = visit, .ctx = ctx };
	enum error_code e = s->failed;

	if (e == ERR_NONE && (from > s->head.size || n > s->head.size - from))
		e = ERR_NOTFOUND;
	while (n > 0 && e == ERR_NONE) {
		const struct cell bound = cell_u(from);
		unsigned k = n < 64 ? (unsigned)n : 64;

		r.from = r.next = from;
		r.end = from + k;
		e = store_commitments(s, from, k, r.commitment[0]);
		if (e == ERR_NONE)
			e = rows_scan(s, S_BODIES, &bound, read_body, &r);
		if (e == ERR_NONE)
			e = erased_before(&r, r.end);
		from += k;
		n -= k;
	}
	return e;
}

enum error_code
store_entry(struct store *s, uint64_t idx, struct buf *body,
    uint8_t salt[static ENTRY_SALT], uint8_t commitment[static HASH_BYTES])
{
	const struct cell k = cell_u(idx);
	struct cell c[CELLS_MAX];
	bool found;
	enum error_code e = rows_get(s, T_ENTRY, &k, c, &found);

	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	e = cell_fixed(&c[0], commitment, HASH_BYTES);
	rows_done(s);
	memset(salt, 0, ENTRY_SALT);
	if (e == ERR_NONE)
		e = rows_get(s, T_BODY, &k, c, &found);
	if (e != ERR_NONE || !found)
		return e;
	e = cell_fixed(&c[0], salt, ENTRY_SALT);
	buf_put(body, c[1].b.data, c[1].b.n);
	rows_done(s);
	return e == ERR_NONE && !buf_ok(body) ? ERR_NOMEM : e;
}

static bool
tile_id(unsigned level, uint64_t n, uint64_t *id)
{
	*id = (uint64_t)level << 48 | n;
	return level < 64 && n < (uint64_t)1 << 48;
}

enum error_code
store_tile_put(struct store *s, unsigned level, uint64_t n,
    const uint8_t hashes[static 8192])
{
	uint64_t id;
	struct cell c[2];

	if (!tile_id(level, n, &id))
		return ERR_SIZE;
	c[0] = cell_u(id);
	c[1] = cell_b(hashes, 8192);
	return rows_put(s, T_TILE, c);
}

enum error_code
store_tile_get(struct store *s, unsigned level, uint64_t n,
    uint8_t hashes[static 8192])
{
	uint64_t id;
	struct cell k, c[CELLS_MAX];
	bool found;
	enum error_code e;

	if (!tile_id(level, n, &id))
		return ERR_NOTFOUND;
	k = cell_u(id);
	e = rows_get(s, T_TILE, &k, c, &found);
	if (e != ERR_NONE || !found)
		return e != ERR_NONE ? e : ERR_NOTFOUND;
	e = cell_fixed(&c[0], hashes, 8192);
	rows_done(s);
	return e;
}
