/*
 * Verbs about reaching people.
 *
 * worker-notice  account, mail, phone, quiet "20:00-07:00"|none, duty, off
 *                -> account, mail, phone, quiet, duty: as they are now.
 *                What is not named stays; off: nothing reaches the account.
 * acknowledge    message or task: who asks looks after it, and nobody else is
 *                called for it; or observation: one of ours that nobody has
 *                opened there, and somebody has telephoned.
 */
#include <sodium.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/cases.h"
#include "agent/notices/contacts.h"
#include "agent/notices/duty.h"
#include "agent/intake/mailbox.h"
#include "agent/outgoing/own.h"
#include "agent/outgoing/unopened.h"

/* A text field into its place; false when it does not fit. */
static bool
take(const struct api_call *c, const char *key, char *out, size_t size)
{
	const char *s = api_text(c, key);

	if (s != NULL && strlen(s) < size)
		strcpy(out, s);
	return s == NULL || strlen(s) < size;
}

/* What the request changes; false with the call ended. */
static bool
change(struct api_call *c, struct contact *to)
{
	const char *quiet = api_text(c, "quiet");
	uint64_t duty;

	if (!take(c, "mail", to->mail, sizeof to->mail))
		api_no(c, CLI_INPUT, "mail: an address of up to %d bytes.",
		    CONTACT_MAIL);
	else if (!take(c, "phone", to->phone, sizeof to->phone))
		api_no(c, CLI_INPUT, "phone: up to %d digits.",
		    CONTACT_PHONE);
	else if (quiet != NULL && !contact_hours(quiet, to))
		api_no(c, CLI_INPUT, "quiet: hours such as 20:00-07:00, or "
		    "none.");
	else {
		if (api_number(c, "duty", &duty))
			to->duty = duty > CONTACT_DUTY_MAX ?
			    CONTACT_DUTY_MAX + 1 : (unsigned)duty;
		return true;
	}
	return false;
}

static void
tell(struct api_call *c, const struct contact *to)
{
	char quiet[16];

	contact_hours_text(to, quiet);
	api_tell(c, CLI_DONE, json_pack("{s:s, s:s, s:s, s:s, s:i}",
	    "account", to->account, "mail", to->mail, "phone", to->phone,
	    "quiet", quiet, "duty", (int)to->duty), NULL);
}

static void
switch_off(struct api_call *c, const char *account)
{
	enum error_code err = contacts_remove(c->agent, account);

	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, NULL, "Nothing is sent to this account "
		    "any more.");
}

void
api_worker_notice(struct api_call *c)
{
	const char *account = api_text(c, "account");
	struct why why = { "" };
	struct contact to = { .account = "" };
	struct worker w;
	enum error_code err = account != NULL ? workers_by_account(c->agent,
	    account, &w) : ERR_NOTFOUND;

	if (err == ERR_NOTFOUND || (err == ERR_NONE && w.ended)) {
		api_no(c, CLI_NO, "no such account is in.");
		return;
	}
	if (err == ERR_NONE && api_true(c, "off")) {
		switch_off(c, account);
		return;
	}
	if (err == ERR_NONE)
		err = contacts_get(c->agent, account, &to);
	if (err == ERR_NOTFOUND)
		err = ERR_NONE;
	memcpy(to.account, w.account, sizeof to.account);
	if (err == ERR_NONE && !change(c, &to))
		goto out;
	if (err == ERR_NONE)
		err = contacts_put(c->agent, &to, &why);
	if (err == ERR_FORMAT)
		api_no(c, CLI_INPUT, "%s.", why.text);
	else if (err != ERR_NONE)
		api_error(c, err, &why);
	else
		tell(c, &to);
out:
	sodium_memzero(&to, sizeof to);
}

/* ---- acknowledge ------------------------------------------------------- */

/* Mail or task of the request, if this worker may see it. */
static bool
is_theirs(struct api_call *c, enum duty_kind kind, uint64_t ref)
{
	const struct worker *w = &c->worker;
	uint8_t case_id[WIRE_CASE];
	struct mail m;

	if (kind == DUTY_MAIL)
		return mailbox_get(c->agent, ref, &m) == ERR_NONE &&
		    cases_shows(c->agent, m.case_id, m.introduction,
		    w->account, w->rights);
	return (w->rights & (RIGHT_ADVOCATE | RIGHT_LEAD)) != 0 &&
	    cases_task_case(c->agent, ref, case_id) == ERR_NONE &&
	    cases_shows(c->agent, case_id, false, w->account, w->rights);
}

static void
acknowledge_call(struct api_call *c)
{
	const struct worker *w = &c->worker;
	struct record_id id;
	struct own o;
	enum error_code err;

	if (!work_own_id(c, api_text(c, "observation"), &id))
		return;
	err = own_get(c->agent, &id, &o, NULL);
	if (err == ERR_NOTFOUND || (err == ERR_NONE && !cases_shows(c->agent,
	    o.case_id, false, w->account, w->rights))) {
		api_no(c, CLI_NO, "This agency wrote no record with that id.");
		return;
	}
	if (err == ERR_NONE)
		err = unopened_acknowledge(c->agent, &id, w->account);
	if (err == ERR_NOTFOUND)
		api_no(c, CLI_NO, "Nobody has to be called for this.");
	else if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, NULL, "Noted: somebody has called.");
}

void
api_acknowledge(struct api_call *c)
{
	enum duty_kind kind = DUTY_MAIL;
	enum error_code err;
	uint64_t ref;

	if (api_text(c, "observation") != NULL) {
		acknowledge_call(c);
		return;
	}
	if (!api_number(c, "message", &ref)) {
		kind = DUTY_TASK;
		if (!api_number(c, "task", &ref)) {
			api_no(c, CLI_USAGE, "Name a message, a task "
			    "or a record.");
			return;
		}
	}
	if (!is_theirs(c, kind, ref)) {
		api_no(c, CLI_NO, "Nothing to show.");
		return;
	}
	err = duty_acknowledge(c->agent, kind, ref, c->worker.account);
	if (err == ERR_NOTFOUND)
		api_no(c, CLI_NO, "Nobody is being called for this.");
	else if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, NULL, "Noted: nobody else is called for "
		    "it. It still has to be opened.");
}
