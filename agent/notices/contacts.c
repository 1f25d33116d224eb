#include "agent/notices/contacts.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/books.h"
#include "agent/cases/cases.h"
#include "agent/mail/letter.h"

enum { PLAIN_MAX = 1 + CONTACT_MAIL + 1 + CONTACT_PHONE + 4 };

/* ---- checks ------------------------------------------------------------ */

static bool
phone_ok(const char *s)
{
	return strlen(s) <= CONTACT_PHONE &&
	    strspn(s, "0123456789+-()/. ") == strlen(s);
}

static enum error_code
check(const struct contact *c, struct why *why)
{
	if (c->mail[0] != '\0' && !letter_address_ok(c->mail))
		why_set(why, "mail: one address of up to %d letters, digits "
		    "and signs", CONTACT_MAIL);
	else if (!phone_ok(c->phone))
		why_set(why, "phone: up to %d digits and + - ( ) / .",
		    CONTACT_PHONE);
	else if (c->quiet_from >= CONTACT_DAY || c->quiet_to >= CONTACT_DAY)
		why_set(why, "quiet: hours such as 20:00-07:00");
	else if (c->duty > CONTACT_DUTY_MAX)
		why_set(why, "duty: a place on the call list, 1 to %d",
		    CONTACT_DUTY_MAX);
	else
		return ERR_NONE;
	return ERR_FORMAT;
}

/* ---- rows -------------------------------------------------------------- */

static enum error_code
seal_row(struct agent *a, const struct contact *c, struct buf *sealed)
{
	struct buf plain;
	enum error_code err;

	buf_init(&plain, PLAIN_MAX);
	buf_put_str8(&plain, c->mail);
	buf_put_str8(&plain, c->phone);
	buf_put_u16(&plain, c->quiet_from);
	buf_put_u16(&plain, c->quiet_to);
	err = buf_ok(&plain) ? books_seal(a, "contact",
	    bytes_str(c->account), buf_view(&plain), sealed) : ERR_NOMEM;
	buf_free(&plain);
	return err;
}

static bool
take_text(struct bytes *b, char *out, size_t max)
{
	const uint8_t *text;
	uint8_t n;

	if (!bytes_take_u8(b, &n) || n > max || !bytes_take(b, n, &text))
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

static enum error_code
open_row(struct agent *a, struct bytes sealed, struct contact *c)
{
	struct bytes view;
	struct buf plain;
	enum error_code err;

	buf_init(&plain, PLAIN_MAX);
	err = books_open(a, "contact", bytes_str(c->account), sealed, &plain);
	view = buf_view(&plain);
	if (err == ERR_NONE && (!take_text(&view, c->mail, CONTACT_MAIL) ||
	    !take_text(&view, c->phone, CONTACT_PHONE) ||
	    !bytes_take_u16(&view, &c->quiet_from) ||
	    !bytes_take_u16(&view, &c->quiet_to) || view.n != 0))
		err = ERR_FORMAT;
	buf_free(&plain);
	return err;
}

static enum error_code
read_row(struct agent *a, struct db_stmt *st, struct contact *c)
{
	enum error_code err;

	memset(c, 0, sizeof *c);
	err = db_col_str(st, 0, c->account, sizeof c->account);
	c->rights = (unsigned)db_col_u64(st, 1);
	c->duty = (unsigned)db_col_u64(st, 2);
	c->due = db_col_u64(st, 3);
	c->tries = (unsigned)db_col_u64(st, 4);
	c->called = db_col_u64(st, 5);
	return err == ERR_NONE ? open_row(a, db_col_blob(st, 6), c) : err;
}

static enum error_code
put_row(struct agent *a, const struct contact *c)
{
	struct db_stmt *st = a->sql[SQL_CONTACT_PUT];
	struct buf sealed;
	enum error_code err;

	buf_init(&sealed, PLAIN_MAX + 64);
	err = seal_row(a, c, &sealed);
	if (err == ERR_NONE) {
		db_bind_text(st, 1, c->account);
		db_bind_u64(st, 2, c->duty);
		db_bind_blob(st, 3, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&sealed);
	return err;
}

enum error_code
contacts_put(struct agent *a, const struct contact *c, struct why *why)
{
	enum error_code err = check(c, why);

	if (err == ERR_NONE)
		err = agent_begin(a);
	return err == ERR_NONE ? agent_end(a, put_row(a, c)) : err;
}

enum error_code
contacts_remove(struct agent *a, const char *account)
{
	struct db_stmt *st = a->sql[SQL_CONTACT_REMOVE];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	db_bind_text(st, 1, account);
	return agent_end(a, db_run(st));
}

enum error_code
contacts_get(struct agent *a, const char *account, struct contact *out)
{
	struct db_stmt *st = a->sql[SQL_CONTACT_GET];
	enum error_code err;
	bool row;

	db_bind_text(st, 1, account);
	err = db_step(st, &row);
	if (err == ERR_NONE && !row)
		return ERR_NOTFOUND;
	if (err == ERR_NONE)
		err = read_row(a, st, out);
	db_done(st);
	return err;
}

enum error_code
contacts_load(struct agent *a, struct contact **out, size_t *n)
{
	struct db_stmt *st = a->sql[SQL_CONTACT_ALL];
	struct contact *list = NULL, *more;
	enum error_code err;
	bool row;

	*n = 0;
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		/* few rows, and their old places may hold addresses */
		more = calloc(*n + 1, sizeof *more);
		if (more == NULL) {
			err = ERR_NOMEM;
			break;
		}
		if (*n > 0)
			memcpy(more, list, *n * sizeof *more);
		contacts_free(&list, *n);
		list = more;
		err = read_row(a, st, &list[(*n)++]);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	if (err != ERR_NONE)
		contacts_free(&list, *n);
	*out = list;
	return err;
}

void
contacts_free(struct contact **list, size_t n)
{
	if (*list != NULL)
		sodium_memzero(*list, n * sizeof **list);
	free(*list);
	*list = NULL;
}

enum error_code
contacts_due(struct agent *a, const char *account, uint64_t due,
    unsigned tries)
{
	struct db_stmt *st = a->sql[SQL_CONTACT_DUE];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	db_bind_u64(st, 1, due);
	db_bind_u64(st, 2, tries);
	db_bind_text(st, 3, account);
	return agent_end(a, db_run(st));
}

enum error_code
contacts_called(struct agent *a, const char *account, uint64_t at)
{
	struct db_stmt *st = a->sql[SQL_CONTACT_CALLED];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	db_bind_u64(st, 1, at);
	db_bind_text(st, 2, account);
	return agent_end(a, db_run(st));
}

/* ---- cover ------------------------------------------------------------- */

static const struct contact *
find(const struct contact *list, size_t n, const char *account)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].account, account) == 0)
			return &list[i];
	return NULL;
}

