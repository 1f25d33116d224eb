/*
 * The terms of grants: opened with the arrow key, compared with the clear
 * part and the sixteen labels, kept sealed.
 */
#include <sodium.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases/part.h"
#include "agent/outgoing/kept.h"
#include "agent/keyring.h"
#include "base/log.h"
#include "keys/arrow.h"

enum {
	CLEAR_MAX = 8 + 8 + 1 + 4 + WIRE_HASH +
	    WIRE_GRANT_LABELS * WIRE_LABEL + WIRE_TERMS_MAX,
	RETRY_MAX = 64,
};

/* ---- comparing --------------------------------------------------------- */

enum error_code
terms_labels(const uint8_t key[static 32], const struct terms *t,
    uint8_t out[WIRE_GRANT_LABELS][WIRE_LABEL])
{
	const char *what[ARROW_WHATS];
	size_t n = 0;

	for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++)
		if ((t->scopes & SCOPE_BIT(s)) != 0 && n < ARROW_WHATS)
			what[n++] = vocabulary_scope_name(
			    (enum vocabulary_scope)s);
	if (t->purpose == NULL)
		return ERR_FORMAT;
	return arrow_labels(key, what, n, t->purpose->id, out);
}

/* Do the terms say what the clear part says?  Nothing else is asked here. */
static bool
clear_part_agrees(const struct terms *t,
    const uint8_t case_id[static WIRE_CASE], const struct wire_grant *g)
{
	return memcmp(t->case_id, case_id, WIRE_CASE) == 0 &&
	    strcmp(t->sender, g->sender) == 0 &&
	    strcmp(t->recipient, g->recipient) == 0 && t->from == g->from &&
	    t->until == g->until && t->keep_read_days == g->keep_read_days &&
	    (t->scopes == SCOPE_BIT(SCOPE_ID)) == g->introduction;
}

/*
 * Opens and compares.  ERR_REFUSED when anything disagrees; `plain` then
 * holds nothing.
 */
static enum error_code
open_terms(const uint8_t key[static 32],
    const uint8_t case_id[static WIRE_CASE], const struct wire_grant *g,
    struct buf *plain)
{
	uint8_t label[WIRE_GRANT_LABELS][WIRE_LABEL], hash[WIRE_HASH];
	struct terms t;
	enum error_code err;

	err = arrow_terms_open(key, case_id, g->sender, g->recipient,
	    g->terms, plain);
	if (err == ERR_NONE) {
		crypto_hash_sha256(hash, plain->data, plain->n);
		if (memcmp(hash, g->terms_hash, sizeof hash) != 0)
			err = ERR_REFUSED;
	}
	if (err == ERR_NONE)
		err = terms_decode(&t, buf_view(plain), NULL);
	if (err == ERR_NONE)
		err = terms_labels(key, &t, label);
	if (err == ERR_NONE && (!clear_part_agrees(&t, case_id, g) ||
	    memcmp(label, g->label, sizeof label) != 0))
		err = ERR_REFUSED;
	if (err != ERR_NONE)
		buf_clear(plain);
	return err == ERR_NONE || err == ERR_NOMEM ? err : ERR_REFUSED;
}

/* ---- rows -------------------------------------------------------------- */

/* What has to be known of a grant whose key is still missing. */
static void
clear_encode(const struct wire_grant *g, struct buf *out)
{
	buf_put_u64(out, g->from);
	buf_put_u64(out, g->until);
	buf_put_u8(out, g->introduction);
	buf_put_u32(out, g->keep_read_days);
	buf_put(out, g->terms_hash, WIRE_HASH);
	buf_put(out, g->label, sizeof g->label);
	buf_put(out, g->terms.data, g->terms.n);
}

static bool
clear_decode(struct bytes in, struct wire_grant *g)
{
	const uint8_t *hash, *label;
	uint32_t days;
	uint8_t intro;

	if (!bytes_take_u64(&in, &g->from) ||
	    !bytes_take_u64(&in, &g->until) || !bytes_take_u8(&in, &intro) ||
	    !bytes_take_u32(&in, &days) ||
	    !bytes_take(&in, WIRE_HASH, &hash) ||
	    !bytes_take(&in, sizeof g->label, &label))
		return false;
	g->introduction = intro != 0;
	g->keep_read_days = days;
	memcpy(g->terms_hash, hash, WIRE_HASH);
	memcpy(g->label, label, sizeof g->label);
	g->terms = in;
	return true;
}

