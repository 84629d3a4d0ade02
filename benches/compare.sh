#!/usr/bin/env bash
# The same independent `true` scripts through Trackyard, ninja and xargs, with as many slots.
#
#   benches/compare.sh [--slots N] [--scripts N] [--rounds N] [--binary FILE] [--limit SECONDS]
#
# The programs take turns in every round, so that a busy machine slows all alike, and the medians of
# their wall times are compared: a ratio above 1 means that Trackyard took longer. Trackyard keeps a
# durable history of every script and the others keep none. Writes to standard output only; every
# run is ended after --limit seconds and then counts as an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

slots=2 scripts=1000 rounds=5 limit=300 binary=''

fail() {
  printf 'benches/compare.sh: %s\n' "$*" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || fail "$1 needs a value; see the head of this file"
  case $1 in
    --binary) binary=$2 ;;
    --limit | --rounds | --scripts | --slots)
      [[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || fail "$1: \`$2\` is not a number from 1 to 999999"
      declare "${1#--}=$2"
      ;;
    *) fail "\`$1\` is no flag; see the head of this file" ;;
  esac
  shift 2
done

for tool in ninja xargs timeout seq; do
  command -v "$tool" >/dev/null || fail "$tool is missing (tests/run.sh installs it)"
done
if [ -z "$binary" ]; then
  cargo build --release --locked --quiet
  binary=${CARGO_TARGET_DIR:-target}/release/trackyard
fi
binary=$(realpath "$binary")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir scripts
{
  echo 'rule script'
  echo '  command = sh scripts/$out.sh'
} >build.ninja
printf 'name: compare\nvertices:\n' >compare.yaml
for i in $(seq "$scripts"); do
  echo true >"scripts/$i.sh"
  echo "build $i: script" >>build.ninja
  printf '  v%d: {script: "true"}\n' "$i" >>compare.yaml
done

seq -f 'scripts/%.0f.sh' "$scripts" >list

programs=(trackyard ninja xargs)
declare -A command=(
  [trackyard]="$(printf %q "$binary") run compare.yaml --slots $slots --data data"
  [ninja]="ninja -j $slots"
  [xargs]="xargs -a list -P $slots -n 1 sh"
)

# The wall time of one run in microseconds. No run leaves anything to the next one.
measure() {
  rm -rf data .ninja_log .ninja_deps
  local from=${EPOCHREALTIME/[.,]/}
  eval "timeout -k 10 $limit ${command[$1]}" >output 2>&1 </dev/null ||
    fail "$1 failed or took more than $limit s: $(tail -n 5 output)"
  echo $((${EPOCHREALTIME/[.,]/} - from))
}

median() { sort -n "$1.times" | sed -n "$(((rounds + 1) / 2))p"; }
seconds() { printf '%d.%03d s' $(($1 / 1000000)) $(($1 / 1000 % 1000)); }

for _ in $(seq "$rounds"); do
  for program in "${programs[@]}"; do
    measure "$program" >>"$program.times"
  done
done

ours=$(median trackyard)
for program in ninja xargs; do
  theirs=$(median "$program")
  hundredths=$((ours * 100 / theirs))
  printf '%s scripts, %s slots: trackyard %s, %s %s, ratio %d.%02d\n' "$scripts" "$slots" \
    "$(seconds "$ours")" "$program" "$(seconds "$theirs")" $((hundredths / 100)) $((hundredths % 100))
done
