/*
 * Between broker and signer, in files, and on the local socket.
 */
#include "proto/wayleave.pb-c.h"
#include "proto/wire_table.h"

/* One SOCK_SEQPACKET message (base/local.h); a file may be longer. */
enum { LOCAL_BYTES_MAX = 65536, FILE_BYTES_MAX = 2 * 1024 * 1024 };

static const struct wire_field sign_request_rows[] = {
	F_U64("from", struct sign_request, from),
	F_VIEW("leaves", W_HASHES, struct sign_request, leaves, 0,
	    WIRE_LEAVES_MAX * WIRE_HASH),
};

static const struct wire_field sign_answer_rows[] = {
	F_CODE("code", struct sign_answer, code),
	F_U64("size", struct sign_answer, size),
	F_ZERO("root", struct sign_answer, root, WIRE_HASH),
	F_ZERO("signature", struct sign_answer, signature, WIRE_SIG),
};

static const struct wire_field member_request_rows[] = {
	F_ID("id", struct member_request, id),
	F_TEXT("name", struct member_request, name, 1, WIRE_NAME_MAX),
	F_FIXED("sign_key", struct member_request, sign_key, WIRE_KEY),
	F_FIXED("link_key", struct member_request, link_key, WIRE_KEY),
	F_MAYBE("terms_key", struct member_request, terms_key, WIRE_KEY,
	    has_terms_key),
	F_U64("created", struct member_request, created),
	F_FIXED("signature", struct member_request, signature, WIRE_SIG),
};

static const struct wire_field record_file_rows[] = {
	F_FIXED("root", struct record_file, root, WIRE_KEY),
	F_MANY("records", W_RECORDS, struct record_file, record, n, 0,
	    WIRE_FILE_RECORDS_MAX, NULL),
};

static const struct wire_field local_ask_rows[] = {
	F_CODE("verb", struct local_ask, verb),
	F_TEXT("text", struct local_ask, text, 0,
	    sizeof ((struct local_ask *)NULL)->text - 1),
	F_VIEW("body", W_BYTES, struct local_ask, body, 0, LOCAL_BYTES_MAX),
	F_U32("flags", struct local_ask, flags, 0, UINT32_MAX),
	F_U64("cursor", struct local_ask, cursor),
};

static const struct wire_field local_tell_rows[] = {
	F_CODE("code", struct local_tell, code),
	F_VIEW("text", W_LINES, struct local_tell, text, 0, LOCAL_BYTES_MAX),
	F_VIEW("body", W_BYTES, struct local_tell, body, 0, LOCAL_BYTES_MAX),
	F_U64("cursor", struct local_tell, cursor),
};

/* X(name, longest encoding) in the order of WIRE_OTHER */
#define TABLES(X)                                                           \
	X(sign_request, LOCAL_BYTES_MAX) X(sign_answer, LOCAL_BYTES_MAX)    \
	X(member_request, LOCAL_BYTES_MAX) X(record_file, FILE_BYTES_MAX)   \
	X(local_ask, LOCAL_BYTES_MAX) X(local_tell, LOCAL_BYTES_MAX)

#define X(id, longest)                                                      \
	static WIRE_TABLE(id##_table, #id, wayleave__pb__##id##__descriptor, \
	    id##_rows, struct id, longest, NULL);                           \
	enum error_code                                                     \
	wire_##id##_decode(struct arena *a, struct bytes in,                \
	    struct id *out, struct why *why)                                \
	{                                                                   \
		return wire_decode(&id##_table, a, in, out, why);           \
	}                                                                   \
	enum error_code                                                     \
	wire_##id##_encode(const struct id *in, struct buf *out)            \
	{                                                                   \
		return wire_encode(&id##_table, in, out);                   \
	}
TABLES(X)
#undef X

const struct wire_table *const wire_tables_other[] = {
#define X(id, longest) &id##_table,
	TABLES(X)
#undef X
	NULL
};
