#!/bin/sh
# The k-th fsync fails (EIO): whoever it happens to answers nothing of that
# batch, ends, and recovers from the disk; nothing acknowledged is lost.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

command -v strace >/dev/null || { echo "strace is not installed"; exit 77; }
strace -o /dev/null -e inject=fdatasync:error=EIO:when=1 sync 2>/dev/null ||
    { echo "strace may not inject errors here"; exit 77; }

# The daemon again, its k-th sync and all after it failing.
failing() {
	p_who=$1 k=$2
	wl_stop "$p_who"
	case $p_who in
	broker) set -- "$B/wayleave-broker" "$W/broker/broker.conf" ;;
	signer) set -- "$B/wayleave-signer" "$W/signer/signer.conf" ;;
	*) set -- "$B/wayleave-agent" "$W/$p_who/agent.conf" ;;
	esac
	wl_start "$p_who" strace -f -o "$W/trace" \
	    -e "inject=fdatasync,fsync:error=EIO:when=$k+" \
	    -e trace=fdatasync,fsync "$1" run --config "$2"
}
gone() { ! wl_alive "$1"; }

p_world
k=3
for who in broker signer a2 a3 broker signer a2; do
	failing $who $k
	i=0
	while [ $i -lt 40 ] && wl_alive $who; do
		p_client send "$H" a2 a2 "note $k $i" a3 >/dev/null 2>&1
		p_client send "$H" a3 a3 "note $k $i" a2 >/dev/null 2>&1
		p_client ask "$H" a3 a3 open "{\"case\":$(p_case a3)}" \
		    >/dev/null 2>&1
		i=$((i + 1))
	done
	grep -q INJECTED "$W/trace" || fail "no sync failed at $who"
	wl_until 20 "end of $who" gone $who ||
	    fail "$who goes on after a failed sync"
	# The broker cannot go on without the signer.
	[ $who = signer ] && wl_stop broker
	for d in signer broker; do
		wl_alive $d && continue
		wl_stop $d
		wl_start $d "$B/wayleave-$d" run --config "$W/$d/$d.conf"
	done
	wl_until 10 'broker' "$B/wayleave-broker" status --config \
	    "$W/broker/broker.conf" || fail "the broker does not recover"
	for a in $P_ALL; do
		wl_alive $a && continue
		wl_stop $a
		wl_launch $a
	done
	for a in $P_ALL; do
		wl_until 60 "connection of $a" wl_ready $a ||
		    fail "$a does not recover"
	done
	k=$((k + 4))
done
p_sync
p_verify || { cat "$W/verify"; fail "the ledger is not explained"; }
p_history || { cat "$W/compared"; fail "something was lost"; }
echo ok
