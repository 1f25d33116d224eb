/*
 * Until when a message stays covered: what the history checker of the fault
 * campaigns asks of every item that a client was shown.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/account.h"
#include "tests/support/test.h"

static struct account_grant grants[3];
static struct account_message message;
static struct account a = { .grant = grants, .n_grant = 3 };

/* Three permissions of one arrow, entries 10, 20 and 30, none ended. */
static void
set_up(void)
{
	memset(grants, 0, sizeof grants);
	memset(&message, 0, sizeof message);
	strcpy(message.sender, "northbank-school");
	strcpy(message.recipient, "northbank-police");
	message.n_label = 1;
	message.label[0][0] = 7;
	for (unsigned i = 0; i < 3; i++) {
		grants[i].idx = 10 * (i + 1);
		grants[i].ended = ACCOUNT_NEVER;
		strcpy(grants[i].sender, message.sender);
		strcpy(grants[i].recipient, message.recipient);
		for (unsigned k = 0; k < WIRE_GRANT_LABELS; k++)
			grants[i].label[k][0] = (uint8_t)(k + 1);
	}
}

static uint64_t
from_first(void)
{
	return account_uncovered(&a, &message, &grants[0]);
}

START_TEST(by_its_own_end)
{
	set_up();
	grants[0].ended = 15;
	ck_assert_uint_eq(from_first(), 15);
}
END_TEST

START_TEST(by_one_that_was_there_before_the_end)
{
	set_up();
	grants[0].ended = 25;
	grants[1].ended = 28;
	ck_assert_uint_eq(from_first(), 28);
	grants[1].ended = 35;
	ck_assert_uint_eq(from_first(), ACCOUNT_NEVER);
	grants[2].ended = 40;
	ck_assert_uint_eq(from_first(), 40);
}
END_TEST

START_TEST(not_by_another_case_arrow_or_label)
{
	set_up();
	grants[0].ended = 25;
	grants[1].case_id[0] = 1;
	ck_assert_uint_eq(from_first(), 25);
	set_up();
	grants[0].ended = 25;
	strcpy(grants[1].recipient, "northbank-court");
	ck_assert_uint_eq(from_first(), 25);
	set_up();
	grants[0].ended = 25;
	memset(grants[1].label, 9, sizeof grants[1].label);
	ck_assert_uint_eq(from_first(), 25);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, by_its_own_end);
	tcase_add_test(tc, by_one_that_was_there_before_the_end);
	tcase_add_test(tc, not_by_another_case_arrow_or_label);
}

int
main(void)
{
	return test_main("account", fill, 20);
}
