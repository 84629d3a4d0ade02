#!/usr/bin/env bash
# A server that works for long, and is killed every minute: nothing may grow, be lost or run twice.
#
#   benches/soak.sh [--minutes 10 | --hours H] [--rate 1] [--kill-every 60] [--viewers 20] [--binary FILE]
#
# benches/soak.py says what is started and what is looked at. Ends with 1 if something grew, was lost
# or was repeated. Needs python3. Builds the release unless --binary names a program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v python3 >/dev/null || {
  printf 'benches/soak.sh: python3 is missing (Debian: apt-get install python3)\n' >&2
  exit 1
}
case " $* " in
  *' --binary '* | *' --binary='* | *' --help '* | *' -h '*) ;;
  *)
    cargo build --release --locked --quiet
    set -- --binary "${CARGO_TARGET_DIR:-target}/release/trackyard" "$@"
    ;;
esac
exec python3 benches/soak.py "$@"
