#!/bin/sh
# A whole governance ceremony on one laptop: a partnership is born, a broker,
# three agencies and an auditor are admitted, terms change, a member is
# suspended and revoked, a root and the duty key are replaced.  And all that
# must not work.
set -u
K=$B/wayleave-keys
cd "${TMPDIR:?}" || exit 1
umask 077

fail() { echo "FAIL: $*"; exit 1; }
# Runs "$@" and wants exit code $1.
# Another byte than the one that is there: bend FILE AT.
bend() {
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "\\$(printf '%o' $((byte ^ 1)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

expect() {
	want=$1
	shift
	"$@" >out 2>err
	got=$?
	[ "$got" -eq "$want" ] || {
		cat out err
		fail "exit $got instead of $want: $*"
	}
}
said() { grep -q -- "$1" out || { cat out; fail "does not say: $1"; }; }
complained() { grep -q -- "$1" err || { cat err; fail "does not say: $1"; }; }

printf 'first safe pass\nsecond safe pass\nduty desk pass\n' >three
printf 'first safe pass\n' >p1
printf 'second safe pass\n' >p2
printf 'duty desk pass\n' >pd
printf 'agency passphrase\n' >pa
T='--cost interactive'

# ---- requests --------------------------------------------------------------
# shellcheck disable=SC2086
for m in north-broker womens-aid caledonian-children north-school; do
	expect 0 "$K" request $m --name "The $m" $T --secret-file pa
	said 'words  '
	[ "$(stat -c %a $m.keys)" = 400 ] || fail "mode of $m.keys"
done
# shellcheck disable=SC2086
expect 0 "$K" request north-audit --name 'Audit' --terms $T --secret-file pa
# shellcheck disable=SC2086
expect 0 "$K" request north-log --name 'The log' --log $T --secret-file pa
expect 0 "$K" show womens-aid.wlreq
said '^request .*womens-aid'
words=$("$K" fingerprint womens-aid.wlreq)
[ "$(echo "$words" | wc -w)" -eq 6 ] || fail "six words"
said "^words  *$words"

# Bad requests: ids, damage, nobody's passphrase.
expect 3 "$K" request 'Bad_Id' --name x --cost interactive --secret-file pa
[ ! -e Bad_Id.keys ] || fail "a key for a bad id"
expect 2 "$K" request other --cost interactive --secret-file pa
expect 1 "$K" request womens-aid --name x --secret-file pa
complained 'never replaced'
cp womens-aid.wlreq bent.wlreq
bend bent.wlreq 40
"$K" show bent.wlreq >out 2>err
code=$?
[ $code -eq 3 ] || [ $code -eq 6 ] || fail "bent request: exit $code"

# ---- birth -------------------------------------------------------------------
create() {
	"$K" partnership-create --name 'Northbank' \
	    --origin northbank.example/wayleave --broker north-broker.wlreq \
	    --signer north-log.wlreq --address broker.northbank.example:7640 \
	    --address broker.northbank.example:443 --cost interactive "$@"
}
expect 2 create --secret-file three --lease-hours 48
expect 2 create --secret-file three --address nonsense
expect 2 create --address a:1 --address b:1 --address c:1 --secret-file three
[ ! -e root1.keys ] || fail "keys after a usage error"
expect 3 create --secret-file /dev/null
expect 0 create --secret-file three
for f in root1.keys root2.keys duty.keys; do
	[ "$(stat -c %a $f)" = 400 ] || fail "mode of $f"
done
expect 0 "$K" show partnership.wlp
said '^serial  *1$'
said '^name  *Northbank$'
said '^roles  *broker$'
said '^signature  *good$'
expect 1 create --secret-file three
complained 'exists already'

# ---- admission ---------------------------------------------------------------
expect 6 "$K" sign womens-aid.wlreq --kind AG06 --days 365 --secret-file p1 \
    --words 'some other six words than these'
expect 0 "$K" sign womens-aid.wlreq --kind AG06 --days 365 --secret-file p1 \
    --words "$words" --may-open-cases --languages en,pl \
    --duty-phone '+44 20 7946 0000'
expect 0 "$K" show womens-aid.wlrec
said '^agency  *AG06$'
said '^may_open_cases  *yes$'
said '^signature  *good$'
expect 0 "$K" show womens-aid.wlrec --json
said '"duty_phone": "+44 20 7946 0000"'
expect 0 "$K" sign caledonian-children.wlreq --kind AG09 --days 365 \
    --onward-duty parents --secret-file p1
# The second root admits as well.
expect 0 "$K" sign north-school.wlreq --kind AG13 --days 30 \
    --key root2.keys --secret-file p2
expect 0 "$K" sign north-audit.wlreq --kind AG16 --roles auditor,terms \
    --days 365 --secret-file p1
expect 0 "$K" show north-audit.wlrec
said '^terms_key'
# What must not be signed.
expect 2 "$K" sign womens-aid.wlreq --kind AG17 --days 9 --secret-file p1
expect 2 "$K" sign womens-aid.wlreq --kind AG06 --secret-file p1
expect 2 "$K" sign womens-aid.wlreq --kind AG06 --days 9 --roles king \
    --secret-file p1
expect 1 "$K" sign womens-aid.wlreq --kind AG06 --days 9 \
    --roles auditor,terms --secret-file p1
complained 'terms key'
expect 5 "$K" sign womens-aid.wlreq --kind AG06 --days 9 --secret-file p2
complained 'wrong passphrase'
expect 5 "$K" sign womens-aid.wlreq --kind AG06 --days 9 --key duty.keys \
    --secret-file pd
complained 'can only suspend'
expect 5 "$K" sign womens-aid.wlreq --kind AG06 --days 9 \
    --key womens-aid.keys --secret-file pa

# A key file that others can read, and a damaged one.
chmod 644 root1.keys
expect 5 "$K" revoke womens-aid --secret-file p1
chmod 400 root1.keys
cp root1.keys bent.keys
chmod 600 bent.keys
bend bent.keys 90
expect 3 "$K" revoke womens-aid --key bent.keys --secret-file p1
complained 'damaged'

# ---- a bad Friday --------------------------------------------------------------
expect 0 "$K" suspend north-school --reason breached --secret-file pd
expect 0 "$K" show north-school-suspended.wlrec
said '^signer  *duty:$'
said '^reason  *breached$'
said '^signature  *good$'
expect 2 "$K" suspend north-school --reason because --secret-file pd
expect 5 "$K" revoke north-school --key duty.keys --secret-file pd
expect 0 "$K" revoke north-school --reason key-stolen --secret-file p1
expect 0 "$K" show north-school-revoked.wlrec
said '^record  *member-revoked$'

# ---- changes ---------------------------------------------------------------------
cp partnership.wlp first.wlp
expect 0 "$K" partnership-update --address broker2.northbank.example:7640 \
    --freshness-seconds 600 --secret-file p1
expect 0 "$K" show partnership.wlp
said '^serial  *2$'
said '^freshness_seconds  *600$'
said 'broker2.northbank.example:7640'
expect 0 "$K" duty-key --duty duty2.keys --cost interactive \
    --secret-file three
expect 5 "$K" suspend womens-aid --reason other --secret-file pd
complained 'in force'
printf 'second safe pass\n' >pd2
expect 0 "$K" suspend womens-aid --reason other --key duty2.keys \
    --secret-file pd2

# The first root is lost: the other one retires it.
expect 2 "$K" spare --secret-file p2
expect 0 "$K" spare --key root2.keys --secret-file p2
expect 0 "$K" show partnership.wlp
said '^retired  *1$'
said '^roles  *broker$'
expect 5 "$K" revoke womens-aid --key root1.keys --secret-file p1
complained 'in force'
# The second root is found by itself now.
expect 0 "$K" revoke womens-aid --secret-file p2
expect 1 "$K" spare --key root2.keys --secret-file p2
# What the lost root signed is no longer taken from a file.
expect 6 "$K" show caledonian-children.wlrec
said '^signature  *BAD$'
expect 0 "$K" show caledonian-children.wlrec --partnership first.wlp

# ---- passphrases, and damage everywhere -------------------------------------------
printf 'second safe pass\nanother pass phrase\n' >change
expect 0 "$K" passwd root2.keys --cost interactive --secret-file change
expect 5 "$K" revoke womens-aid --secret-file p2
printf 'another pass phrase\n' >p3
expect 0 "$K" revoke womens-aid --secret-file p3
printf 'another pass phrase\nshort\n' >change
expect 3 "$K" passwd root2.keys --secret-file change

# No byte of a partnership file can be changed without being found out.
size=$(stat -c %s partnership.wlp)
i=0
while [ $i -lt "$size" ]; do
	cp partnership.wlp bent.wlp
	was=$(dd if=bent.wlp bs=1 skip=$i count=1 2>/dev/null | od -An -tu1)
	# shellcheck disable=SC2059
	printf "\\$(printf %03o $(((was + 1) % 256)))" |
	    dd of=bent.wlp bs=1 seek=$i conv=notrunc 2>/dev/null
	"$K" show bent.wlp >out 2>err && fail "byte $i changed unseen"
	i=$((i + 37))
done
expect 3 "$K" show /dev/null
expect 3 "$K" show no-such-file
echo ok
