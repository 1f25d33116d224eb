/*
 * What the files of the store share: the handle, the members in memory, and
 * the rows as structs.  Internal to store/.
 */
#ifndef WAYLEAVE_STORE_STORE_IMPL_H
#define WAYLEAVE_STORE_STORE_IMPL_H

#include "store/driver.h"
#include "store/store.h"

enum {
	SEEN_SIGNER_MAX = 17,        /* 'c' and a case id */
	STANDING_REVOKED = 1, STANDING_SUSPENDED = 2, /* member.standing */
	HAS_PHRASES = 1, HAS_GRANT = 2,               /* kase.has */
	PHRASES_PENDING = 0, PHRASES_IN_FORCE = 1, PHRASES_SPENT = 2,
	/* feed.seq: a case-opened and a resume may come before their grant. */
	FEED_CASE = 0, FEED_RESUME = 1, FEED_NEWS = 2, FEED_MAIL = 3,
	/* todo.kind */
	TODO_SWEEP = 1,              /* case: its messages from pos on */
	TODO_ENDED = 2,              /* case: `ended` owed after a stop */
	TODO_NOTICE = 3,             /* stop (8 bytes): its 24 h notice */
};
#define SEEN_DAYS 8u
#define PAYLOAD_DAYS 14u

/* A member as kept in memory.  no counts from 1; 0 is nobody. */
struct member_slot {
	struct store_member m;
	uint32_t no;
	bool known;                  /* has a member record, not only named */
	bool touched;                /* news to be written at commit */
	bool sealing_read;           /* the newest key, below, was looked up */
	bool sealing_found;
	struct wire_sealing_key sealing;
	uint64_t announced, sealing_idx;
};

struct roster {
	struct member_slot **slot;   /* by no - 1; pointers stay */
	size_t n, cap;
	uint32_t *by_id;             /* open addressing: no, 0 free */
	size_t n_by_id;
};

struct cache;
struct store {
	const struct store_driver *driver;
	void *d;
	struct cache *cache;
	bool open;                   /* a transaction is */
	enum error_code failed;      /* everything refuses with this */
	struct store_head head;
	bool head_moved;
	struct roster roster;
	uint32_t *touched;           /* members whose news moved */
	size_t n_touched, cap_touched;
	bool has_partnership;
	struct wire_partnership partnership; /* policy: a view into `packed` */
	struct buf packed;
	uint64_t seen_entry;         /* entry of the last SEEN_PUT, plus 1 */
	store_news_fn *on_news;      /* NULL: nobody listens */
	void *on_news_ctx;
	/* Where tidy and stale go on; see store_tidy.c. */
	uint8_t seen_from[WIRE_STAMP];
	uint64_t share_from, share_pass, mail_pass, mail_after;
	uint32_t mail_member;
	bool share_walk, mail_walk;
};

/* ---- rows ---------------------------------------------------------------- */

