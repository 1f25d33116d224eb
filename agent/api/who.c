#include "agent/api/who.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "agent/config.h"
#include "agent/signin/seats.h"
#include "agent/signin/service.h"

enum { ROOM = 4096 };

uint32_t
api_desk_uid(const struct agent_config *config)
{
	struct passwd pw, *found = NULL;
	char room[ROOM];

	if (config->desk_user == NULL || config->desk_user[0] == '\0' ||
	    getpwnam_r(config->desk_user, &pw, room, sizeof room, &found) != 0
	    || found == NULL)
		return WORKER_NO_UID;
	return (uint32_t)pw.pw_uid;
}

/* Root and the agent's own uid could read the agent's memory anyway. */
static bool
is_it(const struct local_peer *peer)
{
	return peer->uid == 0 || peer->uid == geteuid();
}

static void
by_uid(struct api_call *c, const struct local_peer *peer)
{
	c->by = BY_UID;
	c->it = is_it(peer);
	if (c->agent->identity != NULL && workers_by_uid(c->agent, peer->uid,
	    &c->worker) != ERR_NONE)
		memset(&c->worker, 0, sizeof c->worker);
}

/* The worker of a session; one who has ended takes it along. */
static enum error_code
by_session(struct api_call *c, const char *token, bool peek)
{
	struct seats *s = c->agent->seats;
	const uint64_t boot = clock_boot(&c->agent->clock);
	struct seat one;
	enum error_code err;

	if (s == NULL)
		return ERR_NOTFOUND;
	err = peek ? seats_find(s, token, boot, &one) :
	    seats_use(s, token, boot, &one);
	if (err == ERR_NONE)
		err = workers_by_account(c->agent, one.account, &c->worker);
	if (err == ERR_NONE && c->worker.ended)
		err = ERR_NOTFOUND;
	if (err != ERR_NONE) {
		seats_end(s, token);
		memset(&c->worker, 0, sizeof c->worker);
		return err;
	}
	c->by = BY_SESSION;
	c->it = (c->worker.rights & RIGHT_IT) != 0;
	memcpy(c->token, token, strlen(token) + 1);
	return ERR_NONE;
}

/* A system of the agency's own; false: the call has been ended. */
static bool
by_service(struct api_call *c, const char *token)
{
	char name[SERVICE_NAME_MAX + 1];
	struct why why = { "" };

	if (service_find(c->agent, token, name) != ERR_NONE) {
		api_no(c, CLI_LOCKED, "This token opens nothing (any more). "
		    "IT makes one: wayleave-agent service add");
		return false;
	}
	c->by = BY_SERVICE;
	if (service_worker(c, name, &why))
		return true;
	api_no(c, CLI_INPUT, "%s", why.text);
	return false;
}

bool
api_who_is(struct api_call *c, const struct local_peer *peer,
    uint32_t desk_uid, const struct local_ask *ask)
{
	const bool peek = (ask->flags & ASK_PEEK) != 0;

	memset(&c->worker, 0, sizeof c->worker);
	c->it = false;
	c->by = BY_NOBODY;
	if ((ask->flags & ~(unsigned)(ASK_DESK | ASK_PEEK)) != 0) {
		api_no(c, CLI_USAGE, "This agent does not know that request; "
		    "are program and agent of the same version?");
		return false;
	}
	if ((ask->flags & ASK_DESK) == 0) {
		by_uid(c, peer);
		return true;
	}
	c->desk = is_it(peer) || (desk_uid != WORKER_NO_UID &&
	    peer->uid == desk_uid);
	if (!c->desk) {
		api_no(c, CLI_LOCKED, "This account may not ask for others: "
		    "only the desk may ([desk] user in agent.conf).");
		return false;
	}
	if (ask->text[0] == '\0' || c->agent->identity == NULL)
		return true;
	if (service_is_token(ask->text))
		return by_service(c, ask->text);
	if (by_session(c, ask->text, peek) == ERR_NONE)
		return true;
	api_no(c, CLI_LOCKED, "You are not signed in any more. Sign in "
	    "again; what you were writing is kept.");
	return false;
}

bool
api_may(const struct api_call *c, enum api_who who)
{
	switch (who) {
	case API_ANY:
		return true;
	case API_IT:
		return c->it || (!c->worker.ended &&
		    (c->worker.rights & RIGHT_IT) != 0);
	case API_WORKER:
		return c->worker.account[0] != '\0' && !c->worker.ended &&
		    (c->worker.rights & ~(unsigned)RIGHT_IT) != 0;
	case API_ACCOUNT:
		return c->worker.account[0] != '\0' && !c->worker.ended;
	case API_ADVOCATE:
		return !c->worker.ended &&
		    (c->worker.rights & RIGHT_ADVOCATE) != 0;
	case API_OFFICER:
		return !c->worker.ended &&
		    (c->worker.rights & RIGHT_OFFICER) != 0;
	case API_DESK:
		return c->desk;
	case API_SERVICE:
		return c->by == BY_SERVICE;
	case API_SESSION:
		return c->by == BY_SESSION;
	case API_LEAD:
		return c->it || (!c->worker.ended &&
		    (c->worker.rights & (RIGHT_LEAD | RIGHT_IT)) != 0);
	}
	return false;
}
