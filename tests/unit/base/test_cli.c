/* Command lines: what is found, what is refused, and with which code. */
#include "base/cli.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test.h"

static struct cli seen;
static const char *ran;

static int
note(const char *what, struct cli *cli)
{
	seen = *cli;
	ran = what;
	return CLI_DONE;
}

static int
run_case(struct cli *cli)
{
	return note("case", cli);
}

static int
run_case_open(struct cli *cli)
{
	return note("case open", cli);
}

static int
run_number(struct cli *cli)
{
	long long n;

	if (cli_number(cli, "days", 1, 90, 14, &n) != ERR_NONE)
		return CLI_USAGE;
	printf("%lld\n", n);
	return CLI_DONE;
}

static int
run_secret(struct cli *cli)
{
	char secret[9];
	struct why why;
	enum error_code error = cli_secret(cli, "Phrase: ", secret,
	    sizeof secret, &why);

	if (error != ERR_NONE) {
		ck_assert_str_eq(secret, "");
		return cli_fail_error(cli, error, "secret", &why);
	}
	printf("(%s)\n", secret);
	return CLI_DONE;
}

static int
run_fail(struct cli *cli)
{
	return cli_fail(cli, CLI_NOT_NOW, 12, "broker", "try later",
	    "no answer for %d s", 5);
}

