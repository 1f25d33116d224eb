# Plays conformance cases (*.case) at the door of the simulator.  Source it
# after lib.sh, with D the door's socket; cs_begin, cs_play FILE, cs_end.
# The format is in conformance/README; docs/INTEGRATION.md says what it is for.
# shellcheck shell=sh

cs_begin() {
	C=$W/cases
	mkdir -p "$C" && : >"$C/names" || return 1
	cs_cases=0 cs_wrong=0
	cs_name case 1
	cs_name author "$AUTHOR"
	cs_name password "$WL_WORD"
	cs_name to "$AWAY"
	cs_name never "$NEVER"
}

# From here on $1 in a case is this text.
cs_name() {
	grep -v "^s/\\\\\$$1/" "$C/names" >"$C/names.new"
	printf 's/\\$%s/%s/g\n' "$1" "$(printf %s "$2" |
	    sed 's|[&/\]|\\&|g')" >>"$C/names.new"
	mv "$C/names.new" "$C/names"
}

cs_random() {
	od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

cs_bad() {
	echo "WRONG $cs_title"
	echo "      $cs_file:$cs_at: $1"
	[ ! -s "$C/answer" ] || sed 's/^/      | /' "$C/answer" | cut -c 1-300
	cs_good=no
}

# ---- a request ------------------------------------------------------------------

cs_ask() {
	set -- --data-binary "@$C/body" -H "Content-Type: $cs_type"
	[ "$cs_method" = POST ] || set --
	case $cs_who in
	service) set -- "$@" -H "Authorization: Bearer $(cat "$W/token")" ;;
	worker) set -- "$@" -H "Authorization: Bearer $(sed -n \
	    's|^s/\\$session/\(.*\)/g$|\1|p' "$C/names")" ;;
	stranger) set -- "$@" -H 'Authorization: Bearer svc00' ;;
	esac
	: >"$C/answer"
	cs_status=$(curl -s -g -o "$C/answer" -D "$C/headers" -w '%{http_code}' \
	    --unix-socket "$D" -H 'Expect:' -X "$cs_method" "$@" \
	    "http://localhost$(echo "$cs_path" | sed -f "$C/names")")
	wl_json <"$C/answer" >"$C/fields" 2>/dev/null || : >"$C/fields"
}

cs_field() {
	awk -v path="$1" '$1 == path { print substr($0, length(path) + 2)
	    exit }' "$C/fields"
}

# PATH VALUE of an answer; - is none at all, * is any.
cs_expect() {
	cs_value=$(cs_field "$1")
	case $2 in
	'*') [ -n "$cs_value" ] || cs_bad "$1 is not there" ;;
	-) ! awk '{ print $1 }' "$C/fields" | grep -q "^$1\(\.\|\$\)" ||
	    cs_bad "$1 is there" ;;
	'->') cs_bad "$1 -> needs a name" ;;
	'-> '*)
		[ -n "$cs_value" ] || cs_bad "$1 is not there"
		cs_name "${2#-> }" "$cs_value"
		;;
	*) [ "$cs_value" = "$2" ] || cs_bad "$1 is \"$cs_value\", not \"$2\"" ;;
	esac
}

# But for what names this one request, it is the answer that it was before.
cs_face() {
	sed 's/"id":"[0-9a-f]*"/"id":""/g; s/"ref":"[^"]*"/"ref":""/g
	    s/"member":"[^"]*"/"member":""/g' "$C/answer" >"$C/face"
	if [ ! -e "$C/face-$1" ]; then
		mv "$C/face" "$C/face-$1"
	elif ! cmp -s "$C/face" "$C/face-$1"; then
		cs_bad "another face than before"
		sed 's/^/      < /' "$C/face-$1" | cut -c 1-300
	fi
}

# ---- events -----------------------------------------------------------------------

cs_events() {
	curl -s --unix-socket "$D" -H "Authorization: Bearer $(cat "$W/token")" \
	    "http://localhost/v1/events?after=$1"
}

cs_newest() {
	cs_n=0
	while :; do
		cs_events "$cs_n" | wl_json >"$C/events"
		cs_next=$(awk '$1 == "next" { print $2 }' "$C/events")
		[ "${cs_next:-0}" -gt "$cs_n" ] || break
		cs_n=$cs_next
	done
	echo "$cs_n"
}

