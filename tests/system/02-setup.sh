#!/bin/sh
# Setting up, as somebody does who makes mistakes: every refusal names what
# was wrong and what to do, leaves nothing half done, and says so in its exit
# status; paths may be given from where one stands.
set -u
W=$TMPDIR
cd "$W" || exit 1
fail() { echo "$*"; exit 1; }
printf 'a pass phrase\n' >pass
chmod 600 pass
cheap='--secret-file pass --cost interactive'

# says STATUS TEXT COMMAND..
says() {
	want=$1 text=$2
	shift 2
	"$B"/"$@" >said 2>&1 </dev/null
	got=$?
	[ $got -eq "$want" ] || fail "$*: exit $got, want $want: $(cat said)"
	grep -q -- "$text" said || fail "$*: no \"$text\" in: $(cat said)"
}

# A mistake makes no keys, which would then never be replaced.
for p in wayleave-agent wayleave-broker wayleave-audit; do
	c="--config $p/etc/x.conf --state-dir $p/state $cheap"
	# shellcheck disable=SC2086
	says 3 '"A_b" is no member id: 2 to 48 of' $p init --member A_b \
	    --name A $c
	# shellcheck disable=SC2086
	says 2 'must be moderate or interactive' $p init --member ab --name A \
	    --secret-file pass --cost cheap --state-dir $p/state \
	    --config $p/etc/x.conf
	[ ! -e $p ] || fail "$p: left something behind"
done
says 2 'give --member ID and --name NAME' wayleave-agent init

# Written from where we stand, good from anywhere.
for p in wayleave-agent wayleave-broker wayleave-audit; do
	# shellcheck disable=SC2086
	says 0 ab.wlreq $p init --member ab --name A --state-dir ./$p/state \
	    $cheap --config $p/etc/x.conf
	grep -q "^partnership = $W/$p/etc/partnership.wlp\$" $p/etc/x.conf &&
	    grep -q "^state_dir = $W/$p/state\$" $p/etc/x.conf ||
	    fail "$p: $(cat $p/etc/x.conf)"
	# shellcheck disable=SC2086
	says 1 'a key file is never replaced' $p init --member ab --name A \
	    --state-dir $p/state $cheap --config $p/etc/x.conf
done
# shellcheck disable=SC2086
says 0 signer.wlreq wayleave-signer init --origin x.example/1 --state-dir \
    signer $cheap --config signer.conf
says 0 'is good' wayleave-signer check-config --config signer.conf

# What is not there yet.
C='--config wayleave-agent/etc/x.conf'
# shellcheck disable=SC2086
{
says 3 'partnership.wlp: not there yet: wayleave-agent enrol' \
    wayleave-agent check-config $C
says 3 'nowhere.wlp: No such file or directory: check the path' \
    wayleave-agent enrol nowhere.wlp $C
says 3 'partnership.wlp: No such file' wayleave-agent run $C
}
says 3 'nowhere.conf: No such file' wayleave-agent check-config \
    --config nowhere.conf
says 3 'nowhere.conf: No such file' wayleave-agent status --config nowhere.conf
says 3 'partnership.wlp: No such file' wayleave-keys sign ab.wlreq --kind AG13

# A configuration that is wrong names no other agent by accident.
printf '[agent]\npartnership = /x/p.wlp\nmembr = ab\n' >bad.conf
says 3 'bad.conf:3: agent.membr: no such key' wayleave-agent status \
    --config bad.conf
printf '[agent]\nmember = ab\n' >bad.conf
says 3 'bad.conf: agent.partnership: is needed' wayleave-agent check-config \
    --config bad.conf
printf '[agent]\npartnership = /x/p\nmember = ab\n[link]\n' >start.conf
for broker in nonsense :7640 host: host:0 host:65536 host:-1 'a b:7640'; do
	{ cat start.conf; echo "broker = $broker"; } >bad.conf
	says 3 'bad.conf:5: link.broker: must be host:port' wayleave-agent \
	    check-config --config bad.conf
done
