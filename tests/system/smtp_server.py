#!/usr/bin/env python3
"""A mail server for tests: as much of SMTP (RFC 5321) as it takes to see what
wayleave-mail says, and to say unpleasant things back.

    smtp_server.py FOLDER PORT [--address A] [--tls CERT KEY | --smtps CERT KEY]
                   [--account USER:PASSWORD] [--say COMMAND=LINE]..

Each mail becomes FOLDER/N.mail: the envelope in two lines, an empty one, then
the data as it came.  FOLDER/sessions gets a line for each command, without
its argument.  --tls offers STARTTLS, --smtps speaks TLS at once.  --say
answers a command (CONNECT, EHLO, MAIL, RCPT, DATA, END) with that line;
"hang" says nothing ever, "drop" closes.
"""
import argparse
import base64
import os
import socket
import ssl
import threading
import time

ap = argparse.ArgumentParser()
ap.add_argument("folder")
ap.add_argument("port", type=int)
ap.add_argument("--address", default="127.0.0.1")
ap.add_argument("--tls", nargs=2)
ap.add_argument("--smtps", nargs=2)
ap.add_argument("--account")
ap.add_argument("--say", action="append", default=[])
opt = ap.parse_args()
say = dict(s.split("=", 1) for s in opt.say)
lock = threading.Lock()
count = 0


class Gone(Exception):
    pass


class Session:
    def __init__(self, sock):
        self.sock, self.rest = sock, b""
        self.secure, self.known = bool(opt.smtps), not opt.account
        self.sender = self.to = None

    def line(self):
        while b"\r\n" not in self.rest:
            more = self.sock.recv(65536)
            if not more:
                raise Gone
            self.rest += more
            if len(self.rest) > 1 << 20:
                raise Gone
        one, self.rest = self.rest.split(b"\r\n", 1)
        return one

    def tell(self, text, at=None):
        text = say.get(at, text) if at else text
        if text == "hang":
            time.sleep(600)
        if text in ("hang", "drop"):
            raise Gone
        self.sock.sendall(text.encode() + b"\r\n")
        return text

    def note(self, word):
        with lock, open(os.path.join(opt.folder, "sessions"), "a") as f:
            f.write(("tls " if self.secure else "") + word + "\n")

    def data(self):
        lines = []
        while True:
            one = self.line()
            if one == b".":
                return b"\r\n".join(lines) + b"\r\n"
            lines.append(one[1:] if one.startswith(b".") else one)

    def keep(self, data):
        global count
        with lock:
            count += 1
            name = os.path.join(opt.folder, "%d.mail" % count)
            with open(name + ".tmp", "wb") as f:
                f.write(self.sender + b"\n" + self.to + b"\n\n" + data)
            os.rename(name + ".tmp", name)

    def ehlo(self):
        more = ["test"]
        if opt.tls and not self.secure:
            more.append("STARTTLS")
        if opt.account and (self.secure or not opt.tls):
            more.append("AUTH PLAIN")
        text = "\r\n".join("250-" + m for m in more[:-1])
        self.tell((text + "\r\n" if text else "") + "250 " + more[-1],
                  "EHLO")

    def auth(self, words):
        blob = words[2] if len(words) > 2 else None
        if blob is None:
            self.tell("334 ")
            blob = self.line()
        user = base64.b64decode(blob).split(b"\0")[1:]
        self.known = b":".join(user).decode() == opt.account
        self.tell("235 yes" if self.known else "535 no")

    def command(self, one):
        words = one.split()
        word = words[0].upper().decode() if words else ""
        self.note(word)
        if word in ("EHLO", "HELO"):
            self.ehlo()
        elif word == "STARTTLS" and opt.tls and not self.secure:
            self.tell("220 go")
            self.sock = context(opt.tls).wrap_socket(self.sock,
                                                     server_side=True)
            self.secure = True
        elif word == "AUTH":
            self.auth(words)
        elif word == "MAIL" and self.known:
            self.sender = one
            self.tell("250 ok", "MAIL")
        elif word == "RCPT" and self.sender:
            self.to = one
            self.tell("250 ok", "RCPT")
        elif word == "DATA" and self.to:
            if self.tell("354 go", "DATA").startswith("354"):
                data = self.data()
                if self.tell("250 kept", "END").startswith("250"):
                    self.keep(data)
        elif word == "QUIT":
            self.tell("221 bye")
            raise Gone
        else:
            self.tell("503 not now")

    def run(self):
        try:
            self.tell("220 test", "CONNECT")
            while True:
                self.command(self.line())
        except (Gone, OSError):
            pass
        finally:
            self.sock.close()


def context(pair):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(*pair)
    return c


def serve(sock):
    try:
        if opt.smtps:
            sock = context(opt.smtps).wrap_socket(sock, server_side=True)
        Session(sock).run()
    except OSError:
        sock.close()


listener = socket.create_server((opt.address, opt.port))
with open(os.path.join(opt.folder, "ready"), "w") as ready:
    ready.write("%d\n" % os.getpid())
while True:
    one, _ = listener.accept()
    threading.Thread(target=serve, args=(one,), daemon=True).start()
