/*
 * Members and partnership: all in memory, written down as they change.  A
 * member's news, which moves with almost every entry, is written once per
 * transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "store/store_impl.h"

#define PACKED_MAX 8192u

/* ---- packed forms -------------------------------------------------------- */

static void
pack_member(const struct wire_member *m, struct buf *b)
{
	buf_put_u64(b, m->serial);
	buf_put_str8(b, m->id);
	buf_put_str8(b, m->name);
	buf_put_u32(b, m->agency);
	buf_put_u32(b, m->roles);
	buf_put_u8(b, m->may_open_cases);
	buf_put_u32(b, m->onward_duty);
	buf_put_str8(b, m->languages);
	buf_put_str8(b, m->duty_phone);
	buf_put(b, m->sign_key, WIRE_KEY);
	buf_put(b, m->link_key, WIRE_KEY);
	buf_put_u8(b, m->has_terms_key);
	buf_put(b, m->terms_key, WIRE_KEY);
	buf_put_u64(b, m->valid_from);
	buf_put_u64(b, m->valid_until);
}

static void
pack_partnership(const struct wire_partnership *p, struct buf *b)
{
	buf_put_u64(b, p->serial);
	buf_put_str8(b, p->name);
	buf_put_str8(b, p->origin);
	buf_put(b, p->log_key, WIRE_KEY);
	buf_put_str8(b, p->broker);
	buf_put(b, p->broker_sign_key, WIRE_KEY);
	buf_put(b, p->broker_link_key, WIRE_KEY);
	buf_put_u8(b, (uint8_t)p->n_address);
	for (unsigned i = 0; i < p->n_address; i++)
		buf_put_str8(b, p->address[i]);
	buf_put_u32(b, p->freshness_s);
	buf_put_u32(b, p->lease_s);
	buf_put_u32(b, p->retention_days);
	buf_put_u32(b, p->keep_read_days);
	buf_put(b, p->root, sizeof p->root);
	buf_put_u32(b, p->retired);
	buf_put(b, p->duty_key, WIRE_KEY);
	buf_put(b, p->policy.data, p->policy.n);
}

/* Reading packed bytes; the first thing that does not fit spoils the rest. */
struct taking {
	struct bytes in;
	bool bad;
};

static void
take(struct taking *t, void *out, size_t n)
{
	const uint8_t *p;

	if (t->bad || !bytes_take(&t->in, n, &p)) {
		t->bad = true;
		return;
	}
	memcpy(out, p, n);
}

static uint64_t
take_u64(struct taking *t)
{
	uint8_t b[8] = { 0 };

	take(t, b, sizeof b);
	return get_be64(b);
}

static uint32_t
take_u32(struct taking *t)
{
	uint8_t b[4] = { 0 };

	take(t, b, sizeof b);
	return get_be32(b);
}

static uint8_t
take_u8(struct taking *t)
{
	uint8_t b = 0;

	take(t, &b, 1);
	return b;
}

static void
take_str(struct taking *t, char *out, size_t size)
{
	uint8_t n = take_u8(t);

	if (n >= size)
		t->bad = true;
	else
		take(t, out, n);
	out[t->bad ? 0 : n] = '\0';
}

static bool
unpack_member(struct bytes in, struct wire_member *m)
{
	struct taking t = { .in = in };

	memset(m, 0, sizeof *m);
	m->serial = take_u64(&t);
	take_str(&t, m->id, sizeof m->id);
	take_str(&t, m->name, sizeof m->name);
	m->agency = take_u32(&t);
	m->roles = take_u32(&t);
	m->may_open_cases = take_u8(&t) != 0;
	m->onward_duty = take_u32(&t);
	take_str(&t, m->languages, sizeof m->languages);
	take_str(&t, m->duty_phone, sizeof m->duty_phone);
	take(&t, m->sign_key, WIRE_KEY);
	take(&t, m->link_key, WIRE_KEY);
	m->has_terms_key = take_u8(&t) != 0;
	take(&t, m->terms_key, WIRE_KEY);
	m->valid_from = take_u64(&t);
	m->valid_until = take_u64(&t);
	return !t.bad && t.in.n == 0;
}

