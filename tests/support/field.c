#include "tests/support/field.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "base/file.h"
#include "base/local.h"
#include "broker/signer.h"
#include "keys/keyfile.h"
#include "ledger/partnership.h"
#include "tests/support/measure.h"

enum { START_MS = 20000, STEP_RECORDS = 60, ARGS = 12 };

static const char passphrase[] = "a passphrase for a bench";

static void
check(enum error_code e, const char *what, const struct why *why)
{
	if (e == ERR_NONE)
		return;
	(void)fprintf(stderr, "field: %s: %s %s\n", what, error_text(e),
	    why != NULL ? why->text : "");
	_exit(1); /* the folder stays, with the daemons' log */
}

void
field_path(const struct field *f, const char *name,
    char out[static TEST_PATH])
{
	test_path(out, f->dir, name);
}

/* ---- files --------------------------------------------------------------------- */

static void
write_text(const struct field *f, const char *name, const char *text, ...)
    __attribute__((format(printf, 3, 4)));

static void
write_text(const struct field *f, const char *name, const char *text, ...)
{
	char path[TEST_PATH];
	va_list ap;
	FILE *file;

	field_path(f, name, path);
	file = fopen(path, "w");
	if (file == NULL)
		check(ERR_IO, path, NULL);
	va_start(ap, text);
	(void)vfprintf(file, text, ap);
	va_end(ap);
	if (fclose(file) != 0 || chmod(path, 0600) != 0)
		check(ERR_IO, path, NULL);
}

static void
write_keys(const struct field *f)
{
	struct identity *id = NULL;
	struct unlock *unlock = NULL;
	char path[TEST_PATH];
	struct why why = { "" };

	check(identity_create(false, &id, &why), "identity", &why);
	id->sign = f->w->m[WORLD_BROKER].sign;
	id->link = f->w->m[WORLD_BROKER].link;
	check(unlock_of(bytes_str(passphrase), &unlock, &why), "unlock", &why);
	field_path(f, "broker/broker.keys", path);
	check(keyfile_write_identity(path, id, unlock, KDF_INTERACTIVE, &why),
	    path, &why);
	field_path(f, "signer/log.keys", path);
	check(keyfile_write_sign(path, KEYFILE_LOG, &f->w->log, unlock,
	    KDF_INTERACTIVE, &why), path, &why);
	field_path(f, "signer/state", path);
	check(signer_init(path, f->w->origin, f->w->log.public, NULL, &why),
	    path, &why);
	unlock_destroy(&unlock);
	identity_destroy(&id);
}

static void
write_partnership(const struct field *f)
{
	struct record r[2];
	struct record_file file = { .record = r, .n = 2 };
	char path[TEST_PATH];
	struct why why = { "" };

	memcpy(file.root, f->w->root[0].public, WIRE_KEY);
	r[0] = *world_partnership(f->w);
	r[1] = *world_member(f->w, WORLD_BROKER);
	field_path(f, "partnership.wlp", path);
	check(record_file_save(path, &file, &why), path, &why);
}

static void
write_configs(const struct field *f)
{
	write_text(f, "secret/passphrase", "%s\n", passphrase);
	write_text(f, "signer.conf", "[signer]\norigin = %s\nstate_dir = "
	    "%s/signer\nsocket = %s/sign.sock\nunlock = credential\n",
	    f->w->origin, f->dir, f->dir);
	write_text(f, "broker.conf", "[broker]\npartnership = %s/partnership."
	    "wlp\nmember = %s\nstate_dir = %s/broker\noperator_socket = "
	    "%s/operator.sock\nunlock = credential\n[link]\nlisten = "
	    "127.0.0.1:%u\n[store]\nreserve_mib = 16\n[ledger]\nsigner = "
	    "%s/sign.sock\n", f->dir, f->w->m[WORLD_BROKER].id, f->dir,
	    f->dir, f->port, f->dir);
}

void
field_make(struct field *f, struct world *w, const char *build)
{
	static const char *const sub[] = { "broker", "signer", "secret" };
	char path[TEST_PATH];

	memset(f, 0, sizeof *f);
	f->w = w;
	f->build = build;
	f->port = 20000 + randombytes_uniform(30000);
	test_dir(f->dir);
	for (size_t i = 0; i < sizeof sub / sizeof sub[0]; i++) {
		field_path(f, sub[i], path);
		if (mkdir(path, 0700) != 0)
			check(ERR_IO, path, NULL);
	}
	(void)snprintf(w->address, sizeof w->address, "127.0.0.1:%u", f->port);
	write_keys(f);
	write_partnership(f);
	write_configs(f);
}

/* ---- processes -------------------------------------------------------------------- */

