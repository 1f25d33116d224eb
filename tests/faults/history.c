/*
 * Compares what clients saw (tests/support/history.h) with the ledger.
 *
 *   history PARTNERSHIP.wlp LEDGER HISTORIES
 *
 * LEDGER is an auditor's mirror or the database of a broker that has ended;
 * HISTORIES a folder of *.jsonl, settle.jsonl among them: what every agency
 * had when all was quiet.  What it counts, each with the first few instances:
 *
 *   lost       said to be accepted, and neither in the ledger nor told to be
 *              refused; admitted and neither delivered nor dropped; received
 *              and not at the recipient
 *   twice      one record in two entries, one message delivered or dropped
 *              twice, one observation twice at a recipient
 *   unlogged   shown to a client without an `opened` entry before it
 *   after      delivered or opened under a permission that an earlier entry
 *              ended; shown to a client that had the news that none covers
 *              it any more
 *   rejected   a delivery that an honest recipient would not take
 *
 * Exit 0 when all are 0, 1 when not, 2 when it could not compare.
 */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/account.h"

enum { SHOWN_MAX = 5, PATH_LEN = 1200, AGENCIES = 16 };

enum sin { LOST, TWICE, UNLOGGED, AFTER, REJECTED, SINS };
static const char *const sin_name[SINS] = { "lost", "twice", "unlogged",
	"after", "rejected" };

/* What was shown to an agency, once each: by message and by record. */
struct shown {
	char agency[WIRE_ID_MAX + 1], id[33];
	uint64_t message;
};
/* A copy as its sender knew it in the end. */
struct copy {
	char agency[WIRE_ID_MAX + 1], id[33], member[WIRE_ID_MAX + 1];
	char state[16];
};
/* Of every entry: shown, and in the inbox in the end. */
struct party {
	char id[WIRE_ID_MAX + 1];
	bool *shown, *holds;
	uint32_t *mark;                /* the answer that showed it last */
	uint64_t news;                 /* of the file being read: how far it
	                                * said it had verified */
	unsigned stops;                /* acknowledged */
};

struct check {
	struct account a;
	unsigned count[SINS];
	struct shown *shown;
	size_t n_shown, cap_shown;
	struct copy *copy;
	size_t n_copy, cap_copy;
	struct party party[AGENCIES];
	size_t asked, answered, unknown;
	uint32_t opens;
};

