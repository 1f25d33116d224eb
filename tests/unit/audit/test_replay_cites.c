/*
 * Citations that are not of this ledger, news that was withheld, and a mirror
 * whose files were touched.
 */
#include "tests/unit/audit/ledger.h"

#include "base/file.h"

/* ---- citations and news ------------------------------------------------ */

START_TEST(test_forged_citation)
{
	struct ledger *l = ledger_make();
	struct citation *c = &l->w.m[WORLD_SCHOOL].cite;

	ledger_cite(l, WORLD_SCHOOL);
	ledger_take(l);
	c->signature[7] ^= 1;
	ledger_record(l, l->n, world_worker(&l->w, WORLD_SCHOOL, 0));
	ledger_only(l, l->n - 1, "that CITATION refuses");
	ck_assert_uint_eq(l->f.forks, 0);
	/* another root, and the log's signature for it: two ledgers */
	l->n--;
	{
		struct checkpoint head;
		struct hash root;

		memcpy(root.b, c->root, HASH_BYTES);
		root.b[0] ^= 1;
		ledger_sign(l, c->size, &root, &head);
		memcpy(c->root, root.b, HASH_BYTES);
		memcpy(c->signature, head.signature, sizeof c->signature);
	}
	ledger_record(l, l->n, world_worker(&l->w, WORLD_SCHOOL, 0));
	ledger_verify(l, true);
	ledger_found(l, l->n - 1, "there are two");
	ck_assert_uint_eq(l->f.forks, 1);
	/* also when signatures are not checked, and in what overtakes */
	ledger_verify(l, false);
	ck_assert_uint_eq(l->f.forks, 1);
	ledger_record(l, l->n - 1, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.log.public));
	ledger_verify(l, true);
	ck_assert_uint_eq(l->f.forks, 1);
	ledger_free(l);
}
END_TEST

/* A narrowing record may cite what it likes. */
START_TEST(test_narrowing_citation)
{
	struct ledger *l = ledger_make();

	ledger_start(l);
	ledger_cite(l, WORLD_CUSTODIAN);
	l->w.m[WORLD_CUSTODIAN].cite.signature[7] ^= 1;
	book_admit(l->b, world_withdraw(&l->w, WORLD_CUSTODIAN, NULL));
	ledger_clean(l);
	ck_assert_uint_eq(l->f.noted, 1);
	ledger_free(l);
}
END_TEST

START_TEST(test_news_withheld)
{
	struct ledger *l = ledger_make();
	struct citation *c = &l->w.m[WORLD_SCHOOL].cite;

	ledger_start(l);
	ledger_cite(l, WORLD_SCHOOL);
	ledger_take(l);
	c->news_hash[3] ^= 1;
	ledger_record(l, l->n, world_worker(&l->w, WORLD_SCHOOL, 0));
	ledger_only(l, l->n - 1, "had other news");
	c->news_hash[3] ^= 1;
	ledger_record(l, l->n - 1, world_worker(&l->w, WORLD_SCHOOL, 0));
	ledger_clean(l);
	c->news++;
	ledger_record(l, l->n - 1, world_worker(&l->w, WORLD_SCHOOL, 0));
	ledger_only(l, l->n - 1, "had more news");
	ledger_free(l);
}
END_TEST

/* The withdrawal never reaches the sender, who goes on a day later. */
START_TEST(test_news_held_back)
{
	struct ledger *l = ledger_make();
	uint64_t before;

	ledger_start(l);
	ledger_cite(l, WORLD_POLICE);
	before = l->b->n;
	book_admit(l->b, world_worker(&l->w, WORLD_POLICE, 1));
	/* within the bound nothing is said */
	ledger_pass(l, 20 * MINUTE_MS);
	(void)ledger_submit(l);
	ledger_clean(l);
	ledger_pass(l, 20 * MINUTE_MS);
	(void)ledger_submit(l);
	ledger_take(l);
	ledger_verify(l, true);
	ck_assert_uint_eq(l->f.unexplained, 1);
	ledger_found(l, l->n - 1, "it was withheld");
	{
		char words[40];

		(void)snprintf(words, sizeof words, "news of entry %u",
		    (unsigned)before);
		ledger_found(l, l->n - 1, words);
	}
	ledger_free(l);
}
END_TEST

/* ---- files ------------------------------------------------------------- */

START_TEST(test_missing_body)
{
	struct ledger *l = ledger_opened();
	char path[TEST_PATH + 64];
	struct verify_options o = { .signatures = true, .threads = 1 };
	const uint8_t none[4] = { 0 };
	struct why why = { "" };
	struct mirror *m;
	struct buf b, out;
	size_t first;

	ledger_take(l);
	ledger_mirror(l, &m);
	(void)snprintf(path, sizeof path, "%s/bodies/000.p/%u", l->mirror,
	    (unsigned)l->n);
	/* the first body: length 0 in its place */
	buf_init(&b, 4 << 20);
	buf_init(&out, 4 << 20);
	ck_ok(file_read(path, 0, &b, &why));
	first = 4 + ENTRY_SALT + l->body[0].n;
	buf_put(&out, none, sizeof none);
	buf_put(&out, b.data + first, b.n - first);
	ck_ok(file_write(path, out.data, out.n, 0600, 0, &why));
	ck_ok(verify_run(m, &l->p, &o, &l->f, &why));
	ledger_found(l, 0, "body is missing");
	ck_assert(l->f.root_agrees);
	/* another body */
	findings_free(&l->f);
	b.data[first + 200] ^= 1;
	ck_ok(file_write(path, b.data, b.n, 0600, 0, &why));
	ck_ok(verify_run(m, &l->p, &o, &l->f, &why));
	ledger_found(l, 1, "not the one committed to");
	/* and cut short */
	findings_free(&l->f);
	ck_ok(file_write(path, b.data, first - 1, 0600, 0, &why));
	ck_err(verify_run(m, &l->p, &o, &l->f, &why), ERR_FORMAT);
	buf_free(&b);
	buf_free(&out);
	mirror_close(&m);
	ledger_free(l);
}
END_TEST

/* Several bundles, several threads, a key announced just before its use. */
START_TEST(test_many_bundles)
{
	struct ledger *l = ledger_make();

	for (unsigned i = 0; i < 900; i++) {
		if (i % 100 == 99) {
			identity_sign_pair(&l->w.m[WORLD_POLICE].sign);
			book_admit(l->b, world_member(&l->w, WORLD_POLICE));
		}
		ledger_pass(l, 10);
		book_admit(l->b, world_worker(&l->w, WORLD_POLICE, i & 1));
	}
	ledger_clean(l);
	ledger_free(l);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_forged_citation);
	tcase_add_test(tc, test_narrowing_citation);
	tcase_add_test(tc, test_news_withheld);
	tcase_add_test(tc, test_news_held_back);
	tcase_add_test(tc, test_missing_body);
	tcase_add_test(tc, test_many_bundles);
}

int
main(void)
{
	return test_main("replay citations", fill, 60);
}
