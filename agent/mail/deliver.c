#include "agent/mail/deliver.h"

#include <sodium.h>
#include <string.h>

#include "agent/mail/letter.h"
#include "agent/mail/smtp.h"
#include "base/clock.h"
#include "keys/unlock.h"

enum { LETTER_MAX = 16 * 1024 };

/* Of the account at the server; *out NULL when it needs none. */
static enum error_code
password(const struct agent_config *c, struct unlock **out, struct why *why)
{
	*out = NULL;
	if (c->smtp_user[0] == '\0')
		return ERR_NONE;
	if (c->smtp_password_file[0] != '\0')
		return unlock_of_file(c->smtp_password_file, out, why);
	return unlock_of_credential(c->smtp_credential, out, why);
}

/* As a string in locked memory; unlock_of_* leave room for the NUL. */
static const char *
secret(struct unlock *u)
{
	if (u == NULL)
		return "";
	if (u->n_passphrase == sizeof u->passphrase)
		u->n_passphrase--;
	u->passphrase[u->n_passphrase] = '\0';
	return u->passphrase;
}

enum error_code
deliver(const struct agent_config *c, const char *to, const char *text,
    struct why *why)
{
	struct letter l = { .from = c->smtp_from, .to = to, .text = text,
	    .time = clock_ms() };
	struct smtp s = { .url = c->smtp_url, .user = c->smtp_user,
	    .ca_file = c->smtp_ca_file };
	struct unlock *u = NULL;
	struct buf letter;
	enum error_code err;

	if (c->smtp_url[0] == '\0') {
		why_set(why, "[notify] smtp_url is not set");
		return ERR_CONFIG;
	}
	randombytes_buf(l.id, sizeof l.id);
	buf_init(&letter, LETTER_MAX);
	err = letter_write(&l, &letter);
	if (err == ERR_FORMAT)
		why_set(why, "not an address, or not a text");
	if (err == ERR_NONE)
		err = password(c, &u, why);
	if (err == ERR_NONE) {
		s.password = secret(u);
		err = smtp_send(&s, c->smtp_from, to, buf_view(&letter), why);
	}
	unlock_destroy(&u);
	buf_free(&letter);
	return err;
}

bool
deliver_split(char *input, const char **to, const char **text)
{
	char *end = strchr(input, '\n');

	if (end == NULL)
		return false;
	*end = '\0';
	*to = input;
	*text = end + 1;
	return letter_address_ok(*to) && **text != '\0' && **text != '\n';
}
