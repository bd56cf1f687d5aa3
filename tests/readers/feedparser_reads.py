"""Reads feeds as Python's feedparser does: no complaint, ids once, and 304 at the second look."""

import sys

import feedparser

for url in sys.argv[1:]:
    first = feedparser.parse(url)
    assert not first.bozo, (url, first.bozo_exception)
    ids = [entry.id for entry in first.entries]
    assert ids and len(ids) == len(set(ids)), (url, len(ids))
    assert all(entry.title and entry.link and entry.published_parsed for entry in first.entries)
    again = feedparser.parse(url, etag=first.etag, modified=first.modified)
    assert again.status == 304, (url, again.status)
    print(f"feedparser: {url}: {len(ids)} entries, then 304")
