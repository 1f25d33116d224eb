/* What happened, for other systems: told once, and nothing of content. */
#include "agent/notices/events.h"

#include "agent/cases/owners.h"
#include "tests/unit/agent/consent_case.h"

#define POLICE WORLD_POLICE

static struct office *o;
static struct agent *a;
static struct secrets s;
static json_int_t seen;                 /* events told before */

/* Those of this kind since `look` was called last, anywhere. */
static unsigned
count(const char *kind)
{
	const struct told *t = office_ask(o, POLICE, "p.nowak", api_events,
	    json_pack("{s:I}", "after", seen));
	const json_t *v;
	unsigned n = 0;
	size_t i;

	ck_told(t, CLI_DONE);
	json_array_foreach(json_object_get(t->result, "events"), i, v)
		n += strcmp(office_str(v, "event"), kind) == 0;
	return n;
}

static void
look(void)
{
	const struct told *t;

	do {
		t = office_ask(o, POLICE, "p.nowak", api_events,
		    json_pack("{s:I}", "after", seen));
		ck_told(t, CLI_DONE);
		seen = json_integer_value(json_object_get(t->result, "next"));
	} while (json_array_size(json_object_get(t->result, "events")) > 0);
}

static void
setup(void)
{
	o = office_create();
	case_at_work(o, &s);
	a = o->a[POLICE];
	o->may_drop = true;
	seen = 0;
	office_pass(o, 2 * CLOCK_SECOND_MS);
	look();
}

static void
teardown(void)
{
	office_destroy(&o);
}

/* Days at once: who was connected may be no more. */
static void
leap(unsigned days)
{
	rig_pass(o->r, days * CLOCK_DAY_MS);
	office_settle(o);
	rig_pass(o->r, 2 * CLOCK_SECOND_MS);
	office_settle(o);
}

static void
day_in(unsigned days, char out[static CLOCK_ISO_BYTES])
{
	clock_iso_day(out, agent_now(a) + days * CLOCK_DAY_MS);
}

/* ---- names ------------------------------------------------------------------- */

START_TEST(names)
{
	ck_assert_str_eq(event_name(EVENT_COPY_QUEUED), "copy.queued");
	ck_assert_str_eq(event_name(EVENT_AGENT_LOCKED), "agent.locked");
	ck_assert_str_eq(event_name(0), "unknown");
	ck_assert_str_eq(event_name(-1), "unknown");
	ck_assert_str_eq(event_name(19), "unknown");
}
END_TEST

/* ---- what a message turned out to be ------------------------------------------- */

static void
opened(uint64_t idx, enum content_kind kind, const char *owner)
{
	struct mail m = { .idx = idx };
	struct content *c = calloc(1, sizeof *c);

	ck_assert_ptr_nonnull(c);
	c->kind = kind;
	if (kind == CONTENT_TASK)
		strcpy(c->u.task.owner, owner);
	event_opened(a, &m, c);
	free(c);
}

START_TEST(told_when_first_read)
{
	for (unsigned i = 0; i < 3; i++) {
		opened(101, CONTENT_QUESTION, "");
		opened(102, CONTENT_QUESTION, "");
		opened(103, CONTENT_CORRECTION, "");
		opened(104, CONTENT_OBSERVATION, "");
		opened(105, CONTENT_ANSWER, "");
		opened(106, CONTENT_TASK, "police");
		opened(107, CONTENT_TASK, "school");
	}
	ck_assert_uint_eq(count("question.waiting"), 2);
	ck_assert_uint_eq(count("item.corrected"), 1);
	ck_assert_uint_eq(count("task.assigned"), 1);
}
END_TEST

/* ---- copies that wait for a key -------------------------------------------------- */

