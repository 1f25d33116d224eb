/*
 * Asking PAM, with services of our own: the modules are the machine's, the
 * password is checked by a script (pam_exec).
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/signin/pam_check.h"
#include "base/error.h"
#include "tests/support/test.h"

static char dir[TEST_PATH], script[TEST_PATH], file[TEST_PATH];

static void
service(const char *account_line)
{
	char text[2 * TEST_PATH];

	snprintf(text, sizeof text, "auth required pam_exec.so expose_authtok "
	    "quiet %s\naccount %s\n", script, account_line);
	(void)unlink(file);
	test_file(file, text);
}

static void
setup(void)
{
	test_dir(dir);
	test_path(script, dir, "script");
	test_path(file, dir, "wayleave");
	test_file(script, "#!/bin/sh\npassword=$(cat | tr -d '\\000')\n"
	    "[ \"$PAM_USER\" = ada ] && [ \"$password\" = 'right horse' ]\n");
	ck_assert_int_eq(chmod(script, 0700), 0);
	service("required pam_permit.so");
}

static int
asked(const char *text, size_t n)
{
	int fd[2], code;

	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(write(fd[1], text, n), (ssize_t)n);
	close(fd[1]);
	code = (int)pam_check(fd[0], dir);
	close(fd[0]);
	return code;
}

static int
ask(const char *text)
{
	return asked(text, strlen(text));
}

START_TEST(right_and_wrong)
{
	ck_assert_int_eq(ask("ada\nright horse\n"), PAM_CHECK_YES);
	ck_assert_int_eq(ask("ada\nright hors\n"), PAM_CHECK_NO);
	ck_assert_int_eq(ask("bo\nright horse\n"), PAM_CHECK_NO);
}
END_TEST

START_TEST(right_but_not_let_in)
{
	service("required pam_deny.so");
	ck_assert_int_ne(ask("ada\nright horse\n"), PAM_CHECK_YES);
}
END_TEST

START_TEST(what_is_no_question)
{
	static char big[5000];

	ck_assert_int_eq(ask(""), PAM_CHECK_TROUBLE);
	ck_assert_int_eq(ask("ada\n"), PAM_CHECK_TROUBLE);
	ck_assert_int_eq(ask("ada\nright horse"), PAM_CHECK_TROUBLE);
	ck_assert_int_eq(ask("ada\n\n"), PAM_CHECK_TROUBLE);
	ck_assert_int_eq(ask("\nright horse\n"), PAM_CHECK_TROUBLE);
	ck_assert_int_eq(ask("ada\nright horse\nx"), PAM_CHECK_TROUBLE);
	ck_assert_int_eq(asked("ada\nright horse\n\0", 17),
	    PAM_CHECK_TROUBLE);
	memset(big, 'x', sizeof big);
	memcpy(big, "ada\n", 4);
	big[sizeof big - 1] = '\n';
	ck_assert_int_eq(asked(big, sizeof big), PAM_CHECK_TROUBLE);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__        /* libpam itself loses 96 bytes there */
/* No service of that name: PAM's own "other" is not there either. */
START_TEST(pam_that_is_not_set_up)
{
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_ne(ask("ada\nright horse\n"), PAM_CHECK_YES);
}
END_TEST
#endif

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, right_and_wrong);
	tcase_add_test(tc, right_but_not_let_in);
	tcase_add_test(tc, what_is_no_question);
#ifndef __SANITIZE_ADDRESS__        /* libpam itself loses 96 bytes there */
	tcase_add_test(tc, pam_that_is_not_set_up);
#endif
}

int
main(void)
{
	return test_main("pam_check", fill, 30);
}
