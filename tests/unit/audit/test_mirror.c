/*
 * The mirror's files: written, taken up again, in part and in full, and
 * found out when somebody touched them.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/bodies.h"
#include "audit/mirror.h"
#include "base/file.h"
#include "keys/identity.h"
#include "tests/support/test.h"

static const char origin[] = "ledger.example/mirror";

struct log {
	struct sign_pair key;
	char dir[TEST_PATH];
	struct hash leaf[70000];
	uint64_t n;
};
static struct log g;

static void
begin(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	identity_sign_pair(&g.key);
	test_dir(g.dir);
	g.n = 0;
}

/* Entry i: always the same; every 7th has lost its body. */
static void
entry_of(uint64_t i, uint8_t salt[static ENTRY_SALT], uint8_t body[static 80],
    size_t *n, uint8_t commitment[static HASH_BYTES])
{
	*n = 20 + i % 60;
	memset(salt, (int)(i % 251), ENTRY_SALT);
	memset(body, (int)(i % 241), 80);
	put_be64(body, i);
	entry_commitment(bytes_of(body, *n), salt, commitment);
}

static void
open_mirror(struct mirror **m, bool create)
{
	struct why why = { "" };
	enum error_code err = mirror_open(g.dir, origin, g.key.public, create,
	    m, &why);

	ck_assert_msg(err == ERR_NONE, "%s: %s", error_text(err), why.text);
}

static void
add(struct mirror *m, uint64_t upto)
{
	uint8_t salt[ENTRY_SALT], body[80], commitment[HASH_BYTES];
	struct why why;
	size_t n;

	for (; g.n < upto; g.n++) {
		entry_of(g.n, salt, body, &n, commitment);
		entry_leaf(commitment, &g.leaf[g.n]);
		ck_ok(mirror_add(m, commitment, g.n % 7 == 3 ? NULL : salt,
		    bytes_of(body, g.n % 7 == 3 ? 0 : n), &why));
	}
}

static void
head_of(struct checkpoint *head)
{
	head->size = g.n;
	tree_root_of(g.leaf, g.n, &head->root);
	ck_ok(checkpoint_sign(origin, head, g.key.secret));
}

static void
commit(struct mirror *m)
{
	struct why why = { "" };
	struct checkpoint head;

	head_of(&head);
	ck_ok(mirror_commit(m, &head, &why));
	ck_assert_uint_eq(mirror_size(m), g.n);
	ck_assert_uint_eq(mirror_added(m), 0);
}

static enum error_code
see(void *ctx, uint64_t i, const uint8_t commitment[static HASH_BYTES],
    const uint8_t *salt, struct bytes body)
{
	uint8_t want_salt[ENTRY_SALT], want[80], c[HASH_BYTES];
	uint64_t *next = ctx;
	size_t n;

	ck_assert_uint_eq(i, (*next)++);
	entry_of(i, want_salt, want, &n, c);
	ck_assert_mem_eq(commitment, c, HASH_BYTES);
	if (i % 7 == 3) {
		ck_assert_ptr_null(salt);
		ck_assert_uint_eq(body.n, 0);
		return ERR_NONE;
	}
	ck_assert_mem_eq(salt, want_salt, ENTRY_SALT);
	ck_assert_uint_eq(body.n, n);
	ck_assert_mem_eq(body.data, want, n);
	return ERR_NONE;
}

static void
read_all(struct mirror *m, uint64_t from)
{
	struct why why = { "" };
	uint64_t next = from;

	ck_ok(mirror_read(m, from, see, &next, &why));
	ck_assert_uint_eq(next, g.n);
}

static bool
there(const char *name)
{
	char path[TEST_PATH];

	test_path(path, g.dir, name);
	return file_exists(path);
}

/* ---- growing ----------------------------------------------------------- */

