#!/bin/sh
# The simulator as an integrator has it, three at a time: installed, all
# conformance cases hold; a case that asks for something else is noticed; and
# it stays, is tried as it says, goes on by a signal, and leaves nothing.
set -u
: "${B:?}" "${TMPDIR:?}"
W=$TMPDIR
wrong=0
fail() {
	echo "FAIL: $*"
	wrong=1
}

for d in usr other; do
	mkdir -p "$W/$d/bin" || exit 1
	for p in wayleave wayleave-agent wayleave-desk wayleave-broker \
	    wayleave-signer wayleave-keys; do
		ln "$B/$p" "$W/$d/bin/" 2>/dev/null || cp "$B/$p" "$W/$d/bin/"
	done
	cp -R "$B/share" "$W/$d/"
done

"$W/usr/bin/wayleave" demo --check >"$W/check" 2>&1 &
check=$!

# What is refused is asked to be queued; what is 202, to be 200.
cases=$W/other/share/wayleave/simulator/conformance
sed 's/copies.0.state  refused/copies.0.state  queued/; /preview/d' \
    "$cases/deny.case" >"$cases/new" && mv "$cases/new" "$cases/deny.case"
cat >>"$cases/deny.case" <<'END'
case  what must not be
GET /v1/vocabulary
=> 202
  codes.0.code  -
  version -> version
lacks codes
no-event copy.queued
case  what nobody knows
GET /v1/vocabulary
=> 200
sings
case  what does not happen is waited for, and not for ever
GET /v1/vocabulary
=> 200
event copy.delivered member nobody-at-all
case  what is so
GET /v1/vocabulary
=> 200
END
"$W/other/bin/wayleave" demo --check --inject deny --agencies 2 \
    >"$W/broken" 2>&1 &
broken=$!

"$B/wayleave" demo --inject delay >"$W/said" 2>&1 </dev/null &
demo=$!
up() {
	i=0
	until grep -q "$1" "$2"; do
		i=$((i + 1))
		[ $i -lt 600 ] && kill -0 $demo 2>/dev/null || return 1
		sleep 0.2
	done
}
if up 'ends all of it' "$W/said"; then
	folder=$(sed -n 's|^socket *\(.*\)/api.sock$|\1|p' "$W/said")
	# the two commands that it says to try
	sed '1,/^Try it/d; /observations$/q' "$W/said" >"$W/post"
	sed '1,/observations$/d; /wait_seconds/q' "$W/said" >"$W/events"
	sh "$W/post" >"$W/sent"
	grep -q '"state":"accepted"' "$W/sent" || fail "$(cat "$W/sent")"
	case $(ls -l "$folder/token") in
	-rw-------*) ;;
	*) fail 'others can read the token' ;;
	esac
	delivered() { sh "$W/events" | grep -q copy.delivered; }
	delivered && fail 'delivered to an agency that is away'
	kill -USR1 $demo
	up '^now ' "$W/said" || fail 'the fault does not go on'
	i=0
	until delivered || [ $i -gt 100 ]; do
		i=$((i + 1))
		sleep 0.2
	done
	[ $i -le 100 ] || fail 'not delivered when the agency is back'
	pids=$(cat "$folder"/pid/*)
	kill $demo
	wait $demo || fail "ended with $?"
	[ -e "$folder" ] && fail "$folder is left"
	for p in $pids; do
		kill -0 "$p" 2>/dev/null && fail "process $p is left"
	done
else
	cat "$W/said"
	fail 'it does not come up'
	kill $demo
fi

wait $check || {
	cat "$W/check"
	fail 'the cases do not hold'
}
for m in none delay withdraw deny ndr; do
	title=$(sed -n 's/^case  *//p' \
	    "$B/share/wayleave/simulator/conformance/$m.case" | tail -n 1)
	grep -qxF "ok    $title" "$W/check" || fail "$m was not played"
done
wait $broken
[ $? -eq 1 ] || fail 'broken cases hold'
for t in withdrawn 'what must not be' 'what nobody knows' \
    'what does not happen is waited for, and not for ever'; do
	grep -qxF "WRONG $t" "$W/broken" || fail "not noticed: $t"
done
grep -qxF 'ok    what is so' "$W/broken" || fail 'nothing is right'
[ "$wrong" -eq 0 ] || cat "$W/broken"

for bad in '--inject fork' '--inject flood' '--agencies 1' '--agencies 11' \
    '--inject ndr --agencies 2'; do
	# shellcheck disable=SC2086
	"$B/wayleave" demo $bad >"$W/out" 2>&1 </dev/null
	[ $? -eq 2 ] || fail "$bad is taken"
done
exit "$wrong"
