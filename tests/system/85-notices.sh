#!/bin/sh
# Reaching people: wayleave-mail against mail servers kind and unkind, the
# same notice for three unlike events and both urgencies, calls for what is
# urgent until somebody looks after it, alerts to IT.
set -u
: "${B:?}" "${TMPDIR:?}"
here=$(cd "$(dirname "$0")" && pwd)
WC_DATA=$here/../cases/caledonian
W=$TMPDIR/w
mkdir -p "$W"
for tool in jq python3 openssl curl; do
	command -v $tool >/dev/null 2>&1 || {
		echo "$tool is missing: deploy/install-deps"
		exit 77
	}
done
# shellcheck source=tests/system/lib.sh
. "$here/lib.sh"
trap 'wl_end' EXIT
umask 077

wrong=0
fail() {
	echo "FAIL: $*"
	wrong=1
}
must() { "$@" || { echo "FAIL: $*"; exit 1; }; }

# ---- mail servers -----------------------------------------------------------
# server NAME [options of smtp_server.py]: in $W/smtp/NAME; sets PORT.
server() {
	name=$1
	shift
	mkdir -p "$W/smtp/$name"
	for _ in 1 2 3 4 5; do
		PORT=$(wl_port)
		wl_start "smtp-$name" python3 "$here/smtp_server.py" \
		    "$W/smtp/$name" "$PORT" "$@"
		wl_until 10 'mail server' test -e "$W/smtp/$name/ready" \
		    2>/dev/null && return 0
	done
	fail "no mail server $name"
	cat "$W/log/smtp-$name.log"
	exit 1
}
mails() { find "$W/smtp/$1" -name '*.mail' 2>/dev/null | wc -l; }

# mail CODE URL [lines of [notify]]: one mail, and how it ends.
mail() {
	want=$1 url=$2
	shift 2
	printf '%s\n' '[agent]' 'partnership = /x.wlp' 'member = school' \
	    '[notify]' "smtp_url = $url" 'smtp_from = desk@agency.example' \
	    "$@" >"$W/mail.conf"
	printf 'bea@agency.example\nYou have an item to review.\n' |
	    CREDENTIALS_DIRECTORY=$W/secret "$B/wayleave-mail" send --config \
	    "$W/mail.conf" >"$W/out" 2>"$W/err"
	got=$?
	[ "$got" -eq "$want" ] && return 0
	cat "$W/err"
	fail "exit $got instead of $want: $url $*"
}

must mkdir -p "$W/secret" "$W/pid" "$W/log"
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -keyout "$W/$1.key" -out "$W/$1.pem" -days 2 \
	    -subj "/CN=$1" -addext "subjectAltName=$2" >/dev/null 2>&1
}
mine=$(hostname -I 2>/dev/null | tr ' ' '\n' | grep -m 1 '^[0-9.]*$')
must certificate good "DNS:localhost,IP:${mine:-127.0.0.2}"
must certificate other 'DNS:other.example'
printf 'a word for mail\n' >"$W/secret/notify"
printf 'not that word\n' >"$W/secret/wrong"
cp "$W/secret/notify" "$W/secret/open"
chmod 644 "$W/secret/open"

server plain
mail 0 "smtp://127.0.0.1:$PORT"
mail 0 "smtp://localhost:$PORT"
[ "$(mails plain)" -eq 2 ] || fail 'two mails did not come'
# at once encrypted, loopback or not
mail 6 "smtps://localhost:$PORT" "smtp_ca_file = $W/good.pem"
[ "$(mails plain)" -eq 2 ] || fail 'a mail came without TLS'

server tls --smtps "$W/good.pem" "$W/good.key"
mail 0 "smtps://localhost:$PORT" "smtp_ca_file = $W/good.pem"
mail 6 "smtps://localhost:$PORT" "smtp_ca_file = $W/other.pem"
mail 6 "smtps://localhost:$PORT"
mail 3 "smtps://localhost:$PORT" "smtp_ca_file = $W/none.pem"
[ "$(mails tls)" -eq 1 ] || fail 'a mail came over TLS that does not hold'
server name --smtps "$W/other.pem" "$W/other.key"
mail 6 "smtps://localhost:$PORT" "smtp_ca_file = $W/other.pem"
[ "$(mails name)" -eq 0 ] || fail 'a mail came over TLS of another name'

