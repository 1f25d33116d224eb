/*
 * The replay explains what the rules wrote, and notices each thing that a
 * lying broker could do to the ledger.
 */
#include "tests/unit/audit/ledger.h"

#include "base/file.h"

#define DAY ((uint64_t)DAY_MS)

/* ---- what is right is explained ------------------------------------------- */

static void
cite_all(struct ledger *l)
{
	for (unsigned i = 1; i < l->w.n; i++)
		ledger_cite(l, i);
}

static void
open_three(struct ledger *l)
{
	uint64_t *m = arena_alloc(l->w.a, 3 * sizeof *m);
	enum rule rule[3];

	m[0] = l->message;
	m[1] = ledger_submit(l);
	m[2] = ledger_submit(l);
	ck_assert_int_eq((int)book_deliver(l->b, m[0]), RULE_ADMIT);
	ck_assert_int_eq((int)book_deliver(l->b, m[1]), RULE_ADMIT);
	ck_assert_int_eq((int)book_open(l->b, world_opening(&l->w,
	    WORLD_SCHOOL, m, 3), rule), RULE_ADMIT);
}

/* The conflict officer of the school has looked. */
static void
check_conflicts(struct ledger *l, uint64_t introduction)
{
	uint64_t *m = arena_dup(l->w.a, &introduction, sizeof introduction);
	enum rule rule;

	(void)book_open(l->b, world_opening(&l->w, WORLD_SCHOOL, m, 1),
	    &rule);
	(void)book_put(l->b, world_checked(&l->w, WORLD_SCHOOL, introduction),
	    NULL);
}

START_TEST(test_whole_story)
{
	struct ledger *l = ledger_make();
	struct record *m;
	uint64_t stop;

	ledger_start(l);
	ledger_pass(l, MINUTE_MS);
	cite_all(l);
	check_conflicts(l, l->message - 3);
	open_three(l);
	/* recalled while it waits, refused, expired, withdrawn */
	m = world_submission(&l->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    &l->payload, NULL);
	book_admit(l->b, m);
	book_admit(l->b, world_recall(&l->w, WORLD_POLICE, m));
	(void)book_put(l->b, world_submission(&l->w, WORLD_SCHOOL,
	    WORLD_POLICE, "C1", 1024, &l->payload, NULL), NULL);
	(void)ledger_submit(l);
	ledger_pass(l, 11 * DAY);
	book_later(l->b);
	cite_all(l);
	book_admit(l->b, world_sealing(&l->w, WORLD_SCHOOL));
	cite_all(l);
	(void)ledger_submit(l);
	/* a stop, the wrong one and the right one; what it ends; the day */
	cite_all(l);
	book_admit(l->b, world_stop(&l->w, WORLD_POLICE, l->w.log.public));
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.kase.token[0]));
	ledger_pass(l, 1000);
	book_later(l->b);
	ledger_pass(l, DAY + 1000);
	book_later(l->b);
	cite_all(l);
	randombytes_buf(l->w.kase.token, sizeof l->w.kase.token);
	book_admit(l->b, world_phrases(&l->w));
	book_admit(l->b, world_resume(&l->w, stop));
	cite_all(l);
	book_admit(l->b, world_withdraw(&l->w, WORLD_CUSTODIAN,
	    l->grant_record));
	book_admit(l->b, world_suspend(&l->w, WORLD_POLICE));
	book_admit(l->b, world_revoke(&l->w, WORLD_SCHOOL));
	cite_all(l);
	book_admit(l->b, world_close(&l->w));
	book_replay(l->b);
	ledger_clean(l);
	ck_assert_uint_ge(l->f.disclosures, 3);
	ck_assert_uint_ge(l->f.openings, 2);
	ck_assert_uint_ge(l->f.refusals, 2);
	ck_assert_uint_eq(l->f.newest, l->w.now);
	ledger_verify(l, false);
	ledger_show(l);
	ck_assert_uint_eq(l->f.unexplained, 0);
	ck_assert(!l->f.signatures);
	ledger_free(l);
}
END_TEST

