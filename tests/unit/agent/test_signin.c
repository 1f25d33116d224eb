/*
 * Signing in, over the local socket, with the signing process and with a
 * runner whose PAM is a script; the clock stands still.
 */
#include "agent/notices/runner.h"
#include "agent/life.h"
#include "agent/signin/signin.h"
#include "agent/consent/signing.h"
#include "agent/signin/totp.h"
#include "tests/unit/agent/alone.h"

#include <liboath/oath.h>
#include <stdio.h>

#define PASSWORD "tea at half past four"
#define NO "That did not match."

static struct clock_fake hands;
static char secret[TOTP_SECRET];    /* of ada's telephone */
static char session[SEAT_HEX];

/* ---- asking ------------------------------------------------------------------------------ */

/* The helpers' answers, and the daemon's loop. */
static void
work(void)
{
	struct pollfd p[] = { { signing_fd(a->signing), POLLIN, 0 },
	    { runner_fd(a->runner), POLLIN, 0 } };

	if (poll(p, 2, 10) > 0) {
		if (p[0].revents != 0)
			signing_ready(a->signing);
		if (p[1].revents != 0)
			runner_ready(a->runner);
	}
	pump();
}

/* The answer to what was asked on fd; ms of the clock pass if need be. */
static int
wait_for(int fd)
{
	for (unsigned i = 0; i < 1000; i++) {
		if (answer(fd) == ERR_NONE)
			return told.code;
		work();
		if (i % 10 == 9)
			clock_fake_add(&hands, 100);
	}
	ck_abort_msg("no answer");
	return -1;
}

static int
ask_json(const char *token, uint32_t flags, enum api_verb verb, json_t *in)
{
	char *text = json_dumps(in, JSON_COMPACT);
	int fd = dial();

	ck_assert_ptr_nonnull(text);
	json_decref(in);
	ask_as(fd, token, flags, verb, text);
	free(text);
	wait_for(fd);
	local_close(&fd);
	return told.code;
}

static const char *
said(const char *key)
{
	const char *s = json_string_value(json_object_get(told.json, key));

	return s != NULL ? s : "";
}

static int
sign_in(const char *account, const char *password, const char *code,
    const char *new)
{
	json_t *in = json_pack("{s:s, s:s}", "account", account, "password",
	    password);

	if (code != NULL)
		json_object_set_new(in, "code", json_string(code));
	if (new != NULL)
		json_object_set_new(in, "new_password", json_string(new));
	ask_json("", ASK_DESK, VERB_SIGN_IN, in);
	snprintf(session, sizeof session, "%s", said("session"));
	return told.code;
}

static int
it(enum api_verb verb, const char *account)
{
	return ask_json("", 0, verb, json_pack("{s:s}", "account", account));
}

/* What ada's telephone shows, `steps` from now. */
static const char *
code(int steps)
{
	static char out[TOTP_DIGITS + 1];

	ck_assert_int_eq(oath_totp_generate(secret, TOTP_SECRET,
	    (time_t)(hands.now / 1000) + 30 * steps, 30, 0, TOTP_DIGITS, out),
	    OATH_OK);
	return out;
}

/* ---- ada ---------------------------------------------------------------------------------- */

static void
hold_clock(void)
{
	hands = (struct clock_fake){ .now = clock_ms(), .boot = 5000 };
	a->clock = clock_fake_of(&hands);
}

static void
setup_signin(void)
{
	struct signing *s = NULL;

	ck_ok(signing_create(&s, NULL));
	signing_set_cheap(s);
	setup();
	a->signing = s;
	hold_clock();
	unlock();
	ck_ok(workers_add(a, WORKER_NO_UID, "ada", "Ada Example", "", "worker",
	    "north", RIGHT_WORKER, NULL));
}

static void
teardown_signin(void)
{
	struct signing *s = a->signing;

	teardown();
	signing_destroy(&s);
}

