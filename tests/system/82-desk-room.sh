#!/bin/sh
# The consent room over real daemons, with curl as the browser: a conversation
# in Polish from the first question to the signing, what stops it on the way,
# what is shown once and never again, and everything that comes later.
set -u
W=$(mktemp -d) || exit 1
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
trap 'wl_end; rm -rf "$W"' EXIT

fail() {
	echo "82-desk-room: $*"
	[ -s "$W/page" ] && words <"$W/page" | head -n 20
	exit 1
}
command -v b2sum >/dev/null || { echo 'b2sum is missing'; exit 77; }
command -v jq >/dev/null || { echo 'jq is missing: deploy/install-deps'; exit 77; }

# ---- a partnership, and who sits at the desk ----------------------------------
K=womens-aid
wl_partnership || fail "no partnership"
wl_agency $K AG06 "Northbank Women's Aid" --may-open-cases || fail "$K"
wl_agency northbank-children AG01 'Northbank Children and Families' || fail ag01
wl_agency northbank-police AG02 'Northbank Police' || fail ag02
wl_agency caledonian-children AG09 "Caledonian, children's desk" || fail ag09
wl_agency northbank-health AG10 'Northbank Health Visitors' || fail ag10
wl_agency northbank-school AG13 'Northbank Primary School' \
    --onward-duty parents || fail ag13
wl_agency_desk $K
wl_run $K || fail "no agent"
wl_desk $K || fail "no desk"
wl_sitter $K susan advocate worker,advocate 'Susan Example' || fail susan
wl_sitter $K grace advocate worker,advocate,lead 'Grace Example' || fail grace
wl_sitter $K walter caseworker worker 'Walter Example' || fail walter
wl_run northbank-school || fail "no school"
wl_quiet wl_agent northbank-school worker add "$(id -un)" --name 'Sam' \
    --role teacher-lead --may worker || fail "no teacher"
wl_quiet wl_agent $K worker add "$(id -un)" --name 'Alex Example' \
    --role advocate --may worker,advocate || fail "no command line"

# ---- a language more: whole, or the desk does not start --------------------------
mkdir "$W/languages"
here=$(cd "$(dirname "$0")/../.." && pwd)
sed 's/^language.code = pl/language.code = cs/; s/^language.name.*/language.name = cesky/' \
    "$here/agent/tongue/pl.txt" >"$W/languages/cs.txt"
cp "$W/$K/desk.conf" "$W/more.conf"
printf '[room]\nlanguages = %s\n' "$W/languages" >>"$W/more.conf"
"$B/wayleave-desk" check-config --config "$W/more.conf" >"$W/said" 2>&1 ||
    fail "a good language is refused: $(cat "$W/said")"
sed -i '/^notice.3/,/odpowiedzi/d' "$W/languages/cs.txt"
"$B/wayleave-desk" check-config --config "$W/more.conf" >"$W/said" 2>&1 &&
    fail "half a notice is taken"
grep -q 'notice.3: is missing' "$W/said" || fail "not named: $(cat "$W/said")"
sed -i '/^notice.3/d; $a notice.3 = smíte říci ne' "$W/languages/cs.txt"
cp "$W/more.conf" "$W/$K/desk.conf"
wl_stop desk-$K
wl_start desk-$K "$B/wayleave-desk" run --config "$W/$K/desk.conf"
up() { curl -sf -o "$W/said" "$(cat "$W/$K/desk.url")/signin"; }
wl_until 10 desk up || fail "no desk with three languages"

