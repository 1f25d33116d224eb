#!/bin/sh
# A member written in another language, from proto/PROTOCOL.md alone, joins a
# real broker: its own request file, link, hello, checkpoint and range proof,
# a sealing key admitted with proof, statements, questions, what is refused.
set -eu
here=$(dirname "$0")
W=${TMPDIR:?}/w
mkdir "$W"
# shellcheck source=tests/system/lib.sh
. "$here/lib.sh"
trap 'set +e; wl_end' EXIT
trap 'exit 1' INT TERM

client() {
	python3 -B "$here/independent_client.py" "$@"
}

python3 -c 'import ctypes.util as u, sys
sys.exit(not (u.find_library("zmq") and u.find_library("sodium")))' \
    2>/dev/null || {
	echo "python3 with ctypes, libzmq and libsodium are needed"
	exit 77
}

wl_partnership
client request "$W/stranger" other-house 'Another house'
(cd "$W/keys" && wl_quiet "$B/wayleave-keys" sign \
    "$W/stranger/other-house.wlreq" --kind AG06 --days 365 \
    --secret-file "$W/secret/root")
wl_quiet "$B/wayleave-broker" admit "$W/keys/other-house.wlrec" --config \
    "$W/broker/broker.conf"
client run "$W/stranger" other-house "$W/keys/partnership.wlp" \
    "tcp://127.0.0.1:$WL_PORT"
echo "a member of another making joined, announced, asked, came back"
