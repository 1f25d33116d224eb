#!/usr/bin/env python3
"""Writes records.json: bodies, records, bundles and headers to check against.

Everything is computed here from proto/PROTOCOL.md and RFC 6962, RFC 8032,
RFC 7693 and the protobuf wire format, sharing nothing with the C code, so
that the two check each other.  Not run by any make target: records.json is
kept.  Usage: tests/vectors/records.py > tests/vectors/records.json
"""
import hashlib
import json
import sys

from ledger import mth, path, public, sha256, sign

T0 = 1900000000000


def fill(word, n):
    """n bytes that depend on the word alone."""
    out = b""
    i = 0
    while len(out) < n:
        out += sha256(word.encode(), bytes([i]))
        i += 1
    return out[:n]


# ---- protobuf wire format ---------------------------------------------------
def varint(v):
    out = b""
    while v > 127:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def number(field, v):
    return varint(field << 3) + varint(v) if v else b""


def data(field, v):
    if isinstance(v, str):
        v = v.encode()
    return varint(field << 3 | 2) + varint(len(v)) + v if v else b""


def message(field, v):
    return varint(field << 3 | 2) + varint(len(v)) + v


def packed(field, vs):
    return data(field, b"".join(varint(v) for v in vs))


# ---- bodies -------------------------------------------------------------------
def stamp(ms, word):
    return ms.to_bytes(6, "big") + fill("stamp " + word, 10)


def head(kind, cite=True):
    out = data(1, stamp(T0, kind))
    if cite:
        out += message(2, number(1, 4096) + data(2, fill("cite root", 32)) +
                       data(3, fill("cite signature", 64)) + number(4, 12) +
                       data(5, fill("cite news", 32)))
    return message(1, out)


def labels(n):
    return b"".join(sorted(fill("label %d" % i, 16) for i in range(n)))


def bodies(case):
    c = data(2, case)
    worker = fill("worker", 16)
    phrases = sorted([fill("phrase a", 32), fill("phrase b", 32)])
    terms = sha256(b"terms")
    return {
        "partnership": head("partnership", False) + number(2, 1) +
        data(3, "Samen veilig \u2013 \u00d6stermark") +
        data(4, "ledger.example.org/2031") + data(5, fill("log", 32)) +
        data(6, "broker") + data(7, fill("broker sign", 32)) +
        data(8, fill("broker link", 32)) +
        data(9, "tcp://broker.example.org:7461") +
        data(9, "tcp://192.0.2.7:7461") +
        data(10, "witness one\nquorum 1\n") + number(11, 900) +
        number(12, 28800) + number(13, 2555) + number(14, 30) +
        data(15, public(sha256(b"first root")) +
             public(sha256(b"second root"))) + data(17, fill("duty", 32)),
        "member": head("member", False) + number(2, 2) + data(3, "refuge") +
        data(4, "Refuge \u00d6stermark") + number(5, 4) + number(6, 16) +
        number(7, 1) + number(8, 1) + data(9, "en,sv,pl") +
        data(10, "+46 8 123 45 67") + data(11, public(sha256(b"member"))) +
        data(12, fill("member link", 32)) + data(13, fill("terms key", 32)) +
        number(14, T0) + number(15, T0 + 31536000000),
        "member-revoked": head("member-revoked", False) +
        data(2, "clinic-north") + number(3, 1),
        "member-suspended": head("member-suspended", False) +
        data(2, "clinic-north"),
        "sealing-key": head("sealing-key") + number(2, 22000) +
        data(3, fill("sealing", 32)) + number(4, T0 + 1209600000),
        "worker": head("worker") + data(2, worker) + data(3, "advocate") +
        data(4, "north") + message(5, data(1, "auditor") +
                                   data(2, fill("name box", 208))),
        "case-opened": head("case-opened") + c +
        data(3, public(sha256(b"consent"))) +
        message(4, data(1, "auditor") + data(2, fill("case box", 112))),
        "phrases": head("phrases") + c + data(3, phrases[0]) +
        data(4, phrases[1]),
        "resume": head("resume") + c + number(3, 90) +
        data(4, fill("phrases id", 32)),
        "grant": head("grant") + c + data(3, "refuge") +
        data(4, "clinic-north") + data(5, labels(16)) +
        number(6, T0 + 100000) + number(7, T0 + 2592100000) +
        number(9, 14) + data(10, worker) + data(11, fill("second", 16)) +
        data(12, terms) + data(13, fill("terms", 640)),
        "arrow-key": head("arrow-key") + c + data(3, "refuge") +
        data(4, "clinic-north") + data(5, "clinic-north") +
        number(6, 22000) + data(7, fill("arrow box", 112)),
        "audit-share": head("audit-share") + c + data(3, "auditor") +
        data(4, fill("audit box", 112)),
        "withdrawal": head("withdrawal") + c + data(4, fill("grant id", 32)) +
        number(5, 1),
        "case-closed": head("case-closed") + c + number(3, 2),
        "stop": head("stop") + data(2, fill("token", 32)),
        "submission": head("submission") + c + number(3, 1) +
        data(4, "clinic-north") + number(5, 22000) +
        number(6, T0 + 200000) + number(7, T0 + 1209800000) +
        number(8, 1024) + data(9, fill("urgency", 16)) +
        data(10, labels(3)) + data(11, fill("sealed", 136)) +
        data(12, fill("share commitment", 32)) +
        data(13, fill("key commitment", 32)) +
        data(14, fill("ciphertext hash", 32)),
        "recall": head("recall") + c + data(3, stamp(T0, "submission")) +
        number(4, 3),
        "receipt": head("receipt") + c + message(3, number(1, 17)) +
        message(3, number(1, 301) + number(2, 12)),
        "opening": head("opening") + c + data(3, worker) +
        data(4, "advocate") + packed(5, [17, 18, 1000000]),
        "conflict-checked": head("conflict-checked") + c + number(3, 17) +
        data(4, worker),
        "mandated": head("mandated") + c + data(3, "police") + number(4, 1) +
        number(5, 2) + number(6, 3),
        "export": head("export") + c + data(3, worker) + data(4, "court") +
        number(5, 4) + packed(6, [17, 18, 1000000]),
    }


