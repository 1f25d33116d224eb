/*
 * Random ledgers over both drivers: the same digest and the same answers,
 * also after abandoning and reopening; digests of rebuilt stores; a full
 * disk; a second process.
 */
#include <sys/wait.h>

#include "tests/contract/known.h"

static struct known k;
static char dir[TEST_PATH], path[TEST_PATH];
static struct db *db;

static unsigned
draw(unsigned n)
{
	return (unsigned)(test_random(&k.p.chance) % n);
}

static void
open_both(uint64_t seed)
{
	memset(&k, 0, sizeof k);
	play_init(&k.p, seed);
	test_dir(dir);
	test_path(path, dir, "s.db");
	ck_ok(db_open(path, NULL, &db, NULL));
	ck_ok(store_open_sqlite(db, &k.p.s[0], NULL));
	ck_ok(store_open_memory(&k.p.s[1]));
	k.p.n = 2;
}

static void
close_both(void)
{
	store_close(&k.p.s[0]);
	store_close(&k.p.s[1]);
	db_close(&db);
}

static void
same(void)
{
	uint8_t d[2][WIRE_HASH];
	struct buf b[2];

	for (int i = 0; i < 2; i++) {
		ck_ok(store_digest(k.p.s[i], d[i]));
		dump(k.p.s[i], &b[i], &k);
	}
	ck_assert_uint_eq(b[0].n, b[1].n);
	ck_assert(memcmp(b[0].data, b[1].data, b[0].n) == 0);
	ck_assert_mem_eq(d[0], d[1], WIRE_HASH);
	buf_free(&b[0]);
	buf_free(&b[1]);
}

/* ---- one random entry ---------------------------------------------------- */

static void
begin_world(void)
{
	play_begin(&k.p);
	(void)play_partnership(&k.p);
	for (unsigned i = 0; i < MEMBERS; i++)
		(void)play_member(&k.p, member[i], ROLE_AGENCY, false);
	play_commit(&k.p);
}

static const char *
custodian(unsigned c)
{
	return member[c % 3];
}

static void
random_grant(unsigned c)
{
	unsigned i = k.n_grant, from = draw(MEMBERS);
	unsigned to = (from + 1 + draw(MEMBERS - 1)) % MEMBERS;

	if (i == MESSAGES)
		return;
	k.g_from[i] = from;
	k.g_to[i] = to;
	k.g_case[i] = c;
	k.grant[i] = play_grant(&k.p, c, custodian(c), member[from], member[to],
	    draw(4), k.p.now + (1 + draw(40)) * (uint64_t)DAY_MS,
	    k.grant_id[i]);
	k.n_grant++;
}

static void
random_message(void)
{
	unsigned i = k.n_message, g;
	uint8_t share[32] = { 1 };

	if (i == MESSAGES || k.n_grant == 0)
		return;
	g = draw(k.n_grant);
	k.from[i] = k.g_from[g];
	k.to[i] = k.g_to[g];
	k.of_case[i] = k.g_case[g];
	k.message[i] = play_submit(&k.p, k.g_case[g], member[k.from[i]],
	    member[k.to[i]], draw(20), k.p.now + draw(20) * (uint64_t)DAY_MS,
	    k.id[i]);
	for (unsigned s = 0; s < 2; s++)
		ck_ok(store_hold(k.p.s[s], k.message[i], share,
		    bytes_of(k.id[i], WIRE_STAMP)));
	k.n_message++;
}

static void
random_state(void)
{
	unsigned i;
	const char *to;

	if (k.n_message == 0)
		return;
	i = draw(k.n_message);
	to = member[k.to[i]];
	switch (draw(5)) {
	case 0:
		(void)play_deliver(&k.p, k.message[i], 1 + draw(50));
		break;
	case 1:
		(void)play_receipt(&k.p, k.of_case[i], to, k.message[i],
		    draw(4) == 0);
		break;
	case 2:
		(void)play_open(&k.p, k.of_case[i], to, k.message[i],
		    1 + draw(50));
		break;
	case 3:
		(void)play_recall(&k.p, k.of_case[i], member[k.from[i]],
		    k.id[i], draw(2) == 0 ? to : "");
		break;
	default:
		(void)play_drop(&k.p, k.message[i]);
	}
}

