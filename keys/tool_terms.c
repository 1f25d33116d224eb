/* What a partnership record says, from the options of the command. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "keys/secret.h"
#include "keys/tool.h"
#include "ledger/note.h"

enum { POLICY = 4096, BEFORE_MS = CLOCK_HOUR_MS };

/* HOST:PORT, as it stands behind tcp:// later. */
static bool
address_ok(const char *text)
{
	const char *colon = strrchr(text, ':');
	unsigned long port = 0;

	if (colon == NULL || colon == text || strlen(colon + 1) > 5 ||
	    colon[1] == '\0' || strpbrk(text, " /@\t") != NULL)
		return false;
	for (const char *c = colon + 1; *c != '\0'; c++) {
		if (*c < '0' || *c > '9')
			return false;
		port = port * 10 + (unsigned long)(*c - '0');
	}
	return port > 0 && port < 65536;
}

static enum error_code
addresses(struct tool *t, struct wire_partnership *p)
{
	const char *value;
	unsigned n = 0;

	for (; (value = cli_value_at(t->cli, "address", n)) != NULL; n++) {
		if (n == WIRE_ADDRESSES_MAX) {
			why_set(&t->why, "--address: at most %d",
			    WIRE_ADDRESSES_MAX);
			return ERR_USAGE;
		}
		if (!address_ok(value) ||
		    strlen(value) >= sizeof p->address[n]) {
			why_set(&t->why, "--address %s: not HOST:PORT",
			    value);
			return ERR_USAGE;
		}
		strcpy(p->address[n], value);
	}
	if (n > 0)
		p->n_address = n;
	return ERR_NONE;
}

static enum error_code
policy(struct tool *t, struct wire_partnership *p)
{
	const char *path = cli_value(t->cli, "policy");
	enum error_code error;
	struct buf text;

	if (path == NULL)
		return ERR_NONE;
	buf_init(&text, POLICY);
	error = file_read(path, 0, &text, &t->why);
	if (error == ERR_NONE) {
		p->policy = bytes_of(arena_dup(t->arena, text.data, text.n),
		    text.n);
		if (p->policy.data == NULL)
			error = ERR_NOMEM;
	}
	buf_free(&text);
	return error;
}

/* A log key: the signer's request, a vkey (its name the origin), or hex. */
static enum error_code
log_key(struct tool *t, struct wire_partnership *p)
{
	const char *path = cli_value(t->cli, "signer");
	struct member_request req;
	enum error_code error;
	struct note_key vkey;
	struct buf text;

	if (path == NULL)
		return ERR_NONE;
	buf_init(&text, REQUEST_MAX);
	error = file_read(path, 0, &text, &t->why);
	if (error != ERR_NONE)
		goto out;
	if (request_parse(t->arena, buf_view(&text), &req, NULL, &t->why) ==
	    ERR_NONE) {
		memcpy(p->log_key, req.sign_key, WIRE_KEY);
		goto out;
	}
	while (text.n > 0 && text.data[text.n - 1] == '\n')
		text.n--;
	buf_put_u8(&text, 0);
	error = ERR_FORMAT;
	if (!buf_ok(&text) || (memcmp(text.data, REQUEST_MAGIC,
	    sizeof "wayleave/1" - 1) == 0))
		goto out;
	if (hex_decode(p->log_key, WIRE_KEY, (const char *)text.data)) {
		error = ERR_NONE;
	} else if (note_vkey_parse((const char *)text.data, &vkey, NULL) ==
	    ERR_NONE && vkey.type == NOTE_ED25519 &&
	    strlen(vkey.name) < sizeof p->origin) {
		memcpy(p->log_key, vkey.public, WIRE_KEY);
		strcpy(p->origin, vkey.name);
		error = ERR_NONE;
	} else {
		why_set(&t->why, "%s: neither a request nor a key", path);
	}
out:
	buf_free(&text);
	return error;
}

static enum error_code
broker(struct tool *t, struct wire_partnership *p)
{
	const char *path = cli_value(t->cli, "broker");
	struct member_request req;
	enum error_code error;

	if (path == NULL)
		return ERR_NONE;
	error = request_load(t->arena, path, &req, NULL, &t->why);
	if (error != ERR_NONE)
		return error;
	strcpy(p->broker, req.id);
	memcpy(p->broker_sign_key, req.sign_key, WIRE_KEY);
	memcpy(p->broker_link_key, req.link_key, WIRE_KEY);
	return ERR_NONE;
}

static enum error_code
numbers(struct tool *t, struct wire_partnership *p)
{
	const struct {
		const char *option;
		long long min, max, unit;
		uint32_t *at;
	} row[] = {
		{ "freshness-seconds", 60, 3600, 1, &p->freshness_s },
		{ "lease-hours", 1, 24, 3600, &p->lease_s },
		{ "retention-days", 0, 36500, 1, &p->retention_days },
		{ "keep-read-days", 0, 30, 1, &p->keep_read_days },
	};
	long long value;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		if (cli_value(t->cli, row[i].option) == NULL)
			continue;
		if (cli_number(t->cli, row[i].option, row[i].min, row[i].max,
		    0, &value) != ERR_NONE) {
			why_set(&t->why, "see above");
			return ERR_USAGE;
		}
		*row[i].at = (uint32_t)(value * row[i].unit);
	}
	return ERR_NONE;
}

enum error_code
tool_terms(struct tool *t, struct wire_partnership *p)
{
	enum error_code error;

	error = log_key(t, p);
	if (error == ERR_NONE)
		error = tool_text(t, "name", p->name, sizeof p->name);
	if (error == ERR_NONE)
		error = tool_text(t, "origin", p->origin, sizeof p->origin);
	if (error == ERR_NONE)
		error = broker(t, p);
	if (error == ERR_NONE)
		error = addresses(t, p);
	if (error == ERR_NONE)
		error = policy(t, p);
	if (error == ERR_NONE)
		error = numbers(t, p);
	return error;
}

enum error_code
tool_broker(struct tool *t, const struct member_request *req,
    const char *partnership, const struct sign_pair *root,
    struct record *out)
{
	struct body *b = tool_body(t, KIND_MEMBER);
	struct wire_member *m;
	long long days;

	if (b == NULL)
		return ERR_NOMEM;
	if (cli_number(t->cli, "broker-days", 1, 3660, 1096, &days) !=
	    ERR_NONE) {
		why_set(&t->why, "see above");
		return ERR_USAGE;
	}
	m = &b->u.member;
	m->serial = clock_ms();
	strcpy(m->id, req->id);
	strcpy(m->name, req->name);
	m->roles = ROLE_BROKER;
	memcpy(m->sign_key, req->sign_key, WIRE_KEY);
	memcpy(m->link_key, req->link_key, WIRE_KEY);
	m->valid_from = m->serial - BEFORE_MS;
	m->valid_until = m->serial + (uint64_t)days * CLOCK_DAY_MS;
	return tool_sign(t, partnership, root, "root:", b, out);
}
