/*
 * Deliveries: what is stored, what is rejected and with which word, and that
 * a rejected one is kept apart, said once, and never opened.
 */
#include "agent/distrust.h"
#include "agent/intake/quarantine.h"
#include "agent/life.h"
#include "tests/unit/agent/liar.h"

static struct office *o;
static struct liar *l;
static struct told_case k;

static void
setup(void)
{
	o = liar_office(&l);
	liar_case(l, &k);
	liar_close(l);
	liar_ok(l);
}

static void
teardown(void)
{
	liar_destroy(&l);
	office_destroy(&o);
}

/* Receipts written so far, and the last one's only line. */
static unsigned
receipts(struct wire_receipt_line *line)
{
	struct arena *arena = arena_create(256 * 1024);
	struct record r;
	struct db_stmt *q;
	struct body b;
	unsigned n = 0;
	bool row;

	ck_ok(outgoing_seal(l->a));
	ck_ok(db_prepare(l->a->db, "SELECT record FROM outgoing WHERE kind ="
	    " 18 ORDER BY seq", &q));
	while (db_step(q, &row) == ERR_NONE && row) {
		ck_ok(wire_record_decode(arena, db_col_blob(q, 0), &r, NULL));
		ck_ok(wire_body_decode(arena, &r, &b, NULL));
		*line = b.u.receipt.line[0];
		n++;
	}
	arena_destroy(&arena);
	return n;
}

static uint64_t
deliver(unsigned from, const char *what, const struct mail_edit *edit,
    uint64_t grant)
{
	struct bytes cipher;
	struct record *r = liar_mail_record(l, from, what, edit, &cipher);
	const uint64_t idx = l->n;

	liar_deliver(l, r, cipher, grant);
	return idx;
}

/* ---- what is wrong with a message ------------------------------------------- */

static void
to_another(struct body *b)
{
	strcpy(b->u.submission.recipient, "police");
}

static void
other_epoch(struct body *b)
{
	b->u.submission.epoch = 77;
}

static void
other_label(struct body *b)
{
	b->u.submission.label[0][0] ^= 1;
}

static void
seal_bit(struct body *b)
{
	b->u.submission.sealed[100] ^= 1;
}

static void
header_after(struct body *b)
{
	b->u.submission.created++;
}

static void
other_hash(struct body *b)
{
	b->u.submission.ciphertext_hash[0] ^= 1;
}

static const struct {
	const char *name;
	struct mail_edit edit;
	uint32_t outcome;               /* 1: any rejection */
} bad[] = {
	{ "none", { .json = NULL }, RECEIPT_STORED },
	{ "recipient", { .body = to_another }, RULE_NOT_RECIPIENT },
	{ "epoch", { .body = other_epoch }, RECEIPT_SEAL },
	{ "label", { .body = other_label }, 1 },
	{ "seal", { .sealed = seal_bit }, RECEIPT_SEAL },
	{ "header", { .sealed = header_after }, RECEIPT_SEAL },
	{ "hash", { .sealed = other_hash }, RECEIPT_HASH },
	{ "signer", { .signer = WORLD_CUSTODIAN }, RULE_STALE_KEY },
	{ "expired", { .expires = 1 }, RULE_MESSAGE_OVER },
	{ "citation", { .cite = { .size = 3, .root = { 1 } } },
	    RULE_CITATION },
};
enum { BAD = sizeof bad / sizeof bad[0] };