static void
random_narrowing(unsigned c)
{
	unsigned g = k.n_grant > 0 ? draw(k.n_grant) : 0;

	switch (draw(5)) {
	case 0:
		if (k.n_grant > 0)
			(void)play_withdraw(&k.p, k.g_case[g],
			    member[k.g_from[g]], custodian(k.g_case[g]),
			    k.grant_id[g]);
		break;
	case 1:
		(void)play_withdraw(&k.p, c, custodian(c), custodian(c), NULL);
		break;
	case 2:
		k.stop[c] = play_stop(&k.p, member[draw(MEMBERS)], c,
		    draw(k.phrases[c] + 2));
		(void)play_frozen(&k.p, c, k.stop[c]);
		break;
	case 3:
		if (k.n_grant > 0)
			(void)play_ended(&k.p, k.g_case[g], member[k.g_from[g]],
			    member[k.g_to[g]], &k.grant[g], 1);
		break;
	default:
		if (draw(8) == 0)
			(void)play_close(&k.p, c, custodian(c));
	}
}

static void
random_governance(void)
{
	const char *id = member[draw(MEMBERS)];
	uint8_t who[WIRE_PSEUDONYM] = { (uint8_t)draw(4) };

	switch (draw(6)) {
	case 0:
		(void)play_member(&k.p, id, ROLE_AGENCY, true);
		break;
	case 1:
		(void)play_standing(&k.p, KIND_MEMBER_SUSPENDED, id);
		break;
	case 2:
		if (draw(6) == 0)
			(void)play_standing(&k.p, KIND_MEMBER_REVOKED, id);
		break;
	case 3:
		(void)play_worker(&k.p, id, who, draw(2) == 0);
		break;
	case 4:
		(void)play_checked(&k.p, draw(CASES), id);
		break;
	default:
		(void)play_sealing(&k.p, id, ++k.epoch);
	}
}

static enum error_code
list_index(void *ctx, uint64_t idx)
{
	buf_put_u64(ctx, idx);
	return ERR_NONE;
}

/* What the broker does between batches. */
static void
random_tidying(void)
{
	struct buf b[2];
	const char *id = member[draw(MEMBERS)];
	uint64_t confirmed = draw((unsigned)k.p.size);

	for (unsigned i = 0; i < 2; i++) {
		buf_init(&b[i], 100000);
		ck_ok(store_stale(k.p.s[i], k.p.now, 20, list_index, &b[i]));
		ck_ok(store_tidy(k.p.s[i], k.p.now, 10));
		ck_ok(store_feed_confirm(k.p.s[i], id, confirmed));
	}
	ck_assert_uint_eq(b[0].n, b[1].n);
	ck_assert(b[0].n == 0 || memcmp(b[0].data, b[1].data, b[0].n) == 0);
	buf_free(&b[0]);
	buf_free(&b[1]);
}

static void
random_step(void)
{
	unsigned c = draw(CASES);

	k.p.now += draw(3) == 0 ? draw(DAY_MS) : draw(1000);
	switch (draw(12)) {
	case 0:
		if (!k.open[c])
			(void)play_open_case(&k.p, c, custodian(c));
		k.open[c] = true;
		break;
	case 1:
		if (k.open[c])
			(void)play_phrases(&k.p, c, ++k.phrases[c],
			    custodian(c), k.record[c]);
		break;
	case 2:
		if (k.stop[c] != 0)
			(void)play_resume(&k.p, c, custodian(c), k.stop[c],
			    k.record[c]);
		break;
	case 3:
		if (k.stop[c] != 0)
			(void)play_notice(&k.p, k.stop[c]);
		break;
	case 4:
	case 5:
		random_grant(c);
		break;
	case 6:
	case 7:
		random_message();
		break;
	case 8:
	case 9:
		random_state();
		break;
	case 10:
		random_narrowing(c);
		break;
	default:
		random_governance();
	}
}

/* ---- the tests ----------------------------------------------------------- */

