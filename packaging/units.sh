#!/usr/bin/env bash
# systemd's own word on the units: no complaint, and an exposure of 1.2 at most. Needs systemd 250 or newer, not running.
set -euo pipefail
cd "$(dirname "$0")/../systemd"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp podbrief.service podbrief.socket "$work"
# Where it is not installed its program is another, so that the rest is judged.
[ -x /usr/bin/podbrief ] || sed -i 's|^ExecStart=/usr/bin/podbrief|ExecStart=/bin/true|' "$work/podbrief.service"
said=$(systemd-analyze verify "$work/podbrief.service" "$work/podbrief.socket" 2>&1)
[ -z "$said" ] || { echo "$said"; exit 1; }
exposure=$(systemd-analyze security --offline=true --no-pager "$work/podbrief.service" | sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
echo "exposure $exposure"
awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 1.2) }'
