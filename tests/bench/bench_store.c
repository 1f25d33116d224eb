/*
 * What a message's life costs in the store alone: submission, delivery,
 * opening and its share of a receipt, with the facts, the rules, the fold,
 * the appends, the commit and the reading back, one thread, no signatures.
 * One recipient, one opening each, receipts for up to 32 of a case.
 *
 *	bench_store [messages [folder | "memory"]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"

static void
must(enum error_code e, const char *what)
{
	if (e == ERR_NONE)
		return;
	(void)fprintf(stderr, "bench_store: %s: %s\n", what, error_text(e));
	exit(1);
}
#define play_ok(call) must(call, #call)

#include "store/facts.h"
#include "tests/contract/play.h"

enum { AGENCIES = 10, CASES = 60, PER_CASE = 6, BATCH_MAX = 128, RUN = 32 };

enum phase { FACTS, RULES, APPEND, APPLY, HOLD, COMMIT, BACK, TIDY, PHASES };
static const char *const phase_name[PHASES] = {
	"facts", "rules", "append", "fold+apply", "hold, release", "commit",
	"read back", "tidy",
};

static struct play p;
static struct db *db;
static uint64_t spent[PHASES], last;
static char agency[AGENCIES][16];
static struct { unsigned k, from, to; uint64_t grant; } arrow[CASES * PER_CASE];
static unsigned arrows;
static uint8_t ciphertext[1024 + 16], big[1000];
static const uint8_t worker[WIRE_PSEUDONYM] = { 1 };

static uint64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
lap(enum phase ph)
{
	uint64_t t = now_ns();

	spent[ph] += t - last;
	last = t;
}

static void
set_up(const char *path)
{
	const uint64_t until = PLAY_START + 60 * (uint64_t)DAY_MS;
	struct entry *e;
	struct wire_partnership *w;
	struct why why = { "" };

	play_init(&p, 3);
	if (path == NULL) {
		must(store_open_memory(&p.s[0]), "memory");
	} else {
		must(db_open(path, NULL, &db, &why), why.text);
		must(store_open_sqlite(db, &p.s[0], &why), why.text);
	}
	p.n = 1;
	play_begin(&p);
	e = play_record(&p, KIND_PARTNERSHIP, "root:");
	w = &e->b.u.partnership;
	w->lease_s = 3600;
	w->keep_read_days = 30;
	(void)play_apply(&p);
	for (unsigned i = 0; i < AGENCIES; i++) {
		(void)snprintf(agency[i], sizeof agency[i], "agency-%u", i);
		(void)play_member(&p, agency[i], ROLE_AGENCY, false);
		(void)play_sealing(&p, agency[i], 5);
		(void)play_worker(&p, agency[i], worker, false);
	}
	for (unsigned k = 0; k < CASES; k++) {
		(void)play_open_case(&p, k, agency[k % AGENCIES]);
		(void)play_phrases(&p, k, 1, agency[k % AGENCIES], NULL);
		for (unsigned j = 0; j < AGENCIES; j++)
			(void)play_checked(&p, k, agency[j]);
		for (unsigned j = 0; j < PER_CASE; j++) {
			unsigned from = (k + j) % AGENCIES;
			unsigned to = (from + 1 + j) % AGENCIES;

			arrow[arrows].k = k;
			arrow[arrows].from = from;
			arrow[arrows].to = to;
			arrow[arrows].grant = play_grant(&p, k,
			    agency[k % AGENCIES], agency[from], agency[to], 1,
			    until, NULL);
			arrows++;
		}
	}
	play_commit(&p);
	p.now += 2 * (uint64_t)DAY_MS;
}

static struct facts facts;
static struct facts_room room;

static void
decide(enum error_code e)
{
	struct verdict v;

	must(e, "facts");
	lap(FACTS);
	v = rules_decide(&facts);
	if (v.rule != RULE_ADMIT) {
		(void)fprintf(stderr, "bench_store: refused: %s\n",
		    rule_name(v.rule));
		exit(1);
	}
	lap(RULES);
}

static void
decide_record(void)
{
	const struct store_member *m;
	struct facts_checked checked = { .cite_ok = true };
	struct store_seen seen;

	must(store_seen(p.s[0], p.e.record.signer, p.e.b.stamp,
	    p.e.record_id, &seen), "seen");
	must(store_member(p.s[0], p.e.record.signer, &m), "member");
	checked.signer_key = m->m.sign_key;
	decide(facts_for_record(p.s[0], p.now, &p.e.record, &p.e.b, &checked,
	    &room, &facts));
}

static uint64_t
write_entry(size_t body)
{
	uint8_t commitment[HASH_BYTES];

	p.e.index = p.size;
	p.e.body = bytes_of(big, body);
	entry_commitment(p.e.body, p.e.salt, commitment);
	p.e.commitment = commitment;
	must(store_append(p.s[0], p.now, commitment, p.e.salt, p.e.body),
	    "append");
	lap(APPEND);
	must(facts_apply(p.s[0], &p.e, NULL), "apply");
	lap(APPLY);
	return p.size++;
}

/* A correspondence sends up to 32 at once, as a busy desk does. */
static unsigned
arrow_of(unsigned i)
{
	return (i / RUN * 7919u) % arrows;
}