static void
read_secret(void)
{
	const char *base32 = json_string_value(json_object_get(
	    json_object_get(told.json, "totp"), "secret"));
	char *raw = NULL;
	size_t n;

	ck_assert_ptr_nonnull(base32);
	ck_assert_int_eq(oath_base32_decode(base32, strlen(base32), &raw, &n),
	    OATH_OK);
	ck_assert_uint_eq(n, TOTP_SECRET);
	memcpy(secret, raw, n);
	free(raw);
}

/* IT's first password, changed; the telephone has its secret. */
static void
enrol(void)
{
	char first[64];

	ck_assert_int_eq(it(VERB_WORKER_PASSWORD, "ada"), CLI_DONE);
	snprintf(first, sizeof first, "%s", said("password"));
	ck_assert_uint_eq(strlen(first), 19);
	ck_assert_int_eq(sign_in("ada", first, NULL, NULL), CLI_DONE);
	ck_assert_str_eq(session, "");
	ck_assert(json_is_true(json_object_get(told.json, "must_change")));
	read_secret();
	ck_assert_int_eq(sign_in("ada", first, code(0), PASSWORD), CLI_DONE);
	ck_assert_uint_eq(strlen(session), 64);
	clock_fake_add(&hands, 60000);
}

START_TEST(who_signs_in)
{
	enrol();
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	ck_assert_str_eq(said("account"), "ada");
	ck_assert_str_eq(said("name"), "Ada Example");
	ck_assert_str_eq(said("role"), "worker");
	ck_assert_str_eq(said("team"), "north");
	ck_assert_uint_eq(json_array_size(json_object_get(told.json,
	    "rights")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(told.json,
	    "lock_seconds")), 600);
	ck_assert_int_eq(ask_json(session, ASK_DESK, VERB_CASES,
	    json_object()), CLI_DONE);
	ck_assert_int_eq(ask_json(session, ASK_DESK, VERB_WORKER_LIST,
	    json_object()), CLI_LOCKED);
	ck_assert_int_eq(ask_json(session, ASK_DESK, VERB_SIGN_OUT,
	    json_object()), CLI_DONE);
	ck_assert_int_eq(ask_json(session, ASK_DESK, VERB_CASES,
	    json_object()), CLI_LOCKED);
}
END_TEST

/* The same bytes, and not before the same time, whatever did not match. */
START_TEST(one_face_for_no)
{
	static const struct {
		const char *account, *password;
		int steps;              /* of the code; 99: none */
	} wrong[] = {
		{ "ada", "tea at half past five", 0 }, { "ada", PASSWORD, 7 },
		{ "ada", PASSWORD, 99 }, { "bo", PASSWORD, 0 },
		{ "cy", PASSWORD, 0 }, { "dee", PASSWORD, 0 },
	};
	char first[2048] = "", asked[64];

	enrol();
	ck_ok(workers_add(a, WORKER_NO_UID, "cy", "X Y", "", "r", "",
	    RIGHT_WORKER, NULL));
	ck_ok(workers_add(a, WORKER_NO_UID, "dee", "X Y", "", "r", "",
	    RIGHT_WORKER, NULL));
	ck_ok(workers_end(a, "dee", NULL));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		const uint64_t from = hands.boot;

		snprintf(asked, sizeof asked, "%s", wrong[i].steps == 99 ?
		    "" : code(wrong[i].steps));
		ck_assert_int_eq(sign_in(wrong[i].account, wrong[i].password,
		    asked, NULL), CLI_NO);
		ck_assert_uint_ge(hands.boot - from, SIGNIN_NO_MS);
		ck_assert(json_is_null(told.json));
		if (i == 0)
			strcpy(first, told.text);
		ck_assert_str_eq(told.text, first);
		ck_assert_ptr_nonnull(strstr(first, NO));
	}
}
END_TEST

START_TEST(a_code_is_good_once)
{
	char once[TOTP_DIGITS + 1];

	enrol();
	strcpy(once, code(0));
	ck_assert_int_eq(sign_in("ada", PASSWORD, once, NULL), CLI_DONE);
	ck_assert_int_eq(sign_in("ada", PASSWORD, once, NULL), CLI_NO);
	/* nor one from before it */
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(-1), NULL), CLI_NO);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(1), NULL), CLI_DONE);
}
END_TEST

