/*
 * What a hostile or unlucky peer gets from the real broker over real sockets.
 *
 *	broker_client BUILD hostile     bad input of every kind
 *	broker_client BUILD kill [N]    kill -9 of broker and signer, N times
 *
 * Exit 0 when all holds; otherwise it says what did not.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>
#include <zmq.h>

#include "base/clock.h"
#include "ledger/rules.h"
#include "tests/support/caller.h"

enum { CREDIT = 1024, PADDED = 1024, WAIT_MS = 3000 };

static struct {
	struct world w;
	struct field f;
	void *context;
	struct caller police, school, refuge;
	unsigned failed, held;
} t;

/* ---- saying what holds ------------------------------------------------- */

static void
holds(bool ok, const char *what)
{
	t.held += ok;
	t.failed += !ok;
	printf("%s  %s\n", ok ? "ok  " : "FAIL", what);
	(void)fflush(stdout);
}

static bool
alive(void)
{
	return kill(t.f.broker, 0) == 0 &&
	    waitpid(t.f.broker, NULL, WNOHANG) == 0;
}

/* Resident memory of the broker, KiB. */
static unsigned long
resident(void)
{
	char path[64], line[128];
	unsigned long kib = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/status",
	    (int)t.f.broker);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		(void)sscanf(line, "VmRSS: %lu", &kib);
	if (f != NULL)
		(void)fclose(f);
	return kib;
}

/* ---- talking ----------------------------------------------------------- */

static void
wait_parcels(struct caller *c, int ms)
{
	uint64_t until = clock_boot_ms() + (uint64_t)ms;

	while (clock_boot_ms() < until)
		(void)caller_turn(c, 20);
}

/* The answer to the whole frame `id` (its stamp is zeros). */
static const struct wire_answer *
frame_answer(struct caller *c, uint64_t id)
{
	static const uint8_t zero[WIRE_STAMP];
	uint64_t until = clock_boot_ms() + WAIT_MS;

	while (clock_boot_ms() < until) {
		for (unsigned i = 0; i < c->peer->n_answer; i++) {
			if (c->peer->answer[i].id == id && memcmp(
			    c->peer->answer[i].stamp, zero, WIRE_STAMP) == 0)
				return &c->peer->answer[i];
		}
		(void)caller_turn(c, 50);
	}
	return NULL;
}

static const struct wire_answer *
record_answer(struct caller *c, const struct record *r)
{
	uint64_t until = clock_boot_ms() + WAIT_MS;
	const struct wire_answer *a;

	while ((a = peer_answer(c->peer, r)) == NULL &&
	    clock_boot_ms() < until)
		(void)caller_turn(c, 50);
	return a;
}

static const struct wire_answer *
send_record(struct caller *c, struct record *r,
    const struct world_payload *p)
{
	struct buf b;

	c->peer->n_answer = 0;
	peer_own(c->peer, r);
	buf_init(&b, WIRE_UP_MAX);
	world_up(++c->ids, &r, &p, 1, &b);
	(void)caller_send(c, buf_view(&b));
	buf_free(&b);
	return record_answer(c, r);
}

static bool
got(const struct wire_answer *a, enum wire_status status, enum rule rule)
{
	if (a != NULL && a->status == (uint32_t)status &&
	    a->rule == (uint32_t)rule)
		return true;
	if (a == NULL)
		printf("      no answer\n");
	else
		printf("      status %u, rule %s\n", a->status,
		    rule_name((enum rule)a->rule));
	return false;
}

/* Sends these bytes as a frame; the broker must call them malformed. */
static bool
malformed(struct caller *c, struct bytes frame)
{
	c->peer->n_answer = 0;
	return caller_send(c, frame) &&
	    got(frame_answer(c, 0), STATUS_MALFORMED, RULE_ADMIT);
}

/* ---- a small partnership ----------------------------------------------- */

static void
open_one(struct caller *c, unsigned m)
{
	caller_open(c, t.context, &t.f, m, CREDIT);
}

static void
start(const char *build)
{
	struct record *r[WORLD_MEMBERS];

	if (sodium_init() < 0)
		exit(1);
	world_make(&t.w, 5, clock_ms());
	field_make(&t.f, &t.w, build);
	t.context = zmq_ctx_new();
	(void)field_start(&t.f);
	for (unsigned i = 1; i < t.w.n; i++)
		r[i - 1] = world_member(&t.w, i);
	field_admit(&t.f, r, t.w.n - 1);
	open_one(&t.refuge, WORLD_CUSTODIAN);
	open_one(&t.police, WORLD_POLICE);
	open_one(&t.school, WORLD_SCHOOL);
}

