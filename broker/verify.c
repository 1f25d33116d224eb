#include "broker/verify.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/clock.h"

struct verifier {
	struct verify_shared shared;
	struct bundle_cache *bundles;
};

enum error_code
verifier_create(const struct verify_shared *shared, struct verifier **out)
{
	struct verifier *v = calloc(1, sizeof *v);

	*out = NULL;
	if (v == NULL)
		return ERR_NOMEM;
	v->shared = *shared;
	v->bundles = bundle_cache_create();
	if (v->bundles == NULL) {
		verifier_destroy(&v);
		return ERR_NOMEM;
	}
	*out = v;
	return ERR_NONE;
}

void
verifier_destroy(struct verifier **v)
{
	if (*v == NULL)
		return;
	bundle_cache_destroy(&(*v)->bundles);
	free(*v);
	*v = NULL;
}

/* ---- whose key --------------------------------------------------------- */

/* Up to three candidate keys: a root-signed record may be of either root. */
struct keys {
	uint8_t key[3][WIRE_KEY];
	unsigned n;
};

static void
keys_add(struct keys *k, const uint8_t key[static WIRE_KEY])
{
	memcpy(k->key[k->n++], key, WIRE_KEY);
}

static void
keys_of_signer(struct verifier *v, const struct record *r, struct keys *k)
{
	struct members_roots roots;
	struct member_view m;
	unsigned i;

	memset(k, 0, sizeof *k);
	members_get_roots(v->shared.members, &roots);
	switch (record_signer_form(r->signer)) {
	case SIGNER_ROOT:
		for (i = 0; i < roots.n; i++)
			keys_add(k, roots.root[i]);
		break;
	case SIGNER_DUTY:
		if (roots.has_duty)
			keys_add(k, roots.duty);
		break;
	case SIGNER_CASE:
		if (r->has_key)
			keys_add(k, r->key);
		break;
	case SIGNER_MEMBER:
		if (members_get(v->shared.members, r->signer, &m))
			keys_add(k, m.sign_key);
		break;
	case SIGNER_NONE:
		break;
	}
}

static enum job_check
check_signatures(struct verifier *v, struct job_item *it)
{
	const struct record *r = it->record;
	struct member_view co;
	const uint8_t *cokey = NULL;
	struct keys k;
	unsigned i;

	keys_of_signer(v, r, &k);
	if (k.n == 0) {
		why_set(&it->why, "signer: unknown");
		return CHECK_UNKNOWN;
	}
	if (r->cosigner[0] != '\0') {
		if (!members_get(v->shared.members, r->cosigner, &co)) {
			why_set(&it->why, "cosigner: unknown");
			return CHECK_UNKNOWN;
		}
		cokey = co.sign_key;
		memcpy(it->cosigner_key, cokey, WIRE_KEY);
	}
	for (i = 0; i < k.n; i++) {
		if (record_verify(v->shared.partnership, r, k.key[i], cokey,
		    v->bundles, it->id, &it->why) != ERR_NONE)
			continue;
		memcpy(it->signer_key, k.key[i], WIRE_KEY);
		return CHECK_OK;
	}
	return CHECK_SIGNATURE;
}

/* ---- what travels beside a submission ---------------------------------- */

static bool
hash_is(const uint8_t want[static WIRE_HASH], const char *prefix,
    struct bytes data)
{
	crypto_hash_sha256_state st;
	uint8_t got[WIRE_HASH];

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const uint8_t *)prefix,
	    strlen(prefix));
	crypto_hash_sha256_update(&st, data.data, data.n);
	crypto_hash_sha256_final(&st, got);
	return memcmp(got, want, WIRE_HASH) == 0;
}

/* The share, and size and hash of the ciphertext (PROTOCOL 4). */
static enum job_check
check_payload(struct job_item *it)
{
	const struct wire_submission *s = &it->body.u.submission;
	const struct wire_item *in = it->item;

	if (it->body.kind != KIND_SUBMISSION) {
		if (in == NULL || (!in->has_share && in->ciphertext.n == 0))
			return CHECK_OK;
		why_set(&it->why, "share, ciphertext: not with this kind");
		return CHECK_PAYLOAD;
	}
	if (in == NULL || !in->has_share) {
		why_set(&it->why, "share: missing");
		return CHECK_PAYLOAD;
	}
	if (!hash_is(s->share_commitment, "wayleave/1 share\n",
	    bytes_of(in->share, sizeof in->share))) {
		why_set(&it->why, "share: not the one committed to");
		return CHECK_PAYLOAD;
	}
	if (in->ciphertext.n != (size_t)s->padded + 16 ||
	    !hash_is(s->ciphertext_hash, "", in->ciphertext)) {
		why_set(&it->why, "ciphertext: size or hash");
		return CHECK_PAYLOAD;
	}
	return CHECK_OK;
}

static enum job_check
check_item(struct verifier *v, struct job *job, struct job_item *it)
{
	enum job_check c;

	if (wire_body_decode(job->arena, it->record, &it->body, &it->why) !=
	    ERR_NONE)
		return CHECK_FORM;
	if (record_signers_ok(it->record, &it->body, &it->why) != ERR_NONE)
		return CHECK_FORM;
	c = check_signatures(v, it);
	if (c != CHECK_OK)
		return c;
	it->cite_signed = cites_signed(v->shared.cites, &it->body.cite);
	return check_payload(it);
}

/* ---- whole jobs -------------------------------------------------------- */

static const struct record *
record_at(const struct job *job, const struct record_file *file, unsigned i)
{
	return file != NULL ? &file->record[i] : &job->up.item[i].record;
}

void
verify_job(struct verifier *v, struct job *job)
{
	struct record_file file = { .n = 0 };
	const struct record_file *f = NULL;
	unsigned n;

	if (job->kind == JOB_LOCAL) {
		f = &file;
		job->formed = wire_record_file_decode(job->arena, job->frame,
		    &file, &job->why) == ERR_NONE;
		n = file.n;
	} else if (job->kind == JOB_FRAME) {
		job->formed = wire_up_decode(job->arena, job->frame, &job->up,
		    &job->why) == ERR_NONE;
		n = job->up.n_item;
	} else {
		job->formed = true;
		return;
	}
	if (!job->formed || n == 0)
		return;
	job->item = arena_zalloc(job->arena, n * sizeof *job->item);
	if (job->item == NULL) {
		job->formed = false;
		why_set(&job->why, "memory");
		return;
	}
	job->n_item = n;
	for (unsigned i = 0; i < n; i++) {
		struct job_item *it = &job->item[i];

		it->record = record_at(job, f, i);
		it->item = f != NULL ? NULL : &job->up.item[i];
		it->check = check_item(v, job, it);
	}
}

void
verifier_run(struct verifier *v)
{
	struct lane_job *j;

	while ((j = lane_work(v->shared.lane)) != NULL) {
		verify_job(v, (struct job *)(void *)j);
		lane_done(v->shared.lane, j);
	}
}