/* ---- what is wrong is noticed ---------------------------------------------- */

/* A ledger with a delivered and opened message, ours to alter. */
static struct ledger *
opened_ledger(void)
{
	struct ledger *l = ledger_make();

	ledger_start(l);
	check_conflicts(l, l->message - 3);
	open_three(l);
	return l;
}

START_TEST(test_removed)
{
	struct ledger *l = opened_ledger();
	uint64_t i;

	/* the receipt: nothing else speaks of it, so the news does */
	ledger_cite(l, WORLD_SCHOOL);
	(void)book_put(l->b, world_receipt(&l->w, WORLD_SCHOOL, &l->message,
	    1, 0), NULL);
	ledger_take(l);
	i = l->message - 1;
	ck_assert_uint_eq(l->body[i].data[16], ENTRY_RECORD);
	ledger_remove(l, i);
	ledger_verify(l, true);
	ck_assert_uint_gt(l->f.unexplained, 0);
	ledger_found(l, l->n - 1, "there are two");
	ledger_found(l, l->n - 1, "more news than this ledger");
	ck_assert_uint_eq(l->f.forks, 1);
	/* the submission: what came of it has no cause */
	ledger_free(l);
	l = opened_ledger();
	ledger_take(l);
	ledger_remove(l, l->message);
	ledger_verify(l, true);
	ledger_found(l, ledger_find(l, l->message, ENTRY_DELIVERED),
	    "delivers message");
	ck_assert_uint_gt(l->f.without, 0);
	ledger_free(l);
}
END_TEST

START_TEST(test_removed_not_renumbered)
{
	struct ledger *l = opened_ledger();

	ledger_take(l);
	l->n--;
	memmove(&l->body[3], &l->body[4], (l->n - 3) * sizeof l->body[0]);
	memmove(&l->salt[3], &l->salt[4], (l->n - 3) * sizeof l->salt[0]);
	ledger_verify(l, true);
	ledger_found(l, 3, "it says that it is entry 4");
	ledger_free(l);
}
END_TEST

START_TEST(test_changed_body)
{
	struct ledger *l = opened_ledger();
	struct bytes b;

	ledger_take(l);
	/* a bit of the submission's body: its signature speaks */
	b = ledger_keep(l, l->body[l->message]);
	((uint8_t *)(uintptr_t)b.data)[b.n / 2] ^= 1;
	l->body[l->message] = b;
	ledger_verify(l, true);
	ck_assert_uint_gt(l->f.unexplained, 0);
	ck_assert_uint_eq(l->f.finding[0].entry, l->message);
	ledger_free(l);
}
END_TEST

START_TEST(test_reordered)
{
	struct ledger *l = opened_ledger();

	ledger_take(l);
	ledger_swap(l, l->grant - 1);   /* the grant before the phrases */
	ledger_verify(l, true);
	ledger_found(l, l->grant - 1, "NO_PHRASES");
	ledger_free(l);
}
END_TEST

START_TEST(test_wrong_signature)
{
	struct ledger *l = opened_ledger();
	struct record *r;

	/* well-formed, and signed by somebody else */
	r = world_worker(&l->w, WORLD_POLICE, 0);
	world_sign(&l->w, r, WORLD_SCHOOL);
	ledger_take(l);
	ledger_record(l, l->n, r);
	ledger_only(l, l->n - 1, "signature of police does not verify");
	ledger_free(l);
}
END_TEST

