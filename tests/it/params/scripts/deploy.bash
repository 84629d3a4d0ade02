#!/usr/bin/env bash
set -euo pipefail
shopt -s nullglob

readonly HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
declare -A ports=([web]=8080 [api]='8081' ["admin"]=8082)
hosts=(
  app1.example   # the first one
  app2.example
  "app3.example" # it's slow
)
options=()
dry=0 ; verbose=

usage() {
  cat <<-EOF
	usage: ${0##*/} [-n] [-v] [-t TAG] SERVICE...

	  -n  say what would be done, don't do it
	  -t  a tag (default: $(git describe --tags 2>/dev/null || echo none))
	  services: ${!ports[@]}
	EOF
}

while getopts ':nvt:h' opt; do
  case $opt in
    n) dry=1 ;;
    v) verbose=1; options+=(--verbose) ;;
    t) tag=$OPTARG ;;
    h) usage; exit ;;
    :) echo "-$OPTARG needs a value" >&2; exit 2 ;;
    \?) echo "unknown option: -$OPTARG" >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
(( $# > 0 )) || { usage >&2; exit 2; }

run() {
  if ((dry)); then printf '+ %q' "$1"; printf ' %q' "${@:2}"; echo; else "$@"; fi
}

for service in "$@"; do
  if [[ ! -v ports[$service] ]]; then
    echo "no such service: $service" >&2
    continue
  fi
  port=${ports[$service]}
  for ((i = 0; i < ${#hosts[@]}; i++)); do
    host=${hosts[i]}
    [[ $host == *.example && ( -n $verbose || $i -eq 0 ) ]] && echo "$host:$port"
    run rsync -a "${options[@]}" "$HERE/build/$service/" "$host:/srv/$service/"
    run ssh "$host" "sudo systemctl restart '$service'" < /dev/null
    if ! curl -fsS --retry 5 "http://$host:$port/health" | grep -q '"status": *"ok"'; then
      echo $'failed:\t'"$service on $host" >&2
      exit 1
    fi
  done
done |& tee >(logger -t deploy) | sed "s/^/[$(date +%T)] /"