# ---- small tools -----------------------------------------------------------------
get() { wl_curl $K susan "$@" >"$W/page"; }
# post PATH FIELD=VALUE..: the form of that page, handed in
post() { wl_post $K susan "$@" >"$W/page"; }
# the form of another page
post_from() {
	from=$1 WL_ACTION=$2
	shift 2
	export WL_ACTION
	wl_post $K susan "$from" "$@" >"$W/page"
	unset WL_ACTION
}
has() { grep -qF -- "$1" "$W/page" || fail "not there: $1"; }
lacks() { grep -qF -- "$1" "$W/page" && fail "there: $1"; return 0; }
words() { sed 's/<[^>]*>/ /g; s/&#39;/'"'"'/g' | grep '[A-Za-z]' | tr -s ' '; }
size() { wl_agent $K status --json | jq .ledger_size; }
tag() { printf %s "$1" | b2sum -l 128 | cut -c1-8; }
# What a browser would hand in of the page: ticks, chosen options, texts.
fields() {
	awk 'BEGIN { RS = "<" }
	function of(a) {
		if (!match($0, " " a "=\"[^\"]*\""))
			return ""
		return substr($0, RSTART + length(a) + 3,
		    RLENGTH - length(a) - 4)
	}
	/^select / { name = of("name"); first = 1 }
	/^option / {
		if (first) value = of("value")
		first = 0
		if (/ selected/) value = of("value")
	}
	/^\/select/ { if (value != "") print name "=" value }
	/^input type="(radio|checkbox)"/ && / checked/ {
		print of("name") "=" of("value")
	}
	/^input type="text"/ && of("value") != "" {
		print of("name") "=" of("value")
	}' "$W/page"
}
# posts what the page holds, and more
post_page() {
	path=$1
	shift
	cp "$W/page" "$W/$K/form"
	fields >"$W/fields"
	while IFS= read -r one; do
		set -- "$@" "$one"
	done <"$W/fields"
	wl_again $K susan "$path" "$@" >"$W/page"
}

# ---- not for everybody -----------------------------------------------------------
for path in /room /room/new/questions /room/1 /room/1/sign; do
	wl_curl $K walter $path -o "$W/page" -w '%{http_code}' >"$W/code"
	[ "$(cat "$W/code")" = 404 ] || fail "a worker at $path"
	has 'Nothing to show.'
done

# ---- the questions ------------------------------------------------------------------
get /room
has 'First the conversation, then the case'
has '>cesky<'
before=$(size)
post /room reference=NB-2026-31 language=pl
has 'Czy jesteś teraz z nami bez innych osób'
has 'Are you alone with us now'
has 'consent-notice/pl/1/'
post /room/new/questions
has '#alone">First in private: is she alone'
post /room/new/questions alone=yes safe=no pressed=no
has 'W takim razie teraz tego nie robimy.'
post /room/new/questions alone=yes safe=yes pressed=no method=in-person \
    'interpreter=booked interpreter' independent=no heard=yes stop=yes
has 'This person cannot sign, witness or interpret for this family.'
post /room/new/questions alone=yes safe=yes pressed=no method=in-person \
    'interpreter=booked interpreter' reference=INT-2231 independent=yes \
    heard=yes stop=yes
has '<h1>Which agencies</h1>'

# ---- agencies, and the grid ---------------------------------------------------------
post /room/new/agencies
has 'Choose at least one agency.'
post /room/new/agencies m=northbank-children m=northbank-police \
    m=caledonian-children m=northbank-health m=northbank-school
has '<h1>Who may tell whom what</h1>'
has 'Instytucja „Northbank Police” może przekazać'
fields | grep -q '^s\.' && fail "something is ticked that nobody ticked"
post /room/new/grid do=usual
has 'take out what she does not want'
[ "$(fields | grep -c '^s\.')" -ge 20 ] || fail "nothing usual is ticked"
school=$(tag northbank-school)
post_page /room/new/grid keep=30 wait=no waiver=grace
has 'Northbank Primary School may have to show papers to parents.'
post_page /room/new/grid keep=30 wait=no waiver=grace "y.$school=yes" \
    "w.$school=P1"
has 'say why it is to be withheld'
post_page /room/new/grid "r.$school=both"
has '<h1>People</h1>'

# ---- people --------------------------------------------------------------------------
post /room/new/people 'name.P2=Zyxqmarketa Example' \
    'name.P1=Zyxqaleksander Example' 'name.K1=Zyxqagata' born.K1=2019 \
    'contact=Zyxqtuesdays' asked=some 'x.name.1=Zyxqcousin' \
    'x.rel.1=cousin of P1' x.at.1=northbank-school
