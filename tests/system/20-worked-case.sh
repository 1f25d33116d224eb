#!/bin/sh
# The worked case over the real daemons: who holds what, what is refused and
# by which rule, what the maps say, what she is told; then the stop phrase.
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
# shellcheck source=tests/system/caledonian.sh
. "$here/caledonian.sh"
trap 'wl_end' EXIT

wrong=0
# is WHAT GOT WANTED
is() {
	[ "$2" = "$3" ] && return 0
	echo "FAIL: $1: $2 instead of $3"
	wrong=1
}
# holds WHAT COMMAND..
holds() {
	what=$1
	shift
	"$@" && return 0
	echo "FAIL: $what"
	wrong=1
}
want() { jq -r "$1" "$WC_DATA/expected.json"; }

for step in wl_partnership wc_agencies wc_open wc_consent wc_introduce \
    wc_observe wc_question wc_refuse wc_stop wc_read; do
	$step || {
		echo "FAIL: $step"
		exit 1
	}
done

# ---- consent --------------------------------------------------------------------
is permissions "$(jq '[.grants[] | select(.state == "admitted")] | length' \
    "$W/seen/consent")" $(($(want .grants) + $(want .introductions)))
is arrows "$(wl_as "$WC_KEEPER" case status 1 --json | jq -r '.grants[] |
    select(.scopes != ["ID"]) | .from + " " + .to' | sort -u | wc -l)" \
    "$(want .arrows)"
is introductions "$(jq '.introductions | length' "$W/seen/consent")" \
    "$(want .introductions)"

# ---- who holds what ---------------------------------------------------------------
is written "$(wc_count_written)" "$(want '.observations | length')"
is delivered "$(wc_count_delivered)" "$(want .copies)"
for m in $(wc_parts); do
	is "held by $m" "$(wc_count_held "$m")" "$(want \
	    ".holdings[\"$m\"].count")"
	is "closed at $m" "$(jq .closed "$W/seen/open-$m")" 0
	# exactly those: every id, and none beside them
	want ".holdings[\"$m\"].names[]" | while read -r n; do
		wc_id "$n"
	done | sort >"$W/seen/want-$m"
	{
		jq -r '.items[] | select(.kind == "observation") | .id' \
		    "$W/seen/open-$m"
		jq -r '.records[] | select(.kind == "observation") | .id' \
		    "$W/seen/own-$m"
	} | sort >"$W/seen/held-$m"
	cmp -s "$W/seen/want-$m" "$W/seen/held-$m" || {
		echo "FAIL: $m holds other records than it should"
		wrong=1
	}
done
for m in northbank-court northbank-reporter; do
	is "inbox of $m" "$(wl_as $m inbox --json | jq '.items | length')" 0
done

# ---- what is refused -----------------------------------------------------------------
for n in N1 N2 N3 N4 N5 N6 N7 N8 N9 N10; do
	is "$n" "$(wc_rule $n)" "$(want ".refused[] | select(.name ==
	    \"$n\") | .rule")"
done
is 'N5, to the other' "$(jq -r '.copies[] | select(.member ==
    "northbank-reporter") | .rule' "$W/seen/sent-CAL-4")" R1
holds 'N3: the copy was under way before' jq -e --arg m "$WC_KEEPER" \
    'any(.copies[]; .member == $m and .state == "sent")' \
    "$W/seen/track-before" >/dev/null
holds 'N3: and was dropped' wc_dropped
is 'N8: it would have gone before' "$(jq -r '.copies[0].state' \
    "$W/seen/before-N8")" queued
# One face: never allowed, withdrawn and stopped read alike.
for n in sent-HV-1 refused-N3 refused-N8 sent-MH-1; do
	jq -r '.copies[] | select(.state == "refused") | .text' "$W/seen/$n"
done | sort -u >"$W/seen/faces"
is 'one face for no' "$(wc -l <"$W/seen/faces")" 1
# What was refused at home is in the agency's own audit file, no content.
is 'audit of N1 and N2' "$(grep -c '"refused-here","reason":"R1"' \
    "$W/northbank-health/state/audit.jsonl")" 2

# ---- links ------------------------------------------------------------------------------
wc_unresolved | sort >"$W/seen/unresolved"
want '.links_unresolved[] | .observation + " " + .to + " " +
    (.links | tostring)' | sort >"$W/seen/want-unresolved"
is 'links that lead nowhere' "$(cat "$W/seen/unresolved")" \
    "$(cat "$W/seen/want-unresolved")"

# ---- maps, gaps, her statement ---------------------------------------------------------
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	holds "E$n" "wc_e$n"
done
is notices "$(jq -r '[.notices[].code] | unique | join(" ")' \
    "$W/seen/map-caledonian-children")" "$(want '.notices | sort |
    join(" ")')"
is 'gaps open' "$(jq -r '[.gaps[].code] | unique | join(" ")' \
    "$W/seen/gaps-caledonian-children")" "$(want '.gaps_open | sort |
    join(" ")')"
is 'stops are told in one sentence' "$(cat "$W/seen/stop")" \
    'Thank you. If this phrase belongs to a case, sharing in it has stopped. Nobody here can see whether it does.'

