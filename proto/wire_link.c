/*
 * The two frames of the link: Up (agent to broker) and Parcel (broker to
 * agent), with all that travels in them.
 */
#include "proto/wayleave.pb-c.h"
#include "proto/wire_table.h"

enum {
	CIPHER_TAG = 16,
	SHARE_BYTES = 32,
	PATH_BYTES_MAX = 63 * WIRE_HASH,
	RANGE_BYTES_MAX = 8192 * WIRE_HASH,
};

static enum error_code
bad(struct why *why, enum error_code e, const char *text)
{
	why_set(why, "%s", text);
	return e;
}

/* A ciphertext is one of four sizes, or not there. */
static bool
ciphertext_size_ok(size_t n)
{
	return n == 0 || n == 1024 + CIPHER_TAG || n == 4096 + CIPHER_TAG ||
	    n == 16384 + CIPHER_TAG || n == 65536 + CIPHER_TAG;
}

/* ---- agent to broker ------------------------------------------------------ */

static const struct wire_field hello_rows[] = {
	F_CODE("version", struct wire_hello, version),
	F_CITE("last", struct wire_hello, last),
	F_U64("time", struct wire_hello, time),
	F_CODE("credit", struct wire_hello, credit),
};
static WIRE_TABLE(hello_table, "hello", wayleave__pb__hello__descriptor,
    hello_rows, struct wire_hello, 320, NULL);

static enum error_code
check_item(const void *plain, struct why *why)
{
	const struct wire_item *i = plain;
	const bool submission = i->record.kind == KIND_SUBMISSION;

	if (i->has_share != submission)
		return bad(why, ERR_FORMAT,
		    "share: goes with a submission, and only with it");
	if ((i->ciphertext.n > 0) != submission)
		return bad(why, ERR_FORMAT,
		    "ciphertext: goes with a submission, and only with it");
	if (!ciphertext_size_ok(i->ciphertext.n))
		return bad(why, ERR_SIZE, "ciphertext: not a padded size");
	return ERR_NONE;
}

static const struct wire_field item_rows[] = {
	F_NUM("record", W_RECORD, struct wire_item, record, 1,
	    WIRE_RECORD_MAX),
	F_MAYBE("share", struct wire_item, share, SHARE_BYTES, has_share),
	F_VIEW("ciphertext", W_BYTES, struct wire_item, ciphertext, 0,
	    WIRE_CIPHERTEXT_MAX),
};
static WIRE_TABLE(item_table, "item", wayleave__pb__item__descriptor,
    item_rows, struct wire_item, WIRE_UP_MAX, check_item);

static const struct wire_field confirm_rows[] = {
	F_U64("size", struct wire_confirm, size),
	F_U64("news", struct wire_confirm, news),
	F_CODE("credit", struct wire_confirm, credit),
};
static WIRE_TABLE(confirm_table, "confirm", wayleave__pb__confirm__descriptor,
    confirm_rows, struct wire_confirm, 40, NULL);

static const struct wire_field ask_rows[] = {
	F_U32("what", struct wire_question, what, ASK_MEMBER,
	    ASK_CONSISTENCY),
	F_ID_OR_NONE("member", struct wire_question, member),
	F_MAYBE("case", struct wire_question, case_id, WIRE_CASE, has_case),
	F_U64("from", struct wire_question, from),
	F_U32("n", struct wire_question, n, 0, WIRE_ROWS_MAX),
};
static WIRE_TABLE(ask_table, "ask", wayleave__pb__ask__descriptor, ask_rows,
    struct wire_question, 128, NULL);

static const struct wire_field up_rows[] = {
	F_NUM("id", W_U64, struct up, id, 0, WIRE_U64_MAX),
	F_SUB("hello", struct up, hello, has_hello, &hello_table),
	F_MANY("items", W_LIST, struct up, item, n_item, 0, WIRE_ITEMS_MAX,
	    &item_table),
	F_SUB("confirm", struct up, confirm, has_confirm, &confirm_table),
	F_SUB("ask", struct up, ask, has_ask, &ask_table),
};
static WIRE_TABLE(up_table, "up", wayleave__pb__up__descriptor, up_rows,
    struct up, WIRE_UP_MAX, NULL);

/* ---- broker to agent -------------------------------------------------------- */

static const struct wire_field checkpoint_rows[] = {
	F_U64("size", struct wire_checkpoint, size),
	F_FIXED("root", struct wire_checkpoint, root, WIRE_HASH),
	F_FIXED("signature", struct wire_checkpoint, signature, WIRE_SIG),
};
static WIRE_TABLE(checkpoint_table, "head",
    wayleave__pb__checkpoint__descriptor, checkpoint_rows,
    struct wire_checkpoint, 128, NULL);

