# The worked case, played with the real daemons: for deploy/demo and
# tests/system/20-worked-case.sh.  Source lib.sh first.  Functions leave what
# they saw in $W/seen and fail with a sentence; nothing is counted by hand.
# shellcheck shell=sh
#
#   wc_agencies      twelve agencies, running, with their workers
#   wc_open          the case, at the agency that keeps it
#   wc_consent       the whole set, signed in one act
#   wc_introduce     introductions read and compared with staff
#   wc_observe       29 observations, the attempts that must fail among them
#   wc_question      GP01 asked and answered
#   wc_refuse        N6 and N9; wc_stop: N8, on a second case (wc_second)
#   wc_read          everything opened everywhere
#   wc_audit         the ledger mirrored and replayed
#   wc_count_*       what came of it, as numbers

: "${WC_DATA:?the folder tests/cases/caledonian}"
WC_REF=NB-2026-17
WC_AUDITOR=northbank-audit
WC_ME=$(id -un)
# A second account of the custodian, for the waiver; it never signs in.
WC_SECOND=daemon
[ "$WC_ME" = daemon ] && WC_SECOND=nobody

wc_members() {
	jq -r '.agencies[] | .member' "$WC_DATA/agencies.json"
}

wc_parts() {
	jq -r '.agencies[] | select(.takes_part) | .member' \
	    "$WC_DATA/agencies.json"
}

wc_role() {
	case $1 in
	AG01) echo social-worker ;;
	AG02) echo response-officer ;;
	AG06) echo advocate ;;
	AG07 | AG08 | AG09) echo programme-worker ;;
	AG10) echo health-visitor ;;
	AG12) echo therapist ;;
	AG13) echo teacher-lead ;;
	*) echo coordinator ;;
	esac
}

# ---- agencies ------------------------------------------------------------------

wc_admit() {
	wc_id=$1 wc_kind=$2 wc_duty=$3 wc_lang=$4 wc_phone=$5 wc_opens=$6
	wc_name=$7
	set -- --languages "$wc_lang" --duty-phone "$wc_phone"
	case $wc_duty in
	parents) set -- "$@" --onward-duty parents ;;
	relevant-persons | parties) set -- "$@" --onward-duty persons ;;
	esac
	[ "$wc_opens" = true ] && set -- "$@" --may-open-cases
	wl_agency "$wc_id" "$wc_kind" "$wc_name" "$@" </dev/null || return 1
	[ -z "${WC_DESK:-}" ] || wl_agency_desk "$wc_id"
	echo "$wc_kind" >"$W/$wc_id/kind"
}

wc_worker() {
	wl_worker "$1" "$(wc_role "$(cat "$W/$1/kind")")" \
	    worker,lead,advocate,officer
}

wc_announced() {
	wc_out=$(wl_agent "$1" worker list --json) && echo "$wc_out" |
	    jq -e '[.workers[] | select(.state != "announced")] == []' \
	    >/dev/null
}

wc_agencies() {
	mkdir -p "$W/seen"
	# first, so that what is sealed to auditors is sealed to it
	wl_auditor $WC_AUDITOR 'Northbank audit' || return 1
	jq -r '.agencies[] | [.member, .kind, .onward_duty,
	    (.languages | join(",")), .duty_phone, (.may_open_cases |
	    tostring), .name] | join("|")' "$WC_DATA/agencies.json" \
	    >"$W/seen/agencies"
	while IFS='|' read -r a b c d e f g; do
		wc_admit "$a" "$b" "$c" "$d" "$e" "$f" "$g" || return 1
	done <"$W/seen/agencies"
	for wc_m in $(wc_members); do
		wl_launch "$wc_m"
	done
	for wc_m in $(wc_members); do
		wl_wait "$wc_m" && wc_worker "$wc_m" || return 1
	done
	WC_KEEPER=$(jq -r '.agencies[] | select(.custodian) | .member' \
	    "$WC_DATA/agencies.json")
	wl_quiet wl_agent "$WC_KEEPER" worker add $WC_SECOND --name \
	    'Second Example' --staff-number 2 --role advocate --may \
	    worker,advocate || return 1
	for wc_m in $(wc_members); do
		wl_until 15 "worker record of $wc_m" wc_announced "$wc_m" ||
		    return 1
	done
}