/* The rows as compose_wait.c writes them: kept, then refused by our rules. */
START_TEST(refused_while_it_waited)
{
	static const uint8_t id[RECORD_ID_LEN] = { 7 };
	struct db_stmt *put = a->sql[SQL_WAITING_PUT];
	struct db_stmt *stop = a->sql[SQL_WAITING_STOP];
	uint8_t kase[WIRE_CASE];

	case_id(o, kase);
	ck_ok(agent_begin(a));
	db_bind_blob(put, 1, id, sizeof id);
	db_bind_text(put, 2, "school");
	db_bind_blob(put, 3, kase, WIRE_CASE);
	db_bind_text(put, 4, "p.nowak");
	db_bind_u64(put, 5, 1);
	ck_ok(agent_end(a, db_run(put)));
	ck_assert_uint_eq(count("copy.refused"), 0);
	for (unsigned i = 0; i < 2; i++) {
		ck_ok(agent_begin(a));
		db_bind_blob(stop, 1, id, sizeof id);
		db_bind_text(stop, 2, "school");
		ck_ok(agent_end(a, db_run(stop)));
	}
	ck_assert_uint_eq(count("copy.refused"), 1);
}
END_TEST

/* ---- tasks ------------------------------------------------------------------------ */

static void
assign(const char *gap, unsigned days)
{
	char day[CLOCK_ISO_BYTES];

	day_in(days, day);
	ck_told(office_ask(o, POLICE, "p.nowak", api_gap_assign, json_pack(
	    "{s:i, s:s, s:s, s:s}", "case", 1, "gap", gap, "to", "p.nowak",
	    "due", day)), CLI_DONE);
}

START_TEST(assigned_once)
{
	uint8_t id[WIRE_CASE];

	assign("GP01", 2);
	ck_assert_uint_eq(count("task.assigned"), 1);
	assign("GP01", 3);
	ck_assert_uint_eq(count("task.assigned"), 1);
	assign("GP02", 3);
	ck_assert_uint_eq(count("task.assigned"), 2);
	ck_ok(cases_by_number(a, 1, id));
	ck_ok(agent_begin(a));
	ck_ok(agent_end(a, cases_task(a, id, 7, TASK_CHANGED)));
	ck_assert_uint_eq(count("task.assigned"), 3);
}
END_TEST

START_TEST(due_on_its_day)
{
	struct owner one = { .what = "GP04", .to = "p.nowak", .done = true };
	char day[CLOCK_ISO_BYTES];
	uint8_t id[WIRE_CASE];

	assign("GP01", 2);
	assign("GP02", 2);
	leap(1);
	ck_assert_uint_eq(count("task.due"), 0);
	leap(1);
	ck_assert_uint_eq(count("task.due"), 1);
	leap(1);
	ck_assert_uint_eq(count("task.due"), 1);
	/* a day on which nothing ran is made up for; done is done */
	assign("GP03", 2);
	leap(5);
	ck_assert_uint_eq(count("task.due"), 2);
	day_in(1, day);
	memcpy(one.due, day, strlen(day) + 1);
	ck_ok(cases_by_number(a, 1, id));
	ck_ok(owners_put(a, id, &one));
	leap(2);
	ck_assert_uint_eq(count("task.due"), 2);
}
END_TEST

/* ---- permissions -------------------------------------------------------------------- */

/* Those of the police to the school were given for 60 days. */
START_TEST(ends_soon)
{
	leap(45);
	ck_assert_uint_eq(count("permission.ending"), 0);
	leap(1);
	ck_assert_uint_eq(count("permission.ending"), 1);
	leap(12);
	ck_assert_uint_eq(count("permission.ending"), 1);
	leap(1);
	ck_assert_uint_eq(count("permission.ending"), 2);
}
END_TEST

static void
withdraw(void)
{
	ck_told(office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw,
	    json_pack("{s:s, s:s}", "case", "NB-17", "member", "school")),
	    CLI_DONE);
	office_settle(o);
}

START_TEST(withdrawn_is_a_change)
{
	withdraw();
	ck_assert_uint_gt(count("permission.changed"), 0);
	leap(46);
	ck_assert_uint_eq(count("permission.ending"), 0);
}
END_TEST

/* ---- copies ---------------------------------------------------------------------------- */

