#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/outgoing/draft.h"
#include "agent/outgoing/outgoing.h"
#include "agent/outgoing/own.h"
#include "base/fault.h"
#include "base/log.h"

enum { LINK_DIGITS_MIN = 8, FOUND_MAX = 120 };

/* ---- life -------------------------------------------------------------------- */

struct draft *
draft_create(const struct api_call *c)
{
	struct draft *d = calloc(1, sizeof *d);

	if (d != NULL) {
		d->dry_run = c->verb == VERB_PREVIEW || api_true(c, "dry_run");
		strcpy(d->survivor, "P2");
	}
	return d;
}

void
draft_destroy(struct draft **d)
{
	if (*d != NULL)
		sodium_memzero(*d, sizeof **d);
	free(*d);
	*d = NULL;
}

/* ---- reading ------------------------------------------------------------------- */

static bool
find_held(const struct held_case *h, const char *prefix, char *hex)
{
	const size_t n = strlen(prefix);
	char one[2 * RECORD_ID_LEN + 1];
	unsigned found = 0;

	for (size_t i = 0; i < h->n; i++) {
		hex_encode(one, h->item[i].content.id.b, RECORD_ID_LEN);
		if (strncmp(one, prefix, n) == 0) {
			strcpy(hex, one);
			found++;
		}
	}
	return found == 1;
}

/* Puts whole ids for beginnings of ids; false with the first bad one. */
static bool
expand_list(const struct held_case *h, json_t *list, const char **bad)
{
	char hex[2 * RECORD_ID_LEN + 1];
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);
		const size_t n = s != NULL ? strlen(s) : 0;

		if (n < LINK_DIGITS_MIN || n >= 2 * RECORD_ID_LEN)
			continue;       /* whole, or for the reader to refuse */
		if (!find_held(h, s, hex)) {
			*bad = s;
			return false;
		}
		json_array_set_new(list, i, json_string(hex));
	}
	return true;
}

/* Does text stand in a record that came from another agency? */
static const char *
text_of(const struct content *c)
{
	const struct observation *o = content_observation(c);

	if (o != NULL)
		return o->text;
	switch (c->kind) {
	case CONTENT_QUESTION:
		return c->u.question.text;
	case CONTENT_ANSWER:
		return c->u.answer.text;
	case CONTENT_TASK:
		return c->u.task.text;
	case CONTENT_GOAL:
		return c->u.goal.text;
	default:
		return "";
	}
}

/* Equal but for case, spaces and punctuation; empty is equal to nothing. */
static bool
same_words(const char *a, const char *b)
{
	bool any = false;

	for (;;) {
		while (*a != '\0' && !isalnum((unsigned char)*a) &&
		    ((unsigned char)*a & 0x80) == 0)
			a++;
		while (*b != '\0' && !isalnum((unsigned char)*b) &&
		    ((unsigned char)*b & 0x80) == 0)
			b++;
		if (*a == '\0' || *b == '\0')
			return any && *a == *b;
		if (tolower((unsigned char)*a++) !=
		    tolower((unsigned char)*b++))
			return false;
		any = true;
	}
}

static bool
share_code(const struct content *a, const struct content *b)
{
	const struct observation *x = content_observation(a);
	const struct observation *y = content_observation(b);

	if (x == NULL || y == NULL)
		return true;
	for (size_t i = 0; i < x->codes.n; i++)
		if (code_list_has(&y->codes, x->codes.v[i]->id))
			return true;
	return false;
}

static bool
is_received(const struct held_case *h, const struct content *c)
{
	for (size_t i = 0; i < h->n; i++)
		if (!h->item[i].own && same_words(text_of(c),
		    text_of(&h->item[i].content)) &&
		    share_code(c, &h->item[i].content))
			return true;
	return false;
}

/* Who writes is who calls; the role may be the document's own word. */
static void
set_author(const struct worker *w, struct content *c)
{
	char *account = NULL, *role = NULL;

	switch (c->kind) {
	case CONTENT_OBSERVATION:
		account = c->u.observation.account;
		role = c->u.observation.author_role;
		break;
	case CONTENT_QUESTION:
		account = c->u.question.account;
		role = c->u.question.author_role;
		break;
	case CONTENT_ANSWER:
		account = c->u.answer.account;
		role = c->u.answer.author_role;
		break;
	case CONTENT_TASK:
		account = c->u.task.account;
		role = c->u.task.author_role;
		break;
	case CONTENT_GOAL:
		account = c->u.goal.account;
		role = c->u.goal.author_role;
		break;
	default:
		return;
	}
	snprintf(account, 64, "%s", w->account);
	if (role[0] == '\0')
		snprintf(role, 48, "%.47s", w->role);
}

static void
tell_malformed(struct api_call *c, const char *rule, const char *words)
{
	api_tell(c, CLI_INPUT, json_pack("{s:s, s:s}", "rule", rule, "text",
	    words), words);
}

