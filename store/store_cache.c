/*
 * What the steps of one message ask for again and again within a batch: its
 * case, the grants of its arrow, its own row, whether it was seen.  Small,
 * direct-mapped, correct by being written through; only message rows wait,
 * so that admission, delivery, receipt and opening in one batch are one
 * write.  They are written at commit, before the table is scanned, and when
 * their place is needed.
 */
#include <string.h>

#include "store/store_impl.h"

static struct cached_case *
case_place(struct store *s, const uint8_t *id)
{
	return &s->cache->kase[get_be32(id) % CACHE_CASES];
}

static struct cached_arrow *
arrow_place(struct store *s, const uint8_t *kase, uint32_t sender,
    uint32_t recipient)
{
	return &s->cache->arrow[(get_be32(kase) + sender * 31 + recipient * 17)
	    % CACHE_ARROWS];
}

void
cache_clear(struct store *s)
{
	memset(s->cache, 0, sizeof *s->cache);
}

/* ---- cases --------------------------------------------------------------- */

bool
cache_case_get(struct store *s, const uint8_t *id, struct case_row *out)
{
	const struct cached_case *c = case_place(s, id);

	if (!c->full || memcmp(c->row.id, id, WIRE_CASE) != 0)
		return false;
	*out = c->row;
	return true;
}

void
cache_case_put(struct store *s, const struct case_row *r)
{
	struct cached_case *c = case_place(s, r->id);

	c->full = true;
	c->row = *r;
}

/* ---- the grants of an arrow ---------------------------------------------- */

static bool
is_arrow(const struct cached_arrow *a, const uint8_t *kase, uint32_t sender,
    uint32_t recipient)
{
	return a->full && a->sender == sender && a->recipient == recipient &&
	    memcmp(a->kase, kase, WIRE_CASE) == 0;
}

bool
cache_arrow_get(struct store *s, const uint8_t *kase, uint32_t sender,
    uint32_t recipient, struct grant *out, unsigned *n)
{
	const struct cached_arrow *a = arrow_place(s, kase, sender, recipient);

	if (!is_arrow(a, kase, sender, recipient))
		return false;
	memcpy(out, a->grant, a->n * sizeof *out);
	*n = a->n;
	return true;
}

void
cache_arrow_put(struct store *s, const uint8_t *kase, uint32_t sender,
    uint32_t recipient, const struct grant *g, unsigned n)
{
	struct cached_arrow *a = arrow_place(s, kase, sender, recipient);

	if (n > CACHE_GRANTS)
		return;
	a->full = true;
	memcpy(a->kase, kase, WIRE_CASE);
	a->sender = sender;
	a->recipient = recipient;
	memcpy(a->grant, g, n * sizeof *g);
	a->n = n;
}

void
cache_arrow_forget(struct store *s, const uint8_t *kase, uint32_t sender,
    uint32_t recipient)
{
	struct cached_arrow *a = arrow_place(s, kase, sender, recipient);

	if (is_arrow(a, kase, sender, recipient))
		a->full = false;
}

/* ---- seen: asked for and then put, or asked twice ------------------------ */

static bool
is_seen(const struct cached_seen *c, const uint8_t *stamp,
    const uint8_t *signer, size_t n)
{
	return c->full && c->row.n_signer == n &&
	    memcmp(c->row.stamp, stamp, WIRE_STAMP) == 0 &&
	    memcmp(c->row.signer, signer, n) == 0;
}

bool
cache_seen_get(struct store *s, const uint8_t *stamp, const uint8_t *signer,
    size_t n_signer, struct seen_row *out, bool *found)
{
	const struct cached_seen *c = &s->cache->seen;

	if (!is_seen(c, stamp, signer, n_signer))
		return false;
	*out = c->row;
	*found = c->found;
	return true;
}

void
cache_seen_put(struct store *s, const struct seen_row *r, bool found)
{
	s->cache->seen = (struct cached_seen){ true, found, *r };
}

void
cache_seen_forget(struct store *s)
{
	s->cache->seen.full = false;
}

/* ---- messages ------------------------------------------------------------ */

static enum error_code
write_back(struct store *s, struct cached_message *m)
{
	enum error_code e = ERR_NONE;

	if (m->full && m->fresh)
		e = rows_message_insert(s, &m->row);
	else if (m->full && m->dirty)
		e = rows_message_update(s, &m->row);
	if (e == ERR_NONE)
		m->fresh = m->dirty = false;
	return e;
}

/* The place for `idx`, with another message's row written away. */
static enum error_code
message_place(struct store *s, uint64_t idx, struct cached_message **out)
{
	struct cached_message *m = &s->cache->message[idx % CACHE_MESSAGES];
	enum error_code e = ERR_NONE;

	*out = m;
	if (m->full && m->row.idx == idx)
		return ERR_NONE;
	e = write_back(s, m);
	if (e == ERR_NONE)
		m->full = false;
	return e;
}

enum error_code
cache_message_get(struct store *s, uint64_t idx, struct message_row *out,
    bool *found)
{
	struct cached_message *m;
	enum error_code e = message_place(s, idx, &m);

	*found = false;
	if (e == ERR_NONE && !m->full) {
		e = rows_message_select(s, idx, &m->row, found);
		m->full = e == ERR_NONE && *found;
	}
	if (e != ERR_NONE || !m->full)
		return e;
	*found = true;
	*out = m->row;
	return ERR_NONE;
}

enum error_code
cache_message_put(struct store *s, const struct message_row *r, bool fresh)
{
	struct cached_message *m;
	enum error_code e = message_place(s, r->idx, &m);

	if (e != ERR_NONE)
		return e;
	if (fresh && m->full)
		return ERR_EXISTS;
	m->row = *r;
	m->full = true;
	m->fresh |= fresh;
	m->dirty |= !fresh;
	return ERR_NONE;
}

/* In order of the entries, so that new rows go to the end of the table. */
enum error_code
cache_message_flush(struct store *s)
{
	enum error_code e = s->failed;
	size_t first = 0;
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < CACHE_MESSAGES; i++) {
		const struct cached_message *m = &s->cache->message[i];

		if (m->full && m->fresh && m->row.idx < least) {
			least = m->row.idx;
			first = i;
		}
	}
	for (size_t i = 0; i < CACHE_MESSAGES && e == ERR_NONE; i++)
		e = write_back(s, &s->cache->message[(first + i) %
		    CACHE_MESSAGES]);
	return e;
}
