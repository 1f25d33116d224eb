/*
 * A ledger without broker, signer or network: a store, entries in order, and
 * the four steps - decide, append, fold, apply - done for each record.  It
 * can be replayed, and an agent's slice be kept from its news.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_BOOK_H
#define WAYLEAVE_TESTS_SUPPORT_BOOK_H

#include "store/facts.h"
#include "tests/support/world.h"

enum { BOOK_ENTRIES = 4096 };

struct book {
	struct world *w;              /* its clock is the ledger's */
	struct store *s;
	struct arena *a;              /* for one record or entry */
	uint64_t n;
	struct {
		struct bytes body;    /* in the world's arena */
		uint8_t salt[ENTRY_SALT];
	} entry[BOOK_ENTRIES];
};

/* With partnership, members, sealing keys and workers of the world. */
void book_make(struct book *b, struct world *w);
void book_free(struct book *b);

/* The newest entry's index. */
uint64_t book_last(const struct book *b);
struct citation book_cite(const struct book *b);
/* What the book's entry holds, decoded in b->a. */
void book_entry(struct book *b, uint64_t idx, struct entry *out);

/*
 * Puts a record to the rules, enters it and what follows from it, or its
 * refusal.  `idx`, which may be NULL, gets its entry's index.  Openings go
 * through book_open().
 */
enum rule book_put(struct book *b, const struct record *r, uint64_t *idx);
/* The same, having to be admitted; returns its index. */
uint64_t book_admit(struct book *b, const struct record *r);
/* Asks the rules for a delivery, enters it or the drop (if not waiting). */
enum rule book_deliver(struct book *b, uint64_t message);
/* Enters an opening; rule[i] gets the true rule of line i. */
enum rule book_open(struct book *b, const struct record *r,
    enum rule *rule);
/* What later batches owe: `ended` after stops, drops, 24 h notices. */
void book_later(struct book *b);

/* Replays all entries on a store in memory and on one in SQLite; fails the
 * test when a decision, a consequence or the final state differs. */
void book_replay(struct book *b);

/* An agent's slice: a store, and how much of its news it has taken in. */
struct slice {
	char self[WIRE_ID_MAX + 1];
	struct store *s;
	uint64_t taken, count;
	uint8_t hash[HASH_BYTES];
};
void slice_make(struct book *b, struct slice *x, const char *self);
void slice_free(struct slice *x);
/* Takes in all news there are now; count and hash are then the broker's. */
void slice_sync(struct book *b, struct slice *x);

#endif
