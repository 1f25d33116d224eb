/* Members: sign, revoke, suspend. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "keys/tool.h"

/* Codes of a standing's reason; a number never changes its meaning. */
static const char *const reasons[] = {
	"other", "left", "key-lost", "key-stolen", "breached", "misuse",
};

static const struct {
	const char *name;
	uint32_t bit;
} roles[] = {
	{ "agency", ROLE_AGENCY }, { "broker", ROLE_BROKER },
	{ "auditor", ROLE_AUDITOR }, { "terms", ROLE_TERMS },
	{ "witness", ROLE_WITNESS },
};

const char *
tool_reason_name(unsigned reason)
{
	return reason < sizeof reasons / sizeof *reasons ? reasons[reason] :
	    NULL;
}

void
tool_roles(uint32_t bits, char out[static 64])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (bits & roles[i].bit)
			n += (size_t)snprintf(out + n, 64 - n, "%s%s",
			    n == 0 ? "" : ",", roles[i].name);
}

static enum error_code
roles_of(struct tool *t, const char *text, uint32_t *out)
{
	*out = 0;
	while (*text != '\0') {
		size_t n = strcspn(text, ","), i;

		for (i = 0; i < sizeof roles / sizeof *roles; i++)
			if (strlen(roles[i].name) == n &&
			    memcmp(roles[i].name, text, n) == 0)
				break;
		if (i == sizeof roles / sizeof *roles) {
			why_set(&t->why, "--roles: there are agency, broker, "
			    "auditor, terms and witness");
			return ERR_USAGE;
		}
		*out |= roles[i].bit;
		text += n + (text[n] == ',');
	}
	return ERR_NONE;
}

/* --kind AG06, --roles, --onward-duty. */
static enum error_code
take_codes(struct tool *t, struct wire_member *m)
{
	static const char *const duties[] = { "none", "persons", "parents" };
	const char *kind = cli_value(t->cli, "kind");
	const char *text = cli_value(t->cli, "roles");
	const char *onward = cli_value(t->cli, "onward-duty");
	enum error_code error;

	error = roles_of(t, text == NULL ? "agency" : text, &m->roles);
	if (error != ERR_NONE)
		return error;
	if (kind != NULL) {
		if (strlen(kind) != 4 || memcmp(kind, "AG", 2) != 0 ||
		    kind[2] < '0' || kind[2] > '1' || kind[3] < '0' ||
		    kind[3] > '9')
			goto kind;
		m->agency = (uint32_t)((kind[2] - '0') * 10 + kind[3] - '0');
		if (m->agency < 1 || m->agency > 16)
			goto kind;
	}
	if ((m->roles & ROLE_AGENCY) && m->agency == 0)
		goto kind;
	for (uint32_t i = 0; onward != NULL && i < 3; i++)
		if (strcmp(onward, duties[i]) == 0) {
			m->onward_duty = i;
			return ERR_NONE;
		}
	if (onward == NULL)
		return ERR_NONE;
	why_set(&t->why, "--onward-duty is none, persons or parents");
	return ERR_USAGE;
kind:
	why_set(&t->why, "--kind is AG01 to AG16, and an agency has one");
	return ERR_USAGE;
}

static enum error_code
take_keys(struct tool *t, const struct member_request *req,
    struct wire_member *m)
{
	memcpy(m->sign_key, req->sign_key, WIRE_KEY);
	memcpy(m->link_key, req->link_key, WIRE_KEY);
	m->has_terms_key = (m->roles & ROLE_TERMS) != 0;
	if (!m->has_terms_key)
		return ERR_NONE;
	if (!req->has_terms_key) {
		why_set(&t->why, "the role terms needs a terms key, and the "
		    "request has none");
		return ERR_REFUSED;
	}
	memcpy(m->terms_key, req->terms_key, WIRE_KEY);
	return ERR_NONE;
}

static enum error_code
take_options(struct tool *t, const struct member_request *req,
    struct wire_member *m)
{
	const char *serial = cli_value(t->cli, "serial");
	long long days = 0, number = 0;
	enum error_code error;

	strcpy(m->id, req->id);
	strcpy(m->name, req->name);
	error = tool_text(t, "name", m->name, sizeof m->name);
	if (error == ERR_NONE)
		error = tool_text(t, "languages", m->languages,
		    sizeof m->languages);
	if (error == ERR_NONE)
		error = tool_text(t, "duty-phone", m->duty_phone,
		    sizeof m->duty_phone);
	if (error == ERR_NONE)
		error = take_codes(t, m);
	if (error == ERR_NONE)
		error = take_keys(t, req, m);
	if (error != ERR_NONE)
		return error;
	if (cli_value(t->cli, "days") == NULL) {
		why_set(&t->why, "--days is missing: how long is it valid?");
		return ERR_USAGE;
	}
	if (cli_number(t->cli, "days", 1, 3660, 0, &days) != ERR_NONE ||
	    cli_number(t->cli, "serial", 1, INT64_MAX, 1, &number) !=
	    ERR_NONE) {
		why_set(&t->why, "see above");
		return ERR_USAGE;
	}
	m->may_open_cases = cli_flag(t->cli, "may-open-cases");
	/* Grows by itself, so that no register of serials has to be kept. */
	m->serial = serial != NULL ? (uint64_t)number : clock_ms();
	m->valid_from = clock_ms() - CLOCK_HOUR_MS;
	m->valid_until = clock_ms() + (uint64_t)days * CLOCK_DAY_MS;
	return ERR_NONE;
}

