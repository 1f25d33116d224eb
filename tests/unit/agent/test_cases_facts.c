/*
 * What only the agency can know: children who decide for themselves (R11),
 * somebody close to the person causing harm (R13), one person in two roles
 * (R16), a file that was asked for (R17).  And what is left on the list.
 */
#include "agent/cases/facts.h"

#include "agent/cases/part.h"
#include "agent/outgoing/compose.h"
#include "tests/unit/agent/consent_case.h"

static struct office *o;
static struct secrets s;

static void
setup(void)
{
	o = office_create();
	case_workers(o);
	office_worker(o, WORLD_CUSTODIAN, "boss", "Lee Lead",
	    RIGHT_WORKER | RIGHT_LEAD);
}

static void
teardown(void)
{
	office_destroy(&o);
}

START_TEST(facts_are_kept)
{
	struct agent *a = o->a[WORLD_CUSTODIAN];
	struct case_facts f, again;
	uint8_t id[WIRE_CASE] = { 7 }, other[WIRE_CASE] = { 9 };
	char name[8];

	ck_ok(case_facts_get(a, id, &f));
	ck_assert(!case_facts_is_close(&f, "school") && !f.file &&
	    !case_facts_two_roles(&f));
	ck_ok(case_facts_add_close(&f, "school"));
	ck_ok(case_facts_add_close(&f, "school"));
	ck_assert_uint_eq(f.n_close, 1);
	ck_err(case_facts_add_close(&f, "The School"), ERR_FORMAT);
	memcpy(f.roles[0].other, other, WIRE_CASE);
	f.n_roles = 1;
	f.file = true;
	ck_ok(case_facts_put(a, id, &f));
	ck_ok(case_facts_get(a, id, &again));
	ck_assert(case_facts_is_close(&again, "school") && again.file &&
	    case_facts_two_roles(&again));
	ck_assert_mem_eq(again.roles[0].other, other, WIRE_CASE);
	for (int i = 0; i < FACTS_CLOSE_MAX - 1; i++) {
		snprintf(name, sizeof name, "m-%02d", i);
		ck_ok(case_facts_add_close(&f, name));
	}
	ck_err(case_facts_add_close(&f, "one-more"), ERR_SIZE);
	/* another case knows nothing of it */
	ck_ok(case_facts_get(a, other, &again));
	ck_assert_uint_eq(again.n_close, 0);
}
END_TEST

/* ---- at signing -------------------------------------------------------- */

static const struct told *
sign(json_t *in)
{
	return office_ask(o, WORLD_CUSTODIAN, "susan", api_consent, in);
}

static void
refused(const struct told *t, const char *rule, const char *to)
{
	ck_assert_msg(t->code == CLI_NO, "%d %s", t->code, t->words);
	ck_assert_str_eq(office_str(t->result, "rule"), rule);
	if (to != NULL)
		ck_assert_str_eq(office_str(t->result, "to"), to);
}

static json_t *
conversation(json_t *in)
{
	return json_object_get(json_object_get(in, "set"), "conversation");
}

START_TEST(somebody_close_needs_a_closed_desk)
{
	json_t *in;
	uint8_t id[WIRE_CASE];
	struct case_facts f;

	case_open(o, &s);
	case_id(o, id);
	in = case_request(&s, NULL);
	json_object_set_new(in, "close", json_pack("[s]", "school"));
	refused(sign(in), "R13", "school");
	/* nothing was signed, so nothing was kept */
	ck_ok(case_facts_get(o->a[WORLD_CUSTODIAN], id, &f));
	ck_assert_uint_eq(f.n_close, 0);
	in = case_request(&s, NULL);
	json_object_set_new(in, "close", json_pack("[s]", "school"));
	json_object_set_new(conversation(in), "closed_desk", json_true());
	ck_told(sign(in), CLI_DONE);
	ck_ok(case_facts_get(o->a[WORLD_CUSTODIAN], id, &f));
	ck_assert(case_facts_is_close(&f, "school"));
	/* and the next one is asked again, whatever it says */
	refused(sign(case_request(&s, NULL)), "R13", "school");
}
END_TEST

