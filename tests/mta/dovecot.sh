#!/usr/bin/env bash
# A real Dovecot on loopback with a certificate of its own, and podbrief fetching from it, with TLS from the first byte and
# with STARTTLS: what is there already, and what is delivered while it waits with IDLE. A certificate that is nobody's and a
# wrong password get nowhere. Needs root, dovecot-imapd and openssl from Debian:
#   tests/mta/dovecot.sh target/debug/podbrief
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${1:-target/debug/podbrief}")
work=$(mktemp -d)
say() { printf '== %s\n' "$*"; }
port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
server=
finish() {
  PATH=$PATH:/usr/sbin doveadm -c "$work/dovecot.conf" stop >/dev/null 2>&1 || true
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

imap=$(port) imaps=$(port)
chmod 755 "$work"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -addext basicConstraints=critical,CA:FALSE -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
mkdir -p "$work/mail/cur" "$work/mail/new" "$work/mail/tmp" "$work/mail/.News.Grid/cur" "$work/mail/.News.Grid/new" \
  "$work/mail/.News.Grid/tmp" "$work/run"
cat >"$work/dovecot.conf" <<CONF
base_dir = $work/run
log_path = $work/dovecot.log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:$work/mail
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
ssl = required
ssl_cert = <$work/cert.pem
ssl_key = <$work/key.pem
maildir_stat_dirs = no
service imap-login {
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
    ssl = yes
  }
}
passdb {
  driver = static
  args = password=sesame
}
userdb {
  driver = static
  args = uid=mail gid=mail home=$work/mail
}
CONF
put() { # folder, uid-like name, file
  cp "$3" "$work/mail/$1/tmp/$2"
  chown -R mail:mail "$work/mail"
  mv "$work/mail/$1/tmp/$2" "$work/mail/$1/new/$2"
}
put .News.Grid 1 tests/fixtures/mail/weekly.eml
sed 's/^From: .*/From: Friend <friend@home.example>/; s/^Message-ID: .*/Message-ID: <friend-1@home.example>/I' \
  tests/fixtures/mail/weekly.eml >"$work/friend.eml"
put . 2 "$work/friend.eml"
chown -R mail:mail "$work/mail"
dovecot -c "$work/dovecot.conf"

export PODBRIEF_LISTEN=127.0.0.1:0 PODBRIEF_MAIL_DOMAIN=in.example.org PODBRIEF_LOG_FORMAT=json
export PODBRIEF_IMAP_CA=$work/cert.pem PODBRIEF_IMAP_USER=me PODBRIEF_IMAP_PASSWORD_COMMAND="echo sesame"
serve() {
  "$program" serve 2>"$work/log" &
  server=$!
  until grep -qs '"serving"' "$work/log"; do kill -0 "$server"; sleep 0.1; done
}
stop() { kill "$server"; wait "$server" || true; server=; }
said() { # in the log, within half a minute
  for _ in $(seq 300); do
    if grep -q "$1" "$work/log"; then return; fi
    sleep 0.1
  done
  tail "$work/log" "$work/dovecot.log"
  return 1
}
received() { # at least so many
  for _ in $(seq 900); do
    [ "$(grep -c '"mail received"' "$work/log")" -ge "$1" ] && return
    sleep 0.1
  done
  tail "$work/log" "$work/dovecot.log"
  return 1
}

round() { # security, address
  export PODBRIEF_IMAP_SECURITY=$1 PODBRIEF_IMAP_SERVER=$2 PODBRIEF_DATA_DIR=$work/data-$1
  # Every round finds the account as it was.
  rm -f "$work"/mail/new/3 "$work"/mail/cur/3*
  "$program" source add --mail "The Grid Weekly" >/dev/null
  "$program" source fetch "The Grid" --folder News.Grid
  "$program" source add --mail "By sender" --policy accept >/dev/null
  "$program" source fetch "By sender" --sender editor@list.example

  say "$1: a certificate that nobody vouches for, and a wrong password, get nowhere"
  PODBRIEF_IMAP_CA='' serve
  said 'certificate'
  stop
  PODBRIEF_IMAP_PASSWORD_COMMAND="echo simsim" serve
  said 'does not let me in'
  stop

  serve
  say "$1: what is in the folder already is fetched"
  received 1
  grep -q 'Batteries are winning' <("$program" source show "The Grid")

  say "$1: what comes is fetched at once, by its sender"
  put . 3 "$work/editor.eml"
  received 2
  grep -q 'editor@list.example' <("$program" source show "By sender")
  stop

  say "$1: nothing else was fetched, and nothing was changed in the account"
  for newsletter in "The Grid" "By sender"; do
    [ "$("$program" source show "$newsletter" --json --all | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["items"]))')" = 1 ]
  done
  [ "$(find "$work/mail" -type f -path '*/cur/*' -name '*:2,*S*' | wc -l)" = 0 ]
}
sed 's/^From: .*/From: Editor <Editor@list.example>/; s/^Message-ID: .*/Message-ID: <editor-1@list.example>/I' \
  tests/fixtures/mail/weekly.eml >"$work/editor.eml"
round tls "localhost:$imaps"
round starttls "localhost:$imap"
say "all is well"
