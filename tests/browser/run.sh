#!/usr/bin/env bash
# Looks at every page of a running server with a real browser: run.sh BASE [arguments of pages.mjs].
# Installs Chromium and Node from Debian and two packages from npm where they are missing; says so and
# passes where they can't be had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
  (apt-get update && apt-get install -y --no-install-recommends "${missing[@]}") >"$work/apt.log" 2>&1 || tail -3 "$work/apt.log"
fi
if ! command -v chromium >/dev/null || ! command -v npm >/dev/null; then
  echo "skipped: Chromium or Node is not to be had here"
  exit 0
fi
cp "$here"/*.mjs "$here/package.json" "$work/"
if ! (cd "$work" && npm install --no-audit --no-fund --no-package-lock) >"$work/npm.log" 2>&1; then
  tail -3 "$work/npm.log"
  echo "skipped: playwright-core and axe-core are not to be had from npm here"
  exit 0
fi
CHROMIUM=$(command -v chromium) node "$work/pages.mjs" "$@"
