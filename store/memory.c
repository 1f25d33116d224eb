/*
 * The store's driver in memory: for tests, and for replays that need no file.
 * Each table is an ordered map; a journal of what the transaction overwrote
 * takes it back.
 */
#include <stdlib.h>
#include <string.h>

#include "store/driver.h"
#include "store/memory.h"
#include "store/memory_map.h"

enum {
	KEY_MAX = 128,               /* the longest key takes 66 bytes */
	ROW_MAX = 4 * 1024 * 1024,
};

struct memory {
	struct map map[TABLES];
	struct buf row;              /* a value being put together */
	struct buf journal;          /* records, each followed by its length */
	bool open, broken;
	bool busy[SCANS];
};

/* ---- rows as bytes ------------------------------------------------------- */

/* In the order SQLite gives its signed integers. */
static uint64_t
ordered(uint64_t v)
{
	return v ^ ((uint64_t)1 << 63);
}

/*
 * The first `n` key columns, in an order that memcmp keeps.  Bytes before the
 * last column have their length in front; it is the same in all rows.
 */
static bool
encode_key(const struct table_info *t, const struct cell *c, unsigned n,
    uint8_t out[static KEY_MAX], struct bytes *key)
{
	size_t at = 0;

	for (unsigned i = 0; i < n; i++) {
		if (KEY_MAX - at < 9 || (!table_is_number(t, i) &&
		    KEY_MAX - at < 9 + c[i].b.n))
			return false;
		if (table_is_number(t, i)) {
			put_be64(out + at, ordered(c[i].u));
			at += 8;
			continue;
		}
		if (i + 1 < t->n_key)
			out[at++] = (uint8_t)c[i].b.n;
		if (c[i].b.n > 0)
			memcpy(out + at, c[i].b.data, c[i].b.n);
		at += c[i].b.n;
	}
	*key = bytes_of(out, at);
	return true;
}

static void
encode_value(const struct table_info *t, const struct cell *c, struct buf *out)
{
	buf_clear(out);
	for (unsigned i = t->n_key; i < t->n; i++) {
		if (table_is_number(t, i)) {
			buf_put_u64(out, c[i].u);
		} else {
			buf_put_u32(out, (uint32_t)c[i].b.n);
			buf_put(out, c[i].b.data, c[i].b.n);
		}
	}
}

static bool
decode_value(const struct table_info *t, struct bytes in, struct cell *c)
{
	const uint8_t *p;
	uint32_t n;

	for (unsigned i = t->n_key; i < t->n; i++, c++) {
		if (table_is_number(t, i)) {
			if (!bytes_take_u64(&in, &c->u))
				return false;
		} else {
			if (!bytes_take_u32(&in, &n) ||
			    !bytes_take(&in, n, &p))
				return false;
			c->b = bytes_of(p, n);
		}
	}
	return in.n == 0;
}

/* Key columns from a key. */
static bool
decode_key(const struct table_info *t, struct bytes in, struct cell *c)
{
	const uint8_t *p;
	uint8_t n;

	for (unsigned i = 0; i < t->n_key; i++) {
		if (table_is_number(t, i)) {
			if (!bytes_take_u64(&in, &c[i].u))
				return false;
			c[i].u = ordered(c[i].u);
		} else if (i + 1 == t->n_key) {
			c[i].b = in;
			in.n = 0;
		} else {
			if (!bytes_take_u8(&in, &n) || !bytes_take(&in, n, &p))
				return false;
			c[i].b = bytes_of(p, n);
		}
	}
	return in.n == 0;
}

/* ---- transactions -------------------------------------------------------- */

static enum error_code
memory_begin(void *d)
{
	struct memory *m = d;

	if (m->broken)
		return ERR_NOMEM;
	if (m->open)
		return ERR_BUSY;
	m->open = true;
	buf_clear(&m->journal);
	return ERR_NONE;
}

static enum error_code
memory_commit(void *d)
{
	struct memory *m = d;

	if (!m->open)
		return ERR_INTERNAL;
	m->open = false;
	return m->broken ? ERR_NOMEM : ERR_NONE;
}

