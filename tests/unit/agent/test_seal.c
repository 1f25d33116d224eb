/* Messages, suite 1: what is sealed opens, and nothing else does. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/seal.h"
#include "keys/identity.h"
#include "tests/support/test.h"

enum { CIPHER_MAX = WIRE_CIPHERTEXT_MAX };

static struct seal_sender *sender;
static struct box_pair sealing;
static struct body body;
static struct buf cipher;
static uint8_t k2[32];

static void
make_header(struct body *b)
{
	struct wire_submission *m = &b->u.submission;

	memset(b, 0, sizeof *b);
	b->kind = KIND_SUBMISSION;
	b->has_case = true;
	memset(b->stamp, 7, WIRE_STAMP);
	memset(b->case_id, 9, WIRE_CASE);
	m->suite = WIRE_SUITE;
	strcpy(m->recipient, "agency-b");
	m->epoch = 3;
	m->created = 1000;
	m->expires = 2000;
	m->n_label = 2;
	memset(m->label[0], 1, WIRE_LABEL);
	memset(m->label[1], 2, WIRE_LABEL);
}

static void
setup(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	ck_ok(seal_sender_create(&sender));
	identity_box_pair(&sealing);
	buf_init(&cipher, CIPHER_MAX);
	make_header(&body);
}

static void
teardown(void)
{
	seal_sender_destroy(&sender);
	buf_free(&cipher);
}

static void
seal_text(const char *text)
{
	buf_clear(&cipher);
	ck_ok(seal_message(sender, "agency-a", sealing.public, 10, &body,
	    bytes_str(text), &cipher, k2));
}

static enum error_code
open_text(const struct body *b, const char *from, struct bytes in,
    const uint8_t share[static 32], struct buf *out)
{
	uint8_t k1[32];
	enum error_code err = seal_open_share(from, b, sealing.secret, k1);

	if (err == ERR_NONE)
		err = seal_open_message(from, b, k1, share, in, out, NULL);
	return err;
}

START_TEST(test_round_trip)
{
	struct buf out;

	buf_init(&out, CIPHER_MAX);
	seal_text("P1 did X to P2");
	ck_assert_uint_eq(body.u.submission.padded, 1024);
	ck_assert_uint_eq(cipher.n, 1024 + 16);
	ck_ok(open_text(&body, "agency-a", buf_view(&cipher), k2, &out));
	ck_assert(bytes_equal(buf_view(&out), bytes_str("P1 did X to P2")));
	buf_free(&out);
}
END_TEST

START_TEST(test_sizes)
{
	static const struct { size_t plain; uint32_t padded; } row[] = {
		{ 0, 1024 }, { 1023, 1024 }, { 1024, 4096 }, { 4095, 4096 },
		{ 4096, 16384 }, { 16384, 65536 }, { 65535, 65536 },
		{ 65536, 0 },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		ck_assert_uint_eq(seal_padded(row[i].plain), row[i].padded);
}
END_TEST

START_TEST(test_largest)
{
	uint8_t *text = malloc(65536);
	struct buf out;

	memset(text, 'x', 65536);
	buf_init(&out, CIPHER_MAX);
	ck_ok(seal_message(sender, "agency-a", sealing.public, 10, &body,
	    bytes_of(text, 65535), &cipher, k2));
	ck_ok(open_text(&body, "agency-a", buf_view(&cipher), k2, &out));
	ck_assert_uint_eq(out.n, 65535);
	buf_clear(&cipher);
	ck_err(seal_message(sender, "agency-a", sealing.public, 10, &body,
	    bytes_of(text, 65536), &cipher, k2), ERR_SIZE);
	free(text);
	buf_free(&out);
}
END_TEST

START_TEST(test_wrong_share_or_sender)
{
	uint8_t other[32] = { 1 };
	struct buf out;

	buf_init(&out, CIPHER_MAX);
	seal_text("text");
	ck_err(open_text(&body, "agency-a", buf_view(&cipher), other, &out),
	    ERR_CRYPTO);
	ck_err(open_text(&body, "agency-c", buf_view(&cipher), k2, &out),
	    ERR_CRYPTO);
	ck_assert_uint_eq(out.n, 0);
	buf_free(&out);
}
END_TEST

START_TEST(test_every_bit_of_the_ciphertext)
{
	struct buf out;

	buf_init(&out, CIPHER_MAX);
	seal_text("text");
	for (size_t bit = 0; bit < 8 * cipher.n; bit += 37) {
		cipher.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_err(open_text(&body, "agency-a", buf_view(&cipher), k2,
		    &out), ERR_CRYPTO);
		cipher.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_ok(open_text(&body, "agency-a", buf_view(&cipher), k2, &out));
	buf_free(&out);
}
END_TEST

/* Every field of the header is bound, and both commitments and the seal. */
START_TEST(test_every_field_of_the_header)
{
	struct buf out;

	buf_init(&out, CIPHER_MAX);
	seal_text("text");
	for (int i = 0; i < 14; i++) {
		struct body b = body;
		struct wire_submission *m = &b.u.submission;

		switch (i) {
		case 0: b.stamp[15] ^= 1; break;
		case 1: b.case_id[0] ^= 1; break;
		case 2: m->recipient[0] = 'x'; break;
		case 3: m->epoch++; break;
		case 4: m->created++; break;
		case 5: m->expires++; break;
		case 6: m->padded = 4096; break;
		case 7: m->urgency[3] ^= 1; break;
		case 8: m->label[1][15] ^= 1; break;
		case 9: m->n_label = 1; break;
		case 10: m->sealed[0] ^= 1; break;
		case 11: m->sealed[WIRE_SEALED_SHARE - 1] ^= 1; break;
		case 12: m->share_commitment[0] ^= 1; break;
		case 13: m->key_commitment[0] ^= 1; break;
		}
		ck_err(open_text(&b, "agency-a", buf_view(&cipher), k2, &out),
		    ERR_CRYPTO);
	}
	ck_assert_uint_eq(out.n, 0);
	buf_free(&out);
}
END_TEST