START_TEST(a_used_code_after_a_restart)
{
	char once[TOTP_DIGITS + 1];

	uint8_t store[KEY_SECRET];

	enrol();
	strcpy(once, code(0));
	ck_assert_int_eq(sign_in("ada", PASSWORD, once, NULL), CLI_DONE);
	memcpy(store, a->identity->store, sizeof store);
	agent_locked(a);
	unlock();
	memcpy(a->identity->store, store, sizeof store);
	ck_assert_int_eq(sign_in("ada", PASSWORD, once, NULL), CLI_NO);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(1), NULL), CLI_DONE);
}
END_TEST

START_TEST(a_code_with_blanks)
{
	char text[16];

	enrol();
	snprintf(text, sizeof text, " %.3s %.3s ", code(0), code(0) + 3);
	ck_assert_int_eq(sign_in("ada", PASSWORD, text, NULL), CLI_DONE);
	ck_assert_int_eq(sign_in("ada", PASSWORD, "12345a", NULL), CLI_NO);
	ck_assert_int_eq(sign_in("ada", PASSWORD, "1234567", NULL), CLI_NO);
}
END_TEST

/* Five, then waiting; the same for an account that is not. */
START_TEST(too_many_guesses)
{
	static const char *const account[] = { "ada", "nobody-here" };
	char words[2][2048];

	enrol();
	for (size_t k = 0; k < 2; k++) {
		for (unsigned i = 0; i < 5; i++)
			ck_assert_int_eq(sign_in(account[k], "wrong wrong",
			    code(0), NULL), CLI_NO);
		ck_assert_int_eq(sign_in(account[k], PASSWORD, code(0), NULL),
		    CLI_NOT_NOW);
		strcpy(words[k], told.text);
	}
	ck_assert_str_eq(words[0], words[1]);
	ck_assert_ptr_nonnull(strstr(words[0], "Wait 1 minutes"));
	clock_fake_add(&hands, CLOCK_MINUTE_MS);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	ck_assert_int_eq(sign_in("ada", "wrong wrong", code(1), NULL), CLI_NO);
}
END_TEST

/* All at the same time are as many as one after the other. */
START_TEST(guesses_at_the_same_time)
{
	int fd[SIGNIN_WAITING], no = 0, later = 0;

	enrol();
	for (int i = 0; i < SIGNIN_WAITING; i++) {
		fd[i] = dial();
		ask_as(fd[i], "", ASK_DESK, VERB_SIGN_IN, "{\"account\":"
		    "\"ada\",\"password\":\"wrong\",\"code\":\"123456\"}");
	}
	for (int i = 0; i < SIGNIN_WAITING; i++) {
		wait_for(fd[i]);
		no += told.code == CLI_NO;
		later += told.code == CLI_NOT_NOW;
		local_close(&fd[i]);
	}
	ck_assert_int_eq(no, 5);
	ck_assert_int_eq(later, SIGNIN_WAITING - 5);
}
END_TEST

START_TEST(a_worker_who_has_ended)
{
	enrol();
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	ck_ok(workers_end(a, "ada", NULL));
	ck_assert_int_eq(ask_json(session, ASK_DESK, VERB_CASES,
	    json_object()), CLI_LOCKED);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(1), NULL), CLI_NO);
	ck_assert_int_eq(it(VERB_WORKER_PASSWORD, "ada"), CLI_NO);
	ck_assert_int_eq(it(VERB_TOTP_RESET, "ada"), CLI_NO);
}
END_TEST

/* While the password is looked at. */
START_TEST(a_worker_who_ends_meanwhile)
{
	char text[200];
	int fd;

	enrol();
	fd = dial();
	snprintf(text, sizeof text, "{\"account\":\"ada\",\"password\":\""
	    PASSWORD "\",\"code\":\"%s\"}", code(0));
	ask_as(fd, "", ASK_DESK, VERB_SIGN_IN, text);
	ck_ok(workers_end(a, "ada", NULL));
	ck_assert_int_eq(wait_for(fd), CLI_NO);
	local_close(&fd);
}
END_TEST

/* ---- sessions ------------------------------------------------------------------------------- */

