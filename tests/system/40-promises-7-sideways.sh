#!/bin/sh
# P7, nothing leaks sideways: no name, text, reference, code, case id, phrase
# or count in a log or audit line.  Broken on purpose: an agent that logs what
# it sends.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

# What a case has that nobody else may see, one a line.
secrets() {
	printf '%s\n' Zyxnames Zyxtext 'Aleksander' 'Marketa' 'Agata' \
	    'F-1' 'CC01' 'PU01' '"C1"'
	jq -r '.passphrase, .stop, .forced' "$H/case.json"
	jq -r '.grants[].grant' "$H/case.json"
	for id in $P_ALL; do
		sqlite3 "$W/$id/state/store.db" \
		    'SELECT lower(hex(id)) FROM kase' 2>/dev/null
	done
}
# Logs, audit files and file names.
lines() {
	cat "$W"/log/*.log
	for id in $P_ALL; do
		cat "$W/$id/state/audit.jsonl"
	done
	find "$W/a1" "$W/a2" "$W/a3" "$W/broker" "$W/signer" | sed "s#$W##"
}
# A number in a log line that is no WL number and nobody's id is a count.
counts() {
	cat "$W"/log/*.log | sed -E 's/\[WL-[0-9]+\]//g' |
	    grep -vE 'all [0-9]+ leases' | grep -E '[0-9]'
}

p_world Zyxnames
p_send a2 'Zyxtext one' a3 a1
p_send a3 'Zyxtext two' a2
p_sync
p_open a3
p_open a2
p_withdraw a1 "$(p_grant a2 a3)" ',"heard":"in-person"'
p_send a2 'Zyxtext three' a3
p_ask a1 case-renew "{\"case\":$(p_case a1)}"
p_ask a2 send '{"case":1,"content":{"text":"Zyxtext four"}}'
p_ask a2 stop '{"phrase":"Zyxtext is no phrase at all"}'
p_ask a2 stop "$(jq -c '{phrase: .stop}' "$H/case.json")"
p_sync
wl_stop a3 KILL
wl_stop broker KILL
p_broken broker
p_broken a3
p_sync
secrets >"$W/patterns"
[ "$(wc -l <"$W/patterns")" -gt 15 ] || fail "no patterns to look for"
lines >"$W/lines"
[ -s "$W/lines" ] || fail "nothing was logged"
grep -Ff "$W/patterns" "$W/lines" >"$W/found" && {
	cat "$W/found"
	fail "something of the case is in a log, audit file or file name"
}
counts >"$W/found" && { cat "$W/found"; fail "a count in a log line"; }

# The same look finds what a broken agent logs.
p_broken a1 p7
p_send a1 'Zyxtext five' a2
lines | grep -Ff "$W/patterns" >"$W/found" ||
    fail "a text in the log was not noticed"
echo ok
