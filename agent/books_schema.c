#include "agent/books.h"

/*
 * Columns named `sealed` hold books_seal() blobs.  `state` columns hold the
 * enums of the module that owns the table.
 */
const char books_schema[] =
/* position, counters: few rows */
"CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL)"
" WITHOUT ROWID;"
/* sealing secrets of ours, destroyed 14 days after announcement */
"CREATE TABLE epoch (epoch INTEGER PRIMARY KEY, announced INTEGER NOT NULL,"
" until INTEGER NOT NULL, sealed BLOB);"
/* records on their way (outgoing.c); about: own content id */
"CREATE TABLE outgoing (seq INTEGER PRIMARY KEY, stamp BLOB NOT NULL UNIQUE,"
" kind INTEGER NOT NULL, state INTEGER NOT NULL, rule INTEGER NOT NULL,"
" idx INTEGER, at INTEGER, record BLOB NOT NULL, share BLOB,"
" ciphertext BLOB, kase BLOB, recipient TEXT, about BLOB,"
" told_at INTEGER, told_role TEXT, composed INTEGER NOT NULL);"
"CREATE INDEX outgoing_open ON outgoing (seq) WHERE state = 1;"
"CREATE INDEX outgoing_about ON outgoing (about) WHERE about IS NOT NULL;"
"CREATE INDEX outgoing_idx ON outgoing (idx) WHERE idx IS NOT NULL;"
/* delivered messages (mailbox.c); sealed: k1 */
"CREATE TABLE mail (idx INTEGER PRIMARY KEY, delivered INTEGER NOT NULL,"
" id BLOB NOT NULL, kase BLOB NOT NULL, sender TEXT NOT NULL,"
" at INTEGER NOT NULL, expires INTEGER NOT NULL, state INTEGER NOT NULL,"
" urgent INTEGER NOT NULL, introduction INTEGER NOT NULL,"
" opened_by TEXT, opened_at INTEGER, record_id BLOB NOT NULL,"
" record BLOB NOT NULL, ciphertext BLOB, sealed BLOB);"
"CREATE INDEX mail_case ON mail (kase, idx);"
/* message ids seen, until 8 days after they expire, and what was said */
"CREATE TABLE seen_mail (sender TEXT NOT NULL, id BLOB NOT NULL,"
" record_id BLOB NOT NULL, idx INTEGER NOT NULL, forget INTEGER NOT NULL,"
" outcome INTEGER NOT NULL, PRIMARY KEY (sender, id)) WITHOUT ROWID;"
"CREATE TABLE receipt_due (idx INTEGER PRIMARY KEY, kase BLOB NOT NULL,"
" outcome INTEGER NOT NULL);"
"CREATE TABLE quarantine (seq INTEGER PRIMARY KEY, idx INTEGER NOT NULL,"
" at INTEGER NOT NULL, rule INTEGER NOT NULL, why TEXT NOT NULL,"
" record BLOB NOT NULL, ciphertext BLOB);";

