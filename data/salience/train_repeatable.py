#!/usr/bin/env python3
"""Learns which claims can be repeated to someone who has not heard the show.            (needs numpy and scikit-learn)

  train_repeatable.py TELLINGS.jsonl... --out repeatable.bin

TELLINGS.jsonl comes from `podbrief eval tellings < INPUT.jsonl`; verdicts.jsonl beside this file has what readers said of the claims in
it, each known by its document and its CRC-32. A claim that several readers judged counts by the share that said yes.
Before it writes, it says on stderr, as JSON lines, how well weights tell claims of documents apart that they have not seen: ten
folds by document, and by show (the part of "doc" before "__").
--only-check: nothing is written.
"""
import argparse, base64, json, pathlib, struct, sys, zlib
from collections import defaultdict
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

COLUMNS, CLIP, STRENGTH = 384, 4.0, 0.002


def lines(path):
    with open(path, encoding="utf-8") as file:
        yield from map(json.loads, file)


def judged(paths):
    """Documents, rows and shares of yes of all claims with a verdict."""
    verdicts = defaultdict(list)
    for v in lines(pathlib.Path(__file__).with_name("verdicts.jsonl")):
        verdicts[v["doc"], v["crc32"]].append(v["verdict"] == "yes")
    docs, rows, shares, seen = [], [], [], set()
    for document in (d for path in paths for d in lines(path)):
        for way in (w for p in document["passages"] for w in p["ways"]):
            key = document["doc"], zlib.crc32(way["claim"].encode())
            if key in verdicts and key not in seen:
                seen.add(key)
                docs.append(document["doc"])
                rows.append(np.frombuffer(base64.b64decode(way["midway"]), "<f4"))
                shares.append(np.mean(verdicts[key]))
    said = lambda **what: print(json.dumps(what), file=sys.stderr)
    said(verdicts=sum(map(len, verdicts.values())), claims=len(verdicts), found=len(seen))
    return np.array(docs), np.array(rows, "f8"), np.array(shares)


class Model:
    def __init__(self, rows, shares):
        self.mean, self.deviation = rows.mean(0), rows.std(0) + 1e-6
        x = self.standard(rows)
        both = np.r_[x, x], np.r_[np.ones(len(x)), np.zeros(len(x))], np.r_[shares, 1 - shares]
        kept = both[2] > 0
        fit = LogisticRegression(C=STRENGTH, max_iter=2000).fit(both[0][kept], both[1][kept], both[2][kept])
        self.weights, self.bias = fit.coef_[0], float(fit.intercept_[0])

    def standard(self, rows):
        return np.clip((rows - self.mean) / self.deviation, -CLIP, CLIP)

    def odds(self, rows):
        return self.standard(rows) @ self.weights + self.bias


def check(name, groups, rows, shares):
    out = np.zeros(len(rows))
    kinds = sorted(set(groups))
    fold = {group: n % 10 for n, group in enumerate(kinds)}
    of = np.array([fold[group] for group in groups])
    for n in set(of):
        out[of == n] = Model(rows[of != n], shares[of != n]).odds(rows[of == n])
    yes = shares > 0.5
    parts = [yes[part].mean().round(2) for part in np.array_split(np.argsort(-out), 5)]
    print(json.dumps({"left out": name, "claims": len(rows), "yes": round(float(yes.mean()), 3),
                      "AUC": round(roc_auc_score(yes, out), 3), "yes by fifths of the odds": parts}), file=sys.stderr)
    return out


def main():
    ask = argparse.ArgumentParser(usage=__doc__)
    ask.add_argument("tellings", nargs="+")
    ask.add_argument("--out")
    ask.add_argument("--only-check", action="store_true")
    args = ask.parse_args()
    docs, rows, shares = judged(args.tellings)
    check("documents", docs, rows, shares)
    check("shows", np.array([doc.split("__")[0] for doc in docs]), rows, shares)
    if args.only_check:
        return
    model = Model(rows, shares)
    with open(args.out, "wb") as file:
        file.write(json.dumps({"columns": COLUMNS, "bias": model.bias}).encode() + b"\n")
        for numbers in (model.mean, model.deviation, model.weights):
            file.write(struct.pack(f"<{COLUMNS}f", *numbers))


if __name__ == "__main__":
    main()