START_TEST(each_check_has_its_word)
{
	struct wire_receipt_line line = { .message = 0 };
	struct record *r;
	struct bytes cipher;
	struct mail m;
	uint64_t idx;

	for (unsigned i = 0; i < BAD; i++) {
		const unsigned mail = rows_of(l->a, "mail");
		const unsigned kept = rows_of(l->a, "quarantine");
		const unsigned said = receipts(&line);
		struct mail_edit edit = bad[i].edit;

		if (edit.expires != 0)
			edit.expires = l->w->now - 1;
		idx = deliver(WORLD_POLICE, "C1", &edit, k.grant_idx);
		liar_close(l);
		liar_ok(l);
		ck_assert_uint_eq(receipts(&line), said + 1);
		ck_assert_uint_eq(line.message, idx);
		if (bad[i].outcome == 1)
			ck_assert_uint_ne(line.outcome, RECEIPT_STORED);
		else
			ck_assert_msg(line.outcome == bad[i].outcome,
			    "%s: %u", bad[i].name, line.outcome);
		ck_assert_uint_eq(rows_of(l->a, "mail"), mail + (i == 0));
		ck_assert_uint_eq(rows_of(l->a, "quarantine"), kept +
		    (i != 0));
		ck_assert_int_eq(mailbox_get(l->a, idx, &m), i == 0 ?
		    ERR_NONE : ERR_NOTFOUND);
		ck_assert_int_eq(l->a->trouble, TROUBLE_NONE);
	}
	/* the bytes beside the record, not those signed */
	idx = l->n;
	r = liar_mail_record(l, WORLD_POLICE, "C1", NULL, &cipher);
	((uint8_t *)cipher.data)[10] ^= 1;
	liar_deliver(l, r, cipher, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	(void)receipts(&line);
	ck_assert_uint_eq(line.message, idx);
	ck_assert_uint_eq(line.outcome, RECEIPT_HASH);
}
END_TEST

static void
quarantine_set(uint64_t rows, uint64_t bytes)
{
	uint8_t size[24] = { 0 };

	put_be64(size, rows);
	put_be64(size + 8, bytes);
	ck_ok(agent_begin(l->a));
	ck_ok(agent_end(l->a, books_put(l->a, "quarantine", bytes_of(size,
	    sizeof size))));
}

/* Full by rows or by bytes: not kept, and a rejection all the same. */
START_TEST(a_full_quarantine)
{
	struct mail_edit spoilt = { .sealed = seal_bit };
	struct wire_receipt_line line;
	struct quarantine_size q;

	(void)deliver(WORLD_POLICE, "C1", &spoilt, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	ck_ok(quarantine_size(l->a, &q));
	ck_assert_uint_eq(q.rows, 1);
	ck_assert_uint_gt(q.bytes, 1024);
	for (unsigned full = 0; full < 2; full++) {
		const unsigned said = receipts(&line);
		uint64_t idx;

		quarantine_set(full == 0 ? QUARANTINE_ROWS : 1, full == 0 ?
		    q.bytes : QUARANTINE_BYTES - 1000);
		idx = deliver(WORLD_POLICE, "C1", &spoilt, k.grant_idx);
		liar_close(l);
		liar_ok(l);
		ck_assert_uint_eq(receipts(&line), said + 1);
		ck_assert_uint_eq(line.message, idx);
		ck_assert_uint_eq(line.outcome, RECEIPT_SEAL);
		ck_assert_uint_eq(rows_of(l->a, "quarantine"), 1);
		ck_ok(quarantine_size(l->a, &q));
		ck_assert_uint_eq(q.refused, 1);
	}
	/* emptied, it takes in again */
	ck_ok(quarantine_empty(l->a));
	ck_assert_uint_eq(rows_of(l->a, "quarantine"), 0);
	(void)deliver(WORLD_POLICE, "C1", &spoilt, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	ck_ok(quarantine_size(l->a, &q));
	ck_assert_uint_eq(q.rows, 1);
	ck_assert_uint_eq(q.refused, 0);
}
END_TEST

/* A store of before: what is there is counted. */
START_TEST(an_old_quarantine_is_counted)
{
	struct mail_edit spoilt = { .sealed = seal_bit };
	struct quarantine_size was, q;

	(void)deliver(WORLD_POLICE, "C1", &spoilt, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	ck_ok(quarantine_size(l->a, &was));
	ck_ok(db_exec(l->a->db, "DELETE FROM setting WHERE name = "
	    "'quarantine'", NULL));
	ck_ok(quarantine_size(l->a, &q));
	ck_assert_uint_eq(q.rows, was.rows);
	ck_assert_uint_eq(q.bytes, was.bytes);
}
END_TEST

/* P1, for the third time: our own copy of the permissions. */
START_TEST(our_own_rules_are_asked)
{
	struct wire_receipt_line line;
	uint64_t idx;

	/* a grant that nobody told us of */
	idx = deliver(WORLD_CUSTODIAN, "C1", NULL, k.intro_idx);
	liar_close(l);
	liar_ok(l);
	ck_assert_uint_eq(receipts(&line), 1);
	ck_assert_uint_eq(line.message, idx);
	ck_assert_uint_ne(line.outcome, RECEIPT_STORED);
	ck_assert_uint_lt(line.outcome, 200);
	/* and one that has ended */
	liar_record(l, world_withdraw(l->w, WORLD_POLICE, k.grant),
	    PIECE_NEWS);
	idx = deliver(WORLD_POLICE, "C1", NULL, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	ck_assert_uint_eq(receipts(&line), 2);
	ck_assert_uint_eq(line.message, idx);
	ck_assert_uint_ne(line.outcome, RECEIPT_STORED);
	ck_assert_uint_eq(rows_of(l->a, "mail"), 0);
}
END_TEST

/* ---- sent again ---------------------------------------------------------------- */

START_TEST(sent_again_is_said_again)
{
	struct mail_edit spoilt = { .sealed = seal_bit };
	struct wire_receipt_line line;
	struct wire_piece pair[2];
	uint64_t idx;

	for (int lie = 0; lie < 2; lie++) {
		const unsigned said = receipts(&line);

		idx = deliver(WORLD_POLICE, "C1", lie ? &spoilt : NULL,
		    k.grant_idx);
		memcpy(pair, l->piece, sizeof pair);
		liar_close(l);
		liar_ok(l);
		ck_assert_uint_eq(receipts(&line), said + 1);
		for (int again = 0; again < 3; again++) {
			memcpy(l->piece, pair, sizeof pair);
			l->p.n_piece = 2;
			liar_close(l);
			liar_ok(l);
			ck_assert_uint_eq(receipts(&line),
			    said + 2 + (unsigned)again);
			ck_assert_uint_eq(line.message, idx);
			ck_assert_uint_eq(line.outcome, lie ? RECEIPT_SEAL :
			    RECEIPT_STORED);
			ck_assert_uint_eq(rows_of(l->a, "mail"), 1);
			ck_assert_uint_eq(rows_of(l->a, "quarantine"),
			    (unsigned)lie);
		}
	}
}
END_TEST

static struct body first;

static void
same_stamp(struct body *b)
{
	memcpy(b->stamp, first.stamp, WIRE_STAMP);
}

START_TEST(an_id_is_used_once)
{
	const struct mail_edit again = { .body = same_stamp };
	struct wire_receipt_line line;
	uint64_t idx;

	(void)deliver(WORLD_POLICE, "C1", NULL, k.grant_idx);
	first = l->mail_body;
	idx = deliver(WORLD_POLICE, "C1", &again, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	(void)receipts(&line);
	ck_assert_uint_eq(rows_of(l->a, "mail"), 1);
	ck_assert_uint_eq(rows_of(l->a, "quarantine"), 1);
	/* a day after they expire the ids are still known, 9 days not */
	ck_assert_uint_eq(rows_of(l->a, "seen_mail"), 1);
	ck_assert(idx > 0);
}
END_TEST

/* A forged message cannot burn the id of a true one. */
START_TEST(a_forged_one_takes_no_id)
{
	const struct mail_edit forged = { .signer = WORLD_CUSTODIAN };
	const struct mail_edit again = { .body = same_stamp };
	uint64_t idx;
	struct mail m;

	(void)deliver(WORLD_POLICE, "C1", &forged, k.grant_idx);
	first = l->mail_body;
	idx = deliver(WORLD_POLICE, "C1", &again, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	ck_ok(mailbox_get(l->a, idx, &m));
}
END_TEST

/* ---- two ledgers ----------------------------------------------------------------- */

static struct citation
cite(uint64_t size, const struct hash *root)
{
	struct checkpoint c = { .size = size, .root = *root };
	struct citation out = { .size = size };

	ck_ok(checkpoint_sign(l->w->origin, &c, l->w->log.secret));
	memcpy(out.root, root->b, WIRE_HASH);
	memcpy(out.signature, c.signature, WIRE_SIG);
	return out;
}

static void
restart(void)
{
	agent_close(&o->a[WORLD_SCHOOL]);
	office_agent(o, WORLD_SCHOOL);
	l->a = o->a[WORLD_SCHOOL];
}

/* Over restarts, with both notes, until IT says otherwise. */
static void
still_distrusted(uint64_t size)
{
	const struct checkpoint head = l->a->head;
	struct distrust d;

	restart();
	restart();
	ck_assert_int_eq(agent_trouble(l->a), TROUBLE_LEDGER);
	ck_ok(distrust_get(l->a, &d));
	ck_assert_uint_eq(d.ours.size, l->a->head.size);
	ck_ok(checkpoint_verify(l->w->origin, &d.ours, l->w->log.public));
	ck_assert_uint_eq(d.theirs.size, size);
	ck_ok(checkpoint_verify(l->w->origin, &d.theirs, l->w->log.public));
	ck_assert_uint_eq(l->a->head.size, head.size);
	ck_ok(distrust_end(l->a));
	ck_assert_int_ne(agent_trouble(l->a), TROUBLE_LEDGER);
	restart();
	ck_assert_int_ne(agent_trouble(l->a), TROUBLE_LEDGER);
	ck_err(distrust_get(l->a, &d), ERR_NOTFOUND);
}

/* A signed checkpoint that is no ancestor of ours proves it by itself. */
START_TEST(a_citation_of_another_ledger)
{
	struct mail_edit edit = { .json = NULL };
	struct wire_receipt_line line;
	uint8_t share[32] = { 1 }, worker[WIRE_PSEUDONYM] = { 2 };
	struct hash root;

	ck_ok(leases_put(l->a->leases, 3, worker, UINT64_MAX, share));
	tree_root_of(l->leaf, 7, &root);
	root.b[3] ^= 1;
	edit.cite = cite(7, &root);
	(void)deliver(WORLD_POLICE, "C1", &edit, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	(void)receipts(&line);
	ck_assert_uint_eq(line.outcome, RULE_CITATION);
	ck_assert_int_eq(agent_trouble(l->a), TROUBLE_LEDGER);
	ck_assert(!leases_get(l->a->leases, 3, worker, 1, share));
	still_distrusted(7);
}
END_TEST

START_TEST(a_citation_of_this_ledger)
{
	const struct tree_source source = { liar_node, l };
	struct mail_edit edit = { .json = NULL };
	struct hash path[PROOF_CONSISTENCY_MAX], root;
	size_t n;

	tree_root_of(l->leaf, 7, &root);
	edit.cite = cite(7, &root);
	(void)deliver(WORLD_POLICE, "C1", &edit, k.grant_idx);
	liar_close(l);
	ck_ok(proof_consistency(&source, 7, l->n, path, &n));
	l->ancestor[0].size = 7;
	memcpy(l->ancestor[0].root, root.b, WIRE_HASH);
	l->ancestor[0].path = bytes_of((uint8_t *)path, n * HASH_BYTES);
	l->p.n_ancestor = 1;
	liar_ok(l);
	ck_assert_uint_eq(rows_of(l->a, "mail"), 1);
	ck_assert_int_eq(agent_trouble(l->a), TROUBLE_NONE);
}
END_TEST

/* ---- pairs ------------------------------------------------------------------------- */

START_TEST(a_delivery_is_of_its_message)
{
	struct wire_delivered d = { .message = 2, .grant = k.grant_idx };
	const struct hash hash = l->news_hash;
	const uint64_t n = l->n;
	struct bytes cipher;
	struct record *r;
	struct buf out;

	r = liar_mail_record(l, WORLD_POLICE, "C1", NULL, &cipher);
	/* of another message */
	liar_record(l, r, PIECE_MAIL)->ciphertext = cipher;
	buf_init(&out, 64);
	ck_ok(wire_delivered_encode(&d, &out));
	(void)liar_entry(l, ENTRY_DELIVERED, buf_view(&out), PIECE_DELIVERED);
	buf_free(&out);
	liar_close(l);
	liar_refused(l, "another message", ERR_FORMAT);
	l->n = n;
	l->news_hash = hash;
	/* without one */
	liar_record(l, r, PIECE_MAIL)->ciphertext = cipher;
	liar_close(l);
	liar_refused(l, "no delivery", ERR_FORMAT);
	l->n = n;
	/* before it */
	liar_deliver(l, r, cipher, k.grant_idx);
	l->piece[2] = l->piece[0];
	l->piece[0] = l->piece[1];
	l->piece[1] = l->piece[2];
	liar_close(l);
	liar_refused(l, "the wrong way round", ERR_FORMAT);
}
END_TEST

/* ---- what news does to what is stored ------------------------------------------------ */

static enum mail_state
state_after(struct record *r)
{
	uint64_t idx = deliver(WORLD_POLICE, "C1", NULL, k.grant_idx);
	struct mail m;

	liar_close(l);
	liar_ok(l);
	liar_record(l, r, PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_ok(mailbox_get(l->a, idx, &m));
	return m.state;
}

START_TEST(news_locks)
{
	struct record *r[] = {
		world_close(l->w),
		world_revoke(l->w, WORLD_POLICE),
	};

	ck_assert_int_eq(state_after(r[_i]), MAIL_LOCKED);
}
END_TEST

/* To the two ends a withdrawal and a stop look the same. */
START_TEST(an_end_locks)
{
	struct wire_ended e = { .sender = "police", .recipient = "school",
	    .grant = &k.grant_idx, .n = 1 };
	const uint64_t idx = deliver(WORLD_POLICE, "C1", NULL, k.grant_idx);
	struct mail m;
	struct buf out;

	liar_close(l);
	liar_ok(l);
	memcpy(e.case_id, l->w->kase.id, WIRE_CASE);
	buf_init(&out, 1024);
	ck_ok(wire_ended_encode(&e, &out));
	liar_entry(l, ENTRY_ENDED, buf_view(&out), PIECE_NEWS);
	buf_free(&out);
	liar_close(l);
	liar_ok(l);
	ck_ok(mailbox_get(l->a, idx, &m));
	ck_assert_int_eq(m.state, MAIL_LOCKED);
}
END_TEST

START_TEST(a_suspension_locks_and_its_end_unlocks)
{
	struct record *r = world_suspend(l->w, WORLD_CUSTODIAN);
	struct mail m;

	ck_assert_int_eq(state_after(r), MAIL_LOCKED);
	liar_record(l, world_member(l->w, WORLD_CUSTODIAN), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_ok(mailbox_get(l->a, l->n - 4, &m));
	ck_assert_int_eq(m.state, MAIL_STORED);
}
END_TEST

START_TEST(a_recall_is_final)
{
	struct bytes cipher;
	struct record *s = liar_mail_record(l, WORLD_POLICE, "C1", NULL,
	    &cipher);
	const uint64_t idx = l->n;
	struct mail m;

	liar_deliver(l, s, cipher, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	liar_record(l, world_recall(l->w, WORLD_POLICE, s), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_ok(mailbox_get(l->a, idx, &m));
	ck_assert_int_eq(m.state, MAIL_RECALLED);
	/* not by another than its sender */
	s = liar_mail_record(l, WORLD_POLICE, "C1", NULL, &cipher);
	liar_deliver(l, s, cipher, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	liar_record(l, world_recall(l->w, WORLD_BROKER, s), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_ok(mailbox_get(l->a, l->n - 3, &m));
	ck_assert_int_eq(m.state, MAIL_STORED);
}
END_TEST

/* ---- many at once --------------------------------------------------------------------- */

START_TEST(receipts_cover_many)
{
	struct wire_receipt_line line;

	for (int i = 0; i < 20; i++)
		(void)deliver(WORLD_POLICE, "C1", NULL, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	ck_assert_uint_eq(rows_of(l->a, "mail"), 20);
	ck_assert_uint_eq(receipts(&line), 1);
	ck_assert_uint_eq(rows_of(l->a, "receipt_due"), 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, each_check_has_its_word);
	tcase_add_test(tc, a_full_quarantine);
	tcase_add_test(tc, an_old_quarantine_is_counted);
	tcase_add_test(tc, our_own_rules_are_asked);
	tcase_add_test(tc, sent_again_is_said_again);
	tcase_add_test(tc, an_id_is_used_once);
	tcase_add_test(tc, a_forged_one_takes_no_id);
	tcase_add_test(tc, a_citation_of_another_ledger);
	tcase_add_test(tc, a_citation_of_this_ledger);
	tcase_add_test(tc, a_delivery_is_of_its_message);
	tcase_add_loop_test(tc, news_locks, 0, 2);
	tcase_add_test(tc, an_end_locks);
	tcase_add_test(tc, a_suspension_locks_and_its_end_unlocks);
	tcase_add_test(tc, a_recall_is_final);
	tcase_add_test(tc, receipts_cover_many);
}

int
main(void)
{
	return test_main("mailbox", fill, 120);
}
