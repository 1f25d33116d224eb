#include "agent/intake/mailbox.h"

#include <sodium.h>
#include <string.h>

#include "agent/books.h"
#include "agent/distrust.h"
#include "agent/keyring.h"
#include "agent/outgoing/outgoing.h"
#include "agent/intake/quarantine.h"
#include "agent/seal.h"
#include "base/fault.h"
#include "base/log.h"
#include "keys/arrow.h"
#include "ledger/proof.h"
#include "store/facts.h"

enum {
	REMEMBER_MS = 8 * DAY_MS,   /* message ids, after they expire */
};

/* ---- checks of a delivery (PROTOCOL 6) ------------------------------------- */

/*
 * The sender's citation is of this very ledger: our checkpoint, or one that
 * the parcel proves to be an ancestor of it.
 */
static bool
cites_this_ledger(struct agent *a, const struct citation *c)
{
	const struct parcel *p = a->parcel;
	struct hash root, head;

	if (c->size == 0)
		return true;
	if (p == NULL || c->size > a->head.size)
		return false;
	if (c->size == a->head.size)
		return memcmp(c->root, a->head.root.b, HASH_BYTES) == 0;
	memcpy(root.b, c->root, HASH_BYTES);
	head = a->head.root;
	/* a bundle's messages cite the same: proven once is proven */
	if (a->proven.size == c->size && hash_equal(&a->proven.root, &root) &&
	    hash_equal(&a->proven.head, &head))
		return true;
	for (unsigned i = 0; i < p->n_ancestor; i++) {
		const struct wire_ancestor *w = &p->ancestor[i];

		if (w->size != c->size || w->path.n % HASH_BYTES != 0 ||
		    memcmp(w->root, c->root, HASH_BYTES) != 0)
			continue;
		if (proof_consistency_verify(c->size, &root, a->head.size,
		    &head, (const struct hash *)w->path.data,
		    w->path.n / HASH_BYTES) != ERR_NONE)
			return false;
		a->proven.size = c->size;
		a->proven.root = root;
		a->proven.head = head;
		return true;
	}
	return false;
}

/* Two signed checkpoints that do not extend each other: two ledgers. */
static void
look_for_two_ledgers(struct agent *a, const struct citation *c)
{
	struct checkpoint cited = { .size = c->size };

	memcpy(cited.root.b, c->root, HASH_BYTES);
	memcpy(cited.signature, c->signature, CHECKPOINT_SIG_BYTES);
	if (checkpoint_verify(a->pship.now.origin, &cited,
	    a->pship.now.log_key) == ERR_NONE)
		agent_distrust(a, &cited, "a message cites a checkpoint of "
		    "another ledger under the same key");
}

/* What the rules say at home, about the message as just folded. */
static enum error_code
ask_rules(struct agent *a, const struct entry *submission,
    const struct entry *delivered, uint32_t *rule)
{
	struct store_message m;
	struct facts_room room;
	struct facts f;
	enum error_code err;

	err = store_message(a->slice, submission->index, &m);
	if (err == ERR_NONE)
		err = facts_for_delivery(a->slice, delivered->time, &m, &room,
		    &f);
	if (err == ERR_NONE) {
		f.message.state = MESSAGE_QUEUED;   /* as it was asked there */
		*rule = rules_decide(&f).rule;
	}
	return err;
}

/* The first check that fails: *rule, and why in a few words without content. */
static enum error_code
check(struct agent *a, const struct entry *s, const struct entry *d,
    struct bytes ciphertext, uint8_t k1[static 32], uint32_t *rule,
    const char **why)
{
	const struct wire_submission *m = &s->b.u.submission;
	uint8_t hash[WIRE_HASH], secret[32];
	enum error_code err;

	*rule = RULE_NOT_RECIPIENT;
	*why = "not addressed to this agency";
	if (strcmp(m->recipient, a->member) != 0)
		return ERR_NONE;
	*rule = RULE_MESSAGE_OVER;
	*why = "delivered after it expired";
	if (d->time > m->expires)
		return ERR_NONE;
	*rule = RECEIPT_HASH;
	*why = "its ciphertext is not the one signed";
	crypto_hash_sha256(hash, ciphertext.data, ciphertext.n);
	if (memcmp(hash, m->ciphertext_hash, WIRE_HASH) != 0)
		return ERR_NONE;
	*why = "it cites another ledger";
	if (!cites_this_ledger(a, &s->b.cite)) {
		look_for_two_ledgers(a, &s->b.cite);
		*rule = RULE_CITATION;
		return ERR_NONE;
	}
	*why = "its seal does not open";
	*rule = RECEIPT_SEAL;
	err = keyring_epoch(a, m->epoch, secret);
	if (err == ERR_NONE)
		err = seal_open_share_again(a->receiver,
		    clock_boot(&a->clock), s->record.signer, &s->b, secret,
		    k1);
	sodium_memzero(secret, sizeof secret);
	if (err == ERR_NOTFOUND || err == ERR_CRYPTO || err == ERR_FORMAT)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	*why = "our own rules do not admit it";
	return ask_rules(a, s, d, rule);
}

