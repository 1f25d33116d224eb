/*
 * Connections that break: whatever was lost on the way comes again, nothing
 * comes twice, and the running hash of the news is whole.
 */
#include "broker/parcel.h"
#include "tests/unit/broker/rig.h"

static struct rig *
ready(const char *path)
{
	struct rig *r = rig_create(5, path);

	rig_enrol(r);
	rig_open_case(r);
	(void)rig_arrow(r, WORLD_POLICE, WORLD_SCHOOL);
	rig_forget(r);
	return r;
}

static struct record *
message(struct rig *r, struct world_payload *p)
{
	return world_submission(&r->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    p, NULL);
}

START_TEST(test_answer_lost)
{
	struct rig *r = ready(":memory:");
	struct peer *police = r->peer[WORLD_POLICE];
	struct world_payload p;
	struct record *m = message(r, &p);

	/* admitted, and the parcel never arrives */
	r->lose = true;
	(void)rig_send(r, WORLD_POLICE, m, &p);
	r->lose = false;
	ck_assert_ptr_null(peer_answer(police, m));
	rig_gone(r, WORLD_POLICE);
	rig_connect(r, WORLD_POLICE, 64);
	rig_settle(r);
	/* its own record comes as news, with body, and counts */
	ck_assert(police->current);
	ck_assert_uint_eq(peer_news(police, ENTRY_RECORD, KIND_SUBMISSION),
	    1);
	/* the retry gets the first outcome, and no second entry */
	rig_forget(r);
	rig_admit(r, WORLD_POLICE, m, &p);
	ck_assert_uint_eq(peer_count(police, PIECE_COPY), 1);
	rig_connect(r, WORLD_POLICE, 64);
	ck_assert(police->current);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_away)
{
	struct rig *r = ready(":memory:");
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct world_payload p;
	uint64_t idx[40];

	rig_gone(r, WORLD_SCHOOL);
	for (int i = 0; i < 40; i++)
		idx[i] = rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	rig_admit(r, WORLD_CUSTODIAN, world_grant(&r->w, WORLD_SCHOOL,
	    WORLD_POLICE, false, NULL), NULL);
	rig_forget(r);
	/* little credit: news comes, mail as far as the credit goes */
	rig_connect(r, WORLD_SCHOOL, 10);
	rig_settle(r);
	ck_assert(school->current);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 10);
	ck_assert_uint_eq(peer_news(school, ENTRY_RECORD, KIND_GRANT), 1);
	rig_confirm(r, WORLD_SCHOOL, 10);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 20);
	rig_confirm(r, WORLD_SCHOOL, 64);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 40);
	for (unsigned i = 0, k = 0; i < school->n_piece; i++) {
		if (school->piece[i].what == PIECE_MAIL)
			ck_assert_uint_eq(school->piece[i].index, idx[k++]);
	}
	/* gone before it gave receipts: all of it once more, no new entry */
	uint64_t size = sequencer_head(r->q)->size;

	rig_gone(r, WORLD_SCHOOL);
	rig_forget(r);
	rig_connect(r, WORLD_SCHOOL, 64);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 40);
	ck_assert_uint_eq(sequencer_head(r->q)->size, size);
	rig_admit(r, WORLD_SCHOOL, world_receipt(&r->w, WORLD_SCHOOL, idx, 40,
	    0), NULL);
	rig_gone(r, WORLD_SCHOOL);
	rig_forget(r);
	rig_connect(r, WORLD_SCHOOL, 64);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 0);
	ck_assert(school->current);
	rig_destroy(&r);
}
END_TEST

/* Everything is cut at a random place, many times; the peer checks hashes. */
START_TEST(test_random_cuts)
{
	struct rig *r = ready(_i % 2 == 0 ? NULL : ":memory:");
	struct world_payload p;
	uint64_t chance = (uint64_t)_i * 7919 + 1;

	for (int step = 0; step < 120; step++) {
		unsigned m = 1 + (unsigned)(test_random(&chance) % 3);
		struct record *rec;

		r->lose = test_random(&chance) % 4 == 0;
		switch (test_random(&chance) % 6) {
		case 0:
			rec = world_grant(&r->w, WORLD_SCHOOL, WORLD_POLICE,
			    false, NULL);
			if (r->session[WORLD_CUSTODIAN] != 0)
				(void)rig_send(r, WORLD_CUSTODIAN, rec, NULL);
			break;
		case 1:
		case 2:
			rec = message(r, &p);
			if (r->session[WORLD_POLICE] != 0)
				(void)rig_send(r, WORLD_POLICE, rec, &p);
			break;
		case 3:
			rec = world_worker(&r->w, m, 1);
			if (r->session[m] != 0)
				(void)rig_send(r, m, rec, NULL);
			break;
		default:
			if (r->session[m] != 0)
				rig_gone(r, m);
			r->lose = false;
			rig_connect(r, m, 8);
			break;
		}
		/* who was deaf finds out and connects again */
		for (unsigned i = 1; r->lose && i <= 3; i++) {
			if (r->session[i] != 0)
				rig_gone(r, i);
		}
	}
	r->lose = false;
	for (unsigned i = 1; i <= 3; i++) {
		rig_connect(r, i, 1000);
		rig_settle(r);
		ck_assert(r->peer[i]->current);
	}
	rig_destroy(&r);
}
END_TEST

