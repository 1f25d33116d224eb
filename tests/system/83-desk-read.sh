#!/bin/sh
# What caseworkers read, over the real daemons with the worked case: inbox and
# items, the map with E1 to E14, gaps, change, who has seen it, consent and
# people; printing as an export; comparing the staff; and an excluded worker,
# to whom the case is one that does not exist.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
WC_DATA=$root/tests/cases/caledonian
WC_DESK=1
W=$(mktemp -d) || exit 1
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/caledonian.sh
. "$(dirname "$0")/caledonian.sh"
trap 'wl_end; rm -rf "$W"' EXIT

fail() {
	echo "83-desk-read: $*"
	exit 1
}

HERE=caledonian-children
# A page as this person, into $W/page.
page() { wl_curl $HERE "${who:-susan}" "$1" -o "$W/page" -w '%{http_code}' \
    >"$W/code"; }
# What comes in without its markup, in one line.
text() {
	sed 's/<[^>]*>/ /g' | sed \
	    "s/&#39;/'/g; s/&amp;/\\&/g; s/&quot;/\"/g" | tr -s ' \n\t' ' '
}
plain() { text <"$W/page"; }
shows() {
	for want; do
		plain | grep -qF -- "$want" ||
		    fail "$(cat "$W/at") does not show: $want"
	done
}
hides() {
	for want; do
		plain | grep -qiF -- "$want" &&
		    fail "$(cat "$W/at") shows: $want"
	done
	return 0
}
look() {
	echo "$1" >"$W/at"
	page "$1"
	[ "$(cat "$W/code")" = "${2:-200}" ] ||
	    fail "$1 answers $(cat "$W/code")"
	grep -q 'style=' "$W/page" && fail "$1 has an inline style"
	grep -q '<title>Wayleave</title>' "$W/page" || fail "$1: another title"
}
# The first eight digits of a record's id.
short() { wc_id "$1" | cut -c1-8; }
# The part of the page between two headings.
section() {
	awk -v a="id=\"s$1\"" -v b="id=\"s$(($1 + 1))\"" '
	    index($0, a) { on = 1 } index($0, b) { on = 0 } on' "$W/page"
}
in_section() { section "$1" | text | grep -qF -- "$2" ||
    fail "section $1 does not show: $2"; }
# Does the notice of this code lead to the records named?
rests() {
	grep -F ">$1<" -A 1 "$W/page" | grep 'Rests on' >"$W/rests" ||
	    fail "$1 is silent"
	shift
	for name; do
		grep -q ">$(short "$name")<" "$W/rests" ||
		    fail "a notice does not lead to $name"
	done
}

wl_partnership && wc_agencies && wc_open && wc_consent ||
    fail 'the case could not be opened'
wl_desk $HERE || fail 'no desk'
wl_sitter $HERE susan children-worker worker 'Susan Example' &&
    wl_sitter $HERE ivo conflict-officer worker,officer 'Ivo Example' ||
    fail 'nobody signs in'

# ---- the officer first -------------------------------------------------------
wl_until 15 'introduction' wl_introduction $HERE
look /case/1/people
shows 'A conflict officer reads the introduction'
hides Aleksander Marketa
look / 
hides introduction
look /check/1 404
who=ivo
wl_until 10 'worker record of the officer' wc_announced $HERE
look /
shows 'introduction, compare the staff'
look /check/1
shows 'Who must not see this case' 'I have compared all of our staff'
wl_post $HERE ivo /check/1 >"$W/page"
shows 'Compare first, then tick'
wl_post $HERE ivo /check/1 confirm=yes >"$W/page"
shows 'Confirmed. Others here may open the case now'
who=susan
for wc_m in $(wc_parts); do
	[ "$wc_m" = "$WC_KEEPER" ] || [ "$wc_m" = $HERE ] && continue
	wl_introduce "$wc_m" || fail "no check at $wc_m"
done
# its own agency looks at its map on the way, as E7 and E8 ask for
wc_observe || fail 'the observations'

# ---- inbox and items ------------------------------------------------------------
look /
shows 'Case 1' 'Northbank Police' 'not opened here yet'
hides 'punched' Aleksander CC01
[ "$(grep -c '/item/' "$W/page")" -ge 19 ] || fail 'the inbox lacks items'
wl_curl $HERE susan '/?before=1' | grep -q 'Nothing is waiting' ||
    fail 'a page before all is not empty'