START_TEST(a_session_that_is_idle)
{
	enrol();
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	clock_fake_add(&hands, config.lock_ms - 5000);
	ck_assert_int_eq(ask_json(session, ASK_DESK, VERB_SESSION,
	    json_object()), CLI_DONE);
	ck_assert_int_eq(json_integer_value(json_object_get(told.json,
	    "seconds_left")), 600);
	clock_fake_add(&hands, config.lock_ms - 5000);
	ck_assert_int_eq(ask_json(session, ASK_DESK | ASK_PEEK, VERB_SESSION,
	    json_object()), CLI_DONE);
	ck_assert_int_le(json_integer_value(json_object_get(told.json,
	    "seconds_left")), 5);
	clock_fake_add(&hands, 5000);
	ck_assert_int_eq(ask_json(session, ASK_DESK | ASK_PEEK, VERB_SESSION,
	    json_object()), CLI_LOCKED);
}
END_TEST

START_TEST(who_is_signed_in)
{
	char ada[SEAT_HEX], lead[SEAT_HEX], other[SEAT_HEX];

	enrol();
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	memcpy(ada, session, sizeof ada);
	ck_ok(workers_add(a, WORKER_NO_UID, "lee", "X Y", "", "r", "north",
	    RIGHT_LEAD, NULL));
	ck_ok(workers_add(a, WORKER_NO_UID, "max", "X Y", "", "r", "south",
	    RIGHT_LEAD, NULL));
	ck_ok(seats_open(a->seats, "lee", hands.boot, lead));
	ck_ok(seats_open(a->seats, "max", hands.boot, other));
	ck_assert_int_eq(ask_json(ada, ASK_DESK, VERB_SESSIONS,
	    json_object()), CLI_LOCKED);
	ck_assert_int_eq(ask_json(other, ASK_DESK, VERB_SESSIONS,
	    json_object()), CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(told.json,
	    "sessions")), 1);
	ck_assert_int_eq(ask_json(other, ASK_DESK, VERB_SESSIONS,
	    json_pack("{s:s}", "end", "ada")), CLI_NO);
	ck_assert_int_eq(ask_json("", 0, VERB_SESSIONS, json_object()),
	    CLI_DONE);
	/* those of before are listed until they are over */
	ck_assert_uint_ge(json_array_size(json_object_get(told.json,
	    "sessions")), 3);
	ck_assert_int_eq(ask_json(lead, ASK_DESK, VERB_SESSIONS,
	    json_pack("{s:s}", "end", "ada")), CLI_DONE);
	ck_assert_int_eq(ask_json(ada, ASK_DESK, VERB_CASES, json_object()),
	    CLI_LOCKED);
	ck_assert_int_eq(ask_json(lead, ASK_DESK, VERB_CASES, json_object()),
	    CLI_DONE);
}
END_TEST

/* ---- passwords ------------------------------------------------------------------------------ */

static int
change(const char *token, const char *old, const char *new)
{
	return ask_json(token, ASK_DESK, VERB_PASSWORD, json_pack(
	    "{s:s, s:s}", "old", old, "new", new));
}

START_TEST(another_password)
{
	static const char next[] = "four words and a comma,";
	char here[SEAT_HEX], there[SEAT_HEX];

	enrol();
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	memcpy(here, session, sizeof here);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(1), NULL), CLI_DONE);
	memcpy(there, session, sizeof there);
	ck_assert_int_eq(change(here, "not " PASSWORD, next), CLI_NO);
	ck_assert_int_eq(change(here, PASSWORD, "short"), CLI_INPUT);
	ck_assert_int_eq(change(here, PASSWORD, next), CLI_DONE);
	ck_assert_int_eq(ask_json(here, ASK_DESK, VERB_CASES, json_object()),
	    CLI_DONE);
	ck_assert_int_eq(ask_json(there, ASK_DESK, VERB_CASES,
	    json_object()), CLI_LOCKED);
	clock_fake_add(&hands, 90000);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_NO);
	ck_assert_int_eq(sign_in("ada", next, code(1), NULL), CLI_DONE);
}
END_TEST

