/*
 * Verbs about introductions: exclude, introduce.  The contract is at the top
 * of case.c.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/facts.h"
#include "agent/cases/part.h"
#include "agent/consent/consent.h"

enum { RECIPIENTS_MAX = 64 };

/* Who may be introduced to: permissions of scope ID alone, not ended. */
struct recipients {
	struct agent *a;
	const uint8_t *case_id;
	char member[RECIPIENTS_MAX][WIRE_ID_MAX + 1];
	size_t n;
};

static enum error_code
find_recipient(void *ctx, const struct store_arrow *arrow)
{
	struct recipients *r = ctx;
	struct grant g[RULES_GRANTS_MAX];
	const uint64_t now = agent_now(r->a);
	unsigned n = 0;
	enum error_code err;

	if (strcmp(arrow->sender, r->a->member) != 0 ||
	    r->n == RECIPIENTS_MAX)
		return ERR_NONE;
	err = store_grants(r->a->slice, r->case_id, arrow->sender,
	    arrow->recipient, g, &n);
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		if (g[i].introduction && g[i].ended_by == ENDED_NOT &&
		    now < g[i].until) {
			strcpy(r->member[r->n++], arrow->recipient);
			break;
		}
	return err;
}

static bool
wanted(const json_t *to, const char *member)
{
	const json_t *v;
	size_t i;

	if (!json_is_array(to))
		return true;
	json_array_foreach(to, i, v)
		if (json_is_string(v) &&
		    strcmp(json_string_value(v), member) == 0)
			return true;
	return false;
}

static enum error_code
introduce_all(struct api_call *c, const struct recipients *r,
    const struct content *content, json_t *told)
{
	const json_t *to = json_object_get(c->in, "to");
	enum error_code err = agent_begin(c->agent);

	if (err != ERR_NONE)
		return err;
	err = cases_book_put(c->agent, r->case_id, content);
	for (size_t i = 0; i < r->n && err == ERR_NONE; i++) {
		if (!wanted(to, r->member[i]))
			continue;
		err = cases_introduce(c->agent, c->worker.account,
		    r->case_id, r->member[i], content);
		json_array_append_new(told, json_string(r->member[i]));
	}
	return agent_end(c->agent, err);
}

/* Who was told, and where somebody is close to the person causing harm. */
static json_t *
introduced(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    json_t *told)
{
	json_t *close = json_array();
	struct case_facts f;

	if (case_facts_get(c->agent, case_id, &f) != ERR_NONE)
		f.n_close = 0;
	for (size_t i = 0; i < f.n_close; i++)
		json_array_append_new(close, json_string(f.close[i]));
	return json_pack("{s:o, s:o}", "introductions", told, "close", close);
}

/* Book and messages get the same content, under a new id. */
static void
send_introduction(struct api_call *c,
    const uint8_t case_id[static WIRE_CASE], struct content *content)
{
	struct recipients r = { .a = c->agent, .case_id = case_id };
	json_t *told = json_array();
	uint8_t id[RECORD_ID_LEN];
	enum error_code err;

	randombytes_buf(id, sizeof id);
	content_set_id(content, id);
	err = store_arrows(c->agent->slice, case_id, find_recipient, &r);
	if (err == ERR_NONE)
		err = introduce_all(c, &r, content, told);
	if (err != ERR_NONE) {
		json_decref(told);
		api_error(c, err, NULL);
	} else if (json_array_size(told) == 0) {
		api_tell(c, CLI_NO, introduced(c, case_id, told),
		    "Kept in the book. Nobody may be introduced at the "
		    "moment: that needs a permission of scope ID.");
	} else {
		api_tell(c, CLI_DONE, introduced(c, case_id, told),
		    "On its way to each; a conflict officer there reads it.");
	}
}

/* The book, or the introduction in the request. */
static enum error_code
load(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    struct content *content, struct why *why)
{
	const json_t *in = json_object_get(c->in, "introduction");
	enum error_code err;
	char *text;

	if (in == NULL || json_is_null(in)) {
		err = cases_book_get(c->agent, case_id, content);
		if (err == ERR_NOTFOUND)
			why_set(why, "The book has no introduction of this "
			    "case yet: hand one in.");
		return err;
	}
	text = json_dumps(in, JSON_COMPACT | JSON_ENCODE_ANY);
	if (text == NULL)
		return ERR_NOMEM;
	err = content_read(content, text, strlen(text), NULL, why);
	sodium_memzero(text, strlen(text));
	free(text);
	if (err == ERR_NONE && content->kind != CONTENT_INTRODUCTION) {
		why_set(why, "introduction: must be wayleave/introduction/1");
		err = ERR_FORMAT;
	}
	return err;
}

