"""A store with as much in it as one likes, written as a backup and restored. Debian: zstd."""
import base64, hashlib, json, os, random, re, subprocess, time
from world import CLAIMS, SUBJECTS

MODEL = re.search(r'MODEL: &str = "([^"]+)"', open(os.path.join(os.path.dirname(__file__), "../../src/text/embed.rs")).read())[1]
OF_ITEM = 10


def name(*parts):
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:20]


def lines(upstream, sources, insights, readers, now, chance):
    """Lines of a backup, without the last: sources whose polls are due in 20 s, and readers whose editions are."""
    yield {"podbrief_backup": 1, "created": now, "instance": {"id": "proof", "authority": "brief.example,2026-11-01", "created": now - 86400}}
    row = lambda of, row: {"row": {"of": of, "v": 1, "row": row}}
    seq, items = 0, insights // sources // OF_ITEM
    for s in range(sources):
        source, url = name("s", s), f"{upstream.base}/{s}.xml"
        yield row("source", {"id": source, "kind": {"type": "feed", "url": url}, "title": f"Show {s}", "visibility": {"to": "public"},
                             "status": "active", "added": now, "poll": {"next": now + 20},
                             "coverage": {"items": items, "processed": items, "with_transcript": items, "insights": items * OF_ITEM}})
        yield row("job", {"kind": {"job": "poll", "of": source}, "due": now + 20})
        for i in range(items):
            item = name("i", s, i)
            yield row("item", {"id": item, "source": source, "key": f"old-{i}", "kind": "episode", "title": f"Episode {i} of show {s}",
                               "published": now - 86400 * (i + 2), "seen": now - 86400, "language": "en",
                               "state": {"state": "published", "insights": OF_ITEM, "origin": "publisher"}})
            for n in range(OF_ITEM):
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
    for r in range(readers):
        reader = name("u", r)
        yield row("subscriber", {"id": reader, "created": now - 86400, "interests": ", ".join(chance.sample(SUBJECTS, 2)), "topics": [], "sources": [],
                                 "muted": [], "saved": [], "zone": "UTC", "hour": time.gmtime(now).tm_hour, "size": 5, "shape": "digest", "days": "daily",
                                 "explore": True, "language": "en", "progress": {"day": None, "editions": 0, "seq": 0}})
        yield row("access", {"hash": hashlib.sha256(reader.encode()).hexdigest(), "subscriber": reader, "created": now})
        yield row("job", {"kind": {"job": "compose", "of": reader}, "due": now + 20})


def fill(program, folder, upstream, sources, insights, readers, now=None, seed=1):
    """Restores such a store; gives the bytes of its rows as a backup has them."""
    now = now or int(time.time())
    packed = os.path.join(folder, "lines.zst")
    zstd = subprocess.Popen(["zstd", "-q", "-1", "-f", "-", "-o", packed], stdin=subprocess.PIPE)
    digest, count, size = hashlib.sha256(), 0, 0
    for line in lines(upstream, sources, insights, readers, now, random.Random(seed)):
        text = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        digest.update(text)
        zstd.stdin.write(text)
        count, size = count + 1, size + len(text)
    zstd.stdin.write(json.dumps({"end": {"lines": count, "sha256": digest.hexdigest()}}).encode() + b"\n")
    zstd.stdin.close()
    assert zstd.wait() == 0, "zstd"
    print(program.run("restore", packed).stdout.strip(), flush=True)
    os.remove(packed)
    return size
