#!/usr/bin/env python3
"""Writes ledger.json: edges, proofs, checkpoints and notes to check against.

Everything is computed here from the definitions (RFC 6962, RFC 8032, the
C2SP note formats, proto/PROTOCOL.md), sharing nothing with the C code, so
that the two check each other.  Not run by any make target: ledger.json is
kept.  Usage: tests/vectors/ledger.py > tests/vectors/ledger.json
"""
import base64
import hashlib
import json
import sys


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ---- RFC 6962 section 2.1, word for word --------------------------------
def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d):
    if not d:
        return sha256(b"")
    if len(d) == 1:
        return d[0]
    k = split(len(d))
    return sha256(b"\1", mth(d[:k]), mth(d[k:]))


def path(m, d):
    if len(d) == 1:
        return []
    k = split(len(d))
    if m < k:
        return path(m, d[:k]) + [mth(d[k:])]
    return path(m - k, d[k:]) + [mth(d[:k])]


def subproof(m, d, b):
    if m == len(d):
        return [] if b else [mth(d)]
    k = split(len(d))
    if m <= k:
        return subproof(m, d[:k], b) + [mth(d[k:])]
    return subproof(m - k, d[k:], False) + [mth(d[:k])]


# ---- edge and range proof -------------------------------------------------
def perfect(lo, hi):
    """[lo, hi) as the largest aligned perfect subtrees, left to right."""
    while lo < hi:
        step = 1
        while lo % (step * 2) == 0 and lo + step * 2 <= hi:
            step *= 2
        yield lo, step
        lo += step


def edge(d):
    hashes = [mth(d[lo:lo + step]) for lo, step in perfect(0, len(d))]
    return len(d).to_bytes(8, "big") + b"".join(hashes)


