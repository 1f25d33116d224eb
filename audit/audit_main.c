/* wayleave-audit(1): the table of its commands, and what they print. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/config.h"
#include "audit/evidence.h"
#include "audit/fetch.h"
#include "audit/verify.h"
#include "base/cli.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/sandbox.h"
#include "keys/secret.h"
#include "member/setup.h"

enum { ARENA = 8 * 1024 * 1024, SHOWN = 100 };

static const struct cli_option check_options[] = {
	{ "all", NULL, "print every key with its value" },
	{ NULL, NULL, NULL },
};
static const struct cli_option mirror_options[] = {
	CLI_SECRET_OPTIONS,
	{ NULL, NULL, NULL },
};
static const struct cli_option verify_options[] = {
	{ "no-signatures", NULL, "leave out signatures: quicker, and says "
	    "less" },
	{ "mirror", "DIR", "replay this mirror instead of the configured one" },
	{ "threads", "N", "check signatures on so many (one for each core)" },
	{ NULL, NULL, NULL },
};

/* Configuration and pinned partnership of one run. */
struct run {
	struct audit_config config;
	struct arena *arena;
	struct partnership p;
	struct note_key log;
	struct why why;
};

static void
run_end(struct run *r)
{
	audit_config_destroy(&r->config);
	arena_destroy(&r->arena);
}

static enum error_code
run_begin(const struct cli *cli, struct run *r)
{
	enum error_code err;

	memset(r, 0, sizeof *r);
	err = audit_config_load(cli->config, &r->config, &r->why);
	if (err != ERR_NONE)
		return err;
	r->arena = arena_create(ARENA);
	err = r->arena != NULL ? keys_init(&r->why) : ERR_NOMEM;
	if (err == ERR_NONE)
		err = partnership_load(r->arena, r->config.partnership, NULL,
		    &r->p, &r->why);
	if (err == ERR_NOTFOUND)
		err = ERR_CONFIG;
	if (err == ERR_NONE)
		err = note_key_init(&r->log, r->p.now.origin, NOTE_ED25519,
		    r->p.now.log_key);
	if (err != ERR_NONE)
		run_end(r);
	return err;
}

static int
check_config(struct cli *cli)
{
	struct audit_config c;
	struct setup_place place;
	char iso[CLOCK_ISO_BYTES];
	uint64_t until;
	struct why why = { "" };
	enum error_code err = audit_config_load(cli->config, &c, &why);

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	if (cli_flag(cli, "all"))
		audit_config_print(&c, stdout, true);
	place = audit_config_place(&c);
	err = setup_check(&audit_setup, &place, &until, &why);
	audit_config_destroy(&c);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "enrolment", &why);
	if (cli_flag(cli, "all") || cli->quiet)
		return CLI_DONE;
	clock_iso(iso, until);
	if (until == 0)
		printf("%s is good, and so are the partnership and the keys\n",
		    cli->config);
	else
		printf("%s is good; enrolled until %.10s\n", cli->config,
		    iso);
	return CLI_DONE;
}

/* ---- mirror -------------------------------------------------------------- */

static void
fetching(void *ctx, uint64_t have, uint64_t all)
{
	(void)ctx;
	fprintf(stderr, "fetched %" PRIu64 " of %" PRIu64 " entries\n", have,
	    all);
}

static void
print_mirrored(const struct cli *cli, const struct run *r,
    const struct fetched *f)
{
	if (cli->json)
		printf("{\"entries\": %" PRIu64 ", \"new\": %" PRIu64
		    ", \"resumed\": %" PRIu64 "}\n", f->after,
		    f->after - f->before, f->resumed);
	else if (!cli->quiet)
		printf("%" PRIu64 " entries mirrored in %s, %" PRIu64
		    " of them new\n", f->after, r->config.mirror,
		    f->after - f->before);
}

/* Both checkpoints into a file whose path is printed. */
static void
keep_evidence(const struct cli *cli, struct run *r,
    const struct identity *identity, const struct checkpoint *held,
    const struct checkpoint *shown, const char *what)
{
	const struct evidence e = {
		.member = r->config.member, .identity = identity,
		.time = clock_ms(), .log = &r->log, .held = held,
		.shown = shown, .what = what,
	};
	char path[EVIDENCE_PATH];
	struct why why = { "" };
	enum error_code err = evidence_write(r->config.state_dir, &e, path,
	    &why);

	if (err != ERR_NONE)
		(void)cli_fail_error(cli, err, "evidence", &why);
	else
		fprintf(stderr, "evidence  %s\n", path);
}

static int
two_ledgers(const struct cli *cli, const char *command, const char *what)
{
	return cli_fail(cli, CLI_PROOF, 22, command,
	    "keep the evidence, tell all members, open nothing more", "%s",
	    what);
}

