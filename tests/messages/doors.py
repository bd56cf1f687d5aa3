#!/usr/bin/env python3
"""Messages that others collected, through SMTP, LMTP and the pipe of a server of its own:

    python3 tests/messages/doors.py target/debug/podbrief FOLDER [--kills 20] [--dump FOLDER]

Every file under FOLDER is one message; README.md says where such are to be had. Each must be answered by each door, and
what was taken must come out as one item that can be read, or as a verdict in the log; nothing may make the server fail.
Then all are sent again under names of their own by senders that try again, while the server is killed (-9) as often as
`--kills` says: what was acknowledged is there once. `--dump` writes what was read of each, for people to look at.
"""

import argparse
import collections
import json
import os
import pathlib
import queue
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

DOORS = ("smtp", "lmtp", "pipe")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """podbrief with a data directory and doors that stay the same over its starts."""

    def __init__(self, program, work):
        self.program, self.work, self.process = program, work, None
        self.smtp, self.web, self.starts = free_port(), free_port(), 0
        self.lmtp = str(work / "lmtp.sock")
        self.env = dict(
            os.environ,
            PODBRIEF_DATA_DIR=str(work / "data"),
            PODBRIEF_LISTEN=f"127.0.0.1:{self.web}",
            PODBRIEF_MAIL_DOMAIN="in.example",
            PODBRIEF_MAIL_LISTEN=f"127.0.0.1:{self.smtp}",
            PODBRIEF_MAIL_LMTP=f"unix:{self.lmtp}",
            PODBRIEF_MAIL_DNS="off",
            PODBRIEF_LOG_FORMAT="json",
        )

    def start(self):
        self.starts += 1
        log = self.work / f"log-{self.starts}"
        self.process = subprocess.Popen([self.program, "serve"], env=self.env, stderr=open(log, "wb"))
        self.lines = open(log, encoding="utf-8", errors="replace")
        self.rest = ""
        self.wait_for("serving")

    def wait_for(self, message, most=60):
        """The next line of the log that says this; every other one is passed over."""
        until = time.monotonic() + most
        while time.monotonic() < until:
            part = self.lines.readline()
            if not part:
                if self.process.poll() is not None:
                    raise RuntimeError(f"the server ended with {self.process.returncode}")
                time.sleep(0.005)
                continue
            self.rest += part
            if not self.rest.endswith("\n"):
                continue
            line, self.rest = self.rest, ""
            if "panick" in line:
                raise RuntimeError(line)
            if line.startswith("{"):
                fields = json.loads(line)["fields"]
                if fields.get("message") == message:
                    return fields
        raise RuntimeError(f"{message!r} did not come")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def run(self, *args, **more):
        return subprocess.run([self.program, *args], env=self.env, capture_output=True, **more)

    def json(self, *args):
        return json.loads(self.run(*args, "--json").stdout)

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024


class Wire:
    """One message over SMTP or LMTP; gives the code that ended it."""

    def __init__(self, sock):
        self.sock, self.file = sock, sock.makefile("rb")

    def reply(self):
        while True:
            line = self.file.readline()
            if not line.endswith(b"\n"):
                raise ConnectionError("hung up")
            if line[3:4] != b"-":
                return int(line[:3])

    def send(self, hello, to, message):
        text = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
        text = re.sub(rb"(?m)^\.", b"..", text)
        if not text.endswith(b"\r\n"):
            text += b"\r\n"
        self.reply()
        for line in (hello, "MAIL FROM:<bounce@sender.example>", f"RCPT TO:<{to}>", "DATA"):
            self.sock.sendall(line.encode() + b"\r\n")
            code = self.reply()
            if code >= 400:
                return code
        self.sock.sendall(text + b".\r\n")
        return self.reply()


def send(server, door, to, message):
    """The SMTP code, or the exit code of `podbrief deliver` in its place (0 is 250, 75 is 451)."""
    if door == "pipe":
        code = server.run("deliver", "--to", to, input=message).returncode
        return {0: 250, 75: 451}.get(code, 500 + code)
    with socket.socket(socket.AF_UNIX if door == "lmtp" else socket.AF_INET) as sock:
        sock.settimeout(60)
        sock.connect(server.lmtp if door == "lmtp" else ("127.0.0.1", server.smtp))
        return Wire(sock).send("LHLO x" if door == "lmtp" else "EHLO x", to, message)


def items(server, source):
    return server.json("source", "show", source, "--all")["items"]


def mailbox(server, name):
    added = server.json("source", "add", "--mail", name, "--policy", "accept", "--public")
    return added["address"], added["source"]["id"]