static void
announce(struct caller *c)
{
	(void)caller_admit(c, world_sealing(&t.w, c->m), NULL);
	(void)caller_admit(c, world_worker(&t.w, c->m, 0), NULL);
	(void)caller_admit(c, world_worker(&t.w, c->m, 1), NULL);
}

static void
open_case(void)
{
	struct world_payload p;
	uint64_t intro;

	announce(&t.refuge);
	announce(&t.police);
	announce(&t.school);
	(void)caller_admit(&t.refuge, world_case_opened(&t.w), NULL);
	(void)caller_admit(&t.refuge, world_phrases(&t.w), NULL);
	(void)caller_admit(&t.refuge, world_grant(&t.w, WORLD_CUSTODIAN,
	    WORLD_SCHOOL, true, NULL), NULL);
	intro = caller_admit(&t.refuge, world_submission(&t.w,
	    WORLD_CUSTODIAN, WORLD_SCHOOL, "ID", PADDED, &p, NULL), &p);
	(void)caller_admit(&t.school, world_receipt(&t.w, WORLD_SCHOOL,
	    &intro, 1, 0), NULL);
	(void)caller_admit(&t.school, world_opening(&t.w, WORLD_SCHOOL,
	    &intro, 1), NULL);
	(void)caller_admit(&t.school, world_checked(&t.w, WORLD_SCHOOL,
	    intro), NULL);
	(void)caller_admit(&t.refuge, world_grant(&t.w, WORLD_POLICE,
	    WORLD_SCHOOL, false, NULL), NULL);
}

static struct record *
message(const char *what, struct world_payload *p)
{
	t.w.now = clock_ms();
	return world_submission(&t.w, WORLD_POLICE, WORLD_SCHOOL, what,
	    PADDED, p, NULL);
}

static bool
works(void)
{
	struct world_payload p;

	return alive() && got(send_record(&t.police, message("C1", &p), &p),
	    STATUS_ADMITTED, RULE_ADMIT);
}

/* ---- below the protocol ------------------------------------------------ */

static void
stranger(void)
{
	struct box_pair pair;
	void *s;
	char in[64];

	identity_box_pair(&pair);
	s = caller_dial(t.context, &t.f, &pair);
	(void)zmq_send(s, "x", 1, ZMQ_DONTWAIT);
	wait_parcels(&t.police, 1000);
	holds(zmq_recv(s, in, sizeof in, ZMQ_DONTWAIT) == -1 &&
	    errno == EAGAIN, "a stranger's key gets nothing");
	(void)zmq_close(s);
}

/* Connections that say nothing, or nonsense; they go by themselves. */
static void
junk_connections(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	unsigned long before = resident();
	uint8_t junk[2048];
	int fd[200];

	a.sin_port = htons((uint16_t)t.f.port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (unsigned i = 0; i < 200; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd[i], (struct sockaddr *)&a, sizeof a) == -1)
			continue;
		randombytes_buf(junk, sizeof junk);
		if (i % 2 == 0 && send(fd[i], junk, sizeof junk,
		    MSG_NOSIGNAL) == -1)
			continue;
	}
	holds(works(), "200 connections of nonsense hold nobody up");
	holds(resident() < before + 16 * 1024, "nor cost they memory");
	for (unsigned i = 0; i < 200; i++)
		(void)close(fd[i]);
}

static void
oversized(void)
{
	static uint8_t big[WIRE_UP_MAX + 1];

	(void)caller_send(&t.police, bytes_of(big, sizeof big));
	wait_parcels(&t.police, 500);
	caller_close(&t.police);
	open_one(&t.police, WORLD_POLICE);
	holds(works(), "an oversized frame ends its connection, not more");
}

/* ---- frames ------------------------------------------------------------ */

static void
nested(struct buf *b, unsigned depth)
{
	size_t left = (size_t)depth * 4;

	/* field 3, a message, in itself: length as three bytes of varint */
	for (unsigned i = 0; i < depth; i++, left -= 4) {
		buf_put_u8(b, 0x1a);
		buf_put_u8(b, (uint8_t)(0x80 | ((left - 4) & 0x7f)));
		buf_put_u8(b, (uint8_t)(0x80 | ((left - 4) >> 7 & 0x7f)));
		buf_put_u8(b, (uint8_t)((left - 4) >> 14));
	}
}