# Not this machine by its address: STARTTLS, or nothing.
if [ -n "$mine" ]; then
	server far --address "$mine"
	mail 6 "smtp://$mine:$PORT" "smtp_ca_file = $W/good.pem"
	[ "$(mails far)" -eq 0 ] || fail 'a mail left without TLS'
	grep -q MAIL "$W/smtp/far/sessions" && fail 'an address was sent open'
	server fartls --address "$mine" --tls "$W/good.pem" "$W/good.key" \
	    --account 'desk:a word for mail'
	mail 0 "smtp://$mine:$PORT" "smtp_ca_file = $W/good.pem" \
	    'smtp_user = desk'
	[ "$(mails fartls)" -eq 1 ] || fail 'no mail by STARTTLS'
	grep -q '^tls MAIL' "$W/smtp/fartls/sessions" ||
	    fail 'STARTTLS was not used'
	mail 6 "smtp://$mine:$PORT" "smtp_ca_file = $W/other.pem" \
	    'smtp_user = desk'
	[ "$(mails fartls)" -eq 1 ] || fail 'STARTTLS that does not hold'
else
	echo 'no address but loopback here: STARTTLS was not tried'
fi

server account --account 'desk:a word for mail'
mail 0 "smtp://127.0.0.1:$PORT" 'smtp_user = desk'
mail 0 "smtp://127.0.0.1:$PORT" 'smtp_user = desk' \
    "smtp_password_file = $W/secret/notify"
mail 5 "smtp://127.0.0.1:$PORT" 'smtp_user = desk' 'smtp_credential = wrong'
mail 3 "smtp://127.0.0.1:$PORT" 'smtp_user = desk' 'smtp_credential = none'
mail 5 "smtp://127.0.0.1:$PORT" 'smtp_user = desk' \
    "smtp_password_file = $W/secret/open"
[ "$(mails account)" -eq 2 ] || fail 'an account was let in wrongly'

server no --say 'RCPT=550 no such person'
mail 1 "smtp://127.0.0.1:$PORT"
server later --say 'END=451 come back'
mail 4 "smtp://127.0.0.1:$PORT"
server drop --say DATA=drop
mail 4 "smtp://127.0.0.1:$PORT"
[ "$(mails no)$(mails later)$(mails drop)" = 000 ] || fail 'a refused mail'
wl_stop smtp-drop
mail 4 "smtp://127.0.0.1:$PORT"

# While a server hangs, what stands where others can look.
server hang --account 'desk:a word for mail' --say MAIL=hang
(wrong=0; mail 4 "smtp://127.0.0.1:$PORT" 'smtp_user = desk'; exit "$wrong") \
    >"$W/hang.out" 2>&1 &
hang=$!
must wl_until 10 'mail under way' grep -q MAIL "$W/smtp/hang/sessions"
pid=$(pgrep -P "$hang" wayleave-mail)
[ -n "$pid" ] || pid=$(pgrep -f "wayleave-mail send --config $W/mail.conf")
cat "/proc/$pid/cmdline" "/proc/$pid/environ" >"$W/seen" 2>/dev/null
grep -q 'wayleave-mail' "$W/seen" || fail 'the sender was not found'
grep -q 'a word for mail\|bea@' "$W/seen" && fail 'password or address in sight'

# what is no address reaches no server
server none
cp "$W/mail.conf" "$W/hang.conf"
for to in 'bea' 'b@x>' 'b x@y' "$(printf 'b@x\r\nRCPT TO:<c@y>')"; do
	"$B/wayleave-mail" test "$to" --config "$W/mail.conf" >"$W/out" \
	    2>&1 && fail "sent to $to"
done
head -c 5000 /dev/zero | tr '\0' 'x' | "$B/wayleave-mail" send --config \
    "$W/mail.conf" >"$W/out" 2>&1 && fail 'sent what is too long'
[ -e "$W/smtp/none/sessions" ] && fail 'a server was bothered'

# ---- agencies ---------------------------------------------------------------
me=$(id -un)
must wl_partnership
must wl_agency womens-aid AG06 "Northbank Women's Aid" --may-open-cases
must wl_agency northbank-children AG01 'Northbank Children and Families'
must wl_agency northbank-school AG13 'Northbank Primary School'

