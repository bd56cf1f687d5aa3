#!/usr/bin/env python3
"""Makes rows.dict, the zstd dictionary with which rows are kept small (src/store/sled/pack.rs).

    python3 data/rows/train.py BACKUP... [--check BACKUP]

BACKUP: files of `podbrief backup`, best with all kinds of rows. What people wrote is replaced by chance words and names before
the training, so that the dictionary knows the form of rows and common words, and nobody's text. --check prints what rows of
another backup shrink to. Needs the command zstd. A dictionary that is in use must never change: a new one gets a new mark."""
import argparse, collections, json, pathlib, random, re, subprocess, tempfile

here = pathlib.Path(__file__).parent
chance = random.Random(1)
COUNTS = [line.split("\t") for line in (here / "../frequency/en.tsv").read_text().splitlines() if "\t" in line]
COUNTS = [(word, int(count)) for word, count in COUNTS if word.isalpha()]
SIZE, OF_A_KIND = 8192, 100
FREE = {"claim", "headline", "text", "title", "content_html", "summary", "show", "author", "authors", "description", "interests",
        "name", "speaker", "reason", "chapter", "topics", "via", "link", "url", "feed_url", "from", "vector", "key"}


def word(_):
    if chance.random() < 0.7:
        return chance.choices(*zip(*COUNTS))[0]
    return "".join(chance.choice("etaoinshrdlucmfwypvbgkqjxz"[: chance.randrange(5, 27)]) for _ in range(chance.randrange(2, 10)))


def letters(kept):
    digits = "0123456789abcdef" if len(kept) == 64 else "0123456789abcdefghjkmnpqrstvwxyz"
    return "".join(chance.choice(digits) if c.isalnum() else c for c in kept)


def strange(value, key=""):
    """The same, said by nobody."""
    if isinstance(value, dict):
        return {k: strange(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [strange(v, key) for v in value]
    if not isinstance(value, str):
        return value
    if key == "vector":
        return "".join(chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") for _ in value)
    if re.fullmatch(r"[0-9a-hjkmnp-tv-z]{20}|[0-9a-f]{64}", value):
        return letters(value)
    if key not in FREE:
        return value
    hosts = re.compile(r"(https?://)([^/\"<> #]+)([^\"<> #]*)")
    value = hosts.sub(lambda m: f"{m[1]}{word(0)}.{word(0)}.com/{word(0)}/{word(0)}{pathlib.PurePath(m[3]).suffix}", value)
    parts = re.split(r"(<[^>]*>|&[#\w]*;|https?://\S*|\x01\S*)", value)
    return "".join(part if n % 2 else re.sub(r"[^\W\d_]{2,}", word, part) for n, part in enumerate(parts))


def rows(backup):
    """Each row as it is stored: its kind and its JSON."""
    plain = subprocess.run(["zstd", "-dc", backup], check=True, capture_output=True).stdout.decode()
    for line in plain.splitlines():
        row = json.loads(line).get("row")
        if row:
            yield row["of"], row["row"]


def text(row):
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


args = argparse.ArgumentParser()
args.add_argument("backups", nargs="*")
args.add_argument("--check")
args = args.parse_args()
with tempfile.TemporaryDirectory() as folder:
    if args.backups:
        kinds = collections.defaultdict(list)
        for backup in args.backups:
            for kind, row in rows(backup):
                kinds[kind].append(row)
        for kind, found in sorted(kinds.items()):
            for n, row in enumerate(chance.sample(found, min(len(found), OF_A_KIND))):
                pathlib.Path(folder, f"{kind}-{n}").write_text(text(strange(row)))
        subprocess.run(["zstd", "-q", "-f", "--train", "-r", folder, f"--maxdict={SIZE}", "-o", str(here / "rows.dict")], check=True)
    if args.check:
        sums = collections.defaultdict(lambda: [0, 0, 0])
        for kind, row in rows(args.check):
            if sums[kind][0] < OF_A_KIND:
                plain = text(row).encode()
                packed = subprocess.run(["zstd", "-q", "-3", "--no-check", "-D", str(here / "rows.dict"), "-c"], input=plain, capture_output=True, check=True)
                sums[kind] = [a + b for a, b in zip(sums[kind], (1, len(plain), len(packed.stdout)))]
        for kind, (count, plain, packed) in sums.items():
            print(f"{kind:12} {count:4} rows {plain / count:7.0f} bytes {packed / count:6.0f} packed, {packed / plain:.2f}")
