#!/usr/bin/env python3
"""Writes keys.json and labels.json, sharing no code with keys/.

    python3 tests/vectors/keys.py          (needs python3-argon2)

BLAKE2b and SHA-256 are Python's, Argon2id is the reference library's.  What
takes a random nonce or key was sealed once with libsodium (RECORDED) and is
only opened by the test.
"""
import hashlib
import json
import os
import struct

from argon2.low_level import Type, hash_secret_raw

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = [w.rstrip('\n') for w in
         open(os.path.join(HERE, '../../keys/words/en.txt'))]
POLISH = [w.rstrip('\n') for w in
          open(os.path.join(HERE, '../../keys/words/pl.txt'))]


def fill(word, n):
    return hashlib.sha512(word.encode()).digest()[:n]


def b2(n, data, key=b''):
    return hashlib.blake2b(data, digest_size=n, key=key).digest()


def ident(s):
    return bytes([len(s)]) + s.encode()


def argon(secret, salt, passes, kib):
    return hash_secret_raw(secret, salt, time_cost=passes, memory_cost=kib,
                           parallelism=1, hash_len=32, type=Type.ID)


ROOT = fill('root public key', 32)
P = hashlib.sha256(ROOT).hexdigest()
CONSENT = fill('consent public key', 32)
CASE_KEY = fill('case key', 32)
AGENCY = fill('agency secret', 32)
CASE = b2(16, b'wayleave/1 case\n' + P.encode() + CONSENT +
          ident('womens-aid'))


def arrow(sender, recipient):
    return b2(32, b'wayleave/1 arrow\n' + CASE + ident(sender) +
              ident(recipient), CASE_KEY)


def label(key, what, purpose):
    return b2(16, ('wayleave/1 label\n' + what + '/' + purpose).encode(),
              key)


def filler(key, i):
    return b2(16, b'wayleave/1 filler\n' + bytes([i]), key)


def labels_json():
    arrows = []
    for sender, recipient, whats, purpose in (
            ('womens-aid', 'caledonian-children', ['C1', 'C2', 'SR'], 'PU1'),
            ('caledonian-children', 'womens-aid', ['ID'], 'PU2'),
            ('ab', 'a' * 48, ['C1', 'C2', 'C3', 'C4', 'C5', 'SR', 'BC', 'BA',
                              'ID', 'Q', 'SG1', 'SG2', 'SG3'], 'PU9')):
        key = arrow(sender, recipient)
        own = [label(key, w, purpose) for w in whats]
        grant = own + [filler(key, i + 1) for i in range(16 - len(own))]
        message = fill('message id', 16)
        arrows.append({
            'sender': sender, 'recipient': recipient, 'key': key.hex(),
            'what': whats, 'purpose': purpose,
            'labels': [x.hex() for x in own],
            'filler_1': filler(key, 1).hex(),
            'grant': [x.hex() for x in sorted(grant)],
            'message': message.hex(),
            'urgency': b2(16, b'wayleave/1 urgent\n' + message, key).hex(),
            'terms_key': b2(32, b'wayleave/1 terms\n', key).hex(),
        })
    return {
        'about': "PROTOCOL 2, 'The case', 'Arrows and labels'; all values in "
                 "hexadecimal but for ids and codes",
        'root': ROOT.hex(), 'partnership': P, 'consent_key': CONSENT.hex(),
        'custodian': 'womens-aid', 'case': CASE.hex(),
        'case_key': CASE_KEY.hex(), 'arrows': arrows,
    }


def check_word(numbers):
    h = hashlib.sha256(b''.join(struct.pack('>H', n) for n in numbers))
    return struct.unpack('>Q', h.digest()[:8])[0] % 7776


def phrases():
    out = []
    for four in ([0, 1, 2, 3], [7775, 7775, 7775, 7775],
                 [2009, 3141, 5926, 5358]):
        five = four + [check_word(four)]
        salt = hashlib.sha256(b'wayleave/1 stop\n' + ROOT).digest()[:16]
        secret = b''.join(struct.pack('>H', n) for n in five)
        o = {
            'numbers': five,
            'en': ' '.join(WORDS[n] for n in five),
            'pl': ' '.join(POLISH[n] for n in five),
            'salt': salt.hex(),
            'token_1_pass_64_kib': argon(secret, salt, 1, 64).hex(),
        }
        if four[0] == 2009:
            token = argon(secret, salt, 3, 256 * 1024)
            o['token'] = token.hex()
            o['token_hash'] = hashlib.sha256(token).hexdigest()
        out.append(o)
    return out


def fingerprint(data):
    h = hashlib.sha256(b'wayleave/1 fingerprint\n' + data).digest()
    return ' '.join(WORDS[struct.unpack('>I', h[4 * i:4 * i + 4])[0] % 7776]
                    for i in range(6))


def keys_json():
    five = [11, 222, 3333, 4444, 5555]
    return {
        'about': "PROTOCOL 1 'Worker', 2 'Stop phrases'; "
                 "wayleave-partnership(5); keys are in labels.json; "
                 "what is under 'recorded' was sealed once with libsodium",
        'agency_secret': AGENCY.hex(),
        'workers': [{
            'account': a,
            'pseudonym': b2(16, b'wayleave/1 worker\n' + a.encode(),
                            AGENCY).hex(),
        } for a in ('susan', 'józef', 'a')],
        'phrases': phrases(),
        'pass_phrase': {
            'numbers': five + [check_word(five)],
            'en': ' '.join(WORDS[n] for n in five + [check_word(five)]),
        },
        'fingerprints': [{
            'file': d.hex(), 'words': fingerprint(d),
        } for d in (b'', b'wayleave', bytes(range(256)))],
        'recorded': RECORDED,
    }


RECORDED = json.load(open(os.path.join(HERE, 'sealed.json'))) \
    if os.path.exists(os.path.join(HERE, 'sealed.json')) else {}


def write(name, value):
    with open(os.path.join(HERE, name), 'w') as f:
        json.dump(value, f, indent=1, ensure_ascii=False)
        f.write('\n')


write('labels.json', labels_json())
write('keys.json', keys_json())
