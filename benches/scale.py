#!/usr/bin/env python3
"""How the program grows: with its sources, from 10 to 10,000, and with its insights, from 1,000 to 1,000,000.

    python3 benches/scale.py target/release/podbrief [--insights 1000,10000,…] [--sources 10,100,…] [--out scale.json]   # Debian: zstd
    python3 benches/scale.py --draw scale.json > docs/charts/scale.svg

Of insights: seconds from the first start, which makes the index, and from later ones to ready, memory when ready and after pages were read, milliseconds of pages and feeds that are
not in the cache, bytes on disk. Of sources: processor milliseconds of a first reading and of one that brings nothing new, and
memory and disk after them. The hosts are one process on loopback; the time is podbrief's own."""
import argparse, json, math, os, re, resource, signal, statistics, sys, tempfile, time
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../tests/proofs"))
from filled import OF_ITEM, fill, name
from world import SUBJECTS, Program, Upstream

PAGES = {
    "feed": lambda n: f"/feed.atom?q={SUBJECTS[n % 7].split()[0]}+word{n}&limit=50",
    "search": lambda n: f"/search?q={SUBJECTS[n % 7].replace(' ', '+')}+{n}",
    "insight": lambda n: f"/insights/{name('n', n % 10, 0, n % OF_ITEM)}",
    "show": lambda n: f"/sources/{name('s', n % 10)}",
}


def size(folder):
    return sum(os.stat(os.path.join(at, f)).st_blocks * 512 for at, _, files in os.walk(folder) for f in files)


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read())[1]) / 1024


def spent():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def of_insights(binary, count):
    with tempfile.TemporaryDirectory() as folder:
        upstream = Upstream(10)
        program = Program(binary, folder, upstream, PODBRIEF_POLL_INTERVAL="24h", PODBRIEF_POLL_MIN_INTERVAL="24h", PODBRIEF_POLL_MAX_INTERVAL="24h",
                          PODBRIEF_INITIAL_ITEMS="0", PODBRIEF_WEB_SEARCHES_PER_MINUTE="0")
        live = fill(program, folder, upstream, 10, count, 0)
        disk = size(program.data)
        point = {"insights": count, "live_mib": live / 2**20, "disk_mib": disk / 2**20, "first_s": again(program), "ready_s": min(again(program) for _ in range(3))}
        program.start()
        settle(program)
        point["ready_mib"] = resident(program.process.pid)
        for kind, path in PAGES.items():
            took = []
            for n in range(60):
                begun = time.monotonic()
                status, _, _ = program.ask("GET", path(n), timeout=120)
                assert status == 200, (path(n), status)
                took.append((time.monotonic() - begun) * 1000)
            point[f"{kind}_ms"] = statistics.median(took)
        point["read_mib"] = resident(program.process.pid)
        program.end(signal.SIGTERM)
        upstream.shutdown()
    return point


def again(program):
    took = program.start()
    settle(program)
    program.end(signal.SIGTERM)
    return took


def settle(program):
    """What begins at the start is done."""
    quiet, before = 0, -1
    while quiet < 5:
        ticks = sum(map(int, open(f"/proc/{program.process.pid}/stat").read().rsplit(")", 1)[1].split()[11:13]))
        quiet, before = (quiet + 1 if ticks - before <= 1 else 0), ticks
        time.sleep(0.2)


def of_sources(binary, count):
    with tempfile.TemporaryDirectory() as folder:
        upstream = Upstream(count, episodes=10)
        program = Program(binary, folder, upstream, PODBRIEF_INITIAL_ITEMS="0", PODBRIEF_FETCH_PER_HOST="8")
        opml = os.path.join(folder, "feeds.opml")
        with open(opml, "w") as out:
            lines = "".join(f'<outline xmlUrl="{upstream.base}/{n}.xml"/>' for n in range(count))
            out.write(f'<opml version="2.0"><body>{lines}</body></opml>')
        program.run("import", opml)
        point = {"sources": count}
        for key in ("first_ms", "unchanged_ms"):
            before, begun = spent(), time.monotonic()
            program.run("poll", "--all")
            point[key] = (spent() - before) * 1000 / count
            point[key.replace("_ms", "_s")] = time.monotonic() - begun
        point["disk_mib"] = size(program.data) / 2**20
        program.env |= {f"PODBRIEF_POLL_{key}": "24h" for key in ("INTERVAL", "MIN_INTERVAL", "MAX_INTERVAL")}
        point["ready_s"] = program.start()
        settle(program)
        point["ready_mib"] = resident(program.process.pid)
        program.end(signal.SIGTERM)
        upstream.shutdown()
    return point


