/*
 * Offices whose agents reach people by a command that writes down what it
 * read: for the tests of notices and of calls.
 */
#ifndef WAYLEAVE_TESTS_UNIT_AGENT_REACH_H
#define WAYLEAVE_TESTS_UNIT_AGENT_REACH_H

#include <unistd.h>

#include "agent/notices/runner.h"
#include "tests/unit/agent/consent_case.h"

static struct office *o;
static struct secrets s;
static char got[TEST_PATH], fail[TEST_PATH];
static struct runner *runner;

/* Each run appends what it read, and a line, in one write. */
OFFICE void
reach_setup(enum runner_slot slot)
{
	struct runner_command c[RUNNER_SLOTS];
	char dir[TEST_PATH], path[TEST_PATH], line[3 * TEST_PATH + 16];

	setenv("TZ", "UTC", 1);
	memset(c, 0, sizeof c);
	test_dir(dir);
	test_path(got, dir, "got");
	test_path(fail, dir, "fail");
	test_path(path, dir, "script");
	test_file(path, "x=$(cat; echo --)\nprintf '%s\\n' \"$x\" >>\"$1\"\n"
	    "test ! -e \"$2\"\n");
	snprintf(line, sizeof line, "/bin/sh %s %s %s", path, got, fail);
	ck_ok(runner_words(line, &c[slot], NULL));
	c[slot].seconds = 20;
	ck_ok(runner_create(c, &runner, NULL));
	o = office_create();
	case_at_work(o, &s);
}

OFFICE void
reach_teardown(void)
{
	office_destroy(&o);
	runner_destroy(&runner);
}

OFFICE void
reach_to(unsigned m, const char *account, const char *mail)
{
	ck_told(office_ask(o, m, NULL, api_worker_notice, json_pack(
	    "{s:s, s:s}", "account", account, "mail", mail)), CLI_DONE);
}

/* From now on this agency sends notices, and nothing is news. */
OFFICE void
reach_begin(unsigned m)
{
	o->c[m].notify_link = "https://desk.example/";
	o->a[m]->runner = runner;
	office_pass(o, CLOCK_SECOND_MS);
}

/* Everything started comes to its end. */
OFFICE void
reach_finish(void)
{
	while (runner_busy(runner) > 0) {
		struct pollfd p = { runner_fd(runner), POLLIN, 0 };

		ck_assert_int_eq(poll(&p, 1, 30000), 1);
		runner_ready(runner);
	}
}

/* Time passes in minutes, and commands run meanwhile. */
OFFICE void
reach_pass(unsigned minutes)
{
	for (unsigned i = 0; i < minutes; i++) {
		office_pass(o, CLOCK_MINUTE_MS);
		reach_finish();
	}
}

/* To the last second before the next batch. */
OFFICE void
reach_to_end_of_batch(void)
{
	const uint64_t grid = 15 * CLOCK_MINUTE_MS;
	const uint64_t now = clock_now(&o->r->clock);

	office_pass(o, grid - now % grid - CLOCK_SECOND_MS);
}

OFFICE void
ck_got(const char *want)
{
	char *text = access(got, F_OK) == 0 ? test_slurp(got) : strdup("");

	ck_assert_str_eq(text, want);
	free(text);
	(void)unlink(got);
}

OFFICE void
reach_observe(bool urgent, const char *text)
{
	const struct told *t = office_ask(o, WORLD_POLICE, "p.nowak",
	    api_send, json_pack("{s:i, s:{s:s, s:s, s:s, s:[s], s:[s], s:s, "
	    "s:s, s:b, s:[s]}}", "case", 1, "content", "schema",
	    "wayleave/observation/1", "component", "C1", "actor", "P1",
	    "targets", "P2", "codes", "CC30", "text", text, "source", "SRC6",
	    "urgent", urgent, "send_to", "school"));

	ck_told(t, CLI_DONE);
	for (int i = 0; i < 3; i++)
		office_pass(o, CLOCK_SECOND_MS);
}

#endif