# writes NAME: a command that appends what it reads to $W/got/NAME, one line
# of dashes after each.
mkdir -p "$W/got"
writes() {
	printf '#!/bin/sh\nx=$(cat)\nprintf "%%s\\n--\\n" "$x" >>"%s"\n' \
	    "$W/got/$1" >"$W/got/$1.sh"
	chmod 700 "$W/got/$1.sh"
	echo "$W/got/$1.sh"
}
server office
cat >>"$W/northbank-children/agent.conf" <<END
[notify]
smtp_url = smtp://127.0.0.1:$PORT
smtp_from = wayleave@children.example
link = https://desk.children.example/
batch_minutes = 1
jitter_minutes = 0
[alert]
mail_to = it@children.example
duty_command = $(writes duty)
duty_escalate_minutes = 1
END
cat >>"$W/womens-aid/agent.conf" <<END
[notify]
command = $(writes notice)
batch_minutes = 1
jitter_minutes = 0
[alert]
command = $(writes alert)
duty_command = $(writes woken)
END
sed 's/^unlock = credential/unlock = prompt/' \
    "$W/northbank-school/agent.conf" >"$W/school.conf"
printf '[alert]\ncommand = %s\n' "$(writes locked)" >>"$W/school.conf"
cp "$W/school.conf" "$W/northbank-school/agent.conf"
# it is locked, and IT will hear of it while the rest goes on
wl_launch northbank-school
wl_agency_desk northbank-children
for m in womens-aid northbank-children; do
	must wl_run $m
	must wl_quiet wl_agent $m worker add "$me" --name 'Alex Example' \
	    --role worker --may worker,advocate,officer,lead
done
must wl_quiet wl_agent womens-aid worker add daemon --name 'Second' \
    --role advocate --may worker,advocate

said=$(wl_agent northbank-children worker notice "$me" --mail \
    alex@children.example --duty 1 --phone '020 7946 0001')
[ "$said" = "mail   alex@children.example
phone  020 7946 0001
quiet  none
duty   1" ] || fail "worker notice says: $said"
must wl_desk northbank-children
must wl_sitter northbank-children pat.example teacher worker
must wl_quiet wl_agent northbank-children worker notice pat.example --mail \
    pat@children.example --duty 2 --phone '020 7946 0002'
must wl_quiet wl_agent womens-aid worker notice "$me" --mail a@aid.example \
    --duty 1 --phone '020 7946 0003'
wl_agent womens-aid worker notice "$me" --mail nobody >"$W/out" 2>&1
[ $? -eq 3 ] || fail 'what is no address was taken'

must wl_until 20 'worker records' sh -c "$B/wayleave-agent worker list --json \
    --config $W/womens-aid/agent.conf | grep -c announced | grep -qx 2"
must wl_as womens-aid case open --reference CF-1 --json >"$W/case.json"
jq -r .passphrase "$W/case.json" >"$W/secret/her"
jq -r .forced "$W/case.json" >"$W/secret/forced"
jq '{schema, conversation, grants: [
    {name: "A", from: "womens-aid", to: ["northbank-children"],
     scopes: ["C1", "C3", "C5", "Q"], purpose: "PU01"},
    {name: "ID", from: "womens-aid", to: ["northbank-children"],
     scopes: ["ID"], purpose: "PU01"}]}' "$WC_DATA/grants.json" >"$W/set.json"
must wl_quiet wl_as womens-aid case consent "$W/set.json" --case CF-1 \
    --introduction "$WC_DATA/book.json" --waiver daemon --causing-harm P1 \
    --secret-file "$W/secret/her"
items() { wl_as northbank-children inbox --json | jq '.items | length'; }
has() { [ "$(items)" -ge "$1" ]; }
must wl_until 15 'introduction' has 1

# ---- three unlike events, two urgencies: one notice ------------------------------
# keep N TO: the mail of this batch to this person, without date and id.
keep() {
	must wl_until 100 "notice $1 to $2" sh -c \
	    "grep -lqx 'To: <$2>.' '$W/smtp/office/'*.mail"
	file=$(grep -lx "To: <$2>." "$W/smtp/office/"*.mail | head -n 1)
	sed -e '/^Date: /d' -e '/^Message-ID: /d' "$file" >"$W/notice.$1"
	mkdir -p "$W/smtp/read"
	mv "$W/smtp/office/"*.mail "$W/smtp/read/"
}
keep 1 alex@children.example
n=$(wl_as northbank-children inbox --json | jq '.items[0].message')
must wl_quiet wl_as northbank-children open "m$n"
must wl_quiet wl_as northbank-children conflict-checked 1 --confirm
jq 'del(.idempotency_key, .links, .case) | .send_to =
    ["northbank-children"]' "$WC_DATA/observations/ADV-1.json" >"$W/good.json"