# ---- records --------------------------------------------------------------------
SEED = {"root:": sha256(b"first root"), "refuge": sha256(b"member"),
        "case:": sha256(b"consent")}


def record_bytes(p, kind, signer, cosigner, body):
    return b"\n".join([b"wayleave/1", p.encode(), kind.encode(),
                       signer.encode(), cosigner.encode(), body])


def seed_of(signer):
    return SEED["case:" if signer.startswith("case:") else signer]


def signed_text(n, root):
    return b"wayleave/1 bundle\n" + n.to_bytes(4, "big") + root


def record(p, kind, signer, cosigner, body, leaves, index, signature):
    """As it travels, and what can be computed from it."""
    raw = record_bytes(p, kind, signer, cosigner, body)
    leaf = sha256(b"\0", raw)
    hashes = path(index, leaves)
    wire = (data(1, kind) + data(2, signer) + data(3, cosigner) +
            data(4, body) + number(5, index) + number(6, len(leaves)) +
            data(7, b"".join(hashes)) + data(8, signature))
    out = {"kind": kind, "signer": signer, "cosigner": cosigner,
           "body": body.hex(), "bytes": raw.hex(),
           "id": sha256(raw).hex(), "leaf": leaf.hex(), "index": index,
           "n": len(leaves), "path": b"".join(hashes).hex(),
           "signature": signature.hex(),
           "key": public(seed_of(signer)).hex()}
    if cosigner:
        co = sign(seed_of(cosigner), signed_text(1, leaf))
        wire += data(9, co)
        out["cosignature"] = co.hex()
        out["cokey"] = public(seed_of(cosigner)).hex()
    if signer.startswith("case:"):
        wire += data(10, public(seed_of(signer)))
    out["wire"] = wire.hex()
    return out


def alone(p, kind, signer, cosigner, body):
    leaf = sha256(b"\0", record_bytes(p, kind, signer, cosigner, body))
    signature = sign(seed_of(signer), signed_text(1, leaf))
    return record(p, kind, signer, cosigner, body, [leaf], 0, signature)


def bundle(p, parts, size):
    """parts: {place: (kind, body)}; other places are filled."""
    leaves = [fill("filler %d" % i, 32) for i in range(size)]
    for place, (kind, body) in parts.items():
        leaves[place] = sha256(b"\0", record_bytes(p, kind, "refuge", "",
                                                   body))
    root = mth(leaves)
    signature = sign(SEED["refuge"], signed_text(size, root))
    return {"n": size, "root": root.hex(), "signature": signature.hex(),
            "leaves": [leaf.hex() for leaf in leaves],
            "records": [record(p, kind, "refuge", "", body, leaves, place,
                               signature)
                        for place, (kind, body) in sorted(parts.items())]}


