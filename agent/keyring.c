#include "agent/keyring.h"

#include <sodium.h>
#include <string.h>

#include "agent/books.h"
#include "agent/config.h"
#include "agent/outgoing/kept.h"
#include "agent/outgoing/outgoing.h"
#include "agent/seal.h"
#include "keys/arrow.h"
#include "proto/vocabulary.h"

enum { ARROW_ROW_MAX = WIRE_CASE + 2 * (WIRE_ID_MAX + 1) };

static enum error_code
seal_key(struct agent *a, const char *table, struct bytes row,
    const uint8_t key[static 32], struct buf *out)
{
	buf_init(out, 256);
	return books_seal(a, table, row, bytes_of(key, 32), out);
}

/* Opens a 32-byte key sealed in column `col` of the row just stepped to. */
static enum error_code
open_key(struct agent *a, const char *table, struct bytes row,
    struct bytes sealed, uint8_t key[static 32])
{
	struct buf plain;
	enum error_code err;

	buf_init(&plain, 64);
	err = books_open(a, table, row, sealed, &plain);
	if (err == ERR_NONE && plain.n != 32)
		err = ERR_FORMAT;
	if (err == ERR_NONE)
		memcpy(key, plain.data, 32);
	buf_free(&plain);
	return err;
}

/* ---- cases ------------------------------------------------------------------ */

enum error_code
keyring_case_put(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const uint8_t key[static 32])
{
	struct db_stmt *st = a->sql[SQL_CASE_KEY_PUT];
	struct buf sealed;
	enum error_code err;

	kept_arrow_forget(a->kept);
	err = seal_key(a, "case_key", bytes_of(case_id, WIRE_CASE), key,
	    &sealed);
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, case_id, WIRE_CASE);
		db_bind_blob(st, 2, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&sealed);
	return err;
}

enum error_code
keyring_case(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    uint8_t key[static 32])
{
	struct db_stmt *st = a->sql[SQL_CASE_KEY_GET];
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = open_key(a, "case_key", bytes_of(case_id, WIRE_CASE),
	    db_col_blob(st, 0), key);
	db_done(st);
	return err;
}

/* ---- arrows ------------------------------------------------------------------- */

static struct bytes
arrow_row(struct buf *room, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient)
{
	buf_init(room, ARROW_ROW_MAX);
	buf_put(room, case_id, WIRE_CASE);
	buf_put_str8(room, sender);
	buf_put_str8(room, recipient);
	return buf_view(room);
}

enum error_code
keyring_arrow_put(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient, const uint8_t key[static 32])
{
	struct db_stmt *st = a->sql[SQL_ARROW_PUT];
	struct buf sealed, row;
	enum error_code err;

	kept_arrow_forget(a->kept);
	err = seal_key(a, "arrow", arrow_row(&row, case_id, sender, recipient),
	    key, &sealed);
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, case_id, WIRE_CASE);
		db_bind_text(st, 2, sender);
		db_bind_text(st, 3, recipient);
		db_bind_blob(st, 4, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&sealed);
	buf_free(&row);
	return err;
}

static enum error_code
stored_arrow(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient, uint8_t key[static 32])
{
	struct db_stmt *st = a->sql[SQL_ARROW_GET];
	enum error_code err;
	struct buf room;
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_text(st, 2, sender);
	db_bind_text(st, 3, recipient);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = open_key(a, "arrow", arrow_row(&room, case_id, sender,
	    recipient), db_col_blob(st, 0), key);
	db_done(st);
	buf_free(&room);
	return err;
}

enum error_code
keyring_arrow(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient, uint8_t key[static 32])
{
	uint8_t case_key[ARROW_CASE_KEY];
	enum error_code err;

	if (kept_arrow(a->kept, case_id, sender, recipient, key))
		return ERR_NONE;
	err = keyring_case(a, case_id, case_key);
	if (err == ERR_NOTFOUND)
		err = stored_arrow(a, case_id, sender, recipient, key);
	else if (err == ERR_NONE)
		arrow_key(case_key, case_id, sender, recipient, key);
	if (err == ERR_NONE)
		kept_arrow_put(a->kept, case_id, sender, recipient, key);
	sodium_memzero(case_key, sizeof case_key);
	return err;
}

enum error_code
keyring_take(struct agent *a, const struct body *b, struct why *why)
{
	const struct wire_arrow_key *k = &b->u.arrow_key;
	struct box_pair pair;
	uint8_t key[ARROW_KEY];
	enum error_code err;

	err = keyring_epoch(a, k->epoch, pair.secret);
	if (err != ERR_NONE) {
		why_set(why, "sealed to a sealing key that is no longer here");
		return err;
	}
	identity_box_pair_of(pair.secret, &pair);
	err = arrow_key_open(&pair, b->case_id, k->sender, k->recipient,
	    k->box, key);
	if (err == ERR_NONE)
		err = keyring_arrow_put(a, b->case_id, k->sender,
		    k->recipient, key);
	else
		why_set(why, "not sealed to us, or for another arrow");
	sodium_memzero(key, sizeof key);
	sodium_memzero(&pair, sizeof pair);
	return err;
}

