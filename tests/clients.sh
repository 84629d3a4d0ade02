#!/usr/bin/env bash
# Installs the Python client as its users do, into an environment of its own, checks its types, and
# tests it against real servers: tests/clients.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

home=target/clients
rm -rf "$home"
python3 -m venv "$home"
pip() { "$home/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }
pip install clients/python
# Away from the source: what is tested is what was installed.
export TRACKYARD=$program PYTHONDONTWRITEBYTECODE=1
timeout --kill-after=10 200 "$home/bin/python" -m unittest discover -s clients/python/tests
pip install mypy==2.4.1
"$home/bin/mypy" --strict --cache-dir "$home/mypy" clients/python/src clients/python/tests