START_TEST(test_cosignature)
{
	struct ledger *l = ledger_make();
	struct record *r;

	book_admit(l->b, world_case_opened(&l->w));
	r = world_phrases(&l->w);
	ck_ok(record_cosign(l->w.m[WORLD_SCHOOL].sign.secret, l->w.p, r));
	r->wire = bytes_of(NULL, 0);
	ledger_take(l);
	{
		struct buf b;

		buf_init(&b, ENTRY_BODY_MAX);
		ck_ok(wire_record_encode(r, &b));
		ledger_set(l, l->n, ENTRY_RECORD, &b);
		buf_free(&b);
	}
	ledger_only(l, l->n - 1, "does not verify");
	ledger_free(l);
}
END_TEST

START_TEST(test_replaced_key)
{
	struct ledger *l = opened_ledger();
	struct record *r = world_worker(&l->w, WORLD_POLICE, 1);

	/* the police has a new key; then comes what the old one signed */
	identity_sign_pair(&l->w.m[WORLD_POLICE].sign);
	book_admit(l->b, world_member(&l->w, WORLD_POLICE));
	ledger_take(l);
	ledger_record(l, l->n, r);
	ledger_only(l, l->n - 1, "STALE_KEY");
	ledger_free(l);
}
END_TEST

START_TEST(test_other_roots)
{
	struct ledger *l = ledger_make();

	ledger_take(l);
	l->p.now.root[1][0] ^= 1;
	ledger_only(l, 0, "other roots");
	l->p.now.root[1][0] ^= 1;
	l->p.now.log_key[0] ^= 1;
	ledger_verify(l, true);
	ledger_found(l, 0, "another ledger");
	ledger_free(l);
}
END_TEST

START_TEST(test_time_back)
{
	struct ledger *l = opened_ledger();

	ledger_take(l);
	ledger_place(l, 5, 5, ledger_time(l, 5) - 1);
	ledger_only(l, 5, "time is before");
	ledger_free(l);
}
END_TEST

/* ---- mail ---------------------------------------------------------------------- */

START_TEST(test_delivered_without_grant)
{
	struct ledger *l = opened_ledger();
	struct wire_delivered d = { .message = l->message + 1 };

	ledger_take(l);
	/* a message there is no permission for: the refused one */
	LEDGER_SET(l, l->n, ENTRY_DELIVERED, delivered, &d);
	ledger_verify(l, true);
	ledger_found(l, l->n - 1, "never was");
	ck_assert_uint_eq(l->f.without, 1);
	ledger_free(l);
}
END_TEST

START_TEST(test_delivered_by_another_grant)
{
	struct ledger *l = ledger_make();
	struct wire_delivered d;

	ledger_start(l);
	ledger_take(l);
	d = (struct wire_delivered){ l->message, l->grant + 1 };
	LEDGER_SET(l, l->n, ENTRY_DELIVERED, delivered, &d);
	ledger_only(l, l->n - 1, "citing grant");
	ledger_free(l);
}
END_TEST

START_TEST(test_delivered_after_withdrawal)
{
	struct ledger *l = ledger_make();
	struct wire_delivered d;

	ledger_start(l);
	book_admit(l->b, world_withdraw(&l->w, WORLD_CUSTODIAN,
	    l->grant_record));
	ledger_take(l);
	d = (struct wire_delivered){ l->message, l->grant };
	LEDGER_SET(l, l->n, ENTRY_DELIVERED, delivered, &d);
	ledger_only(l, l->n - 1, "without permission, WITHDRAWN");
	ck_assert_uint_eq(l->f.without, 1);
	ledger_free(l);
}
END_TEST

START_TEST(test_delivered_twice)
{
	struct ledger *l = opened_ledger();
	struct wire_delivered d = { l->message, l->grant };

	ledger_take(l);
	LEDGER_SET(l, l->n, ENTRY_DELIVERED, delivered, &d);
	ledger_only(l, l->n - 1, "delivered before");
	ledger_free(l);
}
END_TEST

