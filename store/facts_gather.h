/*
 * Shared by store/facts.c and store/facts_record.c alone.
 */
#ifndef WAYLEAVE_STORE_FACTS_GATHER_H
#define WAYLEAVE_STORE_FACTS_GATHER_H

#include "ledger/record.h"
#include "store/facts.h"

/* Everything a gatherer needs. */
struct gather {
	struct store *s;
	const struct facts_checked *checked;
	struct facts_room *room;
	struct facts *f;
	uint8_t id[WIRE_HASH];        /* record id */
	char partnership[PARTNERSHIP_HEX + 1];
};

bool gather_same_id(const char *a, const char *b);
/* "Not there" is an answer, not an error. */
enum error_code gather_absent_ok(enum error_code e);
/* Member `id` as it stands; all false when unknown. */
MUST_USE enum error_code gather_party(struct store *s, uint64_t now,
    const char *id, struct party *out);
/* All grants of an arrow into the room. */
MUST_USE enum error_code gather_arrow(struct gather *g,
    const uint8_t case_id[static WIRE_CASE], const char *sender,
    const char *recipient);
MUST_USE enum error_code gather_ends(struct gather *g, const char *sender,
    const char *recipient);
void gather_labels(struct gather *g, const uint8_t (*label)[WIRE_LABEL],
    unsigned n);
/* What f->message says of `m`, as the record at hand sees it. */
void gather_message_facts(struct facts *f, const struct store_message *m);
/* The labels and grants of a message, and what follows from them. */
MUST_USE enum error_code gather_leave(struct gather *g,
    const struct store_message *m);
/* What this kind of record needs beyond who signed and the state of its
 * case (facts_record.c); sets the question first. */
enum ask gather_ask(enum wire_kind kind);
MUST_USE enum error_code gather_record(struct gather *g);

#endif
