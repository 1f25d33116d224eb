#!/bin/sh
# The desk behind nginx with TLS, by the example that is shipped: on a Unix
# socket, under its own name and no other, with a cookie that only this host
# can set.
set -u
for need in nginx openssl; do
	command -v $need >/dev/null || {
		echo "$need is not here"
		exit 77
	}
done
W=$(mktemp -d) || exit 1
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
trap 'wl_end; rm -rf "$W"' EXIT

fail() {
	echo "81-desk-tls: $*"
	tail -n 5 "$W/log/nginx.log" "$W/error.log" 2>/dev/null
	exit 1
}

S=northbank-school
NAME=desk.northbank-children.example
wl_partnership || fail "no partnership"
wl_agency $S AG13 'Northbank School' || fail "no agency"
wl_agency_desk $S
wl_run $S || fail "no agent"

# ---- the example, with folders and ports of ours -----------------------------
port=$(wl_port)
cat >"$W/$S/desk.conf" <<-END
[desk]
listen = $W/desk.sock
socket_mode = 666
agent = $W/$S/agent.sock
hosts = $NAME:$port
tls = yes
END
wl_quiet "$B/wayleave-desk" check-config --config "$W/$S/desk.conf" ||
    fail "configuration"
wl_start desk-$S "$B/wayleave-desk" run --config "$W/$S/desk.conf"
wl_until 10 'socket of the desk' test -S "$W/desk.sock" || fail "no desk"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$NAME" \
    -addext "subjectAltName=DNS:$NAME" -keyout "$W/desk.key" \
    -out "$W/desk.pem" 2>"$W/said" || fail "no certificate"
root=$(cd "$(dirname "$0")/../.." && pwd)
{
	[ "$(id -u)" -eq 0 ] && echo "user root;"
	echo "daemon off; pid $W/nginx.pid; error_log $W/error.log;"
	echo 'events {}'
	echo 'http {'
	for kind in client_body proxy fastcgi uwsgi scgi; do
		echo "${kind}_temp_path $W/nginx-$kind;"
	done
	sed -e "s|/etc/wayleave/tls|$W|; s|/run/wayleave-desk|$W|" \
	    -e "s|listen 443|listen 127.0.0.1:$port|; /listen \[/d" \
	    -e "s|/var/log/nginx|$W|" "$root/deploy/examples/nginx-desk.conf"
	echo '}'
} >"$W/nginx.conf"
wl_start nginx nginx -p "$W" -c "$W/nginx.conf"
CURL_HOME=$W
export CURL_HOME
printf 'resolve = "%s:%s:127.0.0.1"\ncacert = "%s"\n' "$NAME" "$port" \
    "$W/desk.pem" >"$W/.curlrc"
U=https://$NAME:$port
echo "$U" >"$W/$S/desk.url"
wl_until 10 nginx curl -sf -o "$W/page" "$U/signin" || fail "no page over TLS"

# ---- as its workers use it -----------------------------------------------------
me=pat.example
wl_sitter $S $me teacher worker || fail "nobody signs in"
grep -q '<h1>Inbox</h1>' "$W/said" || fail "no inbox"
jar=$W/$S/jar-$me
grep -q "__Host-wayleave" "$jar" || fail "another cookie"
awk '$6 == "__Host-wayleave" && $4 != "TRUE" { exit 1 }' "$jar" ||
    fail "the cookie goes over plain connections"
wl_curl $S $me / -D "$W/head" -o "$W/page"
grep -qi '^Strict-Transport-Security:' "$W/head" || fail "no HSTS"
[ "$(grep -ci '^Content-Security-Policy:' "$W/head")" = 1 ] ||
    fail "not one policy"
grep -qi '^Server: nginx/' "$W/head" && fail "nginx tells its version"

# what the inbox listens to comes at once, not when a buffer is full
wl_curl $S $me /events -N --max-time 13 2>/dev/null | grep -q '^:' ||
    fail "events do not come through"

# ---- as others might ---------------------------------------------------------------
code() { wl_curl $S $me "$@" -o "$W/page" -w '%{http_code}'; }
case $(code / -H 'Host: other.example') in
404 | 421) grep -q '<h1>Inbox' "$W/page" && fail "a page under another name" ;;
*) fail "another name" ;;
esac
T=$(sed -n 's/.*name="desk.token" value="\([0-9a-f]*\)".*/\1/p' \
    "$W/said" | head -n 1)
for origin in "http://$NAME:$port" "https://$NAME" https://evil.example; do
	[ "$(code /signout -H "Origin: $origin" -d "desk.token=$T")" = 403 ] ||
	    fail "form from $origin"
done
curl -sk -o "$W/page" --connect-to "::127.0.0.1:$port" \
    "https://other.example:$port/" && fail "a handshake for another name"
curl -s --max-time 5 -H "Host: $NAME:$port" "http://127.0.0.1:$port/" |
    grep -q '<h1>Sign in' && fail "a page without TLS"
head -c 300000 /dev/zero | tr '\0' a >"$W/large"
[ "$(code /signout -H "Origin: $U" --data-binary "@$W/large")" = 413 ] ||
    fail "a form too large"

grep -q '/signin\|/signout\|/events' "$W/error.log" "$W/log/nginx.log" \
    "$W/log/desk-$S.log" && fail "a log tells of paths"
echo "81-desk-tls: ok"