# Is there EVENT since the case began, with FIELD VALUE..?
cs_happened() {
	cs_events "$cs_since" | wl_json | awk -v want="event $*" '
	/^events\./ {
		n = split($1, part, ".")
		seen[part[2]] = 1
		name = part[3]
		for (k = 4; k <= n; k++)
			name = name "." part[k]
		v[part[2], name] = $2
	}
	END {
		n = split(want, w, " ")
		for (i in seen) {
			same = 1
			for (k = 1; k < n; k += 2)
				if (v[i, w[k]] != w[k + 1])
					same = 0
			if (same)
				exit 0
		}
		exit 1
	}'
}

# ---- a file -------------------------------------------------------------------------

cs_close() {
	[ -n "$cs_title" ] || return 0
	cs_cases=$((cs_cases + 1))
	if [ "$cs_good" = yes ]; then
		echo "ok    $cs_title"
	else
		cs_wrong=$((cs_wrong + 1))
	fi
}

cs_open() {
	cs_close
	cs_title=$1 cs_good=yes
	cs_since=$(cs_newest)
	cs_name key "$(cs_random)"
	cs_name other "$(cs_random)"
}

cs_body() {
	if [ "$1" = '{' ] && [ "$2" = '}' ]; then
		sed -f "$C/names" "$C/raw" >"$C/body"
	else
		awk -v n="$1" -v s="$2" 'BEGIN { while (n-- > 0)
		    printf "%s", s }' >"$C/body"
	fi
}

# A line of a case; $1 is its first word, $2 the rest with names filled in.
cs_line() {
	case $1 in
	case) cs_open "$2" ;;
	GET | POST | PUT | DELETE)
		cs_method=$1 cs_path=$2 cs_who=service
		cs_type=application/json
		: >"$C/body"
		;;
	as) cs_who=$2 ;;
	type) cs_type=$2 ;;
	body) cs_body "${2%% *}" "${2#* }" ;;
	'=>')
		cs_ask
		[ "$cs_status" = "$2" ] || cs_bad "$cs_status, not $2"
		;;
	header)
		tr -d '\r' <"$C/headers" | grep -qix "${2%% *}: ${2#* }" ||
		    cs_bad "the header ${2%% *} is not ${2#* }"
		;;
	lacks) ! grep -qF -- "$2" "$C/answer" || cs_bad "it holds \"$2\"" ;;
	face) cs_face "$2" ;;
	event)
		# shellcheck disable=SC2086
		wl_until 20 event cs_happened $2 2>/dev/null ||
		    cs_bad "no event $2"
		;;
	no-event)
		# shellcheck disable=SC2086
		! cs_happened $2 || cs_bad "the event $2"
		;;
	next) "next_$MODE" || cs_bad "the fault did not go on" ;;
	*) cs_bad "\"$1\" is no word of a case" ;;
	esac
}

cs_play() {
	cs_file=$(basename "$1") cs_at=0 cs_title='' cs_in_body=no
	while IFS= read -r cs_text; do
		cs_at=$((cs_at + 1))
		case $cs_in_body$cs_text in
		'no{'*'}') cs_in_body=no; echo "$cs_text" >"$C/raw"
			cs_body '{' '}' ;;
		'no{'*) cs_in_body=yes; echo "$cs_text" >"$C/raw" ;;
		'yes}') cs_in_body=no; echo '}' >>"$C/raw"; cs_body '{' '}' ;;
		yes*) echo "$cs_text" >>"$C/raw" ;;
		no | 'no#'*) ;;
		*)
			cs_text=$(echo "$cs_text" | sed -f "$C/names")
			cs_rest=${cs_text#"${cs_text%%[! 	]*}"}
			cs_word=${cs_rest%% *}
			cs_rest=${cs_rest#"$cs_word"}
			cs_rest=${cs_rest#"${cs_rest%%[! 	]*}"}
			case $cs_text in
			' '* | '	'*) cs_expect "$cs_word" "$cs_rest" ;;
			*) cs_line "$cs_word" "$cs_rest" ;;
			esac
			;;
		esac
	done <"$1"
	cs_close
	cs_title=''
}

cs_end() {
	[ "$cs_cases" -gt 0 ] || cs_wrong=1
	echo "$cs_cases cases, $cs_wrong wrong"
	[ "$cs_wrong" -eq 0 ]
}
