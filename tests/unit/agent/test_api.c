/*
 * The local socket as a program meets it: who may ask what, what is no
 * question at all, and what becomes of those who wait.  The link is one that
 * takes everything and brings nothing.
 */
#include <signal.h>

#include "agent/distrust.h"
#include "agent/life.h"
#include "tests/unit/agent/alone.h"

/* ---- who may ------------------------------------------------------------------------- */

static const enum api_who who[] = {
	[VERB_NONE] = API_IT,
#define X(id, name, may, handler) [id] = may,
	API_VERBS(X)
#undef X
};

START_TEST(locked_it_says_so)
{
	int fd = dial();

	for (uint32_t v = VERB_NONE + 1; v < VERB_END; v++) {
		if (v == VERB_UNLOCK || v == VERB_STATUS)
			continue;
		ask(fd, v, "{}");
		ck_ok(answer(fd));
		ck_assert_int_eq(told.code, CLI_LOCKED);
		ck_assert_str_eq(told.text,
		    agent_trouble_text(TROUBLE_LOCKED));
	}
	ask(fd, VERB_STATUS, "{}");
	ck_ok(answer(fd));
	ck_assert_int_eq(told.code, CLI_DONE);
	local_close(&fd);
}
END_TEST

/* Every verb that these rights do not cover is refused, in the same words. */
static void
refused_but(unsigned rights)
{
	static const unsigned needs[] = {
		[API_ANY] = ~0u, [API_IT] = ~0u, [API_WORKER] = RIGHT_WORKER |
		    RIGHT_LEAD | RIGHT_ADVOCATE | RIGHT_OFFICER,
		[API_ADVOCATE] = RIGHT_ADVOCATE,
		[API_OFFICER] = RIGHT_OFFICER, [API_DESK] = 0,
		[API_SESSION] = 0, [API_ACCOUNT] = ~0u, [API_SERVICE] = 0,
	};
	int fd = dial();

	for (uint32_t v = VERB_NONE + 1; v < VERB_END; v++) {
		if (who[v] == API_ANY || who[v] == API_IT || who[v] == API_LEAD ||
		    (needs[who[v]] & rights) != 0)
			continue;
		ask(fd, v, "{}");
		ck_ok(answer(fd));
		ck_assert_msg(told.code == CLI_LOCKED, "%s: %d",
		    api_verb_name((enum api_verb)v), told.code);
		ck_assert_ptr_nonnull(strstr(told.text,
		    "Your account may not do this"));
	}
	local_close(&fd);
}

START_TEST(verbs_by_rights)
{
	static const unsigned rights[] = { RIGHT_IT, RIGHT_WORKER,
	    RIGHT_OFFICER, RIGHT_ADVOCATE };

	unlock();
	ck_ok(workers_add(a, geteuid(), "x", "X Y", "", "r", "", rights[_i],
	    NULL));
	refused_but(rights[_i]);
	ck_ok(workers_end(a, "x", NULL));
	refused_but(0);
}
END_TEST

START_TEST(an_account_nobody_knows)
{
	unlock();
	refused_but(0);
}
END_TEST

START_TEST(verbs_nobody_knows)
{
	static const uint32_t verb[] = { VERB_END, VERB_END + 1 };
	int fd;

	unlock();
	fd = dial();
	for (size_t i = 0; i < sizeof verb / sizeof verb[0]; i++) {
		ask(fd, verb[i], "{}");
		ck_ok(answer(fd));
		ck_assert_int_eq(told.code, CLI_USAGE);
	}
	ck_assert_int_eq(api_verb_of("status"), VERB_STATUS);
	ck_assert_int_eq(api_verb_of("statu"), VERB_NONE);
	ck_assert_str_eq(api_verb_name(VERB_END), "");
	local_close(&fd);
}
END_TEST

/* ---- the desk --------------------------------------------------------------------------- */

