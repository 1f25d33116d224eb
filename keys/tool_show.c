/* What is in a file, for a person (one fact a line) and as JSON. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "keys/tool.h"

/* Facts in order; a list of objects for files of several records. */
static void
put(json_t *o, const char *name, const char *value)
{
	json_object_set_new(o, name, json_string(value));
}

static void
put_number(json_t *o, const char *name, uint64_t value)
{
	json_object_set_new(o, name, json_integer((json_int_t)value));
}

static void
put_key(json_t *o, const char *name, const uint8_t key[static WIRE_KEY])
{
	char hex[2 * WIRE_KEY + 1];

	hex_encode(hex, key, WIRE_KEY);
	put(o, name, hex);
}

static void
put_day(json_t *o, const char *name, uint64_t ms)
{
	char iso[CLOCK_ISO_BYTES];

	clock_iso(iso, ms);
	put(o, name, iso);
}

static void
show_partnership(json_t *o, const struct wire_partnership *p)
{
	json_t *list = json_array();

	put_number(o, "serial", p->serial);
	put(o, "name", p->name);
	put(o, "origin", p->origin);
	put_key(o, "log_key", p->log_key);
	put(o, "broker", p->broker);
	put_key(o, "broker_sign_key", p->broker_sign_key);
	put_key(o, "broker_link_key", p->broker_link_key);
	for (unsigned i = 0; i < p->n_address; i++)
		json_array_append_new(list, json_string(p->address[i]));
	json_object_set_new(o, "addresses", list);
	json_object_set_new(o, "policy", json_stringn(
	    p->policy.n == 0 ? "" : (const char *)p->policy.data,
	    p->policy.n));
	put_number(o, "freshness_seconds", p->freshness_s);
	put_number(o, "lease_seconds", p->lease_s);
	put_number(o, "retention_days", p->retention_days);
	put_number(o, "keep_read_days", p->keep_read_days);
	put_key(o, "root1", p->root[0]);
	put_key(o, "root2", p->root[1]);
	put_number(o, "retired", p->retired);
	put_key(o, "duty_key", p->duty_key);
}

static void
show_member(json_t *o, const struct wire_member *m)
{
	static const char *const duties[] = { "none", "persons", "parents" };
	char text[64];

	put_number(o, "serial", m->serial);
	put(o, "id", m->id);
	put(o, "name", m->name);
	snprintf(text, sizeof text, "AG%02u", m->agency);
	put(o, "agency", m->agency == 0 ? "none" : text);
	tool_roles(m->roles, text);
	put(o, "roles", text);
	json_object_set_new(o, "may_open_cases",
	    json_boolean(m->may_open_cases));
	put(o, "onward_duty", m->onward_duty < 3 ? duties[m->onward_duty] :
	    "unknown");
	put(o, "languages", m->languages);
	put(o, "duty_phone", m->duty_phone);
	put_key(o, "sign_key", m->sign_key);
	put_key(o, "link_key", m->link_key);
	if (m->has_terms_key)
		put_key(o, "terms_key", m->terms_key);
	put_day(o, "valid_from", m->valid_from);
	put_day(o, "valid_until", m->valid_until);
}

/*
 * One record, checked against the partnership where there is one.  A bad
 * signature makes the whole command fail, but only after all is shown.
 */
static enum error_code
show_record(struct tool *t, const struct record *r,
    const struct partnership *p, json_t *o)
{
	struct body *b = arena_alloc(t->arena, sizeof *b);
	enum error_code error, trust = ERR_NONE;
	struct why why = { "" };

	if (b == NULL)
		return ERR_NOMEM;
	error = wire_body_decode(t->arena, r, b, &t->why);
	if (error != ERR_NONE)
		return error;
	put(o, "record", wire_kind_name(r->kind));
	put(o, "signer", r->signer);
	put_day(o, "signed", wire_stamp_ms(b->stamp));
	if (r->kind == KIND_PARTNERSHIP)
		show_partnership(o, &b->u.partnership);
	else if (r->kind == KIND_MEMBER)
		show_member(o, &b->u.member);
	else if (r->kind == KIND_MEMBER_REVOKED ||
	    r->kind == KIND_MEMBER_SUSPENDED) {
		const char *name = tool_reason_name(b->u.standing.reason);

		put(o, "id", b->u.standing.id);
		put(o, "reason", name == NULL ? "unknown" : name);
	}
	/* The chain of partnership records was verified as a whole. */
	if (p != NULL && r->kind != KIND_PARTNERSHIP)
		trust = partnership_signed(t->arena, p, r, b, &why);
	put(o, "signature", p == NULL ? "not checked: no partnership file" :
	    trust == ERR_NONE ? "good" : "BAD");
	if (trust != ERR_NONE)
		t->why = why;
	return trust;
}

/* The partnership to check a file's records by: its own, or the usual file. */
static enum error_code
judge(struct tool *t, const struct record_file *f, struct partnership *p,
    const struct partnership **out)
{
	const char *path = tool_partnership_path(t);
	enum error_code error;

	*out = NULL;
	error = partnership_verify(t->arena, f, NULL, p, &t->why);
	if (error == ERR_NOTFOUND) {
		if (cli_value(t->cli, "partnership") == NULL &&
		    !file_exists(path))
			return ERR_NONE;
		error = partnership_load(t->arena, path, f->root, p, &t->why);
	}
	if (error == ERR_NONE)
		*out = p;
	return error;
}

