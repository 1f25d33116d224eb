#!/bin/sh
# The desk over real daemons, with curl as the browser and as its enemies:
# signing in, leaving, and everything that a hostile page, a broken browser
# or a second tab may send.  Nothing changes and nothing leaks.
set -u
W=$(mktemp -d) || exit 1
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
trap 'wl_end; rm -rf "$W"' EXIT

fail() {
	echo "80-desk: $*"
	exit 1
}

wl_partnership || fail "no partnership"
wl_agency northbank-school AG13 'Northbank School' || fail "no agency"
wl_agency_desk northbank-school
wl_run northbank-school || fail "no agent"
wl_desk northbank-school || fail "no desk"
U=$(cat "$W/northbank-school/desk.url")
AT=${U#http://}

# ---- in ---------------------------------------------------------------------
me=pat.example
wl_sitter northbank-school $me teacher worker Zyxqname ||
    fail "nobody signs in"
jar=$W/northbank-school/jar-$me
get() { wl_curl northbank-school $me "$@"; }
code() { get "$@" -o "$W/page" -w '%{http_code}'; }
token() { sed -n 's/.*name="desk.token" value="\([0-9a-f]*\)".*/\1/p' "$W/page" |
    head -n 1; }
signed_in() { get / | grep -q '<h1>Inbox</h1>'; }

signed_in || fail "no inbox after signing in"
grep -q '#HttpOnly_' "$jar" || fail "scripts may read the cookie"

get / -D "$W/head" -o "$W/page"
for field in 'Cache-Control: no-store' 'X-Content-Type-Options: nosniff' \
    "Content-Security-Policy: default-src 'none'; script-src 'self'; " \
    "frame-ancestors 'none'" 'Cross-Origin-Opener-Policy: same-origin' \
    'Referrer-Policy: same-origin' 'X-Frame-Options: DENY'
do
	grep -qF "$field" "$W/head" || fail "no $field"
done
grep -qi '^Server:' "$W/head" && fail "the server is named"
grep -q '<title>Wayleave</title>' "$W/page" || fail "another title"
session=$(awk '$6 == "wayleave" { print $7 }' "$jar")
grep -q "$session" "$W/page" && fail "the session stands in the page"

# ---- hostile pages in the same browser ----------------------------------------
code / >/dev/null
T=$(token)
[ ${#T} -eq 64 ] || fail "no token in the page"

refused() {
	what=$1 want=$2
	shift 2
	got=$(code "$@")
	[ "$got" = "$want" ] || fail "$what: $got, not $want"
	signed_in || fail "$what: something was done"
}

form="desk.token=$T"
refused 'rebound name' 421 / -H 'Host: rebound.example'
refused 'rebound form' 421 /signout -H "Host: rebound.example:7645" \
    -H "Origin: http://rebound.example:7645" -d "$form"
refused 'another port' 421 / -H 'Host: 127.0.0.1'
for origin in http://evil.example null "https://$AT" "http://$AT.evil.example"
do
	refused "form from $origin" 403 /signout -H "Origin: $origin" \
	    -d "$form"
done
refused 'form from nowhere' 403 /signout -d "$form"
refused 'cross-site form' 403 /signout -H "Origin: $U" \
    -H 'Sec-Fetch-Site: cross-site' -d "$form"
refused 'page as a picture elsewhere' 403 / -H 'Sec-Fetch-Site: cross-site' \
    -H 'Sec-Fetch-Mode: no-cors'
refused 'prefetch' 403 / -H 'Sec-Purpose: prefetch'
refused 'no token' 403 /signout -H "Origin: $U" -d 'a=b'
refused 'old token' 403 /signout -H "Origin: $U" \
    -d "desk.token=$(echo "$T" | tr 0-9a-f 1-9a-f0)"
refused 'acting by looking' 404 /signout

# ---- what is no request, no form, no path ---------------------------------------
own() { what=$1 want=$2; shift 2; refused "$what" "$want" "$@" -H "Origin: $U"; }

own 'form as JSON' 400 /signout -H 'Content-Type: application/json' \
    -d '{"a":1}'
own 'form in parts' 400 /signout -F "desk.token=$T"
own 'half an escape' 400 /signout -d "$form&a=%"
own 'a NUL' 400 /signout -d "$form&a=%00"
own 'no UTF-8' 400 /signout -d "$form&a=%ff"
own 'odd name' 400 /signout -d "$form&a%3Cb=1"
head -c 180000 /dev/zero | tr '\0' 'a' >"$W/large"
own 'a large form' 413 /signout -d "$form" -d "@$W/large" -d "@$W/large"
yes 'a=1' | head -n 3000 | tr '\n' '&' >"$W/many"
own 'too many fields' 413 /signout -d "$form" -d "@$W/many"
refused 'odd query' 400 '/?a=%zz'
refused 'another method' 405 / -X DELETE
refused 'yet another' 405 / -X PROPFIND
for path in /../ /%2e%2e/etc/passwd //x /./ /case%2f3 /assets/../ /a+b /a%20b \
    /.git /case//map
do
	got=$(code "$path" --path-as-is -g)
	case $got in
	400) ;;
	*) fail "$path: $got" ;;
	esac
done
head -c 5000 /dev/zero | tr '\0' 'a' >"$W/long"
refused 'a long path' 414 "/$(cat "$W/long")"
got=$(code / -H "X-Long: $(head -c 60000 /dev/zero | tr '\0' 'a')")
[ "$got" = 431 ] || [ "$got" = 000 ] || [ "$got" = 413 ] ||
    fail "long headers: $got"
printf 'GET / HTTP/1.1\r\n\r\n' | curl -s --max-time 5 "telnet://$AT" |
    grep -q '<h1>' && fail "a page without a host"

# ---- double hand-in ---------------------------------------------------------------
code /password >/dev/null
wl_hidden "$W/page" /password >"$W/fields"
set -- -H "Origin: $U"
while IFS= read -r field; do
	set -- "$@" --data-urlencode "$field"
done <"$W/fields"
set -- "$@" --data-urlencode "old=$WL_WORD" \
    --data-urlencode 'new_password=seven slow otters' \
    --data-urlencode 'again=seven slow otters'
first=$(get /password "$@" -o "$W/page" -w '%{http_code} %{redirect_url}')
[ "$first" = "303 $U/password?done=password" ] || fail "change: $first"
again=$(get /password "$@" -o "$W/page" -w '%{http_code} %{redirect_url}')
[ "$again" = "303 $U/password?done=once" ] || fail "twice: $again"
get '/password?done=once' | grep -q 'not done a second time' ||
    fail "nobody is told that it was not done twice"

# ---- nothing to show: the same bytes ------------------------------------------------
for path in /nowhere /case/77/map /it /room/3/grid; do
	get "$path" >"$W/nothing.$(echo "$path" | tr / _)"
done
for page in "$W"/nothing.*; do
	cmp -s "$page" "$W/nothing._nowhere" || fail "$page differs"
done

# ---- out ------------------------------------------------------------------------------
cp "$jar" "$W/kept"
code / >/dev/null
wl_post northbank-school $me / >/dev/null    # no form there: nothing happens
get /signout -H "Origin: $U" -d "desk.token=$T" -o "$W/page" \
    -w '%{http_code}\n' | grep -q 303 || fail "signing out"
cp "$W/kept" "$jar"                     # the old cookie, as a thief has it
[ "$(code /)" = 403 ] || fail "the cookie lives on"
grep -q '<h1>Sign in</h1>' "$W/page" || fail "no sign-in page"
# what was typed comes back, but nothing was done
get /write/3 -H "Origin: $U" -d "desk.token=$T" -d "desk.who=$me" \
    -d 'text=typed too late' >"$W/page"
grep -q 'name="k.text" value="typed too late"' "$W/page" ||
    fail "what was typed is lost"

# a worker who leaves is out at once
wl_curl northbank-school $me /signin >"$W/page"
wl_post northbank-school $me /signin "account=$me" \
    'password=seven slow otters' >"$W/page"
signed_in || fail "not in again"
wl_quiet wl_agent northbank-school worker end $me || fail "cannot end"
signed_in && fail "still in"

# ---- memory: five seconds after signing out nothing is left --------------------------
# Names, what was typed, passwords, the session and its token.  Only root may
# look into another process.
memory() {
	"$B/tests/system/canary_scan" "$W/patterns" \
	    "pid:$(cat "$W/pid/desk-northbank-school")" >"$W/found"
}
you=max.example
wl_sitter northbank-school $you teacher worker Zyxqname || fail "no second"
wl_curl northbank-school $you / >"$W/page"
grep -q Zyxqname "$W/page" || fail "nobody is named"
T=$(token)
i=0
while [ $i -lt 5 ]; do
	wl_curl northbank-school $you /write/3 -H "Origin: $U" \
	    -d "desk.token=00" -d "desk.who=$you" -d "text=Zyxqtext $i" \
	    --data-urlencode "big@$W/large" | grep -q Zyxqtext ||
	    fail "not shown again"
	wl_curl northbank-school $you "/?q=Zyxqtext" >/dev/null
	i=$((i + 1))
done
printf '%s\n' Zyxqname Zyxqtext "$WL_WORD" "nine+quiet" "nine%20quiet" "$T" \
    "$(awk '$6 == "wayleave" { print $7 }' \
    "$W/northbank-school/jar-$you")" >"$W/patterns"
wl_curl northbank-school $you /signout -H "Origin: $U" -d "desk.token=$T" \
    -o "$W/page"
if [ "$(id -u)" -eq 0 ]; then
	sleep 5
	memory || { cat "$W/found"; fail "the desk's memory"; }
	echo Zyxqtext >"$W/planted"
	"$B/tests/system/canary_scan" "$W/patterns" "$W/planted" >/dev/null &&
	    fail "the scanner finds nothing anywhere"
fi

# ---- nothing is left -------------------------------------------------------------------
grep -E 'GET|POST|/case|/signin|desk\.token|127\.0\.0\.1:[0-9]+/' \
    "$W/log/desk-northbank-school.log" && fail "the log tells of requests"
echo "80-desk: ok"