/* ---- storing ------------------------------------------------------------------ */

static enum error_code
owe_receipt(struct agent *a, uint64_t idx,
    const uint8_t case_id[static WIRE_CASE], uint32_t outcome)
{
	struct db_stmt *st = a->sql[SQL_RECEIPT_OWE];

	db_bind_u64(st, 1, idx);
	db_bind_blob(st, 2, case_id, WIRE_CASE);
	db_bind_i64(st, 3, outcome);
	return db_run(st);
}

static bool
is_urgent(struct agent *a, const struct entry *s)
{
	uint8_t key[ARROW_KEY], mark[16];
	bool urgent = false;

	if (keyring_arrow(a, s->b.case_id, s->record.signer, a->member,
	    key) == ERR_NONE) {
		arrow_urgency(key, s->b.stamp, mark);
		urgent = sodium_memcmp(mark, s->b.u.submission.urgency,
		    sizeof mark) == 0;
	}
	sodium_memzero(key, sizeof key);
	return urgent;
}

/* Is the grant it came under marked as an introduction? */
static bool
is_introduction(struct agent *a, const struct entry *s, uint64_t grant)
{
	struct grant g[RULES_GRANTS_MAX];
	unsigned n = 0;

	if (store_grants(a->slice, s->b.case_id, s->record.signer, a->member,
	    g, &n) != ERR_NONE)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (g[i].idx == grant)
			return g[i].introduction;
	return false;
}

static enum error_code
insert(struct agent *a, const struct entry *s, const struct entry *d,
    struct bytes ciphertext, const uint8_t k1[static 32])
{
	struct db_stmt *st = a->sql[SQL_MAIL_PUT];
	struct buf sealed;
	uint8_t row[8];
	enum error_code err;

