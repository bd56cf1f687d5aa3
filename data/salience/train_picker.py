#!/usr/bin/env python3
"""Learns the weights of insight::picker.            (needs numpy, scipy and scikit-learn)

  train_picker.py words INPUT.jsonl... > words.tsv
      The background table, from the documents that the picker is to be trained on.
  train_picker.py episode ROWS.jsonl GOLD.jsonl... --out picker.bin
      GOLD: {"doc", "readers": [{"insights": [{"ids": [sentence indices], "grade": 1..3}], "junk": [[first, last]]}]}
  train_picker.py conversation ROWS.jsonl GOLD.jsonl... --out conversation.bin
      GOLD: {"doc", "gain": {id: worth}} or {"doc", "pos": [ids]}; ids are those of the utterances.
  train_picker.py expect ROWS.jsonl picker.bin
      What the test in src/insight/picker/tests.rs expects, of the rows that `cargo test --lib rows_for_the_reference -- --ignored
      --nocapture` prints.

ROWS.jsonl comes from `podbrief eval rows < INPUT.jsonl`; with --counted for documents that words.tsv was made with,
whose own words are then taken out of it. The order: words, build podbrief, rows, then train.
Before it writes, it says on stderr, as JSON lines, how well weights do on documents they have not seen: ten folds by
document, by show (the part of "doc" before "__"), and trained on the documents with one reader for those with several.
--folds DIR: instead, weights that have not seen some documents, for `podbrief eval --picker` (or --conversation), and
DIR/folds.json, which says for each way of parting them and each document which file that is.
--only-check: nothing is written.
"""
import argparse, json, pathlib, sys
from collections import Counter
import numpy as np

CONTEXT, OWN, CENTRE, PASSAGE, VECTOR = 35, 92, 9, 51, 384  # widths of the blocks, as in picker/rows.rs
PASSAGES = np.r_[np.ones(4 + CONTEXT + 5 * OWN + 2 * CENTRE), np.full(PASSAGE, 1.5), np.full(VECTOR, 0.7)].astype("f4")
SENTENCES = np.r_[np.full(CONTEXT + 4 * OWN + 2 * CENTRE, 0.7), np.ones(2 * PASSAGE), np.full(2 * VECTOR, 0.5)].astype("f4")
SPOKEN = np.r_[np.ones(CONTEXT + 4 * OWN + 2 * CENTRE + 2 * PASSAGE), np.full(2 * VECTOR, 0.5)].astype("f4")
WORTH, CLIP, GAP, JUNK_COST = {3: 1.0, 2: 0.8, 1: 0.6}, 4.0, 5, 2.0


def lines(path):
    with open(path, encoding="utf-8") as file:
        yield from map(json.loads, file)


def tokens(text):
    """As picker/talk.rs."""
    text = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'}).lower()
    out, word = [], ""
    for at, c in enumerate(text):
        following = text[at + 1] if at + 1 < len(text) else " "
        digits = at > 0 and text[at - 1].isdigit() and following.isdigit()
        if c.isalnum() or (word and following.isalnum() and (c == "'" or (c in ".," and digits))):
            word += c
        elif word:
            out.append(word)
            word = ""
    return out + [word] if word else out


def words(paths):
    sentences, episodes, count, documents = Counter(), Counter(), 0, 0
    for document in (d for path in paths for d in lines(path)):
        kinds = [set(tokens(u["text"])) for u in document["utterances"]]
        for kind in kinds:
            sentences.update(kind)
        episodes.update(set().union(*kinds))
        count, documents = count + len(kinds), documents + 1
    print("# Lower-case word, sentences it stands in, episodes it stands in. First line: all sentences, all episodes.")
    print(f"{count}\t{documents}")
    for word in sorted(sentences):
        print(f"{word}\t{sentences[word]}\t{episodes[word]}")


class Scale:
    def __init__(self, x, blocks):
        self.mean, self.deviation, self.blocks = x.mean(0), x.std(0) + 1e-6, blocks

    def __call__(self, x):
        return (np.clip((x - self.mean) / self.deviation, -CLIP, CLIP) * self.blocks).astype("f4")


