#!/bin/sh
# P8, a "no" has one face: never given, not yet, withdrawn, stopped and closed
# are the same bytes to a caseworker and on the wire to an agency.  Broken on
# purpose: the true rule is told.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

# What the caseworker of a2 is told, but for whom it was meant for.
no() {
	p_send a2 'may I' "$2"
	jq -S '.code as $c | .words as $w | .result.copies[0] |
	    del(.member) | {c: $c, w: $w, copy: .}' "$W/answer" \
	    >"$W/no-$1"
	[ "$(jq -r .copy.state "$W/no-$1")" = refused ] || {
		cat "$W/answer"
		fail "$1 is not refused"
	}
}
# A consent without a second worker's waiver: it begins tomorrow.
not_yet() {
	jq -n --slurpfile k "$H/case.json" --argjson set "$(jq -c --arg to \
	    "$1" 'select(.op == "consent").in.set | .grants |= [.[] |
	    select(.name == "G" and .from == "a2")][0:1] |
	    .grants[0].to = [$to]' "$H/world.jsonl" | head -n 1)" \
	    '{case: $k[0].reference, passphrase: $k[0].passphrase,
	    causing_harm: ["P1"], set: $set}' >"$W/consent.json"
	p_ask a1 consent "$(cat "$W/consent.json")"
	[ "$(p_get '.result.grants[0].state')" = admitted ] || {
		cat "$W/answer"
		fail "no grant that begins later"
	}
}

P_EXTRA='a4 a5'
p_world
not_yet a4
p_sync
no never a5
no not-yet a4
p_withdraw a1 "$(p_grant a2 a3)" ',"heard":"in-person"'
p_sync
no withdrawn a3

# Past the agent's own asking, the broker's answers are the same as well.
told() {
	wl_stop a2
	sqlite3 "$W/a2/state/store.db" 'SELECT DISTINCT rule FROM outgoing
	    WHERE kind = 16 AND rule <> 0' | wc -l
}
past() {
	p_broken a2 p1
	p_send a2 'may I, broker' a3
	[ "$(p_get '.result.copies[0].state')" = queued ] ||
	    fail "the broken agent refused by itself"
	p_sync
}
past
[ "$(told)" -eq 1 ] || fail "the broker did not refuse"
p_ask a3 stop "$(jq -c '{phrase: .stop}' "$H/case.json")"
[ "$(p_get .code)" = 0 ] || fail "no stop"
p_sync
past
[ "$(told)" -eq 1 ] || fail "withdrawn and stopped are told apart"
p_broken a2
no stopped a1
p_ask a1 case-close "{\"case\":$(p_case a1)}"
[ "$(p_get .code)" = 0 ] || { cat "$W/answer"; fail "not closed"; }
p_sync
no closed a1
for one in not-yet withdrawn stopped closed; do
	cmp -s "$W/no-never" "$W/no-$one" || {
		cat "$W/no-never" "$W/no-$one"
		fail "$one is told apart from never"
	}
done

# A broker that tells the true rule.
p_broken broker p8
past
[ "$(told)" -gt 1 ] || fail "this test breaks nothing"
echo ok