has 'cannot receive yet: someone there may be close to the person'
has 'Instytucja „Northbank Primary School” otrzymuje to na osobnym'
post /room/new/people 'name.P2=Zyxqmarketa Example' \
    'name.P1=Zyxqaleksander Example' 'name.K1=Zyxqagata' born.K1=2019 \
    'contact=Zyxqtuesdays' asked=some 'x.name.1=Zyxqcousin' \
    'x.rel.1=cousin of P1'
has '<h1>Read back</h1>'

# ---- read back in her language ---------------------------------------------------------
has 'Instytucja „Northbank Primary School” może przekazać instytucji „Caledonian'
has 'co widać po dzieciach: jak się czują, uczą i zachowują'
has 'what the children show: how they feel, learn and behave'
has 'Oznaczone: nie pokazywać osobie stosującej przemoc. Powód: bezpieczeństwo Twoje i dzieci.'
has 'Tylko w tym celu: żeby było widać w całości'
has 'Nothing of the consent room is printed.'
lacks Zyxq
# no yes yet, no words
get /room/new/secrets -L
has '<h1>Read back</h1>'
[ "$(size)" = "$before" ] || fail "a conversation wrote into the ledger"
wl_as $K cases --json | jq -e '.cases == []' >/dev/null || fail "a case"
# sealed at the agent: no name stands in its store
grep -rlF Zyxq "$W/$K/state" && fail "a name in clear on the disk"

post /room/new/readback
has 'Open the case and show her words'

# ---- her words, once ----------------------------------------------------------------------
cp "$W/page" "$W/$K/form"
cp "$W/$K/form" "$W/secrets-form"
wl_again $K susan /room/new/secrets >"$W/page"
has 'Twoje hasło „stop”'
sed -n 's/.*<p class="secret"[^>]*>\([^<]*\)<.*/\1/p' "$W/page" >"$W/words"
[ "$(wc -l <"$W/words")" = 3 ] || fail "not three sets of words"
pass=$(sed -n 1p "$W/words") stop=$(sed -n 2p "$W/words")
forced=$(sed -n 3p "$W/words")
[ "$(echo "$pass" | wc -w)" = 6 ] && [ "$(echo "$stop" | wc -w)" = 5 ] ||
    fail "not six and five words"
[ "$(echo "$stop" | cut -d' ' -f1-3)" = "$(echo "$forced" |
    cut -d' ' -f1-3)" ] || fail "the two stop phrases begin differently"
opened=$(size)
never_again() {
	grep -qF -e "$pass" -e "$stop" -e "$forced" "$W/page" &&
	    fail "her words again: $1"
	return 0
}
cp "$W/secrets-form" "$W/$K/form"
wl_again $K susan /room/new/secrets >"$W/page"
never_again "the same form once more"
for path in /room/new/secrets /room/1 /room/1/rehearse /room/1/phrases /room; do
	get $path -L
	never_again "$path"
done
[ "$(wl_as $K cases --json | jq '.cases | length')" = 1 ] || fail "two cases"
[ "$(size)" = "$opened" ] || fail "something was written a second time"

# ---- practising leaves no entry --------------------------------------------------------------
post /room/1/rehearse "phrase=$stop"
has 'To jest możliwe hasło.'
never_again "practising"
post /room/1/rehearse "phrase=$(echo "$stop" | sed 's/ [^ ]*$/ abacus/')"
has 'Takiego hasła nie ma.'
sleep 1
[ "$(size)" = "$opened" ] || fail "practising wrote into the ledger"

# ---- one signing ------------------------------------------------------------------------------
# a change takes the yes back
get /room/1/sign
has 'Sign all of it'
get /room/1/grid
post_page /room/1/grid keep=7
get /room/1/sign -L
has '<h1>Read back</h1>'
post /room/1/readback
post /room/1/sign 'passphrase=abacus abdomen abide able abode absent'
has 'not'
lacks 'abdomen'
post /room/1/sign "passphrase=$pass"
has 'Signed and in the ledger.'
never_again "signing"
wl_as $K case status 1 --json >"$W/status"
jq -e '[.grants[] | select(.state != "in-force")] == [] and
    (.grants | length) >= 20 and .language == "pl" and
    ([.grants[].to] | unique | length) == 6' "$W/status" >/dev/null ||
    fail "not all of it is in force: $(jq -c '[.grants[].state]' "$W/status")"
