"""Wayleave in Python, from proto/PROTOCOL.md alone: what message.py, entry.py
and tests/system/independent_client.py share.  Hashes are Python's, Ed25519
and RFC 6962 are ledger.py's, the ciphers are libsodium's through ctypes.
It shares nothing with the C code, so that the two check each other.
"""
import base64
import ctypes
import ctypes.util
import hashlib

from ledger import L, P, D, add, base_point, mul, pack
from ledger import mth, path, perfect, public, range_proof  # noqa: F401
from ledger import sha256, sign

_sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
if _sodium.sodium_init() < 0:
    raise OSError("libsodium does not start")


class Bad(Exception):
    """Something is not as PROTOCOL.md has it."""


def need(ok, why):
    if not ok:
        raise Bad(why)


def be(v, n):
    return v.to_bytes(n, "big")


def member(x):
    return bytes([len(x)]) + x.encode()


def blake(n, data, key=b""):
    return hashlib.blake2b(data, digest_size=n, key=key).digest()


# ---- ciphers ----------------------------------------------------------------
_LONG = ctypes.c_ulonglong


def box_public(secret):
    out = ctypes.create_string_buffer(32)
    _sodium.crypto_scalarmult_base(out, secret)
    return out.raw


def box_easy(plain, nonce, to, secret):
    out = ctypes.create_string_buffer(len(plain) + 16)
    need(_sodium.crypto_box_easy(out, plain, _LONG(len(plain)), nonce, to,
                                 secret) == 0, "box")
    return out.raw


def box_open(box, nonce, of, secret):
    out = ctypes.create_string_buffer(len(box) - 16)
    need(_sodium.crypto_box_open_easy(out, box, _LONG(len(box)), nonce, of,
                                      secret) == 0, "box does not open")
    return out.raw


def box_seal(plain, to):
    out = ctypes.create_string_buffer(len(plain) + 48)
    need(_sodium.crypto_box_seal(out, plain, _LONG(len(plain)), to) == 0,
         "seal")
    return out.raw


def aead_seal(key, nonce, ad, plain):
    out = ctypes.create_string_buffer(len(plain) + 16)
    _sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        out, None, plain, _LONG(len(plain)), ad, _LONG(len(ad)), None, nonce,
        key)
    return out.raw


def aead_open(key, nonce, ad, sealed):
    out = ctypes.create_string_buffer(len(sealed) - 16)
    need(_sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        out, None, None, sealed, _LONG(len(sealed)), ad, _LONG(len(ad)),
        nonce, key) == 0, "ciphertext does not verify")
    return out.raw


# ---- RFC 8032, the other half -----------------------------------------------
def unpack(raw):
    """A point from its 32 bytes; only canonical ones, not of low order."""
    y = int.from_bytes(raw, "little")
    odd, y = y >> 255, y & (1 << 255) - 1
    need(len(raw) == 32 and y < P, "point not canonical")
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if x * x % P != x2:
        x = x * pow(2, (P - 1) // 4, P) % P
    need(x * x % P == x2 and (x or not odd), "not on the curve")
    if x & 1 != odd:
        x = P - x
    point = (x, y, 1, x * y % P)
    need(pack(mul(8, point)) != be(1, 32)[::-1], "low order")
    return point


def verify(key, message, signature, what):
    a, r, s = unpack(key), signature[:32], signature[32:]
    s = int.from_bytes(s, "little")
    need(len(signature) == 64 and s < L, what + ": S too large")
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(),
                       "little") % L
    minus = (P - a[0], a[1], 1, P - a[3])
    need(pack(add(mul(s, base_point()), mul(h, minus))) == r,
         what + ": signature")


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
    v = v.encode() if isinstance(v, str) else v
    return varint(field << 3 | 2) + varint(len(v)) + v if v else b""


def message(field, v):
    return varint(field << 3 | 2) + varint(len(v)) + v


def packed(field, vs):
    return data(field, b"".join(varint(v) for v in vs))


def _take(raw, at):
    v, start = 0, at
    while True:
        need(at < len(raw) and at - start < 10, "varint cut short")
        v |= (raw[at] & 127) << 7 * (at - start)
        at += 1
        if raw[at - 1] < 128:
            need(v < 1 << 64 and (raw[at - 1] or at - start == 1),
                 "varint not minimal")
            return v, at


