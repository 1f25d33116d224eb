# For tests that break a promise on purpose: a small world in which any
# daemon can be started again with something broken (base/fault.h).
# Source it with B and TMPDIR; shellcheck shell=sh
#
#   p_world [NAMES]        broker, signer, agencies a1 (custodian), a2, a3, a
#                          case among them, an auditor
#   p_broken DAEMON WHAT.. starts it again with these promises broken; none:
#                          honest again
#   p_ask ID VERB [JSON]   asks, as a client whose history is kept
#   p_send ID TEXT TO..
#   p_case ID, p_grant FROM TO   case number there, record id of a grant
#   p_get FILTER           of the newest answer (jq -r)
#   p_size ID              how far this agent has verified
#   p_sync                 waits until nothing is under way
#   p_verify               mirror and replay; the report in $W/verify
#   p_history              what clients saw against the ledger: $W/compared
#   p_dump                 the ledger, one entry a line (stops the broker)

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
fail() { echo "FAIL: $*"; exit 1; }

for p_program in wayleave-broker wayleave-signer wayleave-agent \
    wayleave-audit; do
	[ -x "${B:?}/$p_program" ] || {
		echo "$p_program is not built"
		exit 77
	}
done
# Programs that can be broken: this build, or the one beside it.
P_TOOLS=$B/tests
if ! grep -q WAYLEAVE_FAULT "$B/wayleave-agent"; then
	(unset MAKEFLAGS MFLAGS MAKELEVEL
	make -s -C "$root" FAULTS=1 BUILD_ROOT="$B" all) >"${TMPDIR:?}/make" \
	    2>&1 || { cat "$TMPDIR/make"; fail "no build with fault points"; }
	B=$B/faults
fi
W=${TMPDIR:?}/w
mkdir -p "$W" || exit 1
# shellcheck source=tests/system/lib.sh
. "$here/lib.sh"
trap wl_end EXIT
H=$W/history
P_ALL='a1 a2 a3'

p_client() {
	"$P_TOOLS/system/promise_client" "$@"
}

p_audit() {
	p_command=$1
	shift
	"$B/wayleave-audit" "$p_command" --config "$W/audit/audit.conf" "$@"
}

p_auditor() {
	mkdir -p "$W/audit"
	# shellcheck disable=SC2086
	wl_quiet "$B/wayleave-audit" init --member watch --name 'Audit' \
	    --config "$W/audit/audit.conf" --state-dir "$W/audit/state" \
	    --request "$W/audit/watch.wlreq" $WL_COST \
	    --secret-file "$W/secret/passphrase" || return 1
	printf '[link]\nbroker = 127.0.0.1:%s\ntimeout_seconds = 10\n' \
	    "$WL_PORT" >>"$W/audit/audit.conf"
	(cd "$W/keys" && wl_quiet "$B/wayleave-keys" sign \
	    "$W/audit/watch.wlreq" --kind AG16 --roles auditor,terms \
	    --days 365 --secret-file "$W/secret/root") || return 1
	wl_quiet "$B/wayleave-broker" admit "$W/keys/watch.wlrec" \
	    --config "$W/broker/broker.conf" || return 1
	wl_quiet p_audit enrol "$W/keys/partnership.wlp" \
	    "$W/keys/watch.wlrec" --yes
}

p_world() {
	wl_partnership || fail "no partnership"
	p_auditor || fail "no auditor"
	p_kind=AG06 p_more=--may-open-cases p_sockets=
	for a in $P_ALL; do
		# shellcheck disable=SC2086
		wl_agency $a $p_kind "Agency $a" $p_more || fail "no agency"
		p_kind=AG09 p_more=
		p_sockets="$p_sockets $a=$W/$a/agent.sock"
		wl_launch $a
	done
	for a in $P_ALL; do
		wl_wait $a || fail "$a does not run"
	done
	# members that take no part
	for a in ${P_EXTRA:-}; do
		wl_agency "$a" AG09 "Agency $a" || fail "no agency"
	done
	mkdir -p "$H"
	# shellcheck disable=SC2086
	p_client world "$H" "${1:-Example}" $p_sockets || fail "no case"
	for a in $P_ALL; do
		for b in $P_ALL; do
			[ "$a" = "$b" ] || wl_until 20 "way from $a to $b" \
			    p_warm "$a" "$b" || fail "no way from $a to $b"
		done
	done
	p_sync
}

