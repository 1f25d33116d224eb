#include "tests/support/smallcase.h"

#include <string.h>
#include <unistd.h>

enum { ASK_MS = 25 * 1000, PAUSE_US = 100 * 1000, SECOND_UID = 65534 };

bool
small_agencies(struct small *s, int argc, char **argv)
{
	memset(s, 0, sizeof *s);
	strcpy(s->broker, "broker");
	s->names = "Example";
	for (int i = 0; i < argc && i < SMALL_AGENCIES; i++) {
		const char *is = strchr(argv[i], '=');
		struct small_agency *a = &s->agency[s->n++];

		if (is == NULL || is - argv[i] > WIRE_ID_MAX ||
		    strlen(is + 1) >= sizeof a->socket)
			return false;
		memcpy(a->id, argv[i], (size_t)(is - argv[i]));
		strcpy(a->socket, is + 1);
	}
	return s->n >= 2 && argc <= SMALL_AGENCIES;
}

static enum outcome
ask(struct small *s, struct history *h, unsigned at, enum api_verb verb,
    json_t *in, json_t **result)
{
	return history_ask(h, s->agency[at].id, s->agency[at].socket, verb,
	    in, ASK_MS, result);
}

static const char *
text(const json_t *o, const char *key)
{
	const char *v = json_string_value(json_object_get(o, key));

	return v != NULL ? v : "";
}

static bool
late(uint64_t until)
{
	usleep(PAUSE_US);
	return history_now() > until;
}

/* ---- accounts ---------------------------------------------------------------- */

/* 2 when both are in the ledger, 1 when both are known, else 0. */
static int
accounts(struct small *s, struct history *h, unsigned at)
{
	json_t *out = NULL, *w;
	unsigned known = 0, announced = 0;
	size_t i;

	(void)ask(s, h, at, VERB_WORKER_LIST, NULL, &out);
	json_array_foreach(json_object_get(out, "workers"), i, w) {
		known++;
		announced += strcmp(text(w, "state"), "announced") == 0;
	}
	json_decref(out);
	return announced >= 2 ? 2 : known >= 2 ? 1 : 0;
}

static void
add_account(struct small *s, struct history *h, unsigned at,
    const char *account, unsigned uid)
{
	(void)ask(s, h, at, VERB_WORKER_ADD, json_pack("{s:s, s:s, s:s, s:s, "
	    "s:s, s:i}", "account", account, "name", account, "role",
	    "social-worker", "team", "one", "may",
	    "worker,lead,advocate,officer,it", "uid", (int)uid), NULL);
}

bool
small_workers(struct small *s, struct history *h, uint64_t until)
{
	for (unsigned i = 0; i < s->n; i++) {
		int have;

		while ((have = accounts(s, h, i)) < 2) {
			if (have == 0) {
				add_account(s, h, i, "first",
				    (unsigned)getuid());
				add_account(s, h, i, "second", SECOND_UID);
			}
			if (late(until))
				return false;
		}
	}
	return true;
}

/* ---- consent ------------------------------------------------------------------- */

/* A permission with what had to be asked in the room. */
static json_t *
line(const struct small *s, const char *name, unsigned from, unsigned to,
    const char *scope)
{
	return json_pack("{s:s, s:s, s:[s], s:[s], s:s, s:i}", "name", name,
	    "from", s->agency[from].id, "to", s->agency[to].id, "scopes",
	    scope, "purpose", "PU01", "days", 60);
}

static json_t *
conversation(const struct small *s)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:[s, s, s], s:s, s:s, s:s, "
	    "s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:[s, s], s:s, s:s, s:s, s:s, "
	    "s:i}", "intermediary", s->broker, "principal", "P2", "grantor",
	    "P2", "capacity", "self", "subjects", "P1", "P2", "K1", "method",
	    "in-person", "notice", "consent-notice/1", "language", "en",
	    "asked_alone", "yes", "safe_now", "yes", "pressed", "no",
	    "not_condition_of_service", 1, "told_how_to_stop", 1,
	    "jurisdiction", "GB-SCT", "law_profile", "SCOT", "lawful_bases",
	    "LB1", "LB2", "duty_shown", "none", "conflict_checked",
	    "2026-01-15", "conflict_checked_by", "advocate",
	    "conflict_found", "no", "keep_read_days", 10);
}

