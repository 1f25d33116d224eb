/*
 * service-add   name -> name, token: shown once
 * service-end   name
 * service-list  -> services [name, since]
 */
#include "agent/signin/service.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/books.h"

enum { HASH = 32, RANDOM = 32 };

bool
service_is_token(const char *token)
{
	return strncmp(token, "svc", 3) == 0;
}

/* 256 random bits need no slow hash. */
static void
hash_of(const char *token, uint8_t out[static HASH])
{
	crypto_generichash(out, HASH, (const uint8_t *)token, strlen(token),
	    NULL, 0);
}

bool
service_may(enum api_verb v)
{
	switch (v) {
	case VERB_STATUS:
	case VERB_SEND:
	case VERB_PREVIEW:
	case VERB_TRACK:
	case VERB_RECALL:
	case VERB_ASK:
	case VERB_EVENTS:
		return true;
	default:
		return false;
	}
}

enum error_code
service_find(struct agent *a, const char *token,
    char name[static SERVICE_NAME_MAX + 1])
{
	struct db_stmt *st = a->sql[SQL_SERVICE_FIND];
	uint8_t hash[HASH];
	enum error_code err;
	bool any = false;

	if (strlen(token) != SERVICE_TOKEN - 1)
		return ERR_NOTFOUND;
	hash_of(token, hash);
	db_bind_blob(st, 1, hash, HASH);
	err = db_step(st, &any);
	if (err == ERR_NONE && !any)
		err = ERR_NOTFOUND;
	if (err == ERR_NONE)
		err = db_col_str(st, 0, name, SERVICE_NAME_MAX + 1);
	db_done(st);
	return err;
}

/* Documents have an author; these are the verbs that take one. */
static bool
has_author(enum api_verb v)
{
	return v == VERB_SEND || v == VERB_PREVIEW || v == VERB_ASK;
}

bool
service_worker(struct api_call *c, const char *name, struct why *why)
{
	const json_t *author = json_object_get(json_object_get(c->in,
	    "content"), "author");
	const char *account = json_string_value(json_object_get(author,
	    "account"));

	if (!has_author(c->verb)) {
		memset(&c->worker, 0, sizeof c->worker);
		snprintf(c->worker.account, sizeof c->worker.account,
		    "service/%s", name);
		strcpy(c->worker.role, "service");
		c->worker.rights = RIGHT_WORKER;
		return true;
	}
	if (account != NULL && strlen(account) < sizeof c->worker.account &&
	    workers_by_account(c->agent, account, &c->worker) == ERR_NONE &&
	    !c->worker.ended)
		return true;
	memset(&c->worker, 0, sizeof c->worker);
	why_set(why, "author.account: must be the account of somebody who "
	    "works here (wayleave-agent worker list)");
	return false;
}

/* ---- verbs --------------------------------------------------------------- */

static bool
name_of(struct api_call *c, const char **name)
{
	*name = api_text(c, "name");
	if (*name != NULL && member_id_ok(*name) &&
	    strlen(*name) <= SERVICE_NAME_MAX)
		return true;
	api_no(c, CLI_INPUT, "name: 2 to %d small letters, digits and "
	    "hyphens.", SERVICE_NAME_MAX);
	return false;
}

static enum error_code
put(struct agent *a, const char *name, const uint8_t hash[static HASH])
{
	struct db_stmt *st = a->sql[SQL_SERVICE_PUT];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	db_bind_text(st, 1, name);
	db_bind_blob(st, 2, hash, HASH);
	db_bind_i64(st, 3, (int64_t)clock_now(&a->clock));
	return agent_end(a, db_run(st));
}

void
api_service_add(struct api_call *c)
{
	char token[SERVICE_TOKEN] = "svc";
	uint8_t random[RANDOM], hash[HASH];
	const char *name;
	enum error_code err;

	if (!name_of(c, &name))
		return;
	randombytes_buf(random, sizeof random);
	hex_encode(token + 3, random, sizeof random);
	hash_of(token, hash);
	err = put(c->agent, name, hash);
	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:s, s:s}", "name", name,
		    "token", token), NULL);
	sodium_memzero(token, sizeof token);
	sodium_memzero(random, sizeof random);
}

void
api_service_end(struct api_call *c)
{
	struct db_stmt *st = c->agent->sql[SQL_SERVICE_END];
	const char *name;
	enum error_code err;

	if (!name_of(c, &name))
		return;
	err = agent_begin(c->agent);
	if (err == ERR_NONE) {
		db_bind_text(st, 1, name);
		err = agent_end(c->agent, db_run(st));
	}
	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:s}", "name", name),
		    "Its token opens nothing any more.");
}

void
api_service_list(struct api_call *c)
{
	struct db_stmt *st = c->agent->sql[SQL_SERVICE_LIST];
	json_t *list = json_array();
	char name[SERVICE_NAME_MAX + 1];
	bool any;

	while (db_step(st, &any) == ERR_NONE && any)
		if (db_col_str(st, 0, name, sizeof name) == ERR_NONE)
			json_array_append_new(list, json_pack("{s:s, s:o}",
			    "name", name, "since",
			    work_time(db_col_u64(st, 1))));
	db_done(st);
	api_tell(c, CLI_DONE, json_pack("{s:o}", "services", list), NULL);
}
