#include "ledger/checkpoint.h"

#include <sodium.h>

#include "tests/unit/ledger/naive.h"

#define ORIGIN "ledger.example/pilot"
#define ROOT64 "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define EMPTY64 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static struct note_key log_key, witness_key;
static uint8_t log_secret[NOTE_SECRET_BYTES];
static uint8_t witness_secret[NOTE_SECRET_BYTES];
static struct checkpoint c;

static void
setup(void)
{
	uint8_t seed[32] = { 1 }, public[NOTE_PUBLIC_BYTES];

	crypto_sign_seed_keypair(public, log_secret, seed);
	ck_assert_int_eq(note_key_init(&log_key, ORIGIN, NOTE_ED25519,
	    public), ERR_NONE);
	seed[0] = 2;
	crypto_sign_seed_keypair(public, witness_secret, seed);
	ck_assert_int_eq(note_key_init(&witness_key, "witness.example",
	    NOTE_COSIGNATURE, public), ERR_NONE);
	memset(&c, 0, sizeof c);
	c.size = 700;
	c.root.b[0] = 1;
	ck_assert_int_eq(checkpoint_sign(ORIGIN, &c, log_secret), ERR_NONE);
}

START_TEST(body)
{
	char text[CHECKPOINT_BODY_MAX], origin[NOTE_NAME_MAX + 2];
	struct hash root = { { 1 } };
	size_t n = checkpoint_body(ORIGIN, 700, &root, text);

	ck_assert_str_eq(text, ORIGIN "\n700\n" ROOT64 "\n");
	ck_assert_uint_eq(n, strlen(text));
	ck_assert_uint_eq(checkpoint_body("", 1, &root, text), 0);
	ck_assert_uint_eq(checkpoint_body("a\nb", 1, &root, text), 0);
	ck_assert_uint_eq(checkpoint_body("\xff", 1, &root, text), 0);
	ck_assert_uint_eq(checkpoint_body(ORIGIN, TREE_SIZE_MAX + 1, &root,
	    text), 0);
	memset(origin, 'a', sizeof origin);
	origin[NOTE_NAME_MAX] = '\0';
	n = checkpoint_body(origin, TREE_SIZE_MAX, &root, text);
	ck_assert_uint_eq(n, strlen(text));
	ck_assert_uint_eq(n, CHECKPOINT_BODY_MAX - 2);
	origin[NOTE_NAME_MAX] = 'a';
	origin[NOTE_NAME_MAX + 1] = '\0';
	ck_assert_uint_eq(checkpoint_body(origin, 1, &root, text), 0);
}
END_TEST

START_TEST(parsing)
{
	static const struct {
		const char *text;
		uint64_t size;
	} good[] = {
		{ ORIGIN "\n700\n" ROOT64 "\n", 700 },
		{ "go.sum database tree\n1\n" ROOT64 "\n", 1 },
		{ ORIGIN "\n0\n" EMPTY64 "\n", 0 },
		{ ORIGIN "\n9223372036854775807\n" ROOT64 "\n",
		    TREE_SIZE_MAX },
	};
	static const char *bad[] = {
		"", "\n", ORIGIN, ORIGIN "\n", ORIGIN "\n700\n",
		ORIGIN "\n700\n" ROOT64, "\n700\n" ROOT64 "\n",
		ORIGIN "\n\n" ROOT64 "\n", ORIGIN "\n+700\n" ROOT64 "\n",
		ORIGIN "\n-1\n" ROOT64 "\n", ORIGIN "\n0700\n" ROOT64 "\n",
		ORIGIN "\n700 \n" ROOT64 "\n", ORIGIN "\n00\n" EMPTY64 "\n",
		ORIGIN "\n9223372036854775808\n" ROOT64 "\n",
		ORIGIN "\n18446744073709552316\n" ROOT64 "\n",
		ORIGIN "\n700\n\n", ORIGIN "\n700\n" ROOT64 "\n\n",
		ORIGIN "\n700\n" ROOT64 "\nmore\n", ORIGIN "\n700\nAQ==\n",
		ORIGIN "\n700\n" ROOT64 " \n", ORIGIN "\n700\n" ROOT64 "\nx",
		ORIGIN "\n0\n" ROOT64 "\n",
		ORIGIN "\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		ORIGIN "\n700\nAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="
		    "\n",
		ORIGIN "\n700\nAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		    "\n",
		ORIGIN "\r\n700\r\n" ROOT64 "\r\n",
	};
	struct checkpoint got;
	struct bytes origin;
	struct why why;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		ck_assert_int_eq(checkpoint_parse(bytes_str(good[i].text),
		    &origin, &got, NULL), ERR_NONE);
		ck_assert_uint_eq(got.size, good[i].size);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		why.text[0] = '\0';
		ck_assert_msg(checkpoint_parse(bytes_str(bad[i]), &origin,
		    &got, &why) == ERR_FORMAT, "%s", bad[i]);
		ck_assert_str_ne(why.text, "");
	}
}
END_TEST