static void
bad_frames(void)
{
	struct world_payload p;
	const struct world_payload *pp = &p;
	struct record *r;
	uint8_t junk[500];
	struct buf b;
	bool ok = true;

	for (int i = 0; i < 20; i++) {
		randombytes_buf(junk, sizeof junk);
		junk[0] = 0xff;
		ok = ok && malformed(&t.police, bytes_of(junk, sizeof junk));
	}
	holds(ok, "noise is malformed");
	buf_init(&b, WIRE_UP_MAX);
	nested(&b, 20000);
	holds(malformed(&t.police, buf_view(&b)),
	    "20,000 messages in each other are malformed");
	buf_clear(&b);
	for (int i = 0; i < 40000; i++) {
		buf_put_u8(&b, 0x1a);
		buf_put_u8(&b, 0);
	}
	holds(malformed(&t.police, buf_view(&b)),
	    "40,000 empty items are malformed");
	buf_clear(&b);
	r = message("C1", &p);
	world_up(++t.police.ids, &r, &pp, 1, &b);
	buf_put_u8(&b, 0x78);
	buf_put_u8(&b, 1);
	holds(malformed(&t.police, buf_view(&b)),
	    "an unknown field in the frame is malformed");
	buf_clear(&b);
	world_up(t.police.ids, &r, &pp, 1, &b);
	b.n -= 3;
	holds(malformed(&t.police, buf_view(&b)),
	    "a frame cut short is malformed");
	buf_free(&b);
	holds(works(), "and the next good frame is admitted");
}

/* A body with these bytes after it, signed by its member. */
static struct record *
with_tail(struct record *r, const void *tail, size_t n, unsigned by)
{
	uint8_t *body = arena_alloc(t.w.a, r->body.n + n);
	struct record *x = arena_dup(t.w.a, r, sizeof *r);

	memcpy(body, r->body.data, r->body.n);
	memcpy(body + r->body.n, tail, n);
	x->body = bytes_of(body, r->body.n + n);
	world_sign(&t.w, x, by);
	return x;
}

/* Sends one record whose body cannot be read: answered by the frame's id. */
static bool
bad_body(struct record *r, const struct world_payload *p)
{
	const struct wire_answer *a;
	struct buf b;

	t.police.peer->n_answer = 0;
	buf_init(&b, WIRE_UP_MAX);
	world_up(++t.police.ids, &r, &p, 1, &b);
	(void)caller_send(&t.police, buf_view(&b));
	buf_free(&b);
	a = frame_answer(&t.police, t.police.ids);
	return got(a, STATUS_MALFORMED, RULE_ADMIT);
}

static void
bad_bodies(void)
{
	static const uint8_t unknown[] = { 0xf8, 0x07, 1 };
	static const uint8_t again[] = { 0x18, 1 };
	struct world_payload p;
	struct record *r = message("C1", &p);

	holds(bad_body(with_tail(r, unknown, sizeof unknown, WORLD_POLICE),
	    &p), "an unknown field in a signed body is malformed");
	holds(bad_body(with_tail(r, again, sizeof again, WORLD_POLICE), &p),
	    "a field given twice is malformed");
	holds(bad_body(with_tail(r, "\xff", 1, WORLD_POLICE), &p),
	    "trailing bytes are malformed");
	holds(works(), "and the next good record is admitted");
}

/* ---- records ----------------------------------------------------------- */

static void
signatures(void)
{
	struct world_payload p;
	struct record *r = message("C1", &p);
	const struct wire_answer *a;

	r->signature[0] ^= 1;
	r->wire = bytes_of(NULL, 0);
	holds(got(send_record(&t.police, r, &p), STATUS_MALFORMED,
	    RULE_ADMIT), "a bad signature is malformed");
	/* of another partnership: the same bytes under another P */
	t.w.p[0] ^= 1;
	r = message("C1", &p);
	t.w.p[0] ^= 1;
	holds(got(send_record(&t.police, r, &p), STATUS_MALFORMED,
	    RULE_ADMIT), "a record of another partnership does not verify");
	r = message("C1", &p);
	a = send_record(&t.school, r, &p);
	holds(got(a, STATUS_REFUSED, RULE_WRONG_SIGNER),
	    "another member's record is refused");
	holds(got(send_record(&t.police, r, &p), STATUS_ADMITTED,
	    RULE_ADMIT), "and its stamp is not used up by that");
}

