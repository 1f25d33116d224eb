/*
 * Payloads of ledger entries other than admitted records.
 */
#include "proto/wayleave.pb-c.h"
#include "proto/wire_table.h"

static const struct wire_field delivered_rows[] = {
	F_U64("message", struct wire_delivered, message),
	F_U64("grant", struct wire_delivered, grant),
};

static const struct wire_field opened_line_rows[] = {
	F_CODE("rule", struct wire_opened_line, rule),
	F_U64("grant", struct wire_opened_line, grant),
	F_U64("lease_end", struct wire_opened_line, lease_end),
};
static WIRE_TABLE(opened_line_table, "line",
    wayleave__pb__opened_line__descriptor, opened_line_rows,
    struct wire_opened_line, 32, NULL);

static const struct wire_field opened_rows[] = {
	F_VIEW("record", W_BYTES, struct wire_opened, record, 1,
	    WIRE_RECORD_MAX),
	F_MANY("lines", W_LIST, struct wire_opened, line, n, 1,
	    WIRE_OPENING_MAX, &opened_line_table),
};

static const struct wire_field frozen_rows[] = {
	F_MAYBE("case", struct wire_frozen, case_id, WIRE_CASE, has_case),
	F_U64("stop", struct wire_frozen, stop),
};

static const struct wire_field ended_rows[] = {
	F_FIXED("case", struct wire_ended, case_id, WIRE_CASE),
	F_ID("sender", struct wire_ended, sender),
	F_ID("recipient", struct wire_ended, recipient),
	F_MANY("grants", W_U64S, struct wire_ended, grant, n, 1,
	    WIRE_ENDED_MAX, NULL),
};

static const struct wire_field refused_rows[] = {
	F_VIEW("record", W_BYTES, struct wire_refused, record, 1,
	    WIRE_RECORD_MAX),
	F_CODE("rule", struct wire_refused, rule),
	F_U64("message", struct wire_refused, message),
};

static const struct wire_field dropped_rows[] = {
	F_U64("message", struct wire_dropped, message),
	F_CODE("why", struct wire_dropped, why),
};

static const struct wire_field notice_rows[] = {
	F_CODE("code", struct wire_notice, code),
	F_U64("about", struct wire_notice, about),
};

#define X(id)                                                               \
	static WIRE_TABLE(id##_table, #id, wayleave__pb__##id##__descriptor, \
	    id##_rows, struct wire_##id, WIRE_ENTRY_MAX, NULL);             \
	enum error_code                                                     \
	wire_##id##_decode(struct arena *a, struct bytes in,                \
	    struct wire_##id *out, struct why *why)                         \
	{                                                                   \
		return wire_decode(&id##_table, a, in, out, why);           \
	}                                                                   \
	enum error_code                                                     \
	wire_##id##_encode(const struct wire_##id *in, struct buf *out)     \
	{                                                                   \
		return wire_encode(&id##_table, in, out);                   \
	}
WIRE_PAYLOAD(X)
#undef X

const struct wire_table *const wire_tables_entry[] = {
#define X(id) &id##_table,
	WIRE_PAYLOAD(X)
#undef X
	NULL
};
