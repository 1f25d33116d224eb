/* Fault points: the named one, at the named hit, in the named way. */
#undef WAYLEAVE_FAULTS
#define WAYLEAVE_FAULTS 1
#include "base/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/test.h"

START_TEST(inert_without_a_setting)
{
	fault_set(NULL);
	for (int i = 0; i < 10; i++)
		ck_ok(fault_point("a"));
	fault_set("");
	ck_ok(fault_point("a"));
	fault_set(":3:kill,,:");
	ck_ok(fault_point("a"));
	ck_ok(fault_point(""));
}
END_TEST

START_TEST(errors_from_the_nth_on)
{
	fault_set("b:3:eio,c:eio");
	ck_ok(fault_point("a"));
	ck_ok(fault_point("b"));
	ck_ok(fault_point("b"));
	ck_err(fault_point("b"), ERR_IO);
	ck_err(fault_point("b"), ERR_IO);
	ck_err(fault_point("c"), ERR_IO);
	ck_ok(fault_point("bb"));
	fault_set("b:2:eio");
	ck_ok(fault_point("b"));
	ck_err(fault_point("b"), ERR_IO);
}
END_TEST

/* How a child ends that passes the point three times. */
static int
child_ends(const char *setting)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fault_set(setting);
		for (int i = 0; i < 3; i++)
			(void)fault_point("x");
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(deaths)
{
	int status = child_ends("x");

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	status = child_ends("x:3");
	ck_assert(WIFSIGNALED(status));
	status = child_ends("x:4:kill");
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	status = child_ends("y,x:2:exit");
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}
END_TEST

START_TEST(read_from_the_environment)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setenv("WAYLEAVE_FAULT", "x:exit", 1);
		(void)fault_point("x");
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}
END_TEST

static void
fill(TCase *tc)
{
	/* First: later ones have set faults in this process under valgrind. */
	tcase_add_test(tc, read_from_the_environment);
	tcase_add_test(tc, inert_without_a_setting);
	tcase_add_test(tc, errors_from_the_nth_on);
	tcase_add_test(tc, deaths);
}

int
main(void)
{
	return test_main("fault", fill, 20);
}
