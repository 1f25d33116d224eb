#include "broker/members.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/partnership.h"

/*
 * Two open-addressing indices over one array; nothing is ever removed (a
 * revoked member stays known), so there are no tombstones.  A slot holds
 * position + 1, 0 is empty.  Link keys that were replaced leave stale slots
 * behind, which is why a hit is compared with the member's present key.
 */
struct members {
	pthread_rwlock_t lock;
	struct member_view *view;
	size_t n, cap;
	uint32_t *by_id, *by_key;
	size_t slots;                  /* power of two, > 2 * cap */
	size_t keys;                   /* used slots of by_key */
	struct members_roots roots;
	_Atomic uint64_t version;
};

enum { MEMBERS_FIRST = 64 };

static uint64_t
fnv(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211ull;
	return h;
}

/* Position + 1 of the member, or 0; *slot is where it is or would be. */
static uint32_t
find_id(const struct members *m, const char *id, size_t *slot)
{
	size_t i = fnv(id, strlen(id)) & (m->slots - 1);

	while (m->by_id[i] != 0 &&
	    strcmp(m->view[m->by_id[i] - 1].id, id) != 0)
		i = (i + 1) & (m->slots - 1);
	*slot = i;
	return m->by_id[i];
}

static uint32_t
find_key(const struct members *m, const uint8_t key[static WIRE_KEY])
{
	size_t i = fnv(key, WIRE_KEY) & (m->slots - 1);

	while (m->by_key[i] != 0) {
		if (memcmp(m->view[m->by_key[i] - 1].link_key, key,
		    WIRE_KEY) == 0)
			return m->by_key[i];
		i = (i + 1) & (m->slots - 1);
	}
	return 0;
}

static void
index_key(struct members *m, uint32_t pos1)
{
	const uint8_t *key = m->view[pos1 - 1].link_key;
	size_t i = fnv(key, WIRE_KEY) & (m->slots - 1);

	while (m->by_key[i] != 0)
		i = (i + 1) & (m->slots - 1);
	m->by_key[i] = pos1;
	m->keys++;
}

/* Room for one more member and one more key. */
static enum error_code
grow(struct members *m)
{
	size_t cap = m->n == m->cap ? 2 * m->cap : m->cap;
	size_t slots = 4 * cap, slot;
	struct member_view *view = m->view;
	uint32_t *by_id = NULL, *by_key = NULL;

	if (m->n < m->cap && 2 * m->keys < m->slots)
		return ERR_NONE;
	by_id = calloc(slots, sizeof *by_id);
	by_key = calloc(slots, sizeof *by_key);
	if (by_id != NULL && by_key != NULL)
		view = realloc(m->view, cap * sizeof *view);
	if (by_id == NULL || by_key == NULL || view == NULL) {
		free(by_id);
		free(by_key);
		return ERR_NOMEM;
	}
	free(m->by_id);
	free(m->by_key);
	m->view = view;
	m->cap = cap;
	m->slots = slots;
	m->by_id = by_id;
	m->by_key = by_key;
	m->keys = 0;
	for (uint32_t i = 0; i < m->n; i++) {
		(void)find_id(m, m->view[i].id, &slot);
		m->by_id[slot] = i + 1;
		index_key(m, i + 1);
	}
	return ERR_NONE;
}

enum error_code
members_create(struct members **out)
{
	struct members *m = calloc(1, sizeof *m);

	*out = NULL;
	if (m == NULL)
		return ERR_NOMEM;
	pthread_rwlock_init(&m->lock, NULL);
	m->cap = MEMBERS_FIRST;
	m->slots = 4 * m->cap;
	m->view = calloc(m->cap, sizeof *m->view);
	m->by_id = calloc(m->slots, sizeof *m->by_id);
	m->by_key = calloc(m->slots, sizeof *m->by_key);
	if (m->view == NULL || m->by_id == NULL || m->by_key == NULL) {
		members_destroy(&m);
		return ERR_NOMEM;
	}
	*out = m;
	return ERR_NONE;
}

void
members_destroy(struct members **m)
{
	if (*m == NULL)
		return;
	pthread_rwlock_destroy(&(*m)->lock);
	free((*m)->view);
	free((*m)->by_id);
	free((*m)->by_key);
	free(*m);
	*m = NULL;
}

