/*
 * A case opened through the verbs, and a consent set over three agencies:
 * what the tests of cases and of consent begin with.
 */
#ifndef WAYLEAVE_TESTS_UNIT_AGENT_CONSENT_CASE_H
#define WAYLEAVE_TESTS_UNIT_AGENT_CONSENT_CASE_H

#include "agent/cases/cases.h"
#include "agent/consent/consent.h"
#include "tests/unit/agent/office.h"

struct secrets {
	char pass[256], stop[256], forced[256];
};

/* Accounts everywhere; an advocate and a second worker at the custodian. */
OFFICE void
case_workers(struct office *o)
{
	office_worker(o, WORLD_CUSTODIAN, "susan", "Susan Adv",
	    RIGHT_WORKER | RIGHT_ADVOCATE);
	office_worker(o, WORLD_CUSTODIAN, "second", "Second Adv",
	    RIGHT_WORKER);
	office_worker(o, WORLD_POLICE, "p.nowak", "Piotr Nowak",
	    RIGHT_WORKER | RIGHT_OFFICER);
	office_worker(o, WORLD_SCHOOL, "t.reid", "Tom Reid",
	    RIGHT_WORKER | RIGHT_OFFICER);
}

OFFICE void
case_take_secrets(const json_t *r, struct secrets *s)
{
	if (json_object_get(r, "passphrase") != NULL)
		snprintf(s->pass, sizeof s->pass, "%s", office_str(r,
		    "passphrase"));
	snprintf(s->stop, sizeof s->stop, "%s", office_str(r, "stop"));
	snprintf(s->forced, sizeof s->forced, "%s", office_str(r, "forced"));
}

OFFICE void
case_open(struct office *o, struct secrets *s)
{
	const struct told *t = office_ask(o, WORLD_CUSTODIAN, "susan",
	    api_case_open, json_pack("{s:s}", "reference", "NB-17"));

	ck_told(t, CLI_DONE);
	case_take_secrets(t->result, s);
}

/* The grid: police and school tell each other, the custodian introduces. */
OFFICE json_t *
case_set(void)
{
	static const char text[] = "{\"schema\":\"wayleave/consent-set/1\","
	    "\"conversation\":{\"principal\":\"P2\",\"grantor\":\"P2\","
	    "\"capacity\":\"self\",\"subjects\":[\"P1\",\"P2\"],"
	    "\"method\":\"in-person\",\"notice\":\"notice/1\","
	    "\"language\":\"en\",\"asked_alone\":\"yes\","
	    "\"safe_now\":\"yes\",\"pressed\":\"no\","
	    "\"not_condition_of_service\":true,\"told_how_to_stop\":true,"
	    "\"conflict_checked\":\"2026-11-16\","
	    "\"conflict_checked_by\":\"advocate\","
	    "\"conflict_found\":\"no\",\"keep_read_days\":30},"
	    "\"grants\":["
	    "{\"name\":\"G1\",\"from\":\"police\",\"to\":[\"school\"],"
	    "\"scopes\":[\"C1\",\"C2\"],\"purpose\":\"PU01\",\"days\":60,"
	    "\"duty_shown\":\"parents\",\"duty_confirmed\":true},"
	    "{\"name\":\"G2\",\"from\":\"school\",\"to\":[\"police\","
	    "\"refuge\"],\"scopes\":[\"C4\"],\"purpose\":\"PU01\"},"
	    "{\"name\":\"ID\",\"from\":\"refuge\",\"to\":[\"police\"],"
	    "\"scopes\":[\"ID\"],\"purpose\":\"PU01\"},"
	    "{\"name\":\"ID\",\"from\":\"refuge\",\"to\":[\"school\"],"
	    "\"scopes\":[\"ID\"],\"purpose\":\"PU01\","
	    "\"duty_shown\":\"parents\",\"duty_confirmed\":true}]}";
	json_t *set = json_loads(text, 0, NULL);

	ck_assert_ptr_nonnull(set);
	return set;
}

