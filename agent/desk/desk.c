#include "agent/desk/desk.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/page.h"
#include "agent/desk/part.h"

enum { ASK_MS = 20 * 1000 };

/* ---- asking ----------------------------------------------------------------- */

int
desk_ask(struct desk_call *c, enum api_verb verb, json_t *in,
    json_t **result, char **words)
{
	struct client_answer a;
	struct why why = { "" };
	enum error_code err = (c->peek ? client_peek_as : client_ask_as)(
	    c->config->agent, c->who.token, verb, in, ASK_MS, &a, &why);
	const int code = a.code;

	if (result != NULL)
		*result = NULL;
	if (words != NULL)
		*words = NULL;
	if (err != ERR_NONE) {
		if (words != NULL)
			*words = strdup(err == ERR_OFFLINE ||
			    err == ERR_DENIED ? "Wayleave is not running on "
			    "this server. Please tell IT." : "Wayleave has "
			    "not answered. What was accepted is kept; please "
			    "look again in a minute.");
		return err == ERR_NOMEM ? CLI_FAULT : CLI_NOT_NOW;
	}
	if (result != NULL && !json_is_null(a.result)) {
		*result = a.result;
		a.result = NULL;
	}
	if (words != NULL) {
		*words = a.words;
		a.words = NULL;
	}
	client_answer_free(&a);
	return code;
}

void
desk_forget(char *words)
{
	if (words != NULL)
		sodium_memzero(words, strlen(words));
	free(words);
}

/* The agent did not answer the question: what the person reads. */
static void
not_answered(struct desk_call *c, int code, char *words)
{
	const char *text = words != NULL && words[0] != '\0' ? words :
	    "Please try again in a minute.";

	if (code == CLI_LOCKED && sign_who(c, NULL) == CLI_LOCKED)
		sign_page(c, NULL);
	else if (code == CLI_NO || code == CLI_USAGE || code == CLI_INPUT)
		desk_nothing(c);
	else
		desk_say(c, code == CLI_LOCKED ? 403 : 503, "Not now", text);
}

json_t *
desk_need(struct desk_call *c, enum api_verb verb, json_t *in)
{
	json_t *result = NULL;
	char *words = NULL;
	const int code = desk_ask(c, verb, in, &result, &words);

	if (code != CLI_DONE || result == NULL) {
		json_decref(result);
		result = NULL;
		not_answered(c, code, words);
	}
	desk_forget(words);
	return result;
}

/* ---- replies ------------------------------------------------------------------ */

void
desk_say(struct desk_call *c, int status, const char *heading,
    const char *words)
{
	c->status = status;
	page_begin(c, heading);
	html(&c->out, "<p>%s</p>\n", words);
	page_end(c);
}

void
desk_nothing(struct desk_call *c)
{
	desk_say(c, 404, "Nothing to show", "Nothing to show.");
}

void
desk_see(struct desk_call *c, const char *done, const char *fmt, ...)
{
	const size_t room = sizeof c->location;
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->location, room, fmt, ap);
	va_end(ap);
	n = strlen(c->location);
	if (done != NULL && n < room)
		snprintf(c->location + n, room - n, "%sdone=%s",
		    strchr(c->location, '?') != NULL ? "&" : "?", done);
	c->status = 303;
	buf_free(&c->out);
}

bool
desk_once(struct desk_call *c, const char *where)
{
	if (once_take(&c->desk->once, c->visitor,
	    form_text(&c->form, DESK_FIELD_NUMBER)))
		return true;
	desk_see(c, "once", "%s", where);
	return false;
}

/* ---- life ---------------------------------------------------------------------- */

enum error_code
desk_create(const struct desk_config *config, struct desk **out,
    struct why *why)
{
	struct desk *d = calloc(1, sizeof *d);
	enum error_code err = d != NULL ? tongues_load(&d->tongues,
	    config->languages, why) : ERR_NOMEM;

	*out = NULL;
	if (err == ERR_NONE) {
		d->config = config;
		if (pthread_mutex_init(&d->once.lock, NULL) == 0) {
			*out = d;
			return ERR_NONE;
		}
		err = ERR_INTERNAL;
		tongues_free(&d->tongues);
	}
	free(d);
	return err;
}

void
desk_destroy(struct desk **desk)
{
	if (desk == NULL || *desk == NULL)
		return;
	pthread_mutex_destroy(&(*desk)->once.lock);
	tongues_free(&(*desk)->tongues);
	free(*desk);
	*desk = NULL;
}
