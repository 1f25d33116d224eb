#!/bin/sh
# Whatever a peer sends, the broker answers with the rule or the field, enters
# nothing it should not, stays up, and keeps its memory.
set -u
exec "$B/tests/system/broker_client" "$B" hostile