static void
told_by(const char *token, uint32_t flags, uint32_t verb, int code)
{
	int fd = dial();

	ask_as(fd, token, flags, verb, "{}");
	ck_ok(answer(fd));
	ck_assert_msg(told.code == code, "%s: %d, \"%s\"",
	    api_verb_name((enum api_verb)verb), told.code, told.text);
	local_close(&fd);
}

static void
sign_in(const char *account, unsigned rights, char token[static SEAT_HEX])
{
	ck_ok(workers_add(a, WORKER_NO_UID, account, "X Y", "", "r", "",
	    rights, NULL));
	ck_ok(seats_open(a->seats, account, clock_boot(&a->clock),
	    token));
}

/* The session's rights, and none of the uid that brings it. */
START_TEST(in_the_name_of_a_session)
{
	char worker[SEAT_HEX], it[SEAT_HEX], both[SEAT_HEX];

	unlock();
	sign_in("w", RIGHT_WORKER, worker);
	sign_in("i", RIGHT_IT, it);
	sign_in("b", RIGHT_WORKER | RIGHT_IT, both);
	told_by(worker, ASK_DESK, VERB_CASES, CLI_DONE);
	told_by(worker, ASK_DESK, VERB_WORKER_LIST, CLI_LOCKED);
	told_by(it, ASK_DESK, VERB_CASES, CLI_LOCKED);
	told_by(it, ASK_DESK, VERB_WORKER_LIST, CLI_DONE);
	told_by(both, ASK_DESK, VERB_CASES, CLI_DONE);
	told_by(both, ASK_DESK, VERB_WORKER_LIST, CLI_DONE);
	told_by("", ASK_DESK, VERB_WORKER_LIST, CLI_LOCKED);
	told_by("", ASK_DESK, VERB_CASES, CLI_LOCKED);
	told_by("", ASK_DESK, VERB_STATUS, CLI_DONE);
	/* without the flag the text is nothing */
	told_by(worker, 0, VERB_CASES, CLI_LOCKED);
	told_by(worker, 0, VERB_WORKER_LIST, CLI_DONE);
	told_by(worker, 4, VERB_STATUS, CLI_USAGE);
}
END_TEST

START_TEST(a_token_that_is_none)
{
	char token[SEAT_HEX];

	unlock();
	sign_in("w", RIGHT_WORKER, token);
	told_by("x", ASK_DESK, VERB_CASES, CLI_LOCKED);
	for (size_t i = 0; i < SEAT_HEX - 1; i++) {
		const char was = token[i];

		token[i] = was == '0' ? '1' : '0';
		told_by(token, ASK_DESK, VERB_CASES, CLI_LOCKED);
		told_by(token, ASK_DESK, VERB_STATUS, CLI_LOCKED);
		token[i] = was;
	}
	token[SEAT_HEX - 2] = '\0';
	told_by(token, ASK_DESK, VERB_CASES, CLI_LOCKED);
}
END_TEST

START_TEST(a_session_ends_with_its_account)
{
	char token[SEAT_HEX];

	unlock();
	sign_in("w", RIGHT_WORKER, token);
	told_by(token, ASK_DESK, VERB_CASES, CLI_DONE);
	ck_ok(workers_end(a, "w", NULL));
	told_by(token, ASK_DESK, VERB_CASES, CLI_LOCKED);
}
END_TEST

START_TEST(a_session_ends_with_the_keys)
{
	char token[SEAT_HEX];

	unlock();
	sign_in("w", RIGHT_WORKER, token);
	agent_locked(a);
	told_by(token, ASK_DESK, VERB_CASES, CLI_LOCKED);
	unlock();
	told_by(token, ASK_DESK, VERB_CASES, CLI_LOCKED);
}
END_TEST

