#!/usr/bin/env python3
"""Proof 4, second half: 1,000 sources, 100,000 insights and 1,000 subscribers within 512 MB.

    python3 tests/proofs/capped.py target/release/podbrief [--insights 100000] [--readers 1000]      # Debian: zstd

The data is written as a backup and restored, and podbrief started once, which makes the index, and killed when that is kept: the
start that counts is the next one. All readers' editions are due at once while all sources are polled and pages
are read; the memory of the server and its encoder together is sampled ten times a second (where cgroups can be had, as
root, 512 MB is also the limit that the kernel keeps). Limits: ready within a second, peak at most 256 MiB, idle at most 160 MiB with
the encoder loaded."""
import argparse, os, random, re, signal, sys, tempfile, threading, time
from filled import fill, name
from world import Program, Upstream

args = argparse.ArgumentParser()
args.add_argument("binary")
args.add_argument("--sources", type=int, default=1000)
args.add_argument("--insights", type=int, default=100_000)
args.add_argument("--readers", type=int, default=1000)
args = args.parse_args()
chance = random.Random(1)


def children(pid):
    """Of all its threads."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            found += map(int, open(f"/proc/{pid}/task/{thread}/children").read().split())
        except OSError:
            pass
    return found


def tree(pid):
    """Resident KiB of a process and its children."""
    total = 0
    for one in [pid, *children(pid)]:
        try:
            total += int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{one}/status").read())[1])
        except (OSError, TypeError):
            pass
    return total


with tempfile.TemporaryDirectory() as folder:
    upstream = Upstream(args.sources)
    program = Program(args.binary, folder, upstream, PODBRIEF_POLL_INTERVAL="1h", PODBRIEF_POLL_MIN_INTERVAL="5m",
                      PODBRIEF_POLL_MAX_INTERVAL="24h", PODBRIEF_INITIAL_ITEMS="1",
                      PODBRIEF_WEB_SEARCHES_PER_MINUTE="0")
    # What is due is due after the first start.
    fill(program, folder, upstream, args.sources, args.insights, args.readers, now=int(time.time()) + 40)
    first = program.start()
    until = time.monotonic() + 60
    while not os.path.exists(os.path.join(program.data, "search.index")):
        assert time.monotonic() < until, "the index is not kept"
        time.sleep(0.01)
    program.end()
    took = program.start()
    cgroup = "/sys/fs/cgroup/podbrief-proof"
    capped = False
    try:
        os.makedirs(cgroup, exist_ok=True)
        open(f"{cgroup}/memory.max", "w").write("512M")
        open(f"{cgroup}/cgroup.procs", "w").write(str(program.process.pid))
        capped = True
    except OSError:
        pass
    samples, on = [], True
    def sample():
        while on:
            samples.append(tree(program.process.pid))
            time.sleep(0.1)
    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    upstream.step()
    made, end = 0, time.monotonic() + 900
    while time.monotonic() < end:
        for path in ("/latest.atom", "/search?q=heat+pumps", "/topics", f"/sources/{name('s', chance.randrange(args.sources))}"):
            status, _, _ = program.ask("GET", path, timeout=120)
            assert status == 200, (path, status)
        made = sum('"edition made"' in line for line in program.log)
        if made >= args.readers and upstream.asked >= args.sources:
            break
        time.sleep(0.5)
    # Idle: nothing is left to be done.
    quiet = 0
    while quiet < 100 and time.monotonic() < end:
        before = len(program.log)
        time.sleep(0.1)
        quiet = quiet + 1 if len(program.log) == before else 0
    on = False
    thread.join()
    peak, idle = max(samples) / 1024, samples[-1] / 1024
    helpers = len(children(program.process.pid))
    assert program.process.poll() is None, "it runs on"
    program.end(signal.SIGTERM)
    print(f"{args.insights} insights, {args.sources} sources, {args.readers} readers: ready in {took:.2f} s ({first:.1f} s the first time); {made} editions made, "
          f"{upstream.asked} requests to hosts; peak {peak:.0f} MiB, idle {idle:.0f} MiB with {helpers} encoder"
          f"{', under a limit of 512 MB that the kernel keeps' if capped else ''}")
    sys.exit(0 if took <= 1 and peak <= 256 and idle <= 160 and made >= args.readers else 1)