/* Whoever finds a desk open guesses no better there. */
START_TEST(guesses_at_the_old_one)
{
	char here[SEAT_HEX];

	enrol();
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	memcpy(here, session, sizeof here);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(change(here, "wrong", "four words, a comma"),
		    CLI_NO);
	ck_assert_int_eq(change(here, PASSWORD, "four words, a comma"),
	    CLI_NOT_NOW);
}
END_TEST

START_TEST(a_new_password_that_will_not_do)
{
	static const char *const bad[] = { "elevenbytes", "aaaaaaaaaaaaaaaa",
	    "abababababababab", "I am ADA of the north", "tab\tand more text",
	    "" };
	char first[64], longest[400];

	ck_assert_int_eq(it(VERB_WORKER_PASSWORD, "ada"), CLI_DONE);
	snprintf(first, sizeof first, "%s", said("password"));
	ck_assert_int_eq(sign_in("ada", first, NULL, NULL), CLI_DONE);
	read_secret();
	for (size_t i = 0; i + 1 < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_int_eq(sign_in("ada", first, code(0), bad[i]),
		    CLI_INPUT);
		ck_assert_ptr_nonnull(strstr(told.text, "password: "));
	}
	ck_assert_int_eq(sign_in("ada", first, code(0), first), CLI_INPUT);
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	ck_assert_int_eq(sign_in("ada", first, code(0), longest), CLI_INPUT);
	/* none of this was a guess */
	ck_assert_int_eq(sign_in("ada", first, code(0), PASSWORD), CLI_DONE);
}
END_TEST

START_TEST(a_first_password_too_old)
{
	char first[64];

	ck_assert_int_eq(it(VERB_WORKER_PASSWORD, "ada"), CLI_DONE);
	snprintf(first, sizeof first, "%s", said("password"));
	clock_fake_add(&hands, SIGNIN_FIRST_DAYS * CLOCK_DAY_MS);
	ck_assert_int_eq(sign_in("ada", first, NULL, NULL), CLI_INPUT);
	ck_assert_int_eq(sign_in("ada", "wrong", NULL, NULL), CLI_NO);
}
END_TEST

/* Forgotten: IT gives another, the telephone stays. */
START_TEST(another_first_password)
{
	char first[64], was[SEAT_HEX];
	const char *never = "never " PASSWORD;

	enrol();
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	memcpy(was, session, sizeof was);
	ck_assert_int_eq(it(VERB_WORKER_PASSWORD, "ada"), CLI_DONE);
	snprintf(first, sizeof first, "%s", said("password"));
	ck_assert_int_eq(ask_json(was, ASK_DESK, VERB_CASES, json_object()),
	    CLI_LOCKED);
	clock_fake_add(&hands, 60000);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_NO);
	ck_assert_int_eq(sign_in("ada", first, NULL, NULL), CLI_NO);
	ck_assert_int_eq(sign_in("ada", first, code(0), NULL), CLI_DONE);
	ck_assert_ptr_null(json_object_get(told.json, "totp"));
	ck_assert_str_eq(session, "");
	/* the code was not used up by what let nobody in */
	ck_assert_int_eq(sign_in("ada", first, code(0), PASSWORD), CLI_DONE);
	ck_assert_uint_eq(strlen(session), 64);
	/* it was good once */
	ck_assert_int_eq(sign_in("ada", first, code(1), never), CLI_NO);
}
END_TEST

/* ---- telephones ------------------------------------------------------------------------------- */

START_TEST(a_telephone_that_is_lost)
{
	char old[TOTP_SECRET];

	enrol();
	memcpy(old, secret, sizeof old);
	ck_assert_int_eq(it(VERB_TOTP_RESET, "ada"), CLI_DONE);
	ck_assert_int_eq(sign_in("ada", PASSWORD, NULL, NULL), CLI_DONE);
	ck_assert_str_eq(session, "");
	ck_assert(json_is_false(json_object_get(told.json, "must_change")));
	read_secret();
	ck_assert_mem_ne(old, secret, sizeof old);
	memcpy(old, secret, sizeof old);
	/* a code that is wrong shows the same one again */
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(5), NULL), CLI_INPUT);
	ck_assert_ptr_nonnull(strstr(told.text, "code: "));
	read_secret();
	ck_assert_mem_eq(old, secret, sizeof old);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	ck_assert_uint_eq(strlen(session), 64);
	/* and after that nobody is told */
	ck_assert_int_eq(sign_in("ada", PASSWORD, NULL, NULL), CLI_NO);
}
END_TEST