get /room
has 'Permissions of this case were given or renewed at'
get /room/1
lacks 'A conversation is under way'
has 'in force'
# again with the same answers there is nothing to sign
post /room/1/sign "passphrase=$pass"
lacks 'Signed and in the ledger.'

# ---- later: withdrawn by telephone ----------------------------------------------------------------
post /room/1/withdraw what=m:northbank-health heard=phone
has 'Withdrawn. What was waiting has been dropped'
wl_as $K case status 1 --json >"$W/status"
jq -e '[.grants[] | select(.from == "northbank-health" or
    .to == "northbank-health")] | length > 0 and all(.rule == "R6" and
    .state == "ended" and (.words | startswith("Withdrawn at 20")))' \
    "$W/status" >/dev/null || fail "not withdrawn"
jq -e '[.grants[] | select(.state == "in-force")] | length > 10' \
    "$W/status" >/dev/null || fail "others went with it"
get /room
has 'Check in with her in private'

# ---- renewed line by line ---------------------------------------------------------------------------
get /room/1/renew
has 'Jak dotąd nie została użyta.'
keep=$(jq -r 'first(.grants[] | select(.from == "northbank-police" and
    .state == "in-force")) | .grant' "$W/status" | cut -c1-32)
end=$(jq -r 'first(.grants[] | select(.from == "northbank-school" and
    .state == "in-force")) | .grant' "$W/status" | cut -c1-32)
post /room/1/renew "g.$keep=keep" "g.$end=stop" method=in-person \
    "passphrase=$pass"
has 'First in private'
post /room/1/renew "g.$keep=keep" alone=yes safe=yes pressed=no \
    method=in-person days=60 "passphrase=$pass"
has 'Signed and in the ledger.'
wl_as $K case status 1 --json >"$W/status"
jq -e --arg e "$end" 'any(.grants[]; (.grant | startswith($e)) and
    .rule == "R6")' "$W/status" >/dev/null || fail "one line was not ended"

# ---- somebody new must not see it --------------------------------------------------------------------
post /room/1/exclude 'x.name.1=Zyxqother' 'x.rel.1=friend of P1' \
    x.at.1=northbank-police
has 'Somebody at Northbank Police may be close'

# ---- who has seen this ----------------------------------------------------------------------------------
get /room/1/statement
has 'Czy możesz teraz bezpiecznie na nie spojrzeć?'
lacks 'Twoja zgoda'
post /room/1/statement language=pl
has 'Co przekazywano w Twojej sprawie'
has 'Twoja zgoda, ważna do'
has 'Zakończone: instytucja „Northbank Health Visitors” nie może już niczego'
lacks Zyxq
get /room/1/statement -D "$W/head"
grep -qi '^cache-control: no-store' "$W/head" || fail "it may be kept"

# ---- the phrase, said at the school -------------------------------------------------------------------------
printf '%s\n' "$stop" >"$W/secret/stop"
wl_as northbank-school stop --secret-file "$W/secret/stop" >"$W/said" ||
    fail "the school could not pass it on"
stopped() { get /room/1 && grep -q 'Stopped at 20' "$W/page"; }
wl_until 10 'stop' stopped || fail "not stopped"
has 'Begin again after a stop'
post /room/1/resume "passphrase=$pass"
has 'Earliest restart'
post_from /room/1/close /room/1/close
has 'Tick that you are sure'

# ---- nothing is left of it ------------------------------------------------------------------------------------
post_from /room /room/new/forget >/dev/null 2>&1
printf '%s\n' "$pass" "$stop" "$forced" "$(echo "$pass" | tr ' ' +)" \
    "$(echo "$stop" | tr ' ' +)" Zyxqmarketa Zyxqcousin >"$W/patterns"
if [ "$(id -u)" -eq 0 ]; then
	sleep 5
	"$B/tests/system/canary_scan" "$W/patterns" \
	    "pid:$(cat "$W/pid/desk-$K")" >"$W/found" ||
	    { cat "$W/found"; fail "the desk's memory"; }
fi
grep -rF -e "$stop" -e "$pass" -e Zyxq "$W/$K/state" "$W/log" >/dev/null &&
    fail "in clear on the disk"
echo "82-desk-room: ok"