OFFICE json_t *
case_introduction(void)
{
	return json_pack("{s:s, s:[{s:s, s:s}, {s:s, s:s}], s:[{s:s, s:s}]}",
	    "schema", "wayleave/introduction/1", "persons", "id", "P1",
	    "name", "Aleksander Example", "id", "P2", "name",
	    "Marketa Example", "exclusions", "name", "Tom Reid", "relation",
	    "cousin of P1");
}

OFFICE json_t *
case_request(const struct secrets *s, const char *waiver)
{
	json_t *in = json_pack("{s:s, s:o, s:o, s:s}", "case", "NB-17",
	    "set", case_set(), "introduction", case_introduction(),
	    "passphrase", s->pass);

	if (waiver != NULL)
		json_object_set_new(in, "waiver", json_string(waiver));
	return in;
}

/* All signed and admitted, in force at once. */
OFFICE const struct told *
case_consent(struct office *o, const struct secrets *s)
{
	const struct told *t = office_ask(o, WORLD_CUSTODIAN, "susan",
	    api_consent, case_request(s, "second"));

	ck_told(t, CLI_DONE);
	return t;
}

/* The officer reads the introduction and compares; then the case is open. */
OFFICE void
case_check(struct office *o, unsigned m, const char *account)
{
	const struct told *t = office_ask(o, m, account, api_inbox,
	    json_object());
	json_int_t message;

	ck_told(t, CLI_DONE);
	message = json_integer_value(json_object_get(json_array_get(
	    json_object_get(t->result, "items"), 0), "message"));
	t = office_ask(o, m, account, api_open, json_pack("{s:I}", "message",
	    message));
	ck_told(t, CLI_DONE);
	t = office_ask(o, m, account, api_checked, json_pack("{s:i, s:b}",
	    "case", 1, "confirm", 1));
	ck_told(t, CLI_DONE);
}

/* A case at work: permissions in force, introduced, checked by p.nowak of
 * the police and k.other of the school, where t.reid is excluded. */
OFFICE void
case_at_work(struct office *o, struct secrets *s)
{
	case_workers(o);
	office_worker(o, WORLD_SCHOOL, "k.other", "Kim Other",
	    RIGHT_WORKER | RIGHT_OFFICER);
	case_open(o, s);
	(void)case_consent(o, s);
	/* keys of arrows, then introductions */
	for (int i = 0; i < 5; i++)
		office_pass(o, CLOCK_SECOND_MS);
	case_check(o, WORLD_POLICE, "p.nowak");
	case_check(o, WORLD_SCHOOL, "k.other");
}

OFFICE void
case_id(struct office *o, uint8_t id[static WIRE_CASE])
{
	ck_ok(cases_by_reference(o->a[WORLD_CUSTODIAN], "NB-17", id));
}

/* The id of the i-th grant told last. */
OFFICE const char *
case_grant(struct office *o, unsigned i)
{
	return office_str(json_array_get(json_object_get(o->told.result,
	    "grants"), i), "grant");
}

/* How many lines of the list have this state. */
OFFICE unsigned
case_count(const json_t *list, const char *state)
{
	unsigned n = 0;
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		n += strcmp(office_str(v, "state"), state) == 0;
	return n;
}

OFFICE unsigned
case_status(struct office *o, const char *state)
{
	const struct told *t = office_ask(o, WORLD_CUSTODIAN, "susan",
	    api_consent_status, json_pack("{s:s}", "case", "NB-17"));

	ck_told(t, CLI_DONE);
	return case_count(json_object_get(t->result, "grants"), state);
}

OFFICE unsigned
case_tasks(struct office *o, const char *kind)
{
	const struct told *t = office_ask(o, WORLD_CUSTODIAN, "susan",
	    api_cases, json_object());
	unsigned n = 0;
	const json_t *v;
	size_t i;

	ck_told(t, CLI_DONE);
	json_array_foreach(json_object_get(t->result, "tasks"), i, v)
		n += strcmp(office_str(v, "kind"), kind) == 0;
	return n;
}

#endif
