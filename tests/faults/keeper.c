/*
 * Keeps daemons running, and kills them.
 *
 *   keeper PLAN DIR SEED ROUNDS [PAUSE_MS]
 *
 * PLAN has one daemon a line: name TAB fault points (comma-separated, or -)
 * TAB command.  Each runs in a process group of its own, its output appended
 * to DIR/NAME.log.  A round waits a random moment, kills one, two or all with
 * SIGKILL, waits again and starts them anew; one in three restarts is in a
 * build with fault points set to die at the n-th hit of one (base/fault.h).
 * Whoever ends by itself is started again, and that is written down: only
 * after a kill (of anyone) or at its fault point it may.
 *
 * DIR/rounds is written when the rounds are over; then everybody is kept up
 * until SIGTERM, and stopped.  Exit 1 when a daemon crashed or would not
 * stay up.  DIR/kills.log says what was done and when.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum {
	DAEMONS = 16, LINE = 4096, FAULT_HITS = 30,
	FOLLOW_MS = 10 * 1000,         /* ends that follow from a kill */
	AGAIN_MS = 300,                /* before a restart by ourselves */
	STOP_MS = 10 * 1000,
	STARTS_MAX = 40,               /* in a row, not explained */
};

struct daemon {
	char name[64], faults[512], command[2048];
	pid_t pid;                     /* 0: not running */
	bool armed;                    /* a fault point is set */
	uint64_t again;                /* when to start it, 0: not by itself */
	unsigned unexplained;
};

static struct daemon daemons[DAEMONS];
static unsigned n_daemons;
static const char *dir;
static uint64_t seed, last_kill;
static volatile sig_atomic_t over;
static bool bad;
static FILE *kills;

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* xorshift: the same seed gives the same plan, if not the same moments. */
static unsigned
draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

static void
say(const char *fmt, ...)
{
	va_list ap;

	fprintf(kills, "%10.3f  ", (double)now_ms() / 1000);
	va_start(ap, fmt);
	vfprintf(kills, fmt, ap);
	va_end(ap);
	fputc('\n', kills);
	fflush(kills);
}

static void
end(int sig)
{
	(void)sig;
	over = 1;
}

static bool
read_plan(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[LINE];

	while (f != NULL && n_daemons < DAEMONS &&
	    fgets(line, sizeof line, f) != NULL) {
		struct daemon *d = &daemons[n_daemons];

		if (sscanf(line, "%63[^\t]\t%511[^\t]\t%2047[^\n]", d->name,
		    d->faults, d->command) == 3)
			n_daemons++;
	}
	if (f != NULL)
		fclose(f);
	return n_daemons > 0;
}

/* ---- one daemon -------------------------------------------------------------- */

/* One of its fault points, "name:hit". */
static bool
pick_fault(const struct daemon *d, char out[static 128])
{
	const char *at = d->faults, *end_of;
	unsigned n = 1, which;

	if (d->faults[0] == '-')
		return false;
	for (const char *p = d->faults; *p != '\0'; p++)
		n += *p == ',';
	for (which = draw(n); which > 0; which--)
		at = strchr(at, ',') + 1;
	end_of = strchrnul(at, ',');
	snprintf(out, 128, "%.*s:%u", (int)(end_of - at), at,
	    1 + draw(FAULT_HITS));
	return true;
}

static void
become(const struct daemon *d, const char *fault)
{
	char path[1200];
	int fd;

	setpgid(0, 0);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	snprintf(path, sizeof path, "%s/%s.log", dir, d->name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	fd = open("/dev/null", O_RDONLY);
	dup2(fd, 0);
	if (fault != NULL)
		setenv("WAYLEAVE_FAULT", fault, 1);
	execl("/bin/sh", "sh", "-c", d->command, (char *)NULL);
	_exit(127);
}

static void
start(struct daemon *d, bool faults)
{
	char fault[128];

	d->armed = faults && draw(3) == 0 && pick_fault(d, fault);
	d->again = 0;
	d->pid = fork();
	if (d->pid == 0)
		become(d, d->armed ? fault : NULL);
	if (d->pid < 0) {
		say("%s: fork: %s", d->name, strerror(errno));
		d->pid = 0;
		bad = true;
	} else {
		setpgid(d->pid, d->pid);
		say("%s starts%s%s", d->name, d->armed ? ", to die at " : "",
		    d->armed ? fault : "");
	}
}

static void
ended(struct daemon *d, int status)
{
	/* SIGSYS: the sandbox does not let a fault point kill the process,
	 * and kills it for trying. */
	const bool crash = WIFSIGNALED(status) &&
	    WTERMSIG(status) != SIGKILL &&
	    !(WTERMSIG(status) == SIGSYS && d->armed);
	const bool explained = d->armed || now_ms() - last_kill < FOLLOW_MS;

	say("%s ended by itself: %s %d%s", d->name, WIFSIGNALED(status) ?
	    "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) :
	    WEXITSTATUS(status), explained ? "" : ", unexplained");
	if (d->armed)
		last_kill = now_ms();
	d->unexplained = explained ? 0 : d->unexplained + 1;
	bad |= crash || d->unexplained > STARTS_MAX;
	d->pid = 0;
	d->again = now_ms() + AGAIN_MS;
}

/* Sees who ended, starts whose time has come. */
static void
watch(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (unsigned i = 0; i < n_daemons; i++)
			if (daemons[i].pid == pid)
				ended(&daemons[i], status);
	}
	for (unsigned i = 0; i < n_daemons; i++)
		if (daemons[i].pid == 0 && daemons[i].again != 0 &&
		    now_ms() >= daemons[i].again)
			start(&daemons[i], false);
}