START_TEST(test_grows)
{
	static const uint64_t size[] = { 1, 2, 255, 256, 257, 511, 512, 1300 };
	struct mirror *m;
	struct hash root;

	begin();
	ck_err(mirror_open(g.dir, origin, g.key.public, false, &m, NULL),
	    ERR_NOTFOUND);
	ck_assert_ptr_null(m);
	for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
		open_mirror(&m, true);
		ck_assert_uint_eq(mirror_size(m), g.n);
		add(m, size[i]);
		ck_assert_uint_eq(mirror_added(m), size[i] -
		    (i > 0 ? size[i - 1] : 0));
		commit(m);
		read_all(m, 0);
		read_all(m, size[i] / 2);
		for (uint64_t k = 1; k <= size[i]; k += 1 + size[i] / 9) {
			struct hash want;

			tree_root_of(g.leaf, k, &want);
			ck_ok(mirror_root_at(m, k, &root));
			ck_assert(hash_equal(&root, &want));
		}
		mirror_close(&m);
		ck_assert_ptr_null(m);
	}
	/* the layout of C2SP tlog-tiles: 1300 = 5 * 256 + 20 */
	ck_assert(there("checkpoint"));
	ck_assert(there("tile/0/000"));
	ck_assert(there("tile/0/004"));
	ck_assert(there("tile/0/005.p/20"));
	ck_assert(there("tile/1/000.p/5"));
	ck_assert(there("tile/entries/004"));
	ck_assert(there("tile/entries/005.p/20"));
	ck_assert(there("bodies/000"));
	ck_assert(there("bodies/005.p/20"));
	/* what was partial is gone */
	ck_assert(!there("tile/0/000.p/255"));
	ck_assert(!there("tile/entries/001.p/1"));
	ck_assert(!there("bodies/001.p/255"));
	ck_assert(!there("tile/1/000.p/1"));
}
END_TEST

/* One commit past 65,536: tiles of level 1 fill, level 2 begins. */
START_TEST(test_large)
{
	struct mirror *m;

	begin();
	open_mirror(&m, true);
	add(m, 66000);
	commit(m);
	mirror_close(&m);
	open_mirror(&m, false);
	ck_assert_uint_eq(mirror_size(m), 66000);
	ck_assert(there("tile/1/000"));
	ck_assert(there("tile/2/000.p/1"));
	ck_assert(there("tile/0/255"));
	ck_assert(there("tile/0/257.p/208"));
	add(m, 66500);
	commit(m);
	read_all(m, 65000);
	mirror_close(&m);
}
END_TEST

START_TEST(test_tiles_are_right)
{
	struct hash tile[TILE_WIDTH], root;
	struct mirror *m;
	char path[TEST_PATH];
	struct buf b;

	begin();
	open_mirror(&m, true);
	add(m, 600);
	commit(m);
	mirror_close(&m);
	buf_init(&b, TILE_BYTES);
	test_path(path, g.dir, "tile/0/001");
	ck_ok(file_read(path, 0, &b, NULL));
	ck_assert_uint_eq(b.n, TILE_BYTES);
	ck_assert_mem_eq(b.data, g.leaf + 256, TILE_BYTES);
	buf_clear(&b);
	test_path(path, g.dir, "tile/1/000.p/2");
	ck_ok(file_read(path, 0, &b, NULL));
	ck_assert_uint_eq(b.n, 2 * HASH_BYTES);
	memcpy(tile, b.data, b.n);
	tree_root_of(g.leaf + 256, 256, &root);
	ck_assert(hash_equal(&root, &tile[1]));
	buf_free(&b);
}
END_TEST

/* ---- what is refused --------------------------------------------------- */

START_TEST(test_wrong_root)
{
	struct checkpoint head;
	struct why why = { "" };
	struct mirror *m;

	begin();
	open_mirror(&m, true);
	add(m, 300);
	commit(m);
	add(m, 700);
	head_of(&head);
	head.root.b[0] ^= 1;
	ck_err(mirror_commit(m, &head, &why), ERR_PROOF);
	ck_assert_str_ne(why.text, "");
	/* nothing of it is kept, and it goes on from there */
	ck_assert_uint_eq(mirror_size(m), 300);
	ck_assert_uint_eq(mirror_added(m), 0);
	g.n = 300;
	head_of(&head);
	ck_assert(hash_equal(&head.root, &mirror_head(m)->root));
	add(m, 700);
	/* a checkpoint of another size */
	head_of(&head);
	head.size--;
	ck_err(mirror_commit(m, &head, NULL), ERR_PROOF);
	g.n = 300;
	add(m, 650);
	commit(m);
	read_all(m, 0);
	mirror_close(&m);
}
END_TEST

