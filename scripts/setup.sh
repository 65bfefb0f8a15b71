#!/usr/bin/env bash
# Installs all that chipwatch needs: Debian packages (Pango, fonts) and a virtual environment pinned by requirements.lock.
# Does nothing, in a fraction of a second, where that is already done. Called by the Makefile; safe to call by hand.
# `scripts/setup.sh --rendered` adds what draws pages that only a browser shows: Debian's Chromium, and scrapy-playwright pinned by requirements-rendered.lock.
set -euo pipefail
cd "$(dirname "$0")/.."

VENV=${VENV:-.venv}
PYTHON=${PYTHON:-}
RENDERED=""
case "${1:-}" in
  "") ;;
  --rendered) RENDERED=1 ;;
  *) printf 'usage: scripts/setup.sh [--rendered]\n' >&2; exit 2 ;;
esac
# Pango and HarfBuzz for WeasyPrint; fonts for Latin, Cyrillic and CJK; without fonts-noto-cjk, Korean prints as empty boxes.
PACKAGES=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-dejavu-core fonts-noto-core fonts-noto-cjk)

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo "$@"
  else return 77
  fi
}

missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$name"
  done
}

install_packages() {
  local missing; missing=$(missing_packages "$@")
  [ -z "$missing" ] && return 0
  say "setup: installing Debian packages: $missing"
  # shellcheck disable=SC2086  # a list of words
  if as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 &&
     as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2; then return 0; fi
  fail "these Debian packages are missing and could not be installed from here (root or sudo is needed):
    apt-get install --no-install-recommends $missing
Install them, then run the same command again."
}

find_python() {
  local name
  for name in $PYTHON python3.11 python3.12 python3.13 python3; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v "$name"; return 0; fi
  done
  return 1
}

if command -v dpkg-query >/dev/null 2>&1; then
  install_packages "${PACKAGES[@]}"
  python=$(find_python) || { install_packages python3 python3-venv; python=$(find_python) || fail "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; }
  "$python" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
  # A C compiler and Python's headers, for the inner loops of reading (hatch_build.py). It works without them, slower.
  headers='import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))'
  if ! command -v gcc >/dev/null 2>&1 || ! "$python" -c "$headers" 2>/dev/null; then
    (install_packages gcc libc6-dev python3-dev) || say "setup: without a C compiler: reading will take longer"
  fi
else
  python=$(find_python) || fail "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"
  say "setup: this is no Debian system; see to it that these are installed: Pango, HarfBuzz, fontconfig, Noto fonts with CJK"
fi

# What is being installed: ended and removed with this script, however it ends, with the exit code that it ends with. Of a script that was killed outright, the next run
# removes it: the folder is inside the virtual environment, and pip has its own temporary files there, too.
parts="" running=()
ended() {
  set +e
  if [ "${#running[@]}" -gt 0 ]; then kill "${running[@]}" 2>/dev/null; wait "${running[@]}" 2>/dev/null; fi
  if [ -n "$parts" ]; then rm -rf "$parts"; fi
}
trap ended EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# What of a package an interrupted pip left behind looks installed to the next one: the file INSTALLER comes last. Without its folder of metadata, it is installed over.
forget_unfinished() {
  local folder
  for folder in "$VENV"/lib/python*/site-packages/*.dist-info; do
    [ ! -d "$folder" ] || [ -e "$folder/INSTALLER" ] || rm -rf "$folder"
  done
}

locked_pip=("$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-compile --require-hashes)

# Installs what a lock file pins. pip takes one package after another and compiles it, on one core; so the list is dealt out to several (the list is complete: nothing is
# resolved), and all is compiled afterwards. pip itself comes first: none is to be replaced while it works. Where that fails, for whatever reason, one pip does it, and says
# what is wrong.
install_locked() {
  local lock=$1 shares n failed=""
  parts=$(cd "$VENV" && pwd)/.parts
  rm -rf "$parts" && mkdir "$parts" || fail "$parts cannot be made"
  forget_unfinished
  shares=$(nproc 2>/dev/null || echo 1); [ "$shares" -gt 4 ] && shares=4
  if [ "$shares" -gt 1 ] && awk -v shares="$shares" -v folder="$parts" '
      /^[^ #]/ { file = /^(pip|setuptools)==/ ? "first" : ++entry % shares ".lock" } file { print > (folder "/" file) }' "$lock" &&
     { [ ! -s "$parts/first" ] || TMPDIR=$parts "${locked_pip[@]}" --no-deps -r "$parts/first" >/dev/null 2>&1; }; then
    for n in "$parts"/*.lock; do
      TMPDIR=$parts "${locked_pip[@]}" --no-deps -r "$n" >/dev/null 2>&1 & running+=($!)
    done
    for n in "${running[@]}"; do wait "$n" || failed=1; done
    running=()
  else
    failed=1
  fi
  # -qq: errors alone; pip warns of every index that lacks a package
  [ -z "$failed" ] || TMPDIR=$parts "${locked_pip[@]}" -r "$lock" ||
    fail "pip could not install the pinned packages (see above); check the connection to the package index, then run the same command again"
  rm -rf "$parts"; parts=""
}

# On all cores; but for the tests of packages, which nobody runs here. What cannot be compiled (templates of code) is of no use to anybody.
compile_all() { "$VENV/bin/python" -m compileall -q -j 0 -x '/tests?/' "$@" >/dev/null 2>&1 || true; }

stamp=$VENV/.installed
wanted=$({ cat requirements.lock pyproject.toml scripts/setup.sh hatch_build.py nlp/compiled.pxi nlp/_*.pyx 2>/dev/null || true; } | sha256sum | cut -d' ' -f1)
installed() { [ -x "$VENV/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; }
if ! installed; then
  # One at a time: a second one waits, also for the pips of one that was killed, which hold the lock as long as they live.
  mkdir -p "$VENV"
  exec 9>"$VENV/.lock"
  if command -v flock >/dev/null 2>&1 && ! flock -n 9; then say "setup: waiting for another one that installs into $VENV"; flock 9; fi
fi
if ! installed; then
  say "setup: installing into $VENV (one to three minutes the first time)"
  "$VENV/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv "$VENV"     # also where one was begun and has no pip yet
  install_locked requirements.lock
  "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-compile --no-build-isolation -e . || fail "chipwatch itself could not be installed (see above)"
  "$VENV/bin/python" -c 'import sys; from nlp.compiled import missing; sys.exit(len(missing()))' 2>/dev/null ||
    say "setup: the inner loops of reading were not compiled, so reading takes nearly twice as long; why: $VENV/bin/python -m pip install -v --no-deps --no-build-isolation -e ."
  compile_all "$VENV/lib" chipwatch crawler nlp assessment dataset reports sample_market
  printf '%s\n' "$wanted" > "$stamp"
fi
exec 9>&-

if [ -n "$RENDERED" ]; then
  if ! command -v chromium >/dev/null 2>&1; then
    command -v dpkg-query >/dev/null 2>&1 || fail "install Chromium, so that \`chromium\` is on PATH, then run the same command again"
    install_packages chromium
  fi
  stamp=$VENV/.installed-rendered
  wanted=$(cat requirements.lock requirements-rendered.lock | sha256sum | cut -d' ' -f1)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements-rendered.lock ||
      fail "pip could not install the pinned packages of the rendered extra (see above); check the connection to the package index, then run the same command again"
    printf '%s\n' "$wanted" > "$stamp"
  fi
fi