/* What the desk waits for in a name that ends is not told. */
START_TEST(a_name_that_ends_while_it_waits)
{
	char token[SEAT_HEX];
	int fd, other;

	unlock();
	sign_in("i", RIGHT_IT, token);
	a->offline_since = 0;
	fd = dial();
	ask_as(fd, token, ASK_DESK, VERB_TEST, "{}");
	other = dial();
	ask_as(other, "", ASK_DESK, VERB_STATUS, "{}");
	ck_ok(workers_end(a, "i", NULL));
	ck_err(answer(fd), ERR_CLOSED);
	ck_ok(answer(other));
	local_close(&fd);
	local_close(&other);
}
END_TEST

/* Runs a question as somebody without rights here; its code, 99: none. */
static uint8_t
as_nobody(const char *token, enum api_verb verb)
{
	int fd[2];
	uint8_t code = 99;
	pid_t pid;

	ck_assert_int_eq(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		struct client_answer out;
		struct why why;

		if (setuid(65534) == 0 && (token != NULL ?
		    client_ask_as(path, token, verb, NULL, 5000, &out, &why) :
		    client_ask(path, verb, NULL, 5000, &out, &why)) ==
		    ERR_NONE)
			code = (uint8_t)out.code;
		_exit(write(fd[1], &code, 1) == 1 ? 0 : 1);
	}
	for (int i = 0; i < 500; i++) {
		pump();
		(void)poll(NULL, 0, 10);
		if (poll(&(struct pollfd){ fd[0], POLLIN, 0 }, 1, 0) == 1)
			break;
	}
	ck_assert_int_eq(read(fd[0], &code, 1), 1);
	close(fd[0]);
	close(fd[1]);
	return code;
}

/* Another account of this machine is neither worker nor IT. */
START_TEST(another_account)
{
	if (geteuid() != 0)
		return;
	unlock();
	ck_assert_int_eq(as_nobody(NULL, VERB_WORKER_LIST), CLI_LOCKED);
}
END_TEST

/* An account that has ended keeps no right, whichever it was. */
START_TEST(it_that_has_ended)
{
	if (geteuid() != 0)
		return;
	unlock();
	ck_ok(workers_add(a, 65534, "x", "X Y", "", "r", "", RIGHT_IT, NULL));
	ck_assert_int_eq(as_nobody(NULL, VERB_WORKER_LIST), CLI_DONE);
	ck_ok(workers_end(a, "x", NULL));
	ck_assert_int_eq(as_nobody(NULL, VERB_WORKER_LIST), CLI_LOCKED);
}
END_TEST

/* Somebody else's idle connections leave room for the others. */
START_TEST(one_account_does_not_take_all)
{
	int ready[2], fd;
	char c = 0;
	pid_t pid;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (setuid(65534) != 0)
			_exit(1);
		for (int i = 0; i < 70; i++)
			if (local_connect(path, 1000, &fd, NULL) != ERR_NONE)
				_exit(1);
		_exit(write(ready[1], "x", 1) == 1 && pause() == 0);
	}
	for (int i = 0; i < 1000 && c == 0; i++) {
		pump();
		if (poll(&(struct pollfd){ ready[0], POLLIN, 0 }, 1, 5) == 1)
			ck_assert_int_eq(read(ready[0], &c, 1), 1);
	}
	ck_assert_int_eq(c, 'x');
	pump();
	fd = dial();
	ask(fd, VERB_STATUS, "{}");
	ck_ok(answer(fd));
	local_close(&fd);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	close(ready[0]);
	close(ready[1]);
}
END_TEST

/* A stolen token is worth nothing to another account of this machine. */
START_TEST(a_desk_that_is_none)
{
	char token[SEAT_HEX];

	if (geteuid() != 0)
		return;
	unlock();
	sign_in("w", RIGHT_WORKER, token);
	ck_assert_int_eq(as_nobody(token, VERB_CASES), CLI_LOCKED);
	ck_assert_int_eq(as_nobody(token, VERB_STATUS), CLI_LOCKED);
	ck_assert_int_eq(as_nobody(NULL, VERB_STATUS), CLI_DONE);
	told_by(token, ASK_DESK, VERB_CASES, CLI_DONE);
}
END_TEST

