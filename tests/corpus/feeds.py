#!/usr/bin/env python3
"""Compares what podbrief reads of a folder of feeds with what feedparser reads (pip install feedparser).

    python3 tests/corpus/feeds.py target/release/podbrief FOLDER [--all] [--threshold 0.98]

Title of the feed; title, id or link, date and summary of each item, as plain text: where feedparser has a value, ours
must be the same. What differs is printed, and counted by kind; the table in tests/corpus/README.md explains each kind.
Ends with 1 if fewer files agree than the threshold, or if the program fails on any file.
Test files of feedparser's own corpus tell in a comment with which header they are served.
"""
import argparse, calendar, collections, html, json, os, re, subprocess, sys, urllib.parse

import feedparser

HEADER = re.compile(r"^Header:\s+([^:]+):(.*)$", re.M)
BLOCK = re.compile(r"</?(p|br|div|li|ul|ol|tr|td|th|h[1-6]|table|blockquote|pre|hr|dd|dt|dl)\b[^>]*>", re.I)


def plain(value):
    """As people see it: no markup, references decoded, white space collapsed away."""
    text = value or ""
    for _ in range(2):
        text = re.sub(r"<(script|style|applet|noscript|title|head)\b.*?</\1\s*>", " ", text, flags=re.S | re.I)
        text = re.sub(r"<!--.*?-->|<[!?/a-zA-Z][^<>]*>", " ", text, flags=re.S)
        text = html.unescape(text)
    # Where an element ends a word is a matter of taste.
    return re.sub(r"\s+", "", text)


def files(folder):
    for root, _, names in os.walk(folder):
        for name in sorted(names):
            if name.endswith((".xml", ".rss", ".atom", ".rdf", ".json")):
                yield os.path.join(root, name)


def headers(data):
    return {n.strip().lower(): v.strip() for n, v in HEADER.findall(data.decode("latin-1"))}


def theirs(data, sent):
    sent = {"content-location": "http://example.com/", "content-type": "application/xml", **sent}
    return feedparser.parse(data, response_headers=sent)


def seconds(entry):
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        if entry.get(key):
            try:
                return calendar.timegm(entry[key])
            except (ValueError, OverflowError):
                return None
    return None


def canonical(url):
    """Scheme and host in lower case, as RFC 3986 6.2.2.1 has them."""
    try:
        parts = urllib.parse.urlsplit(url)
        return parts._replace(netloc=parts.netloc.lower()).geturl()
    except ValueError:
        return url


def texts(entry):
    """Their texts of an entry: any of them may be the one that we took."""
    found = [c.get("value") for c in entry.get("content", [])]
    found += [entry.get("summary"), entry.get("description"), entry.get("subtitle")]
    return [plain(t) for t in found if t and plain(t)]


def compare(ours, fp):
    """The kinds of difference."""
    out = []
    if ours.get("error"):
        has = fp.entries or fp.feed.get("title")
        return [("not read", ours["error"])] if has else []
    title = plain(fp.feed.get("title"))
    if title and title != plain(ours["title"]):
        out.append(("feed title", f"{title!r} {plain(ours['title'])!r}"))
    items = ours["items"]
    if len(items) != len(fp.entries):
        told = [e for e in fp.entries if e.get("title") or texts(e) or e.get("id") or e.get("link") or seconds(e)]
        if len(items) != len(told):
            out.append(("number of items", f"{len(told)} {len(items)}"))
            return out
        entries = told
    else:
        entries = fp.entries
    for entry, item in zip(entries, items):
        title = plain(entry.get("title"))
        if title and title != plain(item["title"]):
            out.append(("title", f"{title!r} {plain(item['title'])!r}"))
        name, link = (entry.get("id") or "").strip(), (entry.get("link") or "").strip()
        same = {name, link, canonical(name), canonical(link)} - {""}
        if same and item["id"] not in same and item["link"] not in same:
            out.append(("id or link", f"{name!r} {link!r} {item['id']!r} {item['link']!r}"))
        when = seconds(entry)
        if when is not None and when != item["published"]:
            out.append(("date", f"{when} {item['published']}"))
        found = texts(entry)
        if found and plain(item["summary"]) not in found:
            out.append(("summary", f"{found!r} {plain(item['summary'])!r}"))
    return out


def main():
    args = argparse.ArgumentParser()
    args.add_argument("binary")
    args.add_argument("folder")
    args.add_argument("--all", action="store_true", help="print every difference, not three of a kind")
    args.add_argument("--threshold", type=float, default=0.98)
    args = args.parse_args()
    paths = list(files(args.folder))
    asked = []
    sent = {}
    for path in paths:
        with open(path, "rb") as file:
            sent[path] = headers(file.read())
        location = sent[path].get("content-location", "")
        url = location if location.startswith("http") else "http://example.com/"
        asked.append(json.dumps({"file": path, "content_type": sent[path].get("content-type", "application/xml"), "url": url}))
    run = subprocess.run([args.binary, "eval", "feeds"], input="\n".join(asked), capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"the program failed: {run.stderr}")
    ours = {row["file"]: row for row in map(json.loads, run.stdout.splitlines())}
    kinds, good = collections.defaultdict(list), 0
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        try:
            fp = theirs(data, sent[path])
        except Exception as error:
            fp = feedparser.FeedParserDict(feed={}, entries=[])
            print(f"feedparser fails on {path}: {error}")
        differences = compare(ours[path], fp)
        good += not differences
        for kind, detail in differences:
            kinds[kind].append((os.path.relpath(path, args.folder), detail))
    for kind, found in sorted(kinds.items(), key=lambda row: -len(row[1])):
        print(f"{kind}: {len(found)}")
        for path, detail in found if args.all else found[:3]:
            print(f"    {path}: {detail[:300]}")
    share = good / max(1, len(paths))
    print(f"{good} of {len(paths)} files agree ({share:.1%}); the program failed on none")
    sys.exit(share < args.threshold)


main()
