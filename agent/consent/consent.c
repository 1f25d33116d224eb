#include "agent/consent/consent.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases/part.h"
#include "base/log.h"
#include "keys/arrow.h"
#include "keys/secret.h"

enum { MORE_MAX = 16 * 1024 };

/* ---- life -------------------------------------------------------------- */

struct act *
act_new(struct api_call *c, const uint8_t *case_id)
{
	struct act *t = calloc(1, sizeof *t);
	void *secret = NULL;

	if (t != NULL)
		t->item = calloc(ACT_ITEMS, sizeof *t->item);
	if (t == NULL || t->item == NULL ||
	    secret_alloc(sizeof *t->secret, &secret, NULL) != ERR_NONE) {
		if (t != NULL)
			free(t->item);
		free(t);
		api_error(c, ERR_NOMEM, NULL);
		return NULL;
	}
	t->secret = secret;
	t->a = c->agent;
	t->call = c;
	if (case_id != NULL)
		memcpy(t->case_id, case_id, WIRE_CASE);
	return t;
}

void
act_destroy(struct act *t)
{
	if (t == NULL)
		return;
	for (unsigned i = 0; i < t->n; i++) {
		buf_free(&t->item[i].more);
		buf_free(&t->item[i].plain);
		buf_free(&t->item[i].record);
	}
	if (t->ctx_free != NULL)
		t->ctx_free(t->ctx);
	secret_free(t->secret);
	free(t->item);
	free(t);
}

void
act_tell(struct act *t, enum cli_exit code, json_t *result,
    const char *words)
{
	struct api_call *c = t->call;

	t->call = NULL;
	if (c != NULL)
		api_tell(c, code, result, words);
	else
		json_decref(result);
}

void
act_tell_once(struct act *t, enum cli_exit code, json_t *result,
    const char *words)
{
	static const char *const secret[] = { "passphrase", "stop",
	    "forced" };

	json_incref(result);
	act_tell(t, code, result, words);
	for (unsigned i = 0; i < 3; i++) {
		const char *s = json_string_value(json_object_get(result,
		    secret[i]));

		if (s != NULL)
			sodium_memzero((char *)(uintptr_t)s, strlen(s));
	}
	json_decref(result);
}

void
act_fail(struct act *t, enum cli_exit code, const char *words)
{
	act_tell(t, code, NULL, words);
	act_destroy(t);
}

static void
fail_error(struct act *t, enum error_code err, const struct why *why)
{
	act_fail(t, err == ERR_REFUSED ? CLI_NO : cli_exit_of(err),
	    why != NULL && why->text[0] != '\0' ? why->text :
	    error_text(err));
}

/* ---- items ------------------------------------------------------------- */

struct act_item *
act_add(struct act *t, enum wire_kind kind, bool hers)
{
	struct act_item *i;

	if (t->n == ACT_ITEMS)
		return NULL;
	i = &t->item[t->n++];
	i->b.kind = kind;
	outgoing_head(t->a, &i->b);
	i->b.has_case = true;
	memcpy(i->b.case_id, t->case_id, WIRE_CASE);
	i->hers = hers;
	buf_init(&i->more, MORE_MAX);
	buf_init(&i->plain, TERMS_MAX);
	buf_init(&i->record, RECORD_BYTES_MAX);
	return i;
}

enum error_code
act_identify(struct act *t, struct act_item *i)
{
	enum error_code err;

	buf_clear(&i->record);
	err = outgoing_record_bytes(t->a, &i->b, &i->record);
	if (err == ERR_NONE)
		crypto_hash_sha256(i->id, i->record.data, i->record.n);
	return err;
}

enum error_code
act_add_phrases(struct act *t, struct act_item **item)
{
	*item = act_add(t, KIND_PHRASES, true);
	if (*item == NULL)
		return ERR_SIZE;
	memcpy((*item)->b.u.phrases.hash, t->hashes, sizeof t->hashes);
	return act_identify(t, *item);
}

const char *
act_state(const struct act_item *i)
{
	switch (i->outcome.state) {
	case OUT_ADMITTED:
		return "admitted";
	case OUT_REFUSED:
	case OUT_STOPPED:
		return "refused";
	default:
		return "waiting";
	}
}

enum cli_exit
act_code(const struct act *t)
{
	bool waiting = false;

	for (unsigned i = 0; i < t->n; i++) {
		if (strcmp(act_state(&t->item[i]), "refused") == 0)
			return CLI_NO;
		if (strcmp(act_state(&t->item[i]), "waiting") == 0)
			waiting = true;
	}
	return waiting ? CLI_NOT_NOW : CLI_DONE;
}