static bool
unpack_partnership(struct bytes in, struct wire_partnership *p)
{
	struct taking t = { .in = in };

	memset(p, 0, sizeof *p);
	p->serial = take_u64(&t);
	take_str(&t, p->name, sizeof p->name);
	take_str(&t, p->origin, sizeof p->origin);
	take(&t, p->log_key, WIRE_KEY);
	take_str(&t, p->broker, sizeof p->broker);
	take(&t, p->broker_sign_key, WIRE_KEY);
	take(&t, p->broker_link_key, WIRE_KEY);
	p->n_address = take_u8(&t);
	if (p->n_address > WIRE_ADDRESSES_MAX)
		return false;
	for (unsigned i = 0; i < p->n_address; i++)
		take_str(&t, p->address[i], sizeof p->address[i]);
	p->freshness_s = take_u32(&t);
	p->lease_s = take_u32(&t);
	p->retention_days = take_u32(&t);
	p->keep_read_days = take_u32(&t);
	take(&t, p->root, sizeof p->root);
	p->retired = take_u32(&t);
	take(&t, p->duty_key, WIRE_KEY);
	p->policy = t.in;
	return !t.bad;
}

/* ---- by name and by number ----------------------------------------------- */

static size_t
hash_id(const char *id)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *id != '\0'; id++)
		h = (h ^ (uint8_t)*id) * 0x100000001b3u;
	return (size_t)(h ^ h >> 29);
}

struct member_slot *
roster_find(const struct store *s, const char *id)
{
	const struct roster *r = &s->roster;

	if (r->n_by_id == 0)
		return NULL;
	for (size_t i = hash_id(id) & (r->n_by_id - 1); r->by_id[i] != 0;
	    i = (i + 1) & (r->n_by_id - 1))
		if (strcmp(r->slot[r->by_id[i] - 1]->m.id, id) == 0)
			return r->slot[r->by_id[i] - 1];
	return NULL;
}

struct member_slot *
roster_at(const struct store *s, uint64_t no)
{
	return no == 0 || no > s->roster.n ? NULL : s->roster.slot[no - 1];
}

const char *
roster_id(const struct store *s, uint64_t no)
{
	const struct member_slot *m = roster_at(s, no);

	return m != NULL ? m->m.id : "";
}

static void
place(struct roster *r, uint32_t no)
{
	size_t i = hash_id(r->slot[no - 1]->m.id) & (r->n_by_id - 1);

	while (r->by_id[i] != 0)
		i = (i + 1) & (r->n_by_id - 1);
	r->by_id[i] = no;
}

/* Room for one more, at most half of the places taken. */
static bool
grow(struct roster *r)
{
	struct member_slot **slot;
	uint32_t *by_id;
	size_t cap = r->cap == 0 ? 32 : r->cap * 2;

	if (r->n < r->cap)
		return true;
	slot = realloc(r->slot, cap * sizeof(*slot));
	if (slot == NULL)
		return false;
	r->slot = slot;
	by_id = calloc(cap * 2, sizeof *by_id);
	if (by_id == NULL)
		return false;
	free(r->by_id);
	r->by_id = by_id;
	r->n_by_id = cap * 2;
	r->cap = cap;
	for (uint32_t no = 1; no <= r->n; no++)
		place(r, no);
	return true;
}

static struct member_slot *
add_slot(struct store *s, const char *id)
{
	struct roster *r = &s->roster;
	struct member_slot *m;
	size_t n = strlen(id);

	if (n > WIRE_ID_MAX || r->n >= UINT32_MAX || !grow(r))
		return NULL;
	m = calloc(1, sizeof *m);
	if (m == NULL)
		return NULL;
	memcpy(m->m.id, id, n + 1);
	m->no = (uint32_t)r->n + 1;
	r->slot[r->n++] = m;
	place(r, m->no);
	return m;
}

/* ---- written down -------------------------------------------------------- */

enum error_code
roster_write(struct store *s, const struct member_slot *m)
{
	struct buf b;
	struct cell c[9];
	enum error_code e;

	buf_init(&b, PACKED_MAX);
	if (m->known)
		pack_member(&m->m.m, &b);
	if (!buf_ok(&b)) {
		buf_free(&b);
		return ERR_NOMEM;
	}
	c[0] = cell_u(m->no);
	c[1] = cell_b(m->m.id, strlen(m->m.id));
	c[2] = cell_b(b.data, b.n);
	c[3] = cell_u(m->m.idx);
	c[4] = cell_u((m->m.revoked ? STANDING_REVOKED : 0) |
	    (m->m.suspended ? STANDING_SUSPENDED : 0));
	c[5] = cell_u(m->m.epoch);
	c[6] = cell_u(m->m.news);
	c[7] = cell_b(m->m.news_hash, HASH_BYTES);
	c[8] = cell_u(m->m.last_own);
	e = rows_put(s, T_MEMBER, c);
	buf_free(&b);
	return e;
}

enum error_code
roster_intern(struct store *s, const char *id, struct member_slot **out)
{
	*out = roster_find(s, id);
	if (*out != NULL)
		return ERR_NONE;
	*out = add_slot(s, id);
	return *out == NULL ? ERR_NOMEM : roster_write(s, *out);
}

