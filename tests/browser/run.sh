#!/usr/bin/env bash
# Looks at every page with a real browser and goes a reader's way to the next day's edition.
# Usage: run.sh DEMO PROGRAM [FOLDER for screenshots], where DEMO is the address of a running `podbrief demo`.
# Installs Chromium, Node and faketime from Debian and two packages from npm where they are missing; says so and
# passes where they can't be had.
set -euo pipefail
base=$1 program=$2 folder=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
server= shows=
stop() { for pid in $server $shows; do kill "$pid" 2>/dev/null || true; done; }
trap 'stop; rm -rf "$work"' EXIT
if [ -n "$folder" ]; then mkdir -p "$folder"; folder=$(cd "$folder" && pwd); fi
missing=()
for pair in chromium:chromium node:nodejs npm:npm faketime:faketime; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  (apt-get update && apt-get install -y --no-install-recommends "${missing[@]}") >"$work/apt.log" 2>&1 || tail -3 "$work/apt.log"
fi
if ! command -v chromium >/dev/null || ! command -v npm >/dev/null; then
  echo "skipped: Chromium or Node is not to be had here"
  exit 0
fi
mkdir "$work/js"
cp "$here"/*.mjs "$here/package.json" "$work/js/"
if ! (cd "$work/js" && npm install --no-audit --no-fund --no-package-lock) >"$work/npm.log" 2>&1; then
  tail -3 "$work/npm.log"
  echo "skipped: playwright-core and axe-core are not to be had from npm here"
  exit 0
fi
export CHROMIUM
CHROMIUM=$(command -v chromium)
browser() { node "$work/js/$1" "${@:2}"; }

browser pages.mjs "$base" "$folder"

if ! command -v faketime >/dev/null || ! command -v newsboat >/dev/null || ! command -v sqlite3 >/dev/null; then
  echo "skipped: the way to the next day needs faketime, newsboat and sqlite3"
  exit 0
fi

# The shows of the demo, by a host that publishes one episode of each today and the others tomorrow.
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
one=$(curl -fsS "$base/latest" | grep -o '/insights/[a-z0-9]*' | head -1)
origin=$(curl -fsS "$base$one.json" | python3 -c 'import json,sys,urllib.parse as u; print("http://" + u.urlparse(json.load(sys.stdin)["item"]["media"]).netloc)')
names=(tidewater kernel-and-kettle night-desk)
mkdir "$work/shows"
for name in "${names[@]}"; do
  curl -fsS "$origin/$name/feed.xml" >"$work/$name.whole"
  # Of the items with a transcript only the last is left.
  python3 - "$work/$name.whole" "$work/shows/$name.xml" <<'PYTHON'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
items = re.findall(r"<item>.*?</item>", text, re.S)
keep = [item for item in items if "podcast:transcript" in item][-1]
for item in items:
    if item != keep:
        text = text.replace(item, "")
open(sys.argv[2], "w", encoding="utf-8").write(text)
PYTHON
done
show_port=$(free_port)
python3 -m http.server --bind 127.0.0.1 --directory "$work/shows" "$show_port" >/dev/null 2>&1 &
shows=$!
curl -fsS --retry 50 --retry-connrefused --retry-delay 1 --retry-max-time 60 -o "$work/up" "http://127.0.0.1:$show_port/tidewater.xml"

port=$(free_port)
export PODBRIEF_DATA_DIR=$work/data PODBRIEF_LISTEN=127.0.0.1:$port PODBRIEF_MAIL_DOMAIN=in.example.org
export PODBRIEF_FETCH_ALLOW_PRIVATE=127.0.0.1:$show_port,${origin#http://}
own=http://127.0.0.1:$port
ready() {
  for _ in $(seq 300); do
    curl -fsS "$own/healthz" >/dev/null 2>&1 && return
    kill -0 "$server" || { cat "$work/serve.log"; exit 1; }
    sleep 0.2
  done
  cat "$work/serve.log"; exit 1
}
addresses=("${names[@]/#/http://127.0.0.1:$show_port/}")
"$program" source add "${addresses[@]/%/.xml}" >/dev/null
"$program" poll >/dev/null
"$program" serve >"$work/serve.log" 2>&1 &
server=$!
ready

mapfile -t feeds < <(browser journey.mjs sign-up "$own" "$folder")
[ ${#feeds[@]} = 2 ] || { echo "no two readers signed up"; exit 1; }
echo "two readers signed up, one of them without a script, and copied their address"

# What newsboat holds of a feed; the secret is kept off the command line's output.
held() {
  printf '%s\n' "$1" >"$work/urls"
  newsboat -u "$work/urls" -c "$2" -C /dev/null -x reload
  sqlite3 "$2" "select content from rss_item where deleted = 0 order by pubDate desc, id desc limit 1"
}
count() { sqlite3 "$1" 'select count(*) from rss_item where deleted = 0'; }
first=$(held "${feeds[0]}" "$work/first.db")
held "${feeds[1]}" "$work/second.db" >/dev/null
[ "$(count "$work/first.db")" = 1 ] && [ "$(count "$work/second.db")" = 1 ] || { echo "newsboat does not hold one edition"; exit 1; }
mute=$(grep -o '<a href="[^"]*">Mute this show</a>' <<<"$first" | head -1 | cut -d'"' -f2)
muted=$(grep -o '<cite>[^<]*</cite>' <<<"$first" | head -1)
[ -n "$mute" ] && [ -n "$muted" ] || { echo "the entry has no link to mute a show"; exit 1; }
browser journey.mjs vote "$mute" "$folder"
echo "newsboat holds the first edition; the link to mute $muted was followed and confirmed"
# A newsletter that wants something of the operator, an issue of it, and a stranger who writes to its address.
box=$("$program" source add --json --mail "The Grid Weekly")
address=$(python3 -c 'import json,sys; print(json.load(sys.stdin)["address"])' <<<"$box")
mailbox=$(python3 -c 'import json,sys; print(json.load(sys.stdin)["source"]["id"])' <<<"$box")
letter() { "$program" deliver --to "$address"; }
letter <"$here/../fixtures/mail/weekly.eml"
sed 's/^From: .*/From: "Bargains" <offers@bargains.example>/; s/^Message-ID: .*/Message-ID: <offer-1@bargains.example>/I' \
  "$here/../fixtures/mail/weekly.eml" | letter
