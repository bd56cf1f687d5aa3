#!/usr/bin/env bash
# The lines of docs/reverse-proxy.md, with nginx in front of a server with the sample shows: TLS, conditional requests and
# coding go through, headers are there, and limits count for each reader. Debian: nginx-light, openssl, curl.
#
#     tests/proxy/nginx.sh target/release/podbrief
set -euo pipefail
binary=$(readlink -f "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
server= proxy=
trap 'for p in $proxy $server; do kill "$p" 2>/dev/null || true; done; rm -rf "$work"' EXIT
free() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
port=$(free) tls=$(free)
base=https://brief.example.org:$tls
TMPDIR=$work PODBRIEF_LISTEN=127.0.0.1:$port PODBRIEF_BASE_URL=$base PODBRIEF_WEB_TRUSTED_PROXIES=127.0.0.1 \
  PODBRIEF_WEB_SEARCHES_PER_MINUTE=2 "$binary" demo >"$work/demo.log" 2>&1 &
server=$!
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=brief.example.org -addext subjectAltName=DNS:brief.example.org \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
{
  echo "daemon off; pid $work/pid; error_log $work/error.log; events {}"
  echo "http { client_body_temp_path $work/a; proxy_temp_path $work/b; fastcgi_temp_path $work/c; uwsgi_temp_path $work/d; scgi_temp_path $work/e;"
  sed -n '/^```nginx$/,/^```$/p' docs/reverse-proxy.md | grep -v '^```' | sed \
    -e "s|listen 443 ssl;|listen 127.0.0.1:$tls ssl;|" -e '/listen \[::\]/d' -e "s|127.0.0.1:8080|127.0.0.1:$port|" \
    -e "s|/etc/letsencrypt/live/brief.example.org/fullchain.pem|$work/cert.pem|" \
    -e "s|/etc/letsencrypt/live/brief.example.org/privkey.pem|$work/key.pem|"
  echo "}"
} >"$work/nginx.conf"
# As the page says, older ones have another word for it.
nginx -t -c "$work/nginx.conf" 2>"$work/said" || sed -i -e '/http2 on;/d' -e "s|:$tls ssl;|:$tls ssl http2;|" "$work/nginx.conf"
nginx -c "$work/nginx.conf" 2>/dev/null &
proxy=$!
for _ in $(seq 600); do grep -q "Open in a browser" "$work/demo.log" && break; sleep 0.1; done
ask() { curl -sS --cacert "$work/cert.pem" --resolve "brief.example.org:$tls:127.0.0.1" "$@"; }
for _ in $(seq 50); do ask -o /dev/null "$base/healthz" 2>/dev/null && break; sleep 0.1; done
fail() { echo "nginx: $*"; exit 1; }
[ "$(ask "$base/readyz")" = ready ] || fail "not ready"
ask -D "$work/head" -o "$work/feed" -H 'Accept-Encoding: gzip' "$base/latest.atom"
grep -qi '^content-encoding: gzip' "$work/head" || fail "no gzip"
gzip -dc "$work/feed" | grep -q "$base/" || fail "links lead elsewhere"
for name in content-security-policy strict-transport-security x-content-type-options etag vary; do
  grep -qi "^$name:" "$work/head" || fail "no $name"
done
tag=$(sed -n 's/^[Ee][Tt]ag: *\(.*\)\r$/\1/p' "$work/head")
[ "$(ask -o /dev/null -w '%{http_code}' -H 'Accept-Encoding: gzip' -H "If-None-Match: $tag" "$base/latest.atom")" = 304 ] || fail "no 304"
[ "$(ask -o /dev/null -w '%{http_code}' "$base/metrics")" = 404 ] || fail "metrics are open"
[ "$(ask -o /dev/null -w '%{http_version}' "$base/")" = 2 ] || fail "no HTTP/2"
# A reader may not claim to be another: what nginx itself saw counts. The client is none of the trusted addresses.
codes=$(for n in 1 2 3 4; do ask --interface 127.0.0.2 -o /dev/null -w '%{http_code} ' -H "X-Forwarded-For: 198.51.100.$n" "$base/search?q=word$n"; done)
case $codes in *429*) ;; *) fail "limits can be evaded: $codes";; esac
echo "nginx: TLS, HTTP/2, gzip, 304, headers and limits are as they should be"
