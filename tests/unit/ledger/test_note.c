#include "ledger/note.h"

#include <sodium.h>

#include "tests/unit/ledger/naive.h"

#define DASH "\xe2\x80\x94 "

/* The example of the C2SP specification. */
#define SPEC_VKEY "example.com/foo+530d903a+" \
	"AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define SPEC_NOTE "This is an example message.\n\n" \
	DASH "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAl" \
	"TgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"

/* The example of Go's golang.org/x/mod/sumdb/note. */
#define GO_VKEY "PeterNeumann+c74f20a3+" \
	"ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define GO_LINE DASH "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pA" \
	"cElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define GO_TEXT "If you think cryptography is the answer to your problem,\n" \
	"then you don't know what your problem is.\n"

static enum error_code
open_note(struct bytes in, const struct note_key *keys, size_t n_keys,
    struct note_seen *seen)
{
	static struct note note;
	struct why why = { "" };
	enum error_code err = note_parse(in, &note, &why);

	if (err != ERR_NONE) {
		ck_assert_str_ne(why.text, "");
		return err;
	}
	return note_verify(&note, keys, n_keys, seen);
}

static struct note_key
key_of(const char *vkey)
{
	struct note_key key;
	char again[NOTE_VKEY_MAX];

	ck_assert_int_eq(note_vkey_parse(vkey, &key, NULL), ERR_NONE);
	note_vkey_format(&key, again);
	ck_assert_str_eq(again, vkey);
	return key;
}

START_TEST(published)
{
	struct note_key keys[2] = { key_of(SPEC_VKEY), key_of(GO_VKEY) };
	struct note_seen seen[2];

	ck_assert_int_eq(open_note(bytes_str(SPEC_NOTE), keys, 2, seen),
	    ERR_NONE);
	ck_assert(seen[0].verified && !seen[1].verified);
	ck_assert_int_eq(open_note(bytes_str(GO_TEXT "\n" GO_LINE), keys, 2,
	    seen), ERR_NONE);
	ck_assert(!seen[0].verified && seen[1].verified);
	ck_assert_int_eq(open_note(bytes_str(GO_TEXT "\n" GO_LINE), keys, 1,
	    seen), ERR_CRYPTO);
	/* Nobody trusted: nothing verifies. */
	ck_assert_int_eq(open_note(bytes_str(SPEC_NOTE), keys, 0, seen),
	    ERR_CRYPTO);
}
END_TEST

/* A changed bit anywhere is refused, whether it breaks form or signature. */
START_TEST(every_bit)
{
	struct note_key key = key_of(SPEC_VKEY);
	struct note_seen seen;
	char text[] = SPEC_NOTE;

	for (size_t bit = 0; bit < 8 * (sizeof text - 1); bit++) {
		naive_flip(text, bit);
		ck_assert_int_ne(open_note(bytes_of(text, sizeof text - 1),
		    &key, 1, &seen), ERR_NONE);
		naive_flip(text, bit);
	}
	for (size_t n = 0; n < sizeof text - 1; n++)
		ck_assert_int_ne(open_note(bytes_of(text, n), &key, 1, &seen),
		    ERR_NONE);
}
END_TEST