	buf_init(&sealed, 128);
	err = books_seal(a, "mail", books_row(s->index, row), bytes_of(k1, 32),
	    &sealed);
	if (err == ERR_NONE) {
		db_bind_u64(st, 1, s->index);
		db_bind_u64(st, 2, d->index);
		db_bind_blob(st, 3, s->b.stamp, WIRE_STAMP);
		db_bind_blob(st, 4, s->b.case_id, WIRE_CASE);
		db_bind_text(st, 5, s->record.signer);
		db_bind_u64(st, 6, d->time);
		db_bind_u64(st, 7, s->b.u.submission.expires);
		db_bind_i64(st, 8, is_urgent(a, s));
		db_bind_i64(st, 9, is_introduction(a, s,
		    d->u.delivered.grant));
		db_bind_blob(st, 10, s->record_id, WIRE_HASH);
		db_bind_blob(st, 11, s->record.wire.data, s->record.wire.n);
		db_bind_blob(st, 12, ciphertext.data, ciphertext.n);
		db_bind_blob(st, 13, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&sealed);
	return err;
}

static enum error_code
remember(struct agent *a, const struct entry *s, uint32_t outcome)
{
	struct db_stmt *st = a->sql[SQL_SEEN_PUT];

	db_bind_text(st, 1, s->record.signer);
	db_bind_blob(st, 2, s->b.stamp, WIRE_STAMP);
	db_bind_blob(st, 3, s->record_id, WIRE_HASH);
	db_bind_u64(st, 4, s->index);
	db_bind_u64(st, 5, s->b.u.submission.expires + REMEMBER_MS);
	db_bind_i64(st, 6, outcome);
	return db_run(st);
}

static enum error_code
seen_before(struct agent *a, const struct entry *s, bool *seen, bool *same,
    uint32_t *outcome)
{
	struct db_stmt *st = a->sql[SQL_SEEN_GET];
	uint8_t id[WIRE_HASH];
	enum error_code err;

	db_bind_text(st, 1, s->record.signer);
	db_bind_blob(st, 2, s->b.stamp, WIRE_STAMP);
	err = db_step(st, seen);
	*same = false;
	if (err != ERR_NONE || !*seen)
		return err;
	err = db_col_fixed(st, 0, id, sizeof id);
	*same = err == ERR_NONE && memcmp(id, s->record_id, sizeof id) == 0;
	*outcome = (uint32_t)db_col_i64(st, 1);
	db_done(st);
	return err;
}

enum error_code
mailbox_take(struct agent *a, const struct entry *submission,
    const struct entry *delivered, struct bytes ciphertext)
{
	const struct entry *s = submission;
	uint32_t rule = RULE_ADMIT;
	const char *why = "";
	uint8_t k1[32];
	bool seen, same;
	enum error_code err = seen_before(a, s, &seen, &same, &rule);

	if (err != ERR_NONE)
		return err;
	if (seen && same)           /* sent again: the same receipt again */
		return owe_receipt(a, s->index, s->b.case_id, rule);
	if (seen) {
		rule = RULE_STAMP_USED;
		why = "its id was used before for other bytes";
	} else {
		err = check(a, s, delivered, ciphertext, k1, &rule, &why);
	}
	if (err == ERR_NONE && rule == RULE_ADMIT)
		err = insert(a, s, delivered, ciphertext, k1);
	else if (err == ERR_NONE)
		err = quarantine_put(a, s->index, s->record.wire, ciphertext,
		    rule, why);
	if (err == ERR_NONE && !seen)
		err = remember(a, s, rule);
	if (err == ERR_NONE)
		err = owe_receipt(a, s->index, s->b.case_id, rule);
	sodium_memzero(k1, sizeof k1);
	return err;
}

enum error_code
mailbox_reject(struct agent *a, const struct entry *submission,
    struct bytes ciphertext, uint32_t rule, const char *why)
{
	const struct entry *s = submission;
	enum error_code err = quarantine_put(a, s->index, s->record.wire,
	    ciphertext, rule, why);

	return err == ERR_NONE ? owe_receipt(a, s->index, s->b.case_id,
	    rule) : err;
}

/* Sent once more, it gets this receipt from now on. */
static enum error_code
remember_rejected(struct agent *a, const struct mail *m, uint32_t outcome)
{
	struct db_stmt *st = a->sql[SQL_SEEN_OUTCOME];

	db_bind_i64(st, 1, outcome);
	db_bind_text(st, 2, m->sender);
	db_bind_blob(st, 3, m->id, WIRE_STAMP);
	return db_run(st);
}

enum error_code
mailbox_reject_opened(struct agent *a, const struct mail *m,
    uint32_t outcome, const char *why)
{
	struct buf record, ciphertext;
	enum error_code err;
	uint8_t k1[32];

	buf_init(&record, WIRE_RECORD_MAX);
	buf_init(&ciphertext, WIRE_CIPHERTEXT_MAX);
	err = mailbox_sealed(a, m->idx, &record, &ciphertext, k1);
	sodium_memzero(k1, sizeof k1);
	if (err == ERR_NONE)
		err = quarantine_put(a, m->idx, buf_view(&record),
		    buf_view(&ciphertext), outcome, why);
	if (err == ERR_NONE)
		err = mailbox_set(a, m->idx, MAIL_REJECTED);
	if (err == ERR_NONE)
		err = remember_rejected(a, m, outcome);
	if (err == ERR_NONE)
		err = owe_receipt(a, m->idx, m->case_id, outcome);
	if (err == ERR_NONE)
		err = mailbox_receipts(a);
	buf_free(&record);
	buf_free(&ciphertext);
	return err;
}

/* ---- receipts --------------------------------------------------------------------- */

static enum error_code
put_receipt(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct wire_receipt_line *line, unsigned n)
{
	struct db_stmt *st = a->sql[SQL_RECEIPT_DONE];
	struct body b = { .kind = KIND_RECEIPT, .has_case = true };
	enum error_code err;

	outgoing_head(a, &b);
	memcpy(b.case_id, case_id, WIRE_CASE);
	b.u.receipt.line = line;
	b.u.receipt.n = n;
	err = outgoing_put(a, &b, NULL, NULL);
	if (err != ERR_NONE)
		return err;
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_u64(st, 2, line[n - 1].message);
	return db_run(st);
}

/* The next receipts owed, all of one case; n 0: none. */
static enum error_code
next_receipts(struct agent *a, uint8_t case_id[static WIRE_CASE],
    struct wire_receipt_line line[static WIRE_RECEIPT_MAX], unsigned *n)
{
	struct db_stmt *st = a->sql[SQL_RECEIPT_LIST];
	enum error_code err;
	bool row;

