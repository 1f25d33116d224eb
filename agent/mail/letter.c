#include "agent/mail/letter.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

enum {
	SUBJECT_PART = 45,          /* bytes in one encoded word of 72 */
	BODY_PART = 57,             /* bytes in a line of 76 */
	BASE64_ROOM = 4 * (BODY_PART + 2) / 3 + 4,
};

bool
letter_address_ok(const char *s)
{
	const char *at = strchr(s, '@');

	for (const char *p = s; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("<>(),;:\"\\[]", *p))
			return false;
	return strlen(s) <= LETTER_ADDRESS_MAX && at != NULL && at != s &&
	    at[1] != '\0' && strchr(at + 1, '@') == NULL;
}

/* Lines of text, and nothing that could become a header. */
static bool
text_ok(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\n') || *s == 0x7f)
			return false;
	return true;
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static void
put_base64(struct buf *out, const char *s, size_t n)
{
	char text[BASE64_ROOM];

	sodium_bin2base64(text, sizeof text, (const unsigned char *)s, n,
	    sodium_base64_VARIANT_ORIGINAL);
	buf_put_str(out, text);
}

/* Up to SUBJECT_PART bytes that do not end within a character. */
static size_t
part(const char *s, size_t left)
{
	size_t n = left < SUBJECT_PART ? left : SUBJECT_PART;

	while (n > 1 && n < left && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* RFC 2047, when it is not ASCII. */
static void
put_subject(struct buf *out, const char *s, size_t n)
{
	buf_put_str(out, "Subject: ");
	if (is_ascii(s)) {
		buf_put(out, s, n);
		buf_put_str(out, "\r\n");
		return;
	}
	while (n > 0) {
		const size_t one = part(s, n);

		buf_put_str(out, "=?UTF-8?B?");
		put_base64(out, s, one);
		buf_put_str(out, "?=");
		buf_put_str(out, one < n ? "\r\n " : "\r\n");
		s += one;
		n -= one;
	}
}

static void
put_date(struct buf *out, uint64_t ms)
{
	const time_t t = (time_t)(ms / 1000);
	char date[40] = "";
	struct tm tm;

	/* no locale is set, so names of days are English */
	if (gmtime_r(&t, &tm) == NULL || strftime(date, sizeof date,
	    "%a, %d %b %Y %H:%M:%S +0000", &tm) == 0)
		out->failed = true;
	buf_printf(out, "Date: %s\r\n", date);
}

static void
put_body(struct buf *out, const char *text)
{
	if (is_ascii(text)) {
		for (; *text != '\0'; text++)
			buf_put(out, *text == '\n' ? "\r\n" : text,
			    *text == '\n' ? 2 : 1);
		return;
	}
	for (size_t n = strlen(text); n > 0;) {
		const size_t one = n < BODY_PART ? n : BODY_PART;

		put_base64(out, text, one);
		buf_put_str(out, "\r\n");
		text += one;
		n -= one;
	}
}

enum error_code
letter_write(const struct letter *l, struct buf *out)
{
	const bool ascii = is_ascii(l->text);
	char id[2 * sizeof l->id + 1];

	if (!letter_address_ok(l->from) || !letter_address_ok(l->to) ||
	    !text_ok(l->text) || l->text[0] == '\0' || l->text[0] == '\n')
		return ERR_FORMAT;
	hex_encode(id, l->id, sizeof l->id);
	put_date(out, l->time);
	buf_printf(out, "From: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s%s>\r\n",
	    l->from, l->to, id, strchr(l->from, '@'));
	put_subject(out, l->text, strcspn(l->text, "\n"));
	buf_printf(out, "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: %s\r\n\r\n", ascii ? "7bit" :
	    "base64");
	put_body(out, l->text);
	return buf_ok(out) ? ERR_NONE : ERR_NOMEM;
}