static void
replays(void)
{
	struct world_payload p;
	struct record *r = message("C1", &p);
	const struct wire_answer *a;
	uint64_t first;

	a = send_record(&t.police, r, &p);
	first = a != NULL ? a->index : 0;
	a = send_record(&t.police, r, &p);
	holds(got(a, STATUS_ADMITTED, RULE_ADMIT) && a->index == first,
	    "a record sent again has the first outcome");
	caller_close(&t.police);
	open_one(&t.police, WORLD_POLICE);
	a = send_record(&t.police, r, &p);
	holds(got(a, STATUS_ADMITTED, RULE_ADMIT) && a->index == first,
	    "also on another connection");
}

static void
lies(void)
{
	struct citation *c = &t.w.m[WORLD_POLICE].cite, good;
	struct world_payload p, q;
	struct record *r;

	r = message("C1", &p);
	q = p;
	q.share[3] ^= 1;
	holds(got(send_record(&t.police, r, &q), STATUS_MALFORMED,
	    RULE_ADMIT), "a share other than committed to is malformed");
	holds(got(send_record(&t.police, message("C5", &p), &p),
	    STATUS_REFUSED, rule_shown_as(RULE_NO_GRANT)),
	    "a label that was not granted is refused, as R1");
	good = *c;
	c->root[0] ^= 1;
	r = message("C1", &p);
	*c = good;
	holds(got(send_record(&t.police, r, &p), STATUS_REFUSED,
	    RULE_CITATION), "a forged citation is refused");
	t.w.now = clock_ms() - 8ull * 24 * 3600 * 1000;
	r = world_submission(&t.w, WORLD_POLICE, WORLD_SCHOOL, "C1", PADDED,
	    &p, NULL);
	holds(got(send_record(&t.police, r, &p), STATUS_REFUSED,
	    RULE_TOO_OLD), "a stale record is refused");
	t.w.now = clock_ms() + 600 * 1000;
	r = world_submission(&t.w, WORLD_POLICE, WORLD_SCHOOL, "C1", PADDED,
	    &p, NULL);
	holds(got(send_record(&t.police, r, &p), STATUS_REFUSED,
	    RULE_FUTURE), "a record from the future is refused");
	holds(works(), "and the next good record is admitted");
}

/* ---- load -------------------------------------------------------------- */

static void
flood(void)
{
	unsigned long before = resident();
	static uint8_t junk[90 * 1024];
	uint8_t token[32] = { 1 };
	struct world_payload p;
	uint64_t from;
	struct record *r;
	int sent = 0;

	junk[0] = 0xff;
	for (int i = 0; i < 20000; i++) {
		sent += caller_send(&t.police, bytes_of(junk, sizeof junk));
		if (i % 64 == 0) {
			(void)caller_turn(&t.police, 0);
			t.police.peer->n_answer = 0;
		}
	}
	/* meanwhile another member's mail goes through, and a stop */
	t.w.now = clock_ms();
	from = clock_boot_ms();
	r = world_worker(&t.w, WORLD_SCHOOL, 1);
	holds(got(send_record(&t.school, r, NULL), STATUS_ADMITTED,
	    RULE_ADMIT) && clock_boot_ms() - from < 2000,
	    "a flood from one member does not hold up another");
	from = clock_boot_ms();
	r = world_stop(&t.w, WORLD_SCHOOL, token);
	holds(got(send_record(&t.school, r, NULL), STATUS_ADMITTED,
	    RULE_ADMIT) && clock_boot_ms() - from < 2000,
	    "nor a stop");
	printf("      %d frames of 90 KiB sent, %lu KiB more resident\n",
	    sent, resident() - before);
	holds(resident() < before + 96 * 1024, "nor does it cost memory");
	caller_close(&t.police);
	open_one(&t.police, WORLD_POLICE);
	(void)p;
	holds(works(), "and the flooder may go on when it behaves");
}

/* A loop of refused records must not grow the ledger for ever. */
static void
refused_loop(void)
{
	unsigned refused = 0, busy = 0;
	const struct wire_answer *a;
	struct world_payload p;

	for (int i = 0; i < 150; i++) {
		a = send_record(&t.police, message("C5", &p), &p);
		refused += a != NULL && a->status == STATUS_REFUSED;
		busy += a != NULL && a->status == STATUS_BUSY;
	}
	holds(refused + busy == 150 && busy > 50,
	    "refusals beyond 60 a minute are answered busy, not entered");
	holds(works(), "and good records are admitted all the same");
}

