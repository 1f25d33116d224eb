/*
 * The least an agent must do with what the broker sends, for tests: verify
 * checkpoint, range and paths, count its news, compare statements.  It keeps
 * what it was sent, so that a test can look.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_PEER_H
#define WAYLEAVE_TESTS_SUPPORT_PEER_H

#include "ledger/edge.h"
#include "ledger/entry.h"
#include "tests/support/world.h"

enum { PEER_KEEP = 4096 };

struct peer_piece {
	uint64_t index;
	enum piece_what what;
	enum entry_kind kind;       /* 0 without a body */
	enum wire_kind record;      /* of a record */
	struct bytes ciphertext, shares;
	struct entry entry;         /* decoded, when it has a body */
};

struct peer {
	struct world *w;
	unsigned m;                 /* which member of the world */
	struct edge edge;
	struct checkpoint head;
	uint64_t news;
	uint8_t news_hash[HASH_BYTES];
	bool current;               /* the last statement agreed */
	uint32_t welcome;           /* version field of the last welcome */
	uint32_t credit;
	unsigned statements, parcels;
	/* everything received since peer_forget() */
	struct peer_piece piece[PEER_KEEP];
	unsigned n_piece;
	struct wire_answer answer[PEER_KEEP];
	unsigned n_answer;
	struct wire_told told[PEER_KEEP];
	unsigned n_told;
	struct wire_reply reply;
	bool has_reply, key_asked;
	/* own records sent and not seen again: to rebuild their leaves */
	struct record *own[PEER_KEEP];
	unsigned n_own;
};

void peer_make(struct peer *p, struct world *w, unsigned m);
/* Takes in a frame, everything verified; false with `why` when not. */
bool peer_take(struct peer *p, struct bytes frame, struct why *why);
/* Forgets pieces, answers and told lines; not what it has verified. */
void peer_forget(struct peer *p);
/* A hello from where it stands. */
void peer_hello(const struct peer *p, uint64_t id, uint32_t credit,
    struct buf *out);
void peer_confirm(const struct peer *p, uint32_t credit, struct buf *out);
void peer_ask(uint64_t id, enum wire_ask what, const char *member,
    const uint8_t *case_id, uint64_t from, uint32_t n, struct buf *out);
/* Remembers a record it sends. */
void peer_own(struct peer *p, struct record *r);
/* The answer to the record with this stamp; NULL when there is none. */
const struct wire_answer *peer_answer(const struct peer *p,
    const struct record *r);
/* Pieces of this kind. */
unsigned peer_count(const struct peer *p, enum piece_what what);
unsigned peer_news(const struct peer *p, enum entry_kind kind,
    enum wire_kind record);

#endif
