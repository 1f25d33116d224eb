#!/bin/sh
# P4, stopping is instant and reaches what was delivered.  Broken on purpose:
# an agent that keeps open what the news closes, then a broker and an agent
# that open after a withdrawal.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

p_world
p_send a2 'open and closed' a3
p_send a3 'the other way' a2
p_sync
p_open a3
p_shows 'open and closed' || fail "not shown"
p_withdraw a2 "$(p_grant a2 a3)" ''
p_sync
p_ask a3 status
p_open a3
p_shows 'open and closed' && fail "shown after the news of its end"

# An agent that does not close.
p_broken a2 p4
p_open a2
p_shows 'the other way' || fail "not shown"
p_withdraw a3 "$(p_grant a3 a2)" ''
p_sync
p_ask a2 status
p_open a2
p_shows 'the other way' || fail "this test breaks nothing"
p_verify || { cat "$W/verify"; fail "an honest ledger is not explained"; }

# A broker that opens what has ended, for an agent that asks.
p_broken broker p1
p_broken a2 p1 p4
p_open a2
p_open a2
p_shows 'the other way' || fail "this test breaks nothing"
p_verify && { cat "$W/verify"; fail "the auditor did not notice"; }

p_history && { cat "$W/compared"; fail "the history checker did not notice"; }
[ "$(p_counted after)" -ge 2 ] || {
	cat "$W/compared"
	fail "disclosures after a withdrawal were not counted"
}
grep -q '^after: message .* opened by entry' "$W/compared" ||
    fail "not found in the ledger"
grep -q '^after: message .* was shown at a2' "$W/compared" ||
    fail "not found in what the client saw"
echo ok