/* More news than one parcel takes, own records among it, cut in the middle. */
START_TEST(test_backlog_cut)
{
	struct rig *r = ready(":memory:");
	struct peer *school = r->peer[WORLD_SCHOOL];
	uint64_t chance = (uint64_t)_i * 31 + 5;
	struct record *rec[60];

	rig_gone(r, WORLD_SCHOOL);
	for (int k = 0; k < 4; k++) {
		for (int i = 0; i < 60; i++)
			rec[i] = world_member(&r->w, WORLD_AUDITOR);
		rig_admit_local(r, rec, 60);
		ck_assert_msg(r->local_worst == ERR_NONE, "%s", r->local);
	}
	for (int step = 0; step < 40; step++) {
		r->deaf = 0;
		if (r->session[WORLD_SCHOOL] == 0)
			rig_connect(r, WORLD_SCHOOL, 8);
		rig_pass(r, 2000);
		for (unsigned k = (unsigned)(test_random(&chance) % 3); k > 0;
		    k--)
			(void)rig_send(r, WORLD_SCHOOL, world_worker(&r->w,
			    WORLD_SCHOOL, 1), NULL);
		if (test_random(&chance) % 3 == 0)
			rig_confirm(r, WORLD_SCHOOL, 8);
		r->deaf = test_random(&chance) % 2 == 0 ? WORLD_SCHOOL : 0;
		if (r->deaf != 0)
			(void)rig_send(r, WORLD_SCHOOL, world_worker(&r->w,
			    WORLD_SCHOOL, 1), NULL);
		if (r->deaf != 0 || test_random(&chance) % 4 == 0)
			rig_gone(r, WORLD_SCHOOL);
		ck_assert_uint_eq(school->welcome & 0xff00, 0);
		if (step % 5 == 0)
			rig_forget(r);
	}
	r->deaf = 0;
	rig_connect(r, WORLD_SCHOOL, 8);
	rig_settle(r);
	ck_assert_uint_eq(school->welcome & 0xff00, 0);
	rig_pass(r, 30000);
	rig_settle(r);
	ck_assert(school->current);
	rig_destroy(&r);
}
END_TEST

/* The old connection's last record and the new one's hello in one batch. */
START_TEST(test_record_and_hello_in_one_batch)
{
	struct rig *r = ready(":memory:");
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct record *rec = world_worker(&r->w, WORLD_SCHOOL, 1);
	struct job *job[2];
	struct buf b;

	job[0] = rig_job_of(r, WORLD_SCHOOL, &rec, NULL, 1);
	r->session[WORLD_SCHOOL] = ++r->sessions;
	buf_init(&b, WIRE_UP_MAX);
	peer_hello(school, ++r->ids, 8, &b);
	job[1] = rig_job(r, JOB_FRAME, WORLD_SCHOOL, buf_view(&b));
	buf_free(&b);
	ck_ok(sequencer_batch(r->q, job, 2));
	ck_assert_uint_eq(school->welcome, WIRE_VERSION);
	ck_assert_uint_eq(peer_news(school, ENTRY_RECORD, KIND_WORKER), 1);
	rig_settle(r);
	ck_assert(school->current);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_told_is_kept)
{
	struct rig *r = ready(":memory:");
	struct peer *police = r->peer[WORLD_POLICE];
	struct world_payload p;
	uint64_t idx;

	idx = rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	rig_gone(r, WORLD_POLICE);
	rig_admit(r, WORLD_SCHOOL, world_receipt(&r->w, WORLD_SCHOOL, &idx, 1,
	    0), NULL);
	rig_admit(r, WORLD_SCHOOL, world_opening(&r->w, WORLD_SCHOOL, &idx,
	    1), NULL);
	rig_forget(r);
	rig_connect(r, WORLD_POLICE, 64);
	ck_assert_uint_eq(police->n_told, 1);
	ck_assert_uint_eq(police->told[0].what, TOLD_OPENED);
	ck_assert_uint_eq(police->told[0].message, idx);
	/* confirmed, and something is written down: told once */
	rig_confirm(r, WORLD_POLICE, 64);
	rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	rig_gone(r, WORLD_POLICE);
	rig_forget(r);
	rig_connect(r, WORLD_POLICE, 64);
	ck_assert_uint_eq(police->n_told, 0);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_restart)
{
	char dir[TEST_PATH], path[TEST_PATH];
	struct rig *r;
	struct why why;
	struct world_payload p;
	struct record *m;
	uint64_t idx;

	test_dir(dir);
	test_path(path, dir, "ledger.db");
	r = ready(path);
	m = message(r, &p);
	rig_gone(r, WORLD_SCHOOL);
	idx = rig_admit(r, WORLD_POLICE, m, &p);
	rig_halt(r);
	store_close(&r->store);
	db_close(&r->db);
	ck_ok(db_open(path, NULL, &r->db, &why));
	ck_ok(store_open_sqlite(r->db, &r->store, &why));
	rig_start(r);
	rig_forget(r);
	rig_connect(r, WORLD_SCHOOL, 64);
	rig_connect(r, WORLD_POLICE, 64);
	rig_settle(r);
	ck_assert_uint_eq(peer_count(r->peer[WORLD_SCHOOL], PIECE_MAIL), 1);
	ck_assert(r->peer[WORLD_SCHOOL]->current);
	ck_assert(r->peer[WORLD_POLICE]->current);
	ck_assert_uint_eq(rig_admit(r, WORLD_POLICE, m, &p), idx);
	rig_destroy(&r);
}
END_TEST

