#!/usr/bin/env bash
# Every fuzz target for so many seconds, with the fixtures of the tests as seeds: run.sh [SECONDS [TARGET…]]
# Prints a line for each and ends with 1 at the first finding, whose input cargo-fuzz keeps in fuzz/artifacts, and with 2 if
# they can't be built.
# Needs cargo-fuzz and a nightly toolchain. FLAGS are given to cargo-fuzz, as "--sanitizer none", which builds faster: the
# program has no unsafe code of its own. SEED, a number, makes the same inputs each time, as far as the time goes.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
shift || true
targets=("$@")
if [ ${#targets[@]} = 0 ]; then mapfile -t targets < <(cargo +nightly fuzz list); fi
read -ra flags <<<"${FLAGS:-}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
seeds() {
  case $1 in
    feed | podcast) echo tests/fixtures/parse/feed ;;
    vtt | srt | json) echo tests/fixtures/parse/transcript ;;
    html) echo tests/fixtures/parse/discover ;;
    message | session) echo tests/fixtures/parse/mail tests/fixtures/mail ;;
    opml) echo tests/fixtures/parse/opml ;;
  esac
}
# What can't be built is no finding.
if [ ${#targets[@]} = 1 ]; then only=("${targets[@]}"); else only=(); fi
if ! cargo +nightly fuzz build "${flags[@]}" "${only[@]}" >"$log" 2>&1; then
  tail -40 "$log"
  echo "can't be built"
  exit 2
fi
for target in "${targets[@]}"; do
  mkdir -p "fuzz/corpus/$target"
  # shellcheck disable=SC2046
  if ! cargo +nightly fuzz run "${flags[@]}" "$target" "fuzz/corpus/$target" $(seeds "$target") -- \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -seed="${SEED:-0}" >"$log" 2>&1; then
    tail -40 "$log"
    echo "$target: a finding"
    exit 1
  fi
  runs=$(awk '/^stat::number_of_executed_units/ {print $2}' "$log")
  peak=$(awk '/^stat::peak_rss_mb/ {print $2}' "$log")
  echo "$target: ${runs:?no runs} runs in $seconds s, no finding, $peak MiB at most"
done