/* The account that agent.conf names as the desk's may. */
START_TEST(the_desk_of_the_configuration)
{
	char token[SEAT_HEX];

	if (geteuid() != 0)
		return;
	unlock();
	sign_in("w", RIGHT_WORKER, token);
	config.desk_user = "nobody";
	api_destroy(&a->api);
	ck_ok(api_create(a, path, 0666, &a->api, NULL));
	ck_assert_int_eq(as_nobody(token, VERB_CASES), CLI_DONE);
	ck_assert_int_eq(as_nobody(token, VERB_WORKER_LIST), CLI_LOCKED);
}
END_TEST

/* ---- two ledgers ------------------------------------------------------------------------- */

START_TEST(it_alone_trusts_again)
{
	int fd;

	unlock();
	fd = dial();
	ask(fd, VERB_TRUST, "{}");
	ck_ok(answer(fd));
	ck_assert_int_eq(told.code, CLI_DONE);
	agent_distrust(a, &(struct checkpoint){ .size = 9 }, "a test");
	ask(fd, VERB_TRUST, "{}");
	ck_ok(answer(fd));
	ck_assert_int_eq(told.code, CLI_PROOF);
	ck_assert_str_eq(json_string_value(json_object_get(told.json, "why")),
	    "a test");
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(
	    told.json, "theirs")), "\n9\n"));
	agent_locked(a);
	ask(fd, VERB_STATUS, "{}");
	ck_ok(answer(fd));
	ck_assert_str_eq(json_string_value(json_object_get(told.json,
	    "result")), "CRITICAL");
	unlock();
	ck_assert_int_eq(agent_trouble(a), TROUBLE_LEDGER);
	if (geteuid() == 0)
		ck_assert_int_eq(as_nobody(NULL, VERB_TRUST), CLI_LOCKED);
	ask(fd, VERB_TRUST, "{\"again\":true}");
	ck_ok(answer(fd));
	ck_assert_int_eq(told.code, CLI_DONE);
	ck_assert_int_eq(agent_trouble(a), TROUBLE_OFFLINE);
	local_close(&fd);
}
END_TEST

/* ---- what is no question ---------------------------------------------------------------- */

/* The connection it came on ends; another one goes on. */
static void
hangs_up(const void *data, size_t n)
{
	int bad = dial(), good = dial();

	ck_ok(local_send(bad, data, n, -1, 0));
	pump();
	ck_err(answer(bad), ERR_CLOSED);
	ask(good, VERB_STATUS, "{}");
	ck_ok(answer(good));
	ck_assert_int_eq(told.code, CLI_DONE);
	local_close(&bad);
	local_close(&good);
}

static void
hangs_up_json(const char *json, size_t n)
{
	const struct local_ask q = { .verb = VERB_STATUS,
	    .body = bytes_of((const uint8_t *)json, n) };
	struct buf out;

	buf_init(&out, LOCAL_MAX);
	ck_ok(wire_local_ask_encode(&q, &out));
	hangs_up(out.data, out.n);
	buf_free(&out);
}

START_TEST(json_that_is_none)
{
	static const char *const text[] = { "", "{", "[]", "null", "1",
	    "\"x\"", "{\"a\":1,\"a\":2}", "{}x", "{\"a\":\"\xff\"}",
	    "{'a':1}" };
	static char deep[50000], big[62 * 1024];

	for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
		hangs_up_json(text[i], strlen(text[i]));
	memset(deep, '[', sizeof deep);
	hangs_up_json(deep, sizeof deep);
	memset(big, ' ', sizeof big);
	big[0] = '{';
	big[sizeof big - 1] = '}';
	hangs_up_json(big, sizeof big);
	hangs_up_json("{\"a\":\"\0\"}", 9);
}
END_TEST