look /case/1/map
POL4=$(grep -o "/item/[0-9]*\">$(short POL-4)<" "$W/page" | head -n 1 |
    sed 's|/item/\([0-9]*\)".*|\1|')
look "/item/$POL4"
shows 'From Northbank Police' 'Times reports to partner' 'Ask' \
    'Record what was told outside' "$(wc_id POL-4)"
for proof in Sent Delivered 'Opened here' Permission; do
	grep -A 1 "<dt>$proof</dt>" "$W/page" | grep -q 'entry [0-9]' ||
	    grep -q "<dt>$proof</dt><dd>entry [0-9]" "$W/page" ||
	    fail "no proof: $proof"
done
# what it links to is held here and one click away
grep -q "href=\"/item/[0-9]*\">$(wc_id POL-1)<" "$W/page" ||
    fail 'POL-4 does not lead to POL-1'
look "/item/$(wc_id CAL-8)"
shows 'Written by this agency' 'Who has it' 'Correct' 'Take back'
look /
shows 'opened by susan (children-worker)'
look /item/999999 404
look /item/00000000000000000000000000000000 404
page '/item/..%2f1'
[ "$(cat "$W/code")" = 400 ] || fail 'a trick in the path'

# ---- the map: E1 to E14 -----------------------------------------------------------
look /case/1/map
[ "$(grep -o '<h2>[1-4] ' "$W/page" | tr -d '\n')" = \
    '<h2>1 <h2>2 <h2>3 <h2>4 ' ] || fail 'the sections are out of order'
[ "$(section 1 | grep -o '<span class="code">AG[0-9]*' | sort -u |
    wc -l)" -ge 3 ] || fail 'E1'
section 1 | grep -q '<h3>P1' || fail 'E1: P1'
section 1 | grep -q '<h3>P2' && fail 'E2'
for dm in DM02 DM11 DM16; do
	in_section 1 "$dm"
done
hides 'score' 'total' 'sum of'
rests PT1 POL-1 POL-4
rests PT2 HV-1 ADV-1 ADV-3
rests PT3 SCH-2
in_section 2 'Behind it: P1: CC12'
rests PT4 CW-3
rests PT5 POL-5
in_section 4 'No real-change evidence.'
in_section 4 'Attendance, which is not change'
rests PT6 CW-1 POL-3 SCH-3
in_section 4 'three services'
for pe in PE01 PE02 PE03 PE04 PE05 PE16; do
	in_section 4 $pe
done
in_section 4 'Asked whether this may be shared: yes'
in_section 4 'this is a gap (GP13)'
in_section 4 "K1: the child's own account is missing"
in_section 4 'Since'
rests PT8 CAL-9 POL-2
# the timeline: a lane a person, four more, marks that lead to records
grep -q '<svg class="plot"' "$W/page" || fail 'no timeline'
shows 'Acts by P1' 'Police contacts' 'Court' 'Effects on children' \
    'The timeline as a table'
# filters, and two side by side
look '/case/1/map?pathway=PW2'
shows 'Shown is a part' 'Injures child while attacking the adult'
section 1 | grep -q 'CC16' && fail 'the filter lets CC16 through'
look '/case/1/map?left=P1&right=P2'
grep -q 'class="side"' "$W/page" || fail 'not side by side'
look '/case/1/map?actor=nobody%3C' 404

# ---- E5 elsewhere: no byte hints at what is not held --------------------------------
HERE=northbank-children
wl_desk $HERE && wl_sitter $HERE carl social-worker worker || fail 'no desk'
who=carl
wl_until 10 'worker record' wc_announced $HERE
look /case/1/map
rests PT2 ADV-1 ADV-3
hides "$(short HV-1)" 'health visitor' 'smelled'
who=susan
HERE=caledonian-children

# ---- the other tabs ---------------------------------------------------------------------
look /case/1/gaps
shows GP04 GP13 'ask the survivor first' 'nobody yet'
wl_post $HERE susan /case/1/gaps gap=GP13 to=susan due=2026-12-01 >"$W/page"
shows 'Saved.' '2026-12-01'
wl_post $HERE susan /case/1/gaps gap=GP13 to=susan due=soon >"$W/page"
shows 'a day like 2026-11-25'
look /case/1/change
shows 'Names the behaviours No evidence yet.' \
    'Describes the harm No evidence yet.' 'No real-change evidence.' \
    'Attendance, which is not change' 'None agreed yet.'