static json_t *
introduction(const struct small *s)
{
	char a[120], b[120], c[120];

	snprintf(a, sizeof a, "%.60s Aleksander", s->names);
	snprintf(b, sizeof b, "%.60s Marketa", s->names);
	snprintf(c, sizeof c, "%.60s Agata", s->names);
	return json_pack("{s:s, s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}]}",
	    "schema", "wayleave/introduction/1", "persons", "id", "P1",
	    "name", a, "id", "P2", "name", b, "id", "K1", "name", c);
}

/* Signs these lines (stolen); the grants it was told of into `k`. */
static enum outcome
consent(struct small *s, struct history *h, struct small_case *k,
    json_t *lines, json_t *intro)
{
	json_t *in, *out = NULL, *g;
	enum outcome o;
	size_t i;

	in = json_pack("{s:s, s:s, s:s, s:[s], s:{s:s, s:{s:s}, s:o, s:o}}",
	    "case", k->reference, "passphrase", k->passphrase, "waiver",
	    "second", "causing_harm", "P1", "set", "schema",
	    "wayleave/consent-set/1", "case", "local", k->reference,
	    "conversation", conversation(s), "grants", lines);
	if (intro != NULL)
		json_object_set_new(in, "introduction", intro);
	o = ask(s, h, 0, VERB_CONSENT, in, &out);
	if (text(out, "stop")[0] != '\0') {
		snprintf(k->stop, sizeof k->stop, "%s", text(out, "stop"));
		snprintf(k->forced, sizeof k->forced, "%s",
		    text(out, "forced"));
	}
	json_array_foreach(json_object_get(out, "grants"), i, g) {
		for (unsigned j = 0; j < k->n; j++) {
			struct small_grant *have = &k->grant[j];

			if (strcmp(text(g, "from"),
			    s->agency[have->from].id) == 0 &&
			    strcmp(text(g, "to"),
			    s->agency[have->to].id) == 0 &&
			    strcmp(text(g, "name"), "ID") != 0 &&
			    strcmp(text(g, "state"), "refused") != 0)
				snprintf(have->id, sizeof have->id, "%s",
				    text(g, "grant"));
		}
	}
	json_decref(out);
	return o;
}

bool
small_grant_again(struct small *s, struct history *h, struct small_case *k,
    unsigned g)
{
	json_t *lines = json_array();

	json_array_append_new(lines, line(s, "G", k->grant[g].from,
	    k->grant[g].to, "C1"));
	k->grant[g].id[0] = '\0';
	return consent(s, h, k, lines, NULL) == OUTCOME_OK &&
	    k->grant[g].id[0] != '\0';
}

enum outcome
small_withdraw(struct small *s, struct history *h, struct small_case *k,
    unsigned g)
{
	return ask(s, h, 0, VERB_WITHDRAW, json_pack("{s:s, s:s, s:s}",
	    "case", k->reference, "grant", k->grant[g].id, "heard",
	    "in-person"), NULL);
}

enum outcome
small_stop(struct small *s, struct history *h, unsigned at,
    const char *phrase)
{
	return ask(s, h, at, VERB_STOP, json_pack("{s:s}", "phrase", phrase),
	    NULL);
}

/* ---- a case ----------------------------------------------------------------------- */

/* The newest case number of an agency. */
static uint64_t
newest(struct small *s, struct history *h, unsigned at)
{
	json_t *out = NULL, *k;
	uint64_t no = 0;
	size_t i;

	(void)ask(s, h, at, VERB_CASES, NULL, &out);
	json_array_foreach(json_object_get(out, "cases"), i, k) {
		uint64_t is = (uint64_t)json_integer_value(
		    json_object_get(k, "case"));

		if (is > no)
			no = is;
	}
	json_decref(out);
	return no;
}

/* The officer opens the introduction of case `no` and confirms the check. */
static bool
check(struct small *s, struct history *h, unsigned at, uint64_t no)
{
	json_t *out = NULL, *m;
	enum outcome o = OUTCOME_UNKNOWN;
	size_t i;

	(void)ask(s, h, at, VERB_INBOX, NULL, &out);
	json_array_foreach(json_object_get(out, "items"), i, m) {
		if ((uint64_t)json_integer_value(json_object_get(m, "case")) !=
		    no || !json_is_true(json_object_get(m, "introduction")))
			continue;
		o = ask(s, h, at, VERB_OPEN, json_pack("{s:I}", "message",
		    json_integer_value(json_object_get(m, "message"))), NULL);
		if (o == OUTCOME_OK)
			o = ask(s, h, at, VERB_CHECKED, json_pack("{s:I, s:b, "
			    "s:[]}", "case", (json_int_t)no, "confirm", 1,
			    "excluded"), NULL);
		break;
	}
	json_decref(out);
	return o == OUTCOME_OK;
}

