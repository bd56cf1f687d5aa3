#!/usr/bin/env python3
"""Proof 8: many sources on loopback for long: memory's slope and how late polls are.

    python3 tests/proofs/soak.py target/release/podbrief [--sources 10000] [--minutes 60] [--speed 24]

At 24-fold speed a source that is asked once an hour is asked every 150 s. Memory must grow by less than 1 % an hour in the
second half, and the oldest overdue work (podbrief_queue_age_seconds) stay below a minute at the 99th percentile."""
import argparse, os, re, signal, sys, tempfile, time
from world import prepared

args = argparse.ArgumentParser()
args.add_argument("binary")
args.add_argument("--sources", type=int, default=10_000)
args.add_argument("--minutes", type=float, default=60)
args.add_argument("--speed", type=float, default=24)
args = args.parse_args()
span = f"{int(3600 / args.speed)}s"
with tempfile.TemporaryDirectory() as folder:
    program, upstream, load = prepared(args.binary, folder, shows=args.sources, PODBRIEF_POLL_INTERVAL=span,
                                       PODBRIEF_POLL_MIN_INTERVAL=span, PODBRIEF_POLL_MAX_INTERVAL=span, PODBRIEF_FETCH_PER_HOST="8",
                                       PODBRIEF_INITIAL_ITEMS="0")
    took = program.start()
    secret = open(os.path.join(program.data, "admin-secret")).read().strip()
    samples, begun = [], time.monotonic()
    while time.monotonic() - begun < args.minutes * 60:
        time.sleep(5)
        _, _, body = program.ask("GET", "/metrics", headers={"Authorization": f"Bearer {secret}"})
        found = dict(re.findall(r"^podbrief_(\w+) (\d+)$", body.decode(), re.M))
        kib = int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{program.process.pid}/status").read())[1])
        samples.append((time.monotonic() - begun, kib, int(found["queue_age_seconds"]), int(found["polls_total"]), int(found["poll_errors_total"])))
    program.end(signal.SIGTERM)
half = [s for s in samples if s[0] > args.minutes * 30] or samples
mean = sum(s[1] for s in half) / len(half)
x = sum(s[0] for s in half) / len(half)
slope = sum((s[0] - x) * (s[1] - mean) for s in half) / max(1e-9, sum((s[0] - x) ** 2 for s in half)) * 3600 / mean
late = sorted(s[2] for s in half)[int(len(half) * 0.99)]
print(f"{args.sources} sources, {args.minutes:g} minutes: ready in {took:.1f} s, {samples[-1][3]} polls, {samples[-1][4]} failed, "
      f"{mean / 1024:.0f} MiB resident, slope {100 * slope:+.2f} % an hour, lateness p99 {late} s")
sys.exit(0 if abs(slope) < 0.01 and late < 60 else 1)
