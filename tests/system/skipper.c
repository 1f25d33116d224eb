/*
 * An agent that skips its own check: what a sender's software gets that was
 * tampered with.  It has the agency's keys and store, asks nobody at home,
 * and puts a message to the broker as if all were well.
 *
 *	skipper CONFIG CASE-NUMBER DOCUMENT MEMBER [PURPOSE]
 *
 * Prints what the broker said: "admitted" or "refused R1".  The agency's
 * agent must not be running; CREDENTIALS_DIRECTORY unlocks its keys.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/cases/cases.h"
#include "agent/life.h"
#include "agent/outgoing/compose.h"
#include "agent/config.h"
#include "agent/intake/intake.h"
#include "agent/keyring.h"
#include "agent/outgoing/outgoing.h"
#include "agent/seal.h"
#include "base/file.h"
#include "keys/arrow.h"
#include "keys/keyfile.h"
#include "keys/secret.h"

enum { PATH_LEN = 1024, TURNS = 2000, TURN_US = 10000 };

static struct {
	struct agent_config config;
	struct agent *agent;
	struct content content;
	uint8_t case_id[WIRE_CASE];
	const char *to, *purpose;
} t;

static void
done(enum error_code err, const char *what, const struct why *why)
{
	if (err == ERR_NONE)
		return;
	fprintf(stderr, "skipper: %s: %s\n", what, why != NULL &&
	    why->text[0] != '\0' ? why->text : error_text(err));
	exit(2);
}

static void
start(const char *path)
{
	struct identity *identity = NULL;
	struct unlock *unlock = NULL;
	struct why why = { "" };
	char key[PATH_LEN];

	done(agent_config_load(path, &t.config, &why), path, &why);
	done(keys_init(&why), "keys", &why);
	done(agent_open(&t.config, &t.agent, &why), "store", &why);
	done(unlock_of_credential(t.config.unlock_credential, &unlock, &why),
	    "credential", &why);
	done(file_join(key, sizeof key, t.config.state_dir, "keys/agent.key"),
	    "path", NULL);
	done(keyfile_read_identity(key, unlock, &identity, &why), key, &why);
	done(agent_unlocked(t.agent, &identity, &why), "unlock", &why);
	unlock_destroy(&unlock);
}

/* Turns of the agent's loop until something holds. */
static bool
until(bool (*holds)(void))
{
	for (int i = 0; i < TURNS; i++) {
		agent_turn(t.agent);
		if (holds())
			return true;
		usleep(TURN_US);
	}
	return false;
}

static bool
is_ready(void)
{
	return agent_trouble(t.agent) == TROUBLE_NONE;
}

static struct wire_sealing_key sealing;

static bool
has_sealing_key(void)
{
	uint64_t announced, idx;

	return store_sealing(t.agent->slice, t.to, 0, &sealing, &announced,
	    &idx) == ERR_NONE;
}

static void
read_document(const char *path)
{
	struct why why = { "" };
	uint8_t id[RECORD_ID_LEN];
	const char *rule;
	struct buf b;

	buf_init(&b, CONTENT_MAX);
	done(file_read(path, 0, &b, &why), path, &why);
	done(content_read(&t.content, (const char *)b.data, b.n, &rule, &why),
	    path, &why);
	randombytes_buf(id, sizeof id);
	content_set_id(&t.content, id);
	buf_free(&b);
}

/* Labels of the arrow, or of a key it makes up where it has none. */
static void
labels(struct wire_submission *m)
{
	uint8_t key[ARROW_KEY];

	if (keyring_arrow(t.agent, t.case_id, t.agent->member, t.to, key) !=
	    ERR_NONE)
		randombytes_buf(key, sizeof key);
	done(keyring_labels(t.agent, key, validate_needs(&t.content),
	    t.purpose, m->label, &m->n_label), "labels", NULL);
	randombytes_buf(m->urgency, sizeof m->urgency);
}

static void
send_it(struct body *b)
{
	struct wire_submission *m = &b->u.submission;
	struct agent *a = t.agent;
	struct out_extra extra = { .about = t.content.id.b };
	uint8_t k2[32], slots[COMPOSE_SLOTS * 16];
	struct why why = { "" };
	struct buf plain, cipher;

	buf_init(&plain, WIRE_PLAINTEXT_MAX);
	buf_init(&cipher, WIRE_CIPHERTEXT_MAX);
	outgoing_head(a, b);
	memcpy(b->case_id, t.case_id, WIRE_CASE);
	m->suite = WIRE_SUITE;
	strcpy(m->recipient, t.to);
	m->epoch = sealing.epoch;
	m->created = agent_now(a);
	m->expires = m->created + CLOCK_HOUR_MS;
	labels(m);
	randombytes_buf(slots, sizeof slots);
	buf_put(&plain, slots, sizeof slots);
	done(content_encode(&t.content, &plain), "content", NULL);
	done(seal_message(a->seal, a->member, sealing.key,
	    clock_boot(&a->clock), b, buf_view(&plain), &cipher, k2), "seal",
	    NULL);
	extra.share = k2;
	extra.ciphertext = buf_view(&cipher);
	done(outgoing_put(a, b, &extra, &why), "queue", &why);
	done(outgoing_seal(a), "sign", NULL);
	outgoing_push(a);
	buf_free(&plain);
	buf_free(&cipher);
}

static struct body submission = { .kind = KIND_SUBMISSION,
	.has_case = true };
static struct out_outcome outcome;

static bool
has_outcome(void)
{
	return outgoing_outcome(t.agent, submission.stamp, &outcome) ==
	    ERR_NONE && outcome.state != OUT_SEALED;
}

int
main(int argc, char **argv)
{
	struct wire_question q = { .what = ASK_SEALING };

	if (argc < 5) {
		fprintf(stderr, "usage: skipper CONFIG CASE-NUMBER DOCUMENT "
		    "MEMBER [PURPOSE]\n");
		return 2;
	}
	start(argv[1]);
	t.to = argv[4];
	t.purpose = argc > 5 ? argv[5] : "PU01";
	read_document(argv[3]);
	if (!until(is_ready))
		done(ERR_OFFLINE, "broker", NULL);
	done(cases_by_number(t.agent, strtoull(argv[2], NULL, 10), t.case_id),
	    "case", NULL);
	if (!has_sealing_key()) {
		snprintf(q.member, sizeof q.member, "%s", t.to);
		done(intake_ask(t.agent, &q, NULL, NULL), "question", NULL);
		if (!until(has_sealing_key))
			done(ERR_NOTFOUND, "sealing key", NULL);
	}
	send_it(&submission);
	if (!until(has_outcome))
		done(ERR_BUSY, "outcome", NULL);
	if (outcome.state == OUT_REFUSED)
		printf("refused %s\n", rule_shown(outcome.rule));
	else
		printf("%s\n", outcome.state == OUT_STOPPED ?
		    "stopped at home" : "admitted");
	agent_close(&t.agent);
	agent_config_destroy(&t.config);
	return 0;
}
