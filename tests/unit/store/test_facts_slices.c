/*
 * What agents hold against the whole ledger, over random histories: a slice
 * folds only what its member is told, and still answers alike.
 */
#include <sodium.h>
#include <string.h>

#include "store/facts.h"
#include "tests/support/book.h"
#include "tests/support/test.h"

#define START UINT64_C(1900000000000)
#define HOURS(n) ((n) * (uint64_t)HOUR_MS)

enum { MEMBERS = 7, AGENCIES = 5, CASES = 2, GRANTS = 40, STEPS = 60 };

static struct world world, *w = &world;
static struct book book, *b = &book;
static struct slice slice[MEMBERS];
static uint64_t chance;

static const unsigned agency[AGENCIES] = {
	WORLD_CUSTODIAN, WORLD_POLICE, WORLD_SCHOOL, WORLD_OTHERS,
	WORLD_OTHERS + 1,
};

/* A case and the grants ever signed in it. */
static struct history {
	struct world_case kase;
	struct record *grant[GRANTS];
	unsigned end[GRANTS][2];
	unsigned n;
	bool closed;
} history[CASES];

static unsigned
below(unsigned n)
{
	return (unsigned)(test_random(&chance) % n);
}

static void
setup(void)
{
	unsigned i;

	world_make(w, MEMBERS, START);
	book_make(b, w);
	for (i = 0; i < MEMBERS; i++)
		slice_make(b, &slice[i], w->m[i].id);
	memset(history, 0, sizeof history);
	for (i = 0; i < CASES; i++) {
		world_case_make(w);
		book_admit(b, world_case_opened(w));
		book_admit(b, world_phrases(w));
		history[i].kase = w->kase;
	}
}

static void
teardown(void)
{
	unsigned i;

	for (i = 0; i < MEMBERS; i++)
		slice_free(&slice[i]);
	book_free(b);
	world_free(w);
}

/* ---- one step of a history ---------------------------------------------------- */

static void
random_terms(struct wire_grant *g)
{
	if (below(3) == 0) {
		g->has_waiver = false;
		memset(g->waiver, 0, sizeof g->waiver);
	}
	g->until = g->from + HOURS(1 + below(200));
	g->keep_read_days = below(3);
}

static void
step_grant(struct history *h)
{
	unsigned from = agency[below(AGENCIES)], to = agency[below(AGENCIES)];

	if (h->n == GRANTS)
		return;
	w->m[WORLD_CUSTODIAN].cite = book_cite(b);
	h->grant[h->n] = world_grant(w, from, to, below(6) == 0,
	    random_terms);
	h->end[h->n][0] = from;
	h->end[h->n++][1] = to;
	(void)book_put(b, h->grant[h->n - 1], NULL);
}

static void
step_withdraw(struct history *h)
{
	unsigned i, by;

	if (h->n == 0)
		return;
	i = below(h->n);
	by = below(3) == 0 ? WORLD_CUSTODIAN : h->end[i][below(2)];
	(void)book_put(b, world_withdraw(w, by, h->grant[i]), NULL);
}

static void
step_resume(struct history *h)
{
	struct store_case c;

	ck_ok(store_case(b->s, h->kase.id, &c));
	if (c.state != CASE_FROZEN)
		return;
	w->now += HOURS(24);
	book_later(b);
	w->m[WORLD_CUSTODIAN].cite = book_cite(b);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	(void)book_put(b, world_phrases(w), NULL);
	(void)book_put(b, world_resume(w, c.stop_idx), NULL);
}

static void
step_member(void)
{
	unsigned m = agency[below(AGENCIES)];

	if (below(12) == 0)
		(void)book_put(b, world_revoke(w, m), NULL);
	else if (below(2) == 0)
		(void)book_put(b, world_suspend(w, m), NULL);
	else
		(void)book_put(b, world_member(w, m), NULL);
}

static void
step(void)
{
	struct history *h = &history[below(CASES)];

	w->kase = h->kase;
	switch (below(16)) {
	default:
		step_grant(h);
		break;
	case 0: case 1: case 2:
		step_withdraw(h);
		break;
	case 3: case 4:
		(void)book_put(b, world_stop(w, agency[below(AGENCIES)],
		    w->kase.token[below(2)]), NULL);
		break;
	case 5: case 6:
		step_resume(h);
		break;
	case 7: case 8:
		book_later(b);
		break;
	case 9:
		step_member();
		break;
	case 10:
		if (below(6) == 0)
			(void)book_put(b, below(2) == 0 ? world_close(w) :
			    world_withdraw(w, WORLD_CUSTODIAN, NULL), NULL);
		break;
	}
	h->kase = w->kase;
	w->now += HOURS(below(6)) + below(1000);
}