/* A citation is checked without its note; any changed bit shows. */
START_TEST(citation_bits)
{
	ck_assert_int_eq(checkpoint_verify(ORIGIN, &c, log_key.public),
	    ERR_NONE);
	ck_assert_int_eq(checkpoint_verify("ledger.example/other", &c,
	    log_key.public), ERR_CRYPTO);
	ck_assert_int_eq(checkpoint_verify(ORIGIN, &c, witness_key.public),
	    ERR_CRYPTO);
	for (size_t bit = 0; bit < 256; bit++) {
		naive_flip(c.root.b, bit);
		ck_assert_int_eq(checkpoint_verify(ORIGIN, &c,
		    log_key.public), ERR_CRYPTO);
		naive_flip(c.root.b, bit);
	}
	for (size_t bit = 0; bit < 512; bit++) {
		naive_flip(c.signature, bit);
		ck_assert_int_eq(checkpoint_verify(ORIGIN, &c,
		    log_key.public), ERR_CRYPTO);
		naive_flip(c.signature, bit);
	}
	for (size_t bit = 0; bit < 64; bit++) {
		c.size ^= UINT64_C(1) << bit;
		ck_assert_int_eq(checkpoint_verify(ORIGIN, &c,
		    log_key.public), ERR_CRYPTO);
		c.size ^= UINT64_C(1) << bit;
	}
}
END_TEST

START_TEST(note_there_and_back)
{
	struct checkpoint got;
	struct note_key elsewhere;
	struct buf b;
	struct why why = { "" };

	buf_init(&b, 4096);
	checkpoint_note(&log_key, &c, &b);
	ck_assert(buf_ok(&b));
	ck_assert_int_eq(checkpoint_read(buf_view(&b), &log_key, &got, &why),
	    ERR_NONE);
	ck_assert(memcmp(&got, &c, sizeof got) == 0);
	ck_assert_int_eq(note_key_init(&elsewhere, "elsewhere.example",
	    NOTE_ED25519, log_key.public), ERR_NONE);
	ck_assert_int_eq(checkpoint_read(buf_view(&b), &elsewhere, &got,
	    &why), ERR_FORMAT);
	ck_assert_str_ne(why.text, "");
	for (size_t bit = 0; bit < 8 * b.n; bit++) {
		naive_flip(b.data, bit);
		ck_assert_int_ne(checkpoint_read(buf_view(&b), &log_key,
		    &got, NULL), ERR_NONE);
		naive_flip(b.data, bit);
	}
	c.size = TREE_SIZE_MAX + 1;
	buf_clear(&b);
	checkpoint_note(&log_key, &c, &b);
	ck_assert(!buf_ok(&b));
	buf_free(&b);
}
END_TEST

START_TEST(cosigned)
{
	uint8_t cosig[NOTE_COSIGNATURE_BYTES], back[NOTE_COSIGNATURE_BYTES];
	uint64_t time = 0;

	ck_assert_int_eq(checkpoint_cosign(ORIGIN, &c, 0, witness_secret,
	    cosig), ERR_FORMAT);
	ck_assert_int_eq(checkpoint_cosign(ORIGIN, &c, UINT64_C(1) << 63,
	    witness_secret, cosig), ERR_FORMAT);
	ck_assert_int_eq(checkpoint_cosign(ORIGIN, &c, 1893456000,
	    witness_secret, cosig), ERR_NONE);
	ck_assert(memcmp(cosig, "\0\0\0\0\x70\xdb\xd8\x80", 8) == 0);
	ck_assert_int_eq(checkpoint_cosign_verify(ORIGIN, &c, cosig,
	    witness_key.public, &time), ERR_NONE);
	ck_assert_uint_eq(time, 1893456000);
	for (size_t bit = 0; bit < 8 * sizeof cosig; bit++) {
		naive_flip(cosig, bit);
		ck_assert_int_eq(checkpoint_cosign_verify(ORIGIN, &c, cosig,
		    witness_key.public, &time), ERR_CRYPTO);
		naive_flip(cosig, bit);
	}
	/* The same time, the other end first. */
	for (size_t i = 0; i < 8; i++)
		back[i] = cosig[7 - i];
	memcpy(back + 8, cosig + 8, sizeof cosig - 8);
	ck_assert_int_eq(checkpoint_cosign_verify(ORIGIN, &c, back,
	    witness_key.public, &time), ERR_CRYPTO);
	c.size++;
	ck_assert_int_eq(checkpoint_cosign_verify(ORIGIN, &c, cosig,
	    witness_key.public, &time), ERR_CRYPTO);
}
END_TEST

/* Both ways to check a cosignature agree on its message. */
START_TEST(cosignature_in_note)
{
	uint8_t cosig[NOTE_COSIGNATURE_BYTES];
	struct note_key keys[2] = { log_key, witness_key };
	struct note_seen seen[2];
	static struct note note;
	struct buf b;

	buf_init(&b, 4096);
	checkpoint_note(&log_key, &c, &b);
	ck_assert_int_eq(checkpoint_cosign(ORIGIN, &c, 1893456000,
	    witness_secret, cosig), ERR_NONE);
	note_put_line(&b, &witness_key, bytes_of(cosig, sizeof cosig));
	ck_assert_int_eq(note_parse(buf_view(&b), &note, NULL), ERR_NONE);
	ck_assert_int_eq(note_verify(&note, keys, 2, seen), ERR_NONE);
	ck_assert_uint_eq(note_count(keys, seen, 2), 2);
	ck_assert_uint_eq(seen[1].time, 1893456000);
	buf_free(&b);
}
END_TEST

static void
add(TCase *tc)
{
	if (sodium_init() < 0)
		exit(EXIT_FAILURE);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, body);
	tcase_add_test(tc, parsing);
	tcase_add_test(tc, citation_bits);
	tcase_add_test(tc, note_there_and_back);
	tcase_add_test(tc, cosigned);
	tcase_add_test(tc, cosignature_in_note);
}

int
main(void)
{
	return naive_main("checkpoint", add);
}
