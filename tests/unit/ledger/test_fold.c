#include "ledger/fold.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/sample.h"
#include "tests/support/test.h"

static struct arena *arena;
static struct sample_keys keys;
static struct effect out[FOLD_EFFECTS_MAX];
static unsigned n;
static struct entry entry;
static struct fold_view view;

static void
setup(void)
{
	arena = arena_create(4 * 1024 * 1024);
	sample_keys(&keys);
	memset(&entry, 0, sizeof entry);
	memset(&view, 0, sizeof view);
	entry.index = 300;
	entry.time = UINT64_C(1900000300000);
	entry.body = bytes_str("body");
	sample_fill("salt", entry.salt, sizeof entry.salt);
	view.custodian = "refuge";
}

static void
teardown(void)
{
	arena_destroy(&arena);
}

static void
record_entry(enum wire_kind kind)
{
	entry.kind = ENTRY_RECORD;
	sample_record(&keys, kind, arena, &entry.record, &entry.b);
	record_id(keys.partnership, &entry.record, entry.record_id);
}

static void
go(void)
{
	ck_ok(fold(&entry, &view, out, &n));
	ck_assert_uint_le(n, FOLD_EFFECTS_MAX);
}

static const char *
name_of(enum effect_kind k)
{
	static const char *const name[] = { "?", "PARTNERSHIP_PUT",
		"MEMBER_PUT", "MEMBER_STATE", "SEALING_PUT", "WORKER_PUT",
		"CASE_PUT", "CASE_STATE", "PHRASES_PUT", "PHRASES_TAKE",
		"TOKEN_PUT", "CASE_NARROWED", "STOP_DAY", "GRANT_PUT",
		"GRANT_END", "GRANTS_END_CASE", "GRANTS_END_MEMBER",
		"GRANTS_ENDED_TOLD", "GRANTS_RESUME", "GRANT_NAMED",
		"MESSAGE_PUT", "MESSAGE_STATE", "CHECKED_PUT", "SEEN_PUT",
		"NEWS", "RECALL_PUT" };

	return name[k];
}

/* All effects in one line, NEWS with whom it tells. */
static const char *
line(void)
{
	static char text[4096];
	size_t at = 0;
	unsigned i;

	text[0] = '\0';
	for (i = 0; i < n; i++) {
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s",
		    i == 0 ? "" : " ", name_of(out[i].kind));
		if (out[i].kind == EFFECT_NEWS)
			at += (size_t)snprintf(text + at, sizeof text - at,
			    ":%s%s%s%s%s%s%s",
			    out[i].audience & TELL_ALL ? "all," : "",
			    out[i].audience & TELL_SIGNER ? "signer," : "",
			    out[i].audience & TELL_CUSTODIAN ? "custodian," :
			    "",
			    out[i].audience & TELL_ENDS ? "ends," : "",
			    out[i].audience & TELL_CASE_ENDS ? "case," : "",
			    out[i].audience & TELL_MEMBER ? "member," : "",
			    out[i].audience & TELL_PHRASE ? "phrase," : "");
	}
	return text;
}

/* Whole ledger: effects of a record of every kind, and who is told. */
static const struct {
	enum wire_kind kind;
	const char *effects;
} whole[] = {
	{ KIND_PARTNERSHIP, "SEEN_PUT PARTNERSHIP_PUT NEWS:all," },
	{ KIND_MEMBER, "SEEN_PUT MEMBER_PUT" },
	{ KIND_MEMBER_REVOKED,
	    "SEEN_PUT MEMBER_STATE GRANTS_END_MEMBER NEWS:all," },
	{ KIND_MEMBER_SUSPENDED, "SEEN_PUT MEMBER_STATE NEWS:all," },
	{ KIND_SEALING_KEY, "SEEN_PUT SEALING_PUT NEWS:signer," },
	{ KIND_WORKER, "SEEN_PUT WORKER_PUT NEWS:signer," },
	{ KIND_CASE_OPENED, "SEEN_PUT CASE_PUT NEWS:custodian," },
	{ KIND_PHRASES, "SEEN_PUT PHRASES_PUT NEWS:custodian," },
	{ KIND_RESUME,
	    "SEEN_PUT CASE_STATE PHRASES_TAKE NEWS:custodian,case," },
	{ KIND_GRANT, "SEEN_PUT GRANT_PUT PHRASES_TAKE NEWS:custodian,ends," },
	{ KIND_ARROW_KEY, "SEEN_PUT NEWS:custodian,member," },
	{ KIND_AUDIT_SHARE, "SEEN_PUT NEWS:custodian," },
	{ KIND_WITHDRAWAL,
	    "SEEN_PUT GRANT_NAMED GRANT_END NEWS:signer,custodian," },
	{ KIND_CASE_CLOSED,
	    "SEEN_PUT CASE_STATE GRANTS_END_CASE NEWS:custodian,case," },
	{ KIND_STOP, "SEEN_PUT TOKEN_PUT NEWS:signer,phrase," },
	{ KIND_SUBMISSION, "SEEN_PUT MESSAGE_PUT NEWS:signer," },
	{ KIND_RECALL, "SEEN_PUT RECALL_PUT MESSAGE_STATE NEWS:signer," },
	{ KIND_RECEIPT,
	    "SEEN_PUT MESSAGE_STATE MESSAGE_STATE NEWS:signer," },
	{ KIND_CONFLICT_CHECKED, "SEEN_PUT CHECKED_PUT NEWS:signer," },
	{ KIND_MANDATED, "SEEN_PUT NEWS:signer," },
	{ KIND_EXPORT, "SEEN_PUT NEWS:signer," },
};
enum { WHOLE = sizeof whole / sizeof whole[0] };

