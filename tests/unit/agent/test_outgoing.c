/*
 * The outbox: signed once, durable before it is sent, the same bytes again
 * and again, in the order and the amount that the broker takes, and never
 * past a permission that has ended.
 */
#include "agent/distrust.h"
#include "agent/life.h"
#include "tests/unit/agent/liar.h"

enum { MANY = 5000 };

static struct office *o;
static struct liar *l;
static struct agent *a;

/* What the agent sent, as its frames came. */
struct gone {
	uint8_t stamp[WIRE_STAMP];
	uint8_t wire[32];               /* hash of the record's bytes */
	uint8_t signature[WIRE_SIG];
	enum wire_kind kind;
};
static struct gone sent[2 * MANY];
static unsigned n_sent, n_frames;

static void
take_frame(unsigned m, struct bytes frame)
{
	struct arena *arena = arena_create(2 << 20);
	struct why why = { "" };
	struct up up;

	ck_assert_uint_eq(m, WORLD_SCHOOL);
	/* durable before it leaves */
	ck_assert(!db_in_transaction(a->db));
	ck_assert_msg(wire_up_decode(arena, frame, &up, &why) == ERR_NONE,
	    "%s", why.text);
	n_frames += up.n_item > 0;
	for (unsigned i = 0; i < up.n_item; i++) {
		struct gone *s = &sent[n_sent++];
		struct out_outcome out;
		struct body b;

		ck_assert_uint_le(n_sent, 2 * MANY);
		ck_ok(wire_body_decode(arena, &up.item[i].record, &b, NULL));
		memcpy(s->stamp, b.stamp, WIRE_STAMP);
		memcpy(s->signature, up.item[i].record.signature, WIRE_SIG);
		s->kind = b.kind;
		crypto_generichash(s->wire, sizeof s->wire,
		    up.item[i].record.wire.data, up.item[i].record.wire.n,
		    NULL, 0);
		ck_ok(outgoing_outcome(a, b.stamp, &out));
		ck_assert_int_eq((int)out.state, OUT_SEALED);
	}
	arena_destroy(&arena);
}

static void
setup(void)
{
	o = liar_office(&l);
	a = l->a;
	o->capture = take_frame;
	n_sent = n_frames = 0;
	ck_assert_uint_eq(a->outgoing != NULL, true);
}

static void
teardown(void)
{
	liar_destroy(&l);
	office_destroy(&o);
}

/* A record that needs nothing of anybody. */
static void
put(enum wire_kind kind, uint8_t stamp[static WIRE_STAMP])
{
	struct body b = { .kind = kind };

	outgoing_head(a, &b);
	if (kind == KIND_SEALING_KEY) {
		b.u.sealing_key.epoch = 50;
		b.u.sealing_key.until = l->w->now + CLOCK_DAY_MS;
	}
	memcpy(stamp, b.stamp, WIRE_STAMP);
	ck_ok(outgoing_put(a, &b, NULL, NULL));
}

static void
put_message(uint8_t stamp[static WIRE_STAMP])
{
	static const uint8_t share[32] = { 1 }, cipher[1040] = { 2 };
	const struct out_extra x = { .share = share,
	    .ciphertext = { cipher, sizeof cipher } };
	struct body b = { .kind = KIND_SUBMISSION, .has_case = true };
	struct wire_submission *s = &b.u.submission;
	uint8_t key[ARROW_KEY];

	outgoing_head(a, &b);
	memcpy(b.case_id, l->w->kase.id, WIRE_CASE);
	s->suite = WIRE_SUITE;
	strcpy(s->recipient, "police");
	s->epoch = 1;
	s->created = l->w->now;
	s->expires = l->w->now + CLOCK_DAY_MS;
	s->padded = 1024;
	arrow_key(l->w->kase.key, l->w->kase.id, "school", "police", key);
	arrow_label(key, "C1", "PU01", s->label[0]);
	s->n_label = 1;
	memcpy(stamp, b.stamp, WIRE_STAMP);
	ck_ok(outgoing_put(a, &b, &x, NULL));
}