# ---- consent ---------------------------------------------------------------------

# wc_open [REFERENCE]
wc_open() {
	wl_open "$WC_KEEPER" "${1:-$WC_REF}"
}

wc_consent() {
	wl_consent "$WC_KEEPER" $WC_REF "$WC_DATA/grants.json" \
	    --introduction "$WC_DATA/book.json" --waiver $WC_SECOND \
	    --causing-harm P1 >"$W/seen/consent" || return 1
	jq -e '[.grants[] | select(.state != "admitted")] == []' \
	    "$W/seen/consent" >/dev/null ||
	    wl_fail "a permission was not admitted: $W/seen/consent"
}

# The permission on an arrow that is no introduction.
wc_grant() {
	jq -r --arg f "$1" --arg t "$2" 'first(.grants[] |
	    select(.from == $f and .to == $t)) | .grant' "$W/seen/consent"
}

wc_introduce() {
	for wc_m in $(wc_parts); do
		[ "$wc_m" = "$WC_KEEPER" ] && continue
		eval "wc_out=\${WC_EXCLUDE_$(echo "$wc_m" | tr - _):-}"
		wl_introduce "$wc_m" "$wc_out" || return 1
	done
}

# ---- observations ------------------------------------------------------------------

wc_document() {
	jq --slurpfile ids "$W/seen/ids" 'if .links then
	    .links |= map($ids[0][.] // error("nobody sent " + .)) else .
	    end' "$WC_DATA/observations/$1.json" >"$W/seen/document-$1"
}

# wc_send NAME MEMBER [MORE]: to whom the data says, and to MORE as well.
wc_send() {
	wc_document "$1" || return 1
	wc_to=$(jq -r '.idempotency_key + " " + (.send_to | join(","))' \
	    "$W/seen/document-$1")
	wc_key=${wc_to%% *}
	wl_as "$2" send "$W/seen/document-$1" --case 1 --to \
	    "${wc_to#* }${3:+,$3}" --json >"$W/seen/sent-$1" \
	    2>"$W/seen/err-$1"
	if [ $? -gt 1 ] || ! wc_new=$(jq -er 'select(.copies) | .id' \
	    "$W/seen/sent-$1"); then
		wl_fail "$1 was not taken: $(cat "$W/seen/err-$1")"
		return 1
	fi
	echo "$1 $wc_new" >>"$W/seen/names"
	sed '$s/}$//' "$W/seen/ids" >"$W/seen/ids.new"
	echo ",\"$wc_key\":\"$wc_new\"}" >>"$W/seen/ids.new"
	mv "$W/seen/ids.new" "$W/seen/ids"
}

# What must be refused although it is tried with the rest.
wc_more() {
	jq -r --arg n "$1" '[.refused[] | select(.observation == $n and
	    (.received or .after_stop or .without) != true) | .to,
	    .also_to // empty] | join(",")' "$WC_DATA/expected.json"
}

# How many copies of observations an agency was sent so far.
wc_sent_to() {
	cat "$W"/seen/sent-* | jq -s --arg m "$1" '[.[].copies[] |
	    select(.member == $m and .state != "refused")] | length'
}

wc_holds() {
	wc_out=$(wl_as "$1" inbox --json) && [ "$(echo "$wc_out" |
	    jq '[.items[] | select(.introduction | not)] | length')" -eq "$2" ]
}

wc_arrived() {
	wc_n=$(wc_sent_to "$1")
	wl_until 20 "delivery to $1 ($wc_n copies)" wc_holds "$1" "$wc_n"
}

