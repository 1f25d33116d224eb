#!/bin/sh
# A full disk: sends are refused first, withdrawals and stops still work, and
# when there is room again all goes on; at the broker, then at an agent.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

[ "$(id -u)" -eq 0 ] || { echo "only root may mount a small disk"; exit 77; }
small() {
	mkdir -p "$1" && mount -t tmpfs -o "size=$2,mode=700" tmpfs "$1" || {
		echo "a small disk cannot be mounted here"
		exit 77
	}
	echo "$1" >>"$W/mounted"
}
finish() {
	wl_end
	while read -r m; do umount "$m"; done <"$W/mounted"
}
# Leaves so many KiB.
fill() {
	free=$(df -k --output=avail "$1" | tail -n 1)
	dd if=/dev/zero of="$1/filler" bs=1024 count=$((free - $2)) \
	    2>/dev/null
}
state() {
	p_ask "$1" track "{\"observation\":\"$2\"}"
	p_get '.result.copies[0].state'
}
is() { [ "$(state "$1" "$2")" = "$3" ]; }

: >"$W/mounted"
trap finish EXIT
small "$W/broker/state" 96m
small "$W/a2/state" 48m
p_world
d=$W/broker/state

# ---- the broker --------------------------------------------------------------
fill "$d" 20000
wl_until 30 'notice of the broker' grep -q 'nearly full' \
    "$W/log/broker.log" || fail "the broker did not notice"
p_send a2 'while it is full' a3
id=$(p_get .result.id)
sleep 1
is a2 "$id" queued || { cat "$W/answer"; fail "a send was taken"; }
p_withdraw a1 "$(p_grant a3 a2)" ',"heard":"in-person"'
# Nothing left at all: the reserve is for this.
fill_more() { dd if=/dev/zero of="$d/filler2" bs=4096 2>/dev/null; }
fill_more
[ "$(df -k --output=avail "$d" | tail -n 1)" -lt 64 ] || fail "not full"
p_withdraw a1 "$(p_grant a3 a1)" ',"heard":"in-person"'
i=0
while [ $i -lt 5 ]; do
	p_ask a3 stop '{"phrase":"abacus abacus abacus abacus abacus"}'
	i=$((i + 1))
done
is a2 "$id" queued || fail "a send was taken"
rm "$d/filler" "$d/filler2"
wl_until 90 'sending again' is a2 "$id" delivered || {
	cat "$W/answer"
	fail "it does not go on when there is room"
}
p_open a3
p_shows 'while it is full' || fail "not delivered"
p_verify || { cat "$W/verify"; fail "the ledger is not explained"; }

# ---- an agent --------------------------------------------------------------------
d=$W/a2/state
fill "$d" 8000
wl_until 30 'notice of the agent' grep -q 'nearly full' "$W/log/a2.log" ||
    fail "the agent did not notice"
p_send a2 'no room for this' a3
[ "$(p_get .code)" -ne 0 ] || fail "sent without room"
p_get .words | grep -q disk || { cat "$W/answer"; fail "does not say why"; }
p_send a1 'waits until there is room' a2
id=$(p_get .result.id)
sleep 2
is a1 "$id" sent || { cat "$W/answer"; fail "delivered without room"; }
dd if=/dev/zero of="$d/filler2" bs=4096 2>/dev/null
sleep 5
p_withdraw a2 "$(p_grant a2 a1)" ''
p_ask a2 stop "$(jq -c '{phrase: .stop}' "$H/case.json")"
[ "$(p_get .code)" = 0 ] || { cat "$W/answer"; fail "no stop without room"; }
rm "$d/filler" "$d/filler2"
wl_until 30 'room again' grep -q 'room again' "$W/log/a2.log" ||
    fail "the agent did not notice"
p_sync
p_verify || { cat "$W/verify"; fail "the ledger is not explained"; }
p_history || { cat "$W/compared"; fail "something was lost"; }
echo ok