START_TEST(told_with_an_exclusion)
{
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_exclude, json_pack(
	    "{s:s, s:[{s:s, s:s, s:s}]}", "case", "NB-17", "exclusions",
	    "name", "Ann Cousin", "relation", "cousin of P1", "at",
	    "police"));
	ck_told(t, CLI_DONE);
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(
	    t->result, "close"), 0)), "police");
	refused(sign(case_request(&s, NULL)), "R13", "police");
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_exclude, json_pack(
	    "{s:s, s:[{s:s, s:s}]}", "case", "NB-17", "exclusions", "name",
	    "Ann Cousin", "at", "No Agency"));
	ck_told(t, CLI_INPUT);
}
END_TEST

START_TEST(a_file_asked_for_stops_it)
{
	const struct told *t;

	case_open(o, &s);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_review, json_pack(
	    "{s:s, s:s, s:s}", "case", "NB-17", "what", "file", "state",
	    "open"));
	ck_told(t, CLI_LOCKED);
	t = office_ask(o, WORLD_CUSTODIAN, "boss", api_review, json_pack(
	    "{s:s, s:s, s:s}", "case", "NB-17", "what", "file", "state",
	    "open"));
	ck_told(t, CLI_DONE);
	ck_assert(json_is_true(json_object_get(t->result, "file")));
	refused(sign(case_request(&s, NULL)), "R17", NULL);
	t = office_ask(o, WORLD_CUSTODIAN, "boss", api_review, json_pack(
	    "{s:s, s:s, s:s}", "case", "NB-17", "what", "file", "state",
	    "done"));
	ck_told(t, CLI_DONE);
	case_consent(o, &s);
	t = office_ask(o, WORLD_CUSTODIAN, "boss", api_review, json_pack(
	    "{s:s, s:s, s:s}", "case", "NB-17", "what", "file", "state",
	    "perhaps"));
	ck_told(t, CLI_INPUT);
}
END_TEST

/* ---- two roles --------------------------------------------------------- */

/* A second case, in which the people of the first have the other parts. */
static void
open_mirror(struct secrets *other)
{
	const struct told *t = office_ask(o, WORLD_CUSTODIAN, "susan",
	    api_case_open, json_pack("{s:s}", "reference", "NB-18"));

	ck_told(t, CLI_DONE);
	case_take_secrets(t->result, other);
}

static json_t *
mirror_request(const struct secrets *other, const char *p1, const char *p2)
{
	json_t *in = case_request(other, NULL);

	json_object_set_new(in, "case", json_string("NB-18"));
	json_object_set_new(in, "introduction", json_pack(
	    "{s:s, s:[{s:s, s:s}, {s:s, s:s}]}", "schema",
	    "wayleave/introduction/1", "persons", "id", "P1", "name", p1,
	    "id", "P2", "name", p2));
	return in;
}

static unsigned
tasks_of(const char *account, const char *kind)
{
	const struct told *t = office_ask(o, WORLD_CUSTODIAN, account,
	    api_cases, json_object());

	unsigned n = 0;
	const json_t *v;
	size_t i;

	ck_told(t, CLI_DONE);
	json_array_foreach(json_object_get(t->result, "tasks"), i, v)
		n += strcmp(office_str(v, "kind"), kind) == 0;
	return n;
}

START_TEST(one_person_in_two_roles)
{
	struct secrets other;
	const struct told *t;
	uint8_t id[WIRE_CASE];
	struct case_facts f;

	case_open(o, &s);
	case_consent(o, &s);
	open_mirror(&other);
	refused(sign(mirror_request(&other, "Marketa Example",
	    "Aleksander Example")), "R16", NULL);
	/* both cases wait for the lead, who is told */
	ck_assert_uint_eq(tasks_of("boss", "two-roles"), 2);
	case_id(o, id);
	ck_ok(case_facts_get(o->a[WORLD_CUSTODIAN], id, &f));
	ck_assert(case_facts_two_roles(&f));
	refused(sign(case_request(&s, NULL)), "R16", NULL);
	t = office_ask(o, WORLD_CUSTODIAN, "boss", api_review, json_pack(
	    "{s:s, s:s, s:s}", "case", "NB-18", "what", "roles", "state",
	    "done"));
	ck_told(t, CLI_DONE);
	ck_assert(json_is_false(json_object_get(t->result, "roles")));
	ck_told(sign(mirror_request(&other, "Marketa Example",
	    "Aleksander Example")), CLI_DONE);
	ck_told(sign(case_request(&s, NULL)), CLI_DONE);
	ck_assert_uint_eq(tasks_of("boss", "two-roles"), 2);
}
END_TEST