must wl_quiet wl_as womens-aid send "$W/good.json" --case 1
must wl_until 15 'observation' has 2
keep 2 alex@children.example
[ -e "$W/got/duty" ] && fail 'called for what is not urgent'
jq '.urgent = true | .text = "said he will come tonight"' "$W/good.json" \
    >"$W/urgent.json"
must wl_quiet wl_as womens-aid send "$W/urgent.json" --case 1
# the call is at once, the notice with its batch
must wl_until 15 'call' test -e "$W/got/duty"
[ "$(head -n 4 "$W/got/duty")" = "1
020 7946 0001
You have an item to review.
--" ] || fail 'another call'
keep 3 alex@children.example
for i in 2 3; do
	cmp "$W/notice.1" "$W/notice.$i" || fail "notice $i is another"
done
tail -n 3 "$W/notice.1" | tr -d '\r' >"$W/body"
printf '\nYou have an item to review.\nhttps://desk.children.example/\n' |
    cmp - "$W/body" || fail 'the notice says something else'

# ---- until somebody looks after it ------------------------------------------------
second() { sed -n 5,6p "$W/got/duty" | tr '\n' ' ' |
    grep -q '^2 020 7946 0002 '; }
must wl_until 90 'call of the next person' second
wl_curl northbank-children pat.example / >"$W/page"
grep -q 'Urgent now' "$W/page" || fail 'the desk does not say it'
m=$(wl_as northbank-children inbox --json | jq '.items[0].message')
cp "$W/page" "$W/northbank-children/form"
WL_ACTION=/acknowledge/m$m wl_again northbank-children pat.example \
    "/acknowledge/m$m" >"$W/page"
grep -q 'pat.example looks after it' "$W/page" ||
    fail 'nobody looks after it'
WL_ACTION=/acknowledge/m999 wl_again northbank-children pat.example \
    "/acknowledge/m$m" >"$W/page2"
cp "$W/got/duty" "$W/duty.then"

# ---- her forced phrase, to another agency -----------------------------------------
must wl_quiet wl_as northbank-children stop --secret-file "$W/secret/forced"
must wl_until 15 'call of the advocate' test -e "$W/got/woken"
[ "$(cat "$W/got/woken")" = "1
020 7946 0003
You have an item to review.
--" ] || fail 'another call for a stop'
must wl_until 15 'alert' grep -q 'WL-063' "$W/got/alert"
[ "$(cat "$W/got/alert")" = "Wayleave WL-063, can wait until 08:00: no
Something waits that cannot wait: call who is on duty.
--" ] || fail 'another alert'
task=$(wl_as womens-aid cases --json | jq '.tasks[0].task')
must wl_quiet wl_as womens-aid acknowledge "$task"

# ---- locked, and told ----------------------------------------------------------------
must wl_until 120 'alert of a locked agent' test -e "$W/got/locked"
[ "$(cat "$W/got/locked")" = "Wayleave WL-071, can wait until 08:00: no
The agent is locked and waits for a passphrase.
--" ] || fail 'another alert of a locked agent'

# a batch later: nobody was called again, and every mail says the same
must wl_until 100 'notice at the custodian' test -e "$W/got/notice"
printf 'a@aid.example\nYou have an item to review.\n--\n' |
    cmp - "$W/got/notice" || fail 'another notice by command'
cmp "$W/got/duty" "$W/duty.then" || fail 'called after it was looked after'
for word in CF-1 Marketa womens-aid tonight urgent case; do
	grep -riqw "$word" "$W/smtp/read" "$W/got"/[a-z]*[a-z] &&
	    fail "\"$word\" left the building"
done

wait "$hang" || fail "$(cat "$W/hang.out")"
[ "$wrong" -eq 0 ] && echo 'notices: the same for everything, calls until looked after'
exit "$wrong"
