/*
 * What the files of outgoing share: composed, waiting, and waited for.
 * Internal to agent/outgoing*.c.
 */
#ifndef WAYLEAVE_AGENT_OUTGOING_PART_H
#define WAYLEAVE_AGENT_OUTGOING_PART_H

#include "agent/outgoing/outgoing.h"

enum {
	OUTGOING_GATHER = 64,       /* records of one bundle */
	OUTGOING_QUEUE = 4096,      /* known to be waiting, in memory */
	OUTGOING_WAITS = 512,
};

/* Composed, not signed yet. */
struct gathered {
	struct record record;
	uint8_t stamp[WIRE_STAMP];
	uint8_t case_id[WIRE_CASE];
	bool has_case, has_share, has_about, has_consent;
	char recipient[WIRE_ID_MAX + 1];
	uint8_t share[32], about[16];
	uint8_t consent_sig[WIRE_SIG];
	struct bytes ciphertext;
};

/* Durable, waiting for its outcome. */
struct waiting {
	uint64_t seq, composed, not_before;    /* not_before: boot ms */
	uint8_t stamp[WIRE_STAMP];
	enum wire_kind kind;
	bool sent, ever_sent;
	bool done;                      /* never to be sent: out of the queue */
};

struct wait {
	uint8_t stamp[WIRE_STAMP];
	uint64_t deadline;
	outgoing_done *done;
	void *ctx;
};

struct outgoing {
	struct gathered gathered[OUTGOING_GATHER];
	unsigned n_gathered;
	struct arena *arena;            /* of what is gathered */
	struct waiting *queue;          /* in order of seq */
	unsigned n_queue;
	bool more;                      /* on disk, beyond the queue */
	unsigned in_flight, credit;
	bool connected;
	uint64_t next_id;
	struct wait wait[OUTGOING_WAITS];
	unsigned n_wait;
	bool settled;                   /* an outcome came since the last look */
	struct buf frame;
};

/* A copy of `in` in the arena. */
bool outgoing_keep(struct arena *arena, struct bytes in, struct bytes *out);
/* The queue's place for a record just stored; a full queue leaves it on disk. */
void outgoing_enqueue(struct outgoing *o, uint64_t seq, uint64_t composed,
    const uint8_t stamp[static WIRE_STAMP], enum wire_kind kind);

#endif