static struct record *
grant_to_police(void)
{
	struct record *g = world_grant(l->w, WORLD_SCHOOL, WORLD_POLICE,
	    false, plain_labels);

	liar_record(l, world_case_opened(l->w), PIECE_NEWS);
	liar_record(l, g, PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	return g;
}

static void
push(void)
{
	ck_ok(outgoing_seal(a));
	outgoing_push(a);
}

static void
admit(const uint8_t stamp[static WIRE_STAMP])
{
	ck_ok(agent_begin(a));
	ck_ok(agent_end(a, outgoing_admitted(a, stamp, 1, 1)));
}

static enum out_state
state(const uint8_t stamp[static WIRE_STAMP])
{
	struct out_outcome out;

	ck_ok(outgoing_outcome(a, stamp, &out));
	return out.state;
}

/* ---- once signed ---------------------------------------------------------------- */

START_TEST(the_same_bytes_again)
{
	uint8_t stamp[WIRE_STAMP];

	put(KIND_SEALING_KEY, stamp);
	ck_assert_uint_eq(n_sent, 0);
	push();
	ck_assert_uint_eq(n_sent, 1);
	/* unanswered on this connection: it waits */
	push();
	ck_assert_uint_eq(n_sent, 1);
	for (unsigned i = 1; i < 4; i++) {
		outgoing_disconnected(a);
		push();
		ck_assert_uint_eq(n_sent, i);
		ck_ok(outgoing_connected(a, 10));
		push();
		ck_assert_uint_eq(n_sent, i + 1);
		ck_assert_mem_eq(sent[i].wire, sent[0].wire, 32);
	}
	admit(stamp);
	ck_ok(outgoing_connected(a, 10));
	push();
	ck_assert_uint_eq(n_sent, 4);
}
END_TEST

START_TEST(the_same_bytes_after_a_restart)
{
	uint8_t stamp[WIRE_STAMP];

	put(KIND_SEALING_KEY, stamp);
	push();
	o->capture = NULL;
	agent_close(&o->a[WORLD_SCHOOL]);
	office_agent(o, WORLD_SCHOOL);
	o->capture = take_frame;
	a = l->a = o->a[WORLD_SCHOOL];
	ck_ok(outgoing_connected(a, 10));
	push();
	ck_assert_uint_eq(n_sent, 2);
	ck_assert_mem_eq(sent[1].wire, sent[0].wire, 32);
}
END_TEST

/* What gathered in one turn is signed with one signature. */
START_TEST(one_signature_for_many)
{
	uint8_t stamp[WIRE_STAMP];

	ck_ok(outgoing_connected(a, 1000));
	for (int i = 0; i < 64; i++)
		put(KIND_SEALING_KEY, stamp);
	push();
	ck_assert_uint_eq(n_sent, 64);
	for (unsigned i = 1; i < 64; i++)
		ck_assert_mem_eq(sent[i].signature, sent[0].signature,
		    WIRE_SIG);
	/* the next one fills another bundle */
	for (int i = 0; i < 65; i++)
		put(KIND_SEALING_KEY, stamp);
	push();
	ck_assert_uint_eq(n_sent, 64 + 65);
}
END_TEST

/* ---- as much as the broker takes ---------------------------------------------------- */

START_TEST(within_the_credit)
{
	uint8_t stamp[10][WIRE_STAMP], stop[WIRE_STAMP];

	ck_ok(outgoing_connected(a, 3));
	for (int i = 0; i < 10; i++)
		put(KIND_SEALING_KEY, stamp[i]);
	push();
	ck_assert_uint_eq(n_sent, 3);
	/* what narrows waits for nobody */
	put(KIND_STOP, stop);
	push();
	ck_assert_uint_eq(n_sent, 4);
	ck_assert_int_eq((int)sent[3].kind, KIND_STOP);
	ck_assert_mem_eq(sent[3].stamp, stop, WIRE_STAMP);
	admit(stop);
	admit(stamp[0]);
	admit(stamp[1]);
	push();
	ck_assert_uint_eq(n_sent, 6);
	ck_assert_mem_eq(sent[4].stamp, stamp[3], WIRE_STAMP);
	ck_assert_mem_eq(sent[5].stamp, stamp[4], WIRE_STAMP);
}
END_TEST

START_TEST(busy_waits_its_time)
{
	uint8_t stamp[WIRE_STAMP];

	ck_ok(outgoing_connected(a, 1));
	put(KIND_SEALING_KEY, stamp);
	push();
	outgoing_busy(a, stamp, 5000);
	push();
	ck_assert_uint_eq(n_sent, 1);
	rig_pass(o->r, 4999);
	push();
	ck_assert_uint_eq(n_sent, 1);
	rig_pass(o->r, 1);
	push();
	ck_assert_uint_eq(n_sent, 2);
	ck_assert_mem_eq(sent[1].wire, sent[0].wire, 32);
	/* another's stamp says nothing */
	stamp[0] ^= 1;
	outgoing_busy(a, stamp, 1);
	push();
	ck_assert_uint_eq(n_sent, 2);
}
END_TEST

/* More than the queue in memory holds: all go, each once, in order. */
START_TEST(thousands_wait)
{
	uint8_t stamp[WIRE_STAMP], first[WIRE_STAMP];
	unsigned answered = 0;

	outgoing_disconnected(a);
	put(KIND_SEALING_KEY, first);
	for (unsigned i = 1; i < MANY; i++)
		put(KIND_SEALING_KEY, stamp);
	ck_ok(outgoing_seal(a));
	ck_ok(outgoing_connected(a, 64));
	for (int turn = 0; turn < 1000 && answered < MANY; turn++) {
		push();
		ck_ok(agent_begin(a));
		while (answered < n_sent)
			ck_ok(outgoing_admitted(a, sent[answered++].stamp,
			    1, 1));
		ck_ok(agent_end(a, ERR_NONE));
	}
	ck_assert_uint_eq(n_sent, MANY);
	ck_assert_mem_eq(sent[0].stamp, first, WIRE_STAMP);
	ck_assert_mem_eq(sent[MANY - 1].stamp, stamp, WIRE_STAMP);
	ck_assert_uint_eq(rows_of(a, "outgoing WHERE state = 1"), 0);
}
END_TEST

/* ---- permissions ------------------------------------------------------------------------ */

static void
ended_news(uint64_t grant)
{
	struct wire_ended e = { .sender = "school", .recipient = "police",
	    .grant = &grant, .n = 1 };
	struct buf out;

	memcpy(e.case_id, l->w->kase.id, WIRE_CASE);
	buf_init(&out, 1024);
	ck_ok(wire_ended_encode(&e, &out));
	liar_entry(l, ENTRY_ENDED, buf_view(&out), PIECE_NEWS);
	buf_free(&out);
	l->time = l->w->now;
	liar_close(l);
	liar_ok(l);
}

START_TEST(what_waited_is_asked_again)
{
	uint8_t stamp[WIRE_STAMP], other[WIRE_STAMP];

	(void)grant_to_police();
	outgoing_disconnected(a);
	put_message(stamp);
	put(KIND_SEALING_KEY, other);
	ck_ok(outgoing_seal(a));
	rig_pass(o->r, 10 * CLOCK_SECOND_MS);
	ended_news(l->n - 1);
	ck_ok(outgoing_connected(a, 10));
	push();
	ck_assert_uint_eq(n_sent, 1);
	ck_assert_mem_eq(sent[0].stamp, other, WIRE_STAMP);
	ck_assert_int_eq((int)state(stamp), OUT_STOPPED);
	ck_assert_uint_eq(rows_of(a, "outgoing WHERE kind = 16 AND ciphertext"
	    " IS NOT NULL"), 0);
	/* the ledger has the last word: if it did go, it says so */
	admit(stamp);
	ck_assert_int_eq((int)state(stamp), OUT_ADMITTED);
}
END_TEST

START_TEST(with_permission_it_goes)
{
	uint8_t stamp[WIRE_STAMP];

	(void)grant_to_police();
	outgoing_disconnected(a);
	put_message(stamp);
	ck_ok(outgoing_seal(a));
	rig_pass(o->r, 10 * CLOCK_SECOND_MS);
	ck_ok(outgoing_connected(a, 10));
	push();
	ck_assert_uint_eq(n_sent, 1);
	ck_assert_int_eq((int)state(stamp), OUT_SEALED);
}
END_TEST

/* Nothing leaves on permissions that nobody has confirmed lately; what
 * narrows does. */
START_TEST(not_on_old_permissions)
{
	uint8_t stamp[WIRE_STAMP], stop[WIRE_STAMP];

	(void)grant_to_police();
	put_message(stamp);
	put(KIND_STOP, stop);
	a->statement_ever = false;
	push();
	ck_assert_uint_eq(n_sent, 1);
	ck_assert_int_eq((int)sent[0].kind, KIND_STOP);
	l->time = l->w->now;
	liar_close(l);
	liar_ok(l);
	push();
	ck_assert_uint_eq(n_sent, 2);
	/* one older than the bound is as good as none */
	put_message(stamp);
	rig_pass(o->r, 900 * CLOCK_SECOND_MS + 1);
	push();
	ck_assert_uint_eq(n_sent, 2);
	agent_distrust(a, NULL, "a test");
	put(KIND_STOP, stop);
	push();
	ck_assert_uint_eq(n_sent, 3);
}
END_TEST

/* ---- outcomes and who waits for them ------------------------------------------------------ */

struct waited {
	unsigned n;
	struct out_outcome last;
};

static void
done(struct agent *agent, const struct out_outcome *out, void *ctx)
{
	struct waited *w = ctx;

	ck_assert_ptr_eq(agent, a);
	w->n++;
	w->last = *out;
}

START_TEST(waits_settle)
{
	static struct waited w[4];
	uint8_t stamp[4][WIRE_STAMP];
	const uint64_t boot = clock_boot(&a->clock);

	for (int i = 0; i < 4; i++) {
		put(KIND_SEALING_KEY, stamp[i]);
		ck_ok(outgoing_wait(a, stamp[i], boot + 1000, done, &w[i]));
	}
	push();
	outgoing_settle(a);
	ck_assert_uint_eq(w[0].n + w[1].n + w[2].n + w[3].n, 0);
	admit(stamp[0]);
	ck_ok(agent_begin(a));
	ck_ok(agent_end(a, outgoing_refused(a, stamp[1], RULE_NO_GRANT)));
	outgoing_forget(a, &w[3]);
	outgoing_settle(a);
	ck_assert_uint_eq(w[0].n, 1);
	ck_assert_int_eq((int)w[0].last.state, OUT_ADMITTED);
	ck_assert_uint_eq(w[1].n, 1);
	ck_assert_int_eq((int)w[1].last.state, OUT_REFUSED);
	ck_assert_int_eq((int)w[1].last.rule, RULE_NO_GRANT);
	rig_pass(o->r, 999);
	outgoing_settle(a);
	ck_assert_uint_eq(w[2].n, 0);
	rig_pass(o->r, 1);
	outgoing_settle(a);
	outgoing_settle(a);
	ck_assert_uint_eq(w[2].n, 1);
	ck_assert_int_eq((int)w[2].last.state, OUT_SEALED);
	ck_assert_uint_eq(w[3].n, 0);
	/* one whose outcome is known already */
	ck_ok(outgoing_wait(a, stamp[0], boot + 5000, done, &w[0]));
	outgoing_settle(a);
	ck_assert_uint_eq(w[0].n, 2);
}
END_TEST

/* Puts the next record as soon as the one before has its outcome. */
static void
put_next(struct agent *agent, const struct out_outcome *out, void *ctx)
{
	(void)agent;
	ck_assert_int_eq((int)out->state, OUT_ADMITTED);
	put(KIND_SEALING_KEY, ctx);
}

static bool
was_sent(const uint8_t stamp[static WIRE_STAMP])
{
	for (unsigned i = 0; i < n_sent; i++)
		if (memcmp(sent[i].stamp, stamp, WIRE_STAMP) == 0)
			return true;
	return false;
}

/* One thing after another (opening 500 records takes two) costs no turn of
 * waiting in between. */
START_TEST(what_follows_an_outcome_goes_at_once)
{
	uint8_t first[WIRE_STAMP], next[WIRE_STAMP] = { 0 };

	put(KIND_SEALING_KEY, first);
	ck_ok(outgoing_wait(a, first, UINT64_MAX, put_next, next));
	agent_turn(a);
	ck_assert(was_sent(first));
	ck_assert(sodium_is_zero(next, sizeof next));
	admit(first);
	agent_turn(a);
	ck_assert(!sodium_is_zero(next, sizeof next));
	ck_assert(was_sent(next));
}
END_TEST

START_TEST(waits_are_bounded)
{
	static struct waited w;
	uint8_t stamp[WIRE_STAMP] = { 1 };
	enum error_code e = ERR_NONE;
	unsigned n = 0;

	while (e == ERR_NONE && n < 10000) {
		e = outgoing_wait(a, stamp, UINT64_MAX, done, &w);
		n++;
	}
	ck_assert_int_eq((int)e, ERR_BUSY);
	outgoing_forget(a, &w);
	ck_ok(outgoing_wait(a, stamp, UINT64_MAX, done, &w));
}
END_TEST

/* What an agency is told moves forward only, and only for what it sent. */
START_TEST(told_moves_forward)
{
	struct wire_told t = { .message = 1, .what = TOLD_OPENED, .time = 5,
	    .role = "officer" };
	uint8_t stamp[WIRE_STAMP];

	(void)grant_to_police();
	put_message(stamp);
	push();
	ck_ok(outgoing_told(a, &t));
	ck_assert_int_eq((int)state(stamp), OUT_SEALED);
	admit(stamp);
	ck_ok(outgoing_told(a, &t));
	ck_assert_int_eq((int)state(stamp), OUT_OPENED);
	t.what = TOLD_DELIVERED;
	ck_ok(outgoing_told(a, &t));
	ck_assert_int_eq((int)state(stamp), OUT_OPENED);
	t.what = TOLD_DROPPED;
	ck_ok(outgoing_told(a, &t));
	ck_assert_int_eq((int)state(stamp), OUT_DROPPED);
	t.what = TOLD_REJECTED;
	ck_ok(outgoing_told(a, &t));
	ck_assert_int_eq((int)state(stamp), OUT_DROPPED);
	t.what = 9;
	ck_err(outgoing_told(a, &t), ERR_FORMAT);
}
END_TEST

/* An answer about a record of nobody's changes nothing. */
START_TEST(answers_for_unknown_stamps)
{
	const uint8_t stamp[WIRE_STAMP] = { 9 };
	const struct state before = state_of(a);
	struct state after;

	ck_ok(outgoing_admitted(a, stamp, 3, 3));
	ck_ok(outgoing_refused(a, stamp, RULE_NO_GRANT));
	outgoing_busy(a, stamp, 3);
	after = state_of(a);
	ck_assert(state_same(&before, &after));
}
END_TEST

START_TEST(nothing_while_locked)
{
	struct body b = { .kind = KIND_STOP };

	agent_locked(a);
	ck_err(outgoing_put(a, &b, NULL, NULL), ERR_LOCKED);
	ck_ok(outgoing_seal(a));
	outgoing_push(a);
	outgoing_settle(a);
	outgoing_forget(a, a);
	ck_assert_uint_eq(n_sent, 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_same_bytes_again);
	tcase_add_test(tc, the_same_bytes_after_a_restart);
	tcase_add_test(tc, one_signature_for_many);
	tcase_add_test(tc, within_the_credit);
	tcase_add_test(tc, busy_waits_its_time);
	tcase_add_test(tc, thousands_wait);
	tcase_add_test(tc, what_waited_is_asked_again);
	tcase_add_test(tc, with_permission_it_goes);
	tcase_add_test(tc, not_on_old_permissions);
	tcase_add_test(tc, waits_settle);
	tcase_add_test(tc, what_follows_an_outcome_goes_at_once);
	tcase_add_test(tc, waits_are_bounded);
	tcase_add_test(tc, told_moves_forward);
	tcase_add_test(tc, answers_for_unknown_stamps);
	tcase_add_test(tc, nothing_while_locked);
}

int
main(void)
{
	return test_main("outgoing", fill, 120);
}
