#include "agent/signin/pam_check.h"

#include <security/pam_appl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT = 4096 };

static const char service[] = "wayleave";

static bool
read_all(int fd, char text[static TEXT])
{
	size_t n = 0;
	ssize_t got;

	while (n < TEXT - 1 && (got = read(fd, text + n, TEXT - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	return n > 0 && n < TEXT - 1 && strlen(text) == n;
}

/* Ends the line that begins at `s`; what comes after it, NULL: no end. */
static char *
line(char *s)
{
	char *end = strchr(s, '\n');

	if (end == NULL)
		return NULL;
	*end = '\0';
	return end + 1;
}

/* PAM's modules ask: the password for what is not echoed, nothing else. */
static int
answer(int n, const struct pam_message **ask, struct pam_response **out,
    void *ctx)
{
	char **password = ctx;
	struct pam_response *r;

	if (n <= 0 || n > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	r = calloc((size_t)n, sizeof *r);
	if (r == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++) {
		if (ask[i]->msg_style == PAM_PROMPT_ECHO_ON)
			goto fail;
		if (ask[i]->msg_style != PAM_PROMPT_ECHO_OFF)
			continue;
		if (*password == NULL)
			goto fail;
		r[i].resp = strdup(*password);
		if (r[i].resp == NULL)
			goto fail;
		*password = NULL;
	}
	*out = r;
	return PAM_SUCCESS;
fail:
	for (int i = 0; i < n; i++)
		if (r[i].resp != NULL)
			sodium_memzero(r[i].resp, strlen(r[i].resp));
	for (int i = 0; i < n; i++)
		free(r[i].resp);
	free(r);
	return PAM_CONV_ERR;
}

/* How long a "no" takes is the agent's business. */
static void
no_delay(int status, unsigned us, void *ctx)
{
	(void)status, (void)us, (void)ctx;
}

static enum pam_check
code_of(int status)
{
	switch (status) {
	case PAM_SUCCESS:
		return PAM_CHECK_YES;
	case PAM_NEW_AUTHTOK_REQD:
		return PAM_CHECK_OVER;
	case PAM_AUTHINFO_UNAVAIL:
	case PAM_ABORT:
	case PAM_BUF_ERR:
	case PAM_CONV_ERR:
	case PAM_OPEN_ERR:
	case PAM_SYMBOL_ERR:
	case PAM_SERVICE_ERR:
	case PAM_MODULE_UNKNOWN:
		return PAM_CHECK_TROUBLE;
	default:                        /* modules say "no" in many ways */
		return PAM_CHECK_NO;
	}
}

static enum pam_check
ask_pam(const char *services, const char *account, char *password)
{
	struct pam_conv conv = { answer, &password };
	void (*const quick)(int, unsigned, void *) = no_delay;
	const void *item;
	pam_handle_t *pam = NULL;
	int status = services == NULL ?
	    pam_start(service, account, &conv, &pam) :
	    pam_start_confdir(service, account, &conv, services, &pam);

	if (status != PAM_SUCCESS)
		return PAM_CHECK_TROUBLE;
	memcpy(&item, &quick, sizeof item);
	status = pam_set_item(pam, PAM_FAIL_DELAY, item);
	if (status == PAM_SUCCESS)
		status = pam_authenticate(pam, PAM_SILENT |
		    PAM_DISALLOW_NULL_AUTHTOK);
	if (status == PAM_SUCCESS)
		status = pam_acct_mgmt(pam, PAM_SILENT |
		    PAM_DISALLOW_NULL_AUTHTOK);
	(void)pam_end(pam, status);
	return code_of(status);
}

enum pam_check
pam_check(int fd, const char *services)
{
	static char text[TEXT];
	enum pam_check code = PAM_CHECK_TROUBLE;
	char *password, *end;

	if (read_all(fd, text)) {
		password = line(text);
		end = password != NULL ? line(password) : NULL;
		if (end != NULL && *end == '\0' && text[0] != '\0' &&
		    password[0] != '\0')
			code = ask_pam(services, text, password);
	}
	sodium_memzero(text, sizeof text);
	return code;
}
