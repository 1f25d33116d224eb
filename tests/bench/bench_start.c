/*
 * Start-up of the broker's heart at a given size of the ledger: opening the
 * store, the right-hand tiles, the signer's state, and comparing their roots.
 *
 *	bench_start [entries...]	default 10000 1000000
 *
 * The entries are notices: what they say makes no difference to opening.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/broker/rig.h"

enum { BATCH = 20000 };

static int arguments;
static char **argument;

static void
append(struct rig *r, uint64_t index)
{
	struct wire_notice n = { .code = NOTICE_CONFIG, .about = index };
	uint8_t commitment[HASH_BYTES], salt[ENTRY_SALT] = { 1 };
	struct buf payload, body;
	struct hash leaf;

	buf_init(&payload, 64);
	buf_init(&body, 256);
	ck_ok(wire_notice_encode(&n, &payload));
	ck_ok(entry_encode(index, r->hands.now, ENTRY_NOTICE,
	    buf_view(&payload), &body));
	entry_commitment(buf_view(&body), salt, commitment);
	ck_ok(store_append(r->store, r->hands.now, commitment, salt,
	    buf_view(&body)));
	entry_leaf(commitment, &leaf);
	ck_ok(edge_append(&r->signed_edge, &leaf));
	buf_free(&payload);
	buf_free(&body);
}

static void
grow(struct rig *r, uint64_t to)
{
	uint64_t at = r->signed_edge.size;

	while (at < to) {
		ck_ok(store_begin(r->store));
		for (unsigned i = 0; i < BATCH && at < to; i++)
			append(r, at++);
		ck_ok(store_commit(r->store));
		ck_ok(db_checkpoint(r->db, true));
	}
}

/* The pages of the file are not in memory, as after a reboot. */
static void
forget_pages(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	(void)fdatasync(fd);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)close(fd);
}

static uint64_t
start(struct rig *r, const char *path)
{
	uint64_t t = clock_mono_us();
	struct why why;

	ck_ok(db_open(path, NULL, &r->db, &why));
	ck_ok(store_open_sqlite(r->db, &r->store, &why));
	rig_start(r);
	return clock_mono_us() - t;
}

static void
halt(struct rig *r)
{
	rig_halt(r);
	store_close(&r->store);
	db_close(&r->db);
}

static void
measure(uint64_t entries)
{
	char dir[TEST_PATH], path[TEST_PATH];
	uint64_t first, cold, warm;
	struct rig *r;

	test_dir(dir);
	test_path(path, dir, "ledger.db");
	r = rig_create(1, path);
	grow(r, entries);
	halt(r);
	/* tiles of level 1 and up are stored as they fill; here all at once */
	first = start(r, path);
	halt(r);
	forget_pages(path);
	cold = start(r, path);
	halt(r);
	warm = start(r, path);
	printf("%llu entries: started in %.1f ms, from cold pages %.1f ms "
	    "(%.1f ms when no tile was stored)\n",
	    (unsigned long long)entries, (double)warm / 1e3,
	    (double)cold / 1e3, (double)first / 1e3);
	rig_destroy(&r);
}

/* A test only because what it is built from asserts with check(3). */
START_TEST(bench)
{
	if (arguments < 2) {
		measure(10000);
		measure(1000000);
	}
	for (int i = 1; i < arguments; i++)
		measure(strtoull(argument[i], NULL, 10));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, bench);
}

int
main(int argc, char **argv)
{
	arguments = argc;
	argument = argv;
	(void)setenv("CK_FORK", "no", 1);
	return test_main("bench_start", fill, 3600);
}
