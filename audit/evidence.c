#include "audit/evidence.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"

static void
put_note(struct buf *out, const char *title, const struct note_key *log,
    const struct checkpoint *c)
{
	buf_printf(out, "--- %s ---\n", title);
	if (c->size == 0)
		buf_put_str(out, "none\n");
	else
		checkpoint_note(log, c, out);
}

void
evidence_format(const struct evidence *e, struct buf *out)
{
	uint8_t signature[KEY_SIGNATURE];
	char when[CLOCK_ISO_BYTES];

	clock_iso(when, e->time);
	buf_printf(out, "wayleave/1 evidence\nfound by %s\nat %s\n%s\n",
	    e->member, when, e->what);
	put_note(out, "held", e->log, e->held);
	put_note(out, "shown", e->log, e->shown);
	if (!buf_ok(out) || e->identity == NULL)
		return;
	identity_sign(&e->identity->sign, buf_view(out), signature);
	buf_put_str(out, "--- signature of all above ---\n");
	note_base64_put(out, bytes_of(signature, sizeof signature));
	buf_put_str(out, "\n");
}

enum error_code
evidence_write(const char *dir, const struct evidence *e,
    char path[static EVIDENCE_PATH], struct why *why)
{
	char day[CLOCK_ISO_BYTES];
	struct buf text;
	enum error_code err;
	int n;

	clock_iso_ms(day, e->time);
	n = snprintf(path, EVIDENCE_PATH, "%s/evidence", dir);
	if (n < 0 || n > EVIDENCE_PATH - 64)
		return ERR_SIZE;
	err = file_mkdirs(path, 0700, why);
	(void)snprintf(path + n, (size_t)(EVIDENCE_PATH - n), "/%s.txt", day);
	buf_init(&text, EVIDENCE_MAX);
	evidence_format(e, &text);
	if (err == ERR_NONE)
		err = buf_ok(&text) ? file_write(path, text.data, text.n,
		    0600, FILE_NEW, why) : ERR_SIZE;
	buf_free(&text);
	return err;
}