static void
sinned(struct check *c, enum sin s, const char *fmt, ...)
{
	va_list ap;

	if (c->count[s]++ >= SHOWN_MAX)
		return;
	printf("%s: ", sin_name[s]);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void *
grow(void *v, size_t *n, size_t *cap, size_t size)
{
	char **at = v;

	if (*n == *cap) {
		*cap = *cap > 0 ? 2 * *cap : 1024;
		*at = realloc(*at, *cap * size);
		if (*at == NULL)
			abort();
	}
	memset(*at + *n * size, 0, size);
	return *at + (*n)++ * size;
}

static const char *
text(const json_t *o, const char *key)
{
	const char *v = json_string_value(json_object_get(o, key));

	return v != NULL ? v : "";
}

static uint64_t
number(const json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

static struct party *
party(struct check *c, const char *id)
{
	struct party *p = c->party;

	while (p < &c->party[AGENCIES - 1] && p->id[0] != '\0' &&
	    strcmp(p->id, id) != 0)
		p++;
	if (p->id[0] == '\0') {
		snprintf(p->id, sizeof p->id, "%s", id);
		p->shown = calloc(c->a.size + 1, sizeof *p->shown);
		p->holds = calloc(c->a.size + 1, sizeof *p->holds);
		p->mark = calloc(c->a.size + 1, sizeof *p->mark);
		if (p->shown == NULL || p->holds == NULL || p->mark == NULL)
			abort();
	}
	return p;
}

/* ---- the ledger by itself ------------------------------------------------------ */

static int
by_stamp(const void *x, const void *y)
{
	const struct account_record *a = x, *b = y;
	int d = strcmp(a->signer, b->signer);

	return d != 0 ? d : memcmp(a->stamp, b->stamp, WIRE_STAMP);
}

static int
by_message(const void *x, const void *y)
{
	const struct account_opened *a = x, *b = y;

	return a->message < b->message ? -1 : a->message > b->message ? 1 :
	    a->idx < b->idx ? -1 : a->idx > b->idx;
}

static void
look_at_ledger(struct check *c)
{
	struct account *a = &c->a;

	for (size_t i = 0; i < a->n_message; i++) {
		const struct account_message *m = &a->message[i];
		const struct account_grant *g = m->deliveries > 0 ?
		    account_grant(a, m->grant) : NULL;

		/* Delivered, not receipted, and refused when it was to be
		 * sent again: dropped, and that is all right. */
		if (m->deliveries > 1 || m->drops > 1 ||
		    (m->deliveries + m->drops == 2 &&
		    (m->dropped < m->delivered ||
		    (m->receipted && m->receipt < m->dropped))))
			sinned(c, TWICE, "message %llu: delivered %u, dropped "
			    "%u times", (unsigned long long)m->idx,
			    m->deliveries, m->drops);
		if (m->deliveries + m->drops == 0)
			sinned(c, LOST, "message %llu: neither delivered nor "
			    "dropped", (unsigned long long)m->idx);
		if (g != NULL && g->ended < m->delivered)
			sinned(c, AFTER, "message %llu delivered by entry "
			    "%llu, its permission ended by %llu",
			    (unsigned long long)m->idx,
			    (unsigned long long)m->delivered,
			    (unsigned long long)g->ended);
		if (m->receipted && m->outcome != RECEIPT_STORED)
			sinned(c, REJECTED, "message %llu: outcome %u",
			    (unsigned long long)m->idx, m->outcome);
	}
	for (size_t i = 0; i < a->n_opened; i++) {
		const struct account_opened *o = &a->opened[i];
		const struct account_grant *g = account_grant(a, o->grant);

		if (g != NULL && g->ended < o->idx)
			sinned(c, AFTER, "message %llu opened by entry %llu, "
			    "its permission ended by %llu",
			    (unsigned long long)o->message,
			    (unsigned long long)o->idx,
			    (unsigned long long)g->ended);
	}
	qsort(a->opened, a->n_opened, sizeof *a->opened, by_message);
	qsort(a->record, a->n_record, sizeof *a->record, by_stamp);
	for (size_t i = 1; i < a->n_record; i++)
		if (by_stamp(&a->record[i - 1], &a->record[i]) == 0)
			sinned(c, TWICE, "a record of %s is entry %llu and "
			    "%llu", a->record[i].signer,
			    (unsigned long long)a->record[i - 1].idx,
			    (unsigned long long)a->record[i].idx);
}

/* After look_at_ledger(): sorted. */
static const struct account_record *
find_record(const struct check *c, const char *signer, const char *hex)
{
	struct account_record key = { 0 };

	snprintf(key.signer, sizeof key.signer, "%s", signer);
	if (!hex_decode(key.stamp, WIRE_STAMP, hex))
		return NULL;
	return bsearch(&key, c->a.record, c->a.n_record, sizeof key, by_stamp);
}

/* ---- what was acknowledged ------------------------------------------------------- */

/* What its sender says of this copy in the end, "" when nothing. */
static const char *
told(const struct check *c, const char *agency, const char *id,
    const char *member)
{
	for (size_t i = 0; i < c->n_copy; i++) {
		const struct copy *p = &c->copy[i];

		if (strcmp(p->id, id) == 0 && strcmp(p->member, member) == 0 &&
		    strcmp(p->agency, agency) == 0)
			return p->state;
	}
	return "";
}

static void
check_send(struct check *c, const char *agency, const json_t *result)
{
	const char *id = text(result, "id");
	json_t *p;
	size_t i;

	json_array_foreach(json_object_get(result, "copies"), i, p) {
		const char *member = text(p, "member");
		const struct account_record *r;
		const struct account_message *m;

		if (strcmp(text(p, "state"), "waiting") == 0 &&
		    told(c, agency, id, member)[0] == '\0')
			sinned(c, LOST, "%.8s from %s to %s was accepted, and "
			    "nothing is known of it", id, agency, member);
		if (strcmp(text(p, "state"), "queued") != 0 ||
		    text(p, "message")[0] == '\0')
			continue;
		r = find_record(c, agency, text(p, "message"));
		if (r == NULL) {
			if (strcmp(told(c, agency, id, member), "refused") != 0)
				sinned(c, LOST, "%.8s from %s to %s was "
				    "accepted, and is not in the ledger", id,
				    agency, member);
			continue;
		}
		m = account_message(&c->a, r->idx);
		if (m != NULL && m->receipted && m->outcome == 0 &&
		    !party(c, member)->holds[m->idx])
			sinned(c, LOST, "message %llu was delivered, and %s "
			    "does not have it", (unsigned long long)m->idx,
			    member);
	}
}

static bool
has_grant(const struct check *c, const char *hex, bool ended)
{
	uint8_t id[WIRE_HASH];

	if (!hex_decode(id, sizeof id, hex))
		return false;
	if (!ended) {
		for (size_t i = 0; i < c->a.n_grant; i++)
			if (memcmp(c->a.grant[i].id, id, sizeof id) == 0)
				return true;
		return false;
	}
	for (size_t i = 0; i < c->a.n_record; i++)
		if (c->a.record[i].kind == KIND_WITHDRAWAL &&
		    memcmp(c->a.record[i].grant, id, sizeof id) == 0)
			return true;
	return false;
}

/* Grants signed, or withdrawn: those said to be admitted are there. */
static void
check_grants(struct check *c, const char *agency, const json_t *result,
    const char *key, bool ended)
{
	json_t *g;
	size_t i;

	json_array_foreach(json_object_get(result, key), i, g)
		if (strcmp(text(g, "state"), "admitted") == 0 &&
		    !has_grant(c, text(g, "grant"), ended))
			sinned(c, LOST, "a %s at %s was acknowledged, and is "
			    "not in the ledger", ended ? "withdrawal" :
			    "grant", agency);
}

/* As many stops as this agency was told are passed on. */
static void
check_stop(struct check *c, const char *agency)
{
	unsigned in_ledger = 0;

	for (size_t k = 0; k < c->a.n_record; k++)
		in_ledger += c->a.record[k].kind == KIND_STOP &&
		    strcmp(c->a.record[k].signer, agency) == 0;
	if (++party(c, agency)->stops > in_ledger)
		sinned(c, LOST, "a stop at %s was acknowledged, and is not in "
		    "the ledger", agency);
}

/* ---- what was shown ---------------------------------------------------------------- */

static void
remember_shown(struct check *c, const char *agency, const json_t *item)
{
	struct shown *s;
	const uint64_t message = number(item, "message");

	if (message >= c->a.size || party(c, agency)->shown[message])
		return;
	party(c, agency)->shown[message] = true;
	s = grow(&c->shown, &c->n_shown, &c->cap_shown, sizeof *s);
	snprintf(s->agency, sizeof s->agency, "%s", agency);
	snprintf(s->id, sizeof s->id, "%s", text(item, "id"));
	s->message = message;
}

/*
 * Shown: there is an opening for it, and one that stands: what permits it was
 * not ended, all of it, by entries the agency had verified before it was asked.
 */
static void
check_item(struct check *c, const char *agency, uint64_t news,
    uint64_t message)
{
	const struct account_message *m = account_message(&c->a, message);
	bool logged = false, stands = false;
	size_t lo = 0, hi = c->a.n_opened;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->a.opened[mid].message < message)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < c->a.n_opened && c->a.opened[lo].message == message;
	    lo++) {
		const struct account_opened *o = &c->a.opened[lo];
		const struct account_grant *g;

		if (strcmp(o->by, agency) != 0)
			continue;
		logged = true;
		g = account_grant(&c->a, o->grant);
		stands |= g == NULL || m == NULL ||
		    account_uncovered(&c->a, m, g) >= news;
	}
	if (!logged)
		sinned(c, UNLOGGED, "message %llu was shown at %s",
		    (unsigned long long)message, agency);
	else if (!stands)
		sinned(c, AFTER, "message %llu was shown at %s, which had "
		    "verified %llu entries and so the end of its permission",
		    (unsigned long long)message, agency,
		    (unsigned long long)news);
}

