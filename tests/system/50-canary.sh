#!/bin/sh
# P2, the broker cannot read; and nobody's disk holds what was received.  While
# a case runs, the memory and files of broker and signer, all logs and audit
# files, the auditor's mirror and the agents' own stores hold none of its
# names, texts, codes, or of what its labels are made from.  Broken on
# purpose: an agent that does not encrypt.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

[ "$(id -u)" -eq 0 ] || {
	echo "only root may look into another process's memory"
	exit 77
}
scan() {
	"$P_TOOLS/system/canary_scan" "$W/patterns" "$@" >"$W/found"
	case $? in
	0) return 0 ;;
	1) return 1 ;;
	*) cat "$W/found"; fail "could not look" ;;
	esac
}
pid() { echo "pid:$(cat "$W/pid/$1")"; }
# All that is not inside an agent's process or the family's own secrets.
everywhere() {
	scan "$(pid broker)" "$(pid signer)" "$W/broker" "$W/signer" \
	    "$W/log" "$W/a1/state" "$W/a2/state" "$W/a3/state" "$W/audit" \
	    "$W/keys"
}

p_world Zyxqnames
{
	# Names; texts; codes and parts as they stand in a content; what labels
	# are made from; the consent set's words; phrases.
	printf '%s\n' Zyxqnames 'Zyxqtext' 'the first one' '"CC01"' \
	    '"codes":' '"targets":' 'C1/PU01' 'ID/PU01' '"scopes"' \
	    'consent-notice/1' 'children-worker'
	jq -r '.passphrase, .stop, .forced' "$H/case.json"
} >"$W/patterns"

# The scanner can find: in memory and in a file.
ZYX=Zyxqtext sleep 60 &
scan "pid:$!" && fail "the scanner does not find what is in memory"
kill $!
echo 'a line with Zyxqtext in it' >"$W/planted"
scan "$W/planted" && fail "the scanner does not find what is in a file"

# While it runs: sent, delivered, opened, withdrawn, asked for, stopped.
everywhere || { cat "$W/found"; fail "found after the case was opened"; }
i=0
while [ $i -lt 12 ]; do
	p_send a2 "Zyxqtext $i of two" a3 a1
	p_send a3 "Zyxqtext $i of three" a2
	i=$((i + 1))
done
everywhere || { cat "$W/found"; fail "found while messages went"; }
p_sync
p_open a3
p_shows Zyxqtext || fail "nothing was opened"
p_open a1
p_ask a1 ask "{\"case\":$(p_case a1),\"to\":\"a2\",\"text\":\"Zyxqtext?\"}"
p_ask a2 map "{\"case\":$(p_case a2)}"
p_withdraw a1 "$(p_grant a2 a3)" ',"heard":"in-person"'
p_verify || { cat "$W/verify"; fail "an honest ledger is not explained"; }
everywhere || { cat "$W/found"; fail "found after it was opened"; }
p_ask a2 stop "$(jq -c '{phrase: .stop}' "$H/case.json")"
p_sync
everywhere || { cat "$W/found"; fail "found after the stop"; }
tail -n 1 "$W/found"

# An agent that does not encrypt is noticed, in memory and on disk.
p_broken a2 p2
p_client world "$H" Zyxqnames "a1=$W/a1/agent.sock" "a2=$W/a2/agent.sock" \
    "a3=$W/a3/agent.sock" || fail "no second case"
p_send a2 'Zyxqtext in the clear' a1
p_sync
scan "$(pid broker)" && fail "clear text in memory was not found"
scan "$W/broker" && fail "clear text on the broker's disk was not found"
echo ok