/* ---- sealing epochs -------------------------------------------------------------- */

enum error_code
keyring_epoch(struct agent *a, uint64_t epoch, uint8_t secret[static 32])
{
	struct db_stmt *st = a->sql[SQL_EPOCH_GET];
	enum error_code err;
	uint8_t room[8];
	bool row;

	for (unsigned i = 0; i < AGENT_EPOCHS; i++)
		if (a->epochs != NULL && a->epochs[i].epoch == epoch &&
		    epoch != 0) {
			memcpy(secret, a->epochs[i].secret, 32);
			return ERR_NONE;
		}
	db_bind_u64(st, 1, epoch);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = open_key(a, "epoch", books_row(epoch, room), db_col_blob(st, 0),
	    secret);
	db_done(st);
	if (err == ERR_NONE && a->epochs != NULL) {
		struct agent_epoch *e = &a->epochs[epoch % AGENT_EPOCHS];

		e->epoch = epoch;
		memcpy(e->secret, secret, 32);
	}
	return err;
}

static enum error_code
newest_epoch(struct agent *a, uint64_t *epoch, uint64_t *announced)
{
	struct db_stmt *st = a->sql[SQL_EPOCH_NEWEST];
	enum error_code err;
	bool row;

	*epoch = *announced = 0;
	err = db_step(st, &row);
	if (err != ERR_NONE || !row)
		return err;
	*epoch = db_col_u64(st, 0);
	*announced = db_col_u64(st, 1);
	db_done(st);
	return ERR_NONE;
}

static enum error_code
announce(struct agent *a, uint64_t epoch, uint64_t now)
{
	struct body b = { .kind = KIND_SEALING_KEY };
	struct wire_sealing_key *k = &b.u.sealing_key;
	struct db_stmt *st = a->sql[SQL_EPOCH_PUT];
	struct buf sealed;
	struct box_pair pair;
	uint8_t room[8];
	enum error_code err;

	identity_box_pair(&pair);
	k->epoch = epoch;
	k->until = now + a->config->epoch_life_days * CLOCK_DAY_MS;
	memcpy(k->key, pair.public, WIRE_KEY);
	err = seal_key(a, "epoch", books_row(epoch, room), pair.secret,
	    &sealed);
	sodium_memzero(&pair, sizeof pair);
	if (err == ERR_NONE) {
		db_bind_u64(st, 1, epoch);
		db_bind_u64(st, 2, now);
		db_bind_u64(st, 3, k->until);
		db_bind_blob(st, 4, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&sealed);
	if (err != ERR_NONE)
		return err;
	outgoing_head(a, &b);
	return outgoing_put(a, &b, NULL, NULL);
}

enum error_code
keyring_turn(struct agent *a)
{
	const uint64_t now = agent_now(a);
	uint64_t epoch, announced;
	enum error_code err;

	if (now < a->keyring_next)
		return ERR_NONE;
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	err = newest_epoch(a, &epoch, &announced);
	if (err == ERR_NONE && a->offline_since == 0 && (epoch == 0 ||
	    now - announced >= a->config->epoch_hours * CLOCK_HOUR_MS))
		err = announce(a, epoch + 1, now);
	if (err == ERR_NONE) {
		struct db_stmt *st = a->sql[SQL_EPOCH_DESTROY];

		db_bind_u64(st, 1, now);
		err = db_run(st);
		if (err == ERR_NONE && db_changes(a->db) > 0 &&
		    a->epochs != NULL) {
			sodium_memzero(a->epochs,
			    AGENT_EPOCHS * sizeof a->epochs[0]);
			seal_receiver_wipe(a->receiver);
		}
	}
	/* the newest key and its record become durable together */
	if (err == ERR_NONE)
		err = outgoing_seal(a);
	err = agent_end(a, err);
	a->keyring_next = now + (a->offline_since == 0 ? CLOCK_MINUTE_MS :
	    CLOCK_SECOND_MS);
	return err;
}

/* ---- labels ------------------------------------------------------------------------- */

enum error_code
keyring_labels(struct agent *a, const uint8_t key[static 32],
    uint32_t scopes, const char *purpose,
    uint8_t out[static WIRE_MESSAGE_LABELS][WIRE_LABEL], unsigned *n)
{
	(void)a;
	*n = 0;
	for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++) {
		if ((scopes & SCOPE_BIT(s)) == 0)
			continue;
		if (*n == WIRE_MESSAGE_LABELS)
			return ERR_SIZE;
		arrow_label(key, vocabulary_scope_name((enum vocabulary_scope)s),
		    purpose, out[(*n)++]);
	}
	if (*n == 0)
		return ERR_SIZE;
	arrow_sort(out, *n);
	return ERR_NONE;
}