/* Six words were read out by telephone: are they this file's? */
static enum error_code
confirm(struct tool *t, const char *words)
{
	const char *heard = cli_value(t->cli, "words");
	char line[16];

	if (heard != NULL) {
		if (strcmp(heard, words) == 0)
			return ERR_NONE;
		why_set(&t->why, "the words of this file are others: it is "
		    "not the file they sent");
		return ERR_CRYPTO;
	}
	if (!isatty(STDIN_FILENO) || t->secrets != NULL) {
		tool_say(t, "words", "%s", words);
		return ERR_NONE;
	}
	printf("%-12s %s\n", "words", words);
	printf("Did they read out these six words? yes/no: ");
	fflush(stdout);
	if (fgets(line, sizeof line, stdin) == NULL ||
	    strcmp(line, "yes\n") != 0) {
		why_set(&t->why, "not confirmed, nothing signed");
		return ERR_REFUSED;
	}
	return ERR_NONE;
}

/* Signs with the key that tool_key() finds, and writes the .wlrec. */
static enum error_code
issue(struct tool *t, const struct partnership *p, bool may_duty,
    const struct body *b, const char *name, const char *what)
{
	struct sign_pair *pair = NULL;
	char path[WIRE_ID_MAX + 32];
	enum error_code error;
	struct record r;
	const char *by;

	snprintf(path, sizeof path, "%s%s.wlrec", name, what);
	error = tool_key(t, p, may_duty, 0, 1, &pair, &by);
	if (error == ERR_NONE)
		error = tool_sign(t, p->id, pair, by, b, &r);
	if (error == ERR_NONE)
		error = tool_save(t, p, &r, path);
	identity_sign_destroy(&pair);
	return error;
}

static enum error_code
sign(struct tool *t)
{
	char words[PARTNERSHIP_FINGERPRINT_MAX], iso[CLOCK_ISO_BYTES];
	struct member_request req;
	struct partnership p;
	enum error_code error;
	struct body *b;

	error = tool_partnership(t, &p);
	if (error == ERR_NONE)
		error = request_load(t->arena, t->cli->argv[0], &req, words,
		    &t->why);
	if (error != ERR_NONE)
		return error;
	b = tool_body(t, KIND_MEMBER);
	if (b == NULL)
		return ERR_NOMEM;
	error = take_options(t, &req, &b->u.member);
	if (error == ERR_NONE)
		error = confirm(t, words);
	if (error == ERR_NONE)
		error = issue(t, &p, false, b, req.id, "");
	if (error == ERR_NONE) {
		clock_iso_day(iso, b->u.member.valid_until);
		tool_say(t, "member", "%s, valid until %s", req.id, iso);
	}
	return error;
}

static enum error_code
standing(struct tool *t, enum wire_kind kind)
{
	const char *id = t->cli->argv[0];
	const char *code = cli_value(t->cli, "reason");
	bool suspend = kind == KIND_MEMBER_SUSPENDED;
	struct partnership p;
	enum error_code error;
	uint32_t reason = 0;
	struct body *b;

	if (code == NULL && suspend) {
		why_set(&t->why, "--reason is missing");
		return ERR_USAGE;
	}
	while (code != NULL && tool_reason_name(reason) != NULL &&
	    strcmp(tool_reason_name(reason), code) != 0)
		reason++;
	if (tool_reason_name(reason) == NULL) {
		why_set(&t->why, "--reason is left, key-lost, key-stolen, "
		    "breached, misuse or other");
		return ERR_USAGE;
	}
	error = tool_partnership(t, &p);
	if (error != ERR_NONE)
		return error;
	b = tool_body(t, kind);
	if (b == NULL)
		return ERR_NOMEM;
	if (strlen(id) > WIRE_ID_MAX) {
		why_set(&t->why, "\"%.60s\": no member id", id);
		return ERR_USAGE;
	}
	strcpy(b->u.standing.id, id);
	b->u.standing.reason = reason;
	return issue(t, &p, suspend, b, id,
	    suspend ? "-suspended" : "-revoked");
}

static int
end(struct tool *t, enum error_code error)
{
	int code = error == ERR_NONE ? CLI_DONE :
	    tool_fail(t, error, t->cli->command->name);

	tool_end(t);
	return code;
}

int
tool_member(struct cli *cli)
{
	struct tool t;
	enum error_code error = tool_begin(cli, &t);

	return end(&t, error != ERR_NONE ? error : sign(&t));
}

int
tool_revoke(struct cli *cli)
{
	struct tool t;
	enum error_code error = tool_begin(cli, &t);

	return end(&t, error != ERR_NONE ? error :
	    standing(&t, KIND_MEMBER_REVOKED));
}

int
tool_suspend(struct cli *cli)
{
	struct tool t;
	enum error_code error = tool_begin(cli, &t);

	return end(&t, error != ERR_NONE ? error :
	    standing(&t, KIND_MEMBER_SUSPENDED));
}
