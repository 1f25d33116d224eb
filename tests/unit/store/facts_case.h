/*
 * A small case to test with, for the tests of facts alone: everybody and
 * what they do, in a word each.
 */
#ifndef WAYLEAVE_TESTS_UNIT_STORE_FACTS_CASE_H
#define WAYLEAVE_TESTS_UNIT_STORE_FACTS_CASE_H

#include <sodium.h>
#include <string.h>

#include "store/facts.h"
#include "tests/support/book.h"
#include "tests/support/test.h"

#define START UINT64_C(1900000000000)
#define HOURS(n) ((n) * (uint64_t)HOUR_MS)
#define DAYS(n) ((n) * (uint64_t)DAY_MS)

enum { REFUGE = WORLD_CUSTODIAN, POLICE = WORLD_POLICE,
	SCHOOL = WORLD_SCHOOL, AUDITOR = WORLD_AUDITOR, CLINIC = WORLD_OTHERS };

static struct world world, *w = &world;
static struct book book, *b = &book;
static struct world_payload payload;

static inline void
setup(void)
{
	world_make(w, 7, START);
	book_make(b, w);
}

static inline void
teardown(void)
{
	book_replay(b);         /* whatever a test did must replay */
	book_free(b);
	world_free(w);
}

static inline void
cite(unsigned m)
{
	w->m[m].cite = book_cite(b);
}

/* A case with phrases; consent is signed over the newest checkpoint. */
static inline void
open_case(void)
{
	world_case_make(w);
	book_admit(b, world_case_opened(w));
	book_admit(b, world_phrases(w));
	cite(REFUGE);
}

static inline struct record *
grant(unsigned from, unsigned to)
{
	struct record *r;

	cite(REFUGE);
	r = world_grant(w, from, to, false, NULL);
	book_admit(b, r);
	return r;
}

static inline void
wait_ms(uint64_t ms)
{
	w->now += ms;
}

static inline uint64_t
submit(unsigned from, unsigned to, const char *what)
{
	return book_admit(b, world_submission(w, from, to, what, 1024,
	    &payload, NULL));
}

/* Delivered, received, and stored by the recipient. */
static inline uint64_t
send(unsigned from, unsigned to, const char *what)
{
	uint64_t m = submit(from, to, what);

	ck_assert_int_eq((int)book_deliver(b, m), RULE_ADMIT);
	book_admit(b, world_receipt(w, to, &m, 1, 0));
	return m;
}

static inline enum rule
open_one(unsigned by, uint64_t message)
{
	enum rule rule = RULE_END, all;

	all = book_open(b, world_opening(w, by, &message, 1), &rule);
	return all == RULE_ADMIT ? rule : all;
}

/* The introduction of the case and its conflict check at an agency. */
static inline void
introduce(unsigned to)
{
	uint64_t m;

	cite(REFUGE);
	book_admit(b, world_grant(w, REFUGE, to, true, NULL));
	m = send(REFUGE, to, "ID");
	ck_assert_int_eq((int)open_one(to, m), RULE_ADMIT);
	book_admit(b, world_checked(w, to, m));
}

static inline struct store_case
the_case(void)
{
	struct store_case c;

	ck_ok(store_case(b->s, w->kase.id, &c));
	return c;
}

/* The kinds of the newest entries, oldest first: "RZE". */
static inline const char *
tail(unsigned n)
{
	static char text[64];
	struct entry e;
	unsigned i;

	for (i = 0; i < n; i++) {
		arena_reset(b->a);
		book_entry(b, b->n - n + i, &e);
		text[i] = "?RdoZEfxn"[e.kind];
	}
	text[n] = '\0';
	return text;
}

static inline void
last_ended(uint64_t back, const char *from, const char *to, unsigned n)
{
	struct entry e;

	arena_reset(b->a);
	book_entry(b, b->n - 1 - back, &e);
	ck_assert_int_eq((int)e.kind, ENTRY_ENDED);
	ck_assert_str_eq(e.u.ended.sender, from);
	ck_assert_str_eq(e.u.ended.recipient, to);
	ck_assert_uint_eq(e.u.ended.n, n);
}

#endif
