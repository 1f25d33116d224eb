/*
 * Tasks for people.
 */
#include "agent/cases/cases.h"

const char *
cases_task_name(unsigned kind)
{
	switch (kind) {
#define X(id, number, name) case number: return name;
	CASES_TASKS(X)
#undef X
	default:
		return "";
	}
}

static enum error_code
has_task(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    uint64_t at, enum cases_task kind, bool *has)
{
	struct db_stmt *st = a->sql[SQL_TASK_HAS];
	enum error_code err;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_i64(st, 2, (int64_t)kind);
	db_bind_u64(st, 3, at);
	err = db_step(st, has);
	db_done(st);
	return err;
}

enum error_code
cases_task(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    uint64_t at, enum cases_task kind)
{
	struct db_stmt *st = a->sql[SQL_TASK_PUT];
	enum error_code err;
	bool has;

	err = has_task(a, case_id, at, kind, &has);
	if (err != ERR_NONE || has)
		return err;
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_u64(st, 2, at);
	db_bind_i64(st, 3, (int64_t)kind);
	return db_run(st);
}

enum error_code
cases_task_case(struct agent *a, uint64_t seq,
    uint8_t case_id[static WIRE_CASE])
{
	struct db_stmt *st = a->sql[SQL_TASK_CASE];
	enum error_code err;
	bool row;

	db_bind_u64(st, 1, seq);
	err = db_step(st, &row);
	if (err == ERR_NONE && (!row || db_col_null(st, 0)))
		err = ERR_NOTFOUND;
	if (err == ERR_NONE)
		err = db_col_fixed(st, 0, case_id, WIRE_CASE);
	db_done(st);
	return err;
}