struct case_row {
	uint8_t id[WIRE_CASE], consent_key[WIRE_KEY];
	uint32_t custodian;
	enum case_state state;
	uint64_t idx, narrowed, stop, stop_at, resume, has;
};
struct leave_row {
	uint8_t kase[WIRE_CASE];
	uint32_t sender, recipient;
	struct grant g;
};
struct message_row {
	uint8_t kase[WIRE_CASE], id[WIRE_STAMP];
	uint32_t sender, recipient;
	uint64_t idx, created, expires, delivered, leave, opened, stored_at;
	uint8_t label[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	unsigned n_label;
	enum message_state state;
};
struct seen_row {
	uint8_t stamp[WIRE_STAMP], signer[SEEN_SIGNER_MAX];
	size_t n_signer;
	uint8_t record[WIRE_HASH];
	uint64_t outcome, idx;
	bool kept;
};
struct sealing_row {
	uint32_t member;
	struct wire_sealing_key k;
	uint64_t announced, idx;
	bool ended;
};
struct named_row {
	uint8_t id[WIRE_HASH], kase[WIRE_CASE];
	uint32_t sender, recipient;
	uint64_t idx;                /* 0: not admitted */
	bool withdrawn;
};

/* ---- the cache (store_cache.c) ------------------------------------------- */

enum { CACHE_CASES = 64, CACHE_ARROWS = 64, CACHE_GRANTS = 4,
	CACHE_MESSAGES = 512 };

struct cached_case { bool full; struct case_row row; };
struct cached_arrow {
	bool full;
	uint8_t kase[WIRE_CASE];
	uint32_t sender, recipient;
	struct grant grant[CACHE_GRANTS];
	unsigned n;
};
struct cached_seen { bool full, found; struct seen_row row; };
struct cached_message {
	bool full, fresh, dirty;     /* not in the table yet; changed */
	struct message_row row;
};
struct cache {
	struct cached_case kase[CACHE_CASES];
	struct cached_arrow arrow[CACHE_ARROWS];
	struct cached_seen seen;
	struct cached_message message[CACHE_MESSAGES];
};

void cache_clear(struct store *s);
/* Getters: false when it is not here. */
bool cache_case_get(struct store *s, const uint8_t *id, struct case_row *out);
void cache_case_put(struct store *s, const struct case_row *r);
bool cache_arrow_get(struct store *s, const uint8_t *kase, uint32_t sender,
    uint32_t recipient, struct grant *out, unsigned *n);
void cache_arrow_put(struct store *s, const uint8_t *kase, uint32_t sender,
    uint32_t recipient, const struct grant *g, unsigned n);
void cache_arrow_forget(struct store *s, const uint8_t *kase, uint32_t sender,
    uint32_t recipient);
bool cache_seen_get(struct store *s, const uint8_t *stamp,
    const uint8_t *signer, size_t n_signer, struct seen_row *out, bool *found);
void cache_seen_put(struct store *s, const struct seen_row *r, bool found);
void cache_seen_forget(struct store *s);
/* These look in the table themselves. */
enum error_code cache_message_get(struct store *s, uint64_t idx,
    struct message_row *out, bool *found);
enum error_code cache_message_put(struct store *s, const struct message_row *r,
    bool fresh);
/* Writes what waits; before commit and before any scan of the table. */
enum error_code cache_message_flush(struct store *s);

/* Getters: *found false and `out` untouched when there is none. */
enum error_code rows_case_get(struct store *s, const uint8_t *id,
    struct case_row *out, bool *found);
enum error_code rows_case_put(struct store *s, const struct case_row *r);
enum error_code rows_leave_get(struct store *s, struct leave_row *key,
    bool *found);
enum error_code rows_leave_put(struct store *s, const struct leave_row *r);
enum error_code rows_leave_read(const struct cell *c, struct leave_row *out);
/* The table itself; everybody else goes through the cache. */
enum error_code rows_message_select(struct store *s, uint64_t idx,
    struct message_row *out, bool *found);
enum error_code rows_message_insert(struct store *s,
    const struct message_row *r);
/* state, delivered, leave, opened, stored_at only */
enum error_code rows_message_update(struct store *s,
    const struct message_row *r);
enum error_code rows_message_read(const struct cell *c,
    struct message_row *out);
enum error_code rows_seen_get(struct store *s, const uint8_t *stamp,
    const uint8_t *signer, size_t n_signer, struct seen_row *out, bool *found);
enum error_code rows_seen_put(struct store *s, const struct seen_row *r);
enum error_code rows_seen_read(const struct cell *c, struct seen_row *out);
enum error_code rows_sealing_get(struct store *s, uint32_t member,
    uint64_t epoch, struct sealing_row *out, bool *found);
enum error_code rows_sealing_put(struct store *s, const struct sealing_row *r);
enum error_code rows_named_get(struct store *s, const uint8_t *id,
    struct named_row *out, bool *found);
enum error_code rows_named_put(struct store *s, const struct named_row *r);
enum error_code rows_todo_put(struct store *s, uint64_t kind,
    struct bytes key, uint64_t pos);
enum error_code rows_todo_del(struct store *s, uint64_t kind,
    struct bytes key);
/* The first of its kind: key (at most 16 bytes, zero-filled) and pos. */
enum error_code rows_todo_first(struct store *s, uint64_t kind,
    uint8_t key[static 16], uint64_t *pos, bool *found);

/* Short forms of the driver's calls, refusing when the store has failed. */
enum error_code rows_put(struct store *s, enum table t, const struct cell *c);
enum error_code rows_get(struct store *s, enum table t, const struct cell *key,
    struct cell *value, bool *found);
void rows_done(struct store *s);
enum error_code rows_del(struct store *s, enum table t,
    const struct cell *key);
enum error_code rows_scan(struct store *s, enum scan sc,
    const struct cell *bound, driver_visit *visit, void *ctx);

static inline struct cell
cell_u(uint64_t u)
{
	return (struct cell){ .u = u };
}

static inline struct cell
cell_b(const void *p, size_t n)
{
	return (struct cell){ .b = { p, n } };
}

/* A cell's bytes, exactly n of them; ERR_FORMAT otherwise. */
enum error_code cell_fixed(const struct cell *c, void *out, size_t n);

/* ---- members (store_roster.c) -------------------------------------------- */

enum error_code roster_load(struct store *s);
void roster_free(struct store *s);
/* NULL when never named. */
struct member_slot *roster_find(const struct store *s, const char *id);
/* By number; NULL for 0 and what there is not. */
struct member_slot *roster_at(const struct store *s, uint64_t no);
const char *roster_id(const struct store *s, uint64_t no);
/* Gives a number to a name that has none yet, and writes it down. */
enum error_code roster_intern(struct store *s, const char *id,
    struct member_slot **out);
enum error_code roster_write(struct store *s, const struct member_slot *m);
enum error_code roster_touch(struct store *s, struct member_slot *m);
/* Writes the news of touched members; at commit. */
enum error_code roster_flush(struct store *s);
enum error_code roster_partnership(struct store *s, uint64_t idx,
    const struct wire_partnership *p);

/* ---- others -------------------------------------------------------------- */

/* The signer of a record as `seen` keeps it; ERR_NOTFOUND: never named. */
enum error_code seen_signer(struct store *s, const char *signer, bool intern,
    uint8_t out[static SEEN_SIGNER_MAX], size_t *n);
/* Is this row still remembered at the store's time? */
bool seen_in_force(const struct store *s, const struct seen_row *r);
/* All grants of an arrow, the newest RULES_GRANTS_MAX, by index. */
enum error_code query_leaves(struct store *s, const uint8_t *kase,
    uint32_t sender, uint32_t recipient, struct grant *out, unsigned *n);
/* Deletes feed row, share and ciphertext of a message. */
enum error_code tidy_drop(struct store *s, const struct message_row *m,
    bool feed);
/* Has the case's messages from entry `from` looked at again. */
enum error_code grants_sweep(struct store *s, const uint8_t *kase,
    uint64_t from);
/* Writes down whether the case's newest stop still owes `ended` entries. */
enum error_code grants_note_owed(struct store *s, const struct case_row *r);
enum error_code grants_apply(struct store *s, const struct effect *e);
enum error_code cases_apply(struct store *s, const struct effect *e);
enum error_code messages_apply(struct store *s, const struct effect *e);

#endif
