/*
 * Deliveries, drops, openings and refusals that the rules do not lead to.
 */
#include "tests/unit/audit/ledger.h"

/* ---- mail -------------------------------------------------------------- */

START_TEST(test_delivered_without_grant)
{
	struct ledger *l = ledger_opened();
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
	struct ledger *l = ledger_opened();
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

/* ---- openings ---------------------------------------------------------- */

START_TEST(test_opened_admitted_wrongly)
{
	struct ledger *l = ledger_opened();
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
	struct ledger *l = ledger_opened();
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
	struct ledger *l = ledger_opened();
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
	struct ledger *l = ledger_opened();

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

/* ---- refusals ---------------------------------------------------------- */

START_TEST(test_refused)
{
	struct ledger *l = ledger_opened();
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

static void
fill(TCase *tc)
{
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
}

int
main(void)
{
	return test_main("replay mail", fill, 60);
}
