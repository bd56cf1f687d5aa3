#!/usr/bin/env bash
# Makes the Debian package of a release build and tries it: what is in it, that the unit is sound and little exposed, that it
# installs, says its version, keeps its configuration and goes without a trace. As root on Debian:
#
#     cargo install cargo-deb
#     cargo build --release && sudo packaging/deb.sh
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target/debian"
cargo deb --no-build --no-strip --output "$target/debian/"
package=$(ls -t "$target"/debian/podbrief_*.deb | head -1)
dpkg-deb --info "$package"
dpkg-deb --contents "$package"
dpkg -i "$package"
[ "$(/usr/bin/podbrief --version)" != "" ]
packaging/units.sh
work=$(mktemp -d)
port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
PODBRIEF_DATA_DIR=$work/data PODBRIEF_LISTEN=127.0.0.1:$port /usr/bin/podbrief serve 2>"$work/log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do grep -q serving "$work/log" && break; sleep 0.1; done
curl -fsS "http://127.0.0.1:$port/readyz"
kill -TERM "$server" && wait "$server"
dpkg -r podbrief
test ! -e /usr/bin/podbrief
test -e /etc/podbrief.env
dpkg -P podbrief
test ! -e /etc/podbrief.env
echo "$package installs, runs and goes"
