/*
 * What a request for an act says: the case, her passphrase, a phrase.
 */
#include <sodium.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/consent/consent.h"
#include "agent/words.h"

void
act_wipe_text(struct api_call *c, const char *key)
{
	const char *s = api_text(c, key);

	/* jansson owns the bytes; they are wiped where they stand */
	if (s != NULL)
		sodium_memzero((char *)(uintptr_t)s, strlen(s));
}

bool
act_connected(struct api_call *c)
{
	const enum agent_trouble trouble = agent_trouble(c->agent);

	if (trouble == TROUBLE_NONE)
		return true;
	api_no(c, trouble == TROUBLE_LOCKED ? CLI_LOCKED : CLI_NOT_NOW,
	    "%s Consent is signed only while connected; nothing was "
	    "changed.", agent_trouble_text(trouble));
	return false;
}

bool
act_own_case(struct api_call *c, uint8_t case_id[static WIRE_CASE])
{
	if (!work_case(c, case_id))
		return false;
	if (cases_ours(c->agent, case_id))
		return true;
	api_no(c, CLI_NO, "Only the agency that keeps the case does that.");
	return false;
}

static bool
phrase_in(struct api_call *c, const char *key, unsigned words,
    struct phrase *out)
{
	const char *s = api_text(c, key);
	bool ok = s != NULL && phrase_parse(bytes_str(s), words, out,
	    NULL) == ERR_NONE;

	act_wipe_text(c, key);
	return ok;
}

bool
act_phrase(struct api_call *c, struct phrase *out)
{
	if (phrase_in(c, "phrase", PHRASE_STOP, out))
		return true;
	api_no(c, CLI_NO, "%s", words_text("R7-impossible", WORDS_ANYONE));
	return false;
}

static enum error_code
load_consent_key(struct act *t)
{
	struct db_stmt *st = t->a->sql[SQL_CONSENT_GET];
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, t->case_id, WIRE_CASE);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = db_col_fixed(st, 0, t->key, KEY_PUBLIC);
	if (err == ERR_NONE)
		err = db_col_fixed(st, 1, t->sealed, CONSENT_SEALED);
	db_done(st);
	return err;
}

bool
act_passphrase(struct act *t)
{
	enum error_code err;

	if (!phrase_in(t->call, "passphrase", PHRASE_PASS, &t->secret->pass)) {
		act_fail(t, CLI_NO, "That is not a possible passphrase (six "
		    "words); please ask again. Nothing was changed.");
		return false;
	}
	err = load_consent_key(t);
	if (err == ERR_NONE)
		return true;
	act_fail(t, err == ERR_NOTFOUND ? CLI_NO : cli_exit_of(err),
	    err == ERR_NOTFOUND ? "Her key for this case is not here: the "
	    "case is closed." : error_text(err));
	return false;
}

bool
act_language(struct act *t)
{
	const char *name = api_text(t->call, "language");

	t->language = name == NULL ? WORDS_EN : words_language_of(name);
	if (t->language != WORDS_END)
		return true;
	act_fail(t, CLI_INPUT, "language: there are no words in that language; "
	    "en or pl");
	return false;
}