static bool
expand_links(struct api_call *c, const struct held_case *h, json_t *doc)
{
	const char *bad = NULL;
	char words[240];

	if (expand_list(h, json_object_get(doc, "links"), &bad) &&
	    expand_list(h, json_object_get(doc, "about"), &bad))
		return true;
	snprintf(words, sizeof words, "$.links: %.40s: no record that is held "
	    "and open here begins like that, or several do; give the whole id",
	    bad);
	tell_malformed(c, "V9", words);
	return false;
}

bool
draft_parse(struct api_call *c, struct draft *d, const json_t *doc)
{
	struct why why = { "" };
	const char *rule = "V0";
	char *text;
	enum error_code err;

	text = json_dumps(doc, JSON_COMPACT);
	if (text == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return false;
	}
	err = content_read(&d->content, text, strlen(text), &rule, &why);
	sodium_memzero(text, strlen(text));
	free(text);
	if (err != ERR_NONE) {
		tell_malformed(c, rule, why.text);
		return false;
	}
	return true;
}

bool
draft_read(struct api_call *c, struct draft *d, const json_t *doc)
{
	json_t *copy = json_deep_copy(doc);
	struct held_case h;
	struct why why = { "" };
	enum error_code err = copy != NULL ? held_load(c->agent, &c->worker,
	    d->case_id, &h, &why) : ERR_NOMEM;
	bool ok;

	if (err != ERR_NONE) {
		json_decref(copy);
		api_error(c, err, &why);
		return false;
	}
	ok = expand_links(c, &h, copy) && draft_parse(c, d, copy);
	if (ok) {
		set_author(&c->worker, &d->content);
		d->facts.received = is_received(&h, &d->content);
		if (h.people.survivors.n > 0)
			strcpy(d->survivor, h.people.survivors.v[0].s);
	}
	held_free(&h);
	json_decref(copy);
	return ok;
}

/* ---- the language check ---------------------------------------------------------------- */

json_t *
draft_hits(const char *text, const struct lint_hit *hit, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		char classes[16];
		size_t cut = hit[i].n < FOUND_MAX ? hit[i].n : FOUND_MAX;

		while (cut < hit[i].n && cut > 0 &&
		    ((unsigned char)text[hit[i].at + cut] & 0xc0) == 0x80)
			cut--;
		lint_classes_text(hit[i].classes, classes);
		json_array_append_new(list, json_pack("{s:i, s:s, s:I, s:s%, "
		    "s:s}", "row", (int)hit[i].row, "classes", classes, "at",
		    (json_int_t)hit[i].at, "found", text + hit[i].at, cut,
		    "offer", hit[i].offer));
	}
	return list;
}

json_t *
draft_lint(const struct draft *d)
{
	const struct observation *o = content_observation(&d->content);
	const struct lint_context plain = { .survivor = false };
	const char *text = text_of(&d->content);
	struct lint_hit hit[LINT_HITS_MAX];
	size_t n = o != NULL ? lint_observation(o, d->survivor, hit,
	    LINT_HITS_MAX) : lint_text(text, &plain, hit, LINT_HITS_MAX);

	return draft_hits(text, hit, n);
}

/* ---- going -------------------------------------------------------------------------------- */

static const char *
key_of(const struct content *c)
{
	const struct observation *o = content_observation(c);

	if (o != NULL)
		return o->idempotency_key;
	return c->kind == CONTENT_QUESTION ? c->u.question.idempotency_key :
	    "";
}

/*
 * Ids are random; of a document with a key they are the key's keyed hash, so
 * that the second coming of the same key finds the first.
 */
static void
give_id(const struct agent *a, struct content *c)
{
	static const char prefix[] = "wayleave/1 idempotency\n";
	const char *key = key_of(c);
	uint8_t id[RECORD_ID_LEN];
	crypto_generichash_state st;

	if (key[0] == '\0') {
		randombytes_buf(id, sizeof id);
	} else {
		crypto_generichash_init(&st, a->identity->agency,
		    sizeof a->identity->agency, sizeof id);
		crypto_generichash_update(&st, (const uint8_t *)prefix,
		    sizeof prefix - 1);
		crypto_generichash_update(&st, (const uint8_t *)key,
		    strlen(key));
		crypto_generichash_final(&st, id, sizeof id);
		sodium_memzero(&st, sizeof st);
	}
	content_set_id(c, id);
}

static json_t *
copy_json(const struct copy *copy)
{
	static const char *const state[] = { "not-sent", "queued", "waiting",
	    "refused" };
	char hex[2 * WIRE_STAMP + 1];
	json_t *o = json_pack("{s:s, s:s}", "member", copy->member, "state",
	    state[copy->state]);

	if (o == NULL)
		return NULL;
	if (copy->state == COPY_REFUSED) {
		json_object_set_new(o, "rule", json_string(copy->rule));
		json_object_set_new(o, "text", json_string(copy->text));
	}
	if (copy->state == COPY_QUEUED &&
	    !sodium_is_zero(copy->stamp, WIRE_STAMP)) {
		hex_encode(hex, copy->stamp, WIRE_STAMP);
		json_object_set_new(o, "message", json_string(hex));
		if (copy->expires != 0)
			json_object_set_new(o, "expires",
			    work_time(copy->expires));
	}
	return o;
}

