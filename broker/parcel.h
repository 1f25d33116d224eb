/*
 * Parcels: what goes to one agent after one batch (PROTOCOL 6, INTERNALS 4).
 * This comment is the contract between broker and agent.
 *
 * Up
 *   hello     the first thing on every connection.  `last` is the newest
 *             checkpoint the agent has durable (size 0: none), news and
 *             news_hash what it has taken in.  Items before a hello are
 *             answered busy, and the broker asks (WELCOME_HELLO).
 *   items     each is answered exactly once, by (id, stamp).  Order is kept.
 *   confirm   `news` items of the stream are durable at the agent.  `credit`
 *             is how many messages it takes from now on.
 *   ask       one reply with the same id.  MEMBER and SEALING: one row, and in
 *             data its inclusion path in head.  DIRECTORY (newest record of
 *             each member), ENTRIES (auditors), CASE (its custodian): rows, and
 *             in size the `from` to go on with when the code is REPLY_MORE.
 *             CONSISTENCY: data is the proof from `from` to head.
 *             ARROW_KEY: OK, whether or not anyone heard.
 *
 * Down: one parcel per agent and batch; more only when 256 KiB are full.
 *   head      the signed checkpoint.
 *   from      the agent's size before this parcel; range_advance(from ->
 *             head.size) over the indices >= from of all pieces, sorted, each
 *             once, with `range`.  A piece below `from` has a classic
 *             inclusion path in head.
 *   pieces    in the order they are to be taken in.
 *     counted, i.e. item n+1 of the stream with the running hash over its
 *     leaf, sent once per connection from the count stated in hello on:
 *       PIECE_OWN     a record of the agent's own that was just admitted;
 *                     no body: the agent has the record.  has_stamp.
 *       PIECE_NEWS    any other item, and on reconnect also own records;
 *                     with body.
 *       PIECE_OPENED  `opened` of an opening just admitted, with body;
 *                     shares: 32 bytes for each line whose rule is 0, in
 *                     order.
 *     not counted:
 *       PIECE_MAIL       a submission to the agent, with ciphertext; always
 *                        directly followed by
 *       PIECE_DELIVERED  its `delivered`.
 *       PIECE_COPY       an entry asked for again by a retry: the agent's own
 *                        record (with body), or its `opened` with shares; 32
 *                        zeros for a line that may no longer be read.
 *   answers   ADMITTED has the entry's index; REFUSED the rule as shown to
 *             agencies; BUSY after_ms; MALFORMED neither (never retry).
 *             A retry gets the first outcome.  The stamp is zeros where it
 *             could not be read: MALFORMED with id 0 is a whole frame.
 *   told      status lines to a sender.
 *   ancestors for each citation size of a mail item's submission: its root
 *             and the consistency proof to head (empty when it is head).
 *   statement at hello and at least every 30 s: count and hash of the stream
 *             as the broker has sent it, at head.
 *   welcome   after hello; see enum welcome_flag.  With a flag other than
 *             WELCOME_TWIN it is no welcome: there is no session.
 */
#ifndef WAYLEAVE_BROKER_PARCEL_H
#define WAYLEAVE_BROKER_PARCEL_H

#include "proto/wire.h"

#endif
