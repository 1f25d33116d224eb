#include "agent/desk/daemon.h"

#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#include "agent/desk/desk.h"
#include "agent/desk/door.h"
#include "agent/desk/forget.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/sandbox.h"

/* Blocked before any thread is made, so that all of them inherit it. */
static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
wait_for_end(const sigset_t *set)
{
	static const struct timespec turn = { 5, 0 };

	notify("READY=1");
	log_notice("desk", "running");
	while (sigtimedwait(set, NULL, &turn) < 0)
		notify("WATCHDOG=1");
	notify("STOPPING=1");
}

static enum error_code
start(const struct desk_config *config, struct desk **desk, struct http **http,
    struct why *why)
{
	struct http_options o = { .listen = config->listen,
	    .socket_mode = config->socket_mode, .handler = desk_handle,
	    .always = desk_fields, .body_max = FORM_BYTES_MAX,
	    .connections = (unsigned)config->connections };
	enum error_code err = desk_create(config, desk, why);

	o.ctx = *desk;
	if (err == ERR_NONE)
		err = http_start(&o, http, why);
	return err;
}

/* The door for the agency's own systems, when it is configured. */
static enum error_code
start_door(const struct desk_config *config, struct http **http,
    struct why *why)
{
	const struct http_options o = { .listen = config->api_socket,
	    .socket_mode = config->api_mode, .handler = door_handle,
	    .ctx = (void *)(uintptr_t)config, .always = desk_fields,
	    .body_max = DOOR_BODY_MAX, .connections = 32 };

	return config->api_socket[0] == '\0' ? ERR_NONE :
	    http_start(&o, http, why);
}

int
desk_run(const struct desk_config *config)
{
	struct desk *desk = NULL;
	struct http *http = NULL, *door = NULL;
	struct why why = { "" };
	sigset_t set;
	enum error_code err = sandbox_harden(&why);

	if (err == ERR_NONE && sodium_init() < 0)
		err = ERR_INTERNAL;
	forget_begin();
	json_object_seed(0);
	tzset();
	block_signals(&set);
	if (err == ERR_NONE)
		err = start(config, &desk, &http, &why);
	if (err == ERR_NONE)
		err = start_door(config, &door, &why);
	if (err == ERR_NONE)
		err = sandbox_enter(SANDBOX_DESK, &why);
	if (err == ERR_NONE)
		wait_for_end(&set);
	else
		log_error(20, "start", "mend it and start again", "%s",
		    why.text[0] != '\0' ? why.text : error_text(err));
	http_stop(&door);
	http_stop(&http);
	desk_destroy(&desk);
	if (err == ERR_NONE)
		log_notice("desk", "stopped");
	return err == ERR_NONE ? CLI_DONE : (int)cli_exit_of(err);
}
