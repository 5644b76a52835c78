#!/bin/sh
# Propose pairs through the service, with curl (7.76 or later): at once, then as a job.
#
# MENTORMATCH_TOKEN=... sh propose.sh request.json
#
# curl asks again by itself where the service is busy; a refusal is printed as it comes, as problem details (RFC 9457), and ends with 22.
set -eu

service=${MENTORMATCH_URL:-http://127.0.0.1:8000}

# The token is read from a file descriptor: what stands among the arguments of a program, everybody on the machine can see.
call() {
    curl --silent --show-error --fail-with-body --retry 4 --config - "$@" <<CONFIG
header = "Authorization: Bearer $MENTORMATCH_TOKEN"
header = "Content-Type: application/json"
CONFIG
}

# At once. A request that takes long is answered with 202 and a job, as below.
call --data-binary "@$1" "$service/v1/match"

# As a job: where it is, how far it is until it is done, its result.
job=$(call --data-binary "@$1" --header "Prefer: respond-async" --output /dev/null --dump-header - "$service/v1/match" |
    tr -d '\r' | awk 'tolower($1) == "location:" { print $2 }')
call --no-buffer "$service$job/events" >&2
call "$service$job/result"