static const struct cli_option open_options[] = {
	{ "to", "M..", "to whom" },
	{ "all", NULL, "every one" },
	{ NULL, NULL, NULL },
};
static const struct cli_option number_options[] = {
	{ "days", "N", "how long" },
	{ NULL, NULL, NULL },
};
static const struct cli_option secret_options[] = {
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
static const struct cli_command commands[] = {
	{ "case", "CASE", "one case", run_case, NULL, 0, -1 },
	{ "case open", "CASE [--to M] [--all]", "open it", run_case_open,
	    open_options, 1, 2 },
	{ "number", "[--days N]", "a number", run_number, number_options,
	    0, 0 },
	{ "secret", "", "a secret", run_secret, secret_options, 0, 0 },
	{ "fail", "", "fails", run_fail, NULL, 0, 0 },
};
static const struct cli_program program = {
	"prog", "does things.", "/etc/prog.conf", commands,
	sizeof commands / sizeof *commands, "The end.", (void *)0,
};

static char dir[TEST_PATH], out_path[TEST_PATH], err_path[TEST_PATH];

/* Runs "prog" with up to eight words; its output goes to the two files. */
static int
run(const char *a, const char *b, const char *c, const char *d,
    const char *e)
{
	const char *word[] = { "prog", a, b, c, d, e, NULL };
	/* Static: what was seen refers to it. */
	static char words[7][2 * TEST_PATH], *argv[7];
	int argc = 0, code, out, err;

	for (; word[argc] != NULL; argc++) {
		snprintf(words[argc], sizeof words[argc], "%s", word[argc]);
		argv[argc] = words[argc];
	}
	argv[argc] = NULL;
	if (dir[0] == '\0')
		test_dir(dir);
	test_path(out_path, dir, "out");
	test_path(err_path, dir, "err");
	fflush(NULL);
	out = dup(STDOUT_FILENO);
	err = dup(STDERR_FILENO);
	ck_assert_ptr_nonnull(freopen(out_path, "w", stdout));
	ck_assert_ptr_nonnull(freopen(err_path, "w", stderr));
	ran = NULL;
	code = cli_main(&program, argc, argv);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	return code;
}

#define RUN0() run(NULL, NULL, NULL, NULL, NULL)
#define RUN1(a) run(a, NULL, NULL, NULL, NULL)
#define RUN2(a, b) run(a, b, NULL, NULL, NULL)
#define RUN3(a, b, c) run(a, b, c, NULL, NULL)
#define RUN4(a, b, c, d) run(a, b, c, d, NULL)
#define RUN5(a, b, c, d, e) run(a, b, c, d, e)

static void
holds(const char *path, const char *want)
{
	char *text = test_slurp(path);

	ck_assert_msg(strstr(text, want) != NULL, "\"%s\" is not in: %s",
	    want, text);
	free(text);
}

START_TEST(the_longest_name_wins)
{
	ck_assert_int_eq(RUN2("case", "7"), CLI_DONE);
	ck_assert_str_eq(ran, "case");
	ck_assert_int_eq(seen.argc, 1);
	ck_assert_str_eq(seen.argv[0], "7");
	ck_assert_str_eq(seen.config, "/etc/prog.conf");
	ck_assert(!seen.config_given);
	ck_assert_int_eq(RUN3("case", "open", "7"), CLI_DONE);
	ck_assert_str_eq(ran, "case open");
	ck_assert_str_eq(seen.argv[0], "7");
}
END_TEST

START_TEST(options_anywhere_and_repeated)
{
	ck_assert_int_eq(RUN5("case", "open", "--to=a", "7", "--all"),
	    CLI_DONE);
	ck_assert_str_eq(cli_value(&seen, "to"), "a");
	ck_assert(cli_flag(&seen, "all"));
	ck_assert_int_eq(seen.argc, 1);
	ck_assert_int_eq(RUN5("case", "open", "--to=a", "7", "--to=b"),
	    CLI_DONE);
	ck_assert_str_eq(cli_value_at(&seen, "to", 1), "b");
	ck_assert_ptr_null(cli_value_at(&seen, "to", 2));
	ck_assert(!cli_flag(&seen, "all"));
	ck_assert_int_eq(RUN5("case", "open", "7", "--to", "--all"),
	    CLI_DONE);
	ck_assert_str_eq(cli_value(&seen, "to"), "--all");
	ck_assert_int_eq(RUN5("case", "open", "7", "--all", "--all"),
	    CLI_USAGE);
	ck_assert_int_eq(RUN5("case", "open", "--", "--all", "7"),
	    CLI_DONE);
	ck_assert_int_eq(seen.argc, 2);
	ck_assert_str_eq(seen.argv[0], "--all");
}
END_TEST

START_TEST(common_options)
{
	ck_assert_int_eq(RUN5("case", "--config", "x", "--json", "--quiet"),
	    CLI_DONE);
	ck_assert_str_eq(seen.config, "x");
	ck_assert(seen.config_given && seen.json && seen.quiet);
}
END_TEST

START_TEST(usage_errors)
{
	ck_assert_int_eq(RUN0(), CLI_USAGE);
	holds(err_path, "usage: prog COMMAND");
	ck_assert_int_eq(RUN1("cases"), CLI_USAGE);
	holds(err_path, "prog: cases: no such command: see prog --help\n");
	ck_assert_int_eq(RUN2("--json", "case"), CLI_USAGE);
	holds(err_path, "the command comes before its options");
	ck_assert_int_eq(RUN2("case", "open"), CLI_USAGE);
	holds(err_path, "prog: case open: words are missing: "
	    "see prog case open --help\n");
	ck_assert_int_eq(RUN5("case", "open", "1", "2", "3"), CLI_USAGE);
	holds(err_path, "too many words");
	ck_assert_int_eq(RUN3("case", "7", "--to"), CLI_USAGE);
	holds(err_path, "prog: --to: no such option here");
	ck_assert_int_eq(RUN4("case", "open", "7", "--to"), CLI_USAGE);
	holds(err_path, "prog: --to: needs an argument");
	ck_assert_int_eq(RUN3("case", "open", "-x"), CLI_USAGE);
	/* Not the whole name. */
	ck_assert_int_eq(RUN4("case", "open", "7", "--al"), CLI_USAGE);
	holds(err_path, "prog: --al: no such option here");
	ck_assert_int_eq(RUN4("case", "open", "7", "--allx"), CLI_USAGE);
	ck_assert_int_eq(RUN4("case", "7", "--conf", "x"), CLI_USAGE);
	ck_assert_ptr_null(ran);
}
END_TEST

START_TEST(help_and_version)
{
	ck_assert_int_eq(RUN1("--help"), CLI_DONE);
	holds(out_path, "prog: does things.");
	holds(out_path, "case open  open it");
	holds(out_path, "/etc/prog.conf");
	holds(out_path, "The end.");
	ck_assert_int_eq(RUN3("case", "open", "--help"), CLI_DONE);
	holds(out_path, "usage: prog case open CASE [--to M] [--all]");
	holds(out_path, "--to M");
	ck_assert_ptr_null(ran);
	ck_assert_int_eq(RUN1("--version"), CLI_DONE);
	holds(out_path, "prog ");
	ck_assert_int_eq(RUN2("case", "--version"), CLI_DONE);
}
END_TEST

START_TEST(numbers)
{
	ck_assert_int_eq(RUN1("number"), CLI_DONE);
	holds(out_path, "14\n");
	ck_assert_int_eq(RUN2("number", "--days=90"), CLI_DONE);
	holds(out_path, "90\n");
	ck_assert_int_eq(RUN2("number", "--days=91"), CLI_USAGE);
	holds(err_path, "prog: --days: must be a whole number from 1 to 90");
	ck_assert_int_eq(RUN2("number", "--days=7d"), CLI_USAGE);
	ck_assert_int_eq(RUN2("number", "--days="), CLI_USAGE);
}
END_TEST

START_TEST(errors_have_one_form)
{
	ck_assert_int_eq(RUN1("fail"), CLI_NOT_NOW);
	holds(err_path, "prog: broker: no answer for 5 s: try later "
	    "[WL-012]\n");
	for (int i = ERR_NONE; i <= ERR_INTERNAL; i++) {
		enum cli_exit code = cli_exit_of((enum error_code)i);

		ck_assert((i == ERR_NONE) == (code == CLI_DONE));
		ck_assert_int_le(code, CLI_FAULT);
	}
	ck_assert_int_eq(cli_exit_of(ERR_REFUSED), CLI_NO);
	ck_assert_int_eq(cli_exit_of(ERR_CONFIG), CLI_INPUT);
	ck_assert_int_eq(cli_exit_of(ERR_OFFLINE), CLI_NOT_NOW);
	ck_assert_int_eq(cli_exit_of(ERR_LOCKED), CLI_LOCKED);
	ck_assert_int_eq(cli_exit_of(ERR_PROOF), CLI_PROOF);
	ck_assert_int_eq(cli_exit_of(ERR_IO), CLI_FAULT);
}
END_TEST

START_TEST(secrets_from_a_file)
{
	char file[TEST_PATH];

	(void)RUN1("--help");
	test_path(file, dir, "secret");
	test_file(file, "12345678\n");
	ck_assert_int_eq(RUN3("secret", "--secret-file", file), CLI_DONE);
	holds(out_path, "(12345678)\n");
	test_file(file, "123456789");
	ck_assert_int_eq(RUN3("secret", "--secret-file", file), CLI_INPUT);
	test_file(file, "12345678\n\n");
	ck_assert_int_eq(RUN3("secret", "--secret-file", file), CLI_INPUT);
	test_file(file, "\n");
	ck_assert_int_eq(RUN3("secret", "--secret-file", file), CLI_INPUT);
	holds(err_path, "the secret is empty");
	test_file(file, "x");
	ck_assert_int_eq(chmod(file, 0644), 0);
	ck_assert_int_eq(RUN3("secret", "--secret-file", file), CLI_LOCKED);
	holds(err_path, "chmod 600");
}
END_TEST

START_TEST(secrets_from_a_descriptor)
{
	char number[16];
	int p[2];

	for (size_t n = 8; n <= 9; n++) {
		ck_assert_int_eq(pipe(p), 0);
		ck_assert_uint_eq((size_t)write(p[1], "123456789", n), n);
		close(p[1]);
		snprintf(number, sizeof number, "%d", p[0]);
		ck_assert_int_eq(RUN3("secret", "--secret-fd", number),
		    n == 8 ? CLI_DONE : CLI_INPUT);
		close(p[0]);
	}
	ck_assert_int_eq(RUN3("secret", "--secret-fd", "x"), CLI_USAGE);
	ck_assert_int_eq(RUN3("secret", "--secret-fd", "-1"), CLI_USAGE);
}
END_TEST

START_TEST(no_terminal_is_said)
{
	/* A session of its own has no terminal. */
	setsid();
	ck_assert_int_eq(RUN1("secret"), CLI_USAGE);
	holds(err_path, "there is no terminal to ask at");
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, the_longest_name_wins);
	tcase_add_test(tc, options_anywhere_and_repeated);
	tcase_add_test(tc, common_options);
	tcase_add_test(tc, usage_errors);
	tcase_add_test(tc, help_and_version);
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, errors_have_one_form);
	tcase_add_test(tc, secrets_from_a_file);
	tcase_add_test(tc, secrets_from_a_descriptor);
	tcase_add_test(tc, no_terminal_is_said);
}

int
main(void)
{
	return test_main("cli", fill, 20);
}