START_TEST(malformed)
{
#define LINE GO_LINE
	static const struct {
		const char *note;
		enum error_code want;
	} row[] = {
		{ GO_TEXT "\n" LINE, ERR_NONE },
		{ GO_TEXT "\n" LINE LINE, ERR_NONE },
		{ GO_TEXT "\n" DASH "other x08go/ZJkuA=\n" LINE, ERR_NONE },
		{ GO_TEXT LINE, ERR_FORMAT },
		{ GO_TEXT "\n", ERR_FORMAT },
		{ GO_TEXT "\n" LINE "\n", ERR_FORMAT },
		{ GO_TEXT "\n" LINE "x\n", ERR_FORMAT },
		{ GO_TEXT "\n\n" LINE, ERR_CRYPTO },
		{ "\n" LINE, ERR_FORMAT },
		{ "\n\n" LINE, ERR_CRYPTO },
		{ LINE, ERR_FORMAT },
		{ "", ERR_FORMAT },
		{ "\n", ERR_FORMAT },
		{ "\n\n", ERR_FORMAT },
		{ "\t" GO_TEXT "\n" LINE, ERR_FORMAT },
		{ "\xff" GO_TEXT "\n" LINE, ERR_FORMAT },
		{ "\xc0\x80" GO_TEXT "\n" LINE, ERR_FORMAT },
		{ "\xed\xa0\x80" GO_TEXT "\n" LINE, ERR_FORMAT },
		{ "\xf4\x90\x80\x80" GO_TEXT "\n" LINE, ERR_FORMAT },
		{ "\x7f" GO_TEXT "\n" LINE, ERR_CRYPTO },
		{ GO_TEXT "\n" DASH "PeterNeumann x08go/ZJ\n", ERR_CRYPTO },
		{ GO_TEXT "\n" DASH "PeterNeumann x08gow==\n", ERR_FORMAT },
		{ GO_TEXT "\n" DASH "PeterNeumann \n", ERR_FORMAT },
		{ GO_TEXT "\n" DASH "PeterNeumann\n", ERR_FORMAT },
		{ GO_TEXT "\n" DASH " x08go/ZJ\n", ERR_FORMAT },
		{ GO_TEXT "\n" DASH "a+b x08go/ZJ\n" LINE, ERR_FORMAT },
		{ GO_TEXT "\n" DASH "a\xc2\xa0" "b x08go/ZJ\n" LINE,
		    ERR_FORMAT },
		{ GO_TEXT "\n" DASH "ab x08go/ZJ \n" LINE, ERR_FORMAT },
		{ GO_TEXT "\n" DASH "ab  x08go/ZJ\n" LINE, ERR_FORMAT },
		{ GO_TEXT "\n" DASH "ab x08go/Z\n" LINE, ERR_FORMAT },
		{ GO_TEXT "\n" DASH "ab x08go_ZJ\n" LINE, ERR_FORMAT },
		{ GO_TEXT "\n- ab x08go/ZJ\n" LINE, ERR_FORMAT },
		{ GO_TEXT "\n" DASH "ab x08go/ZJ\r\n" LINE, ERR_FORMAT },
	};
	struct note_key key = key_of(GO_VKEY);
	struct note_seen seen;

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		ck_assert_msg(open_note(bytes_str(row[i].note), &key, 1,
		    &seen) == row[i].want, "row %zu", i);
}
END_TEST

START_TEST(limits)
{
	struct note_key key = key_of(GO_VKEY);
	struct note_seen seen;
	struct buf b;

	buf_init(&b, NOTE_BYTES_MAX + 1024);
	buf_put_str(&b, GO_TEXT "\n" GO_LINE);
	for (int i = 1; i < NOTE_LINES_MAX; i++)
		buf_put_str(&b, DASH "other AAAAAAAA\n");
	ck_assert_int_eq(open_note(buf_view(&b), &key, 1, &seen), ERR_NONE);
	buf_put_str(&b, DASH "other AAAAAAAA\n");
	ck_assert_int_eq(open_note(buf_view(&b), &key, 1, &seen), ERR_SIZE);

	/* A line of 5 kB by an unknown key is nothing to refuse. */
	buf_clear(&b);
	buf_put_str(&b, GO_TEXT "\n" GO_LINE DASH "pq ");
	for (int i = 0; i < 1700; i++)
		buf_put_str(&b, "BCDE");
	buf_put_str(&b, "\n");
	ck_assert_int_eq(open_note(buf_view(&b), &key, 1, &seen), ERR_NONE);

	/* Beyond the bound, though well formed. */
	buf_clear(&b);
	buf_put_str(&b, GO_TEXT);
	while (b.n <= NOTE_BYTES_MAX)
		buf_put_str(&b, "a line of text\n");
	buf_put_str(&b, "\n" GO_LINE);
	ck_assert_int_eq(open_note(buf_view(&b), &key, 1, &seen), ERR_SIZE);
	buf_free(&b);
}
END_TEST

START_TEST(vkeys_refused)
{
#define GO_B64 "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
	static const char *bad[] = { "", "+", "++", "PeterNeumann",
		"PeterNeumann+c74f20a3", "PeterNeumann+c74f20a3+",
		"+c74f20a3+" GO_B64, "PeterNeumann+C74F20A3+" GO_B64,
		"PeterNeumann+c74f20a+" GO_B64, "PeterNeumann+c74f20a4+" GO_B64,
		"Peter Neumann+c74f20a3+" GO_B64, "PeterNeumanN+c74f20a3+"
		GO_B64, "PeterNeumann+c74f20a3+" GO_B64 "=",
		"PeterNeumann+c74f20a3+" GO_B64 "\n",
		"PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4"
		"izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4"
		"izWy10T=" };
	struct note_key key;
	struct why why;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		why.text[0] = '\0';
		ck_assert_msg(note_vkey_parse(bad[i], &key, &why) ==
		    ERR_FORMAT, "%s", bad[i]);
		ck_assert_str_ne(why.text, "");
	}
}
END_TEST

