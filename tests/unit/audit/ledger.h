/*
 * A ledger for the auditor's tests: written by the rules (tests/support/
 * book.h), then altered as a lying broker could, numbered and signed anew,
 * and mirrored.
 */
#ifndef WAYLEAVE_TESTS_UNIT_AUDIT_LEDGER_H
#define WAYLEAVE_TESTS_UNIT_AUDIT_LEDGER_H

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/verify.h"
#include "tests/support/book.h"
#include "tests/support/test.h"

#define MINUTE_MS 60000ull

struct ledger {
	struct world w;
	struct book *b;             /* as long as it was not altered */
	struct partnership p;
	char dir[TEST_PATH];
	char mirror[TEST_PATH + 16]; /* the newest of them */
	unsigned mirrors;
	struct findings f;
	/* what is mirrored: the book's entries unless altered */
	struct bytes body[BOOK_ENTRIES];
	uint8_t salt[BOOK_ENTRIES][ENTRY_SALT];
	uint64_t n;
	uint64_t grant, message;    /* of ledger_start() */
	struct record *grant_record;
	struct world_payload payload;
};

static inline struct bytes
ledger_keep(struct ledger *l, struct bytes b)
{
	return bytes_of(arena_dup(l->w.a, b.data, b.n), b.n);
}

static inline void
ledger_pin(struct ledger *l)
{
	struct entry e;

	book_entry(l->b, 0, &e);
	memcpy(l->p.id, l->w.p, sizeof l->p.id);
	memcpy(l->p.root, e.b.u.partnership.root, sizeof l->p.root);
	l->p.now = e.b.u.partnership;
	l->p.now.policy = bytes_of(NULL, 0);
}

static inline struct ledger *
ledger_make(void)
{
	struct ledger *l = calloc(1, sizeof *l);

	ck_assert_ptr_nonnull(l);
	ck_assert_int_ge(sodium_init(), 0);
	l->b = calloc(1, sizeof *l->b);
	ck_assert_ptr_nonnull(l->b);
	world_make(&l->w, 6, 1900000000000);
	book_make(l->b, &l->w);
	ledger_pin(l);
	test_dir(l->dir);
	return l;
}

static inline void
ledger_free(struct ledger *l)
{
	findings_free(&l->f);
	book_free(l->b);
	free(l->b);
	world_free(&l->w);
	free(l);
}

static inline void
ledger_pass(struct ledger *l, uint64_t ms)
{
	l->w.now += ms;
}

/* ---- citing ------------------------------------------------------------ */

static inline void
ledger_leaf(struct bytes body, const uint8_t salt[static ENTRY_SALT],
    struct hash *leaf)
{
	uint8_t commitment[HASH_BYTES];

	entry_commitment(body, salt, commitment);
	entry_leaf(commitment, leaf);
}

static inline void
ledger_sign(struct ledger *l, uint64_t size, const struct hash *root,
    struct checkpoint *out)
{
	out->size = size;
	out->root = *root;
	ck_ok(checkpoint_sign(l->w.origin, out, l->w.log.secret));
}

/* What member i signs from now on cites all there is, and all its news. */
static inline void
ledger_cite(struct ledger *l, unsigned i)
{
	struct hash *leaf = calloc(l->b->n, sizeof *leaf), root;
	struct citation *c = &l->w.m[i].cite;
	const struct store_member *m;
	struct checkpoint head;

	ck_assert_ptr_nonnull(leaf);
	for (uint64_t k = 0; k < l->b->n; k++)
		ledger_leaf(l->b->entry[k].body, l->b->entry[k].salt,
		    &leaf[k]);
	tree_root_of(leaf, l->b->n, &root);
	free(leaf);
	ledger_sign(l, l->b->n, &root, &head);
	c->size = head.size;
	memcpy(c->root, head.root.b, HASH_BYTES);
	memcpy(c->signature, head.signature, sizeof c->signature);
	ck_ok(store_member(l->b->s, l->w.m[i].id, &m));
	c->news = m->news;
	memcpy(c->news_hash, m->news_hash, HASH_BYTES);
}

/* ---- the story --------------------------------------------------------- */

