/*
 * The runner of outside commands: it runs what was configured and nothing
 * else, and outlives whatever a command does.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/notices/runner.h"
#include "agent/notices/runner_part.h"
#include "base/clock.h"
#include "base/local.h"
#include "base/sandbox.h"
#include "tests/support/test.h"

static char dir[TEST_PATH], made[TEST_PATH];
/* One more than there are, which nothing may ever run. */
static struct runner_command command[RUNNER_SLOTS + 1];
static struct runner *r;

struct seen {
	unsigned n;
	enum error_code err;
	int status;
};

static void
done(void *ctx, enum error_code err, int status)
{
	struct seen *s = ctx;

	s->n++;
	s->err = err;
	s->status = status;
}

/* A slot that runs this shell script with one fixed argument. */
static void
script(enum runner_slot slot, const char *name, const char *text,
    unsigned seconds)
{
	char path[TEST_PATH], line[TEST_PATH * 2 + 40];

	test_path(path, dir, name);
	test_file(path, text);
	snprintf(line, sizeof line, "/bin/sh  %s\t%s", path, made);
	ck_ok(runner_words(line, &command[slot], NULL));
	command[slot].seconds = seconds;
}

static void
setup(void)
{
	memset(command, 0, sizeof command);
	test_dir(dir);
	test_path(made, dir, "made");
}

static void
teardown(void)
{
	runner_destroy(&r);
}

/* Turns until `s` has heard `n` times, for at most 20 s. */
static void
turn_until(const struct seen *s, unsigned n)
{
	const uint64_t end = clock_boot_ms() + 20 * CLOCK_SECOND_MS;

	while (s->n < n && clock_boot_ms() < end) {
		struct pollfd p = { .fd = runner_fd(r), .events = POLLIN };

		(void)poll(&p, 1, 100);
		runner_ready(r);
	}
	ck_assert_uint_eq(s->n, n);
}

static struct seen
run(enum runner_slot slot, const char *input)
{
	struct seen s = { 0 };

	ck_ok(runner_start(r, slot, bytes_str(input), done, &s));
	turn_until(&s, 1);
	return s;
}

static void
ck_made(const char *want)
{
	char *text = test_slurp(made);

	ck_assert_str_eq(text, want);
	free(text);
}

START_TEST(words_of_a_line)
{
	struct runner_command c;
	struct why why = { "" };
	char *line = malloc(RUNNER_LINE_MAX + 2);

	ck_ok(runner_words(" /bin/mail -s  x ", &c, &why));
	ck_assert_str_eq(c.argv[0], "/bin/mail");
	ck_assert_str_eq(c.argv[1], "-s");
	ck_assert_str_eq(c.argv[2], "x");
	ck_assert_ptr_null(c.argv[3]);
	ck_ok(runner_words("", &c, &why));
	ck_assert_ptr_null(c.argv[0]);
	ck_err(runner_words("mail x", &c, &why), ERR_FORMAT);
	ck_assert_ptr_null(c.argv[0]);
	ck_ok(runner_words("/a 1 2 3 4 5 6 7 8 9 10 11 12 13 14", &c, &why));
	ck_err(runner_words("/a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", &c,
	    &why), ERR_SIZE);
	memset(line, '/', RUNNER_LINE_MAX + 1);
	line[RUNNER_LINE_MAX + 1] = '\0';
	ck_err(runner_words(line, &c, &why), ERR_SIZE);
	line[RUNNER_LINE_MAX] = '\0';
	ck_ok(runner_words(line, &c, &why));
	free(line);
}
END_TEST

