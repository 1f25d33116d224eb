#include "agent/desk/folder/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/desk/folder/part.h"
#include "agent/desk/forget.h"
#include "agent/signin/service.h"
#include "base/cli.h"
#include "base/file.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/sandbox.h"

enum {
	PATH_LEN = 1024,
	LATER_TURNS = 5                /* seconds, after a "not now" */
};

/* ---- asking ------------------------------------------------------------------ */

void
folder_call(const struct folder *f, struct door_call *c)
{
	memset(c, 0, sizeof *c);
	c->config = f->config;
	c->post = true;
	c->status = 200;
	memcpy(c->token, f->token, sizeof c->token);
}

bool
folder_is_later(const struct door_call *c)
{
	/* a token that is not taken says nothing about the document */
	return c->reply == NULL || c->status == 401 || c->status == 403 ||
	    c->status == 429 || c->status == 503 || c->status == 507;
}

void
folder_say(struct folder *f, int status)
{
	if (f->trouble == status)
		return;
	if (status == 401 || status == 403)
		log_error(82, "folder", "wayleave-agent service add, then "
		    "start the folder again", "its token is not accepted");
	else if (status != 0)
		log_notice("folder", "not now (%d); files stay in out",
		    status);
	else
		log_notice("folder", "goes on");
	f->trouble = status;
}

/* ---- before the sandbox --------------------------------------------------------- */

static enum error_code
token_path(const struct desk_config *config, char out[static PATH_LEN],
    struct why *why)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (config->token_file[0] != '\0') {
		snprintf(out, PATH_LEN, "%s", config->token_file);
		return ERR_NONE;
	}
	if (dir == NULL) {
		why_set(why, "no token: give [api] token_file, or the "
		    "credential \"%s\" by the service manager",
		    config->token_credential);
		return ERR_CONFIG;
	}
	return file_join(out, PATH_LEN, dir, config->token_credential);
}

static enum error_code
read_token(struct folder *f, struct why *why)
{
	char path[PATH_LEN];
	struct buf text;
	enum error_code err = token_path(f->config, path, why);

	if (err != ERR_NONE)
		return err;
	buf_init(&text, sizeof f->token - 1);
	err = file_read(path, FILE_SECRET | FILE_NOFOLLOW, &text, why);
	while (err == ERR_NONE && text.n > 0 &&
	    (text.data[text.n - 1] == '\n' || text.data[text.n - 1] == '\r'))
		text.n--;
	if (err == ERR_NONE)
		memcpy(f->token, text.data, text.n);
	if (err == ERR_SIZE || (err == ERR_NONE &&
	    (strlen(f->token) != SERVICE_TOKEN - 1 ||
	    !service_is_token(f->token)))) {
		why_set(why, "%s: is no token as wayleave-agent service add "
		    "shows it", path);
		err = ERR_CONFIG;
	}
	buf_free(&text);
	return err;
}

static enum error_code
open_place(const struct folder *f, const char *name, int *fd,
    struct why *why)
{
	char path[PATH_LEN];
	enum error_code err = file_join(path, sizeof path, f->config->folder,
	    name);

	if (err != ERR_NONE)
		return err;
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		why_set(why, "%s: %s", path, strerror(errno));
		return ERR_DENIED;
	}
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd < 0) {
		why_set(why, "%s: %s", path, strerror(errno));
		return ERR_DENIED;
	}
	return ERR_NONE;
}

static enum error_code
open_places(struct folder *f, struct why *why)
{
	struct stat st;
	enum error_code err = file_lock(f->config->folder, &f->lock, why);

	if (err == ERR_NONE)
		err = open_place(f, "out", &f->out, why);
	if (err == ERR_NONE)
		err = open_place(f, "in", &f->in, why);
	if (err == ERR_NONE)
		err = open_place(f, "sent", &f->sent, why);
	if (err == ERR_NONE)
		err = open_place(f, "failed", &f->failed, why);
	if (err == ERR_NONE && fstat(f->out, &st) != 0)
		err = ERR_IO;
	if (err != ERR_NONE)
		return err;
	f->owner = st.st_uid;
	err = place_finish(f->sent, ".answer", why);
	return err == ERR_NONE ? place_finish(f->failed, ".error", why) : err;
}

static void
close_places(struct folder *f)
{
	int *const all[] = { &f->out, &f->in, &f->sent, &f->failed };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (*all[i] >= 0)
			close(*all[i]);
	file_unlock(&f->lock);
	sodium_memzero(f->token, sizeof f->token);
}

/* ---- turns ------------------------------------------------------------------------ */

static void
turns(struct folder *f, const sigset_t *set)
{
	static const struct timespec second = { 1, 0 };
	unsigned out_rest = 0, in_rest = 0;

	notify("READY=1");
	log_notice("folder", "running");
	do {
		if (out_rest > 0)
			out_rest--;
		else if (!folder_out(f))
			out_rest = LATER_TURNS;
		if (in_rest > 0)
			in_rest--;
		else if (!folder_in(f))
			in_rest = LATER_TURNS;
		notify("WATCHDOG=1");
	} while (sigtimedwait(set, NULL, &second) < 0);
	notify("STOPPING=1");
	log_notice("folder", "stopped");
}

static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigprocmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int
folder_run(const struct desk_config *config)
{
	struct folder f = { .config = config, .lock = -1, .out = -1,
	    .in = -1, .sent = -1, .failed = -1 };
	struct why why = { "" };
	sigset_t set;
	enum error_code err = sandbox_harden(&why);

	if (err == ERR_NONE && sodium_init() < 0)
		err = ERR_INTERNAL;
	forget_begin();
	json_object_seed(0);
	block_signals(&set);
	if (err == ERR_NONE && config->folder[0] == '\0') {
		why_set(&why, "[api] folder is not set");
		err = ERR_CONFIG;
	}
	if (err == ERR_NONE)
		err = read_token(&f, &why);
	if (err == ERR_NONE)
		err = open_places(&f, &why);
	if (err == ERR_NONE)
		err = sandbox_enter(SANDBOX_FOLDER, &why);
	if (err == ERR_NONE)
		turns(&f, &set);
	else
		log_error(20, "start", "mend it and start again", "%s",
		    why.text[0] != '\0' ? why.text : error_text(err));
	close_places(&f);
	return err == ERR_NONE ? CLI_DONE : (int)cli_exit_of(err);
}
