/*
 * The encryption of messages, suite 1 (PROTOCOL 4).  The only place in the
 * project that can open one; it is linked into wayleave-agent alone
 * (functions seal_open_*).
 */
#ifndef WAYLEAVE_AGENT_SEAL_H
#define WAYLEAVE_AGENT_SEAL_H

#include "ledger/record.h"
#include "proto/wire.h"

/*
 * A correspondence: one key pair e per recipient and sealing epoch, so the
 * curve operation is paid once.  Secrets in locked memory, wiped when a newer
 * sealing key is known, after 24 h, or at exit.
 */
struct seal_sender;
MUST_USE enum error_code seal_sender_create(struct seal_sender **out);
void seal_sender_destroy(struct seal_sender **s);
/* Wipes that towards this sealing key: a newer one was announced. */
void seal_sender_forget(struct seal_sender *s,
    const uint8_t key[static WIRE_KEY]);
/* Wipes correspondences older than 24 h of boot time. */
void seal_sender_expire(struct seal_sender *s, uint64_t boot_ms);

/* Room a plaintext takes after padding: 1, 4, 16 or 64 KiB; 0: too large. */
uint32_t seal_padded(size_t plaintext);

/*
 * Encrypts `plain` under the header in `b` (a submission body with stamp,
 * case, recipient, epoch, times, padded, urgency and labels set), fills
 * sealed, commitments and ciphertext_hash, appends the ciphertext to `out`
 * and gives the broker share k2.  k1 and the content key are wiped.
 */
MUST_USE enum error_code seal_message(struct seal_sender *s,
    const char *sender, const uint8_t recipient_key[static 32],
    uint64_t boot_ms, struct body *b, struct bytes plain,
    struct buf *out, uint8_t k2[static 32]);

/* Is k2 the broker share that this submission commits to? */
bool seal_share_fits(const struct body *b, const uint8_t k2[static 32]);

/*
 * The other end of correspondences: what was agreed with a sender's e, so
 * that the curve operation is paid once here too.  Locked memory; wiped after
 * 24 h, and at once when a sealing secret is destroyed.
 */
struct seal_receiver;
MUST_USE enum error_code seal_receiver_create(struct seal_receiver **out);
void seal_receiver_destroy(struct seal_receiver **r);
void seal_receiver_wipe(struct seal_receiver *r);
void seal_receiver_expire(struct seal_receiver *r, uint64_t boot_ms);

/* Opens the seal: k1, after comparing h (ERR_CRYPTO). */
MUST_USE enum error_code seal_open_share(const char *sender,
    const struct body *b, const uint8_t epoch_secret[static 32],
    uint8_t k1[static 32]);
/* The same; `r` remembers what was agreed. */
MUST_USE enum error_code seal_open_share_again(struct seal_receiver *r,
    uint64_t boot_ms, const char *sender, const struct body *b,
    const uint8_t epoch_secret[static 32], uint8_t k1[static 32]);

/*
 * Decrypts.  Checks k2 against its commitment, the key commitment, the
 * ciphertext, the padding; ERR_CRYPTO names which in `why`.  `out` gets the
 * plaintext and must be wiped (buf_free does).
 */
MUST_USE enum error_code seal_open_message(const char *sender,
    const struct body *b, const uint8_t k1[static 32],
    const uint8_t k2[static 32], struct bytes ciphertext, struct buf *out,
    struct why *why);

#endif
