/*
 * Reading the mailbox: single messages, lists, what is sealed with them, and
 * who opened them.
 */
#include "agent/intake/mailbox.h"

#include <string.h>

#include "agent/books.h"

static enum error_code
read_mail(struct db_stmt *st, struct mail *m)
{
	enum error_code err;

	memset(m, 0, sizeof *m);
	m->idx = db_col_u64(st, 0);
	m->delivered_idx = db_col_u64(st, 1);
	err = db_col_fixed(st, 2, m->id, WIRE_STAMP);
	if (err == ERR_NONE)
		err = db_col_fixed(st, 3, m->case_id, WIRE_CASE);
	if (err == ERR_NONE)
		err = db_col_str(st, 4, m->sender, sizeof m->sender);
	m->at = db_col_u64(st, 5);
	m->expires = db_col_u64(st, 6);
	m->state = (enum mail_state)db_col_i64(st, 7);
	m->urgent = db_col_i64(st, 8) != 0;
	m->introduction = db_col_i64(st, 9) != 0;
	if (err == ERR_NONE && !db_col_null(st, 10))
		err = db_col_str(st, 10, m->opened_by, sizeof m->opened_by);
	m->opened_at = db_col_u64(st, 11);
	if (err == ERR_NONE)
		err = db_col_fixed(st, 12, m->record_id, WIRE_HASH);
	return err;
}

enum error_code
mailbox_get(struct agent *a, uint64_t idx, struct mail *out)
{
	struct db_stmt *st = a->sql[SQL_MAIL_GET];
	enum error_code err;
	bool row;

	db_bind_u64(st, 1, idx);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = read_mail(st, out);
	db_done(st);
	return err;
}

static enum error_code
visit_all(struct db_stmt *st, mailbox_visit *visit, void *ctx)
{
	enum error_code err;
	struct mail m;
	bool row;

	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = read_mail(st, &m);
		if (err == ERR_NONE)
			err = visit(ctx, &m);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

enum error_code
mailbox_list(struct agent *a, const uint8_t *case_id, mailbox_visit *visit,
    void *ctx)
{
	struct db_stmt *st = a->sql[case_id != NULL ? SQL_MAIL_CASE :
	    SQL_MAIL_ALL];

	if (case_id != NULL)
		db_bind_blob(st, 1, case_id, WIRE_CASE);
	return visit_all(st, visit, ctx);
}

enum error_code
mailbox_urgent(struct agent *a, unsigned max, mailbox_visit *visit, void *ctx)
{
	struct db_stmt *st = a->sql[SQL_MAIL_URGENT];

	db_bind_i64(st, 1, max);
	return visit_all(st, visit, ctx);
}

enum error_code
mailbox_before(struct agent *a, const uint8_t *case_id, uint64_t before,
    mailbox_visit *visit, void *ctx)
{
	struct db_stmt *st = a->sql[case_id != NULL ? SQL_MAIL_CASE_BEFORE :
	    SQL_MAIL_BEFORE];

	db_bind_i64(st, 1, before > INT64_MAX ? INT64_MAX : (int64_t)before);
	if (case_id != NULL)
		db_bind_blob(st, 2, case_id, WIRE_CASE);
	return visit_all(st, visit, ctx);
}

enum error_code
mailbox_opened(struct agent *a, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM], const char *role,
    uint64_t at)
{
	struct db_stmt *st = a->sql[SQL_MAIL_OPENED];
	enum error_code err;

	db_bind_text(st, 1, role);
	db_bind_u64(st, 2, at);
	db_bind_u64(st, 3, idx);
	err = db_run(st);
	if (err != ERR_NONE)
		return err;
	st = a->sql[SQL_MAIL_OPENER_PUT];
	db_bind_blob(st, 1, worker, WIRE_PSEUDONYM);
	db_bind_u64(st, 2, idx);
	db_bind_u64(st, 3, at);
	return db_run(st);
}

enum error_code
mailbox_opener(struct agent *a, uint64_t idx, char account[static 64])
{
	struct db_stmt *st = a->sql[SQL_MAIL_OPENER_GET];
	enum error_code err;
	bool row;

	db_bind_u64(st, 1, idx);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = db_col_str(st, 0, account, 64);
	db_done(st);
	return err;
}

enum error_code
mailbox_recalled(struct agent *a, const struct entry *recall)
{
	struct db_stmt *st = a->sql[SQL_MAIL_RECALL_PUT];
	const struct wire_recall *r = &recall->b.u.recall;

	db_bind_i64(st, 1, r->reason);
	db_bind_blob(st, 2, r->message, WIRE_STAMP);
	db_bind_blob(st, 3, recall->b.case_id, WIRE_CASE);
	db_bind_text(st, 4, recall->record.signer);
	return db_run(st);
}

uint32_t
mailbox_recall_reason(struct agent *a, uint64_t idx)
{
	struct db_stmt *st = a->sql[SQL_MAIL_RECALL_GET];
	uint32_t reason = 0;
	bool row;

	db_bind_u64(st, 1, idx);
	if (db_step(st, &row) == ERR_NONE && row)
		reason = (uint32_t)db_col_i64(st, 0);
	db_done(st);
	return reason;
}

enum error_code
mailbox_sealed(struct agent *a, uint64_t idx, struct buf *record,
    struct buf *ciphertext, uint8_t k1[static 32])
{
	struct db_stmt *st = a->sql[SQL_MAIL_SEALED];
	struct bytes v;
	struct buf plain;
	enum error_code err;
	uint8_t room[8];
	bool row;

	db_bind_u64(st, 1, idx);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	v = db_col_blob(st, 0);
	buf_put(record, v.data, v.n);
	v = db_col_blob(st, 1);
	buf_put(ciphertext, v.data, v.n);
	buf_init(&plain, 64);
	err = books_open(a, "mail", books_row(idx, room), db_col_blob(st, 2),
	    &plain);
	if (err == ERR_NONE && plain.n != 32)
		err = ERR_FORMAT;
	if (err == ERR_NONE)
		memcpy(k1, plain.data, 32);
	buf_free(&plain);
	db_done(st);
	if (err == ERR_NONE && (!buf_ok(record) || !buf_ok(ciphertext)))
		err = ERR_NOMEM;
	return err;
}

enum error_code
mailbox_set(struct agent *a, uint64_t idx, enum mail_state state)
{
	struct db_stmt *st = a->sql[SQL_MAIL_STATE];

	db_bind_i64(st, 1, state);
	db_bind_u64(st, 2, idx);
	return db_run(st);
}
