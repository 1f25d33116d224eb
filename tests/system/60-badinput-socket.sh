#!/bin/sh
# Nonsense at the local sockets of a running agent, broker and signer: each is
# answered or hung up on, nothing changes, nobody ends, memory stays bounded;
# and a bad configuration is named by file, line, key and reason.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

client() { "$P_TOOLS/system/socket_client" "$@" || fail "$2"; }
kib() { awk '/^VmRSS/ { print $2 }' "/proc/$(cat "$W/pid/$1")/status"; }

p_world
p_send a2 'before the nonsense' a3
p_sync
p_open a3

# Once to warm up: what it keeps for good it has then.
client agent "$W/a1/agent.sock" 2
was=$(kib a1)
client agent "$W/a1/agent.sock" 8
wl_alive a1 || fail "the agent ended"
[ "$(kib a1)" -lt $((was + 65536)) ] ||
    fail "the agent grew from $was to $(kib a1) KiB"
client packets "$W/broker/operator.sock" 20
wl_alive broker || fail "the broker ended"
# The signer serves one at a time, the broker: without it.
wl_stop broker
client packets "$W/signer/sign.sock" 5
wl_alive signer || fail "the signer ended"
p_broken broker
grep -hE 'ERROR|runtime error' "$W"/log/*.log && fail "a sanitizer complains"

# All goes on as before, and is explained.
p_send a2 'after the nonsense' a3
p_sync
p_open a3
p_shows 'after the nonsense' || { cat "$W/answer"; fail "it does not go on"; }
p_verify || { cat "$W/verify"; fail "the ledger is not explained"; }

# ---- configurations ------------------------------------------------------------
bad() {                 # line, text that must be said
	cp "$W/a2/agent.conf" "$W/bad.conf"
	printf '%s\n' "$1" >>"$W/bad.conf"
	n=$(wc -l <"$W/bad.conf")
	"$B/wayleave-agent" check-config --config "$W/bad.conf" >"$W/said" 2>&1
	code=$?
	[ "$code" -eq 3 ] || { cat "$W/said"; fail "exit $code: $1"; }
	grep -q "bad.conf:$n" "$W/said" || { cat "$W/said"; fail "line: $1"; }
	grep -q -- "$2" "$W/said" || { cat "$W/said"; fail "says not $2"; }
}
bad 'nonsense' 'bad.conf'
bad 'no_such_key = 1' 'no_such_key'
bad 'clock_skew_seconds = 1000' 'clock_skew_seconds'
bad 'clock_skew_seconds = soon' 'clock_skew_seconds'
bad 'broker = another:1' 'broker'
bad '[nowhere]' 'nowhere'
"$B/wayleave-agent" run --config "$W/bad.conf" >"$W/said" 2>&1 &&
    fail "it runs on a bad configuration"
p_history || { cat "$W/compared"; fail "something was lost"; }
echo ok