/* Runs build/program command.. --config dir/conf; its pid. */
static pid_t
spawn(const struct field *f, const char *program, const char *command,
    const char *word, const char *conf)
{
	char exe[TEST_PATH], config[TEST_PATH], log[TEST_PATH];
	char credentials[TEST_PATH];
	const char *arg[ARGS] = { exe, command, "--config", config, word };
	pid_t pid;
	int fd;

	test_path(exe, f->build, program);
	field_path(f, conf, config);
	field_path(f, "log", log);
	field_path(f, "secret", credentials);
	pid = fork();
	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd == -1 || dup2(fd, 1) == -1 || dup2(fd, 2) == -1 ||
	    setenv("CREDENTIALS_DIRECTORY", credentials, 1) != 0)
		_exit(1);
	(void)execv(exe, (char *const *)(uintptr_t)arg);
	_exit(1);
}

static bool
wait_for(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0;
}

static void
nap(long us)
{
	struct timespec t = { .tv_nsec = us * 1000 };

	(void)nanosleep(&t, NULL);
}

/* Until somebody listens on the local socket. */
static void
await(const struct field *f, const char *name, pid_t pid)
{
	char path[TEST_PATH];
	int fd = -1;

	field_path(f, name, path);
	for (int i = 0; i < START_MS * 10; i++) {
		if (local_connect(path, 100, &fd, NULL) == ERR_NONE) {
			local_close(&fd);
			return;
		}
		if (waitpid(pid, NULL, WNOHANG) == pid)
			break;
		nap(100);
	}
	(void)fprintf(stderr, "field: no %s; see %s/log\n", name, f->dir);
	_exit(1);
}

uint64_t
field_start(struct field *f)
{
	uint64_t from = measure_ns();

	f->signer = spawn(f, "wayleave-signer", "run", NULL, "signer.conf");
	await(f, "sign.sock", f->signer);
	f->broker = spawn(f, "wayleave-broker", "run", NULL, "broker.conf");
	await(f, "operator.sock", f->broker);
	if (!wait_for(spawn(f, "wayleave-broker", "status", NULL,
	    "broker.conf")))
		check(ERR_IO, "the broker does not answer", NULL);
	return measure_ns() - from;
}

void
field_stop(struct field *f)
{
	if (f->broker != 0) {
		(void)kill(f->broker, SIGTERM);
		(void)waitpid(f->broker, NULL, 0);
	}
	if (f->signer != 0) {
		(void)kill(f->signer, SIGTERM);
		(void)waitpid(f->signer, NULL, 0);
	}
	f->broker = f->signer = 0;
}

void
field_admit(struct field *f, struct record *const *r, unsigned n)
{
	struct record part[STEP_RECORDS];
	struct record_file file = { .record = part };
	char path[TEST_PATH], name[64];
	struct why why = { "" };

	memcpy(file.root, f->w->root[0].public, WIRE_KEY);
	for (unsigned i = 0; i < n; i += file.n) {
		file.n = n - i < STEP_RECORDS ? n - i : STEP_RECORDS;
		for (unsigned k = 0; k < file.n; k++)
			part[k] = *r[i + k];
		(void)snprintf(name, sizeof name, "admit-%u.wlrec",
		    f->files++);
		field_path(f, name, path);
		check(record_file_save(path, &file, &why), path, &why);
		if (!wait_for(spawn(f, "wayleave-broker", "admit", path,
		    "broker.conf")))
			check(ERR_REFUSED, "admit", NULL);
		(void)unlink(path);
	}
}

uint64_t
field_disk(const struct field *f)
{
	static const char *const name[] = {
		"broker/ledger.db", "broker/ledger.db-wal",
	};
	char path[TEST_PATH];
	struct stat st;
	uint64_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		field_path(f, name[i], path);
		if (stat(path, &st) == 0)
			n += (uint64_t)st.st_size;
	}
	return n;
}

/* ---- syncs ---------------------------------------------------------------------------- */

void
field_syncs_begin(struct field *f)
{
	char pids[40], out[TEST_PATH];

	(void)snprintf(pids, sizeof pids, "%d,%d", (int)f->broker,
	    (int)f->signer);
	field_path(f, "syncs", out);
	f->counter = fork();
	if (f->counter != 0) {
		nap(300 * 1000); /* until it has attached */
		return;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)execlp("perf", "perf", "stat", "-x,", "-o", out, "-e",
	    "syscalls:sys_enter_fdatasync,syscalls:sys_enter_fsync", "-p",
	    pids, (char *)NULL);
	_exit(127);
}

int64_t
field_syncs_end(struct field *f)
{
	char out[TEST_PATH], line[256], *end;
	int64_t n = 0;
	int status;
	FILE *file;

	(void)kill(f->counter, SIGINT);
	(void)waitpid(f->counter, &status, 0);
	f->counter = 0;
	field_path(f, "syncs", out);
	file = fopen(out, "r");
	if (file == NULL)
		return -1;
	while (fgets(line, sizeof line, file) != NULL) {
		if (strstr(line, "sys_enter_") == NULL)
			continue;
		n += strtoll(line, &end, 10);
		if (end == line)
			n = INT64_MIN;
	}
	(void)fclose(file);
	return n < 0 ? -1 : n;
}
