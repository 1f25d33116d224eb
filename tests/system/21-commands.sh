#!/bin/sh
# The commands of wayleave over three agencies: what good input does, what
# bad input gets, who may do what.
set -u
: "${B:?}" "${TMPDIR:?}"
here=$(cd "$(dirname "$0")" && pwd)
WC_DATA=$here/../cases/caledonian
W=$TMPDIR/w
mkdir -p "$W"
command -v jq >/dev/null 2>&1 || {
	echo 'jq is missing: deploy/install-deps'
	exit 77
}
# shellcheck source=tests/system/lib.sh
. "$here/lib.sh"
trap 'wl_end' EXIT

wrong=0
fail() {
	echo "FAIL: $*"
	wrong=1
}
# expect CODE MEMBER COMMAND..: as its worker; output in out and err.
expect() {
	want=$1
	shift
	wl_as "$@" >"$W/out" 2>"$W/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] && return 0
	cat "$W/out" "$W/err"
	fail "exit $got instead of $want: $*"
}
said() { grep -q -- "$1" "$W/out" || { cat "$W/out"; fail "not said: $1"; }; }
told() { grep -q -- "$1" "$W/err" || { cat "$W/err"; fail "not told: $1"; }; }
# A JSON file from a jq expression on a good observation.
document() { jq "$1" "$W/good.json" >"$W/doc.json"; }
must() { "$@" || { echo "FAIL: $*"; exit 1; }; }

me=$(id -un)
other=daemon
must wl_partnership
must wl_agency womens-aid AG06 "Northbank Women's Aid" --may-open-cases
must wl_agency northbank-children AG01 'Northbank Children and Families'
must wl_agency northbank-school AG13 'Northbank Primary School' \
    --onward-duty parents
for m in womens-aid northbank-children northbank-school; do
	must wl_run $m
	must wl_quiet wl_agent $m worker add "$me" --name 'Alex Example' \
	    --role worker --may worker,advocate,officer,lead
done
must wl_quiet wl_agent womens-aid worker add $other --name 'Second' \
    --role advocate --may worker,advocate

# ---- before there is a case -----------------------------------------------------
expect 2 womens-aid nonsense
expect 2 womens-aid open
expect 0 womens-aid inbox
said '^nothing$'
expect 1 womens-aid open 1
told 'There is no such case here'
expect 1 womens-aid map NB-1
told 'There is no such case here'
WAYLEAVE_SOCKET=$W/none "$B/wayleave" inbox >"$W/out" 2>"$W/err"
[ $? -eq 4 ] || fail 'no agent: not exit 4'
told 'no agent listens'

