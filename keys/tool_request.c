/* wayleave-keys request: keys and a request for somebody without an agent. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "keys/tool.h"

static enum error_code
write_request(struct tool *t, const char *path, struct bytes file)
{
	char words[PARTNERSHIP_FINGERPRINT_MAX];
	enum error_code error;

	error = file_write(path, file.data, file.n, 0644, 0, &t->why);
	if (error != ERR_NONE)
		return error;
	partnership_fingerprint(file, words);
	tool_say(t, "wrote", "%s", path);
	tool_say(t, "words", "%s", words);
	return ERR_NONE;
}

/* An identity, or with --log a log key: key file and request. */
static enum error_code
make(struct tool *t, const char *path, const struct unlock *unlock,
    enum kdf_cost cost, struct buf *out)
{
	const char *id = t->cli->argv[0], *name = cli_value(t->cli, "name");
	struct identity *it = NULL;
	struct sign_pair *log = NULL;
	enum error_code error;

	if (cli_flag(t->cli, "log")) {
		error = identity_sign_create(&log, &t->why);
		if (error == ERR_NONE)
			error = request_make_log(log, id, name, clock_ms(),
			    out, &t->why);
		if (error == ERR_NONE)
			error = keyfile_write_sign(path, KEYFILE_LOG, log,
			    unlock, cost, &t->why);
		identity_sign_destroy(&log);
		return error;
	}
	error = identity_create(cli_flag(t->cli, "terms"), &it, &t->why);
	if (error == ERR_NONE)
		error = request_make(it, id, name, clock_ms(), out, &t->why);
	if (error == ERR_NONE)
		error = keyfile_write_identity(path, it, unlock, cost,
		    &t->why);
	identity_destroy(&it);
	return error;
}

static enum error_code
request(struct tool *t)
{
	const char *keys = cli_value(t->cli, "key");
	const char *to = cli_value(t->cli, "out");
	char keys_preset[WIRE_ID_MAX + 8], to_preset[WIRE_ID_MAX + 8];
	struct unlock *unlock = NULL;
	enum error_code error;
	enum kdf_cost cost;
	struct buf out;

	if (cli_value(t->cli, "name") == NULL) {
		why_set(&t->why, "--name is missing: the agency's name as "
		    "people know it");
		return ERR_USAGE;
	}
	snprintf(keys_preset, sizeof keys_preset, "%.*s.keys", WIRE_ID_MAX,
	    t->cli->argv[0]);
	snprintf(to_preset, sizeof to_preset, "%.*s.wlreq", WIRE_ID_MAX,
	    t->cli->argv[0]);
	keys = keys == NULL ? keys_preset : keys;
	to = to == NULL ? to_preset : to;
	buf_init(&out, REQUEST_MAX);
	error = tool_cost(t, &cost);
	if (error == ERR_NONE && file_exists(keys)) {
		why_set(&t->why, "%s: exists already, and a key file is "
		    "never replaced", keys);
		error = ERR_EXISTS;
	}
	if (error == ERR_NONE)
		error = tool_unlock(t, 0, 1, keys, true, &unlock);
	if (error == ERR_NONE)
		error = make(t, keys, unlock, cost, &out);
	if (error == ERR_NONE) {
		tool_say(t, "wrote", "%s", keys);
		error = write_request(t, to, buf_view(&out));
	}
	unlock_destroy(&unlock);
	buf_free(&out);
	return error;
}

int
tool_request(struct cli *cli)
{
	enum error_code error;
	struct tool t;
	int code = CLI_DONE;

	error = tool_begin(cli, &t);
	if (error == ERR_NONE)
		error = request(&t);
	if (error != ERR_NONE)
		code = tool_fail(&t, error, "request");
	tool_end(&t);
	return code;
}
