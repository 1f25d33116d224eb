#!/bin/sh
# The door for an agency's own systems: real daemons, curl over the Unix
# socket.  A service writes and never reads; every kind of refusal has its
# status and its words; the same thing handed in twice is done once.
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
		[ -e "$W/answer" ] && cat "$W/answer"
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
must wl_desk $P "$W/$P/api.sock"
must wl_until 10 door test -S "$W/$P/api.sock"
must wl_sitter $P pat response-officer worker 'Pat Example'
token=$(wl_agent $P service add records --json | jq -r .token)
case $token in svc*) ;; *) echo "no token: $token"; exit 1 ;; esac

# status METHOD PATH [curl options]: the answer is in $W/answer
status() {
	method=$1 path=$2
	shift 2
	curl -s -o "$W/answer" -w '%{http_code}' --unix-socket \
	    "$W/$P/api.sock" -X "$method" "$@" "http://localhost$path"
}
post() {
	path=$1 file=$2
	shift 2
	status POST "$path" -H "Authorization: Bearer $token" \
	    -H 'Content-Type: application/json' --data-binary "@$file" "$@"
}
get() {
	status GET "$1" -H "Authorization: Bearer $token"
}
said() {
	jq -r "$1" "$W/answer"
}

# What comes back is what the schemas say.
fits() {
	if python3 "$root/tests/system/schema.py" \
	    "$root/agent/desk/schema/$1.json" "$W/answer"; then
		echo fits
	fi
}
ok 'the case as its schema says' "$(python3 "$root/tests/system/schema.py" \
    "$root/agent/desk/schema/observation.json" \
    "$WC_DATA"/observations/*.json && echo fits)" fits

# ---- an observation -------------------------------------------------------------
cat >"$W/one.json" <<'END'
{"schema":"wayleave/observation/1",
 "idempotency_key":"00112233445566778899aabbccddee01","case":{"local":"1"},
 "author":{"account":"pat","role":"response-officer"},"component":"C1",
 "actor":"P1","targets":["P2"],"codes":["CC30"],
 "text":"calls when she is upset","source":"SRC6",
 "send_to":["caledonian-children","northbank-school"]}
END
jq '.case.local = 1 | del(.case)' "$W/one.json" >"$W/nocase.json"
ok 'dry run' "$(post '/v1/observations?dry_run=1' "$W/one.json")" 200
ok 'dry run says so' "$(said .state)" preview
ok 'taken' "$(post /v1/observations "$W/one.json")" 202
id=$(said .id)
ok 'as the schema says' "$(fits sent)" fits
ok 'one copy goes' "$(said '[.copies[] | select(.state != "refused")] |
    length')" 1
ok 'one is refused' "$(said '.copies[] | select(.member ==
    "northbank-school") | .rule')" R1
ok 'again: done once' "$(post /v1/observations "$W/one.json")" 200
ok 'and says what became of the first' "$(said .id)" "$id"
jq '.text = "something else"' "$W/one.json" >"$W/other.json"
ok 'the same key for another' "$(post /v1/observations "$W/other.json")" 409
ok 'where it is' "$(get "/v1/observations/$id")" 200
ok 'without content' "$(said 'has("content")')" false

# ---- refusals -----------------------------------------------------------------------
jq 'del(.idempotency_key) | .codes = ["PE02"] | .component = "C3" |
    del(.actor)' "$W/one.json" >"$W/c3.json"
ok 'V5' "$(post /v1/observations "$W/c3.json")" 422
ok 'V5 names its rule' "$(said '.rule + " " + .field')" 'V5 asked'
ok 'a refusal as the schema says' "$(fits error)" fits
ok 'V5 has words' "$(said '.detail | length > 20')" true
jq 'del(.idempotency_key) | .codes = ["ZZ99"]' "$W/one.json" >"$W/v8.json"
ok 'an unknown code' "$(post /v1/observations "$W/v8.json")" 400
jq 'del(.idempotency_key) | .surplus = 1' "$W/one.json" >"$W/more.json"
ok 'an unknown field' "$(post /v1/observations "$W/more.json")" 400
jq 'del(.idempotency_key) | .case.local = "777"' "$W/one.json" >"$W/777.json"
ok 'an unknown case' "$(post /v1/observations "$W/777.json")" 404
jq 'del(.idempotency_key) | .case.local = "+1"' "$W/one.json" >"$W/plus.json"
ok 'a reference is no sum' "$(post /v1/observations "$W/plus.json")" 404
jq 'del(.idempotency_key) | .author.account = "nobody"' "$W/one.json" \
    >"$W/author.json"
ok 'an unknown author' "$(post /v1/observations "$W/author.json")" 400
printf '{"a":1,"a":2}' >"$W/twice.json"
ok 'a key twice' "$(post /v1/observations "$W/twice.json")" 400
printf '{"a":' >"$W/half.json"
ok 'half a document' "$(post /v1/observations "$W/half.json")" 400
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "{\"a\":" }' >"$W/deep.json"
ok 'nested' "$(post /v1/observations "$W/deep.json")" 400
awk 'BEGIN { printf "{\"a\":\""; for (i = 0; i < 200000; i++) printf "x"
    print "\"}" }' >"$W/big.json"
