#include "agent/outgoing/unopened.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/config.h"
#include "agent/outgoing/outgoing.h"
#include "agent/words.h"

enum { LIST_MAX = 200 };

enum error_code
unopened_sent(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct record_id *id, const char *member)
{
	struct db_stmt *st = a->sql[SQL_UNOPENED_PUT];

	db_bind_blob(st, 1, id->b, RECORD_ID_LEN);
	db_bind_text(st, 2, member);
	db_bind_blob(st, 3, case_id, WIRE_CASE);
	db_bind_u64(st, 4, agent_now(a));
	return db_run(st);
}

uint64_t
unopened_before(const struct agent *a)
{
	const uint64_t wait = (uint64_t)a->config->urgent_unopened_minutes *
	    CLOCK_MINUTE_MS;
	const uint64_t now = agent_now(a);

	return now > wait ? now - wait : 0;
}

static enum error_code
read_row(struct db_stmt *st, struct unopened *u)
{
	enum error_code err = db_col_fixed(st, 0, u->id.b, RECORD_ID_LEN);

	if (err == ERR_NONE)
		err = db_col_str(st, 1, u->member, sizeof u->member);
	if (err == ERR_NONE)
		err = db_col_fixed(st, 2, u->case_id, WIRE_CASE);
	u->at = db_col_u64(st, 3);
	return err;
}

static enum error_code
visit_all(struct db_stmt *st, unopened_visit *visit, void *ctx)
{
	struct unopened u;
	enum error_code err;
	bool row;

	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = read_row(st, &u);
		if (err == ERR_NONE)
			err = visit(ctx, &u);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

enum error_code
unopened_list(struct agent *a, uint64_t since, unopened_visit *visit,
    void *ctx)
{
	struct db_stmt *st = a->sql[SQL_UNOPENED_LIST];

	db_bind_i64(st, 1, KIND_SUBMISSION);
	db_bind_u64(st, 2, unopened_before(a));
	db_bind_u64(st, 3, since);
	db_bind_i64(st, 4, LIST_MAX);
	return visit_all(st, visit, ctx);
}

enum error_code
unopened_of(struct agent *a, const struct record_id *id,
    unopened_visit *visit, void *ctx)
{
	struct db_stmt *st = a->sql[SQL_UNOPENED_OF];

	db_bind_i64(st, 1, KIND_SUBMISSION);
	db_bind_u64(st, 2, unopened_before(a));
	db_bind_blob(st, 3, id->b, RECORD_ID_LEN);
	return visit_all(st, visit, ctx);
}

static enum error_code
count(void *ctx, const struct unopened *u)
{
	(void)u;
	++*(unsigned *)ctx;
	return ERR_NONE;
}

enum error_code
unopened_acknowledge(struct agent *a, const struct record_id *id,
    const char *account)
{
	struct db_stmt *st = a->sql[SQL_UNOPENED_ACKNOWLEDGE];
	unsigned n = 0;
	enum error_code err = unopened_of(a, id, count, &n);

	if (err == ERR_NONE && n == 0)
		err = ERR_NOTFOUND;
	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	db_bind_text(st, 1, account);
	db_bind_blob(st, 2, id->b, RECORD_ID_LEN);
	return agent_end(a, db_run(st));
}

char *
unopened_words(struct agent *a, const char *member, char *out, size_t n)
{
	const struct store_member *m;
	const bool known = store_member(a->slice, member, &m) == ERR_NONE;
	const bool number = known && m->m.duty_phone[0] != '\0';
	char minutes[24];
	const struct words_value value[] = { { "minutes", minutes },
	    { "agency", known ? m->m.name : member },
	    { "number", number ? m->m.duty_phone : "" } };

	snprintf(minutes, sizeof minutes, "%" PRId64,
	    a->config->urgent_unopened_minutes);
	return words_say(number ? "unopened" : "unopened-unlisted",
	    WORDS_SENDER, value, 3, out, n);
}