/* Shown anew it is another one: who looked before has nothing. */
START_TEST(a_secret_is_shown_once)
{
	char old[TOTP_SECRET], first[64];

	ck_assert_int_eq(it(VERB_WORKER_PASSWORD, "ada"), CLI_DONE);
	snprintf(first, sizeof first, "%s", said("password"));
	ck_assert_int_eq(sign_in("ada", first, NULL, NULL), CLI_DONE);
	read_secret();
	memcpy(old, secret, sizeof old);
	ck_assert_int_eq(sign_in("ada", first, NULL, NULL), CLI_DONE);
	read_secret();
	ck_assert_mem_ne(old, secret, sizeof old);
	ck_assert_int_eq(sign_in("ada", first, "", PASSWORD), CLI_INPUT);
}
END_TEST

START_TEST(without_telephones)
{
	char first[64];

	config.desk_totp = DESK_TOTP_OFF;
	ck_assert_int_eq(it(VERB_WORKER_PASSWORD, "ada"), CLI_DONE);
	snprintf(first, sizeof first, "%s", said("password"));
	ck_assert_int_eq(sign_in("ada", first, NULL, NULL), CLI_DONE);
	ck_assert_ptr_null(json_object_get(told.json, "totp"));
	ck_assert_int_eq(sign_in("ada", first, NULL, PASSWORD), CLI_DONE);
	ck_assert_int_eq(sign_in("ada", PASSWORD, NULL, NULL), CLI_DONE);
	ck_assert_uint_eq(strlen(session), 64);
}
END_TEST

START_TEST(telephones_for_who_wants)
{
	char first[64];

	config.desk_totp = DESK_TOTP_OPTIONAL;
	for (int with = 0; with < 2; with++) {
		ck_assert_int_eq(it(VERB_WORKER_PASSWORD, "ada"), CLI_DONE);
		snprintf(first, sizeof first, "%s", said("password"));
		ck_assert_int_eq(sign_in("ada", first, NULL, NULL), CLI_DONE);
		read_secret();
		ck_assert_int_eq(sign_in("ada", first, with ? code(0) : NULL,
		    PASSWORD), CLI_DONE);
		ck_assert_int_eq(sign_in("ada", PASSWORD, NULL, NULL),
		    with ? CLI_NO : CLI_DONE);
	}
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(1), NULL), CLI_DONE);
}
END_TEST

/* ---- what is not, and who is gone --------------------------------------------------------------- */

START_TEST(fields_that_are_none)
{
	char account[80];

	memset(account, 'x', sizeof account - 1);
	account[sizeof account - 1] = '\0';
	ck_assert_int_eq(sign_in("", PASSWORD, NULL, NULL), CLI_INPUT);
	ck_assert_int_eq(sign_in(account, PASSWORD, NULL, NULL), CLI_INPUT);
	ck_assert_int_eq(sign_in("a\nb", PASSWORD, NULL, NULL), CLI_INPUT);
	ck_assert_int_eq(sign_in("ada", "", NULL, NULL), CLI_INPUT);
	ck_assert_int_eq(sign_in("ada", "a\nb", NULL, NULL), CLI_INPUT);
	ck_assert_int_eq(ask_json("", ASK_DESK, VERB_SIGN_IN, json_pack(
	    "{s:i, s:b}", "account", 1, "password", 1)), CLI_INPUT);
	ck_assert_int_eq(ask_json("", 0, VERB_SIGN_IN, json_pack(
	    "{s:s, s:s}", "account", "ada", "password", PASSWORD)),
	    CLI_LOCKED);
	/* an account without a password */
	ck_assert_int_eq(sign_in("ada", PASSWORD, NULL, NULL), CLI_NO);
}
END_TEST