START_TEST(every_kind)
{
	record_entry(whole[_i].kind);
	go();
	ck_assert_str_eq(line(), whole[_i].effects);
}
END_TEST

START_TEST(every_kind_has_a_row)
{
	unsigned k, i, found;

	for (k = KIND_NONE + 1; k < KIND_END; k++) {
		for (i = 0, found = 0; i < WHOLE; i++)
			found += whole[i].kind == (enum wire_kind)k;
		ck_assert_uint_eq(found, k == KIND_OPENING ? 0 : 1);
	}
	record_entry(KIND_OPENING);
	ck_err(fold(&entry, &view, out, &n), ERR_FORMAT);
}
END_TEST

/* Every effect says which entry, when, and the case. */
START_TEST(common_fields)
{
	unsigned i;

	record_entry(whole[_i].kind);
	go();
	for (i = 0; i < n; i++) {
		ck_assert_uint_eq(out[i].idx, 300);
		ck_assert_uint_eq(out[i].time, entry.time);
		ck_assert_ptr_eq(out[i].entry, &entry);
		ck_assert_mem_eq(out[i].case_id, entry.b.case_id, WIRE_CASE);
		ck_assert(out[i].kind != EFFECT_NEWS || i == n - 1);
	}
}
END_TEST

/* A slice remembers no stamps and counts its own news. */
START_TEST(slice_leaves_out)
{
	unsigned i;

	view.slice = true;
	record_entry(whole[_i].kind);
	go();
	for (i = 0; i < n; i++) {
		ck_assert_int_ne((int)out[i].kind, EFFECT_SEEN_PUT);
		ck_assert_int_ne((int)out[i].kind, EFFECT_NEWS);
	}
}
END_TEST

static const struct effect *
find(enum effect_kind kind)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (out[i].kind == kind)
			return &out[i];
	ck_abort_msg("no effect %s", name_of(kind));
	return NULL;
}

START_TEST(member)
{
	record_entry(KIND_MEMBER);
	view.member_replaces = true;
	go();
	ck_assert_str_eq(line(), "SEEN_PUT MEMBER_PUT NEWS:all,");
	ck_assert_str_eq(find(EFFECT_MEMBER_PUT)->member, "refuge");
	record_entry(KIND_MEMBER_REVOKED);
	go();
	ck_assert_str_eq(find(EFFECT_MEMBER_STATE)->member, "clinic-north");
	ck_assert_uint_eq(find(EFFECT_MEMBER_STATE)->a, 2);
	ck_assert_int_eq((int)find(EFFECT_GRANTS_END_MEMBER)->ended_by,
	    ENDED_REVOKED);
	record_entry(KIND_MEMBER_SUSPENDED);
	go();
	ck_assert_uint_eq(find(EFFECT_MEMBER_STATE)->a, 1);
}
END_TEST

START_TEST(grant)
{
	const struct effect *x;

	record_entry(KIND_GRANT);
	entry.b.u.grant.has_waiver = false;
	view.new_pair = true;
	go();
	x = find(EFFECT_GRANT_PUT);
	ck_assert_uint_eq(x->a, entry.time + DAY_MS);
	ck_assert_str_eq(x->sender, "refuge");
	ck_assert_str_eq(x->recipient, "clinic-north");
	ck_assert_ptr_eq(x->hash, entry.record_id);
	ck_assert_ptr_null(find(EFFECT_PHRASES_TAKE)->hash);
	x = find(EFFECT_NEWS);
	ck_assert_str_eq(x->sender, "refuge");
	ck_assert_str_eq(x->recipient, "clinic-north");
	view.new_pair = false;
	go();
	ck_assert_uint_eq(find(EFFECT_GRANT_PUT)->a, entry.b.u.grant.from);
}
END_TEST