def odds(x, share, c):
    """Logistic regression; a share between 0 and 1 is both, weighted."""
    from sklearn.linear_model import LogisticRegression
    some = share > 0
    model = LogisticRegression(C=c, max_iter=200)
    model.fit(np.vstack([x, x[some]]), np.r_[np.zeros(len(x)), np.ones(some.sum())], sample_weight=np.r_[1 - share, share[some]])
    return model.coef_[0].astype("f4"), float(model.intercept_[0])


def preference(x, share, document, weight_cost):
    """One softmax over each document, whose rows are together: which of them is it?"""
    from scipy.optimize import minimize
    _, document = np.unique(document, return_inverse=True)
    n = document.max() + 1
    starts = np.r_[0, np.where(np.diff(document))[0] + 1]
    total = np.bincount(document, share, n)
    some, share = (total > 0)[document], share / np.maximum(total, 1e-9)[document]

    def loss(weights):
        out = (x @ weights.astype("f4")).astype("f8")
        top = np.maximum.reduceat(out, starts)[document]
        odds = np.exp(out - top)
        sums = np.add.reduceat(odds, starts)[document]
        value = -(share * (out - np.log(sums) - top) * some).sum() / n + weight_cost * weights @ weights
        slope = ((odds / sums * some - share) / n).astype("f4")
        return value, (x.T @ slope).astype("f8") + 2 * weight_cost * weights

    return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 40}).x.astype("f4")


def write(path, head, arrays):
    with open(path, "wb") as file:
        file.write(json.dumps(head).encode() + b"\n" + b"".join(np.asarray(a, "<f4").tobytes() for a in arrays))


class Folds:
    """Keeps the weights of a cross-validation in a folder, if there is one."""

    def __init__(self, folder):
        self.folder, self.ways = folder and pathlib.Path(folder), {}

    def __call__(self, how, fold, documents, write_to):
        if self.folder:
            way = self.ways.setdefault(how, {})
            name = f"{len(self.ways)}-{fold}.bin"
            write_to(self.folder / name)
            way.update(dict.fromkeys(documents, name))

    def finish(self):
        if self.folder:
            (self.folder / "folds.json").write_text(json.dumps(self.ways))
        return self.folder


class Episode:
    def __init__(self, row, readers):
        self.doc, self.readers = row["doc"], readers
        self.places = [(a, b) for a, b, _ in row["passages"]]
        self.passages = np.array([x for _, _, x in row["passages"]], "f4")
        self.sentences = np.array(row["sentences"], "f4")
        self.hit, self.mark, self.junk = np.zeros(len(self.places)), np.zeros(len(self.sentences)), np.zeros(len(self.sentences))
        for reader in readers:
            for mark in reader["insights"]:
                self.mark[mark["ids"]] += WORTH[mark["grade"]] / len(readers)
            for first, last in reader["junk"]:
                self.junk[first:last + 1] += 1 / len(readers)
            for n, (a, b) in enumerate(self.places):
                self.hit[n] += max([WORTH[m["grade"]] for m in reader["insights"] if self.hits(a, b, m)], default=0) / len(readers)
        self.junk = np.minimum(self.junk, 1)
        # The first number of a sentence's own, behind its context, is how many words it has.
        self.words = self.sentences[:, CONTEXT]

    @staticmethod
    def hits(first, last, mark):
        both = len(set(range(first, last + 1)) & set(mark["ids"]))
        return both and 2 * both >= min(last - first + 1, len(mark["ids"]))


def fit_episodes(all, seed=0):
    of = lambda name: np.concatenate([getattr(e, name) for e in all])
    number = lambda name: np.concatenate([np.full(len(getattr(e, name)), n) for n, e in enumerate(all)])
    passages, sentences = of("passages"), of("sentences")
    p, s = Scale(passages, PASSAGES), Scale(sentences, SENTENCES)
    a, b, hit, mark = p(passages), s(sentences), of("hit"), of("mark")
    random, misses = np.random.RandomState(seed), np.where(hit <= 0)[0]
    some = np.r_[np.where(hit > 0)[0], random.choice(misses, int(len(misses) * 0.4), replace=False)]
    marked, bias = odds(a[some], hit[some], 0.0003)
    in_marked, sentence_bias = odds(b, mark, 0.0005)
    junk, junk_bias = odds(b, of("junk"), 0.0003)
    preferred, in_preferred = preference(a, hit, number("hit"), 0.6), preference(b, mark, number("mark"), 0.3)
    return p, s, (marked, preferred, in_marked, in_preferred, junk), (bias, sentence_bias, junk_bias)


