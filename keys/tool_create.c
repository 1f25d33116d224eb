/* wayleave-keys partnership-create: three keys and the first record. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "keys/tool.h"

struct birth {
	const char *path[TOOL_KEYS_MAX];
	struct sign_pair *pair[TOOL_KEYS_MAX];
	struct unlock *unlock[TOOL_KEYS_MAX];
};

static const enum keyfile_kind kinds[TOOL_KEYS_MAX] = {
	KEYFILE_ROOT, KEYFILE_ROOT, KEYFILE_DUTY
};

static const char *
path_of(struct tool *t, const char *option, const char *preset)
{
	const char *path = cli_value(t->cli, option);

	return path == NULL ? preset : path;
}

/* All that is needed must be there before the first key is made. */
static enum error_code
complete(struct tool *t, const struct wire_partnership *p)
{
	const char *missing = NULL;

	if (p->name[0] == '\0')
		missing = "--name";
	else if (cli_value(t->cli, "signer") == NULL)
		missing = "--signer";
	else if (p->origin[0] == '\0')
		missing = "--origin";
	else if (p->broker[0] == '\0')
		missing = "--broker";
	else if (p->n_address == 0)
		missing = "--address";
	if (missing == NULL)
		return ERR_NONE;
	why_set(&t->why, "%s is missing", missing);
	return ERR_USAGE;
}

static enum error_code
make_keys(struct tool *t, struct birth *b)
{
	enum error_code error = ERR_NONE;

	for (unsigned i = 0; i < TOOL_KEYS_MAX && error == ERR_NONE; i++) {
		if (file_exists(b->path[i])) {
			why_set(&t->why, "%s: exists already, and a key file "
			    "is never replaced", b->path[i]);
			return ERR_EXISTS;
		}
		error = tool_unlock(t, i, TOOL_KEYS_MAX, b->path[i], true,
		    &b->unlock[i]);
		if (error == ERR_NONE)
			error = identity_sign_create(&b->pair[i], &t->why);
	}
	return error;
}

static enum error_code
write_keys(struct tool *t, struct birth *b)
{
	enum error_code error;
	enum kdf_cost cost;

	error = tool_cost(t, &cost);
	for (unsigned i = 0; i < TOOL_KEYS_MAX && error == ERR_NONE; i++) {
		error = keyfile_write_sign(b->path[i], kinds[i], b->pair[i],
		    b->unlock[i], cost, &t->why);
		if (error == ERR_NONE)
			tool_say(t, "wrote", "%s", b->path[i]);
	}
	return error;
}

static enum error_code
sign_first(struct tool *t, const struct birth *b, struct body *body,
    const char *out)
{
	struct wire_partnership *p = &body->u.partnership;
	struct record first, broker;
	struct member_request req;
	char id[PARTNERSHIP_HEX + 1];
	enum error_code error;

	p->serial = 1;
	memcpy(p->root[0], b->pair[0]->public, WIRE_KEY);
	memcpy(p->root[1], b->pair[1]->public, WIRE_KEY);
	memcpy(p->duty_key, b->pair[2]->public, WIRE_KEY);
	record_partnership(p->root[0], id);
	error = request_load(t->arena, cli_value(t->cli, "broker"), &req,
	    NULL, &t->why);
	if (error == ERR_NONE)
		error = tool_sign(t, id, b->pair[0], "root:", body, &first);
	if (error == ERR_NONE)
		error = tool_broker(t, &req, id, b->pair[0], &broker);
	if (error == ERR_NONE)
		error = tool_save_partnership(t, out, p->root[0], NULL, 0,
		    &first, &broker);
	return error;
}

static enum error_code
create(struct tool *t, struct birth *b, const char *out)
{
	struct body *body = tool_body(t, KIND_PARTNERSHIP);
	struct wire_partnership *p;
	struct partnership check;
	enum error_code error;

	if (body == NULL)
		return ERR_NOMEM;
	p = &body->u.partnership;
	p->freshness_s = 900;
	p->lease_s = 8 * 3600;
	p->retention_days = 2192;
	p->keep_read_days = 7;
	error = tool_terms(t, p);
	if (error == ERR_NONE)
		error = complete(t, p);
	if (error == ERR_NONE && file_exists(out)) {
		why_set(&t->why, "%s: exists already", out);
		error = ERR_EXISTS;
	}
	if (error == ERR_NONE)
		error = make_keys(t, b);
	/* The keys first: a record whose key is lost would be worse. */
	if (error == ERR_NONE)
		error = write_keys(t, b);
	if (error == ERR_NONE)
		error = sign_first(t, b, body, out);
	if (error == ERR_NONE)
		error = partnership_load(t->arena, out, p->root[0], &check,
		    &t->why);
	if (error == ERR_NONE)
		tool_say(t, "partnership", "%s", check.id);
	return error;
}

int
tool_create(struct cli *cli)
{
	struct birth b = { .path = { NULL } };
	enum error_code error;
	struct tool t;
	int code = CLI_DONE;

	error = tool_begin(cli, &t);
	b.path[0] = path_of(&t, "root1", "root1.keys");
	b.path[1] = path_of(&t, "root2", "root2.keys");
	b.path[2] = path_of(&t, "duty", "duty.keys");
	if (error == ERR_NONE)
		error = create(&t, &b, path_of(&t, "out", "partnership.wlp"));
	if (error != ERR_NONE)
		code = tool_fail(&t, error, "partnership-create");
	else
		tool_say(&t, "next", "put %s and %s into two safes; %s can "
		    "only suspend", b.path[0], b.path[1], b.path[2]);
	for (unsigned i = 0; i < TOOL_KEYS_MAX; i++) {
		identity_sign_destroy(&b.pair[i]);
		unlock_destroy(&b.unlock[i]);
	}
	tool_end(&t);
	return code;
}
