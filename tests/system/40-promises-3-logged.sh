#!/bin/sh
# P3, no log entry, no plaintext.  Broken on purpose: a broker that hands out
# its share for a line that its own entry refuses, then an agent that would
# use it.
set -u
# shellcheck source=tests/system/promises.sh
. "$(dirname "$0")/promises.sh"

p_world
p_send a2 'not without an entry' a3
p_sync
# The agent asks although its own rules say no; the broker's say no as well.
p_broken a3 p1
# One of its two ends ends it: the share is kept, and may not be given.
p_withdraw a3 "$(p_grant a2 a3)" ''
p_sync
p_open a3
p_shows 'not without an entry' && fail "shown after its end"

# Now the broker hands it out, beside an entry that says no.
p_broken broker p3
p_open a3
p_open a3
p_shows 'not without an entry' &&
    fail "a share without an admitted line was used"

# The agent takes what it gets: the client has seen what no entry admits.
p_broken a3 p1 p3
p_open a3
p_open a3
p_shows 'not without an entry' || fail "this test breaks nothing"
p_history && { cat "$W/compared"; fail "the history checker did not notice"; }
[ "$(p_counted unlogged)" -gt 0 ] || {
	cat "$W/compared"
	fail "no disclosure without an entry was counted"
}
echo ok
