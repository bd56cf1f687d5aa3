#!/usr/bin/env python3
"""count.py INPUT.jsonl... > en.tsv

Counts in how many blocks of 40 utterances each word occurs. An input line is an object with "utterances", a list of
objects with "text". Only single words that occur in at least four blocks and three documents are kept."""
import collections, json, re, sys

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
blocks, seen = collections.Counter(), collections.defaultdict(set)
total = 0
for path in sys.argv[1:]:
    for line in open(path, encoding="utf-8"):
        document = json.loads(line)
        texts = [u["text"] for u in document["utterances"]]
        for start in range(0, len(texts), 40):
            words = set(WORD.findall(" ".join(texts[start:start + 40]).lower().replace("\u2019", "'")))
            words = {w[:-2] if w.endswith("'s") else w for w in words}
            total += 1
            blocks.update(words)
            for word in words:
                seen[word].add(document["doc"])
print("# In how many blocks of 40 utterances a word occurs; first line: blocks in all. Made by count.py.")
print(total)
for word, n in sorted(blocks.items()):
    if n >= 4 and len(seen[word]) >= 3:
        print(f"{word}\t{n}")
