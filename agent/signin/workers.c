#include "agent/signin/workers.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "agent/api/api.h"
#include "agent/books.h"
#include "agent/cases/cases.h"
#include "agent/cases/directory.h"
#include "agent/intake/opening.h"
#include "agent/outgoing/outgoing.h"
#include "agent/signin/seats.h"
#include "agent/signin/row.h"
#include "base/log.h"
#include "keys/arrow.h"

static const struct {
	const char *word;
	enum worker_right right;
} right_words[] = {
	{ "worker", RIGHT_WORKER }, { "lead", RIGHT_LEAD },
	{ "advocate", RIGHT_ADVOCATE }, { "officer", RIGHT_OFFICER },
	{ "it", RIGHT_IT },
};
enum { RIGHT_WORDS = sizeof right_words / sizeof right_words[0] };

/* ---- rights in words --------------------------------------------------- */

static unsigned
right_of(const char *word, size_t n)
{
	for (size_t i = 0; i < RIGHT_WORDS; i++)
		if (strlen(right_words[i].word) == n &&
		    memcmp(right_words[i].word, word, n) == 0)
			return right_words[i].right;
	return 0;
}

bool
workers_rights(const char *words, unsigned *rights, struct why *why)
{
	const char *at = words;

	*rights = 0;
	for (;;) {
		size_t n = strcspn(at, ",");
		unsigned right = right_of(at, n);

		if (right == 0) {
			why_set(why, "may: \"%.*s\" is none of worker, lead, "
			    "advocate, officer, it", (int)(n > 20 ? 20 : n),
			    at);
			return false;
		}
		*rights |= right;
		if (at[n] == '\0')
			return true;
		at += n + 1;
	}
}

void
workers_rights_text(unsigned rights, char out[static 64])
{
	out[0] = '\0';
	for (size_t i = 0; i < RIGHT_WORDS; i++) {
		if ((rights & right_words[i].right) == 0)
			continue;
		if (out[0] != '\0')
			strcat(out, ",");
		strcat(out, right_words[i].word);
	}
}

/* ---- rows -------------------------------------------------------------- */

static enum error_code
read_row(struct db_stmt *st, struct worker *w)
{
	enum error_code err;

	memset(w, 0, sizeof *w);
	err = db_col_str(st, 0, w->account, sizeof w->account);
	if (err == ERR_NONE)
		err = db_col_fixed(st, 2, w->pseudonym, WIRE_PSEUDONYM);
	if (err == ERR_NONE)
		err = db_col_str(st, 3, w->role, sizeof w->role);
	if (err == ERR_NONE)
		err = db_col_str(st, 4, w->team, sizeof w->team);
	w->uid = (uint32_t)db_col_u64(st, 1);
	w->rights = (unsigned)db_col_u64(st, 5);
	w->ended = db_col_i64(st, 6) != 0;
	w->announced = db_col_u64(st, 7);
	return err;
}

static enum error_code
one_row(struct db_stmt *st, struct worker *out)
{
	enum error_code err;
	bool row;

	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = read_row(st, out);
	db_done(st);
	return err;
}

enum error_code
workers_by_uid(struct agent *a, uint32_t uid, struct worker *out)
{
	struct db_stmt *st = a->sql[SQL_WORKER_BY_UID];

	db_bind_u64(st, 1, uid);
	return one_row(st, out);
}

enum error_code
workers_by_account(struct agent *a, const char *account, struct worker *out)
{
	struct db_stmt *st = a->sql[SQL_WORKER_BY_ACCOUNT];

	db_bind_text(st, 1, account);
	return one_row(st, out);
}

