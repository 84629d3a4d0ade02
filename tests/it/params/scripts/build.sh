#!/bin/sh -e
# Builds and tests every package that has changed since the last green build.
base=$(git merge-base HEAD "origin/${BRANCH:-main}")
changed=$(git diff --name-only "$base" | sed -n 's|^packages/\([^/]*\)/.*|\1|p' | sort -u)
jobs=$( (nproc || sysctl -n hw.ncpu) 2>/dev/null || echo 2)
failed='' ok=0 n=0

log() { printf '\033[1m%s\033[0m\n' "$*"; }
step() (
	name=$1; shift
	log "== $name: $*"
	cd "packages/$name" && "$@"
)

for package in $changed; do
	n=$((n + 1))
	[ -f "packages/$package/Makefile" ] || { log "$package: nothing to build"; continue; }
	if step "$package" make -j"$jobs" all CFLAGS="-O2 -Wall -D'NAME=\"$package\"'" &&
	   step "$package" make check 2>&1 | tee "packages/$package/check.log" | tail -n 3
	then ok=$((ok + 1))
	else failed="$failed $package"
	fi
done

total=$(( n )) percent=$(( n ? 100 * ok / n : 100 ))
case $percent in
100) log "all $total built" ;;
[0-9]|[1-9][0-9])
	log "$ok of $total built ($percent%), failed:$failed"
	exit 1;;
*) exit 2
esac
find . -name '*.o' -newer Makefile ! -path './.git/*' -exec ls -l {} + | awk '{ s += $5 } END { print s/1024 " kB" }'
xargs -r -n 1 sh -c 'echo "checked $1"; shift' sh <<LIST
$changed
LIST
