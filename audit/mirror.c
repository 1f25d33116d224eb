#include "audit/mirror_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/note.h"

enum { NOTE_MAX = 8192 };

/* ---- the tiles' backend ------------------------------------------------ */

static enum error_code
back_commitments(void *ctx, uint64_t first, size_t n, struct hash *out)
{
	struct mirror *m = ctx;
	struct buf file;
	struct bytes rest, entry;
	enum error_code err;

	if (first % TILE_WIDTH != 0)
		return ERR_SIZE;
	buf_init(&file, ENTRIES_MAX);
	err = mirror_fetch(m->dir, MIRROR_ENTRIES, 0, first / TILE_WIDTH,
	    m->size, &file, NULL);
	rest = buf_view(&file);
	for (size_t i = 0; i < n && err == ERR_NONE; i++) {
		err = bundle_next(&rest, &entry);
		if (err == ERR_NONE && (entry.n != ENTRY_BYTES ||
		    entry.data[0] != 1 || entry.data[1] != 1))
			err = ERR_FORMAT;
		if (err == ERR_NONE)
			memcpy(out[i].b, entry.data + 2, HASH_BYTES);
	}
	buf_free(&file);
	return err == ERR_NOTFOUND ? ERR_FORMAT : err;
}

static enum error_code
back_get(void *ctx, unsigned level, uint64_t n,
    struct hash out[static TILE_WIDTH])
{
	struct mirror *m = ctx;
	char path[MIRROR_PATH];
	struct buf file;
	enum error_code err = mirror_path(m->dir, MIRROR_TILE, level, n,
	    TILE_WIDTH, path);

	buf_init(&file, TILE_BYTES);
	if (err == ERR_NONE)
		err = file_read(path, 0, &file, NULL);
	if (err == ERR_NONE && file.n != TILE_BYTES)
		err = ERR_FORMAT;
	if (err == ERR_NONE)
		memcpy(out, file.data, TILE_BYTES);
	buf_free(&file);
	return err;
}

static enum error_code
back_put(void *ctx, unsigned level, uint64_t n,
    const struct hash tile[static TILE_WIDTH])
{
	struct mirror *m = ctx;
	char path[MIRROR_PATH];
	enum error_code err = mirror_path(m->dir, MIRROR_TILE, level, n,
	    TILE_WIDTH, path);

	return err == ERR_NONE ? mirror_write(path, bytes_of(tile, TILE_BYTES),
	    NULL) : err;
}

/* ---- life -------------------------------------------------------------- */

static enum error_code
load_head(struct mirror *m, struct why *why)
{
	char path[MIRROR_PATH];
	struct buf note;
	enum error_code err;

	buf_init(&note, NOTE_MAX);
	err = file_join(path, sizeof path, m->dir, "checkpoint");
	if (err == ERR_NONE)
		err = file_read(path, 0, &note, why);
	if (err == ERR_NONE)
		err = checkpoint_read(buf_view(&note), &m->log, &m->head, why);
	buf_free(&note);
	return err;
}

static enum error_code
open_tiles(struct mirror *m, struct why *why)
{
	const struct tile_backend backend = { m, back_commitments, back_get,
	    back_put };
	struct hash root;
	enum error_code err;

	tiles_destroy(&m->tiles);
	err = tiles_open(&backend, m->head.size, &m->tiles);
	if (err == ERR_NONE && m->head.size > 0)
		err = tiles_root_at(m->tiles, m->head.size, &root);
	if (err == ERR_NONE && m->head.size > 0 &&
	    !hash_equal(&root, &m->head.root)) {
		why_set(why, "the mirror's tiles do not have the root that "
		    "its checkpoint says");
		err = ERR_PROOF;
	}
	return err;
}

/* The open bundle as far as it counts; its file may hold more. */
static enum error_code
load_open_bundle(struct mirror *m, struct why *why)
{
	const unsigned open = (unsigned)(m->head.size % TILE_WIDTH);
	struct buf entries, bodies;
	struct bodies_item item;
	struct bytes e, b;
	enum error_code err = ERR_NONE;
	unsigned n;

	m->n_added = 0;
	buf_clear(&m->bodies);
	if (open == 0)
		return ERR_NONE;
	buf_init(&entries, ENTRIES_MAX);
	buf_init(&bodies, BODIES_MAX);
	err = mirror_bundle(m, m->head.size - open, &entries, &bodies, &n, why);
	e = buf_view(&entries);
	b = buf_view(&bodies);
	for (unsigned i = 0; i < open && err == ERR_NONE; i++) {
		err = bodies_next(&e, &b, &item);
		if (err != ERR_NONE)
			break;
		memcpy(m->commitment[i].b, item.commitment, HASH_BYTES);
		bodies_put(&m->bodies, item.salt, item.body);
	}
	if (err == ERR_NONE && !buf_ok(&m->bodies))
		err = ERR_NOMEM;
	buf_free(&entries);
	buf_free(&bodies);
	return err == ERR_NOTFOUND ? ERR_FORMAT : err;
}