def header(sender, s):
    return (b"wayleave/1 message\n" + bytes([1]) + s["message_id"] +
            s["case"] + bytes([len(sender)]) + sender.encode() +
            bytes([len(s["recipient"])]) + s["recipient"].encode() +
            s["epoch"].to_bytes(8, "big") + s["created"].to_bytes(8, "big") +
            s["expires"].to_bytes(8, "big") + s["padded"].to_bytes(4, "big") +
            s["urgency"] + bytes([len(s["labels"]) // 16]) + s["labels"])


# ---- what must be refused ----------------------------------------------------------
def refusals(good):
    """(why, kind, body): each differs in one thing from a good one."""
    stop = good["stop"]
    opening = good["opening"]
    recall = good["recall"]
    tail = packed(5, [17, 18, 1000000])
    body = opening[:-len(tail)]
    return [
        ("unknown field", "stop", stop + number(3, 1)),
        ("field number 0", "stop", stop + b"\0\1"),
        ("given twice", "recall", recall + number(4, 3)),
        ("number not minimal", "recall", recall[:-1] + b"\x83\0"),
        ("number above 65535", "recall", recall[:-1] + varint(65536)),
        ("tag not minimal", "recall", recall[:-2] + b"\xa0\0\3"),
        ("wrong wire type", "recall", recall[:-2] + b"\x22\1\3"),
        ("cut short", "stop", stop[:-1]),
        ("31 bytes for 32", "stop", head("stop") + data(2, b"x" * 31)),
        ("33 bytes for 32", "stop", head("stop") + data(2, b"x" * 33)),
        ("missing field", "stop", head("stop")),
        ("missing head", "stop", data(2, b"x" * 32)),
        ("citation of size 0", "stop",
         message(1, data(1, stamp(T0, "stop")) + message(2, b"")) +
         data(2, b"x" * 32)),
        ("not packed", "opening", body + number(5, 17)),
        ("not growing", "opening", body + packed(5, [18, 17])),
        ("none", "opening", body),
        ("above 2^63 - 1", "opening", body + packed(5, [2**63])),
        ("capital letter in an id", "mandated",
         good["mandated"].replace(b"police", b"Police")),
        ("control character", "opening",
         opening.replace(b"advocate", b"advo\nate")),
        ("not UTF-8", "opening", opening.replace(b"advocate", b"advo\xffate")),
        ("labels out of order", "submission",
         good["submission"].replace(labels(3), labels(3)[16:] +
                                    labels(3)[:16])),
        ("padded size", "submission",
         good["submission"].replace(number(8, 1024), number(8, 1025))),
        ("suite 2", "submission",
         good["submission"].replace(number(3, 1) + data(4, "clinic-north"),
                                    number(3, 2) + data(4, "clinic-north"))),
        ("phrases out of order", "phrases", good["phrases"][:-68] +
         good["phrases"][-34:].replace(b"\x22\x20", b"\x1a\x20", 1) +
         good["phrases"][-68:-34].replace(b"\x1a\x20", b"\x22\x20", 1)),
    ]


def main():
    p = sha256(public(SEED["root:"])).hex()
    consent = public(SEED["case:"])
    case = hashlib.blake2b(b"wayleave/1 case\n" + p.encode() + consent +
                           b"\6refuge", digest_size=16).digest()
    good = bodies(case)
    by_case = {"case-opened", "phrases", "resume", "grant"}
    by_root = {"partnership", "member", "member-revoked", "member-suspended"}
    records = []
    for kind, body in good.items():
        signer, cosigner = "refuge", ""
        if kind in by_case:
            signer, cosigner = "case:" + case.hex(), "refuge"
        if kind in by_root:
            signer = "root:"
        if kind != "submission":
            records.append(alone(p, kind, signer, cosigner, body))
    submission = {
        "message_id": stamp(T0, "submission"), "case": case,
        "recipient": "clinic-north", "epoch": 22000,
        "created": T0 + 200000, "expires": T0 + 1209800000, "padded": 1024,
        "urgency": fill("urgency", 16), "labels": labels(3)}
    h = header("refuge", submission)
    json.dump({
        "about": "seeds: SHA-256 of 'first root', 'member', 'consent'; "
                 "everything binary in hexadecimal; 'bytes' are the record "
                 "bytes, 'wire' the Record as it travels",
        "partnership": p,
        "root_seed": SEED["root:"].hex(),
        "member_seed": SEED["refuge"].hex(),
        "consent_seed": SEED["case:"].hex(),
        "case": {"consent_key": consent.hex(), "custodian": "refuge",
                 "id": case.hex()},
        "stamp": {"ms": T0, "random": fill("stamp stop", 10).hex(),
                  "stamp": stamp(T0, "stop").hex()},
        "records": records,
        "bundles": [
            bundle(p, {0: ("receipt", good["receipt"])}, 1),
            bundle(p, {0: ("receipt", good["receipt"]),
                       1: ("opening", good["opening"]),
                       2: ("recall", good["recall"])}, 3),
            bundle(p, {5: ("submission", good["submission"]),
                       2: ("receipt", good["receipt"])}, 8)],
        "submission": {"sender": "refuge", "body": good["submission"].hex(),
                       "H": h.hex(), "h": sha256(h).hex()},
        "refused": [{"why": why, "kind": kind, "body": body.hex()}
                    for why, kind, body in refusals(good)],
    }, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
