/*
 * The replay's life, and taking up one entry.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/replay_impl.h"

/* ---- the tree ------------------------------------------------------------ */

static enum error_code
back_commitments(void *ctx, uint64_t first, size_t n, struct hash *out)
{
	return store_commitments(ctx, first, (unsigned)n, (uint8_t *)out);
}

static enum error_code
back_get(void *ctx, unsigned level, uint64_t n,
    struct hash out[static TILE_WIDTH])
{
	return store_tile_get(ctx, level, n, (uint8_t *)out);
}

static enum error_code
back_put(void *ctx, unsigned level, uint64_t n,
    const struct hash tile[static TILE_WIDTH])
{
	return store_tile_put(ctx, level, n, (const uint8_t *)tile);
}

enum error_code
replay_root_at(struct replay *r, uint64_t size, struct hash *root)
{
	const size_t i = size % ROOTS;
	enum error_code err;

	if (r->root[i].known && r->root[i].size == size) {
		*root = r->root[i].root;
		return ERR_NONE;
	}
	err = tiles_root_at(r->tiles, size, root);
	if (err != ERR_NONE)
		return err;
	r->root[i].known = true;
	r->root[i].size = size;
	r->root[i].root = *root;
	return ERR_NONE;
}

/* ---- life ---------------------------------------------------------------- */

static enum error_code
on_news(void *ctx, const struct store_member *m, uint64_t position)
{
	struct replay *r = ctx;

	return news_add(r->news, m->id, position, r->time, m->news_hash);
}

enum error_code
replay_create(const struct replay_config *config, struct findings *findings,
    struct replay **out)
{
	struct tile_backend backend = {
		.commitments = back_commitments, .get = back_get,
		.put = back_put,
	};
	struct replay *r = calloc(1, sizeof *r);
	enum error_code err = r != NULL ? ERR_NONE : ERR_NOMEM;

	*out = NULL;
	if (err == ERR_NONE) {
		r->c = *config;
		r->f = findings;
		r->f->signatures = config->signatures;
		err = store_open_memory(&r->s);
	}
	if (err == ERR_NONE)
		err = news_create(&r->news);
	if (err == ERR_NONE) {
		store_on_news(r->s, on_news, r);
		backend.ctx = r->s;
		err = tiles_open(&backend, 0, &r->tiles);
	}
	if (err == ERR_NONE)
		err = store_begin(r->s);
	if (err != ERR_NONE)
		replay_destroy(&r);
	*out = r;
	return err;
}

void
replay_destroy(struct replay **r)
{
	if (r == NULL || *r == NULL)
		return;
	tiles_destroy(&(*r)->tiles);
	store_close(&(*r)->s);
	news_destroy(&(*r)->news);
	free(*r);
	*r = NULL;
}

uint64_t
replay_at(const struct replay *r)
{
	return r->at;
}

struct tiles *
replay_tiles(struct replay *r)
{
	return r->tiles;
}

/* ---- taking up ----------------------------------------------------------- */

struct checked *
replay_peek(struct replay *r)
{
	return r->c.source.peek(r->c.source.ctx);
}

enum error_code
replay_fatal(struct replay *r, enum error_code err)
{
	if (err == ERR_NONE || err == ERR_NOMEM || err == ERR_FULL ||
	    err == ERR_IO)
		return err;
	replay_finding(r, "what it says cannot be done: %s", error_text(err));
	return ERR_NONE;
}

static void
check_place(struct replay *r, const struct checked *it)
{
	if (it->e.index != r->at)
		replay_finding(r, "it says that it is entry %llu",
		    (unsigned long long)it->e.index);
	if (it->e.time < r->time)
		replay_finding(r, "its time is before that of the entry "
		    "before it");
}

/*
 * The store keeps of a body its prefix alone, where the time is: no decision
 * needs more of what was entered before.
 */
static enum error_code
append(struct replay *r, const struct checked *it)
{
	static const uint8_t salt[ENTRY_SALT];
	struct bytes body = { NULL, 0 };
	enum error_code err;

	if (it->state == CHECKED_OK)
		body = bytes_of(it->e.body.data, ENTRY_PREFIX);
	err = store_append(r->s, r->time, it->commitment, salt, body);
	return err == ERR_NONE ? tiles_append(r->tiles, &it->leaf, 1) : err;
}