static void
check_open(struct check *c, const char *agency, const json_t *result)
{
	struct party *p = party(c, agency);
	json_t *item;
	size_t i;

	c->opens++;
	json_array_foreach(json_object_get(result, "items"), i, item) {
		const uint64_t message = number(item, "message");

		if (message < c->a.size) {
			if (p->mark[message] == c->opens)
				sinned(c, TWICE, "one answer of %s shows "
				    "message %llu twice", agency,
				    (unsigned long long)message);
			p->mark[message] = c->opens;
		}
		check_item(c, agency, p->news, message);
		remember_shown(c, agency, item);
	}
}

static int
by_id(const void *x, const void *y)
{
	const struct shown *a = x, *b = y;
	int d = strcmp(a->id, b->id);

	return d != 0 ? d : strcmp(a->agency, b->agency);
}

static void
check_shown_once(struct check *c)
{
	qsort(c->shown, c->n_shown, sizeof *c->shown, by_id);
	for (size_t i = 1; i < c->n_shown; i++)
		if (c->shown[i].id[0] != '\0' &&
		    by_id(&c->shown[i - 1], &c->shown[i]) == 0)
			sinned(c, TWICE, "record %.8s came to %s as message "
			    "%llu and %llu", c->shown[i].id,
			    c->shown[i].agency,
			    (unsigned long long)c->shown[i - 1].message,
			    (unsigned long long)c->shown[i].message);
}

