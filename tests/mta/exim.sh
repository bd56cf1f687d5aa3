#!/usr/bin/env bash
# A real Exim on loopback in front of podbrief's LMTP door, with the configuration of docs/mail.md, and swaks as the
# world. Needs root, exim4 and swaks from Debian:
#   tests/mta/exim.sh target/debug/podbrief [/usr/sbin/exim4]
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-target/debug/podbrief}")
exim=$(command -v "${2:-exim4}")
work=$(mktemp -d)
say() { printf '== %s\n' "$*"; }
port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
server=
finish() {
  [ ! -s "$work/exim/pid" ] || kill "$(cat "$work/exim/pid")" 2>/dev/null || true
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'tail -n 20 "$work"/log "$work"/exim/*log >&2' ERR

smtp=$(port) lmtp=$(port)
export PODBRIEF_DATA_DIR=$work/data PODBRIEF_LISTEN=127.0.0.1:0 PODBRIEF_MAIL_DOMAIN=in.example.org
export PODBRIEF_MAIL_LMTP=127.0.0.1:$lmtp PODBRIEF_LOG_FORMAT=json
"$program" serve 2>"$work/log" &
server=$!
until grep -qs '"serving"' "$work/log"; do kill -0 "$server"; sleep 0.1; done
address=$("$program" source add --json --mail "The Grid Weekly" | python3 -c 'import json,sys; print(json.load(sys.stdin)["address"])')
say "mailbox $address"

chmod 755 "$work"
mkdir -p "$work/exim/spool"
chown -R mail:mail "$work/exim"
part() {
  sed -n "/^<!-- exim $1 -->\$/,/^<!-- end -->\$/p" docs/mail.md | sed -n '/^```/,/^```/p' | grep -v '^```' |
    sed "s/port = 2400/port = $lmtp/"
}
{
  cat <<CONF
primary_hostname = mx.example.org
exim_path = $exim
acl_smtp_rcpt = acl_check_rcpt
spool_directory = $work/exim/spool
log_file_path = $work/exim/%slog
pid_file_path = $work/exim/pid
exim_user = mail
exim_group = mail
tls_advertise_hosts =
keep_environment = LD_LIBRARY_PATH
daemon_smtp_ports = $smtp
local_interfaces = 127.0.0.1
host_lookup =
begin acl
acl_check_rcpt:
CONF
  part acl
  echo '  deny message = relay not permitted'
  echo 'begin routers'
  part routers
  echo 'begin transports'
  part transports
  echo 'begin retry'
  echo '* * F,2h,15m'
} >"$work/exim/exim.conf"
chown root "$work/exim/exim.conf"
"$exim" -C "$work/exim/exim.conf" -bd -odq
until [ -s "$work/exim/pid" ]; do sleep 0.1; done

say "a known address is taken, and reaches the store"
swaks --silent 2 --server "127.0.0.1:$smtp" --helo esp.example --from bounce@weekly.example --to "$address" \
  --data @tests/fixtures/mail/weekly.eml
# Exim delivers with a configuration of one's own for root only, so the queue is run by hand.
"$exim" -C "$work/exim/exim.conf" -qff
for _ in $(seq 300); do grep -q '"mail received"' "$work/log" && break; sleep 0.1; done
grep -q 'Batteries are winning' <("$program" source show "The Grid")

say "an unknown address is refused at RCPT"
answer=$(swaks --silent 1 --server "127.0.0.1:$smtp" --helo esp.example --from bounce@weekly.example \
  --to "nobody@in.example.org" --quit-after RCPT 2>&1) || true
grep ' 550 ' <<<"$answer"

say "no relay"
answer=$(swaks --silent 1 --server "127.0.0.1:$smtp" --from a@b.example --to c@d.example --quit-after RCPT 2>&1) || true
grep ' 550 ' <<<"$answer"
[ "$("$exim" -C "$work/exim/exim.conf" -bpc)" = 0 ]
say "all is well"