START_TEST(test_dropped)
{
	struct ledger *l = ledger_make();
	struct wire_dropped d;

	ledger_start(l);
	ledger_take(l);
	d = (struct wire_dropped){ l->message, DROP_RULE };
	LEDGER_SET(l, l->n, ENTRY_DROPPED, dropped, &d);
	ledger_only(l, l->n - 1, "without reason: all rules");
	ledger_free(l);

	/* dropped as expired what was withdrawn */
	l = ledger_make();
	ledger_start(l);
	book_admit(l->b, world_withdraw(&l->w, WORLD_CUSTODIAN,
	    l->grant_record));
	ledger_take(l);
	d = (struct wire_dropped){ l->message, DROP_EXPIRED };
	LEDGER_SET(l, l->n, ENTRY_DROPPED, dropped, &d);
	ledger_only(l, l->n - 1, "for another reason than WITHDRAWN");
	ledger_free(l);
}
END_TEST

/* ---- openings ------------------------------------------------------------------- */

START_TEST(test_opened_admitted_wrongly)
{
	struct ledger *l = opened_ledger();
	struct wire_opened_line line[3];
	struct wire_opened o;
	struct entry e;
	uint64_t i;

	ledger_take(l);
	/* the third was never delivered */
	i = l->n - 2;
	ck_assert_uint_eq(l->body[i].data[16], ENTRY_OPENED);
	book_entry(l->b, i, &e);
	memcpy(line, e.u.opened.line, sizeof line);
	ck_assert_uint_ne(line[2].rule, RULE_ADMIT);
	line[2] = line[1];
	o = (struct wire_opened){ e.u.opened.record, line, 3 };
	LEDGER_SET(l, i, ENTRY_OPENED, opened, &o);
	ledger_only(l, i, "it says ADMIT, and the rules say NOT_DELIVERED");
	ck_assert_uint_eq(l->f.without, 1);
	/* the other way round: refused what the rules admit */
	line[2] = e.u.opened.line[2];
	line[0] = line[2];
	LEDGER_SET(l, i, ENTRY_OPENED, opened, &o);
	ledger_verify(l, true);
	ledger_found(l, i, "and the rules say ADMIT");
	ledger_free(l);
}
END_TEST

START_TEST(test_opened_lines)
{
	struct ledger *l = opened_ledger();
	struct wire_opened_line line[3];
	struct wire_opened o;
	struct entry e;
	uint64_t i;

	ledger_take(l);
	i = l->n - 2;
	book_entry(l->b, i, &e);
	memcpy(line, e.u.opened.line, sizeof line);
	o = (struct wire_opened){ e.u.opened.record, line, 3 };
	line[0].lease_end += 1;
	LEDGER_SET(l, i, ENTRY_OPENED, opened, &o);
	ledger_only(l, i, "another end of its lease");
	line[0].lease_end -= 1;
	line[1].grant += 1;
	LEDGER_SET(l, i, ENTRY_OPENED, opened, &o);
	ledger_only(l, i, "it cites grant");
	ledger_free(l);
}
END_TEST

START_TEST(test_opened_refusal_missing)
{
	struct ledger *l = opened_ledger();
	struct wire_refused x;
	struct entry e;

	ledger_take(l);
	book_entry(l->b, l->n - 1, &e);
	ck_assert_uint_eq(e.kind, ENTRY_REFUSED);
	x = e.u.refused;
	x.rule = RULE_WITHDRAWN;
	LEDGER_SET(l, l->n - 1, ENTRY_REFUSED, refused, &x);
	ledger_verify(l, true);
	ledger_found(l, l->n - 1, "`refused` that entry");
	ledger_found(l, l->n - 1, "no opening before it");
	ledger_remove(l, l->n - 1);
	ledger_only(l, l->n, "`refused` that entry");
	ledger_free(l);
}
END_TEST

START_TEST(test_opened_twice)
{
	struct ledger *l = opened_ledger();

	ledger_take(l);
	l->body[l->n] = l->body[l->n - 2];
	l->body[l->n + 1] = l->body[l->n - 1];
	randombytes_buf(l->salt[l->n], 2 * ENTRY_SALT);
	l->n += 2;
	ledger_renumber(l);
	ledger_verify(l, true);
	ledger_found(l, l->n - 2, "entered before");
	ledger_free(l);
}
END_TEST