/* Sixteen at a time; those who go make room. */
START_TEST(too_many_at_a_time)
{
	int fd[SIGNIN_WAITING + 1], busy = 0;
	char text[80];

	for (int i = 0; i <= SIGNIN_WAITING; i++) {
		snprintf(text, sizeof text, "{\"account\":\"n%d\","
		    "\"password\":\"wrong\"}", i);
		fd[i] = dial();
		ask_as(fd[i], "", ASK_DESK, VERB_SIGN_IN, text);
	}
	for (int i = 0; i <= SIGNIN_WAITING; i++) {
		wait_for(fd[i]);
		ck_assert(told.code == CLI_NO || told.code == CLI_NOT_NOW);
		busy += told.code == CLI_NOT_NOW;
		local_close(&fd[i]);
	}
	ck_assert_int_ge(busy, 1);
	ck_assert_int_eq(sign_in("ada", PASSWORD, NULL, NULL), CLI_NO);
}
END_TEST

START_TEST(locked_meanwhile)
{
	int fd = dial();

	ask_as(fd, "", ASK_DESK, VERB_SIGN_IN,
	    "{\"account\":\"ada\",\"password\":\"wrong\"}");
	agent_locked(a);
	pump();
	ck_ok(answer(fd));
	ck_assert_int_eq(told.code, CLI_NOT_NOW);
	unlock();
	work();
	local_close(&fd);
}
END_TEST

START_TEST(gone_meanwhile)
{
	int fd = dial();

	ask_as(fd, "", ASK_DESK, VERB_SIGN_IN,
	    "{\"account\":\"ada\",\"password\":\"wrong\"}");
	local_close(&fd);
	for (int i = 0; i < 50; i++)
		work();
	fd = dial();
	ask_as(fd, "", ASK_DESK, VERB_SIGN_IN,
	    "{\"account\":\"ada\",\"password\":\"wrong\"}");
	api_destroy(&a->api);
	for (int i = 0; i < 20 && signing_fd(a->signing) >= 0; i++)
		(void)poll(NULL, 0, 10), signing_ready(a->signing);
	ck_ok(api_create(a, path, 0666, &a->api, NULL));
	local_close(&fd);
}
END_TEST

static void
count(void *ctx, const struct seat *seat)
{
	(void)seat;
	++*(unsigned *)ctx;
}

/* Who has gone when the password is found right has used no code. */
START_TEST(gone_and_right)
{
	unsigned before = 0, after = 0;
	char text[200];
	int fd;

	enrol();
	seats_each(a->seats, hands.boot, count, &before);
	fd = dial();
	snprintf(text, sizeof text, "{\"account\":\"ada\",\"password\":\""
	    PASSWORD "\",\"code\":\"%s\"}", code(0));
	ask_as(fd, "", ASK_DESK, VERB_SIGN_IN, text);
	local_close(&fd);
	pump();
	for (int i = 0; i < 50; i++)
		work();
	seats_each(a->seats, hands.boot, count, &after);
	ck_assert_uint_eq(before, after);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
}
END_TEST

/* ---- PAM ------------------------------------------------------------------------------------------ */

static struct runner *runner;

/* Knows ada and, to be refused there, a few more; writes down who it was
 * asked about. */
static void
setup_pam(void)
{
	static struct runner_command command[RUNNER_SLOTS];
	static char own[TEST_PATH], script[TEST_PATH];
	char text[600];

	memset(command, 0, sizeof command);
	test_dir(own);
	test_path(script, own, "pam");
	snprintf(text, sizeof text, "read -r account; read -r password\n"
	    "echo \"$account\" >>%s/asked\n"
	    "case $account:$password in\n"
	    "ada:'" PASSWORD "') exit 0 ;;\nada:over) exit 3 ;;\n"
	    "ada:trouble) exit 2 ;;\n*) exit 1 ;;\nesac\n", own);
	test_file(script, text);
	command[RUNNER_PAM].argv[0] = "/bin/sh";
	command[RUNNER_PAM].argv[1] = script;
	command[RUNNER_PAM].seconds = 20;
	ck_ok(runner_create(command, &runner, NULL));
	setup_signin();
	a->runner = runner;
	config.desk_auth = DESK_AUTH_PAM;
	strcpy(dir, own);
}