/* ---- what every agency had in the end ------------------------------------------------- */

static void
take_seen(struct check *c, const char *agency, const json_t *result)
{
	json_t *r, *p;
	size_t i, k;

	json_array_foreach(json_object_get(result, "records"), i, r)
		json_array_foreach(json_object_get(r, "copies"), k, p) {
			struct copy *to = grow(&c->copy, &c->n_copy,
			    &c->cap_copy, sizeof *to);

			snprintf(to->agency, sizeof to->agency, "%s", agency);
			snprintf(to->id, sizeof to->id, "%s", text(r, "id"));
			snprintf(to->member, sizeof to->member, "%s", text(p,
			    "member"));
			snprintf(to->state, sizeof to->state, "%s", text(p,
			    "state"));
			if (strcmp(to->state, "queued") == 0)
				sinned(c, LOST, "%.8s from %s to %s still "
				    "waits", to->id, agency, to->member);
			for (size_t j = 0; j < k; j++)
				if (strcmp(text(json_array_get(
				    json_object_get(r, "copies"), j),
				    "member"), to->member) == 0)
					sinned(c, TWICE, "%.8s was sealed "
					    "twice for %s", to->id,
					    to->member);
		}
}

static void
take_inbox(struct check *c, const char *agency, const json_t *result)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(result, "items"), i, item)
		if (number(item, "message") < c->a.size)
			party(c, agency)->holds[number(item, "message")] =
			    true;
}

/* ---- histories ------------------------------------------------------------------------- */