/* A case, a grant from the police to the school, one message delivered. */
static inline void
ledger_start(struct ledger *l)
{
	struct book *b = l->b;
	struct record *m;

	book_admit(b, world_case_opened(&l->w));
	book_admit(b, world_phrases(&l->w));
	l->grant_record = world_grant(&l->w, WORLD_POLICE, WORLD_SCHOOL,
	    false, NULL);
	l->grant = book_admit(b, l->grant_record);
	book_admit(b, world_grant(&l->w, WORLD_CUSTODIAN, WORLD_SCHOOL, true,
	    NULL));
	m = world_submission(&l->w, WORLD_CUSTODIAN, WORLD_SCHOOL, "ID", 1024,
	    &l->payload, NULL);
	l->message = book_admit(b, m);
	ck_assert_int_eq((int)book_deliver(b, l->message), RULE_ADMIT);
	book_admit(b, world_receipt(&l->w, WORLD_SCHOOL, &l->message, 1, 0));
	m = world_submission(&l->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024,
	    &l->payload, NULL);
	l->message = book_admit(b, m);
}

static inline uint64_t
ledger_submit(struct ledger *l)
{
	return book_admit(l->b, world_submission(&l->w, WORLD_POLICE,
	    WORLD_SCHOOL, "C1", 1024, &l->payload, NULL));
}

static inline void
ledger_open_three(struct ledger *l)
{
	uint64_t *m = arena_alloc(l->w.a, 3 * sizeof *m);
	enum rule rule[3];

	m[0] = l->message;
	m[1] = ledger_submit(l);
	m[2] = ledger_submit(l);
	ck_assert_int_eq((int)book_deliver(l->b, m[0]), RULE_ADMIT);
	ck_assert_int_eq((int)book_deliver(l->b, m[1]), RULE_ADMIT);
	ck_assert_int_eq((int)book_open(l->b, world_opening(&l->w,
	    WORLD_SCHOOL, m, 3), rule), RULE_ADMIT);
}

/* The conflict officer of the school has looked. */
static inline void
ledger_check(struct ledger *l, uint64_t introduction)
{
	uint64_t *m = arena_dup(l->w.a, &introduction, sizeof introduction);
	enum rule rule;

	(void)book_open(l->b, world_opening(&l->w, WORLD_SCHOOL, m, 1),
	    &rule);
	(void)book_put(l->b, world_checked(&l->w, WORLD_SCHOOL, introduction),
	    NULL);
}

/* A ledger with a delivered and opened message, ours to alter. */
static inline struct ledger *
ledger_opened(void)
{
	struct ledger *l = ledger_make();

	ledger_start(l);
	ledger_check(l, l->message - 3);
	ledger_open_three(l);
	return l;
}

/* ---- altering ---------------------------------------------------------- */

/* From here on the mirrored entries are our own to alter. */
static inline void
ledger_take(struct ledger *l)
{
	for (l->n = 0; l->n < l->b->n; l->n++) {
		l->body[l->n] = l->b->entry[l->n].body;
		memcpy(l->salt[l->n], l->b->entry[l->n].salt, ENTRY_SALT);
	}
}

/* The entry's number and time as they should be, or as the test wants. */
static inline void
ledger_place(struct ledger *l, uint64_t i, uint64_t index, uint64_t time)
{
	struct bytes copy = ledger_keep(l, l->body[i]);
	uint8_t *p = (uint8_t *)(uintptr_t)copy.data;

	put_be64(p, index);
	put_be64(p + 8, time);
	l->body[i] = copy;
}

static inline uint64_t
ledger_time(const struct ledger *l, uint64_t i)
{
	return get_be64(l->body[i].data + 8);
}

static inline void
ledger_renumber(struct ledger *l)
{
	for (uint64_t i = 0; i < l->n; i++)
		ledger_place(l, i, i, ledger_time(l, i));
}

static inline void
ledger_remove(struct ledger *l, uint64_t i)
{
	for (l->n--; i < l->n; i++) {
		l->body[i] = l->body[i + 1];
		memcpy(l->salt[i], l->salt[i + 1], ENTRY_SALT);
	}
	ledger_renumber(l);
}

static inline void
ledger_swap(struct ledger *l, uint64_t i)
{
	struct bytes t = l->body[i];

	l->body[i] = l->body[i + 1];
	l->body[i + 1] = t;
	ledger_renumber(l);
}

