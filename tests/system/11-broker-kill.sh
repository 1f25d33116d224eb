#!/bin/sh
# kill -9 of broker and signer in the middle of traffic: up again at once,
# nothing acknowledged lost, nothing done twice.
set -u
exec "$B/tests/system/broker_client" "$B" kill 6