static int
mirror_with(const struct cli *cli, struct run *r, struct mirror *m,
    const struct identity *identity)
{
	const struct fetch_config c = {
		.partnership = &r->p, .broker = r->config.broker,
		.identity = identity,
		.timeout_ms = (unsigned)r->config.timeout_seconds * 1000,
		.progress = cli->quiet || cli->json ? NULL : fetching,
	};
	struct fetched f;
	enum error_code err = fetch_run(&c, m, &f, &r->why);

	if (err == ERR_NONE) {
		print_mirrored(cli, r, &f);
		return CLI_DONE;
	}
	if (f.disagrees) {
		keep_evidence(cli, r, identity, mirror_head(m), &f.shown,
		    r->why.text);
		return two_ledgers(cli, "mirror", r->why.text);
	}
	if (err == ERR_OFFLINE)
		return cli_fail(cli, CLI_NOT_NOW, 0, "mirror",
		    "run it again: what was fetched is kept", "%s",
		    r->why.text);
	return cli_fail_error(cli, err, "mirror", &r->why);
}

static int
mirror_run(const struct cli *cli, struct run *r)
{
	const struct setup_place place = audit_config_place(&r->config);
	struct identity *identity = NULL;
	struct mirror *m = NULL;
	int lock = -1, code;
	enum error_code err;

	err = file_mkdirs(r->config.state_dir, 0700, &r->why);
	if (err == ERR_NONE)
		err = file_lock(r->config.state_dir, &lock, &r->why);
	if (err == ERR_NONE)
		err = setup_identity(cli, &audit_setup, &place, &identity,
		    &r->why);
	if (err == ERR_NONE)
		err = mirror_open(r->config.mirror, r->p.now.origin,
		    r->p.now.log_key, true, &m, &r->why);
	code = err == ERR_NONE ? mirror_with(cli, r, m, identity) :
	    cli_fail_error(cli, err, "mirror", &r->why);
	mirror_close(&m);
	identity_destroy(&identity);
	file_unlock(&lock);
	return code;
}

static int
mirror(struct cli *cli)
{
	struct why why = { "" };
	struct run r;
	enum error_code err = sandbox_harden(&why);
	int code;

	if (err == ERR_NONE)
		err = run_begin(cli, &r);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "mirror",
		    why.text[0] != '\0' ? &why : &r.why);
	code = mirror_run(cli, &r);
	run_end(&r);
	return code;
}

/* ---- verify -------------------------------------------------------------- */

static void
replaying(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	fprintf(stderr, "replayed %" PRIu64 " of %" PRIu64 " entries\n", done,
	    all);
}