const struct contact *
contact_cover(struct agent *a, const struct contact *list, size_t n,
    const struct contact *who, const uint8_t case_id[static WIRE_CASE],
    bool introduction)
{
	struct db_stmt *st = a->sql[SQL_HANDOVER_COVER];
	const struct contact *found = NULL;
	char today[CLOCK_ISO_BYTES], account[64];
	bool row;

	clock_iso_day(today, clock_now(&a->clock));
	db_bind_text(st, 1, who->account);
	db_bind_blob(st, 2, case_id, WIRE_CASE);
	db_bind_text(st, 3, today);
	while (found == NULL && db_step(st, &row) == ERR_NONE && row) {
		if (db_col_str(st, 0, account, sizeof account) != ERR_NONE)
			continue;
		found = find(list, n, account);
		if (found != NULL && !cases_shows(a, case_id, introduction,
		    account, found->rights))
			found = NULL;
	}
	db_done(st);
	return found;
}

/* ---- hours ------------------------------------------------------------- */

static bool
clock_time(const char *s, uint16_t *minutes)
{
	unsigned hour, minute;

	if (strspn(s, "0123456789") != 2 || s[2] != ':' ||
	    strspn(s + 3, "0123456789") != 2)
		return false;
	hour = (unsigned)(s[0] - '0') * 10 + (unsigned)(s[1] - '0');
	minute = (unsigned)(s[3] - '0') * 10 + (unsigned)(s[4] - '0');
	*minutes = (uint16_t)(hour * 60 + minute);
	return hour < 24 && minute < 60;
}

bool
contact_hours(const char *text, struct contact *c)
{
	uint16_t from, to;

	if (strcmp(text, "none") == 0) {
		c->quiet_from = c->quiet_to = 0;
		return true;
	}
	if (strlen(text) != 11 || text[5] != '-' || !clock_time(text, &from) ||
	    !clock_time(text + 6, &to))
		return false;
	c->quiet_from = from;
	c->quiet_to = to;
	return true;
}

void
contact_hours_text(const struct contact *c, char out[static 16])
{
	const unsigned from = c->quiet_from % CONTACT_DAY,
	    to = c->quiet_to % CONTACT_DAY;

	if (from == to)
		strcpy(out, "none");
	else
		snprintf(out, 16, "%02u:%02u-%02u:%02u", from / 60, from % 60,
		    to / 60, to % 60);
}

uint64_t
contact_quiet_until(const struct contact *c, uint64_t now)
{
	const time_t t = (time_t)(now / 1000);
	const unsigned from = c->quiet_from, to = c->quiet_to;
	unsigned at;
	struct tm tm;

	if (from == to || localtime_r(&t, &tm) == NULL)
		return 0;
	at = (unsigned)(tm.tm_hour * 60 + tm.tm_min);
	/* minutes since they began, against how long they are */
	if ((at + CONTACT_DAY - from) % CONTACT_DAY >=
	    (to + CONTACT_DAY - from) % CONTACT_DAY)
		return 0;
	return now - now % CLOCK_MINUTE_MS +
	    (to + CONTACT_DAY - at) % CONTACT_DAY * CLOCK_MINUTE_MS;
}
