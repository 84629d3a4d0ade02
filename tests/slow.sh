#!/bin/sh
# Slow clients against a real server: slowhttptest (Debian) sends heads, bodies and reads answers as
# slowly as it can, while curl asks for something ordinary again and again. Says how long that took.
#
#   tests/slow.sh [PROGRAM]     CONNECTIONS=800 SECONDS_EACH=15 MOST_MS=100
set -eu
program=${1:-target/debug/trackyard}
connections=${CONNECTIONS:-800}
seconds=${SECONDS_EACH:-15}
most=${MOST_MS:-100}
command -v slowhttptest >/dev/null || apt-get install -y slowhttptest >/dev/null
dir=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$dir"
}
trap finish EXIT

"$program" serve --port 0 --data "$dir/data" >"$dir/said" 2>&1 &
server=$!
until url=$(grep -o 'http://[0-9.:]*' "$dir/said" | head -n 1) && [ -n "$url" ]; do
    kill -0 "$server" || { cat "$dir/said"; exit 1; }
    sleep 0.1
done
token=$(cat "$dir/data/local.token")
# An answer that does not fit into the buffers on the way, for the slow readers.
printf "name: long\nvertices:\n  a: {script: 'head -c 20000000 /dev/zero'}\n" >"$dir/long.yaml"
ask() {
    curl -sS -H "Authorization: Bearer $token" "$@"
}
ask -H 'Content-Type: application/yaml' --data-binary "@$dir/long.yaml" "$url/api/v1/graphs" >"$dir/graph"
graph=$(sed 's/.*"id":\([0-9]*\).*/\1/' "$dir/graph")
ask -X POST "$url/api/v1/graphs/$graph/pipelines?wait=60s" >"$dir/started"
pipeline=$(sed 's/.*"id":\([0-9]*\).*/\1/' "$dir/started")
track=$(ask "$url/api/v1/pipelines/$pipeline" | sed 's/.*"tracks":\[{"id":\([0-9]*\).*/\1/')
log=$url/api/v1/tracks/$track/attempts/1/log
# slowhttptest has no option for this header: it goes with one that it has.
with_token() {
    printf '%s\r\nAuthorization: Bearer %s' "$1" "$token"
}

# Gives the longest and the median time of an ordinary request in ms, and how many failed.
measure() {
    : >"$dir/times"
    end=$(($(date +%s) + seconds))
    while [ "$(date +%s)" -lt "$end" ]; do
        curl -s -m 10 -o /dev/null -w '%{http_code} %{time_total}\n' \
            -H "Authorization: Bearer $token" "$url/api/v1/graphs" >>"$dir/times" || true
        sleep 0.05
    done
    awk '{ if ($1 != 200) bad++; print $2 * 1000 > "'"$dir/ms"'" } END { print bad + 0 > "'"$dir/bad"'" }' "$dir/times"
    sort -n "$dir/ms" >"$dir/sorted"
    awk '{ all[NR] = $1 } END { printf "%d requests, median %.1f ms, longest %.1f ms\n", NR, all[int((NR + 1) / 2)], all[NR] }' "$dir/sorted"
    echo "$(cat "$dir/bad") not answered with 200:" "$(awk '$1 != 200 { printf "%s after %.0f ms; ", $1, $2 * 1000 }' "$dir/times")"
    longest=$(tail -n 1 "$dir/sorted")
}

failed=0
attack() {
    name=$1
    shift
    echo "== $name: $connections connections"
    slowhttptest "$@" -c "$connections" -r 200 -l "$seconds" -i 5 -p 3 >"$dir/attack" 2>&1 &
    attacker=$!
    measure
    wait "$attacker" || true
    grep -aE 'service available|pending|connected|closed|error' "$dir/attack" | tail -n 5 || true
    if [ "$(cat "$dir/bad")" != 0 ] || ! awk -v a="$longest" -v b="$most" 'BEGIN { exit !(a < b) }'; then
        echo "FAILED: an ordinary request took more than $most ms, or was not answered"
        failed=1
    fi
}

echo "== nothing"
measure
attack "slow heads" -H -u "$url/api/v1/graphs"
attack "slow bodies" -B -s 8192 -t POST -f "$(with_token application/yaml)" -u "$url/api/v1/graphs"
attack "slow reading" -X -w 512 -y 1024 -n 5 -z 32 -m "$(with_token text/plain)" -u "$log"
exit $failed
