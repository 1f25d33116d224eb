/* The log's one form, its rate limit, and the audit file. */
#include "base/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test.h"

static char dir[TEST_PATH], path[TEST_PATH];
static int saved;

static void
begin(void)
{
	test_dir(dir);
	test_path(path, dir, "err");
	fflush(NULL);
	saved = dup(STDERR_FILENO);
	ck_assert_ptr_nonnull(freopen(path, "w", stderr));
}

static char *
end(void)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
	return test_slurp(path);
}

static void
is(const char *want)
{
	char *text = end();

	ck_assert_str_eq(text, want);
	free(text);
}

START_TEST(lines_have_one_form)
{
	begin();
	log_open("/usr/bin/wayleave-test");
	ck_assert_str_eq(log_program(), "wayleave-test");
	log_error(7, "store", "free some space", "%s is full", "disk");
	log_warning(0, "link", NULL, "no answer");
	log_notice("ready", "listening on port %d", 7640);
	log_info("hidden", "at this level");
	is("wayleave-test: store: disk is full: free some space [WL-007]\n"
	    "wayleave-test: link: no answer\n"
	    "wayleave-test: ready: listening on port 7640\n");
}
END_TEST

START_TEST(levels)
{
	begin();
	log_open("p");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("a", "b");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning(1, "c", NULL, "d");
	log_error(1, "e", NULL, "f");
	log_set_level(LOG_LEVEL_NOTICE);
	is("p: a: b\np: e: f [WL-001]\n");
}
END_TEST

static void
hear(void *ctx, unsigned id)
{
	unsigned *sum = ctx;

	*sum += id;
}

/* Also what the level or the rate limit keeps silent. */
START_TEST(numbers_are_heard)
{
	unsigned sum = 0;

	begin();
	log_open("p");
	log_on_number(hear, &sum);
	log_set_level(LOG_LEVEL_ERROR);
	log_warning(5, "c", NULL, "d");
	log_error(0, "c", NULL, "d");
	for (int i = 0; i < 20; i++)
		log_error(100, "e", NULL, "f");
	log_on_number(NULL, NULL);
	log_error(1000, "g", NULL, "h");
	log_set_level(LOG_LEVEL_NOTICE);
	free(end());
	ck_assert_uint_eq(sum, 2005);
}
END_TEST

START_TEST(nothing_breaks_the_line)
{
	char longer[2000], *text;

	begin();
	log_open("p");
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	log_error(1, "a\nb", "c\033[2Jd", "%s", "e\r\nf: fake: line");
	log_error(2, longer, longer, "%s", longer);
	text = end();
	ck_assert_str_eq(strtok(text, "\n"),
	    "p: a?b: e??f: fake: line: c?[2Jd [WL-001]");
	ck_assert_uint_lt(strlen(strtok(NULL, "\n")), 641);
	ck_assert_ptr_null(strtok(NULL, "\n"));
	free(text);
}
END_TEST

START_TEST(a_loop_is_heard_six_times)
{
	begin();
	log_open("p");
	for (int i = 0; i < 100; i++)
		log_error(0, "again", NULL, "no");
	log_error(0, "other", NULL, "yes");
	is("p: again: no\np: again: no\np: again: no\np: again: no\n"
	    "p: again: no\np: again: no (repeated)\np: other: yes\n");
}
END_TEST

START_TEST(the_journal_gets_priorities)
{
	char stream[64];
	struct stat st;

	begin();
	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof stream, "%llu:%llu",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_open("p");
	log_error(0, "a", NULL, "b");
	log_notice("c", "d");
	setenv("JOURNAL_STREAM", "1:1", 1);
	log_open("p");
	log_notice("e", "f");
	is("<3>p: a: b\n<5>p: c: d\np: e: f\n");
}
END_TEST

START_TEST(the_audit_file)
{
	static const char *const fields[] = { "time", "host", "ref", "event",
		"user_kind", "auth", "outcome", "reason" };
	char file[TEST_PATH], *text, *line;
	struct stat st;
	struct why why;
	json_t *o;

	test_dir(dir);
	test_path(file, dir, "audit.jsonl");
	ck_ok(log_audit(&(struct log_event){ .event = "dropped" }));
	for (int i = 0; i < 2; i++) {
		ck_ok(log_audit_open(file, &why));
		ck_ok(log_audit(&(struct log_event){ .ref = "7f",
		    .event = "send", .user_kind = "worker",
		    .auth = "peer-uid", .outcome = "refused",
		    .reason = "R1 \"quoted\"\n" }));
	}
	ck_ok(log_audit(&(struct log_event){ .event = "last" }));
	log_audit_close();
	ck_ok(log_audit(&(struct log_event){ .event = "dropped" }));
	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0137, 0);
	text = test_slurp(file);
	line = strtok(text, "\n");
	for (int i = 0; i < 3; i++) {
		ck_assert_ptr_nonnull(line);
		o = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		ck_assert_uint_eq(json_object_size(o), 8);
		for (int j = 0; j < 8; j++)
			ck_assert(json_is_string(json_object_get(o,
			    fields[j])));
		ck_assert_str_eq(json_string_value(json_object_get(o,
		    "reason")), i < 2 ? "R1 \"quoted\"\n" : "");
		json_decref(o);
		line = strtok(NULL, "\n");
	}
	ck_assert_ptr_null(line);
	free(text);
}
END_TEST

START_TEST(a_full_disk_is_said)
{
	struct why why;

	/* Writing to it always says ENOSPC. */
	ck_ok(log_audit_open("/dev/full", &why));
	ck_err(log_audit(&(struct log_event){ .event = "x" }), ERR_FULL);
	log_audit_close();
	ck_err(log_audit_open("/nonexistent/audit", &why), ERR_IO);
	ck_assert_ptr_nonnull(strstr(why.text, "/nonexistent/audit"));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, lines_have_one_form);
	tcase_add_test(tc, levels);
	tcase_add_test(tc, numbers_are_heard);
	tcase_add_test(tc, nothing_breaks_the_line);
	tcase_add_test(tc, a_loop_is_heard_six_times);
	tcase_add_test(tc, the_journal_gets_priorities);
	tcase_add_test(tc, the_audit_file);
	tcase_add_test(tc, a_full_disk_is_said);
}

int
main(void)
{
	return test_main("log", fill, 20);
}
