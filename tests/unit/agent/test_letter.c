/*
 * A mail as a server is given it: the same but for address, date and id; no
 * way from text into a header.
 */
#include "agent/mail/letter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/mail/deliver.h"
#include "agent/mail/smtp.h"
#include "tests/support/test.h"

static char text[16 * 1024];

static enum error_code
write_(const char *to, const char *body, uint8_t id)
{
	const struct letter l = { .from = "wayleave@agency.example",
	    .to = to, .text = body, .time = 1795953600000, .id = { id } };
	struct buf out;
	enum error_code err;

	buf_init(&out, sizeof text - 1);
	err = letter_write(&l, &out);
	memcpy(text, out.data != NULL ? (const char *)out.data : "", out.n);
	text[out.n] = '\0';
	buf_free(&out);
	return err;
}

START_TEST(to_the_byte)
{
	ck_ok(write_("bea@agency.example", "You have an item to review.\n"
	    "https://desk.agency.example/\n", 0xa1));
	ck_assert_str_eq(text, "Date: Sun, 29 Nov 2026 12:00:00 +0000\r\n"
	    "From: <wayleave@agency.example>\r\n"
	    "To: <bea@agency.example>\r\n"
	    "Message-ID: <a1000000000000000000000000000000@agency.example>"
	    "\r\nSubject: You have an item to review.\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n"
	    "\r\n"
	    "You have an item to review.\r\n"
	    "https://desk.agency.example/\r\n");
}
END_TEST

/* Words of 75 at most, none cut within a character. */
START_TEST(other_letters)
{
	char body[200], *at;
	unsigned words = 0;

	for (int i = 0; i < 40; i++)
		memcpy(body + 3 * i, "\xe2\x82\xac", 3);
	memcpy(body + 120, "\nx\n", 4);
	ck_ok(write_("a@b", body, 1));
	for (at = text; (at = strstr(at, "=?UTF-8?B?")) != NULL; words++) {
		char *end = strstr(at, "?=");

		ck_assert_ptr_nonnull(end);
		ck_assert_int_le(end + 2 - at, 75);
		/* whole characters of three bytes: a multiple of 4 digits */
		ck_assert_int_eq((end - at - 10) % 4, 0);
		ck_assert_ptr_null(memchr(at, '\n', (size_t)(end - at)));
		at = end;
	}
	ck_assert_uint_eq(words, 3);
	ck_assert_ptr_nonnull(strstr(text, "Encoding: base64\r\n\r\n4oKs"));
	for (at = text; *at != '\0'; at++)
		ck_assert_uint_lt((unsigned char)*at, 0x80);
}
END_TEST

static const char *const bad_address[] = { "", "a", "@b", "a@", "a@b@c",
	"a b@c", "a@b\r\nBcc: x@y", "<a@b>", "a@b>", "a,b@c", "a;b@c",
	"\"a\"@b", "a(b)@c", "a@[1.2.3.4]", "\xc3\xa9@b", "a\t@b", "a\\b@c" };
enum { BAD = sizeof bad_address / sizeof bad_address[0] };

START_TEST(what_is_no_address)
{
	char longest[LETTER_ADDRESS_MAX + 2];

	for (unsigned i = 0; i < BAD; i++) {
		ck_assert_msg(!letter_address_ok(bad_address[i]), "%s",
		    bad_address[i]);
		ck_err(write_(bad_address[i], "x", 1), ERR_FORMAT);
	}
	ck_assert(letter_address_ok("o'neil+x@sub.agency.example"));
	memset(longest, 'a', sizeof longest);
	longest[3] = '@';
	longest[LETTER_ADDRESS_MAX + 1] = '\0';
	ck_assert(!letter_address_ok(longest));
	longest[LETTER_ADDRESS_MAX] = '\0';
	ck_assert(letter_address_ok(longest));
}
END_TEST

START_TEST(what_is_no_text)
{
	ck_err(write_("a@b", "", 1), ERR_FORMAT);
	ck_err(write_("a@b", "\nx", 1), ERR_FORMAT);
	ck_err(write_("a@b", "x\r\nBcc: y@z", 1), ERR_FORMAT);
	ck_err(write_("a@b", "x\x1b[2J", 1), ERR_FORMAT);
	ck_err(write_("a@b", "x\x7f", 1), ERR_FORMAT);
	/* a line of the text cannot become a header: it comes after them */
	ck_ok(write_("a@b", "x\nBcc: y@z\n", 1));
	ck_assert_ptr_nonnull(strstr(text, "\r\n\r\nx\r\nBcc: y@z\r\n"));
}
END_TEST

START_TEST(input)
{
	static const char *const bad[] = { "", "a@b", "a@b\n", "a@b\n\nx",
	    "nobody\ntext\n", "\ntext\n", " a@b\ntext\n" };
	char good[] = "a@b\none\ntwo\n", room[64];
	const char *to, *rest;

	ck_assert(deliver_split(good, &to, &rest));
	ck_assert_str_eq(to, "a@b");
	ck_assert_str_eq(rest, "one\ntwo\n");
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		strcpy(room, bad[i]);
		ck_assert_msg(!deliver_split(room, &to, &rest), "%s", bad[i]);
	}
}
END_TEST

START_TEST(this_machine)
{
	static const struct {
		const char *url;
		bool is;
	} v[] = {
		{ "smtp://localhost:25", true }, { "smtp://127.0.0.1", true },
		{ "smtp://127.9.9.9:2525", true }, { "smtp://[::1]:25", true },
		{ "smtp://localhost.example", false },
		{ "smtp://127.0.0.1.example", false },
		{ "smtp://128.0.0.1", false }, { "smtp://[::2]", false },
		{ "smtp://mail.example/localhost", false },
		{ "smtp://[::ffff:192.0.2.1]", false }, { "", false },
		{ "smtp://", false },
	};

	for (unsigned i = 0; i < sizeof v / sizeof v[0]; i++)
		ck_assert_msg(smtp_is_loopback(v[i].url) == v[i].is, "%s",
		    v[i].url);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, to_the_byte);
	tcase_add_test(tc, other_letters);
	tcase_add_test(tc, what_is_no_address);
	tcase_add_test(tc, what_is_no_text);
	tcase_add_test(tc, input);
	tcase_add_test(tc, this_machine);
}

int
main(void)
{
	return test_main("letter", fill, 30);
}