/* One curve operation per recipient and day; a fresh e after that. */
START_TEST(test_correspondence)
{
	uint8_t first[32];
	struct box_pair other;

	seal_text("one");
	memcpy(first, body.u.submission.sealed, 32);
	seal_text("two");
	ck_assert_mem_eq(first, body.u.submission.sealed, 32);
	identity_box_pair(&other);
	buf_clear(&cipher);
	ck_ok(seal_message(sender, "agency-a", other.public, 10, &body,
	    bytes_str("x"), &cipher, k2));
	ck_assert_mem_ne(first, body.u.submission.sealed, 32);
	buf_clear(&cipher);
	ck_ok(seal_message(sender, "agency-a", sealing.public,
	    10 + 24 * 3600 * 1000, &body, bytes_str("x"), &cipher, k2));
	ck_assert_mem_ne(first, body.u.submission.sealed, 32);
	seal_sender_expire(sender, UINT64_C(3) * 24 * 3600 * 1000);
	seal_text("three");
	ck_assert_mem_ne(first, body.u.submission.sealed, 32);
}
END_TEST

START_TEST(test_newer_sealing_key_ends_the_old)
{
	uint8_t first[32];
	struct box_pair other;

	identity_box_pair(&other);
	seal_text("one");
	memcpy(first, body.u.submission.sealed, 32);
	seal_sender_forget(sender, other.public);
	seal_text("two");
	ck_assert_mem_eq(first, body.u.submission.sealed, 32);
	seal_sender_forget(sender, sealing.public);
	seal_text("three");
	ck_assert_mem_ne(first, body.u.submission.sealed, 32);
}
END_TEST

START_TEST(test_low_order_key)
{
	static const uint8_t zero[32];

	ck_err(seal_message(sender, "agency-a", zero, 10, &body,
	    bytes_str("x"), &cipher, k2), ERR_CRYPTO);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_round_trip);
	tcase_add_test(tc, test_sizes);
	tcase_add_test(tc, test_largest);
	tcase_add_test(tc, test_wrong_share_or_sender);
	tcase_add_test(tc, test_every_bit_of_the_ciphertext);
	tcase_add_test(tc, test_every_field_of_the_header);
	tcase_add_test(tc, test_correspondence);
	tcase_add_test(tc, test_newer_sealing_key_ends_the_old);
	tcase_add_test(tc, test_low_order_key);
}

int
main(void)
{
	return test_main("seal", fill, 60);
}