/* ---- refusals --------------------------------------------------------------------- */

START_TEST(test_refused)
{
	struct ledger *l = opened_ledger();
	struct wire_refused x = { .rule = RULE_NO_GRANT };
	struct record *r;

	/* one that all rules admit */
	r = world_submission(&l->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    &l->payload, NULL);
	x.record = r->wire;
	ledger_take(l);
	LEDGER_SET(l, l->n, ENTRY_REFUSED, refused, &x);
	ledger_only(l, l->n - 1, "that all rules admit");
	/* one that another rule refuses */
	r = world_submission(&l->w, WORLD_SCHOOL, WORLD_POLICE, "C1", 1024,
	    &l->payload, NULL);
	x.record = r->wire;
	x.rule = RULE_WITHDRAWN;
	LEDGER_SET(l, l->n - 1, ENTRY_REFUSED, refused, &x);
	ledger_only(l, l->n - 1, "it is NO_GRANT that refuses it");
	x.rule = 9999;
	LEDGER_SET(l, l->n - 1, ENTRY_REFUSED, refused, &x);
	ledger_only(l, l->n - 1, "no known rule");
	x.rule = RULE_NO_GRANT;
	LEDGER_SET(l, l->n - 1, ENTRY_REFUSED, refused, &x);
	ledger_clean(l);
	/* and twice */
	LEDGER_SET(l, l->n, ENTRY_REFUSED, refused, &x);
	ledger_only(l, l->n - 1, "entered before");
	ledger_free(l);
}
END_TEST

START_TEST(test_admitted_wrongly)
{
	struct ledger *l = ledger_make();
	struct record *r;

	ledger_start(l);
	r = world_submission(&l->w, WORLD_SCHOOL, WORLD_POLICE, "C1", 1024,
	    &l->payload, NULL);
	ledger_take(l);
	ledger_record(l, l->n, r);
	ledger_only(l, l->n - 1, "a submission was admitted that NO_GRANT");
	ledger_free(l);
}
END_TEST

START_TEST(test_stamp_used_again)
{
	struct ledger *l = ledger_make();
	uint8_t stamp[WIRE_STAMP];
	struct record *r;
	struct buf out;
	struct body b;

	r = world_worker(&l->w, WORLD_POLICE, 0);
	ledger_take(l);
	ledger_record(l, l->n, r);
	/* the same stamp, other bytes */
	ck_ok(wire_body_decode(l->w.a, r, &b, NULL));
	memcpy(stamp, b.stamp, sizeof stamp);
	b.u.worker.team[0] = 's';
	buf_init(&out, WIRE_BODY_MAX);
	ck_ok(wire_body_encode(&b, &out));
	r->body = ledger_keep(l, buf_view(&out));
	buf_free(&out);
	world_sign(&l->w, r, WORLD_POLICE);
	ledger_record(l, l->n, r);
	ledger_only(l, l->n - 1, "STAMP_USED");
	ledger_free(l);
}
END_TEST

/* ---- what has to follow -------------------------------------------------------------- */

START_TEST(test_missing_ended)
{
	struct ledger *l = ledger_make();

	ledger_start(l);
	book_admit(l->b, world_withdraw(&l->w, WORLD_CUSTODIAN, NULL));
	ledger_take(l);
	ck_assert_uint_eq(l->body[l->n - 1].data[16], ENTRY_ENDED);
	ck_assert_uint_eq(l->body[l->n - 2].data[16], ENTRY_ENDED);
	/* in the other order, then without the first, then the last */
	ledger_swap(l, l->n - 2);
	ledger_verify(l, true);
	ledger_found(l, l->n - 2, "the `ended` that entry");
	ledger_swap(l, l->n - 2);
	ledger_clean(l);
	ledger_remove(l, l->n - 2);
	ledger_verify(l, true);
	ledger_found(l, l->n - 1, "the `ended` that entry");
	ledger_remove(l, l->n - 1);
	ledger_verify(l, true);
	ledger_found(l, l->n, "the `ended` that entry");
	ledger_free(l);
}
END_TEST