START_TEST(input_argument_and_status)
{
	struct seen s;

	script(RUNNER_NOTIFY, "a", "cat >\"$1\"; pwd >>\"$1\"; exit 23\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	s = run(RUNNER_NOTIFY, "one line\n");
	ck_ok(s.err);
	ck_assert_int_eq(s.status, 23);
	ck_made("one line\n/\n");
	s = run(RUNNER_NOTIFY, "");
	ck_assert_int_eq(s.status, 23);
	ck_made("/\n");
}
END_TEST

START_TEST(environment_is_clean)
{
	struct seen s;

	setenv("WAYLEAVE_SECRET", "a name", 1);
	setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
	script(RUNNER_ALERT, "a", "env | grep -v -e ^_= -e ^PWD= "
	    "-e ^OLDPWD= -e ^SHLVL= | sort >\"$1\"\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	s = run(RUNNER_ALERT, "");
	ck_ok(s.err);
	ck_made("CREDENTIALS_DIRECTORY=/run/credentials/x\nLANG=C.UTF-8\n"
	    "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n");
}
END_TEST

/* A descriptor of the agent's that is not even close-on-exec. */
START_TEST(descriptors_are_closed)
{
	struct seen s;

	ck_assert_int_eq(dup2(1, 50), 50);
	script(RUNNER_ALERT, "a", "n=0; for f in 4 5 6 7 8 9 50; do "
	    "test -e /proc/$$/fd/$f && n=1; done; exit $n\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	s = run(RUNNER_ALERT, "");
	ck_ok(s.err);
	ck_assert_int_eq(s.status, 0);
	close(50);
}
END_TEST

START_TEST(largest_input)
{
	char *input = malloc(RUNNER_INPUT_MAX + 1);
	struct seen s = { 0 };

	memset(input, 'x', RUNNER_INPUT_MAX + 1);
	script(RUNNER_NOTIFY, "a",
	    "test $(wc -c | tee \"$1\") = 4096\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	ck_ok(runner_start(r, RUNNER_NOTIFY, bytes_of(input,
	    RUNNER_INPUT_MAX), done, &s));
	turn_until(&s, 1);
	ck_ok(s.err);
	ck_assert_int_eq(s.status, 0);
	ck_err(runner_start(r, RUNNER_NOTIFY, bytes_of(input,
	    RUNNER_INPUT_MAX + 1), done, &s), ERR_SIZE);
	free(input);
}
END_TEST

START_TEST(what_is_not_configured_is_not_run)
{
	struct seen s = { 0 };

	script(RUNNER_ALERT, "a", "exit 0\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	ck_assert(runner_has(r, RUNNER_ALERT));
	ck_assert(!runner_has(r, RUNNER_DUTY));
	ck_assert(!runner_has(r, RUNNER_SLOTS));
	ck_assert(!runner_has(NULL, RUNNER_ALERT));
	ck_err(runner_start(r, RUNNER_DUTY, bytes_str(""), done, &s),
	    ERR_NOTFOUND);
	ck_err(runner_start(r, RUNNER_SLOTS, bytes_str(""), done, &s),
	    ERR_NOTFOUND);
	ck_err(runner_start(r, (enum runner_slot)77, bytes_str(""), done,
	    &s), ERR_NOTFOUND);
	ck_assert_uint_eq(s.n, 0);
}
END_TEST

/* What an agent taken over might send instead. */
START_TEST(the_runner_itself_refuses)
{
	static const uint32_t bad[] = { RUNNER_DUTY, RUNNER_SLOTS, 77,
	    UINT32_MAX };
	struct runner_answer a;
	struct runner_ask ask;
	int pair[2], status;
	size_t n;
	pid_t pid;

	script(RUNNER_ALERT, "a", "echo ran >\"$1\"\n", 9);
	script(RUNNER_SLOTS, "b", "echo ran >\"$1\"\n", 9);
	ck_ok(local_pair(pair));
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		runner_main(pair[1], command);
	}
	close(pair[1]);
	memset(&ask, 0, sizeof ask);
	for (unsigned i = 0; i < 4; i++) {
		ask.id = i + 1;
		ask.slot = bad[i];
		ck_ok(local_send(pair[0], &ask, sizeof ask, -1, 5000));
		ck_ok(local_recv(pair[0], &a, sizeof a, &n, NULL, 5000));
		ck_assert_uint_eq(n, sizeof a);
		ck_assert_uint_eq(a.id, i + 1);
		ck_err((enum error_code)a.error, ERR_NOTFOUND);
	}
	/* more input than there is room for: it ends, and nothing ran */
	ask.slot = RUNNER_ALERT;
	ask.n = RUNNER_INPUT_MAX + 1;
	ck_ok(local_send(pair[0], &ask, sizeof ask, -1, 5000));
	ck_err(local_recv(pair[0], &a, sizeof a, &n, NULL, 5000),
	    ERR_CLOSED);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_ne(access(made, F_OK), 0);
	close(pair[0]);
}
END_TEST

START_TEST(a_program_that_is_not_there)
{
	struct seen s;

	ck_ok(runner_words("/nonexistent/program", &command[RUNNER_DUTY],
	    NULL));
	command[RUNNER_DUTY].seconds = 9;
	ck_ok(runner_create(command, &r, NULL));
	s = run(RUNNER_DUTY, "x");
	/* under valgrind a child tells nothing but its exit status */
	if (getenv("VALGRIND") == NULL)
		ck_err(s.err, ERR_NOTFOUND);
	else
		ck_assert(s.err == ERR_NOTFOUND || s.status != 0);
}
END_TEST

/* It hangs, ignores what can be ignored, and has started another. */
START_TEST(one_that_hangs_is_killed)
{
	struct seen s;
	uint64_t began;
	char *text;
	pid_t other;

	script(RUNNER_NOTIFY, "a", "trap '' TERM HUP INT\n"
	    "sleep 600 & echo $! >\"$1\"; sleep 600; sleep 600\n", 1);
	script(RUNNER_ALERT, "b", "exit 4\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	began = clock_boot_ms();
	s = run(RUNNER_NOTIFY, "x");
	ck_err(s.err, ERR_BUSY);
	ck_assert_uint_ge(clock_boot_ms() - began, 900);
	text = test_slurp(made);
	other = (pid_t)atoi(text);
	free(text);
	ck_assert_int_gt(other, 1);
	for (unsigned i = 0; i < 500 && kill(other, 0) == 0; i++)
		usleep(10000);
	ck_assert_int_ne(kill(other, 0), 0);
	s = run(RUNNER_ALERT, "x");
	ck_ok(s.err);
	ck_assert_int_eq(s.status, 4);
}
END_TEST

/* It ends at once and leaves another behind: that ends, too. */
START_TEST(nothing_is_left_behind)
{
	struct seen s;
	char *text;
	pid_t other;

	script(RUNNER_NOTIFY, "a", "sleep 600 & echo $! >\"$1\"; exit 0\n",
	    60);
	ck_ok(runner_create(command, &r, NULL));
	s = run(RUNNER_NOTIFY, "x");
	ck_ok(s.err);
	text = test_slurp(made);
	other = (pid_t)atoi(text);
	free(text);
	ck_assert_int_gt(other, 1);
	for (unsigned i = 0; i < 500 && kill(other, 0) == 0; i++)
		usleep(10000);
	ck_assert_int_ne(kill(other, 0), 0);
}
END_TEST

START_TEST(one_that_floods_is_not_heard)
{
	struct seen s;

	script(RUNNER_NOTIFY, "a", "head -c 50000000 /dev/zero; "
	    "head -c 50000000 /dev/zero >&2; exit 3\n", 15);
	ck_ok(runner_create(command, &r, NULL));
	s = run(RUNNER_NOTIFY, "x");
	ck_ok(s.err);
	ck_assert_int_eq(s.status, 3);
}
END_TEST

START_TEST(one_that_dies)
{
	struct seen s;

	script(RUNNER_NOTIFY, "a", "kill -9 $$\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	s = run(RUNNER_NOTIFY, "x");
	ck_err(s.err, ERR_CLOSED);
}
END_TEST

START_TEST(not_too_many_at_once)
{
	struct seen s = { 0 }, other = { 0 };

	script(RUNNER_NOTIFY, "a", "sleep 600\n", 1);
	script(RUNNER_ALERT, "b", "exit 0\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	for (unsigned i = 0; i < RUNNER_EACH; i++)
		ck_ok(runner_start(r, RUNNER_NOTIFY, bytes_str("x"), done,
		    &s));
	ck_err(runner_start(r, RUNNER_NOTIFY, bytes_str("x"), done, &s),
	    ERR_BUSY);
	/* those of one kind do not take the place of another */
	ck_ok(runner_start(r, RUNNER_ALERT, bytes_str("x"), done, &other));
	turn_until(&other, 1);
	ck_ok(other.err);
	turn_until(&s, RUNNER_EACH);
	ck_err(s.err, ERR_BUSY);
	ck_ok(runner_start(r, RUNNER_NOTIFY, bytes_str("x"), done, &s));
}
END_TEST

START_TEST(forgotten_is_not_told)
{
	struct seen s = { 0 }, other = { 0 };

	script(RUNNER_NOTIFY, "a", "exit 0\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	ck_ok(runner_start(r, RUNNER_NOTIFY, bytes_str("x"), done, &s));
	ck_ok(runner_start(r, RUNNER_NOTIFY, bytes_str("x"), done, &other));
	runner_forget(r, &s);
	turn_until(&other, 1);
	usleep(300000);
	runner_ready(r);
	ck_assert_uint_eq(s.n, 0);
}
END_TEST

/* With the agent ends what it had started. */
START_TEST(ends_with_the_agent)
{
	struct seen s = { 0 };
	pid_t pid = 0;

	script(RUNNER_NOTIFY, "a", "echo $$ >\"$1\"; sleep 600; :\n", 600);
	ck_ok(runner_create(command, &r, NULL));
	ck_ok(runner_start(r, RUNNER_NOTIFY, bytes_str("x"), done, &s));
	for (unsigned i = 0; i < 1000 && pid == 0; i++) {
		usleep(10000);
		if (access(made, F_OK) == 0) {
			char *text = test_slurp(made);

			pid = (pid_t)atoi(text);
			free(text);
		}
	}
	ck_assert_int_gt(pid, 1);
	runner_destroy(&r);
	for (unsigned i = 0; i < 500 && kill(pid, 0) == 0; i++)
		usleep(10000);
	ck_assert_int_ne(kill(pid, 0), 0);
	ck_assert_uint_eq(s.n, 0);
}
END_TEST

START_TEST(a_lost_runner_is_told)
{
	struct seen s = { 0 };
	char *text;

	script(RUNNER_NOTIFY, "a", "echo $PPID >\"$1\"; sleep 600; :\n", 5);
	ck_ok(runner_create(command, &r, NULL));
	ck_ok(runner_start(r, RUNNER_NOTIFY, bytes_str("x"), done, &s));
	for (unsigned i = 0; i < 1000 && access(made, F_OK) != 0; i++)
		usleep(10000);
	usleep(100000);
	text = test_slurp(made);
	ck_assert_int_eq(kill((pid_t)atoi(text), SIGKILL), 0);
	free(text);
	turn_until(&s, 1);
	ck_err(s.err, ERR_CLOSED);
	ck_assert_int_eq(runner_fd(r), -1);
	ck_err(runner_start(r, RUNNER_NOTIFY, bytes_str("x"), done, &s),
	    ERR_CLOSED);
}
END_TEST

/* The agent behind its sandbox cannot, the runner before it still can. */
START_TEST(runs_from_behind_the_sandbox)
{
	struct seen s = { 0 };
	int status;
	pid_t pid;

	if (!sandbox_available())
		return;
	script(RUNNER_ALERT, "a", "exit 5\n", 9);
	ck_ok(runner_create(command, &r, NULL));
	pid = fork();
	if (pid == 0) {
		struct why why;

		if (sandbox_harden(&why) != ERR_NONE ||
		    sandbox_enter(SANDBOX_DAEMON, &why) != ERR_NONE ||
		    runner_start(r, RUNNER_ALERT, bytes_str(""), done, &s) !=
		    ERR_NONE)
			_exit(1);
		turn_until(&s, 1);
		_exit(s.err == ERR_NONE && s.status == 5 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(beside_this_program)
{
	char path[1024], small[4];

	ck_ok(runner_beside("test_runner", path, sizeof path, NULL));
	ck_assert_int_eq(access(path, X_OK), 0);
	ck_err(runner_beside("x", small, sizeof small, NULL), ERR_SIZE);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, words_of_a_line);
	tcase_add_test(tc, input_argument_and_status);
	tcase_add_test(tc, environment_is_clean);
	tcase_add_test(tc, descriptors_are_closed);
	tcase_add_test(tc, largest_input);
	tcase_add_test(tc, what_is_not_configured_is_not_run);
	tcase_add_test(tc, the_runner_itself_refuses);
	tcase_add_test(tc, a_program_that_is_not_there);
	tcase_add_test(tc, one_that_hangs_is_killed);
	tcase_add_test(tc, nothing_is_left_behind);
	tcase_add_test(tc, one_that_floods_is_not_heard);
	tcase_add_test(tc, one_that_dies);
	tcase_add_test(tc, not_too_many_at_once);
	tcase_add_test(tc, forgotten_is_not_told);
	tcase_add_test(tc, ends_with_the_agent);
	tcase_add_test(tc, a_lost_runner_is_told);
	tcase_add_test(tc, runs_from_behind_the_sandbox);
	tcase_add_test(tc, beside_this_program);
}

int
main(void)
{
	return test_main("runner", fill, 60);
}
