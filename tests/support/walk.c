#include "tests/support/walk.h"

#include <string.h>
#include <sys/stat.h>

#include "audit/mirror.h"
#include "store/db.h"
#include "store/store.h"

enum { WALK_ARENA = 256 * 1024 };

struct walk {
	const struct partnership *p;
	struct arena *arena;
	walk_visit *visit;
	void *ctx;
	struct why *why;
};

static enum error_code
look(void *ctx, uint64_t idx, const uint8_t commitment[static HASH_BYTES],
    const uint8_t *salt, struct bytes body)
{
	struct walk *w = ctx;
	uint8_t is[HASH_BYTES];
	struct entry e;
	enum error_code err;

	if (body.n == 0)
		return ERR_NONE;
	entry_commitment(body, salt, is);
	if (memcmp(is, commitment, sizeof is) != 0) {
		why_set(w->why, "entry %llu is not what was committed to",
		    (unsigned long long)idx);
		return ERR_PROOF;
	}
	arena_reset(w->arena);
	err = entry_decode(w->arena, w->p->id, body, salt, &e, w->why);
	if (err == ERR_NONE && e.index != idx)
		err = ERR_PROOF;
	return err == ERR_NONE ? w->visit(w->ctx, &e) : err;
}

static enum error_code
walk_database(struct walk *w, const char *path)
{
	struct db *db = NULL;
	struct store *s = NULL;
	struct store_head head;
	enum error_code err = db_open(path, NULL, &db, w->why);

	if (err == ERR_NONE)
		err = store_open_sqlite(db, &s, w->why);
	if (err == ERR_NONE)
		err = store_head(s, &head);
	if (err == ERR_NONE)
		err = store_entries(s, 0, head.size, look, w);
	store_close(&s);
	db_close(&db);
	return err;
}

static enum error_code
walk_mirror(struct walk *w, const char *path)
{
	struct mirror *m = NULL;
	enum error_code err = mirror_open(path, w->p->now.origin,
	    w->p->now.log_key, false, &m, w->why);

	if (err == ERR_NONE)
		err = mirror_read(m, 0, look, w, w->why);
	mirror_close(&m);
	return err;
}

enum error_code
walk_ledger(const struct partnership *p, const char *path, walk_visit *visit,
    void *ctx, struct why *why)
{
	struct walk w = { .p = p, .visit = visit, .ctx = ctx, .why = why };
	struct stat st;
	enum error_code err;

	if (stat(path, &st) != 0) {
		why_set(why, "%s: there is no ledger there", path);
		return ERR_NOTFOUND;
	}
	w.arena = arena_create(WALK_ARENA);
	if (w.arena == NULL)
		return ERR_NOMEM;
	err = S_ISDIR(st.st_mode) ? walk_mirror(&w, path) :
	    walk_database(&w, path);
	arena_destroy(&w.arena);
	return err;
}