def read_episodes(path):
    with open(path, "rb") as file:
        head, numbers = json.loads(file.readline()), np.frombuffer(file.read(), "<f4")
    wide, long = head["windows"], head["sentences"]
    ends = np.cumsum([wide, wide, long, long, wide, wide, long, long, long])
    p_mean, p_deviation, s_mean, s_deviation, *weights = np.split(numbers, ends)[:9]
    scale = lambda mean, deviation: lambda x: np.clip((x - mean) / deviation, -CLIP, CLIP)
    return scale(p_mean, p_deviation), scale(s_mean, s_deviation), weights, (head["wb0"], head["sb0"], head["jk0"])


def expect(args):
    model = read_episodes(args.weights)
    for row in lines(args.rows):
        talk = Episode(row, [])
        odds = model[0](talk.passages) @ model[2][0] + model[3][0]
        chance = 1 / (1 + np.exp(-(model[1](talk.sentences) @ model[2][4] + model[3][2])))
        for (first, last), worth, log in zip(talk.places, value(model, talk), odds):
            print(f"({first}, {last}, {worth:.4f}, {log:.4f}, {chance[first:last + 1].mean():.4f}),")


def value(model, episode):
    """As Picker::weigh_passages."""
    p, s, (marked, preferred, in_marked, in_preferred, junk), (_, sentence_bias, junk_bias) = model
    a, b = p(episode.passages), s(episode.sentences)
    chance = lambda x: 1 / (1 + np.exp(-x))
    share = np.exp(b @ in_preferred - (b @ in_preferred).max())
    share = np.minimum(1, 25 * share / share.sum())
    over = lambda x: np.array([x[i:j + 1].sum() for i, j in episode.places])
    standard = lambda x: (x - x.mean()) / (x.std() + 1e-9)
    four = [a @ marked, a @ preferred, np.log(over(chance(b @ in_marked + sentence_bias)) + 1e-3), np.log(over(share) + 1e-3)]
    size = np.array([j - i + 1 for i, j in episode.places])
    return sum(map(standard, four)) / 4 - JUNK_COST * over(chance(b @ junk + junk_bias)) / size


def figures(episode, values):
    """As the benchmark counts."""
    picks = []
    for n in np.argsort(-values, kind="stable"):
        first, last = episode.places[n]
        if all(first > b + GAP or last < a - GAP for a, b in picks):
            picks.append((first, last))
            if len(picks) == 5:
                break
    found = grade = near = 0
    for reader in episode.readers:
        used = set()
        for first, last in picks:
            marks = list(enumerate(reader["insights"]))
            new = [n for n, m in marks if n not in used and Episode.hits(first, last, m)]
            if new:
                best = max(new, key=lambda n: reader["insights"][n]["grade"])
                used.add(best)
                grade += reader["insights"][best]["grade"]
            near += any(min(m["ids"]) - 2 <= last and first <= max(m["ids"]) + 2 for _, m in marks)
        found += len(used)
    readers = len(episode.readers)
    junk = sum((episode.junk[a:b + 1] > 1 - 1e-9).any() for a, b in picks)
    words = np.mean([episode.words[a:b + 1].sum() for a, b in picks])
    return np.array([found / 5 / readers, grade / 15 / readers, near / 5 / readers, junk / 5, words])


def write_episodes(path, model):
    p, s, weights, biases = model
    blocks = (PASSAGES, PASSAGES, SENTENCES, SENTENCES, SENTENCES)
    write(path, {"windows": len(PASSAGES), "sentences": len(SENTENCES), "wb0": biases[0], "sb0": biases[1], "jk0": biases[2]},
          [p.mean, p.deviation, s.mean, s.deviation] + [w * block for w, block in zip(weights, blocks)])


def check(all, folds, how, keep):
    rows = []
    for fold in sorted(set(folds) - {-1}):
        model = fit_episodes([e for e, f in zip(all, folds) if f != fold])
        keep(how, fold, [e.doc for e, f in zip(all, folds) if f == fold], lambda path: write_episodes(path, model))
        rows += [figures(e, value(model, e)) for e, f in zip(all, folds) if f == fold]
    names = ("P5", "grade5", "near5", "junk5", "words")
    print(json.dumps({"how": how, **dict(zip(names, np.mean(rows, 0)))}), file=sys.stderr, flush=True)