enum error_code
roster_touch(struct store *s, struct member_slot *m)
{
	if (m->touched)
		return ERR_NONE;
	if (s->n_touched == s->cap_touched) {
		size_t cap = s->cap_touched == 0 ? 64 : s->cap_touched * 2;
		uint32_t *t = realloc(s->touched, cap * sizeof *t);

		if (t == NULL)
			return ERR_NOMEM;
		s->touched = t;
		s->cap_touched = cap;
	}
	s->touched[s->n_touched++] = m->no;
	m->touched = true;
	return ERR_NONE;
}

enum error_code
roster_flush(struct store *s)
{
	enum error_code e = s->failed;

	for (size_t i = 0; i < s->n_touched && e == ERR_NONE; i++) {
		struct member_slot *m = roster_at(s, s->touched[i]);
		struct cell c[9] = { cell_u(m->no) };

		c[6] = cell_u(m->m.news);
		c[7] = cell_b(m->m.news_hash, HASH_BYTES);
		c[8] = cell_u(m->m.last_own);
		e = s->driver->set(s->d, T_MEMBER, c);
		m->touched = false;
	}
	s->n_touched = 0;
	return e;
}

enum error_code
roster_partnership(struct store *s, uint64_t idx,
    const struct wire_partnership *p)
{
	struct buf b;
	struct cell c[3];
	enum error_code e;

	buf_init(&b, PACKED_MAX);
	pack_partnership(p, &b);
	c[0] = cell_u(1);
	c[1] = cell_u(idx);
	c[2] = cell_b(b.data, b.n);
	e = buf_ok(&b) ? rows_put(s, T_PARTNERSHIP, c) : ERR_NOMEM;
	if (e == ERR_NONE && !unpack_partnership(buf_view(&b), &s->partnership))
		e = ERR_INTERNAL;
	if (e != ERR_NONE) {
		buf_free(&b);
		return e;
	}
	/* The policy is a view into the packed bytes: they stay. */
	buf_free(&s->packed);
	s->packed = b;
	s->has_partnership = true;
	return ERR_NONE;
}

/* ---- read back ----------------------------------------------------------- */

static enum error_code
load_member(void *ctx, const struct cell *c, bool *stop)
{
	struct store *s = ctx;
	char id[WIRE_ID_MAX + 1];
	struct member_slot *m;

	(void)stop;
	if (c[1].b.n > WIRE_ID_MAX || c[0].u != s->roster.n + 1)
		return ERR_FORMAT;
	memcpy(id, c[1].b.data, c[1].b.n);
	id[c[1].b.n] = '\0';
	m = add_slot(s, id);
	if (m == NULL)
		return ERR_NOMEM;
	m->known = c[2].b.n > 0;
	if (m->known && !unpack_member(c[2].b, &m->m.m))
		return ERR_FORMAT;
	m->m.idx = c[3].u;
	m->m.revoked = (c[4].u & STANDING_REVOKED) != 0;
	m->m.suspended = (c[4].u & STANDING_SUSPENDED) != 0;
	m->m.epoch = c[5].u;
	m->m.news = c[6].u;
	m->m.last_own = c[8].u;
	return cell_fixed(&c[7], m->m.news_hash, HASH_BYTES);
}

static enum error_code
load_partnership(struct store *s)
{
	const struct cell one = cell_u(1);
	struct cell c[CELLS_MAX];
	bool found;
	enum error_code e = rows_get(s, T_PARTNERSHIP, &one, c, &found);

	s->has_partnership = false;
	if (e != ERR_NONE || !found)
		return e;
	buf_free(&s->packed);
	buf_init(&s->packed, PACKED_MAX);
	buf_put(&s->packed, c[1].b.data, c[1].b.n);
	rows_done(s);
	if (!buf_ok(&s->packed))
		return ERR_NOMEM;
	s->has_partnership = unpack_partnership(buf_view(&s->packed),
	    &s->partnership);
	return s->has_partnership ? ERR_NONE : ERR_FORMAT;
}

void
roster_free(struct store *s)
{
	struct roster *r = &s->roster;

	for (size_t i = 0; i < r->n; i++)
		free(r->slot[i]);
	free(r->slot);
	free(r->by_id);
	*r = (struct roster){ 0 };
	s->n_touched = 0;
}

enum error_code
roster_load(struct store *s)
{
	const struct cell none = { 0 };
	enum error_code e;

	roster_free(s);
	e = rows_scan(s, S_ALL_MEMBER, &none, load_member, s);
	return e == ERR_NONE ? load_partnership(s) : e;
}