static enum error_code
put_row(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const uint8_t id[static WIRE_HASH], uint64_t idx,
    const struct wire_grant *g, enum terms_state state, struct bytes plain)
{
	struct db_stmt *st = a->sql[SQL_TERMS_PUT];
	struct buf clear, sealed;
	enum error_code err = ERR_NONE;

	kept_terms_forget(a->kept);
	buf_init(&clear, CLEAR_MAX);
	buf_init(&sealed, TERMS_MAX + 64);
	if (state == TERMS_WAITING)
		clear_encode(g, &clear);
	if (plain.n > 0)
		err = books_seal(a, "terms", bytes_of(id, WIRE_HASH), plain,
		    &sealed);
	if (err == ERR_NONE && !buf_ok(&clear))
		err = ERR_NOMEM;
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, id, WIRE_HASH);
		db_bind_blob(st, 2, case_id, WIRE_CASE);
		db_bind_text(st, 3, g->sender);
		db_bind_text(st, 4, g->recipient);
		db_bind_u64(st, 5, idx);
		db_bind_i64(st, 6, (int64_t)state);
		db_bind_blob(st, 7, clear.n > 0 ? clear.data :
		    (const uint8_t *)"", clear.n);
		if (plain.n > 0)
			db_bind_blob(st, 8, sealed.data, sealed.n);
		else
			db_bind_null(st, 8);
		err = db_run(st);
	}
	buf_free(&clear);
	buf_free(&sealed);
	return err;
}

static enum error_code
disagrees(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    uint64_t at)
{
	log_error(64, "permission", "call the custodian and the auditor",
	    "its terms and its labels disagree; it is not in force here");
	return cases_task(a, case_id, at, TASK_DISAGREE);
}

/* With the arrow key at hand. */
static enum error_code
decide(struct agent *a, const uint8_t key[static 32],
    const uint8_t case_id[static WIRE_CASE],
    const uint8_t id[static WIRE_HASH], uint64_t idx, uint64_t at,
    const struct wire_grant *g)
{
	struct buf plain;
	enum error_code err;

	buf_init(&plain, TERMS_MAX);
	err = open_terms(key, case_id, g, &plain);
	if (err == ERR_NONE) {
		err = put_row(a, case_id, id, idx, g, TERMS_AGREE,
		    buf_view(&plain));
	} else if (err == ERR_REFUSED) {
		err = put_row(a, case_id, id, idx, g, TERMS_DISAGREE,
		    bytes_of(NULL, 0));
		if (err == ERR_NONE)
			err = disagrees(a, case_id, at);
	}
	buf_free(&plain);
	return err;
}

enum error_code
terms_take(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const uint8_t id[static WIRE_HASH], uint64_t idx, uint64_t at,
    const struct wire_grant *g)
{
	uint8_t key[ARROW_KEY];
	enum error_code err = keyring_arrow(a, case_id, g->sender,
	    g->recipient, key);

	if (err == ERR_NOTFOUND)
		err = put_row(a, case_id, id, idx, g, TERMS_WAITING,
		    bytes_of(NULL, 0));
	else if (err == ERR_NONE)
		err = decide(a, key, case_id, id, idx, at, g);
	sodium_memzero(key, sizeof key);
	return err;
}

enum error_code
terms_put(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const uint8_t id[static WIRE_HASH], const struct wire_grant *g,
    struct bytes plain)
{
	return put_row(a, case_id, id, 0, g, TERMS_AGREE, plain);
}

/* ---- later ------------------------------------------------------------- */

static enum error_code
get(struct agent *a, const uint8_t id[static WIRE_HASH], struct db_stmt **st)
{
	enum error_code err;
	bool row;

	*st = a->sql[SQL_TERMS_GET];
	db_bind_blob(*st, 1, id, WIRE_HASH);
	err = db_step(*st, &row);
	return err == ERR_NONE && !row ? ERR_NOTFOUND : err;
}

