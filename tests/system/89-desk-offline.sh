#!/bin/sh
# The exchange is gone: every page says since when and what still works, the
# duty telephones stand on the urgent page of every agency alike, writing goes
# on, and what was written goes when the line is back.
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
	echo "89-desk-offline: $*"
	exit 1
}

# A page as somebody at an agency, in one line and without its markup.
page() { wl_curl "$1" "$2" "$3" >"$W/page"; }
plain() { sed 's/<[^>]*>/ /g' "$W/page" | sed "s/&#39;/'/g" |
    tr -s ' \n\t' ' '; }
shows() { plain | grep -qF -- "$1" || fail "no '$1' in: $(plain)"; }
hides() { plain | grep -qF -- "$1" && fail "'$1' in: $(plain)"; return 0; }
numbers() { awk '/<caption>Duty telephones/ { on = 1 } on
    /<\/table>/ { on = 0 }' "$W/page"; }

wl_partnership && wc_agencies && wc_open && wc_consent && wc_introduce ||
    fail 'the case could not be opened'
# the court takes no part in the case, the police does
for at in northbank-police northbank-court; do
	wl_desk $at && wl_sitter $at pat officer worker,lead 'Pat Example' ||
	    fail "no desk at $at"
done
# the directory as the agencies have it while the line is there
for at in northbank-police northbank-court; do
	page $at pat /urgent
	hides 'No connection since'
	numbers >"$W/before-$at"
done
for phone in $(jq -r '.agencies[].duty_phone' "$WC_DATA/agencies.json" |
    tr -d ' '); do
	tr -d ' ' <"$W/before-northbank-police" | grep -qF "$phone" ||
	    fail "no $phone on the urgent page"
done

# ---- the line is gone --------------------------------------------------------------
wl_stop broker
gone() { wl_curl northbank-police pat / | grep -q 'No connection since' &&
    wl_curl northbank-court pat / | grep -q 'No connection since'; }
wl_until 60 'banner' gone || fail 'nobody is told'

for path in / /write /write/1 /task/1 /goal/1 /case/1/map /case/1/gaps \
    /case/1/change /urgent /stop /handover /lead /password /nowhere; do
	page northbank-police pat $path
	shows 'No connection since 20'
	shows 'Keep writing: it goes when the line is back'
	shows 'New items cannot be opened.'
done

# The numbers are those of all members, in a case or not.
for at in northbank-police northbank-court; do
	page $at pat /urgent
	shows 'If somebody is in danger now: 999'
	numbers >"$W/numbers-$at"
	cmp -s "$W/numbers-$at" "$W/before-$at" ||
	    fail "other numbers at $at than before"
done
cmp -s "$W/numbers-northbank-police" "$W/numbers-northbank-court" ||
    { diff "$W/numbers-northbank-police" "$W/numbers-northbank-court"
    fail 'the numbers tell who is in a case'; }

# ---- writing goes on ------------------------------------------------------------------
wl_post northbank-police pat /write/1 do=look codes=CC21 actor=P1 targets=P2 \
    recency=RC1 source=SRC6 'text=waits outside' >"$W/page"
cp "$W/page" "$W/northbank-police/form"
WL_ACTION=/write/1 wl_again northbank-police pat /write/1 do=send codes=CC21 \
    actor=P1 targets=P2 recency=RC1 source=SRC6 'text=waits outside' \
    to=northbank-children >"$W/page"
shows 'Where it is'
shows 'Northbank Children and Families'
hides 'delivered'
id=$(sed -n 's|.*href="/recall/\([0-9a-f]*\)".*|\1|p' "$W/page" | head -n 1)
[ ${#id} -eq 32 ] || fail 'it was not kept'

# ---- and the line is back ----------------------------------------------------------------
wl_stop signer
wl_run_broker || fail 'no exchange again'
delivered() { wl_curl northbank-police pat "/track/$id" |
    grep -q 'delivered'; }
wl_until 120 'delivery' delivered || fail 'it did not go'
page northbank-police pat /
hides 'No connection since'
