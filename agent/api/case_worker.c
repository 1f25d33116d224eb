/*
 * Verbs about local accounts; the contract is at the top of case.c.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/cases.h"

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

/* The account's uid, from the request or from this machine; none for an
 * account of the desk alone. */
static bool
uid_of(struct api_call *c, const char *account, uint32_t *uid)
{
	struct passwd pw, *found = NULL;
	char room[4096];
	uint64_t n;

	if (api_true(c, "desk")) {
		*uid = WORKER_NO_UID;
		return true;
	}
	if (api_number(c, "uid", &n)) {
		*uid = (uint32_t)n;
		return n < UINT32_MAX;
	}
	if (getpwnam_r(account, &pw, room, sizeof room, &found) != 0 ||
	    found == NULL)
		return false;
	*uid = (uint32_t)pw.pw_uid;
	return true;
}

/* "may": "worker,lead", or "rights": ["worker","lead"]; else worker. */
static bool
rights_of(struct api_call *c, unsigned *rights, struct why *why)
{
	const char *may = api_text(c, "may");
	const json_t *list = json_object_get(c->in, "rights"), *v;
	unsigned one;
	size_t i;

	*rights = 0;
	if (may == NULL && !json_is_array(list))
		may = "worker";
	if (may != NULL)
		return workers_rights(may, rights, why);
	json_array_foreach(list, i, v) {
		if (!workers_rights(or_empty(json_string_value(v)), &one,
		    why))
			return false;
		*rights |= one;
	}
	return true;
}

void
api_worker_add(struct api_call *c)
{
	const char *account = or_empty(api_text(c, "account"));
	struct why why = { "" };
	enum error_code err;
	unsigned rights;
	uint32_t uid;

	if (!rights_of(c, &rights, &why)) {
		api_no(c, CLI_INPUT, "%s", why.text);
		return;
	}
	if (!uid_of(c, account, &uid)) {
		api_no(c, CLI_INPUT, "account: there is no such account on "
		    "this machine; one for the desk alone is added with "
		    "--desk.");
		return;
	}
	err = workers_add(c->agent, uid, account,
	    or_empty(api_text(c, "name")),
	    or_empty(api_text(c, "staff_number")),
	    or_empty(api_text(c, "role")), or_empty(api_text(c, "team")),
	    rights, &why);
	if (err == ERR_FORMAT)
		api_no(c, CLI_INPUT, "%s", why.text);
	else if (err == ERR_EXISTS)
		api_no(c, CLI_NO, "%s", why.text);
	else if (err != ERR_NONE)
		api_error(c, err, &why);
	else
		api_tell(c, CLI_DONE, json_pack("{s:s, s:s}", "account",
		    account, "state", "waiting"), "Registered. The exchange "
		    "is told who opens under which pseudonym; the name is "
		    "sealed to the auditors.");
}

void
api_worker_end(struct api_call *c)
{
	const char *account = or_empty(api_text(c, "account"));
	struct why why = { "" };
	enum error_code err = workers_end(c->agent, account, &why);

	if (err == ERR_NOTFOUND)
		api_no(c, CLI_NO, "%s.", why.text);
	else if (err != ERR_NONE)
		api_error(c, err, &why);
	else
		api_tell(c, CLI_DONE, json_pack("{s:s}", "account", account),
		    "Out: sessions and whatever was open are closed.");
}

static enum error_code
list_worker(void *ctx, const struct worker *w)
{
	json_t *list = ctx, *o;
	char may[64], hex[2 * WIRE_PSEUDONYM + 1];

	workers_rights_text(w->rights, may);
	hex_encode(hex, w->pseudonym, WIRE_PSEUDONYM);
	o = json_pack("{s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:s}", "account",
	    w->account, "uid", w->uid == WORKER_NO_UID ? json_null() :
	    json_integer((json_int_t)w->uid), "role", w->role, "team",
	    w->team, "may", may, "rights", work_rights(w->rights),
	    "pseudonym", hex, "state", w->ended ? "ended" :
	    w->announced != 0 ? "announced" : "waiting");
	return o != NULL && json_array_append_new(list, o) == 0 ? ERR_NONE :
	    ERR_NOMEM;
}

void
api_worker_list(struct api_call *c)
{
	json_t *list = json_array();
	enum error_code err = workers_list(c->agent, list_worker, list);

	if (err != ERR_NONE) {
		json_decref(list);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o}", "workers", list), NULL);
}