/* What is known of cases, people and what we wrote. */
const char books_schema_cases[] =
/* keys of cases and arrows (keyring.c) */
"CREATE TABLE case_key (kase BLOB PRIMARY KEY, sealed BLOB NOT NULL)"
" WITHOUT ROWID;"
"CREATE TABLE arrow (kase BLOB NOT NULL, sender TEXT NOT NULL,"
" recipient TEXT NOT NULL, sealed BLOB NOT NULL,"
" PRIMARY KEY (kase, sender, recipient)) WITHOUT ROWID;"
/* the small number a worker sees for a case; sealed: what it is called here */
/* lookup: keyed hash of that; asked: up to which entry the broker was asked */
"CREATE TABLE local_case (no INTEGER PRIMARY KEY, kase BLOB NOT NULL UNIQUE,"
" sealed BLOB, lookup BLOB UNIQUE, asked INTEGER NOT NULL DEFAULT 0);"
/* custodian: consent key as sealed by keys/consent.c, phrases; one a case */
"CREATE TABLE consent (kase BLOB PRIMARY KEY, key BLOB NOT NULL,"
" sealed BLOB NOT NULL) WITHOUT ROWID;"
/* the book of names: persons and exclusions, one sealed row a case */
"CREATE TABLE book (kase BLOB PRIMARY KEY, sealed BLOB NOT NULL)"
" WITHOUT ROWID;"
/* what this agency wrote itself; id: content id; sealed: canonical JSON */
"CREATE TABLE own (id BLOB PRIMARY KEY, kase BLOB NOT NULL,"
" at INTEGER NOT NULL, kind INTEGER NOT NULL, recalled INTEGER NOT NULL,"
" sealed BLOB NOT NULL) WITHOUT ROWID;"
"CREATE INDEX own_case ON own (kase, at);"
/* copies that wait for a sealing key of their recipient */
"CREATE TABLE waiting_copy (id BLOB NOT NULL, recipient TEXT NOT NULL,"
" kase BLOB NOT NULL, account TEXT NOT NULL, at INTEGER NOT NULL,"
" stopped INTEGER NOT NULL DEFAULT 0,"
" PRIMARY KEY (id, recipient)) WITHOUT ROWID;"
/* owner and due day of a gap, task or goal */
"CREATE TABLE owner (kase BLOB NOT NULL, what TEXT NOT NULL,"
" sealed BLOB NOT NULL, PRIMARY KEY (kase, what)) WITHOUT ROWID;"
/* local accounts; sealed: name and staff number */
"CREATE TABLE worker_account (account TEXT PRIMARY KEY, uid INTEGER NOT NULL,"
" pseudonym BLOB NOT NULL, role TEXT NOT NULL, team TEXT NOT NULL,"
" rights INTEGER NOT NULL, ended INTEGER NOT NULL, announced INTEGER NOT NULL,"
" sealed BLOB NOT NULL, queued INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
/* terms of grants we are an end or custodian of; sealed: plaintext terms */
"CREATE TABLE terms (id BLOB PRIMARY KEY, kase BLOB NOT NULL,"
" sender TEXT NOT NULL, recipient TEXT NOT NULL, idx INTEGER NOT NULL,"
" state INTEGER NOT NULL, clear BLOB NOT NULL, sealed BLOB)"
" WITHOUT ROWID;"
"CREATE INDEX terms_arrow ON terms (kase, sender, recipient);"
/* custodian: what happened in its cases, for the statement */
"CREATE TABLE seen_entry (idx INTEGER PRIMARY KEY, kase BLOB NOT NULL,"
" body BLOB NOT NULL);"
"CREATE INDEX seen_entry_case ON seen_entry (kase, idx);"
/* tasks for people: advocate's check-ins, lead's reviews; sealed: words */
"CREATE TABLE task (seq INTEGER PRIMARY KEY, kase BLOB, at INTEGER NOT NULL,"
" kind INTEGER NOT NULL, done INTEGER NOT NULL, sealed BLOB);"
/* custodian: hashes of stop phrases ever drawn; sealed: 1 if it is the forced
 * one; record: id of the `phrases` record */
"CREATE TABLE own_phrase (hash BLOB NOT NULL, kase BLOB NOT NULL,"
" at INTEGER NOT NULL, record BLOB NOT NULL, sealed BLOB NOT NULL,"
" PRIMARY KEY (hash, kase)) WITHOUT ROWID;"
/* custodian: arrow keys owed to an end (state 1) or sent (0) */
"CREATE TABLE key_due (seq INTEGER PRIMARY KEY, kase BLOB NOT NULL,"
" sender TEXT NOT NULL, recipient TEXT NOT NULL, dest TEXT NOT NULL,"
" state INTEGER NOT NULL, next INTEGER NOT NULL, sent INTEGER NOT NULL,"
" UNIQUE (kase, sender, recipient, dest));"
"CREATE INDEX key_due_owed ON key_due (next) WHERE state = 1;"
/* custodian: introductions that wait for their permission; sealed: content */
"CREATE TABLE intro_due (kase BLOB NOT NULL, recipient TEXT NOT NULL,"
" account TEXT NOT NULL, next INTEGER NOT NULL, sealed BLOB NOT NULL,"
" PRIMARY KEY (kase, recipient)) WITHOUT ROWID;"
/* accounts that must meet an unknown case, confirmed by a conflict officer */
"CREATE TABLE excluded (kase BLOB NOT NULL, account TEXT NOT NULL,"
" PRIMARY KEY (kase, account)) WITHOUT ROWID;";