def episode(args):
    gold = {g["doc"]: g["readers"] for path in args.gold for g in lines(path)}
    all = [Episode(row, gold[row["doc"]]) for row in lines(args.rows) if row.get("doc") in gold]
    folds = np.empty(len(all), int)
    folds[np.random.RandomState(0).permutation(len(all))] = np.arange(len(all)) % 10
    shows = sorted({e.doc.split("__")[0] for e in all})
    keep = Folds(args.folds)
    check(all, folds, "ten folds by episode", keep)
    check(all, np.array([shows.index(e.doc.split("__")[0]) for e in all]), "by show", keep)
    several = np.array([len(e.readers) > 1 for e in all])
    if several.any() and not several.all():
        check(all, np.where(several, 0, -1), "those of several readers left out", keep)
    if keep.finish() or args.only_check:
        return
    write_episodes(args.out, fit_episodes(all))


def conversation(args):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import average_precision_score
    gold, by_gain = {}, {}
    for g in (g for path in args.gold for g in lines(path)):
        gold[g["doc"]], by_gain[g["doc"]] = set(map(int, g["gain"] if "gain" in g else g["pos"])), "gain" in g
    x, y, document, graded, names = [], [], [], [], []
    for n, row in enumerate(r for r in lines(args.rows) if r.get("doc") in gold):
        x.append(np.array(row["sentences"], "f4"))
        y.append([float(i in gold[row["doc"]]) for i in row["ids"]])
        document.append(np.full(len(x[-1]), n))
        graded.append(by_gain[row["doc"]])
        names.append(row["doc"])
    x, y, document = np.vstack(x), np.concatenate(y), np.concatenate(document)

    def fit(use):
        scale = Scale(x[use], SPOKEN)
        z = scale(x[use])
        one, two = odds(z, y[use], 0.0003)[0], preference(z, y[use], document[use], 0.3)
        spread = lambda w: np.mean([(z @ w)[document[use] == d].std() for d in set(document[use])])
        both = (one + two * spread(one) / spread(two)) / 2
        # Back to log odds: one slope and one offset.
        slope = LogisticRegression(C=1e6).fit((z @ both)[:, None], y[use])
        return scale, both * slope.coef_[0][0], float(slope.intercept_[0])

    def put(path, scale, weights, bias):
        write(path, {"columns": len(SPOKEN), "bias": bias}, [scale.mean, scale.deviation, weights * SPOKEN])

    keep = Folds(args.folds)
    tops, precision = {True: [], False: []}, {True: [], False: []}
    for fold in range(8):
        model = scale, weights, _ = fit(document % 8 != fold)
        keep("eight folds", fold, names[fold::8], lambda path: put(path, *model))
        for d in sorted(set(document[document % 8 == fold])):
            here = document == d
            order = np.argsort(-(scale(x[here]) @ weights), kind="stable")
            tops[graded[d]].append(y[here][order[:5]].mean())
            precision[graded[d]].append(average_precision_score(y[here], -np.argsort(order)))
    for kind, name in ((True, "those marked by gain"), (False, "those marked by pos")):
        if tops[kind]:
            said = {"how": f"eight folds, {name}", "P5": np.mean(tops[kind]), "AP": np.mean(precision[kind])}
            print(json.dumps(said), file=sys.stderr, flush=True)
    if keep.finish() or args.only_check:
        return
    put(args.out, *fit(np.ones(len(y), bool)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("words").add_argument("inputs", nargs="+")
    for name in ("episode", "conversation"):
        verb = verbs.add_parser(name)
        verb.add_argument("rows")
        verb.add_argument("gold", nargs="+")
        verb.add_argument("--out")
        verb.add_argument("--folds", metavar="DIR")
        verb.add_argument("--only-check", action="store_true")
    verb = verbs.add_parser("expect")
    verb.add_argument("rows")
    verb.add_argument("weights")
    args = parser.parse_args()
    if args.verb in ("episode", "conversation") and not (args.out or args.folds or args.only_check):
        parser.error("--out FILE, --folds DIR or --only-check")
    {"words": lambda a: words(a.inputs), "episode": episode, "expect": expect, "conversation": conversation}[args.verb](args)
