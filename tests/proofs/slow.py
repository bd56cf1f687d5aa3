#!/usr/bin/env python3
"""Proof 6: 500 connections that say nothing, or one byte a second, on HTTP and on mail beside normal load.

    python3 tests/proofs/slow.py target/release/podbrief [--connections 500] [--seconds 10]

The 99th percentile of a normal client's requests may at most double (or stay below 20 ms), and mail goes on being taken."""
import argparse, http.client, signal, smtplib, socket, statistics, sys, tempfile, threading, time
from world import prepared

args = argparse.ArgumentParser()
args.add_argument("binary")
args.add_argument("--connections", type=int, default=500)
args.add_argument("--seconds", type=float, default=10)
args = args.parse_args()


def measure(program, load):
    """Milliseconds of the 99th percentile: pages, and messages."""
    pages, mails, end = [], [], time.monotonic() + args.seconds
    def browse():
        while time.monotonic() < end:
            begun = time.monotonic()
            status, _, _ = program.ask("GET", "/latest.atom")
            assert status == 200, status
            pages.append(1000 * (time.monotonic() - begun))
            time.sleep(0.005)
    def post():
        while time.monotonic() < end:
            begun = time.monotonic()
            load.mail()
            mails.append(1000 * (time.monotonic() - begun))
            time.sleep(0.05)
    threads = [threading.Thread(target=what) for what in (browse, post)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [sorted(all)[int(len(all) * 0.99)] for all in (pages, mails)]


with tempfile.TemporaryDirectory() as folder:
    program, upstream, load = prepared(args.binary, folder, shows=5, PODBRIEF_POLL_MAX_INTERVAL="1h", PODBRIEF_POLL_INTERVAL="1h")
    program.start()
    time.sleep(5)
    before = measure(program, load)
    slow, hung_up, on = [], 0, True
    # One address may have so many mail connections; the rest are other networks' on loopback.
    for n in range(args.connections):
        for port, first in ((program.port, b"GET /latest HTTP/1.1\r\nHost: x\r\nX: "), (program.lmtp, b"LHLO x\r\nMAIL FROM:<a@b")):
            s = socket.socket()
            s.bind((f"127.0.{1 + n // 100}.{1 + n % 100}", 0))
            s.connect(("127.0.0.1", port))
            s.send(first)
            slow.append(s)
    def drip():
        global hung_up
        while on:
            for s in slow:
                try:
                    s.send(b"x")
                except OSError:
                    hung_up += 1
            time.sleep(1)
    thread = threading.Thread(target=drip)
    thread.start()
    during = measure(program, load)
    on = False
    thread.join()
    wrong = load.verify()
    program.end(signal.SIGTERM)
    print(f"p99 of a page {before[0]:.1f} ms before, {during[0]:.1f} ms beside {args.connections} slow ones; "
          f"of a message {before[1]:.1f} ms and {during[1]:.1f} ms; {len(load.mails)} messages, {len(wrong)} wrong; {hung_up} writes met a closed door")
    bad = [d > max(2 * b, 20) for b, d in zip(before, during)]
    sys.exit(1 if any(bad) or wrong else 0)