/* The state that the checkpoint says, all else forgotten. */
static enum error_code
start_over(struct mirror *m, struct why *why)
{
	enum error_code err;

	m->size = m->head.size;
	err = open_tiles(m, why);
	if (err == ERR_NONE)
		err = load_open_bundle(m, why);
	if (err == ERR_FORMAT || err == ERR_NOTFOUND || err == ERR_SIZE)
		why_set(why, "%.150s: files of entries or bodies are cut "
		    "short, too long or missing: take a new mirror", m->dir);
	return err == ERR_NOTFOUND ? ERR_FORMAT : err;
}

enum error_code
mirror_open(const char *dir, const char *origin,
    const uint8_t log_key[static 32], bool create, struct mirror **out,
    struct why *why)
{
	struct mirror *m = calloc(1, sizeof *m);
	enum error_code err = m != NULL ? ERR_NONE : ERR_NOMEM;

	*out = NULL;
	if (err == ERR_NONE && strlen(dir) >= sizeof m->dir)
		err = ERR_SIZE;
	if (err == ERR_NONE) {
		strcpy(m->dir, dir);
		buf_init(&m->bodies, BODIES_MAX);
		buf_init(&m->scratch, BODIES_MAX);
		err = note_key_init(&m->log, origin, NOTE_ED25519, log_key);
	}
	if (err == ERR_NONE && create)
		err = file_mkdirs(dir, 0755, why);
	if (err == ERR_NONE)
		err = load_head(m, why);
	if (err == ERR_NOTFOUND && create)
		err = ERR_NONE;
	if (err == ERR_NONE)
		err = start_over(m, why);
	if (err != ERR_NONE)
		mirror_close(&m);
	*out = m;
	return err;
}

void
mirror_close(struct mirror **m)
{
	if (m == NULL || *m == NULL)
		return;
	tiles_destroy(&(*m)->tiles);
	buf_free(&(*m)->bodies);
	buf_free(&(*m)->scratch);
	free((*m)->added);
	free(*m);
	*m = NULL;
}

uint64_t
mirror_size(const struct mirror *m)
{
	return m->head.size;
}

const struct checkpoint *
mirror_head(const struct mirror *m)
{
	return &m->head;
}

enum error_code
mirror_root_at(struct mirror *m, uint64_t size, struct hash *root)
{
	return tiles_root_at(m->tiles, size, root);
}

uint64_t
mirror_added(const struct mirror *m)
{
	return m->size - m->head.size;
}

/* ---- adding ------------------------------------------------------------ */

/* Entries and bodies of bundle n, whose first `width` are in memory. */
static enum error_code
write_bundle(struct mirror *m, uint64_t n, unsigned width, struct why *why)
{
	uint8_t entry[ENTRY_BYTES];
	char path[MIRROR_PATH];
	enum error_code err;

	buf_clear(&m->scratch);
	for (unsigned i = 0; i < width; i++) {
		tile_entry(&m->commitment[i], entry);
		bundle_put(&m->scratch, bytes_of(entry, sizeof entry));
	}
	err = mirror_path(m->dir, MIRROR_ENTRIES, 0, n, width, path);
	if (err == ERR_NONE)
		err = mirror_write(path, buf_view(&m->scratch), why);
	if (err == ERR_NONE)
		err = mirror_path(m->dir, MIRROR_BODIES, 0, n, width, path);
	if (err == ERR_NONE)
		err = mirror_write(path, buf_view(&m->bodies), why);
	return err;
}

static enum error_code
keep_leaf(struct mirror *m, const struct hash *leaf)
{
	struct hash *more;
	size_t cap;

	if (m->n_added == m->cap_added) {
		cap = m->cap_added > 0 ? 2 * m->cap_added : 1024;
		more = realloc(m->added, cap * sizeof *more);
		if (more == NULL)
			return ERR_NOMEM;
		m->added = more;
		m->cap_added = cap;
	}
	m->added[m->n_added++] = *leaf;
	return ERR_NONE;
}

enum error_code
mirror_add(struct mirror *m, const uint8_t commitment[static HASH_BYTES],
    const uint8_t *salt, struct bytes body, struct why *why)
{
	const unsigned at = (unsigned)(m->size % TILE_WIDTH);
	const struct bodies_item item = { commitment, salt, body };
	struct hash leaf;
	enum error_code err;

	if (body.n > ENTRY_BODY_MAX)
		return ERR_SIZE;
	if (bodies_check(&item) != ERR_NONE) {
		why_set(why, "entry %llu: its body is not the one committed "
		    "to", (unsigned long long)m->size);
		return ERR_PROOF;
	}
	memcpy(m->commitment[at].b, commitment, HASH_BYTES);
	if (at == 0)
		buf_clear(&m->bodies);
	bodies_put(&m->bodies, salt, body);
	if (!buf_ok(&m->bodies))
		return ERR_NOMEM;
	tile_leaf(&m->commitment[at], &leaf);
	err = keep_leaf(m, &leaf);
	m->size++;
	if (err == ERR_NONE && at == TILE_WIDTH - 1)
		err = write_bundle(m, (m->size - 1) / TILE_WIDTH, TILE_WIDTH,
		    why);
	return err;
}