static void
hostile(void)
{
	open_case();
	holds(works(), "a good record is admitted");
	stranger();
	junk_connections();
	oversized();
	bad_frames();
	bad_bodies();
	signatures();
	replays();
	lies();
	flood();
	refused_loop();
	holds(alive(), "the broker is alive");
}

/* ---- kill -9 ----------------------------------------------------------- */

struct sent { struct record *r; struct world_payload p; uint64_t index; };

/* Sends until the broker is killed under it; keeps what was answered. */
static unsigned
load(struct sent *s, unsigned max, uint64_t until)
{
	const struct wire_answer *a;
	unsigned n = 0;

	while (n < max && clock_boot_ms() < until) {
		s[n].r = message("C1", &s[n].p);
		a = send_record(&t.police, s[n].r, &s[n].p);
		s[n].index = a != NULL && a->status == STATUS_ADMITTED ?
		    a->index : UINT64_MAX;
		n++;
		if (a == NULL)
			break;
	}
	return n;
}

/* Kills after a while, from beside. */
static pid_t
killer(pid_t victim, unsigned ms)
{
	struct timespec nap = {
		.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000,
	};
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)nanosleep(&nap, NULL);
	_exit(kill(victim, SIGKILL) == 0 ? 0 : 1);
}

static void
round_of_killing(unsigned round)
{
	static struct sent s[20000];
	const struct wire_answer *a;
	unsigned n, lost = 0, moved = 0, answered = 0;
	bool signer = round % 3 == 2;
	uint64_t took;
	pid_t beside;

	beside = killer(signer ? t.f.signer : t.f.broker,
	    50 + randombytes_uniform(400));
	n = load(s, 20000, clock_boot_ms() + 800);
	(void)waitpid(beside, NULL, 0);
	/* both go, whoever was hit: a signer that dies takes the batch along */
	(void)kill(t.f.broker, SIGKILL);
	(void)kill(t.f.signer, SIGKILL);
	(void)waitpid(t.f.broker, NULL, 0);
	(void)waitpid(t.f.signer, NULL, 0);
	took = field_start(&t.f) / 1000000;
	caller_close(&t.police);
	caller_close(&t.school);
	caller_close(&t.refuge);
	open_one(&t.police, WORLD_POLICE);
	open_one(&t.school, WORLD_SCHOOL);
	open_one(&t.refuge, WORLD_CUSTODIAN);
	for (unsigned i = 0; i < n; i++) {
		a = send_record(&t.police, s[i].r, &s[i].p);
		answered += a != NULL && a->status == STATUS_ADMITTED;
		lost += s[i].index != UINT64_MAX && (a == NULL ||
		    a->status != STATUS_ADMITTED);
		moved += s[i].index != UINT64_MAX && a != NULL &&
		    a->index != s[i].index;
	}
	printf("      round %u: %u sent, %s killed, up again in %llu ms\n",
	    round, n, signer ? "signer" : "broker",
	    (unsigned long long)took);
	holds(lost == 0, "nothing acknowledged is lost");
	holds(moved == 0, "nothing takes effect twice");
	holds(answered == n, "what was not acknowledged can be sent again");
}

static void
killing(unsigned rounds)
{
	open_case();
	for (unsigned i = 0; i < rounds; i++)
		round_of_killing(i);
}

static int arguments;
static char **argument;

/* A test only because what it is built from asserts with check(3). */
START_TEST(play)
{
	unsigned rounds = arguments > 3 ?
	    (unsigned)strtoul(argument[3], NULL, 10) : 6;

	start(argument[1]);
	if (strcmp(argument[2], "kill") == 0)
		killing(rounds);
	else
		hostile();
	caller_close(&t.police);
	caller_close(&t.school);
	caller_close(&t.refuge);
	field_stop(&t.f);
	printf("%u hold, %u do not\n", t.held, t.failed);
	ck_assert_uint_eq(t.failed, 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, play);
}

int
main(int argc, char **argv)
{
	if (argc < 3) {
		(void)fprintf(stderr, "usage: broker_client BUILD "
		    "hostile|kill [N]\n");
		return 2;
	}
	arguments = argc;
	argument = argv;
	(void)setenv("CK_FORK", "no", 1);
	return test_main("broker_client", fill, 600);
}
