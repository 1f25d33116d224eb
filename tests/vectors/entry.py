#!/usr/bin/env python3
"""Writes entry.json: a small ledger with an entry of every kind, the news of
one agent in it, its statement, and the parcel that brings it a message.

Made from proto/PROTOCOL.md (wayleave.py), sharing nothing with the C code.
Whether the rules would admit these entries is not what is tested here.  Not
run by any make target.  Usage: tests/vectors/entry.py > entry.json
"""
import json
import sys

import wayleave as w
from records import T0, bodies, fill
from wayleave import data, message, number, packed

AGENT = "clinic-north"
ORIGIN = "ledger.example.org/2031"
KINDS = {"record": 1, "delivered": 2, "opened": 3, "frozen": 4, "ended": 5,
         "refused": 6, "dropped": 7, "notice": 8}


def records(p, case):
    """Signed records of the kinds that the entries below hold."""
    good = bodies(case)
    root, refuge = w.sha256(b"first root"), w.sha256(b"member")
    consent = w.sha256(b"consent")
    by_case = "case:" + case.hex()
    out = {}
    for kind in ("partnership", "member"):
        out[kind] = w.record_sign(p, kind, "root:", good[kind], root)
    for kind in ("case-opened", "phrases", "grant"):
        out[kind] = w.record_sign(p, kind, by_case, good[kind], consent,
                                  "refuge", refuge)
    for kind in ("stop", "opening", "receipt", "recall"):
        out[kind] = w.record_sign(p, kind, "refuge", good[kind], refuge)
    # like "submission" of records.py, with the ciphertext that travels here
    ciphertext = fill("ciphertext", 1040)
    body = good["submission"].replace(fill("ciphertext hash", 32),
                                      w.sha256(ciphertext))
    out["submission"] = w.record_sign(
        p, "submission", "refuge", body, refuge, place=3,
        filler=[fill("leaf %d" % i, 32) for i in range(7)])
    return out, ciphertext


def payloads(r, case):
    """(kind, payload, told) in order; told: AGENT's item of news."""
    yield "notice", number(1, 1), False
    yield "record", r["partnership"], False
    yield "record", r["member"], False
    yield "record", r["case-opened"], True
    yield "record", r["phrases"], False
    yield "record", r["grant"], True
    yield "refused", data(1, r["receipt"]) + number(2, 90), False
    yield "record", r["submission"], False
    yield "delivered", number(1, 7) + number(2, 5), False
    yield "opened", (data(1, r["opening"]) +
                     message(2, number(2, 5) + number(3, T0 + 28800000)) +
                     message(2, number(1, 90)) +
                     message(2, number(2, 5) + number(3, T0 + 1))), False
    yield "refused", data(1, r["opening"]) + number(2, 94) + number(3, 18), \
        False
    yield "record", r["stop"], False
    yield "frozen", data(1, case) + number(2, 11), False
    yield "frozen", number(2, 11), False
    yield "ended", (data(1, case) + data(2, "refuge") + data(3, AGENT) +
                    packed(4, [5])), True
    yield "dropped", number(1, 7) + number(2, 2), False
    yield "record", r["recall"], True
    yield "notice", number(1, 5) + number(2, 11), False


def main():
    p = w.sha256(w.public(w.sha256(b"first root"))).hex()
    case = w.case_id(p, w.public(w.sha256(b"consent")), "refuge")
    log, broker = w.sha256(b"log"), w.sha256(b"broker")
    r, ciphertext = records(p, case)
    entries, leaves = [], []
    news, count, hashes = bytes(32), 0, []
    for i, (kind, payload, told) in enumerate(payloads(r, case)):
        body = w.entry_body(i, T0 + 1000 * (i // 2), KINDS[kind], payload)
        salt = fill("salt %d" % i, 32)
        leaf = w.entry_leaf(salt, body)
        leaves.append(leaf)
        if told:
            count, news = count + 1, w.news_next(news, leaf)
            hashes.append({"index": i, "count": count, "hash": news.hex()})
        entries.append({"kind": kind, "number": KINDS[kind],
                        "payload": payload, "body": body, "salt": salt,
                        "commitment": w.commitment(salt, body),
                        "leaf": leaf})
    size = len(leaves)
    root = w.mth(leaves)
    text = w.checkpoint_text(ORIGIN, size, root)
    signature = w.sign(log, text)
    time = T0 + 60000
    statement = w.statement_text(p, AGENT, size, root, time, count, news)

    # The agent has 3 entries; case-opened and grant came before the mail,
    # the recall after; an entry below its size comes as a copy.
    have = 3
    edge = w.Edge()
    edge.advance(have, {}, w.range_proof(leaves[:have], 0, have, []),
                 w.mth(leaves[:have]))
    new = [(3, 2), (5, 2), (14, 2), (16, 2), (7, 3), (8, 4), (2, 6)]
    pieces = b""
    for i, what in new:
        piece = (number(1, i) + number(2, T0 + 1000 * (i // 2)) +
                 data(3, entries[i]["salt"]) + data(4, entries[i]["body"]) +
                 number(5, what))
        if what == 6:
            piece += data(6, w.stamp(T0, fill("stamp member", 10)))
        if what == 3:
            piece += data(7, ciphertext)
        if i < have:
            piece += data(9, b"".join(w.path(i, leaves)))
        pieces += message(4, piece)
    proof = w.range_proof(leaves, have, size,
                          sorted(i for i, _ in new if i >= have))
    parcel = (message(1, number(1, size) + data(2, root) +
                      data(3, signature)) + number(2, have) +
              data(3, b"".join(proof)) + pieces +
              message(8, number(1, time) + number(2, count) + data(3, news) +
                      data(4, w.sign(broker, statement))))
    for e in entries:
        for k in ("payload", "body", "salt", "commitment", "leaf"):
            e[k] = e[k].hex()
    json.dump({
        "about": "hexadecimal, but for ids; seeds: SHA-256 of 'log' and "
                 "'broker', others as in records.json",
        "partnership": p, "agent": AGENT, "origin": ORIGIN,
        "log_key": w.public(log).hex(),
        "broker_key": w.public(broker).hex(), "entries": entries,
        "size": size, "root": root.hex(), "checkpoint": text.hex(),
        "signature": signature.hex(), "news": hashes, "time": time,
        "statement": statement.hex(),
        "statement_signature": w.sign(broker, statement).hex(),
        "have": have,
        "edge": (w.be(edge.size, 8) + b"".join(edge.hashes)).hex(),
        "pieces": [[i, what] for i, what in new], "parcel": parcel.hex(),
    }, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