/* First pass: what there was in the end; second: everything. */
static void
answered(struct check *c, bool first, const json_t *asked,
    const json_t *answer)
{
	const char *op = text(asked, "op"), *agency = text(asked, "agent");
	const json_t *result = json_object_get(answer, "result");
	const bool ok = strcmp(text(answer, "outcome"), "ok") == 0;

	if (first) {
		if (ok && strcmp(op, "seen") == 0)
			take_seen(c, agency, result);
		if (ok && strcmp(op, "inbox") == 0)
			take_inbox(c, agency, result);
		return;
	}
	c->answered++;
	c->unknown += strcmp(text(answer, "outcome"), "unknown") == 0;
	if (strcmp(op, "send") == 0)
		check_send(c, agency, result);
	else if (strcmp(op, "consent") == 0)
		check_grants(c, agency, result, "grants", false);
	else if (strcmp(op, "withdraw") == 0)
		check_grants(c, agency, result, "withdrawn", true);
	else if (strcmp(op, "stop") == 0 && ok)
		check_stop(c, agency);
	else if (strcmp(op, "open") == 0 && ok)
		check_open(c, agency, result);
	else if (strcmp(op, "status") == 0 && ok)
		party(c, agency)->news = number(result, "ledger_size");
}

static bool
read_history(struct check *c, const char *path, bool first)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	json_t *asked = NULL;
	ssize_t n;

	if (f == NULL)
		return false;
	for (unsigned i = 0; i < AGENCIES; i++)
		c->party[i].news = 0;
	while ((n = getline(&line, &cap, f)) > 0) {
		json_t *o = json_loadb(line, (size_t)n, 0, NULL);

		if (o == NULL)
			break;          /* cut off in the middle: the end */
		if (json_object_get(o, "op") != NULL) {
			json_decref(asked);
			asked = o;
			c->asked += !first;
			continue;
		}
		if (asked != NULL && number(asked, "n") == number(o, "n"))
			answered(c, first, asked, o);
		json_decref(o);
	}
	json_decref(asked);
	free(line);
	fclose(f);
	return true;
}

static bool
read_all(struct check *c, const char *dir)
{
	char path[PATH_LEN];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof path, "%s/settle.jsonl", dir);
	if (!read_history(c, path, true)) {
		fprintf(stderr, "history: %s: %s\n", path, strerror(errno));
		return false;
	}
	d = opendir(dir);
	while (d != NULL && (e = readdir(d)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');

		if (dot == NULL || strcmp(dot, ".jsonl") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		(void)read_history(c, path, false);
	}
	if (d != NULL)
		closedir(d);
	check_shown_once(c);
	return d != NULL;
}

int
main(int argc, char **argv)
{
	static struct check c;
	struct arena *arena = arena_create(4 * 1024 * 1024);
	struct partnership p;
	struct why why = { "" };
	enum error_code err;
	unsigned sins = 0;

	if (argc != 4 || arena == NULL || sodium_init() < 0) {
		fprintf(stderr, "usage: history PARTNERSHIP.wlp LEDGER "
		    "HISTORIES\n");
		return 2;
	}
	err = partnership_load(arena, argv[1], NULL, &p, &why);
	if (err == ERR_NONE)
		err = account_read(&c.a, &p, argv[2], &why);
	if (err != ERR_NONE) {
		fprintf(stderr, "history: %s %s\n", error_text(err),
		    why.text);
		return 2;
	}
	look_at_ledger(&c);
	if (!read_all(&c, argv[3]))
		return 2;
	printf("history: %zu asked, %zu answered, %zu unknown; %llu entries, "
	    "%zu messages, %zu openings\n", c.asked, c.answered, c.unknown,
	    (unsigned long long)c.a.size, c.a.n_message, c.a.n_opened);
	for (unsigned i = 0; i < SINS; i++) {
		printf("  %-9s %u\n", sin_name[i], c.count[i]);
		sins += c.count[i];
	}
	account_free(&c.a);
	arena_destroy(&arena);
	return sins == 0 ? 0 : 1;
}
