#!/bin/sh
# The door's other front, a folder of files, with the real daemons: what is
# written into out/ is sent and kept, or refused with a reason and kept; what
# happened comes into in/, once; and dying at any moment does nothing twice.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
WC_DATA=$root/tests/cases/caledonian
W=$(mktemp -d) || exit 1
. "$root/tests/system/lib.sh"
. "$root/tests/system/caledonian.sh"
trap 'wl_end; rm -rf "$W"' EXIT
trap 'exit 130' INT TERM

wrong=0
ok() {
	if [ "$2" = "$3" ]; then
		echo "ok    $1"
	else
		echo "WRONG $1: $2, not $3"
		wrong=$((wrong + 1))
	fi
}
must() {
	"$@" || {
		echo "could not be set up: $*"
		exit 1
	}
}

must wl_partnership
WC_DESK=yes
must wc_agencies
must wc_open
must wc_consent
must wc_introduce
P=northbank-police
F=$W/folder
must mkdir "$F"
printf '[desk]\nagent = %s\n[api]\nfolder = %s\ntoken_file = %s\n' \
    "$W/$P/agent.sock" "$F" "$W/secret/api" >"$W/$P/desk.conf"
new_token() {
	wl_agent $P service add records --json | jq -r .token >"$W/secret/api"
	chmod 600 "$W/secret/api"
}
folder() {
	wl_start folder "$B/wayleave-desk" folder --config "$W/$P/desk.conf"
}
must new_token
folder
must wl_until 10 folder test -d "$F/failed"

# put NAME: from standard input, as a system should write it
put() {
	cat >"$F/out/$1.tmp" && mv "$F/out/$1.tmp" "$F/out/$1.json"
}
# came PLACE NAME: has it got there, with what lies beside it?
is_put_away() {
	[ -e "$F/$1.json" ] || [ -L "$F/$1.json" ] && [ -e "$F/$1.$2" ]
}
came() {
	case $1 in sent) tail=answer ;; *) tail=error ;; esac
	wl_until 20 "$1/$2" is_put_away "$1/$2" "$tail" && echo came
}
fits() {
	python3 "$root/tests/system/schema.py" \
	    "$root/agent/desk/schema/$1.json" "$2" && echo fits
}
document() {
	jq -n --arg me "$WC_ME" --arg text "$1" '{
	    schema: "wayleave/observation/1", case: {local: "1"},
	    author: {account: $me}, component: "C1", actor: "P1",
	    targets: ["P2"], codes: ["CC30"], text: $text, source: "SRC6",
	    send_to: ["caledonian-children", "northbank-school"]}'
}
records() {
	wl_as $P seen 1 --json | jq '[.records[] |
	    select(.kind == "observation")] | length'
}

# ---- sent ------------------------------------------------------------------------
document 'calls when she is upset' >"$W/one"
put one <"$W/one"
ok 'handed in' "$(came sent one)" came
ok 'byte for byte' "$(cmp "$W/one" "$F/sent/one.json" && echo same)" same
ok 'the answer as its schema says' "$(fits sent "$F/sent/one.answer")" fits
ok 'one copy goes, one is refused' "$(jq -r '[.copies[] | .rule // "sent"] |
    sort | join(" ")' "$F/sent/one.answer")" 'R1 sent'
id=$(jq -r .id "$F/sent/one.answer")
put again <"$W/one"
ok 'the same bytes again' "$(came sent again)" came
ok 'are the same record' "$(jq -r '.id + .state' "$F/sent/again.answer")" \
    "${id}repeated"
document 'and on another day' | put one
ok 'a name used before' "$(came sent one-2)" came
ok 'is not overwritten' "$(cmp "$W/one" "$F/sent/one.json" && echo same)" same
jq --arg me "$WC_ME" '.author.account = $me | .case.local = "1" |
    .to = "caledonian-children" | del(.gap)' "$WC_DATA/question.json" |
    put question
ok 'a question by its schema' "$(came sent question)" came
ok 'is one' "$(wl_as $P seen 1 --json | jq '[.records[] |
    select(.kind == "question")] | length')" 1
ok 'two observations in all' "$(records)" 2

