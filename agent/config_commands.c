#include "agent/config.h"

#include <stdio.h>
#include <string.h>

#include "agent/notices/runner.h"

enum { SEND_SECONDS = 60, PAM_SECONDS = 30 };

/* One key that holds a command. */
static enum error_code
of_key(const struct agent_config *c, const char *section, const char *key,
    const char *line, struct runner_command *out, struct why *why)
{
	struct why reason = { "" };

	out->seconds = SEND_SECONDS;
	if (runner_words(line, out, &reason) == ERR_NONE)
		return ERR_NONE;
	return config_error(c->file, section, key, reason.text, why);
}

/* wayleave-mail(8), the program beside us, over our own configuration. */
static enum error_code
of_mail(const struct agent_config *c, struct runner_command *out,
    struct why *why)
{
	enum error_code err = runner_beside("wayleave-mail", out->room,
	    sizeof out->room, why);

	if (err != ERR_NONE)
		return err;
	out->seconds = SEND_SECONDS;
	out->argv[0] = out->room;
	out->argv[1] = "send";
	out->argv[2] = "--config";
	out->argv[3] = c->path;
	return ERR_NONE;
}

/* wayleave-pam(8), beside us as well. */
static enum error_code
of_pam(struct runner_command *out, struct why *why)
{
	enum error_code err = runner_beside("wayleave-pam", out->room,
	    sizeof out->room, why);

	if (err != ERR_NONE)
		return err;
	out->seconds = PAM_SECONDS;
	out->argv[0] = out->room;
	return ERR_NONE;
}

enum error_code
agent_config_commands(const struct agent_config *c,
    struct runner_command *command, struct why *why)
{
	enum error_code err;

	memset(command, 0, RUNNER_SLOTS * sizeof *command);
	if (c->smtp_url[0] != '\0')
		err = of_mail(c, &command[RUNNER_NOTIFY], why);
	else
		err = of_key(c, "notify", "command", c->notify_command,
		    &command[RUNNER_NOTIFY], why);
	if (err == ERR_NONE)
		err = of_key(c, "alert", "command", c->alert_command,
		    &command[RUNNER_ALERT], why);
	if (err == ERR_NONE)
		err = of_key(c, "alert", "duty_command", c->duty_command,
		    &command[RUNNER_DUTY], why);
	if (err == ERR_NONE && c->desk_auth == DESK_AUTH_PAM)
		err = of_pam(&command[RUNNER_PAM], why);
	return err;
}