# What one agency's map and gaps say at a certain moment; to the person
# WC_READER at its desk as well, if there is one.
wc_look() {
	wc_arrived "$1" && wl_as "$1" map 1 --json >"$W/seen/map-$2" &&
	    wl_as "$1" gaps 1 --json >"$W/seen/gaps-$2" || return 1
	[ -z "${WC_READER:-}" ] || wl_curl "$1" "$WC_READER" /case/1/map \
	    -f >"$W/seen/page-$2"
}

# N3: one copy waits for an agency that is away, when the permission ends.
wc_withdraw_queued() {
	wl_as northbank-police track "$(jq -r .id "$W/seen/sent-POL-4")" \
	    --json >"$W/seen/track-before"
	wl_as northbank-police case withdraw 1 --grant "$(wc_grant \
	    northbank-police "$WC_KEEPER")" --json >"$W/seen/withdrawn" ||
	    return 1
	wl_run "$WC_KEEPER"
}

wc_dropped() {
	wc_out=$(wl_as northbank-police track "$(jq -r .id \
	    "$W/seen/sent-POL-4")" --json) && echo "$wc_out" | jq -e --arg m \
	    "$WC_KEEPER" 'any(.copies[]; .member == $m and
	    .state == "dropped")' >/dev/null
}

wc_observe() {
	printf '{"":""\n}\n' >"$W/seen/ids"
	: >"$W/seen/names"
	jq -r '.observations[] | .name + " " + .member' \
	    "$WC_DATA/expected.json" >"$W/seen/order"
	while read -r wc_obs wc_by; do
		case $wc_obs in
		CW-2) wc_look caledonian-children before-CW-2 || return 1 ;;
		CW-3)
			wc_look caledonian-children before-CW-3 || return 1
			# The broker notices with CW-3 that it is away, so
			# that POL-4 waits in the queue.
			wc_arrived "$WC_KEEPER" && wl_stop "$WC_KEEPER"
			;;
		esac
		wc_send "$wc_obs" "$wc_by" "$(wc_more "$wc_obs")" \
		    </dev/null || return 1
		[ "$wc_obs" = POL-4 ] || continue
		wl_until 10 'copy of POL-4 under way' wc_queued || return 1
		wc_withdraw_queued </dev/null || return 1
		wl_until 10 'drop of the queued copy' wc_dropped || return 1
		# and once more, now that there is no permission
		jq 'del(.idempotency_key, .links)' "$W/seen/document-POL-4" \
		    >"$W/seen/document-N3"
		wl_as northbank-police send "$W/seen/document-N3" --case 1 \
		    --to "$WC_KEEPER" --dry-run --json >"$W/seen/refused-N3"
	done <"$W/seen/order"
	for wc_m in $(wc_parts); do
		[ "$wc_m" = "$WC_KEEPER" ] || wc_arrived "$wc_m" || return 1
	done
	# one of its copies was dropped
	wl_until 20 "delivery to $WC_KEEPER" wc_holds "$WC_KEEPER" \
	    $(($(wc_sent_to "$WC_KEEPER") - 1))
}

# Admitted by the exchange, but not delivered: it waits there.
wc_queued() {
	wc_out=$(wl_as northbank-police track "$(jq -r .id \
	    "$W/seen/sent-POL-4")" --json) && echo "$wc_out" | jq -e --arg m \
	    "$WC_KEEPER" 'any(.copies[]; .member == $m and .state == "sent")' \
	    >/dev/null
}

# ---- the rest -----------------------------------------------------------------------

wc_has_kind() {
	wc_out=$(wl_as "$1" open 1 --json) && echo "$wc_out" | jq -e --arg k \
	    "$2" 'any(.items[]; .kind == $k)' >/dev/null
}