static void
tell_copies(struct api_call *c, const struct draft *d, const char *state)
{
	json_t *copies = json_array();
	bool refused = false;

	for (unsigned i = 0; i < d->n; i++) {
		refused |= d->copy[i].state == COPY_REFUSED;
		json_array_append_new(copies, copy_json(&d->copy[i]));
	}
	api_tell(c, refused ? CLI_NO : CLI_DONE, json_pack("{s:o, s:s, s:o, "
	    "s:o}", "id", work_id(&d->content.id), "state", d->n == 0 &&
	    !d->dry_run ? "kept" : state, "lint", draft_lint(d), "copies",
	    copies), NULL);
}

static void
tell_refused(struct api_call *c, const struct draft *d, const char *rule,
    const char *field, const char *text)
{
	char words[400];

	snprintf(words, sizeof words, "%s  %s: %s", rule, field, text);
	api_tell(c, CLI_NO, json_pack("{s:s, s:s, s:s, s:s, s:o}", "state",
	    "refused", "rule", rule, "field", field, "text", text, "lint",
	    draft_lint(d)), words);
}

static enum error_code
note_waiting(void *ctx, const char *member)
{
	struct draft *d = ctx;

	for (unsigned i = 0; i < d->n; i++)
		if (strcmp(d->copy[i].member, member) == 0)
			d->copy[i].state = COPY_WAITING;
	return ERR_NONE;
}

/* What became of the copies of an earlier coming of this document. */
static enum error_code
look_up_copies(struct api_call *c, struct draft *d)
{
	struct db_stmt *st = c->agent->sql[SQL_OUT_ABOUT];
	bool found[COMPOSE_RECIPIENTS_MAX] = { false };
	char to[WIRE_ID_MAX + 1];
	struct why why = { "" };
	enum error_code err;
	bool row;

	err = compose_preview(c->agent, &c->worker, d->case_id, &d->content,
	    d->copy, d->n, &why);
	if (err != ERR_NONE)
		return err;
	db_bind_blob(st, 1, d->content.id.b, RECORD_ID_LEN);
	db_bind_i64(st, 2, KIND_SUBMISSION);
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = db_col_str(st, 5, to, sizeof to);
		for (unsigned i = 0; i < d->n && err == ERR_NONE; i++)
			if (strcmp(d->copy[i].member, to) == 0) {
				found[i] = true;
				d->copy[i].state = COPY_QUEUED;
				err = db_col_fixed(st, 0, d->copy[i].stamp,
				    WIRE_STAMP);
			}
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	for (unsigned i = 0; i < d->n; i++)
		if (!found[i] && d->copy[i].state != COPY_REFUSED)
			d->copy[i].state = 0;
	return err == ERR_NONE ? compose_waiting(c->agent, &d->content.id,
	    note_waiting, d) : err;
}

/* True when the key was used before: then the call has been ended. */
static bool
repeated(struct api_call *c, struct draft *d)
{
	struct content first;
	struct buf was, is;
	struct own o;
	enum error_code err;

	if (key_of(&d->content)[0] == '\0')
		return false;
	err = own_get(c->agent, &d->content.id, &o, &first);
	if (err == ERR_NOTFOUND)
		return false;
	if (err != ERR_NONE) {
		api_error(c, err, NULL);
		return true;
	}
	buf_init(&was, CONTENT_MAX);
	buf_init(&is, CONTENT_MAX);
	err = content_store(&first, &was);
	if (err == ERR_NONE)
		err = content_store(&d->content, &is);
	if (err == ERR_NONE && (memcmp(o.case_id, d->case_id, WIRE_CASE) != 0 ||
	    !bytes_equal(buf_view(&was), buf_view(&is))))
		tell_refused(c, d, "key", "idempotency_key", "This key was "
		    "used before, for another record.");
	else if (err == ERR_NONE && (err = look_up_copies(c, d)) == ERR_NONE)
		tell_copies(c, d, "repeated");
	if (err != ERR_NONE)
		api_error(c, err, NULL);
	content_wipe(&first);
	buf_free(&was);
	buf_free(&is);
	return true;
}

void
draft_go(struct api_call *c, struct draft *d)
{
	struct refusal no = { "", "", "" };
	struct why why = { "" };
	enum error_code err = validate_content(&d->content, &d->facts, &no);

	if (err == ERR_REFUSED) {
		tell_refused(c, d, no.rule, no.field, no.text);
		return;
	}
	give_id(c->agent, &d->content);
	if (!d->dry_run && repeated(c, d))
		return;
	if (fault_break("p7"))
		log_notice("send", "%s", text_of(&d->content));
	if (d->dry_run)
		err = compose_preview(c->agent, &c->worker, d->case_id,
		    &d->content, d->copy, d->n, &why);
	else
		err = compose_send(c->agent, &c->worker, d->case_id,
		    &d->content, d->copy, d->n, &no, &why);
	if (err == ERR_REFUSED)
		tell_refused(c, d, no.rule, no.field, no.text);
	else if (err != ERR_NONE)
		api_error(c, err, &why);
	else
		tell_copies(c, d, d->dry_run ? "preview" : "accepted");
}