static void
pass(unsigned ms)
{
	const uint64_t until = now_ms() + ms;

	while (!over && now_ms() < until) {
		watch();
		usleep(2000);
	}
}

/* ---- rounds ---------------------------------------------------------------------- */

static void
murder(struct daemon *d)
{
	if (d->pid == 0) {
		d->again = 0;
		return;
	}
	say("kill %s", d->name);
	kill(-d->pid, SIGKILL);
	waitpid(d->pid, NULL, 0);
	d->pid = 0;
	d->again = 0;
	last_kill = now_ms();
}

/* Who dies: mostly one, sometimes two, sometimes all. */
static unsigned
victims(void)
{
	const unsigned one = 1U << draw(n_daemons);

	switch (draw(10)) {
	case 0:
		return (1U << n_daemons) - 1;
	case 1: case 2:
		return one | 1U << draw(n_daemons);
	case 3: case 4: case 5:
		return 1U;              /* the first, the broker */
	default:
		return one;
	}
}

static void
round_once(unsigned pause)
{
	const unsigned who = victims();

	pass(200 + draw(pause));
	for (unsigned i = 0; i < n_daemons; i++)
		if ((who >> i & 1) != 0)
			murder(&daemons[i]);
	pass(draw(400));
	for (unsigned i = 0; i < n_daemons; i++)
		if (daemons[i].pid == 0)
			start(&daemons[i], true);
}

static void
stop_all(void)
{
	const uint64_t until = now_ms() + STOP_MS;
	int status = 0;

	/* Agents before the broker, the broker before the signer. */
	for (unsigned i = n_daemons; i-- > 0;) {
		if (daemons[i].pid == 0)
			continue;
		kill(daemons[i].pid, SIGTERM);
		while (waitpid(daemons[i].pid, &status, WNOHANG) == 0) {
			if (now_ms() > until) {
				say("%s does not stop", daemons[i].name);
				kill(-daemons[i].pid, SIGKILL);
				bad = true;
			}
			usleep(5000);
		}
		say("%s stopped: %s %d", daemons[i].name,
		    WIFSIGNALED(status) ? "signal" : "exit",
		    WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
		bad |= status != 0;
	}
}

static void
mark(const char *name)
{
	char path[1200];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "we");
	if (f != NULL)
		fclose(f);
}

int
main(int argc, char **argv)
{
	const struct sigaction act = { .sa_handler = end };
	unsigned rounds, pause = 3000;
	char path[1200];

	if (argc < 5 || !read_plan(argv[1])) {
		fprintf(stderr, "usage: keeper PLAN DIR SEED ROUNDS "
		    "[PAUSE_MS]\n");
		return 2;
	}
	dir = argv[2];
	seed = strtoull(argv[3], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
	rounds = (unsigned)strtoul(argv[4], NULL, 10);
	if (argc > 5)
		pause = (unsigned)strtoul(argv[5], NULL, 10) + 1;
	snprintf(path, sizeof path, "%s/kills.log", dir);
	kills = fopen(path, "ae");
	if (kills == NULL)
		return 1;
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	for (unsigned i = 0; i < n_daemons; i++)
		start(&daemons[i], false);
	/* The rounds begin when DIR/go is there. */
	snprintf(path, sizeof path, "%s/go", dir);
	while (!over && access(path, F_OK) != 0)
		pass(50);
	for (unsigned i = 0; i < rounds && !over; i++)
		round_once(pause);
	/* What still waits for its fault point must not meet it now. */
	for (unsigned i = 0; i < n_daemons && !over; i++) {
		if (!daemons[i].armed)
			continue;
		murder(&daemons[i]);
		start(&daemons[i], false);
	}
	mark("rounds");
	while (!over)
		pass(100);
	stop_all();
	return bad ? 1 : 0;
}