/* ---- who may not go on ------------------------------------------------- */

START_TEST(test_says_hello_first)
{
	struct rig *r = ready(NULL);
	struct peer *police = r->peer[WORLD_POLICE];
	struct world_payload p;
	uint64_t size = sequencer_head(r->q)->size;

	r->session[WORLD_POLICE] = ++r->sessions;
	(void)rig_send(r, WORLD_POLICE, message(r, &p), &p);
	ck_assert_uint_eq(police->welcome, WIRE_VERSION | WELCOME_HELLO);
	ck_assert_uint_eq(sequencer_head(r->q)->size, size);
	rig_destroy(&r);
}
END_TEST

/* Asked to say hello while a hello was on its way. */
START_TEST(test_says_hello_twice)
{
	struct rig *r = ready(NULL);
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct world_payload p;
	struct job *job;
	struct buf b;

	rig_gone(r, WORLD_SCHOOL);
	rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	buf_init(&b, WIRE_UP_MAX);
	peer_hello(school, 5, 8, &b);
	rig_connect(r, WORLD_SCHOOL, 8);
	job = rig_job(r, JOB_FRAME, WORLD_SCHOOL, buf_view(&b));
	buf_free(&b);
	ck_ok(sequencer_batch(r->q, &job, 1));
	rig_admit(r, WORLD_SCHOOL, world_worker(&r->w, WORLD_SCHOOL, 1),
	    NULL);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 1);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_two_ledgers)
{
	struct rig *r = ready(NULL);
	struct peer *police = r->peer[WORLD_POLICE];

	rig_gone(r, WORLD_POLICE);
	police->head.root.b[3] ^= 1;
	rig_connect(r, WORLD_POLICE, 64);
	ck_assert_uint_eq(police->welcome, WIRE_VERSION | WELCOME_FORK);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_news_disagree)
{
	struct rig *r = ready(NULL);
	struct peer *police = r->peer[WORLD_POLICE];

	rig_gone(r, WORLD_POLICE);
	police->news_hash[0] ^= 1;
	rig_connect(r, WORLD_POLICE, 64);
	ck_assert_uint_eq(police->welcome, WIRE_VERSION | WELCOME_FORK);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_restored_from_a_backup)
{
	struct rig *r = ready(":memory:");
	struct peer *police = r->peer[WORLD_POLICE];
	struct peer *old = malloc(sizeof *old);
	struct world_payload p;

	ck_assert_ptr_nonnull(old);
	*old = *police;
	/* goes on, confirms, and the confirmation is written down */
	rig_admit(r, WORLD_CUSTODIAN, world_grant(&r->w, WORLD_SCHOOL,
	    WORLD_POLICE, false, NULL), NULL);
	rig_confirm(r, WORLD_POLICE, 64);
	rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	rig_gone(r, WORLD_POLICE);
	*police = *old;
	free(old);
	rig_connect(r, WORLD_POLICE, 64);
	ck_assert_uint_eq(police->welcome, WIRE_VERSION | WELCOME_LOST);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_heartbeats)
{
	struct rig *r = ready(NULL);
	struct peer *school = r->peer[WORLD_SCHOOL];
	unsigned before = school->statements;

	ck_ok(sequencer_batch(r->q, NULL, 0));
	ck_assert_uint_eq(school->statements, before);
	rig_pass(r, 21 * 1000);
	ck_ok(sequencer_batch(r->q, NULL, 0));
	ck_assert_uint_eq(school->statements, before + 1);
	ck_assert_uint_eq(school->edge.size, sequencer_head(r->q)->size);
	rig_destroy(&r);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_answer_lost);
	tcase_add_test(tc, test_away);
	tcase_add_loop_test(tc, test_random_cuts, 0, 12);
	tcase_add_loop_test(tc, test_backlog_cut, 0, 8);
	tcase_add_test(tc, test_record_and_hello_in_one_batch);
	tcase_add_test(tc, test_told_is_kept);
	tcase_add_test(tc, test_restart);
	tcase_add_test(tc, test_says_hello_first);
	tcase_add_test(tc, test_says_hello_twice);
	tcase_add_test(tc, test_two_ledgers);
	tcase_add_test(tc, test_news_disagree);
	tcase_add_test(tc, test_restored_from_a_backup);
	tcase_add_test(tc, test_heartbeats);
}

int
main(void)
{
	return test_main("reconnect", fill, 60);
}