look /case/1/seen
shows 'Stops partner learning' 'Northbank Police: delivered'
look /case/1/consent
shows 'active, ends in' "Northbank Women's Aid"
look /case/1/people
shows Aleksander Marketa
hides exclu
look /case/1/print
shows 'written into the ledger'

# ---- printing is an export ------------------------------------------------------------------
exports() {
	wl_as "$WC_KEEPER" case statement 1 --json | jq '[.lines[] |
	    select(.what == "export")] | length'
}
was=$(exports)
wl_post $HERE susan /case/1/print to= why=conference >"$W/page"
shows 'Choose for whom it is printed.'
[ "$(exports)" -eq "$was" ] || fail 'a refused form was an export'
wl_post $HERE susan /case/1/print to=northbank-marac why=conference \
    >"$W/page"
shows 'Records of other agencies may not be passed on' '1 Pattern of' \
    "$(wc_id POL-4)"
hides Aleksander Marketa
exported() { [ "$(exports)" -eq $((was + 1)) ]; }
wl_until 10 'the export in her statement' exported
# handed in twice is done once
WL_ACTION=/case/1/print wl_again $HERE susan /case/1/print \
    to=northbank-marac why=conference >"$W/page"
shows 'It was not done a second time'
exported || fail 'a second export from one form'

# ---- excluded: an unknown case, byte for byte --------------------------------------------------
wl_sitter $HERE mal children-worker worker 'Mal Example' || fail 'no mal'
who=mal
look /case/1/map
who=ivo
wl_post $HERE ivo /check/1 confirm=yes accounts=mal >/dev/null
who=mal
# the same page but for its own path and the form's random numbers
bare() {
	sed "s|$1|PATH|g; s/\\(name=\"desk.[a-z]*\" value=\"\\)[0-9a-f]*/\\1/g" \
	    "$W/page"
}
for tab in map gaps change seen consent people print; do
	look "/case/1/$tab" 404
	bare "/case/1/$tab" >"$W/excluded"
	look "/case/77/$tab" 404
	bare "/case/77/$tab" >"$W/unknown"
	cmp -s "$W/excluded" "$W/unknown" || fail "$tab tells"
done
for item in "$POL4" "$(wc_id CAL-8)"; do
	look "/item/$item" 404
	bare "/item/$item" >"$W/excluded"
	look /item/888888 404
	bare /item/888888 >"$W/unknown"
	cmp -s "$W/excluded" "$W/unknown" || fail "item $item tells"
done
# nor does handing something in tell, or do anything
hand_in() {
	page /nowhere
	wl_curl $HERE mal "$1" -H "Origin: $(cat "$W/$HERE/desk.url")" \
	    -d "desk.token=$(sed -n 's/.*"desk.token" value="\([0-9a-f]*\)".*/\1/p' \
	    "$W/page" | head -n 1)" -d "desk.number=$2" -d desk.who=mal \
	    -d text=x -d reason=wrong-fact -o "$W/page" \
	    -w '%{http_code} %{redirect_url}' >"$W/code"
	bare "$1"
	sed "s|${1##*/}|ID|" "$W/code"
}
for path in "answer/$POL4 answer/888888" "recall/$(wc_id CAL-8) \
    recall/00000000000000000000000000000000"
do
	# shellcheck disable=SC2086
	set -- $path
	hand_in "/$1" "$1" >"$W/excluded"
	hand_in "/$2" "$2" >"$W/unknown"
	sed -i "s|${1#*/}|ID|g" "$W/excluded"
	sed -i "s|${2#*/}|ID|g" "$W/unknown"
	cmp -s "$W/excluded" "$W/unknown" || fail "handing in $1 tells"
done
who=susan
look "/item/$(wc_id CAL-8)"
hides 'Taken back'
# what only begins like a number names nothing, and opens nothing
for path in "/item/${POL4}abc" "/answer/${POL4}abc"; do
	look "$path" 404
	shows 'Nothing to show'
	hides 'The answer'
done
who=mal
wl_post $HERE mal /case/1/print to=court why=other >"$W/page"
hides 'Pattern' Aleksander
look /
shows 'Nothing is waiting.'
hides 'Case 1'
echo '83-desk-read: inbox, items, map E1-E14, tabs, print, check, excluded'