/* Of the desk.  Every statement is CREATE .. IF NOT EXISTS. */
const char books_schema_desk[] =
/* how an account signs in; sealed: see agent/signin/row.c */
"CREATE TABLE IF NOT EXISTS signin (account TEXT PRIMARY KEY,"
" sealed BLOB NOT NULL) WITHOUT ROWID;"
/* who opened a message first here (mail.opened_by has the role alone) */
"CREATE TABLE IF NOT EXISTS mail_opener (idx INTEGER PRIMARY KEY,"
" worker BLOB NOT NULL);"
/* why a message was taken back by its sender (enum of PROTOCOL recall) */
"CREATE TABLE IF NOT EXISTS mail_recall (idx INTEGER PRIMARY KEY,"
" reason INTEGER NOT NULL);"
/* what only this agency can know of a case (agent/cases/facts.c) */
"CREATE TABLE IF NOT EXISTS case_facts (kase BLOB PRIMARY KEY,"
" sealed BLOB NOT NULL) WITHOUT ROWID;"
"CREATE INDEX IF NOT EXISTS mail_urgent ON mail (idx)"
" WHERE urgent = 1 AND opened_at IS NULL AND state = 1;"
/* systems that may write; hash: of their token (service.c) */
"CREATE TABLE IF NOT EXISTS service (name TEXT PRIMARY KEY,"
" hash BLOB NOT NULL UNIQUE, since INTEGER NOT NULL) WITHOUT ROWID;"
/* work given to a colleague; kase NULL: all of it; sealed: a note */
"CREATE TABLE IF NOT EXISTS handover (seq INTEGER PRIMARY KEY,"
" sender TEXT NOT NULL, recipient TEXT NOT NULL, kase BLOB,"
" at INTEGER NOT NULL, until TEXT NOT NULL, sealed BLOB NOT NULL);"
/* what is being written; what: the page's name of it (agent/api/draft.c) */
"CREATE TABLE IF NOT EXISTS draft (account TEXT NOT NULL,"
" what TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,"
" sealed BLOB NOT NULL, PRIMARY KEY (account, what)) WITHOUT ROWID;"
/* how workers are reached; due: of a notice; sealed: see contacts.c */
"CREATE TABLE IF NOT EXISTS contact (account TEXT PRIMARY KEY,"
" duty INTEGER NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL,"
" called INTEGER NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID;"
"CREATE INDEX IF NOT EXISTS mail_delivered ON mail (delivered);"
/* who is called for what waits (duty.h); by: who looks after it */
"CREATE TABLE IF NOT EXISTS duty (kind INTEGER NOT NULL,"
" ref INTEGER NOT NULL, step INTEGER NOT NULL, next INTEGER NOT NULL,"
" by TEXT, PRIMARY KEY (kind, ref)) WITHOUT ROWID;"
"CREATE INDEX IF NOT EXISTS task_open ON task (kind) WHERE done = 0;"
/* copies of ours that are urgent; by: who has called (unopened.h) */
"CREATE TABLE IF NOT EXISTS urgent_sent (id BLOB NOT NULL,"
" recipient TEXT NOT NULL, kase BLOB NOT NULL, at INTEGER NOT NULL,"
" by TEXT, PRIMARY KEY (id, recipient)) WITHOUT ROWID;"
"CREATE INDEX IF NOT EXISTS urgent_sent_at ON urgent_sent (at)"
" WHERE by IS NULL;";

/* Of the agency's own systems; likewise. */
const char books_schema_events[] =
/* what happened, for an agency's own systems: ids and states alone, written
 * in the transaction of its cause; kinds: notices/events.h; 16: a submission */
