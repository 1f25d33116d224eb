/* Changes to a partnership: its terms, its roots, its duty key, passphrases. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "keys/tool.h"

/*
 * The broker's member record for the new file: of the request that --broker
 * names, else what the old file says, signed anew, since the root that
 * signed it then may be the one that is being retired.
 */
static enum error_code
renew_broker(struct tool *t, const struct partnership *p,
    const struct sign_pair *root, struct record *out)
{
	const char *path = cli_value(t->cli, "broker");
	struct member_request req;
	enum error_code error;
	struct body *b;

	if (path != NULL) {
		error = request_load(t->arena, path, &req, NULL, &t->why);
		return error != ERR_NONE ? error :
		    tool_broker(t, &req, p->id, root, out);
	}
	b = tool_body(t, KIND_MEMBER);
	if (b == NULL)
		return ERR_NOMEM;
	error = member_file_load(t->arena, tool_partnership_path(t), p,
	    p->now.broker, &b->u.member, NULL, &t->why);
	if (error != ERR_NONE)
		return error;
	b->u.member.serial = wire_stamp_ms(b->stamp);
	return tool_sign(t, p->id, root, "root:", b, out);
}

/* Signs `b` as the next partnership record and writes the file anew. */
static enum error_code
publish(struct tool *t, const struct partnership *p, struct body *b,
    const struct sign_pair *root)
{
	const char *path = cli_value(t->cli, "out");
	struct record next, broker;
	struct partnership check;
	enum error_code error;

	if (path == NULL)
		path = tool_partnership_path(t);
	b->u.partnership.serial = p->now.serial + 1;
	error = tool_sign(t, p->id, root, "root:", b, &next);
	/* A record that nobody would follow is not handed out. */
	if (error == ERR_NONE)
		error = partnership_follow(t->arena, p, &next, &check,
		    &t->why);
	if (error == ERR_NONE)
		error = renew_broker(t, p, root, &broker);
	if (error == ERR_NONE)
		error = tool_save_partnership(t, path, p->root[0],
		    p->records, p->n, &next, &broker);
	if (error == ERR_NONE)
		tool_say(t, "serial", "%llu",
		    (unsigned long long)b->u.partnership.serial);
	return error;
}

static struct body *
copy(struct tool *t, const struct partnership *p)
{
	struct body *b = tool_body(t, KIND_PARTNERSHIP);

	if (b != NULL)
		b->u.partnership = p->now;
	return b;
}

static enum error_code
update(struct tool *t)
{
	struct sign_pair *root = NULL;
	struct partnership p;
	enum error_code error;
	const char *by;
	struct body *b;

	error = tool_partnership(t, &p);
	if (error != ERR_NONE)
		return error;
	b = copy(t, &p);
	if (b == NULL)
		return ERR_NOMEM;
	error = tool_terms(t, &b->u.partnership);
	if (error == ERR_NONE)
		error = tool_key(t, &p, false, 0, 1, &root, &by);
	if (error == ERR_NONE)
		error = publish(t, &p, b, root);
	identity_sign_destroy(&root);
	return error;
}

/* With the root that is left: retires the other one. */
static enum error_code
spare(struct tool *t)
{
	struct sign_pair *root = NULL;
	struct partnership p;
	enum error_code error;
	const char *by;
	struct body *b;

	error = tool_partnership(t, &p);
	if (error != ERR_NONE)
		return error;
	if (p.now.retired != 0) {
		why_set(&t->why, "root %u is retired already; with the other "
		    "one lost too, only a new partnership helps",
		    p.now.retired);
		return ERR_REFUSED;
	}
	if (cli_value(t->cli, "key") == NULL) {
		why_set(&t->why, "--key: name the key file of the root that "
		    "stays");
		return ERR_USAGE;
	}
	b = copy(t, &p);
	if (b == NULL)
		return ERR_NOMEM;
	error = tool_key(t, &p, false, 0, 1, &root, &by);
	if (error == ERR_NONE) {
		b->u.partnership.retired = memcmp(root->public, p.root[0],
		    WIRE_KEY) == 0 ? 2 : 1;
		error = publish(t, &p, b, root);
	}
	if (error == ERR_NONE)
		tool_say(t, "retired", "root %u", b->u.partnership.retired);
	identity_sign_destroy(&root);
	return error;
}

/* A new duty key; the old one ends with the record that says so. */
static enum error_code
duty(struct tool *t)
{
	const char *path = cli_value(t->cli, "duty");
	struct sign_pair *root = NULL, *made = NULL;
	struct unlock *unlock = NULL;
	struct partnership p;
	enum error_code error;
	enum kdf_cost cost;
	const char *by;
	struct body *b;

	if (path == NULL)
		path = "duty.keys";
	if (file_exists(path)) {
		why_set(&t->why, "%s: exists already, and a key file is "
		    "never replaced: name another with --duty", path);
		return ERR_EXISTS;
	}
	error = tool_partnership(t, &p);
	if (error != ERR_NONE)
		return error;
	b = copy(t, &p);
	if (b == NULL)
		return ERR_NOMEM;
	error = tool_cost(t, &cost);
	if (error == ERR_NONE)
		error = tool_key(t, &p, false, 0, 2, &root, &by);
	if (error == ERR_NONE)
		error = tool_unlock(t, 1, 2, path, true, &unlock);
	if (error == ERR_NONE)
		error = identity_sign_create(&made, &t->why);
	if (error == ERR_NONE)
		error = keyfile_write_sign(path, KEYFILE_DUTY, made, unlock,
		    cost, &t->why);
	if (error == ERR_NONE) {
		tool_say(t, "wrote", "%s", path);
		memcpy(b->u.partnership.duty_key, made->public, WIRE_KEY);
		error = publish(t, &p, b, root);
	}
	identity_sign_destroy(&root);
	identity_sign_destroy(&made);
	unlock_destroy(&unlock);
	return error;
}

static enum error_code
passwd(struct tool *t)
{
	const char *path = t->cli->argv[0];
	struct unlock *old = NULL, *new = NULL;
	struct keyfile_info info;
	enum error_code error;
	enum kdf_cost cost;

	error = tool_cost(t, &cost);
	if (error == ERR_NONE)
		error = keyfile_peek(path, &info, &t->why);
	if (error == ERR_NONE && info.bound) {
		why_set(&t->why, "%s: bound to a credential of its machine: "
		    "change it there", path);
		error = ERR_DENIED;
	}
	if (error == ERR_NONE)
		error = tool_unlock(t, 0, 2, path, false, &old);
	if (error == ERR_NONE)
		error = tool_unlock(t, 1, 2, path, true, &new);
	if (error == ERR_NONE)
		error = keyfile_change(path, old, new, cost, &t->why);
	if (error == ERR_NONE)
		tool_say(t, "changed", "%s", path);
	unlock_destroy(&old);
	unlock_destroy(&new);
	return error;
}

static int
run(struct cli *cli, enum error_code (*command)(struct tool *t))
{
	enum error_code error;
	struct tool t;
	int code = CLI_DONE;

	error = tool_begin(cli, &t);
	if (error == ERR_NONE)
		error = command(&t);
	if (error != ERR_NONE)
		code = tool_fail(&t, error, cli->command->name);
	tool_end(&t);
	return code;
}

int
tool_update(struct cli *cli)
{
	return run(cli, update);
}

int
tool_spare(struct cli *cli)
{
	return run(cli, spare);
}

int
tool_duty(struct cli *cli)
{
	return run(cli, duty);
}

int
tool_passwd(struct cli *cli)
{
	return run(cli, passwd);
}