static enum error_code
check_piece(const void *plain, struct why *why)
{
	const struct wire_piece *p = plain;

	if ((p->body.n == 0) != (p->what == PIECE_OWN))
		return bad(why, ERR_FORMAT,
		    "body: empty for your own record, and only for it");
	if (p->what == PIECE_OWN && !p->has_stamp)
		return bad(why, ERR_FORMAT, "stamp: missing");
	if ((p->ciphertext.n > 0) != (p->what == PIECE_MAIL))
		return bad(why, ERR_FORMAT,
		    "ciphertext: goes with mail, and only with it");
	if (p->shares.n > 0 && p->what != PIECE_OPENED &&
	    p->what != PIECE_COPY)
		return bad(why, ERR_FORMAT, "shares: go with an opened entry");
	if (!ciphertext_size_ok(p->ciphertext.n))
		return bad(why, ERR_SIZE, "ciphertext: not a padded size");
	return ERR_NONE;
}

static const struct wire_field piece_rows[] = {
	F_U64("index", struct wire_piece, index),
	F_U64("time", struct wire_piece, time),
	F_FIXED("salt", struct wire_piece, salt, 32),
	F_VIEW("body", W_BYTES, struct wire_piece, body, 0, WIRE_ENTRY_MAX),
	F_U32("what", struct wire_piece, what, PIECE_OWN, PIECE_COPY),
	F_MAYBE("stamp", struct wire_piece, stamp, WIRE_STAMP, has_stamp),
	F_VIEW("ciphertext", W_BYTES, struct wire_piece, ciphertext, 0,
	    WIRE_CIPHERTEXT_MAX),
	F_VIEW("shares", W_HASHES, struct wire_piece, shares, 0,
	    WIRE_OPENING_MAX * SHARE_BYTES),
	F_VIEW("path", W_HASHES, struct wire_piece, path, 0, PATH_BYTES_MAX),
};
static WIRE_TABLE(piece_table, "piece", wayleave__pb__piece__descriptor,
    piece_rows, struct wire_piece, WIRE_DOWN_MAX, check_piece);

static const struct wire_field answer_rows[] = {
	F_NUM("id", W_U64, struct wire_answer, id, 0, WIRE_U64_MAX),
	F_ZERO("stamp", struct wire_answer, stamp, WIRE_STAMP),
	F_U32("status", struct wire_answer, status, STATUS_ADMITTED,
	    STATUS_MALFORMED),
	F_CODE("rule", struct wire_answer, rule),
	F_U64("index", struct wire_answer, index),
	F_U32("after_ms", struct wire_answer, after_ms, 0, UINT32_MAX),
};
static WIRE_TABLE(answer_table, "answer", wayleave__pb__answer__descriptor,
    answer_rows, struct wire_answer, 80, NULL);

static const struct wire_field told_rows[] = {
	F_U64("message", struct wire_told, message),
	F_U32("what", struct wire_told, what, TOLD_DELIVERED, TOLD_REJECTED),
	F_U64("time", struct wire_told, time),
	F_TEXT("role", struct wire_told, role, 0, WIRE_ROLE_MAX),
	F_CODE("why", struct wire_told, why),
};
static WIRE_TABLE(told_table, "told", wayleave__pb__told__descriptor,
    told_rows, struct wire_told, 96, NULL);

static const struct wire_field ancestor_rows[] = {
	F_U64("size", struct wire_ancestor, size),
	F_FIXED("root", struct wire_ancestor, root, WIRE_HASH),
	F_VIEW("path", W_HASHES, struct wire_ancestor, path, 0,
	    2 * PATH_BYTES_MAX),
};
static WIRE_TABLE(ancestor_table, "ancestor",
    wayleave__pb__ancestor__descriptor, ancestor_rows, struct wire_ancestor,
    2 * PATH_BYTES_MAX + 64, NULL);

static const struct wire_field statement_rows[] = {
	F_U64("time", struct wire_statement, time),
	F_U64("count", struct wire_statement, count),
	F_FIXED("hash", struct wire_statement, hash, WIRE_HASH),
	F_FIXED("signature", struct wire_statement, signature, WIRE_SIG),
};
static WIRE_TABLE(statement_table, "statement",
    wayleave__pb__statement__descriptor, statement_rows,
    struct wire_statement, 128, NULL);