/* She and the custodian end it for good, one of its ends locks it. */
START_TEST(withdrawal)
{
	record_entry(KIND_WITHDRAWAL);
	go();
	ck_assert_int_eq((int)find(EFFECT_GRANT_END)->ended_by, ENDED_BY_HER);
	ck_assert_mem_eq(find(EFFECT_GRANT_END)->hash,
	    entry.b.u.withdrawal.grant, WIRE_HASH);
	strcpy(entry.record.signer, "clinic-north");
	go();
	ck_assert_int_eq((int)find(EFFECT_GRANT_END)->ended_by, ENDED_BY_END);
	snprintf(entry.record.signer, sizeof entry.record.signer, "case:%032d",
	    7);
	go();
	ck_assert_int_eq((int)find(EFFECT_GRANT_END)->ended_by, ENDED_BY_HER);
	entry.b.u.withdrawal.all = true;
	go();
	ck_assert_str_eq(line(), "SEEN_PUT GRANTS_END_CASE CASE_NARROWED "
	    "NEWS:signer,custodian,");
	ck_assert_uint_eq(find(EFFECT_CASE_NARROWED)->a, 300);
}
END_TEST

START_TEST(arrow_key_and_recall)
{
	record_entry(KIND_ARROW_KEY);
	go();
	ck_assert_str_eq(find(EFFECT_NEWS)->member, "clinic-north");
	record_entry(KIND_RECALL);
	strcpy(view.recalled_to, "clinic-north");
	go();
	ck_assert_str_eq(line(),
	    "SEEN_PUT RECALL_PUT MESSAGE_STATE NEWS:signer,member,");
	ck_assert_str_eq(find(EFFECT_NEWS)->member, "clinic-north");
	ck_assert_str_eq(find(EFFECT_MESSAGE_STATE)->sender, "refuge");
	ck_assert_uint_eq(find(EFFECT_MESSAGE_STATE)->a, 0);
	ck_assert_int_eq((int)find(EFFECT_MESSAGE_STATE)->message_state,
	    MESSAGE_RECALLED);
}
END_TEST

START_TEST(receipt)
{
	record_entry(KIND_RECEIPT);
	go();
	ck_assert_uint_eq(out[1].a, 17);
	ck_assert_int_eq((int)out[1].message_state, MESSAGE_STORED);
	ck_assert_uint_eq(out[2].a, 301);
	ck_assert_int_eq((int)out[2].message_state, MESSAGE_REJECTED);
}
END_TEST

START_TEST(broker_entries)
{
	static const struct wire_opened_line lines[3] = {
		{ 0, 5, 9 }, { 90, 0, 0 }, { 0, 7, 9 },
	};

	entry.kind = ENTRY_DELIVERED;
	entry.u.delivered = (struct wire_delivered){ 17, 5 };
	go();
	ck_assert_str_eq(line(), "MESSAGE_STATE");
	ck_assert_uint_eq(out[0].a, 17);
	ck_assert_uint_eq(out[0].b, 5);
	entry.kind = ENTRY_DROPPED;
	entry.u.dropped = (struct wire_dropped){ 18, DROP_RULE };
	go();
	ck_assert_str_eq(line(), "MESSAGE_STATE");
	ck_assert_int_eq((int)out[0].message_state, MESSAGE_DROPPED);
	record_entry(KIND_OPENING);
	entry.kind = ENTRY_OPENED;
	entry.u.opened.line = lines;
	entry.u.opened.n = 3;
	go();
	ck_assert_str_eq(line(),
	    "SEEN_PUT MESSAGE_STATE MESSAGE_STATE NEWS:signer,");
	ck_assert_uint_eq(out[1].a, 17);
	ck_assert_uint_eq(out[2].a, 1000000);
	ck_assert_uint_eq(out[2].b, 7);
	entry.kind = ENTRY_NOTICE;
	entry.u.notice = (struct wire_notice){ NOTICE_STOP_DAY, 90 };
	go();
	ck_assert_str_eq(line(), "STOP_DAY");
	ck_assert_uint_eq(out[0].a, 90);
	entry.u.notice.code = NOTICE_START;
	go();
	ck_assert_uint_eq(n, 0);
}
END_TEST