static void
fill(struct member_view *v, const struct store_member *member)
{
	memcpy(v->id, member->id, sizeof v->id);
	memcpy(v->sign_key, member->m.sign_key, WIRE_KEY);
	memcpy(v->link_key, member->m.link_key, WIRE_KEY);
	v->idx = member->idx;
	v->valid_from = member->m.valid_from;
	v->valid_until = member->m.valid_until;
	v->roles = member->m.roles;
	v->barred = member->revoked || member->suspended;
}

enum error_code
members_put(struct members *m, const struct store_member *member)
{
	enum error_code e;
	uint32_t pos1;
	size_t slot;
	bool new_key;

	pthread_rwlock_wrlock(&m->lock);
	e = grow(m);
	if (e != ERR_NONE)
		goto out;
	pos1 = find_id(m, member->id, &slot);
	if (pos1 == 0) {
		pos1 = (uint32_t)++m->n;
		m->by_id[slot] = pos1;
		memset(&m->view[pos1 - 1], 0, sizeof m->view[0]);
		new_key = true;
	} else {
		new_key = memcmp(m->view[pos1 - 1].link_key,
		    member->m.link_key, WIRE_KEY) != 0;
	}
	fill(&m->view[pos1 - 1], member);
	if (new_key)
		index_key(m, pos1);
	atomic_fetch_add(&m->version, 1);
out:
	pthread_rwlock_unlock(&m->lock);
	return e;
}

void
members_put_roots(struct members *m, const struct members_roots *roots)
{
	pthread_rwlock_wrlock(&m->lock);
	m->roots = *roots;
	atomic_fetch_add(&m->version, 1);
	pthread_rwlock_unlock(&m->lock);
}

bool
members_get(struct members *m, const char *id, struct member_view *out)
{
	uint32_t pos1;
	size_t slot;

	pthread_rwlock_rdlock(&m->lock);
	pos1 = find_id(m, id, &slot);
	if (pos1 != 0)
		*out = m->view[pos1 - 1];
	pthread_rwlock_unlock(&m->lock);
	return pos1 != 0;
}

static bool
standing(const struct member_view *v, uint64_t now)
{
	return !v->barred && now >= v->valid_from && now < v->valid_until;
}

bool
members_admit(struct members *m, const uint8_t key[static WIRE_KEY],
    uint64_t now, char id[static WIRE_ID_MAX + 1])
{
	bool ok = false;
	uint32_t pos1;

	pthread_rwlock_rdlock(&m->lock);
	pos1 = find_key(m, key);
	if (pos1 != 0 && standing(&m->view[pos1 - 1], now)) {
		memcpy(id, m->view[pos1 - 1].id, WIRE_ID_MAX + 1);
		ok = true;
	}
	pthread_rwlock_unlock(&m->lock);
	return ok;
}

bool
members_linkable(struct members *m, const char *id,
    const uint8_t key[static WIRE_KEY], uint64_t now)
{
	struct member_view v;

	return members_get(m, id, &v) && standing(&v, now) &&
	    memcmp(v.link_key, key, WIRE_KEY) == 0;
}

void
members_get_roots(struct members *m, struct members_roots *out)
{
	pthread_rwlock_rdlock(&m->lock);
	*out = m->roots;
	pthread_rwlock_unlock(&m->lock);
}

uint64_t
members_version(struct members *m)
{
	return atomic_load(&m->version);
}

size_t
members_count(struct members *m)
{
	size_t n;

	pthread_rwlock_rdlock(&m->lock);
	n = m->n;
	pthread_rwlock_unlock(&m->lock);
	return n;
}

static enum error_code
load_one(void *ctx, const struct store_member *member)
{
	return members_put(ctx, member);
}

enum error_code
members_load(struct members *m, struct store *s)
{
	enum error_code e = members_load_roots(m, s);

	return e != ERR_NONE ? e : store_members(s, load_one, m);
}

enum error_code
members_load_roots(struct members *m, struct store *s)
{
	const struct wire_partnership *p = NULL;
	struct members_roots roots = { .n = 0 };
	enum error_code e;

	e = store_partnership(s, &p);
	if (e == ERR_NOTFOUND || (e == ERR_NONE && p == NULL))
		return ERR_NONE;
	if (e != ERR_NONE)
		return e;
	roots.n = partnership_roots(p, roots.root);
	memcpy(roots.duty, p->duty_key, WIRE_KEY);
	roots.has_duty = true;
	members_put_roots(m, &roots);
	return ERR_NONE;
}