static enum error_code
retry_one(struct agent *a, const uint8_t key[static 32],
    const uint8_t id[static WIRE_HASH], uint64_t at)
{
	struct wire_grant g;
	uint8_t case_id[WIRE_CASE];
	struct buf clear;
	struct db_stmt *st;
	struct bytes v;
	uint64_t idx;
	enum error_code err = get(a, id, &st);

	if (err != ERR_NONE)
		return err;
	memset(&g, 0, sizeof g);
	buf_init(&clear, CLEAR_MAX);
	err = db_col_fixed(st, 0, case_id, WIRE_CASE);
	if (err == ERR_NONE)
		err = db_col_str(st, 1, g.sender, sizeof g.sender);
	if (err == ERR_NONE)
		err = db_col_str(st, 2, g.recipient, sizeof g.recipient);
	idx = db_col_u64(st, 3);
	v = db_col_blob(st, 5);
	buf_put(&clear, v.data, v.n);
	db_done(st);
	if (err == ERR_NONE && (!buf_ok(&clear) ||
	    !clear_decode(buf_view(&clear), &g)))
		err = ERR_FORMAT;
	if (err == ERR_NONE)
		err = decide(a, key, case_id, id, idx, at, &g);
	buf_free(&clear);
	return err;
}

enum error_code
terms_retry(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient, uint64_t at)
{
	struct db_stmt *st = a->sql[SQL_TERMS_STATE];
	uint8_t id[RETRY_MAX][WIRE_HASH], key[ARROW_KEY];
	unsigned n = 0;
	enum error_code err;
	bool row;

	err = keyring_arrow(a, case_id, sender, recipient, key);
	if (err != ERR_NONE)
		return err;
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_text(st, 2, sender);
	db_bind_text(st, 3, recipient);
	db_bind_i64(st, 4, TERMS_WAITING);
	while (n < RETRY_MAX && (err = db_step(st, &row)) == ERR_NONE && row) {
		err = db_col_fixed(st, 0, id[n++], WIRE_HASH);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		err = retry_one(a, key, id[i], at);
	sodium_memzero(key, sizeof key);
	return err;
}

enum error_code
terms_refused(struct agent *a, const uint8_t id[static WIRE_HASH])
{
	struct db_stmt *st = a->sql[SQL_TERMS_REFUSED];

	kept_terms_forget(a->kept);
	db_bind_i64(st, 1, TERMS_REFUSED);
	db_bind_blob(st, 2, id, WIRE_HASH);
	return db_run(st);
}

enum error_code
cases_terms(struct agent *a, const uint8_t grant_id[static WIRE_HASH],
    struct terms *out)
{
	struct db_stmt *st;
	enum terms_state state;
	struct buf plain;
	enum error_code err;

	if (kept_terms(a->kept, grant_id, out))
		return ERR_NONE;
	err = get(a, grant_id, &st);
	if (err != ERR_NONE)
		return err;
	state = (enum terms_state)db_col_i64(st, 4);
	buf_init(&plain, TERMS_MAX);
	if (state == TERMS_AGREE)
		err = books_open(a, "terms", bytes_of(grant_id, WIRE_HASH),
		    db_col_blob(st, 6), &plain);
	else
		err = state == TERMS_WAITING ? ERR_NOTFOUND : ERR_REFUSED;
	db_done(st);
	if (err == ERR_NONE)
		err = terms_decode(out, buf_view(&plain), NULL);
	if (err == ERR_NONE)
		kept_terms_put(a->kept, grant_id, out);
	buf_free(&plain);
	return err;
}

enum error_code
terms_list(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    terms_visit *visit, void *ctx)
{
	struct db_stmt *st = a->sql[SQL_TERMS_CASE];
	struct terms_row r;
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = db_col_fixed(st, 0, r.id, WIRE_HASH);
		if (err == ERR_NONE)
			err = db_col_str(st, 1, r.sender, sizeof r.sender);
		if (err == ERR_NONE)
			err = db_col_str(st, 2, r.recipient,
			    sizeof r.recipient);
		r.idx = db_col_u64(st, 3);
		r.state = (enum terms_state)db_col_i64(st, 4);
		if (err == ERR_NONE)
			err = visit(ctx, &r);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}