def chart(x, y, title, series, points, over):
    wide, high = 330, 190
    xs = [p[over] for p in points]
    values = [p[key] for key, *_ in series for p in points]
    low, top = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    top = max(top, low + 1)
    place = lambda a, v: (x + 50 + (wide - 150) * math.log10(a / xs[0]) / math.log10(xs[-1] / xs[0]), y + 24 + high * (top - math.log10(v)) / (top - low))
    words = lambda at, level, text, anchor="start", colour="#222": f'<text x="{at:.0f}" y="{level:.0f}" font-size="11" text-anchor="{anchor}" fill="{colour}">{text}</text>'
    out = [f'<text x="{x}" y="{y + 8}" font-size="14" fill="#222">{title}</text>']
    for power in range(low, top + 1):
        level = place(xs[0], 10**power)[1]
        out += [f'<line x1="{x + 50}" x2="{x + wide - 100}" y1="{level:.1f}" y2="{level:.1f}" stroke="#e2e8f0"/>', words(x + 44, level + 4, f"{10**power:,g}", "end")]
    taken = []
    for (key, label, colour) in sorted(series, key=lambda s: -points[-1][s[0]]):
        line = [place(p[over], p[key]) for p in points]
        out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="' + " ".join(f"{a:.1f},{b:.1f}" for a, b in line) + '"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in line]
        at = max([line[-1][1]] + [t + 13 for t in taken])
        taken.append(at)
        out.append(words(line[-1][0] + 8, at + 4, label, colour=colour))
    out += [words(place(a, 10**low)[0], y + high + 40, f"{a:,}", "middle") for a in xs]
    return out + [words(x + 50 + (wide - 150) / 2, y + high + 56, over, "middle")]


def draw(found):
    insights, sources = found["insights"], found["sources"]
    parts = chart(10, 20, "Insights: memory and disk, MiB", [("read_mib", "memory", "#2b6cb0"), ("disk_mib", "on disk", "#c05621"), ("live_mib", "as a backup", "#9aa5b1")], insights, "insights")
    parts += chart(370, 20, "Insights: milliseconds", [("feed_ms", "a feed of a query", "#2b6cb0"), ("search_ms", "a search", "#c05621"), ("insight_ms", "an insight", "#2f855a"), ("show_ms", "a show", "#6b46c1")], insights, "insights")
    parts += chart(10, 310, "Sources: memory and disk, MiB", [("ready_mib", "memory", "#2b6cb0"), ("disk_mib", "on disk", "#c05621")], sources, "sources")
    parts += chart(370, 310, "Sources: CPU-milliseconds a poll", [("first_ms", "first reading", "#2b6cb0"), ("unchanged_ms", "nothing new", "#c05621")], sources, "sources")
    print('<svg xmlns="http://www.w3.org/2000/svg" width="740" height="590" font-family="sans-serif"><rect width="740" height="590" fill="#fff"/>')
    print("\n".join(parts))
    print("</svg>")


args = argparse.ArgumentParser()
args.add_argument("binary", nargs="?")
args.add_argument("--insights", default="1000,10000,100000,1000000")
args.add_argument("--sources", default="10,100,1000,10000")
args.add_argument("--out", default="scale.json")
args.add_argument("--draw")
args = args.parse_args()
if args.draw:
    draw(json.load(open(args.draw)))
    sys.exit()
found = {"insights": [], "sources": []}
for kind, measure in (("insights", of_insights), ("sources", of_sources)):
    for count in filter(None, getattr(args, kind).split(",")):
        point = measure(args.binary, int(count))
        found[kind].append(point)
        print(json.dumps({key: round(value, 3) for key, value in point.items()}), flush=True)
        json.dump(found, open(args.out, "w"), indent=1)
