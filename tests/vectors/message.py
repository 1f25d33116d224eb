#!/usr/bin/env python3
"""Writes message.json: one message from content to frame, and what it needs.

Made from proto/PROTOCOL.md (wayleave.py), sharing nothing with the C code.
What is random in life is fixed here, so that every byte can be compared; the
two anonymous boxes are sealed anew by each run and opened by the test.  Not
run by any make target.  Usage: tests/vectors/message.py > message.json
"""
import json
import sys

import wayleave as w
from records import T0, fill
from wayleave import data, message, number

SENDER, RECIPIENT, CUSTODIAN = "clinic-north", "school-east", "womens-aid"
PURPOSE = "PU02"


def canonical(o):
    return json.dumps(o, sort_keys=True, separators=(",", ":"),
                      ensure_ascii=False).encode()


TERMS = {
    "schema": "wayleave/terms/1", "sender": SENDER, "recipient": RECIPIENT,
    "intermediary": "exchange", "principal": "P2", "grantor": "P2",
    "subjects": ["P2", "K1"], "capacity": "self",
    "scopes": ["C1", "C2", "SR", "SG3"], "purpose": PURPOSE, "from": T0,
    "until": T0 + 30 * 86400000, "keep_read_days": 7,
    "lawful_bases": ["LB1", "LB2"], "duty_shown": "parents",
    "duty_confirmed": True, "withhold_from": ["P1"],
    "withhold_reason": "Säker adress \"hemlig\"",
    "agreements": [{"person": "K1", "segment": "SG3", "capacity": "child",
                    "on": "2030-03"}],
    "method": "in-person", "notice": "notice-sv 3", "language": "sv",
    "asked_alone": "yes", "safe_now": "yes", "pressed": "no",
    "not_condition_of_service": True, "told_how_to_stop": True,
    "conflict_checked": "2030-03-17", "conflict_checked_by": "officer",
    "conflict_found": "no",
}
CONTENT = {
    "schema": "wayleave/observation/1", "id": fill("content", 16).hex(),
    "author": {"role": "school nurse"}, "component": "C2", "actor": "P1",
    "targets": ["K1"], "codes": ["CH01", "CC04"],
    "text": "Sa: \u201edu ska d\u00f6\u201d \\ zwei W\u00f6rter",
    "quoted": True,
    "when": {"from": "2030-03-01", "to": "2030-03-14", "precision": "day",
             "recency": "RC9"},
    "frequency": "FQ9", "trend": "TR9", "source": "SRC3",
    "corroboration": "CB0", "exactness": "CT2", "danger": ["DM02"],
    "subjects": ["P1", "K1"], "segments": ["SG3"], "lawful_basis": "LB2",
    "persons": [{"id": "K-7f3a", "is": "friend of the child"}],
    "urgent": True,
}
NEEDS = ["C1", "C2", "SG3"]


