#!/usr/bin/env bash
# Trackyard beside the programs that merely run processes, side by side in one run.
#
#   benches/compare.sh [--slots N] [--rounds N] [--disk-ms MS] [--binary FILE] [CASE...]
#
# One line a case: name, ours, theirs, ratio, target; benches/compare.py has the cases. The two take
# turns in each round, so that a busy machine slows both alike, and the medians are compared. Trackyard
# writes each transition durably and the others keep no history; --disk-ms asks how that is where the disk is
# slower: benches/disk.py. What a history of a million pipelines costs
# has nothing beside it: benches/history.py measures that. Needs ninja and ab (Debian:
# ninja-build, apache2-utils). Builds the release unless --binary names a program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for tool in ninja ab python3; do
  command -v "$tool" >/dev/null || {
    printf 'benches/compare.sh: %s is missing (Debian: apt-get install ninja-build apache2-utils python3)\n' "$tool" >&2
    exit 1
  }
done
case " $* " in
  *' --binary '*) ;;
  *)
    cargo build --release --locked --quiet
    set -- --binary "${CARGO_TARGET_DIR:-target}/release/trackyard" "$@"
    ;;
esac
exec python3 benches/compare.py "$@"
