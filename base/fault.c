#include "base/fault.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FAULTS 8
#define MAX_NAME 64

enum act { ACT_KILL, ACT_EXIT, ACT_EIO };

struct fault {
	char name[MAX_NAME];
	unsigned long at, hits;
	enum act act;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fault faults[MAX_FAULTS];
static size_t faults_n;
static bool loaded;

/* One part after the name: a number or what to do. */
static void
read_part(struct fault *f, const char *part, size_t n)
{
	if (n == 4 && memcmp(part, "kill", n) == 0)
		f->act = ACT_KILL;
	else if (n == 4 && memcmp(part, "exit", n) == 0)
		f->act = ACT_EXIT;
	else if ((n == 3 && memcmp(part, "eio", n) == 0) ||
	    (n == 5 && memcmp(part, "break", n) == 0))
		f->act = ACT_EIO;
	else if (n > 0)
		f->at = strtoul(part, NULL, 10);
}

/* name[:n][:act], n bytes of `s`. */
static void
read_fault(const char *s, size_t n)
{
	struct fault *f = &faults[faults_n];
	size_t name = 0, at;

	while (name < n && s[name] != ':')
		name++;
	if (name == 0 || name >= MAX_NAME || faults_n == MAX_FAULTS)
		return;
	*f = (struct fault){ .at = 1, .act = ACT_KILL };
	memcpy(f->name, s, name);
	for (at = name; at < n;) {
		size_t end = ++at;

		while (end < n && s[end] != ':')
			end++;
		read_part(f, s + at, end - at);
		at = end;
	}
	faults_n++;
}

static void
load(const char *setting)
{
	faults_n = 0;
	loaded = true;
	while (setting != NULL && *setting != '\0') {
		size_t n = strcspn(setting, ",");

		read_fault(setting, n);
		setting += n;
		if (*setting == ',')
			setting++;
	}
}

void
fault_set(const char *setting)
{
	pthread_mutex_lock(&lock);
	load(setting);
	pthread_mutex_unlock(&lock);
}

/* What this hit of `name` does; false: nothing. */
static bool
due(const char *name, enum act *act)
{
	for (size_t i = 0; i < faults_n; i++) {
		struct fault *f = &faults[i];

		if (strcmp(f->name, name) != 0)
			continue;
		f->hits++;
		*act = f->act;
		return f->act == ACT_EIO ? f->hits >= f->at :
		    f->hits == f->at;
	}
	return false;
}

enum error_code
fault_hit(const char *name)
{
	enum act act = ACT_KILL;
	bool now;

	pthread_mutex_lock(&lock);
	if (!loaded)
		load(getenv("WAYLEAVE_FAULT"));
	now = due(name, &act);
	pthread_mutex_unlock(&lock);
	if (!now)
		return ERR_NONE;
	if (act == ACT_KILL)
		kill(getpid(), SIGKILL);
	if (act == ACT_EXIT)
		_exit(7);
	return ERR_IO;
}