START_TEST(test_ended_for_nothing)
{
	struct ledger *l = ledger_make();
	struct wire_ended d = { .n = 1 };

	ledger_start(l);
	ledger_take(l);
	memcpy(d.case_id, l->w.kase.id, WIRE_CASE);
	memcpy(d.sender, "police", 7);
	memcpy(d.recipient, "school", 7);
	d.grant = &l->grant;
	LEDGER_SET(l, l->n, ENTRY_ENDED, ended, &d);
	ledger_only(l, l->n - 1, "nothing before it calls for");
	ledger_free(l);
}
END_TEST

START_TEST(test_missing_frozen)
{
	struct ledger *l = ledger_make();
	struct wire_delivered d;
	uint64_t stop;

	ledger_start(l);
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.kase.token[1]));
	ledger_take(l);
	ck_assert_uint_eq(l->body[stop + 1].data[16], ENTRY_FROZEN);
	ledger_remove(l, stop + 1);
	ledger_only(l, stop + 1, "the `frozen` that entry");
	/* and what is delivered in spite of it is told */
	d = (struct wire_delivered){ l->message, l->grant };
	LEDGER_SET(l, l->n, ENTRY_DELIVERED, delivered, &d);
	ledger_verify(l, true);
	ledger_found(l, l->n - 1, "without permission, FROZEN");
	ck_assert_uint_eq(l->f.without, 1);
	ledger_free(l);
}
END_TEST

START_TEST(test_frozen_names_no_case)
{
	struct ledger *l = ledger_make();
	struct wire_frozen z = { .has_case = false };
	uint64_t stop;

	/* a stop that met its case, told as one that met none */
	ledger_start(l);
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.kase.token[0]));
	ledger_take(l);
	z.stop = stop;
	LEDGER_SET(l, stop + 1, ENTRY_FROZEN, frozen, &z);
	ledger_verify(l, true);
	ledger_found(l, stop + 1, "the `frozen` that entry");
	ledger_found(l, stop + 1, "no stop before it");
	ledger_free(l);
}
END_TEST

START_TEST(test_ended_after_a_stop)
{
	struct ledger *l = ledger_make();
	uint64_t stop, i;

	ledger_start(l);
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.kase.token[0]));
	ledger_pass(l, 1000);
	book_later(l->b);
	for (i = 0; i < 5; i++) {
		ledger_pass(l, 4 * MINUTE_MS);
		book_admit(l->b, world_worker(&l->w, WORLD_SCHOOL, i & 1));
	}
	ledger_clean(l);
	/* the ends are never told */
	ck_assert_uint_eq(l->body[stop + 2].data[16], ENTRY_ENDED);
	while (l->body[stop + 2].data[16] == ENTRY_ENDED ||
	    l->body[stop + 2].data[16] == ENTRY_DROPPED)
		ledger_remove(l, stop + 2);
	ledger_verify(l, true);
	ledger_show(l);
	ck_assert_uint_eq(l->f.unexplained, 1);
	ck_assert_ptr_nonnull(strstr(l->f.finding[0].why,
	    "what a stop ended, owed"));
	ledger_free(l);
}
END_TEST