static const struct wire_field welcome_rows[] = {
	F_CODE("credit", struct wire_welcome, credit),
	F_U64("time", struct wire_welcome, time),
	F_CODE("version", struct wire_welcome, version),
};
static WIRE_TABLE(welcome_table, "welcome", wayleave__pb__welcome__descriptor,
    welcome_rows, struct wire_welcome, 32, NULL);

static enum error_code
check_row(const void *plain, struct why *why)
{
	const struct wire_row *r = plain;

	if (r->has_body != (r->body.n > 0))
		return bad(why, ERR_FORMAT, "salt: goes with a body");
	return ERR_NONE;
}

static const struct wire_field row_rows[] = {
	F_U64("index", struct wire_row, index),
	F_FIXED("commitment", struct wire_row, commitment, WIRE_HASH),
	F_MAYBE("salt", struct wire_row, salt, 32, has_body),
	F_VIEW("body", W_BYTES, struct wire_row, body, 0, WIRE_ENTRY_MAX),
};
static WIRE_TABLE(row_table, "row", wayleave__pb__row__descriptor, row_rows,
    struct wire_row, WIRE_ENTRY_MAX + 128, check_row);

static const struct wire_field reply_rows[] = {
	F_NUM("id", W_U64, struct wire_reply, id, 0, WIRE_U64_MAX),
	F_U32("code", struct wire_reply, code, REPLY_OK, REPLY_DENIED),
	F_MANY("rows", W_LIST, struct wire_reply, row, n_row, 0,
	    WIRE_ROWS_MAX, &row_table),
	F_U64("size", struct wire_reply, size),
	F_VIEW("data", W_BYTES, struct wire_reply, data, 0, WIRE_DOWN_MAX),
};
static WIRE_TABLE(reply_table, "reply", wayleave__pb__reply__descriptor,
    reply_rows, struct wire_reply, WIRE_DOWN_MAX, NULL);

static enum error_code
check_parcel(const void *plain, struct why *why)
{
	const struct parcel *p = plain;

	if (p->has_key_asked != (p->key_asked_by[0] != '\0'))
		return bad(why, ERR_FORMAT,
		    "key_asked_by: goes with key_asked");
	return ERR_NONE;
}

static const struct wire_field parcel_rows[] = {
	F_SUB("head", struct parcel, head, has_head, &checkpoint_table),
	F_U64("from", struct parcel, from),
	F_VIEW("range", W_HASHES, struct parcel, range, 0, RANGE_BYTES_MAX),
	F_MANY("pieces", W_LIST, struct parcel, piece, n_piece, 0,
	    WIRE_PIECES_MAX, &piece_table),
	F_MANY("answers", W_LIST, struct parcel, answer, n_answer, 0,
	    WIRE_ANSWERS_MAX, &answer_table),
	F_MANY("told", W_LIST, struct parcel, told, n_told, 0, WIRE_TOLD_MAX,
	    &told_table),
	F_MANY("ancestors", W_LIST, struct parcel, ancestor, n_ancestor, 0,
	    WIRE_ANCESTORS_MAX, &ancestor_table),
	F_SUB("statement", struct parcel, statement, has_statement,
	    &statement_table),
	F_SUB("welcome", struct parcel, welcome, has_welcome, &welcome_table),
	F_SUB("reply", struct parcel, reply, has_reply, &reply_table),
	F_MAYBE("key_asked", struct parcel, key_asked, WIRE_CASE,
	    has_key_asked),
	F_ID_OR_NONE("key_asked_by", struct parcel, key_asked_by),
};
static WIRE_TABLE(parcel_table, "parcel", wayleave__pb__parcel__descriptor,
    parcel_rows, struct parcel, WIRE_DOWN_MAX, check_parcel);

const struct wire_table *const wire_tables_link[] = {
	&up_table, &parcel_table, NULL
};

enum error_code
wire_up_decode(struct arena *a, struct bytes in, struct up *out,
    struct why *why)
{
	return wire_decode(&up_table, a, in, out, why);
}

enum error_code
wire_up_encode(const struct up *in, struct buf *out)
{
	return wire_encode(&up_table, in, out);
}

enum error_code
wire_parcel_decode(struct arena *a, struct bytes in, struct parcel *out,
    struct why *why)
{
	return wire_decode(&parcel_table, a, in, out, why);
}

enum error_code
wire_parcel_encode(const struct parcel *in, struct buf *out)
{
	return wire_encode(&parcel_table, in, out);
}
