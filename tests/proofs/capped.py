#!/usr/bin/env python3
"""Proof 4, second half: 1,000 sources, 100,000 insights and 1,000 subscribers within 512 MB.

    python3 tests/proofs/capped.py target/release/podbrief [--insights 100000] [--readers 1000]      # Debian: zstd

The data is written as a backup and restored. All readers' editions are due at once while all sources are polled and pages
are read; the memory of the server and its encoder together is sampled ten times a second (where cgroups can be had, as
root, 512 MB is also the limit that the kernel keeps). Limits: ready within a second, peak at most 256 MiB, idle at most 160 MiB with
the encoder loaded."""
import argparse, base64, hashlib, json, os, random, re, signal, subprocess, sys, tempfile, threading, time
from world import CLAIMS, SUBJECTS, Program, Upstream

args = argparse.ArgumentParser()
args.add_argument("binary")
args.add_argument("--sources", type=int, default=1000)
args.add_argument("--insights", type=int, default=100_000)
args.add_argument("--readers", type=int, default=1000)
args = args.parse_args()
MODEL = re.search(r'MODEL: &str = "([^"]+)"', open(os.path.join(os.path.dirname(__file__), "../../src/text/embed.rs")).read())[1]
chance, now = random.Random(1), int(time.time())


def name(*parts):
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:20]


def lines(upstream):
    yield {"podbrief_backup": 1, "created": now, "instance": {"id": "proof", "authority": "brief.example,2026-11-01", "created": now - 86400}}
    row = lambda of, row: {"row": {"of": of, "v": 1, "row": row}}
    seq, of_item = 0, 10
    items = args.insights // args.sources // of_item
    for s in range(args.sources):
        source, url = name("s", s), f"{upstream.base}/{s}.xml"
        yield row("source", {"id": source, "kind": {"type": "feed", "url": url}, "title": f"Show {s}", "visibility": {"to": "public"},
                             "status": "active", "added": now, "poll": {"next": now + 20},
                             "coverage": {"items": items, "processed": items, "with_transcript": items, "insights": items * of_item}})
        yield row("job", {"kind": {"job": "poll", "of": source}, "due": now + 20})
        for i in range(items):
            item = name("i", s, i)
            yield row("item", {"id": item, "source": source, "key": f"old-{i}", "kind": "episode", "title": f"Episode {i} of show {s}",
                               "published": now - 86400 * (i + 2), "seen": now - 86400, "language": "en",
                               "state": {"state": "published", "insights": of_item, "origin": "publisher"}})
            for n in range(of_item):
                seq += 1
                insight = name("n", s, i, n)
                text = chance.choice(CLAIMS).format(s=SUBJECTS[(s + n) % len(SUBJECTS)], n=chance.randrange(10**6)) + " " + " ".join(
                    f"word{chance.randrange(20_000)}" for _ in range(20))
                yield row("insight", {"id": insight, "item": item, "source": source, "visibility": {"to": "public"}, "claim": text,
                                      "headline": text[:80], "quote": {"text": text, "first": n, "last": n, "start_ms": n * 1000, "end_ms": n * 1000 + 900},
                                      "basis": "spoken", "score": chance.random(), "topics": [], "language": "en",
                                      "published": now - chance.randrange(86400 * 20), "seq": seq})
                yield row("entry", {"id": f"tag:brief.example,2026-11-01:insight/{insight}", "insight": insight, "title": text[:80],
                                    "content_html": f"<p>{text}</p>", "summary": text, "published": now, "authors": [f"Show {s}"], "topics": [],
                                    "source": {"feed_url": url, "title": f"Show {s}"}, "language": "en"})
                vector = b"\xf6\x82\x34\x3a" + chance.randbytes(384)
                yield row("embedding", {"insight": insight, "model": MODEL, "vector": base64.b64encode(vector).decode().rstrip("=")})
    for r in range(args.readers):
        reader = name("u", r)
        yield row("subscriber", {"id": reader, "created": now - 86400, "interests": ", ".join(chance.sample(SUBJECTS, 2)), "topics": [], "sources": [],
                                 "muted": [], "saved": [], "zone": "UTC", "hour": time.gmtime(now).tm_hour, "size": 5, "shape": "digest", "days": "daily",
                                 "explore": True, "language": "en", "progress": {"day": None, "editions": 0, "seq": 0}})
        yield row("access", {"hash": hashlib.sha256(reader.encode()).hexdigest(), "subscriber": reader, "created": now})
        yield row("job", {"kind": {"job": "compose", "of": reader}, "due": now + 20})


def tree(pid):
    """Resident KiB of a process and its children."""
    total = 0
    for one in [pid, *map(int, open(f"/proc/{pid}/task/{pid}/children").read().split())]:
        try:
            total += int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{one}/status").read())[1])
        except (OSError, TypeError):
            pass
    return total


with tempfile.TemporaryDirectory() as folder:
    upstream = Upstream(args.sources)
    program = Program(args.binary, folder, upstream, PODBRIEF_POLL_INTERVAL="1h", PODBRIEF_POLL_MIN_INTERVAL="5m",
                      PODBRIEF_POLL_MAX_INTERVAL="24h", PODBRIEF_INITIAL_ITEMS="1", MALLOC_ARENA_MAX="1")
    plain = os.path.join(folder, "lines")
    digest, count = hashlib.sha256(), 0
    with open(plain, "wb") as out:
        for line in lines(upstream):
            text = json.dumps(line, separators=(",", ":")).encode() + b"\n"
            digest.update(text)
            out.write(text)
            count += 1
        out.write(json.dumps({"end": {"lines": count, "sha256": digest.hexdigest()}}).encode() + b"\n")
    subprocess.run(["zstd", "-q", "-1", "--rm", plain, "-o", plain + ".zst"], check=True)
    print(program.run("restore", plain + ".zst").stdout.strip(), flush=True)
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
    thread = threading.Thread(target=sample)
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
    children = len(open(f"/proc/{program.process.pid}/task/{program.process.pid}/children").read().split())
    assert program.process.poll() is None, "it runs on"
    program.end(signal.SIGTERM)
    print(f"{args.insights} insights, {args.sources} sources, {args.readers} readers: ready in {took:.2f} s; {made} editions made, "
          f"{upstream.asked} requests to hosts; peak {peak:.0f} MiB, idle {idle:.0f} MiB with {children} encoder"
          f"{', under a limit of 512 MB that the kernel keeps' if capped else ''}")
    sys.exit(0 if took <= 1 and peak <= 256 and idle <= 160 and made >= args.readers else 1)