"CREATE TABLE IF NOT EXISTS event (n INTEGER PRIMARY KEY AUTOINCREMENT,"
" at INTEGER NOT NULL, kind INTEGER NOT NULL, about BLOB, member TEXT,"
" message INTEGER, kase BLOB, role TEXT, urgent INTEGER NOT NULL DEFAULT 0);"
"CREATE TRIGGER IF NOT EXISTS event_bound AFTER INSERT ON event"
" BEGIN DELETE FROM event WHERE n <= NEW.n - 1000000; END;"
"CREATE TRIGGER IF NOT EXISTS event_copy AFTER INSERT ON outgoing"
" WHEN NEW.kind = 16 AND NEW.about IS NOT NULL BEGIN"
" INSERT INTO event (at, kind, about, member, kase) VALUES (NEW.composed, 1,"
" NEW.about, NEW.recipient, NEW.kase); END;"
/* dropped: 1 is expired; stores of before know it as dropped */
"DROP TRIGGER IF EXISTS event_copy_state;"
"CREATE TRIGGER event_copy_state AFTER UPDATE OF state"
" ON outgoing WHEN NEW.kind = 16 AND NEW.about IS NOT NULL"
" AND NEW.state <> OLD.state AND NEW.state BETWEEN 3 AND 8 BEGIN"
" INSERT INTO event (at, kind, about, member, kase, role) VALUES ("
" coalesce(NEW.told_at, NEW.at, NEW.composed), CASE NEW.state WHEN 3 THEN 2"
" WHEN 4 THEN 2 WHEN 5 THEN 3 WHEN 6 THEN 4 WHEN 7 THEN iif(NEW.rule = 1,"
" 10, 5) ELSE 5 END, NEW.about,"
" NEW.recipient, NEW.kase, NEW.told_role); END;"
/* a copy that waited, and that our own rules refuse by now */
"CREATE TRIGGER IF NOT EXISTS event_copy_stopped AFTER UPDATE OF stopped"
" ON waiting_copy WHEN NEW.stopped = 1 AND OLD.stopped = 0 BEGIN"
" INSERT INTO event (at, kind, about, member, kase) VALUES ("
" unixepoch() * 1000, 2, NEW.id, NEW.recipient, NEW.kase); END;"
"CREATE TRIGGER IF NOT EXISTS event_mail AFTER INSERT ON mail"
" WHEN NEW.introduction = 0 BEGIN INSERT INTO event (at, kind, message, kase,"
" urgent) VALUES (NEW.at, 6, NEW.idx, NEW.kase, NEW.urgent); END;"
"CREATE TRIGGER IF NOT EXISTS event_mail_state AFTER UPDATE OF state ON mail"
" WHEN NEW.state <> OLD.state AND NEW.state IN (3, 4) BEGIN"
" INSERT INTO event (at, kind, message, kase) VALUES (unixepoch() * 1000,"
" CASE NEW.state WHEN 3 THEN 7 ELSE 8 END, NEW.idx, NEW.kase); END;"
"CREATE TRIGGER IF NOT EXISTS event_terms AFTER INSERT ON terms"
" WHEN NEW.idx > 0 BEGIN INSERT INTO event (at, kind, kase) VALUES ("
" unixepoch() * 1000, 9, NEW.kase); END;"
"CREATE TRIGGER IF NOT EXISTS event_task AFTER INSERT ON task"
" WHEN NEW.kase IS NOT NULL BEGIN INSERT INTO event (at, kind, kase) VALUES ("
" unixepoch() * 1000, 13, NEW.kase); END;"
/* when somebody takes it first, not with every change */
"CREATE TRIGGER IF NOT EXISTS event_owner BEFORE INSERT ON owner"
" WHEN NOT EXISTS (SELECT 1 FROM owner WHERE kase = NEW.kase"
" AND what = NEW.what) BEGIN INSERT INTO event (at, kind, kase) VALUES ("
" unixepoch() * 1000, 13, NEW.kase); END;"
"CREATE INDEX IF NOT EXISTS event_message ON event (message)"
" WHERE message IS NOT NULL;";