/* What was refused is remembered by stamp; one line of an opening is not. */
START_TEST(refused)
{
	record_entry(KIND_GRANT);
	entry.kind = ENTRY_REFUSED;
	entry.u.refused.rule = RULE_TOO_LONG;
	go();
	ck_assert_str_eq(line(), "SEEN_PUT");
	ck_assert_uint_eq(out[0].a, RULE_TOO_LONG);
	entry.u.refused.message = 17;
	go();
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(frozen)
{
	entry.kind = ENTRY_FROZEN;
	entry.u.frozen.stop = 299;
	go();
	ck_assert_uint_eq(n, 0);
	entry.u.frozen.has_case = true;
	memset(entry.u.frozen.case_id, 9, WIRE_CASE);
	view.stop_at = 77;
	go();
	ck_assert_str_eq(line(), "CASE_STATE CASE_NARROWED NEWS:custodian,");
	ck_assert_int_eq((int)out[0].case_state, CASE_FROZEN);
	ck_assert_uint_eq(out[0].a, 299);
	ck_assert_uint_eq(out[0].b, 77);
	ck_assert_uint_eq(out[1].a, 299);
	ck_assert_uint_eq(out[0].case_id[0], 9);
	ck_assert_uint_eq(out[1].case_id[3], 9);
	ck_assert_uint_eq(out[2].case_id[15], 9);
}
END_TEST

/* In the whole ledger `ended` tells; in a slice it is what ends. */
START_TEST(ended)
{
	static const uint64_t grants[2] = { 5, 9 };

	entry.kind = ENTRY_ENDED;
	strcpy(entry.u.ended.sender, "refuge");
	strcpy(entry.u.ended.recipient, "school");
	entry.u.ended.grant = grants;
	entry.u.ended.n = 2;
	go();
	ck_assert_str_eq(line(), "GRANTS_ENDED_TOLD NEWS:custodian,ends,");
	ck_assert_int_eq((int)out[0].ended_by, ENDED_NOT);
	ck_assert_str_eq(out[1].recipient, "school");
	view.slice = true;
	go();
	ck_assert_str_eq(line(), "GRANTS_ENDED_TOLD");
	ck_assert_int_eq((int)out[0].ended_by, ENDED_UNKNOWN);
	view.slice_custodian = true;    /* who is told the truth */
	go();
	ck_assert_int_eq((int)out[0].ended_by, ENDED_NOT);
	record_entry(KIND_RESUME);
	go();
	ck_assert_str_eq(line(), "CASE_STATE PHRASES_TAKE");
	view.slice_custodian = false;
	go();
	ck_assert_str_eq(line(), "CASE_STATE PHRASES_TAKE GRANTS_RESUME");
	ck_assert_uint_eq(out[2].a, entry.b.u.resume.stop);
	ck_assert_mem_eq(out[1].hash, entry.b.u.resume.phrases, WIRE_HASH);
}
END_TEST

START_TEST(biggest_entries_fit)
{
	static struct wire_opened_line lines[WIRE_OPENING_MAX];
	static uint64_t message[WIRE_OPENING_MAX];
	static struct wire_receipt_line told[WIRE_RECEIPT_MAX];

	record_entry(KIND_OPENING);
	entry.kind = ENTRY_OPENED;
	entry.b.u.opening.message = message;
	entry.b.u.opening.n = WIRE_OPENING_MAX;
	entry.u.opened.line = lines;
	entry.u.opened.n = WIRE_OPENING_MAX;
	go();
	ck_assert_uint_eq(n, WIRE_OPENING_MAX + 2);
	record_entry(KIND_RECEIPT);
	entry.b.u.receipt.line = told;
	entry.b.u.receipt.n = WIRE_RECEIPT_MAX;
	go();
	ck_assert_uint_eq(n, WIRE_RECEIPT_MAX + 2);
}
END_TEST

START_TEST(news_carry_the_leaf)
{
	uint8_t commitment[HASH_BYTES], hash[HASH_BYTES] = { 0 };
	uint8_t text[2 * HASH_BYTES] = { 0 }, want[HASH_BYTES];
	struct hash leaf;

	record_entry(KIND_WORKER);
	go();
	entry_commitment(entry.body, entry.salt, commitment);
	entry_leaf(commitment, &leaf);
	ck_assert_mem_eq(find(EFFECT_NEWS)->leaf.b, leaf.b, HASH_BYTES);
	memcpy(text + HASH_BYTES, leaf.b, HASH_BYTES);
	crypto_hash_sha256(want, text, sizeof text);
	fold_news_hash(hash, &leaf);
	ck_assert_mem_eq(hash, want, HASH_BYTES);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, every_kind, 0, WHOLE);
	tcase_add_test(tc, every_kind_has_a_row);
	tcase_add_loop_test(tc, common_fields, 0, WHOLE);
	tcase_add_loop_test(tc, slice_leaves_out, 0, WHOLE);
	tcase_add_test(tc, member);
	tcase_add_test(tc, grant);
	tcase_add_test(tc, withdrawal);
	tcase_add_test(tc, arrow_key_and_recall);
	tcase_add_test(tc, receipt);
	tcase_add_test(tc, broker_entries);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, frozen);
	tcase_add_test(tc, ended);
	tcase_add_test(tc, biggest_entries_fit);
	tcase_add_test(tc, news_carry_the_leaf);
}

int
main(void)
{
	return test_main("fold", fill, 30);
}
