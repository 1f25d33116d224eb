#include "agent/daemon.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/life.h"
#include "agent/notices/alert.h"
#include "agent/api/api.h"
#include "agent/config.h"
#include "agent/notices/runner.h"
#include "agent/consent/signing.h"
#include "base/cli.h"
#include "base/file.h"
#include "base/link.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/sandbox.h"
#include "keys/keyfile.h"
#include "keys/secret.h"
#include "keys/unlock.h"

enum { FDS = 80, TURN_MS = 1000, BUSY_MS = 20, PATH_LEN = 1024 };

static enum error_code
unlock_with(struct agent *a, struct unlock *unlock, struct why *why)
{
	const struct setup_place place = agent_config_place(a->config);
	struct identity *identity = NULL;
	char path[SETUP_PATH];
	enum error_code err = setup_key_path(&agent_setup, &place, path);

	if (err == ERR_NONE)
		err = keyfile_read_identity(path, unlock, &identity, why);
	if (err == ERR_NONE)
		err = agent_unlocked(a, &identity, why);
	identity_destroy(&identity);
	return err;
}

enum error_code
daemon_unlock(struct agent *a, struct bytes passphrase, struct why *why)
{
	struct unlock *unlock = NULL;
	enum error_code err;

	if (a->identity != NULL)
		return ERR_EXISTS;
	err = unlock_of(passphrase, &unlock, why);
	if (err == ERR_NONE)
		err = unlock_with(a, unlock, why);
	unlock_destroy(&unlock);
	return err;
}

/* Without a person: credential or command.  ERR_NOTFOUND: wait for one. */
static enum error_code
unlock_unattended(struct agent *a, struct why *why)
{
	const struct setup_place place = agent_config_place(a->config);
	struct unlock *unlock = NULL;
	enum error_code err = setup_unlock(NULL, &agent_setup, &place,
	    &unlock, why);

	if (err == ERR_NONE)
		err = unlock_with(a, unlock, why);
	unlock_destroy(&unlock);
	return err;
}

static int
signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/*
 * One round: wait for something, then a turn of everything.  libzmq's
 * descriptor is edge-triggered, so the link is drained every turn.
 */
static void
round_once(struct agent *a, int sigfd)
{
	struct pollfd fds[FDS];
	unsigned n = 0, first;

	fds[n++] = (struct pollfd){ .fd = sigfd, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = a->link != NULL ?
	    link_fd(a->link) : -1, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = signing_fd(a->signing),
	    .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = runner_fd(a->runner),
	    .events = POLLIN };
	first = n;
	n += api_poll(a->api, fds + n, FDS - n);
	if (poll(fds, n, a->link != NULL && link_pending(a->link) ? 0 :
	    TURN_MS) < 0)
		return;
	if (fds[0].revents != 0)
		a->closing = true;
	if (fds[2].revents != 0)
		signing_ready(a->signing);
	if (fds[3].revents != 0)
		runner_ready(a->runner);
	api_ready(a->api, fds + first, n - first);
	agent_turn(a);
}

static int
loop(struct agent *a)
{
	int sigfd = signals();

	if (sigfd < 0)
		return CLI_FAULT;
	notify("READY=1");
	log_notice("agent", "running%s", a->identity == NULL ?
	    ", locked: wayleave-agent unlock" : "");
	while (!a->closing) {
		round_once(a, sigfd);
		notify("WATCHDOG=1");
	}
	notify("STOPPING=1");
	if (a->link != NULL)
		link_drain(a->link, 1000);
	close(sigfd);
	log_notice("agent", "stopped");
	return CLI_DONE;
}

static enum error_code
open_audit(const struct agent_config *c, struct why *why)
{
	char path[PATH_LEN];
	enum error_code err;

	if (c->audit_file[0] != '\0')
		return log_audit_open(c->audit_file, why);
	err = file_join(path, sizeof path, c->state_dir, "audit.jsonl");
	return err == ERR_NONE ? log_audit_open(path, why) : err;
}

static int
fail(const char *what, enum error_code err, const struct why *why)
{
	log_error(20, what, "mend it and start again", "%s",
	    why->text[0] != '\0' ? why->text : error_text(err));
	return (int)(err == ERR_NOTFOUND ? CLI_INPUT : cli_exit_of(err));
}

/* JSON holds what people wrote, passwords and sessions. */
static void
wipe_and_free(void *p)
{
	sodium_memzero(p, malloc_usable_size(p));
	free(p);
}

/*
 * The two processes that fork off before any secret is here: the runner,
 * also before the rights are given up that a command may need.
 */
static enum error_code
start_helpers(const struct agent_config *config, struct runner **runner,
    struct signing **signing, struct why *why)
{
	struct runner_command command[RUNNER_SLOTS];
	enum error_code err = agent_config_commands(config, command, why);

	if (err == ERR_NONE)
		err = runner_create(command, runner, why);
	if (err == ERR_NONE)
		err = sandbox_harden(why);
	if (err == ERR_NONE)
		err = signing_create(signing, why);
	return err;
}

int
daemon_run(const struct agent_config *config)
{
	struct why why = { "" };
	struct signing *signing = NULL;
	struct runner *runner = NULL;
	struct alerts *alerts = NULL;
	struct agent *a = NULL;
	enum error_code err;
	int lock = -1, code;

	json_set_alloc_funcs(malloc, wipe_and_free);
	err = start_helpers(config, &runner, &signing, &why);
	if (err == ERR_NONE)
		err = alerts_create(&alerts);
	if (err == ERR_NONE)
		err = keys_init(&why);
	if (err == ERR_NONE)
		err = file_mkdirs(config->state_dir, 0700, &why);
	if (err == ERR_NONE)
		err = file_lock(config->state_dir, &lock, &why);
	if (err == ERR_NONE)
		err = open_audit(config, &why);
	if (err == ERR_NONE)
		err = agent_open(config, &a, &why);
	if (err != ERR_NONE) {
		code = fail("start", err, &why);
		goto out;
	}
	a->signing = signing;
	a->runner = runner;
	a->alerts = alerts;
	err = unlock_unattended(a, &why);
	if (err != ERR_NONE && (err != ERR_NOTFOUND ||
	    config->unlock != UNLOCK_PROMPT))
		log_error(27, "unlock", "wayleave-agent unlock", "%s",
		    why.text[0] != '\0' ? why.text : error_text(err));
	err = api_create(a, config->socket, config->socket_mode, &a->api,
	    &why);
	if (err == ERR_NONE)
		err = sandbox_enter(SANDBOX_DAEMON, &why);
	code = err == ERR_NONE ? loop(a) : fail("start", err, &why);
out:
	if (a != NULL)
		api_destroy(&a->api);
	agent_close(&a);
	alerts_destroy(&alerts);
	signing_destroy(&signing);
	runner_destroy(&runner);
	log_audit_close();
	file_unlock(&lock);
	return code;
}