START_TEST(names)
{
	char longest[NOTE_NAME_MAX + 2];

	memset(longest, 'a', sizeof longest);
	ck_assert(note_name_ok(bytes_of(longest, NOTE_NAME_MAX)));
	ck_assert(!note_name_ok(bytes_of(longest, NOTE_NAME_MAX + 1)));
	ck_assert(note_name_ok(bytes_str("k\xc3\xb6ln.example")));
	ck_assert(!note_name_ok(bytes_str("")));
	ck_assert(!note_name_ok(bytes_str("a b")));
	ck_assert(!note_name_ok(bytes_str("a+b")));
	ck_assert(!note_name_ok(bytes_str("a\nb")));
	ck_assert(!note_name_ok(bytes_of("a\0b", 3)));
	ck_assert(!note_name_ok(bytes_str("a\xc2\x85")));
	ck_assert(!note_name_ok(bytes_str("\xe3\x80\x80")));
	ck_assert(!note_name_ok(bytes_str("\xe2\x80\xa8")));
	ck_assert(!note_name_ok(bytes_str("\xc3")));
}
END_TEST

START_TEST(base64)
{
	static const struct {
		const char *text;
		size_t n;
	} good[] = { { "", 0 }, { "AA==", 1 }, { "AAA=", 2 }, { "AAAA", 3 },
		{ "/+8=", 2 }, { "//79", 3 } };
	static const char *bad[] = { "A", "AA", "AAA", "A===", "====", "AB==",
		"AAB=", "AA=A", "AA==AAAA", "AAA=AAAA", "AA A", "AAAA\n",
		"AA-_", "AAAAA===", "=AAA" };
	uint8_t raw[8];
	struct buf b;
	size_t n;

	buf_init(&b, 64);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		ck_assert_int_eq(note_base64_take(bytes_str(good[i].text),
		    raw, sizeof raw, &n), ERR_NONE);
		ck_assert_uint_eq(n, good[i].n);
		buf_clear(&b);
		note_base64_put(&b, bytes_of(raw, n));
		ck_assert(bytes_equal(buf_view(&b), bytes_str(good[i].text)));
		if (n > 0)
			ck_assert_int_eq(note_base64_take(bytes_str(
			    good[i].text), raw, n - 1, &n), ERR_SIZE);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(note_base64_take(bytes_str(bad[i]), raw,
		    sizeof raw, &n) == ERR_FORMAT, "%s", bad[i]);
	buf_free(&b);
}
END_TEST

START_TEST(decimals)
{
	static const char *bad[] = { "", "00", "01", "+1", "-1", " 1", "1 ",
		"0x1", "1e3", "18446744073709551616", "99999999999999999999",
		"100000000000000000000", "1_0" };
	uint64_t v;

	ck_assert(note_decimal(bytes_str("0"), 5, &v) && v == 0);
	ck_assert(note_decimal(bytes_str("5"), 5, &v) && v == 5);
	ck_assert(!note_decimal(bytes_str("6"), 5, &v));
	ck_assert(note_decimal(bytes_str("18446744073709551615"), UINT64_MAX,
	    &v) && v == UINT64_MAX);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!note_decimal(bytes_str(bad[i]), UINT64_MAX,
		    &v), "%s", bad[i]);
}
END_TEST

/* A made-up key and its name, and a note that it signed. */
struct made {
	struct note_key key;
	uint8_t secret[NOTE_SECRET_BYTES];
};

static void
make(struct made *m, const char *name, uint8_t type, uint8_t first)
{
	uint8_t seed[32] = { 0 }, public[NOTE_PUBLIC_BYTES];

	seed[0] = first;
	ck_assert_int_eq(crypto_sign_seed_keypair(public, m->secret, seed), 0);
	ck_assert_int_eq(note_key_init(&m->key, name, type, public),
	    ERR_NONE);
}

static void
put_signed(struct buf *out, const struct made *m, struct bytes text,
    uint64_t time)
{
	uint8_t sig[NOTE_COSIGNATURE_BYTES];
	struct buf message;

	if (m->key.type == NOTE_ED25519) {
		crypto_sign_detached(sig, NULL, text.data, text.n, m->secret);
		note_put_line(out, &m->key, bytes_of(sig,
		    NOTE_SIGNATURE_BYTES));
		return;
	}
	buf_init(&message, 4096);
	note_cosigned(text, time, &message);
	put_be64(sig, time);
	crypto_sign_detached(sig + 8, NULL, message.data, message.n,
	    m->secret);
	note_put_line(out, &m->key, bytes_of(sig, sizeof sig));
	buf_free(&message);
}

