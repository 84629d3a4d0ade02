#!/usr/bin/env bash
# Passes all tests of Trackyard, or says what is wrong: tests/run.sh
#
# Installs what the tests need and this machine lacks (with apt-get, as root or through sudo; and
# cargo-deny with cargo). Nothing is skipped: what cannot be installed is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin"

step() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'tests/run.sh: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# A command that the tests use, and the Debian package that has it.
needs='cc:gcc make:make curl:curl python3:python3 ping:iputils-ping sqlite3:sqlite3 ninja:ninja-build xargs:findutils node:nodejs npm:npm chromium:chromium systemd-analyze:systemd pgrep:procps prlimit:util-linux nsenter:util-linux script:bsdutils dash:dash bash:bash'

install_packages() {
  local commands=() packages=() as_root=()
  for need in $needs; do
    if ! have "${need%%:*}"; then
      commands+=("${need%%:*}")
      packages+=("${need#*:}")
    fi
  done
  # A compiler alone cannot build: the headers of the C library come in a package of their own.
  if have cc && ! echo '#include <stdio.h>' | cc -E - >/dev/null 2>&1; then
    commands+=(stdio.h)
    packages+=(libc6-dev)
  elif ! have cc; then
    packages+=(libc6-dev)
  fi
  # So does the part of Python that puts pip into a new environment.
  if ! have python3 || ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    commands+=(python3-venv)
    packages+=(python3-venv)
  fi
  # Pictures of the pages in Chinese need a font that has it.
  if [ -z "$(fc-list :lang=zh 2>/dev/null)" ]; then
    commands+=('a Chinese font')
    packages+=(fonts-wqy-microhei)
  fi
  [ ${#commands[@]} -gt 0 ] || return 0
  have apt-get || fail "missing: ${commands[*]}; install them and run this again (no apt-get here)"
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || fail "missing: ${commands[*]}; run as root: apt-get install ${packages[*]}"
    as_root=(sudo)
    [ -t 0 ] || as_root+=(-n)
  fi
  step "installing ${packages[*]}"
  "${as_root[@]}" apt-get update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${packages[@]}" ||
    fail "could not install ${packages[*]}"
}

install_rust_parts() {
  have cargo || fail 'cargo is missing: install Rust (https://rustup.rs) and run this again'
  for part in fmt:rustfmt clippy:clippy; do
    if ! cargo "${part%%:*}" --version >/dev/null 2>&1; then
      have rustup || fail "cargo ${part%%:*} is missing: install ${part#*:} and run this again"
      step "installing ${part#*:}"
      rustup component add "${part#*:}"
    fi
  done
  if ! cargo deny --version >/dev/null 2>&1; then
    step 'installing cargo-deny'
    cargo install cargo-deny --version 0.20.2 --locked
  fi
}

install_packages
install_rust_parts

# The quick checks come first. clippy and doc share one build of the dependencies (their types
# alone), the tests make the other (their code); build scripts and macros are built once for all.
step 'format'
cargo fmt --check
step 'dependencies: bans, licenses, sources'
cargo deny --log-level error check bans licenses sources
step 'clippy: the program as it is shipped'
cargo clippy --locked -- -D warnings
step 'clippy: the same with failpoints, and all tests'
cargo clippy --all-targets --locked --features failpoints -- -D warnings
step 'documentation'
RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --locked
step 'tests'
timeout --kill-after=10 1500 cargo test --locked --features failpoints
step 'pages in a browser'
npm ci --prefix tests/browser --no-audit --no-fund
timeout --kill-after=10 300 node tests/browser/journey.mjs target/debug/trackyard
timeout --kill-after=10 120 node tests/browser/picture.mjs target/debug/trackyard
timeout --kill-after=10 180 node tests/browser/live.mjs target/debug/trackyard
timeout --kill-after=10 120 node tests/browser/home.mjs target/debug/trackyard
timeout --kill-after=10 240 node tests/browser/forms.mjs target/debug/trackyard
timeout --kill-after=10 120 node tests/browser/kept.mjs target/debug/trackyard
step 'the editor of scripts'
npm ci --prefix web --no-audit --no-fund
npm run build --prefix web
timeout --kill-after=10 120 node tests/browser/editor.mjs target/debug/trackyard
timeout --kill-after=10 180 node tests/browser/log.mjs target/debug/trackyard
step 'hostile texts on every page'
timeout --kill-after=10 400 node tests/browser/hostile.mjs target/debug/trackyard
step 'every page in a browser: each language, light and dark, on a phone'
timeout --kill-after=10 400 node tests/browser/pages.mjs target/debug/trackyard
step 'the description of the REST interface'
timeout --kill-after=10 60 node tests/browser/openapi.mjs target/debug/trackyard
step 'the REST interface: whatever its description allows and forbids'
timeout --kill-after=10 600 tests/schemathesis.sh target/debug/trackyard 10
step 'clients'
timeout --kill-after=10 300 tests/clients.sh target/debug/trackyard
step 'all passed'