s=$(post /v1/observations "$W/big.json")
case $s in 413 | 000) s=refused ;; esac
ok 'too large' "$s" refused
ok 'no JSON type' "$(status POST /v1/observations -H \
    "Authorization: Bearer $token" --data-binary "@$W/one.json")" 415
ok 'no token' "$(status GET /v1/events)" 401
ok 'a wrong token' "$(status GET /v1/events -H \
    "Authorization: Bearer svc00")" 401
ok 'unknown path' "$(get /v1/nothing)" 404
ok 'another method' "$(get /v1/questions)" 405
ok 'path tricks' "$(get '/v1/observations/..%2f..')" 404

# ---- a token never reads ---------------------------------------------------------------
echo '{}' >"$W/empty.json"
ok 'a token opens nothing' "$(post /v1/cases/1/open "$W/empty.json")" 403
ok 'nor maps' "$(get /v1/cases/1/map)" 403
ok 'nor reads' "$(get /v1/messages/5)" 403
ok 'and it is in the audit file' "$(tail -n 5 "$W/$P/state/audit.jsonl" |
    jq -r 'select(.auth == "token" and .outcome == "refused") | .event' |
    tail -n 1)" open

# ---- events -------------------------------------------------------------------------------
wl_until 15 'delivery' sh -c "curl -s --unix-socket '$W/$P/api.sock' -H \
    'Authorization: Bearer $token' 'http://localhost/v1/events?after=0' |
    grep -q copy.delivered"
ok 'events' "$(get '/v1/events?after=0')" 200
ok 'queued and delivered' "$(said "[.events[] | select(.observation ==
    \"$id\") | .event] | join(\" \")")" 'copy.queued copy.delivered'
ok 'events as the schema says' "$(fits events)" fits
ok 'no code, no text' "$(grep -c 'CC30\|upset' "$W/answer")" 0
n=$(said .next)
echo "{\"n\":$n}" >"$W/ack.json"
ok 'acknowledged' "$(post /v1/events/ack "$W/ack.json")" 200
printf '{"n":%s}' "$((n + 1000))" >"$W/far.json"
ok 'not what has not been' "$(post /v1/events/ack "$W/far.json")" 400
ok 'goes on from there' "$(get /v1/events)/$(said '.events | length')" 200/0

# ---- taking back -----------------------------------------------------------------------------
echo '{"reason":"wrong-fact"}' >"$W/why.json"
ok 'taken back' "$(post "/v1/observations/$id/recall" "$W/why.json")" 202
ok 'a reason is needed' "$(post "/v1/observations/$id/recall" \
    "$W/empty.json")" 400
ok 'vocabulary' "$(get /v1/vocabulary)/$(said '[.codes[] | select(.code ==
    "CC02")] | length')" 200/1

# ---- a worker's session ---------------------------------------------------------------------------
jq -n --arg p "$WL_WORD" '{account: "pat", password: $p}' >"$W/in.json"
ok 'signed in' "$(status POST /v1/sessions -H \
    'Content-Type: application/json' --data-binary "@$W/in.json")" 200
service=$token
token=$(said .session)
ok 'the worker opens' "$(post /v1/cases/1/open "$W/empty.json")" 200
ok 'and maps' "$(get /v1/cases/1/map)" 200
ok 'a case is named, not added up' "$(get /v1/cases/+1/map)" 404
item=$(wl_as $P inbox --json | jq '.items[0].message')
ok 'reads one item' "$(get "/v1/messages/$item")" 200
for part in "${item}abc" "+$item" -1 "0$item-" 99999999999999999999; do
	ok "no item: $part" "$(get "/v1/messages/$part")" 404
done
# they tell of all cases, also of one that this worker is kept out of
ok 'events are for services' "$(get '/v1/events?after=0')" 403
ok 'and so is their acknowledgement' "$(post /v1/events/ack \
    "$W/ack.json")" 403
echo '{"case":1,"messages":[],"to":"court","why":"other"}' >"$W/export.json"
ok 'nothing to export' "$(post /v1/exports "$W/export.json")" 400
token=$service
curl -s -o "$W/waited" -w '%{http_code}' --unix-socket "$W/$P/api.sock" \
    -H "Authorization: Bearer $token" \
    'http://localhost/v1/events?after=999999999&wait_seconds=30' \
    >"$W/waited.status" &
waiting=$!
sleep 1
ok 'somebody waits for events' "$(cat "$W/waited.status")" ''
must wl_agent $P service end records
wait "$waiting"
ok 'and hears no more once the token is ended' "$(cat "$W/waited.status")" 401
ok 'an ended token' "$(get /v1/events)" 401
ok 'the service is gone' "$(wl_agent $P service list --json |
    jq '.services | length')" 0

[ "$wrong" -eq 0 ]