START_TEST(identity_is_the_pair)
{
	struct made a, b, twin;
	struct note_key keys[3];
	struct note_seen seen[3];
	struct bytes text = bytes_str("text\n");
	struct buf out;

	make(&a, "one.example", NOTE_ED25519, 1);
	make(&b, "one.example", NOTE_ED25519, 2);
	make(&twin, "two.example", NOTE_ED25519, 1);
	ck_assert(memcmp(a.key.id, twin.key.id, 4) != 0);
	buf_init(&out, 4096);
	buf_put_str(&out, "text\n\n");
	put_signed(&out, &a, text, 0);
	/* Same name, other id: not this key's line. */
	ck_assert_int_eq(open_note(buf_view(&out), &b.key, 1, seen),
	    ERR_CRYPTO);
	put_signed(&out, &b, text, 0);
	ck_assert_int_eq(open_note(buf_view(&out), &b.key, 1, seen),
	    ERR_NONE);
	/* One public key under two names is one signer. */
	put_signed(&out, &twin, text, 0);
	keys[0] = a.key;
	keys[1] = b.key;
	keys[2] = twin.key;
	ck_assert_int_eq(open_note(buf_view(&out), keys, 3, seen), ERR_NONE);
	ck_assert(seen[0].verified && seen[1].verified && seen[2].verified);
	ck_assert_uint_eq(note_count(keys, seen, 3), 2);
	buf_free(&out);
}
END_TEST

START_TEST(failing_line_of_known_key)
{
	struct made a, b;
	struct note_key keys[2];
	struct note_seen seen[2];
	struct buf out;

	make(&a, "one.example", NOTE_ED25519, 1);
	make(&b, "two.example", NOTE_ED25519, 2);
	buf_init(&out, 4096);
	buf_put_str(&out, "text\n\n");
	put_signed(&out, &a, bytes_str("text\n"), 0);
	put_signed(&out, &b, bytes_str("other\n"), 0);
	keys[0] = a.key;
	keys[1] = b.key;
	ck_assert_int_eq(open_note(buf_view(&out), keys, 2, seen),
	    ERR_CRYPTO);
	ck_assert_int_eq(open_note(buf_view(&out), keys, 1, seen), ERR_NONE);
	buf_free(&out);
}
END_TEST

START_TEST(cosignatures)
{
	struct made log, witness;
	struct note_key keys[2];
	struct note_seen seen[2];
	struct bytes text = bytes_str("log.example\n0\nroot\n");
	struct buf out;

	make(&log, "log.example", NOTE_ED25519, 1);
	make(&witness, "w.example", NOTE_COSIGNATURE, 2);
	keys[0] = log.key;
	keys[1] = witness.key;
	buf_init(&out, 4096);
	buf_put(&out, text.data, text.n);
	buf_put_u8(&out, '\n');
	put_signed(&out, &log, text, 0);
	put_signed(&out, &witness, text, 1700000000);
	put_signed(&out, &witness, text, 1600000000);
	ck_assert_int_eq(open_note(buf_view(&out), keys, 2, seen), ERR_NONE);
	ck_assert(seen[0].verified && seen[1].verified);
	ck_assert_uint_eq(seen[0].time, 0);
	ck_assert_uint_eq(seen[1].time, 1700000000);
	ck_assert_uint_eq(note_count(keys, seen, 2), 2);
	/* Time 0 and times that a signed 64-bit clock cannot show. */
	put_signed(&out, &witness, text, 0);
	ck_assert_int_eq(open_note(buf_view(&out), keys, 2, seen),
	    ERR_CRYPTO);
	buf_clear(&out);
	buf_put(&out, text.data, text.n);
	buf_put_u8(&out, '\n');
	put_signed(&out, &witness, text, UINT64_C(1) << 63);
	ck_assert_int_eq(open_note(buf_view(&out), keys, 2, seen),
	    ERR_CRYPTO);
	buf_free(&out);
}
END_TEST

static void
add(TCase *tc)
{
	if (sodium_init() < 0)
		exit(EXIT_FAILURE);
	tcase_add_test(tc, published);
	tcase_add_test(tc, every_bit);
	tcase_add_test(tc, malformed);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, vkeys_refused);
	tcase_add_test(tc, names);
	tcase_add_test(tc, base64);
	tcase_add_test(tc, decimals);
	tcase_add_test(tc, identity_is_the_pair);
	tcase_add_test(tc, failing_line_of_known_key);
	tcase_add_test(tc, cosignatures);
}

int
main(void)
{
	return naive_main("note", add);
}