static bool
is_checked(struct small *s, struct history *h, unsigned at, uint64_t no)
{
	json_t *out = NULL, *k;
	bool is = false;
	size_t i;

	(void)ask(s, h, at, VERB_CASES, NULL, &out);
	json_array_foreach(json_object_get(out, "cases"), i, k)
		is |= (uint64_t)json_integer_value(json_object_get(k,
		    "case")) == no && json_is_true(json_object_get(k,
		    "checked"));
	json_decref(out);
	return is;
}

static bool
open_it(struct small *s, struct history *h, struct small_case *k,
    uint64_t until)
{
	json_t *out = NULL;
	enum outcome o;

	/* Unanswered: the secrets are lost with the answer, so another one. */
	for (unsigned again = 0;; again++) {
		snprintf(k->reference + strlen(k->reference),
		    sizeof k->reference - strlen(k->reference), "%s",
		    again > 0 ? "x" : "");
		o = ask(s, h, 0, VERB_CASE_OPEN, json_pack("{s:s}",
		    "reference", k->reference), &out);
		if (o == OUTCOME_OK)
			break;
		json_decref(out);
		out = NULL;
		if (late(until))
			return false;
	}
	snprintf(k->passphrase, sizeof k->passphrase, "%s",
	    text(out, "passphrase"));
	snprintf(k->stop, sizeof k->stop, "%s", text(out, "stop"));
	snprintf(k->forced, sizeof k->forced, "%s", text(out, "forced"));
	k->number[0] = (uint64_t)json_integer_value(json_object_get(out,
	    "case"));
	json_decref(out);
	return k->passphrase[0] != '\0';
}

/* All arrows and introductions in one signing. */
static bool
agree(struct small *s, struct history *h, struct small_case *k,
    uint64_t until)
{
	do {
		json_t *lines = json_array();

		for (unsigned i = 1; i < s->n; i++)
			json_array_append_new(lines, line(s, "ID", 0, i,
			    "ID"));
		k->n = 0;
		for (unsigned i = 0; i < s->n; i++)
			for (unsigned j = 0; j < s->n; j++) {
				if (i == j || k->n == SMALL_GRANTS)
					continue;
				k->grant[k->n++] = (struct small_grant){
				    .from = i, .to = j };
				json_array_append_new(lines, line(s, "G", i,
				    j, "C1"));
			}
		if (consent(s, h, k, lines, introduction(s)) == OUTCOME_OK)
			return true;
	} while (!late(until));
	return false;
}

bool
small_open(struct small *s, struct history *h, const char *reference,
    struct small_case *k, uint64_t until)
{
	uint64_t before[SMALL_AGENCIES];

	memset(k, 0, sizeof *k);
	snprintf(k->reference, sizeof k->reference, "%.30s", reference);
	for (unsigned i = 1; i < s->n; i++)
		before[i] = newest(s, h, i);
	if (!open_it(s, h, k, until) || !agree(s, h, k, until))
		return false;
	for (unsigned i = 1; i < s->n; i++) {
		while ((k->number[i] = newest(s, h, i)) <= before[i])
			if (late(until))
				return false;
		while (!check(s, h, i, k->number[i]) &&
		    !is_checked(s, h, i, k->number[i]))
			if (late(until))
				return false;
	}
	return true;
}

/* ---- observations -------------------------------------------------------------------- */

json_t *
small_observation(const char *key, const char *says)
{
	return json_pack("{s:s, s:s, s:{s:s}, s:s, s:s, s:[s], s:[s], s:s, "
	    "s:{s:s, s:s, s:s, s:s}, s:s, s:s, s:s}", "schema",
	    "wayleave/observation/1", "idempotency_key", key, "author",
	    "role", "children-worker", "component", "C1", "actor", "P1",
	    "targets", "P2", "codes", "CC01", "text", says, "when", "from",
	    "2026-01", "to", "2026-02", "precision", "month", "recency",
	    "RC2", "frequency", "FQ2", "source", "SRC6", "lawful_basis",
	    "LB2");
}

enum outcome
small_send(struct small *s, struct history *h, const struct small_case *k,
    unsigned from, uint64_t to, const char *key, const char *says,
    json_t **result)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < s->n; i++)
		if (i != from && (to >> i & 1) != 0)
			json_array_append_new(list,
			    json_string(s->agency[i].id));
	return ask(s, h, from, VERB_SEND, json_pack("{s:I, s:o, s:o}", "case",
	    (json_int_t)k->number[from], "to", list, "content",
	    small_observation(key, says)), result);
}
