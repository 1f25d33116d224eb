/*
 * HTTP over real sockets: what comes through to the handler, what is refused
 * before it, and that each reply carries the fields of every reply.
 */
#include "agent/desk/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/desk/http_listen.h"
#include "tests/support/test.h"

enum { BODY_MAX = 1000, ANSWER = 128 * 1024, LONG_BODY = 300 * 1024 };

static struct http *h;
static char dir[TEST_PATH], path[TEST_PATH], answer[ANSWER];
static atomic_uint asked, streams_ended;
static char seen_path[256], seen_query[256], seen_body[BODY_MAX + 1];
static bool seen_post;

static const struct http_field always[] = {
	{ "Cache-Control", "no-store" }, { NULL, NULL },
};

struct ticking {
	unsigned left;
};

static bool
tick(void *ctx, struct buf *out)
{
	struct ticking *t = ctx;

	buf_put_str(out, "data: x\n\n");
	return --t->left > 0;
}

static void
ticked(void *ctx)
{
	free(ctx);
	streams_ended++;
}

static void
handle(void *ctx, const struct http_request *r, struct http_reply *out)
{
	struct ticking *t;

	ck_assert_ptr_eq(ctx, always);
	asked++;
	snprintf(seen_path, sizeof seen_path, "%s", r->path);
	snprintf(seen_query, sizeof seen_query, "%s", r->query);
	memcpy(seen_body, r->body.data != NULL ? r->body.data :
	    (const uint8_t *)"", r->body.n);
	seen_body[r->body.n] = '\0';
	seen_post = r->post;
	out->status = 200;
	out->type = "text/plain";
	if (strcmp(r->path, "/stream") == 0) {
		t = malloc(sizeof *t);
		ck_assert_ptr_nonnull(t);
		t->left = 3;
		out->stream = (struct http_stream){ tick, ticked, t };
		return;
	}
	if (strcmp(r->path, "/nothing") == 0) {
		out->status = 500;
		return;
	}
	buf_init(&out->body, LONG_BODY);
	for (int i = 0; strncmp(r->path, "/long", 5) == 0 &&
	    i < LONG_BODY / 4 - 2; i++)
		buf_put(&out->body, "long", 4);
	if (strcmp(r->path, "/longer") == 0)
		buf_put(&out->body, "longer", 6);
	buf_put_str(&out->body, http_header(r, "X-Echo") != NULL ?
	    http_header(r, "X-Echo") : "hello");
	http_add(out, "X-Own", "yes");
}

static void
setup(void)
{
	struct why why = { "" };
	const struct http_options o = { .listen = path, .socket_mode = 0600,
	    .handler = handle, .ctx = (void *)(uintptr_t)always,
	    .always = always, .body_max = BODY_MAX, .connections = 8 };

	test_dir(dir);
	test_path(path, dir, "desk.sock");
	asked = streams_ended = 0;
	ck_assert_msg(http_start(&o, &h, &why) == ERR_NONE, "%s", why.text);
}

static void
done(void)
{
	http_stop(&h);
}

