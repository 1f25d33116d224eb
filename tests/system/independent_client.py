#!/usr/bin/env python3
"""A member written from proto/PROTOCOL.md alone, against a real broker.

  request FOLDER ID NAME        new keys, and FOLDER/ID.wlreq
  run FOLDER ID WLP ADDRESS     joins with them and tries what follows

Standard library, and libsodium and libzmq through ctypes.
"""
import ctypes
import ctypes.util
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "vectors"))
import wayleave as w                                    # noqa: E402
from wayleave import Bad, data, message, need, number   # noqa: E402


def now():
    return time.time_ns() // 1000000


# ---- libzmq: a DEALER with CURVE --------------------------------------------
class Link:
    LINGER, RCVTIMEO, CURVE_PUBLIC, CURVE_SECRET, CURVE_SERVER = \
        17, 27, 48, 49, 50

    def __init__(self, address, server, keys):
        self.z = ctypes.CDLL(ctypes.util.find_library("zmq"))
        self.z.zmq_ctx_new.restype = ctypes.c_void_p
        self.z.zmq_socket.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.z.zmq_ctx_new())
        self.socket = ctypes.c_void_p(self.z.zmq_socket(self.context, 5))
        for option, value in ((self.CURVE_SERVER, server),
                              (self.CURVE_PUBLIC, keys["link_public"]),
                              (self.CURVE_SECRET, keys["link"])):
            need(self.z.zmq_setsockopt(self.socket, option, value,
                                       ctypes.c_size_t(32)) == 0, "option")
        self.option(self.LINGER, 0)
        need(self.z.zmq_connect(self.socket, address.encode()) == 0,
             "connect")

    def option(self, option, value):
        v = ctypes.c_int(value)
        need(self.z.zmq_setsockopt(self.socket, option, ctypes.byref(v),
                                   ctypes.c_size_t(4)) == 0, "option")

    def send(self, frame):
        need(self.z.zmq_send(self.socket, frame, ctypes.c_size_t(len(frame)),
                             0) == len(frame), "send")

    def recv(self, ms):
        """A frame, or None when none comes."""
        self.option(self.RCVTIMEO, ms)
        room = ctypes.create_string_buffer(294913)
        n = self.z.zmq_recv(self.socket, room, ctypes.c_size_t(len(room)), 0)
        need(n <= 294912, "parcel too long")
        return room.raw[:n] if n >= 0 else None

    def close(self):
        self.z.zmq_close(self.socket)
        self.z.zmq_ctx_term(self.context)


# ---- files ------------------------------------------------------------------
def request(folder, member, name):
    keys = {k: os.urandom(32) for k in ("sign", "link")}
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, member + ".secret"), "wb") as f:
        f.write(keys["sign"] + keys["link"])
    sign_key = w.public(keys["sign"])
    link_key = w.box_public(keys["link"])
    created = now()
    text = (b"wayleave/1 request\n" + w.member(member) +
            w.member(name) + sign_key + link_key + b"\0" + w.be(created, 8))
    with open(os.path.join(folder, member + ".wlreq"), "wb") as f:
        f.write(b"wayleave/1 request\n" + data(1, member) + data(2, name) +
                data(3, sign_key) + data(4, link_key) + number(6, created) +
                data(7, w.sign(keys["sign"], text)))


def partnership(path):
    """The newest partnership record of a .wlp, every one verified."""
    with open(path, "rb") as f:
        raw = f.read()
    magic = b"wayleave/1 records\n"
    need(raw.startswith(magic), "not a record file")
    file = w.fields(raw[len(magic):], w.named("1 root 2 records"),
                    ("records",))
    p = w.sha256(file["root"]).hex()
    at, roots, serial = None, [file["root"]], 0
    for wire in file["records"]:
        if w.fields(wire, w.RECORD)["kind"] != b"partnership":
            continue
        for i, root in enumerate(roots):
            try:
                r = w.record_open(p, wire, root)
                break
            except Bad:
                need(i + 1 < len(roots), "no root signed it")
        at = w.fields(r["body"], w.PARTNERSHIP, ("addresses",))
        both = [at["roots"][:32], at["roots"][32:]]
        need(r["signer"] == b"root:" and both[0] == file["root"] and
             at["serial"] > serial, "chain")
        serial = at["serial"]
        roots = [k for n, k in enumerate(both) if at.get("retired") != n + 1]
    need(at is not None, "no partnership record")
    at["P"] = p
    return at


