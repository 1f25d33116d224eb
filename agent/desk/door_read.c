/*
 * Events and the vocabulary, for a service; and, with a worker's session,
 * what only a worker may: opening, reading, the map, and copying out, which
 * is an export and in the ledger before anything is told.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/desk/door.h"
#include "agent/desk/html.h"
#include "proto/vocabulary.h"

enum { WAIT_MAX = 30 };

/* ---- events ----------------------------------------------------------------- */

static json_t *
events_ask(const struct door_call *c)
{
	const char *after = form_get(&c->query, "after");
	json_t *in = json_object();

	if (after != NULL && after[0] != '\0')
		json_object_set_new(in, "after", json_integer(strtoll(after,
		    NULL, 10)));
	return in;
}

/* Waits for the first event by looking once a second: nobody else does. */
void
door_events(struct door_call *c)
{
	static const struct timespec second = { 1, 0 };
	long wait = strtol(form_text(&c->query, "wait_seconds"), NULL, 10);
	json_t *out = NULL;

	wait = wait < 0 ? 0 : wait > WAIT_MAX ? WAIT_MAX : wait;
	for (;; wait--) {
		const int code = door_ask(c, VERB_EVENTS, events_ask(c),
		    &out);

		if (code != CLI_DONE && out != NULL)
			door_no(c, code, out);
		if (code != CLI_DONE)
			return;
		if (wait == 0 || json_array_size(json_object_get(out,
		    "events")) > 0)
			break;
		json_decref(out);
		(void)nanosleep(&second, NULL);
	}
	c->reply = out;
}

void
door_events_ack(struct door_call *c)
{
	const json_t *n = json_object_get(c->body, "n");

	if (!json_is_integer(n) || json_integer_value(n) < 0) {
		door_refuse(c, 400, NULL, "n", "Not in the form",
		    "n: the number of the last event that was taken.");
		return;
	}
	door_pass(c, VERB_EVENTS, json_pack("{s:I}", "ack",
	    json_integer_value(n)));
}

/* ---- vocabulary ----------------------------------------------------------------- */

void
door_vocabulary(struct door_call *c)
{
	json_t *codes = json_array();

	for (size_t i = 0; i < vocabulary_count(); i++) {
		const struct vocabulary_code *v = vocabulary_at(i);
		const char *scope = vocabulary_scope_name(
		    (enum vocabulary_scope)v->scope);

		json_array_append_new(codes, json_pack(
		    "{s:s, s:s, s:s, s:s*, s:b}", "code", v->id, "label",
		    v->label, "group", vocabulary_group_name(
		    (enum vocabulary_group)v->group), "scope", scope,
		    "retired", (v->flags & VOCABULARY_RETIRED) != 0));
	}
	c->reply = json_pack("{s:i, s:o}", "version",
	    (int)vocabulary_version(), "codes", codes);
}

/* ---- with a worker's session -------------------------------------------------------- */

/* {account, password, code}: a session, to be used as the bearer token. */
void
door_sign_in(struct door_call *c)
{
	json_t *in = json_pack("{s:s, s:s}", "account", json_str(c->body,
	    "account"), "password", json_str(c->body, "password"));

	if (json_str(c->body, "code")[0] != '\0')
		json_object_set(in, "code", json_object_get(c->body, "code"));
	c->token[0] = '\0';
	door_pass(c, VERB_SIGN_IN, in);
}

void
door_open(struct door_call *c)
{
	door_pass(c, VERB_OPEN, json_pack("{s:s}", "case", c->part));
}

/* An item is named by its number, as in events; not by what begins with one,
 * such as an id: that would open, and enter into the ledger, another item. */
void
door_message(struct door_call *c)
{
	const size_t n = strlen(c->part);

	if (strspn(c->part, "0123456789") < n || n > 18)
		door_refuse(c, 404, NULL, NULL, "Nothing to show",
		    "Nothing to show.");
	else
		door_pass(c, VERB_OPEN, json_pack("{s:I}", "message",
		    (json_int_t)strtoll(c->part, NULL, 10)));
}

void
door_map(struct door_call *c)
{
	door_pass(c, VERB_MAP, json_pack("{s:s, s:s}", "case", c->part,
	    "as", "json"));
}

void
door_export(struct door_call *c)
{
	json_t *in = json_object();
	static const char *const fields[] = { "case", "messages", "to",
		"why" };

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (json_object_get(c->body, fields[i]) != NULL)
			json_object_set(in, fields[i], json_object_get(c->body,
			    fields[i]));
	door_pass(c, VERB_EXPORT, in);
}