START_TEST(packets_that_are_none)
{
	static uint8_t junk[LOCAL_MAX];
	const struct local_ask q = { .verb = VERB_STATUS,
	    .body = bytes_str("{\"x\":12345678}") };
	uint64_t chance = 5;
	struct buf out;

	hangs_up(junk, 1);
	hangs_up(junk, sizeof junk);
	test_random_bytes(&chance, junk, sizeof junk);
	hangs_up(junk, sizeof junk);
	buf_init(&out, LOCAL_MAX);
	ck_ok(wire_local_ask_encode(&q, &out));
	for (size_t n = 3; n < out.n; n++)
		hangs_up(out.data, n);
	buf_free(&out);
}
END_TEST

/* ---- connections ------------------------------------------------------------------------- */

enum { SESSIONS = 64 };

START_TEST(sixty_four_and_no_more)
{
	int fd[SESSIONS + 1];

	for (int i = 0; i < SESSIONS; i++)
		fd[i] = dial();
	fd[SESSIONS] = dial();
	ck_err(answer(fd[SESSIONS]), ERR_CLOSED);
	local_close(&fd[SESSIONS]);
	ask(fd[0], VERB_STATUS, "{}");
	ck_ok(answer(fd[0]));
	local_close(&fd[7]);
	pump();
	fd[7] = dial();
	ask(fd[7], VERB_STATUS, "{}");
	ck_ok(answer(fd[7]));
	for (int i = 0; i < SESSIONS; i++)
		local_close(&fd[i]);
	pump();
}
END_TEST

/* One thing at a time, in order. */
START_TEST(questions_one_after_the_other)
{
	int fd = dial();

	for (int i = 0; i < 10; i++) {
		const struct local_ask q = { .verb = VERB_STATUS,
		    .body = bytes_str("{}") };
		struct buf out;

		buf_init(&out, LOCAL_MAX);
		ck_ok(wire_local_ask_encode(&q, &out));
		ck_ok(local_send(fd, out.data, out.n, -1, 0));
		buf_free(&out);
	}
	pump();
	pump();
	for (int i = 0; i < 10; i++)
		ck_ok(answer(fd));
	ck_err(answer(fd), ERR_BUSY);
	local_close(&fd);
}
END_TEST

/* It waits for the exchange, which never answers. */
static int
waiting(void)
{
	int fd;

	a->offline_since = 0;
	fd = dial();
	ask(fd, VERB_TEST, "{}");
	ck_err(answer(fd), ERR_BUSY);
	return fd;
}

START_TEST(gone_while_it_waits)
{
	int fd, other;

	unlock();
	fd = waiting();
	local_close(&fd);
	pump();
	/* its place is free, and its answer goes nowhere */
	other = dial();
	ask(other, VERB_STATUS, "{}");
	ck_ok(answer(other));
	agent_locked(a);
	pump();
	local_close(&other);
}
END_TEST

START_TEST(locked_while_it_waits)
{
	int fd;

	unlock();
	fd = waiting();
	agent_locked(a);
	pump();
	ck_ok(answer(fd));
	ck_assert_int_eq(told.code, CLI_NOT_NOW);
	local_close(&fd);
}
END_TEST

START_TEST(closed_while_it_waits)
{
	int fd;

	unlock();
	fd = waiting();
	api_destroy(&a->api);
	agent_locked(a);
	ck_err(answer(fd), ERR_CLOSED);
	local_close(&fd);
	ck_ok(api_create(a, path, 0666, &a->api, NULL));
}
END_TEST

START_TEST(an_account_that_ends)
{
	int fd;

	unlock();
	fd = waiting();
	api_forget_worker(a->api, &(struct worker){ .uid = geteuid() + 1 });
	ck_err(answer(fd), ERR_BUSY);
	api_forget_worker(a->api, &(struct worker){ .uid = geteuid() });
	ck_err(answer(fd), ERR_CLOSED);
	local_close(&fd);
}
END_TEST

/* ---- the client ---------------------------------------------------------------------------- */

struct asking {
	enum api_verb verb;
	struct client_answer out;
	enum error_code err;
	struct why why;
	int timeout;
	_Atomic bool over;
};

