#!/usr/bin/env bash
# Subscribes Liferea (Debian: liferea, xvfb, dbus) to a feed, under Xvfb, has it look twice, and compares what it holds with what the feed
# says. Its requests go through a relay that notes the answers: 304 at the second look.
set -euo pipefail
url=$1
dir=$(mktemp -d)
relay= run=
trap '[ -z "$run" ] || kill "$run" 2>/dev/null || true; [ -z "$relay" ] || kill "$relay" 2>/dev/null || true; rm -rf "$dir"' EXIT
for tool in liferea xvfb-run dbus-run-session dbus-send sqlite3 curl; do
  command -v "$tool" >/dev/null || { echo "liferea: skipped, $tool is not there"; exit 0; }
done
python3 - "$url" "$dir" <<'PY' &
import sys, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
url, folder = sys.argv[1:]
base = "/".join(url.split("/")[:3])
class Relay(BaseHTTPRequestHandler):
    def do_GET(self):
        keep = ("A-IM", "Accept", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "User-Agent")
        fields = {n: self.headers[n] for n in keep if self.headers[n]}
        try:
            answer = urllib.request.urlopen(urllib.request.Request(base + self.path, headers=fields))
        except urllib.error.HTTPError as error:
            answer = error
        with open(folder + "/answers", "a") as log:
            print(answer.status, self.path, file=log)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("connection", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.read())
    def log_message(self, *_): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
open(folder + "/port", "w").write(str(server.server_port))
server.serve_forever()
PY
relay=$!
for _ in $(seq 100); do [ -s "$dir/port" ] && break; sleep 0.1; done
path=/${url#*://*/}
feed=http://127.0.0.1:$(cat "$dir/port")$path
export HOME=$dir XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/data XDG_CACHE_HOME=$dir/cache XDG_RUNTIME_DIR=$dir/run
mkdir -p "$XDG_CONFIG_HOME/liferea" "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"
cat >"$XDG_CONFIG_HOME/liferea/feedlist.opml" <<OPML
<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body>
<outline title="ours" text="ours" type="rss" xmlUrl="$feed"/></body></opml>
OPML
db=$XDG_DATA_HOME/liferea/liferea.db
answers() { grep -c " $path" "$dir/answers" 2>/dev/null || true; }
held() { sqlite3 -cmd '.timeout 5000' "$db" "select count(*), count(distinct source_id) from items where parent_item_id = 0" 2>/dev/null || true; }
cat >"$dir/session" <<'SESSION'
liferea & it=$!
# Asked by its own interface to look again; before it is ready, it does not know that.
for _ in $(seq 300); do
  [ -e "$HOME/again" ] && dbus-send --session --print-reply --dest=org.gnome.feed.Reader /org/gnome/feed/Reader org.gnome.feed.Reader.Refresh && break
  sleep 0.2
done
while [ ! -e "$HOME/end" ]; do sleep 0.2; done
kill "$it"
wait "$it"
SESSION
timeout 90 xvfb-run -a dbus-run-session -- bash "$dir/session" >"$dir/log" 2>&1 &
run=$!
for _ in $(seq 300); do case "$(held)" in ''|0*) sleep 0.1;; *) break;; esac; done
sleep 1
first=$(held)
touch "$dir/again"
for _ in $(seq 300); do [ "$(answers)" -ge 2 ] && break; sleep 0.1; done
sleep 1
[ "$(held)" = "$first" ] || { echo "Liferea holds other items at the second look: $first, $(held)"; exit 1; }
touch "$dir/end"
wait "$run" || true
run=
said=$(curl -fsS "$url" | grep -oE '<(entry|item)[ >]' | wc -l)
[ "$first" = "$said|$said" ] || { echo "Liferea holds $first, the feed says $said"; cat "$dir/log"; exit 1; }
ids() { sqlite3 "$db" "select source_id from items where parent_item_id = 0" | sort; }
[ "$(ids)" = "$(curl -fsS "$url" | grep -oE '(<id>tag:[^<]*|<guid[^>]*>[^<]*)' | sed 's/.*>//' | grep -v ':feed/' | sort)" ] || { echo "Liferea holds other ids"; exit 1; }
[ "$(cut -d' ' -f1 "$dir/answers" | paste -sd' ')" = "200 304" ] || { echo "not 304 at the second look:"; cat "$dir/answers"; exit 1; }
echo "liferea: $url: $said entries, then 304"
