#!/bin/sh
# wayleave-audit over a real broker: init, enrol, mirror in two goes, verify;
# who is no auditor gets nothing; what somebody did to the mirror's files is
# found; a broker that goes away loses nothing.
set -u
: "${B:?}" "${TMPDIR:?}"
W=$TMPDIR/w
mkdir -p "$W" || exit 1
here=$(dirname "$0")
# shellcheck source=tests/system/lib.sh
. "$here/lib.sh"
trap wl_end EXIT

fail() { echo "FAIL: $*"; exit 1; }
# Runs "$@" and wants exit code $1.
expect() {
	want=$1
	shift
	"$@" >"$W/out" 2>"$W/err"
	got=$?
	[ "$got" -eq "$want" ] || {
		cat "$W/out" "$W/err"
		fail "exit $got instead of $want: $*"
	}
}
said() {
	grep -q -- "$1" "$W/out" || { cat "$W/out"; fail "does not say: $1"; }
}
complained() {
	grep -q -- "$1" "$W/err" || { cat "$W/err"; fail "does not say: $1"; }
}
audit() {
	audit_command=$1
	shift
	"$B/wayleave-audit" "$audit_command" --config "$W/audit/audit.conf" \
	    "$@"
}
pass="--secret-file $W/secret/passphrase"

wl_partnership || fail "no partnership"
wl_agency refuge AG06 'The refuge' --may-open-cases || fail "no refuge"
wl_agency school AG13 'The school' || fail "no school"
wl_run refuge || fail "refuge does not run"
wl_run school || fail "school does not run"

# ---- who may ---------------------------------------------------------------
mkdir -p "$W/audit"
# shellcheck disable=SC2086
expect 0 "$B/wayleave-audit" init --member watch --name 'The auditor' \
    --config "$W/audit/audit.conf" --state-dir "$W/audit/state" \
    --request "$W/audit/watch.wlreq" $WL_COST $pass
said 'read them'
# shellcheck disable=SC2086
expect 2 "$B/wayleave-audit" init --config "$W/audit/other.conf" $pass
printf '[link]\nbroker = 127.0.0.1:%s\ntimeout_seconds = 10\n' "$WL_PORT" \
    >>"$W/audit/audit.conf"
expect 3 audit check-config
complained 'not there yet'
expect 3 audit verify
cp "$W/audit/audit.conf" "$W/bad.conf"
echo 'timeout_seconds = 5' >>"$W/bad.conf"
expect 3 "$B/wayleave-audit" check-config --config "$W/bad.conf"
complained 'bad.conf:'

# Signed as an agency: enrolment says that this is no auditor.
(cd "$W/keys" && wl_quiet "$B/wayleave-keys" sign "$W/audit/watch.wlreq" \
    --kind AG16 --days 365 --secret-file "$W/secret/root" \
    --out "$W/audit/agency.wlrec") || fail "not signed"
expect 1 audit enrol "$W/keys/partnership.wlp" "$W/audit/agency.wlrec" --yes
complained 'role of an auditor'
wl_quiet "$B/wayleave-broker" admit "$W/audit/agency.wlrec" \
    --config "$W/broker/broker.conf" || fail "not admitted"
expect 0 audit enrol "$W/keys/partnership.wlp" --yes
expect 0 audit check-config
said 'is good'
expect 0 audit check-config --all
said 'mirror_dir'
# shellcheck disable=SC2086
expect 5 audit mirror $pass
complained 'role of an auditor'

# ---- mirror and verify -------------------------------------------------------
(cd "$W/keys" && wl_quiet "$B/wayleave-keys" sign "$W/audit/watch.wlreq" \
    --kind AG16 --roles auditor,terms --days 365 \
    --secret-file "$W/secret/root") || fail "not signed"
wl_quiet "$B/wayleave-broker" admit "$W/keys/watch.wlrec" \
    --config "$W/broker/broker.conf" || fail "not admitted"
expect 0 audit enrol "$W/keys/partnership.wlp" "$W/keys/watch.wlrec" --yes
# shellcheck disable=SC2086
expect 0 audit mirror $pass
said 'of them new'
[ -s "$W/audit/state/mirror/checkpoint" ] || fail "no checkpoint"
expect 0 audit verify
said ' 0 unexplained; 0 disclosures without permission'
expect 0 audit verify --json
said '"unexplained": 0'
said '"signatures_checked": true'
expect 0 audit verify --no-signatures
said 'signatures were not checked'

# More happens: workers, an opened case; the second mirror adds to the first.
wl_quiet wl_agent refuge worker add "$(id -un)" --name 'A. Worker' \
    --staff-number 7 --role advocate --team north --may worker,advocate ||
    fail "no worker"
before=$(sed -n 2p "$W/audit/state/mirror/checkpoint")
wl_more() {
	# shellcheck disable=SC2086
	audit mirror $pass >/dev/null 2>&1 &&
	    [ "$(sed -n 2p "$W/audit/state/mirror/checkpoint")" -gt "$before" ]
}
wl_until 20 'growth of the ledger' wl_more || fail "nothing was added"
# shellcheck disable=SC2086
expect 0 audit mirror $pass --json
said '"entries"'
expect 0 audit verify
said ' 0 unexplained'

# ---- without the broker, and with it again --------------------------------------
wl_stop broker
wl_stop signer
# shellcheck disable=SC2086
expect 4 audit mirror $pass
complained 'does not answer'
expect 0 audit verify
wl_run_broker || fail "the broker does not come back"
# shellcheck disable=SC2086
expect 0 audit mirror $pass
expect 0 audit verify
said ' 0 unexplained'

# ---- what is touched is found ---------------------------------------------------
m=$W/audit/state/mirror
cp -r "$m" "$W/copy"
bodies=$(find "$W/copy/bodies" -type f | head -n 1)
wl_bend "$bodies" 300
expect 1 audit verify --mirror "$W/copy"
said 'not the one committed to'
entries=$(find "$W/copy/tile/entries" -type f | head -n 1)
for tile in $(cd "$W/copy" && find tile/[0-9]* -type f); do
	cp "$W/copy/$tile" "$W/kept"
	wl_bend "$W/copy/$tile" 7
	"$B/wayleave-audit" verify --config "$W/audit/audit.conf" --mirror \
	    "$W/copy" >"$W/said" 2>&1
	grep -q "$tile is missing or not what" "$W/said" ||
	    fail "$tile was changed and not named"
	rm "$W/copy/$tile"
	expect 1 audit verify --mirror "$W/copy"
	cp "$W/kept" "$W/copy/$tile"
done
wl_bend "$entries" 20
expect 6 audit verify --mirror "$W/copy"
expect 3 audit verify --mirror "$W/nowhere"
# Another log's checkpoint is none of ours.
sed 's/^northbank/southbank/' "$m/checkpoint" >"$W/copy/checkpoint"
"$B/wayleave-audit" verify --config "$W/audit/audit.conf" \
    --mirror "$W/copy" >"$W/out" 2>&1 && fail "another log is taken"
exit 0
