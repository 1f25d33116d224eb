/*
 * Days that come: who took something until today is told so, and permissions
 * that end soon.  Each day is looked at once, also those on which nothing
 * ran; what was given with less time left than that is no news.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases/owners.h"
#include "agent/cases/part.h"
#include "agent/notices/events.h"
#include "base/log.h"

/* "2026-11-25": as text, days are in the order of time. */
struct days {
	struct agent *a;
	char after[CLOCK_ISO_BYTES];   /* told up to here */
	char until[CLOCK_ISO_BYTES];   /* today */
	bool ending, due;              /* in the case that is looked at */
};

static bool
between(const char *day, const char *after, const char *until)
{
	return strcmp(day, after) > 0 && strcmp(day, until) <= 0;
}

/* The day that lies so many before this one. */
static bool
has_come(const struct days *d, uint64_t ms, uint64_t before)
{
	char day[CLOCK_ISO_BYTES];

	if (ms < before * CLOCK_DAY_MS)
		return false;
	clock_iso_day(day, ms - before * CLOCK_DAY_MS);
	return between(day, d->after, d->until);
}

static bool
is_running(struct agent *a, const struct terms_row *r)
{
	struct store_arrow arrow;
	uint8_t id[WIRE_CASE];
	bool withdrawn = false;
	struct grant g;

	return store_grant_named(a->slice, r->id, &g, &arrow, id,
	    &withdrawn) == ERR_NONE && !withdrawn && g.ended_by == ENDED_NOT;
}

static enum error_code
look_terms(void *ctx, const struct terms_row *r)
{
	struct days *d = ctx;
	struct terms t;

	if (d->ending || r->idx == 0 || cases_terms(d->a, r->id, &t) !=
	    ERR_NONE)
		return ERR_NONE;
	d->ending = (has_come(d, t.until, EVENT_ENDING_DAYS) ||
	    has_come(d, t.until, 1)) && t.until > agent_now(d->a) &&
	    is_running(d->a, r);
	return ERR_NONE;
}

static enum error_code
look_owners(struct days *d, const uint8_t case_id[static WIRE_CASE])
{
	struct owner *v = NULL;
	size_t n = 0;
	enum error_code err = owners_load(d->a, case_id, &v, &n);

	for (size_t i = 0; err == ERR_NONE && i < n && !d->due; i++)
		d->due = !v[i].done && between(v[i].due, d->after, d->until);
	free(v);
	return err;
}

static enum error_code
look_case(void *ctx, uint64_t no, const uint8_t case_id[static WIRE_CASE])
{
	struct days *d = ctx;
	enum error_code err;

	(void)no;
	d->ending = d->due = false;
	err = terms_list(d->a, case_id, look_terms, d);
	if (err == ERR_NONE)
		err = look_owners(d, case_id);
	if (err == ERR_NONE && d->ending)
		err = event_put(d->a, EVENT_PERMISSION_ENDING, case_id);
	if (err == ERR_NONE && d->due)
		err = event_put(d->a, EVENT_TASK_DUE, case_id);
	return err;
}

/* The last day that was looked at; before the first one nothing is news. */
static enum error_code
last_day(struct agent *a, const char *today, char out[static CLOCK_ISO_BYTES])
{
	struct buf b;
	enum error_code err;

	buf_init(&b, CLOCK_ISO_BYTES - 1);
	err = books_get(a, "events-day", &b);
	strcpy(out, today);
	if (err == ERR_NONE && b.n < CLOCK_ISO_BYTES) {
		memcpy(out, b.data, b.n);
		out[b.n] = '\0';
	} else if (err == ERR_NOTFOUND) {
		err = books_put(a, "events-day", bytes_str(today));
	}
	buf_free(&b);
	return err;
}

void
event_days_turn(struct agent *a)
{
	struct days d = { .a = a };
	const uint64_t now = agent_now(a);
	enum error_code err;

	if (now < a->days_next || agent_begin(a) != ERR_NONE)
		return;
	a->days_next = now - now % CLOCK_HOUR_MS + CLOCK_HOUR_MS;
	clock_iso_day(d.until, now);
	err = last_day(a, d.until, d.after);
	if (err == ERR_NONE && strcmp(d.until, d.after) > 0) {
		err = cases_list(a, look_case, &d);
		if (err == ERR_NONE)
			err = books_put(a, "events-day", bytes_str(d.until));
	}
	if (agent_end(a, err) != ERR_NONE)
		log_warning(83, "events", "check the disk",
		    "what falls due today could not be told");
}