START_TEST(test_any)
{
	open_both((uint64_t)_i + 1);
	begin_world();
	for (int batch = 0; batch < 12; batch++) {
		play_begin(&k.p);
		for (int i = 0; i < STEPS; i++)
			random_step();
		random_tidying();
		if (batch % 4 == 0)
			same(); /* also inside a transaction */
		play_commit(&k.p);
		same();
	}
	close_both();
}
END_TEST

START_TEST(test_abandon)
{
	static struct known before;
	uint8_t d[2][WIRE_HASH], back[WIRE_HASH];
	struct buf was[2], is;

	open_both((uint64_t)_i + 101);
	begin_world();
	for (int batch = 0; batch < 6; batch++) {
		play_begin(&k.p);
		for (int i = 0; i < STEPS; i++)
			random_step();
		play_commit(&k.p);
		before = k;
		for (int s = 0; s < 2; s++) {
			ck_ok(store_digest(k.p.s[s], d[s]));
			dump(k.p.s[s], &was[s], &k);
		}
		play_begin(&k.p);
		(void)play_member(&k.p, "new one", ROLE_AGENCY, false);
		(void)play_partnership(&k.p);
		for (int i = 0; i < STEPS; i++)
			random_step();
		random_tidying();
		for (int s = 0; s < 2; s++)
			store_abandon(k.p.s[s]);
		k = before;
		for (int s = 0; s < 2; s++) {
			const struct store_member *m;

			ck_ok(store_digest(k.p.s[s], back));
			ck_assert_mem_eq(back, d[s], WIRE_HASH);
			dump(k.p.s[s], &is, &k);
			ck_assert_uint_eq(is.n, was[s].n);
			ck_assert(memcmp(is.data, was[s].data, is.n) == 0);
			buf_free(&is);
			buf_free(&was[s]);
			ck_err(store_member(k.p.s[s], "new one", &m),
			    ERR_NOTFOUND);
		}
	}
	close_both();
}
END_TEST

START_TEST(test_reopen)
{
	open_both((uint64_t)_i + 201);
	begin_world();
	for (int batch = 0; batch < 5; batch++) {
		play_begin(&k.p);
		for (int i = 0; i < STEPS; i++)
			random_step();
		play_commit(&k.p);
		/* And what was not committed is not there. */
		ck_ok(store_begin(k.p.s[0]));
		store_close(&k.p.s[0]);
		db_close(&db);
		ck_ok(db_open(path, NULL, &db, NULL));
		ck_ok(store_open_sqlite(db, &k.p.s[0], NULL));
		same();
	}
	close_both();
}
END_TEST

/* Confirming, tidying and holding change no digest; every entry does. */
START_TEST(test_digest)
{
	uint8_t a[WIRE_HASH], b[WIRE_HASH];
	uint8_t share[32] = { 0 };

	open_both(77);
	begin_world();
	play_begin(&k.p);
	for (int i = 0; i < 300; i++) {
		struct store *s = k.p.s[i % 2];
		uint64_t size = k.p.size;

		ck_ok(store_digest(s, a));
		random_step();
		ck_ok(store_digest(s, b));
		ck_assert_int_eq(memcmp(a, b, WIRE_HASH) == 0,
		    size == k.p.size);
		ck_ok(store_hold(s, (uint64_t)i, share, bytes_str("x")));
		ck_ok(store_tidy(s, k.p.now, 100));
		ck_ok(store_feed_confirm(s, member[draw(MEMBERS)],
		    draw((unsigned)k.p.size)));
		ck_ok(store_digest(s, a));
		ck_assert_mem_eq(a, b, WIRE_HASH);
	}
	play_commit(&k.p);
	/* Each of the two was tidied at other times. */
	ck_ok(store_digest(k.p.s[0], a));
	ck_ok(store_digest(k.p.s[1], b));
	ck_assert_mem_eq(a, b, WIRE_HASH);
	close_both();
}
END_TEST

/* ---- a full disk, a second process --------------------------------------- */

