#!/usr/bin/env bash
# Asks a real server whatever its description allows and forbids, and looks at each answer: no 5xx,
# nothing that is not described, nothing accepted that the description forbids.
#   tests/schemathesis.sh PROGRAM [EXAMPLES]
# EXAMPLES: requests of each operation in each phase.
set -euo pipefail
program=$(realpath "$1")
examples=${2:-15}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

home=$root/target/schemathesis
mkdir -p "$home"
[ -x "$home/bin/schemathesis" ] || python3 -m venv "$home"
"$home/bin/python" -m pip --disable-pip-version-check --quiet install schemathesis==4.32.5

own=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; wait; rm -rf "$own"' EXIT
cd "$own"
"$program" serve --port 0 --data "$own/data" >"$own/out" 2>"$own/log" &
server=$!
until url=$(grep -o -m1 'http://[0-9.:]*' "$own/out"); do kill -0 "$server"; done
token=$(cat "$own/data/local.token")

# Something of each kind to ask for: what succeeds, what fails, what runs until the end of the test.
trackyard() { "$program" --data "$own/data" "$@"; }
for name in web-server-check fails-on-purpose outputs; do trackyard import "$root/examples/$name.yaml"; done
printf 'name: long\nvertices:\n  a: "trap exit TERM; while [ -d $PWD ]; do sleep 1; done"\n  b: {script: echo b, needs: [a]}\n' |
  trackyard import -
trackyard start web-server-check --wait
trackyard start fails-on-purpose --wait || [ $? = 1 ]
trackyard start outputs --wait
trackyard start long

# What never ends is tested in tests/it/api/stream.rs and ws.rs; a server that drains starts nothing more, and one
# that has another token takes this one no more.
timeout --kill-after=10 1800 "$home/bin/schemathesis" --config-file "$root/tests/schemathesis.toml" \
  run "$url/api/v1/openapi.json" -H "Authorization: Bearer $token" \
  --exclude-path-regex '(stream$|^/ws/)' --exclude-operation-id drain --exclude-operation-id rotateToken \
  --max-examples "$examples" --continue-on-failure --report-dir "$own/report" ||
  { code=$?; grep -E 'panicked|ERROR' "$own/log" || true; exit "$code"; }
if grep -E 'panicked' "$own/log"; then exit 1; fi