static void
teardown_pam(void)
{
	teardown_signin();
	runner_destroy(&runner);
}

START_TEST(pam_knows_the_password)
{
	ck_assert_int_eq(sign_in("ada", PASSWORD, NULL, NULL), CLI_DONE);
	ck_assert_str_eq(session, "");
	ck_assert(json_is_false(json_object_get(told.json, "must_change")));
	read_secret();
	ck_assert_int_eq(sign_in("ada", "wrong", code(0), NULL), CLI_NO);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_DONE);
	ck_assert_uint_eq(strlen(session), 64);
	ck_assert_int_eq(sign_in("ada", PASSWORD, code(0), NULL), CLI_NO);
	ck_assert_int_eq(sign_in("ada", "over", code(1), NULL), CLI_INPUT);
	ck_assert_int_eq(sign_in("ada", "trouble", code(1), NULL),
	    CLI_NOT_NOW);
	ck_assert_int_eq(it(VERB_WORKER_PASSWORD, "ada"), CLI_NO);
}
END_TEST

/* Nobody is asked about whom the agent does not know. */
START_TEST(pam_is_not_asked_about_others)
{
	char file[TEST_PATH], *asked;

	ck_assert_int_eq(sign_in("bo", PASSWORD, NULL, NULL), CLI_NO);
	ck_assert_int_eq(sign_in("ada", "wrong", NULL, NULL), CLI_NO);
	test_path(file, dir, "asked");
	asked = test_slurp(file);
	ck_assert_str_eq(asked, "ada\n");
	free(asked);
}
END_TEST

/* What a module calls trouble is a guess all the same. */
START_TEST(pam_in_trouble)
{
	for (unsigned i = 0; i < 5; i++) {
		ck_assert_int_eq(sign_in("ada", "trouble", NULL, NULL),
		    CLI_NOT_NOW);
		ck_assert_ptr_nonnull(strstr(told.text, "could not be"));
	}
	ck_assert_int_eq(sign_in("ada", PASSWORD, NULL, NULL), CLI_NOT_NOW);
	ck_assert_ptr_nonnull(strstr(told.text, "too often"));
}
END_TEST

static void
fill_pam(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup_pam, teardown_pam);
	tcase_add_test(tc, pam_knows_the_password);
	tcase_add_test(tc, pam_is_not_asked_about_others);
	tcase_add_test(tc, pam_in_trouble);
}

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup_signin, teardown_signin);
	tcase_add_test(tc, who_signs_in);
	tcase_add_test(tc, one_face_for_no);
	tcase_add_test(tc, a_code_is_good_once);
	tcase_add_test(tc, a_used_code_after_a_restart);
	tcase_add_test(tc, a_code_with_blanks);
	tcase_add_test(tc, too_many_guesses);
	tcase_add_test(tc, guesses_at_the_same_time);
	tcase_add_test(tc, a_worker_who_has_ended);
	tcase_add_test(tc, a_worker_who_ends_meanwhile);
	tcase_add_test(tc, a_session_that_is_idle);
	tcase_add_test(tc, who_is_signed_in);
	tcase_add_test(tc, another_password);
	tcase_add_test(tc, guesses_at_the_old_one);
	tcase_add_test(tc, a_new_password_that_will_not_do);
	tcase_add_test(tc, a_first_password_too_old);
	tcase_add_test(tc, another_first_password);
	tcase_add_test(tc, a_telephone_that_is_lost);
	tcase_add_test(tc, a_secret_is_shown_once);
	tcase_add_test(tc, without_telephones);
	tcase_add_test(tc, telephones_for_who_wants);
	tcase_add_test(tc, fields_that_are_none);
	tcase_add_test(tc, too_many_at_a_time);
	tcase_add_test(tc, locked_meanwhile);
	tcase_add_test(tc, gone_meanwhile);
	tcase_add_test(tc, gone_and_right);
}

int
main(void)
{
	const int local = test_main("signin", fill, 60);

	return test_main("signin pam", fill_pam, 60) | local;
}