START_TEST(test_full)
{
	struct store_head h;
	uint8_t was[WIRE_HASH], is[WIRE_HASH];
	static uint8_t text[16000], commitment[32], salt[32];
	enum error_code e = ERR_NONE;
	uint64_t used;

	open_both(5);
	begin_world();
	play_begin(&k.p);
	for (int i = 0; i < STEPS; i++)
		random_step();
	play_commit(&k.p);
	ck_ok(store_digest(k.p.s[0], was));
	ck_ok(db_pages(db, &used));
	ck_ok(db_limit(db, used + 10));
	ck_ok(store_begin(k.p.s[0]));
	for (int i = 0; i < 100 && e == ERR_NONE; i++)
		e = store_append(k.p.s[0], k.p.now, commitment, salt,
		    bytes_of(text, sizeof text));
	ck_err(e, ERR_FULL);
	/* The batch is lost and says so; the store goes on. */
	ck_err(store_commit(k.p.s[0]), ERR_FULL);
	ck_ok(store_digest(k.p.s[0], is));
	ck_assert_mem_eq(was, is, WIRE_HASH);
	ck_ok(store_head(k.p.s[0], &h));
	ck_assert_uint_eq(h.size, k.p.size);
	same();
	/* The same by abandoning. */
	ck_ok(store_begin(k.p.s[0]));
	for (e = ERR_NONE; e == ERR_NONE;)
		e = store_append(k.p.s[0], k.p.now, commitment, salt,
		    bytes_of(text, sizeof text));
	ck_err(e, ERR_FULL);
	store_abandon(k.p.s[0]);
	same();
	/* More room: narrowing goes on. */
	ck_ok(db_limit(db, used + 100));
	play_begin(&k.p);
	(void)play_withdraw(&k.p, 0, custodian(0), custodian(0), NULL);
	play_commit(&k.p);
	same();
	close_both();
}
END_TEST

START_TEST(test_second_process)
{
	int status;
	pid_t pid;

	open_both(6);
	begin_world();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct db *other = NULL;

		_exit(db_open(path, NULL, &other, NULL) == ERR_LOCKED ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	same();
	close_both();
}
END_TEST

/* A program's own table shares the transaction. */
START_TEST(test_shared_transaction)
{
	struct db_stmt *count;
	bool row;

	open_both(8);
	ck_ok(db_schema(db, "other", 1, "CREATE TABLE mine (k)", NULL));
	ck_ok(db_prepare(db, "SELECT count(*) FROM mine", &count));
	for (int keep = 0; keep < 2; keep++) {
		ck_ok(store_begin(k.p.s[0]));
		ck_ok(db_exec(db, "INSERT INTO mine VALUES (1)", NULL));
		if (keep == 1)
			ck_ok(store_commit(k.p.s[0]));
		else
			store_abandon(k.p.s[0]);
		ck_ok(db_step(count, &row));
		ck_assert_int_eq(db_col_i64(count, 0), keep);
		db_done(count);
	}
	close_both();
}
END_TEST

/* Tables that were tampered with are refused, not believed. */
START_TEST(test_tampered)
{
	static const char *const harm[] = {
		"UPDATE member SET packed = x'00' WHERE no = 3",
		"UPDATE member SET news_hash = x'00' WHERE no = 3",
		"DELETE FROM member WHERE no = 2",
		"UPDATE member SET id = zeroblob(200) WHERE no = 4",
		"UPDATE partnership SET packed = zeroblob(20)",
	};
	struct why why = { "" };

	open_both(9);
	begin_world();
	store_close(&k.p.s[0]);
	ck_ok(db_exec(db, harm[_i], &why));
	ck_err(store_open_sqlite(db, &k.p.s[0], &why), ERR_FORMAT);
	ck_assert_ptr_null(k.p.s[0]);
	close_both();
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_loop_test(tc, test_any, 0, 12);
	tcase_add_loop_test(tc, test_abandon, 0, 6);
	tcase_add_loop_test(tc, test_reopen, 0, 3);
	tcase_add_test(tc, test_digest);
	tcase_add_test(tc, test_full);
	tcase_add_test(tc, test_second_process);
	tcase_add_test(tc, test_shared_transaction);
	tcase_add_loop_test(tc, test_tampered, 0, 5);
}

int
main(void)
{
	return test_main("contract/store_same", fill, 120);
}