static json_t *
count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static void
print_json(const struct findings *f, uint64_t ms)
{
	json_t *o = json_object(), *list = json_array();
	char when[CLOCK_ISO_BYTES];

	clock_iso(when, f->newest);
	for (size_t i = 0; i < f->n; i++)
		json_array_append_new(list, json_pack("{s:I, s:s}", "entry",
		    (json_int_t)f->finding[i].entry, "why",
		    f->finding[i].why));
	json_object_set_new(o, "entries", count(f->entries));
	json_object_set_new(o, "decisions", count(f->decisions));
	json_object_set_new(o, "records", count(f->records));
	json_object_set_new(o, "disclosures", count(f->disclosures));
	json_object_set_new(o, "openings", count(f->openings));
	json_object_set_new(o, "refusals", count(f->refusals));
	json_object_set_new(o, "drops", count(f->drops));
	json_object_set_new(o, "unexplained", count(f->unexplained));
	json_object_set_new(o, "without_permission", count(f->without));
	json_object_set_new(o, "forks", count(f->forks));
	json_object_set_new(o, "signatures_checked",
	    json_boolean(f->signatures));
	json_object_set_new(o, "root_agrees", json_boolean(f->root_agrees));
	json_object_set_new(o, "milliseconds", count(ms));
	json_object_set_new(o, "newest", json_string(when));
	json_object_set_new(o, "list", list);
	json_dumpf(o, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(o);
}

static void
print_words(const struct cli *cli, const struct findings *f, uint64_t ms)
{
	const size_t shown = f->n < SHOWN ? f->n : SHOWN;
	char when[CLOCK_ISO_BYTES];

	clock_iso(when, f->newest);
	printf("%" PRIu64 " entries replayed in %" PRIu64 " s; %" PRIu64
	    " unexplained; %" PRIu64 " disclosures without permission; "
	    "newest %s\n", f->entries, (ms + 500) / 1000, f->unexplained,
	    f->without, f->entries > 0 ? when : "none");
	if (!cli->quiet)
		printf("derived again: %" PRIu64 " decisions, %" PRIu64
		    " disclosures, %" PRIu64 " openings, %" PRIu64
		    " refusals\n", f->decisions, f->disclosures, f->openings,
		    f->refusals);
	if (!f->signatures)
		printf("signatures were not checked\n");
	for (size_t i = 0; i < shown; i++)
		printf("entry %" PRIu64 "  %s\n", f->finding[i].entry,
		    f->finding[i].why);
	if (f->unexplained > shown)
		printf("and %" PRIu64 " more\n", f->unexplained - shown);
}

static int
exit_of(const struct cli *cli, struct run *r, const struct findings *f,
    const struct checkpoint *head)
{
	static const char two[] = "a record cites a checkpoint that the log "
	    "key signed and that is not of this ledger: there are two";

	if (f->forks > 0) {
		keep_evidence(cli, r, NULL, head, &f->fork, two);
		return two_ledgers(cli, "verify", two);
	}
	if (!f->root_agrees)
		return cli_fail(cli, CLI_PROOF, 0, "verify", "fetch the "
		    "mirror again into an empty folder",
		    "the entries do not have the root that was signed");
	return f->unexplained == 0 ? CLI_DONE : CLI_NO;
}

static int
verify_with(const struct cli *cli, struct run *r, const char *dir,
    const struct verify_options *o)
{
	const uint64_t begin = clock_mono_us();
	struct checkpoint head;
	struct findings f;
	struct mirror *m;
	uint64_t ms;
	int code;
	enum error_code err = mirror_open(dir, r->p.now.origin,
	    r->p.now.log_key, false, &m, &r->why);

	if (err == ERR_NOTFOUND)
		return cli_fail(cli, CLI_INPUT, 0, "verify",
		    "run: wayleave-audit mirror", "there is no mirror in %s",
		    dir);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "verify", &r->why);
	head = *mirror_head(m);
	err = verify_run(m, &r->p, o, &f, &r->why);
	mirror_close(&m);
	ms = (clock_mono_us() - begin) / 1000;
	if (err != ERR_NONE) {
		findings_free(&f);
		return cli_fail_error(cli, err, "verify", &r->why);
	}
	if (cli->json)
		print_json(&f, ms);
	else
		print_words(cli, &f, ms);
	code = exit_of(cli, r, &f, &head);
	findings_free(&f);
	return code;
}

static int
verify(struct cli *cli)
{
	const char *dir = cli_value(cli, "mirror");
	struct verify_options o = {
		.signatures = !cli_flag(cli, "no-signatures"),
		.progress = cli->quiet || cli->json ||
		    !isatty(STDERR_FILENO) ? NULL : replaying,
	};
	long long threads;
	struct run r;
	enum error_code err;
	int code;

	if (cli_number(cli, "threads", 1, 64, 0, &threads) != ERR_NONE)
		return CLI_USAGE;
	o.threads = (unsigned)threads;
	err = run_begin(cli, &r);
	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "verify", &r.why);
	code = verify_with(cli, &r, dir != NULL ? dir : r.config.mirror, &o);
	run_end(&r);
	return code;
}

static int
init(struct cli *cli)
{
	return setup_init(cli, &audit_setup);
}

static int
enrol(struct cli *cli)
{
	struct audit_config c;
	struct setup_place place;
	struct why why = { "" };
	enum error_code err = audit_config_load(cli->config, &c, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail_error(cli, err, "configuration", &why);
	place = audit_config_place(&c);
	code = setup_enrol(cli, &audit_setup, &place);
	audit_config_destroy(&c);
	return code;
}

static const struct cli_command commands[] = {
	{ "init", "", "make keys, a configuration and a request to join",
	    init, setup_init_options, 0, 0 },
	{ "check-config", "", "check the configuration file", check_config,
	    check_options, 0, 0 },
	{ "enrol", "FILE..", "install partnership.wlp and MEMBER.wlrec",
	    enrol, setup_enrol_options, 1, 2 },
	{ "mirror", "", "fetch what is new in the ledger", mirror,
	    mirror_options, 0, 0 },
	{ "verify", "", "derive every decision again; 1 when an entry is not "
	    "explained", verify, verify_options, 0, 0 },
};

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
		.name = "wayleave-audit",
		.summary = "An auditor's mirror of the ledger, and its replay.",
		.config = "/etc/wayleave/audit.conf",
		.commands = commands,
		.n = sizeof commands / sizeof commands[0],
		.more = "See wayleave-audit(1) and wayleave-audit.conf(5).",
	};

	return cli_main(&program, argc, argv);
}
