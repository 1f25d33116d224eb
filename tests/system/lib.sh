# A whole partnership on loopback, for deploy/demo, the simulator (deploy/
# simulator, with which it is installed) and the system tests.
# Source it with B = the folder of the built programs and W = a fresh folder;
# every function prints nothing unless it fails, and then says why.  It needs
# curl, and what every POSIX system has.
# shellcheck shell=sh
#
#   wl_partnership            roots, broker, signer; both running
#   wl_agency ID KIND NAME [options of wayleave-keys sign]
#                             keys, request, record, enrolled, admitted
#   wl_run ID                 its agent, connected and up to date
#   wl_auditor ID NAME        an auditor who can read terms and workers' names
#   wl_audit ID COMMAND..     wayleave-audit with its configuration
#   wl_as ID COMMAND..        wayleave, as a worker of this agency
#   wl_agent ID COMMAND..     wayleave-agent with its configuration
#   wl_worker ID ROLE RIGHTS  the account that runs this, as its worker
#   wl_open ID REFERENCE      a case; what she remembers is in $W/secret
#   wl_consent ID REFERENCE SET [options of wayleave case consent]
#                             signs a consent set; her passphrase is at hand
#   wl_introduce ID [EXCLUDE] reads the introduction and compares it with staff
#   wl_desk ID [SOCKET]       its desk, running; its address is in
#                             $W/ID/desk.url; the systems' door at SOCKET
#   wl_sitter ID ACCOUNT ROLE RIGHTS [NAME]
#                             somebody who signs in at the desk with WL_WORD
#   wl_curl ID ACCOUNT PATH [curl options]
#                             a page of the desk as this person, who is signed
#                             in once (cookies in $W/ID/jar-ACCOUNT)
#   wl_post ID ACCOUNT PATH FIELD=VALUE..
#                             hands in the form that PATH shows, with its
#                             hidden fields; prints what is shown then
#   wl_json                   standard input, JSON, as lines PATH VALUE
#   wl_start NAME COMMAND..   a process of our own, its number in $W/pid/NAME
#   wl_stop NAME [SIGNAL]     ends it and waits until it is gone
#   wl_end                    ends all of them
#   wl_until SECONDS WHAT COMMAND..   tries every 0.1 s until it succeeds

: "${B:?the folder of the built programs}" "${W:?a fresh folder}"
WL_BROKER=northbank-broker
WL_ORIGIN=northbank.example/wayleave
# The cheap way to derive keys: nothing here is worth guessing.
WL_COST='--cost interactive'

wl_fail() {
	echo "$*" >&2
	return 1
}

# Runs quietly; on failure shows what it said.
wl_quiet() {
	"$@" >"$W/said" 2>&1 && return 0
	echo "failed: $*" >&2
	cat "$W/said" >&2
	return 1
}

