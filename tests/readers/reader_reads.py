"""Subscribes lemon24/reader (pip install "reader[cli]" or reader) to feeds: the right ids, and 304 at the next look.

    python tests/readers/reader_reads.py URL…

The answers are watched by a relay on loopback, since reader itself does not tell of them.
"""

import sys
import tempfile
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import feedparser
from reader import make_reader

FIELDS = ("A-IM", "Accept", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "User-Agent")
DROPPED = {"connection", "transfer-encoding", "date", "server"}


class Relay(BaseHTTPRequestHandler):
    target, statuses = "", []

    def do_GET(self):
        fields = {name: self.headers[name] for name in FIELDS if self.headers[name]}
        try:
            answer = urllib.request.urlopen(urllib.request.Request(self.target + self.path, headers=fields))
        except urllib.error.HTTPError as error:
            answer = error
        Relay.statuses.append(answer.status)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in DROPPED:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.read())

    def log_message(self, *_):
        pass


for url in sys.argv[1:]:
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    Relay.target, Relay.statuses = f"{scheme}://{host}", []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    feed = f"http://127.0.0.1:{server.server_port}/{path}"
    said = [entry.id for entry in feedparser.parse(url).entries]
    with tempfile.TemporaryDirectory() as folder, make_reader(f"{folder}/reader.sqlite") as reader:
        reader.add_feed(feed)
        reader.update_feed(feed)
        held = sorted(entry.id for entry in reader.get_entries(feed=feed))
        assert held == sorted(said) and held, (url, len(held), len(said))
        assert all(entry.title and entry.link and entry.published for entry in reader.get_entries(feed=feed)), url
        reader.update_feed(feed)
        assert sorted(entry.id for entry in reader.get_entries(feed=feed)) == held, url
        assert Relay.statuses == [200, 304], (url, Relay.statuses)
    server.shutdown()
    print(f"reader: {url}: {len(held)} entries, then 304")