void
act_show_phrases(const struct act *t, json_t *o)
{
	char text[PHRASE_TEXT_MAX];

	phrase_format(&t->secret->stop, t->language, text);
	json_object_set_new(o, "stop", json_string(text));
	phrase_format(&t->secret->forced, t->language, text);
	json_object_set_new(o, "forced", json_string(text));
	sodium_memzero(text, sizeof text);
}

/* ---- queueing and waiting ---------------------------------------------- */

static enum error_code
keep_phrase(struct act *t, const uint8_t hash[static WIRE_HASH],
    const struct act_item *i)
{
	const uint8_t forced = memcmp(hash, t->forced_hash, WIRE_HASH) == 0;
	struct db_stmt *st = t->a->sql[SQL_PHRASE_PUT];
	struct buf sealed;
	enum error_code err;

	buf_init(&sealed, 128);
	err = books_seal(t->a, "phrase", bytes_of(hash, WIRE_HASH),
	    bytes_of(&forced, 1), &sealed);
	if (err == ERR_NONE) {
		db_bind_blob(st, 1, hash, WIRE_HASH);
		db_bind_blob(st, 2, t->case_id, WIRE_CASE);
		db_bind_u64(st, 3, agent_now(t->a));
		db_bind_blob(st, 4, i->id, WIRE_HASH);
		db_bind_blob(st, 5, sealed.data, sealed.n);
		err = db_run(st);
	}
	buf_free(&sealed);
	return err;
}

static enum error_code
put_item(struct act *t, struct act_item *i,
    const uint8_t signature[static KEY_SIGNATURE], struct why *why)
{
	const struct out_extra extra = { .consent_key = t->key,
	    .consent_sig = signature };
	enum error_code err;

	err = outgoing_put(t->a, &i->b, i->hers ? &extra : NULL, why);
	if (err == ERR_NONE && i->b.kind == KIND_GRANT)
		err = terms_put(t->a, t->case_id, i->id, &i->b.u.grant,
		    buf_view(&i->plain));
	for (unsigned k = 0; k < 2 && err == ERR_NONE &&
	    i->b.kind == KIND_PHRASES; k++)
		err = keep_phrase(t, t->hashes[k], i);
	return err;
}

static enum error_code
put_all(struct act *t, const struct signing_result *r, struct why *why)
{
	static const uint8_t none[KEY_SIGNATURE];
	enum error_code err = agent_begin(t->a);
	unsigned signed_ = 0;

	if (err != ERR_NONE)
		return err;
	if (t->keep != NULL)
		err = t->keep(t);
	for (unsigned i = 0; i < t->n && err == ERR_NONE; i++)
		err = put_item(t, &t->item[i], t->item[i].hers ?
		    r->signature[signed_++] : none, why);
	if (err == ERR_NONE)
		err = outgoing_seal(t->a);
	return agent_end(t->a, err);
}

static void
finish(struct act *t)
{
	enum error_code err = agent_begin(t->a);

	if (err == ERR_NONE) {
		for (unsigned i = 0; i < t->n && err == ERR_NONE; i++)
			if (t->item[i].b.kind == KIND_GRANT &&
			    t->item[i].outcome.state == OUT_REFUSED)
				err = terms_refused(t->a, t->item[i].id);
		err = agent_end(t->a, err);
	}
	if (err != ERR_NONE)
		log_warning(68, "permission", "check the disk",
		    "a refusal could not be noted");
	t->done(t);
	act_destroy(t);
}

static void
settled(struct agent *a, const struct out_outcome *o, void *ctx)
{
	struct act *t = ctx;

	(void)a;
	for (unsigned i = 0; i < t->n; i++)
		if (memcmp(t->item[i].b.stamp, o->stamp, WIRE_STAMP) == 0)
			t->item[i].outcome = *o;
	if (--t->waiting == 0)
		finish(t);
}

static void
wait_all(struct act *t)
{
	/* offline it is kept, and there is nothing to wait for */
	const uint64_t deadline = clock_boot(&t->a->clock) +
	    (t->a->offline_since == 0 ? ACT_WAIT_MS : 0);

	/* so that none of them finishes the act while others are added */
	t->waiting = 1;
	for (unsigned i = 0; i < t->n; i++)
		if (outgoing_wait(t->a, t->item[i].b.stamp, deadline,
		    settled, t) == ERR_NONE)
			t->waiting++;
	outgoing_push(t->a);
	if (--t->waiting == 0)
		finish(t);
}