# Another byte than the one that is there: wl_bend FILE AT.
wl_bend() {
	wl_byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "\\$(printf '%o' $((wl_byte ^ 1)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

wl_until() {
	wl_tries=$(($1 * 10)) wl_what=$2
	shift 2
	while [ "$wl_tries" -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return 0
		wl_tries=$((wl_tries - 1))
		sleep 0.1
	done
	wl_fail "no $wl_what: $*"
}

# JSON as lines: "copies.0.member northbank-school".  Texts are as they were
# written, escapes too; what cannot be read ends it with 1.
wl_json() {
	LC_ALL=C awk '
	function at() { return substr(text, i, 1) }
	function skip() { while (index(" \t\r\n", at()) && at() != "") i++ }
	function bad() { exit 1 }
	function next_is(c) { skip(); return at() == c }
	function string(  s, c) {
		if (at() != "\"")
			bad()
		for (i++; (c = at()) != "\""; i++) {
			if (c == "")
				bad()
			s = s c
			if (c == "\\") {
				i++
				s = s at()
			}
		}
		i++
		return s
	}
	function many(path, end, keys,  n, k) {
		for (i++; !next_is(end); n++) {
			k = n + 0
			if (keys) {
				k = string()
				if (!next_is(":"))
					bad()
				i++
			}
			value(path k)
			if (next_is(","))
				i++
			else if (at() != end)
				bad()
		}
		i++
	}
	function value(path,  s) {
		skip()
		if (at() == "{" || at() == "[") {
			s = path == "" ? "" : path "."
			if (at() == "{")
				many(s, "}", 1)
			else
				many(s, "]", 0)
			return
		}
		if (at() == "\"") {
			print path " " string()
			return
		}
		while (at() ~ /[-+.0-9a-zA-Z]/) {
			s = s at()
			i++
		}
		if (s == "")
			bad()
		print path " " s
	}
	{ text = text $0 "\n" }
	END { i = 1; value("") }'
}

# The value at PATH of the JSON on standard input; 1 when there is none.
wl_at() {
	wl_json | awk -v path="$1" '$1 == path {
		print substr($0, length(path) + 2); found = 1; exit }
	    END { exit !found }'
}

# ---- processes ---------------------------------------------------------------

wl_start() {
	wl_name=$1
	shift
	CREDENTIALS_DIRECTORY=$W/secret "$@" >>"$W/log/$wl_name.log" 2>&1 \
	    </dev/null &
	echo $! >"$W/pid/$wl_name"
}

wl_alive() {
	[ -e "$W/pid/$1" ] && kill -0 "$(cat "$W/pid/$1")" 2>/dev/null
}

wl_stop() {
	[ -e "$W/pid/$1" ] || return 0
	wl_pid=$(cat "$W/pid/$1")
	kill -"${2:-TERM}" "$wl_pid" 2>/dev/null
	wl_left=100
	while kill -0 "$wl_pid" 2>/dev/null && [ "$wl_left" -gt 0 ]; do
		wl_left=$((wl_left - 1))
		sleep 0.1
	done
	[ "$wl_left" -gt 0 ] || kill -KILL "$wl_pid" 2>/dev/null
	wait "$wl_pid" 2>/dev/null
	rm -f "$W/pid/$1"
}

# All at once, then each is waited for.
wl_end() {
	for wl_file in "$W"/pid/*; do
		[ -e "$wl_file" ] && kill "$(cat "$wl_file")" 2>/dev/null
	done
	for wl_file in "$W"/pid/*; do
		[ -e "$wl_file" ] && wl_stop "$(basename "$wl_file")"
	done
	return 0
}

# ---- partnership, broker, signer -------------------------------------------------

wl_port() {
	od -An -N2 -tu2 /dev/urandom | awk '{ print 20000 + $1 % 30000 }'
}

wl_folders() {
	mkdir -p "$W/pid" "$W/log" "$W/secret" "$W/broker" "$W/signer" &&
	    chmod 700 "$W/secret" || return 1
	printf 'a passphrase for loopback alone\n' >"$W/secret/passphrase"
	printf 'one safe of ours\nthe other safe\nthe duty desk\n' \
	    >"$W/secret/three"
	head -n 1 "$W/secret/three" >"$W/secret/root"
	chmod 600 "$W"/secret/*
}

# shellcheck disable=SC2086
wl_born() {
	wl_pass="--secret-file $W/secret/passphrase"
	wl_quiet "$B/wayleave-signer" init --origin $WL_ORIGIN $WL_COST \
	    $wl_pass --config "$W/signer/signer.conf" --state-dir \
	    "$W/signer/state" --request "$W/signer/signer.wlreq" || return 1
	wl_quiet "$B/wayleave-broker" init --member $WL_BROKER --name \
	    'Northbank exchange' $WL_COST $wl_pass --config \
	    "$W/broker/broker.conf" --state-dir "$W/broker/state" \
	    --request "$W/broker/broker.wlreq" || return 1
	mkdir -p "$W/keys"
	(cd "$W/keys" && wl_quiet "$B/wayleave-keys" partnership-create \
	    --name Northbank --origin $WL_ORIGIN \
	    --broker "$W/broker/broker.wlreq" \
	    --signer "$W/signer/signer.wlreq" \
	    --address broker.northbank.example:7640 $WL_COST \
	    --keep-read-days 30 --secret-file "$W/secret/three") || return 1
	cp "$W/keys/partnership.wlp" "$W/broker/partnership.wlp"
}

# What differs from a real machine: sockets, port, who may unlock.
wl_configure() {
	cat >>"$W/signer/signer.conf" <<-END
	socket = $W/signer/sign.sock
	unlock = credential
	END
	cat >>"$W/broker/broker.conf" <<-END
	operator_socket = $W/broker/operator.sock
	unlock = credential
	[link]
	listen = 127.0.0.1:$WL_PORT
	[store]
	reserve_mib = 16
	[ledger]
	signer = $W/signer/sign.sock
	END
}

wl_run_broker() {
	wl_start signer "$B/wayleave-signer" run --config \
	    "$W/signer/signer.conf"
	wl_until 10 'signer' test -S "$W/signer/sign.sock" || return 1
	wl_start broker "$B/wayleave-broker" run --config \
	    "$W/broker/broker.conf"
	wl_until 10 'broker' "$B/wayleave-broker" status --config \
	    "$W/broker/broker.conf" && return 0
	tail -n 5 "$W/log/signer.log" "$W/log/broker.log" >&2
	return 1
}

wl_partnership() {
	WL_PORT=$(wl_port)
	umask 077
	wl_folders && wl_born && wl_configure && wl_run_broker
}

# ---- agencies -----------------------------------------------------------------------

wl_config() {
	echo "$W/$1/agent.conf"
}

wl_agent() {
	wl_id=$1
	shift
	wl_command=$1
	shift
	case $wl_command in
	worker) wl_command="worker $1"; shift ;;
	esac
	# shellcheck disable=SC2086
	"$B/wayleave-agent" $wl_command "$@" --config "$W/$wl_id/agent.conf"
}

wl_as() {
	wl_id=$1
	shift
	WAYLEAVE_SOCKET=$W/$wl_id/agent.sock "$B/wayleave" "$@"
}

# shellcheck disable=SC2086
wl_agency() {
	wl_id=$1 wl_kind=$2 wl_title=$3
	shift 3
	mkdir -p "$W/$wl_id"
	wl_quiet "$B/wayleave-agent" init --member "$wl_id" --name \
	    "$wl_title" $WL_COST --config "$W/$wl_id/agent.conf" \
	    --state-dir "$W/$wl_id/state" --request "$W/$wl_id/$wl_id.wlreq" \
	    --secret-file "$W/secret/passphrase" || return 1
	cat >>"$W/$wl_id/agent.conf" <<-END
	unlock = credential
	socket = $W/$wl_id/agent.sock
	socket_mode = 600
	[link]
	broker = 127.0.0.1:$WL_PORT
	END
	(cd "$W/keys" && wl_quiet "$B/wayleave-keys" sign \
	    "$W/$wl_id/$wl_id.wlreq" --kind "$wl_kind" --days 365 \
	    --secret-file "$W/secret/root" "$@") || return 1
	wl_quiet "$B/wayleave-broker" admit "$W/keys/$wl_id.wlrec" --config \
	    "$W/broker/broker.conf" || return 1
	wl_quiet wl_agent "$wl_id" enrol "$W/keys/partnership.wlp" \
	    "$W/keys/$wl_id.wlrec" --yes
}

# shellcheck disable=SC2086
wl_auditor() {
	wl_id=$1
	mkdir -p "$W/$wl_id"
	wl_quiet "$B/wayleave-audit" init --member "$wl_id" --name "$2" \
	    $WL_COST --config "$W/$wl_id/audit.conf" --state-dir \
	    "$W/$wl_id/state" --request "$W/$wl_id/$wl_id.wlreq" \
	    --secret-file "$W/secret/passphrase" || return 1
	cat >>"$W/$wl_id/audit.conf" <<-END
	unlock = credential
	[link]
	broker = 127.0.0.1:$WL_PORT
	END
	(cd "$W/keys" && wl_quiet "$B/wayleave-keys" sign \
	    "$W/$wl_id/$wl_id.wlreq" --kind AG16 --roles auditor,terms \
	    --days 365 --secret-file "$W/secret/root") || return 1
	wl_quiet "$B/wayleave-broker" admit "$W/keys/$wl_id.wlrec" --config \
	    "$W/broker/broker.conf" || return 1
	wl_quiet wl_audit "$wl_id" enrol "$W/keys/partnership.wlp" \
	    "$W/keys/$wl_id.wlrec" --yes
}

wl_audit() {
	wl_id=$1
	shift
	CREDENTIALS_DIRECTORY=$W/secret "$B/wayleave-audit" "$@" --config \
	    "$W/$wl_id/audit.conf"
}

# Connected, and consent confirmed by an agreeing statement.
wl_ready() {
	wl_agent "$1" status --json 2>/dev/null | wl_json | awk '
	    /^(connected|unlocked) true$/ ||
	    /^confirmed_seconds_ago [0-9]+$/ { n++ } END { exit n != 3 }'
}

wl_launch() {
	wl_start "$1" "$B/wayleave-agent" run --config "$W/$1/agent.conf"
}

wl_wait() {
	wl_until 20 "connection of $1" wl_ready "$1" && return 0
	tail -n 5 "$W/log/$1.log" >&2
	return 1
}

wl_run() {
	wl_launch "$1" && wl_wait "$1"
}

# ---- a case -------------------------------------------------------------------------

wl_worker() {
	wl_quiet wl_agent "$1" worker add "$(id -un)" --name 'Alex Example' \
	    --staff-number 1 --role "$2" --may "$3"
}

wl_open() {
	wl_as "$1" case open --reference "$2" --json >"$W/secret/opened" ||
	    return 1
	for wl_key in passphrase stop forced; do
		wl_at "$wl_key" <"$W/secret/opened" \
		    >"$W/secret/$wl_key-$2" || return 1
	done
	rm -f "$W/secret/opened"
	chmod 600 "$W"/secret/*
}

wl_consent() {
	wl_id=$1 wl_reference=$2 wl_set=$3
	shift 3
	wl_as "$wl_id" case consent "$wl_set" --case "$wl_reference" \
	    --secret-file "$W/secret/passphrase-$wl_reference" --json "$@"
}

# The number of the first introduction in its inbox.
wl_introduction() {
	wl_as "$1" inbox --json 2>/dev/null | wl_json | awk '
	/^items\.[0-9]+\./ {
		split($1, part, ".")
		if (part[3] == "message")
			number[part[2]] = $2
		if (part[3] == "introduction" && $2 == "true" && first == "")
			first = part[2]
	}
	END { if (first == "") exit 1; print number[first] }'
}

wl_introduce() {
	wl_until 15 "introduction at $1" wl_introduction "$1" || return 1
	wl_quiet wl_as "$1" open "m$(wl_introduction "$1")" &&
	    wl_quiet wl_as "$1" conflict-checked 1 --confirm \
	    ${2:+--exclude "$2"}
}

# ---- desks --------------------------------------------------------------------------
# The trial runs as one user, so agents are told to ask no telephone's code:
# wl_agency_desk before the agent starts.

WL_WORD='nine quiet herons'

wl_agency_desk() {
	printf '[desk]\ntotp = off\n' >>"$W/$1/agent.conf"
}

wl_desk() {
	wl_address=127.0.0.1:$(wl_port)
	printf '[desk]\nlisten = %s\nagent = %s\n' "$wl_address" \
	    "$W/$1/agent.sock" >"$W/$1/desk.conf"
	[ -z "${2:-}" ] ||
	    printf '[api]\nsocket = %s\n' "$2" >>"$W/$1/desk.conf"
	echo "http://$wl_address" >"$W/$1/desk.url"
	wl_start "desk-$1" "$B/wayleave-desk" run --config "$W/$1/desk.conf"
	wl_until 10 "desk of $1" curl -sf -o "$W/said" \
	    "http://$wl_address/signin" && return 0
	tail -n 5 "$W/log/desk-$1.log" >&2
	return 1
}

wl_curl() {
	wl_id=$1 wl_jar=$W/$1/jar-$2 wl_path=$3
	shift 3
	curl -s -b "$wl_jar" -c "$wl_jar" "$@" "$(cat "$W/$wl_id/desk.url")$wl_path"
}

# The hidden fields of the form whose action is $2, from the page in file $1.
wl_hidden() {
	awk -v action="$2" '
	BEGIN { RS = "<" }
	/^form / { on = index($0, "action=\"" action "\"") > 0 }
	/^\/form/ { on = 0 }
	on && /^input / && /type="hidden"/ {
		n = $0; sub(/.* name="/, "", n); sub(/".*/, "", n)
		v = $0; sub(/.* value="/, "", v); sub(/".*/, "", v)
		gsub(/&quot;/, "\"", v); gsub(/&#39;/, "\047", v)
		gsub(/&lt;/, "<", v); gsub(/&gt;/, ">", v); gsub(/&amp;/, "\\&", v)
		print n "=" v
	}' "$1"
}