wc_question() {
	wc_q=$WC_DATA/question.json
	wc_from=$(jq -r .question.from "$WC_DATA/expected.json")
	wc_to=$(jq -r .to "$wc_q")
	jq -r .text "$wc_q" | wl_as "$wc_from" ask 1 --to "$wc_to" --gap \
	    "$(jq -r .gap "$wc_q")" --by "$(jq -r .reply_by "$wc_q")" --json \
	    >"$W/seen/asked" || return 1
	wl_until 15 'question at the police' wc_has_kind "$wc_to" question ||
	    return 1
	jq 'del(.question)' "$WC_DATA/answer.json" >"$W/seen/document-answer"
	wc_no=$(wl_as "$wc_to" open 1 --json | jq -r 'first(.items[] |
	    select(.kind == "question")) | .message')
	wl_as "$wc_to" answer "m$wc_no" "$W/seen/document-answer" --json \
	    >"$W/seen/answered" || return 1
	wl_until 15 'answer' wc_has_kind "$wc_from" answer
}

# N6: what was received is not passed on.  N9: nobody asked her.
wc_refuse() {
	jq 'del(.idempotency_key, .links)' "$W/seen/document-CAL-4" \
	    >"$W/seen/document-N6"
	wl_as northbank-children open 1 --json >/dev/null
	wl_as northbank-children send "$W/seen/document-N6" --case 1 --to \
	    northbank-school --json >"$W/seen/refused-N6" 2>/dev/null
	jq 'del(.idempotency_key, .links, .asked)' \
	    "$W/seen/document-ADV-2" >"$W/seen/document-N9"
	wl_as "$WC_KEEPER" send "$W/seen/document-N9" --case 1 --to \
	    northbank-children --json >"$W/seen/refused-N9" 2>/dev/null
	true
}

wc_frozen() {
	wc_out=$(wl_as "$WC_KEEPER" cases --json) && echo "$wc_out" | jq -e \
	    --arg r "$1" 'any(.cases[]; .reference == $r and
	    .state == "frozen")' >/dev/null
}

# wc_second REFERENCE: a case of its own, so that the first stays open to be
# looked at; one agency may be told.
wc_second() {
	wc_open "$1" || return 1
	jq '.grants = [.grants[] | select(.name == "G08") |
	    .to = ["caledonian-children"]]' "$WC_DATA/grants.json" \
	    >"$W/seen/second-set"
	wl_consent "$WC_KEEPER" "$1" "$W/seen/second-set" --waiver \
	    $WC_SECOND --causing-harm P1 >"$W/seen/second-consent"
}

# N8.
wc_stop() {
	wc_ref=NB-2026-18
	wc_second $wc_ref || return 1
	jq 'del(.idempotency_key)' "$WC_DATA/observations/ADV-1.json" \
	    >"$W/seen/document-N8"
	wl_as "$WC_KEEPER" send "$W/seen/document-N8" --case $wc_ref --to \
	    caledonian-children --dry-run --json >"$W/seen/before-N8" ||
	    return 1
	# said to anybody: here to the school
	wl_as northbank-school stop --secret-file "$W/secret/stop-$wc_ref" \
	    >"$W/seen/stop" || return 1
	wl_until 10 'freeze' wc_frozen $wc_ref || return 1
	wl_as "$WC_KEEPER" send "$W/seen/document-N8" --case $wc_ref --to \
	    caledonian-children --json >"$W/seen/refused-N8"
	true
}

wc_read() {
	for wc_m in $(wc_parts); do
		wl_as "$wc_m" open 1 --json >"$W/seen/open-$wc_m" || return 1
		wl_as "$wc_m" seen 1 --json >"$W/seen/own-$wc_m" || return 1
	done
	for wc_m in caledonian-children northbank-children northbank-school
	do
		wl_as "$wc_m" map 1 --json >"$W/seen/map-$wc_m" || return 1
		wl_as "$wc_m" gaps 1 --json >"$W/seen/gaps-$wc_m" || return 1
	done
	wl_as "$WC_KEEPER" case statement 1 --json >"$W/seen/statement"
}

wc_audit() {
	wl_quiet wl_audit $WC_AUDITOR mirror || return 1
	wl_audit $WC_AUDITOR verify --json >"$W/seen/verified"
	[ $? -le 1 ]
}

