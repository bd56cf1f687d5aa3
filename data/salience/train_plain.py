#!/usr/bin/env python3
"""train_plain.py ROWS.jsonl GOLD.jsonl... > weights.json        (needs numpy and scikit-learn)

Learns the weights of insight::Scorer: logistic regression over standardised features of every candidate passage.
ROWS.jsonl comes from `podbrief eval rows < INPUT.jsonl`: first line {"names": [...]}, then one line per document:
{"doc": "...", "candidates": [[first, last, [values or null]], ...], ...}.
GOLD.jsonl: {"doc", "readers": [{"insights": [{"ids": [sentence indices], "grade": 1..3}], ...}]}.

A candidate's label is how well it covers a passage that a reader marked: the mean of "hits it" (half of either is
the other's) and of the overlap (intersection over union), times the grade's worth, mean over readers. Printed to
stderr: hits among five picks, cross-validated by document and by show (the part of "doc" before "__").
"""
import json, sys
import numpy as np
from sklearn.linear_model import LogisticRegression

C, CLIP, GAP, DANGLING_COST, QUESTION_COST = 0.001, 4.0, 3, 0.8, 1.0
WORTH = {3: 1.0, 2: 0.8, 1: 0.6}


def label(first, last, readers):
    ids, total = set(range(first, last + 1)), 0.0
    for reader in readers:
        best = 0.0
        for mark in reader["insights"]:
            both = len(ids & set(mark["ids"]))
            if both:
                hit = 2 * both >= min(len(ids), len(mark["ids"]))
                share = both / len(ids | set(mark["ids"]))
                best = max(best, WORTH[mark["grade"]] * (hit + share) / 2)
        total += best / len(readers)
    return total


def read(features, golds):
    gold = {g["doc"]: g["readers"] for path in golds for g in map(json.loads, open(path, encoding="utf-8"))}
    lines = open(features, encoding="utf-8")
    names = json.loads(next(lines))["names"]
    docs, rows, x, y, of = [], [], [], [], []
    for line in lines:
        document = json.loads(line)
        if document["doc"] not in gold:
            continue
        for first, last, values in document["candidates"]:
            x.append([np.nan if v is None else v for v in values])
            y.append(label(first, last, gold[document["doc"]]))
            rows.append((first, last))
            of.append(len(docs))
        docs.append(document["doc"])
    return names, docs, gold, rows, np.array(of), np.array(x, dtype=np.float32), np.array(y)


def standard(x, mean, deviation):
    z = np.clip((x - mean) / np.where(deviation > 0, deviation, 1), -CLIP, CLIP)
    z[:, deviation == 0] = 0
    return np.nan_to_num(z)


def fit(x, y):
    mean, deviation = np.nanmean(x, 0), np.nanstd(x, 0)
    deviation[deviation < 1e-6] = 0
    z, some = standard(x, mean, deviation), y > 0
    model = LogisticRegression(C=C, max_iter=200)
    # A label between 0 and 1 is both, weighted.
    model.fit(np.vstack([z, z[some]]), np.r_[np.zeros(len(z)), np.ones(some.sum())],
              sample_weight=np.r_[1 - y, y[some]])
    return mean, deviation, model.coef_[0], model.intercept_[0]


def raw(x, model):
    mean, deviation, weights, bias = model
    return standard(x, mean, deviation) @ weights + bias


def select(rows, scores, most):
    out = []
    for n in np.argsort(-scores, kind="stable"):
        first, last = rows[n]
        if all(first > b + GAP or last < a - GAP for a, b, _ in out):
            out.append((first, last, scores[n]))
            if len(out) == most:
                break
    return out


def hits(picks, readers):
    total = 0
    for reader in readers:
        used = set()
        for first, last, _ in picks:
            ids = set(range(first, last + 1))
            found = [n for n, m in enumerate(reader["insights"]) if n not in used
                     and ids & set(m["ids"]) and 2 * len(ids & set(m["ids"])) >= min(len(ids), len(m["ids"]))]
            if found:
                used.add(max(found, key=lambda n: reader["insights"][n]["grade"]))
                total += 1
    return total / len(readers)


def main():
    names, docs, gold, rows, of, x, y = read(sys.argv[1], sys.argv[2:])
    # As insight::weigh::PLAIN.
    cost = x[:, names.index("dangling")] * DANGLING_COST + x[:, names.index("has_question")] * QUESTION_COST
    shows = [d.split("__")[0] for d in docs]
    order = np.random.RandomState(0).permutation(len(docs))
    by_doc = np.empty(len(docs), int)
    by_doc[order] = np.arange(len(docs)) % 11
    by_show = np.array([sorted(set(shows)).index(s) for s in shows])
    best, fifth = [], []
    for how, folds in (("by show", by_show), ("by document", by_doc)):
        out = np.zeros(len(x))
        for fold in set(folds):
            test = folds[of] == fold
            out[test] = raw(x[test], fit(x[~test], y[~test]))
        out -= cost
        found, best, last = 0.0, [], []
        for n, doc in enumerate(docs):
            at = np.where(of == n)[0]
            picks = select([rows[i] for i in at], out[at], 8)
            found += hits(picks[:5], gold[doc]) / 5 / len(docs)
            best += [p[2] for p in picks]
            last += [p[2] for p in select([rows[i] for i in at], out[at], 30)][20:]
        print(f"{how}: {found:.3f} of five picks are marked passages", file=sys.stderr)
    model = fit(x, y)
    mean, deviation, weights, bias = model
    features = {n: [round(float(v), 6) for v in (m, d, w)]
                for n, m, d, w in zip(names, mean, deviation, weights) if d > 0 and np.isfinite(m)}
    json.dump({"bias": round(float(bias), 6), "middle": round(float(np.median(best)), 4),
               "spread": round(float(np.std(best)), 4), "floor": round(float(np.percentile(last, 10)), 4),
               "features": features}, sys.stdout, indent=0)
    print()


main()