# ---- failed ----------------------------------------------------------------------
refused() {
	ok "$1: refused" "$(came failed "$2")" came
	ok "$1: as the schema says" "$(fits error "$F/failed/$2.error")" fits
	ok "$1: status" "$(jq -r '"\(.status) \(.rule // .title)"' \
	    "$F/failed/$2.error")" "$3"
}
jq '.codes = ["ZZ99"]' "$W/one" | put code
jq '.codes = ["PE02"] | .component = "C3" | del(.actor)' "$W/one" | put c3
jq '.case.local = "777"' "$W/one" | put case
jq '.idempotency_key = "00112233445566778899aabbccddee01"' "$W/one" | put key
must came sent key
jq '.idempotency_key = "00112233445566778899aabbccddee01" |
    .text = "another"' "$W/one" | put key-2nd
printf '{"a":' | put half
printf '[]' | put list
printf '' | put nothing
awk 'BEGIN { for (i = 0; i < 40; i++) printf "{\"a\":"; printf 1
    for (i = 0; i < 40; i++) printf "}" }' | put deep
awk 'BEGIN { printf "{\"a\":\""; for (i = 0; i < 70000; i++) printf "x"
    print "\"}" }' >"$W/big"
put big <"$W/big"
ln -s "$W/one" "$F/out/link.json"
mkfifo "$F/out/pipe.json"
mkdir "$F/out/folder.json"
cp "$W/one" "$F/out/x.tmp" && mv "$F/out/x.tmp" "$F/out/a name.json"
cp "$W/one" "$F/out/plain.txt"
refused 'an unknown code' code '400 V8'
refused 'V5' c3 '422 V5'
refused 'an unknown case' case '404 Nothing to show'
refused 'the same key for another' key-2nd '409 Used before'
refused 'half a document' half '400 Not in the form'
refused 'no object' list '400 Not in the form'
refused 'nothing' nothing '400 Not in the form'
refused 'nested' deep '400 Not in the form'
refused 'too large' big '413 Too large'
refused 'a link' link '400 Not in the form'
refused 'a pipe' pipe '400 Not in the form'
refused 'a folder' folder '400 Not in the form'
refused 'a name with a blank' 'a name' '400 Not in the form'
ok 'a name without .json' "$(wl_until 10 it test -e \
    "$F/failed/plain.txt.error" -a -e "$F/failed/plain.txt" && echo came)" came
if [ "$(id -u)" -eq 0 ]; then
	cp "$W/one" "$F/out/other.tmp"
	chown nobody "$F/out/other.tmp"
	mv "$F/out/other.tmp" "$F/out/other.json"
	refused 'of another account' other '400 Not in the form'
fi
ok 'kept whole' "$(cmp "$W/big" "$F/failed/big.json" && echo same)" same
ok 'the link is the link' "$(readlink "$F/failed/link.json")" "$W/one"
ok 'says where' "$(jq -r .field "$F/failed/c3.error")" asked
ok 'says what to do' "$(jq -r '.detail | length > 20' \
    "$F/failed/link.error")" true
printf 'half' >"$F/out/writing.tmp"
printf 'half' >"$F/out/.hidden.json"
document 'after those' | put after
ok 'what is being written is left alone' "$(came sent after) $(ls -A \
    "$F/out" | tr '\n' ' ')" 'came .hidden.json writing.tmp '
ok 'no names in the log' "$(grep -c 'plain\|hidden\|a name\|writing' \
    "$W/log/folder.log")" 0

# ---- not now ---------------------------------------------------------------------
wl_stop $P
document 'while the agent is away' | put away
must wl_until 15 'word of it' grep -q 'not now' "$W/log/folder.log"
ok 'waits' "$(test -e "$F/out/away.json" && echo there)" there
must wl_run $P
ok 'goes when it is back' "$(came sent away)" came
must wl_quiet wl_agent $P service end records
document 'with an ended token' | put ended
must wl_until 15 'word of it' grep -q WL-082 "$W/log/folder.log"
ok 'an ended token is not the fault of the document' \
    "$(test -e "$F/out/ended.json" && echo there)" there
wl_stop folder
must new_token
folder
ok 'goes with a new one' "$(came sent ended)" came
"$B/wayleave-desk" folder --config "$W/$P/desk.conf" >"$W/second" 2>&1
ok 'one of them at a time' $? 4
wl_stop folder
chmod 644 "$W/secret/api"
"$B/wayleave-desk" folder --config "$W/$P/desk.conf" >"$W/second" 2>&1
ok 'a token that others can read' "$?/$(grep -c WL-020 "$W/second")" 5/1
chmod 600 "$W/secret/api"