START_TEST(test_wrong_body)
{
	uint8_t salt[ENTRY_SALT], body[80], commitment[HASH_BYTES];
	struct why why = { "" };
	struct mirror *m;
	size_t n;

	begin();
	open_mirror(&m, true);
	entry_of(0, salt, body, &n, commitment);
	body[9] ^= 1;
	ck_err(mirror_add(m, commitment, salt, bytes_of(body, n), &why),
	    ERR_PROOF);
	body[9] ^= 1;
	salt[0] ^= 1;
	ck_err(mirror_add(m, commitment, salt, bytes_of(body, n), NULL),
	    ERR_PROOF);
	salt[0] ^= 1;
	ck_assert_uint_eq(mirror_added(m), 0);
	ck_ok(mirror_add(m, commitment, salt, bytes_of(body, n), NULL));
	mirror_close(&m);
}
END_TEST

/* Another log's key, or origin, does not open it. */
START_TEST(test_other_log)
{
	struct sign_pair other;
	struct mirror *m;

	begin();
	open_mirror(&m, true);
	add(m, 3);
	commit(m);
	mirror_close(&m);
	identity_sign_pair(&other);
	ck_err(mirror_open(g.dir, origin, other.public, false, &m, NULL),
	    ERR_CRYPTO);
	ck_err(mirror_open(g.dir, "ledger.example/other", g.key.public, true,
	    &m, NULL), ERR_FORMAT);
}
END_TEST

/* ---- somebody touched the files ---------------------------------------- */

static void
flip(const char *name, size_t at)
{
	char path[TEST_PATH];
	struct buf b;

	test_path(path, g.dir, name);
	buf_init(&b, 8 << 20);
	ck_ok(file_read(path, 0, &b, NULL));
	ck_assert_uint_gt(b.n, at);
	b.data[at] ^= 1;
	ck_ok(file_write(path, b.data, b.n, 0644, 0, NULL));
	buf_free(&b);
}

static void
cut(const char *name)
{
	char path[TEST_PATH];

	test_path(path, g.dir, name);
	ck_assert_int_eq(truncate(path, 5), 0);
}

