/*
 * The folded state: what the ledger's entries amount to, in domain words.
 *
 * Two drivers behind one table of functions: SQLite (store/sqlite.c) and
 * memory (store/memory.c, tests and the auditor's replay).  The same fold
 * feeds both; contract tests hold them equal, and store_digest() of a live
 * store equals that of one rebuilt from its entries.
 *
 * One writer.  Between store_begin() and store_commit() everything is one
 * transaction; commit returns only when it is durable.  ERR_FULL or ERR_NOMEM
 * from any call inside leaves only store_abandon(), from commit itself:
 * nothing has happened, as after abandon.  After any other error from commit
 * the store refuses everything: the process must end and recover.
 *
 * A program's own tables in the same database share the transaction: what it
 * runs between store_begin() and store_commit() is part of it.
 */
#ifndef WAYLEAVE_STORE_STORE_H
#define WAYLEAVE_STORE_STORE_H

#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/rules.h"

struct store;
struct db;                    /* store/db.h: the SQLite handle */

struct store_head { uint64_t size, time; };

struct store_member {
	char id[WIRE_ID_MAX + 1];
	struct wire_member m;
	uint64_t idx;             /* entry of the current member record */
	bool revoked, suspended;
	uint64_t news;            /* its news stream: count, running hash */
	uint8_t news_hash[HASH_BYTES];
	uint64_t last_own;        /* newest entry of a record of its own */
	uint64_t epoch;           /* newest sealing epoch ever announced */
};
struct store_case {
	uint8_t id[WIRE_CASE];
	char custodian[WIRE_ID_MAX + 1];
	enum case_state state;
	uint8_t consent_key[WIRE_KEY];
	uint64_t idx, narrowed_idx, stop_idx, stop_at, stop_day_idx;
	bool phrases_in_force;    /* has phrases, pending or taken */
	bool has_grant;
	uint64_t resume_idx;      /* newest resume, 0 none */
};
struct store_message {
	uint64_t idx, delivered_idx, grant_idx, opened_idx;
	enum message_state state;
	uint8_t case_id[WIRE_CASE], id[WIRE_STAMP];
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
	uint64_t created, expires;
	uint8_t label[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	unsigned n_label;
	uint64_t read_until;      /* keep_read end of the last covering grant,
	                           * 0 none, or one of them was withdrawn */
	uint64_t closes_at;       /* from then on its share is gone for good,
	                           * whatever grants come later (PROTOCOL 4):
	                           * rules_message_closes() of its arrow */
};
struct store_seen { bool found, same; uint32_t outcome; uint64_t idx; };

/* ---- life ---------------------------------------------------------------- */
/* `db` stays the caller's; the store creates its tables in it. */
MUST_USE enum error_code store_open_sqlite(struct db *db, struct store **out,
    struct why *why);
MUST_USE enum error_code store_open_memory(struct store **out);
void store_close(struct store **s);
MUST_USE enum error_code store_begin(struct store *s);
MUST_USE enum error_code store_commit(struct store *s);
void store_abandon(struct store *s);

/* ---- the log ------------------------------------------------------------- */
MUST_USE enum error_code store_head(struct store *s, struct store_head *out);
/* Appends at head.size; advances the head. */
MUST_USE enum error_code store_append(struct store *s, uint64_t time,
    const uint8_t commitment[static HASH_BYTES],
    const uint8_t salt[static ENTRY_SALT], struct bytes body);
/* Visits entries [from, from+n) as stored; body empty when erased. */
typedef enum error_code store_visit_entry(void *ctx, uint64_t idx,
    const uint8_t commitment[static HASH_BYTES], const uint8_t *salt,
    struct bytes body);
MUST_USE enum error_code store_entries(struct store *s, uint64_t from,
    uint64_t n, store_visit_entry *visit, void *ctx);
MUST_USE enum error_code store_entry(struct store *s, uint64_t idx,
    struct buf *body, uint8_t salt[static ENTRY_SALT],
    uint8_t commitment[static HASH_BYTES]);
MUST_USE enum error_code store_commitments(struct store *s, uint64_t from,
    unsigned n, uint8_t *out);               /* 32 * n bytes */
MUST_USE enum error_code store_tile_put(struct store *s, unsigned level,
    uint64_t n, const uint8_t hashes[static 8192]);
MUST_USE enum error_code store_tile_get(struct store *s, unsigned level,
    uint64_t n, uint8_t hashes[static 8192]); /* ERR_NOTFOUND */

/* ---- questions ----------------------------------------------------------- */
MUST_USE enum error_code store_seen(struct store *s, const char *signer,
    const uint8_t stamp[static WIRE_STAMP], const uint8_t id[static WIRE_HASH],
    struct store_seen *out);
MUST_USE enum error_code store_partnership(struct store *s,
    const struct wire_partnership **out); /* borrowed, until the next apply */
MUST_USE enum error_code store_member(struct store *s, const char *id,
    const struct store_member **out);         /* borrowed; ERR_NOTFOUND */
typedef enum error_code store_visit_member(void *ctx,
    const struct store_member *m);
MUST_USE enum error_code store_members(struct store *s,
    store_visit_member *visit, void *ctx);
/* Cases of which a member is an end of an arrow, in byte order. */
typedef enum error_code store_visit_case(void *ctx,
    const uint8_t case_id[static WIRE_CASE]);
MUST_USE enum error_code store_cases_of(struct store *s, const char *member,
    store_visit_case *visit, void *ctx);
/* Is this signing, link or terms key, or was it ever, another member's? */
MUST_USE enum error_code store_key_owner(struct store *s,
    const uint8_t key[static WIRE_KEY], char id[static WIRE_ID_MAX + 1]);
MUST_USE enum error_code store_sealing(struct store *s, const char *member,
    uint64_t epoch /* 0: newest */, struct wire_sealing_key *out,
    uint64_t *announced, uint64_t *idx);
MUST_USE enum error_code store_worker(struct store *s, const char *member,
    const uint8_t pseudonym[static WIRE_PSEUDONYM], bool *ended, uint64_t *idx);
MUST_USE enum error_code store_case(struct store *s,
    const uint8_t id[static WIRE_CASE], struct store_case *out);
/* All grants of an arrow, by entry index, at most RULES_GRANTS_MAX. */
MUST_USE enum error_code store_grants(struct store *s,
    const uint8_t case_id[static WIRE_CASE], const char *sender,
    const char *recipient, struct grant *out, unsigned *n);
struct store_arrow {
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
};
/* Distinct arrows of a case in byte order of sender, recipient. */
typedef enum error_code store_visit_arrow(void *ctx,
    const struct store_arrow *a);
MUST_USE enum error_code store_arrows(struct store *s,
    const uint8_t case_id[static WIRE_CASE], store_visit_arrow *visit,
    void *ctx);
MUST_USE enum error_code store_grant_named(struct store *s,
    const uint8_t id[static WIRE_HASH], struct grant *out,
    struct store_arrow *arrow, uint8_t case_id[static WIRE_CASE],
    bool *withdrawn); /* ERR_NOTFOUND; *withdrawn still set */
MUST_USE enum error_code store_message(struct store *s, uint64_t idx,
    struct store_message *out);
MUST_USE enum error_code store_message_by_id(struct store *s,
    const char *sender, const uint8_t id[static WIRE_STAMP],
    struct store_message *out);
/* Cases one of whose phrases hashes to this; spent ones marked. */
typedef enum error_code store_visit_phrase(void *ctx,
    const uint8_t case_id[static WIRE_CASE], bool spent);
MUST_USE enum error_code store_phrase(struct store *s,
    const uint8_t hash[static WIRE_HASH], store_visit_phrase *visit, void *ctx);
/* Was this SHA-256(token) presented before?  By which stop, the newest;
 * ERR_NOTFOUND. */
MUST_USE enum error_code store_token(struct store *s,
    const uint8_t hash[static WIRE_HASH], uint64_t *stop_idx);
/* Time of that stop's entry; ERR_NOTFOUND. */
MUST_USE enum error_code store_stop_time(struct store *s, uint64_t stop_idx,
    uint64_t *time);
/* The token hashes of the case's `phrases` record of this id, whatever
 * became of it; ERR_NOTFOUND. */
MUST_USE enum error_code store_phrases_hashes(struct store *s,
    const uint8_t case_id[static WIRE_CASE],
    const uint8_t record_id[static WIRE_HASH], uint8_t out[2][WIRE_HASH]);
/* Did this sender recall this message id, whether admitted or not? */
MUST_USE enum error_code store_recalled(struct store *s, const char *sender,
    const uint8_t id[static WIRE_STAMP], bool *out);
/* Has this case a grant to `recipient`, not an introduction, whose time in
 * effect [effective, min(until, ended_at if ended)) meets [since, now]? */
MUST_USE enum error_code store_recipient_had(struct store *s,
    const uint8_t case_id[static WIRE_CASE], const char *recipient,
    uint64_t since, uint64_t now, bool *out);
/* Does the case have an unspent `phrases` record of this id? */
MUST_USE enum error_code store_phrases_named(struct store *s,
    const uint8_t case_id[static WIRE_CASE],
    const uint8_t record_id[static WIRE_HASH], bool *found);
MUST_USE enum error_code store_conflict_checked(struct store *s,
    const char *member, const uint8_t case_id[static WIRE_CASE], bool *out);

/* ---- changes ------------------------------------------------------------- */
/* Applies one effect of the fold (ledger/fold.h). */
MUST_USE enum error_code store_apply(struct store *s, const struct effect *e);
/*
 * Calls `fn` for every item that a member's news stream gains from now on:
 * `m` with count and running hash after it, `position` the entry that brings
 * it.  For the auditor's replay, which holds citations against it.
 */
typedef enum error_code store_news_fn(void *ctx, const struct store_member *m,
    uint64_t position);
void store_on_news(struct store *s, store_news_fn *fn, void *ctx);

/* ---- what the ledger does not hold (broker only) ------------------------- */
MUST_USE enum error_code store_hold(struct store *s, uint64_t idx,
    const uint8_t share[static 32], struct bytes ciphertext);
/* The one function that lets ciphertext out, and the one for shares. */
MUST_USE enum error_code store_ciphertext(struct store *s, uint64_t idx,
    struct buf *out);                         /* ERR_NOTFOUND when gone */
MUST_USE enum error_code store_share(struct store *s, uint64_t idx,
    uint8_t out[static 32]);
/*
 * Feed: what this member has not confirmed, in the order it counts: by entry,
 * but before a grant that made it an end of its case come, with their own
 * smaller index, that case's case-opened and newest resume.  Positions
 * (`after`, confirmed) are the grant's; such a group is never split, so up to
 * max + 2 are visited.
 */
typedef enum error_code store_visit_feed(void *ctx, uint64_t idx, bool mail);
MUST_USE enum error_code store_feed(struct store *s, const char *member,
    uint64_t after, unsigned max, store_visit_feed *visit, void *ctx);
/* The same, with each row's position. */
typedef enum error_code store_visit_placed(void *ctx, uint64_t idx,
    uint64_t position, bool mail);
MUST_USE enum error_code store_feed_placed(struct store *s,
    const char *member, uint64_t after, unsigned max,
    store_visit_placed *visit, void *ctx);
/* Forgets news up to and including `idx` (position confirmed). */
MUST_USE enum error_code store_feed_confirm(struct store *s,
    const char *member, uint64_t idx);
/*
 * Queued messages that may never be delivered (expired, sharing narrowed, an
 * end revoked or replaced): up to `max` (256) candidates for the rules to
 * look at again.  A few rows a call, going on where the last one stopped, so
 * call it whenever there is time; also destroys shares of messages that a
 * narrowing closed.  In a transaction; `visit` may write.
 */
typedef enum error_code store_visit_index(void *ctx, uint64_t idx);
MUST_USE enum error_code store_stale(struct store *s, uint64_t now,
    unsigned max, store_visit_index *visit, void *ctx);
/* A frozen case whose `ended` entries are still owed: it has a grant with
 * rules_ended_owed(g, stop_idx); stops whose 24 h notice is still owed. */
MUST_USE enum error_code store_owed_ended(struct store *s,
    uint8_t case_id[static WIRE_CASE], bool *found);
MUST_USE enum error_code store_owed_notice(struct store *s, uint64_t now,
    uint64_t *stop_idx, bool *found);
/* Deletes what has had its time, looking at `max` rows or so: seen stamps
 * older than 8 days, payloads 14 days after receipt, shares of closed
 * messages.  In a transaction, as store_hold() and store_feed_confirm(). */
MUST_USE enum error_code store_tidy(struct store *s, uint64_t now,
    unsigned max);

/* SHA-256 over the ordered derived tables: equal state, equal digest. */
MUST_USE enum error_code store_digest(struct store *s,
    uint8_t out[static WIRE_HASH]);

#endif
