#!/usr/bin/env bash
# A real Postfix on loopback in front of podbrief's LMTP door, with the configuration of docs/mail.md, and swaks as the
# world; then both as clients of podbrief's own SMTP door, with STARTTLS. Needs root (Postfix does), postfix, swaks,
# libnet-ssleay-perl and openssl from Debian:
#   tests/mta/postfix.sh target/debug/podbrief
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-target/debug/podbrief}")
work=$(mktemp -d)
say() { printf '== %s\n' "$*"; }
port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
server=
finish() {
  postfix -c "$work/postfix" stop >/dev/null 2>&1 || true
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

smtp=$(port) lmtp=$(port) own=$(port)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
export PODBRIEF_DATA_DIR=$work/data PODBRIEF_LISTEN=127.0.0.1:0 PODBRIEF_MAIL_DOMAIN=in.example.org
export PODBRIEF_MAIL_LISTEN=127.0.0.1:$own PODBRIEF_MAIL_DNS=off
export PODBRIEF_MAIL_TLS_CERTIFICATE=$work/cert.pem PODBRIEF_MAIL_TLS_KEY=$work/key.pem
export PODBRIEF_MAIL_LMTP=127.0.0.1:$lmtp PODBRIEF_MAIL_AUTHSERV_ID=mx.example.org PODBRIEF_LOG_FORMAT=json
"$program" serve 2>"$work/log" &
server=$!
until grep -qs '"serving"' "$work/log"; do kill -0 "$server"; sleep 0.1; done
address=$("$program" source add --json --mail "The Grid Weekly" | python3 -c 'import json,sys; print(json.load(sys.stdin)["address"])')
say "mailbox $address"

mkdir -p "$work/postfix" "$work/queue" "$work/state"
chmod 755 "$work" "$work/queue"
chown postfix "$work/state"
sed -n '/^<!-- main.cf -->$/,/^<!-- end -->$/p' docs/mail.md | sed -n '/^```/,/^```/p' | grep -v '^```' |
  sed "s/127.0.0.1:2400/127.0.0.1:$lmtp/" >"$work/postfix/main.cf"
cat >>"$work/postfix/main.cf" <<CF
# What only this test needs: folders of its own, loopback, no network.
queue_directory = $work/queue
data_directory = $work/state
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
maillog_file = $work/postfix.log
maillog_file_prefixes = $work
smtp_dns_support_level = disabled
# And another server's, which knows podbrief as a host of the world that must speak TLS.
relay_domains = elsewhere.example
relay_transport = smtp:[127.0.0.1]:$own
smtp_tls_security_level = encrypt
alternate_config_directories = $work/postfix
compatibility_level = 3.6
CF
for service in "$smtp inet n - n - - smtpd" "pickup unix n - n 60 1 pickup" "cleanup unix n - n - 0 cleanup" \
  "qmgr unix n - n 300 1 qmgr" "rewrite unix - - n - - trivial-rewrite" "bounce unix - - n - 0 bounce" \
  "defer unix - - n - 0 bounce" "trace unix - - n - 0 bounce" "verify unix - - n - 1 verify" \
  "tlsmgr unix - - n 1000? 1 tlsmgr" "flush unix n - n 1000? 0 flush" "proxymap unix - - n - - proxymap" "smtp unix - - n - - smtp" \
  "lmtp unix - - n - - lmtp" "error unix - - n - - error" "retry unix - - n - - error" "discard unix - - n - - discard" \
  "anvil unix - - n - 1 anvil" "scache unix - - n - 1 scache" "postlog unix-dgram n - n - 1 postlogd"; do
  echo "$service"
done >"$work/postfix/master.cf"
postfix -c "$work/postfix" start

received() { # so many messages, as the log says
  for _ in $(seq 300); do
    [ "$(grep -c '"mail received"' "$work/log")" -ge "$1" ] && return
    sleep 0.1
  done
  tail "$work/log" "$work/postfix.log"
  return 1
}

say "a known address is taken, and reaches the store"
swaks --silent 2 --server "127.0.0.1:$smtp" --helo esp.example --from bounce@weekly.example --to "$address" \
  --data @tests/fixtures/mail/weekly.eml
received 1
grep -q 'Batteries are winning' <("$program" source show "The Grid")

say "an unknown address is refused at RCPT, with no bounce"
for _ in $(seq 20); do
  answer=$(swaks --silent 1 --server "127.0.0.1:$smtp" --helo esp.example --from bounce@weekly.example \
    --to "nobody@in.example.org" --quit-after RCPT 2>&1) || true
  # The first answer may be 450 while Postfix asks.
  grep -q ' 550 ' <<<"$answer" && break
  sleep 0.5
done
grep ' 550 ' <<<"$answer"

say "no relay"
answer=$(swaks --silent 1 --server "127.0.0.1:$smtp" --from a@b.example --to c@d.example --quit-after RCPT 2>&1) || true
grep -E ' (5[0-9][0-9]) ' <<<"$answer"
[ "$(postqueue -c "$work/postfix" -p 2>/dev/null | grep -c '^[A-F0-9]' || true)" = 0 ]

say "swaks speaks STARTTLS to podbrief itself, and Postfix delivers to it over TLS"
other() { sed "s/^Message-ID: .*/Message-ID: <$1@weekly.example>/I" tests/fixtures/mail/weekly.eml; }
other by-swaks | swaks --silent 2 --server "127.0.0.1:$own" --tls --helo esp.example --from bounce@weekly.example \
  --to "$address" --data -
received 2
other by-postfix | swaks --silent 2 --server "127.0.0.1:$smtp" --helo esp.example --from bounce@weekly.example \
  --to "${address%@*}@elsewhere.example" --data -
received 3
[ "$("$program" source show "The Grid" --json --all | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["items"]))')" = 3 ]
say "all is well"