/* ---- the comparison ---------------------------------------------------------------- */

static enum rule
may_send(struct store *s, const struct history *h, const struct grant *like,
    unsigned from, unsigned to)
{
	struct facts_room room;
	struct facts f;

	ck_ok(facts_for_sending(s, w->now, h->kase.id, w->m[from].id,
	    w->m[to].id, (const uint8_t (*)[WIRE_LABEL])like->label, 1,
	    w->now + 1, &room, &f));
	return rules_decide(&f).rule;
}

/* Who was revoked is told nothing more. */
static bool
cut_off(unsigned m)
{
	const struct store_member *x;

	ck_ok(store_member(b->s, w->m[m].id, &x));
	return x->revoked;
}

/*
 * Recipient and custodian know all that decides, so they answer as the whole
 * ledger does; a sender may hold a grant back that an earlier one of another
 * sender put in force at once, and never sends more.  None of them but the
 * custodian is told of a freeze before its `ended` entries.
 */
static void
compare_arrow(const struct history *h, unsigned from, unsigned to)
{
	struct grant g[RULES_GRANTS_MAX];
	enum rule whole, his;
	unsigned i, n, m;

	ck_ok(store_grants(b->s, h->kase.id, w->m[from].id, w->m[to].id, g,
	    &n));
	for (i = 0; i < n; i++) {
		whole = may_send(b->s, h, &g[i], from, to);
		for (m = 0; m < MEMBERS; m++) {
			if (cut_off(m))
				continue;
			his = may_send(slice[m].s, h, &g[i], from, to);
			if (m == to || m == WORLD_CUSTODIAN)
				ck_assert_msg((whole == RULE_ADMIT) ==
				    (his == RULE_ADMIT),
				    "%s: %s to %s: %s, in truth %s",
				    w->m[m].id, w->m[from].id, w->m[to].id,
				    rule_name(his), rule_name(whole));
			else if (m == from)
				ck_assert(his != RULE_ADMIT ||
				    whole == RULE_ADMIT);
			else
				ck_assert_int_ne((int)his, RULE_ADMIT);
		}
	}
}

static void
compare(void)
{
	unsigned c, i, j;

	for (i = 0; i < MEMBERS; i++)
		slice_sync(b, &slice[i]);
	for (c = 0; c < CASES; c++)
		for (i = 0; i < AGENCIES; i++)
			for (j = 0; j < AGENCIES; j++)
				if (i != j)
					compare_arrow(&history[c], agency[i],
					    agency[j]);
}

START_TEST(slices_agree)
{
	unsigned i;

	chance = 1000 + (uint64_t)_i;
	for (i = 0; i < STEPS; i++) {
		step();
		if (i % 5 == 4) {
			book_later(b);
			compare();
		}
	}
	w->now += HOURS(100);
	compare();
}
END_TEST

START_TEST(histories_replay)
{
	unsigned i;

	chance = 77000 + (uint64_t)_i;
	for (i = 0; i < 2 * STEPS; i++)
		step();
	book_replay(b);
}
END_TEST

/* An end that was told `ended` cannot tell a withdrawal from a stop. */
START_TEST(one_face)
{
	struct grant stopped[RULES_GRANTS_MAX], other[RULES_GRANTS_MAX];
	struct history *h = history;
	struct record *g;
	unsigned n;

	w->kase = h->kase;
	w->m[WORLD_CUSTODIAN].cite = book_cite(b);
	g = world_grant(w, WORLD_POLICE, WORLD_SCHOOL, false, NULL);
	book_admit(b, g);
	book_admit(b, world_withdraw(w, WORLD_CUSTODIAN, g));
	w->kase = history[1].kase;
	w->m[WORLD_CUSTODIAN].cite = book_cite(b);
	book_admit(b, world_grant(w, WORLD_POLICE, WORLD_SCHOOL, false,
	    NULL));
	book_admit(b, world_stop(w, WORLD_OTHERS, w->kase.token[0]));
	book_later(b);
	slice_sync(b, &slice[WORLD_SCHOOL]);
	ck_ok(store_grants(slice[WORLD_SCHOOL].s, history[0].kase.id,
	    "police", "school", other, &n));
	ck_assert_uint_eq(n, 1);
	ck_ok(store_grants(slice[WORLD_SCHOOL].s, history[1].kase.id,
	    "police", "school", stopped, &n));
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq((int)other[0].ended_by, ENDED_UNKNOWN);
	ck_assert_int_eq((int)stopped[0].ended_by, ENDED_UNKNOWN);
	ck_assert_int_eq((int)may_send(slice[WORLD_SCHOOL].s, &history[0],
	    other, WORLD_POLICE, WORLD_SCHOOL), RULE_WITHDRAWN);
	ck_assert_int_eq((int)may_send(slice[WORLD_SCHOOL].s, &history[1],
	    stopped, WORLD_POLICE, WORLD_SCHOOL), RULE_WITHDRAWN);
}
END_TEST