START_TEST(test_notice_of_a_day)
{
	struct ledger *l = ledger_make();
	struct wire_notice x = { .code = NOTICE_STOP_DAY };
	uint64_t stop, i;

	ledger_start(l);
	stop = book_admit(l->b, world_stop(&l->w, WORLD_SCHOOL,
	    l->w.log.public));
	x.about = stop;
	ledger_pass(l, DAY - 1);
	book_admit(l->b, world_worker(&l->w, WORLD_SCHOOL, 0));
	ledger_take(l);
	LEDGER_SET(l, l->n, ENTRY_NOTICE, notice, &x);
	ledger_only(l, l->n - 1, "a day has passed");
	x.code = 77;
	LEDGER_SET(l, l->n - 1, ENTRY_NOTICE, notice, &x);
	ledger_only(l, l->n - 1, "no known kind");
	/* never written */
	for (i = 0; i < 5; i++) {
		ledger_pass(l, 4 * MINUTE_MS);
		book_admit(l->b, world_worker(&l->w, WORLD_SCHOOL, i & 1));
	}
	ledger_take(l);
	ledger_verify(l, true);
	ck_assert_uint_eq(l->f.unexplained, 1);
	ck_assert_ptr_nonnull(strstr(l->f.finding[0].why, "notice 24 hours"));
	ledger_free(l);
}
END_TEST

START_TEST(test_recall_without_drop)
{
	struct ledger *l = ledger_make();
	struct record *m;

	ledger_start(l);
	m = world_submission(&l->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    &l->payload, NULL);
	book_admit(l->b, m);
	book_admit(l->b, world_recall(&l->w, WORLD_POLICE, m));
	ledger_clean(l);
	ledger_remove(l, l->n - 1);
	ledger_only(l, l->n, "the `dropped` that entry");
	ledger_free(l);
}
END_TEST

/* A consequence that was put off to another batch. */
START_TEST(test_consequence_later)
{
	struct ledger *l = ledger_make();

	ledger_start(l);
	book_admit(l->b, world_withdraw(&l->w, WORLD_CUSTODIAN, NULL));
	ledger_take(l);
	ledger_place(l, l->n - 1, l->n - 1, ledger_time(l, l->n - 1) + 5000);
	ledger_only(l, l->n - 1, "not of the batch");
	ledger_free(l);
}
END_TEST

/* ---- citations and news ------------------------------------------------------------ */

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

/* ---- files -------------------------------------------------------------------------- */

START_TEST(test_missing_body)
{
	struct ledger *l = opened_ledger();
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
	tcase_add_test(tc, test_whole_story);
	tcase_add_test(tc, test_removed);
	tcase_add_test(tc, test_removed_not_renumbered);
	tcase_add_test(tc, test_changed_body);
	tcase_add_test(tc, test_reordered);
	tcase_add_test(tc, test_wrong_signature);
	tcase_add_test(tc, test_cosignature);
	tcase_add_test(tc, test_replaced_key);
	tcase_add_test(tc, test_other_roots);
	tcase_add_test(tc, test_time_back);
	tcase_add_test(tc, test_delivered_without_grant);
	tcase_add_test(tc, test_delivered_by_another_grant);
	tcase_add_test(tc, test_delivered_after_withdrawal);
	tcase_add_test(tc, test_delivered_twice);
	tcase_add_test(tc, test_dropped);
	tcase_add_test(tc, test_opened_admitted_wrongly);
	tcase_add_test(tc, test_opened_lines);
	tcase_add_test(tc, test_opened_refusal_missing);
	tcase_add_test(tc, test_opened_twice);
	tcase_add_test(tc, test_refused);
	tcase_add_test(tc, test_admitted_wrongly);
	tcase_add_test(tc, test_stamp_used_again);
	tcase_add_test(tc, test_missing_ended);
	tcase_add_test(tc, test_ended_for_nothing);
	tcase_add_test(tc, test_missing_frozen);
	tcase_add_test(tc, test_frozen_names_no_case);
	tcase_add_test(tc, test_ended_after_a_stop);
	tcase_add_test(tc, test_notice_of_a_day);
	tcase_add_test(tc, test_recall_without_drop);
	tcase_add_test(tc, test_consequence_later);
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
	return test_main("replay", fill, 60);
}