# ---- a case ----------------------------------------------------------------------
expect 0 womens-aid case open --reference CF-1 --json
jq -r .passphrase "$W/out" >"$W/secret/her"
jq -r .stop "$W/out" >"$W/secret/stop"
chmod 600 "$W"/secret/*
jq '{schema, conversation, grants: [
    {name: "A", from: "womens-aid", to: ["northbank-children"],
     scopes: ["C1", "C3", "C5", "Q"], purpose: "PU01"},
    {name: "B", from: "northbank-children", to: ["womens-aid"],
     scopes: ["C2", "C4", "SR", "Q"], purpose: "PU01"},
    {name: "ID", from: "womens-aid", to: ["northbank-children"],
     scopes: ["ID"], purpose: "PU01"}]}' "$WC_DATA/grants.json" \
    >"$W/set.json"
expect 0 womens-aid case consent "$W/set.json" --case CF-1 --dry-run
said "may tell Northbank Children and Families: .*(C1)"
said 'Nothing was signed'
# A set that must not be signed: nobody asked her alone.
jq '.conversation.asked_alone = "no"' "$W/set.json" >"$W/bad.json"
expect 1 womens-aid case consent "$W/bad.json" --case CF-1 --dry-run
jq '.grants[0].to = ["*"]' "$W/set.json" >"$W/bad.json"
expect 3 womens-aid case consent "$W/bad.json" --case CF-1 --dry-run
jq '.grants[0].days = 91' "$W/set.json" >"$W/bad.json"
expect 1 womens-aid case consent "$W/bad.json" --case CF-1 --dry-run
# The wrong passphrase signs nothing.
echo 'not the words she was given at all' >"$W/secret/wrong"
chmod 600 "$W/secret/wrong"
wl_until 10 'worker records' sh -c "$B/wayleave-agent worker list --json \
    --config $W/womens-aid/agent.conf | grep -c announced | grep -qx 2"
expect 1 womens-aid case consent "$W/set.json" --case CF-1 --introduction \
    "$WC_DATA/book.json" --waiver $other --secret-file "$W/secret/wrong"
expect 0 womens-aid case consent "$W/set.json" --case CF-1 --introduction \
    "$WC_DATA/book.json" --waiver $other --causing-harm P1 --secret-file \
    "$W/secret/her"
said '^admitted .*womens-aid -> northbank-children'

# ---- a conflict officer looks first --------------------------------------------------
here_now() { wl_as northbank-children inbox --json | jq -e '.items != []' \
    >/dev/null; }
must wl_until 15 'introduction' here_now
n=$(wl_as northbank-children inbox --json | jq '.items[0].message')
expect 0 northbank-children open "m$n"
said 'persons .*P1'
expect 0 northbank-children conflict-checked 1
said 'must not see it .*Example Cousin'
expect 0 northbank-children conflict-checked 1 --confirm

# ---- observations: what is wrong, where, and what to do --------------------------------
jq 'del(.idempotency_key, .links, .case) | .send_to =
    ["northbank-children"]' "$WC_DATA/observations/ADV-1.json" >"$W/good.json"
bad() {
	document "$2"
	cp "$W/doc.json" "$W/before.json"
	expect "$1" womens-aid send "$W/doc.json" --case 1
	told "$3"
	cmp -s "$W/doc.json" "$W/before.json" || fail "$2: the file changed"
}
printf '{"schema":\n"x",}\n' >"$W/doc.json"
expect 3 womens-aid send "$W/doc.json" --case 1
told 'line 2'
printf '[]' >"$W/doc.json"
expect 3 womens-aid send "$W/doc.json" --case 1
expect 3 womens-aid send "$W/not-there.json" --case 1
told 'no such file'
head -c 70000 /dev/zero | tr '\0' ' ' >"$W/doc.json"
expect 3 womens-aid send "$W/doc.json" --case 1
bad 3 '.codes = ["CC99"]' 'codes.*CC99'
bad 3 '.nonsense = 1' 'nonsense'
bad 3 '.targets = ["Marketa"]' 'targets'
bad 3 '.when.from = "2026-13"' 'from'
bad 3 '.text = ("x" * 281)' 'text'
bad 3 '.id = "00112233445566778899aabbccddeeff"' 'given by the agent'
bad 3 '.codes = []' 'code'
bad 3 'del(.source)' 'source'
bad 3 '.links = [range(9) | "00112233445566778899aabbccddee0\(.)"]' 'links'
bad 3 '.links = ["00112233"]' 'begins like that'
bad 1 'del(.actor)' 'V1'
bad 1 '.component = "C5" | .codes = ["IF02"] | .owner = "P2"' 'V2'
bad 1 '.component = "BC" | .codes = ["BC07"]' 'V3'
bad 1 '.source = "SRC8"' 'V4'
bad 1 '.component = "C3" | .codes = ["PE01"]' 'V5'
bad 1 '.segments = ["SG4"]' 'V6'
expect 2 womens-aid send "$W/good.json" --case 1 --to 'Nobody!'
expect 1 womens-aid send "$W/good.json" --case 9
told 'There is no such case here'

# ---- sent, looked at, put right, taken back ----------------------------------------------
expect 0 womens-aid send "$W/good.json" --case CF-1 --dry-run
said '^would go .*northbank-children'
expect 1 womens-aid send "$W/good.json" --case 1 --to \
    northbank-children,northbank-school --dry-run
said '^refused  *northbank-school  R1  There is no permission'
expect 0 womens-aid send "$W/good.json" --case 1 --to none
said '^kept'
expect 0 womens-aid send "$W/good.json" --case 1 --to allowed --json
id=$(jq -r .id "$W/out")
jq -e '[.copies[].member] == ["northbank-children"]' "$W/out" >/dev/null ||
    fail 'allowed is not whom there is a permission for'
arrived() { wl_as northbank-children open 1 --json | jq -e --arg t "$1" \
    'any(.items[]; .kind == $t)' >/dev/null; }
must wl_until 15 'observation' arrived observation
opened() { wl_as womens-aid track "$id" | grep -q 'opened by worker'; }
must wl_until 15 'word of the opening' opened
expect 0 womens-aid track "$(echo "$id" | cut -c1-8)"
expect 1 womens-aid track 00000000
expect 2 womens-aid track 123
expect 0 womens-aid seen 1
said 'observation'

document '.text = "said it was the other way round" | .codes = ["CC25"]'
expect 0 womens-aid correct "$id" "$W/doc.json"
said '^\(accepted\|waiting\) .*northbank-children'
must wl_until 15 'correction' arrived correction
# what a correction corrects no longer counts in the map
expect 0 northbank-children map 1
said 'said it was the other way round'
grep -q 'earlier sobriety undermined' "$W/out" &&
    fail 'what was corrected still counts'
expect 2 womens-aid recall "$id" --reason because
expect 0 womens-aid recall "$id" --reason wrong-fact
said '^taken back .*northbank-children'
gone() { wl_as northbank-children inbox | grep -q recalled; }
must wl_until 15 'mark of a recall' gone
# Received words are not passed on (V4): not as they came, nor re-spaced.
jq '.text = "Said it was  the other way round!" | .codes = ["CC25"]' \
    "$W/good.json" >"$W/doc.json"
expect 1 northbank-children send "$W/doc.json" --case 1 --to womens-aid
told 'V4'

# ---- question and answer ------------------------------------------------------------------
echo 'has anybody spoken to the children?' >"$W/question.txt"
expect 0 womens-aid ask 1 --to northbank-children --gap GP04 --by 2026-12-24 \
    --file "$W/question.txt"
expect 3 womens-aid ask 1 --to northbank-children --gap GP99 \
    --file "$W/question.txt"
expect 2 womens-aid ask 1 --file "$W/question.txt"
must wl_until 15 'question' arrived question
n=$(wl_as northbank-children open 1 --json | jq 'first(.items[] |
    select(.kind == "question")) | .message')
echo 'yes, last week' >"$W/answer.txt"
expect 2 northbank-children answer nonsense "$W/answer.txt"
expect 1 northbank-children answer m999999 "$W/answer.txt"
expect 0 northbank-children answer "m$n" "$W/answer.txt"
answered() { wl_as womens-aid open 1 | grep -q 'yes, last week'; }
must wl_until 15 'answer' answered

# ---- written at the terminal ------------------------------------------------------------------
printf 'P1\nstrangled her\n1\n\nyes\nP2\n2026-11-20\n2\nchoked\nyes\n' |
    wl_as womens-aid write 1 >"$W/out" 2>"$W/err" ||
    fail 'write: not sent'
told 'mark DM01'
said '^\(accepted\|waiting\) .*northbank-children'
printf 'P1\nCC02\n\nyes\nP2\n\n2\n\nno\n' | wl_as womens-aid write 1 \
    >"$W/out" 2>"$W/err" && fail 'write: sent although the answer was no'
printf 'P1\n' | wl_as womens-aid write 1 >"$W/out" 2>"$W/err" &&
    fail 'write: half a record was taken'

# ---- wording, gaps, copying out, duty -------------------------------------------------------------
echo 'she failed to protect the children' >"$W/words.txt"
expect 1 womens-aid lint "$W/words.txt"
said 'failed to protect'
echo 'P1 punched P2 on two occasions' >"$W/words.txt"
expect 0 womens-aid lint "$W/words.txt"
expect 0 northbank-children gaps 1 --assign GP13 --to j.reid --due 2026-12-01
expect 0 northbank-children gaps 1
said 'j.reid, due 2026-12-01'
expect 2 northbank-children gaps 1 --assign GP99 --to j.reid
expect 0 northbank-children map 1 --actor P1
expect 0 northbank-children map 1 --side-by-side P1,P2
expect 2 northbank-children map 1 --side-by-side P1
list=$(wl_as northbank-children open 1 --json | jq -r '[.items[].message] |
    sort | .[0:1] | map("m\(.)") | join(",")')
expect 0 northbank-children export 1 --messages "$list" --to court --why \
    court-order --out "$W/export.json"
[ "$(jq '.items | length' "$W/export.json")" -eq 1 ] ||
    fail 'the export holds more than was named'
[ "$(stat -c %a "$W/export.json")" = 600 ] || fail 'mode of an export'
expect 1 northbank-children export 1 --messages "$list" --to court --why \
    court-order --out "$W/export.json"
expect 1 northbank-children export 1 --messages m999999 --to court --why \
    court-order --out "$W/export2.json"
expect 2 northbank-children export 1 --messages "$list" --to court --why \
    curiosity --out "$W/export2.json"
[ ! -e "$W/export2.json" ] || fail 'an export that was refused left a file'
expect 0 northbank-children mandated 1 --to police --ground LB4 --told no \
    --why threat-to-life
said '^ledger .*entry'
expect 3 northbank-children mandated 1 --to police --ground LB1 --told no \
    --why threat-to-life

# ---- accounts and keys -----------------------------------------------------------------------------
wl_agent northbank-school lock >/dev/null
expect 5 northbank-school inbox
wl_quiet wl_agent northbank-school unlock --secret-file \
    "$W/secret/passphrase" || wrong=1
wl_until 10 'unlocked agent' wl_ready northbank-school || wrong=1
expect 0 northbank-school inbox
wl_quiet wl_agent northbank-school worker end "$me" || wrong=1
expect 5 northbank-school inbox

# ---- her side --------------------------------------------------------------------------------------
expect 0 womens-aid case phrases rehearse --secret-file "$W/secret/stop"
expect 1 womens-aid case phrases rehearse --secret-file "$W/secret/wrong"
told 'not a possible phrase'
expect 1 womens-aid stop --secret-file "$W/secret/wrong"
expect 0 womens-aid case renew 1
said 'womens-aid -> northbank-children'
expect 0 womens-aid case statement 1
said 'Shared outside: 1'
grant=$(wl_as womens-aid case status 1 --json | jq -r 'first(.grants[] |
    select(.from == "womens-aid" and (.scopes | index("C1")))) | .grant')
expect 0 womens-aid case withdraw 1 --grant "$grant" --heard-by-phone
expect 1 womens-aid send "$W/good.json" --case 1
said 'R1'
expect 0 womens-aid case close 1
closed() { ! wl_as northbank-children open 1 >/dev/null 2>&1; }
wl_until 10 'end of reading' closed || wrong=1
[ $wrong -eq 0 ] && echo ok
exit $wrong