/* What `key` holds now goes into the journal, before it changes. */
static enum error_code
remember(struct memory *m, enum table t, struct bytes key,
    const struct map_node *old)
{
	struct bytes value = old != NULL ? map_value(old) : bytes_of(NULL, 0);
	size_t from = m->journal.n;

	buf_put_u8(&m->journal, (uint8_t)t);
	buf_put_u8(&m->journal, old != NULL);
	buf_put_u32(&m->journal, (uint32_t)key.n);
	buf_put(&m->journal, key.data, key.n);
	buf_put_u32(&m->journal, (uint32_t)value.n);
	buf_put(&m->journal, value.data, value.n);
	buf_put_u32(&m->journal, (uint32_t)(m->journal.n - from));
	if (buf_ok(&m->journal))
		return ERR_NONE;
	m->journal.n = from;
	m->journal.failed = false;
	return ERR_NOMEM;
}

static void
undo(struct memory *m, struct bytes r)
{
	uint8_t t, had;
	uint32_t n;
	const uint8_t *key, *value;
	struct bytes k, v;

	if (!bytes_take_u8(&r, &t) || !bytes_take_u8(&r, &had) ||
	    !bytes_take_u32(&r, &n) || !bytes_take(&r, n, &key)) {
		m->broken = true;
		return;
	}
	k = bytes_of(key, n);
	if (!bytes_take_u32(&r, &n) || !bytes_take(&r, n, &value)) {
		m->broken = true;
		return;
	}
	v = bytes_of(value, n);
	if (had == 0)
		(void)map_del(&m->map[t], k);
	else if (map_put(&m->map[t], k, v) != ERR_NONE)
		m->broken = true;
}

static void
memory_abandon(void *d)
{
	struct memory *m = d;
	size_t end = m->journal.n;

	if (!m->open)
		return;
	while (end >= 4) {
		size_t n = get_be32(m->journal.data + end - 4);

		end -= 4 + n;
		undo(m, bytes_of(m->journal.data + end, n));
	}
	buf_clear(&m->journal);
	m->open = false;
}

/* ---- rows ---------------------------------------------------------------- */

static enum error_code
write_row(struct memory *m, enum table t, struct bytes key,
    const struct map_node *old)
{
	enum error_code e;

	if (!buf_ok(&m->row))
		return ERR_NOMEM;
	e = remember(m, t, key, old);
	if (e == ERR_NONE)
		e = map_put(&m->map[t], key, buf_view(&m->row));
	return e;
}

static enum error_code
memory_put(void *d, enum table t, const struct cell *row)
{
	struct memory *m = d;
	const struct table_info *info = &store_table[t];
	const struct map_node *old;
	uint8_t room[KEY_MAX];
	struct bytes key;

	if (!m->open)
		return ERR_INTERNAL;
	if (!encode_key(info, row, info->n_key, room, &key))
		return ERR_SIZE;
	old = map_find(&m->map[t], key);
	if (old != NULL && info->rule != PUT_OVER)
		return info->rule == PUT_NEW ? ERR_EXISTS : ERR_NONE;
	encode_value(info, row, &m->row);
	return write_row(m, t, key, old);
}

/* Columns in small letters keep what they have. */
static enum error_code
memory_set(void *d, enum table t, const struct cell *row)
{
	struct memory *m = d;
	const struct table_info *info = &store_table[t];
	const struct map_node *old;
	struct cell now[CELLS_MAX];
	uint8_t room[KEY_MAX];
	struct bytes key;

	if (!m->open)
		return ERR_INTERNAL;
	if (!encode_key(info, row, info->n_key, room, &key))
		return ERR_SIZE;
	old = map_find(&m->map[t], key);
	if (old == NULL)
		return ERR_NONE;
	if (!decode_value(info, map_value(old), now + info->n_key))
		return ERR_INTERNAL;
	for (unsigned i = info->n_key; i < info->n; i++)
		if (table_is_settable(info, i))
			now[i] = row[i];
	encode_value(info, now, &m->row);
	return write_row(m, t, key, old);
}