wl_post() {
	wl_id=$1 wl_who=$2 wl_form=$3
	shift 3
	wl_curl "$wl_id" "$wl_who" "$wl_form" >"$W/$wl_id/form" || return 1
	wl_again "$wl_id" "$wl_who" "$wl_form" "$@"
}

# The same over the form that is in $W/ID/form already.
wl_again() {
	wl_id=$1 wl_who=$2 wl_form=$3
	shift 3
	wl_hidden "$W/$wl_id/form" "${WL_ACTION:-$wl_form}" >"$W/$wl_id/hidden"
	for wl_field; do
		set -- "$@" --data-urlencode "$wl_field"
		shift
	done
	while IFS= read -r wl_field; do
		set -- "$@" --data-urlencode "$wl_field"
	done <"$W/$wl_id/hidden"
	wl_curl "$wl_id" "$wl_who" "${WL_ACTION:-$wl_form}" -L \
	    -H "Origin: $(cat "$W/$wl_id/desk.url")" "$@"
}

wl_sitter() {
	wl_first=$(wl_agent "$1" worker password "$2" --json 2>/dev/null |
	    wl_at password) || {
		wl_quiet wl_agent "$1" worker add "$2" --desk --name \
		    "${5:-$2 Example}" --role "$3" --may "$4" || return 1
		wl_first=$(wl_agent "$1" worker password "$2" --json |
		    wl_at password) || return 1
	}
	wl_post "$1" "$2" /signin "account=$2" "password=$wl_first" \
	    >"$W/$1/form" || return 1
	WL_ACTION=/signin wl_again "$1" "$2" /signin "account=$2" \
	    "password=$wl_first" "new_password=$WL_WORD" "again=$WL_WORD" \
	    >"$W/said"
}
