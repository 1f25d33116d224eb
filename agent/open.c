/* What the agent finds when it starts: its store and the files it was given. */
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"
#include "agent/config.h"
#include "agent/distrust.h"
#include "agent/intake/intake.h"
#include "agent/life.h"
#include "base/file.h"
#include "store/facts.h"

enum { SCHEMA_VERSION = 1, PATH_MAX_ = 1024 };

static enum error_code
prepare(struct agent *a)
{
	static const char *const sql[] = {
#define SQL(id, text) text,
#include "agent/statements.def"
#undef SQL
	};
	enum error_code err = ERR_NONE;

	for (unsigned i = 0; i < SQL_END && err == ERR_NONE; i++)
		err = db_prepare(a->db, sql[i], &a->sql[i]);
	return err;
}

/* A record handed over as a file counts as an entry of its own, index 0. */
static enum error_code
fold_file_record(struct agent *a, const struct record *r)
{
	static const uint8_t salt[ENTRY_SALT];
	struct arena *arena = arena_create(256 * 1024);
	struct buf body;
	struct entry e;
	enum error_code err = arena != NULL ? ERR_NONE : ERR_NOMEM;

	buf_init(&body, ENTRY_BODY_MAX);
	if (err == ERR_NONE)
		err = entry_encode(0, 0, ENTRY_RECORD, r->wire, &body);
	if (err == ERR_NONE)
		err = entry_decode(arena, a->partnership, buf_view(&body), salt,
		    &e, NULL);
	if (err == ERR_NONE)
		err = facts_apply(a->slice, &e, a->member);
	buf_free(&body);
	arena_destroy(&arena);
	return err;
}

static enum error_code
fold_file(struct agent *a, const char *path, struct why *why)
{
	struct arena *arena = arena_create(RECORD_FILE_MAX * 4);
	struct record_file file;
	struct body scratch;
	enum error_code err = arena != NULL ? ERR_NONE : ERR_NOMEM;

	if (err == ERR_NONE)
		err = record_file_load(arena, path, &file, why);
	for (unsigned i = 0; err == ERR_NONE && i < file.n; i++) {
		if (file.record[i].kind != KIND_PARTNERSHIP)
			err = partnership_signed(arena, &a->pship,
			    &file.record[i], &scratch, why);
		if (err == ERR_NONE)
			err = fold_file_record(a, &file.record[i]);
	}
	arena_destroy(&arena);
	return err;
}

/* The newest record that came as news may be newer than the file. */
static enum error_code
newest_partnership(struct agent *a, struct why *why)
{
	struct record r;
	struct buf wire;
	enum error_code err;

	buf_init(&wire, WIRE_RECORD_MAX);
	err = books_get(a, "partnership", &wire);
	if (err == ERR_NONE)
		err = wire_record_decode(a->pship_arena, buf_view(&wire), &r,
		    why);
	if (err == ERR_NONE)
		err = partnership_follow(a->pship_arena, &a->pship, &r,
		    &a->pship, why);
	buf_free(&wire);
	/* the file is as new */
	return err == ERR_NOTFOUND || err == ERR_REFUSED ? ERR_NONE : err;
}

/*
 * First use pins the first root; afterwards a file under another root is
 * refused.  The slice may already know newer records than the files.
 */
static enum error_code
load_partnership(struct agent *a, struct why *why)
{
	struct buf pinned;
	enum error_code err;
	bool first;

	buf_init(&pinned, WIRE_KEY);
	err = books_get(a, "root", &pinned);
	first = err == ERR_NOTFOUND;
	if (err != ERR_NONE && !first)
		return err;
	err = partnership_load(a->pship_arena, a->config->partnership,
	    first ? NULL : pinned.data, &a->pship, why);
	buf_free(&pinned);
	if (err != ERR_NONE)
		return err;
	strcpy(a->partnership, a->pship.id);
	memcpy(a->first_root, a->pship.root[0], WIRE_KEY);
	err = newest_partnership(a, why);
	if (err != ERR_NONE)
		return err;
	return first ? books_put(a, "root", bytes_of(a->first_root,
	    WIRE_KEY)) : ERR_NONE;
}

static enum error_code
load_files(struct agent *a, struct why *why)
{
	const struct setup_place place = agent_config_place(a->config);
	const struct store_member *self;
	char path[SETUP_PATH];
	enum error_code err = load_partnership(a, why);

	if (err != ERR_NONE)
		return err;
	err = store_member(a->slice, a->config->member, &self);
	if (err != ERR_NOTFOUND)
		return err;
	err = fold_file(a, a->config->partnership, why);
	if (err == ERR_NONE)
		err = setup_record_path(&place, path);
	if (err == ERR_NONE)
		err = fold_file(a, path, why);
	if (err != ERR_NONE)
		return err;
	err = store_member(a->slice, a->config->member, &self);
	if (err == ERR_NOTFOUND)
		why_set(why, "%s: holds no record of member %s", path,
		    a->config->member);
	return err;
}

static enum error_code
open_store(struct agent *a, struct why *why)
{
	char path[PATH_MAX_];
	enum error_code err;

	err = file_mkdirs(a->config->state_dir, 0700, why);
	if (err == ERR_NONE)
		err = file_join(path, sizeof path, a->config->state_dir,
		    "store.db");
	if (err == ERR_NONE)
		err = db_open(path, NULL, &a->db, why);
	if (err == ERR_NONE)
		err = db_schema(a->db, "agent", SCHEMA_VERSION, books_schema,
		    why);
	if (err == ERR_NONE)
		err = db_schema(a->db, "agent-cases", SCHEMA_VERSION,
		    books_schema_cases, why);
	if (err == ERR_NONE)
		err = db_exec(a->db, books_schema_desk, why);
	if (err == ERR_NONE)
		err = db_exec(a->db, books_schema_events, why);
	if (err == ERR_NONE)
		err = store_open_sqlite(a->db, &a->slice, why);
	if (err == ERR_NONE)
		err = prepare(a);
	return err;
}

enum error_code
agent_open(const struct agent_config *config, struct agent **out,
    struct why *why)
{
	struct agent *a = calloc(1, sizeof *a);
	enum error_code err;

	*out = NULL;
	if (a == NULL)
		return ERR_NOMEM;
	a->config = config;
	a->clock = clock_system;
	a->offline_since = clock_ms();
	edge_init(&a->edge);
	strncpy(a->member, config->member, WIRE_ID_MAX);
	a->pship_arena = arena_create(16 * 1024 * 1024);
	err = a->pship_arena != NULL ? open_store(a, why) : ERR_NOMEM;
	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err == ERR_NONE)
		err = agent_end(a, load_files(a, why));
	if (err == ERR_NONE)
		err = intake_load_position(a);
	if (err == ERR_NONE)
		err = distrust_load(a);
	if (err != ERR_NONE)
		agent_close(&a);
	*out = a;
	return err;
}