# ---- the member -------------------------------------------------------------
class Member:
    def __init__(self, folder, member, wlp, address):
        with open(os.path.join(folder, member + ".secret"), "rb") as f:
            raw = f.read()
        self.id, self.address = member, address
        self.keys = {"sign": raw[:32], "link": raw[32:],
                     "link_public": w.box_public(raw[32:])}
        self.pub = w.public(raw[:32])
        self.pship = partnership(wlp)
        self.p = self.pship["P"]
        self.edge, self.head = w.Edge(), None
        self.count, self.news = 0, bytes(32)
        self.mine, self.next_id = {}, 1
        self.link, self.statement, self.stream = None, None, []

    # -- what is held, to be put back
    def position(self):
        return self.edge.copy(), self.head, self.count, self.news

    def put_back(self, position):
        self.edge, self.head, self.count, self.news = position
        self.edge = self.edge.copy()

    def citation(self):
        if self.head is None:
            return b""
        size, root, signature = self.head
        return (number(1, size) + data(2, root) + data(3, signature) +
                number(4, self.count) + data(5, self.news))

    def connect(self):
        if self.link is not None:
            self.link.close()
        self.link = Link(self.address, self.pship["broker_link_key"],
                         self.keys)
        self.statement = None
        cite = self.citation()
        self.link.send(number(1, self.next_id) + message(
            2, number(1, 1) + (message(2, cite) if cite else b"") +
            number(3, now()) + number(4, 16)))

    # -- taking in a parcel
    def body_of(self, piece):
        if piece["what"] != 1:
            need(piece.get("body"), "piece without body")
            return piece["body"]
        need("body" not in piece and piece["stamp"] in self.mine,
             "a record in our name that we did not sign")
        return w.entry_body(piece["index"], piece["time"], 1,
                            self.mine[piece["stamp"]])

    def prove(self, parcel, pieces):
        head = w.fields(parcel["head"], w.CHECKPOINT)
        size, root = head["size"], head["root"]
        w.verify(self.pship["log_key"],
                 w.checkpoint_text(self.pship["origin"].decode(), size,
                                   root), head["signature"], "checkpoint")
        need(parcel.get("from", 0) == self.edge.size, "from")
        wanted = {}
        for x in pieces:
            if x["index"] >= self.edge.size:
                need(wanted.setdefault(x["index"], x["leaf"]) == x["leaf"],
                     "one index, two entries")
            else:
                need(w.root_of(x["index"], size, x["leaf"],
                               w.split32(x.get("path", b""))) == root,
                     "inclusion")
        self.edge.advance(size, wanted,
                          w.split32(parcel.get("range", b"")), root)
        self.head = (size, root, head["signature"])

    def state(self, raw):
        s = w.fields(raw, w.STATEMENT)
        size, root, _ = self.head
        need(s.get("count", 0) == self.count and s["hash"] == self.news,
             "the statement disagrees with the news that came")
        w.verify(self.pship["broker_sign_key"], w.statement_text(
            self.p, self.id, size, root, s["time"], self.count, self.news),
            s["signature"], "statement")
        self.statement = s

    def take(self, frame):
        parcel = w.fields(frame, w.PARCEL,
                          ("pieces", "answers", "told", "ancestors"))
        pieces = []
        for raw in parcel.get("pieces", ()):
            x = w.fields(raw, w.PIECE)
            x.setdefault("index", 0)
            x["entry"] = self.body_of(x)
            need(x["entry"][:16] == w.be(x["index"], 8) + w.be(x["time"], 8),
                 "an entry says another index or time")
            x["leaf"] = w.entry_leaf(x["salt"], x["entry"])
            pieces.append(x)
        if "head" in parcel:
            self.prove(parcel, pieces)
        else:
            need(not pieces and "statement" not in parcel, "no head")
        for x in pieces:
            if x["what"] in (1, 2, 5):
                self.count += 1
                self.news = w.news_next(self.news, x["leaf"])
                self.stream.append(x)
        if "statement" in parcel:
            self.state(parcel["statement"])
        parcel["pieces"] = pieces
        parcel["answers"] = [w.fields(a, w.ANSWER)
                             for a in parcel.get("answers", ())]
        for name, form in (("welcome", w.WELCOME), ("reply", w.REPLY)):
            if name in parcel:
                parcel[name] = w.fields(parcel[name], form, ("rows",))
        return parcel

    def until(self, what, wanted, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            frame = self.link.recv(500)
            if frame is None:
                continue
            parcel = self.take(frame)
            if wanted(parcel):
                return parcel
        raise Bad("no " + what)

    # -- what a member says
    def record(self, kind, stamp, rest):
        body = message(1, data(1, stamp) + message(2, self.citation())) + rest
        wire = w.record_sign(self.p, kind, self.id, body, self.keys["sign"])
        self.mine[stamp] = wire
        return wire

    def send_item(self, wire, stamp):
        self.next_id += 1
        up = self.next_id
        self.link.send(number(1, up) + message(3, data(1, wire)))
        parcel = self.until("answer", lambda q: any(
            a.get("id") == up for a in q["answers"]))
        answer = [a for a in parcel["answers"] if a.get("id") == up]
        need(len(answer) == 1 and answer[0].get("stamp") == stamp,
             "one answer for one item")
        return answer[0], parcel

    def ask(self, rest):
        self.next_id += 1
        up = self.next_id
        self.link.send(number(1, up) + message(5, rest))
        parcel = self.until("reply", lambda q: q.get("reply", {}).get(
            "id") == up)
        parcel["reply"]["rows"] = [w.fields(r, w.ROW) for r in
                                   parcel["reply"].get("rows", ())]
        return parcel["reply"]


def check_row(m, row):
    """An entry's body, once its commitment is its own."""
    need(w.commitment(row["salt"], row["body"]) == row["commitment"], "row")
    need(int.from_bytes(row["body"][:8], "big") == row.get("index", 0),
         "row's index")
    return row["body"][17:]


# ---- what is tried ----------------------------------------------------------
def joins(m):
    m.connect()
    welcome = m.until("welcome", lambda q: "welcome" in q)["welcome"]
    need(welcome["version"] == 1 and welcome["credit"] >= 1 and
         abs(welcome["time"] - now()) < 300000, "welcome")
    if m.statement is None:
        m.until("statement", lambda q: m.statement is not None)
    need(m.head[0] == m.edge.size > 0, "edge and checkpoint")


def announces(m):
    """A sealing key, admitted with proof; a retry; another of its stamp."""
    stamp = w.stamp(now(), os.urandom(10))
    rest = (number(2, 1) + data(3, w.box_public(os.urandom(32))) +
            number(4, now() + 14 * 86400000))
    wire = m.record("sealing-key", stamp, rest)
    answer, parcel = m.send_item(wire, stamp)
    need(answer["status"] == 1, "admitted")
    own = [x for x in parcel["pieces"] if x["what"] == 1]
    need(len(own) == 1 and own[0]["index"] == answer["index"] and
         own[0]["stamp"] == stamp and m.count == 1, "its proof")

    again, parcel = m.send_item(wire, stamp)
    copy = [x for x in parcel["pieces"] if x["what"] == 6]
    need(again["status"] == 1 and again["index"] == answer["index"] and
         len(copy) == 1 and copy[0]["entry"][17:] == wire and m.count == 1,
         "a retry is no second entry")

    other = m.record("sealing-key", stamp, rest.replace(
        number(2, 1), number(2, 2), 1))
    answer2, _ = m.send_item(other, stamp)
    need(answer2["status"] == 2 and answer2["rule"] == 20, "STAMP_USED")
    m.mine[stamp] = wire
    return answer["index"], wire


def is_refused(m):
    """Not grown, badly signed, in another's name, not a frame."""
    stamp = w.stamp(now(), os.urandom(10))
    rest = (number(2, 1) + data(3, w.box_public(os.urandom(32))) +
            number(4, now() + 14 * 86400000))
    answer, _ = m.send_item(m.record("sealing-key", stamp, rest), stamp)
    need(answer["status"] == 2 and answer["rule"] == 29, "EPOCH_ORDER")

    stamp = w.stamp(now(), os.urandom(10))
    wire = bytearray(m.record("sealing-key", stamp, rest))
    wire[-1] ^= 1
    answer, _ = m.send_item(bytes(wire), stamp)
    need(answer["status"] == 4, "malformed")

    m.link.send(b"\xff\xff")
    m.until("answer", lambda q: any(
        a["status"] == 4 and a.get("id", 0) == 0 and "stamp" not in a
        for a in q["answers"]))


def asks(m, index, wire):
    size, root, _ = m.head
    reply = m.ask(number(1, 2) + data(2, m.id))
    need(reply.get("code", 0) == 0 and len(reply["rows"]) == 1,
         "its sealing key")
    row = reply["rows"][0]
    need(check_row(m, row) == wire and row["index"] == index, "its record")
    need(w.root_of(index, m.head[0], w.entry_leaf(row["salt"], row["body"]),
                   w.split32(reply["data"])) == m.head[1], "its path")

    reply = m.ask(number(1, 3))
    found = {}
    for row in reply["rows"]:
        r = w.fields(check_row(m, row), w.RECORD)
        both = [m.pship["roots"][:32], m.pship["roots"][32:]]
        r = w.record_open(m.p, check_row(m, row), both[0])
        found[w.fields(r["body"], w.named(
            "1 head 2 serial 3 id 4 name 5 agency 6 roles 7 may 8 duty "
            "9 languages 10 phone 11 sign 12 link 13 terms 14 from "
            "15 until"))["id"].decode()] = r
    need(m.id in found and m.pship["broker"].decode() in found, "directory")

    reply = m.ask(number(1, 9) + number(4, size))
    w.consistent(size, m.head[0], root, m.head[1],
                 w.split32(reply.get("data", b"")))
    need(m.ask(number(1, 6))["code"] == 3, "entries are for auditors")
    need(m.ask(number(1, 2) + data(2, "nobody-at-all"))["code"] == 2,
         "nobody's key")


def comes_back(m, before):
    """Up to date; then as one whose last parcel was lost."""
    m.connect()
    m.until("statement", lambda q: m.statement is not None)
    need(m.count == 1, "nothing twice")
    after = m.position()
    m.put_back(before)
    m.stream = []
    m.connect()
    m.until("statement", lambda q: m.statement is not None)
    need(m.count == 1 and m.news == after[3] and
         [x["what"] for x in m.stream] == [2] and
         m.stream[0]["entry"][17:] in m.mine.values(),
         "its own record, with body")


def fork(m):
    """News that it was never sent: the broker turns it away."""
    kept = m.position()
    m.news = w.sha256(b"other news")
    m.connect()
    welcome = m.until("welcome", lambda q: "welcome" in q)
    need(welcome["welcome"]["version"] == 0x801 and "head" not in welcome,
         "fork")
    m.put_back(kept)


def stranger(m):
    """Another key gets no word."""
    keys = m.keys
    secret = os.urandom(32)
    m.keys = dict(keys, link=secret, link_public=w.box_public(secret))
    m.connect()
    need(m.link.recv(2000) is None, "a stranger was answered")
    m.keys = keys


def run(folder, member, wlp, address):
    m = Member(folder, member, wlp, address)
    joins(m)
    before = m.position()
    index, wire = announces(m)
    is_refused(m)
    asks(m, index, wire)
    comes_back(m, before)
    fork(m)
    stranger(m)
    m.link.close()


if __name__ == "__main__":
    try:
        {"request": request, "run": run}[sys.argv[1]](*sys.argv[2:])
    except Bad as e:
        sys.exit("independent client: %s" % e)