def fields(raw, names, many=()):
    """{name: value} of a message; names: {number: name}.  Those in `many`
    come as lists; what is absent is missing."""
    out, at = {}, 0
    while at < len(raw):
        tag, at = _take(raw, at)
        name = names.get(tag >> 3)
        need(name is not None and tag & 7 in (0, 2), "unknown field")
        v, at = _take(raw, at)
        if tag & 7 == 2:
            need(v <= len(raw) - at, name + ": too long")
            v, at = raw[at:at + v], at + v
        if name in many:
            out.setdefault(name, []).append(v)
        else:
            need(name not in out, name + ": twice")
            out[name] = v
    return out


def named(text):
    """"1 kind 2 signer" -> {1: "kind", 2: "signer"}"""
    words = text.split()
    return {int(n): name for n, name in zip(words[::2], words[1::2])}


RECORD = named("1 kind 2 signer 3 cosigner 4 body 5 index 6 n 7 path "
               "8 signature 9 cosignature 10 key")
CHECKPOINT = named("1 size 2 root 3 signature")
PIECE = named("1 index 2 time 3 salt 4 body 5 what 6 stamp 7 ciphertext "
              "8 shares 9 path")
ANSWER = named("1 id 2 stamp 3 status 4 rule 5 index 6 after_ms")
STATEMENT = named("1 time 2 count 3 hash 4 signature")
WELCOME = named("1 credit 2 time 3 version")
ROW = named("1 index 2 commitment 3 salt 4 body")
REPLY = named("1 id 2 code 3 rows 4 size 5 data")
PARCEL = named("1 head 2 from 3 range 4 pieces 5 answers 6 told 7 ancestors "
               "8 statement 9 welcome 10 reply 11 key_asked 12 key_asked_by")
PARTNERSHIP = named("1 head 2 serial 3 name 4 origin 5 log_key 6 broker "
                    "7 broker_sign_key 8 broker_link_key 9 addresses "
                    "10 policy 11 freshness_seconds 12 lease_seconds "
                    "13 retention_days 14 keep_read_days 15 roots "
                    "16 retired 17 duty_key")


# ---- records ----------------------------------------------------------------
def stamp(ms, random):
    return be(ms, 6) + random


def record_bytes(p, r):
    return b"\n".join([b"wayleave/1", p.encode(), r["kind"], r["signer"],
                       r.get("cosigner", b""), r["body"]])


def bundle_text(n, root):
    return b"wayleave/1 bundle\n" + be(n, 4) + root


def record_sign(p, kind, signer, body, seed, cosigner="", coseed=None,
                place=0, filler=()):
    """A Record as it travels, alone or at `place` among filler leaves."""
    r = {"kind": kind.encode(), "signer": signer.encode(), "body": body,
         "cosigner": cosigner.encode()}
    leaves = list(filler)
    leaves.insert(place, sha256(b"\0", record_bytes(p, r)))
    text = bundle_text(len(leaves), mth(leaves))
    wire = (data(1, kind) + data(2, signer) + data(3, cosigner) +
            data(4, body) + number(5, place) + number(6, len(leaves)) +
            data(7, b"".join(path(place, leaves))) + data(8, sign(seed, text)))
    if cosigner:
        wire += data(9, sign(coseed, text))
    if signer.startswith("case:"):
        wire += data(10, public(seed))
    return wire


