#include "audit/mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/note.h"

enum {
	PATH_LEN = 1200,
	BUNDLE_MAX = TILE_WIDTH * (4 + ENTRY_SALT + ENTRY_BODY_MAX),
	NOTE_MAX = 8192,
};

struct mirror {
	char dir[1024];
	struct note_key log;
	struct checkpoint head;         /* size 0: none yet */
	struct tiles *tiles;
	struct hash commitment[TILE_WIDTH]; /* of the open bundle */
	struct buf bodies;              /* of the open bundle */
	uint64_t size;                  /* with what was added */
	struct hash *added;             /* leaves since the last commit */
	size_t n_added, cap_added;
	struct buf scratch;
};

/* ---- file names ----------------------------------------------------------- */

static enum error_code
path_of(const struct mirror *m, const char *what, unsigned level, uint64_t n,
    unsigned width, char out[static PATH_LEN])
{
	struct tile_name name = { .level = level, .n = n, .width = width };
	char tail[TILE_NAME_MAX];
	const char *from;

	tile_name_format(&name, tail);
	from = tail;
	if (what != NULL)               /* bodies: named as the entries are */
		from = tail + strlen("tile/entries");
	if (snprintf(out, PATH_LEN, "%s/%s%s", m->dir,
	    what != NULL ? what : "", from) >= PATH_LEN)
		return ERR_SIZE;
	return ERR_NONE;
}

static enum error_code
write_at(const char *path, struct bytes data, struct why *why)
{
	char dir[PATH_LEN], *slash;
	enum error_code err;

	snprintf(dir, sizeof dir, "%s", path);
	slash = strrchr(dir, '/');
	*slash = '\0';
	err = file_mkdirs(dir, 0755, why);
	return err == ERR_NONE ? file_write(path, data.data, data.n, 0644, 0,
	    why) : err;
}

/* The resource in full or, failing that, as wide as the size says. */
static enum error_code
read_at(struct mirror *m, const char *what, unsigned level, uint64_t n,
    uint64_t size, struct buf *out, struct why *why)
{
	const unsigned width = tile_width(level == TILE_ENTRIES ? 0 : level, n,
	    size);
	char path[PATH_LEN];
	enum error_code err;

	if (width == 0)
		return ERR_NOTFOUND;
	err = path_of(m, what, level, n, width, path);
	buf_clear(out);
	if (err == ERR_NONE)
		err = file_read(path, 0, out, why);
	if (err != ERR_NOTFOUND || width == TILE_WIDTH)
		return err;
	err = path_of(m, what, level, n, TILE_WIDTH, path);
	buf_clear(out);
	return err == ERR_NONE ? file_read(path, 0, out, why) : err;
}

/* ---- the tiles' backend ----------------------------------------------------------- */

static enum error_code
back_commitments(void *ctx, uint64_t first, size_t n, struct hash *out)
{
	struct mirror *m = ctx;
	struct buf file;
	struct bytes rest, entry;
	enum error_code err;

	if (first % TILE_WIDTH != 0)
		return ERR_SIZE;
	buf_init(&file, TILE_WIDTH * (2 + ENTRY_BYTES));
	err = read_at(m, NULL, TILE_ENTRIES, first / TILE_WIDTH, m->head.size,
	    &file, NULL);
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
	return err;
}

static enum error_code
back_get(void *ctx, unsigned level, uint64_t n,
    struct hash out[static TILE_WIDTH])
{
	struct mirror *m = ctx;
	char path[PATH_LEN];
	struct buf file;
	enum error_code err = path_of(m, NULL, level, n, TILE_WIDTH, path);

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
	char path[PATH_LEN];
	enum error_code err = path_of(m, NULL, level, n, TILE_WIDTH, path);

	return err == ERR_NONE ? write_at(path, bytes_of(tile, TILE_BYTES),
	    NULL) : err;
}

/* ---- life --------------------------------------------------------------------------- */

