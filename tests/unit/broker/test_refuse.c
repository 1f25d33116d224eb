/*
 * What bad input gets (PROTOCOL 7): refused with the rule or field, nothing
 * changed but a `refused` entry where it concerns a case.
 */
#include "broker/state.h"
#include "tests/unit/broker/rig.h"

static struct rig *
ready(void)
{
	struct rig *r = rig_create(6, NULL);

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

static uint64_t
size_of(const struct rig *r)
{
	return sequencer_head(r->q)->size;
}

/* The rule in the last entry, which must be `refused`. */
static enum rule
true_rule(struct rig *r)
{
	uint8_t salt[ENTRY_SALT], commitment[HASH_BYTES];
	struct entry e;
	struct buf b;

	buf_init(&b, ENTRY_BODY_MAX);
	ck_ok(store_entry(r->store, size_of(r) - 1, &b, salt, commitment));
	ck_ok(entry_decode(r->w.a, r->w.p, buf_view(&b), salt, &e, NULL));
	ck_assert_int_eq(e.kind, ENTRY_REFUSED);
	buf_free(&b);
	return (enum rule)e.u.refused.rule;
}

START_TEST(test_misdirected)
{
	struct rig *r = ready();
	struct world_payload p;
	uint64_t size = size_of(r);
	struct record *m = message(r, &p);
	const struct wire_answer *a;

	/* another member brings it: nothing entered, its stamp not used up */
	a = rig_send(r, WORLD_SCHOOL, m, &p);
	ck_assert_uint_eq(a->status, STATUS_REFUSED);
	ck_assert_uint_eq(size_of(r), size);
	a = rig_send(r, WORLD_SCHOOL, world_grant(&r->w, WORLD_POLICE,
	    WORLD_SCHOOL, false, NULL), NULL);
	ck_assert_uint_eq(a->status, STATUS_REFUSED);
	ck_assert_uint_eq(size_of(r), size);
	rig_admit(r, WORLD_POLICE, m, &p);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_badly_signed)
{
	struct rig *r = ready();
	struct world_payload p;
	uint64_t size = size_of(r);
	struct record *m = message(r, &p);
	struct record bad = *m;

	bad.signature[5] ^= 1;
	bad.wire = bytes_of(NULL, 0);
	ck_assert_uint_eq(rig_send(r, WORLD_POLICE, &bad, &p)->status,
	    STATUS_MALFORMED);
	ck_assert_uint_eq(size_of(r), size);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_payload_lies)
{
	struct rig *r = ready();
	static const uint8_t longer[4096 + 16];
	struct world_payload p, q;
	uint64_t size = size_of(r);
	struct record *m = message(r, &p);

	q = p;
	q.share[0] ^= 1;
	ck_assert_uint_eq(rig_send(r, WORLD_POLICE, m, &q)->status,
	    STATUS_MALFORMED);
	q = p;
	q.ciphertext = bytes_of(longer, sizeof longer);
	ck_assert_uint_eq(rig_send(r, WORLD_POLICE, m, &q)->status,
	    STATUS_MALFORMED);
	q = p;
	q.ciphertext = bytes_of(longer, 1024 + 16);
	ck_assert_uint_eq(rig_send(r, WORLD_POLICE, m, &q)->status,
	    STATUS_MALFORMED);
	ck_assert_uint_eq(size_of(r), size);
	rig_admit(r, WORLD_POLICE, m, &p);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_malformed_frame)
{
	struct rig *r = ready();
	struct peer *police = r->peer[WORLD_POLICE];
	static const uint8_t junk[] = { 0xff, 0xff, 0xff, 0x01, 0x7f };
	uint64_t size = size_of(r);

	rig_frame(r, WORLD_POLICE, bytes_of(junk, sizeof junk));
	ck_assert_uint_eq(police->n_answer, 1);
	ck_assert_uint_eq(police->answer[0].status, STATUS_MALFORMED);
	ck_assert_uint_eq(police->answer[0].id, 0);
	ck_assert_uint_eq(size_of(r), size);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_stale_and_early)
{
	struct rig *r = ready();
	struct world_payload p;
	struct record *m;

	r->w.now -= 8ull * 24 * 3600 * 1000;
	m = message(r, &p);
	rig_expect(r, WORLD_POLICE, m, &p, STATUS_REFUSED, RULE_TOO_OLD);
	r->w.now = r->hands.now + 600 * 1000;
	m = message(r, &p);
	rig_expect(r, WORLD_POLICE, m, &p, STATUS_REFUSED, RULE_FUTURE);
	ck_assert_int_eq(true_rule(r), RULE_FUTURE);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_forged_citation)
{
	struct rig *r = ready();
	struct citation *c = &r->w.m[WORLD_POLICE].cite;
	struct citation good = *c;
	struct world_payload p;
	struct checkpoint forged;

	/* not signed by the log */
	c->root[0] ^= 1;
	rig_expect(r, WORLD_POLICE, message(r, &p), &p, STATUS_REFUSED,
	    RULE_CITATION);
	/* signed by the log, of another ledger: found out, and alarmed */
	*c = good;
	forged.size = good.size;
	memcpy(forged.root.b, good.root, HASH_BYTES);
	forged.root.b[0] ^= 1;
	ck_ok(checkpoint_sign(r->w.origin, &forged, r->w.log.secret));
	memcpy(c->root, forged.root.b, HASH_BYTES);
	memcpy(c->signature, forged.signature, WIRE_SIG);
	rig_expect(r, WORLD_POLICE, message(r, &p), &p, STATUS_REFUSED,
	    RULE_CITATION);
	/* ahead of the ledger */
	forged.size = size_of(r) + 100;
	ck_ok(checkpoint_sign(r->w.origin, &forged, r->w.log.secret));
	c->size = forged.size;
	memcpy(c->signature, forged.signature, WIRE_SIG);
	rig_expect(r, WORLD_POLICE, message(r, &p), &p, STATUS_REFUSED,
	    RULE_CITATION);
	*c = good;
	rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_stamp_used)
{
	struct rig *r = ready();
	struct world_payload p;
	struct record *m = message(r, &p), *other;
	struct body b;
	struct buf out;

	rig_admit(r, WORLD_POLICE, m, &p);
	/* the same stamp, other bytes */
	ck_ok(wire_body_decode(r->w.a, m, &b, NULL));
	b.u.submission.urgency[0] ^= 1;
	other = arena_zalloc(r->w.a, sizeof *other);
	*other = *m;
	buf_init(&out, WIRE_BODY_MAX);
	ck_ok(wire_body_encode(&b, &out));
	other->body = bytes_of(arena_dup(r->w.a, out.data, out.n), out.n);
	buf_free(&out);
	world_sign(&r->w, other, WORLD_POLICE);
	rig_expect(r, WORLD_POLICE, other, &p, STATUS_REFUSED,
	    RULE_STAMP_USED);
	/* the first outcome is still remembered */
	rig_admit(r, WORLD_POLICE, m, &p);
	rig_destroy(&r);
}
END_TEST

/* Whatever the reason, an agency reads the same. */
START_TEST(test_one_face)
{
	struct rig *r = ready();
	struct world_payload p;
	const struct wire_answer *a;
	uint32_t face = rule_shown_as(RULE_NO_GRANT);
	uint8_t id[WIRE_CASE];

	/* no grant on this arrow */
	a = rig_send(r, WORLD_SCHOOL, world_submission(&r->w, WORLD_SCHOOL,
	    WORLD_POLICE, "C1", 1024, &p, NULL), &p);
	ck_assert_uint_eq(a->rule, face);
	ck_assert_int_eq(true_rule(r), RULE_NO_GRANT);
	/* a label that the grant has not */
	a = rig_send(r, WORLD_POLICE, world_submission(&r->w, WORLD_POLICE,
	    WORLD_SCHOOL, "C5", 1024, &p, NULL), &p);
	ck_assert_uint_eq(a->rule, face);
	ck_assert_int_eq(true_rule(r), RULE_LABELS);
	/* a case that nobody knows */
	memcpy(id, r->w.kase.id, sizeof id);
	r->w.kase.id[0] ^= 1;
	a = rig_send(r, WORLD_POLICE, message(r, &p), &p);
	memcpy(r->w.kase.id, id, sizeof id);
	ck_assert_uint_eq(a->rule, face);
	ck_assert_int_eq(true_rule(r), RULE_NO_CASE);
	rig_destroy(&r);
}
END_TEST

/* Nor may one member fill the disk that is everybody's. */
START_TEST(test_room_is_rationed)
{
	struct rig *r = ready();
	struct world_payload p;
	unsigned admitted = 0;
	const struct wire_answer *a;

	r->q->c.room_mib = 1;
	for (int i = 0; i < 20; i++) {
		a = rig_send(r, WORLD_POLICE, world_submission(&r->w,
		    WORLD_POLICE, WORLD_SCHOOL, "C1", 65536, &p, NULL),
		    &p);
		admitted += a->status == STATUS_ADMITTED;
		if (a->status != STATUS_ADMITTED)
			ck_assert_uint_eq(a->status, STATUS_BUSY);
	}
	/* 16 times 64 KiB and a tag each are more than 1 MiB */
	ck_assert_uint_eq(admitted, 15);
	/* what narrows goes through, and it flows back */
	rig_pass(r, 24 * 60 * 60 * 1000);
	a = rig_send(r, WORLD_POLICE, world_submission(&r->w, WORLD_POLICE,
	    WORLD_SCHOOL, "C1", 65536, &p, NULL), &p);
	ck_assert_uint_eq(a->status, STATUS_ADMITTED);
	rig_destroy(&r);
}
END_TEST

/* A loop must not grow the ledger for ever. */
START_TEST(test_refusals_are_rationed)
{
	struct rig *r = ready();
	struct world_payload p;
	unsigned entered = 0, busy = 0;
	uint64_t before;

	for (int i = 0; i < 80; i++) {
		const struct wire_answer *a;

		before = size_of(r);
		a = rig_send(r, WORLD_SCHOOL, world_submission(&r->w,
		    WORLD_SCHOOL, WORLD_POLICE, "C1", 1024, &p, NULL), &p);
		entered += size_of(r) > before;
		busy += a->status == STATUS_BUSY;
	}
	ck_assert_uint_eq(entered, 60);
	ck_assert_uint_eq(busy, 20);
	/* another member is not touched by that */
	rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	rig_pass(r, 60 * 1000);
	before = size_of(r);
	(void)rig_send(r, WORLD_SCHOOL, world_submission(&r->w, WORLD_SCHOOL,
	    WORLD_POLICE, "C1", 1024, &p, NULL), &p);
	ck_assert_uint_gt(size_of(r), before);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_opening_line_by_line)
{
	struct rig *r = ready();
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct world_payload p[3];
	const struct wire_opened *o;
	uint64_t idx[3], size;
	struct record *m[3];

	for (int i = 0; i < 3; i++) {
		m[i] = message(r, &p[i]);
		idx[i] = rig_admit(r, WORLD_POLICE, m[i], &p[i]);
	}
	rig_admit(r, WORLD_SCHOOL, world_receipt(&r->w, WORLD_SCHOOL, idx, 3,
	    0), NULL);
	rig_admit(r, WORLD_POLICE, world_recall(&r->w, WORLD_POLICE, m[1]),
	    NULL);
	size = size_of(r);
	rig_forget(r);
	rig_admit(r, WORLD_SCHOOL, world_opening(&r->w, WORLD_SCHOOL, idx, 3),
	    NULL);
	ck_assert_uint_eq(size_of(r), size + 2);
	ck_assert_int_eq(true_rule(r), RULE_RECALLED);
	ck_assert_uint_eq(school->piece[0].what, PIECE_OPENED);
	o = &school->piece[0].entry.u.opened;
	ck_assert_uint_eq(o->line[0].rule, 0);
	ck_assert_uint_eq(o->line[1].rule, rule_shown_as(RULE_NO_GRANT));
	ck_assert_uint_eq(o->line[2].rule, 0);
	ck_assert_uint_eq(school->piece[0].shares.n, 64);
	ck_assert_mem_eq(school->piece[0].shares.data, p[0].share, 32);
	ck_assert_mem_eq(school->piece[0].shares.data + 32, p[2].share, 32);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_lease_over)
{
	struct rig *r = ready();
	struct world_payload p;
	struct record *o;
	uint64_t idx;

	idx = rig_admit(r, WORLD_POLICE, message(r, &p), &p);
	rig_admit(r, WORLD_SCHOOL, world_receipt(&r->w, WORLD_SCHOOL, &idx, 1,
	    0), NULL);
	o = world_opening(&r->w, WORLD_SCHOOL, &idx, 1);
	rig_admit(r, WORLD_SCHOOL, o, NULL);
	/* the lease of 8 hours has run out: the retry gets nothing */
	rig_pass(r, 9ull * 3600 * 1000);
	rig_expect(r, WORLD_SCHOOL, o, NULL, STATUS_REFUSED,
	    rule_shown_as(RULE_NO_GRANT));
	rig_destroy(&r);
}
END_TEST

/* ---- questions --------------------------------------------------------- */

static const struct wire_reply *
ask(struct rig *r, unsigned m, enum wire_ask what, const char *member,
    const uint8_t *case_id, uint64_t from, uint32_t n)
{
	struct peer *p = r->peer[m];
	struct buf b;

	p->has_reply = false;
	buf_init(&b, WIRE_UP_MAX);
	peer_ask(77, what, member, case_id, from, n, &b);
	rig_frame(r, m, buf_view(&b));
	buf_free(&b);
	ck_assert(p->has_reply);
	ck_assert_uint_eq(p->reply.id, 77);
	return &p->reply;
}

START_TEST(test_questions)
{
	struct rig *r = ready();
	const struct wire_reply *a;
	uint8_t other[WIRE_CASE] = { 9 };
	uint64_t next = 0, rows = 0;

	a = ask(r, WORLD_POLICE, ASK_MEMBER, "school", NULL, 0, 0);
	ck_assert_uint_eq(a->code, REPLY_OK);
	ck_assert_uint_eq(a->n_row, 1);
	ck_assert(a->row[0].has_body);
	a = ask(r, WORLD_POLICE, ASK_MEMBER, "nobody", NULL, 0, 0);
	ck_assert_uint_eq(a->code, REPLY_NOT_FOUND);
	a = ask(r, WORLD_POLICE, ASK_SEALING, "school", NULL, 0, 0);
	ck_assert_uint_eq(a->n_row, 1);
	a = ask(r, WORLD_POLICE, ASK_DIRECTORY, NULL, NULL, 0, 0);
	ck_assert_uint_eq(a->n_row, r->w.n);
	/* bodies: auditors any, the custodian its cases, nobody else */
	a = ask(r, WORLD_POLICE, ASK_ENTRIES, NULL, NULL, 0, 10);
	ck_assert_uint_eq(a->code, REPLY_DENIED);
	a = ask(r, WORLD_POLICE, ASK_CASE, NULL, r->w.kase.id, 0, 0);
	ck_assert_uint_eq(a->code, REPLY_DENIED);
	a = ask(r, WORLD_CUSTODIAN, ASK_CASE, NULL, other, 0, 0);
	ck_assert_uint_eq(a->code, REPLY_DENIED);
	a = ask(r, WORLD_CUSTODIAN, ASK_CASE, NULL, r->w.kase.id, 0, 0);
	ck_assert_uint_eq(a->code, REPLY_OK);
	ck_assert_uint_ge(a->n_row, 8);
	do {
		a = ask(r, WORLD_AUDITOR, ASK_ENTRIES, NULL, NULL, next, 7);
		ck_assert_uint_le(a->n_row, 7);
		for (unsigned i = 0; i < a->n_row; i++)
			ck_assert_uint_eq(a->row[i].index, rows++);
		next = a->size;
	} while (a->code == REPLY_MORE);
	ck_assert_uint_eq(rows, size_of(r));
	a = ask(r, WORLD_POLICE, ASK_CONSISTENCY, NULL, NULL, 3, 0);
	ck_assert_uint_gt(a->data.n, 0);
	a = ask(r, WORLD_POLICE, ASK_ECHO, NULL, NULL, 0, 0);
	ck_assert_uint_eq(a->code, REPLY_OK);
	rig_destroy(&r);
}
END_TEST

START_TEST(test_arrow_key_is_asked_for)
{
	struct rig *r = ready();
	const struct wire_reply *a;

	a = ask(r, WORLD_SCHOOL, ASK_ARROW_KEY, NULL, r->w.kase.id, 0, 0);
	ck_assert_uint_eq(a->code, REPLY_OK);
	ck_assert(r->peer[WORLD_CUSTODIAN]->key_asked);
	/* one that has no part in the case gets the same answer */
	r->peer[WORLD_CUSTODIAN]->key_asked = false;
	a = ask(r, WORLD_OTHERS, ASK_ARROW_KEY, NULL, r->w.kase.id, 0, 0);
	ck_assert_uint_eq(a->code, REPLY_OK);
	ck_assert(!r->peer[WORLD_CUSTODIAN]->key_asked);
	rig_destroy(&r);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_misdirected);
	tcase_add_test(tc, test_badly_signed);
	tcase_add_test(tc, test_payload_lies);
	tcase_add_test(tc, test_malformed_frame);
	tcase_add_test(tc, test_stale_and_early);
	tcase_add_test(tc, test_forged_citation);
	tcase_add_test(tc, test_stamp_used);
	tcase_add_test(tc, test_one_face);
	tcase_add_test(tc, test_room_is_rationed);
	tcase_add_test(tc, test_refusals_are_rationed);
	tcase_add_test(tc, test_opening_line_by_line);
	tcase_add_test(tc, test_lease_over);
	tcase_add_test(tc, test_questions);
	tcase_add_test(tc, test_arrow_key_is_asked_for);
}

int
main(void)
{
	return test_main("refuse", fill, 60);
}
