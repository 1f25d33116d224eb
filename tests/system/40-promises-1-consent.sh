#!/bin/sh
# P1, no consent, no bytes: asked three times, any "no" wins, and who leaves
# the asking out is noticed by the next one.  Broken on purpose: the rules of
# the sending agent, of the broker, and of the receiving agent.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

p_world
p_send a2 'before it ended' a3
[ "$(p_get '.result.copies[0].state')" = queued ] || fail "not sent"
p_sync
p_open a3
p_shows 'before it ended' || fail "what is allowed is not shown"
p_verify || { cat "$W/verify"; fail "an honest ledger is not explained"; }

p_withdraw a1 "$(p_grant a2 a3)" ',"heard":"in-person"'
p_sync

# 1. The sending agent asks.
before=$(p_size a1)
p_send a2 'no bytes please' a3
[ "$(p_get '.result.copies[0].state')" = refused ] || fail "not refused"
sleep 1
[ "$(p_size a1)" = "$before" ] || fail "something left the agency"

# 2. It does not: the broker asks.
p_broken a2 p1
p_send a2 'past the first' a3
[ "$(p_get '.result.copies[0].state')" = queued ] ||
    fail "the broken agent refused by itself"
id=$(p_get .result.id)
p_sync
p_ask a2 track "{\"observation\":\"$id\"}"
[ "$(p_get '.result.copies[0].state')" = refused ] ||
    fail "the broker took it: $(cat "$W/answer")"
p_verify || { cat "$W/verify"; fail "a refusal is not explained"; }

# 3. Neither does the broker: the receiving agent asks.
p_broken broker p1
p_send a2 'past the second' a3
p_sync
p_open a3
p_shows 'past the second' && fail "the receiving agent took it"
p_ask a3 quarantine
[ "$(p_get '.result.rejected | length')" -gt 0 ] ||
    fail "nothing in quarantine"

# And the auditor finds both entries, whoever was silent.
p_verify && { cat "$W/verify"; fail "the auditor did not notice"; }
grep -q ' 0 unexplained' "$W/verify" && fail "all explained"
p_history && fail "the history checker did not notice"
[ "$(p_counted rejected)" -gt 0 ] || fail "no rejected delivery"
echo ok