printf '%s\n' 'From: The Grid Weekly <grid@weekly.example>' 'Subject: Please confirm your subscription to The Grid Weekly' \
  'Content-Type: text/html' '' '<p>One more step: <a href="https://weekly.example/confirm?t=9f8e7d6c5b4a39281706f5e4d3c2b1a0">Confirm</a></p>' | letter
for _ in $(seq 100); do
  [ "$("$program" source show "The Grid" --json --all | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["items"]))')" = 3 ] && break
  sleep 0.1
done
browser journey.mjs operator "$("$program" admin-url)" "$folder" "$mailbox"

kill "$server"; wait "$server" || true
for name in "${names[@]}"; do cp "$work/$name.whole" "$work/shows/$name.xml"; done
# Two days later, so that an hour of the day has passed whatever time it is now.
later() { env FAKETIME_DONT_RESET=1 DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f +2d "$@"; }
later "$program" poll --all >/dev/null
later "$program" serve >"$work/serve.log" 2>&1 &
server=$!
ready
for _ in $(seq 100); do
  held "${feeds[0]}" "$work/first.db" >"$work/next-a"
  held "${feeds[1]}" "$work/second.db" >"$work/next-b"
  [ "$(count "$work/first.db")" = 2 ] && [ "$(count "$work/second.db")" = 2 ] && break
  sleep 0.3
done
[ "$(count "$work/first.db")" = 2 ] || { echo "there is no next edition"; exit 1; }
grep -qF "$muted" "$work/next-b" || { echo "the next edition of the reader who muted nothing lacks $muted"; exit 1; }
if grep -qF "$muted" "$work/next-a"; then echo "a muted show is in the next edition"; exit 1; fi
echo "the next edition is without the muted show; that of the other reader is not"