static enum error_code
memory_get(void *d, enum table t, const struct cell *key, struct cell *value,
    bool *found)
{
	struct memory *m = d;
	const struct table_info *info = &store_table[t];
	const struct map_node *n;
	uint8_t room[KEY_MAX];
	struct bytes k;

	*found = false;
	if (m->broken)
		return ERR_NOMEM;
	if (!encode_key(info, key, info->n_key, room, &k))
		return ERR_SIZE;
	n = map_find(&m->map[t], k);
	if (n == NULL)
		return ERR_NONE;
	*found = true;
	return decode_value(info, map_value(n), value) ? ERR_NONE :
	    ERR_INTERNAL;
}

static void
memory_done(void *d)
{
	(void)d;
}

static enum error_code
memory_del(void *d, enum table t, const struct cell *key)
{
	struct memory *m = d;
	const struct table_info *info = &store_table[t];
	const struct map_node *old;
	uint8_t room[KEY_MAX];
	struct bytes k;
	enum error_code e;

	if (!m->open)
		return ERR_INTERNAL;
	if (!encode_key(info, key, info->n_key, room, &k))
		return ERR_SIZE;
	old = map_find(&m->map[t], k);
	if (old == NULL)
		return ERR_NONE;
	e = remember(m, t, k, old);
	if (e == ERR_NONE)
		(void)map_del(&m->map[t], k);
	return e;
}

static bool
begins_with(struct bytes key, struct bytes prefix)
{
	return key.n >= prefix.n && (prefix.n == 0 ||
	    memcmp(key.data, prefix.data, prefix.n) == 0);
}

static enum error_code
memory_scan(void *d, enum scan s, const struct cell *bound,
    driver_visit *visit, void *ctx)
{
	struct memory *m = d;
	const struct scan_info *si = &store_scan[s];
	const struct table_info *info = &store_table[si->table];
	struct cell row[CELLS_MAX];
	uint8_t a[KEY_MAX], b[KEY_MAX];
	struct bytes prefix, from;
	const struct map_node *n;
	enum error_code e = ERR_NONE;
	bool stop = false;

	if (m->broken || m->busy[s])
		return m->broken ? ERR_NOMEM : ERR_BUSY;
	if (!encode_key(info, bound, si->prefix, a, &prefix) ||
	    !encode_key(info, bound, si->prefix + si->from, b, &from))
		return ERR_SIZE;
	m->busy[s] = true;
	for (n = map_from(&m->map[si->table], from); n != NULL && !stop &&
	    e == ERR_NONE && begins_with(map_key(n), prefix); n = map_next(n)) {
		if (!decode_key(info, map_key(n), row) ||
		    !decode_value(info, map_value(n), row + info->n_key))
			e = ERR_INTERNAL;
		else
			e = visit(ctx, row, &stop);
	}
	m->busy[s] = false;
	return e;
}

/* ---- life ---------------------------------------------------------------- */

static void
memory_close(void *d)
{
	struct memory *m = d;

	for (size_t i = 0; i < TABLES; i++)
		map_clear(&m->map[i]);
	buf_free(&m->row);
	buf_free(&m->journal);
	free(m);
}

static const struct store_driver driver = {
	.name = "memory",
	.close = memory_close,
	.begin = memory_begin,
	.commit = memory_commit,
	.abandon = memory_abandon,
	.put = memory_put,
	.set = memory_set,
	.get = memory_get,
	.done = memory_done,
	.del = memory_del,
	.scan = memory_scan,
};

enum error_code
memory_open(const struct store_driver **out, void **d)
{
	struct memory *m = calloc(1, sizeof *m);

	if (m == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < TABLES; i++)
		map_init(&m->map[i]);
	buf_init(&m->row, ROW_MAX);
	buf_init(&m->journal, UINT32_MAX);
	*out = &driver;
	*d = m;
	return ERR_NONE;
}