/* Another payload in entry i; i == n appends. */
static inline void
ledger_set(struct ledger *l, uint64_t i, enum entry_kind kind,
    const struct buf *payload)
{
	struct buf out;

	buf_init(&out, ENTRY_BODY_MAX);
	ck_ok(entry_encode(i, i < l->n ? ledger_time(l, i) :
	    ledger_time(l, i - 1), kind, buf_view(payload), &out));
	l->body[i] = ledger_keep(l, buf_view(&out));
	buf_free(&out);
	if (i == l->n) {
		randombytes_buf(l->salt[i], ENTRY_SALT);
		l->n++;
	}
}

#define LEDGER_SET(l, i, KIND, name, value)                               \
	do {                                                              \
		struct buf p_;                                            \
		buf_init(&p_, ENTRY_BODY_MAX);                            \
		ck_ok(wire_##name##_encode((value), &p_));                \
		ledger_set((l), (i), (KIND), &p_);                        \
		buf_free(&p_);                                            \
	} while (0)

static inline void
ledger_record(struct ledger *l, uint64_t i, const struct record *r)
{
	struct buf p;

	buf_init(&p, ENTRY_BODY_MAX);
	buf_put(&p, r->wire.data, r->wire.n);
	ledger_set(l, i, ENTRY_RECORD, &p);
	buf_free(&p);
}

/* The first entry of this kind at or after `from`. */
static inline uint64_t
ledger_find(struct ledger *l, uint64_t from, enum entry_kind kind)
{
	while (from < l->n && l->body[from].data[16] != kind)
		from++;
	ck_assert_uint_lt(from, l->n);
	return from;
}

/* ---- mirror and replay ------------------------------------------------- */

static inline void
ledger_mirror(struct ledger *l, struct mirror **out)
{
	struct hash *leaf = calloc(l->n, sizeof *leaf), root;
	uint8_t commitment[HASH_BYTES];
	struct why why = { "" };
	struct checkpoint head;

	ck_assert_ptr_nonnull(leaf);
	(void)snprintf(l->mirror, sizeof l->mirror, "%s/%u", l->dir,
	    l->mirrors++);
	ck_ok(mirror_open(l->mirror, l->w.origin, l->w.log.public, true, out,
	    &why));
	for (uint64_t i = 0; i < l->n; i++) {
		entry_commitment(l->body[i], l->salt[i], commitment);
		entry_leaf(commitment, &leaf[i]);
		ck_ok(mirror_add(*out, commitment, l->salt[i], l->body[i],
		    &why));
	}
	tree_root_of(leaf, l->n, &root);
	free(leaf);
	ledger_sign(l, l->n, &root, &head);
	ck_ok(mirror_commit(*out, &head, &why));
}

static inline void
ledger_verify(struct ledger *l, bool signatures)
{
	struct verify_options o = { .signatures = signatures, .threads = 2 };
	struct why why = { "" };
	struct mirror *m;
	enum error_code err;

	if (l->n == 0)
		ledger_take(l);
	ledger_mirror(l, &m);
	findings_free(&l->f);
	err = verify_run(m, &l->p, &o, &l->f, &why);
	ck_assert_msg(err == ERR_NONE, "%s: %s", error_text(err), why.text);
	mirror_close(&m);
}

static inline void
ledger_show(const struct ledger *l)
{
	for (size_t i = 0; i < l->f.n; i++)
		printf("entry %llu: %s\n",
		    (unsigned long long)l->f.finding[i].entry,
		    l->f.finding[i].why);
}

static inline void
ledger_clean(struct ledger *l)
{
	ledger_verify(l, true);
	ledger_show(l);
	ck_assert_uint_eq(l->f.unexplained, 0);
	ck_assert_uint_eq(l->f.without, 0);
	ck_assert(l->f.root_agrees);
	ck_assert_uint_eq(l->f.entries, l->n);
}

/* Something is found at this entry that says so. */
static inline void
ledger_found(const struct ledger *l, uint64_t entry, const char *words)
{
	for (size_t i = 0; i < l->f.n; i++)
		if (l->f.finding[i].entry == entry &&
		    strstr(l->f.finding[i].why, words) != NULL)
			return;
	ledger_show(l);
	ck_abort_msg("nothing found at entry %llu that says: %s",
	    (unsigned long long)entry, words);
}

/* This, and nothing else. */
static inline void
ledger_only(struct ledger *l, uint64_t entry, const char *words)
{
	ledger_verify(l, true);
	ledger_found(l, entry, words);
	ledger_show(l);
	ck_assert_uint_eq(l->f.unexplained, 1);
}

#endif