/* Same part, another birth, or a first name alone: nobody is paused. */
START_TEST(not_everybody_is_somebody_else)
{
	struct secrets other;
	json_t *in;

	case_open(o, &s);
	in = case_request(&s, "second");
	json_object_set_new(in, "introduction", json_pack("{s:s, s:[{s:s, "
	    "s:s, s:s}, {s:s, s:s}]}", "schema", "wayleave/introduction/1",
	    "persons", "id", "P1", "name", "Aleksander Example", "born",
	    "1980-05", "id", "P2", "name", "Marketa"));
	ck_told(sign(in), CLI_DONE);
	open_mirror(&other);
	ck_told(sign(mirror_request(&other, "Aleksander Example",
	    "Somebody Else")), CLI_DONE);
	ck_told(sign(mirror_request(&other, "Marketa", "Somebody Else")),
	    CLI_DONE);
	in = mirror_request(&other, "Nobody Else", "Aleksander Example");
	json_object_set_new(json_array_get(json_object_get(json_object_get(in,
	    "introduction"), "persons"), 1), "born", json_string("1981"));
	ck_told(sign(in), CLI_DONE);
	in = mirror_request(&other, "Nobody Else", "Aleksander Example");
	json_object_set_new(json_array_get(json_object_get(json_object_get(in,
	    "introduction"), "persons"), 1), "born", json_string("1980"));
	refused(sign(in), "R16", NULL);
}
END_TEST

/* While it is open nothing of the case is sent from here. */
START_TEST(sending_is_paused)
{
	struct agent *a;
	struct case_facts f;
	uint8_t id[WIRE_CASE];
	struct copy copy = { .state = 0 };
	struct content *c = calloc(1, sizeof *c);
	struct worker w;
	static const char json[] = "{\"schema\":\"wayleave/observation/1\","
	    "\"author\":{\"role\":\"officer\"},\"component\":\"C1\","
	    "\"actor\":\"P1\",\"targets\":[\"P2\"],\"codes\":[\"CC30\"],"
	    "\"source\":\"SRC1\"}";

	case_open(o, &s);
	case_consent(o, &s);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	case_id(o, id);
	a = o->a[WORLD_POLICE];
	ck_ok(workers_by_account(a, "p.nowak", &w));
	ck_ok(content_read(c, json, sizeof json - 1, NULL, NULL));
	strcpy(copy.member, "school");
	ck_ok(compose_preview(a, &w, id, c, &copy, 1, NULL));
	ck_assert_int_eq(copy.state, COPY_QUEUED);
	ck_ok(case_facts_get(a, id, &f));
	f.file = true;
	ck_ok(case_facts_put(a, id, &f));
	ck_ok(compose_preview(a, &w, id, c, &copy, 1, NULL));
	ck_assert_int_eq(copy.state, COPY_REFUSED);
	ck_assert_str_eq(copy.rule, "R17");
	free(c);
}
END_TEST

/* ---- children ---------------------------------------------------------- */

START_TEST(old_enough_by_birth)
{
	/* the office's day is in November 2026 or later; ages from its clock */
	static const struct { const char *id, *born; bool own; } row[] = {
		{ "K1", "1999", true }, { "K2", "2199", false },
		{ "K3", "", false }, { "P3", "1999", false },
		{ "K4", "1999-01-01", true },
	};
	struct agent *a = o->a[WORLD_CUSTODIAN];
	struct introduction in = { .n_persons = 0 };
	struct person_list out = { .n = 0 };

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		strcpy(in.persons[in.n_persons].id.s, row[i].id);
		strcpy(in.persons[in.n_persons++].born.s, row[i].born);
	}
	case_facts_own_line(a, &in, &out);
	ck_assert_uint_eq(out.n, 0);            /* switched off in this office */
	o->c[WORLD_CUSTODIAN].own_line_age = 12;
	case_facts_own_line(a, &in, &out);
	case_facts_own_line(a, &in, &out);
	ck_assert_uint_eq(out.n, 2);
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		ck_assert_int_eq(person_list_has(&out, row[i].id), row[i].own);
}
END_TEST

