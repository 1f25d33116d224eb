/*
 * Prints a ledger, one entry a line: for those who look into a campaign that
 * failed.
 *
 *   dump PARTNERSHIP.wlp LEDGER
 */
#include <sodium.h>
#include <stdio.h>

#include "ledger/rules.h"
#include "tests/support/walk.h"

static void
print_opened(const struct entry *e)
{
	for (unsigned i = 0; i < e->u.opened.n; i++)
		printf(" %llu:%s/%llu",
		    (unsigned long long)e->b.u.opening.message[i],
		    rule_name((enum rule)e->u.opened.line[i].rule),
		    (unsigned long long)e->u.opened.line[i].grant);
}

static void
print_record(const struct entry *e)
{
	char hex[2 * WIRE_STAMP + 1];

	hex_encode(hex, e->b.stamp, WIRE_STAMP);
	printf("%s by %.48s stamp %s", wire_kind_name(e->record.kind),
	    e->record.signer, hex);
	if (e->record.kind == KIND_SUBMISSION)
		printf(" to %s", e->b.u.submission.recipient);
	if (e->record.kind == KIND_GRANT)
		printf(" %s -> %s", e->b.u.grant.sender,
		    e->b.u.grant.recipient);
	if (e->record.kind == KIND_RECEIPT)
		for (unsigned i = 0; i < e->b.u.receipt.n; i++)
			printf(" %llu:%u", (unsigned long long)
			    e->b.u.receipt.line[i].message,
			    e->b.u.receipt.line[i].outcome);
}

static enum error_code
print(void *ctx, const struct entry *e)
{
	(void)ctx;
	printf("%6llu %llu ", (unsigned long long)e->index,
	    (unsigned long long)e->time);
	switch (e->kind) {
	case ENTRY_RECORD:
		print_record(e);
		break;
	case ENTRY_OPENED:
		printf("opened by %s", e->record.signer);
		print_opened(e);
		break;
	case ENTRY_DELIVERED:
		printf("delivered %llu under %llu",
		    (unsigned long long)e->u.delivered.message,
		    (unsigned long long)e->u.delivered.grant);
		break;
	case ENTRY_DROPPED:
		printf("dropped %llu why %u",
		    (unsigned long long)e->u.dropped.message,
		    e->u.dropped.why);
		break;
	case ENTRY_REFUSED:
		printf("refused %s of ", rule_name((enum rule)
		    e->u.refused.rule));
		print_record(e);
		break;
	case ENTRY_ENDED:
		printf("ended %s -> %s:", e->u.ended.sender,
		    e->u.ended.recipient);
		for (unsigned i = 0; i < e->u.ended.n; i++)
			printf(" %llu",
			    (unsigned long long)e->u.ended.grant[i]);
		break;
	case ENTRY_FROZEN:
		printf("frozen by %llu%s", (unsigned long long)
		    e->u.frozen.stop, e->u.frozen.has_case ? "" :
		    ", no case");
		break;
	case ENTRY_NOTICE:
		printf("notice %u about %llu", e->u.notice.code,
		    (unsigned long long)e->u.notice.about);
		break;
	}
	putchar('\n');
	return ERR_NONE;
}

int
main(int argc, char **argv)
{
	struct arena *arena = arena_create(4 * 1024 * 1024);
	struct partnership p;
	struct why why = { "" };
	enum error_code err;

	if (argc != 3 || arena == NULL || sodium_init() < 0) {
		fprintf(stderr, "usage: dump PARTNERSHIP.wlp LEDGER\n");
		return 2;
	}
	err = partnership_load(arena, argv[1], NULL, &p, &why);
	if (err == ERR_NONE)
		err = walk_ledger(&p, argv[2], print, NULL, &why);
	if (err != ERR_NONE)
		fprintf(stderr, "dump: %s %s\n", error_text(err), why.text);
	arena_destroy(&arena);
	return err == ERR_NONE ? 0 : 1;
}
