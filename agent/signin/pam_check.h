/*
 * Asking PAM about one person: the work of wayleave-pam, which the agent's
 * runner starts, as the agent itself loads no modules.
 */
#ifndef WAYLEAVE_AGENT_PAM_CHECK_H
#define WAYLEAVE_AGENT_PAM_CHECK_H

/* Exit codes of wayleave-pam. */
enum pam_check {
	PAM_CHECK_YES = 0,
	PAM_CHECK_NO = 1,           /* wrong, unknown, locked, not now */
	PAM_CHECK_TROUBLE = 2,      /* PAM does not work here */
	PAM_CHECK_OVER = 3,         /* right, but has to be changed */
};

/*
 * Reads two lines from `fd`, account and password, and asks the service
 * "wayleave" whether that is right and the account may come in now.  The
 * person is not there: only the password is ever answered, and only once.
 * `services`: the folder of PAM's services; NULL: where this machine has it.
 */
enum pam_check pam_check(int fd, const char *services);

#endif
