/*
 * Sessions: what the sequencer knows of each connected member.  Owned by the
 * sequencer's thread alone.
 *
 * A session begins with a hello.  Everything in `pending` belongs to the
 * running batch, lives in its arena and is forgotten with it; the rest is
 * changed only when the batch is durable (session_settle).
 */
#ifndef WAYLEAVE_BROKER_SESSION_H
#define WAYLEAVE_BROKER_SESSION_H

#include "base/arena.h"
#include "ledger/tree.h"
#include "proto/wire.h"

/* A piece to be put into the parcel. */
struct pending_piece {
	struct pending_piece *next;
	uint64_t index;
	enum piece_what what;
	bool has_stamp;
	uint8_t stamp[WIRE_STAMP];
	struct bytes ciphertext;        /* of a submission admitted just now */
	struct bytes shares;            /* with an `opened` */
};
struct pending_answer { struct pending_answer *next; struct wire_answer a; };
struct pending_told { struct pending_told *next; struct wire_told t; };
struct pending_reply {
	struct pending_reply *next;
	const struct wire_question *ask;    /* in its job */
	struct wire_reply r;
};
struct pending_ask {            /* someone wants an arrow key */
	struct pending_ask *next;
	uint8_t case_id[WIRE_CASE];
	char by[WIRE_ID_MAX + 1];
};
/*
 * A record of the member's own that was admitted: counted in its stream, and
 * not in its feed.
 */
struct own {
	uint64_t index;
	uint8_t stamp[WIRE_STAMP];
	bool opened;
	bool with_body;                 /* from before this connection */
};

struct pending {
	bool touched;                   /* is on the batch's list */
	struct session *next_touched;
	struct pending_piece *piece, **piece_end;   /* news and copies */
	struct pending_piece *mail, **mail_end;
	struct pending_answer *answer, **answer_end;
	struct pending_told *told, **told_end;
	struct pending_reply *reply, **reply_end;
	struct pending_ask *ask, **ask_end;
	bool welcome, statement;
	uint32_t welcome_flags;
	uint64_t news_sent, feed_at, mail_at;   /* what they will be */
	unsigned skip;                  /* items of the next group it has */
	uint32_t credit;
	unsigned own_taken, own_added;  /* from x->own in this batch */
};

struct session {
	char member[WIRE_ID_MAX + 1];
	uint64_t number;                /* the link's; 0: not connected */
	bool greeted;                   /* said hello, not refused since */
	uint64_t edge_size;             /* the agent's, after what was sent */
	uint64_t news_sent;             /* items of the stream, likewise */
	uint64_t feed_at, mail_at;      /* positions in its feed, likewise */
	uint32_t credit;                /* messages it still takes */
	uint64_t confirmed;             /* feed position to forget, 0 none */
	bool confirm_owed;              /* is on the list by confirm_next */
	struct session *confirm_next;
	uint64_t told_upto;             /* kept status lines sent so far */
	bool held;                      /* mail waits for a member's return */
	unsigned skip;
	uint64_t statement_boot;        /* of the last one sent, boot ms */
	int64_t clock_ahead_ms;         /* its clock minus ours, at hello */
	bool in_ready, in_beat;
	struct session *ready_next;     /* waiting for the courier */
	struct session *beat_prev, *beat_next; /* by time of last statement */
	struct session *hash_next;
	struct own *own;                /* not sent yet, by index */
	unsigned own_n, own_cap;
	/* counts of the stream sent but not confirmed, oldest first */
	struct sent { uint64_t count, position; } *sent;
	unsigned sent_first, sent_n, sent_cap;
	double refusals;                /* token bucket, see bucket_take() */
	uint64_t refusals_boot;
	double reads;                   /* entries, for its hellos */
	uint64_t reads_boot;
	double stops;
	uint64_t stops_boot;
	double room;                   /* bytes of ciphertext it may hand in */
	uint64_t room_boot;
	unsigned stops_waiting;
	struct pending p;
};

enum {
	SESSION_SENT = 256,             /* steps sent and not confirmed */
	SESSION_SENT_FIRST = 4,         /* the room for them at first */
	SESSION_HASH = 16384,
	SESSION_OWN = 16384,
};

struct sessions;

MUST_USE enum error_code sessions_create(struct sessions **out);
void sessions_destroy(struct sessions **s);

/* The session of a member, connected or not; NULL when there is none. */
struct session *sessions_find(struct sessions *s, const char *member);
/* The same, made when missing; NULL: no memory. */
struct session *sessions_make(struct sessions *s, const char *member);
/* Forgets the connection, keeps the member's buckets. */
void session_gone(struct sessions *s, struct session *x);
/* Connected sessions. */
size_t sessions_online(const struct sessions *s);
/* Calls visit for each connected one. */
void sessions_each(struct sessions *s, void (*visit)(void *ctx,
    struct session *x), void *ctx);

/* Marks a greeted session as connected under this number. */
void session_connect(struct sessions *s, struct session *x, uint64_t number);

/* Clears `p` for a new batch; it stays on the list of those touched. */
void pending_reset(struct session *x);

/* Waiting for the courier: a queue without doubles. */
void sessions_ready_put(struct sessions *s, struct session *x);
struct session *sessions_ready_take(struct sessions *s);
bool sessions_ready_any(const struct sessions *s);

/* Heartbeats: the one whose last statement is oldest; NULL when none. */
struct session *sessions_beat_first(struct sessions *s);
/* A statement was sent at `boot`: to the end of the queue. */
void sessions_beat_done(struct sessions *s, struct session *x, uint64_t boot);

/*
 * Remembers that item `count` of the stream ends at feed position `position`;
 * session_confirm() turns a confirmed count back into a position.  When the
 * ring is full the oldest is forgotten: then it is confirmed with a later one.
 */
void session_sent(struct session *x, uint64_t count, uint64_t position);
bool session_confirm(struct session *x, uint64_t count, uint64_t *position);

/*
 * Puts an own record into line, in this batch.  ERR_FULL past SESSION_OWN:
 * the connection is better ended.
 */
MUST_USE enum error_code session_own(struct session *x,
    const struct own *own);
/* The next one not yet sent; NULL when there is none. */
const struct own *session_own_next(const struct session *x);
/* Keeps (or undoes) what the batch did with them. */
void session_own_settle(struct session *x, bool durable);

/*
 * A token bucket of `burst` that fills at `per_minute`; *level and *boot are
 * its state (0, 0: full).  False when `n` are not there.
 */
bool bucket_take(double *level, uint64_t *boot, uint64_t now_boot,
    double per_minute, double burst, double n);

#endif