# ---- counting ---------------------------------------------------------------------------

wc_count_written() {
	cat "$W"/seen/own-* | jq -s '[.[].records[] |
	    select(.kind == "observation")] | length'
}

# Copies of observations that recipients hold and could open.
wc_count_delivered() {
	cat "$W"/seen/open-* | jq -s '[.[].items[] |
	    select(.kind == "observation")] | length'
}

# wc_count_held MEMBER: own and received.
wc_count_held() {
	echo $(($(jq '[.items[] | select(.kind == "observation")] | length' \
	    "$W/seen/open-$1") + $(jq '[.records[] |
	    select(.kind == "observation")] | length' "$W/seen/own-$1")))
}

# The id that the agent gave the observation of this name.
wc_id() {
	awk -v n="$1" '$1 == n { print $2 }' "$W/seen/names"
}

# Copies in which links cannot be followed: NAME MEMBER MISSING a line.
wc_unresolved() {
	while read -r wc_obs wc_i; do
		echo "$wc_i $wc_obs $(jq '.links // [] | length' \
		    "$W/seen/document-$wc_obs")"
	done <"$W/seen/names" >"$W/seen/linked"
	for wc_m in $(wc_parts); do
		jq -r '.items[] | "\(.id) \(.links // [] | length)"' \
		    "$W/seen/open-$wc_m" | awk -v m="$wc_m" '
		    NR == FNR { name[$1] = $2; n[$1] = $3; next }
		    $1 in n && $2 < n[$1] { print name[$1], m, n[$1] - $2 }' \
		    "$W/seen/linked" -
	done
}

# wc_rule NAME: by which rule N1..N10 was refused, as the sender was told.
wc_rule() {
	case $1 in
	N6 | N9) jq -r .rule "$W/seen/refused-$1" ;;
	N3 | N8) jq -r '.copies[0].rule' "$W/seen/refused-$1" ;;
	*)
		jq -r --arg n "$1" '.refused[] | select(.name == $n) |
		    .observation + " " + .to' "$WC_DATA/expected.json" |
		    while read -r wc_obs wc_to; do
			jq -r --arg m "$wc_to" '.copies[] | select(.member ==
			    $m) | .rule // .state' "$W/seen/sent-$wc_obs"
		done
		;;
	esac
}

# ---- E1 to E15 ------------------------------------------------------------------------------

# The n-th of the four sections of a map.
wc_section() {
	jq -r .text "$W/seen/map-$1" | awk -v n="$2" '
	    /^[1-4] [A-Z]/ { in_it = substr($0, 1, 1) == n }
	    /^Gaps$/ { in_it = 0 } in_it'
}

# The lines of a notice, up to the next one or the end of its section.
wc_notice() {
	jq -r .text "$W/seen/map-$1" | awk -v p="  $2 " '
	    index($0, p) == 1 { on = 1; print; next }
	    /^  PT/ || /^[^ ]/ || /^$/ { on = 0 } on'
}

wc_says() {
	tr -s ' \n' '  ' | grep -q -- "$1"
}

wc_gap() {
	jq -e --arg g "$2" 'any(.gaps[]; .code == $g)' "$W/seen/gaps-$1" \
	    >/dev/null
}

# Does the notice rest on these observations?
wc_rests() {
	wc_text=$(wc_notice "$1" "$2")
	[ -n "$wc_text" ] || return 1
	shift 2
	for wc_obs in "$@"; do
		echo "$wc_text" | grep -q "$(wc_id "$wc_obs" | cut -c1-8)" ||
		    return 1
	done
}