/* ---- steps ------------------------------------------------------------- */

static void
queue(struct act *t, const struct signing_result *r)
{
	struct why why = { "" };
	enum error_code err = put_all(t, r, &why);

	if (err != ERR_NONE)
		fail_error(t, err, &why);
	else
		wait_all(t);
}

static void
signed_(void *ctx, const struct signing_result *r)
{
	struct act *t = ctx;

	sodium_memzero(&t->secret->pass, t->creates ? 0 :
	    sizeof t->secret->pass);
	if (r->error == ERR_DENIED)
		act_fail(t, CLI_NO, "That is not the passphrase of this case. "
		    "Nothing was changed.");
	else if (r->error != ERR_NONE)
		fail_error(t, r->error, NULL);
	else if (memcmp(r->public, t->key, KEY_PUBLIC) != 0)
		fail_error(t, ERR_CRYPTO, NULL);
	else
		queue(t, r);
}

static void
sign(struct act *t)
{
	struct signing_request q = { .what = SIGNING_SIGN };
	struct bytes record[ACT_ITEMS];
	enum error_code err = ERR_NONE;

	for (unsigned i = 0; i < t->n && err == ERR_NONE; i++) {
		if (!t->item[i].hers)
			continue;
		err = act_identify(t, &t->item[i]);
		record[q.n++] = buf_view(&t->item[i].record);
	}
	q.pass = t->secret->pass;
	memcpy(q.store, t->a->identity->store, KEY_SECRET);
	memcpy(q.sealed, t->sealed, CONSENT_SEALED);
	if (err == ERR_NONE)
		err = signing_start(t->a->signing, &q, record, signed_, t);
	sodium_memzero(&q, sizeof q);
	if (err != ERR_NONE)
		fail_error(t, err, NULL);
}

static void
compose(struct act *t)
{
	struct why why = { "" };
	bool hers = false;
	enum error_code err = t->a->identity != NULL ? t->compose(t, &why) :
	    ERR_LOCKED;

	for (unsigned i = 0; i < t->n; i++)
		hers = hers || t->item[i].hers;
	if (err != ERR_NONE)
		fail_error(t, err, &why);
	else if (hers)
		sign(t);
	else
		queue(t, NULL);
}

static void
drawn(void *ctx, const struct signing_result *r)
{
	struct act *t = ctx;

	if (r->error != ERR_NONE) {
		fail_error(t, r->error, NULL);
		return;
	}
	phrase_hashes(r->token[0], r->token[1], t->hashes);
	phrase_token_hash(r->token[1], t->forced_hash);
	compose(t);
}

static void
draw(struct act *t)
{
	struct signing_request q = { .what = SIGNING_TOKEN, .n = 2 };
	enum error_code err;

	phrase_draw(&t->secret->stop, &t->secret->forced);
	q.phrase[0] = t->secret->stop;
	q.phrase[1] = t->secret->forced;
	memcpy(q.first_root, t->a->first_root, KEY_PUBLIC);
	err = signing_start(t->a->signing, &q, NULL, drawn, t);
	sodium_memzero(&q, sizeof q);
	if (err != ERR_NONE)
		fail_error(t, err, NULL);
}

static void
created(void *ctx, const struct signing_result *r)
{
	struct act *t = ctx;

	if (r->error != ERR_NONE) {
		fail_error(t, r->error, NULL);
		return;
	}
	memcpy(t->key, r->public, KEY_PUBLIC);
	memcpy(t->sealed, r->sealed, CONSENT_SEALED);
	arrow_case_id(t->a->partnership, t->key, t->a->member, t->case_id);
	draw(t);
}

static void
create(struct act *t)
{
	struct signing_request q = { .what = SIGNING_CREATE };
	enum error_code err;

	phrase_draw_pass(&t->secret->pass);
	q.pass = t->secret->pass;
	memcpy(q.store, t->a->identity->store, KEY_SECRET);
	err = signing_start(t->a->signing, &q, NULL, created, t);
	sodium_memzero(&q, sizeof q);
	if (err != ERR_NONE)
		fail_error(t, err, NULL);
}

void
act_run(struct act *t)
{
	if (t->creates)
		create(t);
	else if (t->draws)
		draw(t);
	else
		compose(t);
}