# ---- killed between sending and moving ----------------------------------------------
# The agent stands still, so that the folder waits for its answer; what was
# asked lies in the socket and is done when the agent goes on.
before=$(records)
kill -STOP "$(cat "$W/pid/$P")"
document 'asked, and then killed' | put between
folder
sleep 3
ok 'not moved yet' "$(test -e "$F/out/between.json" && echo there)" there
wl_stop folder KILL
kill -CONT "$(cat "$W/pid/$P")"
more() {
	[ "$(records)" -eq $((before + 1)) ]
}
must wl_until 20 'the record, by what was asked before the kill' more
ok 'the file is in out/ still' "$(test -e "$F/out/between.json" &&
    echo there)" there
folder
ok 'handed in again' "$(came sent between)" came
ok 'which is no second record' "$(jq -r .state "$F/sent/between.answer") \
$(($(records) - before))" 'repeated 1'

# ---- killed at any moment -----------------------------------------------------------
before=$(records)
round=0
while [ "$round" -lt 12 ]; do
	round=$((round + 1))
	for i in 1 2 3; do
		document "round $round, document $i" | put "r$round-$i"
	done
	sleep "0.$(od -An -N1 -tu1 /dev/urandom | awk '{ print $1 % 10 }')"
	wl_stop folder KILL
	folder
done
moved() {
	[ "$(find "$F/out" -name 'r*.json' | wc -l)" -eq 0 ]
}
must wl_until 30 'end of it' moved
wl_stop folder
ok 'each is there once' "$(find "$F/sent" -name 'r*.json' | wc -l)" 36
ok 'each has its answer' "$(find "$F/sent" -name 'r*-[123].answer' | wc -l)" 36
ok 'and is one record' "$(($(records) - before))" 36

# ---- in/ ------------------------------------------------------------------------------
# As many as the agent has, each once.
folder
all_in() {
	for one in "$F"/in/*.json; do
		cat "$one"
		echo
	done
}
told() {
	[ "$(cd "$F/in" && find . -name '*.json' |
	    sed 's|^\./0*||; s|\.json$||' | sort -n)" = "$(seq "$(all_in |
	    jq -s '[.[].n] | max')")" ]
}
delivered() {
	[ "$(all_in | grep -c copy.delivered)" -ge 40 ]
}
must wl_until 30 'deliveries in in/' delivered
wl_stop folder
ok 'every number once' "$(told && echo all)" all
all_in | jq -s '{next: .[-1].n, events: .[-100:]}' >"$W/answer"
ok 'and how the agent was' "$(all_in | grep -c 'agent.online')" 1
ok 'events as the schema says' "$(fits events "$W/answer")" fits
ok 'no code, no text, no name' "$(all_in |
    grep -c 'CC30\|upset\|round\|Example')" 0
ok 'nothing half done' "$(find "$F/in" "$F/sent" "$F/failed" -name '*.tmp' |
    wc -l)" 0
# What the system takes away does not come again.
last=$(all_in | jq -s '[.[].n] | max')
rm "$F"/in/*.json
folder
document 'one more' | put more
must came sent more
something_in() {
	all_in 2>/dev/null | grep -q "$1"
}
must wl_until 20 'its events' something_in copy.queued
ok 'only what is new' "$(all_in | jq -s "[.[] | select(.n <= $last)] |
    length")" 0

# ---- what a message turned out to be -------------------------------------------------------
echo 'any record before the move?' >"$W/question"
must wl_quiet wl_as "$(jq -r .question.from "$WC_DATA/expected.json")" ask 1 \
    --to $P --gap GP01 --file "$W/question"
ok 'closed, it is something' "$(wl_until 20 it something_in item.waiting &&
    all_in | grep -c question.waiting)" 0
must wl_quiet wl_as $P open 1
must wl_quiet wl_as $P open 1
must wl_until 20 'word of the question' something_in question.waiting
document 'the last' | put last
must came sent last
must wl_until 20 'its events' something_in copy.queued
ok 'opened, it is a question, once' "$(all_in |
    grep -c question.waiting)" 1

wl_stop folder
ok 'the sandbox was in force, and nothing ran into it' "$(grep -c \
    'not entered\|not permitted' "$W/log/folder.log")" 0

[ "$wrong" -eq 0 ]