static void *
ask_thread(void *ctx)
{
	struct asking *x = ctx;

	x->err = client_ask(path, x->verb, NULL, x->timeout, &x->out,
	    &x->why);
	x->over = true;
	return NULL;
}

static void
client(struct asking *x)
{
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, ask_thread, x), 0);
	while (!x->over) {
		pump();
		(void)poll(NULL, 0, 1);
	}
	pthread_join(t, NULL);
}

/* More than one packet holds: all of it comes. */
START_TEST(long_answers)
{
	struct asking x = { .verb = VERB_WORKER_LIST, .timeout = 10000 };
	char account[20];

	unlock();
	ck_ok(agent_begin(a));
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(account, sizeof account, "account%u", i);
		ck_ok(workers_add(a, 5000 + i, account,
		    "A Rather Long Name Of Somebody", "17", "caseworker",
		    "north", RIGHT_WORKER, NULL));
	}
	ck_ok(agent_end(a, ERR_NONE));
	client(&x);
	ck_ok(x.err);
	ck_assert_int_eq(x.out.code, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(x.out.result,
	    "workers")), 1000);
	client_answer_free(&x.out);
}
END_TEST

START_TEST(an_agent_that_is_slow_or_away)
{
	struct asking x = { .verb = VERB_TEST, .timeout = 200 };
	struct client_answer out;
	struct why why = { "" };

	unlock();
	a->offline_since = 0;
	client(&x);
	ck_err(x.err, ERR_BUSY);
	ck_assert_ptr_nonnull(strstr(x.why.text, "not answered yet"));
	ck_err(client_ask("/nonexistent/sock", VERB_STATUS, NULL, 100, &out,
	    &why), ERR_OFFLINE);
	ck_assert_ptr_nonnull(strstr(why.text, "/nonexistent/sock"));
	ck_assert_ptr_null(out.result);
	ck_assert_ptr_null(out.words);
}
END_TEST

START_TEST(a_question_that_is_too_large)
{
	struct client_answer out;
	struct why why = { "" };
	char *big = malloc(70000);

	ck_assert_ptr_nonnull(big);
	memset(big, 'x', 70000);
	big[69999] = '\0';
	ck_err(client_ask(path, VERB_STATUS, json_pack("{s:s}", "a", big),
	    100, &out, &why), ERR_SIZE);
	ck_assert_ptr_nonnull(strstr(why.text, "60 KiB"));
	free(big);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, locked_it_says_so);
	tcase_add_loop_test(tc, verbs_by_rights, 0, 4);
	tcase_add_test(tc, an_account_nobody_knows);
	tcase_add_test(tc, another_account);
	tcase_add_test(tc, it_that_has_ended);
	tcase_add_test(tc, one_account_does_not_take_all);
	tcase_add_test(tc, it_alone_trusts_again);
	tcase_add_test(tc, verbs_nobody_knows);
	tcase_add_test(tc, in_the_name_of_a_session);
	tcase_add_test(tc, a_token_that_is_none);
	tcase_add_test(tc, a_session_ends_with_its_account);
	tcase_add_test(tc, a_session_ends_with_the_keys);
	tcase_add_test(tc, a_name_that_ends_while_it_waits);
	tcase_add_test(tc, a_desk_that_is_none);
	tcase_add_test(tc, the_desk_of_the_configuration);
	tcase_add_test(tc, json_that_is_none);
	tcase_add_test(tc, packets_that_are_none);
	tcase_add_test(tc, sixty_four_and_no_more);
	tcase_add_test(tc, questions_one_after_the_other);
	tcase_add_test(tc, gone_while_it_waits);
	tcase_add_test(tc, locked_while_it_waits);
	tcase_add_test(tc, closed_while_it_waits);
	tcase_add_test(tc, an_account_that_ends);
	tcase_add_test(tc, long_answers);
	tcase_add_test(tc, an_agent_that_is_slow_or_away);
	tcase_add_test(tc, a_question_that_is_too_large);
}

int
main(void)
{
	return test_main("api", fill, 60);
}