def each_once(server, messages, dump):
    """Every message through every door, one after the other, so that the log says what became of it."""
    troubles, quiet = [], set()
    for door in DOORS:
        address, source = mailbox(server, f"by {door}")
        codes, outcomes = collections.Counter(), collections.Counter()
        for path, message in messages:
            code = send(server, door, address, message)
            codes[code] += 1
            if code != 250:
                print(f"   {door} {code} {path}")
                continue
            outcome = server.wait_for("mail received")["outcome"]
            outcomes[outcome] += 1
            if outcome.startswith("stored as nothing"):
                quiet.add(path)
        found = items(server, source)
        kept = sum(n for o, n in outcomes.items() if o in ("new", "held", "for the operator"))
        silent = [i for i in found if not i.get("notes") and not i.get("problem") and not (i["mail"] or {}).get("notice")]
        print(f"{door}: answers {dict(codes)}; {dict(outcomes)}; {len(found)} items,")
        print(f"   {sum(1 for i in found if i.get('notes'))} with text, {sum(1 for i in found if i.get('problem'))} that say why they have none")
        if len(found) != kept:
            troubles.append(f"{door}: {kept} messages were kept, but there are {len(found)} items")
        troubles += [f"{door}: {i['title']!r} has neither text nor a reason" for i in silent]
        if dump and door == "pipe":
            write_down(server, found, dump)
    print(f"at most {server.memory()} MiB resident")
    return troubles, quiet


def write_down(server, found, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for item in found:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.web}/items/{item['id']}") as page:
                (folder / f"{item['id']}.html").write_bytes(page.read())
        except urllib.error.HTTPError:
            # What is held, or asks something of the operator, has no page.
            pass
    (folder / "items.json").write_text(json.dumps(found, indent=1))


def killed(server, messages, kills):
    """Senders that try again, and a server that is killed in the middle."""
    boxes = {door: mailbox(server, f"killed {door}") for door in DOORS}
    waiting, lock = queue.Queue(), threading.Lock()
    wanted, acknowledged, refused = {d: set() for d in DOORS}, 0, []
    for n, (path, message) in enumerate(messages):
        for door in DOORS:
            key = f"{n}@{door}.example"
            wanted[door].add(key)
            waiting.put((door, key, path, f"Message-ID: <{key}>\n".encode() + message))
    total = waiting.qsize()

    def sender():
        nonlocal acknowledged
        while True:
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return
            door, key, path, message = job
            try:
                code = send(server, door, boxes[door][0], message)
            except (OSError, ConnectionError):
                code = 451
            if code == 250:
                with lock:
                    acknowledged += 1
            elif code < 500:
                time.sleep(0.05)
                waiting.put(job)
            else:
                refused.append((door, path, code))
                wanted[door].discard(key)

    threads = [threading.Thread(target=sender) for _ in range(8)]
    for thread in threads:
        thread.start()
    luck = random.Random(1)
    for n in range(kills):
        mark = (n + luck.random()) * total * 0.95 / kills
        while acknowledged < mark and any(t.is_alive() for t in threads):
            time.sleep(0.002)
        server.kill()
        server.start()
    for thread in threads:
        thread.join()
    print(f"{acknowledged} messages acknowledged over {kills} kills, {len(refused)} refused {refused[:5]}")
    server.kill()
    server.start()
    spool = server.work / "data/mail/spool"
    until = time.monotonic() + 120
    while any(spool.iterdir()) and time.monotonic() < until:
        time.sleep(0.1)
    troubles = []
    for door in DOORS:
        keys = collections.Counter(i["key"] for i in items(server, boxes[door][1]))
        lost, twice = wanted[door] - set(keys), [k for k, n in keys.items() if n > 1]
        print(f"{door}: {len(wanted[door])} acknowledged, {len(keys)} there, {len(lost)} lost, {len(twice)} twice")
        if lost or twice or set(keys) - wanted[door]:
            troubles.append(f"{door}: lost {sorted(lost)[:5]}, twice {twice[:5]}, strange {sorted(set(keys) - wanted[door])[:5]}")
    return troubles


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("program")
    args.add_argument("folder", type=pathlib.Path)
    args.add_argument("--kills", type=int, default=20)
    args.add_argument("--dump", type=pathlib.Path)
    args = args.parse_args()
    messages = [(str(f.relative_to(args.folder)), f.read_bytes()) for f in sorted(args.folder.rglob("*")) if f.is_file()]
    print(f"{len(messages)} messages")
    work = pathlib.Path(tempfile.mkdtemp(prefix="podbrief-doors-"))
    server = Server(str(pathlib.Path(args.program).resolve()), work)
    try:
        server.start()
        troubles, quiet = each_once(server, messages, args.dump)
        if args.kills:
            troubles += killed(server, [m for m in messages if m[0] not in quiet], args.kills)
    finally:
        if server.process:
            server.kill()
        shutil.rmtree(work, ignore_errors=True)
    for trouble in troubles:
        print("FAILED", trouble)
    print("all is well" if not troubles else f"{len(troubles)} failures")
    return bool(troubles)


if __name__ == "__main__":
    sys.exit(main())