static void
gone(const char *name)
{
	char path[TEST_PATH];

	test_path(path, g.dir, name);
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(test_tampered)
{
	struct why why;
	struct mirror *m;
	uint64_t next = 0;

	begin();
	open_mirror(&m, true);
	add(m, 300);
	commit(m);
	/* a body, while it is open */
	flip("bodies/000", 4 + ENTRY_SALT + 10);
	ck_err(mirror_read(m, 0, see, &next, &why), ERR_PROOF);
	flip("bodies/000", 4 + ENTRY_SALT + 10);
	/* its length */
	flip("bodies/000", 0);
	next = 0;
	ck_err(mirror_read(m, 0, see, &next, &why), ERR_FORMAT);
	flip("bodies/000", 0);
	mirror_close(&m);
	/* commitments make the root */
	flip("tile/entries/000", 40);
	ck_err(mirror_open(g.dir, origin, g.key.public, false, &m, &why),
	    ERR_PROOF);
	flip("tile/entries/000", 40);
	flip("tile/entries/001.p/44", 70);
	ck_err(mirror_open(g.dir, origin, g.key.public, false, &m, &why),
	    ERR_PROOF);
	flip("tile/entries/001.p/44", 70);
	/* the entry's form */
	flip("tile/entries/001.p/44", 2);
	ck_err(mirror_open(g.dir, origin, g.key.public, false, &m, &why),
	    ERR_FORMAT);
	flip("tile/entries/001.p/44", 2);
	/* the checkpoint: its signature, its form */
	flip("checkpoint", 100);
	ck_assert_int_ne((int)mirror_open(g.dir, origin, g.key.public, false,
	    &m, &why), ERR_NONE);
	flip("checkpoint", 100);
	open_mirror(&m, false);
	mirror_close(&m);
	/* cut short, gone */
	cut("tile/entries/001.p/44");
	ck_err(mirror_open(g.dir, origin, g.key.public, false, &m, &why),
	    ERR_FORMAT);
	gone("tile/entries/001.p/44");
	ck_err(mirror_open(g.dir, origin, g.key.public, false, &m, &why),
	    ERR_FORMAT);
}
END_TEST

/* ---- interrupted ------------------------------------------------------- */

START_TEST(test_resumed)
{
	struct mirror *m;
	struct why why;

	begin();
	open_mirror(&m, true);
	add(m, 100);
	commit(m);
	add(m, 1000);           /* and then the machine goes down */
	mirror_close(&m);
	open_mirror(&m, true);
	ck_assert_uint_eq(mirror_size(m), 100);
	ck_ok(mirror_resume(m, 1000, &why));
	ck_assert_uint_eq(mirror_added(m), 3 * 256 - 100);
	g.n = 3 * 256;
	add(m, 1000);
	commit(m);
	read_all(m, 0);
	mirror_close(&m);

	/* not beyond what the ledger has; not what does not hold */
	open_mirror(&m, true);
	add(m, 2000);
	mirror_close(&m);
	open_mirror(&m, true);
	ck_ok(mirror_resume(m, 1300, &why));
	ck_assert_uint_eq(mirror_added(m), 1280 - 1000);
	mirror_close(&m);
	flip("bodies/005", 4 + ENTRY_SALT + 10);
	open_mirror(&m, true);
	ck_ok(mirror_resume(m, 2000, &why));
	ck_assert_uint_eq(mirror_added(m), 1280 - 1000);
	g.n = 1280;
	add(m, 2000);
	commit(m);
	read_all(m, 0);
	mirror_close(&m);
}
END_TEST

/* A bundle full of something else beside the partial one. */
START_TEST(test_resumed_over_another)
{
	struct mirror *m;
	struct why why;

	begin();
	open_mirror(&m, true);
	add(m, 100);
	commit(m);
	add(m, 256);
	mirror_close(&m);
	flip("tile/entries/000", 10);
	open_mirror(&m, true);
	ck_ok(mirror_resume(m, 256, &why));
	ck_assert_uint_eq(mirror_added(m), 0);
	/* without the partial file the full one serves, as far as it counts */
	flip("tile/entries/000", 10);
	gone("tile/entries/000.p/100");
	gone("bodies/000.p/100");
	mirror_close(&m);
	open_mirror(&m, true);
	g.n = 100;
	add(m, 300);
	commit(m);
	read_all(m, 0);
	mirror_close(&m);
}
END_TEST

/* ---- the bundle's parser ----------------------------------------------- */

START_TEST(test_bodies)
{
	uint8_t salt[ENTRY_SALT] = { 1 }, entry[ENTRY_BYTES];
	struct bodies_item item;
	struct buf e, b;
	struct hash c;
	struct bytes x, y;

	ck_assert_int_ge(sodium_init(), 0);
	buf_init(&e, 1000);
	buf_init(&b, 1000);
	entry_commitment(bytes_str("text"), salt, c.b);
	tile_entry(&c, entry);
	bundle_put(&e, bytes_of(entry, sizeof entry));
	bundle_put(&e, bytes_of(entry, sizeof entry));
	bodies_put(&b, salt, bytes_str("text"));
	bodies_put(&b, NULL, bytes_str(""));
	x = buf_view(&e);
	y = buf_view(&b);
	ck_ok(bodies_next(&x, &y, &item));
	ck_ok(bodies_check(&item));
	ck_assert(bytes_equal(item.body, bytes_str("text")));
	ck_ok(bodies_next(&x, &y, &item));
	ck_assert_ptr_null(item.salt);
	ck_ok(bodies_check(&item));
	ck_err(bodies_next(&x, &y, &item), ERR_NOTFOUND);
	/* every place where it can be cut */
	for (size_t n = 0; n < b.n; n++) {
		unsigned whole = 0;

		x = buf_view(&e);
		y = bytes_of(b.data, n);
		while (bodies_next(&x, &y, &item) == ERR_NONE)
			whole++;
		ck_assert_uint_lt(whole, 2);
	}
	/* longer than any body is */
	put_be32(b.data, ENTRY_BODY_MAX + 1);
	x = buf_view(&e);
	y = buf_view(&b);
	ck_err(bodies_next(&x, &y, &item), ERR_FORMAT);
	buf_free(&e);
	buf_free(&b);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_grows);
	tcase_add_test(tc, test_large);
	tcase_add_test(tc, test_tiles_are_right);
	tcase_add_test(tc, test_wrong_root);
	tcase_add_test(tc, test_wrong_body);
	tcase_add_test(tc, test_other_log);
	tcase_add_test(tc, test_tampered);
	tcase_add_test(tc, test_resumed);
	tcase_add_test(tc, test_resumed_over_another);
	tcase_add_test(tc, test_bodies);
}

int
main(void)
{
	return test_main("mirror", fill, 120);
}
