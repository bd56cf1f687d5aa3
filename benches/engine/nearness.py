"""Orders texts by how near they are to others: TF-IDF, and the encoder alone. For the tasks of knowing."""
import struct
import subprocess

import numpy as np

# As in src/encode/frame.rs.
MOST_TEXTS, MOST_BYTES, VECTOR = 64, 4096, 4 + 384


def tfidf(texts, others):
    """Cosines of each of `texts` (rows) with each of `others`; rarity is learned from all of them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform([*texts, *others])
    return (rows[: len(texts)] @ rows[len(texts) :].T).toarray()


class Encoder:
    """`podbrief encode`, the process that the server asks too."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "encode"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.known = {}
        self.read()

    def read(self):
        (length,) = struct.unpack("<I", self.process.stdout.read(4))
        return self.process.stdout.read(length)

    def vectors(self, texts):
        new = [t for t in dict.fromkeys(texts) if t not in self.known]
        for batch, rows in self.kept(new):
            rows = np.frombuffer(rows, np.int8).reshape(-1, VECTOR)[:, 4:].astype("f4")
            rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9
            self.known.update(zip(batch, rows))
        return np.array([self.known[t] for t in texts])

    def kept(self, texts):
        """Batches of texts, with the bytes that podbrief keeps for them."""
        for at in range(0, len(texts), MOST_TEXTS):
            batch = texts[at : at + MOST_TEXTS]
            bodies = [t.encode()[:MOST_BYTES].decode(errors="ignore").encode() for t in batch]
            frame = b"".join(struct.pack("<I", len(b)) + b for b in bodies)
            self.process.stdin.write(struct.pack("<I", len(frame)) + frame)
            self.process.stdin.flush()
            yield batch, self.read()[1:]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


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
    encoder.close()
    bench.line("podbrief", bench.score(task, bench.podbrief("eval", "related", lines=queries)))