static void
send_one(void)
{
	ck_told(office_ask(o, POLICE, "p.nowak", api_send, json_pack(
	    "{s:i, s:[s], s:{s:s, s:s, s:s, s:[s], s:[s], s:s}}", "case", 1,
	    "to", "school", "content", "schema", "wayleave/observation/1",
	    "component", "C1", "actor", "P1", "targets", "P2", "codes", "CC30",
	    "source", "SRC6")),
	    CLI_DONE);
	for (int i = 0; i < 3; i++)
		office_pass(o, CLOCK_SECOND_MS);
	ck_assert_uint_eq(count("copy.queued"), 1);
}

/* Everybody is connected: the exchange looks at what waits. */
static void
all_there(void)
{
	for (unsigned m = WORLD_CUSTODIAN; m < OFFICE_AGENTS; m++)
		if (!o->link[m]->connected)
			office_connect(o, m);
	office_pass(o, CLOCK_MINUTE_MS);
}

START_TEST(expired_is_not_dropped)
{
	office_disconnect(o, WORLD_SCHOOL);
	office_settle(o);
	send_one();
	leap(15);
	all_there();
	ck_assert_uint_eq(count("copy.expired"), 1);
	ck_assert_uint_eq(count("copy.dropped"), 0);
}
END_TEST

START_TEST(dropped_is_not_expired)
{
	office_disconnect(o, WORLD_SCHOOL);
	office_settle(o);
	send_one();
	withdraw();
	all_there();
	ck_assert_uint_eq(count("copy.dropped"), 1);
	ck_assert_uint_eq(count("copy.expired"), 0);
}
END_TEST

/* ---- the agent --------------------------------------------------------------------------- */

static void
wait_ms(uint64_t ms)
{
	rig_pass(o->r, ms);
	agent_turn(a);
}

START_TEST(offline_and_back)
{
	office_disconnect(o, POLICE);
	agent_turn(a);
	wait_ms(EVENT_OFFLINE_MS - 1000);
	ck_assert_uint_eq(count("agent.offline"), 0);
	wait_ms(2000);
	wait_ms(2000);
	ck_assert_uint_eq(count("agent.offline"), 1);
	office_connect(o, POLICE);
	office_settle(o);
	office_pass(o, 2 * CLOCK_SECOND_MS);
	ck_assert_uint_eq(count("agent.online"), 1);
	/* a short gap is no news */
	office_disconnect(o, POLICE);
	agent_turn(a);
	wait_ms(5000);
	office_connect(o, POLICE);
	office_pass(o, 2 * CLOCK_SECOND_MS);
	ck_assert_uint_eq(count("agent.offline"), 1);
	ck_assert_uint_eq(count("agent.online"), 1);
}
END_TEST

/* Rows, because a locked agent answers nobody. */
static unsigned
rows(unsigned kind)
{
	char sql[100];
	struct db_stmt *q;
	unsigned n = 0;
	bool row;

	snprintf(sql, sizeof sql, "SELECT n FROM event WHERE kind = %u", kind);
	ck_ok(db_prepare(a->db, sql, &q));
	while (db_step(q, &row) == ERR_NONE && row)
		n++;
	db_done(q);
	return n;
}

START_TEST(locked)
{
	const unsigned offline = rows(EVENT_AGENT_OFFLINE);

	agent_locked(a);
	for (unsigned i = 0; i < 3; i++)
		wait_ms(2000);
	ck_assert_uint_eq(rows(EVENT_AGENT_LOCKED), 1);
	ck_assert_uint_eq(rows(EVENT_AGENT_OFFLINE), offline);
	/* and is remembered over a restart */
	a->events_state = EVENT_NONE;
	wait_ms(2000);
	ck_assert_uint_eq(rows(EVENT_AGENT_LOCKED), 1);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, names);
	tcase_add_test(tc, told_when_first_read);
	tcase_add_test(tc, refused_while_it_waited);
	tcase_add_test(tc, assigned_once);
	tcase_add_test(tc, due_on_its_day);
	tcase_add_test(tc, ends_soon);
	tcase_add_test(tc, withdrawn_is_a_change);
	tcase_add_test(tc, expired_is_not_dropped);
	tcase_add_test(tc, dropped_is_not_expired);
	tcase_add_test(tc, offline_and_back);
	tcase_add_test(tc, locked);
}

int
main(void)
{
	return test_main("events", fill, 120);
}