struct told {
	enum wire_kind kind[64];
	unsigned n;
};

static enum error_code
take_told(void *ctx, uint64_t idx, bool mail)
{
	struct told *t = ctx;
	struct entry e;

	if (mail || t->n == 64)
		return ERR_NONE;
	arena_reset(b->a);
	book_entry(b, idx, &e);
	t->kind[t->n++] = e.kind == ENTRY_RECORD ? e.record.kind : KIND_NONE;
	return ERR_NONE;
}

/* case-opened and the newest resume come, late, just before the grant. */
START_TEST(newcomers_are_told_the_case)
{
	static const enum wire_kind want[] = {
		KIND_CASE_OPENED, KIND_RESUME, KIND_GRANT, KIND_GRANT,
	};
	struct told t = { .n = 0 };
	unsigned i;

	w->kase = history[0].kase;
	book_admit(b, world_stop(w, WORLD_POLICE, w->kase.token[0]));
	step_resume(&history[0]);
	for (i = 0; i < 2; i++) {
		w->m[WORLD_CUSTODIAN].cite = book_cite(b);
		book_admit(b, world_grant(w, WORLD_POLICE, WORLD_OTHERS, false,
		    NULL));
	}
	ck_ok(store_feed(b->s, w->m[WORLD_OTHERS].id, 0, 64, take_told, &t));
	ck_assert_uint_ge(t.n, 4);
	for (i = 0; i < 4; i++)         /* after its own keys and workers */
		ck_assert_int_eq((int)t.kind[t.n - 4 + i], (int)want[i]);
	slice_sync(b, &slice[WORLD_OTHERS]);
	t.n = 0;                        /* and the bystander nothing */
	ck_ok(store_feed(b->s, w->m[WORLD_SCHOOL].id, 0, 64, take_told, &t));
	for (i = 0; i < t.n; i++)
		ck_assert_int_le((int)t.kind[i], KIND_WORKER);
}
END_TEST

/* Who presented which phrase: the presenter's own, and the custodian's. */
START_TEST(stops_are_told_to_the_custodian)
{
	struct told t = { .n = 0 };
	uint8_t other[32];
	unsigned before;

	randombytes_buf(other, sizeof other);
	ck_ok(store_feed(b->s, "refuge", 0, 64, take_told, &t));
	before = t.n;
	w->kase = history[0].kase;
	book_admit(b, world_stop(w, WORLD_POLICE, other));
	t.n = 0;
	ck_ok(store_feed(b->s, "refuge", 0, 64, take_told, &t));
	ck_assert_uint_eq(t.n, before);
	book_admit(b, world_stop(w, WORLD_POLICE, w->kase.token[0]));
	t.n = 0;
	ck_ok(store_feed(b->s, "refuge", 0, 64, take_told, &t));
	ck_assert_uint_eq(t.n, before + 2);             /* stop, frozen */
	ck_assert_int_eq((int)t.kind[before], KIND_STOP);
	ck_assert_int_eq((int)t.kind[before + 1], KIND_NONE);
	step_resume(&history[0]);
	t.n = 0;
	ck_ok(store_feed(b->s, "refuge", 0, 64, take_told, &t));
	before = t.n;
	book_admit(b, world_stop(w, WORLD_POLICE, history[0].kase.token[0]));
	t.n = 0;                                        /* spent: told alone */
	ck_ok(store_feed(b->s, "refuge", 0, 64, take_told, &t));
	ck_assert_uint_eq(t.n, before + 1);
	ck_assert_int_eq((int)t.kind[before], KIND_STOP);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, slices_agree, 0, 60);
	tcase_add_loop_test(tc, histories_replay, 0, 10);
	tcase_add_test(tc, one_face);
	tcase_add_test(tc, newcomers_are_told_the_case);
	tcase_add_test(tc, stops_are_told_to_the_custodian);
}

int
main(void)
{
	return test_main("facts, slices", fill, 120);
}
