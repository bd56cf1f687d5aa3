#!/usr/bin/env python3
"""1,000 feeds on loopback, read and read again by podbrief and by lemon24/reader (pip install reader), in the same run.

    python3 benches/refresh.py target/release/podbrief [--feeds 1000] [--hosts 500]

The first reading takes every item in, the second is answered 304 throughout. Eight requests at once for both. The feeds are spread over
many ports, which count as hosts, so that podbrief's politeness is as it comes: two requests at once to a host, a quarter of a second
between two. reader has none.
"""
import argparse, os, resource, subprocess, sys, tempfile, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

READER = """
import sys, time
from reader import make_reader
folder = sys.argv[1]
reader = make_reader(folder + "/reader.sqlite")
for url in open(folder + "/urls"):
    reader.add_feed(url.strip())
for _ in range(2):
    begun, before = time.monotonic(), time.process_time()
    reader.update_feeds(workers=8, scheduled=False)
    print(f"{time.monotonic() - begun:.2f} {time.process_time() - before:.2f}", flush=True)
print(reader.get_entry_counts().total)
"""


def feed(n):
    words = "Words that make up the notes of this episode, as many as real ones have. " * 12
    items = "".join(
        f"<item><title>Episode {k} of {n}</title><guid isPermaLink='false'>{n}-{k}</guid><link>http://example.org/{n}/{k}</link>"
        f"<pubDate>{k % 28 + 1:02} Nov 2025 06:00:00 GMT</pubDate><description>{words}</description></item>" for k in range(20))
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Show {n}</title><link>http://example.org/</link><description>x</description>{items}</channel></rss>".encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body, asked, unchanged = {}, 0, 0

    def do_GET(self):
        body = self.body.get(self.path)
        etag = f'"{self.path}"'
        Handler.asked += 1
        if body and self.headers.get("If-None-Match") == etag:
            Handler.unchanged += 1
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


def spent():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    args = argparse.ArgumentParser()
    args.add_argument("binary")
    args.add_argument("--feeds", type=int, default=1000)
    args.add_argument("--hosts", type=int, default=500)
    args = args.parse_args()
    Handler.body = {f"/{n}.xml": feed(n) for n in range(args.feeds)}
    hosts = []
    for _ in range(args.hosts):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(5,), daemon=True).start()
        hosts.append(f"127.0.0.1:{server.server_port}")
    urls = [f"http://{hosts[n % args.hosts]}/{n}.xml" for n in range(args.feeds)]
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/urls", "w") as file:
            file.write("\n".join(urls))
        opml = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
        with open(f"{folder}/f.opml", "w") as file:
            file.write(f'<opml version="2.0"><body>{opml}</body></opml>')
        env = {"PODBRIEF_DATA_DIR": f"{folder}/data", "PODBRIEF_FETCH_ALLOW_PRIVATE": ",".join(hosts), "PODBRIEF_INITIAL_ITEMS": "0", "PODBRIEF_LOG_LEVEL": "error"}
        run = lambda *verb: subprocess.run([args.binary, *verb], env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        run("import", f"{folder}/f.opml")
        for what in ("first reading", "second, unchanged"):
            Handler.asked = Handler.unchanged = 0
            begun, before = time.monotonic(), spent()
            run("poll", "--all")
            print(f"podbrief  {what}: {time.monotonic() - begun:.2f} s, {spent() - before:.2f} CPU-seconds, {Handler.asked} requests, {Handler.unchanged} answered 304")
        Handler.asked = Handler.unchanged = 0
        out = subprocess.run([sys.executable, "-c", READER, folder], capture_output=True, text=True, check=True)
        *passes, entries = out.stdout.splitlines()
        for what, told in zip(("first reading", "second, unchanged"), passes):
            took, cpu = told.split()
            print(f"reader    {what}: {took} s, {cpu} CPU-seconds")
        print(f"reader    {Handler.asked} requests in both, {Handler.unchanged} answered 304, {entries} entries")


main()