wc_e1() {
	[ "$(wc_section caledonian-children 1 | grep -o '(AG[0-9]*)' |
	    sort -u | wc -l)" -ge 3 ]
}
wc_e2() {
	! wc_section caledonian-children 1 | grep -q '^P2'
}
wc_e3() {
	for wc_dm in DM02 DM11 DM16; do
		wc_section caledonian-children 1 | grep -q "^  $wc_dm " ||
		    return 1
	done
	! wc_section caledonian-children 1 | grep -qi 'score\|in all\|sum of'
}
wc_e4() { wc_rests caledonian-children PT1 POL-1 POL-4; }
wc_e5() {
	wc_rests caledonian-children PT2 HV-1 ADV-1 ADV-3 &&
	    wc_rests northbank-children PT2 ADV-1 ADV-3 &&
	    ! grep -q "$(wc_id HV-1 | cut -c1-8)" \
	    "$W/seen/map-northbank-children" &&
	    ! grep -qi 'health visitor' "$W/seen/map-northbank-children" &&
	    [ -z "$(wc_notice northbank-school PT2)" ]
}
wc_e6() { wc_rests caledonian-children PT3 SCH-2; }
wc_e7() {
	wc_gap before-CW-2 GP06 && ! wc_gap caledonian-children GP06
}
wc_e8() {
	wc_gap before-CW-3 GP01 && wc_gap before-CW-3 GP02 &&
	    [ -z "$(wc_notice before-CW-3 PT4)" ] &&
	    ! wc_gap caledonian-children GP01 &&
	    ! wc_gap caledonian-children GP02 &&
	    wc_rests caledonian-children PT4 CW-3
}
wc_e9() {
	wc_rests caledonian-children PT5 POL-5 &&
	    wc_notice caledonian-children PT5 |
	    wc_says 'less substance use, abuse unchanged' &&
	    wc_section caledonian-children 4 |
	    wc_says 'no real-change evidence' &&
	    wc_section caledonian-children 4 |
	    wc_says '(Attendance, which is not change) .*BA01'
}
wc_e10() {
	wc_rests caledonian-children PT6 CW-1 POL-3 SCH-3 &&
	    wc_notice caledonian-children PT6 | wc_says 'three services'
}
wc_e11() {
	for wc_pe in PE01 PE02 PE03 PE04 PE05 PE16; do
		wc_section caledonian-children 4 | grep -q "^  $wc_pe " ||
		    return 1
	done
	wc_section caledonian-children 4 | wc_says 'asked: yes'
}
wc_e12() {
	wc_gap caledonian-children GP13 && wc_gap caledonian-children GP04
}
wc_e13() {
	wc_whom=$(wc_section caledonian-children 4 | awk '
	    /^Whom the notes are about/ { on = 1; next } /^[^ ]/ { on = 0 }
	    on' | tr -s ' \n' '  ')
	for wc_obs in HV-1 SCH-3 POL-3 CW-1; do
		echo "${wc_whom%%since:*}" | grep -q "$(wc_id $wc_obs |
		    cut -c1-8)" || return 1
	done
	echo "$wc_whom" | grep -q 'since: the survivor alone: none' &&
	    echo "$wc_whom" | grep -q 'since: the person causing harm: \['
}
wc_e14() { wc_rests caledonian-children PT8 CAL-9 POL-2; }
# Every copy is in her statement, opened or not, and no word of content.
wc_e15() {
	[ "$(wc_count_told)" -eq "$(wc_count_delivered)" ] || return 1
	[ "$(jq '[.lines[] | select(.what == "dropped")] | length' \
	    "$W/seen/statement")" -eq 1 ] || return 1
	[ "$(wc_count_contents)" -eq 0 ]
}

# Deliveries of observations: not introductions, questions and answers.
wc_count_told() {
	jq '[.lines[] | select(.what == "delivery" and
	    .scopes != ["ID"] and .scopes != ["Q"])] | length' \
	    "$W/seen/statement"
}

# Texts of observations, and names, that stand in her statement.
wc_count_contents() {
	{
		jq -r '.text // empty' "$W"/seen/document-*-[0-9]*
		jq -r '.persons[].name' "$WC_DATA/book.json"
	} | while read -r wc_line; do
		grep -F -- "$wc_line" "$W/seen/statement"
	done | wc -l
}
