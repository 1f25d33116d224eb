/*
 * The agent daemon's state, owned by its one loop thread.
 *
 *   agent.h     this struct, its clock, its transactions
 *   life.h      what starts, runs and ends it
 *   books.h     its own tables, sealed row by row under the store key
 *   outgoing.h  records on their way to the broker: sign, keep, send, outcome
 *   intake.h    parcels from the broker: verify, apply, answer
 *   mailbox.h   delivered messages: checks, states
 *   quarantine.h  and those that were rejected
 *   opening.h   openings, leases, plaintext in locked memory
 *   seal.h      the encryption of messages (PROTOCOL 4)
 *   keyring.h   case keys and arrow keys; labels
 *   cases.h     cases, consent, stop phrases (custodian and anyone)
 *   workers.h   local accounts
 *   signin.h    signing in at the desk; seats.h: who is
 *   compose.h   an observation becomes one message per recipient
 *   api.h       the local socket: verbs, who may call them, their handlers
 *   link.h      the one outbound socket
 *   signing.h   the short-lived process that uses a consent key
 *   runner.h    the process that runs outside commands
 *   distrust.h  when what the broker shows does not hold together
 *   alert.h     numbered alerts to IT
 *   notices.h   safe notices to workers; contacts.h: where they go
 *   events.h    what happened, for the agency's own systems
 *   duty.h      who is called for what is urgent
 *   unopened.h  urgent copies of ours that nobody opens
 */
#ifndef WAYLEAVE_AGENT_AGENT_H
#define WAYLEAVE_AGENT_AGENT_H

#include "base/clock.h"
#include "keys/identity.h"
#include "keys/partnership.h"
#include "ledger/checkpoint.h"
#include "ledger/edge.h"
#include "ledger/partnership.h"
#include "store/db.h"
#include "store/store.h"

struct agent_config;
struct alerts;
struct duty;
struct link;
struct notices;
struct leases;
struct links;
struct api;
struct runner;
struct signing;
struct seats;
struct signin;
struct intake;
struct outgoing;
struct kept;
struct seal_sender;
struct seal_receiver;

/* Every prepared statement, agent/statements.def. */
enum agent_sql {
#define SQL(id, text) SQL_##id,
#include "agent/statements.def"
#undef SQL
	SQL_END
};

/* Why the agent does not send or open at the moment; 0: it does. */
enum agent_trouble {
	TROUBLE_NONE = 0,
	TROUBLE_LOCKED,       /* keys not unlocked */
	TROUBLE_OFFLINE,      /* no link */
	TROUBLE_STALE,        /* no agreeing statement younger than the bound */
	TROUBLE_CLOCK,        /* broker's clock more than 5 min away */
	TROUBLE_LEDGER,       /* a proof failed: two ledgers, or a lie */
	TROUBLE_DISK,
};

/* What is held against the exchange (agent/distrust.h). */
enum { DISTRUST_WHY = 160 };
struct distrust {
	uint64_t at;                    /* ms */
	struct checkpoint ours;         /* verified; size 0: nothing yet */
	/* the signed checkpoint that was shown or cited; size 0: none was,
	 * something else does not hold */
	struct checkpoint theirs;
	char why[DISTRUST_WHY];
};

/* Sealing secrets in use, in locked memory: one curve key unwrapped once. */
enum { AGENT_EPOCHS = 16 };
struct agent_epoch {
	uint64_t epoch;                 /* 0: empty */
	uint8_t secret[WIRE_KEY];
};

struct agent {
	const struct agent_config *config;
	char member[WIRE_ID_MAX + 1];
	char partnership[65];           /* P: hex SHA-256 of the first root key */
	uint8_t first_root[WIRE_KEY];   /* pinned */
	struct clock clock;

	struct identity *identity;      /* NULL while locked */
	struct db *db;                  /* one file: slice and books */
	struct store *slice;            /* what this agent knows of the ledger */
	struct db_stmt *sql[SQL_END];

	struct agent_epoch *epochs;     /* AGENT_EPOCHS of them, guarded */
	struct seal_sender *seal;
	struct seal_receiver *receiver;
	struct kept *kept;              /* keys and terms in use */
	uint64_t forget_next;           /* when to tidy up next, ms */
	uint64_t compose_next;          /* waiting copies: boot ms */
	uint64_t expire_next;           /* agreed seals: boot ms */
	uint64_t room_next;             /* when to look at the disk: boot ms */
	uint64_t keyring_next;          /* when to look at the epochs again, ms */
	uint64_t events_next;           /* when to look what to tell: boot ms */
	uint64_t days_next;             /* when to look at the day again, ms */
	unsigned events_state;          /* told last of the agent, 0: unknown */
	uint64_t cases_next;            /* when cases have something due, ms */
	uint64_t cases_ask_next;        /* when to ask for arrow keys again */

	struct edge edge;               /* how far it has followed */
	struct checkpoint head;         /* newest it verified; what it cites */
	uint64_t head_time;             /* newest entry time verified, ms */
	uint64_t news;                  /* news taken in: count, running hash */
	struct hash news_hash;
	uint64_t news_at;               /* size just after the newest of them */
	uint64_t statement_boot;        /* boot clock of last agreeing statement */
	bool statement_ever;
	enum agent_trouble trouble;     /* LEDGER, until IT ends it, or DISK */
	struct distrust distrust;       /* why, when LEDGER */
	bool distrust_due;              /* and that is not on the disk yet */
	int64_t clock_off_ms;           /* broker's clock minus ours */
	uint64_t offline_since;         /* ms, 0 when connected */

	struct arena *pship_arena;
	struct partnership pship;       /* verified; its views are in the arena */
	const struct parcel *parcel;    /* the one being applied, or NULL */
	struct {                        /* the citation proven last: an ... */
		uint64_t size;
		struct hash root, head; /* ... ancestor of this root */
	} proven;

	struct link *link;
	struct intake *intake;
	struct outgoing *outgoing;
	struct leases *leases;
	struct links *links;            /* found in what is open */
	struct seats *seats;            /* NULL while locked */
	struct signin *signin;          /* likewise */
	struct api *api;
	struct signing *signing;
	struct runner *runner;          /* NULL: no command is run */
	struct alerts *alerts;          /* NULL: nobody is told */
	struct notices *notices;        /* NULL while locked */
	struct duty *duty;              /* likewise */
	unsigned nested;                /* agent_begin without its agent_end */
	bool closing;
};

/* The later of the clock and the newest entry time verified (PROTOCOL 5). */
uint64_t agent_now(const struct agent *a);
/* What keeps it from sending and opening now. */
enum agent_trouble agent_trouble(const struct agent *a);
const char *agent_trouble_text(enum agent_trouble t);
/* The partnership in force; NULL before enrolment. */
const struct wire_partnership *agent_policy(const struct agent *a);

/* Keeps the newest partnership record for the next start. */
MUST_USE enum error_code agent_keep_partnership(struct agent *a);

/*
 * Everything the agent changes on disk is one transaction: agent_begin
 * nests, the outermost agent_end commits.  An error passed to agent_end
 * rolls back and comes back.  A failed commit ends the process.
 */
MUST_USE enum error_code agent_begin(struct agent *a);
MUST_USE enum error_code agent_end(struct agent *a, enum error_code err);

#endif
