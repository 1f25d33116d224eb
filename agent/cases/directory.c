#include "agent/cases/directory.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/books.h"
#include "agent/intake/intake.h"

enum { ROW_BYTES = 16, PAGES_MAX = 1000 };

struct asking {
	cases_directory_done *done;
	void *ctx;
	uint64_t next;
	unsigned pages;
};

/* Where to go on asking, and when it was last complete. */
static void
load(struct agent *a, uint64_t *next, uint64_t *at)
{
	struct bytes v;
	struct buf b;

	*next = *at = 0;
	buf_init(&b, ROW_BYTES);
	if (books_get(a, "directory", &b) == ERR_NONE && b.n == ROW_BYTES) {
		v = buf_view(&b);
		(void)bytes_take_u64(&v, next);
		(void)bytes_take_u64(&v, at);
	}
	buf_free(&b);
}

static enum error_code
save(struct agent *a, uint64_t next, uint64_t at)
{
	uint8_t row[ROW_BYTES];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	put_be64(row, next);
	put_be64(row + 8, at);
	return agent_end(a, books_put(a, "directory",
	    bytes_of(row, sizeof row)));
}

bool
cases_directory_fresh(struct agent *a)
{
	uint64_t next, at;

	load(a, &next, &at);
	return at != 0 && agent_now(a) < at + CLOCK_HOUR_MS;
}

bool
cases_directory_complete(struct agent *a)
{
	uint64_t next, at;

	load(a, &next, &at);
	return at != 0;
}

static void
finish(struct agent *a, struct asking *q, bool fresh)
{
	cases_directory_done *done = q->done;
	void *ctx = q->ctx;

	free(q);
	done(a, fresh, ctx);
}

const char *
cases_keeper(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    char out[static CASES_KEEPER])
{
	const struct store_member *m;
	struct store_case k;

	snprintf(out, CASES_KEEPER, "The advocate agency");
	if (store_case(a->slice, case_id, &k) == ERR_NONE &&
	    store_member(a->slice, k.custodian, &m) == ERR_NONE &&
	    m->m.name[0] != '\0')
		snprintf(out, CASES_KEEPER, "%s%s%s", m->m.name,
		    m->m.duty_phone[0] != '\0' ? ", " : "",
		    m->m.duty_phone);
	return out;
}

static enum error_code ask_page(struct agent *a, struct asking *q);

/* The rows are in the slice already. */
static void
page(struct agent *a, const struct wire_reply *r, void *ctx)
{
	struct asking *q = ctx;
	const bool more = r != NULL && r->code == REPLY_MORE;

	if (r == NULL || (r->code != REPLY_OK && !more)) {
		finish(a, q, false);
		return;
	}
	if (r->size > q->next)
		q->next = r->size;
	else if (more)
		q->pages = PAGES_MAX;   /* no progress: not for ever */
	if (more) {
		if (++q->pages >= PAGES_MAX || ask_page(a, q) != ERR_NONE)
			finish(a, q, false);
		return;
	}
	finish(a, q, save(a, q->next, agent_now(a)) == ERR_NONE);
}

static enum error_code
ask_page(struct agent *a, struct asking *q)
{
	const struct wire_question w = { .what = ASK_DIRECTORY,
	    .from = q->next };

	return intake_ask(a, &w, page, q);
}

enum error_code
cases_directory_ask(struct agent *a, cases_directory_done *done, void *ctx)
{
	struct asking *q = calloc(1, sizeof *q);
	enum error_code err;
	uint64_t at;

	if (q == NULL)
		return ERR_NOMEM;
	q->done = done;
	q->ctx = ctx;
	load(a, &q->next, &at);
	err = ask_page(a, q);
	if (err != ERR_NONE)
		free(q);
	return err;
}