static enum error_code
show_records(struct tool *t, struct bytes in, json_t *list)
{
	const struct partnership *judged;
	enum error_code error, first = ERR_NONE;
	struct record_file f;
	struct partnership p;

	error = record_file_parse(t->arena, in, &f, &t->why);
	if (error == ERR_NONE)
		error = judge(t, &f, &p, &judged);
	if (error != ERR_NONE)
		return error;
	for (unsigned i = 0; i < f.n; i++) {
		json_t *o = json_object();
		char id[PARTNERSHIP_HEX + 1];

		record_partnership(f.root, id);
		put(o, "partnership", id);
		error = show_record(t, &f.record[i], judged, o);
		json_array_append_new(list, o);
		if (first == ERR_NONE)
			first = error;
	}
	return first;
}

static enum error_code
show_request(struct tool *t, struct bytes in, json_t *list)
{
	char words[PARTNERSHIP_FINGERPRINT_MAX];
	struct member_request r;
	enum error_code error;
	json_t *o;

	error = request_parse(t->arena, in, &r, words, &t->why);
	if (error != ERR_NONE)
		return error;
	o = json_object();
	put(o, "request", r.id);
	put(o, "name", r.name);
	put_key(o, "sign_key", r.sign_key);
	put_key(o, "link_key", r.link_key);
	if (r.has_terms_key)
		put_key(o, "terms_key", r.terms_key);
	put_day(o, "created", r.created);
	put(o, "words", words);
	json_array_append_new(list, o);
	return ERR_NONE;
}

static enum error_code
show_keyfile(struct tool *t, const char *path, json_t *list)
{
	struct keyfile_info info;
	enum error_code error;
	json_t *o;

	error = keyfile_peek(path, &info, &t->why);
	if (error != ERR_NONE)
		return error;
	o = json_object();
	put(o, "key_file", keyfile_kind_name(info.kind));
	put_key(o, "public", info.public);
	put(o, "passphrase_cost", kdf_cost_name(info.cost));
	json_object_set_new(o, "bound_to_credential",
	    json_boolean(info.bound));
	json_array_append_new(list, o);
	return ERR_NONE;
}

/* ---- printing ----------------------------------------------------------- */

static void
print_value(const char *key, const json_t *value)
{
	size_t i;
	json_t *item;

	if (json_is_array(value)) {
		json_array_foreach(value, i, item)
			printf("%-20s %s\n", key, json_string_value(item));
		return;
	}
	printf("%-20s ", key);
	if (json_is_integer(value)) {
		printf("%" JSON_INTEGER_FORMAT "\n",
		    json_integer_value(value));
	} else if (json_is_boolean(value)) {
		printf("%s\n", json_is_true(value) ? "yes" : "no");
	} else {
		/* A policy has several lines: each is set in. */
		for (const char *c = json_string_value(value); *c; c++) {
			putchar(*c);
			if (*c == '\n' && c[1] != '\0')
				printf("%21s", "");
		}
		putchar('\n');
	}
}

static void
print(json_t *list, bool as_json)
{
	const char *key;
	json_t *o, *value;
	size_t i;

	if (as_json) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		putchar('\n');
		return;
	}
	json_array_foreach(list, i, o) {
		if (i > 0)
			putchar('\n');
		json_object_foreach(o, key, value)
			print_value(key, value);
	}
}

static bool
starts(struct bytes in, const char *magic)
{
	size_t n = strlen(magic);

	return in.n >= n && memcmp(in.data, magic, n) == 0;
}

static enum error_code
show(struct tool *t, const char *path, json_t *list)
{
	enum error_code error;
	struct buf in;

	buf_init(&in, RECORD_FILE_MAX);
	error = file_read(path, 0, &in, &t->why);
	if (error != ERR_NONE)
		goto out;
	if (starts(buf_view(&in), RECORD_FILE_MAGIC))
		error = show_records(t, buf_view(&in), list);
	else if (starts(buf_view(&in), REQUEST_MAGIC))
		error = show_request(t, buf_view(&in), list);
	else if (starts(buf_view(&in), "wayleave/1 key\n"))
		error = show_keyfile(t, path, list);
	else {
		why_set(&t->why, "neither a request, records nor a key file");
		error = ERR_FORMAT;
	}
	print(list, t->cli->json);
out:
	buf_free(&in);
	return error;
}

int
tool_show(struct cli *cli)
{
	enum error_code error;
	json_t *list = json_array();
	struct tool t;
	int code = CLI_DONE;

	error = tool_begin(cli, &t);
	if (error == ERR_NONE)
		error = show(&t, cli->argv[0], list);
	if (error != ERR_NONE)
		code = tool_fail(&t, error, cli->argv[0]);
	json_decref(list);
	tool_end(&t);
	return code;
}

int
tool_fingerprint(struct cli *cli)
{
	char words[PARTNERSHIP_FINGERPRINT_MAX];
	enum error_code error;
	struct tool t;
	struct buf in;
	int code = CLI_DONE;

	buf_init(&in, RECORD_FILE_MAX);
	error = tool_begin(cli, &t);
	if (error == ERR_NONE)
		error = file_read(cli->argv[0], 0, &in, &t.why);
	if (error != ERR_NONE) {
		code = tool_fail(&t, error, cli->argv[0]);
	} else {
		partnership_fingerprint(buf_view(&in), words);
		puts(words);
	}
	buf_free(&in);
	tool_end(&t);
	return code;
}