static int
dial(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(sa.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	return fd;
}

/* Sends n bytes, reads until the other side closes. */
static const char *
exchange(const char *request, size_t n)
{
	int fd = dial();
	size_t got = 0;
	ssize_t k;

	while (n > 0) {
		k = send(fd, request, n, MSG_NOSIGNAL);
		if (k <= 0)
			break;
		request += k;
		n -= (size_t)k;
	}
	while (got < sizeof answer - 1 &&
	    (k = read(fd, answer + got, sizeof answer - 1 - got)) > 0)
		got += (size_t)k;
	answer[got] = '\0';
	close(fd);
	return answer;
}

#define CLOSE "Host: x\r\nConnection: close\r\n"

static const char *
say(const char *request)
{
	return exchange(request, strlen(request));
}

static int
status_of(const char *a)
{
	int status = 0;

	return sscanf(a, "HTTP/1.1 %d", &status) == 1 ? status : 0;
}

START_TEST(a_get)
{
	const char *a = say("GET /a%2fb/../c?x=%41&y HTTP/1.1\r\n" CLOSE
	    "X-Echo: back\r\n\r\n");

	ck_assert_int_eq(status_of(a), 200);
	ck_assert_str_eq(seen_path, "/a%2fb/../c");    /* as it was sent */
	ck_assert_str_eq(seen_query, "x=%41&y");
	ck_assert(!seen_post);
	ck_assert_ptr_nonnull(strstr(a, "Cache-Control: no-store\r\n"));
	ck_assert_ptr_nonnull(strstr(a, "X-Own: yes\r\n"));
	ck_assert_ptr_nonnull(strstr(a, "\r\n\r\nback"));
	ck_assert_ptr_null(strstr(a, "Server:"));
}
END_TEST

START_TEST(a_head)
{
	const char *a = say("HEAD /a HTTP/1.1\r\n" CLOSE "\r\n");

	ck_assert_int_eq(status_of(a), 200);
	ck_assert(!seen_post);
	ck_assert_str_eq(strstr(a, "\r\n\r\n"), "\r\n\r\n");
}
END_TEST

START_TEST(a_post)
{
	const char *a = say("POST /p HTTP/1.1\r\n" CLOSE
	    "Content-Length: 5\r\n\r\na=b&c");

	ck_assert_int_eq(status_of(a), 200);
	ck_assert(seen_post);
	ck_assert_str_eq(seen_body, "a=b&c");
	a = say("POST /p HTTP/1.1\r\n" CLOSE
	    "Transfer-Encoding: chunked\r\n\r\n2\r\na=\r\n1\r\nb\r\n0\r\n\r\n");
	ck_assert_int_eq(status_of(a), 200);
	ck_assert_str_eq(seen_body, "a=b");
}
END_TEST

START_TEST(a_long_reply)
{
	static char all[LONG_BODY + 4096];
	int fd = dial();
	static const char get[] = "GET /long HTTP/1.1\r\n" CLOSE "\r\n";
	size_t got = 0;
	ssize_t k;

	ck_assert_int_eq(write(fd, get, sizeof get - 1), sizeof get - 1);
	while ((k = read(fd, all + got, sizeof all - got)) > 0)
		got += (size_t)k;
	close(fd);
	ck_assert_int_eq(status_of(all), 200);
	ck_assert_uint_gt(got, LONG_BODY - 8);
}
END_TEST

/* One byte over its buffer's bound: not a part of it goes. */
START_TEST(a_body_that_did_not_fit)
{
	const char *a = say("GET /longer HTTP/1.1\r\n" CLOSE "\r\n");

	ck_assert_int_eq(status_of(a), 500);
	ck_assert_str_eq(strstr(a, "\r\n\r\n"), "\r\n\r\n");
}
END_TEST

START_TEST(no_body)
{
	const char *a = say("GET /nothing HTTP/1.1\r\n" CLOSE "\r\n");

	ck_assert_int_eq(status_of(a), 500);
	ck_assert_ptr_nonnull(strstr(a, "Cache-Control: no-store\r\n"));
}
END_TEST

START_TEST(a_stream)
{
	const char *a = say("GET /stream HTTP/1.1\r\n" CLOSE "\r\n"), *s = a;
	unsigned n = 0;

	ck_assert_int_eq(status_of(a), 200);
	while ((s = strstr(s, "data: x")) != NULL) {
		n++;
		s++;
	}
	ck_assert_uint_eq(n, 3);
	http_stop(&h);
	ck_assert_uint_eq(streams_ended, 1);
}
END_TEST

static const struct {
	const char *request;
	int status;
} refused[] = {
	{ "PUT / HTTP/1.1\r\n" CLOSE "\r\n", 405 },
	{ "DELETE / HTTP/1.1\r\n" CLOSE "\r\n", 405 },
	{ "OPTIONS * HTTP/1.1\r\n" CLOSE "\r\n", 405 },
	{ "get / HTTP/1.1\r\n" CLOSE "\r\n", 405 },
	{ "TRACE / HTTP/1.1\r\n" CLOSE "\r\n", 405 },
	{ "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" CLOSE "Cookie: a\r\nCookie: b\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" CLOSE "Origin: a\r\nORIGIN: a\r\n"
	    "Content-Length: 1\r\n\r\nx", 400 },
	{ "POST / HTTP/1.1\r\n" CLOSE "Content-Length: 1001\r\n\r\n", 413 },
	{ "POST / HTTP/1.1\r\n" CLOSE "Content-Length: 99999999999999999999"
	    "\r\n\r\n", 0 },
	{ "POST / HTTP/1.1\r\n" CLOSE "Content-Length: -1\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\r\n" CLOSE "Content-Length: 1\r\n\r\nx", 400 },
	{ "POST / HTTP/1.1\r\n" CLOSE "Content-Length: 3\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" CLOSE "Transfer-Encoding: xchunked\r\n\r\n"
	    "0\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" CLOSE "Transfer-Encoding: gzip, chunked\r\n"
	    "\r\n0\r\n\r\n", 400 },
	{ "GET /\r\n\r\n", 0 },
	{ "\x16\x03\x01\x02\r\n\r\n", 0 },
	{ "GET / HTTP/9.9\r\n" CLOSE "\r\n", 0 },
};

/* 0: libmicrohttpd's own no, or the connection's end; either will do. */
START_TEST(no_requests)
{
	const char *a = say(refused[_i].request);

	if (refused[_i].status != 0) {
		ck_assert_int_eq(status_of(a), refused[_i].status);
		ck_assert_ptr_nonnull(strstr(a,
		    "Cache-Control: no-store\r\n"));
	} else {
		ck_assert(status_of(a) == 0 || status_of(a) >= 400);
	}
	ck_assert_uint_eq(asked, 0);
}
END_TEST

START_TEST(long_target)
{
	static char r[HTTP_TARGET_MAX + 100];
	const size_t most = HTTP_TARGET_MAX;

	memset(r, 'a', sizeof r);
	memcpy(r, "GET /", 5);
	strcpy(r + 4 + most, " HTTP/1.1\r\n" CLOSE "\r\n");
	ck_assert_int_eq(status_of(say(r)), 200);
	r[4 + most] = 'a';
	strcpy(r + 5 + most, " HTTP/1.1\r\n" CLOSE "\r\n");
	ck_assert_int_eq(status_of(say(r)), 414);
	ck_assert_uint_eq(asked, 1);
}
END_TEST

START_TEST(long_headers)
{
	static char r[200 * 1024];
	const char head[] = "GET / HTTP/1.1\r\n" CLOSE "X-Long: ";
	int status;

	memset(r, 'a', sizeof r);
	memcpy(r, head, sizeof head - 1);
	memcpy(r + sizeof r - 4, "\r\n\r\n", 4);
	status = status_of(exchange(r, sizeof r));
	ck_assert(status == 0 || status == 431);
	ck_assert_uint_eq(asked, 0);
}
END_TEST

/* Chunks say no length beforehand. */
START_TEST(a_long_body_in_chunks)
{
	static char r[4096];
	int n = snprintf(r, sizeof r, "POST / HTTP/1.1\r\n" CLOSE
	    "Transfer-Encoding: chunked\r\n\r\n");

	for (int i = 0; i < 11; i++)
		n += snprintf(r + n, sizeof r - (size_t)n, "64\r\n%0100d\r\n",
		    0);
	n += snprintf(r + n, sizeof r - (size_t)n, "0\r\n\r\n");
	ck_assert_int_eq(status_of(exchange(r, (size_t)n)), 413);
	ck_assert_uint_eq(asked, 0);
}
END_TEST

static const char *const abroad[] = { "0.0.0.0:7645", "192.0.2.1:7645",
    "[::]:7645", "[2001:db8::1]:7645", "example.org:7645", "*:7645" };
static const char *const nowhere[] = { "", "7645", "127.0.0.1", ":7645",
    "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x",
    "::1:7645", "desk.sock" };

/* One byte now and then keeps no place: all eight are taken, and given back. */
START_TEST(a_head_that_never_ends)
{
	const struct http_options o = { .listen = path, .socket_mode = 0600,
	    .handler = handle, .ctx = (void *)(uintptr_t)always,
	    .always = always, .body_max = BODY_MAX, .connections = 8,
	    .head_ms = 300 };
	struct why why = { "" };
	int slow[8];
	char c;

	http_stop(&h);
	ck_assert_msg(http_start(&o, &h, &why) == ERR_NONE, "%s", why.text);
	for (size_t i = 0; i < 8; i++) {
		slow[i] = dial();
		ck_assert_int_eq(send(slow[i], "GET / HT", 8, 0), 8);
	}
	for (size_t i = 0; i < 8; i++) {
		struct pollfd p = { .fd = slow[i], .events = POLLIN };

		while (poll(&p, 1, 50) == 0)
			(void)send(slow[i], "T", 1, MSG_NOSIGNAL);
		ck_assert_int_le(recv(slow[i], &c, 1, 0), 0);
		close(slow[i]);
	}
	/* a place is free as soon as its thread has ended */
	for (int i = 0; i < 500 && status_of(say("GET / HTTP/1.1\r\n" CLOSE
	    "\r\n")) != 200; i++)
		(void)poll(NULL, 0, 20);
	ck_assert_int_eq(status_of(answer), 200);
}
END_TEST

START_TEST(other_machines)
{
	struct why why;
	int fd;

	for (size_t i = 0; i < sizeof abroad / sizeof abroad[0]; i++) {
		why.text[0] = '\0';
		ck_err(http_listen(abroad[i], 0600, &fd, &why), ERR_CONFIG);
		ck_err(http_listen_check(abroad[i], &why), ERR_CONFIG);
		ck_assert_ptr_nonnull(strstr(why.text, "web server"));
		ck_assert_int_eq(fd, -1);
	}
	for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++)
		ck_assert_msg(http_listen(nowhere[i], 0600, &fd, &why) ==
		    ERR_CONFIG, "%s", nowhere[i]);
}
END_TEST

