/* Who a browser's cookie stands for, and the cookie itself. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "agent/desk/part.h"

static unsigned
right_of(const char *name)
{
	static const struct { const char *name; unsigned right; } rights[] = {
		{ "worker", DESK_WORKER }, { "lead", DESK_LEAD },
		{ "advocate", DESK_ADVOCATE }, { "officer", DESK_OFFICER },
		{ "it", DESK_IT },
	};

	for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++)
		if (name != NULL && strcmp(rights[i].name, name) == 0)
			return rights[i].right;
	return 0;
}

static void
take_who(struct desk_who *who, const json_t *o)
{
	const json_t *rights = json_object_get(o, "rights"), *one;
	size_t i;

	snprintf(who->account, sizeof who->account, "%s",
	    json_str(o, "account"));
	snprintf(who->name, sizeof who->name, "%s", json_str(o, "name"));
	snprintf(who->role, sizeof who->role, "%s", json_str(o, "role"));
	snprintf(who->team, sizeof who->team, "%s", json_str(o, "team"));
	json_array_foreach(rights, i, one)
		who->rights |= right_of(json_string_value(one));
	who->lock_seconds = (long)json_int(o, "lock_seconds");
}

int
sign_who(struct desk_call *c, char **words)
{
	json_t *o = NULL;
	int code;

	if (words != NULL)
		*words = NULL;
	memset(&c->who, 0, sizeof c->who);
	if (c->visitor[0] == '\0')
		return CLI_LOCKED;
	memcpy(c->who.token, c->visitor, sizeof c->who.token);
	code = desk_ask(c, VERB_SESSION, NULL, &o, words);
	if (code == CLI_DONE)
		take_who(&c->who, o);
	else
		memset(&c->who, 0, sizeof c->who);
	json_decref(o);
	return code;
}

void
sign_cookie(struct desk_call *c, const char *token)
{
	snprintf(c->visitor, sizeof c->visitor, "%.64s", token);
	snprintf(c->cookie, sizeof c->cookie,
	    "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
	    guard_cookie_name(c->config), c->visitor,
	    c->config->secure ? "; Secure" : "");
}

/* Before signing in, a cookie of our own making: forms need one. */
void
sign_visitor(struct desk_call *c)
{
	char token[GUARD_TOKEN];

	guard_random(token);
	sign_cookie(c, token);
	sodium_memzero(token, sizeof token);
}

void
sign_leave(struct desk_call *c)
{
	if (c->who.account[0] != '\0')
		(void)desk_ask(c, VERB_SIGN_OUT, NULL, NULL, NULL);
	memset(&c->who, 0, sizeof c->who);
	sign_visitor(c);
}
