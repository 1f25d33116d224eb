#!/bin/sh
# P6, acknowledged means durable.  Broken on purpose: an agent, and then a
# broker, that say yes before anything is written (store/db.c), killed.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

p_world
# Honest, killed in the middle: nothing is lost.
p_send a2 'kept over kill' a3
wl_stop a2 KILL
wl_stop broker KILL
p_broken broker
p_broken a2
p_sync
p_open a3
p_shows 'kept over kill' || fail "lost although acknowledged"

# An agent that does not write what it accepts.
p_broken a2 p6
p_send a2 'gone with the kill' a3
[ "$(p_get .code)" = 0 ] || fail "this test breaks nothing"
wl_stop a2 KILL
wl_launch a2
p_client settle "$H"
wl_end
"$P_TOOLS/faults/history" "$W/keys/partnership.wlp" \
    "$W/broker/state/ledger.db" "$H" >"$W/compared" && {
	cat "$W/compared"
	fail "the history checker did not notice"
}
[ "$(p_counted lost)" -gt 0 ] || {
	cat "$W/compared"
	fail "what was accepted and lost was not counted"
}

# A broker that does not write what it admits: the signer has more.
wl_run_broker || fail "no broker"
wl_launch a1
wl_wait a1 || fail "no agent"
wl_launch a3
wl_wait a3 || fail "no agent"
wl_stop broker
p_points p6
wl_start broker "$B/wayleave-broker" run --config "$W/broker/broker.conf"
unset WAYLEAVE_FAULT
wl_until 20 'broker' "$B/wayleave-broker" status --config \
    "$W/broker/broker.conf" || fail "the broken broker does not run"
wl_wait a1 || fail "a1 does not connect"
p_send a1 'said to be in the ledger' a3
sleep 2
wl_stop broker KILL
CREDENTIALS_DIRECTORY=$W/secret timeout 10 "$B/wayleave-broker" run \
    --config "$W/broker/broker.conf" >"$W/refused" 2>&1
code=$?
[ "$code" -ne 124 ] && [ "$code" -ne 0 ] || {
	cat "$W/refused"
	fail "the broker runs on without what was signed"
}
echo ok