START_TEST(loopback)
{
	static const char *const here[] = { "127.0.0.1:%u", "localhost:%u",
	    "127.9.9.9:%u" };
	char at[64];
	struct why why = { "" };
	int fd, second;

	for (size_t i = 0; i < sizeof here / sizeof here[0]; i++) {
		const unsigned port = 20000 + (unsigned)getpid() % 20000;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(at, sizeof at, here[i], port);
#pragma GCC diagnostic pop
		ck_assert_msg(http_listen(at, 0600, &fd, &why) == ERR_NONE,
		    "%s", why.text);
		ck_err(http_listen(at, 0600, &second, &why), ERR_BUSY);
		http_unlisten(&fd);
	}
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, done);
	tcase_add_test(tc, a_get);
	tcase_add_test(tc, a_head);
	tcase_add_test(tc, a_post);
	tcase_add_test(tc, a_long_reply);
	tcase_add_test(tc, a_body_that_did_not_fit);
	tcase_add_test(tc, no_body);
	tcase_add_test(tc, a_stream);
	tcase_add_loop_test(tc, no_requests, 0,
	    sizeof refused / sizeof refused[0]);
	tcase_add_test(tc, long_target);
	tcase_add_test(tc, long_headers);
	tcase_add_test(tc, a_long_body_in_chunks);
	tcase_add_test(tc, a_head_that_never_ends);
	tcase_add_test(tc, other_machines);
	tcase_add_test(tc, loopback);
}

int
main(void)
{
	return test_main("http", fill, 30);
}