static enum error_code
add_exclusions(struct api_call *c, struct introduction *in, struct why *why)
{
	const json_t *list = json_object_get(c->in, "exclusions"), *v;
	size_t i;

	if (json_array_size(list) == 0) {
		why_set(why, "exclusions: name and relation of at least one");
		return ERR_FORMAT;
	}
	json_array_foreach(list, i, v) {
		struct content_exclusion *x = &in->exclusions[in->n_exclusions];
		const char *name = json_string_value(json_object_get(v,
		    "name"));
		const char *relation = json_string_value(json_object_get(v,
		    "relation"));

		if (in->n_exclusions == INTRODUCTION_EXCLUSIONS_MAX) {
			why_set(why, "exclusions: at most %d in all",
			    INTRODUCTION_EXCLUSIONS_MAX);
			return ERR_SIZE;
		}
		if (name == NULL || name[0] == '\0' ||
		    strlen(name) >= sizeof x->name || (relation != NULL &&
		    strlen(relation) >= sizeof x->relation)) {
			why_set(why, "exclusions[%zu]: a name of up to 127 "
			    "bytes, a relation of up to 63", i);
			return ERR_FORMAT;
		}
		strcpy(x->name, name);
		strcpy(x->relation, relation != NULL ? relation : "");
		in->n_exclusions++;
	}
	return ERR_NONE;
}

/* What a recipient would refuse to read is not put into the book either. */
static enum error_code
readable(const struct content *content, struct why *why)
{
	struct content *again = malloc(sizeof *again);
	struct buf b;
	enum error_code err = again != NULL ? ERR_NONE : ERR_NOMEM;

	buf_init(&b, CONTENT_MAX);
	if (err == ERR_NONE)
		err = content_store(content, &b);
	if (err == ERR_NONE) {
		err = content_load(again, buf_view(&b), why);
		content_wipe(again);
	}
	buf_free(&b);
	free(again);
	return err;
}

/* Where somebody works who is close to the person causing harm stays here. */
static enum error_code
keep_close(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    struct why *why)
{
	const json_t *list = json_object_get(c->in, "exclusions"), *v;
	struct case_facts f;
	enum error_code err = case_facts_get(c->agent, case_id, &f);
	size_t i;

	json_array_foreach(list, i, v) {
		const char *at = json_string_value(json_object_get(v, "at"));

		if (err == ERR_NONE && at != NULL && at[0] != '\0')
			err = case_facts_add_close(&f, at);
		if (err == ERR_FORMAT || err == ERR_SIZE) {
			why_set(why, "exclusions[%zu]: at: an agency, at most "
			    "%d of them", i, FACTS_CLOSE_MAX);
			return err;
		}
	}
	return err == ERR_NONE ? case_facts_put(c->agent, case_id, &f) : err;
}

static void
introduction(struct api_call *c, bool exclude)
{
	struct content *content = calloc(1, sizeof *content);
	uint8_t case_id[WIRE_CASE];
	struct why why = { "" };
	enum error_code err;

	if (content == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	if (!act_own_case(c, case_id)) {
		free(content);
		return;
	}
	err = load(c, case_id, content, &why);
	if (err == ERR_NONE && exclude)
		err = add_exclusions(c, &content->u.introduction, &why);
	if (err == ERR_NONE)
		err = readable(content, &why);
	if (err == ERR_NONE && exclude)
		err = keep_close(c, case_id, &why);
	if (err == ERR_NONE)
		send_introduction(c, case_id, content);
	else if (err == ERR_NOTFOUND)
		api_no(c, CLI_NO, "%s", why.text);
	else
		api_no(c, err == ERR_FORMAT || err == ERR_SIZE ? CLI_INPUT :
		    cli_exit_of(err), "%s", why.text[0] != '\0' ? why.text :
		    error_text(err));
	content_wipe(content);
	free(content);
}

void
api_exclude(struct api_call *c)
{
	introduction(c, true);
}

void
api_introduce(struct api_call *c)
{
	introduction(c, false);
}