def range_proof(d, lo, hi, wanted):
    def sub(at, step):
        if not any(at <= w < at + step for w in wanted):
            return [mth(d[at:at + step])]
        if step == 1:
            return []
        return sub(at, step // 2) + sub(at + step // 2, step // 2)
    return [h for at, step in perfect(lo, hi) for h in sub(at, step)]


# ---- RFC 8032 ---------------------------------------------------------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def mul(s, p):
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = add(q, p)
        p = add(p, p)
        s >>= 1
    return q


def base_point():
    y = 4 * pow(5, P - 2, P) % P
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if x * x % P != x2:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x & 1:
        x = P - x
    return x, y, 1, x * y % P


def pack(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expand(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little")
    return a & (1 << 254) - 8 | 1 << 254, h[32:]


def public(seed):
    return pack(mul(expand(seed)[0], base_point()))


def sign(seed, message):
    a, prefix = expand(seed)
    pk = public(seed)

    def h(*parts):
        return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(),
                              "little") % L
    r = h(prefix, message)
    big_r = pack(mul(r, base_point()))
    s = (r + h(big_r, pk, message) * a) % L
    return big_r + s.to_bytes(32, "little")


# ---- notes ------------------------------------------------------------------
def b64(raw):
    return base64.b64encode(raw).decode()


def key(name, kind, seed):
    pk = public(seed)
    kid = sha256(name.encode(), b"\n", bytes([kind]), pk)[:4]
    return {"name": name, "type": kind, "seed": seed.hex(),
            "public": pk.hex(), "id": kid.hex(),
            "vkey": f"{name}+{kid.hex()}+{b64(bytes([kind]) + pk)}"}


def line(k, signature):
    raw = bytes.fromhex(k["id"]) + signature
    return f"\u2014 {k['name']} {b64(raw)}\n"


def cosign(seed, body, time, order="big"):
    text = f"cosignature/v1\ntime {time}\n{body}".encode()
    return time.to_bytes(8, order) + sign(seed, text)


def hexes(hashes):
    return [h.hex() for h in hashes]


def main():
    commitments = [sha256(b"commitment %d" % i) for i in range(700)]
    d = [sha256(b"\0\1\1", c) for c in commitments]
    edges = [{"size": n, "edge": edge(d[:n]).hex(), "root": mth(d[:n]).hex()}
             for n in (0, 1, 2, 3, 5, 8, 100, 255, 256, 257, 511, 700)]
    ranges = []
    for lo, hi, wanted in (
            (0, 0, []), (0, 1, [0]), (0, 8, []), (0, 7, [0, 6]),
            (5, 5, []), (5, 6, [5]), (5, 21, [5, 11, 20]), (8, 16, [8, 15]),
            (100, 230, [100, 117, 118, 130, 149, 150, 173, 190, 201, 215,
                        228, 229]),
            (255, 257, [256]), (256, 700, [300, 511, 512, 699]),
            (1, 700, []), (699, 700, [699])):
        ranges.append({
            "from": lo, "to": hi, "edge": edge(d[:lo]).hex(),
            "wanted": [{"index": w, "leaf": d[w].hex()} for w in wanted],
            "proof": hexes(range_proof(d, lo, hi, wanted)),
            "root": mth(d[:hi]).hex(), "edge_after": edge(d[:hi]).hex()})
    inclusions = [{"index": i, "size": n, "leaf": d[i].hex(),
                   "path": hexes(path(i, d[:n])), "root": mth(d[:n]).hex()}
                  for i, n in ((0, 1), (0, 2), (2, 3), (4, 5), (6, 7),
                               (99, 100), (255, 257), (256, 257), (513, 700))]
    consistencies = [{"from": m, "to": n, "from_root": mth(d[:m]).hex(),
                      "to_root": mth(d[:n]).hex(),
                      "proof": hexes(subproof(m, d[:n], True))}
                     for m, n in ((1, 1), (1, 2), (3, 7), (4, 7), (6, 8),
                                  (100, 257), (256, 700), (699, 700))]

    log_seed, wit_seed = sha256(b"log"), sha256(b"witness")
    log = key("ledger.example/pilot", 1, log_seed)
    wit = key("witness.example/one", 4, wit_seed)
    other = key("other.example", 1, sha256(b"other"))
    body = f"{log['name']}\n700\n{b64(mth(d))}\n"
    signature = sign(log_seed, body.encode())
    time = 1893456000
    cosignature = cosign(wit_seed, body, time)
    log_line, wit_line = line(log, signature), line(wit, cosignature)
    note = body + "\n" + log_line
    notes = [
        ("log alone", note, True),
        ("log and witness", note + wit_line, True),
        ("an unknown key's line is skipped",
         note + line(other, b"\x55" * 64), True),
        ("unknown type of signature, 2428 bytes",
         note + line(other, b"\x06" * 2428), True),
        ("the same line twice", note + log_line, True),
        ("no log line", body + "\n" + wit_line, False),
        ("a known witness's line that does not verify",
         note + line(wit, cosignature[:-1] + bytes([cosignature[-1] ^ 1])),
         False),
        ("little-endian time in a cosignature",
         note + line(wit, cosign(wit_seed, body, time, "little")), False),
        ("cosignature at time 0",
         note + line(wit, cosign(wit_seed, body, 0)), False),
        ("log signature by the witness's key",
         body + "\n" + line(log, sign(wit_seed, body.encode())), False),
        ("no final newline", note[:-1], False),
        ("carriage returns", note.replace("\n", "\r\n"), False),
        ("a tab in the text", note.replace("700\n", "700\t\n"), False),
        ("an empty line at the end", note + "\n", False),
        ("no empty line", body + log_line, False),
        ("hyphen for the dash", note.replace("\u2014", "-"), False),
        ("two spaces before the signature",
         note.replace(log["name"] + " ", log["name"] + "  "), False),
        ("base64 without its padding", note.replace("=\n", "\n"), False),
    ]
    bad_bodies = [
        ("empty origin", f"\n700\n{b64(mth(d))}\n"),
        ("size with a sign", body.replace("\n700", "\n+700")),
        ("size with a leading zero", body.replace("\n700", "\n0700")),
        ("size in hexadecimal", body.replace("\n700", "\n0x2bc")),
        ("size 2^63", body.replace("\n700", "\n9223372036854775808")),
        ("no size", body.replace("\n700", "\n")),
        ("root of 31 bytes",
         f"{log['name']}\n700\n{b64(mth(d)[:31])}\n"),
        ("root of 33 bytes",
         f"{log['name']}\n700\n{b64(mth(d) + b'0')}\n"),
        ("root in hexadecimal", f"{log['name']}\n700\n{mth(d).hex()}\n"),
        ("root with bits that no byte holds",
         body[:-3] + chr(ord(body[-3]) + 1) + "=\n"),
        ("size 0 with a root of zeros",
         f"{log['name']}\n0\n{b64(bytes(32))}\n"),
        ("an extension line", body + "more\n"),
        ("two lines", "\n".join(body.split("\n")[:2]) + "\n"),
        ("a trailing empty line", body + "\n"),
        ("space before the size", body.replace("\n700", "\n 700")),
    ]
    proof_file = ("c2sp.org/tlog-proof@v1\nextra " + b64(b"extra") +
                  "\nindex 513\n" +
                  "".join(b64(h) + "\n" for h in path(513, d)) + "\n" +
                  note + wit_line)
    json.dump({
        "about": "commitment i = SHA-256('commitment ' and i in decimal); "
                 "leaf i = SHA-256(00 01 01 and commitment i); hashes in "
                 "hexadecimal; a range proof's edge is the one at 'from'",
        "commitment_0": commitments[0].hex(), "leaf_0": d[0].hex(),
        "edges": edges, "ranges": ranges, "inclusions": inclusions,
        "consistencies": consistencies,
        "keys": {"log": log, "witness": wit},
        "checkpoint": {
            "origin": log["name"], "size": 700, "root": mth(d).hex(),
            "body": body, "signature": signature.hex(), "time": time,
            "cosignature": cosignature.hex(), "note": note + wit_line},
        "notes": [{"what": w, "note": t, "good": g} for w, t, g in notes],
        "bad_bodies": [{"what": w, "body": t} for w, t in bad_bodies],
        "proof_file": proof_file,
        "tile_names": [
            {"level": 0, "n": 0, "width": 256, "name": "tile/0/000"},
            {"level": 1, "n": 5, "width": 17, "name": "tile/1/005.p/17"},
            {"level": 0, "n": 1234067, "width": 256,
             "name": "tile/0/x001/x234/067"},
            {"level": "entries", "n": 273, "width": 112,
             "name": "tile/entries/273.p/112"}],
    }, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
