"""WebSub both ways against an independent hub and subscriber (pip install flask-websub).

    python tests/readers/websub_both_ways.py target/release/podbrief

A show is hosted here with a hub of flask-websub; podbrief subscribes there. A subscriber of flask-websub listens at podbrief's
hub. Then the show has a new episode: their hub tells podbrief, and podbrief's hub tells their subscriber, signed.
"""

import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import feedparser
import flask_websub.subscriber as websub_subscriber
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.publisher import init_publisher, publisher
from flask_websub.subscriber import SQLite3SubscriberStorage, SQLite3TempSubscriberStorage, Subscriber, discover
from werkzeug.serving import make_server

PATIENCE = 60
logging.getLogger("werkzeug").setLevel(logging.ERROR)
# It sends secrets over TLS only; here everything is on loopback.
websub_subscriber.is_secure = lambda url: True


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Threads:
    """As much of celery as flask-websub's hub needs: every task is a thread, and nothing is tried again."""

    def task(self, bind=False, **_):
        def wrap(work):
            class Task:
                def delay(self, *args):
                    own = (self,) if bind else ()
                    threading.Thread(target=work, args=own + args, daemon=True).start()

                def retry(self, countdown=None):
                    raise RuntimeError("a delivery failed")

            return Task()

        return wrap


CLAIMS = [
    "The main reason heat pumps fail in practice is not the technology but the maintenance contract, because nobody pays for upkeep.",
    "We measured this across forty sites, and thirty percent of the total cost came after the third year, far more than owners expect.",
    "Compared with ten years ago, night trains now need half the energy, since the control software learned to predict demand.",
]


def show(base, episodes):
    items = "".join(
        f"<item><title>Episode {n}</title><guid isPermaLink='false'>e{n}</guid><pubDate>{n + 1:02} Nov 2026 06:00:00 GMT</pubDate>"
        f"<podcast:transcript url='{base}/{n}.vtt' type='text/vtt'/></item>" for n in range(episodes, 0, -1))
    return (f"<?xml version='1.0'?><rss version='2.0' xmlns:podcast='https://podcastindex.org/namespace/1.0'><channel><title>Show</title>"
            f"<link>{base}/</link><description>x</description>{items}</channel></rss>")


def main():
    binary = sys.argv[1]
    folder = tempfile.TemporaryDirectory()
    here, there = port(), port()
    base, brief = f"http://127.0.0.1:{here}", f"http://127.0.0.1:{there}"
    app = Flask("websub")
    app.config.update(SERVER_NAME=f"127.0.0.1:{here}", HUB_URL=f"{base}/hub")
    init_publisher(app)
    hub = Hub(SQLite3HubStorage(f"{folder.name}/hub.sqlite"), Threads(), SIGNATURE_ALGORITHM="sha256")
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    them = Subscriber(SQLite3SubscriberStorage(f"{folder.name}/sub.sqlite"), SQLite3TempSubscriberStorage(f"{folder.name}/tmp.sqlite"))
    app.register_blueprint(them.build_blueprint(url_prefix="/callbacks"))
    told, confirmed = queue.Queue(), queue.Queue()
    them.add_listener(lambda topic, callback, body: told.put((topic, body)))
    them.add_success_handler(lambda topic, callback, mode: confirmed.put((topic, mode)))
    episodes = [1]

    @app.route("/show.xml")
    @publisher()
    def feed():
        return show(base, episodes[0]), {"Content-Type": "application/rss+xml"}

    @app.route("/<int:n>.vtt")
    def words(n):
        cues = "".join(f"00:00:{k * 8:02}.000 --> 00:00:{k * 8 + 8:02}.000\n{claim.replace('forty', str(40 + n))}\n\n" for k, claim in enumerate(CLAIMS))
        return f"WEBVTT\n\n{cues}", {"Content-Type": "text/vtt"}

    server = make_server("127.0.0.1", here, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = {**os.environ, "PODBRIEF_DATA_DIR": f"{folder.name}/data", "PODBRIEF_LISTEN": f"127.0.0.1:{there}", "PODBRIEF_BASE_URL": brief,
           "PODBRIEF_FETCH_ALLOW_PRIVATE": f"127.0.0.1:{here}", "PODBRIEF_WEB_HUB_ALLOW_PRIVATE": f"127.0.0.1:{here}", "PODBRIEF_FETCH_GAP": "0s", "PODBRIEF_LOG_FORMAT": "json"}
    run = subprocess.Popen([binary, "serve"], env=env, stderr=subprocess.PIPE, text=True)
    lines = queue.Queue()
    threading.Thread(target=lambda: [lines.put(line) for line in run.stderr], daemon=True).start()

    def wait_for(message):
        seen = []
        while True:
            try:
                line = lines.get(timeout=PATIENCE)
            except queue.Empty:
                sys.exit(f"no {message!r} in the log:\n{''.join(seen)}")
            seen.append(line)
            if f'"message":"{message}"' in line:
                return

    try:
        wait_for("serving")
        subprocess.run([binary, "source", "add", f"{base}/show.xml"], env=env, check=True, stdout=subprocess.DEVNULL)
        wait_for("the hub will tell of news")
        wait_for("insights published")
        topic = f"{brief}/latest.atom"
        with app.app_context():
            found = discover(topic)
            assert found == {"hub_url": f"{brief}/websub", "topic_url": topic}, found
            them.subscribe(secret="of their own", lease_seconds=3600, **found)
        assert confirmed.get(timeout=PATIENCE) == (topic, "subscribe")
        known = {entry.id for entry in feedparser.parse(topic).entries}
        episodes[0] = 2
        with app.app_context():
            hub.send_change_notification.delay(f"{base}/show.xml")
        wait_for("the hub told of news")
        got, body = told.get(timeout=PATIENCE)
        ids = {entry.id for entry in feedparser.parse(body).entries}
        now = {entry.id for entry in feedparser.parse(topic).entries}
        assert got == topic and ids == now - known and ids, (got, ids, now - known)
        print(f"websub: their hub told podbrief of an episode, podbrief's hub told their subscriber of {len(ids)} insights")
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait()
        server.shutdown()


main()
