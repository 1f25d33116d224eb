/* wayleave-pam(8): account and password on standard input, 0 or 1. */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/signin/pam_check.h"

int
main(int argc, char **argv)
{
	static const struct rlimit none = { 0, 0 };

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: printf 'ACCOUNT\\nPASSWORD\\n' | "
		    "wayleave-pam\nSee wayleave-pam(8).\n");
		return PAM_CHECK_TROUBLE;
	}

	/* no core file, not traceable; but new privileges are allowed, as
	 * PAM's modules may need a helper that has them */
	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return PAM_CHECK_TROUBLE;
	return (int)pam_check(STDIN_FILENO, NULL);
}