/* The day counts: a birthday that is tomorrow has not been. */
START_TEST(birthdays_count)
{
	struct agent *a = o->a[WORLD_CUSTODIAN];
	struct introduction in = { .n_persons = 1 };
	struct person_list out = { .n = 0 };
	char today[CLOCK_ISO_BYTES], tomorrow[CLOCK_ISO_BYTES];

	o->c[WORLD_CUSTODIAN].own_line_age = 12;
	clock_iso_day(today, agent_now(a));
	clock_iso_day(tomorrow, agent_now(a) + CLOCK_DAY_MS);
	strcpy(in.persons[0].id.s, "K1");
	snprintf(in.persons[0].born.s, sizeof in.persons[0].born.s, "%04u%.6s",
	    (unsigned)(atoi(tomorrow) - 12) % 10000, tomorrow + 4);
	case_facts_own_line(a, &in, &out);
	ck_assert_uint_eq(out.n, 0);
	snprintf(in.persons[0].born.s, sizeof in.persons[0].born.s, "%04u%.6s",
	    (unsigned)(atoi(today) - 12) % 10000, today + 4);
	case_facts_own_line(a, &in, &out);
	ck_assert_uint_eq(out.n, 1);
}
END_TEST

START_TEST(a_childs_own_line_is_asked_for)
{
	json_t *in;

	case_open(o, &s);
	o->c[WORLD_CUSTODIAN].own_line_age = 12;
	in = case_request(&s, NULL);
	json_array_append_new(json_object_get(json_object_get(in,
	    "introduction"), "persons"), json_pack("{s:s, s:s, s:s}", "id",
	    "K1", "name", "Child Example", "born", "1999"));
	json_array_append_new(json_object_get(conversation(in), "subjects"),
	    json_string("K1"));
	refused(sign(in), "R11", NULL);
}
END_TEST

/* ---- what is left on the list ------------------------------------------ */

START_TEST(signing_leaves_a_neutral_line)
{
	json_t *in;

	case_open(o, &s);
	ck_assert_uint_eq(tasks_of("susan", "permissions-changed"), 0);
	case_consent(o, &s);
	ck_assert_uint_eq(tasks_of("susan", "permissions-changed"), 1);
	in = case_request(&s, NULL);
	json_object_set_new(conversation(in), "grantor", json_string("P1"));
	refused(sign(in), "R10", NULL);
	ck_assert_uint_eq(tasks_of("susan", "cannot-sign"), 1);
	ck_assert_uint_eq(tasks_of("susan", "permissions-changed"), 1);
}
END_TEST

/* Before there is a case, a preview says the same of every line. */
START_TEST(preview_before_the_case)
{
	json_t *in = json_pack("{s:o, s:o, s:b}", "set", case_set(),
	    "introduction", case_introduction(), "dry_run", 1);
	const struct told *t = sign(json_deep_copy(in));

	ck_told(t, CLI_DONE);
	ck_assert_int_eq(json_integer_value(json_object_get(t->result,
	    "grants")), 5);
	ck_assert(json_is_false(json_object_get(t->result, "two_roles")));
	json_object_set_new(conversation(in), "pressed", json_string("yes"));
	refused(sign(json_deep_copy(in)), "R8", NULL);
	/* but nothing is signed for no case */
	json_object_del(in, "dry_run");
	t = sign(in);
	ck_assert_int_ne(t->code, CLI_DONE);
	/* and R16 is only told of */
	case_open(o, &s);
	case_consent(o, &s);
	in = mirror_request(&s, "Marketa Example", "Aleksander Example");
	json_object_del(in, "case");
	json_object_del(in, "passphrase");
	json_object_set_new(in, "dry_run", json_true());
	t = sign(in);
	ck_told(t, CLI_DONE);
	ck_assert(json_is_true(json_object_get(t->result, "two_roles")));
	ck_assert_uint_eq(tasks_of("boss", "two-roles"), 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, facts_are_kept);
	tcase_add_test(tc, somebody_close_needs_a_closed_desk);
	tcase_add_test(tc, told_with_an_exclusion);
	tcase_add_test(tc, a_file_asked_for_stops_it);
	tcase_add_test(tc, one_person_in_two_roles);
	tcase_add_test(tc, not_everybody_is_somebody_else);
	tcase_add_test(tc, sending_is_paused);
	tcase_add_test(tc, old_enough_by_birth);
	tcase_add_test(tc, birthdays_count);
	tcase_add_test(tc, a_childs_own_line_is_asked_for);
	tcase_add_test(tc, signing_leaves_a_neutral_line);
	tcase_add_test(tc, preview_before_the_case);
}

int
main(void)
{
	return test_main("cases_facts", fill, 60);
}