# ---- sent again ----------------------------------------------------------------------------
wl_as caledonian-children send "$W/seen/document-CAL-1" --case 1 --json \
    >"$W/seen/again"
is 'the same key again' "$(jq -r '.state + " " + .id' "$W/seen/again")" \
    "repeated $(wc_id CAL-1)"
jq '.text = "something else"' "$W/seen/document-CAL-1" >"$W/seen/other"
wl_as caledonian-children send "$W/seen/other" --case 1 --json \
    >"$W/seen/again" 2>/dev/null
is 'the same key for something else' "$(jq -r .rule "$W/seen/again")" key

# ---- an agent that skips its own check --------------------------------------------------------
# skips NAME MEMBER OBSERVATION TO PURPOSE: what the broker says to it.
skips() {
	jq 'del(.idempotency_key, .links)' "$W/seen/document-$3" \
	    >"$W/seen/skipped"
	wl_stop "$2"
	said=$(CREDENTIALS_DIRECTORY=$W/secret "$B/tests/system/skipper" \
	    "$W/$2/agent.conf" 1 "$W/seen/skipped" "$4" "$5")
	is "$1 at the broker" "$said" "${6:-refused R1}"
	wl_run "$2" || exit 1
}
skips N1 northbank-health HV-1 northbank-police PU01
skips N2 northbank-health HV-1 northbank-children PU01
skips N3 northbank-police POL-4 "$WC_KEEPER" PU03
skips N4 "$WC_KEEPER" ADV-2 northbank-police PU01
skips N5 caledonian-children CAL-4 northbank-court PU05
skips N5 caledonian-children CAL-4 northbank-reporter PU05
skips N6 northbank-children CAL-4 northbank-school PU01
skips N7 northbank-children CW-3 caledonian-men PU02
skips N10 northbank-therapy MH-1 northbank-school PU02
# Whether she was asked only the recipient can read: it shows nothing.
skips N9 "$WC_KEEPER" N9 northbank-children PU01 admitted
rejected() {
	wl_as northbank-children open 1 >/dev/null 2>&1
	wl_as northbank-children inbox --json | jq -e \
	    'any(.items[]; .state == "rejected")' >/dev/null
}
holds 'N9 at the recipient' wl_until 10 'rejection of N9' rejected
is 'N9 is not shown' "$(wl_as northbank-children open 1 --json | jq --arg t \
    "$(jq -r .text "$W/seen/document-N9")" '[.items[] | select(.content.text
    == $t and .content.asked == null)] | length')" 0
# The ledger has the true rules, for custodian and auditor.
is 'true rules' "$(wl_as "$WC_KEEPER" case statement 1 --json | jq -r \
    '[.lines[] | select(.what == "refused") | .rule] | join(" ")')" \
    'NO_GRANT NO_GRANT WITHDRAWN LABELS NO_GRANT NO_GRANT NO_GRANT NO_GRANT NO_GRANT'

# ---- taken back ----------------------------------------------------------------------------
wl_as northbank-school recall "$(wc_id SCH-4)" --reason wrong-fact --json \
    >"$W/seen/recalled" || wrong=1
taken_back() {
	wl_as northbank-children inbox --json | jq -e \
	    'any(.items[]; .state == "recalled")' >/dev/null
}
holds 'a record taken back is marked' wl_until 10 'mark of a recall' \
    taken_back

# ---- stop: nothing goes, nothing opens --------------------------------------------------------
wl_as northbank-police stop --secret-file "$W/secret/forced-$WC_REF" \
    >"$W/seen/stop-1"
is 'forced reads the same' "$(cat "$W/seen/stop-1")" "$(cat "$W/seen/stop")"
wl_until 10 freeze wc_frozen $WC_REF || wrong=1
closed() {
	wl_as "$1" open 1 --json >/dev/null 2>&1
	[ $? -eq 1 ]
}
for m in $(wc_parts); do
	[ "$m" = "$WC_KEEPER" ] && continue
	holds "nothing opens at $m after the stop" wl_until 10 \
	    "end of reading at $m" closed "$m"
done
jq 'del(.idempotency_key, .links)' "$W/seen/document-CAL-9" \
    >"$W/seen/document-late"
wl_as caledonian-children send "$W/seen/document-late" --case 1 --json \
    >"$W/seen/late"
is 'nothing goes after the stop' "$(jq -r '[.copies[].state] | unique |
    join(" ")' "$W/seen/late")" refused

# ---- the auditor ---------------------------------------------------------------------------------
# (N8 once more, past the agent's own check)
skips N8 caledonian-children CAL-9 northbank-children PU01
holds 'mirror and replay' wc_audit
is unexplained "$(jq .unexplained "$W/seen/verified")" 0
is 'without permission' "$(jq .without_permission "$W/seen/verified")" 0
# observations, introductions, question and answer, what N9 sent, no more
is disclosures "$(jq .disclosures "$W/seen/verified")" \
    $(($(want .copies) + $(want .introductions) + 2 + 1))
[ $wrong -eq 0 ] && echo ok
exit $wrong
