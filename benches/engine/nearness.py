"""Orders texts by how near they are to others: TF-IDF, and the encoder alone. For the tasks of knowing."""
import json
import subprocess

import numpy as np


def tfidf(texts, others):
    """Cosines of each of `texts` (rows) with each of `others`; rarity is learned from all of them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform([*texts, *others])
    return (rows[: len(texts)] @ rows[len(texts) :].T).toarray()


class Encoder:
    """`podbrief encode`: lines in, vectors out."""

    def __init__(self, program):
        self.program = program
        self.known = {}

    def vectors(self, texts):
        new = [t for t in dict.fromkeys(texts) if t not in self.known]
        lines = "".join(" ".join(t.split()) + "\n" for t in new)
        rows = subprocess.run([self.program, "encode"], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
        self.known.update(zip(new, np.array([json.loads(row) for row in rows.splitlines()], "f4")))
        return np.array([self.known[t] for t in texts])


def rankings(bench, task):
    """A table of one of the two tasks of related texts."""
    queries = bench.input(task)
    encoder = Encoder(bench.bin)

    def near(of):
        out = []
        for q in queries:
            texts = [c["text"] for c in q["candidates"]]
            order = np.argsort(-of(q["query"], texts), kind="stable")
            out.append({"query_id": q["query_id"], "ranking": [q["candidates"][i]["id"] for i in order]})
        return bench.score(task, out)

    def by_words(query, texts):
        return tfidf([query], texts)[0]

    def by_meaning(query, texts):
        return encoder.vectors(texts) @ encoder.vectors([query])[0]

    bench.line("TF-IDF", near(by_words))
    bench.line("encoder alone", near(by_meaning))
    bench.line("TF-IDF + encoder", near(lambda q, t: by_words(q, t) + by_meaning(q, t)))
    bench.line("podbrief", bench.score(task, bench.podbrief("eval", "related", lines=queries)))
