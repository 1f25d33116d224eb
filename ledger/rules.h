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
	ASK_OPENING     = 1 << 18, /* the opening record as such */
	ASK_SEND        = 1 << 19, /* at home, before a message is sealed */
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
	ENDED_UNKNOWN = 2,     /* an agent's slice: told `ended`, not why; a
	                        * freeze ends nothing, the case is frozen */
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
	uint64_t ended_idx, ended_at;    /* of the most final end, 0 none */
	uint64_t locked_idx, locked_at;  /* of the first */
	uint64_t entered;        /* time of its entry, ms */
	uint64_t told_idx, told_before;  /* newest `ended` naming it, and the
	                          * one before that, 0 none */
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
	/* signer: the member that signed, or the custodian that cosigned for a
	 * consent key; sender, recipient: of the grant or message; about: whom
	 * a governance record, arrow-key or audit-share is about. */
	struct party signer, sender, recipient, about;
	bool self_signed;             /* signer is a member id */
	bool root_signed;             /* signer is "root:" or "duty:" */
	bool key_current;             /* the keys that verified are in force */
	bool seen_other;              /* this stamp with other bytes */
	bool cite_ok;                 /* log signature and root are this ledger's */
	uint64_t cite_time;           /* of the newest entry cited, 0 unknown */
	bool key_conflict;            /* low-order, or (ever) another member's */
	bool roots_changed;           /* partnership: other roots, or unretired */
	uint64_t serial;              /* newest serial of that subject, 0 none */
	struct {
		bool known;
		enum case_state state;
		char custodian[WIRE_ID_MAX + 1];
		bool custodian_standing;  /* else frozen, without a stop */
		bool custodian_signs;     /* it is signer or cosigner */
		bool key_matches;         /* the record's consent key is the case's */
		bool id_matches;          /* case id follows from key and custodian */
		uint64_t narrowed_idx;    /* newest withdrawal(all) or stop, 0 none */
		uint64_t stop_idx, stop_at;  /* newest stop that froze it */
		bool phrases;             /* some are pending or in force */
		bool phrases_fresh;       /* those a resume names: this case's,
		                           * pending, never presented */
		bool has_grant;           /* any grant was ever admitted */
		bool signer_party;        /* custodian, or end of one of its arrows */
	} kase;
	struct { bool known; uint64_t announced, until; } epoch; /* named */
	uint64_t newest_epoch;        /* the signer's, ever */
	struct {                      /* the message asked about; of several
	                               * (receipt, export) the first bad one */
		bool known;
		enum message_state state;
		bool same_case;           /* as the record's */
		bool of_sender;           /* submission, recall: the signer's own */
		bool to_signer;           /* the record's signer is its recipient */
		uint64_t idx, expires;
		bool introduction;        /* the custodian's, under such a grant */
		bool opened;              /* was opened once */
		uint64_t closes_at;       /* rules_message_closes() */
	} message;
	bool recalled;                /* submission: its id was recalled before */
	bool worker_known;            /* announced by the signer, not ended */
	bool waiver_known;            /* second worker, distinct, announced */
	bool conflict_checked;        /* by the recipient, for this case; its
	                               * custodian knows the exclusions already */
	bool new_pair;                /* grant: rules_effective() delays it */
	bool named_withdrawn;         /* grant: a withdrawal names it already */
	struct {                      /* withdrawal of one grant */
		bool known, same_case, signer_is_end;
	} named;
	uint64_t expires;             /* submission: of the message */
	const uint8_t (*need)[WIRE_LABEL];  /* labels needed, in byte order */
	unsigned n_need;
	const struct grant *grant;    /* all of this arrow, by index */
	unsigned n_grant;             /* <= RULES_GRANTS_MAX */
};

struct verdict {
	enum rule rule;      /* RULE_ADMIT, or the first rule that fails */
	uint64_t grant;      /* entry index of the grant used, 0 when none */
	uint64_t until;      /* end of the permission used, ms */
	bool reopened;       /* by the exception for plain expiry */
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

/*
 * From when on a message of this arrow is closed for good, its broker share
 * destroyed, whatever grants come later (PROTOCOL 4): the grants that
 * contain its labels had ended, or run out by their keep_read_days, with no
 * other that covered it.  0: none ever did.  `message_idx` is its submission.
 */
uint64_t rules_message_closes(const struct grant *grant, unsigned n_grant,
    const uint8_t (*need)[WIRE_LABEL], unsigned n_need, uint64_t message_idx);

/* Must a batch after this stop still tell the ends that the grant `ended`? */
bool rules_ended_owed(const struct grant *g, uint64_t stop_idx);

/*
 * A queued message that this rule refuses: true when it may pass later
 * (somebody is suspended), so it waits; false when it is to be dropped.
 */
bool rule_waits(enum rule r);

/* Is there a rule of this number? */
bool rule_known(uint32_t number);
const char *rule_name(enum rule r);      /* "NOT_MEMBER", "ADMIT", ... */
/* What agencies are shown: "R1".. ; one face for "no" (R1). */
const char *rule_shown(enum rule r);
/* The rule number told to agencies instead: the one face is RULE_NO_GRANT. */
enum rule rule_shown_as(enum rule r);
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
