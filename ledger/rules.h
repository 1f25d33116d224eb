/*
 * The rules: may this be admitted to the ledger, now?
 *
 * A pure function.  The caller gathers facts (store/facts.h does, for the
 * broker, the auditor's replay and the agent alike), the module decides:
 * no clock, no I/O, no randomness, and nothing that cannot be derived again
 * from the ledger's entries.  ledger/rules.def is the one table of rules:
 * the first row that applies to the question and whose predicate is false is
 * the verdict (PROTOCOL "Rules").
 */
#ifndef WAYLEAVE_LEDGER_RULES_H
#define WAYLEAVE_LEDGER_RULES_H

#include "proto/wire.h"

enum rule {
	RULE_ADMIT = 0,
#define RULE(id, number, shown, asks, predicate, meaning) RULE_##id = number,
#include "ledger/rules.def"
#undef RULE
	RULE_END
};

/* What is asked; a rule's `asks` is a set of these. */
enum ask {
	ASK_ROOT        = 1 << 0,  /* partnership, member, revoked, suspended */
	ASK_ANNOUNCE    = 1 << 1,  /* sealing-key, worker */
	ASK_CASE_OPENED = 1 << 2,
	ASK_PHRASES     = 1 << 3,
	ASK_RESUME      = 1 << 4,
	ASK_GRANT       = 1 << 5,
	ASK_KEYS        = 1 << 6,  /* arrow-key, audit-share */
	ASK_WITHDRAW    = 1 << 7,
	ASK_CLOSE       = 1 << 8,
	ASK_STOP        = 1 << 9,
	ASK_SUBMIT      = 1 << 10,
	ASK_DELIVER     = 1 << 11, /* no record */
	ASK_OPEN        = 1 << 12, /* one message of an opening */
	ASK_REOPEN      = 1 << 13, /* one message opened here before */
	ASK_RECALL      = 1 << 14,
	ASK_RECEIPT     = 1 << 15,
	ASK_CHECKED     = 1 << 16, /* conflict-checked */
	ASK_NOTE        = 1 << 17, /* mandated, export */
};

enum case_state { CASE_OPEN = 1, CASE_FROZEN = 2, CASE_CLOSED = 3 };
enum message_state {
	MESSAGE_QUEUED = 1, MESSAGE_DELIVERED = 2, MESSAGE_STORED = 3,
	MESSAGE_OPENED = 4, MESSAGE_DROPPED = 5, MESSAGE_REJECTED = 6,
	MESSAGE_RECALLED = 7, MESSAGE_CLOSED = 8, /* share destroyed for good */
};
/* How a grant ended; of several, the most final stands (highest value). */
enum ended_by {
	ENDED_NOT = 0,
	ENDED_FREEZE = 1,      /* stop: comes back with resume */
	ENDED_UNKNOWN = 2,     /* an agent's slice: told `ended`, not why */
	ENDED_BY_END = 3,      /* withdrawn by sender or recipient: locks */
	ENDED_BY_HER = 4,      /* by consent key or custodian */
	ENDED_REVOKED = 5,     /* an end was revoked: for good */
	ENDED_CLOSED = 6,
};

struct party {
	bool known, standing;    /* standing: valid now, not revoked/suspended */
	bool revoked;
	uint32_t roles, agency;
	bool may_open_cases;
	uint64_t member_idx;     /* entry of its current member record */
};
struct grant {               /* a grant as the store holds it */
	uint64_t idx;            /* its entry */
	uint64_t from, effective, until;  /* ms; effective >= from: the delay */
	uint32_t keep_read_days;
	bool introduction;
	enum ended_by ended_by;
	uint64_t ended_idx, ended_at;
	uint64_t entered;        /* time of its entry, ms */
	bool told;               /* its `ended` entry is written */
	uint8_t label[WIRE_GRANT_LABELS][WIRE_LABEL]; /* in byte order */
	uint8_t id[WIRE_HASH];   /* record id */
};

struct facts {
	enum ask ask;
	uint64_t now;                 /* time of the entry being written, ms */
	const struct wire_partnership *policy;   /* NULL before the first */
	const struct record *record;  /* what asks to be admitted, or NULL */
	const struct body *body;
	bool narrowing;
	struct party signer, cosigner, sender, recipient, about;
	bool signer_key_current;      /* its certificate is still the newest */
	bool root_ok, duty_ok;        /* signed by a root, duty key, in force */
	bool seen_other;              /* this stamp with other bytes */
	bool cite_ok;                 /* log signature and root are this ledger's */
	bool key_conflict;            /* member: low-order or someone else's key */
	uint64_t serial;              /* newest serial of that subject, 0 none */
	struct {
		bool known;
		enum case_state state;
		char custodian[WIRE_ID_MAX + 1];
		bool key_matches;         /* the record's consent key is the case's */
		bool id_matches;          /* case id follows from key and custodian */
		uint64_t narrowed_idx;    /* newest withdrawal(all) or stop */
		uint64_t stop_idx, stop_at;  /* newest stop that froze it */
		uint64_t stop_day_idx;    /* first entry 24 h or more after it, 0 none */
		bool phrases_in_force;    /* a first grant may be admitted */
		bool phrases_fresh;       /* the phrases record a resume names exists */
		bool has_grant;           /* any grant was ever admitted */
	} kase;
	struct { bool known, newest; uint64_t announced, until; } epoch;
	uint64_t newest_epoch;        /* signer's newest sealing epoch */
	struct {
		bool known;
		enum message_state state;
		char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
		uint64_t idx, expires;
		bool introduction;        /* admitted under an introduction grant */
		uint8_t case_id[WIRE_CASE];
	} message;
	bool worker_known;            /* announced by the signer, not ended */
	bool waiver_known;            /* second worker, distinct, announced */
	bool conflict_checked;        /* by the recipient, for this case */
	bool new_pair;                /* no grant in effect for this recipient in 90 days */
	bool named_withdrawn;         /* a withdrawal names this grant already */
	const uint8_t (*need)[WIRE_LABEL];  /* labels needed, in byte order */
	unsigned n_need;
	const struct grant *grant;    /* all of this arrow, by index */
	unsigned n_grant;             /* <= 64 */
};

struct verdict {
	enum rule rule;      /* RULE_ADMIT, or the first rule that fails */
	uint64_t grant;      /* entry index of the grant used, 0 when none */
	uint64_t until;      /* end of the permission used, ms */
};

struct verdict rules_decide(const struct facts *f);

/*
 * May `sender` disclose to `recipient` under these labels now (PROTOCOL
 * "Rules")?  The grants part of the decision alone, for agents that only
 * want to show what is possible.
 */
struct verdict rules_grants(const struct facts *f);

/* When a grant takes effect: `from`, or 24 h after `entered` without waiver. */
uint64_t rules_effective(const struct wire_grant *g, uint64_t entered,
    bool new_pair);

const char *rule_name(enum rule r);      /* "NOT_MEMBER", "ADMIT", ... */
/* What agencies are shown: "R1".. or "V4"..; one face for "no" (R1). */
const char *rule_shown(enum rule r);
enum rule rule_shown_as(enum rule r);    /* the rule number told instead */
const char *rule_meaning(enum rule r);

/* Does a 16-label grant contain every needed label?  Both in byte order. */
bool rules_labels_cover(const uint8_t (*have)[WIRE_LABEL], unsigned n_have,
    const uint8_t (*need)[WIRE_LABEL], unsigned n_need);

enum {
	HOUR_MS = 3600 * 1000,
	DAY_MS = 24 * HOUR_MS,
	RULES_GRANTS_MAX = 64,       /* grants of one arrow */
};

#endif