enum error_code
workers_list(struct agent *a, workers_visit *visit, void *ctx)
{
	struct db_stmt *st = a->sql[SQL_WORKER_ALL];
	struct worker w;
	enum error_code err;
	bool row;

	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = read_row(st, &w);
		if (err == ERR_NONE)
			err = visit(ctx, &w);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

/* ---- adding ------------------------------------------------------------ */

/* Printable text of 1 (or 0) to max bytes, without the separator. */
static bool
text_ok(const char *s, size_t min, size_t max)
{
	const size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return n >= min && n <= max;
}

static bool
word_ok(const char *s, size_t min, size_t max)
{
	return text_ok(s, min, max) && strspn(s,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-_.@ ") == strlen(s);
}

static enum error_code
check_fields(const char *account, const char *name, const char *staff_number,
    const char *role, const char *team, unsigned rights, struct why *why)
{
	if (!word_ok(account, 1, 63))
		why_set(why, "account: 1 to 63 letters, digits, - _ . @");
	else if (!text_ok(name, 1, 90))
		why_set(why, "name: the person's name, up to 90 bytes");
	else if (!text_ok(staff_number, 0, 30))
		why_set(why, "staff_number: up to 30 bytes");
	else if (!word_ok(role, 1, WIRE_ROLE_MAX))
		why_set(why, "role: what others are told, 1 to 48 letters");
	else if (!word_ok(team, 0, WIRE_ROLE_MAX))
		why_set(why, "team: up to 48 letters");
	else if (rights == 0)
		why_set(why, "may: at least one right is needed");
	else
		return ERR_NONE;
	return ERR_FORMAT;
}

/* name ‖ 0 ‖ staff number, sealed under the account. */
static enum error_code
put_row(struct agent *a, uint32_t uid, const char *account, const char *name,
    const char *staff_number, const char *role, const char *team,
    unsigned rights)
{
	struct db_stmt *st = a->sql[SQL_WORKER_PUT];
	uint8_t pseudonym[WIRE_PSEUDONYM];
	struct buf plain, sealed;
	enum error_code err;

	arrow_pseudonym(a->identity->agency, account, pseudonym);
	buf_init(&plain, 256);
	buf_init(&sealed, 512);
	buf_put_str(&plain, name);
	buf_put_u8(&plain, 0);
	buf_put_str(&plain, staff_number);
	err = books_seal(a, "worker_account", bytes_str(account),
	    buf_view(&plain), &sealed);
	if (err == ERR_NONE) {
		db_bind_text(st, 1, account);
		db_bind_u64(st, 2, uid);
		db_bind_blob(st, 3, pseudonym, sizeof pseudonym);
		db_bind_text(st, 4, role);
		db_bind_text(st, 5, team);
		db_bind_u64(st, 6, rights);
		db_bind_blob(st, 7, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&plain);
	buf_free(&sealed);
	return err;
}

enum error_code
workers_add(struct agent *a, uint32_t uid, const char *account,
    const char *name, const char *staff_number, const char *role,
    const char *team, unsigned rights, struct why *why)
{
	struct worker w;
	enum error_code err;

	if (a->identity == NULL)
		return ERR_LOCKED;
	err = check_fields(account, name, staff_number, role, team, rights,
	    why);
	if (err != ERR_NONE)
		return err;
	err = workers_by_account(a, account, &w);
	if (err == ERR_NONE) {
		why_set(why, w.ended ? "this account has ended and its "
		    "pseudonym is not used again: take another account" :
		    "this account is registered already");
		return ERR_EXISTS;
	}
	if (err != ERR_NOTFOUND)
		return err;
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	err = put_row(a, uid, account, name, staff_number, role, team,
	    rights);
	if (err == ERR_NONE)
		err = cases_compare_account(a, account);
	err = agent_end(a, err);
	a->cases_next = 0;
	return err;
}

/* ---- names ------------------------------------------------------------- */

/* The sealed row opened: name ‖ 0 ‖ staff number. */
static enum error_code
open_row(struct agent *a, const char *account, struct buf *plain)
{
	struct db_stmt *st = a->sql[SQL_WORKER_SEALED];
	enum error_code err;
	bool row;

	db_bind_text(st, 1, account);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = books_open(a, "worker_account", bytes_str(account),
	    db_col_blob(st, 0), plain);
	db_done(st);
	return err;
}

enum error_code
workers_name(struct agent *a, const char *account,
    char out[static WIRE_NAME_MAX + 1])
{
	struct buf plain;
	enum error_code err;
	size_t n = 0;

	buf_init(&plain, 256);
	err = open_row(a, account, &plain);
	while (err == ERR_NONE && n < plain.n && plain.data[n] != 0)
		n++;
	if (err == ERR_NONE && (n == plain.n || n > WIRE_NAME_MAX))
		err = ERR_FORMAT;
	if (err == ERR_NONE)
		memcpy(out, plain.data, n + 1);
	buf_free(&plain);
	return err;
}

/* ---- the record -------------------------------------------------------- */

struct sealing {
	struct agent *a;
	struct wire_worker *w;
	const char *text;
	uint8_t (*box)[ARROW_NAME_BOX];
};

/* Seals the name to one auditor; more than fit are left out, and said. */
static enum error_code
seal_name(void *ctx, const struct store_member *m)
{
	struct sealing *s = ctx;
	struct wire_sealed *to;
	enum error_code err;

	if ((m->m.roles & ROLE_TERMS) == 0 || !m->m.has_terms_key ||
	    m->revoked)
		return ERR_NONE;
	if (s->w->n_name == WIRE_AUDITORS_MAX) {
		log_warning(61, "worker record", "tell the partnership",
		    "there are more auditors than it has room for");
		return ERR_NONE;
	}
	err = arrow_name_seal(m->m.terms_key, s->w->pseudonym, s->a->member,
	    m->id, s->text, s->box[s->w->n_name]);
	if (err != ERR_NONE)
		return err;
	to = &s->w->name[s->w->n_name];
	memcpy(to->to, m->id, sizeof to->to);
	to->box = bytes_of(s->box[s->w->n_name], ARROW_NAME_BOX);
	s->w->n_name++;
	return ERR_NONE;
}

/* "name, staff number", as an auditor reads it. */
static enum error_code
name_text(struct agent *a, const char *account,
    char out[static ARROW_NAME_MAX + 1])
{
	struct buf plain;
	enum error_code err;
	const uint8_t *zero;
	size_t n;

	buf_init(&plain, 256);
	err = open_row(a, account, &plain);
	if (err == ERR_NONE) {
		zero = memchr(plain.data, 0, plain.n);
		n = zero != NULL ? (size_t)(zero - plain.data) : plain.n;
		snprintf(out, ARROW_NAME_MAX + 1, "%.*s%s%.*s", (int)n,
		    (const char *)plain.data, n + 1 < plain.n ? ", " : "",
		    n + 1 < plain.n ? (int)(plain.n - n - 1) : 0,
		    n + 1 < plain.n ? (const char *)plain.data + n + 1 : "");
	}
	buf_free(&plain);
	return err;
}

static enum error_code
queue_record(struct agent *a, const struct worker *w)
{
	uint8_t box[WIRE_AUDITORS_MAX][ARROW_NAME_BOX];
	char text[ARROW_NAME_MAX + 1];
	struct body b = { .kind = KIND_WORKER };
	struct sealing s = { a, &b.u.worker, text, box };
	struct db_stmt *st = a->sql[SQL_WORKER_QUEUED];
	enum error_code err;

	memcpy(b.u.worker.pseudonym, w->pseudonym, WIRE_PSEUDONYM);
	memcpy(b.u.worker.role, w->role, sizeof b.u.worker.role);
	memcpy(b.u.worker.team, w->team, sizeof b.u.worker.team);
	b.u.worker.ended = w->ended;
	err = name_text(a, w->account, text);
	if (err == ERR_NONE)
		err = store_members(a->slice, seal_name, &s);
	sodium_memzero(text, sizeof text);
	if (err != ERR_NONE)
		return err;
	outgoing_head(a, &b);
	err = outgoing_put(a, &b, NULL, NULL);
	if (err == ERR_NONE) {
		db_bind_text(st, 1, w->account);
		err = db_run(st);
	}
	return err == ERR_NONE ? outgoing_seal(a) : err;
}

/* ERR_NOTFOUND when none is owed. */
static enum error_code
next_owed(struct agent *a, struct worker *w)
{
	struct db_stmt *st = a->sql[SQL_WORKER_UNQUEUED];
	char account[sizeof w->account];
	enum error_code err;
	bool row;

	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = db_col_str(st, 0, account, sizeof account);
	db_done(st);
	return err == ERR_NONE ? workers_by_account(a, account, w) : err;
}

static void
queue_all(struct agent *a)
{
	struct worker w;
	enum error_code err = ERR_NONE;

	while (err == ERR_NONE && next_owed(a, &w) == ERR_NONE) {
		err = agent_begin(a);
		if (err == ERR_NONE)
			err = agent_end(a, queue_record(a, &w));
	}
	if (err != ERR_NONE)
		log_warning(62, "worker record", "check the disk",
		    "could not be written: %s", error_text(err));
}

static void
directory_came(struct agent *a, bool fresh, void *ctx)
{
	(void)ctx;
	if (fresh && a->identity != NULL)
		queue_all(a);
}

void
workers_turn(struct agent *a)
{
	struct worker w;

	if (next_owed(a, &w) != ERR_NONE)
		return;
	/* one that has only ended needs no auditor who was missing before */
	if (cases_directory_fresh(a))
		queue_all(a);
	else if (cases_directory_ask(a, directory_came, NULL) != ERR_NONE)
		return;                 /* offline: tried again next turn */
}

/* ---- ending ------------------------------------------------------------ */

enum error_code
workers_end(struct agent *a, const char *account, struct why *why)
{
	struct db_stmt *st = a->sql[SQL_WORKER_END];
	struct worker w;
	enum error_code err = workers_by_account(a, account, &w);

	if (err == ERR_NOTFOUND || (err == ERR_NONE && w.ended)) {
		why_set(why, "no such account is in");
		return ERR_NOTFOUND;
	}
	if (err != ERR_NONE)
		return err;
	if (a->leases != NULL)
		leases_wipe_worker(a->leases, w.pseudonym);
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	db_bind_text(st, 1, account);
	err = db_run(st);
	if (err == ERR_NONE)
		err = signin_row_forget(a, account);
	err = agent_end(a, err);
	if (err == ERR_NONE && a->seats != NULL)
		seats_end_account(a->seats, account, NULL);
	if (err == ERR_NONE && a->api != NULL)
		api_forget_worker(a->api, &w);
	a->cases_next = 0;
	return err;
}

enum error_code
workers_news(struct agent *a, const struct entry *e)
{
	struct db_stmt *st = a->sql[SQL_WORKER_ANNOUNCED];

	if (e->kind != ENTRY_RECORD || e->record.kind != KIND_WORKER ||
	    e->b.u.worker.ended)
		return ERR_NONE;
	db_bind_u64(st, 1, e->index);
	db_bind_blob(st, 2, e->b.u.worker.pseudonym, WIRE_PSEUDONYM);
	return db_run(st);
}