static uint64_t
submit_and_deliver(unsigned i)
{
	const unsigned a = arrow_of(i);
	struct wire_submission *w;
	struct store_message m;
	uint8_t share[32] = { 1 };
	uint64_t idx, grant;

	(void)play_about(&p, KIND_SUBMISSION, arrow[a].k,
	    agency[arrow[a].from]);
	w = &p.e.b.u.submission;
	w->suite = WIRE_SUITE;
	play_id(w->recipient, agency[arrow[a].to]);
	w->epoch = 5;
	w->created = p.now;
	w->expires = p.now + 10 * (uint64_t)DAY_MS;
	w->n_label = 2;
	play_label(w->label[0], 3);
	play_label(w->label[1], 4);
	last = now_ns();
	decide_record();
	idx = write_entry(620);
	must(store_hold(p.s[0], idx, share, bytes_of(ciphertext,
	    sizeof ciphertext)), "hold");
	lap(HOLD);
	must(store_message(p.s[0], idx, &m), "message");
	decide(facts_for_delivery(p.s[0], p.now, &m, &room, &facts));
	grant = rules_decide(&facts).grant;
	(void)play_entry(&p, ENTRY_DELIVERED);
	p.e.u.delivered.message = idx;
	p.e.u.delivered.grant = grant;
	last = now_ns();
	(void)write_entry(40);
	return idx;
}

static void
open_message(unsigned i, uint64_t idx)
{
	const unsigned a = arrow_of(i);
	uint8_t share[32];

	(void)play_about(&p, KIND_OPENING, arrow[a].k, agency[arrow[a].to]);
	p.index[0] = idx;
	memcpy(p.e.b.u.opening.worker, worker, sizeof worker);
	p.e.b.u.opening.message = p.index;
	p.e.b.u.opening.n = 1;
	last = now_ns();
	decide_record();
	decide(facts_for_opening(p.s[0], p.now, &p.e.record, &p.e.b, 0,
	    &room, &facts));
	p.e.kind = ENTRY_OPENED;
	p.opened[0] = (struct wire_opened_line){ RULE_ADMIT, arrow[a].grant,
	    p.now + HOUR_MS };
	p.e.u.opened.line = p.opened;
	p.e.u.opened.n = 1;
	(void)write_entry(380);
	must(store_share(p.s[0], idx, share), "share");
	lap(HOLD);
}

static void
receive(unsigned i, const uint64_t *idx, unsigned n)
{
	const unsigned a = arrow_of(i);

	(void)play_about(&p, KIND_RECEIPT, arrow[a].k, agency[arrow[a].to]);
	for (unsigned j = 0; j < n; j++)
		p.receipt[j] = (struct wire_receipt_line){ idx[j], 0 };
	p.e.b.u.receipt.line = p.receipt;
	p.e.b.u.receipt.n = n;
	last = now_ns();
	decide_record();
	(void)write_entry(300 + 8 * n);
}

static enum error_code
read_one(void *ctx, uint64_t idx, const uint8_t commitment[static 32],
    const uint8_t *salt, struct bytes body)
{
	uint8_t c[32];

	(void)idx;
	entry_commitment(body, salt, c);
	*(int *)ctx += memcmp(c, commitment, 32) != 0;
	return ERR_NONE;
}

static void
close_batch(uint64_t from)
{
	int bad = 0;

	last = now_ns();
	must(store_commit(p.s[0]), "commit");
	lap(COMMIT);
	must(store_entries(p.s[0], from, p.size - from, read_one, &bad),
	    "entries");
	if (bad != 0)
		exit(1);
	lap(BACK);
	if (db != NULL)
		must(db_checkpoint(db, false), "checkpoint");
	lap(TIDY);
}

static void
measure(unsigned messages, unsigned batch)
{
	uint64_t idx[2][BATCH_MAX], start = now_ns(), total = 0, from;
	const unsigned run = batch < RUN ? batch : RUN;
	unsigned n = 0;
	clock_t cpu = clock();

	memset(spent, 0, sizeof spent);
	for (unsigned i = 0; i < messages; i += batch, n++) {
		p.now += 10;
		from = p.size;
		must(store_begin(p.s[0]), "begin");
		for (unsigned j = 0; j < batch; j++)
			idx[n % 2][j] = submit_and_deliver(i + j);
		for (unsigned j = 0; j < batch && n > 0; j += run)
			receive(i - batch + j, idx[(n + 1) % 2] + j, run);
		for (unsigned j = 0; j < batch && n > 0; j++)
			open_message(i - batch + j, idx[(n + 1) % 2][j]);
		close_batch(from);
	}
	start = now_ns() - start;
	cpu = clock() - cpu;
	(void)printf("batch %3u: ", batch);
	for (int i = 0; i < PHASES; i++) {
		(void)printf("%s %.1f  ", phase_name[i],
		    (double)spent[i] / messages / 1000);
		total += spent[i];
	}
	(void)printf("sum %.1f us (all: wall %.1f, CPU %.1f)\n",
	    (double)total / messages / 1000, (double)start / messages / 1000,
	    (double)cpu * 1e6 / CLOCKS_PER_SEC / messages);
}

int
main(int argc, char **argv)
{
	const unsigned messages = argc > 1 ? (unsigned)atoi(argv[1]) : 20000;
	const char *folder = argc > 2 ? argv[2] : "/tmp";
	const bool memory = strcmp(folder, "memory") == 0;
	char path[TEST_PATH];
	static const unsigned batch[] = { 16, 64, 128 };
	uint64_t used;

	(void)snprintf(path, sizeof path, "%s/bench-store-%d.db", folder,
	    (int)getpid());
	set_up(memory ? NULL : path);
	for (size_t i = 0; i < sizeof batch / sizeof batch[0]; i++)
		measure(messages, batch[i]);
	if (memory) {
		store_close(&p.s[0]);
		return 0;
	}
	must(db_pages(db, &used), "pages");
	(void)printf("%.0f bytes on disk per message, ciphertext included\n",
	    (double)used * DB_PAGE / (3.0 * messages));
	store_close(&p.s[0]);
	db_close(&db);
	(void)unlink(path);
	(void)strcat(path, "-wal");
	(void)unlink(path);
	return 0;
}