	*n = 0;
	while ((err = db_step(st, &row)) == ERR_NONE && row &&
	    *n < WIRE_RECEIPT_MAX) {
		struct bytes kase = db_col_blob(st, 1);

		if (kase.n != WIRE_CASE)
			err = ERR_FORMAT;
		if (err != ERR_NONE || (*n > 0 &&
		    memcmp(kase.data, case_id, WIRE_CASE) != 0))
			break;
		memcpy(case_id, kase.data, WIRE_CASE);
		line[*n].message = db_col_u64(st, 0);
		line[(*n)++].outcome = (uint32_t)db_col_i64(st, 2);
	}
	db_done(st);
	return err;
}

enum error_code
mailbox_receipts(struct agent *a)
{
	struct wire_receipt_line line[WIRE_RECEIPT_MAX];
	uint8_t case_id[WIRE_CASE];
	enum error_code err;
	unsigned n;

	do {
		err = next_receipts(a, case_id, line, &n);
		if (err == ERR_NONE && n > 0)
			err = put_receipt(a, case_id, line, n);
	} while (err == ERR_NONE && n > 0);
	return err;
}

/* ---- after news: what locks, what may be opened again -------------------------------- */

struct changes {
	struct agent *a;
	struct { uint64_t idx; enum mail_state state; } *row;
	size_t n, cap;
	struct arena *arena;
};

/*
 * The state the slice gives this message: recalled and gone are final,
 * otherwise stored or locked as its message and its grants stand.
 */
static enum mail_state
state_now(struct agent *a, const struct mail *m)
{
	struct store_message s;
	struct facts_room room;
	struct facts f;

	if (store_message(a->slice, m->idx, &s) != ERR_NONE)
		return MAIL_LOCKED;
	if (s.state == MESSAGE_RECALLED)
		return MAIL_RECALLED;
	if (facts_for_reading(a->slice, agent_now(a), &s, &room, &f) !=
	    ERR_NONE)
		return MAIL_LOCKED;
	/* stored before the check too; it must not hide the rules after it */
	f.conflict_checked = true;
	return rules_decide(&f).rule == RULE_ADMIT ? MAIL_STORED :
	    MAIL_LOCKED;
}

static enum error_code
note_change(void *ctx, const struct mail *m)
{
	struct changes *c = ctx;
	enum mail_state now;

	if (m->state != MAIL_STORED && m->state != MAIL_LOCKED)
		return ERR_NONE;
	now = state_now(c->a, m);
	if (now == m->state)
		return ERR_NONE;
	if (c->n == c->cap) {
		size_t cap = c->cap > 0 ? 2 * c->cap : 64;
		void *row = arena_alloc(c->arena, cap * sizeof *c->row);

		if (row == NULL)
			return ERR_NOMEM;
		if (c->n > 0)
			memcpy(row, c->row, c->n * sizeof *c->row);
		c->row = row;
		c->cap = cap;
	}
	c->row[c->n].idx = m->idx;
	c->row[c->n++].state = now;
	return ERR_NONE;
}

enum error_code
mailbox_review(struct agent *a, const uint8_t *case_id)
{
	struct changes c = { .a = a, .arena = arena_create(8 << 20) };
	enum error_code err;

	if (c.arena == NULL)
		return ERR_NOMEM;
	err = fault_break("p4") ? ERR_NONE :
	    mailbox_list(a, case_id, note_change, &c);
	for (size_t i = 0; i < c.n && err == ERR_NONE; i++)
		err = mailbox_set(a, c.row[i].idx, c.row[i].state);
	arena_destroy(&c.arena);
	return err;
}