def main():
    root_seed = w.sha256(b"first root")
    consent_seed = w.sha256(b"consent")
    sender_seed = w.sha256(b"member")
    p = w.sha256(w.public(root_seed)).hex()
    case = w.case_id(p, w.public(consent_seed), CUSTODIAN)
    case_key = fill("case key", 32)
    arrow = w.arrow(case_key, case, SENDER, RECIPIENT)
    ends = case + w.member(SENDER) + w.member(RECIPIENT)

    # the grant's terms
    terms = fill("terms random", 32) + canonical(dict(TERMS,
                                                      case=case.hex()))
    terms_key = w.blake(32, b"wayleave/1 terms\n", arrow)
    nonce = fill("terms nonce", 24)
    sealed_terms = nonce + w.aead_seal(terms_key, nonce, ends, terms)

    # the boxes
    epoch_secret = fill("sealing secret", 32)
    arrow_box = w.box_seal(
        w.sha256(b"wayleave/1 arrow-key\n", ends) + arrow,
        w.box_public(epoch_secret))
    terms_secret = fill("auditor secret", 32)
    case_box = w.box_seal(
        w.sha256(b"wayleave/1 case-key\n", case, w.member("auditor")) +
        case_key, w.box_public(terms_secret))
    pseudonym = fill("pseudonym", 16)
    name = "Åsa Berg, 4711".encode()
    name_box = w.box_seal(
        w.sha256(b"wayleave/1 worker-name\n", pseudonym, w.member(SENDER),
                 w.member("auditor")) + name + b"\x80" +
        bytes(127 - len(name)), w.box_public(terms_secret))

    # the message
    s = {"suite": 1, "id": w.stamp(T0, fill("message", 10)), "case": case,
         "recipient": RECIPIENT, "epoch": 22000, "created": T0,
         "expires": T0 + 14 * 86400000,
         "labels": sorted(w.label(arrow, x, PURPOSE) for x in NEEDS)}
    s["urgency"] = w.blake(16, b"wayleave/1 urgent\n" + s["id"], arrow)
    linked = [fill("linked 1", 16), fill("linked 2", 16)]
    slots = [fill("slot %d" % i, 16) for i in range(8)]
    slots[5] = w.blake(16, s["id"], linked[0])
    slots[2] = w.blake(16, s["id"], linked[1])
    content = canonical(CONTENT)
    plain = b"".join(slots) + content
    padded = w.pad(plain)
    s["padded"] = len(padded)
    big_h = w.header(SENDER, s)
    h = w.sha256(big_h)
    k1, k2 = fill("k1", 32), fill("k2", 32)
    e, box_nonce = fill("e secret", 32), fill("box nonce", 24)
    sealed = w.box_public(e) + box_nonce + w.box_easy(
        h + k1, box_nonce, w.box_public(epoch_secret), e)
    content_key = w.blake(32, b"wayleave/1 content\n" + k2 + h, k1)
    ciphertext = w.aead_seal(content_key, bytes(24), big_h, padded)
    share = w.sha256(b"wayleave/1 share\n", k2)
    commit = w.blake(32, b"wayleave/1 commit\n", content_key)

    cite = (number(1, 4096) + data(2, fill("cite root", 32)) +
            data(3, fill("cite signature", 64)) + number(4, 12) +
            data(5, fill("cite news", 32)))
    body = (message(1, data(1, s["id"]) + message(2, cite)) + data(2, case) +
            number(3, 1) + data(4, RECIPIENT) + number(5, s["epoch"]) +
            number(6, s["created"]) + number(7, s["expires"]) +
            number(8, s["padded"]) + data(9, s["urgency"]) +
            data(10, b"".join(s["labels"])) + data(11, sealed) +
            data(12, share) + data(13, commit) +
            data(14, w.sha256(ciphertext)))
    record = w.record_sign(p, "submission", SENDER, body, sender_seed,
                           place=6, filler=[fill("leaf %d" % i, 32)
                                            for i in range(7)])
    up = number(1, 77) + message(3, data(1, record) + data(2, k2) +
                                 data(3, ciphertext))
    raw = {
        "sender_key": w.public(sender_seed), "case": case,
        "case_key": case_key, "arrow_key": arrow,
        "grant_labels": b"".join(w.grant_labels(arrow, TERMS["scopes"],
                                                PURPOSE)),
        "terms": terms, "terms_hash": w.sha256(terms),
        "terms_sealed": sealed_terms, "epoch_secret": epoch_secret,
        "arrow_box": arrow_box, "auditor_secret": terms_secret,
        "case_box": case_box, "pseudonym": pseudonym, "name_box": name_box,
        "linked_1": linked[0], "linked_2": linked[1], "content": content,
        "plain": plain, "H": big_h, "h": h, "k1": k1, "k2": k2,
        "e_secret": e, "box_nonce": box_nonce, "sealed": sealed,
        "content_key": content_key, "share_commitment": share,
        "key_commitment": commit, "ciphertext": ciphertext,
        "urgency": s["urgency"], "labels": b"".join(s["labels"]),
        "body": body, "record": record, "up": up}
    out = {"about": "hexadecimal, but for ids; linked 1 is in slot 5, linked "
                    "2 in slot 2, counted from 0", "partnership": p,
           "sender": SENDER, "recipient": RECIPIENT, "auditor": "auditor",
           "worker_name": name.decode(), "needs": NEEDS, "purpose": PURPOSE}
    out.update((k, v.hex()) for k, v in raw.items())
    json.dump(out, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
