/* Codes from a telephone, against RFC 6238 and at their edges. */
#include <string.h>

#include "agent/signin/totp.h"
#include "keys/secret.h"
#include "tests/support/test.h"

/* Appendix B, SHA-1: the seed in ASCII; its codes have eight digits, of which
 * ours are the last six. */
static const uint8_t seed[] = "12345678901234567890";
static const struct {
	uint64_t s;
	const char *code;
} rfc[] = {
	{ 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
	{ 1234567890, "005924" }, { 2000000000, "279037" },
	{ 20000000000, "353130" },
};

START_TEST(those_of_the_rfc)
{
	uint64_t step = 0;

	ck_assert(totp_good(seed, rfc[_i].code, rfc[_i].s * 1000, 0, &step));
	ck_assert_uint_eq(step, rfc[_i].s / 30);
}
END_TEST

START_TEST(one_step_early_or_late)
{
	const uint64_t at = 1234567890ull / 30 * 30000;
	uint64_t step;

	ck_assert(totp_good(seed, "005924", at, 0, &step));
	ck_assert(totp_good(seed, "005924", at - 30000, 0, &step));
	ck_assert(totp_good(seed, "005924", at + 59999, 0, &step));
	ck_assert(!totp_good(seed, "005924", at - 30001, 0, &step));
	ck_assert(!totp_good(seed, "005924", at + 60000, 0, &step));
}
END_TEST

START_TEST(each_is_good_once)
{
	uint64_t step = 0, again = 0;

	ck_assert(totp_good(seed, "005924", 1234567890000, 0, &step));
	ck_assert(!totp_good(seed, "005924", 1234567890000, step, &again));
	ck_assert_uint_eq(again, 0);
	ck_assert(totp_good(seed, "005924", 1234567890000, step - 1, &again));
}
END_TEST

START_TEST(what_is_no_code)
{
	static const char *const none[] = { "", "0", "00592", "0059240",
	    "005925", "-", "005 24" };
	uint64_t step;

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		ck_assert(!totp_good(seed, none[i], 1234567890000, 0, &step));
	ck_assert(!totp_good(seed, "755224", 0, 0, &step));
}
END_TEST

START_TEST(what_a_telephone_is_told)
{
	char base32[TOTP_BASE32], uri[TOTP_URI], name[64];

	ck_ok(totp_base32(seed, base32));
	ck_assert_str_eq(base32, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	ck_ok(totp_uri(seed, "a b@x", uri));
	ck_assert_str_eq(uri, "otpauth://totp/Wayleave:a%20b%40x?secret="
	    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Wayleave");
	memset(name, 'a', sizeof name - 1);
	name[63] = '\0';
	ck_ok(totp_uri(seed, name, uri));
	memset(name, ' ', 60);
	ck_err(totp_uri(seed, name, uri), ERR_SIZE);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_loop_test(tc, those_of_the_rfc, 0,
	    (int)(sizeof rfc / sizeof rfc[0]));
	tcase_add_test(tc, one_step_early_or_late);
	tcase_add_test(tc, each_is_good_once);
	tcase_add_test(tc, what_is_no_code);
	tcase_add_test(tc, what_a_telephone_is_told);
}

int
main(void)
{
	return test_main("totp", fill, 10);
}