/* What the store no longer needs, so that its size does not follow ours. */
struct members {
	char (*id)[WIRE_ID_MAX + 1];
	size_t n, cap;
};

static enum error_code
list_member(void *ctx, const struct store_member *m)
{
	struct members *l = ctx;
	const size_t cap = l->cap > 0 ? l->cap * 2 : 64;
	void *more;

	if (l->n == l->cap) {
		more = realloc(l->id, cap * sizeof *l->id);
		if (more == NULL)
			return ERR_NOMEM;
		l->id = more;
		l->cap = cap;
	}
	memcpy(l->id[l->n++], m->id, sizeof *l->id);
	return ERR_NONE;
}

static enum error_code
forget(struct replay *r)
{
	struct members l = { NULL, 0, 0 };
	enum error_code err = store_members(r->s, list_member, &l);

	for (size_t i = 0; err == ERR_NONE && i < l.n; i++)
		err = store_feed_confirm(r->s, l.id[i], r->at);
	free(l.id);
	return err;
}

static enum error_code
commit(struct replay *r)
{
	enum error_code err = ERR_NONE;

	if (r->at % FORGET_ENTRIES < COMMIT_ENTRIES)
		err = forget(r);
	if (err == ERR_NONE)
		err = store_tidy(r->s, r->time, 4 * COMMIT_ENTRIES);
	if (err == ERR_NONE)
		err = store_commit(r->s);
	r->committed = r->at;
	return err == ERR_NONE ? store_begin(r->s) : err;
}

enum error_code
replay_enter(struct replay *r, struct checked *it)
{
	const bool later = it->state == CHECKED_OK && it->e.time > r->time;
	enum error_code err = ERR_NONE;

	if (it->state == CHECKED_OK)
		check_place(r, it);
	if (later && r->at > 0)
		err = replay_owed(r, it->e.time);
	if (later)
		r->time = it->e.time;
	if (err == ERR_NONE)
		err = append(r, it);
	if (err == ERR_NONE && it->state == CHECKED_OK)
		err = replay_fatal(r, facts_apply(r->s, &it->e, NULL));
	r->at++;
	r->f->entries = r->at;
	r->c.source.take(r->c.source.ctx);
	return err;
}

/* ---- one entry ----------------------------------------------------------- */

static enum error_code
frozen(struct replay *r, struct checked *it)
{
	replay_finding(r, "a freeze that no stop before it calls for");
	return replay_enter(r, it);
}

static enum error_code
judge(struct replay *r, struct checked *it)
{
	switch (it->e.kind) {
	case ENTRY_RECORD:
		return replay_record(r, it);
	case ENTRY_REFUSED:
		return replay_refused(r, it);
	case ENTRY_OPENED:
		return replay_opened(r, it);
	case ENTRY_DELIVERED:
		return replay_delivered(r, it);
	case ENTRY_DROPPED:
		return replay_dropped(r, it);
	case ENTRY_ENDED:
		return replay_ended(r, it);
	case ENTRY_FROZEN:
		return frozen(r, it);
	case ENTRY_NOTICE:
		return replay_notice(r, it);
	}
	return ERR_INTERNAL;
}

enum error_code
replay_next(struct replay *r)
{
	struct checked *it = replay_peek(r);
	enum error_code err;

	if (it == NULL)
		return ERR_NOTFOUND;
	if (it->state == CHECKED_OK) {
		err = judge(r, it);
	} else {
		replay_finding(r, "%s", it->state == CHECKED_GONE ?
		    "its body is missing" : it->why);
		err = replay_enter(r, it);
	}
	r->c.source.release(r->c.source.ctx);
	if (err == ERR_NONE && r->at - r->committed >= COMMIT_ENTRIES)
		err = commit(r);
	return err == ERR_NOTFOUND ? ERR_INTERNAL : err;
}

enum error_code
replay_end(struct replay *r, const struct checkpoint *head)
{
	struct hash root;
	enum error_code err = tiles_root_at(r->tiles, r->at, &root);

	r->f->newest = r->time;
	r->f->root_agrees = err == ERR_NONE && head->size == r->at &&
	    hash_equal(&root, &head->root);
	if (err == ERR_NONE && !r->f->root_agrees)
		findings_add(r->f, r->at, "the entries do not have the root "
		    "that was signed");
	return err;
}
