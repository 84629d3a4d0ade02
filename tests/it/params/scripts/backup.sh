#!/bin/sh
# Copies a directory to another machine's disk and keeps the last seven copies.
set -eu

src=${1:?"usage: $0 SOURCE [TARGET]"}
dst=${2:-"/backup/$(hostname -s)"}
keep=${KEEP:-7}
stamp=$(date +%Y-%m-%d_%H%M%S)
log="$dst/log.$stamp"

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

[ -d "$src" ] || die "\"$src\" isn't a directory"
mkdir -p -- "$dst" || die "can't make $dst"
exec 9>"$dst/.lock"
flock -n 9 || die 'another backup is running'

trap 'rm -rf "$dst/.part"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if tar -C "$src" -cf - . 2>"$log" | gzip -9 >"$dst/.part"; then
	mv "$dst/.part" "$dst/$stamp.tar.gz"
else
	die "tar failed; see $log"
fi

# Oldest first, all but the last $keep.
ls -1 "$dst" | grep '\.tar\.gz$' | sort | head -n "-$keep" |
while IFS= read -r old; do
	echo "removing $old"
	rm -f -- "$dst/$old"
done

size=$(du -k "$dst/$stamp.tar.gz" | cut -f1)
[ "$((size / 1024))" -lt 1 ] && unit=kB || { unit=MB; size=$((size / 1024)); }
echo "backed up $src: $size $unit"