static enum error_code
load_head(struct mirror *m, struct why *why)
{
	char path[PATH_LEN];
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

/* The open bundle, as far as it was written. */
static enum error_code
load_open_bundle(struct mirror *m, struct why *why)
{
	const unsigned open = (unsigned)(m->head.size % TILE_WIDTH);
	enum error_code err;

	m->size = m->head.size;
	m->n_added = 0;
	buf_clear(&m->bodies);
	if (open == 0)
		return ERR_NONE;
	err = back_commitments(m, m->size - open, open, m->commitment);
	if (err == ERR_NONE)
		err = read_at(m, "bodies", TILE_ENTRIES, m->size / TILE_WIDTH,
		    m->size, &m->bodies, why);
	return err;
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
		buf_init(&m->bodies, BUNDLE_MAX);
		buf_init(&m->scratch, BUNDLE_MAX);
		err = note_key_init(&m->log, origin, NOTE_ED25519, log_key);
	}
	if (err == ERR_NONE && create)
		err = file_mkdirs(dir, 0755, why);
	if (err == ERR_NONE)
		err = load_head(m, why);
	if (err == ERR_NOTFOUND && create)
		err = ERR_NONE;
	if (err == ERR_NONE)
		err = open_tiles(m, why);
	if (err == ERR_NONE)
		err = load_open_bundle(m, why);
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

uint64_t
mirror_added(const struct mirror *m)
{
	return m->size - m->head.size;
}

/* ---- adding ---------------------------------------------------------------------------- */

/* Entries and bodies of bundle n, whose first `width` are in memory. */
static enum error_code
write_bundle(struct mirror *m, uint64_t n, unsigned width, struct why *why)
{
	uint8_t entry[ENTRY_BYTES];
	char path[PATH_LEN];
	enum error_code err;

	buf_clear(&m->scratch);
	for (unsigned i = 0; i < width; i++) {
		tile_entry(&m->commitment[i], entry);
		bundle_put(&m->scratch, bytes_of(entry, sizeof entry));
	}
	err = path_of(m, NULL, TILE_ENTRIES, n, width, path);
	if (err == ERR_NONE)
		err = write_at(path, buf_view(&m->scratch), why);
	if (err == ERR_NONE)
		err = path_of(m, "bodies", TILE_ENTRIES, n, width, path);
	if (err == ERR_NONE)
		err = write_at(path, buf_view(&m->bodies), why);
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
	uint8_t check[HASH_BYTES];
	struct hash leaf;
	enum error_code err;

	if (salt != NULL) {
		entry_commitment(body, salt, check);
		if (memcmp(check, commitment, HASH_BYTES) != 0) {
			why_set(why, "entry %llu: its body is not the one "
			    "committed to", (unsigned long long)m->size);
			return ERR_PROOF;
		}
	}
	memcpy(m->commitment[at].b, commitment, HASH_BYTES);
	if (at == 0)
		buf_clear(&m->bodies);
	buf_put_u32(&m->bodies, salt != NULL ? (uint32_t)body.n : 0);
	if (salt != NULL) {
		buf_put(&m->bodies, salt, ENTRY_SALT);
		buf_put(&m->bodies, body.data, body.n);
	}
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
	char path[PATH_LEN];
	enum error_code err = ERR_NONE;
	unsigned width;

	for (uint64_t n = from / TILE_WIDTH;
	    err == ERR_NONE && n * TILE_WIDTH < m->size; n++) {
		err = tiles_tile(m->tiles, 0, n, tile, &width);
		if (err == ERR_NONE)
			err = path_of(m, NULL, 0, n, width, path);
		if (err == ERR_NONE)
			err = write_at(path, bytes_of(tile,
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
			err = path_of(m, NULL, level, n, width, path);
		if (err == ERR_NONE)
			err = write_at(path, bytes_of(tile,
			    (size_t)width * HASH_BYTES), why);
	}
	return err;
}

/* Partial resources of the size before are superseded. */
static void
drop_partials(struct mirror *m, uint64_t before)
{
	const unsigned width = (unsigned)(before % TILE_WIDTH);
	char path[PATH_LEN];

	if (width == 0 || before == m->size)
		return;
	if (path_of(m, NULL, TILE_ENTRIES, before / TILE_WIDTH, width, path) ==
	    ERR_NONE)
		(void)unlink(path);
	if (path_of(m, "bodies", TILE_ENTRIES, before / TILE_WIDTH, width,
	    path) == ERR_NONE)
		(void)unlink(path);
	if (path_of(m, NULL, 0, before / TILE_WIDTH, width, path) == ERR_NONE)
		(void)unlink(path);
}

enum error_code
mirror_commit(struct mirror *m, const struct checkpoint *head,
    struct why *why)
{
	const uint64_t before = m->head.size;
	const unsigned open = (unsigned)(m->size % TILE_WIDTH);
	char path[PATH_LEN];
	struct hash root;
	struct buf note;
	enum error_code err;

	buf_init(&note, NOTE_MAX);
	err = head->size == m->size ? ERR_NONE : ERR_PROOF;
	if (err == ERR_NONE)
		err = tiles_append(m->tiles, m->added, m->n_added);
	if (err == ERR_NONE)
		err = tiles_root_at(m->tiles, m->size, &root);
	if (err == ERR_NONE && !hash_equal(&root, &head->root)) {
		why_set(why, "the entries received do not have the root that "
		    "was signed for %llu entries",
		    (unsigned long long)head->size);
		err = ERR_PROOF;
	}
	if (err == ERR_NONE && open > 0)
		err = write_bundle(m, m->size / TILE_WIDTH, open, why);
	if (err == ERR_NONE)
		err = write_tiles(m, before, why);
	if (err == ERR_NONE)
		checkpoint_note(&m->log, head, &note);
	if (err == ERR_NONE)
		err = file_join(path, sizeof path, m->dir, "checkpoint");
	if (err == ERR_NONE)
		err = write_at(path, buf_view(&note), why);
	buf_free(&note);
	if (err != ERR_NONE)
		return err;
	m->head = *head;
	m->n_added = 0;
	drop_partials(m, before);
	return ERR_NONE;
}

/* ---- reading ------------------------------------------------------------------------------ */

static enum error_code
read_one(struct mirror *m, uint64_t index, struct bytes *entries,
    struct bytes *bodies, mirror_visit *visit, void *ctx, struct why *why)
{
	struct bytes entry, body = { NULL, 0 };
	const uint8_t *salt = NULL, *data;
	uint8_t check[HASH_BYTES];
	uint32_t n;

	(void)m;
	if (bundle_next(entries, &entry) != ERR_NONE ||
	    entry.n != ENTRY_BYTES || !bytes_take_u32(bodies, &n)) {
		why_set(why, "entry %llu: the mirror's files are cut short",
		    (unsigned long long)index);
		return ERR_FORMAT;
	}
	if (n > 0) {
		if (!bytes_take(bodies, ENTRY_SALT, &salt) ||
		    !bytes_take(bodies, n, &data))
			return ERR_FORMAT;
		body = bytes_of(data, n);
		entry_commitment(body, salt, check);
		if (memcmp(check, entry.data + 2, HASH_BYTES) != 0) {
			why_set(why, "entry %llu: its body is not the one "
			    "committed to", (unsigned long long)index);
			return ERR_PROOF;
		}
	}
	return visit != NULL ? visit(ctx, index, entry.data + 2, salt, body) :
	    ERR_NONE;
}

enum error_code
mirror_read(struct mirror *m, uint64_t from, mirror_visit *visit, void *ctx,
    struct why *why)
{
	struct buf entries, bodies;
	enum error_code err = ERR_NONE;
	uint64_t index = from - from % TILE_WIDTH;

	buf_init(&entries, TILE_WIDTH * (2 + ENTRY_BYTES));
	buf_init(&bodies, BUNDLE_MAX);
	while (err == ERR_NONE && index < m->head.size) {
		struct bytes e, b;

		err = read_at(m, NULL, TILE_ENTRIES, index / TILE_WIDTH,
		    m->head.size, &entries, why);
		if (err == ERR_NONE)
			err = read_at(m, "bodies", TILE_ENTRIES,
			    index / TILE_WIDTH, m->head.size, &bodies, why);
		e = buf_view(&entries);
		b = buf_view(&bodies);
		for (unsigned i = 0; err == ERR_NONE && i < TILE_WIDTH &&
		    index < m->head.size; i++, index++)
			err = read_one(m, index, &e, &b,
			    index >= from ? visit : NULL, ctx, why);
	}
	buf_free(&entries);
	buf_free(&bodies);
	return err;
}