# Until it has the other's sealing key, a copy waits.
p_warm() {
	p_send "$1" 'the first one' "$2"
	[ "$(p_get '.result.copies[0].state')" = queued ]
}

p_points() {
	WAYLEAVE_FAULT=
	for what in "$@"; do
		WAYLEAVE_FAULT=$WAYLEAVE_FAULT,break-$what:break
	done
	WAYLEAVE_FAULT=${WAYLEAVE_FAULT#,}
	export WAYLEAVE_FAULT
}

p_broken() {
	p_who=$1
	shift
	wl_stop "$p_who"
	p_points "$@"
	case $p_who in
	broker)
		wl_start broker "$B/wayleave-broker" run --config \
		    "$W/broker/broker.conf"
		wl_until 10 'broker' "$B/wayleave-broker" status --config \
		    "$W/broker/broker.conf" || fail "the broker does not run"
		;;
	*) wl_launch "$p_who" ;;
	esac
	unset WAYLEAVE_FAULT
	for a in $P_ALL; do
		wl_alive "$a" || continue
		wl_until 60 "connection of $a" wl_ready "$a" ||
		    fail "$a does not run"
	done
}

p_ask() {
	p_client ask "$H" "$1" "$@" >"$W/answer" ||
	    { cat "$W/answer"; fail "no answer: $*"; }
}
p_send() {
	p_client send "$H" "$1" "$@" >"$W/answer" ||
	    { cat "$W/answer"; fail "no answer: $*"; }
}
p_get() {
	jq -r "$1" "$W/answer"
}
p_case() {
	jq -r ".case.$1" "$H/case.json"
}
p_grant() {
	jq -r ".grants[] | select(.from == \"$1\" and .to == \"$2\").grant" \
	    "$H/case.json"
}
p_open() {
	p_ask "$1" open "{\"case\":$(p_case "$1")}"
}
# Does the newest answer show this text?
p_shows() {
	grep -q "$1" "$W/answer"
}

p_size() {
	wl_agent "$1" status --json 2>/dev/null | jq -r .ledger_size
}
# Nothing waits, and nothing came since the last look: five times.
p_rest() {
	p_now=
	for a in $P_ALL; do
		p_now="$p_now $(wl_agent "$a" status --json 2>/dev/null |
		    jq -c '[.connected, .outbox.bucket, .ledger_size]')"
	done
	p_same=$((p_same + 1))
	[ "$p_now" = "$p_last" ] || p_same=0
	p_last=$p_now
	case $p_now in
	*false* | *null* | *'1-9"'* | *'-99"'* | *'+"'*) p_same=0 ;;
	esac
	[ "$p_same" -ge 5 ]
}
p_sync() {
	p_last= p_same=0
	wl_until 60 'rest' p_rest || fail "it does not come to rest"
}
p_withdraw() {
	p_ask "$1" withdraw "{\"case\":$(p_case "$1"),\"grant\":\"$2\"$3}"
	[ "$(p_get .code)" = 0 ] || { cat "$W/answer"; fail "not withdrawn"; }
}

# 0: all explained.
p_verify() {
	p_audit mirror --secret-file "$W/secret/passphrase" >"$W/mirror" 2>&1 ||
	    { cat "$W/mirror"; return 1; }
	p_audit verify >"$W/verify" 2>&1
}
# 0: nothing to complain about.
p_history() {
	p_client settle "$H"
	wl_end
	"$P_TOOLS/faults/history" "$W/keys/partnership.wlp" \
	    "$W/broker/state/ledger.db" "$H" >"$W/compared"
}
p_counted() {
	awk -v what="$1" '$1 == what { print $2 }' "$W/compared"
}
p_dump() {
	wl_stop broker
	"$P_TOOLS/faults/dump" "$W/keys/partnership.wlp" \
	    "$W/broker/state/ledger.db"
}