/* The partial tiles of this size, and the full ones of level 0 since `from`. */
static enum error_code
write_tiles(struct mirror *m, uint64_t from, struct why *why)
{
	struct hash tile[TILE_WIDTH];
	char path[MIRROR_PATH];
	enum error_code err = ERR_NONE;
	unsigned width;

	for (uint64_t n = from / TILE_WIDTH;
	    err == ERR_NONE && n * TILE_WIDTH < m->size; n++) {
		err = tiles_tile(m->tiles, 0, n, tile, &width);
		if (err == ERR_NONE)
			err = mirror_path(m->dir, MIRROR_TILE, 0, n, width, path);
		if (err == ERR_NONE)
			err = mirror_write(path, bytes_of(tile,
			    (size_t)width * HASH_BYTES), why);
	}
	for (unsigned level = 1; err == ERR_NONE && level < TILE_LEVELS;
	    level++) {
		uint64_t n = (m->size >> (8 * level)) / TILE_WIDTH;

		err = tiles_tile(m->tiles, level, n, tile, &width);
		if (err == ERR_NOTFOUND) {
			err = ERR_NONE;
			continue;
		}
		if (err == ERR_NONE)
			err = mirror_path(m->dir, MIRROR_TILE, level, n, width, path);
		if (err == ERR_NONE)
			err = mirror_write(path, bytes_of(tile,
			    (size_t)width * HASH_BYTES), why);
	}
	return err;
}

/* Partial resources of the size before are superseded. */
static void
drop_partials(struct mirror *m, uint64_t before)
{
	char path[MIRROR_PATH];

	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		const uint64_t had = before >> (8 * level);
		const unsigned width = (unsigned)(had % TILE_WIDTH);

		if (width == 0 || had == m->size >> (8 * level))
			continue;
		if (mirror_path(m->dir, MIRROR_TILE, level, had / TILE_WIDTH, width, path) ==
		    ERR_NONE)
			(void)unlink(path);
		if (level > 0)
			continue;
		if (mirror_path(m->dir, MIRROR_ENTRIES, 0, had / TILE_WIDTH, width,
		    path) == ERR_NONE)
			(void)unlink(path);
		if (mirror_path(m->dir, MIRROR_BODIES, 0, had / TILE_WIDTH,
		    width, path) == ERR_NONE)
			(void)unlink(path);
	}
}

/* All files of the new size but the checkpoint. */
static enum error_code
write_all(struct mirror *m, uint64_t before, struct why *why)
{
	const unsigned open = (unsigned)(m->size % TILE_WIDTH);
	enum error_code err = ERR_NONE;

	if (open > 0)
		err = write_bundle(m, m->size / TILE_WIDTH, open, why);
	return err == ERR_NONE ? write_tiles(m, before, why) : err;
}

static enum error_code
write_head(struct mirror *m, const struct checkpoint *head, struct why *why)
{
	char path[MIRROR_PATH];
	struct buf note;
	enum error_code err;

	buf_init(&note, NOTE_MAX);
	checkpoint_note(&m->log, head, &note);
	err = buf_ok(&note) ? file_join(path, sizeof path, m->dir,
	    "checkpoint") : ERR_NOMEM;
	if (err == ERR_NONE)
		err = mirror_write(path, buf_view(&note), why);
	buf_free(&note);
	return err;
}

enum error_code
mirror_commit(struct mirror *m, const struct checkpoint *head,
    struct why *why)
{
	const uint64_t before = m->head.size;
	struct hash root;
	enum error_code err;

	err = head->size == m->size ? ERR_NONE : ERR_PROOF;
	if (err == ERR_NONE)
		err = tiles_append(m->tiles, m->added, m->n_added);
	if (err == ERR_NONE)
		err = tiles_root_at(m->tiles, m->size, &root);
	if (err == ERR_NONE && !hash_equal(&root, &head->root))
		err = ERR_PROOF;
	if (err == ERR_NONE)
		err = write_all(m, before, why);
	if (err == ERR_NONE)
		err = write_head(m, head, why);
	if (err != ERR_NONE) {
		/* its own error would say less */
		if (start_over(m, NULL) == ERR_NONE && err == ERR_PROOF)
			why_set(why, "the entries received do not have the "
			    "root that was signed for %llu entries",
			    (unsigned long long)head->size);
		return err;
	}
	m->head = *head;
	m->n_added = 0;
	drop_partials(m, before);
	return ERR_NONE;
}
