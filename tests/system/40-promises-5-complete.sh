#!/bin/sh
# P5, the ledger proves completeness.  Broken on purpose: an entry changed,
# removed, moved, and two ledgers, in the broker's own database and with the
# signer's help.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

db=$W/broker/state/ledger.db
sql() { sqlite3 "$db" "$@" || fail "sqlite3: $*"; }
command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed"; exit 77; }

stop_both() {
	wl_stop broker
	wl_stop signer
}
keep() {
	rm -rf "$W/kept-$1"
	mkdir "$W/kept-$1"
	cp -a "$W/broker/state" "$W/kept-$1/broker"
	cp -a "$W/signer/state" "$W/kept-$1/signer"
}
bring_back() {
	rm -rf "$W/broker/state" "$W/signer/state"
	cp -a "$W/kept-$1/broker" "$W/broker/state"
	cp -a "$W/kept-$1/signer" "$W/signer/state"
}
# Does the broker refuse to run on this?
refuses() {
	wl_start signer "$B/wayleave-signer" run --config \
	    "$W/signer/signer.conf"
	wl_until 10 'signer' test -S "$W/signer/sign.sock" || exit 1
	CREDENTIALS_DIRECTORY=$W/secret timeout 10 "$B/wayleave-broker" run \
	    --config "$W/broker/broker.conf" >"$W/refused" 2>&1
	code=$?
	wl_stop signer
	[ "$code" -ne 0 ] && [ "$code" -ne 124 ]
}

p_world
p_send a2 'the only one' a3
p_sync
p_open a3
p_verify || { cat "$W/verify"; fail "an honest ledger is not explained"; }
# Nobody shall follow what is tampered with and taken back again.
for a in $P_ALL; do wl_stop $a; done
stop_both
keep whole

# ---- an entry changed: its body, which nobody's proof covers by itself ------
n=$(sql 'SELECT max(idx) FROM body')
changed=$((n - 3))
sql "UPDATE body SET body = CAST(substr(body, 1, length(body) - 1) ||
    x'ff' AS BLOB) WHERE idx = $changed"
wl_run_broker || fail "the broker looks at every body at its start?"
rm -rf "$W/audit/state/mirror"
p_verify && fail "a changed entry was not found"
stop_both
bring_back whole

# ---- an entry removed: the last, and one in the middle ------------------------
sql "DELETE FROM body WHERE idx = $n; DELETE FROM entry WHERE idx = $n;
    UPDATE head SET size = $n"
refuses || fail "the broker runs without its last entry"
bring_back whole
sql "UPDATE entry SET commitment = (SELECT commitment FROM entry
    WHERE idx = $((changed - 1))) WHERE idx = $changed"
refuses || fail "the broker runs with one entry in place of another"
bring_back whole

# ---- two in the other order ----------------------------------------------------
a=$changed b=$((changed + 1))
sql "UPDATE entry SET idx = -1 WHERE idx = $a;
    UPDATE entry SET idx = $a WHERE idx = $b;
    UPDATE entry SET idx = $b WHERE idx = -1;
    UPDATE body SET idx = -1 WHERE idx = $a;
    UPDATE body SET idx = $a WHERE idx = $b;
    UPDATE body SET idx = $b WHERE idx = -1"
refuses || fail "the broker runs with two entries in the other order"
bring_back whole

# ---- two ledgers, signed by the same key ----------------------------------------
keep early
wl_run_broker || fail "no broker"
for a in $P_ALL; do wl_run $a || fail "$a does not run"; done
p_send a2 'in the first ledger' a3
p_send a1 'in the first ledger' a2
p_sync
p_verify || { cat "$W/verify"; fail "an honest ledger is not explained"; }
cp -a "$W/audit/state/mirror" "$W/first"
for a in a2 a3; do wl_stop $a; done
stop_both
bring_back early
wl_run_broker || fail "the signer's copy was found out by the broker"
# a1 was there as well, and was not stopped; a3 comes back.
wl_launch a3
told() {
	grep -q 'not of its ledger' "$W/log/$1.log" &&
	    ! wl_ready "$1" && grep -q 'not of this ledger' "$W/log/broker.log"
}
for a in a1 a3; do
	wl_until 60 "alarm at $a" told $a || {
		wl_agent $a status
		fail "$a follows two ledgers"
	}
done
p_open a3
p_shows 'in the first ledger' && fail "a3 opens in a second ledger"
# The auditor, who has mirrored the first.
p_audit mirror --secret-file "$W/secret/passphrase" >"$W/mirror" 2>&1 && {
	cat "$W/mirror"
	fail "the auditor took a second ledger"
}
echo ok