def root_of(index, size, leaf, hashes):
    """The root that an inclusion path leads to (RFC 9162 2.1.3.2)."""
    need(index < size, "index beyond size")
    fn, sn, r = index, size - 1, leaf
    for h in hashes:
        need(sn > 0, "path too long")
        if fn & 1 or fn == sn:
            r = sha256(b"\1", h, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\1", r, h)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "path too short")
    return r


def consistent(first, second, old, new, hashes):
    """RFC 9162 2.1.4.2."""
    need(0 < first <= second, "sizes")
    if first == second:
        need(old == new and not hashes, "same size, other root")
        return
    hashes = list(hashes)
    if first & first - 1 == 0:
        hashes.insert(0, old)
    need(hashes, "no proof")
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = hashes[0]
    for c in hashes[1:]:
        need(sn > 0, "proof too long")
        if fn & 1 or fn == sn:
            fr, sr = sha256(b"\1", c, fr), sha256(b"\1", c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha256(b"\1", sr, c)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and fr == old and sr == new, "consistency proof")


def split32(raw):
    need(len(raw) % 32 == 0, "hashes")
    return [raw[i:i + 32] for i in range(0, len(raw), 32)]


def record_open(p, wire, key, cokey=None):
    """A Record's fields, once its signatures are verified."""
    r = fields(wire, RECORD)
    leaf = sha256(b"\0", record_bytes(p, r))
    root = root_of(r.get("index", 0), r["n"], leaf,
                   split32(r.get("path", b"")))
    verify(key, bundle_text(r["n"], root), r["signature"], "record")
    if "cosignature" in r:
        verify(cokey, bundle_text(1, leaf), r["cosignature"], "cosigner")
    return r


# ---- ledger -----------------------------------------------------------------
def entry_body(index, time, kind, payload):
    return be(index, 8) + be(time, 8) + bytes([kind]) + payload


def commitment(salt, body):
    return sha256(b"wayleave/entry/1\n", salt, body)


def entry_leaf(salt, body):
    return sha256(b"\0\1\1", commitment(salt, body))


def checkpoint_text(origin, size, root):
    return ("%s\n%d\n%s\n" % (origin, size,
                              base64.b64encode(root).decode())).encode()


class Edge:
    """Size, and the roots of its perfect subtrees, largest first."""

    def __init__(self, size=0, hashes=()):
        self.size, self.hashes = size, list(hashes)

    def copy(self):
        return Edge(self.size, self.hashes)

    def push(self, step, h):
        self.hashes.append(h)
        self.size += step
        n = step
        while self.size & n == 0:
            right = self.hashes.pop()
            self.hashes.append(sha256(b"\1", self.hashes.pop(), right))
            n *= 2

    def root(self):
        if not self.hashes:
            return sha256(b"")
        r = self.hashes[-1]
        for h in reversed(self.hashes[:-1]):
            r = sha256(b"\1", h, r)
        return r

    def advance(self, to, wanted, proof, root):
        """wanted: {index: leaf}; changes nothing unless all of it holds."""
        new, proof, met = self.copy(), list(proof), set()

        def sub(at, step):
            inside = [i for i in wanted if at <= i < at + step]
            if not inside:
                need(proof, "range proof too short")
                return proof.pop(0)
            if step == 1:
                met.add(at)
                return wanted[at]
            return sha256(b"\1", sub(at, step // 2),
                          sub(at + step // 2, step // 2))
        need(self.size <= to and len(proof) <= 8192, "range")
        for at, step in perfect(self.size, to):
            new.push(step, sub(at, step))
        need(not proof and met == set(wanted) and new.root() == root,
             "range proof does not lead to the checkpoint")
        self.size, self.hashes = new.size, new.hashes


def news_next(n, leaf):
    return sha256(n, leaf)


def statement_text(p, agent, size, root, time, count, n):
    return (b"wayleave/1 news\n" + p.encode() + b"\n" + member(agent) +
            be(size, 8) + root + be(time, 8) + be(count, 8) + n)


# ---- cases and messages -----------------------------------------------------
def case_id(p, consent, custodian):
    return blake(16, b"wayleave/1 case\n" + p.encode() + consent +
                 member(custodian))


def arrow(case_key, case, sender, recipient):
    return blake(32, b"wayleave/1 arrow\n" + case + member(sender) +
                 member(recipient), case_key)


def label(key, what, purpose):
    return blake(16, b"wayleave/1 label\n" + what.encode() + b"/" +
                 purpose.encode(), key)


def grant_labels(key, whats, purpose):
    out = [label(key, what, purpose) for what in whats]
    i = 1
    while len(out) < 16:
        out.append(blake(16, b"wayleave/1 filler\n" + bytes([i]), key))
        i += 1
    return sorted(out)


def header(sender, s):
    return (b"wayleave/1 message\n" + bytes([s["suite"]]) + s["id"] +
            s["case"] + member(sender) + member(s["recipient"]) +
            be(s["epoch"], 8) + be(s["created"], 8) + be(s["expires"], 8) +
            be(s["padded"], 4) + s["urgency"] + bytes([len(s["labels"])]) +
            b"".join(s["labels"]))


def pad(plain):
    size = next(n for n in (1024, 4096, 16384, 65536) if len(plain) < n)
    return plain + b"\x80" + bytes(size - len(plain) - 1)
